/* emo-vlm-step.c: loss and gradients of a training batch
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-language-model-batch.h"
#include "emo-vision-tower-batch.h"
#include "emo-vlm-step.h"

#define EVERY_BLOCK -1
#define END_BLOCKS  -2   /* what the loss needs: last norm, output layer, which may be the embeddings */

/* The batch on its way: pixels -> tower's blocks -> place -> decoder's layers ->
 * loss. */
typedef struct
{
  const EmoVlmStep *step;
  EmoTensor       **gradients;
  EmoVisionPass     vision;
  EmoDecoderPass    decoder;
  guint             n_blocks;      /* of the tower */
  guint             n_layers;      /* of the decoder */
  int               first_block;   /* of the decoder */
  float             loss;          /* of the answers */
} Way;

int
emo_vlm_get_decoder_block (EmoVlm *vlm)
{
  return emo_vision_tower_get_n_blocks (vlm->tower);
}

static void
way_init (Way              *way,
          const EmoVlmStep *step,
          EmoTensor       **gradients,
          EmoScope         *scope)
{
  EmoVlm *vlm = step->vlm;

  *way = (Way) { .step = step, .gradients = gradients };
  emo_vision_pass_init (&way->vision, vlm->tower, scope, step->batch->n_pictures, step->batch->grid, vlm->device);
  emo_decoder_pass_init (&way->decoder, vlm->language, scope, step->batch, vlm->device);
  way->n_blocks = emo_vision_tower_get_n_blocks (vlm->tower);
  way->n_layers = emo_language_model_get_n_layers (vlm->language);
  way->first_block = emo_vlm_get_decoder_block (vlm);
}

static EmoTensor *
wrap_pixels (const Way *way,
             EmoScope  *scope)
{
  EmoVlm *vlm = way->step->vlm;
  const EmoImageSettings *image = &vlm->config.image;
  gint64 shape[] = {
    way->vision.n_pictures * way->vision.n_patches,
    (gint64) vlm->config.in_channels * image->temporal_patch_size * image->patch_size * image->patch_size,
  };

  return emo_op_floats (scope, way->step->pixels, 2, shape, vlm->dtype, vlm->device);
}

static EmoTensor *
word_loss (const Way *way,
           EmoScope  *scope,
           EmoTensor *tokens)
{
  const EmoWordLoss *words = way->step->words;
  gint64 shape[] = { way->step->batch->n_pictures, words->n_words };
  EmoTensor *logits = emo_op_linear (scope, emo_op_mean_tokens (scope, tokens), words->weight, words->bias);
  EmoTensor *targets = emo_op_floats (scope, words->targets, 2, shape, EMO_DTYPE_F32, way->step->vlm->device);
  EmoTensor *factor = emo_op_floats (scope, (float[]) { words->factor }, 0, NULL, EMO_DTYPE_F32, way->step->vlm->device);

  return emo_op_mul (scope, emo_op_binary_cross_entropy (scope, logits, targets), factor);
}

static gboolean
has_words (const Way *way)
{
  return way->step->words != NULL && way->step->words->factor > 0;
}

/* --- Gradients --- */

static gboolean
trains_before (const Way *way,
               int        block)
{
  EmoParameters *parameters = way->step->parameters;

  for (guint i = 0; i < emo_parameters_get_n (parameters); i++)
    if (emo_parameters_get (parameters, i)->block < block)
      return TRUE;

  return FALSE;
}

static gboolean
is_asked (const Way *way,
          int        asked,
          int        block)
{
  if (asked == END_BLOCKS)
    return block == way->first_block || block == way->first_block + 1 + (int) way->n_layers;

  return asked == EVERY_BLOCK || asked == block;
}

/* A parameter that is used twice, as tied embeddings, has two parts of one sum. */
static void
collect (const Way *way,
         EmoScope  *scope,
         guint      index,
         EmoTensor *gradient)
{
  if (gradient == NULL || emo_scope_failed (scope))
    return;
  if (way->gradients[index] != NULL)
    gradient = emo_op_add (scope, way->gradients[index], gradient);
  g_clear_pointer (&way->gradients[index], emo_tensor_unref);
  way->gradients[index] = emo_scope_keep (scope, gradient);
}

/* Takes the gradient from @y back to @x (nullable) and to the parameters of
 * @block; gives d / d x. */
static EmoTensor *
take_back (const Way *way,
           EmoScope  *scope,
           EmoTensor *y,
           EmoTensor *seed,
           EmoTensor *x,
           int        block)
{
  EmoParameters *parameters = way->step->parameters;
  guint n = emo_parameters_get_n (parameters), count = 0;
  g_autofree EmoTensor **leaves = g_new0 (EmoTensor *, n + 1);
  g_autofree EmoTensor **found = g_new0 (EmoTensor *, n + 1);
  g_autofree guint *indices = g_new (guint, n + 1);

  for (guint i = 0; i < n; i++)
    if (is_asked (way, block, emo_parameters_get (parameters, i)->block))
      {
        indices[count] = i;
        leaves[count++] = *emo_parameters_get (parameters, i)->slot;
      }
  if (x != NULL)
    leaves[count] = x;
  if (count + (x != NULL) == 0 || !emo_op_gradients (scope, y, seed, leaves, found, count + (x != NULL)))
    return NULL;
  for (guint i = 0; i < count; i++)
    collect (way, scope, indices[i], found[i]);

  return x != NULL ? found[count] : NULL;
}

/* --- Everything recorded at once --- */

static EmoTensor *
see (const Way *way,
     EmoScope  *scope)
{
  EmoVlm *vlm = way->step->vlm;
  EmoTensor *x = wrap_pixels (way, scope);

  for (guint i = 0; i < way->n_blocks; i++)
    x = emo_vision_tower_run_block (vlm->tower, scope, i, x, &way->vision);

  return x;
}

/* A frozen tower records nothing. */
static EmoTensor *
see_frozen (const Way *way,
            EmoScope  *parent)
{
  EmoScope *scope = emo_scope_open_nested_full (parent, FALSE);

  return emo_scope_close_nested (scope, see (way, scope));
}

static void
run_recorded (Way      *way,
              EmoScope *scope)
{
  EmoVlm *vlm = way->step->vlm;
  EmoTensor *tokens = trains_before (way, way->first_block) ? see (way, scope) : see_frozen (way, scope);
  EmoTensor *x = emo_language_model_place (vlm->language, scope, &way->decoder, tokens, vlm->dtype);
  EmoTensor *loss;

  for (guint i = 0; i < way->n_layers; i++)
    x = emo_language_model_run_layer (vlm->language, scope, i, x, &way->decoder);
  loss = emo_language_model_loss (vlm->language, scope, &way->decoder, x);
  take_back (way, scope, has_words (way) ? emo_op_add (scope, loss, word_loss (way, scope, tokens)) : loss,
             NULL, NULL, EVERY_BLOCK);
  emo_scope_read (scope, loss, &way->loss, 1);
}

/* --- One block recorded at a time --- */

static EmoTensor *
loss_back (Way       *way,
           EmoScope  *parent,
           EmoTensor *x)
{
  EmoScope *scope = emo_scope_open_nested_full (parent, TRUE);
  EmoTensor *leaf = emo_op_leaf (scope, x);
  EmoTensor *loss = emo_language_model_loss (way->step->vlm->language, scope, &way->decoder, leaf);

  emo_scope_read (scope, loss, &way->loss, 1);

  return emo_scope_close_nested (scope, take_back (way, scope, loss, NULL, leaf, END_BLOCKS));
}

static EmoTensor *
layer_back (const Way *way,
            EmoScope  *parent,
            guint      index,
            EmoTensor *x,
            EmoTensor *seed)
{
  int block = way->first_block + 1 + (int) index;
  EmoScope *scope = emo_scope_open_nested_full (parent, TRUE);
  EmoTensor *leaf = trains_before (way, block) ? emo_op_leaf (scope, x) : NULL;
  EmoTensor *y = emo_language_model_run_layer (way->step->vlm->language, scope, index, leaf != NULL ? leaf : x, &way->decoder);

  return emo_scope_close_nested (scope, take_back (way, scope, y, seed, leaf, block));
}

/* Back to the visual tokens and the embeddings; the words' loss joins here. */
static EmoTensor *
place_back (const Way *way,
            EmoScope  *parent,
            EmoTensor *tokens,
            EmoTensor *seed)
{
  EmoVlm *vlm = way->step->vlm;
  EmoScope *scope = emo_scope_open_nested_full (parent, TRUE);
  EmoTensor *leaf = emo_op_leaf (scope, tokens);
  EmoTensor *gradient = take_back (way, scope, emo_language_model_place (vlm->language, scope, &way->decoder, leaf, vlm->dtype),
                                   seed, leaf, way->first_block);

  if (has_words (way))
    gradient = emo_op_add (scope, gradient, take_back (way, scope, word_loss (way, scope, leaf), NULL, leaf, way->step->words_block));

  return emo_scope_close_nested (scope, gradient);
}

static EmoTensor *
block_back (const Way *way,
            EmoScope  *parent,
            guint      index,
            EmoTensor *x,
            EmoTensor *seed)
{
  EmoScope *scope = emo_scope_open_nested_full (parent, TRUE);
  EmoTensor *leaf = trains_before (way, index) ? emo_op_leaf (scope, x) : NULL;
  EmoTensor *y = emo_vision_tower_run_block (way->step->vlm->tower, scope, index, leaf != NULL ? leaf : x, &way->vision);

  return emo_scope_close_nested (scope, take_back (way, scope, y, seed, leaf, index));
}

static void
run_checkpointed (Way      *way,
                  EmoScope *scope)
{
  EmoVlm *vlm = way->step->vlm;
  g_autofree EmoTensor **seen = g_new0 (EmoTensor *, way->n_blocks + 1);
  g_autofree EmoTensor **read = g_new0 (EmoTensor *, way->n_layers + 1);
  EmoTensor *seed;

  seen[0] = wrap_pixels (way, scope);
  for (guint i = 0; i < way->n_blocks; i++)
    seen[i + 1] = emo_vision_tower_run_block (vlm->tower, scope, i, seen[i], &way->vision);
  read[0] = emo_language_model_place (vlm->language, scope, &way->decoder, seen[way->n_blocks], vlm->dtype);
  for (guint i = 0; i < way->n_layers; i++)
    read[i + 1] = emo_language_model_run_layer (vlm->language, scope, i, read[i], &way->decoder);

  seed = loss_back (way, scope, read[way->n_layers]);
  for (guint i = way->n_layers; i-- > 0;)
    seed = layer_back (way, scope, i, read[i], seed);
  if (trains_before (way, way->first_block + 1))
    seed = place_back (way, scope, seen[way->n_blocks], seed);
  for (guint i = way->n_blocks; i-- > 0 && trains_before (way, i + 1);)
    seed = block_back (way, scope, i, seen[i], seed);
}

/**
 * emo_vlm_step_run:
 * @self: what is computed
 * @gradients: (out): [n parameters] all %NULL before; unref each afterwards
 * @loss: (out): of the answers, without the words' loss
 * @cancellable: (nullable): tested before every op
 * @error: return location
 *
 * Errors: OUT_OF_MEMORY, TORCH, CANCELLED.
 *
 * Returns: %FALSE with @error, and whatever gradients there were
 */
gboolean
emo_vlm_step_run (const EmoVlmStep  *self,
                  EmoTensor        **gradients,
                  double            *loss,
                  GCancellable      *cancellable,
                  GError           **error)
{
  EmoScope *scope = emo_scope_open (cancellable, !self->checkpointing);
  Way way;

  way_init (&way, self, gradients, scope);
  if (self->checkpointing)
    run_checkpointed (&way, scope);
  else
    run_recorded (&way, scope);
  *loss = way.loss;

  return emo_scope_close (scope, error);
}
