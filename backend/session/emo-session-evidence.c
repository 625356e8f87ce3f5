/* emo-session-evidence.c
 *
 * Heat maps on request: who may have them, and how many are kept.
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-session-private.h"

/* Memory for the maps of pictures that were looked at; the oldest go first. At
 * 256 tokens and 8 labels that is a thousand pictures. */
#define MAX_MAP_BYTES (16 * 1024 * 1024)

static gboolean
has_branch (EmoSession *self,
            EmoBranch   branch)
{
  return branch == EMO_BRANCH_VLM ||
         (branch == EMO_BRANCH_DISTILLED && emo_classifier_get_info (self->classifier)->has_distilled);
}

/**
 * emo_session_get_evidence_hurdle:
 * @self: a session
 * @sample: a picture
 * @branch: the VLM or the distilled head
 *
 * Evidence is found by the model that answered, on the picture itself; a result
 * of the past alone does not hold it.
 *
 * Returns: why a heat map cannot be had, or that it can
 */
EmoEvidenceHurdle
emo_session_get_evidence_hurdle (EmoSession *self,
                                 EmoSample  *sample,
                                 EmoBranch   branch)
{
  EmoPrediction *prediction;

  g_return_val_if_fail (EMO_IS_SESSION (self), EMO_EVIDENCE_HURDLE_NO_MODEL);
  g_return_val_if_fail (EMO_IS_SAMPLE (sample), EMO_EVIDENCE_HURDLE_NO_ANSWER);

  prediction = emo_sample_get_prediction (sample);
  if (self->classifier == NULL)
    return EMO_EVIDENCE_HURDLE_NO_MODEL;
  if (_emo_sample_get_serial (sample) == 0)
    return EMO_EVIDENCE_HURDLE_NOT_LISTED;
  if (emo_sample_get_state (sample) != EMO_SAMPLE_DONE || prediction == NULL)
    return EMO_EVIDENCE_HURDLE_NO_ANSWER;
  if (emo_prediction_get_info (prediction) != emo_classifier_get_info (self->classifier))
    return EMO_EVIDENCE_HURDLE_OTHER_MODEL;
  if (!has_branch (self, branch))
    return EMO_EVIDENCE_HURDLE_NO_BRANCH;

  return EMO_EVIDENCE_HURDLE_NONE;
}

/**
 * emo_session_find_evidence:
 * @self: a session
 * @sample: a listed picture that is done
 * @branch: the VLM, or the distilled head, which gives all labels' maps
 * @label: the VLM's label
 *
 * Asks for a heat map, unless it is there, on its way, or cannot be had. It
 * comes before the batch and even when the session is stopped, in the evidence
 * of the picture's prediction.
 */
void
emo_session_find_evidence (EmoSession *self,
                           EmoSample  *sample,
                           EmoBranch   branch,
                           int         label)
{
  EmoWork work = { .sample = sample, .label = -1, .urgent = TRUE, .evidence = TRUE, .branch = branch };
  EmoEvidence *evidence;
  EmoEvidenceState state;

  g_return_if_fail (EMO_IS_SESSION (self));
  g_return_if_fail (EMO_IS_SAMPLE (sample));

  if (emo_session_get_evidence_hurdle (self, sample, branch) != EMO_EVIDENCE_HURDLE_NONE)
    return;
  work.of_label = branch == EMO_BRANCH_VLM ? label : -1;
  evidence = emo_prediction_get_evidence (emo_sample_get_prediction (sample));
  state = emo_evidence_get_state (evidence, branch, work.of_label);
  if (state == EMO_EVIDENCE_READY || state == EMO_EVIDENCE_PENDING)
    return;

  emo_evidence_begin (evidence, branch, work.of_label);
  _emo_session_ask (self, &work);
  _emo_session_pump (self);
}

/* Nobody waits for it any more: what was asked for is not pending. */
void
_emo_session_drop_work (EmoWork *work)
{
  EmoPrediction *prediction = emo_sample_get_prediction (work->sample);

  if (work->evidence && prediction != NULL)
    emo_evidence_end (emo_prediction_get_evidence (prediction), work->branch, work->of_label, NULL);
  g_free (work);
}

/**
 * emo_session_cancel_evidence:
 * @self: a session
 * @sample: a picture
 *
 * Gives up the heat maps of a picture that are asked for and not there yet.
 */
void
emo_session_cancel_evidence (EmoSession *self,
                             EmoSample  *sample)
{
  GQueue given_up = G_QUEUE_INIT;
  GList *next;

  g_return_if_fail (EMO_IS_SESSION (self));
  g_return_if_fail (EMO_IS_SAMPLE (sample));

  for (GList *l = self->asked.head; l != NULL; l = next)
    {
      EmoWork *work = l->data;

      next = l->next;
      if (work->sample != sample || !work->evidence)
        continue;
      g_queue_unlink (&self->asked, l);
      g_queue_push_tail_link (&given_up, l);
    }
  /* Only now, for whoever hears of it may ask again. */
  g_queue_clear_full (&given_up, (GDestroyNotify) _emo_session_drop_work);
  if (_emo_session_is_seeking (self, sample))
    _emo_session_cancel_run (self);
  _emo_session_pump (self);
}

/**
 * emo_session_set_evidence_preferred:
 * @self: a session
 * @preferred: whether heat maps are being looked at
 *
 * While they are, the selected picture's answer brings the head's maps, before
 * its explanation: they cost little there, where the picture was just seen.
 */
void
emo_session_set_evidence_preferred (EmoSession *self,
                                    gboolean    preferred)
{
  g_return_if_fail (EMO_IS_SESSION (self));

  self->evidence_preferred = preferred;
}

/* Puts the prediction's maps last in the line of those that are kept, and frees
 * the first ones where they are too many. */
void
_emo_session_keep_maps (EmoSession    *self,
                        EmoPrediction *prediction)
{
  EmoEvidence *evidence = emo_prediction_get_evidence (prediction);
  GList *there = g_queue_find (&self->mapped, evidence);
  gsize bytes = 0;

  if (emo_evidence_get_bytes (evidence) == 0)
    return;
  if (there != NULL)
    {
      g_queue_unlink (&self->mapped, there);
      g_queue_push_tail_link (&self->mapped, there);
    }
  else
    g_queue_push_tail (&self->mapped, g_object_ref (evidence));

  for (GList *l = self->mapped.head; l != NULL; l = l->next)
    bytes += emo_evidence_get_bytes (l->data);
  while (bytes > MAX_MAP_BYTES && self->mapped.length > 1)
    {
      g_autoptr(EmoEvidence) oldest = g_queue_pop_head (&self->mapped);

      bytes -= emo_evidence_get_bytes (oldest);
      emo_evidence_clear (oldest);
    }
}
