/* emo-test-predictions.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <math.h>

#include "emo-test-predictions.h"

EmoModelInfo *
emo_test_info_new (guint n_labels)
{
  EmoModelInfo *info = emo_model_info_new ();

  if (n_labels == 8)
    info->labels = emo_label_set_new_mikels ();
  else
    {
      g_auto (GStrv) labels = g_new0 (char *, n_labels + 1);

      for (guint i = 0; i < n_labels; i++)
        labels[i] = g_strdup_printf ("label %u", i + 1);
      info->labels = emo_label_set_new ((const char *const *) labels, NULL);
    }
  g_assert_nonnull (info->labels);
  info->name = g_strdup ("scripted");
  info->has_distilled = info->has_gate = TRUE;

  return info;
}

void
emo_test_answer (EmoPrediction *prediction,
                 EmoBranch      branch,
                 const double  *p)
{
  static const EmoStage stages[EMO_N_BRANCHES] = { EMO_STAGE_VLM, EMO_STAGE_DISTILLED, EMO_STAGE_GATE };
  g_autoptr (EmoUpdate) update = emo_update_new (stages[branch]);
  guint n = emo_label_set_get_size (emo_prediction_get_labels (prediction));

  update->n_labels = n;
  update->probabilities = g_memdup2 (p, n * sizeof *p);
  update->scores = g_new (double, n);
  for (guint i = 0; i < n; i++)
    update->scores[i] = log (p[i]);
  update->mass = 1;
  update->ms = 1;
  if (branch == EMO_BRANCH_GATED)
    {
      update->contribution_vlm = g_new (double, n);
      update->contribution_distilled = g_new (double, n);
      update->contribution_rest = g_new (double, n);
      for (guint i = 0; i < n; i++)
        {
          update->contribution_vlm[i] = update->scores[i] * 0.75;
          update->contribution_distilled[i] = update->scores[i] * 0.5;
          update->contribution_rest[i] = update->scores[i] * -0.25;
        }
    }
  emo_prediction_apply (prediction, update);
}

void
emo_test_answer_label (EmoPrediction *prediction,
                       EmoBranch      branch,
                       guint          label)
{
  guint n = emo_label_set_get_size (emo_prediction_get_labels (prediction));
  g_autofree double *p = g_new (double, n);

  for (guint i = 0; i < n; i++)
    p[i] = i == label ? 0.6 : 0.4 / (n - 1);
  emo_test_answer (prediction, branch, p);
}

void
emo_test_vision (EmoPrediction    *prediction,
                 EmoDomainVerdict  in_domain)
{
  g_autoptr (EmoUpdate) update = emo_update_new (EMO_STAGE_VISION);

  update->in_domain = in_domain;
  update->domain_distance = in_domain == EMO_DOMAIN_OUT ? 1.5 : 0.5;
  emo_prediction_apply (prediction, update);
}

void
emo_test_explain (EmoPrediction *prediction,
                  int            label,
                  const char    *text,
                  gboolean       complete)
{
  g_autoptr (EmoUpdate) piece = emo_update_new (EMO_STAGE_TEXT);
  g_autoptr (EmoUpdate) end = emo_update_new (EMO_STAGE_EXPLAINED);

  piece->label = end->label = label;
  piece->text = g_strdup (text);
  end->text = g_strdup (text);
  end->complete = complete;
  emo_prediction_apply (prediction, piece);
  emo_prediction_apply (prediction, end);
}

void
emo_test_done (EmoPrediction *prediction)
{
  g_autoptr (EmoUpdate) update = emo_update_new (EMO_STAGE_DONE);

  update->ms = 1;
  emo_prediction_apply (prediction, update);
}
