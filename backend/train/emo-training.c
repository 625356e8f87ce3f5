/* emo-training.c: stages on a folder of pictures
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>
#include <string.h>

#include "emo-bundle.h"
#include "emo-compute.h"
#include "emo-distilled-stage.h"
#include "emo-error.h"
#include "emo-file.h"
#include "emo-gate-stage.h"
#include "emo-teacher-stage.h"
#include "emo-train-check.h"
#include "emo-train-output.h"
#include "emo-train-settings.h"
#include "emo-train-stage.h"
#include "emo-train-start.h"
#include "emo-training.h"
#include "emo-vlm-stage.h"

static gboolean (*const run[EMO_TRAIN_N_STAGES]) (const EmoTrainJob *job, GError **error) = {
  [EMO_TRAIN_VLM] = emo_vlm_stage_run,
  [EMO_TRAIN_TEACHER] = emo_teacher_stage_run,
  [EMO_TRAIN_DISTILLED] = emo_distilled_stage_run,
  [EMO_TRAIN_GATE] = emo_gate_stage_run,
};

static EmoTrainStageId
get_first (const EmoTraining *self)
{
  EmoTrainStageId stage = EMO_TRAIN_VLM;

  while (stage + 1 < EMO_TRAIN_N_STAGES && (self->stages & 1u << stage) == 0)
    stage++;

  return stage;
}

/* What is told before a stage has a log of its own. */
static EmoTrainLog *
new_log (const EmoTraining *self,
         EmoTrainStageId           stage)
{
  EmoTrainLogSettings settings = {
    .stage = emo_train_stage_id_get_name (stage), .line = self->line, .progress = self->progress, .user_data = self->user_data,
  };

  return emo_train_log_new (&settings);
}

/* --- The dataset --- */

/* Nothing is begun with labels that are not those of the model. */
static gboolean
check_given_labels (const EmoTraining  *self,
                    EmoLabelSet        *labels,
                    const char         *folder,
                    GError            **error)
{
  const char * const *own = emo_label_set_get_labels (labels);
  g_autofree char *shown = NULL;
  g_autofree char *own_text = NULL;
  g_autofree char *given_text = NULL;

  if (self->labels == NULL || g_strv_equal (own, emo_label_set_get_labels (self->labels)))
    return TRUE;
  shown = emo_file_escape_name (folder);
  own_text = g_strjoinv (",", (char **) own);
  given_text = g_strjoinv (",", (char **) emo_label_set_get_labels (self->labels));
  g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "%s has the labels %s, in this order, and --labels says %s: leave --labels out",
               shown, own_text, given_text);

  return FALSE;
}

/* In the order of the model's labels, if it has some. A description's give way to
 * those that are given: no weights hang on them yet. */
static gboolean
find_labels (const EmoTraining  *self,
             const char         *output,
             EmoLabelSet       **labels,
             GError            **error)
{
  const char *folders[] = { output, self->labels == NULL ? self->config : NULL, self->model };
  GError *failure = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (folders) && failure == NULL; i++)
    {
      *labels = folders[i] != NULL ? emo_train_start_dup_labels (folders[i], &failure) : NULL;
      if (*labels == NULL)
        continue;
      if (check_given_labels (self, *labels, folders[i], &failure))
        return TRUE;
      g_clear_pointer (labels, emo_label_set_unref);
    }
  if (failure != NULL)
    {
      g_propagate_error (error, failure);
      return FALSE;
    }
  *labels = self->labels != NULL ? emo_label_set_ref (self->labels) : NULL;

  return TRUE;
}

/* With pictures of one label there is nothing to tell apart. */
static gboolean
check_labels (EmoDataset  *dataset,
              GError     **error)
{
  EmoLabelSet *labels = emo_dataset_get_labels (dataset);
  guint n = 0, last = 0;

  for (guint i = 0; i < emo_label_set_get_size (labels); i++)
    if (emo_dataset_count (dataset, EMO_SPLIT_TRAIN, i) > 0)
      {
        n++;
        last = i;
      }
  if (n > 1)
    return TRUE;
  g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE,
               "%s: all pictures to train on are of \"%s\", expected at least two labels", emo_dataset_get_root (dataset),
               emo_label_set_get_label (labels, last));

  return FALSE;
}

/* The first time it is as long as reading them takes, and there is no log yet. */
static void
tell_reading (const EmoTraining *self)
{
  EmoTrainProgress told = {
    .stage = emo_train_stage_id_get_name (get_first (self)), .loss = NAN, .seconds_left = NAN, .pictures_per_s = NAN,
    .text = "reading the pictures",
  };

  if (self->progress != NULL)
    self->progress (&told, self->user_data);
}

static EmoDataset *
load_dataset (const EmoTraining  *self,
              const char         *output,
              GCancellable       *cancellable,
              GError            **error)
{
  g_autoptr(EmoLabelSet) labels = NULL;
  g_autoptr(EmoDataset) dataset = NULL;
  g_autoptr(EmoTrainLog) log = new_log (self, get_first (self));
  const char * const *problems;

  if (!find_labels (self, output, &labels, error))
    return NULL;
  tell_reading (self);
  dataset = emo_dataset_load (self->data, labels, EMO_DATASET_SEED, cancellable, error);
  if (dataset == NULL || !emo_dataset_hash_pictures (dataset, cancellable, error) ||
      !emo_dataset_drop_copies (dataset, cancellable, error) || !check_labels (dataset, error))
    return NULL;
  emo_dataset_hold_out (dataset, self->recipe->held_out, EMO_DATASET_SEED);
  problems = emo_dataset_get_problems (dataset);
  for (guint i = 0; problems[i] != NULL; i++)
    emo_train_log_note (log, problems[i]);

  return g_steal_pointer (&dataset);
}

/* --- The bundle --- */

/* @origin (out) (nullable): what the training is asked to begin with. */
static gboolean
find_origin (const EmoTraining  *self,
             EmoTrainOrigin    **origin,
             GCancellable       *cancellable,
             GError            **error)
{
  *origin = NULL;
  if (self->config != NULL)
    *origin = emo_train_origin_new_config (self->config, cancellable, error);
  else if (self->model != NULL)
    *origin = emo_train_origin_new_model (self->model, self->base, cancellable, error);

  return *origin != NULL || (self->config == NULL && self->model == NULL);
}

static EmoTrainOutput *
open_output (const EmoTraining  *self,
             const char         *output,
             EmoTrainOrigin    **origin,
             GCancellable       *cancellable,
             GError            **error)
{
  if (!emo_dataset_check_outside (self->data, output, error) || !find_origin (self, origin, cancellable, error))
    return NULL;

  return emo_train_output_open (output, *origin, error);
}

static gboolean
put_together (const EmoTraining  *self,
              const char         *folder,
              EmoDataset         *dataset,
              GCancellable       *cancellable,
              GError            **error)
{
  g_autofree char *output = g_canonicalize_filename (self->output, NULL);
  g_autofree char *base = g_path_get_basename (output);
  g_autofree char *name = emo_file_escape_name (base);

  if (self->config != NULL)
    return emo_train_start_from_config (folder, self->config, dataset, self->recipe, cancellable, error);

  return emo_train_start_from_model (folder, name, self->model, self->base, emo_dataset_get_labels (dataset), error);
}

static gboolean
begin_bundle (const EmoTraining     *self,
              EmoTrainOutput        *output,
              const EmoTrainOrigin  *origin,
              EmoDataset            *dataset,
              GCancellable          *cancellable,
              GError               **error)
{
  g_autofree char *folder = NULL;

  if (emo_train_output_is_bundle (output))
    return TRUE;
  if (origin == NULL)
    {
      g_autofree char *shown = emo_file_escape_name (self->output);

      g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE,
                   "%s is no bundle yet: a model to begin with is needed, or a description of one to begin with nothing", shown);
      return FALSE;
    }
  folder = emo_train_output_begin (output, error);

  return folder != NULL && put_together (self, folder, dataset, cancellable, error) &&
         emo_train_output_complete (output, origin, error);
}

/* What this command was asked, and what those before it did. */
static gboolean
write_recipe (const EmoTraining  *self,
              const EmoTrainJob  *job,
              GError            **error)
{
  g_autofree char *path = emo_train_job_dup_path (job, "recipe.json");
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *settings = emo_train_settings_to_json (job, self->stages, TRUE);
  g_autoptr(EmoJson) json = emo_json_parse_generated (settings, strlen (settings), path, 0, NULL);
  g_autoptr(GString) text = g_string_new (NULL);

  emo_json_append_value (text, emo_json_get_root (json));
  g_string_append_c (text, '\n');

  return emo_file_make_folder (folder, error) && emo_file_write (path, text->str, text->len, error);
}

/* --- Stages --- */

/* A GPU that is too small or answers no more is no reason to fail: the stage goes
 * on on the CPU, from the last checkpoint. */
static gboolean
run_stage (const EmoTraining  *self,
           const EmoTrainJob  *job,
           EmoTrainStageId     stage,
           GError            **error)
{
  g_autoptr(EmoTrainLog) log = NULL;
  g_autoptr(GError) failure = NULL;
  g_autofree char *text = NULL;
  EmoTrainJob again = *job;

  if (run[stage] (job, &failure))
    return TRUE;
  if (!emo_compute_gpu_failed (emo_compute_find_device (job->device), failure))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  log = new_log (self, stage);
  text = g_strdup_printf ("the GPU failed (%s): the stage goes on on the CPU", failure->message);
  emo_train_log_note (log, text);
  emo_torch_empty_cache ();
  again.on_cpu = again.resume = TRUE;

  return run[stage] (&again, error);
}

static gboolean
run_stages (const EmoTraining  *self,
            const EmoTrainJob  *job,
            EmoTrainStageId    *stage,
            GError            **error)
{
  for (*stage = EMO_TRAIN_VLM; *stage < EMO_TRAIN_N_STAGES; (*stage)++)
    if ((self->stages & 1u << *stage) != 0 && !run_stage (self, job, *stage, error))
      return FALSE;

  return TRUE;
}

/* A stage that has begun says itself that it was stopped. */
static void
tell_error (const EmoTraining *self,
            EmoTrainStageId    stage,
            gboolean           has_begun,
            const GError      *error)
{
  g_autoptr(EmoTrainLog) log = new_log (self, stage);

  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    emo_train_log_error (log, error->message);
  else if (!has_begun)
    emo_train_log_stopped (log, NULL);
}

/* (transfer full) (nullable): what "auto" stands for here, so that who names it goes
 * on with the same training, and then what else it may have stood for. What cannot
 * be is told by the stage that wants it. */
static char **
list_computes (const EmoTraining *self)
{
  gboolean any_device = g_strcmp0 (self->device, "auto") == 0;
  gboolean any_dtype = self->dtype == NULL || g_str_equal (self->dtype, "auto");
  g_autoptr(GStrvBuilder) list = g_strv_builder_new ();
  g_autofree char *device = NULL;
  EmoCompute compute;

  if (!emo_compute_choose_for_training (&compute, self->device, self->dtype, self->threads, NULL))
    return NULL;
  device = emo_compute_dup_device (&compute);
  for (guint i = 0; i < 4; i++)
    {
      const char *other_device = compute.device.cuda ? "cpu" : "cuda:0";
      const char *other_dtype = compute.dtype == EMO_DTYPE_BF16 ? "float32" : "bfloat16";
      g_autofree char *text = g_strjoin ("\n", (i & 2) != 0 ? other_device : device,
                                         (i & 1) != 0 ? other_dtype : emo_compute_get_dtype (&compute), NULL);

      if (((i & 2) == 0 || any_device) && ((i & 1) == 0 || any_dtype))
        g_strv_builder_add (list, text);
    }

  return g_strv_builder_end (list);
}

static gboolean
run_after_checks (const EmoTraining  *self,
                  GCancellable       *cancellable,
                  GError            **error)
{
  g_autofree char *path = g_canonicalize_filename (self->output, NULL);
  EmoTrainStageId stage = get_first (self);
  g_autoptr(GError) failure = NULL;
  g_autoptr(EmoTrainOrigin) origin = NULL;
  g_autoptr(EmoTrainOutput) output = open_output (self, path, &origin, cancellable, &failure);
  g_autoptr(EmoDataset) dataset = output != NULL ? load_dataset (self, path, cancellable, &failure) : NULL;
  g_auto(GStrv) computes = dataset != NULL ? list_computes (self) : NULL;
  EmoTrainJob job = {
    .output = path, .dataset = dataset, .recipe = self->recipe, .resume = self->resume, .device = self->device,
    .dtype = self->dtype, .computes = (const char * const *) computes, .threads = self->threads, .line = self->line,
    .progress = self->progress, .user_data = self->user_data, .cancellable = cancellable,
  };
  gboolean has_begun = dataset != NULL && begin_bundle (self, output, origin, dataset, cancellable, &failure) &&
                       write_recipe (self, &job, &failure);

  if (has_begun && run_stages (self, &job, &stage, &failure))
    return TRUE;
  tell_error (self, stage, has_begun, failure);
  g_propagate_error (error, g_steal_pointer (&failure));

  return FALSE;
}

gboolean
emo_training_run (const EmoTraining  *self,
                  GCancellable       *cancellable,
                  GError            **error)
{
  g_autoptr(GError) failure = NULL;

  if (emo_train_check (self->stages, self->recipe, &failure))
    return run_after_checks (self, cancellable, error);
  tell_error (self, get_first (self), FALSE, failure);
  g_propagate_error (error, g_steal_pointer (&failure));

  return FALSE;
}
