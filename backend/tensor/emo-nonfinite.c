/* emo-nonfinite.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-safetensors-private.h"

/* A number is NaN or infinite exactly when all bits of its exponent are set,
 * so this counts with integer masks: no conversion, and no trouble with
 * signalling NaNs. The inner loops run a fixed number of times and count in a
 * type as wide as the element, which lets the compiler use whole vectors; a
 * block is short enough that the count of 16-bit elements cannot wrap.
 * Where the compiler and the C library can, each loop is built for the newer
 * vector units too and chosen at start. The sanitizers' instrumentation runs
 * too late for such a choice, so they get the plain loop. */
#define BLOCK 4096

#if defined (__x86_64__) && defined (__GNUC__) && !defined (__clang__) && defined (__GLIBC__) && \
    !defined (__SANITIZE_ADDRESS__) && !defined (__SANITIZE_THREAD__)
#define FOR_EACH_CPU __attribute__ ((optimize ("O3"), target_clones ("avx2", "default")))
#elif defined (__GNUC__) && !defined (__clang__)
#define FOR_EACH_CPU __attribute__ ((optimize ("O3")))
#else
#define FOR_EACH_CPU
#endif

#define DEFINE_COUNT(name, type, mask)                      \
  FOR_EACH_CPU static guint64                               \
  name (const guint8 *data,                                 \
        gsize         n)                                    \
  {                                                         \
    guint64 total = 0;                                      \
    type bits;                                              \
                                                            \
    for (; n >= BLOCK; n -= BLOCK)                          \
      {                                                     \
        type count = 0;                                     \
                                                            \
        for (gsize i = 0; i < BLOCK; i++)                   \
          {                                                 \
            memcpy (&bits, data + i * sizeof bits, sizeof bits); \
            count += (bits & (mask)) == (mask);             \
          }                                                 \
        total += count;                                     \
        data += BLOCK * sizeof bits;                        \
      }                                                     \
    for (gsize i = 0; i < n; i++)                           \
      {                                                     \
        memcpy (&bits, data + i * sizeof bits, sizeof bits); \
        total += (bits & (mask)) == (mask);                 \
      }                                                     \
    return total;                                           \
  }

DEFINE_COUNT (count_f64, guint64, G_GUINT64_CONSTANT (0x7ff0000000000000))
DEFINE_COUNT (count_f32, guint32, 0x7f800000u)
DEFINE_COUNT (count_f16, guint16, 0x7c00)
DEFINE_COUNT (count_bf16, guint16, 0x7f80)

guint64
_emo_stored_count_nonfinite (EmoStored     stored,
                             const guint8 *data,
                             gsize         n_bytes)
{
  switch (stored)
    {
    case EMO_STORED_F64:
      return count_f64 (data, n_bytes / 8);
    case EMO_STORED_F32:
      return count_f32 (data, n_bytes / 4);
    case EMO_STORED_F16:
      return count_f16 (data, n_bytes / 2);
    case EMO_STORED_BF16:
      return count_bf16 (data, n_bytes / 2);
    case EMO_STORED_I64:
    case EMO_STORED_I32:
    case EMO_STORED_I16:
    case EMO_STORED_I8:
    case EMO_STORED_U8:
    case EMO_STORED_BOOL:
    default:
      return 0;
    }
}
