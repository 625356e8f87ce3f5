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

  emo_locale_init ();

  g_set_application_name (_("EmoVLM"));
  gtk_window_set_default_icon_name (EMO_APP_ID);
  application = emo_application_new ();

  return g_application_run (G_APPLICATION (application), argc, argv);
}
