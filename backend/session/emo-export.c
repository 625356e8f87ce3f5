/* emo-export.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-error.h"
#include "emo-export-private.h"
#include "emo-file.h"
#include "emo-json.h"

/* Widths of the table's columns, in columns of a terminal. */
#define NAME_WIDTH 28
#define ANSWER_WIDTH 20

/* The order in which exports speak of the branches. */
const EmoBranch _emo_export_branches[EMO_N_BRANCHES] = {
  EMO_BRANCH_GATED,
  EMO_BRANCH_VLM,
  EMO_BRANCH_DISTILLED,
};

/**
 * emo_export_dup_error:
 * @error: (nullable): why a picture failed
 *
 * Returns: (transfer full) (nullable): the short code and the message
 */
char *
emo_export_dup_error (const GError *error)
{
  if (error == NULL)
    return NULL;

  return g_strdup_printf ("%s: %s", emo_error_get_code (error), error->message);
}

/* @prediction (nullable); NULL: no answer. */
const char *
_emo_export_get_winner (EmoPrediction *prediction,
                        EmoBranch      branch)
{
  int winner = prediction != NULL ? emo_prediction_get_winner (prediction, branch) : -1;

  if (winner < 0)
    return NULL;

  return emo_label_set_get_label (emo_prediction_get_labels (prediction), winner);
}

/* --- JSON Lines --- */

static void
append_member (GString    *out,
               const char *key,
               const char *value)
{
  g_string_append_printf (out, ", \"%s\": ", key);
  emo_json_append_string (out, value);
}

/* The keys of an answer are a contract; what a person said comes after them, and
 * only what was said. */
static char *
end_object (const char *json,
            EmoSample  *sample)
{
  GString *out = g_string_new_len (json, strlen (json) - 1);

  if (emo_sample_get_flagged (sample))
    g_string_append (out, ", \"flagged\": true");
  if (emo_sample_get_own_label (sample) != NULL)
    append_member (out, "own_label", emo_sample_get_own_label (sample));
  if (emo_sample_get_note (sample) != NULL)
    append_member (out, "note", emo_sample_get_note (sample));
  g_string_append (out, "}\n");

  return g_string_free (out, FALSE);
}

static char *
jsonl_row (EmoModelInfo *info,
           EmoSample    *sample)
{
  g_autoptr(EmoPrediction) prediction = NULL;
  g_autofree char *image = emo_sample_dup_image_name (sample);
  g_autofree char *error = emo_export_dup_error (emo_sample_get_error (sample));
  g_autofree char *json = NULL;

  /* A failed picture has every key too: an empty prediction gives the nulls. */
  g_set_object (&prediction, emo_sample_get_prediction (sample));
  if (prediction == NULL)
    prediction = emo_prediction_new (info);
  json = emo_prediction_to_json (prediction, image, error);

  return end_object (json, sample);
}

/* --- the table --- */

static int
get_display_width (const char *text)
{
  int width = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (!g_unichar_iszerowidth (c))
        width += g_unichar_iswide (c) ? 2 : 1;
    }

  return width;
}

/* Names are never shortened: a person may want to copy one. */
static void
append_padded (GString    *out,
               const char *text,
               int         width)
{
  int missing = width - get_display_width (text);

  g_string_append (out, text);
  for (int i = 0; i < MAX (missing, 0); i++)
    g_string_append_c (out, ' ');
  g_string_append (out, "  ");
}

static gboolean
is_trained (EmoPrediction *prediction,
            EmoBranch      branch)
{
  EmoModelInfo *info = emo_prediction_get_info (prediction);

  switch (branch)
    {
    case EMO_BRANCH_DISTILLED:
      return info->has_distilled;
    case EMO_BRANCH_GATED:
      return info->has_gate;
    case EMO_BRANCH_VLM:
    default:
      return TRUE;
    }
}

static void
append_answer (GString       *out,
               EmoPrediction *prediction,
               EmoBranch      branch)
{
  const char *label = _emo_export_get_winner (prediction, branch);
  g_autofree char *cell = NULL;

  if (label != NULL)
    {
      int winner = emo_prediction_get_winner (prediction, branch);
      double percent = 100 * emo_prediction_get_probabilities (prediction, branch)[winner];
      char number[G_ASCII_DTOSTR_BUF_SIZE];

      g_ascii_formatd (number, sizeof number, "%.1f", percent);
      cell = g_strdup_printf ("%s %s %%", label, number);
    }
  if (cell == NULL)
    cell = g_strdup (is_trained (prediction, branch) ? "no answer" : "not trained");
  append_padded (out, cell, ANSWER_WIDTH);
}

static char *
table_header (const EmoExportOptions *options,
              EmoModelInfo           *info)
{
  g_autoptr(GString) out = g_string_new (NULL);

  append_padded (out, "FILE", options->name_width > 0 ? (int) options->name_width : NAME_WIDTH);
  append_padded (out, "GATED", ANSWER_WIDTH);
  append_padded (out, "VLM", ANSWER_WIDTH);
  append_padded (out, "DISTILLED", ANSWER_WIDTH);
  append_padded (out, "AGREE", 5);
  if (info->domain_name != NULL)
    append_padded (out, "DOMAIN", 6);
  g_string_append (out, "EXPLANATION\n");

  return g_string_free (g_steal_pointer (&out), FALSE);
}

static const char *
get_agree_text (EmoPrediction *prediction)
{
  if (!emo_prediction_has_branch (prediction, EMO_BRANCH_VLM) ||
      !emo_prediction_has_branch (prediction, EMO_BRANCH_DISTILLED))
    return "-";

  return emo_prediction_get_agree (prediction) ? "yes" : "no";
}

static const char *
get_domain_text (EmoPrediction *prediction)
{
  switch (emo_prediction_get_in_domain (prediction))
    {
    case EMO_DOMAIN_IN:
      return "in";
    case EMO_DOMAIN_OUT:
      return "out";
    case EMO_DOMAIN_UNKNOWN:
    default:
      return "-";
    }
}

static char *
table_row (const EmoExportOptions *options,
           EmoModelInfo           *info,
           EmoSample              *sample)
{
  g_autoptr(GString) out = g_string_new (NULL);
  EmoPrediction *prediction = emo_sample_get_prediction (sample);
  g_autofree char *name = emo_file_escape_name (emo_sample_get_file_name (sample));
  g_autofree char *error = emo_export_dup_error (emo_sample_get_error (sample));

  append_padded (out, name, options->name_width > 0 ? (int) options->name_width : NAME_WIDTH);
  if (prediction == NULL)
    {
      g_string_append_printf (out, "failed: %s\n", error != NULL ? error : "no answer");
      return g_string_free (g_steal_pointer (&out), FALSE);
    }

  for (guint b = 0; b < EMO_N_BRANCHES; b++)
    append_answer (out, prediction, _emo_export_branches[b]);
  append_padded (out, get_agree_text (prediction), 5);
  if (info->domain_name != NULL)
    append_padded (out, get_domain_text (prediction), 6);
  /* Some branch may have answered before another failed. */
  if (emo_sample_get_state (sample) == EMO_SAMPLE_FAILED)
    g_string_append_printf (out, "failed: %s", error);
  /* Generated text may hold anything; a terminal gets no control characters. */
  else if (emo_prediction_get_explanation (prediction) != NULL)
    {
      g_autofree char *text = emo_file_escape_name (emo_prediction_get_explanation (prediction));

      g_string_append (out, text);
    }
  while (out->len > 0 && out->str[out->len - 1] == ' ')
    g_string_truncate (out, out->len - 1);
  g_string_append_c (out, '\n');

  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* --- the three of them --- */

/**
 * emo_export_header:
 * @options: what to write
 * @info: the model, whose labels name the columns
 *
 * Returns: (transfer full): what stands before the rows, possibly ""
 */
char *
emo_export_header (const EmoExportOptions *options,
                   EmoModelInfo           *info)
{
  g_return_val_if_fail (options != NULL, NULL);
  g_return_val_if_fail (info != NULL, NULL);

  switch (options->format)
    {
    case EMO_EXPORT_CSV:
      return _emo_export_csv_header (options, info);
    case EMO_EXPORT_TABLE:
      return table_header (options, info);
    case EMO_EXPORT_JSONL:
    default:
      return g_strdup ("");
    }
}

/**
 * emo_export_row:
 * @options: what to write
 * @info: the model that the header was made for
 * @sample: a picture that is done or failed
 *
 * Numbers are written with all their digits and never depend on the locale.
 *
 * Returns: (transfer full): one row with its line end
 */
char *
emo_export_row (const EmoExportOptions *options,
                EmoModelInfo           *info,
                EmoSample              *sample)
{
  g_return_val_if_fail (options != NULL, NULL);
  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (EMO_IS_SAMPLE (sample), NULL);

  switch (options->format)
    {
    case EMO_EXPORT_CSV:
      return _emo_export_csv_row (options, info, sample);
    case EMO_EXPORT_TABLE:
      return table_row (options, info, sample);
    case EMO_EXPORT_JSONL:
    default:
      return jsonl_row (info, sample);
    }
}

/**
 * emo_export_is_written:
 * @sample: a picture
 *
 * Returns: whether it has a row: it is done or failed
 */
gboolean
emo_export_is_written (EmoSample *sample)
{
  g_return_val_if_fail (EMO_IS_SAMPLE (sample), FALSE);

  return emo_sample_get_state (sample) == EMO_SAMPLE_DONE || emo_sample_get_state (sample) == EMO_SAMPLE_FAILED;
}

/**
 * emo_export_is_annotated:
 * @sample: a picture
 *
 * Returns: whether a person flagged it, gave it a label or wrote a note
 */
gboolean
emo_export_is_annotated (EmoSample *sample)
{
  g_return_val_if_fail (EMO_IS_SAMPLE (sample), FALSE);

  return emo_sample_get_flagged (sample) || emo_sample_get_own_label (sample) != NULL ||
         emo_sample_get_note (sample) != NULL;
}

static gboolean
any_annotated (GListModel *samples)
{
  for (guint i = 0; i < g_list_model_get_n_items (samples); i++)
    {
      g_autoptr(EmoSample) sample = g_list_model_get_item (samples, i);

      if (emo_export_is_written (sample) && emo_export_is_annotated (sample))
        return TRUE;
    }

  return FALSE;
}

/**
 * emo_export_save:
 * @options: what to write; columns of annotations are left out where there is
 *   nothing to put into them
 * @info: the model whose labels name the columns
 * @samples: a list of #EmoSample; those done or failed are written
 * @file: a local file, replaced whole or not at all
 * @cancellable: (nullable): a #GCancellable
 * @error: return location
 *
 * Errors: %EMO_ERROR_IO, %EMO_ERROR_NO_SPACE, %EMO_ERROR_UNSUPPORTED for a file
 * that is not local, %G_IO_ERROR_CANCELLED.
 *
 * Returns: whether the file was written
 */
gboolean
emo_export_save (const EmoExportOptions  *options,
                 EmoModelInfo            *info,
                 GListModel              *samples,
                 GFile                   *file,
                 GCancellable            *cancellable,
                 GError                 **error)
{
  g_autoptr(GString) out = g_string_new (NULL);
  g_autofree char *header = NULL;
  EmoExportOptions trimmed;
  guint n_samples;

  g_return_val_if_fail (options != NULL, FALSE);
  g_return_val_if_fail (info != NULL, FALSE);
  g_return_val_if_fail (G_IS_LIST_MODEL (samples), FALSE);
  g_return_val_if_fail (G_IS_FILE (file), FALSE);

  if (g_file_peek_path (file) == NULL)
    {
      g_autofree char *uri = g_file_get_uri (file);

      g_set_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED, "%s is not a file on this computer", uri);
      return FALSE;
    }

  trimmed = *options;
  if (!any_annotated (samples))
    trimmed.columns &= ~EMO_EXPORT_ANNOTATIONS;
  header = emo_export_header (&trimmed, info);
  g_string_append (out, header);
  n_samples = g_list_model_get_n_items (samples);
  for (guint i = 0; i < n_samples; i++)
    {
      g_autoptr(EmoSample) sample = g_list_model_get_item (samples, i);
      g_autofree char *row = NULL;

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (!emo_export_is_written (sample))
        continue;
      row = emo_export_row (&trimmed, info, sample);
      g_string_append (out, row);
    }

  return emo_file_write (g_file_peek_path (file), out->str, out->len, error);
}
