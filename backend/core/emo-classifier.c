/* emo-classifier.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-classifier.h"
#include "emo-error.h"

G_DEFINE_INTERFACE (EmoClassifier, emo_classifier, G_TYPE_OBJECT)

static void
emo_classifier_default_init (EmoClassifierInterface *iface)
{
}

/* A classifier need not offer everything: a scripted one has no numbers to
 * check, a head alone cannot write. Returns FALSE, so that it can be returned. */
static gboolean
set_unsupported (EmoClassifier *self,
                 const char    *what,
                 GError       **error)
{
  g_set_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED,
               "%s cannot %s", G_OBJECT_TYPE_NAME (self), what);

  return FALSE;
}

/**
 * emo_classifier_get_info:
 * @self: a classifier
 *
 * Any thread may ask.
 *
 * Returns: (transfer none): what is known of its model
 */
EmoModelInfo *
emo_classifier_get_info (EmoClassifier *self)
{
  g_return_val_if_fail (EMO_IS_CLASSIFIER (self), NULL);

  return EMO_CLASSIFIER_GET_IFACE (self)->get_info (self);
}

/**
 * emo_classifier_prepare:
 * @self: a classifier
 * @image: a decoded picture
 * @error: return location
 *
 * Resizes a picture and cuts it into the patches that this model takes. Any
 * thread may: it is what a session does ahead of the engine.
 *
 * Returns: (transfer full) (nullable): the patches, or %NULL with
 *   %EMO_ERROR_UNSUPPORTED where one side is more than 200 times the other
 */
EmoPatches *
emo_classifier_prepare (EmoClassifier *self,
                        EmoImage      *image,
                        GError       **error)
{
  g_return_val_if_fail (EMO_IS_CLASSIFIER (self), NULL);
  g_return_val_if_fail (image != NULL, NULL);

  return EMO_CLASSIFIER_GET_IFACE (self)->prepare (self, image, error);
}

/**
 * emo_classifier_classify:
 * @self: a classifier
 * @patches: a prepared picture
 * @request: what is wanted of it
 * @func: (scope call): takes each update, in order
 * @user_data: for @func
 * @cancellable: (nullable): tested per layer and per token
 * @error: return location
 *
 * Runs the model over one picture and tells of each stage as it is done. On
 * the engine thread only.
 *
 * Returns: %TRUE once %EMO_STAGE_DONE was told, else %FALSE with
 *   %EMO_ERROR_OUT_OF_MEMORY, %EMO_ERROR_TORCH or %G_IO_ERROR_CANCELLED; what
 *   was told before stays true
 */
gboolean
emo_classifier_classify (EmoClassifier    *self,
                         EmoPatches       *patches,
                         const EmoRequest *request,
                         EmoUpdateFunc     func,
                         gpointer          user_data,
                         GCancellable     *cancellable,
                         GError          **error)
{
  g_return_val_if_fail (EMO_IS_CLASSIFIER (self), FALSE);
  g_return_val_if_fail (patches != NULL, FALSE);
  g_return_val_if_fail (request != NULL, FALSE);
  g_return_val_if_fail (func != NULL, FALSE);

  if (EMO_CLASSIFIER_GET_IFACE (self)->classify == NULL)
    return set_unsupported (self, "classify pictures", error);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;

  return EMO_CLASSIFIER_GET_IFACE (self)->classify (self, patches, request, func, user_data,
                                                    cancellable, error);
}

/**
 * emo_classifier_generate:
 * @self: a classifier
 * @patches: (nullable): a prepared picture, %NULL for text alone
 * @request: the prompt and its limits
 * @func: (nullable) (scope call): takes each piece of text as it is written
 * @user_data: for @func
 * @cancellable: (nullable): tested per layer and per token
 * @error: return location
 *
 * Lets the VLM write freely. On the engine thread only.
 *
 * Returns: (transfer full) (nullable): what it wrote, or %NULL with the errors
 *   of emo_classifier_classify()
 */
EmoGeneration *
emo_classifier_generate (EmoClassifier            *self,
                         EmoPatches               *patches,
                         const EmoGenerateRequest *request,
                         EmoTextFunc               func,
                         gpointer                  user_data,
                         GCancellable             *cancellable,
                         GError                  **error)
{
  g_return_val_if_fail (EMO_IS_CLASSIFIER (self), NULL);
  g_return_val_if_fail (request != NULL && request->prompt != NULL, NULL);

  if (EMO_CLASSIFIER_GET_IFACE (self)->generate == NULL)
    {
      set_unsupported (self, "write freely", error);
      return NULL;
    }

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;

  return EMO_CLASSIFIER_GET_IFACE (self)->generate (self, patches, request, func, user_data,
                                                    cancellable, error);
}

/**
 * emo_classifier_check:
 * @self: a classifier
 * @cancellable: (nullable): tested per layer and per token
 * @error: return location
 *
 * Runs the bundle's own pictures and compares with the numbers it brings. On
 * the engine thread only.
 *
 * Returns: (transfer full) (nullable): the worst difference, or %NULL with
 *   %EMO_ERROR_UNSUPPORTED where the bundle brings no numbers
 */
EmoCheck *
emo_classifier_check (EmoClassifier *self,
                      GCancellable  *cancellable,
                      GError       **error)
{
  g_return_val_if_fail (EMO_IS_CLASSIFIER (self), NULL);

  if (EMO_CLASSIFIER_GET_IFACE (self)->check == NULL)
    {
      set_unsupported (self, "check its numbers", error);
      return NULL;
    }

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;

  return EMO_CLASSIFIER_GET_IFACE (self)->check (self, cancellable, error);
}

/**
 * emo_generation_free:
 * @self: (transfer full) (nullable): what emo_classifier_generate() gave
 */
void
emo_generation_free (EmoGeneration *self)
{
  if (self == NULL)
    return;

  g_free (self->tokens);
  g_free (self->text);
  g_free (self);
}

/**
 * emo_check_free:
 * @self: (transfer full) (nullable): what emo_classifier_check() gave
 */
void
emo_check_free (EmoCheck *self)
{
  if (self == NULL)
    return;

  g_free (self->worst_what);
  g_free (self);
}
