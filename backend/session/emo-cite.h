/* emo-cite.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-sample.h"

G_BEGIN_DECLS

/* How results came about, for others to repeat or to cite: pure functions of
 * samples and of what their predictions know of the model. */

/* The lines of a shell that give the rows again, one a model; NULL where no
 * picture has both an answer and a file. @explain_tokens: the longest
 * explanation that was asked for. */
char *emo_cite_command  (GPtrArray  *samples,   /* of EmoSample */
                         int         explain_tokens);
/* A paragraph for a paper, in English, one a model; NULL where nothing is
 * answered. */
char *emo_cite_methods  (GPtrArray  *samples);
/* One word for a POSIX shell, on one line whatever bytes it holds: bare, in '',
 * or in $'' where quotes alone would let a character through that a terminal
 * or a reader takes for something else. */
char *emo_cite_quote    (const char *word);

G_END_DECLS
