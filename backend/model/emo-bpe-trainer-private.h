/* emo-bpe-trainer-private.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-bpe-trainer.h"

G_BEGIN_DECLS

typedef struct
{
  guint32 left;
  guint32 right;
} EmoBpePair;

struct _EmoBpeTrainer
{
  GHashTable  *pieces;     /* GBytes to its place in words + 1 */
  GArray      *words;      /* what a piece is made of, and how often it occurs */
  gboolean     trained;

  GPtrArray   *tokens;     /* GBytes by id: the bytes it stands for */
  GHashTable  *ids;        /* GBytes to id + 1 */
  GArray      *merges;     /* EmoBpePair, the first merged first */
  char       **specials;
  char         byte_chars[256][8];   /* what is written for each byte */
};

/* A token as files write it. */
char *_emo_bpe_trainer_dup_content (EmoBpeTrainer *self,
                                    guint32        id);

G_END_DECLS
