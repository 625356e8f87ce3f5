/* emo-exporter.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-backend.h"

G_BEGIN_DECLS

/* Writes the finished ones of some pictures to a file without holding up the
 * main loop: rows are made a few at a time between frames, since samples belong
 * to the main thread; the file is written atomically on another thread. */
void     emo_exporter_save_async  (const EmoExportOptions *options,
                                   EmoModelInfo           *info,
                                   GPtrArray              *samples,   /* of EmoSample */
                                   GFile                  *file,
                                   GCancellable           *cancellable,
                                   GAsyncReadyCallback     callback,
                                   gpointer                user_data);
/* The number of rows, or -1. */
int      emo_exporter_save_finish (GAsyncResult           *result,
                                   GError                **error);

G_END_DECLS
