/* emo-sample-stored.c
 *
 * A sample as the run store keeps it, and back.
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>
#include <string.h>

#include "emo-error.h"
#include "emo-sample-private.h"

#define SHA256_LENGTH 64

static void
take_annotations (EmoRunEntry *entry,
                  EmoSample   *sample)
{
  EmoSampleRecord *record = _emo_sample_get_record (sample);

  entry->run = record->run;
  entry->number = record->number;
  entry->flagged = emo_sample_get_flagged (sample);
  entry->own_label = g_strdup (emo_sample_get_own_label (sample));
  entry->note = g_strdup (emo_sample_get_note (sample));
}

static void
take_prediction (EmoRunEntry *entry,
                 EmoSample   *sample)
{
  EmoPrediction *prediction = emo_sample_get_prediction (sample);
  g_autofree char *image = emo_sample_dup_image_name (sample);
  EmoBranch branch = emo_prediction_get_final_branch (prediction);
  int winner = emo_prediction_get_winner (prediction, branch);

  entry->info = emo_model_info_ref (emo_prediction_get_info (prediction));
  entry->disagrees = !emo_prediction_get_agree (prediction);
  entry->in_domain = emo_prediction_get_in_domain (prediction);
  if (winner >= 0)
    {
      entry->label = g_strdup (emo_label_set_get_label (entry->info->labels, (guint) winner));
      entry->probability = emo_prediction_get_probabilities (prediction, branch)[winner];
    }
  entry->prediction = emo_prediction_to_json (prediction, image, NULL);
}

static void
take_picture (EmoRunEntry *entry,
              EmoSample   *sample)
{
  GBytes *bytes = emo_sample_get_bytes (sample);
  const char *kept = _emo_sample_get_kept_sha256 (sample);

  entry->file_name = g_strdup (emo_sample_get_file_name (sample));
  entry->image_sha256 = g_strdup (emo_sample_get_image_sha256 (sample));
  entry->marks = _emo_sample_get_mark_flags (sample);
  if (bytes != NULL)
    {
      entry->pasted = emo_run_entry_dup_kept_name (kept, bytes);
      entry->bytes = g_bytes_ref (bytes);
    }
  else if (kept != NULL)
    entry->pasted = g_file_get_basename (emo_sample_get_file (sample));
  else
    entry->uri = emo_sample_dup_uri (sample);
}

/**
 * _emo_sample_make_entry:
 * @self: a sample with a record
 * @info: (nullable): the model that a failed sample failed with
 *
 * Returns: (transfer full): what to store of it
 */
EmoRunEntry *
_emo_sample_make_entry (EmoSample    *self,
                        EmoModelInfo *info)
{
  EmoRunEntry *entry = emo_run_entry_new ();
  const GError *error = emo_sample_get_error (self);

  take_annotations (entry, self);
  take_picture (entry, self);
  entry->time = emo_sample_get_time (self);

  if (emo_sample_get_state (self) == EMO_SAMPLE_DONE)
    {
      entry->state = EMO_RUN_ENTRY_DONE;
      take_prediction (entry, self);
    }
  else if (emo_sample_get_state (self) == EMO_SAMPLE_FAILED)
    {
      entry->state = EMO_RUN_ENTRY_FAILED;
      entry->info = info != NULL ? emo_model_info_ref (info) : NULL;
      if (error != NULL)
        {
          entry->error_code = error->domain == EMO_ERROR ? error->code : EMO_ERROR_IO;
          entry->error = g_strdup (error->message);
        }
    }

  return entry;
}

/**
 * emo_sample_store_annotations:
 * @self: a sample
 * @store: the store that has its row
 *
 * Writes flag, own label and note; nothing where the sample has no row.
 */
void
emo_sample_store_annotations (EmoSample   *self,
                              EmoRunStore *store)
{
  g_autoptr (EmoRunEntry) entry = NULL;

  g_return_if_fail (EMO_IS_SAMPLE (self));
  g_return_if_fail (EMO_IS_RUN_STORE (store));

  if (_emo_sample_get_record (self)->number == 0)
    return;

  entry = emo_run_entry_new ();
  take_annotations (entry, self);
  emo_run_store_annotate (store, entry);
}

/* The hash that a kept copy is named by; NULL where the name is of no copy. */
static char *
dup_kept_sha256 (const char *pasted)
{
  gsize n = pasted != NULL ? strspn (pasted, "0123456789abcdef") : 0;

  return n == SHA256_LENGTH ? g_strndup (pasted, n) : NULL;
}

static gboolean
restore_result (EmoSample    *self,
                EmoRunEntry  *entry,
                GError      **error)
{
  g_autoptr (EmoPrediction) prediction = NULL;

  if (entry->state == EMO_RUN_ENTRY_FAILED)
    {
      _emo_sample_take_error (self, g_error_new (EMO_ERROR, entry->error_code, "%s",
                                                 entry->error != NULL ? entry->error : "unknown"));
      _emo_sample_set_state (self, EMO_SAMPLE_FAILED);
      return TRUE;
    }

  if (entry->prediction == NULL)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "The result of %s is missing", entry->file_name);
      return FALSE;
    }
  prediction = emo_prediction_new_from_json (entry->prediction, strlen (entry->prediction), entry->file_name,
                                             entry->info, error);
  if (prediction == NULL)
    return FALSE;
  _emo_sample_set_prediction (self, prediction);
  _emo_sample_set_state (self, EMO_SAMPLE_DONE);

  return TRUE;
}

/**
 * emo_sample_new_for_entry:
 * @entry: a whole entry of a store
 * @error: return location
 *
 * Makes a sample again: with its result where it has one, waiting where it has
 * none. Neither the picture nor the model need be there any more.
 *
 * Returns: (transfer full) (nullable): a sample that no session lists, or %NULL
 *   with the errors of emo_prediction_new_from_json()
 */
EmoSample *
emo_sample_new_for_entry (EmoRunEntry  *entry,
                          GError      **error)
{
  g_autoptr (EmoSample) self = NULL;
  g_autofree char *kept = NULL;
  g_autoptr (GFile) file = NULL;
  EmoSampleRecord *record;

  g_return_val_if_fail (entry != NULL, NULL);

  if (entry->uri == NULL)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "%s has no address", entry->file_name);
      return NULL;
    }

  kept = dup_kept_sha256 (entry->pasted);
  file = g_file_new_for_uri (entry->uri);
  self = _emo_sample_new_stored (file, entry->file_name, kept);
  _emo_sample_set_image_facts (self, entry->image_sha256, (EmoImageMarks) entry->marks);
  emo_sample_set_flagged (self, entry->flagged);
  emo_sample_set_own_label (self, entry->own_label);
  emo_sample_set_note (self, entry->note);
  if (entry->state != EMO_RUN_ENTRY_WAITING && !restore_result (self, entry, error))
    return NULL;
  _emo_sample_set_time (self, entry->time);

  record = _emo_sample_get_record (self);
  record->run = entry->run;
  record->number = entry->number;
  record->waiting = entry->state == EMO_RUN_ENTRY_WAITING;

  return g_steal_pointer (&self);
}
