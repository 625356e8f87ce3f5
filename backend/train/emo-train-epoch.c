/* emo-train-epoch.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>
#include <string.h>

#include "emo-error.h"
#include "emo-json.h"
#include "emo-train-epoch.h"

/* A state's text has five numbers. */
#define MAX_TEXT 1024

/* Counts beyond this are no training's; doubles still hold them exactly. */
#define MOST (G_GINT64_CONSTANT (1) << 53)

/**
 * emo_train_epoch_add_step:
 * @self: the epoch that runs
 * @epoch: the step's, from 1
 * @step: steps done, this one included
 * @n_pictures: how many it saw
 * @loss: mean over them
 * @lr: it was made with
 *
 * Takes a step into the mean over the epoch's pictures.
 */
void
emo_train_epoch_add_step (EmoTrainEpoch *self,
                          guint          epoch,
                          gint64         step,
                          guint          n_pictures,
                          double         loss,
                          double         lr)
{
  g_return_if_fail (self != NULL);

  if (self->epoch != epoch)
    *self = (EmoTrainEpoch) { .epoch = epoch };
  self->step = step;
  self->lr = lr;
  if (n_pictures == 0)
    return;
  /* What went before may not be known. */
  if (self->n_pictures == 0)
    self->loss = loss;
  self->n_pictures += n_pictures;
  self->loss += (loss - self->loss) * n_pictures / (double) self->n_pictures;
}

/**
 * emo_train_epoch_set_val:
 * @self: an epoch
 * @metrics: (nullable): what val says of it
 */
void
emo_train_epoch_set_val (EmoTrainEpoch    *self,
                         const EmoMetrics *metrics)
{
  gboolean known = metrics != NULL && metrics->n > 0;

  g_return_if_fail (self != NULL);

  self->val_loss = known ? metrics->nll : NAN;
  self->val_accuracy = known ? metrics->accuracy : NAN;
  self->val_macro_f1 = known ? metrics->macro_f1 : NAN;
}

/* --- In a checkpoint --- */

/**
 * emo_train_epoch_to_string:
 * @self: an epoch
 *
 * Returns: (transfer full): one line for emo_train_epoch_restore()
 */
char *
emo_train_epoch_to_string (const EmoTrainEpoch *self)
{
  GString *text;

  g_return_val_if_fail (self != NULL, NULL);

  text = g_string_new (NULL);
  g_string_append_printf (text, "{\"epoch\": %u, \"step\": %" G_GINT64_FORMAT ", \"pictures\": %" G_GUINT64_FORMAT ", \"loss\": ",
                          self->epoch, self->step, self->n_pictures);
  emo_json_append_double (text, self->loss);
  g_string_append (text, ", \"lr\": ");
  emo_json_append_double (text, self->lr);
  g_string_append_c (text, '}');

  return g_string_free (text, FALSE);
}

static gboolean
read_whole (const EmoJsonValue *root,
            const char         *key,
            gint64              most,
            gint64             *out)
{
  const EmoJsonValue *value = emo_json_value_get_member (root, key);

  return value != NULL && emo_json_value_get_int64 (value, out) && *out >= 0 && *out <= most;
}

/* Null is not known. */
static gboolean
read_number (const EmoJsonValue *root,
             const char         *key,
             double             *out)
{
  const EmoJsonValue *value = emo_json_value_get_member (root, key);

  if (value == NULL || (emo_json_value_get_type (value) != EMO_JSON_NUMBER && emo_json_value_get_type (value) != EMO_JSON_NULL))
    return FALSE;
  *out = emo_json_value_get_double (value);

  return TRUE;
}

static gboolean
read_state (const EmoJsonValue *root,
            EmoTrainEpoch      *state)
{
  gint64 epoch, n_pictures;

  if (emo_json_value_get_type (root) != EMO_JSON_OBJECT || !read_whole (root, "epoch", G_MAXUINT, &epoch) ||
      !read_whole (root, "step", MOST, &state->step) || !read_whole (root, "pictures", MOST, &n_pictures) ||
      !read_number (root, "loss", &state->loss) || !read_number (root, "lr", &state->lr))
    return FALSE;
  state->epoch = (guint) epoch;
  state->n_pictures = (guint64) n_pictures;
  state->val_loss = state->val_accuracy = state->val_macro_f1 = NAN;

  return TRUE;
}

/**
 * emo_train_epoch_restore:
 * @self: an epoch; replaced
 * @text: what emo_train_epoch_to_string() gave
 * @error: return location
 *
 * Returns: %FALSE with %EMO_ERROR_INVALID_FILE, and then @self is as it was
 */
gboolean
emo_train_epoch_restore (EmoTrainEpoch  *self,
                         const char     *text,
                         GError        **error)
{
  g_autoptr (EmoJson) json = NULL;
  EmoTrainEpoch state = { 0 };

  g_return_val_if_fail (self != NULL && text != NULL, FALSE);

  json = emo_json_parse (text, strlen (text), "the epoch that runs", MAX_TEXT, error);
  if (json == NULL)
    return FALSE;
  if (!read_state (emo_json_get_root (json), &state))
    {
      g_set_error_literal (error, EMO_ERROR, EMO_ERROR_INVALID_FILE,
                           "the epoch that runs: expected its number, steps, pictures, loss and learning rate, found something else");
      return FALSE;
    }
  *self = state;

  return TRUE;
}
