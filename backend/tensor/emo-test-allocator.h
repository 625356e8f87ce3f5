/* emo-test-allocator.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* libtorch's memory on the CPU, from an allocator that throws what one is asked
 * for: a GPU's, which throws the same types, is not at hand. Any thread. */
typedef enum
{
  EMO_TEST_THROW_OUT_OF_MEMORY,   /* c10::OutOfMemoryError */
  EMO_TEST_THROW_DEVICE_MEMORY,   /* c10::AcceleratorError of short memory */
  EMO_TEST_THROW_DEVICE,          /* c10::AcceleratorError of a device that is gone */
  EMO_TEST_THROW_ERROR,           /* c10::Error */
  EMO_TEST_THROW_BAD_ALLOC,       /* std::bad_alloc */
  EMO_TEST_THROW_INT,             /* 7 */
  EMO_TEST_N_THROWS,
} EmoTestThrow;

/* Allocation @index from now on throws, and with @all every later one. */
void  emo_test_allocator_fail  (guint        index,
                                gboolean     all,
                                EmoTestThrow what);
/* c10::OutOfMemoryError where more than @bytes would be held besides what is held
 * now; G_MAXSIZE: never. */
void  emo_test_allocator_limit (gsize        bytes);
/* Nothing throws any more. Returns how many allocations there were since the last
 * call of the two above, and the most bytes that were held besides. */
guint emo_test_allocator_stop  (gsize       *peak);   /* (out) (nullable) */

G_END_DECLS
