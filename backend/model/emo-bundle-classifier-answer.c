/* emo-bundle-classifier-answer.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-bundle-classifier-private.h"
#include "emo-visual-mean.h"
#include "emo-visual-spread.h"

/* Where the stages of one request go. */
typedef struct
{
  EmoUpdateFunc  func;
  gpointer       user_data;
  GCancellable  *cancellable;
  gboolean       silent;       /* the answers are known to the caller already */
} Listener;

static void
tell (const Listener *listener,
      EmoUpdate      *update)
{
  if (!listener->silent)
    listener->func (update, listener->user_data);
}

void
_emo_seen_clear (EmoSeen *seen)
{
  g_clear_pointer (&seen->patches, emo_patches_unref);
  g_clear_pointer (&seen->tokens, emo_tensor_unref);
  g_clear_pointer (&seen->values, g_free);
  g_clear_pointer (&seen->mean, g_free);
  g_clear_pointer (&seen->scores, g_free);
  g_clear_pointer (&seen->probabilities, g_free);
  g_clear_pointer (&seen->logits, g_free);
  emo_vlm_state_clear (&seen->state);
  seen->scored = FALSE;
}

int
_emo_index_of_largest (const double *values,
                       guint         n)
{
  guint best = 0;

  for (guint i = 1; i < n; i++)
    if (values[i] > values[best])
      best = i;
  return (int) best;
}

static double *
softmax (const double *scores,
         guint         n)
{
  double *p = g_new (double, n);
  double largest = scores[_emo_index_of_largest (scores, n)], sum = 0;

  for (guint i = 0; i < n; i++)
    sum += p[i] = exp (scores[i] - largest);
  for (guint i = 0; i < n; i++)
    p[i] /= sum;
  return p;
}

/* Damaged weights, or numbers beyond the range of the type, give NaN. It is told
 * as it is, for the listener to say so, but nothing is computed from it: a label
 * chosen among NaNs would be a guess. */
static gboolean
are_numbers (const double *values,
             guint         n)
{
  for (guint i = 0; i < n; i++)
    if (!isfinite (values[i]))
      return FALSE;
  return TRUE;
}

gboolean
_emo_bundle_classifier_has_vlm_answer (EmoBundleClassifier *self)
{
  const EmoSeen *seen = &self->seen;

  return seen->scores != NULL && seen->probabilities != NULL &&
         are_numbers (seen->scores, self->n_labels) && are_numbers (seen->probabilities, self->n_labels);
}

static double *
copy_values (const double *values,
             guint         n)
{
  return g_memdup2 (values, n * sizeof (double));
}

/* --- Stages, in their order --- */

static void
tell_input (EmoBundleClassifier *self,
            const Listener      *listener)
{
  EmoPatches *patches = self->seen.patches;
  g_autoptr (EmoUpdate) update = emo_update_new (EMO_STAGE_INPUT);

  update->width = emo_patches_get_image_width (patches);
  update->height = emo_patches_get_image_height (patches);
  memcpy (update->grid, emo_patches_get_grid (patches), sizeof update->grid);
  update->image_tokens = emo_patches_get_tokens (patches);
  tell (listener, update);
}

/* Of the @n tokens that were seen. */
static void
judge_domain (EmoBundleClassifier *self,
              gsize                n,
              EmoUpdate           *update)
{
  float spread[EMO_VISUAL_SPREAD_SIZE];

  update->in_domain = EMO_DOMAIN_UNKNOWN;
  update->domain_distance = NAN;
  if (self->domain == NULL)
    return;
  emo_visual_spread (self->seen.values, n, self->config.hidden_size, spread);
  update->domain_distance = emo_domain_distance (self->domain, self->seen.mean, spread);
  if (!isnan (update->domain_distance))
    update->in_domain = update->domain_distance <= 1.0 ? EMO_DOMAIN_IN : EMO_DOMAIN_OUT;
}

static gboolean
see (EmoBundleClassifier  *self,
     const Listener       *listener,
     GError              **error)
{
  EmoSeen *seen = &self->seen;
  gint64 start = g_get_monotonic_time ();
  g_autoptr (EmoUpdate) update = NULL;
  gsize n, width;

  seen->tokens = emo_vlm_see (self->vlm, seen->patches, listener->cancellable, error);
  if (seen->tokens == NULL)
    return FALSE;
  n = emo_tensor_get_size (seen->tokens, 0);
  width = emo_tensor_get_size (seen->tokens, 1);
  seen->values = g_new (float, n * width);
  if (!emo_tensor_read_floats (seen->tokens, seen->values, n * width, error))
    return FALSE;
  seen->mean = g_new (float, width);
  emo_visual_mean (seen->values, n, width, seen->mean);

  update = emo_update_new (EMO_STAGE_VISION);
  update->ms = _emo_ms_since (start);
  judge_domain (self, n, update);
  tell (listener, update);
  return TRUE;
}

static void
ask_head (EmoBundleClassifier *self,
          const Listener      *listener)
{
  gint64 start = g_get_monotonic_time ();
  g_autoptr (EmoUpdate) update = NULL;

  if (self->head == NULL)
    return;
  self->seen.logits = g_new (double, self->n_labels);
  emo_head_forward (self->head, self->seen.mean, self->seen.logits);

  update = emo_update_new (EMO_STAGE_DISTILLED);
  update->ms = _emo_ms_since (start);
  update->n_labels = self->n_labels;
  update->scores = copy_values (self->seen.logits, self->n_labels);
  update->probabilities = softmax (self->seen.logits, self->n_labels);
  tell (listener, update);
}

/* Cache rows an explanation may need behind the prompt, before the tree. */
guint
_emo_bundle_classifier_get_room (EmoBundleClassifier *self,
                                 guint                explain_tokens)
{
  guint deepest = 0;

  for (guint i = 0; i < self->tree->n_nodes; i++)
    deepest = MAX (deepest, (guint) self->tree->depths[i] + 1);
  return deepest + (emo_bundle_has_reason (self->bundle) ? MAX (explain_tokens, 64) : 0);
}

static gboolean
prefill (EmoBundleClassifier  *self,
         const EmoRequest     *request,
         const Listener       *listener,
         GError              **error)
{
  gint64 start = g_get_monotonic_time ();
  g_autoptr (EmoUpdate) update = NULL;
  guint room = _emo_bundle_classifier_get_room (self, request->explain_tokens);

  if (!emo_vlm_prefill (self->vlm, self->prompt, self->seen.tokens, emo_patches_get_grid (self->seen.patches),
                        room, self->tree->n_nodes, &self->seen.state, listener->cancellable, error))
    return FALSE;
  update = emo_update_new (EMO_STAGE_PREFILL);
  update->ms = _emo_ms_since (start);
  tell (listener, update);
  return TRUE;
}

/* A blank picture's prior, where the bundle has one, is divided out; the raw
 * scores stay beside. */
static double *
calibrate (EmoBundleClassifier *self,
           const double        *scores)
{
  g_autofree double *shifted = copy_values (scores, self->n_labels);

  for (guint i = 0; self->bundle->prior != NULL && i < self->n_labels; i++)
    shifted[i] -= self->bundle->prior[i];
  return softmax (shifted, self->n_labels);
}

static gboolean
score_labels (EmoBundleClassifier  *self,
              const EmoRequest     *request,
              const Listener       *listener,
              GError              **error)
{
  EmoSeen *seen = &self->seen;
  gint64 start = g_get_monotonic_time ();
  g_autoptr (EmoUpdate) update = NULL;

  g_free (seen->scores);
  g_free (seen->probabilities);
  seen->probabilities = NULL;
  seen->scores = g_new (double, self->n_labels);
  if (!emo_vlm_score (self->vlm, &seen->state, self->tree, _emo_bundle_classifier_get_room (self, request->explain_tokens),
                      seen->scores, listener->cancellable, error))
    return FALSE;
  seen->probabilities = calibrate (self, seen->scores);
  seen->scored = TRUE;

  update = emo_update_new (EMO_STAGE_VLM);
  update->ms = _emo_ms_since (start);
  update->n_labels = self->n_labels;
  update->scores = copy_values (seen->scores, self->n_labels);
  update->probabilities = copy_values (seen->probabilities, self->n_labels);
  update->mass = 0;
  for (guint i = 0; i < self->n_labels; i++)
    update->mass += exp (seen->scores[i]);
  tell (listener, update);
  return TRUE;
}

static double *
make_gate_input (EmoBundleClassifier *self)
{
  double *v;

  if (self->bundle->vlm_input == EMO_VLM_INPUT_PROBABILITIES)
    return copy_values (self->seen.probabilities, self->n_labels);
  v = g_new0 (double, self->n_labels);
  v[_emo_index_of_largest (self->seen.probabilities, self->n_labels)] = 1.0;
  return v;
}

static void
ask_gate (EmoBundleClassifier *self,
          const Listener      *listener)
{
  guint n = self->n_labels;
  gint64 start = g_get_monotonic_time ();
  g_autoptr (EmoUpdate) update = NULL;
  g_autofree double *v = NULL;
  const double *d = self->seen.logits;
  const char *title = NULL;
  double weights[8];

  if (self->gate == NULL || d == NULL || !are_numbers (d, n) || !_emo_bundle_classifier_has_vlm_answer (self))
    return;
  v = make_gate_input (self);
  update = emo_update_new (EMO_STAGE_GATE);
  update->n_labels = n;
  update->gate_kind = emo_gate_get_kind (self->gate);
  update->vlm_input = self->bundle->vlm_input;
  update->scores = g_new (double, n);
  update->contribution_vlm = g_new (double, n);
  update->contribution_distilled = g_new (double, n);
  update->contribution_rest = g_new (double, n);
  emo_gate_forward (self->gate, d, v, update->scores);
  emo_gate_contributions (self->gate, d, v, update->contribution_vlm,
                          update->contribution_distilled, update->contribution_rest);
  update->probabilities = softmax (update->scores, n);
  update->n_weights = emo_gate_weights (self->gate, d, v, weights, &title);
  if (update->n_weights > 0)
    {
      update->weights = copy_values (weights, update->n_weights);
      update->weights_title = g_strdup (title);
    }
  update->ms = _emo_ms_since (start);
  tell (listener, update);
}

/* --- The request --- */

/* What is known of the same picture serves again, unless its rows in the cache
 * were overwritten or a longer explanation would run into the tree. */
static gboolean
is_known (EmoBundleClassifier *self,
          EmoPatches          *patches,
          const EmoRequest    *request)
{
  const EmoSeen *seen = &self->seen;

  return seen->patches == patches && seen->scored &&
         _emo_bundle_classifier_get_room (self, request->explain_tokens) <= (guint) (seen->state.tree_start - seen->state.length);
}

/* The head's maps need no more than the picture's tokens. */
static gboolean
wants_head_alone (const EmoRequest *request)
{
  return !request->score && !request->explain && !request->evidence_vlm;
}

static gboolean
is_seen_enough (EmoBundleClassifier *self,
                EmoPatches          *patches,
                const EmoRequest    *request)
{
  return wants_head_alone (request) && self->seen.patches == patches && self->seen.mean != NULL;
}

/* Everything up to the gate. */
static gboolean
look (EmoBundleClassifier  *self,
      EmoPatches           *patches,
      const EmoRequest     *request,
      const Listener       *listener,
      GError              **error)
{
  EmoSeen *seen = &self->seen;

  if (!request->score && (is_known (self, patches, request) || is_seen_enough (self, patches, request)))
    return TRUE;
  _emo_seen_clear (seen);
  seen->patches = emo_patches_ref (patches);
  tell_input (self, listener);
  if (!see (self, listener, error))
    return FALSE;
  ask_head (self, listener);
  if (wants_head_alone (request))
    return TRUE;
  if (!prefill (self, request, listener, error) || !score_labels (self, request, listener, error))
    return FALSE;
  ask_gate (self, listener);
  return TRUE;
}

gboolean
_emo_bundle_classifier_answer (EmoBundleClassifier  *self,
                               EmoPatches           *patches,
                               const EmoRequest     *request,
                               EmoUpdateFunc         func,
                               gpointer              user_data,
                               GCancellable         *cancellable,
                               GError              **error)
{
  gint64 start = g_get_monotonic_time ();
  Listener stages = { func, user_data, cancellable, !request->score };
  g_autoptr (EmoUpdate) done = NULL;

  if (!look (self, patches, request, &stages, error) ||
      !_emo_bundle_classifier_find_evidence (self, request, func, user_data, cancellable, error))
    return FALSE;
  if (request->explain && _emo_bundle_classifier_has_vlm_answer (self))
    {
      guint label = request->explain_label >= 0 ? request->explain_label
                                                : _emo_index_of_largest (self->seen.probabilities, self->n_labels);
      if (!_emo_bundle_classifier_explain (self, request, label, func, user_data, cancellable, error))
        return FALSE;
    }
  /* What was computed from a file that changed meanwhile is no answer. */
  if (!emo_vlm_check (self->vlm, error))
    return FALSE;
  done = emo_update_new (EMO_STAGE_DONE);
  done->ms = _emo_ms_since (start);
  func (done, user_data);
  return TRUE;
}
