/* emo-model-need.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-bundle-classifier.h"

G_BEGIN_DECLS

/* How much memory a model will take, from configs and the headers of weight
 * files alone: no weight is read, nothing is loaded. Plain struct. */
typedef struct
{
  char   *name;         /* the model's, as a bundle or its folder says */
  gint64  parameters;   /* elements of the VLM's tensors */
  gint64  weights;      /* bytes that stay in memory: mapped as stored, or converted */
  gint64  work;         /* bytes of one picture at the largest size: cache and activations */
  gint64  available;    /* bytes that programs can still get now; -1 unknown */
} EmoModelNeed;

/* Reads no more than headers; any thread, but not the main one: a folder may be
 * on a slow disk. Errors: those of emo_bundle_load, of the config and of the
 * headers. */
EmoModelNeed *emo_model_need_new       (const EmoLoadOptions  *options,
                                        GError               **error);
void          emo_model_need_free      (EmoModelNeed          *self);
gint64        emo_model_need_get_total (const EmoModelNeed    *self);
/* @cap: bytes that the person allows, 0: what is available. */
gboolean      emo_model_need_fits      (const EmoModelNeed    *self,
                                        gint64                 cap);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoModelNeed, emo_model_need_free)

G_END_DECLS
