/* emo-export.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>
#include <string.h>

#include "emo-csv.h"
#include "emo-error.h"
#include "emo-export.h"
#include "emo-file.h"

/* Widths of the table's columns, in columns of a terminal. */
#define NAME_WIDTH 28
#define ANSWER_WIDTH 20

#define UTF8_BOM "\xef\xbb\xbf"

static const char *const branch_names[EMO_N_BRANCHES] = {
  [EMO_BRANCH_VLM] = "vlm",
  [EMO_BRANCH_DISTILLED] = "distilled",
  [EMO_BRANCH_GATED] = "gated",
};

/* The order in which exports speak of the branches. */
static const EmoBranch branches[EMO_N_BRANCHES] = {
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

static const char *
get_winner (EmoPrediction *prediction,
            EmoBranch      branch)
{
  int winner = prediction != NULL ? emo_prediction_get_winner (prediction, branch) : -1;

  if (winner < 0)
    return NULL;

  return emo_label_set_get_label (emo_prediction_get_labels (prediction), winner);
}

/* --- CSV --- */

static char *
csv_header (const EmoExportOptions *options,
            EmoModelInfo           *info)
{
  static const char *const first[] = {
    "file_name", "split", "label", "pred_gated", "pred_vlm", "pred_distilled", "agree", "margin",
  };
  static const char *const last[] = {
    "share_vlm", "share_distilled", "margin_vlm", "margin_distilled", "explanation", "in_domain",
    "status", "error", "ms_total", "width", "height", "uri", "image_sha256", "model", "revision",
    "model_sha256", "adapter_sha256", "head_sha256", "gate_sha256", "prompt_sha256", "seed",
    "app_version", "time_utc",
  };
  g_autoptr(GString) row = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (first); i++)
    emo_csv_append_text (row, first[i], FALSE);
  for (guint b = 0; b < EMO_N_BRANCHES; b++)
    for (guint i = 0; i < emo_label_set_get_size (info->labels); i++)
      {
        g_autofree char *name = g_strdup_printf ("p_%s_%s", branch_names[branches[b]],
                                                 emo_label_set_get_label (info->labels, i));

        emo_csv_append_text (row, name, options->formula_guard);
      }
  for (guint i = 0; i < G_N_ELEMENTS (last); i++)
    emo_csv_append_text (row, last[i], FALSE);
  emo_csv_end_row (row);
  if (options->bom)
    g_string_prepend (row, UTF8_BOM);

  return g_string_free (g_steal_pointer (&row), FALSE);
}

static void
csv_append_bool (GString  *row,
                 gboolean  known,
                 gboolean  value)
{
  emo_csv_append_text (row, !known ? NULL : value ? "true" : "false", FALSE);
}

/* The columns are the header's labels; an older model's answer may have others,
 * so they are matched by name. */
static void
csv_append_probabilities (GString       *row,
                          EmoModelInfo  *info,
                          EmoPrediction *prediction,
                          EmoBranch      branch)
{
  const double *probabilities = NULL;

  if (prediction != NULL)
    probabilities = emo_prediction_get_probabilities (prediction, branch);

  for (guint i = 0; i < emo_label_set_get_size (info->labels); i++)
    {
      int index = -1;

      if (probabilities != NULL)
        index = emo_label_set_find (emo_prediction_get_labels (prediction),
                                    emo_label_set_get_label (info->labels, i));
      emo_csv_append_double (row, index >= 0 ? probabilities[index] : NAN);
    }
}

static void
csv_append_answer (GString       *row,
                   EmoPrediction *prediction,
                   gboolean       guard)
{
  for (guint b = 0; b < EMO_N_BRANCHES; b++)
    emo_csv_append_text (row, get_winner (prediction, branches[b]), guard);
  csv_append_bool (row, prediction != NULL && emo_prediction_knows_agree (prediction),
                   prediction != NULL && emo_prediction_get_agree (prediction));
  emo_csv_append_double (row, prediction != NULL ? emo_prediction_get_margin (prediction) : NAN);
}

static void
csv_append_fusion (GString       *row,
                   EmoPrediction *prediction)
{
  double share[2] = { NAN, NAN };
  double margin[3] = { NAN, NAN, NAN };

  if (prediction != NULL)
    {
      if (!emo_prediction_get_share (prediction, &share[0], &share[1]))
        share[0] = share[1] = NAN;
      if (!emo_prediction_get_margin_parts (prediction, &margin[0], &margin[1], &margin[2]))
        margin[0] = margin[1] = NAN;
    }
  emo_csv_append_double (row, share[0]);
  emo_csv_append_double (row, share[1]);
  emo_csv_append_double (row, margin[0]);
  emo_csv_append_double (row, margin[1]);
}

static void
csv_append_picture (GString       *row,
                    EmoSample     *sample,
                    EmoPrediction *prediction)
{
  g_autofree char *uri = emo_sample_dup_uri (sample);
  int width = 0;
  int height = 0;

  if (prediction != NULL)
    emo_prediction_get_size (prediction, &width, &height);
  emo_csv_append_double (row, prediction != NULL ? emo_prediction_get_ms (prediction, EMO_STAGE_DONE) : NAN);
  if (width > 0)
    {
      emo_csv_append_int (row, width);
      emo_csv_append_int (row, height);
    }
  else
    {
      emo_csv_append_text (row, NULL, FALSE);
      emo_csv_append_text (row, NULL, FALSE);
    }
  emo_csv_append_text (row, uri, FALSE);
  emo_csv_append_text (row, emo_sample_get_image_sha256 (sample), FALSE);
}

static void
csv_append_provenance (GString      *row,
                       EmoModelInfo *info,
                       EmoSample    *sample,
                       gboolean      guard)
{
  g_autofree char *seed = g_strdup_printf ("%" G_GUINT64_FORMAT, info->seed);
  g_autofree char *when = NULL;

  emo_csv_append_text (row, info->name, guard);
  emo_csv_append_text (row, info->revision, guard);
  emo_csv_append_text (row, info->model_sha256, FALSE);
  emo_csv_append_text (row, info->adapter_sha256, FALSE);
  emo_csv_append_text (row, info->head_sha256, FALSE);
  emo_csv_append_text (row, info->gate_sha256, FALSE);
  emo_csv_append_text (row, info->prompt_sha256, FALSE);
  emo_csv_append_text (row, seed, FALSE);
  emo_csv_append_text (row, EMO_VERSION, FALSE);
  if (emo_sample_get_time (sample) > 0)
    {
      g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc (emo_sample_get_time (sample));

      /* Not %c or the like: those follow the locale. */
      when = g_date_time_format (time, "%Y-%m-%dT%H:%M:%SZ");
    }
  emo_csv_append_text (row, when, FALSE);
}

static char *
csv_row (const EmoExportOptions *options,
         EmoModelInfo           *info,
         EmoSample              *sample)
{
  g_autoptr(GString) row = g_string_new (NULL);
  EmoPrediction *prediction = emo_sample_get_prediction (sample);
  g_autofree char *error = emo_export_dup_error (emo_sample_get_error (sample));
  g_autoptr(GEnumClass) states = g_type_class_ref (EMO_TYPE_SAMPLE_STATE);
  const GEnumValue *state = g_enum_get_value (states, emo_sample_get_state (sample));
  EmoDomainVerdict in_domain = EMO_DOMAIN_UNKNOWN;
  gboolean guard = options->formula_guard;

  if (prediction != NULL)
    in_domain = emo_prediction_get_in_domain (prediction);

  emo_csv_append_text (row, emo_sample_get_file_name (sample), guard);
  emo_csv_append_text (row, NULL, FALSE);   /* split: a data set's */
  emo_csv_append_text (row, NULL, FALSE);   /* label: likewise */
  csv_append_answer (row, prediction, guard);
  for (guint b = 0; b < EMO_N_BRANCHES; b++)
    csv_append_probabilities (row, info, prediction, branches[b]);
  csv_append_fusion (row, prediction);
  emo_csv_append_text (row, prediction != NULL ? emo_prediction_get_explanation (prediction) : NULL, guard);
  csv_append_bool (row, in_domain != EMO_DOMAIN_UNKNOWN, in_domain == EMO_DOMAIN_IN);
  emo_csv_append_text (row, state->value_nick, FALSE);
  emo_csv_append_text (row, error, guard);
  csv_append_picture (row, sample, prediction);
  csv_append_provenance (row, prediction != NULL ? emo_prediction_get_info (prediction) : info,
                         sample, guard);
  emo_csv_end_row (row);

  return g_string_free (g_steal_pointer (&row), FALSE);
}

/* --- JSON Lines --- */

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

  return g_strconcat (json, "\n", NULL);
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
  const char *label = get_winner (prediction, branch);
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
    append_answer (out, prediction, branches[b]);
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
      return csv_header (options, info);
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
      return csv_row (options, info, sample);
    case EMO_EXPORT_TABLE:
      return table_row (options, info, sample);
    case EMO_EXPORT_JSONL:
    default:
      return jsonl_row (info, sample);
    }
}

/**
 * emo_export_save:
 * @options: what to write
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

  header = emo_export_header (options, info);
  g_string_append (out, header);
  n_samples = g_list_model_get_n_items (samples);
  for (guint i = 0; i < n_samples; i++)
    {
      g_autoptr(EmoSample) sample = g_list_model_get_item (samples, i);
      g_autofree char *row = NULL;

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (emo_sample_get_state (sample) != EMO_SAMPLE_DONE &&
          emo_sample_get_state (sample) != EMO_SAMPLE_FAILED)
        continue;
      row = emo_export_row (options, info, sample);
      g_string_append (out, row);
    }

  return emo_file_write (g_file_peek_path (file), out->str, out->len, error);
}
