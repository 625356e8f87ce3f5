/* test-json.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <locale.h>
#include <math.h>
#include <string.h>

#include <glib/gstdio.h>

#include "emo-error.h"
#include "emo-json.h"
#include "emo-text.h"

static EmoJson *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  EmoJson *json = emo_json_parse (text, strlen (text), "test", 0, &error);

  g_assert_no_error (error);
  g_assert_nonnull (json);

  return json;
}

static void
assert_refused_bytes (const char *text,
                      gsize       length,
                      EmoError    code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoJson) json = NULL;
  /* At the end of its own allocation, so that a read past it is seen. */
  g_autofree char *copy = g_memdup2 (text, length);

  json = emo_json_parse (length > 0 ? copy : "", length, "hostile.json", 0, &error);

  if (json != NULL)
    g_test_message ("taken: %s", text);
  g_assert_null (json);
  g_assert_error (error, EMO_ERROR, (int) code);
  g_assert_true (g_str_has_prefix (error->message, "hostile.json: "));
}

static void
assert_refused (const char *text)
{
  assert_refused_bytes (text, strlen (text), EMO_ERROR_INVALID_FILE);
}

static void
test_json_reads_every_type (void)
{
  g_autoptr (EmoJson) json = parse (" \t\r\n{\"n\": null, \"t\": true, \"f\": false, \"i\": 16,"
                                    " \"d\": -1.5e2, \"s\": \"awe\", \"a\": [1, [], {}], \"o\": {\"x\": 1}}\n ");
  const EmoJsonValue *root = emo_json_get_root (json);
  const EmoJsonValue *a = emo_json_value_get_member (root, "a");

  g_assert_cmpint (emo_json_value_get_type (root), ==, EMO_JSON_OBJECT);
  g_assert_cmpuint (emo_json_value_get_length (root), ==, 8);
  g_assert_cmpint (emo_json_value_get_type (emo_json_value_get_member (root, "n")), ==, EMO_JSON_NULL);
  g_assert_true (emo_json_value_get_bool (emo_json_value_get_member (root, "t")));
  g_assert_false (emo_json_value_get_bool (emo_json_value_get_member (root, "f")));
  g_assert_cmpfloat (emo_json_value_get_double (emo_json_value_get_member (root, "d")), ==, -150);
  g_assert_cmpstr (emo_json_value_get_string (emo_json_value_get_member (root, "s")), ==, "awe");
  g_assert_cmpuint (emo_json_value_get_length (a), ==, 3);
  g_assert_cmpint (emo_json_value_get_type (emo_json_value_get_element (a, 1)), ==, EMO_JSON_ARRAY);
  g_assert_cmpuint (emo_json_value_get_length (emo_json_value_get_element (a, 2)), ==, 0);
  g_assert_null (emo_json_value_get_element (a, 3));
  g_assert_null (emo_json_value_get_key (a, 0));
  g_assert_cmpstr (emo_json_value_get_key (root, 7), ==, "o");
  g_assert_null (emo_json_value_get_key (root, 8));
  g_assert_true (emo_json_value_get_element (root, 6) == a);
}

static void
test_json_readers_take_what_is_absent (void)
{
  g_autoptr (EmoJson) json = parse ("{\"a\": 1, \"b\": \"x\", \"c\": true}");
  const EmoJsonValue *root = emo_json_get_root (json);
  const EmoJsonValue *none = emo_json_value_get_member (emo_json_value_get_member (root, "x"), "y");
  guint64 u = 7;

  g_assert_null (none);
  g_assert_cmpint (emo_json_value_get_type (none), ==, EMO_JSON_NULL);
  g_assert_true (isnan (emo_json_value_get_double (none)));
  g_assert_false (emo_json_value_get_uint64 (none, &u));
  g_assert_cmpuint (u, ==, 7);
  g_assert_cmpstr (emo_json_value_get_member_string (root, "a", "other"), ==, "other");
  g_assert_cmpstr (emo_json_value_get_member_string (root, "b", "other"), ==, "x");
  g_assert_cmpfloat (emo_json_value_get_member_double (root, "a", 2), ==, 1);
  g_assert_cmpfloat (emo_json_value_get_member_double (root, "b", 2), ==, 2);
  g_assert_true (emo_json_value_get_member_bool (root, "c", FALSE));
  g_assert_true (emo_json_value_get_member_bool (root, "a", TRUE));
  g_assert_false (emo_json_value_get_member_bool (root, "A", FALSE));
}

static void
test_json_keeps_integers_exact (void)
{
  g_autoptr (EmoJson) json = parse ("[9007199254740993, 18446744073709551615, 18446744073709551616, -1,"
                                    " -9223372036854775808, -9223372036854775809, 1.0, 1e3, -0, 0]");
  const EmoJsonValue *root = emo_json_get_root (json);
  static const gboolean is_u[] = { TRUE, TRUE, FALSE, FALSE, FALSE, FALSE, FALSE, FALSE, FALSE, TRUE };
  static const gboolean is_i[] = { TRUE, FALSE, FALSE, TRUE, TRUE, FALSE, FALSE, FALSE, TRUE, TRUE };
  guint64 u[10] = { 0 };
  gint64 i[10] = { 0 };

  for (gsize n = 0; n < 10; n++)
    {
      g_assert_cmpint (emo_json_value_get_uint64 (emo_json_value_get_element (root, n), &u[n]), ==, is_u[n]);
      g_assert_cmpint (emo_json_value_get_int64 (emo_json_value_get_element (root, n), &i[n]), ==, is_i[n]);
    }

  g_assert_cmpuint (u[0], ==, G_GUINT64_CONSTANT (9007199254740993));
  g_assert_cmpuint (u[1], ==, G_MAXUINT64);
  g_assert_cmpint (i[3], ==, -1);
  g_assert_cmpint (i[4], ==, G_MININT64);
  g_assert_cmpfloat (emo_json_value_get_double (emo_json_value_get_element (root, 2)), ==, 18446744073709551616.0);
  g_assert_cmpfloat (emo_json_value_get_double (emo_json_value_get_element (root, 3)), ==, -1);
  g_assert_true (signbit (emo_json_value_get_double (emo_json_value_get_element (root, 8))));
}

static void
test_json_refuses_numbers_outside_the_grammar (void)
{
  static const char * const texts[] = {
    "01", "-01", "00", "1.", ".5", "-.5", "+1", "-", "--1", "1e", "1e+", "1.e1", "0x10", "1_000",
    "NaN", "nan", "Infinity", "-Infinity", "inf", "1e999", "-1e999", "1 2", "1,", "1.5.2",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *inside = g_strdup_printf ("{\"shape\": [%s]}", texts[i]);

      assert_refused (texts[i]);
      if (g_strcmp0 (texts[i], "1,") != 0)
        assert_refused (inside);
    }

  /* A million digits overflow neither a buffer nor an integer. */
  {
    g_autofree char *digits = g_strnfill (1000000, '9');
    g_autofree char *fraction = g_strdup_printf ("0.%s", digits);
    g_autoptr (EmoJson) json = parse (fraction);

    assert_refused (digits);
    g_assert_cmpfloat (emo_json_value_get_double (emo_json_get_root (json)), ==, 1);
  }
}

static void
test_json_unescapes_strings (void)
{
  g_autoptr (EmoJson) json = parse ("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\", \"\\u0041\\u00e9\\u20AC\\ud83d\\ude00!\","
                                    " \"é€😀\", \"\", \"\\u007f\x7f\", \"a\\nb\"]");
  static const char * const expected[] = {
    "\"\\/\b\f\n\r\t", "Aé€😀!", "é€😀", "", "\x7f\x7f", "a\nb"
  };

  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_cmpstr (emo_json_value_get_string (emo_json_value_get_element (emo_json_get_root (json), i)),
                     ==, expected[i]);
}

static void
test_json_refuses_broken_strings (void)
{
  static const char * const texts[] = {
    "\"", "\"a", "\"\\", "\"\\\"", "\"\\x41\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\u\"", "'a'",
    "\"a\nb\"", "\"a\tb\"", "\"\x01\"", "\"\\ud83d\"", "\"\\ud83dx\"", "\"\\ud83d\\n\"",
    "\"\\ud83d\\ud83d\"", "\"\\ude00\"", "\"\\ude00\\ud83d\"", "\"\\u0000\"", "\"a\\u0000b\"",
    "{\"a\\u0000b\": 1}", "\"\\ud83d\\u00", "\"\\ud83d\\", "\"\\ud83d",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_refused (texts[i]);

  assert_refused_bytes ("\"a\0b\"", 5, EMO_ERROR_INVALID_FILE);
  assert_refused_bytes ("{\"a\0b\": 1}", 10, EMO_ERROR_INVALID_FILE);
  assert_refused_bytes ("1\0", 2, EMO_ERROR_INVALID_FILE);
}

static void
test_json_refuses_what_is_no_utf8 (void)
{
  static const char * const texts[] = {
    "\"\xff\"", "\"\x80\"", "\"\xc3\"", "\"\xc0\xaf\"", "\"\xe0\x80\xaf\"", "\"\xf0\x80\x80\xaf\"",
    "\"\xc0\x80\"", "\"\xed\xa0\x80\"", "\"\xed\xbf\xbf\"", "\"\xf4\x90\x80\x80\"", "\"\xf8\x88\x80\x80\x80\"",
    "{\"\xc0\xaf\": 1}", "\xef\xbb\xbf{}", "\xff\xfe{\0}", "\"\xe2\x82", "{} \xc3",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_refused (texts[i]);
}

static void
test_json_refuses_cut_or_trailing_text (void)
{
  static const char whole[] = "{\"a\": [1, 2.5e3, \"x\\u00e9\", true, null], \"b\": {\"c\": {}}}";
  static const char * const texts[] = {
    "", " ", "\n", "{} {}", "{}x", "{},", "[1]]", "{}\0", "nul", "nulll", "truE", "True", "None",
    "[1,]", "[,1]", "[1 2]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,}", "{a: 1}", "{1: 1}",
    "{\"a\" 1}", "{\"a\":1 \"b\":2}", "[1}", "{\"a\":1]", "]", "}", ":", ",", "// x\n1", "/**/1", "[1;2]",
  };

  for (gsize length = 0; length < strlen (whole); length++)
    assert_refused_bytes (whole, length, EMO_ERROR_INVALID_FILE);

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      /* "{}\0" is "{}" to strlen, and fine. */
      if (g_strcmp0 (texts[i], "{}") != 0)
        assert_refused (texts[i]);
    }

  assert_refused_bytes ("{}\0", 3, EMO_ERROR_INVALID_FILE);
  assert_refused_bytes ("{} \v", 4, EMO_ERROR_INVALID_FILE);
}

static void
test_json_refuses_duplicate_keys (void)
{
  GString *many = g_string_new ("{");

  assert_refused ("{\"a\": 1, \"a\": 1}");
  assert_refused ("{\"a\": 1, \"b\": 2, \"\\u0061\": 3}");
  assert_refused ("{\"\": 1, \"\": 2}");
  assert_refused ("{\"t\": {\"dtype\": \"F32\", \"dtype\": \"F32\"}}");
  assert_refused ("{\"__metadata__\": {}, \"t\": {}, \"__metadata__\": {}}");

  for (int i = 0; i < 1000; i++)
    g_string_append_printf (many, "\"layer.%d\": %d, ", i, i);
  {
    g_autofree char *twice = g_strdup_printf ("%s\"layer.500\": 1}", many->str);
    g_autofree char *once = g_strdup_printf ("%s\"LAYER.500\": 1}", many->str);
    g_autoptr (EmoJson) json = parse (once);
    guint64 number;

    assert_refused (twice);

    /* Names that differ in case are two. */
    g_assert_true (emo_json_value_get_uint64 (emo_json_value_get_member (emo_json_get_root (json), "layer.500"), &number));
    g_assert_cmpuint (number, ==, 500);
    g_assert_true (emo_json_value_get_uint64 (emo_json_value_get_member (emo_json_get_root (json), "LAYER.500"), &number));
    g_assert_cmpuint (number, ==, 1);
    g_assert_null (emo_json_value_get_member (emo_json_get_root (json), "Layer.500"));
  }

  g_string_free (many, TRUE);
}

static void
test_json_finds_members_of_any_number (void)
{
  /* 8 and 9 are the two sides of the index's threshold. */
  static const int sizes[] = { 0, 1, 7, 8, 9, 15, 16, 17, 33, 1000 };

  for (gsize n = 0; n < G_N_ELEMENTS (sizes); n++)
    {
      g_autoptr (GString) text = g_string_new ("{");
      g_autoptr (EmoJson) json = NULL;
      g_autofree char *absent = g_strdup_printf ("key-number-%d", sizes[n]);

      for (int i = 0; i < sizes[n]; i++)
        g_string_append_printf (text, "%s\"key-number-%d\":%d", i > 0 ? "," : "", i, i);
      g_string_append_c (text, '}');
      json = parse (text->str);

      g_assert_null (emo_json_value_get_member (emo_json_get_root (json), absent));
      for (int i = 0; i < sizes[n]; i++)
        {
          g_autofree char *key = g_strdup_printf ("key-number-%d", i);

          g_assert_cmpfloat (emo_json_value_get_member_double (emo_json_get_root (json), key, -1), ==, i);
          g_assert_cmpstr (emo_json_value_get_key (emo_json_get_root (json), (gsize) i), ==, key);
        }
    }
}

static char *
nest (gsize       depth,
      const char *open,
      const char *close)
{
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < depth; i++)
    g_string_append (text, open);
  g_string_append_c (text, '1');
  for (gsize i = 0; i < depth; i++)
    g_string_append (text, close);

  return g_string_free (text, FALSE);
}

static void
test_json_takes_depth_64_and_no_more (void)
{
  static const gsize depths[] = { 63, 64, 65, 1000000 };

  for (gsize i = 0; i < G_N_ELEMENTS (depths); i++)
    {
      g_autofree char *arrays = nest (depths[i], "[", "]");
      g_autofree char *objects = nest (depths[i], "{\"a\":", "}");

      if (depths[i] <= 64)
        {
          emo_json_unref (parse (arrays));
          emo_json_unref (parse (objects));
        }
      else
        {
          assert_refused_bytes (arrays, strlen (arrays), EMO_ERROR_LIMIT);
          assert_refused_bytes (objects, strlen (objects), EMO_ERROR_LIMIT);
        }
    }

  /* Depth is of nesting, not of containers seen. */
  {
    g_autofree char *siblings = g_strnfill (3 * 200, ' ');
    g_autofree char *wrapped = NULL;

    for (int i = 0; i < 200; i++)
      memcpy (siblings + i * 3, "[],", 3);
    wrapped = g_strdup_printf ("[%s1]", siblings);
    emo_json_unref (parse (wrapped));
  }
}

static void
test_json_holds_its_limits (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *string = g_malloc (16 * 1024 * 1024 + 3);
  gsize limit = 16 * 1024 * 1024;
  EmoJson *json;

  memset (string, 'x', limit + 3);
  string[0] = '"';
  string[limit + 1] = '"';
  json = emo_json_parse (string, limit + 2, "limit", 0, &error);
  g_assert_no_error (error);
  emo_json_unref (json);

  string[limit + 1] = 'x';
  string[limit + 2] = '"';
  assert_refused_bytes (string, limit + 3, EMO_ERROR_LIMIT);

  /* Size, at n - 1, n and n + 1 of what the caller allows. */
  emo_json_unref (emo_json_parse ("[1]", 3, "size", 4, &error));
  emo_json_unref (emo_json_parse ("[12]", 4, "size", 4, &error));
  g_assert_no_error (error);
  g_assert_null (emo_json_parse ("[123]", 5, "size", 4, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_LIMIT);
}

static void
test_json_refuses_more_than_64_mib (void)
{
  gsize limit = 64 * 1024 * 1024;
  g_autofree char *text = g_try_malloc (limit + 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoJson) json = NULL;

  if (text == NULL)
    {
      g_test_skip ("no memory for 64 MiB");
      return;
    }

  memset (text, ' ', limit + 1);
  text[7] = '1';
  json = emo_json_parse (text, limit, "large", 0, &error);
  g_assert_no_error (error);
  g_assert_null (emo_json_parse (text, limit + 1, "large", 0, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_LIMIT);
}

static void
test_json_loads_files_and_names_them (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoJson) json = NULL;
  g_autofree char *folder = g_dir_make_tmp ("emo-json-XXXXXX", &error);
  g_autofree char *path = g_build_filename (folder, "config.json", NULL);

  g_assert_no_error (error);
  g_assert_null (emo_json_load (path, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_IO);
  g_assert_nonnull (strstr (error->message, path));
  g_clear_error (&error);

  g_assert_null (emo_json_load (folder, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_IO);
  g_clear_error (&error);

  g_assert_true (g_file_set_contents (path, "{\"hidden_size\": 64", -1, NULL));
  g_assert_null (emo_json_load (path, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE);
  g_assert_nonnull (strstr (error->message, path));
  g_clear_error (&error);

  g_assert_true (g_file_set_contents (path, "{\"hidden_size\": 64}", -1, NULL));
  json = emo_json_load (path, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (emo_json_value_get_member_double (emo_json_get_root (json), "hidden_size", 0), ==, 64);

  g_assert_cmpint (g_remove (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* The shape of a tokenizer.json: 300,000 entries in one object, 5 MB. */
static void
test_json_reads_a_large_vocabulary_quickly (void)
{
  g_autoptr (GString) text = g_string_new ("{\"model\": {\"vocab\": {");
  g_autoptr (EmoJson) json = NULL;
  const EmoJsonValue *vocab;
  gint64 begin, parsed, found;
  gsize n = 300000;

  for (gsize i = 0; i < n; i++)
    g_string_append_printf (text, "%s\"t\\u0120%" G_GSIZE_FORMAT "\":%" G_GSIZE_FORMAT, i > 0 ? "," : "", i, i);
  g_string_append (text, "}}}");

  begin = g_get_monotonic_time ();
  json = emo_json_parse (text->str, text->len, "tokenizer.json", 0, NULL);
  g_assert_nonnull (json);
  parsed = g_get_monotonic_time ();

  vocab = emo_json_value_get_member (emo_json_value_get_member (emo_json_get_root (json), "model"), "vocab");
  g_assert_cmpuint (emo_json_value_get_length (vocab), ==, n);
  for (gsize i = 0; i < n; i++)
    {
      guint64 id;

      g_assert_true (emo_json_value_get_uint64 (emo_json_value_get_member (vocab, emo_json_value_get_key (vocab, i)), &id));
      g_assert_cmpuint (id, ==, i);
    }
  found = g_get_monotonic_time ();

  g_test_message ("%" G_GSIZE_FORMAT " bytes: parsed in %.1f ms, %" G_GSIZE_FORMAT " look-ups in %.1f ms",
                  text->len, (double) (parsed - begin) / 1000, n, (double) (found - parsed) / 1000);

  /* Far above what it takes; a quadratic look-up takes minutes. */
  g_assert_cmpint (found - begin, <, 20 * G_USEC_PER_SEC);
}

static void
test_json_writes_strings_that_read_back (void)
{
  static const char * const texts[] = {
    "", "awe", "\"\\/", "\b\f\n\r\t\x01\x1f\x7f", "é€😀\u2028", "{\"emotion\": \"awe\"}",
  };
  g_autoptr (GString) out = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (EmoJson) json = NULL;

      g_string_truncate (out, 0);
      emo_json_append_string (out, texts[i]);
      g_assert_null (strchr (out->str, '\n'));
      json = parse (out->str);
      g_assert_cmpstr (emo_json_value_get_string (emo_json_get_root (json)), ==, texts[i]);
    }

  g_string_truncate (out, 0);
  emo_json_append_string (out, NULL);
  emo_json_append_string (out, "a\xff" "b");
  g_assert_cmpstr (out->str, ==, "null\"a\xef\xbf\xbd" "b\"");
}

static void
test_json_writes_doubles_that_read_back (void)
{
  static const struct
  {
    double      value;
    const char *text;
  } cases[] = {
    { 0, "0" }, { -0.0, "-0" }, { 1, "1" }, { 0.1, "0.1" }, { -2.5, "-2.5" }, { 1e22, "1e+22" },
    { 1.0 / 3, "0.3333333333333333" }, { (double) 0.1f, "0.10000000149011612" },
    { 5e-324, "5e-324" }, { 1.7976931348623157e308, "1.7976931348623157e+308" },
    { NAN, "null" }, { INFINITY, "null" }, { -INFINITY, "null" },
  };
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GRand) rand = g_rand_new_with_seed (42);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_string_truncate (out, 0);
      emo_json_append_double (out, cases[i].value);
      g_assert_cmpstr (out->str, ==, cases[i].text);
    }

  for (int i = 0; i < 20000; i++)
    {
      guint64 bits = (guint64) g_rand_int (rand) << 32 | g_rand_int (rand);
      g_autoptr (EmoJson) json = NULL;
      double value, back;

      memcpy (&value, &bits, sizeof value);
      if (!isfinite (value))
        continue;

      g_string_truncate (out, 0);
      emo_json_append_double (out, value);
      json = parse (out->str);
      back = emo_json_value_get_double (emo_json_get_root (json));
      g_assert_cmpmem (&back, sizeof back, &value, sizeof value);
    }

  g_string_truncate (out, 0);
  emo_json_append_doubles (out, (double[]) { 0.5, NAN, -3 }, 3);
  emo_json_append_doubles (out, NULL, 3);
  emo_json_append_doubles (out, (double[]) { 1 }, 0);
  g_assert_cmpstr (out->str, ==, "[0.5,null,-3]null[]");
}

static void
test_json_ignores_the_locale (void)
{
  g_autoptr (EmoJson) json = NULL;
  g_autoptr (GString) out = g_string_new (NULL);

  if (setlocale (LC_NUMERIC, "de_DE.UTF-8") == NULL)
    {
      g_test_skip ("the locale de_DE.UTF-8 is not installed");
      return;
    }

  json = parse ("[1.5, 2]");
  emo_json_append_double (out, emo_json_value_get_double (emo_json_value_get_element (emo_json_get_root (json), 0)));
  setlocale (LC_NUMERIC, "C");

  g_assert_cmpstr (out->str, ==, "1.5");
}

/* Whatever the bytes, the parser ends with a document or a typed error. */
static void
test_json_survives_mutations (void)
{
  static const char seed[] = "{\"__metadata__\":{\"format\":\"pt\"},\"a.weight\":{\"dtype\":\"F32\","
                             "\"shape\":[2,3],\"data_offsets\":[0,24]},\"e\":\"\\ud83d\\ude00é\",\"n\":[-1.5e-3,true,null]}";
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  int taken = 0;

  for (int i = 0; i < 50000; i++)
    {
      gsize length = strlen (seed);
      g_autofree char *text = g_memdup2 (seed, length);
      g_autoptr (GError) error = NULL;
      g_autoptr (EmoJson) json = NULL;
      int n = g_rand_int_range (rand, 1, 4);

      for (int k = 0; k < n; k++)
        {
          gsize at = (gsize) g_rand_int_range (rand, 0, (int) length);

          text[at] = g_rand_boolean (rand) ? "{}[]\",:\\u0019eE+-. "[g_rand_int_range (rand, 0, 19)]
                                           : (char) g_rand_int_range (rand, 0, 256);
        }
      length -= (gsize) g_rand_int_range (rand, 0, 2);
      text = g_realloc (text, length);

      json = emo_json_parse (text, length, "mutant", 0, &error);
      g_assert_true ((json == NULL) == (error != NULL));
      if (error != NULL)
        g_assert_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE);
      else
        taken++;
    }

  /* Changes inside strings leave it well formed: the test saw both sides. */
  g_assert_cmpint (taken, >, 100);
}

static void
test_json_reads_what_a_model_wrote (void)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (EmoJson) json = NULL;
  g_autoptr (GError) error = NULL;

  emo_json_append_string (out, EMO_TEXT_NUL "a" EMO_TEXT_NUL EMO_TEXT_NUL "b");
  g_assert_cmpstr (out->str, ==, "\"\\u0000a\\u0000\\u0000b\"");
  g_assert_null (emo_json_parse (out->str, out->len, "t", 0, NULL));
  json = emo_json_parse_generated (out->str, out->len, "t", 0, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (emo_json_value_get_string (emo_json_get_root (json)), ==,
                   EMO_TEXT_NUL "a" EMO_TEXT_NUL EMO_TEXT_NUL "b");
}

static void
test_json_writes_values_that_read_back (void)
{
  g_autoptr(EmoJson) json = parse ("{\"z\":[1,-0,18446744073709551615,-9223372036854775809,0.1],\"a\":{\"deep\":[[],{}]},"
                                   "\"\\u00e9\\n\":[{\"b\":true},null],\"e\":\"\",\"n\":false}");
  g_autoptr(GString) out = g_string_new (NULL);

  emo_json_append_value (out, emo_json_get_root (json));
  g_assert_cmpstr (out->str, ==,
                   "{\n"
                   "  \"z\": [1, -0, 18446744073709551615, -9223372036854775809, 0.1],\n"
                   "  \"a\": {\n"
                   "    \"deep\": [\n"
                   "      [],\n"
                   "      {}\n"
                   "    ]\n"
                   "  },\n"
                   "  \"\303\251\\n\": [\n"
                   "    {\n"
                   "      \"b\": true\n"
                   "    },\n"
                   "    null\n"
                   "  ],\n"
                   "  \"e\": \"\",\n"
                   "  \"n\": false\n"
                   "}");
}

static void
test_json_writes_what_is_64_deep (void)
{
  g_autoptr(GString) text = g_string_new (NULL);
  g_autoptr(GString) out = g_string_new (NULL);
  g_autoptr(GString) again = g_string_new (NULL);
  g_autoptr(EmoJson) json = NULL;
  g_autoptr(EmoJson) second = NULL;

  for (int i = 0; i < 64; i++)
    g_string_append (text, i % 2 == 0 ? "[" : "{\"k\":");
  g_string_append_c (text, '7');
  for (int i = 63; i >= 0; i--)
    g_string_append (text, i % 2 == 0 ? "]" : "}");
  json = parse (text->str);
  emo_json_append_value (out, emo_json_get_root (json));
  second = parse (out->str);
  emo_json_append_value (again, emo_json_get_root (second));
  g_assert_cmpstr (out->str, ==, again->str);
  g_assert_nonnull (strchr (out->str, '7'));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/Json/reads-every-type", test_json_reads_every_type);
  g_test_add_func ("/Emo/Json/readers-take-what-is-absent", test_json_readers_take_what_is_absent);
  g_test_add_func ("/Emo/Json/keeps-integers-exact", test_json_keeps_integers_exact);
  g_test_add_func ("/Emo/Json/refuses-numbers-outside-the-grammar", test_json_refuses_numbers_outside_the_grammar);
  g_test_add_func ("/Emo/Json/unescapes-strings", test_json_unescapes_strings);
  g_test_add_func ("/Emo/Json/refuses-broken-strings", test_json_refuses_broken_strings);
  g_test_add_func ("/Emo/Json/refuses-what-is-no-utf8", test_json_refuses_what_is_no_utf8);
  g_test_add_func ("/Emo/Json/refuses-cut-or-trailing-text", test_json_refuses_cut_or_trailing_text);
  g_test_add_func ("/Emo/Json/refuses-duplicate-keys", test_json_refuses_duplicate_keys);
  g_test_add_func ("/Emo/Json/finds-members-of-any-number", test_json_finds_members_of_any_number);
  g_test_add_func ("/Emo/Json/takes-depth-64-and-no-more", test_json_takes_depth_64_and_no_more);
  g_test_add_func ("/Emo/Json/holds-its-limits", test_json_holds_its_limits);
  g_test_add_func ("/Emo/Json/refuses-more-than-64-mib", test_json_refuses_more_than_64_mib);
  g_test_add_func ("/Emo/Json/loads-files-and-names-them", test_json_loads_files_and_names_them);
  g_test_add_func ("/Emo/Json/reads-a-large-vocabulary-quickly", test_json_reads_a_large_vocabulary_quickly);
  g_test_add_func ("/Emo/Json/writes-strings-that-read-back", test_json_writes_strings_that_read_back);
  g_test_add_func ("/Emo/Json/writes-doubles-that-read-back", test_json_writes_doubles_that_read_back);
  g_test_add_func ("/Emo/Json/writes-values-that-read-back", test_json_writes_values_that_read_back);
  g_test_add_func ("/Emo/Json/writes-what-is-64-deep", test_json_writes_what_is_64_deep);
  g_test_add_func ("/Emo/Json/ignores-the-locale", test_json_ignores_the_locale);
  g_test_add_func ("/Emo/Json/survives-mutations", test_json_survives_mutations);
  g_test_add_func ("/Emo/Json/reads-what-a-model-wrote", test_json_reads_what_a_model_wrote);

  return g_test_run ();
}
