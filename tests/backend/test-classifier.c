/* test-classifier.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-classifier.h"
#include "emo-error.h"

/* A classifier that offers as little as one can. */
#define TEST_TYPE_CLASSIFIER (test_classifier_get_type ())
G_DECLARE_FINAL_TYPE (TestClassifier, test_classifier, TEST, CLASSIFIER, GObject)

struct _TestClassifier
{
  GObject       parent_instance;
  EmoModelInfo *info;
};

static EmoModelInfo *
test_classifier_get_info (EmoClassifier *classifier)
{
  return TEST_CLASSIFIER (classifier)->info;
}

static gboolean
test_classifier_classify (EmoClassifier    *classifier,
                          EmoPatches       *patches,
                          const EmoRequest *request,
                          EmoUpdateFunc     func,
                          gpointer          user_data,
                          GCancellable     *cancellable,
                          GError          **error)
{
  g_autoptr (EmoUpdate) update = emo_update_new (EMO_STAGE_DONE);

  func (update, user_data);

  return TRUE;
}

static void
test_classifier_iface_init (EmoClassifierInterface *iface)
{
  iface->get_info = test_classifier_get_info;
  iface->classify = test_classifier_classify;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TestClassifier, test_classifier, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (EMO_TYPE_CLASSIFIER, test_classifier_iface_init))

static void
test_classifier_finalize (GObject *object)
{
  g_clear_pointer (&TEST_CLASSIFIER (object)->info, emo_model_info_unref);
  G_OBJECT_CLASS (test_classifier_parent_class)->finalize (object);
}

static void
test_classifier_class_init (TestClassifierClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_classifier_finalize;
}

static void
test_classifier_init (TestClassifier *self)
{
  self->info = emo_model_info_new ();
}

static void
count_cb (EmoUpdate *update,
          gpointer   user_data)
{
  (*(int *) user_data)++;
}

static void
test_classifier_hands_calls_on (void)
{
  EmoClassifier *classifier = g_object_new (TEST_TYPE_CLASSIFIER, NULL);
  EmoRequest request = EMO_REQUEST_INIT;
  g_autoptr (GError) error = NULL;
  int count = 0;

  g_assert_true (emo_classifier_get_info (classifier) == TEST_CLASSIFIER (classifier)->info);
  g_assert_true (emo_classifier_classify (classifier, (EmoPatches *) &request, &request,
                                          count_cb, &count, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (count, ==, 1);
  g_assert_finalize_object (classifier);
}

static void
test_classifier_does_not_begin_when_cancelled (void)
{
  EmoClassifier *classifier = g_object_new (TEST_TYPE_CLASSIFIER, NULL);
  EmoRequest request = EMO_REQUEST_INIT;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  int count = 0;

  g_cancellable_cancel (cancellable);
  g_assert_false (emo_classifier_classify (classifier, (EmoPatches *) &request, &request,
                                           count_cb, &count, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (count, ==, 0);
  g_assert_finalize_object (classifier);
}

static void
test_classifier_says_what_it_cannot_do (void)
{
  EmoClassifier *classifier = g_object_new (TEST_TYPE_CLASSIFIER, NULL);
  EmoGenerateRequest request = { .prompt = "What is it?" };
  g_autoptr (GError) error = NULL;

  g_assert_null (emo_classifier_generate (classifier, NULL, &request, NULL, NULL, NULL, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  g_assert_null (emo_classifier_check (classifier, NULL, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED);
  g_assert_finalize_object (classifier);
}

static void
test_classifier_frees_what_it_gives (void)
{
  g_autoptr (EmoGeneration) generation = g_new0 (EmoGeneration, 1);
  g_autoptr (EmoCheck) check = g_new0 (EmoCheck, 1);

  generation->tokens = g_new0 (guint32, 4);
  generation->text = g_strdup ("text");
  check->worst_what = g_strdup ("a.png, vlm awe");
  emo_generation_free (NULL);
  emo_check_free (NULL);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/Classifier/hands-calls-on", test_classifier_hands_calls_on);
  g_test_add_func ("/Emo/Classifier/does-not-begin-when-cancelled", test_classifier_does_not_begin_when_cancelled);
  g_test_add_func ("/Emo/Classifier/says-what-it-cannot-do", test_classifier_says_what_it_cannot_do);
  g_test_add_func ("/Emo/Classifier/frees-what-it-gives", test_classifier_frees_what_it_gives);

  return g_test_run ();
}
