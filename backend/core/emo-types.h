/* emo-types.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Forward declarations, so that a header includes only what it needs. */
typedef struct _EmoClassifier   EmoClassifier;
typedef struct _EmoEngine       EmoEngine;
typedef struct _EmoFusion       EmoFusion;
typedef struct _EmoJob          EmoJob;
typedef struct _EmoLabelSet     EmoLabelSet;
typedef struct _EmoModelInfo    EmoModelInfo;
typedef struct _EmoPrediction   EmoPrediction;
typedef struct _EmoUpdate       EmoUpdate;
typedef struct _EmoImage        EmoImage;
typedef struct _EmoPatches      EmoPatches;
typedef struct _EmoImageSettings EmoImageSettings;

/* How far long work is, 0 to 1; on the thread that works. */
typedef void (*EmoProgressFunc) (double   fraction,
                                 gpointer user_data);

G_END_DECLS
