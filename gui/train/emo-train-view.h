/* emo-train-view.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "emo-model-loader.h"

G_BEGIN_DECLS

/* What is asked of a training, what it says, and the buttons that start, stop and
 * resume it.
 * Properties: "loader" (construct-only), "active" (a training runs). */
#define EMO_TYPE_TRAIN_VIEW (emo_train_view_get_type ())
G_DECLARE_FINAL_TYPE (EmoTrainView, emo_train_view, EMO, TRAIN_VIEW, AdwBin)

GtkWidget *emo_train_view_new         (EmoModelLoader *loader);
void       emo_train_view_set_dataset (EmoTrainView   *self,
                                       const char     *path);
void       emo_train_view_set_model   (EmoTrainView   *self,
                                       const char     *path);
void       emo_train_view_set_output  (EmoTrainView   *self,
                                       const char     *path);
void       emo_train_view_set_stage   (EmoTrainView   *self,
                                       const char     *stage);
gboolean   emo_train_view_get_active  (EmoTrainView   *self);
/* After the step that it is at; once more: at once. */
void       emo_train_view_stop        (EmoTrainView   *self);

G_END_DECLS
