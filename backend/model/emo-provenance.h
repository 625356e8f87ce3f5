/* emo-provenance.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-bundle.h"

G_BEGIN_DECLS

/* Hashes of what answered, made on a thread of their own while the model
 * already works: 4 GB of weights take seconds the first time (the result is
 * remembered, emo-hash.h). */
typedef struct _EmoProvenance EmoProvenance;

typedef struct
{
  char *model;     /* over emovlm.json and the VLM folder's files; see README.md */
  char *adapter;   /* (nullable) */
  char *head;      /* (nullable) */
  char *gate;      /* (nullable) */
} EmoHashes;

EmoProvenance   *emo_provenance_start (const EmoBundle *bundle);
/* Waits for the thread; (transfer none). Fields are NULL where reading failed. */
const EmoHashes *emo_provenance_get   (EmoProvenance   *self);
void             emo_provenance_free  (EmoProvenance   *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoProvenance, emo_provenance_free)

G_END_DECLS
