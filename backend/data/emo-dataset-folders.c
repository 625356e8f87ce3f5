/* emo-dataset-folders.c: pictures in folders of their labels
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-dataset-private.h"
#include "emo-error.h"
#include "emo-file.h"
#include "emo-image-format.h"

/* Levels of folders within a label's that are searched for what is left out. */
#define MAX_DEPTH 2

/* --- Folders --- */

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(char * const *) a, *(char * const *) b);
}

/* Names in a folder, sorted by bytes: its folders, or its pictures. */
static GPtrArray *
list_names (const char  *folder,
            gboolean     folders,
            GError     **error)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GDir) dir = g_dir_open (folder, 0, error);
  const char *name;

  if (dir == NULL)
    return NULL;
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (*name != '.' && (folders ? g_file_test (path, G_FILE_TEST_IS_DIR) : emo_image_format_takes_name (name)))
        g_ptr_array_add (names, g_strdup (name));
    }
  g_ptr_array_sort (names, compare_names);

  return g_steal_pointer (&names);
}

/* Where label folders are: in the splits' folders that exist, or in the root. */
typedef struct
{
  char     *prefix;   /* "train", as the folder has it, or "" */
  EmoSplit  split;
} Part;

static void
clear_part (gpointer data)
{
  g_free (((Part *) data)->prefix);
}

/* The folder of @split: the one with our name for it before others. */
static const char *
find_folder (GPtrArray *folders,
             EmoSplit   split)
{
  const char *found = NULL;

  for (guint i = 0; i < folders->len; i++)
    {
      if (g_str_equal (folders->pdata[i], emo_split_get_name (split)))
        return folders->pdata[i];
      if (found == NULL && _emo_split_from_string (folders->pdata[i]) == (int) split)
        found = folders->pdata[i];
    }

  return found;
}

static GArray *
find_parts (GPtrArray *folders)
{
  GArray *parts = g_array_new (FALSE, FALSE, sizeof (Part));

  g_array_set_clear_func (parts, clear_part);
  for (guint split = 0; split < EMO_N_SPLITS; split++)
    {
      const char *folder = find_folder (folders, split);
      Part part = { g_strdup (folder), split };

      if (folder != NULL)
        g_array_append_val (parts, part);
    }
  if (parts->len == 0)
    {
      Part whole = { g_strdup (""), EMO_SPLIT_TRAIN };

      g_array_append_val (parts, whole);
    }

  return parts;
}

/* --- Labels --- */

static gboolean
collect_labels (EmoDataset  *self,
                GArray      *parts,
                GPtrArray   *names,
                GError     **error)
{
  for (guint i = 0; i < parts->len; i++)
    {
      g_autofree char *folder = g_build_filename (self->root, g_array_index (parts, Part, i).prefix, NULL);
      g_autoptr(GPtrArray) found = list_names (folder, TRUE, error);

      if (found == NULL)
        return FALSE;
      for (guint j = 0; j < found->len; j++)
        if (!g_ptr_array_find_with_equal_func (names, found->pdata[j], g_str_equal, NULL))
          g_ptr_array_add (names, g_strdup (found->pdata[j]));
    }
  g_ptr_array_sort (names, compare_names);

  return TRUE;
}

static gboolean
check_labels (EmoDataset   *self,
              EmoLabelSet  *wanted,
              GPtrArray    *names,
              GError      **error)
{
  for (guint i = 0; i < names->len; i++)
    if (emo_label_set_find (wanted, names->pdata[i]) < 0)
      {
        g_autofree char *labels = g_strjoinv (", ", (char **) emo_label_set_get_labels (wanted));

        g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "%s: the folder \"%s\" is none of the labels %s",
                     self->root, (char *) names->pdata[i], labels);
        return FALSE;
      }
  self->labels = emo_label_set_ref (wanted);

  return TRUE;
}

static gboolean
find_labels (EmoDataset   *self,
             GArray       *parts,
             EmoLabelSet  *wanted,
             GError      **error)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  if (!collect_labels (self, parts, names, error))
    return FALSE;
  if (wanted != NULL)
    return check_labels (self, wanted, names, error);
  if (names->len < 2)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE,
                   "%s: expected a folder for each of two or more labels, in train/, val/ and test/ or beside one another; found %s",
                   self->root, names->len == 0 ? "none" : (char *) names->pdata[0]);
      return FALSE;
    }
  g_ptr_array_add (names, NULL);
  self->labels = emo_label_set_new ((const char * const *) names->pdata, error);

  return self->labels != NULL;
}

/* --- Pictures --- */

/* From the root. */
static char *
dup_label_folder (EmoDataset *self,
                  const Part *part,
                  guint       label)
{
  const char *name = emo_label_set_get_label (self->labels, label);

  return *part->prefix != '\0' ? g_build_filename (part->prefix, name, NULL) : g_strdup (name);
}

static gboolean
add_pictures (EmoDataset  *self,
              const Part  *part,
              guint        label,
              GError     **error)
{
  g_autofree char *folder = dup_label_folder (self, part, label);
  g_autofree char *path = g_build_filename (self->root, folder, NULL);
  g_autoptr(GPtrArray) names = NULL;

  if (!g_file_test (path, G_FILE_TEST_IS_DIR))
    return TRUE;
  names = list_names (path, FALSE, error);
  if (names == NULL)
    return FALSE;
  for (guint i = 0; i < names->len; i++)
    {
      EmoDatasetItem *item = g_new0 (EmoDatasetItem, 1);

      item->file_name = g_build_filename (folder, names->pdata[i], NULL);
      item->path = g_build_filename (self->root, item->file_name, NULL);
      item->label = label;
      item->split = part->split;
      g_ptr_array_add (self->items, item);
    }

  return TRUE;
}

static gboolean
add_all (EmoDataset    *self,
         GArray        *parts,
         GCancellable  *cancellable,
         GError       **error)
{
  for (guint i = 0; i < parts->len; i++)
    for (guint label = 0; label < emo_label_set_get_size (self->labels); label++)
      if (g_cancellable_set_error_if_cancelled (cancellable, error) ||
          !add_pictures (self, &g_array_index (parts, Part, i), label, error))
        return FALSE;

  return TRUE;
}

/* --- What is left out --- */

/* Those of a folder and of @depth levels of folders in it. */
static guint
count_pictures (const char *folder,
                guint       depth)
{
  g_autoptr(GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (*name == '.')
        continue;
      if (emo_image_format_takes_name (name))
        n++;
      else if (depth > 0 && g_file_test (path, G_FILE_TEST_IS_DIR))
        n += count_pictures (path, depth - 1);
    }

  return n;
}

static void
note_within_labels (EmoDataset *self,
                    GArray     *parts)
{
  g_autofree char *first = NULL;
  guint n = 0;

  for (guint i = 0; i < parts->len; i++)
    for (guint label = 0; label < emo_label_set_get_size (self->labels); label++)
      {
        g_autofree char *folder = dup_label_folder (self, &g_array_index (parts, Part, i), label);
        g_autofree char *path = g_build_filename (self->root, folder, NULL);
        guint all = count_pictures (path, MAX_DEPTH), own = count_pictures (path, 0);

        if (all > own && first == NULL)
          first = emo_file_escape_name (folder);
        n += all > own ? all - own : 0;
      }
  if (n > 0)
    _emo_dataset_add_problem (self, "%s: %u pictures in folders within a label's are left out, as in %s", self->root, n, first);
}

static void
note_without_label (EmoDataset *self,
                    GArray     *parts)
{
  guint n = 0;

  for (guint i = 0; i < parts->len; i++)
    {
      g_autofree char *path = g_build_filename (self->root, g_array_index (parts, Part, i).prefix, NULL);

      n += count_pictures (path, 0);
    }
  if (n > 0)
    _emo_dataset_add_problem (self, "%s: %u pictures beside the labels' folders are left out: they have no label", self->root, n);
}

static gboolean
is_part (GArray     *parts,
         const char *folder)
{
  for (guint i = 0; i < parts->len; i++)
    if (g_str_equal (g_array_index (parts, Part, i).prefix, folder))
      return TRUE;

  return FALSE;
}

/* What has folders of the labels looks like a split, whatever its name. */
static void
note_beside_splits (EmoDataset *self,
                    GPtrArray  *folders,
                    GArray     *parts)
{
  for (guint i = 0; i < folders->len; i++)
    {
      g_autofree char *shown = emo_file_escape_name (folders->pdata[i]);
      guint n = 0;

      if (is_part (parts, folders->pdata[i]))
        continue;
      for (guint label = 0; label < emo_label_set_get_size (self->labels); label++)
        {
          const char *name = emo_label_set_get_label (self->labels, label);
          g_autofree char *path = g_build_filename (self->root, folders->pdata[i], name, NULL);

          n += count_pictures (path, 0);
        }
      if (n > 0)
        _emo_dataset_add_problem (self, "%s: %u pictures in \"%s\" are left out: the splits are train, val and test, and each has one folder",
                                  self->root, n, shown);
    }
}

static void
note_left_out (EmoDataset *self,
               GPtrArray  *folders,
               GArray     *parts,
               gboolean    flat)
{
  note_within_labels (self, parts);
  note_without_label (self, parts);
  if (!flat)
    note_beside_splits (self, folders, parts);
}

gboolean
_emo_dataset_read_folders (EmoDataset    *self,
                           EmoLabelSet   *labels,
                           gboolean      *flat,
                           GCancellable  *cancellable,
                           GError       **error)
{
  g_autoptr(GPtrArray) folders = list_names (self->root, TRUE, error);
  g_autoptr(GArray) parts = NULL;

  if (folders == NULL)
    return FALSE;
  parts = find_parts (folders);
  *flat = *g_array_index (parts, Part, 0).prefix == '\0';

  if (!find_labels (self, parts, labels, error) || !add_all (self, parts, cancellable, error))
    return FALSE;
  note_left_out (self, folders, parts, *flat);

  return TRUE;
}
