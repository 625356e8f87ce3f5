/* emo-result-printer.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "emo-backend.h"

G_BEGIN_DECLS

/* A print operation over pictures that have an answer, a page each, dark on
 * light: what the person chooses in the dialog, the current page or all of them,
 * is the selected picture or all that are shown. Pictures are decoded on another
 * thread while GTK waits. */
GtkPrintOperation *emo_result_printer_new         (GListModel *samples,
                                                   EmoSample  *current);
/* Has an answer that can be drawn. */
gboolean           emo_result_printer_can_print   (EmoSample  *sample);

G_END_DECLS
