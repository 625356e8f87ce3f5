/* emo-stored.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-error.h"
#include "emo-file.h"
#include "emo-safetensors-private.h"

/* In the order of EmoStored. */
static const struct
{
  const char *name;
  gsize size;
  gboolean is_float;
} types[] = {
  { "F64", 8, TRUE },
  { "F32", 4, TRUE },
  { "F16", 2, TRUE },
  { "BF16", 2, TRUE },
  { "I64", 8, FALSE },
  { "I32", 4, FALSE },
  { "I16", 2, FALSE },
  { "I8", 1, FALSE },
  { "U8", 1, FALSE },
  { "BOOL", 1, FALSE },
};

/**
 * emo_stored_to_string:
 * @stored: an element type
 *
 * Returns: (transfer none): its name in files and messages, "BF16"
 */
const char *
emo_stored_to_string (EmoStored stored)
{
  g_return_val_if_fail ((guint) stored < G_N_ELEMENTS (types), NULL);

  return types[stored].name;
}

/**
 * emo_stored_get_size:
 * @stored: an element type
 *
 * Returns: bytes an element
 */
gsize
emo_stored_get_size (EmoStored stored)
{
  g_return_val_if_fail ((guint) stored < G_N_ELEMENTS (types), 0);

  return types[stored].size;
}

gboolean
_emo_stored_is_float (EmoStored stored)
{
  return types[stored].is_float;
}

/* Case counts: "bf16" is no type of the format. */
gboolean
_emo_stored_from_string (const char *text,
                         EmoStored  *out)
{
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_str_equal (types[i].name, text))
      {
        *out = i;
        return TRUE;
      }
  return FALSE;
}

/* A zero dimension makes the tensor empty, but the other dimensions have to
 * fit all the same: [0, 2^63 - 1, 4] is no shape that any program can hold. */
gboolean
_emo_stored_multiply (EmoStored     stored,
                      const gint64 *shape,
                      guint         rank,
                      guint64      *n_bytes)
{
  guint64 n = types[stored].size;
  gboolean empty = FALSE;

  for (guint i = 0; i < rank; i++)
    {
      if (shape[i] < 0)
        return FALSE;
      if (shape[i] == 0)
        empty = TRUE;
      else if (!g_uint64_checked_mul (&n, n, (guint64) shape[i]) || n > G_MAXINT64)
        return FALSE;
    }
  *n_bytes = empty ? 0 : n;
  return TRUE;
}

/* Half precision to single, exact: subnormals are normalised, infinities and
 * the payload of a NaN are kept. */
static guint32
widen_half (guint16 half)
{
  guint32 sign = (guint32) (half & 0x8000) << 16;
  guint32 exponent = (half >> 10) & 0x1f;
  guint32 mantissa = half & 0x3ff;

  if (exponent == 0x1f)
    return sign | 0x7f800000 | mantissa << 13;
  if (exponent != 0)
    return sign | (exponent + 112) << 23 | mantissa << 13;
  if (mantissa == 0)
    return sign;
  for (exponent = 113; (mantissa & 0x400) == 0; exponent--)
    mantissa <<= 1;
  return sign | exponent << 23 | (mantissa & 0x3ff) << 13;
}

static void
read_f64 (const guint8 *data,
          gsize         n,
          float        *out)
{
  double value;

  for (gsize i = 0; i < n; i++)
    {
      memcpy (&value, data + i * sizeof value, sizeof value);
      out[i] = (float) value;
    }
}

static void
read_f16 (const guint8 *data,
          gsize         n,
          float        *out)
{
  guint16 half;
  guint32 single;

  for (gsize i = 0; i < n; i++)
    {
      memcpy (&half, data + i * sizeof half, sizeof half);
      single = widen_half (half);
      memcpy (out + i, &single, sizeof single);
    }
}

/* bfloat16 is the upper half of a single. */
static void
read_bf16 (const guint8 *data,
           gsize         n,
           float        *out)
{
  guint16 upper;
  guint32 single;

  for (gsize i = 0; i < n; i++)
    {
      memcpy (&upper, data + i * sizeof upper, sizeof upper);
      single = (guint32) upper << 16;
      memcpy (out + i, &single, sizeof single);
    }
}

/**
 * emo_stored_tensor_read_floats:
 * @tensor: a tensor
 * @out: (out caller-allocates): [product of the shape] float32
 * @error: return location
 *
 * Copies a float tensor out as float32: F64 rounded to nearest (beyond the
 * range to infinity), F32, F16 and BF16 exact. The data need not be aligned.
 *
 * Returns: FALSE with %EMO_ERROR_DTYPE for an integer or boolean tensor
 */
gboolean
emo_stored_tensor_read_floats (const EmoStoredTensor *tensor,
                               float                 *out,
                               GError               **error)
{
  g_autofree char *name = NULL;
  gsize n;

  g_return_val_if_fail (tensor != NULL, FALSE);
  g_return_val_if_fail (out != NULL || tensor->n_bytes == 0, FALSE);

  n = tensor->n_bytes / emo_stored_get_size (tensor->stored);
  switch (tensor->stored)
    {
    case EMO_STORED_F64:
      read_f64 (tensor->data, n, out);
      return TRUE;
    case EMO_STORED_F32:
      if (n > 0)
        memcpy (out, tensor->data, n * sizeof (float));
      return TRUE;
    case EMO_STORED_F16:
      read_f16 (tensor->data, n, out);
      return TRUE;
    case EMO_STORED_BF16:
      read_bf16 (tensor->data, n, out);
      return TRUE;
    case EMO_STORED_I64:
    case EMO_STORED_I32:
    case EMO_STORED_I16:
    case EMO_STORED_I8:
    case EMO_STORED_U8:
    case EMO_STORED_BOOL:
    default:
      name = emo_file_escape_name (tensor->name);
      g_set_error (error, EMO_ERROR, EMO_ERROR_DTYPE,
                   "Tensor \"%s\" holds %s; a float type (F32, F16, BF16, F64) is expected",
                   name, emo_stored_to_string (tensor->stored));
      return FALSE;
    }
}
