/* emo-synth-glyphs.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <pango/pangocairo.h>

#include "emo-error.h"
#include "emo-hash.h"
#include "emo-synth-glyphs.h"
#include "emo-synth-tables.h"

#define FONT "Noto Color Emoji"

/* The font's bitmaps are of this size: at it nothing is scaled. */
#define FONT_PIXELS 109

struct _EmoSynthGlyphs
{
  gatomicrefcount  ref_count;
  guint8          *levels[EMO_SYNTH_N_LEVELS];   /* [objects, side, side, 4] */
  char            *sha256;
};

static int
get_side (guint level)
{
  return EMO_SYNTH_GLYPH_SIDE >> level;
}

static gsize
get_glyph_size (guint level)
{
  return (gsize) get_side (level) * get_side (level) * 4;
}

/* A fallback font would give some other picture, or a box with a number. */
static gboolean
check_layout (PangoLayout           *layout,
              const EmoSynthObject  *object,
              GError               **error)
{
  PangoLayoutIter *iter = pango_layout_get_iter (layout);
  PangoLayoutRun *run = pango_layout_iter_get_run_readonly (iter);
  gboolean whole = pango_layout_get_unknown_glyphs_count (layout) == 0 && run != NULL && run->glyphs->num_glyphs == 1;
  g_autofree char *family = NULL;

  if (run != NULL)
    {
      PangoFontDescription *description = pango_font_describe (run->item->analysis.font);

      family = g_strdup (pango_font_description_get_family (description));
      pango_font_description_free (description);
    }
  pango_layout_iter_free (iter);
  if (whole && g_strcmp0 (family, FONT) == 0)
    return TRUE;
  g_set_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED,
               "There is no glyph for \"%s\" in the font " FONT " (found: %s); "
               "Debian's package fonts-noto-color-emoji has it", object->name, family != NULL ? family : "no font");

  return FALSE;
}

/* Cairo's pixels are native-endian words, ARGB and premultiplied. */
static void
copy_pixels (cairo_surface_t *surface,
             guint8          *pixels)
{
  const guint8 *data = cairo_image_surface_get_data (surface);
  int stride = cairo_image_surface_get_stride (surface);

  for (int y = 0; y < EMO_SYNTH_GLYPH_SIDE; y++)
    for (int x = 0; x < EMO_SYNTH_GLYPH_SIDE; x++)
      {
        guint32 word = ((const guint32 *) (gconstpointer) (data + (gsize) y * stride))[x];

        *pixels++ = word >> 16;
        *pixels++ = word >> 8;
        *pixels++ = word;
        *pixels++ = word >> 24;
      }
}

static gboolean
draw_glyph (PangoLayout           *layout,
            const EmoSynthObject  *object,
            guint8                *pixels,
            GError               **error)
{
  cairo_surface_t *surface;
  cairo_t *cr;
  PangoRectangle ink;

  pango_layout_set_text (layout, object->glyph, -1);
  if (!check_layout (layout, object, error))
    return FALSE;
  pango_layout_get_pixel_extents (layout, &ink, NULL);
  surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, EMO_SYNTH_GLYPH_SIDE, EMO_SYNTH_GLYPH_SIDE);
  cr = cairo_create (surface);
  cairo_move_to (cr, (EMO_SYNTH_GLYPH_SIDE - ink.width) / 2 - ink.x, (EMO_SYNTH_GLYPH_SIDE - ink.height) / 2 - ink.y);
  pango_cairo_show_layout (cr, layout);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  copy_pixels (surface, pixels);
  cairo_surface_destroy (surface);

  return TRUE;
}

/* Means of two by two pixels; premultiplied, so that what is clear adds no
 * color. */
static void
halve (const guint8 *from,
       int           side,
       guint8       *to)
{
  int stride = side * 4;

  for (int y = 0; y + 1 < side; y += 2)
    for (int x = 0; x + 1 < side; x += 2)
      for (int c = 0; c < 4; c++)
        {
          const guint8 *p = from + y * stride + x * 4 + c;

          *to++ = (p[0] + p[4] + p[stride] + p[stride + 4] + 2) / 4;
        }
}

static void
fill_levels (EmoSynthGlyphs *self)
{
  for (guint level = 1; level < EMO_SYNTH_N_LEVELS; level++)
    for (guint i = 0; i < EMO_SYNTH_N_OBJECTS; i++)
      halve (self->levels[level - 1] + i * get_glyph_size (level - 1), get_side (level - 1),
             self->levels[level] + i * get_glyph_size (level));
}

static PangoLayout *
make_layout (void)
{
  PangoFontMap *map = pango_cairo_font_map_new ();
  PangoContext *context = pango_font_map_create_context (map);
  PangoLayout *layout = pango_layout_new (context);
  PangoFontDescription *font = pango_font_description_from_string (FONT);

  pango_font_description_set_absolute_size (font, FONT_PIXELS * PANGO_SCALE);
  pango_layout_set_font_description (layout, font);
  pango_font_description_free (font);
  g_object_unref (context);
  g_object_unref (map);

  return layout;
}

/**
 * emo_synth_glyphs_new:
 * @error: return location
 *
 * Draws every object's glyph once (a tenth of a second).
 *
 * Returns: (transfer full) (nullable): the glyphs, or %NULL with
 *   %EMO_ERROR_UNSUPPORTED
 */
EmoSynthGlyphs *
emo_synth_glyphs_new (GError **error)
{
  g_autoptr(EmoSynthGlyphs) self = g_new0 (EmoSynthGlyphs, 1);
  g_autoptr(PangoLayout) layout = make_layout ();

  g_atomic_ref_count_init (&self->ref_count);
  for (guint level = 0; level < EMO_SYNTH_N_LEVELS; level++)
    self->levels[level] = g_malloc (EMO_SYNTH_N_OBJECTS * get_glyph_size (level));
  for (guint i = 0; i < EMO_SYNTH_N_OBJECTS; i++)
    if (!draw_glyph (layout, &emo_synth_objects[i], self->levels[0] + i * get_glyph_size (0), error))
      return NULL;
  fill_levels (self);
  self->sha256 = emo_hash_bytes (self->levels[0], EMO_SYNTH_N_OBJECTS * get_glyph_size (0));

  return g_steal_pointer (&self);
}

EmoSynthGlyphs *
emo_synth_glyphs_ref (EmoSynthGlyphs *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
emo_synth_glyphs_unref (EmoSynthGlyphs *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  for (guint level = 0; level < EMO_SYNTH_N_LEVELS; level++)
    g_free (self->levels[level]);
  g_free (self->sha256);
  g_free (self);
}

/**
 * emo_synth_glyphs_get_pixels:
 * @self: the glyphs
 * @object: which object
 * @level: 0 for the native size, below %EMO_SYNTH_N_LEVELS
 * @side: (out): pixels a side
 *
 * Returns: (transfer none): [@side, @side, 4] RGBA, premultiplied
 */
const guint8 *
emo_synth_glyphs_get_pixels (EmoSynthGlyphs *self,
                             guint           object,
                             guint           level,
                             int            *side)
{
  g_return_val_if_fail (self != NULL && side != NULL, NULL);
  g_return_val_if_fail (object < EMO_SYNTH_N_OBJECTS && level < EMO_SYNTH_N_LEVELS, NULL);

  *side = get_side (level);

  return self->levels[level] + object * get_glyph_size (level);
}

/**
 * emo_synth_glyphs_get_sha256:
 * @self: the glyphs
 *
 * Returns: (transfer none): what tells them from those of another font
 */
const char *
emo_synth_glyphs_get_sha256 (EmoSynthGlyphs *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->sha256;
}
