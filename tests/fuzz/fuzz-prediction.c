/* fuzz-prediction.c: what reads is written so that it reads the same
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <string.h>

#include "emo-fuzz.h"
#include "emo-prediction.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  GError *error = NULL;
  g_autoptr(EmoPrediction) first = emo_prediction_new_from_json ((const char *) data, size, "input", NULL, &error);
  g_autoptr(EmoPrediction) second = NULL;
  g_autofree char *written = NULL;
  g_autofree char *again = NULL;

  if (first == NULL)
    {
      emo_fuzz_take_error (error);
      return 0;
    }
  written = emo_prediction_to_json (first, "a.png", NULL);
  second = emo_prediction_new_from_json (written, strlen (written), "written", NULL, &error);
  g_assert_no_error (error);
  again = emo_prediction_to_json (second, "a.png", NULL);
  g_assert_cmpstr (again, ==, written);

  return 0;
}
