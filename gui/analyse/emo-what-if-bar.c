/* emo-what-if-bar.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-button-label.h"
#include "emo-drop-down.h"
#include "emo-what-if-bar.h"

struct _EmoWhatIfBar
{
  AdwBin           parent_instance;

  EmoPrediction   *prediction;       /* (nullable) */
  EmoModelInfo    *shown_info;       /* (nullable) whose gates the drop-down has */
  GArray          *choices;          /* of EmoWhatIf without mutes, as in the drop-down */
  EmoWhatIf        question;
  gboolean         updating;

  GtkToggleButton *mute_vlm;
  GtkToggleButton *mute_distilled;
  GtkDropDown     *rules;
  GtkLabel        *reason;
  GtkWidget       *back;
};

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (EmoWhatIfBar, emo_what_if_bar, ADW_TYPE_BIN)

static guint signals[N_SIGNALS];

/* --- The drop-down --- */

static void
append_choice (EmoWhatIfBar  *self,
               GtkStringList *names,
               EmoWhatIfRule  rule,
               guint          gate,
               const char    *name)
{
  EmoWhatIf choice = { .rule = rule, .gate = gate };

  g_array_append_val (self->choices, choice);
  gtk_string_list_append (names, name);
}

/* What models call their gates is a name, and not translated. */
static char *
dup_gate_name (EmoGateKind kind,
               EmoVlmInput vlm_input)
{
  if (vlm_input == EMO_VLM_INPUT_ONE_HOT)
    return g_strdup_printf (C_("what fuses the branches", "Gate: %s, of the VLM’s winner alone"), emo_gate_kind_to_string (kind));

  return g_strdup_printf (C_("what fuses the branches", "Gate: %s"), emo_gate_kind_to_string (kind));
}

/* The first choice is always what answered. */
static void
append_gates (EmoWhatIfBar  *self,
              GtkStringList *names,
              EmoModelInfo  *info)
{
  guint n = info->fusion != NULL ? emo_fusion_get_n_gates (info->fusion) : 0;
  g_autofree char *first = NULL;

  if (info->has_gate)
    first = dup_gate_name (info->gate_kind, info->vlm_input);
  append_choice (self, names, EMO_WHAT_IF_GATE, 0,
                 first != NULL ? first : C_("what fuses the branches", "Nothing: the VLM answers"));
  for (guint i = 1; i < n; i++)
    {
      g_autofree char *name = dup_gate_name (emo_fusion_get_kind (info->fusion, i), emo_fusion_get_vlm_input (info->fusion, i));

      append_choice (self, names, EMO_WHAT_IF_GATE, i, name);
    }
}

static void
update_choices (EmoWhatIfBar *self,
                EmoModelInfo *info)
{
  g_autoptr (GtkStringList) names = NULL;

  if (info == self->shown_info)
    return;

  g_clear_pointer (&self->shown_info, emo_model_info_unref);
  self->shown_info = emo_model_info_ref (info);
  names = gtk_string_list_new (NULL);
  g_array_set_size (self->choices, 0);
  append_gates (self, names, info);
  append_choice (self, names, EMO_WHAT_IF_MEAN, 0, C_("what fuses the branches", "Mean of Both Branches"));
  append_choice (self, names, EMO_WHAT_IF_PRODUCT, 0, C_("what fuses the branches", "Product of Both Branches"));
  gtk_drop_down_set_model (self->rules, G_LIST_MODEL (names));
}

/* --- What can be asked --- */

static gboolean
is_possible (EmoWhatIfBar *self,
             EmoWhatIf     question)
{
  return emo_what_if_is_actual (&question) || emo_what_if_is_possible (&question, self->prediction);
}

/* With the model's numbers at hand everything can be asked; of a stored result
 * only what its contributions give back. */
static gboolean
can_mute (EmoWhatIfBar *self,
          EmoBranch     branch)
{
  EmoWhatIf question = self->question;

  *(branch == EMO_BRANCH_VLM ? &question.mute_vlm : &question.mute_distilled) = TRUE;

  return emo_what_if_is_possible (&question, self->prediction);
}

static gboolean
can_fuse (EmoWhatIfBar *self)
{
  const EmoWhatIf mean = { .rule = EMO_WHAT_IF_MEAN };

  return self->prediction != NULL && emo_what_if_is_possible (&mean, self->prediction);
}

static const char *
describe_hurdle (EmoWhatIfBar *self)
{
  EmoModelInfo *info = self->prediction != NULL ? emo_prediction_get_info (self->prediction) : NULL;

  if (info == NULL)
    return _("There is no answer yet.");
  if (!info->has_distilled)
    return _("This model has the VLM alone: there is nothing to fuse it with.");
  if (!can_fuse (self))
    return _("Both branches have to answer first.");
  if (can_mute (self, EMO_BRANCH_VLM) && can_mute (self, EMO_BRANCH_DISTILLED))
    return NULL;
  if (!info->has_gate)
    return _("Nothing fuses the branches here, so none can be left out. Choose the mean or the product.");

  return _("This is a result of the past, and its gate is not at hand: a branch cannot be left out of it.");
}

static void
update_controls (EmoWhatIfBar *self)
{
  gboolean possible = can_fuse (self);
  const char *hurdle = describe_hurdle (self);

  gtk_widget_set_sensitive (GTK_WIDGET (self->mute_vlm), possible && can_mute (self, EMO_BRANCH_VLM));
  gtk_widget_set_sensitive (GTK_WIDGET (self->mute_distilled), possible && can_mute (self, EMO_BRANCH_DISTILLED));
  gtk_widget_set_sensitive (GTK_WIDGET (self->rules), possible);
  /* The focus would go back to the beginning of the window. */
  if (emo_what_if_is_actual (&self->question) && gtk_widget_has_focus (self->back))
    gtk_widget_child_focus (GTK_WIDGET (self->rules), GTK_DIR_TAB_FORWARD);
  gtk_widget_set_sensitive (self->back, !emo_what_if_is_actual (&self->question));
  gtk_label_set_text (self->reason, hurdle != NULL ? hurdle : "");
  gtk_widget_set_visible (GTK_WIDGET (self->reason), hurdle != NULL);
}

static guint
find_choice (EmoWhatIfBar *self)
{
  for (guint i = 0; i < self->choices->len; i++)
    {
      const EmoWhatIf *choice = &g_array_index (self->choices, EmoWhatIf, i);

      if (choice->rule == self->question.rule && choice->gate == self->question.gate)
        return i;
    }

  return 0;
}

/* Makes the controls say what the question is. */
static void
show_question (EmoWhatIfBar *self)
{
  self->updating = TRUE;
  gtk_toggle_button_set_active (self->mute_vlm, self->question.mute_vlm);
  gtk_toggle_button_set_active (self->mute_distilled, self->question.mute_distilled);
  if (self->choices->len > 0)
    gtk_drop_down_set_selected (self->rules, find_choice (self));
  self->updating = FALSE;
  update_controls (self);
}

static void
changed_cb (EmoWhatIfBar *self)
{
  guint selected = gtk_drop_down_get_selected (self->rules);
  EmoWhatIf question = EMO_WHAT_IF_INIT;

  if (self->updating || self->prediction == NULL)
    return;

  if (selected < self->choices->len)
    question = g_array_index (self->choices, EmoWhatIf, selected);
  question.mute_vlm = gtk_toggle_button_get_active (self->mute_vlm);
  question.mute_distilled = gtk_toggle_button_get_active (self->mute_distilled);
  /* A rule that cannot go without a branch is asked with both. */
  if (!is_possible (self, question))
    question.mute_vlm = question.mute_distilled = FALSE;

  self->question = question;
  show_question (self);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static void
emo_what_if_bar_dispose (GObject *object)
{
  EmoWhatIfBar *self = EMO_WHAT_IF_BAR (object);

  g_clear_object (&self->prediction);
  /* dispose_template unparents bound children, of which AdwBin keeps a pointer. */
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), EMO_TYPE_WHAT_IF_BAR);

  G_OBJECT_CLASS (emo_what_if_bar_parent_class)->dispose (object);
}

static void
emo_what_if_bar_finalize (GObject *object)
{
  EmoWhatIfBar *self = EMO_WHAT_IF_BAR (object);

  g_clear_pointer (&self->shown_info, emo_model_info_unref);
  g_array_unref (self->choices);

  G_OBJECT_CLASS (emo_what_if_bar_parent_class)->finalize (object);
}

static void
emo_what_if_bar_class_init (EmoWhatIfBarClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = emo_what_if_bar_dispose;
  object_class->finalize = emo_what_if_bar_finalize;

  signals[SIGNAL_CHANGED] =
    g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/emovlm/EmoVLM/analyse/emo-what-if-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, EmoWhatIfBar, mute_vlm);
  gtk_widget_class_bind_template_child (widget_class, EmoWhatIfBar, mute_distilled);
  gtk_widget_class_bind_template_child (widget_class, EmoWhatIfBar, rules);
  gtk_widget_class_bind_template_child (widget_class, EmoWhatIfBar, reason);
  gtk_widget_class_bind_template_child (widget_class, EmoWhatIfBar, back);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, emo_what_if_bar_reset);
}

static void
emo_what_if_bar_init (EmoWhatIfBar *self)
{
  self->choices = g_array_new (FALSE, FALSE, sizeof (EmoWhatIf));
  gtk_widget_init_template (GTK_WIDGET (self));
  emo_drop_down_name_choices (GTK_WIDGET (self->rules));
  /* The drop-down's name does not reach the button inside that takes the focus. */
  gtk_accessible_update_property (GTK_ACCESSIBLE (gtk_widget_get_first_child (GTK_WIDGET (self->rules))),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, _("What fuses the branches"),
                                  -1);
  emo_button_label_ellipsize (GTK_BUTTON (self->mute_vlm));
  emo_button_label_ellipsize (GTK_BUTTON (self->mute_distilled));
  emo_button_label_ellipsize (GTK_BUTTON (self->back));
  update_controls (self);
}

/**
 * emo_what_if_bar_set_prediction:
 * @self: a bar
 * @prediction: (nullable): whom to ask about
 *
 * Takes a prediction, or looks again at what it has become. Another one is met
 * without a question.
 */
void
emo_what_if_bar_set_prediction (EmoWhatIfBar  *self,
                                EmoPrediction *prediction)
{
  g_return_if_fail (EMO_IS_WHAT_IF_BAR (self));
  g_return_if_fail (prediction == NULL || EMO_IS_PREDICTION (prediction));

  self->updating = TRUE;
  if (g_set_object (&self->prediction, prediction))
    self->question = (EmoWhatIf) EMO_WHAT_IF_INIT;
  if (prediction != NULL)
    update_choices (self, emo_prediction_get_info (prediction));
  self->updating = FALSE;
  show_question (self);
}

/**
 * emo_what_if_bar_reset:
 * @self: a bar
 *
 * Goes back to the actual answer.
 */
void
emo_what_if_bar_reset (EmoWhatIfBar *self)
{
  g_return_if_fail (EMO_IS_WHAT_IF_BAR (self));

  if (emo_what_if_is_actual (&self->question))
    return;

  self->question = (EmoWhatIf) EMO_WHAT_IF_INIT;
  show_question (self);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

/**
 * emo_what_if_bar_dup_answer:
 * @self: a bar
 *
 * Returns: (transfer full) (nullable): [n_labels] hypothetical probabilities;
 *   %NULL where nothing is supposed, or it cannot be known
 */
double *
emo_what_if_bar_dup_answer (EmoWhatIfBar *self)
{
  g_autofree double *p = NULL;

  g_return_val_if_fail (EMO_IS_WHAT_IF_BAR (self), NULL);

  if (self->prediction == NULL || emo_what_if_is_actual (&self->question))
    return NULL;

  p = g_new (double, emo_label_set_get_size (emo_prediction_get_labels (self->prediction)));

  return emo_what_if_apply (&self->question, self->prediction, p) ? g_steal_pointer (&p) : NULL;
}

static const char *
describe_mutes (const EmoWhatIf *question)
{
  if (question->mute_vlm && question->mute_distilled)
    return _("without the VLM and the distilled head");

  return question->mute_vlm ? _("without the VLM") : _("without the distilled head");
}

/**
 * emo_what_if_bar_dup_question:
 * @self: a bar
 *
 * Returns: (transfer full) (nullable): what is supposed, to follow a colon;
 *   %NULL where nothing is
 */
char *
emo_what_if_bar_dup_question (EmoWhatIfBar *self)
{
  GtkStringObject *choice;
  const char *rule;

  g_return_val_if_fail (EMO_IS_WHAT_IF_BAR (self), NULL);

  if (emo_what_if_is_actual (&self->question))
    return NULL;
  if (self->question.rule == EMO_WHAT_IF_GATE && self->question.gate == 0)
    return g_strdup (describe_mutes (&self->question));

  choice = gtk_drop_down_get_selected_item (self->rules);
  rule = choice != NULL ? gtk_string_object_get_string (choice) : "";
  if (!self->question.mute_vlm && !self->question.mute_distilled)
    return g_strdup (rule);

  /* Translators: what fuses the branches, then "without the VLM". */
  return g_strdup_printf (_("%s, %s"), rule, describe_mutes (&self->question));
}
