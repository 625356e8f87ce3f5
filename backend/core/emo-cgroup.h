/* emo-cgroup.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

G_BEGIN_DECLS

/* How much memory the control groups of a process (a container's, a batch
 * system's) let it have, versions 1 and 2: the kernel ends a process that takes
 * more, however much memory the computer has. */
typedef struct
{
  gint64 limit;      /* bytes, the smallest of all groups above; G_MAXINT64: none */
  gint64 available;  /* bytes that are left, files that can be read again counted in */
} EmoCgroup;

/* @self_cgroup: as /proc/self/cgroup; @root: as /sys/fs/cgroup. FALSE: no group
 * limits memory, and then @self says so, too. */
gboolean emo_cgroup_read (EmoCgroup  *self,
                          const char *self_cgroup,
                          const char *root);

G_END_DECLS
