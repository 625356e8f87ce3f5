/* emo-bus-guard-private.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

G_BEGIN_DECLS

/* Guards a mapped range of addresses against SIGBUS: a fault inside it is
 * answered with zero pages and remembered, elsewhere it is passed on. */
typedef struct _EmoBusGuard EmoBusGuard;

EmoBusGuard *_emo_bus_guard_add        (const void  *start,
                                        gsize        length);
void         _emo_bus_guard_remove     (EmoBusGuard *self);
gboolean     _emo_bus_guard_is_damaged (EmoBusGuard *self);

G_END_DECLS
