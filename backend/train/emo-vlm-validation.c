/* emo-vlm-validation.c: how well a VLM classifies while it learns
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-vision-tower-batch.h"
#include "emo-vlm-validation.h"

typedef struct
{
  EmoVlm       *vlm;
  EmoVlmScorer *scorer;
  guint         n_labels;
  GArray       *probabilities;   /* of float, [n, n_labels] */
  GArray       *labels;          /* of guint32, [n] */
  GCancellable *cancellable;
} Validation;

/* Merged visual tokens of the batch's pictures, [n] of [T, H]. */
static gboolean
see (Validation          *self,
     EmoVlmPictureBatch  *batch,
     EmoTensor          **tokens,
     GError             **error)
{
  EmoVlm *vlm = self->vlm;
  EmoScope *scope = emo_scope_open (self->cancellable, FALSE);
  gint64 n_rows = (gint64) batch->n * batch->grid[1] * batch->grid[2];
  const EmoImageSettings *image = &vlm->config.image;
  gint64 shape[] = { n_rows, (gint64) vlm->config.in_channels * image->temporal_patch_size * image->patch_size * image->patch_size };
  gint64 n_tokens = n_rows / batch->n / (image->merge_size * image->merge_size);
  EmoVisionPass pass;
  EmoTensor *x;

  emo_vision_pass_init (&pass, vlm->tower, scope, batch->n, batch->grid, vlm->device);
  x = emo_op_floats (scope, batch->pixels, 2, shape, vlm->dtype, vlm->device);
  for (guint i = 0; i < emo_vision_tower_get_n_blocks (vlm->tower); i++)
    x = emo_vision_tower_run_block (vlm->tower, scope, i, x, &pass);
  for (guint i = 0; i < batch->n; i++)
    {
      EmoTensor *one = emo_op_narrow (scope, x, 0, i, 1);

      tokens[i] = emo_scope_keep (scope, emo_op_reshape (scope, one, 2, (const gint64[]) { n_tokens, vlm->config.hidden_size }));
    }

  return emo_scope_close (scope, error);
}

static void
add_row (Validation   *self,
         const double *scores,
         guint32       label)
{
  double largest = scores[0], sum = 0;

  for (guint i = 1; i < self->n_labels; i++)
    largest = MAX (largest, scores[i]);
  for (guint i = 0; i < self->n_labels; i++)
    sum += exp (scores[i] - largest);
  for (guint i = 0; i < self->n_labels; i++)
    {
      float p = exp (scores[i] - largest) / sum;

      g_array_append_val (self->probabilities, p);
    }
  g_array_append_val (self->labels, label);
}

static gboolean
run_batch (Validation          *self,
           EmoVlmPictureBatch  *batch,
           GError             **error)
{
  g_autofree EmoTensor **tokens = g_new0 (EmoTensor *, batch->n);
  g_autofree double *scores = g_new (double, self->n_labels);
  gboolean ok = see (self, batch, tokens, error);

  for (guint i = 0; ok && i < batch->n; i++)
    {
      ok = emo_vlm_scorer_run (self->scorer, tokens[i], batch->grid, scores, self->cancellable, error);
      if (ok)
        add_row (self, scores, batch->items[i]->label);
    }
  for (guint i = 0; i < batch->n; i++)
    g_clear_pointer (&tokens[i], emo_tensor_unref);

  return ok;
}

EmoMetrics *
emo_vlm_validate (EmoVlm          *vlm,
                  EmoVlmScorer    *scorer,
                  EmoVlmPictures  *pictures,
                  guint            n_labels,
                  GCancellable    *cancellable,
                  GError         **error)
{
  g_autoptr(GArray) probabilities = g_array_new (FALSE, FALSE, sizeof (float));
  g_autoptr(GArray) labels = g_array_new (FALSE, FALSE, sizeof (guint32));
  Validation self = { vlm, scorer, n_labels, probabilities, labels, cancellable };
  g_autoptr(GError) failure = NULL;

  emo_vlm_pictures_seek (pictures, 0, 0);
  while (failure == NULL)
    {
      g_autoptr(EmoVlmPictureBatch) batch = emo_vlm_pictures_next (pictures, &failure);

      if (batch == NULL || !run_batch (&self, batch, &failure))
        break;
    }
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }

  return emo_metrics_new ((const float *) probabilities->data, (const guint32 *) labels->data, labels->len, n_labels);
}
