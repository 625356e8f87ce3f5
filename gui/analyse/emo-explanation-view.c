/* emo-explanation-view.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-explanation-view.h"
#include "emo-late-resize.h"

/* A GtkLabel would lose the person's selection at every token; here text is
 * only appended, unless the final text differs from what streamed (it is cut at
 * the answer's end and unescaped). */
struct _EmoExplanationView
{
  GtkTextView    parent_instance;

  EmoPrediction *prediction;   /* (nullable) */
  GSignalGroup  *signals;
  GString       *shown;        /* what the buffer holds */
  guint          timeout_id;
  int            width;        /* for which the text was last broken into lines */
  double         height;       /* of those, that was last asked for */
  gboolean       replaced;     /* since then */
};

G_DEFINE_FINAL_TYPE (EmoExplanationView, emo_explanation_view, GTK_TYPE_TEXT_VIEW)

#define APPEND_INTERVAL_MS 34

static void
sync_text (EmoExplanationView *self)
{
  const char *text = self->prediction != NULL ? emo_prediction_get_explanation (self->prediction) : NULL;
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));

  if (text == NULL)
    text = "";
  if (g_str_equal (text, self->shown->str))
    return;

  if (g_str_has_prefix (text, self->shown->str))
    {
      GtkTextIter end;

      gtk_text_buffer_get_end_iter (buffer, &end);
      gtk_text_buffer_insert (buffer, &end, text + self->shown->len, -1);
    }
  else
    {
      gtk_text_buffer_set_text (buffer, text, -1);
      self->replaced = TRUE;
    }
  g_string_assign (self->shown, text);
}

static gboolean
timeout_cb (gpointer user_data)
{
  EmoExplanationView *self = user_data;

  self->timeout_id = 0;
  sync_text (self);

  return G_SOURCE_REMOVE;
}

static void
explanation_cb (EmoExplanationView *self)
{
  if (self->timeout_id == 0)
    self->timeout_id = g_timeout_add (APPEND_INTERVAL_MS, timeout_cb, self);
}

/* A view of GTK learns its height from its width, and asks for it when GTK does not
 * listen: while sizes are given out. */
static void
emo_explanation_view_size_allocate (GtkWidget *widget,
                                    int        width,
                                    int        height,
                                    int        baseline)
{
  EmoExplanationView *self = EMO_EXPLANATION_VIEW (widget);
  GtkAdjustment *adjustment;
  double needed;

  GTK_WIDGET_CLASS (emo_explanation_view_parent_class)->size_allocate (widget, width, height, baseline);

  adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (self));
  needed = adjustment != NULL ? gtk_adjustment_get_upper (adjustment) : height;
  if (self->width == width && !self->replaced && (needed <= height || needed == self->height))
    return;

  self->width = width;
  self->height = needed;
  self->replaced = FALSE;
  emo_late_resize_queue (widget);
}

/* Nothing can be pasted into read-only text, so Ctrl+V means what it means
 * elsewhere on the page. */
static void
emo_explanation_view_paste_clipboard (GtkTextView *view)
{
  gtk_widget_activate_action (GTK_WIDGET (view), "page.paste", NULL);
}

/* Likewise Ctrl+C, while nothing is selected in it. */
static void
emo_explanation_view_copy_clipboard (GtkTextView *view)
{
  if (gtk_text_buffer_get_has_selection (gtk_text_view_get_buffer (view)))
    GTK_TEXT_VIEW_CLASS (emo_explanation_view_parent_class)->copy_clipboard (view);
  else
    gtk_widget_activate_action (GTK_WIDGET (view), "win.copy", "s", "text");
}

static void
emo_explanation_view_dispose (GObject *object)
{
  EmoExplanationView *self = EMO_EXPLANATION_VIEW (object);

  g_clear_handle_id (&self->timeout_id, g_source_remove);
  if (self->signals != NULL)
    g_signal_group_set_target (self->signals, NULL);
  g_clear_object (&self->signals);
  g_clear_object (&self->prediction);

  G_OBJECT_CLASS (emo_explanation_view_parent_class)->dispose (object);
}

static void
emo_explanation_view_finalize (GObject *object)
{
  EmoExplanationView *self = EMO_EXPLANATION_VIEW (object);

  g_string_free (self->shown, TRUE);

  G_OBJECT_CLASS (emo_explanation_view_parent_class)->finalize (object);
}

static void
emo_explanation_view_class_init (EmoExplanationViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GtkTextViewClass *text_view_class = GTK_TEXT_VIEW_CLASS (klass);

  object_class->dispose = emo_explanation_view_dispose;
  object_class->finalize = emo_explanation_view_finalize;

  widget_class->size_allocate = emo_explanation_view_size_allocate;

  text_view_class->copy_clipboard = emo_explanation_view_copy_clipboard;
  text_view_class->paste_clipboard = emo_explanation_view_paste_clipboard;
}

static void
emo_explanation_view_init (EmoExplanationView *self)
{
  GtkTextView *view = GTK_TEXT_VIEW (self);

  self->shown = g_string_new (NULL);
  self->signals = g_signal_group_new (EMO_TYPE_PREDICTION);
  g_signal_group_connect_swapped (self->signals, "notify::explanation", G_CALLBACK (explanation_cb), self);

  gtk_text_view_set_editable (view, FALSE);
  gtk_text_view_set_cursor_visible (view, FALSE);
  gtk_text_view_set_wrap_mode (view, GTK_WRAP_WORD_CHAR);
  /* Tab leaves: the text cannot be edited, so the key has no other use. */
  gtk_text_view_set_accepts_tab (view, FALSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, _("Explanation, generated by the VLM"),
                                  -1);
}

/**
 * emo_explanation_view_set_prediction:
 * @self: a view
 * @prediction: (nullable): whose explanation to show and follow
 */
void
emo_explanation_view_set_prediction (EmoExplanationView *self,
                                     EmoPrediction      *prediction)
{
  g_return_if_fail (EMO_IS_EXPLANATION_VIEW (self));

  if (!g_set_object (&self->prediction, prediction))
    return;

  g_clear_handle_id (&self->timeout_id, g_source_remove);
  g_signal_group_set_target (self->signals, prediction);
  sync_text (self);
}
