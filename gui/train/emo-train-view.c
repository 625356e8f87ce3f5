/* emo-train-view.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-adaptive-box.h"
#include "emo-button-label.h"
#include "emo-train-folder.h"
#include "emo-train-form.h"
#include "emo-train-pane.h"
#include "emo-train-run.h"
#include "emo-train-setting.h"
#include "emo-train-view.h"
#include "emo-train-words.h"

/* What is told comes four times a second from each stage; more often nothing is
 * drawn, whoever talks. */
#define UPDATE_MS 100

struct _EmoTrainView
{
  AdwBin             parent_instance;

  EmoModelLoader    *loader;
  EmoTrainRun       *run;
  EmoJob            *job;            /* (nullable) of the training that runs */
  GCancellable      *looking;        /* (nullable) at the folder */
  EmoTrainFolder    *folder;         /* (nullable) what was seen there */
  char              *result;         /* (nullable) the model's folder that the last training made */
  guint              n_stages;       /* of the training that runs */
  guint              update_id;

  GtkInfoBar        *error_bar;
  GtkLabel          *error;
  GtkScrolledWindow *scroller;
  GtkWidget         *box;
  EmoTrainForm      *form;
  EmoTrainPane      *pane;
  GtkProgressBar    *progress;
  GtkLabel          *status;
  GtkButton         *load_button;
  GtkButton         *stop_button;
  GtkButton         *resume_button;
  GtkButton         *start_button;
  GtkWidget         *drop_highlight;
};

enum
{
  PROP_0,
  PROP_LOADER,
  PROP_ACTIVE,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (EmoTrainView, emo_train_view, ADW_TYPE_BIN)

static GParamSpec *properties[N_PROPS];

/* --- What it says --- */

static gboolean
is_asked_for (EmoTrainView    *self,
              EmoTrainStageId  id)
{
  const char *stage = emo_train_form_get_stage (self->form);

  return g_str_equal (stage, EMO_TRAIN_ALL) || g_str_equal (stage, emo_train_stage_id_get_name (id));
}

static gboolean
is_unfinished (EmoTrainView *self)
{
  for (int i = 0; self->folder != NULL && i < EMO_TRAIN_N_STAGES; i++)
    if (self->folder->is_unfinished[i] && is_asked_for (self, i))
      return TRUE;

  return FALSE;
}

static char *
dup_status (EmoTrainView *self)
{
  EmoTrainRunState state = emo_train_run_get_state (self->run);
  const char *missing = emo_train_form_get_missing (self->form);

  if (state == EMO_TRAIN_RUN_IDLE && missing != NULL)
    return g_strdup (missing);

  return emo_train_words_dup_state (state, emo_train_pane_get_running (self->pane), self->n_stages > 1, is_unfinished (self));
}

static void
set_suggested (GtkButton *button,
               gboolean   suggested)
{
  if (suggested)
    gtk_widget_add_css_class (GTK_WIDGET (button), "suggested-action");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (button), "suggested-action");
}

/* A label's own width would come back with the new text. */
static void
set_label (GtkButton  *button,
           const char *text)
{
  if (g_strcmp0 (gtk_button_get_label (button), text) == 0)
    return;

  gtk_button_set_label (button, text);
  emo_button_label_ellipsize (button);
}

/* One button stands out: what most people want next. */
static void
update_buttons (EmoTrainView *self)
{
  gboolean active = emo_train_run_is_active (self->run);
  gboolean can_start = !active && emo_train_form_get_missing (self->form) == NULL;
  gboolean can_resume = can_start && is_unfinished (self);
  gboolean can_load = !active && self->result != NULL;
  gboolean stopping = emo_train_run_get_state (self->run) == EMO_TRAIN_RUN_STOPPING;

  gtk_widget_set_visible (GTK_WIDGET (self->stop_button), active);
  gtk_widget_set_visible (GTK_WIDGET (self->start_button), !active);
  gtk_widget_set_visible (GTK_WIDGET (self->resume_button), can_resume);
  gtk_widget_set_visible (GTK_WIDGET (self->load_button), can_load);
  gtk_widget_set_sensitive (GTK_WIDGET (self->start_button), can_start);
  set_suggested (self->load_button, can_load && !can_resume);
  set_suggested (self->resume_button, can_resume);
  set_suggested (self->start_button, !can_load && !can_resume);
  set_label (self->start_button, can_resume ? _("Start Anew") : _("Start Training"));
  set_label (self->stop_button, stopping ? _("End at Once") : _("Stop Training"));
  gtk_widget_set_sensitive (GTK_WIDGET (self->form), !active);
  emo_train_pane_set_ready (self->pane, can_start);
}

static void
set_status (EmoTrainView *self,
            const char   *text)
{
  if (g_strcmp0 (gtk_label_get_text (self->status), text) != 0)
    gtk_label_set_text (self->status, text);
}

static void
update_progress (EmoTrainView *self)
{
  gboolean active = emo_train_run_is_active (self->run);
  double fraction = emo_train_pane_get_fraction (self->pane, self->n_stages);
  g_autofree char *text = dup_status (self);

  gtk_widget_set_visible (GTK_WIDGET (self->progress), active);
  if (active && fraction >= 0)
    gtk_progress_bar_set_fraction (self->progress, fraction);
  else if (active)
    gtk_progress_bar_pulse (self->progress);
  set_status (self, text);
  if (self->job == NULL)
    return;

  emo_job_set_message (self->job, text);
  if (fraction >= 0)
    emo_job_set_progress (self->job, fraction);
}

static void
update (EmoTrainView *self)
{
  emo_train_pane_update (self->pane);
  update_progress (self);
  update_buttons (self);
}

static gboolean
update_cb (gpointer user_data)
{
  EmoTrainView *self = user_data;

  self->update_id = 0;
  update (self);

  return G_SOURCE_REMOVE;
}

static void
queue_update (EmoTrainView *self)
{
  if (self->update_id == 0)
    self->update_id = g_timeout_add (UPDATE_MS, update_cb, self);
}

static void
show_error (EmoTrainView *self,
            const char   *text)
{
  if (text != NULL)
    gtk_label_set_text (self->error, text);
  gtk_info_bar_set_revealed (self->error_bar, text != NULL);
}

/* --- The folder that is written to --- */

static void
look_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (EmoTrainView) self = user_data;
  EmoTrainFolder *folder = emo_train_folder_look_finish (result);

  if (folder == NULL)
    return;

  g_clear_object (&self->looking);
  emo_train_folder_free (self->folder);
  self->folder = folder;
  update (self);
}

static void
look (EmoTrainView *self)
{
  const char *output = emo_train_form_get_output (self->form);

  if (self->looking != NULL)
    g_cancellable_cancel (self->looking);
  g_clear_object (&self->looking);
  g_clear_pointer (&self->folder, emo_train_folder_free);
  if (output == NULL)
    return;

  self->looking = g_cancellable_new ();
  emo_train_folder_look_async (output, self->looking, look_cb, g_object_ref (self));
}

static void
form_cb (EmoTrainView *self)
{
  look (self);
  queue_update (self);
}

/* --- Running --- */

static void
event_cb (EmoTrainView        *self,
          const EmoTrainEvent *event)
{
  emo_train_pane_take (self->pane, event);
  queue_update (self);
}

static void
said_cb (EmoTrainView *self,
         const char   *text)
{
  emo_train_pane_say (self->pane, text);
}

static void
end_job (EmoTrainView *self)
{
  static const EmoJobState states[] = {
    [EMO_TRAIN_RUN_DONE] = EMO_JOB_DONE,
    [EMO_TRAIN_RUN_STOPPED] = EMO_JOB_STOPPED,
    [EMO_TRAIN_RUN_FAILED] = EMO_JOB_FAILED,
  };
  g_autofree char *text = dup_status (self);

  if (self->job == NULL)
    return;

  g_signal_handlers_disconnect_by_data (emo_job_get_cancellable (self->job), self);
  emo_job_set_message (self->job, text);
  emo_job_set_state (self->job, states[emo_train_run_get_state (self->run)]);
  g_clear_object (&self->job);
}

static void
ended_cb (EmoTrainView *self)
{
  EmoTrainRunState state = emo_train_run_get_state (self->run);

  emo_train_pane_end (self->pane,
                      state == EMO_TRAIN_RUN_DONE ? EMO_TRAIN_RECORD_DONE
                      : state == EMO_TRAIN_RUN_STOPPED ? EMO_TRAIN_RECORD_STOPPED
                                                       : EMO_TRAIN_RECORD_FAILED);
  if (state == EMO_TRAIN_RUN_FAILED)
    {
      show_error (self, emo_train_run_get_message (self->run));
      emo_train_pane_say (self->pane, emo_train_run_get_message (self->run));
    }
  if (state == EMO_TRAIN_RUN_DONE)
    self->result = g_strdup (emo_train_form_get_output (self->form));
  end_job (self);
  look (self);
  update (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ACTIVE]);
  gtk_widget_grab_focus (GTK_WIDGET (self->result != NULL ? self->load_button : self->start_button));
}

/* Where the form is above, what is told lies below the edge of the window. */
static void
scroll_to_pane (EmoTrainView *self)
{
  graphene_rect_t bounds;

  if (gtk_widget_compute_bounds (GTK_WIDGET (self->pane), self->box, &bounds) && bounds.origin.y > 0)
    gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (self->scroller), bounds.origin.y);
}

static void
add_job (EmoTrainView *self)
{
  const char *stage = emo_train_form_get_stage (self->form);

  self->n_stages = g_str_equal (stage, EMO_TRAIN_ALL) ? EMO_TRAIN_N_STAGES : 1;
  self->job = emo_job_new (_("Training"));
  emo_job_set_state (self->job, EMO_JOB_RUNNING);
  g_signal_connect_object (emo_job_get_cancellable (self->job), "cancelled", G_CALLBACK (emo_train_view_stop), self, G_CONNECT_SWAPPED);
  emo_job_list_add_unattended (emo_model_loader_get_jobs (self->loader), self->job, _("Training Is Done"));
}

/* What another session's training came to before it ended. */
static void
recall (EmoTrainView *self)
{
  for (int i = 0; self->folder != NULL && i < EMO_TRAIN_N_STAGES; i++)
    if (is_asked_for (self, i))
      emo_train_pane_recall (self->pane, emo_train_stage_id_get_name (i), self->folder->epochs[i]);
}

static void
start (EmoTrainView *self,
       gboolean      resume)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) command = emo_train_form_dup_command (self->form, resume, &error);
  g_autofree char *text = NULL;

  g_clear_pointer (&self->result, g_free);
  show_error (self, NULL);
  if (command == NULL || !emo_train_run_start (self->run, (const char * const *) command, &error))
    {
      show_error (self, error->message);
      update (self);
      return;
    }

  emo_train_pane_begin (self->pane, resume);
  if (resume)
    recall (self);
  text = g_strjoinv (" ", command);
  emo_train_pane_say (self->pane, text);
  add_job (self);
  update (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ACTIVE]);
  scroll_to_pane (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->stop_button));
}

static void
start_cb (EmoTrainView *self)
{
  start (self, FALSE);
}

static void
resume_cb (EmoTrainView *self)
{
  start (self, TRUE);
}

static void
load_cb (EmoTrainView *self)
{
  if (self->result != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "app.use-model", "^ay", self->result);
}

/* --- Drops --- */

static gboolean
drop_cb (EmoTrainView *self,
         const GValue *value)
{
  GSList *files = gdk_file_list_get_files (g_value_get_boxed (value));
  g_autofree char *path = files != NULL ? g_file_get_path (files->data) : NULL;

  g_slist_free (files);
  gtk_widget_set_visible (self->drop_highlight, FALSE);
  if (path == NULL || emo_train_run_is_active (self->run))
    return FALSE;

  emo_train_form_set_dataset (self->form, path);

  return TRUE;
}

static GdkDragAction
enter_cb (EmoTrainView *self)
{
  gboolean active = emo_train_run_is_active (self->run);

  gtk_widget_set_visible (self->drop_highlight, !active);

  return active ? 0 : GDK_ACTION_COPY;
}

static void
leave_cb (EmoTrainView *self)
{
  gtk_widget_set_visible (self->drop_highlight, FALSE);
}

static void
add_drop (EmoTrainView *self)
{
  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  g_signal_connect_swapped (target, "enter", G_CALLBACK (enter_cb), self);
  g_signal_connect_swapped (target, "leave", G_CALLBACK (leave_cb), self);
  g_signal_connect_swapped (target, "drop", G_CALLBACK (drop_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}

/* --- The object --- */

static void
emo_train_view_dispose (GObject *object)
{
  EmoTrainView *self = EMO_TRAIN_VIEW (object);

  g_clear_handle_id (&self->update_id, g_source_remove);
  if (self->looking != NULL)
    g_cancellable_cancel (self->looking);
  g_clear_object (&self->looking);
  if (self->run != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->run, self);
      emo_train_run_leave (self->run);
    }
  g_clear_object (&self->run);
  if (self->job != NULL)
    {
      g_signal_handlers_disconnect_by_data (emo_job_get_cancellable (self->job), self);
      emo_job_set_state (self->job, EMO_JOB_STOPPED);
    }
  g_clear_object (&self->job);
  g_clear_object (&self->loader);
  /* dispose_template unparents bound children, of which AdwBin keeps a pointer. */
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), EMO_TYPE_TRAIN_VIEW);

  G_OBJECT_CLASS (emo_train_view_parent_class)->dispose (object);
}

static void
emo_train_view_finalize (GObject *object)
{
  EmoTrainView *self = EMO_TRAIN_VIEW (object);

  emo_train_folder_free (self->folder);
  g_free (self->result);

  G_OBJECT_CLASS (emo_train_view_parent_class)->finalize (object);
}

static void
emo_train_view_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  EmoTrainView *self = EMO_TRAIN_VIEW (object);

  switch (prop_id)
    {
    case PROP_LOADER:
      g_value_set_object (value, self->loader);
      break;
    case PROP_ACTIVE:
      g_value_set_boolean (value, emo_train_view_get_active (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_train_view_set_property (GObject      *object,
                             guint         prop_id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  switch (prop_id)
    {
    case PROP_LOADER:
      EMO_TRAIN_VIEW (object)->loader = g_value_dup_object (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_train_view_constructed (GObject *object)
{
  EmoTrainView *self = EMO_TRAIN_VIEW (object);
  GtkWidget *form_scroller = NULL;

  G_OBJECT_CLASS (emo_train_view_parent_class)->constructed (object);

  g_object_get (self->box, "start", &form_scroller, NULL);
  self->form = g_object_new (EMO_TYPE_TRAIN_FORM, "loader", self->loader, NULL);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (form_scroller), GTK_WIDGET (self->form));
  g_object_unref (form_scroller);
  g_signal_connect_object (self->form, "changed", G_CALLBACK (form_cb), self, G_CONNECT_SWAPPED);
  update (self);
}

static void
emo_train_view_class_init (EmoTrainViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->constructed = emo_train_view_constructed;
  object_class->dispose = emo_train_view_dispose;
  object_class->finalize = emo_train_view_finalize;
  object_class->get_property = emo_train_view_get_property;
  object_class->set_property = emo_train_view_set_property;

  properties[PROP_LOADER] =
    g_param_spec_object ("loader", NULL, NULL,
                         EMO_TYPE_MODEL_LOADER,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  properties[PROP_ACTIVE] =
    g_param_spec_boolean ("active", NULL, NULL,
                          FALSE,
                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  g_type_ensure (EMO_TYPE_ADAPTIVE_BOX);
  g_type_ensure (EMO_TYPE_TRAIN_PANE);
  gtk_widget_class_set_template_from_resource (widget_class, EMO_RESOURCE_PATH "/train/emo-train-view.ui");
  gtk_widget_class_bind_template_child (widget_class, EmoTrainView, error_bar);
  gtk_widget_class_bind_template_child (widget_class, EmoTrainView, error);
  gtk_widget_class_bind_template_child (widget_class, EmoTrainView, scroller);
  gtk_widget_class_bind_template_child (widget_class, EmoTrainView, box);
  gtk_widget_class_bind_template_child (widget_class, EmoTrainView, pane);
  gtk_widget_class_bind_template_child (widget_class, EmoTrainView, progress);
  gtk_widget_class_bind_template_child (widget_class, EmoTrainView, status);
  gtk_widget_class_bind_template_child (widget_class, EmoTrainView, load_button);
  gtk_widget_class_bind_template_child (widget_class, EmoTrainView, stop_button);
  gtk_widget_class_bind_template_child (widget_class, EmoTrainView, resume_button);
  gtk_widget_class_bind_template_child (widget_class, EmoTrainView, start_button);
  gtk_widget_class_bind_template_child (widget_class, EmoTrainView, drop_highlight);
  gtk_widget_class_bind_template_callback (widget_class, start_cb);
  gtk_widget_class_bind_template_callback (widget_class, resume_cb);
  gtk_widget_class_bind_template_callback (widget_class, load_cb);
  gtk_widget_class_bind_template_callback (widget_class, emo_train_view_stop);
}

static void
emo_train_view_init (EmoTrainView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  emo_button_label_ellipsize (self->load_button);
  emo_button_label_ellipsize (self->stop_button);
  emo_button_label_ellipsize (self->resume_button);
  emo_button_label_ellipsize (self->start_button);
  self->run = emo_train_run_new ();
  g_signal_connect_object (self->run, "event", G_CALLBACK (event_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->run, "said", G_CALLBACK (said_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->run, "ended", G_CALLBACK (ended_cb), self, G_CONNECT_SWAPPED);
  add_drop (self);
}

/**
 * emo_train_view_new:
 * @loader: the model that the window uses
 *
 * Returns: (transfer floating): a view without a dataset
 */
GtkWidget *
emo_train_view_new (EmoModelLoader *loader)
{
  g_return_val_if_fail (EMO_IS_MODEL_LOADER (loader), NULL);

  return g_object_new (EMO_TYPE_TRAIN_VIEW, "loader", loader, NULL);
}

/**
 * emo_train_view_set_dataset:
 * @self: a view
 * @path: a folder or a list
 *
 * As all of these, changes nothing while a training runs.
 */
void
emo_train_view_set_dataset (EmoTrainView *self,
                            const char   *path)
{
  g_return_if_fail (EMO_IS_TRAIN_VIEW (self));

  if (!emo_train_run_is_active (self->run))
    emo_train_form_set_dataset (self->form, path);
}

/**
 * emo_train_view_set_model:
 * @self: a view
 * @path: a model's folder to begin with
 */
void
emo_train_view_set_model (EmoTrainView *self,
                          const char   *path)
{
  g_return_if_fail (EMO_IS_TRAIN_VIEW (self));

  if (!emo_train_run_is_active (self->run))
    emo_train_form_set_model (self->form, path);
}

/**
 * emo_train_view_set_output:
 * @self: a view
 * @path: the folder that is written to
 */
void
emo_train_view_set_output (EmoTrainView *self,
                           const char   *path)
{
  g_return_if_fail (EMO_IS_TRAIN_VIEW (self));

  if (!emo_train_run_is_active (self->run))
    emo_train_form_set_output (self->form, path);
}

/**
 * emo_train_view_set_stage:
 * @self: a view
 * @stage: "vlm", ..., "all"
 */
void
emo_train_view_set_stage (EmoTrainView *self,
                          const char   *stage)
{
  g_return_if_fail (EMO_IS_TRAIN_VIEW (self));

  if (!emo_train_run_is_active (self->run))
    emo_train_form_set_stage (self->form, stage);
}

/**
 * emo_train_view_get_active:
 * @self: a view
 *
 * Returns: whether a training runs
 */
gboolean
emo_train_view_get_active (EmoTrainView *self)
{
  g_return_val_if_fail (EMO_IS_TRAIN_VIEW (self), FALSE);

  return self->run != NULL && emo_train_run_is_active (self->run);
}

/**
 * emo_train_view_stop:
 * @self: a view
 *
 * Stops the training after its step; asked again, at once.
 */
void
emo_train_view_stop (EmoTrainView *self)
{
  g_return_if_fail (EMO_IS_TRAIN_VIEW (self));

  emo_train_run_stop (self->run);
  update (self);
}
