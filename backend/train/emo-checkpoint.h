/* emo-checkpoint.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-safetensors.h"

G_BEGIN_DECLS

/* The state of a stage of training on the disk, FOLDER/step-N.safetensors: its
 * tensors, and where in the work it stands. Written whole or not at all, and
 * proved byte by byte (SHA-256) before anything goes on from it. A folder is one
 * training's at a time. Names count steps, so clocks do not matter. */
#define EMO_CHECKPOINT_KEEP 2

typedef struct
{
  const char *stage;         /* "vlm" */
  const char *config_hash;   /* of all that makes the run what it is: a checkpoint of another run is refused */
  guint       epoch;
  gint64      step;          /* steps done */
  gint64      position;      /* of the epoch: batches done */
  guint64     seed;
  gint64      best_step;     /* the best checkpoint so far is kept; -1: none yet */
} EmoCheckpointState;

typedef struct
{
  EmoSafetensors     *file;    /* tensors by name */
  EmoCheckpointState  state;   /* its texts are the file's */
} EmoCheckpoint;

/* Keeps the newest @keep and the best. Errors: IO, NO_SPACE; the older ones are
 * then all there. */
gboolean       emo_checkpoint_save       (const char                *folder,
                                          const EmoCheckpointState  *state,
                                          const EmoStoredTensor     *tensors,
                                          guint                      n_tensors,
                                          const char *const         *texts,     /* (nullable) key, text, ..., NULL */
                                          guint                      keep,
                                          GError                   **error);
/* The newest good one; NULL where there is none. What was refused, and why, is
 * appended to @notes (char *). */
EmoCheckpoint *emo_checkpoint_load       (const char                *folder,
                                          const char                *stage,
                                          const char                *config_hash,
                                          GPtrArray                 *notes);
/* One of them, such as the best. */
EmoCheckpoint *emo_checkpoint_load_step  (const char                *folder,
                                          const char                *stage,
                                          const char                *config_hash,
                                          gint64                     step,
                                          GError                   **error);
const char    *emo_checkpoint_get_text   (EmoCheckpoint             *self,
                                          const char                *key);      /* (nullable) */
void           emo_checkpoint_free       (EmoCheckpoint             *self);
char          *emo_checkpoint_dup_path   (const char                *folder,
                                          gint64                     step);
/* A training that begins anew leaves nothing of the one before. */
gboolean       emo_checkpoint_remove_all (const char                *folder,
                                          GError                   **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoCheckpoint, emo_checkpoint_free)

G_END_DECLS
