/* emo-train-stage.c: one stage's place in the bundle that is made
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>
#include <string.h>

#include <glib/gstdio.h>

#include "emo-file.h"
#include "emo-hash.h"
#include "emo-train-stage.h"

/* What a crash may cost at most. */
#define CHECKPOINT_US (2 * 60 * G_USEC_PER_SEC)
#define KEPT_CHECKPOINTS 2

/* Of the hash of its settings, in the name of a folder of checkpoints. */
#define NAME_LETTERS 16

/* The table of epochs, and how large it may be. */
#define TABLE     "epochs.csv"
#define MAX_TABLE (16 * 1024 * 1024)

/* Texts of a checkpoint. */
#define EARLY_STOPPING "early_stopping"
#define RUNNING_EPOCH  "running_epoch"

struct _EmoTrainStage
{
  const EmoTrainJob *job;
  EmoTrainStageId    stage;
  char              *folder;
  char              *all_checkpoints;  /* the folder of those of all settings */
  char              *checkpoints;      /* the folder of our own in it */
  char             **config_hashes;    /* of all that "auto" may stand for */
  const char        *config_hash;      /* the one of them that it is */
  EmoTrainLog       *log;              /* (nullable) until it begins */
  GPtrArray         *notes;            /* of text, told when it begins */
  EmoEarlyStopping   stopping;
  guint              n_epochs;         /* asked for */
  gboolean           told_no_val;
  gint64             started;          /* monotonic */
  gint64             saved;
};

/**
 * emo_train_job_dup_path:
 * @job: a training
 * @name: of a file or folder of its own
 *
 * Returns: (transfer full): where it lies in the bundle that is made
 */
char *
emo_train_job_dup_path (const EmoTrainJob *job,
                        const char        *name)
{
  return g_build_filename (job->output, "training", name, NULL);
}

const char *
emo_train_job_get_device (const EmoTrainJob *job)
{
  return job->on_cpu ? "cpu" : job->device;
}

char *
emo_train_job_hash_weights (const EmoTrainJob  *job,
                            const char         *path,
                            GError            **error)
{
  g_autoptr(EmoSafetensors) file = emo_safetensors_open (path, error);
  g_auto(GStrv) paths = file != NULL ? emo_safetensors_dup_paths (file) : NULL;
  g_autoptr(GString) text = g_string_new (NULL);

  if (file == NULL)
    return NULL;
  for (guint i = 0; paths[i] != NULL; i++)
    {
      g_autofree char *hash = emo_hash_file_cached (paths[i], job->cancellable, error);

      if (hash == NULL)
        return NULL;
      g_string_append_printf (text, " %s", hash);
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* The threads decide the order of sums and with it the last bits. */
static char *
make_config_hash (const EmoTrainJob *job,
                  EmoTrainStageId    stage,
                  const char        *inputs,
                  const char        *compute)
{
  g_autofree char *recipe = emo_train_recipe_stage_to_json (job->recipe, stage);
  g_autofree char *data = emo_dataset_dup_sha256 (job->dataset);
  g_autofree char *all = g_strjoin ("\n", recipe, data, inputs, compute, NULL);

  return emo_hash_bytes (all, strlen (all));
}

/* Not of where it runs now: what a GPU has begun goes on on the CPU if it must. */
static char **
make_config_hashes (const EmoTrainJob *job,
                    EmoTrainStageId    stage,
                    const char        *inputs)
{
  g_autoptr(GStrvBuilder) hashes = g_strv_builder_new ();
  g_autofree char *named = g_strjoin ("\n", job->device, job->dtype, NULL);
  const char * const only[] = { named, NULL };
  const char * const *computes = job->computes != NULL ? job->computes : only;

  for (guint i = 0; computes[i] != NULL; i++)
    {
      g_autofree char *hash = make_config_hash (job, stage, inputs, computes[i]);

      g_strv_builder_add (hashes, hash);
    }

  return g_strv_builder_end (hashes);
}

static guint
get_patience (const EmoTrainRecipe *recipe,
              EmoTrainStageId       stage)
{
  const EmoFitRecipe *fits[EMO_TRAIN_N_STAGES] = { &recipe->vlm.fit, &recipe->teacher.fit, &recipe->distilled.fit, &recipe->gate.fit };

  return fits[stage]->patience;
}

/* The search for a gate takes the epoch of the lowest loss on val: the stage ends
 * by the same. */
static EmoEarlyStopping
begin_stopping (const EmoTrainRecipe *recipe,
                EmoTrainStageId       stage)
{
  return (EmoEarlyStopping) EMO_EARLY_STOPPING_INIT (stage != EMO_TRAIN_GATE, get_patience (recipe, stage));
}

/* A training of other settings leaves an unfinished one's alone: both can go on. */
static char *
dup_checkpoints_of (EmoTrainStage *self,
                    const char    *config_hash)
{
  g_autofree char *name = g_strndup (config_hash, NAME_LETTERS);

  return g_build_filename (self->all_checkpoints, name, NULL);
}

/* "auto" goes on with what there is: a GPU may have gone since, or another dtype
 * been measured to be the faster one. */
static void
choose_settings (EmoTrainStage *self)
{
  guint chosen = 0;

  for (guint i = g_strv_length (self->config_hashes); i-- > 0;)
    {
      g_autofree char *checkpoints = dup_checkpoints_of (self, self->config_hashes[i]);

      if (g_file_test (checkpoints, G_FILE_TEST_IS_DIR))
        chosen = i;
    }
  self->config_hash = self->config_hashes[chosen];
  self->checkpoints = dup_checkpoints_of (self, self->config_hash);
}

EmoTrainStage *
emo_train_stage_new (const EmoTrainJob  *job,
                     EmoTrainStageId     stage,
                     const char         *inputs,
                     GError            **error)
{
  g_autoptr(EmoTrainStage) self = g_new0 (EmoTrainStage, 1);

  self->job = job;
  self->stage = stage;
  self->folder = emo_train_job_dup_path (job, emo_train_stage_id_get_name (stage));
  self->all_checkpoints = g_build_filename (self->folder, "checkpoints", NULL);
  self->config_hashes = make_config_hashes (job, stage, inputs);
  choose_settings (self);
  self->notes = g_ptr_array_new_with_free_func (g_free);
  self->stopping = begin_stopping (job->recipe, stage);
  self->started = self->saved = g_get_monotonic_time ();
  if (!emo_file_make_folder (self->folder, error))
    return NULL;

  return g_steal_pointer (&self);
}

/**
 * emo_train_stage_free:
 * @self: (transfer full) (nullable): a stage
 */
void
emo_train_stage_free (EmoTrainStage *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->log, emo_train_log_free);
  g_clear_pointer (&self->notes, g_ptr_array_unref);
  g_free (self->folder);
  g_free (self->all_checkpoints);
  g_free (self->checkpoints);
  g_strfreev (self->config_hashes);
  g_free (self);
}

const char *
emo_train_stage_get_folder (EmoTrainStage *self)
{
  return self->folder;
}

/* --- Which epoch is the best --- */

static guint
get_epochs_judged (EmoTrainStage *self)
{
  return self->stopping.best_epoch + self->stopping.waited;
}

gboolean
emo_train_stage_is_over (EmoTrainStage *self)
{
  return emo_early_stopping_should_stop (&self->stopping, get_epochs_judged (self));
}

double
emo_train_stage_get_best (EmoTrainStage *self)
{
  return self->stopping.best;
}

/* (transfer full) (nullable): why there are fewer epochs than were asked for. */
static char *
describe_early_end (EmoTrainStage *self)
{
  const EmoEarlyStopping *stopping = &self->stopping;
  guint epochs = get_epochs_judged (self);

  if (!emo_train_stage_is_over (self) || epochs >= self->n_epochs)
    return NULL;

  return g_strdup_printf ("no better epoch for %u %s: the stage ends after epoch %u of %u, and epoch %u is the best",
                          stopping->waited, stopping->waited == 1 ? "epoch" : "epochs", epochs, self->n_epochs, stopping->best_epoch);
}

static void
tell_early_end (EmoTrainStage *self)
{
  g_autofree char *text = describe_early_end (self);

  if (text != NULL)
    emo_train_log_note (self->log, text);
}

static void
tell_no_val (EmoTrainStage *self)
{
  if (self->told_no_val)
    return;
  self->told_no_val = TRUE;
  emo_train_log_note (self->log, "there are no pictures of val to judge by: nothing decides which epoch is best, and the last one is kept");
}

/* --- Done --- */

static char *
dup_mark (EmoTrainStage *self)
{
  return g_build_filename (self->folder, "done.json", NULL);
}

gboolean
emo_train_stage_is_done (EmoTrainStage *self)
{
  g_autofree char *path = dup_mark (self);
  g_autoptr(EmoJson) json = emo_json_load (path, NULL);
  const EmoJsonValue *root = json != NULL ? emo_json_get_root (json) : NULL;

  if (root == NULL || emo_json_value_get_type (root) != EMO_JSON_OBJECT ||
      !g_strv_contains ((const char * const *) self->config_hashes, emo_json_value_get_member_string (root, "config_hash", "")))
    return FALSE;
  emo_train_stage_begin (self, 0, 0, 0, 0, 0);
  emo_train_log_skipped (self->log, "done before, with the same pictures and settings");

  return TRUE;
}

/* Those of all settings, and what lies beside them. */
static gboolean
remove_checkpoints (EmoTrainStage  *self,
                    GError        **error)
{
  g_autoptr(GDir) dir = g_dir_open (self->all_checkpoints, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (self->all_checkpoints, name, NULL);
      g_autofree char *table = g_build_filename (path, TABLE, NULL);

      if (!g_file_test (path, G_FILE_TEST_IS_DIR))
        continue;
      if (!emo_checkpoint_remove_all (path, error))
        return FALSE;
      g_unlink (table);
      g_rmdir (path);
    }

  return emo_checkpoint_remove_all (self->all_checkpoints, error);
}

/* What the table of epochs does not say: which one was the best, and why there are
 * not more of them. */
static void
append_epochs (EmoTrainStage *self,
               GString       *text)
{
  g_autofree char *end = describe_early_end (self);

  if (self->stopping.best_step >= 0)
    g_string_append_printf (text, ", \"best_epoch\": %u", self->stopping.best_epoch);
  if (end == NULL)
    return;
  g_string_append (text, ", \"ended_early\": ");
  emo_json_append_string (text, end);
}

gboolean
emo_train_stage_finish (EmoTrainStage  *self,
                        const char     *path,
                        const char     *numbers,
                        GError        **error)
{
  g_autofree char *mark = dup_mark (self);
  g_autofree char *recipe = emo_train_recipe_stage_to_json (self->job->recipe, self->stage);
  g_autoptr(GString) text = g_string_new ("{\"stage\": ");

  emo_json_append_string (text, emo_train_stage_id_get_name (self->stage));
  g_string_append (text, ", \"config_hash\": ");
  emo_json_append_string (text, self->config_hash);
  g_string_append_printf (text, ", \"recipe\": %s, \"seconds\": ", recipe);
  emo_json_append_double (text, (double) (g_get_monotonic_time () - self->started) / G_USEC_PER_SEC);
  append_epochs (self, text);
  g_string_append_printf (text, "%s%s}\n", *numbers != '\0' ? ", " : "", numbers);
  if (!emo_file_write (mark, text->str, text->len, error) || !remove_checkpoints (self, error))
    return FALSE;
  emo_train_log_done (self->log, path);

  return TRUE;
}

/* --- Checkpoints --- */

static gboolean
restore_stopping (EmoTrainStage *self,
                  EmoCheckpoint *checkpoint)
{
  const char *text = emo_checkpoint_get_text (checkpoint, EARLY_STOPPING);
  g_autoptr(GError) error = NULL;

  if (text != NULL && emo_early_stopping_restore (&self->stopping, text, &error))
    return TRUE;
  g_ptr_array_add (self->notes, g_strdup (error != NULL ? error->message : "the checkpoint does not say which epoch was the best"));

  return FALSE;
}

/* Whether other settings have left checkpoints. */
static gboolean
has_strangers (EmoTrainStage *self)
{
  g_autoptr(GDir) dir = g_dir_open (self->all_checkpoints, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (!g_str_has_prefix (self->config_hash, name))
      return TRUE;

  return FALSE;
}

static void
copy_table (const char *from_folder,
            const char *to_folder)
{
  g_autofree char *from = g_build_filename (from_folder, TABLE, NULL);
  g_autofree char *to = g_build_filename (to_folder, TABLE, NULL);
  g_autoptr(GBytes) bytes = emo_file_read (from, MAX_TABLE, NULL);

  /* A log that fails is no reason to fail. */
  if (bytes != NULL)
    emo_file_write (to, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL);
}

/* There is one table, and other settings may have begun theirs in it. */
static void
take_up (EmoTrainStage *self,
         gboolean       has_checkpoint)
{
  gboolean strangers = has_strangers (self);

  if (has_checkpoint && strangers)
    copy_table (self->checkpoints, self->folder);
  else if (!has_checkpoint)
    g_ptr_array_add (self->notes, g_strdup (strangers ? "the checkpoints that are there belong to another model or other settings: "
                                                        "the stage begins anew, and they stay until it is done"
                                                      : "there is no checkpoint to go on from: the stage begins anew"));
}

gboolean
emo_train_stage_resume (EmoTrainStage  *self,
                        EmoCheckpoint **checkpoint,
                        GError        **error)
{
  g_autofree char *mark = dup_mark (self);

  *checkpoint = NULL;
  g_unlink (mark);
  if (!self->job->resume)
    return remove_checkpoints (self, error);
  *checkpoint = emo_checkpoint_load (self->checkpoints, emo_train_stage_id_get_name (self->stage), self->config_hash, self->notes);
  if (*checkpoint != NULL && !restore_stopping (self, *checkpoint))
    g_clear_pointer (checkpoint, emo_checkpoint_free);
  take_up (self, *checkpoint != NULL);

  return TRUE;
}

void
emo_train_stage_recall_epoch (EmoCheckpoint *checkpoint,
                              EmoTrainEpoch *running)
{
  const char *text = emo_checkpoint_get_text (checkpoint, RUNNING_EPOCH);
  guint epoch = checkpoint->state.epoch + 1;

  /* A stage that was stopped between two epochs knows of the one before. */
  if (text == NULL || !emo_train_epoch_restore (running, text, NULL) || running->epoch != epoch)
    *running = (EmoTrainEpoch) { .epoch = epoch, .step = checkpoint->state.step, .loss = NAN, .lr = NAN };
}

gboolean
emo_train_stage_is_due (EmoTrainStage *self)
{
  return g_get_monotonic_time () - self->saved >= CHECKPOINT_US;
}

gboolean
emo_train_stage_save (EmoTrainStage        *self,
                      guint                 epoch,
                      gint64                step,
                      gint64                position,
                      GArray               *tensors,
                      const EmoTrainEpoch  *running,
                      GError              **error)
{
  g_autofree char *stopping = emo_early_stopping_to_string (&self->stopping);
  g_autofree char *ran = running != NULL ? emo_train_epoch_to_string (running) : NULL;
  g_autofree char *path = emo_checkpoint_dup_path (self->checkpoints, step);
  const EmoCheckpointState state = {
    .stage = emo_train_stage_id_get_name (self->stage), .config_hash = self->config_hash, .epoch = epoch, .step = step,
    .position = position, .seed = self->job->recipe->seed, .best_step = self->stopping.best_step,
  };

  if (!emo_checkpoint_save (self->checkpoints, &state, (const EmoStoredTensor *) tensors->data, tensors->len,
                            (const char *[]) { EARLY_STOPPING, stopping, ran != NULL ? RUNNING_EPOCH : NULL, ran, NULL },
                            KEPT_CHECKPOINTS, error))
    return FALSE;
  copy_table (self->folder, self->checkpoints);
  self->saved = g_get_monotonic_time ();
  emo_train_log_checkpoint (self->log, path);

  return TRUE;
}

/* A training of days does not end without a result for one file's sake. */
static void
give_best_up (EmoTrainStage *self,
              const GError  *error)
{
  g_autofree char *text = g_strdup_printf ("the best epoch, %u, is lost, and the last one is kept: %s", self->stopping.best_epoch, error->message);

  emo_train_log_note (self->log, text);
  self->stopping.best = NAN;
  self->stopping.best_step = -1;
}

EmoCheckpoint *
emo_train_stage_load_best (EmoTrainStage *self,
                           gint64         step)
{
  gint64 best = self->stopping.best_step;
  g_autoptr(GError) error = NULL;
  EmoCheckpoint *checkpoint;

  if (best < 0 || best == step)
    return NULL;
  checkpoint = emo_checkpoint_load_step (self->checkpoints, emo_train_stage_id_get_name (self->stage), self->config_hash, best, &error);
  if (checkpoint == NULL)
    give_best_up (self, error);

  return checkpoint;
}

/* --- The log --- */

void
emo_train_stage_begin (EmoTrainStage *self,
                       guint64        n_pictures,
                       guint          n_epochs,
                       gint64         n_steps,
                       guint          epochs_done,
                       gint64         steps_done)
{
  EmoTrainLogSettings settings = {
    .stage = emo_train_stage_id_get_name (self->stage), .folder = self->folder, .n_pictures = n_pictures, .n_epochs = n_epochs,
    .n_steps = n_steps, .epochs_done = epochs_done, .steps_done = steps_done, .line = self->job->line,
    .progress = self->job->progress, .user_data = self->job->user_data,
  };

  self->log = emo_train_log_new (&settings);
  self->n_epochs = n_epochs;
  if (n_steps == 0)
    return;
  emo_train_log_start (self->log);
  emo_train_stage_note (self, self->notes);
  g_ptr_array_set_size (self->notes, 0);
  if (emo_dataset_count (self->job->dataset, EMO_SPLIT_VAL, -1) == 0)
    tell_no_val (self);
  tell_early_end (self);
}

static void
tell_stopped (EmoTrainStage     *self,
              const EmoTrainJob *job,
              EmoTrainStageId    stage)
{
  EmoTrainLogSettings settings = {
    .stage = emo_train_stage_id_get_name (stage), .line = job->line, .progress = job->progress, .user_data = job->user_data,
  };
  g_autoptr(EmoTrainLog) log = NULL;

  if (self == NULL)
    log = emo_train_log_new (&settings);
  else if (self->log == NULL)
    emo_train_stage_begin (self, 0, 0, 0, 0, 0);
  emo_train_log_stopped (self != NULL ? self->log : log, self != NULL ? self->folder : NULL);
}

void
emo_train_stage_fail (EmoTrainStage      *self,
                      const EmoTrainJob  *job,
                      EmoTrainStageId     stage,
                      GError             *failure,
                      GError            **error)
{
  if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    tell_stopped (self, job, stage);
  g_propagate_error (error, failure);
}

EmoTrainLog *
emo_train_stage_get_log (EmoTrainStage *self)
{
  return self->log;
}

void
emo_train_stage_note (EmoTrainStage *self,
                      GPtrArray     *notes)
{
  for (guint i = 0; i < notes->len; i++)
    if (notes->pdata[i] != NULL)
      emo_train_log_note (self->log, notes->pdata[i]);
}

gboolean
emo_train_stage_add_epoch (EmoTrainStage       *self,
                           const EmoTrainEpoch *numbers,
                           gboolean            *is_best)
{
  *is_best = emo_early_stopping_add (&self->stopping, numbers->epoch, numbers->step,
                                     self->stopping.higher ? numbers->val_accuracy : numbers->val_loss);
  emo_train_log_epoch (self->log, numbers);
  /* Pictures of val that cannot be read are none. */
  if (isnan (numbers->val_accuracy))
    tell_no_val (self);
  tell_early_end (self);

  return !emo_train_stage_is_over (self);
}
