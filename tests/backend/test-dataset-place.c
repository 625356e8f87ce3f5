/* test-dataset-place.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "emo-dataset.h"
#include "emo-error.h"
#include "emo-test-files.h"

/* Whether @name, from @root, may be a folder of another kind. */
static gboolean
is_outside (const char *root,
            const char *name)
{
  g_autofree char *folder = g_build_filename (root, name, NULL);
  g_autoptr(GError) error = NULL;

  if (emo_dataset_check_outside (root, folder, &error))
    return TRUE;
  g_assert_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE);
  g_assert_nonnull (strstr (error->message, name));

  return FALSE;
}

static void
test_dataset_place_keeps_labels_folders_free (void)
{
  g_autofree char *root = emo_test_make_folder ();

  g_free (emo_test_write_text (root, "awe/1.png", "x"));
  g_free (emo_test_write_text (root, "fear/1.png", "x"));
  g_assert_false (is_outside (root, "model"));
  g_assert_false (is_outside (root, "models/first"));
  g_assert_false (is_outside (root, "train"));
  g_assert_true (is_outside (root, "awe/model"));
  g_assert_true (is_outside (root, ".models/first"));
  g_assert_true (is_outside (root, "."));
  g_assert_true (is_outside (root, "../model"));
  emo_test_remove_folder (root);
}

static void
test_dataset_place_knows_splits (void)
{
  g_autofree char *root = emo_test_make_folder ();

  g_free (emo_test_write_text (root, "train/awe/1.png", "x"));
  g_free (emo_test_write_text (root, "train/fear/1.png", "x"));
  g_assert_true (is_outside (root, "model"));
  g_assert_true (is_outside (root, "models/first"));
  g_assert_true (is_outside (root, "train/awe/model"));
  g_assert_false (is_outside (root, "train/model"));
  g_assert_false (is_outside (root, "train/models/first"));
  g_assert_false (is_outside (root, "val"));
  emo_test_remove_folder (root);
}

/* A folder of the same name's beginning is another's, and a link leads into it. */
static void
test_dataset_place_follows_links (void)
{
  g_autofree char *root = emo_test_make_folder ();
  g_autofree char *beside = g_strconcat (root, "-model", NULL);
  g_autofree char *link = g_strconcat (root, "-link", NULL);
  g_autofree char *through = g_build_filename (link, "model", NULL);
  g_autofree char *list = emo_test_write_text (root, "list.csv", "file_name,label\n");
  g_autofree char *model = g_build_filename (root, "model", NULL);

  g_free (emo_test_write_text (root, "awe/1.png", "x"));
  g_assert_cmpint (symlink (root, link), ==, 0);
  g_assert_true (emo_dataset_check_outside (root, beside, NULL));
  g_assert_false (emo_dataset_check_outside (root, through, NULL));
  /* A list names its pictures itself. */
  g_assert_true (emo_dataset_check_outside (list, model, NULL));
  g_assert_cmpint (g_unlink (link), ==, 0);
  emo_test_remove_folder (root);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/DatasetPlace/keeps-labels-folders-free", test_dataset_place_keeps_labels_folders_free);
  g_test_add_func ("/Emo/DatasetPlace/knows-splits", test_dataset_place_knows_splits);
  g_test_add_func ("/Emo/DatasetPlace/follows-links", test_dataset_place_follows_links);

  return g_test_run ();
}
