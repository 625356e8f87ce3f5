/* emo-teacher-vit.c: vision transformers, with transformers' names
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-teacher-private.h"

#define MAX_SIDE  4096
#define MAX_WIDTH 8192
#define MAX_DEPTH 128

#define START_DEVIATION 0.02

/* --- Tensors --- */

static void
declare_linear (EmoTeacher *self,
                const char *prefix,
                const char *suffix,
                gint64      out,
                gint64      in)
{
  g_autofree char *name = g_strconcat (prefix, suffix, NULL);

  _emo_teacher_declare (self, name, ".weight", (gint64[]) { out, in, 0, 0 }, EMO_START_TRUNCATED, START_DEVIATION);
  _emo_teacher_declare (self, name, ".bias", (gint64[]) { out, 0, 0, 0 }, EMO_START_CONSTANT, 0);
}

static void
declare_norm (EmoTeacher *self,
              const char *prefix,
              const char *suffix)
{
  gint64 shape[EMO_TEACHER_MAX_RANK] = { self->config.width };
  g_autofree char *name = g_strconcat (prefix, suffix, NULL);

  _emo_teacher_declare (self, name, ".weight", shape, EMO_START_CONSTANT, 1);
  _emo_teacher_declare (self, name, ".bias", shape, EMO_START_CONSTANT, 0);
}

static void
declare_layer (EmoTeacher *self,
               guint       layer)
{
  gint64 width = self->config.width, mlp = self->config.mlp;
  g_autofree char *name = g_strdup_printf ("vit.encoder.layer.%u.", layer);

  declare_norm (self, name, "layernorm_before");
  declare_linear (self, name, "attention.attention.query", width, width);
  declare_linear (self, name, "attention.attention.key", width, width);
  declare_linear (self, name, "attention.attention.value", width, width);
  declare_linear (self, name, "attention.output.dense", width, width);
  declare_norm (self, name, "layernorm_after");
  declare_linear (self, name, "intermediate.dense", mlp, width);
  declare_linear (self, name, "output.dense", width, mlp);
}

static void
vit_declare (EmoTeacher *self)
{
  const EmoTeacherConfig *config = &self->config;
  gint64 width = config->width, patch = config->patch_size, grid = config->image_size / patch;

  _emo_teacher_declare (self, "vit.embeddings", ".cls_token", (gint64[]) { 1, 1, width, 0 }, EMO_START_TRUNCATED, START_DEVIATION);
  _emo_teacher_declare (self, "vit.embeddings", ".position_embeddings", (gint64[]) { 1, grid * grid + 1, width, 0 },
                        EMO_START_TRUNCATED, START_DEVIATION);
  _emo_teacher_declare (self, "vit.embeddings.patch_embeddings.projection", ".weight", (gint64[]) { width, 3, patch, patch },
                        EMO_START_TRUNCATED, START_DEVIATION);
  _emo_teacher_declare (self, "vit.embeddings.patch_embeddings.projection", ".bias", (gint64[]) { width, 0, 0, 0 },
                        EMO_START_CONSTANT, 0);
  for (guint i = 0; i < config->depth; i++)
    declare_layer (self, i);
  declare_norm (self, "vit.", "layernorm");
  _emo_teacher_declare (self, "classifier", ".weight", (gint64[]) { self->n, width, 0, 0 },
                        EMO_START_TRUNCATED, START_DEVIATION)->head = TRUE;
  _emo_teacher_declare (self, "classifier", ".bias", (gint64[]) { self->n, 0, 0, 0 }, EMO_START_CONSTANT, 0)->head = TRUE;
}

/* --- Forward, in the order data flows --- */

static EmoTensor *
linear (EmoTeacher *self,
        EmoScope   *scope,
        const char *prefix,
        const char *suffix,
        EmoTensor  *x)
{
  g_autofree char *name = g_strconcat (prefix, suffix, NULL);

  return _emo_teacher_linear (self, scope, name, x);
}

static EmoTensor *
normalise (EmoTeacher *self,
           EmoScope   *scope,
           const char *prefix,
           const char *suffix,
           EmoTensor  *x)
{
  g_autofree char *name = g_strconcat (prefix, suffix, NULL);

  return emo_op_layer_norm (scope, x, _emo_teacher_get (self, name, ".weight"), _emo_teacher_get (self, name, ".bias"),
                            self->config.norm_eps);
}

/* A class token before the patches, each with its place: [B, 1 + P, H]. */
static EmoTensor *
embed (EmoTeacher *self,
       EmoScope   *scope,
       EmoTensor  *pictures)   /* [B, 3, side, side] */
{
  const char *name = "vit.embeddings.patch_embeddings.projection";
  gint64 b = emo_tensor_get_size (pictures, 0), width = self->config.width;
  EmoTensor *parts[2];
  EmoTensor *x = emo_op_conv2d (scope, pictures, _emo_teacher_get (self, name, ".weight"), _emo_teacher_get (self, name, ".bias"),
                                self->config.patch_size, 0);

  parts[0] = emo_op_reshape (scope, _emo_teacher_get (self, "vit.embeddings", ".cls_token"), 2, (gint64[]) { 1, width });
  parts[0] = emo_op_repeat (scope, parts[0], b);
  parts[1] = emo_op_transpose (scope, emo_op_reshape (scope, x, 3, (gint64[]) { b, width, -1 }), 1, 2);
  if (emo_scope_failed (scope))
    return NULL;
  return emo_op_add (scope, emo_op_cat (scope, parts, 2, 1), _emo_teacher_get (self, "vit.embeddings", ".position_embeddings"));
}

static EmoTensor *
attend (EmoTeacher *self,
        EmoScope   *scope,
        const char *name,
        EmoTensor  *x)   /* [B, S, H] */
{
  gint64 heads = self->config.heads, width = self->config.width;
  static const char *const projections[] = { "attention.attention.query", "attention.attention.key", "attention.attention.value" };
  EmoTensor *parts[3];

  if (emo_scope_failed (scope))
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      gint64 split[] = { emo_tensor_get_size (x, 0), emo_tensor_get_size (x, 1), heads, width / heads };

      parts[i] = emo_op_reshape (scope, linear (self, scope, name, projections[i], x), 4, split);
    }
  x = emo_op_attend_batch (scope, parts[0], parts[1], parts[2], NULL);
  return linear (self, scope, name, "attention.output.dense", x);
}

static EmoTensor *
mlp (EmoTeacher *self,
     EmoScope   *scope,
     const char *name,
     EmoTensor  *x)
{
  x = emo_op_gelu (scope, linear (self, scope, name, "intermediate.dense", x));
  return linear (self, scope, name, "output.dense", x);
}

static EmoTensor *
run_layer (EmoTeacher           *self,
           EmoScope             *parent,
           guint                 layer,
           EmoTensor            *x,
           const EmoTeacherPass *pass)
{
  EmoScope *scope = emo_scope_open_nested (parent);
  g_autofree char *name = g_strdup_printf ("vit.encoder.layer.%u.", layer);
  EmoTensor *y;

  y = attend (self, scope, name, normalise (self, scope, name, "layernorm_before", x));
  x = emo_op_add (scope, x, _emo_teacher_drop (scope, y, pass, 2 * layer + 1));
  y = mlp (self, scope, name, normalise (self, scope, name, "layernorm_after", x));
  x = emo_op_add (scope, x, _emo_teacher_drop (scope, y, pass, 2 * layer + 2));
  return emo_scope_close_nested (scope, x);
}

static EmoTensor *
vit_forward (EmoTeacher           *self,
             EmoScope             *scope,
             EmoTensor            *x,
             const EmoTeacherPass *pass)
{
  gint64 flat[] = { emo_tensor_get_size (x, 0), self->config.width };

  x = _emo_teacher_drop (scope, embed (self, scope, x), pass, 0);
  for (guint i = 0; i < self->config.depth; i++)
    x = run_layer (self, scope, i, x, pass);
  /* The class token alone is read. */
  x = emo_op_reshape (scope, emo_op_narrow (scope, x, 1, 0, 1), 2, flat);
  return _emo_teacher_linear (self, scope, "classifier", normalise (self, scope, "vit.", "layernorm", x));
}

/* --- Sizes --- */

static gboolean
read_size (const EmoJsonValue  *json,
           const char          *key,
           guint                max,
           guint               *out,
           const char          *path,
           GError             **error)
{
  const EmoJsonValue *value = emo_json_value_get_member (json, key);
  guint64 number;

  if (value != NULL && emo_json_value_get_uint64 (value, &number) && number >= 1 && number <= max)
    {
      *out = number;
      return TRUE;
    }
  g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "%s: config.json: %s: expected a whole number from 1 to %u",
               path, key, max);

  return FALSE;
}

static gboolean
check_config (const EmoTeacherConfig  *config,
              const EmoJsonValue      *json,
              const char              *path,
              GError                 **error)
{
  if (!g_str_equal (emo_json_value_get_member_string (json, "hidden_act", "gelu"), "gelu") ||
      !emo_json_value_get_member_bool (json, "qkv_bias", TRUE))
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED,
                   "%s: config.json: expected hidden_act gelu and qkv_bias true", path);
      return FALSE;
    }
  if (config->width % config->heads != 0 || config->image_size % config->patch_size != 0)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE,
                   "%s: config.json: expected a hidden_size that %u heads divide and an image_size that patches of %u divide, "
                   "found %u and %u", path, config->heads, config->patch_size, config->width, config->image_size);
      return FALSE;
    }
  if (!(config->norm_eps > 0 && config->norm_eps < 1))
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE,
                   "%s: config.json: layer_norm_eps: expected a number between 0 and 1", path);
      return FALSE;
    }

  return TRUE;
}

static gboolean
vit_read_config (EmoTeacherConfig    *config,
                 EmoSafetensors      *file G_GNUC_UNUSED,
                 const EmoJsonValue  *json,
                 const char          *path,
                 GError             **error)
{
  double dropout;

  if (json == NULL)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_MODEL, "%s: expected a config.json beside a vision transformer's weights", path);
      return FALSE;
    }
  if (!read_size (json, "hidden_size", MAX_WIDTH, &config->width, path, error) ||
      !read_size (json, "num_hidden_layers", MAX_DEPTH, &config->depth, path, error) ||
      !read_size (json, "num_attention_heads", MAX_WIDTH, &config->heads, path, error) ||
      !read_size (json, "intermediate_size", 4 * MAX_WIDTH, &config->mlp, path, error) ||
      !read_size (json, "image_size", MAX_SIDE, &config->image_size, path, error) ||
      !read_size (json, "patch_size", MAX_SIDE, &config->patch_size, path, error))
    return FALSE;
  config->norm_eps = emo_json_value_get_member_double (json, "layer_norm_eps", 1e-12);
  dropout = emo_json_value_get_member_double (json, "hidden_dropout_prob", 0);
  config->dropout = dropout >= 0 && dropout < 1 ? dropout : 0;

  return check_config (config, json, path, error);
}

static void
append_labels (GString     *out,
               EmoLabelSet *labels,
               gboolean     by_name)
{
  for (guint i = 0; i < emo_label_set_get_size (labels); i++)
    {
      g_string_append (out, i > 0 ? ", " : "{");
      if (by_name)
        {
          emo_json_append_string (out, emo_label_set_get_label (labels, i));
          g_string_append_printf (out, ": %u", i);
        }
      else
        {
          g_string_append_printf (out, "\"%u\": ", i);
          emo_json_append_string (out, emo_label_set_get_label (labels, i));
        }
    }
  g_string_append_c (out, '}');
}

static void
vit_write_config (const EmoTeacherConfig *config,
                  EmoLabelSet            *labels,
                  GString                *out)
{
  g_string_append_printf (out,
                          "{\n  \"architectures\": [\"ViTForImageClassification\"],\n  \"model_type\": \"vit\",\n"
                          "  \"hidden_act\": \"gelu\",\n  \"qkv_bias\": true,\n  \"num_channels\": 3,\n  \"hidden_size\": %u,\n"
                          "  \"num_hidden_layers\": %u,\n  \"num_attention_heads\": %u,\n  \"intermediate_size\": %u,\n"
                          "  \"image_size\": %u,\n  \"patch_size\": %u,\n  \"layer_norm_eps\": ",
                          config->width, config->depth, config->heads, config->mlp, config->image_size, config->patch_size);
  emo_json_append_double (out, config->norm_eps);
  g_string_append (out, ",\n  \"hidden_dropout_prob\": ");
  emo_json_append_double (out, config->dropout);
  g_string_append (out, ",\n  \"id2label\": ");
  append_labels (out, labels, FALSE);
  g_string_append (out, ",\n  \"label2id\": ");
  append_labels (out, labels, TRUE);
  g_string_append (out, "\n}\n");
}

const EmoTeacherClass _emo_teacher_vit = {
  .name = "vit",
  .marker = "vit.embeddings.cls_token",
  .mean = { 0.5, 0.5, 0.5 },
  .std = { 0.5, 0.5, 0.5 },
  .declare = vit_declare,
  .forward = vit_forward,
  .read_config = vit_read_config,
  .write_config = vit_write_config,
};
