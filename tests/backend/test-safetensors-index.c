/* test-safetensors-index.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "safetensors-fixture.h"

#define ENTRY(name) "\"" name "\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}"

static char *
write_index (Fixture    *fixture,
             const char *map)
{
  g_autofree char *text = g_strdup_printf ("{\"metadata\":{\"total_size\":8},\"weight_map\":%s}", map);
  char *path = fixture_path (fixture, "model.safetensors.index.json");

  fixture_write (path, text, strlen (text));
  return path;
}

static void
write_shards (Fixture *fixture)
{
  static const char *names[] = { "1.safetensors", "2.safetensors" };
  static const char *headers[] = { "{" ENTRY ("a") "}", "{" ENTRY ("b") "}" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_free (fixture_safetensors (fixture, names[i], headers[i], strlen (headers[i]), 4));
}

/* Item 20. */
static void
test_safetensors_index_rejects_bad_maps (Fixture      *fixture,
                                         gconstpointer user_data)
{
  static const struct
  {
    const char *map;
    int code;
    const char *says;
  } cases[] = {
    { "{\"a\":\"../1.safetensors\",\"b\":\"2.safetensors\"}", EMO_ERROR_INVALID_FILE, "../1.safetensors" },
    { "{\"a\":\"/1.safetensors\",\"b\":\"2.safetensors\"}", EMO_ERROR_INVALID_FILE, "/1.safetensors" },
    { "{\"a\":\"x\\\\1.safetensors\"}", EMO_ERROR_INVALID_FILE, "no .safetensors name" },
    { "{\"a\":\".safetensors\"}", EMO_ERROR_INVALID_FILE, "no .safetensors name" },
    { "{\"a\":\"model.safetensors.index.json\"}", EMO_ERROR_INVALID_FILE, "no .safetensors name" },
    { "{\"a\":\"\"}", EMO_ERROR_INVALID_FILE, "no .safetensors name" },
    { "{\"a\":1}", EMO_ERROR_INVALID_FILE, "tensor \"a\" is said to be in a number, which is no .safetensors name" },
    { "{\"a\":null}", EMO_ERROR_INVALID_FILE, "tensor \"a\" is said to be in null, which" },
    { "{\"a\":[\"1.safetensors\"]}", EMO_ERROR_INVALID_FILE, "tensor \"a\" is said to be in a list, which" },
    { "{\"a\":\"1.safetensors\",\"a\":\"2.safetensors\"}", EMO_ERROR_INVALID_FILE, "index.json" },
    { "{\"a\":\"1.safetensors\",\"b\":\"3.safetensors\"}", EMO_ERROR_IO, "3.safetensors" },
    { "{\"a\":\"2.safetensors\",\"b\":\"1.safetensors\"}", EMO_ERROR_INVALID_FILE, "should be in shard" },
    { "{\"a\":\"1.safetensors\",\"b\":\"2.safetensors\",\"c\":\"2.safetensors\"}", EMO_ERROR_INVALID_FILE, "\"c\" should be in shard" },
    { "{}", EMO_ERROR_INVALID_FILE, "weight_map" },
    { "[]", EMO_ERROR_INVALID_FILE, "weight_map" },
    { "null", EMO_ERROR_INVALID_FILE, "weight_map" },
  };

  write_shards (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = write_index (fixture, cases[i].map);
      g_autoptr (GError) error = NULL;
      g_autoptr (EmoSafetensors) set = emo_safetensors_open (path, &error);

      g_assert_null (set);
      g_assert_error (error, EMO_ERROR, cases[i].code);
      if (strstr (error->message, cases[i].says) == NULL)
        g_error ("\"%s\" does not say \"%s\"", error->message, cases[i].says);
    }
}

static void
test_safetensors_index_limits_shards (Fixture      *fixture,
                                      gconstpointer user_data)
{
  static const guint numbers[] = { EMO_SAFETENSORS_MAX_SHARDS + 1, 10000 };

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autoptr (GString) map = g_string_new ("{");
      g_autofree char *path = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (EmoSafetensors) set = NULL;

      for (guint shard = 0; shard < numbers[i]; shard++)
        g_string_append_printf (map, "%s\"t%u\":\"%u.safetensors\"", shard > 0 ? "," : "", shard, shard);
      g_string_append_c (map, '}');
      path = write_index (fixture, map->str);
      set = emo_safetensors_open (path, &error);
      g_assert_null (set);
      g_assert_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE);
      g_assert_nonnull (strstr (error->message, "512 shards"));
    }
}

static void
test_safetensors_index_leaves_out_what_it_does_not_name (Fixture      *fixture,
                                                         gconstpointer user_data)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoSafetensors) set = NULL;
  const char *first = NULL;
  const char *header = "{\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[2,4]}}";

  write_shards (fixture);
  g_free (fixture_safetensors (fixture, "2.safetensors", header, strlen (header), 4));
  path = write_index (fixture, "{\"a\":\"1.safetensors\",\"b\":\"2.safetensors\"}");
  set = emo_safetensors_open (path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (emo_safetensors_get_n_tensors (set), ==, 2);
  g_assert_cmpint (emo_safetensors_find (set, "a")->shape[0], ==, 4);
  g_assert_cmpint (emo_safetensors_find (set, "b")->shape[0], ==, 2);
  g_assert_cmpuint (emo_safetensors_get_n_unlisted (set, &first), ==, 1);
  g_assert_cmpstr (first, ==, "a");
}

/* Item 20: what the index forgets is counted and named. */
static void
test_safetensors_index_counts_what_it_does_not_name (Fixture      *fixture,
                                                     gconstpointer user_data)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoSafetensors) some = NULL;
  g_autoptr (EmoSafetensors) all = NULL;
  const char *first = NULL;
  const char *header = "{\"b\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
                       "\"x\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[1,2]},"
                       "\"y\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[2,4]}}";

  write_shards (fixture);
  g_free (fixture_safetensors (fixture, "2.safetensors", header, strlen (header), 4));
  path = write_index (fixture, "{\"a\":\"1.safetensors\",\"b\":\"2.safetensors\"}");
  some = emo_safetensors_open (path, &error);
  g_assert_no_error (error);
  g_assert_null (emo_safetensors_find (some, "x"));
  g_assert_cmpuint (emo_safetensors_get_n_unlisted (some, &first), ==, 2);
  g_assert_cmpstr (first, ==, "x");

  g_free (write_index (fixture, "{\"a\":\"1.safetensors\",\"b\":\"2.safetensors\",\"x\":\"2.safetensors\",\"y\":\"2.safetensors\"}"));
  all = emo_safetensors_open (path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (emo_safetensors_get_n_unlisted (all, &first), ==, 0);
  g_assert_null (first);
}

/* The reference's shards, by their index and by their folder. */
static void
test_safetensors_index_opens_shards (void)
{
  static const char *ways[] = { "model.safetensors.index.json", "." };

  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autofree char *path = g_test_build_filename (G_TEST_DIST, "vectors", "safetensors", ways[i], NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (EmoSafetensors) set = emo_safetensors_open (path, &error);
      g_auto (GStrv) paths = NULL;
      g_autoptr (GBytes) bytes = NULL;
      const EmoStoredTensor *tensor;
      float values[6];

      g_assert_no_error (error);
      paths = emo_safetensors_dup_paths (set);
      g_assert_cmpuint (g_strv_length (paths), ==, 2);
      g_assert_true (g_str_has_suffix (paths[1], "/model-00002-of-00002.safetensors"));
      g_assert_cmpuint (emo_safetensors_get_n_tensors (set), ==, 3);
      g_assert_cmpint (emo_safetensors_get_n_bytes (set), ==, 32);
      g_assert_cmpstr (emo_safetensors_get_metadata (set, "format"), ==, "pt");

      tensor = emo_safetensors_find (set, "b.weight");
      g_assert_cmpint (tensor->shape[1], ==, 3);
      g_assert_true (emo_stored_tensor_read_floats (tensor, values, &error));
      g_assert_cmpfloat (values[5], ==, 5.0);
      bytes = emo_safetensors_get_bytes (set, tensor);
      g_clear_pointer (&set, emo_safetensors_unref);
      g_assert_cmpuint (g_bytes_get_size (bytes), ==, 12);
      g_assert_cmpint (((const guint8 *) g_bytes_get_data (bytes, NULL))[3], ==, 0x3f);
    }
}

static void
test_safetensors_index_prefers_the_whole_file (Fixture      *fixture,
                                               gconstpointer user_data)
{
  const char *header = "{" ENTRY ("whole") "}";
  g_autofree char *index = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoSafetensors) set = NULL;

  write_shards (fixture);
  index = write_index (fixture, "{\"a\":\"1.safetensors\",\"b\":\"2.safetensors\"}");
  g_free (fixture_safetensors (fixture, "model.safetensors", header, strlen (header), 4));
  set = emo_safetensors_open (fixture->folder, &error);
  g_assert_no_error (error);
  g_assert_nonnull (emo_safetensors_find (set, "whole"));
  g_assert_cmpuint (emo_safetensors_get_n_tensors (set), ==, 1);
}

int
main (int   argc,
      char *argv[])
{
#define ADD(name, function) g_test_add ("/Emo/SafetensorsIndex/" name, Fixture, NULL, fixture_set_up, test_safetensors_index_##function, fixture_tear_down)
  g_test_init (&argc, &argv, NULL);
  ADD ("rejects-bad-maps", rejects_bad_maps);
  ADD ("limits-shards", limits_shards);
  ADD ("leaves-out-what-it-does-not-name", leaves_out_what_it_does_not_name);
  ADD ("counts-what-it-does-not-name", counts_what_it_does_not_name);
  ADD ("prefers-the-whole-file", prefers_the_whole_file);
  g_test_add_func ("/Emo/SafetensorsIndex/opens-shards", test_safetensors_index_opens_shards);
  return g_test_run ();
}
