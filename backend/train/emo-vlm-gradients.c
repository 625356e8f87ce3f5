/* emo-vlm-gradients.c: a batch's loss and gradients, a part a thread
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-error.h"
#include "emo-language-model-batch.h"
#include "emo-vlm-gradients.h"

struct _EmoVlmGradients
{
  EmoVlmGradientsSettings settings;
  guint                   n_rounds;   /* in which a batch is computed: 2 once one did not fit in memory */
  GThreadPool            *pool;       /* (nullable) of all parts of a round but the first */
  GMutex                  mutex;
  GCond                   cond;
  guint                   n_running;  /* parts on the pool */
};

/* Some of a batch's pictures. */
typedef struct
{
  EmoVlmGradients *owner;
  EmoVlmBatch     *batch;
  const float     *pixels;       /* borrowed */
  float           *targets;      /* (nullable) [pictures, words] */
  double           word_factor;
  EmoTensor      **gradients;    /* [n parameters] */
  GCancellable    *cancellable;
  double           loss;
  gboolean         ok;
  GError          *error;
} Part;

/* --- One part --- */

static void
free_examples (GArray *examples)
{
  for (guint i = 0; i < examples->len; i++)
    g_array_unref (g_array_index (examples, EmoVlmExample, i).answer);
  g_array_unref (examples);
}

static EmoVlmBatch *
ask (EmoVlmGradients    *self,
     EmoVlmPictureBatch *pictures,
     guint               first,
     guint               n)
{
  const EmoVlmGradientsSettings *settings = &self->settings;
  GArray *examples = g_array_new (FALSE, FALSE, sizeof (EmoVlmExample));
  EmoVlmBatch *batch;

  for (guint i = 0; i < n; i++)
    emo_vlm_questions_ask (settings->questions, pictures->items[first + i], i, examples);
  batch = emo_vlm_batch_new ((const EmoVlmExample *) examples->data, examples->len, pictures->grid,
                             settings->vlm->config.image.merge_size, settings->loss_on);
  free_examples (examples);

  return batch;
}

static float *
mark_words (EmoVlmGradients    *self,
            EmoVlmPictureBatch *pictures,
            guint               first,
            guint               n)
{
  EmoWordList *words = self->settings.words;
  guint n_words = emo_word_list_get_n (words);
  float *targets = g_new (float, (gsize) n * n_words);

  for (guint i = 0; i < n; i++)
    emo_word_list_mark (words, pictures->items[first + i], targets + (gsize) i * n_words);

  return targets;
}

static void
part_init (Part               *part,
           EmoVlmGradients    *self,
           EmoVlmPictureBatch *pictures,
           guint               first,
           guint               n)
{
  const EmoImageSettings *image = &self->settings.vlm->config.image;
  gsize patch = (gsize) self->settings.vlm->config.in_channels * image->temporal_patch_size * image->patch_size * image->patch_size;
  gsize n_patches = (gsize) pictures->grid[0] * pictures->grid[1] * pictures->grid[2];

  part->owner = self;
  part->batch = ask (self, pictures, first, n);
  part->pixels = pictures->pixels + first * n_patches * patch;
  part->gradients = g_new0 (EmoTensor *, emo_parameters_get_n (self->settings.parameters));
  /* The mean over the batch's pictures, which the parts' sum is. */
  part->word_factor *= (double) n / pictures->n;
  if (part->word_factor > 0)
    part->targets = mark_words (self, pictures, first, n);
}

static void
part_clear (Part *part)
{
  guint n = emo_parameters_get_n (part->owner->settings.parameters);

  for (guint i = 0; i < n; i++)
    g_clear_pointer (&part->gradients[i], emo_tensor_unref);
  g_free (part->gradients);
  emo_vlm_batch_free (part->batch);
  g_free (part->targets);
  g_clear_error (&part->error);
}

static void
part_run (Part *part)
{
  const EmoVlmGradientsSettings *settings = &part->owner->settings;
  EmoWordLoss words = { .targets = part->targets, .factor = part->word_factor };
  EmoVlmStep step = {
    .vlm = settings->vlm, .parameters = settings->parameters, .batch = part->batch, .pixels = part->pixels,
    .words_block = settings->words_block, .checkpointing = settings->checkpointing,
  };

  if (part->targets != NULL)
    {
      words.weight = *settings->word_weight;
      words.bias = *settings->word_bias;
      words.n_words = emo_word_list_get_n (settings->words);
      step.words = &words;
    }
  part->ok = emo_vlm_step_run (&step, part->gradients, &part->loss, part->cancellable, &part->error);
}

/* --- All parts --- */

static void
pool_cb (gpointer data,
         gpointer user_data)
{
  EmoVlmGradients *self = user_data;

  part_run (data);
  g_mutex_lock (&self->mutex);
  self->n_running--;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
}

EmoVlmGradients *
emo_vlm_gradients_new (const EmoVlmGradientsSettings *settings)
{
  EmoVlmGradients *self = g_new0 (EmoVlmGradients, 1);

  self->settings = *settings;
  self->n_rounds = 1;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  if (settings->n_parts > 1)
    self->pool = g_thread_pool_new (pool_cb, self, (int) settings->n_parts - 1, TRUE, NULL);

  return self;
}

/**
 * emo_vlm_gradients_free:
 * @self: (transfer full) (nullable): gradients
 */
void
emo_vlm_gradients_free (EmoVlmGradients *self)
{
  if (self == NULL)
    return;
  if (self->pool != NULL)
    g_thread_pool_free (self->pool, FALSE, TRUE);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_free (self);
}

/* A target counts the same, whichever part it is in. */
static void
share_weights (Part  *parts,
               guint  n)
{
  double weight = 0;

  for (guint i = 0; i < n; i++)
    weight += parts[i].batch->weight;
  for (guint i = 0; i < n; i++)
    for (guint j = 0; j < parts[i].batch->n_targets; j++)
      parts[i].batch->weights[j] *= (float) (parts[i].batch->weight / weight);
}

static void
run_all (EmoVlmGradients *self,
         Part            *parts,
         guint            n)
{
  self->n_running = n - 1;
  for (guint i = 1; i < n; i++)
    g_thread_pool_push (self->pool, &parts[i], NULL);
  part_run (&parts[0]);
  g_mutex_lock (&self->mutex);
  while (self->n_running > 0)
    g_cond_wait (&self->cond, &self->mutex);
  g_mutex_unlock (&self->mutex);
}

static gboolean
add_up (Part       *parts,
        guint       n,
        EmoTensor **gradients,
        guint       n_parameters,
        double     *loss,
        GError    **error)
{
  for (guint i = 0; i < n; i++)
    {
      if (!parts[i].ok)
        {
          g_propagate_error (error, g_steal_pointer (&parts[i].error));
          return FALSE;
        }
      *loss += parts[i].loss;
      for (guint j = 0; j < n_parameters; j++)
        {
          if (gradients[j] == NULL)
            gradients[j] = g_steal_pointer (&parts[i].gradients[j]);
          else if (parts[i].gradients[j] != NULL && !emo_tensor_accumulate (gradients[j], parts[i].gradients[j], error))
            return FALSE;
          g_clear_pointer (&parts[i].gradients[j], emo_tensor_unref);
        }
    }

  return TRUE;
}

/* Two halves of a batch would drop the same, were they drawn for alike. */
static void
draw_dropout (EmoVlmGradients *self,
              guint64          number,
              guint            round)
{
  const EmoVlmGradientsSettings *settings = &self->settings;
  EmoDraw draw = emo_draw_begin (settings->seed, "half", round, 0, 0);

  if (settings->dropout > 0)
    emo_language_model_set_dropout (settings->vlm->language, settings->dropout, round > 0 ? draw.state : settings->seed, number);
}

static gboolean
run_rounds (EmoVlmGradients     *self,
            EmoVlmPictureBatch  *pictures,
            guint64              number,
            double               word_factor,
            EmoTensor          **gradients,
            double              *loss,
            GCancellable        *cancellable,
            GError             **error)
{
  guint n = MIN (MAX (self->settings.n_parts, 1) * self->n_rounds, pictures->n);
  guint at_once = (n + self->n_rounds - 1) / self->n_rounds;
  g_autofree Part *parts = g_new0 (Part, n);
  gboolean ok = TRUE;

  for (guint i = 0; i < n; i++)
    {
      guint first = i * pictures->n / n;

      parts[i].cancellable = cancellable;
      parts[i].word_factor = word_factor;
      part_init (&parts[i], self, pictures, first, (i + 1) * pictures->n / n - first);
    }
  share_weights (parts, n);
  *loss = 0;
  for (guint i = 0; ok && i < n; i += at_once)
    {
      guint n_now = MIN (at_once, n - i);

      draw_dropout (self, number, i / at_once);
      run_all (self, parts + i, n_now);
      ok = add_up (parts + i, n_now, gradients, emo_parameters_get_n (self->settings.parameters), loss, error);
    }
  for (guint i = 0; i < n; i++)
    part_clear (&parts[i]);

  return ok;
}

/* FALSE: it is of no use, or was done before. */
static gboolean
halve (EmoVlmGradients    *self,
       EmoVlmPictureBatch *pictures,
       const GError       *failure)
{
  if (self->n_rounds > 1 || pictures->n == 1 || !g_error_matches (failure, EMO_ERROR, EMO_ERROR_OUT_OF_MEMORY))
    return FALSE;
  self->n_rounds = 2;
  emo_torch_empty_cache ();
  if (self->settings.notes != NULL)
    g_ptr_array_add (self->settings.notes, g_strdup_printf ("a batch of %u pictures is too large (%s): from here on each one is computed "
                                                            "in two halves", pictures->n, failure->message));

  return TRUE;
}

gboolean
emo_vlm_gradients_run (EmoVlmGradients     *self,
                       EmoVlmPictureBatch  *pictures,
                       guint64              number,
                       double               word_factor,
                       EmoTensor          **gradients,
                       double              *loss,
                       GCancellable        *cancellable,
                       GError             **error)
{
  g_autoptr(GError) failure = NULL;

  if (run_rounds (self, pictures, number, word_factor, gradients, loss, cancellable, &failure))
    return TRUE;
  if (!halve (self, pictures, failure))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  for (guint i = 0; i < emo_parameters_get_n (self->settings.parameters); i++)
    g_clear_pointer (&gradients[i], emo_tensor_unref);

  return run_rounds (self, pictures, number, word_factor, gradients, loss, cancellable, error);
}
