/* emo-model-loader.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-model-loader.h"

/* EmoModelLoader turns the one blocking call that loads a bundle into a state
 * that widgets can show. The work runs on the engine thread, which owns torch;
 * progress comes back through an EmoJob, whose notifies are coalesced on the
 * main context. Loading again after a failure is the same call. */
struct _EmoModelLoader
{
  GObject        parent_instance;

  EmoEngine     *engine;
  char          *path;            /* (nullable) no model was found or named */
  EmoModelState  state;
  EmoJob        *job;             /* (nullable) while loading */
  EmoClassifier *classifier;      /* (nullable) */
  char          *error_message;   /* (nullable) */
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

G_DEFINE_FINAL_TYPE (EmoModelLoader, emo_model_loader, G_TYPE_OBJECT)

G_DEFINE_ENUM_TYPE (EmoModelState, emo_model_state,
                    G_DEFINE_ENUM_VALUE (EMO_MODEL_NOT_LOADED, "not-loaded"),
                    G_DEFINE_ENUM_VALUE (EMO_MODEL_LOADING, "loading"),
                    G_DEFINE_ENUM_VALUE (EMO_MODEL_READY, "ready"),
                    G_DEFINE_ENUM_VALUE (EMO_MODEL_FAILED, "failed"))

static GParamSpec *properties[N_PROPS];

/* What the engine thread needs; it never sees the loader itself. */
typedef struct
{
  char   *path;
  EmoJob *job;
} LoadData;

static void
load_data_free (gpointer data)
{
  LoadData *load = data;

  g_free (load->path);
  g_object_unref (load->job);
  g_free (load);
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
  LoadData *load = data;
  EmoLoadOptions options = EMO_LOAD_OPTIONS_INIT;

  options.path = load->path;

  return emo_bundle_classifier_load (&options, progress_worker, load->job, cancellable, error);
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
}

static void
progress_cb (EmoModelLoader *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROGRESS]);
}

static void
clear_job (EmoModelLoader *self)
{
  if (self->job == NULL)
    return;

  g_signal_handlers_disconnect_by_data (self->job, self);
  g_clear_object (&self->job);
}

static void
load_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (EmoModelLoader) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoClassifier) classifier = NULL;

  classifier = emo_engine_run_finish (self->engine, result, &error);
  clear_job (self);

  if (classifier == NULL)
    {
      gboolean cancelled = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

      set_state (self,
                 cancelled ? EMO_MODEL_NOT_LOADED : EMO_MODEL_FAILED,
                 cancelled ? NULL : error->message);
      return;
    }

  g_set_object (&self->classifier, classifier);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CLASSIFIER]);
  set_state (self, EMO_MODEL_READY, NULL);
}

static void
emo_model_loader_dispose (GObject *object)
{
  EmoModelLoader *self = EMO_MODEL_LOADER (object);

  clear_job (self);
  g_clear_object (&self->classifier);
  g_clear_object (&self->engine);

  G_OBJECT_CLASS (emo_model_loader_parent_class)->dispose (object);
}

static void
emo_model_loader_finalize (GObject *object)
{
  EmoModelLoader *self = EMO_MODEL_LOADER (object);

  g_free (self->path);
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

  object_class->dispose = emo_model_loader_dispose;
  object_class->finalize = emo_model_loader_finalize;
  object_class->get_property = emo_model_loader_get_property;

  properties[PROP_STATE] =
    g_param_spec_enum ("state", NULL, NULL,
                       EMO_TYPE_MODEL_STATE, EMO_MODEL_NOT_LOADED,
                       G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  properties[PROP_PROGRESS] =
    g_param_spec_double ("progress", NULL, NULL,
                         -1, 1, -1,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  properties[PROP_CLASSIFIER] =
    g_param_spec_object ("classifier", NULL, NULL,
                         EMO_TYPE_CLASSIFIER,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  properties[PROP_ERROR_MESSAGE] =
    g_param_spec_string ("error-message", NULL, NULL,
                         NULL,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
emo_model_loader_init (EmoModelLoader *self)
{
}

/**
 * emo_model_loader_new:
 * @engine: the thread that will load and own the model
 * @path: (nullable): the model's folder; %NULL for the default model
 *
 * Makes a loader; nothing is read before emo_model_loader_load().
 *
 * Returns: (transfer full): the loader
 */
EmoModelLoader *
emo_model_loader_new (EmoEngine  *engine,
                      const char *path)
{
  EmoModelLoader *self;

  g_return_val_if_fail (EMO_IS_ENGINE (engine), NULL);

  self = g_object_new (EMO_TYPE_MODEL_LOADER, NULL);
  self->engine = g_object_ref (engine);
  self->path = path != NULL ? g_strdup (path) : emo_paths_dup_default_model ();

  return self;
}

/**
 * emo_model_loader_load:
 * @self: a loader
 *
 * Begins to load, unless that is under way or done. Ends in state ready, or in
 * failed with the "error-message" property set.
 */
void
emo_model_loader_load (EmoModelLoader *self)
{
  LoadData *load;

  g_return_if_fail (EMO_IS_MODEL_LOADER (self));

  if (self->state == EMO_MODEL_LOADING || self->state == EMO_MODEL_READY)
    return;

  if (self->path == NULL)
    {
      set_state (self, EMO_MODEL_FAILED, _("No model was found beside the application; name a folder with --model."));
      return;
    }

  self->job = emo_job_new (_("Loading Model"));
  g_signal_connect_swapped (self->job, "notify::progress", G_CALLBACK (progress_cb), self);

  load = g_new0 (LoadData, 1);
  load->path = g_strdup (self->path);
  load->job = g_object_ref (self->job);

  set_state (self, EMO_MODEL_LOADING, NULL);
  emo_engine_run_async (self->engine,
                        EMO_ENGINE_URGENT,
                        load_worker,
                        load,
                        load_data_free,
                        g_object_unref,
                        emo_job_get_cancellable (self->job),
                        load_cb,
                        g_object_ref (self));
}

/**
 * emo_model_loader_cancel:
 * @self: a loader
 *
 * Stops a load that is under way; the state goes back to not loaded once the
 * engine has let go.
 */
void
emo_model_loader_cancel (EmoModelLoader *self)
{
  g_return_if_fail (EMO_IS_MODEL_LOADER (self));

  if (self->job != NULL)
    emo_job_stop (self->job);
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

  return self->job != NULL ? emo_job_get_progress (self->job) : -1;
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
