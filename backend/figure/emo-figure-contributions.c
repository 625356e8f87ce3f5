/* emo-figure-contributions.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-figure-pen.h"

/* One label, in logits, each part centred over the labels: the softmax does not
 * see what all labels share, so neither should the eye. */
typedef struct
{
  const EmoFigureLabel *label;
  double                part[EMO_FIGURE_N_PARTS];
  double                sum;
} Row;

typedef struct
{
  double in_favour;   /* logits of the longest strip to the right */
  double against;     /* and to the left, positive */
} Extent;

static int
compare_rows (gconstpointer a,
              gconstpointer b)
{
  const Row *i = a;
  const Row *j = b;

  return i->sum < j->sum ? 1 : i->sum > j->sum ? -1 : 0;
}

/* The largest sum first. */
static GArray *
collect_rows (EmoFigureAnswer *answer)
{
  GArray *rows = g_array_sized_new (FALSE, TRUE, sizeof (Row), answer->n_labels);
  double mean[EMO_FIGURE_N_PARTS] = { 0 };

  for (guint i = 0; i < answer->n_labels; i++)
    for (int p = 0; p < EMO_FIGURE_N_PARTS; p++)
      mean[p] += answer->labels[i].contribution[p] / answer->n_labels;

  for (guint i = 0; i < answer->n_labels; i++)
    {
      Row row = { .label = &answer->labels[i] };

      for (int p = 0; p < EMO_FIGURE_N_PARTS; p++)
        {
          row.part[p] = row.label->contribution[p] - mean[p];
          row.sum += row.part[p];
        }
      g_array_append_val (rows, row);
    }
  g_array_sort (rows, compare_rows);

  return rows;
}

static Extent
measure_extent (GArray *rows)
{
  Extent extent = { 0, 0 };

  for (guint i = 0; i < rows->len; i++)
    {
      const Row *row = &g_array_index (rows, Row, i);
      double right = 0;
      double left = 0;

      for (int p = 0; p < EMO_FIGURE_N_PARTS; p++)
        *(row->part[p] > 0 ? &right : &left) += fabs (row->part[p]);
      extent.in_favour = MAX (extent.in_favour, right);
      extent.against = MAX (extent.against, left);
    }

  return extent;
}

/* A column as wide as the widest of its texts. */
static void
measure_columns (const EmoFigurePen *pen,
                 EmoFigureAnswer    *answer,
                 GArray             *rows,
                 double             *names,
                 double             *values)
{
  *names = *values = 0;
  for (guint i = 0; i < rows->len; i++)
    {
      const Row *row = &g_array_index (rows, Row, i);
      g_autofree char *value = answer->logits (row->sum);

      *names = MAX (*names, _emo_figure_text_width (pen, row->label->name, EMO_FIGURE_FONT_CAPTION));
      *values = MAX (*values, _emo_figure_text_width (pen, value, EMO_FIGURE_FONT_CAPTION));
    }
  *names = MIN (*names, pen->width * 0.4);
}

static void
draw_parts (const EmoFigurePen *pen,
            const Row          *row,
            gboolean            hatched,
            double              zero,
            double              scale,
            double              y,
            double              height)
{
  double left = zero;
  double right = zero;

  for (int p = 0; p < EMO_FIGURE_N_PARTS; p++)
    {
      EmoFigureColor color = p == EMO_FIGURE_PART_REST ? pen->theme->rest
                             : p == EMO_FIGURE_PART_VLM ? pen->theme->branch[EMO_BRANCH_VLM]
                                                        : pen->theme->branch[EMO_BRANCH_DISTILLED];
      double width = row->part[p] * scale;
      double *edge = width < 0 ? &left : &right;

      if (width != 0)
        _emo_figure_draw_bar (pen, color, hatched, *edge, y, width, height);
      *edge += width;
    }
}

static double
draw_rows (const EmoFigurePen *pen,
           EmoFigureAnswer    *answer,
           GArray             *rows,
           double              top)
{
  double gap = pen->line * 0.6;
  double height = _emo_figure_line_height (pen, EMO_FIGURE_FONT_CAPTION) * 1.25;
  Extent extent = measure_extent (rows);
  double names, values, strip, scale, zero;

  measure_columns (pen, answer, rows, &names, &values);
  strip = MAX (pen->line, pen->width - names - values - 2 * gap);
  scale = extent.in_favour + extent.against > 0 ? strip / (extent.in_favour + extent.against) : 0;
  zero = _emo_figure_left (pen, names + gap, strip) + extent.against * scale;

  for (guint i = 0; i < rows->len; i++)
    {
      const Row *row = &g_array_index (rows, Row, i);
      double y = top + i * height;
      g_autofree char *value = answer->logits (row->sum);

      _emo_figure_draw_line (pen, row->label->name, EMO_FIGURE_FONT_CAPTION, pen->theme->foreground,
                             EMO_FIGURE_ALIGN_START, 0, y + height / 2, names);
      draw_parts (pen, row, answer->out_of_domain, zero, scale, y + height * 0.2, height * 0.6);
      _emo_figure_draw_line (pen, value, EMO_FIGURE_FONT_CAPTION, pen->theme->foreground,
                             EMO_FIGURE_ALIGN_END, pen->width - values, y + height / 2, values);
    }

  _emo_figure_set_color (pen, pen->theme->dim);
  cairo_set_line_width (pen->cr, 1);
  cairo_move_to (pen->cr, zero, top);
  cairo_line_to (pen->cr, zero, top + rows->len * height);
  cairo_stroke (pen->cr);

  return rows->len * height;
}

/**
 * emo_figure_contributions:
 * @answer: what to show
 * @style: how
 * @cr: where
 * @width: how wide
 *
 * Draws a strip a label: to the right what spoke for it, to the left what spoke
 * against it, by branch, and the sum in logits. Nothing without a gate's answer.
 *
 * Returns: the height
 */
double
emo_figure_contributions (EmoFigureAnswer      *answer,
                          const EmoFigureStyle *style,
                          cairo_t              *cr,
                          double                width)
{
  static const gboolean filled[EMO_FIGURE_N_PARTS] = { TRUE, TRUE, TRUE };
  g_autoptr (GArray) rows = NULL;
  EmoFigurePen pen;
  double y;

  g_return_val_if_fail (answer != NULL, 0);
  g_return_val_if_fail (style != NULL, 0);

  if (!answer->has_contributions)
    return 0;

  pen = _emo_figure_pen (style, cr, width);
  rows = collect_rows (answer);
  y = _emo_figure_draw_legend (&pen, answer->part_names,
                               (EmoFigureColor[EMO_FIGURE_N_PARTS]) {
                                 pen.theme->branch[EMO_BRANCH_VLM],
                                 pen.theme->branch[EMO_BRANCH_DISTILLED],
                                 pen.theme->rest,
                               },
                               filled, EMO_FIGURE_N_PARTS);

  return y + draw_rows (&pen, answer, rows, y);
}
