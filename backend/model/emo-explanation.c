/* emo-explanation.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-bundle-classifier-private.h"

/* The explanation of one label: the text that goes on from the label's leaf in
 * the token tree, or, where the trained answer has no reason, a second
 * generation from prompt.reason over the same visual tokens. */
typedef struct
{
  EmoTokenStream  *stream;
  EmoAnswerReader *reader;      /* (nullable): the whole text counts */
  GString         *text;
  guint            label;
  guint            n_tokens;
  gboolean         force;
  EmoUpdateFunc    func;
  gpointer         user_data;
} Writing;

static void
send_piece (Writing *writing,
            char    *piece)   /* (transfer full) */
{
  g_autofree char *text = piece;
  g_autoptr (EmoUpdate) update = NULL;

  if (text[0] == '\0')
    return;
  g_string_append (writing->text, text);
  update = emo_update_new (EMO_STAGE_TEXT);
  update->label = writing->label;
  update->text = g_steal_pointer (&text);
  writing->func (update, writing->user_data);
}

static gboolean
token_cb (guint32  id,
          gpointer user_data)
{
  Writing *writing = user_data;
  g_autofree char *piece = emo_token_stream_push (writing->stream, id);

  writing->n_tokens++;
  if (writing->reader == NULL)
    send_piece (writing, g_steal_pointer (&piece));
  else if (!emo_answer_reader_get_ended (writing->reader))
    send_piece (writing, emo_answer_reader_push (writing->reader, piece));
  return writing->force || writing->reader == NULL || !emo_answer_reader_get_ended (writing->reader);
}

static void
send_rest (Writing *writing)
{
  g_autofree char *rest = emo_token_stream_flush (writing->stream);

  if (writing->reader == NULL)
    {
      send_piece (writing, g_steal_pointer (&rest));
      return;
    }
  if (!emo_answer_reader_get_ended (writing->reader))
    send_piece (writing, emo_answer_reader_push (writing->reader, rest));
  send_piece (writing, emo_answer_reader_finish (writing->reader));
}

static gboolean
enter_reason_prompt (EmoBundleClassifier  *self,
                     const char           *label,
                     guint                 room,
                     EmoVlmState          *state,
                     GCancellable         *cancellable,
                     GError              **error)
{
  const char *template = self->bundle->reason != NULL ? self->bundle->reason : "Why does this image evoke %s?";
  g_auto (GStrv) parts = g_strsplit (template, "%s", 2);
  g_autofree char *question = g_strjoinv (label, parts);
  g_autoptr (EmoChatPrompt) prompt = emo_chat_prompt_new (self->vlm->tokenizer, self->bundle->system, question, TRUE);

  /* The picture's own rows are overwritten: its prompt and tree are gone. */
  self->seen.scored = FALSE;
  return emo_vlm_prefill (self->vlm, prompt, self->seen.tokens, emo_patches_get_grid (self->seen.patches),
                          room, 0, state, cancellable, error);
}

gboolean
_emo_bundle_classifier_explain (EmoBundleClassifier  *self,
                                const EmoRequest     *request,
                                guint                 label,
                                EmoUpdateFunc         func,
                                gpointer              user_data,
                                GCancellable         *cancellable,
                                GError              **error)
{
  gint64 start = g_get_monotonic_time ();
  gboolean reasons = emo_bundle_has_reason (self->bundle);
  EmoSampling sampling = { .max_tokens = request->explain_tokens, .force = request->force_tokens };
  g_autoptr (EmoTokenStream) stream = emo_token_stream_new (self->vlm->tokenizer, TRUE);
  g_autoptr (EmoAnswerReader) reader = reasons ? emo_answer_reader_new (self->bundle->answer_end) : NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  g_auto (EmoVlmState) state = { 0 };
  Writing writing = { stream, reader, text, label, 0, request->force_tokens, func, user_data };
  g_autoptr (EmoUpdate) update = NULL;
  gboolean stopped;

  if (reasons ? !emo_vlm_enter_leaf (self->vlm, &self->seen.state, self->tree, label, &state, error)
              : !enter_reason_prompt (self, emo_label_set_get_label (self->bundle->labels, label),
                                      request->explain_tokens, &state, cancellable, error))
    return FALSE;
  if (!emo_vlm_continue (self->vlm, &state, &sampling, token_cb, &writing, &stopped, cancellable, error))
    return FALSE;
  send_rest (&writing);

  update = emo_update_new (EMO_STAGE_EXPLAINED);
  update->ms = _emo_ms_since (start);
  update->label = label;
  update->text = g_strdup (text->str);
  update->complete = stopped || (reader != NULL && emo_answer_reader_get_ended (reader));
  update->n_tokens = writing.n_tokens;
  func (update, user_data);
  return TRUE;
}
