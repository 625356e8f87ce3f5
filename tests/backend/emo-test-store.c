/* emo-test-store.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "emo-test-files.h"
#include "emo-test-store.h"

typedef struct
{
  GAsyncResult *result;
  gboolean      done;
} Answer;

static void
answer_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Answer *answer = user_data;

  answer->result = g_object_ref (result);
  answer->done = TRUE;
}

static GPtrArray *
take_entries (Answer      *answer,
              GPtrArray *(*finish) (GAsyncResult *, GError **))
{
  g_autoptr (GError) error = NULL;
  GPtrArray *entries;

  emo_test_wait (&answer->done, 60);
  entries = finish (answer->result, &error);
  g_assert_no_error (error);
  g_object_unref (answer->result);

  return entries;
}

GPtrArray *
emo_test_store_list (EmoRunStore *store,
                     const char  *text)
{
  EmoRunQuery query = { .text = text, .limit = 100000 };
  Answer answer = { 0 };

  emo_run_store_list_async (store, &query, NULL, answer_cb, &answer);

  return take_entries (&answer, emo_run_store_list_finish);
}

GPtrArray *
emo_test_store_unfinished (EmoRunStore *store)
{
  Answer answer = { 0 };

  emo_run_store_unfinished_async (store, NULL, answer_cb, &answer);

  return take_entries (&answer, emo_run_store_unfinished_finish);
}

EmoRunEntry *
emo_test_store_load (EmoRunStore *store,
                     gint64       id)
{
  Answer answer = { 0 };
  EmoRunEntry *entry;

  emo_run_store_load_async (store, id, NULL, answer_cb, &answer);
  emo_test_wait (&answer.done, 60);
  entry = emo_run_store_load_finish (answer.result, NULL);
  g_object_unref (answer.result);

  return entry;
}

gboolean
emo_test_store_flush (EmoRunStore *store)
{
  Answer answer = { 0 };
  gboolean flushed;

  emo_run_store_flush_async (store, NULL, answer_cb, &answer);
  emo_test_wait (&answer.done, 60);
  flushed = emo_run_store_flush_finish (answer.result, NULL);
  g_object_unref (answer.result);

  return flushed;
}

char *
emo_test_store_names (GPtrArray *entries)
{
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < entries->len; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? " " : "",
                            ((EmoRunEntry *) g_ptr_array_index (entries, i))->file_name);
  g_ptr_array_unref (entries);

  return g_string_free (names, FALSE);
}
