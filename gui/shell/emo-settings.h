/* emo-settings.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-backend.h"

G_BEGIN_DECLS

/* The application's settings (data/io.github.emovlm.EmoVLM.gschema.xml): what a
 * person chose and how the window was left. Main thread only. */
GSettings *emo_settings_get          (void);
void       emo_settings_release      (void);
/* Explanations as the settings have them, now and after every change. */
void       emo_settings_bind_session (EmoSession *session);
/* How results were last written; without settings the defaults of the
 * application, which are all columns. */
EmoExportOptions emo_settings_get_export (void);
void       emo_settings_set_export_columns (EmoExportColumns columns);

G_END_DECLS
