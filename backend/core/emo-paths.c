/* emo-paths.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gstdio.h>

#include "emo-paths.h"

/* The prefix is wherever the executable lies now, not where it was configured
 * to go: a moved or relocatable installation still finds its data. */
static char *
dup_installed (const char *name)
{
  g_autofree char *executable = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = NULL;

  if (executable == NULL)
    return NULL;

  folder = g_path_get_dirname (executable);

  return g_build_filename (folder, "..", "share", name, NULL);
}

static char *
dup_existing (const char *folder,
              const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return NULL;

  return g_canonicalize_filename (path, NULL);
}

/**
 * emo_paths_dup_data:
 * @name: what is wanted of the shipped data: "models/emoscenes", "samples"
 *
 * Looks in ../share/emovlm beside the executable's folder, then in the data of
 * the source that it was built from.
 *
 * Returns: (transfer full) (nullable): an absolute path of something that
 *   exists, else %NULL
 */
char *
emo_paths_dup_data (const char *name)
{
  g_autofree char *installed = NULL;
  char *path = NULL;

  g_return_val_if_fail (name != NULL, NULL);

  installed = dup_installed ("emovlm");
  if (installed != NULL)
    path = dup_existing (installed, name);

  return path != NULL ? path : dup_existing (EMO_BUILD_DATADIR, name);
}

/**
 * emo_paths_dup_locale:
 *
 * Looks for the catalogues of translations where emo_paths_dup_data() looks for
 * data, and last in the folder that was configured.
 *
 * Returns: (transfer full): a folder for bindtextdomain()
 */
char *
emo_paths_dup_locale (void)
{
  g_autofree char *data = dup_installed ("emovlm");
  g_autofree char *installed = dup_installed ("locale");

  /* Only beside our own data is ../share/locale ours: below build/gui there may
   * be anything. */
  if (data != NULL && installed != NULL && g_file_test (data, G_FILE_TEST_IS_DIR))
    return g_canonicalize_filename (installed, NULL);

  if (g_file_test (EMO_BUILD_LOCALEDIR, G_FILE_TEST_IS_DIR))
    return g_strdup (EMO_BUILD_LOCALEDIR);

  return g_strdup (EMO_LOCALEDIR);
}

static char *
dup_executable (const char *folder,
                const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  if (!g_file_test (path, G_FILE_TEST_IS_EXECUTABLE) || g_file_test (path, G_FILE_TEST_IS_DIR))
    return NULL;

  return g_canonicalize_filename (path, NULL);
}

/**
 * emo_paths_dup_program:
 * @name: a program of ours, "emovlm"
 *
 * Looks beside the running executable, where both are installed; in the folder of
 * the command line beside the executable's, as a build has it; and last where
 * the shell would.
 *
 * Returns: (transfer full) (nullable): an absolute path of a program, else %NULL
 */
char *
emo_paths_dup_program (const char *name)
{
  g_autofree char *executable = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = executable != NULL ? g_path_get_dirname (executable) : NULL;
  g_autofree char *beside = folder != NULL ? g_build_filename (folder, "..", "cli", NULL) : NULL;
  char *path = NULL;

  g_return_val_if_fail (name != NULL, NULL);

  if (folder != NULL)
    path = dup_executable (folder, name);
  if (path == NULL && beside != NULL)
    path = dup_executable (beside, name);

  return path != NULL ? path : g_find_program_in_path (name);
}

/**
 * emo_paths_dup_default_model:
 *
 * Returns: (transfer full) (nullable): EMOVLM_MODEL as the environment has it,
 *   whether it exists or not, else the embedded model, else %NULL
 */
char *
emo_paths_dup_default_model (void)
{
  const char *model = g_getenv ("EMOVLM_MODEL");

  if (model != NULL && model[0] != '\0')
    return g_strdup (model);

  return emo_paths_dup_data ("models/emoscenes");
}

static char *
dup_own_folder (const char *home,
                const char *name)
{
  char *path = g_build_filename (home, "emovlm", name, NULL);

  if (g_mkdir_with_parents (path, 0700) != 0)
    g_debug ("%s cannot be made", path);

  return path;
}

/**
 * emo_paths_dup_cache:
 * @name: a folder of the cache
 *
 * Makes the folder, for its owner alone, where it can. Where it cannot (a full
 * or read-only disk) the first write there says so.
 *
 * Returns: (transfer full): $XDG_CACHE_HOME/emovlm/@name
 */
char *
emo_paths_dup_cache (const char *name)
{
  g_return_val_if_fail (name != NULL, NULL);

  return dup_own_folder (g_get_user_cache_dir (), name);
}

/**
 * emo_paths_dup_user_data:
 * @name: (nullable): a folder of the person's data
 *
 * Makes the folder as emo_paths_dup_cache() does.
 *
 * Returns: (transfer full): $XDG_DATA_HOME/emovlm/@name
 */
char *
emo_paths_dup_user_data (const char *name)
{
  return dup_own_folder (g_get_user_data_dir (), name);
}
