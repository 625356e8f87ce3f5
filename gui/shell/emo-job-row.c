/* emo-job-row.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-job-row.h"
#include "emo-time-left.h"

struct _EmoJobRow
{
  GtkListBoxRow   parent_instance;

  EmoJob         *job;

  GtkLabel       *title;
  GtkProgressBar *bar;
  GtkLabel       *status;
  GtkWidget      *stop;
};

G_DEFINE_FINAL_TYPE (EmoJobRow, emo_job_row, GTK_TYPE_LIST_BOX_ROW)

/* The count in the person's language; where a job has only words, those. */
static char *
dup_count (EmoJob *job)
{
  guint64 done, total;

  if (emo_job_get_count (job, &done, &total))
    /* Translators: a count, "13 of 19" */
    return g_strdup_printf (_("%lu of %lu"), (gulong) done, (gulong) total);

  return emo_job_dup_message (job);
}

static void
update_status (EmoJobRow *self)
{
  g_autofree char *count = dup_count (self->job);
  g_autofree char *left = emo_time_left_to_string (emo_job_get_seconds_left (self->job));
  g_autoptr (GString) text = g_string_new (count);

  if (g_cancellable_is_cancelled (emo_job_get_cancellable (self->job)))
    g_string_assign (text, _("Stopping"));
  else if (left[0] != '\0')
    g_string_append_printf (text, "%s%s", text->len > 0 ? " · " : "", left);

  gtk_label_set_text (self->status, text->str);
  gtk_widget_set_visible (GTK_WIDGET (self->status), text->len > 0);
}

static void
update_progress (EmoJobRow *self)
{
  double progress = emo_job_get_progress (self->job);

  if (progress >= 0)
    gtk_progress_bar_set_fraction (self->bar, progress);
  else
    gtk_progress_bar_pulse (self->bar);
  update_status (self);
}

static void
update_title (EmoJobRow *self)
{
  g_autofree char *title = emo_job_dup_title (self->job);
  g_autofree char *stop = g_strdup_printf (_("Stop: %s"), title);

  gtk_label_set_text (self->title, title);
  gtk_widget_set_tooltip_text (self->stop, _("Stop"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->stop),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, stop,
                                  -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->bar),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, title,
                                  -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, title,
                                  -1);
}

static void
stop_cb (EmoJobRow *self)
{
  gtk_widget_set_sensitive (self->stop, FALSE);
  emo_job_stop (self->job);
  update_status (self);
}

static void
emo_job_row_dispose (GObject *object)
{
  EmoJobRow *self = EMO_JOB_ROW (object);

  if (self->job != NULL)
    g_signal_handlers_disconnect_by_data (self->job, self);
  g_clear_object (&self->job);
  gtk_widget_dispose_template (GTK_WIDGET (self), EMO_TYPE_JOB_ROW);

  G_OBJECT_CLASS (emo_job_row_parent_class)->dispose (object);
}

static void
emo_job_row_class_init (EmoJobRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = emo_job_row_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/emovlm/EmoVLM/shell/emo-job-row.ui");
  gtk_widget_class_bind_template_child (widget_class, EmoJobRow, title);
  gtk_widget_class_bind_template_child (widget_class, EmoJobRow, bar);
  gtk_widget_class_bind_template_child (widget_class, EmoJobRow, status);
  gtk_widget_class_bind_template_child (widget_class, EmoJobRow, stop);
  gtk_widget_class_bind_template_callback (widget_class, stop_cb);
}

static void
emo_job_row_init (EmoJobRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * emo_job_row_new:
 * @job: the job to show
 *
 * Returns: (transfer floating): a row that follows it
 */
GtkWidget *
emo_job_row_new (EmoJob *job)
{
  EmoJobRow *self;

  g_return_val_if_fail (EMO_IS_JOB (job), NULL);

  self = g_object_new (EMO_TYPE_JOB_ROW, NULL);
  self->job = g_object_ref (job);
  g_signal_connect_object (job, "notify::title", G_CALLBACK (update_title), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (job, "notify::message", G_CALLBACK (update_status), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (job, "notify::progress", G_CALLBACK (update_progress), self, G_CONNECT_SWAPPED);
  update_title (self);
  update_progress (self);

  return GTK_WIDGET (self);
}
