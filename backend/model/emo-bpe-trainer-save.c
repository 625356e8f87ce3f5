/* emo-bpe-trainer-save.c: what a tokenizer's folder has to hold
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-bpe-trainer-private.h"
#include "emo-file.h"
#include "emo-json.h"
#include "emo-split.h"

/* --- tokenizer.json --- */

static void
append_added_tokens (EmoBpeTrainer *self,
                     GString       *out)
{
  g_string_append (out, "  \"added_tokens\": [");
  for (guint i = 0; self->specials[i] != NULL; i++)
    {
      g_string_append_printf (out, "%s\n    {\"id\": %u, \"content\": ", i > 0 ? "," : "", self->tokens->len + i);
      emo_json_append_string (out, self->specials[i]);
      g_string_append (out, ", \"single_word\": false, \"lstrip\": false, \"rstrip\": false, \"normalized\": false, \"special\": true}");
    }
  g_string_append (out, "\n  ],\n");
}

/* The parts that make it Qwen2's kind; emo-tokenizer-load.c takes no others. */
static void
append_parts (GString *out)
{
  g_string_append (out,
                   "  \"normalizer\": {\"type\": \"NFC\"},\n"
                   "  \"pre_tokenizer\": {\"type\": \"Sequence\", \"pretokenizers\": [\n"
                   "    {\"type\": \"Split\", \"pattern\": {\"Regex\": ");
  emo_json_append_string (out, EMO_SPLIT_PATTERN);
  g_string_append (out,
                   "}, \"behavior\": \"Isolated\", \"invert\": false},\n"
                   "    {\"type\": \"ByteLevel\", \"add_prefix_space\": false, \"trim_offsets\": false, \"use_regex\": false}\n"
                   "  ]},\n"
                   "  \"post_processor\": {\"type\": \"ByteLevel\", \"add_prefix_space\": false, \"trim_offsets\": false, \"use_regex\": false},\n"
                   "  \"decoder\": {\"type\": \"ByteLevel\", \"add_prefix_space\": false, \"trim_offsets\": false, \"use_regex\": false},\n");
}

static void
append_token (EmoBpeTrainer *self,
              GString       *out,
              guint32        id)
{
  g_autofree char *content = _emo_bpe_trainer_dup_content (self, id);

  emo_json_append_string (out, content);
}

static void
append_model (EmoBpeTrainer *self,
              GString       *out)
{
  g_string_append (out,
                   "  \"model\": {\n"
                   "    \"type\": \"BPE\", \"dropout\": null, \"unk_token\": null, \"continuing_subword_prefix\": null, \"end_of_word_suffix\": null,\n"
                   "    \"fuse_unk\": false, \"byte_fallback\": false, \"ignore_merges\": false,\n"
                   "    \"vocab\": {");
  for (guint32 id = 0; id < self->tokens->len; id++)
    {
      g_string_append (out, id > 0 ? ",\n      " : "\n      ");
      append_token (self, out, id);
      g_string_append_printf (out, ": %u", id);
    }
  g_string_append (out, "\n    },\n    \"merges\": [");
  for (guint i = 0; i < self->merges->len; i++)
    {
      EmoBpePair pair = g_array_index (self->merges, EmoBpePair, i);

      g_string_append (out, i > 0 ? ",\n      [" : "\n      [");
      append_token (self, out, pair.left);
      g_string_append (out, ", ");
      append_token (self, out, pair.right);
      g_string_append_c (out, ']');
    }
  g_string_append (out, "\n    ]\n  }\n");
}

static GString *
build_tokenizer (EmoBpeTrainer *self)
{
  GString *out = g_string_new ("{\n  \"version\": \"1.0\",\n  \"truncation\": null,\n  \"padding\": null,\n");

  append_added_tokens (self, out);
  append_parts (out);
  append_model (self, out);
  g_string_append (out, "}\n");

  return out;
}

/* --- tokenizer_config.json --- */

static void
append_role (EmoBpeTrainer *self,
             GString       *out,
             const char    *role,
             const char    *token)
{
  if (!g_strv_contains ((const char *const *) self->specials, token))
    return;
  g_string_append_printf (out, "  \"%s\": ", role);
  emo_json_append_string (out, token);
  g_string_append (out, ",\n");
}

/* PreTrainedTokenizerFast is what every version of transformers has: it takes
 * tokenizer.json as it is. A turn's end is what ends an answer. */
static GString *
build_config (EmoBpeTrainer *self)
{
  GString *out = g_string_new ("{\n  \"tokenizer_class\": \"PreTrainedTokenizerFast\",\n");

  append_role (self, out, "eos_token", "<|im_end|>");
  append_role (self, out, "pad_token", "<|endoftext|>");
  g_string_append (out, "  \"additional_special_tokens\": [");
  for (guint i = 0; self->specials[i] != NULL; i++)
    {
      g_string_append (out, i > 0 ? ", " : "");
      emo_json_append_string (out, self->specials[i]);
    }
  g_string_append (out,
                   "],\n"
                   "  \"clean_up_tokenization_spaces\": false,\n"
                   "  \"model_max_length\": 32768\n"
                   "}\n");

  return out;
}

/* --- chat_template.jinja --- */

/* What emo_chat_prompt_new() writes, for programs that evaluate templates. The
 * system text is a string of the template, so that nothing in it is evaluated;
 * Jinja reads the escapes that JSON writes. */
static GString *
build_template (const char *system)
{
  GString *out = g_string_new ("{%- for message in messages -%}\n"
                               "{%- if loop.first and message.role != \"system\" -%}\n"
                               "{{- \"<|im_start|>system\\n\" + ");

  emo_json_append_string (out, system);
  g_string_append (out,
                   " + \"<|im_end|>\\n\" -}}\n"
                   "{%- endif -%}\n"
                   "{{- \"<|im_start|>\" + message.role + \"\\n\" -}}\n"
                   "{%- if message.content is string -%}\n"
                   "{{- message.content -}}\n"
                   "{%- else -%}\n"
                   "{%- for part in message.content -%}\n"
                   "{%- if part.type == \"image\" -%}\n"
                   "{{- \"<|vision_start|><|image_pad|><|vision_end|>\" -}}\n"
                   "{%- elif part.type == \"video\" -%}\n"
                   "{{- \"<|vision_start|><|video_pad|><|vision_end|>\" -}}\n"
                   "{%- elif part.type == \"text\" -%}\n"
                   "{{- part.text -}}\n"
                   "{%- endif -%}\n"
                   "{%- endfor -%}\n"
                   "{%- endif -%}\n"
                   "{{- \"<|im_end|>\\n\" -}}\n"
                   "{%- endfor -%}\n"
                   "{%- if add_generation_prompt -%}\n"
                   "{{- \"<|im_start|>assistant\\n\" -}}\n"
                   "{%- endif -%}\n");

  return out;
}

static gboolean
write_text (const char  *folder,
            const char  *name,
            GString     *text,
            GError     **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GString) owned = text;

  return emo_file_write (path, text->str, text->len, error);
}

/**
 * emo_bpe_trainer_save:
 * @self: a trained trainer
 * @folder: where to; made where it is missing
 * @system: what the system says where a chat does not begin with it
 * @error: return location
 *
 * Writes the tokenizer for emo_tokenizer_load() and for transformers, each file
 * whole or not at all.
 *
 * Returns: %FALSE with %EMO_ERROR_NO_SPACE or %EMO_ERROR_IO
 */
gboolean
emo_bpe_trainer_save (EmoBpeTrainer  *self,
                      const char     *folder,
                      const char     *system,
                      GError        **error)
{
  g_return_val_if_fail (self != NULL && folder != NULL && system != NULL, FALSE);
  g_return_val_if_fail (self->trained, FALSE);

  return emo_file_make_folder (folder, error) &&
         write_text (folder, "tokenizer.json", build_tokenizer (self), error) &&
         write_text (folder, "tokenizer_config.json", build_config (self), error) &&
         write_text (folder, "chat_template.jinja", build_template (system), error);
}
