/* emo-patches.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>
#include <string.h>

#include "emo-error.h"
#include "emo-patches.h"

/* The reference refuses a longer strip (smart_resize). */
#define MAX_RATIO 200

/**
 * EmoPatches:
 *
 * What the vision tower is fed for one picture. Four neighbours that the merger
 * will join lie next to each other; inside a patch the order is channel, time,
 * row, column; the one frame of a still picture fills every time step.
 */
struct _EmoPatches
{
  int    grid[3];        /* t, h, w in patches */
  int    merge_size;
  gsize  n_columns;      /* 3 * temporal * patch * patch */
  int    image_width;
  int    image_height;
  float *values;         /* [t*h*w, n_columns] */
};

G_DEFINE_BOXED_TYPE (EmoPatches, emo_patches, emo_patches_ref, emo_patches_unref)

/**
 * emo_image_settings_fit:
 * @settings: the model's picture settings
 * @width: the picture's width
 * @height: the picture's height
 * @fit_width: (out): the width that the model sees
 * @fit_height: (out): the height that the model sees
 * @error: return location for an error: %EMO_ERROR_UNSUPPORTED for a picture
 *   more than 200 times as long as wide, %EMO_ERROR_LIMIT where the settings
 *   ask for more pixels than a picture may have
 *
 * Qwen2-VL's smart_resize in its order of operations.
 *
 * Returns: whether the picture can be shown to the model
 */
gboolean
emo_image_settings_fit (const EmoImageSettings  *settings,
                        int                      width,
                        int                      height,
                        int                     *fit_width,
                        int                     *fit_height,
                        GError                 **error)
{
  double factor, w, h, pixels;

  g_return_val_if_fail (settings != NULL, FALSE);
  g_return_val_if_fail (settings->patch_size > 0 && settings->merge_size > 0, FALSE);
  g_return_val_if_fail (settings->min_pixels > 0 && settings->max_pixels > 0, FALSE);
  g_return_val_if_fail (width > 0 && height > 0, FALSE);

  if ((double) MAX (width, height) / MIN (width, height) > MAX_RATIO)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED,
                   "the picture is %d x %d pixels; the model takes none that is more than"
                   " %d times as long as wide: crop it",
                   width, height, MAX_RATIO);
      return FALSE;
    }

  factor = (double) settings->patch_size * settings->merge_size;
  pixels = (double) width * height;
  /* rint() rounds half to even, as Python's round(). */
  w = rint (width / factor) * factor;
  h = rint (height / factor) * factor;
  if (h * w > settings->max_pixels)
    {
      double beta = sqrt (pixels / settings->max_pixels);

      h = MAX (factor, floor (height / beta / factor) * factor);
      w = MAX (factor, floor (width / beta / factor) * factor);
    }
  else if (h * w < settings->min_pixels)
    {
      double beta = sqrt (settings->min_pixels / pixels);

      h = ceil (height * beta / factor) * factor;
      w = ceil (width * beta / factor) * factor;
    }

  if (w > G_MAXINT / 4 || h > G_MAXINT / 4 || w * h > EMO_IMAGE_MAX_PIXELS)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_LIMIT,
                   "the model asks for %.0f x %.0f pixels, at most %d million are made",
                   w, h, EMO_IMAGE_MAX_PIXELS / 1000000);
      return FALSE;
    }

  *fit_width = w;
  *fit_height = h;

  return TRUE;
}

/* The published code's first step: the long side down to max_side, the other in
 * proportion, cut to whole pixels. */
static EmoImage *
shrink (EmoImage               *image,
        const EmoImageSettings *settings)
{
  int width = emo_image_get_width (image);
  int height = emo_image_get_height (image);
  double ratio;

  if (settings->max_side <= 0 || MAX (width, height) <= settings->max_side)
    return emo_image_ref (image);

  ratio = settings->max_side / (double) MAX (width, height);

  return emo_image_resize (image,
                           MAX ((int) (width * ratio), 1),
                           MAX ((int) (height * ratio), 1),
                           settings->max_side_filter);
}

static EmoImage *
resize (EmoImage                *image,
        const EmoImageSettings  *settings,
        GError                 **error)
{
  g_autoptr(EmoImage) small = shrink (image, settings);
  g_autoptr(EmoImage) fit = NULL;
  int width, height;

  if (small != NULL &&
      !emo_image_settings_fit (settings,
                               emo_image_get_width (small), emo_image_get_height (small),
                               &width, &height, error))
    return NULL;

  if (small != NULL)
    fit = emo_image_resize (small, width, height, settings->resample);
  if (fit == NULL)
    g_set_error (error, EMO_ERROR, EMO_ERROR_OUT_OF_MEMORY, "no memory to resize the picture");

  return g_steal_pointer (&fit);
}

/* A byte has 256 values, so the arithmetic of the processor is done once for
 * each: scaled in double, kept in float, normalised in float. */
static void
fill_table (const EmoImageSettings *settings,
            float                   table[3][256])
{
  for (int c = 0; c < 3; c++)
    for (int i = 0; i < 256; i++)
      {
        float value = (float) (i * settings->rescale_factor);

        table[c][i] = (value - (float) settings->mean[c]) / (float) settings->std[c];
      }
}

/* One patch at pixel @x, @y: [3, temporal, patch, patch]. */
static float *
fill_patch (EmoImage               *image,
            const EmoImageSettings *settings,
            const float             table[3][256],
            int                     x,
            int                     y,
            float                  *out)
{
  int side = settings->patch_size;
  gsize stride = (gsize) emo_image_get_width (image) * 3;
  const guint8 *corner = emo_image_get_pixels (image) + y * stride + (gsize) x * 3;

  for (int c = 0; c < 3; c++)
    {
      float *frame = out;

      for (int row = 0; row < side; row++)
        for (int column = 0; column < side; column++)
          *out++ = table[c][corner[row * stride + column * 3 + c]];

      for (int t = 1; t < settings->temporal_patch_size; t++)
        {
          memcpy (out, frame, (gsize) side * side * sizeof (float));
          out += side * side;
        }
    }

  return out;
}

static void
fill_values (EmoPatches             *self,
             EmoImage               *image,
             const EmoImageSettings *settings)
{
  int merge = settings->merge_size;
  int side = settings->patch_size;
  float table[3][256];
  float *out = self->values;

  fill_table (settings, table);
  for (int block_y = 0; block_y < self->grid[1]; block_y += merge)
    for (int block_x = 0; block_x < self->grid[2]; block_x += merge)
      for (int y = block_y; y < block_y + merge; y++)
        for (int x = block_x; x < block_x + merge; x++)
          out = fill_patch (image, settings, table, x * side, y * side, out);
}

static void
patches_free (gpointer data)
{
  EmoPatches *self = data;

  g_free (self->values);
}

/**
 * emo_patches_new:
 * @image: the picture
 * @settings: the model's picture settings
 * @error: return location for an error: that of emo_image_settings_fit(), or
 *   %EMO_ERROR_OUT_OF_MEMORY
 *
 * Resizes and normalises a picture and cuts it into patches, as
 * Qwen2VLImageProcessorPil of transformers does.
 *
 * Returns: (transfer full): the patches, or %NULL
 */
EmoPatches *
emo_patches_new (EmoImage                *image,
                 const EmoImageSettings  *settings,
                 GError                 **error)
{
  g_autoptr(EmoImage) fit = NULL;
  g_autoptr(EmoPatches) self = NULL;

  g_return_val_if_fail (image != NULL, NULL);
  g_return_val_if_fail (settings != NULL, NULL);
  g_return_val_if_fail (settings->patch_size > 0 && settings->merge_size > 0, NULL);
  g_return_val_if_fail (settings->temporal_patch_size > 0, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  fit = resize (image, settings, error);
  if (fit == NULL)
    return NULL;

  self = g_atomic_rc_box_new0 (EmoPatches);
  self->grid[0] = 1;
  self->grid[1] = emo_image_get_height (fit) / settings->patch_size;
  self->grid[2] = emo_image_get_width (fit) / settings->patch_size;
  self->merge_size = settings->merge_size;
  self->n_columns = (gsize) 3 * settings->temporal_patch_size * settings->patch_size * settings->patch_size;
  self->image_width = emo_image_get_width (image);
  self->image_height = emo_image_get_height (image);
  self->values = g_try_malloc_n (emo_patches_get_rows (self), self->n_columns * sizeof (float));
  if (self->values == NULL)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_OUT_OF_MEMORY,
                   "no memory for %d x %d patches", self->grid[2], self->grid[1]);
      return NULL;
    }

  fill_values (self, fit, settings);

  return g_steal_pointer (&self);
}

/**
 * emo_patches_ref:
 * @self: patches
 *
 * Returns: (transfer full): @self
 */
EmoPatches *
emo_patches_ref (EmoPatches *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_atomic_rc_box_acquire (self);
}

/**
 * emo_patches_unref:
 * @self: (transfer full): patches
 */
void
emo_patches_unref (EmoPatches *self)
{
  g_return_if_fail (self != NULL);

  g_atomic_rc_box_release_full (self, patches_free);
}

/**
 * emo_patches_get_grid:
 * @self: patches
 *
 * Returns: (transfer none) (array fixed-size=3): t, h, w in patches
 */
const int *
emo_patches_get_grid (EmoPatches *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->grid;
}

/**
 * emo_patches_get_tokens:
 * @self: patches
 *
 * Returns: how many visual tokens the language model sees
 */
int
emo_patches_get_tokens (EmoPatches *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return emo_patches_get_rows (self) / (self->merge_size * self->merge_size);
}

/**
 * emo_patches_get_rows:
 * @self: patches
 *
 * Returns: the number of patches
 */
gsize
emo_patches_get_rows (EmoPatches *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return (gsize) self->grid[0] * self->grid[1] * self->grid[2];
}

/**
 * emo_patches_get_columns:
 * @self: patches
 *
 * Returns: the number of values in a patch
 */
gsize
emo_patches_get_columns (EmoPatches *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_columns;
}

/**
 * emo_patches_get_values:
 * @self: patches
 *
 * Returns: (transfer none): [rows, columns] normalised values
 */
const float *
emo_patches_get_values (EmoPatches *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->values;
}

/**
 * emo_patches_get_image_width:
 * @self: patches
 *
 * Returns: the width of the picture before the resize
 */
int
emo_patches_get_image_width (EmoPatches *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->image_width;
}

/**
 * emo_patches_get_image_height:
 * @self: patches
 *
 * Returns: the height of the picture before the resize
 */
int
emo_patches_get_image_height (EmoPatches *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->image_height;
}
