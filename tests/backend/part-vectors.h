/* part-vectors.h: expected numbers of tests/vectors/parts
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib/gstdio.h>
#include <math.h>

#include "emo-error.h"
#include "emo-json.h"

#define MAX_NUMBERS 4096

static inline char *
part_path (const char *name)
{
  return g_test_build_filename (G_TEST_DIST, "vectors", "parts", name, NULL);
}

static inline EmoJson *
part_load (const char *name)
{
  g_autofree char *path = part_path (name);
  g_autoptr(GError) error = NULL;
  EmoJson *json = emo_json_load (path, &error);

  g_assert_no_error (error);

  return json;
}

/* The member's numbers into @out [MAX_NUMBERS]; returns their count. */
static inline gsize
part_numbers (const EmoJsonValue *value,
              const char         *key,
              double             *out)
{
  const EmoJsonValue *array = emo_json_value_get_member (value, key);
  gsize n;

  g_assert_nonnull (array);
  n = emo_json_value_get_length (array);
  g_assert_cmpuint (n, <=, MAX_NUMBERS);
  for (gsize i = 0; i < n; i++)
    out[i] = emo_json_value_get_double (emo_json_value_get_element (array, i));

  return n;
}

static inline void
assert_close (const char   *what,
              const double *found,
              const double *expected,
              gsize         n,
              double        tolerance)
{
  for (gsize i = 0; i < n; i++)
    {
      if (!(fabs (found[i] - expected[i]) <= tolerance))
        g_test_message ("%s: element %" G_GSIZE_FORMAT ": found %.12g, expected %.12g", what, i, found[i], expected[i]);
      g_assert_cmpfloat_with_epsilon (found[i], expected[i], tolerance);
    }
}

/* A folder of its own for a test's files. */
static inline char *
make_folder (void)
{
  g_autoptr(GError) error = NULL;
  char *folder = g_dir_make_tmp ("emo-parts-XXXXXX", &error);

  g_assert_no_error (error);

  return folder;
}

static inline void
write_text (const char *folder,
            const char *name,
            const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *parent = g_path_get_dirname (path);
  g_autoptr(GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

static inline char *
read_text (const char *path)
{
  g_autoptr(GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);

  return text;
}

static inline char *
replace_text (const char *text,
              const char *from,
              const char *to)
{
  g_auto(GStrv) parts = g_strsplit (text, from, -1);

  g_assert_cmpuint (g_strv_length (parts), >, 1);

  return g_strjoinv (to, parts);
}

/* Removes a folder with everything in it. */
static inline void
remove_folder (const char *path)
{
  if (g_file_test (path, G_FILE_TEST_IS_DIR) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    {
      g_autoptr(GDir) dir = g_dir_open (path, 0, NULL);
      const char *name;

      while ((name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *child = g_build_filename (path, name, NULL);

          remove_folder (child);
        }
    }
  g_assert_cmpint (g_remove (path), ==, 0);
}

static inline void
assert_message (GError     *error,
                int         code,
                const char *part)
{
  g_assert_error (error, EMO_ERROR, code);
  if (strstr (error->message, part) == NULL)
    g_test_message ("\"%s\" does not name \"%s\"", error->message, part);
  g_assert_nonnull (strstr (error->message, part));
}
