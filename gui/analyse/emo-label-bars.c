/* emo-label-bars.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include <glib/gi18n.h>

#include "emo-emotion-name.h"
#include "emo-label-bars.h"
#include "emo-label-row.h"
#include "emo-roving-box.h"

struct _EmoLabelBars
{
  GtkBox        parent_instance;

  EmoLabelSet  *labels;      /* (nullable) those that the rows are for */
  GPtrArray    *rows;        /* of EmoLabelRow, in the model's order */
  GtkBox       *legend;
  GtkBox       *axis;
  EmoRovingBox *column;      /* of the rows */
  GtkSizeGroup *names;
};

enum
{
  PROP_0,
  PROP_HOVERED_LABEL,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (EmoLabelBars, emo_label_bars, GTK_TYPE_BOX)

static GParamSpec *properties[N_PROPS];

static const char * const branch_classes[EMO_N_BRANCHES] = { "vlm", "distilled", "gated" };

static void
clear_box (GtkBox *box)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (box))) != NULL)
    gtk_box_remove (box, child);
}

static gboolean
is_trained (EmoModelInfo *info,
            EmoBranch     branch)
{
  if (branch == EMO_BRANCH_DISTILLED)
    return info->has_distilled;
  if (branch == EMO_BRANCH_GATED)
    return info->has_gate;

  return TRUE;
}

static GtkWidget *
new_legend_item (EmoBranch branch,
                 gboolean  trained)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  g_autofree char *text = NULL;

  if (trained)
    {
      GtkWidget *swatch = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

      gtk_widget_set_valign (swatch, GTK_ALIGN_CENTER);
      gtk_widget_add_css_class (swatch, "swatch");
      gtk_widget_add_css_class (swatch, branch_classes[branch]);
      gtk_box_append (GTK_BOX (box), swatch);
      text = g_strdup (emo_branch_name (branch));
    }
  else
    {
      gtk_widget_add_css_class (box, "dim-label");
      text = g_strdup_printf (C_("a branch that the model lacks", "%s: not trained"), emo_branch_name (branch));
    }
  gtk_box_append (GTK_BOX (box), gtk_label_new (text));
  gtk_widget_add_css_class (box, "caption");

  return box;
}

/* Holds a place in the axis; a label without text is nothing to read out. */
static GtkWidget *
new_blank (void)
{
  return g_object_new (GTK_TYPE_LABEL, "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);
}

/* Lines up with the bars: after the names' column, before the values'. */
static void
build_axis (EmoLabelBars *self)
{
  static const int ticks[] = { 0, 50, 100 };
  GtkWidget *name = new_blank ();
  GtkWidget *scale = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkWidget *value = new_blank ();

  gtk_size_group_add_widget (self->names, name);
  gtk_box_append (self->axis, name);
  gtk_widget_set_hexpand (scale, TRUE);
  gtk_box_set_homogeneous (GTK_BOX (scale), TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (ticks); i++)
    {
      g_autofree char *text = g_strdup_printf (C_("tick of the axis, per cent", "%d %%"), ticks[i]);
      GtkWidget *tick = gtk_label_new (text);

      gtk_label_set_xalign (GTK_LABEL (tick), ticks[i] / 100.0);
      gtk_box_append (GTK_BOX (scale), tick);
    }
  gtk_box_append (self->axis, scale);
  gtk_label_set_width_chars (GTK_LABEL (value), 7);
  gtk_widget_add_css_class (value, "bar-value");
  gtk_widget_add_css_class (value, "numeric");
  gtk_box_append (self->axis, value);
}

static void
remove_rows (EmoLabelBars *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    gtk_box_remove (GTK_BOX (self->column), g_ptr_array_index (self->rows, i));
  g_ptr_array_set_size (self->rows, 0);
  clear_box (self->legend);
  clear_box (self->axis);
}

static void
build_rows (EmoLabelBars *self,
            EmoModelInfo *info)
{
  remove_rows (self);
  g_clear_pointer (&self->labels, emo_label_set_unref);
  self->labels = emo_label_set_ref (info->labels);

  for (int b = 0; b < EMO_N_BRANCHES; b++)
    gtk_box_append (self->legend, new_legend_item (b, is_trained (info, b)));

  build_axis (self);
  for (guint i = 0; i < emo_label_set_get_size (info->labels); i++)
    {
      GtkWidget *row = emo_label_row_new (emo_label_set_get_label (info->labels, i));

      for (int b = 0; b < EMO_N_BRANCHES; b++)
        emo_label_row_set_trained (EMO_LABEL_ROW (row), b, is_trained (info, b));
      gtk_size_group_add_widget (self->names, emo_label_row_get_name (EMO_LABEL_ROW (row)));
      g_ptr_array_add (self->rows, row);
      emo_roving_box_append_row (self->column, row);
    }
}

static int
compare_descending (gconstpointer a,
                    gconstpointer b,
                    gpointer      user_data)
{
  const double *p = user_data;
  guint i = *(const guint *) a;
  guint j = *(const guint *) b;

  if (p[i] != p[j])
    return p[i] < p[j] ? 1 : -1;

  return i < j ? -1 : i > j;
}

/* The likeliest label first, once the branch that decides has spoken; in the
 * model's order until then, so that rows move at most once a picture. */
static void
order_rows (EmoLabelBars *self,
            const double *p)
{
  guint n = self->rows->len;
  g_autofree guint *order = g_new (guint, n);
  GtkWidget *after = NULL;

  for (guint i = 0; i < n; i++)
    order[i] = i;
  if (p != NULL)
    g_qsort_with_data (order, n, sizeof (guint), compare_descending, (gpointer) p);

  for (guint i = 0; i < n; i++)
    {
      GtkWidget *row = g_ptr_array_index (self->rows, order[i]);

      if (gtk_widget_get_prev_sibling (row) != after)
        gtk_box_reorder_child_after (GTK_BOX (self->column), row, after);
      after = row;
    }
}

static void
current_cb (EmoLabelBars *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_HOVERED_LABEL]);
}

static void
emo_label_bars_dispose (GObject *object)
{
  EmoLabelBars *self = EMO_LABEL_BARS (object);

  g_clear_object (&self->names);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_clear_pointer (&self->labels, emo_label_set_unref);

  G_OBJECT_CLASS (emo_label_bars_parent_class)->dispose (object);
}

static void
emo_label_bars_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  EmoLabelBars *self = EMO_LABEL_BARS (object);

  switch (prop_id)
    {
    case PROP_HOVERED_LABEL:
      g_value_set_int (value, emo_label_bars_get_hovered_label (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_label_bars_class_init (EmoLabelBarsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = emo_label_bars_dispose;
  object_class->get_property = emo_label_bars_get_property;

  properties[PROP_HOVERED_LABEL] =
    g_param_spec_int ("hovered-label", NULL, NULL,
                      -1, G_MAXINT, -1,
                      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
emo_label_bars_init (EmoLabelBars *self)
{
  self->rows = g_ptr_array_new ();
  self->names = gtk_size_group_new (GTK_SIZE_GROUP_HORIZONTAL);
  self->legend = GTK_BOX (gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 18));
  self->axis = GTK_BOX (gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12));

  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 6);
  gtk_widget_add_css_class (GTK_WIDGET (self->axis), "axis");
  gtk_box_append (GTK_BOX (self), GTK_WIDGET (self->legend));
  gtk_box_append (GTK_BOX (self), GTK_WIDGET (self->axis));

  self->column = EMO_ROVING_BOX (emo_roving_box_new ());
  gtk_box_set_spacing (GTK_BOX (self->column), 6);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->column),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, _("Probabilities by label"),
                                  -1);
  g_signal_connect_object (self->column, "notify::current", G_CALLBACK (current_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (self), GTK_WIDGET (self->column));
}

/**
 * emo_label_bars_get_hovered_label:
 * @self: the bars
 *
 * Returns: the label whose row is under the pointer, else has the focus; -1 for
 *   none
 */
int
emo_label_bars_get_hovered_label (EmoLabelBars *self)
{
  GtkWidget *row;
  guint index;

  g_return_val_if_fail (EMO_IS_LABEL_BARS (self), -1);

  row = emo_roving_box_get_current (self->column);

  return row != NULL && g_ptr_array_find (self->rows, row, &index) ? (int) index : -1;
}

/**
 * emo_label_bars_show:
 * @self: the bars
 * @prediction: (nullable): what to show; %NULL for nothing
 *
 * Shows what the branches have answered so far.
 */
void
emo_label_bars_show (EmoLabelBars  *self,
                     EmoPrediction *prediction)
{
  EmoBranch final_branch;
  int winner;

  g_return_if_fail (EMO_IS_LABEL_BARS (self));

  gtk_widget_set_visible (GTK_WIDGET (self), prediction != NULL);
  if (prediction == NULL)
    return;

  if (emo_prediction_get_labels (prediction) != self->labels)
    build_rows (self, emo_prediction_get_info (prediction));

  final_branch = emo_prediction_get_final_branch (prediction);
  winner = emo_prediction_get_winner (prediction, final_branch);
  for (int b = 0; b < EMO_N_BRANCHES; b++)
    {
      const double *p = emo_prediction_get_probabilities (prediction, b);

      for (guint i = 0; i < self->rows->len; i++)
        emo_label_row_set_value (g_ptr_array_index (self->rows, i), b, p != NULL ? p[i] : NAN);
    }
  for (guint i = 0; i < self->rows->len; i++)
    emo_label_row_set_winner (g_ptr_array_index (self->rows, i), (int) i == winner);
  order_rows (self, emo_prediction_get_probabilities (prediction, final_branch));

  if (emo_prediction_get_in_domain (prediction) == EMO_DOMAIN_OUT)
    gtk_widget_add_css_class (GTK_WIDGET (self), "out-of-domain");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "out-of-domain");
}
