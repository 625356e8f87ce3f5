/* emo-gate-search.c: every kind of gate on the same rows
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>
#include <string.h>

#include "emo-error.h"
#include "emo-fit-private.h"
#include "emo-gate-search.h"
#include "emo-logits.h"

typedef struct
{
  EmoGateKind  kind;
  char        *name;       /* of its best parameters in a checkpoint */
  EmoGate     *gate;       /* as it begins */
  gsize        n;          /* parameters */
  float       *best;       /* [n] */
} Part;

struct _EmoGateSearch
{
  EmoGateRows        rows;
  EmoGateRows        val;
  EmoGateFitOptions  options;
  guint              n_labels;
  guint              n_parts;
  Part              *parts;      /* [n_parts] */
  double            *lowest;     /* [n_parts] loss on val of the best; infinite: none yet */
  gint64             part;       /* the one at work */
  EmoFit            *fit;
  EmoFitStepFunc     step_func;  /* (nullable) */
  gpointer           step_data;
};

static void
take_part (EmoGateSearch *self,
           guint          part,
           EmoFit        *fit)
{
  emo_fit_free (self->fit);
  self->part = part;
  self->fit = fit;
  emo_fit_set_step_func (fit, self->step_func, self->step_data);
}

static EmoFit *
begin_part (EmoGateSearch *self,
            guint          part)
{
  return emo_gate_fit_new_from (self->parts[part].gate, &self->rows, &self->options);
}

/**
 * emo_gate_search_new:
 * @kinds: (array length=n_kinds): kinds of gates, in the order they are fitted
 * @n_kinds: how many, at least one
 * @n_labels: labels
 * @rows: what they learn from, at least one row
 * @val: what they are judged on; no rows: the last epoch is the best
 * @options: of every fit; copied
 *
 * Returns: (transfer full): what has made no step
 */
EmoGateSearch *
emo_gate_search_new (const EmoGateKind        *kinds,
                     guint                     n_kinds,
                     guint                     n_labels,
                     const EmoGateRows        *rows,
                     const EmoGateRows        *val,
                     const EmoGateFitOptions  *options)
{
  EmoGateSearch *self;

  g_return_val_if_fail (kinds != NULL && n_kinds > 0, NULL);
  g_return_val_if_fail (rows != NULL && rows->n > 0 && val != NULL && options != NULL, NULL);

  self = g_new0 (EmoGateSearch, 1);
  self->rows = *rows;
  self->val = *val;
  self->options = *options;
  self->n_labels = n_labels;
  self->n_parts = n_kinds;
  self->parts = g_new0 (Part, n_kinds);
  self->lowest = g_new (double, n_kinds);
  for (guint i = 0; i < n_kinds; i++)
    {
      Part *part = &self->parts[i];

      part->kind = kinds[i];
      part->name = g_strdup_printf ("search.best.%s", emo_gate_kind_to_string (kinds[i]));
      part->gate = emo_gate_new (kinds[i], n_labels, options->seed);
      part->n = emo_gate_get_n_parameters (part->gate);
      part->best = g_new (float, part->n);
      emo_gate_get_parameters (part->gate, part->best);
      self->lowest[i] = INFINITY;
    }
  take_part (self, 0, begin_part (self, 0));

  return self;
}

/**
 * emo_gate_search_free:
 * @self: (transfer full) (nullable): a search
 */
void
emo_gate_search_free (EmoGateSearch *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->n_parts; i++)
    {
      emo_gate_free (self->parts[i].gate);
      g_free (self->parts[i].name);
      g_free (self->parts[i].best);
    }
  emo_fit_free (self->fit);
  g_free (self->parts);
  g_free (self->lowest);
  g_free (self);
}

/**
 * emo_gate_search_set_step_func:
 * @self: a search
 * @func: (nullable): told after every step of every part
 * @user_data: for @func
 */
void
emo_gate_search_set_step_func (EmoGateSearch  *self,
                               EmoFitStepFunc  func,
                               gpointer        user_data)
{
  g_return_if_fail (self != NULL);

  self->step_func = func;
  self->step_data = user_data;
  emo_fit_set_step_func (self->fit, func, user_data);
}

static EmoMetrics *
judge (EmoGateSearch *self)
{
  g_autoptr(EmoGate) gate = NULL;
  g_autofree float *logits = NULL;

  if (self->val.n == 0)
    return NULL;
  gate = emo_gate_fit_dup_gate (self->fit);
  logits = emo_gate_fit_ask (gate, &self->val, self->options.vlm_input);

  return emo_logits_measure (logits, self->val.labels, self->val.n, self->n_labels);
}

typedef struct
{
  EmoGateSearch     *self;
  EmoGateSearchFunc  func;
  gpointer           user_data;
} Watch;

static gboolean
epoch_cb (EmoFit   *fit,
          guint     epoch,
          double    loss,
          gpointer  user_data)
{
  Watch *watch = user_data;
  EmoGateSearch *self = watch->self;
  g_autoptr(EmoMetrics) val = judge (self);
  Part *part = &self->parts[self->part];

  if (val == NULL || val->nll < self->lowest[self->part])
    {
      memcpy (part->best, emo_fit_get_parameters (fit), part->n * sizeof (float));
      self->lowest[self->part] = val != NULL ? val->nll : INFINITY;
    }

  return watch->func == NULL || watch->func (self, self->part, epoch, loss, val, watch->user_data);
}

/**
 * emo_gate_search_run:
 * @self: a search
 * @func: (nullable): told after every epoch of every part
 * @user_data: for @func
 * @cancellable: (nullable): tested before every step
 * @error: return location
 *
 * Runs to the end from wherever it is.
 *
 * Errors: those of emo_fit_run().
 *
 * Returns: %FALSE if it failed or was cancelled
 */
gboolean
emo_gate_search_run (EmoGateSearch      *self,
                     EmoGateSearchFunc   func,
                     gpointer            user_data,
                     GCancellable       *cancellable,
                     GError            **error)
{
  Watch watch = { self, func, user_data };

  g_return_val_if_fail (self != NULL, FALSE);

  for (;;)
    {
      if (!emo_fit_run (self->fit, epoch_cb, &watch, cancellable, error))
        return FALSE;
      if (self->part + 1 == self->n_parts)
        return TRUE;
      take_part (self, self->part + 1, begin_part (self, self->part + 1));
    }
}

/**
 * emo_gate_search_get_part:
 * @self: a search
 *
 * Returns: the place of the kind at work
 */
guint
emo_gate_search_get_part (EmoGateSearch *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->part;
}

/**
 * emo_gate_search_get_epoch:
 * @self: a search
 *
 * Returns: how many epochs of the part at work are done
 */
guint
emo_gate_search_get_epoch (EmoGateSearch *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return emo_fit_get_epoch (self->fit);
}

/**
 * emo_gate_search_get_n_steps:
 * @self: a search
 *
 * Returns: how many steps all parts have
 */
guint64
emo_gate_search_get_n_steps (EmoGateSearch *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return emo_fit_get_n_steps (self->fit) * self->n_parts;
}

/**
 * emo_gate_search_get_step:
 * @self: a search
 *
 * Returns: how many of them lie behind, where a part that was ended counts as done
 */
guint64
emo_gate_search_get_step (EmoGateSearch *self)
{
  guint64 a_part, an_epoch;

  g_return_val_if_fail (self != NULL, 0);

  a_part = emo_fit_get_n_steps (self->fit);
  an_epoch = a_part / self->options.epochs;

  return a_part * self->part + an_epoch * emo_fit_get_epoch (self->fit) + emo_fit_get_step (self->fit);
}

/**
 * emo_gate_search_dup_gate:
 * @self: a search
 * @part: a kind's place
 *
 * Returns: (transfer full): the best gate of the kind so far
 */
EmoGate *
emo_gate_search_dup_gate (EmoGateSearch *self,
                          guint          part)
{
  EmoGate *gate;

  g_return_val_if_fail (self != NULL && part < self->n_parts, NULL);

  gate = emo_gate_dup (self->parts[part].gate);
  emo_gate_set_parameters (gate, self->parts[part].best);

  return gate;
}

/* --- State --- */

static EmoStoredTensor
describe_part (EmoGateSearch *self)
{
  return (EmoStoredTensor) { .name = "search.part", .stored = EMO_STORED_I64, .rank = 1, .shape = { 1 },
                             .data = (const guint8 *) &self->part, .n_bytes = sizeof self->part };
}

static EmoStoredTensor
describe_lowest (EmoGateSearch *self)
{
  return (EmoStoredTensor) { .name = "search.lowest", .stored = EMO_STORED_F64, .rank = 1, .shape = { self->n_parts },
                             .data = (const guint8 *) self->lowest, .n_bytes = self->n_parts * sizeof *self->lowest };
}

static EmoStoredTensor
describe_best (const Part *part)
{
  return (EmoStoredTensor) { .name = part->name, .stored = EMO_STORED_F32, .rank = 1, .shape = { part->n },
                             .data = (const guint8 *) part->best, .n_bytes = part->n * sizeof *part->best };
}

/**
 * emo_gate_search_list_state:
 * @self: a search
 *
 * Returns: (transfer full) (element-type EmoStoredTensor): its tensors, which
 *   lend from @self until it runs
 */
GArray *
emo_gate_search_list_state (EmoGateSearch *self)
{
  EmoStoredTensor tensor;
  GArray *tensors;

  g_return_val_if_fail (self != NULL, NULL);

  tensors = emo_fit_list_state (self->fit);
  tensor = describe_part (self);
  g_array_append_val (tensors, tensor);
  tensor = describe_lowest (self);
  g_array_append_val (tensors, tensor);
  for (guint i = 0; i < self->n_parts; i++)
    {
      tensor = describe_best (&self->parts[i]);
      g_array_append_val (tensors, tensor);
    }

  return tensors;
}

/* Everything that is to be found, before anything is changed: part, lowest and
 * each part's best. */
static gboolean
find_state (EmoGateSearch          *self,
            const EmoStoredTensor  *tensors,
            guint                   n_tensors,
            const EmoStoredTensor **found,
            GError                **error)
{
  for (guint i = 0; i < self->n_parts + 2; i++)
    {
      EmoStoredTensor wanted = i == 0 ? describe_part (self) : i == 1 ? describe_lowest (self) : describe_best (&self->parts[i - 2]);

      found[i] = _emo_fit_find_tensor (tensors, n_tensors, &wanted, error);
      if (found[i] == NULL)
        return FALSE;
    }

  return TRUE;
}

/**
 * emo_gate_search_restore:
 * @self: a search of the same rows and options
 * @tensors: [n_tensors] those of emo_gate_search_list_state(), among others
 * @n_tensors: how many
 * @error: return location
 *
 * Errors: MISSING_WEIGHT, SHAPE, INVALID_FILE; then it is as it was.
 *
 * Returns: whether it goes on from there
 */
gboolean
emo_gate_search_restore (EmoGateSearch          *self,
                         const EmoStoredTensor  *tensors,
                         guint                   n_tensors,
                         GError                **error)
{
  g_autofree const EmoStoredTensor **found = NULL;
  g_autoptr(EmoFit) fit = NULL;
  gint64 part;

  g_return_val_if_fail (self != NULL, FALSE);

  found = g_new (const EmoStoredTensor *, self->n_parts + 2);
  if (!find_state (self, tensors, n_tensors, found, error))
    return FALSE;
  memcpy (&part, found[0]->data, sizeof part);
  if (part < 0 || part >= self->n_parts)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "search.part: expected 0 to %u, found %" G_GINT64_FORMAT,
                   self->n_parts - 1, part);
      return FALSE;
    }
  fit = begin_part (self, part);
  if (!emo_fit_restore (fit, tensors, n_tensors, error))
    return FALSE;
  memcpy (self->lowest, found[1]->data, found[1]->n_bytes);
  for (guint i = 0; i < self->n_parts; i++)
    memcpy (self->parts[i].best, found[i + 2]->data, found[i + 2]->n_bytes);
  take_part (self, part, g_steal_pointer (&fit));

  return TRUE;
}
