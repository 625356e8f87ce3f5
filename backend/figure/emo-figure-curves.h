/* emo-figure-curves.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-figure.h"

G_BEGIN_DECLS

/* Lines over a common axis of whole numbers, such as a training's steps. */
typedef struct
{
  const char   *name;      /* in the legend */
  const double *x;         /* [n] rising */
  const double *y;         /* [n]; NaN: a gap */
  guint         n;
  EmoBranch     color;     /* whose colour of the theme */
  gboolean      marked;    /* dashed, with a mark at each point: not told by colour alone */
} EmoFigureCurve;

typedef struct
{
  const EmoFigureCurve *curves;
  guint                 n_curves;
  const char           *x_name;             /* below the axis */
  double                x_end;              /* where the axis ends, if no point lies beyond */
  gboolean              shares;             /* of one: the axis stays between 0 and 1 */
  char               *(*x_words) (double);  /* (transfer full) a number on the axis */
  char               *(*y_words) (double);
} EmoFigureCurves;

/* Without a point there are the axes alone. */
double emo_figure_curves (const EmoFigureCurves *curves,
                          const EmoFigureStyle  *style,
                          cairo_t               *cr,
                          double                 width);

G_END_DECLS
