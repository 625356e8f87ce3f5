/* emo-word-list.c: the words of descriptions
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-word-list.h"

/* A word of fewer pictures is not learned, one of more says nothing. */
#define LEAST_SHARE 0.002
#define MOST_SHARE  0.5

struct _EmoWordList
{
  GHashTable *places;     /* word -> its place + 1 */
  guint       n_labels;   /* they come first */
  guint       n;
};

typedef struct
{
  const char *word;       /* the table's */
  guint       count;
} Counted;

typedef void (*WordFunc) (const char *word,
                          gpointer    user_data);

/* Letters that follow one another, in small ones. */
static void
foreach_word (const char *text,
              WordFunc    func,
              gpointer    user_data)
{
  g_autofree char *small = text != NULL ? g_utf8_strdown (text, -1) : NULL;
  const char *start = small;

  while (start != NULL && *start != '\0')
    {
      const char *end = start;
      g_autofree char *word = NULL;

      while (*end != '\0' && g_unichar_isalpha (g_utf8_get_char (end)))
        end = g_utf8_next_char (end);
      if (end == start)
        {
          start = g_utf8_next_char (start);
          continue;
        }
      word = g_strndup (start, end - start);
      func (word, user_data);
      start = end;
    }
}

/* --- Counting --- */

static void
collect_cb (const char *word,
            gpointer    user_data)
{
  g_hash_table_add (user_data, g_strdup (word));
}

/* Pictures that each word describes. */
static void
count_item (GHashTable           *counts,
            const EmoDatasetItem *item)
{
  g_autoptr(GHashTable) words = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GHashTableIter iter;
  gpointer word;

  foreach_word (item->observation, collect_cb, words);
  foreach_word (item->reason, collect_cb, words);
  g_hash_table_iter_init (&iter, words);
  while (g_hash_table_iter_next (&iter, &word, NULL))
    {
      guint count = GPOINTER_TO_UINT (g_hash_table_lookup (counts, word));

      g_hash_table_insert (counts, g_strdup (word), GUINT_TO_POINTER (count + 1));
    }
}

static int
compare_counted (gconstpointer a,
                 gconstpointer b)
{
  const Counted *first = a, *second = b;

  if (first->count != second->count)
    return first->count > second->count ? -1 : 1;

  return strcmp (first->word, second->word);
}

static GArray *
list_useful (GHashTable *counts,
             guint       n_pictures)
{
  GArray *list = g_array_new (FALSE, FALSE, sizeof (Counted));
  GHashTableIter iter;
  gpointer word, count;

  g_hash_table_iter_init (&iter, counts);
  while (g_hash_table_iter_next (&iter, &word, &count))
    {
      Counted one = { word, GPOINTER_TO_UINT (count) };

      if (one.count >= LEAST_SHARE * n_pictures && one.count <= MOST_SHARE * n_pictures)
        g_array_append_val (list, one);
    }
  g_array_sort (list, compare_counted);

  return list;
}

/**
 * emo_word_list_new:
 * @dataset: its train pictures' annotations and labels are read
 *
 * Returns: (transfer full): the words
 */
EmoWordList *
emo_word_list_new (EmoDataset *dataset)
{
  EmoWordList *self = g_new0 (EmoWordList, 1);
  g_autoptr(GHashTable) counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint first = emo_dataset_get_first (dataset, EMO_SPLIT_TRAIN), n = emo_dataset_count (dataset, EMO_SPLIT_TRAIN, -1);
  g_autoptr(GArray) useful = NULL;

  for (guint i = first; i < first + n; i++)
    count_item (counts, emo_dataset_get (dataset, i));
  useful = list_useful (counts, n);
  self->n_labels = self->n = emo_label_set_get_size (emo_dataset_get_labels (dataset));
  self->places = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < useful->len && self->n < EMO_WORD_LIST_MAX; i++)
    g_hash_table_insert (self->places, g_strdup (g_array_index (useful, Counted, i).word), GUINT_TO_POINTER (++self->n));

  return self;
}

/**
 * emo_word_list_free:
 * @self: (transfer full) (nullable): words
 */
void
emo_word_list_free (EmoWordList *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->places);
  g_free (self);
}

guint
emo_word_list_get_n (EmoWordList *self)
{
  return self->n;
}

/* --- Marking --- */

typedef struct
{
  EmoWordList *list;
  float       *targets;
} Marking;

static void
mark_cb (const char *word,
         gpointer    user_data)
{
  Marking *self = user_data;
  guint place = GPOINTER_TO_UINT (g_hash_table_lookup (self->list->places, word));

  if (place > 0)
    self->targets[place - 1] = 1;
}

void
emo_word_list_mark (EmoWordList          *self,
                    const EmoDatasetItem *item,
                    float                *targets)
{
  Marking marking = { self, targets };

  memset (targets, 0, self->n * sizeof *targets);
  targets[item->label] = 1;
  foreach_word (item->observation, mark_cb, &marking);
  foreach_word (item->reason, mark_cb, &marking);
}
