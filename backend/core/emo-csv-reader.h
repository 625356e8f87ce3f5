/* emo-csv-reader.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

G_BEGIN_DECLS

/* Rows of RFC 4180, strictly: what other programs export, and what
 * emo_csv_append_text() wrote. A byte order mark is skipped, lines end in LF,
 * CRLF or CR, empty ones are no rows. A row that is broken is an error with its
 * line, and the next call goes on behind it. Plain value; borrows the text. */
typedef struct
{
  const char *next;
  const char *end;
  char        separator;
  guint64     line;        /* of @next, from 1 */
} EmoCsvReader;

void     emo_csv_reader_init (EmoCsvReader  *self,
                              const char    *text,
                              gsize          length,
                              char           separator);
/* @cells: of text, owned; becomes the row's. FALSE without an error: the end. */
gboolean emo_csv_reader_next (EmoCsvReader  *self,
                              GPtrArray     *cells,
                              guint64       *line,
                              GError       **error);

G_END_DECLS
