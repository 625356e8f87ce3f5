/* emo-about.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-about.h"

static void
add (GString    *out,
     const char *key,
     const char *format,
     ...) G_GNUC_PRINTF (3, 4);

static void
add (GString    *out,
     const char *key,
     const char *format,
     ...)
{
  va_list args;

  g_string_append_printf (out, "%s: ", key);
  va_start (args, format);
  g_string_append_vprintf (out, format, args);
  va_end (args);
  g_string_append_c (out, '\n');
}

static void
add_model (GString      *out,
           EmoModelInfo *info)
{
  add (out, "Model", "%s", info->name);
  add (out, "Parameters", "%" G_GINT64_FORMAT, info->parameters);
  add (out, "Branches", "VLM%s%s", info->has_distilled ? ", distilled" : "", info->has_gate ? ", gate" : "");
  add (out, "Model SHA-256", "%s", info->model_sha256 != NULL ? info->model_sha256 : "not hashed yet");
  add (out, "Device", "%s (%s), %s, %d threads", info->device, info->device_name, info->dtype, info->threads);
  add (out, "Loaded in", "%.0f ms", info->load_ms);
}

/**
 * emo_about_dup_debug_info:
 * @loader: the model in use
 *
 * Returns: (transfer full): lines for a report, in English
 */
char *
emo_about_dup_debug_info (EmoModelLoader *loader)
{
  GString *out = g_string_new (NULL);
  g_autofree char *os = g_get_os_info (G_OS_INFO_KEY_PRETTY_NAME);
  GdkDisplay *display = gdk_display_get_default ();
  EmoClassifier *classifier = emo_model_loader_get_classifier (loader);

  add (out, "EmoVLM", "%s", EMO_VERSION);
  add (out, "System", "%s", os != NULL ? os : "unknown");
  add (out, "GTK", "%u.%u.%u", gtk_get_major_version (), gtk_get_minor_version (), gtk_get_micro_version ());
  add (out, "libadwaita", "%u.%u.%u", adw_get_major_version (), adw_get_minor_version (), adw_get_micro_version ());
  add (out, "GLib", "%u.%u.%u", glib_major_version, glib_minor_version, glib_micro_version);
  add (out, "libtorch", "%s", emo_torch_get_version ());
  add (out, "Display", "%s", display != NULL ? G_OBJECT_TYPE_NAME (display) : "none");
  add (out, "Language", "%s", g_get_language_names ()[0]);
  if (classifier != NULL)
    add_model (out, emo_classifier_get_info (classifier));
  else
    add (out, "Model", "not loaded");

  return g_string_free (out, FALSE);
}

/**
 * emo_about_present:
 * @parent: (nullable): the window to stand before
 * @loader: the model in use
 */
void
emo_about_present (GtkWindow      *parent,
                   EmoModelLoader *loader)
{
  g_autofree char *debug_info = emo_about_dup_debug_info (loader);
  const char *developers[] = { _("The EmoVLM-KD desktop authors"), NULL };
  GtkWidget *window;

  window = g_object_new (ADW_TYPE_ABOUT_WINDOW,
                         "application-name", _("EmoVLM"),
                         "application-icon", EMO_APP_ID,
                         "version", EMO_VERSION,
                         "developer-name", _("The EmoVLM-KD desktop authors"),
                         "developers", developers,
                         "copyright", "© 2026 The EmoVLM-KD desktop authors",
                         "license-type", GTK_LICENSE_GPL_3_0,
                         "comments", _("Says which emotion a picture evokes in those who look at it, and why a model thinks so.\n\n"
                                       "It does not say what a person in the picture feels, and it is not made to judge people: "
                                       "at work, in schools or anywhere else. People differ in what a picture evokes in them, "
                                       "and models err.\n\n"
                                       "Pictures stay on this computer."),
                         "debug-info", debug_info,
                         "debug-info-filename", "emovlm-debug-info.txt",
                         "translator-credits", _("translator-credits"),
                         "modal", parent != NULL,
                         "transient-for", parent,
                         NULL);
  adw_about_window_add_credit_section (ADW_ABOUT_WINDOW (window), _("After the Paper"),
                                       (const char *[]) { "EmoVLM-KD: Fusing Distilled Expertise with Vision-Language Models "
                                                          "for Visual Emotion Analysis, arXiv 2505.07164", NULL });
  gtk_window_present (GTK_WINDOW (window));
}
