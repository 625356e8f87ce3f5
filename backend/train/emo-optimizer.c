/* emo-optimizer.c: Adam and AdamW over a model's parameters
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-optimizer.h"

struct _EmoOptimizer
{
  EmoParameters        *parameters;
  EmoOptimizerSettings  settings;
  GPtrArray            *m;      /* of EmoTensor, [n] */
  GPtrArray            *v;
  gint64                step;   /* updates so far */
};

static gboolean
add_zeros (GPtrArray  *list,
           EmoTensor  *like,
           GError    **error)
{
  gint64 shape[EMO_SAFETENSORS_MAX_RANK];
  guint rank = emo_tensor_get_rank (like);
  EmoTensor *zeros;

  for (guint i = 0; i < rank; i++)
    shape[i] = emo_tensor_get_size (like, i);
  zeros = emo_tensor_new_zeros (EMO_DTYPE_F32, emo_tensor_get_device (like), rank, shape, error);
  if (zeros == NULL)
    return FALSE;
  g_ptr_array_add (list, zeros);

  return TRUE;
}

/**
 * emo_optimizer_new:
 * @parameters: what is updated; outlives the optimizer
 * @settings: copied
 * @error: return location
 *
 * Returns: (transfer full) (nullable): or OUT_OF_MEMORY
 */
EmoOptimizer *
emo_optimizer_new (EmoParameters              *parameters,
                   const EmoOptimizerSettings *settings,
                   GError                    **error)
{
  g_autoptr(EmoOptimizer) self = g_new0 (EmoOptimizer, 1);

  self->parameters = parameters;
  self->settings = *settings;
  self->m = g_ptr_array_new_with_free_func ((GDestroyNotify) emo_tensor_unref);
  self->v = g_ptr_array_new_with_free_func ((GDestroyNotify) emo_tensor_unref);
  for (guint i = 0; i < emo_parameters_get_n (parameters); i++)
    {
      EmoTensor *master = emo_parameters_get (parameters, i)->master;

      if (!add_zeros (self->m, master, error) || !add_zeros (self->v, master, error))
        return NULL;
    }

  return g_steal_pointer (&self);
}

/**
 * emo_optimizer_free:
 * @self: (transfer full) (nullable): an optimizer
 */
void
emo_optimizer_free (EmoOptimizer *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->m);
  g_ptr_array_unref (self->v);
  g_free (self);
}


static gboolean
update_group (EmoOptimizer      *self,
              gboolean           decay,
              EmoTensor * const *gradients,
              double             scale,
              double             lr,
              GError           **error)
{
  g_autoptr(GPtrArray) parameters = g_ptr_array_new ();
  g_autoptr(GPtrArray) present = g_ptr_array_new ();
  g_autoptr(GPtrArray) m = g_ptr_array_new ();
  g_autoptr(GPtrArray) v = g_ptr_array_new ();

  for (guint i = 0; i < emo_parameters_get_n (self->parameters); i++)
    {
      EmoParameter *parameter = emo_parameters_get (self->parameters, i);

      if (gradients[i] == NULL || (parameter->decay || self->settings.adamw.coupled) != decay)
        continue;
      g_ptr_array_add (parameters, parameter->master);
      g_ptr_array_add (present, gradients[i]);
      g_ptr_array_add (m, self->m->pdata[i]);
      g_ptr_array_add (v, self->v->pdata[i]);
    }

  return emo_tensors_adamw (&self->settings.adamw, lr, decay ? self->settings.weight_decay : 0, self->step + 1, scale,
                            (EmoTensor **) parameters->pdata, (EmoTensor **) present->pdata,
                            (EmoTensor **) m->pdata, (EmoTensor **) v->pdata, parameters->len, error);
}

/* -1 with @error. */
static double
measure_norm (EmoOptimizer      *self,
              EmoTensor * const *gradients,
              double             scale,
              GError           **error)
{
  g_autoptr(GPtrArray) present = g_ptr_array_new ();
  double norm;

  for (guint i = 0; i < emo_parameters_get_n (self->parameters); i++)
    if (gradients[i] != NULL)
      g_ptr_array_add (present, gradients[i]);
  norm = emo_tensors_norm ((EmoTensor **) present->pdata, present->len, error);
  if (norm < 0)
    return -1;
  if (!isfinite (norm))
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_MODEL,
                   "the gradient of update %" G_GINT64_FORMAT " is not finite: training has diverged; "
                   "a smaller learning rate may help", self->step + 1);
      return -1;
    }

  return norm * scale;
}

gboolean
emo_optimizer_step (EmoOptimizer      *self,
                    EmoTensor * const *gradients,
                    double             scale,
                    double             lr,
                    double            *norm,
                    GError           **error)
{
  double length = measure_norm (self, gradients, scale, error);
  double clip = self->settings.clip;

  if (length < 0)
    return FALSE;
  if (norm != NULL)
    *norm = length;
  /* torch.nn.utils.clip_grad_norm_ adds 1e-6 to the norm. */
  if (clip > 0 && clip / (length + 1e-6) < 1)
    scale *= clip / (length + 1e-6);
  if (!update_group (self, TRUE, gradients, scale, lr, error) || !update_group (self, FALSE, gradients, scale, lr, error))
    return FALSE;
  self->step++;

  return emo_parameters_publish (self->parameters, error);
}

gint64
emo_optimizer_get_step (EmoOptimizer *self)
{
  return self->step;
}

static gboolean
tell_state (const char   *kind,
            const char   *name,
            EmoTensor    *tensor,
            EmoStateFunc  func,
            gpointer      user_data,
            GError      **error)
{
  g_autofree char *full = g_strconcat (kind, "/", name, NULL);

  return func (full, tensor, user_data, error);
}

gboolean
emo_optimizer_foreach (EmoOptimizer  *self,
                       EmoStateFunc   func,
                       gpointer       user_data,
                       GError       **error)
{
  for (guint i = 0; i < emo_parameters_get_n (self->parameters); i++)
    {
      EmoParameter *parameter = emo_parameters_get (self->parameters, i);

      if (!tell_state ("parameter", parameter->name, parameter->master, func, user_data, error) ||
          !tell_state ("m", parameter->name, self->m->pdata[i], func, user_data, error) ||
          !tell_state ("v", parameter->name, self->v->pdata[i], func, user_data, error))
        return FALSE;
    }

  return TRUE;
}

gboolean
emo_optimizer_set_step (EmoOptimizer  *self,
                        gint64         step,
                        GError       **error)
{
  self->step = step;

  return emo_parameters_publish (self->parameters, error);
}
