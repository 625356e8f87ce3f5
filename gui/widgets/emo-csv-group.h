/* emo-csv-group.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* How CSV is written: groups of columns, byte order mark, formula guard. It shows
 * and changes the settings, wherever it stands. */
#define EMO_TYPE_CSV_GROUP (emo_csv_group_get_type ())
G_DECLARE_FINAL_TYPE (EmoCsvGroup, emo_csv_group, EMO, CSV_GROUP, AdwPreferencesGroup)

G_END_DECLS
