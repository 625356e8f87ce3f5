/* fuzz-manifest.c: an emovlm.json in the folder of a sound bundle
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "emo-bundle.h"
#include "emo-fuzz.h"

/* The names that the seeds use; what is in the files is read later than here. */
static void
write_folder (void)
{
  static const char config[] = "{\"model_type\": \"qwen2_vl\", \"architectures\": [\"Qwen2VLForConditionalGeneration\"]}";
  static const char * const names[] = {
    "vlm/model.safetensors", "vlm/tokenizer.json", "vlm/preprocessor_config.json", "distilled.safetensors",
    "gate.safetensors", "domain.safetensors", "checks/1-amusement.png", "checks/2-sadness.png",
  };

  emo_fuzz_write ("vlm/config.json", config, sizeof config - 1);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    emo_fuzz_write (names[i], "{}", 2);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  static gsize ready;
  GError *error = NULL;
  g_autoptr(EmoBundle) bundle = NULL;

  if (g_once_init_enter (&ready))
    {
      write_folder ();
      g_once_init_leave (&ready, 1);
    }
  emo_fuzz_write ("emovlm.json", data, size);
  bundle = emo_bundle_load (emo_fuzz_get_folder (), NULL, NULL, &error);
  if (bundle == NULL)
    emo_fuzz_take_error (error);
  else
    {
      g_autofree char *sum = emo_bundle_dup_prompt_sha256 (bundle);

      g_assert_nonnull (sum);
      g_assert_nonnull (bundle->labels);
      g_assert_nonnull (bundle->vlm);
      emo_bundle_has_reason (bundle);
    }

  return 0;
}
