/* emo-safetensors-seal.c: a file that says what its own hash is
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-error.h"
#include "emo-hash.h"
#include "emo-safetensors-private.h"

/* What a sealed file begins with, after the 8 bytes of the header's length. */
#define SEAL_START "{\"__metadata__\":{\"sha256\":\""

#define PREFIX      8
#define SEAL_OFFSET (PREFIX + sizeof SEAL_START - 1)
#define SEAL_LENGTH 64

static const char zeros[] = "0000000000000000000000000000000000000000000000000000000000000000";
G_STATIC_ASSERT (sizeof zeros == SEAL_LENGTH + 1);

static struct iovec
piece (const void *data,
       gsize       length)
{
  return (struct iovec){ (void *) data, length };
}

void
_emo_seal_write (GString   *header,
                 GPtrArray *sorted)
{
  g_autofree struct iovec *pieces = g_new (struct iovec, sorted->len + 1);
  g_autofree char *text = NULL;

  g_assert (header->len > SEAL_OFFSET + SEAL_LENGTH && memcmp (header->str + SEAL_OFFSET, zeros, SEAL_LENGTH) == 0);

  pieces[0] = piece (header->str, header->len);
  for (guint i = 0; i < sorted->len; i++)
    {
      const EmoStoredTensor *tensor = sorted->pdata[i];

      pieces[i + 1] = piece (tensor->data, tensor->n_bytes);
    }
  text = emo_hash_pieces (pieces, sorted->len + 1);
  memcpy (header->str + SEAL_OFFSET, text, SEAL_LENGTH);
}

/* A file that is none of ours may hold anything in that place. */
static gboolean
has_seal (const guint8 *data,
          gsize         length)
{
  if (length < SEAL_OFFSET + SEAL_LENGTH || memcmp (data + PREFIX, SEAL_START, sizeof SEAL_START - 1) != 0)
    return FALSE;
  for (guint i = 0; i < SEAL_LENGTH; i++)
    if (!g_ascii_isxdigit (data[SEAL_OFFSET + i]))
      return FALSE;
  return TRUE;
}

gboolean
_emo_shard_check_seal (EmoShard *self,
                       GError  **error)
{
  const guint8 *data = emo_mapped_file_get_data (self->file);
  gsize length = emo_mapped_file_get_length (self->file);
  const gsize after = SEAL_OFFSET + SEAL_LENGTH;
  g_autofree char *found = NULL;

  if (!has_seal (data, length))
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_CHECKSUM, "%s: expected the file's SHA-256 at the start of its metadata, found none",
                   self->display_name);
      return FALSE;
    }
  found = emo_hash_pieces ((struct iovec[]) { piece (data, SEAL_OFFSET), piece (zeros, SEAL_LENGTH), piece (data + after, length - after) }, 3);
  if (!emo_mapped_file_check (self->file, error))
    return FALSE;
  if (memcmp (found, data + SEAL_OFFSET, SEAL_LENGTH) != 0)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_CHECKSUM, "%s: the content is not what was saved: expected SHA-256 %.*s, found %s",
                   self->display_name, SEAL_LENGTH, data + SEAL_OFFSET, found);
      return FALSE;
    }
  return TRUE;
}
