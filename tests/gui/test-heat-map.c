/* test-heat-map.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <math.h>

#include "emo-evidence-words.h"
#include "emo-heat-map.h"

static guint32
pixel (cairo_surface_t *surface,
       int              x,
       int              y)
{
  const guint8 *row = cairo_image_surface_get_data (surface) + (gsize) y * cairo_image_surface_get_stride (surface);

  return ((const guint32 *) row)[x];
}

static guint32
blend (double fraction,
       double opacity)
{
  GdkRGBA color;
  guint32 alpha;

  emo_heat_map_get_color (fraction, opacity, &color);
  alpha = (guint32) lround (color.alpha * 255);

  return alpha << 24 | (guint32) lround (color.red * alpha) << 16 | (guint32) lround (color.green * alpha) << 8 |
         (guint32) lround (color.blue * alpha);
}

static cairo_surface_t *
draw (EmoHeatMap *map,
      int         side,
      double      opacity)
{
  int width = emo_heat_map_get_width (map) * side;
  int height = emo_heat_map_get_height (map) * side;
  graphene_rect_t bounds = GRAPHENE_RECT_INIT (0, 0, width, height);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, width, height);
  cairo_t *cr = cairo_create (surface);

  emo_heat_map_draw (map, cr, &bounds, &bounds, opacity);
  cairo_destroy (cr);
  cairo_surface_flush (surface);

  return surface;
}

/* A number is a square of one colour up to its last pixel: nothing is smoothed
 * between what the model knows. */
static void
test_heat_map_draws_squares (void)
{
  const double values[] = { 1.0, -0.5, 0.25, 0, -0.1, 0.75 };
  g_autoptr (EmoHeatMap) map = emo_heat_map_new (values, 3, 2, 1.0);
  cairo_surface_t *surface = draw (map, 12, 0.8);

  for (int y = 0; y < 24; y++)
    for (int x = 0; x < 36; x++)
      g_assert_cmphex (pixel (surface, x, y), ==, blend (values[y / 12 * 3 + x / 12], 0.8));
  cairo_surface_destroy (surface);
}

static void
test_heat_map_signs_strong_squares_where_there_is_room (void)
{
  const double values[] = { 1.0, -0.6, 0.2 };
  g_autoptr (EmoHeatMap) map = emo_heat_map_new (values, 3, 1, 1.0);
  cairo_surface_t *large = draw (map, 40, 0.8);
  cairo_surface_t *small = draw (map, 10, 0.8);

  g_assert_cmphex (pixel (large, 20, 20), ==, 0xffffffff);
  g_assert_cmphex (pixel (large, 20, 17), ==, 0xffffffff);
  g_assert_cmphex (pixel (large, 60, 20), ==, 0xffffffff);
  /* A minus has no upright. */
  g_assert_cmphex (pixel (large, 60, 16), ==, blend (-0.6, 0.8));
  g_assert_cmphex (pixel (large, 100, 20), ==, blend (0.2, 0.8));
  g_assert_cmphex (pixel (small, 5, 5), ==, blend (1.0, 0.8));
  cairo_surface_destroy (large);
  cairo_surface_destroy (small);
}

static void
test_heat_map_leaves_out_what_is_no_number (void)
{
  const double values[] = { NAN, INFINITY, 2.0, -2.0 };
  g_autoptr (EmoHeatMap) map = emo_heat_map_new (values, 2, 2, 1.0);
  g_autoptr (EmoHeatMap) silent = emo_heat_map_new (values + 2, 2, 1, 0);
  cairo_surface_t *surface = draw (map, 4, 1);
  cairo_surface_t *nothing = draw (silent, 4, 1);

  g_assert_cmphex (pixel (surface, 0, 0), ==, 0);
  g_assert_cmphex (pixel (surface, 4, 0), ==, 0);
  /* What is beyond the scale has its end's colour. */
  g_assert_cmphex (pixel (surface, 0, 4), ==, blend (1, 1));
  g_assert_cmphex (pixel (nothing, 0, 0), ==, 0);
  cairo_surface_destroy (surface);
  cairo_surface_destroy (nothing);
}

/* --- Colours as others see them --- */

/* Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB. */
static const double deficiencies[4][9] = {
  { 1, 0, 0, 0, 1, 0, 0, 0, 1 },
  { 0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998 },
  { 0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881 },
  { 1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900 },
};

static double
to_linear (double value)
{
  return value <= 0.04045 ? value / 12.92 : pow ((value + 0.055) / 1.055, 2.4);
}

static double
curve (double t)
{
  return t > 216.0 / 24389 ? cbrt (t) : (24389.0 / 27 * t + 16) / 116;
}

static void
to_lab (const GdkRGBA *color,
        const double  *matrix,
        double        *lab)
{
  double rgb[3] = { to_linear (color->red), to_linear (color->green), to_linear (color->blue) };
  double seen[3], x, y, z;

  for (int i = 0; i < 3; i++)
    seen[i] = CLAMP (matrix[3 * i] * rgb[0] + matrix[3 * i + 1] * rgb[1] + matrix[3 * i + 2] * rgb[2], 0, 1);
  x = curve ((0.4124564 * seen[0] + 0.3575761 * seen[1] + 0.1804375 * seen[2]) / 0.95047);
  y = curve (0.2126729 * seen[0] + 0.7151522 * seen[1] + 0.0721750 * seen[2]);
  z = curve ((0.0193339 * seen[0] + 0.1191920 * seen[1] + 0.9503041 * seen[2]) / 1.08883);
  lab[0] = 116 * y - 16;
  lab[1] = 500 * (x - y);
  lab[2] = 200 * (y - z);
}

static double
radians (double degrees)
{
  return degrees * G_PI / 180;
}

static double
hue (double a,
     double b)
{
  double degrees = atan2 (b, a) * 180 / G_PI;

  return degrees < 0 ? degrees + 360 : degrees;
}

/* CIEDE2000 with all weights 1. */
static double
difference (const double *one,
            const double *two)
{
  double c = (hypot (one[1], one[2]) + hypot (two[1], two[2])) / 2;
  double g = 0.5 * (1 - sqrt (pow (c, 7) / (pow (c, 7) + pow (25, 7))));
  double a1 = one[1] * (1 + g), a2 = two[1] * (1 + g);
  double c1 = hypot (a1, one[2]), c2 = hypot (a2, two[2]);
  double h1 = hue (a1, one[2]), h2 = hue (a2, two[2]);
  double turn = fabs (h1 - h2) <= 180 ? h2 - h1 : h2 - h1 + (h2 <= h1 ? 360 : -360);
  double dl = two[0] - one[0], dc = c2 - c1, dh = 2 * sqrt (c1 * c2) * sin (radians (turn / 2));
  double l = (one[0] + two[0]) / 2, cm = (c1 + c2) / 2;
  double h = fabs (h1 - h2) <= 180 ? (h1 + h2) / 2 : (h1 + h2 + 360) / 2;
  double t = 1 - 0.17 * cos (radians (h - 30)) + 0.24 * cos (radians (2 * h)) + 0.32 * cos (radians (3 * h + 6)) -
             0.20 * cos (radians (4 * h - 63));
  double sl = 1 + 0.015 * pow (l - 50, 2) / sqrt (20 + pow (l - 50, 2));
  double sc = 1 + 0.045 * cm, sh = 1 + 0.015 * cm * t;
  double rt = -2 * sqrt (pow (cm, 7) / (pow (cm, 7) + pow (25, 7))) * sin (radians (60 * exp (-pow ((h - 275) / 25, 2))));

  return sqrt (pow (dl / sl, 2) + pow (dc / sc, 2) + pow (dh / sh, 2) + rt * (dc / sc) * (dh / sh));
}

static double
luminance (const GdkRGBA *color)
{
  return 0.2126 * to_linear (color->red) + 0.7152 * to_linear (color->green) + 0.0722 * to_linear (color->blue);
}

static void
test_heat_map_colours_stay_apart_for_everyone (void)
{
  GdkRGBA plus, minus;

  emo_heat_map_get_color (1, 1, &plus);
  emo_heat_map_get_color (-1, 1, &minus);
  for (guint i = 0; i < G_N_ELEMENTS (deficiencies); i++)
    {
      double one[3], two[3];

      to_lab (&plus, deficiencies[i], one);
      to_lab (&minus, deficiencies[i], two);
      g_test_message ("deficiency %u: %.1f apart", i, difference (one, two));
      g_assert_cmpfloat (difference (one, two), >=, 40);
    }
  for (int i = 0; i < 2; i++)
    {
      double y = luminance (i == 0 ? &plus : &minus);

      g_assert_cmpfloat (1.05 / (y + 0.05), >=, 3.4);
      g_assert_cmpfloat ((y + 0.05) / 0.05, >=, 4.0);
    }
}

/* The published test data of CIEDE2000, a few of its 34 pairs. */
static void
test_heat_map_difference_is_ciede2000 (void)
{
  const double pairs[][7] = {
    { 50, 2.6772, -79.7751, 50, 0, -82.7485, 2.0425 },
    { 50, 2.5, 0, 73, 25, -18, 27.1492 },
    { 60.2574, -34.0099, 36.2677, 60.4626, -34.1751, 39.4387, 1.2644 },
    { 2.0776, 0.0795, -1.1350, 0.9033, -0.0636, -0.5514, 0.9082 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    g_assert_cmpfloat_with_epsilon (difference (pairs[i], pairs[i] + 3), pairs[i][6], 1e-4);
}

/* --- Words --- */

static void
test_heat_map_words_name_the_places (void)
{
  double values[36] = { 0 };
  g_autoptr (EmoHeatMap) map = NULL;
  g_autofree char *words = NULL;
  g_autofree char *token = NULL;

  values[0 * 6 + 1] = 0.42;    /* upper left */
  values[2 * 6 + 2] = 0.31;    /* centre */
  values[3 * 6 + 3] = 0.2;     /* centre again: its strongest counts */
  values[5 * 6 + 5] = -0.9;    /* lower right */
  values[5 * 6 + 0] = -0.3;    /* too weak beside that */
  map = emo_heat_map_new (values, 6, 6, 0.9);
  words = emo_evidence_describe (map, "awe");
  g_assert_cmpstr (words, ==, "Most for awe: upper left (+0.42), centre (+0.31). Most against it: lower right (−0.90).");
  token = emo_evidence_describe_token (map, 5, 5);
  g_assert_cmpstr (token, ==, "Row 6 of 6, column 6 of 6: −0.90");
}

static void
test_heat_map_words_without_one_side (void)
{
  const double positive[] = { 3, 0, NAN };
  const double negative[] = { 0, -3, 0 };
  const double nothing[] = { 0, 0, 0 };
  g_autoptr (EmoHeatMap) one = emo_heat_map_new (positive, 3, 1, 3);
  g_autoptr (EmoHeatMap) two = emo_heat_map_new (negative, 1, 3, 3);
  g_autoptr (EmoHeatMap) three = emo_heat_map_new (nothing, 3, 1, 0);
  g_autofree char *first = emo_evidence_describe (one, "fear");
  g_autofree char *second = emo_evidence_describe (two, "fear");
  g_autofree char *third = emo_evidence_describe (three, "fear");

  g_assert_cmpstr (first, ==, "Most for fear: left (+3.0). Nothing is against it.");
  g_assert_cmpstr (second, ==, "Most against fear: centre (−3.0). Nothing is for it.");
  g_assert_cmpstr (third, ==, "No part of the picture moves fear.");
}

static void
test_heat_map_numbers_have_the_scale_s_digits (void)
{
  const struct { double value, largest; const char *text; } cases[] = {
    { 0.0078, 0.0078, "+0.0078" }, { -0.0001, 0.0078, "−0.0001" }, { 0.00001, 0.0078, "0.0000" },
    { 5.66, 5.66, "+5.7" }, { 12.3, 12.3, "+12" }, { 345, 345, "+345" }, { 0, 0, "0.00" }, { NAN, 1, "none" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = emo_evidence_number_to_string (cases[i].value, cases[i].largest);

      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

int
main (int    argc,
      char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  g_test_add_func ("/Emo/HeatMap/draws-squares", test_heat_map_draws_squares);
  g_test_add_func ("/Emo/HeatMap/signs-strong-squares-where-there-is-room", test_heat_map_signs_strong_squares_where_there_is_room);
  g_test_add_func ("/Emo/HeatMap/leaves-out-what-is-no-number", test_heat_map_leaves_out_what_is_no_number);
  g_test_add_func ("/Emo/HeatMap/colours-stay-apart-for-everyone", test_heat_map_colours_stay_apart_for_everyone);
  g_test_add_func ("/Emo/HeatMap/difference-is-ciede2000", test_heat_map_difference_is_ciede2000);
  g_test_add_func ("/Emo/HeatMap/words-name-the-places", test_heat_map_words_name_the_places);
  g_test_add_func ("/Emo/HeatMap/words-without-one-side", test_heat_map_words_without_one_side);
  g_test_add_func ("/Emo/HeatMap/numbers-have-the-scale-s-digits", test_heat_map_numbers_have_the_scale_s_digits);

  return g_test_run ();
}
