/* emo-run-entry.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-model-info.h"

G_BEGIN_DECLS

typedef enum
{
  EMO_RUN_SESSION,   /* the window */
  EMO_RUN_PREDICT,   /* emovlm predict --record */
  EMO_RUN_EVAL,
} EmoRunKind;

typedef enum
{
  EMO_RUN_ENTRY_WAITING,   /* asked for, no result yet */
  EMO_RUN_ENTRY_DONE,
  EMO_RUN_ENTRY_FAILED,
} EmoRunEntryState;

/* One picture of a run as the store keeps it: everything that shows the result
 * again without the model. Filled by whoever makes it, constant once it is
 * handed over, so that threads share it. Boxed, atomically ref-counted. */
#define EMO_TYPE_RUN_ENTRY (emo_run_entry_get_type ())

typedef struct
{
  /*< private >*/
  gatomicrefcount  ref_count;

  /*< public >*/
  gint64           id;            /* in the store; 0: not of a store */
  gint64           run;           /* emo_run_store_begin () */
  gint64           number;        /* within the run, from 1 on */
  EmoRunKind       kind;          /* of the run; from the store only */
  EmoRunEntryState state;
  gint64           time;          /* seconds since 1970 when it was done or failed; 0 before */
  char            *app_version;   /* (nullable) from the store only */

  char            *file_name;     /* UTF-8, relative to what was named or dropped */
  char            *uri;           /* (nullable) absolute; from the store, of the kept copy of pasted bytes */
  char            *pasted;        /* (nullable) base name of the kept copy of pasted bytes */
  GBytes          *bytes;         /* (nullable) what to keep under that name; never from the store */
  char            *image_sha256;  /* (nullable) until read */
  guint            marks;         /* EmoImageMarks */

  EmoModelInfo    *info;          /* (nullable) the model that answered */
  char            *label;         /* (nullable) the final branch's winner, as the model spells it */
  double           probability;   /* of that label; NaN */
  gboolean         disagrees;     /* VLM and distilled head name different labels */
  int              in_domain;     /* EmoDomainVerdict */
  char            *prediction;    /* (nullable) emo_prediction_to_json (); lists leave it out */
  int              error_code;    /* EmoError of a failure */
  char            *error;         /* (nullable) the words of a failure */

  gboolean         flagged;       /* what a person says of the picture */
  char            *own_label;     /* (nullable) */
  char            *note;          /* (nullable) */
} EmoRunEntry;

GType        emo_run_entry_get_type (void);
EmoRunEntry *emo_run_entry_new      (void);
EmoRunEntry *emo_run_entry_ref      (EmoRunEntry *self);
void         emo_run_entry_unref    (EmoRunEntry *self);

/* The same picture, to be asked for once more. */
EmoRunEntry *emo_run_entry_new_again (EmoRunEntry *self);

/* Under which name pasted bytes are kept, "<sha256>.png". */
char        *emo_run_entry_dup_kept_name (const char *sha256,
                                          GBytes     *bytes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoRunEntry, emo_run_entry_unref)

G_END_DECLS
