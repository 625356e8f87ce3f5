/* emo-annotation-bar.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "emo-backend.h"

G_BEGIN_DECLS

/* What a person says of a picture: a flag, the label they think right, a note.
 * Property: "sample". Signal: "annotated" after a change of theirs. */
#define EMO_TYPE_ANNOTATION_BAR (emo_annotation_bar_get_type ())
G_DECLARE_FINAL_TYPE (EmoAnnotationBar, emo_annotation_bar, EMO, ANNOTATION_BAR, GtkBox)

EmoSample *emo_annotation_bar_get_sample (EmoAnnotationBar *self);   /* (nullable) */
void       emo_annotation_bar_set_sample (EmoAnnotationBar *self,
                                          EmoSample        *sample);
/* What is being typed is the picture's at once. */
void       emo_annotation_bar_commit     (EmoAnnotationBar *self);
/* The labels to choose from while a picture has no answer. */
void       emo_annotation_bar_set_labels (EmoAnnotationBar *self,
                                          EmoLabelSet      *labels);   /* (nullable) */

G_END_DECLS
