/* emo-run-db-write.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-run-db-private.h"

/* Runs without pictures are kept for a while: their first one may be on its way
 * in another window. */
#define RUN_GRACE_SECONDS (24 * 60 * 60)

static void
bind_text (sqlite3_stmt *statement,
           int           index,
           const char   *text)
{
  if (text != NULL)
    sqlite3_bind_text (statement, index, text, -1, SQLITE_STATIC);
}

static gboolean
put_run (EmoRunDb      *self,
         const EmoRun  *run,
         GError       **error)
{
  sqlite3_stmt *statement = emo_run_db_get (self, EMO_RUN_STATEMENT_PUT_RUN);

  sqlite3_bind_int64 (statement, 1, run->id);
  sqlite3_bind_int (statement, 2, (int) run->kind);
  sqlite3_bind_int64 (statement, 3, run->started);
  bind_text (statement, 4, EMO_VERSION);

  return emo_run_db_step (self, statement, error);
}

/* The row of a model; 0 on failure. Not remembered: another window may purge it
 * between two pictures. */
static gint64
put_model (EmoRunDb      *self,
           EmoModelInfo  *info,
           GError       **error)
{
  char *text = g_hash_table_lookup (self->infos, info);
  sqlite3_stmt *statement;
  gint64 id = 0;

  if (text == NULL)
    {
      text = emo_model_info_to_json (info);
      g_hash_table_insert (self->infos, emo_model_info_ref (info), text);
    }

  statement = emo_run_db_get (self, EMO_RUN_STATEMENT_PUT_MODEL);
  bind_text (statement, 1, info->name);
  bind_text (statement, 2, info->model_sha256);
  bind_text (statement, 3, text);
  if (!emo_run_db_step (self, statement, error))
    return 0;

  statement = emo_run_db_get (self, EMO_RUN_STATEMENT_FIND_MODEL);
  bind_text (statement, 1, text);
  if (sqlite3_step (statement) == SQLITE_ROW)
    id = sqlite3_column_int64 (statement, 0);
  else
    emo_run_db_fail (self, "the store cannot be read", error);
  sqlite3_reset (statement);

  return id;
}

static void
bind_result (sqlite3_stmt *statement,
             EmoRunEntry  *entry)
{
  bind_text (statement, 9, entry->image_sha256);
  sqlite3_bind_int64 (statement, 10, entry->marks);
  bind_text (statement, 11, entry->label);
  if (!isnan (entry->probability))
    sqlite3_bind_double (statement, 12, entry->probability);
  sqlite3_bind_int (statement, 13, entry->disagrees);
  sqlite3_bind_int (statement, 14, entry->in_domain);
  sqlite3_bind_int (statement, 15, entry->flagged);
  bind_text (statement, 16, entry->own_label);
  bind_text (statement, 17, entry->note);
  sqlite3_bind_int (statement, 18, entry->error_code);
  bind_text (statement, 19, entry->error);
}

static gboolean
put_prediction (EmoRunDb    *self,
                gint64       id,
                const char  *text,
                GError     **error)
{
  sqlite3_stmt *statement = emo_run_db_get (self, text != NULL ? EMO_RUN_STATEMENT_PUT_PREDICTION
                                                               : EMO_RUN_STATEMENT_DROP_PREDICTION);

  sqlite3_bind_int64 (statement, 1, id);
  if (text != NULL)
    bind_text (statement, 2, text);

  return emo_run_db_step (self, statement, error);
}

/**
 * emo_run_db_put:
 * @self: a store that is being written
 * @run: the run of the picture
 * @entry: the picture, as far as it is known
 * @error: return location
 *
 * Writes a row, or writes over the one of the same run and number.
 *
 * Returns: whether it was written
 */
gboolean
emo_run_db_put (EmoRunDb      *self,
                const EmoRun  *run,
                EmoRunEntry   *entry,
                GError       **error)
{
  sqlite3_stmt *statement;
  gint64 model = 0;
  gint64 id = 0;

  if (!put_run (self, run, error))
    return FALSE;
  if (entry->info != NULL)
    {
      model = put_model (self, entry->info, error);
      if (model == 0)
        return FALSE;
    }

  statement = emo_run_db_get (self, EMO_RUN_STATEMENT_PUT_ENTRY);
  sqlite3_bind_int64 (statement, 1, entry->run);
  sqlite3_bind_int64 (statement, 2, entry->number);
  sqlite3_bind_int (statement, 3, (int) entry->state);
  sqlite3_bind_int64 (statement, 4, entry->time);
  if (model != 0)
    sqlite3_bind_int64 (statement, 5, model);
  bind_text (statement, 6, entry->file_name);
  if (entry->pasted == NULL)
    bind_text (statement, 7, entry->uri);
  bind_text (statement, 8, entry->pasted);
  bind_result (statement, entry);
  if (sqlite3_step (statement) == SQLITE_ROW)
    id = sqlite3_column_int64 (statement, 0);
  else
    emo_run_db_fail (self, "the store cannot be written", error);
  sqlite3_reset (statement);

  return id != 0 && put_prediction (self, id, entry->prediction, error);
}

/**
 * emo_run_db_annotate:
 * @self: a store that is being written
 * @entry: run, number, and what a person says of the picture
 * @error: return location
 *
 * Returns: whether it was written
 */
gboolean
emo_run_db_annotate (EmoRunDb     *self,
                     EmoRunEntry  *entry,
                     GError      **error)
{
  sqlite3_stmt *statement = emo_run_db_get (self, EMO_RUN_STATEMENT_ANNOTATE);

  sqlite3_bind_int64 (statement, 1, entry->run);
  sqlite3_bind_int64 (statement, 2, entry->number);
  sqlite3_bind_int (statement, 3, entry->flagged);
  bind_text (statement, 4, entry->own_label);
  bind_text (statement, 5, entry->note);

  return emo_run_db_step (self, statement, error);
}

static gboolean
step_with (EmoRunDb         *self,
           EmoRunStatement   which,
           gint64            first,
           gint64            second,
           GError          **error)
{
  sqlite3_stmt *statement = emo_run_db_get (self, which);

  sqlite3_bind_int64 (statement, 1, first);
  if (sqlite3_bind_parameter_count (statement) > 1)
    sqlite3_bind_int64 (statement, 2, second);

  return emo_run_db_step (self, statement, error);
}

/**
 * emo_run_db_forget:
 * @self: a store that is being written
 * @run: a run
 * @number: a picture of it
 * @error: return location
 *
 * Takes out a picture that has no result; one that has stays.
 *
 * Returns: whether it was written
 */
gboolean
emo_run_db_forget (EmoRunDb  *self,
                   gint64     run,
                   gint64     number,
                   GError   **error)
{
  return step_with (self, EMO_RUN_STATEMENT_FORGET, run, number, error);
}

/**
 * emo_run_db_delete:
 * @self: a store that is being written
 * @id: a row
 * @token: what undeletes or purges it
 * @error: return location
 *
 * Returns: whether it was written
 */
gboolean
emo_run_db_delete (EmoRunDb  *self,
                   gint64     id,
                   gint64     token,
                   GError   **error)
{
  return step_with (self, EMO_RUN_STATEMENT_DELETE, id, token, error);
}

/**
 * emo_run_db_delete_day:
 * @self: a store that is being written
 * @day: which rows
 * @token: what undeletes or purges them
 * @error: return location
 *
 * Returns: whether it was written
 */
gboolean
emo_run_db_delete_day (EmoRunDb         *self,
                       const EmoRunDay  *day,
                       gint64            token,
                       GError          **error)
{
  sqlite3_stmt *statement = emo_run_db_get (self, EMO_RUN_STATEMENT_DELETE_DAY);

  sqlite3_bind_int64 (statement, 1, day->from);
  sqlite3_bind_int64 (statement, 2, day->to);
  sqlite3_bind_int64 (statement, 3, token);
  bind_text (statement, 4, day->model_name);
  bind_text (statement, 5, day->model_sha256);
  sqlite3_bind_int (statement, 6, day->every_model);

  return emo_run_db_step (self, statement, error);
}

/**
 * emo_run_db_undelete:
 * @self: a store that is being written
 * @token: of a deletion
 * @error: return location
 *
 * Returns: whether it was written
 */
gboolean
emo_run_db_undelete (EmoRunDb  *self,
                     gint64     token,
                     GError   **error)
{
  return step_with (self, EMO_RUN_STATEMENT_UNDELETE, token, 0, error);
}

/**
 * emo_run_db_purge:
 * @self: a store that is being written
 * @token: of a deletion; 0: of all before @before
 * @before: microseconds since 1970
 * @error: return location
 *
 * Deleted rows go for good, and runs and models that none is left of.
 *
 * Returns: whether it was written
 */
gboolean
emo_run_db_purge (EmoRunDb  *self,
                  gint64     token,
                  gint64     before,
                  GError   **error)
{
  gint64 long_ago = g_get_real_time () / G_USEC_PER_SEC - RUN_GRACE_SECONDS;
  EmoRunStatement which = token != 0 ? EMO_RUN_STATEMENT_PURGE : EMO_RUN_STATEMENT_PURGE_OLD;

  return step_with (self, which, token != 0 ? token : before, 0, error) &&
         step_with (self, EMO_RUN_STATEMENT_PURGE_RUNS, long_ago, 0, error) &&
         emo_run_db_step (self, emo_run_db_get (self, EMO_RUN_STATEMENT_PURGE_MODELS), error);
}
