/* emo-teacher-trainer.c: a picture network learns labels
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>
#include <string.h>

#include "emo-teacher-trainer.h"
#include "emo-tensor-copies.h"

struct _EmoTeacherTrainer
{
  EmoTeacher             *teacher;
  EmoTeacherPictures     *pictures;
  EmoTeacherTrainOptions  options;
  EmoParameters          *parameters;
  EmoOptimizer           *optimizer;
  EmoTensor             **leaves;        /* [n parameters] borrowed */
  gint64                  step;          /* updates so far */
  guint64                 n_seen;        /* pictures that could be read */
};

/**
 * emo_teacher_trainer_new:
 * @teacher: what is trained
 * @pictures: what it learns from
 * @options: copied
 * @error: return location
 *
 * Returns: (transfer full) (nullable): a trainer, before its first update; or
 *   OUT_OF_MEMORY or TORCH
 */
EmoTeacherTrainer *
emo_teacher_trainer_new (EmoTeacher                    *teacher,
                         EmoTeacherPictures            *pictures,
                         const EmoTeacherTrainOptions  *options,
                         GError                       **error)
{
  g_autoptr(EmoTeacherTrainer) self = NULL;

  g_return_val_if_fail (options->epochs > 0, NULL);

  self = g_new0 (EmoTeacherTrainer, 1);
  self->teacher = teacher;
  self->pictures = pictures;
  self->options = *options;
  self->parameters = emo_parameters_new ();
  if (!emo_teacher_list_parameters (teacher, self->parameters, error))
    return NULL;
  self->leaves = g_new0 (EmoTensor *, emo_parameters_get_n (self->parameters));
  for (guint i = 0; i < emo_parameters_get_n (self->parameters); i++)
    self->leaves[i] = *emo_parameters_get (self->parameters, i)->slot;
  self->optimizer = emo_optimizer_new (self->parameters, &options->optimizer, error);
  if (self->optimizer == NULL)
    return NULL;

  return g_steal_pointer (&self);
}

/**
 * emo_teacher_trainer_free:
 * @self: (transfer full) (nullable): a trainer; the teacher keeps what it learned
 */
void
emo_teacher_trainer_free (EmoTeacherTrainer *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->optimizer, emo_optimizer_free);
  g_free (self->leaves);
  emo_parameters_free (self->parameters);
  g_free (self);
}

gint64
emo_teacher_trainer_get_step (EmoTeacherTrainer *self)
{
  return self->step;
}

gint64
emo_teacher_trainer_get_steps (EmoTeacherTrainer *self)
{
  return (gint64) emo_teacher_pictures_get_n_batches (self->pictures) * self->options.epochs;
}

/* --- An update --- */

static EmoTensor *
wrap_planes (EmoScope              *scope,
             const EmoTeacherBatch *batch,
             const EmoTeacherView  *view)
{
  gint64 side = view->side, shape[] = { batch->n, 3, side, side };

  return emo_op_floats (scope, batch->planes, 4, shape, EMO_DTYPE_F32, EMO_DEVICE_CPU);
}

static EmoTensor *
compute_loss (EmoTeacherTrainer     *self,
              EmoScope              *scope,
              const EmoTeacherBatch *batch)
{
  EmoTeacherPass pass = {
    .training = TRUE, .dropout = emo_teacher_get_config (self->teacher)->dropout,
    .draw = emo_draw_begin (self->options.seed, "teacher-dropout", self->step, 0, 0), .dtype = self->options.dtype,
  };
  EmoTensor *planes = wrap_planes (scope, batch, emo_teacher_pictures_get_view (self->pictures));
  EmoTensor *logits = emo_teacher_forward (self->teacher, scope, planes, &pass);
  g_autofree float *weights = g_new (float, batch->n);

  for (guint i = 0; i < batch->n; i++)
    weights[i] = 1.0f / batch->n;

  return emo_op_cross_entropy (scope, logits, batch->labels, weights, batch->n);
}

static gboolean
check_finite (EmoTeacherTrainer  *self,
              float               loss,
              GError            **error)
{
  if (isfinite (loss))
    return TRUE;
  g_set_error (error, EMO_ERROR, EMO_ERROR_MODEL,
               "the loss of update %" G_GINT64_FORMAT " is not finite: training has diverged; a smaller learning rate may help",
               self->step + 1);

  return FALSE;
}

/* Nothing ends an update in its middle: its forward has moved the running
 * statistics already. */
static gboolean
update (EmoTeacherTrainer      *self,
        const EmoTeacherBatch  *batch,
        double                  lr,
        float                  *loss,
        GError                **error)
{
  guint n = emo_parameters_get_n (self->parameters);
  g_autofree EmoTensor **gradients = g_new0 (EmoTensor *, n);
  EmoScope *scope = emo_scope_open (NULL, TRUE);
  EmoTensor *value = compute_loss (self, scope, batch);
  gboolean ok = TRUE;

  emo_scope_read (scope, value, loss, 1);
  if (emo_op_gradients (scope, value, NULL, self->leaves, gradients, n))
    ok = check_finite (self, *loss, error) && emo_optimizer_step (self->optimizer, gradients, 1, lr, NULL, error);

  return emo_scope_close (scope, ok ? error : NULL) && ok;
}

/* A batch of nothing but broken pictures changes nothing. */
static gboolean
run_update (EmoTeacherTrainer     *self,
            EmoTeacherTrainState  *state,
            GPtrArray             *notes,
            GError               **error)
{
  g_autoptr(EmoTeacherBatch) batch = emo_teacher_pictures_next (self->pictures, notes, error);
  EmoLrSchedule schedule = self->options.schedule;
  float loss = NAN;

  if (batch == NULL)
    return FALSE;
  schedule.n_steps = emo_teacher_trainer_get_steps (self);
  state->lr = emo_lr_schedule_get (&schedule, self->step);
  if (batch->n > 0 && !update (self, batch, state->lr, &loss, error))
    return FALSE;
  state->n_pictures = batch->n;
  state->loss = loss;
  self->n_seen += batch->n;
  self->step++;

  return TRUE;
}

static gboolean
check_seen (EmoTeacherTrainer  *self,
            GError            **error)
{
  if (self->n_seen > 0)
    return TRUE;
  g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "none of %u pictures of train can be read",
               emo_teacher_pictures_get_n (self->pictures));

  return FALSE;
}

/**
 * emo_teacher_trainer_run:
 * @self: a trainer
 * @func: told after each update
 * @user_data: for @func
 * @notes: (element-type utf8): what the user should know is added
 * @error: return location
 *
 * Returns: %FALSE with @error; the trainer is then between two updates only
 *   where memory or a value was at fault before one
 */
gboolean
emo_teacher_trainer_run (EmoTeacherTrainer    *self,
                         EmoTeacherTrainFunc   func,
                         gpointer              user_data,
                         GPtrArray            *notes,
                         GError              **error)
{
  guint an_epoch = emo_teacher_pictures_get_n_batches (self->pictures);
  gint64 steps = emo_teacher_trainer_get_steps (self);
  gboolean go_on = TRUE, placed = FALSE;

  while (go_on && self->step < steps)
    {
      EmoTeacherTrainState state = { .epoch = self->step / an_epoch + 1, .step = self->step + 1 };
      gboolean epoch_ends = state.step % an_epoch == 0;

      if (!placed)
        emo_teacher_pictures_seek (self->pictures, self->step / an_epoch, self->step % an_epoch);
      if (!run_update (self, &state, notes, error) || (epoch_ends && !check_seen (self, error)))
        return FALSE;
      placed = !epoch_ends;
      go_on = func (self, &state, epoch_ends, user_data);
    }

  return TRUE;
}

/* --- State --- */

static gboolean
list_tensor_cb (const char  *name,
                EmoTensor   *tensor,
                gpointer     user_data,
                GError     **error)
{
  return emo_tensor_copies_add (user_data, name, tensor, error);
}

static gboolean
restore_tensor_cb (const char  *name,
                   EmoTensor   *tensor,
                   gpointer     user_data,
                   GError     **error)
{
  return emo_tensor_copies_restore (user_data, name, tensor, error);
}

static gboolean
foreach_statistic (EmoTeacherTrainer  *self,
                   EmoStateFunc        func,
                   gpointer            user_data,
                   GError            **error)
{
  const char *name;
  EmoTensor *tensor;

  for (guint i = 0; (tensor = emo_teacher_get_statistic (self->teacher, i, &name)) != NULL; i++)
    {
      g_autofree char *full = g_strconcat ("statistic/", name, NULL);

      if (!func (full, tensor, user_data, error))
        return FALSE;
    }

  return TRUE;
}

/**
 * emo_teacher_trainer_list_state:
 * @self: a trainer
 * @error: return location
 *
 * Returns: (transfer full) (nullable) (element-type EmoStoredTensor): all that
 *   the next update hangs on, but for the step's number
 */
GArray *
emo_teacher_trainer_list_state (EmoTeacherTrainer  *self,
                                GError            **error)
{
  g_autoptr(GArray) list = emo_tensor_copies_new ();

  if (!emo_optimizer_foreach (self->optimizer, list_tensor_cb, list, error) ||
      !foreach_statistic (self, list_tensor_cb, list, error))
    return NULL;

  return g_steal_pointer (&list);
}

/**
 * emo_teacher_trainer_restore:
 * @self: a trainer
 * @file: with the tensors of emo_teacher_trainer_list_state()
 * @step: updates made until then
 * @error: return location
 *
 * Returns: %FALSE with MISSING_WEIGHT, SHAPE or TORCH
 */
gboolean
emo_teacher_trainer_restore (EmoTeacherTrainer  *self,
                             EmoSafetensors     *file,
                             gint64              step,
                             GError            **error)
{
  if (!emo_optimizer_foreach (self->optimizer, restore_tensor_cb, file, error) ||
      !foreach_statistic (self, restore_tensor_cb, file, error) ||
      !emo_optimizer_set_step (self->optimizer, step, error))
    return FALSE;
  self->step = step;
  self->n_seen += step > 0;

  return TRUE;
}

/* --- How good it is --- */

static void
softmax (float *row,
         guint  n)
{
  float largest = row[0];
  double sum = 0;

  for (guint i = 1; i < n; i++)
    largest = MAX (largest, row[i]);
  for (guint i = 0; i < n; i++)
    sum += row[i] = expf (row[i] - largest);
  for (guint i = 0; i < n; i++)
    row[i] /= sum;
}

/* Appends a row of probabilities for each picture. */
static gboolean
classify (EmoTeacher            *teacher,
          EmoTeacherPictures    *pictures,
          const EmoTeacherBatch *batch,
          GArray                *probabilities,
          GCancellable          *cancellable,
          GError               **error)
{
  const EmoTeacherPass pass = { .training = FALSE };
  guint n_labels = emo_label_set_get_size (emo_teacher_get_labels (teacher)), begin = probabilities->len;
  EmoScope *scope = emo_scope_open (cancellable, FALSE);
  EmoTensor *planes = wrap_planes (scope, batch, emo_teacher_pictures_get_view (pictures));
  float *rows;

  g_array_set_size (probabilities, begin + batch->n * n_labels);
  rows = &g_array_index (probabilities, float, begin);
  emo_scope_read (scope, emo_teacher_forward (teacher, scope, planes, &pass), rows, (gsize) batch->n * n_labels);
  if (!emo_scope_close (scope, error))
    return FALSE;
  for (guint i = 0; i < batch->n; i++)
    softmax (rows + i * n_labels, n_labels);

  return TRUE;
}

/**
 * emo_teacher_evaluate:
 * @teacher: a teacher
 * @pictures: what it is asked about
 * @notes: (element-type utf8): what the user should know is added
 * @cancellable: (nullable): ends it between two ops
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the figures; %NULL with CANCELLED,
 *   OUT_OF_MEMORY or TORCH
 */
EmoMetrics *
emo_teacher_evaluate (EmoTeacher          *teacher,
                      EmoTeacherPictures  *pictures,
                      GPtrArray           *notes,
                      GCancellable        *cancellable,
                      GError             **error)
{
  g_autoptr(GArray) probabilities = g_array_new (FALSE, FALSE, sizeof (float));
  g_autoptr(GArray) labels = g_array_new (FALSE, FALSE, sizeof (guint32));
  guint n_batches = emo_teacher_pictures_get_n_batches (pictures);

  emo_teacher_pictures_seek (pictures, 0, 0);
  for (guint i = 0; i < n_batches; i++)
    {
      g_autoptr(EmoTeacherBatch) batch = emo_teacher_pictures_next (pictures, notes, error);

      if (batch == NULL ||
          (batch->n > 0 && !classify (teacher, pictures, batch, probabilities, cancellable, error)))
        return NULL;
      g_array_append_vals (labels, batch->labels, batch->n);
    }

  return emo_metrics_new ((const float *) probabilities->data, (const guint32 *) labels->data, labels->len,
                          emo_label_set_get_size (emo_teacher_get_labels (teacher)));
}
