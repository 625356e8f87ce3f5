/* test-picture-loader.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>
#include <sys/stat.h>

#include "emo-error.h"
#include "emo-hash.h"
#include "emo-picture-loader.h"
#include "emo-test-files.h"

#define N 60

typedef struct
{
  char       *folder;
  const char *paths[N];
} Fixture;

/* Picture i is i + 1 wide, so that order shows. */
static void
set_up (Fixture      *fixture,
        gconstpointer user_data)
{
  fixture->folder = emo_test_make_folder ();
  for (guint i = 0; i < N; i++)
    {
      g_autofree char *name = g_strdup_printf ("%02u.png", i);

      fixture->paths[i] = emo_test_write_picture (fixture->folder, name, i + 1, 5);
    }
}

static void
tear_down (Fixture      *fixture,
           gconstpointer user_data)
{
  emo_test_remove_folder (fixture->folder);
  for (guint i = 0; i < N; i++)
    g_free ((char *) fixture->paths[i]);
  g_free (fixture->folder);
}

static void
test_picture_loader_keeps_the_order (Fixture      *fixture,
                                     gconstpointer user_data)
{
  static const EmoPictureLoaderOptions options[] = {
    { 0 }, { .n_threads = 1, .n_ahead = 1 }, { .n_threads = 8, .n_ahead = 1 }, { .n_threads = 1, .n_ahead = 100 },
    { .n_threads = 5, .n_ahead = 7 }, { .n_threads = 4, .max_bytes = 1 }, { .n_threads = 1000 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (options); i++)
    {
      g_autoptr(EmoPictureLoader) loader = emo_picture_loader_new (fixture->paths, N, i > 0 ? &options[i] : NULL);

      for (guint place = 0; place < N; place++)
        {
          g_autoptr(EmoLoadedPicture) picture = emo_picture_loader_next (loader);

          g_assert_no_error (picture->error);
          g_assert_cmpuint (picture->place, ==, place);
          g_assert_cmpint (emo_image_get_width (picture->image), ==, (int) place + 1);
          g_assert_null (picture->values);
        }
      g_assert_null (emo_picture_loader_next (loader));
      g_assert_null (emo_picture_loader_next (loader));
      g_assert_cmpuint (emo_picture_loader_get_n_broken (loader), ==, 0);
    }
}

static void
test_picture_loader_names_the_bytes (Fixture      *fixture,
                                     gconstpointer user_data)
{
  g_autoptr(EmoPictureLoader) loader = emo_picture_loader_new (fixture->paths, 1, NULL);
  g_autoptr(EmoLoadedPicture) picture = emo_picture_loader_next (loader);
  g_autofree char *expected = emo_hash_file (fixture->paths[0], NULL, NULL);

  g_assert_cmpstr (picture->sha256, ==, expected);
}

static void
test_picture_loader_reports_the_broken (Fixture      *fixture,
                                        gconstpointer user_data)
{
  g_autofree char *nowhere = g_build_filename (fixture->folder, "nowhere.png", NULL);
  g_autofree char *text = emo_test_write_text (fixture->folder, "text.png", "no picture");
  g_autofree char *empty = emo_test_write_text (fixture->folder, "empty.png", "");
  g_autofree char *pipe = g_build_filename (fixture->folder, "pipe.png", NULL);
  g_autofree char *cut = NULL;
  g_autofree char *bytes = NULL;
  g_autoptr(EmoPictureLoader) loader = NULL;
  gsize length;

  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  g_assert_true (g_file_get_contents (fixture->paths[40], &bytes, &length, NULL));
  cut = emo_test_write_text (fixture->folder, "cut.png", "");
  g_assert_true (g_file_set_contents (cut, bytes, (gssize) length - 20, NULL));
  {
    const char *paths[] = { nowhere, fixture->paths[1], text, empty, pipe, cut, fixture->folder, fixture->paths[2] };

    loader = emo_picture_loader_new (paths, G_N_ELEMENTS (paths), NULL);
    for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
      {
        g_autoptr(EmoLoadedPicture) picture = emo_picture_loader_next (loader);

        g_assert_cmpuint (picture->place, ==, i);
        g_assert_cmpint (picture->error == NULL, ==, i == 1 || i == 7);
        g_assert_cmpint (picture->image != NULL, ==, i == 1 || i == 7);
        if (picture->error == NULL)
          continue;
        g_assert_true (picture->error->domain == EMO_ERROR);
        g_assert_nonnull (strstr (picture->error->message, paths[i]));
      }
    g_assert_cmpuint (emo_picture_loader_get_n_broken (loader), ==, 6);
  }
}

static void
test_picture_loader_of_nothing (void)
{
  g_autoptr(EmoPictureLoader) loader = emo_picture_loader_new (NULL, 0, NULL);

  g_assert_null (emo_picture_loader_next (loader));
}

/* Left at any point, even before the first picture. */
static void
test_picture_loader_is_left_early (Fixture      *fixture,
                                   gconstpointer user_data)
{
  const EmoPictureLoaderOptions options = { .n_threads = 3, .n_ahead = 5 };

  for (guint n = 0; n < 12; n++)
    {
      g_autoptr(EmoPictureLoader) loader = emo_picture_loader_new (fixture->paths, N, &options);

      for (guint i = 0; i < n; i++)
        emo_loaded_picture_free (emo_picture_loader_next (loader));
    }
}

typedef struct
{
  int n_begun;
  int n_given;
  int most;       /* begun and not given, at any time */
} Watch;

static GBytes *
watch_cb (EmoImage  *image,
          guint      place,
          gpointer   user_data,
          GError   **error)
{
  Watch *watch = user_data;
  int held = g_atomic_int_add (&watch->n_begun, 1) + 1 - g_atomic_int_get (&watch->n_given);

  for (int most = g_atomic_int_get (&watch->most); held > most; most = g_atomic_int_get (&watch->most))
    g_atomic_int_compare_and_exchange (&watch->most, most, held);

  return g_bytes_new (&place, sizeof place);
}

/* A slow consumer: the threads wait for it. */
static void
test_picture_loader_stays_within_its_limits (Fixture      *fixture,
                                             gconstpointer user_data)
{
  static const struct
  {
    guint n_ahead;
    gsize max_bytes;
    int   most;
  } cases[] = { { 4, 0, 4 }, { 50, 2 * sizeof (guint), 2 + 1 + 3 } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Watch watch = { 0 };
      const EmoPictureLoaderOptions options = {
        .n_threads = 3, .n_ahead = cases[i].n_ahead, .max_bytes = cases[i].max_bytes, .prepare = watch_cb, .user_data = &watch
      };
      g_autoptr(EmoPictureLoader) loader = emo_picture_loader_new (fixture->paths, N, &options);

      for (guint place = 0; place < N; place++)
        {
          g_autoptr(EmoLoadedPicture) picture = NULL;

          g_usleep (1000);
          /* Counted before next() makes room. */
          g_atomic_int_inc (&watch.n_given);
          picture = emo_picture_loader_next (loader);
          g_assert_cmpuint (*(const guint *) g_bytes_get_data (picture->values, NULL), ==, place);
          g_assert_null (picture->image);
          g_assert_nonnull (picture->sha256);
        }
      g_assert_cmpint (watch.n_begun, ==, N);
      g_assert_cmpint (watch.most, <=, cases[i].most);
      g_assert_cmpint (watch.most, >, 1);
    }
}

static GBytes *
refuse_cb (EmoImage  *image,
           guint      place,
           gpointer   user_data,
           GError   **error)
{
  if (place % 2 == 0)
    return g_bytes_new ("x", 1);
  g_set_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED, "%d is odd", emo_image_get_width (image) - 1);

  return NULL;
}

static void
test_picture_loader_takes_refusals (Fixture      *fixture,
                                    gconstpointer user_data)
{
  const EmoPictureLoaderOptions options = { .prepare = refuse_cb };
  g_autoptr(EmoPictureLoader) loader = emo_picture_loader_new (fixture->paths, N, &options);

  for (guint place = 0; place < N; place++)
    {
      g_autoptr(EmoLoadedPicture) picture = emo_picture_loader_next (loader);
      g_autofree char *words = g_strdup_printf ("%s: %u is odd", fixture->paths[place], place);

      if (place % 2 == 0)
        g_assert_no_error (picture->error);
      else
        g_assert_cmpstr (picture->error->message, ==, words);
    }
  g_assert_cmpuint (emo_picture_loader_get_n_broken (loader), ==, N / 2);
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/Emo/PictureLoader/keeps-the-order", test_picture_loader_keeps_the_order);
  ADD ("/Emo/PictureLoader/names-the-bytes", test_picture_loader_names_the_bytes);
  ADD ("/Emo/PictureLoader/reports-the-broken", test_picture_loader_reports_the_broken);
  ADD ("/Emo/PictureLoader/is-left-early", test_picture_loader_is_left_early);
  ADD ("/Emo/PictureLoader/stays-within-its-limits", test_picture_loader_stays_within_its_limits);
  ADD ("/Emo/PictureLoader/takes-refusals", test_picture_loader_takes_refusals);
  g_test_add_func ("/Emo/PictureLoader/of-nothing", test_picture_loader_of_nothing);

  return g_test_run ();
}
