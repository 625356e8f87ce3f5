/* emo-synth-paint.c: from a scene to pixels
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-synth-paint.h"
#include "emo-synth-texture-private.h"

/* Background first, then what lies over it, then the objects, the main one
 * lowest. Every number but a turn's sine is whole, so the pixels are the same
 * on every machine that draws the same glyphs. */

/* How far a palette's colors stray, so that no exact color means anything. */
#define JITTER 8

/* The ways a background's ramp may go. */
typedef enum
{
  RAMP_RIGHT,
  RAMP_DOWN,
  RAMP_FALLING,
  RAMP_RISING,
  RAMP_ROUND,
  N_RAMPS
} Ramp;

/* Where a pixel is between the ramp's ends, 0 to 256. */
static int
get_ramp (Ramp ramp,
          int  x,       /* 0 to 256 of the width */
          int  y)       /* of the height */
{
  switch (ramp)
    {
    case RAMP_RIGHT:
      return x;

    case RAMP_DOWN:
      return y;

    case RAMP_FALLING:
      return (x + y) / 2;

    case RAMP_RISING:
      return (x + 256 - y) / 2;

    default:
      return MIN (256, ((x - 128) * (x - 128) + (y - 128) * (y - 128)) / 128);
    }
}

static void
jitter (const guint8 *color,
        const int    *by,
        int          *out)
{
  for (int c = 0; c < 3; c++)
    out[c] = CLAMP (color[c] + by[c], 0, 255);
}

/* The 257 colors of a ramp, each three bytes. */
static void
make_ramp (const EmoSynthPalette *palette,
           EmoDraw               *draw,
           guint8                 colors[257][3])
{
  gboolean turned = emo_draw_below (draw, 2) == 0;
  int from[3], to[3], by[3];

  for (int c = 0; c < 3; c++)
    by[c] = (int) emo_draw_below (draw, 2 * JITTER + 1) - JITTER;
  jitter (turned ? palette->to : palette->from, by, from);
  jitter (turned ? palette->from : palette->to, by, to);
  for (int i = 0; i <= 256; i++)
    for (int c = 0; c < 3; c++)
      colors[i][c] = (from[c] * (256 - i) + to[c] * i) / 256;
}

static void
draw_background (EmoSynthCanvas        *canvas,
                 const EmoSynthPalette *palette,
                 EmoDraw               *draw)
{
  Ramp ramp = emo_draw_below (draw, N_RAMPS);
  guint8 colors[257][3];
  guint8 *pixel = canvas->rgb;

  make_ramp (palette, draw, colors);
  for (int y = 0; y < canvas->height; y++)
    for (int x = 0; x < canvas->width; x++, pixel += 3)
      {
        const guint8 *color = colors[get_ramp (ramp, x * 256 / canvas->width, y * 256 / canvas->height)];

        pixel[0] = color[0];
        pixel[1] = color[1];
        pixel[2] = color[2];
      }
}

static gboolean
is_light (const EmoSynthPalette *palette)
{
  int sum = 0;

  for (int c = 0; c < 3; c++)
    sum += palette->from[c] + palette->to[c];

  return sum > 6 * 128;
}

/* A glyph on its way to the canvas: where its pixel (u, v) goes, in 1/65536. */
typedef struct
{
  const guint8 *pixels;   /* [side, side, 4] */
  int           side;
  int           cosine;   /* of the turn, over the scale */
  int           sine;
} Stamp;

/* The smallest level that is no smaller than what is drawn. */
static Stamp
make_stamp (EmoSynthGlyphs      *glyphs,
            guint                object,
            const EmoSynthPlace *place)
{
  Stamp stamp;
  guint level = 0;
  double angle = place->turn * G_PI / 180;
  double scale;

  while (level + 1 < EMO_SYNTH_N_LEVELS && EMO_SYNTH_GLYPH_SIDE >> (level + 1) >= place->size)
    level++;
  stamp.pixels = emo_synth_glyphs_get_pixels (glyphs, object, level, &stamp.side);
  scale = 65536.0 * stamp.side / place->size;
  stamp.cosine = lrint (cos (angle) * scale);
  stamp.sine = lrint (sin (angle) * scale);

  return stamp;
}

/* Lays the glyph's color at (u, v), in 1/65536 of its pixels, over a pixel:
 * bilinear, clear outside. */
static void
blend (const Stamp *stamp,
       int          u,
       int          v,
       guint8      *pixel)
{
  const guint8 *p;
  int x = u >> 16, y = v >> 16;
  int fu = u >> 8 & 0xff, fv = v >> 8 & 0xff;
  int stride = stamp->side * 4;
  int color[4];

  if (x < 0 || y < 0 || x + 1 >= stamp->side || y + 1 >= stamp->side)
    return;
  p = stamp->pixels + y * stride + x * 4;
  if ((p[3] | p[7] | p[stride + 3] | p[stride + 7]) == 0)
    return;
  for (int c = 0; c < 4; c++)
    color[c] = ((p[c] * (256 - fu) + p[c + 4] * fu) * (256 - fv) +
                (p[stride + c] * (256 - fu) + p[stride + c + 4] * fu) * fv + 32768) >> 16;
  for (int c = 0; c < 3; c++)
    pixel[c] = MIN (255, color[c] + (pixel[c] * (255 - color[3]) + 127) / 255);
}

static void
draw_object (EmoSynthCanvas      *canvas,
             const EmoSynthPlace *place,
             const Stamp         *stamp)
{
  /* A turned square reaches at most this far from its middle. */
  int reach = place->size * 3 / 4;
  int middle = stamp->side * 32768 - 32768;
  int x0 = MAX (0, place->x - reach), x1 = MIN (canvas->width, place->x + reach);
  int y0 = MAX (0, place->y - reach), y1 = MIN (canvas->height, place->y + reach);

  for (int y = y0; y < y1; y++)
    {
      guint8 *pixel = canvas->rgb + ((gsize) y * canvas->width + x0) * 3;
      int u = middle + (x0 - place->x) * stamp->cosine + (y - place->y) * stamp->sine;
      int v = middle - (x0 - place->x) * stamp->sine + (y - place->y) * stamp->cosine;

      for (int x = x0; x < x1; x++, pixel += 3, u += stamp->cosine, v -= stamp->sine)
        blend (stamp, u, v, pixel);
    }
}

/**
 * emo_synth_scene_paint:
 * @scene: a scene
 * @glyphs: the glyphs
 *
 * Returns: (transfer full): the picture
 */
EmoImage *
emo_synth_scene_paint (const EmoSynthScene *scene,
                       EmoSynthGlyphs      *glyphs)
{
  EmoDraw draw = emo_draw_begin (scene->seed, "synth-paint", scene->split, scene->index, 0);
  const EmoSynthPalette *palette = &emo_synth_palettes[scene->parts.palette];
  gsize length = (gsize) scene->width * scene->height * 3;
  EmoSynthCanvas canvas = { scene->width, scene->height, g_malloc (length), is_light (palette) ? -1 : 1 };

  draw_background (&canvas, palette, &draw);
  _emo_synth_draw_texture (&canvas, scene->parts.texture, &draw);
  for (guint i = 0; i < scene->parts.n_objects; i++)
    {
      Stamp stamp = make_stamp (glyphs, scene->parts.objects[i], &scene->places[i]);

      draw_object (&canvas, &scene->places[i], &stamp);
    }

  return emo_image_new (scene->width, scene->height, g_bytes_new_take (canvas.rgb, length));
}
