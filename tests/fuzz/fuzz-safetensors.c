/* fuzz-safetensors.c: a file that opens gives every byte of every tensor
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <string.h>

#include "emo-fuzz.h"
#include "emo-safetensors.h"

static void
read_tensor (EmoSafetensors        *file,
             const EmoStoredTensor *tensor)
{
  g_autoptr(GBytes) bytes = emo_safetensors_get_bytes (file, tensor);
  gsize n_elements = tensor->n_bytes / emo_stored_get_size (tensor->stored);
  g_autofree float *floats = g_new (float, n_elements + 1);

  g_assert_true (emo_safetensors_find (file, tensor->name) == tensor);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, tensor->n_bytes);
  emo_fuzz_touch (tensor->data, tensor->n_bytes);
  if (emo_stored_tensor_read_floats (tensor, floats, NULL))
    emo_fuzz_touch (floats, n_elements * sizeof *floats);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  GError *error = NULL;
  g_autoptr(EmoSafetensors) file = NULL;

  file = emo_safetensors_open (emo_fuzz_write ("input.safetensors", data, size), &error);
  if (file == NULL)
    {
      emo_fuzz_take_error (error);
      return 0;
    }
  for (guint i = 0; i < emo_safetensors_get_n_tensors (file); i++)
    read_tensor (file, emo_safetensors_get_tensor (file, i));
  emo_safetensors_get_metadata (file, "format");
  g_assert_cmpint (emo_safetensors_get_n_bytes (file), <=, size);
  emo_safetensors_count_nonfinite (file);
  g_assert_true (emo_safetensors_check (file, NULL));

  return 0;
}

/* Most changes would only break the header's length: it is set anew to where the
 * last brace is, but for one time in eight. */
size_t
LLVMFuzzerCustomMutator (uint8_t      *data,
                         size_t        size,
                         size_t        max_size,
                         unsigned int  seed)
{
  guint64 length;

  size = LLVMFuzzerMutate (data, size, max_size);
  if (size < 10 || seed % 8 == 0)
    return size;
  for (length = size; length > 8 && data[length - 1] != '}'; length--)
    ;
  length = GUINT64_TO_LE (length - 8);
  memcpy (data, &length, sizeof length);

  return size;
}
