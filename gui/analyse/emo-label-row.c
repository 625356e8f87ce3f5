/* emo-label-row.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include <glib/gi18n.h>

#include "emo-emotion-name.h"
#include "emo-label-row.h"

struct _EmoLabelRow
{
  AdwBin       parent_instance;

  int          label;                         /* index into the model's labels, -1: nobody asks */
  double       probability[EMO_N_BRANCHES];   /* NaN: no answer */
  gboolean     hypothetical;                  /* the gated value is */
  GtkLabel    *name;
  GtkWidget   *why;
  GtkWidget   *box[EMO_N_BRANCHES];
  GtkLevelBar *bar[EMO_N_BRANCHES];
  GtkLabel    *value[EMO_N_BRANCHES];
};

G_DEFINE_FINAL_TYPE (EmoLabelRow, emo_label_row, ADW_TYPE_BIN)

/* What a value is called: a hypothetical one never like the gate's own. */
static const char *
value_name (EmoLabelRow *self,
            EmoBranch    branch)
{
  if (branch == EMO_BRANCH_GATED && self->hypothetical)
    return C_("branch", "Hypothetical");

  return emo_branch_name (branch);
}

/* What a screen reader says of the focused row: the label and its values. */
static void
describe (EmoLabelRow *self)
{
  g_autoptr (GString) text = g_string_new (gtk_label_get_text (self->name));
  const char *separator = ": ";

  for (int b = 0; b < EMO_N_BRANCHES; b++)
    if (!isnan (self->probability[b]) && gtk_widget_get_visible (self->box[b]))
      {
        g_string_append_printf (text, "%s%s %s", separator, value_name (self, b), gtk_label_get_text (self->value[b]));
        separator = ", ";
      }

  gtk_accessible_update_property (GTK_ACCESSIBLE (self),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, text->str,
                                  -1);
}

static void
name_bar (EmoLabelRow *self,
          EmoBranch    branch)
{
  g_autofree char *text = g_strdup_printf (C_("name of a bar: branch, label", "%s %s"),
                                           value_name (self, branch), gtk_label_get_text (self->name));

  gtk_accessible_update_property (GTK_ACCESSIBLE (self->bar[branch]),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, text,
                                  -1);
}

static void
name_question (EmoLabelRow *self,
               gboolean     winner)
{
  const char *name = gtk_label_get_text (self->name);
  g_autofree char *text = winner
                            ? g_strdup_printf (C_("question about an emotion", "Why %s?"), name)
                            : g_strdup_printf (C_("question about an emotion", "Why not %s?"), name);

  gtk_widget_set_tooltip_text (self->why, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->why),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, text,
                                  -1);
}

static gboolean
why_cb (GtkWidget *widget,
        GVariant  *arguments,
        gpointer   user_data)
{
  EmoLabelRow *self = EMO_LABEL_ROW (widget);

  return self->label >= 0 && gtk_widget_activate_action (widget, "results.why", "i", self->label);
}

static void
emo_label_row_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), EMO_TYPE_LABEL_ROW);

  G_OBJECT_CLASS (emo_label_row_parent_class)->dispose (object);
}

static void
bind_branch (GtkWidgetClass *widget_class,
             const char     *name,
             gsize           offset)
{
  gtk_widget_class_bind_template_child_full (widget_class, name, FALSE, offset);
}

static void
emo_label_row_class_init (EmoLabelRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  static const char * const names[EMO_N_BRANCHES][3] = {
    { "vlm_box", "vlm_bar", "vlm_value" },
    { "distilled_box", "distilled_bar", "distilled_value" },
    { "gated_box", "gated_bar", "gated_value" },
  };

  object_class->dispose = emo_label_row_dispose;

  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/emovlm/EmoVLM/analyse/emo-label-row.ui");
  gtk_widget_class_bind_template_child (widget_class, EmoLabelRow, name);
  gtk_widget_class_bind_template_child (widget_class, EmoLabelRow, why);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Return, 0, why_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_KP_Enter, 0, why_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_space, 0, why_cb, NULL);
  for (int b = 0; b < EMO_N_BRANCHES; b++)
    {
      bind_branch (widget_class, names[b][0], G_STRUCT_OFFSET (EmoLabelRow, box) + b * sizeof (GtkWidget *));
      bind_branch (widget_class, names[b][1], G_STRUCT_OFFSET (EmoLabelRow, bar) + b * sizeof (GtkLevelBar *));
      bind_branch (widget_class, names[b][2], G_STRUCT_OFFSET (EmoLabelRow, value) + b * sizeof (GtkLabel *));
    }
}

static void
emo_label_row_init (EmoLabelRow *self)
{
  static const char * const offsets[] = {
    GTK_LEVEL_BAR_OFFSET_LOW,
    GTK_LEVEL_BAR_OFFSET_HIGH,
    GTK_LEVEL_BAR_OFFSET_FULL,
  };

  self->label = -1;
  gtk_widget_init_template (GTK_WIDGET (self));

  /* The colour says which branch it is, not how high the value is. */
  for (int b = 0; b < EMO_N_BRANCHES; b++)
    for (gsize i = 0; i < G_N_ELEMENTS (offsets); i++)
      gtk_level_bar_remove_offset_value (self->bar[b], offsets[i]);
}

/**
 * emo_label_row_new:
 * @label: a label of the model
 *
 * Returns: (transfer floating): a row without values and without a question
 */
GtkWidget *
emo_label_row_new (const char *label)
{
  EmoLabelRow *self = g_object_new (EMO_TYPE_LABEL_ROW, NULL);

  gtk_label_set_text (self->name, emo_emotion_name (label));
  name_question (self, FALSE);
  for (int b = 0; b < EMO_N_BRANCHES; b++)
    {
      name_bar (self, b);
      emo_label_row_set_value (self, b, NAN);
    }

  return GTK_WIDGET (self);
}

/**
 * emo_label_row_get_name:
 * @self: a row
 *
 * Returns: (transfer none): the label's name, to be as wide as the others'
 */
GtkWidget *
emo_label_row_get_name (EmoLabelRow *self)
{
  g_return_val_if_fail (EMO_IS_LABEL_ROW (self), NULL);

  return GTK_WIDGET (self->name);
}

/**
 * emo_label_row_get_why:
 * @self: a row
 *
 * Returns: (transfer none): the button that asks why, for the axis to end where
 *   the bars do
 */
GtkWidget *
emo_label_row_get_why (EmoLabelRow *self)
{
  g_return_val_if_fail (EMO_IS_LABEL_ROW (self), NULL);

  return self->why;
}

/**
 * emo_label_row_set_index:
 * @self: a row
 * @index: the label's place among the model's
 *
 * Lets a person ask why that label, or why not, where somebody knows the action
 * "results.why".
 */
void
emo_label_row_set_index (EmoLabelRow *self,
                         int          index)
{
  g_return_if_fail (EMO_IS_LABEL_ROW (self));

  self->label = index;
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->why), "i", index);
  gtk_widget_set_visible (self->why, TRUE);
}

/**
 * emo_label_row_set_trained:
 * @self: a row
 * @branch: a branch
 * @trained: %FALSE takes its line away: the model has no such branch
 */
void
emo_label_row_set_trained (EmoLabelRow *self,
                           EmoBranch    branch,
                           gboolean     trained)
{
  g_return_if_fail (EMO_IS_LABEL_ROW (self));

  gtk_widget_set_visible (self->box[branch], trained);
}

/**
 * emo_label_row_set_value:
 * @self: a row
 * @branch: a branch
 * @probability: 0 to 1, NaN while there is no answer
 */
void
emo_label_row_set_value (EmoLabelRow *self,
                         EmoBranch    branch,
                         double       probability)
{
  g_autofree char *text = NULL;

  g_return_if_fail (EMO_IS_LABEL_ROW (self));

  text = isnan (probability) ? g_strdup ("…") : emo_percent_to_string (probability);
  gtk_label_set_text (self->value[branch], text);
  /* An empty bar would say 0 %. */
  gtk_widget_set_visible (GTK_WIDGET (self->bar[branch]), !isnan (probability));
  if (!isnan (probability))
    gtk_level_bar_set_value (self->bar[branch], CLAMP (probability, 0, 1));
  self->probability[branch] = probability;
  describe (self);
}

/**
 * emo_label_row_set_winner:
 * @self: a row
 * @winner: whether this label is the answer
 */
void
emo_label_row_set_winner (EmoLabelRow *self,
                          gboolean     winner)
{
  g_return_if_fail (EMO_IS_LABEL_ROW (self));

  if (winner)
    gtk_widget_add_css_class (GTK_WIDGET (self), "winner");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "winner");
  name_question (self, winner);
}

/**
 * emo_label_row_set_hypothetical:
 * @self: a row
 * @hypothetical: whether the gated value is no answer but a "what if"
 */
void
emo_label_row_set_hypothetical (EmoLabelRow *self,
                                gboolean     hypothetical)
{
  g_return_if_fail (EMO_IS_LABEL_ROW (self));

  if (self->hypothetical == hypothetical)
    return;

  self->hypothetical = hypothetical;
  if (hypothetical)
    gtk_widget_add_css_class (self->box[EMO_BRANCH_GATED], "hypothetical");
  else
    gtk_widget_remove_css_class (self->box[EMO_BRANCH_GATED], "hypothetical");
  name_bar (self, EMO_BRANCH_GATED);
  describe (self);
}
