/* emo-run-db-private.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <sqlite3.h>

#include "emo-run-store.h"

G_BEGIN_DECLS

/* The file of the run store: one connection, for one thread. Errors are of the
 * error domain of the application; @rc keeps SQLite's own, by which the thread
 * decides what to do. */
#define EMO_RUN_DB_VERSION 1

typedef enum
{
  EMO_RUN_STATEMENT_VERSION,
  EMO_RUN_STATEMENT_PUT_RUN,
  EMO_RUN_STATEMENT_PUT_MODEL,
  EMO_RUN_STATEMENT_FIND_MODEL,
  EMO_RUN_STATEMENT_PUT_ENTRY,
  EMO_RUN_STATEMENT_PUT_PREDICTION,
  EMO_RUN_STATEMENT_DROP_PREDICTION,
  EMO_RUN_STATEMENT_ANNOTATE,
  EMO_RUN_STATEMENT_FORGET,
  EMO_RUN_STATEMENT_DELETE,
  EMO_RUN_STATEMENT_DELETE_DAY,
  EMO_RUN_STATEMENT_UNDELETE,
  EMO_RUN_STATEMENT_PURGE,
  EMO_RUN_STATEMENT_PURGE_OLD,
  EMO_RUN_STATEMENT_PURGE_RUNS,
  EMO_RUN_STATEMENT_PURGE_MODELS,
  EMO_RUN_STATEMENT_LIST,
  EMO_RUN_STATEMENT_LOAD,
  EMO_RUN_STATEMENT_UNFINISHED,
  EMO_RUN_STATEMENT_READ_MODEL,
  EMO_RUN_STATEMENT_HAS,
  EMO_RUN_STATEMENT_HAS_PASTED,
  EMO_RUN_N_STATEMENTS
} EmoRunStatement;

typedef struct
{
  sqlite3       *handle;
  char          *path;                             /* ":memory:" where there is no file */
  sqlite3_stmt  *statements[EMO_RUN_N_STATEMENTS];
  int            rc;                               /* of the last failure, extended */
  int            system_errno;                     /* at the last failure; sqlite3_system_errno () forgets it on writes */
  gboolean       writing;                          /* between begin and commit or rollback */
  GHashTable    *infos;                            /* EmoModelInfo, owned -> its JSON, by address */
  GHashTable    *models;                           /* row -> EmoModelInfo, owned */
  char         **words;                            /* of the search that runs */
  EmoRunTranslateFunc translate;                   /* (nullable) of the search that runs */
} EmoRunDb;

/* A run as its rows need it. */
typedef struct
{
  gint64      id;
  EmoRunKind  kind;
  gint64      started;   /* seconds since 1970 */
} EmoRun;

/* emo-run-db.c. Errors: UNSUPPORTED for a newer version's file, INVALID_FILE for
 * a broken or foreign one, NO_SPACE, IO. */
EmoRunDb     *emo_run_db_open        (const char       *path,
                                      GError          **error);
/* In memory, of a file that cannot be written. */
EmoRunDb     *emo_run_db_open_copy   (const char       *path,
                                      GError          **error);
void          emo_run_db_close       (EmoRunDb         *self);
gboolean      emo_run_db_begin       (EmoRunDb         *self,
                                      GError          **error);
gboolean      emo_run_db_commit      (EmoRunDb         *self,
                                      GError          **error);
void          emo_run_db_rollback    (EmoRunDb         *self);
gboolean      emo_run_db_sync        (EmoRunDb         *self,
                                      GError          **error);
gboolean      emo_run_db_checkpoint  (const char       *path);
sqlite3_stmt *emo_run_db_get         (EmoRunDb         *self,
                                      EmoRunStatement   which);
/* Runs a statement without rows, which is then reset. */
gboolean      emo_run_db_step        (EmoRunDb         *self,
                                      sqlite3_stmt     *statement,
                                      GError          **error);
gboolean      emo_run_db_fail        (EmoRunDb         *self,
                                      const char       *what,
                                      GError          **error);

/* emo-run-db-write.c; between begin and commit */
gboolean      emo_run_db_put         (EmoRunDb         *self,
                                      const EmoRun     *run,
                                      EmoRunEntry      *entry,
                                      GError          **error);
gboolean      emo_run_db_annotate    (EmoRunDb         *self,
                                      EmoRunEntry      *entry,
                                      GError          **error);
gboolean      emo_run_db_forget      (EmoRunDb         *self,
                                      gint64            run,
                                      gint64            number,
                                      GError          **error);
gboolean      emo_run_db_delete      (EmoRunDb         *self,
                                      gint64            id,
                                      gint64            token,
                                      GError          **error);
gboolean      emo_run_db_delete_day  (EmoRunDb         *self,
                                      const EmoRunDay  *day,
                                      gint64            token,
                                      GError          **error);
gboolean      emo_run_db_undelete    (EmoRunDb         *self,
                                      gint64            token,
                                      GError          **error);
/* What was deleted under @token; 0: all that was deleted before @before. */
gboolean      emo_run_db_purge       (EmoRunDb         *self,
                                      gint64            token,
                                      gint64            before,
                                      GError          **error);

/* emo-run-db-read.c */
GPtrArray    *emo_run_db_list        (EmoRunDb          *self,
                                      const EmoRunQuery *query,
                                      GError           **error);
EmoRunEntry  *emo_run_db_load        (EmoRunDb          *self,
                                      gint64             id,
                                      GError           **error);
GPtrArray    *emo_run_db_unfinished  (EmoRunDb          *self,
                                      GError           **error);
/* TRUE where that cannot be read. */
gboolean      emo_run_db_has         (EmoRunDb          *self,
                                      gint64             run,
                                      gint64             number);
/* TRUE where some row is of the kept copy. */
gboolean      emo_run_db_has_pasted  (EmoRunDb          *self,
                                      const char        *name);
void          emo_run_db_matches_cb  (sqlite3_context   *context,
                                      int                n_values,
                                      sqlite3_value    **values);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoRunDb, emo_run_db_close)

G_END_DECLS
