/* emo-test-allocator.cpp
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "emo-test-allocator.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/impl/alloc_cpu.h>
#include <c10/util/Exception.h>

#include <limits>
#include <mutex>
#include <new>
#include <unordered_map>

namespace {

/* What the CUDA runtime calls them. */
constexpr int32_t cuda_error_memory_allocation = 2;
constexpr int32_t cuda_error_illegal_address = 700;

[[noreturn]] void
throw_out_of_memory ()
{
  throw c10::OutOfMemoryError ({ __func__, __FILE__, __LINE__ }, "CUDA out of memory. Tried to allocate what a test wants");
}

[[noreturn]] void
throw_what (EmoTestThrow what)
{
  c10::SourceLocation here = { __func__, __FILE__, static_cast<uint32_t> (__LINE__) };

  switch (what)
    {
    case EMO_TEST_THROW_OUT_OF_MEMORY:
      throw_out_of_memory ();
    case EMO_TEST_THROW_DEVICE_MEMORY:
      throw c10::AcceleratorError (here, cuda_error_memory_allocation, "CUDA error: out of memory");
    case EMO_TEST_THROW_DEVICE:
      throw c10::AcceleratorError (here, cuda_error_illegal_address, "CUDA error: the device is gone, as a test wants");
    case EMO_TEST_THROW_ERROR:
      throw c10::Error (here, "an error that a test wants");
    case EMO_TEST_THROW_BAD_ALLOC:
      throw std::bad_alloc ();
    default:
      throw 7;
    }
}

struct Plan
{
  guint index = std::numeric_limits<guint>::max ();
  gboolean all = FALSE;
  EmoTestThrow what = EMO_TEST_THROW_OUT_OF_MEMORY;
  gsize limit = std::numeric_limits<gsize>::max ();
};

class Allocator final : public at::Allocator
{
public:
  at::DataPtr
  allocate (size_t n) override
  {
    count (n);
    void *data = c10::alloc_cpu (n);
    std::lock_guard<std::mutex> lock (mutex);
    if (data != nullptr)
      sizes[data] = n;
    return { data, data, &release, at::Device (at::kCPU) };
  }

  at::DeleterFnPtr
  raw_deleter () const override
  {
    return &release;
  }

  void
  copy_data (void *dest, const void *src, std::size_t n) const override
  {
    default_copy_data (dest, src, n);
  }

  void
  follow (const Plan &next)
  {
    std::lock_guard<std::mutex> lock (mutex);
    plan = next;
    n_allocations = 0;
    before = peak = held;
  }

  guint
  stop (gsize *most)
  {
    std::lock_guard<std::mutex> lock (mutex);
    plan = Plan ();
    if (most != nullptr)
      *most = static_cast<gsize> (peak - before);
    return n_allocations;
  }

private:
  void
  count (size_t n)
  {
    std::lock_guard<std::mutex> lock (mutex);
    guint index = n_allocations++;
    if (index == plan.index || (plan.all && index > plan.index))
      throw_what (plan.what);
    if (held - before + static_cast<gint64> (n) > 0 && static_cast<gsize> (held - before + static_cast<gint64> (n)) > plan.limit)
      throw_out_of_memory ();
    held += static_cast<gint64> (n);
    peak = std::max (peak, held);
  }

  static void release (void *data);

  std::mutex mutex;
  std::unordered_map<void *, size_t> sizes;
  Plan plan;
  guint n_allocations = 0;
  gint64 held = 0, before = 0, peak = 0;
};

/* Never freed: tensors outlive main(). */
Allocator *
get_allocator ()
{
  static Allocator *allocator = [] {
    auto *made = new Allocator ();
    c10::SetCPUAllocator (made, 1);
    return made;
  }();
  return allocator;
}

void
Allocator::release (void *data)
{
  Allocator *self = get_allocator ();
  {
    std::lock_guard<std::mutex> lock (self->mutex);
    auto found = self->sizes.find (data);
    if (found != self->sizes.end ())
      {
        self->held -= static_cast<gint64> (found->second);
        self->sizes.erase (found);
      }
  }
  c10::free_cpu (data);
}

}

void
emo_test_allocator_fail (guint index,
                         gboolean all,
                         EmoTestThrow what)
{
  Plan plan;

  plan.index = index;
  plan.all = all;
  plan.what = what;
  get_allocator ()->follow (plan);
}

void
emo_test_allocator_limit (gsize bytes)
{
  Plan plan;

  plan.limit = bytes;
  get_allocator ()->follow (plan);
}

guint
emo_test_allocator_stop (gsize *peak)
{
  return get_allocator ()->stop (peak);
}
