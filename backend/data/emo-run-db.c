/* emo-run-db.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <errno.h>
#include <fcntl.h>

#include <glib/gstdio.h>

#include "emo-error.h"
#include "emo-file.h"
#include "emo-run-db-private.h"

/* "EmoV": tells our file from another program's. */
#define APPLICATION_ID 0x456d6f56

/* Longer than any answer, and short enough that a hostile row costs little. */
#define MAX_ROW (16 * 1024 * 1024)

/* What a copy in memory may take. */
#define MAX_COPY (512 * 1024 * 1024)

/* Two windows write in turns; a turn takes milliseconds. */
#define BUSY_MS 3000

/* The steps from one version of the file to the next, the first from nothing.
 * A step that a release had is never edited: files are at every version. */
static const char * const migrations[EMO_RUN_DB_VERSION] = {
  /* 1 */
  "CREATE TABLE models ("
  "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
  "  name TEXT,"
  "  model_sha256 TEXT,"
  "  info TEXT NOT NULL UNIQUE"           /* emo_model_info_to_json () */
  ") STRICT;"
  "CREATE TABLE runs ("
  "  id INTEGER PRIMARY KEY,"             /* drawn at random, so that two windows need not ask each other */
  "  kind INTEGER NOT NULL,"
  "  started INTEGER NOT NULL,"
  "  app_version TEXT NOT NULL"
  ") STRICT;"
  "CREATE TABLE entries ("
  "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
  "  run INTEGER NOT NULL REFERENCES runs (id),"
  "  number INTEGER NOT NULL,"
  "  state INTEGER NOT NULL,"
  "  time INTEGER NOT NULL,"
  "  deleted INTEGER,"                    /* the token of the deletion */
  "  model INTEGER REFERENCES models (id),"
  "  file_name TEXT NOT NULL,"
  "  uri TEXT,"
  "  pasted TEXT,"
  "  image_sha256 TEXT,"
  "  marks INTEGER NOT NULL,"
  "  label TEXT,"
  "  probability REAL,"
  "  disagrees INTEGER NOT NULL,"
  "  in_domain INTEGER NOT NULL,"
  "  flagged INTEGER NOT NULL,"
  "  own_label TEXT,"
  "  note TEXT,"
  "  error_code INTEGER NOT NULL,"
  "  error TEXT,"
  "  UNIQUE (run, number)"
  ") STRICT;"
  /* Apart, so that a list or a search reads a tenth of the pages. */
  "CREATE TABLE predictions ("
  "  entry INTEGER PRIMARY KEY REFERENCES entries (id) ON DELETE CASCADE,"
  "  text TEXT NOT NULL"                  /* emo_prediction_to_json () */
  ") STRICT;"
  "CREATE INDEX entries_by_time ON entries (time, id);"
  "CREATE INDEX entries_by_model ON entries (model);"
  "CREATE INDEX entries_waiting ON entries (run, number) WHERE state = 0;"
  "CREATE INDEX entries_deleted ON entries (deleted) WHERE deleted IS NOT NULL;"
  "CREATE INDEX entries_pasted ON entries (pasted) WHERE pasted IS NOT NULL;",
};

#define COLUMNS \
  "entries.id, run, number, kind, state, time, app_version, file_name, uri, pasted, image_sha256, marks," \
  " model, label, probability, disagrees, in_domain, flagged, own_label, note, error_code, error"
#define FROM " FROM entries JOIN runs ON runs.id = entries.run"

static const char * const texts[EMO_RUN_N_STATEMENTS] = {
  [EMO_RUN_STATEMENT_VERSION] = "PRAGMA user_version",
  [EMO_RUN_STATEMENT_PUT_RUN] =
    "INSERT OR IGNORE INTO runs (id, kind, started, app_version) VALUES (?1, ?2, ?3, ?4)",
  [EMO_RUN_STATEMENT_PUT_MODEL] =
    "INSERT OR IGNORE INTO models (name, model_sha256, info) VALUES (?1, ?2, ?3)",
  [EMO_RUN_STATEMENT_FIND_MODEL] = "SELECT id FROM models WHERE info = ?1",
  /* A deleted row stays deleted: its picture may finish after it was deleted. */
  [EMO_RUN_STATEMENT_PUT_ENTRY] =
    "INSERT INTO entries (run, number, state, time, model, file_name, uri, pasted, image_sha256, marks,"
    " label, probability, disagrees, in_domain, flagged, own_label, note, error_code, error)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)"
    " ON CONFLICT (run, number) DO UPDATE SET state = excluded.state, time = excluded.time,"
    " model = excluded.model, image_sha256 = excluded.image_sha256, marks = excluded.marks,"
    " label = excluded.label, probability = excluded.probability, disagrees = excluded.disagrees,"
    " in_domain = excluded.in_domain, flagged = excluded.flagged, own_label = excluded.own_label,"
    " note = excluded.note, error_code = excluded.error_code, error = excluded.error"
    " RETURNING id",
  [EMO_RUN_STATEMENT_PUT_PREDICTION] = "INSERT OR REPLACE INTO predictions (entry, text) VALUES (?1, ?2)",
  [EMO_RUN_STATEMENT_DROP_PREDICTION] = "DELETE FROM predictions WHERE entry = ?1",
  [EMO_RUN_STATEMENT_ANNOTATE] =
    "UPDATE entries SET flagged = ?3, own_label = ?4, note = ?5 WHERE run = ?1 AND number = ?2",
  [EMO_RUN_STATEMENT_FORGET] = "DELETE FROM entries WHERE run = ?1 AND number = ?2 AND state = 0",
  [EMO_RUN_STATEMENT_DELETE] = "UPDATE entries SET deleted = ?2 WHERE id = ?1 AND deleted IS NULL",
  [EMO_RUN_STATEMENT_DELETE_DAY] =
    "UPDATE entries SET deleted = ?3 WHERE time >= ?1 AND time < ?2 AND state <> 0 AND deleted IS NULL"
    " AND CASE WHEN ?6 THEN 1 WHEN ?4 IS NULL THEN model IS NULL"
    " ELSE model IN (SELECT id FROM models WHERE name IS ?4 AND model_sha256 IS ?5) END",
  [EMO_RUN_STATEMENT_UNDELETE] = "UPDATE entries SET deleted = NULL WHERE deleted = ?1",
  [EMO_RUN_STATEMENT_PURGE] = "DELETE FROM entries WHERE deleted = ?1",
  [EMO_RUN_STATEMENT_PURGE_OLD] = "DELETE FROM entries WHERE deleted < ?1",
  [EMO_RUN_STATEMENT_PURGE_RUNS] =
    "DELETE FROM runs WHERE started < ?1 AND NOT EXISTS (SELECT 1 FROM entries WHERE run = runs.id)",
  [EMO_RUN_STATEMENT_PURGE_MODELS] = "DELETE FROM models WHERE NOT EXISTS (SELECT 1 FROM entries WHERE model = models.id)",
  [EMO_RUN_STATEMENT_LIST] =
    "SELECT " COLUMNS ", NULL" FROM " WHERE state <> 0 AND deleted IS NULL AND (time, entries.id) < (?1, ?2)"
    " AND (?4 OR emo_matches (file_name, note, label, own_label))"
    " ORDER BY time DESC, entries.id DESC LIMIT ?3",
  [EMO_RUN_STATEMENT_LOAD] =
    "SELECT " COLUMNS ", text" FROM " LEFT JOIN predictions ON entry = entries.id WHERE entries.id = ?1"
    " AND deleted IS NULL",
  [EMO_RUN_STATEMENT_UNFINISHED] =
    "SELECT " COLUMNS ", NULL" FROM " WHERE state = 0 AND kind = 0 AND deleted IS NULL"
    " ORDER BY started, run, number",
  [EMO_RUN_STATEMENT_READ_MODEL] = "SELECT info FROM models WHERE id = ?1",
  [EMO_RUN_STATEMENT_HAS] = "SELECT 1 FROM entries WHERE run = ?1 AND number = ?2",
  [EMO_RUN_STATEMENT_HAS_PASTED] = "SELECT 1 FROM entries WHERE pasted = ?1 LIMIT 1",
};

static int
get_error_code (int rc)
{
  switch (rc & 0xff)
    {
    case SQLITE_FULL:
      return EMO_ERROR_NO_SPACE;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_SCHEMA:
    case SQLITE_ERROR:      /* a table or column that should be there is not */
      return EMO_ERROR_INVALID_FILE;
    case SQLITE_NOMEM:
      return EMO_ERROR_OUT_OF_MEMORY;
    case SQLITE_TOOBIG:
      return EMO_ERROR_LIMIT;
    default:
      return EMO_ERROR_IO;
    }
}

/* Keeps what SQLite says as an error of ours. Returns FALSE. */
gboolean
emo_run_db_fail (EmoRunDb    *self,
                 const char  *what,
                 GError     **error)
{
  int number = errno;
  g_autofree char *name = emo_file_escape_name (self->path);

  self->rc = sqlite3_extended_errcode (self->handle);
  self->system_errno = number;
  g_set_error (error, EMO_ERROR, get_error_code (self->rc), "%s: %s: %s (SQLite %d)",
               name, what, sqlite3_errmsg (self->handle), self->rc);

  return FALSE;
}

static gboolean
run_text (EmoRunDb    *self,
          const char  *text,
          GError     **error)
{
  if (sqlite3_exec (self->handle, text, NULL, NULL, NULL) != SQLITE_OK)
    return emo_run_db_fail (self, "the store cannot be used", error);

  return TRUE;
}

/* A single number; FALSE where there is none. */
static gboolean
read_number (EmoRunDb    *self,
             const char  *text,
             gint64      *number,
             GError     **error)
{
  sqlite3_stmt *statement = NULL;
  int rc = sqlite3_prepare_v2 (self->handle, text, -1, &statement, NULL);

  if (rc == SQLITE_OK)
    rc = sqlite3_step (statement);
  if (rc == SQLITE_ROW)
    *number = sqlite3_column_int64 (statement, 0);
  else
    emo_run_db_fail (self, "the store cannot be read", error);
  sqlite3_finalize (statement);

  return rc == SQLITE_ROW;
}

static gboolean
fail_newer (EmoRunDb  *self,
            gint64     version,
            GError   **error)
{
  g_autofree char *name = emo_file_escape_name (self->path);

  g_set_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED,
               "%s is of a newer version (%" G_GINT64_FORMAT ", this one knows %d): it is left as it is",
               name, version, EMO_RUN_DB_VERSION);

  return FALSE;
}

static gboolean
check_version (EmoRunDb  *self,
               gint64    *version,
               GError   **error)
{
  gint64 id;
  gint64 n_tables;

  if (!read_number (self, "PRAGMA user_version", version, error) ||
      !read_number (self, "PRAGMA application_id", &id, error) ||
      !read_number (self, "SELECT count (*) FROM sqlite_schema", &n_tables, error))
    return FALSE;

  if (n_tables > 0 && id != APPLICATION_ID)
    {
      g_autofree char *name = emo_file_escape_name (self->path);

      g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "%s is another program's file", name);
      return FALSE;
    }
  if (*version > EMO_RUN_DB_VERSION)
    return fail_newer (self, *version, error);

  return TRUE;
}

/* Brings the file to this version, or leaves it as it was. */
static gboolean
migrate (EmoRunDb  *self,
         GError   **error)
{
  gint64 version;

  if (!run_text (self, "BEGIN IMMEDIATE", error))
    return FALSE;
  self->writing = TRUE;

  /* Another window may have done it since. */
  if (!check_version (self, &version, error))
    return FALSE;
  for (gint64 v = MAX (version, 0); v < EMO_RUN_DB_VERSION; v++)
    if (!run_text (self, migrations[v], error))
      return FALSE;
  if (version < EMO_RUN_DB_VERSION)
    {
      g_autofree char *marks =
        g_strdup_printf ("PRAGMA application_id = %d; PRAGMA user_version = %d", APPLICATION_ID, EMO_RUN_DB_VERSION);

      if (!run_text (self, marks, error))
        return FALSE;
    }

  return emo_run_db_commit (self, error);
}

/* A file that strangers could have made: nothing in its schema runs. */
static void
harden (EmoRunDb *self)
{
  sqlite3_extended_result_codes (self->handle, 1);
  sqlite3_busy_timeout (self->handle, BUSY_MS);
  sqlite3_limit (self->handle, SQLITE_LIMIT_LENGTH, MAX_ROW);
  sqlite3_db_config (self->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config (self->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  sqlite3_db_config (self->handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
  sqlite3_db_config (self->handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
}

static gboolean
prepare (EmoRunDb  *self,
         GError   **error)
{
  if (sqlite3_create_function (self->handle, "emo_matches", -1, SQLITE_UTF8 | SQLITE_DIRECTONLY, self,
                               emo_run_db_matches_cb, NULL, NULL) != SQLITE_OK)
    return emo_run_db_fail (self, "the store cannot be used", error);

  for (int i = 0; i < EMO_RUN_N_STATEMENTS; i++)
    if (sqlite3_prepare_v3 (self->handle, texts[i], -1, SQLITE_PREPARE_PERSISTENT,
                            &self->statements[i], NULL) != SQLITE_OK)
      return emo_run_db_fail (self, "the store has not the tables of its version", error);

  return TRUE;
}

/* SQLite asks no busy handler about this: of two that make the file at once, one
 * is told that it is locked. */
static gboolean
enter_wal (EmoRunDb  *self,
           GError   **error)
{
  gint64 end = g_get_monotonic_time () + BUSY_MS * G_TIME_SPAN_MILLISECOND;

  while (sqlite3_exec (self->handle, "PRAGMA journal_mode = WAL", NULL, NULL, NULL) != SQLITE_OK)
    {
      if ((sqlite3_errcode (self->handle) & 0xff) != SQLITE_BUSY || g_get_monotonic_time () >= end)
        return emo_run_db_fail (self, "the store cannot be used", error);
      g_usleep (5 * G_TIME_SPAN_MILLISECOND);
    }

  return TRUE;
}

/* SQLite opens a file that cannot be written as one to be read, and says so only
 * when something is written. */
static gboolean
check_writable (EmoRunDb  *self,
                GError   **error)
{
  g_autofree char *name = NULL;

  if (sqlite3_db_readonly (self->handle, "main") == 0)
    return TRUE;

  name = emo_file_escape_name (self->path);
  g_set_error (error, EMO_ERROR, EMO_ERROR_IO, "%s cannot be written", name);

  return FALSE;
}

static gboolean
set_up (EmoRunDb  *self,
        GError   **error)
{
  gint64 version;

  harden (self);
  /* The version first: of a newer file nothing is changed. Rows that are deleted
   * are overwritten: who deletes a result wants it gone. A commit does not wait
   * for the disk, emo_run_db_sync() and emo_run_db_checkpoint() do. */
  return check_version (self, &version, error) &&
         check_writable (self, error) &&
         enter_wal (self, error) &&
         run_text (self,
                   "PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0; PRAGMA foreign_keys = ON;"
                   "PRAGMA secure_delete = ON; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY;"
                   "PRAGMA journal_size_limit = 4194304", error) &&
         migrate (self, error) &&
         prepare (self, error);
}

static EmoRunDb *
new_db (const char *path)
{
  EmoRunDb *self = g_new0 (EmoRunDb, 1);

  self->path = g_strdup (path);
  self->infos = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) emo_model_info_unref, g_free);
  self->models = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) emo_model_info_unref);

  return self;
}

/**
 * emo_run_db_open:
 * @path: a file, made where it is not there; ":memory:" for none
 * @error: return location
 *
 * Opens the store and brings it to this version.
 *
 * Returns: (transfer full) (nullable): the store, or %NULL with
 *   %EMO_ERROR_UNSUPPORTED for a file of a newer version,
 *   %EMO_ERROR_INVALID_FILE for a broken or foreign one, %EMO_ERROR_NO_SPACE or
 *   %EMO_ERROR_IO; the file is then as it was
 */
EmoRunDb *
emo_run_db_open (const char  *path,
                 GError     **error)
{
  g_autoptr (EmoRunDb) self = new_db (path);
  int fd;

  /* SQLite would let the umask decide who may read it. */
  if (!g_str_equal (path, ":memory:"))
    {
      fd = g_open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
      if (fd >= 0)
        g_close (fd, NULL);
    }

  if (sqlite3_open_v2 (path, &self->handle,
                       SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
    {
      emo_run_db_fail (self, "the store cannot be opened", error);
      return NULL;
    }
  if (!set_up (self, error))
    return NULL;

  return g_steal_pointer (&self);
}

/* @option: how the file is opened, in the words of SQLite's addresses */
static gboolean
read_from (EmoRunDb    *self,
           const char  *path,
           const char  *option)
{
  g_autofree char *plain = g_filename_to_uri (path, NULL, NULL);
  g_autofree char *uri = g_strconcat (plain != NULL ? plain : "", "?", option, NULL);
  sqlite3 *from = NULL;
  sqlite3_backup *backup = NULL;
  int rc;

  rc = sqlite3_open_v2 (uri, &from, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL);
  if (rc == SQLITE_OK)
    {
      sqlite3_busy_timeout (from, BUSY_MS);
      backup = sqlite3_backup_init (self->handle, "main", from, "main");
    }
  if (backup != NULL)
    {
      sqlite3_backup_step (backup, -1);
      rc = sqlite3_backup_finish (backup);
    }
  sqlite3_close (from);

  return backup != NULL && rc == SQLITE_OK;
}

/**
 * emo_run_db_open_copy:
 * @path: a file that cannot be written
 * @error: return location
 *
 * Opens what is in the file as a store in memory: all of it can be read as ever,
 * and what is written lasts as long as the store is open.
 *
 * Returns: (transfer full) (nullable): the store, or %NULL with the errors of
 *   emo_run_db_open()
 */
EmoRunDb *
emo_run_db_open_copy (const char  *path,
                      GError     **error)
{
  g_autoptr (EmoRunDb) self = new_db (path);
  GStatBuf status;

  /* What is no file might never end. */
  if (g_stat (path, &status) != 0 || !S_ISREG (status.st_mode) || status.st_size > MAX_COPY)
    {
      g_autofree char *name = emo_file_escape_name (path);

      g_set_error (error, EMO_ERROR, EMO_ERROR_IO, "%s is no file that can be copied", name);
      return NULL;
    }

  if (sqlite3_open_v2 (":memory:", &self->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK ||
      /* What is still in the journal is read where SQLite finds or can make the
       * index of it. Elsewhere the file alone is, which lacks at most what came
       * in the second before a crash. */
      !(read_from (self, path, "mode=ro") || read_from (self, path, "immutable=1")))
    {
      emo_run_db_fail (self, "the store cannot be read", error);
      return NULL;
    }
  if (!set_up (self, error))
    return NULL;

  return g_steal_pointer (&self);
}

/**
 * emo_run_db_close:
 * @self: (transfer full): a store
 *
 * Gives up what is not committed. The last one to close brings everything into
 * the one file.
 */
void
emo_run_db_close (EmoRunDb *self)
{
  if (self->handle != NULL)
    emo_run_db_rollback (self);
  for (int i = 0; i < EMO_RUN_N_STATEMENTS; i++)
    sqlite3_finalize (self->statements[i]);
  sqlite3_close (self->handle);
  g_hash_table_unref (self->infos);
  g_hash_table_unref (self->models);
  g_free (self->path);
  g_free (self);
}

/**
 * emo_run_db_get:
 * @self: a store
 * @which: a statement
 *
 * Returns: (transfer none): the statement, ready to be bound
 */
sqlite3_stmt *
emo_run_db_get (EmoRunDb        *self,
                EmoRunStatement  which)
{
  sqlite3_reset (self->statements[which]);
  sqlite3_clear_bindings (self->statements[which]);

  return self->statements[which];
}

/**
 * emo_run_db_step:
 * @self: a store
 * @statement: one that gives no rows
 * @error: return location
 *
 * Returns: whether it ran
 */
gboolean
emo_run_db_step (EmoRunDb      *self,
                 sqlite3_stmt  *statement,
                 GError       **error)
{
  gboolean done = sqlite3_step (statement) == SQLITE_DONE;

  if (!done)
    emo_run_db_fail (self, "the store cannot be written", error);
  sqlite3_reset (statement);

  return done;
}

/**
 * emo_run_db_begin:
 * @self: a store
 * @error: return location
 *
 * Begins to write, waiting for another window's turn to end. A newer version may
 * have changed the file since it was opened.
 *
 * Returns: whether it may be written
 */
gboolean
emo_run_db_begin (EmoRunDb  *self,
                  GError   **error)
{
  sqlite3_stmt *statement;
  gint64 version = 0;

  if (!run_text (self, "BEGIN IMMEDIATE", error))
    return FALSE;
  self->writing = TRUE;

  statement = emo_run_db_get (self, EMO_RUN_STATEMENT_VERSION);
  if (sqlite3_step (statement) == SQLITE_ROW)
    version = sqlite3_column_int64 (statement, 0);
  sqlite3_reset (statement);

  return version <= EMO_RUN_DB_VERSION || fail_newer (self, version, error);
}

/**
 * emo_run_db_commit:
 * @self: a store that is being written
 * @error: return location
 *
 * Hands all since emo_run_db_begin() to the system, which keeps it when this
 * process dies; a power cut may still take it.
 *
 * Returns: whether it did
 */
gboolean
emo_run_db_commit (EmoRunDb  *self,
                   GError   **error)
{
  if (!run_text (self, "COMMIT", error))
    return FALSE;
  self->writing = FALSE;

  return TRUE;
}

/**
 * emo_run_db_sync:
 * @self: a store that is not being written
 * @error: return location
 *
 * Waits until all that was committed is on the disk.
 *
 * Returns: whether it is
 */
gboolean
emo_run_db_sync (EmoRunDb  *self,
                 GError   **error)
{
  gboolean ok;

  /* A commit of the same number: its journal goes to the disk, and with it all
   * that is before it there. */
  ok = run_text (self, "PRAGMA synchronous = FULL", error) &&
       emo_run_db_begin (self, error) &&
       run_text (self, "PRAGMA user_version = " G_STRINGIFY (EMO_RUN_DB_VERSION), error) &&
       emo_run_db_commit (self, error);
  if (!ok)
    emo_run_db_rollback (self);
  sqlite3_exec (self->handle, "PRAGMA synchronous = NORMAL", NULL, NULL, NULL);

  return ok;
}

/**
 * emo_run_db_checkpoint:
 * @path: the file of a store
 *
 * Brings what was committed onto the disk and into the file, over a connection
 * of its own: any thread may, and whoever writes goes on writing.
 *
 * Returns: whether all was; %FALSE where somebody else was at it
 */
gboolean
emo_run_db_checkpoint (const char *path)
{
  sqlite3 *handle = NULL;
  int n_frames = -1;
  int n_done = -1;
  int rc;

  rc = sqlite3_open_v2 (path, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
  if (rc == SQLITE_OK)
    rc = sqlite3_wal_checkpoint_v2 (handle, NULL, SQLITE_CHECKPOINT_PASSIVE, &n_frames, &n_done);
  sqlite3_close (handle);

  return rc == SQLITE_OK && n_done == n_frames;
}

/**
 * emo_run_db_rollback:
 * @self: a store
 *
 * Takes back all since emo_run_db_begin().
 */
void
emo_run_db_rollback (EmoRunDb *self)
{
  if (self->writing)
    sqlite3_exec (self->handle, "ROLLBACK", NULL, NULL, NULL);
  self->writing = FALSE;
}
