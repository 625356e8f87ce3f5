/* emo-logits.c: rows of logits
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-label-set.h"
#include "emo-logits.h"

/**
 * emo_logits_of_head:
 * @head: a head
 * @means: [n, H] mean visual tokens
 * @n: rows
 *
 * Returns: (transfer full): [n, n_labels]
 */
float *
emo_logits_of_head (EmoHead     *head,
                    const float *means,
                    gsize        n)
{
  double answer[EMO_LABEL_SET_MAX];
  guint width, n_labels;
  float *logits;

  g_return_val_if_fail (head != NULL, NULL);

  width = emo_head_get_width (head, 0);
  n_labels = emo_head_get_width (head, emo_head_get_depth (head) + 1);
  logits = g_new (float, MAX (n * n_labels, 1));
  for (gsize i = 0; i < n; i++)
    {
      emo_head_forward (head, means + i * width, answer);
      for (guint j = 0; j < n_labels; j++)
        logits[i * n_labels + j] = (float) answer[j];
    }

  return logits;
}

static void
softmax (const float *logits,
         guint        n_labels,
         float       *probabilities)
{
  double highest = logits[0], sum = 0;

  for (guint i = 1; i < n_labels; i++)
    highest = MAX (highest, logits[i]);
  for (guint i = 0; i < n_labels; i++)
    sum += exp (logits[i] - highest);
  for (guint i = 0; i < n_labels; i++)
    probabilities[i] = (float) (exp (logits[i] - highest) / sum);
}

/**
 * emo_logits_to_probabilities:
 * @logits: [n, n_labels]
 * @n: rows
 * @n_labels: labels
 * @probabilities: (out): [n, n_labels]; may be @logits
 */
void
emo_logits_to_probabilities (const float *logits,
                             gsize        n,
                             guint        n_labels,
                             float       *probabilities)
{
  g_return_if_fail (n_labels > 0);

  for (gsize i = 0; i < n; i++)
    softmax (logits + i * n_labels, n_labels, probabilities + i * n_labels);
}

/**
 * emo_logits_measure:
 * @logits: [n, n_labels]
 * @labels: [n]
 * @n: rows
 * @n_labels: labels
 *
 * Returns: (transfer full): of their softmax
 */
EmoMetrics *
emo_logits_measure (const float   *logits,
                    const guint32 *labels,
                    gsize          n,
                    guint          n_labels)
{
  g_autofree float *probabilities = g_new (float, MAX (n * n_labels, 1));

  emo_logits_to_probabilities (logits, n, n_labels, probabilities);

  return emo_metrics_new (probabilities, labels, n, n_labels);
}

/**
 * emo_logits_scale:
 * @logits: (inout): [n, n_labels]
 * @n: rows
 * @n_labels: labels
 * @factor: what each is multiplied by
 */
void
emo_logits_scale (float  *logits,
                  gsize   n,
                  guint   n_labels,
                  double  factor)
{
  for (gsize i = 0; i < n * n_labels; i++)
    logits[i] = (float) (logits[i] * factor);
}
