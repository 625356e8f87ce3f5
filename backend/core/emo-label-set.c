/* emo-label-set.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-error.h"
#include "emo-label-set.h"

struct _EmoLabelSet
{
  gatomicrefcount ref_count;
  guint           size;
  char          **labels; /* [size], then NULL */
};

G_DEFINE_BOXED_TYPE (EmoLabelSet, emo_label_set, emo_label_set_ref, emo_label_set_unref)

static gboolean
check_label (const char * const *labels,
             guint               index,
             GError            **error)
{
  const char *label = labels[index];

  if (label[0] == '\0' || !g_utf8_validate (label, -1, NULL))
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE,
                   "Label %u is %s", index + 1,
                   label[0] == '\0' ? "empty" : "not UTF-8");
      return FALSE;
    }

  for (guint i = 0; i < index; i++)
    {
      if (g_str_equal (labels[i], label))
        {
          g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE,
                       "Label %u repeats label %u, “%s”", index + 1, i + 1, label);
          return FALSE;
        }
    }

  return TRUE;
}

/**
 * emo_label_set_new:
 * @labels: (array zero-terminated=1): the class names, in the model's order
 * @error: return location
 *
 * Copies the names. Their order is kept, never sorted: the head's and the
 * gate's rows are in it.
 *
 * Returns: (transfer full) (nullable): the set, or %NULL with
 *   %EMO_ERROR_INVALID_FILE for fewer than two labels, an empty, invalid or
 *   repeated one, or more than %EMO_LABEL_SET_MAX
 */
EmoLabelSet *
emo_label_set_new (const char * const *labels,
                   GError            **error)
{
  EmoLabelSet *self;
  guint size = 0;

  g_return_val_if_fail (labels != NULL, NULL);

  while (size <= EMO_LABEL_SET_MAX && labels[size] != NULL)
    size++;

  if (size < 2 || size > EMO_LABEL_SET_MAX)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE,
                   "Expected 2 to %d labels, found %s%u", EMO_LABEL_SET_MAX,
                   size > EMO_LABEL_SET_MAX ? "at least " : "", size);
      return NULL;
    }

  for (guint i = 0; i < size; i++)
    {
      if (!check_label (labels, i, error))
        return NULL;
    }

  self = g_new0 (EmoLabelSet, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->size = size;
  self->labels = g_strdupv ((char **) labels);

  return self;
}

/**
 * emo_label_set_new_mikels:
 *
 * The eight emotions of Mikels et al., in alphabetical order, as FI and
 * EmoSet name them.
 *
 * Returns: (transfer full): the set
 */
EmoLabelSet *
emo_label_set_new_mikels (void)
{
  static const char * const labels[] = {
    "amusement", "anger", "awe", "contentment",
    "disgust", "excitement", "fear", "sadness", NULL
  };

  return emo_label_set_new (labels, NULL);
}

/**
 * emo_label_set_new_named:
 * @name: "mikels", "emotion6" or "polarity"
 *
 * The labels of a public set, in alphabetical order.
 *
 * Returns: (transfer full) (nullable): the set, or %NULL for another name
 */
EmoLabelSet *
emo_label_set_new_named (const char *name)
{
  static const char * const emotion6[] = { "anger", "disgust", "fear", "joy", "sadness", "surprise", NULL };
  static const char * const polarity[] = { "negative", "positive", NULL };

  g_return_val_if_fail (name != NULL, NULL);

  if (g_str_equal (name, "mikels"))
    return emo_label_set_new_mikels ();
  if (g_str_equal (name, "emotion6"))
    return emo_label_set_new (emotion6, NULL);
  if (g_str_equal (name, "polarity"))
    return emo_label_set_new (polarity, NULL);

  return NULL;
}

/**
 * emo_label_set_ref:
 * @self: a label set
 *
 * Returns: (transfer full): @self, with one reference more
 */
EmoLabelSet *
emo_label_set_ref (EmoLabelSet *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/**
 * emo_label_set_unref:
 * @self: (transfer full): a label set
 *
 * Gives a reference back; the last one frees the set. Any thread may.
 */
void
emo_label_set_unref (EmoLabelSet *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_strfreev (self->labels);
  g_free (self);
}

/**
 * emo_label_set_get_size:
 * @self: a label set
 *
 * Returns: the number of labels, at least two
 */
guint
emo_label_set_get_size (EmoLabelSet *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->size;
}

/**
 * emo_label_set_get_label:
 * @self: a label set
 * @index: below the size
 *
 * Returns: (transfer none): the name at @index
 */
const char *
emo_label_set_get_label (EmoLabelSet *self,
                         guint        index)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (index < self->size, NULL);

  return self->labels[index];
}

/**
 * emo_label_set_get_labels:
 * @self: a label set
 *
 * Returns: (transfer none) (array zero-terminated=1): all names
 */
const char * const *
emo_label_set_get_labels (EmoLabelSet *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return (const char * const *) self->labels;
}

/**
 * emo_label_set_find:
 * @self: a label set
 * @label: (nullable): a name, case-sensitive
 *
 * Returns: the index of @label, or -1
 */
int
emo_label_set_find (EmoLabelSet *self,
                    const char  *label)
{
  g_return_val_if_fail (self != NULL, -1);

  for (guint i = 0; label != NULL && i < self->size; i++)
    {
      if (g_str_equal (self->labels[i], label))
        return (int) i;
    }

  return -1;
}
