/* emo-teacher-vgg.c: plain convolutional networks, with torchvision's names
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-teacher-private.h"

#define MAX_WIDTH  4096
#define MAX_HIDDEN 65536
#define MAX_CONVS  16
#define MAX_POOL   64

/* --- Tensors --- */

/* Stages double up to eight times the first. */
static gint64
stage_width (const EmoTeacherConfig *config,
             guint                   stage)
{
  return (gint64) config->width << MIN (stage, 3);
}

/* torchvision draws every linear layer with a deviation of 0.01, which is about
 * He's (2015) at its width; in a narrow network that would let signals die out
 * before the head, so the width decides. */
static void
declare_linear (EmoTeacher *self,
                const char *name,
                gint64      out,
                gint64      in,
                gboolean    head)
{
  _emo_teacher_declare (self, name, ".weight", (gint64[]) { out, in, 0, 0 }, EMO_START_NORMAL,
                        head ? 0.01 : sqrt (2.0 / in))->head = head;
  _emo_teacher_declare (self, name, ".bias", (gint64[]) { out, 0, 0, 0 }, EMO_START_CONSTANT, 0)->head = head;
}

static void
vgg_declare (EmoTeacher *self)
{
  const EmoTeacherConfig *config = &self->config;
  gint64 in = 3;
  guint index = 0;

  for (guint s = 0; s < config->n_stages; s++)
    {
      gint64 out = stage_width (config, s);

      for (guint i = 0; i < config->stages[s]; i++)
        {
          g_autofree char *name = g_strdup_printf ("features.%u", index);

          _emo_teacher_declare (self, name, ".weight", (gint64[]) { out, in, 3, 3 }, EMO_START_NORMAL, sqrt (2.0 / (out * 9)));
          _emo_teacher_declare (self, name, ".bias", (gint64[]) { out, 0, 0, 0 }, EMO_START_CONSTANT, 0);
          in = out;
          index += 2;   /* the ReLU has a number too */
        }
      index++;          /* and the pool */
    }
  declare_linear (self, "classifier.0", config->hidden, in * config->pool * config->pool, FALSE);
  declare_linear (self, "classifier.3", config->hidden, config->hidden, FALSE);
  declare_linear (self, "classifier.6", self->n, config->hidden, TRUE);
}

/* --- Forward, in the order data flows --- */

static EmoTensor *
run_stage (EmoTeacher *self,
           EmoScope   *parent,
           guint       stage,
           guint      *index,
           EmoTensor  *x)
{
  EmoScope *scope = emo_scope_open_nested (parent);

  for (guint i = 0; i < self->config.stages[stage]; i++, *index += 2)
    {
      g_autofree char *name = g_strdup_printf ("features.%u", *index);

      x = emo_op_conv2d (scope, x, _emo_teacher_get (self, name, ".weight"), _emo_teacher_get (self, name, ".bias"), 1, 1);
      x = emo_op_activate (scope, x, EMO_ACTIVATION_RELU);
    }
  *index += 1;
  return emo_scope_close_nested (scope, emo_op_max_pool (scope, x, 2, 2, 0));
}

static EmoTensor *
classify (EmoTeacher           *self,
          EmoScope             *scope,
          EmoTensor            *x,   /* [B, F] */
          const EmoTeacherPass *pass)
{
  x = emo_op_activate (scope, _emo_teacher_linear (self, scope, "classifier.0", x), EMO_ACTIVATION_RELU);
  x = _emo_teacher_drop (scope, x, pass, 0);
  x = emo_op_activate (scope, _emo_teacher_linear (self, scope, "classifier.3", x), EMO_ACTIVATION_RELU);
  x = _emo_teacher_drop (scope, x, pass, 1);
  return _emo_teacher_linear (self, scope, "classifier.6", x);
}

static EmoTensor *
vgg_forward (EmoTeacher           *self,
             EmoScope             *scope,
             EmoTensor            *x,
             const EmoTeacherPass *pass)
{
  gint64 flat[] = { emo_tensor_get_size (x, 0), -1 };
  guint index = 0;

  x = emo_op_cast (scope, x, pass->dtype);
  for (guint s = 0; s < self->config.n_stages; s++)
    x = run_stage (self, scope, s, &index, x);
  x = emo_op_cast (scope, x, EMO_DTYPE_F32);
  x = emo_op_reshape (scope, emo_op_average_pool (scope, x, self->config.pool), 2, flat);
  return classify (self, scope, x, pass);
}

/* --- Sizes --- */

static const EmoStoredTensor *
find_conv (EmoSafetensors *file,
           guint           index)
{
  g_autofree char *name = g_strdup_printf ("features.%u.weight", index);
  const EmoStoredTensor *tensor = emo_safetensors_find (file, name);

  return tensor != NULL && tensor->rank == 4 && tensor->shape[0] > 0 && tensor->shape[0] <= MAX_WIDTH ? tensor : NULL;
}

/* The number after a ReLU is a convolution's of the same stage or a pool. */
static gint64
read_stages (EmoTeacherConfig *config,
             EmoSafetensors   *file)
{
  const EmoStoredTensor *conv = find_conv (file, 0);
  gint64 last = 0;

  config->width = conv != NULL ? conv->shape[0] : 0;
  for (guint index = 0; config->n_stages < EMO_TEACHER_MAX_STAGES && find_conv (file, index) != NULL; index++)
    {
      guint *n = &config->stages[config->n_stages];

      for (; *n < MAX_CONVS && (conv = find_conv (file, index)) != NULL; index += 2, (*n)++)
        last = conv->shape[0];
      config->n_stages++;
    }

  return last;
}

static gboolean
vgg_read_config (EmoTeacherConfig    *config,
                 EmoSafetensors      *file,
                 const EmoJsonValue  *json G_GNUC_UNUSED,
                 const char          *path,
                 GError             **error)
{
  const EmoStoredTensor *first = emo_safetensors_find (file, "classifier.0.weight");
  gint64 last = read_stages (config, file);

  config->dropout = 0.5;
  if (last > 0 && emo_safetensors_find (file, "features.1.weight") == NULL &&
      first != NULL && first->rank == 2 && first->shape[0] > 0 && first->shape[0] <= MAX_HIDDEN)
    {
      config->hidden = first->shape[0];
      for (config->pool = 1; config->pool <= MAX_POOL; config->pool++)
        if (last * config->pool * config->pool == first->shape[1])
          return TRUE;
    }
  g_set_error (error, EMO_ERROR, EMO_ERROR_SHAPE,
               "%s: expected the convolutions features.N and classifier.0 of a VGG without batch norm", path);

  return FALSE;
}

const EmoTeacherClass _emo_teacher_vgg = {
  .name = "vgg",
  .marker = "features.0.weight",
  .mean = { 0.485, 0.456, 0.406 },
  .std = { 0.229, 0.224, 0.225 },
  .declare = vgg_declare,
  .forward = vgg_forward,
  .read_config = vgg_read_config,
};
