/* emo-run-db-read.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>
#include <string.h>

#include "emo-run-db-private.h"
#include "emo-text.h"
#include "emo-update.h"

/* Nothing that comes out of the file is believed: text is made valid, numbers
 * are brought into their range, and a model's description that does not parse
 * is none. */

/* The end of the year 9999, where calendars end. */
#define LAST_TIME G_GINT64_CONSTANT (253402300799)

/* No list shows more at once. */
#define MAX_LIMIT 100000

static char *
dup_text (sqlite3_stmt *statement,
          int           column)
{
  const char *text = (const char *) sqlite3_column_text (statement, column);

  return text != NULL ? g_utf8_make_valid (text, -1) : NULL;
}

/* As it was written: parsers of their own check it. */
static char *
dup_bytes (sqlite3_stmt *statement,
           int           column)
{
  return g_strdup ((const char *) sqlite3_column_text (statement, column));
}

static int
clamp (gint64 number,
       gint64 low,
       gint64 high)
{
  return (int) CLAMP (number, low, high);
}

/* A base name, which cannot lead out of its folder. */
static gboolean
is_plain_name (const char *name)
{
  return name[0] != '\0' && name[0] != '.' && strchr (name, '/') == NULL;
}

static EmoModelInfo *
get_model (EmoRunDb *self,
           gint64    id)
{
  EmoModelInfo *info = g_hash_table_lookup (self->models, &id);
  sqlite3_stmt *statement;

  if (info != NULL)
    return info;

  statement = emo_run_db_get (self, EMO_RUN_STATEMENT_READ_MODEL);
  sqlite3_bind_int64 (statement, 1, id);
  if (sqlite3_step (statement) == SQLITE_ROW)
    {
      const char *text = (const char *) sqlite3_column_text (statement, 0);
      g_autoptr (GError) error = NULL;

      info = text != NULL ? emo_model_info_new_from_json (text, strlen (text), "a model of the store", &error) : NULL;
      if (info == NULL)
        g_info ("%s", error != NULL ? error->message : "A model of the store has no description");
    }
  sqlite3_reset (statement);
  if (info != NULL)
    g_hash_table_insert (self->models, g_memdup2 (&id, sizeof id), info);

  return info;
}

/* The columns in the order of COLUMNS in emo-run-db.c. */
static EmoRunEntry *
read_entry (EmoRunDb     *self,
            sqlite3_stmt *statement)
{
  EmoRunEntry *entry = emo_run_entry_new ();
  EmoModelInfo *info = NULL;
  int c = 0;

  entry->id = sqlite3_column_int64 (statement, c++);
  entry->run = sqlite3_column_int64 (statement, c++);
  entry->number = sqlite3_column_int64 (statement, c++);
  entry->kind = (EmoRunKind) clamp (sqlite3_column_int64 (statement, c++), EMO_RUN_SESSION, EMO_RUN_EVAL);
  entry->state = (EmoRunEntryState) clamp (sqlite3_column_int64 (statement, c++),
                                           EMO_RUN_ENTRY_WAITING, EMO_RUN_ENTRY_FAILED);
  entry->time = sqlite3_column_int64 (statement, c++);
  entry->time = CLAMP (entry->time, 0, LAST_TIME);
  entry->app_version = dup_text (statement, c++);
  entry->file_name = dup_text (statement, c++);
  entry->uri = dup_text (statement, c++);
  entry->pasted = dup_text (statement, c++);
  entry->image_sha256 = dup_text (statement, c++);
  entry->marks = (guint) sqlite3_column_int64 (statement, c++);
  if (sqlite3_column_type (statement, c++) != SQLITE_NULL)
    info = get_model (self, sqlite3_column_int64 (statement, c - 1));
  entry->info = info != NULL ? emo_model_info_ref (info) : NULL;
  entry->label = dup_text (statement, c++);
  if (sqlite3_column_type (statement, c++) != SQLITE_NULL)
    entry->probability = sqlite3_column_double (statement, c - 1);
  if (!(entry->probability >= 0 && entry->probability <= 1))
    entry->probability = NAN;
  entry->disagrees = sqlite3_column_int64 (statement, c++) != 0;
  entry->in_domain = clamp (sqlite3_column_int64 (statement, c++), EMO_DOMAIN_UNKNOWN, EMO_DOMAIN_IN);
  entry->flagged = sqlite3_column_int64 (statement, c++) != 0;
  entry->own_label = dup_text (statement, c++);
  entry->note = dup_text (statement, c++);
  entry->error_code = clamp (sqlite3_column_int64 (statement, c++), 0, G_MAXINT);
  entry->error = dup_text (statement, c++);
  entry->prediction = dup_bytes (statement, c++);

  if (entry->file_name == NULL)
    entry->file_name = g_strdup ("");
  if (entry->pasted != NULL && !is_plain_name (entry->pasted))
    g_clear_pointer (&entry->pasted, g_free);

  return entry;
}

static GPtrArray *
read_entries (EmoRunDb      *self,
              sqlite3_stmt  *statement,
              GError       **error)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) emo_run_entry_unref);
  int rc;

  while ((rc = sqlite3_step (statement)) == SQLITE_ROW)
    g_ptr_array_add (entries, read_entry (self, statement));
  if (rc != SQLITE_DONE)
    emo_run_db_fail (self, "the store cannot be read", error);
  sqlite3_reset (statement);

  return rc == SQLITE_DONE ? g_steal_pointer (&entries) : NULL;
}

static void
append_folded (GString    *out,
               const char *text)
{
  g_autofree char *folded = NULL;

  if (text == NULL || !g_utf8_validate (text, -1, NULL))
    return;

  folded = emo_text_fold (text);
  g_string_append (out, folded);
  g_string_append_c (out, '\n');
}

/* emo_matches (file name, note, labels...): has it every word? */
void
emo_run_db_matches_cb (sqlite3_context  *context,
                       int               n_values,
                       sqlite3_value   **values)
{
  EmoRunDb *self = sqlite3_user_data (context);
  g_autoptr (GString) text = g_string_new (NULL);
  gboolean matches = TRUE;

  for (int i = 0; i < n_values; i++)
    {
      const char *value = (const char *) sqlite3_value_text (values[i]);

      append_folded (text, value);
      if (i >= 2 && value != NULL && self->translate != NULL)
        append_folded (text, self->translate (value));
    }
  for (guint i = 0; matches && self->words != NULL && self->words[i] != NULL; i++)
    matches = strstr (text->str, self->words[i]) != NULL;

  sqlite3_result_int (context, matches);
}

/* NULL where there is nothing to look for. */
static char **
split_words (const char *text)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *folded = NULL;
  g_auto (GStrv) parts = NULL;
  gboolean any = FALSE;

  if (text == NULL || !g_utf8_validate (text, -1, NULL))
    return NULL;

  folded = emo_text_fold (text);
  parts = g_strsplit_set (folded, " \t\n\r", -1);
  for (guint i = 0; parts[i] != NULL; i++)
    if (parts[i][0] != '\0')
      {
        g_strv_builder_add (builder, parts[i]);
        any = TRUE;
      }

  return any ? g_strv_builder_end (builder) : NULL;
}

/**
 * emo_run_db_list:
 * @self: a store
 * @query: what to list
 * @error: return location
 *
 * Returns: (transfer container) (element-type EmoRunEntry) (nullable): the
 *   results, newest first, without their predictions
 */
GPtrArray *
emo_run_db_list (EmoRunDb           *self,
                 const EmoRunQuery  *query,
                 GError            **error)
{
  sqlite3_stmt *statement = emo_run_db_get (self, EMO_RUN_STATEMENT_LIST);
  g_auto (GStrv) words = split_words (query->text);
  gboolean from_newest = query->after_id == 0;
  GPtrArray *entries;

  self->words = words;
  self->translate = query->translate;
  sqlite3_bind_int64 (statement, 1, from_newest ? G_MAXINT64 : query->after_time);
  sqlite3_bind_int64 (statement, 2, from_newest ? G_MAXINT64 : query->after_id);
  sqlite3_bind_int64 (statement, 3, MIN (query->limit, MAX_LIMIT));
  sqlite3_bind_int (statement, 4, words == NULL);
  entries = read_entries (self, statement, error);
  self->words = NULL;
  self->translate = NULL;

  return entries;
}

/**
 * emo_run_db_load:
 * @self: a store
 * @id: a row
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the whole row, or %NULL with
 *   %G_IO_ERROR_NOT_FOUND where it is there no more
 */
EmoRunEntry *
emo_run_db_load (EmoRunDb  *self,
                 gint64     id,
                 GError   **error)
{
  sqlite3_stmt *statement = emo_run_db_get (self, EMO_RUN_STATEMENT_LOAD);
  EmoRunEntry *entry = NULL;
  int rc;

  sqlite3_bind_int64 (statement, 1, id);
  rc = sqlite3_step (statement);
  if (rc == SQLITE_ROW)
    entry = read_entry (self, statement);
  else if (rc == SQLITE_DONE)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "The result is no longer in the store");
  else
    emo_run_db_fail (self, "the store cannot be read", error);
  sqlite3_reset (statement);

  return entry;
}

/**
 * emo_run_db_unfinished:
 * @self: a store
 * @error: return location
 *
 * Returns: (transfer container) (element-type EmoRunEntry) (nullable): the
 *   pictures of sessions that have no result, in the order they were given
 */
GPtrArray *
emo_run_db_unfinished (EmoRunDb  *self,
                       GError   **error)
{
  return read_entries (self, emo_run_db_get (self, EMO_RUN_STATEMENT_UNFINISHED), error);
}

static gboolean
has_row (sqlite3_stmt *statement)
{
  int rc = sqlite3_step (statement);

  sqlite3_reset (statement);

  return rc != SQLITE_DONE;
}

/**
 * emo_run_db_has:
 * @self: a store
 * @run: a run
 * @number: a picture of it
 *
 * Returns: whether it has a row, though a deleted one; %TRUE where that cannot
 *   be read
 */
gboolean
emo_run_db_has (EmoRunDb *self,
                gint64    run,
                gint64    number)
{
  sqlite3_stmt *statement = emo_run_db_get (self, EMO_RUN_STATEMENT_HAS);

  sqlite3_bind_int64 (statement, 1, run);
  sqlite3_bind_int64 (statement, 2, number);

  return has_row (statement);
}

/**
 * emo_run_db_has_pasted:
 * @self: a store
 * @name: the kept copy of pasted bytes
 *
 * Returns: whether a row needs it; %TRUE where that cannot be read
 */
gboolean
emo_run_db_has_pasted (EmoRunDb   *self,
                       const char *name)
{
  sqlite3_stmt *statement = emo_run_db_get (self, EMO_RUN_STATEMENT_HAS_PASTED);

  sqlite3_bind_text (statement, 1, name, -1, SQLITE_STATIC);

  return has_row (statement);
}
