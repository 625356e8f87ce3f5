/* emo-head.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

G_BEGIN_DECLS

/* The distilled head: an MLP over the mean visual token; mlp.0, mlp.3, ... are
 * Linear, with exact GELU between (and dropout in training). Widths are read
 * from the tensors. Plain C, no torch. Safe from any thread, but for what
 * changes a head. */
typedef struct _EmoHead EmoHead;

/* The published widths of the hidden layers: the first ones, as many as deep. */
#define EMO_HEAD_MAX_DEPTH 5
extern const guint emo_head_widths[EMO_HEAD_MAX_DEPTH];

EmoHead *emo_head_load         (const char   *path,
                                int           hidden_size,   /* expected input width H */
                                guint         n_labels,      /* expected output width */
                                GError      **error);
void     emo_head_free         (EmoHead      *self);
guint    emo_head_get_depth    (EmoHead      *self);         /* hidden layers, 1 to 5 */
/* As torch's Linear begins, drawn from @seed. */
EmoHead *emo_head_new          (int           hidden_size,
                                const guint  *widths,        /* [depth] of the hidden layers */
                                guint         depth,         /* 1 to 5 */
                                guint         n_labels,
                                guint64       seed);
EmoHead *emo_head_dup          (EmoHead      *self);
/* Of what a layer takes: 0 is H, depth + 1 what the last one gives, the labels. */
guint    emo_head_get_width    (EmoHead      *self,
                                guint         index);
/* The published code's state dict in float32. */
gboolean emo_head_save         (EmoHead      *self,
                                const char   *path,
                                const char * const *metadata,   /* (nullable) key, value, ..., NULL */
                                GError      **error);
/* For fitting: all parameters one after the other, a layer's weight [rows,
 * columns] and then its bias. */
gsize    emo_head_get_n_parameters (EmoHead     *self);
void     emo_head_get_parameters   (EmoHead     *self,
                                    float       *parameters);
void     emo_head_set_parameters   (EmoHead     *self,
                                    const float *parameters);
/* Makes it take x where it took (x - mean) / deviation, exactly but for
 * rounding: the first layer is linear. Each [H]. */
void     emo_head_fold_inputs      (EmoHead      *self,
                                    const double *mean,
                                    const double *deviation);
/* Multiplies the logits by @factor for good: the last layer is linear. */
void     emo_head_scale            (EmoHead      *self,
                                    double        factor);
/* @visual_mean [H], @logits [n_labels]. */
void     emo_head_forward      (EmoHead      *self,
                                const float  *visual_mean,
                                double       *logits);
/* Exact evidence: for each label and token t, the label's logit over all tokens
 * less the one with t left out of the mean: positive where t speaks for it. All
 * 0 for a single token. @tokens [T, H], @maps [n_labels, T]. FALSE only if
 * cancelled. */
gboolean emo_head_evidence     (EmoHead              *self,
                                const float          *tokens,
                                guint                 n_tokens,
                                double               *maps,
                                EmoProgressFunc       progress,   /* (nullable) */
                                gpointer              user_data,
                                GCancellable         *cancellable,
                                GError              **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoHead, emo_head_free)

G_END_DECLS
