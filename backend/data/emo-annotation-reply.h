/* emo-annotation-reply.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

G_BEGIN_DECLS

/* What an annotating model says of a picture, "1. key elements ... 2. reasoning
 * ...", as two texts without numbers and headings; a reply that is not of this
 * form is all observation. */
void emo_annotation_reply_parse (const char  *reply,
                                 char       **observation,
                                 char       **reason);   /* NULL where there is none */

G_END_DECLS
