/* test-paths.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gstdio.h>

#include "emo-paths.h"

static void
test_paths_finds_the_source_data (void)
{
  g_autofree char *models = emo_paths_dup_data ("models");
  g_autofree char *expected = g_build_filename (EMO_BUILD_DATADIR, "models", NULL);

  g_assert_cmpstr (models, ==, expected);
  g_assert_true (g_path_is_absolute (models));
}

static void
test_paths_gives_nothing_that_does_not_exist (void)
{
  g_assert_null (emo_paths_dup_data ("no-such-data"));
}

/* Beside the executable comes before the source, as in an installed prefix. */
static void
test_paths_prefers_the_prefix_of_the_executable (void)
{
  g_autofree char *executable = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *bin = g_path_get_dirname (executable);
  g_autofree char *prefix = g_path_get_dirname (bin);
  g_autofree char *share = g_build_filename (prefix, "share", NULL);
  g_autofree char *data = g_build_filename (share, "emovlm", NULL);
  g_autofree char *models = g_build_filename (data, "models", NULL);
  g_autofree char *found = NULL;

  g_assert_cmpint (g_mkdir_with_parents (models, 0700), ==, 0);
  found = emo_paths_dup_data ("models");
  g_assert_cmpint (g_rmdir (models), ==, 0);
  g_rmdir (data);
  g_rmdir (share);

  g_assert_cmpstr (found, ==, models);
}

/* Only where our data lies beside it is a share/locale ours. */
static void
test_paths_finds_the_catalogues_beside_the_data (void)
{
  g_autofree char *executable = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *bin = g_path_get_dirname (executable);
  g_autofree char *prefix = g_path_get_dirname (bin);
  g_autofree char *share = g_build_filename (prefix, "share", NULL);
  g_autofree char *data = g_build_filename (share, "emovlm", NULL);
  g_autofree char *locale = g_build_filename (share, "locale", NULL);
  g_autofree char *before = emo_paths_dup_locale ();
  g_autofree char *installed = NULL;

  g_assert_cmpstr (before, ==, EMO_BUILD_LOCALEDIR);

  g_assert_cmpint (g_mkdir_with_parents (data, 0700), ==, 0);
  installed = emo_paths_dup_locale ();
  g_assert_cmpint (g_rmdir (data), ==, 0);
  g_rmdir (share);

  g_assert_cmpstr (installed, ==, locale);
}

static void
test_paths_finds_programs_beside_the_executable_first (void)
{
  g_autofree char *executable = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *bin = g_path_get_dirname (executable);
  g_autofree char *beside = g_build_filename (bin, "emo-no-program", NULL);
  g_autofree char *found = NULL;
  g_autofree char *shell = emo_paths_dup_program ("sh");

  g_assert_true (g_path_is_absolute (shell));
  g_assert_null (emo_paths_dup_program ("emo-no-program"));
  g_assert_true (g_file_set_contents (beside, "", 0, NULL));
  g_assert_null (emo_paths_dup_program ("emo-no-program"));
  g_assert_cmpint (g_chmod (beside, 0700), ==, 0);
  found = emo_paths_dup_program ("emo-no-program");
  g_assert_cmpint (g_unlink (beside), ==, 0);
  g_assert_cmpstr (found, ==, beside);
}

static void
test_paths_takes_the_model_of_the_environment (void)
{
  g_autofree char *model = NULL;
  g_autofree char *embedded = NULL;
  g_autofree char *data = emo_paths_dup_data ("models/emoscenes");

  g_setenv ("EMOVLM_MODEL", "/no/such/model", TRUE);
  model = emo_paths_dup_default_model ();
  g_assert_cmpstr (model, ==, "/no/such/model");

  g_setenv ("EMOVLM_MODEL", "", TRUE);
  embedded = emo_paths_dup_default_model ();
  g_unsetenv ("EMOVLM_MODEL");
  g_assert_cmpstr (embedded, ==, data);
}

static void
test_paths_makes_cache_folders (void)
{
  g_autofree char *path = emo_paths_dup_cache ("measures");
  g_autofree char *expected = g_build_filename (g_get_user_cache_dir (), "emovlm", "measures", NULL);
  GStatBuf status;

  g_assert_cmpstr (path, ==, expected);
  g_assert_cmpint (g_stat (path, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 0777, ==, 0700);
  g_assert_cmpint (g_rmdir (path), ==, 0);
}

static void
test_paths_makes_the_folder_of_the_data (void)
{
  g_autofree char *path = emo_paths_dup_user_data (NULL);
  g_autofree char *expected = g_build_filename (g_get_user_data_dir (), "emovlm", NULL);
  GStatBuf status;

  g_assert_cmpstr (path, ==, expected);
  g_assert_cmpint (g_stat (path, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 0777, ==, 0700);
  g_assert_cmpint (g_rmdir (path), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_autofree char *cache = NULL;
  g_autofree char *made = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);

  /* Not G_TEST_OPTION_ISOLATE_DIRS: GLib 2.74 leaks under it, and the leak
   * checker is to be heard. Set before GLib looks it up, which it does once. */
  cache = g_dir_make_tmp ("emo-paths-XXXXXX", NULL);
  g_assert_nonnull (cache);
  g_setenv ("XDG_CACHE_HOME", cache, TRUE);
  g_setenv ("XDG_DATA_HOME", cache, TRUE);
  made = g_build_filename (cache, "emovlm", NULL);

  g_test_add_func ("/Emo/Paths/finds-the-source-data", test_paths_finds_the_source_data);
  g_test_add_func ("/Emo/Paths/gives-nothing-that-does-not-exist", test_paths_gives_nothing_that_does_not_exist);
  g_test_add_func ("/Emo/Paths/prefers-the-prefix-of-the-executable", test_paths_prefers_the_prefix_of_the_executable);
  g_test_add_func ("/Emo/Paths/finds-the-catalogues-beside-the-data", test_paths_finds_the_catalogues_beside_the_data);
  g_test_add_func ("/Emo/Paths/finds-programs-beside-the-executable-first", test_paths_finds_programs_beside_the_executable_first);
  g_test_add_func ("/Emo/Paths/takes-the-model-of-the-environment", test_paths_takes_the_model_of_the_environment);
  g_test_add_func ("/Emo/Paths/makes-cache-folders", test_paths_makes_cache_folders);
  g_test_add_func ("/Emo/Paths/makes-the-folder-of-the-data", test_paths_makes_the_folder_of_the_data);

  status = g_test_run ();

  g_rmdir (made);
  g_rmdir (cache);

  return status;
}
