/* emo-csv.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

G_BEGIN_DECLS

/* RFC 4180 rows, CRLF, numbers by g_ascii_formatd, never the locale. With the
 * formula guard a text cell that begins (after spaces) with = + - @ TAB CR LF
 * gets a leading apostrophe; numbers never do. */
void emo_csv_append_text   (GString *row, const char *text, gboolean guard);  /* NULL: empty cell */
void emo_csv_append_double (GString *row, double value);                      /* NaN: empty cell */
void emo_csv_append_int    (GString *row, gint64 value);
void emo_csv_end_row       (GString *row);

G_END_DECLS
