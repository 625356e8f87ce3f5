/* emo-feature-sight.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-feature-collection.h"
#include "emo-feature-eye.h"

G_BEGIN_DECLS

/* Looks at the pictures that @collection lists: a thread an eye, the first of them
 * the caller's own, which also tells how far it is. A picture has the same numbers
 * whichever eye has it. @config: with the image settings in force. Errors: those
 * of an eye that are not the picture's own fault, NO_SPACE, IO, CANCELLED. */
gboolean emo_feature_sight_run (EmoFeatureCollection  *collection,
                                EmoFeatureEye        **eyes,
                                guint                  n_eyes,
                                const EmoVlmConfig    *config,
                                GError               **error);

G_END_DECLS
