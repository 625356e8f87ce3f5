/* test-emotion-wheel.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <adwaita.h>

#include "emo-answer-figure.h"
#include "emo-emotion-wheel.h"
#include "emo-test-predictions.h"

#define WIDTH 324    /* what the narrowest window leaves */
#define FEAR 6       /* of Mikels' eight in the model's order */

typedef struct
{
  GtkWidget       *window;
  EmoEmotionWheel *wheel;
  EmoPrediction   *prediction;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autoptr (EmoModelInfo) info = emo_test_info_new (GPOINTER_TO_UINT (data));

  fixture->prediction = emo_prediction_new (info);
  fixture->wheel = g_object_new (EMO_TYPE_EMOTION_WHEEL, "valign", GTK_ALIGN_START, NULL);
  fixture->window = gtk_window_new ();
  gtk_window_set_child (GTK_WINDOW (fixture->window), GTK_WIDGET (fixture->wheel));
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), WIDTH, 600);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_object_ref (fixture->wheel);
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  g_assert_finalize_object (fixture->wheel);
  g_assert_finalize_object (fixture->prediction);
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), ADW_COLOR_SCHEME_DEFAULT);
}

static void
answer (Fixture *fixture,
        guint    label)
{
  emo_test_answer_label (fixture->prediction, EMO_BRANCH_DISTILLED, label);
  emo_test_answer_label (fixture->prediction, EMO_BRANCH_VLM, label);
  emo_test_answer_label (fixture->prediction, EMO_BRANCH_GATED, label);
  emo_emotion_wheel_show (fixture->wheel, fixture->prediction, NULL);
}

/* How many pixels of a colour the widget draws. */
static guint
count_drawn (Fixture        *fixture,
             EmoFigureColor  color)
{
  GtkWidget *widget = GTK_WIDGET (fixture->wheel);
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (widget);
  g_autoptr (GtkSnapshot) snapshot = gtk_snapshot_new ();
  g_autoptr (GskRenderNode) node = NULL;
  cairo_surface_t *surface;
  cairo_t *cr;
  guint n = 0;
  int width, height;

  gtk_window_present (GTK_WINDOW (fixture->window));
  while (g_main_context_iteration (NULL, FALSE) || gtk_widget_get_height (widget) == 0)
    ;
  width = gtk_widget_get_width (widget);
  height = gtk_widget_get_height (widget);
  surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, height);
  cr = cairo_create (surface);
  gdk_paintable_snapshot (paintable, GDK_SNAPSHOT (snapshot), width, height);
  node = gtk_snapshot_to_node (snapshot);
  if (node != NULL)
    gsk_render_node_draw (node, cr);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      n += (((const guint32 *) (cairo_image_surface_get_data (surface) + y * cairo_image_surface_get_stride (surface)))[x] & 0xffffff) == color;
  cairo_surface_destroy (surface);

  return n;
}

static void
test_emotion_wheel_draws_the_answer (Fixture       *fixture,
                                     gconstpointer  data)
{
  const EmoFigureTheme *theme = emo_figure_theme_get (EMO_FIGURE_LIGHT);
  int fear = emo_emotion_get_wheel_place ("fear");
  int awe = emo_emotion_get_wheel_place ("awe");

  answer (fixture, FEAR);
  g_assert_cmpuint (count_drawn (fixture, theme->emotion[fear]), >, 300);
  g_assert_cmpuint (count_drawn (fixture, theme->emotion[fear]), >, 20 * count_drawn (fixture, theme->emotion[awe]));
}

static void
test_emotion_wheel_follows_the_scheme (Fixture       *fixture,
                                       gconstpointer  data)
{
  int fear = emo_emotion_get_wheel_place ("fear");

  answer (fixture, FEAR);
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), ADW_COLOR_SCHEME_FORCE_DARK);
  g_assert_cmpint (emo_answer_figure_get_scheme (), ==, EMO_FIGURE_DARK);
  g_assert_cmpuint (count_drawn (fixture, emo_figure_theme_get (EMO_FIGURE_DARK)->emotion[fear]), >, 300);
  g_assert_cmpuint (count_drawn (fixture, emo_figure_theme_get (EMO_FIGURE_LIGHT)->emotion[fear]), ==, 0);
}

static void
test_emotion_wheel_may_be_hypothetical (Fixture       *fixture,
                                        gconstpointer  data)
{
  const EmoFigureTheme *theme = emo_figure_theme_get (EMO_FIGURE_LIGHT);
  const double awe_alone[8] = { [2] = 1 };
  const char *words = "amusement 0.0 %, anger 0.0 %, awe 100.0 %, contentment 0.0 %, disgust 0.0 %, "
                      "excitement 0.0 %, fear 0.0 %, sadness 0.0 %";

  answer (fixture, FEAR);
  emo_emotion_wheel_show (fixture->wheel, fixture->prediction, awe_alone);
  g_assert_cmpuint (count_drawn (fixture, theme->emotion[emo_emotion_get_wheel_place ("awe")]), >, 1000);
  g_assert_cmpuint (count_drawn (fixture, theme->emotion[emo_emotion_get_wheel_place ("fear")]), ==, 0);
  gtk_test_accessible_assert_property (fixture->wheel, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, words);
}

static void
test_emotion_wheel_is_a_picture_with_words (Fixture       *fixture,
                                            gconstpointer  data)
{
  guint n_labels = GPOINTER_TO_UINT (data);
  const char *words = "label 1 40.0 %, label 2 60.0 %";

  gtk_test_accessible_assert_role (fixture->wheel, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_test_accessible_assert_property (fixture->wheel, GTK_ACCESSIBLE_PROPERTY_LABEL, "Emotion wheel");
  answer (fixture, 1);
  gtk_test_accessible_assert_property (fixture->wheel, GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       n_labels == 8 ? "Emotion wheel" : "List of labels");
  if (n_labels == 2)
    gtk_test_accessible_assert_property (fixture->wheel, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, words);
}

/* A row a label where they are not the eight, and never wider than a narrow
 * window. */
static void
test_emotion_wheel_asks_for_what_it_draws (Fixture       *fixture,
                                           gconstpointer  data)
{
  GtkWidget *widget = GTK_WIDGET (fixture->wheel);
  guint n_labels = GPOINTER_TO_UINT (data);
  int minimum, minimum_width, natural;

  gtk_widget_measure (widget, GTK_ORIENTATION_VERTICAL, WIDTH, &minimum, &natural, NULL, NULL);
  g_assert_cmpint (natural, ==, 0);
  answer (fixture, 1);
  gtk_widget_measure (widget, GTK_ORIENTATION_HORIZONTAL, -1, &minimum_width, &natural, NULL, NULL);
  g_assert_cmpint (minimum_width, <=, WIDTH);
  gtk_widget_measure (widget, GTK_ORIENTATION_VERTICAL, WIDTH, &minimum, &natural, NULL, NULL);
  for (int width = minimum_width; width < 2000; width += 100)
    {
      int for_width;

      /* GTK would complain. */
      gtk_widget_measure (widget, GTK_ORIENTATION_VERTICAL, width, &for_width, NULL, NULL, NULL);
      gtk_widget_measure (widget, GTK_ORIENTATION_VERTICAL, -1, &minimum, NULL, NULL, NULL);
      g_assert_cmpint (for_width, <=, minimum);
    }
  if (n_labels == 8)
    {
      g_assert_cmpint (natural, >, 150);
      g_assert_cmpint (natural, <, 400);
    }
  else
    {
      g_assert_cmpint (natural, >, (int) n_labels * 14);
      g_assert_cmpint (natural, <, (int) n_labels * 40);
    }
}

static void
test_emotion_wheel_forgets (Fixture       *fixture,
                            gconstpointer  data)
{
  int minimum, natural;

  answer (fixture, 1);
  emo_emotion_wheel_show (fixture->wheel, NULL, NULL);
  gtk_widget_measure (GTK_WIDGET (fixture->wheel), GTK_ORIENTATION_VERTICAL, WIDTH, &minimum, &natural, NULL, NULL);
  g_assert_cmpint (natural, ==, 0);
  gtk_test_accessible_assert_property (fixture->wheel, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, "");
}

int
main (int   argc,
      char *argv[])
{
  static const guint sizes[] = { 2, 8, 12 };

  gtk_test_init (&argc, &argv, NULL);
  adw_init ();

  g_test_add ("/Emo/EmotionWheel/draws-the-answer", Fixture, GUINT_TO_POINTER (8), set_up, test_emotion_wheel_draws_the_answer, tear_down);
  g_test_add ("/Emo/EmotionWheel/follows-the-scheme", Fixture, GUINT_TO_POINTER (8), set_up, test_emotion_wheel_follows_the_scheme, tear_down);
  g_test_add ("/Emo/EmotionWheel/may-be-hypothetical", Fixture, GUINT_TO_POINTER (8), set_up, test_emotion_wheel_may_be_hypothetical, tear_down);
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      gpointer n = GUINT_TO_POINTER (sizes[i]);
      g_autofree char *words = g_strdup_printf ("/Emo/EmotionWheel/%u-labels/is-a-picture-with-words", sizes[i]);
      g_autofree char *asks = g_strdup_printf ("/Emo/EmotionWheel/%u-labels/asks-for-what-it-draws", sizes[i]);
      g_autofree char *forgets = g_strdup_printf ("/Emo/EmotionWheel/%u-labels/forgets", sizes[i]);

      g_test_add (words, Fixture, n, set_up, test_emotion_wheel_is_a_picture_with_words, tear_down);
      g_test_add (asks, Fixture, n, set_up, test_emotion_wheel_asks_for_what_it_draws, tear_down);
      g_test_add (forgets, Fixture, n, set_up, test_emotion_wheel_forgets, tear_down);
    }

  return g_test_run ();
}
