/* emo-chat-prompt.c: ChatML around a question and a picture
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-chat-prompt.h"

static GArray *
encode (EmoTokenizer *tokenizer,
        const char   *text)
{
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (guint32));

  emo_tokenizer_encode (tokenizer, text, -1, ids);

  return ids;
}

/**
 * emo_chat_prompt_new:
 * @tokenizer: a tokenizer
 * @system: the system text
 * @text: the question
 * @with_image: whether a picture follows the question
 *
 * The two halves may be encoded apart, for the special tokens on either side of
 * the picture split the text before anything else does.
 *
 * Returns: (transfer full): the prompt's ids
 */
EmoChatPrompt *
emo_chat_prompt_new (EmoTokenizer *tokenizer,
                     const char   *system,
                     const char   *text,
                     gboolean      with_image)
{
  static const char end[] = "<|im_end|>\n<|im_start|>assistant\n";
  g_autofree char *prefix = NULL;
  g_autofree char *suffix = NULL;
  EmoChatPrompt *self;

  g_return_val_if_fail (tokenizer != NULL, NULL);
  g_return_val_if_fail (system != NULL, NULL);
  g_return_val_if_fail (text != NULL, NULL);

  prefix = g_strconcat ("<|im_start|>system\n", system, "<|im_end|>\n<|im_start|>user\n", text,
                        with_image ? "<|vision_start|>" : end, NULL);
  suffix = with_image ? g_strconcat ("<|vision_end|>", end, NULL) : g_strdup ("");
  self = g_new0 (EmoChatPrompt, 1);
  self->prefix = encode (tokenizer, prefix);
  self->suffix = encode (tokenizer, suffix);

  return self;
}

/**
 * emo_chat_prompt_free:
 * @self: (transfer full) (nullable): a prompt
 */
void
emo_chat_prompt_free (EmoChatPrompt *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->prefix);
  g_array_unref (self->suffix);
  g_free (self);
}
