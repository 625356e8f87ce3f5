/* emo-cite.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-cite.h"

#define DEFAULT_EXPLAIN_TOKENS 64

/* --- The command --- */

static gboolean
is_bare (const char *word)
{
  if (*word == '\0')
    return FALSE;
  for (const char *p = word; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr ("/._-+:,@%=", *p) == NULL)
      return FALSE;

  return TRUE;
}

/* Is every character one that is seen as what it is? */
static gboolean
is_plain (const char *word)
{
  if (!g_utf8_validate (word, -1, NULL))
    return FALSE;
  for (const char *p = word; *p != '\0'; p = g_utf8_next_char (p))
    if (!g_unichar_isprint (g_utf8_get_char (p)) ||
        (g_utf8_get_char (p) != ' ' && g_unichar_isspace (g_utf8_get_char (p))))
      return FALSE;

  return TRUE;
}

/* Three octal digits are three in every shell; \x may take more than two. */
static char *
quote_bytes (const char *word)
{
  GString *out = g_string_new ("$'");

  for (const char *p = word; *p != '\0'; p++)
    {
      if (*p == '\n')
        g_string_append (out, "\\n");
      else if (*p == '\'' || *p == '\\')
        g_string_append_printf (out, "\\%c", *p);
      else if (g_ascii_isprint (*p))
        g_string_append_c (out, *p);
      else
        g_string_append_printf (out, "\\%03o", (guint8) *p);
    }
  g_string_append_c (out, '\'');

  return g_string_free (out, FALSE);
}

/**
 * emo_cite_quote:
 * @word: any bytes
 *
 * Returns: (transfer full): @word for a shell, without a line feed
 */
char *
emo_cite_quote (const char *word)
{
  g_return_val_if_fail (word != NULL, NULL);

  if (is_bare (word))
    return g_strdup (word);
  if (is_plain (word))
    return g_shell_quote (word);

  return quote_bytes (word);
}

static void
append_word (GString    *out,
             const char *option,
             const char *word)
{
  g_autofree char *quoted = NULL;

  if (word == NULL)
    return;
  quoted = emo_cite_quote (word);
  g_string_append_printf (out, " %s%s%s", option, *option != '\0' ? " " : "", quoted);
}

static gboolean
has_explanation (EmoPrediction *prediction)
{
  return emo_prediction_get_explanation (prediction) != NULL;
}

/* Everything but the pictures. What was chosen automatically is named as it came
 * out, so that another computer does not choose otherwise. */
static char *
dup_options (EmoPrediction *prediction,
             int            explain_tokens)
{
  EmoModelInfo *info = emo_prediction_get_info (prediction);
  GString *out = g_string_new ("emovlm predict --format jsonl");

  append_word (out, "--model", info->path);
  append_word (out, "--base", info->base);
  if (info->given_labels)
    {
      g_autofree char *labels = g_strjoinv (",", (char **) emo_label_set_get_labels (info->labels));

      append_word (out, "--labels", labels);
    }
  append_word (out, "--device", info->device);
  append_word (out, "--dtype", info->dtype);
  if (info->threads > 0)
    g_string_append_printf (out, " --threads %d", info->threads);
  if (info->max_pixels > 0)
    g_string_append_printf (out, " --max-pixels %" G_GINT64_FORMAT, info->max_pixels);
  g_string_append_printf (out, " --seed %" G_GUINT64_FORMAT, info->seed);
  if (!has_explanation (prediction))
    g_string_append (out, " --no-explain");
  else if (explain_tokens != DEFAULT_EXPLAIN_TOKENS)
    g_string_append_printf (out, " --explain-tokens %d", explain_tokens);

  return g_string_free (out, FALSE);
}

static const char *
get_path (EmoSample *sample)
{
  GFile *file = emo_sample_get_file (sample);

  return file != NULL ? g_file_peek_path (file) : NULL;
}

/* The line that begins with @options, made where there is none. */
static GString *
find_line (GPtrArray  *lines,
           const char *options)
{
  gsize length = strlen (options);

  for (guint i = 0; i < lines->len; i++)
    {
      GString *line = g_ptr_array_index (lines, i);

      if (strncmp (line->str, options, length) == 0 && strncmp (line->str + length, " -- ", 4) == 0)
        return line;
    }
  g_ptr_array_add (lines, g_string_new (options));
  g_string_append (g_ptr_array_index (lines, lines->len - 1), " --");

  return g_ptr_array_index (lines, lines->len - 1);
}

static void
free_string (gpointer data)
{
  g_string_free (data, TRUE);
}

/**
 * emo_cite_command:
 * @samples: (element-type EmoSample): pictures; those without an answer or
 *   without a file are left out
 * @explain_tokens: the longest explanation that was asked for
 *
 * Returns: (transfer full) (nullable): command lines with a line end each
 */
char *
emo_cite_command (GPtrArray *samples,
                  int        explain_tokens)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (free_string);
  g_autoptr (GString) out = g_string_new (NULL);

  g_return_val_if_fail (samples != NULL, NULL);

  for (guint i = 0; i < samples->len; i++)
    {
      EmoSample *sample = g_ptr_array_index (samples, i);
      EmoPrediction *prediction = emo_sample_get_prediction (sample);
      g_autofree char *options = NULL;

      if (prediction == NULL || get_path (sample) == NULL)
        continue;
      options = dup_options (prediction, explain_tokens);
      append_word (find_line (lines, options), "", get_path (sample));
    }
  for (guint i = 0; i < lines->len; i++)
    g_string_append_printf (out, "%s\n", ((GString *) g_ptr_array_index (lines, i))->str);

  return lines->len > 0 ? g_string_free (g_steal_pointer (&out), FALSE) : NULL;
}

/* --- The paragraph --- */

static void
append_hash (GPtrArray  *hashes,
             const char *what,
             const char *sha256)
{
  if (sha256 != NULL)
    g_ptr_array_add (hashes, g_strdup_printf ("%s %s", what, sha256));
}

static void
append_model (GString      *out,
              EmoModelInfo *info)
{
  g_autoptr (GPtrArray) hashes = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *all = NULL;

  append_hash (hashes, "model", info->model_sha256);
  append_hash (hashes, "adapter", info->adapter_sha256);
  append_hash (hashes, "distilled head", info->head_sha256);
  append_hash (hashes, "gate", info->gate_sha256);
  append_hash (hashes, "prompts and labels", info->prompt_sha256);
  g_ptr_array_add (hashes, NULL);
  all = g_strjoinv (", ", (char **) hashes->pdata);

  g_string_append_printf (out, "The emotions that the pictures evoke were predicted with EmoVLM-KD desktop %s and the model “%s”",
                          EMO_VERSION, info->name);
  if (info->revision != NULL)
    g_string_append_printf (out, ", revision %s", info->revision);
  if (*all != '\0')
    g_string_append_printf (out, " (SHA-256: %s)", all);
  g_string_append (out, ". ");
}

static void
append_labels (GString      *out,
               EmoModelInfo *info)
{
  guint n = emo_label_set_get_size (info->labels);

  g_string_append_printf (out, "The vision-language model scored each of %u labels (", n);
  for (guint i = 0; i < n; i++)
    g_string_append_printf (out, "%s%s", i > 0 ? ", " : "", emo_label_set_get_label (info->labels, i));
  g_string_append (out, ") by the log-probability of its answer");
  if (info->has_distilled)
    g_string_append (out, ", a distilled head answered from the mean of the visual tokens");
  if (info->has_gate)
    g_string_append_printf (out, ", and a gate of the kind %s, which took the vision-language model’s %s, fused the two",
                            emo_gate_kind_to_string (info->gate_kind),
                            info->vlm_input == EMO_VLM_INPUT_ONE_HOT ? "winning label" : "probabilities");
  g_string_append (out, ". ");
}

static void
append_compute (GString      *out,
                EmoModelInfo *info)
{
  g_string_append_printf (out, "Computation was in %s on %s", info->dtype != NULL ? info->dtype : "an unknown precision",
                          info->device != NULL ? info->device : "an unknown device");
  if (info->device_name != NULL && g_strcmp0 (info->device_name, info->device) != 0)
    g_string_append_printf (out, " (%s)", info->device_name);
  if (info->threads > 0)
    g_string_append_printf (out, " with %d thread%s", info->threads, info->threads > 1 ? "s" : "");
  if (info->max_pixels > 0)
    g_string_append_printf (out, ", on pictures of at most %" G_GINT64_FORMAT " pixels", info->max_pixels);
  g_string_append_printf (out, "; the seed was %" G_GUINT64_FORMAT ".", info->seed);
}

static void
append_domain (GString      *out,
               EmoModelInfo *info,
               guint         n,
               guint         n_out)
{
  if (info->domain_name == NULL)
    return;
  g_string_append_printf (out, " The model knows %s alone; %u of %u picture%s lay outside of that domain.",
                          info->domain_name, n_out, n, n > 1 ? "s" : "");
}

/* What is said of a model, and of how many pictures it is true. */
typedef struct
{
  EmoModelInfo *info;   /* (unowned) the first of those of which all of it is true */
  char         *text;
  guint         n;
  guint         n_out;
} Paragraph;

static void
paragraph_clear (gpointer data)
{
  g_free (((Paragraph *) data)->text);
}

static char *
dup_text (EmoModelInfo *info)
{
  GString *out = g_string_new (NULL);

  append_model (out, info);
  append_labels (out, info);
  append_compute (out, info);

  return g_string_free (out, FALSE);
}

/* The same model may have been loaded twice: then its words are the same. */
static Paragraph *
find_paragraph (GArray       *paragraphs,
                EmoModelInfo *info)
{
  Paragraph new = { info, NULL, 0, 0 };

  for (guint i = 0; i < paragraphs->len; i++)
    if (g_array_index (paragraphs, Paragraph, i).info == info)
      return &g_array_index (paragraphs, Paragraph, i);

  new.text = dup_text (info);
  for (guint i = 0; i < paragraphs->len; i++)
    if (g_str_equal (g_array_index (paragraphs, Paragraph, i).text, new.text))
      {
        g_free (new.text);
        return &g_array_index (paragraphs, Paragraph, i);
      }
  g_array_append_val (paragraphs, new);

  return &g_array_index (paragraphs, Paragraph, paragraphs->len - 1);
}

/**
 * emo_cite_methods:
 * @samples: (element-type EmoSample): pictures; those without an answer are left
 *   out
 *
 * Returns: (transfer full) (nullable): a paragraph a model, with a line end each
 */
char *
emo_cite_methods (GPtrArray *samples)
{
  g_autoptr (GArray) paragraphs = g_array_new (FALSE, FALSE, sizeof (Paragraph));
  g_autoptr (GString) out = g_string_new (NULL);

  g_return_val_if_fail (samples != NULL, NULL);

  g_array_set_clear_func (paragraphs, paragraph_clear);
  for (guint i = 0; i < samples->len; i++)
    {
      EmoPrediction *prediction = emo_sample_get_prediction (g_ptr_array_index (samples, i));
      Paragraph *paragraph;

      if (prediction == NULL)
        continue;
      paragraph = find_paragraph (paragraphs, emo_prediction_get_info (prediction));
      paragraph->n++;
      paragraph->n_out += emo_prediction_get_in_domain (prediction) == EMO_DOMAIN_OUT;
    }
  for (guint i = 0; i < paragraphs->len; i++)
    {
      const Paragraph *paragraph = &g_array_index (paragraphs, Paragraph, i);

      g_string_append (out, paragraph->text);
      append_domain (out, paragraph->info, paragraph->n, paragraph->n_out);
      g_string_append_c (out, '\n');
    }

  return paragraphs->len > 0 ? g_string_free (g_steal_pointer (&out), FALSE) : NULL;
}
