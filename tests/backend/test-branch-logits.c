/* test-branch-logits.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>
#include <string.h>

#include "emo-branch-logits.h"
#include "emo-error.h"
#include "emo-logits.h"
#include "emo-safetensors.h"
#include "emo-test-files.h"

static guint32 items[] = { 1, 4, 9 };
static float values[] = { 1, 2, 3, 4, 5, 6 };

typedef struct
{
  char *folder;
  char *path;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->folder = emo_test_make_folder ();
  fixture->path = g_build_filename (fixture->folder, "logits.safetensors", NULL);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  emo_test_remove_folder (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->path);
}

static void
test_branch_logits_read_back (Fixture       *fixture,
                              gconstpointer  data)
{
  EmoBranchLogits logits = { 3, 2, items, values };
  g_autoptr(EmoBranchLogits) read = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_true (emo_branch_logits_save (&logits, fixture->path, "data", &error));
  g_assert_no_error (error);
  read = emo_branch_logits_load (fixture->path, "data", 2, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (emo_branch_logits_find (read, 4), 2 * sizeof (float), values + 2, 2 * sizeof (float));
  g_assert_cmpmem (emo_branch_logits_find (read, 9), 2 * sizeof (float), values + 4, 2 * sizeof (float));
  g_assert_null (emo_branch_logits_find (read, 0));
  g_assert_null (emo_branch_logits_find (read, 5));
  g_assert_null (emo_branch_logits_find (read, 10));
}

static void
assert_refused (Fixture    *fixture,
                const char *dataset,
                guint       n_labels)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (emo_branch_logits_load (fixture->path, dataset, n_labels, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE);
  g_assert_nonnull (strstr (error->message, "logits.safetensors"));
}

static void
test_branch_logits_refuse_what_is_not_theirs (Fixture       *fixture,
                                              gconstpointer  data)
{
  EmoBranchLogits logits = { 3, 2, items, values };

  g_assert_true (emo_branch_logits_save (&logits, fixture->path, "data", NULL));
  assert_refused (fixture, "other data", 2);
  assert_refused (fixture, "data", 3);
}

static void
test_branch_logits_refuse_hostile_files (Fixture       *fixture,
                                         gconstpointer  data)
{
  static const guint32 backwards[] = { 1, 9, 4 }, twice[] = { 1, 1, 2 };
  const EmoStoredTensor floats = { .name = "logits", .stored = EMO_STORED_F32, .rank = 2, .shape = { 3, 2 },
                                   .data = (const guint8 *) values, .n_bytes = sizeof values };
  EmoStoredTensor tensors[2] = { [1] = floats };
  const EmoStoredTensor wrong[] = {
    { .name = "items", .stored = EMO_STORED_I32, .rank = 1, .shape = { 3 }, .data = (const guint8 *) backwards, .n_bytes = 12 },
    { .name = "items", .stored = EMO_STORED_I32, .rank = 1, .shape = { 3 }, .data = (const guint8 *) twice, .n_bytes = 12 },
    { .name = "items", .stored = EMO_STORED_I32, .rank = 1, .shape = { 2 }, .data = (const guint8 *) items, .n_bytes = 8 },
    { .name = "items", .stored = EMO_STORED_F32, .rank = 1, .shape = { 3 }, .data = (const guint8 *) items, .n_bytes = 12 },
    { .name = "items", .stored = EMO_STORED_I32, .rank = 2, .shape = { 3, 1 }, .data = (const guint8 *) items, .n_bytes = 12 },
    { .name = "other", .stored = EMO_STORED_I32, .rank = 1, .shape = { 3 }, .data = (const guint8 *) items, .n_bytes = 12 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      tensors[0] = wrong[i];
      g_assert_true (emo_safetensors_save_sealed (fixture->path, tensors, 2, (const char *[]) { "dataset", "data", NULL }, NULL));
      assert_refused (fixture, "data", 2);
    }
}

/* A changed byte. */
static void
test_branch_logits_are_sealed (Fixture       *fixture,
                               gconstpointer  data)
{
  EmoBranchLogits logits = { 3, 2, items, values };
  g_autofree char *text = NULL;
  g_autoptr(GError) error = NULL;
  gsize length;

  g_assert_true (emo_branch_logits_save (&logits, fixture->path, "data", NULL));
  g_assert_true (g_file_get_contents (fixture->path, &text, &length, NULL));
  text[length - 2] ^= 1;
  g_assert_true (g_file_set_contents (fixture->path, text, length, NULL));
  g_assert_null (emo_branch_logits_load (fixture->path, "data", 2, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_CHECKSUM);
}

static void
test_logits_become_probabilities (Fixture       *fixture,
                                  gconstpointer  data)
{
  float logits[] = { 1000, 1000, -1000, 0 };
  static const guint32 labels[] = { 0, 1 };
  float probabilities[4];
  g_autoptr(EmoMetrics) metrics = emo_logits_measure (logits, labels, 2, 2);

  emo_logits_to_probabilities (logits, 2, 2, probabilities);
  g_assert_cmpfloat (probabilities[0], ==, 0.5f);
  g_assert_cmpfloat (probabilities[1], ==, 0.5f);
  g_assert_cmpfloat (probabilities[2], ==, 0);
  g_assert_cmpfloat (probabilities[3], ==, 1);
  g_assert_cmpfloat (metrics->accuracy, ==, 1);
  g_assert_cmpfloat (fabs (metrics->nll - log (2) / 2), <, 1e-6);
  emo_logits_scale (logits, 2, 2, 0.5);
  g_assert_cmpfloat (logits[2], ==, -500);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, function) g_test_add ("/Emo/BranchLogits/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("read-back", test_branch_logits_read_back);
  ADD ("refuse-what-is-not-theirs", test_branch_logits_refuse_what_is_not_theirs);
  ADD ("refuse-hostile-files", test_branch_logits_refuse_hostile_files);
  ADD ("are-sealed", test_branch_logits_are_sealed);
  ADD ("become-probabilities", test_logits_become_probabilities);
#undef ADD

  return g_test_run ();
}
