/* emo-status-page.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* Gives what scrolls inside of a status page the page's title as its name. It takes
 * the focus where there is no button, and a screen reader would find it nameless. */
void emo_status_page_name_scroller (AdwStatusPage *page);

G_END_DECLS
