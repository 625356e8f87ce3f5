/* emo-cross-fit.c: heads that have not seen the row
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-cross-fit.h"
#include "emo-draw.h"
#include "emo-error.h"
#include "emo-fit-private.h"

struct _EmoCrossFit
{
  EmoHeadRows        rows;
  EmoHeadFitOptions  options;
  guint              n_labels;
  guint              n_folds;
  guint             *folds;    /* [n] */
  float             *logits;   /* [n, labels] out of fold */
  gint64             part;     /* n_folds: on all rows */
  guint64            steps_before;   /* of the parts before it */
  guint32           *subset;   /* [n] the rows that the fit at work has */
  EmoFit            *fit;
  EmoFitStepFunc     step_func;   /* (nullable) */
  gpointer           step_data;
};

static guint32
row_at (const EmoHeadRows *rows,
        gsize              index)
{
  return rows->subset != NULL ? rows->subset[index] : index;
}

/* Each label's rows are shuffled and dealt out, where the label before ended:
 * folds differ by one row at most, in all and of every label. */
static void
deal_folds (EmoCrossFit *self)
{
  g_autofree guint32 *members = g_new (guint32, self->rows.n);
  guint next = 0;

  for (guint label = 0; self->n_folds > 0 && label < self->n_labels; label++)
    {
      EmoDraw draw = emo_draw_begin (self->options.seed, "folds", label, 0, 0);
      guint n = 0;

      for (gsize i = 0; i < self->rows.n; i++)
        if (self->rows.labels[row_at (&self->rows, i)] == label)
          members[n++] = i;
      emo_draw_shuffle (&draw, members, n);
      for (guint i = 0; i < n; i++)
        self->folds[members[i]] = next++ % self->n_folds;
    }
}

/* The fit of @part over its rows, which go to @subset [n]. */
static EmoFit *
begin_part (EmoCrossFit *self,
            guint        part,
            guint32     *subset)
{
  EmoHeadRows rows = self->rows;

  rows.n = 0;
  rows.subset = subset;
  for (gsize i = 0; i < self->rows.n; i++)
    if (self->n_folds == 0 || self->folds[i] != part)
      subset[rows.n++] = row_at (&self->rows, i);

  return emo_head_fit_new (&rows, self->n_labels, &self->options);
}

/* Of the parts before @end. */
static guint64
count_steps (EmoCrossFit *self,
             guint        end)
{
  guint64 n_steps = 0;

  for (guint part = 0; part < end; part++)
    {
      gsize n = self->rows.n;

      for (gsize i = 0; part < self->n_folds && i < self->rows.n; i++)
        n -= self->folds[i] == part;
      n_steps += (n + self->options.batch - 1) / self->options.batch * self->options.epochs;
    }

  return n_steps;
}

static void
take_part (EmoCrossFit *self,
           guint        part,
           EmoFit      *fit,
           guint32     *subset)
{
  emo_fit_free (self->fit);
  g_free (self->subset);
  self->part = part;
  self->steps_before = count_steps (self, part);
  self->fit = fit;
  self->subset = subset;
  emo_fit_set_step_func (fit, self->step_func, self->step_data);
}

/**
 * emo_cross_fit_new:
 * @rows: rows, at least two, whose arrays outlive it
 * @n_labels: labels
 * @n_folds: folds, at least two, as %EMO_CROSS_FIT_FOLDS; or none
 * @options: of every fit; copied
 *
 * Returns: (transfer full): what has made no step
 */
EmoCrossFit *
emo_cross_fit_new (const EmoHeadRows       *rows,
                   guint                    n_labels,
                   guint                    n_folds,
                   const EmoHeadFitOptions *options)
{
  EmoCrossFit *self;
  guint32 *subset;

  g_return_val_if_fail (rows != NULL && rows->n >= 2, NULL);
  g_return_val_if_fail (n_folds != 1, NULL);
  g_return_val_if_fail (options != NULL, NULL);

  self = g_new0 (EmoCrossFit, 1);
  self->rows = *rows;
  self->options = *options;
  self->n_labels = n_labels;
  self->n_folds = n_folds;
  self->folds = g_new0 (guint, rows->n);
  self->logits = g_new0 (float, rows->n * n_labels);
  deal_folds (self);
  subset = g_new (guint32, rows->n);
  take_part (self, 0, begin_part (self, 0, subset), subset);

  return self;
}

/**
 * emo_cross_fit_free:
 * @self: (transfer full) (nullable): a cross-fit
 */
void
emo_cross_fit_free (EmoCrossFit *self)
{
  if (self == NULL)
    return;
  emo_fit_free (self->fit);
  g_free (self->subset);
  g_free (self->folds);
  g_free (self->logits);
  g_free (self);
}

static gboolean
predict_fold (EmoCrossFit   *self,
              GCancellable  *cancellable,
              GError       **error)
{
  g_autoptr(EmoHead) head = emo_head_fit_dup_head (self->fit);
  g_autofree double *logits = g_new (double, self->n_labels);

  for (gsize i = 0; i < self->rows.n; i++)
    {
      if (self->folds[i] != self->part)
        continue;
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      emo_head_forward (head, self->rows.means + (gsize) row_at (&self->rows, i) * self->rows.width, logits);
      for (guint j = 0; j < self->n_labels; j++)
        self->logits[i * self->n_labels + j] = logits[j];
    }

  return TRUE;
}

typedef struct
{
  EmoCrossFit     *self;
  EmoCrossFitFunc  func;
  gpointer         user_data;
} Watch;

static gboolean
epoch_cb (EmoFit   *fit,
          guint     epoch,
          double    loss,
          gpointer  user_data)
{
  Watch *watch = user_data;

  return watch->func == NULL || watch->func (watch->self, watch->self->part, epoch, loss, watch->user_data);
}

/**
 * emo_cross_fit_run:
 * @self: a cross-fit
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
emo_cross_fit_run (EmoCrossFit      *self,
                   EmoCrossFitFunc   func,
                   gpointer          user_data,
                   GCancellable     *cancellable,
                   GError          **error)
{
  Watch watch = { self, func, user_data };

  g_return_val_if_fail (self != NULL, FALSE);

  while (self->part < self->n_folds)
    {
      guint32 *subset;

      if (!emo_fit_run (self->fit, epoch_cb, &watch, cancellable, error) || !predict_fold (self, cancellable, error))
        return FALSE;
      subset = g_new (guint32, self->rows.n);
      take_part (self, self->part + 1, begin_part (self, self->part + 1, subset), subset);
    }

  return emo_fit_run (self->fit, epoch_cb, &watch, cancellable, error);
}

/**
 * emo_cross_fit_get_part:
 * @self: a cross-fit
 *
 * Returns: the part at work; the number of folds is the one on all rows
 */
guint
emo_cross_fit_get_part (EmoCrossFit *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->part;
}

/**
 * emo_cross_fit_set_step_func:
 * @self: a cross-fit
 * @func: (nullable): told after every step of every part
 * @user_data: for @func
 */
void
emo_cross_fit_set_step_func (EmoCrossFit    *self,
                             EmoFitStepFunc  func,
                             gpointer        user_data)
{
  g_return_if_fail (self != NULL);

  self->step_func = func;
  self->step_data = user_data;
  emo_fit_set_step_func (self->fit, func, user_data);
}

/**
 * emo_cross_fit_get_n_steps:
 * @self: a cross-fit
 *
 * Returns: how many steps all parts have
 */
guint64
emo_cross_fit_get_n_steps (EmoCrossFit *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return count_steps (self, self->n_folds + 1);
}

/**
 * emo_cross_fit_get_step:
 * @self: a cross-fit
 *
 * Returns: how many of them lie behind
 */
guint64
emo_cross_fit_get_step (EmoCrossFit *self)
{
  guint64 an_epoch;

  g_return_val_if_fail (self != NULL, 0);

  an_epoch = emo_fit_get_n_steps (self->fit) / self->options.epochs;

  return self->steps_before + an_epoch * emo_fit_get_epoch (self->fit) + emo_fit_get_step (self->fit);
}

/**
 * emo_cross_fit_get_epoch:
 * @self: a cross-fit
 *
 * Returns: how many epochs of the part at work are done
 */
guint
emo_cross_fit_get_epoch (EmoCrossFit *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return emo_fit_get_epoch (self->fit);
}

/**
 * emo_cross_fit_get_folds:
 * @self: a cross-fit
 *
 * Returns: (transfer none): [n] each row's fold
 */
const guint *
emo_cross_fit_get_folds (EmoCrossFit *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->folds;
}

/**
 * emo_cross_fit_get_logits:
 * @self: a cross-fit
 *
 * Returns: (transfer none): [n, labels] out of fold
 */
const float *
emo_cross_fit_get_logits (EmoCrossFit *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->logits;
}

/**
 * emo_cross_fit_dup_head:
 * @self: a cross-fit
 *
 * Returns: (transfer full): the head of the part at work; once all is done, the
 *   one that was fitted on all rows
 */
EmoHead *
emo_cross_fit_dup_head (EmoCrossFit *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return emo_head_fit_dup_head (self->fit);
}

static EmoStoredTensor
describe_part (EmoCrossFit *self)
{
  return (EmoStoredTensor) { .name = "cross.part", .stored = EMO_STORED_I64, .rank = 1, .shape = { 1 },
                             .data = (const guint8 *) &self->part, .n_bytes = sizeof self->part };
}

static EmoStoredTensor
describe_logits (EmoCrossFit *self)
{
  return (EmoStoredTensor) { .name = "cross.logits", .stored = EMO_STORED_F32, .rank = 2,
                             .shape = { self->rows.n, self->n_labels }, .data = (const guint8 *) self->logits,
                             .n_bytes = self->rows.n * self->n_labels * sizeof *self->logits };
}

/**
 * emo_cross_fit_list_state:
 * @self: a cross-fit
 *
 * Returns: (transfer full) (element-type EmoStoredTensor): its tensors, which
 *   lend from @self until it runs
 */
GArray *
emo_cross_fit_list_state (EmoCrossFit *self)
{
  EmoStoredTensor part, logits;
  GArray *tensors;

  g_return_val_if_fail (self != NULL, NULL);

  part = describe_part (self);
  logits = describe_logits (self);
  tensors = emo_fit_list_state (self->fit);
  g_array_append_val (tensors, part);
  g_array_append_val (tensors, logits);

  return tensors;
}

/**
 * emo_cross_fit_restore:
 * @self: a cross-fit of the same rows and options
 * @tensors: [n_tensors] those of emo_cross_fit_list_state(), among others
 * @n_tensors: how many
 * @error: return location
 *
 * Errors: MISSING_WEIGHT, SHAPE, INVALID_FILE; then it is as it was.
 *
 * Returns: whether it goes on from there
 */
gboolean
emo_cross_fit_restore (EmoCrossFit            *self,
                       const EmoStoredTensor  *tensors,
                       guint                   n_tensors,
                       GError                **error)
{
  EmoStoredTensor wanted_part, wanted_logits;
  const EmoStoredTensor *found_part, *found_logits;
  g_autoptr(EmoFit) fit = NULL;
  g_autofree guint32 *subset = NULL;
  gint64 part;

  g_return_val_if_fail (self != NULL, FALSE);

  wanted_part = describe_part (self);
  wanted_logits = describe_logits (self);
  found_part = _emo_fit_find_tensor (tensors, n_tensors, &wanted_part, error);
  if (found_part == NULL)
    return FALSE;
  found_logits = _emo_fit_find_tensor (tensors, n_tensors, &wanted_logits, error);
  if (found_logits == NULL)
    return FALSE;
  memcpy (&part, found_part->data, sizeof part);
  if (part < 0 || part > self->n_folds)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "cross.part: expected 0 to %u, found %" G_GINT64_FORMAT, self->n_folds, part);
      return FALSE;
    }
  subset = g_new (guint32, self->rows.n);
  fit = begin_part (self, part, subset);
  if (!emo_fit_restore (fit, tensors, n_tensors, error))
    return FALSE;
  memcpy (self->logits, found_logits->data, found_logits->n_bytes);
  take_part (self, part, g_steal_pointer (&fit), g_steal_pointer (&subset));

  return TRUE;
}
