/* emo-domain.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

G_BEGIN_DECLS

/* Is a picture of the kind the bundle knows? Regularised Mahalanobis distance of
 * the mean visual token and of the tokens' spread from the training set's, against
 * a threshold. File: safetensors with "mean" [W], "precision" [W, W] and
 * "threshold" [1], of the distance and not of its square. W is H +
 * EMO_VISUAL_SPREAD_SIZE; files of the mean token alone, where it is H, serve too. */
typedef struct _EmoDomain EmoDomain;

EmoDomain *emo_domain_load     (const char   *path,
                                int           hidden_size,
                                GError      **error);
void       emo_domain_free     (EmoDomain    *self);
/* Distance over the threshold: in domain where at most 1. @visual_mean [H],
 * @visual_spread [EMO_VISUAL_SPREAD_SIZE]. */
double     emo_domain_distance (EmoDomain    *self,
                                const float  *visual_mean,
                                const float  *visual_spread);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoDomain, emo_domain_free)

G_END_DECLS
