/* emo-session.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-session-private.h"

/* A session is cut in four files. Here: the counts, and what a front end may
 * ask. emo-session-list.c: what is listed. emo-session-queue.c: what comes next and what is read ahead.
 * emo-session-run.c: the one picture that the engine has, and its answers.
 *
 * Everything here happens on the main thread. Two other threads work for it: the
 * decoder's reads pictures, the engine's runs the model; both are handed copies
 * and both answer through the main context. */

enum
{
  PROP_0,
  PROP_CLASSIFIER,
  PROP_EXPLAIN,
  PROP_EXPLAIN_SELECTED,
  PROP_N_WAITING,
  PROP_N_DONE,
  PROP_N_FAILED,
  PROP_N_HELD,
  PROP_RUNNING,
  PROP_JOB,
  PROP_RECORDING,
  N_PROPS
};

enum
{
  SIGNAL_FINISHED,
  SIGNAL_DRAINED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (EmoSession, emo_session, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void
set_explain (EmoSession *self,
             gboolean    explain)
{
  explain = !!explain;
  if (self->request.explain == explain)
    return;

  self->request.explain = explain;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_EXPLAIN]);
}

/* Holds for the picture that is selected now, too. */
static void
set_explain_selected (EmoSession *self,
                      gboolean    explain_selected)
{
  explain_selected = !!explain_selected;
  if (self->explain_selected == explain_selected)
    return;

  self->explain_selected = explain_selected;
  self->explain_preferred = explain_selected && self->preferred != NULL;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_EXPLAIN_SELECTED]);
  _emo_session_pump (self);
}

/* The job's own Stop button cancels its cancellable. */
static gboolean
job_stopped_cb (GCancellable *cancellable,
                gpointer      user_data)
{
  EmoSession *self = user_data;

  g_clear_pointer (&self->job_stopped, g_source_unref);
  emo_session_stop (self);

  return G_SOURCE_REMOVE;
}

static void
begin_job (EmoSession *self)
{
  g_autoptr(GMainContext) context = g_main_context_ref_thread_default ();

  self->job = emo_job_new ("Analysing pictures");
  self->job_done = 0;
  emo_job_set_state (self->job, EMO_JOB_RUNNING);

  self->job_stopped = g_cancellable_source_new (emo_job_get_cancellable (self->job));
  g_source_set_callback (self->job_stopped, G_SOURCE_FUNC (job_stopped_cb), self, NULL);
  g_source_attach (self->job_stopped, context);

  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_JOB]);
}

static void
end_job (EmoSession *self)
{
  g_autoptr(EmoJob) job = g_steal_pointer (&self->job);

  if (job == NULL)
    return;

  if (self->job_stopped != NULL)
    g_source_destroy (self->job_stopped);
  g_clear_pointer (&self->job_stopped, g_source_unref);
  emo_job_set_state (job, self->stopped ? EMO_JOB_STOPPED : EMO_JOB_DONE);

  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_JOB]);
}

static void
update_job (EmoSession *self)
{
  guint64 left = self->n_waiting + (_emo_session_is_classifying (self) ? 1 : 0);

  /* An explanation alone is no batch worth a progress bar. */
  if (self->job == NULL && self->running && left > 0)
    begin_job (self);
  if (self->job != NULL)
    emo_job_set_count (self->job, self->job_done, self->job_done + left);
}

static guint
get_n_held (EmoSession *self)
{
  return self->stopped ? self->n_waiting + self->n_stopped : 0;
}

/* The counts are kept here and notified at the end of each step, so that a
 * splice of thousands costs one notification. */
void
_emo_session_notify_counts (EmoSession *self)
{
  const struct { guint now; guint *shown; int prop; } counts[] = {
    { self->n_waiting, &self->shown_waiting, PROP_N_WAITING },
    { self->n_done, &self->shown_done, PROP_N_DONE },
    { self->n_failed, &self->shown_failed, PROP_N_FAILED },
    { get_n_held (self), &self->shown_held, PROP_N_HELD },
  };

  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      if (counts[i].now == *counts[i].shown)
        continue;
      *counts[i].shown = counts[i].now;
      g_object_notify_by_pspec (G_OBJECT (self), properties[counts[i].prop]);
    }
  update_job (self);
}

void
_emo_session_update_running (EmoSession *self)
{
  gboolean running = _emo_session_has_run (self) || _emo_session_has_work (self);

  if (running == self->running)
    {
      _emo_session_notify_counts (self);
      return;
    }

  self->running = running;
  _emo_session_notify_counts (self);
  if (!running)
    end_job (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RUNNING]);

  if (!self->running && (self->n_waiting == 0 || self->stopped))
    g_signal_emit (self, signals[SIGNAL_DRAINED], 0);
}

static gint
compare_serials (gconstpointer a,
                 gconstpointer b,
                 gpointer      user_data)
{
  guint64 x = _emo_sample_get_serial ((EmoSample *) a);
  guint64 y = _emo_sample_get_serial ((EmoSample *) b);

  return (x > y) - (x < y);
}

/* Keeps the counts and the order of those that wait in step with the state. */
void
_emo_session_set_state (EmoSession     *self,
                        EmoSample      *sample,
                        EmoSampleState  state)
{
  EmoSampleState before = emo_sample_get_state (sample);
  GSequenceIter *place = _emo_sample_get_place (sample);

  self->n_waiting -= place != NULL;
  self->n_done -= before == EMO_SAMPLE_DONE;
  self->n_failed -= before == EMO_SAMPLE_FAILED;
  self->n_stopped -= before == EMO_SAMPLE_STOPPED;

  if (state == EMO_SAMPLE_WAITING && place == NULL)
    {
      place = g_sequence_insert_sorted (self->waiting, sample, compare_serials, NULL);
      _emo_sample_set_place (sample, place);
    }
  else if (state != EMO_SAMPLE_WAITING && place != NULL)
    {
      g_sequence_remove (place);
      _emo_sample_set_place (sample, NULL);
    }

  self->n_waiting += state == EMO_SAMPLE_WAITING;
  self->n_done += state == EMO_SAMPLE_DONE;
  self->n_failed += state == EMO_SAMPLE_FAILED;
  self->n_stopped += state == EMO_SAMPLE_STOPPED;

  _emo_sample_set_state (sample, state);
}

/* A whole one, and not what a stop broke off. */
gboolean
_emo_session_has_answer (EmoSample *sample)
{
  EmoPrediction *prediction = emo_sample_get_prediction (sample);

  return prediction != NULL && !isnan (emo_prediction_get_ms (prediction, EMO_STAGE_DONE));
}

/* A picture that was to be looked at once more is done: its answer stands. */
void
_emo_session_keep_answer (EmoSession *self,
                          EmoSample  *sample)
{
  _emo_session_record_kept (self, sample);
  _emo_session_set_state (self, sample, EMO_SAMPLE_DONE);
}

void
_emo_session_finish_sample (EmoSession     *self,
                            EmoSample      *sample,
                            EmoSampleState  state)
{
  g_autoptr(EmoSample) kept = g_object_ref (sample);

  _emo_session_set_state (self, sample, state);
  if (state != EMO_SAMPLE_DONE && state != EMO_SAMPLE_FAILED)
    return;

  _emo_session_record_result (self, sample);
  self->job_done++;
  _emo_session_notify_counts (self);
  g_signal_emit (self, signals[SIGNAL_FINISHED], 0, kept);
}

static void
emo_session_dispose (GObject *object)
{
  EmoSession *self = EMO_SESSION (object);

  _emo_session_drop_run (self);
  self->stopped = TRUE;
  g_clear_pointer (&self->decoder, emo_decoder_free);
  g_queue_clear_full (&self->asked, (GDestroyNotify) _emo_session_drop_work);
  g_queue_clear_full (&self->mapped, g_object_unref);
  g_clear_pointer (&self->slots, g_hash_table_unref);
  g_clear_pointer (&self->by_key, g_hash_table_unref);
  g_clear_pointer (&self->waiting, g_sequence_free);
  if (self->samples != NULL)
    {
      guint n_samples = g_list_model_get_n_items (G_LIST_MODEL (self->samples));

      /* A sample may outlive the session in a view. */
      for (guint i = 0; i < n_samples; i++)
        {
          g_autoptr(EmoSample) sample = g_list_model_get_item (G_LIST_MODEL (self->samples), i);

          _emo_sample_set_place (sample, NULL);
          _emo_sample_set_serial (sample, 0);
        }
      _emo_session_unwatch_all (self);
    }
  g_clear_object (&self->samples);
  g_clear_pointer (&self->removed, g_hash_table_unref);
  end_job (self);
  if (self->classifier != NULL)
    emo_engine_release (self->engine, g_steal_pointer (&self->classifier));
  g_clear_object (&self->engine);
  g_clear_object (&self->store);

  G_OBJECT_CLASS (emo_session_parent_class)->dispose (object);
}

static void
emo_session_get_property (GObject    *object,
                          guint       prop_id,
                          GValue     *value,
                          GParamSpec *pspec)
{
  EmoSession *self = EMO_SESSION (object);

  switch (prop_id)
    {
    case PROP_CLASSIFIER:
      g_value_set_object (value, self->classifier);
      break;
    case PROP_EXPLAIN:
      g_value_set_boolean (value, self->request.explain);
      break;
    case PROP_EXPLAIN_SELECTED:
      g_value_set_boolean (value, self->explain_selected);
      break;
    case PROP_N_WAITING:
      g_value_set_uint (value, self->n_waiting);
      break;
    case PROP_N_DONE:
      g_value_set_uint (value, self->n_done);
      break;
    case PROP_N_FAILED:
      g_value_set_uint (value, self->n_failed);
      break;
    case PROP_N_HELD:
      g_value_set_uint (value, get_n_held (self));
      break;
    case PROP_RUNNING:
      g_value_set_boolean (value, self->running);
      break;
    case PROP_JOB:
      g_value_set_object (value, self->job);
      break;
    case PROP_RECORDING:
      g_value_set_boolean (value, self->recording);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_session_set_property (GObject      *object,
                          guint         prop_id,
                          const GValue *value,
                          GParamSpec   *pspec)
{
  EmoSession *self = EMO_SESSION (object);

  switch (prop_id)
    {
    case PROP_CLASSIFIER:
      emo_session_set_classifier (self, g_value_get_object (value));
      break;
    case PROP_EXPLAIN:
      set_explain (self, g_value_get_boolean (value));
      break;
    case PROP_EXPLAIN_SELECTED:
      set_explain_selected (self, g_value_get_boolean (value));
      break;
    case PROP_RECORDING:
      emo_session_set_recording (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_session_class_init (EmoSessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = emo_session_dispose;
  object_class->get_property = emo_session_get_property;
  object_class->set_property = emo_session_set_property;

  properties[PROP_CLASSIFIER] =
    g_param_spec_object ("classifier", NULL, NULL, EMO_TYPE_CLASSIFIER, flags | G_PARAM_WRITABLE);
  properties[PROP_EXPLAIN] =
    g_param_spec_boolean ("explain", NULL, NULL, FALSE, flags | G_PARAM_WRITABLE);
  properties[PROP_EXPLAIN_SELECTED] =
    g_param_spec_boolean ("explain-selected", NULL, NULL, TRUE, flags | G_PARAM_WRITABLE);
  properties[PROP_N_WAITING] =
    g_param_spec_uint ("n-waiting", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_N_DONE] =
    g_param_spec_uint ("n-done", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_N_FAILED] =
    g_param_spec_uint ("n-failed", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_N_HELD] =
    g_param_spec_uint ("n-held", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_RUNNING] =
    g_param_spec_boolean ("running", NULL, NULL, FALSE, flags);
  properties[PROP_JOB] =
    g_param_spec_object ("job", NULL, NULL, EMO_TYPE_JOB, flags);
  properties[PROP_RECORDING] =
    g_param_spec_boolean ("recording", NULL, NULL, TRUE, flags | G_PARAM_WRITABLE);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * EmoSession::finished:
   * @self: the session
   * @sample: a picture that is now done or failed
   *
   * Emitted in the order of the list for a batch.
   */
  signals[SIGNAL_FINISHED] =
    g_signal_new ("finished", EMO_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0,
                  NULL, NULL, NULL, G_TYPE_NONE, 1, EMO_TYPE_SAMPLE);

  /**
   * EmoSession::drained:
   * @self: the session
   *
   * Emitted when nothing is left to do, or nothing more will be done because
   * the session was stopped.
   */
  signals[SIGNAL_DRAINED] =
    g_signal_new ("drained", EMO_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0,
                  NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
emo_session_init (EmoSession *self)
{
  const EmoRequest request = EMO_REQUEST_INIT;

  /* A batch costs little without explanations and much with them; the selected
   * picture gets its own anyway. */
  self->request = request;
  self->request.explain = FALSE;
  self->explain_selected = TRUE;
  self->recording = TRUE;

  self->samples = g_list_store_new (EMO_TYPE_SAMPLE);
  self->by_key = g_hash_table_new (g_str_hash, g_str_equal);
  self->removed = g_hash_table_new (NULL, NULL);
  self->waiting = g_sequence_new (NULL);
  self->slots = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) _emo_slot_free);
  self->decoder = emo_decoder_new (_emo_session_decoded_cb, self);
  g_queue_init (&self->asked);
  g_queue_init (&self->mapped);
}

/**
 * emo_session_new:
 * @engine: the thread that owns the model
 *
 * Makes an empty session that waits for a classifier and for pictures.
 *
 * Returns: (transfer full): a session
 */
EmoSession *
emo_session_new (EmoEngine *engine)
{
  EmoSession *self;

  g_return_val_if_fail (EMO_IS_ENGINE (engine), NULL);

  self = g_object_new (EMO_TYPE_SESSION, NULL);
  self->engine = g_object_ref (engine);

  return self;
}

/**
 * emo_session_get_samples:
 * @self: a session
 *
 * Returns: (transfer none): the pictures, a #GListModel of #EmoSample
 */
GListModel *
emo_session_get_samples (EmoSession *self)
{
  g_return_val_if_fail (EMO_IS_SESSION (self), NULL);

  return G_LIST_MODEL (self->samples);
}

/**
 * emo_session_get_engine:
 * @self: a session
 *
 * Returns: (transfer none): the engine
 */
EmoEngine *
emo_session_get_engine (EmoSession *self)
{
  g_return_val_if_fail (EMO_IS_SESSION (self), NULL);

  return self->engine;
}

/**
 * emo_session_get_classifier:
 * @self: a session
 *
 * Returns: (transfer none) (nullable): the model in use
 */
EmoClassifier *
emo_session_get_classifier (EmoSession *self)
{
  g_return_val_if_fail (EMO_IS_SESSION (self), NULL);

  return self->classifier;
}

/**
 * emo_session_set_classifier:
 * @self: a session
 * @classifier: (nullable): the model to use from the next picture on
 *
 * Results that are there stay and keep the facts of the model that made them;
 * so does the picture in work. With %NULL pictures wait.
 */
void
emo_session_set_classifier (EmoSession    *self,
                            EmoClassifier *classifier)
{
  g_return_if_fail (EMO_IS_SESSION (self));
  g_return_if_fail (classifier == NULL || EMO_IS_CLASSIFIER (classifier));

  if (self->classifier == classifier)
    return;

  _emo_session_drop_prepared (self);
  if (self->classifier != NULL)
    emo_engine_release (self->engine, g_steal_pointer (&self->classifier));
  g_set_object (&self->classifier, classifier);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CLASSIFIER]);
  _emo_session_pump (self);
}

/**
 * emo_session_set_request:
 * @self: a session
 * @request: what to ask for each picture of a batch; copied
 *
 * Holds from the next picture on.
 */
void
emo_session_set_request (EmoSession       *self,
                         const EmoRequest *request)
{
  gboolean explain;

  g_return_if_fail (EMO_IS_SESSION (self));
  g_return_if_fail (request != NULL);

  explain = self->request.explain;
  self->request = *request;
  self->request.explain = explain;
  set_explain (self, request->explain);
}

/**
 * emo_session_prefer:
 * @self: a session
 * @sample: (nullable): the selected picture
 *
 * The selected picture is read and classified before the others, with its
 * explanation; one that is done without an explanation gets it.
 */
void
emo_session_prefer (EmoSession *self,
                    EmoSample  *sample)
{
  g_return_if_fail (EMO_IS_SESSION (self));
  g_return_if_fail (sample == NULL || EMO_IS_SAMPLE (sample));

  if (sample != NULL && _emo_sample_get_serial (sample) == 0)
    sample = NULL;
  if (sample == self->preferred)
    return;

  /* Nobody looks at the text that is being written any more. */
  _emo_session_yield_explanation (self);
  self->preferred = sample;
  self->explain_preferred = sample != NULL && self->explain_selected;
  _emo_session_pump (self);
}

/**
 * emo_session_explain:
 * @self: a session
 * @sample: a listed picture
 * @label: the label to argue for; -1: the winner
 *
 * Asks for an explanation, before the batch and even when the session is
 * stopped. A picture without an answer, or whose answer is another model's, is
 * classified first: two models' words are never mixed. What is asked last
 * counts: the explanation of the same picture that was asked for before is given
 * up.
 */
void
emo_session_explain (EmoSession *self,
                     EmoSample  *sample,
                     int         label)
{
  EmoWork work = { .sample = sample, .label = label, .explain = TRUE, .urgent = TRUE };

  g_return_if_fail (EMO_IS_SESSION (self));
  g_return_if_fail (EMO_IS_SAMPLE (sample));

  if (_emo_sample_get_serial (sample) == 0)
    return;

  _emo_session_forget_explanations (self, sample);
  if (_emo_session_replace_explanation (self, sample, label))
    _emo_session_ask (self, &work);
  _emo_session_pump (self);
}

/**
 * emo_session_retry:
 * @self: a session
 * @sample: a listed picture
 *
 * Reads and classifies a picture once more, whatever became of it, even when
 * the session is stopped. Its place in the order is that of the list.
 */
void
emo_session_retry (EmoSession *self,
                   EmoSample  *sample)
{
  EmoWork work = { .sample = sample, .classify = TRUE, .label = -1 };
  g_autoptr(GPtrArray) waiting = NULL;

  g_return_if_fail (EMO_IS_SESSION (self));
  g_return_if_fail (EMO_IS_SAMPLE (sample));

  if (_emo_sample_get_serial (sample) == 0 || _emo_session_get_run_sample (self) == sample)
    return;

  /* The file may have been mended since. */
  _emo_session_drop_slot (self, sample);
  _emo_sample_take_error (sample, NULL);
  _emo_session_set_state (self, sample, EMO_SAMPLE_WAITING);
  waiting = g_ptr_array_new ();
  g_ptr_array_add (waiting, sample);
  _emo_session_record_waiting (self, waiting);
  if (sample == self->preferred)
    self->explain_preferred = self->explain_selected;
  if (self->stopped)
    _emo_session_ask (self, &work);
  _emo_session_pump (self);
}

static gboolean
is_outdated (EmoSession *self,
             EmoSample  *sample)
{
  return emo_sample_get_state (sample) == EMO_SAMPLE_DONE && !_emo_session_is_current (self, sample);
}

/**
 * emo_session_count_outdated:
 * @self: a session
 *
 * Returns: how many finished pictures have another model's answer; 0 while there
 *   is no model to compare with
 */
guint
emo_session_count_outdated (EmoSession *self)
{
  guint n_samples;
  guint n = 0;

  g_return_val_if_fail (EMO_IS_SESSION (self), 0);

  if (self->classifier == NULL)
    return 0;

  n_samples = g_list_model_get_n_items (G_LIST_MODEL (self->samples));
  for (guint i = 0; i < n_samples; i++)
    {
      g_autoptr(EmoSample) sample = g_list_model_get_item (G_LIST_MODEL (self->samples), i);

      n += is_outdated (self, sample);
    }

  return n;
}

/**
 * emo_session_run_again:
 * @self: a session
 *
 * Asks the model in use about every picture that another one answered or that
 * failed, and goes on if it was stopped. The old answer stays until the new one
 * comes.
 */
void
emo_session_run_again (EmoSession *self)
{
  guint n_samples;

  g_return_if_fail (EMO_IS_SESSION (self));

  n_samples = g_list_model_get_n_items (G_LIST_MODEL (self->samples));
  for (guint i = 0; i < n_samples; i++)
    {
      g_autoptr(EmoSample) sample = g_list_model_get_item (G_LIST_MODEL (self->samples), i);

      if (!is_outdated (self, sample) && emo_sample_get_state (sample) != EMO_SAMPLE_FAILED)
        continue;
      _emo_session_drop_slot (self, sample);
      _emo_sample_take_error (sample, NULL);
      _emo_session_set_state (self, sample, EMO_SAMPLE_WAITING);
    }
  self->explain_preferred = self->explain_selected && self->preferred != NULL;
  emo_session_start (self);
}

/**
 * emo_session_start:
 * @self: a session
 *
 * Goes on after a stop, with the pictures that wait and those that were
 * stopped.
 */
void
emo_session_start (EmoSession *self)
{
  g_autoptr(GPtrArray) waiting = g_ptr_array_new ();
  guint n_samples;

  g_return_if_fail (EMO_IS_SESSION (self));

  self->stopped = FALSE;
  n_samples = g_list_model_get_n_items (G_LIST_MODEL (self->samples));
  for (guint i = 0; i < n_samples; i++)
    {
      g_autoptr(EmoSample) sample = g_list_model_get_item (G_LIST_MODEL (self->samples), i);

      if (emo_sample_get_state (sample) == EMO_SAMPLE_STOPPED)
        _emo_session_set_state (self, sample, EMO_SAMPLE_WAITING);
      /* The list keeps it alive. */
      if (emo_sample_get_state (sample) == EMO_SAMPLE_WAITING)
        g_ptr_array_add (waiting, sample);
    }
  _emo_session_record_waiting (self, waiting);
  _emo_session_pump (self);
}

static void
keep_answers (EmoSession *self)
{
  g_autoptr(GPtrArray) answered = g_ptr_array_new_with_free_func (g_object_unref);
  GSequenceIter *iter;

  for (iter = g_sequence_get_begin_iter (self->waiting); !g_sequence_iter_is_end (iter); iter = g_sequence_iter_next (iter))
    if (_emo_session_has_answer (g_sequence_get (iter)))
      g_ptr_array_add (answered, g_object_ref (g_sequence_get (iter)));
  /* Whoever is told of one may change the others. */
  for (guint i = 0; i < answered->len; i++)
    if (_emo_sample_get_place (answered->pdata[i]) != NULL)
      _emo_session_keep_answer (self, answered->pdata[i]);
}

static void
stop_queue (EmoSession *self)
{
  self->stopped = TRUE;
  keep_answers (self);
  self->explain_preferred = FALSE;
  g_queue_clear_full (&self->asked, (GDestroyNotify) _emo_session_drop_work);
}

/**
 * emo_session_stop:
 * @self: a session
 *
 * Stops at once: finished pictures stay, and so do answers that were to be
 * replaced; the one in work becomes stopped, the others wait for
 * emo_session_start().
 */
void
emo_session_stop (EmoSession *self)
{
  g_return_if_fail (EMO_IS_SESSION (self));

  stop_queue (self);
  _emo_session_cancel_run (self);
  _emo_session_pump (self);
}

/**
 * emo_session_stop_gently:
 * @self: a session
 *
 * Stops after the picture in work.
 */
void
emo_session_stop_gently (EmoSession *self)
{
  g_return_if_fail (EMO_IS_SESSION (self));

  stop_queue (self);
  _emo_session_pump (self);
}
