/* emo-picture-canvas.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-heat-map.h"
#include "emo-pyramid.h"

G_BEGIN_DECLS

/* A picture to zoom (Ctrl and the wheel, pinch, double click) and to pan (drag,
 * wheel, arrow keys), with a heat map over it. Arrow keys and the wheel that
 * have nothing to pan are left to whoever is around.
 *
 * Properties: "zoom" (pixels of the screen for one of the picture), "fitted".
 * Signal: "token-hovered" (column, row), both -1 where there is none. */
#define EMO_TYPE_PICTURE_CANVAS (emo_picture_canvas_get_type ())
G_DECLARE_FINAL_TYPE (EmoPictureCanvas, emo_picture_canvas, EMO, PICTURE_CANVAS, GtkWidget)

EmoPyramid *emo_picture_canvas_get_pyramid  (EmoPictureCanvas *self);   /* (nullable) */
/* Another picture begins fitted. */
void        emo_picture_canvas_set_pyramid  (EmoPictureCanvas *self,
                                             EmoPyramid       *pyramid);   /* (nullable) */
void        emo_picture_canvas_set_heat_map (EmoPictureCanvas *self,
                                             EmoHeatMap       *heat_map,   /* (nullable) */
                                             double            opacity);
double      emo_picture_canvas_get_zoom     (EmoPictureCanvas *self);
gboolean    emo_picture_canvas_get_fitted   (EmoPictureCanvas *self);
gboolean    emo_picture_canvas_can_zoom_in  (EmoPictureCanvas *self);
gboolean    emo_picture_canvas_can_zoom_out (EmoPictureCanvas *self);
void        emo_picture_canvas_zoom_in      (EmoPictureCanvas *self);
void        emo_picture_canvas_zoom_out     (EmoPictureCanvas *self);
void        emo_picture_canvas_zoom_to_fit  (EmoPictureCanvas *self);
void        emo_picture_canvas_zoom_to_full (EmoPictureCanvas *self);   /* 100 % */

G_END_DECLS
