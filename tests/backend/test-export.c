/* test-export.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <locale.h>

#include "emo-error.h"
#include "emo-export.h"
#include "emo-json.h"
#include "emo-sample-private.h"
#include "emo-scripted-classifier.h"
#include "emo-session.h"
#include "emo-test-files.h"

/* A session of three pictures, one of them bad, already run. */
typedef struct
{
  char                  *folder;
  EmoEngine             *engine;
  EmoScriptedClassifier *classifier;
  EmoSession            *session;
  EmoModelInfo          *info;
  gboolean               drained;
} Fixture;

static void
drained_cb (EmoSession *session,
            Fixture    *fixture)
{
  fixture->drained = TRUE;
}

static void
add (Fixture *fixture,
     char    *path)
{
  g_autoptr(GFile) file = g_file_new_for_path (path);
  g_autoptr(GFile) root = g_file_new_for_path (fixture->folder);
  g_autoptr(EmoSample) sample = emo_sample_new_for_file (file, root);

  emo_session_add (fixture->session, sample);
  g_free (path);
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->folder = emo_test_make_folder ();
  fixture->engine = emo_engine_new ();
  fixture->classifier = emo_scripted_classifier_new ("=model");
  fixture->session = emo_session_new (fixture->engine);
  fixture->info = emo_classifier_get_info (EMO_CLASSIFIER (fixture->classifier));
  if (data != NULL)
    emo_scripted_classifier_set_vlm_alone (fixture->classifier);
  else
    emo_scripted_classifier_set_in_domain (fixture->classifier, EMO_DOMAIN_OUT);
  emo_scripted_classifier_set_explanation (fixture->classifier, "=cmd|\"calc\"\n\x1b[31m");

  g_object_set (fixture->session, "explain", TRUE, NULL);
  g_signal_connect (fixture->session, "drained", G_CALLBACK (drained_cb), fixture);
  add (fixture, emo_test_write_picture (fixture->folder, "-a.png", 64, 64));
  add (fixture, emo_test_write_text (fixture->folder, "sub/bad,\"1\".png", "no picture"));
  add (fixture, emo_test_write_picture (fixture->folder, "c.png", 67, 60));
  emo_session_set_classifier (fixture->session, EMO_CLASSIFIER (fixture->classifier));
  emo_test_wait (&fixture->drained, 20);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  emo_session_set_classifier (fixture->session, NULL);
  emo_engine_shutdown (fixture->engine);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (fixture->session);
  g_object_unref (fixture->classifier);
  g_object_unref (fixture->engine);
  emo_test_remove_folder (fixture->folder);
  g_free (fixture->folder);
}

static EmoSample *
get_sample (Fixture *fixture,
            guint    index)
{
  g_autoptr(EmoSample) sample = g_list_model_get_item (emo_session_get_samples (fixture->session), index);

  return sample;
}

/* Splits one RFC 4180 row; it must end with CR LF. */
static GStrv
split_row (const char *row)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr(GString) cell = g_string_new (NULL);
  gboolean quoted = FALSE;

  g_assert_true (g_str_has_suffix (row, "\r\n"));
  for (const char *p = row; *p != '\0'; p++)
    {
      if (quoted && p[0] == '"' && p[1] == '"')
        g_string_append_c (cell, *p++);
      else if (*p == '"')
        quoted = !quoted;
      else if (!quoted && (*p == ',' || *p == '\r'))
        {
          g_strv_builder_add (builder, cell->str);
          g_string_truncate (cell, 0);
        }
      else if (quoted || *p != '\n')
        g_string_append_c (cell, *p);
    }
  g_assert_false (quoted);

  return g_strv_builder_end (builder);
}

static const char *
get_cell (GStrv       names,
          GStrv       cells,
          const char *name)
{
  g_assert_cmpuint (g_strv_length (names), ==, g_strv_length (cells));
  for (guint i = 0; names[i] != NULL; i++)
    if (g_str_equal (names[i], name))
      return cells[i];
  g_assert_not_reached ();
}

static GStrv
make_row (Fixture          *fixture,
          EmoExportOptions *options,
          guint             index)
{
  g_autofree char *row = emo_export_row (options, fixture->info, get_sample (fixture, index));

  return split_row (row);
}

static void
test_export_csv_columns_stand_as_designed (Fixture       *fixture,
                                           gconstpointer  data)
{
  EmoExportOptions options = EMO_EXPORT_OPTIONS_INIT;
  g_autofree char *header = emo_export_header (&options, fixture->info);
  g_auto(GStrv) names = split_row (header);

  g_assert_cmpuint (g_strv_length (names), ==, 8 + 3 * 8 + 23);
  g_assert_cmpstr (names[0], ==, "file_name");
  g_assert_cmpstr (names[7], ==, "margin");
  g_assert_cmpstr (names[8], ==, "p_gated_amusement");
  g_assert_cmpstr (names[16], ==, "p_vlm_amusement");
  g_assert_cmpstr (names[31], ==, "p_distilled_sadness");
  g_assert_cmpstr (names[32], ==, "share_vlm");
  g_assert_cmpstr (names[54], ==, "time_utc");
}

static void
test_export_csv_holds_the_answers (Fixture       *fixture,
                                   gconstpointer  data)
{
  EmoExportOptions options = EMO_EXPORT_OPTIONS_INIT;
  g_autofree char *header = emo_export_header (&options, fixture->info);
  g_auto(GStrv) names = split_row (header);
  g_auto(GStrv) cells = make_row (fixture, &options, 2);
  g_autofree char *uri = emo_sample_dup_uri (get_sample (fixture, 2));

  g_assert_cmpstr (get_cell (names, cells, "file_name"), ==, "c.png");
  g_assert_cmpstr (get_cell (names, cells, "split"), ==, "");
  g_assert_cmpstr (get_cell (names, cells, "pred_gated"), ==, "contentment");
  g_assert_cmpstr (get_cell (names, cells, "pred_vlm"), ==, "contentment");
  g_assert_cmpstr (get_cell (names, cells, "pred_distilled"), ==, "disgust");
  g_assert_cmpstr (get_cell (names, cells, "agree"), ==, "false");
  g_assert_cmpstr (get_cell (names, cells, "p_vlm_contentment"), ==, "0.6");
  g_assert_cmpfloat (g_ascii_strtod (get_cell (names, cells, "p_gated_awe"), NULL), ==, 0.4 / 7);
  g_assert_cmpfloat_with_epsilon (g_ascii_strtod (get_cell (names, cells, "share_vlm"), NULL), 2.0 / 3, 1e-12);
  g_assert_cmpstr (get_cell (names, cells, "in_domain"), ==, "false");
  g_assert_cmpstr (get_cell (names, cells, "status"), ==, "done");
  g_assert_cmpstr (get_cell (names, cells, "error"), ==, "");
  g_assert_cmpstr (get_cell (names, cells, "width"), ==, "67");
  g_assert_cmpstr (get_cell (names, cells, "uri"), ==, uri);
  g_assert_cmpstr (get_cell (names, cells, "image_sha256"), ==, emo_sample_get_image_sha256 (get_sample (fixture, 2)));
  g_assert_cmpstr (get_cell (names, cells, "model_sha256"), ==, fixture->info->model_sha256);
  g_assert_cmpstr (get_cell (names, cells, "seed"), ==, "0");
  g_assert_cmpuint (strlen (get_cell (names, cells, "time_utc")), ==, strlen ("2026-01-01T00:00:00Z"));
}

static void
test_export_csv_guards_formulas (Fixture       *fixture,
                                 gconstpointer  data)
{
  EmoExportOptions options = EMO_EXPORT_OPTIONS_INIT;
  g_autofree char *header = emo_export_header (&options, fixture->info);
  g_auto(GStrv) names = split_row (header);
  g_auto(GStrv) guarded = make_row (fixture, &options, 0);
  g_auto(GStrv) raw = NULL;

  g_assert_cmpstr (get_cell (names, guarded, "file_name"), ==, "'-a.png");
  g_assert_cmpstr (get_cell (names, guarded, "model"), ==, "'=model");
  g_assert_true (g_str_has_prefix (get_cell (names, guarded, "explanation"), "'=cmd|\"calc\"\n"));
  /* A negative number is no formula. */
  g_assert_cmpint (get_cell (names, guarded, "margin_vlm")[0], !=, '\'');

  options.formula_guard = FALSE;
  raw = make_row (fixture, &options, 0);
  g_assert_cmpstr (get_cell (names, raw, "file_name"), ==, "-a.png");
}

static void
test_export_csv_names_a_label_asked_for (Fixture       *fixture,
                                         gconstpointer  data)
{
  EmoExportOptions options = EMO_EXPORT_OPTIONS_INIT;
  g_autofree char *header = emo_export_header (&options, fixture->info);
  g_auto(GStrv) names = split_row (header);
  g_auto(GStrv) winners = make_row (fixture, &options, 2);
  g_auto(GStrv) others = NULL;
  EmoPrediction *prediction = emo_sample_get_prediction (get_sample (fixture, 2));
  int other = (emo_prediction_get_winner (prediction, EMO_BRANCH_VLM) + 1) % 8;
  g_autofree char *begin = g_strdup_printf ("[for %s] ", emo_label_set_get_label (fixture->info->labels, other));

  g_assert_false (g_str_has_prefix (get_cell (names, winners, "explanation"), "[for"));
  fixture->drained = FALSE;
  emo_session_explain (fixture->session, get_sample (fixture, 2), other);
  emo_test_wait (&fixture->drained, 20);
  others = make_row (fixture, &options, 2);
  g_assert_true (g_str_has_prefix (get_cell (names, others, "explanation"), begin));
}

static void
test_export_csv_says_why_a_picture_failed (Fixture       *fixture,
                                           gconstpointer  data)
{
  EmoExportOptions options = EMO_EXPORT_OPTIONS_INIT;
  g_autofree char *header = emo_export_header (&options, fixture->info);
  g_auto(GStrv) names = split_row (header);
  g_auto(GStrv) cells = make_row (fixture, &options, 1);

  g_assert_cmpstr (get_cell (names, cells, "file_name"), ==, "sub/bad,\"1\".png");
  g_assert_cmpstr (get_cell (names, cells, "status"), ==, "failed");
  g_assert_true (g_str_has_prefix (get_cell (names, cells, "error"), "FORMAT: "));
  g_assert_cmpstr (get_cell (names, cells, "pred_vlm"), ==, "");
  g_assert_cmpstr (get_cell (names, cells, "p_vlm_awe"), ==, "");
  g_assert_cmpstr (get_cell (names, cells, "agree"), ==, "");
  g_assert_cmpstr (get_cell (names, cells, "width"), ==, "");
}

/* Item 15: NaN is no answer in any format, what is sound stays, and the reason is
 * said with the file's name. */
static void
test_export_nan_is_no_answer (Fixture       *fixture,
                              gconstpointer  data)
{
  EmoExportOptions options = EMO_EXPORT_OPTIONS_INIT;
  g_autofree char *header = emo_export_header (&options, fixture->info);
  g_auto(GStrv) names = split_row (header);
  g_auto(GStrv) cells = NULL;
  g_autofree char *line = NULL;
  g_autofree char *row = NULL;
  g_autofree char *expected = NULL;
  g_autoptr(EmoJson) json = NULL;
  const EmoJsonValue *root;
  EmoSample *sample;

  emo_scripted_classifier_break_width (fixture->classifier, 70, EMO_STAGE_VLM);
  fixture->drained = FALSE;
  add (fixture, emo_test_write_picture (fixture->folder, "nan.png", 70, 60));
  emo_test_wait (&fixture->drained, 20);
  sample = get_sample (fixture, 3);
  expected = g_strdup_printf ("MODEL: %s: NaN instead of numbers came from the VLM;", g_file_peek_path (emo_sample_get_file (sample)));

  cells = make_row (fixture, &options, 3);
  g_assert_cmpstr (get_cell (names, cells, "status"), ==, "failed");
  g_assert_true (g_str_has_prefix (get_cell (names, cells, "error"), expected));
  g_assert_cmpstr (get_cell (names, cells, "pred_vlm"), ==, "");
  g_assert_cmpstr (get_cell (names, cells, "pred_gated"), ==, "");
  g_assert_cmpstr (get_cell (names, cells, "pred_distilled"), ==, "disgust");
  g_assert_cmpstr (get_cell (names, cells, "p_vlm_awe"), ==, "");
  g_assert_cmpstr (get_cell (names, cells, "p_distilled_disgust"), ==, "0.6");
  g_assert_cmpstr (get_cell (names, cells, "agree"), ==, "");
  g_assert_cmpstr (get_cell (names, cells, "margin"), ==, "");
  g_assert_cmpstr (get_cell (names, cells, "width"), ==, "70");

  options.format = EMO_EXPORT_JSONL;
  line = emo_export_row (&options, fixture->info, sample);
  json = emo_json_parse (line, strlen (line), "row", 0, NULL);
  root = emo_json_get_root (json);
  g_assert_cmpint (emo_json_value_get_type (emo_json_value_get_member (root, "vlm")), ==, EMO_JSON_NULL);
  g_assert_cmpint (emo_json_value_get_type (emo_json_value_get_member (root, "gated")), ==, EMO_JSON_NULL);
  g_assert_cmpint (emo_json_value_get_type (emo_json_value_get_member (root, "agree")), ==, EMO_JSON_NULL);
  g_assert_cmpint (emo_json_value_get_type (emo_json_value_get_member (root, "distilled")), ==, EMO_JSON_OBJECT);
  g_assert_true (g_str_has_prefix (emo_json_value_get_member_string (root, "error", NULL), expected));

  options.format = EMO_EXPORT_TABLE;
  row = emo_export_row (&options, fixture->info, sample);
  g_assert_nonnull (strstr (row, "no answer             no answer             disgust 60.0 %"));
  g_assert_nonnull (strstr (row, "  -      out     failed: MODEL: "));
  g_assert_null (strstr (row, "nan %"));
}

static void
test_export_missing_branches_are_empty (Fixture       *fixture,
                                        gconstpointer  data)
{
  EmoExportOptions options = EMO_EXPORT_OPTIONS_INIT;
  g_autofree char *header = emo_export_header (&options, fixture->info);
  g_auto(GStrv) names = split_row (header);
  g_auto(GStrv) cells = make_row (fixture, &options, 0);
  g_autofree char *row = NULL;

  g_assert_cmpstr (get_cell (names, cells, "pred_vlm"), ==, "amusement");
  g_assert_cmpstr (get_cell (names, cells, "pred_gated"), ==, "");
  g_assert_cmpstr (get_cell (names, cells, "p_distilled_awe"), ==, "");
  g_assert_cmpstr (get_cell (names, cells, "share_vlm"), ==, "");
  g_assert_cmpstr (get_cell (names, cells, "in_domain"), ==, "");

  options.format = EMO_EXPORT_TABLE;
  row = emo_export_row (&options, fixture->info, get_sample (fixture, 0));
  g_assert_nonnull (strstr (row, "not trained"));
}

static void
test_export_csv_leaves_out_groups_of_columns (Fixture       *fixture,
                                              gconstpointer  data)
{
  EmoExportOptions options = EMO_EXPORT_OPTIONS_INIT;
  g_autofree char *header = NULL;
  g_auto(GStrv) cells = NULL;

  options.columns = EMO_EXPORT_ANSWERS | EMO_EXPORT_STATUS;
  header = emo_export_header (&options, fixture->info);
  cells = make_row (fixture, &options, 2);

  g_assert_cmpstr (header, ==, "file_name,pred_gated,pred_vlm,pred_distilled,agree,margin,in_domain,status,error\r\n");
  g_assert_cmpuint (g_strv_length (cells), ==, 9);
  g_assert_cmpstr (cells[0], ==, "c.png");
  g_assert_cmpstr (cells[1], ==, "contentment");
  g_assert_cmpstr (cells[7], ==, "done");
}

/* Every group's header and cells are equally many, alone and with any other. */
static void
test_export_csv_cells_stand_below_their_names (Fixture       *fixture,
                                               gconstpointer  data)
{
  EmoExportOptions options = EMO_EXPORT_OPTIONS_INIT;

  for (options.columns = 0; options.columns <= EMO_EXPORT_ALL_COLUMNS; options.columns++)
    {
      g_autofree char *header = emo_export_header (&options, fixture->info);
      g_auto(GStrv) names = split_row (header);
      g_auto(GStrv) done = make_row (fixture, &options, 2);
      g_auto(GStrv) failed = make_row (fixture, &options, 1);

      g_assert_cmpuint (g_strv_length (names), ==, g_strv_length (done));
      g_assert_cmpuint (g_strv_length (names), ==, g_strv_length (failed));
    }
}

static void
test_export_columns_have_names (void)
{
  static const char *const good[] = { "answers", "annotations", NULL };
  static const char *const none[] = { NULL };
  static const char *const bad[] = { "answers", "colour", NULL };
  g_autoptr(GFlagsClass) flags = g_type_class_ref (EMO_TYPE_EXPORT_COLUMNS);
  g_autoptr(GError) error = NULL;
  EmoExportColumns columns = 0;

  g_assert_cmpuint (flags->mask, ==, EMO_EXPORT_ALL_COLUMNS);
  for (guint i = 0; i < flags->n_values; i++)
    {
      g_autofree char *names = emo_export_columns_dup_names (flags->values[i].value);

      g_assert_cmpuint (strlen (names), >, 3);
    }
  g_assert_true (emo_export_columns_parse (good, &columns, &error));
  g_assert_cmpuint (columns, ==, EMO_EXPORT_ANSWERS | EMO_EXPORT_ANNOTATIONS);
  g_assert_true (emo_export_columns_parse (none, &columns, &error));
  g_assert_cmpuint (columns, ==, EMO_EXPORT_DEFAULT_COLUMNS);
  g_assert_false (emo_export_columns_parse (bad, &columns, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE);
  g_assert_nonnull (strstr (error->message, "colour"));
}

static void
annotate (EmoSample *sample)
{
  emo_sample_set_flagged (sample, TRUE);
  emo_sample_set_own_label (sample, "=awe");
  emo_sample_set_note (sample, "\"quoted\",\nand long");
}

static void
test_export_csv_ends_with_what_a_person_says (Fixture       *fixture,
                                              gconstpointer  data)
{
  EmoExportOptions options = EMO_EXPORT_OPTIONS_INIT;
  g_autofree char *header = NULL;
  g_auto(GStrv) names = NULL;
  g_auto(GStrv) said = NULL;
  g_auto(GStrv) silent = NULL;
  guint last;

  options.columns = EMO_EXPORT_ALL_COLUMNS;
  annotate (get_sample (fixture, 0));
  header = emo_export_header (&options, fixture->info);
  names = split_row (header);
  said = make_row (fixture, &options, 0);
  silent = make_row (fixture, &options, 2);
  last = g_strv_length (names) - 1;

  g_assert_cmpstr (names[last - 3], ==, "time_utc");
  g_assert_cmpstr (names[last], ==, "note");
  g_assert_cmpstr (get_cell (names, said, "flagged"), ==, "true");
  g_assert_cmpstr (get_cell (names, said, "own_label"), ==, "'=awe");
  g_assert_cmpstr (get_cell (names, said, "note"), ==, "\"quoted\",\nand long");
  g_assert_cmpstr (get_cell (names, silent, "flagged"), ==, "false");
  g_assert_cmpstr (get_cell (names, silent, "own_label"), ==, "");
}

static void
test_export_json_lines_keep_what_a_person_says (Fixture       *fixture,
                                                gconstpointer  data)
{
  EmoExportOptions options = { .format = EMO_EXPORT_JSONL };
  g_autofree char *before = emo_export_row (&options, fixture->info, get_sample (fixture, 0));
  g_autofree char *after = NULL;
  g_autofree char *flagged = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(EmoJson) json = NULL;
  const EmoJsonValue *root;

  g_assert_null (strstr (before, "flagged"));
  g_assert_null (strstr (before, "own_label"));
  annotate (get_sample (fixture, 0));
  after = emo_export_row (&options, fixture->info, get_sample (fixture, 0));
  /* All that was there stays as it was. */
  g_assert_true (strncmp (before, after, strlen (before) - 2) == 0);
  json = emo_json_parse (after, strlen (after), "row", 0, &error);
  g_assert_no_error (error);
  root = emo_json_get_root (json);
  g_assert_true (emo_json_value_get_bool (emo_json_value_get_member (root, "flagged")));
  g_assert_cmpstr (emo_json_value_get_member_string (root, "own_label", NULL), ==, "=awe");
  g_assert_cmpstr (emo_json_value_get_member_string (root, "note", NULL), ==, "\"quoted\",\nand long");

  emo_sample_set_flagged (get_sample (fixture, 2), TRUE);
  flagged = emo_export_row (&options, fixture->info, get_sample (fixture, 2));
  g_assert_true (g_str_has_suffix (flagged, ", \"error\": null, \"flagged\": true}\n"));
}

static void
test_export_save_writes_annotations_where_there_are_any (Fixture       *fixture,
                                                         gconstpointer  data)
{
  EmoExportOptions options = EMO_EXPORT_OPTIONS_INIT;
  g_autofree char *path = emo_test_write_text (fixture->folder, "out.csv", "old");
  g_autoptr(GFile) file = g_file_new_for_path (path);
  GListModel *samples = emo_session_get_samples (fixture->session);
  g_autofree char *without = NULL;
  g_autofree char *with = NULL;

  options.columns = EMO_EXPORT_ALL_COLUMNS;
  g_assert_true (emo_export_save (&options, fixture->info, samples, file, NULL, NULL));
  g_file_get_contents (path, &without, NULL, NULL);
  g_assert_nonnull (strstr (without, ",time_utc\r\n"));

  emo_sample_set_note (get_sample (fixture, 1), "why?");
  g_assert_true (emo_export_save (&options, fixture->info, samples, file, NULL, NULL));
  g_file_get_contents (path, &with, NULL, NULL);
  g_assert_nonnull (strstr (with, ",time_utc,flagged,own_label,note\r\n"));
  g_assert_nonnull (strstr (with, ",false,,why?\r\n"));
}

static void
test_export_json_lines_parse (Fixture       *fixture,
                              gconstpointer  data)
{
  EmoExportOptions options = { .format = EMO_EXPORT_JSONL };
  g_autofree char *header = emo_export_header (&options, fixture->info);

  g_assert_cmpstr (header, ==, "");
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *row = emo_export_row (&options, fixture->info, get_sample (fixture, i));
      g_autoptr(GError) error = NULL;
      g_autoptr(EmoJson) json = emo_json_parse (row, strlen (row), "row", 0, &error);
      const EmoJsonValue *root;

      g_assert_no_error (error);
      g_assert_true (g_str_has_suffix (row, "}\n"));
      g_assert_true (strchr (row, '\n') == row + strlen (row) - 1);
      root = emo_json_get_root (json);
      g_assert_cmpstr (emo_json_value_get_member_string (root, "image", NULL), ==,
                       g_file_peek_path (emo_sample_get_file (get_sample (fixture, i))));
      g_assert_nonnull (emo_json_value_get_member (root, "gated"));
      if (i == 1)
        g_assert_true (g_str_has_prefix (emo_json_value_get_member_string (root, "error", NULL), "FORMAT: "));
      else
        g_assert_cmpint (emo_json_value_get_type (emo_json_value_get_member (root, "error")), ==, EMO_JSON_NULL);
    }
}

static void
test_export_table_sends_no_control_characters (Fixture       *fixture,
                                               gconstpointer  data)
{
  EmoExportOptions options = { .format = EMO_EXPORT_TABLE };
  g_autofree char *header = emo_export_header (&options, fixture->info);
  g_autofree char *row = emo_export_row (&options, fixture->info, get_sample (fixture, 2));
  g_autofree char *failed = emo_export_row (&options, fixture->info, get_sample (fixture, 1));

  g_assert_nonnull (strstr (header, "DOMAIN"));
  g_assert_null (strchr (row, '\x1b'));
  g_assert_true (strchr (row, '\n') == row + strlen (row) - 1);
  g_assert_nonnull (strstr (row, "contentment 60.0 %"));
  g_assert_nonnull (strstr (row, "  no     out  "));
  g_assert_nonnull (strstr (failed, "failed: FORMAT: "));
}

static void
test_export_numbers_ignore_the_locale (Fixture       *fixture,
                                       gconstpointer  data)
{
  EmoExportOptions options = EMO_EXPORT_OPTIONS_INIT;
  g_autofree char *before = emo_export_row (&options, fixture->info, get_sample (fixture, 2));
  g_autofree char *after = NULL;

  if (setlocale (LC_ALL, "de_DE.UTF-8") == NULL)
    {
      g_test_skip ("The locale de_DE.UTF-8 is not installed");
      return;
    }
  after = emo_export_row (&options, fixture->info, get_sample (fixture, 2));
  setlocale (LC_ALL, "C");
  g_assert_cmpstr (after, ==, before);
}

static void
test_export_save_writes_whole_file (Fixture       *fixture,
                                    gconstpointer  data)
{
  EmoExportOptions options = EMO_EXPORT_OPTIONS_INIT;
  g_autofree char *path = emo_test_write_text (fixture->folder, "out.csv", "old");
  g_autoptr(GFile) file = g_file_new_for_path (path);
  g_autoptr(GFile) nowhere = g_file_new_for_path ("/nonexistent/out.csv");
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL;
  GListModel *samples = emo_session_get_samples (fixture->session);

  options.bom = TRUE;
  g_cancellable_cancel (cancellable);
  g_assert_false (emo_export_save (&options, fixture->info, samples, file, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_file_get_contents (path, &text, NULL, NULL);
  g_assert_cmpstr (text, ==, "old");
  g_clear_pointer (&text, g_free);

  /* A stopped picture has no row. */
  _emo_sample_set_state (get_sample (fixture, 0), EMO_SAMPLE_STOPPED);
  g_assert_true (emo_export_save (&options, fixture->info, samples, file, NULL, &error));
  g_assert_no_error (error);
  g_file_get_contents (path, &text, NULL, NULL);
  g_assert_true (g_str_has_prefix (text, "\xef\xbb\xbf" "file_name,"));
  g_assert_null (strstr (text, "-a.png"));
  g_assert_nonnull (strstr (text, "c.png"));

  g_assert_false (emo_export_save (&options, fixture->info, samples, nowhere, NULL, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_IO);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, func) g_test_add ("/Emo/Export/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("csv-columns-stand-as-designed", test_export_csv_columns_stand_as_designed);
  ADD ("csv-holds-the-answers", test_export_csv_holds_the_answers);
  ADD ("csv-guards-formulas", test_export_csv_guards_formulas);
  ADD ("csv-names-a-label-asked-for", test_export_csv_names_a_label_asked_for);
  ADD ("csv-says-why-a-picture-failed", test_export_csv_says_why_a_picture_failed);
  ADD ("nan-is-no-answer", test_export_nan_is_no_answer);
  ADD ("csv-leaves-out-groups-of-columns", test_export_csv_leaves_out_groups_of_columns);
  ADD ("csv-cells-stand-below-their-names", test_export_csv_cells_stand_below_their_names);
  ADD ("csv-ends-with-what-a-person-says", test_export_csv_ends_with_what_a_person_says);
  ADD ("json-lines-keep-what-a-person-says", test_export_json_lines_keep_what_a_person_says);
  ADD ("save-writes-annotations-where-there-are-any", test_export_save_writes_annotations_where_there_are_any);
  ADD ("json-lines-parse", test_export_json_lines_parse);
  ADD ("table-sends-no-control-characters", test_export_table_sends_no_control_characters);
  ADD ("numbers-ignore-the-locale", test_export_numbers_ignore_the_locale);
  ADD ("save-writes-whole-file", test_export_save_writes_whole_file);
#undef ADD
  g_test_add_func ("/Emo/Export/columns-have-names", test_export_columns_have_names);
  g_test_add ("/Emo/Export/missing-branches-are-empty", Fixture, "vlm alone",
              set_up, test_export_missing_branches_are_empty, tear_down);

  return g_test_run ();
}
