/* emo-kv-cache.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-kv-cache.h"

#define STEP 128   /* rows; growing copies, so it grows by steps */

EmoKvCache *
emo_kv_cache_new (int       n_layers,
                  int       n_heads,
                  int       head_dim,
                  EmoDtype  dtype,
                  EmoDevice device)
{
  EmoKvCache *self = g_new0 (EmoKvCache, 1);

  self->n_layers = n_layers;
  self->n_heads = n_heads;
  self->head_dim = head_dim;
  self->dtype = dtype;
  self->device = device;
  self->keys = g_new0 (EmoTensor *, n_layers);
  self->values = g_new0 (EmoTensor *, n_layers);
  return self;
}

void
emo_kv_cache_free (EmoKvCache *self)
{
  for (int i = 0; i < self->n_layers; i++)
    {
      g_clear_pointer (&self->keys[i], emo_tensor_unref);
      g_clear_pointer (&self->values[i], emo_tensor_unref);
    }
  g_free (self->keys);
  g_free (self->values);
  g_free (self);
}

static gboolean
grow (EmoKvCache  *self,
      EmoTensor  **buffer,
      gint64       capacity,
      gint64       kept,
      GError     **error)
{
  gint64 shape[] = { self->n_heads, capacity, self->head_dim };
  g_autoptr (EmoTensor) larger = emo_tensor_new_zeros (self->dtype, self->device, 3, shape, error);
  EmoScope *scope;

  if (larger == NULL)
    return FALSE;
  if (*buffer != NULL && kept > 0)
    {
      scope = emo_scope_open (NULL, FALSE);
      emo_op_store (scope, larger, 0, emo_op_narrow (scope, *buffer, 1, 0, kept));
      if (!emo_scope_close (scope, error))
        return FALSE;
      emo_tensor_unref (*buffer);
    }
  else
    {
      g_clear_pointer (buffer, emo_tensor_unref);
    }
  *buffer = g_steal_pointer (&larger);
  return TRUE;
}

/**
 * emo_kv_cache_reserve:
 * @rows: keys that must fit
 * @kept: leading rows whose content matters
 *
 * Returns: %FALSE with EMO_ERROR_OUT_OF_MEMORY where they do not fit
 */
gboolean
emo_kv_cache_reserve (EmoKvCache  *self,
                      gint64       rows,
                      gint64       kept,
                      GError     **error)
{
  gint64 capacity = (rows + STEP - 1) / STEP * STEP;

  if (rows <= self->capacity)
    return TRUE;
  kept = MIN (kept, self->capacity);
  self->capacity = 0;   /* until every layer has grown */
  for (int i = 0; i < self->n_layers; i++)
    if (!grow (self, &self->keys[i], capacity, kept, error) ||
        !grow (self, &self->values[i], capacity, kept, error))
      return FALSE;
  self->capacity = capacity;
  return TRUE;
}

static EmoTensor *
append (EmoScope  *scope,
        EmoTensor *buffer,
        gint64     start,
        EmoTensor *rows,   /* [kv_heads, n, D] */
        gint64     n)
{
  if (emo_scope_has_grad (scope))
    {
      EmoTensor *parts[] = { emo_op_narrow (scope, buffer, 1, 0, start), rows };
      return emo_op_cat (scope, parts, 2, 1);
    }
  emo_op_store (scope, buffer, start, rows);
  return emo_op_narrow (scope, buffer, 1, 0, start + n);
}

void
emo_kv_cache_append (EmoKvCache  *self,
                     EmoScope    *scope,
                     int          layer,
                     gint64       start,
                     EmoTensor  **k,
                     EmoTensor  **v)
{
  gint64 n;

  if (emo_scope_failed (scope))
    return;
  n = emo_tensor_get_size (*k, 1);
  g_return_if_fail (start + n <= self->capacity);
  *k = append (scope, self->keys[layer], start, *k, n);
  *v = append (scope, self->values[layer], start, *v, n);
}

void
emo_kv_cache_gather (EmoKvCache *self,
                     EmoScope   *scope,
                     gint64      start,
                     const int  *rows,
                     guint       n_rows)
{
  for (int i = 0; i < self->n_layers; i++)
    {
      emo_op_store (scope, self->keys[i], start, emo_op_rows (scope, self->keys[i], 1, rows, n_rows));
      emo_op_store (scope, self->values[i], start, emo_op_rows (scope, self->values[i], 1, rows, n_rows));
    }
}
