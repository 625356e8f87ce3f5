/* emo-session-run.c
 *
 * The one picture of a session that the engine has, and its answers.
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-error.h"
#include "emo-file.h"
#include "emo-session-private.h"

/* A run is shared by the main thread and the engine's. The engine reads the
 * request and the patches and appends updates; the rest is the main thread's.
 * It never keeps the session alive: a session that is disposed in the middle
 * cancels the run, which then ends on its own. */
struct _EmoRun
{
  gatomicrefcount  ref_count;

  /* set before the engine sees it, then constant */
  EmoClassifier   *classifier;
  EmoPatches      *patches;
  EmoRequest       request;
  GMainContext    *context;
  GCancellable    *cancellable;

  /* main thread only */
  GWeakRef         session;
  EmoEngine       *engine;
  EmoSample       *sample;
  EmoPrediction   *prediction;
  EmoPrediction   *before;        /* (nullable) the answer that @prediction is to replace */
  gboolean         classify;
  gboolean         automatic;     /* an explanation that may yield */
  gboolean         evidence;      /* a heat map was asked for, */
  EmoBranch        branch;        /* of this branch */
  int              of_label;      /* and label */
  double           decode_ms;
  gboolean         dropped;       /* stopped or removed: nothing more is applied */

  GMutex           mutex;         /* guards what follows */
  GQueue           updates;       /* EmoUpdate, in order */
  gboolean         scheduled;
};

static EmoRun *
emo_run_ref (EmoRun *run)
{
  g_atomic_ref_count_inc (&run->ref_count);

  return run;
}

static void
emo_run_unref (EmoRun *run)
{
  if (!g_atomic_ref_count_dec (&run->ref_count))
    return;

  g_queue_clear_full (&run->updates, (GDestroyNotify) emo_update_unref);
  g_clear_object (&run->classifier);
  g_clear_pointer (&run->patches, emo_patches_unref);
  g_clear_object (&run->cancellable);
  g_weak_ref_clear (&run->session);
  g_clear_object (&run->engine);
  g_clear_object (&run->sample);
  g_clear_object (&run->before);
  g_clear_object (&run->prediction);
  g_clear_pointer (&run->context, g_main_context_unref);
  g_mutex_clear (&run->mutex);
  g_free (run);
}

EmoSample *
_emo_session_get_run_sample (EmoSession *self)
{
  return self->run != NULL && !self->run->dropped ? self->run->sample : NULL;
}

gboolean
_emo_session_has_run (EmoSession *self)
{
  return self->run != NULL && (self->run->classify || !self->run->evidence);
}

gboolean
_emo_session_is_seeking (EmoSession *self,
                         EmoSample  *sample)
{
  return _emo_session_get_run_sample (self) == sample && self->run->evidence && !self->run->classify;
}

gboolean
_emo_session_is_classifying (EmoSession *self)
{
  return self->run != NULL && !self->run->dropped && self->run->classify;
}

/* The session knows what reading the picture took, the classifier does not: its
 * own INPUT is replaced, and DONE counts the whole picture. */
static void
apply_update (EmoRun    *run,
              EmoUpdate *update)
{
  g_autoptr(EmoUpdate) whole = NULL;

  if (update->stage == EMO_STAGE_INPUT)
    return;
  if (update->stage != EMO_STAGE_DONE)
    {
      emo_prediction_apply (run->prediction, update);
      return;
    }

  /* A GPU may have failed in between: the answer is from where the model is now. */
  if (run->classify)
    emo_prediction_set_info (run->prediction, emo_classifier_get_info (run->classifier));
  /* An explanation alone leaves the picture's own time as it is. */
  whole = emo_update_new (EMO_STAGE_DONE);
  if (run->classify)
    whole->ms = update->ms + run->decode_ms;
  else
    whole->ms = emo_prediction_get_ms (run->prediction, EMO_STAGE_DONE);
  emo_prediction_apply (run->prediction, whole);
}

static void
apply_input (EmoRun *run)
{
  g_autoptr(EmoUpdate) update = emo_update_new (EMO_STAGE_INPUT);
  const int *grid = emo_patches_get_grid (run->patches);

  update->ms = run->decode_ms;
  update->width = emo_patches_get_image_width (run->patches);
  update->height = emo_patches_get_image_height (run->patches);
  for (guint i = 0; i < 3; i++)
    update->grid[i] = grid[i];
  update->image_tokens = emo_patches_get_tokens (run->patches);
  emo_prediction_apply (run->prediction, update);
}

/* A second explanation begins with an empty page: the prediction takes the next
 * piece for the first of a new text. @label -1: as if there had been none. */
static void
clear_explanation (EmoRun *run,
                   int     label)
{
  g_autoptr(EmoUpdate) update = NULL;

  if (emo_prediction_get_explanation_label (run->prediction) < 0)
    return;

  update = emo_update_new (EMO_STAGE_EXPLAINED);
  update->label = label;
  update->text = g_strdup ("");
  emo_prediction_apply (run->prediction, update);
}

static void
apply_updates (EmoRun *run)
{
  GQueue updates = G_QUEUE_INIT;
  EmoUpdate *update;

  g_mutex_lock (&run->mutex);
  updates = run->updates;
  g_queue_init (&run->updates);
  run->scheduled = FALSE;
  g_mutex_unlock (&run->mutex);

  while ((update = g_queue_pop_head (&updates)) != NULL)
    {
      if (!run->dropped)
        apply_update (run, update);
      emo_update_unref (update);
    }
}

static gboolean
apply_updates_cb (gpointer user_data)
{
  apply_updates (user_data);

  return G_SOURCE_REMOVE;
}

/* Engine thread. Updates that come quicker than the main loop turns share one
 * wake-up, and keep their order. */
static void
update_cb (EmoUpdate *update,
           gpointer   user_data)
{
  EmoRun *run = user_data;
  gboolean schedule;

  g_mutex_lock (&run->mutex);
  g_queue_push_tail (&run->updates, emo_update_ref (update));
  schedule = !run->scheduled;
  run->scheduled = TRUE;
  g_mutex_unlock (&run->mutex);

  if (schedule)
    {
      g_autoptr(GSource) source = g_idle_source_new ();

      g_source_set_priority (source, G_PRIORITY_DEFAULT);
      g_source_set_callback (source, apply_updates_cb, emo_run_ref (run), (GDestroyNotify) emo_run_unref);
      g_source_set_static_name (source, "[emo] updates of a picture");
      g_source_attach (source, run->context);
    }
}

static gpointer
run_worker (gpointer       data,
            GCancellable  *cancellable,
            GError       **error)
{
  EmoRun *run = data;

  if (!emo_classifier_classify (run->classifier, run->patches, &run->request,
                                update_cb, run, cancellable, error))
    return NULL;

  return GINT_TO_POINTER (1);
}

/* Nothing stays pending behind a run; what has come stays. */
static void
end_evidence (EmoRun       *run,
              const GError *error)
{
  const char *problem = NULL;

  if (!run->evidence)
    return;
  if (error != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    problem = error->message;
  emo_evidence_end (emo_prediction_get_evidence (run->prediction), run->branch, run->of_label, problem);
}

/* A model names tensors and limits; which picture it was about, only this knows. */
static void
take_error (EmoSample    *sample,
            const GError *error)
{
  GFile *file = emo_sample_get_file (sample);
  const char *path = file != NULL ? g_file_peek_path (file) : NULL;
  g_autofree char *name = emo_file_escape_name (path != NULL ? path : emo_sample_get_file_name (sample));
  GError *named = g_error_copy (error);

  g_prefix_error (&named, "%s: ", name);
  _emo_sample_take_error (sample, named);
}

/* The picture is done, unless some branch gave NaN: what answered stays with a
 * failed picture, so that it can be told from one that is whole. */
static void
finish (EmoSession *self,
        EmoRun     *run)
{
  g_autofree char *broken = emo_prediction_dup_broken (run->prediction);
  g_autoptr(GError) error = NULL;

  if (broken != NULL)
    {
      error = g_error_new (EMO_ERROR, EMO_ERROR_MODEL, "%s", broken);
      take_error (run->sample, error);
    }
  _emo_session_finish_sample (self, run->sample, broken != NULL ? EMO_SAMPLE_FAILED : EMO_SAMPLE_DONE);
}

/* The picture is not looked at to the end: an answer that it had before stands. */
static void
give_up (EmoSession *self,
         EmoRun     *run)
{
  if (run->before == NULL)
    {
      _emo_session_set_state (self, run->sample, EMO_SAMPLE_STOPPED);
      return;
    }
  _emo_sample_set_prediction (run->sample, run->before);
  _emo_session_keep_answer (self, run->sample);
}

/* What became of the sample, once the engine is through with it. */
static void
settle (EmoSession *self,
        EmoRun     *run,
        gboolean    success,
        GError     *error)
{
  if (run->dropped)
    return;

  end_evidence (run, error);
  if (success)
    {
      if (run->evidence)
        _emo_session_keep_maps (self, run->prediction);
      if (run->classify)
        finish (self, run);
      else if (run->request.explain)
        _emo_session_record_explanation (self, run->sample);
      return;
    }

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      if (run->classify)
        give_up (self, run);
      return;
    }
  /* The evidence says what was wrong with it; the answer stands. */
  if (run->evidence && !run->classify)
    return;

  take_error (run->sample, error);
  if (run->classify)
    {
      _emo_sample_set_prediction (run->sample, NULL);
      _emo_session_finish_sample (self, run->sample, EMO_SAMPLE_FAILED);
    }
}

static void
run_finished_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  EmoRun *run = user_data;
  g_autoptr(EmoSession) self = g_weak_ref_get (&run->session);
  g_autoptr(GError) error = NULL;
  gboolean success;

  success = emo_engine_run_finish (EMO_ENGINE (source), result, &error) != NULL;
  apply_updates (run);

  if (self != NULL && self->run == run)
    {
      self->run = NULL;
      settle (self, run, success, error);
      emo_run_unref (run);
      _emo_session_pump (self);
    }

  /* The model may have been replaced while it worked: then this is the last
   * reference to it. */
  if (self == NULL || run->classifier != self->classifier)
    emo_engine_release (run->engine, g_steal_pointer (&run->classifier));
  emo_run_unref (run);
}

static void
set_request (EmoSession    *self,
             EmoRun        *run,
             const EmoWork *work)
{
  run->request = self->request;
  run->request.score = work->classify;
  run->request.explain = work->explain || (work->classify && self->request.explain);
  run->request.explain_label = work->explain ? work->label : self->request.explain_label;
  if (run->evidence)
    {
      run->request.evidence_distilled = run->branch == EMO_BRANCH_DISTILLED;
      run->request.evidence_vlm = run->branch == EMO_BRANCH_VLM;
      run->request.evidence_label = run->of_label;
    }
}

/* The selected picture's answer brings the head's maps while they are looked
 * at. */
static void
set_evidence (EmoSession    *self,
              EmoRun        *run,
              const EmoWork *work)
{
  gboolean has_head = emo_classifier_get_info (self->classifier)->has_distilled;

  run->evidence = work->evidence;
  run->branch = work->branch;
  run->of_label = work->of_label;
  if (run->evidence || !work->classify || !self->evidence_preferred || self->preferred != work->sample || !has_head)
    return;
  run->evidence = TRUE;
  run->branch = EMO_BRANCH_DISTILLED;
  run->of_label = -1;
}

/* Hands a picture to the engine. */
void
_emo_session_begin (EmoSession    *self,
                    const EmoWork *work,
                    EmoDecoded    *decoded)
{
  EmoRun *run = g_new0 (EmoRun, 1);
  EmoEnginePriority priority = work->urgent ? EMO_ENGINE_URGENT : EMO_ENGINE_BATCH;

  g_assert (self->run == NULL);

  g_atomic_ref_count_init (&run->ref_count);
  g_mutex_init (&run->mutex);
  g_queue_init (&run->updates);
  g_weak_ref_init (&run->session, self);
  run->engine = g_object_ref (self->engine);
  run->classifier = g_object_ref (self->classifier);
  run->patches = emo_patches_ref (decoded->patches);
  run->context = g_main_context_ref_thread_default ();
  run->cancellable = g_cancellable_new ();
  run->sample = g_object_ref (work->sample);
  run->classify = work->classify;
  run->automatic = work->automatic;
  run->decode_ms = decoded->ms;
  set_evidence (self, run, work);
  set_request (self, run, work);
  self->run = run;

  _emo_sample_take_error (run->sample, NULL);
  if (run->classify)
    {
      if (_emo_session_has_answer (run->sample))
        run->before = g_object_ref (emo_sample_get_prediction (run->sample));
      run->prediction = emo_prediction_new (emo_classifier_get_info (run->classifier));
      apply_input (run);
      _emo_sample_set_prediction (run->sample, run->prediction);
      _emo_session_set_state (self, run->sample, EMO_SAMPLE_RUNNING);
    }
  else
    {
      run->prediction = g_object_ref (emo_sample_get_prediction (run->sample));
      if (work->explain)
        clear_explanation (run, emo_prediction_get_explanation_label (run->prediction));
    }
  if (run->evidence)
    emo_evidence_begin (emo_prediction_get_evidence (run->prediction), run->branch, run->of_label);

  emo_engine_run_async (self->engine, priority, run_worker, emo_run_ref (run),
                        (GDestroyNotify) emo_run_unref, NULL, run->cancellable,
                        run_finished_cb, emo_run_ref (run));
}

/* Cancels the run and lets its sample go at once; the engine follows within a
 * layer or a token. */
void
_emo_session_cancel_run (EmoSession *self)
{
  EmoRun *run = self->run;

  if (run == NULL || run->dropped)
    return;

  run->dropped = TRUE;
  g_cancellable_cancel (run->cancellable);
  end_evidence (run, NULL);
  if (run->classify && self->waiting != NULL)
    give_up (self, run);
}

void
_emo_session_yield_explanation (EmoSession *self)
{
  EmoRun *run = self->run;

  if (run == NULL || run->dropped || !run->automatic)
    return;

  /* Half a text would pass for the whole; it is written anew when the picture
   * is looked at again. */
  _emo_session_cancel_run (self);
  clear_explanation (run, -1);
}

/* A person who asks about another label does not wait for the one before. FALSE:
 * that very text is being written. */
gboolean
_emo_session_replace_explanation (EmoSession *self,
                                  EmoSample  *sample,
                                  int         label)
{
  EmoRun *run = self->run;

  if (run == NULL || run->dropped || run->sample != sample || run->classify || run->evidence)
    return TRUE;
  if (label >= 0 && run->request.explain_label == label)
    return FALSE;

  _emo_session_cancel_run (self);
  clear_explanation (run, -1);

  return TRUE;
}

void
_emo_session_drop_run (EmoSession *self)
{
  _emo_session_cancel_run (self);
  g_clear_pointer (&self->run, emo_run_unref);
}
