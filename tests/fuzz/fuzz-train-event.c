/* fuzz-train-event.c: what a training says through a pipe, in pieces
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <math.h>
#include <string.h>

#include "emo-fuzz.h"
#include "emo-line-reader.h"
#include "emo-train-event.h"

#define MAX_BYTES 4096

static void
check_share (double share)
{
  g_assert_true (isnan (share) || (share >= 0 && share <= 1));
}

static void
hear_cb (const char *line,
         gsize       length,
         gboolean    cut,
         gpointer    user_data)
{
  GError *error = NULL;
  g_autoptr (EmoTrainEvent) event = NULL;

  g_assert_cmpuint (length, >, 0);
  g_assert_cmpuint (length, <=, MAX_BYTES);
  g_assert_null (memchr (line, '\n', length));
  emo_fuzz_touch (line, length + 1);
  event = emo_train_event_parse (line, length, &error);
  if (event == NULL)
    {
      emo_fuzz_take_error (error);
      return;
    }
  g_assert_cmpint (event->kind, <, EMO_TRAIN_N_EVENTS);
  g_assert_true (g_utf8_validate (event->stage, -1, NULL));
  g_assert_true (event->text == NULL || g_utf8_validate (event->text, -1, NULL));
  check_share (event->val_accuracy);
  check_share (event->val_macro_f1);
}

/* The first byte says how large the pieces are. */
int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  g_autoptr (EmoLineReader) reader = emo_line_reader_new (MAX_BYTES, hear_cb, NULL);
  gsize piece = size > 0 ? 1 + data[0] : 1;

  for (gsize i = 1; i < size; i += piece)
    emo_line_reader_feed (reader, data + i, MIN (piece, size - i));
  emo_line_reader_finish (reader);

  return 0;
}
