/* test-gate-fit.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "emo-draw.h"
#include "emo-gate-fit.h"
#include "fit-vectors.h"

#define STEPS 10

typedef struct
{
  guint              n;
  EmoGate           *gate;      /* with the case's parameters */
  EmoGateRows        rows;
  EmoGateFitOptions  options;   /* a step is an epoch */
} Case;

static void
case_load (Case               *self,
           const EmoJsonValue *item)
{
  gsize n;
  g_autofree float *parameters = fit_floats (item, "parameters", &n);
  EmoGateKind kind;

  g_assert_true (emo_gate_kind_from_string (emo_json_value_get_member_string (item, "kind", ""), &kind));
  self->n = emo_json_value_get_member_double (item, "n", 0);
  self->gate = emo_gate_new (kind, self->n, 0);
  g_assert_cmpuint (emo_gate_get_n_parameters (self->gate), ==, n);
  emo_gate_set_parameters (self->gate, parameters);
  self->rows.distilled = fit_floats (item, "d", &n);
  self->rows.vlm = fit_floats (item, "v", &n);
  self->rows.labels = fit_labels (item);
  self->rows.n = n / self->n;
  self->options = (EmoGateFitOptions) EMO_GATE_FIT_DEFAULTS;
  self->options.epochs = STEPS;
  self->options.adam.lr = emo_json_value_get_member_double (item, "lr", 0);
  self->options.adam.weight_decay = emo_json_value_get_member_double (item, "weight_decay", 0);
  g_assert_true (emo_vlm_input_from_string (emo_json_value_get_member_string (item, "vlm_input", ""), &self->options.vlm_input));
}

static void
case_clear (Case *self)
{
  emo_gate_free (self->gate);
  g_free ((gpointer) self->rows.distilled);
  g_free ((gpointer) self->rows.vlm);
  g_free ((gpointer) self->rows.labels);
}

static gboolean
check_first_loss (EmoFit   *fit,
                  guint     epoch,
                  double    loss,
                  gpointer  user_data)
{
  double expected = emo_json_value_get_member_double (user_data, "loss", -1);

  if (epoch == 1)
    g_assert_cmpfloat (fabs (loss - expected), <=, 1e-6 * expected);

  return TRUE;
}

/* The gradient as a fit of a single step leaves it: m is a tenth of it. */
static void
check_gradients (Case               *self,
                 const EmoJsonValue *item)
{
  EmoGateFitOptions options = self->options;
  g_autoptr(EmoFit) fit = NULL;
  g_autoptr(GArray) state = NULL;
  g_autofree float *gradients = NULL;
  gsize n;

  options.epochs = 1;
  options.adam.weight_decay = 0;
  fit = emo_gate_fit_new_from (self->gate, &self->rows, &options);
  g_assert_true (emo_fit_run (fit, check_first_loss, (gpointer) item, NULL, NULL));
  state = emo_fit_list_state (fit);
  g_assert_cmpstr (g_array_index (state, EmoStoredTensor, 1).name, ==, "gate.m");
  n = g_array_index (state, EmoStoredTensor, 1).shape[0];
  gradients = g_memdup2 (g_array_index (state, EmoStoredTensor, 1).data, n * sizeof *gradients);
  for (gsize i = 0; i < n; i++)
    gradients[i] *= 10;
  fit_assert_close (gradients, item, "gradients", 1e-5);
}

/* Five kinds, both inputs of the VLM, 2 labels and 4. */
static void
test_loss_gradients_and_ten_steps_equal_torch (void)
{
  g_autoptr(EmoJson) json = fit_load ();
  const EmoJsonValue *cases = fit_list (json, "gates");

  g_assert_cmpuint (emo_json_value_get_length (cases), ==, 20);
  for (gsize i = 0; i < emo_json_value_get_length (cases); i++)
    {
      const EmoJsonValue *item = emo_json_value_get_element (cases, i);
      g_autoptr(EmoFit) fit = NULL;
      Case data;

      case_load (&data, item);
      check_gradients (&data, item);
      fit = emo_gate_fit_new_from (data.gate, &data.rows, &data.options);
      g_assert_true (emo_fit_run (fit, check_first_loss, (gpointer) item, NULL, NULL));
      fit_assert_close (emo_fit_get_parameters (fit), item, "after", 1e-4);
      case_clear (&data);
    }
}

#define N_ROWS 400
#define N      3

typedef struct
{
  float   distilled[N_ROWS * N];
  float   vlm[N_ROWS * N];
  guint32 labels[N_ROWS];
} Made;

/* The head is right about the first label alone, the VLM about the others. */
static EmoGateRows
make_rows (Made    *made,
           gboolean shuffled)
{
  EmoDraw draw = emo_draw_begin (3, "test", 0, 0, 0);

  for (guint i = 0; i < N_ROWS; i++)
    {
      guint32 label = made->labels[i] = emo_draw_below (&draw, N);
      guint32 other = 1 + emo_draw_below (&draw, N - 1);
      guint32 from_head = label == 0 ? 0 : other, from_vlm = label == 0 ? other : label;

      for (guint j = 0; j < N; j++)
        {
          made->distilled[i * N + j] = (j == from_head ? 2 : 0) + 0.3 * emo_draw_normal (&draw);
          made->vlm[i * N + j] = j == from_vlm ? 0.8 : 0.1;
        }
    }
  if (shuffled)
    emo_draw_shuffle (&draw, made->labels, N_ROWS);

  return (EmoGateRows) { N_ROWS, made->distilled, made->vlm, made->labels };
}

/* How many of the rows from @first on the fitted gate gets right. */
static double
fit_and_score (EmoGateKind  kind,
               gboolean     shuffled)
{
  static Made made;
  EmoGateRows rows = make_rows (&made, shuffled);
  EmoGateFitOptions options = EMO_GATE_FIT_DEFAULTS;
  g_autoptr(EmoFit) fit = NULL;
  g_autoptr(EmoGate) gate = NULL;
  guint right = 0;

  rows.n = N_ROWS / 2;
  options.epochs = 60;
  options.adam.lr = 0.02;
  options.seed = 5;
  fit = emo_gate_fit_new (kind, N, &rows, &options);
  g_assert_true (emo_fit_run (fit, NULL, NULL, NULL, NULL));
  gate = emo_gate_fit_dup_gate (fit);
  for (guint i = N_ROWS / 2; i < N_ROWS; i++)
    {
      double d[N], v[N], logits[N];
      guint winner = 0;

      for (guint j = 0; j < N; j++)
        {
          d[j] = made.distilled[i * N + j];
          v[j] = made.vlm[i * N + j];
        }
      emo_gate_forward (gate, d, v, logits);
      for (guint j = 1; j < N; j++)
        winner = logits[j] > logits[winner] ? j : winner;
      right += winner == made.labels[i];
    }

  return right / (N_ROWS / 2.0);
}

static void
test_learns_whom_to_believe (void)
{
  for (guint kind = 0; kind < EMO_N_GATE_KINDS; kind++)
    g_assert_cmpfloat (fit_and_score (kind, FALSE), >, 0.9);
}

/* Nothing of the fitted rows reaches the others: a third is right by chance. */
static void
test_shuffled_labels_stay_at_chance (void)
{
  for (guint kind = 0; kind < EMO_N_GATE_KINDS; kind++)
    g_assert_cmpfloat (fabs (fit_and_score (kind, TRUE) - 1.0 / N), <, 0.12);
}

static gboolean
stop_cb (EmoFit   *fit,
         guint     epoch,
         double    loss,
         gpointer  user_data)
{
  if (epoch == 4)
    g_cancellable_cancel (user_data);

  return TRUE;
}

static void
test_resumes_bit_equal (void)
{
  static Made made;
  EmoGateRows rows = make_rows (&made, FALSE);
  EmoGateFitOptions options = EMO_GATE_FIT_DEFAULTS;

  for (guint kind = 0; kind < EMO_N_GATE_KINDS; kind++)
    {
      g_autoptr(EmoFit) whole = emo_gate_fit_new (kind, N, &rows, &options);
      g_autoptr(EmoFit) first = emo_gate_fit_new (kind, N, &rows, &options);
      g_autoptr(EmoFit) second = emo_gate_fit_new (kind, N, &rows, &options);
      g_autoptr(GCancellable) cancellable = g_cancellable_new ();
      g_autoptr(GArray) state = NULL;
      gsize n_bytes;

      g_assert_true (emo_fit_run (whole, NULL, NULL, NULL, NULL));
      g_assert_false (emo_fit_run (first, stop_cb, cancellable, cancellable, NULL));
      state = emo_fit_list_state (first);
      g_assert_true (emo_fit_restore (second, &g_array_index (state, EmoStoredTensor, 0), state->len, NULL));
      g_assert_cmpuint (emo_fit_get_epoch (second), ==, 4);
      g_assert_true (emo_fit_run (second, NULL, NULL, NULL, NULL));
      n_bytes = g_array_index (state, EmoStoredTensor, 0).n_bytes;
      g_assert_cmpmem (emo_fit_get_parameters (second), n_bytes, emo_fit_get_parameters (whole), n_bytes);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/Emo/GateFit/loss-gradients-and-ten-steps-equal-torch", test_loss_gradients_and_ten_steps_equal_torch);
  g_test_add_func ("/Emo/GateFit/learns-whom-to-believe", test_learns_whom_to_believe);
  g_test_add_func ("/Emo/GateFit/shuffled-labels-stay-at-chance", test_shuffled_labels_stay_at_chance);
  g_test_add_func ("/Emo/GateFit/resumes-bit-equal", test_resumes_bit_equal);

  return g_test_run ();
}
