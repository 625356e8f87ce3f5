/* emo-vlm-draw.c: the weights that a training from nothing begins with
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-compute.h"
#include "emo-draw.h"
#include "emo-error.h"
#include "emo-language-model.h"
#include "emo-vision-tower.h"
#include "emo-vlm-draw.h"

/* initializer_range of transformers' Qwen2-VL. */
#define DEVIATION 0.02

typedef struct
{
  guint64  seed;
  GArray  *tensors;   /* of EmoStoredTensor, which own their names; data are the bytes' */
  GPtrArray *bytes;   /* of GBytes */
} Drawing;

static void
fill (float      *values,
      gsize       n,
      const char *name,
      guint       rank,
      guint64     seed)
{
  EmoDraw draw = emo_draw_begin (seed, name, 0, 0, 0);

  for (gsize i = 0; i < n; i++)
    values[i] = rank > 1 ? DEVIATION * emo_draw_normal (&draw) : g_str_has_suffix (name, ".bias") ? 0 : 1;
}

static EmoTensor *
draw_cb (const char    *file_name,
         guint          rank,
         const gint64  *shape,
         gpointer       user_data,
         GError       **error)
{
  Drawing *self = user_data;
  EmoStoredTensor stored = { .name = g_strdup (file_name), .stored = EMO_STORED_F32, .rank = rank };
  gsize n = 1;
  float *values;
  GBytes *bytes;

  for (guint i = 0; i < rank; i++)
    n *= stored.shape[i] = shape[i];
  values = g_try_new (float, n);
  if (values == NULL)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_OUT_OF_MEMORY, "there is no memory for %s", file_name);
      g_free ((char *) stored.name);
      return NULL;
    }
  fill (values, n, file_name, rank, self->seed);
  bytes = g_bytes_new_take (values, n * sizeof *values);
  g_ptr_array_add (self->bytes, bytes);
  stored.data = (const guint8 *) values;
  stored.n_bytes = n * sizeof *values;
  g_array_append_val (self->tensors, stored);

  return emo_tensor_new_for_bytes (bytes, EMO_DTYPE_F32, rank, shape, error);
}

static void
clear_name (gpointer data)
{
  g_free ((char *) ((EmoStoredTensor *) data)->name);
}

gboolean
emo_vlm_draw (const char  *folder,
              guint64      seed,
              GError     **error)
{
  g_autofree char *path = g_build_filename (folder, "model.safetensors", NULL);
  g_autoptr(GArray) tensors = g_array_new (FALSE, FALSE, sizeof (EmoStoredTensor));
  g_autoptr(GPtrArray) bytes = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  Drawing drawing = { seed, tensors, bytes };
  EmoVlmWeights *weights = NULL;
  const EmoCompute compute = { .device = EMO_DEVICE_CPU, .dtype = EMO_DTYPE_F32 };
  EmoVlmConfig config;
  gboolean ok;

  g_array_set_clear_func (tensors, clear_name);
  /* What cannot be trained afterwards need not be drawn. */
  if (!emo_vlm_config_load (&config, folder, error) || !emo_compute_check_memory_for_training (&compute, &config, TRUE, error))
    return FALSE;
  weights = emo_vlm_weights_new_made (draw_cb, &drawing);
  emo_vision_tower_free (emo_vision_tower_new (&config, weights));
  emo_language_model_free (emo_language_model_new (&config, weights));
  ok = emo_vlm_weights_propagate (weights, error) &&
       emo_safetensors_save (path, (const EmoStoredTensor *) tensors->data, tensors->len,
                             (const char *[]) { "format", "pt", NULL }, error);
  emo_vlm_weights_close (weights);

  return ok;
}
