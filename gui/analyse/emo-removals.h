/* emo-removals.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-backend.h"

G_BEGIN_DECLS

/* What was taken off a session's list, set by set, so that it can come back and
 * go again. Properties: "can-undo", "can-redo". */
#define EMO_TYPE_REMOVALS (emo_removals_get_type ())
G_DECLARE_FINAL_TYPE (EmoRemovals, emo_removals, EMO, REMOVALS, GObject)

EmoRemovals *emo_removals_new          (EmoSession  *session);
gboolean     emo_removals_get_can_undo (EmoRemovals *self);
gboolean     emo_removals_get_can_redo (EmoRemovals *self);
void         emo_removals_remove       (EmoRemovals *self,
                                        GPtrArray   *samples);   /* of EmoSample */
/* The set that came back, or went again; NULL for none. */
GPtrArray   *emo_removals_undo         (EmoRemovals *self);      /* (nullable) of EmoSample */
GPtrArray   *emo_removals_redo         (EmoRemovals *self);      /* (nullable) of EmoSample */

G_END_DECLS
