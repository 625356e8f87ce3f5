/* emo-teacher.c: what every kind of teacher shares
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-teacher-private.h"

/* A tensor of more elements is no teacher's. */
#define MAX_ELEMENTS (G_GINT64_CONSTANT (1) << 30)

static const EmoTeacherClass *const emo_teacher_classes[] = {
  [EMO_TEACHER_VIT] = &_emo_teacher_vit,
  [EMO_TEACHER_RESNET] = &_emo_teacher_resnet,
  [EMO_TEACHER_VGG] = &_emo_teacher_vgg,
};
G_STATIC_ASSERT (G_N_ELEMENTS (emo_teacher_classes) == EMO_TEACHER_N_KINDS);

/* The published sizes, and small ones that train from scratch on a processor. */
static const struct
{
  const char       *name;
  EmoTeacherConfig  config;
} emo_teacher_named[] = {
  { "vit-base", { .kind = EMO_TEACHER_VIT, .image_size = 384, .width = 768, .depth = 12, .heads = 12, .mlp = 3072,
                  .patch_size = 16, .norm_eps = 1e-12 } },
  { "vit-tiny", { .kind = EMO_TEACHER_VIT, .image_size = 112, .whole = TRUE, .width = 128, .depth = 4, .heads = 4, .mlp = 384,
                  .patch_size = 14, .norm_eps = 1e-12, .dropout = 0.1 } },
  { "resnet-50", { .kind = EMO_TEACHER_RESNET, .image_size = 224, .width = 64, .n_stages = 4, .stages = { 3, 4, 6, 3 },
                   .bottleneck = TRUE } },
  { "resnet-small", { .kind = EMO_TEACHER_RESNET, .image_size = 112, .whole = TRUE, .width = 32, .n_stages = 4, .stages = { 1, 1, 1, 1 } } },
  { "resnet-tiny", { .kind = EMO_TEACHER_RESNET, .image_size = 112, .whole = TRUE, .width = 24, .n_stages = 4, .stages = { 1, 1, 1, 1 } } },
  { "vgg-16", { .kind = EMO_TEACHER_VGG, .image_size = 224, .width = 64, .n_stages = 5, .stages = { 2, 2, 3, 3, 3 },
                .pool = 7, .hidden = 4096, .dropout = 0.5 } },
  { "vgg-tiny", { .kind = EMO_TEACHER_VGG, .image_size = 112, .whole = TRUE, .width = 16, .n_stages = 4, .stages = { 1, 1, 1, 1 },
                  .pool = 3, .hidden = 128, .dropout = 0.5 } },
};

/**
 * emo_teacher_config_get_nth:
 * @index: from 0
 *
 * Returns: (nullable): the name of a known size, %NULL past the last
 */
const char *
emo_teacher_config_get_nth (guint index)
{
  return index < G_N_ELEMENTS (emo_teacher_named) ? emo_teacher_named[index].name : NULL;
}

/**
 * emo_teacher_config_init_named:
 * @config: (out): sizes
 * @name: "vit-base", "resnet-tiny", ...
 * @error: return location
 *
 * Returns: %FALSE with UNSUPPORTED for a name that is not known
 */
gboolean
emo_teacher_config_init_named (EmoTeacherConfig  *config,
                               const char        *name,
                               GError           **error)
{
  g_autoptr(GString) known = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (emo_teacher_named); i++)
    {
      const EmoTeacherClass *klass = _emo_teacher_class_get (emo_teacher_named[i].config.kind);

      g_string_append_printf (known, "%s%s", i > 0 ? ", " : "", emo_teacher_named[i].name);
      if (!g_str_equal (emo_teacher_named[i].name, name))
        continue;
      *config = emo_teacher_named[i].config;
      memcpy (config->mean, klass->mean, sizeof config->mean);
      memcpy (config->std, klass->std, sizeof config->std);
      return TRUE;
    }
  g_set_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED, "teacher: expected one of %s, found %s", known->str, name);

  return FALSE;
}

const EmoTeacherClass *
_emo_teacher_class_get (EmoTeacherKind kind)
{
  g_return_val_if_fail (kind < EMO_TEACHER_N_KINDS, NULL);

  return emo_teacher_classes[kind];
}

/* --- Tensors --- */

static void
tensor_free (gpointer data)
{
  EmoTeacherTensor *tensor = data;

  g_clear_pointer (&tensor->tensor, emo_tensor_unref);
  g_free (tensor->name);
  g_free (tensor);
}

EmoTeacherTensor *
_emo_teacher_declare (EmoTeacher   *self,
                      const char   *prefix,
                      const char   *suffix,
                      const gint64  shape[EMO_TEACHER_MAX_RANK],
                      EmoStart      start,
                      double        scale)
{
  EmoTeacherTensor *tensor = g_new0 (EmoTeacherTensor, 1);

  tensor->name = g_strconcat (prefix, suffix, NULL);
  tensor->start = start;
  tensor->scale = scale;
  while (tensor->rank < EMO_TEACHER_MAX_RANK && shape[tensor->rank] > 0)
    {
      tensor->shape[tensor->rank] = shape[tensor->rank];
      tensor->rank++;
    }
  g_ptr_array_add (self->tensors, tensor);
  g_hash_table_insert (self->by_name, tensor->name, tensor);

  return tensor;
}

/* -1: more than a teacher's tensor may have. */
gint64
_emo_teacher_tensor_count (const EmoTeacherTensor *tensor)
{
  gint64 n = 1;

  for (guint i = 0; i < tensor->rank; i++)
    {
      if (tensor->shape[i] > MAX_ELEMENTS / n)
        return -1;
      n *= tensor->shape[i];
    }

  return n;
}

static float
draw_start (const EmoTeacherTensor *tensor,
            EmoDraw                *draw)
{
  double value;

  switch (tensor->start)
    {
    case EMO_START_NORMAL:
      return emo_draw_normal (draw) * tensor->scale;
    case EMO_START_TRUNCATED:
      do
        value = emo_draw_normal (draw);
      while (value < -2 || value > 2);
      return value * tensor->scale;
    case EMO_START_UNIFORM:
      return (2 * emo_draw_uniform (draw) - 1) * tensor->scale;
    case EMO_START_CONSTANT:
    default:
      return tensor->scale;
    }
}

gboolean
_emo_teacher_tensor_start (EmoTeacherTensor  *tensor,
                           guint64            seed,
                           GError           **error)
{
  EmoDraw draw = emo_draw_begin (seed, tensor->name, 0, 0, 0);
  gint64 n = _emo_teacher_tensor_count (tensor);
  g_autofree float *values = g_try_new (float, n);

  if (values == NULL)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_OUT_OF_MEMORY, "teacher: %s: no memory for %" G_GINT64_FORMAT " numbers",
                   tensor->name, n);
      return FALSE;
    }
  for (gint64 i = 0; i < n; i++)
    values[i] = draw_start (tensor, &draw);
  tensor->tensor = emo_tensor_new_floats (values, tensor->rank, tensor->shape, error);

  return tensor->tensor != NULL;
}

EmoTensor *
_emo_teacher_get (EmoTeacher *self,
                  const char *prefix,
                  const char *suffix)
{
  g_autofree char *name = g_strconcat (prefix, suffix, NULL);

  return emo_teacher_find (self, name);
}

EmoTensor *
_emo_teacher_linear (EmoTeacher *self,
                     EmoScope   *scope,
                     const char *prefix,
                     EmoTensor  *x)
{
  return emo_op_linear (scope, x, _emo_teacher_get (self, prefix, ".weight"), _emo_teacher_get (self, prefix, ".bias"));
}

EmoTensor *
_emo_teacher_drop (EmoScope             *scope,
                   EmoTensor            *x,
                   const EmoTeacherPass *pass,
                   guint                 place)
{
  if (!pass->training || pass->dropout <= 0)
    return x;
  return emo_op_dropout (scope, x, pass->dropout, emo_draw_begin (pass->draw.state, "teacher", place, 0, 0));
}

/* --- Life --- */

EmoTeacher *
_emo_teacher_new_empty (const EmoTeacherConfig  *config,
                        EmoLabelSet             *labels,
                        GError                 **error)
{
  g_autoptr(EmoTeacher) self = g_new0 (EmoTeacher, 1);

  self->klass = _emo_teacher_class_get (config->kind);
  self->config = *config;
  self->labels = emo_label_set_ref (labels);
  self->n = emo_label_set_get_size (labels);
  self->tensors = g_ptr_array_new_with_free_func (tensor_free);
  self->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  self->klass->declare (self);
  for (guint i = 0; i < self->tensors->len; i++)
    {
      EmoTeacherTensor *tensor = g_ptr_array_index (self->tensors, i);

      if (_emo_teacher_tensor_count (tensor) > 0)
        continue;
      g_set_error (error, EMO_ERROR, EMO_ERROR_SHAPE, "teacher: %s: its config asks for too many numbers", tensor->name);
      return NULL;
    }

  return g_steal_pointer (&self);
}

/**
 * emo_teacher_new:
 * @config: sizes
 * @labels: the classes
 * @seed: of the first values; each tensor's depend on it and on its name alone
 * @error: return location
 *
 * A teacher to train from scratch.
 *
 * Returns: (transfer full) (nullable): %NULL with SHAPE, OUT_OF_MEMORY or TORCH
 */
EmoTeacher *
emo_teacher_new (const EmoTeacherConfig  *config,
                 EmoLabelSet             *labels,
                 guint64                  seed,
                 GError                 **error)
{
  g_autoptr(EmoTeacher) self = NULL;

  if (config->patch_size > 0 && config->image_size % config->patch_size != 0)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_SHAPE, "teacher: expected a picture's side that patches of %u divide, found %u",
                   config->patch_size, config->image_size);
      return NULL;
    }
  self = _emo_teacher_new_empty (config, labels, error);
  if (self == NULL)
    return NULL;
  for (guint i = 0; i < self->tensors->len; i++)
    if (!_emo_teacher_tensor_start (g_ptr_array_index (self->tensors, i), seed, error))
      return NULL;

  return g_steal_pointer (&self);
}

/**
 * emo_teacher_free:
 * @self: (transfer full) (nullable): a teacher
 */
void
emo_teacher_free (EmoTeacher *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->by_name, g_hash_table_unref);
  g_clear_pointer (&self->tensors, g_ptr_array_unref);
  g_clear_pointer (&self->labels, emo_label_set_unref);
  g_free (self);
}

const EmoTeacherConfig *
emo_teacher_get_config (EmoTeacher *self)
{
  return &self->config;
}

/**
 * emo_teacher_get_labels:
 * @self: a teacher
 *
 * Returns: (transfer none): the classes in the order of the logits
 */
EmoLabelSet *
emo_teacher_get_labels (EmoTeacher *self)
{
  return self->labels;
}

const char *
emo_teacher_get_kind_name (EmoTeacher *self)
{
  return self->klass->name;
}

/**
 * emo_teacher_find:
 * @self: a teacher
 * @name: as in its file: "layer1.0.bn1.running_mean"
 *
 * Returns: (transfer none) (nullable): the tensor
 */
EmoTensor *
emo_teacher_find (EmoTeacher *self,
                  const char *name)
{
  EmoTeacherTensor *tensor = g_hash_table_lookup (self->by_name, name);

  return tensor != NULL ? tensor->tensor : NULL;
}

/**
 * emo_teacher_get_statistic:
 * @self: a teacher
 * @index: from 0
 * @name: (out) (transfer none): as in its file
 *
 * Returns: (transfer none) (nullable): a running mean or variance; %NULL past
 *   the last
 */
EmoTensor *
emo_teacher_get_statistic (EmoTeacher  *self,
                           guint        index,
                           const char **name)
{
  for (guint i = 0; i < self->tensors->len; i++)
    {
      EmoTeacherTensor *tensor = g_ptr_array_index (self->tensors, i);

      if (!tensor->buffer || index-- > 0)
        continue;
      *name = tensor->name;
      return tensor->tensor;
    }

  return NULL;
}

/**
 * emo_teacher_list_parameters:
 * @self: a teacher, which outlives @parameters
 * @parameters: what an optimiser updates
 * @error: return location
 *
 * Returns: %FALSE with TORCH or OUT_OF_MEMORY
 */
gboolean
emo_teacher_list_parameters (EmoTeacher     *self,
                             EmoParameters  *parameters,
                             GError        **error)
{
  for (guint i = 0; i < self->tensors->len; i++)
    {
      EmoTeacherTensor *tensor = g_ptr_array_index (self->tensors, i);

      if (!tensor->buffer && !emo_parameters_add (parameters, tensor->name, 0, &tensor->tensor, EMO_DTYPE_F32, error))
        return FALSE;
    }

  return TRUE;
}

/**
 * emo_teacher_forward:
 * @self: a teacher
 * @scope: where the result lives
 * @pictures: [B, 3, side, side], standardised by the config's mean and std
 * @pass: inference or training
 *
 * Returns: (transfer none) (nullable): logits [B, n]
 */
EmoTensor *
emo_teacher_forward (EmoTeacher           *self,
                     EmoScope             *scope,
                     EmoTensor            *pictures,
                     const EmoTeacherPass *pass)
{
  return pictures != NULL ? self->klass->forward (self, scope, pictures, pass) : NULL;
}
