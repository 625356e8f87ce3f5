/* emo-session-private.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-decoder.h"
#include "emo-sample-private.h"
#include "emo-session.h"

G_BEGIN_DECLS

typedef struct _EmoRun EmoRun;

/* What to do next, and why. */
typedef struct
{
  EmoSample *sample;       /* (unowned): work is dropped with its sample */
  gboolean   classify;     /* FALSE: only an explanation or evidence */
  int        label;        /* of the explanation; -1: the winner */
  gboolean   explain;      /* an explanation was asked for, whatever the batch says */
  gboolean   urgent;
  gboolean   automatic;    /* nobody asked in so many words */
  gboolean   evidence;     /* a heat map was asked for: */
  EmoBranch  branch;       /* the head's or the VLM's, */
  int        of_label;     /* the VLM's of this label */
} EmoWork;

/* A picture read ahead: on its way, or there. */
typedef struct
{
  guint64     task;        /* 0: decoded is there */
  EmoDecoded *decoded;
} EmoSlot;

struct _EmoSession
{
  GObject        parent_instance;

  EmoEngine     *engine;
  EmoClassifier *classifier;     /* (nullable) */
  EmoRequest     request;

  EmoRunStore   *store;          /* (nullable) */
  EmoRunKind     run_kind;
  gint64         run_id;
  gint64         last_number;
  gboolean       recording;

  GListStore    *samples;
  GHashTable    *by_key;         /* key -> EmoSample, both borrowed from the list */
  GHashTable    *removed;        /* set of EmoSample (unowned) that live and were listed */
  GSequence     *waiting;        /* EmoSample that wait, in the order of the list */
  guint64        last_serial;

  /* emo-session-queue.c */
  GQueue         asked;          /* EmoWork that a person asked for */
  EmoSample     *preferred;      /* (unowned) */
  gboolean       explain_preferred;
  gboolean       explain_selected;   /* whether preferring asks for an explanation at all */
  GHashTable    *slots;          /* EmoSample (unowned) -> EmoSlot */
  EmoSample     *last_sample;    /* (unowned) whose patches are kept, so that an explanation need not decode again */
  EmoDecoder    *decoder;
  gboolean       stopped;
  gboolean       pumping;
  gboolean       pump_again;

  /* emo-session-run.c */
  EmoRun        *run;            /* the picture in work */

  /* emo-session-evidence.c */
  gboolean       evidence_preferred;   /* the selected picture's answer brings the head's maps */
  GQueue         mapped;         /* EmoEvidence with maps, the newest last */

  /* Counts as they are, and as they were last notified. */
  guint          n_waiting, shown_waiting;
  guint          n_done, shown_done;
  guint          n_failed, shown_failed;
  guint          n_stopped;
  guint          shown_held;
  gboolean       running;
  EmoJob        *job;
  GSource       *job_stopped;
  guint64        job_done;
};

/* emo-session.c */
void     _emo_session_set_state       (EmoSession     *self,
                                       EmoSample      *sample,
                                       EmoSampleState  state);
void     _emo_session_notify_counts   (EmoSession     *self);
void     _emo_session_update_running  (EmoSession     *self);
void     _emo_session_finish_sample   (EmoSession     *self,
                                       EmoSample      *sample,
                                       EmoSampleState  state);

/* emo-session-record.c */
void     _emo_session_record_waiting     (EmoSession *self,
                                          GPtrArray  *samples);
void     _emo_session_record_result      (EmoSession *self,
                                          EmoSample  *sample);
void     _emo_session_record_explanation (EmoSession *self,
                                          EmoSample  *sample);
void     _emo_session_record_kept        (EmoSession *self,
                                          EmoSample  *sample);
void     _emo_session_record_removed     (EmoSession *self,
                                          EmoSample  *sample);
void     _emo_session_watch              (EmoSession *self,
                                          EmoSample  *sample);
void     _emo_session_watch_removed      (EmoSession *self,
                                          EmoSample  *sample);
void     _emo_session_unwatch_all        (EmoSession *self);

/* emo-session-queue.c */
void     _emo_session_pump            (EmoSession     *self);
gboolean _emo_session_has_work        (EmoSession     *self);
gboolean _emo_session_is_current      (EmoSession     *self,
                                       EmoSample      *sample);   /* answered by the model in use */
void     _emo_session_ask             (EmoSession     *self,
                                       const EmoWork  *work);
void     _emo_session_forget          (EmoSession     *self,
                                       EmoSample      *sample);
void     _emo_session_forget_explanations (EmoSession *self,
                                           EmoSample  *sample);
/* Gives up what was prepared for a model that is leaving, and with it the model. */
void     _emo_session_drop_prepared   (EmoSession     *self);
void     _emo_session_drop_slot       (EmoSession     *self,
                                       EmoSample      *sample);
void     _emo_session_decoded_cb      (guint64         task,
                                       EmoDecoded     *decoded,
                                       gpointer        user_data);
void     _emo_slot_free               (EmoSlot        *slot);

/* emo-session-evidence.c */
void     _emo_session_drop_work       (EmoWork        *work);   /* (transfer full) frees; nothing it asked for stays pending */
void     _emo_session_keep_maps       (EmoSession     *self,
                                       EmoPrediction  *prediction);

/* emo-session-run.c */
gboolean   _emo_session_has_run       (EmoSession     *self);   /* that answers or explains */
gboolean   _emo_session_is_seeking    (EmoSession     *self,
                                       EmoSample      *sample);   /* evidence alone of it is in work */
void       _emo_session_begin         (EmoSession     *self,
                                       const EmoWork  *work,
                                       EmoDecoded     *decoded);
void       _emo_session_cancel_run    (EmoSession     *self);
gboolean   _emo_session_has_answer    (EmoSample      *sample);
void       _emo_session_keep_answer   (EmoSession     *self,
                                       EmoSample      *sample);
/* Cancels the explanation that a selection alone had asked for. */
void       _emo_session_yield_explanation (EmoSession *self);
/* Cancels that of the sample for another label's; FALSE: it is @label's. */
gboolean   _emo_session_replace_explanation (EmoSession *self,
                                             EmoSample  *sample,
                                             int         label);
void       _emo_session_drop_run      (EmoSession     *self);   /* cancels and lets go, for dispose */
EmoSample *_emo_session_get_run_sample (EmoSession    *self);   /* (nullable) */
gboolean   _emo_session_is_classifying (EmoSession    *self);

G_END_DECLS
