/* emo-late-resize.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-late-resize.h"

/* GTK marks a widget that asks for another size, and all above it up to the first
 * one that is marked already; who is given a size loses its mark. Where a widget
 * asks while sizes are given out, those above it that are just given theirs lose
 * the mark, and those between them that were only passed through keep it: they are
 * never told of, draw nothing, and stop whoever asks later. So all above are marked
 * anew as soon as the sizes are given out, and in the same frame. */

static void
layout_cb (GtkWidget     *widget,
           GdkFrameClock *clock)
{
  g_signal_handlers_disconnect_by_func (clock, layout_cb, widget);
  for (GtkWidget *at = widget; at != NULL; at = gtk_widget_get_parent (at))
    gtk_widget_queue_resize (at);
}

/**
 * emo_late_resize_queue:
 * @widget: a widget that is given its size, and thereby needs another
 *
 * What gtk_widget_queue_resize() is elsewhere. A widget that is not on the screen
 * needs none: it is asked before it is shown.
 */
void
emo_late_resize_queue (GtkWidget *widget)
{
  GdkFrameClock *clock;

  g_return_if_fail (GTK_IS_WIDGET (widget));

  clock = gtk_widget_get_frame_clock (widget);
  if (clock == NULL)
    return;

  g_signal_handlers_disconnect_by_func (clock, layout_cb, widget);
  g_signal_connect_object (clock, "layout", G_CALLBACK (layout_cb), widget, G_CONNECT_SWAPPED);
  gdk_frame_clock_request_phase (clock, GDK_FRAME_CLOCK_PHASE_LAYOUT);
}
