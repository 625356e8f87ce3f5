/* test-manifest-edit.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include <glib/gstdio.h>

#include "emo-error.h"
#include "emo-manifest-edit.h"
#include "emo-test-files.h"

typedef struct
{
  char *folder;
  char *path;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->folder = emo_test_make_folder ();
  fixture->path = data != NULL ? emo_test_write_text (fixture->folder, "emovlm.json", data)
                               : g_build_filename (fixture->folder, "emovlm.json", NULL);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  emo_test_remove_folder (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->path);
}

static EmoManifestEdit *
load (Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  EmoManifestEdit *edit = emo_manifest_edit_load (fixture->folder, &error);

  g_assert_no_error (error);
  g_assert_nonnull (edit);

  return edit;
}

static void
save (EmoManifestEdit *edit)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (emo_manifest_edit_save (edit, &error));
  g_assert_no_error (error);
}

static void
assert_text (Fixture    *fixture,
             const char *expected)
{
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (fixture->path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, expected);
}

static const char with_unknown[] =
  "{\"format\":1,\"x-note\":{\"b\":[1,2],\"a\":null},\"labels\":[\"awe\",\"fear\"],\"n\":18446744073709551615}";

static void
test_manifest_edit_keeps_order_and_unknown_members (Fixture       *fixture,
                                                    gconstpointer  data)
{
  g_autoptr(EmoManifestEdit) edit = load (fixture);

  emo_manifest_edit_set (edit, "labels", "[\"a\", \"b\"]");
  emo_manifest_edit_set (edit, "gate", "{\"path\": \"gate.safetensors\"}");
  save (edit);
  assert_text (fixture,
               "{\n"
               "  \"format\": 1,\n"
               "  \"x-note\": {\n"
               "    \"b\": [1, 2],\n"
               "    \"a\": null\n"
               "  },\n"
               "  \"labels\": [\"a\", \"b\"],\n"
               "  \"n\": 18446744073709551615,\n"
               "  \"gate\": {\n"
               "    \"path\": \"gate.safetensors\"\n"
               "  }\n"
               "}\n");
}

static void
test_manifest_edit_saves_what_it_saved (Fixture       *fixture,
                                        gconstpointer  data)
{
  g_autoptr(EmoManifestEdit) first = load (fixture);
  g_autoptr(EmoManifestEdit) second = NULL;
  g_autofree char *text = NULL;

  save (first);
  g_assert_true (g_file_get_contents (fixture->path, &text, NULL, NULL));
  second = load (fixture);
  save (second);
  assert_text (fixture, text);
}

static void
test_manifest_edit_gives_and_removes_members (Fixture       *fixture,
                                              gconstpointer  data)
{
  g_autoptr(EmoManifestEdit) edit = load (fixture);

  g_assert_cmpfloat (emo_json_value_get_double (emo_manifest_edit_get (edit, "format")), ==, 1);
  g_assert_null (emo_manifest_edit_get (edit, "gate"));
  emo_manifest_edit_set (edit, "gate", NULL);
  emo_manifest_edit_set (edit, "x-note", NULL);
  emo_manifest_edit_set (edit, "n", NULL);
  g_assert_null (emo_manifest_edit_get (edit, "x-note"));
  emo_manifest_edit_set (edit, "format", "2");
  g_assert_cmpfloat (emo_json_value_get_double (emo_manifest_edit_get (edit, "format")), ==, 2);
  save (edit);
  assert_text (fixture, "{\n  \"format\": 2,\n  \"labels\": [\"awe\", \"fear\"]\n}\n");
}

static void
test_manifest_edit_takes_names_that_need_escapes (Fixture       *fixture,
                                                  gconstpointer  data)
{
  g_autoptr(EmoManifestEdit) edit = load (fixture);

  emo_manifest_edit_set (edit, "quote\"\n\303\251", "\"\\\\\"");
  save (edit);
  assert_text (fixture, "{\n  \"quote\\\"\\n\303\251\": \"\\\\\"\n}\n");
}

static void
test_manifest_edit_merges_objects (Fixture       *fixture,
                                   gconstpointer  data)
{
  g_autoptr(EmoManifestEdit) edit = load (fixture);

  emo_manifest_edit_merge (edit, "x-note", "{\"a\": 7, \"c\": [1]}");
  emo_manifest_edit_merge (edit, "n", "{\"a\": 7}");
  emo_manifest_edit_merge (edit, "labels", "{}");
  emo_manifest_edit_merge (edit, "new", "{\"z\": true}");
  save (edit);
  assert_text (fixture,
               "{\n"
               "  \"format\": 1,\n"
               "  \"x-note\": {\n"
               "    \"b\": [1, 2],\n"
               "    \"a\": 7,\n"
               "    \"c\": [1]\n"
               "  },\n"
               "  \"labels\": {},\n"
               "  \"n\": {\n"
               "    \"a\": 7\n"
               "  },\n"
               "  \"new\": {\n"
               "    \"z\": true\n"
               "  }\n"
               "}\n");
}

static void
test_manifest_edit_keeps_some_members (Fixture       *fixture,
                                       gconstpointer  data)
{
  static const char * const names[] = { "b", "c", NULL };
  g_autoptr(EmoManifestEdit) edit = load (fixture);

  emo_manifest_edit_keep (edit, "x-note", names);
  emo_manifest_edit_keep (edit, "n", names);
  emo_manifest_edit_keep (edit, "none", names);
  save (edit);
  assert_text (fixture,
               "{\n"
               "  \"format\": 1,\n"
               "  \"x-note\": {\n"
               "    \"b\": [1, 2]\n"
               "  },\n"
               "  \"labels\": [\"awe\", \"fear\"]\n"
               "}\n");
}

static void
test_manifest_edit_refuses_invalid_members (Fixture       *fixture,
                                            gconstpointer  data)
{
  g_autoptr(EmoManifestEdit) edit = load (fixture);

  g_test_expect_message ("Emo", G_LOG_LEVEL_CRITICAL, "gate: *");
  emo_manifest_edit_set (edit, "gate", "{\"path\": ");
  g_test_assert_expected_messages ();
  g_assert_null (emo_manifest_edit_get (edit, "gate"));
}

static void
test_manifest_edit_refuses_hostile_files (Fixture       *fixture,
                                          gconstpointer  data)
{
  const struct { const char *text; EmoError code; } cases[] = {
    { "", EMO_ERROR_INVALID_FILE },
    { "[1]", EMO_ERROR_INVALID_FILE },
    { "\"text\"", EMO_ERROR_INVALID_FILE },
    { "null", EMO_ERROR_INVALID_FILE },
    { "{\"a\":1", EMO_ERROR_INVALID_FILE },
    { "{\"a\":1,\"a\":2}", EMO_ERROR_INVALID_FILE },
    { "{\"a\":1} {", EMO_ERROR_INVALID_FILE },
    { "{\"a\":\"\\u0000\"}", EMO_ERROR_INVALID_FILE },
    { "{\"a\":1e999}", EMO_ERROR_INVALID_FILE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = emo_test_write_text (fixture->folder, "emovlm.json", cases[i].text);
      g_autoptr(GError) error = NULL;

      g_assert_null (emo_manifest_edit_load (fixture->folder, &error));
      g_assert_error (error, EMO_ERROR, (int) cases[i].code);
      g_assert_nonnull (strstr (error->message, path));
    }
}

static void
test_manifest_edit_refuses_files_that_are_none_or_large (Fixture       *fixture,
                                                         gconstpointer  data)
{
  g_autofree char *large = g_strnfill (5 * 1024 * 1024, ' ');
  g_autofree char *path = NULL;
  g_autoptr(GError) absent = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_null (emo_manifest_edit_load (fixture->folder, &absent));
  g_assert_error (absent, EMO_ERROR, EMO_ERROR_IO);
  path = emo_test_write_text (fixture->folder, "emovlm.json", large);
  g_assert_null (emo_manifest_edit_load (fixture->folder, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_LIMIT);
}

/* 63 levels under the root are the most that can be read. */
static void
test_manifest_edit_keeps_what_is_deep (Fixture       *fixture,
                                       gconstpointer  data)
{
  g_autoptr(GString) text = g_string_new ("{\"deep\":");
  g_autoptr(EmoManifestEdit) edit = NULL;
  g_autoptr(EmoManifestEdit) again = NULL;
  g_autofree char *path = NULL;
  g_autofree char *written = NULL;

  for (int i = 0; i < 63; i++)
    g_string_append_c (text, '[');
  g_string_append (text, "-12");
  for (int i = 0; i < 63; i++)
    g_string_append_c (text, ']');
  g_string_append_c (text, '}');
  path = emo_test_write_text (fixture->folder, "emovlm.json", text->str);
  edit = load (fixture);
  save (edit);
  g_assert_true (g_file_get_contents (path, &written, NULL, NULL));
  again = load (fixture);
  save (again);
  assert_text (fixture, written);
  g_assert_nonnull (strstr (written, "[-12]"));
}

/* A limit of file sizes fails as a full disk does, in the middle of the file. */
static void
test_manifest_edit_survives_a_full_disk (Fixture       *fixture,
                                         gconstpointer  data)
{
  g_autoptr(EmoManifestEdit) edit = load (fixture);
  g_autoptr(GError) error = NULL;
  struct rlimit before, small;
  gboolean saved;

  emo_manifest_edit_set (edit, "labels", "[]");
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
  small = before;
  small.rlim_cur = 20;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  saved = emo_manifest_edit_save (edit, &error);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);
  g_assert_false (saved);
  g_assert_error (error, EMO_ERROR, EMO_ERROR_NO_SPACE);
  g_assert_nonnull (strstr (error->message, "emovlm.json"));
  assert_text (fixture, data);
  save (edit);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, text, function) g_test_add ("/Emo/ManifestEdit/" name, Fixture, text, set_up, function, tear_down)
  ADD ("keeps-order-and-unknown-members", with_unknown, test_manifest_edit_keeps_order_and_unknown_members);
  ADD ("saves-what-it-saved", with_unknown, test_manifest_edit_saves_what_it_saved);
  ADD ("gives-and-removes-members", with_unknown, test_manifest_edit_gives_and_removes_members);
  ADD ("takes-names-that-need-escapes", "{}", test_manifest_edit_takes_names_that_need_escapes);
  ADD ("merges-objects", with_unknown, test_manifest_edit_merges_objects);
  ADD ("keeps-some-members", with_unknown, test_manifest_edit_keeps_some_members);
  ADD ("refuses-invalid-members", with_unknown, test_manifest_edit_refuses_invalid_members);
  ADD ("refuses-hostile-files", NULL, test_manifest_edit_refuses_hostile_files);
  ADD ("refuses-files-that-are-none-or-large", NULL, test_manifest_edit_refuses_files_that_are_none_or_large);
  ADD ("keeps-what-is-deep", NULL, test_manifest_edit_keeps_what_is_deep);
  ADD ("survives-a-full-disk", with_unknown, test_manifest_edit_survives_a_full_disk);
#undef ADD

  return g_test_run ();
}
