/* emo-early-stopping.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-early-stopping.h"
#include "emo-error.h"
#include "emo-json.h"

/* A state's text has five numbers. */
#define MAX_TEXT 1024

static gboolean
is_better (const EmoEarlyStopping *self,
           double                  value)
{
  if (isnan (self->best))
    return TRUE;

  return self->higher ? value > self->best + self->min_change : value < self->best - self->min_change;
}

/**
 * emo_early_stopping_add:
 * @self: what is known so far
 * @epoch: epochs done
 * @step: steps done
 * @value: what the epoch reached; what is not finite says nothing of the epoch
 *
 * Returns: whether it is the best so far; equal values are not
 */
gboolean
emo_early_stopping_add (EmoEarlyStopping *self,
                        guint             epoch,
                        gint64            step,
                        double            value)
{
  g_return_val_if_fail (self != NULL, FALSE);

  if (!isfinite (value))
    return FALSE;
  if (!is_better (self, value))
    {
      self->waited++;
      return FALSE;
    }
  self->best = value;
  self->best_epoch = epoch;
  self->best_step = step;
  self->waited = 0;

  return TRUE;
}

/**
 * emo_early_stopping_should_stop:
 * @self: what is known so far
 * @epoch: epochs done
 *
 * Returns: whether the training has been no better for too long
 */
gboolean
emo_early_stopping_should_stop (const EmoEarlyStopping *self,
                                guint                   epoch)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->patience > 0 && self->waited >= self->patience && epoch >= self->min_epochs;
}

/**
 * emo_early_stopping_to_string:
 * @self: what is known so far
 *
 * Returns: (transfer full): one line for emo_early_stopping_restore()
 */
char *
emo_early_stopping_to_string (const EmoEarlyStopping *self)
{
  GString *text;

  g_return_val_if_fail (self != NULL, NULL);

  text = g_string_new ("{\"best\": ");
  emo_json_append_double (text, self->best);
  g_string_append_printf (text, ", \"best_epoch\": %u, \"best_step\": %" G_GINT64_FORMAT ", \"waited\": %u}",
                          self->best_epoch, self->best_step, self->waited);

  return g_string_free (text, FALSE);
}

static gboolean
read_whole (const EmoJsonValue *root,
            const char         *key,
            gint64              least,
            gint64              most,
            gint64             *out)
{
  const EmoJsonValue *value = emo_json_value_get_member (root, key);

  return value != NULL && emo_json_value_get_int64 (value, out) && *out >= least && *out <= most;
}

/* Nothing counted yet is null, and then there is no best step either. */
static gboolean
read_state (const EmoJsonValue *root,
            EmoEarlyStopping   *state)
{
  const EmoJsonValue *best = emo_json_value_get_member (root, "best");
  gint64 epoch, waited;

  if (best == NULL || (emo_json_value_get_type (best) != EMO_JSON_NUMBER && emo_json_value_get_type (best) != EMO_JSON_NULL) ||
      !read_whole (root, "best_epoch", 0, G_MAXUINT, &epoch) || !read_whole (root, "waited", 0, G_MAXUINT, &waited) ||
      !read_whole (root, "best_step", -1, G_MAXINT64, &state->best_step))
    return FALSE;
  state->best = emo_json_value_get_double (best);
  state->best_epoch = (guint) epoch;
  state->waited = (guint) waited;

  return isnan (state->best) == (state->best_step < 0);
}

/**
 * emo_early_stopping_restore:
 * @self: the settings; the state is replaced
 * @text: what emo_early_stopping_to_string() gave
 * @error: return location
 *
 * Returns: %FALSE with %EMO_ERROR_INVALID_FILE, and then @self is as it was
 */
gboolean
emo_early_stopping_restore (EmoEarlyStopping  *self,
                            const char        *text,
                            GError           **error)
{
  g_autoptr (EmoJson) json = NULL;
  EmoEarlyStopping state;

  g_return_val_if_fail (self != NULL && text != NULL, FALSE);

  state = *self;
  json = emo_json_parse (text, strlen (text), "early stopping", MAX_TEXT, error);
  if (json == NULL)
    return FALSE;
  if (emo_json_value_get_type (emo_json_get_root (json)) != EMO_JSON_OBJECT || !read_state (emo_json_get_root (json), &state))
    {
      g_set_error_literal (error, EMO_ERROR, EMO_ERROR_INVALID_FILE,
                           "early stopping: expected the best value, its epoch and step and the epochs since, found something else");
      return FALSE;
    }
  *self = state;

  return TRUE;
}
