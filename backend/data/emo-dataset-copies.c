/* emo-dataset-copies.c: the same picture twice
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>
#include <sys/stat.h>

#include "emo-dataset-private.h"
#include "emo-error.h"
#include "emo-file.h"
#include "emo-hash-list.h"
#include "emo-paths.h"

#define MAX_THREADS 16

/* --- Hashes --- */

typedef struct
{
  GPtrArray    *items;         /* of EmoDatasetItem */
  EmoHashList  *list;          /* (nullable) what is known of files from earlier */
  gint          next;          /* atomic */
  GCancellable *cancellable;   /* (nullable) */
} HashJob;

/* A file that cannot be read is told by who decodes it. */
static gpointer
hash_worker (gpointer data)
{
  HashJob *job = data;

  for (;;)
    {
      guint i = (guint) g_atomic_int_add (&job->next, 1);
      EmoDatasetItem *item;

      if (i >= job->items->len || g_cancellable_is_cancelled (job->cancellable))
        return NULL;
      item = job->items->pdata[i];
      if (item->sha256 != NULL)
        continue;
      item->sha256 = job->list != NULL ? emo_hash_list_get (job->list, item->path, job->cancellable, NULL)
                                       : emo_hash_file (item->path, job->cancellable, NULL);
    }
}

static void
hash_all (HashJob *job)
{
  guint n = MIN (MIN (g_get_num_processors (), MAX_THREADS), job->items->len);
  g_autoptr(GPtrArray) threads = g_ptr_array_new ();

  for (guint i = 1; i < n; i++)
    {
      GThread *thread = g_thread_try_new ("emo-copies", hash_worker, job, NULL);

      if (thread != NULL)
        g_ptr_array_add (threads, thread);
    }
  hash_worker (job);
  for (guint i = 0; i < threads->len; i++)
    g_thread_join (threads->pdata[i]);
}

/* One file a dataset, in the user's cache. NULL where there is no place for it. */
static EmoHashList *
open_list (EmoDataset *self)
{
  g_autofree char *folder = emo_paths_dup_cache ("pictures");
  g_autofree char *name = emo_hash_bytes (self->root, strlen (self->root));
  g_autofree char *path = folder != NULL ? g_build_filename (folder, name, NULL) : NULL;

  return path != NULL ? emo_hash_list_open (path) : NULL;
}

/**
 * emo_dataset_hash_pictures:
 * @self: a dataset that nobody else uses yet
 * @cancellable: (nullable): tested before each file
 * @error: return location
 *
 * Sets the hash of every picture that can be read. By content, not by size and
 * times: a copy of the dataset is the same one, here or on another machine.
 * 100,000 pictures of 40 kB are read in six seconds, which the first epoch would
 * do anyway, and looked up in half a second the next time.
 *
 * Returns: %FALSE with %G_IO_ERROR_CANCELLED
 */
gboolean
emo_dataset_hash_pictures (EmoDataset    *self,
                           GCancellable  *cancellable,
                           GError       **error)
{
  g_autoptr(EmoHashList) list = NULL;

  g_return_val_if_fail (self != NULL, FALSE);

  list = open_list (self);
  hash_all (&(HashJob) { .items = self->items, .list = list, .cancellable = cancellable });
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (list != NULL)
    emo_hash_list_save (list);

  return TRUE;
}

/* Copies have one size: files of sizes of their own need not be read. */
static GPtrArray *
find_same_sizes (EmoDataset *self)
{
  g_autoptr(GHashTable) sizes = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  GPtrArray *same = g_ptr_array_new ();

  for (guint i = 0; i < self->items->len; i++)
    {
      EmoDatasetItem *item = self->items->pdata[i], *first;
      struct stat info;
      gint64 size;

      if (stat (item->path, &info) != 0)
        continue;
      size = info.st_size;
      if (!g_hash_table_lookup_extended (sizes, &size, NULL, (gpointer *) &first))
        {
          g_hash_table_insert (sizes, g_memdup2 (&size, sizeof size), item);
          continue;
        }
      /* The first of a size joins with the second. */
      if (first != NULL)
        {
          g_ptr_array_add (same, first);
          g_hash_table_insert (sizes, g_memdup2 (&size, sizeof size), NULL);
        }
      g_ptr_array_add (same, item);
    }

  return same;
}

/* --- Groups --- */

typedef struct
{
  guint                 n;
  const EmoDatasetItem *one;   /* the first that was found, and what it is a copy of */
  const EmoDatasetItem *of;
} Finding;

typedef struct
{
  Finding     left_out;     /* of train, as val or test has them */
  Finding     across;       /* in val and in test */
  Finding     within;       /* in one split, of one label */
  Finding     torn;         /* of two labels */
  GHashTable *dropped;      /* of EmoDatasetItem */
} Findings;

static void
note (Finding              *finding,
      const EmoDatasetItem *one,
      const EmoDatasetItem *of)
{
  if (finding->n++ == 0)
    {
      finding->one = one;
      finding->of = of;
    }
}

/* Of items that are sorted by split the last is the one that must not be learnt. */
static void
compare_group (GPtrArray *group,
               Findings  *findings)
{
  EmoDatasetItem *last = group->pdata[group->len - 1];

  for (guint i = 0; i + 1 < group->len; i++)
    {
      EmoDatasetItem *item = group->pdata[i];

      if (item->label != last->label)
        note (&findings->torn, item, last);
      if (item->split == EMO_SPLIT_TRAIN && last->split != EMO_SPLIT_TRAIN)
        {
          note (&findings->left_out, item, last);
          g_hash_table_add (findings->dropped, item);
        }
      else if (item->split != last->split)
        note (&findings->across, item, last);
      else if (item->label == last->label)
        note (&findings->within, item, last);
    }
}

static void
compare_all (EmoDataset *self,
             Findings   *findings)
{
  g_autoptr(GHashTable) groups = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_ptr_array_unref);
  GHashTableIter iter;
  gpointer group;

  for (guint i = 0; i < self->items->len; i++)
    {
      EmoDatasetItem *item = self->items->pdata[i];

      if (item->sha256 == NULL)
        continue;
      group = g_hash_table_lookup (groups, item->sha256);
      if (group == NULL)
        {
          group = g_ptr_array_new ();
          g_hash_table_insert (groups, item->sha256, group);
        }
      g_ptr_array_add (group, item);
    }
  g_hash_table_iter_init (&iter, groups);
  while (g_hash_table_iter_next (&iter, NULL, &group))
    compare_group (group, findings);
}

static void
report (EmoDataset    *self,
        const Finding *finding,
        const char    *what)
{
  g_autofree char *one = NULL;
  g_autofree char *of = NULL;

  if (finding->n == 0)
    return;
  one = emo_file_escape_name (finding->one->file_name);
  of = emo_file_escape_name (finding->of->file_name);
  _emo_dataset_add_problem (self, "%s: %u %s, as %s of %s", self->root, finding->n, what, one, of);
}

static gboolean
drop (EmoDataset  *self,
      GHashTable  *dropped,
      GError     **error)
{
  g_autoptr(GPtrArray) gone = g_ptr_array_new ();
  guint n = 0;

  /* To the end, where they are cut off together. */
  for (guint i = 0; i < self->items->len; i++)
    if (g_hash_table_contains (dropped, self->items->pdata[i]))
      g_ptr_array_add (gone, self->items->pdata[i]);
    else
      self->items->pdata[n++] = self->items->pdata[i];
  for (guint i = 0; i < gone->len; i++)
    self->items->pdata[n + i] = gone->pdata[i];
  g_ptr_array_set_size (self->items, (int) n);
  _emo_dataset_sort (self);
  if (emo_dataset_count (self, EMO_SPLIT_TRAIN, -1) > 0)
    return TRUE;
  g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE,
               "%s: every train picture is a copy of one in val or test: there is nothing to train on", self->root);

  return FALSE;
}

/**
 * emo_dataset_drop_copies:
 * @self: a dataset that nobody else uses yet
 * @cancellable: (nullable): tested before each file
 * @error: return location
 *
 * Finds pictures of the same bytes and adds what it finds to the problems. Train
 * pictures that val or test has too are left out: what is measured there must
 * not be learnt. Files of a size that no other has are not read, nor those whose
 * hash is known.
 *
 * Returns: %FALSE with %G_IO_ERROR_CANCELLED, or with %EMO_ERROR_INVALID_FILE
 *   where nothing to train on is left
 */
gboolean
emo_dataset_drop_copies (EmoDataset    *self,
                         GCancellable  *cancellable,
                         GError       **error)
{
  g_autoptr(GPtrArray) same = NULL;
  g_autoptr(GHashTable) dropped = g_hash_table_new (NULL, NULL);
  Findings findings = { .dropped = dropped };

  g_return_val_if_fail (self != NULL, FALSE);

  same = find_same_sizes (self);
  hash_all (&(HashJob) { .items = same, .cancellable = cancellable });
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  compare_all (self, &findings);
  report (self, &findings.left_out, "train pictures are copies of val or test pictures and are left out");
  report (self, &findings.across, "val pictures are copies of test pictures");
  report (self, &findings.within, "pictures are copies of others in their split");
  report (self, &findings.torn, "pictures are copies of others of another label");

  return drop (self, dropped, error);
}
