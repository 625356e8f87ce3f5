/* emo-test-gpu.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-test-gpu.h"
#include "emo-vlm.h"

static gboolean pretended;
static guint n_loads;

gboolean  __real_emo_torch_has_cuda   (char **why_not);
int       __real_emo_torch_get_n_cuda (void);
EmoVlm   *__real_emo_vlm_load_full    (const char *folder, const EmoVlmConfig *config, EmoAdapter *adapter, gboolean nf4,
                                       EmoDtype dtype, EmoDevice device, GPtrArray *notes, const EmoLoadWatch *watch,
                                       GError **error);

gboolean  __wrap_emo_torch_has_cuda   (char **why_not);
int       __wrap_emo_torch_get_n_cuda (void);
EmoVlm   *__wrap_emo_vlm_load_full    (const char *folder, const EmoVlmConfig *config, EmoAdapter *adapter, gboolean nf4,
                                       EmoDtype dtype, EmoDevice device, GPtrArray *notes, const EmoLoadWatch *watch,
                                       GError **error);

void
emo_test_gpu_pretend (gboolean is_there)
{
  pretended = is_there;
  n_loads = 0;
}

guint
emo_test_gpu_get_n_loads (void)
{
  return n_loads;
}

gboolean
__wrap_emo_torch_has_cuda (char **why_not)
{
  return pretended || __real_emo_torch_has_cuda (why_not);
}

int
__wrap_emo_torch_get_n_cuda (void)
{
  return pretended ? 1 : __real_emo_torch_get_n_cuda ();
}

EmoVlm *
__wrap_emo_vlm_load_full (const char          *folder,
                          const EmoVlmConfig  *config,
                          EmoAdapter          *adapter,
                          gboolean             nf4,
                          EmoDtype             dtype,
                          EmoDevice            device,
                          GPtrArray           *notes,
                          const EmoLoadWatch  *watch,
                          GError             **error)
{
  if (pretended && device.cuda)
    {
      n_loads++;
      device = EMO_DEVICE_CPU;
    }

  return __real_emo_vlm_load_full (folder, config, adapter, nf4, dtype, device, notes, watch, error);
}
