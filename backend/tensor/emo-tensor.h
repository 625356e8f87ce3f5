/* emo-tensor.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-error.h"
#include "emo-safetensors.h"

G_BEGIN_DECLS

/* The C face on libtorch: opaque tensors and scopes, our own enums (libtorch's
 * numbers are not our ABI), no exception leaves. Dimensions in comments:
 * B batch, T visual tokens, S sequence, C channels, H hidden, D head, V
 * vocabulary, L keys. Engine thread only, except where said. */
typedef struct _EmoTensor EmoTensor;
typedef struct _EmoScope  EmoScope;

typedef enum
{
  EMO_DTYPE_F32,
  EMO_DTYPE_BF16,
  EMO_DTYPE_F16,
} EmoDtype;

typedef enum
{
  EMO_ACTIVATION_SILU,         /* x sigmoid(x) */
  EMO_ACTIVATION_QUICK_GELU,   /* x sigmoid(1.702 x) */
  EMO_ACTIVATION_GELU,         /* exact, erf */
  EMO_ACTIVATION_GELU_TANH,
  EMO_ACTIVATION_RELU,
} EmoActivation;

typedef struct
{
  gboolean cuda;
  int      index;
} EmoDevice;
#define EMO_DEVICE_CPU ((EmoDevice) { FALSE, 0 })

/* --- The library --- */

/* Sets the thread count; before any other call, on the engine thread. */
void         emo_torch_init              (int              n_threads);
const char  *emo_torch_get_version       (void);                          /* any thread */
/* @why_not (out) (optional) (transfer full): in words, when FALSE. */
gboolean     emo_torch_has_cuda          (char           **why_not);
int          emo_torch_get_n_cuda        (void);
/* Gives cached GPU memory back. */
void         emo_torch_empty_cache       (void);
void         emo_torch_seed              (guint64          seed);

/* --- Tensors: boxed, atomically ref-counted --- */

/* Borrows @bytes, which outlive the tensor; an unaligned blob is copied. */
EmoTensor   *emo_tensor_new_for_bytes    (GBytes          *bytes,
                                          EmoDtype         dtype,
                                          guint            rank,
                                          const gint64    *shape,
                                          GError         **error);
EmoTensor   *emo_tensor_new_zeros        (EmoDtype         dtype,
                                          EmoDevice        device,
                                          guint            rank,
                                          const gint64    *shape,
                                          GError         **error);
EmoTensor   *emo_tensor_new_random       (EmoDtype         dtype,
                                          guint            rank,
                                          const gint64    *shape,
                                          GError         **error);
/* The frozen @values [N, K], a matrix on the CPU, in 4 bits each (emo-nf4.h): a
 * weight for emo_op_linear; every other op fails on it. */
EmoTensor   *emo_tensor_new_nf4          (EmoTensor       *values,
                                          EmoDevice        device,
                                          GError         **error);
/* What such a weight stands for. */
EmoTensor   *emo_tensor_dequantise       (EmoTensor       *self,
                                          EmoDtype         dtype,
                                          GError         **error);
EmoTensor   *emo_tensor_ref              (EmoTensor       *self);
void         emo_tensor_unref            (EmoTensor       *self);
guint        emo_tensor_get_rank         (EmoTensor       *self);
gint64       emo_tensor_get_size         (EmoTensor       *self,
                                          int              dim);          /* negative from the end */
EmoDtype     emo_tensor_get_dtype        (EmoTensor       *self);
EmoDevice    emo_tensor_get_device       (EmoTensor       *self);
/* The same tensor (a new reference) where nothing has to change. */
EmoTensor   *emo_tensor_to               (EmoTensor       *self,
                                          EmoDtype         dtype,
                                          EmoDevice        device,
                                          GError         **error);
/* Copies all elements out as float32; @n is their number. */
gboolean     emo_tensor_read_floats      (EmoTensor       *self,
                                          float           *out,
                                          gsize            n,
                                          GError         **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoTensor, emo_tensor_unref)

/* --- Scopes ---
 *
 * A forward opens a scope; ops take it first and return tensors that it owns.
 * Once an op failed or the cancellable fired, an error is latched and ops
 * return NULL without work, so a forward reads like the paper and still cannot
 * lose an error. A nested scope per layer caps activation memory. */

/* @parent (nullable): errors pass up to it, cancellable and grad mode are
 * inherited. @grad: record for emo_op_grad. */
EmoScope    *emo_scope_open              (GCancellable    *cancellable,
                                          gboolean         grad);
EmoScope    *emo_scope_open_nested       (EmoScope        *parent);
/* The same with a grad mode of its own: gradient checkpointing records one block
 * at a time. */
EmoScope    *emo_scope_open_nested_full  (EmoScope        *parent,
                                          gboolean         grad);
/* Closes a nested scope and hands @result (nullable) to its parent. */
EmoTensor   *emo_scope_close_nested      (EmoScope        *self,
                                          EmoTensor       *result);
/* Closes the outermost one; FALSE with the latched error. */
gboolean     emo_scope_close             (EmoScope        *self,
                                          GError         **error);
gboolean     emo_scope_failed            (EmoScope        *self);         /* also tests the cancellable */
/* Latches an error unless one is latched. */
void         emo_scope_fail              (EmoScope        *self,
                                          EmoError         code,
                                          const char      *message);
gboolean     emo_scope_has_grad          (EmoScope        *self);
/* A reference for the caller to keep past the scope; NULL stays NULL. */
EmoTensor   *emo_scope_keep              (EmoScope        *self,
                                          EmoTensor       *tensor);
/* Copies a tensor out as floats; latches errors like an op. */
gboolean     emo_scope_read              (EmoScope        *self,
                                          EmoTensor       *tensor,
                                          float           *out,
                                          gsize            n);

/* --- Ops: results belong to the scope --- */

EmoTensor   *emo_op_floats               (EmoScope        *scope,
                                          const float     *values,        /* copied */
                                          guint            rank,
                                          const gint64    *shape,
                                          EmoDtype         dtype,
                                          EmoDevice        device);
/* y = x W^T + b; x [..., K], W [N, K] in its stored dtype, b [N] (nullable).
 * On CPU a float32 x meets a bf16 or f16 W without a float32 copy of W, and a W
 * of 4 bits is widened to x's type for the call alone. */
EmoTensor   *emo_op_linear               (EmoScope        *scope,
                                          EmoTensor       *x,
                                          EmoTensor       *weight,
                                          EmoTensor       *bias);
EmoTensor   *emo_op_add                  (EmoScope        *scope,
                                          EmoTensor       *a,
                                          EmoTensor       *b);
/* a += factor * b in place where no gradient is recorded; gives a back. */
EmoTensor   *emo_op_add_scaled           (EmoScope        *scope,
                                          EmoTensor       *a,
                                          EmoTensor       *b,
                                          double           factor);
EmoTensor   *emo_op_mul                  (EmoScope        *scope,
                                          EmoTensor       *a,
                                          EmoTensor       *b);
EmoTensor   *emo_op_sum_last             (EmoScope        *scope,
                                          EmoTensor       *x);            /* over the last dimension */
EmoTensor   *emo_op_sum                  (EmoScope        *scope,
                                          EmoTensor       *x);            /* scalar */
EmoTensor   *emo_op_layer_norm           (EmoScope        *scope,
                                          EmoTensor       *x,
                                          EmoTensor       *weight,
                                          EmoTensor       *bias,
                                          double           eps);
EmoTensor   *emo_op_rms_norm             (EmoScope        *scope,
                                          EmoTensor       *x,
                                          EmoTensor       *weight,
                                          double           eps);          /* in float32, as Qwen2RMSNorm */
EmoTensor   *emo_op_gelu                 (EmoScope        *scope,
                                          EmoTensor       *x);            /* exact, erf */
EmoTensor   *emo_op_quick_gelu           (EmoScope        *scope,
                                          EmoTensor       *x);            /* x sigmoid(1.702 x) */
EmoTensor   *emo_op_activate             (EmoScope        *scope,
                                          EmoTensor       *x,
                                          EmoActivation    activation);
EmoTensor   *emo_op_silu_mul             (EmoScope        *scope,
                                          EmoTensor       *gate,
                                          EmoTensor       *up);           /* silu(gate) * up */
/* Rotates halves: x [S, heads, D], cos and sin [S, D/2] float32. */
EmoTensor   *emo_op_rotate               (EmoScope        *scope,
                                          EmoTensor       *x,
                                          EmoTensor       *cosine,
                                          EmoTensor       *sine);
/* softmax(q k^T / sqrt(D) + mask) v for grouped heads: q [S, heads, D],
 * k and v [kv_heads, L, D], mask [S, L] additive float32 (nullable)
 * -> [S, heads * D]. */
EmoTensor   *emo_op_attend               (EmoScope        *scope,
                                          EmoTensor       *q,
                                          EmoTensor       *k,
                                          EmoTensor       *v,
                                          EmoTensor       *mask);
/* Rows of weight [V, H] in @dtype. */
EmoTensor   *emo_op_embed                (EmoScope        *scope,
                                          EmoTensor       *weight,
                                          const guint32   *ids,
                                          guint            n_ids,
                                          EmoDtype         dtype);
EmoTensor   *emo_op_rows                 (EmoScope        *scope,
                                          EmoTensor       *x,
                                          int              dim,
                                          const int       *rows,
                                          guint            n_rows);       /* a copy */
EmoTensor   *emo_op_reshape              (EmoScope        *scope,
                                          EmoTensor       *x,
                                          guint            rank,
                                          const gint64    *shape);        /* one may be -1 */
EmoTensor   *emo_op_narrow               (EmoScope        *scope,
                                          EmoTensor       *x,
                                          int              dim,
                                          gint64           start,
                                          gint64           length);       /* a view */
EmoTensor   *emo_op_transpose            (EmoScope        *scope,
                                          EmoTensor       *x,
                                          int              dim0,
                                          int              dim1);         /* a view */
EmoTensor   *emo_op_cat                  (EmoScope        *scope,
                                          EmoTensor      **tensors,
                                          guint            n_tensors,
                                          int              dim);
/* Copies @src into dst[:, start:start+n, :] of a buffer that outlives the
 * scope. */
void         emo_op_store                (EmoScope        *scope,
                                          EmoTensor       *dst,
                                          gint64           start,
                                          EmoTensor       *src);          /* [A, n, D] into [A, max, D] */
/* log softmax over the last dimension in float32, at (row, column) pairs:
 * logits [R, V] -> [n]. */
EmoTensor   *emo_op_log_probs            (EmoScope        *scope,
                                          EmoTensor       *logits,
                                          const int       *rows,
                                          const int       *columns,
                                          guint            n);
/* Index of the largest of a vector; -1 once an error is latched. */
gint64       emo_op_argmax               (EmoScope        *scope,
                                          EmoTensor       *x);
/* A draw from softmax(x / temperature), @uniform in [0, 1). */
gint64       emo_op_sample               (EmoScope        *scope,
                                          EmoTensor       *x,
                                          double           temperature,
                                          double           uniform);
/* A leaf with gradient, holding x's values. */
EmoTensor   *emo_op_leaf                 (EmoScope        *scope,
                                          EmoTensor       *x);
/* d (seed . y) / d leaf; @seed is shaped as y, NULL for a scalar y. */
EmoTensor   *emo_op_grad                 (EmoScope        *scope,
                                          EmoTensor       *y,
                                          EmoTensor       *seed,
                                          EmoTensor       *leaf);

/* --- Convolution, for the teachers: pictures x [B, C, H, W] --- */

/* weight [N, C, K, K], bias [N] (nullable) -> [B, N, H', W'], in x's type. */
EmoTensor   *emo_op_conv2d               (EmoScope        *scope,
                                          EmoTensor       *x,
                                          EmoTensor       *weight,
                                          EmoTensor       *bias,
                                          int              stride,
                                          int              padding);
/* weight, bias, mean, variance [C]. Training takes the batch's statistics and
 * moves @mean and @variance (unbiased) towards them by @momentum, in place; of
 * one value a channel there are none, and the running ones serve. */
EmoTensor   *emo_op_batch_norm           (EmoScope        *scope,
                                          EmoTensor       *x,
                                          EmoTensor       *weight,
                                          EmoTensor       *bias,
                                          EmoTensor       *mean,
                                          EmoTensor       *variance,
                                          gboolean         training,
                                          double           momentum,
                                          double           eps);
EmoTensor   *emo_op_max_pool             (EmoScope        *scope,
                                          EmoTensor       *x,
                                          int              size,
                                          int              stride,
                                          int              padding);
/* Means of a grid of @side x @side equal fields -> [B, C, side, side]. */
EmoTensor   *emo_op_average_pool         (EmoScope        *scope,
                                          EmoTensor       *x,
                                          int              side);

G_END_DECLS
