/* emo-text.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

G_BEGIN_DECLS

/* A byte-level model may write U+0000, and what it wrote is published as it
 * stands. A C string cannot hold it, so generated text is UTF-8 in which U+0000
 * is these two bytes, as in modified UTF-8; they are never valid otherwise. JSON
 * gets \u0000 back; what people see gets U+FFFD. */
#define EMO_TEXT_NUL "\300\200"

/* For screens, tables and CSV: valid UTF-8. */
char *emo_text_dup_display (const char *text);

/* For searches. */
char *emo_text_fold        (const char *text);

G_END_DECLS
