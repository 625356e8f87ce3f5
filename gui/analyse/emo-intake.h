/* emo-intake.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "emo-backend.h"

G_BEGIN_DECLS

/* What a drop or a paste holds for us: local files, else the bytes of one
 * picture of an accepted type, else the news that it was a web address. Nothing
 * is fetched and no toolkit loader sees the bytes. */
typedef struct
{
  GPtrArray *files;   /* (nullable) of GFile */
  GBytes    *bytes;   /* (nullable) */
  gboolean   web;     /* an address without bytes */
  gboolean   remote;  /* a file that is not on this computer */
} EmoIntake;

void               emo_intake_free                (EmoIntake            *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoIntake, emo_intake_free)

GdkContentFormats *emo_intake_new_formats         (void);
void               emo_intake_read_drop_async     (GdkDrop              *drop,
                                                   GCancellable         *cancellable,
                                                   GAsyncReadyCallback   callback,
                                                   gpointer              user_data);
void               emo_intake_read_clipboard_async (GdkClipboard        *clipboard,
                                                    GCancellable        *cancellable,
                                                    GAsyncReadyCallback  callback,
                                                    gpointer             user_data);
EmoIntake         *emo_intake_read_finish         (GAsyncResult         *result,
                                                   GError              **error);

G_END_DECLS
