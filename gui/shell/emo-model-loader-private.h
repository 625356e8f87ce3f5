/* emo-model-loader-private.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-model-choice.h"
#include "emo-model-loader.h"

G_BEGIN_DECLS

typedef struct _EmoAttempt EmoAttempt;

struct _EmoModelLoader
{
  GObject         parent_instance;

  EmoEngine      *engine;
  EmoJobList     *jobs;
  EmoModelChoice *choice;          /* what the next load takes */
  EmoModelChoice *loaded;          /* (nullable) what the classifier was loaded with */
  gboolean        for_this_run;    /* the command line's model is not the next start's */
  EmoModelState   state;
  EmoAttempt     *attempt;         /* (nullable) while loading */
  EmoClassifier  *classifier;      /* (nullable) */
  EmoModelNeed   *need;            /* (nullable) */
  char           *error_message;   /* (nullable) */
  GCancellable   *checking;        /* (nullable) */
  EmoCheck       *check;           /* (nullable) */
  char           *check_error;     /* (nullable) */
};

/* emo-model-loader.c: tells everybody. */
void _emo_model_loader_changed    (EmoModelLoader *self);
/* emo-model-loader-check.c: forgets the outcome and ends the comparison. */
void _emo_model_loader_drop_check (EmoModelLoader *self);

G_END_DECLS
