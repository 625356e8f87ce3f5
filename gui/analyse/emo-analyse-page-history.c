/* emo-analyse-page-history.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-analyse-page-private.h"
#include "emo-history-words.h"

/* The page's part of the history: the list pane's second tab, whose open result
 * is shown instead of the selected picture while that tab is in front. */

static AdwViewStack *
get_tabs (EmoAnalysePage *self)
{
  return ADW_VIEW_STACK (gtk_widget_get_ancestor (GTK_WIDGET (self->history), ADW_TYPE_VIEW_STACK));
}

/* Is the tab of the history in front? */
gboolean
_emo_analyse_page_has_history_open (EmoAnalysePage *self)
{
  AdwViewStack *tabs = self->history != NULL ? get_tabs (self) : NULL;

  return tabs != NULL && adw_view_stack_get_visible_child (tabs) == GTK_WIDGET (self->history);
}

/* What the tab in front has selected. */
EmoSample *
_emo_analyse_page_get_shown (EmoAnalysePage *self)
{
  return _emo_analyse_page_has_history_open (self) ? emo_history_pane_get_sample (self->history)
                                                   : emo_list_pane_get_sample (self->list_pane);
}

/* Brings the tab of the pictures to the front. */
void
_emo_analyse_page_show_pictures (EmoAnalysePage *self)
{
  if (_emo_analyse_page_has_history_open (self))
    adw_view_stack_set_visible_child_name (get_tabs (self), "pictures");
}

/* Says whose answer is shown, and of when, where it is one of the history. */
void
_emo_analyse_page_update_history (EmoAnalysePage *self)
{
  EmoRunEntry *entry = _emo_analyse_page_has_history_open (self) ? emo_history_pane_get_entry (self->history) : NULL;

  if (entry != NULL)
    {
      g_autofree char *words = emo_history_words_dup_origin (entry);

      gtk_label_set_text (self->history_words, words);
    }
  gtk_widget_set_visible (self->history_notice, entry != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "page.analyse-again", entry != NULL);
}

static void
tab_cb (EmoAnalysePage *self)
{
  _emo_analyse_page_update_empty (self);
  _emo_analyse_page_update_shown (self);
}

/* Beside the list the keyboard stays on it, for Delete and the next one. */
static void
go_to_content (EmoAnalysePage *self)
{
  if (adw_leaflet_get_folded (self->leaflet))
    _emo_analyse_page_show_content (self);
}

static void
history_sample_cb (EmoAnalysePage *self)
{
  _emo_analyse_page_update_shown (self);
  if (emo_history_pane_get_sample (self->history) != NULL)
    go_to_content (self);
}

/* What a person said of the picture goes along. */
static EmoSample *
make_again (EmoHistoryPane  *history,
            GError         **error)
{
  g_autoptr (EmoRunEntry) again = emo_run_entry_new_again (emo_history_pane_get_entry (history));
  EmoSample *shown = emo_history_pane_get_sample (history);
  EmoSample *sample = emo_sample_new_for_entry (again, error);

  if (sample == NULL)
    return NULL;
  emo_sample_set_flagged (sample, emo_sample_get_flagged (shown));
  emo_sample_set_own_label (sample, emo_sample_get_own_label (shown));
  emo_sample_set_note (sample, emo_sample_get_note (shown));

  return sample;
}

/* As a new result: what the history has stays as it is. One that the list has
 * already is looked at once more there. */
void
_emo_analyse_page_analyse_again (EmoAnalysePage *self)
{
  g_autoptr (EmoSample) sample = NULL;
  g_autoptr (GPtrArray) samples = NULL;
  g_autoptr (GError) error = NULL;
  EmoSample *listed;

  if (self->history == NULL || emo_history_pane_get_entry (self->history) == NULL)
    return;

  emo_annotation_bar_commit (self->annotations);
  sample = make_again (self->history, &error);
  if (sample == NULL)
    {
      _emo_analyse_page_toast (self, error->message);
      return;
    }
  samples = g_ptr_array_new ();
  g_ptr_array_add (samples, sample);
  _emo_analyse_page_add_samples (self, samples);

  /* It was asked for by name, even where a Stop holds all others. */
  listed = emo_list_pane_get_sample (self->list_pane);
  if (listed != NULL)
    emo_session_retry (self->session, listed);
}

/* --- Pictures that a session which is over never came to --- */

static void
samples_worker (GTask        *task,
                gpointer      source,
                gpointer      task_data,
                GCancellable *cancellable)
{
  GPtrArray *entries = task_data;
  GPtrArray *samples = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < entries->len; i++)
    {
      g_autoptr (GError) error = NULL;
      EmoSample *sample = emo_sample_new_for_entry (g_ptr_array_index (entries, i), &error);

      if (sample != NULL)
        g_ptr_array_add (samples, sample);
      else
        g_info ("%s", error->message);
    }
  g_task_return_pointer (task, samples, (GDestroyNotify) g_ptr_array_unref);
}

static void
samples_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (EmoAnalysePage) self = user_data;
  g_autoptr (GPtrArray) samples = g_task_propagate_pointer (G_TASK (result), NULL);

  if (samples == NULL)
    return;

  if (samples->len > 0)
    _emo_analyse_page_go_on_with (self, samples);
  emo_history_bars_forget (self->history_bars);
}

static void
go_on_cb (EmoAnalysePage *self,
          GPtrArray      *entries)
{
  g_autoptr (GTask) task = g_task_new (NULL, self->cancellable, samples_cb, g_object_ref (self));

  g_task_set_source_tag (task, go_on_cb);
  g_task_set_task_data (task, g_ptr_array_ref (entries), (GDestroyNotify) g_ptr_array_unref);
  g_task_run_in_thread (task, samples_worker);
}

/* --- The store --- */

static void
first_listed_cb (GObject      *object,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (EmoAnalysePage) self = user_data;
  g_autoptr (GPtrArray) entries = emo_run_store_list_finish (result, NULL);

  if (entries != NULL && entries->len > 0 && self->history_button != NULL)
    gtk_widget_set_visible (self->history_button, TRUE);
}

static void
store_changed_cb (EmoAnalysePage *self)
{
  gtk_widget_set_visible (self->history_button, TRUE);
}

static void
show_history_cb (GSimpleAction *action,
                 GVariant      *parameter,
                 gpointer       user_data)
{
  emo_analyse_page_show_history (EMO_ANALYSE_PAGE (user_data));
}

/* The window's, for its menu. */
static const GActionEntry action_entries[] = {
  { .name = "show-history", .activate = show_history_cb },
};

/**
 * emo_analyse_page_set_store:
 * @self: a page without pictures
 * @store: where its session keeps results, and the history finds them; set once
 */
void
emo_analyse_page_set_store (EmoAnalysePage *self,
                            EmoRunStore    *store)
{
  EmoRunQuery first = { .limit = 1 };

  g_return_if_fail (EMO_IS_ANALYSE_PAGE (self));
  g_return_if_fail (EMO_IS_RUN_STORE (store));

  emo_session_set_store (self->session, store, EMO_RUN_SESSION);
  self->history = EMO_HISTORY_PANE (emo_history_pane_new (self->session));
  g_signal_connect_object (self->history, "notify::sample", G_CALLBACK (history_sample_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->history, "activated", G_CALLBACK (go_to_content), self, G_CONNECT_SWAPPED);
  emo_list_pane_set_history (self->list_pane, GTK_WIDGET (self->history));
  g_signal_connect_object (get_tabs (self), "notify::visible-child", G_CALLBACK (tab_cb), self, G_CONNECT_SWAPPED);

  g_signal_connect_object (self->history_bars, "go-on", G_CALLBACK (go_on_cb), self, G_CONNECT_SWAPPED);
  emo_history_bars_set_store (self->history_bars, store);
  g_action_map_add_action_entries (G_ACTION_MAP (self->actions), action_entries, G_N_ELEMENTS (action_entries), self);

  /* An empty page offers the history where there is one. */
  g_signal_connect_object (store, "changed", G_CALLBACK (store_changed_cb), self, G_CONNECT_SWAPPED);
  emo_run_store_list_async (store, &first, self->cancellable, first_listed_cb, g_object_ref (self));
}

/**
 * emo_analyse_page_show_history:
 * @self: a page
 *
 * Brings the history to the front, also where there are no pictures.
 */
void
emo_analyse_page_show_history (EmoAnalysePage *self)
{
  g_return_if_fail (EMO_IS_ANALYSE_PAGE (self));

  if (self->history == NULL)
    return;

  _emo_analyse_page_end_comparison (self);
  adw_view_stack_set_visible_child (get_tabs (self), GTK_WIDGET (self->history));
  _emo_analyse_page_update_empty (self);
  adw_leaflet_set_visible_child (self->leaflet, GTK_WIDGET (self->list_pane));
  emo_history_pane_focus_list (self->history);
}
