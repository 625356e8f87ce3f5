/* emo-feature-index.c: from a picture's hash to its row
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-feature-index-private.h"
#include "emo-keyed-hash.h"

#define MULTIPLIER G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)

#define MIN_SLOTS 1024

G_STATIC_ASSERT (sizeof (EmoFeatureRecord) == 48);

/* Not against somebody who wants to deceive, whom the folder's owner keeps out,
 * but against disks and power cuts. Eight bytes a step, so that a row of six
 * kilobytes costs a microsecond. Never 0. */
guint64
_emo_feature_checksum (const void *data,
                       gsize       length,
                       guint64     start)
{
  const guint8 *next = data;
  guint64 sum = start ^ length;
  guint64 word;

  for (; length >= sizeof word; length -= sizeof word, next += sizeof word)
    {
      memcpy (&word, next, sizeof word);
      sum = emo_keyed_hash_mix (sum ^ word, MULTIPLIER);
    }
  word = 0;
  memcpy (&word, next, length);
  sum = emo_keyed_hash_mix (sum ^ word ^ G_GUINT64_CONSTANT (0xd6e8feb86659fd93), MULTIPLIER);

  return sum != 0 ? sum : 1;
}

/* With the number, so that a block of the file in another's place is found. */
guint64
_emo_feature_record_check (EmoFeatureRecord *record,
                           guint             number)
{
  return _emo_feature_checksum (record, G_STRUCT_OFFSET (EmoFeatureRecord, check), (guint64) number + 1);
}

static guint
slot_of (EmoFeatureIndex *self,
         const guint8    *key)
{
  guint64 secret = emo_keyed_hash_secret ();
  guint64 hash = secret, word;

  for (guint i = 0; i < EMO_FEATURE_KEY_SIZE; i += sizeof word)
    {
      memcpy (&word, key + i, sizeof word);
      hash = emo_keyed_hash_mix (hash ^ word, secret + MULTIPLIER);
    }

  return (guint) (hash >> 32) & (self->n_slots - 1);
}

/* The slot that leads to the usable record of @key, or the empty one where it
 * would be. */
static guint
find_slot (EmoFeatureIndex *self,
           const guint8    *key)
{
  guint slot = slot_of (self, key);

  for (; self->slots[slot] != 0; slot = (slot + 1) & (self->n_slots - 1))
    {
      EmoFeatureRecord *record = &self->records[self->slots[slot] - 1];

      if (record->check != 0 && memcmp (record->key, key, EMO_FEATURE_KEY_SIZE) == 0)
        break;
    }

  return slot;
}

/* More slots, entered anew; the unusable fall out. */
static gboolean
grow_slots (EmoFeatureIndex *self,
            guint            n_records)
{
  guint n_slots = MAX (self->n_slots, MIN_SLOTS);
  guint32 *slots;

  while (n_slots / 2 < n_records)
    n_slots *= 2;
  if (n_slots == self->n_slots)
    return TRUE;
  slots = g_try_new0 (guint32, n_slots);
  if (slots == NULL)
    return FALSE;
  g_free (self->slots);
  self->slots = slots;
  self->n_slots = n_slots;
  for (guint i = 0; i < self->n_records; i++)
    if (self->records[i].check != 0)
      self->slots[find_slot (self, self->records[i].key)] = i + 1;

  return TRUE;
}

gboolean
_emo_feature_index_reserve (EmoFeatureIndex *self,
                            guint            n_records)
{
  g_assert (n_records <= EMO_FEATURE_CACHE_MAX_ROWS);

  if (n_records > self->n_allocated)
    {
      guint n = MAX (n_records, MIN (self->n_allocated * 2, EMO_FEATURE_CACHE_MAX_ROWS));
      EmoFeatureRecord *records = g_try_renew (EmoFeatureRecord, self->records, n);

      if (records == NULL)
        return FALSE;
      self->records = records;
      self->n_allocated = n;
    }

  return grow_slots (self, n_records);
}

void
_emo_feature_index_enter (EmoFeatureIndex *self,
                          guint            number)
{
  guint slot = find_slot (self, self->records[number].key);

  if (self->slots[slot] != 0)
    self->records[self->slots[slot] - 1].check = 0;
  else
    self->n_usable++;
  self->slots[slot] = number + 1;
}

gint64
_emo_feature_index_find (EmoFeatureIndex *self,
                         const guint8    *key)
{
  return self->n_slots > 0 ? (gint64) self->slots[find_slot (self, key)] - 1 : -1;
}

void
_emo_feature_index_drop (EmoFeatureIndex *self,
                         guint            number)
{
  if (self->records[number].check == 0)
    return;
  self->records[number].check = 0;
  self->n_usable--;
}

void
_emo_feature_index_clear (EmoFeatureIndex *self)
{
  g_free (self->records);
  g_free (self->slots);
  *self = (EmoFeatureIndex) { NULL };
}
