/* emo-bundle-private.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-bundle.h"

G_BEGIN_DECLS

/* emo-bundle-manifest.c: fills @self from @self->path's emovlm.json. @base goes
 * in the place of a VLM that the manifest names on the hub. */
gboolean _emo_bundle_read_manifest (EmoBundle   *self,
                                    const char  *base,
                                    GError     **error);
/* emo-bundle-folder.c: is @folder a Hugging Face folder whose weights we read?
 * MODEL or UNSUPPORTED with what to fetch instead. */
gboolean _emo_bundle_check_vlm     (const char  *folder,
                                    GError     **error);
/* Why @path is no model at all; always sets @error. */
void     _emo_bundle_refuse        (const char  *path,
                                    GError     **error);
void     _emo_bundle_add_note      (EmoBundle   *self,
                                    const char  *note);

G_END_DECLS
