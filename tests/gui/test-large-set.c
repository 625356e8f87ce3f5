/* test-large-set.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <gtk/gtk.h>

#include "emo-large-set.h"
#include "emo-scripted-classifier.h"
#include "emo-test-files.h"

#define N_PICTURES 12

typedef struct
{
  char                  *folder;
  EmoEngine             *engine;
  EmoScriptedClassifier *classifier;
  EmoSession            *session;
  EmoLargeSet           *set;
  GPtrArray             *samples;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->folder = emo_test_make_folder ();
  fixture->engine = emo_engine_new ();
  fixture->classifier = emo_scripted_classifier_new ("first");
  fixture->session = emo_session_new (fixture->engine);
  fixture->set = emo_large_set_new (fixture->session);
  fixture->samples = g_ptr_array_new_with_free_func (g_object_unref);
  for (int i = 0; i < N_PICTURES; i++)
    {
      g_autofree char *name = g_strdup_printf ("%02d.png", i);
      g_autofree char *path = emo_test_write_picture (fixture->folder, name, 80 + i, 60);
      g_autoptr (GFile) file = g_file_new_for_path (path);

      g_ptr_array_add (fixture->samples, emo_sample_new_for_file (file, NULL));
    }
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_assert_finalize_object (fixture->set);
  emo_session_set_classifier (fixture->session, NULL);
  emo_session_stop (fixture->session);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  emo_engine_shutdown (fixture->engine);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (fixture->session);
  g_ptr_array_unref (fixture->samples);
  g_object_unref (fixture->classifier);
  g_object_unref (fixture->engine);
  emo_test_remove_folder (fixture->folder);
  g_free (fixture->folder);
}

static void
begin (Fixture *fixture)
{
  emo_session_add_many (fixture->session, fixture->samples);
  emo_large_set_begin (fixture->set, fixture->samples);
  emo_session_set_classifier (fixture->session, EMO_CLASSIFIER (fixture->classifier));
  emo_session_start (fixture->session);
}

static void
wait_for_offer (Fixture    *fixture,
                const char *part)
{
  gint64 end = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;

  while (emo_large_set_get_offer (fixture->set) == NULL || strstr (emo_large_set_get_offer (fixture->set), part) == NULL)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_main_context_iteration (NULL, FALSE);
    }
}

static guint
count_done (Fixture *fixture)
{
  guint n_done;

  g_object_get (fixture->session, "n-done", &n_done, NULL);

  return n_done;
}

static void
test_large_set_stops_after_five_and_offers_the_rest (Fixture       *fixture,
                                                     gconstpointer  data)
{
  begin (fixture);
  g_assert_null (emo_large_set_get_offer (fixture->set));
  wait_for_offer (fixture, "7 pictures to go: about");
  wait_for_offer (fixture, "with explanations");
  g_assert_cmpuint (count_done (fixture), ==, 5);

  emo_session_start (fixture->session);
  g_assert_null (emo_large_set_get_offer (fixture->set));
  while (count_done (fixture) < N_PICTURES)
    g_main_context_iteration (NULL, TRUE);
  g_assert_null (emo_large_set_get_offer (fixture->set));
}

static void
test_large_set_waits_for_a_model (Fixture       *fixture,
                                  gconstpointer  data)
{
  emo_session_add_many (fixture->session, fixture->samples);
  emo_large_set_begin (fixture->set, fixture->samples);
  emo_session_start (fixture->session);
  g_assert_null (emo_large_set_get_offer (fixture->set));
  emo_session_set_classifier (fixture->session, EMO_CLASSIFIER (fixture->classifier));
  wait_for_offer (fixture, "7 pictures to go");
}

static void
test_large_set_is_not_offered_after_a_stop (Fixture       *fixture,
                                            gconstpointer  data)
{
  begin (fixture);
  while (count_done (fixture) < 2)
    g_main_context_iteration (NULL, TRUE);
  emo_session_stop (fixture->session);
  g_assert_null (emo_large_set_get_offer (fixture->set));

  /* The person knows the set now. */
  emo_session_start (fixture->session);
  while (count_done (fixture) < N_PICTURES)
    g_main_context_iteration (NULL, TRUE);
}

#define ADD(name, func) \
  g_test_add ("/Emo/LargeSet/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int   argc,
      char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);

  ADD ("stops-after-five-and-offers-the-rest", test_large_set_stops_after_five_and_offers_the_rest);
  ADD ("waits-for-a-model", test_large_set_waits_for_a_model);
  ADD ("is-not-offered-after-a-stop", test_large_set_is_not_offered_after_a_stop);

  return g_test_run ();
}
