/* emo-shard.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "emo-error.h"
#include "emo-file.h"
#include "emo-json.h"
#include "emo-keyed-hash.h"
#include "emo-safetensors-private.h"

/* A safetensors file is: 8 bytes, the length N of the header, little endian;
 * N bytes of JSON, {"name": {"dtype", "shape", "data_offsets": [begin, end]},
 * ..., "__metadata__": {"key": "text"}}; then the data, which the tensors
 * cover without hole or overlap. Every number is an enemy's until proved. */
#define PREFIX 8

/* More structure than any legal header has: 100,000 tensors of rank 8 make
 * about 20 marks each. It bounds the memory of the JSON document, which takes
 * about 40 bytes a mark, before anything is built. */
#define MAX_MARKS (G_GUINT64_CONSTANT (25) * EMO_SAFETENSORS_MAX_TENSORS)

/* Training programs keep their whole settings in one text, some megabytes. */
#define MAX_METADATA_TEXT (16 * 1024 * 1024)

G_GNUC_PRINTF (4, 5)
static gboolean
fail (EmoShard   *self,
      GError    **error,
      EmoError    code,
      const char *format,
      ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, EMO_ERROR, code, "%s: %s", self->display_name, text);
  return FALSE;
}

/* The same for one tensor. A name may hold anything that JSON can write, and
 * 1,024 bytes of it. */
G_GNUC_PRINTF (5, 6)
static gboolean
fail_tensor (EmoShard   *self,
             const char *name,
             GError    **error,
             EmoError    code,
             const char *format,
             ...)
{
  g_autofree char *text = NULL;
  g_autofree char *shown = emo_file_escape_start (name, 200);
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  return fail (self, error, code, "tensor \"%s\": %s", shown, text);
}

/* What torch.save() writes, in words; NULL: it is something else. */
static const char *
find_pickle (const guint8 *prefix)
{
  if (memcmp (prefix, "PK\3\4", 4) == 0)
    return "a ZIP archive, as torch.save() writes";

  return prefix[0] == 0x80 && prefix[1] >= 2 && prefix[1] <= 5 ? "a pickle, as torch.save() wrote" : NULL;
}

/* Proves the header's length before the file is mapped or memory is taken. */
static gboolean
check_prefix (EmoShard *self,
              int       fd,
              gsize     size,
              guint64  *header_length,
              GError  **error)
{
  guint8 prefix[PREFIX];
  guint64 n = 0;
  gssize got;

  if (size > (guint64) EMO_SAFETENSORS_MAX_FILE)
    return fail (self, error, EMO_ERROR_LIMIT, "%" G_GSIZE_FORMAT " bytes, at most %" G_GINT64_FORMAT " are read",
                 size, EMO_SAFETENSORS_MAX_FILE);
  if (size <= PREFIX)
    return fail (self, error, EMO_ERROR_TRUNCATED, "the file ends after %" G_GSIZE_FORMAT " bytes, before a safetensors header", size);
  do
    got = pread (fd, prefix, PREFIX, 0);
  while (got < 0 && errno == EINTR);
  if (got != PREFIX)
    return fail (self, error, EMO_ERROR_IO, "cannot read the length of the header");

  for (guint i = 0; i < PREFIX; i++)
    n |= (guint64) prefix[i] << (8 * i);
  if (n > size - PREFIX && find_pickle (prefix) != NULL)
    return fail (self, error, EMO_ERROR_UNSUPPORTED,
                 "no safetensors file but %s: pickled weights could run code; write them with safetensors.torch.save_file() instead",
                 find_pickle (prefix));
  if (n == 0 || n > size - PREFIX)
    return fail (self, error, EMO_ERROR_INVALID_FILE,
                 "no safetensors file: header of %" G_GUINT64_FORMAT " bytes announced, %" G_GSIZE_FORMAT " follow",
                 n, size - PREFIX);
  if (n > EMO_SAFETENSORS_MAX_HEADER)
    return fail (self, error, EMO_ERROR_LIMIT, "header of %" G_GUINT64_FORMAT " bytes, at most %d are read",
                 n, EMO_SAFETENSORS_MAX_HEADER);
  *header_length = n;
  return TRUE;
}

/* Counts the JSON marks outside of strings: a cheap look that keeps a header of
 * 100 MB of brackets from becoming gigabytes of nodes. */
static gboolean
check_marks (EmoShard   *self,
             const char *text,
             gsize       length,
             GError    **error)
{
  guint64 n_marks = 0, n_objects = 0;
  gboolean quoted = FALSE;

  for (gsize i = 0; i < length; i++)
    {
      char c = text[i];

      if (c == '"')
        quoted = !quoted;
      else if (quoted)
        i += c == '\\';
      else if (c == '{' || c == '[' || c == ',' || c == ':')
        {
          n_marks++;
          n_objects += c == '{';
        }
    }
  /* The root and the metadata are objects too. */
  if (n_objects <= EMO_SAFETENSORS_MAX_TENSORS + 2 && n_marks <= MAX_MARKS)
    return TRUE;
  return fail (self, error, EMO_ERROR_LIMIT,
               "the header has %" G_GUINT64_FORMAT " objects and %" G_GUINT64_FORMAT " marks; at most %d tensors are read",
               n_objects, n_marks, EMO_SAFETENSORS_MAX_TENSORS);
}

static gboolean
read_metadata (EmoShard           *self,
               const EmoJsonValue *value,
               GError            **error)
{
  if (emo_json_value_get_type (value) != EMO_JSON_OBJECT)
    return fail (self, error, EMO_ERROR_INVALID_FILE, "\"__metadata__\" is no object");
  self->metadata = g_hash_table_new_full (emo_keyed_hash_string, g_str_equal, g_free, g_free);
  for (gsize i = 0; i < emo_json_value_get_length (value); i++)
    {
      const char *text = emo_json_value_get_string (emo_json_value_get_element (value, i));

      if (text == NULL)
        return fail (self, error, EMO_ERROR_INVALID_FILE, "\"__metadata__\" holds something that is no text");
      if (strlen (text) > MAX_METADATA_TEXT)
        return fail (self, error, EMO_ERROR_LIMIT, "\"__metadata__\" holds a text of %" G_GSIZE_FORMAT " bytes, at most %d are read",
                     strlen (text), MAX_METADATA_TEXT);
      g_hash_table_insert (self->metadata, g_strdup (emo_json_value_get_key (value, i)), g_strdup (text));
    }
  return TRUE;
}

static gboolean
read_shape (EmoShard           *self,
            const EmoJsonValue *value,
            EmoStoredTensor    *tensor,
            GError            **error)
{
  if (value == NULL || emo_json_value_get_type (value) != EMO_JSON_ARRAY)
    return fail_tensor (self, tensor->name, error, EMO_ERROR_INVALID_FILE, "\"shape\" is missing or no list");
  if (emo_json_value_get_length (value) > EMO_SAFETENSORS_MAX_RANK)
    return fail_tensor (self, tensor->name, error, EMO_ERROR_LIMIT, "%" G_GSIZE_FORMAT " dimensions, at most %d are read",
                        emo_json_value_get_length (value), EMO_SAFETENSORS_MAX_RANK);
  tensor->rank = (guint) emo_json_value_get_length (value);
  for (guint i = 0; i < tensor->rank; i++)
    {
      guint64 size;

      if (!emo_json_value_get_uint64 (emo_json_value_get_element (value, i), &size) || size > G_MAXINT64)
        return fail_tensor (self, tensor->name, error, EMO_ERROR_INVALID_FILE, "dimension %u of \"shape\" is no size", i);
      tensor->shape[i] = (gint64) size;
    }
  return TRUE;
}

static gboolean
read_dtype (EmoShard           *self,
            const EmoJsonValue *value,
            EmoStoredTensor    *tensor,
            GError            **error)
{
  const char *text = value != NULL ? emo_json_value_get_string (value) : NULL;
  g_autofree char *shown = NULL;

  if (text == NULL)
    return fail_tensor (self, tensor->name, error, EMO_ERROR_INVALID_FILE, "\"dtype\" is missing or no text");
  if (_emo_stored_from_string (text, &tensor->stored))
    return TRUE;
  shown = emo_file_escape_start (text, 40);
  return fail_tensor (self, tensor->name, error, EMO_ERROR_UNSUPPORTED,
                      "type \"%s\" is not supported; F32, F16, BF16, F64 and plain integers are", shown);
}

/* Offsets count from the start of the data. The end is compared with the data's
 * length later, when it is known whether the tensors cover it. */
static gboolean
read_offsets (EmoShard           *self,
              const EmoJsonValue *value,
              EmoStoredTensor    *tensor,
              guint64            *begin,
              GError            **error)
{
  guint64 end, expected;

  if (value == NULL || emo_json_value_get_type (value) != EMO_JSON_ARRAY || emo_json_value_get_length (value) != 2 ||
      !emo_json_value_get_uint64 (emo_json_value_get_element (value, 0), begin) ||
      !emo_json_value_get_uint64 (emo_json_value_get_element (value, 1), &end))
    return fail_tensor (self, tensor->name, error, EMO_ERROR_INVALID_FILE, "\"data_offsets\" is missing or no pair of offsets");
  if (*begin > end)
    return fail_tensor (self, tensor->name, error, EMO_ERROR_INVALID_FILE,
                        "begins at %" G_GUINT64_FORMAT " and ends before, at %" G_GUINT64_FORMAT, *begin, end);
  if (!_emo_stored_multiply (tensor->stored, tensor->shape, tensor->rank, &expected))
    return fail_tensor (self, tensor->name, error, EMO_ERROR_INVALID_FILE, "the shape is larger than any memory");
  if (end - *begin != expected)
    return fail_tensor (self, tensor->name, error, EMO_ERROR_INVALID_FILE,
                        "shape and type need %" G_GUINT64_FORMAT " bytes, the offsets give %" G_GUINT64_FORMAT,
                        expected, end - *begin);
  tensor->n_bytes = end - *begin;
  return TRUE;
}

static gboolean
read_tensor (EmoShard           *self,
             const char         *name,
             const EmoJsonValue *value,
             EmoStoredTensor    *tensor,
             guint64            *begin,
             GError            **error)
{
  if (strlen (name) > EMO_SAFETENSORS_MAX_NAME)
    return fail_tensor (self, name, error, EMO_ERROR_LIMIT, "a name of %" G_GSIZE_FORMAT " bytes, at most %d are read",
                        strlen (name), EMO_SAFETENSORS_MAX_NAME);
  if (emo_json_value_get_type (value) != EMO_JSON_OBJECT)
    return fail_tensor (self, name, error, EMO_ERROR_INVALID_FILE, "the header's entry is no object");
  if (emo_json_value_get_length (value) > 3)
    return fail_tensor (self, name, error, EMO_ERROR_INVALID_FILE, "the header's entry has more than type, shape and offsets");
  tensor->name = g_string_chunk_insert (self->names, name);
  return read_dtype (self, emo_json_value_get_member (value, "dtype"), tensor, error) &&
         read_shape (self, emo_json_value_get_member (value, "shape"), tensor, error) &&
         read_offsets (self, emo_json_value_get_member (value, "data_offsets"), tensor, begin, error);
}

/* A tensor and where its data begins, while the header is being read. */
typedef struct
{
  EmoStoredTensor tensor;
  guint64 begin;
} Placed;

static int
compare_placed (const void *a,
                const void *b)
{
  const Placed *left = a, *right = b;

  if (left->begin != right->begin)
    return left->begin < right->begin ? -1 : 1;
  if (left->tensor.n_bytes != right->tensor.n_bytes)
    return left->tensor.n_bytes < right->tensor.n_bytes ? -1 : 1;
  return strcmp (left->tensor.name, right->tensor.name);
}

/* The tensors have to follow each other from 0 to the end of the file: bytes
 * that belong to nobody could be another file hidden in this one. */
static gboolean
place_tensors (EmoShard     *self,
               Placed       *placed,
               const guint8 *data,
               guint64       available,
               GError      **error)
{
  guint64 expected = 0;

  qsort (placed, self->n_tensors, sizeof *placed, compare_placed);
  for (guint i = 0; i < self->n_tensors; i++)
    {
      EmoStoredTensor *tensor = &placed[i].tensor;

      if (placed[i].begin != expected)
        return fail_tensor (self, tensor->name, error, EMO_ERROR_INVALID_FILE,
                            "begins at %" G_GUINT64_FORMAT " where %" G_GUINT64_FORMAT " is expected: tensors overlap or leave a hole",
                            placed[i].begin, expected);
      expected += tensor->n_bytes;
      if (expected > available)
        return fail_tensor (self, tensor->name, error, EMO_ERROR_TRUNCATED,
                            "ends at %" G_GUINT64_FORMAT ", the file's data end at %" G_GUINT64_FORMAT, expected, available);
      tensor->data = data + placed[i].begin;
      self->tensors[i] = *tensor;
    }
  if (expected != available)
    return fail (self, error, EMO_ERROR_INVALID_FILE, "%" G_GUINT64_FORMAT " bytes follow the last tensor", available - expected);
  return TRUE;
}

static gboolean
read_entries (EmoShard           *self,
              const EmoJsonValue *root,
              Placed             *placed,
              GError            **error)
{
  gsize n = emo_json_value_get_length (root);

  for (gsize i = 0; i < n; i++)
    {
      const char *name = emo_json_value_get_key (root, i);
      const EmoJsonValue *value = emo_json_value_get_element (root, i);
      Placed *next = &placed[self->n_tensors];

      if (g_str_equal (name, "__metadata__"))
        {
          if (!read_metadata (self, value, error))
            return FALSE;
          continue;
        }
      if (self->n_tensors == EMO_SAFETENSORS_MAX_TENSORS)
        return fail (self, error, EMO_ERROR_LIMIT, "more than %d tensors", EMO_SAFETENSORS_MAX_TENSORS);
      if (!read_tensor (self, name, value, &next->tensor, &next->begin, error))
        return FALSE;
      self->n_tensors++;
    }
  return TRUE;
}

/* Parses a copy of the header: a mapping may change between two looks of the
 * parser, a copy cannot. */
static EmoJson *
parse_header (EmoShard *self,
              gsize     header_length,
              GError  **error)
{
  g_autofree char *text = g_try_malloc (header_length);

  if (text == NULL)
    {
      fail (self, error, EMO_ERROR_OUT_OF_MEMORY, "no memory for a header of %" G_GSIZE_FORMAT " bytes", header_length);
      return NULL;
    }
  memcpy (text, emo_mapped_file_get_data (self->file) + PREFIX, header_length);
  if (!check_marks (self, text, header_length, error))
    return NULL;
  return emo_json_parse (text, header_length, self->display_name, EMO_SAFETENSORS_MAX_HEADER, error);
}

static gboolean
read_header (EmoShard *self,
             gsize     header_length,
             GError  **error)
{
  const guint8 *bytes = emo_mapped_file_get_data (self->file);
  gsize length = emo_mapped_file_get_length (self->file);
  g_autoptr (EmoJson) json = NULL;
  g_autofree Placed *placed = NULL;
  const EmoJsonValue *root;

  /* The file may have been cut since its length was proved. */
  if (length <= PREFIX || header_length > length - PREFIX)
    return fail (self, error, EMO_ERROR_TRUNCATED, "the file was cut while it was opened");
  json = parse_header (self, header_length, error);
  if (json == NULL)
    return FALSE;
  root = emo_json_get_root (json);
  if (emo_json_value_get_type (root) != EMO_JSON_OBJECT)
    return fail (self, error, EMO_ERROR_INVALID_FILE, "the header is no JSON object");

  placed = g_try_new0 (Placed, emo_json_value_get_length (root) + 1);
  self->tensors = g_try_new0 (EmoStoredTensor, emo_json_value_get_length (root) + 1);
  if (placed == NULL || self->tensors == NULL)
    return fail (self, error, EMO_ERROR_OUT_OF_MEMORY, "no memory for the header");
  return read_entries (self, root, placed, error) &&
         place_tensors (self, placed, bytes + PREFIX + header_length, length - PREFIX - header_length, error);
}

/**
 * _emo_shard_open:
 * @path: a safetensors file
 * @error: return location
 *
 * Opens one file and proves its header.
 *
 * Returns: (transfer full): the file, or NULL
 */
EmoShard *
_emo_shard_open (const char *path,
                 GError    **error)
{
  g_autoptr (EmoShard) self = g_new0 (EmoShard, 1);
  guint64 header_length = 0;
  gsize size = 0;
  int fd;

  self->display_name = emo_file_escape_name (path);
  self->names = g_string_chunk_new (4096);
  fd = emo_file_open (path, &size, error);
  if (fd < 0)
    return NULL;
  if (!check_prefix (self, fd, size, &header_length, error))
    {
      close (fd);
      return NULL;
    }
  self->file = emo_mapped_file_new_take_fd (fd, path, error);
  if (self->file == NULL || !read_header (self, header_length, error) || !emo_mapped_file_check (self->file, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
_emo_shard_free (EmoShard *self)
{
  g_clear_pointer (&self->file, emo_mapped_file_unref);
  g_clear_pointer (&self->names, g_string_chunk_free);
  g_clear_pointer (&self->metadata, g_hash_table_unref);
  g_free (self->display_name);
  g_free (self->tensors);
  g_free (self);
}
