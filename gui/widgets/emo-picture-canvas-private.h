/* emo-picture-canvas-private.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-picture-canvas.h"
#include "emo-picture-geometry.h"

G_BEGIN_DECLS

struct _EmoPictureCanvas
{
  GtkWidget           parent_instance;

  EmoPyramid         *pyramid;        /* (nullable) */
  EmoHeatMap         *heat_map;       /* (nullable) */
  double              opacity;
  EmoPictureGeometry  geometry;
  double              shown_zoom;     /* as last notified */
  gboolean            shown_fitted;
  guint               notify_id;      /* a source */

  /* emo-picture-canvas-input.c */
  double              pointer_x;      /* -1: outside */
  double              pointer_y;
  int                 token_column;   /* under the pointer; -1: none */
  int                 token_row;
  double              drag_x;         /* panned so far in this drag */
  double              drag_y;
  double              pinch_zoom;     /* at the pinch's begin */
  double              pinch_x;
  double              pinch_y;
};

/* emo-picture-canvas.c */
void     _emo_picture_canvas_moved         (EmoPictureCanvas *self);   /* the geometry has changed */
void     _emo_picture_canvas_hover         (EmoPictureCanvas *self,
                                            int               column,
                                            int               row);
/* FALSE outside of the heat map, or without one. */
gboolean _emo_picture_canvas_find_token    (EmoPictureCanvas *self,
                                            double            x,
                                            double            y,
                                            int              *column,
                                            int              *row);

/* emo-picture-canvas-input.c */
void     _emo_picture_canvas_init_input    (EmoPictureCanvas *self);
void     _emo_picture_canvas_add_bindings  (GtkWidgetClass   *widget_class);
void     _emo_picture_canvas_update_cursor (EmoPictureCanvas *self);

G_END_DECLS
