/* emo-vlm-config.c: config.json and its neighbours
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-fields.h"
#include "emo-vlm-config.h"

/* Ranges: far above any published model, far below what overflows a product of
 * two of them in 64 bits. */
#define MAX_WIDTH 131072
#define MAX_MLP   1048576
#define MAX_DEPTH 1024
#define MAX_HEADS 4096
#define MAX_VOCAB 4194304

/* It keeps a row of zeros from becoming NaN; models have 1e-6 or 1e-5. */
#define MIN_EPS 1e-12

/* Bytes, or bytes over 255, come out as numbers that float32 has room for. */
#define MAX_MEAN 65536.0
#define MIN_STD  1e-6
#define MAX_STD  65536.0

/* Where transformers 5.23 has a default (configuration_qwen2_vl.py), so has
 * this. Versions that save by difference leave out what happens to be the
 * default: a 7B model its vocab_size, a 72B model all five sizes. */
static void
read_text_sizes (EmoVlmConfig *config,
                 EmoFields    *text)
{
  config->hidden_size = emo_fields_get_int (text, "hidden_size", 1, MAX_WIDTH, 8192);
  config->intermediate_size = emo_fields_get_int (text, "intermediate_size", 1, MAX_MLP, 29568);
  config->n_layers = emo_fields_get_int (text, "num_hidden_layers", 1, MAX_DEPTH, 80);
  config->n_heads = emo_fields_get_int (text, "num_attention_heads", 1, MAX_HEADS, 64);
  config->vocab_size = emo_fields_get_int (text, "vocab_size", 1, MAX_VOCAB, 152064);
}

/* n_heads must divide the width and n_kv_heads n_heads. */
static void
read_heads (EmoVlmConfig *config,
            EmoFields    *text)
{
  /* An explicit null means one key head for each query head. */
  gboolean is_null = text->object != NULL && emo_json_value_get_member (text->object, "num_key_value_heads") != NULL
                     && !emo_fields_has (text, "num_key_value_heads");

  config->n_kv_heads = emo_fields_get_int (text, "num_key_value_heads", 1, MAX_HEADS, is_null ? config->n_heads : 8);
  if (*text->latch != NULL)
    return;
  if (config->hidden_size % config->n_heads != 0)
    emo_fields_fail (text, EMO_ERROR_INVALID_FILE, "num_attention_heads",
                     "expected a divisor of hidden_size %d, found %d", config->hidden_size, config->n_heads);
  if (config->n_heads % config->n_kv_heads != 0)
    emo_fields_fail (text, EMO_ERROR_INVALID_FILE, "num_key_value_heads",
                     "expected a divisor of num_attention_heads %d, found %d", config->n_heads, config->n_kv_heads);
  config->head_dim = config->hidden_size / config->n_heads;
  if (config->head_dim % 2 != 0)
    emo_fields_fail (text, EMO_ERROR_INVALID_FILE, "num_attention_heads",
                     "expected an even width for each head, found %d", config->head_dim);
  if (emo_fields_get_int (text, "head_dim", 1, MAX_WIDTH, config->head_dim) != config->head_dim)
    emo_fields_fail (text, EMO_ERROR_UNSUPPORTED, "head_dim",
                     "only hidden_size / num_attention_heads = %d is supported", config->head_dim);
}

static void
read_mrope_section (EmoVlmConfig *config,
                    EmoFields    *rope)
{
  double section[3] = { 16, 24, 24 };
  double sum = 0;

  emo_fields_get_doubles (rope, "mrope_section", 3, section);
  for (int i = 0; i < 3; i++)
    {
      if (section[i] < 0 || section[i] != floor (section[i]) || section[i] > MAX_WIDTH)
        {
          emo_fields_fail (rope, EMO_ERROR_INVALID_FILE, "mrope_section", "expected whole numbers, found %g", section[i]);
          return;
        }
      config->mrope_section[i] = section[i];
      sum += section[i];
    }
  if (sum * 2 != config->head_dim)
    emo_fields_fail (rope, EMO_ERROR_INVALID_FILE, "mrope_section",
                     "expected a sum of %d, half of a head, found %g", config->head_dim / 2, sum);
}

/* rope_scaling, unless it is empty, goes before rope_parameters, as in
 * transformers; rope_theta inside goes before the one beside it. Returns it. */
static double
enter_rope (EmoFields  *rope,
            EmoFields  *parent,
            const char *other_type,
            double      theta)
{
  const EmoJsonValue *scaling = emo_fields_find (parent, "rope_scaling", EMO_JSON_OBJECT, FALSE);
  gboolean old = scaling != NULL && emo_json_value_get_length (scaling) > 0;
  const char *type;

  emo_fields_enter (rope, parent, old ? "rope_scaling" : "rope_parameters");
  type = emo_fields_get_string (rope, "rope_type", FALSE);
  if (type == NULL)
    type = emo_fields_get_string (rope, "type", FALSE);
  if (type != NULL && !g_str_equal (type, "default") && !g_str_equal (type, other_type))
    emo_fields_fail (rope, EMO_ERROR_UNSUPPORTED, "rope_type",
                     "\"%s\" is not supported, only default and %s", type, other_type);
  theta = emo_fields_get_double (parent, "rope_theta", 1, 1e15, theta);

  return emo_fields_get_double (rope, "rope_theta", 1, 1e15, theta);
}

static void
read_rope (EmoVlmConfig *config,
           EmoFields    *text)
{
  EmoFields rope;

  config->rope_theta = enter_rope (&rope, text, "mrope", 1000000.0);
  if (emo_fields_get_double (&rope, "partial_rotary_factor", 0, 1, 1) != 1)
    emo_fields_fail (&rope, EMO_ERROR_UNSUPPORTED, "partial_rotary_factor", "only 1 is supported");
  read_mrope_section (config, &rope);
}

/* A window is in use where use_sliding_window is true, sliding_window is a
 * number and some layer lies at or after max_window_layers, or where
 * layer_types says so itself. */
static void
refuse_sliding_window (EmoVlmConfig *config,
                       EmoFields    *text)
{
  const EmoJsonValue *types = emo_fields_find (text, "layer_types", EMO_JSON_ARRAY, FALSE);
  gboolean use = emo_fields_get_bool (text, "use_sliding_window", FALSE);
  gint64 from = emo_fields_get_int (text, "max_window_layers", 0, G_MAXINT, 80);
  gboolean no_window = text->object != NULL && emo_json_value_get_member (text->object, "sliding_window") != NULL
                       && !emo_fields_has (text, "sliding_window");

  if (types == NULL && use && !no_window && from < config->n_layers)
    emo_fields_fail (text, EMO_ERROR_UNSUPPORTED, "use_sliding_window", "sliding-window attention is not supported");
  for (gsize i = 0; types != NULL && i < emo_json_value_get_length (types); i++)
    {
      const char *type = emo_json_value_get_string (emo_json_value_get_element (types, i));

      if (g_strcmp0 (type, "full_attention") != 0)
        emo_fields_fail (text, EMO_ERROR_UNSUPPORTED, "layer_types",
                         "\"%s\" is not supported, only full_attention", type != NULL ? type : "(no string)");
    }
}

static EmoActivation
read_activation (EmoFields     *fields,
                 EmoActivation  otherwise)
{
  static const struct
  {
    const char    *name;
    EmoActivation  activation;
  } activations[] = {
    { "silu", EMO_ACTIVATION_SILU },
    { "swish", EMO_ACTIVATION_SILU },
    { "quick_gelu", EMO_ACTIVATION_QUICK_GELU },
    { "gelu", EMO_ACTIVATION_GELU },
    { "gelu_pytorch_tanh", EMO_ACTIVATION_GELU_TANH },
    { "gelu_new", EMO_ACTIVATION_GELU_TANH },
    { "relu", EMO_ACTIVATION_RELU },
  };
  const char *found = emo_fields_get_string (fields, "hidden_act", FALSE);

  if (found == NULL)
    return otherwise;
  for (gsize i = 0; i < G_N_ELEMENTS (activations); i++)
    if (g_str_equal (activations[i].name, found))
      return activations[i].activation;
  emo_fields_fail (fields, EMO_ERROR_UNSUPPORTED, "hidden_act",
                   "\"%s\" is not supported, only silu, quick_gelu, gelu, gelu_pytorch_tanh and relu", found);

  return otherwise;
}

static void
read_text (EmoVlmConfig *config,
           EmoFields    *text)
{
  read_text_sizes (config, text);
  read_heads (config, text);
  config->max_positions = emo_fields_get_int (text, "max_position_embeddings", 1, 1 << 28, 32768);
  config->rms_norm_eps = emo_fields_get_double (text, "rms_norm_eps", MIN_EPS, 1, 1e-5);
  config->activation = read_activation (text, EMO_ACTIVATION_SILU);
  read_rope (config, text);
  refuse_sliding_window (config, text);
}

/* A side that may be written as a number or as a list of two equal ones. */
static int
read_side (EmoFields  *fields,
           const char *key,
           int         otherwise)
{
  double sides[2];

  if (fields->object != NULL)
    {
      const EmoJsonValue *value = emo_json_value_get_member (fields->object, key);

      if (value != NULL && emo_json_value_get_type (value) == EMO_JSON_ARRAY)
        {
          if (!emo_fields_get_doubles (fields, key, 2, sides))
            return otherwise;
          if (sides[0] != sides[1] || sides[0] != floor (sides[0]) || sides[0] < 1 || sides[0] > 128)
            emo_fields_fail (fields, EMO_ERROR_UNSUPPORTED, key, "expected two equal sides from 1 to 128");
          return *fields->latch != NULL ? otherwise : (int) sides[0];
        }
    }

  return emo_fields_get_int (fields, key, 1, 128, otherwise);
}

static void
read_vision (EmoVlmConfig *config,
             EmoFields    *vision)
{
  EmoFields rope;
  double mlp_ratio;

  config->vision_dim = emo_fields_get_int (vision, "embed_dim", 1, MAX_WIDTH, 1280);
  config->vision_depth = emo_fields_get_int (vision, "depth", 1, MAX_DEPTH, 32);
  config->vision_heads = emo_fields_get_int (vision, "num_heads", 1, MAX_HEADS, 16);
  config->vision_out = emo_fields_get_int (vision, "hidden_size", 1, MAX_WIDTH, 3584);
  config->in_channels = emo_fields_get_int (vision, "in_channels", 3, 3, 3);
  emo_fields_get_int (vision, "in_chans", 3, 3, 3);
  mlp_ratio = emo_fields_get_double (vision, "mlp_ratio", 1e-3, 64, 4);
  config->vision_mlp = config->vision_dim * mlp_ratio;
  config->vision_activation = read_activation (vision, EMO_ACTIVATION_QUICK_GELU);
  config->vision_rope_theta = enter_rope (&rope, vision, "axial", 10000.0);
  if (*vision->latch != NULL)
    return;

  if (config->vision_mlp < 1)
    emo_fields_fail (vision, EMO_ERROR_INVALID_FILE, "mlp_ratio", "expected at least 1 / embed_dim, found %g", mlp_ratio);
  if (config->vision_dim % config->vision_heads != 0)
    emo_fields_fail (vision, EMO_ERROR_INVALID_FILE, "num_heads",
                     "expected a divisor of embed_dim %d, found %d", config->vision_dim, config->vision_heads);
  /* Rows and columns each turn half of a head, in pairs. */
  else if (config->vision_dim / config->vision_heads % 4 != 0)
    emo_fields_fail (vision, EMO_ERROR_INVALID_FILE, "num_heads",
                     "expected heads of a multiple of 4, found %d", config->vision_dim / config->vision_heads);
  if (config->vision_out != config->hidden_size)
    emo_fields_fail (vision, EMO_ERROR_INVALID_FILE, "hidden_size",
                     "expected the text's hidden_size %d, found %d", config->hidden_size, config->vision_out);
}

static void
read_token_ids (EmoVlmConfig *config,
                EmoFields    *root)
{
  gint64 last = config->vocab_size - 1;

  config->image_token_id = emo_fields_get_int (root, "image_token_id", 0, G_MAXINT32, 151655);
  config->vision_start_id = emo_fields_get_int (root, "vision_start_token_id", 0, G_MAXINT32, 151652);
  config->vision_end_id = emo_fields_get_int (root, "vision_end_token_id", 0, G_MAXINT32, 151653);
  if (config->image_token_id > last)
    emo_fields_fail (root, EMO_ERROR_INVALID_FILE, "image_token_id",
                     "expected less than vocab_size %d, found %d", config->vocab_size, config->image_token_id);
}

/* Returns whether there was one; an id or a list of ids, each in the vocabulary. */
static gboolean
read_eos (EmoVlmConfig *config,
          EmoFields    *fields)
{
  const char *key = "eos_token_id";
  const EmoJsonValue *value;
  gsize n;

  if (!emo_fields_has (fields, key))
    return FALSE;
  value = emo_json_value_get_member (fields->object, key);
  if (emo_json_value_get_type (value) != EMO_JSON_ARRAY)
    {
      config->eos[0] = emo_fields_get_int (fields, key, 0, config->vocab_size - 1, 0);
      config->n_eos = 1;
      return TRUE;
    }

  n = emo_json_value_get_length (value);
  if (n < 1 || n > EMO_MAX_EOS)
    emo_fields_fail (fields, EMO_ERROR_INVALID_FILE, key,
                     "expected 1 to %d ids, found %" G_GSIZE_FORMAT, EMO_MAX_EOS, n);
  for (gsize i = 0; i < n && *fields->latch == NULL; i++)
    {
      gint64 id;

      if (!emo_json_value_get_int64 (emo_json_value_get_element (value, i), &id) || id < 0 || id >= config->vocab_size)
        emo_fields_fail (fields, EMO_ERROR_INVALID_FILE, key,
                         "element %" G_GSIZE_FORMAT ": expected an id below vocab_size %d", i, config->vocab_size);
      else
        config->eos[i] = id;
    }
  config->n_eos = n;

  return TRUE;
}

static void
read_dtype (EmoVlmConfig *config,
            EmoFields    *root,
            EmoFields    *text)
{
  EmoFields *places[] = { root, text };
  const char *dtype = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (places) && dtype == NULL; i++)
    {
      dtype = emo_fields_get_string (places[i], "dtype", FALSE);
      if (dtype == NULL)
        dtype = emo_fields_get_string (places[i], "torch_dtype", FALSE);
    }
  if (dtype != NULL && g_str_has_prefix (dtype, "torch."))
    dtype += strlen ("torch.");
  g_strlcpy (config->torch_dtype, dtype != NULL ? dtype : "", sizeof config->torch_dtype);
}

static void
refuse_other_models (EmoFields *root)
{
  const char *type = emo_fields_get_string (root, "model_type", TRUE);

  if (type != NULL && !g_str_equal (type, "qwen2_vl"))
    emo_fields_fail (root, EMO_ERROR_UNSUPPORTED, "model_type", "\"%s\" is not supported, only qwen2_vl", type);
  if (emo_fields_has (root, "quantization_config"))
    emo_fields_fail (root, EMO_ERROR_UNSUPPORTED, "quantization_config",
                     "quantised weights are not supported; fetch the model in bfloat16");
}

static void
read_config (EmoVlmConfig       *config,
             const EmoJsonValue *value,
             const char         *file,
             GError            **latch)
{
  EmoFields root, text, vision;

  emo_fields_init (&root, value, file, latch);
  refuse_other_models (&root);
  /* The hub's own form is flat: the text fields are the root's. */
  if (emo_fields_has (&root, "text_config"))
    emo_fields_enter (&text, &root, "text_config");
  else
    text = root;
  read_text (config, &text);
  emo_fields_enter (&vision, &root, "vision_config");
  read_vision (config, &vision);
  config->image.patch_size = read_side (&vision, "patch_size", 14);
  config->image.temporal_patch_size = read_side (&vision, "temporal_patch_size", 2);
  config->image.merge_size = emo_fields_get_int (&vision, "spatial_merge_size", 1, 16, 2);
  config->tied = emo_fields_get_bool (&root, "tie_word_embeddings", FALSE)
                 || emo_fields_get_bool (&text, "tie_word_embeddings", FALSE);
  read_token_ids (config, &root);
  if (*latch == NULL && !read_eos (config, &text) && !read_eos (config, &root))
    {
      /* transformers' default, where the vocabulary has it. */
      config->eos[0] = 151645;
      config->n_eos = config->vocab_size > config->eos[0];
    }
  read_dtype (config, &root, &text);
}

/* The two descriptions of the patches, config.json's and the processor's, must
 * agree. */
static void
check_side (EmoFields  *fields,
            const char *key,
            int         expected)
{
  int found = read_side (fields, key, expected);

  if (found != expected)
    emo_fields_fail (fields, EMO_ERROR_INVALID_FILE, key, "expected config.json's %d, found %d", expected, found);
}

static void
read_pixel_limits (EmoImageSettings *image,
                   EmoFields        *fields)
{
  EmoFields size;
  gint64 low = 56 * 56, high = 28 * 28 * 1280;

  /* Newest name last: a top-level min_pixels goes before size.shortest_edge. */
  emo_fields_enter (&size, fields, "size");
  low = emo_fields_get_int (&size, "min_pixels", 1, G_GINT64_CONSTANT (1) << 40, low);
  high = emo_fields_get_int (&size, "max_pixels", 1, G_GINT64_CONSTANT (1) << 40, high);
  low = emo_fields_get_int (&size, "shortest_edge", 1, G_GINT64_CONSTANT (1) << 40, low);
  high = emo_fields_get_int (&size, "longest_edge", 1, G_GINT64_CONSTANT (1) << 40, high);
  image->min_pixels = emo_fields_get_int (fields, "min_pixels", 1, G_GINT64_CONSTANT (1) << 40, low);
  image->max_pixels = emo_fields_get_int (fields, "max_pixels", 1, G_GINT64_CONSTANT (1) << 40, high);
  if (*fields->latch == NULL && image->min_pixels > image->max_pixels)
    emo_fields_fail (fields, EMO_ERROR_INVALID_FILE, "min_pixels",
                     "expected at most max_pixels %" G_GINT64_FORMAT ", found %" G_GINT64_FORMAT,
                     image->max_pixels, image->min_pixels);
}

static void
read_normalisation (EmoImageSettings *image,
                    EmoFields        *fields)
{
  /* OpenAI's CLIP, the processor's default. */
  static const double clip_mean[3] = { 0.48145466, 0.4578275, 0.40821073 };
  static const double clip_std[3] = { 0.26862954, 0.26130258, 0.27577711 };

  memcpy (image->mean, clip_mean, sizeof clip_mean);
  memcpy (image->std, clip_std, sizeof clip_std);
  emo_fields_get_doubles (fields, "image_mean", 3, image->mean);
  emo_fields_get_doubles (fields, "image_std", 3, image->std);
  for (int i = 0; i < 3; i++)
    {
      if (fabs (image->mean[i]) > MAX_MEAN)
        emo_fields_fail (fields, EMO_ERROR_INVALID_FILE, "image_mean",
                         "expected at most %g, found %g", MAX_MEAN, image->mean[i]);
      if (image->std[i] < MIN_STD || image->std[i] > MAX_STD)
        emo_fields_fail (fields, EMO_ERROR_INVALID_FILE, "image_std",
                         "expected %g to %g, found %g", MIN_STD, MAX_STD, image->std[i]);
    }
  image->rescale_factor = emo_fields_get_double (fields, "rescale_factor", 1e-9, 1e9, 1.0 / 255);
  if (!emo_fields_get_bool (fields, "do_rescale", TRUE))
    image->rescale_factor = 1;
  if (!emo_fields_get_bool (fields, "do_normalize", TRUE))
    for (int i = 0; i < 3; i++)
      {
        image->mean[i] = 0;
        image->std[i] = 1;
      }
}

static void
read_processor (EmoImageSettings *image,
                EmoFields        *fields)
{
  gint64 resample = emo_fields_get_int (fields, "resample", 0, 5, 3);

  check_side (fields, "patch_size", image->patch_size);
  check_side (fields, "temporal_patch_size", image->temporal_patch_size);
  check_side (fields, "merge_size", image->merge_size);
  read_pixel_limits (image, fields);
  read_normalisation (image, fields);
  if (!emo_fields_get_bool (fields, "do_resize", TRUE))
    emo_fields_fail (fields, EMO_ERROR_UNSUPPORTED, "do_resize", "false is not supported");

  /* Pillow's numbers. */
  if (resample == 1)
    image->resample = EMO_FILTER_LANCZOS;
  else if (resample == 2)
    image->resample = EMO_FILTER_BILINEAR;
  else if (resample == 3)
    image->resample = EMO_FILTER_BICUBIC;
  else
    emo_fields_fail (fields, EMO_ERROR_UNSUPPORTED, "resample",
                     "only 1 (Lanczos), 2 (bilinear) and 3 (bicubic) are supported, found %" G_GINT64_FORMAT, resample);
}

/* NULL without an error where the file is absent. */
static EmoJson *
load_optional (const char  *path,
               GError     **error)
{
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return NULL;

  return emo_json_load (path, error);
}

/* processor_config.json's image_processor goes before preprocessor_config.json,
 * as in transformers; without either the processor's defaults stand. */
static gboolean
load_processor (EmoVlmConfig  *config,
                const char    *folder,
                GError       **error)
{
  g_autofree char *nested_path = g_build_filename (folder, "processor_config.json", NULL);
  g_autofree char *path = g_build_filename (folder, "preprocessor_config.json", NULL);
  g_autoptr(EmoJson) nested = NULL;
  g_autoptr(EmoJson) json = NULL;
  GError *latch = NULL;
  EmoFields root, fields;

  nested = load_optional (nested_path, &latch);
  emo_fields_init (&root, nested != NULL ? emo_json_get_root (nested) : NULL, nested_path, &latch);
  if (emo_fields_has (&root, "image_processor"))
    {
      emo_fields_enter (&fields, &root, "image_processor");
    }
  else
    {
      if (latch == NULL)
        json = load_optional (path, &latch);
      emo_fields_init (&fields, json != NULL ? emo_json_get_root (json) : NULL, path, &latch);
    }
  read_processor (&config->image, &fields);
  if (latch != NULL)
    g_propagate_error (error, latch);

  return latch == NULL;
}

/* What generate() of transformers would apply to every token that it chooses, and
 * the value at which it does nothing. */
static const struct
{
  const char *key;
  double      neutral;
} unapplied[] = {
  { "repetition_penalty", 1 },
  { "no_repeat_ngram_size", 0 },
  { "num_beams", 1 },
  { "min_length", 0 },
  { "min_new_tokens", 0 },
  { "bad_words_ids", 0 },
  { "suppress_tokens", 0 },
  { "begin_suppress_tokens", 0 },
  { "sequence_bias", 0 },
};

/* null, false and an empty list ask for nothing. */
static gboolean
asks_for_something (const EmoJsonValue *value,
                    double              neutral)
{
  switch (emo_json_value_get_type (value))
    {
    case EMO_JSON_NULL:
      return FALSE;
    case EMO_JSON_NUMBER:
      return emo_json_value_get_double (value) != neutral;
    case EMO_JSON_ARRAY:
    case EMO_JSON_OBJECT:
      return emo_json_value_get_length (value) > 0;
    default:
      return emo_json_value_get_bool (value);
    }
}

static void
read_unapplied (EmoVlmConfig *config,
                EmoFields    *fields)
{
  for (gsize i = 0; i < G_N_ELEMENTS (unapplied); i++)
    if (emo_fields_has (fields, unapplied[i].key) &&
        asks_for_something (emo_json_value_get_member (fields->object, unapplied[i].key), unapplied[i].neutral))
      config->unapplied |= 1u << i;
}

static gboolean
load_generation (EmoVlmConfig  *config,
                 const char    *folder,
                 GError       **error)
{
  g_autofree char *path = g_build_filename (folder, "generation_config.json", NULL);
  g_autoptr(EmoJson) json = NULL;
  GError *latch = NULL;
  EmoFields fields;

  json = load_optional (path, &latch);
  emo_fields_init (&fields, json != NULL ? emo_json_get_root (json) : NULL, path, &latch);
  read_eos (config, &fields);
  read_unapplied (config, &fields);
  if (latch != NULL)
    g_propagate_error (error, latch);

  return latch == NULL;
}

/**
 * emo_vlm_config_load:
 * @config: (out): filled in
 * @folder: a Hugging Face folder
 * @error: return location
 *
 * Reads config.json in either form, processor_config.json or
 * preprocessor_config.json, and generation_config.json. Nothing is allocated by
 * any size found there. Errors: MODEL (no config.json), INVALID_FILE naming the
 * field, UNSUPPORTED naming the setting, and those of reading JSON.
 *
 * Returns: whether @config is good
 */
gboolean
emo_vlm_config_load (EmoVlmConfig  *config,
                     const char    *folder,
                     GError       **error)
{
  g_autofree char *path = NULL;
  g_autoptr(EmoJson) json = NULL;
  GError *latch = NULL;

  g_return_val_if_fail (config != NULL, FALSE);
  g_return_val_if_fail (folder != NULL, FALSE);

  memset (config, 0, sizeof *config);
  path = g_build_filename (folder, "config.json", NULL);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_MODEL, "%s: there is no config.json in this folder", folder);
      return FALSE;
    }
  json = emo_json_load (path, error);
  if (json == NULL)
    return FALSE;

  read_config (config, emo_json_get_root (json), path, &latch);
  if (latch != NULL)
    {
      g_propagate_error (error, latch);
      return FALSE;
    }

  return load_processor (config, folder, error) && load_generation (config, folder, error);
}

/**
 * emo_vlm_config_dup_unapplied:
 * @config: a config that was loaded
 *
 * Texts are generated greedily, or sampled at a temperature, and by nothing else
 * that generation_config.json may ask for.
 *
 * Returns: (transfer full) (nullable): the names of those settings in that file
 *   which would change a generated text and are not applied; %NULL for none
 */
char *
emo_vlm_config_dup_unapplied (const EmoVlmConfig *config)
{
  g_autoptr(GString) names = g_string_new (NULL);

  g_return_val_if_fail (config != NULL, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (unapplied); i++)
    if (config->unapplied & (1u << i))
      g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", unapplied[i].key);

  return names->len > 0 ? g_string_free (g_steal_pointer (&names), FALSE) : NULL;
}
