/* emo-dataset.c: the pictures of a training folder
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-annotation-reply.h"
#include "emo-dataset-private.h"
#include "emo-draw.h"
#include "emo-error.h"
#include "emo-file.h"
#include "emo-hash.h"
#include "emo-json.h"

/* An annotation of a hundred thousand pictures is tens of megabytes. */
#define MAX_ANNOTATIONS (512 * 1024 * 1024)

static void
free_item (gpointer data)
{
  EmoDatasetItem *item = data;

  g_free (item->path);
  g_free (item->file_name);
  g_free (item->observation);
  g_free (item->reason);
  g_free (item->sha256);
  g_free (item);
}

const char *
emo_split_get_name (EmoSplit split)
{
  static const char * const names[EMO_N_SPLITS] = { "train", "val", "test" };

  g_return_val_if_fail (split < EMO_N_SPLITS, NULL);

  return names[split];
}

int
_emo_split_from_string (const char *name)
{
  static const struct
  {
    const char *name;
    EmoSplit    split;
  } names[] = {
    { "train", EMO_SPLIT_TRAIN }, { "val", EMO_SPLIT_VAL }, { "validation", EMO_SPLIT_VAL }, { "valid", EMO_SPLIT_VAL },
    { "test", EMO_SPLIT_TEST },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_ascii_strcasecmp (names[i].name, name) == 0)
      return (int) names[i].split;

  return -1;
}

void
_emo_dataset_add_problem (EmoDataset *self,
                          const char *format,
                          ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_ptr_array_insert (self->problems, (int) self->problems->len - 1, g_strdup_vprintf (format, arguments));
  va_end (arguments);
}

char *
_emo_dataset_dup_reason (EmoDataset *self)
{
  if (self->n_bad_lines == 0)
    return g_strdup ("");

  return g_strdup_printf ("; %u of its lines cannot be used, the first: %s", self->n_bad_lines, (char *) self->problems->pdata[0]);
}

/* --- Splits --- */

/* A name's place in the order that a seed gives its label's pictures. */
static guint64
rank_of (const EmoDatasetItem *item,
         guint64               seed)
{
  EmoDraw draw = emo_draw_begin (seed, item->file_name, 0, 0, 0);

  return emo_draw_bits (&draw);
}

static int
compare_ranks (gconstpointer a,
               gconstpointer b,
               gpointer      user_data)
{
  guint64 seed = *(guint64 *) user_data;
  guint64 first = rank_of (*(EmoDatasetItem * const *) a, seed);
  guint64 second = rank_of (*(EmoDatasetItem * const *) b, seed);

  return first < second ? -1 : first > second;
}

/* A share of a label's train pictures, rounded. */
static GPtrArray *
draw_items (EmoDataset *self,
            guint       label,
            double      share,
            guint64     seed)
{
  GPtrArray *train = g_ptr_array_new ();

  for (guint i = 0; i < self->items->len; i++)
    {
      EmoDatasetItem *item = self->items->pdata[i];

      if (item->label == label && item->split == EMO_SPLIT_TRAIN)
        g_ptr_array_add (train, item);
    }
  g_ptr_array_sort_with_data (train, compare_ranks, &seed);
  g_ptr_array_set_size (train, (int) (train->len * share + 0.5));

  return train;
}

static void
draw_split (EmoDataset *self,
            guint       label,
            EmoSplit    split,
            double      share,
            guint64     seed)
{
  g_autoptr(GPtrArray) drawn = draw_items (self, label, share, seed);

  for (guint i = 0; i < drawn->len; i++)
    ((EmoDatasetItem *) drawn->pdata[i])->split = split;
}

/* @flat: neither folders nor a list say what belongs where. */
static void
draw_splits (EmoDataset *self,
             gboolean    flat,
             guint64     seed)
{
  for (guint label = 0; label < emo_label_set_get_size (self->labels); label++)
    {
      if (flat)
        draw_split (self, label, EMO_SPLIT_TEST, 0.1, seed + 1);
      if (emo_dataset_count (self, EMO_SPLIT_VAL, label) == 0)
        draw_split (self, label, EMO_SPLIT_VAL, flat ? 1.0 / 9 : 0.1, seed);
    }
}

/**
 * emo_dataset_hold_out:
 * @self: a dataset that nobody else uses yet
 * @share: of each label's train pictures
 * @seed: of the draw
 *
 * Marks pictures that one stage of training leaves to another.
 */
void
emo_dataset_hold_out (EmoDataset *self,
                      double      share,
                      guint64     seed)
{
  for (guint label = 0; label < emo_label_set_get_size (self->labels); label++)
    {
      g_autoptr(GPtrArray) drawn = draw_items (self, label, share, seed + 2);

      for (guint i = 0; i < drawn->len; i++)
        ((EmoDatasetItem *) drawn->pdata[i])->held_out = TRUE;
    }
}

static int
compare_items (gconstpointer a,
               gconstpointer b)
{
  const EmoDatasetItem *first = *(EmoDatasetItem * const *) a;
  const EmoDatasetItem *second = *(EmoDatasetItem * const *) b;

  if (first->split != second->split)
    return first->split < second->split ? -1 : 1;

  return strcmp (first->file_name, second->file_name);
}

void
_emo_dataset_sort (EmoDataset *self)
{
  g_ptr_array_sort (self->items, compare_items);
  for (guint split = 0; split <= EMO_N_SPLITS; split++)
    {
      guint i = 0;

      while (i < self->items->len && ((EmoDatasetItem *) self->items->pdata[i])->split < split)
        i++;
      self->first[split] = i;
    }
}

/* --- Annotations --- */

static char *
find_annotations (EmoDataset *self)
{
  g_autoptr(GDir) dir = g_dir_open (self->root, 0, NULL);
  g_autofree char *first = NULL;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if ((g_str_has_suffix (name, "_annotations_train.json") || g_str_has_suffix (name, "_annotation_train.json")) &&
        (first == NULL || strcmp (name, first) < 0))
      {
        g_free (first);
        first = g_strdup (name);
      }

  return first != NULL ? g_build_filename (self->root, first, NULL) : NULL;
}

/* By the longest end of @name that is an item's: the paths of a file that was
 * written elsewhere begin with folders of that place. */
static EmoDatasetItem *
find_by_end (GHashTable *items,
             const char *name)
{
  EmoDatasetItem *item = NULL;

  while (name != NULL && item == NULL)
    {
      item = g_hash_table_lookup (items, name);
      name = strchr (name, '/');
      if (name != NULL)
        name++;
    }

  return item;
}

/* An entry of another label is another picture's of the same name. */
static EmoDatasetItem *
find_item (EmoDataset         *self,
           GHashTable         *items,
           const EmoJsonValue *entry)
{
  static const char * const keys[] = { "img_path", "img" };
  const char *label = emo_json_value_get_member_string (entry, "label", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      EmoDatasetItem *item = find_by_end (items, emo_json_value_get_member_string (entry, keys[i], ""));

      if (item != NULL && (label == NULL || g_str_equal (label, emo_label_set_get_label (self->labels, item->label))))
        return item;
    }

  return NULL;
}

/* By the name from the root, and by the name alone where no other has it. */
static GHashTable *
index_items (EmoDataset *self)
{
  GHashTable *items = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < self->items->len; i++)
    {
      EmoDatasetItem *item = self->items->pdata[i];
      char *name = g_path_get_basename (item->file_name);

      g_hash_table_insert (items, g_strdup (item->file_name), item);
      g_hash_table_insert (items, name, g_hash_table_contains (items, name) ? NULL : item);
    }

  return items;
}

static guint
count_bare (EmoDataset *self)
{
  guint n = 0;

  for (guint i = self->first[EMO_SPLIT_TRAIN]; i < self->first[EMO_SPLIT_TRAIN + 1]; i++)
    {
      const EmoDatasetItem *item = self->items->pdata[i];

      n += item->observation == NULL && item->reason == NULL;
    }

  return n;
}

static void
apply_annotations (EmoDataset         *self,
                   const EmoJsonValue *root,
                   const char         *path)
{
  g_autoptr(GHashTable) items = index_items (self);
  guint n_lost = 0, n_bare;

  for (gsize i = 0; i < emo_json_value_get_length (root); i++)
    {
      const EmoJsonValue *entry = emo_json_value_get_element (root, i);
      const char *reply = emo_json_value_get_member_string (entry, "gpt_response", NULL);
      EmoDatasetItem *item = find_item (self, items, entry);

      if (item == NULL || reply == NULL)
        {
          n_lost++;
          continue;
        }
      g_clear_pointer (&item->observation, g_free);
      g_clear_pointer (&item->reason, g_free);
      emo_annotation_reply_parse (reply, &item->observation, &item->reason);
    }
  if (n_lost > 0)
    _emo_dataset_add_problem (self, "%s: %u entries have no picture in the folder or no text", path, n_lost);
  n_bare = count_bare (self);
  if (n_bare > 0)
    _emo_dataset_add_problem (self, "%s: %u of %u train pictures have no entry", path, n_bare,
                              emo_dataset_count (self, EMO_SPLIT_TRAIN, -1));
}

static gboolean
read_annotations (EmoDataset  *self,
                  GError     **error)
{
  g_autofree char *path = find_annotations (self);
  g_autoptr(GBytes) bytes = NULL;
  g_autoptr(EmoJson) json = NULL;
  gsize length;
  const char *text;

  if (path == NULL)
    return TRUE;
  bytes = emo_file_read (path, MAX_ANNOTATIONS, error);
  if (bytes == NULL)
    return FALSE;
  text = g_bytes_get_data (bytes, &length);
  json = emo_json_parse (text, length, path, MAX_ANNOTATIONS, error);
  if (json == NULL)
    return FALSE;
  if (emo_json_value_get_type (emo_json_get_root (json)) != EMO_JSON_ARRAY)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "%s: expected a list of {gpt_response, img, img_path, label}", path);
      return FALSE;
    }
  apply_annotations (self, emo_json_get_root (json), path);

  return TRUE;
}

/* --- Checks --- */

static gboolean
check_counts (EmoDataset  *self,
              GError     **error)
{
  if (emo_dataset_count (self, EMO_SPLIT_TRAIN, -1) == 0)
    {
      g_autofree char *reason = _emo_dataset_dup_reason (self);

      g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "%s: there are no pictures to train on%s",
                   self->list != NULL ? self->list : self->root, reason);
      return FALSE;
    }
  for (guint label = 0; label < emo_label_set_get_size (self->labels); label++)
    for (guint split = 0; split < EMO_N_SPLITS; split++)
      if (emo_dataset_count (self, split, label) == 0 && emo_dataset_count (self, split, -1) > 0)
        _emo_dataset_add_problem (self, "%s: no picture of \"%s\" in %s", self->root,
                                  emo_label_set_get_label (self->labels, label), emo_split_get_name (split));

  return TRUE;
}

static gboolean
read_list (EmoDataset    *self,
           EmoLabelSet   *labels,
           gboolean      *flat,
           GError       **error)
{
  g_autofree char *path = g_steal_pointer (&self->root);
  gboolean has_splits;

  self->root = g_path_get_dirname (path);
  if (!_emo_dataset_read_list (self, path, labels, &has_splits, error))
    return FALSE;
  *flat = !has_splits;

  return TRUE;
}

static gboolean
load (EmoDataset    *self,
      EmoLabelSet   *labels,
      guint64        seed,
      GCancellable  *cancellable,
      GError       **error)
{
  gboolean is_list = g_file_test (self->root, G_FILE_TEST_IS_REGULAR);
  gboolean flat;

  if (!(is_list ? read_list (self, labels, &flat, error) : _emo_dataset_read_folders (self, labels, &flat, cancellable, error)))
    return FALSE;
  draw_splits (self, flat, seed);
  _emo_dataset_sort (self);

  return check_counts (self, error) && read_annotations (self, error);
}

/**
 * emo_dataset_load:
 * @root: the folder, or a list of pictures (CSV)
 * @labels: (nullable): the labels in the order wanted
 * @seed: of the splits that the folder does not give
 * @cancellable: (nullable): tested before each label's folder
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the pictures
 */
EmoDataset *
emo_dataset_load (const char    *root,
                  EmoLabelSet   *labels,
                  guint64        seed,
                  GCancellable  *cancellable,
                  GError       **error)
{
  g_autoptr(EmoDataset) self = NULL;

  g_return_val_if_fail (root != NULL, NULL);

  self = g_new0 (EmoDataset, 1);
  self->root = g_canonicalize_filename (root, NULL);
  self->items = g_ptr_array_new_with_free_func (free_item);
  self->problems = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (self->problems, NULL);
  if (!load (self, labels, seed, cancellable, error))
    return NULL;

  return g_steal_pointer (&self);
}

/**
 * emo_dataset_free:
 * @self: (transfer full) (nullable): a dataset
 */
void
emo_dataset_free (EmoDataset *self)
{
  if (self == NULL)
    return;
  g_free (self->root);
  g_free (self->list);
  g_clear_pointer (&self->labels, emo_label_set_unref);
  g_ptr_array_unref (self->items);
  g_ptr_array_unref (self->problems);
  g_free (self);
}

const char *
emo_dataset_get_root (EmoDataset *self)
{
  return self->root;
}

EmoLabelSet *
emo_dataset_get_labels (EmoDataset *self)
{
  return self->labels;
}

guint
emo_dataset_get_n (EmoDataset *self)
{
  return self->items->len;
}

const EmoDatasetItem *
emo_dataset_get (EmoDataset *self,
                 guint       index)
{
  g_return_val_if_fail (index < self->items->len, NULL);

  return self->items->pdata[index];
}

guint
emo_dataset_count (EmoDataset *self,
                   EmoSplit    split,
                   int         label)
{
  guint n = 0;

  for (guint i = 0; i < self->items->len; i++)
    {
      const EmoDatasetItem *item = self->items->pdata[i];

      n += item->split == split && (label < 0 || item->label == (guint) label);
    }

  return n;
}

guint
emo_dataset_get_first (EmoDataset *self,
                       EmoSplit    split)
{
  g_return_val_if_fail (split < EMO_N_SPLITS, 0);

  return self->first[split];
}

static void
append_text (GString    *text,
             const char *part)
{
  g_string_append (text, part != NULL ? part : "");
  g_string_append_c (text, '\0');
}

/**
 * emo_dataset_dup_sha256:
 * @self: a dataset
 *
 * Returns: (transfer full): of names, labels, splits, annotations and the pictures'
 *   own hashes where they are set, in hex: what a training of it hangs on
 */
char *
emo_dataset_dup_sha256 (EmoDataset *self)
{
  g_autoptr(GString) text = g_string_new (NULL);

  for (guint i = 0; i < self->items->len; i++)
    {
      const EmoDatasetItem *item = self->items->pdata[i];

      append_text (text, item->file_name);
      append_text (text, emo_label_set_get_label (self->labels, item->label));
      append_text (text, item->observation);
      append_text (text, item->reason);
      append_text (text, item->sha256);
      g_string_append_printf (text, "%d%d", item->split, item->held_out);
    }

  return emo_hash_bytes (text->str, text->len);
}

const char * const *
emo_dataset_get_problems (EmoDataset *self)
{
  return (const char * const *) self->problems->pdata;
}
