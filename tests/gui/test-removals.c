/* test-removals.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <gtk/gtk.h>

#include "emo-removals.h"

#define N_PICTURES 6

typedef struct
{
  EmoEngine   *engine;
  EmoSession  *session;
  EmoRemovals *removals;
  EmoSample   *samples[N_PICTURES];
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->engine = emo_engine_new ();
  fixture->session = emo_session_new (fixture->engine);
  fixture->removals = emo_removals_new (fixture->session);
  for (int i = 0; i < N_PICTURES; i++)
    {
      g_autofree char *name = g_strdup_printf ("%d.png", i);
      g_autoptr (GBytes) bytes = g_bytes_new (name, 1);

      fixture->samples[i] = emo_sample_new_for_bytes (bytes, name);
      emo_session_add (fixture->session, fixture->samples[i]);
    }
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_assert_finalize_object (fixture->removals);
  emo_session_stop (fixture->session);
  emo_engine_shutdown (fixture->engine);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (fixture->session);
  g_object_unref (fixture->engine);
  for (int i = 0; i < N_PICTURES; i++)
    g_assert_finalize_object (fixture->samples[i]);
}

/* @wanted: digits, the samples in their order. */
static void
assert_listed (Fixture    *fixture,
               const char *wanted)
{
  GListModel *list = emo_session_get_samples (fixture->session);
  g_autoptr (GString) listed = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (EmoSample) sample = g_list_model_get_item (list, i);

      g_string_append_c (listed, emo_sample_get_file_name (sample)[0]);
    }
  g_assert_cmpstr (listed->str, ==, wanted);
}

static void
remove_some (Fixture    *fixture,
             const char *which)
{
  g_autoptr (GPtrArray) samples = g_ptr_array_new_with_free_func (g_object_unref);

  for (; *which != '\0'; which++)
    g_ptr_array_add (samples, g_object_ref (fixture->samples[*which - '0']));
  emo_removals_remove (fixture->removals, samples);
}

static void
undo (Fixture *fixture)
{
  g_autoptr (GPtrArray) back = emo_removals_undo (fixture->removals);

  g_assert_nonnull (back);
}

static void
redo (Fixture *fixture)
{
  g_autoptr (GPtrArray) gone = emo_removals_redo (fixture->removals);

  g_assert_nonnull (gone);
}

static void
test_removals_come_back_where_they_were (Fixture       *fixture,
                                         gconstpointer  data)
{
  remove_some (fixture, "1");
  remove_some (fixture, "304");
  assert_listed (fixture, "25");
  undo (fixture);
  assert_listed (fixture, "02345");
  undo (fixture);
  assert_listed (fixture, "012345");
  g_assert_false (emo_removals_get_can_undo (fixture->removals));
  g_assert_null (emo_removals_undo (fixture->removals));
}

static void
test_removals_go_again (Fixture       *fixture,
                        gconstpointer  data)
{
  remove_some (fixture, "1");
  remove_some (fixture, "5");
  undo (fixture);
  undo (fixture);
  redo (fixture);
  assert_listed (fixture, "02345");
  redo (fixture);
  assert_listed (fixture, "0234");
  g_assert_false (emo_removals_get_can_redo (fixture->removals));
  undo (fixture);
  assert_listed (fixture, "02345");
}

static void
test_removals_forget_the_way_forward (Fixture       *fixture,
                                      gconstpointer  data)
{
  remove_some (fixture, "1");
  undo (fixture);
  g_assert_true (emo_removals_get_can_redo (fixture->removals));
  remove_some (fixture, "2");
  g_assert_false (emo_removals_get_can_redo (fixture->removals));
  g_assert_null (emo_removals_redo (fixture->removals));
  assert_listed (fixture, "01345");
}

static void
test_removals_of_nothing_are_none (Fixture       *fixture,
                                   gconstpointer  data)
{
  remove_some (fixture, "");
  g_assert_false (emo_removals_get_can_undo (fixture->removals));
}

static void
test_removals_keep_marks (Fixture       *fixture,
                          gconstpointer  data)
{
  emo_sample_set_flagged (fixture->samples[2], TRUE);
  emo_sample_set_note (fixture->samples[2], "odd");
  remove_some (fixture, "012345");
  assert_listed (fixture, "");
  undo (fixture);
  assert_listed (fixture, "012345");
  g_assert_true (emo_sample_get_flagged (fixture->samples[2]));
  g_assert_cmpstr (emo_sample_get_note (fixture->samples[2]), ==, "odd");
}

#define ADD(name, func) \
  g_test_add ("/Emo/Removals/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int   argc,
      char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);

  ADD ("come-back-where-they-were", test_removals_come_back_where_they_were);
  ADD ("go-again", test_removals_go_again);
  ADD ("forget-the-way-forward", test_removals_forget_the_way_forward);
  ADD ("of-nothing-are-none", test_removals_of_nothing_are_none);
  ADD ("keep-marks", test_removals_keep_marks);

  return g_test_run ();
}
