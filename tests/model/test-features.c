/* test-features.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include <glib/gstdio.h>

#include "emo-bundle-classifier.h"
#include "emo-domain.h"
#include "emo-error.h"
#include "emo-features.h"
#include "emo-teacher.h"
#include "emo-visual-spread.h"
#include "train-fixture.h"

typedef struct
{
  char        *folder;     /* of the bundle */
  char        *root;       /* of the pictures */
  char        *caches;
  EmoBundle   *bundle;
  EmoDataset  *dataset;
  GPtrArray   *problems;
  guint        n_told;     /* calls of the one who watches */
  guint        stop_at;    /* pictures; 0: never */
  int          threads;
  GCancellable *cancellable;
} Fixture;

static void
open_dataset (Fixture *fixture)
{
  g_autoptr(GError) error = NULL;

  g_clear_pointer (&fixture->dataset, emo_dataset_free);
  fixture->dataset = emo_dataset_load (fixture->root, fixture->bundle->labels, EMO_DATASET_SEED, NULL, &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autoptr(GError) error = NULL;

  fixture->threads = GPOINTER_TO_INT (data);
  fixture->folder = make_bundle ();
  fixture->root = make_samples ();
  fixture->caches = g_build_filename (fixture->folder, "training", "cache", NULL);
  fixture->bundle = emo_bundle_load (fixture->folder, NULL, NULL, &error);
  g_assert_no_error (error);
  fixture->problems = g_ptr_array_new_with_free_func (g_free);
  fixture->cancellable = g_cancellable_new ();
  open_dataset (fixture);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  emo_test_remove_folder (fixture->folder);
  emo_test_remove_folder (fixture->root);
  emo_dataset_free (fixture->dataset);
  emo_bundle_free (fixture->bundle);
  g_ptr_array_unref (fixture->problems);
  g_object_unref (fixture->cancellable);
  g_free (fixture->folder);
  g_free (fixture->root);
  g_free (fixture->caches);
}

static void
watch_cb (const EmoFeatureProgress *progress,
          gpointer                  user_data)
{
  Fixture *fixture = user_data;

  g_assert_cmpuint (progress->done, <=, progress->n);
  fixture->n_told++;
  if (fixture->stop_at > 0 && progress->done >= fixture->stop_at)
    g_cancellable_cancel (fixture->cancellable);
}

static EmoFeatures *
open_features (Fixture    *fixture,
               const char *teacher)
{
  EmoFeatureOptions options = { .folder = fixture->caches, .teacher = teacher, .device = "cpu", .dtype = "float32", .threads = fixture->threads };
  g_autoptr(GError) error = NULL;
  EmoFeatures *features = emo_features_new (fixture->bundle, &options, NULL, &error);

  g_assert_no_error (error);

  return features;
}

static EmoFeatureRows *
collect (Fixture        *fixture,
         EmoFeatures    *features,
         EmoFeatureSet   wanted,
         GError        **error)
{
  guint n = emo_dataset_get_n (fixture->dataset);
  g_autofree guint32 *items = g_new (guint32, n);

  for (guint i = 0; i < n; i++)
    items[i] = i;
  fixture->n_told = 0;
  g_ptr_array_set_size (fixture->problems, 0);

  return emo_features_collect (features, fixture->dataset, items, n, wanted, fixture->problems, watch_cb, fixture,
                               fixture->cancellable, error);
}

static EmoFeatureRows *
collect_all (Fixture       *fixture,
             EmoFeatureSet  wanted)
{
  g_autoptr(EmoFeatures) features = open_features (fixture, NULL);
  g_autoptr(GError) error = NULL;
  EmoFeatureRows *rows = collect (fixture, features, wanted, &error);

  g_assert_no_error (error);
  g_assert_nonnull (rows);

  return rows;
}

typedef struct
{
  double scores[EMO_LABEL_SET_MAX];
  double domain_distance;
} Answer;

static void
take_answer_cb (EmoUpdate *update,
                gpointer   user_data)
{
  Answer *answer = user_data;

  if (update->stage == EMO_STAGE_VISION)
    answer->domain_distance = update->domain_distance;
  if (update->stage == EMO_STAGE_VLM)
    memcpy (answer->scores, update->scores, update->n_labels * sizeof (double));
}

static void
test_features_equal_the_application (Fixture       *fixture,
                                     gconstpointer  data)
{
  g_autoptr(EmoFeatureRows) rows = collect_all (fixture, EMO_FEATURE_SET_SEEN);
  EmoLoadOptions options = EMO_LOAD_OPTIONS_INIT;
  g_autoptr(EmoClassifier) classifier = NULL;
  g_autoptr(EmoDomain) domain = NULL;
  g_autoptr(GError) error = NULL;
  EmoRequest request = EMO_REQUEST_INIT;

  domain = emo_domain_load (fixture->bundle->domain, rows->width, &error);
  g_assert_no_error (error);
  options.path = fixture->folder;
  options.device = "cpu";
  options.dtype = "float32";
  classifier = emo_bundle_classifier_load (&options, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  request.explain = FALSE;
  g_assert_cmpuint (rows->n, ==, emo_dataset_get_n (fixture->dataset));
  g_assert_cmpuint (rows->n, >=, 10);
  for (guint i = 0; i < rows->n; i++)
    {
      const EmoDatasetItem *item = emo_dataset_get (fixture->dataset, rows->items[i]);
      g_autoptr(EmoImage) image = emo_image_load (item->path, FALSE, NULL);
      g_autoptr(EmoPatches) patches = emo_classifier_prepare (classifier, image, NULL);
      Answer answer = { 0 };
      const float *mean, *spread = rows->values[EMO_FEATURE_SPREADS] + i * EMO_VISUAL_SPREAD_SIZE;
      guint width;

      g_assert_cmpuint (rows->labels[i], ==, item->label);
      g_assert_true (emo_classifier_classify (classifier, patches, &request, take_answer_cb, &answer, NULL, NULL));
      mean = emo_bundle_classifier_get_visual_mean (EMO_BUNDLE_CLASSIFIER (classifier), &width);
      g_assert_cmpuint (width, ==, rows->width);
      g_assert_cmpmem (rows->values[EMO_FEATURE_MEANS] + i * width, width * sizeof (float), mean, width * sizeof (float));
      g_assert_cmpfloat (emo_domain_distance (domain, mean, spread), ==, answer.domain_distance);
      for (guint j = 0; j < rows->n_labels; j++)
        g_assert_cmpfloat (rows->values[EMO_FEATURE_SCORES][i * rows->n_labels + j], ==, (float) answer.scores[j]);
    }
}

static void
assert_same (EmoFeatureRows *a,
             EmoFeatureRows *b,
             EmoFeature      feature)
{
  gsize width = emo_feature_get_width (feature, a->width, a->n_labels);

  g_assert_cmpuint (a->n, ==, b->n);
  g_assert_cmpmem (a->values[feature], a->n * width * sizeof (float), b->values[feature], b->n * width * sizeof (float));
  g_assert_cmpmem (a->items, a->n * sizeof *a->items, b->items, b->n * sizeof *b->items);
}

static void
test_features_are_computed_once (Fixture       *fixture,
                                 gconstpointer  data)
{
  g_autoptr(EmoFeatureRows) means = collect_all (fixture, EMO_FEATURE_SET_MEANS);
  g_autoptr(EmoFeatureRows) both = NULL;
  g_autoptr(EmoFeatureRows) again = NULL;

  g_assert_cmpuint (fixture->n_told, >, 0);
  g_assert_null (means->values[EMO_FEATURE_SPREADS]);
  g_assert_null (means->values[EMO_FEATURE_SCORES]);
  both = collect_all (fixture, EMO_FEATURE_SET_SEEN);
  g_assert_cmpuint (fixture->n_told, >, 0);
  assert_same (means, both, EMO_FEATURE_MEANS);
  again = collect_all (fixture, EMO_FEATURE_SET_SEEN);
  g_assert_cmpuint (fixture->n_told, ==, 0);
  assert_same (both, again, EMO_FEATURE_MEANS);
  assert_same (both, again, EMO_FEATURE_SPREADS);
  assert_same (both, again, EMO_FEATURE_SCORES);
}

/* What an older program left: the means are not computed again. */
static void
test_features_add_spreads_to_means (Fixture       *fixture,
                                    gconstpointer  data)
{
  g_autoptr(EmoFeatureRows) means = collect_all (fixture, EMO_FEATURE_SET_MEANS);
  g_autoptr(EmoFeatureRows) spreads = NULL;
  g_autoptr(EmoFeatureRows) both = NULL;

  spreads = collect_all (fixture, EMO_FEATURE_SET_SPREADS);
  g_assert_cmpuint (fixture->n_told, >, 0);
  g_assert_null (spreads->values[EMO_FEATURE_MEANS]);
  both = collect_all (fixture, EMO_FEATURE_SET_MEANS | EMO_FEATURE_SET_SPREADS);
  g_assert_cmpuint (fixture->n_told, ==, 0);
  assert_same (means, both, EMO_FEATURE_MEANS);
  assert_same (spreads, both, EMO_FEATURE_SPREADS);
}

static char *
write_gray (Fixture    *fixture,
            const char *name,
            guint       side)
{
  gsize n = (gsize) side * side * 3;
  g_autofree guint8 *pixels = g_malloc (n);

  memset (pixels, 128, n);

  return emo_test_write_pixels (fixture->root, name, side, side, pixels);
}

/* The deviation of the norms against the largest, in logarithms. */
static double
find_deviation (EmoFeatureRows *rows,
                guint           row)
{
  const float *spread = rows->values[EMO_FEATURE_SPREADS] + row * EMO_VISUAL_SPREAD_SIZE;

  for (guint i = 0; i < EMO_VISUAL_SPREAD_SIZE; i++)
    g_assert_true (isfinite (spread[i]));

  return spread[1] - spread[2];
}

/* Its tokens hardly differ. */
static void
test_features_take_an_even_picture (Fixture       *fixture,
                                    gconstpointer  data)
{
  g_autofree char *gray = write_gray (fixture, "train/awe/gray.png", 224);
  g_autoptr(EmoFeatureRows) rows = NULL;

  open_dataset (fixture);
  rows = collect_all (fixture, EMO_FEATURE_SET_SPREADS);
  g_assert_cmpuint (fixture->problems->len, ==, 0);
  for (guint i = 0; i < rows->n; i++)
    {
      gboolean is_gray = g_str_equal (emo_dataset_get (fixture->dataset, rows->items[i])->path, gray);
      gboolean is_even = find_deviation (rows, i) < -5;

      g_assert_true (is_even == is_gray);
    }
}

/* Where a picture may not be larger than a token, it has no spread. */
static void
test_features_take_pictures_of_one_token (Fixture       *fixture,
                                          gconstpointer  data)
{
  g_autoptr(EmoFeatureRows) rows = NULL;

  fixture->bundle->max_pixels = 28 * 28;
  rows = collect_all (fixture, EMO_FEATURE_SET_SPREADS);
  g_assert_cmpuint (rows->n, >=, 10);
  for (guint i = 0; i < rows->n; i++)
    g_assert_cmpfloat_with_epsilon (find_deviation (rows, i), log (1e-3), 1e-5);
}

/* A file that is no picture, one that is empty, one whose end is missing, and a
 * good one twice under another label. */
static void
test_features_leave_broken_pictures_out (Fixture       *fixture,
                                         gconstpointer  data)
{
  g_autoptr(EmoFeatureRows) before = collect_all (fixture, EMO_FEATURE_SET_SEEN);
  g_autoptr(EmoFeatureRows) after = NULL;
  const EmoDatasetItem *good = emo_dataset_get (fixture->dataset, 0);
  g_autofree char *copy = g_build_filename (fixture->root, "train", "fear", "copy.png", NULL);
  g_autofree char *cut = g_build_filename (fixture->root, "train", "awe", "cut.png", NULL);
  g_autofree char *text = NULL;
  gsize length;

  g_free (emo_test_write_text (fixture->root, "train/awe/none.png", "This is no picture."));
  g_free (emo_test_write_text (fixture->root, "train/awe/empty.png", ""));
  copy_file (good->path, copy);
  g_assert_true (g_file_get_contents (good->path, &text, &length, NULL));
  g_assert_true (g_file_set_contents (cut, text, length / 2, NULL));
  open_dataset (fixture);
  after = collect_all (fixture, EMO_FEATURE_SET_SEEN);
  g_assert_cmpuint (after->n, ==, before->n + 1);
  g_assert_cmpuint (fixture->problems->len, ==, 3);
  for (guint i = 0; i < fixture->problems->len; i++)
    g_assert_nonnull (strstr (fixture->problems->pdata[i], ".png"));
  for (guint i = 0; i < after->n; i++)
    {
      const EmoDatasetItem *item = emo_dataset_get (fixture->dataset, after->items[i]);

      g_assert_cmpuint (after->labels[i], ==, item->label);
      g_assert_null (strstr (item->file_name, "none"));
      for (guint j = 0; j < after->width; j++)
        g_assert_true (isfinite (after->values[EMO_FEATURE_MEANS][i * after->width + j]));
    }
}

static void
test_features_keep_what_is_computed_when_stopped (Fixture       *fixture,
                                                  gconstpointer  data)
{
  g_autoptr(EmoFeatures) features = open_features (fixture, NULL);
  g_autoptr(EmoFeatureRows) rows = NULL;
  g_autoptr(GError) error = NULL;
  guint32 first = 0;

  fixture->stop_at = 1;
  g_assert_null (collect (fixture, features, EMO_FEATURE_SET_SEEN, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_clear_pointer (&features, emo_features_free);
  g_cancellable_reset (fixture->cancellable);
  fixture->stop_at = 0;
  fixture->n_told = 0;
  features = open_features (fixture, NULL);
  rows = emo_features_collect (features, fixture->dataset, &first, 1, EMO_FEATURE_SET_SEEN, fixture->problems, watch_cb, fixture, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (rows->n, ==, 1);
  g_assert_cmpuint (fixture->n_told, ==, 0);
}

static void
test_features_ask_a_teacher (Fixture       *fixture,
                             gconstpointer  data)
{
  g_autofree char *folder = g_build_filename (fixture->folder, "teacher", NULL);
  EmoTeacherConfig config;
  g_autoptr(EmoTeacher) teacher = NULL;
  g_autoptr(EmoFeatures) features = NULL;
  g_autoptr(EmoFeatureRows) rows = NULL;
  g_autoptr(EmoFeatureRows) again = NULL;
  g_autoptr(GError) error = NULL;
  float lowest = G_MAXFLOAT, highest = -G_MAXFLOAT;

  g_assert_true (emo_teacher_config_init_named (&config, "vit-tiny", &error));
  teacher = emo_teacher_new (&config, fixture->bundle->labels, 7, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_mkdir (folder, 0755), ==, 0);
  g_assert_true (emo_teacher_save (teacher, folder, &error));
  features = open_features (fixture, folder);
  g_assert_true (emo_features_has_teacher (features));
  rows = collect (fixture, features, EMO_FEATURE_SET_MEANS | EMO_FEATURE_SET_TEACHER, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < rows->n * rows->n_labels; i++)
    {
      lowest = MIN (lowest, rows->values[EMO_FEATURE_TEACHER][i]);
      highest = MAX (highest, rows->values[EMO_FEATURE_TEACHER][i]);
    }
  g_assert_cmpfloat (lowest, <, highest);
  again = collect (fixture, features, EMO_FEATURE_SET_TEACHER, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (fixture->n_told, ==, 0);
  assert_same (rows, again, EMO_FEATURE_TEACHER);
}

/* Before a picture is looked at. */
static void
test_features_refuse_a_teacher_of_others (Fixture       *fixture,
                                          gconstpointer  data)
{
  g_autofree char *folder = g_build_filename (fixture->folder, "teacher", NULL);
  EmoFeatureOptions options = { .folder = fixture->caches, .teacher = folder, .device = "cpu", .dtype = "float32", .threads = 1 };
  EmoTeacherConfig config;
  g_autoptr(EmoLabelSet) others = emo_label_set_new ((const char *[]) { "calm", "storm", NULL }, NULL);
  g_autoptr(EmoTeacher) teacher = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_true (emo_teacher_config_init_named (&config, "resnet-tiny", NULL));
  teacher = emo_teacher_new (&config, others, 7, NULL);
  g_assert_cmpint (g_mkdir (folder, 0755), ==, 0);
  g_assert_true (emo_teacher_save (teacher, folder, NULL));
  g_assert_null (emo_features_new (fixture->bundle, &options, NULL, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE);
  g_assert_nonnull (strstr (error->message, "found one of calm, storm"));
}

static void
test_features_have_one_owner (Fixture       *fixture,
                              gconstpointer  data)
{
  g_autoptr(EmoFeatures) features = open_features (fixture, NULL);
  EmoFeatureOptions options = { .folder = fixture->caches, .device = "cpu", .dtype = "float32", .threads = 1 };
  g_autoptr(GError) error = NULL;

  g_assert_null (emo_features_new (fixture->bundle, &options, NULL, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_IO);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, threads, function) \
  g_test_add ("/Emo/Features/" name, Fixture, GINT_TO_POINTER (threads), set_up, function, tear_down)
  ADD ("equal-the-application", 1, test_features_equal_the_application);
  ADD ("of-several-eyes-equal-the-application", 3, test_features_equal_the_application);
  ADD ("are-computed-once", 1, test_features_are_computed_once);
  ADD ("of-several-eyes-are-computed-once", 3, test_features_are_computed_once);
  ADD ("add-spreads-to-means", 1, test_features_add_spreads_to_means);
  ADD ("take-an-even-picture", 1, test_features_take_an_even_picture);
  ADD ("take-pictures-of-one-token", 1, test_features_take_pictures_of_one_token);
  ADD ("leave-broken-pictures-out", 1, test_features_leave_broken_pictures_out);
  ADD ("of-several-eyes-leave-broken-pictures-out", 3, test_features_leave_broken_pictures_out);
  ADD ("keep-what-is-computed-when-stopped", 1, test_features_keep_what_is_computed_when_stopped);
  ADD ("ask-a-teacher", 1, test_features_ask_a_teacher);
  ADD ("refuse-a-teacher-of-others", 1, test_features_refuse_a_teacher_of_others);
  ADD ("have-one-owner", 1, test_features_have_one_owner);
#undef ADD

  return g_test_run ();
}
