/* emo-annotation-bar.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-annotation-bar.h"
#include "emo-drop-down.h"
#include "emo-emotion-name.h"
#include "emo-sample-watch.h"

/* Each change of a picture's note is written to the history, so it is told once
 * the typing pauses and not at every key. */
struct _EmoAnnotationBar
{
  GtkBox           parent_instance;

  EmoSampleWatch  *watch;
  EmoLabelSet     *labels;       /* (nullable) for pictures without an answer */
  GPtrArray       *choices;      /* of char *: the labels behind the drop-down's items, NULL first */
  gboolean         showing;      /* what is set is what the picture says */
  guint            note_id;      /* a timeout; the note is ahead of the picture's */

  GtkToggleButton *flag;
  GtkDropDown     *own_label;
  GtkEditable     *note;
};

enum
{
  PROP_0,
  PROP_SAMPLE,
  N_PROPS
};

enum
{
  SIGNAL_ANNOTATED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (EmoAnnotationBar, emo_annotation_bar, GTK_TYPE_BOX)

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

#define NOTE_PAUSE_MS 500

static void
say (EmoAnnotationBar *self)
{
  g_signal_emit (self, signals[SIGNAL_ANNOTATED], 0);
}

static void
flag_cb (EmoAnnotationBar *self)
{
  if (self->showing || emo_annotation_bar_get_sample (self) == NULL)
    return;

  emo_sample_set_flagged (emo_annotation_bar_get_sample (self), gtk_toggle_button_get_active (self->flag));
  say (self);
}

static void
own_label_cb (EmoAnnotationBar *self)
{
  guint selected = gtk_drop_down_get_selected (self->own_label);

  if (self->showing || emo_annotation_bar_get_sample (self) == NULL || selected >= self->choices->len)
    return;

  emo_sample_set_own_label (emo_annotation_bar_get_sample (self), g_ptr_array_index (self->choices, selected));
  say (self);
}

static void
commit_note (EmoAnnotationBar *self)
{
  const char *text = gtk_editable_get_text (self->note);

  if (self->note_id == 0)
    return;

  g_clear_handle_id (&self->note_id, g_source_remove);
  emo_sample_set_note (emo_annotation_bar_get_sample (self), *text != '\0' ? text : NULL);
  say (self);
}

static gboolean
note_pause_cb (gpointer user_data)
{
  commit_note (user_data);

  return G_SOURCE_REMOVE;
}

static void
note_cb (EmoAnnotationBar *self)
{
  if (self->showing || emo_annotation_bar_get_sample (self) == NULL)
    return;

  g_clear_handle_id (&self->note_id, g_source_remove);
  self->note_id = g_timeout_add (NOTE_PAUSE_MS, note_pause_cb, self);
}

static void
add_choice (EmoAnnotationBar *self,
            GtkStringList    *list,
            const char       *label)
{
  g_ptr_array_add (self->choices, g_strdup (label));
  gtk_string_list_append (list, emo_emotion_name (label));
}

static gboolean
is_choice (EmoAnnotationBar *self,
           const char       *label,
           guint            *index)
{
  for (*index = 0; *index < self->choices->len; (*index)++)
    if (g_strcmp0 (g_ptr_array_index (self->choices, *index), label) == 0)
      return TRUE;

  return FALSE;
}

/* The labels of the model that answered; of the one in use where none has. */
static EmoLabelSet *
get_labels (EmoAnnotationBar *self)
{
  EmoPrediction *prediction = emo_sample_watch_get_prediction (self->watch);

  return prediction != NULL ? emo_prediction_get_labels (prediction) : self->labels;
}

static gboolean
offers (EmoAnnotationBar *self,
        EmoLabelSet      *labels,
        const char       *own_label)
{
  guint n = labels != NULL ? emo_label_set_get_size (labels) : 0;
  guint index;

  for (guint i = 0; i < n; i++)
    if (i + 1 >= self->choices->len ||
        !g_str_equal (g_ptr_array_index (self->choices, i + 1), emo_label_set_get_label (labels, i)))
      return FALSE;

  return self->choices->len > 0 && is_choice (self, own_label, &index);
}

static void
show_own_label (EmoAnnotationBar *self,
                const char       *own_label)
{
  EmoLabelSet *labels = get_labels (self);
  guint index;

  if (!offers (self, labels, own_label))
    {
      g_autoptr (GtkStringList) list = gtk_string_list_new (NULL);
      guint n = labels != NULL ? emo_label_set_get_size (labels) : 0;

      g_ptr_array_set_size (self->choices, 0);
      g_ptr_array_add (self->choices, NULL);
      gtk_string_list_append (list, C_("the label a person thinks right", "Your Label: None"));
      for (guint i = 0; i < n; i++)
        add_choice (self, list, emo_label_set_get_label (labels, i));
      /* One of another model is kept as it is. */
      if (!is_choice (self, own_label, &index))
        add_choice (self, list, own_label);
      gtk_drop_down_set_model (self->own_label, G_LIST_MODEL (list));
    }
  if (is_choice (self, own_label, &index))
    gtk_drop_down_set_selected (self->own_label, index);
}

static void
show_note (EmoAnnotationBar *self,
           const char       *note)
{
  if (g_str_equal (gtk_editable_get_text (self->note), note))
    return;

  gtk_editable_set_text (self->note, note);
  /* Undo is for what was typed here, not for the note of another picture. */
  gtk_editable_set_enable_undo (self->note, FALSE);
  gtk_editable_set_enable_undo (self->note, TRUE);
}

/* A text that is made insensitive hears of no focus that goes then, and goes on
 * blinking. */
static void
give_up_focus (EmoAnnotationBar *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  if (focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self)))
    gtk_root_set_focus (root, NULL);
}

/* Each for itself: a screen reader hears of a widget that was made insensitive, not
 * of what is in it. */
static void
set_parts_sensitive (EmoAnnotationBar *self,
                     gboolean          sensitive)
{
  GtkEditable *text = gtk_editable_get_delegate (self->note);

  if (!sensitive)
    give_up_focus (self);
  gtk_widget_set_sensitive (GTK_WIDGET (self->flag), sensitive);
  gtk_widget_set_sensitive (GTK_WIDGET (self->own_label), sensitive);
  gtk_widget_set_sensitive (GTK_WIDGET (self->note), sensitive);
  gtk_accessible_update_state (GTK_ACCESSIBLE (text), GTK_ACCESSIBLE_STATE_DISABLED, !sensitive, -1);
}

static void
show (EmoAnnotationBar *self)
{
  EmoSample *sample = emo_annotation_bar_get_sample (self);
  const char *note = sample != NULL ? emo_sample_get_note (sample) : NULL;

  self->showing = TRUE;
  set_parts_sensitive (self, sample != NULL);
  gtk_toggle_button_set_active (self->flag, sample != NULL && emo_sample_get_flagged (sample));
  show_own_label (self, sample != NULL ? emo_sample_get_own_label (sample) : NULL);
  if (self->note_id == 0)
    show_note (self, note != NULL ? note : "");
  self->showing = FALSE;
}

static void
change_cb (EmoSampleChange change,
           gpointer        user_data)
{
  if (change != EMO_SAMPLE_CHANGE_TEXT && change != EMO_SAMPLE_CHANGE_STAGE)
    show (user_data);
}

static void
emo_annotation_bar_dispose (GObject *object)
{
  EmoAnnotationBar *self = EMO_ANNOTATION_BAR (object);

  if (self->watch != NULL && emo_annotation_bar_get_sample (self) != NULL)
    commit_note (self);
  g_clear_handle_id (&self->note_id, g_source_remove);
  g_clear_pointer (&self->watch, emo_sample_watch_free);
  g_clear_pointer (&self->labels, emo_label_set_unref);
  gtk_widget_dispose_template (GTK_WIDGET (self), EMO_TYPE_ANNOTATION_BAR);

  G_OBJECT_CLASS (emo_annotation_bar_parent_class)->dispose (object);
}

static void
emo_annotation_bar_finalize (GObject *object)
{
  EmoAnnotationBar *self = EMO_ANNOTATION_BAR (object);

  g_ptr_array_unref (self->choices);

  G_OBJECT_CLASS (emo_annotation_bar_parent_class)->finalize (object);
}

static void
emo_annotation_bar_get_property (GObject    *object,
                                 guint       prop_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_SAMPLE:
      g_value_set_object (value, emo_annotation_bar_get_sample (EMO_ANNOTATION_BAR (object)));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_annotation_bar_set_property (GObject      *object,
                                 guint         prop_id,
                                 const GValue *value,
                                 GParamSpec   *pspec)
{
  switch (prop_id)
    {
    case PROP_SAMPLE:
      emo_annotation_bar_set_sample (EMO_ANNOTATION_BAR (object), g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_annotation_bar_class_init (EmoAnnotationBarClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = emo_annotation_bar_dispose;
  object_class->finalize = emo_annotation_bar_finalize;
  object_class->get_property = emo_annotation_bar_get_property;
  object_class->set_property = emo_annotation_bar_set_property;

  properties[PROP_SAMPLE] =
    g_param_spec_object ("sample", NULL, NULL,
                         EMO_TYPE_SAMPLE,
                         G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * EmoAnnotationBar::annotated:
   * @self: the bar
   *
   * Emitted after the person has changed something.
   */
  signals[SIGNAL_ANNOTATED] =
    g_signal_new ("annotated", EMO_TYPE_ANNOTATION_BAR, G_SIGNAL_RUN_LAST, 0,
                  NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/emovlm/EmoVLM/analyse/emo-annotation-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, EmoAnnotationBar, flag);
  gtk_widget_class_bind_template_child (widget_class, EmoAnnotationBar, own_label);
  gtk_widget_class_bind_template_child (widget_class, EmoAnnotationBar, note);
  gtk_widget_class_bind_template_callback (widget_class, flag_cb);
  gtk_widget_class_bind_template_callback (widget_class, own_label_cb);
  gtk_widget_class_bind_template_callback (widget_class, note_cb);
  gtk_widget_class_bind_template_callback (widget_class, commit_note);
}

static void
emo_annotation_bar_init (EmoAnnotationBar *self)
{
  self->choices = g_ptr_array_new_with_free_func (g_free);
  self->watch = emo_sample_watch_new (change_cb, self);
  self->showing = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));
  emo_drop_down_set_name (self->own_label, _("The Label You Think Right"));
  show (self);
}

/**
 * emo_annotation_bar_get_sample:
 * @self: a bar
 *
 * Returns: (transfer none) (nullable): the picture that it is about
 */
EmoSample *
emo_annotation_bar_get_sample (EmoAnnotationBar *self)
{
  g_return_val_if_fail (EMO_IS_ANNOTATION_BAR (self), NULL);

  return self->watch != NULL ? emo_sample_watch_get_sample (self->watch) : NULL;
}

/**
 * emo_annotation_bar_set_sample:
 * @self: a bar
 * @sample: (nullable): the picture to show and to annotate
 */
void
emo_annotation_bar_set_sample (EmoAnnotationBar *self,
                               EmoSample        *sample)
{
  g_return_if_fail (EMO_IS_ANNOTATION_BAR (self));

  /* What was typed belongs to the picture that was there. */
  commit_note (self);
  if (emo_sample_watch_set_sample (self->watch, sample))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SAMPLE]);
}

/**
 * emo_annotation_bar_commit:
 * @self: a bar
 *
 * Gives the picture a note that is still being typed, before what it says is
 * used elsewhere.
 */
void
emo_annotation_bar_commit (EmoAnnotationBar *self)
{
  g_return_if_fail (EMO_IS_ANNOTATION_BAR (self));

  commit_note (self);
}

/**
 * emo_annotation_bar_set_labels:
 * @self: a bar
 * @labels: (nullable): the labels to choose from while a picture has no answer
 */
void
emo_annotation_bar_set_labels (EmoAnnotationBar *self,
                               EmoLabelSet      *labels)
{
  g_return_if_fail (EMO_IS_ANNOTATION_BAR (self));

  if (self->labels == labels)
    return;

  g_clear_pointer (&self->labels, emo_label_set_unref);
  if (labels != NULL)
    self->labels = emo_label_set_ref (labels);
  show (self);
}
