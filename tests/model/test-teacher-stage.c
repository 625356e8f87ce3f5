/* test-teacher-stage.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include <glib/gstdio.h>

#include "emo-draw.h"
#include "emo-file.h"
#include "emo-json.h"
#include "emo-teacher-stage.h"
#include "emo-teacher-trainer.h"
#include "emo-tensor-copies.h"
#include "emo-test-disk.h"
#include "emo-test-files.h"

#define SIDE     32
#define N_TRAIN  11   /* of a label */
#define N_VAL    4
#define BATCH    4

static const char *const names[] = { "anger", "awe", "fear", NULL };

/* Noise about a colour that tells the label. */
static void
write_noise (const char *root,
             const char *split,
             guint       label,
             guint       number)
{
  EmoDraw draw = emo_draw_begin (5, split, label, number, 0);
  g_autofree char *name = g_strdup_printf ("%s/%s/%u.png", split, names[label], number);
  guint width = 24 + number, height = 30;
  gsize n = (gsize) width * height * 3;
  g_autofree guint8 *pixels = g_malloc (n);

  for (gsize i = 0; i < n; i++)
    pixels[i] = (i % 3 == label) * 90 + emo_draw_below (&draw, 150);
  g_free (emo_test_write_pixels (root, name, width, height, pixels));
}

static char *
make_pictures (guint n_labels)
{
  char *root = emo_test_make_folder ();

  for (guint label = 0; label < n_labels; label++)
    {
      for (guint i = 0; i < N_TRAIN; i++)
        write_noise (root, "train", label, i);
      for (guint i = 0; i < N_VAL; i++)
        write_noise (root, "val", label, i);
    }

  return root;
}

/* A small network's folder: the named ones take larger pictures. */
static char *
make_network (const char *root)
{
  g_autoptr(EmoLabelSet) labels = emo_label_set_new (names, NULL);
  g_autoptr(EmoTeacher) teacher = NULL;
  g_autoptr(GError) error = NULL;
  char *folder = g_build_filename (root, "network", NULL);
  EmoTeacherConfig config;

  g_assert_true (emo_teacher_config_init_named (&config, "resnet-tiny", NULL));
  config.image_size = SIDE;
  config.width = 8;
  teacher = emo_teacher_new (&config, labels, 7, &error);
  g_assert_no_error (error);
  g_assert_true (emo_file_make_folder (folder, NULL));
  emo_teacher_save (teacher, folder, &error);
  g_assert_no_error (error);

  return folder;
}

/* --- The stage --- */

typedef struct
{
  char           *output;
  EmoTrainRecipe *recipe;
  EmoDataset     *dataset;
  EmoTrainJob     job;
  GPtrArray      *lines;
  const char     *stop_at;      /* (nullable) an event that the user stops at */
} Stage;

static void
hear_line_cb (const char *line,
              gpointer    user_data)
{
  Stage *stage = user_data;
  g_autofree char *event = stage->stop_at != NULL ? g_strdup_printf ("\"event\":\"%s\"", stage->stop_at) : NULL;

  g_ptr_array_add (stage->lines, g_strdup (line));
  if (event != NULL && strstr (line, event) != NULL)
    g_cancellable_cancel (stage->job.cancellable);
}

static gboolean
said (Stage      *stage,
      const char *what)
{
  for (guint i = 0; i < stage->lines->len; i++)
    if (strstr (stage->lines->pdata[i], what) != NULL)
      return TRUE;

  return FALSE;
}

static void
stage_init (Stage      *stage,
            const char *root,
            const char *network)
{
  g_autoptr(EmoLabelSet) labels = emo_label_set_new (names, NULL);
  g_autoptr(GError) error = NULL;

  *stage = (Stage) { .output = emo_test_make_folder (), .recipe = emo_train_recipe_new () };
  stage->lines = g_ptr_array_new_with_free_func (g_free);
  stage->dataset = emo_dataset_load (root, labels, EMO_DATASET_SEED, NULL, &error);
  g_assert_no_error (error);
  g_free (stage->recipe->teacher.network);
  stage->recipe->teacher.network = g_strdup (network);
  stage->recipe->teacher.fit = (EmoFitRecipe) { 1e-2, 1e-2, 0.1, EMO_LR_COSINE, 5, BATCH, 0 };
  stage->recipe->teacher.min_share = 0.5;
  stage->job = (EmoTrainJob) {
    .output = stage->output, .dataset = stage->dataset, .recipe = stage->recipe, .resume = TRUE, .device = "cpu",
    .dtype = "float32", .threads = 1, .line = hear_line_cb, .user_data = stage, .cancellable = g_cancellable_new (),
  };
}

static void
stage_clear (Stage *stage)
{
  g_object_unref (stage->job.cancellable);
  g_ptr_array_unref (stage->lines);
  emo_dataset_free (stage->dataset);
  emo_train_recipe_free (stage->recipe);
  emo_test_remove_folder (stage->output);
  g_free (stage->output);
}

/* A run of a program of its own. */
static gboolean
stage_run (Stage   *stage,
           GError **error)
{
  g_ptr_array_set_size (stage->lines, 0);
  g_object_unref (stage->job.cancellable);
  stage->job.cancellable = g_cancellable_new ();

  return emo_teacher_stage_run (&stage->job, error);
}

static void
stage_run_well (Stage *stage)
{
  g_autoptr(GError) error = NULL;

  stage_run (stage, &error);
  g_assert_no_error (error);
}

static GBytes *
read_weights (Stage *stage)
{
  g_autofree char *path = g_build_filename (stage->output, "teacher", "model.safetensors", NULL);
  g_autoptr(GError) error = NULL;
  GBytes *bytes = emo_file_read (path, G_MAXINT, &error);

  g_assert_no_error (error);

  return bytes;
}

static EmoJson *
read_mark (Stage *stage)
{
  g_autofree char *path = g_build_filename (stage->output, "training", "teacher", "done.json", NULL);

  return emo_json_load (path, NULL);
}

/* Stopped after every update and at every epoch's end: the same bits. */
static void
test_stage_resumes (void)
{
  g_autofree char *root = make_pictures (3);
  g_autofree char *network = make_network (root);
  g_autoptr(GBytes) expected = NULL;
  g_autoptr(GBytes) found = NULL;
  g_autoptr(EmoJson) json = NULL;
  g_autofree char *path = NULL;
  Stage whole, parts;
  guint n_stopped = 0;

  stage_init (&whole, root, network);
  stage_run_well (&whole);
  expected = read_weights (&whole);
  json = read_mark (&whole);
  g_assert_nonnull (json);
  g_assert_cmpfloat (emo_json_value_get_member_double (emo_json_get_root (json), "accuracy", NAN), >, 0.6);
  g_assert_cmpfloat (emo_json_value_get_member_double (emo_json_get_root (json), "epochs", NAN), ==, 5);

  stage_init (&parts, root, network);
  for (;; n_stopped++)
    {
      g_autoptr(GError) error = NULL;

      /* A validation that is always stopped would never be done. */
      parts.stop_at = n_stopped % 3 == 2 ? "epoch" : "start";
      if (stage_run (&parts, &error))
        break;
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_true (said (&parts, "\"stopped\""));
      g_assert_cmpuint (n_stopped, <, 50);
    }
  g_assert_cmpuint (n_stopped, >=, 4);
  found = read_weights (&parts);
  g_assert_true (g_bytes_equal (found, expected));

  /* What is done is done. */
  parts.stop_at = NULL;
  stage_run_well (&parts);
  g_assert_true (said (&parts, "\"skipped\""));
  /* Unless it is gone. */
  path = g_build_filename (parts.output, "teacher", "model.safetensors", NULL);
  g_assert_cmpint (g_unlink (path), ==, 0);
  stage_run_well (&parts);
  g_assert_false (said (&parts, "\"skipped\""));
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  stage_clear (&whole);
  stage_clear (&parts);
  emo_test_remove_folder (root);
}

/* While the weights that it begins with are hashed. */
static void
test_stage_stopped_before_it_begins_says_so (void)
{
  g_autofree char *root = make_pictures (2);
  g_autofree char *network = make_network (root);
  g_autoptr(GError) error = NULL;
  Stage stage;

  stage_init (&stage, root, network);
  g_cancellable_cancel (stage.job.cancellable);
  g_assert_false (emo_teacher_stage_run (&stage.job, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (said (&stage, "{\"event\":\"stopped\",\"stage\":\"teacher\",\"path\":null}"));
  stage_clear (&stage);
  emo_test_remove_folder (root);
}

/* Stopped right after the epoch that was its last, it does no other. */
static void
test_stage_resumed_at_its_end_trains_no_more (void)
{
  g_autofree char *root = make_pictures (3);
  g_autofree char *network = make_network (root);
  Stage stage;

  stage_init (&stage, root, network);
  stage.recipe->teacher.fit.lr = 0;
  stage.recipe->teacher.fit.patience = 1;
  stage.stop_at = "epoch\",\"stage\":\"teacher\",\"epoch\":2,\"loss";
  g_assert_false (stage_run (&stage, NULL));
  stage.stop_at = NULL;
  stage_run_well (&stage);
  g_assert_false (said (&stage, "\"event\":\"step\""));
  g_assert_false (said (&stage, "\"event\":\"epoch\""));
  g_assert_true (said (&stage, "the stage ends after epoch 2 of 5"));
  stage_clear (&stage);
  emo_test_remove_folder (root);
}

/* The row of an epoch that was stopped in its validation is whole. */
static void
test_stage_resumed_at_its_validation_knows_the_epoch (void)
{
  g_autofree char *root = make_pictures (3);
  g_autofree char *network = make_network (root);
  g_autofree char *path = NULL;
  g_autoptr(GArray) rows = NULL;
  Stage stage;

  stage_init (&stage, root, network);
  stage.stop_at = "checkpoint";
  g_assert_false (stage_run (&stage, NULL));
  stage.stop_at = NULL;
  stage_run_well (&stage);
  path = g_build_filename (stage.output, "training", "teacher", "epochs.csv", NULL);
  rows = emo_epoch_table_read (path);
  g_assert_cmpuint (rows->len, ==, 5);
  g_assert_cmpfloat (g_array_index (rows, EmoTrainEpoch, 0).loss, >, 0);
  g_assert_cmpfloat (g_array_index (rows, EmoTrainEpoch, 0).lr, >, 0);
  stage_clear (&stage);
  emo_test_remove_folder (root);
}

static void
test_stage_survives_a_full_disk (void)
{
  g_autofree char *root = make_pictures (3);
  g_autofree char *network = make_network (root);
  g_autoptr(GBytes) expected = NULL;
  Stage whole;
  guint n;

  stage_init (&whole, root, network);
  emo_test_disk_reset ();
  stage_run_well (&whole);
  n = emo_test_disk_get_n_calls ();
  expected = read_weights (&whole);
  stage_clear (&whole);
  for (guint at = n / 5; at < n; at += n / 5)
    {
      g_autoptr(GBytes) found = NULL;
      g_autoptr(GError) error = NULL;
      Stage stage;

      stage_init (&stage, root, network);
      emo_test_disk_reset ();
      emo_test_disk_fail (at, TRUE, ENOSPC);
      g_assert_false (stage_run (&stage, &error));
      g_assert_error (error, EMO_ERROR, EMO_ERROR_NO_SPACE);
      emo_test_disk_reset ();
      stage_run_well (&stage);
      found = read_weights (&stage);
      g_assert_true (g_bytes_equal (found, expected));
      stage_clear (&stage);
    }
  emo_test_remove_folder (root);
}

/* Broken pictures are told once and left out, in train and in val. */
static void
test_stage_leaves_broken_pictures_out (void)
{
  g_autofree char *root = make_pictures (3);
  g_autofree char *network = make_network (root);
  guint n_told = 0;
  Stage stage;

  g_free (emo_test_write_text (root, "train/awe/broken.png", "no picture"));
  g_free (emo_test_write_text (root, "val/awe/torn.png", "no picture"));
  stage_init (&stage, root, network);
  stage_run_well (&stage);
  for (guint i = 0; i < stage.lines->len; i++)
    n_told += strstr (stage.lines->pdata[i], "broken.png") != NULL || strstr (stage.lines->pdata[i], "torn.png") != NULL;
  g_assert_cmpuint (n_told, ==, 2);
  stage_clear (&stage);
  emo_test_remove_folder (root);
}

static void
test_stage_says_that_nothing_can_be_read (void)
{
  g_autofree char *root = emo_test_make_folder ();
  g_autofree char *network = make_network (root);
  g_autoptr(GError) error = NULL;
  Stage stage;

  for (guint i = 0; i < 6; i++)
    {
      g_autofree char *name = g_strdup_printf ("train/%s/%u.png", names[i % 2], i);

      g_free (emo_test_write_text (root, name, "no picture"));
    }
  stage_init (&stage, root, network);
  g_assert_false (stage_run (&stage, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE);
  stage_clear (&stage);
  emo_test_remove_folder (root);
}

/* Labels without pictures are labels all the same: two of three, and one. */
static void
test_stage_takes_empty_classes (gconstpointer n_labels)
{
  g_autofree char *root = make_pictures (GPOINTER_TO_UINT (n_labels));
  g_autofree char *network = make_network (root);
  g_autoptr(EmoJson) json = NULL;
  Stage stage;

  stage_init (&stage, root, network);
  stage_run_well (&stage);
  json = read_mark (&stage);
  g_assert_cmpfloat (emo_json_value_get_member_double (emo_json_get_root (json), "accuracy", NAN), >, 0.6);
  stage_clear (&stage);
  emo_test_remove_folder (root);
}

static void
test_stage_names_the_networks (void)
{
  g_autofree char *root = make_pictures (2);
  g_autoptr(GError) error = NULL;
  Stage stage;

  stage_init (&stage, root, "resnet-huge");
  g_assert_false (stage_run (&stage, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "resnet-small"));
  stage_clear (&stage);
  emo_test_remove_folder (root);
}

/* --- Pictures --- */

static GArray *
gather (EmoTeacherPictures *pictures,
        guint               epoch,
        guint               position)
{
  g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  GArray *all = g_array_new (FALSE, FALSE, sizeof (float));

  emo_teacher_pictures_seek (pictures, epoch, position);
  for (;;)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(EmoTeacherBatch) batch = emo_teacher_pictures_next (pictures, notes, &error);

      g_assert_no_error (error);
      if (batch == NULL)
        return all;
      g_array_append_vals (all, batch->planes, batch->n * 3 * SIDE * SIDE);
    }
}

/* An epoch is the same from copies and from files, from its begin and from its
 * middle; another epoch shows something else. */
static void
test_pictures_are_a_function_of_the_epoch (gconstpointer whole)
{
  g_autofree char *root = make_pictures (3);
  g_autoptr(EmoDataset) dataset = emo_dataset_load (root, NULL, EMO_DATASET_SEED, NULL, NULL);
  EmoTeacherPicturesSettings settings = {
    .dataset = dataset, .split = EMO_SPLIT_TRAIN, .batch = BATCH, .seed = 3, .augment = TRUE, .min_share = 0.3,
    .view = { .side = SIDE, .whole = GPOINTER_TO_INT (whole), .std = { 1, 1, 1 } },
  };
  g_autoptr(EmoTeacherPictures) pictures = emo_teacher_pictures_new (&settings);
  g_autoptr(EmoTeacherPictures) fresh = emo_teacher_pictures_new (&settings);
  g_autoptr(GArray) first = gather (pictures, 0, 0);
  g_autoptr(GArray) other = gather (pictures, 1, 0);
  g_autoptr(GArray) again = gather (pictures, 0, 0);
  g_autoptr(GArray) half = gather (fresh, 0, 5);
  gsize n_half = half->len * sizeof (float), n = first->len * sizeof (float);

  g_assert_cmpuint (first->len, ==, 3 * N_TRAIN * 3 * SIDE * SIDE);
  g_assert_cmpmem (again->data, again->len * sizeof (float), first->data, n);
  g_assert_cmpuint (other->len, ==, first->len);
  g_assert_true (memcmp (other->data, first->data, n) != 0);
  g_assert_cmpuint (half->len, ==, (3 * N_TRAIN - 5 * BATCH) * 3 * SIDE * SIDE);
  g_assert_cmpmem (half->data, n_half, first->data + n - n_half, n_half);
  emo_test_remove_folder (root);
}

int
main (int   argc,
      char *argv[])
{
  emo_torch_init (1);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/TeacherStage/resumes", test_stage_resumes);
  g_test_add_func ("/Emo/TeacherStage/stopped-before-it-begins-says-so", test_stage_stopped_before_it_begins_says_so);
  g_test_add_func ("/Emo/TeacherStage/resumed-at-its-end-trains-no-more", test_stage_resumed_at_its_end_trains_no_more);
  g_test_add_func ("/Emo/TeacherStage/resumed-at-its-validation-knows-the-epoch", test_stage_resumed_at_its_validation_knows_the_epoch);
  g_test_add_func ("/Emo/TeacherStage/survives-a-full-disk", test_stage_survives_a_full_disk);
  g_test_add_func ("/Emo/TeacherStage/leaves-broken-pictures-out", test_stage_leaves_broken_pictures_out);
  g_test_add_func ("/Emo/TeacherStage/says-that-nothing-can-be-read", test_stage_says_that_nothing_can_be_read);
  g_test_add_data_func ("/Emo/TeacherStage/takes-an-empty-class", GUINT_TO_POINTER (2), test_stage_takes_empty_classes);
  g_test_add_data_func ("/Emo/TeacherStage/takes-one-class", GUINT_TO_POINTER (1), test_stage_takes_empty_classes);
  g_test_add_func ("/Emo/TeacherStage/names-the-networks", test_stage_names_the_networks);
  g_test_add_data_func ("/Emo/TeacherPictures/are-a-function-of-the-epoch-whole", GINT_TO_POINTER (TRUE),
                        test_pictures_are_a_function_of_the_epoch);
  g_test_add_data_func ("/Emo/TeacherPictures/are-a-function-of-the-epoch-centre", GINT_TO_POINTER (FALSE),
                        test_pictures_are_a_function_of_the_epoch);

  return g_test_run ();
}
