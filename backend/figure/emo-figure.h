/* emo-figure.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <pango/pangocairo.h>

#include "emo-figure-answer.h"
#include "emo-figure-theme.h"

G_BEGIN_DECLS

/* Figures are plain functions of an answer and a style. They draw from the
 * origin downwards, @width wide, on whatever the caller has: a widget's node, a
 * file, a printer's page; they paint no background, and return the height. All
 * measures follow from the font's. A context that reads from right to left
 * mirrors the figure, except for signed numbers and the wheel. */
typedef struct
{
  const EmoFigureTheme *theme;
  PangoContext         *context;   /* the font, its resolution, the direction */
} EmoFigureStyle;

/* @font: a Pango description, "Cantarell 11"; 96 dots an inch. On the thread that
 * draws: fonts are each thread's own. */
PangoContext *emo_figure_context_new   (const char           *font,
                                        gboolean              right_to_left);

/* The probabilities of all branches on one axis. */
double        emo_figure_bars          (EmoFigureAnswer      *answer,
                                        const EmoFigureStyle *style,
                                        cairo_t              *cr,
                                        double                width);
/* What each branch added to each label's logit, centred over the labels. */
double        emo_figure_contributions (EmoFigureAnswer      *answer,
                                        const EmoFigureStyle *style,
                                        cairo_t              *cr,
                                        double                width);
/* The branch that decides: Mikels' wheel, or a list for other labels. */
double        emo_figure_wheel         (EmoFigureAnswer      *answer,
                                        const EmoFigureStyle *style,
                                        cairo_t              *cr,
                                        double                width);
/* Pixels as emo_image_get_pixels() lends them, for as long as they are drawn. */
typedef struct
{
  int           width;
  int           height;
  const guint8 *rgb;       /* [height, width, 3] */
} EmoFigurePicture;

/* All there is to say of a picture, on one sheet. @picture (nullable): small. */
double        emo_figure_result        (EmoFigureAnswer        *answer,
                                        const EmoFigurePicture *picture,
                                        const EmoFigureStyle   *style,
                                        cairo_t                *cr,
                                        double                  width);

G_END_DECLS
