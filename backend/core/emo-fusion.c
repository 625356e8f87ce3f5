/* emo-fusion.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-fusion.h"

typedef struct
{
  EmoGateKind     kind;
  EmoVlmInput     vlm_input;
  EmoFusionFunc   func;
  gpointer        gate;
  GDestroyNotify  gate_free;
} Gate;

struct _EmoFusion
{
  gatomicrefcount  ref_count;
  guint            n_labels;
  GArray          *gates;     /* of Gate */
};

G_DEFINE_BOXED_TYPE (EmoFusion, emo_fusion, emo_fusion_ref, emo_fusion_unref)

static void
clear_gate (gpointer data)
{
  Gate *gate = data;

  if (gate->gate_free != NULL)
    gate->gate_free (gate->gate);
}

/**
 * emo_fusion_new:
 * @n_labels: labels of the model
 *
 * Returns: (transfer full): a fusion without gates, for a loader to fill
 */
EmoFusion *
emo_fusion_new (guint n_labels)
{
  EmoFusion *self;

  g_return_val_if_fail (n_labels > 0, NULL);

  self = g_new0 (EmoFusion, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->n_labels = n_labels;
  self->gates = g_array_new (FALSE, FALSE, sizeof (Gate));
  g_array_set_clear_func (self->gates, clear_gate);

  return self;
}

/**
 * emo_fusion_ref:
 * @self: a fusion
 *
 * Returns: (transfer full): @self, with one reference more
 */
EmoFusion *
emo_fusion_ref (EmoFusion *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/**
 * emo_fusion_unref:
 * @self: (transfer full): a fusion
 *
 * Gives a reference back; the last one frees the gates. Any thread may.
 */
void
emo_fusion_unref (EmoFusion *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_array_unref (self->gates);
  g_free (self);
}

/**
 * emo_fusion_take_gate:
 * @self: a fusion that nobody else has seen yet
 * @kind: the gate's kind
 * @vlm_input: what it sees of the VLM
 * @func: the gate as a function; any thread may call it
 * @gate: (transfer full) (nullable): first argument of @func
 * @gate_free: (nullable): frees @gate
 *
 * Adds a gate.
 */
void
emo_fusion_take_gate (EmoFusion      *self,
                      EmoGateKind     kind,
                      EmoVlmInput     vlm_input,
                      EmoFusionFunc   func,
                      gpointer        gate,
                      GDestroyNotify  gate_free)
{
  Gate entry = { kind, vlm_input, func, gate, gate_free };

  g_return_if_fail (self != NULL);
  g_return_if_fail (func != NULL);

  g_array_append_val (self->gates, entry);
}

/**
 * emo_fusion_get_n_labels:
 * @self: a fusion
 *
 * Returns: how long every array is
 */
guint
emo_fusion_get_n_labels (EmoFusion *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_labels;
}

/**
 * emo_fusion_get_n_gates:
 * @self: a fusion
 *
 * Returns: how many gates there are; the first is the one that answers
 */
guint
emo_fusion_get_n_gates (EmoFusion *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->gates->len;
}

/**
 * emo_fusion_get_kind:
 * @self: a fusion
 * @gate: which gate
 *
 * Returns: its kind
 */
EmoGateKind
emo_fusion_get_kind (EmoFusion *self,
                     guint      gate)
{
  g_return_val_if_fail (self != NULL && gate < self->gates->len, EMO_GATE_KIND_CONCAT_LINEAR);

  return g_array_index (self->gates, Gate, gate).kind;
}

/**
 * emo_fusion_get_vlm_input:
 * @self: a fusion
 * @gate: which gate
 *
 * Returns: what it sees of the VLM
 */
EmoVlmInput
emo_fusion_get_vlm_input (EmoFusion *self,
                          guint      gate)
{
  g_return_val_if_fail (self != NULL && gate < self->gates->len, EMO_VLM_INPUT_PROBABILITIES);

  return g_array_index (self->gates, Gate, gate).vlm_input;
}

/**
 * emo_fusion_forward:
 * @self: a fusion
 * @gate: which gate
 * @d: [n_labels] distilled logits
 * @v: [n_labels] the VLM's input, as emo_fusion_get_vlm_input() says
 * @logits: (out): [n_labels] gated logits
 */
void
emo_fusion_forward (EmoFusion    *self,
                    guint         gate,
                    const double *d,
                    const double *v,
                    double       *logits)
{
  const Gate *entry;

  g_return_if_fail (self != NULL && gate < self->gates->len);

  entry = &g_array_index (self->gates, Gate, gate);
  entry->func (entry->gate, d, v, logits);
}
