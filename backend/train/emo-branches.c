/* emo-branches.c: two branches and their gate, on the same pictures
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-branches.h"
#include "emo-json.h"
#include "emo-metrics.h"

/* The first highest, as in an answer. */
static gboolean
is_right (const float *probabilities,
          guint        n_labels,
          guint32      label)
{
  guint winner = 0;

  for (guint i = 1; i < n_labels; i++)
    if (probabilities[i] > probabilities[winner])
      winner = i;

  return winner == label;
}

static gsize
count_right (const EmoBranchRows *rows,
             const float         *probabilities)
{
  gsize n = 0;

  for (gsize i = 0; i < rows->n; i++)
    n += is_right (probabilities + i * rows->n_labels, rows->n_labels, rows->labels[i]);

  return n;
}

static gsize
count_oracle (const EmoBranchRows *rows)
{
  gsize n = 0;

  for (gsize i = 0; i < rows->n; i++)
    n += is_right (rows->vlm + i * rows->n_labels, rows->n_labels, rows->labels[i]) ||
         is_right (rows->distilled + i * rows->n_labels, rows->n_labels, rows->labels[i]);

  return n;
}

/* McNemar's of the gated branch against @other. */
static double
compare (const EmoBranchRows *rows,
         const float         *other)
{
  gsize only_gated = 0, only_other = 0;

  for (gsize i = 0; i < rows->n; i++)
    {
      gboolean gated = is_right (rows->gated + i * rows->n_labels, rows->n_labels, rows->labels[i]);
      gboolean others = is_right (other + i * rows->n_labels, rows->n_labels, rows->labels[i]);

      only_gated += gated && !others;
      only_other += others && !gated;
    }

  return emo_metrics_mcnemar (only_gated, only_other);
}

static void
add_number (GString    *text,
            const char *key,
            double      number)
{
  g_string_append_printf (text, ", \"%s\": ", key);
  emo_json_append_double (text, number);
}

/* Left open for more members. */
static void
begin_branch (GString    *text,
              const char *name,
              gsize       n_right,
              gsize       n)
{
  double low, high;

  emo_metrics_wilson (n_right, n, &low, &high);
  g_string_append_printf (text, ", \"%s\": {\"accuracy\": ", name);
  emo_json_append_double (text, n > 0 ? (double) n_right / (double) n : NAN);
  add_number (text, "low", low);
  add_number (text, "high", high);
}

/**
 * emo_branches_to_json:
 * @rows: what the branches say of pictures, and their labels
 *
 * Returns: (transfer full): how good they are
 */
char *
emo_branches_to_json (const EmoBranchRows *rows)
{
  GString *text;
  gsize n_vlm, n_distilled;
  gboolean vlm_is_better;
  g_autoptr(EmoMetrics) gated = NULL;

  g_return_val_if_fail (rows != NULL, NULL);

  text = g_string_new (NULL);
  n_vlm = count_right (rows, rows->vlm);
  n_distilled = count_right (rows, rows->distilled);
  vlm_is_better = n_vlm >= n_distilled;
  gated = emo_metrics_new (rows->gated, rows->labels, rows->n, rows->n_labels);
  g_string_append_printf (text, "{\"n\": %" G_GSIZE_FORMAT, rows->n);
  begin_branch (text, "vlm", n_vlm, rows->n);
  g_string_append_c (text, '}');
  begin_branch (text, "distilled", n_distilled, rows->n);
  g_string_append_c (text, '}');
  begin_branch (text, "gated", gated->n_right, rows->n);
  add_number (text, "macro_f1", gated->macro_f1);
  add_number (text, "ece", gated->ece);
  g_string_append_c (text, '}');
  begin_branch (text, "oracle", count_oracle (rows), rows->n);
  g_string_append_printf (text, "}, \"better\": \"%s\"", vlm_is_better ? "vlm" : "distilled");
  add_number (text, "mcnemar_p", compare (rows, vlm_is_better ? rows->vlm : rows->distilled));
  g_string_append_c (text, '}');

  return g_string_free (text, FALSE);
}
