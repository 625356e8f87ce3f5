/* emo-figure-wheel.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-figure-pen.h"

/* The middle of place i is at (2 i + 1) of these, counterclockwise from the
 * right: see emo-emotion.h. */
#define HALF_SECTOR (G_PI / EMO_N_WHEEL_PLACES)

typedef struct
{
  double radius;
  double reach;       /* from the middle to where the names begin */
  double name_line;
  double height;
} Wheel;

/* The block of a name and its value beside the wheel. */
typedef struct
{
  double cosine;
  double sine;
  double width;
  double side;        /* from the block's middle to where it touches: -1, left, to 1 */
} Block;

static Block
measure_block (const EmoFigurePen   *pen,
               EmoFigureAnswer      *answer,
               const EmoFigureLabel *label)
{
  double angle = (2 * label->emotion + 1) * HALF_SECTOR;
  g_autofree char *widest = answer->percent (1);
  Block block = { .cosine = cos (angle), .sine = sin (angle) };

  block.width = MAX (_emo_figure_text_width (pen, label->name, EMO_FIGURE_FONT_CAPTION_STRONG),
                     _emo_figure_text_width (pen, widest, EMO_FIGURE_FONT_CAPTION_STRONG));
  block.side = CLAMP (block.cosine * 1.4, -1, 1);

  return block;
}

/* As large as the names beside it let it be. */
static Wheel
measure_wheel (const EmoFigurePen *pen,
               EmoFigureAnswer    *answer)
{
  double gap = pen->line * 0.4;
  Wheel wheel = {
    .radius = pen->line * 9,
    .name_line = _emo_figure_line_height (pen, EMO_FIGURE_FONT_CAPTION),
  };

  for (guint i = 0; i < answer->n_labels; i++)
    {
      Block block = measure_block (pen, answer, &answer->labels[i]);
      double beside = block.width * (1 + fabs (block.side)) / 2;

      wheel.radius = MIN (wheel.radius, (pen->width / 2 - beside) / fabs (block.cosine) - gap);
    }
  wheel.radius = MAX (wheel.radius, MIN (pen->line * 3, pen->width / 4));
  wheel.reach = wheel.radius + gap;
  wheel.height = 2 * (wheel.reach * cos (HALF_SECTOR) + wheel.name_line * 2);

  return wheel;
}

static void
draw_rings (const EmoFigurePen *pen,
            const Wheel        *wheel)
{
  _emo_figure_set_color (pen, pen->theme->grid);
  cairo_set_line_width (pen->cr, 1);
  for (int quarter = 1; quarter <= 4; quarter++)
    {
      cairo_arc (pen->cr, 0, 0, wheel->radius * quarter / 4, 0, 2 * G_PI);
      cairo_stroke (pen->cr);
    }
  for (int spoke = 0; spoke < EMO_N_WHEEL_PLACES; spoke++)
    {
      cairo_move_to (pen->cr, 0, 0);
      cairo_line_to (pen->cr, wheel->radius * cos (2 * spoke * HALF_SECTOR), wheel->radius * sin (2 * spoke * HALF_SECTOR));
    }
  cairo_stroke (pen->cr);
}

static void
trace_sector (const EmoFigurePen   *pen,
              const EmoFigureLabel *label,
              double                radius)
{
  double from = -2 * (label->emotion + 1) * HALF_SECTOR;   /* cairo's angles go clockwise */

  cairo_move_to (pen->cr, 0, 0);
  cairo_arc (pen->cr, 0, 0, radius, from, from + 2 * HALF_SECTOR);
  cairo_close_path (pen->cr);
}

static void
draw_sector (const EmoFigurePen   *pen,
             EmoFigureAnswer      *answer,
             const EmoFigureLabel *label,
             const Wheel          *wheel)
{
  double p = label->probability[answer->final_branch];
  double radius = MAX (1, MIN (p, 1) * wheel->radius);

  if (isnan (p) || p <= 0)
    return;

  trace_sector (pen, label, radius);
  _emo_figure_set_color (pen, pen->theme->emotion[label->emotion]);
  cairo_fill_preserve (pen->cr);
  if (answer->out_of_domain)
    {
      _emo_figure_hatch (pen, pen->theme->page);
      trace_sector (pen, label, radius);
    }
  _emo_figure_set_color (pen, pen->theme->foreground);
  cairo_set_line_width (pen->cr, 1);
  cairo_stroke (pen->cr);
}

/* What is left for a block: to the edge, and above and below the wheel to the
 * middle, beyond which its neighbour stands. */
static double
limit_width (const EmoFigurePen *pen,
             const Block        *block,
             double              edge)
{
  double side = fabs (block->side);
  double outside = (pen->width / 2 - fabs (edge)) * 2 / (1 + side);
  double inside = side < 1 ? (fabs (edge) - 2) * 2 / (1 - side) : outside;

  return CLAMP (block->width, 0, MAX (0, MIN (outside, inside)));
}

/* Around the origin, so that no place is the start: @pen is not mirrored. */
static void
draw_block (const EmoFigurePen   *pen,
            EmoFigureAnswer      *answer,
            const EmoFigureLabel *label,
            gboolean              winner,
            const Wheel          *wheel)
{
  Block block = measure_block (pen, answer, label);
  EmoFigureFont font = winner ? EMO_FIGURE_FONT_CAPTION_STRONG : EMO_FIGURE_FONT_CAPTION;
  double p = label->probability[answer->final_branch];
  double edge = wheel->reach * block.cosine;
  double width = limit_width (pen, &block, edge);
  double left = edge + (block.side - 1) * width / 2;
  double middle = -block.sine * (wheel->reach + wheel->name_line);
  EmoFigureAlign align = fabs (block.side) < 1 ? EMO_FIGURE_ALIGN_CENTER
                         : block.side > 0      ? EMO_FIGURE_ALIGN_START
                                               : EMO_FIGURE_ALIGN_END;
  g_autofree char *value = isnan (p) ? NULL : answer->percent (p);

  _emo_figure_draw_line (pen, label->name, font, pen->theme->foreground, align,
                         left, middle - (value != NULL ? wheel->name_line / 2 : 0), width);
  if (value != NULL)
    _emo_figure_draw_line (pen, value, font, pen->theme->foreground, align,
                           left, middle + wheel->name_line / 2, width);
}

/* On the line between two sectors, where no other text comes. */
static void
draw_ring_values (const EmoFigurePen *pen,
                  EmoFigureAnswer    *answer,
                  const Wheel        *wheel)
{
  EmoFigurePen over = *pen;

  over.halo = TRUE;
  for (int half = 1; half <= 2; half++)
    {
      g_autofree char *text = answer->whole_percent (half / 2.0);
      double width = _emo_figure_text_width (pen, text, EMO_FIGURE_FONT_CAPTION);

      _emo_figure_draw_line (&over, text, EMO_FIGURE_FONT_CAPTION, pen->theme->dim, EMO_FIGURE_ALIGN_CENTER,
                             -width / 2, -wheel->radius * half / 2 - wheel->name_line / 2, width);
    }
}

static double
draw_wheel (const EmoFigurePen *pen,
            EmoFigureAnswer    *answer)
{
  Wheel wheel = measure_wheel (pen, answer);
  EmoFigurePen unmirrored = *pen;

  unmirrored.rtl = FALSE;
  cairo_save (pen->cr);
  cairo_translate (pen->cr, pen->width / 2, wheel.height / 2);
  draw_rings (pen, &wheel);
  for (guint i = 0; i < answer->n_labels; i++)
    draw_sector (pen, answer, &answer->labels[i], &wheel);
  draw_ring_values (&unmirrored, answer, &wheel);
  for (guint i = 0; i < answer->n_labels; i++)
    draw_block (&unmirrored, answer, &answer->labels[i], (int) i == answer->winner, &wheel);
  cairo_restore (pen->cr);

  return wheel.height;
}

static double
draw_list (const EmoFigurePen *pen,
           EmoFigureAnswer    *answer)
{
  double row = pen->line * 1.2;
  g_autofree char *widest = answer->percent (1);
  double values = _emo_figure_text_width (pen, widest, EMO_FIGURE_FONT_HEADING);

  for (guint i = 0; i < answer->n_labels; i++)
    {
      const EmoFigureLabel *label = &answer->labels[i];
      EmoFigureFont font = (int) i == answer->winner ? EMO_FIGURE_FONT_HEADING : EMO_FIGURE_FONT_BODY;
      double p = label->probability[answer->final_branch];
      double middle = (i + 0.5) * row;

      _emo_figure_draw_line (pen, label->name, font, pen->theme->foreground, EMO_FIGURE_ALIGN_START,
                             0, middle, pen->width - values - pen->line);
      if (!isnan (p))
        {
          g_autofree char *value = answer->percent (p);

          _emo_figure_draw_line (pen, value, font, pen->theme->foreground, EMO_FIGURE_ALIGN_END,
                                 pen->width - values, middle, values);
        }
    }

  return answer->n_labels * row;
}

/**
 * emo_figure_wheel:
 * @answer: what to show
 * @style: how
 * @cr: where
 * @width: how wide
 *
 * Draws Mikels' wheel: a sector an emotion, whose radius is the probability that
 * the deciding branch gives it. Labels that are not those eight have no places
 * on it and become a list.
 *
 * Returns: the height
 */
double
emo_figure_wheel (EmoFigureAnswer      *answer,
                  const EmoFigureStyle *style,
                  cairo_t              *cr,
                  double                width)
{
  EmoFigurePen pen;

  g_return_val_if_fail (answer != NULL, 0);
  g_return_val_if_fail (style != NULL, 0);

  pen = _emo_figure_pen (style, cr, width);

  return emo_figure_answer_is_wheel (answer) ? draw_wheel (&pen, answer) : draw_list (&pen, answer);
}
