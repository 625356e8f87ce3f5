/* emo-dataset.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-label-set.h"

G_BEGIN_DECLS

/* The pictures that a training folder holds, by label and split, with what an
 * annotation file says of them. Layouts:
 *   ROOT/{train,val,test}/LABEL/PICTURE   val may be missing: a tenth of each
 *                                         label's train pictures, by seed; it may
 *                                         be "validation" or "valid", and all three
 *                                         may have capitals
 *   ROOT/LABEL/PICTURE                    split 80, 10 and 10 by seed
 *   LIST.csv                              its columns file_name, label and, where
 *                                         there is one, split; names from its folder
 *   NAME_annotations_train.json in ROOT   [{gpt_response, img, img_path, label}]
 *                                         ("_annotation_" is read too)
 * Which pictures a seed puts where hangs on their names, so that a picture more
 * elsewhere changes little. Reads folders, not pictures. Immutable. */
typedef enum
{
  EMO_SPLIT_TRAIN,
  EMO_SPLIT_VAL,
  EMO_SPLIT_TEST,
  EMO_N_SPLITS
} EmoSplit;

typedef struct
{
  char     *path;          /* absolute, bytes */
  char     *file_name;     /* relative to the root */
  guint     label;
  EmoSplit  split;
  gboolean  held_out;      /* of train, and left to a later stage */
  char     *observation;   /* (nullable) what it shows, in words */
  char     *reason;        /* (nullable) why it evokes the label */
  char     *sha256;        /* (nullable) where the file was read for it */
} EmoDatasetItem;

typedef struct _EmoDataset EmoDataset;

/* The seed of the published split. */
#define EMO_DATASET_SEED 42

/* @root: a folder or a list. @labels (nullable): the order wanted; sorted by
 * bytes without it.
 * Errors: IO; INVALID_FILE: no pictures, one label, a folder that is no label of
 * @labels, a damaged annotation file; CANCELLED. */
EmoDataset           *emo_dataset_load           (const char    *root,
                                                  EmoLabelSet   *labels,
                                                  guint64        seed,
                                                  GCancellable  *cancellable,
                                                  GError       **error);
/* Sets all items' sha256, of files that can be read: what changes in a picture
 * changes emo_dataset_dup_sha256(). CANCELLED. Before anybody else uses the dataset. */
gboolean              emo_dataset_hash_pictures  (EmoDataset    *self,
                                                  GCancellable  *cancellable,
                                                  GError       **error);
/* Reads files of one size: the same picture twice is a problem, and one of train
 * that val or test has is left out. Before anybody else uses the dataset. */
gboolean              emo_dataset_drop_copies    (EmoDataset    *self,
                                                  GCancellable  *cancellable,
                                                  GError       **error);
/* Whether @folder may be made without being read as one of @root's labels the
 * next time. INVALID_FILE in words. */
gboolean              emo_dataset_check_outside  (const char    *root,
                                                  const char    *folder,
                                                  GError       **error);
/* Marks a share of each label's train pictures, by seed. Before anybody else uses
 * the dataset. */
void                  emo_dataset_hold_out       (EmoDataset    *self,
                                                  double         share,
                                                  guint64        seed);
char                 *emo_dataset_dup_sha256     (EmoDataset    *self);
void                  emo_dataset_free           (EmoDataset    *self);
const char           *emo_dataset_get_root       (EmoDataset    *self);
EmoLabelSet          *emo_dataset_get_labels     (EmoDataset    *self);
guint                 emo_dataset_get_n          (EmoDataset    *self);
/* Sorted by split, then by the bytes of their names. */
const EmoDatasetItem *emo_dataset_get            (EmoDataset    *self,
                                                  guint          index);
guint                 emo_dataset_count          (EmoDataset    *self,
                                                  EmoSplit       split,
                                                  int            label);   /* -1: all */
/* The first item of a split; its items follow one another. */
guint                 emo_dataset_get_first      (EmoDataset    *self,
                                                  EmoSplit       split);
/* What a person should know, NULL-terminated: labels without pictures, entries
 * without a picture and pictures without one, lines that cannot be used, copies. */
const char * const   *emo_dataset_get_problems   (EmoDataset    *self);
const char           *emo_split_get_name         (EmoSplit       split);   /* "train" */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoDataset, emo_dataset_free)

G_END_DECLS
