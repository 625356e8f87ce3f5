/* emo-model-need.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gstdio.h>

#include "emo-adapter.h"
#include "emo-bundle.h"
#include "emo-memory.h"
#include "emo-model-need.h"
#include "emo-nf4.h"
#include "emo-safetensors.h"
#include "emo-vlm-config.h"

/* Tokens of the prompt, the candidates and the explanation beside a picture's. */
#define TEXT_TOKENS 320

/* The tokenizer's tables, in bytes a byte of tokenizer.json: 5.4 MB of it become
 * 33 MB, measured on a Qwen2-VL folder. */
#define TOKENIZER_GROWTH 6

/* Rows of logits that live at once: the nodes of the candidates' tree. */
#define LOGIT_ROWS 64

/* What no size explains: the kernels' scratch, and what the allocator keeps. The
 * embedded model grew by 3 MB more than its tensors. */
#define OVERHEAD (8 * 1024 * 1024)

/**
 * emo_model_need_free:
 * @self: (transfer full) (nullable): an estimate
 */
void
emo_model_need_free (EmoModelNeed *self)
{
  if (self == NULL)
    return;

  g_free (self->name);
  g_free (self);
}

static gint64
count_elements (EmoSafetensors *file)
{
  gint64 n = 0;

  for (guint i = 0; i < emo_safetensors_get_n_tensors (file); i++)
    {
      const EmoStoredTensor *tensor = emo_safetensors_get_tensor (file, i);

      n += (gint64) (tensor->n_bytes / emo_stored_get_size (tensor->stored));
    }

  return n;
}

/* Quantised under nf4: the matrices but the embeddings and the output layer, as
 * emo_vlm_weights_take_linear() is asked for them. */
static gboolean
is_linear (const EmoStoredTensor *tensor)
{
  return tensor->rank == 2 && g_str_has_suffix (tensor->name, ".weight") &&
         !g_str_has_suffix (tensor->name, "embed_tokens.weight") && !g_str_has_suffix (tensor->name, "lm_head.weight");
}

/* The loader's rule (emo-vlm-weights.c): on the CPU matrices stay mapped as they
 * are stored where it computes in float32 or in the stored dtype, else a
 * converted copy takes their place. What "auto" picks never converts, and neither
 * does nf4, where it does not quantise. */
static gint64
get_kept_bytes (EmoSafetensors       *file,
                const EmoLoadOptions *options)
{
  gboolean converts = g_strcmp0 (options->dtype, "bfloat16") == 0;
  gboolean nf4 = g_strcmp0 (options->dtype, "nf4") == 0;
  gint64 n = 0;

  for (guint i = 0; i < emo_safetensors_get_n_tensors (file); i++)
    {
      const EmoStoredTensor *tensor = emo_safetensors_get_tensor (file, i);
      gint64 elements = (gint64) (tensor->n_bytes / emo_stored_get_size (tensor->stored));

      if (nf4 && is_linear (tensor))
        n += emo_nf4_count_bytes (elements);
      else if (tensor->stored == EMO_STORED_F64)
        n += elements * (gint64) sizeof (float);
      else
        n += converts ? elements * 2 : (gint64) tensor->n_bytes;
    }

  return n;
}

/* Of 4 bits, the widest Linear is there in full while it is used. */
static gint64
get_widened_bytes (EmoSafetensors       *file,
                   const EmoLoadOptions *options)
{
  gint64 most = 0;

  for (guint i = 0; g_strcmp0 (options->dtype, "nf4") == 0 && i < emo_safetensors_get_n_tensors (file); i++)
    {
      const EmoStoredTensor *tensor = emo_safetensors_get_tensor (file, i);

      if (is_linear (tensor))
        most = MAX (most, (gint64) (tensor->n_bytes / emo_stored_get_size (tensor->stored)) * 2);
    }

  return most;
}

static gboolean
add_vlm (EmoModelNeed          *self,
         const EmoBundle       *bundle,
         const EmoLoadOptions  *options,
         GError               **error)
{
  g_autoptr (EmoSafetensors) file = emo_safetensors_open (bundle->vlm, error);

  if (file == NULL)
    return FALSE;

  self->parameters = count_elements (file);
  self->weights += get_kept_bytes (file, options);
  self->work += get_widened_bytes (file, options);

  return TRUE;
}

/* Head, gate, domain: copied out as float or double, and small. */
static gboolean
add_branch (EmoModelNeed  *self,
            const char    *path,
            GError       **error)
{
  g_autoptr (EmoSafetensors) file = NULL;

  if (path == NULL)
    return TRUE;

  file = emo_safetensors_open (path, error);
  if (file == NULL)
    return FALSE;
  self->weights += count_elements (file) * (gint64) sizeof (double);

  return TRUE;
}

static gboolean
add_adapter (EmoModelNeed  *self,
             const char    *folder,
             GError       **error)
{
  g_autoptr (EmoAdapter) adapter = NULL;

  if (folder == NULL)
    return TRUE;

  adapter = emo_adapter_load (folder, error);
  if (adapter == NULL)
    return FALSE;
  self->weights += count_elements (emo_adapter_get_file (adapter)) * (gint64) sizeof (float);

  return TRUE;
}

/* One picture at the largest size that the model is fed, in float32: the patches
 * and the widest layer of the tower, the keys and values of the whole text, the
 * widest layer of the decoder, the candidates' logits. */
static gint64
estimate_work (const EmoVlmConfig   *config,
               const EmoBundle      *bundle,
               const EmoLoadOptions *options)
{
  const EmoImageSettings *image = &config->image;
  gint64 cap = options->max_pixels > 0 ? options->max_pixels : bundle->max_pixels;
  gint64 pixels = cap > 0 ? cap : image->max_pixels;
  gint64 patches = pixels / ((gint64) image->patch_size * image->patch_size);
  gint64 tokens = patches / ((gint64) image->merge_size * image->merge_size) + TEXT_TOKENS;
  gint64 patch = (gint64) config->in_channels * image->temporal_patch_size * image->patch_size * image->patch_size;
  gint64 vision = patches * (2 * patch + 6 * (gint64) config->vision_dim + 2 * (gint64) config->vision_mlp);
  gint64 cache = 2 * (gint64) config->n_layers * config->n_kv_heads * config->head_dim * tokens;
  gint64 language = tokens * (6 * (gint64) config->hidden_size + 2 * (gint64) config->intermediate_size);
  gint64 logits = LOGIT_ROWS * (gint64) config->vocab_size;

  return (cache + MAX (vision, language + logits)) * (gint64) sizeof (float);
}

static gint64
estimate_tokenizer (const EmoBundle *bundle)
{
  g_autofree char *path = g_build_filename (bundle->vlm, "tokenizer.json", NULL);
  GStatBuf info;

  return g_stat (path, &info) == 0 ? TOKENIZER_GROWTH * (gint64) info.st_size : 0;
}

/**
 * emo_model_need_new:
 * @options: what would be loaded, and how
 * @error: return location
 *
 * Estimates what loading a model and answering one picture will take, for a
 * model whose weights are on the CPU; on a GPU the weights lie there instead.
 *
 * Returns: (transfer full): the estimate, or %NULL where loading would fail too
 */
EmoModelNeed *
emo_model_need_new (const EmoLoadOptions  *options,
                    GError               **error)
{
  g_autoptr (EmoModelNeed) self = g_new0 (EmoModelNeed, 1);
  g_autoptr (EmoBundle) bundle = NULL;
  EmoVlmConfig config;

  g_return_val_if_fail (options != NULL && options->path != NULL, NULL);

  bundle = emo_bundle_load (options->path, options->labels, options->base, error);
  if (bundle == NULL ||
      !emo_vlm_config_load (&config, bundle->vlm, error) ||
      !add_vlm (self, bundle, options, error) ||
      !add_adapter (self, bundle->adapter, error) ||
      !add_branch (self, bundle->distilled, error) ||
      !add_branch (self, bundle->gate, error) ||
      !add_branch (self, bundle->domain, error))
    return NULL;

  self->name = g_strdup (bundle->name);
  self->work += estimate_work (&config, bundle, options) + estimate_tokenizer (bundle) + OVERHEAD;
  self->available = emo_memory_get_available ();

  return g_steal_pointer (&self);
}

/**
 * emo_model_need_get_total:
 * @self: an estimate
 *
 * Returns: bytes of weights and work together
 */
gint64
emo_model_need_get_total (const EmoModelNeed *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->weights + self->work;
}

/**
 * emo_model_need_fits:
 * @self: an estimate
 * @cap: bytes that the person allows; 0: what is available
 *
 * Where it is not known what is available, nothing speaks against the model.
 *
 * Returns: whether loading needs no question
 */
gboolean
emo_model_need_fits (const EmoModelNeed *self,
                     gint64              cap)
{
  gint64 total;

  g_return_val_if_fail (self != NULL, FALSE);

  total = emo_model_need_get_total (self);
  if (cap > 0 && total > cap)
    return FALSE;

  return self->available < 0 || total <= self->available;
}
