/* emo-gate-private.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-gate.h"
#include "emo-label-set.h"

G_BEGIN_DECLS

/* A gate kind is one constant vtable in a file of its own and one line in
 * emo-gate.c's table; nothing else switches on the kind. */

/* A parameter's sides in terms of the gate's sizes. */
typedef enum
{
  EMO_GATE_NONE,    /* past the rank */
  EMO_GATE_N,       /* labels */
  EMO_GATE_2N,      /* both inputs */
  EMO_GATE_FREE,    /* what the file says: experts, bilinear features */
  EMO_GATE_2,       /* branches */
} EmoGateSide;

typedef struct
{
  const char  *name;      /* state-dict name; "%u" is repeated for each of FREE */
  EmoGateSide  sides[3];
} EmoGateParameter;

#define EMO_GATE_MAX_PARAMETERS 6
#define EMO_GATE_MAX_WEIGHTS    8

typedef struct
{
  /* The repeated parameters come last. */
  EmoGateParameter parameters[EMO_GATE_MAX_PARAMETERS];
  guint            n_parameters;
  /* (nullable): the tensor whose first side is FREE, at most max_free. */
  const char      *free_name;
  guint            max_free;
  /* FREE of a new gate of @n labels; unset: none. */
  guint            (*new_free) (guint n);
  /* The first of the parameters that the logits are linear in, and all after
   * it: scaling them scales the logits. */
  guint            first_output;

  void             (*forward) (const EmoGate *self,
                               const double  *d,        /* [n] */
                               const double  *v,        /* [n] */
                               double        *logits);  /* [n] */
  /* Adds the loss's derivative by each of the values, given that by the logits. */
  void             (*gradient) (const EmoGate *self,
                                const double  *d,        /* [n] */
                                const double  *v,        /* [n] */
                                const double  *by_logit, /* [n] */
                                double       **sums);    /* as the values */
  /* (nullable): branch or expert weights; their title is of the kind. */
  guint            (*weights) (const EmoGate *self,
                               const double  *d,
                               const double  *v,
                               double        *weights);
} EmoGateClass;

struct _EmoGate
{
  const EmoGateClass *klass;
  EmoGateKind         kind;
  guint               n;         /* labels */
  guint               free;      /* FREE, 0 where the kind has none */
  double            **values;    /* [n_values] in the order of the parameters, the repeated ones expert by expert */
  gsize              *counts;    /* [n_values] how many numbers each has */
  guint               n_values;
};

extern const EmoGateClass _emo_gate_concat;
extern const EmoGateClass _emo_gate_bilinear;
extern const EmoGateClass _emo_gate_moe;
extern const EmoGateClass _emo_gate_dynamic;
extern const EmoGateClass _emo_gate_cross;
extern const EmoGateClass *const _emo_gate_classes[EMO_N_GATE_KINDS];

/* EmoWeightShape of each of the values, under the state dict's names; those that
 * are made here go to @names. */
GArray *_emo_gate_list_shapes (const EmoGate *self,
                               GPtrArray     *names);
/* Room for the values' addresses, and how long each is. */
void    _emo_gate_prepare     (EmoGate       *self,
                               GArray        *shapes);

/* out [rows] = weight [rows, columns] x + bias [rows] */
void _emo_gate_linear  (const double *weight,
                        const double *bias,
                        const double *x,
                        guint         rows,
                        guint         columns,
                        double       *out);
/* What by_out [rows] means for a linear layer: added to weight_sums [rows,
 * columns] and bias_sums [rows]. */
void _emo_gate_linear_gradient (const double *x,
                                const double *by_out,
                                guint         rows,
                                guint         columns,
                                double       *weight_sums,
                                double       *bias_sums);
/* by_x [columns] = weight' by_out */
void _emo_gate_linear_back (const double *weight,
                            const double *by_out,
                            guint         rows,
                            guint         columns,
                            double       *by_x);
/* Logits by softmax: by_logit [n] from @softmax [n] and by_softmax [n]. */
void _emo_gate_softmax_back (const double *softmax,
                             const double *by_softmax,
                             guint         n,
                             double       *by_logit);
/* out [2n] = [d; v] */
void _emo_gate_concat_inputs (const EmoGate *self,
                              const double  *d,
                              const double  *v,
                              double        *out);
/* In place. */
void _emo_gate_softmax (double       *values,
                        guint         n);

G_END_DECLS
