/* emo-features.c: what is frozen is computed once
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>
#include <string.h>

#include "emo-error.h"
#include "emo-feature-collection.h"
#include "emo-feature-eye.h"
#include "emo-feature-sight.h"
#include "emo-features.h"
#include "emo-file.h"
#include "emo-teacher-logits.h"

/* A blank picture: its sides, and its gray, the middle. */
#define BLANK_SIDE 224
#define BLANK_GRAY 128

struct _EmoFeatures
{
  EmoBundle       *bundle;
  EmoVlmConfig     config;                   /* with the image settings in force */
  EmoCompute       compute;
  char            *teacher_folder;           /* (nullable) */
  char            *kinds[EMO_N_FEATURES];    /* (nullable) without a teacher */
  EmoFeatureCache *caches[EMO_N_FEATURES];   /* (nullable) as the kinds */
  GPtrArray       *eyes;                     /* of EmoFeatureEye, opened when pictures are to be seen */
  guint            n_eyes;                   /* at most, a thread each */
  EmoTeacher      *teacher;                  /* (nullable) the same */
};

/* --- What it is made of --- */

static void
limit_pictures (EmoFeatures *self)
{
  EmoImageSettings *image = &self->config.image;
  const EmoBundle *bundle = self->bundle;

  if (bundle->max_pixels > 0)
    {
      image->max_pixels = bundle->max_pixels;
      image->min_pixels = MIN (image->min_pixels, bundle->max_pixels);
    }
  image->max_side = bundle->max_side;
  image->max_side_filter = bundle->max_side_filter;
}

static gboolean
name_kinds (EmoFeatures   *self,
            GCancellable  *cancellable,
            GError       **error)
{
  g_autofree char *device = emo_compute_dup_device (&self->compute);
  g_autofree char *computed = g_strdup_printf ("%s %s", device, emo_compute_get_dtype (&self->compute));

  self->kinds[EMO_FEATURE_MEANS] = emo_feature_kind_means (self->bundle, &self->config, computed, cancellable, error);
  if (self->kinds[EMO_FEATURE_MEANS] == NULL)
    return FALSE;
  self->kinds[EMO_FEATURE_SPREADS] = emo_feature_kind_spreads (self->kinds[EMO_FEATURE_MEANS]);
  self->kinds[EMO_FEATURE_SCORES] = emo_feature_kind_scores (self->bundle, self->kinds[EMO_FEATURE_MEANS], cancellable, error);
  if (self->kinds[EMO_FEATURE_SCORES] == NULL)
    return FALSE;
  if (self->teacher_folder != NULL)
    {
      if (!emo_teacher_check (self->teacher_folder, self->bundle->labels, error))
        return FALSE;
      self->kinds[EMO_FEATURE_TEACHER] = emo_feature_kind_teacher (self->teacher_folder, self->bundle->labels, cancellable, error);
      if (self->kinds[EMO_FEATURE_TEACHER] == NULL)
        return FALSE;
    }

  return TRUE;
}

static guint
get_width (EmoFeatures *self,
           EmoFeature   feature)
{
  return emo_feature_get_width (feature, self->config.hidden_size, emo_label_set_get_size (self->bundle->labels));
}

static gboolean
open_caches (EmoFeatures  *self,
             const char   *folder,
             GError      **error)
{
  for (guint i = 0; i < EMO_N_FEATURES; i++)
    {
      g_autofree char *path = g_build_filename (folder, emo_feature_get_name (i), NULL);

      if (self->kinds[i] == NULL)
        continue;
      if (!emo_file_make_folder (path, error))
        return FALSE;
      self->caches[i] = emo_feature_cache_open (path, self->kinds[i], get_width (self, i), error);
      if (self->caches[i] == NULL)
        return FALSE;
    }

  return TRUE;
}

/**
 * emo_features_new:
 * @bundle: whose VLM looks; outlives it
 * @options: where and how
 * @cancellable: (nullable): tested while weights are hashed
 * @error: return location
 *
 * Returns: (transfer full): what has looked at nothing yet
 */
EmoFeatures *
emo_features_new (EmoBundle                *bundle,
                  const EmoFeatureOptions  *options,
                  GCancellable             *cancellable,
                  GError                  **error)
{
  g_autoptr(EmoFeatures) self = NULL;

  g_return_val_if_fail (bundle != NULL && options != NULL && options->folder != NULL, NULL);

  self = g_new0 (EmoFeatures, 1);
  self->bundle = bundle;
  self->teacher_folder = g_strdup (options->teacher);
  if (!emo_vlm_config_load (&self->config, bundle->vlm, error))
    return NULL;
  limit_pictures (self);
  self->eyes = g_ptr_array_new_with_free_func ((GDestroyNotify) emo_feature_eye_free);
  if (!emo_compute_choose (&self->compute, options->device, options->dtype, options->threads, &self->config, error) ||
      !emo_compute_check_memory (&self->compute, &self->config, error) || !name_kinds (self, cancellable, error) ||
      !open_caches (self, options->folder, error))
    return NULL;
  /* A small model's ops are too short to be shared by threads: pictures are. */
  self->n_eyes = emo_compute_is_small (&self->config) && !self->compute.device.cuda ? emo_compute_get_threads (options->threads) : 1;

  return g_steal_pointer (&self);
}

/**
 * emo_features_free:
 * @self: (transfer full) (nullable): features
 */
void
emo_features_free (EmoFeatures *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->eyes, g_ptr_array_unref);
  g_clear_pointer (&self->teacher, emo_teacher_free);
  for (guint i = 0; i < EMO_N_FEATURES; i++)
    {
      g_clear_pointer (&self->caches[i], emo_feature_cache_free);
      g_free (self->kinds[i]);
    }
  g_free (self->teacher_folder);
  g_free (self);
}

gboolean
emo_features_has_teacher (EmoFeatures *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->teacher_folder != NULL;
}

const char *
emo_features_get_dtype (EmoFeatures *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return emo_compute_get_dtype (&self->compute);
}

guint
emo_features_get_width (EmoFeatures *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return get_width (self, EMO_FEATURE_MEANS);
}

char *
emo_features_dup_inputs (EmoFeatures   *self,
                         EmoFeatureSet  set)
{
  GString *inputs;

  g_return_val_if_fail (self != NULL, NULL);

  inputs = g_string_new (NULL);
  for (guint i = 0; i < EMO_N_FEATURES; i++)
    if (set & 1 << i && self->kinds[i] != NULL)
      g_string_append_printf (inputs, "%s\n", self->kinds[i]);

  return g_string_free (inputs, FALSE);
}

/* --- What the VLM says --- */

static gboolean
open_eyes (EmoFeatures   *self,
           guint          n,
           GCancellable  *cancellable,
           GError       **error)
{
  while (self->eyes->len < n)
    {
      EmoFeatureEye *eye = emo_feature_eye_new (self->bundle, &self->config, &self->compute, cancellable, error);

      if (eye == NULL)
        return FALSE;
      g_ptr_array_add (self->eyes, eye);
    }

  return TRUE;
}

static gboolean
see (EmoFeatures           *self,
     EmoFeatureCollection  *collection,
     GError               **error)
{
  emo_feature_collection_list_missing (collection, EMO_FEATURE_SET_SEEN);
  if (collection->list->len == 0)
    return TRUE;

  return open_eyes (self, MIN (self->n_eyes, collection->list->len), collection->cancellable, error) &&
         emo_feature_sight_run (collection, (EmoFeatureEye **) self->eyes->pdata, self->eyes->len, &self->config, error);
}

/**
 * emo_features_look_at_blank:
 * @self: features
 * @scores: (out): [n_labels] summed log-probabilities of the labels
 * @cancellable: (nullable): a cancellable
 * @error: return location
 *
 * Errors: those of loading a model, LIMIT, MODEL, TORCH, CANCELLED.
 *
 * Returns: whether @scores are there
 */
gboolean
emo_features_look_at_blank (EmoFeatures   *self,
                            float         *scores,
                            GCancellable  *cancellable,
                            GError       **error)
{
  gsize n = BLANK_SIDE * BLANK_SIDE * 3;
  guint8 *gray;
  g_autoptr(EmoImage) image = NULL;
  g_autoptr(EmoPatches) patches = NULL;

  g_return_val_if_fail (self != NULL && scores != NULL, FALSE);

  if (!open_eyes (self, 1, cancellable, error))
    return FALSE;
  gray = g_malloc (n);
  memset (gray, BLANK_GRAY, n);
  image = emo_image_new (BLANK_SIDE, BLANK_SIDE, g_bytes_new_take (gray, n));
  patches = emo_patches_new (image, &self->config.image, error);

  return patches != NULL && emo_feature_eye_look (self->eyes->pdata[0], patches, NULL, NULL, scores, cancellable, error);
}

/* --- What the teacher says --- */

static gboolean
load_teacher (EmoFeatures  *self,
              GError      **error)
{
  if (self->teacher == NULL)
    self->teacher = emo_teacher_load_trained (self->teacher_folder, self->bundle->labels, error);

  return self->teacher != NULL;
}

static gboolean
logits_cb (guint          place,
           const char    *sha256,
           const float   *logits,
           const GError  *broken,
           gpointer       user_data,
           GError       **error)
{
  EmoFeatureCollection *collection = user_data;
  guint row = g_array_index (collection->list, guint32, place);

  emo_feature_collection_tell (collection, "asking the teacher", place + 1);
  if (broken != NULL || logits == NULL || !emo_feature_collection_take_key (collection, row, sha256))
    {
      emo_feature_collection_leave_out (collection, row, broken != NULL ? broken->message
                                                         : emo_feature_collection_get_item (collection, row)->path);
      return TRUE;
    }
  memcpy (emo_feature_collection_get_values (collection, EMO_FEATURE_TEACHER, row), logits,
          collection->rows->n_labels * sizeof *logits);
  for (guint i = 0; i < collection->rows->n_labels; i++)
    if (!isfinite (logits[i]))
      {
        g_set_error (error, EMO_ERROR, EMO_ERROR_MODEL, "the teacher's logits of %s are not finite",
                     emo_feature_collection_get_item (collection, row)->path);
        return FALSE;
      }

  return emo_feature_collection_keep (collection, EMO_FEATURE_TEACHER, row, error);
}

static gboolean
ask_teacher (EmoFeatures           *self,
             EmoFeatureCollection  *collection,
             GError               **error)
{
  g_autoptr(GPtrArray) paths = NULL;

  emo_feature_collection_list_missing (collection, EMO_FEATURE_SET_TEACHER);
  if (collection->list->len == 0)
    return TRUE;
  if (!load_teacher (self, error))
    return FALSE;
  paths = emo_feature_collection_list_paths (collection);
  if (emo_teacher_logits_run (self->teacher, (const char * const *) paths->pdata, paths->len, logits_cb, collection,
                              collection->cancellable, error))
    return TRUE;
  if (error != NULL && g_error_matches (*error, EMO_ERROR, EMO_ERROR_MODEL))
    g_prefix_error (error, "%s: ", self->teacher_folder);

  return FALSE;
}

/* --- All of it --- */

/**
 * emo_features_collect:
 * @self: features
 * @dataset: pictures, in the order of the bundle's labels
 * @items: (array length=n): places in @dataset
 * @n: how many
 * @wanted: what of them; a teacher's only where there is one
 * @problems: (element-type utf8): why pictures are left out is appended
 * @progress: (nullable): told how far it is
 * @user_data: for @progress
 * @cancellable: (nullable): tested before every picture and every layer
 * @error: return location
 *
 * Returns: (transfer full): the rows of the pictures that could be read
 */
EmoFeatureRows *
emo_features_collect (EmoFeatures     *self,
                      EmoDataset      *dataset,
                      const guint32   *items,
                      guint            n,
                      EmoFeatureSet    wanted,
                      GPtrArray       *problems,
                      EmoFeatureFunc   progress,
                      gpointer         user_data,
                      GCancellable    *cancellable,
                      GError         **error)
{
  g_auto(EmoFeatureCollection) collection = {
    .caches = self->caches, .dataset = dataset, .problems = problems, .progress = progress, .user_data = user_data,
    .cancellable = cancellable,
  };
  gboolean ok;

  g_return_val_if_fail (dataset != NULL && problems != NULL, NULL);
  g_return_val_if_fail (!(wanted & EMO_FEATURE_SET_TEACHER) || self->teacher_folder != NULL, NULL);

  ok = emo_feature_collection_begin (&collection, items, n, get_width (self, EMO_FEATURE_MEANS),
                                     get_width (self, EMO_FEATURE_SCORES), wanted, error) &&
       emo_feature_collection_look_up_all (&collection, wanted, error) &&
       see (self, &collection, error) && ask_teacher (self, &collection, error);

  return emo_feature_collection_finish (&collection, ok, error);
}
