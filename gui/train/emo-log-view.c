/* emo-log-view.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-backend.h"
#include "emo-log-view.h"

#define MOST_LINES 2000
/* As often as a streamed text is drawn anywhere in the application. */
#define FLUSH_MS 33

struct _EmoLogView
{
  AdwBin             parent_instance;

  GString           *pending;      /* not yet in the buffer */
  guint              flush_id;

  GtkScrolledWindow *scroller;
  GtkTextView       *view;
};

G_DEFINE_FINAL_TYPE (EmoLogView, emo_log_view, ADW_TYPE_BIN)

static gboolean
is_at_end (EmoLogView *self)
{
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scroller);

  return gtk_adjustment_get_value (adjustment) + gtk_adjustment_get_page_size (adjustment) >= gtk_adjustment_get_upper (adjustment) - 1;
}

static void
drop_oldest (GtkTextBuffer *buffer)
{
  int n_lines = gtk_text_buffer_get_line_count (buffer);
  GtkTextIter start, end;

  if (n_lines <= MOST_LINES)
    return;

  gtk_text_buffer_get_start_iter (buffer, &start);
  gtk_text_buffer_get_iter_at_line (buffer, &end, n_lines - MOST_LINES);
  gtk_text_buffer_delete (buffer, &start, &end);
}

static gboolean
flush_cb (gpointer user_data)
{
  EmoLogView *self = user_data;
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->view);
  gboolean at_end = is_at_end (self);
  GtkTextIter end;

  self->flush_id = 0;
  gtk_text_buffer_get_end_iter (buffer, &end);
  gtk_text_buffer_insert (buffer, &end, self->pending->str, (int) self->pending->len);
  g_string_truncate (self->pending, 0);
  drop_oldest (buffer);
  if (at_end)
    gtk_text_view_scroll_mark_onscreen (self->view, gtk_text_buffer_get_mark (buffer, "end"));

  return G_SOURCE_REMOVE;
}

static void
emo_log_view_dispose (GObject *object)
{
  EmoLogView *self = EMO_LOG_VIEW (object);

  g_clear_handle_id (&self->flush_id, g_source_remove);
  /* dispose_template unparents bound children, of which AdwBin keeps a pointer. */
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), EMO_TYPE_LOG_VIEW);

  G_OBJECT_CLASS (emo_log_view_parent_class)->dispose (object);
}

static void
emo_log_view_finalize (GObject *object)
{
  g_string_free (EMO_LOG_VIEW (object)->pending, TRUE);

  G_OBJECT_CLASS (emo_log_view_parent_class)->finalize (object);
}

static void
emo_log_view_class_init (EmoLogViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = emo_log_view_dispose;
  object_class->finalize = emo_log_view_finalize;

  gtk_widget_class_set_template_from_resource (widget_class, EMO_RESOURCE_PATH "/train/emo-log-view.ui");
  gtk_widget_class_bind_template_child (widget_class, EmoLogView, scroller);
  gtk_widget_class_bind_template_child (widget_class, EmoLogView, view);
}

static void
emo_log_view_init (EmoLogView *self)
{
  GtkTextBuffer *buffer;
  GtkTextIter end;

  self->pending = g_string_new (NULL);
  gtk_widget_init_template (GTK_WIDGET (self));
  buffer = gtk_text_view_get_buffer (self->view);
  gtk_text_buffer_get_end_iter (buffer, &end);
  gtk_text_buffer_create_mark (buffer, "end", &end, FALSE);
}

/**
 * emo_log_view_append:
 * @self: a log
 * @line: UTF-8, without its end
 */
void
emo_log_view_append (EmoLogView *self,
                     const char *line)
{
  g_return_if_fail (EMO_IS_LOG_VIEW (self));
  g_return_if_fail (line != NULL);

  g_string_append_printf (self->pending, "%s\n", line);
  if (self->flush_id == 0)
    self->flush_id = g_timeout_add (FLUSH_MS, flush_cb, self);
}

/**
 * emo_log_view_clear:
 * @self: a log
 */
void
emo_log_view_clear (EmoLogView *self)
{
  g_return_if_fail (EMO_IS_LOG_VIEW (self));

  g_string_truncate (self->pending, 0);
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->view), "", 0);
}

/**
 * emo_log_view_dup_text:
 * @self: a log
 *
 * Returns: (transfer full): all of it
 */
char *
emo_log_view_dup_text (EmoLogView *self)
{
  GtkTextBuffer *buffer;
  GtkTextIter start, end;
  g_autofree char *shown = NULL;

  g_return_val_if_fail (EMO_IS_LOG_VIEW (self), NULL);

  buffer = gtk_text_view_get_buffer (self->view);
  gtk_text_buffer_get_bounds (buffer, &start, &end);
  shown = gtk_text_buffer_get_text (buffer, &start, &end, FALSE);

  return g_strconcat (shown, self->pending->str, NULL);
}
