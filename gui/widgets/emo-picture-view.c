/* emo-picture-view.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-emotion-name.h"
#include "emo-evidence-panel.h"
#include "emo-picture-canvas.h"
#include "emo-picture-loader.h"
#include "emo-picture-view.h"

struct _EmoPictureView
{
  AdwBin            parent_instance;

  EmoSample        *sample;          /* (nullable) */
  EmoSession       *session;         /* (nullable) */
  GCancellable     *cancellable;     /* (nullable) the load under way */
  guint             slow_id;         /* a source while it is */
  gboolean          slow;            /* the picture before is gone */
  gboolean          show_evidence;
  int               hovered_label;
  char             *facts_text;      /* (nullable) of the picture shown */
  char             *sha256;          /* (nullable) of the picture shown */

  GtkStack         *stack;
  EmoPictureCanvas *canvas;
  GtkSpinner       *spinner;
  GtkLabel         *failure_title;
  GtkLabel         *reason;
  GtkWidget        *bar;
  GtkLabel         *file_name;
  GtkLabel         *facts;
  GtkWidget        *warning_box;
  GtkLabel         *warning;
  GtkWidget        *again_button;
  GtkWidget        *zoom_button;
  GtkLabel         *zoom_label;
  EmoEvidencePanel *evidence;
};

enum
{
  PROP_0,
  PROP_SAMPLE,
  PROP_HOVERED_LABEL,
  PROP_SHOW_EVIDENCE,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (EmoPictureView, emo_picture_view, ADW_TYPE_BIN)

static GParamSpec *properties[N_PROPS];

/* The picture before stays while the next one is read, unless that takes longer:
 * then it would pass for the one whose answer stands beside it. */
#define STALE_MS 250
/* A spinner says that something takes long, not that something happens. */
#define SPINNER_MS 3000

/* --- What is said of the picture --- */

/* Drawn in the bar, and read out with the picture. */
static void
describe (EmoPictureView *self)
{
  g_autofree char *words = emo_evidence_panel_dup_description (self->evidence);
  g_autofree char *description = NULL;

  if (self->facts_text == NULL)
    return;
  description = words != NULL ? g_strdup_printf ("%s. %s", self->facts_text, words) : g_strdup (self->facts_text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->canvas), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, description, -1);
}

/* The file was written anew since it was answered. */
static gboolean
has_changed (EmoPictureView *self)
{
  const char *answered = self->sample != NULL ? emo_sample_get_image_sha256 (self->sample) : NULL;

  return answered != NULL && self->sha256 != NULL && !g_str_equal (answered, self->sha256) &&
         emo_sample_get_state (self->sample) == EMO_SAMPLE_DONE;
}

static gboolean
can_look_again (EmoPictureView *self)
{
  return self->session != NULL && emo_session_lists (self->session, self->sample);
}

static const char *
get_warning (EmoPictureView   *self,
             const EmoPicture *picture)
{
  if (has_changed (self))
    return _("The file has changed: the numbers are of the picture before");
  if (picture->marks & EMO_IMAGE_MARK_CUT_SHORT)
    return _("Cut short: the rest of the file is missing");

  return NULL;
}

static void
show_facts (EmoPictureView   *self,
            const EmoPicture *picture)
{
  g_autofree char *size = g_format_size (picture->n_bytes);
  g_autoptr (GString) text = g_string_new (NULL);
  const char *warning = get_warning (self, picture);

  /* Translators: width and height in pixels, then the size of the file. */
  g_string_append_printf (text, _("%d × %d · %s"),
                          emo_pyramid_get_width (picture->pyramid), emo_pyramid_get_height (picture->pyramid), size);
  if (picture->marks & EMO_IMAGE_MARK_ANIMATED)
    g_string_append_printf (text, " · %s", _("first frame of an animation"));
  gtk_label_set_text (self->facts, text->str);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->facts), text->str);
  gtk_label_set_text (self->warning, warning != NULL ? warning : "");
  gtk_widget_set_visible (self->warning_box, warning != NULL);
  gtk_widget_set_visible (self->again_button, has_changed (self) && can_look_again (self));
  if (warning != NULL)
    g_string_append_printf (text, ". %s", warning);
  g_free (self->facts_text);
  self->facts_text = g_string_free (g_steal_pointer (&text), FALSE);
  describe (self);
}

static void
show_name (EmoPictureView *self)
{
  g_autofree char *name = emo_sample_dup_display_name (self->sample);

  gtk_label_set_text (self->file_name, name);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->file_name), name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->canvas), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

/* --- Zoom --- */

static gboolean
is_shown (EmoPictureView *self)
{
  return g_strcmp0 (gtk_stack_get_visible_child_name (self->stack), "picture") == 0 &&
         emo_picture_canvas_get_pyramid (self->canvas) != NULL;
}

static void
zoom_cb (EmoPictureView *self)
{
  gboolean shown = is_shown (self);
  gboolean fitted = emo_picture_canvas_get_fitted (self->canvas);
  const char *what = fitted ? _("Original Size") : _("Fit to the View");
  g_autofree char *percent = emo_tick_to_string (emo_picture_canvas_get_zoom (self->canvas));
  g_autofree char *name = NULL;

  /* Translators: the zoom, such as "80 %", and what pressing the button does. */
  name = g_strdup_printf (_("Zoom %s. %s"), percent, what);
  gtk_label_set_text (self->zoom_label, shown ? percent : "");
  gtk_widget_set_tooltip_text (self->zoom_button, what);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->zoom_button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->zoom_button), fitted ? "picture.zoom-full" : "picture.zoom-fit");

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "picture.zoom-in", shown && emo_picture_canvas_can_zoom_in (self->canvas));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "picture.zoom-out", shown && emo_picture_canvas_can_zoom_out (self->canvas));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "picture.zoom-fit", shown);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "picture.zoom-full", shown);
}

static void
zoom_in_action (GtkWidget  *widget,
                const char *name,
                GVariant   *parameter)
{
  emo_picture_canvas_zoom_in (EMO_PICTURE_VIEW (widget)->canvas);
}

static void
zoom_out_action (GtkWidget  *widget,
                 const char *name,
                 GVariant   *parameter)
{
  emo_picture_canvas_zoom_out (EMO_PICTURE_VIEW (widget)->canvas);
}

static void
zoom_fit_action (GtkWidget  *widget,
                 const char *name,
                 GVariant   *parameter)
{
  emo_picture_canvas_zoom_to_fit (EMO_PICTURE_VIEW (widget)->canvas);
}

static void
zoom_full_action (GtkWidget  *widget,
                  const char *name,
                  GVariant   *parameter)
{
  emo_picture_canvas_zoom_to_full (EMO_PICTURE_VIEW (widget)->canvas);
}

/* --- Evidence --- */

static void
evidence_cb (EmoPictureView *self)
{
  emo_picture_canvas_set_heat_map (self->canvas,
                                   emo_evidence_panel_get_heat_map (self->evidence),
                                   emo_evidence_panel_get_opacity (self->evidence));
  describe (self);
}

static void
token_cb (EmoPictureView   *self,
          int               column,
          int               row,
          EmoPictureCanvas *canvas)
{
  emo_evidence_panel_show_token (self->evidence, column, row);
}

static void
set_show_evidence (EmoPictureView *self,
                   gboolean        show)
{
  if (self->show_evidence == show)
    return;
  self->show_evidence = show;
  gtk_widget_set_visible (GTK_WIDGET (self->evidence), show);
  emo_evidence_panel_set_active (self->evidence, show);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SHOW_EVIDENCE]);
}

static void
set_hovered_label (EmoPictureView *self,
                   int             label)
{
  if (self->hovered_label == label)
    return;
  self->hovered_label = label;
  emo_evidence_panel_set_hovered_label (self->evidence, label);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_HOVERED_LABEL]);
}

/* --- Loading --- */

static void
show_page (EmoPictureView *self,
           const char     *page)
{
  gtk_stack_set_visible_child_name (self->stack, page);
  gtk_spinner_set_spinning (self->spinner, FALSE);
  zoom_cb (self);
}

static void
cancel_load (EmoPictureView *self)
{
  g_clear_handle_id (&self->slow_id, g_source_remove);
  self->slow = FALSE;
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
}

static gboolean
slow_cb (gpointer user_data)
{
  EmoPictureView *self = user_data;

  if (self->slow)
    {
      gtk_spinner_set_spinning (self->spinner, TRUE);
      self->slow_id = 0;
      return G_SOURCE_REMOVE;
    }
  self->slow = TRUE;
  emo_picture_canvas_set_pyramid (self->canvas, NULL);
  show_page (self, "loading");
  self->slow_id = g_timeout_add (SPINNER_MS - STALE_MS, slow_cb, self);

  return G_SOURCE_REMOVE;
}

static void
show_failure (EmoPictureView *self,
              const GError   *error)
{
  gboolean gone = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);

  emo_picture_canvas_set_pyramid (self->canvas, NULL);
  gtk_label_set_text (self->failure_title, gone ? _("The Picture Is Gone") : _("The Picture Cannot Be Shown"));
  gtk_label_set_text (self->reason, error->message);
  gtk_label_set_text (self->facts, "");
  gtk_widget_set_visible (self->warning_box, FALSE);
  show_page (self, "failed");
}

static void
load_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (EmoPictureView) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoPicture) picture = emo_picture_load_whole_finish (result, &error);

  /* A later selection has cancelled this one and owns the view now. */
  if (g_cancellable_is_cancelled (g_task_get_cancellable (G_TASK (result))))
    return;

  cancel_load (self);
  if (picture == NULL)
    {
      show_failure (self, error);
      return;
    }
  emo_picture_canvas_set_pyramid (self->canvas, picture->pyramid);
  self->sha256 = g_steal_pointer (&picture->sha256);
  show_facts (self, picture);
  show_page (self, "picture");
}

static void
begin_load (EmoPictureView *self)
{
  cancel_load (self);
  g_clear_pointer (&self->sha256, g_free);
  self->cancellable = g_cancellable_new ();
  self->slow_id = g_timeout_add (STALE_MS, slow_cb, self);
  emo_picture_load_whole_async (self->sample, self->cancellable, load_cb, g_object_ref (self));
}

/* A file that is mended is not only seen again. */
static void
retry_cb (EmoPictureView *self)
{
  if (self->sample == NULL)
    return;
  if (can_look_again (self) && (emo_sample_get_state (self->sample) == EMO_SAMPLE_FAILED || has_changed (self)))
    emo_session_retry (self->session, self->sample);
  begin_load (self);
}

/* Wherever it was asked for to be looked at again: what is answered now is what
 * is to be seen. */
static void
state_cb (EmoPictureView *self)
{
  const char *page = gtk_stack_get_visible_child_name (self->stack);

  if (self->cancellable == NULL && emo_sample_get_state (self->sample) == EMO_SAMPLE_DONE &&
      (g_strcmp0 (page, "failed") == 0 || has_changed (self)))
    begin_load (self);
}

static void
emo_picture_view_dispose (GObject *object)
{
  EmoPictureView *self = EMO_PICTURE_VIEW (object);

  cancel_load (self);
  g_clear_object (&self->sample);
  g_clear_object (&self->session);
  /* dispose_template unparents bound children, of which AdwBin keeps a pointer. */
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), EMO_TYPE_PICTURE_VIEW);

  G_OBJECT_CLASS (emo_picture_view_parent_class)->dispose (object);
}

static void
emo_picture_view_finalize (GObject *object)
{
  EmoPictureView *self = EMO_PICTURE_VIEW (object);

  g_free (self->facts_text);
  g_free (self->sha256);

  G_OBJECT_CLASS (emo_picture_view_parent_class)->finalize (object);
}

static void
emo_picture_view_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  EmoPictureView *self = EMO_PICTURE_VIEW (object);

  switch (prop_id)
    {
    case PROP_SAMPLE:
      g_value_set_object (value, self->sample);
      break;
    case PROP_HOVERED_LABEL:
      g_value_set_int (value, self->hovered_label);
      break;
    case PROP_SHOW_EVIDENCE:
      g_value_set_boolean (value, self->show_evidence);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_picture_view_set_property (GObject      *object,
                               guint         prop_id,
                               const GValue *value,
                               GParamSpec   *pspec)
{
  EmoPictureView *self = EMO_PICTURE_VIEW (object);

  switch (prop_id)
    {
    case PROP_SAMPLE:
      emo_picture_view_set_sample (self, g_value_get_object (value));
      break;
    case PROP_HOVERED_LABEL:
      set_hovered_label (self, g_value_get_int (value));
      break;
    case PROP_SHOW_EVIDENCE:
      set_show_evidence (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
install_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/emovlm/EmoVLM/widgets/emo-picture-view.ui");
  gtk_widget_class_bind_template_child (widget_class, EmoPictureView, stack);
  gtk_widget_class_bind_template_child (widget_class, EmoPictureView, canvas);
  gtk_widget_class_bind_template_child (widget_class, EmoPictureView, spinner);
  gtk_widget_class_bind_template_child (widget_class, EmoPictureView, failure_title);
  gtk_widget_class_bind_template_child (widget_class, EmoPictureView, reason);
  gtk_widget_class_bind_template_child (widget_class, EmoPictureView, bar);
  gtk_widget_class_bind_template_child (widget_class, EmoPictureView, file_name);
  gtk_widget_class_bind_template_child (widget_class, EmoPictureView, facts);
  gtk_widget_class_bind_template_child (widget_class, EmoPictureView, warning_box);
  gtk_widget_class_bind_template_child (widget_class, EmoPictureView, warning);
  gtk_widget_class_bind_template_child (widget_class, EmoPictureView, again_button);
  gtk_widget_class_bind_template_child (widget_class, EmoPictureView, zoom_button);
  gtk_widget_class_bind_template_child (widget_class, EmoPictureView, zoom_label);
  gtk_widget_class_bind_template_child (widget_class, EmoPictureView, evidence);
  gtk_widget_class_bind_template_callback (widget_class, zoom_cb);
  gtk_widget_class_bind_template_callback (widget_class, token_cb);
  gtk_widget_class_bind_template_callback (widget_class, evidence_cb);
  gtk_widget_class_bind_template_callback (widget_class, retry_cb);
}

static void
emo_picture_view_class_init (EmoPictureViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = emo_picture_view_dispose;
  object_class->finalize = emo_picture_view_finalize;
  object_class->get_property = emo_picture_view_get_property;
  object_class->set_property = emo_picture_view_set_property;

  properties[PROP_SAMPLE] = g_param_spec_object ("sample", NULL, NULL, EMO_TYPE_SAMPLE, flags);
  properties[PROP_HOVERED_LABEL] = g_param_spec_int ("hovered-label", NULL, NULL, -1, G_MAXINT, -1, flags);
  properties[PROP_SHOW_EVIDENCE] = g_param_spec_boolean ("show-evidence", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_install_action (widget_class, "picture.zoom-in", NULL, zoom_in_action);
  gtk_widget_class_install_action (widget_class, "picture.zoom-out", NULL, zoom_out_action);
  gtk_widget_class_install_action (widget_class, "picture.zoom-fit", NULL, zoom_fit_action);
  gtk_widget_class_install_action (widget_class, "picture.zoom-full", NULL, zoom_full_action);
  gtk_widget_class_install_property_action (widget_class, "picture.show-evidence", "show-evidence");

  g_type_ensure (EMO_TYPE_EVIDENCE_PANEL);
  g_type_ensure (EMO_TYPE_PICTURE_CANVAS);
  install_template (widget_class);
}

static void
emo_picture_view_init (EmoPictureView *self)
{
  self->hovered_label = -1;
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_set_visible (self->bar, FALSE);
  show_page (self, "nothing");
}

/**
 * emo_picture_view_get_sample:
 * @self: a view
 *
 * Returns: (transfer none) (nullable): what is shown
 */
EmoSample *
emo_picture_view_get_sample (EmoPictureView *self)
{
  g_return_val_if_fail (EMO_IS_PICTURE_VIEW (self), NULL);

  return self->sample;
}

/**
 * emo_picture_view_set_sample:
 * @self: a view
 * @sample: (nullable): what to show
 *
 * Decodes off the main thread; the picture before stays until the new one is
 * there, unless that takes long.
 */
void
emo_picture_view_set_sample (EmoPictureView *self,
                             EmoSample      *sample)
{
  g_return_if_fail (EMO_IS_PICTURE_VIEW (self));

  if (self->sample == sample)
    return;

  if (self->sample != NULL)
    g_signal_handlers_disconnect_by_func (self->sample, state_cb, self);
  g_set_object (&self->sample, sample);
  if (sample != NULL)
    g_signal_connect_object (sample, "notify::state", G_CALLBACK (state_cb), self, G_CONNECT_SWAPPED);
  cancel_load (self);
  g_clear_pointer (&self->facts_text, g_free);
  emo_evidence_panel_set_sample (self->evidence, sample);
  gtk_widget_set_visible (self->bar, sample != NULL);
  if (sample != NULL)
    {
      show_name (self);
      begin_load (self);
    }
  else
    {
      emo_picture_canvas_set_pyramid (self->canvas, NULL);
      show_page (self, "nothing");
    }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SAMPLE]);
}

/**
 * emo_picture_view_set_session:
 * @self: a view
 * @session: (nullable): who finds evidence and looks at mended pictures again
 */
void
emo_picture_view_set_session (EmoPictureView *self,
                              EmoSession     *session)
{
  g_return_if_fail (EMO_IS_PICTURE_VIEW (self));

  g_set_object (&self->session, session);
  emo_evidence_panel_set_session (self->evidence, session);
}
