/* test-figure-curves.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <math.h>

#include "emo-figure-curves.h"

#define WIDTH 400
#define HEIGHT 300
#define INSET 30     /* the paper goes on around the figure */

typedef struct
{
  cairo_surface_t      *surface;
  const EmoFigureTheme *theme;
  double                height;
} Drawing;

typedef struct
{
  int left, right, top, bottom;
  guint n;
} Extent;

static char *
words_cb (double value)
{
  return g_strdup_printf ("%g", value);
}

static Drawing
draw (const EmoFigureCurve *curves,
      guint                 n_curves,
      gboolean              shares,
      gboolean              rtl)
{
  PangoContext *context = emo_figure_context_new ("Sans 11", rtl);
  EmoFigureStyle style = { emo_figure_theme_get (EMO_FIGURE_LIGHT), context };
  EmoFigureCurves figure = { curves, n_curves, "Step", 100, shares, words_cb, words_cb };
  Drawing drawing = { .theme = style.theme };
  cairo_t *cr;

  drawing.surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, WIDTH + 2 * INSET, HEIGHT + 2 * INSET);
  cr = cairo_create (drawing.surface);
  cairo_set_antialias (cr, CAIRO_ANTIALIAS_NONE);
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_paint (cr);
  cairo_translate (cr, INSET, INSET);
  drawing.height = emo_figure_curves (&figure, &style, cr, WIDTH);
  g_assert_cmpint (cairo_status (cr), ==, CAIRO_STATUS_SUCCESS);
  cairo_destroy (cr);
  cairo_surface_flush (drawing.surface);
  g_object_unref (context);

  return drawing;
}

static guint32
get_pixel (const Drawing *drawing,
           int            x,
           int            y)
{
  const guint8 *data = cairo_image_surface_get_data (drawing->surface);

  return *(const guint32 *) (data + (y + INSET) * cairo_image_surface_get_stride (drawing->surface) + (x + INSET) * 4) & 0xffffff;
}

/* Below the legend, whose swatches have the same colours. */
static Extent
find (const Drawing *drawing,
      guint32        color)
{
  Extent extent = { WIDTH, -1, HEIGHT, -1, 0 };

  for (int y = 30; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      if (get_pixel (drawing, x, y) == color)
        {
          extent.left = MIN (extent.left, x);
          extent.right = MAX (extent.right, x);
          extent.top = MIN (extent.top, y);
          extent.bottom = MAX (extent.bottom, y);
          extent.n++;
        }

  return extent;
}

static void
assert_stays_inside (const Drawing *drawing)
{
  g_assert_cmpfloat (drawing->height, <, HEIGHT);
  for (int y = -INSET; y < HEIGHT + INSET; y++)
    for (int x = -INSET; x < WIDTH + INSET; x++)
      if (x < -4 || x >= WIDTH + 4 || y < 0 || y >= drawing->height)
        g_assert_cmphex (get_pixel (drawing, x, y), ==, 0xffffff);
}

static void
clear (Drawing *drawing)
{
  cairo_surface_destroy (drawing->surface);
}

static void
test_figure_curves_places_values_on_the_axes (void)
{
  const double x[] = { 0, 50, 100 };
  const double y[] = { 2, 1, 0 };
  const EmoFigureCurve curve = { "Loss", x, y, 3, EMO_BRANCH_VLM, FALSE };
  const EmoFigureCurve half = { "Loss", x, y, 2, EMO_BRANCH_VLM, FALSE };
  Drawing whole = draw (&curve, 1, FALSE, FALSE);
  Drawing partial = draw (&half, 1, FALSE, FALSE);
  Extent extent = find (&whole, whole.theme->branch[EMO_BRANCH_VLM]);
  Extent first = find (&partial, partial.theme->branch[EMO_BRANCH_VLM]);

  g_assert_cmpint (extent.right, >, WIDTH - 4);
  g_assert_cmpint (extent.left, <, WIDTH / 4);
  g_assert_cmpint (extent.bottom - extent.top, >, 100);
  /* The axis does not shrink to the points that are there. */
  g_assert_cmpint (ABS ((first.right - first.left) * 2 - (extent.right - extent.left)), <, 6);
  assert_stays_inside (&whole);
  clear (&whole);
  clear (&partial);
}

static void
test_figure_curves_is_mirrored (void)
{
  const double x[] = { 0, 25 };
  const double y[] = { 1, 0 };
  const EmoFigureCurve curve = { "Loss", x, y, 2, EMO_BRANCH_VLM, FALSE };
  Drawing ltr = draw (&curve, 1, FALSE, FALSE);
  Drawing rtl = draw (&curve, 1, FALSE, TRUE);
  Extent left = find (&ltr, ltr.theme->branch[EMO_BRANCH_VLM]);
  Extent right = find (&rtl, rtl.theme->branch[EMO_BRANCH_VLM]);

  g_assert_cmpint (left.right, <, WIDTH / 2);
  g_assert_cmpint (right.left, >, WIDTH / 2);
  g_assert_cmpint (ABS (left.left - (WIDTH - right.right)), <, 6);
  assert_stays_inside (&rtl);
  clear (&ltr);
  clear (&rtl);
}

static void
test_figure_curves_leaves_gaps (void)
{
  const double x[] = { 0, 40, 60, 100 };
  const double whole[] = { 1, 1, 1, 1 };
  const double gap[] = { 1, NAN, NAN, 1 };
  const EmoFigureCurve curves[] = { { "Whole", x, whole, 4, EMO_BRANCH_VLM, FALSE }, { "Gap", x, gap, 4, EMO_BRANCH_VLM, FALSE } };
  Drawing with = draw (&curves[0], 1, FALSE, FALSE);
  Drawing without = draw (&curves[1], 1, FALSE, FALSE);
  guint n_with = find (&with, with.theme->branch[EMO_BRANCH_VLM]).n;
  guint n_without = find (&without, without.theme->branch[EMO_BRANCH_VLM]).n;

  /* Points without neighbours are seen all the same. */
  g_assert_cmpuint (n_without, >, 8);
  g_assert_cmpuint (n_without, <, n_with / 3);
  clear (&with);
  clear (&without);
}

static void
test_figure_curves_tells_two_apart (void)
{
  const double x[] = { 0, 50, 100 };
  const double a[] = { 0.5, 0.6, 0.7 };
  const double b[] = { 0.4, 0.5, 0.6 };
  const EmoFigureCurve curves[] = { { "Accuracy", x, a, 3, EMO_BRANCH_VLM, FALSE }, { "Macro F1", x, b, 3, EMO_BRANCH_DISTILLED, TRUE } };
  Drawing drawing = draw (curves, 2, TRUE, FALSE);
  Extent first = find (&drawing, drawing.theme->branch[EMO_BRANCH_VLM]);
  Extent second = find (&drawing, drawing.theme->branch[EMO_BRANCH_DISTILLED]);

  g_assert_cmpuint (first.n, >, 100);
  g_assert_cmpuint (second.n, >, 50);
  g_assert_cmpint (first.top, <, second.top);
  clear (&drawing);
}

static void
test_figure_curves_survives_any_value (void)
{
  static const double values[][3] = {
    { 0, 0, 0 }, { 1, 1, 1 }, { -3, -3, -3 }, { NAN, NAN, NAN }, { 1e308, -1e308, 0 }, { 1e-300, 2e-300, 0 },
    { 5, 5.0000000001, 5 }, { INFINITY, 1, -INFINITY }, { 0.1, 0.30000000000000004, 0.7 },
  };
  const double x[] = { 1, 1e6, 9007199254740992.0 };

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    for (guint n = 0; n <= 3; n++)
      {
        const EmoFigureCurve curve = { "Loss", x, values[i], n, EMO_BRANCH_VLM, n % 2 == 0 };
        Drawing drawing = draw (&curve, 1, FALSE, FALSE);

        clear (&drawing);
        drawing = draw (&curve, 1, TRUE, TRUE);
        clear (&drawing);
      }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/FigureCurves/places-values-on-the-axes", test_figure_curves_places_values_on_the_axes);
  g_test_add_func ("/Emo/FigureCurves/is-mirrored", test_figure_curves_is_mirrored);
  g_test_add_func ("/Emo/FigureCurves/leaves-gaps", test_figure_curves_leaves_gaps);
  g_test_add_func ("/Emo/FigureCurves/tells-two-apart", test_figure_curves_tells_two_apart);
  g_test_add_func ("/Emo/FigureCurves/survives-any-value", test_figure_curves_survives_any_value);

  return g_test_run ();
}
