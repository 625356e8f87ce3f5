/* emo-gate-sets.c: what branches say of the pictures of a gate
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>
#include <string.h>

#include "emo-branch-logits.h"
#include "emo-distilled-stage.h"
#include "emo-error.h"
#include "emo-gate-sets.h"
#include "emo-head.h"
#include "emo-logits.h"

/* Fewer pictures of val do not tell whether a prior helps. */
#define MIN_FOR_PRIOR 50

gboolean
emo_gate_sets_are_published (const EmoTrainJob *job)
{
  return job->recipe->distilled.folds == 0;
}

static void
set_clear (EmoGateSet *set)
{
  g_clear_pointer (&set->features, emo_feature_rows_free);
  g_clear_pointer (&set->distilled, g_free);
  g_clear_pointer (&set->vlm, g_free);
}

void
emo_gate_sets_clear (EmoGateSets *self)
{
  set_clear (&self->train);
  for (guint i = 0; i < EMO_N_SPLITS; i++)
    set_clear (&self->splits[i]);
  g_clear_pointer (&self->prior, g_free);
}

EmoGateRows
emo_gate_set_get_rows (const EmoGateSet *self)
{
  return (EmoGateRows) { .n = self->features->n, .distilled = self->distilled, .vlm = self->vlm, .labels = self->features->labels };
}

/* --- The VLM --- */

/* (transfer full): probabilities, as the application makes them of scores.
 * @prior (nullable) [n_labels] is divided out. */
static float *
make_probabilities (const EmoFeatureRows *rows,
                    const double         *prior)
{
  gsize n = (gsize) rows->n * rows->n_labels;
  float *values = g_new (float, MAX (n, 1));

  for (gsize i = 0; i < n; i++)
    values[i] = (float) (rows->values[EMO_FEATURE_SCORES][i] - (prior != NULL ? prior[i % rows->n_labels] : 0));
  emo_logits_to_probabilities (values, rows->n, rows->n_labels, values);

  return values;
}

/* [n_labels] log-probabilities of the labels for a blank picture. */
static double *
ask_of_blank (guint              n_labels,
              EmoStageFeatures  *source,
              GError           **error)
{
  g_autofree float *scores = g_new (float, n_labels);
  double *prior;

  if (!emo_features_look_at_blank (source->features, scores, source->job->cancellable, error))
    return NULL;
  emo_logits_to_probabilities (scores, 1, n_labels, scores);
  prior = g_new (double, n_labels);
  for (guint i = 0; i < n_labels; i++)
    prior[i] = log (MAX (scores[i], G_MINFLOAT));

  return prior;
}

static double
measure_loss (const EmoFeatureRows *rows,
              const double         *prior)
{
  g_autofree float *probabilities = make_probabilities (rows, prior);
  g_autoptr(EmoMetrics) metrics = emo_metrics_new (probabilities, rows->labels, rows->n, rows->n_labels);

  return metrics->nll;
}

/* A prior is kept only where it helps: a VLM that was trained on as many pictures
 * of each label has little of one. The published way knows none. */
static gboolean
choose_prior (EmoGateSets       *self,
              EmoStageFeatures  *source,
              GError           **error)
{
  const EmoFeatureRows *val = self->splits[EMO_SPLIT_VAL].features;

  if (emo_gate_sets_are_published (source->job) || val->n < MIN_FOR_PRIOR)
    return TRUE;
  self->prior = ask_of_blank (self->n_labels, source, error);
  if (self->prior == NULL)
    return FALSE;
  if (measure_loss (val, self->prior) >= measure_loss (val, NULL))
    g_clear_pointer (&self->prior, g_free);
  else
    g_ptr_array_add (source->notes, g_strdup ("What the VLM says of a blank picture is divided out: its loss on val is smaller so"));

  return TRUE;
}

static gboolean
ask_vlm (EmoGateSets       *self,
         EmoStageFeatures  *source,
         GError           **error)
{
  if (!choose_prior (self, source, error))
    return FALSE;
  self->train.vlm = make_probabilities (self->train.features, self->prior);
  for (EmoSplit split = EMO_SPLIT_VAL; split < EMO_N_SPLITS; split++)
    self->splits[split].vlm = make_probabilities (self->splits[split].features, self->prior);

  return TRUE;
}

/* --- The distilled head --- */

/* The head knows its own pictures too well: what it says of them gives way to what
 * heads said that had not seen them. */
static gboolean
take_unseen_logits (EmoGateSets        *self,
                    const EmoTrainJob  *job,
                    GError            **error)
{
  EmoGateSet *train = &self->train;
  guint n_labels = self->n_labels;
  g_autofree char *path = emo_distilled_stage_dup_logits (job);
  g_autofree char *dataset = emo_dataset_dup_sha256 (job->dataset);
  g_autoptr(EmoBranchLogits) logits = emo_branch_logits_load (path, dataset, n_labels, error);

  if (logits == NULL)
    return FALSE;
  for (guint i = 0; i < train->features->n; i++)
    {
      const float *row = emo_branch_logits_find (logits, train->features->items[i]);

      if (row == NULL)
        {
          g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE,
                       "%s could not be read when the head was fitted, and now it can; run the stage distilled again",
                       emo_dataset_get (job->dataset, train->features->items[i])->path);
          return FALSE;
        }
      memcpy (train->distilled + (gsize) i * n_labels, row, n_labels * sizeof *row);
    }

  return TRUE;
}

/* --- All of it --- */

static gboolean
load_set (EmoGateSet        *set,
          EmoStageFeatures  *source,
          EmoHead           *head,
          EmoSplit           split,
          EmoPictures        pictures,
          GError           **error)
{
  set->features = emo_stage_features_collect (source, split, pictures, EMO_FEATURE_SET_MEANS | EMO_FEATURE_SET_SCORES, error);
  if (set->features == NULL)
    return FALSE;
  set->distilled = emo_logits_of_head (head, set->features->values[EMO_FEATURE_MEANS], set->features->n);

  return TRUE;
}

static EmoPictures
choose_pictures (EmoStageFeatures *source)
{
  EmoDataset *dataset = source->job->dataset;
  guint n = emo_dataset_count (dataset, EMO_SPLIT_TRAIN, -1);

  if (emo_gate_sets_are_published (source->job))
    return EMO_PICTURES_ALL;
  for (guint i = 0; i < n; i++)
    if (emo_dataset_get (dataset, emo_dataset_get_first (dataset, EMO_SPLIT_TRAIN) + i)->held_out)
      return EMO_PICTURES_HELD_OUT;
  g_ptr_array_add (source->notes, g_strdup ("Nothing is held out: the gate may learn from pictures that the VLM knows"));

  return EMO_PICTURES_ALL;
}

static gboolean
load_sets (EmoGateSets       *self,
           EmoStageFeatures  *source,
           EmoHead           *head,
           GError           **error)
{
  if (!load_set (&self->train, source, head, EMO_SPLIT_TRAIN, choose_pictures (source), error))
    return FALSE;
  if (self->train.features->n == 0)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "%s: no picture that the gate could learn from can be read",
                   emo_dataset_get_root (source->job->dataset));
      return FALSE;
    }
  if (!emo_gate_sets_are_published (source->job) && !take_unseen_logits (self, source->job, error))
    return FALSE;
  for (EmoSplit split = EMO_SPLIT_VAL; split < EMO_N_SPLITS; split++)
    if (!load_set (&self->splits[split], source, head, split, EMO_PICTURES_ALL, error))
      return FALSE;

  return TRUE;
}

gboolean
emo_gate_sets_load (EmoGateSets       *self,
                    EmoStageFeatures  *source,
                    GError           **error)
{
  g_autoptr(EmoHead) head = NULL;

  *self = (EmoGateSets) { .n_labels = emo_label_set_get_size (source->bundle->labels) };
  head = emo_head_load (source->bundle->distilled, emo_features_get_width (source->features), self->n_labels, error);
  if (head == NULL || !load_sets (self, source, head, error))
    return FALSE;
  emo_stage_features_note_labels (source, self->train.features, "what the gate learns from");

  return ask_vlm (self, source, error);
}
