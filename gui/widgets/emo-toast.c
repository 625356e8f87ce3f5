/* emo-toast.c: toasts that go before their time
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-toast.h"

/* Longer than a toast takes to come into sight. */
#define DELAY_MS 500

static gboolean
dismiss_cb (gpointer toast)
{
  adw_toast_dismiss (toast);

  return G_SOURCE_REMOVE;
}

/**
 * emo_toast_dismiss:
 * @toast: one that was added to an overlay
 */
void
emo_toast_dismiss (AdwToast *toast)
{
  g_return_if_fail (ADW_IS_TOAST (toast));

  g_timeout_add_full (G_PRIORITY_DEFAULT, DELAY_MS, dismiss_cb, g_object_ref (toast), g_object_unref);
}
