/* emo-picture-view.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "emo-backend.h"

G_BEGIN_DECLS

/* Shows one picture, fitted. Property: "sample". */
#define EMO_TYPE_PICTURE_VIEW (emo_picture_view_get_type ())
G_DECLARE_FINAL_TYPE (EmoPictureView, emo_picture_view, EMO, PICTURE_VIEW, AdwBin)

EmoSample *emo_picture_view_get_sample (EmoPictureView *self);   /* (nullable) */
void       emo_picture_view_set_sample (EmoPictureView *self,
                                        EmoSample      *sample);

G_END_DECLS
