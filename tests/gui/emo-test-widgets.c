/* emo-test-widgets.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "emo-test-widgets.h"

static void
collect (GtkWidget *widget,
         GString   *text)
{
  if (!gtk_widget_get_visible (widget))
    return;

  if (GTK_IS_LABEL (widget))
    g_string_append_printf (text, "%s\n", gtk_label_get_text (GTK_LABEL (widget)));
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    collect (child, text);
}

char *
emo_test_collect_text (GtkWidget *root)
{
  GString *text = g_string_new (NULL);

  collect (root, text);

  return g_string_free (text, FALSE);
}

void
emo_test_assert_says (GtkWidget  *root,
                      const char *text)
{
  g_autofree char *all = emo_test_collect_text (root);

  if (strstr (all, text) == NULL)
    g_error ("“%s” is not in:\n%s", text, all);
}

void
emo_test_assert_never_says (GtkWidget  *root,
                            const char *text)
{
  g_autofree char *all = emo_test_collect_text (root);

  if (strstr (all, text) != NULL)
    g_error ("“%s” is in:\n%s", text, all);
}

GtkWidget *
emo_test_find_button (GtkWidget  *root,
                      const char *label)
{
  if (!gtk_widget_get_visible (root))
    return NULL;

  if (GTK_IS_BUTTON (root))
    {
      g_autofree char *text = emo_test_collect_text (root);

      g_strchomp (text);
      if (g_str_equal (text, label))
        return root;
    }
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = emo_test_find_button (child, label);

      if (found != NULL)
        return found;
    }

  return NULL;
}

GtkWidget *
emo_test_find_type (GtkWidget *root,
                    GType      type)
{
  if (G_TYPE_CHECK_INSTANCE_TYPE (root, type))
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = emo_test_find_type (child, type);

      if (found != NULL)
        return found;
    }

  return NULL;
}
