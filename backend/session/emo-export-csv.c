/* emo-export-csv.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-csv.h"
#include "emo-error.h"
#include "emo-export-private.h"

#define UTF8_BOM "\xef\xbb\xbf"

/* How many columns a group may name, with the NULL at the end. */
#define MAX_NAMES 16

typedef struct
{
  GString                *out;
  const EmoExportOptions *options;
  EmoModelInfo           *info;         /* whose labels name columns */
  EmoSample              *sample;
  EmoPrediction          *prediction;   /* (nullable) */
} EmoCsvRow;

/* The one table of columns: names and cells of a group stand side by side, so
 * that leaving a group out leaves both out. */
typedef struct
{
  EmoExportColumns  group;              /* 0: always there */
  const char       *names[MAX_NAMES];   /* none: a column a label and branch */
  void            (*append) (EmoCsvRow *row);
} EmoCsvGroup;

G_DEFINE_FLAGS_TYPE (EmoExportColumns, emo_export_columns,
                     G_DEFINE_ENUM_VALUE (EMO_EXPORT_DATASET, "dataset"),
                     G_DEFINE_ENUM_VALUE (EMO_EXPORT_ANSWERS, "answers"),
                     G_DEFINE_ENUM_VALUE (EMO_EXPORT_PROBABILITIES, "probabilities"),
                     G_DEFINE_ENUM_VALUE (EMO_EXPORT_FUSION, "fusion"),
                     G_DEFINE_ENUM_VALUE (EMO_EXPORT_EXPLANATION, "explanation"),
                     G_DEFINE_ENUM_VALUE (EMO_EXPORT_STATUS, "status"),
                     G_DEFINE_ENUM_VALUE (EMO_EXPORT_PICTURE, "picture"),
                     G_DEFINE_ENUM_VALUE (EMO_EXPORT_MODEL, "model"),
                     G_DEFINE_ENUM_VALUE (EMO_EXPORT_ANNOTATIONS, "annotations"))

static const char *const branch_names[EMO_N_BRANCHES] = {
  [EMO_BRANCH_VLM] = "vlm",
  [EMO_BRANCH_DISTILLED] = "distilled",
  [EMO_BRANCH_GATED] = "gated",
};

static void
append_text (EmoCsvRow  *row,
             const char *text)
{
  emo_csv_append_text (row->out, text, FALSE);
}

/* Text that is not ours: a spreadsheet might run it. */
static void
append_foreign (EmoCsvRow  *row,
                const char *text)
{
  emo_csv_append_text (row->out, text, row->options->formula_guard);
}

static void
append_bool (EmoCsvRow *row,
             gboolean   known,
             gboolean   value)
{
  append_text (row, !known ? NULL : value ? "true" : "false");
}

static void
append_file_name (EmoCsvRow *row)
{
  append_foreign (row, emo_sample_get_file_name (row->sample));
}

/* A data set's; a picture of a session has neither. */
static void
append_dataset (EmoCsvRow *row)
{
  append_text (row, NULL);
  append_text (row, NULL);
}

static void
append_answers (EmoCsvRow *row)
{
  EmoPrediction *prediction = row->prediction;

  for (guint b = 0; b < EMO_N_BRANCHES; b++)
    append_foreign (row, _emo_export_get_winner (prediction, _emo_export_branches[b]));
  append_bool (row, prediction != NULL && emo_prediction_knows_agree (prediction),
               prediction != NULL && emo_prediction_get_agree (prediction));
  emo_csv_append_double (row->out, prediction != NULL ? emo_prediction_get_margin (prediction) : NAN);
}

/* The columns are the header's labels; an older model's answer may have others,
 * so they are matched by name. */
static void
append_branch (EmoCsvRow *row,
               EmoBranch  branch)
{
  EmoLabelSet *labels = row->info->labels;
  const double *probabilities = NULL;

  if (row->prediction != NULL)
    probabilities = emo_prediction_get_probabilities (row->prediction, branch);

  for (guint i = 0; i < emo_label_set_get_size (labels); i++)
    {
      int index = -1;

      if (probabilities != NULL)
        index = emo_label_set_find (emo_prediction_get_labels (row->prediction),
                                    emo_label_set_get_label (labels, i));
      emo_csv_append_double (row->out, index >= 0 ? probabilities[index] : NAN);
    }
}

static void
append_probabilities (EmoCsvRow *row)
{
  for (guint b = 0; b < EMO_N_BRANCHES; b++)
    append_branch (row, _emo_export_branches[b]);
}

static void
append_fusion (EmoCsvRow *row)
{
  double share[2] = { NAN, NAN };
  double margin[3] = { NAN, NAN, NAN };

  if (row->prediction != NULL)
    {
      if (!emo_prediction_get_share (row->prediction, &share[0], &share[1]))
        share[0] = share[1] = NAN;
      if (!emo_prediction_get_margin_parts (row->prediction, &margin[0], &margin[1], &margin[2]))
        margin[0] = margin[1] = NAN;
    }
  emo_csv_append_double (row->out, share[0]);
  emo_csv_append_double (row->out, share[1]);
  emo_csv_append_double (row->out, margin[0]);
  emo_csv_append_double (row->out, margin[1]);
}

/* The column has no place for the label that was argued for. A person may have
 * asked why it was not another one: then the text says so. */
static void
append_explanation (EmoCsvRow *row)
{
  const char *text = row->prediction != NULL ? emo_prediction_get_explanation (row->prediction) : NULL;
  int label = text != NULL ? emo_prediction_get_explanation_label (row->prediction) : -1;
  g_autofree char *named = NULL;

  if (label >= 0 && *text != '\0' && label != emo_prediction_get_winner (row->prediction, EMO_BRANCH_VLM))
    named = g_strdup_printf ("[for %s] %s",
                             emo_label_set_get_label (emo_prediction_get_labels (row->prediction), label), text);
  append_foreign (row, named != NULL ? named : text);
}

static void
append_status (EmoCsvRow *row)
{
  g_autofree char *error = emo_export_dup_error (emo_sample_get_error (row->sample));
  g_autoptr(GEnumClass) states = g_type_class_ref (EMO_TYPE_SAMPLE_STATE);
  const GEnumValue *state = g_enum_get_value (states, emo_sample_get_state (row->sample));
  EmoDomainVerdict in_domain = EMO_DOMAIN_UNKNOWN;

  if (row->prediction != NULL)
    in_domain = emo_prediction_get_in_domain (row->prediction);
  append_bool (row, in_domain != EMO_DOMAIN_UNKNOWN, in_domain == EMO_DOMAIN_IN);
  append_text (row, state->value_nick);
  append_foreign (row, error);
}

static void
append_picture (EmoCsvRow *row)
{
  g_autofree char *uri = emo_sample_dup_uri (row->sample);
  int width = 0;
  int height = 0;

  if (row->prediction != NULL)
    emo_prediction_get_size (row->prediction, &width, &height);
  emo_csv_append_double (row->out, row->prediction != NULL ? emo_prediction_get_ms (row->prediction, EMO_STAGE_DONE) : NAN);
  if (width > 0)
    {
      emo_csv_append_int (row->out, width);
      emo_csv_append_int (row->out, height);
    }
  else
    {
      append_text (row, NULL);
      append_text (row, NULL);
    }
  append_text (row, uri);
  append_text (row, emo_sample_get_image_sha256 (row->sample));
}

static void
append_model (EmoCsvRow *row)
{
  EmoModelInfo *info = row->prediction != NULL ? emo_prediction_get_info (row->prediction) : row->info;
  g_autofree char *seed = g_strdup_printf ("%" G_GUINT64_FORMAT, info->seed);
  g_autofree char *when = NULL;

  append_foreign (row, info->name);
  append_foreign (row, info->revision);
  append_text (row, info->model_sha256);
  append_text (row, info->adapter_sha256);
  append_text (row, info->head_sha256);
  append_text (row, info->gate_sha256);
  append_text (row, info->prompt_sha256);
  append_text (row, seed);
  append_text (row, EMO_VERSION);
  if (emo_sample_get_time (row->sample) > 0)
    {
      g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc (emo_sample_get_time (row->sample));

      /* Not %c or the like: those follow the locale. */
      when = g_date_time_format (time, "%Y-%m-%dT%H:%M:%SZ");
    }
  append_text (row, when);
}

static void
append_annotations (EmoCsvRow *row)
{
  append_bool (row, TRUE, emo_sample_get_flagged (row->sample));
  append_foreign (row, emo_sample_get_own_label (row->sample));
  append_foreign (row, emo_sample_get_note (row->sample));
}

static const EmoCsvGroup groups[] = {
  { 0, { "file_name" }, append_file_name },
  { EMO_EXPORT_DATASET, { "split", "label" }, append_dataset },
  { EMO_EXPORT_ANSWERS, { "pred_gated", "pred_vlm", "pred_distilled", "agree", "margin" }, append_answers },
  { EMO_EXPORT_PROBABILITIES, { NULL }, append_probabilities },
  { EMO_EXPORT_FUSION, { "share_vlm", "share_distilled", "margin_vlm", "margin_distilled" }, append_fusion },
  { EMO_EXPORT_EXPLANATION, { "explanation" }, append_explanation },
  { EMO_EXPORT_STATUS, { "in_domain", "status", "error" }, append_status },
  { EMO_EXPORT_PICTURE, { "ms_total", "width", "height", "uri", "image_sha256" }, append_picture },
  { EMO_EXPORT_MODEL,
    { "model", "revision", "model_sha256", "adapter_sha256", "head_sha256", "gate_sha256", "prompt_sha256",
      "seed", "app_version", "time_utc" },
    append_model },
  { EMO_EXPORT_ANNOTATIONS, { "flagged", "own_label", "note" }, append_annotations },
};

static gboolean
is_chosen (const EmoCsvGroup      *group,
           const EmoExportOptions *options)
{
  return group->group == 0 || (group->group & options->columns) != 0;
}

static void
append_label_names (GString                *out,
                    const EmoExportOptions *options,
                    EmoLabelSet            *labels)
{
  for (guint b = 0; b < EMO_N_BRANCHES; b++)
    for (guint i = 0; i < emo_label_set_get_size (labels); i++)
      {
        g_autofree char *name = g_strdup_printf ("p_%s_%s", branch_names[_emo_export_branches[b]],
                                                 emo_label_set_get_label (labels, i));

        emo_csv_append_text (out, name, options->formula_guard);
      }
}

char *
_emo_export_csv_header (const EmoExportOptions *options,
                        EmoModelInfo           *info)
{
  g_autoptr(GString) out = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (groups); i++)
    {
      if (!is_chosen (&groups[i], options))
        continue;
      if (groups[i].names[0] == NULL)
        append_label_names (out, options, info->labels);
      for (guint j = 0; groups[i].names[j] != NULL; j++)
        emo_csv_append_text (out, groups[i].names[j], FALSE);
    }
  emo_csv_end_row (out);
  if (options->bom)
    g_string_prepend (out, UTF8_BOM);

  return g_string_free (g_steal_pointer (&out), FALSE);
}

char *
_emo_export_csv_row (const EmoExportOptions *options,
                     EmoModelInfo           *info,
                     EmoSample              *sample)
{
  g_autoptr(GString) out = g_string_new (NULL);
  EmoCsvRow row = { out, options, info, sample, emo_sample_get_prediction (sample) };

  for (guint i = 0; i < G_N_ELEMENTS (groups); i++)
    if (is_chosen (&groups[i], options))
      groups[i].append (&row);
  emo_csv_end_row (out);

  return g_string_free (g_steal_pointer (&out), FALSE);
}

/**
 * emo_export_columns_parse:
 * @names: (array zero-terminated=1): names of groups
 * @columns: (out): the groups; %EMO_EXPORT_DEFAULT_COLUMNS where there is no name
 * @error: return location
 *
 * Errors: %EMO_ERROR_INVALID_FILE for a name that is none.
 *
 * Returns: whether all are names of groups
 */
gboolean
emo_export_columns_parse (const char *const  *names,
                          EmoExportColumns   *columns,
                          GError            **error)
{
  g_autoptr(GFlagsClass) flags = g_type_class_ref (EMO_TYPE_EXPORT_COLUMNS);
  guint chosen = 0;

  g_return_val_if_fail (names != NULL, FALSE);
  g_return_val_if_fail (columns != NULL, FALSE);

  for (guint i = 0; names[i] != NULL; i++)
    {
      const GFlagsValue *value = g_flags_get_value_by_nick (flags, names[i]);

      if (value == NULL)
        {
          g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "no group of columns is called \"%s\"", names[i]);
          return FALSE;
        }
      chosen |= value->value;
    }
  *columns = names[0] != NULL ? chosen : EMO_EXPORT_DEFAULT_COLUMNS;

  return TRUE;
}

/**
 * emo_export_columns_dup_names:
 * @group: one group
 *
 * Returns: (transfer full): the names of its columns with commas between, as
 *   they stand in a header; those with a label in them end with "..."
 */
char *
emo_export_columns_dup_names (EmoExportColumns group)
{
  for (guint i = 0; i < G_N_ELEMENTS (groups); i++)
    if (groups[i].group == group && groups[i].names[0] != NULL)
      return g_strjoinv (", ", (char **) groups[i].names);

  return g_strdup ("p_gated_..., p_vlm_..., p_distilled_...");
}
