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

/**
 * emo_text_fold:
 * @text: a text that is looked for, or in
 *
 * Letters compare as people compare them: without case, and whichever way an
 * accent is written.
 *
 * Returns: (transfer full): what to compare; empty where @text is no UTF-8
 */
char *
emo_text_fold (const char *text)
{
  g_autofree char *normal = NULL;

  g_return_val_if_fail (text != NULL, NULL);

  normal = g_utf8_normalize (text, -1, G_NORMALIZE_ALL);

  return g_utf8_casefold (normal != NULL ? normal : "", -1);
}
