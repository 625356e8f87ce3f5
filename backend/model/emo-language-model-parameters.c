/* emo-language-model-parameters.c: what training changes in the decoder
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>
#include <string.h>

#include "emo-language-model-batch.h"
#include "emo-language-model-private.h"

/* --- Every weight --- */

typedef struct
{
  EmoParameters *parameters;
  int            block;
  EmoDtype       dtype;
  GError       **error;
} Lister;

static gboolean
list_tensor (const Lister *lister,
             EmoTensor   **slot,
             const char   *format,
             ...) G_GNUC_PRINTF (3, 4);

static gboolean
list_tensor (const Lister *lister,
             EmoTensor   **slot,
             const char   *format,
             ...)
{
  g_autofree char *name = NULL;
  va_list arguments;

  va_start (arguments, format);
  name = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  return *slot == NULL || emo_parameters_add (lister->parameters, name, lister->block, slot, lister->dtype, lister->error);
}

/* The Linears of a layer by their names. */
#define N_LINEARS 7

typedef struct
{
  const char *name;     /* "self_attn.q_proj" */
  EmoLinear  *linear;
} NamedLinear;

static void
name_linears (EmoDecoderLayer *layer,
              NamedLinear      linears[N_LINEARS])
{
  const NamedLinear list[N_LINEARS] = {
    { "self_attn.q_proj", &layer->q }, { "self_attn.k_proj", &layer->k }, { "self_attn.v_proj", &layer->v },
    { "self_attn.o_proj", &layer->o }, { "mlp.gate_proj", &layer->gate }, { "mlp.up_proj", &layer->up },
    { "mlp.down_proj", &layer->down },
  };

  memcpy (linears, list, sizeof list);
}

static gboolean
list_layer (EmoLanguageModel *self,
            const Lister     *lister,
            int               i)
{
  EmoDecoderLayer *layer = &self->layers[i];
  NamedLinear linears[N_LINEARS];

  name_linears (layer, linears);
  if (!list_tensor (lister, &layer->input_norm, "layers.%d.input_layernorm.weight", i) ||
      !list_tensor (lister, &layer->post_norm, "layers.%d.post_attention_layernorm.weight", i))
    return FALSE;
  for (guint j = 0; j < N_LINEARS; j++)
    if (!list_tensor (lister, &linears[j].linear->weight, "layers.%d.%s.weight", i, linears[j].name) ||
        !list_tensor (lister, &linears[j].linear->bias, "layers.%d.%s.bias", i, linears[j].name))
      return FALSE;

  return TRUE;
}

/* Rows of the embeddings collect gradients of many tokens, which 16 bits would
 * swallow: they stay float32. */
static gboolean
list_ends (EmoLanguageModel *self,
           const Lister     *lister)
{
  Lister wide = *lister;
  gboolean tied = self->head == self->embeddings;

  wide.dtype = EMO_DTYPE_F32;
  if (tied)
    g_clear_pointer (&self->head, emo_tensor_unref);
  if (!list_tensor (&wide, &self->embeddings, "embed_tokens.weight"))
    return FALSE;
  if (!tied)
    return list_tensor (lister, &self->head, "lm_head.weight");
  self->head = emo_tensor_ref (self->embeddings);

  return TRUE;
}

gboolean
emo_language_model_list (EmoLanguageModel  *self,
                         EmoParameters     *parameters,
                         int                first_block,
                         EmoDtype           dtype,
                         GError           **error)
{
  Lister lister = { parameters, first_block, dtype, error };

  if (!list_ends (self, &lister))
    return FALSE;
  for (int i = 0; i < self->config.n_layers; i++)
    {
      lister.block = first_block + 1 + i;
      if (!list_layer (self, &lister, i))
        return FALSE;
    }
  lister.block = first_block + 1 + self->config.n_layers;

  return list_tensor (&lister, &self->norm, "norm.weight");
}

/* --- LoRA --- */

/* Kaiming uniform with a = sqrt 5, as torch's Linear begins: within
 * 1 / sqrt (in). */
static EmoTensor *
draw_lora_a (EmoLinear              *linear,
             const EmoLoraSettings  *settings,
             guint64                 index,
             GError                **error)
{
  gint64 in = emo_tensor_get_size (linear->weight, 1);
  gint64 shape[] = { settings->rank, in };
  g_autofree float *values = g_new (float, settings->rank * in);
  EmoDraw draw = emo_draw_begin (settings->seed, "lora", index, 0, 0);
  double bound = 1 / sqrt ((double) in);

  for (gint64 i = 0; i < settings->rank * in; i++)
    values[i] = (2 * emo_draw_uniform (&draw) - 1) * bound;

  return emo_tensor_new_floats (values, 2, shape, error);
}

static gboolean
add_lora (const Lister          *lister,
          EmoLinear             *linear,
          const EmoLoraSettings *settings,
          const char            *module,
          guint64                index)
{
  gint64 shape[] = { emo_tensor_get_size (linear->weight, 0), settings->rank };
  EmoDevice device = emo_tensor_get_device (linear->weight);
  g_autoptr(EmoTensor) a = NULL;

  g_clear_pointer (&linear->lora_a, emo_tensor_unref);
  g_clear_pointer (&linear->lora_b, emo_tensor_unref);
  linear->scale = settings->alpha / settings->rank;
  a = draw_lora_a (linear, settings, index, lister->error);
  if (a == NULL)
    return FALSE;
  linear->lora_a = emo_tensor_to (a, EMO_DTYPE_F32, device, lister->error);
  if (linear->lora_a == NULL)
    return FALSE;
  linear->lora_b = emo_tensor_new_zeros (EMO_DTYPE_F32, device, 2, shape, lister->error);
  if (linear->lora_b == NULL)
    return FALSE;

  return list_tensor (lister, &linear->lora_a, "%s.lora_A.weight", module) &&
         list_tensor (lister, &linear->lora_b, "%s.lora_B.weight", module);
}

/* "self_attn.q_proj" is asked for by its last part. */
static gboolean
is_wanted (const NamedLinear  *linear,
           const char * const *modules)
{
  return g_strv_contains (modules, strchr (linear->name, '.') + 1);
}

gboolean
emo_language_model_add_lora (EmoLanguageModel       *self,
                             const EmoLoraSettings  *settings,
                             EmoParameters          *parameters,
                             int                     first_block,
                             EmoDtype                dtype,
                             GError                **error)
{
  NamedLinear linears[N_LINEARS];
  guint64 index = 0;

  for (int i = 0; i < self->config.n_layers; i++)
    {
      Lister lister = { parameters, first_block + 1 + i, dtype, error };

      name_linears (&self->layers[i], linears);
      for (guint j = 0; j < N_LINEARS; j++)
        if (is_wanted (&linears[j], settings->modules))
          {
            g_autofree char *module = g_strdup_printf ("layers.%d.%s", i, linears[j].name);

            if (!add_lora (&lister, linears[j].linear, settings, module, index++))
              return FALSE;
          }
    }

  return TRUE;
}

void
emo_language_model_set_dropout (EmoLanguageModel *self,
                                double            rate,
                                guint64           seed,
                                guint64           step)
{
  NamedLinear linears[N_LINEARS];

  for (int i = 0; i < self->config.n_layers; i++)
    {
      name_linears (&self->layers[i], linears);
      for (int j = 0; j < N_LINEARS; j++)
        {
          linears[j].linear->dropout = linears[j].linear->lora_a != NULL ? rate : 0;
          linears[j].linear->draw = emo_draw_begin (seed, "lora-dropout", step, i, j);
        }
    }
}
