/* emo-dataset-place.c: where a dataset is read
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "emo-dataset.h"
#include "emo-error.h"
#include "emo-file.h"

/* Without links, as far as the path is there. */
static char *
resolve (const char *path)
{
  g_autofree char *whole = g_canonicalize_filename (path, NULL);
  g_autofree char *folder = NULL;
  g_autofree char *parent = NULL;
  g_autofree char *name = NULL;
  char *real = realpath (whole, NULL);

  if (real != NULL)
    {
      char *copy = g_strdup (real);

      free (real);
      return copy;
    }
  folder = g_path_get_dirname (whole);
  name = g_path_get_basename (whole);
  if (g_str_equal (folder, whole))
    return g_steal_pointer (&whole);
  parent = resolve (folder);

  return g_build_filename (parent, name, NULL);
}

/* (nullable): the folders from @root down to @folder; NULL: it lies elsewhere. */
static char **
split_inside (const char *root,
              const char *folder)
{
  g_autofree char *above = resolve (root);
  g_autofree char *below = resolve (folder);
  gsize n = strlen (above);

  if (!g_str_has_prefix (below, above) || below[n] != G_DIR_SEPARATOR)
    return NULL;

  return g_strsplit (below + n + 1, G_DIR_SEPARATOR_S, -1);
}

static gboolean
is_split (const char *name)
{
  for (EmoSplit split = 0; split < EMO_N_SPLITS; split++)
    if (g_str_equal (name, emo_split_get_name (split)))
      return TRUE;

  return FALSE;
}

static gboolean
has_splits (const char *root)
{
  for (EmoSplit split = 0; split < EMO_N_SPLITS; split++)
    {
      g_autofree char *path = g_build_filename (root, emo_split_get_name (split), NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        return TRUE;
    }

  return FALSE;
}

/* Folders in a label's own are not read, and hidden ones nowhere. */
static gboolean
is_read_as_label (const char  *root,
                  char       **parts)
{
  gboolean in_splits = has_splits (root);
  guint at = in_splits && is_split (parts[0]) ? 1 : 0;
  g_autofree char *label = NULL;

  if ((in_splits && at == 0) || *parts[0] == '.')
    return FALSE;
  if (parts[at] == NULL)
    return TRUE;
  label = g_build_filename (root, parts[0], at > 0 ? parts[1] : NULL, NULL);

  return *parts[at] != '.' && (parts[at + 1] == NULL || !g_file_test (label, G_FILE_TEST_IS_DIR));
}

/**
 * emo_dataset_check_outside:
 * @root: a dataset's folder or list
 * @folder: a folder that is to be made, or was
 * @error: return location
 *
 * A folder that is made among those of the labels would be taken for one of them
 * the next time.
 *
 * Returns: whether it lies where the dataset is not read, else %FALSE with
 *   %EMO_ERROR_INVALID_FILE
 */
gboolean
emo_dataset_check_outside (const char  *root,
                           const char  *folder,
                           GError     **error)
{
  g_auto(GStrv) parts = NULL;
  g_autofree char *shown = NULL;
  g_autofree char *shown_root = NULL;

  g_return_val_if_fail (root != NULL && folder != NULL, FALSE);

  if (g_file_test (root, G_FILE_TEST_IS_DIR))
    parts = split_inside (root, folder);
  if (parts == NULL || !is_read_as_label (root, parts))
    return TRUE;
  shown = emo_file_escape_name (folder);
  shown_root = emo_file_escape_name (root);
  g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE,
               "%s lies in %s, where it would be read as the folder of a label: name one elsewhere", shown, shown_root);

  return FALSE;
}
