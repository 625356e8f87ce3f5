/* test-dataset.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-annotation-reply.h"
#include "emo-dataset.h"
#include "emo-error.h"
#include "emo-test-files.h"

/* Contents do not matter: folders are read, not pictures. */
static void
put (const char *root,
     const char *format,
     ...) G_GNUC_PRINTF (2, 3);

static void
put (const char *root,
     const char *format,
     ...)
{
  g_autofree char *name = NULL;
  g_autofree char *path = NULL;
  va_list arguments;

  va_start (arguments, format);
  name = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  path = emo_test_write_text (root, name, "x");
}

static void
put_many (const char *root,
          const char *folder,
          guint       n)
{
  for (guint i = 0; i < n; i++)
    put (root, "%s/%03u.png", folder, i);
}

static EmoDataset *
load (const char *root)
{
  g_autoptr(GError) error = NULL;
  EmoDataset *dataset = emo_dataset_load (root, NULL, EMO_DATASET_SEED, NULL, &error);

  g_assert_no_error (error);

  return dataset;
}

static void
assert_refused (const char  *root,
                EmoLabelSet *labels,
                const char  *words)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (emo_dataset_load (root, labels, EMO_DATASET_SEED, NULL, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE);
  g_assert_nonnull (strstr (error->message, words));
}

static void
test_dataset_reads_splits (void)
{
  g_autofree char *root = emo_test_make_folder ();
  g_autoptr(EmoDataset) dataset = NULL;

  put_many (root, "train/fear", 3);
  put_many (root, "train/awe", 2);
  put_many (root, "val/awe", 1);
  put_many (root, "val/fear", 1);
  put_many (root, "test/fear", 4);
  put_many (root, "test/awe", 1);
  put (root, "train/awe/notes.txt");
  put (root, "train/.hidden/000.png");
  put (root, "elsewhere/sad/000.png");
  dataset = load (root);
  g_assert_cmpuint (emo_label_set_get_size (emo_dataset_get_labels (dataset)), ==, 2);
  g_assert_cmpint (emo_label_set_find (emo_dataset_get_labels (dataset), "awe"), ==, 0);
  g_assert_cmpuint (emo_dataset_get_n (dataset), ==, 12);
  g_assert_cmpuint (emo_dataset_count (dataset, EMO_SPLIT_TRAIN, -1), ==, 5);
  g_assert_cmpuint (emo_dataset_count (dataset, EMO_SPLIT_VAL, 1), ==, 1);
  g_assert_cmpuint (emo_dataset_count (dataset, EMO_SPLIT_TEST, 1), ==, 4);
  g_assert_cmpuint (emo_dataset_get_first (dataset, EMO_SPLIT_TRAIN), ==, 0);
  g_assert_cmpuint (emo_dataset_get_first (dataset, EMO_SPLIT_VAL), ==, 5);
  g_assert_cmpuint (emo_dataset_get_first (dataset, EMO_SPLIT_TEST), ==, 7);
  g_assert_cmpstr (emo_dataset_get (dataset, 0)->file_name, ==, "train/awe/000.png");
  g_assert_cmpstr (emo_dataset_get (dataset, 11)->file_name, ==, "test/fear/003.png");
  g_assert_true (g_path_is_absolute (emo_dataset_get (dataset, 0)->path));
  g_assert_null (emo_dataset_get_problems (dataset)[0]);
  emo_test_remove_folder (root);
}

static GHashTable *
val_names (EmoDataset *dataset)
{
  GHashTable *names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = emo_dataset_get_first (dataset, EMO_SPLIT_VAL); i < emo_dataset_get_first (dataset, EMO_SPLIT_TEST); i++)
    g_hash_table_add (names, g_strdup (emo_dataset_get (dataset, i)->file_name));

  return names;
}

static void
test_dataset_draws_val (void)
{
  g_autofree char *root = emo_test_make_folder ();
  g_autoptr(EmoDataset) dataset = NULL;
  g_autoptr(EmoDataset) more = NULL;
  g_autoptr(GHashTable) before = NULL;
  g_autoptr(GHashTable) after = NULL;
  guint n_same = 0;
  GHashTableIter iter;
  gpointer name;

  put_many (root, "train/awe", 40);
  put_many (root, "train/fear", 64);
  dataset = load (root);
  g_assert_cmpuint (emo_dataset_count (dataset, EMO_SPLIT_VAL, 0), ==, 4);
  g_assert_cmpuint (emo_dataset_count (dataset, EMO_SPLIT_VAL, 1), ==, 6);
  g_assert_cmpuint (emo_dataset_count (dataset, EMO_SPLIT_TRAIN, -1), ==, 94);
  g_assert_cmpuint (emo_dataset_count (dataset, EMO_SPLIT_TEST, -1), ==, 0);
  /* A picture more moves at most one other. */
  put (root, "train/awe/new.png");
  more = load (root);
  before = val_names (dataset);
  after = val_names (more);
  g_hash_table_iter_init (&iter, before);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    n_same += g_hash_table_contains (after, name);
  g_assert_cmpuint (n_same, >=, 9);
  emo_test_remove_folder (root);
}

static void
test_dataset_splits_a_flat_folder (void)
{
  g_autofree char *root = emo_test_make_folder ();
  g_autoptr(EmoDataset) dataset = NULL;

  put_many (root, "awe", 100);
  put_many (root, "fear", 50);
  dataset = load (root);
  g_assert_cmpuint (emo_dataset_count (dataset, EMO_SPLIT_TRAIN, 0), ==, 80);
  g_assert_cmpuint (emo_dataset_count (dataset, EMO_SPLIT_VAL, 0), ==, 10);
  g_assert_cmpuint (emo_dataset_count (dataset, EMO_SPLIT_TEST, 0), ==, 10);
  g_assert_cmpuint (emo_dataset_count (dataset, EMO_SPLIT_TRAIN, 1), ==, 40);
  g_assert_cmpstr (emo_dataset_get (dataset, 0)->file_name, ==, "awe/000.png");
  emo_test_remove_folder (root);
}

static void
test_dataset_reads_annotations (void)
{
  static const char text[] =
    "[{\"gpt_response\": \"1. Key elements: a clown. 2. Reasoning: it is funny.\", \"img\": \"000.png\", \"img_path\": \"./train/awe/000.png\", \"label\": \"awe\"},"
    "{\"gpt_response\": \"Nothing of the kind.\", \"img\": \"only.png\", \"label\": \"fear\"},"
    "{\"gpt_response\": \"1. x 2. y\", \"img_path\": \"train/awe/nowhere.png\", \"label\": \"awe\"}]";
  g_autofree char *root = emo_test_make_folder ();
  g_autofree char *path = g_build_filename (root, "set_annotation_train.json", NULL);
  g_autoptr(EmoDataset) dataset = NULL;

  put_many (root, "train/awe", 1);
  put (root, "train/fear/only.png");
  put_many (root, "val/awe", 1);
  put_many (root, "val/fear", 1);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  dataset = load (root);
  g_assert_cmpstr (emo_dataset_get (dataset, 0)->observation, ==, "a clown.");
  g_assert_cmpstr (emo_dataset_get (dataset, 0)->reason, ==, "it is funny.");
  g_assert_cmpstr (emo_dataset_get (dataset, 1)->observation, ==, "Nothing of the kind.");
  g_assert_null (emo_dataset_get (dataset, 1)->reason);
  g_assert_null (emo_dataset_get (dataset, 2)->observation);
  g_assert_nonnull (strstr (emo_dataset_get_problems (dataset)[0], "1 entries"));
  g_assert_null (emo_dataset_get_problems (dataset)[1]);
  emo_test_remove_folder (root);
}

static void
test_dataset_refuses_what_is_none (void)
{
  g_autofree char *root = emo_test_make_folder ();
  g_autofree char *nowhere = g_build_filename (root, "nowhere", NULL);
  g_autofree char *annotations = g_build_filename (root, "x_annotations_train.json", NULL);
  g_autoptr(EmoLabelSet) mikels = emo_label_set_new_mikels ();
  g_autoptr(GError) error = NULL;

  g_assert_null (emo_dataset_load (nowhere, NULL, 1, NULL, &error));
  g_assert_nonnull (error);
  assert_refused (root, NULL, "found none");
  put_many (root, "train/awe", 3);
  assert_refused (root, NULL, "found awe");
  put (root, "train/joy/readme.md");
  assert_refused (root, mikels, "\"joy\" is none of the labels");
  g_assert_true (g_file_set_contents (annotations, "{}", -1, NULL));
  assert_refused (root, NULL, "expected a list");
  g_assert_true (g_file_set_contents (annotations, "[{]", -1, NULL));
  assert_refused (root, NULL, annotations);
  emo_test_remove_folder (root);
}

static void
test_dataset_names_an_empty_label (void)
{
  g_autofree char *root = emo_test_make_folder ();
  g_autoptr(EmoDataset) dataset = NULL;

  put_many (root, "train/awe", 20);
  put (root, "train/joy/readme.md");
  dataset = load (root);
  g_assert_nonnull (strstr (emo_dataset_get_problems (dataset)[0], "no picture of \"joy\" in train"));
  emo_test_remove_folder (root);
}

static void
test_dataset_refuses_no_pictures (void)
{
  g_autofree char *root = emo_test_make_folder ();

  put (root, "train/awe/a.txt");
  put (root, "train/joy/a.txt");
  assert_refused (root, NULL, "no pictures to train on");
  emo_test_remove_folder (root);
}

static void
test_annotation_reply_has_parts (void)
{
  const struct
  {
    const char *reply;
    const char *observation;
    const char *reason;
  } cases[] = {
    { "1. A dog. 2. It plays.", "A dog.", "It plays." },
    { "1. **Key elements**: a dog\n- a ball\n\n2. **Reasoning:** play.", "a dog\n- a ball", "play." },
    { "A photo from 2012. Nothing more.", "A photo from 2012. Nothing more.", NULL },
    { "1. Only this", "1. Only this", NULL },
    { "1.  2. ", NULL, NULL },
    { "", NULL, NULL },
    { "Key elements: fog", "fog", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *observation = NULL;
      g_autofree char *reason = NULL;

      emo_annotation_reply_parse (cases[i].reply, &observation, &reason);
      g_assert_cmpstr (observation, ==, cases[i].observation);
      g_assert_cmpstr (reason, ==, cases[i].reason);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/Dataset/reads-splits", test_dataset_reads_splits);
  g_test_add_func ("/Emo/Dataset/draws-val", test_dataset_draws_val);
  g_test_add_func ("/Emo/Dataset/splits-a-flat-folder", test_dataset_splits_a_flat_folder);
  g_test_add_func ("/Emo/Dataset/reads-annotations", test_dataset_reads_annotations);
  g_test_add_func ("/Emo/Dataset/refuses-what-is-none", test_dataset_refuses_what_is_none);
  g_test_add_func ("/Emo/Dataset/names-an-empty-label", test_dataset_names_an_empty_label);
  g_test_add_func ("/Emo/Dataset/refuses-no-pictures", test_dataset_refuses_no_pictures);
  g_test_add_func ("/Emo/AnnotationReply/has-parts", test_annotation_reply_has_parts);

  return g_test_run ();
}
