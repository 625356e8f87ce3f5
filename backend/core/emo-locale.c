/* emo-locale.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <libintl.h>
#include <locale.h>

#include "emo-locale.h"
#include "emo-paths.h"

/**
 * emo_locale_init:
 *
 * Takes the locale of the environment and finds the translations. Call it once,
 * before any other thread and before any text is looked up. Numbers in files
 * never go through the locale.
 */
void
emo_locale_init (void)
{
  g_autofree char *folder = emo_paths_dup_locale ();

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, folder);
  /* GLib and GTK take UTF-8, whatever the locale's character set. */
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
}
