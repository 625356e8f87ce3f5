/* test-export-dialog.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "emo-csv-group.h"
#include "emo-export-dialog.h"
#include "emo-settings.h"

typedef struct
{
  EmoExportDialog *dialog;
  guint            n_accepted;
} Fixture;

static void
accepted_cb (Fixture *fixture)
{
  fixture->n_accepted++;
}

static void
reset_settings (void)
{
  static const char *const keys[] = {
    "export-format", "export-rows", "export-columns", "export-bom", "export-formula-guard",
  };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    g_settings_reset (emo_settings_get (), keys[i]);
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  static const guint counts[EMO_N_EXPORT_ROWS] = { 12, 3, 0 };

  reset_settings ();
  if (data != NULL)
    g_settings_set_string (emo_settings_get (), "export-format", data);
  fixture->n_accepted = 0;
  fixture->dialog = emo_export_dialog_new (NULL);
  emo_export_dialog_set_counts (fixture->dialog, counts);
  g_object_add_weak_pointer (G_OBJECT (fixture->dialog), (gpointer *) &fixture->dialog);
  g_signal_connect_swapped (fixture->dialog, "accepted", G_CALLBACK (accepted_cb), fixture);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  if (fixture->dialog != NULL)
    gtk_window_destroy (GTK_WINDOW (fixture->dialog));
  while (fixture->dialog != NULL && g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_null (fixture->dialog);
}

static gpointer
get_child (Fixture    *fixture,
           const char *name)
{
  GObject *child = gtk_widget_get_template_child (GTK_WIDGET (fixture->dialog), EMO_TYPE_EXPORT_DIALOG, name);

  g_assert_nonnull (child);

  return child;
}

static gboolean
can_export (Fixture *fixture)
{
  return gtk_widget_get_sensitive (get_child (fixture, "export_button"));
}

static void
test_export_dialog_begins_as_it_was_left (Fixture       *fixture,
                                          gconstpointer  data)
{
  g_assert_cmpuint (adw_combo_row_get_selected (get_child (fixture, "format")), ==, 1);
  g_assert_cmpint (emo_settings_get_export ().format, ==, EMO_EXPORT_JSONL);
  /* JSON Lines have every key and no columns. */
  g_assert_false (gtk_widget_get_visible (get_child (fixture, "csv_group")));

  adw_combo_row_set_selected (get_child (fixture, "format"), 0);
  g_assert_true (gtk_widget_get_visible (get_child (fixture, "csv_group")));
  g_assert_cmpint (emo_settings_get_export ().format, ==, EMO_EXPORT_CSV);
}

static void
test_export_dialog_exports_only_what_there_is (Fixture       *fixture,
                                               gconstpointer  data)
{
  g_autofree char *kept = NULL;

  g_assert_true (can_export (fixture));
  g_assert_cmpint (emo_export_dialog_get_rows (fixture->dialog), ==, EMO_EXPORT_ROWS_ALL);
  g_assert_cmpstr (adw_action_row_get_subtitle (get_child (fixture, "rows")), ==, "12 pictures are finished");

  adw_combo_row_set_selected (get_child (fixture, "rows"), EMO_EXPORT_ROWS_SELECTED);
  g_assert_cmpint (emo_export_dialog_get_rows (fixture->dialog), ==, EMO_EXPORT_ROWS_SELECTED);
  g_assert_false (can_export (fixture));
  kept = g_settings_get_string (emo_settings_get (), "export-rows");
  g_assert_cmpstr (kept, ==, "selected");

  emo_export_dialog_set_counts (fixture->dialog, (const guint[]) { 12, 3, 1 });
  g_assert_true (can_export (fixture));
  g_assert_cmpstr (adw_action_row_get_subtitle (get_child (fixture, "rows")), ==, "1 picture is finished");
}

static void
test_export_dialog_closes_when_accepted (Fixture       *fixture,
                                         gconstpointer  data)
{
  gtk_window_present (GTK_WINDOW (fixture->dialog));
  g_signal_emit_by_name (get_child (fixture, "export_button"), "clicked");
  g_assert_cmpuint (fixture->n_accepted, ==, 1);
  while (fixture->dialog != NULL && g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_null (fixture->dialog);
}

/* The check buttons of the groups of columns, in their order. */
static void
collect_checks (GtkWidget *widget,
                GPtrArray *checks)
{
  if (GTK_IS_CHECK_BUTTON (widget))
    g_ptr_array_add (checks, widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    collect_checks (child, checks);
}

static void
test_export_dialog_keeps_a_column (Fixture       *fixture,
                                   gconstpointer  data)
{
  g_autoptr (GPtrArray) checks = g_ptr_array_new ();
  g_auto (GStrv) names = NULL;
  g_auto (GStrv) all = NULL;
  guint n;

  collect_checks (get_child (fixture, "csv_group"), checks);
  n = checks->len;
  g_assert_cmpuint (n, ==, 9);
  g_assert_cmpuint (emo_settings_get_export ().columns, ==, EMO_EXPORT_ALL_COLUMNS);

  for (guint i = 0; i + 1 < n; i++)
    gtk_check_button_set_active (g_ptr_array_index (checks, i), FALSE);
  names = g_settings_get_strv (emo_settings_get (), "export-columns");
  g_assert_cmpstr (names[0], ==, "annotations");
  g_assert_null (names[1]);
  g_assert_cmpuint (emo_settings_get_export ().columns, ==, EMO_EXPORT_ANNOTATIONS);
  g_assert_false (gtk_widget_get_sensitive (g_ptr_array_index (checks, n - 1)));

  for (guint i = 0; i + 1 < n; i++)
    gtk_check_button_set_active (g_ptr_array_index (checks, i), TRUE);
  all = g_settings_get_strv (emo_settings_get (), "export-columns");
  g_assert_null (all[0]);
  g_assert_true (gtk_widget_get_sensitive (g_ptr_array_index (checks, n - 1)));
}

static void
test_export_dialog_shows_what_settings_become (Fixture       *fixture,
                                               gconstpointer  data)
{
  static const char *const names[] = { "answers", "model", NULL };
  static const char *const unknown[] = { "answers", "from a later version", NULL };
  g_autoptr (GPtrArray) checks = g_ptr_array_new ();
  guint n_active = 0;

  g_settings_set_strv (emo_settings_get (), "export-columns", names);
  collect_checks (get_child (fixture, "csv_group"), checks);
  for (guint i = 0; i < checks->len; i++)
    n_active += gtk_check_button_get_active (g_ptr_array_index (checks, i));
  g_assert_cmpuint (n_active, ==, 2);

  g_settings_set_strv (emo_settings_get (), "export-columns", unknown);
  g_assert_cmpuint (emo_settings_get_export ().columns, ==, EMO_EXPORT_ALL_COLUMNS);
}

int
main (int   argc,
      char *argv[])
{
  int status;

  gtk_test_init (&argc, &argv, NULL);
  adw_init ();

#define ADD(path, data, func) g_test_add ("/Emo/ExportDialog/" path, Fixture, data, set_up, func, tear_down)
  ADD ("begins-as-it-was-left", "jsonl", test_export_dialog_begins_as_it_was_left);
  ADD ("exports-only-what-there-is", NULL, test_export_dialog_exports_only_what_there_is);
  ADD ("closes-when-accepted", NULL, test_export_dialog_closes_when_accepted);
  ADD ("keeps-a-column", NULL, test_export_dialog_keeps_a_column);
  ADD ("shows-what-settings-become", NULL, test_export_dialog_shows_what_settings_become);
#undef ADD

  status = g_test_run ();
  emo_settings_release ();

  return status;
}
