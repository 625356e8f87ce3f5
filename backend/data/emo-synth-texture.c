/* emo-synth-texture.c: what lies over a background
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <stdlib.h>

#include "emo-synth-texture-private.h"

static void
add (guint8 *pixel,
     int     value)
{
  for (int c = 0; c < 3; c++)
    pixel[c] = CLAMP (pixel[c] + value, 0, 255);
}

static void
add_at (EmoSynthCanvas *canvas,
        int             x,
        int             y,
        int             value)
{
  if (x >= 0 && y >= 0 && x < canvas->width && y < canvas->height)
    add (canvas->rgb + ((gsize) y * canvas->width + x) * 3, value);
}

/* A point of a line two pixels wide. */
static void
add_dot (EmoSynthCanvas *canvas,
         int             x,
         int             y,
         int             value)
{
  add_at (canvas, x, y, value);
  add_at (canvas, x + 1, y, value);
  add_at (canvas, x, y + 1, value);
  add_at (canvas, x + 1, y + 1, value);
}

static int
draw_between (EmoDraw *draw,
              int      from,
              int      to)
{
  return from + (int) emo_draw_below (draw, to - from + 1);
}

/* Coarse noise, two by two pixels: it shows in a small picture, and compresses. */
static void
draw_grain (EmoSynthCanvas *canvas,
            EmoDraw        *draw)
{
  guint64 bits = 0;
  guint n = 0;

  for (int y = 0; y < canvas->height; y += 2)
    for (int x = 0; x < canvas->width; x += 2, n++)
      {
        if (n % 8 == 0)
          bits = emo_draw_bits (draw);
        add_dot (canvas, x, y, (int) (bits >> n % 8 * 8 & 0xff) * 90 / 255 - 45);
      }
}

static void
draw_streaks (EmoSynthCanvas *canvas,
              EmoDraw        *draw)
{
  for (int i = 0; i < 26; i++)
    {
      int x = draw_between (draw, -10, canvas->width - 1);
      int y = draw_between (draw, -20, canvas->height - 1);
      int length = draw_between (draw, 18, 44);

      for (int j = 0; j < length; j++)
        {
          add_at (canvas, x + j / 3, y + j, canvas->sign * 70);
          add_at (canvas, x + j / 3 + 1, y + j, canvas->sign * 70);
        }
    }
}

/* Bright around a point and a little darker elsewhere, so that it shows on a
 * pale background too. */
static void
draw_glow (EmoSynthCanvas *canvas,
           EmoDraw        *draw)
{
  const int reach = 80 * 80;
  int cx = draw_between (draw, canvas->width / 6, canvas->width * 5 / 6);
  int cy = draw_between (draw, canvas->height / 6, canvas->height * 5 / 6);
  guint8 *pixel = canvas->rgb;

  for (int y = 0; y < canvas->height; y++)
    for (int x = 0; x < canvas->width; x++, pixel += 3)
      {
        int distance = (x - cx) * (x - cx) + (y - cy) * (y - cy);
        int near = MAX (0, reach - distance) * 64 / reach;   /* 0 to 64 */

        add (pixel, near * near * 170 / 4096 - 40);
      }
}

static void
draw_sparkle (EmoSynthCanvas *canvas,
              int             x,
              int             y,
              int             arm)
{
  int value = canvas->sign * 170;

  add_dot (canvas, x, y, value);
  for (int i = 1; i <= arm; i++)
    {
      int faded = value * (arm + 1 - i) / (arm + 1);

      add_at (canvas, x - i, y, faded);
      add_at (canvas, x - i, y + 1, faded);
      add_at (canvas, x + 1 + i, y, faded);
      add_at (canvas, x + 1 + i, y + 1, faded);
      add_at (canvas, x, y - i, faded);
      add_at (canvas, x + 1, y - i, faded);
      add_at (canvas, x, y + 1 + i, faded);
      add_at (canvas, x + 1, y + 1 + i, faded);
    }
}

static void
draw_sparkles (EmoSynthCanvas *canvas,
               EmoDraw        *draw)
{
  for (int i = 0; i < 26; i++)
    {
      int x = draw_between (draw, 3, canvas->width - 5);
      int y = draw_between (draw, 3, canvas->height - 5);

      draw_sparkle (canvas, x, y, draw_between (draw, 5, 9));
    }
}

/* By the square of the distance from the middle, in halves of the sides. */
static void
draw_corners (EmoSynthCanvas *canvas)
{
  guint8 *pixel = canvas->rgb;

  for (int y = 0; y < canvas->height; y++)
    for (int x = 0; x < canvas->width; x++, pixel += 3)
      {
        int across = (2 * x - canvas->width) * 256 / canvas->width;
        int down = (2 * y - canvas->height) * 256 / canvas->height;
        int far = (across * across + down * down) / 256;        /* 0 to 512 */
        int light = CLAMP (256 - (far - 110) * 3 / 4, 40, 256);

        for (int c = 0; c < 3; c++)
          pixel[c] = pixel[c] * light / 256;
      }
}

/* A jagged line from a point: straight pieces that turn at each joint. */
static void
draw_crack (EmoSynthCanvas *canvas,
            EmoDraw        *draw)
{
  int x = draw_between (draw, 0, canvas->width - 1) * 16;
  int y = draw_between (draw, 0, canvas->height - 1) * 16;
  int dx = draw_between (draw, -16, 16);
  int dy = emo_draw_below (draw, 2) == 0 ? 16 : -16;

  for (int piece = 0; piece < 7; piece++)
    {
      int length = draw_between (draw, 6, 14);
      int turned = dx;

      for (int i = 0; i < length; i++, x += dx, y += dy)
        add_dot (canvas, x / 16, y / 16, canvas->sign * 105);
      /* A quarter turn or so, to one side and back. */
      dx = (piece % 2 == 0 ? dy : -dy) * draw_between (draw, 50, 100) / 100;
      dy = (piece % 2 == 0 ? -turned : turned);
      if (abs (dx) + abs (dy) < 12)
        dy += 12;
    }
}

static void
draw_cracks (EmoSynthCanvas *canvas,
             EmoDraw        *draw)
{
  for (int i = 0; i < 7; i++)
    draw_crack (canvas, draw);
}

static void
draw_bubble (EmoSynthCanvas *canvas,
             int             cx,
             int             cy,
             int             radius)
{
  int inner = (radius - 2) * (radius - 2);
  int outer = radius * radius;

  for (int y = -radius; y <= radius; y++)
    for (int x = -radius; x <= radius; x++)
      {
        int distance = x * x + y * y;

        if (distance <= outer && distance >= inner)
          add_at (canvas, cx + x, cy + y, canvas->sign * 75);
        else if (distance < inner)
          add_at (canvas, cx + x, cy + y, 18);
      }
}

static void
draw_bubbles (EmoSynthCanvas *canvas,
              EmoDraw        *draw)
{
  for (int i = 0; i < 15; i++)
    {
      int x = draw_between (draw, 0, canvas->width - 1);
      int y = draw_between (draw, 0, canvas->height - 1);

      draw_bubble (canvas, x, y, draw_between (draw, 6, 13));
    }
}

/* What of a texture is random comes from @draw; each takes as many draws as it
 * likes, for it is the last to. */
void
_emo_synth_draw_texture (EmoSynthCanvas *canvas,
                         EmoTexture      texture,
                         EmoDraw        *draw)
{
  switch (texture)
    {
    case EMO_TEXTURE_GRAIN:
      draw_grain (canvas, draw);
      break;

    case EMO_TEXTURE_STREAKS:
      draw_streaks (canvas, draw);
      break;

    case EMO_TEXTURE_GLOW:
      draw_glow (canvas, draw);
      break;

    case EMO_TEXTURE_SPARKLES:
      draw_sparkles (canvas, draw);
      break;

    case EMO_TEXTURE_CORNERS:
      draw_corners (canvas);
      break;

    case EMO_TEXTURE_CRACKS:
      draw_cracks (canvas, draw);
      break;

    case EMO_TEXTURE_BUBBLES:
      draw_bubbles (canvas, draw);
      break;

    default:
      break;
    }
}
