/* emo-vlm-trainer.c: the stage "vlm"
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>
#include <string.h>

#include "emo-error.h"
#include "emo-tensor-copies.h"
#include "emo-vision-tower-batch.h"
#include "emo-vlm-gradients.h"
#include "emo-vlm-trainer.h"

struct _EmoVlmTrainer
{
  EmoVlm             *vlm;
  EmoVlmQuestions    *questions;
  EmoVlmPictures     *pictures;
  EmoVlmTrainOptions  options;
  EmoParameters      *parameters;
  EmoOptimizer       *optimizer;
  EmoTensor          *word_weight; /* (nullable) [words, H] */
  EmoTensor          *word_bias;   /* [words] */
  EmoVlmGradients    *batches;     /* what computes a batch's */
  EmoTensor         **gradients;   /* [n parameters] of the update so far */
  gint64              step;        /* updates so far */
  double              loss;        /* sum over the update's batches */
  guint               n_batches;   /* of the update */
  guint               n_pictures;  /* of the update */
};

static guint
updates_an_epoch (EmoVlmTrainer *self)
{
  return (emo_vlm_pictures_get_n_batches (self->pictures) + self->options.accumulate - 1) / self->options.accumulate;
}

/* After the tower's and the decoder's. */
static int
get_word_block (EmoVlmTrainer *self)
{
  return emo_vlm_get_decoder_block (self->vlm) + (int) emo_language_model_get_n_layers (self->vlm->language) + 2;
}

/* A layer of zeros: every word is as likely as not until something is learned. */
static gboolean
add_word_layer (EmoVlmTrainer  *self,
                GError        **error)
{
  guint n = emo_word_list_get_n (self->options.words);
  gint64 shape[] = { n, self->vlm->config.hidden_size };
  g_autofree float *zeros = g_new0 (float, n * (gsize) shape[1]);

  self->word_weight = emo_tensor_new_floats (zeros, 2, shape, error);
  self->word_bias = self->word_weight != NULL ? emo_tensor_new_floats (zeros, 1, shape, error) : NULL;

  return self->word_bias != NULL &&
         emo_parameters_add (self->parameters, EMO_VLM_WORD_PREFIX "weight", get_word_block (self), &self->word_weight,
                             EMO_DTYPE_F32, error) &&
         emo_parameters_add (self->parameters, EMO_VLM_WORD_PREFIX "bias", get_word_block (self), &self->word_bias,
                             EMO_DTYPE_F32, error);
}

static gboolean
list_parameters (EmoVlmTrainer  *self,
                 GError        **error)
{
  EmoVlm *vlm = self->vlm;
  int decoder = emo_vlm_get_decoder_block (vlm);

  if (!self->options.full)
    return emo_language_model_add_lora (vlm->language, &self->options.lora, self->parameters, decoder, vlm->dtype, error);
  if (vlm->nf4)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED,
                   "weights in nf4 stay as they are: train an adapter on them, or the whole model in float32 or bfloat16");
      return FALSE;
    }

  return emo_vision_tower_list (vlm->tower, self->parameters, vlm->dtype, error) &&
         emo_language_model_list (vlm->language, self->parameters, decoder, vlm->dtype, error) &&
         (self->options.words == NULL || add_word_layer (self, error));
}

static EmoVlmGradients *
new_batches (EmoVlmTrainer *self)
{
  const EmoVlmTrainOptions *options = &self->options;
  EmoVlmGradientsSettings settings = {
    .vlm = self->vlm, .parameters = self->parameters, .questions = self->questions, .loss_on = options->loss_on,
    .checkpointing = options->checkpointing, .n_parts = options->full ? options->n_parts : 1, .words = options->words,
    .word_weight = &self->word_weight, .word_bias = &self->word_bias, .words_block = get_word_block (self),
    .dropout = options->full ? 0 : options->lora.dropout, .seed = options->seed, .notes = options->notes,
  };

  return emo_vlm_gradients_new (&settings);
}

EmoVlmTrainer *
emo_vlm_trainer_new (EmoVlm                   *vlm,
                     EmoVlmQuestions          *questions,
                     EmoVlmPictures           *pictures,
                     const EmoVlmTrainOptions *options,
                     GError                  **error)
{
  g_autoptr(EmoVlmTrainer) self = NULL;

  g_return_val_if_fail (options->epochs > 0 && options->accumulate > 0, NULL);

  self = g_new0 (EmoVlmTrainer, 1);
  self->vlm = vlm;
  self->questions = questions;
  self->pictures = pictures;
  self->options = *options;
  self->parameters = emo_parameters_new ();
  if (!list_parameters (self, error))
    return NULL;
  self->batches = new_batches (self);
  self->gradients = g_new0 (EmoTensor *, emo_parameters_get_n (self->parameters));
  self->optimizer = emo_optimizer_new (self->parameters, &options->optimizer, error);
  if (self->optimizer == NULL)
    return NULL;

  return g_steal_pointer (&self);
}

static void
clear_gradients (EmoVlmTrainer *self)
{
  for (guint i = 0; i < emo_parameters_get_n (self->parameters); i++)
    g_clear_pointer (&self->gradients[i], emo_tensor_unref);
}

/**
 * emo_vlm_trainer_free:
 * @self: (transfer full) (nullable): a trainer; the VLM keeps what it learned
 */
void
emo_vlm_trainer_free (EmoVlmTrainer *self)
{
  if (self == NULL)
    return;
  if (self->gradients != NULL)
    clear_gradients (self);
  g_free (self->gradients);
  g_clear_pointer (&self->optimizer, emo_optimizer_free);
  g_clear_pointer (&self->batches, emo_vlm_gradients_free);
  emo_parameters_free (self->parameters);
  g_clear_pointer (&self->word_weight, emo_tensor_unref);
  g_clear_pointer (&self->word_bias, emo_tensor_unref);
  g_free (self);
}

gint64
emo_vlm_trainer_get_step (EmoVlmTrainer *self)
{
  return self->step;
}

gint64
emo_vlm_trainer_get_steps (EmoVlmTrainer *self)
{
  return (gint64) updates_an_epoch (self) * self->options.epochs;
}

EmoParameters *
emo_vlm_trainer_get_parameters (EmoVlmTrainer *self)
{
  return self->parameters;
}

/* --- An update --- */

static double
rate_at (EmoVlmTrainer *self,
         gint64         step)
{
  EmoLrSchedule schedule = self->options.schedule;

  schedule.n_steps = emo_vlm_trainer_get_steps (self);

  return emo_lr_schedule_get (&schedule, step);
}

/* Adds the batch's gradients to those of the update. */
static gboolean
collect (EmoVlmTrainer  *self,
         EmoTensor     **fresh,
         GError        **error)
{
  for (guint i = 0; i < emo_parameters_get_n (self->parameters); i++)
    {
      if (self->gradients[i] == NULL)
        self->gradients[i] = g_steal_pointer (&fresh[i]);
      else if (fresh[i] != NULL && !emo_tensor_accumulate (self->gradients[i], fresh[i], error))
        return FALSE;
    }

  return TRUE;
}

/* Falls evenly to nothing, and then costs nothing. */
static double
get_word_factor (EmoVlmTrainer *self)
{
  double share = (double) self->step / (double) emo_vlm_trainer_get_steps (self);

  if (self->options.words == NULL || share >= self->options.word_share)
    return 0;

  return self->options.word_factor * (1 - share / self->options.word_share);
}

static gboolean
run_batch (EmoVlmTrainer       *self,
           EmoVlmPictureBatch  *pictures,
           GCancellable        *cancellable,
           GError             **error)
{
  guint n = emo_parameters_get_n (self->parameters);
  g_autofree EmoTensor **fresh = g_new0 (EmoTensor *, n);
  double loss;
  gboolean ok;

  ok = emo_vlm_gradients_run (self->batches, pictures, self->step * self->options.accumulate + self->n_batches,
                              get_word_factor (self), fresh, &loss, cancellable, error) &&
       collect (self, fresh, error);
  for (guint i = 0; i < n; i++)
    g_clear_pointer (&fresh[i], emo_tensor_unref);
  if (!ok)
    return FALSE;
  if (!isfinite (loss))
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_MODEL,
                   "the loss of update %" G_GINT64_FORMAT " is not finite: training has diverged; a smaller learning rate may help",
                   self->step + 1);
      return FALSE;
    }
  self->loss += loss;
  self->n_batches++;
  self->n_pictures += pictures->n;

  return TRUE;
}

/* Up to options.accumulate batches and the update by their mean. At the epoch's
 * end there are fewer. Gradients of an update that is broken off are dropped: a
 * resumed training computes it again. */
static gboolean
run_batches (EmoVlmTrainer  *self,
             GCancellable   *cancellable,
             GError        **error)
{
  self->loss = 0;
  self->n_batches = self->n_pictures = 0;
  while (self->n_batches < self->options.accumulate)
    {
      g_autoptr(GError) failure = NULL;
      g_autoptr(EmoVlmPictureBatch) pictures = emo_vlm_pictures_next (self->pictures, &failure);

      if (failure != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
      if (pictures == NULL)
        break;
      if (!run_batch (self, pictures, cancellable, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
run_update (EmoVlmTrainer  *self,
            double          lr,
            GCancellable   *cancellable,
            GError        **error)
{
  gboolean ok = run_batches (self, cancellable, error) &&
                emo_optimizer_step (self->optimizer, self->gradients, 1.0 / self->n_batches, lr, NULL, error);

  clear_gradients (self);
  if (ok)
    self->step++;

  return ok;
}

/* --- The run --- */

static EmoVlmTrainState
describe (EmoVlmTrainer *self,
          double         lr)
{
  return (EmoVlmTrainState) {
    .epoch = (self->step - 1) / updates_an_epoch (self) + 1, .step = self->step, .n_pictures = self->n_pictures,
    .loss = self->loss / self->n_batches, .lr = lr,
  };
}

/* What was computed with other weights does not serve any more. */
static void
forget_prefix (EmoVlmTrainer *self)
{
  g_array_set_size (self->vlm->prefix, 0);
  emo_language_model_set_dropout (self->vlm->language, 0, 0, 0);
}

static void
seek (EmoVlmTrainer *self)
{
  guint updates = updates_an_epoch (self);

  emo_vlm_pictures_seek (self->pictures, self->step / updates, self->step % updates * self->options.accumulate);
}

gboolean
emo_vlm_trainer_run (EmoVlmTrainer    *self,
                     EmoVlmTrainFunc   func,
                     gpointer          user_data,
                     GCancellable     *cancellable,
                     GError          **error)
{
  gint64 steps = emo_vlm_trainer_get_steps (self);
  gboolean go_on = TRUE;

  seek (self);
  while (go_on && self->step < steps)
    {
      double lr = rate_at (self, self->step);
      EmoVlmTrainState state;
      gboolean epoch_ends;

      if (!run_update (self, lr, cancellable, error))
        {
          forget_prefix (self);
          return FALSE;
        }
      epoch_ends = self->step % updates_an_epoch (self) == 0;
      state = describe (self, lr);
      forget_prefix (self);
      go_on = func (self, &state, epoch_ends, user_data);
      if (epoch_ends && go_on && self->step < steps)
        seek (self);
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

GArray *
emo_vlm_trainer_list_state (EmoVlmTrainer  *self,
                            GError        **error)
{
  g_autoptr(GArray) list = emo_tensor_copies_new ();

  if (!emo_optimizer_foreach (self->optimizer, list_tensor_cb, list, error))
    return NULL;

  return g_steal_pointer (&list);
}

static gboolean
restore_tensor_cb (const char  *name,
                   EmoTensor   *tensor,
                   gpointer     user_data,
                   GError     **error)
{
  return emo_tensor_copies_restore (user_data, name, tensor, error);
}

gboolean
emo_vlm_trainer_restore (EmoVlmTrainer   *self,
                         EmoSafetensors  *file,
                         gint64           step,
                         GError         **error)
{
  if (!emo_optimizer_foreach (self->optimizer, restore_tensor_cb, file, error) ||
      !emo_optimizer_set_step (self->optimizer, step, error))
    return FALSE;
  self->step = step;

  return TRUE;
}
