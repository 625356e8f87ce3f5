/* emo-train-page.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "emo-model-loader.h"

G_BEGIN_DECLS

/* The page "Train". What is on it is made when it is first needed: most people
 * start the application to look at pictures.
 * Properties: "loader" (construct-only), "active" (a training runs). */
#define EMO_TYPE_TRAIN_PAGE (emo_train_page_get_type ())
G_DECLARE_FINAL_TYPE (EmoTrainPage, emo_train_page, EMO, TRAIN_PAGE, AdwBin)

/* Adds what the window offers of the page: "train-dataset", "train-model",
 * "train-output" and "train-stage", each of a string. */
void     emo_train_page_add_actions (EmoTrainPage *self,
                                     GActionMap   *map);
gboolean emo_train_page_get_active  (EmoTrainPage *self);
void     emo_train_page_stop        (EmoTrainPage *self);

G_END_DECLS
