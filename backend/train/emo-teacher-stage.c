/* emo-teacher-stage.c: the stage "teacher"
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-compute.h"
#include "emo-file.h"
#include "emo-teacher-logits.h"
#include "emo-teacher-stage.h"
#include "emo-teacher-trainer.h"

/* Pictures seen at once in validation. */
#define VAL_BATCH 32

typedef struct
{
  const EmoTrainJob  *job;
  EmoCompute          compute;
  EmoTrainStage      *stage;
  EmoTeacher         *teacher;
  EmoTeacherPictures *train;
  EmoTeacherPictures *val;           /* (nullable) there are none */
  EmoTeacherTrainer  *trainer;
  GPtrArray          *notes;         /* of text, not told yet */
  EmoTrainEpoch       numbers;       /* of the epoch that runs */
  guint               epochs_done;   /* with their validation */
  GError             *failure;       /* of what follows an update */
} Run;

static const EmoTeacherRecipe *
get_recipe (Run *run)
{
  return &run->job->recipe->teacher;
}

static void
run_clear (Run *run)
{
  g_clear_pointer (&run->trainer, emo_teacher_trainer_free);
  g_clear_pointer (&run->train, emo_teacher_pictures_free);
  g_clear_pointer (&run->val, emo_teacher_pictures_free);
  g_clear_pointer (&run->teacher, emo_teacher_free);
  g_clear_pointer (&run->stage, emo_train_stage_free);
  g_clear_pointer (&run->notes, g_ptr_array_unref);
  g_clear_error (&run->failure);
}

static void
tell_notes (Run *run)
{
  emo_train_stage_note (run->stage, run->notes);
  g_ptr_array_set_size (run->notes, 0);
}

/* --- What it begins with --- */

static gboolean
has_weights (Run *run)
{
  return g_file_test (get_recipe (run)->network, G_FILE_TEST_EXISTS);
}

/* Weights by their hash; a network from scratch is all in the recipe. */
static char *
describe_inputs (Run     *run,
                 GError **error)
{
  g_autofree char *weights = has_weights (run) ? emo_train_job_hash_weights (run->job, get_recipe (run)->network, error) : g_strdup ("");

  return weights != NULL ? g_strconcat ("teacher", weights, NULL) : NULL;
}

static gboolean
open_stage (Run     *run,
            GError **error)
{
  g_autofree char *inputs = describe_inputs (run, error);

  if (inputs == NULL)
    return FALSE;
  run->stage = emo_train_stage_new (run->job, EMO_TRAIN_TEACHER, inputs, error);

  return run->stage != NULL;
}

static char *
dup_folder (Run *run)
{
  return g_build_filename (run->job->output, "teacher", NULL);
}

/* A mark is worth what it marks. */
static gboolean
is_done (Run *run)
{
  g_autofree char *folder = dup_folder (run);
  g_autofree char *weights = g_build_filename (folder, "model.safetensors", NULL);

  return g_file_test (weights, G_FILE_TEST_IS_REGULAR) && emo_train_stage_is_done (run->stage);
}

/* What a VLM may be stored in says nothing of a teacher. */
static gboolean
choose_compute (Run     *run,
                GError **error)
{
  const EmoTrainJob *job = run->job;
  const char *dtype = g_strcmp0 (job->dtype, "nf4") == 0 ? "auto" : job->dtype;

  if (g_strcmp0 (job->device, "auto") != 0 && g_strcmp0 (job->device, "cpu") != 0)
    g_ptr_array_add (run->notes, g_strdup ("the teacher is trained on the processor"));

  return emo_compute_choose_for_training (&run->compute, "cpu", dtype, job->threads, error);
}

static gboolean
load_teacher (Run     *run,
              GError **error)
{
  EmoLabelSet *labels = emo_dataset_get_labels (run->job->dataset);
  guint64 seed = run->job->recipe->seed;
  EmoTeacherConfig config;

  if (has_weights (run))
    run->teacher = emo_teacher_load (get_recipe (run)->network, labels, seed, run->notes, error);
  else if (emo_teacher_config_init_named (&config, get_recipe (run)->network, error))
    run->teacher = emo_teacher_new (&config, labels, seed, error);

  return run->teacher != NULL;
}

static EmoTeacherPictures *
open_pictures (Run      *run,
               EmoSplit  split)
{
  gboolean train = split == EMO_SPLIT_TRAIN;
  EmoTeacherPicturesSettings settings = {
    .dataset = run->job->dataset, .split = split, .batch = train ? get_recipe (run)->fit.batch : VAL_BATCH,
    .seed = run->job->recipe->seed, .augment = train && get_recipe (run)->augment, .min_share = get_recipe (run)->min_share,
  };

  emo_teacher_view_init_for (&settings.view, run->teacher);

  return emo_teacher_pictures_new (&settings);
}

static gboolean
make_trainer (Run     *run,
              GError **error)
{
  const EmoTeacherRecipe *recipe = get_recipe (run);
  EmoTeacherTrainOptions options = {
    .optimizer = { .adamw = { 0.9, 0.999, 1e-8, !recipe->decoupled }, .weight_decay = recipe->fit.weight_decay },
    .schedule = { recipe->fit.schedule, recipe->fit.lr, recipe->fit.warmup, 0 },
    .epochs = recipe->fit.epochs, .seed = run->job->recipe->seed, .dtype = run->compute.dtype,
  };

  run->train = open_pictures (run, EMO_SPLIT_TRAIN);
  if (emo_dataset_count (run->job->dataset, EMO_SPLIT_VAL, -1) > 0)
    run->val = open_pictures (run, EMO_SPLIT_VAL);
  run->trainer = emo_teacher_trainer_new (run->teacher, run->train, &options, error);

  return run->trainer != NULL;
}

/* --- Checkpoints --- */

static gboolean
save_checkpoint (Run     *run,
                 GError **error)
{
  g_autoptr(GArray) tensors = emo_teacher_trainer_list_state (run->trainer, error);
  gint64 step = emo_teacher_trainer_get_step (run->trainer), an_epoch = emo_teacher_pictures_get_n_batches (run->train);

  return tensors != NULL && emo_train_stage_save (run->stage, run->epochs_done, step, step - run->epochs_done * an_epoch, tensors,
                                                  &run->numbers, error);
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
      if (!emo_teacher_trainer_restore (run->trainer, checkpoint->file, checkpoint->state.step, error))
        return FALSE;
      run->epochs_done = checkpoint->state.epoch;
      emo_train_stage_recall_epoch (checkpoint, &run->numbers);
    }
  emo_train_stage_begin (run->stage, emo_teacher_pictures_get_n (run->train), get_recipe (run)->fit.epochs,
                         emo_teacher_trainer_get_steps (run->trainer), run->epochs_done,
                         emo_teacher_trainer_get_step (run->trainer));
  tell_notes (run);

  return TRUE;
}

/* --- While it runs --- */

static gboolean
validate (Run     *run,
          GError **error)
{
  g_autoptr(EmoMetrics) metrics = NULL;

  if (run->val != NULL)
    metrics = emo_teacher_evaluate (run->teacher, run->val, run->notes, run->job->cancellable, error);
  emo_train_epoch_set_val (&run->numbers, metrics);
  tell_notes (run);

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
update_cb (EmoTeacherTrainer          *trainer G_GNUC_UNUSED,
           const EmoTeacherTrainState *state,
           gboolean                    epoch_ends,
           gpointer                    user_data)
{
  Run *run = user_data;

  emo_train_epoch_add_step (&run->numbers, state->epoch, state->step, state->n_pictures, state->loss, state->lr);
  if (state->n_pictures > 0)
    emo_train_log_step (emo_train_stage_get_log (run->stage), state->epoch, state->step, state->n_pictures, state->loss, state->lr);
  tell_notes (run);
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
  if (emo_teacher_trainer_get_step (run->trainer) == 0 || save_checkpoint (run, error))
    g_cancellable_set_error_if_cancelled (run->job->cancellable, error);

  return FALSE;
}

static gboolean
is_waiting_for_validation (Run *run)
{
  gint64 an_epoch = emo_teacher_pictures_get_n_batches (run->train);

  return emo_teacher_trainer_get_step (run->trainer) == (run->epochs_done + 1) * an_epoch;
}

static gboolean
train (Run      *run,
       GError  **error)
{
  g_autoptr(GError) failure = NULL;
  gboolean ok = !is_waiting_for_validation (run) || end_epoch (run, &failure);

  if (ok && !emo_train_stage_is_over (run->stage))
    emo_teacher_trainer_run (run->trainer, update_cb, run, run->notes, &failure);
  if (failure == NULL)
    failure = g_steal_pointer (&run->failure);
  if (failure == NULL && !g_cancellable_is_cancelled (run->job->cancellable))
    return TRUE;
  if (failure == NULL || g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return stop (run, error);
  tell_notes (run);
  g_propagate_error (error, g_steal_pointer (&failure));

  return FALSE;
}

/* --- The result --- */

static gboolean
take_best (Run      *run,
           GError  **error)
{
  g_autoptr(EmoCheckpoint) best = emo_train_stage_load_best (run->stage, emo_teacher_trainer_get_step (run->trainer));

  return best == NULL || emo_teacher_trainer_restore (run->trainer, best->file, best->state.step, error);
}

static gboolean
finish (Run      *run,
        GError  **error)
{
  g_autofree char *folder = dup_folder (run);
  g_autoptr(GString) numbers = g_string_new ("\"accuracy\": ");

  if (!take_best (run, error) || !validate (run, error) || !emo_file_make_folder (folder, error) ||
      !emo_teacher_save (run->teacher, folder, error))
    return FALSE;
  emo_json_append_double (numbers, run->numbers.val_accuracy);
  g_string_append (numbers, ", \"macro_f1\": ");
  emo_json_append_double (numbers, run->numbers.val_macro_f1);
  g_string_append_printf (numbers, ", \"epochs\": %u", run->epochs_done);

  return emo_train_stage_finish (run->stage, folder, numbers->str, error);
}

/**
 * emo_teacher_stage_run:
 * @job: the training
 * @error: return location
 *
 * Returns: whether OUTPUT/teacher is what the recipe asks for
 */
gboolean
emo_teacher_stage_run (const EmoTrainJob  *job,
                       GError            **error)
{
  Run run = { .job = job };
  GError *failure = NULL;
  gboolean ok;

  run.notes = g_ptr_array_new_with_free_func (g_free);
  ok = open_stage (&run, &failure) &&
       (is_done (&run) ||
        (choose_compute (&run, &failure) && load_teacher (&run, &failure) && make_trainer (&run, &failure) &&
         go_on_from_checkpoint (&run, &failure) && train (&run, &failure) && finish (&run, &failure)));
  if (!ok)
    emo_train_stage_fail (run.stage, job, EMO_TRAIN_TEACHER, failure, error);
  run_clear (&run);

  return ok;
}
