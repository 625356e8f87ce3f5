/* emo-deletion-toast.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "emo-backend.h"

G_BEGIN_DECLS

/* A toast that says what was deleted from the store, with Undo. The results may
 * come back for as long as it lives, and are gone for good with it, or when the
 * store is closed. */
AdwToast *emo_deletion_toast_new  (EmoRunStore *store,
                                   AdwToast    *before,   /* (nullable) takes its place, and over what it can undo */
                                   gint64       token,
                                   guint        n,        /* results; 0: not known */
                                   const char  *title);   /* where that is all there is to undo */
void      emo_deletion_toast_undo (AdwToast    *toast);

G_END_DECLS
