/* emo-time-left.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-backend.h"

G_BEGIN_DECLS

/* "About 3 minutes left" for people; "" where there is no forecast or it is not
 * worth one. */
char *emo_time_left_to_string (double seconds);

G_END_DECLS
