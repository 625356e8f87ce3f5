/* emo-chat-prompt.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-tokenizer.h"

G_BEGIN_DECLS

/* Qwen2-VL's ChatML, question before picture, as ids. The prompt is split where
 * the picture's tokens go, so that the first part is the cached prefix:
 *   prefix: <|im_start|>system\n{system}<|im_end|>\n<|im_start|>user\n{text}<|vision_start|>
 *   (T times <|image_pad|>)
 *   suffix: <|vision_end|><|im_end|>\n<|im_start|>assistant\n
 * Text from files is never evaluated as a template. Without a picture
 * (@with_image FALSE) the whole is in prefix and suffix is empty. */
typedef struct
{
  GArray *prefix;   /* guint32 */
  GArray *suffix;   /* guint32 */
} EmoChatPrompt;

EmoChatPrompt *emo_chat_prompt_new  (EmoTokenizer   *tokenizer,
                                     const char     *system,
                                     const char     *text,
                                     gboolean        with_image);
void           emo_chat_prompt_free (EmoChatPrompt  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoChatPrompt, emo_chat_prompt_free)

G_END_DECLS
