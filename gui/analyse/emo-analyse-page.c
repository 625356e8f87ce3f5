/* emo-analyse-page.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-analyse-page-private.h"
#include "emo-large-set.h"
#include "emo-status-page.h"

/* The page is cut by concern: here the session and the selection;
 * emo-analyse-page-list.c has what is done to pictures of the list,
 * emo-analyse-page-history.c what was answered before,
 * emo-analyse-page-intake.c drop, paste and Open, emo-analyse-page-export.c
 * what leaves as a file, emo-analyse-page-copy.c what is copied,
 * emo-analyse-page-chart.c what is drawn. */

enum
{
  PROP_0,
  PROP_LOADER,
  PROP_CAN_GO_BACK,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (EmoAnalysePage, emo_analyse_page, ADW_TYPE_BIN)

static GParamSpec *properties[N_PROPS];

/* Titles of toasts are markup, whatever is put into them. */
void
_emo_analyse_page_toast (EmoAnalysePage *self,
                         const char     *text)
{
  g_autofree char *markup = g_markup_escape_text (text, -1);

  if (self->toasts != NULL)
    adw_toast_overlay_add_toast (self->toasts, adw_toast_new (markup));
}

/* In front of the list where there is no room for both. */
void
_emo_analyse_page_show_content (EmoAnalysePage *self)
{
  adw_leaflet_set_visible_child (self->leaflet, self->content_pane);
}

static void
update_can_go_back (EmoAnalysePage *self)
{
  gboolean can_go_back = _emo_analyse_page_is_comparing (self) ||
                         (adw_leaflet_get_folded (self->leaflet) &&
                          adw_leaflet_get_visible_child (self->leaflet) == self->content_pane &&
                          g_str_equal (gtk_stack_get_visible_child_name (self->stack), "pictures"));

  if (self->can_go_back == can_go_back)
    return;

  self->can_go_back = can_go_back;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CAN_GO_BACK]);
}

static gboolean
go_back_idle_cb (gpointer user_data)
{
  EmoAnalysePage *self = user_data;

  self->go_back_id = 0;
  update_can_go_back (self);

  return G_SOURCE_REMOVE;
}

/* The leaflet folds while sizes are being allocated; what follows from it moves
 * other widgets and has to wait for the end of that. */
static void
leaflet_cb (EmoAnalysePage *self)
{
  if (self->go_back_id == 0)
    self->go_back_id = g_idle_add_full (G_PRIORITY_DEFAULT, go_back_idle_cb, self, NULL);
}

static void
update_running (EmoAnalysePage *self)
{
  gboolean running;
  guint n_held;

  g_object_get (self->session, "running", &running, "n-held", &n_held, NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "page.stop", running);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "page.start",
                                 !running && n_held > 0 && emo_session_get_classifier (self->session) != NULL);
  _emo_analyse_page_update_export (self);
}

/* Shows the page that suits what is listed and chosen. The history is beside the
 * pictures, and there without them too. */
void
_emo_analyse_page_update_empty (EmoAnalysePage *self)
{
  gboolean history = _emo_analyse_page_has_history_open (self);
  gboolean none = g_list_model_get_n_items (emo_session_get_samples (self->session)) == 0;
  gboolean empty = none && !history;
  const char *name;

  self->comparing = self->comparing && !none;
  name = empty ? "empty" : self->comparing ? "compare" : "pictures";

  if (g_strcmp0 (gtk_stack_get_visible_child_name (self->stack), name) != 0)
    {
      gtk_stack_set_visible_child_name (self->stack, name);
      /* So that arrows and Delete, or Ctrl+Z, work at once. */
      if (empty)
        gtk_widget_child_focus (GTK_WIDGET (self->empty), GTK_DIR_TAB_FORWARD);
      else if (self->comparing)
        gtk_widget_grab_focus (GTK_WIDGET (self->compare));
      else if (!history)
        emo_list_pane_focus_list (self->list_pane);
    }
  update_can_go_back (self);
  update_running (self);
  _emo_analyse_page_update_list (self);
}

static void
update_model (EmoAnalysePage *self)
{
  gboolean failed = emo_model_loader_get_state (self->loader) == EMO_MODEL_FAILED;

  if (failed)
    gtk_label_set_text (self->model_error, emo_model_loader_get_error_message (self->loader));
  gtk_info_bar_set_revealed (self->model_bar, failed);
  update_running (self);
}

void
_emo_analyse_page_update_shown (EmoAnalysePage *self)
{
  EmoSample *sample = _emo_analyse_page_get_shown (self);

  emo_picture_view_set_sample (self->picture, sample);
  emo_annotation_bar_set_sample (self->annotations, sample);
  emo_results_pane_set_sample (self->results, sample);
  emo_session_prefer (self->session, sample);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "page.explain", sample != NULL);
  _emo_analyse_page_update_copy (self);
  _emo_analyse_page_update_chart (self);
  _emo_analyse_page_update_history (self);
}

/* Ctrl and Shift choose pictures, which is no wish to leave the list. */
static gboolean
is_selecting_more (EmoAnalysePage *self)
{
  GdkSeat *seat = gdk_display_get_default_seat (gtk_widget_get_display (GTK_WIDGET (self)));
  GdkDevice *keyboard = seat != NULL ? gdk_seat_get_keyboard (seat) : NULL;

  return keyboard != NULL &&
         (gdk_device_get_modifier_state (keyboard) & (GDK_CONTROL_MASK | GDK_SHIFT_MASK)) != 0;
}

/* One that was chosen by hand; a tab that comes to the front chooses nothing. */
static void
sample_cb (EmoAnalysePage *self)
{
  if (!_emo_analyse_page_has_history_open (self))
    _emo_analyse_page_update_shown (self);
  if (emo_list_pane_get_sample (self->list_pane) != NULL && !self->adding &&
      adw_leaflet_get_folded (self->leaflet) && !is_selecting_more (self))
    _emo_analyse_page_show_content (self);
}

static void
annotated_cb (EmoAnalysePage *self)
{
  emo_list_pane_touch (self->list_pane);
}

static void
activated_cb (EmoAnalysePage *self)
{
  _emo_analyse_page_show_content (self);
}

/* All of them are listed already: adding once more tells which those are. */
static void
select_listed (EmoAnalysePage *self,
               GPtrArray      *samples)
{
  g_autoptr (GPtrArray) listed = g_ptr_array_new ();

  for (guint i = 0; i < samples->len; i++)
    g_ptr_array_add (listed, emo_session_add (self->session, g_ptr_array_index (samples, i)));
  emo_list_pane_select (self->list_pane, listed);
  _emo_analyse_page_toast (self, _("These pictures are in the list already"));
}

/* Adds to the session and shows what came: a single picture at once, the first
 * of many only where nothing is being looked at. */
static void
list_samples (EmoAnalysePage *self,
              GPtrArray      *samples)
{
  GListModel *list = emo_session_get_samples (self->session);
  guint n_before = g_list_model_get_n_items (list);

  _emo_analyse_page_end_comparison (self);
  self->adding = TRUE;
  _emo_analyse_page_show_pictures (self);
  if (samples->len == 1)
    {
      EmoSample *listed = emo_session_add (self->session, g_ptr_array_index (samples, 0));

      emo_list_pane_set_sample (self->list_pane, listed);
      _emo_analyse_page_show_content (self);
    }
  else
    {
      emo_session_add_many (self->session, samples);
      if (g_list_model_get_n_items (list) == n_before)
        select_listed (self, samples);
      else if (emo_list_pane_get_sample (self->list_pane) == NULL && !adw_leaflet_get_folded (self->leaflet))
        {
          g_autoptr (EmoSample) first = g_list_model_get_item (list, n_before);

          emo_list_pane_set_sample (self->list_pane, first);
        }
    }
  self->adding = FALSE;
}

/* New pictures start at once, a few of many at first, but not what was stopped on
 * purpose. Gives how many were not in the list before. */
guint
_emo_analyse_page_add_samples (EmoAnalysePage *self,
                               GPtrArray      *samples)
{
  GListModel *list = emo_session_get_samples (self->session);
  guint n_before = g_list_model_get_n_items (list);
  guint n_added, n_held;

  g_object_get (self->session, "n-held", &n_held, NULL);
  list_samples (self, samples);
  n_added = g_list_model_get_n_items (list) - n_before;
  if (n_held > 0)
    return n_added;

  if (n_added > EMO_LARGE_SET_MIN)
    emo_list_pane_measure (self->list_pane, samples);
  emo_session_start (self->session);

  return n_added;
}

/* A batch that was begun before: it needs no forecast, and whoever asks for it
 * wants what was held, too. */
void
_emo_analyse_page_go_on_with (EmoAnalysePage *self,
                              GPtrArray      *samples)
{
  list_samples (self, samples);
  emo_session_start (self->session);
}

static void
paste_action (GtkWidget  *widget,
              const char *name,
              GVariant   *parameter)
{
  _emo_analyse_page_paste (EMO_ANALYSE_PAGE (widget));
}

static void
stop_action (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  emo_session_stop (EMO_ANALYSE_PAGE (widget)->session);
}

static void
start_action (GtkWidget  *widget,
              const char *name,
              GVariant   *parameter)
{
  emo_session_start (EMO_ANALYSE_PAGE (widget)->session);
}

static void
load_model_action (GtkWidget  *widget,
                   const char *name,
                   GVariant   *parameter)
{
  emo_model_loader_load (EMO_ANALYSE_PAGE (widget)->loader);
}

static void
explain_action (GtkWidget  *widget,
                const char *name,
                GVariant   *parameter)
{
  EmoAnalysePage *self = EMO_ANALYSE_PAGE (widget);
  EmoSample *sample = _emo_analyse_page_get_shown (self);

  /* What is of the past has no model at hand to explain it. */
  if (_emo_analyse_page_has_history_open (self))
    _emo_analyse_page_analyse_again (self);
  else if (sample != NULL)
    emo_session_explain (self->session, sample, -1);
}

static void
back_action (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  EmoAnalysePage *self = EMO_ANALYSE_PAGE (widget);

  if (_emo_analyse_page_is_comparing (self))
    {
      _emo_analyse_page_end_comparison (self);
      return;
    }

  adw_leaflet_set_visible_child (self->leaflet, GTK_WIDGET (self->list_pane));
  /* So that a click on the same row is a change again. */
  emo_list_pane_set_sample (self->list_pane, NULL);
  if (_emo_analyse_page_has_history_open (self))
    emo_history_pane_unselect (self->history);
}

static void
analyse_again_action (GtkWidget  *widget,
                      const char *name,
                      GVariant   *parameter)
{
  _emo_analyse_page_analyse_again (EMO_ANALYSE_PAGE (widget));
}

static void
show_history_action (GtkWidget  *widget,
                     const char *name,
                     GVariant   *parameter)
{
  emo_analyse_page_show_history (EMO_ANALYSE_PAGE (widget));
}

static void
focus_list_action (GtkWidget  *widget,
                   const char *name,
                   GVariant   *parameter)
{
  emo_list_pane_focus_list (EMO_ANALYSE_PAGE (widget)->list_pane);
}

static void
update_labels (EmoAnalysePage *self)
{
  EmoClassifier *classifier = emo_session_get_classifier (self->session);

  emo_annotation_bar_set_labels (self->annotations,
                                 classifier != NULL ? emo_classifier_get_info (classifier)->labels : NULL);
}

static void
connect_session (EmoAnalysePage *self)
{
  GListModel *samples = emo_session_get_samples (self->session);

  emo_list_pane_set_session (self->list_pane, self->session, self->loader);
  g_signal_connect_object (samples, "items-changed", G_CALLBACK (_emo_analyse_page_update_empty), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "notify::running", G_CALLBACK (update_running), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "notify::n-held", G_CALLBACK (update_running), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "notify::n-done", G_CALLBACK (_emo_analyse_page_update_export), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "notify::n-failed", G_CALLBACK (_emo_analyse_page_update_export), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "notify::classifier", G_CALLBACK (update_labels), self, G_CONNECT_SWAPPED);
  g_object_bind_property (self->loader, "classifier", self->session, "classifier", G_BINDING_SYNC_CREATE);
}

static void
emo_analyse_page_constructed (GObject *object)
{
  EmoAnalysePage *self = EMO_ANALYSE_PAGE (object);
  g_autofree char *samples = emo_paths_dup_data ("samples");

  G_OBJECT_CLASS (emo_analyse_page_parent_class)->constructed (object);

  self->session = emo_session_new (emo_model_loader_get_engine (self->loader));
  connect_session (self);
  _emo_analyse_page_init_list (self);
  emo_picture_view_set_session (self->picture, self->session);
  emo_results_pane_set_session (self->results, self->session);
  g_signal_connect_object (self->loader, "notify::state", G_CALLBACK (update_model), self, G_CONNECT_SWAPPED);
  gtk_widget_set_visible (self->samples_button, samples != NULL);

  update_model (self);
  _emo_analyse_page_update_empty (self);
  _emo_analyse_page_update_shown (self);
}

static void
emo_analyse_page_dispose (GObject *object)
{
  EmoAnalysePage *self = EMO_ANALYSE_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->go_back_id, g_source_remove);
  g_clear_object (&self->chooser);
  if (self->removals != NULL)
    _emo_analyse_page_dispose_list (self);
  _emo_analyse_page_dispose_chart (self);
  g_clear_weak_pointer (&self->menu_focus);
  g_clear_pointer (&self->menu, gtk_widget_unparent);
  /* Its selection goes with it, which is no change to act upon. */
  if (self->list_pane != NULL)
    g_signal_handlers_disconnect_by_data (self->list_pane, self);
  if (self->history != NULL)
    {
      g_signal_handlers_disconnect_by_data (gtk_widget_get_ancestor (GTK_WIDGET (self->history), ADW_TYPE_VIEW_STACK), self);
      g_signal_handlers_disconnect_by_data (self->history, self);
    }
  self->history = NULL;
  /* dispose_template unparents bound children, of which AdwBin keeps a pointer. */
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), EMO_TYPE_ANALYSE_PAGE);
  g_clear_object (&self->session);
  g_clear_object (&self->loader);

  G_OBJECT_CLASS (emo_analyse_page_parent_class)->dispose (object);
}

static void
emo_analyse_page_finalize (GObject *object)
{
  EmoAnalysePage *self = EMO_ANALYSE_PAGE (object);

  g_clear_object (&self->actions);
  g_clear_object (&self->cancellable);

  G_OBJECT_CLASS (emo_analyse_page_parent_class)->finalize (object);
}

static void
emo_analyse_page_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  EmoAnalysePage *self = EMO_ANALYSE_PAGE (object);

  switch (prop_id)
    {
    case PROP_LOADER:
      g_value_set_object (value, self->loader);
      break;
    case PROP_CAN_GO_BACK:
      g_value_set_boolean (value, self->can_go_back);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_analyse_page_set_property (GObject      *object,
                               guint         prop_id,
                               const GValue *value,
                               GParamSpec   *pspec)
{
  EmoAnalysePage *self = EMO_ANALYSE_PAGE (object);

  switch (prop_id)
    {
    case PROP_LOADER:
      self->loader = g_value_dup_object (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
install_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "page.paste", NULL, paste_action);
  gtk_widget_class_install_action (widget_class, "page.stop", NULL, stop_action);
  gtk_widget_class_install_action (widget_class, "page.start", NULL, start_action);
  gtk_widget_class_install_action (widget_class, "page.load-model", NULL, load_model_action);
  gtk_widget_class_install_action (widget_class, "page.explain", NULL, explain_action);
  gtk_widget_class_install_action (widget_class, "page.back", NULL, back_action);
  gtk_widget_class_install_action (widget_class, "page.focus-list", NULL, focus_list_action);
  gtk_widget_class_install_action (widget_class, "page.analyse-again", NULL, analyse_again_action);
  gtk_widget_class_install_action (widget_class, "page.show-history", NULL, show_history_action);
  _emo_analyse_page_install_list (widget_class);
}

static void
emo_analyse_page_class_init (EmoAnalysePageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->constructed = emo_analyse_page_constructed;
  object_class->dispose = emo_analyse_page_dispose;
  object_class->finalize = emo_analyse_page_finalize;
  object_class->get_property = emo_analyse_page_get_property;
  object_class->set_property = emo_analyse_page_set_property;

  properties[PROP_LOADER] =
    g_param_spec_object ("loader", NULL, NULL,
                         EMO_TYPE_MODEL_LOADER,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  properties[PROP_CAN_GO_BACK] =
    g_param_spec_boolean ("can-go-back", NULL, NULL,
                          FALSE,
                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  g_object_class_install_properties (object_class, N_PROPS, properties);

  g_type_ensure (EMO_TYPE_ADAPTIVE_BOX);
  g_type_ensure (EMO_TYPE_ANNOTATION_BAR);
  g_type_ensure (EMO_TYPE_COMPARE_VIEW);
  g_type_ensure (EMO_TYPE_HISTORY_BARS);
  g_type_ensure (EMO_TYPE_LIST_PANE);
  g_type_ensure (EMO_TYPE_PICTURE_VIEW);
  g_type_ensure (EMO_TYPE_RESULTS_PANE);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/emovlm/EmoVLM/analyse/emo-analyse-page.ui");
  gtk_widget_class_bind_template_child (widget_class, EmoAnalysePage, toasts);
  gtk_widget_class_bind_template_child (widget_class, EmoAnalysePage, history_bars);
  gtk_widget_class_bind_template_child (widget_class, EmoAnalysePage, model_bar);
  gtk_widget_class_bind_template_child (widget_class, EmoAnalysePage, model_error);
  gtk_widget_class_bind_template_child (widget_class, EmoAnalysePage, stack);
  gtk_widget_class_bind_template_child (widget_class, EmoAnalysePage, empty);
  gtk_widget_class_bind_template_child (widget_class, EmoAnalysePage, samples_button);
  gtk_widget_class_bind_template_child (widget_class, EmoAnalysePage, history_button);
  gtk_widget_class_bind_template_child (widget_class, EmoAnalysePage, leaflet);
  gtk_widget_class_bind_template_child (widget_class, EmoAnalysePage, list_pane);
  gtk_widget_class_bind_template_child (widget_class, EmoAnalysePage, content_pane);
  gtk_widget_class_bind_template_child (widget_class, EmoAnalysePage, history_notice);
  gtk_widget_class_bind_template_child (widget_class, EmoAnalysePage, history_words);
  gtk_widget_class_bind_template_child (widget_class, EmoAnalysePage, picture);
  gtk_widget_class_bind_template_child (widget_class, EmoAnalysePage, annotations);
  gtk_widget_class_bind_template_child (widget_class, EmoAnalysePage, results);
  gtk_widget_class_bind_template_child (widget_class, EmoAnalysePage, compare);
  gtk_widget_class_bind_template_child (widget_class, EmoAnalysePage, drop_highlight);
  gtk_widget_class_bind_template_callback (widget_class, activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, annotated_cb);
  gtk_widget_class_bind_template_callback (widget_class, leaflet_cb);
  gtk_widget_class_bind_template_callback (widget_class, sample_cb);
  install_actions (widget_class);
}

static void
emo_analyse_page_init (EmoAnalysePage *self)
{
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  emo_status_page_name_scroller (self->empty);
  _emo_analyse_page_init_drop (self);
  _emo_analyse_page_init_export (self);
  _emo_analyse_page_init_copy (self);
  _emo_analyse_page_init_chart (self);
}

/**
 * emo_analyse_page_get_list_pane:
 * @self: a page
 *
 * Returns: (transfer none): its left pane, which has places for a job button
 *   and for the history
 */
EmoListPane *
emo_analyse_page_get_list_pane (EmoAnalysePage *self)
{
  g_return_val_if_fail (EMO_IS_ANALYSE_PAGE (self), NULL);

  return self->list_pane;
}

/**
 * emo_analyse_page_get_session:
 * @self: a page
 *
 * Returns: (transfer none): its session
 */
EmoSession *
emo_analyse_page_get_session (EmoAnalysePage *self)
{
  g_return_val_if_fail (EMO_IS_ANALYSE_PAGE (self), NULL);

  return self->session;
}

/**
 * emo_analyse_page_retry:
 * @self: a page
 * @sample: a picture that it shows
 *
 * Looks at a picture once more, typically one that failed.
 */
void
emo_analyse_page_retry (EmoAnalysePage *self,
                        EmoSample      *sample)
{
  g_return_if_fail (EMO_IS_ANALYSE_PAGE (self));
  g_return_if_fail (EMO_IS_SAMPLE (sample));

  /* One that only the history has is asked for as a new result. */
  if (_emo_analyse_page_has_history_open (self))
    _emo_analyse_page_analyse_again (self);
  else
    emo_session_retry (self->session, sample);
}
