/* emo-uri-list.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* Text that a person copied, read as places: file URIs and absolute paths, one
 * a line, as file managers and terminals put them on the clipboard. Returns the
 * local files; @web says that there was an address on another machine. Text of
 * which any line is neither is no list: both come back empty. */
GPtrArray *emo_uri_list_parse (const char *text,
                               gboolean   *web);   /* of GFile */

G_END_DECLS
