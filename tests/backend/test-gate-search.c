/* test-gate-search.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-branches.h"
#include "emo-draw.h"
#include "emo-error.h"
#include "emo-gate-search.h"
#include "emo-json.h"
#include "emo-logits.h"

#define N      3
#define N_ROWS 60
#define N_VAL  40

static const EmoGateKind kinds[] = { EMO_GATE_KIND_BILINEAR, EMO_GATE_KIND_CONCAT_LINEAR, EMO_GATE_KIND_MOE };

typedef struct
{
  float   distilled[(N_ROWS + N_VAL) * N];
  float   vlm[(N_ROWS + N_VAL) * N];
  guint32 labels[N_ROWS + N_VAL];
} Made;

/* Either branch is right two times in three. */
static void
make (Made *made)
{
  EmoDraw draw = emo_draw_begin (4, "test", 0, 0, 0);

  for (guint i = 0; i < N_ROWS + N_VAL; i++)
    {
      made->labels[i] = emo_draw_below (&draw, N);
      for (guint branch = 0; branch < 2; branch++)
        {
          float *out = (branch == 0 ? made->distilled : made->vlm) + i * N;
          guint said = emo_draw_below (&draw, 3) == 0 ? emo_draw_below (&draw, N) : made->labels[i];

          for (guint j = 0; j < N; j++)
            out[j] = (j == said) * 2 + (float) emo_draw_normal (&draw);
        }
    }
  emo_logits_to_probabilities (made->vlm, N_ROWS + N_VAL, N, made->vlm);
}

static EmoGateSearch *
begin (Made  *made,
       guint  n_val)
{
  EmoGateRows rows = { N_ROWS, made->distilled, made->vlm, made->labels };
  EmoGateRows val = { n_val, made->distilled + N_ROWS * N, made->vlm + N_ROWS * N, made->labels + N_ROWS };
  EmoGateFitOptions options = EMO_GATE_FIT_DEFAULTS;

  options.epochs = 12;
  options.batch = 7;
  options.seed = 3;
  options.adam.lr = 0.1;

  return emo_gate_search_new (kinds, G_N_ELEMENTS (kinds), N, &rows, &val, &options);
}

typedef struct
{
  guint  n[G_N_ELEMENTS (kinds)];
  double lowest[G_N_ELEMENTS (kinds)];
  double last[G_N_ELEMENTS (kinds)];
} Heard;

static gboolean
epoch_cb (EmoGateSearch    *search,
          guint             part,
          guint             epoch,
          double            loss,
          const EmoMetrics *val,
          gpointer          user_data)
{
  Heard *heard = user_data;

  g_assert_cmpuint (part, ==, emo_gate_search_get_part (search));
  g_assert_cmpuint (epoch, ==, emo_gate_search_get_epoch (search));
  g_assert_cmpuint (epoch, ==, ++heard->n[part]);
  heard->last[part] = val->nll;
  heard->lowest[part] = epoch == 1 ? val->nll : MIN (heard->lowest[part], val->nll);

  return TRUE;
}

/* With so high a rate some kind is best before its end. */
static void
test_gate_search_keeps_the_best_on_val (void)
{
  static Made made;
  g_autoptr(EmoGateSearch) search = NULL;
  Heard heard = { 0 };
  gboolean some_earlier = FALSE;

  make (&made);
  search = begin (&made, N_VAL);
  g_assert_true (emo_gate_search_run (search, epoch_cb, &heard, NULL, NULL));
  g_assert_cmpuint (emo_gate_search_get_step (search), ==, emo_gate_search_get_n_steps (search));
  for (guint part = 0; part < G_N_ELEMENTS (kinds); part++)
    {
      EmoGateRows val = { N_VAL, made.distilled + N_ROWS * N, made.vlm + N_ROWS * N, made.labels + N_ROWS };
      g_autoptr(EmoGate) gate = emo_gate_search_dup_gate (search, part);
      g_autofree float *logits = emo_gate_fit_ask (gate, &val, EMO_VLM_INPUT_PROBABILITIES);
      g_autoptr(EmoMetrics) metrics = emo_logits_measure (logits, val.labels, N_VAL, N);

      g_assert_cmpuint (heard.n[part], ==, 12);
      g_assert_cmpint (emo_gate_get_kind (gate), ==, kinds[part]);
      g_assert_cmpfloat (metrics->nll, ==, heard.lowest[part]);
      some_earlier |= heard.lowest[part] < heard.last[part];
    }
  g_assert_true (some_earlier);
}

static void
test_gate_search_without_val_keeps_the_last (void)
{
  static Made made;
  g_autoptr(EmoGateSearch) search = NULL;
  g_autoptr(EmoGate) gate = NULL;
  g_autoptr(EmoFit) plain = NULL;
  EmoGateRows rows = { N_ROWS, made.distilled, made.vlm, made.labels };
  EmoGateFitOptions options = EMO_GATE_FIT_DEFAULTS;
  float parameters[64];

  make (&made);
  options.epochs = 12;
  options.batch = 7;
  options.seed = 3;
  options.adam.lr = 0.1;
  search = begin (&made, 0);
  g_assert_true (emo_gate_search_run (search, NULL, NULL, NULL, NULL));
  gate = emo_gate_search_dup_gate (search, 1);
  plain = emo_gate_fit_new (kinds[1], N, &rows, &options);
  g_assert_true (emo_fit_run (plain, NULL, NULL, NULL, NULL));
  g_assert_cmpuint (emo_gate_get_n_parameters (gate), <=, G_N_ELEMENTS (parameters));
  emo_gate_get_parameters (gate, parameters);
  g_assert_cmpmem (parameters, emo_gate_get_n_parameters (gate) * sizeof (float),
                   emo_fit_get_parameters (plain), emo_gate_get_n_parameters (gate) * sizeof (float));
}

typedef struct
{
  GCancellable *cancellable;
  guint         left;
} Stop;

static gboolean
stop_cb (EmoFit            *fit,
         const EmoFitStep  *step,
         gpointer           user_data,
         GError           **error)
{
  Stop *stop = user_data;

  if (stop->left-- == 1)
    g_cancellable_cancel (stop->cancellable);

  return TRUE;
}

/* The tensors as a file would give them. */
static void
copy_state (GArray *from,
            GArray *to)
{
  for (guint i = 0; i < from->len; i++)
    {
      EmoStoredTensor tensor = g_array_index (from, EmoStoredTensor, i);

      tensor.name = g_intern_string (tensor.name);
      tensor.data = g_memdup2 (tensor.data, tensor.n_bytes);
      g_array_append_val (to, tensor);
    }
}

static void
free_state (GArray *state)
{
  for (guint i = 0; i < state->len; i++)
    g_free ((gpointer) g_array_index (state, EmoStoredTensor, i).data);
  g_array_unref (state);
}

/* After any number of steps, in a search that knows nothing. */
static void
test_gate_search_resumes_bit_equal (void)
{
  static Made made;
  g_autoptr(EmoGateSearch) whole = NULL;
  g_autoptr(EmoGateSearch) search = NULL;
  EmoDraw draw = emo_draw_begin (8, "test", 0, 0, 0);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  guint n_stops = 0;

  make (&made);
  whole = begin (&made, N_VAL);
  g_assert_true (emo_gate_search_run (whole, NULL, NULL, NULL, NULL));
  search = begin (&made, N_VAL);
  for (;;)
    {
      Stop stop = { cancellable, 1 + emo_draw_below (&draw, 40) };
      GArray *state;
      g_autoptr(GArray) now = NULL;

      emo_gate_search_set_step_func (search, stop_cb, &stop);
      if (emo_gate_search_run (search, NULL, NULL, cancellable, NULL))
        break;
      n_stops++;
      g_cancellable_reset (cancellable);
      now = emo_gate_search_list_state (search);
      state = g_array_new (FALSE, FALSE, sizeof (EmoStoredTensor));
      copy_state (now, state);
      emo_gate_search_free (search);
      search = begin (&made, N_VAL);
      g_assert_true (emo_gate_search_restore (search, (EmoStoredTensor *) state->data, state->len, NULL));
      free_state (state);
    }
  g_assert_cmpuint (n_stops, >, 4);
  for (guint part = 0; part < G_N_ELEMENTS (kinds); part++)
    {
      g_autoptr(EmoGate) a = emo_gate_search_dup_gate (whole, part);
      g_autoptr(EmoGate) b = emo_gate_search_dup_gate (search, part);
      gsize n = emo_gate_get_n_parameters (a);
      g_autofree float *first = g_new (float, n);
      g_autofree float *second = g_new (float, n);

      emo_gate_get_parameters (a, first);
      emo_gate_get_parameters (b, second);
      g_assert_cmpmem (first, n * sizeof (float), second, n * sizeof (float));
    }
}

static void
test_gate_search_refuses_states_of_others (void)
{
  static Made made;
  g_autoptr(EmoGateSearch) search = NULL;
  g_autoptr(GArray) state = NULL;
  g_autoptr(GError) error = NULL;
  gint64 part = 3;

  make (&made);
  search = begin (&made, N_VAL);
  state = emo_gate_search_list_state (search);
  g_assert_false (emo_gate_search_restore (search, (EmoStoredTensor *) state->data, state->len - 1, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_MISSING_WEIGHT);
  g_clear_error (&error);
  for (guint i = 0; i < state->len; i++)
    {
      EmoStoredTensor *tensor = &g_array_index (state, EmoStoredTensor, i);

      if (g_str_equal (tensor->name, "search.part"))
        tensor->data = (const guint8 *) &part;
    }
  g_assert_false (emo_gate_search_restore (search, (EmoStoredTensor *) state->data, state->len, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE);
  part = -1;
  g_clear_error (&error);
  g_assert_false (emo_gate_search_restore (search, (EmoStoredTensor *) state->data, state->len, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE);
  g_assert_cmpuint (emo_gate_search_get_step (search), ==, 0);
}

static void
test_branches_are_measured (void)
{
  /* The VLM is right in rows 0 and 1, the head in 1 and 2, the gate in 0, 1, 2. */
  static const float vlm[] = { 0.9, 0.1, 0.9, 0.1, 0.1, 0.9, 0.1, 0.9 };
  static const float distilled[] = { 0.1, 0.9, 0.9, 0.1, 0.9, 0.1, 0.1, 0.9 };
  static const float gated[] = { 0.5, 0.5, 0.9, 0.1, 0.9, 0.1, 0.1, 0.9 };
  static const guint32 labels[] = { 0, 0, 0, 0 };
  EmoBranchRows rows = { 4, 2, labels, vlm, distilled, gated };
  EmoBranchRows none = { 0, 2, labels, vlm, distilled, gated };
  g_autofree char *text = emo_branches_to_json (&rows);
  g_autofree char *nothing = emo_branches_to_json (&none);
  g_autoptr(EmoJson) json = emo_json_parse (text, strlen (text), "text", 0, NULL);
  g_autoptr(EmoJson) empty = emo_json_parse (nothing, strlen (nothing), "nothing", 0, NULL);
  const EmoJsonValue *root = emo_json_get_root (json);
  double low, high;

  g_assert_nonnull (empty);
  emo_metrics_wilson (3, 4, &low, &high);
  g_assert_cmpfloat (emo_json_value_get_member_double (root, "n", 0), ==, 4);
  g_assert_cmpfloat (emo_json_value_get_member_double (emo_json_value_get_member (root, "vlm"), "accuracy", 0), ==, 0.5);
  g_assert_cmpfloat (emo_json_value_get_member_double (emo_json_value_get_member (root, "distilled"), "accuracy", 0), ==, 0.5);
  g_assert_cmpfloat (emo_json_value_get_member_double (emo_json_value_get_member (root, "gated"), "accuracy", 0), ==, 0.75);
  g_assert_cmpfloat (emo_json_value_get_member_double (emo_json_value_get_member (root, "gated"), "low", 0), ==, low);
  g_assert_cmpfloat (emo_json_value_get_member_double (emo_json_value_get_member (root, "gated"), "high", 0), ==, high);
  g_assert_cmpfloat (emo_json_value_get_member_double (emo_json_value_get_member (root, "oracle"), "accuracy", 0), ==, 0.75);
  g_assert_cmpstr (emo_json_value_get_member_string (root, "better", ""), ==, "vlm");
  g_assert_cmpfloat (emo_json_value_get_member_double (root, "mcnemar_p", 0), ==, emo_metrics_mcnemar (1, 0));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/GateSearch/keeps-the-best-on-val", test_gate_search_keeps_the_best_on_val);
  g_test_add_func ("/Emo/GateSearch/without-val-keeps-the-last", test_gate_search_without_val_keeps_the_last);
  g_test_add_func ("/Emo/GateSearch/resumes-bit-equal", test_gate_search_resumes_bit_equal);
  g_test_add_func ("/Emo/GateSearch/refuses-states-of-others", test_gate_search_refuses_states_of_others);
  g_test_add_func ("/Emo/Branches/are-measured", test_branches_are_measured);

  return g_test_run ();
}
