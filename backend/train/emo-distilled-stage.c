/* emo-distilled-stage.c: the stage "distilled"
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-branch-logits.h"
#include "emo-cross-fit.h"
#include "emo-distilled-stage.h"
#include "emo-domain-fit.h"
#include "emo-error.h"
#include "emo-logits.h"
#include "emo-manifest-edit.h"
#include "emo-stage-features.h"
#include "emo-temperature.h"
#include "emo-train-origin.h"

/* Where nothing is held out, one in so many pictures is left to the threshold of
 * the domain. */
#define DOMAIN_UNSEEN 10

typedef struct
{
  const EmoTrainJob *job;
  EmoStageFeatures   source;
  EmoFeatureSet      wanted;
  EmoTrainStage     *stage;
  EmoFeatureRows    *train;
  EmoFeatureRows    *val;
  EmoCrossFit       *cross;
  guint              told_part;    /* the part that was begun last, plus one */
  gboolean           save_now;     /* what a step left is to be kept */
  gboolean           has_domain;   /* it was fitted */
  double             val_accuracy; /* of the head that is kept; NaN: not known */
} Run;

static const EmoDistilledRecipe *
get_recipe (Run *run)
{
  return &run->job->recipe->distilled;
}

static guint
get_n_labels (Run *run)
{
  return run->train->n_labels;
}

static void
run_clear (Run *run)
{
  g_clear_pointer (&run->cross, emo_cross_fit_free);
  g_clear_pointer (&run->train, emo_feature_rows_free);
  g_clear_pointer (&run->val, emo_feature_rows_free);
  g_clear_pointer (&run->stage, emo_train_stage_free);
  emo_stage_features_clear (&run->source);
}

/**
 * emo_distilled_stage_dup_logits:
 * @job: a training
 *
 * Returns: (transfer full): the file of what heads that had not seen them say of
 *   train pictures
 */
char *
emo_distilled_stage_dup_logits (const EmoTrainJob *job)
{
  return emo_train_job_dup_path (job, "distilled/logits.safetensors");
}

static char *
dup_output (Run        *run,
            const char *name)
{
  return g_build_filename (run->job->output, name, NULL);
}

/* --- What it begins with --- */

static gboolean
open_stage (Run     *run,
            GError **error)
{
  g_autofree char *inputs = NULL;

  if (!emo_stage_features_open (&run->source, run->job, EMO_TRAIN_DISTILLED, error))
    return FALSE;
  run->wanted = EMO_FEATURE_SET_MEANS | EMO_FEATURE_SET_SPREADS;
  if (emo_features_has_teacher (run->source.features) && get_recipe (run)->alpha > 0)
    run->wanted |= EMO_FEATURE_SET_TEACHER;
  else
    g_ptr_array_add (run->source.notes, g_strdup ("There is no teacher: the labels are all of the loss"));
  inputs = emo_features_dup_inputs (run->source.features, run->wanted);
  run->stage = emo_train_stage_new (run->job, EMO_TRAIN_DISTILLED, inputs, error);

  return run->stage != NULL;
}

/* A mark is worth what it marks. */
static gboolean
is_done (Run *run)
{
  g_autofree char *logits = emo_distilled_stage_dup_logits (run->job);

  return run->source.bundle->distilled != NULL &&
         (get_recipe (run)->folds == 0 || g_file_test (logits, G_FILE_TEST_EXISTS)) &&
         emo_train_stage_is_done (run->stage);
}

static gboolean
load_rows (Run     *run,
           GError **error)
{
  run->train = emo_stage_features_collect (&run->source, EMO_SPLIT_TRAIN, EMO_PICTURES_ALL, run->wanted, error);
  if (run->train == NULL)
    return FALSE;
  run->val = emo_stage_features_collect (&run->source, EMO_SPLIT_VAL, EMO_PICTURES_ALL, EMO_FEATURE_SET_MEANS, error);
  if (run->val == NULL)
    return FALSE;
  if (run->train->n < 2)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "%s: expected two pictures of train at the least that can be read, found %u",
                   emo_dataset_get_root (run->job->dataset), run->train->n);
      return FALSE;
    }
  emo_stage_features_note_labels (&run->source, run->train, "train");
  emo_stage_features_note_labels (&run->source, run->val, "val");

  return TRUE;
}

static void
begin_fit (Run *run)
{
  const EmoDistilledRecipe *recipe = get_recipe (run);
  EmoHeadFitOptions options = EMO_HEAD_FIT_DEFAULTS;
  EmoHeadRows rows = {
    .n = run->train->n, .width = run->train->width, .means = run->train->values[EMO_FEATURE_MEANS],
    .teacher = run->train->values[EMO_FEATURE_TEACHER], .labels = run->train->labels,
  };

  options.depth = recipe->depth;
  options.alpha = recipe->alpha;
  options.temperature = recipe->temperature;
  options.dropout = recipe->dropout;
  options.standardise = recipe->standardise;
  options.epochs = recipe->fit.epochs;
  options.batch = recipe->fit.batch;
  options.seed = run->job->recipe->seed;
  options.adam.lr = recipe->fit.lr;
  options.adam.weight_decay = recipe->fit.weight_decay;
  options.shape = recipe->fit.schedule;
  options.warmup = recipe->fit.warmup;
  run->cross = emo_cross_fit_new (&rows, get_n_labels (run), recipe->folds, &options);
}

static gboolean
restore (Run            *run,
         EmoCheckpoint  *checkpoint,
         GError        **error)
{
  guint n;
  const EmoStoredTensor *tensors = emo_safetensors_get_tensors (checkpoint->file, &n);

  return emo_cross_fit_restore (run->cross, tensors, n, error);
}

static gboolean
go_on_from_checkpoint (Run     *run,
                       GError **error)
{
  g_autoptr(EmoCheckpoint) checkpoint = NULL;

  if (!emo_train_stage_resume (run->stage, &checkpoint, error) || (checkpoint != NULL && !restore (run, checkpoint, error)))
    return FALSE;
  emo_train_stage_begin (run->stage, run->train->n, get_recipe (run)->fit.epochs, emo_cross_fit_get_n_steps (run->cross),
                         checkpoint != NULL ? checkpoint->state.epoch : 0, emo_cross_fit_get_step (run->cross));
  emo_train_stage_note (run->stage, run->source.notes);

  return TRUE;
}

/* --- While it runs --- */

/* Epochs of the part on all rows alone are the stage's. */
static guint
get_epochs_done (Run *run)
{
  return emo_cross_fit_get_part (run->cross) == get_recipe (run)->folds ? emo_cross_fit_get_epoch (run->cross) : 0;
}

static gboolean
save_checkpoint (Run     *run,
                 GError **error)
{
  g_autoptr(GArray) tensors = emo_cross_fit_list_state (run->cross);

  run->save_now = FALSE;

  return emo_train_stage_save (run->stage, get_epochs_done (run), emo_cross_fit_get_step (run->cross),
                               emo_cross_fit_get_part (run->cross), tensors, NULL, error);
}

static void
tell_part (Run *run)
{
  guint part = emo_cross_fit_get_part (run->cross), n_folds = get_recipe (run)->folds;
  g_autofree char *text = part < n_folds ? g_strdup_printf ("Fold %u of %u", part + 1, n_folds) : g_strdup ("All folds");

  if (run->told_part == part + 1 || n_folds == 0)
    return;
  run->told_part = part + 1;
  emo_train_log_note (emo_train_stage_get_log (run->stage), text);
}

static gboolean
step_cb (EmoFit            *fit,
         const EmoFitStep  *step,
         gpointer           user_data,
         GError           **error)
{
  Run *run = user_data;
  guint epoch = emo_fit_get_epoch (fit) + (emo_fit_get_step (fit) > 0);

  tell_part (run);
  emo_train_log_step (emo_train_stage_get_log (run->stage), epoch, emo_cross_fit_get_step (run->cross), step->n_rows, step->loss,
                      step->lr);

  return !(run->save_now || emo_train_stage_is_due (run->stage)) || save_checkpoint (run, error);
}

/* (nullable): of no picture nothing is known. */
static EmoMetrics *
measure (Run         *run,
         const float *logits)
{
  return run->val->n > 0 ? emo_logits_measure (logits, run->val->labels, run->val->n, run->val->n_labels) : NULL;
}

static void
validate (Run           *run,
          EmoTrainEpoch *numbers)
{
  g_autoptr(EmoHead) head = emo_cross_fit_dup_head (run->cross);
  g_autofree float *logits = emo_logits_of_head (head, run->val->values[EMO_FEATURE_MEANS], run->val->n);
  g_autoptr(EmoMetrics) metrics = measure (run, logits);

  emo_train_epoch_set_val (numbers, metrics);
}

static gboolean
epoch_cb (EmoCrossFit *cross,
          guint        part,
          guint        epoch,
          double       loss,
          gpointer     user_data)
{
  Run *run = user_data;
  const EmoFitRecipe *fit = &get_recipe (run)->fit;
  EmoTrainEpoch numbers = { .epoch = epoch, .step = emo_cross_fit_get_step (cross), .n_pictures = run->train->n, .loss = loss };
  gint64 an_epoch = (run->train->n + fit->batch - 1) / fit->batch;
  EmoLrSchedule schedule = { fit->schedule, fit->lr, fit->warmup, an_epoch * fit->epochs };
  gboolean is_best, go_on;

  if (part < get_recipe (run)->folds)
    return TRUE;
  numbers.lr = emo_lr_schedule_get (&schedule, an_epoch * epoch - 1);
  validate (run, &numbers);
  go_on = emo_train_stage_add_epoch (run->stage, &numbers, &is_best);
  run->save_now = is_best && fit->patience > 0;

  return go_on;
}

static gboolean
fit (Run     *run,
     GError **error)
{
  g_autoptr(GError) failure = NULL;

  emo_cross_fit_set_step_func (run->cross, step_cb, run);
  if (emo_cross_fit_run (run->cross, epoch_cb, run, run->job->cancellable, &failure))
    return TRUE;
  /* What stops here goes on from here. */
  if (!g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED) || save_checkpoint (run, error))
    g_propagate_error (error, g_steal_pointer (&failure));

  return FALSE;
}

/* --- What it ends with --- */

static gboolean
go_back_to_best (Run     *run,
                 GError **error)
{
  g_autoptr(EmoCheckpoint) best = NULL;

  if (get_recipe (run)->fit.patience > 0)
    best = emo_train_stage_load_best (run->stage, emo_cross_fit_get_step (run->cross));

  return best == NULL || restore (run, best, error);
}

/* What the gate is to read is scaled as the head is. */
static gboolean
save_logits (Run     *run,
             double   temperature,
             GError **error)
{
  const EmoFeatureRows *train = run->train;
  g_autofree char *path = emo_distilled_stage_dup_logits (run->job);
  g_autofree char *dataset = emo_dataset_dup_sha256 (run->job->dataset);
  g_autofree float *scaled = NULL;
  EmoBranchLogits logits = { train->n, train->n_labels, train->items, NULL };

  if (get_recipe (run)->folds == 0)
    return TRUE;
  logits.logits = scaled = g_memdup2 (emo_cross_fit_get_logits (run->cross), (gsize) train->n * train->n_labels * sizeof (float));
  emo_logits_scale (scaled, train->n, train->n_labels, 1 / temperature);

  return emo_branch_logits_save (&logits, path, dataset, error);
}

/* Pictures that are held out, or one in ten, are left to the threshold: they come
 * behind the others. Returns how many the others are. */
static guint
list_domain_rows (Run     *run,
                  guint32 *list)
{
  const EmoFeatureRows *train = run->train;
  g_autofree gboolean *unseen = g_new0 (gboolean, train->n);
  guint n = 0, n_seen = 0;

  for (guint i = 0; i < train->n; i++)
    n += unseen[i] = emo_dataset_get (run->job->dataset, train->items[i])->held_out;
  for (guint i = DOMAIN_UNSEEN - 1; n == 0 && i < train->n; i += DOMAIN_UNSEEN)
    unseen[i] = TRUE;
  for (guint i = 0; i < train->n; i++)
    if (!unseen[i])
      list[n_seen++] = i;
  for (guint i = 0, end = n_seen; i < train->n; i++)
    if (unseen[i])
      list[end++] = i;

  return n_seen;
}

/* 4 bits move every picture further than the model's own kind reaches, and who has
 * the weights as they are stored would be told that none is of that kind. */
static const char *
find_no_domain (Run                 *run,
                const EmoDomainRows *rows)
{
  if (g_str_equal (emo_features_get_dtype (run->source.features), "nf4"))
    return "In nf4 it is not learned which pictures are of their kind";

  return rows->n_seen < 2 || rows->n_unseen < 1 ? "There are too few pictures to say which are of their kind" : NULL;
}

static gboolean
save_domain (Run     *run,
             GError **error)
{
  const EmoFeatureRows *train = run->train;
  g_autofree char *path = dup_output (run, "domain.safetensors");
  g_autofree guint32 *list = g_new (guint32, train->n);
  guint n_seen = list_domain_rows (run, list);
  EmoDomainRows rows = {
    train->values[EMO_FEATURE_MEANS], train->values[EMO_FEATURE_SPREADS], train->width, list, n_seen, list + n_seen, train->n - n_seen,
  };
  const char *why_not = find_no_domain (run, &rows);

  run->has_domain = why_not == NULL;
  if (run->has_domain)
    return emo_domain_fit_save (&rows, path, run->job->cancellable, error);
  emo_train_log_note (emo_train_stage_get_log (run->stage), why_not);

  return TRUE;
}

/* What was fitted on the head that is replaced, and what is told of that, leaves
 * first: at no time does the bundle hold a gate with a head that is not its own. */
static gboolean
drop_what_hangs_on_it (Run     *run,
                       GError **error)
{
  static const char *const keys[] = { "distilled", "gate", "gates", "checks", "prior", "provenance", NULL };

  return emo_manifest_edit_drop (run->job->output, keys, error);
}

/* What a description says of the domain is said of what is trained from it, and
 * stays. What a model came with was said of its own pictures, and these are others. */
static void
set_domain (Run             *run,
            EmoManifestEdit *manifest)
{
  static const char * const words[] = { "name", "notice", NULL };
  g_autoptr(EmoTrainOrigin) origin = emo_train_origin_load (run->job->output);

  if (origin != NULL && origin->kind == EMO_TRAIN_ORIGIN_MODEL)
    emo_manifest_edit_set (manifest, "domain", NULL);
  if (run->has_domain)
    emo_manifest_edit_merge (manifest, "domain", "{\"path\": \"domain.safetensors\"}");
  else
    emo_manifest_edit_keep (manifest, "domain", words);
}

static gboolean
save_manifest (Run     *run,
               GError **error)
{
  g_autoptr(EmoManifestEdit) manifest = emo_manifest_edit_load (run->job->output, error);
  g_autofree char *distilled = g_strdup_printf ("{\"path\": \"distilled.safetensors\", \"depth\": %u}", get_recipe (run)->depth);

  if (manifest == NULL)
    return FALSE;
  emo_manifest_edit_set (manifest, "distilled", distilled);
  set_domain (run, manifest);

  return emo_manifest_edit_save (manifest, error);
}

static gboolean
finish (Run     *run,
        double   temperature,
        GError **error)
{
  g_autofree char *path = dup_output (run, "distilled.safetensors");
  g_autoptr(GString) numbers = g_string_new ("\"temperature\": ");

  emo_json_append_double (numbers, temperature);
  g_string_append (numbers, ", \"val_accuracy\": ");
  emo_json_append_double (numbers, run->val_accuracy);
  g_string_append_printf (numbers, ", \"n_train\": %u, \"n_val\": %u", run->train->n, run->val->n);

  return emo_train_stage_finish (run->stage, path, numbers->str, error);
}

static gboolean
save (Run     *run,
      GError **error)
{
  g_autoptr(EmoHead) head = emo_cross_fit_dup_head (run->cross);
  g_autofree float *logits = emo_logits_of_head (head, run->val->values[EMO_FEATURE_MEANS], run->val->n);
  g_autofree char *path = dup_output (run, "distilled.safetensors");
  g_autoptr(EmoMetrics) metrics = measure (run, logits);
  double temperature = 1;

  run->val_accuracy = metrics != NULL ? metrics->accuracy : NAN;
  if (run->val->n > 0)
    temperature = emo_temperature_fit (logits, run->val->labels, run->val->n, run->val->n_labels);
  emo_head_scale (head, 1 / temperature);

  return save_logits (run, temperature, error) && drop_what_hangs_on_it (run, error) && save_domain (run, error) &&
         emo_head_save (head, path, NULL, error) && save_manifest (run, error) && finish (run, temperature, error);
}

static gboolean
run_stage (Run     *run,
           GError **error)
{
  if (!open_stage (run, error))
    return FALSE;
  if (is_done (run))
    return TRUE;
  if (!load_rows (run, error))
    return FALSE;
  begin_fit (run);

  return go_on_from_checkpoint (run, error) && fit (run, error) && go_back_to_best (run, error) && save (run, error);
}

/**
 * emo_distilled_stage_run:
 * @job: a training
 * @error: return location
 *
 * Returns: whether the bundle has its head
 */
gboolean
emo_distilled_stage_run (const EmoTrainJob  *job,
                         GError            **error)
{
  Run run = { .job = job, .val_accuracy = NAN };
  GError *failure = NULL;
  gboolean ok;

  g_return_val_if_fail (job != NULL, FALSE);

  ok = run_stage (&run, &failure);
  if (!ok)
    emo_train_stage_fail (run.stage, job, EMO_TRAIN_DISTILLED, failure, error);
  run_clear (&run);

  return ok;
}
