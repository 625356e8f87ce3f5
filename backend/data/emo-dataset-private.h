/* emo-dataset-private.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-dataset.h"

G_BEGIN_DECLS

struct _EmoDataset
{
  char        *root;
  char        *list;                  /* (nullable) the list, as messages name it */
  EmoLabelSet *labels;
  GPtrArray   *items;                 /* of EmoDatasetItem, owned */
  GPtrArray   *problems;              /* of text, owned; NULL at its end */
  guint        n_bad_lines;           /* of the list */
  guint        first[EMO_N_SPLITS + 1];
};

void     _emo_dataset_add_problem  (EmoDataset   *self,
                                    const char   *format,
                                    ...) G_GNUC_PRINTF (2, 3);
/* (transfer full): behind an error's words, why the list's lines are of no use; "". */
char    *_emo_dataset_dup_reason   (EmoDataset   *self);
/* Sets the order and where splits begin. */
void     _emo_dataset_sort         (EmoDataset   *self);
/* By our name of it or another that is usual, in any case; -1: it is none. */
int      _emo_split_from_string    (const char   *name);
/* The folder's pictures and, where none are given, its labels. @flat (out): whether
 * it has no folders of splits. */
gboolean _emo_dataset_read_folders (EmoDataset   *self,
                                    EmoLabelSet  *labels,
                                    gboolean     *flat,
                                    GCancellable *cancellable,
                                    GError      **error);
/* The list's pictures and, where none are given, its labels. @has_splits (out):
 * whether it says of any picture to which split it belongs. */
gboolean _emo_dataset_read_list    (EmoDataset   *self,
                                    const char   *path,
                                    EmoLabelSet  *labels,
                                    gboolean     *has_splits,
                                    GError      **error);

G_END_DECLS
