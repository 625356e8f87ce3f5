/* fuzz-vlm-config.c: config.json, preprocessor and generation, with NUL between
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <math.h>
#include <string.h>

#include "emo-fuzz.h"
#include "emo-vlm-config.h"

static void
check (const EmoVlmConfig *config)
{
  g_assert_cmpint (config->hidden_size, >, 0);
  g_assert_cmpint (config->n_layers, >, 0);
  g_assert_cmpint (config->n_kv_heads, >, 0);
  g_assert_cmpint (config->n_heads % config->n_kv_heads, ==, 0);
  g_assert_cmpint (config->mrope_section[0] + config->mrope_section[1] + config->mrope_section[2], ==, config->head_dim / 2);
  g_assert_cmpint (config->vision_dim % config->vision_heads, ==, 0);
  g_assert_true (isfinite (config->rms_norm_eps) && config->rms_norm_eps > 0);
  g_assert_true (isfinite (config->rope_theta) && config->rope_theta > 0);
  g_assert_cmpint (config->n_eos, <=, EMO_MAX_EOS);
  g_assert_cmpint (strnlen (config->torch_dtype, sizeof config->torch_dtype), <, sizeof config->torch_dtype);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  static const char * const names[] = { "config.json", "preprocessor_config.json", "generation_config.json" };
  GError *error = NULL;
  EmoVlmConfig config;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const uint8_t *end = size > 0 && i + 1 < G_N_ELEMENTS (names) ? memchr (data, 0, size) : NULL;
      gsize length = end != NULL ? (gsize) (end - data) : size;

      emo_fuzz_write (names[i], data, length);
      data += length + (end != NULL);
      size -= length + (end != NULL);
    }
  if (emo_vlm_config_load (&config, emo_fuzz_get_folder (), &error))
    check (&config);
  else
    emo_fuzz_take_error (error);

  return 0;
}
