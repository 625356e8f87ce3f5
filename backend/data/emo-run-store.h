/* emo-run-store.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-run-entry.h"

G_BEGIN_DECLS

/* Where results live: one file, runs.db, that is written as results are made.
 * Threads of its own read and write it; nothing here waits for a disk but
 * emo_run_store_close(). Main thread only.
 *
 * Properties: "trouble", "trouble-detail". Signal: "changed" after rows changed,
 * by this store; several changes share one signal. */
#define EMO_TYPE_RUN_STORE (emo_run_store_get_type ())
G_DECLARE_FINAL_TYPE (EmoRunStore, emo_run_store, EMO, RUN_STORE, GObject)

/* What a person should know. All but BROKEN mean that this session's results
 * are in memory only. */
typedef enum
{
  EMO_RUN_TROUBLE_NONE,
  EMO_RUN_TROUBLE_NEWER,        /* a newer version wrote the file: it is left alone */
  EMO_RUN_TROUBLE_BROKEN,       /* the file was damaged: kept aside under the detail's name, a new one was begun */
  EMO_RUN_TROUBLE_NO_SPACE,     /* the disk is full; written as soon as there is room */
  EMO_RUN_TROUBLE_UNWRITABLE,   /* the folder or file cannot be written */
} EmoRunTrouble;

#define EMO_TYPE_RUN_TROUBLE (emo_run_trouble_get_type ())
GType emo_run_trouble_get_type (void);

/* A label in the person's language; called on the store's thread. */
typedef const char *(*EmoRunTranslateFunc) (const char *label);

/* What to list: newest first, @limit entries after (older than) the one named. */
typedef struct
{
  const char          *text;         /* (nullable) words that file name, label, own label and note must all have between them */
  EmoRunTranslateFunc  translate;    /* (nullable) labels match by this name too */
  gint64               after_time;   /* of the last entry that is there */
  gint64               after_id;     /* of the same; 0: from the newest on */
  guint                limit;
} EmoRunQuery;

/* The results of one model, or of every one, between two moments. */
typedef struct
{
  gint64      from;            /* seconds since 1970, inclusive */
  gint64      to;              /* exclusive */
  const char *model_name;      /* (nullable) NULL: those that no model answered */
  const char *model_sha256;    /* (nullable) */
  gboolean    every_model;     /* whatever the two above say */
} EmoRunDay;

EmoRunStore   *emo_run_store_new                (const char           *folder);
/* Writes what is left and waits for it; for the end of the application. */
void           emo_run_store_close              (EmoRunStore          *self);
EmoRunTrouble  emo_run_store_get_trouble        (EmoRunStore          *self);
const char    *emo_run_store_get_trouble_detail (EmoRunStore          *self);   /* (nullable) */

/* Writing; returns at once. */
gint64         emo_run_store_begin              (EmoRunStore          *self,
                                                 EmoRunKind            kind);
void           emo_run_store_put                (EmoRunStore          *self,
                                                 EmoRunEntry          *entry);
void           emo_run_store_put_many           (EmoRunStore          *self,
                                                 GPtrArray            *entries);
void           emo_run_store_update             (EmoRunStore          *self,
                                                 EmoRunEntry          *entry);
void           emo_run_store_annotate           (EmoRunStore          *self,
                                                 EmoRunEntry          *entry);
void           emo_run_store_forget             (EmoRunStore          *self,
                                                 gint64                run,
                                                 gint64                number);

/* Deleting; what is deleted can be had back until it is purged. */
gint64         emo_run_store_delete             (EmoRunStore          *self,
                                                 const gint64         *ids,
                                                 gsize                 n_ids);
gint64         emo_run_store_delete_day         (EmoRunStore          *self,
                                                 const EmoRunDay      *day);
void           emo_run_store_undelete           (EmoRunStore          *self,
                                                 gint64                token);
void           emo_run_store_purge              (EmoRunStore          *self,
                                                 gint64                token);

/* Reading. */
void           emo_run_store_list_async         (EmoRunStore          *self,
                                                 const EmoRunQuery    *query,
                                                 GCancellable         *cancellable,
                                                 GAsyncReadyCallback   callback,
                                                 gpointer              user_data);
GPtrArray     *emo_run_store_list_finish        (GAsyncResult         *result,
                                                 GError              **error);
void           emo_run_store_load_async         (EmoRunStore          *self,
                                                 gint64                id,
                                                 GCancellable         *cancellable,
                                                 GAsyncReadyCallback   callback,
                                                 gpointer              user_data);
EmoRunEntry   *emo_run_store_load_finish        (GAsyncResult         *result,
                                                 GError              **error);
/* Pictures that a session which is over never came to. */
void           emo_run_store_unfinished_async   (EmoRunStore          *self,
                                                 GCancellable         *cancellable,
                                                 GAsyncReadyCallback   callback,
                                                 gpointer              user_data);
GPtrArray     *emo_run_store_unfinished_finish  (GAsyncResult         *result,
                                                 GError              **error);
/* Ends when all that was given before is on the disk. */
void           emo_run_store_flush_async        (EmoRunStore          *self,
                                                 GCancellable         *cancellable,
                                                 GAsyncReadyCallback   callback,
                                                 gpointer              user_data);
gboolean       emo_run_store_flush_finish       (GAsyncResult         *result,
                                                 GError              **error);

G_END_DECLS
