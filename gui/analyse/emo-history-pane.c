/* emo-history-pane.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-deletion-toast.h"
#include "emo-history-list.h"
#include "emo-history-pane.h"
#include "emo-history-row.h"
#include "emo-history-words.h"
#include "emo-list-anchor.h"
#include "emo-settings.h"
#include "emo-status-page.h"
#include "emo-tab-stop.h"
#include "emo-undo-keys.h"

struct _EmoHistoryPane
{
  AdwBin              parent_instance;

  EmoSession         *session;
  EmoRunStore        *store;
  EmoHistoryList     *list;
  EmoSample          *sample;        /* (nullable) what is open */
  EmoRunEntry        *entry;         /* (nullable) its row, whole */
  gboolean            own;           /* the sample is one of the session's, which stores what is said of it */
  GCancellable       *cancellable;   /* (nullable) the row that is being read */
  GCancellable       *check;         /* (nullable) whether the open row is still there */
  AdwToast           *toast;         /* (nullable) (weak): of the last deletion */

  GtkEditable        *search;
  GtkStack           *stack;
  GtkListView        *view;
  GtkSingleSelection *selection;
  AdwStatusPage      *empty;
  GtkLabel           *reason;
};

enum
{
  PROP_0,
  PROP_SAMPLE,
  N_PROPS
};

enum
{
  SIGNAL_ACTIVATED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (EmoHistoryPane, emo_history_pane, ADW_TYPE_BIN)

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void
add_toast (EmoHistoryPane *self,
           AdwToast       *toast)
{
  GtkWidget *overlay = gtk_widget_get_ancestor (GTK_WIDGET (self), ADW_TYPE_TOAST_OVERLAY);

  if (overlay != NULL)
    adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (overlay), toast);
  else
    g_object_unref (toast);
}

/* --- What is listed --- */

static void
show_empty (EmoHistoryPane *self)
{
  GSettings *settings = emo_settings_get ();
  gboolean kept = settings == NULL || g_settings_get_boolean (settings, "keep-history");

  adw_status_page_set_title (self->empty, kept ? _("No History Yet") : _("No History Is Kept"));
  adw_status_page_set_description (self->empty,
                                   kept ? _("Every answer is kept here as it is made.")
                                        : _("Preferences have a switch for it."));
}

static void
update_page (EmoHistoryPane *self)
{
  const char *error = emo_history_list_get_error_message (self->list);
  const char *page = "some";

  if (error != NULL)
    {
      gtk_label_set_text (self->reason, error);
      page = "failed";
    }
  else if (g_list_model_get_n_items (G_LIST_MODEL (self->list)) == 0 && emo_history_list_get_loaded (self->list))
    page = emo_history_list_get_search (self->list) != NULL ? "none" : "empty";

  if (g_str_equal (page, "empty"))
    show_empty (self);
  gtk_stack_set_visible_child_name (self->stack, page);
}

/* Another page before the end of this one comes into sight. */
static void
scrolled_cb (EmoHistoryPane *self)
{
  GtkAdjustment *adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (self->view));
  double left;

  if (adjustment == NULL)
    return;

  left = gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_value (adjustment) - gtk_adjustment_get_page_size (adjustment);
  if (left < gtk_adjustment_get_page_size (adjustment))
    emo_history_list_load_more (self->list);
}

static void
search_cb (EmoHistoryPane *self)
{
  emo_history_list_set_search (self->list, gtk_editable_get_text (self->search));
}

static void
stop_search_cb (EmoHistoryPane *self)
{
  gtk_editable_set_text (self->search, "");
  emo_history_pane_focus_list (self);
}

/* --- What is open --- */

static void
annotated_cb (EmoHistoryPane *self,
              EmoSample      *sample)
{
  emo_sample_store_annotations (sample, self->store);
}

static void
clear_cancellable (GCancellable **cancellable)
{
  if (*cancellable != NULL)
    g_cancellable_cancel (*cancellable);
  g_clear_object (cancellable);
}

/* @sample, @entry: (nullable) */
static void
set_sample (EmoHistoryPane *self,
            EmoSample      *sample,
            EmoRunEntry    *entry,
            gboolean        own)
{
  if (self->sample != NULL && !self->own)
    g_signal_handlers_disconnect_by_func (self->sample, annotated_cb, self);
  clear_cancellable (&self->check);
  g_clear_pointer (&self->entry, emo_run_entry_unref);
  g_set_object (&self->sample, sample);
  self->entry = entry != NULL ? emo_run_entry_ref (entry) : NULL;
  self->own = own;
  if (sample != NULL && !own)
    g_signal_connect_object (sample, "annotated", G_CALLBACK (annotated_cb), self, G_CONNECT_SWAPPED);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SAMPLE]);
}

static void
show_error (EmoHistoryPane *self,
            const GError   *error)
{
  g_autofree char *text = g_strdup_printf (_("The result cannot be shown: %s"), error->message);
  g_autofree char *markup = g_markup_escape_text (text, -1);

  add_toast (self, adw_toast_new (markup));
}

static void
load_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (EmoHistoryPane) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoRunEntry) entry = emo_run_store_load_finish (result, &error);
  g_autoptr (EmoSample) sample = NULL;
  EmoSample *own;

  /* Another row is chosen, or none. */
  if (g_task_get_cancellable (G_TASK (result)) != self->cancellable)
    return;

  g_clear_object (&self->cancellable);
  own = entry != NULL ? emo_session_find_recorded (self->session, entry->run, entry->number) : NULL;
  if (own != NULL)
    sample = g_object_ref (own);
  else if (entry != NULL)
    sample = emo_sample_new_for_entry (entry, &error);

  if (sample == NULL)
    show_error (self, error);
  set_sample (self, sample, sample != NULL ? entry : NULL, own != NULL);
}

static void
selection_cb (EmoHistoryPane *self)
{
  EmoHistoryItem *item = gtk_single_selection_get_selected_item (self->selection);
  EmoRunEntry *entry = item != NULL && !emo_history_item_get_is_head (item) ? emo_history_item_get_entry (item) : NULL;

  clear_cancellable (&self->cancellable);
  /* A head has nothing to open, and a search that does not find what is open
   * leaves it open. */
  if (entry == NULL || (self->entry != NULL && self->entry->id == entry->id))
    return;

  self->cancellable = g_cancellable_new ();
  emo_run_store_load_async (self->store, entry->id, self->cancellable, load_cb, g_object_ref (self));
}

static void
check_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (EmoHistoryPane) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoRunEntry) entry = emo_run_store_load_finish (result, &error);

  if (g_task_get_cancellable (G_TASK (result)) != self->check)
    return;

  g_clear_object (&self->check);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    emo_history_pane_unselect (self);
}

/* What is open may have been deleted elsewhere: the preferences clear all. */
static void
check_open (EmoHistoryPane *self)
{
  if (self->entry == NULL)
    return;

  clear_cancellable (&self->check);
  self->check = g_cancellable_new ();
  emo_run_store_load_async (self->store, self->entry->id, self->check, check_cb, g_object_ref (self));
}

static void
activate_cb (EmoHistoryPane *self,
             guint           position)
{
  g_autoptr (EmoHistoryItem) item = g_list_model_get_item (G_LIST_MODEL (self->list), position);

  if (item == NULL || emo_history_item_get_is_head (item))
    return;

  gtk_single_selection_set_selected (self->selection, position);
  g_signal_emit (self, signals[SIGNAL_ACTIVATED], 0);
}

/* --- Deleting --- */

/* A head takes all of its day and model, read or not, but where a search is on
 * only what that found. */
static GArray *
list_rows (EmoHistoryPane *self,
           EmoHistoryItem *item)
{
  if (emo_history_item_get_is_head (item) && !emo_history_list_get_searched (self->list))
    return NULL;

  return emo_history_list_dup_ids (self->list, item);
}

/* @ids: (nullable): the rows that go; all of the head's where there are none. What
 * is open need not be listed. */
static gboolean
takes_open (EmoHistoryPane *self,
            EmoHistoryItem *item,
            GArray         *ids)
{
  g_autoptr (EmoHistoryItem) open = self->entry != NULL ? emo_history_item_new (self->entry) : NULL;

  if (open == NULL || ids == NULL)
    return open != NULL && emo_history_item_is_same_day (open, item);

  for (guint i = 0; i < ids->len; i++)
    if (g_array_index (ids, gint64, i) == self->entry->id)
      return TRUE;

  return FALSE;
}

static char *
dup_deleted (EmoHistoryItem *item)
{
  EmoRunEntry *entry = emo_history_item_get_entry (item);
  g_autofree char *name = emo_history_words_dup_name (entry);
  g_autofree char *day = emo_history_words_dup_day (item);
  g_autofree char *model = emo_history_words_dup_model (entry);

  if (emo_history_item_get_is_head (item))
    /* Translators: a day, the name of a model */
    return g_strdup_printf (_("Results of %s, %s deleted"), day, model);

  /* Translators: the name of a picture */
  return g_strdup_printf (_("“%s” deleted from the history"), name);
}

/* The next result below, else the last one, else none. */
static void
select_near (EmoHistoryPane *self,
             guint           position)
{
  GListModel *model = G_LIST_MODEL (self->list);
  guint n = g_list_model_get_n_items (model);

  for (guint i = 0; i < n; i++)
    {
      guint at = position + i < n ? position + i : n - 1 - i;
      g_autoptr (EmoHistoryItem) item = g_list_model_get_item (model, at);

      if (emo_history_item_get_is_head (item))
        continue;
      gtk_single_selection_set_selected (self->selection, at);
      gtk_widget_activate_action (GTK_WIDGET (self->view), "list.scroll-to-item", "u", at);
      return;
    }
  emo_history_pane_unselect (self);
}

static void
delete_action (GtkWidget  *widget,
               const char *name,
               GVariant   *parameter)
{
  EmoHistoryPane *self = EMO_HISTORY_PANE (widget);
  EmoHistoryItem *item = gtk_single_selection_get_selected_item (self->selection);

  if (item != NULL)
    emo_history_pane_delete (self, item);
}

static void
undo_action (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  EmoHistoryPane *self = EMO_HISTORY_PANE (widget);

  if (self->toast != NULL)
    emo_deletion_toast_undo (self->toast);
  else
    gtk_widget_error_bell (widget);
}

static void
flag_action (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  EmoHistoryPane *self = EMO_HISTORY_PANE (widget);

  if (self->sample != NULL)
    emo_sample_set_flagged (self->sample, !emo_sample_get_flagged (self->sample));
}

static void
search_action (GtkWidget  *widget,
               const char *name,
               GVariant   *parameter)
{
  gtk_widget_grab_focus (GTK_WIDGET (EMO_HISTORY_PANE (widget)->search));
}

/* --- The widget --- */

static void
emo_history_pane_map (GtkWidget *widget)
{
  EmoHistoryPane *self = EMO_HISTORY_PANE (widget);

  GTK_WIDGET_CLASS (emo_history_pane_parent_class)->map (widget);

  emo_history_list_set_active (self->list, TRUE);
  update_page (self);
}

static void
emo_history_pane_unmap (GtkWidget *widget)
{
  emo_history_list_set_active (EMO_HISTORY_PANE (widget)->list, FALSE);

  GTK_WIDGET_CLASS (emo_history_pane_parent_class)->unmap (widget);
}

static void
emo_history_pane_dispose (GObject *object)
{
  EmoHistoryPane *self = EMO_HISTORY_PANE (object);

  clear_cancellable (&self->cancellable);
  clear_cancellable (&self->check);
  g_clear_weak_pointer (&self->toast);
  if (self->selection != NULL)
    g_signal_handlers_disconnect_by_data (self->selection, self);
  if (self->sample != NULL)
    g_signal_handlers_disconnect_by_func (self->sample, annotated_cb, self);
  /* dispose_template unparents bound children, of which AdwBin keeps a pointer. */
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), EMO_TYPE_HISTORY_PANE);
  if (self->list != NULL)
    g_signal_handlers_disconnect_by_data (self->list, self);
  g_clear_object (&self->list);
  g_clear_object (&self->sample);
  g_clear_pointer (&self->entry, emo_run_entry_unref);
  g_clear_object (&self->store);
  g_clear_object (&self->session);

  G_OBJECT_CLASS (emo_history_pane_parent_class)->dispose (object);
}

static void
emo_history_pane_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  EmoHistoryPane *self = EMO_HISTORY_PANE (object);

  switch (prop_id)
    {
    case PROP_SAMPLE:
      g_value_set_object (value, self->sample);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
install_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "history.delete", NULL, delete_action);
  gtk_widget_class_install_action (widget_class, "history.undo", NULL, undo_action);
  gtk_widget_class_install_action (widget_class, "history.flag", NULL, flag_action);
  gtk_widget_class_install_action (widget_class, "history.search", NULL, search_action);
  emo_undo_keys_add (widget_class, "history.undo", NULL);
}

static void
emo_history_pane_class_init (EmoHistoryPaneClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = emo_history_pane_dispose;
  object_class->get_property = emo_history_pane_get_property;

  widget_class->map = emo_history_pane_map;
  widget_class->unmap = emo_history_pane_unmap;

  properties[PROP_SAMPLE] =
    g_param_spec_object ("sample", NULL, NULL,
                         EMO_TYPE_SAMPLE,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * EmoHistoryPane::activated:
   * @self: the pane
   *
   * Emitted where a result was activated, by Enter or a double click.
   */
  signals[SIGNAL_ACTIVATED] =
    g_signal_new ("activated", EMO_TYPE_HISTORY_PANE, G_SIGNAL_RUN_LAST, 0,
                  NULL, NULL, NULL, G_TYPE_NONE, 0);

  g_type_ensure (EMO_TYPE_HISTORY_ITEM);
  g_type_ensure (EMO_TYPE_HISTORY_ROW);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/emovlm/EmoVLM/analyse/emo-history-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, EmoHistoryPane, search);
  gtk_widget_class_bind_template_child (widget_class, EmoHistoryPane, stack);
  gtk_widget_class_bind_template_child (widget_class, EmoHistoryPane, view);
  gtk_widget_class_bind_template_child (widget_class, EmoHistoryPane, selection);
  gtk_widget_class_bind_template_child (widget_class, EmoHistoryPane, empty);
  gtk_widget_class_bind_template_child (widget_class, EmoHistoryPane, reason);
  gtk_widget_class_bind_template_callback (widget_class, activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_cb);
  gtk_widget_class_bind_template_callback (widget_class, stop_search_cb);
  install_actions (widget_class);
}

static void
emo_history_pane_init (EmoHistoryPane *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  emo_status_page_name_scroller (self->empty);
  emo_tab_stop_add (GTK_WIDGET (self->view));
  emo_list_anchor_add (GTK_WIDGET (self->view));
}

/**
 * emo_history_pane_new:
 * @session: whose store to show; it has one
 *
 * Reads nothing before it is on the screen.
 *
 * Returns: (transfer floating): the pane
 */
GtkWidget *
emo_history_pane_new (EmoSession *session)
{
  EmoHistoryPane *self;
  GtkAdjustment *adjustment;

  g_return_val_if_fail (EMO_IS_SESSION (session), NULL);
  g_return_val_if_fail (emo_session_get_store (session) != NULL, NULL);

  self = g_object_new (EMO_TYPE_HISTORY_PANE, NULL);
  self->session = g_object_ref (session);
  self->store = g_object_ref (emo_session_get_store (session));
  self->list = emo_history_list_new (self->store);
  g_signal_connect_object (self->store, "changed", G_CALLBACK (check_open), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->list, "items-changed", G_CALLBACK (update_page), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->list, "notify::loaded", G_CALLBACK (update_page), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->list, "notify::error-message", G_CALLBACK (update_page), self, G_CONNECT_SWAPPED);
  gtk_single_selection_set_model (self->selection, G_LIST_MODEL (self->list));
  g_signal_connect_swapped (self->selection, "notify::selected-item", G_CALLBACK (selection_cb), self);

  adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (self->view));
  g_signal_connect_object (adjustment, "value-changed", G_CALLBACK (scrolled_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (adjustment, "changed", G_CALLBACK (scrolled_cb), self, G_CONNECT_SWAPPED);

  return GTK_WIDGET (self);
}

/**
 * emo_history_pane_get_sample:
 * @self: a pane
 *
 * Returns: (transfer none) (nullable): the result that is open; the session's
 *   own sample where it has one of that row
 */
EmoSample *
emo_history_pane_get_sample (EmoHistoryPane *self)
{
  g_return_val_if_fail (EMO_IS_HISTORY_PANE (self), NULL);

  return self->sample;
}

/**
 * emo_history_pane_get_entry:
 * @self: a pane
 *
 * Returns: (transfer none) (nullable): the row of what is open
 */
EmoRunEntry *
emo_history_pane_get_entry (EmoHistoryPane *self)
{
  g_return_val_if_fail (EMO_IS_HISTORY_PANE (self), NULL);

  return self->entry;
}

/**
 * emo_history_pane_unselect:
 * @self: a pane
 *
 * Nothing is open any more.
 */
void
emo_history_pane_unselect (EmoHistoryPane *self)
{
  g_return_if_fail (EMO_IS_HISTORY_PANE (self));

  gtk_single_selection_set_selected (self->selection, GTK_INVALID_LIST_POSITION);
  if (self->sample != NULL)
    set_sample (self, NULL, NULL, FALSE);
}

/**
 * emo_history_pane_delete:
 * @self: a pane
 * @item: a line of its list: a result, or a head with all results of its day
 *   and model, of which a search leaves those that it found
 *
 * Deletes from the store, and closes what is open where that goes; a toast offers
 * to undo that.
 */
void
emo_history_pane_delete (EmoHistoryPane *self,
                         EmoHistoryItem *item)
{
  g_autoptr (EmoHistoryItem) kept = NULL;
  g_autoptr (GArray) ids = NULL;
  g_autofree char *title = NULL;
  gboolean closes;
  guint position;
  gint64 token;
  AdwToast *toast;

  g_return_if_fail (EMO_IS_HISTORY_PANE (self));
  g_return_if_fail (EMO_IS_HISTORY_ITEM (item));

  kept = g_object_ref (item);
  position = gtk_single_selection_get_selected (self->selection);
  ids = list_rows (self, item);
  closes = takes_open (self, item, ids);
  /* Of a head that a search left a part of, the toast says how many. */
  title = ids != NULL && emo_history_item_get_is_head (item) ? NULL : dup_deleted (item);
  token = ids != NULL ? emo_run_store_delete (self->store, (const gint64 *) ids->data, ids->len)
                      : emo_run_store_delete_day (self->store, emo_history_item_get_day (item));
  emo_history_list_remove (self->list, item);
  if (position != GTK_INVALID_LIST_POSITION &&
      gtk_single_selection_get_selected (self->selection) == GTK_INVALID_LIST_POSITION)
    select_near (self, position);
  /* Unless another one is on its way. */
  if (closes && self->cancellable == NULL)
    emo_history_pane_unselect (self);

  toast = emo_deletion_toast_new (self->store, self->toast, token, ids != NULL ? ids->len : 0, title);
  g_set_weak_pointer (&self->toast, toast);
  add_toast (self, toast);
}

/**
 * emo_history_pane_focus_list:
 * @self: a pane
 *
 * Puts the keyboard on the results.
 */
void
emo_history_pane_focus_list (EmoHistoryPane *self)
{
  g_return_if_fail (EMO_IS_HISTORY_PANE (self));

  gtk_widget_grab_focus (GTK_WIDGET (self->view));
}
