/* emo-fit-private.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-fit.h"

G_BEGIN_DECLS

/* The one of @tensors with the name, type and shape of @wanted. Errors:
 * MISSING_WEIGHT, SHAPE. */
const EmoStoredTensor *_emo_fit_find_tensor (const EmoStoredTensor  *tensors,
                                             guint                   n_tensors,
                                             const EmoStoredTensor  *wanted,
                                             GError                **error);

G_END_DECLS
