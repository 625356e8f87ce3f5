/* emo-synth-place.c: where the objects of a scene stand
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <stdlib.h>

#include "emo-synth-place-private.h"

/* How many places are tried for an object before the best of them is taken. */
#define N_TRIES 24

/* Sizes of the main object and the others by layout, thousandths of the
 * picture's size; large enough to be told apart in patches of 14 pixels. */
static const struct
{
  int main_from;
  int main_to;
  int other_from;
  int other_to;
} spans[EMO_N_LAYOUTS] = {
  [EMO_LAYOUT_ORDERLY] = { 430, 520, 280, 320 },
  [EMO_LAYOUT_SCATTERED] = { 430, 580, 280, 370 },
  [EMO_LAYOUT_TILTED] = { 430, 580, 280, 370 },
  [EMO_LAYOUT_CROWDED] = { 430, 560, 300, 370 },
  [EMO_LAYOUT_TOWERING] = { 620, 700, 270, 310 },
  [EMO_LAYOUT_LONELY] = { 400, 430, 270, 290 },
};

/* Middles of an orderly scene, thousandths along the longer and the shorter
 * side, by number of objects. */
static const int slots[EMO_SYNTH_MAX_OBJECTS][EMO_SYNTH_MAX_OBJECTS][2] = {
  { { 500, 500 } },
  { { 310, 500 }, { 780, 500 } },
  { { 300, 500 }, { 800, 250 }, { 800, 750 } },
  { { 300, 500 }, { 810, 180 }, { 810, 500 }, { 810, 820 } },
};

/* A number from @from to @to. */
static int
draw_between (EmoDraw *draw,
              int      from,
              int      to)
{
  return to <= from ? from : from + (int) emo_draw_below (draw, to - from + 1);
}

/* The side of the square with the picture's area. */
static int
get_unit (const EmoSynthScene *self)
{
  int unit = 1;

  while ((unit + 1) * (unit + 1) <= self->width * self->height)
    unit++;

  return unit;
}

static int
draw_size (const EmoSynthScene *self,
           EmoDraw             *draw,
           guint                i)
{
  guint layout = self->parts.layout;
  int from = i == 0 ? spans[layout].main_from : spans[layout].other_from;
  int to = i == 0 ? spans[layout].main_to : spans[layout].other_to;
  int size = get_unit (self) * draw_between (draw, from, to) / 1000;

  /* Of a narrow picture it leaves a margin. */
  return MIN (size, MIN (self->width, self->height) * 88 / 100);
}

static void
put_at_slot (const EmoSynthScene *self,
             EmoSynthPlace       *place,
             guint                i)
{
  const int *slot = slots[self->parts.n_objects - 1][i];
  gboolean wide = self->width > self->height || (self->width == self->height && self->index % 2 == 0);

  place->x = self->width * slot[wide ? 0 : 1] / 1000;
  place->y = self->height * slot[wide ? 1 : 0] / 1000;
}

static void
put_anywhere (const EmoSynthScene *self,
              EmoSynthPlace       *place,
              EmoDraw             *draw)
{
  int half = place->size / 2;

  place->x = draw_between (draw, half, self->width - half);
  place->y = draw_between (draw, half, self->height - half);
}

static void
put_in_corner (const EmoSynthScene *self,
               EmoSynthPlace       *place,
               EmoDraw             *draw)
{
  int half = place->size / 2 + 2;

  place->x = emo_draw_below (draw, 2) == 0 ? half : self->width - half;
  place->y = emo_draw_below (draw, 2) == 0 ? half : self->height - half;
}

static void
put_on_ground (const EmoSynthScene *self,
               EmoSynthPlace       *place)
{
  place->x = self->width / 2;
  place->y = self->height - place->size / 2;
}

/* Pixels that two places share. */
static int
get_overlap (const EmoSynthPlace *a,
             const EmoSynthPlace *b)
{
  int reach = (a->size + b->size) / 2;
  int across = MIN (reach - abs (a->x - b->x), MIN (a->size, b->size));
  int down = MIN (reach - abs (a->y - b->y), MIN (a->size, b->size));

  return across > 0 && down > 0 ? across * down : 0;
}

/* What is bad about a place, 0 for the best: hiding another object; in a crowd,
 * not touching the main one. */
static int
get_cost (const EmoSynthScene *self,
          guint                i)
{
  const EmoSynthPlace *place = &self->places[i];
  int cost = 0;

  for (guint j = 0; j < i; j++)
    {
      int overlap = get_overlap (place, &self->places[j]);

      if (j == 0 && self->parts.layout == EMO_LAYOUT_CROWDED)
        overlap = abs (overlap - place->size * place->size / 4);
      cost += overlap;
    }

  return cost;
}

static void
put_where_free (EmoSynthScene *self,
                guint          i,
                EmoDraw       *draw)
{
  EmoSynthPlace best = self->places[i];
  int best_cost = G_MAXINT;

  for (guint try = 0; try < N_TRIES && best_cost > 0; try++)
    {
      int cost;

      put_anywhere (self, &self->places[i], draw);
      cost = get_cost (self, i);
      if (cost < best_cost)
        {
          best = self->places[i];
          best_cost = cost;
        }
    }
  self->places[i] = best;
}

static void
put (EmoSynthScene *self,
     guint          i,
     EmoDraw       *draw)
{
  EmoSynthPlace *place = &self->places[i];

  if (self->parts.layout == EMO_LAYOUT_ORDERLY)
    put_at_slot (self, place, i);
  else if (i == 0 && self->parts.layout == EMO_LAYOUT_TOWERING)
    put_on_ground (self, place);
  else if (i == 0 && self->parts.layout == EMO_LAYOUT_LONELY)
    put_in_corner (self, place, draw);
  else
    put_where_free (self, i, draw);
}

/* In a tilted scene all lean the same way. */
static int
draw_turn (EmoDraw   *draw,
           EmoLayout  layout,
           gboolean   left)
{
  int turn;

  switch (layout)
    {
    case EMO_LAYOUT_ORDERLY:
    case EMO_LAYOUT_TOWERING:
      return 0;

    case EMO_LAYOUT_TILTED:
      turn = draw_between (draw, 24, 40);
      return left ? -turn : turn;

    default:
      return draw_between (draw, -12, 12);
    }
}

void
_emo_synth_place (EmoSynthScene *self,
                  EmoDraw       *draw)
{
  gboolean left = emo_draw_below (draw, 2) == 0;

  for (guint i = 0; i < self->parts.n_objects; i++)
    {
      self->places[i].size = draw_size (self, draw, i);
      self->places[i].turn = draw_turn (draw, self->parts.layout, left);
      put (self, i, draw);
    }
}
