/* emo-weights.c: small tensors against their expected shapes
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-error.h"
#include "emo-weights.h"

static char *
describe_shape (const gint64 *shape,
                guint         rank)
{
  g_autoptr(GString) text = g_string_new ("[");

  for (guint i = 0; i < rank; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i > 0 ? ", " : "", shape[i]);
  g_string_append_c (text, ']');

  return g_string_free (g_steal_pointer (&text), FALSE);
}

/**
 * emo_weights_require:
 * @file: a file
 * @path: what errors call it
 * @wanted: (array length=n): names
 * @n: how many
 * @error: return location
 *
 * Returns: whether none is missing
 */
gboolean
emo_weights_require (EmoSafetensors        *file,
                     const char            *path,
                     const EmoWeightShape  *wanted,
                     guint                  n,
                     GError               **error)
{
  g_autoptr(GString) names = g_string_new (NULL);
  guint missing = 0;

  for (guint i = 0; i < n; i++)
    {
      if (emo_safetensors_find (file, wanted[i].name) != NULL)
        continue;
      if (missing++ < 5)
        g_string_append_printf (names, "%s%s", missing > 1 ? ", " : "", wanted[i].name);
    }
  if (missing > 0)
    g_set_error (error, EMO_ERROR, EMO_ERROR_MISSING_WEIGHT, "%s: %u of %u weights are missing: %s%s",
                 path, missing, n, names->str, missing > 5 ? ", ..." : "");

  return missing == 0;
}

static const EmoStoredTensor *
find_checked (EmoSafetensors        *file,
              const char            *path,
              const EmoWeightShape  *wanted,
              gsize                 *count,
              GError               **error)
{
  const EmoStoredTensor *tensor;
  gboolean same;

  if (!emo_weights_require (file, path, wanted, 1, error))
    return NULL;
  tensor = emo_safetensors_find (file, wanted->name);
  same = tensor->rank == wanted->rank;
  *count = 1;
  for (guint i = 0; same && i < wanted->rank; i++)
    {
      same = tensor->shape[i] == wanted->shape[i]
             && g_size_checked_mul (count, *count, (gsize) tensor->shape[i]);
    }
  if (!same)
    {
      g_autofree char *expected = describe_shape (wanted->shape, wanted->rank);
      g_autofree char *found = describe_shape (tensor->shape, tensor->rank);

      g_set_error (error, EMO_ERROR, EMO_ERROR_SHAPE, "%s: %s: expected shape %s, found %s",
                   path, wanted->name, expected, found);
      return NULL;
    }

  return tensor;
}

static gboolean
report_memory (const char  *path,
               const char  *name,
               gsize        count,
               gsize        size,
               GError     **error)
{
  g_set_error (error, EMO_ERROR, EMO_ERROR_OUT_OF_MEMORY, "%s: %s: there is no memory for %" G_GSIZE_FORMAT " numbers of %"
               G_GSIZE_FORMAT " bytes", path, name, count, size);

  return FALSE;
}

/**
 * emo_weights_read_floats:
 * @file: a file
 * @path: what errors call it
 * @wanted: name and shape
 * @error: return location
 *
 * Returns: (transfer full): the product of the shape floats
 */
float *
emo_weights_read_floats (EmoSafetensors        *file,
                         const char            *path,
                         const EmoWeightShape  *wanted,
                         GError               **error)
{
  const EmoStoredTensor *tensor;
  g_autofree float *values = NULL;
  gsize count;

  tensor = find_checked (file, path, wanted, &count, error);
  if (tensor == NULL)
    return NULL;
  values = g_try_new (float, MAX (count, 1));
  if (values == NULL)
    {
      report_memory (path, wanted->name, count, sizeof (float), error);
      return NULL;
    }
  if (!emo_stored_tensor_read_floats (tensor, values, error))
    {
      g_prefix_error (error, "%s: ", path);
      return NULL;
    }

  return g_steal_pointer (&values);
}

/**
 * emo_weights_read_doubles:
 * @file: a file
 * @path: what errors call it
 * @wanted: name and shape
 * @error: return location
 *
 * Returns: (transfer full): the product of the shape doubles
 */
double *
emo_weights_read_doubles (EmoSafetensors        *file,
                          const char            *path,
                          const EmoWeightShape  *wanted,
                          GError               **error)
{
  g_autofree float *floats = emo_weights_read_floats (file, path, wanted, error);
  g_autofree double *values = NULL;
  gsize count = 1;

  if (floats == NULL)
    return NULL;
  for (guint i = 0; i < wanted->rank; i++)
    count *= wanted->shape[i];
  values = g_try_new (double, MAX (count, 1));
  if (values == NULL)
    {
      report_memory (path, wanted->name, count, sizeof (double), error);
      return NULL;
    }
  for (gsize i = 0; i < count; i++)
    values[i] = floats[i];

  return g_steal_pointer (&values);
}

/**
 * emo_weights_dot:
 * @w: [n] weights
 * @x: [n] input
 * @n: length
 *
 * Four sums side by side, which the compiler may keep in vector registers.
 *
 * Returns: their inner product
 */
double
emo_weights_dot (const float  *w,
                 const double *x,
                 gsize         n)
{
  double sums[4] = { 0, 0, 0, 0 };
  gsize i = 0;

  for (; i + 4 <= n; i += 4)
    for (int lane = 0; lane < 4; lane++)
      sums[lane] += (double) w[i + lane] * x[i + lane];
  for (; i < n; i++)
    sums[0] += (double) w[i] * x[i];

  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}
