/* test-error.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-error.h"

static const struct
{
  EmoError    code;
  const char *word;
  int         status;
} cases[] = {
  { EMO_ERROR_INVALID_FILE, "FORMAT", 1 },
  { EMO_ERROR_TRUNCATED, "TRUNC", 1 },
  { EMO_ERROR_LIMIT, "LIMIT", 1 },
  { EMO_ERROR_UNSUPPORTED, "UNSUP", 1 },
  { EMO_ERROR_IO, "IO", 1 },
  { EMO_ERROR_SHAPE, "FORMAT", 4 },
  { EMO_ERROR_DTYPE, "UNSUP", 4 },
  { EMO_ERROR_MISSING_WEIGHT, "FORMAT", 4 },
  { EMO_ERROR_OUT_OF_MEMORY, "MEMORY", 5 },
  { EMO_ERROR_DEVICE, "DEVICE", 1 },
  { EMO_ERROR_TORCH, "TORCH", 1 },
  { EMO_ERROR_NETWORK, "NET", 6 },
  { EMO_ERROR_CHECKSUM, "INTEGRITY", 4 },
  { EMO_ERROR_NO_SPACE, "NOSPACE", 5 },
  { EMO_ERROR_MODEL, "MODEL", 4 },
  { EMO_ERROR_USAGE, "USAGE", 2 },
};

static void
assert_error_says (GQuark      domain,
                   int         code,
                   const char *word,
                   int         status)
{
  g_autoptr (GError) error = g_error_new_literal (domain, code, "a.png: expected this, found that");

  g_assert_cmpstr (emo_error_get_code (error), ==, word);
  g_assert_cmpint (emo_error_get_exit_status (error), ==, status);
}

static void
test_error_has_a_word_and_a_status_for_each (void)
{
  g_assert_cmpuint (G_N_ELEMENTS (cases), ==, EMO_ERROR_USAGE + 1);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_error_says (EMO_ERROR, (int) cases[i].code, cases[i].word, cases[i].status);
}

static void
test_error_knows_other_domains (void)
{
  assert_error_says (G_IO_ERROR, G_IO_ERROR_CANCELLED, "CANCELLED", 130);
  assert_error_says (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "TIMEOUT", 1);
  assert_error_says (G_IO_ERROR, G_IO_ERROR_NO_SPACE, "NOSPACE", 5);
  assert_error_says (G_FILE_ERROR, G_FILE_ERROR_NOSPC, "NOSPACE", 5);
  assert_error_says (G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "IO", 1);
  assert_error_says (G_FILE_ERROR, G_FILE_ERROR_ACCES, "IO", 1);
  assert_error_says (G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "FAILED", 1);
  assert_error_says (EMO_ERROR, 999, "FAILED", 1);
  assert_error_says (EMO_ERROR, -1, "FAILED", 1);
}

static void
test_error_says_nothing_without_one (void)
{
  g_assert_cmpstr (emo_error_get_code (NULL), ==, "");
  g_assert_cmpint (emo_error_get_exit_status (NULL), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/Error/has-a-word-and-a-status-for-each", test_error_has_a_word_and_a_status_for_each);
  g_test_add_func ("/Emo/Error/knows-other-domains", test_error_knows_other_domains);
  g_test_add_func ("/Emo/Error/says-nothing-without-one", test_error_says_nothing_without_one);

  return g_test_run ();
}
