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
#include "emo-feature-cache.h"
#include "emo-feature-eye.h"
#include "emo-features.h"
#include "emo-file.h"
#include "emo-hash.h"
#include "emo-pace.h"
#include "emo-picture-loader.h"
#include "emo-teacher-logits.h"

/* A blank picture: its sides, and its gray, the middle. */
#define BLANK_SIDE 224
#define BLANK_GRAY 128

/* Between two calls of the one who watches. */
#define TELL_US (G_USEC_PER_SEC / 4)

#define SEEN (EMO_FEATURE_SET_MEANS | EMO_FEATURE_SET_SCORES)

struct _EmoFeatures
{
  EmoBundle       *bundle;
  EmoVlmConfig     config;                   /* with the image settings in force */
  EmoCompute       compute;
  char            *teacher_folder;           /* (nullable) */
  char            *kinds[EMO_N_FEATURES];    /* (nullable) without a teacher */
  EmoFeatureCache *caches[EMO_N_FEATURES];   /* (nullable) as the kinds */
  EmoFeatureEye   *eye;                      /* (nullable) until a picture is to be seen */
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
  self->kinds[EMO_FEATURE_SCORES] = emo_feature_kind_scores (self->bundle, self->kinds[EMO_FEATURE_MEANS], cancellable, error);
  if (self->kinds[EMO_FEATURE_SCORES] == NULL)
    return FALSE;
  if (self->teacher_folder != NULL)
    {
      self->kinds[EMO_FEATURE_TEACHER] = emo_feature_kind_teacher (self->teacher_folder, cancellable, error);
      if (self->kinds[EMO_FEATURE_TEACHER] == NULL)
        return FALSE;
    }

  return TRUE;
}

static guint
get_width (EmoFeatures *self,
           EmoFeature   feature)
{
  return feature == EMO_FEATURE_MEANS ? (guint) self->config.hidden_size : emo_label_set_get_size (self->bundle->labels);
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
  if (!emo_compute_choose (&self->compute, options->device, options->dtype, options->threads, &self->config, error) ||
      !name_kinds (self, cancellable, error) || !open_caches (self, options->folder, error))
    return NULL;

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
  g_clear_pointer (&self->eye, emo_feature_eye_free);
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

/* --- Rows --- */

/**
 * emo_feature_rows_free:
 * @self: (transfer full) (nullable): rows
 */
void
emo_feature_rows_free (EmoFeatureRows *self)
{
  if (self == NULL)
    return;
  g_free (self->items);
  g_free (self->labels);
  for (guint i = 0; i < EMO_N_FEATURES; i++)
    g_free (self->values[i]);
  g_free (self);
}

/* One call of emo_features_collect(). */
typedef struct
{
  EmoFeatures     *features;
  EmoDataset      *dataset;
  EmoFeatureRows  *rows;        /* of all that were asked for, until the broken go */
  guint8          *keys;        /* [n, EMO_FEATURE_KEY_SIZE] */
  guint8          *missing;     /* [n] of EmoFeatureSet */
  gboolean        *broken;      /* [n] */
  GPtrArray       *problems;
  EmoPatches     **patches;     /* [list->len] set by threads that decode */
  GArray          *list;        /* of guint32: the rows that are looked at */
  EmoPace          pace;
  gint64           last;        /* monotonic */
  gint64           told;
  EmoFeatureFunc   progress;
  gpointer         user_data;
  GCancellable    *cancellable;
} Collection;

static void
collection_clear (Collection *self)
{
  g_clear_pointer (&self->rows, emo_feature_rows_free);
  g_clear_pointer (&self->list, g_array_unref);
  g_free (self->keys);
  g_free (self->missing);
  g_free (self->broken);
  g_free (self->patches);
}

static const EmoDatasetItem *
item_of (Collection *self,
         guint       row)
{
  return emo_dataset_get (self->dataset, self->rows->items[row]);
}

static float *
values_of (Collection *self,
           EmoFeature  feature,
           guint       row)
{
  return self->rows->values[feature] + (gsize) row * get_width (self->features, feature);
}

static gboolean
begin_rows (Collection     *self,
            const guint32  *items,
            guint           n,
            EmoFeatureSet   wanted,
            GError        **error)
{
  EmoFeatureRows *rows = self->rows = g_new0 (EmoFeatureRows, 1);

  rows->n = n;
  rows->width = get_width (self->features, EMO_FEATURE_MEANS);
  rows->n_labels = get_width (self->features, EMO_FEATURE_SCORES);
  rows->items = g_memdup2 (items, n * sizeof *items);
  rows->labels = g_new0 (guint32, n);
  self->keys = g_new0 (guint8, (gsize) n * EMO_FEATURE_KEY_SIZE);
  self->missing = g_new0 (guint8, n);
  self->broken = g_new0 (gboolean, n);
  self->list = g_array_new (FALSE, FALSE, sizeof (guint32));
  for (guint i = 0; i < n; i++)
    rows->labels[i] = item_of (self, i)->label;
  for (guint i = 0; i < EMO_N_FEATURES; i++)
    {
      gsize size = (gsize) n * get_width (self->features, i);

      if (!(wanted & 1 << i))
        continue;
      rows->values[i] = g_try_new (float, MAX (size, 1));
      if (rows->values[i] == NULL)
        {
          g_set_error (error, EMO_ERROR, EMO_ERROR_OUT_OF_MEMORY, "There is no memory for the %s of %u pictures, %" G_GSIZE_FORMAT " bytes",
                       emo_feature_get_name (i), n, size * sizeof (float));
          return FALSE;
        }
    }

  return TRUE;
}

static void
leave_out (Collection *self,
           guint       row,
           const char *why)
{
  if (!self->broken[row])
    g_ptr_array_add (self->problems, g_strdup (why));
  self->broken[row] = TRUE;
  self->missing[row] = 0;
}

/* Fills what the caches have of a picture; what they lack stays missing. */
static void
look_up (Collection *self,
         guint       row)
{
  for (guint i = 0; i < EMO_N_FEATURES; i++)
    if (self->missing[row] & 1 << i &&
        emo_feature_cache_read (self->features->caches[i], self->keys + (gsize) row * EMO_FEATURE_KEY_SIZE, values_of (self, i, row)))
      self->missing[row] &= ~(1 << i);
}

static gboolean
look_up_all (Collection     *self,
             EmoFeatureSet   wanted,
             GError        **error)
{
  for (guint row = 0; row < self->rows->n; row++)
    {
      const EmoDatasetItem *item = item_of (self, row);
      g_autoptr(GError) failure = NULL;
      g_autofree char *hash = item->sha256 != NULL ? g_strdup (item->sha256) : emo_hash_file (item->path, self->cancellable, &failure);

      if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
        return FALSE;
      if (hash == NULL || !emo_feature_key_parse (hash, self->keys + (gsize) row * EMO_FEATURE_KEY_SIZE))
        {
          leave_out (self, row, failure != NULL ? failure->message : item->path);
          continue;
        }
      self->missing[row] = wanted;
      look_up (self, row);
    }

  return TRUE;
}

static void
list_missing (Collection    *self,
              EmoFeatureSet  set)
{
  g_array_set_size (self->list, 0);
  for (guint32 row = 0; row < self->rows->n; row++)
    if (self->missing[row] & set)
      g_array_append_val (self->list, row);
  self->pace = (EmoPace) { 0 };
  self->last = g_get_monotonic_time ();
}

static GPtrArray *
list_paths (Collection *self)
{
  GPtrArray *paths = g_ptr_array_sized_new (self->list->len);

  for (guint i = 0; i < self->list->len; i++)
    g_ptr_array_add (paths, item_of (self, g_array_index (self->list, guint32, i))->path);

  return paths;
}

static void
tell (Collection *self,
      const char *what,
      guint       done)
{
  gint64 now = g_get_monotonic_time ();
  EmoFeatureProgress progress = { what, done, self->list->len, NAN };

  emo_pace_add (&self->pace, now - self->last, 1);
  self->last = now;
  if (self->progress == NULL || (now - self->told < TELL_US && done < self->list->len))
    return;
  self->told = now;
  progress.pictures_per_s = emo_pace_get_pictures_per_second (&self->pace);
  self->progress (&progress, self->user_data);
}

/* The file may be another one than was hashed: @sha256 is of what was decoded. */
static gboolean
take_key (Collection *self,
          guint       row,
          const char *sha256)
{
  return sha256 != NULL && emo_feature_key_parse (sha256, self->keys + (gsize) row * EMO_FEATURE_KEY_SIZE);
}

static gboolean
keep (Collection  *self,
      EmoFeature   feature,
      guint        row,
      GError     **error)
{
  self->missing[row] &= ~(1 << feature);

  return emo_feature_cache_add (self->features->caches[feature], self->keys + (gsize) row * EMO_FEATURE_KEY_SIZE,
                                values_of (self, feature, row), error);
}

/* --- What the VLM says --- */

static GBytes *
patch_cb (EmoImage  *image,
          guint      place,
          gpointer   user_data,
          GError   **error)
{
  Collection *self = user_data;
  EmoPatches *patches = emo_patches_new (image, &self->features->config.image, error);

  if (patches == NULL)
    return NULL;
  self->patches[place] = patches;

  return g_bytes_new_with_free_func (emo_patches_get_values (patches),
                                     emo_patches_get_rows (patches) * emo_patches_get_columns (patches) * sizeof (float),
                                     (GDestroyNotify) emo_patches_unref, patches);
}

/* A picture's own fault, and not that of disk, memory or model. */
static gboolean
is_of_picture (const GError *error)
{
  return g_error_matches (error, EMO_ERROR, EMO_ERROR_LIMIT) || g_error_matches (error, EMO_ERROR, EMO_ERROR_MODEL);
}

static gboolean
look_at (Collection  *self,
         guint        row,
         EmoPatches  *patches,
         GError     **error)
{
  guint8 missing = self->missing[row];
  float *mean = missing & EMO_FEATURE_SET_MEANS ? values_of (self, EMO_FEATURE_MEANS, row) : NULL;
  float *scores = missing & EMO_FEATURE_SET_SCORES ? values_of (self, EMO_FEATURE_SCORES, row) : NULL;
  g_autoptr(GError) failure = NULL;

  if (!emo_feature_eye_look (self->features->eye, patches, mean, scores, self->cancellable, &failure))
    {
      g_autofree char *shown = emo_file_escape_name (item_of (self, row)->path);
      g_autofree char *why = g_strdup_printf ("%s: %s", shown, failure->message);

      if (is_of_picture (failure))
        leave_out (self, row, why);
      else
        g_propagate_error (error, g_steal_pointer (&failure));
      return self->broken[row];
    }

  return (mean == NULL || keep (self, EMO_FEATURE_MEANS, row, error)) &&
         (scores == NULL || keep (self, EMO_FEATURE_SCORES, row, error));
}

static gboolean
look_at_next (Collection        *self,
              EmoPictureLoader  *loader,
              GError           **error)
{
  g_autoptr(EmoLoadedPicture) picture = emo_picture_loader_next (loader);
  guint row = g_array_index (self->list, guint32, picture->place);

  if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
    return FALSE;
  if (picture->error != NULL || !take_key (self, row, picture->sha256))
    {
      leave_out (self, row, picture->error != NULL ? picture->error->message : item_of (self, row)->path);
      return TRUE;
    }
  /* The same picture may have come before in the list. */
  look_up (self, row);

  return (self->missing[row] & SEEN) == 0 || look_at (self, row, self->patches[picture->place], error);
}

static gboolean
look_at_all (Collection  *self,
             GError     **error)
{
  g_autoptr(GPtrArray) paths = list_paths (self);
  EmoPictureLoaderOptions options = { .prepare = patch_cb, .user_data = self };
  g_autoptr(EmoPictureLoader) loader = NULL;
  gboolean scores = FALSE;

  for (guint i = 0; i < self->list->len; i++)
    scores |= (self->missing[g_array_index (self->list, guint32, i)] & EMO_FEATURE_SET_SCORES) != 0;
  self->patches = g_new0 (EmoPatches *, self->list->len);
  loader = emo_picture_loader_new ((const char * const *) paths->pdata, paths->len, &options);
  for (guint i = 0; i < self->list->len; i++)
    {
      if (!look_at_next (self, loader, error))
        return FALSE;
      tell (self, scores ? "looking at pictures and scoring labels" : "looking at pictures", i + 1);
    }

  return emo_feature_eye_check (self->features->eye, error);
}

static gboolean
open_eye (EmoFeatures   *self,
          GCancellable  *cancellable,
          GError       **error)
{
  if (self->eye == NULL)
    self->eye = emo_feature_eye_new (self->bundle, &self->config, &self->compute, cancellable, error);

  return self->eye != NULL;
}

static gboolean
see (Collection  *self,
     GError     **error)
{
  list_missing (self, SEEN);

  return self->list->len == 0 || (open_eye (self->features, self->cancellable, error) && look_at_all (self, error));
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

  if (!open_eye (self, cancellable, error))
    return FALSE;
  gray = g_malloc (n);
  memset (gray, BLANK_GRAY, n);
  image = emo_image_new (BLANK_SIDE, BLANK_SIDE, g_bytes_new_take (gray, n));
  patches = emo_patches_new (image, &self->config.image, error);

  return patches != NULL && emo_feature_eye_look (self->eye, patches, NULL, scores, cancellable, error);
}

/* --- What the teacher says --- */

static gboolean
load_teacher (EmoFeatures  *self,
              GPtrArray    *problems,
              GError      **error)
{
  if (self->teacher != NULL)
    return TRUE;
  self->teacher = emo_teacher_load (self->teacher_folder, self->bundle->labels, 0, problems, error);

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
  Collection *self = user_data;
  guint row = g_array_index (self->list, guint32, place);

  tell (self, "asking the teacher", place + 1);
  if (broken != NULL || logits == NULL || !take_key (self, row, sha256))
    {
      leave_out (self, row, broken != NULL ? broken->message : item_of (self, row)->path);
      return TRUE;
    }
  memcpy (values_of (self, EMO_FEATURE_TEACHER, row), logits, self->rows->n_labels * sizeof *logits);
  for (guint i = 0; i < self->rows->n_labels; i++)
    if (!isfinite (logits[i]))
      {
        g_set_error (error, EMO_ERROR, EMO_ERROR_MODEL, "%s: the teacher's logits of %s are not finite",
                     self->features->teacher_folder, item_of (self, row)->path);
        return FALSE;
      }

  return keep (self, EMO_FEATURE_TEACHER, row, error);
}

static gboolean
ask_teacher (Collection  *self,
             GError     **error)
{
  g_autoptr(GPtrArray) paths = NULL;

  list_missing (self, EMO_FEATURE_SET_TEACHER);
  if (self->list->len == 0)
    return TRUE;
  if (!load_teacher (self->features, self->problems, error))
    return FALSE;
  paths = list_paths (self);

  return emo_teacher_logits_run (self->features->teacher, (const char * const *) paths->pdata, paths->len, logits_cb, self,
                                 self->cancellable, error);
}

/* --- All of it --- */

static gboolean
flush (EmoFeatures  *self,
       GError      **error)
{
  for (guint i = 0; i < EMO_N_FEATURES; i++)
    if (self->caches[i] != NULL && !emo_feature_cache_flush (self->caches[i], error))
      return FALSE;

  return TRUE;
}

static void
drop_broken (Collection *self)
{
  EmoFeatureRows *rows = self->rows;
  guint n = 0;

  for (guint row = 0; row < rows->n; row++)
    {
      if (self->broken[row])
        continue;
      rows->items[n] = rows->items[row];
      rows->labels[n] = rows->labels[row];
      for (guint i = 0; i < EMO_N_FEATURES; i++)
        if (rows->values[i] != NULL)
          memmove (values_of (self, i, n), values_of (self, i, row), get_width (self->features, i) * sizeof (float));
      n++;
    }
  rows->n = n;
}

static EmoFeatureRows *
finish (Collection  *self,
        gboolean     ok,
        GError     **error)
{
  g_autoptr(GError) failure = NULL;

  /* Also of a run that was stopped: what is computed stays. */
  if (!flush (self->features, &failure) && ok)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      ok = FALSE;
    }
  if (ok)
    drop_broken (self);

  return ok ? g_steal_pointer (&self->rows) : NULL;
}

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
  Collection collection = {
    .features = self, .dataset = dataset, .problems = problems, .progress = progress, .user_data = user_data,
    .cancellable = cancellable,
  };
  EmoFeatureRows *rows;

  g_return_val_if_fail (self != NULL && dataset != NULL && problems != NULL, NULL);
  g_return_val_if_fail (!(wanted & EMO_FEATURE_SET_TEACHER) || self->teacher_folder != NULL, NULL);

  rows = finish (&collection,
                 begin_rows (&collection, items, n, wanted, error) && look_up_all (&collection, wanted, error) &&
                 see (&collection, error) && ask_teacher (&collection, error),
                 error);
  collection_clear (&collection);

  return rows;
}
