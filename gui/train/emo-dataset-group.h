/* emo-dataset-group.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* The dataset to learn from: where it is, how many pictures of which label it
 * holds, and what is wrong with it.
 * Properties: "path" (nullable, bytes), "ready" (it was read and can be learned
 * from). Signals: "choose-folder", "choose-list". */
#define EMO_TYPE_DATASET_GROUP (emo_dataset_group_get_type ())
G_DECLARE_FINAL_TYPE (EmoDatasetGroup, emo_dataset_group, EMO, DATASET_GROUP, AdwPreferencesGroup)

const char *emo_dataset_group_get_path  (EmoDatasetGroup *self);   /* (nullable) */
void        emo_dataset_group_set_path  (EmoDatasetGroup *self,
                                         const char      *path);   /* (nullable) */
gboolean    emo_dataset_group_get_ready (EmoDatasetGroup *self);

G_END_DECLS
