/* emo-safetensors.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "emo-types.h"

G_BEGIN_DECLS

/* safetensors files, plain C, hostile-input safe (reliability.md 3.A): header
 * at most 100,000,000 bytes, at most 100,000 tensors, rank at most 8, names at
 * most 1,024 bytes; no overlap, no hole, no trailing bytes, duplicates refused,
 * checked arithmetic. Format: github.com/huggingface/safetensors. */
#define EMO_SAFETENSORS_MAX_HEADER  100000000
#define EMO_SAFETENSORS_MAX_TENSORS 100000
#define EMO_SAFETENSORS_MAX_RANK    8
#define EMO_SAFETENSORS_MAX_NAME    1024
#define EMO_SAFETENSORS_MAX_FILE    (G_GINT64_CONSTANT (1) << 39)   /* bytes, 512 GiB */
#define EMO_SAFETENSORS_MAX_SHARDS  512                             /* each keeps a descriptor */

typedef enum
{
  EMO_STORED_F64,
  EMO_STORED_F32,
  EMO_STORED_F16,
  EMO_STORED_BF16,
  EMO_STORED_I64,
  EMO_STORED_I32,
  EMO_STORED_I16,
  EMO_STORED_I8,
  EMO_STORED_U8,
  EMO_STORED_BOOL,
} EmoStored;

const char *emo_stored_to_string (EmoStored stored);   /* "BF16" */
gsize       emo_stored_get_size  (EmoStored stored);   /* bytes an element */

/* One tensor of a file; name and data are borrowed from it. */
typedef struct
{
  const char   *name;
  EmoStored     stored;
  guint         rank;
  gint64        shape[EMO_SAFETENSORS_MAX_RANK];
  const guint8 *data;       /* may be unaligned */
  gsize         n_bytes;
} EmoStoredTensor;

/* One file, a folder's single "model.safetensors", or the shards of its
 * "model.safetensors.index.json". */
typedef struct _EmoSafetensors EmoSafetensors;

EmoSafetensors        *emo_safetensors_open         (const char      *path,     /* a .safetensors file, an index.json or their folder */
                                                     GError         **error);
EmoSafetensors        *emo_safetensors_ref          (EmoSafetensors  *self);
void                   emo_safetensors_unref        (EmoSafetensors  *self);
guint                  emo_safetensors_get_n_tensors (EmoSafetensors *self);
/* Tensors in a shard that the index does not place there; @first (nullable). */
guint                  emo_safetensors_get_n_unlisted (EmoSafetensors *self,
                                                     const char     **first);
const EmoStoredTensor *emo_safetensors_get_tensor   (EmoSafetensors  *self,
                                                     guint            index);
/* (transfer none) (array length=n): all of them. */
const EmoStoredTensor *emo_safetensors_get_tensors  (EmoSafetensors  *self,
                                                     guint           *n);
const EmoStoredTensor *emo_safetensors_find         (EmoSafetensors  *self,
                                                     const char      *name);    /* (nullable) */
/* A GBytes over the tensor's bytes that keeps its file mapped. */
GBytes                *emo_safetensors_get_bytes    (EmoSafetensors  *self,
                                                     const EmoStoredTensor *tensor);
const char            *emo_safetensors_get_metadata (EmoSafetensors  *self,
                                                     const char      *key);     /* (nullable) */
gint64                 emo_safetensors_get_n_bytes  (EmoSafetensors  *self);    /* of all tensors */
char                 **emo_safetensors_dup_paths    (EmoSafetensors  *self);    /* files behind it, NULL-terminated */
/* Gives the memory of mapped files back; reading brings it back. */
void                   emo_safetensors_forget       (EmoSafetensors  *self);
gboolean               emo_safetensors_check        (EmoSafetensors  *self,
                                                     GError         **error);   /* no mapping was damaged */
/* Float tensors' elements that are NaN or infinite; several threads. */
guint64                emo_safetensors_count_nonfinite (EmoSafetensors *self);
/* The same, telling @func the bytes counted so far and ending early, with a count
 * that means nothing, once @cancellable says so. */
typedef void (*EmoBytesFunc) (gint64 n_bytes, gpointer user_data);
guint64                emo_safetensors_count_nonfinite_full (EmoSafetensors *self,
                                                     EmoBytesFunc     func,         /* (nullable) on the calling thread */
                                                     gpointer         user_data,
                                                     GCancellable    *cancellable); /* (nullable) */
/* Copies a float tensor out as float32 (F64 rounded, F16 and BF16 exact).
 * DTYPE for other types. @out holds the product of the shape. */
gboolean               emo_stored_tensor_read_floats (const EmoStoredTensor *tensor,
                                                      float                 *out,
                                                      GError               **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoSafetensors, emo_safetensors_unref)

/* Writes a file atomically, as the reference's library does: widest type first,
 * then by name, so that every tensor is aligned; data start 8-aligned. */
gboolean               emo_safetensors_save         (const char            *path,
                                                     const EmoStoredTensor *tensors,
                                                     guint                  n_tensors,
                                                     const char * const    *metadata,  /* (nullable) key, value, ..., NULL */
                                                     GError               **error);
/* The same with the SHA-256 of the whole file in its metadata ("sha256"). */
gboolean               emo_safetensors_save_sealed  (const char            *path,
                                                     const EmoStoredTensor *tensors,
                                                     guint                  n_tensors,
                                                     const char * const    *metadata,
                                                     GError               **error);
/* Reads every byte. CHECKSUM where one differs from what was sealed, or nothing was. */
gboolean               emo_safetensors_check_seal   (EmoSafetensors        *self,
                                                     GError               **error);

G_END_DECLS
