/* emo-chat.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

/* What stands between text and token ids: the prompt, the candidates' tree, the
 * explanation's end. */
#include "emo-answer-reader.h"
#include "emo-chat-prompt.h"
#include "emo-token-tree.h"
