/* emo-clones-private.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

/* A loop over floats is compiled once for each kind of processor, and the
 * loader picks: the same machine always runs the same one. sqrt must not stop
 * vectorisation to set errno. */
#if defined (__x86_64__) && defined (__GNUC__) && !defined (__clang__)
#define EMO_CLONES \
  __attribute__ ((optimize ("O3", "no-math-errno", "no-trapping-math"), \
                  target_clones ("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define EMO_CLONES
#endif
