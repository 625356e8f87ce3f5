/* stage-fixture.h: a stage of training over pictures of two kinds
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib/gstdio.h>

#include "emo-bundle.h"
#include "emo-draw.h"
#include "emo-json.h"
#include "emo-train-stage.h"
#include "train-fixture.h"

/* What a stage's log said, and when it is to be stopped. */
typedef struct
{
  char           *output;
  char           *root;
  EmoTrainRecipe *recipe;
  EmoDataset     *dataset;
  EmoTrainJob     job;
  GPtrArray      *lines;        /* of text */
  guint           stop_after;   /* microseconds */
} Stage;

/* A picture of noise about a colour that tells the label, some of them wrongly. */
static inline void
write_noise (const char *folder,
             const char *name,
             guint       label,
             guint       number)
{
  EmoDraw draw = emo_draw_begin (11, "picture", label, number, 0);
  guint told = emo_draw_below (&draw, 5) == 0 ? emo_draw_below (&draw, 8) : label;
  g_autofree guint8 *pixels = g_new (guint8, 56 * 56 * 3);

  for (guint i = 0; i < 56 * 56 * 3; i++)
    pixels[i] = (told >> (i % 3) & 1) * 128 + emo_draw_below (&draw, 128);
  g_free (emo_test_write_pixels (folder, name, 56, 56, pixels));
}

static inline char *
make_pictures (guint n_train,
               guint n_val,
               guint n_test)
{
  static const char * const labels[] = { "amusement", "anger", "awe", "contentment", "disgust", "excitement", "fear", "sadness" };
  const struct { const char *name; guint n; } splits[] = { { "train", n_train }, { "val", n_val }, { "test", n_test } };
  char *root = emo_test_make_folder ();

  for (guint split = 0; split < G_N_ELEMENTS (splits); split++)
    for (guint i = 0; i < splits[split].n; i++)
      {
        g_autofree char *name = g_strdup_printf ("%s/%s/%u.png", splits[split].name, labels[i % 8], i);

        write_noise (root, name, i % 8, 1000 * split + i);
      }

  return root;
}

static inline void
line_cb (const char *line,
         gpointer    user_data)
{
  Stage *stage = user_data;

  g_ptr_array_add (stage->lines, g_strdup (line));
}

static inline guint
stage_count (Stage      *stage,
             const char *event)
{
  g_autofree char *wanted = g_strdup_printf ("{\"event\":\"%s\"", event);
  guint n = 0;

  for (guint i = 0; i < stage->lines->len; i++)
    n += g_str_has_prefix (stage->lines->pdata[i], wanted);

  return n;
}

static inline gboolean
stage_said (Stage      *stage,
            const char *text)
{
  for (guint i = 0; i < stage->lines->len; i++)
    if (strstr (stage->lines->pdata[i], text) != NULL)
      return TRUE;

  return FALSE;
}

/* Reads the pictures there are now. */
static inline void
stage_open_dataset (Stage *stage)
{
  g_autoptr(EmoBundle) bundle = NULL;
  g_autoptr(GError) error = NULL;

  g_clear_pointer (&stage->dataset, emo_dataset_free);
  bundle = emo_bundle_load (stage->output, NULL, NULL, &error);
  g_assert_no_error (error);
  stage->dataset = emo_dataset_load (stage->root, bundle->labels, EMO_DATASET_SEED, NULL, &error);
  g_assert_no_error (error);
  emo_dataset_hold_out (stage->dataset, stage->recipe->held_out, stage->recipe->seed);
  stage->job.dataset = stage->dataset;
}

static inline void
stage_init (Stage *stage,
            guint  n_train,
            guint  n_val,
            guint  n_test)
{
  *stage = (Stage) { .output = make_bundle (), .root = make_pictures (n_train, n_val, n_test), .recipe = emo_train_recipe_new () };
  stage->lines = g_ptr_array_new_with_free_func (g_free);
  stage->recipe->held_out = 0.25;
  stage->recipe->distilled.folds = 3;
  stage->recipe->distilled.standardise = TRUE;
  stage->recipe->distilled.fit = (EmoFitRecipe) { 2e-3, 1e-4, 0.1, EMO_LR_COSINE, 4, 16, 0 };
  stage->recipe->gate.fit = (EmoFitRecipe) { 1e-2, 1e-4, 0, EMO_LR_CONSTANT, 4, 8, 0 };
  stage->job = (EmoTrainJob) {
    .output = stage->output, .recipe = stage->recipe, .device = "cpu", .dtype = "float32", .threads = 1, .line = line_cb,
    .user_data = stage, .cancellable = g_cancellable_new (),
  };
  stage_open_dataset (stage);
}

static inline void
stage_clear (Stage *stage)
{
  emo_test_remove_folder (stage->output);
  emo_test_remove_folder (stage->root);
  emo_dataset_free (stage->dataset);
  emo_train_recipe_free (stage->recipe);
  g_ptr_array_unref (stage->lines);
  g_object_unref (stage->job.cancellable);
  g_free (stage->output);
  g_free (stage->root);
}

static inline void
stage_run (Stage     *stage,
           gboolean (*run) (const EmoTrainJob *, GError **))
{
  g_autoptr(GError) error = NULL;

  g_ptr_array_set_size (stage->lines, 0);
  run (&stage->job, &error);
  g_assert_no_error (error);
  g_assert_true (stage_count (stage, "done") + stage_count (stage, "skipped") == 1);
}

/* Fails; returns the message. */
static inline char *
stage_fail (Stage     *stage,
            gboolean (*run) (const EmoTrainJob *, GError **),
            GQuark     domain,
            int        code)
{
  g_autoptr(GError) error = NULL;

  g_ptr_array_set_size (stage->lines, 0);
  g_assert_false (run (&stage->job, &error));
  g_assert_error (error, domain, code);

  return g_strdup (error->message);
}

/* Everything but caches and marks is made anew. */
static inline void
stage_forget (Stage      *stage,
              const char *name)
{
  g_autofree char *folder = g_build_filename (stage->output, "training", name, NULL);

  emo_test_remove_folder (folder);
}

static inline char *
stage_read (Stage      *stage,
            const char *name,
            gsize      *length)
{
  g_autofree char *path = g_build_filename (stage->output, name, NULL);
  char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, length, NULL));

  return text;
}

/* A thread that stops the stage some time after its fit has begun. */
static inline gpointer
stop_worker (gpointer data)
{
  Stage *stage = data;

  g_usleep (stage->stop_after);
  g_cancellable_cancel (stage->job.cancellable);

  return NULL;
}

/* Runs it, stopped over and over at moments of chance, to its end. Returns how
 * often it was stopped. */
static inline guint
stage_run_in_pieces (Stage     *stage,
                     guint      piece_us,
                     gboolean (*run) (const EmoTrainJob *, GError **))
{
  EmoDraw draw = emo_draw_begin (5, "stop", piece_us, 0, 0);
  guint n_stops = 0;

  for (;;)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(GThread) thread = NULL;
      gboolean done;

      stage->job.resume = n_stops > 0;
      stage->stop_after = emo_draw_below (&draw, piece_us) + n_stops * piece_us / 8;
      thread = g_thread_new ("stop", stop_worker, stage);
      done = run (&stage->job, &error);
      g_thread_join (g_steal_pointer (&thread));
      g_cancellable_reset (stage->job.cancellable);
      if (done)
        break;
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      n_stops++;
    }
  stage->job.resume = FALSE;

  return n_stops;
}
