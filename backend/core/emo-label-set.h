/* emo-label-set.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

G_BEGIN_DECLS

/* An ordered, immutable list of class names. The order belongs to the model
 * and is never assumed. Boxed, atomically ref-counted. */
#define EMO_TYPE_LABEL_SET (emo_label_set_get_type ())
#define EMO_LABEL_SET_MAX 256

GType              emo_label_set_get_type    (void);
/* Refuses (EMO_ERROR_INVALID_FILE) fewer than two labels, empty or duplicate
 * names, more than EMO_LABEL_SET_MAX. */
EmoLabelSet       *emo_label_set_new         (const char * const *labels,
                                              GError            **error);
EmoLabelSet       *emo_label_set_new_mikels  (void);   /* the eight, alphabetical */
/* "mikels", "emotion6" or "polarity"; NULL: no such set. */
EmoLabelSet       *emo_label_set_new_named   (const char         *name);
EmoLabelSet       *emo_label_set_ref         (EmoLabelSet        *self);
void               emo_label_set_unref       (EmoLabelSet        *self);
guint              emo_label_set_get_size    (EmoLabelSet        *self);
const char        *emo_label_set_get_label   (EmoLabelSet        *self,
                                              guint               index);
const char *const *emo_label_set_get_labels  (EmoLabelSet        *self);  /* NULL-terminated */
int                emo_label_set_find        (EmoLabelSet        *self,
                                              const char         *label); /* -1: not there */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoLabelSet, emo_label_set_unref)

G_END_DECLS
