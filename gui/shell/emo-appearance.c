/* emo-appearance.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-appearance.h"

static void
apply_color_scheme (GSettings *settings)
{
  g_autofree char *scheme = g_settings_get_string (settings, "color-scheme");
  AdwColorScheme wanted = ADW_COLOR_SCHEME_DEFAULT;

  if (g_str_equal (scheme, "light"))
    wanted = ADW_COLOR_SCHEME_FORCE_LIGHT;
  else if (g_str_equal (scheme, "dark"))
    wanted = ADW_COLOR_SCHEME_FORCE_DARK;

  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), wanted);
}

/* The resolution of text scales everything that is measured in text, titles with
 * sizes of their own as well, which a font size on the window would not reach.
 * At 1 the desktop's own value is followed again. */
static void
apply_text_scale (GSettings *settings)
{
  GtkSettings *gtk_settings = gtk_settings_get_default ();
  double scale = g_settings_get_double (settings, "text-scale");
  int dpi;

  gtk_settings_reset_property (gtk_settings, "gtk-xft-dpi");
  if (fabs (scale - 1) < 0.001)
    return;

  g_object_get (gtk_settings, "gtk-xft-dpi", &dpi, NULL);
  /* 1024ths of a dot an inch; not positive where the desktop does not say. */
  if (dpi <= 0)
    dpi = 96 * 1024;
  g_object_set (gtk_settings, "gtk-xft-dpi", (int) lround (dpi * scale), NULL);
}

/**
 * emo_appearance_follow_settings:
 * @settings: the application's settings; the handlers live as long as they
 */
void
emo_appearance_follow_settings (GSettings *settings)
{
  g_return_if_fail (G_IS_SETTINGS (settings));

  g_signal_connect (settings, "changed::color-scheme", G_CALLBACK (apply_color_scheme), NULL);
  g_signal_connect (settings, "changed::text-scale", G_CALLBACK (apply_text_scale), NULL);
  apply_color_scheme (settings);
  apply_text_scale (settings);
}
