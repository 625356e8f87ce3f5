/* emo-figure-curves.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-figure-curves.h"
#include "emo-figure-pen.h"

#define MAX_CURVES 4
/* Heights and gaps in lines of the body's text. */
#define PLOT_LINES 8
#define GAP 0.5
/* Numbers on an axis, about. */
#define Y_TICKS 4
#define X_TICKS 5
/* Beyond this no axis makes sense, and differences overflow. */
#define LARGEST 1e100

/* One axis: rounded outwards to whole steps. */
typedef struct
{
  double low;
  double high;
  double step;
} Axis;

typedef struct
{
  const EmoFigurePen *pen;
  Axis                x;
  Axis                y;
  double              left;     /* from the start */
  double              width;
  double              top;
  double              height;
} Plot;

/* --- Axes --- */

/* 1, 2 or 5 times a power of ten. */
static double
round_step (double range,
            int    n_ticks)
{
  double raw = range / n_ticks;
  double power = pow (10, floor (log10 (raw)));
  double times = raw / power;

  return power * (times <= 1 ? 1 : times <= 2 ? 2 : times <= 5 ? 5 : 10);
}

static void
extend (Axis   *axis,
        double  value)
{
  if (isnan (value))
    return;
  value = CLAMP (value, -LARGEST, LARGEST);
  axis->low = MIN (axis->low, value);
  axis->high = MAX (axis->high, value);
}

static Axis
measure_y (const EmoFigureCurves *curves)
{
  Axis axis = { INFINITY, -INFINITY, 0 };

  for (guint c = 0; c < curves->n_curves; c++)
    for (guint i = 0; i < curves->curves[c].n; i++)
      extend (&axis, curves->curves[c].y[i]);
  if (axis.low > axis.high)
    axis = (Axis) { 0, 1, 0 };

  /* From zero where the values come near it; else their differences would not
   * be seen. */
  if (axis.low > 0 && axis.low < axis.high / 2)
    axis.low = 0;
  if (axis.high - axis.low <= 1e-6 * fabs (axis.high))
    {
      double room = axis.high != 0 ? 0.1 * fabs (axis.high) : 1;

      axis.low -= room;
      axis.high += room;
    }
  axis.step = round_step (axis.high - axis.low, Y_TICKS);
  axis.low = axis.step * floor (axis.low / axis.step + 1e-9);
  axis.high = axis.step * ceil (axis.high / axis.step - 1e-9);
  if (curves->shares)
    {
      axis.low = MAX (axis.low, 0);
      axis.high = MIN (axis.high, 1);
    }

  return axis;
}

static Axis
measure_x (const EmoFigureCurves *curves)
{
  Axis axis = { 0, MAX (curves->x_end, 1), 0 };

  for (guint c = 0; c < curves->n_curves; c++)
    for (guint i = 0; i < curves->curves[c].n; i++)
      extend (&axis, curves->curves[c].x[i]);
  axis.step = MAX (round_step (axis.high - axis.low, X_TICKS), 1);

  return axis;
}

/* By counting, for adding up steps drifts. */
static double
get_tick (const Axis *axis,
          int         index)
{
  return (ceil (axis->low / axis->step - 1e-9) + index) * axis->step;
}

static gboolean
has_tick (const Axis *axis,
          int         index)
{
  return get_tick (axis, index) <= axis->high + 1e-9 * axis->step;
}

/* --- Drawing --- */

static double
place_x (const Plot *plot,
         double      value)
{
  double at = plot->left + plot->width * (value - plot->x.low) / (plot->x.high - plot->x.low);

  return _emo_figure_left (plot->pen, at, 0);
}

static double
place_y (const Plot *plot,
         double      value)
{
  value = CLAMP (value, plot->y.low, plot->y.high);

  return plot->top + plot->height * (plot->y.high - value) / (plot->y.high - plot->y.low);
}

static double
measure_numbers (const EmoFigurePen    *pen,
                 const EmoFigureCurves *curves,
                 const Axis            *axis)
{
  double width = 0;

  for (int i = 0; has_tick (axis, i); i++)
    {
      g_autofree char *words = curves->y_words (get_tick (axis, i));

      width = MAX (width, _emo_figure_text_width (pen, words, EMO_FIGURE_FONT_CAPTION));
    }

  return ceil (width);
}

static void
draw_y_axis (const Plot            *plot,
             const EmoFigureCurves *curves)
{
  const EmoFigurePen *pen = plot->pen;

  cairo_set_line_width (pen->cr, 1);
  for (int i = 0; has_tick (&plot->y, i); i++)
    {
      double value = get_tick (&plot->y, i);
      double y = floor (place_y (plot, value)) + 0.5;
      g_autofree char *words = curves->y_words (value);

      _emo_figure_set_color (pen, pen->theme->grid);
      cairo_move_to (pen->cr, _emo_figure_left (pen, plot->left, 0), y);
      cairo_line_to (pen->cr, _emo_figure_left (pen, plot->left + plot->width, 0), y);
      cairo_stroke (pen->cr);
      _emo_figure_draw_line (pen, words, EMO_FIGURE_FONT_CAPTION, pen->theme->dim, EMO_FIGURE_ALIGN_END,
                             0, y, plot->left - GAP * pen->line);
    }
}

/* Numbers are centred below their places, except where that is beyond the end. */
static void
draw_x_axis (const Plot            *plot,
             const EmoFigureCurves *curves,
             double                 middle)
{
  const EmoFigurePen *pen = plot->pen;

  for (int i = 0; has_tick (&plot->x, i); i++)
    {
      double value = get_tick (&plot->x, i);
      double at = plot->left + plot->width * (value - plot->x.low) / (plot->x.high - plot->x.low);
      g_autofree char *words = curves->x_words (value);
      double width = _emo_figure_text_width (pen, words, EMO_FIGURE_FONT_CAPTION) + 1;

      at = MIN (at - width / 2, plot->left + plot->width - width);
      _emo_figure_draw_line (pen, words, EMO_FIGURE_FONT_CAPTION, pen->theme->dim, EMO_FIGURE_ALIGN_CENTER,
                             MAX (at, 0), middle, width);
    }
}

static void
draw_mark (const EmoFigurePen *pen,
           double              x,
           double              y)
{
  double radius = 0.18 * pen->line;

  cairo_new_sub_path (pen->cr);
  cairo_arc (pen->cr, x, y, radius, 0, 2 * G_PI);
  cairo_fill (pen->cr);
}

/* A point between two gaps has no line and would not be seen. */
static gboolean
is_alone (const EmoFigureCurve *curve,
          guint                 i)
{
  return (i == 0 || isnan (curve->y[i - 1])) && (i + 1 == curve->n || isnan (curve->y[i + 1]));
}

static void
draw_curve (const Plot           *plot,
            const EmoFigureCurve *curve)
{
  const EmoFigurePen *pen = plot->pen;
  const double dashes[] = { 0.35 * pen->line, 0.25 * pen->line };
  gboolean open = FALSE;

  _emo_figure_set_color (pen, pen->theme->branch[curve->color]);
  cairo_set_line_width (pen->cr, 0.1 * pen->line);
  cairo_set_line_join (pen->cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_dash (pen->cr, dashes, curve->marked ? 2 : 0, 0);
  for (guint i = 0; i < curve->n; i++)
    {
      if (isnan (curve->y[i]))
        open = FALSE;
      else if (open)
        cairo_line_to (pen->cr, place_x (plot, curve->x[i]), place_y (plot, curve->y[i]));
      else
        cairo_move_to (pen->cr, place_x (plot, curve->x[i]), place_y (plot, curve->y[i]));
      open = !isnan (curve->y[i]);
    }
  cairo_stroke (pen->cr);
  cairo_set_dash (pen->cr, NULL, 0, 0);

  for (guint i = 0; i < curve->n; i++)
    if (!isnan (curve->y[i]) && (curve->marked || is_alone (curve, i)))
      draw_mark (pen, place_x (plot, curve->x[i]), place_y (plot, curve->y[i]));
}

static double
draw_legend (const EmoFigurePen    *pen,
             const EmoFigureCurves *curves)
{
  const char *names[MAX_CURVES];
  EmoFigureColor colors[MAX_CURVES];
  gboolean filled[MAX_CURVES];

  for (guint i = 0; i < curves->n_curves; i++)
    {
      names[i] = curves->curves[i].name;
      colors[i] = pen->theme->branch[curves->curves[i].color];
      filled[i] = TRUE;
    }

  return _emo_figure_draw_legend (pen, (char * const *) names, colors, filled, curves->n_curves);
}

/**
 * emo_figure_curves:
 * @curves: at most four lines and their axes
 * @style: how it looks
 * @cr: where to draw
 * @width: how wide
 *
 * Draws lines with numbers at both axes, gaps where a value is missing.
 *
 * Returns: how high it is
 */
double
emo_figure_curves (const EmoFigureCurves *curves,
                   const EmoFigureStyle  *style,
                   cairo_t               *cr,
                   double                 width)
{
  EmoFigurePen pen;
  Plot plot;
  double middle;

  g_return_val_if_fail (curves != NULL && curves->n_curves <= MAX_CURVES, 0);
  g_return_val_if_fail (style != NULL, 0);

  pen = _emo_figure_pen (style, cr, width);
  plot = (Plot) { .pen = &pen, .x = measure_x (curves), .y = measure_y (curves) };
  plot.left = measure_numbers (&pen, curves, &plot.y) + GAP * pen.line;
  plot.width = MAX (width - plot.left, 1);
  plot.top = draw_legend (&pen, curves) + GAP * pen.line;
  plot.height = PLOT_LINES * pen.line;
  middle = plot.top + plot.height + 0.8 * pen.line;

  draw_y_axis (&plot, curves);
  draw_x_axis (&plot, curves, middle);
  for (guint i = 0; i < curves->n_curves; i++)
    draw_curve (&plot, &curves->curves[i]);
  _emo_figure_draw_line (&pen, curves->x_name, EMO_FIGURE_FONT_CAPTION, pen.theme->dim, EMO_FIGURE_ALIGN_END,
                         plot.left, middle + pen.line, plot.width);

  return middle + 1.5 * pen.line;
}
