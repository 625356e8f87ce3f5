/* emo-emotion-wheel.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include <adwaita.h>
#include <glib/gi18n.h>

#include "emo-answer-figure.h"
#include "emo-emotion-wheel.h"

struct _EmoEmotionWheel
{
  GtkWidget        parent_instance;

  EmoFigureAnswer *answer;     /* (nullable) */
};

G_DEFINE_FINAL_TYPE (EmoEmotionWheel, emo_emotion_wheel, GTK_TYPE_WIDGET)

/* A wheel grows with its width, which GTK takes for a mistake in a widget whose
 * height depends on it: the height is that of the widest wheel, and a narrower
 * one is in the middle of it. */
#define MINIMUM_WIDTH 200
#define WIDEST 340

static int
limit_width (EmoEmotionWheel *self,
             int              width)
{
  return emo_figure_answer_is_wheel (self->answer) ? MIN (width, WIDEST) : width;
}

static double
draw (EmoEmotionWheel *self,
      cairo_t         *cr,
      double           width)
{
  EmoFigureStyle style = {
    emo_figure_theme_get (emo_answer_figure_get_scheme ()),
    gtk_widget_get_pango_context (GTK_WIDGET (self)),
  };

  return emo_figure_wheel (self->answer, &style, cr, width);
}

/* A figure knows its height once it is drawn; here nobody looks. */
static int
measure_height (EmoEmotionWheel *self,
                int              width)
{
  cairo_surface_t *surface = cairo_recording_surface_create (CAIRO_CONTENT_COLOR_ALPHA, NULL);
  cairo_t *cr = cairo_create (surface);
  double height = draw (self, cr, width);

  cairo_destroy (cr);
  cairo_surface_destroy (surface);

  return (int) ceil (height);
}

/* The same in words, for who does not see the drawing. */
static void
describe (EmoEmotionWheel *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; self->answer != NULL && i < self->answer->n_labels; i++)
    {
      const EmoFigureLabel *label = &self->answer->labels[i];
      double p = label->probability[self->answer->final_branch];
      g_autofree char *percent = isnan (p) ? NULL : self->answer->percent (p);

      if (percent == NULL)
        continue;
      if (text->len > 0)
        g_string_append (text, ", ");
      g_string_append_printf (text, C_("a label and its probability", "%s %s"), label->name, percent);
    }

  gtk_accessible_update_property (GTK_ACCESSIBLE (self),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  self->answer == NULL || emo_figure_answer_is_wheel (self->answer) ? _("Emotion wheel") : _("List of labels"),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text->str,
                                  -1);
}

static void
emo_emotion_wheel_snapshot (GtkWidget   *widget,
                            GtkSnapshot *snapshot)
{
  EmoEmotionWheel *self = EMO_EMOTION_WHEEL (widget);
  int width = gtk_widget_get_width (widget);
  int height = gtk_widget_get_height (widget);
  int drawn;
  cairo_t *cr;

  if (self->answer == NULL)
    return;

  drawn = limit_width (self, width);
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  cairo_translate (cr, (width - drawn) / 2, MAX (0, height - measure_height (self, drawn)) / 2);
  draw (self, cr, drawn);
  cairo_destroy (cr);
}

static void
emo_emotion_wheel_measure (GtkWidget      *widget,
                           GtkOrientation  orientation,
                           int             for_size,
                           int            *minimum,
                           int            *natural,
                           int            *minimum_baseline,
                           int            *natural_baseline)
{
  EmoEmotionWheel *self = EMO_EMOTION_WHEEL (widget);

  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = MINIMUM_WIDTH;
      *natural = WIDEST;
    }
  else
    *minimum = *natural = self->answer != NULL ? measure_height (self, WIDEST) : 0;
}

static void
emo_emotion_wheel_finalize (GObject *object)
{
  EmoEmotionWheel *self = EMO_EMOTION_WHEEL (object);

  g_clear_pointer (&self->answer, emo_figure_answer_unref);

  G_OBJECT_CLASS (emo_emotion_wheel_parent_class)->finalize (object);
}

static void
emo_emotion_wheel_class_init (EmoEmotionWheelClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = emo_emotion_wheel_finalize;

  widget_class->snapshot = emo_emotion_wheel_snapshot;
  widget_class->measure = emo_emotion_wheel_measure;

  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_widget_class_set_css_name (widget_class, "emotion-wheel");
}

static void
emo_emotion_wheel_init (EmoEmotionWheel *self)
{
  AdwStyleManager *manager = adw_style_manager_get_default ();

  g_signal_connect_object (manager, "notify::dark", G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (manager, "notify::high-contrast", G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
  describe (self);
}

/**
 * emo_emotion_wheel_show:
 * @self: a wheel
 * @prediction: (nullable): what to show, as far as it has come
 * @hypothetical: (nullable): [n_labels] probabilities to show in the place of
 *   the deciding branch's
 *
 * Draws an answer as it stands.
 */
void
emo_emotion_wheel_show (EmoEmotionWheel *self,
                        EmoPrediction   *prediction,
                        const double    *hypothetical)
{
  g_return_if_fail (EMO_IS_EMOTION_WHEEL (self));
  g_return_if_fail (prediction == NULL || EMO_IS_PREDICTION (prediction));

  g_clear_pointer (&self->answer, emo_figure_answer_unref);
  if (prediction != NULL)
    self->answer = emo_answer_figure_new_numbers (prediction, hypothetical);
  describe (self);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}
