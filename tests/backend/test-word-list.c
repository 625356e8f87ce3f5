/* test-word-list.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-test-files.h"
#include "emo-word-list.h"

#define N_PICTURES 8

/* Half of the pictures are of awe; each shows a number of its own, every one the
 * word "image". */
static EmoDataset *
make_dataset (const char *folder)
{
  static const char * const numbers[N_PICTURES] = { "one", "two", "three", "four", "five", "six", "seven", "eight" };
  g_autoptr(GString) text = g_string_new ("[");
  g_autofree char *path = NULL;
  g_autoptr(GError) error = NULL;
  EmoDataset *dataset;

  for (guint i = 0; i < N_PICTURES; i++)
    {
      const char *label = i % 2 == 0 ? "awe" : "fear";
      g_autofree char *name = g_strdup_printf ("train/%s/%u.png", label, i);
      g_autofree char *picture = emo_test_write_picture (folder, name, 8, 8);

      g_string_append_printf (text, "%s{\"gpt_response\":\"1. The image: %s Éclair-lamps%s. 2. Image of %s.\",\"img\":\"%u.png\","
                              "\"img_path\":\"%s\",\"label\":\"%s\"}", i > 0 ? "," : "", numbers[i], i < 3 ? " RED" : "",
                              numbers[i], i, name, label);
    }
  g_string_append_c (text, ']');
  path = emo_test_write_text (folder, "x_annotations_train.json", text->str);
  dataset = emo_dataset_load (folder, NULL, EMO_DATASET_SEED, NULL, &error);
  g_assert_no_error (error);

  return dataset;
}

static void
test_word_list_keeps_what_tells_pictures_apart (void)
{
  g_autofree char *folder = emo_test_make_folder ();
  g_autoptr(EmoDataset) dataset = make_dataset (folder);
  g_autoptr(EmoWordList) words = emo_word_list_new (dataset);
  guint n_train = emo_dataset_count (dataset, EMO_SPLIT_TRAIN, -1);

  /* Two labels, a number for each picture that is left to train on, and "red";
   * what all have ("the", "image", "éclair", ...) says nothing. */
  g_assert_cmpuint (emo_word_list_get_n (words), ==, 2 + n_train + 1);
  emo_test_remove_folder (folder);
}

static void
test_word_list_marks_a_pictures_own (void)
{
  g_autofree char *folder = emo_test_make_folder ();
  g_autoptr(EmoDataset) dataset = make_dataset (folder);
  g_autoptr(EmoWordList) words = emo_word_list_new (dataset);
  guint n = emo_word_list_get_n (words);
  g_autofree float *targets = g_new (float, n);

  for (guint i = 0; i < emo_dataset_count (dataset, EMO_SPLIT_TRAIN, -1); i++)
    {
      const EmoDatasetItem *item = emo_dataset_get (dataset, i);
      guint n_marked = 0;

      for (guint j = 0; j < n; j++)
        targets[j] = 7;
      emo_word_list_mark (words, item, targets);
      for (guint j = 0; j < n; j++)
        {
          g_assert_true (targets[j] == 0 || targets[j] == 1);
          n_marked += targets[j] == 1;
        }
      g_assert_cmpfloat (targets[item->label], ==, 1);
      g_assert_cmpfloat (targets[1 - item->label], ==, 0);
      g_assert_cmpuint (n_marked, ==, strstr (item->observation, "RED") != NULL ? 3 : 2);
    }
  emo_test_remove_folder (folder);
}

static void
test_word_list_without_annotations_is_the_labels (void)
{
  g_autofree char *folder = emo_test_make_folder ();
  g_autofree char *first = emo_test_write_picture (folder, "train/awe/1.png", 8, 8);
  g_autofree char *second = emo_test_write_picture (folder, "train/fear/2.png", 8, 8);
  g_autoptr(EmoDataset) dataset = emo_dataset_load (folder, NULL, EMO_DATASET_SEED, NULL, NULL);
  g_autoptr(EmoWordList) words = emo_word_list_new (dataset);
  float targets[2];

  g_assert_cmpuint (emo_word_list_get_n (words), ==, 2);
  emo_word_list_mark (words, emo_dataset_get (dataset, 1), targets);
  g_assert_cmpfloat (targets[0], ==, 0);
  g_assert_cmpfloat (targets[1], ==, 1);
  emo_test_remove_folder (folder);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/Emo/WordList/keeps-what-tells-pictures-apart", test_word_list_keeps_what_tells_pictures_apart);
  g_test_add_func ("/Emo/WordList/marks-a-pictures-own", test_word_list_marks_a_pictures_own);
  g_test_add_func ("/Emo/WordList/without-annotations-is-the-labels", test_word_list_without_annotations_is_the_labels);

  return g_test_run ();
}
