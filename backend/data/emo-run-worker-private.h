/* emo-run-worker-private.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-run-db-private.h"
#include "emo-run-files-private.h"

G_BEGIN_DECLS

/* The thread of a store: does what it is given, in order. */
typedef struct _EmoRunWorker EmoRunWorker;

typedef enum
{
  EMO_RUN_OP_BEGIN,
  EMO_RUN_OP_PUT,
  EMO_RUN_OP_UPDATE,
  EMO_RUN_OP_ANNOTATE,
  EMO_RUN_OP_FORGET,
  EMO_RUN_OP_DELETE,
  EMO_RUN_OP_DELETE_DAY,
  EMO_RUN_OP_UNDELETE,
  EMO_RUN_OP_PURGE,
  EMO_RUN_OP_LIST,
  EMO_RUN_OP_LOAD,
  EMO_RUN_OP_UNFINISHED,
  EMO_RUN_OP_FLUSH,
  EMO_RUN_OP_CLOSE,
} EmoRunOpKind;

typedef struct
{
  EmoRunOpKind  kind;
  EmoRun        run;       /* BEGIN; FORGET: its id */
  gint64        number;    /* FORGET: the picture's; LOAD: the row; others: the token */
  GPtrArray    *entries;   /* (nullable) PUT, UPDATE, ANNOTATE: of EmoRunEntry */
  GArray       *ids;       /* (nullable) DELETE: of gint64 */
  EmoRunDay     day;       /* DELETE_DAY; owns its strings */
  EmoRunQuery   query;     /* LIST; owns its text */
  GTask        *task;      /* (nullable) reads and FLUSH */
} EmoRunOp;

/* What a person should know; on the worker's thread. @detail: (nullable) */
typedef struct
{
  void (*trouble) (EmoRunTrouble  trouble,
                   const char    *detail,
                   gpointer       user_data);
  void (*changed) (gpointer       user_data);
  gpointer        user_data;
  GDestroyNotify  destroy;
} EmoRunWorkerFuncs;

EmoRunOp     *emo_run_op_new        (EmoRunOpKind             kind);
void          emo_run_op_free       (EmoRunOp                *op);

EmoRunWorker *emo_run_worker_start  (const char              *folder,
                                     const EmoRunWorkerFuncs *funcs);
void          emo_run_worker_push   (EmoRunWorker            *self,
                                     EmoRunOp                *op);
/* Lets the thread end when all that was pushed is done. */
void          emo_run_worker_stop   (EmoRunWorker            *self,
                                     gboolean                 wait);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoRunOp, emo_run_op_free)

G_END_DECLS
