/* emo-keyed-hash.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* For hash tables whose keys come from strangers: keyed by a secret of the
 * process, so that nobody can prepare a file whose keys all fall into one
 * bucket and take hours to read. */
guint64 emo_keyed_hash_secret (void);
/* A GHashFunc for strings, in the place of g_str_hash(). */
guint   emo_keyed_hash_string (gconstpointer text);

/* A full 64x64-bit product folded to 64 bits: every bit of the input reaches
 * every bit of the result, and how depends on the secret in @b. */
static inline guint64
emo_keyed_hash_mix (guint64 a,
                    guint64 b)
{
  unsigned __int128 product = (unsigned __int128) a * b;

  return (guint64) product ^ (guint64) (product >> 64);
}

G_END_DECLS
