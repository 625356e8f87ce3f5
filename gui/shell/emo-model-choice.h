/* emo-model-choice.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-backend.h"

G_BEGIN_DECLS

/* Which model, and how it is to compute: what a person chose, as a snapshot that
 * another thread can keep. Plain struct. */
typedef struct
{
  char    *path;         /* (nullable) no model was found or named */
  char    *base;         /* (nullable) of a PEFT folder */
  char    *device;
  char    *dtype;
  int      threads;
  guint64  seed;
  gint64   max_pixels;
  gint64   memory_cap;   /* bytes, 0: what is free */
} EmoModelChoice;

EmoModelChoice *emo_model_choice_new        (const char           *path,
                                             const char           *base);
EmoModelChoice *emo_model_choice_copy       (const EmoModelChoice *self);
void            emo_model_choice_free       (EmoModelChoice       *self);
/* Would both load the same model in the same way? */
gboolean        emo_model_choice_equal      (const EmoModelChoice *a,
                                             const EmoModelChoice *b);
/* Strings stay the choice's. */
EmoLoadOptions  emo_model_choice_to_options (const EmoModelChoice *self);
void            emo_model_choice_remember   (const EmoModelChoice *self,
                                             gboolean              next_start);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoModelChoice, emo_model_choice_free)

G_END_DECLS
