/* emo-prediction-json.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-json.h"
#include "emo-prediction.h"

/* The keys are a contract (the command line's `predict --format jsonl`): what
 * is missing is null, and only the gate's "weights" is there for some kinds of
 * gates and not for others. */

static void
append_key (GString    *out,
            const char *key)
{
  if (out->str[out->len - 1] != '{')
    g_string_append (out, ", ");

  g_string_append_printf (out, "\"%s\": ", key);
}

static void
append_string (GString    *out,
               const char *key,
               const char *value)
{
  append_key (out, key);
  emo_json_append_string (out, value);
}

static void
append_double (GString    *out,
               const char *key,
               double      value)
{
  append_key (out, key);
  emo_json_append_double (out, value);
}

static void
append_doubles (GString      *out,
                const char   *key,
                const double *values,
                gsize         n)
{
  append_key (out, key);
  emo_json_append_doubles (out, values, n);
}

static void
append_bool (GString    *out,
             const char *key,
             gboolean    value)
{
  append_key (out, key);
  g_string_append (out, value ? "true" : "false");
}

static void
append_label (GString       *out,
              EmoPrediction *self,
              int            label)
{
  append_string (out, "label",
                 label >= 0 ? emo_label_set_get_label (emo_prediction_get_labels (self), (guint) label) : NULL);
}

static void
append_input (GString       *out,
              EmoPrediction *self)
{
  const int *grid = emo_prediction_get_grid (self);
  int width, height;

  emo_prediction_get_size (self, &width, &height);

  if (width == 0)
    {
      g_string_append (out, ", \"width\": null, \"height\": null, \"grid\": null, \"image_tokens\": null");
      return;
    }

  g_string_append_printf (out,
                          ", \"width\": %d, \"height\": %d, \"grid\": [%d,%d,%d], \"image_tokens\": %d",
                          width, height, grid[0], grid[1], grid[2],
                          emo_prediction_get_image_tokens (self));
}

static void
append_labels (GString     *out,
               EmoLabelSet *labels)
{
  append_key (out, "labels");
  g_string_append_c (out, '[');

  for (guint i = 0; i < emo_label_set_get_size (labels); i++)
    {
      if (i > 0)
        g_string_append_c (out, ',');
      emo_json_append_string (out, emo_label_set_get_label (labels, i));
    }

  g_string_append_c (out, ']');
}

static void
append_branch (GString       *out,
               EmoPrediction *self,
               EmoBranch      branch,
               const char    *key,
               const char    *scores_key)
{
  guint n = emo_label_set_get_size (emo_prediction_get_labels (self));

  append_key (out, key);

  if (!emo_prediction_has_branch (self, branch))
    {
      g_string_append (out, "null");
      return;
    }

  g_string_append_c (out, '{');
  append_label (out, self, emo_prediction_get_winner (self, branch));
  append_doubles (out, "probabilities", emo_prediction_get_probabilities (self, branch), n);
  append_doubles (out, scores_key, emo_prediction_get_scores (self, branch), n);
  if (branch == EMO_BRANCH_VLM)
    append_double (out, "mass", emo_prediction_get_mass (self));
  g_string_append_c (out, '}');
}

static void
append_share (GString       *out,
              EmoPrediction *self)
{
  double vlm, distilled;

  append_key (out, "share");

  if (!emo_prediction_get_share (self, &vlm, &distilled))
    {
      g_string_append (out, "null");
      return;
    }

  g_string_append_c (out, '{');
  append_double (out, "vlm", vlm);
  append_double (out, "distilled", distilled);
  g_string_append_c (out, '}');
}

static void
append_margin (GString       *out,
               EmoPrediction *self)
{
  double vlm, distilled, rest;

  append_key (out, "margin");

  if (!emo_prediction_get_margin_parts (self, &vlm, &distilled, &rest))
    {
      g_string_append (out, "null");
      return;
    }

  g_string_append_c (out, '{');
  append_double (out, "vlm", vlm);
  append_double (out, "distilled", distilled);
  append_double (out, "rest", rest);
  g_string_append_c (out, '}');
}

static void
append_gate (GString       *out,
             EmoPrediction *self)
{
  EmoModelInfo *info = emo_prediction_get_info (self);
  guint n = emo_label_set_get_size (info->labels);
  const double *weights;
  guint n_weights;

  append_key (out, "gate");

  if (!emo_prediction_has_branch (self, EMO_BRANCH_GATED))
    {
      g_string_append (out, "null");
      return;
    }

  g_string_append_c (out, '{');
  append_string (out, "kind", emo_gate_kind_to_string (info->gate_kind));
  append_string (out, "vlm_input", emo_vlm_input_to_string (info->vlm_input));
  append_share (out, self);

  append_key (out, "contributions");
  g_string_append_c (out, '{');
  append_doubles (out, "vlm", emo_prediction_get_contribution_vlm (self), n);
  append_doubles (out, "distilled", emo_prediction_get_contribution_distilled (self), n);
  append_doubles (out, "rest", emo_prediction_get_contribution_rest (self), n);
  g_string_append_c (out, '}');

  append_margin (out, self);

  weights = emo_prediction_get_weights (self, &n_weights, NULL);
  if (weights != NULL)
    append_doubles (out, "weights", weights, n_weights);

  g_string_append_c (out, '}');
}

static void
append_explanation (GString       *out,
                    EmoPrediction *self)
{
  const char *text = emo_prediction_get_explanation_exact (self);

  append_key (out, "explanation");

  if (text == NULL)
    {
      g_string_append (out, "null");
      return;
    }

  g_string_append_c (out, '{');
  append_label (out, self, emo_prediction_get_explanation_label (self));
  append_string (out, "text", text);
  append_bool (out, "complete", emo_prediction_get_explanation_complete (self));
  g_string_append_c (out, '}');
}

static void
append_agree (GString       *out,
              EmoPrediction *self)
{
  if (emo_prediction_knows_agree (self))
    {
      append_bool (out, "agree", emo_prediction_get_agree (self));
      return;
    }

  append_key (out, "agree");
  g_string_append (out, "null");
}

static void
append_in_domain (GString       *out,
                  EmoPrediction *self)
{
  EmoDomainVerdict verdict = emo_prediction_get_in_domain (self);

  append_key (out, "in_domain");

  if (verdict == EMO_DOMAIN_UNKNOWN)
    g_string_append (out, "null");
  else
    g_string_append (out, verdict == EMO_DOMAIN_IN ? "true" : "false");
}

static void
append_ms (GString       *out,
           EmoPrediction *self)
{
  append_key (out, "ms");
  g_string_append_c (out, '{');
  append_double (out, "decode", emo_prediction_get_ms (self, EMO_STAGE_INPUT));
  append_double (out, "vision", emo_prediction_get_ms (self, EMO_STAGE_VISION));
  append_double (out, "prefill", emo_prediction_get_ms (self, EMO_STAGE_PREFILL));
  append_double (out, "score", emo_prediction_get_ms (self, EMO_STAGE_VLM));
  append_double (out, "explain", emo_prediction_get_ms (self, EMO_STAGE_EXPLAINED));
  append_double (out, "total", emo_prediction_get_ms (self, EMO_STAGE_DONE));
  g_string_append_c (out, '}');
}

/**
 * emo_prediction_to_json:
 * @self: a prediction, as far as it has come
 * @image: the picture's name
 * @error_text: (nullable): why it failed
 *
 * One object on one line. Numbers read back to the same doubles.
 *
 * Returns: (transfer full): JSON without a newline
 */
char *
emo_prediction_to_json (EmoPrediction *self,
                        const char    *image,
                        const char    *error_text)
{
  EmoModelInfo *info;
  GString *out;

  g_return_val_if_fail (EMO_IS_PREDICTION (self), NULL);
  g_return_val_if_fail (image != NULL, NULL);

  info = emo_prediction_get_info (self);
  out = g_string_new ("{");

  append_string (out, "image", image);
  append_input (out, self);
  append_labels (out, info->labels);
  append_branch (out, self, EMO_BRANCH_VLM, "vlm", "logprobs");
  append_branch (out, self, EMO_BRANCH_DISTILLED, "distilled", "logits");
  append_branch (out, self, EMO_BRANCH_GATED, "gated", "logits");
  append_gate (out, self);
  append_explanation (out, self);
  append_agree (out, self);
  append_in_domain (out, self);
  append_ms (out, self);

  append_key (out, "model");
  g_string_append_c (out, '{');
  append_string (out, "name", info->name);
  append_string (out, "sha256", info->model_sha256);
  g_string_append_c (out, '}');

  append_string (out, "error", error_text);
  g_string_append_c (out, '}');

  return g_string_free (out, FALSE);
}
