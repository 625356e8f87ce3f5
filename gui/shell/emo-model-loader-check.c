/* emo-model-loader-check.c: the model's answers against the numbers it carries
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-model-loader-private.h"

void
_emo_model_loader_drop_check (EmoModelLoader *self)
{
  if (self->checking != NULL)
    g_cancellable_cancel (self->checking);
  g_clear_object (&self->checking);
  g_clear_pointer (&self->check, emo_check_free);
  g_clear_pointer (&self->check_error, g_free);
}

typedef struct
{
  GWeakRef       loader;
  EmoEngine     *engine;
  EmoClassifier *classifier;
} Checking;

static void
checking_clear (gpointer data)
{
  Checking *checking = data;

  g_weak_ref_clear (&checking->loader);
  if (checking->classifier != NULL)
    emo_engine_release (checking->engine, g_steal_pointer (&checking->classifier));
  g_clear_object (&checking->engine);
}

static void
checking_unref (gpointer data)
{
  g_rc_box_release_full (data, checking_clear);
}

static gpointer
check_worker (gpointer       data,
              GCancellable  *cancellable,
              GError       **error)
{
  Checking *checking = data;

  return emo_classifier_check (checking->classifier, cancellable, error);
}

static void
check_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  Checking *checking = user_data;
  g_autoptr (EmoModelLoader) self = g_weak_ref_get (&checking->loader);
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoCheck) check = emo_engine_run_finish (checking->engine, result, &error);

  if (self != NULL && self->classifier == checking->classifier)
    {
      g_clear_object (&self->checking);
      self->check = g_steal_pointer (&check);
      if (self->check == NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        self->check_error = g_strdup (error->message);
      _emo_model_loader_changed (self);
    }
  checking_unref (checking);
}

/**
 * emo_model_loader_check:
 * @self: a loader
 *
 * Compares the model's answers with the numbers that it carries, once a load,
 * between the pictures of a batch. emo_model_loader_get_check() has the outcome.
 */
void
emo_model_loader_check (EmoModelLoader *self)
{
  Checking *checking;

  g_return_if_fail (EMO_IS_MODEL_LOADER (self));

  if (self->classifier == NULL || self->checking != NULL || self->check != NULL || self->check_error != NULL)
    return;

  checking = g_rc_box_new0 (Checking);
  g_weak_ref_init (&checking->loader, self);
  checking->engine = g_object_ref (self->engine);
  checking->classifier = g_object_ref (self->classifier);
  self->checking = g_cancellable_new ();
  emo_engine_run_async (self->engine,
                        EMO_ENGINE_BATCH,
                        check_worker,
                        g_rc_box_acquire (checking),
                        checking_unref,
                        (GDestroyNotify) emo_check_free,
                        self->checking,
                        check_cb,
                        checking);
  _emo_model_loader_changed (self);
}

/**
 * emo_model_loader_get_check:
 * @self: a loader
 *
 * Returns: (transfer none) (nullable): how the model's answers compare with the
 *   numbers that it carries
 */
const EmoCheck *
emo_model_loader_get_check (EmoModelLoader *self)
{
  g_return_val_if_fail (EMO_IS_MODEL_LOADER (self), NULL);

  return self->check;
}

/**
 * emo_model_loader_get_check_error:
 * @self: a loader
 *
 * Returns: (transfer none) (nullable): why there is nothing to compare
 */
const char *
emo_model_loader_get_check_error (EmoModelLoader *self)
{
  g_return_val_if_fail (EMO_IS_MODEL_LOADER (self), NULL);

  return self->check_error;
}
