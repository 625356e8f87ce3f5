/* emo-model-loader.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-model-loader-private.h"
#include "emo-settings.h"

/* EmoModelLoader turns the one blocking call that loads a bundle into a state
 * that widgets can show. A load has two steps: the memory that the model needs is
 * estimated from the headers of its files, on a thread for files; then the engine
 * thread, which owns torch, loads it. In between a model that does not fit asks.
 *
 * A load belongs to an attempt. Stopping, unloading and choosing another model
 * end the attempt at once and for good: whatever the threads still bring home
 * for it is let go, so Stop is immediate however deep the backend is in a file.
 *
 * The model itself is freed on the engine thread, where it lives: a notify makes
 * the sessions give up theirs, then the loader sends its own after. */
struct _EmoAttempt
{
  GWeakRef        loader;
  EmoEngine      *engine;
  EmoModelChoice *choice;
  EmoJob         *job;
  GSource        *stopped;     /* the job's own Stop */
  gboolean        any_size;
  gboolean        over;        /* nobody waits for it any more */
};

enum
{
  PROP_0,
  PROP_STATE,
  PROP_PROGRESS,
  PROP_CLASSIFIER,
  PROP_ERROR_MESSAGE,
  N_PROPS
};

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (EmoModelLoader, emo_model_loader, G_TYPE_OBJECT)

G_DEFINE_ENUM_TYPE (EmoModelState, emo_model_state,
                    G_DEFINE_ENUM_VALUE (EMO_MODEL_NOT_LOADED, "not-loaded"),
                    G_DEFINE_ENUM_VALUE (EMO_MODEL_LOADING, "loading"),
                    G_DEFINE_ENUM_VALUE (EMO_MODEL_READY, "ready"),
                    G_DEFINE_ENUM_VALUE (EMO_MODEL_FAILED, "failed"),
                    G_DEFINE_ENUM_VALUE (EMO_MODEL_TOO_LARGE, "too-large"))

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void begin_load (EmoModelLoader *self,
                        gboolean        any_size);

void
_emo_model_loader_changed (EmoModelLoader *self)
{
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static void
set_state (EmoModelLoader *self,
           EmoModelState   state,
           const char     *error_message)
{
  self->state = state;
  g_free (self->error_message);
  self->error_message = g_strdup (error_message);

  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ERROR_MESSAGE]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
  _emo_model_loader_changed (self);
}

static void
drop_classifier (EmoModelLoader *self)
{
  EmoClassifier *classifier = g_steal_pointer (&self->classifier);

  _emo_model_loader_drop_check (self);
  g_clear_pointer (&self->loaded, emo_model_choice_free);
  if (classifier == NULL)
    return;

  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CLASSIFIER]);
  emo_engine_release (self->engine, classifier);
}

/* --- An attempt --- */

static gboolean
job_stopped_cb (GCancellable *cancellable,
                gpointer      user_data)
{
  emo_model_loader_cancel (user_data);

  return G_SOURCE_REMOVE;
}

static EmoAttempt *
attempt_new (EmoModelLoader *self,
             gboolean        any_size)
{
  EmoAttempt *attempt = g_rc_box_new0 (EmoAttempt);

  g_weak_ref_init (&attempt->loader, self);
  attempt->engine = g_object_ref (self->engine);
  attempt->choice = emo_model_choice_copy (self->choice);
  attempt->any_size = any_size;
  attempt->job = emo_job_new (_("Loading Model"));
  emo_job_set_state (attempt->job, EMO_JOB_RUNNING);

  attempt->stopped = g_cancellable_source_new (emo_job_get_cancellable (attempt->job));
  g_source_set_callback (attempt->stopped, G_SOURCE_FUNC (job_stopped_cb), self, NULL);
  g_source_attach (attempt->stopped, NULL);

  return attempt;
}

static void
attempt_clear (gpointer data)
{
  EmoAttempt *attempt = data;

  g_weak_ref_clear (&attempt->loader);
  g_clear_object (&attempt->engine);
  g_clear_object (&attempt->job);
  g_clear_pointer (&attempt->choice, emo_model_choice_free);
}

static void
attempt_unref (gpointer data)
{
  g_rc_box_release_full (data, attempt_clear);
}

/* Ends the attempt that is under way; @state is what its job shows as its end. */
static void
end_attempt (EmoModelLoader *self,
             EmoJobState     state)
{
  EmoAttempt *attempt = g_steal_pointer (&self->attempt);

  if (attempt == NULL)
    return;

  attempt->over = TRUE;
  g_source_destroy (attempt->stopped);
  g_clear_pointer (&attempt->stopped, g_source_unref);
  g_signal_handlers_disconnect_by_data (attempt->job, self);
  if (state != EMO_JOB_DONE)
    g_cancellable_cancel (emo_job_get_cancellable (attempt->job));
  emo_job_set_state (attempt->job, state);
  attempt_unref (attempt);
}

static void
fail (EmoModelLoader *self,
      const GError   *error)
{
  gboolean cancelled = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  end_attempt (self, cancelled ? EMO_JOB_STOPPED : EMO_JOB_FAILED);
  set_state (self,
             cancelled ? EMO_MODEL_NOT_LOADED : EMO_MODEL_FAILED,
             cancelled ? NULL : error->message);
}

static void
progress_worker (double   fraction,
                 gpointer user_data)
{
  emo_job_set_progress (user_data, fraction);
}

static gpointer
load_worker (gpointer       data,
             GCancellable  *cancellable,
             GError       **error)
{
  EmoAttempt *attempt = data;
  EmoLoadOptions options = emo_model_choice_to_options (attempt->choice);

  options.any_size = attempt->any_size;

  return emo_bundle_classifier_load (&options, progress_worker, attempt->job, cancellable, error);
}

static void
load_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  EmoAttempt *attempt = user_data;
  g_autoptr (EmoModelLoader) self = g_weak_ref_get (&attempt->loader);
  g_autoptr (GError) error = NULL;
  EmoClassifier *classifier = emo_engine_run_finish (attempt->engine, result, &error);

  if (self == NULL || attempt->over)
    {
      if (classifier != NULL)
        emo_engine_release (attempt->engine, classifier);
    }
  else if (classifier == NULL)
    {
      fail (self, error);
    }
  else
    {
      drop_classifier (self);
      self->loaded = emo_model_choice_copy (attempt->choice);
      self->classifier = classifier;
      emo_model_choice_remember (self->loaded, !self->for_this_run);
      end_attempt (self, EMO_JOB_DONE);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CLASSIFIER]);
      set_state (self, EMO_MODEL_READY, NULL);
    }
  attempt_unref (attempt);
}

static void
need_worker (GTask        *task,
             gpointer      source,
             gpointer      task_data,
             GCancellable *cancellable)
{
  const EmoModelChoice *choice = task_data;
  EmoLoadOptions options = emo_model_choice_to_options (choice);
  GError *error = NULL;
  EmoModelNeed *need = emo_model_need_new (&options, &error);

  if (need != NULL)
    g_task_return_pointer (task, need, (GDestroyNotify) emo_model_need_free);
  else
    g_task_return_error (task, error);
}

static void
need_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  EmoAttempt *attempt = user_data;
  g_autoptr (EmoModelLoader) self = g_weak_ref_get (&attempt->loader);
  g_autoptr (GError) error = NULL;
  EmoModelNeed *need = g_task_propagate_pointer (G_TASK (result), &error);

  if (self == NULL || attempt->over)
    {
      emo_model_need_free (need);
      attempt_unref (attempt);
      return;
    }
  if (need == NULL)
    {
      fail (self, error);
      attempt_unref (attempt);
      return;
    }

  g_clear_pointer (&self->need, emo_model_need_free);
  self->need = need;
  if (!attempt->any_size && !emo_model_need_fits (need, attempt->choice->memory_cap))
    {
      end_attempt (self, EMO_JOB_STOPPED);
      set_state (self, EMO_MODEL_TOO_LARGE, NULL);
      attempt_unref (attempt);
      return;
    }

  _emo_model_loader_changed (self);
  emo_engine_run_async (self->engine,
                        EMO_ENGINE_URGENT,
                        load_worker,
                        g_rc_box_acquire (attempt),
                        attempt_unref,
                        g_object_unref,
                        emo_job_get_cancellable (attempt->job),
                        load_cb,
                        attempt);
}

static void
progress_cb (EmoModelLoader *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROGRESS]);
  _emo_model_loader_changed (self);
}

static void
begin_load (EmoModelLoader *self,
            gboolean        any_size)
{
  g_autoptr (GTask) task = NULL;

  end_attempt (self, EMO_JOB_STOPPED);
  g_clear_pointer (&self->need, emo_model_need_free);
  if (self->choice->path == NULL)
    {
      set_state (self, EMO_MODEL_FAILED, _("No model came along with the application: choose a folder."));
      return;
    }

  self->attempt = attempt_new (self, any_size);
  g_signal_connect_swapped (self->attempt->job, "notify::progress", G_CALLBACK (progress_cb), self);
  emo_job_list_add (self->jobs, self->attempt->job);
  set_state (self, EMO_MODEL_LOADING, NULL);

  task = g_task_new (NULL, NULL, need_cb, g_rc_box_acquire (self->attempt));
  g_task_set_source_tag (task, begin_load);
  g_task_set_task_data (task, emo_model_choice_copy (self->choice), (GDestroyNotify) emo_model_choice_free);
  g_task_run_in_thread (task, need_worker);
}

/* --- The object --- */

static void
settings_cb (EmoModelLoader *self,
             const char     *key)
{
  EmoModelChoice *choice = emo_model_choice_new (self->choice->path, self->choice->base);

  emo_model_choice_free (self->choice);
  self->choice = choice;
  _emo_model_loader_changed (self);
}

static void
emo_model_loader_dispose (GObject *object)
{
  EmoModelLoader *self = EMO_MODEL_LOADER (object);

  end_attempt (self, EMO_JOB_STOPPED);
  _emo_model_loader_drop_check (self);
  g_clear_object (&self->classifier);
  g_clear_object (&self->engine);
  g_clear_object (&self->jobs);

  G_OBJECT_CLASS (emo_model_loader_parent_class)->dispose (object);
}

static void
emo_model_loader_finalize (GObject *object)
{
  EmoModelLoader *self = EMO_MODEL_LOADER (object);

  emo_model_choice_free (self->choice);
  emo_model_choice_free (self->loaded);
  emo_model_need_free (self->need);
  g_free (self->error_message);

  G_OBJECT_CLASS (emo_model_loader_parent_class)->finalize (object);
}

static void
emo_model_loader_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  EmoModelLoader *self = EMO_MODEL_LOADER (object);

  switch (prop_id)
    {
    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;
    case PROP_PROGRESS:
      g_value_set_double (value, emo_model_loader_get_progress (self));
      break;
    case PROP_CLASSIFIER:
      g_value_set_object (value, self->classifier);
      break;
    case PROP_ERROR_MESSAGE:
      g_value_set_string (value, self->error_message);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_model_loader_class_init (EmoModelLoaderClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = emo_model_loader_dispose;
  object_class->finalize = emo_model_loader_finalize;
  object_class->get_property = emo_model_loader_get_property;

  properties[PROP_STATE] =
    g_param_spec_enum ("state", NULL, NULL, EMO_TYPE_MODEL_STATE, EMO_MODEL_NOT_LOADED, flags);
  properties[PROP_PROGRESS] =
    g_param_spec_double ("progress", NULL, NULL, -1, 1, -1, flags);
  properties[PROP_CLASSIFIER] =
    g_param_spec_object ("classifier", NULL, NULL, EMO_TYPE_CLASSIFIER, flags);
  properties[PROP_ERROR_MESSAGE] =
    g_param_spec_string ("error-message", NULL, NULL, NULL, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * EmoModelLoader::changed:
   * @self: the loader
   *
   * Emitted after anything that its getters tell.
   */
  signals[SIGNAL_CHANGED] =
    g_signal_new ("changed", EMO_TYPE_MODEL_LOADER, G_SIGNAL_RUN_LAST, 0,
                  NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
emo_model_loader_init (EmoModelLoader *self)
{
}

/* The command line before the environment before what was chosen last time. */
static EmoModelChoice *
choose_first (const char *path)
{
  GSettings *settings = emo_settings_get ();
  g_autofree char *standard = emo_paths_dup_default_model ();
  g_autofree char *folder = NULL;
  g_autofree char *base = NULL;

  if (path != NULL)
    return emo_model_choice_new (path, NULL);
  if (settings == NULL || g_getenv ("EMOVLM_MODEL") != NULL)
    return emo_model_choice_new (standard, NULL);

  folder = g_settings_get_string (settings, "model-folder");
  base = g_settings_get_string (settings, "model-base");
  if (folder[0] == '\0')
    return emo_model_choice_new (standard, NULL);

  return emo_model_choice_new (folder, base);
}

/**
 * emo_model_loader_new:
 * @engine: the thread that will load and own the model
 * @jobs: where a load is shown
 * @path: (nullable): the model's folder, for this run; %NULL for the one that was
 *   used last, or the default model
 *
 * Makes a loader; nothing is read before emo_model_loader_load().
 *
 * Returns: (transfer full): the loader
 */
EmoModelLoader *
emo_model_loader_new (EmoEngine  *engine,
                      EmoJobList *jobs,
                      const char *path)
{
  EmoModelLoader *self;

  g_return_val_if_fail (EMO_IS_ENGINE (engine), NULL);
  g_return_val_if_fail (EMO_IS_JOB_LIST (jobs), NULL);

  self = g_object_new (EMO_TYPE_MODEL_LOADER, NULL);
  self->engine = g_object_ref (engine);
  self->jobs = g_object_ref (jobs);
  self->choice = choose_first (path);
  self->for_this_run = path != NULL || g_getenv ("EMOVLM_MODEL") != NULL;
  if (emo_settings_get () != NULL)
    g_signal_connect_object (emo_settings_get (), "changed", G_CALLBACK (settings_cb), self, G_CONNECT_SWAPPED);

  return self;
}

/**
 * emo_model_loader_load:
 * @self: a loader
 *
 * Begins to load, unless that is under way or done. Ends in state ready, in
 * failed with the "error-message" property set, or in too large.
 */
void
emo_model_loader_load (EmoModelLoader *self)
{
  g_return_if_fail (EMO_IS_MODEL_LOADER (self));

  if (self->state != EMO_MODEL_LOADING && self->state != EMO_MODEL_READY)
    begin_load (self, FALSE);
}

/**
 * emo_model_loader_load_anyway:
 * @self: a loader
 *
 * Loads a model whatever memory it needs. Weights are mapped, so a system with
 * too little becomes slow before it fails.
 */
void
emo_model_loader_load_anyway (EmoModelLoader *self)
{
  g_return_if_fail (EMO_IS_MODEL_LOADER (self));

  if (self->state == EMO_MODEL_TOO_LARGE)
    begin_load (self, TRUE);
}

/**
 * emo_model_loader_reload:
 * @self: a loader
 *
 * Loads the model again, with the settings of now.
 */
void
emo_model_loader_reload (EmoModelLoader *self)
{
  g_return_if_fail (EMO_IS_MODEL_LOADER (self));

  drop_classifier (self);
  begin_load (self, FALSE);
}

/**
 * emo_model_loader_unload:
 * @self: a loader
 *
 * Gives the model up, and its memory once the engine has ended what it is at.
 * Results stay; pictures wait.
 */
void
emo_model_loader_unload (EmoModelLoader *self)
{
  g_return_if_fail (EMO_IS_MODEL_LOADER (self));

  end_attempt (self, EMO_JOB_STOPPED);
  drop_classifier (self);
  set_state (self, EMO_MODEL_NOT_LOADED, NULL);
}

/**
 * emo_model_loader_cancel:
 * @self: a loader
 *
 * Stops a load that is under way, at once. The engine follows within a few
 * megabytes of what it reads.
 */
void
emo_model_loader_cancel (EmoModelLoader *self)
{
  g_return_if_fail (EMO_IS_MODEL_LOADER (self));

  if (self->attempt == NULL)
    return;

  end_attempt (self, EMO_JOB_STOPPED);
  set_state (self, EMO_MODEL_NOT_LOADED, NULL);
}

/**
 * emo_model_loader_use:
 * @self: a loader
 * @path: (nullable): a model's folder; %NULL for the default model
 * @base: (nullable): the base of a PEFT folder
 *
 * Takes another model, or the same once more, and loads it. Results of the one
 * before stay.
 */
void
emo_model_loader_use (EmoModelLoader *self,
                      const char     *path,
                      const char     *base)
{
  g_autofree char *standard = path == NULL ? emo_paths_dup_default_model () : NULL;
  EmoModelChoice *choice;

  g_return_if_fail (EMO_IS_MODEL_LOADER (self));

  choice = emo_model_choice_new (path != NULL ? path : standard, base);
  emo_model_choice_free (self->choice);
  self->choice = choice;
  self->for_this_run = FALSE;
  emo_model_loader_reload (self);
}

/**
 * emo_model_loader_get_engine:
 * @self: a loader
 *
 * Returns: (transfer none): the thread that owns the model
 */
EmoEngine *
emo_model_loader_get_engine (EmoModelLoader *self)
{
  g_return_val_if_fail (EMO_IS_MODEL_LOADER (self), NULL);

  return self->engine;
}

/**
 * emo_model_loader_get_jobs:
 * @self: a loader
 *
 * Returns: (transfer none): where every page shows its long work
 */
EmoJobList *
emo_model_loader_get_jobs (EmoModelLoader *self)
{
  g_return_val_if_fail (EMO_IS_MODEL_LOADER (self), NULL);

  return self->jobs;
}

/**
 * emo_model_loader_get_state:
 * @self: a loader
 *
 * Returns: how far loading is
 */
EmoModelState
emo_model_loader_get_state (EmoModelLoader *self)
{
  g_return_val_if_fail (EMO_IS_MODEL_LOADER (self), EMO_MODEL_NOT_LOADED);

  return self->state;
}

/**
 * emo_model_loader_get_progress:
 * @self: a loader
 *
 * Returns: 0 to 1 while loading, -1 when that is unknown
 */
double
emo_model_loader_get_progress (EmoModelLoader *self)
{
  g_return_val_if_fail (EMO_IS_MODEL_LOADER (self), -1);

  return self->attempt != NULL ? emo_job_get_progress (self->attempt->job) : -1;
}

/**
 * emo_model_loader_get_classifier:
 * @self: a loader
 *
 * Returns: (transfer none) (nullable): the model, once it is ready
 */
EmoClassifier *
emo_model_loader_get_classifier (EmoModelLoader *self)
{
  g_return_val_if_fail (EMO_IS_MODEL_LOADER (self), NULL);

  return self->classifier;
}

/**
 * emo_model_loader_get_error_message:
 * @self: a loader
 *
 * Returns: (transfer none) (nullable): why loading failed
 */
const char *
emo_model_loader_get_error_message (EmoModelLoader *self)
{
  g_return_val_if_fail (EMO_IS_MODEL_LOADER (self), NULL);

  return self->error_message;
}

/**
 * emo_model_loader_get_path:
 * @self: a loader
 *
 * Returns: (transfer none) (nullable): the folder that is loaded, or that a load
 *   would take
 */
const char *
emo_model_loader_get_path (EmoModelLoader *self)
{
  g_return_val_if_fail (EMO_IS_MODEL_LOADER (self), NULL);

  return self->choice->path;
}

/**
 * emo_model_loader_dup_name:
 * @self: a loader
 *
 * Returns: (transfer full) (nullable): what the model calls itself, or its
 *   folder as it can be shown
 */
char *
emo_model_loader_dup_name (EmoModelLoader *self)
{
  g_autofree char *name = NULL;

  g_return_val_if_fail (EMO_IS_MODEL_LOADER (self), NULL);

  if (self->classifier != NULL)
    return g_strdup (emo_classifier_get_info (self->classifier)->name);
  if (self->need != NULL)
    return g_strdup (self->need->name);
  if (self->choice->path == NULL)
    return NULL;
  name = g_path_get_basename (self->choice->path);

  return emo_file_escape_name (name);
}

/**
 * emo_model_loader_get_need:
 * @self: a loader
 *
 * Returns: (transfer none) (nullable): the memory that the model takes, once it
 *   is estimated
 */
const EmoModelNeed *
emo_model_loader_get_need (EmoModelLoader *self)
{
  g_return_val_if_fail (EMO_IS_MODEL_LOADER (self), NULL);

  return self->need;
}

/**
 * emo_model_loader_get_needs_base:
 * @self: a loader
 *
 * Returns: whether the folder is an adapter that lacks its base
 */
gboolean
emo_model_loader_get_needs_base (EmoModelLoader *self)
{
  g_return_val_if_fail (EMO_IS_MODEL_LOADER (self), FALSE);

  return self->state == EMO_MODEL_FAILED && self->choice->path != NULL &&
         self->choice->base == NULL && emo_model_kind_of (self->choice->path) == EMO_MODEL_KIND_PEFT;
}

/**
 * emo_model_loader_get_outdated:
 * @self: a loader
 *
 * Returns: whether the settings have changed since the model was loaded
 */
gboolean
emo_model_loader_get_outdated (EmoModelLoader *self)
{
  g_return_val_if_fail (EMO_IS_MODEL_LOADER (self), FALSE);

  return self->loaded != NULL && !emo_model_choice_equal (self->loaded, self->choice);
}
