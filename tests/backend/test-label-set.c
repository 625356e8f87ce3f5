/* test-label-set.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-error.h"
#include "emo-label-set.h"

static void
assert_refused (const char * const *labels)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (emo_label_set_new (labels, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE);
}

static void
test_label_set_keeps_the_order (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoLabelSet) set = emo_label_set_new ((const char *[]) { "sadness", "Awe", "awe", NULL }, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (emo_label_set_get_size (set), ==, 3);
  g_assert_cmpstr (emo_label_set_get_label (set, 0), ==, "sadness");
  g_assert_cmpint (emo_label_set_find (set, "awe"), ==, 2);
  g_assert_cmpint (emo_label_set_find (set, "Awe"), ==, 1);
  g_assert_cmpint (emo_label_set_find (set, "fear"), ==, -1);
  g_assert_cmpint (emo_label_set_find (set, NULL), ==, -1);
  g_assert_null (emo_label_set_get_labels (set)[3]);
}

static void
test_label_set_refuses_bad_names (void)
{
  assert_refused ((const char *[]) { NULL });
  assert_refused ((const char *[]) { "awe", NULL });
  assert_refused ((const char *[]) { "awe", "", NULL });
  assert_refused ((const char *[]) { "awe", "fear", "awe", NULL });
  assert_refused ((const char *[]) { "awe", "fe\xff" "ar", NULL });
}

static void
test_label_set_holds_its_limit (void)
{
  g_auto (GStrv) labels = g_new0 (char *, EMO_LABEL_SET_MAX + 2);
  g_autoptr (EmoLabelSet) set = NULL;
  g_autofree char *last = NULL;

  for (int i = 0; i < EMO_LABEL_SET_MAX + 1; i++)
    labels[i] = g_strdup_printf ("label-%d", i);
  assert_refused ((const char * const *) labels);

  last = g_steal_pointer (&labels[EMO_LABEL_SET_MAX]);
  set = emo_label_set_new ((const char * const *) labels, NULL);
  g_assert_cmpuint (emo_label_set_get_size (set), ==, EMO_LABEL_SET_MAX);
}

static void
test_label_set_names_mikels_eight (void)
{
  g_autoptr (EmoLabelSet) set = emo_label_set_new_mikels ();

  g_assert_cmpuint (emo_label_set_get_size (set), ==, 8);
  for (guint i = 1; i < 8; i++)
    g_assert_cmpstr (emo_label_set_get_label (set, i - 1), <, emo_label_set_get_label (set, i));
}

static void
test_label_set_is_boxed (void)
{
  g_autoptr (EmoLabelSet) set = emo_label_set_new_mikels ();
  EmoLabelSet *copy = g_boxed_copy (EMO_TYPE_LABEL_SET, set);

  g_assert_true (copy == set);
  g_boxed_free (EMO_TYPE_LABEL_SET, copy);
  g_assert_cmpstr (emo_label_set_get_label (set, 2), ==, "awe");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/LabelSet/keeps-the-order", test_label_set_keeps_the_order);
  g_test_add_func ("/Emo/LabelSet/refuses-bad-names", test_label_set_refuses_bad_names);
  g_test_add_func ("/Emo/LabelSet/holds-its-limit", test_label_set_holds_its_limit);
  g_test_add_func ("/Emo/LabelSet/names-mikels-eight", test_label_set_names_mikels_eight);
  g_test_add_func ("/Emo/LabelSet/is-boxed", test_label_set_is_boxed);

  return g_test_run ();
}
