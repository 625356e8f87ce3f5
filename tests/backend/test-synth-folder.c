/* test-synth-folder.c: EmoScenes as pixels and as a training folder
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "emo-dataset.h"
#include "emo-error.h"
#include "emo-file.h"
#include "emo-hash.h"
#include "emo-image.h"
#include "emo-json.h"
#include "emo-synth-paint.h"
#include "emo-synth-words.h"
#include "emo-synth.h"
#include "emo-test-files.h"

static EmoSynthOptions
make_options (const char  *path,
              EmoLabelSet *labels)
{
  return (EmoSynthOptions) {
    .path = path, .labels = labels, .seed = 11, .n_train = 100, .n_val = 24, .n_test = 16, .n_threads = 2,
  };
}

static void
write_scenes (const EmoSynthOptions *options)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (emo_synth_write (options, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
}

static void
assert_refused (const EmoSynthOptions *options,
                int                    code,
                const char            *words)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (emo_synth_write (options, NULL, NULL, NULL, &error));
  g_assert_error (error, EMO_ERROR, code);
  g_assert_nonnull (strstr (error->message, words));
}

/* --- Pixels --- */

static void
test_synth_has_every_glyph (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(EmoSynthGlyphs) glyphs = emo_synth_glyphs_new (&error);
  g_autoptr(GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < EMO_SYNTH_N_OBJECTS; i++)
    {
      int side;
      const guint8 *pixels = emo_synth_glyphs_get_pixels (glyphs, i, 0, &side);
      guint n_drawn = 0;

      g_assert_cmpint (side, ==, EMO_SYNTH_GLYPH_SIDE);
      for (int j = 0; j < side * side; j++)
        n_drawn += pixels[j * 4 + 3] > 128;
      g_assert_cmpuint (n_drawn, >, side * side / 10);
      /* No two alike, as boxes with a question mark would be. */
      g_assert_true (g_hash_table_add (seen, emo_hash_bytes (pixels, (gsize) side * side * 4)));
    }
}

static void
test_synth_levels_are_halves (void)
{
  g_autoptr(EmoSynthGlyphs) glyphs = emo_synth_glyphs_new (NULL);
  int side, half;
  const guint8 *large = emo_synth_glyphs_get_pixels (glyphs, 3, 0, &side);
  const guint8 *small = emo_synth_glyphs_get_pixels (glyphs, 3, 1, &half);

  g_assert_cmpint (half * 2, ==, side);
  for (int y = 0; y < half; y++)
    for (int x = 0; x < half; x++)
      for (int c = 0; c < 4; c++)
        {
          const guint8 *p = large + (2 * y * side + 2 * x) * 4 + c;

          g_assert_cmpint (small[(y * half + x) * 4 + c], ==, (p[0] + p[4] + p[side * 4] + p[side * 4 + 4] + 2) / 4);
        }
}

static EmoImage *
paint (const EmoSynthScene *scene,
       EmoSynthGlyphs      *glyphs)
{
  EmoImage *image = emo_synth_scene_paint (scene, glyphs);

  g_assert_cmpint (emo_image_get_width (image), ==, scene->width);
  g_assert_cmpint (emo_image_get_height (image), ==, scene->height);

  return image;
}

static double
get_difference (EmoImage *a,
                EmoImage *b)
{
  gsize n = (gsize) emo_image_get_width (a) * emo_image_get_height (a) * 3;
  double sum = 0;

  for (gsize i = 0; i < n; i++)
    sum += ABS (emo_image_get_pixels (a)[i] - emo_image_get_pixels (b)[i]);

  return sum / n;
}

/* Every part of a scene shows: with another object, palette or texture, or with
 * another place, the pixels are others. */
static void
test_synth_parts_show (void)
{
  g_autoptr(EmoSynthGlyphs) glyphs = emo_synth_glyphs_new (NULL);
  g_autoptr(EmoLabelSet) labels = emo_label_set_new_mikels ();
  g_autoptr(EmoSynthRule) rule = emo_synth_rule_new (labels, NULL);

  for (guint i = 0; i < EMO_SYNTH_N_PALETTES * EMO_N_TEXTURES; i++)
    {
      g_autoptr(EmoSynthScene) scene = emo_synth_scene_new (rule, 2, EMO_SPLIT_TRAIN, i);
      g_autoptr(EmoImage) image = NULL;
      g_autoptr(EmoImage) again = NULL;
      g_autoptr(EmoImage) plain = NULL;
      g_autoptr(EmoImage) other = NULL;
      guint texture = i % EMO_N_TEXTURES;

      scene->parts.palette = i / EMO_N_TEXTURES;
      scene->parts.texture = texture;
      image = paint (scene, glyphs);
      again = paint (scene, glyphs);
      g_assert_true (g_bytes_equal (emo_image_get_bytes (image), emo_image_get_bytes (again)));
      scene->parts.texture = EMO_TEXTURE_EVEN;
      plain = paint (scene, glyphs);
      if (texture != EMO_TEXTURE_EVEN)
        g_assert_cmpfloat (get_difference (image, plain), >, 1.5);
      scene->parts.objects[0] = (scene->parts.objects[0] + 17) % EMO_SYNTH_N_OBJECTS;
      other = paint (scene, glyphs);
      g_assert_cmpfloat (get_difference (plain, other), >, 0.5);
    }
}

/* A turned glyph of full size stays in the picture and touches no other memory. */
static void
test_synth_paints_at_the_edge (void)
{
  g_autoptr(EmoSynthGlyphs) glyphs = emo_synth_glyphs_new (NULL);
  EmoSynthScene scene = { .width = 112, .height = 28, .parts = { .n_objects = 4, .objects = { 0, 1, 2, 3 } } };

  for (int turn = -180; turn <= 180; turn += 15)
    {
      g_autoptr(EmoImage) image = NULL;

      scene.places[0] = (EmoSynthPlace) { 136, 0, 0, turn };
      scene.places[1] = (EmoSynthPlace) { 1, 111, 27, turn };
      scene.places[2] = (EmoSynthPlace) { 500, 56, 14, turn };
      scene.places[3] = (EmoSynthPlace) { 33, -40, 60, turn };
      for (guint texture = 0; texture < EMO_N_TEXTURES; texture++)
        {
          scene.parts.texture = texture;
          g_clear_pointer (&image, emo_image_unref);
          image = paint (&scene, glyphs);
        }
    }
}

static void
test_synth_png_keeps_pixels (void)
{
  g_autoptr(EmoSynthGlyphs) glyphs = emo_synth_glyphs_new (NULL);
  g_autoptr(EmoLabelSet) labels = emo_label_set_new_mikels ();
  g_autoptr(EmoSynthRule) rule = emo_synth_rule_new (labels, NULL);

  for (guint i = 0; i < 40; i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(EmoSynthScene) scene = emo_synth_scene_new (rule, 2, EMO_SPLIT_TRAIN, i);
      g_autoptr(EmoImage) image = emo_synth_scene_paint (scene, glyphs);
      g_autoptr(GBytes) png = emo_image_encode_png (image, &error);
      g_autoptr(EmoImage) read = NULL;

      g_assert_no_error (error);
      read = emo_image_load_bytes (png, NULL, FALSE, &error);
      g_assert_no_error (error);
      g_assert_true (g_bytes_equal (emo_image_get_bytes (image), emo_image_get_bytes (read)));
    }
}

/* --- Folders --- */

static void
test_synth_folder_is_a_dataset (void)
{
  g_autofree char *root = emo_test_make_folder ();
  g_autoptr(EmoLabelSet) labels = emo_label_set_new_mikels ();
  g_autoptr(EmoSynthRule) rule = emo_synth_rule_new (labels, NULL);
  EmoSynthOptions options = make_options (root, labels);
  g_autoptr(EmoDataset) dataset = NULL;
  g_autoptr(GError) error = NULL;

  write_scenes (&options);
  dataset = emo_dataset_load (root, labels, 0, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (emo_dataset_get_problems (dataset)[0]);
  g_assert_cmpuint (emo_dataset_count (dataset, EMO_SPLIT_TRAIN, -1), ==, 100);
  g_assert_cmpuint (emo_dataset_count (dataset, EMO_SPLIT_VAL, 3), ==, 3);
  g_assert_cmpuint (emo_dataset_count (dataset, EMO_SPLIT_TEST, 0), ==, 2);
  for (guint i = 0; i < emo_dataset_get_n (dataset); i++)
    {
      const EmoDatasetItem *item = emo_dataset_get (dataset, i);
      g_autofree char *name = g_path_get_basename (item->file_name);
      guint index = g_ascii_strtoull (name, NULL, 10);
      g_autoptr(EmoSynthScene) scene = emo_synth_scene_new (rule, options.seed, item->split, index);
      g_autofree char *observation = emo_synth_dup_observation (scene);

      g_assert_cmpuint (scene->label, ==, item->label);
      g_assert_cmpstr (item->observation, ==, item->split == EMO_SPLIT_TRAIN ? observation : NULL);
      g_assert_true ((item->reason != NULL) == (item->split == EMO_SPLIT_TRAIN));
    }
  emo_test_remove_folder (root);
}

static void
assert_line (const char   *line,
             EmoSynthRule *rule,
             guint64       seed)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(EmoJson) json = emo_json_parse (line, strlen (line), "line", 0, &error);
  const EmoJsonValue *root, *objects;
  g_autoptr(EmoSynthScene) scene = NULL;
  EmoSplit split = 0;

  g_assert_no_error (error);
  root = emo_json_get_root (json);
  while (!g_str_equal (emo_split_get_name (split), emo_json_value_get_member_string (root, "split", "")))
    split++;
  scene = emo_synth_scene_new (rule, seed, split, emo_json_value_get_member_double (root, "index", -1));
  objects = emo_json_value_get_member (root, "objects");
  g_assert_cmpuint (emo_json_value_get_length (objects), ==, scene->parts.n_objects);
  for (guint i = 0; i < scene->parts.n_objects; i++)
    g_assert_cmpstr (emo_json_value_get_string (emo_json_value_get_element (objects, i)), ==,
                     emo_synth_objects[scene->parts.objects[i]].name);
  g_assert_cmpstr (emo_json_value_get_member_string (root, "palette", NULL), ==,
                   emo_synth_palettes[scene->parts.palette].name);
  g_assert_cmpstr (emo_json_value_get_member_string (root, "label", NULL), ==,
                   emo_label_set_get_label (emo_synth_rule_get_labels (rule), scene->label));
}

static char *
read_text (const char *root,
           const char *name)
{
  g_autofree char *path = g_build_filename (root, name, NULL);
  char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));

  return text;
}

static guint
count_lines (const char *root)
{
  g_autofree char *text = read_text (root, "scenes.jsonl");
  g_auto(GStrv) lines = g_strsplit (text, "\n", -1);

  return g_strv_length (lines) - 1;
}

static void
test_synth_lists_every_scene (gconstpointer set)
{
  g_autofree char *root = emo_test_make_folder ();
  g_autoptr(EmoLabelSet) labels = emo_label_set_new_named (set);
  g_autoptr(EmoSynthRule) rule = emo_synth_rule_new (labels, NULL);
  EmoSynthOptions options = make_options (root, labels);
  g_autofree char *text = NULL;
  g_auto(GStrv) lines = NULL;

  write_scenes (&options);
  text = read_text (root, "scenes.jsonl");
  lines = g_strsplit (text, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 141);
  for (guint i = 0; i < 140; i++)
    assert_line (lines[i], rule, options.seed);
  emo_test_remove_folder (root);
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(char * const *) a, *(char * const *) b);
}

/* Names and contents of all files, in one hash. */
static void
hash_folder (const char *path,
             GChecksum  *checksum)
{
  g_autoptr(GDir) dir = g_dir_open (path, 0, NULL);
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *file = g_build_filename (path, names->pdata[i], NULL);
      g_autofree char *text = NULL;
      gsize length;

      g_checksum_update (checksum, names->pdata[i], -1);
      if (g_file_test (file, G_FILE_TEST_IS_DIR))
        hash_folder (file, checksum);
      else
        {
          g_assert_true (g_file_get_contents (file, &text, &length, NULL));
          g_checksum_update (checksum, (const guchar *) text, length);
        }
    }
}

static char *
dup_folder_hash (const char *path)
{
  g_autoptr(GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  hash_folder (path, checksum);

  return g_strdup (g_checksum_get_string (checksum));
}

static void
test_synth_threads_change_nothing (void)
{
  g_autoptr(EmoLabelSet) labels = emo_label_set_new_mikels ();
  g_autofree char *first = NULL;

  for (guint n_threads = 1; n_threads <= 5; n_threads += 2)
    {
      g_autofree char *root = emo_test_make_folder ();
      EmoSynthOptions options = make_options (root, labels);
      g_autofree char *hash = NULL;

      options.n_threads = n_threads;
      write_scenes (&options);
      hash = dup_folder_hash (root);
      if (first == NULL)
        first = g_strdup (hash);
      g_assert_cmpstr (hash, ==, first);
      emo_test_remove_folder (root);
    }
}

static void
stop_cb (guint    n_done,
         guint    n,
         gpointer user_data)
{
  if (n_done > 0)
    g_cancellable_cancel (user_data);
}

/* What was stopped is a dataset, with a list of what is there, and goes on to
 * the same bytes as what was never stopped. */
static void
test_synth_resumes (void)
{
  g_autofree char *root = emo_test_make_folder ();
  g_autofree char *whole = emo_test_make_folder ();
  g_autoptr(EmoLabelSet) labels = emo_label_set_new_mikels ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;
  EmoSynthOptions options = make_options (root, labels);
  g_autofree char *hash = NULL;
  g_autofree char *expected = NULL;
  guint n_lines;

  options.n_train = 500;
  options.n_threads = 1;
  g_assert_false (emo_synth_write (&options, stop_cb, cancellable, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  n_lines = count_lines (root);
  g_assert_cmpuint (n_lines, >, 0);
  g_assert_cmpuint (n_lines, <, 540);
  assert_refused (&options, EMO_ERROR_INVALID_FILE, "not empty");
  options.resume = TRUE;
  write_scenes (&options);
  options.path = whole;
  write_scenes (&options);
  hash = dup_folder_hash (root);
  expected = dup_folder_hash (whole);
  g_assert_cmpstr (hash, ==, expected);
  emo_test_remove_folder (root);
  emo_test_remove_folder (whole);
}

/* More pictures may be asked for; an empty file is no picture. */
static void
test_synth_grows (void)
{
  g_autofree char *root = emo_test_make_folder ();
  g_autoptr(EmoLabelSet) labels = emo_label_set_new_mikels ();
  g_autoptr(EmoSynthRule) rule = emo_synth_rule_new (labels, NULL);
  EmoSynthOptions options = make_options (root, labels);
  g_autoptr(EmoSynthScene) scene = emo_synth_scene_new (rule, options.seed, EMO_SPLIT_TRAIN, 0);
  g_autofree char *path = g_strdup_printf ("%s/train/%s/000000.png", root, emo_label_set_get_label (labels, scene->label));
  g_autoptr(EmoImage) image = NULL;

  write_scenes (&options);
  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  options.resume = TRUE;
  options.n_train = 130;
  write_scenes (&options);
  g_assert_cmpuint (count_lines (root), ==, 170);
  image = emo_image_load (path, FALSE, NULL);
  g_assert_nonnull (image);
  options.n_train = 129;
  assert_refused (&options, EMO_ERROR_INVALID_FILE, "more pictures");
  emo_test_remove_folder (root);
}

static void
test_synth_refuses_another_folder (void)
{
  g_autofree char *root = emo_test_make_folder ();
  g_autofree char *other = emo_test_make_folder ();
  g_autofree char *note = emo_test_write_text (other, "notes.txt", "mine");
  g_autofree char *broken = NULL;
  g_autoptr(EmoLabelSet) labels = emo_label_set_new_mikels ();
  g_autoptr(EmoLabelSet) polarity = emo_label_set_new_named ("polarity");
  EmoSynthOptions options = make_options (root, labels);
  g_autofree char *text = NULL;

  write_scenes (&options);
  assert_refused (&options, EMO_ERROR_INVALID_FILE, "not empty");
  options.resume = TRUE;
  options.seed++;
  assert_refused (&options, EMO_ERROR_INVALID_FILE, "another seed");
  options.seed--;
  options.labels = polarity;
  assert_refused (&options, EMO_ERROR_INVALID_FILE, "other labels");
  options.labels = labels;
  broken = emo_test_write_text (root, "synth.json", "{\"generator\":1");
  assert_refused (&options, EMO_ERROR_INVALID_FILE, "synth.json");
  g_assert_true (g_file_set_contents (broken, "[]", -1, NULL));
  assert_refused (&options, EMO_ERROR_INVALID_FILE, "another version of the generator");
  options.path = other;
  assert_refused (&options, EMO_ERROR_INVALID_FILE, "no synth.json");
  text = read_text (other, "notes.txt");
  g_assert_cmpstr (text, ==, "mine");
  options.path = note;
  assert_refused (&options, EMO_ERROR_IO, note);
  emo_test_remove_folder (root);
  emo_test_remove_folder (other);
}

/* A limit on files' sizes stands in for a full disk: the system refuses in the
 * middle of a file. The pictures that are there are whole. */
static void
test_synth_survives_a_full_disk (void)
{
  g_autofree char *root = emo_test_make_folder ();
  g_autoptr(EmoLabelSet) labels = emo_label_set_new_mikels ();
  EmoSynthOptions options = make_options (root, labels);
  struct rlimit before, small;
  g_autoptr(EmoDataset) dataset = NULL;

  /* One thread: which picture is the first that is too large is then known. */
  options.n_threads = 1;
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
  small = before;
  small.rlim_cur = 40000;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  assert_refused (&options, EMO_ERROR_NO_SPACE, ".png: cannot be written");
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);
  dataset = emo_dataset_load (root, labels, 0, NULL, NULL);
  g_assert_nonnull (dataset);
  for (guint i = 0; i < emo_dataset_get_n (dataset); i++)
    {
      g_autoptr(EmoImage) image = emo_image_load (emo_dataset_get (dataset, i)->path, FALSE, NULL);

      g_assert_nonnull (image);
    }
  options.resume = TRUE;
  write_scenes (&options);
  g_assert_cmpuint (count_lines (root), ==, 140);
  emo_test_remove_folder (root);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/Synth/has-every-glyph", test_synth_has_every_glyph);
  g_test_add_func ("/Emo/Synth/levels-are-halves", test_synth_levels_are_halves);
  g_test_add_func ("/Emo/Synth/parts-show", test_synth_parts_show);
  g_test_add_func ("/Emo/Synth/paints-at-the-edge", test_synth_paints_at_the_edge);
  g_test_add_func ("/Emo/Synth/png-keeps-pixels", test_synth_png_keeps_pixels);
  g_test_add_func ("/Emo/Synth/folder-is-a-dataset", test_synth_folder_is_a_dataset);
  g_test_add_data_func ("/Emo/Synth/mikels/lists-every-scene", "mikels", test_synth_lists_every_scene);
  g_test_add_data_func ("/Emo/Synth/emotion6/lists-every-scene", "emotion6", test_synth_lists_every_scene);
  g_test_add_data_func ("/Emo/Synth/polarity/lists-every-scene", "polarity", test_synth_lists_every_scene);
  g_test_add_func ("/Emo/Synth/threads-change-nothing", test_synth_threads_change_nothing);
  g_test_add_func ("/Emo/Synth/resumes", test_synth_resumes);
  g_test_add_func ("/Emo/Synth/grows", test_synth_grows);
  g_test_add_func ("/Emo/Synth/refuses-another-folder", test_synth_refuses_another_folder);
  g_test_add_func ("/Emo/Synth/survives-a-full-disk", test_synth_survives_a_full_disk);

  return g_test_run ();
}
