/* emo-text.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-text.h"

/**
 * emo_text_dup_display:
 * @text: (nullable): generated text
 *
 * Returns: (transfer full) (nullable): UTF-8 with U+FFFD where @text has U+0000
 */
char *
emo_text_dup_display (const char *text)
{
  g_auto (GStrv) parts = NULL;

  if (text == NULL)
    return NULL;
  parts = g_strsplit (text, EMO_TEXT_NUL, -1);
  return g_strjoinv ("\357\277\275", parts);
}
