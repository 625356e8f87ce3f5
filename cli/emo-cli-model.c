/* emo-cli-model.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-cli.h"

/* The loader reads these on the engine thread while the main thread parses on,
 * so it has its own copy. */
typedef struct
{
  char           *path;
  char           *base;
  char           *device;
  char           *dtype;
  char          **labels;
  EmoLoadOptions  options;
} EmoLoad;

static void
emo_load_free (EmoLoad *load)
{
  g_free (load->path);
  g_free (load->base);
  g_free (load->device);
  g_free (load->dtype);
  g_strfreev (load->labels);
  g_free (load);
}

static EmoLoad *
emo_load_new (EmoCliOptions *options)
{
  EmoLoad *load = g_new0 (EmoLoad, 1);

  load->path = options->model != NULL ? g_strdup (options->model) : emo_paths_dup_default_model ();
  load->base = g_strdup (options->base);
  load->device = g_strdup (options->device);
  load->dtype = g_strdup (options->dtype);
  load->labels = g_strdupv (options->label_list);
  load->options = (EmoLoadOptions) {
    .path = load->path,
    .base = load->base,
    .labels = (const char *const *) load->labels,
    .device = load->device,
    .dtype = load->dtype,
    .threads = options->threads,
    .seed = (guint64) options->seed,
    .max_pixels = options->max_pixels,
  };

  return load;
}

static gpointer
load_worker (gpointer       data,
             GCancellable  *cancellable,
             GError       **error)
{
  EmoLoad *load = data;

  if (load->path == NULL)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_MODEL,
                   _("No model came along with this program; name one with --model DIR"));
      return NULL;
    }

  return emo_bundle_classifier_load (&load->options, NULL, NULL, cancellable, error);
}

static void
loaded_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  EmoCliModel *self = user_data;

  self->classifier = emo_engine_run_finish (EMO_ENGINE (source), result, &self->error);
  self->finished = TRUE;
  if (self->loaded != NULL)
    self->loaded (self->user_data);
}

/**
 * emo_cli_check_model:
 * @options: which model, and how
 *
 * What can be told of the model's options before anything is loaded: a bundle
 * was trained for its own labels.
 *
 * Returns: %FALSE where a usage error was reported
 */
gboolean
emo_cli_check_model (EmoCliOptions *options)
{
  g_autofree char *folder = options->model != NULL ? g_strdup (options->model) : emo_paths_dup_default_model ();
  g_autofree char *manifest = folder != NULL ? g_build_filename (folder, "emovlm.json", NULL) : NULL;
  g_autofree char *shown = NULL;

  if (options->label_list == NULL || manifest == NULL || !g_file_test (manifest, G_FILE_TEST_EXISTS))
    return TRUE;
  shown = emo_file_escape_name (folder);
  emo_cli_usage ("--labels is for a model without labels; %s is a bundle with its own", shown);

  return FALSE;
}

/**
 * emo_cli_model_new:
 * @options: which model, and how
 *
 * Starts the engine and the load.
 *
 * Returns: (transfer full): free with emo_cli_model_free()
 */
EmoCliModel *
emo_cli_model_new (EmoCliOptions *options)
{
  EmoCliModel *self = g_new0 (EmoCliModel, 1);

  self->engine = emo_engine_new ();
  self->cancellable = g_cancellable_new ();
  self->particular = !g_str_equal (options->device, "auto") || !g_str_equal (options->dtype, "auto");
  emo_engine_run_async (self->engine, EMO_ENGINE_URGENT, load_worker,
                        emo_load_new (options), (GDestroyNotify) emo_load_free, g_object_unref,
                        self->cancellable, loaded_cb, self);

  return self;
}

/**
 * emo_cli_model_free:
 * @self: (transfer full): a model
 *
 * Cancels what runs, ends the engine thread and frees all.
 */
void
emo_cli_model_free (EmoCliModel *self)
{
  g_cancellable_cancel (self->cancellable);
  emo_engine_shutdown (self->engine);
  while (!self->finished)
    g_main_context_iteration (NULL, TRUE);
  /* Callbacks of the last jobs hold references; let them go. */
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_clear_object (&self->classifier);
  g_clear_error (&self->error);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->engine);
  g_free (self);
}

/* A damaged file is a damaged model here, whatever the parser called it; a
 * device or a type that was asked for and cannot be had is no fault of it. */
static int
get_exit_status (EmoCliModel *self)
{
  int status = emo_error_get_exit_status (self->error);

  if (status != EMO_EXIT_FAILED || g_error_matches (self->error, EMO_ERROR, EMO_ERROR_TORCH))
    return status;
  if (self->particular && g_error_matches (self->error, EMO_ERROR, EMO_ERROR_UNSUPPORTED))
    return status;

  return EMO_EXIT_MODEL;
}

/**
 * emo_cli_model_report:
 * @self: a model that is finished
 *
 * Reports why it failed, if it did.
 *
 * Returns: the exit status
 */
int
emo_cli_model_report (EmoCliModel *self)
{
  if (self->error == NULL)
    return EMO_EXIT_OK;

  if (!g_error_matches (self->error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    emo_cli_report ("%s", self->error->message);

  return get_exit_status (self);
}

/**
 * emo_cli_model_wait:
 * @self: a model
 *
 * Waits for the load and reports a failure.
 *
 * Returns: the exit status
 */
int
emo_cli_model_wait (EmoCliModel *self)
{
  while (!self->finished)
    g_main_context_iteration (NULL, TRUE);

  return emo_cli_model_report (self);
}

typedef struct
{
  gpointer  result;
  GError   *error;
  gboolean  finished;
} EmoCliRun;

static void
run_cb (GObject      *source,
        GAsyncResult *result,
        gpointer      user_data)
{
  EmoCliRun *run = user_data;

  run->result = emo_engine_run_finish (EMO_ENGINE (source), result, &run->error);
  run->finished = TRUE;
}

/**
 * emo_cli_model_run:
 * @self: a loaded model
 * @func: what to run on the engine thread
 * @data: for @func; it outlives the call
 * @error: return location
 *
 * Runs @func and turns the main loop meanwhile, so that signals are heard.
 *
 * Returns: what @func gave
 */
gpointer
emo_cli_model_run (EmoCliModel    *self,
                   EmoEngineFunc   func,
                   gpointer        data,
                   GError        **error)
{
  EmoCliRun run = { NULL, NULL, FALSE };

  emo_engine_run_async (self->engine, EMO_ENGINE_URGENT, func, data, NULL, NULL,
                        self->cancellable, run_cb, &run);
  while (!run.finished)
    g_main_context_iteration (NULL, TRUE);
  if (run.error != NULL)
    g_propagate_error (error, run.error);

  return run.result;
}
