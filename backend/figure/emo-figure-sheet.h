/* emo-figure-sheet.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-figure.h"

G_BEGIN_DECLS

/* A result as a file of its own: drawn on any thread, kept by nobody. */
typedef struct
{
  EmoFigureAnswer        *answer;
  const EmoFigurePicture *picture;         /* (nullable) */
  EmoFigureScheme         scheme;
  const char             *font;            /* a Pango description */
  gboolean                right_to_left;
  double                  width;           /* of the content, in pixels of a plain screen */
  double                  scale;           /* pixels of a PNG for one of those; a drawing has none */
} EmoFigureSheet;

#define EMO_FIGURE_SHEET_INIT { .font = "Sans 11", .width = 720, .scale = 2 }

/* No side of a PNG is longer. */
#define EMO_FIGURE_MAX_SIDE 32767

GBytes   *emo_figure_sheet_to_svg (const EmoFigureSheet  *sheet,
                                   GError               **error);
GBytes   *emo_figure_sheet_to_png (const EmoFigureSheet  *sheet,
                                   GError               **error);
/* Onto a page that the caller has: as large as it fits between the origin and
 * @width and @height, without margins. */
void      emo_figure_sheet_draw   (const EmoFigureSheet  *sheet,
                                   cairo_t               *cr,
                                   double                 width,
                                   double                 height);
/* The kind by the name's suffix, .svg or .png; else UNSUPPORTED. */
gboolean  emo_figure_sheet_save   (const EmoFigureSheet  *sheet,
                                   const char            *path,
                                   GError               **error);
gboolean  emo_figure_sheet_can_save (const char          *path,
                                     GError             **error);

G_END_DECLS
