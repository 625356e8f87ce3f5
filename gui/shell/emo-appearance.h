/* emo-appearance.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* Light or dark and the size of text, as the settings have them, now and after
 * every change. Once, after the display is open. */
void emo_appearance_follow_settings (GSettings *settings);

G_END_DECLS
