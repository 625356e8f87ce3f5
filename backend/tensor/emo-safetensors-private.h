/* emo-safetensors-private.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-mapped-file.h"
#include "emo-safetensors.h"

G_BEGIN_DECLS

/* One file of a set, its header read and proved. */
typedef struct
{
  EmoMappedFile   *file;
  char            *display_name; /* escaped path, for messages */
  EmoStoredTensor *tensors;      /* [n_tensors] in the order of their data */
  guint            n_tensors;
  GStringChunk    *names;
  GHashTable      *metadata;     /* (nullable) name to text */
} EmoShard;

EmoShard *_emo_shard_open (const char *path,
                           GError    **error);
void      _emo_shard_free (EmoShard   *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoShard, _emo_shard_free)

/* An index file, proved: which shard holds which tensor. */
typedef struct
{
  char       *display_name;      /* escaped path, for messages */
  GPtrArray  *shards;            /* paths, sorted by name */
  GHashTable *shard_of;          /* tensor name to its place in shards */
} EmoShardIndex;

EmoShardIndex *_emo_shard_index_load (const char    *path,
                                      GError       **error);
void           _emo_shard_index_free (EmoShardIndex *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoShardIndex, _emo_shard_index_free)

/* A seal is the first key of the metadata, so that it always lies in the same
 * place: the hash of the file with these zeros. */
#define EMO_SEAL_ENTRY "\"sha256\":\"0000000000000000000000000000000000000000000000000000000000000000\""

/* @header is the whole of it with EMO_SEAL_ENTRY; @sorted the EmoStoredTensors
 * as they follow it. */
void     _emo_seal_write  (GString   *header,
                           GPtrArray *sorted);
gboolean _emo_shard_check_seal (EmoShard  *self,
                                GError   **error);

gboolean _emo_stored_from_string  (const char           *text,
                                   EmoStored            *out);
gboolean _emo_stored_is_float     (EmoStored             stored);
/* Bytes of a tensor; FALSE when they do not fit in 63 bits. */
gboolean _emo_stored_multiply     (EmoStored             stored,
                                   const gint64         *shape,
                                   guint                 rank,
                                   guint64              *n_bytes);
/* Elements in [0, @n_bytes) that are NaN or infinite. */
guint64  _emo_stored_count_nonfinite (EmoStored          stored,
                                      const guint8      *data,
                                      gsize              n_bytes);

G_END_DECLS
