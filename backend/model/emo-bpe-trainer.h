/* emo-bpe-trainer.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "emo-types.h"

G_BEGIN_DECLS

/* Learns a tokenizer of Qwen2's kind (NFC, Qwen2's split, byte-level BPE) from
 * texts. The pair that occurs most is merged first; of pairs that occur equally
 * often the one whose left token has the smaller id, then the right one: as the
 * tokenizers library's BpeTrainer decides, so that the same texts give the same
 * merges everywhere. Ids: the 256 bytes in the order of their characters, then a
 * token a merge, then the special tokens. */
typedef struct _EmoBpeTrainer EmoBpeTrainer;

/* The special tokens of Qwen2-VL in its order, NULL at the end. */
extern const char *const emo_bpe_trainer_qwen2_vl_tokens[];

EmoBpeTrainer *emo_bpe_trainer_new          (void);
void           emo_bpe_trainer_free         (EmoBpeTrainer       *self);
/* A text that occurs @count times. Special tokens in it are text as any other. */
void           emo_bpe_trainer_add          (EmoBpeTrainer       *self,
                                             const char          *text,
                                             gssize               length,       /* -1: NUL ends it */
                                             guint32              count);
/* Once, after all texts. @n_tokens counts the 256 bytes and not @specials; where
 * no pair occurs @min_count times any more there are fewer. LIMIT, INVALID_FILE. */
gboolean       emo_bpe_trainer_train        (EmoBpeTrainer       *self,
                                             guint                n_tokens,
                                             guint                min_count,
                                             const char *const   *specials,     /* NULL at the end */
                                             GCancellable        *cancellable,  /* (nullable) */
                                             GError             **error);
guint          emo_bpe_trainer_get_n_tokens (EmoBpeTrainer       *self);        /* without the special ones */
guint          emo_bpe_trainer_get_n_merges (EmoBpeTrainer       *self);
/* tokenizer.json, tokenizer_config.json and chat_template.jinja, whose system
 * text is @system where a chat brings none. Errors: IO, NO_SPACE. */
gboolean       emo_bpe_trainer_save         (EmoBpeTrainer       *self,
                                             const char          *folder,
                                             const char          *system,
                                             GError             **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoBpeTrainer, emo_bpe_trainer_free)

G_END_DECLS
