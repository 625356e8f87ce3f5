/* emo-tensor-copies.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-tensor-copies.h"
#include "emo-train-ops.h"

static void
clear_copy (gpointer data)
{
  EmoStoredTensor *copy = data;

  g_free ((char *) copy->name);
  g_free ((guint8 *) copy->data);
}

GArray *
emo_tensor_copies_new (void)
{
  GArray *copies = g_array_new (FALSE, FALSE, sizeof (EmoStoredTensor));

  g_array_set_clear_func (copies, clear_copy);

  return copies;
}

gboolean
emo_tensor_copies_add (GArray      *copies,
                       const char  *name,
                       EmoTensor   *tensor,
                       GError     **error)
{
  EmoStoredTensor copy = { .stored = EMO_STORED_F32, .rank = emo_tensor_get_rank (tensor) };
  g_autofree float *values = NULL;
  gsize n = 1;

  for (guint i = 0; i < copy.rank; i++)
    {
      copy.shape[i] = emo_tensor_get_size (tensor, i);
      n *= copy.shape[i];
    }
  values = g_try_new (float, MAX (n, 1));
  if (values == NULL)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_OUT_OF_MEMORY, "there is no memory for a copy of %s", name);
      return FALSE;
    }
  if (!emo_tensor_read_floats (tensor, values, n, error))
    return FALSE;
  copy.name = g_strdup (name);
  copy.n_bytes = n * sizeof *values;
  copy.data = (const guint8 *) g_steal_pointer (&values);
  g_array_append_val (copies, copy);

  return TRUE;
}

gboolean
emo_tensor_copies_restore (EmoSafetensors  *file,
                           const char      *name,
                           EmoTensor       *tensor,
                           GError         **error)
{
  const EmoStoredTensor *stored = emo_safetensors_find (file, name);
  g_autoptr(EmoTensor) values = NULL;
  g_autoptr(GBytes) bytes = NULL;
  gboolean same = stored != NULL && stored->stored == EMO_STORED_F32 && stored->rank == emo_tensor_get_rank (tensor);

  for (guint i = 0; same && i < stored->rank; i++)
    same = stored->shape[i] == emo_tensor_get_size (tensor, i);
  if (!same)
    {
      g_set_error (error, EMO_ERROR, stored == NULL ? EMO_ERROR_MISSING_WEIGHT : EMO_ERROR_SHAPE,
                   "the checkpoint has no float32 tensor %s of this model's shape", name);
      return FALSE;
    }
  bytes = emo_safetensors_get_bytes (file, stored);
  values = emo_tensor_new_for_bytes (bytes, EMO_DTYPE_F32, stored->rank, stored->shape, error);

  return values != NULL && emo_tensor_copy_from (tensor, values, error);
}
