/* emo-prediction-read.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-error.h"
#include "emo-json.h"
#include "emo-prediction.h"

/* The way back from emo-prediction-json.c. The text may have been anywhere in
 * between, so it is held to the same rules as any file: every array has as many
 * numbers as there are labels, every number its range. What is wrong first is
 * latched, and all later reads do nothing. */
typedef struct
{
  const char   *name;      /* what errors call the text */
  EmoLabelSet  *labels;    /* (nullable) until read */
  GError      **error;
  gboolean      failed;
} Reader;

/* One, and what rounding may have added. */
#define MAX_PROBABILITY 1.000001
/* The most weights a gate shows: one an expert. */
#define MAX_WEIGHTS 64

static void
fail (Reader     *reader,
      const char *key,
      const char *expected)
{
  if (!reader->failed)
    g_set_error (reader->error, EMO_ERROR, EMO_ERROR_INVALID_FILE,
                 "%s: \"%s\" is not %s", reader->name, key, expected);
  reader->failed = TRUE;
}

static gboolean
is_null (const EmoJsonValue *value)
{
  return value == NULL || emo_json_value_get_type (value) == EMO_JSON_NULL;
}

/* The member where it is of the type; NULL where it is absent, null or wrong. */
static const EmoJsonValue *
find (Reader             *reader,
      const EmoJsonValue *object,
      const char         *key,
      EmoJsonType         type,
      const char         *expected)
{
  const EmoJsonValue *value = emo_json_value_get_member (object, key);

  if (reader->failed || is_null (value))
    return NULL;
  if (emo_json_value_get_type (value) != type)
    {
      fail (reader, key, expected);
      return NULL;
    }

  return value;
}

static const EmoJsonValue *
find_object (Reader             *reader,
             const EmoJsonValue *object,
             const char         *key)
{
  return find (reader, object, key, EMO_JSON_OBJECT, "an object or null");
}

/* NaN where it is absent: that is what null was written for. */
static double
read_double (Reader             *reader,
             const EmoJsonValue *object,
             const char         *key,
             double              low)
{
  const EmoJsonValue *value = find (reader, object, key, EMO_JSON_NUMBER, "a number or null");
  double number = value != NULL ? emo_json_value_get_double (value) : NAN;

  if (number < low)
    fail (reader, key, "in its range");

  return number;
}

static int
read_int (Reader             *reader,
          const EmoJsonValue *value,
          const char         *key)
{
  gint64 number = 0;

  if (!reader->failed && !is_null (value) &&
      (!emo_json_value_get_int64 (value, &number) || number < 0 || number > G_MAXINT))
    fail (reader, key, "a count");

  return reader->failed ? 0 : (int) number;
}

/* @n numbers, or NULL; null among them is NaN. */
static double *
read_doubles (Reader             *reader,
              const EmoJsonValue *object,
              const char         *key,
              gsize               n,
              double              low,
              double              high)
{
  const EmoJsonValue *array = find (reader, object, key, EMO_JSON_ARRAY, "an array or null");
  g_autofree double *values = NULL;

  if (array == NULL)
    return NULL;
  if (emo_json_value_get_length (array) != n)
    {
      fail (reader, key, "as long as there are labels");
      return NULL;
    }

  values = g_new (double, n);
  for (gsize i = 0; i < n; i++)
    {
      const EmoJsonValue *value = emo_json_value_get_element (array, i);

      values[i] = emo_json_value_get_double (value);
      if ((isnan (values[i]) && !is_null (value)) || values[i] < low || values[i] > high)
        {
          fail (reader, key, "made of numbers in their range");
          return NULL;
        }
    }

  return g_steal_pointer (&values);
}

/* Takes an update in unless something was wrong. */
static void
apply (Reader        *reader,
       EmoPrediction *prediction,
       EmoUpdate     *update)
{
  update->n_labels = emo_label_set_get_size (reader->labels);
  if (!reader->failed)
    emo_prediction_apply (prediction, update);
}

static void
read_labels (Reader             *reader,
             const EmoJsonValue *root)
{
  const EmoJsonValue *array = find (reader, root, "labels", EMO_JSON_ARRAY, "an array");
  g_autofree const char **labels = NULL;
  gsize n = emo_json_value_get_length (array);

  if (n < 2 || n > EMO_LABEL_SET_MAX)
    {
      fail (reader, "labels", "a list of labels");
      return;
    }

  labels = g_new0 (const char *, n + 1);
  for (gsize i = 0; i < n; i++)
    {
      labels[i] = emo_json_value_get_string (emo_json_value_get_element (array, i));
      if (labels[i] == NULL)
        {
          fail (reader, "labels", "a list of labels");
          return;
        }
    }

  reader->labels = emo_label_set_new (labels, reader->error);
  reader->failed = reader->labels == NULL;
  if (reader->failed)
    g_prefix_error (reader->error, "%s: ", reader->name);
}

static void
read_input (Reader             *reader,
            const EmoJsonValue *root,
            const EmoJsonValue *ms,
            EmoPrediction      *prediction)
{
  g_autoptr (EmoUpdate) update = emo_update_new (EMO_STAGE_INPUT);
  const EmoJsonValue *grid;

  if (is_null (emo_json_value_get_member (root, "width")))
    return;

  update->ms = read_double (reader, ms, "decode", 0);
  update->width = read_int (reader, emo_json_value_get_member (root, "width"), "width");
  update->height = read_int (reader, emo_json_value_get_member (root, "height"), "height");
  /* No picture has none, and zero is how a prediction says "not known yet". */
  if (update->width == 0 || update->height == 0)
    fail (reader, update->width == 0 ? "width" : "height", "a length in pixels");
  update->image_tokens = read_int (reader, emo_json_value_get_member (root, "image_tokens"), "image_tokens");
  grid = find (reader, root, "grid", EMO_JSON_ARRAY, "an array or null");
  if (grid != NULL && emo_json_value_get_length (grid) != G_N_ELEMENTS (update->grid))
    fail (reader, "grid", "three counts");
  for (gsize i = 0; i < G_N_ELEMENTS (update->grid); i++)
    update->grid[i] = read_int (reader, emo_json_value_get_element (grid, i), "grid");

  apply (reader, prediction, update);
}

static void
read_vision (Reader             *reader,
             const EmoJsonValue *root,
             const EmoJsonValue *ms,
             EmoPrediction      *prediction)
{
  g_autoptr (EmoUpdate) update = emo_update_new (EMO_STAGE_VISION);
  const EmoJsonValue *verdict = find (reader, root, "in_domain", EMO_JSON_BOOL, "true, false or null");

  update->ms = read_double (reader, ms, "vision", 0);
  if (verdict != NULL)
    update->in_domain = emo_json_value_get_bool (verdict) ? EMO_DOMAIN_IN : EMO_DOMAIN_OUT;

  if (verdict != NULL || !isnan (update->ms))
    apply (reader, prediction, update);
}

static void
read_gate (Reader             *reader,
           const EmoJsonValue *gate,
           EmoUpdate          *update)
{
  gsize n = emo_label_set_get_size (reader->labels);
  const EmoJsonValue *parts = find_object (reader, gate, "contributions");
  const EmoJsonValue *weights = find (reader, gate, "weights", EMO_JSON_ARRAY, "an array");

  if (!emo_gate_kind_from_string (emo_json_value_get_member_string (gate, "kind", ""), &update->gate_kind))
    fail (reader, "kind", "a kind of gate");
  if (!emo_vlm_input_from_string (emo_json_value_get_member_string (gate, "vlm_input", ""), &update->vlm_input))
    fail (reader, "vlm_input", "an input of gates");

  update->contribution_vlm = read_doubles (reader, parts, "vlm", n, -INFINITY, INFINITY);
  update->contribution_distilled = read_doubles (reader, parts, "distilled", n, -INFINITY, INFINITY);
  update->contribution_rest = read_doubles (reader, parts, "rest", n, -INFINITY, INFINITY);

  if (weights == NULL)
    return;
  update->n_weights = (guint) MIN (emo_json_value_get_length (weights), MAX_WEIGHTS);
  update->weights = read_doubles (reader, gate, "weights", update->n_weights, -INFINITY, INFINITY);
  update->weights_title = g_strdup (emo_gate_kind_get_weights_title (update->gate_kind));
}

static void
read_branch (Reader             *reader,
             const EmoJsonValue *root,
             const char         *key,
             const char         *scores_key,
             EmoUpdate          *update)
{
  const EmoJsonValue *branch = find_object (reader, root, key);
  gsize n = emo_label_set_get_size (reader->labels);

  if (branch == NULL)
    return;

  update->probabilities = read_doubles (reader, branch, "probabilities", n, 0, MAX_PROBABILITY);
  update->scores = read_doubles (reader, branch, scores_key, n, -INFINITY, INFINITY);
  update->mass = read_double (reader, branch, "mass", 0);
  if (update->probabilities == NULL)
    fail (reader, key, "an answer with probabilities");
}

static void
read_answers (Reader             *reader,
              const EmoJsonValue *root,
              const EmoJsonValue *ms,
              EmoPrediction      *prediction)
{
  g_autoptr (EmoUpdate) distilled = emo_update_new (EMO_STAGE_DISTILLED);
  g_autoptr (EmoUpdate) prefill = emo_update_new (EMO_STAGE_PREFILL);
  g_autoptr (EmoUpdate) vlm = emo_update_new (EMO_STAGE_VLM);
  g_autoptr (EmoUpdate) gated = emo_update_new (EMO_STAGE_GATE);
  const EmoJsonValue *gate = find_object (reader, root, "gate");

  read_branch (reader, root, "distilled", "logits", distilled);
  if (distilled->probabilities != NULL)
    apply (reader, prediction, distilled);

  prefill->ms = read_double (reader, ms, "prefill", 0);
  if (!isnan (prefill->ms))
    apply (reader, prediction, prefill);

  read_branch (reader, root, "vlm", "logprobs", vlm);
  vlm->ms = read_double (reader, ms, "score", 0);
  if (vlm->probabilities != NULL)
    apply (reader, prediction, vlm);

  read_branch (reader, root, "gated", "logits", gated);
  if (gate != NULL)
    read_gate (reader, gate, gated);
  if (gated->probabilities != NULL)
    apply (reader, prediction, gated);
}

static void
read_explanation (Reader             *reader,
                  const EmoJsonValue *root,
                  const EmoJsonValue *ms,
                  EmoPrediction      *prediction)
{
  g_autoptr (EmoUpdate) update = emo_update_new (EMO_STAGE_EXPLAINED);
  const EmoJsonValue *explanation = find_object (reader, root, "explanation");
  const char *label = emo_json_value_get_member_string (explanation, "label", NULL);

  if (explanation == NULL)
    return;

  if (label != NULL)
    {
      update->label = emo_label_set_find (reader->labels, label);
      if (update->label < 0)
        fail (reader, "label", "one of the labels");
    }
  update->ms = read_double (reader, ms, "explain", 0);
  update->text = g_strdup (emo_json_value_get_member_string (explanation, "text", ""));
  update->complete = emo_json_value_get_member_bool (explanation, "complete", FALSE);

  apply (reader, prediction, update);
}

static void
read_done (Reader             *reader,
           const EmoJsonValue *ms,
           EmoPrediction      *prediction)
{
  g_autoptr (EmoUpdate) update = emo_update_new (EMO_STAGE_DONE);

  update->ms = read_double (reader, ms, "total", 0);
  if (!isnan (update->ms))
    apply (reader, prediction, update);
}

/* What the object itself tells of the model. */
static EmoModelInfo *
make_info (Reader             *reader,
           const EmoJsonValue *root)
{
  const EmoJsonValue *model = find_object (reader, root, "model");
  const EmoJsonValue *gate = find_object (reader, root, "gate");
  EmoModelInfo *info = emo_model_info_new ();

  info->labels = emo_label_set_ref (reader->labels);
  info->name = g_strdup (emo_json_value_get_member_string (model, "name", NULL));
  info->model_sha256 = g_strdup (emo_json_value_get_member_string (model, "sha256", NULL));
  /* Beside an answer of the VLM, only a head that did not answer leaves "agree" open. */
  info->has_distilled = !is_null (emo_json_value_get_member (root, "distilled")) ||
                        (!is_null (emo_json_value_get_member (root, "vlm")) &&
                         is_null (emo_json_value_get_member (root, "agree")));
  info->has_gate = gate != NULL;
  emo_gate_kind_from_string (emo_json_value_get_member_string (gate, "kind", ""), &info->gate_kind);
  emo_vlm_input_from_string (emo_json_value_get_member_string (gate, "vlm_input", ""), &info->vlm_input);

  return info;
}

static gboolean
have_same_labels (EmoLabelSet *a,
                  EmoLabelSet *b)
{
  return g_strv_equal (emo_label_set_get_labels (a), emo_label_set_get_labels (b));
}

static EmoPrediction *
read_prediction (Reader             *reader,
                 const EmoJsonValue *root,
                 EmoModelInfo       *info)
{
  g_autoptr (EmoPrediction) prediction = NULL;
  g_autoptr (EmoModelInfo) known = NULL;
  const EmoJsonValue *ms = find_object (reader, root, "ms");

  if (info != NULL && !have_same_labels (info->labels, reader->labels))
    fail (reader, "labels", "what the model's labels are");
  if (reader->failed)
    return NULL;

  known = info != NULL ? emo_model_info_ref (info) : make_info (reader, root);
  prediction = emo_prediction_new (known);
  read_input (reader, root, ms, prediction);
  read_vision (reader, root, ms, prediction);
  read_answers (reader, root, ms, prediction);
  read_explanation (reader, root, ms, prediction);
  read_done (reader, ms, prediction);

  return reader->failed ? NULL : g_steal_pointer (&prediction);
}

/**
 * emo_prediction_new_from_json:
 * @text: (array length=length): one object, as emo_prediction_to_json() writes
 * @length: bytes of @text
 * @name: what errors call the text
 * @info: (nullable): the model that answered; %NULL to know only its name, hash
 *   and labels, which the object has
 * @error: return location
 *
 * Makes the prediction again without the model. Numbers are the same doubles;
 * writing it gives the same text, but for the keys "image" and "error", which
 * are the caller's.
 *
 * Returns: (transfer full) (nullable): the prediction, or %NULL with the errors
 *   of emo_json_parse(), %EMO_ERROR_INVALID_FILE also for a value of a wrong
 *   type, length or range and for labels that are not @info's
 */
EmoPrediction *
emo_prediction_new_from_json (const char    *text,
                              gsize          length,
                              const char    *name,
                              EmoModelInfo  *info,
                              GError       **error)
{
  Reader reader = { .name = name, .error = error };
  g_autoptr (EmoJson) json = NULL;
  g_autoptr (EmoLabelSet) labels = NULL;
  const EmoJsonValue *root;

  g_return_val_if_fail (text != NULL || length == 0, NULL);
  g_return_val_if_fail (name != NULL, NULL);

  json = emo_json_parse_generated (text, length, name, 0, error);
  if (json == NULL)
    return NULL;

  root = emo_json_get_root (json);
  if (emo_json_value_get_type (root) != EMO_JSON_OBJECT)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "%s is not an object", name);
      return NULL;
    }

  read_labels (&reader, root);
  labels = reader.labels;

  return reader.failed ? NULL : read_prediction (&reader, root, info);
}
