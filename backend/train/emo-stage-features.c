/* emo-stage-features.c: a stage's pictures, as its bundle sees them
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-error.h"
#include "emo-file.h"
#include "emo-stage-features.h"

/* Between two notes of how far it is. */
#define SAY_US (10 * G_USEC_PER_SEC)
/* Broken pictures that are told one by one. */
#define MAX_TOLD 20

static gboolean
check_labels (EmoStageFeatures  *self,
              GError           **error)
{
  g_autofree char *shown = NULL;

  if (g_strv_equal (emo_label_set_get_labels (self->bundle->labels),
                    emo_label_set_get_labels (emo_dataset_get_labels (self->job->dataset))))
    return TRUE;
  shown = emo_file_escape_name (self->job->output);
  g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE,
               "%s has other labels than the pictures, or the same in another order; a bundle keeps its labels", shown);

  return FALSE;
}

static char *
find_teacher (const EmoTrainJob *job)
{
  g_autofree char *folder = g_build_filename (job->output, "teacher", NULL);
  g_autofree char *weights = g_build_filename (folder, "model.safetensors", NULL);

  return g_file_test (weights, G_FILE_TEST_EXISTS) ? g_steal_pointer (&folder) : NULL;
}

/**
 * emo_stage_features_open:
 * @self: (out): what is opened
 * @job: a training; outlives @self
 * @stage: which stage's; the distilled one asks a teacher where there is one
 * @error: return location
 *
 * Returns: whether pictures can be looked at
 */
gboolean
emo_stage_features_open (EmoStageFeatures   *self,
                         const EmoTrainJob  *job,
                         EmoTrainStageId     stage,
                         GError            **error)
{
  g_autofree char *cache = emo_train_job_dup_path (job, "cache");
  g_autofree char *teacher = stage == EMO_TRAIN_DISTILLED ? find_teacher (job) : NULL;
  EmoFeatureOptions options = {
    .folder = cache, .teacher = teacher, .device = emo_train_job_get_device (job), .dtype = job->dtype, .threads = job->threads,
  };

  *self = (EmoStageFeatures) {
    .job = job, .stage = emo_train_stage_id_get_name (stage), .notes = g_ptr_array_new_with_free_func (g_free),
  };
  self->bundle = emo_bundle_load (job->output, NULL, NULL, error);
  if (self->bundle == NULL || !check_labels (self, error))
    return FALSE;
  self->features = emo_features_new (self->bundle, &options, job->cancellable, error);

  return self->features != NULL;
}

void
emo_stage_features_clear (EmoStageFeatures *self)
{
  g_clear_pointer (&self->features, emo_features_free);
  g_clear_pointer (&self->bundle, emo_bundle_free);
  g_clear_pointer (&self->notes, g_ptr_array_unref);
}

static char *
describe (const EmoFeatureProgress *progress)
{
  char rate[G_ASCII_DTOSTR_BUF_SIZE];

  if (isnan (progress->pictures_per_s))
    return g_strdup_printf ("%s: %u of %u", progress->what, progress->done, progress->n);
  g_ascii_formatd (rate, sizeof rate, progress->pictures_per_s < 100 ? "%.1f" : "%.0f", progress->pictures_per_s);

  return g_strdup_printf ("%s: %u of %u, %s pictures/s", progress->what, progress->done, progress->n, rate);
}

static void
say (EmoStageFeatures *self,
     const char       *text)
{
  g_autoptr(GString) line = g_string_new ("{\"event\":\"note\",\"stage\":");

  if (self->job->line == NULL)
    return;
  emo_json_append_string (line, self->stage);
  g_string_append (line, ",\"text\":");
  emo_json_append_string (line, text);
  g_string_append_c (line, '}');
  self->job->line (line->str, self->job->user_data);
}

static void
watch_cb (const EmoFeatureProgress *progress,
          gpointer                  user_data)
{
  EmoStageFeatures *self = user_data;
  g_autofree char *text = describe (progress);
  EmoTrainProgress told = {
    .stage = self->stage, .step = progress->done, .n_steps = progress->n, .loss = NAN, .seconds_left = NAN,
    .pictures_per_s = progress->pictures_per_s, .text = text,
  };
  gint64 now = g_get_monotonic_time ();

  if (self->job->progress != NULL)
    self->job->progress (&told, self->job->user_data);
  if (now - self->said < SAY_US && progress->done < progress->n)
    return;
  self->said = now;
  say (self, text);
}

static GArray *
list_items (EmoStageFeatures *self,
            EmoSplit          split,
            EmoPictures       pictures)
{
  EmoDataset *dataset = self->job->dataset;
  guint first = emo_dataset_get_first (dataset, split), n = emo_dataset_count (dataset, split, -1);
  GArray *items = g_array_new (FALSE, FALSE, sizeof (guint32));

  for (guint32 i = first; i < first + n; i++)
    if (pictures == EMO_PICTURES_ALL || emo_dataset_get (dataset, i)->held_out)
      g_array_append_val (items, i);

  return items;
}

/* The first ones by name, and how many there are. */
static void
note_problems (EmoStageFeatures *self,
               GPtrArray        *problems)
{
  for (guint i = 0; i < MIN (problems->len, MAX_TOLD); i++)
    g_ptr_array_add (self->notes, g_strdup (problems->pdata[i]));
  if (problems->len > MAX_TOLD)
    g_ptr_array_add (self->notes, g_strdup_printf ("%u pictures more could not be read", problems->len - MAX_TOLD));
}

EmoFeatureRows *
emo_stage_features_collect (EmoStageFeatures  *self,
                            EmoSplit           split,
                            EmoPictures        pictures,
                            EmoFeatureSet      wanted,
                            GError           **error)
{
  g_autoptr(GArray) items = list_items (self, split, pictures);
  g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  EmoFeatureRows *rows = emo_features_collect (self->features, self->job->dataset, (const guint32 *) items->data, items->len,
                                               wanted, problems, watch_cb, self, self->job->cancellable, error);

  note_problems (self, problems);

  return rows;
}

/**
 * emo_stage_features_note_labels:
 * @self: features
 * @rows: rows
 * @what: what they are, such as "train"
 */
void
emo_stage_features_note_labels (EmoStageFeatures     *self,
                                const EmoFeatureRows *rows,
                                const char           *what)
{
  g_autofree guint *counts = g_new0 (guint, rows->n_labels);

  for (guint i = 0; i < rows->n; i++)
    counts[rows->labels[i]]++;
  for (guint i = 0; i < rows->n_labels; i++)
    if (counts[i] == 0)
      g_ptr_array_add (self->notes, g_strdup_printf ("No picture of %s is labelled %s", what,
                                                     emo_label_set_get_label (self->bundle->labels, i)));
}
