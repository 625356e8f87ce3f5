/* emo-test-files.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Folders and pictures for tests. */
char *emo_test_make_folder   (void);                    /* a new empty folder */
void  emo_test_remove_folder (const char *folder);      /* with all in it; frees nothing */
char *emo_test_write_text    (const char *folder,
                              const char *name,         /* may hold slashes: folders are made */
                              const char *text);
char *emo_test_write_picture (const char *folder,
                              const char *name,
                              int         width,
                              int         height);      /* a PNG */
char *emo_test_write_pixels  (const char   *folder,
                              const char   *name,
                              int           width,
                              int           height,
                              const guint8 *pixels);    /* of RGB; a PNG */
/* Turns the default main context until @done is TRUE; fails after @seconds. */
void  emo_test_wait          (const gboolean *done,
                              guint           seconds);

G_END_DECLS
