/* emo-image.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

G_BEGIN_DECLS

/* A decoded picture: upright, RGB8, alpha already over white. Immutable,
 * boxed, atomically ref-counted; pixels are tightly packed rows. One loader for
 * screen, thumbnails and model. */
#define EMO_TYPE_IMAGE (emo_image_get_type ())

/* Limits (reliability.md section 2), each tested at n-1, n, n+1. */
#define EMO_IMAGE_MAX_BYTES  (64 * 1024 * 1024)
#ifndef EMO_IMAGE_MAX_PIXELS             /* fuzzing is told of fewer: it would only wait */
#define EMO_IMAGE_MAX_PIXELS (100 * 1000 * 1000)
#endif
#define EMO_IMAGE_MAX_SIDE   32768

typedef enum
{
  EMO_IMAGE_MARK_ANIMATED  = 1 << 0,   /* first frame of several */
  EMO_IMAGE_MARK_CUT_SHORT = 1 << 1,   /* JPEG without its end; the rest is as the decoder left it */
} EmoImageMarks;

GType         emo_image_get_type      (void);
/* Regular local files only, opened O_NONBLOCK; type by content; size checked
 * before decoding. Errors: IO, TRUNCATED, INVALID_FILE, UNSUPPORTED, LIMIT, each
 * naming the file. @allow_cut: FALSE refuses a cut JPEG (TRUNCATED). */
EmoImage     *emo_image_load          (const char    *path,
                                       gboolean       allow_cut,
                                       GError       **error);
EmoImage     *emo_image_load_bytes    (GBytes        *bytes,
                                       const char    *name,
                                       gboolean       allow_cut,
                                       GError       **error);
/* For the screen alone: no side longer than @max_side, by whatever way is
 * quickest, cut pictures too, no checksum. */
EmoImage     *emo_image_load_small    (const char    *path,
                                       int            max_side,
                                       GError       **error);
EmoImage     *emo_image_load_bytes_small (GBytes     *bytes,
                                       const char    *name,
                                       int            max_side,
                                       GError       **error);
EmoImage     *emo_image_new           (int            width,
                                       int            height,
                                       GBytes        *rgb);     /* width*height*3 bytes */
EmoImage     *emo_image_ref           (EmoImage      *self);
void          emo_image_unref         (EmoImage      *self);
int           emo_image_get_width     (EmoImage      *self);
int           emo_image_get_height    (EmoImage      *self);
const guint8 *emo_image_get_pixels    (EmoImage      *self);    /* [height, width, 3] */
GBytes       *emo_image_get_bytes     (EmoImage      *self);    /* (transfer none) the same */
EmoImageMarks emo_image_get_marks     (EmoImage      *self);
const char   *emo_image_get_sha256    (EmoImage      *self);    /* of the file's bytes; NULL for emo_image_new */

/* The same pixels as a PNG, quickly rather than tightly. Errors: OUT_OF_MEMORY. */
GBytes       *emo_image_encode_png    (EmoImage      *self,
                                       GError       **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoImage, emo_image_unref)

/* Bit-equal to Pillow's Image.resize on RGB8 (two passes, horizontal first,
 * 22-bit fixed-point coefficients). */
typedef enum
{
  EMO_FILTER_BILINEAR,
  EMO_FILTER_BICUBIC,
  EMO_FILTER_LANCZOS,
} EmoFilter;

EmoImage     *emo_image_resize        (EmoImage      *self,
                                       int            width,
                                       int            height,
                                       EmoFilter      filter);

G_END_DECLS
