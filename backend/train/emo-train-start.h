/* emo-train-start.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-dataset.h"
#include "emo-train-recipe.h"

G_BEGIN_DECLS

#define EMO_TRAIN_START_MAX_FILE (64 * 1024 * 1024)

/* What a training begins with, as a bundle in @output, an empty folder
 * (emo-train-output.h). Errors: those of the model, IO, NO_SPACE. */

/* A model that is there. The VLM's files are linked, or copied where they lie on
 * another disk; what a bundle has besides comes along, and @name is
 * that of what it becomes. @labels: of a model without any, and of the dataset. */
gboolean emo_train_start_from_model  (const char            *output,
                                      const char            *name,
                                      const char            *model,
                                      const char            *base,      /* (nullable) of an adapter */
                                      EmoLabelSet           *labels,
                                      GError               **error);
/* Nothing but a description: emovlm.json, vlm/config.json and
 * vlm/preprocessor_config.json in @config. The tokenizer is learned from the
 * dataset's texts, the weights are drawn by the recipe's seed. */
gboolean emo_train_start_from_config (const char            *output,
                                      const char            *config,
                                      EmoDataset            *dataset,
                                      const EmoTrainRecipe  *recipe,
                                      GCancellable          *cancellable,
                                      GError               **error);
/* The labels, in order, of the model that begins: a bundle's, or NULL. */
EmoLabelSet *emo_train_start_dup_labels (const char         *folder,
                                         GError            **error);
/* Links or copies a file. */
gboolean emo_train_start_link        (const char            *from,
                                      const char            *to,
                                      GError               **error);
/* All of a folder's own files. */
gboolean emo_train_start_link_folder (const char            *from,
                                      const char            *to,
                                      GError               **error);

G_END_DECLS
