/* fuzz-shard-index.c: an index.json beside two sound shards
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "emo-fuzz.h"
#include "emo-safetensors.h"

static void
write_shard (const char *name,
             const char *tensor)
{
  g_autoptr(GString) text = g_string_new (NULL);
  guint64 length;

  g_string_printf (text, "{\"%s\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", tensor);
  length = GUINT64_TO_LE (text->len);
  g_string_prepend_len (text, (const char *) &length, sizeof length);
  g_string_append_len (text, "\0\0\x80\x3f", 4);
  emo_fuzz_write (name, text->str, text->len);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  static gsize ready;
  GError *error = NULL;
  g_autoptr(EmoSafetensors) file = NULL;

  if (g_once_init_enter (&ready))
    {
      write_shard ("a.safetensors", "a");
      write_shard ("b.safetensors", "b");
      g_once_init_leave (&ready, 1);
    }
  emo_fuzz_write ("model.safetensors.index.json", data, size);
  file = emo_safetensors_open (emo_fuzz_get_folder (), &error);
  if (file == NULL)
    emo_fuzz_take_error (error);
  else
    {
      g_auto(GStrv) paths = emo_safetensors_dup_paths (file);

      /* Nothing but what lies beside it is ever opened. */
      for (guint i = 0; paths[i] != NULL; i++)
        g_assert_true (g_str_has_prefix (paths[i], emo_fuzz_get_folder ()) && g_strstr_len (paths[i], -1, "..") == NULL);
      for (guint i = 0; i < emo_safetensors_get_n_tensors (file); i++)
        emo_fuzz_touch (emo_safetensors_get_tensor (file, i)->data, emo_safetensors_get_tensor (file, i)->n_bytes);
    }

  return 0;
}
