/* test-palette.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <math.h>

#include "emo-backend.h"

typedef struct
{
  double v[3];
} Triple;

/* What a colour becomes in other eyes, on linear RGB: G. M. Machado, M. M.
 * Oliveira, L. A. F. Fernandes, "A Physiologically-based Model for Simulation of
 * Color Vision Deficiency", 2009, severity 1.0. */
static const struct
{
  const char *name;
  double      matrix[3][3];
} eyes[] = {
  { "normal", { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } } },
  { "protanopia", { { 0.152286, 1.052583, -0.204868 }, { 0.114503, 0.786281, 0.099216 }, { -0.003882, -0.048116, 1.051998 } } },
  { "deuteranopia", { { 0.367322, 0.860646, -0.227968 }, { 0.280085, 0.672501, 0.047413 }, { -0.011820, 0.042940, 0.968881 } } },
  { "tritanopia", { { 1.255528, -0.076749, -0.178779 }, { -0.078411, 0.930809, 0.147602 }, { 0.004733, 0.691367, 0.303900 } } },
};

static const char * const scheme_names[EMO_FIGURE_N_SCHEMES] = { "light", "dark", "high contrast", "high contrast, dark" };

/* What libadwaita puts behind things: a window, a view, a card. The dark card is
 * 8 % of white over the window. */
static const EmoFigureColor light_backgrounds[] = { 0xfafafa, 0xffffff, 0xffffff };
static const EmoFigureColor dark_backgrounds[] = { 0x242424, 0x1e1e1e, 0x363636 };
#define N_BACKGROUNDS 3

static gboolean
is_dark (EmoFigureScheme scheme)
{
  return scheme == EMO_FIGURE_DARK || scheme == EMO_FIGURE_HIGH_CONTRAST_DARK;
}

static gboolean
is_high_contrast (EmoFigureScheme scheme)
{
  return scheme == EMO_FIGURE_HIGH_CONTRAST || scheme == EMO_FIGURE_HIGH_CONTRAST_DARK;
}

static const EmoFigureColor *
backgrounds_of (EmoFigureScheme scheme)
{
  return is_dark (scheme) ? dark_backgrounds : light_backgrounds;
}

static double
linear (double channel)
{
  return channel <= 0.04045 ? channel / 12.92 : pow ((channel + 0.055) / 1.055, 2.4);
}

static Triple
multiply (const double matrix[3][3],
          Triple       t)
{
  Triple out;

  for (int i = 0; i < 3; i++)
    out.v[i] = matrix[i][0] * t.v[0] + matrix[i][1] * t.v[1] + matrix[i][2] * t.v[2];

  return out;
}

static Triple
to_linear (EmoFigureColor color)
{
  return (Triple) { { linear ((color >> 16 & 0xff) / 255.0), linear ((color >> 8 & 0xff) / 255.0), linear ((color & 0xff) / 255.0) } };
}

static double
luminance (EmoFigureColor color)
{
  Triple t = to_linear (color);

  return 0.2126 * t.v[0] + 0.7152 * t.v[1] + 0.0722 * t.v[2];
}

/* As WCAG 2 has it. */
static double
contrast (EmoFigureColor a,
          EmoFigureColor b)
{
  double la = luminance (a);
  double lb = luminance (b);

  return (MAX (la, lb) + 0.05) / (MIN (la, lb) + 0.05);
}

static double
lab_curve (double t)
{
  return t > 216.0 / 24389 ? cbrt (t) : (24389.0 / 27 * t + 16) / 116;
}

/* Linear sRGB to CIELAB under D65. */
static Triple
to_lab (Triple rgb)
{
  static const double to_xyz[3][3] = {
    { 0.4124564, 0.3575761, 0.1804375 },
    { 0.2126729, 0.7151522, 0.0721750 },
    { 0.0193339, 0.1191920, 0.9503041 },
  };
  Triple xyz = multiply (to_xyz, rgb);
  double x = lab_curve (xyz.v[0] / 0.95047);
  double y = lab_curve (xyz.v[1]);
  double z = lab_curve (xyz.v[2] / 1.08883);

  return (Triple) { { 116 * y - 16, 500 * (x - y), 200 * (y - z) } };
}

static Triple
seen_by (gsize          eye,
         EmoFigureColor color)
{
  Triple t = multiply (eyes[eye].matrix, to_linear (color));

  for (int i = 0; i < 3; i++)
    t.v[i] = CLAMP (t.v[i], 0, 1);

  return to_lab (t);
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
  double h = a == 0 && b == 0 ? 0 : atan2 (b, a) * 180 / G_PI;

  return h < 0 ? h + 360 : h;
}

static double
mean_hue (double   h1,
          double   h2,
          gboolean grey)
{
  if (grey)
    return h1 + h2;
  if (fabs (h1 - h2) <= 180)
    return (h1 + h2) / 2;

  return h1 + h2 < 360 ? (h1 + h2 + 360) / 2 : (h1 + h2 - 360) / 2;
}

/* The share of a chroma's seventh power in itself and 25's. */
static double
chroma_share (double chroma)
{
  return sqrt (pow (chroma, 7) / (pow (chroma, 7) + pow (25, 7)));
}

/* CIEDE2000, all weights 1. */
static double
distance (Triple p,
          Triple q)
{
  double g = 0.5 * (1 - chroma_share ((hypot (p.v[1], p.v[2]) + hypot (q.v[1], q.v[2])) / 2));
  double a1 = p.v[1] * (1 + g), a2 = q.v[1] * (1 + g);
  double c1 = hypot (a1, p.v[2]), c2 = hypot (a2, q.v[2]);
  double h1 = hue (a1, p.v[2]), h2 = hue (a2, q.v[2]);
  gboolean grey = c1 * c2 == 0;
  double dh = grey ? 0 : h2 - h1 > 180 ? h2 - h1 - 360 : h2 - h1 < -180 ? h2 - h1 + 360 : h2 - h1;
  double l = (p.v[0] + q.v[0]) / 2 - 50;
  double c = (c1 + c2) / 2;
  double h = mean_hue (h1, h2, grey);
  double t = 1 - 0.17 * cos (radians (h - 30)) + 0.24 * cos (radians (2 * h)) +
             0.32 * cos (radians (3 * h + 6)) - 0.20 * cos (radians (4 * h - 63));
  double turn = -sin (radians (60 * exp (-pow ((h - 275) / 25, 2)))) * 2 * chroma_share (c);
  double lightness = (q.v[0] - p.v[0]) / (1 + 0.015 * l * l / sqrt (20 + l * l));
  double chroma = (c2 - c1) / (1 + 0.045 * c);
  double tint = 2 * sqrt (c1 * c2) * sin (radians (dh / 2)) / (1 + 0.015 * c * t);

  return sqrt (lightness * lightness + chroma * chroma + tint * tint + turn * chroma * tint);
}

static void
assert_apart (EmoFigureScheme       scheme,
              const EmoFigureColor *colors,
              int                   n_colors,
              double                least)
{
  for (gsize eye = 0; eye < G_N_ELEMENTS (eyes); eye++)
    for (int i = 0; i < n_colors; i++)
      for (int j = 0; j < i; j++)
        {
          double d = distance (seen_by (eye, colors[i]), seen_by (eye, colors[j]));

          if (d < least)
            g_test_message ("%s, %s: #%06x and #%06x are %.2f apart, at least %.0f are needed",
                            scheme_names[scheme], eyes[eye].name, colors[i], colors[j], d, least);
          g_assert_cmpfloat (d, >=, least);
        }
}

static void
assert_contrast (EmoFigureScheme scheme,
                 EmoFigureColor  color,
                 EmoFigureColor  behind,
                 double          least)
{
  double ratio = contrast (color, behind);

  if (ratio < least)
    g_test_message ("%s: #%06x on #%06x is %.2f:1, at least %.1f are needed", scheme_names[scheme], color, behind, ratio, least);
  g_assert_cmpfloat (ratio, >=, least);
}

/* G. Sharma, W. Wu, E. N. Dalal, "The CIEDE2000 Color-Difference Formula:
 * Implementation Notes, Supplementary Test Data, and Mathematical Observations",
 * 2005, table 1: where implementations go wrong. */
static void
test_palette_distance_is_the_published_one (void)
{
  static const struct
  {
    Triple a, b;
    double distance;
  } pairs[] = {
    { { { 50, 2.6772, -79.7751 } }, { { 50, 0, -82.7485 } }, 2.0425 },
    { { { 50, 3.1571, -77.2803 } }, { { 50, 0, -82.7485 } }, 2.8615 },
    { { { 50, 2.8361, -74.0200 } }, { { 50, 0, -82.7485 } }, 3.4412 },
    { { { 50, -1.3802, -84.2814 } }, { { 50, 0, -82.7485 } }, 1.0000 },
    { { { 50, -1.1848, -84.8006 } }, { { 50, 0, -82.7485 } }, 1.0000 },
    { { { 50, -0.9009, -85.5211 } }, { { 50, 0, -82.7485 } }, 1.0000 },
    { { { 50, 0, 0 } }, { { 50, -1, 2 } }, 2.3669 },
    { { { 50, -1, 2 } }, { { 50, 0, 0 } }, 2.3669 },
    { { { 50, 2.4900, -0.0010 } }, { { 50, -2.4900, 0.0009 } }, 7.1792 },
    { { { 50, 2.4900, -0.0010 } }, { { 50, -2.4900, 0.0010 } }, 7.1792 },
    { { { 50, 2.4900, -0.0010 } }, { { 50, -2.4900, 0.0011 } }, 7.2195 },
    { { { 50, 2.4900, -0.0010 } }, { { 50, -2.4900, 0.0012 } }, 7.2195 },
    { { { 50, -0.0010, 2.4900 } }, { { 50, 0.0009, -2.4900 } }, 4.8045 },
    { { { 50, -0.0010, 2.4900 } }, { { 50, 0.0010, -2.4900 } }, 4.8045 },
    { { { 50, -0.0010, 2.4900 } }, { { 50, 0.0011, -2.4900 } }, 4.7461 },
    { { { 50, 2.5, 0 } }, { { 50, 0, -2.5 } }, 4.3065 },
    { { { 50, 2.5, 0 } }, { { 73, 25, -18 } }, 27.1492 },
    { { { 50, 2.5, 0 } }, { { 61, -5, 29 } }, 22.8977 },
    { { { 50, 2.5, 0 } }, { { 56, -27, -3 } }, 31.9030 },
    { { { 50, 2.5, 0 } }, { { 58, 24, 15 } }, 19.4535 },
    { { { 50, 2.5, 0 } }, { { 50, 3.1736, 0.5854 } }, 1.0000 },
    { { { 50, 2.5, 0 } }, { { 50, 3.2972, 0 } }, 1.0000 },
    { { { 50, 2.5, 0 } }, { { 50, 1.8634, 0.5757 } }, 1.0000 },
    { { { 50, 2.5, 0 } }, { { 50, 3.2592, 0.3350 } }, 1.0000 },
    { { { 60.2574, -34.0099, 36.2677 } }, { { 60.4626, -34.1751, 39.4387 } }, 1.2644 },
    { { { 63.0109, -31.0961, -5.8663 } }, { { 62.8187, -29.7946, -4.0864 } }, 1.2630 },
    { { { 61.2901, 3.7196, -5.3901 } }, { { 61.4292, 2.2480, -4.9620 } }, 1.8731 },
    { { { 35.0831, -44.1164, 3.7933 } }, { { 35.0232, -40.0716, 1.5901 } }, 1.8645 },
    { { { 22.7233, 20.0904, -46.6940 } }, { { 23.0331, 14.9730, -42.5619 } }, 2.0373 },
    { { { 36.4612, 47.8580, 18.3852 } }, { { 36.2715, 50.5065, 21.2231 } }, 1.4146 },
    { { { 90.8027, -2.0831, 1.4410 } }, { { 91.1528, -1.6435, 0.0447 } }, 1.4441 },
    { { { 90.9257, -0.5406, -0.9208 } }, { { 88.6381, -0.8985, -0.7239 } }, 1.5381 },
    { { { 6.7747, -0.2908, -2.4247 } }, { { 5.8714, -0.0985, -2.2286 } }, 0.6377 },
    { { { 2.0776, 0.0795, -1.1350 } }, { { 0.9033, -0.0636, -0.5514 } }, 0.9082 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      g_assert_cmpfloat_with_epsilon (distance (pairs[i].a, pairs[i].b), pairs[i].distance, 0.00006);
      g_assert_cmpfloat_with_epsilon (distance (pairs[i].b, pairs[i].a), pairs[i].distance, 0.00006);
    }
}

/* Known values: white is L 100, mid grey has no hue, pure red is where CIELAB
 * has it, and black on white is 21:1. */
static void
test_palette_colours_are_measured_as_they_should (void)
{
  Triple white = to_lab (to_linear (0xffffff));
  Triple red = to_lab (to_linear (0xff0000));

  g_assert_cmpfloat_with_epsilon (white.v[0], 100, 0.01);
  g_assert_cmpfloat_with_epsilon (white.v[1], 0, 0.02);
  g_assert_cmpfloat_with_epsilon (white.v[2], 0, 0.02);
  g_assert_cmpfloat_with_epsilon (red.v[0], 53.24, 0.02);
  g_assert_cmpfloat_with_epsilon (red.v[1], 80.09, 0.02);
  g_assert_cmpfloat_with_epsilon (red.v[2], 67.20, 0.02);
  g_assert_cmpfloat_with_epsilon (contrast (0x000000, 0xffffff), 21, 0.001);
  g_assert_cmpfloat_with_epsilon (contrast (0x777777, 0xffffff), 4.48, 0.01);

  /* Greys are the same to all eyes; red and green are not far apart to some. */
  for (gsize eye = 0; eye < G_N_ELEMENTS (eyes); eye++)
    g_assert_cmpfloat (distance (seen_by (eye, 0x808080), seen_by (0, 0x808080)), <, 0.5);
  g_assert_cmpfloat (distance (seen_by (2, 0xa05000), seen_by (2, 0x707000)), <,
                     distance (seen_by (0, 0xa05000), seen_by (0, 0x707000)) / 3);
}

static void
test_palette_branches_are_told_apart (void)
{
  for (int s = 0; s < EMO_FIGURE_N_SCHEMES; s++)
    {
      const EmoFigureTheme *theme = emo_figure_theme_get (s);
      EmoFigureColor colors[EMO_N_BRANCHES + 1];

      for (int b = 0; b < EMO_N_BRANCHES; b++)
        colors[b] = theme->branch[b];
      colors[EMO_N_BRANCHES] = theme->rest;
      assert_apart (s, colors, EMO_N_BRANCHES + 1, 20);
    }
}

static void
test_palette_emotions_are_told_apart (void)
{
  for (int s = 0; s < EMO_FIGURE_N_SCHEMES; s++)
    assert_apart (s, emo_figure_theme_get (s)->emotion, EMO_N_WHEEL_PLACES, 15);
}

static void
test_palette_branches_stand_out_from_what_is_behind (void)
{
  for (int s = 0; s < EMO_FIGURE_N_SCHEMES; s++)
    {
      const EmoFigureTheme *theme = emo_figure_theme_get (s);

      for (int i = 0; i < N_BACKGROUNDS; i++)
        {
          for (int b = 0; b < EMO_N_BRANCHES; b++)
            assert_contrast (s, theme->branch[b], backgrounds_of (s)[i], is_high_contrast (s) ? 4.5 : 3);
          assert_contrast (s, theme->rest, backgrounds_of (s)[i], 3);
        }
    }
}

static void
test_palette_text_is_readable (void)
{
  for (int s = 0; s < EMO_FIGURE_N_SCHEMES; s++)
    {
      const EmoFigureTheme *theme = emo_figure_theme_get (s);
      double least = is_high_contrast (s) ? 7 : 4.5;

      assert_contrast (s, theme->foreground, theme->page, least);
      assert_contrast (s, theme->foreground, theme->notice, least);
      assert_contrast (s, theme->dim, theme->page, least);
      for (int i = 0; i < N_BACKGROUNDS; i++)
        {
          assert_contrast (s, theme->foreground, backgrounds_of (s)[i], least);
          assert_contrast (s, theme->dim, backgrounds_of (s)[i], least);
        }
    }
}

/* The colour that a style sheet gives a name, in #rrggbb; the last one counts. */
static gboolean
find_css_color (const char     *css,
                const char     *name,
                EmoFigureColor *color)
{
  g_autofree char *pattern = g_strdup_printf ("@define-color\\s+%s\\s+#([0-9a-f]{6})\\s*;", name);
  g_autoptr (GRegex) regex = g_regex_new (pattern, 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  gboolean found = FALSE;

  for (g_regex_match (regex, css, 0, &match); g_match_info_matches (match); g_match_info_next (match, NULL))
    {
      g_autofree char *digits = g_match_info_fetch (match, 1);

      *color = g_ascii_strtoull (digits, NULL, 16);
      found = TRUE;
    }

  return found;
}

/* libadwaita loads these one over the other. */
static void
test_palette_style_sheets_repeat_it (void)
{
  static const char * const names[] = { "emo_vlm_color", "emo_distilled_color", "emo_gated_color" };
  static const char * const files[EMO_FIGURE_N_SCHEMES][5] = {
    [EMO_FIGURE_LIGHT] = { "style.css" },
    [EMO_FIGURE_DARK] = { "style.css", "style-dark.css" },
    [EMO_FIGURE_HIGH_CONTRAST] = { "style.css", "style-hc.css" },
    [EMO_FIGURE_HIGH_CONTRAST_DARK] = { "style.css", "style-dark.css", "style-hc.css", "style-hc-dark.css" },
  };

  for (int s = 0; s < EMO_FIGURE_N_SCHEMES; s++)
    {
      const EmoFigureTheme *theme = emo_figure_theme_get (s);
      EmoFigureColor colors[EMO_N_BRANCHES + 1] = { 0 };

      for (int f = 0; files[s][f] != NULL; f++)
        {
          g_autofree char *path = g_build_filename (g_getenv ("EMOVLM_SOURCE_ROOT"), "resources", files[s][f], NULL);
          g_autofree char *css = NULL;

          g_assert_true (g_file_get_contents (path, &css, NULL, NULL));
          for (int b = 0; b < EMO_N_BRANCHES; b++)
            find_css_color (css, names[b], &colors[b]);
          find_css_color (css, "emo_rest_color", &colors[EMO_N_BRANCHES]);
        }
      for (int b = 0; b < EMO_N_BRANCHES; b++)
        g_assert_cmphex (colors[b], ==, theme->branch[b]);
      g_assert_cmphex (colors[EMO_N_BRANCHES], ==, theme->rest);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/Palette/distance-is-the-published-one", test_palette_distance_is_the_published_one);
  g_test_add_func ("/Emo/Palette/colours-are-measured-as-they-should", test_palette_colours_are_measured_as_they_should);
  g_test_add_func ("/Emo/Palette/branches-are-told-apart", test_palette_branches_are_told_apart);
  g_test_add_func ("/Emo/Palette/emotions-are-told-apart", test_palette_emotions_are_told_apart);
  g_test_add_func ("/Emo/Palette/branches-stand-out-from-what-is-behind", test_palette_branches_stand_out_from_what_is_behind);
  g_test_add_func ("/Emo/Palette/text-is-readable", test_palette_text_is_readable);
  g_test_add_func ("/Emo/Palette/style-sheets-repeat-it", test_palette_style_sheets_repeat_it);

  return g_test_run ();
}
