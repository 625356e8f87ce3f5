/* emo-gate-stage.c: the stage "gate"
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-distilled-stage.h"
#include "emo-error.h"
#include "emo-file.h"
#include "emo-gate-result.h"
#include "emo-gate-search.h"
#include "emo-gate-sets.h"
#include "emo-gate-stage.h"
#include "emo-hash.h"

typedef struct
{
  const EmoTrainJob *job;
  EmoStageFeatures   source;
  EmoTrainStage     *stage;
  EmoGateSets        sets;
  EmoGateKind        kinds[EMO_N_GATE_KINDS];   /* the one that answers comes first */
  EmoGateSearch     *search;
  EmoGateResult      result;
} Run;

static const EmoGateRecipe *
get_recipe (Run *run)
{
  return &run->job->recipe->gate;
}

static void
run_clear (Run *run)
{
  emo_gate_result_clear (&run->result);
  g_clear_pointer (&run->search, emo_gate_search_free);
  emo_gate_sets_clear (&run->sets);
  g_clear_pointer (&run->stage, emo_train_stage_free);
  emo_stage_features_clear (&run->source);
}

/* --- What it begins with --- */

static gboolean
open_bundle (Run     *run,
             GError **error)
{
  const EmoBundle *bundle;

  if (!emo_stage_features_open (&run->source, run->job, EMO_TRAIN_GATE, error))
    return FALSE;
  bundle = run->source.bundle;
  if (bundle->distilled == NULL)
    {
      g_autofree char *shown = emo_file_escape_name (run->job->output);

      g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "%s has no distilled head for a gate to read; run the stage distilled first", shown);
      return FALSE;
    }

  return TRUE;
}

/* What the branches are, and how the head came to be. */
static char *
describe_inputs (Run     *run,
                 GError **error)
{
  g_autofree char *features = emo_features_dup_inputs (run->source.features, EMO_FEATURE_SET_MEANS | EMO_FEATURE_SET_SCORES);
  g_autofree char *logits_path = emo_distilled_stage_dup_logits (run->job);
  g_autofree char *head = emo_hash_file (run->source.bundle->distilled, run->job->cancellable, error);
  g_autofree char *logits = NULL;

  if (head == NULL)
    return NULL;
  if (!emo_gate_sets_are_published (run->job))
    {
      logits = emo_hash_file (logits_path, run->job->cancellable, error);
      if (logits == NULL)
        {
          g_prefix_error (error, "The gate learns from what heads say of pictures that they had not seen; run the stage distilled: ");
          return NULL;
        }
    }

  return g_strdup_printf ("%s\n%s\n%s", features, head, logits != NULL ? logits : "published");
}

static gboolean
open_stage (Run     *run,
            GError **error)
{
  g_autofree char *inputs = NULL;

  if (!open_bundle (run, error))
    return FALSE;
  inputs = describe_inputs (run, error);
  if (inputs == NULL)
    return FALSE;
  run->stage = emo_train_stage_new (run->job, EMO_TRAIN_GATE, inputs, error);

  return run->stage != NULL;
}

static void
order_kinds (Run *run)
{
  guint n = 0;

  run->kinds[n++] = get_recipe (run)->kind;
  for (EmoGateKind kind = 0; kind < EMO_N_GATE_KINDS; kind++)
    if (kind != get_recipe (run)->kind)
      run->kinds[n++] = kind;
}

static void
begin_fit (Run *run)
{
  const EmoGateRecipe *recipe = get_recipe (run);
  EmoGateFitOptions options = EMO_GATE_FIT_DEFAULTS;
  EmoGateRows rows = emo_gate_set_get_rows (&run->sets.train), val = emo_gate_set_get_rows (&run->sets.splits[EMO_SPLIT_VAL]);

  options.vlm_input = recipe->vlm_input;
  options.epochs = recipe->fit.epochs;
  options.batch = recipe->fit.batch;
  options.seed = run->job->recipe->seed;
  options.adam.lr = recipe->fit.lr;
  options.adam.weight_decay = recipe->fit.weight_decay;
  options.shape = recipe->fit.schedule;
  options.warmup = recipe->fit.warmup;
  order_kinds (run);
  run->search = emo_gate_search_new (run->kinds, EMO_N_GATE_KINDS, run->sets.n_labels, &rows, &val, &options);
}

static gboolean
restore (Run            *run,
         EmoCheckpoint  *checkpoint,
         GError        **error)
{
  guint n;
  const EmoStoredTensor *tensors = emo_safetensors_get_tensors (checkpoint->file, &n);

  return emo_gate_search_restore (run->search, tensors, n, error);
}

static gboolean
go_on_from_checkpoint (Run     *run,
                       GError **error)
{
  g_autoptr(EmoCheckpoint) checkpoint = NULL;

  if (!emo_train_stage_resume (run->stage, &checkpoint, error) || (checkpoint != NULL && !restore (run, checkpoint, error)))
    return FALSE;
  emo_train_stage_begin (run->stage, run->sets.train.features->n, get_recipe (run)->fit.epochs,
                         emo_gate_search_get_n_steps (run->search), checkpoint != NULL ? checkpoint->state.epoch : 0,
                         emo_gate_search_get_step (run->search));
  emo_train_stage_note (run->stage, run->source.notes);

  return TRUE;
}

/* --- While it runs --- */

/* Epochs of the gate that answers alone are the stage's. */
static guint
get_epochs_done (Run *run)
{
  return emo_gate_search_get_part (run->search) == 0 ? emo_gate_search_get_epoch (run->search) : get_recipe (run)->fit.epochs;
}

static gboolean
save_checkpoint (Run     *run,
                 GError **error)
{
  g_autoptr(GArray) tensors = emo_gate_search_list_state (run->search);

  return emo_train_stage_save (run->stage, get_epochs_done (run), emo_gate_search_get_step (run->search),
                               emo_gate_search_get_part (run->search), tensors, NULL, error);
}

static gboolean
step_cb (EmoFit            *fit,
         const EmoFitStep  *step,
         gpointer           user_data,
         GError           **error)
{
  Run *run = user_data;
  guint epoch = emo_fit_get_epoch (fit) + (emo_fit_get_step (fit) > 0);

  emo_train_log_step (emo_train_stage_get_log (run->stage), epoch, emo_gate_search_get_step (run->search), step->n_rows,
                      step->loss, step->lr);

  return !emo_train_stage_is_due (run->stage) || save_checkpoint (run, error);
}

static gboolean
epoch_cb (EmoGateSearch    *search,
          guint             part,
          guint             epoch,
          double            loss,
          const EmoMetrics *val,
          gpointer          user_data)
{
  Run *run = user_data;
  const EmoFitRecipe *fit = &get_recipe (run)->fit;
  gint64 n_steps = emo_gate_search_get_n_steps (search) / EMO_N_GATE_KINDS;
  EmoLrSchedule schedule = { fit->schedule, fit->lr, fit->warmup, n_steps };
  EmoTrainEpoch numbers = {
    .epoch = epoch, .step = emo_gate_search_get_step (search), .n_pictures = run->sets.train.features->n, .loss = loss,
    .lr = emo_lr_schedule_get (&schedule, n_steps / fit->epochs * epoch - 1),
  };
  gboolean is_best;

  emo_train_epoch_set_val (&numbers, val);
  return part > 0 || emo_train_stage_add_epoch (run->stage, &numbers, &is_best);
}

static gboolean
fit (Run     *run,
     GError **error)
{
  g_autoptr(GError) failure = NULL;

  emo_gate_search_set_step_func (run->search, step_cb, run);
  if (emo_gate_search_run (run->search, epoch_cb, run, run->job->cancellable, &failure))
    return TRUE;
  /* What stops here goes on from here. */
  if (!g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED) || save_checkpoint (run, error))
    g_propagate_error (error, g_steal_pointer (&failure));

  return FALSE;
}

/* --- What it ends with --- */

static void
note_accuracy (Run        *run,
               const char *accuracy)
{
  g_autofree char *text = g_strdup_printf ("Measured: %s", accuracy);

  emo_train_log_note (emo_train_stage_get_log (run->stage), text);
}

static gboolean
finish (Run         *run,
        const char  *accuracy,
        GError     **error)
{
  g_autofree char *path = g_build_filename (run->job->output, "gate.safetensors", NULL);
  g_autofree char *kinds = emo_gate_result_measure_kinds (&run->result);
  g_autofree char *numbers = g_strdup_printf ("\"n_train\": %u, \"accuracy\": %s, \"kinds\": %s", run->sets.train.features->n, accuracy, kinds);

  return emo_train_stage_finish (run->stage, path, numbers, error);
}

static gboolean
save (Run     *run,
      GError **error)
{
  g_autofree char *accuracy = NULL;

  emo_gate_result_init (&run->result, run->job, &run->sets, run->search);
  accuracy = emo_gate_result_measure (&run->result);
  note_accuracy (run, accuracy);
  if (!emo_gate_result_save (&run->result, accuracy, error))
    return FALSE;
  /* The VLM is not held twice. */
  g_clear_pointer (&run->source.features, emo_features_free);

  return emo_gate_result_save_checks (&run->result, error) && finish (run, accuracy, error);
}

/* A mark is worth what it marks. */
static gboolean
is_done (Run *run)
{
  return run->source.bundle->gate != NULL && emo_train_stage_is_done (run->stage);
}

static gboolean
run_stage (Run     *run,
           GError **error)
{
  if (!open_stage (run, error))
    return FALSE;
  if (is_done (run))
    return TRUE;
  if (!emo_gate_sets_load (&run->sets, &run->source, error))
    return FALSE;
  begin_fit (run);

  return go_on_from_checkpoint (run, error) && fit (run, error) && save (run, error);
}

/**
 * emo_gate_stage_run:
 * @job: a training
 * @error: return location
 *
 * Returns: whether the bundle has its gate
 */
gboolean
emo_gate_stage_run (const EmoTrainJob  *job,
                    GError            **error)
{
  Run run = { .job = job };
  GError *failure = NULL;
  gboolean ok;

  g_return_val_if_fail (job != NULL, FALSE);

  ok = run_stage (&run, &failure);
  if (!ok)
    emo_train_stage_fail (run.stage, job, EMO_TRAIN_GATE, failure, error);
  run_clear (&run);

  return ok;
}
