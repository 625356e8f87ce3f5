/* test-prediction.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>
#include <string.h>

#include "emo-divergence.h"
#include "emo-error.h"
#include "emo-json.h"
#include "emo-prediction.h"

#define N 3

/* rest + vlm + distilled = logits: 1.8, 0.6, -1.0. The margin of label 0 over
 * label 1 is 1.2 = -0.1 + 2.1 - 0.8. */
static const double vlm_p[N] = { 0.5, 0.3, 0.2 };
static const double vlm_s[N] = { -1.0, -1.5, -1.9 };
static const double distilled_p[N] = { 0.2, 0.7, 0.1 };
static const double distilled_s[N] = { 0.3, 1.6, -0.4 };
static const double gated_p[N] = { 0.73, 0.22, 0.05 };
static const double gated_s[N] = { 1.8, 0.6, -1.0 };
static const double part_vlm[N] = { 2.1, 0.0, -1.0 };
static const double part_distilled[N] = { -0.4, 0.4, 0.0 };
static const double part_rest[N] = { 0.1, 0.2, 0.0 };

static double *
copy (const double *values)
{
  return g_memdup2 (values, N * sizeof *values);
}

static EmoModelInfo *
make_info (void)
{
  static const char * const labels[] = { "awe", "fear", "sadness", NULL };
  EmoModelInfo *info = emo_model_info_new ();

  info->labels = emo_label_set_new (labels, NULL);
  info->name = g_strdup ("tiny");
  info->model_sha256 = g_strdup ("abc");
  info->has_distilled = info->has_gate = TRUE;
  info->gate_kind = EMO_GATE_KIND_DYNAMIC;

  return info;
}

static EmoPrediction *
make_prediction (void)
{
  g_autoptr (EmoModelInfo) info = make_info ();

  return emo_prediction_new (info);
}

static void
send (EmoPrediction *self,
      EmoUpdate     *update)
{
  update->n_labels = N;
  emo_prediction_apply (self, update);
  emo_update_unref (update);
}

static void
send_stage (EmoPrediction *self,
            EmoStage       stage,
            double         ms)
{
  EmoUpdate *update = emo_update_new (stage);

  update->ms = ms;
  update->in_domain = EMO_DOMAIN_OUT;
  update->domain_distance = 1.5;
  update->width = 640;
  update->height = 480;
  update->grid[0] = 1;
  update->grid[1] = 34;
  update->grid[2] = 46;
  update->image_tokens = 391;
  send (self, update);
}

static void
send_answer (EmoPrediction *self,
             EmoStage       stage,
             const double  *probabilities,
             const double  *scores)
{
  EmoUpdate *update = emo_update_new (stage);

  update->ms = 7;
  update->probabilities = copy (probabilities);
  update->scores = copy (scores);
  update->mass = 0.93;
  if (stage == EMO_STAGE_GATE)
    {
      update->contribution_vlm = copy (part_vlm);
      update->contribution_distilled = copy (part_distilled);
      update->contribution_rest = copy (part_rest);
      update->n_weights = 2;
      update->weights = g_memdup2 (((double[]) { 0.25, 0.75 }), 2 * sizeof (double));
      update->weights_title = g_strdup ("branch weights");
    }
  send (self, update);
}

static void
send_text (EmoPrediction *self,
           EmoStage       stage,
           int            label,
           const char    *text,
           gboolean       complete)
{
  EmoUpdate *update = emo_update_new (stage);

  update->ms = 11;
  update->label = label;
  update->text = g_strdup (text);
  update->complete = complete;
  send (self, update);
}

static void
send_all (EmoPrediction *self)
{
  send_stage (self, EMO_STAGE_INPUT, 1);
  send_stage (self, EMO_STAGE_VISION, 2);
  send_answer (self, EMO_STAGE_DISTILLED, distilled_p, distilled_s);
  send_stage (self, EMO_STAGE_PREFILL, 3);
  send_answer (self, EMO_STAGE_VLM, vlm_p, vlm_s);
  send_answer (self, EMO_STAGE_GATE, gated_p, gated_s);
  send_text (self, EMO_STAGE_TEXT, 0, "A wide ", FALSE);
  send_text (self, EMO_STAGE_TEXT, 0, "sky\"", FALSE);
  send_text (self, EMO_STAGE_EXPLAINED, 0, "A wide sky", TRUE);
  send_stage (self, EMO_STAGE_DONE, 42.5);
}

static void
test_prediction_begins_empty (void)
{
  EmoPrediction *self = make_prediction ();
  int width, height;

  for (int b = 0; b < EMO_N_BRANCHES; b++)
    {
      g_assert_false (emo_prediction_has_branch (self, (EmoBranch) b));
      g_assert_null (emo_prediction_get_probabilities (self, (EmoBranch) b));
      g_assert_null (emo_prediction_get_scores (self, (EmoBranch) b));
      g_assert_cmpint (emo_prediction_get_winner (self, (EmoBranch) b), ==, -1);
      g_assert_cmpint (emo_prediction_get_runner_up (self, (EmoBranch) b), ==, -1);
    }
  for (int s = 0; s <= EMO_STAGE_DONE; s++)
    g_assert_true (isnan (emo_prediction_get_ms (self, (EmoStage) s)));

  emo_prediction_get_size (self, &width, &height);
  g_assert_cmpint (width, ==, 0);
  g_assert_cmpint (emo_prediction_get_final_branch (self), ==, EMO_BRANCH_VLM);
  g_assert_true (isnan (emo_prediction_get_margin (self)));
  g_assert_true (isnan (emo_prediction_get_mass (self)));
  g_assert_true (emo_prediction_get_agree (self));
  g_assert_true (isnan (emo_prediction_get_disagreement (self)));
  g_assert_cmpint (emo_prediction_get_in_domain (self), ==, EMO_DOMAIN_UNKNOWN);
  g_assert_null (emo_prediction_get_explanation (self));
  g_assert_cmpint (emo_prediction_get_explanation_label (self), ==, -1);
  g_assert_false (emo_prediction_get_share (self, NULL, NULL));
  g_assert_finalize_object (self);
}

static void
test_prediction_takes_stages_as_they_come (void)
{
  EmoPrediction *self = make_prediction ();
  int width, height;

  send_stage (self, EMO_STAGE_INPUT, 1);
  emo_prediction_get_size (self, &width, &height);
  g_assert_cmpint (width, ==, 640);
  g_assert_cmpint (height, ==, 480);
  g_assert_cmpint (emo_prediction_get_grid (self)[2], ==, 46);
  g_assert_cmpint (emo_prediction_get_image_tokens (self), ==, 391);

  send_stage (self, EMO_STAGE_VISION, 2);
  g_assert_cmpint (emo_prediction_get_in_domain (self), ==, EMO_DOMAIN_OUT);
  g_assert_cmpfloat (emo_prediction_get_domain_distance (self), ==, 1.5);

  send_answer (self, EMO_STAGE_DISTILLED, distilled_p, distilled_s);
  g_assert_cmpint (emo_prediction_get_winner (self, EMO_BRANCH_DISTILLED), ==, 1);
  g_assert_cmpint (emo_prediction_get_stage (self), ==, EMO_STAGE_DISTILLED);
  g_assert_true (isnan (emo_prediction_get_margin (self)));
  g_assert_true (emo_prediction_get_agree (self));

  send_answer (self, EMO_STAGE_VLM, vlm_p, vlm_s);
  g_assert_cmpint (emo_prediction_get_final_branch (self), ==, EMO_BRANCH_VLM);
  g_assert_cmpint (emo_prediction_get_runner_up (self, EMO_BRANCH_VLM), ==, 1);
  g_assert_cmpint (emo_prediction_get_runner_up (self, EMO_BRANCH_DISTILLED), ==, 0);
  g_assert_cmpint (emo_prediction_get_runner_up (self, EMO_BRANCH_GATED), ==, -1);
  g_assert_cmpfloat_with_epsilon (emo_prediction_get_margin (self), 0.2, 1e-12);
  g_assert_false (emo_prediction_get_agree (self));
  g_assert_cmpfloat (emo_prediction_get_disagreement (self), ==, emo_divergence_jensen_shannon (vlm_p, distilled_p, N));
  g_assert_cmpfloat (emo_prediction_get_disagreement (self), >, 0.1);
  g_assert_cmpfloat (emo_prediction_get_mass (self), ==, 0.93);

  send_answer (self, EMO_STAGE_GATE, gated_p, gated_s);
  g_assert_cmpint (emo_prediction_get_final_branch (self), ==, EMO_BRANCH_GATED);
  g_assert_cmpint (emo_prediction_get_runner_up (self, EMO_BRANCH_GATED), ==, 1);
  g_assert_cmpfloat_with_epsilon (emo_prediction_get_margin (self), 0.51, 1e-12);
  g_assert_cmpfloat (emo_prediction_get_scores (self, EMO_BRANCH_GATED)[2], ==, -1.0);
  g_assert_finalize_object (self);
}

static void
test_prediction_splits_the_margin (void)
{
  EmoPrediction *self = make_prediction ();
  const double *weights;
  const char *title;
  double vlm, distilled, rest;
  guint n_weights;

  send_all (self);

  g_assert_true (emo_prediction_get_margin_parts (self, &vlm, &distilled, &rest));
  g_assert_cmpfloat_with_epsilon (vlm, 2.1, 1e-12);
  g_assert_cmpfloat_with_epsilon (distilled, -0.8, 1e-12);
  g_assert_cmpfloat_with_epsilon (rest, -0.1, 1e-12);
  g_assert_cmpfloat_with_epsilon (vlm + distilled + rest, gated_s[0] - gated_s[1], 1e-12);

  g_assert_true (emo_prediction_get_share (self, &vlm, &distilled));
  g_assert_cmpfloat_with_epsilon (vlm, 2.1 / 2.9, 1e-12);
  g_assert_cmpfloat_with_epsilon (distilled, 0.8 / 2.9, 1e-12);

  weights = emo_prediction_get_weights (self, &n_weights, &title);
  g_assert_cmpuint (n_weights, ==, 2);
  g_assert_cmpfloat (weights[1], ==, 0.75);
  g_assert_cmpstr (title, ==, "branch weights");
  g_assert_finalize_object (self);
}

static void
test_prediction_has_no_share_where_no_branch_spoke (void)
{
  EmoPrediction *self = make_prediction ();
  EmoUpdate *update = emo_update_new (EMO_STAGE_GATE);
  static const double zeros[N] = { 0 };
  double vlm = 9, distilled = 9, rest = 9;

  update->probabilities = copy (gated_p);
  update->scores = copy (gated_s);
  update->contribution_vlm = copy (zeros);
  update->contribution_distilled = copy (zeros);
  update->contribution_rest = copy (gated_s);
  send (self, update);

  g_assert_true (emo_prediction_get_margin_parts (self, &vlm, &distilled, &rest));
  g_assert_cmpfloat_with_epsilon (rest, 1.2, 1e-12);
  g_assert_false (emo_prediction_get_share (self, &vlm, &distilled));
  g_assert_cmpfloat (vlm, ==, 0);
  g_assert_cmpfloat (distilled, ==, 0);
  g_assert_null (emo_prediction_get_weights (self, NULL, NULL));
  g_assert_finalize_object (self);
}

static void
test_prediction_ranks_saturated_answers_by_score (void)
{
  EmoPrediction *self = make_prediction ();
  static const double p[N] = { 0, 1, 0 };
  static const double s[N] = { -900, 0, -800 };
  static const double equal[N] = { 0.4, 0.2, 0.4 };
  static const double flat[N] = { 1, 1, 1 };
  double rest;

  /* The runner-up is label 2, though both others round to zero. */
  send_answer (self, EMO_STAGE_GATE, p, s);
  g_assert_true (emo_prediction_get_margin_parts (self, NULL, NULL, &rest));
  g_assert_cmpfloat_with_epsilon (rest, 0.2, 1e-12);

  send_answer (self, EMO_STAGE_VLM, equal, flat);
  g_assert_cmpint (emo_prediction_get_winner (self, EMO_BRANCH_VLM), ==, 0);
  g_assert_finalize_object (self);
}

/* Item 15: what is no number is no answer, in part or in whole. */
static void
test_prediction_takes_nan_for_no_answer (void)
{
  static const double part_nan[N] = { NAN, 0.1, 0.9 };
  static const double infinite[N] = { 1, INFINITY, 0 };
  EmoPrediction *self = make_prediction ();
  g_autofree char *before = emo_prediction_dup_broken (self);
  g_autofree char *one = NULL;
  g_autofree char *two = NULL;
  g_autofree char *after = NULL;

  g_assert_null (before);
  g_assert_false (emo_prediction_knows_agree (self));
  send_answer (self, EMO_STAGE_DISTILLED, distilled_p, distilled_s);
  g_assert_false (emo_prediction_knows_agree (self));
  send_answer (self, EMO_STAGE_VLM, part_nan, vlm_s);
  g_assert_false (emo_prediction_has_branch (self, EMO_BRANCH_VLM));
  g_assert_cmpint (emo_prediction_get_winner (self, EMO_BRANCH_VLM), ==, -1);
  g_assert_null (emo_prediction_get_scores (self, EMO_BRANCH_VLM));
  g_assert_true (isnan (emo_prediction_get_mass (self)));
  g_assert_false (emo_prediction_knows_agree (self));
  /* The head's answer does not pass for the gate's. */
  g_assert_cmpint (emo_prediction_get_final_branch (self), ==, EMO_BRANCH_GATED);
  g_assert_true (isnan (emo_prediction_get_margin (self)));
  one = emo_prediction_dup_broken (self);
  g_assert_true (g_str_has_prefix (one, "NaN instead of numbers came from the VLM;"));

  send_answer (self, EMO_STAGE_DISTILLED, distilled_p, infinite);
  g_assert_false (emo_prediction_has_branch (self, EMO_BRANCH_DISTILLED));
  two = emo_prediction_dup_broken (self);
  g_assert_true (g_str_has_prefix (two, "NaN instead of numbers came from the VLM and the distilled head;"));

  /* The next run of the same picture may go well. */
  send_all (self);
  after = emo_prediction_dup_broken (self);
  g_assert_null (after);
  g_assert_true (emo_prediction_knows_agree (self));
  g_assert_false (isnan (emo_prediction_get_margin (self)));
  g_assert_finalize_object (self);
}

static void
test_prediction_grows_and_replaces_its_text (void)
{
  EmoPrediction *self = make_prediction ();

  send_all (self);
  g_assert_cmpstr (emo_prediction_get_explanation (self), ==, "A wide sky");
  g_assert_true (emo_prediction_get_explanation_complete (self));
  g_assert_cmpfloat (emo_prediction_get_ms (self, EMO_STAGE_DONE), ==, 42.5);

  /* "Why not fear?": a text of its own, and the total stays the picture's. */
  send_text (self, EMO_STAGE_TEXT, 1, "Dark", FALSE);
  g_assert_cmpstr (emo_prediction_get_explanation (self), ==, "Dark");
  g_assert_cmpint (emo_prediction_get_explanation_label (self), ==, 1);
  g_assert_false (emo_prediction_get_explanation_complete (self));
  send_text (self, EMO_STAGE_TEXT, 1, " wood", FALSE);
  g_assert_cmpstr (emo_prediction_get_explanation (self), ==, "Dark wood");
  send_text (self, EMO_STAGE_EXPLAINED, 1, "Dark wood", FALSE);
  send_stage (self, EMO_STAGE_DONE, 5);
  g_assert_cmpfloat (emo_prediction_get_ms (self, EMO_STAGE_DONE), ==, 42.5);

  /* The same label again begins anew too. */
  send_text (self, EMO_STAGE_TEXT, 1, "Night", FALSE);
  g_assert_cmpstr (emo_prediction_get_explanation (self), ==, "Night");
  g_assert_finalize_object (self);
}

static void
count_cb (EmoPrediction *self,
          GParamSpec    *pspec,
          int           *count)
{
  (*count)++;
}

static void
test_prediction_notifies_stages_and_text (void)
{
  EmoPrediction *self = make_prediction ();
  int stages = 0, texts = 0;

  g_signal_connect (self, "notify::stage", G_CALLBACK (count_cb), &stages);
  g_signal_connect (self, "notify::explanation", G_CALLBACK (count_cb), &texts);
  send_all (self);

  g_assert_cmpint (stages, ==, 10);
  g_assert_cmpint (texts, ==, 3);
  g_assert_finalize_object (self);
}

static void
test_prediction_refuses_answers_of_another_length (void)
{
  EmoPrediction *self = make_prediction ();
  g_autoptr (EmoUpdate) update = emo_update_new (EMO_STAGE_VLM);

  update->probabilities = g_new0 (double, 2);
  update->n_labels = 2;
  g_test_expect_message ("Emo", G_LOG_LEVEL_CRITICAL, "*n_labels*");
  emo_prediction_apply (self, update);
  g_test_assert_expected_messages ();

  g_assert_false (emo_prediction_has_branch (self, EMO_BRANCH_VLM));
  g_assert_finalize_object (self);
}

static void
assert_keys (const EmoJsonValue *value,
             const char         *expected)
{
  g_autoptr (GString) keys = g_string_new (NULL);

  for (gsize i = 0; i < emo_json_value_get_length (value); i++)
    g_string_append_printf (keys, "%s%s", i > 0 ? " " : "", emo_json_value_get_key (value, i));

  g_assert_cmpstr (keys->str, ==, expected);
}

static void
assert_doubles (const EmoJsonValue *value,
                const double       *expected)
{
  g_assert_cmpuint (emo_json_value_get_length (value), ==, N);
  for (gsize i = 0; i < N; i++)
    g_assert_cmpfloat (emo_json_value_get_double (emo_json_value_get_element (value, i)), ==, expected[i]);
}

#define KEYS "image width height grid image_tokens labels vlm distilled gated gate " \
             "explanation agree in_domain ms model error"

static EmoJson *
to_json (EmoPrediction *self,
         const char    *image,
         const char    *error_text)
{
  g_autofree char *text = emo_prediction_to_json (self, image, error_text);
  g_autoptr (GError) error = NULL;
  EmoJson *json;

  g_assert_null (strchr (text, '\n'));
  json = emo_json_parse (text, strlen (text), "line", 0, &error);
  g_assert_no_error (error);
  assert_keys (emo_json_get_root (json), KEYS);

  return json;
}

#define GET(value, key) emo_json_value_get_member (value, key)

static void
test_prediction_writes_the_keys_of_the_contract (void)
{
  EmoPrediction *self = make_prediction ();
  g_autoptr (EmoJson) json = NULL;
  const EmoJsonValue *root, *gate;

  send_all (self);
  json = to_json (self, "a \"b\"\n.jpg", NULL);
  root = emo_json_get_root (json);
  gate = GET (root, "gate");

  g_assert_cmpstr (emo_json_value_get_string (GET (root, "image")), ==, "a \"b\"\n.jpg");
  g_assert_cmpfloat (emo_json_value_get_double (GET (root, "width")), ==, 640);
  g_assert_cmpfloat (emo_json_value_get_double (emo_json_value_get_element (GET (root, "grid"), 1)), ==, 34);
  g_assert_cmpstr (emo_json_value_get_string (emo_json_value_get_element (GET (root, "labels"), 2)), ==, "sadness");

  assert_keys (GET (root, "vlm"), "label probabilities logprobs mass");
  assert_keys (GET (root, "distilled"), "label probabilities logits");
  assert_keys (GET (root, "gated"), "label probabilities logits");
  g_assert_cmpstr (emo_json_value_get_string (GET (GET (root, "vlm"), "label")), ==, "awe");
  g_assert_cmpstr (emo_json_value_get_string (GET (GET (root, "distilled"), "label")), ==, "fear");
  assert_doubles (GET (GET (root, "vlm"), "probabilities"), vlm_p);
  assert_doubles (GET (GET (root, "vlm"), "logprobs"), vlm_s);
  assert_doubles (GET (GET (root, "distilled"), "logits"), distilled_s);
  assert_doubles (GET (GET (root, "gated"), "logits"), gated_s);

  assert_keys (gate, "kind vlm_input share contributions margin weights");
  g_assert_cmpstr (emo_json_value_get_string (GET (gate, "kind")), ==, "dynamic");
  g_assert_cmpstr (emo_json_value_get_string (GET (gate, "vlm_input")), ==, "probabilities");
  assert_keys (GET (gate, "share"), "vlm distilled");
  assert_keys (GET (gate, "contributions"), "vlm distilled rest");
  assert_keys (GET (gate, "margin"), "vlm distilled rest");
  assert_doubles (GET (GET (gate, "contributions"), "rest"), part_rest);
  g_assert_cmpuint (emo_json_value_get_length (GET (gate, "weights")), ==, 2);

  assert_keys (GET (root, "explanation"), "label text complete");
  g_assert_true (emo_json_value_get_bool (GET (GET (root, "explanation"), "complete")));
  g_assert_cmpint (emo_json_value_get_type (GET (root, "agree")), ==, EMO_JSON_BOOL);
  g_assert_cmpint (emo_json_value_get_type (GET (root, "in_domain")), ==, EMO_JSON_BOOL);
  g_assert_false (emo_json_value_get_bool (GET (root, "in_domain")));
  assert_keys (GET (root, "ms"), "decode vision prefill score explain total");
  g_assert_cmpfloat (emo_json_value_get_double (GET (GET (root, "ms"), "score")), ==, 7);
  g_assert_cmpfloat (emo_json_value_get_double (GET (GET (root, "ms"), "total")), ==, 42.5);
  assert_keys (GET (root, "model"), "name sha256");
  g_assert_cmpint (emo_json_value_get_type (GET (root, "error")), ==, EMO_JSON_NULL);
  g_assert_finalize_object (self);
}

static void
test_prediction_writes_null_for_what_is_missing (void)
{
  static const char * const nulls[] = {
    "width", "height", "grid", "image_tokens", "vlm", "distilled", "gated", "gate", "explanation", "agree", "in_domain",
  };
  EmoPrediction *self = make_prediction ();
  g_autoptr (EmoJson) json = to_json (self, "b.png", "TRUNC: b.png ends early");
  const EmoJsonValue *root = emo_json_get_root (json);

  for (gsize i = 0; i < G_N_ELEMENTS (nulls); i++)
    g_assert_cmpint (emo_json_value_get_type (GET (root, nulls[i])), ==, EMO_JSON_NULL);
  g_assert_cmpint (emo_json_value_get_type (GET (GET (root, "ms"), "total")), ==, EMO_JSON_NULL);
  g_assert_cmpuint (emo_json_value_get_length (GET (root, "labels")), ==, N);
  g_assert_cmpstr (emo_json_value_get_string (GET (root, "error")), ==, "TRUNC: b.png ends early");
  g_assert_finalize_object (self);
}

/* Writes, reads, writes: both texts are the same byte for byte, which for
 * numbers that are written shortest means the same doubles. */
static EmoPrediction *
assert_round_trip (EmoPrediction *self,
                   EmoModelInfo  *info)
{
  g_autofree char *text = emo_prediction_to_json (self, "a.png", NULL);
  g_autofree char *again = NULL;
  g_autoptr (GError) error = NULL;
  EmoPrediction *read;

  read = emo_prediction_new_from_json (text, strlen (text), "row", info, &error);
  g_assert_no_error (error);
  again = emo_prediction_to_json (read, "a.png", NULL);
  g_assert_cmpstr (again, ==, text);

  return read;
}

static void
test_prediction_reads_back_every_stage (void)
{
  g_autoptr (EmoModelInfo) info = make_info ();

  /* As far as it had come, from nothing to all. */
  for (int last = -1; last <= EMO_STAGE_DONE; last++)
    {
      EmoPrediction *self = emo_prediction_new (info);
      EmoPrediction *read;

      if (last >= EMO_STAGE_INPUT)
        send_stage (self, EMO_STAGE_INPUT, 1.1);
      if (last >= EMO_STAGE_VISION)
        send_stage (self, EMO_STAGE_VISION, 2.2);
      if (last >= EMO_STAGE_DISTILLED)
        send_answer (self, EMO_STAGE_DISTILLED, distilled_p, distilled_s);
      if (last >= EMO_STAGE_PREFILL)
        send_stage (self, EMO_STAGE_PREFILL, 3.3);
      if (last >= EMO_STAGE_VLM)
        send_answer (self, EMO_STAGE_VLM, vlm_p, vlm_s);
      if (last >= EMO_STAGE_GATE)
        send_answer (self, EMO_STAGE_GATE, gated_p, gated_s);
      if (last >= EMO_STAGE_EXPLAINED)
        send_text (self, EMO_STAGE_EXPLAINED, 2, "dark\xc0\x80\x1f \"end\"", TRUE);
      if (last >= EMO_STAGE_DONE)
        send_stage (self, EMO_STAGE_DONE, 42.5);

      read = assert_round_trip (self, info);
      g_assert_true (emo_prediction_get_info (read) == info);
      if (last == EMO_STAGE_DONE)
        {
          const char *title;

          g_assert_cmpint (emo_prediction_get_stage (read), ==, EMO_STAGE_DONE);
          g_assert_cmpint (emo_prediction_get_explanation_label (read), ==, 2);
          g_assert_cmpstr (emo_prediction_get_explanation_exact (read), ==, "dark\xc0\x80\x1f \"end\"");
          g_assert_nonnull (emo_prediction_get_weights (read, NULL, &title));
          g_assert_cmpstr (title, ==, "branch weights");
          g_assert_cmpfloat (emo_prediction_get_margin (read), ==, emo_prediction_get_margin (self));
        }
      g_assert_finalize_object (self);
      g_assert_finalize_object (read);
    }
}

/* Any double at all that JSON can hold. */
static double
random_double (GRand *rand)
{
  union { guint64 bits; double number; } value;

  do
    value.bits = (guint64) g_rand_int (rand) << 32 | g_rand_int (rand);
  while (!isfinite (value.number));

  return value.number;
}

static void
test_prediction_reads_back_the_same_doubles (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (20260401);

  for (int round = 0; round < 200; round++)
    {
      EmoPrediction *self = make_prediction ();
      EmoPrediction *read;
      double p[N], s[N];

      for (int i = 0; i < N; i++)
        {
          p[i] = g_rand_double (rand) * pow (10, -g_rand_int_range (rand, 0, 320));
          s[i] = random_double (rand);
        }
      s[0] = round % 3 == 0 ? -0.0 : s[0];
      send_answer (self, EMO_STAGE_VLM, p, s);
      read = assert_round_trip (self, NULL);
      g_assert_cmpmem (emo_prediction_get_probabilities (read, EMO_BRANCH_VLM), sizeof p, p, sizeof p);
      g_assert_cmpmem (emo_prediction_get_scores (read, EMO_BRANCH_VLM), sizeof s, s, sizeof s);
      g_assert_finalize_object (self);
      g_assert_finalize_object (read);
    }
}

static void
test_prediction_reads_what_the_model_was (void)
{
  EmoPrediction *self = make_prediction ();
  EmoPrediction *read;
  EmoModelInfo *info;

  send_all (self);
  read = assert_round_trip (self, NULL);
  info = emo_prediction_get_info (read);
  g_assert_cmpstr (info->name, ==, "tiny");
  g_assert_cmpstr (info->model_sha256, ==, "abc");
  g_assert_true (info->has_gate && info->has_distilled);
  g_assert_cmpint (info->gate_kind, ==, EMO_GATE_KIND_DYNAMIC);
  g_assert_cmpstr (emo_label_set_get_label (info->labels, 1), ==, "fear");
  g_assert_finalize_object (self);
  g_assert_finalize_object (read);
}

/* @text with its first @from replaced. */
static char *
replace (const char *text,
         const char *from,
         const char *to)
{
  const char *at = strstr (text, from);

  g_assert_nonnull (at);

  return g_strdup_printf ("%.*s%s%s", (int) (at - text), text, to, at + strlen (from));
}

static void
test_prediction_refuses_hostile_json (void)
{
  static const struct { const char *from, *to; } changes[] = {
    { "\"labels\": [\"awe\",\"fear\",\"sadness\"]", "\"labels\": null" },
    { "[\"awe\",\"fear\",\"sadness\"]", "[]" },
    { "[\"awe\",\"fear\",\"sadness\"]", "[\"awe\"]" },
    { "[\"awe\",\"fear\",\"sadness\"]", "[\"awe\",\"awe\",\"sadness\"]" },
    { "[\"awe\",\"fear\",\"sadness\"]", "[\"awe\",7,\"sadness\"]" },
    { "[\"awe\",\"fear\",\"sadness\"]", "[\"awe\",\"fear\",\"joy\"]" },
    { "[0.5,0.3,0.2]", "[0.5,0.3]" },
    { "[0.5,0.3,0.2]", "[0.5,0.3,0.2,0]" },
    { "[0.5,0.3,0.2]", "[0.5,0.3,\"0.2\"]" },
    { "[0.5,0.3,0.2]", "[0.5,0.3,1.2]" },
    { "[0.5,0.3,0.2]", "[0.5,0.3,-0.1]" },
    { "[0.5,0.3,0.2]", "[0.5,0.3,1e400]" },
    { "[0.5,0.3,0.2]", "[0.5,0.3,NaN]" },
    { "[0.5,0.3,0.2]", "null" },
    { "[0.5,0.3,0.2]", "{}" },
    { "[-1,-1.5,-1.9]", "[-1,[],-1.9]" },
    { "\"vlm\": {\"label\"", "\"vlm\": 3, \"x\": {\"label\"" },
    { "\"mass\": 0.93", "\"mass\": -1" },
    { "\"width\": 640", "\"width\": -640" },
    { "\"width\": 640", "\"width\": 6.5" },
    { "\"width\": 640", "\"width\": 0" },
    { "\"height\": 480", "\"height\": null" },
    { "\"height\": 480", "\"height\": 99999999999" },
    { "[1,34,46]", "[1,34]" },
    { "[1,34,46]", "[1,34,46,2]" },
    { "[1,34,46]", "[1,34,\"46\"]" },
    { "\"kind\": \"dynamic\"", "\"kind\": \"Dynamic\"" },
    { "\"vlm_input\": \"probabilities\"", "\"vlm_input\": 1" },
    { "\"weights\": [0.25,0.75]", "\"weights\": 3" },
    { "[2.1,0,-1]", "[2.1,0,-1,0]" },
    { "\"explanation\": {\"label\": \"awe\"", "\"explanation\": {\"label\": \"joy\"" },
    { "\"explanation\": {", "\"explanation\": [], \"x\": {" },
    { "\"in_domain\": false", "\"in_domain\": 0" },
    { "\"ms\": {", "\"ms\": [1], \"x\": {" },
    { "\"decode\": 1", "\"decode\": -1" },
    { "\"total\": 42.5", "\"total\": \"42.5\"" },
    { "\"image\": \"a.png\"", "\"image\": \"a.png\", \"image\": 1" },
    { "\"error\": null}", "\"error\": null" },
    { "{\"image\"", "[\"image\"" },
  };
  g_autoptr (EmoModelInfo) info = make_info ();
  EmoPrediction *self = make_prediction ();
  g_autofree char *text = NULL;

  send_all (self);
  text = emo_prediction_to_json (self, "a.png", NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_autofree char *changed = replace (text, changes[i].from, changes[i].to);
      g_autoptr (GError) error = NULL;

      g_test_message ("%s -> %s", changes[i].from, changes[i].to);
      g_assert_null (emo_prediction_new_from_json (changed, strlen (changed), "row", info, &error));
      g_assert_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE);
      g_assert_nonnull (strstr (error->message, "row"));
    }
  g_assert_null (emo_prediction_new_from_json ("[]", 2, "row", NULL, NULL));
  g_assert_null (emo_prediction_new_from_json ("", 0, "row", NULL, NULL));

  /* Cut anywhere, and with any byte changed: an error or a prediction. */
  for (gsize i = 0; i < strlen (text); i++)
    {
      g_autofree char *changed = g_strdup (text);
      g_autoptr (EmoPrediction) read = NULL;

      g_assert_null (emo_prediction_new_from_json (text, i, "row", info, NULL));
      changed[i] ^= 1 << i % 8;
      read = emo_prediction_new_from_json (changed, strlen (text), "row", info, NULL);
    }
  g_assert_finalize_object (self);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/Prediction/begins-empty", test_prediction_begins_empty);
  g_test_add_func ("/Emo/Prediction/takes-stages-as-they-come", test_prediction_takes_stages_as_they_come);
  g_test_add_func ("/Emo/Prediction/splits-the-margin", test_prediction_splits_the_margin);
  g_test_add_func ("/Emo/Prediction/has-no-share-where-no-branch-spoke", test_prediction_has_no_share_where_no_branch_spoke);
  g_test_add_func ("/Emo/Prediction/ranks-saturated-answers-by-score", test_prediction_ranks_saturated_answers_by_score);
  g_test_add_func ("/Emo/Prediction/takes-nan-for-no-answer", test_prediction_takes_nan_for_no_answer);
  g_test_add_func ("/Emo/Prediction/grows-and-replaces-its-text", test_prediction_grows_and_replaces_its_text);
  g_test_add_func ("/Emo/Prediction/notifies-stages-and-text", test_prediction_notifies_stages_and_text);
  g_test_add_func ("/Emo/Prediction/refuses-answers-of-another-length", test_prediction_refuses_answers_of_another_length);
  g_test_add_func ("/Emo/Prediction/writes-the-keys-of-the-contract", test_prediction_writes_the_keys_of_the_contract);
  g_test_add_func ("/Emo/Prediction/writes-null-for-what-is-missing", test_prediction_writes_null_for_what_is_missing);
  g_test_add_func ("/Emo/Prediction/reads-back-every-stage", test_prediction_reads_back_every_stage);
  g_test_add_func ("/Emo/Prediction/reads-back-the-same-doubles", test_prediction_reads_back_the_same_doubles);
  g_test_add_func ("/Emo/Prediction/reads-what-the-model-was", test_prediction_reads_what_the_model_was);
  g_test_add_func ("/Emo/Prediction/refuses-hostile-json", test_prediction_refuses_hostile_json);

  return g_test_run ();
}
