/* emo-parameters.c: what training changes
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-parameters.h"

struct _EmoParameters
{
  GArray *list;   /* of EmoParameter */
};

static void
clear_parameter (gpointer data)
{
  EmoParameter *parameter = data;

  g_free (parameter->name);
  g_clear_pointer (&parameter->master, emo_tensor_unref);
}

EmoParameters *
emo_parameters_new (void)
{
  EmoParameters *self = g_new0 (EmoParameters, 1);

  self->list = g_array_new (FALSE, TRUE, sizeof (EmoParameter));
  g_array_set_clear_func (self->list, clear_parameter);

  return self;
}

/**
 * emo_parameters_free:
 * @self: (transfer full) (nullable): parameters; the model keeps its tensors
 */
void
emo_parameters_free (EmoParameters *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->list);
  g_free (self);
}

/**
 * emo_parameters_add:
 * @self: parameters
 * @name: canonical name
 * @block: which block it belongs to
 * @slot: (inout): the model's tensor, replaced by a leaf of the same values
 * @dtype: what the model computes in
 * @error: return location
 *
 * Matrices are decayed, vectors (norms and biases) are not.
 *
 * Returns: %FALSE with TORCH or OUT_OF_MEMORY
 */
gboolean
emo_parameters_add (EmoParameters  *self,
                    const char     *name,
                    int             block,
                    EmoTensor     **slot,
                    EmoDtype        dtype,
                    GError        **error)
{
  EmoParameter parameter = { .slot = slot, .block = block };
  EmoTensor *working;

  g_return_val_if_fail (slot != NULL && *slot != NULL, FALSE);

  parameter.decay = emo_tensor_get_rank (*slot) > 1;
  parameter.master = emo_tensor_new_leaf (*slot, EMO_DTYPE_F32, error);
  if (parameter.master == NULL)
    return FALSE;
  if (dtype == EMO_DTYPE_F32)
    working = emo_tensor_ref (parameter.master);
  else
    working = emo_tensor_new_leaf (*slot, dtype, error);
  if (working == NULL)
    {
      emo_tensor_unref (parameter.master);
      return FALSE;
    }
  emo_tensor_unref (*slot);
  *slot = working;
  parameter.name = g_strdup (name);
  g_array_append_val (self->list, parameter);

  return TRUE;
}

guint
emo_parameters_get_n (EmoParameters *self)
{
  return self->list->len;
}

EmoParameter *
emo_parameters_get (EmoParameters *self,
                    guint          index)
{
  g_return_val_if_fail (index < self->list->len, NULL);

  return &g_array_index (self->list, EmoParameter, index);
}

static gint64
count_elements (EmoTensor *tensor)
{
  gint64 n = 1;

  for (guint i = 0; i < emo_tensor_get_rank (tensor); i++)
    n *= emo_tensor_get_size (tensor, i);

  return n;
}

gint64
emo_parameters_count (EmoParameters *self)
{
  gint64 n = 0;

  for (guint i = 0; i < self->list->len; i++)
    n += count_elements (emo_parameters_get (self, i)->master);

  return n;
}

gboolean
emo_parameters_publish (EmoParameters  *self,
                        GError        **error)
{
  for (guint i = 0; i < self->list->len; i++)
    {
      EmoParameter *parameter = emo_parameters_get (self, i);

      if (*parameter->slot != parameter->master && !emo_tensor_copy_from (*parameter->slot, parameter->master, error))
        return FALSE;
    }

  return TRUE;
}
