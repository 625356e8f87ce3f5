/* emo-train-log.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-event-file.h"
#include "emo-file.h"
#include "emo-json.h"
#include "emo-pace.h"
#include "emo-train-log.h"

/* At most four steps a second are told: a view draws no more, and a fit of a
 * small gate has thousands. */
#define TELL_EVERY (G_USEC_PER_SEC / 4)

/* EmoTrainLog:
 *
 * Two paces. Steps tell how fast pictures go by and how long the steps left will
 * take; where a stage tells no steps, epochs do. What lies between the last step
 * of an epoch and its end is validation, which has a pace of its own and is added
 * for each epoch left.
 */
struct _EmoTrainLog
{
  EmoTrainLogSettings  settings;
  char                *stage;
  char                *folder;

  EmoEpochTable       *table;        /* (nullable) */
  EmoEventFile        *events;       /* (nullable) */
  double               wall_start;   /* seconds since 1970 at the start, told to people only */

  gint64               start;        /* when the stage began, by the clock */
  gint64               last;         /* when the last step or epoch ended */
  gint64               told;         /* when a step was told last; -1: none */
  gint64               epoch_start;

  EmoPace              steps;
  EmoPace              epochs;
  EmoPace              validations;

  gint64               step;         /* done */
  guint                epochs_done;
  gint64               epoch_micros; /* of this epoch's steps */
  guint64              epoch_pictures;
  double               loss_sum;     /* since a step was told */
  guint                n_losses;
};

static gint64
get_time (EmoTrainLog *self)
{
  return self->settings.clock != NULL ? self->settings.clock () : g_get_monotonic_time ();
}

/**
 * emo_train_log_new:
 * @settings: what the stage is; copied, but for the functions' @user_data
 *
 * Returns: (transfer full): a log that has said nothing yet
 */
EmoTrainLog *
emo_train_log_new (const EmoTrainLogSettings *settings)
{
  EmoTrainLog *self;

  g_return_val_if_fail (settings != NULL && settings->stage != NULL, NULL);

  self = g_new0 (EmoTrainLog, 1);
  self->settings = *settings;
  self->stage = g_strdup (settings->stage);
  self->folder = g_strdup (settings->folder);
  self->step = settings->steps_done;
  self->epochs_done = settings->epochs_done;
  self->start = self->last = self->epoch_start = get_time (self);
  self->told = -1;

  return self;
}

/**
 * emo_train_log_free:
 * @self: (transfer full) (nullable): a log
 */
void
emo_train_log_free (EmoTrainLog *self)
{
  if (self == NULL)
    return;
  emo_epoch_table_free (self->table);
  emo_event_file_free (self->events);
  g_free (self->stage);
  g_free (self->folder);
  g_free (self);
}

/* --- Lines --- */

static GString *
begin_line (EmoTrainLog *self,
            const char  *event)
{
  GString *line = g_string_new ("{\"event\":");

  emo_json_append_string (line, event);
  g_string_append (line, ",\"stage\":");
  emo_json_append_string (line, self->stage);

  return line;
}

static void
add_text (GString    *line,
          const char *key,
          const char *text)
{
  g_string_append_printf (line, ",\"%s\":", key);
  emo_json_append_string (line, text);
}

static void
add_number (GString    *line,
            const char *key,
            double      number)
{
  g_string_append_printf (line, ",\"%s\":", key);
  emo_json_append_double (line, number);
}

static void
add_whole (GString    *line,
           const char *key,
           gint64      number)
{
  g_string_append_printf (line, ",\"%s\":%" G_GINT64_FORMAT, key, number);
}

static void
end_line (EmoTrainLog *self,
          GString     *line)
{
  g_string_append_c (line, '}');
  if (self->settings.line != NULL)
    self->settings.line (line->str, self->settings.user_data);
  g_string_free (line, TRUE);
}

static void
say (EmoTrainLog *self,
     const char  *event,
     const char  *key,
     const char  *text)
{
  GString *line = begin_line (self, event);

  add_text (line, key, text);
  end_line (self, line);
}

/* --- Time --- */

static double
get_seconds_left (EmoTrainLog *self)
{
  guint n_epochs = self->settings.n_epochs - MIN (self->epochs_done, self->settings.n_epochs);
  double validation = emo_pace_get_seconds_per_step (&self->validations);

  if (self->steps.n == 0)
    return n_epochs > 0 ? emo_pace_get_seconds_per_step (&self->epochs) * n_epochs : 0;
  /* One epoch's validation is an estimate, none is not. */
  if (self->validations.n == 1)
    validation = (double) self->validations.micros[0] / G_USEC_PER_SEC;

  return emo_pace_get_seconds_per_step (&self->steps) * (double) MAX (self->settings.n_steps - self->step, 0) +
         (isnan (validation) ? 0 : validation * n_epochs);
}

static double
get_pictures_per_second (EmoTrainLog *self)
{
  return emo_pace_get_pictures_per_second (self->steps.n > 0 ? &self->steps : &self->epochs);
}

static double
get_wall_time (EmoTrainLog *self)
{
  return self->wall_start + (double) (get_time (self) - self->start) / G_USEC_PER_SEC;
}

/* --- What a person reads --- */

static void
append_fixed (GString    *text,
              const char *format,
              double      number)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append (text, g_ascii_formatd (buffer, sizeof buffer, format, number));
}

static void
append_time_left (GString *text,
                  double   seconds)
{
  gint64 minutes = (gint64) MIN (ceil (seconds / 60), 1e9);

  if (seconds < 60)
    g_string_append_printf (text, ", %d s left", (int) ceil (seconds));
  else if (minutes < 60)
    g_string_append_printf (text, ", %d min left", (int) minutes);
  else
    g_string_append_printf (text, ", %" G_GINT64_FORMAT " h %d min left", minutes / 60, (int) (minutes % 60));
}

static char *
describe (const EmoTrainProgress *progress)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "epoch %u/%u", progress->epoch, progress->n_epochs);
  if (!isnan (progress->loss))
    {
      g_string_append (text, ", loss ");
      append_fixed (text, "%.4g", progress->loss);
    }
  if (!isnan (progress->pictures_per_s))
    {
      g_string_append (text, ", ");
      append_fixed (text, progress->pictures_per_s < 100 ? "%.1f" : "%.0f", progress->pictures_per_s);
      g_string_append (text, " pictures/s");
    }
  if (!isnan (progress->seconds_left))
    append_time_left (text, progress->seconds_left);

  return g_string_free (text, FALSE);
}

static double
get_fraction (EmoTrainLog *self)
{
  double done = 0;

  if (self->settings.n_steps > 0)
    done = (double) self->step / (double) self->settings.n_steps;
  if (self->settings.n_epochs > 0)
    done = MAX (done, (double) self->epochs_done / self->settings.n_epochs);

  return CLAMP (done, 0, 1);
}

static void
tell_progress (EmoTrainLog *self,
               guint        epoch,
               double       loss)
{
  g_autofree char *text = NULL;
  EmoTrainProgress progress = {
    .stage = self->stage,
    .epoch = epoch,
    .n_epochs = self->settings.n_epochs,
    .step = self->step,
    .n_steps = self->settings.n_steps,
    .loss = loss,
    .pictures_per_s = get_pictures_per_second (self),
    .seconds_left = get_seconds_left (self),
    .fraction = get_fraction (self),
  };

  if (self->settings.progress == NULL)
    return;
  progress.text = text = describe (&progress);
  self->settings.progress (&progress, self->settings.user_data);
}

/* --- Files --- */

/* A log that fails is given up, once and in words. */
static void
give_up (EmoTrainLog  *self,
         const GError *error)
{
  g_autofree char *text = g_strdup_printf ("A log ends here and the training goes on: %s", error->message);

  emo_train_log_note (self, text);
}

static void
open_table (EmoTrainLog *self)
{
  g_autofree char *path = g_build_filename (self->folder, "epochs.csv", NULL);
  g_autofree char *moved = NULL;
  g_autoptr (GError) error = NULL;

  self->table = emo_epoch_table_new (path, self->epochs_done, &moved, &error);
  if (self->table == NULL)
    give_up (self, error);
  if (moved != NULL)
    {
      g_autofree char *shown = emo_file_escape_name (moved);
      g_autofree char *text = g_strdup_printf ("The table of epochs was none of ours and is now %s", shown);

      emo_train_log_note (self, text);
    }
}

static void
open_files (EmoTrainLog *self)
{
  g_autoptr (GError) error = NULL;

  if (!emo_file_make_folder (self->folder, &error))
    {
      give_up (self, error);
      return;
    }
  open_table (self);
  self->events = emo_event_file_new (self->folder, self->wall_start, self->step > 0 ? self->step + 1 : 0, &error);
  if (self->events == NULL)
    give_up (self, error);
}

static void
draw (EmoTrainLog     *self,
      const EmoScalar *scalars,
      guint            n_scalars)
{
  g_autoptr (GError) error = NULL;

  if (self->events == NULL || emo_event_file_add (self->events, get_wall_time (self), self->step, scalars, n_scalars, &error))
    return;
  g_clear_pointer (&self->events, emo_event_file_free);
  give_up (self, error);
}

/* --- What happens --- */

/**
 * emo_train_log_start:
 * @self: a log
 *
 * The stage begins, or goes on.
 */
void
emo_train_log_start (EmoTrainLog *self)
{
  GString *line;

  g_return_if_fail (self != NULL);

  self->wall_start = (double) g_get_real_time () / G_USEC_PER_SEC;
  self->start = self->last = self->epoch_start = get_time (self);
  line = begin_line (self, "start");
  add_whole (line, "pictures", (gint64) self->settings.n_pictures);
  add_whole (line, "epochs", self->settings.n_epochs);
  add_whole (line, "steps", self->settings.n_steps);
  end_line (self, line);
  if (self->folder != NULL)
    open_files (self);
}

static void
tell_step (EmoTrainLog *self,
           guint        epoch,
           double       lr)
{
  double loss = self->n_losses > 0 ? self->loss_sum / self->n_losses : NAN;
  double rate = get_pictures_per_second (self);
  GString *line = begin_line (self, "step");

  add_whole (line, "epoch", epoch);
  add_whole (line, "step", self->step);
  add_number (line, "loss", loss);
  add_number (line, "lr", lr);
  add_number (line, "pictures_per_s", rate);
  add_number (line, "seconds_left", get_seconds_left (self));
  end_line (self, line);
  draw (self, (const EmoScalar[]) { { "train/loss", loss }, { "train/lr", lr }, { "train/pictures_per_s", rate } }, 3);
  tell_progress (self, epoch, loss);
  self->loss_sum = 0;
  self->n_losses = 0;
}

/**
 * emo_train_log_step:
 * @self: a log that was started
 * @epoch: the running epoch, from 1
 * @step: steps done, this one included
 * @n_pictures: how many pictures the step saw, at least 1
 * @loss: its loss; what is told is the mean since a step was told last
 * @lr: its learning rate
 *
 * A step is done.
 */
void
emo_train_log_step (EmoTrainLog *self,
                    guint        epoch,
                    gint64       step,
                    guint        n_pictures,
                    double       loss,
                    double       lr)
{
  gint64 now;

  g_return_if_fail (self != NULL && n_pictures > 0);

  now = get_time (self);
  self->epoch_micros += emo_pace_add (&self->steps, now - self->last, n_pictures);
  self->epoch_pictures += n_pictures;
  self->last = now;
  self->step = step;
  if (!isnan (loss))
    {
      self->loss_sum += loss;
      self->n_losses++;
    }
  /* A clock that went back is no reason to be silent. */
  if (self->told >= 0 && now >= self->told && now - self->told < TELL_EVERY && step != self->settings.n_steps)
    return;
  self->told = now;
  tell_step (self, epoch, lr);
}

/* The rate of an epoch is that of its steps, or of the whole where it has told
 * none. */
static void
complete_epoch (EmoTrainLog   *self,
                EmoTrainEpoch *row,
                gint64         now)
{
  gint64 micros = self->epoch_micros;
  guint64 pictures = self->epoch_pictures;

  if (row->n_pictures == 0)
    row->n_pictures = pictures > 0 ? pictures : self->settings.n_pictures;
  if (pictures == 0)
    {
      pictures = row->n_pictures;
      micros = emo_pace_add (&self->epochs, now - self->epoch_start, (guint) CLAMP (pictures, 1, G_MAXUINT));
    }
  else
    emo_pace_add (&self->validations, now - self->last, 1);
  row->pictures_per_s = micros > 0 && pictures > 0 ? (double) pictures * G_USEC_PER_SEC / (double) micros : NAN;
  row->seconds = (double) MAX (now - self->epoch_start, 0) / G_USEC_PER_SEC;
}

static void
keep_row (EmoTrainLog         *self,
          const EmoTrainEpoch *row)
{
  g_autoptr (GError) error = NULL;

  if (self->table == NULL || emo_epoch_table_add (self->table, row, &error))
    return;
  g_clear_pointer (&self->table, emo_epoch_table_free);
  give_up (self, error);
}

/**
 * emo_train_log_epoch:
 * @self: a log that was started
 * @numbers: what the epoch reached; its rate and seconds are the log's to say
 *
 * An epoch is done, and its validation.
 */
void
emo_train_log_epoch (EmoTrainLog         *self,
                     const EmoTrainEpoch *numbers)
{
  EmoTrainEpoch row;
  gint64 now;
  GString *line;

  g_return_if_fail (self != NULL && numbers != NULL && numbers->epoch > self->epochs_done);

  row = *numbers;
  now = get_time (self);
  self->step = numbers->step;
  self->epochs_done = numbers->epoch;
  complete_epoch (self, &row, now);

  line = begin_line (self, "epoch");
  add_whole (line, "epoch", row.epoch);
  add_number (line, "loss", row.loss);
  add_number (line, "val_loss", row.val_loss);
  add_number (line, "val_accuracy", row.val_accuracy);
  add_number (line, "val_macro_f1", row.val_macro_f1);
  add_number (line, "lr", row.lr);
  add_number (line, "pictures_per_s", row.pictures_per_s);
  add_number (line, "seconds_left", get_seconds_left (self));
  end_line (self, line);

  draw (self, (const EmoScalar[]) { { "epoch/loss", row.loss }, { "epoch/lr", row.lr }, { "val/loss", row.val_loss },
                                    { "val/accuracy", row.val_accuracy }, { "val/macro_f1", row.val_macro_f1 } }, 5);
  keep_row (self, &row);
  tell_progress (self, row.epoch, row.loss);
  self->epoch_micros = 0;
  self->epoch_pictures = 0;
  self->last = self->epoch_start = get_time (self);
}

/**
 * emo_train_log_checkpoint:
 * @self: a log
 * @path: the checkpoint that is now on the disk
 */
void
emo_train_log_checkpoint (EmoTrainLog *self,
                          const char  *path)
{
  g_return_if_fail (self != NULL && path != NULL);

  say (self, "checkpoint", "path", path);
  /* Saving is not how fast pictures go by. */
  self->last = get_time (self);
}

/**
 * emo_train_log_note:
 * @self: a log
 * @text: what a person should know
 */
void
emo_train_log_note (EmoTrainLog *self,
                    const char  *text)
{
  g_return_if_fail (self != NULL && text != NULL);

  say (self, "note", "text", text);
}

/**
 * emo_train_log_done:
 * @self: a log
 * @path: what the stage has made
 */
void
emo_train_log_done (EmoTrainLog *self,
                    const char  *path)
{
  GString *line;

  g_return_if_fail (self != NULL && path != NULL);

  line = begin_line (self, "done");
  add_text (line, "path", path);
  add_number (line, "seconds", (double) MAX (get_time (self) - self->start, 0) / G_USEC_PER_SEC);
  end_line (self, line);
}

/**
 * emo_train_log_skipped:
 * @self: a log
 * @text: why the stage has nothing to do
 */
void
emo_train_log_skipped (EmoTrainLog *self,
                       const char  *text)
{
  g_return_if_fail (self != NULL && text != NULL);

  say (self, "skipped", "text", text);
}

/**
 * emo_train_log_stopped:
 * @self: a log
 * @path: (nullable): the checkpoint that it can go on from
 */
void
emo_train_log_stopped (EmoTrainLog *self,
                       const char  *path)
{
  g_return_if_fail (self != NULL);

  say (self, "stopped", "path", path);
}

/**
 * emo_train_log_error:
 * @self: a log
 * @text: what went wrong
 */
void
emo_train_log_error (EmoTrainLog *self,
                     const char  *text)
{
  g_return_if_fail (self != NULL && text != NULL);

  say (self, "error", "text", text);
}
