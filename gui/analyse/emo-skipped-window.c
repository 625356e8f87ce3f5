/* emo-skipped-window.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-backend.h"
#include "emo-skipped-window.h"

struct _EmoSkippedWindow
{
  AdwWindow    parent_instance;

  GtkLabel    *words;
  GtkListView *list;
};

G_DEFINE_FINAL_TYPE (EmoSkippedWindow, emo_skipped_window, ADW_TYPE_WINDOW)

static void
emo_skipped_window_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), EMO_TYPE_SKIPPED_WINDOW);

  G_OBJECT_CLASS (emo_skipped_window_parent_class)->dispose (object);
}

static void
emo_skipped_window_class_init (EmoSkippedWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = emo_skipped_window_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/emovlm/EmoVLM/analyse/emo-skipped-window.ui");
  gtk_widget_class_bind_template_child (widget_class, EmoSkippedWindow, words);
  gtk_widget_class_bind_template_child (widget_class, EmoSkippedWindow, list);
}

static void
emo_skipped_window_init (EmoSkippedWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * emo_skipped_window_new:
 * @parent: (nullable): the window to stand before
 * @paths: (element-type filename): files
 * @n_skipped: how many there are in all, of which these are the first
 *
 * Returns: (transfer none): a window to present
 */
GtkWindow *
emo_skipped_window_new (GtkWindow *parent,
                        GPtrArray *paths,
                        guint      n_skipped)
{
  g_autoptr (GtkStringList) list = gtk_string_list_new (NULL);
  g_autofree char *words = NULL;
  EmoSkippedWindow *self;

  g_return_val_if_fail (paths != NULL, NULL);

  self = g_object_new (EMO_TYPE_SKIPPED_WINDOW, "transient-for", parent, NULL);
  for (guint i = 0; i < paths->len; i++)
    gtk_string_list_take (list, emo_file_escape_name (g_ptr_array_index (paths, i)));
  if (n_skipped > paths->len)
    words = g_strdup_printf (_("%'u files are no pictures by their names. The first %'u of them:"), n_skipped, paths->len);
  else
    words = g_strdup_printf (ngettext ("%'u file is no picture by its name:", "%'u files are no pictures by their names:", n_skipped), n_skipped);
  gtk_label_set_text (self->words, words);
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (gtk_no_selection_new (G_LIST_MODEL (g_steal_pointer (&list)))));

  return GTK_WINDOW (self);
}
