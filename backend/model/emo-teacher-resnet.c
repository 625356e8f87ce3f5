/* emo-teacher-resnet.c: residual networks, with torchvision's names
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-teacher-private.h"

#define MAX_BLOCKS 64
#define MAX_WIDTH  1024

#define NORM_EPS      1e-5
#define NORM_MOMENTUM 0.1

/* A bottleneck ends in four times its width. */
static gint64
expansion (const EmoTeacherConfig *config)
{
  return config->bottleneck ? 4 : 1;
}

/* --- Tensors --- */

/* Fan-out of a convolution before ReLU, as He et al. (2015). */
static void
declare_conv (EmoTeacher *self,
              const char *prefix,
              const char *suffix,
              gint64      out,
              gint64      in,
              gint64      side)
{
  gint64 shape[] = { out, in, side, side };
  g_autofree char *name = g_strconcat (prefix, suffix, NULL);

  _emo_teacher_declare (self, name, ".weight", shape, EMO_START_NORMAL, sqrt (2.0 / (out * side * side)));
}

static void
declare_norm (EmoTeacher *self,
              const char *prefix,
              const char *suffix,
              gint64      channels)
{
  gint64 shape[EMO_TEACHER_MAX_RANK] = { channels };
  g_autofree char *name = g_strconcat (prefix, suffix, NULL);

  _emo_teacher_declare (self, name, ".weight", shape, EMO_START_CONSTANT, 1);
  _emo_teacher_declare (self, name, ".bias", shape, EMO_START_CONSTANT, 0);
  _emo_teacher_declare (self, name, ".running_mean", shape, EMO_START_CONSTANT, 0)->buffer = TRUE;
  _emo_teacher_declare (self, name, ".running_var", shape, EMO_START_CONSTANT, 1)->buffer = TRUE;
}

/* A block's shortcut is a convolution where its shape changes. */
static gboolean
has_shortcut (EmoTeacher *self,
              guint       stage,
              guint       block)
{
  return block == 0 && (stage > 0 || expansion (&self->config) > 1);
}

static void
declare_block (EmoTeacher *self,
               guint       stage,
               guint       block,
               gint64      in)
{
  g_autofree char *name = g_strdup_printf ("layer%u.%u.", stage + 1, block);
  gint64 width = (gint64) self->config.width << stage, out = width * expansion (&self->config);
  gboolean bottleneck = self->config.bottleneck;

  declare_conv (self, name, "conv1", width, in, bottleneck ? 1 : 3);
  declare_norm (self, name, "bn1", width);
  declare_conv (self, name, "conv2", width, width, 3);
  declare_norm (self, name, "bn2", width);
  if (bottleneck)
    {
      declare_conv (self, name, "conv3", out, width, 1);
      declare_norm (self, name, "bn3", out);
    }
  if (has_shortcut (self, stage, block))
    {
      declare_conv (self, name, "downsample.0", out, in, 1);
      declare_norm (self, name, "downsample.1", out);
    }
}

static void
resnet_declare (EmoTeacher *self)
{
  const EmoTeacherConfig *config = &self->config;
  gint64 in = config->width;

  declare_conv (self, "", "conv1", config->width, 3, 7);
  declare_norm (self, "", "bn1", config->width);
  for (guint s = 0; s < config->n_stages; s++)
    for (guint b = 0; b < config->stages[s]; b++)
      {
        declare_block (self, s, b, in);
        in = ((gint64) config->width << s) * expansion (config);
      }
  _emo_teacher_declare (self, "fc", ".weight", (gint64[]) { self->n, in, 0, 0 }, EMO_START_UNIFORM, 1 / sqrt (in))->head = TRUE;
  _emo_teacher_declare (self, "fc", ".bias", (gint64[]) { self->n, 0, 0, 0 }, EMO_START_UNIFORM, 1 / sqrt (in))->head = TRUE;
}

/* --- Forward, in the order data flows --- */

/* Convolution without bias, padded by half its kernel, then batch norm. */
static EmoTensor *
convolve (EmoTeacher           *self,
          EmoScope             *scope,
          const char           *prefix,
          const char           *conv,
          const char           *norm,
          EmoTensor            *x,
          int                   stride,
          const EmoTeacherPass *pass)
{
  g_autofree char *conv_name = g_strconcat (prefix, conv, ".weight", NULL);
  g_autofree char *norm_name = g_strconcat (prefix, norm, NULL);
  EmoTensor *weight = emo_teacher_find (self, conv_name);   /* [N, C, K, K] */

  x = emo_op_conv2d (scope, x, weight, NULL, stride, emo_tensor_get_size (weight, 2) / 2);
  return emo_op_batch_norm (scope, x,
                            _emo_teacher_get (self, norm_name, ".weight"),
                            _emo_teacher_get (self, norm_name, ".bias"),
                            _emo_teacher_get (self, norm_name, ".running_mean"),
                            _emo_teacher_get (self, norm_name, ".running_var"),
                            pass->training, NORM_MOMENTUM, NORM_EPS);
}

static EmoTensor *
relu (EmoScope  *scope,
      EmoTensor *x)
{
  return emo_op_activate (scope, x, EMO_ACTIVATION_RELU);
}

/* The stride is the 3 x 3 convolution's in a bottleneck, the first one's else. */
static EmoTensor *
run_block (EmoTeacher           *self,
           EmoScope             *scope,
           guint                 stage,
           guint                 block,
           EmoTensor            *x,
           const EmoTeacherPass *pass)
{
  g_autofree char *name = g_strdup_printf ("layer%u.%u.", stage + 1, block);
  int stride = stage > 0 && block == 0 ? 2 : 1;
  gboolean bottleneck = self->config.bottleneck;
  EmoTensor *y, *shortcut = x;

  y = relu (scope, convolve (self, scope, name, "conv1", "bn1", x, bottleneck ? 1 : stride, pass));
  y = convolve (self, scope, name, "conv2", "bn2", y, bottleneck ? stride : 1, pass);
  if (bottleneck)
    y = convolve (self, scope, name, "conv3", "bn3", relu (scope, y), 1, pass);
  if (has_shortcut (self, stage, block))
    shortcut = convolve (self, scope, name, "downsample.0", "downsample.1", x, stride, pass);
  return relu (scope, emo_op_add (scope, y, shortcut));
}

static EmoTensor *
resnet_forward (EmoTeacher           *self,
                EmoScope             *scope,
                EmoTensor            *x,
                const EmoTeacherPass *pass)
{
  gint64 flat[] = { emo_tensor_get_size (x, 0), -1 };

  x = emo_op_cast (scope, x, pass->dtype);
  x = relu (scope, convolve (self, scope, "", "conv1", "bn1", x, 2, pass));
  x = emo_op_max_pool (scope, x, 3, 2, 1);
  for (guint s = 0; s < self->config.n_stages; s++)
    for (guint b = 0; b < self->config.stages[s]; b++)
      {
        EmoScope *nested = emo_scope_open_nested (scope);

        x = emo_scope_close_nested (nested, run_block (self, nested, s, b, x, pass));
      }
  x = emo_op_cast (scope, x, EMO_DTYPE_F32);
  x = emo_op_reshape (scope, emo_op_average_pool (scope, x, 1), 2, flat);
  return _emo_teacher_linear (self, scope, "fc", _emo_teacher_drop (scope, x, pass, 0));
}

/* --- Sizes --- */

static guint
count_blocks (EmoSafetensors *file,
              guint           stage)
{
  guint n = 0;

  for (; n < MAX_BLOCKS; n++)
    {
      g_autofree char *name = g_strdup_printf ("layer%u.%u.conv1.weight", stage + 1, n);

      if (emo_safetensors_find (file, name) == NULL)
        break;
    }

  return n;
}

static gboolean
resnet_read_config (EmoTeacherConfig    *config,
                    EmoSafetensors      *file,
                    const EmoJsonValue  *json G_GNUC_UNUSED,
                    const char          *path,
                    GError             **error)
{
  const EmoStoredTensor *stem = emo_safetensors_find (file, "conv1.weight");

  if (stem == NULL || stem->rank != 4 || stem->shape[0] < 1 || stem->shape[0] > MAX_WIDTH)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_SHAPE, "%s: conv1.weight: expected 1 to %d channels of rank 4", path, MAX_WIDTH);
      return FALSE;
    }
  config->width = stem->shape[0];
  config->bottleneck = emo_safetensors_find (file, "layer1.0.conv3.weight") != NULL;
  for (guint s = 0; s < EMO_TEACHER_MAX_STAGES; s++)
    {
      config->stages[s] = count_blocks (file, s);
      if (config->stages[s] == 0)
        break;
      config->n_stages++;
    }

  return TRUE;
}

const EmoTeacherClass _emo_teacher_resnet = {
  .name = "resnet",
  .marker = "layer1.0.conv1.weight",
  .mean = { 0.485, 0.456, 0.406 },
  .std = { 0.229, 0.224, 0.225 },
  .declare = resnet_declare,
  .forward = resnet_forward,
  .read_config = resnet_read_config,
};
