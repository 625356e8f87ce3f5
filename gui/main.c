/* main.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-application.h"
#include "emo-loop-watch.h"

int
main (int    argc,
      char **argv)
{
  g_autoptr (EmoApplication) application = NULL;
  int status;

  emo_locale_init ();

  g_set_application_name (_("EmoVLM"));
  gtk_window_set_default_icon_name (EMO_APP_ID);
  application = emo_application_new ();

  emo_loop_watch_start ();
  status = g_application_run (G_APPLICATION (application), argc, argv);
  emo_loop_watch_stop ();

  return status;
}
