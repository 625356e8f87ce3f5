/* emo-bundle-classifier-load.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-bundle-classifier-private.h"
#include "emo-error.h"
#include "emo-file.h"
#include "emo-safetensors.h"

static gboolean
load_vlm (EmoBundleClassifier  *self,
          GPtrArray            *notes,
          const EmoLoadWatch   *watch,
          GError              **error)
{
  self->vlm = emo_vlm_load_full (self->bundle->vlm, &self->config, self->adapter, self->compute.nf4,
                                 self->compute.dtype, self->compute.device, notes, watch, error);
  return self->vlm != NULL;
}

/* Away from a GPU that cannot run the model, with a note that says why. */
static gboolean
load_on_cpu (EmoBundleClassifier  *self,
             const char           *reason,
             GPtrArray            *notes,
             const EmoLoadWatch   *watch,
             GError              **error)
{
  g_ptr_array_add (notes, g_strdup_printf ("The GPU cannot run the model (%s): it runs on the CPU", reason));
  g_clear_pointer (&self->vlm, emo_vlm_free);
  emo_torch_empty_cache ();
  self->compute.device = EMO_DEVICE_CPU;
  self->compute.dtype = EMO_DTYPE_F32;
  return load_vlm (self, notes, watch, error);
}

/* Where self->compute says. A GPU that is too small is no reason to fail. */
static gboolean
load_vlm_somewhere (EmoBundleClassifier  *self,
                    GPtrArray            *notes,
                    const EmoLoadWatch   *watch,
                    GError              **error)
{
  g_autoptr (GError) local = NULL;

  if (load_vlm (self, notes, watch, &local))
    return TRUE;
  if (emo_compute_gpu_failed (self->compute.device, local))
    return load_on_cpu (self, local->message, notes, watch, error);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* Adds a gate to self->fusion; lends it. */
static EmoGate *
load_gate (EmoBundleClassifier  *self,
           const char           *path,
           EmoGateKind           kind,
           EmoVlmInput           vlm_input,
           GError              **error)
{
  EmoGate *gate = emo_gate_load (path, kind, self->n_labels, error);

  if (gate != NULL)
    emo_fusion_take_gate (self->fusion, kind, vlm_input,
                          (EmoFusionFunc) emo_gate_forward, gate, (GDestroyNotify) emo_gate_free);
  return gate;
}

/* The gate that answers, and those to compare it with. */
static gboolean
load_gates (EmoBundleClassifier  *self,
            GError              **error)
{
  const EmoBundle *bundle = self->bundle;

  self->fusion = emo_fusion_new (self->n_labels);
  self->gate = load_gate (self, bundle->gate, bundle->gate_kind, bundle->vlm_input, error);
  if (self->gate == NULL)
    return FALSE;
  for (guint i = 0; i < bundle->n_gates; i++)
    {
      const EmoBundleGate *gate = &bundle->gates[i];

      if (load_gate (self, gate->path, gate->kind, gate->vlm_input, error) == NULL)
        return FALSE;
    }
  return TRUE;
}

static gboolean
load_branches (EmoBundleClassifier  *self,
               GError              **error)
{
  const EmoBundle *bundle = self->bundle;
  int width = self->config.hidden_size;

  if (bundle->distilled != NULL)
    {
      self->head = emo_head_load (bundle->distilled, width, self->n_labels, error);
      if (self->head == NULL)
        return FALSE;
    }
  if (bundle->gate != NULL && !load_gates (self, error))
    return FALSE;
  if (bundle->domain != NULL && !self->compute.nf4)
    {
      self->domain = emo_domain_load (bundle->domain, width, error);
      if (self->domain == NULL)
        return FALSE;
    }
  return TRUE;
}

/* The caller's cap before the bundle's before the processor's. */
static gboolean
apply_image_limits (EmoBundleClassifier   *self,
                    const EmoLoadOptions  *options,
                    GError               **error)
{
  EmoImageSettings *image = &self->config.image;
  gint64 cap = options->max_pixels > 0 ? options->max_pixels : self->bundle->max_pixels;
  gint64 block = (gint64) image->patch_size * image->merge_size;

  if (cap > 0 && cap < block * block)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED,
                   "max pixels is %" G_GINT64_FORMAT ", the model's smallest picture has %" G_GINT64_FORMAT,
                   cap, block * block);
      return FALSE;
    }
  if (cap > 0)
    {
      image->max_pixels = cap;
      image->min_pixels = MIN (image->min_pixels, cap);
    }
  image->max_side = self->bundle->max_side;
  image->max_side_filter = self->bundle->max_side_filter;
  return TRUE;
}

/* Where the text leaves no room for the smallest picture, each would fail: that
 * is told once, of the model. */
static gboolean
check_prompt_length (EmoBundleClassifier  *self,
                     EmoChatPrompt        *prompt,
                     guint                 room,
                     const char           *what,
                     GError              **error)
{
  const EmoImageSettings *image = &self->config.image;
  gint64 block = (gint64) image->patch_size * image->merge_size;
  gint64 n_picture = MAX (image->min_pixels / (block * block), 1);
  gint64 n_text = (gint64) prompt->prefix->len + prompt->suffix->len + room;
  g_autofree char *shown = NULL;

  if (n_text + n_picture <= self->config.max_positions)
    return TRUE;
  shown = emo_file_escape_name (self->bundle->path);
  g_set_error (error, EMO_ERROR, EMO_ERROR_LIMIT,
               "%s: the %s takes %" G_GINT64_FORMAT " tokens with its answer and the smallest picture %" G_GINT64_FORMAT
               ", the model takes %d in all (config.json: max_position_embeddings); shorten the system text or the question",
               shown, what, n_text, n_picture, self->config.max_positions);
  return FALSE;
}

static gboolean
check_prompts (EmoBundleClassifier  *self,
               GError              **error)
{
  const EmoBundle *bundle = self->bundle;
  g_autoptr (EmoChatPrompt) reason = NULL;

  if (!check_prompt_length (self, self->prompt, _emo_bundle_classifier_get_room (self, 0), "prompt", error))
    return FALSE;
  if (bundle->reason == NULL || emo_bundle_has_reason (self->bundle))
    return TRUE;
  reason = emo_chat_prompt_new (self->vlm->tokenizer, bundle->system, bundle->reason, TRUE);
  return check_prompt_length (self, reason, 1, "prompt for a reason", error);
}

static gboolean
prepare_prompt (EmoBundleClassifier  *self,
                GError              **error)
{
  const EmoBundle *bundle = self->bundle;
  int image_pad = emo_tokenizer_find (self->vlm->tokenizer, "<|image_pad|>");

  if (image_pad != self->config.image_token_id)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE,
                   "%s/tokenizer.json: <|image_pad|> has id %d, config.json's image_token_id is %d",
                   bundle->vlm, image_pad, self->config.image_token_id);
      return FALSE;
    }
  self->prompt = emo_chat_prompt_new (self->vlm->tokenizer, bundle->system, bundle->classify, TRUE);
  self->tree = emo_token_tree_new (self->vlm->tokenizer, bundle->answer, bundle->labels);
  return check_prompts (self, error);
}

static void
fill_compute (EmoBundleClassifier *self,
              EmoModelInfo        *info)
{
  g_free (info->device);
  g_free (info->device_name);
  g_free (info->dtype);
  info->device = emo_compute_dup_device (&self->compute);
  info->device_name = emo_compute_dup_hardware (&self->compute);
  info->dtype = g_strdup (emo_compute_get_dtype (&self->compute));
  info->threads = self->compute.threads;
}

static void
fill_info (EmoBundleClassifier  *self,
           const EmoLoadOptions *options,
           GPtrArray            *notes)
{
  EmoModelInfo *info = self->info = emo_model_info_new ();
  const EmoBundle *bundle = self->bundle;

  info->path = g_strdup (bundle->path);
  info->base = g_strdup (options->base);
  info->name = g_strdup (bundle->name);
  info->revision = g_strdup (bundle->revision);
  info->labels = emo_label_set_ref (bundle->labels);
  info->default_labels = bundle->default_labels;
  info->given_labels = options->labels != NULL;
  info->has_distilled = self->head != NULL;
  info->has_gate = self->gate != NULL;
  info->has_reason = emo_bundle_has_reason (self->bundle);
  info->gate_kind = bundle->gate_kind;
  info->vlm_input = bundle->vlm_input;
  info->fusion = self->fusion != NULL ? emo_fusion_ref (self->fusion) : NULL;
  info->domain_name = g_strdup (bundle->domain_name);
  info->domain_notice = g_strdup (bundle->domain_notice);
  info->prompt_sha256 = emo_bundle_dup_prompt_sha256 (self->bundle);
  fill_compute (self, info);
  info->seed = options->seed;
  info->max_pixels = options->max_pixels;
  info->parameters = emo_vlm_config_count_parameters (&self->config);
  info->weight_bytes = self->vlm->weight_bytes;
  for (guint i = 0; bundle->notes != NULL && bundle->notes[i] != NULL; i++)
    g_ptr_array_insert (notes, i, g_strdup (bundle->notes[i]));
  g_ptr_array_add (notes, NULL);
  info->notes = g_strdupv ((char **) notes->pdata);
}

/* The small files of a bundle; opened once more, since what is read from them
 * has left its file behind. */
static gboolean
note_nonfinite (const char    *path,
                GPtrArray     *notes,
                GCancellable  *cancellable,
                GError       **error)
{
  g_autoptr (EmoSafetensors) file = path != NULL ? emo_safetensors_open (path, error) : NULL;
  guint64 n;

  if (file == NULL)
    return path == NULL;
  n = emo_safetensors_count_nonfinite_full (file, NULL, NULL, cancellable);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (n > 0)
    {
      g_autofree char *shown = emo_file_escape_name (path);

      g_ptr_array_add (notes, g_strdup_printf ("%s: %" G_GUINT64_FORMAT " weights are not finite (NaN or infinite)",
                                               shown, n));
    }
  return emo_safetensors_check (file, error);
}

static gboolean
load_adapter (EmoBundleClassifier  *self,
              GError              **error)
{
  if (self->bundle->adapter != NULL)
    self->adapter = emo_adapter_load (self->bundle->adapter, error);
  return self->bundle->adapter == NULL || self->adapter != NULL;
}

static gboolean
note_all_nonfinite (EmoBundleClassifier  *self,
                    GPtrArray            *notes,
                    GCancellable         *cancellable,
                    GError              **error)
{
  const char *paths[] = {
    self->adapter != NULL ? emo_adapter_get_path (self->adapter) : NULL,
    self->bundle->distilled,
    self->bundle->gate,
    self->bundle->domain,
  };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    if (!note_nonfinite (paths[i], notes, cancellable, error))
      return FALSE;
  return TRUE;
}

/* The statistics are of the weights as they are stored: 4 bits move every picture
 * further from them than the model's own kind reaches. */
static void
note_domain (EmoBundleClassifier *self,
             GPtrArray           *notes)
{
  if (self->compute.nf4 && self->bundle->domain != NULL)
    g_ptr_array_add (notes, g_strdup ("In nf4 it is not told whether a picture is of the model's kind"));
}

/* Only a text is generated; an answer is read off the labels, whatever that file says. */
static void
note_unapplied (EmoBundleClassifier *self,
                GPtrArray           *notes)
{
  g_autofree char *names = emo_vlm_config_dup_unapplied (&self->config);

  if (names != NULL)
    g_ptr_array_add (notes, g_strdup_printf ("generation_config.json asks for what is not applied to explanations: %s", names));
}

static gboolean
load (EmoBundleClassifier   *self,
      const EmoLoadOptions  *options,
      const EmoLoadWatch    *watch,
      GPtrArray             *notes,
      GError               **error)
{
  EmoLoadWatch weights = *watch;

  weights.from = 0.1;
  weights.to = 0.98;
  self->bundle = emo_bundle_load (options->path, options->labels, options->base, error);
  if (self->bundle == NULL || !emo_vlm_config_load (&self->config, self->bundle->vlm, error))
    return FALSE;
  note_unapplied (self, notes);
  self->n_labels = emo_label_set_get_size (self->bundle->labels);
  if (!apply_image_limits (self, options, error) ||
      !emo_compute_choose (&self->compute, options->device, options->dtype, options->threads, &self->config, error) ||
      (!options->any_size && !emo_compute_check_memory (&self->compute, &self->config, error)))
    return FALSE;
  note_domain (self, notes);
  emo_load_watch_tell (watch, weights.from);
  self->provenance = emo_provenance_start (self->bundle);
  if (!load_adapter (self, error) || !load_branches (self, error) ||
      !note_all_nonfinite (self, notes, watch->cancellable, error) ||
      !load_vlm_somewhere (self, notes, &weights, error))
    return FALSE;
  return prepare_prompt (self, error);
}

/* What was answered before keeps its description, and says truly where. */
static void
describe_move (EmoBundleClassifier *self,
               GPtrArray           *notes)
{
  EmoModelInfo *info = emo_model_info_copy (self->info);

  for (guint i = 0; info->notes[i] != NULL; i++)
    g_ptr_array_insert (notes, i, g_strdup (info->notes[i]));
  g_ptr_array_add (notes, NULL);
  g_strfreev (info->notes);
  info->notes = g_strdupv ((char **) notes->pdata);
  fill_compute (self, info);
  g_clear_pointer (&self->info_before, emo_model_info_unref);
  self->info_before = self->info;
  g_atomic_pointer_set (&self->info, info);
}

gboolean
_emo_bundle_classifier_move_to_cpu (EmoBundleClassifier  *self,
                                    const char           *reason,
                                    GCancellable         *cancellable,
                                    GError              **error)
{
  const EmoLoadWatch watch = { .cancellable = cancellable };
  g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);

  if (!load_on_cpu (self, reason, notes, &watch, error))
    return FALSE;
  describe_move (self, notes);
  return TRUE;
}

/**
 * emo_bundle_classifier_load:
 * @options: what to load and how
 * @progress: (nullable): called on this thread
 * @user_data: for @progress
 * @cancellable: (nullable): tested before each tensor and while they are searched for NaN
 *
 * Engine thread only. The hashes of #EmoModelInfo are made beside and are there
 * before the first picture is done.
 *
 * Returns: (transfer full) (nullable): ready to answer
 */
EmoClassifier *
emo_bundle_classifier_load (const EmoLoadOptions  *options,
                            EmoLoadProgress        progress,
                            gpointer               user_data,
                            GCancellable          *cancellable,
                            GError               **error)
{
  gint64 start = g_get_monotonic_time ();
  g_autoptr (EmoBundleClassifier) self = g_object_new (EMO_TYPE_BUNDLE_CLASSIFIER, NULL);
  g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  const EmoLoadWatch watch = { cancellable, progress, user_data, 0, 1 };

  g_return_val_if_fail (options != NULL && options->path != NULL, NULL);

  if (g_cancellable_set_error_if_cancelled (cancellable, error) ||
      !load (self, options, &watch, notes, error) ||
      g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  fill_info (self, options, notes);
  self->info->load_ms = _emo_ms_since (start);
  emo_load_watch_tell (&watch, 1.0);
  return EMO_CLASSIFIER (g_steal_pointer (&self));
}
