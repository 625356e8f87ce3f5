/* emo-vlm-stage.c: the stage "vlm"
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-bundle.h"
#include "emo-compute.h"
#include "emo-error.h"
#include "emo-manifest-edit.h"
#include "emo-train-start.h"
#include "emo-vlm-save.h"
#include "emo-vlm-stage.h"
#include "emo-vlm-trainer.h"
#include "emo-vlm-validation.h"

/* Pictures seen at once in validation. */
#define VAL_BATCH 16

static const char * const adapted[] = { "q_proj", "k_proj", "v_proj", "o_proj", NULL };

typedef struct
{
  const EmoTrainJob *job;
  EmoBundle         *bundle;
  char              *base;          /* the folder whose weights are trained or adapted */
  EmoVlmConfig       config;
  EmoCompute         compute;
  guint              n_parts;       /* of a batch, a thread's each */
  EmoTrainStage     *stage;
  EmoVlm            *vlm;
  EmoVlmQuestions   *questions;
  EmoVlmPictures    *train;
  EmoVlmPictures    *val;           /* (nullable) there are none */
  EmoVlmScorer      *scorer;
  EmoWordList       *words;         /* (nullable) */
  EmoVlmTrainer     *trainer;
  GPtrArray         *notes;         /* of text */
  EmoTrainEpoch      numbers;       /* of the epoch that runs */
  guint              epochs_done;   /* with their validation */
  GError            *failure;       /* of what follows an update */
} Run;

static const EmoVlmRecipe *
get_recipe (Run *run)
{
  return &run->job->recipe->vlm;
}

static void
run_clear (Run *run)
{
  g_clear_pointer (&run->trainer, emo_vlm_trainer_free);
  g_clear_pointer (&run->scorer, emo_vlm_scorer_free);
  g_clear_pointer (&run->words, emo_word_list_free);
  g_clear_pointer (&run->train, emo_vlm_pictures_free);
  g_clear_pointer (&run->val, emo_vlm_pictures_free);
  g_clear_pointer (&run->questions, emo_vlm_questions_free);
  g_clear_pointer (&run->vlm, emo_vlm_free);
  g_clear_pointer (&run->stage, emo_train_stage_free);
  g_clear_pointer (&run->bundle, emo_bundle_free);
  g_clear_pointer (&run->notes, g_ptr_array_unref);
  g_clear_error (&run->failure);
  g_free (run->base);
}

static void
tell_notes (Run *run)
{
  emo_train_stage_note (run->stage, run->notes);
  g_ptr_array_set_size (run->notes, 0);
}

/* --- What it begins with --- */

/* A whole model is overwritten by what it becomes, so what it was is kept beside:
 * a stage that is run again begins with the same. */
static gboolean
find_base (Run     *run,
           GError **error)
{
  g_autofree char *kept = emo_train_job_dup_path (run->job, "vlm/base");

  if (!get_recipe (run)->full)
    run->base = g_strdup (run->bundle->vlm);
  else
    {
      g_autofree char *config = g_build_filename (kept, "config.json", NULL);

      if (!g_file_test (config, G_FILE_TEST_EXISTS) && !emo_train_start_link_folder (run->bundle->vlm, kept, error))
        return FALSE;
      run->base = g_strdup (kept);
    }

  return emo_vlm_config_load (&run->config, run->base, error);
}

/* Prompts and labels, and weights by their hash. */
static char *
describe_inputs (Run     *run,
                 GError **error)
{
  g_autofree char *prompt = emo_bundle_dup_prompt_sha256 (run->bundle);
  g_autofree char *weights = emo_train_job_hash_weights (run->job, run->base, error);

  return weights != NULL ? g_strconcat (prompt, weights, NULL) : NULL;
}

static gboolean
open_stage (Run     *run,
            GError **error)
{
  g_autofree char *inputs = NULL;

  run->bundle = emo_bundle_load (run->job->output, NULL, NULL, error);
  if (run->bundle == NULL || !find_base (run, error))
    return FALSE;
  inputs = describe_inputs (run, error);
  if (inputs == NULL)
    return FALSE;
  run->stage = emo_train_stage_new (run->job, EMO_TRAIN_VLM, inputs, error);

  return run->stage != NULL;
}

static char *
dup_result (Run *run)
{
  return g_build_filename (run->job->output, get_recipe (run)->full ? "vlm" : "adapter", NULL);
}

/* A mark is worth what it marks. */
static gboolean
is_done (Run *run)
{
  g_autofree char *folder = dup_result (run);
  g_autofree char *weights = g_build_filename (folder, get_recipe (run)->full ? "model.safetensors" : "adapter_model.safetensors", NULL);

  return g_file_test (weights, G_FILE_TEST_IS_REGULAR) && (get_recipe (run)->full || run->bundle->adapter != NULL) &&
         emo_train_stage_is_done (run->stage);
}

/* One that this stage made before, of which it makes another. */
static gboolean
has_own_adapter (Run *run)
{
  g_autofree char *table = g_build_filename (emo_train_stage_get_folder (run->stage), "epochs.csv", NULL);

  return g_file_test (table, G_FILE_TEST_EXISTS);
}

static gboolean
load_vlm (Run     *run,
          GError **error)
{
  const EmoTrainJob *job = run->job;
  EmoLoadWatch watch = { .cancellable = job->cancellable };
  EmoImageSettings *image = &run->config.image;

  if (!emo_compute_choose_for_training (&run->compute, emo_train_job_get_device (job), job->dtype, job->threads, error) ||
      !emo_compute_check_memory_for_training (&run->compute, &run->config, get_recipe (run)->full, error))
    return FALSE;
  /* A small model's ops are too short to be shared by threads. */
  if (get_recipe (run)->full && !run->compute.device.cuda && emo_compute_is_small (&run->config))
    {
      run->n_parts = (guint) run->compute.threads;
      emo_torch_init (1);
    }
  if (run->bundle->max_pixels > 0)
    {
      image->max_pixels = run->bundle->max_pixels;
      image->min_pixels = MIN (image->min_pixels, run->bundle->max_pixels);
    }
  image->max_side = run->bundle->max_side;
  image->max_side_filter = run->bundle->max_side_filter;
  run->vlm = emo_vlm_load_full (run->base, &run->config, NULL, run->compute.nf4, run->compute.dtype, run->compute.device,
                                run->notes, &watch, error);
  if (run->vlm == NULL)
    return FALSE;
  if (run->bundle->adapter != NULL && !has_own_adapter (run))
    g_ptr_array_add (run->notes, g_strdup ("the adapter that the model came with is left out: training begins at its base"));
  run->questions = emo_vlm_questions_new (run->vlm->tokenizer, run->bundle, run->bundle->labels);
  emo_vlm_questions_set_label_weight (run->questions, get_recipe (run)->label_weight);
  run->scorer = emo_vlm_scorer_new (run->vlm, run->bundle);

  return TRUE;
}

static EmoVlmPictures *
open_pictures (Run       *run,
               EmoSplit   split,
               guint      batch,
               GError   **error)
{
  return emo_vlm_pictures_new (run->job->dataset, split, &run->config.image, batch, run->job->recipe->seed, run->notes,
                               NULL, NULL, run->job->cancellable, error);
}

/* Pictures that are all broken are as good as none. */
static gboolean
load_val (Run     *run,
          GError **error)
{
  g_autoptr(GError) failure = NULL;

  if (emo_dataset_count (run->job->dataset, EMO_SPLIT_VAL, -1) == 0)
    return TRUE;
  run->val = open_pictures (run, EMO_SPLIT_VAL, VAL_BATCH, &failure);
  if (run->val != NULL)
    return TRUE;
  if (g_error_matches (failure, EMO_ERROR, EMO_ERROR_INVALID_FILE))
    {
      g_ptr_array_add (run->notes, g_strdup_printf ("%s: training goes on without", failure->message));
      return TRUE;
    }
  g_propagate_error (error, g_steal_pointer (&failure));

  return FALSE;
}

static gboolean
load_pictures (Run     *run,
               GError **error)
{
  run->train = open_pictures (run, EMO_SPLIT_TRAIN, get_recipe (run)->fit.batch, error);

  return run->train != NULL && load_val (run, error);
}

static gboolean
make_trainer (Run     *run,
              GError **error)
{
  const EmoVlmRecipe *recipe = get_recipe (run);
  EmoVlmTrainOptions options = {
    .full = recipe->full,
    .lora = {
      .rank = recipe->lora_rank, .alpha = recipe->lora_alpha, .dropout = recipe->lora_dropout, .modules = adapted,
      .seed = run->job->recipe->seed,
    },
    .optimizer = { .adamw = { 0.9, recipe->beta2, 1e-8 }, .weight_decay = recipe->fit.weight_decay, .clip = recipe->clip },
    .schedule = { recipe->fit.schedule, recipe->fit.lr, recipe->fit.warmup, 0 },
    .epochs = recipe->fit.epochs, .batch = recipe->fit.batch, .accumulate = recipe->accumulate, .loss_on = recipe->loss_on,
    .checkpointing = recipe->checkpointing, .n_parts = run->n_parts, .word_factor = recipe->word_factor, .word_share = recipe->word_share,
    .seed = run->job->recipe->seed, .notes = run->notes,
  };

  if (recipe->full && recipe->word_factor > 0)
    options.words = run->words = emo_word_list_new (run->job->dataset);
  run->trainer = emo_vlm_trainer_new (run->vlm, run->questions, run->train, &options, error);

  return run->trainer != NULL;
}

static gint64
get_updates_an_epoch (Run *run)
{
  return emo_vlm_trainer_get_steps (run->trainer) / get_recipe (run)->fit.epochs;
}

static gboolean
go_on_from_checkpoint (Run     *run,
                       GError **error)
{
  g_autoptr(EmoCheckpoint) checkpoint = NULL;

  if (!emo_train_stage_resume (run->stage, &checkpoint, error))
    return FALSE;
  if (checkpoint != NULL)
    {
      if (!emo_vlm_trainer_restore (run->trainer, checkpoint->file, checkpoint->state.step, error))
        return FALSE;
      run->epochs_done = checkpoint->state.epoch;
      emo_train_stage_recall_epoch (checkpoint, &run->numbers);
    }
  emo_train_stage_begin (run->stage, emo_vlm_pictures_get_n (run->train), get_recipe (run)->fit.epochs,
                         emo_vlm_trainer_get_steps (run->trainer), run->epochs_done, emo_vlm_trainer_get_step (run->trainer));
  tell_notes (run);

  return TRUE;
}

/* --- While it runs --- */

static gboolean
save_checkpoint (Run     *run,
                 GError **error)
{
  g_autoptr(GArray) tensors = emo_vlm_trainer_list_state (run->trainer, error);
  gint64 step = emo_vlm_trainer_get_step (run->trainer);

  return tensors != NULL &&
         emo_train_stage_save (run->stage, run->epochs_done, step, step - run->epochs_done * get_updates_an_epoch (run), tensors,
                               &run->numbers, error);
}

static gboolean
validate (Run     *run,
          GError **error)
{
  g_autoptr(EmoMetrics) metrics = NULL;

  if (run->val != NULL)
    metrics = emo_vlm_validate (run->vlm, run->scorer, run->val, emo_label_set_get_size (run->bundle->labels),
                                run->job->cancellable, error);
  emo_train_epoch_set_val (&run->numbers, metrics);

  return metrics != NULL || run->val == NULL;
}

static gboolean
end_epoch (Run     *run,
           GError **error)
{
  gboolean is_best;

  if (!validate (run, error))
    return FALSE;
  emo_train_stage_add_epoch (run->stage, &run->numbers, &is_best);
  run->epochs_done++;

  return TRUE;
}

/* An epoch's checkpoint is taken before its validation, which a training that
 * goes on from there does again: all that follows is as it would have been. */
static gboolean
update_cb (EmoVlmTrainer          *trainer,
           const EmoVlmTrainState *state,
           gboolean                epoch_ends,
           gpointer                user_data)
{
  Run *run = user_data;

  emo_train_epoch_add_step (&run->numbers, state->epoch, state->step, state->n_pictures, state->loss, state->lr);
  tell_notes (run);
  emo_train_log_step (emo_train_stage_get_log (run->stage), state->epoch, state->step, state->n_pictures, state->loss, state->lr);
  if ((epoch_ends || emo_train_stage_is_due (run->stage)) && !save_checkpoint (run, &run->failure))
    return FALSE;
  if (epoch_ends)
    return end_epoch (run, &run->failure) && !emo_train_stage_is_over (run->stage);

  return !g_cancellable_is_cancelled (run->job->cancellable);
}

/* What stops here goes on from here. */
static gboolean
stop (Run      *run,
      GError  **error)
{
  if (emo_vlm_trainer_get_step (run->trainer) == 0 || save_checkpoint (run, error))
    g_cancellable_set_error_if_cancelled (run->job->cancellable, error);

  return FALSE;
}

static gboolean
is_waiting_for_validation (Run *run)
{
  return emo_vlm_trainer_get_step (run->trainer) == (run->epochs_done + 1) * get_updates_an_epoch (run);
}

static gboolean
train (Run      *run,
       GError  **error)
{
  g_autoptr(GError) failure = NULL;
  gboolean ok = !is_waiting_for_validation (run) || end_epoch (run, &failure);

  if (ok && !emo_train_stage_is_over (run->stage))
    emo_vlm_trainer_run (run->trainer, update_cb, run, run->job->cancellable, &failure);
  if (failure == NULL)
    failure = g_steal_pointer (&run->failure);
  if (failure == NULL && !g_cancellable_is_cancelled (run->job->cancellable))
    return TRUE;
  if (failure == NULL || g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return stop (run, error);
  g_propagate_error (error, g_steal_pointer (&failure));

  return FALSE;
}

/* --- The result --- */

static gboolean
take_best (Run      *run,
           GError  **error)
{
  g_autoptr(EmoCheckpoint) best = emo_train_stage_load_best (run->stage, emo_vlm_trainer_get_step (run->trainer));

  return best == NULL || emo_vlm_trainer_restore (run->trainer, best->file, best->state.step, error);
}

/* Of what was taken. */
static gboolean
measure (Run      *run,
         double   *accuracy,
         GError  **error)
{
  *accuracy = emo_train_stage_get_best (run->stage);
  if (!isnan (*accuracy))
    return TRUE;
  if (!validate (run, error))
    return FALSE;
  *accuracy = run->numbers.val_accuracy;

  return TRUE;
}

static gboolean
save_model (Run      *run,
            char    **path,
            GError  **error)
{
  const EmoVlmRecipe *recipe = get_recipe (run);
  EmoParameters *parameters = emo_vlm_trainer_get_parameters (run->trainer);
  EmoLoraSettings lora = { .rank = recipe->lora_rank, .alpha = recipe->lora_alpha, .dropout = recipe->lora_dropout, .modules = adapted };

  *path = dup_result (run);
  if (recipe->full)
    return emo_vlm_save_whole (*path, parameters, run->base, error);

  return emo_vlm_save_adapter (*path, parameters, &lora, run->bundle->name, error);
}

/* The texts of @object that stay, and @more. */
static char *
pick_texts (const EmoJsonValue *object,
            const char * const *keys,
            const char         *more)
{
  GString *text = g_string_new (more);

  for (guint i = 0; keys[i] != NULL; i++)
    {
      const char *value = object != NULL ? emo_json_value_get_member_string (object, keys[i], NULL) : NULL;

      if (value == NULL)
        continue;
      g_string_append_printf (text, "%s\"%s\": ", text->len > 0 ? ", " : "", keys[i]);
      emo_json_append_string (text, value);
    }
  g_string_prepend_c (text, '{');
  g_string_append_c (text, '}');

  return g_string_free (text, FALSE);
}

/* A whole model has another tower, for which neither head nor domain were made. */
static void
drop_what_the_tower_made (EmoManifestEdit *manifest)
{
  static const char * const of_domain[] = { "name", "notice", NULL };

  emo_manifest_edit_set (manifest, "distilled", NULL);
  emo_manifest_edit_keep (manifest, "domain", of_domain);
}

/* A gate and expected numbers belong to the VLM that they were made with, and
 * leave before it is replaced: at no time does the bundle hold them with another. */
static gboolean
drop_what_hangs_on_it (Run      *run,
                       GError  **error)
{
  static const char * const of_vlm[] = { "gate", "gates", "checks", "prior", "provenance" };
  g_autoptr(EmoManifestEdit) manifest = emo_manifest_edit_load (run->job->output, error);

  if (manifest == NULL)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (of_vlm); i++)
    emo_manifest_edit_set (manifest, of_vlm[i], NULL);
  if (get_recipe (run)->full)
    drop_what_the_tower_made (manifest);

  return emo_manifest_edit_save (manifest, error);
}

/* An adapter leaves its base where it is. */
static gboolean
update_manifest (Run      *run,
                 GError  **error)
{
  static const char * const of_base[] = { "path", "hub", "revision", NULL };
  g_autoptr(EmoManifestEdit) manifest = emo_manifest_edit_load (run->job->output, error);
  g_autofree char *with_adapter = NULL;

  if (manifest == NULL)
    return FALSE;
  with_adapter = pick_texts (emo_manifest_edit_get (manifest, "vlm"), of_base, "\"adapter\": \"adapter\"");
  emo_manifest_edit_set (manifest, "vlm", get_recipe (run)->full ? "{\"path\": \"vlm\"}" : with_adapter);

  return emo_manifest_edit_save (manifest, error);
}

static gboolean
finish (Run      *run,
        GError  **error)
{
  g_autofree char *path = NULL;
  g_autoptr(GString) numbers = g_string_new ("\"val_accuracy\": ");
  double accuracy;

  if (!take_best (run, error) || !measure (run, &accuracy, error) || !drop_what_hangs_on_it (run, error) ||
      !save_model (run, &path, error) || !update_manifest (run, error))
    return FALSE;
  emo_json_append_double (numbers, accuracy);
  g_string_append_printf (numbers, ", \"pictures\": %u, \"steps\": %" G_GINT64_FORMAT, emo_vlm_pictures_get_n (run->train),
                          emo_vlm_trainer_get_step (run->trainer));

  return emo_train_stage_finish (run->stage, path, numbers->str, error);
}

gboolean
emo_vlm_stage_run (const EmoTrainJob  *job,
                   GError            **error)
{
  Run run = { .job = job };
  GError *failure = NULL;
  gboolean ok;

  run.notes = g_ptr_array_new_with_free_func (g_free);
  ok = open_stage (&run, &failure) &&
       (is_done (&run) ||
        (load_vlm (&run, &failure) && load_pictures (&run, &failure) && make_trainer (&run, &failure) &&
         go_on_from_checkpoint (&run, &failure) && train (&run, &failure) && finish (&run, &failure)));
  if (!ok)
    emo_train_stage_fail (run.stage, job, EMO_TRAIN_VLM, failure, error);
  run_clear (&run);

  return ok;
}
