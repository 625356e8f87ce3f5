/* test-cross-fit.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "emo-cross-fit.h"
#include "emo-draw.h"
#include "fit-killer.h"
#include "part-vectors.h"

#define N_ROWS  203
#define H       40
#define N       3
#define N_FOLDS EMO_CROSS_FIT_FOLDS

typedef struct
{
  float   means[N_ROWS * H];
  guint32 labels[N_ROWS];
} Made;

static const guint narrow[] = { 24 };

/* Noise, whose labels can be learned by heart and in no other way. */
static EmoHeadRows
make_noise (Made *made)
{
  EmoDraw draw = emo_draw_begin (2, "test", 0, 0, 0);

  for (guint i = 0; i < N_ROWS; i++)
    {
      made->labels[i] = emo_draw_below (&draw, N);
      for (guint j = 0; j < H; j++)
        made->means[i * H + j] = emo_draw_normal (&draw);
    }

  return (EmoHeadRows) { .n = N_ROWS, .width = H, .means = made->means, .labels = made->labels };
}

static EmoHeadFitOptions
quick_options (void)
{
  EmoHeadFitOptions options = EMO_HEAD_FIT_DEFAULTS;

  options.widths = narrow;
  options.epochs = 25;
  options.batch = 16;
  options.dropout = 0;
  options.adam.lr = 0.02;
  options.adam.weight_decay = 0;
  options.seed = 9;

  return options;
}

static void
test_folds_have_the_same_share_of_every_label (void)
{
  static Made made;
  EmoHeadRows rows = make_noise (&made);
  EmoHeadFitOptions options = quick_options ();
  g_autoptr(EmoCrossFit) cross = NULL;
  guint counts[N + 1][N_FOLDS] = { 0 };
  const guint *folds;

  for (guint i = 0; i < 30; i++)
    made.labels[i] = 0;
  cross = emo_cross_fit_new (&rows, N, N_FOLDS, &options);
  folds = emo_cross_fit_get_folds (cross);
  for (guint i = 0; i < N_ROWS; i++)
    {
      counts[made.labels[i]][folds[i]]++;
      counts[N][folds[i]]++;
    }
  for (guint label = 0; label <= N; label++)
    for (guint fold = 0; fold < N_FOLDS; fold++)
      {
        g_assert_cmpuint (counts[label][fold], >=, counts[label][0] - 1);
        g_assert_cmpuint (counts[label][fold], <=, counts[label][0] + 1);
      }
}

static double
score_logits (const float   *logits,
              const guint32 *labels)
{
  guint right = 0;

  for (guint i = 0; i < N_ROWS; i++)
    {
      guint winner = 0;

      for (guint j = 1; j < N; j++)
        winner = logits[i * N + j] > logits[i * N + winner] ? j : winner;
      right += winner == labels[i];
    }

  return (double) right / N_ROWS;
}

/* The head on all rows knows them by heart; out of fold nobody knows them. */
static void
test_no_logits_come_from_a_head_that_saw_the_row (void)
{
  static Made made;
  static float by_heart[N_ROWS * N];
  EmoHeadRows rows = make_noise (&made);
  EmoHeadFitOptions options = quick_options ();
  g_autoptr(EmoCrossFit) cross = emo_cross_fit_new (&rows, N, N_FOLDS, &options);
  g_autoptr(EmoHead) head = NULL;

  g_assert_true (emo_cross_fit_run (cross, NULL, NULL, NULL, NULL));
  g_assert_cmpuint (emo_cross_fit_get_part (cross), ==, N_FOLDS);
  head = emo_cross_fit_dup_head (cross);
  for (guint i = 0; i < N_ROWS; i++)
    {
      double logits[N];

      emo_head_forward (head, made.means + i * H, logits);
      for (guint j = 0; j < N; j++)
        by_heart[i * N + j] = logits[j];
    }
  g_assert_cmpfloat (score_logits (by_heart, made.labels), >, 0.95);
  g_assert_cmpfloat (fabs (score_logits (emo_cross_fit_get_logits (cross), made.labels) - 1.0 / N), <, 0.12);
}

/* The last part is a plain fit over all rows; each fold's, one over the others. */
static void
test_parts_are_plain_fits (void)
{
  static Made made;
  EmoHeadRows rows = make_noise (&made);
  EmoHeadFitOptions options = quick_options ();
  g_autoptr(EmoCrossFit) cross = emo_cross_fit_new (&rows, N, N_FOLDS, &options);
  g_autoptr(EmoFit) plain = emo_head_fit_new (&rows, N, &options);
  g_autoptr(EmoFit) others = NULL;
  g_autoptr(EmoHead) head = NULL;
  g_autoptr(EmoHead) expected = NULL;
  g_autoptr(EmoHead) fold_head = NULL;
  guint32 subset[N_ROWS];
  guint first = 0, n = 0;
  double logits[N], wanted[N];

  g_assert_true (emo_cross_fit_run (cross, NULL, NULL, NULL, NULL));
  g_assert_true (emo_fit_run (plain, NULL, NULL, NULL, NULL));
  head = emo_cross_fit_dup_head (cross);
  expected = emo_head_fit_dup_head (plain);
  emo_head_forward (head, made.means, logits);
  emo_head_forward (expected, made.means, wanted);
  g_assert_cmpmem (logits, sizeof logits, wanted, sizeof wanted);

  for (guint i = 0; i < N_ROWS; i++)
    if (emo_cross_fit_get_folds (cross)[i] != 2)
      subset[n++] = i;
    else
      first = i;
  rows.n = n;
  rows.subset = subset;
  others = emo_head_fit_new (&rows, N, &options);
  g_assert_true (emo_fit_run (others, NULL, NULL, NULL, NULL));
  fold_head = emo_head_fit_dup_head (others);
  emo_head_forward (fold_head, made.means + first * H, wanted);
  for (guint j = 0; j < N; j++)
    g_assert_cmpfloat (emo_cross_fit_get_logits (cross)[first * N + j], ==, (float) wanted[j]);
}

typedef struct
{
  guint n;
  guint parts[(N_FOLDS + 1) * 3];
  guint epochs[(N_FOLDS + 1) * 3];
} Heard;

static gboolean
epoch_cb (EmoCrossFit *self,
          guint        part,
          guint        epoch,
          double       loss,
          gpointer     user_data)
{
  Heard *heard = user_data;

  g_assert_cmpuint (heard->n, <, G_N_ELEMENTS (heard->parts));
  heard->parts[heard->n] = part;
  heard->epochs[heard->n++] = epoch;

  return epoch < (part == 1 ? 2 : 3);
}

/* A watcher hears of every epoch, and ends a part but not the others. */
static void
test_watchers_hear_every_part (void)
{
  static Made made;
  EmoHeadRows rows = make_noise (&made);
  EmoHeadFitOptions options = quick_options ();
  g_autoptr(EmoCrossFit) cross = emo_cross_fit_new (&rows, N, N_FOLDS, &options);
  Heard heard = { 0 };

  g_assert_true (emo_cross_fit_run (cross, epoch_cb, &heard, NULL, NULL));
  g_assert_cmpuint (heard.n, ==, (N_FOLDS + 1) * 3 - 1);
  g_assert_cmpuint (heard.parts[4], ==, 1);
  g_assert_cmpuint (heard.epochs[4], ==, 2);
  g_assert_cmpuint (heard.parts[5], ==, 2);
  g_assert_cmpuint (heard.epochs[5], ==, 1);
}

static EmoCrossFit *
begin_from (const EmoHeadRows       *rows,
            const EmoHeadFitOptions *options,
            const char              *path)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(EmoSafetensors) file = emo_safetensors_open (path, &error);
  g_autoptr(GArray) tensors = list_tensors (file);
  EmoCrossFit *cross = emo_cross_fit_new (rows, N, N_FOLDS, options);

  g_assert_true (emo_cross_fit_restore (cross, &g_array_index (tensors, EmoStoredTensor, 0), tensors->len, &error));
  g_assert_no_error (error);

  return cross;
}

static void
assert_same_state (EmoCrossFit *cross,
                   EmoCrossFit *other)
{
  g_autoptr(GArray) a = emo_cross_fit_list_state (cross);
  g_autoptr(GArray) b = emo_cross_fit_list_state (other);

  g_assert_cmpuint (a->len, ==, b->len);
  for (guint i = 0; i < a->len; i++)
    {
      const EmoStoredTensor *x = &g_array_index (a, EmoStoredTensor, i), *y = &g_array_index (b, EmoStoredTensor, i);

      g_assert_cmpstr (x->name, ==, y->name);
      g_assert_cmpmem (x->data, x->n_bytes, y->data, y->n_bytes);
    }
}

static void
test_killed_at_random_steps_ends_bit_equal (void)
{
  static Made made;
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "state.safetensors", NULL);
  EmoHeadRows rows = make_noise (&made);
  EmoHeadFitOptions options = quick_options ();
  g_autoptr(EmoCrossFit) whole = emo_cross_fit_new (&rows, N, N_FOLDS, &options);
  g_autoptr(EmoCrossFit) cross = emo_cross_fit_new (&rows, N, N_FOLDS, &options);
  gboolean done = FALSE;
  guint n_kills = 0;

  g_assert_true (emo_cross_fit_run (whole, NULL, NULL, NULL, NULL));
  for (gulong delay = 150; !done; delay += 150)
    {
      g_autoptr(GArray) state = NULL;
      g_autoptr(GError) error = NULL;
      Killer killer;

      killer_start (&killer, delay);
      done = emo_cross_fit_run (cross, NULL, NULL, killer.cancellable, &error);
      killer_stop (&killer);
      if (done)
        break;
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      state = emo_cross_fit_list_state (cross);
      save_state (state, path);
      g_clear_pointer (&cross, emo_cross_fit_free);
      cross = begin_from (&rows, &options, path);
      n_kills++;
    }
  g_test_message ("killed %u times", n_kills);
  g_assert_cmpuint (n_kills, >, 1);
  assert_same_state (cross, whole);
  remove_folder (folder);
}

static void
test_refuses_states_of_others (void)
{
  static Made made;
  EmoHeadRows rows = make_noise (&made);
  EmoHeadFitOptions options = quick_options ();
  g_autoptr(EmoCrossFit) cross = emo_cross_fit_new (&rows, N, N_FOLDS, &options);
  g_autoptr(GArray) state = emo_cross_fit_list_state (cross);
  EmoStoredTensor *tensors = &g_array_index (state, EmoStoredTensor, 0);
  const gint64 part = N_FOLDS + 1;
  g_autoptr(GError) range = NULL;
  g_autoptr(GError) shape = NULL;
  g_autoptr(GError) missing = NULL;

  g_assert_false (emo_cross_fit_restore (cross, tensors, state->len - 1, &missing));
  assert_message (missing, EMO_ERROR_MISSING_WEIGHT, "cross.logits");
  for (guint i = 0; i < state->len; i++)
    {
      if (g_str_equal (tensors[i].name, "cross.part"))
        tensors[i].data = (const guint8 *) &part;
    }
  g_assert_false (emo_cross_fit_restore (cross, tensors, state->len, &range));
  assert_message (range, EMO_ERROR_INVALID_FILE, "expected 0 to 5, found 6");
  tensors[state->len - 1].shape[0]--;
  g_assert_false (emo_cross_fit_restore (cross, tensors, state->len, &shape));
  assert_message (shape, EMO_ERROR_SHAPE, "cross.logits");
  g_assert_cmpuint (emo_cross_fit_get_part (cross), ==, 0);
}

static gboolean
step_cb (EmoFit            *fit,
         const EmoFitStep  *step,
         gpointer           user_data,
         GError           **error)
{
  EmoCrossFit *cross = ((gpointer *) user_data)[0];
  guint64 *n = ((gpointer *) user_data)[1];

  g_assert_cmpuint (emo_cross_fit_get_step (cross), ==, ++*n);

  return TRUE;
}

static void
test_steps_count_over_all_parts (void)
{
  static Made made;
  EmoHeadRows rows = make_noise (&made);
  EmoHeadFitOptions options = quick_options ();
  g_autoptr(EmoCrossFit) cross = NULL;
  guint64 n = 0;
  gpointer data[] = { NULL, &n };

  options.epochs = 2;
  data[0] = cross = emo_cross_fit_new (&rows, N, N_FOLDS, &options);
  emo_cross_fit_set_step_func (cross, step_cb, data);
  g_assert_true (emo_cross_fit_run (cross, NULL, NULL, NULL, NULL));
  g_assert_cmpuint (n, ==, emo_cross_fit_get_n_steps (cross));
  g_assert_cmpuint (n, >, 2 * N_FOLDS);
}

static void
test_no_folds_are_a_plain_fit (void)
{
  static Made made;
  EmoHeadRows rows = make_noise (&made);
  EmoHeadFitOptions options = quick_options ();
  g_autoptr(EmoCrossFit) cross = emo_cross_fit_new (&rows, N, 0, &options);
  g_autoptr(EmoFit) plain = emo_head_fit_new (&rows, N, &options);
  g_autoptr(EmoHead) head = NULL;
  g_autoptr(EmoHead) expected = NULL;
  double logits[N], wanted[N];

  g_assert_true (emo_cross_fit_run (cross, NULL, NULL, NULL, NULL));
  g_assert_true (emo_fit_run (plain, NULL, NULL, NULL, NULL));
  g_assert_cmpuint (emo_cross_fit_get_part (cross), ==, 0);
  g_assert_cmpuint (emo_cross_fit_get_n_steps (cross), ==, emo_fit_get_n_steps (plain));
  head = emo_cross_fit_dup_head (cross);
  expected = emo_head_fit_dup_head (plain);
  emo_head_forward (head, made.means, logits);
  emo_head_forward (expected, made.means, wanted);
  g_assert_cmpmem (logits, sizeof logits, wanted, sizeof wanted);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/Emo/CrossFit/folds-have-the-same-share-of-every-label", test_folds_have_the_same_share_of_every_label);
  g_test_add_func ("/Emo/CrossFit/no-logits-come-from-a-head-that-saw-the-row", test_no_logits_come_from_a_head_that_saw_the_row);
  g_test_add_func ("/Emo/CrossFit/parts-are-plain-fits", test_parts_are_plain_fits);
  g_test_add_func ("/Emo/CrossFit/watchers-hear-every-part", test_watchers_hear_every_part);
  g_test_add_func ("/Emo/CrossFit/killed-at-random-steps-ends-bit-equal", test_killed_at_random_steps_ends_bit_equal);
  g_test_add_func ("/Emo/CrossFit/refuses-states-of-others", test_refuses_states_of_others);
  g_test_add_func ("/Emo/CrossFit/steps-count-over-all-parts", test_steps_count_over_all_parts);
  g_test_add_func ("/Emo/CrossFit/no-folds-are-a-plain-fit", test_no_folds_are_a_plain_fit);

  return g_test_run ();
}
