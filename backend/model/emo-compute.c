/* emo-compute.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define _GNU_SOURCE   /* CPU_COUNT */
#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <sched.h>

#include "emo-bundle-classifier.h"
#include "emo-compute.h"
#include "emo-error.h"
#include "emo-file.h"
#include "emo-memory.h"
#include "emo-nf4.h"
#include "emo-paths.h"

#define GB 1e9

/* Parameters below which a picture takes milliseconds: exact numbers are free,
 * and a second thread costs more in barriers than it saves. (The embedded model
 * on 2 cores: 44 ms with one thread, 77 with two, and 1,100 with two while another
 * program kept one core busy.) */
#define SMALL_MODEL 100000000

/* A weight that is trained on the CPU: itself, its two moments and its gradient in
 * float32; or the gradient and a working copy in bf16. */
#define TRAINED_BYTES 16

/* What libtorch and oneDNN take to compute in beside weights, and a thread's stack
 * and arenas. They end the process where a small allocation fails, so that nobody
 * can tell; a large one is told. Measured of the embedded model and of one with a
 * layer, from here to the peak of VmSize: 0.1 GB for answers, 0.6 to 0.8 GB in
 * training with one thread, 1.5 GB with eight. */
#define PREDICT_ADDRESSES ((gint64) 128 << 20)
#define TRAIN_ADDRESSES ((gint64) 768 << 20)
#define THREAD_ADDRESSES ((gint64) 112 << 20)

/* bf16 must win clearly: it gives up 16 bits of every activation. */
#define BF16_MUST_GAIN 1.2

/* --- Device --- */

static gboolean
choose_device (const char  *text,
               EmoDevice   *device,
               GError     **error)
{
  g_autofree char *why_not = NULL;
  gboolean has_cuda;

  *device = EMO_DEVICE_CPU;
  if (text == NULL || g_str_equal (text, "cpu"))
    return TRUE;
  has_cuda = emo_torch_has_cuda (&why_not);
  if (g_str_equal (text, "auto"))
    {
      device->cuda = has_cuda;
      return TRUE;
    }
  if (!g_str_equal (text, "cuda") && !g_str_has_prefix (text, "cuda:"))
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED,
                   "Unknown device “%s”: expected auto, cpu, cuda or cuda:N", text);
      return FALSE;
    }
  if (!has_cuda)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED, "No device %s: %s", text, why_not);
      return FALSE;
    }
  device->cuda = TRUE;
  device->index = text[4] == ':' ? (int) g_ascii_strtoll (text + 5, NULL, 10) : 0;
  if (device->index >= 0 && device->index < emo_torch_get_n_cuda ())
    return TRUE;
  g_set_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED,
               "No device %s: there are %d CUDA devices, counted from 0", text, emo_torch_get_n_cuda ());
  return FALSE;
}

EmoDevice
emo_compute_find_device (const char *device)
{
  EmoDevice found;

  return choose_device (device, &found, NULL) ? found : EMO_DEVICE_CPU;
}

gboolean
emo_compute_gpu_failed (EmoDevice     device,
                        const GError *error)
{
  return device.cuda && (g_error_matches (error, EMO_ERROR, EMO_ERROR_OUT_OF_MEMORY) ||
                         g_error_matches (error, EMO_ERROR, EMO_ERROR_DEVICE));
}

int
emo_compute_get_threads (int threads)
{
  cpu_set_t set;

  if (threads > 0)
    return threads;
  if (sched_getaffinity (0, sizeof set, &set) == 0)
    return MAX (1, CPU_COUNT (&set));
  return g_get_num_processors ();
}

/* The value behind "key" in a "key : value" text such as /proc/cpuinfo. */
static char *
find_value (const char *path,
            const char *key)
{
  g_autofree char *text = NULL;
  const char *at;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return NULL;
  at = strstr (text, key);
  at = at != NULL ? strchr (at, ':') : NULL;
  if (at == NULL)
    return NULL;
  return g_strstrip (g_strndup (at + 1, strcspn (at + 1, "\n")));
}

static char *
dup_gpu_name (int index)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/driver/nvidia/gpus", 0, NULL);
  const char *name = NULL;

  for (int i = 0; dir != NULL && i <= index; i++)
    name = g_dir_read_name (dir);
  if (name != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc/driver/nvidia/gpus", name, "information", NULL);
      char *model = find_value (path, "Model");
      if (model != NULL)
        return model;
    }
  return g_strdup ("CUDA device");
}

char *
emo_compute_dup_device (const EmoCompute *self)
{
  return self->device.cuda ? g_strdup_printf ("cuda:%d", self->device.index) : g_strdup ("cpu");
}

char *
emo_compute_dup_hardware (const EmoCompute *self)
{
  char *name = self->device.cuda ? dup_gpu_name (self->device.index) : find_value ("/proc/cpuinfo", "model name");

  return name != NULL ? name : g_strdup ("unknown processor");
}

/**
 * emo_device_dup_description:
 * @device: (nullable): as in #EmoLoadOptions
 *
 * Returns: (transfer full): what a model would run on, and why not on a GPU
 */
char *
emo_device_dup_description (const char *device)
{
  EmoCompute compute = { .device = EMO_DEVICE_CPU, .dtype = EMO_DTYPE_F32, .threads = 1 };
  g_autoptr (GError) error = NULL;
  g_autofree char *why_not = NULL;
  g_autofree char *name = NULL;
  g_autofree char *hardware = NULL;

  if (!choose_device (device != NULL ? device : "auto", &compute.device, &error))
    return g_strdup (error->message);
  name = emo_compute_dup_device (&compute);
  hardware = emo_compute_dup_hardware (&compute);
  if (!emo_torch_has_cuda (&why_not))
    return g_strdup_printf ("%s (%s); no GPU: %s", name, hardware, why_not);
  return g_strdup_printf ("%s (%s)", name, hardware);
}

/* --- Dtype --- */

/* Best seconds of a prefill-like product in the given dtype on bf16 weights. */
static double
time_linear (EmoDtype   dtype,
             EmoTensor *weight)
{
  gint64 shape[] = { 256, emo_tensor_get_size (weight, 1) };
  g_autoptr (EmoTensor) x = emo_tensor_new_random (dtype, 2, shape, NULL);
  double best = G_MAXDOUBLE;

  for (int i = 0; x != NULL && i < 4; i++)
    {
      gint64 start = g_get_monotonic_time ();
      EmoScope *scope = emo_scope_open (NULL, FALSE);
      emo_op_linear (scope, x, weight, NULL);
      if (emo_scope_close (scope, NULL))
        best = MIN (best, (double) (g_get_monotonic_time () - start));
    }
  return best;
}

static gboolean
measure_bf16_wins (void)
{
  gint64 shape[] = { 1024, 1024 };
  g_autoptr (EmoTensor) weight = emo_tensor_new_random (EMO_DTYPE_BF16, 2, shape, NULL);

  return weight != NULL &&
         time_linear (EMO_DTYPE_F32, weight) > BF16_MUST_GAIN * time_linear (EMO_DTYPE_BF16, weight);
}

/* One word a processor, libtorch and thread count, under the cache folder. */
static char *
dup_measurement_path (int threads)
{
  EmoCompute cpu = { .device = EMO_DEVICE_CPU, .dtype = EMO_DTYPE_F32, .threads = 1 };
  g_autofree char *hardware = emo_compute_dup_hardware (&cpu);
  g_autofree char *key = g_strdup_printf ("%s|%s|%d", hardware, emo_torch_get_version (), threads);
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, key, -1);
  g_autofree char *name = g_strdup_printf ("dtype-%.16s", hash);
  g_autofree char *folder = emo_paths_dup_cache ("speed");

  return folder != NULL ? g_build_filename (folder, name, NULL) : NULL;
}

static EmoDtype
choose_cpu_dtype (int threads)
{
  g_autofree char *path = dup_measurement_path (threads);
  g_autofree char *known = NULL;
  gboolean bf16;

  if (path != NULL && g_file_get_contents (path, &known, NULL, NULL))
    {
      if (g_str_equal (known, "bfloat16") || g_str_equal (known, "float32"))
        return g_str_equal (known, "bfloat16") ? EMO_DTYPE_BF16 : EMO_DTYPE_F32;
    }
  bf16 = measure_bf16_wins ();
  if (path != NULL)
    emo_file_write (path, bf16 ? "bfloat16" : "float32", bf16 ? 8 : 7, NULL);
  return bf16 ? EMO_DTYPE_BF16 : EMO_DTYPE_F32;
}

/* What is fast here, where exact numbers are not free. */
static EmoDtype
choose_fast_dtype (EmoCompute          *self,
                   gboolean             small,
                   const EmoVlmConfig  *config)
{
  if (small || g_str_equal (config->torch_dtype, "float32"))
    return EMO_DTYPE_F32;

  return self->device.cuda ? EMO_DTYPE_BF16 : choose_cpu_dtype (self->threads);
}

static gboolean
choose_dtype (EmoCompute          *self,
              const char          *text,
              gboolean             small,
              const EmoVlmConfig  *config,
              GError             **error)
{
  self->nf4 = g_strcmp0 (text, "nf4") == 0;
  if (text == NULL || self->nf4 || g_str_equal (text, "auto"))
    self->dtype = choose_fast_dtype (self, small, config);
  else if (g_str_equal (text, "float32"))
    self->dtype = EMO_DTYPE_F32;
  else if (g_str_equal (text, "bfloat16"))
    self->dtype = EMO_DTYPE_BF16;
  else
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED,
                   g_str_equal (text, "int8") ? "dtype %s is not available yet: use auto, float32, bfloat16 or nf4"
                                              : "Unknown dtype “%s”: expected auto, float32, bfloat16 or nf4",
                   text);
      return FALSE;
    }
  return TRUE;
}

const char *
emo_compute_get_dtype (const EmoCompute *self)
{
  if (self->nf4)
    return "nf4";

  return self->dtype == EMO_DTYPE_BF16 ? "bfloat16" : "float32";
}

gboolean
emo_compute_is_small (const EmoVlmConfig *config)
{
  return emo_vlm_config_count_parameters (config) < SMALL_MODEL;
}

/* Checks the addresses that are left for @need bytes and what computing takes
 * beside them. */
static gboolean
check_addresses (const EmoCompute  *self,
                 double             need,
                 GError           **error)
{
  gint64 addresses = emo_memory_get_addresses ();

  if (addresses < 0 || self->device.cuda || need + (double) self->work < (double) addresses)
    return TRUE;
  g_set_error (error, EMO_ERROR, EMO_ERROR_OUT_OF_MEMORY,
               "The model needs %.2f GB of memory and %.2f GB to compute in; this process may take %.2f GB more (ulimit -v)",
               need / GB, (double) self->work / GB, (double) addresses / GB);
  return FALSE;
}

/* Before the first operation: that which measures how fast bf16 is, too. */
static gboolean
prepare (EmoCompute  *self,
         const char  *device,
         int          threads,
         gint64       work,
         GError     **error)
{
  self->threads = threads;
  self->work = work + threads * THREAD_ADDRESSES;
  emo_torch_init (threads);

  return choose_device (device, &self->device, error) && check_addresses (self, 0, error);
}

gboolean
emo_compute_choose (EmoCompute          *self,
                    const char          *device,
                    const char          *dtype,
                    int                  threads,
                    const EmoVlmConfig  *config,
                    GError             **error)
{
  gboolean small = emo_compute_is_small (config);

  return prepare (self, device, small ? 1 : emo_compute_get_threads (threads), PREDICT_ADDRESSES, error) &&
         choose_dtype (self, dtype, small, config, error);
}

gboolean
emo_compute_choose_for_training (EmoCompute          *self,
                                 const char          *device,
                                 const char          *dtype,
                                 int                  threads,
                                 GError             **error)
{
  static const EmoVlmConfig any = { 0 };

  return prepare (self, device, emo_compute_get_threads (threads), TRAIN_ADDRESSES, error) &&
         choose_dtype (self, dtype, FALSE, &any, error);
}

/* --- Memory --- */

gint64
emo_vlm_config_count_parameters (const EmoVlmConfig *config)
{
  gint64 h = config->hidden_size, m = config->intermediate_size, c = config->vision_dim;
  gint64 q = (gint64) config->n_heads * config->head_dim;
  gint64 kv = (gint64) config->n_kv_heads * config->head_dim;
  gint64 merged = c * config->image.merge_size * config->image.merge_size;
  gint64 layer = h * (2 * q + 2 * kv) + q + 2 * kv + 3 * h * m + 2 * h;
  gint64 block = 4 * c * c + 4 * c + 2 * c * config->vision_mlp + config->vision_mlp + c + 4 * c;
  gint64 patch = (gint64) config->in_channels * config->image.temporal_patch_size * config->image.patch_size * config->image.patch_size;

  return config->vocab_size * h * (config->tied ? 1 : 2) + config->n_layers * layer + h +
         c * patch + config->vision_depth * block + 2 * c + merged * merged + merged + merged * h + h;
}

/* Bytes of the weights; all but the embeddings and the output layer is taken for
 * Linears. */
static double
estimate_weights (const EmoCompute   *self,
                  const EmoVlmConfig *config)
{
  gboolean wide = self->dtype == EMO_DTYPE_F32 && g_str_equal (config->torch_dtype, "float32");
  gint64 all = emo_vlm_config_count_parameters (config);
  gint64 ends = (gint64) config->vocab_size * config->hidden_size * (config->tied ? 1 : 2);

  if (!self->nf4)
    return (double) all * (wide ? 4 : 2);

  return (double) ends * (wide ? 4 : 2) + (double) emo_nf4_count_bytes (all - ends);
}

static gboolean
check_need (double       need,
            const char  *of_what,
            GError     **error)
{
  gint64 total = emo_memory_get_total ();

  if (total < 0 || need < (double) total)
    return TRUE;
  g_set_error (error, EMO_ERROR, EMO_ERROR_OUT_OF_MEMORY,
               "The model needs %.1f GB for %s; this computer has %.1f GB of memory to give, %.1f GB of it free",
               need / GB, of_what, (double) total / GB, (double) MAX (emo_memory_get_available (), 0) / GB);
  return FALSE;
}

gboolean
emo_compute_check_memory (const EmoCompute    *self,
                          const EmoVlmConfig  *config,
                          GError             **error)
{
  double weights = estimate_weights (self, config);

  return check_need (weights, "its weights", error) && check_addresses (self, weights, error);
}

gboolean
emo_compute_check_memory_for_training (const EmoCompute    *self,
                                       const EmoVlmConfig  *config,
                                       gboolean             full,
                                       GError             **error)
{
  double need;

  /* A GPU says itself what it can hold. */
  if (self->device.cuda)
    return TRUE;
  need = full ? (double) emo_vlm_config_count_parameters (config) * TRAINED_BYTES : estimate_weights (self, config);

  return check_need (need, full ? "its weights, their gradients and two moments of each" : "its weights", error) &&
         check_addresses (self, need, error);
}
