/* emo-model-words.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>
#include <math.h>

#include "emo-model-words.h"

/**
 * emo_model_words_dup_size:
 * @parameters: how many
 *
 * Returns: (transfer full): as models are called, in two digits at most behind
 *   the first
 */
char *
emo_model_words_dup_size (gint64 parameters)
{
  double n = (double) parameters;

  if (n >= 9.5e9)
    return g_strdup_printf ("%.0fB", n / 1e9);
  if (n >= 9.95e8)
    return g_strdup_printf ("%.1fB", n / 1e9);
  if (n >= 1e6)
    return g_strdup_printf ("%.0fM", n / 1e6);

  return g_strdup_printf ("%.0fK", MAX (1, n / 1e3));
}

static gboolean
is_on_gpu (const EmoModelInfo *info)
{
  return g_str_has_prefix (info->device, "cuda");
}

/**
 * emo_model_words_dup_state:
 * @loader: the model
 *
 * Returns: (transfer full): its state in two or three words
 */
char *
emo_model_words_dup_state (EmoModelLoader *loader)
{
  double progress = emo_model_loader_get_progress (loader);
  const EmoModelInfo *info;
  g_autofree char *size = NULL;

  switch (emo_model_loader_get_state (loader))
    {
    case EMO_MODEL_LOADING:
      if (progress < 0)
        return g_strdup (_("Loading"));
      /* Translators: how much of the model is loaded */
      return g_strdup_printf (_("Loading %d %%"), (int) (progress * 100));
    case EMO_MODEL_READY:
      info = emo_classifier_get_info (emo_model_loader_get_classifier (loader));
      size = emo_model_words_dup_size (info->parameters);
      /* Translators: the model's state, its size and where it runs */
      return g_strdup_printf (_("Ready · %s · %s"), size, is_on_gpu (info) ? _("GPU") : _("CPU"));
    case EMO_MODEL_FAILED:
      return g_strdup (_("Error"));
    case EMO_MODEL_TOO_LARGE:
      return g_strdup (_("Too Large"));
    case EMO_MODEL_NOT_LOADED:
    default:
      return g_strdup (_("Not Loaded"));
    }
}

/**
 * emo_model_words_dup_branches:
 * @info: a loaded model
 *
 * Returns: (transfer full): which of the three answers it gives
 */
char *
emo_model_words_dup_branches (const EmoModelInfo *info)
{
  if (!info->has_distilled)
    return g_strdup (_("VLM alone: head and gate are not trained"));
  if (!info->has_gate)
    return g_strdup (_("VLM and distilled head: the gate is not trained"));

  return g_strdup_printf (_("VLM, distilled head, gate (%s)"), emo_gate_kind_to_string (info->gate_kind));
}

/**
 * emo_model_words_dup_compute:
 * @info: a loaded model
 *
 * Returns: (transfer full): where and how it computes
 */
char *
emo_model_words_dup_compute (const EmoModelInfo *info)
{
  if (is_on_gpu (info))
    return g_strdup_printf ("%s, %s", info->device_name, info->dtype);

  return g_strdup_printf (ngettext ("%s, %s, %d thread", "%s, %s, %d threads", info->threads),
                          info->device_name, info->dtype, info->threads);
}

/**
 * emo_model_words_dup_memory:
 * @need: an estimate
 *
 * Returns: (transfer full): need against what is free
 */
char *
emo_model_words_dup_memory (const EmoModelNeed *need)
{
  g_autofree char *wanted = g_format_size ((guint64) emo_model_need_get_total (need));
  g_autofree char *available = NULL;

  if (need->available < 0)
    return g_strdup_printf (_("Needs about %s"), wanted);
  available = g_format_size ((guint64) need->available);

  return g_strdup_printf (_("Needs about %s, %s were free"), wanted, available);
}

/**
 * emo_model_words_dup_check:
 * @loader: the model
 *
 * Returns: (transfer full): whether it computes on this machine what it should
 */
char *
emo_model_words_dup_check (EmoModelLoader *loader)
{
  const EmoCheck *check = emo_model_loader_get_check (loader);

  if (emo_model_loader_get_check_error (loader) != NULL)
    return g_strdup (emo_model_loader_get_check_error (loader));
  if (check == NULL || check->n_pictures == 0)
    return g_strdup ("");
  /* NaN is no small difference. */
  if (check->worst <= check->tolerance)
    return g_strdup_printf (_("Numbers verified on this machine, worst difference %.1g"), check->worst);

  return g_strdup_printf (_("Numbers differ on this machine: %s by %.1g, at most %.1g expected"),
                          check->worst_what != NULL ? check->worst_what : "?", check->worst, check->tolerance);
}
