/* emo-bundle-classifier.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "emo-bundle-classifier-private.h"
#include "emo-error.h"

/* Largest difference of a probability that still counts as the same numbers:
 * float32 differs in the order of sums, bf16 in 8 bits of mantissa, nf4 in the
 * weights themselves. */
#define TOLERANCE_FLOAT32  2e-4
#define TOLERANCE_BFLOAT16 5e-2
#define TOLERANCE_NF4      1e-1

static void classifier_iface_init (EmoClassifierInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (EmoBundleClassifier, emo_bundle_classifier, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (EMO_TYPE_CLASSIFIER, classifier_iface_init))

static void
emo_bundle_classifier_finalize (GObject *object)
{
  EmoBundleClassifier *self = EMO_BUNDLE_CLASSIFIER (object);
  gboolean cuda = self->compute.device.cuda;

  _emo_seen_clear (&self->seen);
  g_clear_pointer (&self->provenance, emo_provenance_free);
  g_clear_pointer (&self->prompt, emo_chat_prompt_free);
  g_clear_pointer (&self->tree, emo_token_tree_free);
  g_clear_pointer (&self->vlm, emo_vlm_free);
  g_clear_pointer (&self->adapter, emo_adapter_free);
  g_clear_pointer (&self->head, emo_head_free);
  self->gate = NULL;
  g_clear_pointer (&self->fusion, emo_fusion_unref);
  g_clear_pointer (&self->domain, emo_domain_free);
  g_clear_pointer (&self->bundle, emo_bundle_free);
  g_clear_pointer (&self->info, emo_model_info_unref);
  g_clear_pointer (&self->info_before, emo_model_info_unref);

  /* What a person unloads goes back to the system, not to an allocator. */
  if (cuda)
    emo_torch_empty_cache ();
#ifdef __GLIBC__
  malloc_trim (0);
#endif

  G_OBJECT_CLASS (emo_bundle_classifier_parent_class)->finalize (object);
}

static void
emo_bundle_classifier_class_init (EmoBundleClassifierClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = emo_bundle_classifier_finalize;
}

static void
emo_bundle_classifier_init (EmoBundleClassifier *self)
{
}

static EmoModelInfo *
get_info (EmoClassifier *classifier)
{
  return g_atomic_pointer_get (&EMO_BUNDLE_CLASSIFIER (classifier)->info);
}

static EmoPatches *
prepare (EmoClassifier  *classifier,
         EmoImage       *image,
         GError        **error)
{
  return emo_patches_new (image, &EMO_BUNDLE_CLASSIFIER (classifier)->config.image, error);
}

/* Nothing that leaves the engine thread as done lacks its hashes. */
static void
take_hashes (EmoBundleClassifier *self)
{
  const EmoHashes *hashes;

  if (self->provenance == NULL)
    return;
  hashes = emo_provenance_get (self->provenance);
  self->info->model_sha256 = g_strdup (hashes->model);
  self->info->adapter_sha256 = g_strdup (hashes->adapter);
  self->info->head_sha256 = g_strdup (hashes->head);
  self->info->gate_sha256 = g_strdup (hashes->gate);
  g_clear_pointer (&self->provenance, emo_provenance_free);
}

/**
 * emo_bundle_classifier_complete_info:
 * @self: a classifier
 *
 * Waits until the hashes of what was loaded are in its #EmoModelInfo. They are
 * made beside the first picture otherwise. Engine thread.
 */
void
emo_bundle_classifier_complete_info (EmoBundleClassifier *self)
{
  g_return_if_fail (EMO_IS_BUNDLE_CLASSIFIER (self));

  take_hashes (self);
}

typedef struct
{
  EmoBundleClassifier *self;
  EmoUpdateFunc        func;
  gpointer             user_data;
  gboolean             has_text;
} Relay;

static void
relay_cb (EmoUpdate *update,
          gpointer   user_data)
{
  Relay *relay = user_data;

  if (update->stage == EMO_STAGE_DONE)
    take_hashes (relay->self);
  relay->has_text |= update->stage == EMO_STAGE_TEXT;
  relay->func (update, relay->user_data);
}

/* A picture too large for the GPU's memory goes to the CPU, with the model. What
 * was written of its explanation is taken back. */
static gboolean
move_to_cpu (EmoBundleClassifier  *self,
             Relay                *relay,
             const char           *reason,
             GCancellable         *cancellable,
             GError              **error)
{
  g_message ("The GPU cannot run the model on this picture (%s): it runs on the CPU from here on", reason);
  take_hashes (self);
  if (!_emo_bundle_classifier_move_to_cpu (self, reason, cancellable, error))
    return FALSE;
  if (relay->has_text)
    {
      g_autoptr (EmoUpdate) update = emo_update_new (EMO_STAGE_EXPLAINED);

      update->label = -1;
      update->text = g_strdup ("");
      relay->func (update, relay->user_data);
    }
  return TRUE;
}

static gboolean
check_label (EmoBundleClassifier  *self,
             int                   label,
             GError              **error)
{
  if (label < (int) self->n_labels)
    return TRUE;
  g_set_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED, "Label %d asked for, the model has %u", label, self->n_labels);
  return FALSE;
}

static gboolean
classify (EmoClassifier     *classifier,
          EmoPatches        *patches,
          const EmoRequest  *request,
          EmoUpdateFunc      func,
          gpointer           user_data,
          GCancellable      *cancellable,
          GError           **error)
{
  EmoBundleClassifier *self = EMO_BUNDLE_CLASSIFIER (classifier);
  Relay relay = { self, func, user_data, FALSE };
  g_autoptr (GError) local = NULL;

  if (!check_label (self, request->explain_label, error) || !check_label (self, request->evidence_label, error))
    return FALSE;
  if (_emo_bundle_classifier_answer (self, patches, request, relay_cb, &relay, cancellable, &local))
    return TRUE;
  _emo_seen_clear (&self->seen);
  /* Evidence needs more memory than an answer: that it does not fit is no reason
   * to move the model, which answers well where it is. */
  if ((request->evidence_vlm && !request->score) || !emo_compute_gpu_failed (self->compute.device, local))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  return move_to_cpu (self, &relay, local->message, cancellable, error) &&
         _emo_bundle_classifier_answer (self, patches, request, relay_cb, &relay, cancellable, error);
}

/* --- Free generation --- */

typedef struct
{
  EmoTokenStream *stream;
  GArray         *ids;        /* guint32 */
  EmoTextFunc     func;       /* (nullable) */
  gpointer        user_data;
} Generating;

static void
pass_piece (Generating *generating,
            char       *piece)   /* (transfer full) */
{
  g_autofree char *text = piece;

  if (generating->func != NULL && text[0] != '\0')
    generating->func (text, generating->user_data);
}

static gboolean
generated_cb (guint32  id,
              gpointer user_data)
{
  Generating *generating = user_data;

  g_array_append_val (generating->ids, id);
  pass_piece (generating, emo_token_stream_push (generating->stream, id));
  return TRUE;
}

static gboolean
enter_prompt (EmoBundleClassifier       *self,
              EmoPatches                *patches,
              const EmoGenerateRequest  *request,
              EmoVlmState               *state,
              guint                     *n_prompt,
              GCancellable              *cancellable,
              GError                   **error)
{
  const char *system = request->system != NULL ? request->system : self->bundle->system;
  g_autoptr (EmoChatPrompt) prompt = emo_chat_prompt_new (self->vlm->tokenizer, system, request->prompt, patches != NULL);
  g_autoptr (EmoTensor) tokens = NULL;

  _emo_seen_clear (&self->seen);
  if (patches != NULL)
    {
      tokens = emo_vlm_see (self->vlm, patches, cancellable, error);
      if (tokens == NULL)
        return FALSE;
    }
  *n_prompt = prompt->prefix->len + prompt->suffix->len + (patches != NULL ? emo_patches_get_tokens (patches) : 0);
  return emo_vlm_prefill (self->vlm, prompt, tokens, patches != NULL ? emo_patches_get_grid (patches) : NULL,
                          request->max_new_tokens, 0, state, cancellable, error);
}

static EmoGeneration *
generate (EmoClassifier             *classifier,
          EmoPatches                *patches,
          const EmoGenerateRequest  *request,
          EmoTextFunc                func,
          gpointer                   user_data,
          GCancellable              *cancellable,
          GError                   **error)
{
  EmoBundleClassifier *self = EMO_BUNDLE_CLASSIFIER (classifier);
  gint64 start = g_get_monotonic_time ();
  g_autoptr (EmoGeneration) generation = g_new0 (EmoGeneration, 1);
  g_autoptr (EmoTokenStream) stream = emo_token_stream_new (self->vlm->tokenizer, TRUE);
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GRand) rand = g_rand_new_with_seed ((guint32) request->seed);
  g_auto (EmoVlmState) state = { 0 };
  EmoSampling sampling = { .max_tokens = request->max_new_tokens, .temperature = request->temperature, .rand = rand };
  Generating generating = { stream, ids, func, user_data };

  if (!enter_prompt (self, patches, request, &state, &generation->prompt_tokens, cancellable, error) ||
      !emo_vlm_continue (self->vlm, &state, &sampling, generated_cb, &generating, &generation->stopped, cancellable, error) ||
      !emo_vlm_check (self->vlm, error))
    return NULL;
  pass_piece (&generating, emo_token_stream_flush (stream));
  generation->text = emo_tokenizer_decode (self->vlm->tokenizer, (guint32 *) ids->data, ids->len, TRUE);
  generation->n_tokens = ids->len;
  generation->tokens = (guint32 *) g_array_free (g_steal_pointer (&ids), FALSE);
  generation->ms = _emo_ms_since (start);
  return g_steal_pointer (&generation);
}

/* --- Check pictures --- */

typedef struct
{
  const EmoBundleCheck *expected;
  EmoBundleClassifier  *self;
  EmoCheck             *check;
} Checking;

static void
compare (Checking     *checking,
         const char   *branch,
         const double *found,
         const double *expected)
{
  EmoLabelSet *labels = checking->self->bundle->labels;

  for (guint i = 0; expected != NULL && i < checking->self->n_labels; i++)
    {
      double difference = fabs (found[i] - expected[i]);
      g_autofree char *name = NULL;

      /* NaN is worse than any difference, and stays the worst. */
      if (checking->check->worst_what != NULL &&
          (difference <= checking->check->worst || isnan (checking->check->worst)))
        continue;
      name = g_path_get_basename (checking->expected->image);
      checking->check->worst = difference;
      g_free (checking->check->worst_what);
      checking->check->worst_what = g_strdup_printf ("%s, %s %s", name, branch, emo_label_set_get_label (labels, i));
    }
}

static void
check_cb (EmoUpdate *update,
          gpointer   user_data)
{
  Checking *checking = user_data;

  if (update->stage == EMO_STAGE_VLM)
    compare (checking, "VLM", update->probabilities, checking->expected->vlm);
  else if (update->stage == EMO_STAGE_DISTILLED)
    compare (checking, "distilled", update->probabilities, checking->expected->distilled);
  else if (update->stage == EMO_STAGE_GATE)
    compare (checking, "gated", update->probabilities, checking->expected->gated);
}

static gboolean
run_check (EmoBundleClassifier   *self,
           const EmoBundleCheck  *expected,
           EmoCheck              *check,
           GCancellable          *cancellable,
           GError               **error)
{
  EmoRequest request = EMO_REQUEST_INIT;
  Checking checking = { expected, self, check };
  g_autoptr (EmoImage) image = emo_image_load (expected->image, FALSE, error);
  g_autoptr (EmoPatches) patches = image != NULL ? emo_patches_new (image, &self->config.image, error) : NULL;

  request.explain = FALSE;
  check->n_pictures++;
  return patches != NULL && classify (EMO_CLASSIFIER (self), patches, &request, check_cb, &checking, cancellable, error);
}

/* A type that is not known is taken for a rough one. */
static double
get_tolerance (const char *dtype)
{
  if (dtype == NULL || g_str_equal (dtype, "float32"))
    return TOLERANCE_FLOAT32;

  return g_str_equal (dtype, "bfloat16") ? TOLERANCE_BFLOAT16 : TOLERANCE_NF4;
}

/* The rougher of how it is computed now and how it was then. */
static double
find_tolerance (EmoBundleClassifier *self)
{
  double tolerance = get_tolerance (emo_compute_get_dtype (&self->compute));

  for (guint i = 0; i < self->bundle->n_checks; i++)
    tolerance = MAX (tolerance, get_tolerance (self->bundle->checks[i].dtype));

  return tolerance;
}

static EmoCheck *
check (EmoClassifier  *classifier,
       GCancellable   *cancellable,
       GError        **error)
{
  EmoBundleClassifier *self = EMO_BUNDLE_CLASSIFIER (classifier);
  g_autoptr (EmoCheck) result = g_new0 (EmoCheck, 1);

  if (self->bundle->n_checks == 0)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED, "%s carries no check pictures", self->bundle->path);
      return NULL;
    }
  result->tolerance = find_tolerance (self);
  for (guint i = 0; i < self->bundle->n_checks; i++)
    if (!run_check (self, &self->bundle->checks[i], result, cancellable, error))
      return NULL;
  return g_steal_pointer (&result);
}

/**
 * emo_bundle_classifier_get_visual_mean:
 * @length: (out): H
 *
 * Returns: (transfer none) (nullable): [H], until the next request
 */
const float *
emo_bundle_classifier_get_visual_mean (EmoBundleClassifier *self,
                                       guint               *length)
{
  g_return_val_if_fail (EMO_IS_BUNDLE_CLASSIFIER (self), NULL);

  *length = self->config.hidden_size;
  return self->seen.mean;
}

static void
classifier_iface_init (EmoClassifierInterface *iface)
{
  iface->get_info = get_info;
  iface->prepare = prepare;
  iface->classify = classify;
  iface->generate = generate;
  iface->check = check;
}
