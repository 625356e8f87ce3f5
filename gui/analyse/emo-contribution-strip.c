/* emo-contribution-strip.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include <glib/gi18n.h>

#include "emo-contribution-strip.h"
#include "emo-emotion-name.h"

#define ROW_HEIGHT 18
#define BAR_HEIGHT 10
#define GAP 12
#define N_PARTS 3   /* VLM, distilled, rest */

/* One label, in logits, each part centred over the labels: the softmax does not
 * see what all labels share, so neither should the eye. */
typedef struct
{
  guint  label;
  double part[N_PARTS];
  double sum;
} Row;

struct _EmoContributionStrip
{
  GtkWidget    parent_instance;

  EmoLabelSet *labels;      /* (nullable) */
  GArray      *rows;        /* of Row, largest sum first */
  double       in_favour;   /* logits of the longest strip to the right */
  double       against;     /* and to the left, positive */
  gboolean     hatched;     /* out of the model's domain */
};

G_DEFINE_FINAL_TYPE (EmoContributionStrip, emo_contribution_strip, GTK_TYPE_WIDGET)

static const char * const part_colors[N_PARTS] = {
  "emo_vlm_color",
  "emo_distilled_color",
  "emo_rest_color",
};

static int
compare_rows (gconstpointer a,
              gconstpointer b)
{
  const Row *i = a;
  const Row *j = b;

  return i->sum < j->sum ? 1 : i->sum > j->sum ? -1 : 0;
}

static double
mean (const double *values,
      guint         n)
{
  double sum = 0;

  for (guint i = 0; i < n; i++)
    sum += values[i];

  return sum / n;
}

static void
collect_rows (EmoContributionStrip *self,
              EmoPrediction        *prediction)
{
  guint n = emo_label_set_get_size (self->labels);
  const double *parts[N_PARTS] = {
    emo_prediction_get_contribution_vlm (prediction),
    emo_prediction_get_contribution_distilled (prediction),
    emo_prediction_get_contribution_rest (prediction),
  };

  self->in_favour = self->against = 0;
  for (guint i = 0; i < n; i++)
    {
      Row row = { .label = i };
      double positive = 0;
      double negative = 0;

      for (int p = 0; p < N_PARTS; p++)
        {
          row.part[p] = parts[p][i] - mean (parts[p], n);
          row.sum += row.part[p];
          *(row.part[p] > 0 ? &positive : &negative) += row.part[p];
        }
      self->in_favour = MAX (self->in_favour, positive);
      self->against = MAX (self->against, -negative);
      g_array_append_val (self->rows, row);
    }
  g_array_sort (self->rows, compare_rows);
}

/* The same numbers in words, for who does not see the drawing. */
static void
describe (EmoContributionStrip *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < self->rows->len; i++)
    {
      const Row *row = &g_array_index (self->rows, Row, i);
      g_autofree char *vlm = emo_signed_to_string (row->part[0]);
      g_autofree char *distilled = emo_signed_to_string (row->part[1]);
      g_autofree char *rest = emo_signed_to_string (row->part[2]);

      if (i > 0)
        g_string_append (text, "; ");
      g_string_append_printf (text, _("%s: VLM %s, distilled %s, rest %s"),
                              emo_emotion_name (emo_label_set_get_label (self->labels, row->label)),
                              vlm, distilled, rest);
    }

  gtk_accessible_update_property (GTK_ACCESSIBLE (self),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, _("Contributions to each label, in logits"),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text->str,
                                  -1);
}

static GdkRGBA
lookup_color (EmoContributionStrip *self,
              const char           *name)
{
  GdkRGBA color;

  if (!gtk_style_context_lookup_color (gtk_widget_get_style_context (GTK_WIDGET (self)), name, &color))
    gtk_style_context_get_color (gtk_widget_get_style_context (GTK_WIDGET (self)), &color);

  return color;
}

static void
draw_segment (EmoContributionStrip *self,
              cairo_t              *cr,
              const GdkRGBA        *color,
              double                x,
              double                y,
              double                width)
{
  if (fabs (width) < 0.5)
    return;

  gdk_cairo_set_source_rgba (cr, color);
  cairo_rectangle (cr, width < 0 ? x + width : x, y, fabs (width), BAR_HEIGHT);
  cairo_fill (cr);

  if (!self->hatched)
    return;

  cairo_save (cr);
  cairo_rectangle (cr, width < 0 ? x + width : x, y, fabs (width), BAR_HEIGHT);
  cairo_clip (cr);
  cairo_set_source_rgba (cr, 1, 1, 1, 0.45);
  cairo_set_line_width (cr, 2);
  for (double at = MIN (x, x + width) - BAR_HEIGHT; at < MAX (x, x + width); at += 6)
    {
      cairo_move_to (cr, at, y + BAR_HEIGHT);
      cairo_line_to (cr, at + BAR_HEIGHT, y);
      cairo_stroke (cr);
    }
  cairo_restore (cr);
}

static PangoLayout *
new_name_layout (EmoContributionStrip *self,
                 const Row            *row)
{
  return gtk_widget_create_pango_layout (GTK_WIDGET (self),
                                         emo_emotion_name (emo_label_set_get_label (self->labels, row->label)));
}

static int
measure_names (EmoContributionStrip *self)
{
  int widest = 0;

  for (guint i = 0; i < self->rows->len; i++)
    {
      g_autoptr (PangoLayout) layout = new_name_layout (self, &g_array_index (self->rows, Row, i));
      int width;

      pango_layout_get_pixel_size (layout, &width, NULL);
      widest = MAX (widest, width);
    }

  return widest;
}

static int
row_height (EmoContributionStrip *self)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), "X");
  int height;

  pango_layout_get_pixel_size (layout, NULL, &height);

  return MAX (ROW_HEIGHT, height + 2);
}

static void
draw_row (EmoContributionStrip *self,
          cairo_t              *cr,
          const Row            *row,
          double                zero,
          double                y,
          double                scale)
{
  double left = zero;
  double right = zero;

  for (int p = 0; p < N_PARTS; p++)
    {
      GdkRGBA color = lookup_color (self, part_colors[p]);
      double width = row->part[p] * scale;
      double *edge = width < 0 ? &left : &right;

      draw_segment (self, cr, &color, *edge, y, width);
      *edge += width;
    }
}

static void
emo_contribution_strip_snapshot (GtkWidget   *widget,
                                 GtkSnapshot *snapshot)
{
  EmoContributionStrip *self = EMO_CONTRIBUTION_STRIP (widget);
  gboolean rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  int width = gtk_widget_get_width (widget);
  int height = row_height (self);
  int names = MIN (measure_names (self), width / 2);
  double scale = (width - names - GAP - 2) / (self->in_favour + self->against);
  double zero = floor ((rtl ? 0 : names + GAP) + 1 + self->against * scale) + 0.5;
  GdkRGBA text_color;
  cairo_t *cr;

  if (self->rows->len == 0 || self->in_favour <= 0)
    return;

  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &text_color);
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, gtk_widget_get_height (widget)));

  for (guint i = 0; i < self->rows->len; i++)
    {
      const Row *row = &g_array_index (self->rows, Row, i);
      g_autoptr (PangoLayout) layout = new_name_layout (self, row);
      int layout_height;

      pango_layout_set_width (layout, names * PANGO_SCALE);
      pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
      pango_layout_get_pixel_size (layout, NULL, &layout_height);
      gdk_cairo_set_source_rgba (cr, &text_color);
      cairo_move_to (cr, rtl ? width - names : 0, i * height + (height - layout_height) / 2);
      pango_cairo_show_layout (cr, layout);
      draw_row (self, cr, row, zero, i * height + (height - BAR_HEIGHT) / 2, scale);
    }

  text_color.alpha *= 0.5;
  gdk_cairo_set_source_rgba (cr, &text_color);
  cairo_set_line_width (cr, 1);
  cairo_move_to (cr, zero, 0);
  cairo_line_to (cr, zero, self->rows->len * height);
  cairo_stroke (cr);
  cairo_destroy (cr);
}

static void
emo_contribution_strip_measure (GtkWidget      *widget,
                                GtkOrientation  orientation,
                                int             for_size,
                                int            *minimum,
                                int            *natural,
                                int            *minimum_baseline,
                                int            *natural_baseline)
{
  EmoContributionStrip *self = EMO_CONTRIBUTION_STRIP (widget);

  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = 160;
      *natural = 320;
    }
  else
    *minimum = *natural = self->rows->len * row_height (self);
}

static void
emo_contribution_strip_finalize (GObject *object)
{
  EmoContributionStrip *self = EMO_CONTRIBUTION_STRIP (object);

  g_clear_pointer (&self->labels, emo_label_set_unref);
  g_clear_pointer (&self->rows, g_array_unref);

  G_OBJECT_CLASS (emo_contribution_strip_parent_class)->finalize (object);
}

static void
emo_contribution_strip_class_init (EmoContributionStripClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->finalize = emo_contribution_strip_finalize;

  widget_class->snapshot = emo_contribution_strip_snapshot;
  widget_class->measure = emo_contribution_strip_measure;

  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_widget_class_set_css_name (widget_class, "contributions");
}

static void
emo_contribution_strip_init (EmoContributionStrip *self)
{
  self->rows = g_array_new (FALSE, FALSE, sizeof (Row));
}

/**
 * emo_contribution_strip_show:
 * @self: a strip
 * @prediction: (nullable): a prediction; nothing is drawn without a gate's
 *   answer in it
 *
 * Draws the contributions as they stand.
 */
void
emo_contribution_strip_show (EmoContributionStrip *self,
                             EmoPrediction        *prediction)
{
  g_return_if_fail (EMO_IS_CONTRIBUTION_STRIP (self));

  g_array_set_size (self->rows, 0);
  g_clear_pointer (&self->labels, emo_label_set_unref);
  if (prediction != NULL && emo_prediction_get_contribution_rest (prediction) != NULL)
    {
      self->labels = emo_label_set_ref (emo_prediction_get_labels (prediction));
      self->hatched = emo_prediction_get_in_domain (prediction) == EMO_DOMAIN_OUT;
      collect_rows (self, prediction);
      describe (self);
    }
  gtk_widget_queue_resize (GTK_WIDGET (self));
}
