/* emo-settings.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gstdio.h>

#include "emo-settings.h"

/* g_settings_new() aborts the program where the schema is not installed, and the
 * schema that it finds may be another version's. So it is looked up where this
 * program lies: beside an installed executable, then in the build folder. Where
 * it is in neither place, as when the executable alone was copied, the copy in
 * the program's resources goes through a folder that lives for a moment. */

#define COMPILED "gschemas.compiled"

static GSettings *settings;

static GSettingsSchema *
lookup (const char *folder)
{
  g_autoptr (GSettingsSchemaSource) source = NULL;

  source = g_settings_schema_source_new_from_directory (folder, NULL, TRUE, NULL);

  return source != NULL ? g_settings_schema_source_lookup (source, EMO_APP_ID, FALSE) : NULL;
}

static GSettingsSchema *
lookup_installed (void)
{
  g_autofree char *executable = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *bin = NULL;
  g_autofree char *folder = NULL;

  if (executable == NULL)
    return NULL;

  bin = g_path_get_dirname (executable);
  folder = g_build_filename (bin, "..", "share", "glib-2.0", "schemas", NULL);

  return lookup (folder);
}

static GSettingsSchema *
lookup_embedded (void)
{
  g_autoptr (GBytes) bytes = g_resources_lookup_data (EMO_RESOURCE_PATH "/" COMPILED, 0, NULL);
  g_autofree char *folder = g_dir_make_tmp ("emovlm-XXXXXX", NULL);
  g_autofree char *path = NULL;
  GSettingsSchema *schema = NULL;

  if (bytes == NULL || folder == NULL)
    return NULL;

  path = g_build_filename (folder, COMPILED, NULL);
  if (g_file_set_contents (path, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL))
    schema = lookup (folder);
  g_unlink (path);
  g_rmdir (folder);

  return schema;
}

/**
 * emo_settings_get:
 *
 * Returns: (transfer none): the settings, one object for the whole program;
 *   %NULL only where no schema was installed and none could be written
 */
GSettings *
emo_settings_get (void)
{
  g_autoptr (GSettingsSchema) schema = NULL;

  if (settings != NULL)
    return settings;

  schema = lookup_installed ();
  if (schema == NULL)
    schema = lookup (EMO_BUILD_SCHEMADIR);
  if (schema == NULL)
    schema = lookup_embedded ();
  if (schema == NULL)
    {
      g_warning ("The settings' schema was found nowhere");
      return NULL;
    }
  settings = g_settings_new_full (schema, NULL, NULL);

  return settings;
}

/**
 * emo_settings_release:
 *
 * Lets the settings go at the end of the program, once they are written.
 */
void
emo_settings_release (void)
{
  if (settings != NULL)
    g_settings_sync ();
  g_clear_object (&settings);
}

static void
apply_request (EmoSession *session)
{
  EmoRequest request = EMO_REQUEST_INIT;

  request.explain = g_settings_get_boolean (settings, "explain-batch");
  request.explain_tokens = g_settings_get_int (settings, "explain-tokens");
  emo_session_set_request (session, &request);
}

/**
 * emo_settings_bind_session:
 * @session: whose pictures are explained, and results kept, as the settings say
 */
void
emo_settings_bind_session (EmoSession *session)
{
  g_return_if_fail (EMO_IS_SESSION (session));

  if (emo_settings_get () == NULL)
    return;

  g_settings_bind (settings, "explain", session, "explain-selected", G_SETTINGS_BIND_GET);
  g_settings_bind (settings, "keep-history", session, "recording", G_SETTINGS_BIND_GET);
  g_signal_connect_object (settings, "changed::explain-batch", G_CALLBACK (apply_request), session, G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "changed::explain-tokens", G_CALLBACK (apply_request), session, G_CONNECT_SWAPPED);
  apply_request (session);
}

/* A group that a newer version wrote is not worth an error. */
static EmoExportColumns
get_export_columns (void)
{
  g_auto (GStrv) names = g_settings_get_strv (settings, "export-columns");
  EmoExportColumns columns;

  if (names[0] == NULL || !emo_export_columns_parse ((const char *const *) names, &columns, NULL))
    return EMO_EXPORT_ALL_COLUMNS;

  return columns;
}

/**
 * emo_settings_get_export:
 *
 * Returns: how results are written
 */
EmoExportOptions
emo_settings_get_export (void)
{
  EmoExportOptions options = EMO_EXPORT_OPTIONS_INIT;
  g_autofree char *format = NULL;

  options.columns = EMO_EXPORT_ALL_COLUMNS;
  if (emo_settings_get () == NULL)
    return options;

  format = g_settings_get_string (settings, "export-format");
  options.format = g_str_equal (format, "jsonl") ? EMO_EXPORT_JSONL : EMO_EXPORT_CSV;
  options.columns = get_export_columns ();
  options.bom = g_settings_get_boolean (settings, "export-bom");
  options.formula_guard = g_settings_get_boolean (settings, "export-formula-guard");

  return options;
}

/**
 * emo_settings_set_export_columns:
 * @columns: groups to write from now on, at least one
 */
void
emo_settings_set_export_columns (EmoExportColumns columns)
{
  g_autoptr (GFlagsClass) flags = g_type_class_ref (EMO_TYPE_EXPORT_COLUMNS);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) names = NULL;

  g_return_if_fail (columns != 0);

  if (emo_settings_get () == NULL)
    return;

  /* All of them are no names at all, so that a group of a later version is one
   * of them. */
  for (guint i = 0; columns != EMO_EXPORT_ALL_COLUMNS && i < flags->n_values; i++)
    if ((columns & flags->values[i].value) != 0)
      g_strv_builder_add (builder, flags->values[i].value_nick);
  names = g_strv_builder_end (builder);
  g_settings_set_strv (settings, "export-columns", (const char *const *) names);
}
