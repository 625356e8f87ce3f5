/* emo-train-event.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-error.h"
#include "emo-file.h"
#include "emo-json.h"
#include "emo-train-event.h"

/* Of a text that is shown in an error. */
#define SHOWN_BYTES 60
/* Counts beyond this are no training's; doubles still hold them exactly. */
#define MOST (G_GUINT64_CONSTANT (1) << 53)

static const char * const kind_names[EMO_TRAIN_N_EVENTS] = {
  [EMO_TRAIN_EVENT_START] = "start",
  [EMO_TRAIN_EVENT_STEP] = "step",
  [EMO_TRAIN_EVENT_EPOCH] = "epoch",
  [EMO_TRAIN_EVENT_CHECKPOINT] = "checkpoint",
  [EMO_TRAIN_EVENT_NOTE] = "note",
  [EMO_TRAIN_EVENT_DONE] = "done",
  [EMO_TRAIN_EVENT_SKIPPED] = "skipped",
  [EMO_TRAIN_EVENT_STOPPED] = "stopped",
  [EMO_TRAIN_EVENT_ERROR] = "error",
};

static gboolean
read_kind (const EmoJsonValue  *object,
           EmoTrainEventKind   *kind,
           GError             **error)
{
  const char *name = emo_json_value_get_member_string (object, "event", NULL);
  g_autofree char *shown = NULL;

  for (int i = 0; name != NULL && i < EMO_TRAIN_N_EVENTS; i++)
    if (g_str_equal (name, kind_names[i]))
      {
        *kind = i;
        return TRUE;
      }
  shown = emo_file_escape_start (name != NULL ? name : "", SHOWN_BYTES);
  g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "a line of training: no event is called “%s”", shown);

  return FALSE;
}

/* Absent and null are not told. */
static gboolean
read_count (const EmoJsonValue  *object,
            const char          *key,
            guint64              most,
            guint64             *count,
            GError             **error)
{
  const EmoJsonValue *value = emo_json_value_get_member (object, key);

  *count = 0;
  if (value == NULL || emo_json_value_get_type (value) == EMO_JSON_NULL)
    return TRUE;
  if (emo_json_value_get_uint64 (value, count) && *count <= most)
    return TRUE;
  g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE,
               "a line of training: “%s” is no whole number from 0 to %" G_GUINT64_FORMAT, key, most);

  return FALSE;
}

static gboolean
read_number (const EmoJsonValue  *object,
             const char          *key,
             double               least,
             double               most,
             double              *number,
             GError             **error)
{
  const EmoJsonValue *value = emo_json_value_get_member (object, key);

  *number = NAN;
  if (value == NULL || emo_json_value_get_type (value) == EMO_JSON_NULL)
    return TRUE;
  *number = emo_json_value_get_double (value);
  if (*number >= least && *number <= most)
    return TRUE;
  g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE,
               "a line of training: “%s” is no number from %g to %g", key, least, most);

  return FALSE;
}

static gboolean
read_counts (EmoTrainEvent       *self,
             const EmoJsonValue  *object,
             GError             **error)
{
  guint64 epoch, n_epochs;

  if (!read_count (object, "pictures", MOST, &self->n_pictures, error) ||
      !read_count (object, "steps", MOST, &self->n_steps, error) ||
      !read_count (object, "step", MOST, &self->step, error) ||
      !read_count (object, "epochs", G_MAXUINT, &n_epochs, error) ||
      !read_count (object, "epoch", G_MAXUINT, &epoch, error))
    return FALSE;
  self->n_epochs = (guint) n_epochs;
  self->epoch = (guint) epoch;

  return TRUE;
}

static gboolean
read_numbers (EmoTrainEvent       *self,
              const EmoJsonValue  *object,
              GError             **error)
{
  return read_number (object, "loss", -G_MAXDOUBLE, G_MAXDOUBLE, &self->loss, error) &&
         read_number (object, "val_loss", -G_MAXDOUBLE, G_MAXDOUBLE, &self->val_loss, error) &&
         read_number (object, "val_accuracy", 0, 1, &self->val_accuracy, error) &&
         read_number (object, "val_macro_f1", 0, 1, &self->val_macro_f1, error) &&
         read_number (object, "lr", 0, G_MAXDOUBLE, &self->lr, error) &&
         read_number (object, "pictures_per_s", 0, G_MAXDOUBLE, &self->pictures_per_s, error) &&
         read_number (object, "seconds_left", 0, G_MAXDOUBLE, &self->seconds_left, error) &&
         read_number (object, "seconds", 0, G_MAXDOUBLE, &self->seconds, error);
}

static EmoJson *
parse_object (const char  *line,
              gsize        length,
              GError     **error)
{
  g_autoptr (EmoJson) json = emo_json_parse (line, length, "a line of training", 0, error);

  if (json == NULL || emo_json_value_get_type (emo_json_get_root (json)) == EMO_JSON_OBJECT)
    return g_steal_pointer (&json);
  g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "a line of training: no JSON object");

  return NULL;
}

/**
 * emo_train_event_parse:
 * @line: (array length=length): a line without its end; any bytes
 * @length: its bytes
 * @error: return location for EMO_ERROR_INVALID_FILE and EMO_ERROR_LIMIT
 *
 * Reads what EmoTrainLog wrote. Members that nobody knows are passed over, so
 * that a newer command line may say more.
 *
 * Returns: (transfer full) (nullable): what the line says
 */
EmoTrainEvent *
emo_train_event_parse (const char  *line,
                       gsize        length,
                       GError     **error)
{
  g_autoptr (EmoTrainEvent) self = NULL;
  g_autoptr (EmoJson) json = NULL;
  const EmoJsonValue *object;

  g_return_val_if_fail (line != NULL || length == 0, NULL);

  json = parse_object (length > 0 ? line : "", length, error);
  if (json == NULL)
    return NULL;
  object = emo_json_get_root (json);
  self = g_new0 (EmoTrainEvent, 1);
  if (!read_kind (object, &self->kind, error) ||
      !read_counts (self, object, error) ||
      !read_numbers (self, object, error))
    return NULL;
  self->stage = g_strdup (emo_json_value_get_member_string (object, "stage", ""));
  self->text = g_strdup (emo_json_value_get_member_string (object, "text", NULL));
  self->path = g_strdup (emo_json_value_get_member_string (object, "path", NULL));

  return g_steal_pointer (&self);
}

/**
 * emo_train_event_free:
 * @self: (transfer full) (nullable): an event
 */
void
emo_train_event_free (EmoTrainEvent *self)
{
  if (self == NULL)
    return;
  g_free (self->stage);
  g_free (self->text);
  g_free (self->path);
  g_free (self);
}
