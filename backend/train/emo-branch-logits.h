/* emo-branch-logits.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

G_BEGIN_DECLS

/* What heads that had not seen a dataset's train pictures said of them: what the
 * stage "distilled" leaves for the gate, in a file of its own. */
typedef struct
{
  guint    n;
  guint    n_labels;
  guint32 *items;    /* [n] places in the dataset, ascending */
  float   *logits;   /* [n, n_labels] */
} EmoBranchLogits;

/* @dataset: its hash. */
gboolean         emo_branch_logits_save (const EmoBranchLogits  *self,
                                         const char             *path,
                                         const char             *dataset,
                                         GError                **error);
/* Errors: those of safetensors, SHAPE, MISSING_WEIGHT; INVALID_FILE where they are
 * of another dataset or of other labels. */
EmoBranchLogits *emo_branch_logits_load (const char             *path,
                                         const char             *dataset,
                                         guint                   n_labels,
                                         GError                **error);
void             emo_branch_logits_free (EmoBranchLogits        *self);
/* (nullable): the logits [n_labels] of an item. */
const float     *emo_branch_logits_find (const EmoBranchLogits  *self,
                                         guint32                 item);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoBranchLogits, emo_branch_logits_free)

G_END_DECLS
