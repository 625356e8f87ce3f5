/* emo-job-button.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-job-button.h"
#include "emo-job-row.h"

/* What is over sooner should not make the bar below jump. */
#define SHOW_AFTER_MS 400

struct _EmoJobButton
{
  AdwBin         parent_instance;

  EmoJobList    *jobs;
  guint          show_id;

  GtkMenuButton *button;
  GtkLabel      *count;
  GtkPopover    *popover;
  GtkListBox    *list;
};

G_DEFINE_FINAL_TYPE (EmoJobButton, emo_job_button, ADW_TYPE_BIN)

static GtkWidget *
create_row (gpointer item,
            gpointer user_data)
{
  return emo_job_row_new (item);
}

static gboolean
show_cb (gpointer user_data)
{
  EmoJobButton *self = user_data;

  self->show_id = 0;
  gtk_widget_set_visible (GTK_WIDGET (self), TRUE);

  return G_SOURCE_REMOVE;
}

static void
update (EmoJobButton *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->jobs));
  g_autofree char *count = g_strdup_printf ("%u", n);
  g_autofree char *name = g_strdup_printf (ngettext ("%u job is running", "%u jobs are running", n), n);

  gtk_label_set_text (self->count, count);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->button), name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                  -1);
  if (n == 0)
    {
      g_clear_handle_id (&self->show_id, g_source_remove);
      gtk_popover_popdown (self->popover);
      gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
    }
  else if (self->show_id == 0 && !gtk_widget_get_visible (GTK_WIDGET (self)))
    {
      self->show_id = g_timeout_add (SHOW_AFTER_MS, show_cb, self);
    }
}

static void
emo_job_button_dispose (GObject *object)
{
  EmoJobButton *self = EMO_JOB_BUTTON (object);

  g_clear_handle_id (&self->show_id, g_source_remove);
  if (self->jobs != NULL)
    g_signal_handlers_disconnect_by_data (self->jobs, self);
  if (self->list != NULL)
    gtk_list_box_bind_model (self->list, NULL, NULL, NULL, NULL);
  g_clear_object (&self->jobs);
  /* dispose_template unparents bound children, of which AdwBin keeps a pointer. */
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), EMO_TYPE_JOB_BUTTON);

  G_OBJECT_CLASS (emo_job_button_parent_class)->dispose (object);
}

static void
emo_job_button_class_init (EmoJobButtonClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = emo_job_button_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/emovlm/EmoVLM/shell/emo-job-button.ui");
  gtk_widget_class_bind_template_child (widget_class, EmoJobButton, button);
  gtk_widget_class_bind_template_child (widget_class, EmoJobButton, count);
  gtk_widget_class_bind_template_child (widget_class, EmoJobButton, popover);
  gtk_widget_class_bind_template_child (widget_class, EmoJobButton, list);
}

static void
emo_job_button_init (EmoJobButton *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * emo_job_button_new:
 * @jobs: what to show
 *
 * Returns: (transfer floating): a button that follows the list
 */
GtkWidget *
emo_job_button_new (EmoJobList *jobs)
{
  EmoJobButton *self;

  g_return_val_if_fail (EMO_IS_JOB_LIST (jobs), NULL);

  self = g_object_new (EMO_TYPE_JOB_BUTTON, NULL);
  self->jobs = g_object_ref (jobs);
  gtk_list_box_bind_model (self->list, G_LIST_MODEL (jobs), create_row, NULL, NULL);
  g_signal_connect_object (jobs, "items-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);

  return GTK_WIDGET (self);
}
