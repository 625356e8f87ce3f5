/* measure-step.c: what a LoRA step costs in each precision
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "emo-compute.h"
#include "emo-language-model-batch.h"
#include "emo-vlm-step.h"

/* usage: measure-step FOLDER [nf4-]float32|[nf4-]bfloat16 [STEPS]
 *
 * One picture of 224 x 224 and one question, LoRA r 8 on q, k, v and o, gradient
 * checkpointing. Prints seconds and gigabytes; memory counts mapped weights that
 * were read. */

#define GRID 16
#define GB   1e9

static double
read_status (const char *key)
{
  g_autofree char *text = NULL;
  const char *at;

  if (!g_file_get_contents ("/proc/self/status", &text, NULL, NULL))
    return 0;
  at = strstr (text, key);

  return at != NULL ? g_ascii_strtoll (at + strlen (key), NULL, 10) * 1024 / GB : 0;
}

static double
seconds_since (gint64 start)
{
  return (g_get_monotonic_time () - start) / 1e6;
}

static EmoVlmBatch *
make_batch (EmoVlm        *vlm,
            EmoChatPrompt *prompt,
            GArray        *answer)
{
  const int grid[3] = { 1, GRID, GRID };
  EmoVlmExample example = { prompt, answer, 0 };

  emo_tokenizer_encode (vlm->tokenizer, "{\"emotion\": \"awe\", \"reason\": \"the sky is wide\"}<|im_end|>", -1, answer);

  return emo_vlm_batch_new (&example, 1, grid, vlm->config.image.merge_size, EMO_LOSS_ON_ANSWER);
}

static EmoParameters *
add_adapter (EmoVlm  *vlm,
             GError **error)
{
  static const char * const modules[] = { "q_proj", "k_proj", "v_proj", "o_proj", NULL };
  EmoLoraSettings settings = { .rank = 8, .alpha = 8, .modules = modules };
  g_autoptr(EmoParameters) parameters = emo_parameters_new ();

  if (!emo_language_model_add_lora (vlm->language, &settings, parameters, emo_vlm_get_decoder_block (vlm), vlm->dtype, error))
    return NULL;

  return g_steal_pointer (&parameters);
}

static gboolean
run_step (EmoVlm         *vlm,
          EmoParameters  *parameters,
          EmoVlmBatch    *batch,
          const float    *pixels,
          GError        **error)
{
  EmoVlmStep step = { .vlm = vlm, .parameters = parameters, .batch = batch, .pixels = pixels, .checkpointing = TRUE };
  guint n = emo_parameters_get_n (parameters);
  g_autofree EmoTensor **gradients = g_new0 (EmoTensor *, n);
  gint64 start = g_get_monotonic_time ();
  clock_t cpu = clock ();
  double loss = 0;
  gboolean ok = emo_vlm_step_run (&step, gradients, &loss, NULL, error);

  for (guint i = 0; i < n; i++)
    g_clear_pointer (&gradients[i], emo_tensor_unref);
  if (ok)
    printf ("step %.2f s, %.2f s of CPU, loss %.3f, %.2f GB now, %.2f GB at most\n", seconds_since (start),
            (double) (clock () - cpu) / CLOCKS_PER_SEC, loss, read_status ("VmRSS:"), read_status ("VmHWM:"));

  return ok;
}

static gboolean
measure (const char  *folder,
         gboolean     nf4,
         EmoDtype     dtype,
         int          n_steps,
         GError     **error)
{
  g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(EmoParameters) parameters = NULL;
  g_autoptr(EmoVlmBatch) batch = NULL;
  g_autoptr(EmoChatPrompt) prompt = NULL;
  g_autoptr(GArray) answer = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autofree float *pixels = g_new (float, GRID * GRID * 1176);
  g_autoptr(EmoVlm) vlm = NULL;
  EmoLoadWatch watch = { 0 };
  EmoVlmConfig config;
  gint64 start = g_get_monotonic_time ();

  if (!emo_vlm_config_load (&config, folder, error))
    return FALSE;
  vlm = emo_vlm_load_full (folder, &config, NULL, nf4, dtype, EMO_DEVICE_CPU, notes, &watch, error);
  if (vlm == NULL)
    return FALSE;
  printf ("loaded in %.1f s, %.2f GB now, %.2f GB at most\n", seconds_since (start), read_status ("VmRSS:"), read_status ("VmHWM:"));
  parameters = add_adapter (vlm, error);
  if (parameters == NULL)
    return FALSE;
  for (gint64 i = 0; i < GRID * GRID * 1176; i++)
    pixels[i] = (i * 7919) % 255 / 127.5 - 1;
  prompt = emo_chat_prompt_new (vlm->tokenizer, "You see one image.", "Which emotion does it evoke?", TRUE);
  batch = make_batch (vlm, prompt, answer);
  for (int i = 0; i < n_steps; i++)
    if (!run_step (vlm, parameters, batch, pixels, error))
      return FALSE;

  return TRUE;
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr(GError) error = NULL;

  if (argc < 3)
    {
      fprintf (stderr, "usage: measure-step FOLDER [nf4-]float32|[nf4-]bfloat16 [STEPS]\n");
      return 2;
    }
  emo_torch_init (emo_compute_get_threads (0));
  if (measure (argv[1], g_str_has_prefix (argv[2], "nf4-"), g_str_has_suffix (argv[2], "bfloat16") ? EMO_DTYPE_BF16 : EMO_DTYPE_F32,
               argc > 3 ? (int) g_ascii_strtoll (argv[3], NULL, 10) : 3, &error))
    return 0;
  fprintf (stderr, "measure-step: %s\n", error->message);

  return 1;
}
