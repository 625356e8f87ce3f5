/* test-bundle-classifier.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <math.h>

#include "emo-bundle-classifier-private.h"
#include "emo-error.h"
#include "emo-json.h"
#include "emo-model-need.h"
#include "emo-patches.h"
#include "emo-text.h"

#define TOLERANCE_MEAN 1e-4
#define TOLERANCE_DISTANCE 1e-4

/* What one request said, by stage. */
typedef struct
{
  GPtrArray *updates;   /* of EmoUpdate */
  GString   *text;      /* TEXT pieces joined */
  GCancellable *stop_at_text;
} Heard;

static char *
data_path (const char *name)
{
  return g_build_filename (g_getenv ("EMOVLM_SOURCE_ROOT"), "data", name, NULL);
}

static EmoClassifier *
load (const char  *dtype,
      GError     **error)
{
  g_autofree char *path = data_path ("models/emoscenes");
  EmoLoadOptions options = EMO_LOAD_OPTIONS_INIT;

  options.path = path;
  options.device = "cpu";
  options.dtype = dtype;
  return emo_bundle_classifier_load (&options, NULL, NULL, NULL, error);
}

static EmoPatches *
prepare (EmoClassifier *classifier,
         const char    *sample)
{
  g_autofree char *name = g_build_filename ("samples", sample, NULL);
  g_autofree char *path = data_path (name);
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoImage) image = emo_image_load (path, FALSE, &error);
  EmoPatches *patches;

  g_assert_no_error (error);
  patches = emo_classifier_prepare (classifier, image, &error);
  g_assert_no_error (error);
  return patches;
}

static void
hear_cb (EmoUpdate *update,
         gpointer   user_data)
{
  Heard *heard = user_data;
  g_autofree char *shown = NULL;

  g_ptr_array_add (heard->updates, emo_update_ref (update));
  if (update->stage != EMO_STAGE_TEXT)
    return;
  shown = emo_text_dup_display (update->text);
  g_assert_true (g_utf8_validate (shown, -1, NULL));
  g_string_append (heard->text, update->text);
  if (heard->stop_at_text != NULL)
    g_cancellable_cancel (heard->stop_at_text);
}

static void
heard_init (Heard *heard)
{
  *heard = (Heard) { g_ptr_array_new_with_free_func ((GDestroyNotify) emo_update_unref), g_string_new (NULL), NULL };
}

static void
heard_clear (Heard *heard)
{
  g_ptr_array_unref (heard->updates);
  g_string_free (heard->text, TRUE);
}

static EmoUpdate *
find_stage (Heard    *heard,
            EmoStage  stage,
            int       branch)
{
  for (guint i = 0; i < heard->updates->len; i++)
    {
      EmoUpdate *update = heard->updates->pdata[i];
      if (update->stage == stage && (branch < 0 || (int) update->branch == branch))
        return update;
    }
  return NULL;
}

static void
ask (EmoClassifier    *classifier,
     EmoPatches       *patches,
     const EmoRequest *request,
     Heard            *heard)
{
  g_autoptr (GError) error = NULL;

  emo_classifier_classify (classifier, patches, request, hear_cb, heard, NULL, &error);
  g_assert_no_error (error);
}

static EmoRequest
request_without_text (void)
{
  EmoRequest request = EMO_REQUEST_INIT;

  request.explain = FALSE;
  return request;
}

/* What every sample looks like, and whether it is in domain, against transformers
 * and numpy. */
static void
test_classifier_visual_mean_and_domain_equal_reference (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "vectors", "emoscenes.golden.json", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoJson) golden = emo_json_load (path, &error);
  g_autoptr (EmoClassifier) classifier = load ("float32", &error);
  const EmoJsonValue *results = emo_json_value_get_member (emo_json_get_root (golden), "results");
  EmoRequest request = request_without_text ();

  g_assert_no_error (error);
  g_assert_cmpuint (emo_json_value_get_length (results), >=, 12);
  for (gsize i = 0; i < emo_json_value_get_length (results); i++)
    {
      const EmoJsonValue *result = emo_json_value_get_element (results, i);
      const EmoJsonValue *expected = emo_json_value_get_member (result, "visual_mean");
      const char *image = emo_json_value_get_member_string (result, "image", NULL);
      g_autoptr (EmoPatches) patches = prepare (classifier, image);
      const float *mean;
      guint width;
      Heard heard;

      heard_init (&heard);
      ask (classifier, patches, &request, &heard);
      mean = emo_bundle_classifier_get_visual_mean (EMO_BUNDLE_CLASSIFIER (classifier), &width);
      g_assert_cmpuint (width, ==, emo_json_value_get_length (expected));
      for (guint j = 0; j < width; j++)
        g_assert_cmpfloat_with_epsilon (mean[j], emo_json_value_get_double (emo_json_value_get_element (expected, j)), TOLERANCE_MEAN);
      g_assert_cmpfloat_with_epsilon (find_stage (&heard, EMO_STAGE_VISION, -1)->domain_distance,
                                      emo_json_value_get_member_double (result, "domain_distance", NAN), TOLERANCE_DISTANCE);
      heard_clear (&heard);
    }
}

static void
test_classifier_stages_come_in_order (void)
{
  const EmoStage order[] = { EMO_STAGE_INPUT, EMO_STAGE_VISION, EMO_STAGE_DISTILLED, EMO_STAGE_PREFILL, EMO_STAGE_VLM, EMO_STAGE_GATE };
  g_autoptr (EmoClassifier) classifier = load ("float32", NULL);
  g_autoptr (EmoPatches) patches = prepare (classifier, "01-sadness.png");
  EmoRequest request = EMO_REQUEST_INIT;
  EmoUpdate *gate, *last, *explained;
  Heard heard;

  heard_init (&heard);
  ask (classifier, patches, &request, &heard);
  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    g_assert_cmpint (((EmoUpdate *) heard.updates->pdata[i])->stage, ==, order[i]);
  last = heard.updates->pdata[heard.updates->len - 1];
  g_assert_cmpint (last->stage, ==, EMO_STAGE_DONE);
  g_assert_nonnull (emo_classifier_get_info (classifier)->model_sha256);
  g_assert_nonnull (emo_classifier_get_info (classifier)->gate_sha256);

  explained = find_stage (&heard, EMO_STAGE_EXPLAINED, -1);
  g_assert_cmpstr (explained->text, ==, heard.text->str);
  g_assert_true (explained->complete);

  gate = find_stage (&heard, EMO_STAGE_GATE, -1);
  for (guint i = 0; i < gate->n_labels; i++)
    g_assert_cmpfloat_with_epsilon (gate->contribution_rest[i] + gate->contribution_vlm[i] + gate->contribution_distilled[i],
                                    gate->scores[i], 1e-9);
  heard_clear (&heard);
}

static char *
explain (EmoClassifier *classifier,
         EmoPatches    *patches,
         int            label,
         gboolean       score)
{
  EmoRequest request = EMO_REQUEST_INIT;
  char *text;
  Heard heard;

  heard_init (&heard);
  request.explain_label = label;
  request.score = score;
  ask (classifier, patches, &request, &heard);
  g_assert_true (score == (find_stage (&heard, EMO_STAGE_VLM, -1) != NULL));
  text = g_strdup (find_stage (&heard, EMO_STAGE_EXPLAINED, -1)->text);
  heard_clear (&heard);
  return text;
}

/* The tree survives an explanation: asking again, or for another label in
 * between, writes what a fresh run writes. */
static void
test_classifier_explains_any_label_again (void)
{
  g_autoptr (EmoClassifier) classifier = load ("float32", NULL);
  g_autoptr (EmoPatches) patches = prepare (classifier, "09-anger.jpg");
  g_autoptr (EmoPatches) other = prepare (classifier, "18-awe.png");
  g_autofree char *winner = explain (classifier, patches, -1, TRUE);
  g_autofree char *runner_up = explain (classifier, patches, 5, FALSE);
  g_autofree char *winner_again = explain (classifier, patches, 1, FALSE);
  g_autofree char *else_where = explain (classifier, other, -1, TRUE);
  g_autofree char *fresh = explain (classifier, patches, 5, FALSE);

  g_assert_cmpstr (winner, ==, winner_again);
  g_assert_cmpstr (runner_up, !=, winner);
  g_assert_true (g_str_has_suffix (runner_up, "make the heart race."));
  g_assert_cmpstr (fresh, ==, runner_up);
  g_assert_cmpstr (else_where, !=, winner);
}

static double
vlm_score (EmoClassifier *classifier,
           EmoPatches    *patches,
           int            label)
{
  EmoRequest request = request_without_text ();
  double score;
  Heard heard;

  heard_init (&heard);
  ask (classifier, patches, &request, &heard);
  score = find_stage (&heard, EMO_STAGE_VLM, -1)->scores[label];
  heard_clear (&heard);
  return score;
}

static void
test_classifier_stop_ends_the_text_and_the_next_picture_works (void)
{
  g_autoptr (EmoClassifier) classifier = load ("float32", NULL);
  g_autoptr (EmoPatches) patches = prepare (classifier, "01-sadness.png");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  EmoRequest request = EMO_REQUEST_INIT;
  double before = vlm_score (classifier, patches, 7);
  Heard heard;

  heard_init (&heard);
  heard.stop_at_text = cancellable;
  g_assert_false (emo_classifier_classify (classifier, patches, &request, hear_cb, &heard, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (find_stage (&heard, EMO_STAGE_DONE, -1));
  g_assert_cmpfloat_with_epsilon (vlm_score (classifier, patches, 7), before, 1e-6);
  heard_clear (&heard);
}

static void
test_classifier_gives_the_same_labels (gconstpointer dtype)
{
  const char *samples[] = { "01-sadness.png", "03-anger.png", "11-amusement.png", "18-awe.png" };
  g_autoptr (EmoClassifier) exact = load ("float32", NULL);
  g_autoptr (EmoClassifier) rough = load (dtype, NULL);
  EmoRequest request = request_without_text ();

  g_assert_cmpstr (emo_classifier_get_info (rough)->dtype, ==, dtype);
  for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      g_autoptr (EmoPatches) patches = prepare (exact, samples[i]);
      Heard heard[2];
      int best[2] = { 0, 0 };

      for (int j = 0; j < 2; j++)
        {
          const double *p;
          heard_init (&heard[j]);
          ask (j ? rough : exact, patches, &request, &heard[j]);
          p = find_stage (&heard[j], EMO_STAGE_GATE, -1)->probabilities;
          for (int l = 1; l < 8; l++)
            if (p[l] > p[best[j]])
              best[j] = l;
          heard_clear (&heard[j]);
        }
      g_assert_cmpint (best[0], ==, best[1]);
    }
}

static void
test_classifier_check_verifies_the_numbers (void)
{
  g_autoptr (EmoClassifier) classifier = load ("float32", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoCheck) check = emo_classifier_check (classifier, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (check->n_pictures, ==, 2);
  g_assert_cmpfloat (check->worst, <=, check->tolerance);
  g_assert_nonnull (check->worst_what);
}

/* Numbers that were rough when they were made are no nearer in float32. */
static void
test_classifier_check_knows_rough_numbers (void)
{
  g_autoptr (EmoClassifier) classifier = load ("float32", NULL);
  EmoBundle *bundle = EMO_BUNDLE_CLASSIFIER (classifier)->bundle;
  g_autoptr (EmoCheck) rough = NULL;
  g_autoptr (EmoCheck) unknown = NULL;

  bundle->checks[1].dtype = g_strdup ("bfloat16");
  rough = emo_classifier_check (classifier, NULL, NULL);
  g_assert_cmpfloat (rough->tolerance, ==, 5e-2);
  bundle->checks[0].dtype = g_strdup ("another");
  unknown = emo_classifier_check (classifier, NULL, NULL);
  g_assert_cmpfloat (unknown->tolerance, ==, 1e-1);
}

static void
test_classifier_generates_text_without_a_picture (void)
{
  g_autoptr (EmoClassifier) classifier = load ("float32", NULL);
  EmoGenerateRequest request = { .prompt = "Which emotion does it evoke, and why?", .max_new_tokens = 8 };
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoGeneration) first = emo_classifier_generate (classifier, NULL, &request, NULL, NULL, NULL, &error);
  g_autoptr (EmoGeneration) again = emo_classifier_generate (classifier, NULL, &request, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (first->n_tokens, <=, 8);
  g_assert_cmpstr (first->text, ==, again->text);
}

static void
test_classifier_sampling_repeats_by_seed (void)
{
  g_autoptr (EmoClassifier) classifier = load ("float32", NULL);
  g_autoptr (EmoPatches) patches = prepare (classifier, "09-anger.jpg");
  EmoGenerateRequest request = { .prompt = "What does it show?", .max_new_tokens = 20, .temperature = 1.5, .seed = 3 };
  g_autoptr (EmoGeneration) first = emo_classifier_generate (classifier, patches, &request, NULL, NULL, NULL, NULL);
  g_autoptr (EmoGeneration) again = emo_classifier_generate (classifier, patches, &request, NULL, NULL, NULL, NULL);
  g_autoptr (EmoGeneration) other = NULL;

  request.seed = 4;
  other = emo_classifier_generate (classifier, patches, &request, NULL, NULL, NULL, NULL);
  g_assert_cmpstr (first->text, ==, again->text);
  g_assert_cmpstr (first->text, !=, other->text);
}

static void
test_classifier_refuses_in_words (void)
{
  const char *dtypes[] = { "int8", "float8" };
  g_autofree char *model = data_path ("models/emoscenes");
  EmoLoadOptions options = EMO_LOAD_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (dtypes); i++)
    {
      g_assert_null (load (dtypes[i], &error));
      g_assert_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED);
      g_assert_nonnull (strstr (error->message, dtypes[i]));
      g_clear_error (&error);
    }
  options.path = model;
  options.device = "tpu";
  g_assert_null (emo_bundle_classifier_load (&options, NULL, NULL, NULL, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  options.device = "cpu";
  options.max_pixels = 10;
  g_assert_null (emo_bundle_classifier_load (&options, NULL, NULL, NULL, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  options.path = "/nonexistent/model";
  g_assert_null (emo_bundle_classifier_load (&options, NULL, NULL, NULL, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_MODEL);
}

/* A copy of the bundle's VLM folder with one text replaced in config.json. */
static char *
copy_with_config (const char *from,
                  const char *to)
{
  const char *names[] = { "tokenizer.json", "preprocessor_config.json", "generation_config.json", "model.safetensors" };
  g_autofree char *source = data_path ("models/emoscenes/vlm");
  g_autofree char *config = g_build_filename (source, "config.json", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GString) edited = NULL;
  char *folder = g_dir_make_tmp ("emo-test-XXXXXX", NULL);
  g_autofree char *target = g_build_filename (folder, "config.json", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *original = g_build_filename (source, names[i], NULL);
      g_autofree char *link = g_build_filename (folder, names[i], NULL);
      g_assert_cmpint (symlink (original, link), ==, 0);
    }
  g_assert_true (g_file_get_contents (config, &text, NULL, NULL));
  edited = g_string_new (text);
  g_assert_cmpuint (g_string_replace (edited, from, to, 1), ==, 1);
  g_assert_true (g_file_set_contents (target, edited->str, -1, NULL));
  return folder;
}

static void
remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_unlink (path);
    }
  g_rmdir (folder);
}

static void
assert_load_fails (const char *from,
                   const char *to,
                   EmoError    code,
                   const char *word)
{
  g_autofree char *folder = copy_with_config (from, to);
  EmoLoadOptions options = EMO_LOAD_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;

  options.path = folder;
  options.device = "cpu";
  g_assert_null (emo_bundle_classifier_load (&options, NULL, NULL, NULL, &error));
  g_assert_error (error, EMO_ERROR, (int) code);
  if (strstr (error->message, word) == NULL)
    g_error ("“%s” does not say “%s”", error->message, word);
  remove_folder (folder);
}

static void
test_classifier_names_what_the_config_wants (void)
{
  assert_load_fails ("\"intermediate_size\": 512", "\"intermediate_size\": 520", EMO_ERROR_SHAPE, "[520, 192]");
  assert_load_fails ("\"num_hidden_layers\": 4", "\"num_hidden_layers\": 6", EMO_ERROR_MISSING_WEIGHT, "layers.4.");
  assert_load_fails ("\"num_hidden_layers\": 4", "\"num_hidden_layers\": -4", EMO_ERROR_INVALID_FILE, "num_hidden_layers");
  assert_load_fails ("\"image_token_id\": 906", "\"image_token_id\": 905", EMO_ERROR_INVALID_FILE, "image_token_id");
}

static void
test_classifier_notes_extra_tensors (void)
{
  g_autofree char *folder = copy_with_config ("\"num_hidden_layers\": 4", "\"num_hidden_layers\": 3");
  EmoLoadOptions options = EMO_LOAD_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoClassifier) classifier = NULL;
  gboolean noted = FALSE;

  options.path = folder;
  classifier = emo_bundle_classifier_load (&options, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  for (char **note = emo_classifier_get_info (classifier)->notes; *note != NULL; note++)
    noted |= strstr (*note, "not used") != NULL;
  g_assert_true (noted);
  g_assert_false (emo_classifier_get_info (classifier)->has_gate);
  remove_folder (folder);
}

/* How far a load has come, and where it is to end. */
typedef struct
{
  GCancellable *cancellable;   /* (nullable) */
  double        stop_at;
  double        last;
  guint         n_told;
} Way;

static void
way_cb (double   fraction,
        gpointer user_data)
{
  Way *way = user_data;

  g_assert_cmpfloat (fraction, >=, way->last);
  g_assert_cmpfloat (fraction, <=, 1);
  way->last = fraction;
  way->n_told++;
  if (way->cancellable != NULL && fraction >= way->stop_at)
    g_cancellable_cancel (way->cancellable);
}

static void
test_classifier_load_tells_how_far_it_is (void)
{
  g_autofree char *path = data_path ("models/emoscenes");
  EmoLoadOptions options = EMO_LOAD_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoClassifier) classifier = NULL;
  Way way = { 0 };

  options.path = path;
  classifier = emo_bundle_classifier_load (&options, way_cb, &way, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (way.last, ==, 1);
  g_assert_cmpuint (way.n_told, >, 20);
}

static void
test_classifier_load_stops_on_its_way (void)
{
  const double places[] = { 0.1, 0.3, 0.6, 0.9 };
  g_autofree char *path = data_path ("models/emoscenes");
  EmoLoadOptions options = EMO_LOAD_OPTIONS_INIT;

  options.path = path;
  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (GError) error = NULL;
      Way way = { cancellable, places[i], 0, 0 };

      g_assert_null (emo_bundle_classifier_load (&options, way_cb, &way, cancellable, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_cmpfloat (way.last, <, 1);
    }
}

static gint64
read_resident (void)
{
  g_autofree char *text = NULL;
  const char *at;

  g_assert_true (g_file_get_contents ("/proc/self/status", &text, NULL, NULL));
  at = strstr (text, "VmRSS:");
  g_assert_nonnull (at);

  return (gint64) g_ascii_strtoull (at + strlen ("VmRSS:"), NULL, 10) * 1024;
}

/* The estimate is made from headers; this is what the model really takes. The
 * first one warms libtorch up, which no model is charged for. */
static void
test_classifier_takes_no_more_memory_than_estimated (void)
{
  g_autofree char *path = data_path ("models/emoscenes");
  EmoLoadOptions options = EMO_LOAD_OPTIONS_INIT;
  EmoRequest request = EMO_REQUEST_INIT;
  g_autoptr (EmoModelNeed) need = NULL;
  gint64 before = 0, grown;

#ifdef __SANITIZE_ADDRESS__
  g_test_skip ("the address sanitizer keeps what is freed");
  return;
#endif

  options.path = path;
  need = emo_model_need_new (&options, NULL);
  g_assert_nonnull (need);
  for (int i = 0; i < 2; i++)
    {
      g_autoptr (EmoClassifier) classifier = emo_bundle_classifier_load (&options, NULL, NULL, NULL, NULL);
      g_autoptr (EmoPatches) patches = prepare (classifier, "01-sadness.png");
      Heard heard;

      heard_init (&heard);
      ask (classifier, patches, &request, &heard);
      heard_clear (&heard);
      if (i == 0)
        {
          g_clear_object (&classifier);
          before = read_resident ();
        }
      else
        {
          grown = read_resident () - before;
          g_test_message ("estimated %.1f MB, grown by %.1f MB", (double) emo_model_need_get_total (need) / 1e6, (double) grown / 1e6);
          g_assert_cmpint (grown, <=, emo_model_need_get_total (need));
          g_assert_cmpint (grown, >=, emo_model_need_get_total (need) / 4);
        }
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/BundleClassifier/visual-mean-and-domain-equal-reference", test_classifier_visual_mean_and_domain_equal_reference);
  g_test_add_func ("/Emo/BundleClassifier/stages-come-in-order", test_classifier_stages_come_in_order);
  g_test_add_func ("/Emo/BundleClassifier/explains-any-label-again", test_classifier_explains_any_label_again);
  g_test_add_func ("/Emo/BundleClassifier/stop-ends-the-text-and-the-next-picture-works", test_classifier_stop_ends_the_text_and_the_next_picture_works);
  g_test_add_data_func ("/Emo/BundleClassifier/bfloat16-gives-the-same-labels", "bfloat16", test_classifier_gives_the_same_labels);
  g_test_add_data_func ("/Emo/BundleClassifier/nf4-gives-the-same-labels", "nf4", test_classifier_gives_the_same_labels);
  g_test_add_func ("/Emo/BundleClassifier/check-verifies-the-numbers", test_classifier_check_verifies_the_numbers);
  g_test_add_func ("/Emo/BundleClassifier/check-knows-rough-numbers", test_classifier_check_knows_rough_numbers);
  g_test_add_func ("/Emo/BundleClassifier/generates-text-without-a-picture", test_classifier_generates_text_without_a_picture);
  g_test_add_func ("/Emo/BundleClassifier/sampling-repeats-by-seed", test_classifier_sampling_repeats_by_seed);
  g_test_add_func ("/Emo/BundleClassifier/refuses-in-words", test_classifier_refuses_in_words);
  g_test_add_func ("/Emo/BundleClassifier/names-what-the-config-wants", test_classifier_names_what_the_config_wants);
  g_test_add_func ("/Emo/BundleClassifier/notes-extra-tensors", test_classifier_notes_extra_tensors);
  g_test_add_func ("/Emo/BundleClassifier/load-tells-how-far-it-is", test_classifier_load_tells_how_far_it_is);
  g_test_add_func ("/Emo/BundleClassifier/load-stops-on-its-way", test_classifier_load_stops_on_its_way);
  g_test_add_func ("/Emo/BundleClassifier/takes-no-more-memory-than-estimated", test_classifier_takes_no_more_memory_than_estimated);
  return g_test_run ();
}
