/* emo-tensor.cpp
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "emo-tensor-private.hpp"

#include <ATen/DeviceAccelerator.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <c10/core/Allocator.h>
#include <torch/cuda.h>
#include <torch/version.h>

#include <cstring>
#include <new>

#include "emo-error.h"

namespace emo {

EmoTensor *
wrap (at::Tensor t)
{
  auto *self = new EmoTensor ();
  self->t = std::move (t);
  return self;
}

at::ScalarType
to_scalar_type (EmoDtype dtype)
{
  switch (dtype)
    {
    case EMO_DTYPE_BF16:
      return at::kBFloat16;
    case EMO_DTYPE_F16:
      return at::kHalf;
    case EMO_DTYPE_F32:
    default:
      return at::kFloat;
    }
}

at::Device
to_device (EmoDevice device)
{
  if (device.cuda)
    return at::Device (at::kCUDA, static_cast<c10::DeviceIndex> (device.index));
  return at::Device (at::kCPU);
}

at::IntArrayRef
to_shape (guint rank, const gint64 *shape)
{
  static_assert (sizeof (gint64) == sizeof (int64_t), "shapes are passed as they are");
  return at::IntArrayRef (reinterpret_cast<const int64_t *> (shape), rank);
}

/* cudaErrorMemoryAllocation. A CPU build has no header that names it. */
static constexpr int32_t cuda_error_memory_allocation = 2;

/* The first line only: what follows is libtorch's own backtrace. */
static void
set_error (GError **error, EmoError code, const char *what) noexcept
{
  g_auto (GStrv) lines = g_strsplit (what, "\n", 2);

  g_set_error (error, EMO_ERROR, code, code == EMO_ERROR_OUT_OF_MEMORY ? "libtorch: memory ran out: %s" : "libtorch: %s",
               lines[0] ? lines[0] : "unknown failure");
}

/* Short memory has no type of its own on the CPU, nor in cuBLAS. Shapes that oneDNN cannot do fail
 * at the primitive's descriptor; the primitive itself fails for want of memory. */
static bool
tells_of_memory (const char *what) noexcept
{
  static const char *const words[] = { "allocate memory", "not enough memory", "out of memory", "could not create a memory",
                                       "STATUS_ALLOC_FAILED" };

  for (const char *word : words)
    if (strstr (what, word) != nullptr)
      return true;

  return strcmp (what, "could not create a primitive") == 0;
}

void
set_error_from_exception (GError **error) noexcept
{
  try
    {
      throw;
    }
  catch (const c10::OutOfMemoryError &e)
    {
      set_error (error, EMO_ERROR_OUT_OF_MEMORY, e.what_without_backtrace ());
    }
  catch (const c10::AcceleratorError &e)
    {
      set_error (error, e.get_error_code () == cuda_error_memory_allocation ? EMO_ERROR_OUT_OF_MEMORY : EMO_ERROR_DEVICE,
                 e.what_without_backtrace ());
    }
  catch (const c10::Error &e)
    {
      const char *what = e.what_without_backtrace ();
      set_error (error, tells_of_memory (what) ? EMO_ERROR_OUT_OF_MEMORY : EMO_ERROR_TORCH, what);
    }
  catch (const std::bad_alloc &e)
    {
      set_error (error, EMO_ERROR_OUT_OF_MEMORY, e.what ());
    }
  catch (const std::exception &e)
    {
      set_error (error, tells_of_memory (e.what ()) ? EMO_ERROR_OUT_OF_MEMORY : EMO_ERROR_TORCH, e.what ());
    }
  catch (...)
    {
      set_error (error, EMO_ERROR_TORCH, "an exception that is none of its own");
    }
}

/* Frame of the functions that report through GError. */
template <typename F>
static EmoTensor *
guard (GError **error, F &&body) noexcept
{
  try
    {
      return wrap (body ());
    }
  catch (...)
    {
      set_error_from_exception (error);
      return nullptr;
    }
}

}

/**
 * emo_torch_init:
 * @n_threads: threads of one op, at least 1
 *
 * Sets libtorch's thread counts. Call it on the engine thread before its first
 * op. Training gives parts of a batch, or pictures, to threads of its own, each
 * with as many threads an op.
 */
void
emo_torch_init (int n_threads)
{
  try
    {
      at::set_num_threads (n_threads);
    }
  catch (...)
    {
      /* Only the count of inter-op threads can be refused, and none is set. */
    }
}

/**
 * emo_torch_get_version:
 *
 * Returns: (transfer none): libtorch's version at build time
 */
const char *
emo_torch_get_version (void)
{
  return TORCH_VERSION;
}

int
emo_torch_get_n_cuda (void)
{
  try
    {
      return static_cast<int> (torch::cuda::device_count ());
    }
  catch (...)
    {
      return 0;
    }
}

/**
 * emo_torch_has_cuda:
 * @why_not: (out) (optional) (transfer full): the reason in words when %FALSE
 *
 * Returns: whether a CUDA device can be used
 */
gboolean
emo_torch_has_cuda (char **why_not)
{
  const char *why = nullptr;

  try
    {
      /* at::hasCUDA is also false where the CUDA library finds no GPU. */
      if (!at::CUDAHooksRegistry ()->Has ("CUDAHooks"))
        why = "this libtorch is a CPU build";
      else if (torch::cuda::device_count () == 0)
        why = "no CUDA device answers (no GPU, or no driver for it)";
    }
  catch (...)
    {
      why = "the CUDA library could not start";
    }

  if (why != nullptr && why_not != nullptr)
    *why_not = g_strdup (why);
  return why == nullptr;
}

void
emo_torch_empty_cache (void)
{
  try
    {
      if (at::hasCUDA ())
        at::accelerator::emptyCache ();
    }
  catch (...)
    {
      /* Memory that stays cached is not an error. */
    }
}

void
emo_torch_seed (guint64 seed)
{
  try
    {
      at::manual_seed (seed);
    }
  catch (...)
    {
      /* A device without a generator draws nothing. */
    }
}

static void
unref_bytes (void *data)
{
  g_bytes_unref (static_cast<GBytes *> (data));
}

EmoTensor *
emo_tensor_new_for_bytes (GBytes *bytes,
                          EmoDtype dtype,
                          guint rank,
                          const gint64 *shape,
                          GError **error)
{
  return emo::guard (error, [&] () -> at::Tensor {
    auto options = at::TensorOptions ().dtype (emo::to_scalar_type (dtype));
    auto sizes = emo::to_shape (rank, shape);
    gsize length;
    void *data = const_cast<void *> (g_bytes_get_data (bytes, &length));
    gsize item = dtype == EMO_DTYPE_F32 ? 4 : 2;

    TORCH_CHECK (c10::multiply_integers (sizes) * item == length, "a blob of ", length, " bytes does not fit its shape");
    if (length == 0 || reinterpret_cast<guintptr> (data) % item != 0)
      {
        at::Tensor copy = at::empty (sizes, options);
        if (length > 0)
          memcpy (copy.data_ptr (), data, length);
        return copy;
      }
    g_bytes_ref (bytes);
    return at::from_blob (data, sizes, [bytes] (void *) { unref_bytes (bytes); }, options);
  });
}

EmoTensor *
emo_tensor_new_zeros (EmoDtype dtype,
                      EmoDevice device,
                      guint rank,
                      const gint64 *shape,
                      GError **error)
{
  return emo::guard (error, [&] {
    return at::zeros (emo::to_shape (rank, shape),
                      at::TensorOptions ().dtype (emo::to_scalar_type (dtype)).device (emo::to_device (device)));
  });
}

EmoTensor *
emo_tensor_new_random (EmoDtype dtype,
                       guint rank,
                       const gint64 *shape,
                       GError **error)
{
  return emo::guard (error, [&] {
    return at::randn (emo::to_shape (rank, shape)).to (emo::to_scalar_type (dtype));
  });
}

EmoTensor *
emo_tensor_ref (EmoTensor *self)
{
  self->ref_count.fetch_add (1, std::memory_order_relaxed);
  return self;
}

void
emo_tensor_unref (EmoTensor *self)
{
  if (self->ref_count.fetch_sub (1, std::memory_order_acq_rel) == 1)
    delete self;
}

guint
emo_tensor_get_rank (EmoTensor *self)
{
  return static_cast<guint> (self->t.dim ());
}

gint64
emo_tensor_get_size (EmoTensor *self,
                     int dim)
{
  gint64 rank = self->t.dim ();
  gint64 index = dim < 0 ? rank + dim : dim;

  g_return_val_if_fail (index >= 0 && index < rank, 0);
  return self->t.sizes ()[index];
}

EmoDtype
emo_tensor_get_dtype (EmoTensor *self)
{
  switch (self->t.scalar_type ())
    {
    case at::kBFloat16:
      return EMO_DTYPE_BF16;
    case at::kHalf:
      return EMO_DTYPE_F16;
    default:
      return EMO_DTYPE_F32;
    }
}

EmoDevice
emo_tensor_get_device (EmoTensor *self)
{
  const at::Tensor &t = self->nf4.has_value () ? self->nf4->codes : self->t;
  EmoDevice device = { t.is_cuda (), 0 };

  if (device.cuda)
    device.index = t.get_device ();
  return device;
}

EmoTensor *
emo_tensor_to (EmoTensor *self,
               EmoDtype dtype,
               EmoDevice device,
               GError **error)
{
  return emo::guard (error, [&] {
    return self->t.to (emo::to_device (device), emo::to_scalar_type (dtype));
  });
}

gboolean
emo_tensor_read_floats (EmoTensor *self,
                        float *out,
                        gsize n,
                        GError **error)
{
  try
    {
      at::NoGradGuard no_grad;
      TORCH_CHECK (static_cast<gsize> (self->t.numel ()) == n, "a tensor of ", self->t.numel (), " elements was read as ", n);
      at::from_blob (out, self->t.sizes (), at::kFloat).copy_ (self->t);
      return TRUE;
    }
  catch (...)
    {
      emo::set_error_from_exception (error);
      return FALSE;
    }
}
