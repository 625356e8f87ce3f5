/* emo-model-info.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>
#include <string.h>

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

enum { N_TEXTS = 14 };

static void
list_texts (EmoModelInfo  *self,
            char         **texts[N_TEXTS])
{
  char **all[N_TEXTS] = {
    &self->path, &self->base, &self->name, &self->revision, &self->domain_name, &self->domain_notice,
    &self->model_sha256, &self->adapter_sha256, &self->head_sha256, &self->gate_sha256, &self->prompt_sha256,
    &self->device, &self->device_name, &self->dtype,
  };

  memcpy (texts, all, sizeof all);
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
  char **texts[N_TEXTS];

  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  list_texts (self, texts);
  for (guint i = 0; i < N_TEXTS; i++)
    g_free (*texts[i]);
  g_clear_pointer (&self->labels, emo_label_set_unref);
  g_clear_pointer (&self->fusion, emo_fusion_unref);
  g_strfreev (self->notes);
  g_free (self);
}

/**
 * emo_model_info_copy:
 * @self: a description
 *
 * Returns: (transfer full): another one that says the same, to be written to
 *   until it is lent out
 */
EmoModelInfo *
emo_model_info_copy (const EmoModelInfo *self)
{
  EmoModelInfo *copy;
  char **texts[N_TEXTS];

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_memdup2 (self, sizeof *self);
  g_atomic_ref_count_init (&copy->ref_count);
  list_texts (copy, texts);
  for (guint i = 0; i < N_TEXTS; i++)
    *texts[i] = g_strdup (*texts[i]);
  if (copy->labels != NULL)
    emo_label_set_ref (copy->labels);
  if (copy->fusion != NULL)
    emo_fusion_ref (copy->fusion);
  copy->notes = g_strdupv (self->notes);

  return copy;
}
