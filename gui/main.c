/* main.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-application.h"

int
main (int    argc,
      char **argv)
{
  g_autoptr (EmoApplication) application = NULL;

  bindtextdomain (GETTEXT_PACKAGE, EMO_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  g_set_application_name (_("EmoVLM"));
  application = emo_application_new ();

  return g_application_run (G_APPLICATION (application), argc, argv);
}
