/* emo-tensor-copies.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-tensor.h"

G_BEGIN_DECLS

/* Tensors as a file takes them: an array of EmoStoredTensor, float32, that owns
 * names and values. */
GArray   *emo_tensor_copies_new (void);
/* @name is copied. OUT_OF_MEMORY, TORCH. */
gboolean  emo_tensor_copies_add (GArray      *copies,
                                 const char  *name,
                                 EmoTensor   *tensor,
                                 GError     **error);
/* Overwrites @tensor with the file's of the same name, shape and float32.
 * MISSING_WEIGHT, SHAPE, TORCH. */
gboolean  emo_tensor_copies_restore (EmoSafetensors *file,
                                     const char     *name,
                                     EmoTensor      *tensor,
                                     GError        **error);

G_END_DECLS
