/* emo-image-format.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

G_BEGIN_DECLS

/* The one list of accepted formats: feeds the decoder, the chooser's filter,
 * drop types and the desktop file's MimeType. */
typedef struct
{
  const char *name;        /* "PNG" */
  const char *mime_type;   /* "image/png" */
  const char *extensions;  /* "png" or "jpg jpeg jpe" */
} EmoImageFormat;

const EmoImageFormat *emo_image_format_get_all  (guint         *n_formats);
/* By magic bytes; NULL when not one of ours. */
const EmoImageFormat *emo_image_format_sniff    (const guint8  *bytes,
                                                 gsize          length);
/* For folders: does the name look like a picture we take? */
gboolean              emo_image_format_takes_name (const char  *name);
/* What a refused file is and the way on ("SVG drawing: export it as PNG"). */
char                 *emo_image_format_describe_refused (const guint8 *bytes,
                                                         gsize         length,
                                                         const char   *name);

G_END_DECLS
