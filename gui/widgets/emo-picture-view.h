/* emo-picture-view.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "emo-backend.h"

G_BEGIN_DECLS

/* One picture, with its name and facts, zoom and evidence below; or why it
 * cannot be shown. Properties: "sample"; "hovered-label", the label whose
 * evidence is shown while it is pointed at elsewhere, or -1; "show-evidence".
 * Actions: picture.zoom-in, zoom-out, zoom-fit, zoom-full, show-evidence. */
#define EMO_TYPE_PICTURE_VIEW (emo_picture_view_get_type ())
G_DECLARE_FINAL_TYPE (EmoPictureView, emo_picture_view, EMO, PICTURE_VIEW, AdwBin)

EmoSample *emo_picture_view_get_sample  (EmoPictureView *self);   /* (nullable) */
void       emo_picture_view_set_sample  (EmoPictureView *self,
                                         EmoSample      *sample);
/* Who finds evidence; without one the view says that there is none. */
void       emo_picture_view_set_session (EmoPictureView *self,
                                         EmoSession     *session);   /* (nullable) */

G_END_DECLS
