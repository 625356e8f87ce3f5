/* emo-loop-watch.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Watches how long the main loop is away from its work, where the environment
 * variable EMOVLM_WATCH_LOOP names a file: a JSON object a line is appended
 * there every quarter of a second. Without it nothing is done at all. Main
 * thread, before the loop runs. */
void emo_loop_watch_start (void);
void emo_loop_watch_stop  (void);

G_END_DECLS
