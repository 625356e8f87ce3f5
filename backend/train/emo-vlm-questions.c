/* emo-vlm-questions.c: what a picture is asked in training
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-chat.h"
#include "emo-json.h"
#include "emo-vlm-questions.h"

struct _EmoVlmQuestions
{
  EmoTokenizer    *tokenizer;
  const EmoBundle *bundle;
  EmoLabelSet     *labels;
  gboolean         has_reason;   /* the answer goes on with one */
  EmoChatPrompt   *classify;
  EmoChatPrompt   *observe;      /* (nullable) */
  EmoChatPrompt  **reason;       /* [n_labels] (nullable) */
  guint            n_common;     /* tokens that all labels' answers begin with */
  guint           *n_head;       /* [n_labels] tokens of an answer up to its label's end */
  double           label_weight;
};

static void
make_reasons (EmoVlmQuestions *self)
{
  guint n = emo_label_set_get_size (self->labels);

  self->reason = g_new0 (EmoChatPrompt *, n);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *text = emo_template_fill (self->bundle->reason, emo_label_set_get_label (self->labels, i));

      self->reason[i] = emo_chat_prompt_new (self->tokenizer, self->bundle->system, text, TRUE);
    }
}

/* Which tokens of an answer its label decides. */
static void
find_labels (EmoVlmQuestions *self)
{
  guint n = emo_label_set_get_size (self->labels);
  g_autoptr(GArray) first = g_array_new (FALSE, FALSE, sizeof (guint32));

  self->n_head = g_new0 (guint, n);
  self->n_common = G_MAXUINT;
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *head = emo_template_fill (self->bundle->answer, emo_label_set_get_label (self->labels, i));
      g_autoptr(GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint32));
      guint same = 0;

      emo_tokenizer_encode (self->tokenizer, head, -1, ids);
      if (i == 0)
        g_array_append_vals (first, ids->data, ids->len);
      while (same < MIN (ids->len, first->len) && g_array_index (ids, guint32, same) == g_array_index (first, guint32, same))
        same++;
      self->n_head[i] = ids->len;
      self->n_common = i == 0 ? ids->len : MIN (self->n_common, same);
    }
}

/**
 * emo_vlm_questions_new:
 * @tokenizer: the VLM's
 * @bundle: whose prompts are asked; outlives the result
 * @labels: what items' labels count in
 *
 * Returns: (transfer full): the questions
 */
EmoVlmQuestions *
emo_vlm_questions_new (EmoTokenizer    *tokenizer,
                       const EmoBundle *bundle,
                       EmoLabelSet     *labels)
{
  EmoVlmQuestions *self = g_new0 (EmoVlmQuestions, 1);

  self->tokenizer = emo_tokenizer_ref (tokenizer);
  self->bundle = bundle;
  self->labels = emo_label_set_ref (labels);
  self->has_reason = emo_bundle_has_reason ((EmoBundle *) bundle);
  self->classify = emo_chat_prompt_new (tokenizer, bundle->system, bundle->classify, TRUE);
  if (bundle->observe != NULL)
    self->observe = emo_chat_prompt_new (tokenizer, bundle->system, bundle->observe, TRUE);
  if (bundle->reason != NULL && !self->has_reason)
    make_reasons (self);
  find_labels (self);
  self->label_weight = 1;

  return self;
}

void
emo_vlm_questions_set_label_weight (EmoVlmQuestions *self,
                                    double           weight)
{
  self->label_weight = weight;
}

/**
 * emo_vlm_questions_free:
 * @self: (transfer full) (nullable): questions
 */
void
emo_vlm_questions_free (EmoVlmQuestions *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; self->reason != NULL && i < emo_label_set_get_size (self->labels); i++)
    emo_chat_prompt_free (self->reason[i]);
  g_free (self->reason);
  g_free (self->n_head);
  emo_chat_prompt_free (self->classify);
  g_clear_pointer (&self->observe, emo_chat_prompt_free);
  emo_tokenizer_unref (self->tokenizer);
  emo_label_set_unref (self->labels);
  g_free (self);
}

static EmoVlmExample *
add_example (EmoVlmQuestions *self,
             EmoChatPrompt   *prompt,
             const char      *answer,
             guint            picture,
             GArray          *examples)
{
  EmoVlmExample example = { prompt, g_array_new (FALSE, FALSE, sizeof (guint32)), picture };

  emo_tokenizer_encode (self->tokenizer, answer, -1, example.answer);
  emo_tokenizer_encode (self->tokenizer, "<|im_end|>", -1, example.answer);
  g_array_append_val (examples, example);

  return &g_array_index (examples, EmoVlmExample, examples->len - 1);
}

/* The inside of a JSON string. */
static char *
escape (const char *text)
{
  g_autoptr(GString) quoted = g_string_new (NULL);

  emo_json_append_string (quoted, text);

  return g_strndup (quoted->str + 1, quoted->len - 2);
}

/* {"emotion": "awe", "reason": "..."}: the filled answer, the reason as a JSON
 * string's inside, and what ends it. */
static char *
make_answer (EmoVlmQuestions      *self,
             const EmoDatasetItem *item)
{
  const char *label = emo_label_set_get_label (self->labels, item->label);
  g_autofree char *head = emo_template_fill (self->bundle->answer, label);
  g_autofree char *reason = NULL;

  if (!self->has_reason)
    return g_steal_pointer (&head);
  reason = escape (item->reason != NULL ? item->reason : "");

  return g_strconcat (head, reason, self->bundle->answer_end, NULL);
}

void
emo_vlm_questions_ask (EmoVlmQuestions      *self,
                       const EmoDatasetItem *item,
                       guint                 picture,
                       GArray               *examples)
{
  g_autofree char *answer = make_answer (self, item);
  EmoVlmExample *classify;

  if (self->observe != NULL && item->observation != NULL)
    add_example (self, self->observe, item->observation, picture, examples);
  if (self->reason != NULL && item->reason != NULL)
    add_example (self, self->reason[item->label], item->reason, picture, examples);
  classify = add_example (self, self->classify, answer, picture, examples);
  if (self->label_weight == 1)
    return;
  classify->first = self->n_common;
  classify->n = MIN (self->n_head[item->label], classify->answer->len) - self->n_common;
  classify->weight = self->label_weight;
}

EmoChatPrompt *
emo_vlm_questions_get_classify (EmoVlmQuestions *self)
{
  return self->classify;
}
