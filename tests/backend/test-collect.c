/* test-collect.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <sys/stat.h>
#include <unistd.h>

#include "emo-collect.h"
#include "emo-test-files.h"

typedef struct
{
  char *folder;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  static const char *const names[] = {
    "b.png", "a.JPG", "a/z.png", "a.png", "notes.txt", ".hidden.png", "a/deep/er/c.webp", "\xff.png",
  };

  fixture->folder = emo_test_make_folder ();
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_free (emo_test_write_text (fixture->folder, names[i], ""));
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  emo_test_remove_folder (fixture->folder);
  g_free (fixture->folder);
}

static EmoCollection *
collect (const char *given,
         gboolean    recursive)
{
  g_autoptr(GPtrArray) inputs = g_ptr_array_new_with_free_func ((GDestroyNotify) emo_input_free);
  g_autoptr(GFile) file = g_file_new_for_path (given);
  g_autoptr(GError) error = NULL;
  EmoCollection *collection;

  g_ptr_array_add (inputs, emo_input_new (file, given, NULL));
  collection = emo_collect (inputs, recursive, NULL, &error);
  g_assert_no_error (error);

  return collection;
}

static char *
join_names (EmoCollection *collection)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < collection->samples->len; i++)
    g_string_append_printf (out, "%s%s", i > 0 ? " " : "",
                            emo_sample_get_file_name (g_ptr_array_index (collection->samples, i)));

  return g_string_free (out, FALSE);
}

static void
test_collect_takes_pictures_of_one_folder (Fixture       *fixture,
                                           gconstpointer  data)
{
  g_autoptr(EmoCollection) collection = collect (fixture->folder, FALSE);
  g_autofree char *names = join_names (collection);

  g_assert_cmpstr (names, ==, "a.JPG a.png b.png \\xff.png");
  g_assert_cmpuint (collection->n_skipped, ==, 1);
  g_assert_cmpuint (collection->problems->len, ==, 0);
}

static void
test_collect_sorts_folders_by_bytes (Fixture       *fixture,
                                     gconstpointer  data)
{
  g_autoptr(EmoCollection) collection = collect (fixture->folder, TRUE);
  g_autofree char *names = join_names (collection);

  g_assert_cmpstr (names, ==, "a.JPG a.png a/deep/er/c.webp a/z.png b.png \\xff.png");
}

static void
test_collect_given_names_begin_with_the_words_used (Fixture       *fixture,
                                                    gconstpointer  data)
{
  g_autofree char *given = g_strconcat (fixture->folder, "/", NULL);
  g_autofree char *expected = g_build_filename (fixture->folder, "a.JPG", NULL);
  g_autoptr(EmoCollection) collection = collect (given, FALSE);
  g_autofree char *image = emo_sample_dup_image_name (g_ptr_array_index (collection->samples, 0));

  g_assert_cmpstr (image, ==, expected);
}

static void
test_collect_ends_link_loops (Fixture       *fixture,
                              gconstpointer  data)
{
  g_autofree char *loop = g_build_filename (fixture->folder, "a", "loop", NULL);
  g_autofree char *twin = g_build_filename (fixture->folder, "twin", NULL);
  g_autofree char *names = NULL;
  EmoCollection *collection;

  g_assert_cmpint (symlink (fixture->folder, loop), ==, 0);
  g_assert_cmpint (symlink ("a", twin), ==, 0);
  collection = collect (fixture->folder, TRUE);
  /* Which of two names a folder goes by is the system's order; it is met once. */
  g_assert_cmpuint (collection->samples->len, ==, 6);
  g_assert_cmpuint (collection->problems->len, ==, 0);
  emo_collection_free (collection);
}

static void
test_collect_skips_what_is_no_file (Fixture       *fixture,
                                    gconstpointer  data)
{
  g_autofree char *fifo = g_build_filename (fixture->folder, "pipe.png", NULL);
  g_autofree char *dangling = g_build_filename (fixture->folder, "gone.png", NULL);
  g_autoptr(EmoCollection) collection = NULL;
  g_autofree char *names = NULL;

  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  g_assert_cmpint (symlink ("/nonexistent/picture.png", dangling), ==, 0);
  collection = collect (fixture->folder, FALSE);
  names = join_names (collection);
  g_assert_cmpstr (names, ==, "a.JPG a.png b.png gone.png \\xff.png");
  g_assert_cmpuint (collection->n_skipped, ==, 2);
  g_assert_cmpuint (collection->skipped->len, ==, 2);
}

static void
test_collect_takes_named_files_whatever_they_are (Fixture       *fixture,
                                                  gconstpointer  data)
{
  g_autofree char *text = g_build_filename (fixture->folder, "notes.txt", NULL);
  g_autoptr(EmoCollection) there = collect (text, FALSE);
  g_autoptr(EmoCollection) absent = collect ("/nonexistent/x.png", FALSE);

  g_assert_cmpuint (there->samples->len, ==, 1);
  g_assert_cmpuint (there->n_skipped, ==, 0);
  g_assert_cmpuint (absent->samples->len, ==, 1);
}

static void
test_collect_is_cancelled (Fixture       *fixture,
                           gconstpointer  data)
{
  g_autoptr(GPtrArray) inputs = g_ptr_array_new_with_free_func ((GDestroyNotify) emo_input_free);
  g_autoptr(GFile) file = g_file_new_for_path (fixture->folder);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;

  g_ptr_array_add (inputs, emo_input_new (file, NULL, NULL));
  g_cancellable_cancel (cancellable);
  g_assert_null (emo_collect (inputs, TRUE, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

typedef struct
{
  EmoCollection *collection;
  gboolean       done;
} Answer;

static void
collected_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  Answer *answer = user_data;
  g_autoptr(GError) error = NULL;

  answer->collection = emo_collect_finish (result, &error);
  g_assert_no_error (error);
  answer->done = TRUE;
}

static void
test_collect_answers_on_the_main_context (Fixture       *fixture,
                                          gconstpointer  data)
{
  GPtrArray *inputs = g_ptr_array_new_with_free_func ((GDestroyNotify) emo_input_free);
  g_autoptr(GFile) file = g_file_new_for_path (fixture->folder);
  Answer answer = { NULL, FALSE };

  g_ptr_array_add (inputs, emo_input_new (file, NULL, NULL));
  emo_collect_async (inputs, TRUE, NULL, collected_cb, &answer);
  g_assert_false (answer.done);
  emo_test_wait (&answer.done, 10);
  g_assert_cmpuint (answer.collection->samples->len, ==, 6);
  emo_collection_free (answer.collection);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, func) g_test_add ("/Emo/Collect/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("takes-pictures-of-one-folder", test_collect_takes_pictures_of_one_folder);
  ADD ("sorts-folders-by-bytes", test_collect_sorts_folders_by_bytes);
  ADD ("given-names-begin-with-the-words-used", test_collect_given_names_begin_with_the_words_used);
  ADD ("ends-link-loops", test_collect_ends_link_loops);
  ADD ("skips-what-is-no-file", test_collect_skips_what_is_no_file);
  ADD ("takes-named-files-whatever-they-are", test_collect_takes_named_files_whatever_they_are);
  ADD ("is-cancelled", test_collect_is_cancelled);
  ADD ("answers-on-the-main-context", test_collect_answers_on_the_main_context);
#undef ADD

  return g_test_run ();
}
