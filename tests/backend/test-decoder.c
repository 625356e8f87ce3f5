/* test-decoder.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "emo-decoder.h"
#include "emo-error.h"
#include "emo-test-files.h"

typedef struct
{
  EmoDecoded *decoded;
  gboolean    done;
} Result;

static void
decoded_cb (guint64     task,
            EmoDecoded *decoded,
            gpointer    user_data)
{
  Result *result = user_data;

  result->decoded = decoded;
  result->done = TRUE;
}

static guint64
measure_address_space (void)
{
  g_autofree char *text = NULL;
  guint64 pages = 0;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL));
  g_assert_cmpint (sscanf (text, "%" G_GUINT64_FORMAT, &pages), ==, 1);

  return pages * (guint64) sysconf (_SC_PAGESIZE);
}

/* No thread's stack fits below the limit; small things still do. */
static void
push_without_room (EmoDecoder *decoder,
                   EmoSample  *sample)
{
  struct rlimit before, limit;

  g_assert_cmpint (getrlimit (RLIMIT_AS, &before), ==, 0);
  limit = before;
  limit.rlim_cur = measure_address_space () + 1024 * 1024;
  g_assert_cmpint (setrlimit (RLIMIT_AS, &limit), ==, 0);
  emo_decoder_push (decoder, sample, NULL, NULL, FALSE);
  g_assert_cmpint (setrlimit (RLIMIT_AS, &before), ==, 0);
}

static void
lack_a_thread (void)
{
  Result result = { NULL, FALSE };
  EmoDecoder *decoder = emo_decoder_new (decoded_cb, &result);
  char *folder = emo_test_make_folder ();
  g_autofree char *path = emo_test_write_picture (folder, "a.png", 8, 8);
  g_autoptr(GFile) file = g_file_new_for_path (path);
  g_autoptr(EmoSample) sample = emo_sample_new_for_file (file, NULL);

  push_without_room (decoder, sample);
  emo_test_wait (&result.done, 20);
  g_assert_error (result.decoded->error, EMO_ERROR, EMO_ERROR_OUT_OF_MEMORY);
  g_assert_nonnull (g_strstr_len (result.decoded->error->message, -1, "a.png"));
  g_assert_false (result.decoded->unreadable);
  g_clear_pointer (&result.decoded, emo_decoded_free);

  result.done = FALSE;
  emo_decoder_push (decoder, sample, NULL, NULL, FALSE);
  emo_test_wait (&result.done, 20);
  g_assert_no_error (result.decoded->error);
  g_assert_nonnull (result.decoded->image);
  g_clear_pointer (&result.decoded, emo_decoded_free);

  emo_decoder_free (decoder);
  emo_test_remove_folder (folder);
  g_free (folder);
}

static void
test_decoder_says_that_no_thread_starts (void)
{
#ifdef __SANITIZE_ADDRESS__
  g_test_skip ("the sanitizer maps more than any limit");
  return;
#endif
  if (g_test_subprocess ())
    {
      lack_a_thread ();
      return;
    }
  /* A process of its own has no thread whose stack could be used again. */
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/Decoder/says-that-no-thread-starts", test_decoder_says_that_no_thread_starts);

  return g_test_run ();
}
