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
 * @toast: one that was added to an overlay; it may go before
 */
void
emo_toast_dismiss (AdwToast *toast)
{
  g_autoptr(GSource) source = NULL;

  g_return_if_fail (ADW_IS_TOAST (toast));

  source = g_timeout_source_new (DELAY_MS);
  g_source_set_closure (source, g_cclosure_new_object (G_CALLBACK (dismiss_cb), G_OBJECT (toast)));
  g_source_attach (source, NULL);
}
