/* train-fixture.h: a bundle and pictures to train on
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib/gstdio.h>
#include <gio/gio.h>
#include <string.h>
#include <unistd.h>

#include "emo-dataset.h"
#include "emo-test-files.h"

static inline void
copy_file (const char *from,
           const char *to)
{
  g_autofree char *text = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (from, &text, &length, NULL));
  g_assert_true (g_file_set_contents (to, text, length, NULL));
}

/* The embedded bundle in a new folder; its VLM, which no stage of a test writes, is
 * a link to the original. */
static inline char *
make_bundle (void)
{
  static const char * const names[] = {
    "emovlm.json", "distilled.safetensors", "gate.safetensors", "domain.safetensors", "gates/bilinear.safetensors",
    "gates/moe.safetensors", "gates/dynamic.safetensors", "gates/cross.safetensors", "checks/1-amusement.png",
    "checks/2-sadness.png",
  };
  g_autofree char *from = g_build_filename (g_getenv ("EMOVLM_SOURCE_ROOT"), "data", "models", "emoscenes", NULL);
  char *folder = emo_test_make_folder ();
  g_autofree char *gates = g_build_filename (folder, "gates", NULL);
  g_autofree char *checks = g_build_filename (folder, "checks", NULL);
  g_autofree char *vlm = NULL;
  g_autofree char *link = NULL;

  g_assert_cmpint (g_mkdir (gates, 0700), ==, 0);
  g_assert_cmpint (g_mkdir (checks, 0700), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *source = g_build_filename (from, names[i], NULL);
      g_autofree char *target = g_build_filename (folder, names[i], NULL);

      copy_file (source, target);
    }
  vlm = g_build_filename (from, "vlm", NULL);
  link = g_build_filename (folder, "vlm", NULL);
  g_assert_cmpint (symlink (vlm, link), ==, 0);

  return folder;
}

/* The samples by the label in their names, all of train. */
static inline char *
make_samples (void)
{
  g_autofree char *from = g_build_filename (g_getenv ("EMOVLM_SOURCE_ROOT"), "data", "samples", NULL);
  g_autoptr(GDir) dir = g_dir_open (from, 0, NULL);
  char *root = emo_test_make_folder ();
  const char *name;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      const char *dot = strrchr (name, '.'), *dash = strrchr (name, '-');
      g_autofree char *label = g_strndup (dash + 1, dot - dash - 1);
      g_autofree char *folder = g_build_filename (root, "train", label, NULL);
      g_autofree char *source = g_build_filename (from, name, NULL);
      g_autofree char *target = g_build_filename (folder, name, NULL);

      g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
      copy_file (source, target);
    }

  return root;
}
