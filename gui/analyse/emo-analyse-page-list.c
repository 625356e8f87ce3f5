/* emo-analyse-page-list.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-analyse-page-private.h"
#include "emo-toast.h"

/* What is done to pictures of the list: they are compared, go, come back and go
 * again. */

/* Longer than other toasts: it is there to be pressed. */
#define UNDO_SECONDS 10

/* Each says how the list is now, so an older one would be wrong. */
static void
dismiss_removal_toast (EmoAnalysePage *self)
{
  AdwToast *toast = self->removal_toast;

  g_clear_weak_pointer (&self->removal_toast);
  if (toast != NULL)
    emo_toast_dismiss (toast);
}

static char *
dup_removed (GPtrArray *samples)
{
  g_autofree char *name = NULL;

  if (samples->len != 1)
    return g_strdup_printf (ngettext ("%u picture removed", "%u pictures removed", samples->len), samples->len);

  name = emo_sample_dup_display_name (g_ptr_array_index (samples, 0));

  return g_strdup_printf (_("“%s” removed"), name);
}

static void
toast_removal (EmoAnalysePage *self,
               GPtrArray      *samples)
{
  g_autofree char *text = dup_removed (samples);
  g_autofree char *markup = g_markup_escape_text (text, -1);
  AdwToast *toast = adw_toast_new (markup);

  dismiss_removal_toast (self);
  adw_toast_set_button_label (toast, _("Undo"));
  adw_toast_set_timeout (toast, UNDO_SECONDS);
  adw_toast_set_action_name (toast, "page.undo-removal");
  g_set_weak_pointer (&self->removal_toast, toast);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

static void
remove_samples (EmoAnalysePage *self,
                GPtrArray      *samples)
{
  guint position;

  if (samples->len == 0)
    return;

  emo_annotation_bar_commit (self->annotations);
  position = emo_list_pane_get_position (self->list_pane);
  self->adding = TRUE;
  emo_removals_remove (self->removals, samples);
  if (position != GTK_INVALID_LIST_POSITION)
    emo_list_pane_set_position (self->list_pane, position);
  self->adding = FALSE;
  toast_removal (self, samples);
}

static void
remove_action (GtkWidget  *widget,
               const char *name,
               GVariant   *parameter)
{
  EmoAnalysePage *self = EMO_ANALYSE_PAGE (widget);
  g_autoptr (GPtrArray) samples = emo_list_pane_dup_selected (self->list_pane);

  remove_samples (self, samples);
}

static void
remove_all_cb (GSimpleAction *action,
               GVariant      *parameter,
               gpointer       user_data)
{
  EmoAnalysePage *self = EMO_ANALYSE_PAGE (user_data);
  GListModel *list = emo_session_get_samples (self->session);
  g_autoptr (GPtrArray) samples = g_ptr_array_new_with_free_func (g_object_unref);
  guint n = g_list_model_get_n_items (list);

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (samples, g_list_model_get_item (list, i));
  remove_samples (self, samples);
}

static void
undo_removal_action (GtkWidget  *widget,
                     const char *name,
                     GVariant   *parameter)
{
  EmoAnalysePage *self = EMO_ANALYSE_PAGE (widget);
  g_autoptr (GPtrArray) samples = NULL;

  dismiss_removal_toast (self);
  self->adding = TRUE;
  samples = emo_removals_undo (self->removals);
  if (samples != NULL)
    emo_list_pane_select (self->list_pane, samples);
  self->adding = FALSE;
}

static void
redo_removal_action (GtkWidget  *widget,
                     const char *name,
                     GVariant   *parameter)
{
  EmoAnalysePage *self = EMO_ANALYSE_PAGE (widget);
  g_autoptr (GPtrArray) samples = NULL;

  self->adding = TRUE;
  samples = emo_removals_redo (self->removals);
  self->adding = FALSE;
  if (samples != NULL)
    toast_removal (self, samples);
}

static void
compare_action (GtkWidget  *widget,
                const char *name,
                GVariant   *parameter)
{
  EmoAnalysePage *self = EMO_ANALYSE_PAGE (widget);
  g_autoptr (GPtrArray) samples = emo_list_pane_dup_selected (self->list_pane);

  if (samples->len < EMO_COMPARE_MIN || samples->len > EMO_COMPARE_MAX)
    return;

  self->comparing = TRUE;
  emo_compare_view_set_samples (self->compare, samples);
  _emo_analyse_page_update_empty (self);
}

gboolean
_emo_analyse_page_is_comparing (EmoAnalysePage *self)
{
  return self->comparing;
}

void
_emo_analyse_page_end_comparison (EmoAnalysePage *self)
{
  if (!self->comparing)
    return;

  self->comparing = FALSE;
  _emo_analyse_page_update_empty (self);
  emo_compare_view_set_samples (self->compare, NULL);
}

/* The window's, for its menu. */
static const GActionEntry action_entries[] = {
  { .name = "remove-all", .activate = remove_all_cb },
};

/* Widgets' actions that are off let their keys through to others. */
void
_emo_analyse_page_update_list (EmoAnalysePage *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  guint n_selected = emo_list_pane_get_n_selected (self->list_pane);
  gboolean any = g_list_model_get_n_items (emo_session_get_samples (self->session)) > 0;

  gtk_widget_action_set_enabled (widget, "page.compare", n_selected >= EMO_COMPARE_MIN && n_selected <= EMO_COMPARE_MAX);
  gtk_widget_action_set_enabled (widget, "page.remove", n_selected > 0);
  g_simple_action_set_enabled (G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self->actions), "remove-all")), any);
  gtk_widget_action_set_enabled (widget, "page.undo-removal", emo_removals_get_can_undo (self->removals));
  gtk_widget_action_set_enabled (widget, "page.redo-removal", emo_removals_get_can_redo (self->removals));
}

void
_emo_analyse_page_install_list (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "page.compare", NULL, compare_action);
  gtk_widget_class_install_action (widget_class, "page.remove", NULL, remove_action);
  gtk_widget_class_install_action (widget_class, "page.undo-removal", NULL, undo_removal_action);
  gtk_widget_class_install_action (widget_class, "page.redo-removal", NULL, redo_removal_action);
}

void
_emo_analyse_page_init_list (EmoAnalysePage *self)
{
  self->removals = emo_removals_new (self->session);
  emo_compare_view_set_session (self->compare, self->session);
  g_action_map_add_action_entries (G_ACTION_MAP (self->actions), action_entries, G_N_ELEMENTS (action_entries), self);
  g_signal_connect_object (self->removals, "notify::can-undo",
                           G_CALLBACK (_emo_analyse_page_update_list), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->removals, "notify::can-redo",
                           G_CALLBACK (_emo_analyse_page_update_list), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->list_pane, "notify::n-selected",
                           G_CALLBACK (_emo_analyse_page_update_list), self, G_CONNECT_SWAPPED);
}

void
_emo_analyse_page_dispose_list (EmoAnalysePage *self)
{
  g_clear_weak_pointer (&self->removal_toast);
  g_signal_handlers_disconnect_by_data (self->removals, self);
  g_clear_object (&self->removals);
}
