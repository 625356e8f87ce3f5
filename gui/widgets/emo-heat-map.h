/* emo-heat-map.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A map of signed numbers over a picture, ready to draw: a copy of the numbers
 * with the scale they are shown on. Immutable but for its drawing's cache;
 * reference-counted, main thread only. */
typedef struct _EmoHeatMap EmoHeatMap;

/* @values [height, width] cover the whole picture; @largest is the number of the
 * full colour. */
EmoHeatMap   *emo_heat_map_new         (const double *values,
                                        int           width,
                                        int           height,
                                        double        largest);
EmoHeatMap   *emo_heat_map_ref         (EmoHeatMap   *self);
void          emo_heat_map_unref       (EmoHeatMap   *self);
int           emo_heat_map_get_width   (EmoHeatMap   *self);
int           emo_heat_map_get_height  (EmoHeatMap   *self);
double        emo_heat_map_get_value   (EmoHeatMap   *self,
                                        int           column,
                                        int           row);
double        emo_heat_map_get_largest (EmoHeatMap   *self);

/* The colour of a number, @fraction -1 to 1 of the scale: green speaks for a
 * label, magenta against it, and nothing is drawn where nothing is said. */
void          emo_heat_map_get_color   (double        fraction,
                                        double        opacity,
                                        GdkRGBA      *color);
/* Draws the map over @bounds, a square a number without smoothing, and signs on
 * the strongest ones within @clip where there is room for them. */
void          emo_heat_map_draw        (EmoHeatMap            *self,
                                        cairo_t               *cr,
                                        const graphene_rect_t *bounds,
                                        const graphene_rect_t *clip,
                                        double                 opacity);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoHeatMap, emo_heat_map_unref)

G_END_DECLS
