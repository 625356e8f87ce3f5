/* emo-chart.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-backend.h"

G_BEGIN_DECLS

/* The result of one picture as a sheet to be saved, copied or printed. Made on
 * the main thread of what the window knows at that moment; all else may happen on
 * any one thread. */
typedef struct _EmoChart EmoChart;

EmoChart *emo_chart_new          (EmoSample        *sample,
                                  EmoPrediction    *prediction,
                                  EmoFigureScheme   scheme);
void      emo_chart_free         (EmoChart         *self);
/* Decodes the picture, small; without it the sheet has none. A picture that is
 * gone or broken by now leaves the sheet without it too. */
void      emo_chart_load_picture (EmoChart         *self);
gboolean  emo_chart_save         (EmoChart         *self,
                                  const char       *path,
                                  GError          **error);
GBytes   *emo_chart_to_png       (EmoChart         *self,
                                  GError          **error);
void      emo_chart_draw         (EmoChart         *self,
                                  cairo_t          *cr,
                                  double            width,
                                  double            height);

/* The two of them on another thread. The path's suffix says which kind. */
void      emo_chart_save_async   (EmoChart            *chart,
                                  GFile               *file,
                                  GCancellable        *cancellable,
                                  GAsyncReadyCallback  callback,
                                  gpointer             user_data);
gboolean  emo_chart_save_finish  (GAsyncResult        *result,
                                  GError             **error);
void      emo_chart_to_png_async (EmoChart            *chart,
                                  GCancellable        *cancellable,
                                  GAsyncReadyCallback  callback,
                                  gpointer             user_data);
GBytes   *emo_chart_to_png_finish (GAsyncResult       *result,
                                   GError            **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoChart, emo_chart_free)

G_END_DECLS
