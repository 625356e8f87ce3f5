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
  GtkBox         parent_instance;

  EmoPrediction *prediction;  /* (nullable) that is shown */
  EmoLabelSet   *labels;      /* (nullable) those that the rows are for */
  GPtrArray     *rows;        /* of EmoLabelRow, in the model's order */
  EmoLabelOrder  order;
  gboolean       hypothetical;
  GtkBox        *legend;
  GtkWidget     *gated_item;  /* (nullable) of the legend */
  GtkLabel      *untrained;
  GtkBox        *axis;
  EmoRovingBox  *column;      /* of the rows */
  GtkSizeGroup  *names;
  GtkSizeGroup  *ends;
};

enum
{
  PROP_0,
  PROP_HOVERED_LABEL,
  PROP_ORDER,
  N_PROPS
};

G_DEFINE_ENUM_TYPE (EmoLabelOrder, emo_label_order,
                    G_DEFINE_ENUM_VALUE (EMO_LABEL_ORDER_PROBABILITY, "probability"),
                    G_DEFINE_ENUM_VALUE (EMO_LABEL_ORDER_WHEEL, "wheel"))

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
new_legend_item (const char *name,
                 const char *css_class)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *swatch = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  gtk_widget_set_valign (swatch, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (swatch, "swatch");
  gtk_widget_add_css_class (swatch, css_class);
  gtk_box_append (GTK_BOX (box), swatch);
  gtk_box_append (GTK_BOX (box), gtk_label_new (name));
  gtk_widget_add_css_class (box, "caption");

  return box;
}

/* What the model lacks gets no bar, only these words. */
static const char *
describe_untrained (EmoModelInfo *info)
{
  if (info->has_gate)
    return NULL;
  if (info->has_distilled)
    return _("Gate: not trained. “emovlm train gate” trains one on a folder of labelled pictures.");

  return _("Distilled head and gate: not trained. “emovlm train distilled” and “emovlm train gate” train them on a folder of labelled pictures.");
}

static void
build_legend (EmoLabelBars *self,
              EmoModelInfo *info)
{
  const char *untrained = describe_untrained (info);

  /* The gate's item comes with the values: they may be hypothetical. */
  self->gated_item = NULL;
  for (int b = 0; b < EMO_BRANCH_GATED; b++)
    if (is_trained (info, b))
      gtk_box_append (self->legend, new_legend_item (emo_branch_name (b), branch_classes[b]));
  gtk_label_set_text (self->untrained, untrained != NULL ? untrained : "");
  gtk_widget_set_visible (GTK_WIDGET (self->untrained), untrained != NULL);
}

/* Holds a place in the axis; a label without text is nothing to read out. */
static GtkWidget *
new_blank (void)
{
  return g_object_new (GTK_TYPE_LABEL, "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);
}

/* Lines up with the bars: after the names' column, before those of the values
 * and the questions. */
static void
build_axis (EmoLabelBars *self)
{
  static const int ticks[] = { 0, 50, 100 };
  GtkWidget *name = new_blank ();
  GtkWidget *scale = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkWidget *value = new_blank ();
  GtkWidget *end = new_blank ();

  gtk_size_group_add_widget (self->names, name);
  gtk_box_append (self->axis, name);
  gtk_widget_set_hexpand (scale, TRUE);
  gtk_box_set_homogeneous (GTK_BOX (scale), TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (ticks); i++)
    {
      g_autofree char *text = emo_tick_to_string (ticks[i] / 100.0);
      GtkWidget *tick = gtk_label_new (text);

      gtk_label_set_xalign (GTK_LABEL (tick), ticks[i] / 100.0);
      gtk_box_append (GTK_BOX (scale), tick);
    }
  gtk_box_append (self->axis, scale);
  gtk_label_set_width_chars (GTK_LABEL (value), 7);
  gtk_widget_add_css_class (value, "bar-value");
  gtk_widget_add_css_class (value, "numeric");
  gtk_box_append (self->axis, value);
  gtk_size_group_add_widget (self->ends, end);
  gtk_box_append (self->axis, end);
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

  build_legend (self, info);
  build_axis (self);
  for (guint i = 0; i < emo_label_set_get_size (info->labels); i++)
    {
      GtkWidget *row = emo_label_row_new (emo_label_set_get_label (info->labels, i));

      emo_label_row_set_index (EMO_LABEL_ROW (row), (int) i);
      for (int b = 0; b < EMO_N_BRANCHES; b++)
        emo_label_row_set_trained (EMO_LABEL_ROW (row), b, is_trained (info, b));
      gtk_size_group_add_widget (self->names, emo_label_row_get_name (EMO_LABEL_ROW (row)));
      gtk_size_group_add_widget (self->ends, emo_label_row_get_why (EMO_LABEL_ROW (row)));
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
 * model's order until then, so that rows move at most once a picture. A "what
 * if" moves bars and no rows: the eye should find them where they were. */
static guint *
dup_order (EmoLabelBars *self)
{
  EmoModelInfo *info = emo_prediction_get_info (self->prediction);
  const double *p = emo_prediction_get_probabilities (self->prediction,
                                                      info->has_gate ? EMO_BRANCH_GATED : EMO_BRANCH_VLM);
  guint n = self->rows->len;
  guint *order;

  if (self->order == EMO_LABEL_ORDER_WHEEL)
    return emo_label_set_dup_wheel_order (self->labels, NULL);

  order = g_new (guint, n);
  for (guint i = 0; i < n; i++)
    order[i] = i;
  if (p != NULL)
    g_qsort_with_data (order, n, sizeof (guint), compare_descending, (gpointer) p);

  return order;
}

static void
order_rows (EmoLabelBars *self)
{
  g_autofree guint *order = dup_order (self);
  GtkWidget *after = NULL;

  for (guint i = 0; i < self->rows->len; i++)
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

  g_clear_object (&self->prediction);
  g_clear_object (&self->names);
  g_clear_object (&self->ends);
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
    case PROP_ORDER:
      g_value_set_enum (value, self->order);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_label_bars_set_property (GObject      *object,
                             guint         prop_id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  switch (prop_id)
    {
    case PROP_ORDER:
      emo_label_bars_set_order (EMO_LABEL_BARS (object), g_value_get_enum (value));
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
  object_class->set_property = emo_label_bars_set_property;

  properties[PROP_HOVERED_LABEL] =
    g_param_spec_int ("hovered-label", NULL, NULL,
                      -1, G_MAXINT, -1,
                      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  properties[PROP_ORDER] =
    g_param_spec_enum ("order", NULL, NULL,
                       EMO_TYPE_LABEL_ORDER, EMO_LABEL_ORDER_PROBABILITY,
                       G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
emo_label_bars_init (EmoLabelBars *self)
{
  self->rows = g_ptr_array_new ();
  self->names = gtk_size_group_new (GTK_SIZE_GROUP_HORIZONTAL);
  self->ends = gtk_size_group_new (GTK_SIZE_GROUP_HORIZONTAL);
  self->legend = GTK_BOX (gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 18));
  self->axis = GTK_BOX (gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 9));
  self->untrained = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_wrap (self->untrained, TRUE);
  gtk_label_set_xalign (self->untrained, 0);
  gtk_widget_add_css_class (GTK_WIDGET (self->untrained), "caption");
  gtk_widget_add_css_class (GTK_WIDGET (self->untrained), "dim-label");

  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 6);
  gtk_widget_add_css_class (GTK_WIDGET (self->axis), "axis");
  gtk_box_append (GTK_BOX (self), GTK_WIDGET (self->legend));
  gtk_box_append (GTK_BOX (self), GTK_WIDGET (self->untrained));
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
 * emo_label_bars_get_order:
 * @self: the bars
 *
 * Returns: the order of the rows
 */
EmoLabelOrder
emo_label_bars_get_order (EmoLabelBars *self)
{
  g_return_val_if_fail (EMO_IS_LABEL_BARS (self), EMO_LABEL_ORDER_PROBABILITY);

  return self->order;
}

/**
 * emo_label_bars_set_order:
 * @self: the bars
 * @order: of the rows
 */
void
emo_label_bars_set_order (EmoLabelBars  *self,
                          EmoLabelOrder  order)
{
  g_return_if_fail (EMO_IS_LABEL_BARS (self));

  if (self->order == order)
    return;

  self->order = order;
  if (self->prediction != NULL)
    order_rows (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ORDER]);
}

static void
show_values (EmoLabelBars *self,
             const double *hypothetical)
{
  for (int b = 0; b < EMO_N_BRANCHES; b++)
    {
      const double *p = emo_prediction_get_probabilities (self->prediction, b);

      if (b == EMO_BRANCH_GATED && hypothetical != NULL)
        p = hypothetical;
      for (guint i = 0; i < self->rows->len; i++)
        emo_label_row_set_value (g_ptr_array_index (self->rows, i), b, p != NULL ? p[i] : NAN);
    }
}

/* A model without a gate has no line for it, and gets one for as long as
 * something is asked that only a gate could say. */
static void
show_hypothetical (EmoLabelBars *self,
                   gboolean      hypothetical)
{
  gboolean has_gate = emo_prediction_get_info (self->prediction)->has_gate;

  if (self->gated_item != NULL && self->hypothetical == hypothetical)
    return;

  self->hypothetical = hypothetical;
  for (guint i = 0; i < self->rows->len; i++)
    {
      EmoLabelRow *row = g_ptr_array_index (self->rows, i);

      emo_label_row_set_hypothetical (row, hypothetical);
      emo_label_row_set_trained (row, EMO_BRANCH_GATED, has_gate || hypothetical);
    }

  if (self->gated_item != NULL)
    gtk_box_remove (self->legend, self->gated_item);
  self->gated_item = NULL;
  if (hypothetical)
    self->gated_item = new_legend_item (C_("branch", "Hypothetical"), "hypothetical");
  else if (has_gate)
    self->gated_item = new_legend_item (emo_branch_name (EMO_BRANCH_GATED), branch_classes[EMO_BRANCH_GATED]);
  if (self->gated_item != NULL)
    gtk_box_append (self->legend, self->gated_item);
}

/**
 * emo_label_bars_show:
 * @self: the bars
 * @prediction: (nullable): what to show; %NULL for nothing
 * @hypothetical: (nullable): [n_labels] probabilities that would have been the
 *   gate's, see emo-what-if.h; they are shown in its place and said to be so
 *
 * Shows what the branches have answered so far.
 */
void
emo_label_bars_show (EmoLabelBars  *self,
                     EmoPrediction *prediction,
                     const double  *hypothetical)
{
  int winner;

  g_return_if_fail (EMO_IS_LABEL_BARS (self));

  g_set_object (&self->prediction, prediction);
  gtk_widget_set_visible (GTK_WIDGET (self), prediction != NULL);
  if (prediction == NULL)
    return;

  if (emo_prediction_get_labels (prediction) != self->labels)
    build_rows (self, emo_prediction_get_info (prediction));

  winner = emo_prediction_get_winner (prediction, emo_prediction_get_final_branch (prediction));
  show_hypothetical (self, hypothetical != NULL);
  show_values (self, hypothetical);
  for (guint i = 0; i < self->rows->len; i++)
    emo_label_row_set_winner (g_ptr_array_index (self->rows, i), (int) i == winner);
  order_rows (self);

  if (emo_prediction_get_in_domain (prediction) == EMO_DOMAIN_OUT)
    gtk_widget_add_css_class (GTK_WIDGET (self), "out-of-domain");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "out-of-domain");
}
