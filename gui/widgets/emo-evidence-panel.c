/* emo-evidence-panel.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-drop-down.h"
#include "emo-emotion-name.h"
#include "emo-evidence-legend.h"
#include "emo-evidence-panel.h"
#include "emo-evidence-words.h"
#include "emo-sample-watch.h"

/* The panel follows a picture, its prediction, the evidence of that and the
 * session's model; whatever changes, update() looks at all of it anew. */
struct _EmoEvidencePanel
{
  AdwBin             parent_instance;

  EmoSession        *session;         /* (nullable) */
  EmoSampleWatch    *watch;
  GSignalGroup      *session_signals;
  GSignalGroup      *evidence_signals;
  EmoLabelSet       *shown_labels;    /* (nullable) in the drop-down */
  int                hovered_label;
  gboolean           active;
  gboolean           declined;        /* the person stopped what comes by itself */
  gboolean           updating;
  EmoHeatMap        *heat_map;        /* (nullable) */

  GtkToggleButton   *distilled_button;
  GtkToggleButton   *vlm_button;
  GtkDropDown       *labels;
  GtkStack          *stack;
  EmoEvidenceLegend *legend;
  GtkLabel          *words;
  GtkRange          *opacity;
  GtkLabel          *reason;
  GtkWidget         *find_button;
  GtkProgressBar    *progress;
};

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (EmoEvidencePanel, emo_evidence_panel, ADW_TYPE_BIN)

static guint signals[N_SIGNALS];

static EmoBranch
get_branch (EmoEvidencePanel *self)
{
  /* The group turns this one off before it turns the other one on. */
  return gtk_toggle_button_get_active (self->distilled_button) ? EMO_BRANCH_DISTILLED : EMO_BRANCH_VLM;
}

/* The label that is pointed at, the one that was picked, or the branch's own
 * answer; -1 while there is none. */
static int
get_label (EmoEvidencePanel *self)
{
  EmoPrediction *prediction = emo_sample_watch_get_prediction (self->watch);
  guint picked = gtk_drop_down_get_selected (self->labels);
  int n;

  if (prediction == NULL)
    return -1;
  n = emo_label_set_get_size (emo_prediction_get_labels (prediction));
  if (self->hovered_label >= 0 && self->hovered_label < n)
    return self->hovered_label;
  if (picked != GTK_INVALID_LIST_POSITION && picked > 0 && (int) picked <= n)
    return picked - 1;

  return emo_prediction_get_winner (prediction, get_branch (self));
}

static const char *
get_label_name (EmoEvidencePanel *self,
                int               label)
{
  EmoPrediction *prediction = emo_sample_watch_get_prediction (self->watch);

  return emo_emotion_name (emo_label_set_get_label (emo_prediction_get_labels (prediction), label));
}

/* --- The map --- */

static void
update_heat_map (EmoEvidencePanel *self,
                 EmoEvidence      *evidence,
                 int               label)
{
  const double *map = NULL;
  int width, height;

  g_clear_pointer (&self->heat_map, emo_heat_map_unref);
  if (self->active && evidence != NULL && label >= 0)
    map = emo_evidence_get_map (evidence, get_branch (self), label, &width, &height);
  if (map != NULL)
    self->heat_map = emo_heat_map_new (map, width, height, emo_evidence_get_largest (evidence, get_branch (self), label));
}

static void
show_map (EmoEvidencePanel *self)
{
  g_autofree char *words = emo_evidence_panel_dup_description (self);

  emo_evidence_legend_set_scale (self->legend, emo_heat_map_get_largest (self->heat_map),
                                 emo_evidence_panel_get_opacity (self));
  gtk_label_set_text (self->words, words);
  gtk_stack_set_visible_child_name (self->stack, "map");
}

static void
show_request (EmoEvidencePanel *self,
              const char       *reason,
              const char       *button)   /* (nullable) */
{
  gtk_label_set_text (self->reason, reason);
  gtk_widget_set_visible (self->find_button, button != NULL);
  if (button != NULL)
    gtk_button_set_label (GTK_BUTTON (self->find_button), button);
  gtk_stack_set_visible_child_name (self->stack, "request");
}

static const char *
describe_hurdle (EmoEvidenceHurdle hurdle)
{
  switch (hurdle)
    {
    case EMO_EVIDENCE_HURDLE_NO_MODEL:
      return _("Evidence needs the model. It appears once one is loaded.");
    case EMO_EVIDENCE_HURDLE_NOT_LISTED:
      return _("This is a result of the past. Open the picture again to see evidence.");
    case EMO_EVIDENCE_HURDLE_NO_ANSWER:
      return _("Evidence comes with the answer.");
    case EMO_EVIDENCE_HURDLE_OTHER_MODEL:
      return _("Another model gave this answer. Look at the picture again to see evidence.");
    case EMO_EVIDENCE_HURDLE_NO_BRANCH:
      return _("This model has no distilled head.");
    case EMO_EVIDENCE_HURDLE_NONE:
    default:
      return NULL;
    }
}

static EmoEvidenceHurdle
find_hurdle (EmoEvidencePanel *self)
{
  EmoSample *sample = emo_sample_watch_get_sample (self->watch);

  if (sample == NULL)
    return EMO_EVIDENCE_HURDLE_NO_ANSWER;
  if (self->session == NULL)
    return EMO_EVIDENCE_HURDLE_NO_MODEL;

  return emo_session_get_evidence_hurdle (self->session, sample, get_branch (self));
}

/* Nobody has asked for this map yet. */
static void
show_missing (EmoEvidencePanel *self,
              int               label)
{
  EmoEvidenceHurdle hurdle = find_hurdle (self);
  g_autofree char *text = NULL;

  if (hurdle != EMO_EVIDENCE_HURDLE_NONE)
    {
      show_request (self, describe_hurdle (hurdle), NULL);
      return;
    }
  if (get_branch (self) == EMO_BRANCH_DISTILLED && !self->declined)
    {
      show_request (self, _("Finding evidence…"), NULL);
      emo_session_find_evidence (self->session, emo_sample_watch_get_sample (self->watch), EMO_BRANCH_DISTILLED, -1);
      return;
    }
  if (get_branch (self) == EMO_BRANCH_VLM)
    /* Translators: %s is an emotion. */
    text = g_strdup_printf (_("Where did the VLM see %s? Finding out takes longer than the answer did."), get_label_name (self, label));
  show_request (self, text != NULL ? text : _("Stopped."), _("Find Evidence"));
}

static void
show_evidence (EmoEvidencePanel *self,
               EmoEvidence      *evidence,
               int               label)
{
  EmoBranch branch = get_branch (self);

  switch (emo_evidence_get_state (evidence, branch, label))
    {
    case EMO_EVIDENCE_READY:
      show_map (self);
      break;
    case EMO_EVIDENCE_PENDING:
      gtk_progress_bar_set_fraction (self->progress, emo_evidence_get_progress (evidence, branch, label));
      gtk_stack_set_visible_child_name (self->stack, "progress");
      break;
    case EMO_EVIDENCE_FAILED:
      show_request (self, emo_evidence_get_problem (evidence, branch, label), _("Retry"));
      break;
    case EMO_EVIDENCE_NONE:
    default:
      show_missing (self, label);
    }
}

/* --- The drop-down --- */

static void
update_labels (EmoEvidencePanel *self,
               EmoPrediction    *prediction)
{
  EmoLabelSet *set = prediction != NULL ? emo_prediction_get_labels (prediction) : NULL;
  g_autoptr (GtkStringList) names = NULL;

  if (set == NULL || set == self->shown_labels)
    return;
  g_clear_pointer (&self->shown_labels, emo_label_set_unref);
  self->shown_labels = emo_label_set_ref (set);
  names = gtk_string_list_new (NULL);
  gtk_string_list_append (names, C_("whose evidence", "Its answer"));
  for (guint i = 0; i < emo_label_set_get_size (set); i++)
    gtk_string_list_append (names, emo_emotion_name (emo_label_set_get_label (set, i)));
  gtk_drop_down_set_model (self->labels, G_LIST_MODEL (names));
}

static void
update (EmoEvidencePanel *self)
{
  EmoPrediction *prediction;
  EmoEvidence *evidence;
  int label;

  /* Asking for the head's maps changes the evidence, which comes back here. */
  if (self->updating || !self->active)
    return;
  self->updating = TRUE;
  prediction = emo_sample_watch_get_prediction (self->watch);
  evidence = prediction != NULL ? emo_prediction_get_evidence (prediction) : NULL;
  update_labels (self, prediction);
  label = get_label (self);
  g_signal_group_set_target (self->evidence_signals, evidence);
  if (evidence != NULL && label >= 0)
    {
      update_heat_map (self, evidence, label);
      show_evidence (self, evidence, label);
    }
  else
    {
      update_heat_map (self, NULL, -1);
      show_request (self, describe_hurdle (self->session == NULL || emo_session_get_classifier (self->session) == NULL
                                             ? EMO_EVIDENCE_HURDLE_NO_MODEL
                                             : EMO_EVIDENCE_HURDLE_NO_ANSWER), NULL);
    }
  self->updating = FALSE;
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static void
sample_changed_cb (EmoSampleChange change,
                   gpointer        user_data)
{
  if (change != EMO_SAMPLE_CHANGE_TEXT)
    update (user_data);
}

static void
branch_cb (EmoEvidencePanel *self)
{
  self->declined = FALSE;
  if (self->session != NULL)
    emo_session_set_evidence_preferred (self->session, self->active && get_branch (self) == EMO_BRANCH_DISTILLED);
  update (self);
}

static void
label_cb (EmoEvidencePanel *self)
{
  update (self);
}

static void
opacity_cb (EmoEvidencePanel *self)
{
  if (self->heat_map != NULL)
    show_map (self);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static void
find_cb (EmoEvidencePanel *self)
{
  EmoSample *sample = emo_sample_watch_get_sample (self->watch);

  if (sample != NULL && self->session != NULL)
    emo_session_find_evidence (self->session, sample, get_branch (self), get_label (self));
  update (self);
}

static void
stop_cb (EmoEvidencePanel *self)
{
  EmoSample *sample = emo_sample_watch_get_sample (self->watch);

  self->declined = TRUE;
  if (sample != NULL && self->session != NULL)
    emo_session_cancel_evidence (self->session, sample);
  update (self);
}

static void
emo_evidence_panel_dispose (GObject *object)
{
  EmoEvidencePanel *self = EMO_EVIDENCE_PANEL (object);

  self->active = FALSE;
  g_clear_pointer (&self->watch, emo_sample_watch_free);
  if (self->session_signals != NULL)
    g_signal_group_set_target (self->session_signals, NULL);
  if (self->evidence_signals != NULL)
    g_signal_group_set_target (self->evidence_signals, NULL);
  g_clear_object (&self->session_signals);
  g_clear_object (&self->evidence_signals);
  g_clear_object (&self->session);
  g_clear_pointer (&self->shown_labels, emo_label_set_unref);
  g_clear_pointer (&self->heat_map, emo_heat_map_unref);
  /* dispose_template unparents bound children, of which AdwBin keeps a pointer. */
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), EMO_TYPE_EVIDENCE_PANEL);

  G_OBJECT_CLASS (emo_evidence_panel_parent_class)->dispose (object);
}

static void
emo_evidence_panel_class_init (EmoEvidencePanelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = emo_evidence_panel_dispose;

  /**
   * EmoEvidencePanel::changed:
   * @self: a panel
   *
   * Another map, or the same one at another opacity, is to be drawn.
   */
  signals[SIGNAL_CHANGED] =
    g_signal_new ("changed", EMO_TYPE_EVIDENCE_PANEL, G_SIGNAL_RUN_LAST, 0,
                  NULL, NULL, NULL, G_TYPE_NONE, 0);

  g_type_ensure (EMO_TYPE_EVIDENCE_LEGEND);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/emovlm/EmoVLM/widgets/emo-evidence-panel.ui");
  gtk_widget_class_bind_template_child (widget_class, EmoEvidencePanel, distilled_button);
  gtk_widget_class_bind_template_child (widget_class, EmoEvidencePanel, vlm_button);
  gtk_widget_class_bind_template_child (widget_class, EmoEvidencePanel, labels);
  gtk_widget_class_bind_template_child (widget_class, EmoEvidencePanel, stack);
  gtk_widget_class_bind_template_child (widget_class, EmoEvidencePanel, legend);
  gtk_widget_class_bind_template_child (widget_class, EmoEvidencePanel, words);
  gtk_widget_class_bind_template_child (widget_class, EmoEvidencePanel, opacity);
  gtk_widget_class_bind_template_child (widget_class, EmoEvidencePanel, reason);
  gtk_widget_class_bind_template_child (widget_class, EmoEvidencePanel, find_button);
  gtk_widget_class_bind_template_child (widget_class, EmoEvidencePanel, progress);
  gtk_widget_class_bind_template_callback (widget_class, branch_cb);
  gtk_widget_class_bind_template_callback (widget_class, label_cb);
  gtk_widget_class_bind_template_callback (widget_class, opacity_cb);
  gtk_widget_class_bind_template_callback (widget_class, find_cb);
  gtk_widget_class_bind_template_callback (widget_class, stop_cb);
}

static void
emo_evidence_panel_init (EmoEvidencePanel *self)
{
  self->hovered_label = -1;
  self->watch = emo_sample_watch_new (sample_changed_cb, self);
  self->session_signals = g_signal_group_new (EMO_TYPE_SESSION);
  g_signal_group_connect_swapped (self->session_signals, "notify::classifier", G_CALLBACK (update), self);
  self->evidence_signals = g_signal_group_new (EMO_TYPE_EVIDENCE);
  g_signal_group_connect_swapped (self->evidence_signals, "changed", G_CALLBACK (update), self);
  gtk_widget_init_template (GTK_WIDGET (self));
  emo_drop_down_set_name (self->labels, _("Emotion whose evidence is shown"));
  gtk_button_set_label (GTK_BUTTON (self->distilled_button), emo_branch_name (EMO_BRANCH_DISTILLED));
  gtk_button_set_label (GTK_BUTTON (self->vlm_button), emo_branch_name (EMO_BRANCH_VLM));
  /* The drop-down's name does not reach the button inside that takes the focus. */
  gtk_accessible_update_property (GTK_ACCESSIBLE (gtk_widget_get_first_child (GTK_WIDGET (self->labels))),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, _("Emotion whose evidence is shown"),
                                  -1);
}

/**
 * emo_evidence_panel_set_session:
 * @self: a panel
 * @session: (nullable): who finds evidence
 */
void
emo_evidence_panel_set_session (EmoEvidencePanel *self,
                                EmoSession       *session)
{
  g_return_if_fail (EMO_IS_EVIDENCE_PANEL (self));

  g_set_object (&self->session, session);
  g_signal_group_set_target (self->session_signals, session);
  branch_cb (self);
}

/**
 * emo_evidence_panel_set_sample:
 * @self: a panel
 * @sample: (nullable): whose evidence
 *
 * What the picture before was still asked for is given up.
 */
void
emo_evidence_panel_set_sample (EmoEvidencePanel *self,
                               EmoSample        *sample)
{
  g_autoptr (EmoSample) before = NULL;

  g_return_if_fail (EMO_IS_EVIDENCE_PANEL (self));

  if (emo_sample_watch_get_sample (self->watch) != NULL)
    before = g_object_ref (emo_sample_watch_get_sample (self->watch));
  if (before != NULL && before != sample && self->session != NULL)
    emo_session_cancel_evidence (self->session, before);
  self->hovered_label = -1;
  self->declined = FALSE;
  emo_sample_watch_set_sample (self->watch, sample);
}

/**
 * emo_evidence_panel_set_hovered_label:
 * @self: a panel
 * @label: a label that is pointed at elsewhere, -1 for none
 */
void
emo_evidence_panel_set_hovered_label (EmoEvidencePanel *self,
                                      int               label)
{
  g_return_if_fail (EMO_IS_EVIDENCE_PANEL (self));

  if (self->hovered_label == label)
    return;
  self->hovered_label = label;
  update (self);
}

/**
 * emo_evidence_panel_set_active:
 * @self: a panel
 * @active: whether a map is to be seen
 */
void
emo_evidence_panel_set_active (EmoEvidencePanel *self,
                               gboolean          active)
{
  EmoSample *sample;

  g_return_if_fail (EMO_IS_EVIDENCE_PANEL (self));

  if (self->active == active)
    return;
  self->active = active;
  sample = emo_sample_watch_get_sample (self->watch);
  if (active)
    {
      branch_cb (self);
      return;
    }
  if (self->session != NULL)
    {
      emo_session_set_evidence_preferred (self->session, FALSE);
      if (sample != NULL)
        emo_session_cancel_evidence (self->session, sample);
    }
  g_clear_pointer (&self->heat_map, emo_heat_map_unref);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

/**
 * emo_evidence_panel_get_heat_map:
 * @self: a panel
 *
 * Returns: (transfer none) (nullable): what to draw over the picture
 */
EmoHeatMap *
emo_evidence_panel_get_heat_map (EmoEvidencePanel *self)
{
  g_return_val_if_fail (EMO_IS_EVIDENCE_PANEL (self), NULL);

  return self->heat_map;
}

/**
 * emo_evidence_panel_get_opacity:
 * @self: a panel
 *
 * Returns: 0 to 1
 */
double
emo_evidence_panel_get_opacity (EmoEvidencePanel *self)
{
  g_return_val_if_fail (EMO_IS_EVIDENCE_PANEL (self), 0);

  return gtk_range_get_value (self->opacity);
}

/**
 * emo_evidence_panel_dup_description:
 * @self: a panel
 *
 * Returns: (transfer full) (nullable): where the strongest parts of the map lie
 */
char *
emo_evidence_panel_dup_description (EmoEvidencePanel *self)
{
  g_return_val_if_fail (EMO_IS_EVIDENCE_PANEL (self), NULL);

  if (self->heat_map == NULL)
    return NULL;

  return emo_evidence_describe (self->heat_map, get_label_name (self, get_label (self)));
}

/**
 * emo_evidence_panel_show_token:
 * @self: a panel
 * @column: of the map, -1 for all of it
 * @row: of the map, -1 for all of it
 */
void
emo_evidence_panel_show_token (EmoEvidencePanel *self,
                               int               column,
                               int               row)
{
  g_autofree char *text = NULL;

  g_return_if_fail (EMO_IS_EVIDENCE_PANEL (self));

  if (self->heat_map == NULL)
    return;
  if (column >= 0)
    text = emo_evidence_describe_token (self->heat_map, column, row);
  else
    text = emo_evidence_panel_dup_description (self);
  gtk_label_set_text (self->words, text);
}
