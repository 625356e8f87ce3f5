/* test-result-printer.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <adwaita.h>
#include <glib/gstdio.h>
#include <string.h>

#include "emo-chart.h"
#include "emo-result-printer.h"
#include "emo-scripted-classifier.h"
#include "emo-test-files.h"

/* The scripted model fails on pictures of this width. */
#define BAD_WIDTH 77
#define HEIGHT 60

typedef struct
{
  char                  *folder;
  EmoEngine             *engine;
  EmoScriptedClassifier *classifier;
  EmoSession            *session;
  gboolean               done;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->folder = emo_test_make_folder ();
  fixture->engine = emo_engine_new ();
  fixture->classifier = emo_scripted_classifier_new ("first");
  emo_scripted_classifier_fail_width (fixture->classifier, BAD_WIDTH);
  fixture->session = emo_session_new (fixture->engine);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  emo_session_set_classifier (fixture->session, NULL);
  emo_session_stop (fixture->session);
  emo_engine_shutdown (fixture->engine);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (fixture->session);
  g_object_unref (fixture->classifier);
  g_object_unref (fixture->engine);
  emo_test_remove_folder (fixture->folder);
  g_free (fixture->folder);
}

static EmoSample *
add_picture (Fixture *fixture,
             int      width)
{
  g_autofree char *name = g_strdup_printf ("%d.png", width);
  g_autofree char *path = emo_test_write_picture (fixture->folder, name, width, HEIGHT);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (EmoSample) sample = emo_sample_new_for_file (file, NULL);

  return emo_session_add (fixture->session, sample);
}

static void
answer_all (Fixture *fixture)
{
  GListModel *samples = emo_session_get_samples (fixture->session);
  guint n_done = 0;
  guint n_failed = 0;

  emo_session_set_classifier (fixture->session, EMO_CLASSIFIER (fixture->classifier));
  while (n_done + n_failed < g_list_model_get_n_items (samples))
    {
      g_main_context_iteration (NULL, TRUE);
      g_object_get (fixture->session, "n-done", &n_done, "n-failed", &n_failed, NULL);
    }
}

static void
done_cb (GtkPrintOperation       *operation,
         GtkPrintOperationResult  result,
         Fixture                 *fixture)
{
  g_assert_cmpint (result, ==, GTK_PRINT_OPERATION_RESULT_APPLY);
  fixture->done = TRUE;
}

/* The pages of what the operation prints, and how long the file is. */
static guint
count_pages (Fixture           *fixture,
             GtkPrintOperation *operation,
             gsize             *length)
{
  g_autofree char *path = g_build_filename (fixture->folder, "out.pdf", NULL);
  g_autofree char *pdf = NULL;
  g_autoptr (GError) error = NULL;
  gsize size;
  guint n = 0;

  fixture->done = FALSE;
  g_signal_connect (operation, "done", G_CALLBACK (done_cb), fixture);
  gtk_print_operation_set_export_filename (operation, path);
  gtk_print_operation_run (operation, GTK_PRINT_OPERATION_ACTION_EXPORT, NULL, &error);
  g_assert_no_error (error);
  emo_test_wait (&fixture->done, 20);

  g_assert_true (g_file_get_contents (path, &pdf, &size, NULL));
  g_assert_true (g_str_has_prefix (pdf, "%PDF-"));
  for (gsize i = 0; i + 12 < size; i++)
    n += memcmp (pdf + i, "/Type /Page\n", 12) == 0 || memcmp (pdf + i, "/Type /Page ", 12) == 0;
  g_unlink (path);
  if (length != NULL)
    *length = size;

  return n;
}

static void
test_result_printer_prints_a_page_a_picture (Fixture       *fixture,
                                             gconstpointer  data)
{
  g_autoptr (GtkPrintOperation) operation = NULL;
  EmoSample *second;
  int n_pages;

  add_picture (fixture, 80);
  second = add_picture (fixture, 81);
  add_picture (fixture, 82);
  answer_all (fixture);

  operation = emo_result_printer_new (emo_session_get_samples (fixture->session), second);
  g_object_get (operation, "n-pages", &n_pages, NULL);
  g_assert_cmpint (n_pages, ==, 3);
  g_assert_cmpint (gtk_print_settings_get_print_pages (gtk_print_operation_get_print_settings (operation)), ==,
                   GTK_PRINT_PAGES_CURRENT);
  g_assert_cmpuint (count_pages (fixture, operation, NULL), ==, 3);
  g_assert_finalize_object (g_steal_pointer (&operation));
}

static void
test_result_printer_has_the_selected_picture_as_current_page (Fixture       *fixture,
                                                              gconstpointer  data)
{
  g_autoptr (GtkPrintOperation) operation = NULL;
  EmoSample *last;
  int current;

  add_picture (fixture, 80);
  add_picture (fixture, BAD_WIDTH);
  last = add_picture (fixture, 82);
  answer_all (fixture);

  operation = emo_result_printer_new (emo_session_get_samples (fixture->session), last);
  g_object_get (operation, "current-page", &current, NULL);
  g_assert_cmpint (current, ==, 1);
}

static void
test_result_printer_leaves_out_what_has_no_answer (Fixture       *fixture,
                                                   gconstpointer  data)
{
  g_autoptr (GtkPrintOperation) operation = NULL;
  EmoSample *good = add_picture (fixture, 80);
  EmoSample *bad = add_picture (fixture, BAD_WIDTH);

  g_assert_false (emo_result_printer_can_print (good));
  answer_all (fixture);
  g_assert_true (emo_result_printer_can_print (good));
  g_assert_false (emo_result_printer_can_print (bad));

  operation = emo_result_printer_new (emo_session_get_samples (fixture->session), good);
  g_assert_cmpuint (count_pages (fixture, operation, NULL), ==, 1);
}

/* As a result of the history: never another picture in its place. */
static void
test_result_printer_prints_alone_what_is_not_listed (Fixture       *fixture,
                                                     gconstpointer  data)
{
  g_autoptr (GtkPrintOperation) operation = NULL;
  g_autoptr (GListStore) others = g_list_store_new (EMO_TYPE_SAMPLE);
  g_autoptr (GListStore) none = g_list_store_new (EMO_TYPE_SAMPLE);
  EmoSample *sample = add_picture (fixture, 80);
  int current;

  g_list_store_append (others, add_picture (fixture, 81));
  g_list_store_append (others, add_picture (fixture, 82));
  answer_all (fixture);

  operation = emo_result_printer_new (G_LIST_MODEL (others), sample);
  g_object_get (operation, "current-page", &current, NULL);
  g_assert_cmpint (current, ==, 0);
  g_assert_cmpuint (count_pages (fixture, operation, NULL), ==, 1);
  g_clear_object (&operation);

  operation = emo_result_printer_new (G_LIST_MODEL (none), sample);
  g_assert_cmpuint (count_pages (fixture, operation, NULL), ==, 1);
  g_assert_null (emo_result_printer_new (G_LIST_MODEL (none), NULL));
}

/* A page without its picture is still a page. */
static void
test_result_printer_does_without_a_picture_that_is_gone (Fixture       *fixture,
                                                         gconstpointer  data)
{
  g_autoptr (GtkPrintOperation) with = NULL;
  g_autoptr (GtkPrintOperation) without = NULL;
  EmoSample *sample = add_picture (fixture, 480);
  g_autofree char *path = g_file_get_path (emo_sample_get_file (sample));
  gsize length, shorter;

  answer_all (fixture);
  with = emo_result_printer_new (emo_session_get_samples (fixture->session), sample);
  g_assert_cmpuint (count_pages (fixture, with, &length), ==, 1);

  g_assert_cmpint (g_unlink (path), ==, 0);
  without = emo_result_printer_new (emo_session_get_samples (fixture->session), sample);
  g_assert_cmpuint (count_pages (fixture, without, &shorter), ==, 1);
  g_assert_cmpuint (shorter, <, length);
}

/* --- The sheet, as a file and as bytes --- */

static void
saved_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (emo_chart_save_finish (result, &error));
  g_assert_no_error (error);
  *(gboolean *) user_data = TRUE;
}

static void
refused_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (emo_chart_save_finish (result, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED);
  *(gboolean *) user_data = TRUE;
}

static void
drawn_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  *(GBytes **) user_data = emo_chart_to_png_finish (result, &error);
  g_assert_no_error (error);
}

static EmoChart *
new_chart (EmoSample *sample)
{
  return emo_chart_new (sample, emo_sample_get_prediction (sample), EMO_FIGURE_LIGHT);
}

static void
test_chart_is_saved_on_another_thread (Fixture       *fixture,
                                       gconstpointer  data)
{
  EmoSample *sample = add_picture (fixture, 80);
  g_autofree char *path = g_build_filename (fixture->folder, "chart.svg", NULL);
  g_autofree char *other = g_build_filename (fixture->folder, "chart.jpg", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFile) other_file = g_file_new_for_path (other);
  g_autofree char *svg = NULL;

  answer_all (fixture);
  emo_chart_save_async (new_chart (sample), file, NULL, saved_cb, &fixture->done);
  emo_test_wait (&fixture->done, 20);
  g_assert_true (g_file_get_contents (path, &svg, NULL, NULL));
  g_assert_nonnull (strstr (svg, "<title>80.png "));
  /* The picture is in it. */
  g_assert_nonnull (strstr (svg, "data:image/png;base64,"));

  fixture->done = FALSE;
  emo_chart_save_async (new_chart (sample), other_file, NULL, refused_cb, &fixture->done);
  emo_test_wait (&fixture->done, 20);
  g_assert_false (g_file_test (other, G_FILE_TEST_EXISTS));
}

static void
test_chart_of_pasted_bytes_has_their_picture (Fixture       *fixture,
                                              gconstpointer  data)
{
  g_autofree char *source = emo_test_write_picture (fixture->folder, "source.png", 320, HEIGHT);
  g_autofree char *content = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (EmoSample) pasted = NULL;
  g_autoptr (GBytes) png = NULL;
  g_autoptr (EmoImage) image = NULL;
  EmoSample *sample;
  gsize length;

  g_assert_true (g_file_get_contents (source, &content, &length, NULL));
  bytes = g_bytes_new (content, length);
  pasted = emo_sample_new_for_bytes (bytes, "Pasted 1");
  sample = emo_session_add (fixture->session, pasted);
  answer_all (fixture);

  emo_chart_to_png_async (new_chart (sample), NULL, drawn_cb, &png);
  while (png == NULL)
    g_main_context_iteration (NULL, TRUE);
  image = emo_image_load_bytes (png, "chart", FALSE, NULL);
  g_assert_nonnull (image);
  g_assert_cmpint (emo_image_get_width (image), ==, 2 * 784);
}

int
main (int   argc,
      char *argv[])
{
  static const struct
  {
    const char *path;
    void        (*func) (Fixture *, gconstpointer);
  } cases[] = {
    { "/Emo/ResultPrinter/prints-a-page-a-picture", test_result_printer_prints_a_page_a_picture },
    { "/Emo/ResultPrinter/has-the-selected-picture-as-current-page", test_result_printer_has_the_selected_picture_as_current_page },
    { "/Emo/ResultPrinter/leaves-out-what-has-no-answer", test_result_printer_leaves_out_what_has_no_answer },
    { "/Emo/ResultPrinter/prints-alone-what-is-not-listed", test_result_printer_prints_alone_what_is_not_listed },
    { "/Emo/ResultPrinter/does-without-a-picture-that-is-gone", test_result_printer_does_without_a_picture_that_is_gone },
    { "/Emo/Chart/is-saved-on-another-thread", test_chart_is_saved_on_another_thread },
    { "/Emo/Chart/of-pasted-bytes-has-their-picture", test_chart_of_pasted_bytes_has_their_picture },
  };

  gtk_test_init (&argc, &argv, NULL);
  adw_init ();

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add (cases[i].path, Fixture, NULL, set_up, cases[i].func, tear_down);

  return g_test_run ();
}
