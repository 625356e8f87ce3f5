/* emo-safetensors-writer.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "emo-error.h"
#include "emo-file.h"
#include "emo-json.h"
#include "emo-safetensors-private.h"

/* The kernel moves at most 0x7ffff000 bytes in one write. */
#define WRITE_STEP (1 << 30)

/* The order of types in the reference's writer (safetensors 0.4 and later,
 * enum Dtype, from last to first): descending size, so that each tensor is
 * aligned to its element because the data start is aligned to 8. */
static const guint8 type_order[] = {
  [EMO_STORED_I64] = 0,
  [EMO_STORED_F64] = 1,
  [EMO_STORED_F32] = 2,
  [EMO_STORED_I32] = 3,
  [EMO_STORED_BF16] = 4,
  [EMO_STORED_F16] = 5,
  [EMO_STORED_I16] = 6,
  [EMO_STORED_I8] = 7,
  [EMO_STORED_U8] = 8,
  [EMO_STORED_BOOL] = 9,
};

static int
compare_tensors (gconstpointer a,
                 gconstpointer b)
{
  const EmoStoredTensor *left = *(const EmoStoredTensor *const *) a;
  const EmoStoredTensor *right = *(const EmoStoredTensor *const *) b;

  if (left->stored != right->stored)
    return type_order[left->stored] - type_order[right->stored];
  return strcmp (left->name, right->name);
}

/* What emo_safetensors_open() would refuse is refused here, before the disk is
 * touched. */
static gboolean
check_tensor (const EmoStoredTensor *tensor,
              GHashTable            *names,
              GError               **error)
{
  guint64 expected = 0;
  g_autofree char *shown = emo_file_escape_start (tensor->name, 200);

  if (!g_utf8_validate (tensor->name, -1, NULL) || strlen (tensor->name) > EMO_SAFETENSORS_MAX_NAME ||
      g_str_equal (tensor->name, "__metadata__"))
    g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "\"%s\" cannot name a tensor", shown);
  else if (!g_hash_table_add (names, (gpointer) tensor->name))
    g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "Two tensors are named \"%s\"", shown);
  else if (tensor->rank > EMO_SAFETENSORS_MAX_RANK ||
           !_emo_stored_multiply (tensor->stored, tensor->shape, tensor->rank, &expected) || expected != tensor->n_bytes)
    g_set_error (error, EMO_ERROR, EMO_ERROR_SHAPE,
                 "Tensor \"%s\" has %" G_GSIZE_FORMAT " bytes, its shape and type need %" G_GUINT64_FORMAT,
                 shown, tensor->n_bytes, expected);
  else
    return TRUE;
  return FALSE;
}

static GPtrArray *
sort_tensors (const EmoStoredTensor *tensors,
              guint                  n_tensors,
              GError               **error)
{
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

  if (n_tensors > EMO_SAFETENSORS_MAX_TENSORS)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_LIMIT, "%u tensors, at most %d are written", n_tensors, EMO_SAFETENSORS_MAX_TENSORS);
      return NULL;
    }
  for (guint i = 0; i < n_tensors; i++)
    {
      if (!check_tensor (&tensors[i], names, error))
        return NULL;
      g_ptr_array_add (sorted, (gpointer) &tensors[i]);
    }
  g_ptr_array_sort (sorted, compare_tensors);
  return g_steal_pointer (&sorted);
}

static void
append_metadata (GString           *header,
                 const char *const *metadata,
                 gboolean           sealed)
{
  g_string_append (header, "\"__metadata__\":{");
  if (sealed)
    g_string_append (header, EMO_SEAL_ENTRY);
  for (guint i = 0; metadata != NULL && metadata[i] != NULL && metadata[i + 1] != NULL; i += 2)
    {
      if (i > 0 || sealed)
        g_string_append_c (header, ',');
      emo_json_append_string (header, metadata[i]);
      g_string_append_c (header, ':');
      emo_json_append_string (header, metadata[i + 1]);
    }
  g_string_append_c (header, '}');
}

static void
append_tensor (GString               *header,
               const EmoStoredTensor *tensor,
               guint64               *offset)
{
  emo_json_append_string (header, tensor->name);
  g_string_append_printf (header, ":{\"dtype\":\"%s\",\"shape\":[", emo_stored_to_string (tensor->stored));
  for (guint i = 0; i < tensor->rank; i++)
    g_string_append_printf (header, i > 0 ? ",%" G_GINT64_FORMAT : "%" G_GINT64_FORMAT, tensor->shape[i]);
  g_string_append_printf (header, "],\"data_offsets\":[%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT "]}",
                          *offset, *offset + tensor->n_bytes);
  *offset += tensor->n_bytes;
}

/* The 8 bytes of length and the JSON, padded with spaces to 8. */
static GString *
build_header (GPtrArray         *sorted,
              const char *const *metadata,
              gboolean           sealed,
              GError           **error)
{
  g_autoptr (GString) header = g_string_new ("        {");
  guint64 offset = 0, length;

  if (sealed || (metadata != NULL && metadata[0] != NULL))
    append_metadata (header, metadata, sealed);
  for (guint i = 0; i < sorted->len; i++)
    {
      if (header->str[header->len - 1] == '}')
        g_string_append_c (header, ',');
      append_tensor (header, sorted->pdata[i], &offset);
    }
  g_string_append_c (header, '}');
  while (header->len % 8 != 0)
    g_string_append_c (header, ' ');
  length = header->len - 8;
  if (length > EMO_SAFETENSORS_MAX_HEADER)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_LIMIT, "header of %" G_GUINT64_FORMAT " bytes, at most %d are written",
                   length, EMO_SAFETENSORS_MAX_HEADER);
      return NULL;
    }
  for (guint i = 0; i < 8; i++)
    header->str[i] = (char) (length >> (8 * i));
  return g_steal_pointer (&header);
}

static gboolean
write_all (int         fd,
           const void *data,
           gsize       length)
{
  const guint8 *next = data;

  while (length > 0)
    {
      gssize n = write (fd, next, MIN (length, WRITE_STEP));

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return FALSE;
      next += n;
      length -= n;
    }
  return TRUE;
}

static gboolean
write_content (int        fd,
               GString   *header,
               GPtrArray *sorted)
{
  if (!write_all (fd, header->str, header->len))
    return FALSE;
  for (guint i = 0; i < sorted->len; i++)
    {
      const EmoStoredTensor *tensor = sorted->pdata[i];

      if (!write_all (fd, tensor->data, tensor->n_bytes))
        return FALSE;
    }
  return fsync (fd) == 0;
}

/* A rename is durable once its folder is on the disk. */
static gboolean
sync_folder_of (const char *path,
                GError    **error)
{
  g_autofree char *folder = g_path_get_dirname (path);

  return emo_file_sync_folder (folder, error);
}

static gboolean
write_file (const char *path,
            GString    *header,
            GPtrArray  *sorted,
            GError    **error)
{
  g_autofree char *temporary = g_strconcat (path, ".XXXXXX", NULL);
  int fd = g_mkstemp_full (temporary, O_WRONLY | O_CLOEXEC, 0666);
  gboolean ok;

  if (fd < 0)
    return emo_file_set_error (error, path, "cannot create the file", errno);
  ok = write_content (fd, header, sorted) || emo_file_set_error (error, path, "cannot write", errno);
  if (close (fd) != 0 && ok)
    ok = emo_file_set_error (error, path, "cannot write", errno);
  if (ok && g_rename (temporary, path) != 0)
    ok = emo_file_set_error (error, path, "cannot rename the finished file", errno);
  if (!ok)
    g_unlink (temporary);
  return ok && sync_folder_of (path, error);
}

static gboolean
save (const char            *path,
      const EmoStoredTensor *tensors,
      guint                  n_tensors,
      const char *const     *metadata,
      gboolean               sealed,
      GError               **error)
{
  g_autoptr (GPtrArray) sorted = sort_tensors (tensors, n_tensors, error);
  g_autoptr (GString) header = NULL;

  if (sorted == NULL)
    return FALSE;
  header = build_header (sorted, metadata, sealed, error);
  if (header == NULL)
    return FALSE;
  if (sealed)
    _emo_seal_write (header, sorted);
  return write_file (path, header, sorted, error);
}

/**
 * emo_safetensors_save:
 * @path: the file to write
 * @tensors: (array length=n_tensors): tensors in any order; their data is
 *   borrowed
 * @n_tensors: their number
 * @metadata: (nullable): key, text, ..., NULL
 * @error: return location
 *
 * Writes a safetensors file, byte for byte as the reference's library writes
 * the same tensors (with more than one key of metadata its order varies). A
 * file that stands under @path is replaced whole or left alone; that the disk
 * failed after it was replaced is a failure too.
 *
 * Returns: FALSE with %EMO_ERROR_INVALID_FILE (names), %EMO_ERROR_SHAPE,
 *   %EMO_ERROR_LIMIT, %EMO_ERROR_NO_SPACE or %EMO_ERROR_IO
 */
gboolean
emo_safetensors_save (const char            *path,
                      const EmoStoredTensor *tensors,
                      guint                  n_tensors,
                      const char *const     *metadata,
                      GError               **error)
{
  g_return_val_if_fail (path != NULL, FALSE);
  g_return_val_if_fail (tensors != NULL || n_tensors == 0, FALSE);

  return save (path, tensors, n_tensors, metadata, FALSE, error);
}

/**
 * emo_safetensors_save_sealed:
 * @path: the file to write
 * @tensors: (array length=n_tensors): tensors in any order; their data is
 *   borrowed
 * @n_tensors: their number
 * @metadata: (nullable): key, text, ..., NULL, without "sha256"
 * @error: return location
 *
 * As emo_safetensors_save(), with the file's SHA-256 in its metadata under
 * "sha256", which emo_safetensors_check_seal() compares. It covers every byte of
 * the file, the 64 digits themselves counted as zeros.
 *
 * Returns: as emo_safetensors_save()
 */
gboolean
emo_safetensors_save_sealed (const char            *path,
                             const EmoStoredTensor *tensors,
                             guint                  n_tensors,
                             const char *const     *metadata,
                             GError               **error)
{
  g_return_val_if_fail (path != NULL, FALSE);
  g_return_val_if_fail (tensors != NULL || n_tensors == 0, FALSE);

  return save (path, tensors, n_tensors, metadata, TRUE, error);
}
