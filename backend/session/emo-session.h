/* emo-session.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-classifier.h"
#include "emo-engine.h"
#include "emo-prediction.h"
#include "emo-sample.h"

G_BEGIN_DECLS

/* Pictures in, predictions out: owns a GListModel of EmoSample, their order,
 * decode-ahead on its own thread, hand-over to the engine one picture at a
 * time, Stop, Retry. No front end loops over pictures itself. Main thread only.
 *
 * Properties: "classifier" (NULL: pictures wait for a model), "explain"
 * (gboolean; batch explanations), "explain-selected" (whether the preferred
 * picture gets its explanation by itself), "n-waiting", "n-done", "n-failed", "n-held"
 * (those that a Stop keeps from going on), "running",
 * "job" (the EmoJob of the running batch, with counts and time left), "recording"
 * (gboolean; whether results go into the store).
 * Signals: "finished" (EmoSample) once a picture reaches done or failed, in the
 * order of the list for a batch; "drained" when nothing is left to do. */
#define EMO_TYPE_SESSION (emo_session_get_type ())
G_DECLARE_FINAL_TYPE (EmoSession, emo_session, EMO, SESSION, GObject)

EmoSession    *emo_session_new            (EmoEngine     *engine);
/* Once, before the first picture: every result is kept there as it is made. */
void           emo_session_set_store      (EmoSession    *self,
                                           EmoRunStore   *store,
                                           EmoRunKind     kind);
EmoRunStore   *emo_session_get_store      (EmoSession    *self);   /* (nullable) */
gboolean       emo_session_get_recording  (EmoSession    *self);
void           emo_session_set_recording  (EmoSession    *self,
                                           gboolean       recording);
/* (nullable) the listed picture whose row of the store that is */
EmoSample     *emo_session_find_recorded  (EmoSession    *self,
                                           gint64         run,
                                           gint64         number);
GListModel    *emo_session_get_samples    (EmoSession    *self);   /* (transfer none) of EmoSample */
gboolean       emo_session_lists          (EmoSession    *self,
                                           EmoSample     *sample);
EmoEngine     *emo_session_get_engine     (EmoSession    *self);
EmoClassifier *emo_session_get_classifier (EmoSession    *self);
void           emo_session_set_classifier (EmoSession    *self,
                                           EmoClassifier *classifier);   /* (nullable); keeps old results */
void           emo_session_set_request    (EmoSession       *self,
                                           const EmoRequest *request);   /* what a batch asks for each picture */
/* Appends, keeping order; a file already listed is returned instead of added.
 * Starts at once when a classifier is there and the session is not stopped. */
EmoSample     *emo_session_add            (EmoSession    *self,
                                           EmoSample     *sample);       /* (transfer none) the listed one */
void           emo_session_add_many       (EmoSession    *self,
                                           GPtrArray     *samples);      /* of EmoSample, one splice */
void           emo_session_remove         (EmoSession    *self,
                                           EmoSample     *sample);
/* Takes many off the list, in few changes of it. */
void           emo_session_remove_many    (EmoSession    *self,
                                           GPtrArray     *samples);      /* of EmoSample */
/* Puts back what was removed, where it was and as it was. */
void           emo_session_restore        (EmoSession    *self,
                                           GPtrArray     *samples);      /* of EmoSample */
void           emo_session_prefer         (EmoSession    *self,
                                           EmoSample     *sample);       /* (nullable) the selected picture goes first, with its explanation */
void           emo_session_explain        (EmoSession    *self,
                                           EmoSample     *sample,
                                           int            label);        /* -1: the winner; urgent */
/* Why a heat map cannot be had. */
typedef enum
{
  EMO_EVIDENCE_HURDLE_NONE,
  EMO_EVIDENCE_HURDLE_NO_MODEL,      /* none is loaded */
  EMO_EVIDENCE_HURDLE_NOT_LISTED,    /* the picture is of the past */
  EMO_EVIDENCE_HURDLE_NO_ANSWER,     /* not yet, or it failed */
  EMO_EVIDENCE_HURDLE_OTHER_MODEL,   /* the answer is another model's */
  EMO_EVIDENCE_HURDLE_NO_BRANCH,     /* the model has no such branch */
} EmoEvidenceHurdle;

EmoEvidenceHurdle emo_session_get_evidence_hurdle (EmoSession *self,
                                                   EmoSample  *sample,
                                                   EmoBranch   branch);
/* A heat map, before the batch and even when the session is stopped; it comes
 * in the prediction's evidence. */
void           emo_session_find_evidence   (EmoSession   *self,
                                            EmoSample    *sample,
                                            EmoBranch     branch,       /* VLM or DISTILLED */
                                            int           label);       /* for the VLM */
void           emo_session_cancel_evidence (EmoSession   *self,
                                            EmoSample    *sample);
/* Whether the selected picture's answer brings the head's maps with it. */
void           emo_session_set_evidence_preferred (EmoSession *self,
                                                   gboolean    preferred);
void           emo_session_retry          (EmoSession    *self,
                                           EmoSample     *sample);
/* Finished pictures whose answer is another model's than the one in use. */
guint          emo_session_count_outdated (EmoSession    *self);
void           emo_session_run_again      (EmoSession    *self);         /* those, and those that failed */
void           emo_session_start          (EmoSession    *self);         /* waiting and stopped ones */
void           emo_session_stop           (EmoSession    *self);         /* finished rows stay; the running one becomes stopped */
/* Ends after the picture in work, for Ctrl+C. */
void           emo_session_stop_gently    (EmoSession    *self);

G_END_DECLS
