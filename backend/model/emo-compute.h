/* emo-compute.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-tensor.h"
#include "emo-vlm-config.h"

G_BEGIN_DECLS

/* Where and in what a model computes, from what the caller asked for. */
typedef struct
{
  EmoDevice device;
  EmoDtype  dtype;     /* of computation */
  gboolean  nf4;       /* the weights of Linears have 4 bits */
  int       threads;   /* of one op */
  gint64    work;      /* bytes of addresses that computing takes beside the weights */
} EmoCompute;

/* @device: "auto", "cpu", "cuda", "cuda:1"; @dtype: "auto", "float32",
 * "bfloat16", "nf4" (which computes in what "auto" picks). Sets the thread count: at most @threads (0: what the process may
 * use), one for a small model.
 * Errors: UNSUPPORTED in words (no such device, int8, an unknown word),
 * OUT_OF_MEMORY where the process may take too few addresses to compute at all. */
gboolean    emo_compute_choose        (EmoCompute          *self,
                                       const char          *device,
                                       const char          *dtype,
                                       int                  threads,
                                       const EmoVlmConfig  *config,
                                       GError             **error);
/* Batches are large enough for all threads, whatever the model; "auto" is bf16
 * where that is clearly faster: what is updated stays float32. */
gboolean    emo_compute_choose_for_training (EmoCompute   *self,
                                       const char          *device,
                                       const char          *dtype,
                                       int                  threads,
                                       GError             **error);
/* What @device asks for; the CPU where it cannot be had. */
EmoDevice   emo_compute_find_device   (const char          *device);
/* Whether @error is of a GPU @device that is too small or answers no more: the
 * CPU can do what it could not. */
gboolean    emo_compute_gpu_failed    (EmoDevice            device,
                                       const GError        *error);
/* Whether one op is too short to be shared by threads. */
gboolean    emo_compute_is_small      (const EmoVlmConfig  *config);
int         emo_compute_get_threads   (int                  threads);
char       *emo_compute_dup_device    (const EmoCompute    *self);   /* "cpu", "cuda:0" */
char       *emo_compute_dup_hardware  (const EmoCompute    *self);   /* "AMD EPYC ..." */
const char *emo_compute_get_dtype     (const EmoCompute    *self);   /* "float32" */
/* OUT_OF_MEMORY with need and free in GB where the model cannot fit. */
gboolean    emo_compute_check_memory  (const EmoCompute    *self,
                                       const EmoVlmConfig  *config,
                                       GError             **error);
/* The same of a model whose every weight is trained, or (@full FALSE) few. */
gboolean    emo_compute_check_memory_for_training
                                      (const EmoCompute    *self,
                                       const EmoVlmConfig  *config,
                                       gboolean             full,
                                       GError             **error);
/* Parameters that @config implies. */
gint64      emo_vlm_config_count_parameters (const EmoVlmConfig *config);

G_END_DECLS
