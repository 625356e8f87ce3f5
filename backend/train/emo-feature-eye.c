/* emo-feature-eye.c: what the VLM sees and answers, a picture at a time
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-error.h"
#include "emo-feature-eye.h"
#include "emo-visual-mean.h"
#include "emo-visual-spread.h"
#include "emo-vlm-scorer.h"

struct _EmoFeatureEye
{
  EmoAdapter   *adapter;   /* (nullable) */
  EmoVlm       *vlm;
  EmoVlmScorer *scorer;
  guint         n_labels;
  double       *scores;    /* [labels] */
};

static gboolean
load (EmoFeatureEye       *self,
      EmoBundle           *bundle,
      const EmoVlmConfig  *config,
      const EmoCompute    *compute,
      GCancellable        *cancellable,
      GError             **error)
{
  g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  EmoLoadWatch watch = { .cancellable = cancellable };

  if (bundle->adapter != NULL)
    self->adapter = emo_adapter_load (bundle->adapter, error);
  if (bundle->adapter != NULL && self->adapter == NULL)
    return FALSE;
  self->vlm = emo_vlm_load_full (bundle->vlm, config, self->adapter, compute->nf4, compute->dtype, compute->device,
                                 notes, &watch, error);

  return self->vlm != NULL;
}

EmoFeatureEye *
emo_feature_eye_new (EmoBundle           *bundle,
                     const EmoVlmConfig  *config,
                     const EmoCompute    *compute,
                     GCancellable        *cancellable,
                     GError             **error)
{
  g_autoptr(EmoFeatureEye) self = g_new0 (EmoFeatureEye, 1);

  if (!load (self, bundle, config, compute, cancellable, error))
    return NULL;
  self->scorer = emo_vlm_scorer_new (self->vlm, bundle);
  self->n_labels = emo_label_set_get_size (bundle->labels);
  self->scores = g_new (double, self->n_labels);

  return g_steal_pointer (&self);
}

/**
 * emo_feature_eye_free:
 * @self: (transfer full) (nullable): an eye
 */
void
emo_feature_eye_free (EmoFeatureEye *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->scorer, emo_vlm_scorer_free);
  g_clear_pointer (&self->vlm, emo_vlm_free);
  g_clear_pointer (&self->adapter, emo_adapter_free);
  g_free (self->scores);
  g_free (self);
}

static gboolean
summarise (EmoTensor  *tokens,
           float      *mean,
           float      *spread,
           GError    **error)
{
  gsize n = emo_tensor_get_size (tokens, 0), width = emo_tensor_get_size (tokens, 1);
  g_autofree float *values = g_new (float, n * width);

  if (!emo_tensor_read_floats (tokens, values, n * width, error))
    return FALSE;
  if (mean != NULL)
    emo_visual_mean (values, n, width, mean);
  if (spread != NULL)
    emo_visual_spread (values, n, width, spread);

  return TRUE;
}

static gboolean
score (EmoFeatureEye  *self,
       EmoTensor      *tokens,
       const int      *grid,
       float          *scores,
       GCancellable   *cancellable,
       GError        **error)
{
  if (!emo_vlm_scorer_run (self->scorer, tokens, grid, self->scores, cancellable, error))
    return FALSE;
  for (guint i = 0; i < self->n_labels; i++)
    scores[i] = (float) self->scores[i];

  return TRUE;
}

/* Damaged weights, or numbers beyond the range of the type, give NaN: nothing can
 * be learned from that. */
static gboolean
check_numbers (const float  *values,
               guint         n,
               const char   *what,
               GError      **error)
{
  for (guint i = 0; values != NULL && i < n; i++)
    if (!isfinite (values[i]))
      {
        g_set_error (error, EMO_ERROR, EMO_ERROR_MODEL, "%s: number %u of %u is %g", what, i + 1, n, values[i]);
        return FALSE;
      }

  return TRUE;
}

gboolean
emo_feature_eye_look (EmoFeatureEye  *self,
                      EmoPatches     *patches,
                      float          *mean,
                      float          *spread,
                      float          *scores,
                      GCancellable   *cancellable,
                      GError        **error)
{
  g_autoptr(EmoTensor) tokens = emo_vlm_see (self->vlm, patches, cancellable, error);

  if (tokens == NULL ||
      ((mean != NULL || spread != NULL) && !summarise (tokens, mean, spread, error)) ||
      (scores != NULL && !score (self, tokens, emo_patches_get_grid (patches), scores, cancellable, error)))
    return FALSE;

  return check_numbers (mean, self->vlm->config.hidden_size, "the mean visual token", error) &&
         check_numbers (spread, EMO_VISUAL_SPREAD_SIZE, "the visual tokens' spread", error) &&
         check_numbers (scores, self->n_labels, "the labels' scores", error);
}

gboolean
emo_feature_eye_check (EmoFeatureEye  *self,
                       GError        **error)
{
  return emo_vlm_check (self->vlm, error);
}
