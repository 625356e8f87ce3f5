/* test-fit.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <math.h>

#include "emo-error.h"
#include "emo-fit.h"

#define N_ROWS 23
#define BATCH  4
#define STEPS  6
#define EPOCHS 5

/* Two parameters drawn to points on the line 2 x - 1; stops or spoils the loss
 * at the step that a case says. */
typedef struct
{
  guint         n_calls;
  guint         spoil_at;     /* 0: never */
  guint         cancel_at;    /* 0: never */
  GCancellable *cancellable;
  guint32       seen[N_ROWS]; /* how often each row came */
  guint32       order[N_ROWS * EPOCHS];
  guint         n_seen;
} Line;

static double
line_loss (gpointer       model,
           const float   *parameters,
           const guint32 *rows,
           guint          n_rows,
           guint          epoch,
           float         *gradients)
{
  Line *line = model;
  double loss = 0;

  gradients[0] = gradients[1] = 0;
  for (guint i = 0; i < n_rows; i++)
    {
      double x = rows[i] / 10.0;
      double miss = parameters[0] * x + parameters[1] - (2 * x - 1);

      loss += miss * miss / n_rows;
      gradients[0] += 2 * miss * x / n_rows;
      gradients[1] += 2 * miss / n_rows;
      line->seen[rows[i]]++;
      line->order[line->n_seen++ % G_N_ELEMENTS (line->order)] = rows[i];
    }
  line->n_calls++;
  if (line->n_calls == line->cancel_at)
    g_cancellable_cancel (line->cancellable);

  return line->n_calls == line->spoil_at ? NAN : loss;
}

static EmoFit *
begin (Line *line)
{
  EmoFitSettings settings = { .name = "line", .n_rows = N_ROWS, .epochs = EPOCHS, .batch = BATCH, .seed = 7,
                              .adam = EMO_ADAM_DEFAULTS };
  float zeros[2] = { 0, 0 };

  settings.adam.lr = 0.05;

  return emo_fit_new (&settings, zeros, 2, line_loss, line, NULL);
}

typedef struct
{
  guint  n;
  double losses[EPOCHS];
  guint  stop_after;   /* 0: never */
} Epochs;

static gboolean
epoch_cb (EmoFit   *fit,
          guint     epoch,
          double    loss,
          gpointer  user_data)
{
  Epochs *epochs = user_data;

  g_assert_cmpuint (emo_fit_get_epoch (fit), ==, epoch);
  g_assert_cmpuint (emo_fit_get_step (fit), ==, 0);
  g_assert_cmpuint (epoch, ==, epochs->n + 1);
  epochs->losses[epochs->n++] = loss;

  return epoch != epochs->stop_after;
}

static void
test_every_epoch_sees_every_row_once_in_another_order (void)
{
  Line line = { 0 };
  Epochs epochs = { 0 };
  g_autoptr(EmoFit) fit = begin (&line);
  g_autoptr(GError) error = NULL;

  g_assert_true (emo_fit_run (fit, epoch_cb, &epochs, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (epochs.n, ==, EPOCHS);
  g_assert_cmpuint (line.n_calls, ==, EPOCHS * STEPS);
  for (int i = 0; i < N_ROWS; i++)
    g_assert_cmpuint (line.seen[i], ==, EPOCHS);
  g_assert_cmpint (memcmp (line.order, line.order + N_ROWS, N_ROWS * sizeof *line.order), !=, 0);
  for (int i = 1; i < EPOCHS; i++)
    g_assert_cmpfloat (epochs.losses[i], <, epochs.losses[i - 1]);
  /* All is done: running again does nothing. */
  g_assert_true (emo_fit_run (fit, epoch_cb, &epochs, NULL, &error));
  g_assert_cmpuint (line.n_calls, ==, EPOCHS * STEPS);
}

static void
test_a_watcher_ends_it (void)
{
  Line line = { 0 };
  Epochs epochs = { .stop_after = 2 };
  g_autoptr(EmoFit) fit = begin (&line);

  g_assert_true (emo_fit_run (fit, epoch_cb, &epochs, NULL, NULL));
  g_assert_cmpuint (emo_fit_get_epoch (fit), ==, 2);
  /* For good. */
  g_assert_true (emo_fit_run (fit, epoch_cb, &epochs, NULL, NULL));
  g_assert_cmpuint (emo_fit_get_epoch (fit), ==, 2);
}

/* Tensors as a file would bring them: at odd addresses, between others. */
static GArray *
copy_state (EmoFit    *fit,
            GPtrArray *blobs)
{
  g_autoptr(GArray) state = emo_fit_list_state (fit);
  GArray *copy = g_array_new (FALSE, FALSE, sizeof (EmoStoredTensor));
  EmoStoredTensor other = { .name = "other", .stored = EMO_STORED_F32 };

  g_array_append_val (copy, other);
  for (guint i = state->len; i > 0; i--)
    {
      EmoStoredTensor tensor = g_array_index (state, EmoStoredTensor, i - 1);
      guint8 *bytes = g_malloc (tensor.n_bytes + 1);

      memcpy (bytes + 1, tensor.data, tensor.n_bytes);
      tensor.data = bytes + 1;
      g_ptr_array_add (blobs, bytes);
      g_array_append_val (copy, tensor);
    }

  return copy;
}

static void
assert_same (EmoFit *fit,
             EmoFit *other)
{
  g_autoptr(GArray) a = emo_fit_list_state (fit);
  g_autoptr(GArray) b = emo_fit_list_state (other);

  for (guint i = 0; i < a->len; i++)
    g_assert_cmpmem (g_array_index (a, EmoStoredTensor, i).data, g_array_index (a, EmoStoredTensor, i).n_bytes,
                     g_array_index (b, EmoStoredTensor, i).data, g_array_index (b, EmoStoredTensor, i).n_bytes);
}

/* Stopped after each step there is; a new fit goes on. */
static void
test_resumes_bit_equal_after_any_step (void)
{
  Line whole_line = { 0 };
  Epochs whole_epochs = { 0 };
  g_autoptr(EmoFit) whole = begin (&whole_line);

  g_assert_true (emo_fit_run (whole, epoch_cb, &whole_epochs, NULL, NULL));
  for (guint stop = 1; stop < EPOCHS * STEPS; stop++)
    {
      g_autoptr(GCancellable) cancellable = g_cancellable_new ();
      g_autoptr(GPtrArray) blobs = g_ptr_array_new_with_free_func (g_free);
      g_autoptr(GArray) state = NULL;
      g_autoptr(GError) error = NULL;
      Line first_line = { .cancel_at = stop, .cancellable = cancellable }, second_line = { 0 };
      Epochs epochs = { 0 };
      g_autoptr(EmoFit) first = begin (&first_line);
      g_autoptr(EmoFit) second = begin (&second_line);

      g_assert_false (emo_fit_run (first, epoch_cb, &epochs, cancellable, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_clear_error (&error);
      g_assert_cmpuint (emo_fit_get_epoch (first) * STEPS + emo_fit_get_step (first), ==, stop);
      state = copy_state (first, blobs);
      g_assert_true (emo_fit_restore (second, &g_array_index (state, EmoStoredTensor, 0), state->len, &error));
      g_assert_no_error (error);
      g_assert_true (emo_fit_run (second, epoch_cb, &epochs, NULL, &error));
      g_assert_cmpuint (second_line.n_calls, ==, EPOCHS * STEPS - stop);
      assert_same (second, whole);
      g_assert_cmpmem (epochs.losses, sizeof epochs.losses, whole_epochs.losses, sizeof whole_epochs.losses);
    }
}

/* A loss that is no number leaves the state of the epoch's beginning. */
static void
test_nan_keeps_the_last_good_state (void)
{
  Line good_line = { 0 }, line = { .spoil_at = 2 * STEPS + 4 };
  Epochs epochs = { 0 };
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(EmoFit) good = begin (&good_line);
  g_autoptr(EmoFit) fit = begin (&line);
  g_autoptr(GError) error = NULL;

  good_line.cancel_at = 2 * STEPS;
  good_line.cancellable = cancellable;
  g_assert_false (emo_fit_run (good, NULL, NULL, cancellable, NULL));
  g_assert_false (emo_fit_run (fit, epoch_cb, &epochs, NULL, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_MODEL);
  g_assert_nonnull (strstr (error->message, "line: the loss (nan) or a gradient of epoch 3, step 4"));
  g_assert_cmpuint (epochs.n, ==, 2);
  g_assert_cmpuint (emo_fit_get_step (fit), ==, 0);
  assert_same (fit, good);
}

/* Where an epoch's first loss is no number, its updates before are to blame. */
static void
test_nan_at_an_epochs_beginning_goes_one_back (void)
{
  Line line = { .spoil_at = 2 * STEPS + 1 };
  g_autoptr(EmoFit) fit = begin (&line);
  g_autoptr(GError) error = NULL;

  g_assert_false (emo_fit_run (fit, NULL, NULL, NULL, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_MODEL);
  g_assert_cmpuint (emo_fit_get_epoch (fit), ==, 1);
}

static void
test_refuses_states_of_other_fits (void)
{
  Line line = { 0 };
  g_autoptr(EmoFit) fit = begin (&line);
  g_autoptr(EmoFit) untouched = begin (&line);
  g_autoptr(GArray) state = emo_fit_list_state (untouched);
  EmoStoredTensor *tensors = &g_array_index (state, EmoStoredTensor, 0);
  const gint64 far[3] = { 1, STEPS, 0 }, negative[3] = { -1, 0, 0 }, odd[3] = { 1, 0, 2 };
  g_autoptr(GError) missing = NULL;
  g_autoptr(GError) shape = NULL;

  for (guint i = 0; i < state->len; i++)
    if (g_str_has_suffix (tensors[i].name, ".position"))
      {
        const gint64 *positions[] = { far, negative, odd };

        for (guint p = 0; p < G_N_ELEMENTS (positions); p++)
          {
            g_autoptr(GError) error = NULL;

            tensors[i].data = (const guint8 *) positions[p];
            g_assert_false (emo_fit_restore (fit, tensors, state->len, &error));
            g_assert_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE);
          }
      }
  g_assert_false (emo_fit_restore (fit, tensors, 1, &missing));
  g_assert_error (missing, EMO_ERROR, EMO_ERROR_MISSING_WEIGHT);
  tensors[0].n_bytes -= sizeof (float);
  g_assert_false (emo_fit_restore (fit, tensors, state->len, &shape));
  g_assert_error (shape, EMO_ERROR, EMO_ERROR_SHAPE);
  assert_same (fit, untouched);
}

typedef struct
{
  guint64 n;
  guint   refuse_at;
  double  lrs[EPOCHS * N_ROWS];
} Steps;

static gboolean
step_cb (EmoFit            *fit,
         const EmoFitStep  *step,
         gpointer           user_data,
         GError           **error)
{
  Steps *steps = user_data;

  g_assert_cmpuint (steps->n, <, EPOCHS * N_ROWS);
  steps->lrs[steps->n++] = step->lr;
  if (steps->n != steps->refuse_at)
    return TRUE;
  g_set_error_literal (error, EMO_ERROR, EMO_ERROR_NO_SPACE, "full");

  return FALSE;
}

static void
test_steps_take_the_schedules_rates (void)
{
  Line line = { 0 };
  EmoFitSettings settings = { .name = "line", .n_rows = N_ROWS, .epochs = EPOCHS, .batch = BATCH, .seed = 7,
                              .adam = EMO_ADAM_DEFAULTS, .shape = EMO_LR_COSINE, .warmup = 0.2 };
  float zeros[2] = { 0, 0 };
  g_autoptr(EmoFit) fit = NULL;
  g_autoptr(EmoFit) constant = NULL;
  EmoLrSchedule schedule = { EMO_LR_COSINE, 0.05, 0.2, 0 };
  Steps steps = { 0 };

  settings.adam.lr = 0.05;
  fit = emo_fit_new (&settings, zeros, 2, line_loss, &line, NULL);
  constant = begin (&line);
  schedule.n_steps = emo_fit_get_n_steps (fit);
  g_assert_cmpint (schedule.n_steps, ==, EPOCHS * ((N_ROWS + BATCH - 1) / BATCH));
  emo_fit_set_step_func (fit, step_cb, &steps);
  g_assert_true (emo_fit_run (fit, NULL, NULL, NULL, NULL));
  g_assert_cmpuint (steps.n, ==, schedule.n_steps);
  for (guint i = 0; i < steps.n; i++)
    g_assert_cmpfloat (steps.lrs[i], ==, emo_lr_schedule_get (&schedule, i));
  g_assert_true (emo_fit_run (constant, NULL, NULL, NULL, NULL));
  g_assert_cmpfloat (emo_fit_get_parameters (fit)[0], !=, emo_fit_get_parameters (constant)[0]);
}

/* What it was when it was told goes on to the same end. */
static void
test_a_step_that_cannot_be_kept_ends_the_run (void)
{
  Line line = { 0 };
  g_autoptr(EmoFit) fit = begin (&line);
  g_autoptr(EmoFit) whole = begin (&line);
  g_autoptr(GError) error = NULL;
  Steps steps = { .refuse_at = 4 };

  emo_fit_set_step_func (fit, step_cb, &steps);
  g_assert_false (emo_fit_run (fit, NULL, NULL, NULL, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_NO_SPACE);
  g_assert_true (emo_fit_run (fit, NULL, NULL, NULL, NULL));
  g_assert_true (emo_fit_run (whole, NULL, NULL, NULL, NULL));
  g_assert_cmpmem (emo_fit_get_parameters (fit), 2 * sizeof (float), emo_fit_get_parameters (whole), 2 * sizeof (float));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/Emo/Fit/every-epoch-sees-every-row-once-in-another-order", test_every_epoch_sees_every_row_once_in_another_order);
  g_test_add_func ("/Emo/Fit/a-watcher-ends-it", test_a_watcher_ends_it);
  g_test_add_func ("/Emo/Fit/resumes-bit-equal-after-any-step", test_resumes_bit_equal_after_any_step);
  g_test_add_func ("/Emo/Fit/nan-keeps-the-last-good-state", test_nan_keeps_the_last_good_state);
  g_test_add_func ("/Emo/Fit/nan-at-an-epochs-beginning-goes-one-back", test_nan_at_an_epochs_beginning_goes_one_back);
  g_test_add_func ("/Emo/Fit/refuses-states-of-other-fits", test_refuses_states_of_other_fits);
  g_test_add_func ("/Emo/Fit/steps-take-the-schedules-rates", test_steps_take_the_schedules_rates);
  g_test_add_func ("/Emo/Fit/a-step-that-cannot-be-kept-ends-the-run", test_a_step_that_cannot_be_kept_ends_the_run);

  return g_test_run ();
}
