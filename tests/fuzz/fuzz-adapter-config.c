/* fuzz-adapter-config.c: an adapter_config.json is asked about modules
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "emo-adapter-config.h"
#include "emo-fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  static const char * const names[] = {
    "model.language_model.layers.1.self_attn.q_proj", "model.layers.1.self_attn.q_proj", "visual.blocks.0.attn.qkv", NULL,
  };
  GError *error = NULL;
  g_autoptr(EmoAdapterConfig) config = NULL;
  gboolean targets;
  gint64 rank;
  double scale;

  emo_fuzz_write ("adapter_config.json", data, size);
  config = emo_adapter_config_load (emo_fuzz_get_folder (), &error);
  if (config == NULL)
    {
      emo_fuzz_take_error (error);
      return 0;
    }
  emo_adapter_config_get_base (config);
  if (!emo_adapter_config_targets (config, names, &targets, &error))
    emo_fuzz_take_error (g_steal_pointer (&error));
  if (emo_adapter_config_measure (config, names, &rank, &scale, &error))
    g_assert_cmpint (rank, >, 0);
  else
    emo_fuzz_take_error (error);

  return 0;
}
