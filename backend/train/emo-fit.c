/* emo-fit.c: epochs of batches
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-draw.h"
#include "emo-error.h"
#include "emo-fit-private.h"

/* What a checkpoint holds, under the fit's name. */
enum { PARAMETERS, M, V, LOSS, POSITION, N_TENSORS };

static const char *const suffixes[N_TENSORS] = {
  [PARAMETERS] = ".parameters",
  [M] = ".m",
  [V] = ".v",
  [LOSS] = ".loss",
  [POSITION] = ".position",
};

/* A whole state. That of an epoch's beginning is kept: should the loss become
 * something that is no number, the updates before may already be to blame. */
typedef struct
{
  float  *parameters;   /* [n] */
  float  *m;            /* [n] */
  float  *v;            /* [n] */
  double  loss_sum;     /* over this epoch's rows so far */
  gint64  position[3];  /* epochs done, steps done in the next one, whether a watcher ended it */
} State;

struct _EmoFit
{
  EmoFitSettings  settings;
  char           *names[N_TENSORS];
  gsize           n;             /* parameters */
  EmoFitLossFunc  loss;
  gpointer        model;
  GDestroyNotify  model_free;

  EmoAdam        *adam;
  State           now;           /* its moments are the optimizer's */
  State           good;
  gboolean        has_good;
  float          *gradients;     /* [n] */
  guint32        *order;         /* [n_rows] of ordered_epoch */
  gint64          ordered_epoch; /* -1: none */

  EmoFitStep      last;
  EmoFitStepFunc  step_func;     /* (nullable) */
  gpointer        step_data;
};

static void
state_copy (const State *from,
            State       *to,
            gsize        n)
{
  memcpy (to->parameters, from->parameters, n * sizeof (float));
  memcpy (to->m, from->m, n * sizeof (float));
  memcpy (to->v, from->v, n * sizeof (float));
  to->loss_sum = from->loss_sum;
  memcpy (to->position, from->position, sizeof to->position);
}

/**
 * emo_fit_new:
 * @settings: copied
 * @parameters: [n_parameters] where it begins; copied
 * @n_parameters: how many
 * @loss: the loss and its derivatives
 * @model: what @loss is given
 * @model_free: (nullable): frees @model with the fit
 *
 * Returns: (transfer full): a fit that has made no step
 */
EmoFit *
emo_fit_new (const EmoFitSettings *settings,
             const float          *parameters,
             gsize                 n_parameters,
             EmoFitLossFunc        loss,
             gpointer              model,
             GDestroyNotify        model_free)
{
  EmoFit *self;

  g_return_val_if_fail (settings != NULL && settings->name != NULL, NULL);
  g_return_val_if_fail (settings->n_rows > 0 && settings->n_rows <= G_MAXUINT32, NULL);
  g_return_val_if_fail (settings->batch > 0, NULL);

  self = g_new0 (EmoFit, 1);
  self->settings = *settings;
  for (guint i = 0; i < N_TENSORS; i++)
    self->names[i] = g_strconcat (settings->name, suffixes[i], NULL);
  self->settings.name = NULL;
  self->n = n_parameters;
  self->loss = loss;
  self->model = model;
  self->model_free = model_free;
  self->adam = emo_adam_new (n_parameters, &settings->adam);
  self->now.parameters = g_memdup2 (parameters, n_parameters * sizeof *parameters);
  self->now.m = emo_adam_get_m (self->adam);
  self->now.v = emo_adam_get_v (self->adam);
  self->good.parameters = g_new (float, n_parameters);
  self->good.m = g_new (float, n_parameters);
  self->good.v = g_new (float, n_parameters);
  self->gradients = g_new (float, n_parameters);
  self->order = g_new (guint32, settings->n_rows);
  self->ordered_epoch = -1;

  return self;
}

/**
 * emo_fit_free:
 * @self: (transfer full) (nullable): a fit
 */
void
emo_fit_free (EmoFit *self)
{
  if (self == NULL)
    return;
  if (self->model_free != NULL)
    self->model_free (self->model);
  for (guint i = 0; i < N_TENSORS; i++)
    g_free (self->names[i]);
  emo_adam_free (self->adam);
  g_free (self->now.parameters);
  g_free (self->good.parameters);
  g_free (self->good.m);
  g_free (self->good.v);
  g_free (self->gradients);
  g_free (self->order);
  g_free (self);
}

static guint64
steps_an_epoch (EmoFit *self)
{
  return (self->settings.n_rows + self->settings.batch - 1) / self->settings.batch;
}

/* The order of rows is a function of seed and epoch alone. */
static void
order_rows (EmoFit *self)
{
  gint64 epoch = self->now.position[0];
  EmoDraw draw = emo_draw_begin (self->settings.seed, "shuffle", epoch, 0, 0);

  if (self->ordered_epoch == epoch)
    return;
  for (guint32 i = 0; i < self->settings.n_rows; i++)
    self->order[i] = i;
  emo_draw_shuffle (&draw, self->order, self->settings.n_rows);
  self->ordered_epoch = epoch;
}

static gboolean
all_finite (const float *values,
            gsize        n)
{
  float sum = 0;

  /* Nothing times 0 is 0 but what is finite. */
  for (gsize i = 0; i < n; i++)
    sum += values[i] * 0;

  return sum == 0;
}

static gboolean
refuse (EmoFit  *self,
        double   loss,
        GError **error)
{
  g_autofree char *name = g_strndup (self->names[0], strlen (self->names[0]) - strlen (suffixes[0]));

  g_set_error (error, EMO_ERROR, EMO_ERROR_MODEL,
               "%s: the loss (%g) or a gradient of epoch %" G_GINT64_FORMAT ", step %" G_GINT64_FORMAT
               " is not finite: training has diverged; a smaller learning rate may help",
               name, loss, self->now.position[0] + 1, MIN (self->now.position[1] + 1, (gint64) steps_an_epoch (self)));
  if (self->has_good)
    {
      state_copy (&self->good, &self->now, self->n);
      emo_adam_set_step (self->adam, self->now.position[0] * steps_an_epoch (self) + self->now.position[1]);
    }

  return FALSE;
}

/* The rate of the step that comes next. */
static double
get_lr (EmoFit *self)
{
  const EmoFitSettings *settings = &self->settings;
  EmoLrSchedule schedule = { settings->shape, settings->adam.lr, settings->warmup, emo_fit_get_n_steps (self) };

  return emo_lr_schedule_get (&schedule, self->now.position[0] * steps_an_epoch (self) + self->now.position[1]);
}

static gboolean
step (EmoFit  *self,
      GError **error)
{
  const EmoFitSettings *settings = &self->settings;
  gsize first = self->now.position[1] * settings->batch;
  guint n = MIN (settings->batch, settings->n_rows - first);
  double loss;

  order_rows (self);
  loss = self->loss (self->model, self->now.parameters, self->order + first, n, self->now.position[0], self->gradients);
  if (!isfinite (loss) || !all_finite (self->gradients, self->n))
    return refuse (self, loss, error);
  if (!self->has_good || self->now.position[1] == 0)
    {
      state_copy (&self->now, &self->good, self->n);
      self->has_good = TRUE;
    }
  self->last = (EmoFitStep) { n, loss, get_lr (self) };
  emo_adam_set_lr (self->adam, self->last.lr);
  emo_adam_update (self->adam, self->now.parameters, self->gradients);
  self->now.loss_sum += loss * n;
  self->now.position[1]++;

  return TRUE;
}

/* Without a next step there is no loss that would show what the last did. */
static gboolean
end_epoch (EmoFit           *self,
           EmoFitEpochFunc   func,
           gpointer          user_data,
           GError          **error)
{
  double loss = self->now.loss_sum / self->settings.n_rows;

  if (!all_finite (self->now.parameters, self->n))
    return refuse (self, loss, error);
  self->now.position[0]++;
  self->now.position[1] = 0;
  self->now.loss_sum = 0;
  if (func != NULL)
    self->now.position[2] = !func (self, self->now.position[0], loss, user_data);

  return TRUE;
}

/**
 * emo_fit_run:
 * @self: a fit
 * @func: (nullable): told after every epoch
 * @user_data: for @func
 * @cancellable: (nullable): tested before every step
 * @error: return location
 *
 * Runs to the last epoch from wherever the fit is.
 *
 * Errors: MODEL where a loss, a gradient or a parameter is no finite number: the
 * state is then that of the beginning of the epoch, which had a finite loss.
 *
 * Returns: %FALSE if it failed, was cancelled or was ended by the step's function
 */
gboolean
emo_fit_run (EmoFit           *self,
             EmoFitEpochFunc   func,
             gpointer          user_data,
             GCancellable     *cancellable,
             GError          **error)
{
  g_return_val_if_fail (self != NULL, FALSE);

  while (!self->now.position[2] && self->now.position[0] < self->settings.epochs)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (!step (self, error))
        return FALSE;
      if ((guint64) self->now.position[1] == steps_an_epoch (self) && !end_epoch (self, func, user_data, error))
        return FALSE;
      if (self->step_func != NULL && !self->step_func (self, &self->last, self->step_data, error))
        return FALSE;
    }

  return TRUE;
}

/**
 * emo_fit_set_step_func:
 * @self: a fit
 * @func: (nullable): told after every step
 * @user_data: for @func
 */
void
emo_fit_set_step_func (EmoFit         *self,
                       EmoFitStepFunc  func,
                       gpointer        user_data)
{
  g_return_if_fail (self != NULL);

  self->step_func = func;
  self->step_data = user_data;
}

/**
 * emo_fit_get_n_steps:
 * @self: a fit
 *
 * Returns: how many steps all epochs have
 */
guint64
emo_fit_get_n_steps (EmoFit *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return steps_an_epoch (self) * self->settings.epochs;
}

/**
 * emo_fit_get_epoch:
 * @self: a fit
 *
 * Returns: how many epochs are done
 */
guint
emo_fit_get_epoch (EmoFit *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->now.position[0];
}

/**
 * emo_fit_get_step:
 * @self: a fit
 *
 * Returns: how many steps of the next epoch are done
 */
guint
emo_fit_get_step (EmoFit *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->now.position[1];
}

/**
 * emo_fit_get_parameters:
 * @self: a fit
 *
 * Returns: (transfer none): all parameters as they are now
 */
const float *
emo_fit_get_parameters (EmoFit *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->now.parameters;
}

/**
 * emo_fit_get_model:
 * @self: a fit
 *
 * Returns: (transfer none): what the loss is given
 */
gpointer
emo_fit_get_model (EmoFit *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->model;
}

/* The tensors with the addresses of what they are in @state. */
static void
describe (EmoFit          *self,
          const State     *state,
          EmoStoredTensor *tensors)
{
  const struct { EmoStored stored; gint64 n; const void *data; } parts[N_TENSORS] = {
    [PARAMETERS] = { EMO_STORED_F32, self->n, state->parameters },
    [M] = { EMO_STORED_F32, self->n, state->m },
    [V] = { EMO_STORED_F32, self->n, state->v },
    [LOSS] = { EMO_STORED_F64, 1, &state->loss_sum },
    [POSITION] = { EMO_STORED_I64, 3, state->position },
  };

  for (guint i = 0; i < N_TENSORS; i++)
    tensors[i] = (EmoStoredTensor) { .name = self->names[i], .stored = parts[i].stored, .rank = 1, .shape = { parts[i].n },
                                     .data = parts[i].data, .n_bytes = parts[i].n * emo_stored_get_size (parts[i].stored) };
}

/**
 * emo_fit_list_state:
 * @self: a fit
 *
 * Returns: (transfer full) (element-type EmoStoredTensor): its tensors
 */
GArray *
emo_fit_list_state (EmoFit *self)
{
  GArray *tensors = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  tensors = g_array_new (FALSE, FALSE, sizeof (EmoStoredTensor));
  g_array_set_size (tensors, N_TENSORS);
  describe (self, &self->now, &g_array_index (tensors, EmoStoredTensor, 0));

  return tensors;
}

const EmoStoredTensor *
_emo_fit_find_tensor (const EmoStoredTensor  *tensors,
                      guint                   n_tensors,
                      const EmoStoredTensor  *wanted,
                      GError                **error)
{
  for (guint i = 0; i < n_tensors; i++)
    {
      const EmoStoredTensor *tensor = &tensors[i];

      if (!g_str_equal (tensor->name, wanted->name))
        continue;
      if (tensor->stored == wanted->stored && tensor->rank == wanted->rank && tensor->n_bytes == wanted->n_bytes
          && memcmp (tensor->shape, wanted->shape, wanted->rank * sizeof *wanted->shape) == 0)
        return tensor;
      g_set_error (error, EMO_ERROR, EMO_ERROR_SHAPE,
                   "%s: expected %s of rank %u, %" G_GSIZE_FORMAT " bytes, found %s of rank %u, %" G_GSIZE_FORMAT " bytes",
                   wanted->name, emo_stored_to_string (wanted->stored), wanted->rank, wanted->n_bytes,
                   emo_stored_to_string (tensor->stored), tensor->rank, tensor->n_bytes);
      return NULL;
    }
  g_set_error (error, EMO_ERROR, EMO_ERROR_MISSING_WEIGHT, "The checkpoint has no %s", wanted->name);

  return NULL;
}

static gboolean
check_position (EmoFit        *self,
                const gint64  *position,
                GError       **error)
{
  if (position[0] >= 0 && position[0] <= self->settings.epochs
      && position[1] >= 0 && (guint64) position[1] < steps_an_epoch (self)
      && (position[2] == 0 || position[2] == 1))
    return TRUE;
  g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE,
               "%s: expected up to %u epochs of %" G_GUINT64_FORMAT " steps, found %" G_GINT64_FORMAT " and step %" G_GINT64_FORMAT,
               self->names[POSITION], self->settings.epochs, steps_an_epoch (self), position[0], position[1]);

  return FALSE;
}

/**
 * emo_fit_restore:
 * @self: a fit
 * @tensors: [n_tensors] those of emo_fit_list_state(), in any order, among others
 * @n_tensors: how many
 * @error: return location
 *
 * Errors: MISSING_WEIGHT, SHAPE, INVALID_FILE; then the fit is as it was.
 *
 * Returns: whether it goes on from there
 */
gboolean
emo_fit_restore (EmoFit                 *self,
                 const EmoStoredTensor  *tensors,
                 guint                   n_tensors,
                 GError                **error)
{
  EmoStoredTensor wanted[N_TENSORS];
  const EmoStoredTensor *found[N_TENSORS];
  gint64 position[3];

  g_return_val_if_fail (self != NULL, FALSE);

  describe (self, &self->now, wanted);
  for (guint i = 0; i < N_TENSORS; i++)
    {
      found[i] = _emo_fit_find_tensor (tensors, n_tensors, &wanted[i], error);
      if (found[i] == NULL)
        return FALSE;
    }
  memcpy (position, found[POSITION]->data, sizeof position);
  if (!check_position (self, position, error))
    return FALSE;
  memcpy (self->now.parameters, found[PARAMETERS]->data, found[PARAMETERS]->n_bytes);
  memcpy (self->now.m, found[M]->data, found[M]->n_bytes);
  memcpy (self->now.v, found[V]->data, found[V]->n_bytes);
  memcpy (&self->now.loss_sum, found[LOSS]->data, sizeof self->now.loss_sum);
  memcpy (self->now.position, position, sizeof position);
  emo_adam_set_step (self->adam, position[0] * steps_an_epoch (self) + position[1]);
  self->has_good = FALSE;

  return TRUE;
}
