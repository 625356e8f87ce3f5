/* emo-fuzz.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

/* What libFuzzer calls, and the runner of saved finds. */
int    LLVMFuzzerTestOneInput  (const uint8_t *data,
                                size_t         size);
/* Optional in a target: changes an input in place, its new size is returned. */
size_t LLVMFuzzerCustomMutator (uint8_t       *data,
                                size_t         size,
                                size_t         max_size,
                                unsigned int   seed);
/* libFuzzer's own changes, for a mutator that repairs what they broke. */
size_t LLVMFuzzerMutate        (uint8_t       *data,
                                size_t         size,
                                size_t         max_size);

/* Writes @name, which may hold slashes, in a folder that is this process's own;
 * its path belongs to the helper and holds until the next call for the name. */
const char *emo_fuzz_write      (const char    *name,
                                 const void    *data,
                                 gsize          size);
const char *emo_fuzz_get_folder (void);

/* Reads every byte: what is out of bounds or was never written is found. */
void        emo_fuzz_touch      (const void    *data,
                                 gsize          size);
/* A parser failed: it must say so in words, which are freed. */
void        emo_fuzz_take_error (GError        *error);

G_END_DECLS
