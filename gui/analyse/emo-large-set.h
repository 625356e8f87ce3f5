/* emo-large-set.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-backend.h"

G_BEGIN_DECLS

/* More pictures at once than this are not begun in silence. */
#define EMO_LARGE_SET_MIN 200

/* Measures the first few pictures of a large set, stops there and says how long
 * the rest would take. Ends when the person starts the rest.
 * Property: "offer" (nullable), that forecast in words. */
#define EMO_TYPE_LARGE_SET (emo_large_set_get_type ())
G_DECLARE_FINAL_TYPE (EmoLargeSet, emo_large_set, EMO, LARGE_SET, GObject)

EmoLargeSet *emo_large_set_new       (EmoSession  *session);
/* Before the session starts with these. */
void         emo_large_set_begin     (EmoLargeSet *self,
                                      GPtrArray   *samples);   /* of EmoSample */
const char  *emo_large_set_get_offer (EmoLargeSet *self);      /* (nullable) */

G_END_DECLS
