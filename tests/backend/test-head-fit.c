/* test-head-fit.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "emo-draw.h"
#include "emo-head-fit.h"
#include "fit-killer.h"
#include "fit-vectors.h"
#include "part-vectors.h"

#define STEPS 10

/* The first epoch's loss, which with one batch is that of the first step. */
static gboolean
keep_loss (EmoFit   *fit,
           guint     epoch,
           double    loss,
           gpointer  user_data)
{
  if (epoch == 1)
    *(double *) user_data = loss;

  return TRUE;
}

/* The gradient as a fit of a single step leaves it: m is a tenth of it. */
static void
check_gradients (EmoHead            *head,
                 const EmoHeadRows  *rows,
                 EmoHeadFitOptions   options,
                 const EmoJsonValue *item)
{
  g_autoptr(EmoFit) fit = NULL;
  g_autoptr(GArray) state = NULL;
  g_autofree float *gradients = NULL;
  double loss = 0, expected = emo_json_value_get_member_double (item, "loss", -1);
  gsize n = emo_head_get_n_parameters (head);

  options.epochs = 1;
  options.adam.weight_decay = 0;
  fit = emo_head_fit_new_from (head, rows, &options);
  g_assert_true (emo_fit_run (fit, keep_loss, &loss, NULL, NULL));
  g_assert_cmpfloat (fabs (loss - expected), <=, 1e-5 * expected);
  state = emo_fit_list_state (fit);
  g_assert_cmpstr (g_array_index (state, EmoStoredTensor, 1).name, ==, "head.m");
  gradients = g_memdup2 (g_array_index (state, EmoStoredTensor, 1).data, n * sizeof *gradients);
  for (gsize i = 0; i < n; i++)
    gradients[i] *= 10;
  fit_assert_close (gradients, item, "gradients", 1e-5);
}

static void
check_case (const EmoJsonValue *item)
{
  EmoHeadFitOptions options = EMO_HEAD_FIT_DEFAULTS;
  gsize n_widths, n_parameters, n, n_teacher;
  g_autofree float *width_numbers = fit_floats (item, "widths", &n_widths);
  g_autofree float *parameters = fit_floats (item, "parameters", &n_parameters);
  g_autofree float *inputs = fit_floats (item, "inputs", &n);
  g_autofree float *teacher = fit_floats (item, "teacher", &n_teacher);
  g_autofree guint32 *labels = fit_labels (item);
  EmoHeadRows rows = { .n = 5, .width = n / 5, .means = inputs, .teacher = n_teacher > 0 ? teacher : NULL, .labels = labels };
  guint widths[2] = { width_numbers[0], n_widths > 1 ? width_numbers[1] : 0 };
  g_autoptr(EmoHead) head = emo_head_new (rows.width, widths, n_widths, emo_json_value_get_member_double (item, "n", 0), 0);
  g_autoptr(EmoFit) fit = NULL;

  g_assert_cmpuint (emo_head_get_n_parameters (head), ==, n_parameters);
  emo_head_set_parameters (head, parameters);
  options.alpha = emo_json_value_get_member_double (item, "alpha", -1);
  options.temperature = emo_json_value_get_member_double (item, "temperature", -1);
  options.dropout = 0;
  options.epochs = STEPS;
  options.adam.lr = emo_json_value_get_member_double (item, "lr", 0);
  options.adam.weight_decay = emo_json_value_get_member_double (item, "weight_decay", 0);
  check_gradients (head, &rows, options, item);
  fit = emo_head_fit_new_from (head, &rows, &options);
  g_assert_true (emo_fit_run (fit, NULL, NULL, NULL, NULL));
  fit_assert_close (emo_fit_get_parameters (fit), item, "after", 1e-4);
}

/* Distillation at alpha 0.2, 0.5 and 0.8; 2 labels; and labels alone. */
static void
test_loss_gradients_and_ten_steps_equal_torch (void)
{
  g_autoptr(EmoJson) json = fit_load ();
  const EmoJsonValue *cases = fit_list (json, "heads");

  g_assert_cmpuint (emo_json_value_get_length (cases), ==, 5);
  for (gsize i = 0; i < emo_json_value_get_length (cases); i++)
    check_case (emo_json_value_get_element (cases, i));
}

#define N_ROWS 600
#define H      12
#define N      3

typedef struct
{
  float   means[N_ROWS * H];
  float   teacher[N_ROWS * N];
  guint32 labels[N_ROWS];
} Made;

static const guint narrow[] = { 16 };

/* Clouds around a corner a label; the teacher says the label after it. */
static EmoHeadRows
make_rows (Made   *made,
           double  offset,
           double  spread)
{
  EmoDraw draw = emo_draw_begin (11, "test", 0, 0, 0);

  for (guint i = 0; i < N_ROWS; i++)
    {
      guint32 label = made->labels[i] = emo_draw_below (&draw, N);

      for (guint j = 0; j < H; j++)
        made->means[i * H + j] = offset + spread * ((j % N == label) + 0.5 * emo_draw_normal (&draw));
      for (guint j = 0; j < N; j++)
        made->teacher[i * N + j] = j == (label + 1) % N ? 4 : 0;
    }

  return (EmoHeadRows) { .n = N_ROWS / 2, .width = H, .means = made->means, .labels = made->labels };
}

static EmoHeadFitOptions
quick_options (void)
{
  EmoHeadFitOptions options = EMO_HEAD_FIT_DEFAULTS;

  options.widths = narrow;
  options.epochs = 30;
  options.adam.lr = 0.01;
  options.seed = 3;

  return options;
}

/* The part of the rows that were not fitted where the answer is the label plus
 * @shift. */
static double
score (EmoHead    *head,
       const Made *made,
       guint       shift)
{
  guint right = 0;

  for (guint i = N_ROWS / 2; i < N_ROWS; i++)
    {
      double logits[N];
      guint winner = 0;

      emo_head_forward (head, made->means + i * H, logits);
      for (guint j = 1; j < N; j++)
        winner = logits[j] > logits[winner] ? j : winner;
      right += winner == (made->labels[i] + shift) % N;
    }

  return right / (N_ROWS / 2.0);
}

static EmoHead *
fit_head (const EmoHeadRows       *rows,
          const EmoHeadFitOptions *options)
{
  g_autoptr(EmoFit) fit = emo_head_fit_new (rows, N, options);
  g_autoptr(GError) error = NULL;

  g_assert_true (emo_fit_run (fit, NULL, NULL, NULL, &error));
  g_assert_no_error (error);

  return emo_head_fit_dup_head (fit);
}

static void
test_learns_from_labels_and_from_the_teacher (void)
{
  static Made made;
  EmoHeadRows rows = make_rows (&made, 0, 1);
  EmoHeadFitOptions options = quick_options ();
  g_autoptr(EmoHead) from_labels = fit_head (&rows, &options);
  g_autoptr(EmoHead) from_teacher = NULL;

  g_assert_cmpfloat (score (from_labels, &made, 0), >, 0.9);
  rows.teacher = made.teacher;
  options.alpha = 1;
  from_teacher = fit_head (&rows, &options);
  g_assert_cmpfloat (score (from_teacher, &made, 1), >, 0.9);
}

static void
test_shuffled_labels_stay_at_chance (void)
{
  static Made made;
  EmoHeadRows rows = make_rows (&made, 0, 1);
  EmoHeadFitOptions options = quick_options ();
  EmoDraw draw = emo_draw_begin (1, "test", 0, 0, 0);
  g_autoptr(EmoHead) head = NULL;

  emo_draw_shuffle (&draw, made.labels, N_ROWS);
  head = fit_head (&rows, &options);
  g_assert_cmpfloat (fabs (score (head, &made, 0) - 1.0 / N), <, 0.1);
}

/* Inputs far from 0 and of tiny spread: the fitted head takes them as they are. */
static void
test_standardised_inputs_are_folded_in (void)
{
  static Made made;
  EmoHeadRows rows = make_rows (&made, 3, 1e-2);
  EmoHeadFitOptions options = quick_options ();
  g_autoptr(EmoHead) plain = NULL;
  g_autoptr(EmoHead) head = NULL;
  g_autoptr(EmoHead) again = NULL;
  g_autoptr(EmoFit) fit = NULL;
  double logits[N], expected[N];

  for (guint i = 0; i < N_ROWS; i++)
    made.means[i * H] = 3;   /* an input without spread */
  plain = fit_head (&rows, &options);
  options.standardise = TRUE;
  head = fit_head (&rows, &options);
  g_assert_cmpfloat (score (head, &made, 0), >, 0.9);
  g_assert_cmpfloat (score (plain, &made, 0), <, score (head, &made, 0));
  /* Going on from it begins with the same answers. */
  fit = emo_head_fit_new_from (head, &rows, &options);
  again = emo_head_fit_dup_head (fit);
  emo_head_forward (head, made.means, expected);
  emo_head_forward (again, made.means, logits);
  assert_close ("logits", logits, expected, N, 5e-3);
}

static double
first_loss (const EmoHeadRows *rows,
            double             dropout,
            guint              batch,
            guint64            seed)
{
  EmoHeadFitOptions options = quick_options ();
  g_autoptr(EmoHead) begin = emo_head_new (H, narrow, 1, N, 8);
  g_autoptr(EmoFit) fit = NULL;
  double loss = 0;

  options.epochs = 1;
  options.adam.lr = 0;
  options.dropout = dropout;
  options.batch = batch;
  options.seed = seed;
  fit = emo_head_fit_new_from (begin, rows, &options);
  g_assert_true (emo_fit_run (fit, keep_loss, &loss, NULL, NULL));

  return loss;
}

/* What is dropped hangs on seed, epoch and row, not on the batch. */
static void
test_dropout_is_a_function_of_the_row (void)
{
  static Made made;
  EmoHeadRows rows = make_rows (&made, 0, 1);

  g_assert_cmpfloat (fabs (first_loss (&rows, 0.5, 64, 1) - first_loss (&rows, 0.5, 7, 1)), <, 1e-6);
  g_assert_cmpfloat (fabs (first_loss (&rows, 0.5, 64, 1) - first_loss (&rows, 0.5, 64, 2)), >, 1e-6);
  g_assert_cmpfloat (fabs (first_loss (&rows, 0, 64, 1) - first_loss (&rows, 0, 64, 2)), <, 1e-6);
  /* What is kept is scaled, so that little changes in the mean. */
  g_assert_cmpfloat (fabs (first_loss (&rows, 0.1, 64, 1) - first_loss (&rows, 0, 64, 1)), <, 0.05);
}

static void
test_rows_outside_the_subset_are_not_read (void)
{
  static Made made;
  EmoHeadRows rows = make_rows (&made, 0, 1);
  EmoHeadFitOptions options = quick_options ();
  guint32 subset[N_ROWS / 4];
  g_autoptr(EmoHead) head = NULL;

  for (guint i = 0; i < N_ROWS / 2; i++)
    if (i % 2 == 0)
      subset[i / 2] = i;
    else
      {
        made.labels[i] = G_MAXUINT32;
        for (guint j = 0; j < H; j++)
          made.means[i * H + j] = NAN;
      }
  rows.n = N_ROWS / 4;
  rows.subset = subset;
  options.standardise = TRUE;
  head = fit_head (&rows, &options);
  g_assert_cmpfloat (score (head, &made, 0), >, 0.9);
}

static void
test_a_mean_that_is_no_number_is_an_error (void)
{
  static Made made;
  EmoHeadRows rows = make_rows (&made, 0, 1);
  EmoHeadFitOptions options = quick_options ();
  g_autoptr(EmoFit) fit = NULL;
  g_autoptr(GError) error = NULL;

  made.means[5 * H + 2] = INFINITY;
  fit = emo_head_fit_new (&rows, N, &options);
  g_assert_false (emo_fit_run (fit, NULL, NULL, NULL, &error));
  assert_message (error, EMO_ERROR_MODEL, "head: the loss (");
  g_assert_true (isfinite (emo_fit_get_parameters (fit)[0]));
}

/* Writes the state to @path, done or not. */
static gboolean
run_until_killed (EmoFit     *fit,
                  const char *path,
                  gulong      delay)
{
  g_autoptr(GArray) state = NULL;
  g_autoptr(GError) error = NULL;
  Killer killer;
  gboolean done;

  killer_start (&killer, delay);
  done = emo_fit_run (fit, NULL, NULL, killer.cancellable, &error);
  killer_stop (&killer);
  if (!done)
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  state = emo_fit_list_state (fit);
  save_state (state, path);

  return done;
}

static void
restore (EmoFit     *fit,
         const char *path)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(EmoSafetensors) file = emo_safetensors_open (path, &error);
  g_autoptr(GArray) tensors = list_tensors (file);

  g_assert_true (emo_fit_restore (fit, &g_array_index (tensors, EmoStoredTensor, 0), tensors->len, &error));
  g_assert_no_error (error);
}

static void
test_killed_at_random_steps_ends_bit_equal (void)
{
  static Made made;
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "state.safetensors", NULL);
  EmoHeadRows rows = make_rows (&made, 0, 1);
  EmoHeadFitOptions options = quick_options ();
  g_autoptr(EmoFit) whole = NULL;
  g_autoptr(EmoFit) fit = NULL;
  guint n_kills = 0;
  gsize n_bytes;

  rows.teacher = made.teacher;
  options.batch = 7;
  options.widths = (const guint[]) { 96, 48 };
  options.depth = 2;
  whole = emo_head_fit_new (&rows, N, &options);
  g_assert_true (emo_fit_run (whole, NULL, NULL, NULL, NULL));
  fit = emo_head_fit_new (&rows, N, &options);
  for (gulong delay = 200; !run_until_killed (fit, path, delay); delay += 300)
    {
      g_clear_pointer (&fit, emo_fit_free);
      fit = emo_head_fit_new (&rows, N, &options);
      restore (fit, path);
      n_kills++;
    }
  g_test_message ("killed %u times", n_kills);
  g_assert_cmpuint (n_kills, >, 1);
  n_bytes = sizeof (float) * (96 * (H + 1) + 48 * (96 + 1) + N * (48 + 1));
  g_assert_cmpmem (emo_fit_get_parameters (fit), n_bytes, emo_fit_get_parameters (whole), n_bytes);
  remove_folder (folder);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/Emo/HeadFit/loss-gradients-and-ten-steps-equal-torch", test_loss_gradients_and_ten_steps_equal_torch);
  g_test_add_func ("/Emo/HeadFit/learns-from-labels-and-from-the-teacher", test_learns_from_labels_and_from_the_teacher);
  g_test_add_func ("/Emo/HeadFit/shuffled-labels-stay-at-chance", test_shuffled_labels_stay_at_chance);
  g_test_add_func ("/Emo/HeadFit/standardised-inputs-are-folded-in", test_standardised_inputs_are_folded_in);
  g_test_add_func ("/Emo/HeadFit/dropout-is-a-function-of-the-row", test_dropout_is_a_function_of_the_row);
  g_test_add_func ("/Emo/HeadFit/rows-outside-the-subset-are-not-read", test_rows_outside_the_subset_are_not_read);
  g_test_add_func ("/Emo/HeadFit/a-mean-that-is-no-number-is-an-error", test_a_mean_that_is_no_number_is_an_error);
  g_test_add_func ("/Emo/HeadFit/killed-at-random-steps-ends-bit-equal", test_killed_at_random_steps_ends_bit_equal);

  return g_test_run ();
}
