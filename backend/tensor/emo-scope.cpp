/* emo-scope.cpp
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "emo-tensor-private.hpp"

#include <ATen/core/grad_mode.h>

namespace emo {

EmoTensor *
own (EmoScope *scope, at::Tensor t)
{
  EmoTensor *tensor = wrap (std::move (t));
  scope->owned.push_back (tensor);
  return tensor;
}

void
latch_exception (EmoScope *scope) noexcept
{
  g_clear_error (&scope->error);
  set_error_from_exception (&scope->error);
}

static EmoScope *
open (EmoScope *parent, GCancellable *cancellable, bool grad)
{
  auto *scope = new EmoScope ();

  scope->parent = parent;
  if (cancellable != nullptr)
    scope->cancellable = static_cast<GCancellable *> (g_object_ref (cancellable));
  scope->grad = grad;
  scope->grad_before = at::GradMode::is_enabled ();
  at::GradMode::set_enabled (grad);
  return scope;
}

static void
destroy (EmoScope *scope)
{
  for (EmoTensor *tensor : scope->owned)
    emo_tensor_unref (tensor);
  at::GradMode::set_enabled (scope->grad_before);
  g_clear_object (&scope->cancellable);
  g_clear_error (&scope->error);
  delete scope;
}

}

/**
 * emo_scope_open:
 * @cancellable: (nullable): tested before every op
 * @grad: whether ops record for emo_op_grad()
 *
 * Opens the outermost scope of a forward. Grad mode is the thread's, so a scope
 * is closed on the thread that opened it.
 *
 * Returns: (transfer full): close with emo_scope_close()
 */
EmoScope *
emo_scope_open (GCancellable *cancellable,
                gboolean grad)
{
  return emo::open (nullptr, cancellable, grad);
}

EmoScope *
emo_scope_open_nested (EmoScope *parent)
{
  return emo_scope_open_nested_full (parent, parent->grad);
}

EmoScope *
emo_scope_open_nested_full (EmoScope *parent,
                            gboolean grad)
{
  EmoScope *scope = emo::open (parent, parent->cancellable, grad);

  /* What the parent could not make is NULL, so nothing may run here either. */
  if (parent->error != nullptr)
    scope->error = g_error_copy (parent->error);
  return scope;
}

EmoTensor *
emo_scope_close_nested (EmoScope *self,
                        EmoTensor *result)
{
  EmoScope *parent = self->parent;

  g_return_val_if_fail (parent != nullptr, nullptr);

  if (self->error != nullptr)
    {
      if (parent->error == nullptr)
        parent->error = std::exchange (self->error, nullptr);
      result = nullptr;
    }
  if (result != nullptr)
    parent->owned.push_back (emo_tensor_ref (result));
  emo::destroy (self);
  return result;
}

gboolean
emo_scope_close (EmoScope *self,
                 GError **error)
{
  gboolean ok = self->error == nullptr;

  g_return_val_if_fail (self->parent == nullptr, FALSE);

  if (!ok)
    g_propagate_error (error, std::exchange (self->error, nullptr));
  emo::destroy (self);
  return ok;
}

gboolean
emo_scope_failed (EmoScope *self)
{
  if (self->error == nullptr && self->cancellable != nullptr)
    g_cancellable_set_error_if_cancelled (self->cancellable, &self->error);
  return self->error != nullptr;
}

/**
 * emo_scope_fail:
 * @self: a scope
 * @code: an error code
 * @message: what went wrong
 *
 * Latches an error that no op finds, unless one is latched: ops after it do
 * nothing.
 */
void
emo_scope_fail (EmoScope *self,
                EmoError code,
                const char *message)
{
  if (self->error == nullptr)
    g_set_error_literal (&self->error, EMO_ERROR, code, message);
}

gboolean
emo_scope_has_grad (EmoScope *self)
{
  return self->grad;
}

EmoTensor *
emo_scope_keep (EmoScope *self,
                EmoTensor *tensor)
{
  return tensor == nullptr || self->error != nullptr ? nullptr : emo_tensor_ref (tensor);
}

gboolean
emo_scope_read (EmoScope *self,
                EmoTensor *tensor,
                float *out,
                gsize n)
{
  if (emo_scope_failed (self))
    return FALSE;
  return emo_tensor_read_floats (tensor, out, n, &self->error);
}
