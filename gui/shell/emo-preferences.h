/* emo-preferences.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* Every setting that a person may care for; each is an action of the application
 * too. What is set holds at once. */
#define EMO_TYPE_PREFERENCES (emo_preferences_get_type ())
G_DECLARE_FINAL_TYPE (EmoPreferences, emo_preferences, EMO, PREFERENCES, AdwPreferencesWindow)

GtkWindow *emo_preferences_new (GtkWindow *parent);   /* (nullable) */

G_END_DECLS
