/* emo-vlm.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-error.h"
#include "emo-memory.h"
#include "emo-rope.h"
#include "emo-vlm.h"

/**
 * emo_vlm_load:
 *
 * As emo_vlm_load_full(), with the weights as they are stored.
 *
 * Returns: (transfer full) (nullable): ready to see
 */
EmoVlm *
emo_vlm_load (const char          *folder,
              const EmoVlmConfig  *config,
              EmoAdapter          *adapter,
              EmoDtype             dtype,
              EmoDevice            device,
              GPtrArray           *notes,
              const EmoLoadWatch  *watch,
              GError             **error)
{
  return emo_vlm_load_full (folder, config, adapter, FALSE, dtype, device, notes, watch, error);
}

/**
 * emo_vlm_load_full:
 * @folder: a Hugging Face folder
 * @config: its checked config
 * @adapter: (nullable): LoRA on it; outlives loading
 * @nf4: whether the weights of Linears are quantised
 * @dtype: what is computed in
 * @device: where
 * @notes: (element-type utf8): strings worth showing are appended
 * @watch: told how far it is; ends it with %G_IO_ERROR_CANCELLED
 *
 * Returns: (transfer full) (nullable): ready to see, or %NULL with the errors of
 *   the tokenizer and of emo_vlm_weights_finish()
 */
EmoVlm *
emo_vlm_load_full (const char          *folder,
                   const EmoVlmConfig  *config,
                   EmoAdapter          *adapter,
                   gboolean             nf4,
                   EmoDtype             dtype,
                   EmoDevice            device,
                   GPtrArray           *notes,
                   const EmoLoadWatch  *watch,
                   GError             **error)
{
  g_autoptr (EmoVlm) self = g_new0 (EmoVlm, 1);
  g_autofree char *tokenizer = g_build_filename (folder, "tokenizer.json", NULL);
  g_autoptr (EmoVlmWeights) weights = NULL;

  self->config = *config;
  self->dtype = dtype;
  self->nf4 = nf4;
  self->device = device;
  self->prefix = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->tokenizer = emo_tokenizer_load (tokenizer, error);
  if (self->tokenizer == NULL)
    return NULL;
  if (emo_tokenizer_get_size (self->tokenizer) > (guint) config->vocab_size)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE,
                   "%s has ids up to %u, the model's vocab_size is %d",
                   tokenizer, emo_tokenizer_get_size (self->tokenizer) - 1, config->vocab_size);
      return NULL;
    }
  weights = emo_vlm_weights_open (folder, adapter, nf4, dtype, device, watch, error);
  if (weights == NULL)
    return NULL;
  self->tower = emo_vision_tower_new (config, weights);
  self->language = emo_language_model_new (config, weights);
  if (!emo_vlm_weights_finish (weights, notes, error))
    return NULL;
  self->weight_bytes = emo_safetensors_get_n_bytes (emo_vlm_weights_get_file (weights));
  if (!device.cuda)
    self->weights = emo_safetensors_ref (emo_vlm_weights_get_file (weights));
  self->cache = emo_language_model_new_cache (self->language, dtype, device);
  return g_steal_pointer (&self);
}

void
emo_vlm_free (EmoVlm *self)
{
  g_clear_pointer (&self->tokenizer, emo_tokenizer_unref);
  g_clear_pointer (&self->tower, emo_vision_tower_free);
  g_clear_pointer (&self->language, emo_language_model_free);
  g_clear_pointer (&self->cache, emo_kv_cache_free);
  g_clear_pointer (&self->prefix, g_array_unref);
  g_clear_pointer (&self->weights, emo_safetensors_unref);
  g_free (self);
}

gboolean
emo_vlm_check (EmoVlm  *self,
               GError **error)
{
  return self->weights == NULL || emo_safetensors_check (self->weights, error);
}

void
emo_vlm_state_clear (EmoVlmState *state)
{
  g_clear_pointer (&state->hidden, emo_tensor_unref);
  g_clear_pointer (&state->tree_hidden, emo_tensor_unref);
}

EmoTensor *
emo_vlm_see (EmoVlm        *self,
             EmoPatches    *patches,
             GCancellable  *cancellable,
             GError       **error)
{
  EmoScope *scope = emo_scope_open (cancellable, FALSE);
  g_autoptr (EmoTensor) tokens = NULL;

  tokens = emo_scope_keep (scope, emo_vision_tower_forward (self->tower, scope, patches, self->dtype, self->device));
  if (!emo_scope_close (scope, error))
    return NULL;
  return g_steal_pointer (&tokens);
}

/* --- Prompt --- */

/* [rows, keys]: it grows with the square of a prompt, whose length is a file's. */
static float *
new_mask (EmoScope *scope,
          gint64    rows,
          gint64    keys)
{
  float *mask = emo_memory_try_new0 (rows * keys, sizeof (float));

  if (mask == NULL)
    {
      g_autofree char *text = g_strdup_printf ("there is no memory for the attention of %" G_GINT64_FORMAT
                                               " tokens to %" G_GINT64_FORMAT, rows, keys);
      emo_scope_fail (scope, EMO_ERROR_OUT_OF_MEMORY, text);
    }
  return mask;
}

/* Row i of S sees the keys up to start + i. One row needs no mask. */
static EmoTensor *
causal_mask (EmoVlm   *self,
             EmoScope *scope,
             gint64    n,
             gint64    start)
{
  gint64 shape[] = { n, start + n };
  g_autofree float *mask = NULL;

  if (n == 1 || emo_scope_failed (scope))
    return NULL;
  mask = new_mask (scope, shape[0], shape[1]);
  if (mask == NULL)
    return NULL;
  for (gint64 i = 0; i < n; i++)
    for (gint64 j = start + i + 1; j < start + n; j++)
      mask[i * shape[1] + j] = -INFINITY;
  return emo_op_floats (scope, mask, 2, shape, EMO_DTYPE_F32, self->device);
}

static void
fill_text_positions (int *positions,
                     guint n,
                     int  start)
{
  for (guint i = 0; i < n; i++)
    positions[3 * i] = positions[3 * i + 1] = positions[3 * i + 2] = start + (int) i;
}

static gboolean
holds_prefix (EmoVlm *self,
              GArray *ids)
{
  return self->prefix->len == ids->len &&
         memcmp (self->prefix->data, ids->data, ids->len * sizeof (guint32)) == 0;
}

/* Text from the first row on; @hidden (nullable) receives the last token's. */
static gboolean
run_text (EmoVlm        *self,
          GArray        *ids,
          EmoTensor    **hidden,
          GCancellable  *cancellable,
          GError       **error)
{
  EmoScope *scope = emo_scope_open (cancellable, FALSE);
  g_autofree int *positions = g_new (int, 3 * ids->len);
  int last = (int) ids->len - 1;
  EmoTensor *x;

  fill_text_positions (positions, ids->len, 0);
  x = emo_language_model_embed (self->language, scope, (guint32 *) ids->data, ids->len, self->dtype);
  x = emo_language_model_forward (self->language, scope, x, positions, self->cache, 0,
                           causal_mask (self, scope, ids->len, 0), &last, 1);
  if (hidden != NULL)
    *hidden = emo_scope_keep (scope, x);
  return emo_scope_close (scope, error);
}

/* System text and question come before the picture, so one computation serves
 * every picture with the same question. */
static gboolean
ensure_prefix (EmoVlm        *self,
               GArray        *ids,
               GCancellable  *cancellable,
               GError       **error)
{
  if (holds_prefix (self, ids))
    return TRUE;
  g_array_set_size (self->prefix, 0);
  if (!run_text (self, ids, NULL, cancellable, error))
    return FALSE;
  g_array_append_vals (self->prefix, ids->data, ids->len);
  return TRUE;
}

/* The picture's tokens and the text after them: [T + n, H] with positions. */
static EmoTensor *
embed_behind_prefix (EmoVlm     *self,
                     EmoScope   *scope,
                     EmoTensor  *tokens,
                     const int  *grid,
                     GArray     *text,
                     int         start,
                     int       **positions,
                     int        *next)
{
  guint n_tokens = emo_tensor_get_size (tokens, 0);
  EmoTensor *parts[2] = { tokens, NULL };

  *positions = g_new (int, 3 * (n_tokens + text->len));
  *next = emo_rope_picture_positions (grid, self->config.image.merge_size, start, *positions);
  fill_text_positions (*positions + 3 * n_tokens, text->len, *next);
  *next += text->len;
  parts[1] = emo_language_model_embed (self->language, scope, (guint32 *) text->data, text->len, self->dtype);
  return emo_op_cat (scope, parts, 2, 0);
}

static gboolean
run_picture (EmoVlm         *self,
             EmoChatPrompt  *prompt,
             EmoTensor      *tokens,
             const int      *grid,
             EmoVlmState    *state,
             GCancellable   *cancellable,
             GError        **error)
{
  EmoScope *scope = emo_scope_open (cancellable, FALSE);
  gint64 start = prompt->prefix->len;
  gint64 n = emo_tensor_get_size (tokens, 0) + prompt->suffix->len;
  int last = (int) n - 1;
  g_autofree int *positions = NULL;
  EmoTensor *x;

  x = embed_behind_prefix (self, scope, tokens, grid, prompt->suffix, start, &positions, &state->position);
  x = emo_language_model_forward (self->language, scope, x, positions, self->cache, start,
                           causal_mask (self, scope, n, start), &last, 1);
  state->hidden = emo_scope_keep (scope, x);
  state->length = start + n;
  return emo_scope_close (scope, error);
}

/* Which of the two is too long decides what a person can do about it. */
static gboolean
check_length (EmoVlm  *self,
              gint64   n_text,
              gint64   n_picture,
              GError **error)
{
  int most = self->config.max_positions;

  if (n_text + n_picture <= most)
    return TRUE;
  if (n_text >= most)
    g_set_error (error, EMO_ERROR, EMO_ERROR_LIMIT,
                 "the prompt's text takes %" G_GINT64_FORMAT " tokens with its answer, the model takes %d in all "
                 "(max_position_embeddings); shorten the prompt", n_text, most);
  else
    g_set_error (error, EMO_ERROR, EMO_ERROR_LIMIT,
                 "the picture takes %" G_GINT64_FORMAT " tokens and the text %" G_GINT64_FORMAT " with its answer, "
                 "the model takes %d in all (max_position_embeddings); lower max pixels", n_picture, n_text, most);
  return FALSE;
}

gboolean
emo_vlm_prefill (EmoVlm         *self,
                 EmoChatPrompt  *prompt,
                 EmoTensor      *tokens,
                 const int      *grid,
                 guint           room,
                 guint           scratch,
                 EmoVlmState    *state,
                 GCancellable   *cancellable,
                 GError        **error)
{
  gint64 n_picture = tokens != NULL ? emo_tensor_get_size (tokens, 0) : 0;
  gint64 n = prompt->prefix->len + prompt->suffix->len + n_picture;

  emo_vlm_state_clear (state);
  if (!check_length (self, prompt->prefix->len + prompt->suffix->len + room, n_picture, error))
    return FALSE;
  if (!emo_kv_cache_reserve (self->cache, n + room + scratch, self->prefix->len, error))
    {
      g_array_set_size (self->prefix, 0);
      return FALSE;
    }
  if (tokens != NULL)
    return ensure_prefix (self, prompt->prefix, cancellable, error) &&
           run_picture (self, prompt, tokens, grid, state, cancellable, error);

  g_array_set_size (self->prefix, 0);
  state->length = n;
  state->position = n;
  return run_text (self, prompt->prefix, &state->hidden, cancellable, error);
}

/* --- Label scores --- */

/* A node sees the prompt, its ancestors and itself, not the free rows between. */
static EmoTensor *
tree_mask (EmoVlm            *self,
           EmoScope          *scope,
           const EmoVlmState *state,
           EmoTokenTree      *tree)
{
  gint64 shape[] = { tree->n_nodes, state->tree_start + tree->n_nodes };
  g_autofree float *mask = new_mask (scope, shape[0], shape[1]);

  if (mask == NULL)
    return NULL;
  for (guint i = 0; i < tree->n_nodes; i++)
    {
      float *row = mask + i * shape[1];
      for (gint64 j = 0; j < shape[1]; j++)
        row[j] = j < state->length ? 0.0f : -INFINITY;
      for (int node = i; node >= 0; node = tree->parents[node])
        row[state->tree_start + node] = 0.0f;
    }
  return emo_op_floats (scope, mask, 2, shape, EMO_DTYPE_F32, self->device);
}

static EmoTensor *
run_tree (EmoVlm            *self,
          EmoScope          *scope,
          const EmoVlmState *state,
          EmoTokenTree      *tree)
{
  g_autofree int *positions = g_new (int, 3 * tree->n_nodes);
  EmoTensor *x = emo_language_model_embed (self->language, scope, tree->ids, tree->n_nodes, self->dtype);

  for (guint i = 0; i < tree->n_nodes; i++)
    fill_text_positions (positions + 3 * i, 1, state->position + tree->depths[i]);
  return emo_language_model_forward (self->language, scope, x, positions, self->cache, state->tree_start,
                              tree_mask (self, scope, state, tree), NULL, 0);
}

/* Log-probability of each node under its parent. Only parents need logits: with
 * a vocabulary of 150,000 the leaves' would be most of the work. */
static gboolean
read_node_log_probs (EmoVlm       *self,
                     EmoScope     *scope,
                     EmoTensor    *prompt_hidden,   /* [1, H] */
                     EmoTensor    *hidden,          /* [n_nodes, H] */
                     EmoTokenTree *tree,
                     float        *log_probs)
{
  guint n = tree->n_nodes, n_parents = 0;
  g_autofree int *row_of = g_new0 (int, n);          /* node -> row among parents + 1 */
  g_autofree int *parents = g_new (int, n);
  g_autofree int *rows = g_new (int, n);
  g_autofree int *columns = g_new (int, n);
  EmoTensor *parts[2] = { prompt_hidden, NULL };

  for (guint i = 0; i < n; i++)
    {
      int parent = tree->parents[i];
      if (parent >= 0 && row_of[parent] == 0)
        {
          parents[n_parents] = parent;
          row_of[parent] = (int) ++n_parents;
        }
      rows[i] = parent >= 0 ? row_of[parent] : 0;
      columns[i] = (int) tree->ids[i];
    }
  parts[1] = emo_op_rows (scope, hidden, 0, parents, n_parents);
  return emo_scope_read (scope,
                         emo_op_log_probs (scope,
                                           emo_language_model_logits (self->language, scope, emo_op_cat (scope, parts, 2, 0)),
                                           rows, columns, n),
                         log_probs, n);
}

static void
sum_paths (EmoTokenTree *tree,
           const float  *log_probs,
           double       *scores)
{
  for (guint l = 0; l < tree->n_labels; l++)
    {
      scores[l] = 0;
      for (int node = tree->leaves[l]; node >= 0; node = tree->parents[node])
        scores[l] += log_probs[node];
    }
}

gboolean
emo_vlm_score (EmoVlm        *self,
               EmoVlmState   *state,
               EmoTokenTree  *tree,
               guint          after,
               double        *scores,
               GCancellable  *cancellable,
               GError       **error)
{
  g_autofree float *log_probs = g_new0 (float, tree->n_nodes);
  EmoScope *scope;
  EmoTensor *hidden;

  state->tree_start = state->length + after;
  if (!emo_kv_cache_reserve (self->cache, state->tree_start + tree->n_nodes, state->length, error))
    {
      g_array_set_size (self->prefix, 0);
      return FALSE;
    }
  scope = emo_scope_open (cancellable, FALSE);
  hidden = run_tree (self, scope, state, tree);
  g_clear_pointer (&state->tree_hidden, emo_tensor_unref);
  state->tree_hidden = emo_scope_keep (scope, hidden);
  read_node_log_probs (self, scope, state->hidden, hidden, tree, log_probs);
  if (!emo_scope_close (scope, error))
    return FALSE;
  sum_paths (tree, log_probs, scores);
  return TRUE;
}

/* --- Generation --- */

gboolean
emo_vlm_enter_leaf (EmoVlm             *self,
                    const EmoVlmState  *state,
                    EmoTokenTree       *tree,
                    guint               label,
                    EmoVlmState        *leaf,
                    GError            **error)
{
  int node = tree->leaves[label];
  guint n = tree->depths[node] + 1;
  g_autofree int *rows = g_new (int, n);
  EmoScope *scope = emo_scope_open (NULL, FALSE);

  for (int i = n, at = node; at >= 0; at = tree->parents[at])
    rows[--i] = (int) state->tree_start + at;
  emo_kv_cache_gather (self->cache, scope, state->length, rows, n);
  emo_vlm_state_clear (leaf);
  *leaf = (EmoVlmState) { .length = state->length + n, .position = state->position + (int) n };
  leaf->hidden = emo_scope_keep (scope, emo_op_rows (scope, state->tree_hidden, 0, &node, 1));
  return emo_scope_close (scope, error);
}

static gboolean
is_end (const EmoVlmConfig *config,
        gint64              id)
{
  for (int i = 0; i < config->n_eos; i++)
    if (config->eos[i] == id)
      return TRUE;
  return FALSE;
}

static gint64
choose_token (EmoVlm            *self,
              EmoScope          *scope,
              EmoTensor         *hidden,
              const EmoSampling *sampling)
{
  EmoTensor *logits = emo_language_model_logits (self->language, scope, hidden);

  if (sampling->temperature > 0)
    return emo_op_sample (scope, logits, sampling->temperature, g_rand_double (sampling->rand));
  return emo_op_argmax (scope, logits);
}

/* Puts the token behind the text. */
static gboolean
feed_token (EmoVlm        *self,
            EmoScope      *scope,
            EmoVlmState   *state,
            guint32        id,
            GError       **error)
{
  int positions[3];
  EmoTensor *x;

  if (!emo_kv_cache_reserve (self->cache, state->length + 1, state->length, error))
    {
      g_array_set_size (self->prefix, 0);
      return FALSE;
    }
  fill_text_positions (positions, 1, state->position);
  x = emo_language_model_embed (self->language, scope, &id, 1, self->dtype);
  x = emo_language_model_forward (self->language, scope, x, positions, self->cache, state->length, NULL, NULL, 0);
  g_clear_pointer (&state->hidden, emo_tensor_unref);
  state->hidden = emo_scope_keep (scope, x);
  state->length++;
  state->position++;
  return TRUE;
}

gboolean
emo_vlm_continue (EmoVlm             *self,
                  EmoVlmState        *state,
                  const EmoSampling  *sampling,
                  EmoTokenFunc        func,
                  gpointer            user_data,
                  gboolean           *stopped,
                  GCancellable       *cancellable,
                  GError            **error)
{
  *stopped = FALSE;
  for (guint i = 0; i < sampling->max_tokens; i++)
    {
      EmoScope *scope = emo_scope_open (cancellable, FALSE);
      gint64 id = choose_token (self, scope, state->hidden, sampling);
      gboolean fed = TRUE;

      *stopped = id >= 0 && !sampling->force && is_end (&self->config, id);
      if (id >= 0 && !*stopped)
        *stopped = !func (id, user_data);
      if (id >= 0 && !*stopped && i + 1 < sampling->max_tokens)
        fed = feed_token (self, scope, state, id, error);
      if (!emo_scope_close (scope, fed ? error : NULL) || !fed)
        return FALSE;
      if (*stopped)
        break;
    }
  return TRUE;
}

/* --- Evidence --- */

static GArray *
candidate_ids (EmoTokenTree *tree,
               guint         label)
{
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (guint32));

  for (int node = tree->leaves[label]; node >= 0; node = tree->parents[node])
    g_array_prepend_val (ids, tree->ids[node]);
  return ids;
}

/* The gradient of the candidate's score on what follows the prefix: the picture
 * first, then the suffix and the candidate but its last token. The rows from
 * the suffix's last on predict the candidate. */
static EmoTensor *
candidate_gradient (EmoVlm          *self,
                    EmoScope        *scope,
                    EmoChatPrompt   *prompt,
                    EmoTensor       *tokens,
                    const int       *grid,
                    GArray          *candidate,
                    EmoProgressFunc  progress,
                    gpointer         user_data)
{
  g_autoptr (GArray) text = g_array_copy (prompt->suffix);
  gint64 start = prompt->prefix->len;
  guint n = candidate->len;
  guint first = emo_tensor_get_size (tokens, 0) + prompt->suffix->len - 1;
  g_autofree int *positions = NULL;
  g_autofree int *wanted = g_new (int, n);
  EmoTensor *x;
  int next;

  g_array_append_vals (text, candidate->data, n - 1);
  for (guint i = 0; i < n; i++)
    wanted[i] = first + i;
  x = embed_behind_prefix (self, scope, tokens, grid, text, start, &positions, &next);
  return emo_language_model_gradient (self->language, scope, x, positions, self->cache, start,
                                      causal_mask (self, scope, first + n, start), wanted,
                                      (guint32 *) candidate->data, n, progress, user_data);
}

gboolean
emo_vlm_evidence (EmoVlm           *self,
                  EmoChatPrompt    *prompt,
                  EmoTensor        *tokens,
                  const int        *grid,
                  EmoTokenTree     *tree,
                  guint             label,
                  double           *map,
                  EmoProgressFunc   progress,
                  gpointer          user_data,
                  GCancellable     *cancellable,
                  GError          **error)
{
  g_autoptr (GArray) candidate = candidate_ids (tree, label);
  gint64 n = emo_tensor_get_size (tokens, 0);
  g_autofree float *values = g_new0 (float, n);
  EmoScope *scope;
  EmoTensor *gradient;

  if (!emo_kv_cache_reserve (self->cache, prompt->prefix->len + n + prompt->suffix->len + candidate->len, self->prefix->len, error) ||
      !ensure_prefix (self, prompt->prefix, cancellable, error))
    return FALSE;

  scope = emo_scope_open (cancellable, TRUE);
  gradient = candidate_gradient (self, scope, prompt, tokens, grid, candidate, progress, user_data);
  gradient = emo_op_narrow (scope, gradient, 0, 0, n);
  emo_scope_read (scope, emo_op_sum_last (scope, emo_op_mul (scope, gradient, tokens)), values, n);
  if (!emo_scope_close (scope, error))
    return FALSE;
  for (gint64 i = 0; i < n; i++)
    map[i] = values[i];
  return TRUE;
}
