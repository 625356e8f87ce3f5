/* test-sample.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "emo-sample-private.h"

#include "emo-error.h"

static void
count_cb (GObject    *object,
          GParamSpec *pspec,
          gpointer    user_data)
{
  (*(guint *) user_data)++;
}

static void
test_sample_names_file_relative_to_root (void)
{
  g_autoptr(GFile) root = g_file_new_for_path ("/photos");
  g_autoptr(GFile) file = g_file_new_for_path ("/photos/summer/a b.png");
  g_autoptr(GFile) stranger = g_file_new_for_path ("/other/c.png");
  g_autoptr(EmoSample) inside = emo_sample_new_for_file (file, root);
  g_autoptr(EmoSample) outside = emo_sample_new_for_file (stranger, root);
  g_autofree char *uri = emo_sample_dup_uri (inside);
  g_autofree char *image = emo_sample_dup_image_name (inside);

  g_assert_cmpstr (emo_sample_get_file_name (inside), ==, "summer/a b.png");
  g_assert_cmpstr (emo_sample_get_file_name (outside), ==, "c.png");
  g_assert_cmpstr (uri, ==, "file:///photos/summer/a%20b.png");
  g_assert_cmpstr (image, ==, "/photos/summer/a b.png");
  g_assert_null (emo_sample_get_bytes (inside));
}

static void
test_sample_keeps_given_name (void)
{
  g_autoptr(GFile) file = g_file_new_for_path ("/photos/a.png");
  g_autoptr(EmoSample) sample = emo_sample_new_for_file (file, NULL);
  g_autofree char *image = NULL;

  emo_sample_set_given_name (sample, "./a.png");
  image = emo_sample_dup_image_name (sample);
  g_assert_cmpstr (image, ==, "./a.png");
}

static void
test_sample_escapes_names_that_are_no_utf8 (void)
{
  g_autoptr(GFile) file = g_file_new_for_path ("/photos/\xff\xfe" "x\n.png");
  g_autoptr(EmoSample) sample = emo_sample_new_for_file (file, NULL);
  g_autofree char *image = emo_sample_dup_image_name (sample);
  g_autofree char *shown = emo_sample_dup_display_name (sample);

  /* A line feed is valid text and stays in exports; a screen gets it escaped. */
  g_assert_cmpstr (emo_sample_get_file_name (sample), ==, "\\xff\\xfex\n.png");
  g_assert_cmpstr (image, ==, "file:///photos/%FF%FEx%0A.png");
  g_assert_null (strchr (shown, '\n'));
  g_assert_true (g_utf8_validate (shown, -1, NULL));
}

static void
test_sample_same_bytes_are_same_picture (void)
{
  g_autoptr(GBytes) bytes = g_bytes_new_static ("abc", 3);
  g_autoptr(GBytes) equal = g_bytes_new_static ("abc", 3);
  g_autoptr(EmoSample) a = emo_sample_new_for_bytes (bytes, "Pasted picture 1");
  g_autoptr(EmoSample) b = emo_sample_new_for_bytes (equal, "Pasted picture 2");
  g_autofree char *uri = emo_sample_dup_uri (a);
  g_autofree char *image = emo_sample_dup_image_name (a);

  g_assert_cmpstr (_emo_sample_get_key (a), ==, _emo_sample_get_key (b));
  g_assert_null (uri);
  g_assert_null (emo_sample_get_file (a));
  g_assert_cmpstr (image, ==, "Pasted picture 1");
}

static void
test_sample_notifies_changes_once (void)
{
  g_autoptr(GFile) file = g_file_new_for_path ("/photos/a.png");
  g_autoptr(EmoSample) sample = emo_sample_new_for_file (file, NULL);
  g_autofree char *message = NULL;
  guint n_states = 0;
  guint n_errors = 0;

  g_signal_connect (sample, "notify::state", G_CALLBACK (count_cb), &n_states);
  g_signal_connect (sample, "notify::error-message", G_CALLBACK (count_cb), &n_errors);
  _emo_sample_set_state (sample, EMO_SAMPLE_WAITING);
  g_assert_cmpuint (n_states, ==, 0);
  g_assert_cmpint (emo_sample_get_time (sample), ==, 0);

  _emo_sample_take_error (sample, g_error_new (EMO_ERROR, EMO_ERROR_TRUNCATED, "ends early"));
  _emo_sample_set_state (sample, EMO_SAMPLE_FAILED);
  _emo_sample_set_state (sample, EMO_SAMPLE_FAILED);
  g_assert_cmpuint (n_states, ==, 1);
  g_assert_cmpuint (n_errors, ==, 1);
  g_assert_cmpint (emo_sample_get_time (sample), >, 0);
  g_object_get (sample, "error-message", &message, NULL);
  g_assert_cmpstr (message, ==, "ends early");

  _emo_sample_take_error (sample, NULL);
  _emo_sample_take_error (sample, NULL);
  g_assert_cmpuint (n_errors, ==, 2);
}

static void
test_sample_tells_how_picture_was_read (void)
{
  g_autoptr(GFile) file = g_file_new_for_path ("/photos/a.gif");
  EmoSample *sample = emo_sample_new_for_file (file, NULL);

  g_assert_null (emo_sample_get_marks (sample));
  _emo_sample_set_image_facts (sample, "00ff", EMO_IMAGE_MARK_ANIMATED | EMO_IMAGE_MARK_CUT_SHORT);
  g_assert_cmpstr (emo_sample_get_image_sha256 (sample), ==, "00ff");
  g_assert_cmpstr (emo_sample_get_marks (sample)[0], ==, "animation: first frame");
  g_assert_cmpstr (emo_sample_get_marks (sample)[1], ==, "cut short");
  g_assert_null (emo_sample_get_marks (sample)[2]);
  _emo_sample_set_image_facts (sample, "00ff", 0);
  g_assert_null (emo_sample_get_marks (sample));
  g_assert_finalize_object (sample);
}

static void
annotated_cb (EmoSample *sample,
              gpointer   user_data)
{
  (*(guint *) user_data)++;
}

static void
test_sample_keeps_what_a_person_says (void)
{
  g_autoptr(GFile) file = g_file_new_for_path ("/photos/a.gif");
  EmoSample *sample = emo_sample_new_for_file (file, NULL);
  guint n_notes = 0;
  guint n_annotated = 0;

  g_signal_connect (sample, "notify::note", G_CALLBACK (count_cb), &n_notes);
  g_signal_connect (sample, "annotated", G_CALLBACK (annotated_cb), &n_annotated);
  g_assert_false (emo_sample_get_flagged (sample));
  g_assert_null (emo_sample_get_own_label (sample));
  g_assert_null (emo_sample_get_note (sample));

  g_object_set (sample, "flagged", TRUE, "own-label", "awe", "note", "the light", NULL);
  g_assert_true (emo_sample_get_flagged (sample));
  g_assert_cmpstr (emo_sample_get_own_label (sample), ==, "awe");
  g_assert_cmpstr (emo_sample_get_note (sample), ==, "the light");
  g_assert_cmpuint (n_annotated, ==, 3);

  /* What stays as it is tells nobody; an empty note is none. */
  emo_sample_set_flagged (sample, 2);
  emo_sample_set_note (sample, "the light");
  g_assert_cmpuint (n_annotated, ==, 3);
  emo_sample_set_note (sample, "");
  emo_sample_set_note (sample, NULL);
  g_assert_null (emo_sample_get_note (sample));
  g_assert_cmpuint (n_notes, ==, 2);
  g_assert_cmpuint (n_annotated, ==, 4);
  g_assert_finalize_object (sample);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/Sample/names-file-relative-to-root", test_sample_names_file_relative_to_root);
  g_test_add_func ("/Emo/Sample/keeps-given-name", test_sample_keeps_given_name);
  g_test_add_func ("/Emo/Sample/escapes-names-that-are-no-utf8", test_sample_escapes_names_that_are_no_utf8);
  g_test_add_func ("/Emo/Sample/same-bytes-are-same-picture", test_sample_same_bytes_are_same_picture);
  g_test_add_func ("/Emo/Sample/notifies-changes-once", test_sample_notifies_changes_once);
  g_test_add_func ("/Emo/Sample/tells-how-picture-was-read", test_sample_tells_how_picture_was_read);
  g_test_add_func ("/Emo/Sample/keeps-what-a-person-says", test_sample_keeps_what_a_person_says);

  return g_test_run ();
}
