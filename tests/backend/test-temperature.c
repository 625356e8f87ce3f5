/* test-temperature.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <math.h>

#include "emo-draw.h"
#include "emo-gate.h"
#include "emo-head.h"
#include "emo-temperature.h"

#define N_ROWS 4000
#define N      4

/* With two labels and one margin a the minimum is where the sigmoid of a/T is
 * the part that is right. */
static void
test_equals_the_closed_form (void)
{
  const double margins[] = { 0.5, 3, 30 };

  for (guint m = 0; m < G_N_ELEMENTS (margins); m++)
    {
      float logits[2 * 100];
      guint32 labels[100];
      double expected = margins[m] / log (80 / 20.0);

      for (guint i = 0; i < 100; i++)
        {
          logits[2 * i] = margins[m] + i;   /* what all logits share is nothing */
          logits[2 * i + 1] = i;
          labels[i] = i < 80 ? 0 : 1;
        }
      expected = CLAMP (expected, EMO_TEMPERATURE_MIN, EMO_TEMPERATURE_MAX);
      g_assert_cmpfloat (fabs (emo_temperature_fit (logits, labels, 100, 2) - expected), <, 1e-5 * expected);
    }
}

/* Labels drawn from the softmax of the logits over 3. */
static void
make_rows (float   *logits,
           guint32 *labels)
{
  EmoDraw draw = emo_draw_begin (1, "test", 0, 0, 0);

  for (guint i = 0; i < N_ROWS; i++)
    {
      double sum = 0, left;

      for (guint j = 0; j < N; j++)
        {
          logits[i * N + j] = 6 * emo_draw_normal (&draw);
          sum += exp (logits[i * N + j] / 3);
        }
      left = sum * emo_draw_uniform (&draw);
      for (labels[i] = 0; labels[i] < N - 1; labels[i]++)
        {
          left -= exp (logits[i * N + labels[i]] / 3);
          if (left < 0)
            break;
        }
    }
}

static void
test_finds_what_labels_were_drawn_at (void)
{
  g_autofree float *logits = g_new (float, N_ROWS * N);
  g_autofree guint32 *labels = g_new (guint32, N_ROWS);

  make_rows (logits, labels);
  g_assert_cmpfloat (fabs (emo_temperature_fit (logits, labels, N_ROWS, N) - 3), <, 0.2);
}

/* What a gate, or else a head, says of each of @inputs. */
static void
answer (EmoGate     *gate,
        EmoHead     *head,
        const float *inputs,
        float       *logits)
{
  const double v[N] = { 0.7, 0.1, 0.1, 0.1 };

  for (guint i = 0; i < N_ROWS; i++)
    {
      double d[N], out[N];

      for (guint j = 0; j < N; j++)
        d[j] = inputs[i * N + j];
      if (gate != NULL)
        emo_gate_forward (gate, d, v, out);
      else
        emo_head_forward (head, inputs + i * N, out);
      for (guint j = 0; j < N; j++)
        logits[i * N + j] = out[j];
    }
}

/* Labels that the logits get right in four rows of five, and at times in more. */
static void
follow (const float *logits,
        guint32     *labels)
{
  for (guint i = 0; i < N_ROWS; i++)
    {
      labels[i] = 0;
      for (guint j = 1; j < N; j++)
        labels[i] = logits[i * N + j] > logits[i * N + labels[i]] ? j : labels[i];
      if (i % 5 == 0)
        labels[i] = i / 5 % N;
    }
}

/* A gate or a head that is scaled by 1/T is best at 1. */
static void
test_folded_in_nothing_is_left (void)
{
  g_autofree float *inputs = g_new (float, N_ROWS * N);
  g_autofree float *logits = g_new (float, N_ROWS * N);
  g_autofree guint32 *labels = g_new (guint32, N_ROWS);

  make_rows (inputs, labels);
  for (guint kind = 0; kind <= EMO_N_GATE_KINDS; kind++)
    {
      g_autoptr(EmoGate) gate = kind < EMO_N_GATE_KINDS ? emo_gate_new (kind, N, 4) : NULL;
      g_autoptr(EmoHead) head = emo_head_new (N, (const guint[]) { 8 }, 1, N, 4);
      double temperature;

      answer (gate, head, inputs, logits);
      follow (logits, labels);
      temperature = emo_temperature_fit (logits, labels, N_ROWS, N);
      g_assert_cmpfloat (fabs (log (temperature)), >, 0.01);
      g_assert_cmpfloat (temperature, >, EMO_TEMPERATURE_MIN);
      g_assert_cmpfloat (temperature, <, EMO_TEMPERATURE_MAX);
      if (gate != NULL)
        emo_gate_scale (gate, 1 / temperature);
      emo_head_scale (head, 1 / temperature);
      answer (gate, head, inputs, logits);
      g_assert_cmpfloat (fabs (emo_temperature_fit (logits, labels, N_ROWS, N) - 1), <, 1e-4);
    }
}

/* Rows without a minimum inside the range, and rows that say nothing. */
static void
test_stays_in_its_range (void)
{
  const float right[4] = { 1, 0, 0, 1 }, wrong[4] = { 0, 1, 1, 0 }, even[4] = { 0.1f, 0.1f, 0.3f, 0.3f };
  const float no_numbers[4] = { NAN, 0, 1, INFINITY };
  const guint32 labels[2] = { 0, 1 };

  g_assert_cmpfloat (emo_temperature_fit (right, labels, 2, 2), ==, EMO_TEMPERATURE_MIN);
  g_assert_cmpfloat (emo_temperature_fit (wrong, labels, 2, 2), ==, EMO_TEMPERATURE_MAX);
  g_assert_cmpfloat (emo_temperature_fit (even, labels, 2, 2), ==, 1);
  g_assert_cmpfloat (emo_temperature_fit (no_numbers, labels, 2, 2), ==, 1);
  g_assert_cmpfloat (emo_temperature_fit (right, labels, 0, 2), ==, 1);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/Emo/Temperature/equals-the-closed-form", test_equals_the_closed_form);
  g_test_add_func ("/Emo/Temperature/finds-what-labels-were-drawn-at", test_finds_what_labels_were_drawn_at);
  g_test_add_func ("/Emo/Temperature/folded-in-nothing-is-left", test_folded_in_nothing_is_left);
  g_test_add_func ("/Emo/Temperature/stays-in-its-range", test_stays_in_its_range);

  return g_test_run ();
}
