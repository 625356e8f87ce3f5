/* emo-evidence-legend.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-evidence-legend.h"
#include "emo-evidence-words.h"
#include "emo-heat-map.h"

struct _EmoEvidenceLegend
{
  GtkWidget  parent_instance;

  double     largest;
  double     opacity;
  GtkWidget *ramp;       /* where the colours are drawn */
  GtkWidget *against;
  GtkWidget *unit;
  GtkWidget *in_favour;
};

G_DEFINE_FINAL_TYPE (EmoEvidenceLegend, emo_evidence_legend, GTK_TYPE_WIDGET)

#define RAMP_HEIGHT 14

/* The ramp lies on light and dark squares: a colour looks as it does on a light
 * picture and on a dark one. */
#define SQUARE 7

static void
draw_squares (cairo_t *cr,
              int      width,
              int      height)
{
  for (int y = 0; y < height; y += SQUARE)
    for (int x = 0; x < width; x += SQUARE)
      {
        double grey = (x / SQUARE + y / SQUARE) % 2 ? 0.75 : 0.45;

        cairo_set_source_rgb (cr, grey, grey, grey);
        cairo_rectangle (cr, x, y, SQUARE, SQUARE);
        cairo_fill (cr);
      }
}

static void
draw_ramp (GtkDrawingArea *area,
           cairo_t        *cr,
           int             width,
           int             height,
           gpointer        user_data)
{
  EmoEvidenceLegend *self = user_data;
  cairo_pattern_t *pattern = cairo_pattern_create_linear (0, 0, width, 0);
  const double stops[] = { -1, 0, 0, 1 };

  for (guint i = 0; i < G_N_ELEMENTS (stops); i++)
    {
      GdkRGBA color;

      emo_heat_map_get_color (i < 2 ? stops[i] - 1e-9 : stops[i], self->opacity, &color);
      cairo_pattern_add_color_stop_rgba (pattern, (stops[i] + 1) / 2, color.red, color.green, color.blue, color.alpha);
    }
  draw_squares (cr, width, height);
  cairo_set_source (cr, pattern);
  cairo_paint (cr);
  cairo_pattern_destroy (pattern);
}

static GtkWidget *
new_label (void)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_widget_add_css_class (label, "caption");
  gtk_widget_add_css_class (label, "numeric");

  return label;
}

static void
emo_evidence_legend_dispose (GObject *object)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);

  G_OBJECT_CLASS (emo_evidence_legend_parent_class)->dispose (object);
}

static void
emo_evidence_legend_class_init (EmoEvidenceLegendClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = emo_evidence_legend_dispose;

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BOX_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "evidence-legend");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
emo_evidence_legend_init (EmoEvidenceLegend *self)
{
  GtkLayoutManager *layout = gtk_widget_get_layout_manager (GTK_WIDGET (self));
  GtkWidget *numbers = gtk_center_box_new ();

  gtk_orientable_set_orientation (GTK_ORIENTABLE (layout), GTK_ORIENTATION_VERTICAL);
  gtk_box_layout_set_spacing (GTK_BOX_LAYOUT (layout), 3);

  self->ramp = g_object_new (GTK_TYPE_DRAWING_AREA,
                             "accessible-role", GTK_ACCESSIBLE_ROLE_IMG,
                             "content-height", RAMP_HEIGHT,
                             NULL);
  gtk_widget_add_css_class (self->ramp, "ramp");
  gtk_widget_set_overflow (self->ramp, GTK_OVERFLOW_HIDDEN);
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (self->ramp), draw_ramp, self, NULL);

  self->against = new_label ();
  self->unit = new_label ();
  self->in_favour = new_label ();
  gtk_label_set_text (GTK_LABEL (self->unit), C_("unit", "logits"));
  gtk_widget_add_css_class (self->unit, "dim-label");
  gtk_center_box_set_start_widget (GTK_CENTER_BOX (numbers), self->against);
  gtk_center_box_set_center_widget (GTK_CENTER_BOX (numbers), self->unit);
  gtk_center_box_set_end_widget (GTK_CENTER_BOX (numbers), self->in_favour);

  /* The scale has a direction of its own: less is left in any language. */
  gtk_widget_set_direction (numbers, GTK_TEXT_DIR_LTR);
  gtk_widget_set_parent (self->ramp, GTK_WIDGET (self));
  gtk_widget_set_parent (numbers, GTK_WIDGET (self));
  emo_evidence_legend_set_scale (self, 0, 1);
}

/**
 * emo_evidence_legend_set_scale:
 * @self: a legend
 * @largest: the number of the full colour
 * @opacity: 0 to 1, of the full colour
 */
void
emo_evidence_legend_set_scale (EmoEvidenceLegend *self,
                               double             largest,
                               double             opacity)
{
  g_autofree char *low = NULL;
  g_autofree char *high = NULL;
  g_autofree char *against = NULL;
  g_autofree char *in_favour = NULL;
  g_autofree char *name = NULL;

  g_return_if_fail (EMO_IS_EVIDENCE_LEGEND (self));

  self->largest = largest;
  self->opacity = opacity;
  low = emo_evidence_number_to_string (-largest, largest);
  high = emo_evidence_number_to_string (largest, largest);
  /* Translators: the ends of a scale: a number, and that it speaks against a label or for it. */
  against = g_strdup_printf (C_("end of a scale", "%s against"), low);
  in_favour = g_strdup_printf (C_("end of a scale", "for %s"), high);
  name = g_strdup_printf (_("Colours from %s (against the label) to %s logits (for it)"), low, high);
  gtk_label_set_text (GTK_LABEL (self->against), against);
  gtk_label_set_text (GTK_LABEL (self->in_favour), in_favour);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->ramp), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_widget_queue_draw (self->ramp);
}
