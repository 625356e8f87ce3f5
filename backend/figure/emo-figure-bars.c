/* emo-figure-bars.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-figure-pen.h"

/* Three columns: the labels' names, the scale, the values. */
typedef struct
{
  double names;
  double scale_start;
  double scale;
  double values;
  double row;      /* height of one branch's line */
} Columns;

static Columns
measure_columns (const EmoFigurePen *pen,
                 EmoFigureAnswer    *answer)
{
  g_autofree char *widest = answer->percent (1);
  double gap = pen->line * 0.6;
  Columns columns = { .row = _emo_figure_line_height (pen, EMO_FIGURE_FONT_CAPTION) };

  for (guint i = 0; i < answer->n_labels; i++)
    columns.names = MAX (columns.names, _emo_figure_text_width (pen, answer->labels[i].name, EMO_FIGURE_FONT_HEADING));
  columns.names = MIN (columns.names, pen->width * 0.4);
  columns.values = _emo_figure_text_width (pen, widest, EMO_FIGURE_FONT_CAPTION_STRONG);
  columns.scale_start = columns.names + gap;
  columns.scale = MAX (pen->line, pen->width - columns.scale_start - gap - columns.values);

  return columns;
}

static double
draw_ticks (const EmoFigurePen *pen,
            EmoFigureAnswer    *answer,
            const Columns      *columns)
{
  static const struct
  {
    double         value;
    EmoFigureAlign align;
  } ticks[] = {
    { 0, EMO_FIGURE_ALIGN_START },
    { 0.5, EMO_FIGURE_ALIGN_CENTER },
    { 1, EMO_FIGURE_ALIGN_END },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (ticks); i++)
    {
      g_autofree char *text = answer->whole_percent (ticks[i].value);

      _emo_figure_draw_line (pen, text, EMO_FIGURE_FONT_CAPTION, pen->theme->dim, ticks[i].align,
                             columns->scale_start, columns->row / 2, columns->scale);
    }

  return columns->row * 1.2;
}

static void
draw_grid (const EmoFigurePen *pen,
           const Columns      *columns,
           double              top,
           double              bottom)
{
  _emo_figure_set_color (pen, pen->theme->grid);
  cairo_set_line_width (pen->cr, 1);
  for (int quarter = 0; quarter <= 4; quarter++)
    {
      double x = _emo_figure_left (pen, columns->scale_start + columns->scale * quarter / 4, 0);

      cairo_move_to (pen->cr, x, top);
      cairo_line_to (pen->cr, x, bottom);
    }
  cairo_stroke (pen->cr);
}

/* An empty bar would say 0 %: where there is no answer, words stand. */
static void
draw_branch (const EmoFigurePen   *pen,
             EmoFigureAnswer      *answer,
             const EmoFigureLabel *label,
             gboolean              winner,
             EmoBranch             branch,
             const Columns        *columns,
             double                y)
{
  double p = label->probability[branch];
  double height = columns->row * 0.6;
  double width = isnan (p) ? 0 : MAX (1, CLAMP (p, 0, 1) * columns->scale);
  gboolean strong = winner && branch == answer->final_branch;
  g_autofree char *value = NULL;

  if (isnan (p))
    {
      if (answer->no_answer != NULL)
        _emo_figure_draw_line (pen, answer->no_answer, EMO_FIGURE_FONT_CAPTION, pen->theme->dim, EMO_FIGURE_ALIGN_START,
                               columns->scale_start + pen->line * 0.3, y + columns->row / 2, columns->scale);
      return;
    }

  _emo_figure_draw_bar (pen, pen->theme->branch[branch], answer->out_of_domain,
                        _emo_figure_left (pen, columns->scale_start, width),
                        y + (columns->row - height) / 2, width, height);
  value = answer->percent (p);
  _emo_figure_draw_line (pen, value,
                         strong ? EMO_FIGURE_FONT_CAPTION_STRONG : EMO_FIGURE_FONT_CAPTION,
                         pen->theme->foreground, EMO_FIGURE_ALIGN_END,
                         pen->width - columns->values, y + columns->row / 2, columns->values);
}

static guint
count_trained (EmoFigureAnswer *answer)
{
  guint n = 0;

  for (int b = 0; b < EMO_N_BRANCHES; b++)
    n += answer->trained[b];

  return n;
}

static void
draw_label (const EmoFigurePen *pen,
            EmoFigureAnswer    *answer,
            guint               index,
            const Columns      *columns,
            double              y,
            double              height)
{
  const EmoFigureLabel *label = &answer->labels[index];
  gboolean winner = (int) index == answer->winner;

  _emo_figure_draw_line (pen, label->name, winner ? EMO_FIGURE_FONT_HEADING : EMO_FIGURE_FONT_BODY,
                         pen->theme->foreground, EMO_FIGURE_ALIGN_START, 0, y + height / 2, columns->names);
  for (int b = 0; b < EMO_N_BRANCHES; b++)
    if (answer->trained[b])
      {
        draw_branch (pen, answer, label, winner, b, columns, y);
        y += columns->row;
      }
}

/**
 * emo_figure_bars:
 * @answer: what to show
 * @style: how
 * @cr: where
 * @width: how wide
 *
 * Draws a group of bars a label, a bar a branch, all on one axis from 0 to
 * 100 %, each with its value as text. A branch that the model lacks has no bars,
 * and the legend says so.
 *
 * Returns: the height
 */
double
emo_figure_bars (EmoFigureAnswer      *answer,
                 const EmoFigureStyle *style,
                 cairo_t              *cr,
                 double                width)
{
  EmoFigurePen pen;
  Columns columns;
  double group, gap, y;

  g_return_val_if_fail (answer != NULL, 0);
  g_return_val_if_fail (style != NULL, 0);

  pen = _emo_figure_pen (style, cr, width);
  columns = measure_columns (&pen, answer);
  group = MAX (pen.line, columns.row * count_trained (answer));
  gap = pen.line * 0.35;

  y = _emo_figure_draw_legend (&pen, answer->branch_names, pen.theme->branch, answer->trained, EMO_N_BRANCHES);
  cairo_save (cr);
  cairo_translate (cr, 0, y);
  y += draw_ticks (&pen, answer, &columns);
  cairo_restore (cr);

  draw_grid (&pen, &columns, y, y + answer->n_labels * (group + gap));
  for (guint i = 0; i < answer->n_labels; i++)
    draw_label (&pen, answer, i, &columns, y + gap / 2 + i * (group + gap), group);
  y += answer->n_labels * (group + gap);

  return y + _emo_figure_draw_text (&pen, answer->others, EMO_FIGURE_FONT_CAPTION, pen.theme->dim, 0, y, width);
}
