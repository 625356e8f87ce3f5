/* emo-line-reader.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

G_BEGIN_DECLS

/* Cuts what comes through a pipe, in pieces of any size, into lines. One that is
 * longer than what it keeps is cut there and the rest passed over, so whoever
 * writes cannot fill the memory. "\r\n" ends a line, too; empty lines are none. */
typedef struct _EmoLineReader EmoLineReader;

/* @line: without its end; any bytes, and a NUL behind them. @cut: its rest was
 * passed over. */
typedef void (*EmoLineFunc) (const char *line,
                             gsize       length,
                             gboolean    cut,
                             gpointer    user_data);

EmoLineReader *emo_line_reader_new    (gsize           max_bytes,
                                       EmoLineFunc     func,
                                       gpointer        user_data);
void           emo_line_reader_free   (EmoLineReader  *self);
void           emo_line_reader_feed   (EmoLineReader  *self,
                                       const void     *data,
                                       gsize           length);
/* The end of it all: a last line without an end is one. */
void           emo_line_reader_finish (EmoLineReader  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoLineReader, emo_line_reader_free)

G_END_DECLS
