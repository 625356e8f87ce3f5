/* emo-feature-kinds.c: what a picture's numbers hang on
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-error.h"
#include "emo-feature-kinds.h"
#include "emo-hash.h"
#include "emo-json.h"
#include "emo-safetensors.h"
#include "emo-visual-spread.h"

/* Raised where the way to compute any of them changes. */
#define VERSION 1

const char *
emo_feature_get_name (EmoFeature feature)
{
  static const char * const names[EMO_N_FEATURES] = {
    [EMO_FEATURE_MEANS] = "visual-means",
    [EMO_FEATURE_SPREADS] = "visual-spreads",
    [EMO_FEATURE_SCORES] = "label-scores",
    [EMO_FEATURE_TEACHER] = "teacher-logits",
  };

  g_return_val_if_fail ((guint) feature < EMO_N_FEATURES, NULL);

  return names[feature];
}

guint
emo_feature_get_width (EmoFeature feature,
                       guint      hidden_size,
                       guint      n_labels)
{
  switch (feature)
    {
    case EMO_FEATURE_MEANS:
      return hidden_size;
    case EMO_FEATURE_SPREADS:
      return EMO_VISUAL_SPREAD_SIZE;
    case EMO_FEATURE_SCORES:
    case EMO_FEATURE_TEACHER:
      return n_labels;
    case EMO_N_FEATURES:
    default:
      g_return_val_if_reached (0);
    }
}

static int
compare_tensors (gconstpointer a,
                 gconstpointer b)
{
  const EmoStoredTensor *const *first = a, *const *second = b;

  return strcmp ((*first)->name, (*second)->name);
}

/* Both spellings of a name, visual. and model.visual., are the tower's. */
static GPtrArray *
list_tower (EmoSafetensors *file)
{
  GPtrArray *tensors = g_ptr_array_new ();

  for (guint i = 0; i < emo_safetensors_get_n_tensors (file); i++)
    {
      const EmoStoredTensor *tensor = emo_safetensors_get_tensor (file, i);

      if (g_str_has_prefix (tensor->name, "visual.") || g_str_has_prefix (tensor->name, "model.visual."))
        g_ptr_array_add (tensors, (gpointer) tensor);
    }
  g_ptr_array_sort (tensors, compare_tensors);

  return tensors;
}

static char *
hash_tower (EmoSafetensors  *file,
            GCancellable    *cancellable,
            GError         **error)
{
  g_autoptr(GPtrArray) tensors = list_tower (file);
  g_autoptr(GString) text = g_string_new (NULL);

  for (guint i = 0; i < tensors->len; i++)
    {
      const EmoStoredTensor *tensor = tensors->pdata[i];
      g_autofree char *hash = NULL;

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return NULL;
      hash = emo_hash_bytes (tensor->data, tensor->n_bytes);
      g_string_append_printf (text, "%s %s", tensor->name, emo_stored_to_string (tensor->stored));
      for (guint j = 0; j < tensor->rank; j++)
        g_string_append_printf (text, " %" G_GINT64_FORMAT, tensor->shape[j]);
      g_string_append_printf (text, " %s\n", hash);
    }
  if (!emo_safetensors_check (file, error))
    return NULL;

  return emo_hash_bytes (text->str, text->len);
}

static void
append_doubles (GString      *text,
                const char   *name,
                const double *values,
                gsize         n)
{
  g_string_append_printf (text, " %s ", name);
  emo_json_append_doubles (text, values, n);
}

static void
append_image (GString                *text,
              const EmoImageSettings *image)
{
  g_string_append_printf (text, " patch %d %d %d pixels %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " filter %d side %d %d",
                          image->patch_size, image->temporal_patch_size, image->merge_size, image->min_pixels, image->max_pixels,
                          image->resample, image->max_side, image->max_side > 0 ? (int) image->max_side_filter : 0);
  append_doubles (text, "scale", &image->rescale_factor, 1);
  append_doubles (text, "mean", image->mean, 3);
  append_doubles (text, "std", image->std, 3);
}

/* What of config.json the tower computes with and its tensors do not show. */
static void
append_tower (GString            *text,
              const EmoVlmConfig *config)
{
  g_string_append_printf (text, " heads %d activation %d", config->vision_heads, config->vision_activation);
  append_doubles (text, "theta", &config->vision_rope_theta, 1);
}

/**
 * emo_feature_kind_means:
 * @bundle: whose VLM it is
 * @config: its config, with the image settings in force
 * @computed: where and in what it is computed
 * @cancellable: (nullable): tested before each tensor
 * @error: return location
 *
 * Errors: those of emo_safetensors_open().
 *
 * Returns: (transfer full): the kind of mean visual tokens
 */
char *
emo_feature_kind_means (const EmoBundle     *bundle,
                        const EmoVlmConfig  *config,
                        const char          *computed,
                        GCancellable        *cancellable,
                        GError             **error)
{
  g_autoptr(EmoSafetensors) file = NULL;
  g_autofree char *hash = NULL;
  GString *text;

  g_return_val_if_fail (bundle != NULL && config != NULL && computed != NULL, NULL);

  file = emo_safetensors_open (bundle->vlm, error);
  if (file == NULL)
    return NULL;
  hash = hash_tower (file, cancellable, error);
  if (hash == NULL)
    return NULL;
  text = g_string_new (NULL);
  g_string_append_printf (text, "%s %d tower %s %s", emo_feature_get_name (EMO_FEATURE_MEANS), VERSION, hash, computed);
  append_tower (text, config);
  append_image (text, &config->image);

  return g_string_free (text, FALSE);
}

/**
 * emo_feature_kind_spreads:
 * @means: the kind of the mean visual tokens
 *
 * Returns: (transfer full): the kind of the same tokens' spreads
 */
char *
emo_feature_kind_spreads (const char *means)
{
  g_return_val_if_fail (means != NULL, NULL);

  return g_strdup_printf ("%s %d (%s)", emo_feature_get_name (EMO_FEATURE_SPREADS), VERSION, means);
}

static gboolean
append_file (GString       *text,
             const char    *path,
             GCancellable  *cancellable,
             GError       **error)
{
  g_autofree char *hash = emo_hash_file_cached (path, cancellable, error);

  if (hash != NULL)
    g_string_append_printf (text, " %s", hash);

  return hash != NULL;
}

static gboolean
append_file_in (GString       *text,
                const char    *folder,
                const char    *name,
                GCancellable  *cancellable,
                GError       **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return append_file (text, path, cancellable, error);
}

static gboolean
append_weights (GString       *text,
                const char    *folder,
                GCancellable  *cancellable,
                GError       **error)
{
  g_autoptr(EmoSafetensors) file = emo_safetensors_open (folder, error);
  g_auto(GStrv) paths = file != NULL ? emo_safetensors_dup_paths (file) : NULL;

  for (guint i = 0; paths != NULL && paths[i] != NULL; i++)
    if (!append_file (text, paths[i], cancellable, error))
      return FALSE;

  return file != NULL;
}

static gboolean
append_adapter (GString          *text,
                const EmoBundle  *bundle,
                GCancellable     *cancellable,
                GError          **error)
{
  if (bundle->adapter == NULL)
    return TRUE;
  g_string_append (text, " adapter");

  return append_file_in (text, bundle->adapter, "adapter_config.json", cancellable, error) &&
         append_file_in (text, bundle->adapter, "adapter_model.safetensors", cancellable, error);
}

/**
 * emo_feature_kind_scores:
 * @bundle: whose VLM it is
 * @means: the kind of its mean visual tokens
 * @cancellable: (nullable): a cancellable
 * @error: return location
 *
 * Errors: those of emo_safetensors_open(), IO.
 *
 * Returns: (transfer full): the kind of label scores
 */
char *
emo_feature_kind_scores (const EmoBundle  *bundle,
                         const char       *means,
                         GCancellable     *cancellable,
                         GError          **error)
{
  g_autofree char *prompt = NULL;
  g_autoptr(GString) text = NULL;

  g_return_val_if_fail (bundle != NULL && means != NULL, NULL);

  prompt = emo_bundle_dup_prompt_sha256 ((EmoBundle *) bundle);
  text = g_string_new (NULL);
  g_string_append_printf (text, "%s %d (%s) prompt %s vlm", emo_feature_get_name (EMO_FEATURE_SCORES), VERSION, means, prompt);
  if (!append_weights (text, bundle->vlm, cancellable, error) ||
      !append_file_in (text, bundle->vlm, "config.json", cancellable, error) ||
      !append_file_in (text, bundle->vlm, "tokenizer.json", cancellable, error) ||
      !append_adapter (text, bundle, cancellable, error))
    return NULL;

  return g_string_free (g_steal_pointer (&text), FALSE);
}

/**
 * emo_feature_kind_teacher:
 * @folder: a teacher's
 * @labels: the order of the logits, whatever the teacher's own is
 * @cancellable: (nullable): a cancellable
 * @error: return location
 *
 * Errors: IO.
 *
 * Returns: (transfer full): the kind of its logits
 */
char *
emo_feature_kind_teacher (const char    *folder,
                          EmoLabelSet   *labels,
                          GCancellable  *cancellable,
                          GError       **error)
{
  static const char * const names[] = { "config.json", "preprocessor_config.json", "teacher.json" };
  g_autoptr(GString) text = NULL;

  g_return_val_if_fail (folder != NULL && labels != NULL, NULL);

  text = g_string_new (NULL);
  g_string_append_printf (text, "%s %d", emo_feature_get_name (EMO_FEATURE_TEACHER), VERSION);
  for (guint i = 0; i < emo_label_set_get_size (labels); i++)
    {
      g_string_append_c (text, ' ');
      emo_json_append_string (text, emo_label_set_get_label (labels, i));
    }
  /* How pictures are shown, and which label the teacher's own are. */
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      if (g_file_test (path, G_FILE_TEST_EXISTS) && !append_file (text, path, cancellable, error))
        return NULL;
    }
  if (!append_file_in (text, folder, "model.safetensors", cancellable, error))
    return NULL;

  return g_string_free (g_steal_pointer (&text), FALSE);
}
