/* test-c11.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* Compiled as strict C11 with the umbrella header and nothing else: what a
 * front end includes must not lean on GNU C or on what was included before. */
#include "backend/emo-backend.h"

static void
test_backend_header_stands_alone (void)
{
  EmoRequest request = EMO_REQUEST_INIT;

  g_assert_cmpint (__STDC_VERSION__, ==, 201112L);
  g_assert_true (request.explain && request.score);
  g_assert_cmpint (request.explain_label, ==, -1);
  g_assert_cmpint (request.explain_tokens, ==, 64);
  g_assert_true (EMO_TYPE_PREDICTION != G_TYPE_INVALID);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/Backend/header-stands-alone", test_backend_header_stands_alone);

  return g_test_run ();
}
