/* nf4-vectors.h: expected numbers of tests/vectors/nf4
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-safetensors.h"

static inline EmoSafetensors *
nf4_open (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "vectors", "nf4", "cases.safetensors", NULL);
  g_autoptr(GError) error = NULL;
  EmoSafetensors *file = emo_safetensors_open (path, &error);

  g_assert_no_error (error);

  return file;
}

/* A case's "weights", "codes", "float32", ...; (nullable) */
static inline const EmoStoredTensor *
nf4_find (EmoSafetensors *file,
          const char     *name,
          const char     *part)
{
  g_autofree char *full = g_strconcat (name, ".", part, NULL);

  return emo_safetensors_find (file, full);
}

/* @func gets a case's name, at @path and that name. */
static inline void
nf4_add_cases (const char    *path,
               GTestDataFunc  func)
{
  static const char * const cases[] = {
    "matrix", "float32", "rest", "odd", "short", "two-scales", "zeros", "zeros-rest", "zero-blocks", "outlier", "tiny", "ties",
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *full = g_strconcat (path, "/", cases[i], NULL);

      g_test_add_data_func (full, cases[i], func);
    }
}
