/* emo-help.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* The help: a window of a few short sections. */
void emo_help_present (GtkWindow *parent);

G_END_DECLS
