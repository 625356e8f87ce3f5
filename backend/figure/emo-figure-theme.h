/* emo-figure-theme.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-emotion.h"
#include "emo-update.h"

G_BEGIN_DECLS

/* The one palette, a set of colours for each scheme of the desktop. The window's
 * style sheets repeat the branches' colours, since CSS cannot include C; a test
 * holds them to these, and these to what colour-blind eyes can tell apart. */
typedef enum
{
  EMO_FIGURE_LIGHT,
  EMO_FIGURE_DARK,
  EMO_FIGURE_HIGH_CONTRAST,
  EMO_FIGURE_HIGH_CONTRAST_DARK,
} EmoFigureScheme;
#define EMO_FIGURE_N_SCHEMES 4

typedef guint32 EmoFigureColor;   /* 0xRRGGBB */

typedef struct
{
  EmoFigureColor page;            /* behind a figure that is a file or a sheet */
  EmoFigureColor foreground;
  EmoFigureColor dim;             /* of text that comes second */
  EmoFigureColor grid;
  EmoFigureColor notice;          /* behind a warning */
  EmoFigureColor branch[EMO_N_BRANCHES];
  EmoFigureColor rest;            /* of a contribution that is neither branch's */
  EmoFigureColor emotion[EMO_N_WHEEL_PLACES];   /* by their places; always with the name beside */
} EmoFigureTheme;

const EmoFigureTheme *emo_figure_theme_get (EmoFigureScheme scheme);

G_END_DECLS
