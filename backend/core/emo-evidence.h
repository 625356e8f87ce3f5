/* emo-evidence.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-update.h"

G_BEGIN_DECLS

/* Where in a picture a branch found its answer: heat maps over the visual
 * tokens, as far as somebody asked for them. The head's come for all labels at
 * once, the VLM's one label at a time. Written on the main thread only. Signal:
 * "changed". */
typedef enum
{
  EMO_EVIDENCE_NONE,      /* nobody asked */
  EMO_EVIDENCE_PENDING,   /* asked for or under way */
  EMO_EVIDENCE_READY,
  EMO_EVIDENCE_FAILED,
} EmoEvidenceState;

#define EMO_TYPE_EVIDENCE (emo_evidence_get_type ())
G_DECLARE_FINAL_TYPE (EmoEvidence, emo_evidence, EMO, EVIDENCE, GObject)

EmoEvidence      *emo_evidence_new          (guint         n_labels);
void              emo_evidence_begin        (EmoEvidence  *self,
                                             EmoBranch     branch,
                                             int           label);
void              emo_evidence_apply        (EmoEvidence  *self,
                                             EmoUpdate    *update);
/* What is pending is no more: @problem (nullable) says why it failed, NULL that
 * somebody stopped it. What is ready stays. */
void              emo_evidence_end          (EmoEvidence  *self,
                                             EmoBranch     branch,
                                             int           label,
                                             const char   *problem);
/* Gives the maps' memory back. */
void              emo_evidence_clear        (EmoEvidence  *self);

EmoEvidenceState  emo_evidence_get_state    (EmoEvidence  *self,
                                             EmoBranch     branch,
                                             int           label);
double            emo_evidence_get_progress (EmoEvidence  *self,
                                             EmoBranch     branch,
                                             int           label);    /* 0 to 1 */
const char       *emo_evidence_get_problem  (EmoEvidence  *self,
                                             EmoBranch     branch,
                                             int           label);    /* (nullable) */
/* Row-major [height, width] over the whole picture; NULL while not ready. */
const double     *emo_evidence_get_map      (EmoEvidence  *self,
                                             EmoBranch     branch,
                                             int           label,
                                             int          *width,
                                             int          *height);
/* The largest absolute value of what is compared: over all labels for the head,
 * over this label's map for the VLM. */
double            emo_evidence_get_largest  (EmoEvidence  *self,
                                             EmoBranch     branch,
                                             int           label);
gsize             emo_evidence_get_bytes    (EmoEvidence  *self);

G_END_DECLS
