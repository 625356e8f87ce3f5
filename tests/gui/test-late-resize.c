/* test-late-resize.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <gtk/gtk.h>

#include "emo-late-resize.h"

#define BEFORE 20
#define AFTER 80

/* As a GtkTextView: that it needs more height, it learns when it is given its
 * width, and asks for it then. */
G_DECLARE_FINAL_TYPE (EmoTestText, emo_test_text, EMO, TEST_TEXT, GtkWidget)

struct _EmoTestText
{
  GtkWidget parent_instance;

  int       height;
  gboolean  asks;
};

G_DEFINE_FINAL_TYPE (EmoTestText, emo_test_text, GTK_TYPE_WIDGET)

static void
emo_test_text_measure (GtkWidget      *widget,
                       GtkOrientation  orientation,
                       int             for_size,
                       int            *minimum,
                       int            *natural,
                       int            *minimum_baseline,
                       int            *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_VERTICAL ? EMO_TEST_TEXT (widget)->height : 100;
}

static void
emo_test_text_size_allocate (GtkWidget *widget,
                             int        width,
                             int        height,
                             int        baseline)
{
  EmoTestText *self = EMO_TEST_TEXT (widget);

  if (!self->asks)
    return;

  self->asks = FALSE;
  self->height = AFTER;
  gtk_widget_queue_resize (widget);
  emo_late_resize_queue (widget);
}

static void
emo_test_text_class_init (EmoTestTextClass *klass)
{
  GTK_WIDGET_CLASS (klass)->measure = emo_test_text_measure;
  GTK_WIDGET_CLASS (klass)->size_allocate = emo_test_text_size_allocate;
}

static void
emo_test_text_init (EmoTestText *self)
{
  self->height = BEFORE;
}

static void
wait_height (EmoTestText *text,
             int          height)
{
  gint64 end = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;

  while (gtk_widget_get_height (GTK_WIDGET (text)) != height && g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpint (gtk_widget_get_height (GTK_WIDGET (text)), ==, height);
}

static GtkWidget *
add_box (GtkWidget *parent)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_box_append (GTK_BOX (parent), box);

  return box;
}

/* The window and what is right below it get sizes anew, and give the others theirs
 * only in passing, while the text gets its own and asks. */
static void
test_late_resize_is_not_lost (void)
{
  GtkWidget *window = gtk_window_new ();
  GtkWidget *top = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *sibling = gtk_label_new ("a");
  EmoTestText *text = g_object_new (emo_test_text_get_type (), NULL);

  gtk_window_set_child (GTK_WINDOW (window), top);
  gtk_box_append (GTK_BOX (top), sibling);
  gtk_box_append (GTK_BOX (add_box (add_box (top))), GTK_WIDGET (text));
  gtk_window_present (GTK_WINDOW (window));
  wait_height (text, BEFORE);

  for (guint i = 0; i < 3; i++)
    {
      text->asks = TRUE;
      gtk_widget_queue_allocate (GTK_WIDGET (text));
      gtk_label_set_text (GTK_LABEL (sibling), (i & 1) != 0 ? "a" : "b");
      wait_height (text, AFTER);
      /* And who asks the usual way is heard. */
      text->height = BEFORE;
      gtk_widget_queue_resize (GTK_WIDGET (text));
      wait_height (text, BEFORE);
    }

  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int   argc,
      char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/LateResize/is-not-lost", test_late_resize_is_not_lost);

  return g_test_run ();
}
