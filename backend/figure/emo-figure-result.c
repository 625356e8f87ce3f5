/* emo-figure-result.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-figure-pen.h"

/* Sizes in lines of text. */
#define PICTURE_SIDE 11
#define SECTION_GAP 1.2
#define COLUMN_GAP 2

/* What takes its place among others: origin and width are moved to it. */
typedef double (*Figure) (EmoFigureAnswer      *answer,
                          const EmoFigureStyle *style,
                          cairo_t              *cr,
                          double                width);

/* Cairo has four bytes a pixel, in the order of the machine's integers. */
static cairo_surface_t *
new_picture_surface (const EmoFigurePicture *picture)
{
  const guint8 *rgb = picture->rgb;
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, picture->width, picture->height);
  guint8 *row = cairo_image_surface_get_data (surface);

  for (int y = 0; row != NULL && y < picture->height; y++)
    {
      guint32 *pixel = (guint32 *) row;

      for (int x = 0; x < picture->width; x++, rgb += 3)
        pixel[x] = (guint32) rgb[0] << 16 | (guint32) rgb[1] << 8 | rgb[2];
      row += cairo_image_surface_get_stride (surface);
    }
  cairo_surface_mark_dirty (surface);

  return surface;
}

/* At the start of the page, at most PICTURE_SIDE lines either way; gives the
 * room that it takes. */
static void
draw_picture (const EmoFigurePen     *pen,
              const EmoFigurePicture *picture,
              double                 *width,
              double                 *height)
{
  double side = MIN (pen->line * PICTURE_SIDE, pen->width / 3);
  double scale = side / MAX (picture->width, picture->height);
  cairo_surface_t *surface = new_picture_surface (picture);

  *width = picture->width * scale;
  *height = picture->height * scale;
  cairo_save (pen->cr);
  cairo_translate (pen->cr, _emo_figure_left (pen, 0, *width), 0);
  cairo_scale (pen->cr, scale, scale);
  cairo_set_source_surface (pen->cr, surface, 0, 0);
  /* Not painted, for a small picture blurs beyond its edges. */
  cairo_rectangle (pen->cr, 0, 0, picture->width, picture->height);
  cairo_fill (pen->cr);
  cairo_restore (pen->cr);
  cairo_surface_destroy (surface);
}

/* The answer and its probability at the two ends of a line. */
static double
draw_title (const EmoFigurePen *pen,
            EmoFigureAnswer    *answer,
            double              x)
{
  double height = _emo_figure_line_height (pen, EMO_FIGURE_FONT_TITLE);
  double value = 0;

  if (answer->title == NULL)
    return 0;

  if (answer->title_value != NULL)
    {
      value = _emo_figure_text_width (pen, answer->title_value, EMO_FIGURE_FONT_TITLE);
      _emo_figure_draw_line (pen, answer->title_value, EMO_FIGURE_FONT_TITLE, pen->theme->foreground,
                             EMO_FIGURE_ALIGN_END, pen->width - value, height / 2, value);
    }
  _emo_figure_draw_line (pen, answer->title, EMO_FIGURE_FONT_TITLE, pen->theme->foreground,
                         EMO_FIGURE_ALIGN_START, x, height / 2, MAX (0, pen->width - x - value - pen->line));

  return height;
}

static double
draw_head (const EmoFigurePen     *pen,
           EmoFigureAnswer        *answer,
           const EmoFigurePicture *picture)
{
  double picture_width = 0;
  double picture_height = 0;
  double x = 0;
  double y;

  if (picture != NULL)
    {
      draw_picture (pen, picture, &picture_width, &picture_height);
      x = picture_width + pen->line;
    }

  y = draw_title (pen, answer, x);
  for (guint i = 0; answer->remarks != NULL && answer->remarks[i] != NULL; i++)
    y += _emo_figure_draw_text (pen, answer->remarks[i], EMO_FIGURE_FONT_BODY, pen->theme->foreground,
                                x, y, pen->width - x);
  y += pen->line / 2;
  y += _emo_figure_draw_text (pen, answer->picture_name, EMO_FIGURE_FONT_CAPTION, pen->theme->dim,
                              x, y, pen->width - x);

  return MAX (y, picture_height);
}

static double
draw_notice (const EmoFigurePen *pen,
             EmoFigureAnswer    *answer,
             double              y)
{
  double inset = pen->line * 0.6;
  double width = pen->width - 2 * inset;
  double notice = _emo_figure_text_height (pen, answer->notice, EMO_FIGURE_FONT_HEADING, width);
  double height = notice + _emo_figure_text_height (pen, answer->notice_reason, EMO_FIGURE_FONT_CAPTION, width);

  if (height == 0)
    return 0;

  _emo_figure_set_color (pen, pen->theme->notice);
  cairo_rectangle (pen->cr, 0, y, pen->width, height + 2 * inset);
  cairo_fill (pen->cr);
  _emo_figure_draw_text (pen, answer->notice, EMO_FIGURE_FONT_HEADING, pen->theme->foreground,
                         inset, y + inset, width);
  _emo_figure_draw_text (pen, answer->notice_reason, EMO_FIGURE_FONT_CAPTION, pen->theme->foreground,
                         inset, y + inset + notice, width);

  return height + 2 * inset;
}

static double
draw_figure (const EmoFigurePen   *pen,
             const EmoFigureStyle *style,
             EmoFigureAnswer      *answer,
             const char           *heading,
             const char           *words,
             Figure                figure,
             double                x,
             double                y,
             double                width)
{
  double top = y;

  y += _emo_figure_draw_text (pen, heading, EMO_FIGURE_FONT_HEADING, pen->theme->foreground, x, y, width);
  y += _emo_figure_draw_text (pen, words, EMO_FIGURE_FONT_CAPTION, pen->theme->foreground, x, y, width);
  y += pen->line * 0.3;
  cairo_save (pen->cr);
  cairo_translate (pen->cr, _emo_figure_left (pen, x, width), y);
  y += figure (answer, style, pen->cr, width);
  cairo_restore (pen->cr);

  return y - top;
}

/* Contributions and wheel beside each other, as far as there are both. A list in
 * the wheel's place would only repeat the bars. */
static double
draw_why (const EmoFigurePen   *pen,
          const EmoFigureStyle *style,
          EmoFigureAnswer      *answer,
          double                y)
{
  gboolean wheel = emo_figure_answer_is_wheel (answer);
  double gap = pen->line * COLUMN_GAP;
  double column = answer->has_contributions && wheel ? (pen->width - gap) / 2 : pen->width;
  double height = 0;

  if (answer->has_contributions)
    height = draw_figure (pen, style, answer, answer->contributions_heading, answer->contributions_words,
                          emo_figure_contributions, 0, y, column);
  if (wheel)
    {
      /* Not inside of MAX, which would draw it twice. */
      double wheel_height = draw_figure (pen, style, answer, answer->wheel_heading, NULL,
                                         emo_figure_wheel, pen->width - column, y, column);

      height = MAX (height, wheel_height);
    }

  return height;
}

static double
draw_explanation (const EmoFigurePen *pen,
                  EmoFigureAnswer    *answer,
                  double              y)
{
  double top = y;

  if (answer->explanation == NULL || *answer->explanation == '\0')
    return 0;

  y += _emo_figure_draw_text (pen, answer->explanation_heading, EMO_FIGURE_FONT_HEADING, pen->theme->foreground,
                              0, y, pen->width);
  y += pen->line * 0.2;
  y += _emo_figure_draw_text (pen, answer->explanation, EMO_FIGURE_FONT_BODY, pen->theme->foreground,
                              0, y, pen->width);
  y += pen->line * 0.2;
  y += _emo_figure_draw_text (pen, answer->explanation_source, EMO_FIGURE_FONT_CAPTION, pen->theme->dim,
                              0, y, pen->width);

  return y - top;
}

static double
draw_details (const EmoFigurePen *pen,
              EmoFigureAnswer    *answer,
              double              y)
{
  double top = y;

  if (answer->details == NULL || answer->details[0] == NULL)
    return 0;

  _emo_figure_set_color (pen, pen->theme->grid);
  cairo_rectangle (pen->cr, 0, y, pen->width, 1);
  cairo_fill (pen->cr);
  y += pen->line * 0.4;
  for (guint i = 0; answer->details[i] != NULL; i++)
    y += _emo_figure_draw_text (pen, answer->details[i], EMO_FIGURE_FONT_CAPTION, pen->theme->dim,
                                0, y, pen->width);

  return y - top;
}

/* A section and the gap to the next, if there is anything in it. */
static double
with_gap (const EmoFigurePen *pen,
          double              height)
{
  return height > 0 ? height + pen->line * SECTION_GAP : 0;
}

/**
 * emo_figure_result:
 * @answer: what to show
 * @picture: (nullable): the picture; decoded small, for it is drawn small
 * @style: how
 * @cr: where
 * @width: how wide
 *
 * Draws the whole result: the picture and the answer, a warning where the
 * picture is unlike what the model knows, bars, contributions, wheel,
 * explanation, and which model said so.
 *
 * Returns: the height
 */
double
emo_figure_result (EmoFigureAnswer        *answer,
                   const EmoFigurePicture *picture,
                   const EmoFigureStyle   *style,
                   cairo_t                *cr,
                   double                  width)
{
  EmoFigurePen pen;
  double y;

  g_return_val_if_fail (answer != NULL, 0);
  g_return_val_if_fail (style != NULL, 0);

  pen = _emo_figure_pen (style, cr, width);
  y = with_gap (&pen, draw_head (&pen, answer, picture));
  y += with_gap (&pen, draw_notice (&pen, answer, y));
  y += with_gap (&pen, draw_figure (&pen, style, answer, answer->bars_heading, NULL, emo_figure_bars, 0, y, width));
  y += with_gap (&pen, draw_why (&pen, style, answer, y));
  y += with_gap (&pen, draw_explanation (&pen, answer, y));

  return y + draw_details (&pen, answer, y);
}
