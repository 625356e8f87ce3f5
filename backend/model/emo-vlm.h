/* emo-vlm.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-chat.h"
#include "emo-language-model.h"
#include "emo-vision-tower.h"

G_BEGIN_DECLS

/* The vision-language model as the classifier uses it: see a picture once, put
 * it behind a cached prompt, score candidates as a token tree, go on from a
 * leaf. Engine thread only. */
typedef struct
{
  EmoVlmConfig    config;
  EmoTokenizer   *tokenizer;
  EmoVisionTower *tower;
  EmoLanguageModel *language;
  EmoKvCache     *cache;
  EmoDtype        dtype;        /* of computation */
  gboolean        nf4;          /* Linears but lm_head have 4 bits a weight, and stay as they are */
  EmoDevice       device;
  gint64          weight_bytes; /* on disk */
  EmoSafetensors *weights;      /* (nullable) where they stay mapped */
  GArray         *prefix;       /* guint32: what rows [0, len) of the cache hold */
} EmoVlm;

/* A point in the text from which scoring or generation goes on. */
typedef struct
{
  gint64     length;            /* cache rows that count */
  int        position;          /* of the next token */
  EmoTensor *hidden;            /* [1, H] of the last token */
  gint64     tree_start;        /* cache row of the first tree node */
  EmoTensor *tree_hidden;       /* (nullable) [n_nodes, H] */
} EmoVlmState;

/* FALSE ends the generation. */
typedef gboolean (*EmoTokenFunc) (guint32  id,
                                  gpointer user_data);

typedef struct
{
  guint    max_tokens;
  gboolean force;               /* end tokens do not end it (benchmarks) */
  double   temperature;         /* 0: greedy */
  GRand   *rand;                /* with a temperature */
} EmoSampling;

EmoVlm    *emo_vlm_load       (const char          *folder,
                               const EmoVlmConfig  *config,
                               EmoAdapter          *adapter,     /* (nullable) */
                               EmoDtype             dtype,
                               EmoDevice            device,
                               GPtrArray           *notes,
                               const EmoLoadWatch  *watch,
                               GError             **error);
/* The same, @nf4: with the Linears but lm_head quantised one by one (emo-nf4.h). */
EmoVlm    *emo_vlm_load_full  (const char          *folder,
                               const EmoVlmConfig  *config,
                               EmoAdapter          *adapter,     /* (nullable) */
                               gboolean             nf4,
                               EmoDtype             dtype,
                               EmoDevice            device,
                               GPtrArray           *notes,
                               const EmoLoadWatch  *watch,
                               GError             **error);
void       emo_vlm_free       (EmoVlm              *self);
/* Whether the weights are still those that were loaded: mapped ones change with
 * their file. INVALID_FILE naming it. */
gboolean   emo_vlm_check      (EmoVlm              *self,
                               GError             **error);
/* Merged visual tokens [T, H] of a picture. */
EmoTensor *emo_vlm_see        (EmoVlm              *self,
                               EmoPatches          *patches,
                               GCancellable        *cancellable,
                               GError             **error);
/* Prefix (cached), picture (nullable) and suffix; leaves @room rows for the text
 * that goes on, which max_position_embeddings limits, and @scratch for a tree. */
gboolean   emo_vlm_prefill    (EmoVlm              *self,
                               EmoChatPrompt       *prompt,
                               EmoTensor           *tokens,
                               const int           *grid,
                               guint                room,
                               guint                scratch,
                               EmoVlmState         *state,
                               GCancellable        *cancellable,
                               GError             **error);
/* Summed log-probability of each candidate, [n_labels]. @after rows between
 * prompt and tree stay free for emo_vlm_enter_leaf. */
gboolean   emo_vlm_score      (EmoVlm              *self,
                               EmoVlmState         *state,
                               EmoTokenTree        *tree,
                               guint                after,
                               double              *scores,
                               GCancellable        *cancellable,
                               GError             **error);
/* The state behind candidate @label; the tree stays for other labels. */
gboolean   emo_vlm_enter_leaf (EmoVlm              *self,
                               const EmoVlmState   *state,
                               EmoTokenTree        *tree,
                               guint                label,
                               EmoVlmState         *leaf,
                               GError             **error);
/* @stopped: an end token or @func ended it, not the cap. */
gboolean   emo_vlm_continue   (EmoVlm              *self,
                               EmoVlmState         *state,
                               const EmoSampling   *sampling,
                               EmoTokenFunc         func,
                               gpointer             user_data,
                               gboolean            *stopped,
                               GCancellable        *cancellable,
                               GError             **error);
/* Gradient times input of candidate @label's score on each visual token, [T]. */
gboolean   emo_vlm_evidence   (EmoVlm              *self,
                               EmoChatPrompt       *prompt,
                               EmoTensor           *tokens,
                               const int           *grid,
                               EmoTokenTree        *tree,
                               guint                label,
                               double              *map,
                               EmoProgressFunc      progress,    /* (nullable) */
                               gpointer             user_data,
                               GCancellable        *cancellable,
                               GError             **error);
void       emo_vlm_state_clear (EmoVlmState        *state);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoVlm, emo_vlm_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (EmoVlmState, emo_vlm_state_clear)

G_END_DECLS
