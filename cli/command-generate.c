/* command-generate.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>
#include <unistd.h>

#include <glib/gi18n.h>

#include "emo-cli.h"

#define DEFAULT_TOKENS 64

typedef struct
{
  EmoCliOptions      *options;
  EmoCliModel        *model;
  EmoPatches         *patches;
  EmoGenerateRequest  request;
  gboolean            stream;        /* pieces go to stdout as they come */
  gboolean            terminal;
  GError             *write_error;   /* (nullable) of stdout, which ends the text */
} EmoGenerate;

/* What a model writes may hold anything; a terminal gets no control characters. */
static char *
make_harmless (const char *text)
{
  GString *out = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (c == '\n' || c == '\t' || !g_unichar_iscntrl (c))
        g_string_append_unichar (out, c);
    }

  return g_string_free (out, FALSE);
}

/* Engine thread. The main thread writes nothing meanwhile. */
static void
piece_cb (const char *piece,
          gpointer    user_data)
{
  EmoGenerate *self = user_data;
  g_autofree char *shown = emo_text_dup_display (piece);
  g_autofree char *harmless = self->terminal ? make_harmless (shown) : NULL;

  if (self->write_error != NULL)
    return;
  piece = harmless != NULL ? harmless : shown;
  if (!emo_cli_write_all (STDOUT_FILENO, NULL, piece, strlen (piece), &self->write_error))
    g_cancellable_cancel (self->model->cancellable);
}

static gpointer
generate_worker (gpointer       data,
                 GCancellable  *cancellable,
                 GError       **error)
{
  EmoGenerate *self = data;

  return emo_classifier_generate (self->model->classifier, self->patches, &self->request,
                                  self->stream ? piece_cb : NULL, self, cancellable, error);
}

static char *
make_json (const char    *image,
           EmoGeneration *generation)
{
  GString *out = g_string_new ("{\"image\":");

  emo_json_append_string (out, image);
  g_string_append_printf (out, ",\"prompt_tokens\":%u,\"tokens\":[", generation->prompt_tokens);
  for (guint i = 0; i < generation->n_tokens; i++)
    g_string_append_printf (out, "%s%u", i > 0 ? "," : "", generation->tokens[i]);
  g_string_append (out, "],\"text\":");
  emo_json_append_string (out, generation->text);
  g_string_append_printf (out, ",\"finish\":\"%s\",\"ms\":", generation->stopped ? "stop" : "length");
  emo_json_append_double (out, generation->ms);
  g_string_append (out, "}\n");

  return g_string_free (out, FALSE);
}

/* A reader who had enough is no failure. */
static int
report_write (const GError *error)
{
  if (emo_cli_is_closed_pipe (error))
    return EMO_EXIT_OK;

  emo_cli_report ("%s", error->message);

  return emo_error_get_exit_status (error);
}

/* What is not on the screen already. */
static int
write_result (EmoGenerate   *self,
              const char    *image,
              EmoGeneration *generation)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL;
  gboolean written;

  if (self->options->format == EMO_EXPORT_JSONL)
    text = make_json (image, generation);
  else
    {
      g_autofree char *shown = emo_text_dup_display (generation->text);
      text = g_strconcat (self->stream ? "" : shown, "\n", NULL);
    }

  if (self->options->output != NULL)
    written = emo_file_write (self->options->output, text, strlen (text), &error);
  else
    written = emo_cli_write_all (STDOUT_FILENO, NULL, text, strlen (text), &error);

  return written ? EMO_EXIT_OK : report_write (error);
}

/* The model knows pixels and tokens; the file is named here. */
static void
report_picture (const char   *image,
                const GError *error)
{
  g_autofree char *shown = emo_file_escape_name (image);

  emo_cli_report ("%s: %s", shown, error->message);
}

static int
run (EmoGenerate *self,
     const char  *image)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(EmoGeneration) generation = NULL;

  generation = emo_cli_model_run (self->model, generate_worker, self, &error);
  if (self->write_error != NULL)
    return report_write (self->write_error);
  if (generation != NULL)
    return write_result (self, image, generation);
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    report_picture (image, error);
  else if (self->stream)
    emo_cli_write_all (STDOUT_FILENO, NULL, "\n", 1, NULL);

  return emo_error_get_exit_status (error);
}

/* Reads the picture while the model loads. */
static EmoImage *
load_image (const char *name)
{
  g_autoptr(EmoInput) input = emo_cli_input_new (name);
  g_autoptr(GError) error = NULL;
  EmoImage *image = NULL;

  if (g_file_peek_path (input->file) == NULL)
    {
      g_autofree char *shown = emo_file_escape_name (name);

      emo_cli_report (_("%s is an address, not a file on this computer"), shown);
    }
  else if ((image = emo_image_load (g_file_peek_path (input->file), FALSE, &error)) == NULL)
    emo_cli_report ("%s", error->message);

  return image;
}

static int
generate (EmoGenerate *self,
          const char  *name)
{
  g_autoptr(EmoImage) image = load_image (name);
  g_autoptr(GError) error = NULL;
  g_autofree char *shown = g_utf8_validate (name, -1, NULL) ? g_strdup (name) : NULL;
  int status;

  if (image == NULL)
    return EMO_EXIT_SOME_FAILED;
  status = emo_cli_model_wait (self->model);
  if (status != EMO_EXIT_OK)
    return status;

  self->patches = emo_classifier_prepare (self->model->classifier, image, &error);
  if (self->patches == NULL)
    {
      report_picture (name, error);
      return EMO_EXIT_SOME_FAILED;
    }
  /* JSON holds UTF-8 alone: another name is written as its URI. */
  if (shown == NULL)
    {
      g_autoptr(EmoInput) input = emo_cli_input_new (name);

      shown = g_file_get_uri (input->file);
    }
  status = run (self, shown);
  emo_patches_unref (self->patches);

  return status;
}

/**
 * emo_cli_generate:
 * @options: the command line
 *
 * emovlm generate IMAGE --prompt TEXT
 *
 * Returns: the exit status
 */
int
emo_cli_generate (EmoCliOptions *options)
{
  EmoGenerate self = { .options = options };
  EmoCliInterrupt *interrupt;
  int status;

  if (options->arguments == NULL || g_strv_length (options->arguments) != 1)
    return emo_cli_usage (_("generate needs one picture"));
  if (options->prompt == NULL)
    return emo_cli_usage (_("generate needs --prompt TEXT"));
  if (options->format == EMO_EXPORT_CSV)
    return emo_cli_usage (_("generate writes text or --format jsonl, not csv"));
  if (!emo_cli_check_model (options))
    return EMO_EXIT_USAGE;

  emo_cli_progress_init (options->quiet);
  self.request = (EmoGenerateRequest) {
    .prompt = options->prompt,
    .system = options->system,
    .max_new_tokens = options->max_new_tokens > 0 ? options->max_new_tokens : DEFAULT_TOKENS,
    .temperature = options->temperature,
    .seed = (guint64) options->seed,
  };
  self.stream = options->output == NULL && options->format == EMO_EXPORT_TABLE;
  self.terminal = isatty (STDOUT_FILENO);

  self.model = emo_cli_model_new (options);
  interrupt = emo_cli_interrupt_new (self.model->cancellable);
  status = generate (&self, options->arguments[0]);
  emo_cli_interrupt_free (interrupt);
  g_clear_error (&self.write_error);
  emo_cli_model_free (self.model);

  return status;
}
