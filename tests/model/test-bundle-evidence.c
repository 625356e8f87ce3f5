/* test-bundle-evidence.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <math.h>

#include "emo-bundle-classifier.h"
#include "emo-error.h"
#include "emo-json.h"
#include "emo-patches.h"

/* Of the largest number of a map: float32 and another order of sums. */
#define TOLERANCE 1e-4

/* What a request said of evidence. */
typedef struct
{
  EmoUpdate    *head;           /* (nullable) with its maps */
  EmoUpdate    *vlm;            /* (nullable) */
  double        progress;       /* the latest */
  guint         n_progress;
  GString      *text;
  gboolean      scored;
  double        stop_at;        /* cancels there; 0: never */
  GCancellable *cancellable;
} Heard;

static void
heard_init (Heard *heard)
{
  *heard = (Heard) { .text = g_string_new (NULL), .cancellable = g_cancellable_new () };
}

static void
heard_clear (Heard *heard)
{
  g_clear_pointer (&heard->head, emo_update_unref);
  g_clear_pointer (&heard->vlm, emo_update_unref);
  g_string_free (heard->text, TRUE);
  g_clear_object (&heard->cancellable);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Heard, heard_clear)

static void
hear_evidence (Heard     *heard,
               EmoUpdate *update)
{
  EmoUpdate **place = update->branch == EMO_BRANCH_VLM ? &heard->vlm : &heard->head;

  g_assert_null (*place);
  g_assert_cmpfloat (update->progress, >=, heard->progress);
  g_assert_cmpfloat (update->progress, <=, 1);
  heard->progress = update->progress;
  if (update->map != NULL)
    {
      *place = emo_update_ref (update);
      heard->progress = 0;
      return;
    }
  heard->n_progress++;
  if (heard->stop_at > 0 && update->progress >= heard->stop_at)
    g_cancellable_cancel (heard->cancellable);
}

static void
hear_cb (EmoUpdate *update,
         gpointer   user_data)
{
  Heard *heard = user_data;

  if (update->stage == EMO_STAGE_EVIDENCE)
    hear_evidence (heard, update);
  else if (update->stage == EMO_STAGE_EXPLAINED)
    g_string_assign (heard->text, update->text);
  else if (update->stage == EMO_STAGE_VLM)
    heard->scored = TRUE;
}

static EmoClassifier *
load (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("EMOVLM_SOURCE_ROOT"), "data", "models", "emoscenes", NULL);
  EmoLoadOptions options = EMO_LOAD_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;
  EmoClassifier *classifier;

  options.path = path;
  options.device = "cpu";
  options.dtype = "float32";
  classifier = emo_bundle_classifier_load (&options, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  return classifier;
}

static EmoPatches *
prepare (EmoClassifier *classifier,
         const char    *sample)
{
  g_autofree char *path = g_build_filename (g_getenv ("EMOVLM_SOURCE_ROOT"), "data", "samples", sample, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoImage) image = emo_image_load (path, FALSE, &error);
  EmoPatches *patches;

  g_assert_no_error (error);
  patches = emo_classifier_prepare (classifier, image, &error);
  g_assert_no_error (error);
  return patches;
}

static void
ask (EmoClassifier    *classifier,
     EmoPatches       *patches,
     const EmoRequest *request,
     Heard            *heard)
{
  g_autoptr (GError) error = NULL;

  emo_classifier_classify (classifier, patches, request, hear_cb, heard, heard->cancellable, &error);
  g_assert_no_error (error);
}

static EmoRequest
request_evidence (gboolean head,
                  int      vlm_label)   /* -1: not of the VLM */
{
  EmoRequest request = EMO_REQUEST_INIT;

  request.score = request.explain = FALSE;
  request.evidence_distilled = head;
  request.evidence_vlm = vlm_label >= 0;
  request.evidence_label = vlm_label;
  return request;
}

static void
assert_map (const char         *what,
            const double       *map,
            const EmoJsonValue *expected,
            guint               n)
{
  double largest = 0, worst = 0;

  g_assert_cmpuint (emo_json_value_get_length (expected), ==, n);
  for (guint i = 0; i < n; i++)
    {
      double wanted = emo_json_value_get_double (emo_json_value_get_element (expected, i));

      g_assert_true (isfinite (wanted) && isfinite (map[i]));
      largest = MAX (largest, fabs (wanted));
      worst = MAX (worst, fabs (wanted - map[i]));
    }
  g_test_message ("%s: largest %g, worst difference %g", what, largest, worst);
  g_assert_cmpfloat (largest, >, 0);
  g_assert_cmpfloat (worst, <, largest * TOLERANCE);
}

static void
check_picture (EmoClassifier      *classifier,
               const EmoJsonValue *item)
{
  const char *name = emo_json_value_get_member_string (item, "image", NULL);
  const EmoJsonValue *head = emo_json_value_get_member (item, "head");
  const EmoJsonValue *vlm = emo_json_value_get_member (item, "vlm");
  guint n = emo_json_value_get_member_double (item, "height", 0) * emo_json_value_get_member_double (item, "width", 0);
  g_autoptr (EmoPatches) patches = prepare (classifier, name);
  EmoRequest request = request_evidence (TRUE, -1);
  g_auto (Heard) heard;

  heard_init (&heard);
  ask (classifier, patches, &request, &heard);
  g_assert_nonnull (heard.head);
  g_assert_null (heard.vlm);
  g_assert_cmpint (heard.head->label, ==, -1);
  g_assert_cmpint (heard.head->map_height, ==, emo_json_value_get_member_double (item, "height", 0));
  g_assert_cmpint (heard.head->map_width, ==, emo_json_value_get_member_double (item, "width", 0));
  g_assert_cmpuint (heard.head->n_labels, ==, emo_json_value_get_length (head));
  for (guint l = 0; l < heard.head->n_labels; l++)
    assert_map (name, heard.head->map + l * n, emo_json_value_get_element (head, l), n);

  for (gsize i = 0; i < emo_json_value_get_length (vlm); i++)
    {
      const EmoJsonValue *wanted = emo_json_value_get_element (vlm, i);
      EmoRequest of_vlm = request_evidence (FALSE, emo_json_value_get_member_double (wanted, "label", -1));
      g_auto (Heard) again;

      heard_init (&again);
      ask (classifier, patches, &of_vlm, &again);
      g_assert_nonnull (again.vlm);
      g_assert_cmpint (again.vlm->label, ==, of_vlm.evidence_label);
      /* Two steps a layer, forward and back. */
      g_assert_cmpuint (again.n_progress, >=, 4);
      assert_map (name, again.vlm->map, emo_json_value_get_member (wanted, "map"), n);
    }
}

static void
test_evidence_equals_autograd_and_leave_one_out (void)
{
  g_autoptr (EmoClassifier) classifier = load ();
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "vectors", "emoscenes.evidence.json", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoJson) json = emo_json_load (path, &error);
  const EmoJsonValue *pictures;

  g_assert_no_error (error);
  pictures = emo_json_get_root (json);
  g_assert_cmpuint (emo_json_value_get_length (pictures), ==, 3);
  for (gsize i = 0; i < emo_json_value_get_length (pictures); i++)
    check_picture (classifier, emo_json_value_get_element (pictures, i));
}

/* The gradient must leave what the explanation goes on from as it was, whichever
 * comes first. */
static void
test_evidence_leaves_the_explanation_as_it_is (void)
{
  g_autoptr (EmoClassifier) classifier = load ();
  g_autoptr (EmoPatches) patches = prepare (classifier, "18-awe.png");
  g_autoptr (EmoPatches) fresh = prepare (classifier, "18-awe.png");
  EmoRequest plain = EMO_REQUEST_INIT;
  EmoRequest both = EMO_REQUEST_INIT;
  EmoRequest text = EMO_REQUEST_INIT;
  EmoRequest maps = request_evidence (TRUE, 2);
  g_auto (Heard) alone, together, first, then;

  heard_init (&alone);
  heard_init (&together);
  heard_init (&first);
  heard_init (&then);
  ask (classifier, patches, &plain, &alone);
  g_assert_cmpuint (alone.text->len, >, 10);
  both.evidence_distilled = both.evidence_vlm = TRUE;
  ask (classifier, patches, &both, &together);
  g_assert_cmpstr (together.text->str, ==, alone.text->str);

  ask (classifier, fresh, &maps, &first);
  g_assert_false (first.scored);
  text.score = FALSE;
  ask (classifier, fresh, &text, &then);
  g_assert_cmpstr (then.text->str, ==, alone.text->str);
}

static void
test_evidence_stops_in_the_middle_of_a_gradient (void)
{
  g_autoptr (EmoClassifier) classifier = load ();
  g_autoptr (EmoPatches) patches = prepare (classifier, "15-contentment.png");
  EmoRequest request = request_evidence (FALSE, 1);
  g_autoptr (GError) error = NULL;
  g_auto (Heard) heard, again;
  guint n_heard;

  heard_init (&heard);
  heard_init (&again);
  heard.stop_at = 0.4;
  g_assert_false (emo_classifier_classify (classifier, patches, &request, hear_cb, &heard, heard.cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (heard.vlm);
  n_heard = heard.n_progress;

  ask (classifier, patches, &request, &again);
  g_assert_nonnull (again.vlm);
  g_assert_cmpuint (again.n_progress, >, n_heard);
}

/* The head's maps need no decoder, and serve any label. */
static void
test_evidence_of_the_head_does_without_scores (void)
{
  g_autoptr (EmoClassifier) classifier = load ();
  g_autoptr (EmoPatches) patches = prepare (classifier, "04-awe.jpg");
  EmoRequest request = request_evidence (TRUE, -1);
  g_auto (Heard) heard, after;
  EmoRequest plain = EMO_REQUEST_INIT;

  heard_init (&heard);
  heard_init (&after);
  ask (classifier, patches, &request, &heard);
  g_assert_nonnull (heard.head);
  g_assert_false (heard.scored);
  ask (classifier, patches, &plain, &after);
  g_assert_true (after.scored);
  g_assert_cmpuint (after.text->len, >, 10);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/Emo/BundleEvidence/equals-autograd-and-leave-one-out", test_evidence_equals_autograd_and_leave_one_out);
  g_test_add_func ("/Emo/BundleEvidence/leaves-the-explanation-as-it-is", test_evidence_leaves_the_explanation_as_it_is);
  g_test_add_func ("/Emo/BundleEvidence/stops-in-the-middle-of-a-gradient", test_evidence_stops_in_the_middle_of_a_gradient);
  g_test_add_func ("/Emo/BundleEvidence/of-the-head-does-without-scores", test_evidence_of_the_head_does_without_scores);

  return g_test_run ();
}
