/* test-feature-cache.c
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
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "emo-error.h"
#include "emo-feature-cache.h"
#include "emo-test-files.h"

#define WIDTH 3
#define N     3
#define KIND  "visual-mean:tower:448"

typedef struct
{
  char *folder;
  char *keys;
  char *rows;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer user_data)
{
  g_autofree char *base = emo_test_make_folder ();

  fixture->folder = g_build_filename (base, "training", "features", NULL);
  fixture->keys = g_build_filename (fixture->folder, "features.keys", NULL);
  fixture->rows = g_build_filename (fixture->folder, "features.rows", NULL);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer user_data)
{
  g_autofree char *training = g_path_get_dirname (fixture->folder);
  g_autofree char *base = g_path_get_dirname (training);

  emo_test_remove_folder (base);
  g_free (fixture->folder);
  g_free (fixture->keys);
  g_free (fixture->rows);
}

static void
make_key (guint   number,
          guint8 *key)
{
  g_autoptr(GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize length = EMO_FEATURE_KEY_SIZE;

  g_checksum_update (sum, (const guchar *) &number, sizeof number);
  g_checksum_get_digest (sum, key, &length);
}

static void
make_row (guint  number,
          float *row)
{
  for (guint i = 0; i < WIDTH; i++)
    row[i] = number + i / 8.0f;
}

static EmoFeatureCache *
open_kind (Fixture    *fixture,
           const char *kind,
           guint       width)
{
  g_autoptr(GError) error = NULL;
  EmoFeatureCache *cache = emo_feature_cache_open (fixture->folder, kind, width, &error);

  g_assert_no_error (error);

  return cache;
}

static EmoFeatureCache *
open_cache (Fixture *fixture)
{
  return open_kind (fixture, KIND, WIDTH);
}

static void
add (EmoFeatureCache *cache,
     guint            number)
{
  g_autoptr(GError) error = NULL;
  guint8 key[EMO_FEATURE_KEY_SIZE];
  float row[WIDTH];

  make_key (number, key);
  make_row (number, row);
  g_assert_true (emo_feature_cache_add (cache, key, row, &error));
  g_assert_no_error (error);
}

/* Whether the row is there; one that is must be right. */
static gboolean
has (EmoFeatureCache *cache,
     guint            number)
{
  guint8 key[EMO_FEATURE_KEY_SIZE];
  float row[WIDTH], expected[WIDTH];

  make_key (number, key);
  make_row (number, expected);
  if (!emo_feature_cache_read (cache, key, row))
    return FALSE;
  g_assert_cmpmem (row, sizeof row, expected, sizeof expected);

  return TRUE;
}

static void
fill (Fixture *fixture,
      guint    n)
{
  g_autoptr(EmoFeatureCache) cache = open_cache (fixture);

  for (guint i = 0; i < n; i++)
    add (cache, i);
}

static GBytes *
read_file (const char *path)
{
  char *text;
  gsize length;

  g_assert_true (g_file_get_contents (path, &text, &length, NULL));

  return g_bytes_new_take (text, length);
}

static void
write_file (const char *path,
            const void *data,
            gsize       length)
{
  FILE *file = g_fopen (path, "wb");

  g_assert_nonnull (file);
  g_assert_cmpuint (fwrite (data, 1, length, file), ==, length);
  g_assert_cmpint (fclose (file), ==, 0);
}

static void
test_feature_cache_reads_back (Fixture      *fixture,
                               gconstpointer user_data)
{
  fill (fixture, 100);
  {
    g_autoptr(EmoFeatureCache) cache = open_cache (fixture);

    g_assert_cmpuint (emo_feature_cache_get_n (cache), ==, 100);
    g_assert_cmpuint (emo_feature_cache_get_width (cache), ==, WIDTH);
    for (guint i = 0; i < 100; i++)
      g_assert_true (has (cache, i));
    g_assert_false (has (cache, 100));
    add (cache, 100);
    g_assert_true (has (cache, 100));
    g_assert_true (emo_feature_cache_flush (cache, NULL));
  }
  {
    g_autoptr(EmoFeatureCache) cache = open_cache (fixture);

    g_assert_cmpuint (emo_feature_cache_get_n (cache), ==, 101);
    g_assert_cmpuint (emo_feature_cache_get_n_damaged (cache), ==, 0);
  }
}

static void
test_feature_cache_adds_a_key_once (Fixture      *fixture,
                                    gconstpointer user_data)
{
  g_autoptr(EmoFeatureCache) cache = open_cache (fixture);
  GStatBuf before, after;

  add (cache, 7);
  g_assert_cmpint (g_stat (fixture->rows, &before), ==, 0);
  add (cache, 7);
  g_assert_cmpint (g_stat (fixture->rows, &after), ==, 0);
  g_assert_cmpuint (emo_feature_cache_get_n (cache), ==, 1);
  g_assert_cmpint (before.st_size, ==, after.st_size);
}

static void
test_feature_cache_tells_what_it_takes (Fixture      *fixture,
                                        gconstpointer user_data)
{
  GStatBuf keys, rows;

  fill (fixture, 10);
  g_assert_cmpint (g_stat (fixture->keys, &keys), ==, 0);
  g_assert_cmpint (g_stat (fixture->rows, &rows), ==, 0);
  g_assert_cmpuint (emo_feature_cache_get_bytes (WIDTH, 10), ==, keys.st_size + rows.st_size);
}

static void
test_feature_cache_begins_anew_for_another_kind (Fixture      *fixture,
                                                 gconstpointer user_data)
{
  static const struct
  {
    const char *kind;
    guint       width;
  } others[] = { { KIND "0", WIDTH }, { "", WIDTH }, { KIND, WIDTH + 1 }, { KIND, 1 } };

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autoptr(EmoFeatureCache) cache = NULL;

      fill (fixture, N);
      cache = open_kind (fixture, others[i].kind, others[i].width);
      g_assert_cmpuint (emo_feature_cache_get_n (cache), ==, 0);
    }
}

static void
test_feature_cache_takes_one_writer (Fixture      *fixture,
                                     gconstpointer user_data)
{
  g_autoptr(EmoFeatureCache) first = open_cache (fixture);
  g_autoptr(EmoFeatureCache) second = NULL;
  g_autoptr(GError) error = NULL;

  add (first, 1);
  g_assert_null (emo_feature_cache_open (fixture->folder, "another kind", WIDTH, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_IO);
  g_assert_nonnull (strstr (error->message, "another program is writing"));
  g_assert_true (has (first, 1));
  g_clear_pointer (&first, emo_feature_cache_free);
  second = open_cache (fixture);
  g_assert_true (has (second, 1));
}

static void
test_feature_cache_is_read_beside_a_writer (Fixture      *fixture,
                                            gconstpointer user_data)
{
  g_autoptr(EmoFeatureCache) writer = open_cache (fixture);
  g_autoptr(EmoFeatureCache) reader = NULL;

  add (writer, 1);
  reader = emo_feature_cache_open_read (fixture->folder, KIND, WIDTH, NULL);
  g_assert_nonnull (reader);
  add (writer, 2);
  g_assert_true (has (reader, 1));
  g_assert_false (has (reader, 2));
}

static void
test_feature_cache_reading_changes_nothing (Fixture      *fixture,
                                            gconstpointer user_data)
{
  g_autoptr(EmoFeatureCache) missing = emo_feature_cache_open_read (fixture->folder, KIND, WIDTH, NULL);
  g_autoptr(EmoFeatureCache) other = NULL;
  g_autoptr(GBytes) before = NULL, after = NULL;

  g_assert_nonnull (missing);
  g_assert_cmpuint (emo_feature_cache_get_n (missing), ==, 0);
  g_assert_false (g_file_test (fixture->folder, G_FILE_TEST_EXISTS));
  fill (fixture, N);
  before = read_file (fixture->keys);
  other = emo_feature_cache_open_read (fixture->folder, "another", WIDTH, NULL);
  g_assert_nonnull (other);
  g_assert_cmpuint (emo_feature_cache_get_n (other), ==, 0);
  g_assert_false (has (other, 0));
  after = read_file (fixture->keys);
  g_assert_true (g_bytes_equal (before, after));
}

/* What the cut file must still hold, and that it goes on from there. */
static void
assert_prefix (Fixture *fixture,
               guint    n)
{
  {
    g_autoptr(EmoFeatureCache) reader = emo_feature_cache_open_read (fixture->folder, KIND, WIDTH, NULL);

    g_assert_nonnull (reader);
    for (guint i = 0; i < N; i++)
      g_assert_cmpint (has (reader, i), ==, i < n);
  }
  fill (fixture, N + 1);
  {
    g_autoptr(EmoFeatureCache) cache = open_cache (fixture);

    for (guint i = 0; i < N + 1; i++)
      g_assert_true (has (cache, i));
    g_assert_cmpuint (emo_feature_cache_get_n (cache), ==, N + 1);
  }
}

static void
test_feature_cache_cut_anywhere (Fixture      *fixture,
                                 gconstpointer user_data)
{
  g_autoptr(GBytes) keys = NULL, rows = NULL;
  gsize row_size = WIDTH * sizeof (float);

  fill (fixture, N);
  keys = read_file (fixture->keys);
  rows = read_file (fixture->rows);
  g_assert_cmpuint (g_bytes_get_size (keys), ==, 64 + N * 48);
  for (gsize length = 0; length <= g_bytes_get_size (keys); length++)
    {
      write_file (fixture->keys, g_bytes_get_data (keys, NULL), length);
      write_file (fixture->rows, g_bytes_get_data (rows, NULL), g_bytes_get_size (rows));
      assert_prefix (fixture, length < 64 ? 0 : (length - 64) / 48);
    }
  for (gsize length = 0; length <= g_bytes_get_size (rows); length++)
    {
      write_file (fixture->keys, g_bytes_get_data (keys, NULL), g_bytes_get_size (keys));
      write_file (fixture->rows, g_bytes_get_data (rows, NULL), length);
      assert_prefix (fixture, length / row_size);
    }
}

static void
assert_survives_flips (Fixture    *fixture,
                       const char *path,
                       GBytes     *keys,
                       GBytes     *rows)
{
  GBytes *flipped = path == fixture->keys ? keys : rows;
  gsize length = g_bytes_get_size (flipped);
  g_autofree guint8 *data = g_memdup2 (g_bytes_get_data (flipped, NULL), length);

  for (gsize bit = 0; bit < length * 8; bit++)
    {
      guint n = 0;

      write_file (fixture->keys, g_bytes_get_data (keys, NULL), g_bytes_get_size (keys));
      write_file (fixture->rows, g_bytes_get_data (rows, NULL), g_bytes_get_size (rows));
      data[bit / 8] ^= 1 << bit % 8;
      write_file (path, data, length);
      data[bit / 8] ^= 1 << bit % 8;
      {
        g_autoptr(EmoFeatureCache) cache = open_cache (fixture);

        for (guint i = 0; i < N; i++)
          n += has (cache, i);
        g_assert_cmpuint (emo_feature_cache_get_n (cache), ==, n);
        for (guint i = 0; i < N; i++)
          add (cache, i);
      }
      /* One row, or all where it was the header's bit. */
      g_assert_cmpuint (n, ==, path == fixture->keys && bit < 64 * 8 ? 0 : N - 1);
      {
        g_autoptr(EmoFeatureCache) cache = open_cache (fixture);

        for (guint i = 0; i < N; i++)
          g_assert_true (has (cache, i));
        g_assert_cmpuint (emo_feature_cache_get_n (cache), ==, N);
      }
    }
}

static void
test_feature_cache_flipped_bits (Fixture      *fixture,
                                 gconstpointer user_data)
{
  g_autoptr(GBytes) keys = NULL, rows = NULL;

  fill (fixture, N);
  keys = read_file (fixture->keys);
  rows = read_file (fixture->rows);
  assert_survives_flips (fixture, fixture->keys, keys, rows);
  assert_survives_flips (fixture, fixture->rows, keys, rows);
}

/* Sound records in each other's places are not sound. */
static void
test_feature_cache_swapped_records (Fixture      *fixture,
                                    gconstpointer user_data)
{
  g_autoptr(GBytes) bytes = NULL;
  g_autoptr(EmoFeatureCache) cache = NULL;
  g_autofree guint8 *data = NULL;
  guint8 record[48];

  fill (fixture, N);
  bytes = read_file (fixture->keys);
  data = g_memdup2 (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  memcpy (record, data + 64, 48);
  memcpy (data + 64, data + 64 + 48, 48);
  memcpy (data + 64 + 48, record, 48);
  write_file (fixture->keys, data, g_bytes_get_size (bytes));
  cache = open_cache (fixture);
  g_assert_false (has (cache, 0));
  g_assert_false (has (cache, 1));
  g_assert_true (has (cache, 2));
  g_assert_cmpuint (emo_feature_cache_get_n_damaged (cache), ==, 2);
}

static void
test_feature_cache_verifies (Fixture      *fixture,
                             gconstpointer user_data)
{
  g_autoptr(EmoFeatureCache) cache = NULL;
  g_autoptr(GBytes) bytes = NULL;
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;
  g_autofree guint8 *data = NULL;
  guint8 key[EMO_FEATURE_KEY_SIZE];

  fill (fixture, N);
  bytes = read_file (fixture->rows);
  data = g_memdup2 (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  data[WIDTH * sizeof (float)] ^= 1;
  write_file (fixture->rows, data, g_bytes_get_size (bytes));
  cache = open_cache (fixture);
  make_key (1, key);
  g_assert_cmpint (emo_feature_cache_find (cache, key), ==, 1);
  g_assert_true (emo_feature_cache_verify (cache, NULL, NULL));
  g_assert_cmpint (emo_feature_cache_find (cache, key), ==, -1);
  g_assert_cmpuint (emo_feature_cache_get_n (cache), ==, N - 1);
  g_assert_cmpuint (emo_feature_cache_get_n_damaged (cache), ==, 1);
  g_cancellable_cancel (cancellable);
  g_assert_false (emo_feature_cache_verify (cache, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_feature_cache_maps_rows (Fixture      *fixture,
                              gconstpointer user_data)
{
  g_autoptr(EmoFeatureCache) cache = NULL;
  g_autoptr(EmoMappedFile) mapped = NULL;
  const float *rows;

  fill (fixture, 20);
  cache = open_cache (fixture);
  mapped = emo_feature_cache_map (cache, NULL);
  g_assert_nonnull (mapped);
  g_assert_cmpuint (emo_mapped_file_get_length (mapped), ==, 20 * WIDTH * sizeof (float));
  rows = (const float *) emo_mapped_file_get_data (mapped);
  for (guint i = 0; i < 20; i++)
    {
      guint8 key[EMO_FEATURE_KEY_SIZE];
      float expected[WIDTH];
      gint64 place;

      make_key (i, key);
      make_row (i, expected);
      place = emo_feature_cache_find (cache, key);
      g_assert_cmpint (place, >=, 0);
      g_assert_cmpmem (rows + place * WIDTH, sizeof expected, expected, sizeof expected);
    }
}

/* A child adds rows as fast as it can until it is killed. */
static void
test_feature_cache_killed_while_writing (Fixture      *fixture,
                                         gconstpointer user_data)
{
  guint n = 0;

  for (guint round = 0; round < 20; round++)
    {
      pid_t child = fork ();
      int status;

      g_assert_cmpint (child, >=, 0);
      if (child == 0)
        {
          EmoFeatureCache *cache = emo_feature_cache_open (fixture->folder, KIND, WIDTH, NULL);

          for (guint i = 0; cache != NULL; i++)
            add (cache, i);
          _exit (1);
        }
      g_usleep (2000 + round * 1500);
      g_assert_cmpint (kill (child, SIGKILL), ==, 0);
      g_assert_cmpint (waitpid (child, &status, 0), ==, child);
      g_assert_true (WIFSIGNALED (status));
      {
        g_autoptr(EmoFeatureCache) cache = open_cache (fixture);
        guint found = emo_feature_cache_get_n (cache);

        g_assert_cmpuint (found, >=, n);
        g_assert_cmpuint (emo_feature_cache_get_n_damaged (cache), ==, 0);
        n = found;
        for (guint i = 0; i < n; i++)
          g_assert_true (has (cache, i));
      }
    }
  g_assert_cmpuint (n, >, 100);
}

/* A limit on the size of files stands for the full disk. */
static void
test_feature_cache_full_disk (Fixture      *fixture,
                              gconstpointer user_data)
{
  g_autoptr(EmoFeatureCache) cache = open_cache (fixture);
  g_autoptr(GError) error = NULL;
  struct rlimit old, small;
  guint8 key[EMO_FEATURE_KEY_SIZE];
  float row[WIDTH];
  guint n = 0;

  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &old), ==, 0);
  small = old;
  small.rlim_cur = 1000;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  for (make_key (n, key), make_row (n, row); emo_feature_cache_add (cache, key, row, &error); make_key (n, key), make_row (n, row))
    n++;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &old), ==, 0);
  g_assert_error (error, EMO_ERROR, EMO_ERROR_NO_SPACE);
  g_assert_nonnull (strstr (error->message, "needs 60 bytes"));
  g_assert_cmpuint (n, ==, (1000 - 64) / 48);
  g_assert_cmpuint (emo_feature_cache_get_n (cache), ==, n);
  add (cache, n);
  g_clear_pointer (&cache, emo_feature_cache_free);
  cache = open_cache (fixture);
  for (guint i = 0; i <= n; i++)
    g_assert_true (has (cache, i));
  g_assert_cmpuint (emo_feature_cache_get_n_damaged (cache), ==, 0);
}

/* Nothing but a file of its own is ever cut. */
static void
test_feature_cache_refuses_what_is_no_file (Fixture      *fixture,
                                            gconstpointer user_data)
{
  static const char * const names[] = { "features.keys", "features.rows", "features.lock" };
  g_autofree char *victim = NULL;

  g_assert_cmpint (g_mkdir_with_parents (fixture->folder, 0777), ==, 0);
  victim = emo_test_write_text (fixture->folder, "victim", "precious");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    for (guint kind = 0; kind < 3; kind++)
      {
        g_autofree char *path = g_build_filename (fixture->folder, names[i], NULL);
        g_autofree char *content = NULL;
        g_autoptr(GError) error = NULL;

        g_remove (path);
        g_assert_cmpint (kind == 0 ? symlink (victim, path) : kind == 1 ? mkfifo (path, 0600) : g_mkdir (path, 0700), ==, 0);
        g_assert_null (emo_feature_cache_open (fixture->folder, KIND, WIDTH, &error));
        g_assert_error (error, EMO_ERROR, EMO_ERROR_IO);
        g_assert_true (g_file_get_contents (victim, &content, NULL, NULL));
        g_assert_cmpstr (content, ==, "precious");
        g_remove (path);
      }
}

static void
test_feature_cache_says_where_it_cannot_be (Fixture      *fixture,
                                            gconstpointer user_data)
{
  g_autofree char *parent = g_path_get_dirname (fixture->folder);
  g_autofree char *base = g_path_get_dirname (parent);
  g_autofree char *file = emo_test_write_text (base, "training", "a file");
  g_autoptr(GError) error = NULL;

  g_assert_null (emo_feature_cache_open (fixture->folder, KIND, WIDTH, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_IO);
  g_assert_nonnull (strstr (error->message, fixture->folder));
}

/* A file with holes promises more rows than anyone has. */
static void
test_feature_cache_refuses_endless_files (Fixture      *fixture,
                                          gconstpointer user_data)
{
  g_autoptr(GError) error = NULL;
  gint64 n = (gint64) EMO_FEATURE_CACHE_MAX_ROWS + 1;

  fill (fixture, N);
  if (truncate (fixture->keys, 64 + n * 48) != 0 || truncate (fixture->rows, n * WIDTH * 4) != 0)
    {
      g_test_skip ("files cannot be so long here");
      return;
    }
  g_assert_null (emo_feature_cache_open (fixture->folder, KIND, WIDTH, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_LIMIT);
}

typedef struct
{
  EmoFeatureCache *cache;
  guint            first;
} Share;

static gpointer
add_share_worker (gpointer data)
{
  Share *share = data;

  for (guint i = 0; i < 500; i++)
    {
      add (share->cache, share->first + i);
      g_assert_true (has (share->cache, share->first + i));
      has (share->cache, (share->first + 2 * i) % 2000);
    }

  return NULL;
}

static void
test_feature_cache_serves_threads (Fixture      *fixture,
                                   gconstpointer user_data)
{
  g_autoptr(EmoFeatureCache) cache = open_cache (fixture);
  Share shares[4];
  GThread *threads[4];

  for (guint i = 0; i < 4; i++)
    {
      shares[i] = (Share) { cache, i * 500 };
      threads[i] = g_thread_new ("share", add_share_worker, &shares[i]);
    }
  for (guint i = 0; i < 4; i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (emo_feature_cache_get_n (cache), ==, 2000);
  for (guint i = 0; i < 2000; i++)
    g_assert_true (has (cache, i));
}

static void
test_feature_key_parses_hex (void)
{
  const char *good = "00ff10AB00000000000000000000000000000000000000000000000000000001";
  const char * const bad[] = {
    "", "0", "00ff10ab0000000000000000000000000000000000000000000000000000000",
    "00ff10ab000000000000000000000000000000000000000000000000000000012", "00ff10ag00000000000000000000000000000000000000000000000000000001",
  };
  guint8 key[EMO_FEATURE_KEY_SIZE];

  g_assert_true (emo_feature_key_parse (good, key));
  g_assert_cmpuint (key[1], ==, 0xff);
  g_assert_cmpuint (key[3], ==, 0xab);
  g_assert_cmpuint (key[31], ==, 1);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (emo_feature_key_parse (bad[i], key));
}

/* With -m perf: a million rows. */
static void
test_feature_cache_a_million_rows (Fixture      *fixture,
                                   gconstpointer user_data)
{
  g_autofree guint8 *keys = NULL;
  g_autoptr(EmoFeatureCache) cache = NULL;
  const guint n = 1000 * 1000;
  float row[WIDTH] = { 0 };
  double added, opened;

  if (!g_test_perf ())
    {
      g_test_skip ("measured with -m perf");
      return;
    }
  keys = g_malloc ((gsize) n * EMO_FEATURE_KEY_SIZE);
  for (guint i = 0; i < n; i++)
    make_key (i, keys + (gsize) i * EMO_FEATURE_KEY_SIZE);
  cache = open_cache (fixture);
  g_test_timer_start ();
  for (guint i = 0; i < n; i++)
    {
      row[0] = i;
      g_assert_true (emo_feature_cache_add (cache, keys + (gsize) i * EMO_FEATURE_KEY_SIZE, row, NULL));
    }
  added = g_test_timer_elapsed ();
  g_clear_pointer (&cache, emo_feature_cache_free);
  g_test_timer_start ();
  cache = open_cache (fixture);
  opened = g_test_timer_elapsed ();
  g_assert_cmpuint (emo_feature_cache_get_n (cache), ==, n);
  g_test_timer_start ();
  for (guint i = 0; i < n; i++)
    {
      g_assert_true (emo_feature_cache_read (cache, keys + (gsize) i * EMO_FEATURE_KEY_SIZE, row));
      g_assert_cmpfloat (row[0], ==, i);
    }
  g_test_message ("a million rows: added in %.2f s, opened in %.3f s, read in %.2f s", added, opened, g_test_timer_elapsed ());
  g_assert_cmpfloat (opened, <, 2);
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/Emo/FeatureCache/reads-back", test_feature_cache_reads_back);
  ADD ("/Emo/FeatureCache/adds-a-key-once", test_feature_cache_adds_a_key_once);
  ADD ("/Emo/FeatureCache/tells-what-it-takes", test_feature_cache_tells_what_it_takes);
  ADD ("/Emo/FeatureCache/begins-anew-for-another-kind", test_feature_cache_begins_anew_for_another_kind);
  ADD ("/Emo/FeatureCache/takes-one-writer", test_feature_cache_takes_one_writer);
  ADD ("/Emo/FeatureCache/is-read-beside-a-writer", test_feature_cache_is_read_beside_a_writer);
  ADD ("/Emo/FeatureCache/reading-changes-nothing", test_feature_cache_reading_changes_nothing);
  ADD ("/Emo/FeatureCache/cut-anywhere", test_feature_cache_cut_anywhere);
  ADD ("/Emo/FeatureCache/flipped-bits", test_feature_cache_flipped_bits);
  ADD ("/Emo/FeatureCache/swapped-records", test_feature_cache_swapped_records);
  ADD ("/Emo/FeatureCache/verifies", test_feature_cache_verifies);
  ADD ("/Emo/FeatureCache/maps-rows", test_feature_cache_maps_rows);
  ADD ("/Emo/FeatureCache/killed-while-writing", test_feature_cache_killed_while_writing);
  ADD ("/Emo/FeatureCache/full-disk", test_feature_cache_full_disk);
  ADD ("/Emo/FeatureCache/refuses-what-is-no-file", test_feature_cache_refuses_what_is_no_file);
  ADD ("/Emo/FeatureCache/says-where-it-cannot-be", test_feature_cache_says_where_it_cannot_be);
  ADD ("/Emo/FeatureCache/refuses-endless-files", test_feature_cache_refuses_endless_files);
  ADD ("/Emo/FeatureCache/serves-threads", test_feature_cache_serves_threads);
  ADD ("/Emo/FeatureCache/a-million-rows", test_feature_cache_a_million_rows);
  g_test_add_func ("/Emo/FeatureCache/parses-hex", test_feature_key_parses_hex);

  return g_test_run ();
}
