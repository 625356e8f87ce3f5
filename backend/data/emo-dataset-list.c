/* emo-dataset-list.c: pictures that a table names
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-csv-reader.h"
#include "emo-dataset-private.h"
#include "emo-error.h"
#include "emo-file.h"

/* Ten million rows are some hundred megabytes. */
#define MAX_LIST (1024 * 1024 * 1024)

/* Nobody reads more of them. */
#define MAX_PROBLEMS 100

typedef enum
{
  COLUMN_FILE_NAME,
  COLUMN_LABEL,
  COLUMN_SPLIT,
  N_COLUMNS
} Column;

static const char * const column_names[N_COLUMNS] = { "file_name", "label", "split" };

typedef struct
{
  EmoDataset   *dataset;
  EmoLabelSet  *labels;              /* (nullable) those given */
  EmoCsvReader  reader;
  guint         n_cells;             /* of the first line */
  int           columns[N_COLUMNS];  /* where they are; -1: not there */
  GHashTable   *names;               /* file names so far, the items' */
  GPtrArray    *row_labels;          /* [items] the label's name, owned by label_names */
  GHashTable   *label_names;
  gboolean      has_splits;
} List;

static void
clear_list (List *list)
{
  g_clear_pointer (&list->names, g_hash_table_unref);
  g_clear_pointer (&list->row_labels, g_ptr_array_unref);
  g_clear_pointer (&list->label_names, g_hash_table_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (List, clear_list)

/* --- The first line --- */

static gboolean
find_columns (List      *list,
              GPtrArray *cells)
{
  list->n_cells = cells->len;
  for (guint column = 0; column < N_COLUMNS; column++)
    {
      list->columns[column] = -1;
      for (guint i = 0; i < cells->len && list->columns[column] < 0; i++)
        {
          g_autofree char *name = g_strstrip (g_strdup (cells->pdata[i]));

          if (g_ascii_strcasecmp (name, column_names[column]) == 0)
            list->columns[column] = (int) i;
        }
    }

  return list->columns[COLUMN_FILE_NAME] >= 0 && list->columns[COLUMN_LABEL] >= 0;
}

/* Spreadsheets write what their language takes for a separator. */
static gboolean
read_header (List       *list,
             const char *text,
             gsize       length,
             GPtrArray  *cells,
             GError    **error)
{
  static const char separators[] = { ',', ';', '\t' };

  for (gsize i = 0; i < G_N_ELEMENTS (separators); i++)
    {
      emo_csv_reader_init (&list->reader, text, length, separators[i]);
      if (emo_csv_reader_next (&list->reader, cells, NULL, NULL) && find_columns (list, cells))
        return TRUE;
    }
  g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE,
               "%s: expected a first line with the columns file_name and label, and split where there is one", list->dataset->list);

  return FALSE;
}

/* --- Rows --- */

static void
add_problem (List       *list,
             guint64     line,
             const char *what,
             const char *text)
{
  g_autofree char *start = text != NULL ? emo_file_escape_start (text, 200) : NULL;

  if (list->dataset->n_bad_lines++ < MAX_PROBLEMS)
    _emo_dataset_add_problem (list->dataset, "%s: line %" G_GUINT64_FORMAT ": %s%s%s%s", list->dataset->list, line, what,
                              start != NULL ? " \"" : "", start != NULL ? start : "", start != NULL ? "\"" : "");
}

/* What emo_csv_append_text() guards against spreadsheets has an apostrophe more. */
static const char *
skip_guard (const char *text)
{
  const char *p = text + 1;

  if (*text != '\'')
    return text;
  p += strspn (p, " ");

  return *p != '\0' && strchr ("=+-@\t\r\n", *p) != NULL ? text + 1 : text;
}

/* A name's spaces are its own; those of a label or a split stand behind a separator. */
static const char *
get_cell (List      *list,
          GPtrArray *cells,
          Column     column)
{
  int place = list->columns[column];

  if (place < 0)
    return "";

  return skip_guard (column == COLUMN_FILE_NAME ? cells->pdata[place] : g_strstrip (cells->pdata[place]));
}

/* A whole path that leads into the folder is as good as a name from there. */
static const char *
skip_root (List       *list,
           const char *name)
{
  const char *root = list->dataset->root;
  gsize length = strlen (root);

  return g_str_has_prefix (name, root) && name[length] == '/' ? name + length + 1 : name;
}

/* A list names what is in its folder, and nothing else. */
static gboolean
leads_outside (const char *name)
{
  g_auto(GStrv) parts = g_strsplit (name, "/", -1);

  return g_path_is_absolute (name) || g_strv_contains ((const char * const *) parts, "..");
}

/* -1: none, -2: no split has that name. */
static int
parse_split (const char *name)
{
  int split = _emo_split_from_string (name);

  return split < 0 && *name != '\0' ? -2 : split;
}

/* Why a row cannot be used, and the text that shows it. */
static const char *
find_fault (List        *list,
            const char  *name,
            const char  *label,
            const char  *split,
            const char **text)
{
  *text = name;
  if (*name == '\0')
    return "no file_name";
  if (leads_outside (name))
    return "outside the list's folder:";
  if (g_hash_table_contains (list->names, name))
    return "named before:";
  *text = label;
  if (*label == '\0')
    return "no label";
  if (!g_utf8_validate (label, -1, NULL))
    return "a label that is not UTF-8:";
  if (list->labels != NULL && emo_label_set_find (list->labels, label) < 0)
    return "none of the labels:";
  *text = split;
  if (parse_split (split) == -2)
    return "expected train, val, test or nothing for split, found";

  return NULL;
}

static void
add_item (List       *list,
          const char *name,
          const char *label,
          int         split,
          guint64     line)
{
  g_autofree char *path = g_build_filename (list->dataset->root, name, NULL);
  EmoDatasetItem *item;
  const char *kept;

  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
    {
      add_problem (list, line, "there is no file", name);
      return;
    }
  kept = g_hash_table_lookup (list->label_names, label);
  if (kept == NULL)
    {
      char *copy = g_strdup (label);

      g_hash_table_insert (list->label_names, copy, copy);
      kept = copy;
    }
  item = g_new0 (EmoDatasetItem, 1);
  item->path = g_steal_pointer (&path);
  item->file_name = g_strdup (name);
  item->split = split >= 0 ? (EmoSplit) split : EMO_SPLIT_TRAIN;
  list->has_splits |= split >= 0;
  g_ptr_array_add (list->dataset->items, item);
  g_ptr_array_add (list->row_labels, (gpointer) kept);
  g_hash_table_add (list->names, item->file_name);
}

static void
read_row (List      *list,
          GPtrArray *cells,
          guint64    line)
{
  const char *name, *label, *split, *text, *fault;

  if (cells->len != list->n_cells)
    {
      g_autofree char *found = g_strdup_printf ("%u", cells->len);

      add_problem (list, line, "expected as many cells as the first line has, found", found);
      return;
    }
  name = skip_root (list, get_cell (list, cells, COLUMN_FILE_NAME));
  label = get_cell (list, cells, COLUMN_LABEL);
  split = get_cell (list, cells, COLUMN_SPLIT);
  fault = find_fault (list, name, label, split, &text);
  if (fault != NULL)
    add_problem (list, line, fault, *text != '\0' ? text : NULL);
  else
    add_item (list, name, label, parse_split (split), line);
}

static void
read_rows (List      *list,
           GPtrArray *cells)
{
  for (;;)
    {
      g_autoptr(GError) error = NULL;
      guint64 line;

      if (emo_csv_reader_next (&list->reader, cells, &line, &error))
        read_row (list, cells, line);
      else if (error == NULL)
        break;
      else if (list->dataset->n_bad_lines++ < MAX_PROBLEMS)
        _emo_dataset_add_problem (list->dataset, "%s: %s", list->dataset->list, error->message);
    }
  if (list->dataset->n_bad_lines > MAX_PROBLEMS)
    _emo_dataset_add_problem (list->dataset, "%s: %u more lines cannot be used", list->dataset->list, list->dataset->n_bad_lines - MAX_PROBLEMS);
}

/* --- Labels --- */

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(char * const *) a, *(char * const *) b);
}

static EmoLabelSet *
make_labels (List    *list,
             GError **error)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer name;

  if (list->labels != NULL)
    return emo_label_set_ref (list->labels);
  g_hash_table_iter_init (&iter, list->label_names);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    g_ptr_array_add (names, name);
  g_ptr_array_sort (names, compare_names);
  if (names->len < 2)
    {
      g_autofree char *reason = _emo_dataset_dup_reason (list->dataset);

      g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "%s: expected pictures of two or more labels, found %s%s",
                   list->dataset->list, names->len == 0 ? "none" : (char *) names->pdata[0], reason);
      return NULL;
    }
  g_ptr_array_add (names, NULL);

  return emo_label_set_new ((const char * const *) names->pdata, error);
}

static gboolean
set_labels (List    *list,
            GError **error)
{
  EmoDataset *self = list->dataset;

  self->labels = make_labels (list, error);
  if (self->labels == NULL)
    return FALSE;
  for (guint i = 0; i < self->items->len; i++)
    ((EmoDatasetItem *) self->items->pdata[i])->label = (guint) emo_label_set_find (self->labels, list->row_labels->pdata[i]);

  return TRUE;
}

gboolean
_emo_dataset_read_list (EmoDataset   *self,
                        const char   *path,
                        EmoLabelSet  *labels,
                        gboolean     *has_splits,
                        GError      **error)
{
  g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GBytes) bytes = emo_file_read (path, MAX_LIST, error);
  g_auto(List) list = { .dataset = self, .labels = labels };
  const char *text;
  gsize length;

  if (bytes == NULL)
    return FALSE;
  text = g_bytes_get_data (bytes, &length);
  self->list = emo_file_escape_name (path);
  list.names = g_hash_table_new (g_str_hash, g_str_equal);
  list.row_labels = g_ptr_array_new ();
  list.label_names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (!read_header (&list, text, length, cells, error))
    return FALSE;
  read_rows (&list, cells);
  *has_splits = list.has_splits;

  return set_labels (&list, error);
}
