/* emo-session-queue.c
 *
 * What a session does next, and what it reads ahead.
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-error.h"
#include "emo-session-private.h"

/* Pictures read ahead of the one in work. Two hide a slow decode behind a quick
 * model; more would only hold memory (100 Mpx are 300 MB). */
#define N_AHEAD 2

void
_emo_slot_free (EmoSlot *slot)
{
  g_clear_pointer (&slot->decoded, emo_decoded_free);
  g_free (slot);
}

void
_emo_session_drop_slot (EmoSession *self,
                        EmoSample  *sample)
{
  EmoSlot *slot = g_hash_table_lookup (self->slots, sample);

  if (slot == NULL)
    return;

  if (slot->task != 0)
    emo_decoder_cancel (self->decoder, slot->task);
  g_hash_table_remove (self->slots, sample);
}

void
_emo_session_drop_prepared (EmoSession *self)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->slots);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      EmoSlot *slot = value;

      if (slot->task == 0 && slot->decoded->classifier == NULL)
        continue;
      if (slot->task != 0)
        emo_decoder_cancel (self->decoder, slot->task);
      else
        emo_engine_release (self->engine, g_steal_pointer (&slot->decoded->classifier));
      g_hash_table_iter_remove (&iter);
    }
}

/* Takes every trace of a sample out of the queue. */
void
_emo_session_forget (EmoSession *self,
                     EmoSample  *sample)
{
  GList *next;

  for (GList *l = self->asked.head; l != NULL; l = next)
    {
      EmoWork *work = l->data;

      next = l->next;
      if (work->sample != sample)
        continue;
      g_queue_delete_link (&self->asked, l);
      _emo_session_drop_work (work);
    }
  _emo_session_drop_slot (self, sample);
  if (self->preferred == sample)
    self->preferred = NULL;
  if (self->last_sample == sample)
    self->last_sample = NULL;
}

/* Explanations of a sample that nobody waits for any more. */
void
_emo_session_forget_explanations (EmoSession *self,
                                  EmoSample  *sample)
{
  GList *next;

  for (GList *l = self->asked.head; l != NULL; l = next)
    {
      EmoWork *work = l->data;

      next = l->next;
      if (work->sample != sample || !work->explain || work->classify)
        continue;
      g_queue_delete_link (&self->asked, l);
      g_free (work);
    }
}

void
_emo_session_ask (EmoSession    *self,
                  const EmoWork *work)
{
  g_queue_push_tail (&self->asked, g_memdup2 (work, sizeof *work));
}

/* Is the prediction there the current model's? */
gboolean
_emo_session_is_current (EmoSession *self,
                         EmoSample  *sample)
{
  EmoPrediction *prediction = emo_sample_get_prediction (sample);

  return self->classifier != NULL && prediction != NULL &&
         emo_sample_get_state (sample) == EMO_SAMPLE_DONE &&
         emo_prediction_get_info (prediction) == emo_classifier_get_info (self->classifier);
}

/* The winner's explanation is missing on a picture that the current model
 * classified. */
static gboolean
wants_explanation (EmoSession *self,
                   EmoSample  *sample)
{
  return _emo_session_is_current (self, sample) &&
         emo_prediction_get_explanation_label (emo_sample_get_prediction (sample)) < 0;
}

/* What nobody asked for in so many words. FALSE: nothing. */
static gboolean
peek_unasked (EmoSession *self,
              EmoWork    *work)
{
  EmoSample *preferred = self->preferred;
  GSequenceIter *first = g_sequence_get_begin_iter (self->waiting);

  *work = (EmoWork) { .label = -1, .of_label = -1 };
  if (!self->stopped && preferred != NULL && _emo_sample_get_place (preferred) != NULL)
    {
      work->sample = preferred;
      work->classify = work->urgent = TRUE;
      work->explain = self->explain_selected;
    }
  else if (self->explain_preferred && preferred != NULL && wants_explanation (self, preferred))
    {
      work->sample = preferred;
      work->explain = work->urgent = work->automatic = TRUE;
    }
  else if (!self->stopped && !g_sequence_iter_is_end (first))
    {
      work->sample = g_sequence_get (first);
      work->classify = TRUE;
    }

  return work->sample != NULL;
}

/* The order of work: what was asked for, the selected picture, its explanation,
 * then the list. FALSE: nothing to do. */
static gboolean
peek_work (EmoSession *self,
           EmoWork    *work)
{
  if (g_queue_is_empty (&self->asked))
    return peek_unasked (self, work);

  *work = *(EmoWork *) g_queue_peek_head (&self->asked);
  /* An explanation needs an answer of the model that writes it. */
  if (!work->classify && !_emo_session_is_current (self, work->sample))
    work->classify = TRUE;

  return TRUE;
}

/* Evidence of an answer that is no more, or of a model that is no longer there:
 * nobody asked for a new answer. */
static void
drop_stale_evidence (EmoSession *self)
{
  GQueue stale = G_QUEUE_INIT;
  GList *next;

  for (GList *l = self->asked.head; l != NULL; l = next)
    {
      EmoWork *work = l->data;

      next = l->next;
      if (!work->evidence || _emo_session_is_current (self, work->sample))
        continue;
      g_queue_unlink (&self->asked, l);
      g_queue_push_tail_link (&stale, l);
    }
  /* Only now, for whoever hears of it may ask again. */
  g_queue_clear_full (&stale, (GDestroyNotify) _emo_session_drop_work);
}

static void
take_work (EmoSession    *self,
           const EmoWork *work)
{
  if (!g_queue_is_empty (&self->asked))
    g_free (g_queue_pop_head (&self->asked));
  if (work->sample == self->preferred && work->explain)
    self->explain_preferred = FALSE;
}

/* Is there more to do than to find evidence? That is looked at in passing, and
 * must not make a batch seem to begin or to end. */
gboolean
_emo_session_has_work (EmoSession *self)
{
  EmoWork work;

  if (self->classifier == NULL)
    return FALSE;
  for (GList *l = self->asked.head; l != NULL; l = l->next)
    if (!((EmoWork *) l->data)->evidence)
      return TRUE;

  return peek_unasked (self, &work);
}

/* The samples that come next, at most N_AHEAD, without the one in work. */
static guint
list_ahead (EmoSession *self,
            EmoSample **ahead)
{
  EmoSample *candidates[2 * N_AHEAD + 3];
  guint n_candidates = 0;
  guint n_ahead = 0;
  EmoWork work;

  if (peek_work (self, &work))
    candidates[n_candidates++] = work.sample;
  for (GList *l = self->asked.head; l != NULL && n_candidates <= N_AHEAD; l = l->next)
    candidates[n_candidates++] = ((EmoWork *) l->data)->sample;
  if (!self->stopped)
    {
      GSequenceIter *iter = g_sequence_get_begin_iter (self->waiting);

      for (guint i = 0; i <= N_AHEAD && !g_sequence_iter_is_end (iter); i++)
        {
          candidates[n_candidates++] = g_sequence_get (iter);
          iter = g_sequence_iter_next (iter);
        }
    }

  for (guint i = 0; i < n_candidates && n_ahead < N_AHEAD; i++)
    {
      gboolean known = candidates[i] == _emo_session_get_run_sample (self);

      for (guint j = 0; j < n_ahead; j++)
        known = known || ahead[j] == candidates[i];
      if (!known)
        ahead[n_ahead++] = candidates[i];
    }

  return n_ahead;
}

/* Can the engine be given this, or is it known to have failed? */
static gboolean
is_ready (EmoSession *self,
          EmoSlot    *slot)
{
  if (slot == NULL || slot->decoded == NULL || self->classifier == NULL)
    return FALSE;
  /* A picture that cannot be read fails whatever the model; one that cannot be
   * prepared fails for one model. */
  if (slot->decoded->unreadable)
    return TRUE;

  return slot->decoded->classifier == self->classifier &&
         (slot->decoded->patches != NULL || slot->decoded->error != NULL);
}

/* A slot that neither is ready nor becomes so: it was made for another model,
 * or for none. */
static gboolean
is_stale (EmoSession *self,
          EmoSlot    *slot)
{
  return slot->decoded != NULL && self->classifier != NULL && !is_ready (self, slot);
}

static void
read_ahead (EmoSession *self,
            EmoSample  *sample,
            gboolean    first)
{
  EmoSlot *slot = g_hash_table_lookup (self->slots, sample);
  EmoDecoded *so_far = NULL;

  if (slot != NULL && !is_stale (self, slot))
    return;

  if (slot == NULL)
    {
      slot = g_new0 (EmoSlot, 1);
      g_hash_table_insert (self->slots, sample, slot);
    }
  /* Decoded while there was no model: only the preparing is left. */
  if (slot->decoded != NULL && slot->decoded->image != NULL)
    so_far = g_steal_pointer (&slot->decoded);
  g_clear_pointer (&slot->decoded, emo_decoded_free);
  slot->task = emo_decoder_push (self->decoder, sample, so_far, self->classifier, first);
}

/* Reads what comes next and gives up what no longer does. */
static void
look_ahead (EmoSession *self)
{
  EmoSample *ahead[N_AHEAD];
  guint n_ahead = list_ahead (self, ahead);
  GHashTableIter iter;
  gpointer sample;
  gpointer value;

  g_hash_table_iter_init (&iter, self->slots);
  while (g_hash_table_iter_next (&iter, &sample, &value))
    {
      EmoSlot *slot = value;
      gboolean wanted = sample == self->last_sample;

      for (guint i = 0; i < n_ahead; i++)
        wanted = wanted || ahead[i] == sample;
      if (wanted)
        continue;
      if (slot->task != 0)
        emo_decoder_cancel (self->decoder, slot->task);
      g_hash_table_iter_remove (&iter);
    }

  for (guint i = 0; i < n_ahead; i++)
    read_ahead (self, ahead[i], i == 0);
}

void
_emo_session_decoded_cb (guint64     task,
                         EmoDecoded *decoded,
                         gpointer    user_data)
{
  EmoSession *self = user_data;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->slots);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      EmoSlot *slot = value;

      if (slot->task != task)
        continue;
      slot->task = 0;
      slot->decoded = g_steal_pointer (&decoded);
      break;
    }
  g_clear_pointer (&decoded, emo_decoded_free);
  _emo_session_pump (self);
}

static void
fail_work (EmoSession    *self,
           const EmoWork *work,
           const GError  *error)
{
  if (work->evidence && !work->classify)
    {
      emo_evidence_end (emo_prediction_get_evidence (emo_sample_get_prediction (work->sample)),
                        work->branch, work->of_label, error->message);
      return;
    }

  _emo_sample_take_error (work->sample, g_error_copy (error));
  if (work->classify)
    {
      _emo_sample_set_prediction (work->sample, NULL);
      _emo_session_finish_sample (self, work->sample, EMO_SAMPLE_FAILED);
    }
}

/* What comes later about a picture must be about the same one: a file may have
 * been written anew since it was answered. */
static gboolean
check_same (const EmoWork     *work,
            const EmoDecoded  *decoded,
            GError           **error)
{
  const char *answered = emo_sample_get_image_sha256 (work->sample);

  if (decoded->error != NULL)
    {
      g_propagate_error (error, g_error_copy (decoded->error));
      return FALSE;
    }
  if (work->classify || answered == NULL || g_strcmp0 (answered, decoded->sha256) == 0)
    return TRUE;
  g_set_error (error, EMO_ERROR, EMO_ERROR_CHECKSUM,
               "“%s” has changed since it was looked at: look at it again",
               emo_sample_get_file_name (work->sample));
  return FALSE;
}

/* Hands over, or fails, pictures as long as the next one is ready. */
static void
hand_over (EmoSession *self)
{
  EmoWork work;

  while (self->run == NULL && self->classifier != NULL && peek_work (self, &work))
    {
      EmoSlot *slot = g_hash_table_lookup (self->slots, work.sample);
      g_autoptr(GError) error = NULL;

      if (!is_ready (self, slot))
        return;

      take_work (self, &work);
      if (check_same (&work, slot->decoded, &error))
        {
          _emo_sample_set_image_facts (work.sample, slot->decoded->sha256, slot->decoded->marks);
          self->last_sample = work.sample;
          _emo_session_begin (self, &work, slot->decoded);
          return;
        }

      if (work.classify)
        _emo_sample_set_image_facts (work.sample, slot->decoded->sha256, slot->decoded->marks);
      _emo_session_drop_slot (self, work.sample);
      fail_work (self, &work, error);
    }
}

/* The one place where things move. Whatever changes the queue calls it; signal
 * handlers may change the queue again, which is why it does not nest. */
void
_emo_session_pump (EmoSession *self)
{
  g_autoptr(EmoSession) kept = NULL;

  if (self->decoder == NULL)
    return;
  self->pump_again = TRUE;
  if (self->pumping)
    return;

  kept = g_object_ref (self);
  self->pumping = TRUE;
  while (self->pump_again)
    {
      self->pump_again = FALSE;
      drop_stale_evidence (self);
      /* Pictures that were found bad while no model was there are all failed by
       * the hand-over: that, too, is a beginning and an end. */
      _emo_session_update_running (self);
      hand_over (self);
      look_ahead (self);
      _emo_session_update_running (self);
    }
  self->pumping = FALSE;
}
