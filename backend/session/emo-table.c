/* emo-table.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-export-private.h"
#include "emo-file.h"
#include "emo-table.h"

#define NO_ANSWER "-"

static const char *const branch_titles[EMO_N_BRANCHES] = {
  [EMO_BRANCH_VLM] = "VLM",
  [EMO_BRANCH_DISTILLED] = "Distilled",
  [EMO_BRANCH_GATED] = "Gated",
};

/* --- Numbers and words --- */

/* One digit after the point, which no locale turns into a comma. */
static char *
dup_number (const char *format,
            double      value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (text, sizeof text, format, value);

  return g_strdup (text);
}

/* "awe 95.1 %"; NULL without an answer. */
static char *
dup_answer (EmoPrediction *prediction,
            EmoBranch      branch)
{
  const char *label = _emo_export_get_winner (prediction, branch);
  g_autofree char *percent = NULL;

  if (label == NULL)
    return NULL;
  percent = dup_number ("%.1f", 100 * emo_prediction_get_probabilities (prediction, branch)
                                        [emo_prediction_get_winner (prediction, branch)]);

  return g_strdup_printf ("%s %s %%", label, percent);
}

static gboolean
is_failed (EmoSample *sample)
{
  return emo_sample_get_state (sample) == EMO_SAMPLE_FAILED;
}

static EmoPrediction *
get_prediction (EmoSample *sample)
{
  return is_failed (sample) ? NULL : emo_sample_get_prediction (sample);
}

/* -1: none. */
static int
find_runner_up (EmoPrediction *prediction)
{
  EmoBranch branch = emo_prediction_get_final_branch (prediction);
  const double *p = emo_prediction_get_probabilities (prediction, branch);
  int winner = emo_prediction_get_winner (prediction, branch);
  int runner_up = -1;

  if (winner < 0)
    return -1;
  for (int i = 0; i < (int) emo_label_set_get_size (emo_prediction_get_labels (prediction)); i++)
    if (i != winner && (runner_up < 0 || p[i] > p[runner_up]))
      runner_up = i;

  return runner_up;
}

/* --- Text --- */

static void
append_answers (GString       *out,
                EmoPrediction *prediction)
{
  EmoBranch branch = emo_prediction_get_final_branch (prediction);
  int runner_up = find_runner_up (prediction);

  for (guint b = 0; b < EMO_N_BRANCHES; b++)
    {
      g_autofree char *answer = dup_answer (prediction, _emo_export_branches[b]);

      if (answer == NULL)
        continue;
      g_string_append_printf (out, "%s: %s", branch_titles[_emo_export_branches[b]], answer);
      if (_emo_export_branches[b] == branch && runner_up >= 0)
        {
          g_autofree char *points = dup_number ("%.1f", 100 * emo_prediction_get_margin (prediction));

          g_string_append_printf (out, ", %s points ahead of %s", points,
                                  emo_label_set_get_label (emo_prediction_get_labels (prediction), runner_up));
        }
      g_string_append_c (out, '\n');
    }
}

static void
append_fusion (GString       *out,
               EmoPrediction *prediction)
{
  double parts[3];
  g_autofree char *vlm = NULL;
  g_autofree char *distilled = NULL;
  g_autofree char *rest = NULL;

  if (emo_prediction_has_branch (prediction, EMO_BRANCH_VLM) && emo_prediction_has_branch (prediction, EMO_BRANCH_DISTILLED))
    g_string_append (out, emo_prediction_get_agree (prediction) ? "VLM and distilled agree\n" : "VLM and distilled disagree\n");
  if (!emo_prediction_get_margin_parts (prediction, &parts[0], &parts[1], &parts[2]))
    return;

  vlm = dup_number ("%+.2f", parts[0]);
  distilled = dup_number ("%+.2f", parts[1]);
  rest = dup_number ("%+.2f", parts[2]);
  g_string_append_printf (out, "Gated margin in logits: VLM %s, distilled %s, rest %s\n", vlm, distilled, rest);
}

static void
append_domain (GString       *out,
               EmoPrediction *prediction)
{
  EmoModelInfo *info = emo_prediction_get_info (prediction);

  if (emo_prediction_get_in_domain (prediction) != EMO_DOMAIN_OUT)
    return;
  if (info->domain_name != NULL)
    g_string_append_printf (out, "Out of the model's domain (%s)\n", info->domain_name);
  else
    g_string_append (out, "Out of the model's domain\n");
}

/* Generated text and what a person wrote may hold anything; a line stays one. */
static void
append_words (GString    *out,
              const char *title,
              const char *words)
{
  g_autofree char *line = g_strdup (words);
  g_autofree char *safe = NULL;

  g_strdelimit (line, "\r\n\t", ' ');
  safe = emo_file_escape_name (line);
  g_string_append_printf (out, "%s: %s\n", title, safe);
}

static void
append_explanation (GString       *out,
                    EmoPrediction *prediction)
{
  const char *text = emo_prediction_get_explanation (prediction);
  int label = emo_prediction_get_explanation_label (prediction);
  g_autofree char *title = NULL;

  if (text == NULL || *text == '\0')
    return;
  if (label >= 0)
    title = g_strdup_printf ("Explanation, generated by the VLM for %s",
                             emo_label_set_get_label (emo_prediction_get_labels (prediction), label));
  append_words (out, title != NULL ? title : "Explanation, generated by the VLM", text);
}

static void
append_annotations (GString   *out,
                    EmoSample *sample)
{
  if (emo_sample_get_flagged (sample))
    g_string_append (out, "Flagged\n");
  if (emo_sample_get_own_label (sample) != NULL)
    append_words (out, "Own label", emo_sample_get_own_label (sample));
  if (emo_sample_get_note (sample) != NULL)
    append_words (out, "Note", emo_sample_get_note (sample));
}

static void
append_model (GString       *out,
              EmoPrediction *prediction)
{
  EmoModelInfo *info = emo_prediction_get_info (prediction);

  g_string_append_printf (out, "Model: %s", info->name);
  if (info->revision != NULL)
    g_string_append_printf (out, ", revision %s", info->revision);
  if (info->model_sha256 != NULL)
    g_string_append_printf (out, ", SHA-256 %s", info->model_sha256);
  g_string_append_c (out, '\n');
}

static void
append_paragraph (GString   *out,
                  EmoSample *sample)
{
  EmoPrediction *prediction = get_prediction (sample);
  g_autofree char *name = emo_file_escape_name (emo_sample_get_file_name (sample));
  g_autofree char *error = emo_export_dup_error (emo_sample_get_error (sample));

  g_string_append_printf (out, "%s\n", name);
  if (is_failed (sample))
    append_words (out, "Failed", error != NULL ? error : "no answer");
  else if (prediction == NULL)
    g_string_append (out, "No answer yet\n");
  else
    {
      append_answers (out, prediction);
      append_fusion (out, prediction);
      append_domain (out, prediction);
      append_explanation (out, prediction);
    }
  append_annotations (out, sample);
  if (prediction != NULL)
    append_model (out, prediction);
}

/**
 * emo_table_to_text:
 * @samples: (element-type EmoSample): pictures
 *
 * Returns: (transfer full): answers, margin, explanation and model of each
 */
char *
emo_table_to_text (GPtrArray *samples)
{
  g_autoptr (GString) out = g_string_new (NULL);

  g_return_val_if_fail (samples != NULL, NULL);

  for (guint i = 0; i < samples->len; i++)
    {
      if (i > 0)
        g_string_append_c (out, '\n');
      append_paragraph (out, g_ptr_array_index (samples, i));
    }

  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* --- Cells --- */

/* The first row is the head; the first column is text, the others are numbers
 * where @numbers says so. */
typedef struct
{
  GPtrArray *rows;      /* of char **, all equally long */
  gboolean   numbers;
} Grid;

static void
grid_clear (Grid *grid)
{
  g_ptr_array_unref (grid->rows);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Grid, grid_clear)

static void
take_row (Grid         *grid,
          GStrvBuilder *builder)
{
  g_ptr_array_add (grid->rows, g_strv_builder_end (builder));
  g_strv_builder_unref (builder);
}

static gboolean
is_in_model (EmoModelInfo *info,
             EmoBranch     branch)
{
  return branch == EMO_BRANCH_VLM || (branch == EMO_BRANCH_DISTILLED ? info->has_distilled : info->has_gate);
}

/* Labels downwards, branches across, in percent. */
static void
fill_with_labels (Grid          *grid,
                  EmoPrediction *prediction)
{
  EmoModelInfo *info = emo_prediction_get_info (prediction);
  GStrvBuilder *head = g_strv_builder_new ();

  grid->numbers = TRUE;
  g_strv_builder_add (head, "Label");
  for (guint b = 0; b < EMO_N_BRANCHES; b++)
    if (is_in_model (info, _emo_export_branches[b]))
      {
        g_autofree char *title = g_strconcat (branch_titles[_emo_export_branches[b]], " (%)", NULL);

        g_strv_builder_add (head, title);
      }
  take_row (grid, head);

  for (guint i = 0; i < emo_label_set_get_size (info->labels); i++)
    {
      GStrvBuilder *row = g_strv_builder_new ();

      g_strv_builder_add (row, emo_label_set_get_label (info->labels, i));
      for (guint b = 0; b < EMO_N_BRANCHES; b++)
        {
          const double *p = emo_prediction_get_probabilities (prediction, _emo_export_branches[b]);
          g_autofree char *percent = p != NULL ? dup_number ("%.1f", 100 * p[i]) : g_strdup (NO_ANSWER);

          if (is_in_model (info, _emo_export_branches[b]))
            g_strv_builder_add (row, percent);
        }
      take_row (grid, row);
    }
}

static void
add_picture (Grid      *grid,
             EmoSample *sample)
{
  EmoPrediction *prediction = get_prediction (sample);
  g_autofree char *name = emo_file_escape_name (emo_sample_get_file_name (sample));
  gboolean both = prediction != NULL &&
                  emo_prediction_has_branch (prediction, EMO_BRANCH_VLM) &&
                  emo_prediction_has_branch (prediction, EMO_BRANCH_DISTILLED);
  GStrvBuilder *row = g_strv_builder_new ();

  g_strv_builder_add (row, name);
  for (guint b = 0; b < EMO_N_BRANCHES; b++)
    {
      g_autofree char *answer = prediction != NULL ? dup_answer (prediction, _emo_export_branches[b]) : NULL;

      if (answer == NULL)
        answer = g_strdup (b == 0 && is_failed (sample) ? "failed" : NO_ANSWER);
      g_strv_builder_add (row, answer);
    }
  g_strv_builder_add (row, !both ? NO_ANSWER : emo_prediction_get_agree (prediction) ? "yes" : "no");
  take_row (grid, row);
}

static void
fill_with_pictures (Grid      *grid,
                    GPtrArray *samples)
{
  GStrvBuilder *head = g_strv_builder_new ();

  g_strv_builder_add (head, "Picture");
  for (guint b = 0; b < EMO_N_BRANCHES; b++)
    g_strv_builder_add (head, branch_titles[_emo_export_branches[b]]);
  g_strv_builder_add (head, "Agree");
  take_row (grid, head);
  for (guint i = 0; i < samples->len; i++)
    add_picture (grid, g_ptr_array_index (samples, i));
}

static void
grid_init (Grid      *grid,
           GPtrArray *samples)
{
  EmoPrediction *single = samples->len == 1 ? get_prediction (g_ptr_array_index (samples, 0)) : NULL;

  grid->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  if (single != NULL)
    fill_with_labels (grid, single);
  else
    fill_with_pictures (grid, samples);
}

/* --- Markdown --- */

/* A bar would end the cell, the others would be read as markup. Points and
 * hyphens mean nothing inside a cell and stay readable. */
static void
append_markdown (GString    *out,
                 const char *text)
{
  for (const char *p = text; *p != '\0'; p++)
    {
      if (strchr ("\\`*_[]<>|~$&#", *p) != NULL)
        g_string_append_c (out, '\\');
      g_string_append_c (out, g_ascii_iscntrl (*p) ? ' ' : *p);
    }
}

/**
 * emo_table_to_markdown:
 * @samples: (element-type EmoSample): pictures
 *
 * Returns: (transfer full): a table as GitHub and Pandoc read it
 */
char *
emo_table_to_markdown (GPtrArray *samples)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_auto (Grid) grid = { NULL, FALSE };

  g_return_val_if_fail (samples != NULL, NULL);

  grid_init (&grid, samples);
  for (guint i = 0; i < grid.rows->len; i++)
    {
      char **cells = g_ptr_array_index (grid.rows, i);

      for (guint j = 0; cells[j] != NULL; j++)
        {
          g_string_append (out, "| ");
          append_markdown (out, cells[j]);
          g_string_append_c (out, ' ');
        }
      g_string_append (out, "|\n");
      for (guint j = 0; i == 0 && cells[j] != NULL; j++)
        g_string_append (out, j > 0 && grid.numbers ? "| ---: " : "| --- ");
      if (i == 0)
        g_string_append (out, "|\n");
    }

  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* --- LaTeX --- */

/* What a character is where it means something; NULL: itself. Brackets and stars
 * are an argument of the line break before them. */
static const char *
escape_latex (char c)
{
  switch (c)
    {
    case '\\':
      return "\\textbackslash{}";
    case '{':
      return "\\{";
    case '}':
      return "\\}";
    case '$':
      return "\\$";
    case '&':
      return "\\&";
    case '#':
      return "\\#";
    case '%':
      return "\\%";
    case '_':
      return "\\_";
    case '~':
      return "\\textasciitilde{}";
    case '^':
      return "\\textasciicircum{}";
    case '<':
      return "\\textless{}";
    case '>':
      return "\\textgreater{}";
    case '|':
      return "\\textbar{}";
    case '"':
      return "\\char34{}";
    case '`':
      return "\\char96{}";
    case '[':
      return "{[}";
    case ']':
      return "{]}";
    case '*':
      return "{*}";
    default:
      return NULL;
    }
}

/* Two hyphens would become a dash, two commas or quotes a quotation mark. */
static gboolean
is_ligature (const char *p)
{
  return p[0] == p[1] && strchr ("-,'", p[0]) != NULL;
}

static void
append_latex (GString    *out,
              const char *text)
{
  for (const char *p = text; *p != '\0'; p++)
    {
      const char *escaped = escape_latex (*p);

      if (escaped != NULL)
        g_string_append (out, escaped);
      else
        g_string_append_c (out, g_ascii_iscntrl (*p) ? ' ' : *p);
      if (is_ligature (p))
        g_string_append (out, "{}");
    }
}

/**
 * emo_table_to_latex:
 * @samples: (element-type EmoSample): pictures
 *
 * Returns: (transfer full): a tabular environment
 */
char *
emo_table_to_latex (GPtrArray *samples)
{
  g_autoptr (GString) out = g_string_new ("\\begin{tabular}{l");
  g_auto (Grid) grid = { NULL, FALSE };

  g_return_val_if_fail (samples != NULL, NULL);

  grid_init (&grid, samples);
  for (guint j = 1; j < g_strv_length (g_ptr_array_index (grid.rows, 0)); j++)
    g_string_append_c (out, grid.numbers ? 'r' : 'l');
  g_string_append (out, "}\n\\hline\n");
  for (guint i = 0; i < grid.rows->len; i++)
    {
      char **cells = g_ptr_array_index (grid.rows, i);

      for (guint j = 0; cells[j] != NULL; j++)
        {
          if (j > 0)
            g_string_append (out, " & ");
          append_latex (out, cells[j]);
        }
      g_string_append (out, i == 0 ? " \\\\\n\\hline\n" : " \\\\\n");
    }
  g_string_append (out, "\\hline\n\\end{tabular}\n");

  return g_string_free (g_steal_pointer (&out), FALSE);
}
