/* emo-train-origin.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "emo-types.h"

G_BEGIN_DECLS

/* What a training begins with, kept in OUTPUT/training/origin.json: a bundle that
 * began with one model must not be taken for one that began with another. */
typedef enum
{
  EMO_TRAIN_ORIGIN_MODEL,
  EMO_TRAIN_ORIGIN_CONFIG,   /* a description: weights are drawn */
} EmoTrainOriginKind;

typedef struct
{
  EmoTrainOriginKind  kind;
  char               *path;     /* absolute */
  char               *sha256;   /* (nullable) of what counts in it; NULL: it is not there any more */
} EmoTrainOrigin;

/* @base (nullable): of @path, where that is an adapter. Errors: those of the
 * model; IO, CANCELLED. */
EmoTrainOrigin *emo_train_origin_new_model   (const char            *path,
                                              const char            *base,
                                              GCancellable          *cancellable,
                                              GError               **error);
EmoTrainOrigin *emo_train_origin_new_config  (const char            *path,
                                              GCancellable          *cancellable,
                                              GError               **error);
void            emo_train_origin_free        (EmoTrainOrigin        *self);
/* (nullable): none is known. */
EmoTrainOrigin *emo_train_origin_load        (const char            *output);
/* Errors: IO, NO_SPACE. */
gboolean        emo_train_origin_save        (const EmoTrainOrigin  *self,
                                              const char            *output,
                                              GError               **error);
/* Whether the two hold the same, wherever they lie. */
gboolean        emo_train_origin_equal       (const EmoTrainOrigin  *self,
                                              const EmoTrainOrigin  *other);
/* (transfer full): "the model PATH", for messages. */
char           *emo_train_origin_describe    (const EmoTrainOrigin  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoTrainOrigin, emo_train_origin_free)

G_END_DECLS
