/* emo-test-disk.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A disk that fails or dies at a chosen call: a test that is linked with it has
 * the library's calls pass through here first (the linker's --wrap). Calls are
 * counted from emo_test_disk_reset(), which also ends every fault. */
typedef enum
{
  EMO_TEST_DISK_MKDIR,
  EMO_TEST_DISK_CREATE,   /* of the temporary file */
  EMO_TEST_DISK_OPEN,
  EMO_TEST_DISK_WRITE,
  EMO_TEST_DISK_FSYNC,
  EMO_TEST_DISK_CLOSE,
  EMO_TEST_DISK_RENAME,
  EMO_TEST_DISK_UNLINK,
} EmoTestDiskCall;

void            emo_test_disk_reset       (void);
guint           emo_test_disk_get_n_calls (void);
EmoTestDiskCall emo_test_disk_get_call    (guint     index);
/* Call @index, and with @all every later one, is refused with errno @number. */
void            emo_test_disk_fail        (guint     index,
                                           gboolean  all,
                                           int       number);
/* The process is killed before call @index, or once @n_bytes are written. With
 * @drop the disk then forgets what was not synced: bytes and names. */
void            emo_test_disk_kill_at     (guint     index,
                                           gboolean  drop);
void            emo_test_disk_kill_after  (gsize     n_bytes,
                                           gboolean  drop);
/* Now, as the fault says that was asked for last. */
void            emo_test_disk_kill        (void) G_GNUC_NORETURN;

G_END_DECLS
