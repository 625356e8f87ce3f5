/* test-dataset.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gstdio.h>
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

static gboolean
has_problem (EmoDataset *dataset,
             const char *words)
{
  const char * const *problems = emo_dataset_get_problems (dataset);

  for (guint i = 0; problems[i] != NULL; i++)
    if (strstr (problems[i], words) != NULL)
      return TRUE;

  return FALSE;
}

/* Other programs write splits' names otherwise. */
static void
test_dataset_knows_other_names_of_splits (void)
{
  static const char * const names[][3] = { { "train", "validation", "test" }, { "Train", "Val", "Test" }, { "TRAIN", "valid", "test" } };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *root = emo_test_make_folder ();
      g_autoptr(EmoDataset) dataset = NULL;

      for (guint split = 0; split < EMO_N_SPLITS; split++)
        {
          put (root, "%s/awe/0.png", names[i][split]);
          put (root, "%s/fear/0.png", names[i][split]);
        }
      dataset = load (root);
      g_assert_cmpuint (emo_dataset_get_n (dataset), ==, 6);
      for (guint split = 0; split < EMO_N_SPLITS; split++)
        g_assert_cmpuint (emo_dataset_count (dataset, split, -1), ==, 2);
      g_assert_true (g_str_has_prefix (emo_dataset_get (dataset, 2)->file_name, names[i][1]));
      g_assert_null (emo_dataset_get_problems (dataset)[0]);
      emo_test_remove_folder (root);
    }
}

static void
test_dataset_tells_what_it_leaves_out (void)
{
  g_autofree char *root = emo_test_make_folder ();
  g_autoptr(EmoDataset) dataset = NULL;

  put_many (root, "train/awe", 4);
  put_many (root, "train/fear", 4);
  put_many (root, "val/awe", 1);
  put_many (root, "val/fear", 1);
  put_many (root, "validation/awe", 3);
  put_many (root, "Train/fear", 2);
  put_many (root, "train/awe/2019/may", 5);
  put_many (root, "val/fear/more", 2);
  put (root, "train/loose.png");
  put (root, "train/readme.txt");
  put (root, "notes/picture.png");
  dataset = load (root);
  g_assert_cmpuint (emo_dataset_get_n (dataset), ==, 10);
  g_assert_true (has_problem (dataset, "7 pictures in folders within a label's are left out, as in train/awe"));
  g_assert_true (has_problem (dataset, "1 pictures beside the labels' folders are left out"));
  g_assert_true (has_problem (dataset, "2 pictures in \"Train\" are left out"));
  g_assert_true (has_problem (dataset, "3 pictures in \"validation\" are left out"));
  g_assert_null (emo_dataset_get_problems (dataset)[4]);
  emo_test_remove_folder (root);
}

static void
test_dataset_tells_what_a_flat_folder_leaves_out (void)
{
  g_autofree char *root = emo_test_make_folder ();
  g_autoptr(EmoDataset) dataset = NULL;

  put_many (root, "awe", 20);
  put_many (root, "fear", 20);
  put_many (root, "fear/more", 3);
  put (root, "loose.png");
  dataset = load (root);
  g_assert_cmpuint (emo_dataset_get_n (dataset), ==, 40);
  g_assert_true (has_problem (dataset, "3 pictures in folders within a label's are left out, as in fear"));
  g_assert_true (has_problem (dataset, "1 pictures beside the labels' folders are left out"));
  g_assert_null (emo_dataset_get_problems (dataset)[2]);
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

/* Annotations are written where folders lie elsewhere. */
static void
test_dataset_matches_annotations_by_their_end (void)
{
  static const char text[] =
    "[{\"gpt_response\": \"1. a 2. b\", \"img_path\": \"/data/set/train/awe/000.png\", \"label\": \"awe\"},"
    "{\"gpt_response\": \"1. c 2. d\", \"img\": \"000.png\", \"img_path\": \"set/fear/000.png\", \"label\": \"fear\"},"
    "{\"gpt_response\": \"1. e 2. f\", \"img_path\": \"train/awe/001.png\", \"label\": \"fear\"},"
    "\"no entry\", {\"gpt_response\": 7, \"img_path\": \"train/awe/002.png\"}, {}]";
  g_autofree char *root = emo_test_make_folder ();
  g_autofree char *path = g_build_filename (root, "set_annotations_train.json", NULL);
  g_autoptr(EmoDataset) dataset = NULL;

  put_many (root, "train/awe", 3);
  put_many (root, "train/fear", 1);
  put_many (root, "val/awe", 1);
  put_many (root, "val/fear", 1);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  dataset = load (root);
  g_assert_cmpstr (emo_dataset_get (dataset, 0)->observation, ==, "a");
  g_assert_null (emo_dataset_get (dataset, 1)->observation);
  g_assert_null (emo_dataset_get (dataset, 2)->observation);
  /* "000.png" alone may be any of four. */
  g_assert_null (emo_dataset_get (dataset, 3)->observation);
  g_assert_nonnull (strstr (emo_dataset_get_problems (dataset)[0], "5 entries"));
  g_assert_nonnull (strstr (emo_dataset_get_problems (dataset)[1], "3 of 4 train pictures have no entry"));
  g_assert_null (emo_dataset_get_problems (dataset)[2]);
  emo_test_remove_folder (root);
}

/* --- Lists --- */

static EmoDataset *
load_list (const char  *root,
           const char  *text,
           EmoLabelSet *labels,
           GError     **error)
{
  g_autofree char *path = g_build_filename (root, "list.csv", NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));

  return emo_dataset_load (path, labels, EMO_DATASET_SEED, NULL, error);
}

static void
test_dataset_reads_a_list (void)
{
  static const char * const texts[] = {
    "file_name,label,split\na/000.png,awe,train\na/001.png,fear,val\nb/000.png,fear,train\nb/001.png,awe,test\n",
    "\xef\xbb\xbf" "Split;LABEL;other; file_name\r\ntrain;awe;x;a/000.png\r\nval;fear;\"y;\r\nz\";a/001.png\r\n;fear;;b/000.png\r\ntest;awe;;b/001.png",
    "\"file_name\"\t\"label\"\t\"split\"\n\"a/000.png\"\tawe\ttrain\na/001.png\tfear\tval\n\nb/000.png\tfear\t\nb/001.png\tawe\ttest",
  };
  g_autofree char *root = emo_test_make_folder ();

  put_many (root, "a", 2);
  put_many (root, "b", 2);
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(EmoDataset) dataset = load_list (root, texts[i], NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (emo_dataset_get_n (dataset), ==, 4);
      g_assert_cmpstr (emo_dataset_get_root (dataset), ==, root);
      g_assert_cmpstr (emo_dataset_get (dataset, 0)->file_name, ==, "a/000.png");
      g_assert_cmpuint (emo_dataset_get (dataset, 0)->label, ==, 0);
      g_assert_cmpstr (emo_dataset_get (dataset, 1)->file_name, ==, "b/000.png");
      g_assert_cmpuint (emo_dataset_get (dataset, 1)->label, ==, 1);
      g_assert_cmpint (emo_dataset_get (dataset, 2)->split, ==, EMO_SPLIT_VAL);
      g_assert_cmpint (emo_dataset_get (dataset, 3)->split, ==, EMO_SPLIT_TEST);
      g_assert_true (g_file_test (emo_dataset_get (dataset, 3)->path, G_FILE_TEST_IS_REGULAR));
    }
  emo_test_remove_folder (root);
}

static void
test_dataset_splits_a_list_without_splits (void)
{
  g_autofree char *root = emo_test_make_folder ();
  g_autoptr(GString) text = g_string_new ("label,file_name\n");
  g_autoptr(EmoDataset) dataset = NULL;

  put_many (root, "a", 50);
  for (guint i = 0; i < 50; i++)
    g_string_append_printf (text, "%s,a/%03u.png\n", i < 30 ? "awe" : "fear", i);
  dataset = load_list (root, text->str, NULL, NULL);
  g_assert_nonnull (dataset);
  g_assert_cmpuint (emo_dataset_count (dataset, EMO_SPLIT_TRAIN, -1), ==, 40);
  g_assert_cmpuint (emo_dataset_count (dataset, EMO_SPLIT_VAL, 0), ==, 3);
  g_assert_cmpuint (emo_dataset_count (dataset, EMO_SPLIT_TEST, 1), ==, 2);
  emo_test_remove_folder (root);
}

/* Each bad line is named, and the good ones are used. */
static void
test_dataset_names_bad_lines (void)
{
  static const char text[] =
    "file_name,label,split\n"
    "a/000.png,awe,train\n"
    "../secret.png,awe,train\n"
    "/etc/passwd,awe,train\n"
    "a/../../secret.png,awe,\n"
    "a/001.png,sad,train\n"
    "a/002.png,fear,training\n"
    "a/003.png,fear\n"
    "a/nowhere.png,fear,\n"
    "a/000.png,fear,\n"
    ",fear,\n"
    "a/004.png,,\n"
    "a,fear,\n"
    "a/0\"05.png,fear,\n"
    "a/006.png,\xff,\n"
    "'=1+1.png,fear,\n"
    "a/007.png,fear,\n"
    "\"a/008.png,fear,\n";
  static const struct
  {
    guint       line;
    const char *words;
  } problems[] = {
    { 3, "outside the list's folder: \"../secret.png\"" }, { 4, "outside" }, { 5, "outside" },
    { 6, "none of the labels: \"sad\"" }, { 7, "expected train, val, test or nothing for split, found \"training\"" },
    { 8, "expected as many cells as the first line has, found \"2\"" }, { 9, "there is no file \"a/nowhere.png\"" },
    { 10, "named before: \"a/000.png\"" }, { 11, "no file_name" }, { 12, "no label" }, { 13, "there is no file \"a\"" },
    { 14, "a quote stands inside a cell" }, { 15, "a label that is not UTF-8: \"\\xff\"" }, { 18, "a quote is opened and never closed" },
  };
  const char * const names[] = { "awe", "fear", NULL };
  g_autoptr(EmoLabelSet) labels = emo_label_set_new (names, NULL);
  g_autofree char *folder = emo_test_make_folder ();
  g_autofree char *root = g_build_filename (folder, "set", NULL);
  g_autoptr(EmoDataset) dataset = NULL;
  g_autoptr(GError) error = NULL;

  put (folder, "secret.png");
  put_many (root, "a", 9);
  put (root, "=1+1.png");
  dataset = load_list (root, text, labels, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (problems); i++)
    {
      g_autofree char *words = g_strdup_printf ("line %u: %s", problems[i].line, problems[i].words);

      if (!has_problem (dataset, words))
        g_error ("no problem says: %s", words);
    }
  g_assert_cmpuint (emo_dataset_get_n (dataset), ==, 3);
  g_assert_cmpstr (emo_dataset_get (dataset, 0)->file_name, ==, "=1+1.png");
  g_assert_cmpstr (emo_dataset_get (dataset, 1)->file_name, ==, "a/000.png");
  g_assert_cmpstr (emo_dataset_get (dataset, 2)->file_name, ==, "a/007.png");
  emo_test_remove_folder (folder);
}

static void
test_dataset_counts_what_it_does_not_name (void)
{
  g_autofree char *root = emo_test_make_folder ();
  g_autoptr(GString) text = g_string_new ("file_name,label\na/000.png,awe\na/001.png,fear\n");
  g_autoptr(EmoDataset) dataset = NULL;
  guint n = 0;

  put_many (root, "a", 2);
  for (guint i = 0; i < 1000; i++)
    g_string_append (text, "nowhere.png,awe\n");
  dataset = load_list (root, text->str, NULL, NULL);
  g_assert_nonnull (dataset);
  while (emo_dataset_get_problems (dataset)[n] != NULL)
    n++;
  g_assert_cmpuint (n, <, 110);
  g_assert_true (has_problem (dataset, "900 more lines"));
  emo_test_remove_folder (root);
}

static void
test_dataset_refuses_what_is_no_list (void)
{
  static const struct
  {
    const char *text;
    const char *words;
  } cases[] = {
    { "", "columns file_name and label" },
    { "a,b\n1,2\n", "columns file_name and label" },
    { "file_name\na.png\n", "columns file_name and label" },
    { "\x89PNG\r\n", "columns file_name and label" },
    { "file_name,label\n", "found none" },
    { "file_name,label\na/000.png,awe\n", "found awe" },
    { "file_name,label\nb.png,awe\n", "found none; 1 of its lines cannot be used, the first: " },
    { "file_name,label,split\na/000.png,awe,test\na/001.png,fear,test\n", "no pictures to train on" },
  };
  g_autofree char *root = emo_test_make_folder ();

  put_many (root, "a", 2);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_null (load_list (root, cases[i].text, NULL, &error));
      g_assert_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE);
      g_assert_nonnull (strstr (error->message, cases[i].words));
    }
  emo_test_remove_folder (root);
}

/* Where no line is of use it is said of the first why, and of which list. */
static void
test_dataset_says_why_a_list_has_nothing (void)
{
  static const struct
  {
    const char *text;
    const char *words;
  } cases[] = {
    { "file_name,label\na/000.png,Awe\na/001.png,Fear\n", "2 of its lines cannot be used, the first: %s: line 2: none of the labels: \"Awe\"" },
    { "file_name,label,split\na/000.png,awe,training\na/001.png,fear,test\n",
      "1 of its lines cannot be used, the first: %s: line 2: expected train, val, test or nothing for split, found \"training\"" },
    { "file_name,label\n/elsewhere/a/000.png,awe\n", "1 of its lines cannot be used, the first: %s: line 2: outside the list's folder" },
  };
  const char * const names[] = { "awe", "fear", NULL };
  g_autoptr(EmoLabelSet) labels = emo_label_set_new (names, NULL);
  g_autofree char *root = emo_test_make_folder ();
  g_autofree char *path = g_build_filename (root, "list.csv", NULL);

  put_many (root, "a", 2);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GError) error = NULL;
      g_auto(GStrv) parts = g_strsplit (cases[i].words, "%s", 2);
      g_autofree char *words = g_strconcat (path, ": there are no pictures to train on; ", parts[0], path, parts[1], NULL);

      g_assert_null (load_list (root, cases[i].text, labels, &error));
      g_assert_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE);
      g_assert_true (g_str_has_prefix (error->message, words));
    }
  emo_test_remove_folder (root);
}

/* Spaces behind separators, a split's name in capitals, whole paths. */
static void
test_dataset_reads_a_list_of_other_habits (void)
{
  g_autofree char *root = emo_test_make_folder ();
  g_autofree char *text = g_strdup_printf ("file_name, label, split\n%s/a/000.png, awe, Train\na/001.png, fear , train\na/002.png,fear, Validation\n", root);
  g_autoptr(EmoDataset) dataset = NULL;
  g_autoptr(GError) error = NULL;

  put_many (root, "a", 3);
  dataset = load_list (root, text, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (emo_label_set_get_size (emo_dataset_get_labels (dataset)), ==, 2);
  g_assert_cmpuint (emo_dataset_count (dataset, EMO_SPLIT_TRAIN, -1), ==, 2);
  g_assert_cmpuint (emo_dataset_count (dataset, EMO_SPLIT_VAL, -1), ==, 1);
  g_assert_cmpstr (emo_dataset_get (dataset, 0)->file_name, ==, "a/000.png");
  g_assert_false (has_problem (dataset, "line"));
  emo_test_remove_folder (root);
}

/* --- Copies --- */

static void
put_text (const char *root,
          const char *name,
          const char *text)
{
  g_autofree char *path = emo_test_write_text (root, name, text);
}

static void
test_dataset_leaves_copies_out_of_train (void)
{
  g_autofree char *root = emo_test_make_folder ();
  g_autoptr(EmoDataset) dataset = NULL;
  g_autoptr(GError) error = NULL;

  put_text (root, "train/awe/a.png", "one");
  put_text (root, "train/awe/b.png", "two");
  put_text (root, "train/awe/c.png", "longer, of its own size");
  put_text (root, "train/fear/d.png", "six");
  put_text (root, "train/fear/e.png", "six");
  put_text (root, "train/fear/f.png", "ten");
  put_text (root, "val/awe/g.png", "one");
  put_text (root, "val/fear/h.png", "red");
  put_text (root, "test/awe/i.png", "red");
  put_text (root, "test/fear/j.png", "ten");
  dataset = load (root);
  g_assert_true (emo_dataset_drop_copies (dataset, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (emo_dataset_count (dataset, EMO_SPLIT_TRAIN, -1), ==, 4);
  g_assert_cmpuint (emo_dataset_get_n (dataset), ==, 8);
  g_assert_cmpuint (emo_dataset_get_first (dataset, EMO_SPLIT_VAL), ==, 4);
  g_assert_cmpstr (emo_dataset_get (dataset, 0)->file_name, ==, "train/awe/b.png");
  g_assert_cmpstr (emo_dataset_get (dataset, 3)->file_name, ==, "train/fear/e.png");
  g_assert_null (emo_dataset_get (dataset, 1)->sha256);
  g_assert_nonnull (emo_dataset_get (dataset, 0)->sha256);
  g_assert_true (has_problem (dataset, "2 train pictures are copies of val or test pictures and are left out, as train/"));
  g_assert_true (has_problem (dataset, "1 val pictures are copies of test pictures, as val/fear/h.png of test/awe/i.png"));
  g_assert_true (has_problem (dataset, "1 pictures are copies of others in their split, as train/fear/d.png of train/fear/e.png"));
  g_assert_true (has_problem (dataset, "1 pictures are copies of others of another label, as val/fear/h.png of test/awe/i.png"));
  emo_test_remove_folder (root);
}

static void
test_dataset_without_copies_has_no_problem (void)
{
  g_autofree char *root = emo_test_make_folder ();
  g_autofree char *gone = NULL;
  g_autoptr(EmoDataset) dataset = NULL;

  put_text (root, "train/awe/a.png", "one");
  put_text (root, "train/fear/b.png", "two");
  put_text (root, "val/awe/c.png", "six");
  put_text (root, "val/fear/d.png", "ten");
  dataset = load (root);
  /* Who decodes it will tell. */
  gone = g_build_filename (root, "val/fear/d.png", NULL);
  g_assert_cmpint (g_remove (gone), ==, 0);
  g_assert_true (emo_dataset_drop_copies (dataset, NULL, NULL));
  g_assert_null (emo_dataset_get_problems (dataset)[0]);
  g_assert_cmpuint (emo_dataset_get_n (dataset), ==, 4);
  emo_test_remove_folder (root);
}

static void
test_dataset_of_copies_alone (void)
{
  g_autofree char *root = emo_test_make_folder ();
  g_autoptr(EmoDataset) dataset = NULL;
  g_autoptr(EmoDataset) again = NULL;
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;

  put_text (root, "train/awe/a.png", "one");
  put_text (root, "train/fear/b.png", "two");
  put_text (root, "val/awe/c.png", "one");
  put_text (root, "val/fear/d.png", "two");
  dataset = load (root);
  g_assert_false (emo_dataset_drop_copies (dataset, NULL, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE);
  g_assert_nonnull (strstr (error->message, "nothing to train on"));
  g_clear_error (&error);
  g_cancellable_cancel (cancellable);
  again = load (root);
  g_assert_false (emo_dataset_drop_copies (again, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  emo_test_remove_folder (root);
}

static char *
hash_dataset (const char *root)
{
  g_autoptr(EmoDataset) dataset = load (root);
  g_autoptr(GError) error = NULL;

  g_assert_true (emo_dataset_hash_pictures (dataset, NULL, &error));
  g_assert_no_error (error);
  for (guint i = 0; i < emo_dataset_get_n (dataset); i++)
    g_assert_nonnull (emo_dataset_get (dataset, i)->sha256);

  return emo_dataset_dup_sha256 (dataset);
}

/* A picture that was replaced under its name is another one; one that was only
 * touched is not. */
static void
test_dataset_hangs_on_what_pictures_hold (void)
{
  g_autofree char *root = emo_test_make_folder ();
  g_autofree char *first = NULL;
  g_autofree char *again = NULL;
  g_autofree char *changed = NULL;

  put_text (root, "train/awe/a.png", "one");
  put_text (root, "train/fear/b.png", "two");
  put_text (root, "val/awe/c.png", "six");
  put_text (root, "val/fear/d.png", "ten");
  first = hash_dataset (root);
  put_text (root, "train/awe/a.png", "one");
  again = hash_dataset (root);
  g_assert_cmpstr (first, ==, again);
  put_text (root, "train/awe/a.png", "One");
  changed = hash_dataset (root);
  g_assert_cmpstr (first, !=, changed);
  emo_test_remove_folder (root);
}

/* With -m perf: every size is some other file's too. */
static void
test_dataset_scans_many (void)
{
  g_autofree char *root = NULL;
  g_autoptr(EmoDataset) dataset = NULL;
  double loaded;

  if (!g_test_perf ())
    {
      g_test_skip ("measured with -m perf");
      return;
    }
  root = emo_test_make_folder ();
  for (guint i = 0; i < 100000; i++)
    {
      g_autofree char *name = g_strdup_printf ("%c/%05u.png", 'a' + i % 8, i);
      g_autofree char *text = g_strdup_printf ("%u", i);

      put_text (root, name, text);
    }
  g_test_timer_start ();
  dataset = load (root);
  loaded = g_test_timer_elapsed ();
  g_test_timer_start ();
  g_assert_true (emo_dataset_drop_copies (dataset, NULL, NULL));
  g_test_message ("100,000 files: loaded in %.2f s, all hashed in %.2f s", loaded, g_test_timer_elapsed ());
  g_assert_cmpuint (emo_dataset_get_n (dataset), ==, 100000);
  g_assert_cmpfloat (loaded, <, 10);
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
  g_autofree char *cache = emo_test_make_folder ();
  int status;

  g_setenv ("XDG_CACHE_HOME", cache, TRUE);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/Dataset/reads-splits", test_dataset_reads_splits);
  g_test_add_func ("/Emo/Dataset/knows-other-names-of-splits", test_dataset_knows_other_names_of_splits);
  g_test_add_func ("/Emo/Dataset/tells-what-it-leaves-out", test_dataset_tells_what_it_leaves_out);
  g_test_add_func ("/Emo/Dataset/tells-what-a-flat-folder-leaves-out", test_dataset_tells_what_a_flat_folder_leaves_out);
  g_test_add_func ("/Emo/Dataset/draws-val", test_dataset_draws_val);
  g_test_add_func ("/Emo/Dataset/splits-a-flat-folder", test_dataset_splits_a_flat_folder);
  g_test_add_func ("/Emo/Dataset/reads-annotations", test_dataset_reads_annotations);
  g_test_add_func ("/Emo/Dataset/refuses-what-is-none", test_dataset_refuses_what_is_none);
  g_test_add_func ("/Emo/Dataset/names-an-empty-label", test_dataset_names_an_empty_label);
  g_test_add_func ("/Emo/Dataset/refuses-no-pictures", test_dataset_refuses_no_pictures);
  g_test_add_func ("/Emo/Dataset/matches-annotations-by-their-end", test_dataset_matches_annotations_by_their_end);
  g_test_add_func ("/Emo/Dataset/reads-a-list", test_dataset_reads_a_list);
  g_test_add_func ("/Emo/Dataset/reads-a-list-of-other-habits", test_dataset_reads_a_list_of_other_habits);
  g_test_add_func ("/Emo/Dataset/says-why-a-list-has-nothing", test_dataset_says_why_a_list_has_nothing);
  g_test_add_func ("/Emo/Dataset/splits-a-list-without-splits", test_dataset_splits_a_list_without_splits);
  g_test_add_func ("/Emo/Dataset/names-bad-lines", test_dataset_names_bad_lines);
  g_test_add_func ("/Emo/Dataset/counts-what-it-does-not-name", test_dataset_counts_what_it_does_not_name);
  g_test_add_func ("/Emo/Dataset/refuses-what-is-no-list", test_dataset_refuses_what_is_no_list);
  g_test_add_func ("/Emo/Dataset/leaves-copies-out-of-train", test_dataset_leaves_copies_out_of_train);
  g_test_add_func ("/Emo/Dataset/without-copies-has-no-problem", test_dataset_without_copies_has_no_problem);
  g_test_add_func ("/Emo/Dataset/of-copies-alone", test_dataset_of_copies_alone);
  g_test_add_func ("/Emo/Dataset/hangs-on-what-pictures-hold", test_dataset_hangs_on_what_pictures_hold);
  g_test_add_func ("/Emo/Dataset/scans-many", test_dataset_scans_many);
  g_test_add_func ("/Emo/AnnotationReply/has-parts", test_annotation_reply_has_parts);

  status = g_test_run ();
  emo_test_remove_folder (cache);

  return status;
}
