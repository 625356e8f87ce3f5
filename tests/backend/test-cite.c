/* test-cite.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "emo-cite.h"
#include "emo-sample-private.h"
#include "emo-test-files.h"

static EmoModelInfo *
make_info (void)
{
  EmoModelInfo *info = emo_model_info_new ();

  info->path = g_strdup ("/models/emo scenes");
  info->name = g_strdup ("EmoScenes");
  info->labels = emo_label_set_new_mikels ();
  info->has_distilled = info->has_gate = TRUE;
  info->model_sha256 = g_strdup ("0123abcd");
  info->gate_sha256 = g_strdup ("4567ef");
  info->prompt_sha256 = g_strdup ("89");
  info->device = g_strdup ("cpu");
  info->device_name = g_strdup ("A Processor");
  info->dtype = g_strdup ("float32");
  info->threads = 1;
  info->seed = 7;

  return info;
}

static EmoPrediction *
make_prediction (EmoModelInfo     *info,
                 EmoDomainVerdict  verdict)
{
  EmoPrediction *prediction = emo_prediction_new (info);
  g_autoptr (EmoUpdate) update = emo_update_new (EMO_STAGE_VISION);

  update->in_domain = verdict;
  emo_prediction_apply (prediction, update);

  return prediction;
}

static void
explain (EmoPrediction *prediction)
{
  g_autoptr (EmoUpdate) update = emo_update_new (EMO_STAGE_EXPLAINED);

  update->label = 0;
  update->text = g_strdup ("a reason");
  update->complete = TRUE;
  emo_prediction_apply (prediction, update);
}

static EmoSample *
add_sample (GPtrArray     *samples,
            const char    *path,
            EmoPrediction *prediction)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  EmoSample *sample = emo_sample_new_for_file (file, NULL);

  if (prediction != NULL)
    {
      _emo_sample_set_prediction (sample, prediction);
      _emo_sample_set_state (sample, EMO_SAMPLE_DONE);
    }
  g_ptr_array_add (samples, sample);

  return sample;
}

static GPtrArray *
make_samples (void)
{
  return g_ptr_array_new_with_free_func (g_object_unref);
}

/* What a shell makes of a quoted word. */
static void
assert_shell_reads (const char *shell,
                    const char *word)
{
  g_autofree char *quoted = emo_cite_quote (word);
  g_autofree char *script = g_strdup_printf ("printf %%s %s", quoted);
  const char *argv[] = { shell, "-c", script, NULL };
  g_autofree char *out = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  g_assert_null (strchr (quoted, '\n'));
  g_assert_true (g_utf8_validate (quoted, -1, NULL));
  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
  g_assert_cmpstr (out, ==, word);
}

static void
test_cite_quote_is_read_back_by_a_shell (void)
{
  static const char *const words[] = {
    "plain.png", "", "two words.png", "it's", "\"double\" $HOME `id` \\n", "a\nb", "tab\there", "\xff\xfe.png",
    "caf\xc3\xa9.png", "\xe2\x80\xae" "gnp.exe", "'\n'", "\\\n7", "\x01" "2", "-x", "~", "*?[a]", "a#b", "!x", "\xc2\xa0", "\r\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    assert_shell_reads ("bash", words[i]);
}

static void
test_cite_quote_leaves_plain_names_alone (void)
{
  static const struct
  {
    const char *word;
    const char *quoted;
  } cases[] = {
    { "/a/b-1_c.png", "/a/b-1_c.png" },
    { "two words", "'two words'" },
    { "it's", "'it'\\''s'" },
    { "a\nb", "$'a\\nb'" },
    { "\xff" "1", "$'\\3771'" },
    { "", "''" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *quoted = emo_cite_quote (cases[i].word);

      g_assert_cmpstr (quoted, ==, cases[i].quoted);
    }
}

static void
test_cite_command_names_what_was_used (void)
{
  g_autoptr (EmoModelInfo) info = make_info ();
  g_autoptr (EmoPrediction) prediction = make_prediction (info, EMO_DOMAIN_UNKNOWN);
  g_autoptr (GPtrArray) samples = make_samples ();
  g_autofree char *plain = NULL;
  g_autofree char *full = NULL;
  g_autofree char *again = NULL;

  add_sample (samples, "/p/a.png", prediction);
  plain = emo_cite_command (samples, 64);
  g_assert_cmpstr (plain, ==,
                   "emovlm predict --format jsonl --model '/models/emo scenes' --device cpu --dtype float32 "
                   "--threads 1 --seed 7 --no-explain -- /p/a.png\n");

  explain (prediction);
  info->base = g_strdup ("/base");
  info->given_labels = TRUE;
  info->max_pixels = 200704;
  full = emo_cite_command (samples, 32);
  g_assert_cmpstr (full, ==,
                   "emovlm predict --format jsonl --model '/models/emo scenes' --base /base "
                   "--labels amusement,anger,awe,contentment,disgust,excitement,fear,sadness "
                   "--device cpu --dtype float32 --threads 1 --max-pixels 200704 --seed 7 --explain-tokens 32 -- /p/a.png\n");
  /* The default needs no option. */
  again = emo_cite_command (samples, 64);
  g_assert_null (strstr (again, "--explain-tokens"));
}

static void
test_cite_command_has_a_line_a_model (void)
{
  g_autoptr (EmoModelInfo) one = make_info ();
  g_autoptr (EmoModelInfo) other = make_info ();
  g_autoptr (EmoPrediction) of_one = make_prediction (one, EMO_DOMAIN_UNKNOWN);
  g_autoptr (EmoPrediction) of_other = make_prediction (other, EMO_DOMAIN_UNKNOWN);
  g_autoptr (GPtrArray) samples = make_samples ();
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  /* A seed that begins like the other's. */
  other->seed = 77;
  add_sample (samples, "/p/a.png", of_one);
  add_sample (samples, "/p/b.png", of_other);
  add_sample (samples, "/p/c d.png", of_one);
  add_sample (samples, "/p/waiting.png", NULL);
  text = emo_cite_command (samples, 64);
  lines = g_strsplit (text, "\n", -1);

  g_assert_cmpuint (g_strv_length (lines), ==, 3);
  g_assert_true (g_str_has_suffix (lines[0], " --seed 7 --no-explain -- /p/a.png '/p/c d.png'"));
  g_assert_true (g_str_has_suffix (lines[1], " --seed 77 --no-explain -- /p/b.png"));
  g_assert_cmpstr (lines[2], ==, "");
}

static void
test_cite_command_needs_a_file_and_an_answer (void)
{
  g_autoptr (EmoModelInfo) info = make_info ();
  g_autoptr (EmoPrediction) prediction = make_prediction (info, EMO_DOMAIN_UNKNOWN);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("x", 1);
  g_autoptr (GPtrArray) samples = make_samples ();
  EmoSample *pasted = emo_sample_new_for_bytes (bytes, "pasted.png");

  g_ptr_array_add (samples, pasted);
  _emo_sample_set_prediction (pasted, prediction);
  add_sample (samples, "/p/waiting.png", NULL);

  g_assert_null (emo_cite_command (samples, 64));
}

static void
test_cite_methods_says_how (void)
{
  g_autoptr (EmoModelInfo) info = make_info ();
  g_autoptr (EmoPrediction) in = make_prediction (info, EMO_DOMAIN_IN);
  g_autoptr (EmoPrediction) out = make_prediction (info, EMO_DOMAIN_OUT);
  g_autoptr (GPtrArray) samples = make_samples ();
  g_autofree char *text = NULL;
  g_autofree char *expected = NULL;

  info->domain_name = g_strdup ("drawn scenes");
  info->revision = g_strdup ("r1");
  add_sample (samples, "/p/a.png", in);
  add_sample (samples, "/p/b.png", out);
  add_sample (samples, "/p/waiting.png", NULL);
  text = emo_cite_methods (samples);
  expected = g_strdup_printf (
    "The emotions that the pictures evoke were predicted with EmoVLM-KD desktop %s and the model “EmoScenes”, revision r1 "
    "(SHA-256: model 0123abcd, gate 4567ef, prompts and labels 89). "
    "The vision-language model scored each of 8 labels (amusement, anger, awe, contentment, disgust, excitement, fear, sadness) "
    "by the log-probability of its answer, a distilled head answered from the mean of the visual tokens, and a gate of the kind "
    "concat-linear, which took the vision-language model’s probabilities, fused the two. "
    "Computation was in float32 on cpu (A Processor) with 1 thread; the seed was 7. "
    "The model knows drawn scenes alone; 1 of 2 pictures lay outside of that domain.\n", EMO_VERSION);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_cite_methods_claims_no_missing_branch (void)
{
  g_autoptr (EmoModelInfo) info = make_info ();
  g_autoptr (EmoPrediction) prediction = make_prediction (info, EMO_DOMAIN_UNKNOWN);
  g_autoptr (GPtrArray) samples = make_samples ();
  g_autofree char *text = NULL;

  info->has_distilled = info->has_gate = FALSE;
  info->max_pixels = 1000;
  add_sample (samples, "/p/a.png", prediction);
  text = emo_cite_methods (samples);

  g_assert_null (strstr (text, "fused"));
  g_assert_null (strstr (text, "distilled head answered"));
  g_assert_null (strstr (text, "domain"));
  g_assert_nonnull (strstr (text, "by the log-probability of its answer. "));
  g_assert_nonnull (strstr (text, ", on pictures of at most 1000 pixels; "));
}

static void
test_cite_methods_has_a_paragraph_a_model (void)
{
  g_autoptr (EmoModelInfo) one = make_info ();
  g_autoptr (EmoModelInfo) same = make_info ();
  g_autoptr (EmoModelInfo) other = make_info ();
  g_autoptr (EmoPrediction) a = make_prediction (one, EMO_DOMAIN_UNKNOWN);
  g_autoptr (EmoPrediction) b = make_prediction (same, EMO_DOMAIN_UNKNOWN);
  g_autoptr (EmoPrediction) c = make_prediction (other, EMO_DOMAIN_UNKNOWN);
  g_autoptr (GPtrArray) samples = make_samples ();
  g_autoptr (GPtrArray) none = make_samples ();
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  g_free (other->dtype);
  other->dtype = g_strdup ("bfloat16");
  add_sample (samples, "/p/a.png", a);
  add_sample (samples, "/p/b.png", b);
  add_sample (samples, "/p/c.png", c);
  add_sample (none, "/p/waiting.png", NULL);
  text = emo_cite_methods (samples);
  lines = g_strsplit (text, "\n", -1);

  g_assert_cmpuint (g_strv_length (lines), ==, 3);
  g_assert_nonnull (strstr (lines[0], "float32"));
  g_assert_nonnull (strstr (lines[1], "bfloat16"));
  g_assert_null (emo_cite_methods (none));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, func) g_test_add_func ("/Emo/Cite/" path, func)
  ADD ("quote-is-read-back-by-a-shell", test_cite_quote_is_read_back_by_a_shell);
  ADD ("quote-leaves-plain-names-alone", test_cite_quote_leaves_plain_names_alone);
  ADD ("command-names-what-was-used", test_cite_command_names_what_was_used);
  ADD ("command-has-a-line-a-model", test_cite_command_has_a_line_a_model);
  ADD ("command-needs-a-file-and-an-answer", test_cite_command_needs_a_file_and_an_answer);
  ADD ("methods-says-how", test_cite_methods_says_how);
  ADD ("methods-claims-no-missing-branch", test_cite_methods_claims_no_missing_branch);
  ADD ("methods-has-a-paragraph-a-model", test_cite_methods_has_a_paragraph_a_model);
#undef ADD

  return g_test_run ();
}
