/* gui/shell/emo-leave.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "emo-train-page.h"

G_BEGIN_DECLS

/* Stands between a window and its end while a training runs: the person is asked,
 * and the window waits until the training has left its checkpoint. */
#define EMO_TYPE_LEAVE (emo_leave_get_type ())
G_DECLARE_FINAL_TYPE (EmoLeave, emo_leave, EMO, LEAVE, GObject)

EmoLeave *emo_leave_new (GtkWindow    *window,
                         EmoTrainPage *page);
/* FALSE: not now; @quit: the whole application is to end, when it can. */
gboolean  emo_leave_may (EmoLeave     *self,
                         gboolean      quit);

G_END_DECLS
