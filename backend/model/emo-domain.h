/* emo-domain.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

G_BEGIN_DECLS

/* Is a picture of the kind the bundle knows? Regularised Mahalanobis distance of
 * the mean visual token from the training set's, against a threshold. File:
 * safetensors with "mean" [H], "precision" [H, H] and "threshold" [1], of the
 * distance and not of its square. */
typedef struct _EmoDomain EmoDomain;

EmoDomain *emo_domain_load     (const char   *path,
                                int           hidden_size,
                                GError      **error);
void       emo_domain_free     (EmoDomain    *self);
/* Distance over the threshold: in domain where at most 1. @visual_mean [H]. */
double     emo_domain_distance (EmoDomain    *self,
                                const float  *visual_mean);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoDomain, emo_domain_free)

G_END_DECLS
