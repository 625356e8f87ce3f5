/* emo-model-info.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-model-info.h"

G_DEFINE_BOXED_TYPE (EmoModelInfo, emo_model_info, emo_model_info_ref, emo_model_info_unref)

/**
 * emo_model_info_new:
 *
 * Makes an empty description for a loader to fill: strings are given to it,
 * g_malloc'ed, and the label set with a reference. Once a classifier lends it
 * out, nobody writes to it.
 *
 * Returns: (transfer full): the description
 */
EmoModelInfo *
emo_model_info_new (void)
{
  EmoModelInfo *self = g_new0 (EmoModelInfo, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->load_ms = NAN;

  return self;
}

/**
 * emo_model_info_ref:
 * @self: a description
 *
 * Returns: (transfer full): @self, with one reference more
 */
EmoModelInfo *
emo_model_info_ref (EmoModelInfo *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/**
 * emo_model_info_unref:
 * @self: (transfer full): a description
 *
 * Gives a reference back; the last one frees it. Any thread may.
 */
void
emo_model_info_unref (EmoModelInfo *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->labels, emo_label_set_unref);
  g_clear_pointer (&self->fusion, emo_fusion_unref);
  g_free (self->path);
  g_free (self->base);
  g_free (self->name);
  g_free (self->revision);
  g_free (self->domain_name);
  g_free (self->domain_notice);
  g_free (self->model_sha256);
  g_free (self->adapter_sha256);
  g_free (self->head_sha256);
  g_free (self->gate_sha256);
  g_free (self->prompt_sha256);
  g_free (self->device);
  g_free (self->device_name);
  g_free (self->dtype);
  g_strfreev (self->notes);
  g_free (self);
}
