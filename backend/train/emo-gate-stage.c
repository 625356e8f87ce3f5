/* emo-gate-stage.c: the stage "gate"
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>
#include <string.h>

#include "emo-branch-logits.h"
#include "emo-branches.h"
#include "emo-check-pictures.h"
#include "emo-distilled-stage.h"
#include "emo-error.h"
#include "emo-file.h"
#include "emo-gate-search.h"
#include "emo-gate-stage.h"
#include "emo-hash.h"
#include "emo-head.h"
#include "emo-logits.h"
#include "emo-manifest-edit.h"
#include "emo-stage-features.h"
#include "emo-temperature.h"

#define N_CHECKS 2
/* Fewer pictures of val do not tell whether a prior helps. */
#define MIN_FOR_PRIOR 50

/* What both branches say of pictures. */
typedef struct
{
  EmoFeatureRows *features;
  float          *distilled;   /* [n, n_labels] logits */
  float          *vlm;         /* [n, n_labels] probabilities */
} Set;

typedef struct
{
  const EmoTrainJob *job;
  EmoStageFeatures   source;
  EmoTrainStage     *stage;
  EmoHead           *head;
  double            *prior;                     /* (nullable) [n_labels] log-prior that is divided out */
  Set                train;
  Set                sets[EMO_N_SPLITS];        /* val and test */
  EmoGateKind        kinds[EMO_N_GATE_KINDS];   /* the one that answers comes first */
  EmoGateSearch     *search;
  EmoGate           *gates[EMO_N_GATE_KINDS];   /* as the kinds, when all is fitted */
} Run;

static const EmoGateRecipe *
get_recipe (Run *run)
{
  return &run->job->recipe->gate;
}

/* As published: the gate learns from the pictures of the head itself. */
static gboolean
is_published (Run *run)
{
  return run->job->recipe->distilled.folds == 0;
}

static void
set_clear (Set *set)
{
  g_clear_pointer (&set->features, emo_feature_rows_free);
  g_clear_pointer (&set->distilled, g_free);
  g_clear_pointer (&set->vlm, g_free);
}

static void
run_clear (Run *run)
{
  g_clear_pointer (&run->search, emo_gate_search_free);
  for (guint i = 0; i < EMO_N_GATE_KINDS; i++)
    g_clear_pointer (&run->gates[i], emo_gate_free);
  set_clear (&run->train);
  for (guint i = 0; i < EMO_N_SPLITS; i++)
    set_clear (&run->sets[i]);
  g_clear_pointer (&run->head, emo_head_free);
  g_clear_pointer (&run->prior, g_free);
  g_clear_pointer (&run->stage, emo_train_stage_free);
  emo_stage_features_clear (&run->source);
}

static EmoGateRows
rows_of (const Set *set)
{
  return (EmoGateRows) { .n = set->features->n, .distilled = set->distilled, .vlm = set->vlm, .labels = set->features->labels };
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
  if (!is_published (run))
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

/* (transfer full): probabilities, as the application makes them of scores.
 * @prior (nullable) [n_labels] is divided out. */
static float *
make_probabilities (const EmoFeatureRows *rows,
                    const double         *prior)
{
  gsize n = (gsize) rows->n * rows->n_labels;
  float *values = g_new (float, MAX (n, 1));

  for (gsize i = 0; i < n; i++)
    values[i] = (float) (rows->values[EMO_FEATURE_SCORES][i] - (prior != NULL ? prior[i % rows->n_labels] : 0));
  emo_logits_to_probabilities (values, rows->n, rows->n_labels, values);

  return values;
}

static gboolean
load_set (Run          *run,
          Set          *set,
          EmoSplit      split,
          EmoPictures   pictures,
          GError      **error)
{
  set->features = emo_stage_features_collect (&run->source, split, pictures, EMO_FEATURE_SET_MEANS | EMO_FEATURE_SET_SCORES, error);
  if (set->features == NULL)
    return FALSE;
  set->distilled = emo_logits_of_head (run->head, set->features->values[EMO_FEATURE_MEANS], set->features->n);

  return TRUE;
}

/* [n_labels] log-probabilities of the labels for a blank picture. */
static double *
ask_of_blank (Run     *run,
              GError **error)
{
  guint n_labels = run->train.features->n_labels;
  g_autofree float *scores = g_new (float, n_labels);
  double *prior;

  if (!emo_features_look_at_blank (run->source.features, scores, run->job->cancellable, error))
    return NULL;
  emo_logits_to_probabilities (scores, 1, n_labels, scores);
  prior = g_new (double, n_labels);
  for (guint i = 0; i < n_labels; i++)
    prior[i] = log (MAX (scores[i], G_MINFLOAT));

  return prior;
}

static double
measure_loss (const EmoFeatureRows *rows,
              const double         *prior)
{
  g_autofree float *probabilities = make_probabilities (rows, prior);
  g_autoptr(EmoMetrics) metrics = emo_metrics_new (probabilities, rows->labels, rows->n, rows->n_labels);

  return metrics->nll;
}

/* A prior is kept only where it helps: a VLM that was trained on as many pictures
 * of each label has little of one. The published way knows none. */
static gboolean
choose_prior (Run     *run,
              GError **error)
{
  const EmoFeatureRows *val = run->sets[EMO_SPLIT_VAL].features;

  if (is_published (run) || val->n < MIN_FOR_PRIOR)
    return TRUE;
  run->prior = ask_of_blank (run, error);
  if (run->prior == NULL)
    return FALSE;
  if (measure_loss (val, run->prior) >= measure_loss (val, NULL))
    g_clear_pointer (&run->prior, g_free);
  else
    g_ptr_array_add (run->source.notes, g_strdup ("What the VLM says of a blank picture is divided out: its loss on val is smaller so"));

  return TRUE;
}

static gboolean
ask_vlm (Run     *run,
         GError **error)
{
  if (!choose_prior (run, error))
    return FALSE;
  run->train.vlm = make_probabilities (run->train.features, run->prior);
  for (EmoSplit split = EMO_SPLIT_VAL; split < EMO_N_SPLITS; split++)
    run->sets[split].vlm = make_probabilities (run->sets[split].features, run->prior);

  return TRUE;
}

/* The head knows its own pictures too well: what it says of them gives way to what
 * heads said that had not seen them. */
static gboolean
take_unseen_logits (Run     *run,
                    GError **error)
{
  Set *train = &run->train;
  guint n_labels = train->features->n_labels;
  g_autofree char *path = emo_distilled_stage_dup_logits (run->job);
  g_autofree char *dataset = emo_dataset_dup_sha256 (run->job->dataset);
  g_autoptr(EmoBranchLogits) logits = emo_branch_logits_load (path, dataset, n_labels, error);

  if (logits == NULL)
    return FALSE;
  for (guint i = 0; i < train->features->n; i++)
    {
      const float *row = emo_branch_logits_find (logits, train->features->items[i]);

      if (row == NULL)
        {
          g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE,
                       "%s could not be read when the head was fitted, and now it can; run the stage distilled again",
                       emo_dataset_get (run->job->dataset, train->features->items[i])->path);
          return FALSE;
        }
      memcpy (train->distilled + (gsize) i * n_labels, row, n_labels * sizeof *row);
    }

  return TRUE;
}

static EmoPictures
choose_pictures (Run *run)
{
  EmoDataset *dataset = run->job->dataset;
  guint n = emo_dataset_count (dataset, EMO_SPLIT_TRAIN, -1);

  if (is_published (run))
    return EMO_PICTURES_ALL;
  for (guint i = 0; i < n; i++)
    if (emo_dataset_get (dataset, emo_dataset_get_first (dataset, EMO_SPLIT_TRAIN) + i)->held_out)
      return EMO_PICTURES_HELD_OUT;
  g_ptr_array_add (run->source.notes, g_strdup ("Nothing is held out: the gate may learn from pictures that the VLM knows"));

  return EMO_PICTURES_ALL;
}

static gboolean
load_rows (Run     *run,
           GError **error)
{
  run->head = emo_head_load (run->source.bundle->distilled, emo_features_get_width (run->source.features),
                             emo_label_set_get_size (run->source.bundle->labels), error);
  if (run->head == NULL || !load_set (run, &run->train, EMO_SPLIT_TRAIN, choose_pictures (run), error))
    return FALSE;
  if (run->train.features->n == 0)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "%s: no picture that the gate could learn from can be read",
                   emo_dataset_get_root (run->job->dataset));
      return FALSE;
    }
  if (!is_published (run) && !take_unseen_logits (run, error))
    return FALSE;
  for (EmoSplit split = EMO_SPLIT_VAL; split < EMO_N_SPLITS; split++)
    if (!load_set (run, &run->sets[split], split, EMO_PICTURES_ALL, error))
      return FALSE;
  emo_stage_features_note_labels (&run->source, run->train.features, "what the gate learns from");

  return ask_vlm (run, error);
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
  EmoGateRows rows = rows_of (&run->train), val = rows_of (&run->sets[EMO_SPLIT_VAL]);

  options.vlm_input = recipe->vlm_input;
  options.epochs = recipe->fit.epochs;
  options.batch = recipe->fit.batch;
  options.seed = run->job->recipe->seed;
  options.adam.lr = recipe->fit.lr;
  options.adam.weight_decay = recipe->fit.weight_decay;
  options.shape = recipe->fit.schedule;
  options.warmup = recipe->fit.warmup;
  order_kinds (run);
  run->search = emo_gate_search_new (run->kinds, EMO_N_GATE_KINDS, run->train.features->n_labels, &rows, &val, &options);
}

static gboolean
restore (Run            *run,
         EmoCheckpoint  *checkpoint,
         GError        **error)
{
  guint n = emo_safetensors_get_n_tensors (checkpoint->file);
  g_autofree EmoStoredTensor *tensors = g_new (EmoStoredTensor, n);

  for (guint i = 0; i < n; i++)
    tensors[i] = *emo_safetensors_get_tensor (checkpoint->file, i);

  return emo_gate_search_restore (run->search, tensors, n, error);
}

static gboolean
go_on_from_checkpoint (Run     *run,
                       GError **error)
{
  g_autoptr(GError) failure = NULL;
  g_autoptr(EmoCheckpoint) checkpoint = emo_train_stage_resume (run->stage, &failure);

  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  if (checkpoint != NULL && !restore (run, checkpoint, error))
    return FALSE;
  emo_train_stage_begin (run->stage, run->train.features->n, get_recipe (run)->fit.epochs,
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
                               emo_gate_search_get_part (run->search), tensors, error);
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
    .epoch = epoch, .step = emo_gate_search_get_step (search), .n_pictures = run->train.features->n, .loss = loss,
    .val_loss = val != NULL ? val->nll : NAN, .val_accuracy = val != NULL ? val->accuracy : NAN,
    .val_macro_f1 = val != NULL ? val->macro_f1 : NAN, .lr = emo_lr_schedule_get (&schedule, n_steps / fit->epochs * epoch - 1),
  };
  gboolean is_best;

  return part > 0 || emo_train_stage_add_epoch (run->stage, &numbers, &is_best);
}

static gboolean
fit (Run     *run,
     GError **error)
{
  g_autoptr(GError) failure = NULL;
  g_autoptr(GError) unsaved = NULL;

  emo_gate_search_set_step_func (run->search, step_cb, run);
  if (emo_gate_search_run (run->search, epoch_cb, run, run->job->cancellable, &failure))
    return TRUE;
  if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    save_checkpoint (run, &unsaved);
  g_propagate_error (error, unsaved != NULL ? g_steal_pointer (&unsaved) : g_steal_pointer (&failure));

  return FALSE;
}

/* --- What it ends with --- */

/* Which label wins stays; how sure it sounds becomes how often it is right. */
static void
take_gates (Run *run)
{
  EmoGateRows val = rows_of (&run->sets[EMO_SPLIT_VAL]);

  for (guint i = 0; i < EMO_N_GATE_KINDS; i++)
    {
      g_autofree float *logits = NULL;

      run->gates[i] = emo_gate_search_dup_gate (run->search, i);
      if (val.n == 0)
        continue;
      logits = emo_gate_fit_ask (run->gates[i], &val, get_recipe (run)->vlm_input);
      emo_gate_scale (run->gates[i], 1 / emo_temperature_fit (logits, val.labels, val.n, emo_gate_get_n_labels (run->gates[i])));
    }
}

static char *
dup_gate_name (Run   *run,
               guint  index)
{
  if (index == 0)
    return g_strdup ("gate.safetensors");

  return g_strdup_printf ("gates/%s.safetensors", emo_gate_kind_to_string (run->kinds[index]));
}

static gboolean
save_gates (Run     *run,
            GError **error)
{
  g_autofree char *folder = g_build_filename (run->job->output, "gates", NULL);

  if (!emo_file_make_folder (folder, error))
    return FALSE;
  for (guint i = 0; i < EMO_N_GATE_KINDS; i++)
    {
      g_autofree char *name = dup_gate_name (run, i);
      g_autofree char *path = g_build_filename (run->job->output, name, NULL);

      if (!emo_gate_save (run->gates[i], path, NULL, error))
        return FALSE;
    }

  return TRUE;
}

static void
append_gate (Run     *run,
             GString *text,
             guint    index)
{
  g_autofree char *name = dup_gate_name (run, index);

  g_string_append_printf (text, "{\"path\": \"%s\", \"kind\": \"%s\", \"vlm_input\": \"%s\"}", name,
                          emo_gate_kind_to_string (run->kinds[index]), emo_vlm_input_to_string (get_recipe (run)->vlm_input));
}

static void
set_gates (Run             *run,
           EmoManifestEdit *manifest)
{
  g_autoptr(GString) gate = g_string_new (NULL);
  g_autoptr(GString) gates = g_string_new ("[");

  append_gate (run, gate, 0);
  for (guint i = 1; i < EMO_N_GATE_KINDS; i++)
    {
      g_string_append (gates, i > 1 ? ", " : "");
      append_gate (run, gates, i);
    }
  g_string_append_c (gates, ']');
  emo_manifest_edit_set (manifest, "gate", gate->str);
  emo_manifest_edit_set (manifest, "gates", gates->str);
}

static void
set_prior (Run             *run,
           EmoManifestEdit *manifest)
{
  g_autoptr(GString) text = g_string_new (NULL);

  if (run->prior == NULL)
    return;
  emo_json_append_doubles (text, run->prior, run->train.features->n_labels);
  emo_manifest_edit_set (manifest, "prior", text->str);
}

/* (transfer full): how good the branches are, with gate @index, on a split. */
static char *
measure (Run      *run,
         EmoSplit  split,
         guint     index)
{
  const Set *set = &run->sets[split];
  EmoGateRows rows = rows_of (set);
  guint n_labels = set->features->n_labels;
  g_autofree float *gated = emo_gate_fit_ask (run->gates[index], &rows, get_recipe (run)->vlm_input);
  g_autofree float *distilled = g_new (float, MAX (rows.n * n_labels, 1));
  EmoBranchRows branches = { rows.n, n_labels, rows.labels, rows.vlm, distilled, gated };

  emo_logits_to_probabilities (gated, rows.n, n_labels, gated);
  emo_logits_to_probabilities (set->distilled, rows.n, n_labels, distilled);

  return emo_branches_to_json (&branches);
}

/* {"val": {...}, "test": {...}}: splits that have pictures. */
static char *
measure_all (Run *run)
{
  GString *text = g_string_new ("{");

  for (EmoSplit split = EMO_SPLIT_VAL; split < EMO_N_SPLITS; split++)
    {
      g_autofree char *numbers = NULL;

      if (run->sets[split].features->n == 0)
        continue;
      numbers = measure (run, split, 0);
      g_string_append_printf (text, "%s\"%s\": %s", text->len > 1 ? ", " : "", emo_split_get_name (split), numbers);
    }
  g_string_append_c (text, '}');

  return g_string_free (text, FALSE);
}

static void
note_accuracy (Run        *run,
               const char *accuracy)
{
  g_autofree char *text = g_strdup_printf ("Measured: %s", accuracy);

  emo_train_log_note (emo_train_stage_get_log (run->stage), text);
}

static char *
make_provenance (Run        *run,
                 const char *accuracy)
{
  g_autoptr(GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *date = g_date_time_format_iso8601 (now);
  g_autofree char *base = g_path_get_basename (emo_dataset_get_root (run->job->dataset));
  g_autofree char *name = emo_file_escape_name (base);
  g_autofree char *hash = emo_dataset_dup_sha256 (run->job->dataset);
  g_autofree char *recipe = emo_train_recipe_to_json (run->job->recipe);
  GString *text = g_string_new ("{\"data\": ");

  emo_json_append_string (text, name);
  g_string_append_printf (text, ", \"data_sha256\": \"%s\", \"seed\": %" G_GUINT64_FORMAT ", \"app_version\": \"%s\", \"date\": \"%s\"",
                          hash, run->job->recipe->seed, EMO_VERSION, date);
  g_string_append_printf (text, ", \"accuracy\": %s, \"recipe\": %s}", accuracy, recipe);

  return g_string_free (text, FALSE);
}

static gboolean
save_manifest (Run         *run,
               const char  *accuracy,
               GError     **error)
{
  g_autoptr(EmoManifestEdit) manifest = emo_manifest_edit_load (run->job->output, error);
  g_autofree char *provenance = make_provenance (run, accuracy);

  if (manifest == NULL)
    return FALSE;
  set_gates (run, manifest);
  set_prior (run, manifest);
  emo_manifest_edit_merge (manifest, "provenance", provenance);

  return emo_manifest_edit_save (manifest, error);
}

/* Without the gate that is replaced: at no time does the manifest name another's
 * file, or pictures with another's numbers. */
static gboolean
drop_old_gates (Run     *run,
                GError **error)
{
  g_autoptr(EmoManifestEdit) manifest = emo_manifest_edit_load (run->job->output, error);
  static const char * const keys[] = { "gate", "gates", "checks", "prior" };

  if (manifest == NULL)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    emo_manifest_edit_set (manifest, keys[i], NULL);

  return emo_manifest_edit_save (manifest, error);
}

/* Pictures of test, or of val, or none: the first and the last. */
static gboolean
save_checks (Run     *run,
             GError **error)
{
  const EmoTrainJob *job = run->job;
  EmoSplit split = run->sets[EMO_SPLIT_TEST].features->n > 0 ? EMO_SPLIT_TEST : EMO_SPLIT_VAL;
  const EmoFeatureRows *rows = run->sets[split].features;
  EmoCheckOptions options = { job->output, job->device, job->dtype, job->threads };
  const char *paths[N_CHECKS], *labels[N_CHECKS];
  g_autofree char *checks = NULL;
  g_autoptr(EmoManifestEdit) manifest = NULL;
  guint n = MIN (rows->n, N_CHECKS);

  for (guint i = 0; i < n; i++)
    {
      const EmoDatasetItem *item = emo_dataset_get (job->dataset, rows->items[i == 0 ? 0 : rows->n - 1]);

      paths[i] = item->path;
      labels[i] = emo_label_set_get_label (emo_dataset_get_labels (job->dataset), item->label);
    }
  checks = emo_check_pictures_make (&options, paths, labels, n, job->cancellable, error);
  if (checks == NULL)
    return FALSE;
  manifest = emo_manifest_edit_load (job->output, error);
  if (manifest == NULL)
    return FALSE;
  emo_manifest_edit_set (manifest, "checks", checks);

  return emo_manifest_edit_save (manifest, error);
}

static gboolean
finish (Run         *run,
        const char  *accuracy,
        GError     **error)
{
  g_autofree char *path = g_build_filename (run->job->output, "gate.safetensors", NULL);
  g_autoptr(GString) numbers = g_string_new (NULL);

  g_string_append_printf (numbers, "\"n_train\": %u, \"accuracy\": %s, \"kinds\": {", run->train.features->n, accuracy);
  for (guint i = 0; i < EMO_N_GATE_KINDS; i++)
    {
      g_autofree char *on_val = measure (run, EMO_SPLIT_VAL, i);

      g_string_append_printf (numbers, "%s\"%s\": %s", i > 0 ? ", " : "", emo_gate_kind_to_string (run->kinds[i]), on_val);
    }
  g_string_append_c (numbers, '}');

  return emo_train_stage_finish (run->stage, path, numbers->str, error);
}

static gboolean
save (Run     *run,
      GError **error)
{
  g_autofree char *accuracy = NULL;

  take_gates (run);
  accuracy = measure_all (run);
  note_accuracy (run, accuracy);
  if (!drop_old_gates (run, error) || !save_gates (run, error) || !save_manifest (run, accuracy, error))
    return FALSE;
  /* The VLM is not held twice. */
  g_clear_pointer (&run->source.features, emo_features_free);

  return save_checks (run, error) && finish (run, accuracy, error);
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
  if (!load_rows (run, error))
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
  g_autoptr(GError) failure = NULL;
  gboolean ok;

  g_return_val_if_fail (job != NULL, FALSE);

  ok = run_stage (&run, &failure);
  if (!ok && run.stage != NULL && g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    emo_train_stage_stop (run.stage);
  if (!ok)
    g_propagate_error (error, g_steal_pointer (&failure));
  run_clear (&run);

  return ok;
}
