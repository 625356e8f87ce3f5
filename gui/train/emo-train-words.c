/* emo-train-words.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>
#include <math.h>

#include "emo-emotion-name.h"
#include "emo-time-left.h"
#include "emo-train-setting.h"
#include "emo-train-words.h"

#define UNKNOWN "–"

/**
 * emo_train_words_dup_loss:
 * @loss: a loss, or NaN
 *
 * Returns: (transfer full): as many digits as say something
 */
char *
emo_train_words_dup_loss (double loss)
{
  return isnan (loss) ? g_strdup (UNKNOWN) : g_strdup_printf ("%.3g", loss);
}

/**
 * emo_train_words_dup_score:
 * @score: a share of one, or NaN
 *
 * Returns: (transfer full): in per cent
 */
char *
emo_train_words_dup_score (double score)
{
  return isnan (score) ? g_strdup (UNKNOWN) : emo_percent_to_string (score);
}

/**
 * emo_train_words_dup_count:
 * @count: a whole number
 *
 * Returns: (transfer full): with its thousands apart
 */
char *
emo_train_words_dup_count (double count)
{
  return g_strdup_printf ("%'.0f", count);
}

/**
 * emo_train_words_dup_epoch:
 * @epoch: an epoch that is done
 *
 * Returns: (transfer full): all that a line of the table shows
 */
char *
emo_train_words_dup_epoch (const EmoTrainEpoch *epoch)
{
  g_autofree char *loss = emo_train_words_dup_loss (epoch->loss);
  g_autofree char *val_loss = emo_train_words_dup_loss (epoch->val_loss);
  g_autofree char *accuracy = emo_train_words_dup_score (epoch->val_accuracy);
  g_autofree char *f1 = emo_train_words_dup_score (epoch->val_macro_f1);

  /* Translators: numbers of an epoch of training; the last three are of the validation pictures */
  return g_strdup_printf (_("Epoch %u: loss %s, validation loss %s, accuracy %s, macro F1 %s"),
                          epoch->epoch, loss, val_loss, accuracy, f1);
}

static const EmoTrainEpoch *
get_last_epoch (EmoTrainRecord *record)
{
  GListModel *epochs = emo_train_record_get_epochs (record);
  guint n = g_list_model_get_n_items (epochs);
  g_autoptr (EmoEpochItem) last = n > 0 ? g_list_model_get_item (epochs, n - 1) : NULL;

  return last != NULL ? emo_epoch_item_get_numbers (last) : NULL;
}

/**
 * emo_train_words_dup_losses:
 * @record: a stage
 *
 * Returns: (transfer full): what the curve of losses shows, newest first
 */
char *
emo_train_words_dup_losses (EmoTrainRecord *record)
{
  const EmoTrainSeries *losses = emo_train_record_get_losses (record);
  const EmoTrainEvent *latest = emo_train_record_get_latest (record);
  const EmoTrainEpoch *epoch = get_last_epoch (record);
  GString *text = g_string_new (NULL);

  if (!isnan (losses->first))
    {
      g_autofree char *loss = emo_train_words_dup_loss (latest->loss);
      g_autofree char *first = emo_train_words_dup_loss (losses->first);
      g_autofree char *step = emo_train_words_dup_count ((double) latest->step);

      /* Translators: loss, step, the loss at the beginning */
      g_string_append_printf (text, _("Loss %s at step %s, %s at first"), loss, step, first);
    }
  if (epoch != NULL && !isnan (epoch->val_loss))
    {
      g_autofree char *loss = emo_train_words_dup_loss (epoch->val_loss);

      g_string_append (text, text->len > 0 ? ". " : "");
      g_string_append_printf (text, _("Validation loss %s after epoch %u"), loss, epoch->epoch);
    }
  if (text->len == 0)
    g_string_append (text, _("Nothing to show yet"));

  return g_string_free (text, FALSE);
}

/**
 * emo_train_words_dup_scores:
 * @record: a stage
 *
 * Returns: (transfer full): what the curves of validation show
 */
char *
emo_train_words_dup_scores (EmoTrainRecord *record)
{
  const EmoTrainEpoch *epoch = get_last_epoch (record);
  g_autofree char *accuracy = NULL;
  g_autofree char *f1 = NULL;

  if (epoch == NULL || isnan (epoch->val_accuracy))
    return g_strdup (_("Nothing to show yet"));

  accuracy = emo_train_words_dup_score (epoch->val_accuracy);
  f1 = emo_train_words_dup_score (epoch->val_macro_f1);

  return g_strdup_printf (_("Accuracy %s, macro F1 %s after epoch %u"), accuracy, f1, epoch->epoch);
}

static void
add_part (GString    *text,
          const char *part)
{
  if (part[0] != '\0')
    g_string_append_printf (text, "%s%s", text->len > 0 ? " · " : "", part);
}

static char *
dup_rate (double rate)
{
  if (isnan (rate))
    return g_strdup ("");

  /* Translators: how many pictures a training sees in a second */
  return rate < 10 ? g_strdup_printf (_("%.1f pictures/s"), rate) : g_strdup_printf (_("%.0f pictures/s"), rate);
}

/**
 * emo_train_words_dup_progress:
 * @record: a stage that runs
 *
 * Returns: (transfer full): where it is, how fast, and how long it will take
 */
char *
emo_train_words_dup_progress (EmoTrainRecord *record)
{
  const EmoTrainEvent *latest = emo_train_record_get_latest (record);
  GString *text = g_string_new (NULL);
  g_autofree char *epoch = NULL;
  g_autofree char *rate = dup_rate (latest->pictures_per_s);
  g_autofree char *left = isnan (latest->seconds_left) ? g_strdup ("") : emo_time_left_to_string (latest->seconds_left);

  if (latest->epoch > 0 && latest->n_epochs > 0)
    {
      epoch = g_strdup_printf (_("Epoch %u of %u"), latest->epoch, latest->n_epochs);
      add_part (text, epoch);
    }
  add_part (text, rate);
  add_part (text, left);
  if (text->len == 0)
    g_string_append (text, _("Getting ready"));

  return g_string_free (text, FALSE);
}

static char *
dup_running (EmoTrainRecord *record,
             gboolean        several)
{
  g_autofree char *progress = record != NULL ? emo_train_words_dup_progress (record) : g_strdup (_("Getting ready"));

  if (record == NULL || !several)
    return g_steal_pointer (&progress);

  return g_strdup_printf (C_("a stage, and how far it is", "%s: %s"),
                          emo_train_stage_title (emo_train_record_get_stage (record)), progress);
}

static char *
dup_result (EmoTrainRecord *record)
{
  g_autofree char *scores = NULL;

  if (record == NULL || emo_train_record_get_state (record) != EMO_TRAIN_RECORD_DONE)
    return g_strdup (_("Everything was done before"));

  scores = emo_train_words_dup_scores (record);

  return g_strdup_printf (C_("a training, and its result", "Done: %s"), scores);
}

/**
 * emo_train_words_dup_state:
 * @state: a training's
 * @record: (nullable): its newest stage
 * @several: whether it has more than one
 * @unfinished: whether a checkpoint is left of it, or of one before
 *
 * Returns: (transfer full): how it is
 */
char *
emo_train_words_dup_state (EmoTrainRunState  state,
                           EmoTrainRecord   *record,
                           gboolean          several,
                           gboolean          unfinished)
{
  switch (state)
    {
    case EMO_TRAIN_RUN_RUNNING:
      return dup_running (record, several);
    case EMO_TRAIN_RUN_STOPPING:
      return g_strdup (_("Stops after this step and keeps a checkpoint"));
    case EMO_TRAIN_RUN_DONE:
      return dup_result (record);
    case EMO_TRAIN_RUN_STOPPED:
      return g_strdup (unfinished ? _("Stopped. Resume goes on from the last checkpoint.") : _("Stopped"));
    case EMO_TRAIN_RUN_FAILED:
      return g_strdup (unfinished ? _("Training failed. Resume goes on from the last checkpoint.") : _("Training failed"));
    case EMO_TRAIN_RUN_IDLE:
    default:
      return g_strdup (unfinished ? _("An earlier training was not finished. Resume goes on from its last checkpoint.")
                                  : _("Ready to train"));
    }
}

static char *
dup_started (const EmoTrainEvent *event)
{
  g_autofree char *n_pictures = emo_train_words_dup_count ((double) event->n_pictures);
  g_autofree char *n_steps = emo_train_words_dup_count ((double) event->n_steps);

  /* Translators: numbers of pictures, epochs and steps */
  return g_strdup_printf (_("begins: %s pictures, %u epochs, %s steps"), n_pictures, event->n_epochs, n_steps);
}

static char *
dup_with_path (const EmoTrainEvent *event,
               const char          *words)
{
  g_autofree char *path = event->path != NULL ? emo_file_escape_name (event->path) : NULL;

  return path != NULL ? g_strdup_printf ("%s: %s", words, path) : g_strdup (words);
}

static char *
dup_what (const EmoTrainEvent *event)
{
  EmoTrainEpoch epoch = { event->epoch, 0, 0, event->loss, event->val_loss, event->val_accuracy, event->val_macro_f1, NAN, NAN, NAN };

  switch (event->kind)
    {
    case EMO_TRAIN_EVENT_START:
      return dup_started (event);
    case EMO_TRAIN_EVENT_EPOCH:
      return emo_train_words_dup_epoch (&epoch);
    case EMO_TRAIN_EVENT_CHECKPOINT:
      return dup_with_path (event, _("checkpoint"));
    case EMO_TRAIN_EVENT_DONE:
      return dup_with_path (event, _("done"));
    case EMO_TRAIN_EVENT_STOPPED:
      return dup_with_path (event, _("stopped"));
    case EMO_TRAIN_EVENT_NOTE:
    case EMO_TRAIN_EVENT_SKIPPED:
    case EMO_TRAIN_EVENT_ERROR:
      return g_strdup (event->text);
    case EMO_TRAIN_EVENT_STEP:
    case EMO_TRAIN_N_EVENTS:
    default:
      return NULL;
    }
}

/**
 * emo_train_words_dup_event:
 * @event: an event
 *
 * Returns: (transfer full) (nullable): a line for the log; %NULL for steps, of
 *   which there are too many
 */
char *
emo_train_words_dup_event (const EmoTrainEvent *event)
{
  g_autofree char *what = NULL;

  g_return_val_if_fail (event != NULL, NULL);

  what = dup_what (event);
  if (what == NULL || event->stage[0] == '\0')
    return g_steal_pointer (&what);

  return g_strdup_printf (C_("in the log: a stage, and what it says", "%s: %s"), emo_train_stage_title (event->stage), what);
}
