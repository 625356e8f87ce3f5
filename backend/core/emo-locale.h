/* emo-locale.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

G_BEGIN_DECLS

/* The person's language: the first thing that main() does. */
void emo_locale_init (void);

G_END_DECLS
