/* emo-toast.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* adw_toast_dismiss(), a moment later: libadwaita 1.2 frees a toast that is
 * dismissed while it still comes into sight, and its animation ends in it. */
void emo_toast_dismiss (AdwToast *toast);

G_END_DECLS
