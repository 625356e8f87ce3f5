/* emo-test-gpu.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-tensor.h"

G_BEGIN_DECLS

/* A GPU where there is none: a test that is linked with it has a model that is
 * loaded on "cuda:0" compute on the CPU in truth, so that what follows when the
 * GPU fails (emo-test-allocator.h) can be seen. Not there before it is asked for. */
void  emo_test_gpu_pretend     (gboolean is_there);
/* Models that were loaded on it since. */
guint emo_test_gpu_get_n_loads (void);

G_END_DECLS
