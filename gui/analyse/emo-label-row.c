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

  double       probability[EMO_N_BRANCHES];   /* NaN: no answer */
  GtkLabel    *name;
  GtkWidget   *box[EMO_N_BRANCHES];
  GtkLevelBar *bar[EMO_N_BRANCHES];
  GtkLabel    *value[EMO_N_BRANCHES];
};

G_DEFINE_FINAL_TYPE (EmoLabelRow, emo_label_row, ADW_TYPE_BIN)

/* What a screen reader says of the focused row: the label and its values. */
static void
describe (EmoLabelRow *self)
{
  g_autoptr (GString) text = g_string_new (gtk_label_get_text (self->name));
  const char *separator = ": ";

  for (int b = 0; b < EMO_N_BRANCHES; b++)
    if (!isnan (self->probability[b]) && gtk_widget_get_visible (self->box[b]))
      {
        g_string_append_printf (text, "%s%s %s", separator, emo_branch_name (b), gtk_label_get_text (self->value[b]));
        separator = ", ";
      }

  gtk_accessible_update_property (GTK_ACCESSIBLE (self),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, text->str,
                                  -1);
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
 * Returns: (transfer floating): a row without values
 */
GtkWidget *
emo_label_row_new (const char *label)
{
  EmoLabelRow *self = g_object_new (EMO_TYPE_LABEL_ROW, NULL);
  const char *name = emo_emotion_name (label);

  gtk_label_set_text (self->name, name);
  for (int b = 0; b < EMO_N_BRANCHES; b++)
    {
      g_autofree char *text = g_strdup_printf (C_("name of a bar: branch, label", "%s %s"), emo_branch_name (b), name);

      gtk_accessible_update_property (GTK_ACCESSIBLE (self->bar[b]),
                                      GTK_ACCESSIBLE_PROPERTY_LABEL, text,
                                      -1);
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
}
