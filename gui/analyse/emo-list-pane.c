/* emo-list-pane.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-drop-down.h"
#include "emo-grid-columns.h"
#include "emo-label-strip.h"
#include "emo-large-set.h"
#include "emo-list-anchor.h"
#include "emo-list-pane.h"
#include "emo-picture-list.h"
#include "emo-picture-selection.h"
#include "emo-sample-row.h"
#include "emo-tab-stop.h"
#include "emo-time-left.h"
#include "emo-undo-keys.h"

/* A cell's least width, with what is around it. */
#define COLUMN_WIDTH 120
#define MAX_COLUMNS  6

struct _EmoListPane
{
  AdwBin               parent_instance;

  EmoSession          *session;
  EmoModelLoader      *loader;
  EmoPictureList      *pictures;     /* which are shown, and in which order */
  EmoPictureSelection *selection;   /* of those */
  EmoLargeSet         *large_set;
  EmoJob              *job;          /* (nullable) of the running batch */
  GtkWidget           *history;      /* (nullable) */
  guint                look_id;      /* what the list is to show is put off */
  guint                look_frames;
  gboolean             look_at_start;

  AdwViewStack        *stack;
  GtkWidget           *switcher;
  GtkEditable         *search;
  GtkDropDown         *show;
  GtkDropDown         *sort;
  GtkCheckButton      *reversed;
  EmoLabelStrip       *strip;
  GtkStack            *shown_stack;
  GtkWidget           *show_all_button;
  GtkGridView         *list;
  GtkRevealer         *selection_bar;
  GtkLabel            *selected;
  GtkRevealer         *offer_bar;
  GtkLabel            *offer;
  GtkLabel            *status;
  GtkProgressBar      *progress;
  AdwBin              *job_place;
  GtkWidget           *stop_button;
  GtkWidget           *start_button;
};

enum
{
  PROP_0,
  PROP_SAMPLE,
  PROP_N_SELECTED,
  PROP_HISTORY,
  PROP_JOB_BUTTON,
  N_PROPS
};

enum
{
  SIGNAL_ACTIVATED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (EmoListPane, emo_list_pane, ADW_TYPE_BIN)

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

/* "13 of 300 pictures · About 2 minutes left" */
static char *
dup_progress (EmoListPane *self,
              guint        n,
              guint        n_finished)
{
  g_autofree char *left = emo_time_left_to_string (emo_job_get_seconds_left (self->job));
  g_autofree char *count = g_strdup_printf (ngettext ("%u of %u picture", "%u of %u pictures", n), n_finished, n);

  if (*left == '\0')
    return g_steal_pointer (&count);

  return g_strdup_printf (C_("progress: a count, time left", "%s · %s"), count, left);
}

static char *
dup_status (EmoListPane *self,
            guint        n,
            guint        n_finished,
            guint        n_failed)
{
  EmoModelState state = emo_model_loader_get_state (self->loader);

  if (self->job != NULL)
    return dup_progress (self, n, n_finished);
  if (state != EMO_MODEL_READY && n_finished < n)
    return g_strdup (state == EMO_MODEL_FAILED ? _("Waiting for a model") : _("Waiting for the model"));
  if (emo_picture_list_get_filtered (self->pictures))
    return g_strdup_printf (ngettext ("%u of %u picture shown", "%u of %u pictures shown", n),
                            g_list_model_get_n_items (emo_picture_list_get_shown (self->pictures)), n);
  if (n_failed > 0)
    return g_strdup_printf (ngettext ("%u picture, %u failed", "%u pictures, %u failed", n), n, n_failed);

  return g_strdup_printf (ngettext ("%u picture", "%u pictures", n), n);
}

static void
update_status (EmoListPane *self)
{
  guint n = g_list_model_get_n_items (emo_session_get_samples (self->session));
  gboolean running, can_start;
  guint n_done, n_failed, n_held;
  g_autofree char *text = NULL;

  g_object_get (self->session,
                "running", &running,
                "n-done", &n_done,
                "n-failed", &n_failed,
                "n-held", &n_held,
                NULL);
  can_start = !running && emo_session_get_classifier (self->session) != NULL && n_held > 0;
  text = dup_status (self, n, n_done + n_failed, n_failed);

  gtk_label_set_text (self->status, text);
  gtk_widget_set_visible (GTK_WIDGET (self->progress), self->job != NULL);
  gtk_progress_bar_set_fraction (self->progress, n > 0 ? (double) (n_done + n_failed) / n : 0);
  gtk_widget_set_visible (self->stop_button, running);
  /* The offer has a button of its own. */
  gtk_widget_set_visible (self->start_button, can_start && emo_large_set_get_offer (self->large_set) == NULL);
}

/* Without a height there is nothing to scroll, see emo-list-anchor.c. */
static void
scroll_to (EmoListPane *self,
           guint        position)
{
  GtkAdjustment *adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (self->list));

  if (gtk_adjustment_get_page_size (adjustment) > 0 && position < g_list_model_get_n_items (emo_picture_list_get_shown (self->pictures)))
    gtk_widget_activate_action (GTK_WIDGET (self->list), "list.scroll-to-item", "u", position);
}

/* (nullable) Of the window. */
static GtkWidget *
get_focus (EmoListPane *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  return root != NULL ? gtk_root_get_focus (root) : NULL;
}

static gboolean
has_focus (EmoListPane *self)
{
  GtkWidget *focus = get_focus (self);

  return focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self->list));
}

/* To a picture that is gone; the window looks for another place only later. */
static gboolean
has_lost_focus (EmoListPane *self)
{
  GtkWidget *focus = get_focus (self);

  return focus == NULL || gtk_widget_get_root (focus) == NULL;
}

/* GTK keeps a picture where it is on the screen. Whoever looks at the start of the
 * list wants to see what comes to be the first, unless the keyboard is on a picture;
 * whoever has scrolled stays with what is there. */
static void
stay_at_start (EmoListPane *self)
{
  GtkAdjustment *adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (self->list));

  if (gtk_adjustment_get_value (adjustment) <= 0 && !has_focus (self))
    scroll_to (self, 0);
}

static gboolean
look_cb (GtkWidget     *list,
         GdkFrameClock *clock,
         gpointer       user_data)
{
  EmoListPane *self = EMO_LIST_PANE (user_data);
  guint position = emo_picture_selection_get_position (self->selection);

  /* Rows have their new places only after a frame. */
  if (self->look_frames++ == 0)
    return G_SOURCE_CONTINUE;

  self->look_id = 0;
  scroll_to (self, self->look_at_start || position == GTK_INVALID_LIST_POSITION ? 0 : position);

  return G_SOURCE_REMOVE;
}

static void
look_at (EmoListPane *self,
         gboolean     start)
{
  self->look_at_start = start;
  self->look_frames = 0;
  if (self->look_id == 0)
    self->look_id = gtk_widget_add_tick_callback (GTK_WIDGET (self->list), look_cb, self, NULL);
}

/* A new order is read from its start. */
static void
order_cb (EmoListPane *self)
{
  look_at (self, TRUE);
}

/* Another filter leaves others; whoever looks at one of them keeps it in sight. */
static void
filter_cb (EmoListPane *self)
{
  look_at (self, FALSE);
}

/* What the filter leaves; an empty list says why it is. */
static void
shown_cb (EmoListPane *self)
{
  guint n = g_list_model_get_n_items (emo_picture_list_get_shown (self->pictures));
  gboolean none = n == 0 && emo_picture_list_get_filtered (self->pictures);

  gtk_stack_set_visible_child_name (self->shown_stack, none ? "none" : "some");
  if (none && has_lost_focus (self))
    gtk_widget_grab_focus (self->show_all_button);
  stay_at_start (self);
  update_status (self);
}

static void
offer_cb (EmoListPane *self)
{
  const char *offer = emo_large_set_get_offer (self->large_set);

  if (offer != NULL)
    gtk_label_set_text (self->offer, offer);
  gtk_revealer_set_reveal_child (self->offer_bar, offer != NULL);
  update_status (self);
}

static void
counted_cb (EmoListPane *self)
{
  guint n_labels;
  const EmoLabelCount *counts = emo_picture_list_get_counts (self->pictures, &n_labels);

  emo_label_strip_set_counts (self->strip, counts, n_labels);
}

static void
strip_cb (EmoListPane *self)
{
  g_object_set (self->pictures, "label", emo_label_strip_get_label (self->strip), NULL);
}

static void
search_cb (EmoListPane *self)
{
  const char *text = gtk_editable_get_text (self->search);

  g_object_set (self->pictures, "search", *text != '\0' ? text : NULL, NULL);
}

static void
stop_search_cb (EmoListPane *self)
{
  gtk_editable_set_text (self->search, "");
  emo_list_pane_focus_list (self);
}

static void
show_cb (EmoListPane *self)
{
  g_object_set (self->pictures, "show", (EmoPictureShow) gtk_drop_down_get_selected (self->show), NULL);
}

static void
sort_cb (EmoListPane *self)
{
  g_object_set (self->pictures,
                "sort", (EmoPictureSort) gtk_drop_down_get_selected (self->sort),
                "reversed", gtk_check_button_get_active (self->reversed),
                NULL);
}

static void
show_all_cb (EmoListPane *self)
{
  gtk_editable_set_text (self->search, "");
  gtk_drop_down_set_selected (self->show, EMO_PICTURE_SHOW_ALL);
  emo_label_strip_set_label (self->strip, NULL);
  emo_picture_list_show_all (self->pictures);
}

/* The tab in front has keys and a search of its own. */
static gboolean
is_history_in_front (EmoListPane *self)
{
  return self->history != NULL && gtk_widget_get_mapped (self->history);
}

static void
search_action (GtkWidget  *widget,
               const char *name,
               GVariant   *parameter)
{
  EmoListPane *self = EMO_LIST_PANE (widget);

  if (is_history_in_front (self))
    gtk_widget_activate_action (self->history, "history.search", NULL);
  else
    gtk_widget_grab_focus (GTK_WIDGET (self->search));
}

static void
undo_action (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  EmoListPane *self = EMO_LIST_PANE (widget);

  if (is_history_in_front (self))
    gtk_widget_activate_action (self->history, "history.undo", NULL);
  else
    gtk_widget_activate_action (widget, "page.undo-removal", NULL);
}

static void
redo_action (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  if (!is_history_in_front (EMO_LIST_PANE (widget)))
    gtk_widget_activate_action (widget, "page.redo-removal", NULL);
}

static void
flag_action (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  EmoListPane *self = EMO_LIST_PANE (widget);
  EmoSample *sample = emo_list_pane_get_sample (self);

  if (sample == NULL)
    return;

  emo_sample_set_flagged (sample, !emo_sample_get_flagged (sample));
  emo_picture_list_touch (self->pictures);
}

static gboolean
disagrees (EmoSample *sample)
{
  EmoPrediction *prediction = emo_sample_get_prediction (sample);

  return emo_sample_get_state (sample) == EMO_SAMPLE_DONE && prediction != NULL && !emo_prediction_get_agree (prediction);
}

/* Around the end, so that none is missed. */
static void
next_disagreement_action (GtkWidget  *widget,
                          const char *name,
                          GVariant   *parameter)
{
  EmoListPane *self = EMO_LIST_PANE (widget);
  GListModel *shown = emo_picture_list_get_shown (self->pictures);
  guint n = g_list_model_get_n_items (shown);
  guint from = emo_picture_selection_get_position (self->selection);

  for (guint i = 1; i <= n; i++)
    {
      guint position = from == GTK_INVALID_LIST_POSITION ? i - 1 : (from + i) % n;
      g_autoptr (EmoSample) sample = g_list_model_get_item (shown, position);

      if (!disagrees (sample))
        continue;
      emo_list_pane_set_sample (self, sample);
      return;
    }

  gtk_widget_error_bell (widget);
}

static void
job_cb (EmoListPane *self)
{
  if (self->job != NULL)
    g_signal_handlers_disconnect_by_data (self->job, self);
  g_clear_object (&self->job);

  g_object_get (self->session, "job", &self->job, NULL);
  if (self->job != NULL)
    g_signal_connect_object (self->job, "notify::progress", G_CALLBACK (update_status), self, G_CONNECT_SWAPPED);
  update_status (self);
}

static void
sample_cb (EmoListPane *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SAMPLE]);
}

static void
n_selected_cb (EmoListPane *self)
{
  guint n = emo_picture_selection_get_n_selected (self->selection);
  g_autofree char *text = NULL;

  /* While the bar goes away it still says what it was about. */
  if (n > 1)
    {
      text = g_strdup_printf (ngettext ("%u selected", "%u selected", n), n);
      gtk_label_set_text (self->selected, text);
    }
  gtk_revealer_set_reveal_child (self->selection_bar, n > 1);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_SELECTED]);
}

static void
activate_cb (EmoListPane *self,
             guint        position)
{
  emo_picture_selection_select_position (self->selection, position);
  g_signal_emit (self, signals[SIGNAL_ACTIVATED], 0, emo_list_pane_get_sample (self));
}

static void
emo_list_pane_dispose (GObject *object)
{
  EmoListPane *self = EMO_LIST_PANE (object);

  if (self->job != NULL)
    g_signal_handlers_disconnect_by_data (self->job, self);
  g_clear_object (&self->job);
  if (self->selection != NULL)
    g_signal_handlers_disconnect_by_data (self->selection, self);
  g_clear_object (&self->selection);
  if (self->look_id != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self->list), self->look_id);
  self->look_id = 0;
  /* dispose_template unparents bound children, of which AdwBin keeps a pointer. */
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), EMO_TYPE_LIST_PANE);
  /* A list that goes lifts its filter, and what it shows changes for the last time. */
  if (self->pictures != NULL)
    {
      g_signal_handlers_disconnect_by_data (emo_picture_list_get_shown (self->pictures), self);
      g_signal_handlers_disconnect_by_data (self->pictures, self);
    }
  g_clear_object (&self->pictures);
  if (self->large_set != NULL)
    g_signal_handlers_disconnect_by_data (self->large_set, self);
  g_clear_object (&self->large_set);
  g_clear_object (&self->session);
  g_clear_object (&self->loader);

  G_OBJECT_CLASS (emo_list_pane_parent_class)->dispose (object);
}

static void
emo_list_pane_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  EmoListPane *self = EMO_LIST_PANE (object);

  switch (prop_id)
    {
    case PROP_SAMPLE:
      g_value_set_object (value, emo_list_pane_get_sample (self));
      break;
    case PROP_N_SELECTED:
      g_value_set_uint (value, emo_list_pane_get_n_selected (self));
      break;
    case PROP_HISTORY:
      g_value_set_object (value, self->history);
      break;
    case PROP_JOB_BUTTON:
      g_value_set_object (value, emo_list_pane_get_job_button (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_list_pane_set_property (GObject      *object,
                            guint         prop_id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  EmoListPane *self = EMO_LIST_PANE (object);

  switch (prop_id)
    {
    case PROP_SAMPLE:
      emo_list_pane_set_sample (self, g_value_get_object (value));
      break;
    case PROP_HISTORY:
      emo_list_pane_set_history (self, g_value_get_object (value));
      break;
    case PROP_JOB_BUTTON:
      emo_list_pane_set_job_button (self, g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_list_pane_class_init (EmoListPaneClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = emo_list_pane_dispose;
  object_class->get_property = emo_list_pane_get_property;
  object_class->set_property = emo_list_pane_set_property;

  properties[PROP_SAMPLE] =
    g_param_spec_object ("sample", NULL, NULL, EMO_TYPE_SAMPLE, flags);
  properties[PROP_N_SELECTED] =
    g_param_spec_uint ("n-selected", NULL, NULL,
                       0, G_MAXUINT, 0,
                       G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  properties[PROP_HISTORY] =
    g_param_spec_object ("history", NULL, NULL, GTK_TYPE_WIDGET, flags);
  properties[PROP_JOB_BUTTON] =
    g_param_spec_object ("job-button", NULL, NULL, GTK_TYPE_WIDGET, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * EmoListPane::activated:
   * @self: the pane
   * @sample: the picture that was activated, by Enter or a double click
   */
  signals[SIGNAL_ACTIVATED] =
    g_signal_new ("activated", EMO_TYPE_LIST_PANE, G_SIGNAL_RUN_LAST, 0,
                  NULL, NULL, NULL, G_TYPE_NONE, 1, EMO_TYPE_SAMPLE);

  g_type_ensure (EMO_TYPE_LABEL_STRIP);
  g_type_ensure (EMO_TYPE_SAMPLE_ROW);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/emovlm/EmoVLM/analyse/emo-list-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, EmoListPane, stack);
  gtk_widget_class_bind_template_child (widget_class, EmoListPane, switcher);
  gtk_widget_class_bind_template_child (widget_class, EmoListPane, search);
  gtk_widget_class_bind_template_child (widget_class, EmoListPane, show);
  gtk_widget_class_bind_template_child (widget_class, EmoListPane, sort);
  gtk_widget_class_bind_template_child (widget_class, EmoListPane, reversed);
  gtk_widget_class_bind_template_child (widget_class, EmoListPane, strip);
  gtk_widget_class_bind_template_child (widget_class, EmoListPane, shown_stack);
  gtk_widget_class_bind_template_child (widget_class, EmoListPane, show_all_button);
  gtk_widget_class_bind_template_child (widget_class, EmoListPane, list);
  gtk_widget_class_bind_template_child (widget_class, EmoListPane, selection_bar);
  gtk_widget_class_bind_template_child (widget_class, EmoListPane, selected);
  gtk_widget_class_bind_template_child (widget_class, EmoListPane, offer_bar);
  gtk_widget_class_bind_template_child (widget_class, EmoListPane, offer);
  gtk_widget_class_bind_template_child (widget_class, EmoListPane, status);
  gtk_widget_class_bind_template_child (widget_class, EmoListPane, progress);
  gtk_widget_class_bind_template_child (widget_class, EmoListPane, job_place);
  gtk_widget_class_bind_template_child (widget_class, EmoListPane, stop_button);
  gtk_widget_class_bind_template_child (widget_class, EmoListPane, start_button);
  gtk_widget_class_bind_template_callback (widget_class, activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, strip_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_cb);
  gtk_widget_class_bind_template_callback (widget_class, stop_search_cb);
  gtk_widget_class_bind_template_callback (widget_class, show_cb);
  gtk_widget_class_bind_template_callback (widget_class, sort_cb);
  gtk_widget_class_bind_template_callback (widget_class, show_all_cb);

  gtk_widget_class_install_action (widget_class, "pictures.search", NULL, search_action);
  gtk_widget_class_install_action (widget_class, "pictures.undo", NULL, undo_action);
  gtk_widget_class_install_action (widget_class, "pictures.redo", NULL, redo_action);
  gtk_widget_class_install_action (widget_class, "pictures.flag", NULL, flag_action);
  gtk_widget_class_install_action (widget_class, "pictures.next-disagreement", NULL, next_disagreement_action);
  emo_undo_keys_add (widget_class, "pictures.undo", "pictures.redo");
}

static void
emo_list_pane_init (EmoListPane *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  emo_drop_down_set_name (self->show, _("Show"));
  emo_drop_down_set_name (self->sort, _("Sort By"));
  emo_tab_stop_add (GTK_WIDGET (self->list));
  emo_grid_columns_add (self->list, COLUMN_WIDTH, MAX_COLUMNS);
  emo_list_anchor_add (GTK_WIDGET (self->list));
}

/**
 * emo_list_pane_set_session:
 * @self: a pane
 * @session: whose pictures to list
 * @loader: the model they wait for
 *
 * Fills the pane. To be called once.
 */
void
emo_list_pane_set_session (EmoListPane    *self,
                           EmoSession     *session,
                           EmoModelLoader *loader)
{
  static const char * const filters[] = { "notify::show", "notify::label", "notify::search" };
  static const char * const orders[] = { "notify::sort", "notify::reversed" };
  static const char * const counts[] = {
    "notify::running", "notify::n-done", "notify::n-failed", "notify::n-held", "notify::classifier",
  };

  g_return_if_fail (EMO_IS_LIST_PANE (self));
  g_return_if_fail (EMO_IS_SESSION (session));
  g_return_if_fail (self->session == NULL);

  self->session = g_object_ref (session);
  self->loader = g_object_ref (loader);
  self->large_set = emo_large_set_new (session);
  self->pictures = emo_picture_list_new (session);
  self->selection = emo_picture_selection_new (emo_picture_list_get_shown (self->pictures));
  gtk_grid_view_set_model (self->list, emo_picture_selection_get_model (self->selection));
  g_signal_connect_swapped (self->selection, "notify::sample", G_CALLBACK (sample_cb), self);
  g_signal_connect_swapped (self->selection, "notify::n-selected", G_CALLBACK (n_selected_cb), self);

  g_signal_connect_object (emo_picture_list_get_shown (self->pictures), "items-changed",
                           G_CALLBACK (shown_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->pictures, "counted", G_CALLBACK (counted_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->pictures, "notify::filtered", G_CALLBACK (shown_cb), self, G_CONNECT_SWAPPED);
  for (guint i = 0; i < G_N_ELEMENTS (filters); i++)
    g_signal_connect_object (self->pictures, filters[i], G_CALLBACK (filter_cb), self, G_CONNECT_SWAPPED);
  for (guint i = 0; i < G_N_ELEMENTS (orders); i++)
    g_signal_connect_object (self->pictures, orders[i], G_CALLBACK (order_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (emo_session_get_samples (session), "items-changed",
                           G_CALLBACK (update_status), self, G_CONNECT_SWAPPED);
  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    g_signal_connect_object (session, counts[i], G_CALLBACK (update_status), self, G_CONNECT_SWAPPED);
  g_signal_connect_swapped (self->large_set, "notify::offer", G_CALLBACK (offer_cb), self);
  g_signal_connect_object (session, "notify::job", G_CALLBACK (job_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (loader, "notify::state", G_CALLBACK (update_status), self, G_CONNECT_SWAPPED);
  job_cb (self);
}

/**
 * emo_list_pane_get_sample:
 * @self: a pane
 *
 * Returns: (transfer none) (nullable): the picture to show
 */
EmoSample *
emo_list_pane_get_sample (EmoListPane *self)
{
  g_return_val_if_fail (EMO_IS_LIST_PANE (self), NULL);

  return self->selection != NULL ? emo_picture_selection_get_sample (self->selection) : NULL;
}

static gboolean
select_shown (EmoListPane *self,
              GPtrArray   *samples)
{
  if (emo_picture_selection_select (self->selection, samples) == GTK_INVALID_LIST_POSITION)
    return FALSE;

  look_at (self, FALSE);

  return TRUE;
}

/**
 * emo_list_pane_select:
 * @self: a pane
 * @samples: (element-type EmoSample): listed pictures to select, the first of
 *   them to be shown and scrolled to
 */
void
emo_list_pane_select (EmoListPane *self,
                      GPtrArray   *samples)
{
  g_return_if_fail (EMO_IS_LIST_PANE (self));
  g_return_if_fail (samples != NULL);

  /* What is asked for is shown, whatever the filter says. */
  if (!select_shown (self, samples) && emo_picture_list_get_filtered (self->pictures))
    {
      show_all_cb (self);
      select_shown (self, samples);
    }
}

/**
 * emo_list_pane_set_sample:
 * @self: a pane
 * @sample: (nullable): a listed picture to select and to scroll to
 */
void
emo_list_pane_set_sample (EmoListPane *self,
                          EmoSample   *sample)
{
  g_autoptr (GPtrArray) samples = NULL;

  g_return_if_fail (EMO_IS_LIST_PANE (self));

  if (sample == NULL)
    {
      emo_picture_selection_clear (self->selection);
      return;
    }

  samples = g_ptr_array_new ();
  g_ptr_array_add (samples, sample);
  emo_list_pane_select (self, samples);
}

/**
 * emo_list_pane_get_n_selected:
 * @self: a pane
 *
 * Returns: how many pictures are selected
 */
guint
emo_list_pane_get_n_selected (EmoListPane *self)
{
  g_return_val_if_fail (EMO_IS_LIST_PANE (self), 0);

  return self->selection != NULL ? emo_picture_selection_get_n_selected (self->selection) : 0;
}

/**
 * emo_list_pane_dup_selected:
 * @self: a pane
 *
 * Returns: (transfer full) (element-type EmoSample): the pictures that are
 *   selected, in the order of the list
 */
GPtrArray *
emo_list_pane_dup_selected (EmoListPane *self)
{
  g_return_val_if_fail (EMO_IS_LIST_PANE (self), NULL);

  return emo_picture_selection_dup_selected (self->selection);
}

/**
 * emo_list_pane_get_position:
 * @self: a pane
 *
 * Returns: where the picture to show is in the list, %GTK_INVALID_LIST_POSITION
 *   for none
 */
guint
emo_list_pane_get_position (EmoListPane *self)
{
  g_return_val_if_fail (EMO_IS_LIST_PANE (self), GTK_INVALID_LIST_POSITION);

  return emo_picture_selection_get_position (self->selection);
}

/**
 * emo_list_pane_set_position:
 * @self: a pane
 * @position: where to select; beyond the end is the last one
 */
void
emo_list_pane_set_position (EmoListPane *self,
                            guint        position)
{
  guint n;

  g_return_if_fail (EMO_IS_LIST_PANE (self));

  n = g_list_model_get_n_items (emo_picture_list_get_shown (self->pictures));
  if (n > 0)
    emo_picture_selection_select_position (self->selection, MIN (position, n - 1));
}

/**
 * emo_list_pane_get_history:
 * @self: a pane
 *
 * Returns: (transfer none) (nullable): what is on the second tab
 */
GtkWidget *
emo_list_pane_get_history (EmoListPane *self)
{
  g_return_val_if_fail (EMO_IS_LIST_PANE (self), NULL);

  return self->history;
}

/**
 * emo_list_pane_set_history:
 * @self: a pane
 * @history: what to put on the second tab, once
 *
 * The tabs appear with the second one.
 */
void
emo_list_pane_set_history (EmoListPane *self,
                           GtkWidget   *history)
{
  AdwViewStackPage *page;

  g_return_if_fail (EMO_IS_LIST_PANE (self));
  g_return_if_fail (GTK_IS_WIDGET (history));
  g_return_if_fail (self->history == NULL);

  self->history = history;
  page = adw_view_stack_add_titled (self->stack, history, "history", _("History"));
  adw_view_stack_page_set_icon_name (page, "document-open-recent-symbolic");
  gtk_widget_set_visible (self->switcher, TRUE);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_HISTORY]);
}

/**
 * emo_list_pane_get_job_button:
 * @self: a pane
 *
 * Returns: (transfer none) (nullable): what is at the place of the job button
 */
GtkWidget *
emo_list_pane_get_job_button (EmoListPane *self)
{
  g_return_val_if_fail (EMO_IS_LIST_PANE (self), NULL);

  return self->job_place != NULL ? adw_bin_get_child (self->job_place) : NULL;
}

/**
 * emo_list_pane_set_job_button:
 * @self: a pane
 * @job_button: (nullable): what to put at the place of the job button, in the
 *   bar below the list
 */
void
emo_list_pane_set_job_button (EmoListPane *self,
                              GtkWidget   *job_button)
{
  g_return_if_fail (EMO_IS_LIST_PANE (self));
  g_return_if_fail (job_button == NULL || GTK_IS_WIDGET (job_button));

  if (emo_list_pane_get_job_button (self) == job_button)
    return;

  adw_bin_set_child (self->job_place, job_button);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_JOB_BUTTON]);
}

/**
 * emo_list_pane_focus_list:
 * @self: a pane
 *
 * Puts the keyboard on the pictures, so that arrows and Delete work at once.
 */
void
emo_list_pane_focus_list (EmoListPane *self)
{
  g_return_if_fail (EMO_IS_LIST_PANE (self));

  gtk_widget_grab_focus (GTK_WIDGET (self->list));
}

/**
 * emo_list_pane_touch:
 * @self: a pane
 *
 * Says that a person has changed what filters look at.
 */
void
emo_list_pane_touch (EmoListPane *self)
{
  g_return_if_fail (EMO_IS_LIST_PANE (self));

  emo_picture_list_touch (self->pictures);
}

/**
 * emo_list_pane_get_shown:
 * @self: a pane with a session
 *
 * Returns: (transfer none): the pictures that filter and search leave, in their
 *   order
 */
GListModel *
emo_list_pane_get_shown (EmoListPane *self)
{
  g_return_val_if_fail (EMO_IS_LIST_PANE (self), NULL);

  return emo_picture_list_get_shown (self->pictures);
}

/**
 * emo_list_pane_measure:
 * @self: a pane
 * @samples: (element-type EmoSample): many pictures that were just listed
 *
 * Looks at a few of them, then says how long the rest would take and offers to
 * start with it.
 */
void
emo_list_pane_measure (EmoListPane *self,
                       GPtrArray   *samples)
{
  g_return_if_fail (EMO_IS_LIST_PANE (self));

  emo_large_set_begin (self->large_set, samples);
}
