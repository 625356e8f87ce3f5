/* emo-json-index.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-json-private.h"
#include "emo-keyed-hash.h"

/* The hash index of large objects. */

static guint32 *
object_buckets (const EmoJsonObject *object,
                guint32              length)
{
  return (guint32 *) (gpointer) &object->members[length];
}

/* The bucket that holds @key, or the empty one where it would go. */
static guint32 *
find_bucket (const EmoJsonObject *object,
             guint32              length,
             const char          *key)
{
  guint32 *buckets = object_buckets (object, length);
  guint32 mask = object->n_buckets - 1;
  guint32 i = emo_keyed_hash_string (key) & mask;

  while (buckets[i] != 0 && strcmp (object->members[buckets[i] - 1].key, key) != 0)
    i = (i + 1) & mask;

  return &buckets[i];
}

/* The member of @object, which has @length of them, that is named @key. */
const EmoJsonMember *
_emo_json_object_find (const EmoJsonObject *object,
                       guint32              length,
                       const char          *key)
{
  if (object->n_buckets > 0)
    {
      guint32 position = *find_bucket (object, length, key);

      return position > 0 ? &object->members[position - 1] : NULL;
    }

  for (guint32 i = 0; i < length; i++)
    {
      if (strcmp (object->members[i].key, key) == 0)
        return &object->members[i];
    }

  return NULL;
}

/* Fills the zeroed buckets of @object and finds a key that is there twice. */
gboolean
_emo_json_object_index (EmoJsonObject *object,
                        guint32        length,
                        guint32       *duplicate)
{
  for (guint32 i = 0; i < length; i++)
    {
      const char *key = object->members[i].key;

      *duplicate = i;

      if (object->n_buckets > 0)
        {
          guint32 *bucket = find_bucket (object, length, key);

          if (*bucket != 0)
            return FALSE;

          *bucket = i + 1;
        }
      else if (_emo_json_object_find (object, i, key) != NULL)
        {
          return FALSE;
        }
    }

  return TRUE;
}
