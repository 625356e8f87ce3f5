/* emo-collect.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-sample.h"

G_BEGIN_DECLS

/* Files and folders in, samples out: what a person named or dropped, expanded.
 * A named file is always taken (a wrong one fails by name later); in a folder
 * only what the list of formats takes is, the rest is counted. */
typedef struct
{
  GPtrArray *samples;     /* of EmoSample, owned: in the order named, each folder's sorted by the bytes of their paths */
  GPtrArray *problems;    /* of GError, owned: folders that could not be read */
  guint      n_skipped;   /* files in folders that are no pictures by name, or no regular files */
  GPtrArray *skipped;     /* their paths, bytes, owned: the first EMO_COLLECTION_MAX_SKIPPED of them */
} EmoCollection;

/* A photo archive has a side file for each picture; nobody reads more names. */
#define EMO_COLLECTION_MAX_SKIPPED 1000

void           emo_collection_free    (EmoCollection        *self);

/* One thing a person named. */
typedef struct
{
  GFile *file;
  char  *given;           /* (nullable) the words used for it, bytes; the samples' given names begin with them */
  GFile *root;            /* (nullable) what a named file's file_name is relative to */
} EmoInput;

EmoInput      *emo_input_new          (GFile                *file,
                                       const char           *given,
                                       GFile                *root);
void           emo_input_free         (EmoInput             *self);

/* @inputs: of EmoInput. Reads folders, not pictures; any thread. */
EmoCollection *emo_collect            (GPtrArray            *inputs,
                                       gboolean              recursive,
                                       GCancellable         *cancellable,
                                       GError              **error);
/* The same on a thread of its own; @inputs (transfer full) must own its items. */
void           emo_collect_async      (GPtrArray            *inputs,
                                       gboolean              recursive,
                                       GCancellable         *cancellable,
                                       GAsyncReadyCallback   callback,
                                       gpointer              user_data);
EmoCollection *emo_collect_finish     (GAsyncResult         *result,
                                       GError              **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoCollection, emo_collection_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoInput, emo_input_free)

G_END_DECLS
