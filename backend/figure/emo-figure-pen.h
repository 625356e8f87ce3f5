/* emo-figure-pen.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-figure.h"

G_BEGIN_DECLS

/* What the figures share: text in a few sizes, bars, and a start and an end in
 * the place of left and right. */
typedef struct
{
  cairo_t              *cr;
  PangoContext         *context;
  const EmoFigureTheme *theme;
  double                width;
  double                line;      /* height of a line of the body's text */
  gboolean              rtl;
  gboolean              halo;      /* lines of text stand out from what is below them */
} EmoFigurePen;

typedef enum
{
  EMO_FIGURE_FONT_BODY,
  EMO_FIGURE_FONT_CAPTION,
  EMO_FIGURE_FONT_CAPTION_STRONG,
  EMO_FIGURE_FONT_HEADING,
  EMO_FIGURE_FONT_TITLE,
} EmoFigureFont;

typedef enum
{
  EMO_FIGURE_ALIGN_START,
  EMO_FIGURE_ALIGN_CENTER,
  EMO_FIGURE_ALIGN_END,
} EmoFigureAlign;

EmoFigurePen _emo_figure_pen             (const EmoFigureStyle *style,
                                          cairo_t              *cr,
                                          double                width);
void         _emo_figure_set_color       (const EmoFigurePen   *pen,
                                          EmoFigureColor        color);
/* The left edge of what is @width wide and begins @x from the start. */
double       _emo_figure_left            (const EmoFigurePen   *pen,
                                          double                x,
                                          double                width);
double       _emo_figure_line_height     (const EmoFigurePen   *pen,
                                          EmoFigureFont         font);
double       _emo_figure_text_width      (const EmoFigurePen   *pen,
                                          const char           *text,
                                          EmoFigureFont         font);
/* Of a paragraph, wrapped; 0 for NULL and "". */
double       _emo_figure_text_height     (const EmoFigurePen   *pen,
                                          const char           *text,
                                          EmoFigureFont         font,
                                          double                width);
/* A line with @middle at half its height, in a cell that begins @x from the
 * start and is @width wide; what is too long is cut with an ellipsis. */
void         _emo_figure_draw_line       (const EmoFigurePen   *pen,
                                          const char           *text,
                                          EmoFigureFont         font,
                                          EmoFigureColor        color,
                                          EmoFigureAlign        align,
                                          double                x,
                                          double                middle,
                                          double                width);
/* The same paragraph; its height. */
double       _emo_figure_draw_text       (const EmoFigurePen   *pen,
                                          const char           *text,
                                          EmoFigureFont         font,
                                          EmoFigureColor        color,
                                          double                x,
                                          double                y,
                                          double                width);
/* Hatches what is inside the current path, and clears it. */
void         _emo_figure_hatch           (const EmoFigurePen   *pen,
                                          EmoFigureColor        color);
/* @x from the left edge; a negative width goes to the left. */
void         _emo_figure_draw_bar        (const EmoFigurePen   *pen,
                                          EmoFigureColor        color,
                                          gboolean              hatched,
                                          double                x,
                                          double                y,
                                          double                width,
                                          double                height);
/* Swatches with names, flowing over as many lines as it takes; the height. One
 * that is not @filled is an outline, and its name is dim. */
double       _emo_figure_draw_legend     (const EmoFigurePen   *pen,
                                          char * const         *names,
                                          const EmoFigureColor *colors,
                                          const gboolean       *filled,
                                          guint                 n_names);

G_END_DECLS
