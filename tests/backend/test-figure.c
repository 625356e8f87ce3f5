/* test-figure.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <math.h>
#include <string.h>

#include "emo-test-figures.h"

#define WIDTH 480
#define HEIGHT 1600
#define INSET 40     /* the paper goes on around the figure */
#define FONT "Sans 11"

typedef double (*Figure) (EmoFigureAnswer      *answer,
                          const EmoFigureStyle *style,
                          cairo_t              *cr,
                          double                width);

/* A figure drawn on a sheet of its page's colour. */
typedef struct
{
  cairo_surface_t      *surface;
  const EmoFigureTheme *theme;
  double                height;
} Drawing;

static Drawing
draw_as (EmoFigureAnswer *answer,
         Figure           figure,
         double           width,
         gboolean         rtl,
         EmoFigureScheme  scheme)
{
  PangoContext *context = emo_figure_context_new (FONT, rtl);
  EmoFigureStyle style = { emo_figure_theme_get (scheme), context };
  Drawing drawing = { .theme = style.theme };
  cairo_t *cr;

  drawing.surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, WIDTH + 2 * INSET, HEIGHT + 2 * INSET);
  cr = cairo_create (drawing.surface);
  cairo_set_antialias (cr, CAIRO_ANTIALIAS_NONE);
  cairo_set_source_rgb (cr, (style.theme->page >> 16) / 255.0, (style.theme->page >> 8 & 255) / 255.0, (style.theme->page & 255) / 255.0);
  cairo_paint (cr);
  cairo_translate (cr, INSET, INSET);
  drawing.height = figure (answer, &style, cr, width);
  g_assert_cmpint (cairo_status (cr), ==, CAIRO_STATUS_SUCCESS);
  cairo_destroy (cr);
  cairo_surface_flush (drawing.surface);
  g_object_unref (context);

  return drawing;
}

static Drawing
draw (EmoFigureAnswer *answer,
      Figure           figure)
{
  return draw_as (answer, figure, WIDTH, FALSE, EMO_FIGURE_LIGHT);
}

static void
clear (Drawing *drawing)
{
  g_clear_pointer (&drawing->surface, cairo_surface_destroy);
}

/* @x and @y from the figure's origin. */
static EmoFigureColor
get_pixel (const Drawing *drawing,
           int            x,
           int            y)
{
  const guint8 *data = cairo_image_surface_get_data (drawing->surface);
  int stride = cairo_image_surface_get_stride (drawing->surface);

  return *(const guint32 *) (data + (y + INSET) * stride + (x + INSET) * 4) & 0xffffff;
}

static guint
count_pixels (const Drawing  *drawing,
              EmoFigureColor  color)
{
  guint n = 0;

  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      n += get_pixel (drawing, x, y) == color;

  return n;
}

/* The longest run of a colour in any row, and where it begins. */
static int
longest_run (const Drawing  *drawing,
             EmoFigureColor  color,
             int            *start)
{
  int longest = 0;

  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0, run = 0; x < WIDTH; x++)
      {
        run = get_pixel (drawing, x, y) == color ? run + 1 : 0;
        if (run > longest)
          {
            longest = run;
            if (start != NULL)
              *start = x - run + 1;
          }
      }

  return longest;
}

/* Glyphs may reach a little out of their boxes. */
#define OVERHANG 2

static void
assert_stays_inside (const Drawing *drawing,
                     double         width)
{
  for (int y = -INSET; y < HEIGHT + INSET; y++)
    for (int x = -INSET; x < WIDTH + INSET; x++)
      if (x < -OVERHANG || x >= width + OVERHANG || y < -OVERHANG || y >= drawing->height + OVERHANG)
        g_assert_cmphex (get_pixel (drawing, x, y), ==, drawing->theme->page);
}

static gboolean
is_same (const Drawing *a,
         const Drawing *b)
{
  return memcmp (cairo_image_surface_get_data (a->surface), cairo_image_surface_get_data (b->surface),
                 (gsize) cairo_image_surface_get_stride (a->surface) * cairo_image_surface_get_height (a->surface)) == 0;
}

/* --- Bars --- */

static void
test_figure_bars_are_as_long_as_their_probabilities (void)
{
  static const double values[] = { 0.25, 0.5, 0.8, 1 };
  int full = 0;

  for (int i = G_N_ELEMENTS (values) - 1; i >= 0; i--)
    {
      g_autoptr (EmoFigureAnswer) answer = emo_test_figure_answer (values[i]);
      Drawing drawing = draw (answer, emo_figure_bars);
      int run = longest_run (&drawing, drawing.theme->branch[EMO_BRANCH_VLM], NULL);

      if (values[i] == 1)
        full = run;
      g_assert_cmpint (full, >, WIDTH / 3);
      g_assert_cmpint (ABS (run - (int) lround (values[i] * full)), <=, 1);
      clear (&drawing);
    }
}

static void
test_figure_bars_of_all_branches_share_one_axis (void)
{
  g_autoptr (EmoFigureAnswer) answer = emo_test_figure_answer (0.7);
  Drawing drawing = draw (answer, emo_figure_bars);
  int start[EMO_N_BRANCHES];
  int run[EMO_N_BRANCHES];

  for (int b = 0; b < EMO_N_BRANCHES; b++)
    run[b] = longest_run (&drawing, drawing.theme->branch[b], &start[b]);
  g_assert_cmpint (run[0], ==, run[1]);
  g_assert_cmpint (run[0], ==, run[2]);
  g_assert_cmpint (start[0], ==, start[1]);
  g_assert_cmpint (start[0], ==, start[2]);
  clear (&drawing);
}

static void
test_figure_bars_without_a_branch_have_none_of_its_colour (void)
{
  g_autoptr (EmoFigureAnswer) answer = emo_test_figure_answer (0.7);
  g_autoptr (EmoFigureAnswer) whole = emo_test_figure_answer (0.7);
  Drawing drawing, full;

  answer->trained[EMO_BRANCH_DISTILLED] = FALSE;
  g_free (answer->branch_names[EMO_BRANCH_DISTILLED]);
  answer->branch_names[EMO_BRANCH_DISTILLED] = g_strdup ("Distilled: not trained");
  drawing = draw (answer, emo_figure_bars);
  full = draw (whole, emo_figure_bars);

  g_assert_cmpuint (count_pixels (&full, full.theme->branch[EMO_BRANCH_DISTILLED]), >, 100);
  g_assert_cmpuint (count_pixels (&drawing, drawing.theme->branch[EMO_BRANCH_DISTILLED]), ==, 0);
  g_assert_cmpuint (count_pixels (&drawing, drawing.theme->branch[EMO_BRANCH_VLM]), ==,
                    count_pixels (&full, full.theme->branch[EMO_BRANCH_VLM]));
  g_assert_cmpfloat (drawing.height, <, full.height);
  clear (&drawing);
  clear (&full);
}

/* An empty bar would say 0 %. */
static void
test_figure_bars_say_in_words_that_there_is_no_answer (void)
{
  g_autoptr (EmoFigureAnswer) answer = emo_test_figure_answer (0.7);
  Drawing with, without;
  guint legend;

  for (guint i = 0; i < answer->n_labels; i++)
    answer->labels[i].probability[EMO_BRANCH_VLM] = NAN;
  with = draw (answer, emo_figure_bars);
  g_clear_pointer (&answer->no_answer, g_free);
  without = draw (answer, emo_figure_bars);

  /* What is left of the colour is the legend's swatch. */
  legend = count_pixels (&with, with.theme->branch[EMO_BRANCH_VLM]);
  g_assert_cmpuint (legend, >, 0);
  g_assert_cmpint (longest_run (&with, with.theme->branch[EMO_BRANCH_VLM], NULL), <, 20);
  g_assert_false (is_same (&with, &without));
  g_assert_cmpfloat (with.height, ==, without.height);
  clear (&with);
  clear (&without);
}

static void
test_figure_bars_are_hatched_out_of_domain (void)
{
  g_autoptr (EmoFigureAnswer) answer = emo_test_figure_answer (0.9);
  Drawing plain = draw (answer, emo_figure_bars);
  Drawing hatched;
  EmoFigureColor color = plain.theme->branch[EMO_BRANCH_GATED];

  answer->out_of_domain = TRUE;
  hatched = draw (answer, emo_figure_bars);
  g_assert_cmpint (longest_run (&plain, color, NULL), >, 100);
  g_assert_cmpint (longest_run (&hatched, color, NULL), <, 20);
  g_assert_cmpuint (count_pixels (&hatched, color), >, count_pixels (&plain, color) / 3);
  clear (&plain);
  clear (&hatched);
}

static void
test_figure_bars_are_mirrored_from_right_to_left (void)
{
  g_autoptr (EmoFigureAnswer) answer = emo_test_figure_answer (0.9);
  Drawing left = draw (answer, emo_figure_bars);
  Drawing right = draw_as (answer, emo_figure_bars, WIDTH, TRUE, EMO_FIGURE_LIGHT);
  EmoFigureColor color = left.theme->branch[EMO_BRANCH_VLM];
  int left_start, right_start;
  int left_run = longest_run (&left, color, &left_start);
  int right_run = longest_run (&right, color, &right_start);

  g_assert_cmpint (ABS (left_run - right_run), <=, 1);
  g_assert_cmpint (ABS (left_start - (WIDTH - right_start - right_run)), <=, 1);
  g_assert_cmpfloat (left.height, ==, right.height);
  clear (&left);
  clear (&right);
}

static void
test_figure_bars_take_a_row_a_label (void)
{
  double last = 0;
  double step = 0;

  for (guint n = 2; n <= 12; n++)
    {
      g_autoptr (EmoFigureAnswer) answer = emo_test_figure_answer_of (n);
      Drawing drawing = draw (answer, emo_figure_bars);

      assert_stays_inside (&drawing, WIDTH);
      if (n == 3)
        step = drawing.height - last;
      if (n > 3)
        g_assert_cmpfloat_with_epsilon (drawing.height - last, step, 0.01);
      g_assert_cmpfloat (drawing.height, >, last);
      last = drawing.height;
      clear (&drawing);
    }
}

/* --- Contributions --- */

static void
test_figure_contributions_are_centred_over_the_labels (void)
{
  g_autoptr (EmoFigureAnswer) answer = emo_test_figure_answer (0.7);
  Drawing before = draw (answer, emo_figure_contributions);
  Drawing after;

  for (guint i = 0; i < answer->n_labels; i++)
    answer->labels[i].contribution[EMO_FIGURE_PART_REST] += 8;
  after = draw (answer, emo_figure_contributions);
  g_assert_true (is_same (&before, &after));
  g_assert_cmpuint (count_pixels (&before, before.theme->rest), >, 100);
  clear (&before);
  clear (&after);
}

/* Parts of 1, 2 and 3 times the same thing: their areas say so. */
static void
test_figure_contributions_are_as_long_as_their_logits (void)
{
  g_autoptr (EmoFigureAnswer) answer = emo_test_figure_answer (0.7);
  Drawing drawing = draw (answer, emo_figure_contributions);
  double vlm = longest_run (&drawing, drawing.theme->branch[EMO_BRANCH_VLM], NULL);
  double distilled = longest_run (&drawing, drawing.theme->branch[EMO_BRANCH_DISTILLED], NULL);
  double rest = longest_run (&drawing, drawing.theme->rest, NULL);

  g_assert_cmpfloat (vlm, >, 10);
  g_assert_cmpfloat_with_epsilon (distilled, 2 * vlm, 3);
  g_assert_cmpfloat_with_epsilon (rest, 3 * vlm, 4);
  clear (&drawing);
}

static void
test_figure_contributions_are_none_without_a_gate (void)
{
  g_autoptr (EmoFigureAnswer) answer = emo_test_figure_answer (0.7);
  Drawing drawing;

  answer->has_contributions = FALSE;
  drawing = draw (answer, emo_figure_contributions);
  g_assert_cmpfloat (drawing.height, ==, 0);
  assert_stays_inside (&drawing, -1);
  clear (&drawing);
}

static void
test_figure_contributions_of_nothing_at_all_divide_by_nothing (void)
{
  g_autoptr (EmoFigureAnswer) answer = emo_test_figure_answer (0.7);
  Drawing drawing;

  for (guint i = 0; i < answer->n_labels; i++)
    for (int p = 0; p < EMO_FIGURE_N_PARTS; p++)
      answer->labels[i].contribution[p] = 0;
  drawing = draw (answer, emo_figure_contributions);
  g_assert_cmpfloat (drawing.height, >, 0);
  g_assert_cmpint (longest_run (&drawing, drawing.theme->rest, NULL), <, 20);
  clear (&drawing);
}

/* --- The wheel --- */

/* The middle of mass of a colour, from the wheel's, y upwards, and its area. */
static guint
find_sector (const Drawing  *drawing,
             EmoFigureColor  color,
             double         *x,
             double         *y)
{
  guint n = 0;

  *x = *y = 0;
  for (int row = 0; row < HEIGHT; row++)
    for (int column = 0; column < WIDTH; column++)
      if (get_pixel (drawing, column, row) == color)
        {
          *x += column + 0.5 - WIDTH / 2.0;
          *y += drawing->height / 2 - row - 0.5;
          n++;
        }
  *x /= n;
  *y /= n;

  return n;
}

static void
set_only (EmoFigureAnswer *answer,
          int              emotion,
          double           p)
{
  for (guint i = 0; i < answer->n_labels; i++)
    answer->labels[i].probability[EMO_BRANCH_GATED] = answer->labels[i].emotion == emotion ? p : 0;
}

static void
test_figure_wheel_has_each_emotion_at_its_angle (void)
{
  for (int emotion = 0; emotion < EMO_N_WHEEL_PLACES; emotion++)
    {
      g_autoptr (EmoFigureAnswer) answer = emo_test_figure_answer (0.7);
      double expected = (2 * emotion + 1) * 22.5;
      Drawing drawing;
      double x, y, angle;

      set_only (answer, emotion, 0.9);
      drawing = draw (answer, emo_figure_wheel);
      g_assert_cmpuint (find_sector (&drawing, drawing.theme->emotion[emotion], &x, &y), >, 1000);
      angle = atan2 (y, x) * 180 / G_PI;
      g_assert_cmpfloat_with_epsilon (angle < 0 ? angle + 360 : angle, expected, 2);
      clear (&drawing);
    }
}

static void
test_figure_wheel_has_the_radius_of_the_probability (void)
{
  g_autoptr (EmoFigureAnswer) answer = emo_test_figure_answer (0.7);
  Drawing full, half;
  double x, y, area;

  set_only (answer, 4, 1);
  full = draw (answer, emo_figure_wheel);
  set_only (answer, 4, 0.5);
  half = draw (answer, emo_figure_wheel);
  area = find_sector (&full, full.theme->emotion[4], &x, &y);
  g_assert_cmpfloat_with_epsilon (find_sector (&half, half.theme->emotion[4], &x, &y) / area, 0.25, 0.02);
  clear (&full);
  clear (&half);
}

/* The order of a model's labels is its own. */
static void
test_figure_wheel_goes_by_emotion_not_by_order (void)
{
  g_autoptr (EmoFigureAnswer) answer = emo_test_figure_answer (0.7);
  Drawing before = draw (answer, emo_figure_wheel);
  EmoFigureLabel first = answer->labels[0];
  Drawing after;

  answer->labels[0] = answer->labels[5];
  answer->labels[5] = first;
  after = draw (answer, emo_figure_wheel);
  g_assert_true (is_same (&before, &after));
  clear (&before);
  clear (&after);
}

static void
test_figure_wheel_without_an_answer_has_no_sectors (void)
{
  g_autoptr (EmoFigureAnswer) answer = emo_test_figure_answer (0.7);
  Drawing drawing;

  for (guint i = 0; i < answer->n_labels; i++)
    answer->labels[i].probability[EMO_BRANCH_GATED] = NAN;
  drawing = draw (answer, emo_figure_wheel);
  for (int i = 0; i < EMO_N_WHEEL_PLACES; i++)
    g_assert_cmpuint (count_pixels (&drawing, drawing.theme->emotion[i]), ==, 0);
  g_assert_cmpuint (count_pixels (&drawing, drawing.theme->grid), >, 100);
  clear (&drawing);
}

static void
test_figure_wheel_of_other_labels_is_a_list (void)
{
  for (guint n = 2; n <= 12; n++)
    {
      g_autoptr (EmoFigureAnswer) answer = emo_test_figure_answer_of (n);
      Drawing drawing = draw (answer, emo_figure_wheel);

      for (int i = 0; i < EMO_N_WHEEL_PLACES; i++)
        g_assert_cmpuint (count_pixels (&drawing, drawing.theme->emotion[i]), ==, 0);
      g_assert_cmpuint (count_pixels (&drawing, drawing.theme->grid), ==, 0);
      g_assert_cmpfloat (drawing.height, >, n * 12);
      clear (&drawing);
    }
}

/* Seven of the eight and a stranger, or one of them twice, make no wheel. */
static void
test_figure_wheel_needs_each_of_the_eight_once (void)
{
  g_autoptr (EmoFigureAnswer) answer = emo_test_figure_answer (0.7);

  g_assert_true (emo_figure_answer_is_wheel (answer));
  answer->labels[3].emotion = 4;
  g_assert_false (emo_figure_answer_is_wheel (answer));
  answer->labels[3].emotion = -1;
  g_assert_false (emo_figure_answer_is_wheel (answer));
  answer->labels[3].emotion = EMO_N_WHEEL_PLACES;
  g_assert_false (emo_figure_answer_is_wheel (answer));
}

/* --- All of them --- */

static double
draw_result (EmoFigureAnswer      *answer,
             const EmoFigureStyle *style,
             cairo_t              *cr,
             double                width)
{
  static const guint8 black[30 * 20 * 3];
  const EmoFigurePicture picture = { 30, 20, black };

  return emo_figure_result (answer, &picture, style, cr, width);
}

static const Figure figures[] = {
  emo_figure_bars,
  emo_figure_contributions,
  emo_figure_wheel,
  draw_result,
};

static void
test_figure_stays_inside_whatever_the_names_are (void)
{
  static const char * const names[] = {
    "",
    "Zufriedenheitsgefühlsüberschwangsverdachtsmomente",
    "an emotion that needs a whole sentence to be told apart from the others of its kind",
    "満足感と安らぎの入り混じった穏やかな気持ち",
    "שביעות רצון עמוקה מאוד ולא צפויה לחלוטין",
  };

  for (gsize n = 0; n < G_N_ELEMENTS (names); n++)
    for (gsize f = 0; f < G_N_ELEMENTS (figures); f++)
      for (int width = 240; width <= WIDTH; width += 120)
        for (int rtl = FALSE; rtl <= TRUE; rtl++)
          {
            g_autoptr (EmoFigureAnswer) answer = emo_test_figure_answer (0.7);
            Drawing drawing;

            for (guint i = 0; i < answer->n_labels; i++)
              {
                g_free (answer->labels[i].name);
                answer->labels[i].name = g_strdup (names[n]);
              }
            g_free (answer->title);
            answer->title = g_strdup (names[n]);
            drawing = draw_as (answer, figures[f], width, rtl, EMO_FIGURE_LIGHT);
            assert_stays_inside (&drawing, width);
            clear (&drawing);
          }
}

static void
test_figure_takes_its_colours_from_the_scheme (void)
{
  for (int scheme = 0; scheme < EMO_FIGURE_N_SCHEMES; scheme++)
    {
      g_autoptr (EmoFigureAnswer) answer = emo_test_figure_answer (0.7);
      Drawing bars = draw_as (answer, emo_figure_bars, WIDTH, FALSE, scheme);
      Drawing wheel = draw_as (answer, emo_figure_wheel, WIDTH, FALSE, scheme);

      for (int b = 0; b < EMO_N_BRANCHES; b++)
        g_assert_cmpuint (count_pixels (&bars, bars.theme->branch[b]), >, 100);
      g_assert_cmpuint (count_pixels (&wheel, wheel.theme->emotion[answer->winner]), >, 500);
      clear (&bars);
      clear (&wheel);
    }
}

static void
test_figure_result_leaves_out_what_there_is_not (void)
{
  g_autoptr (EmoFigureAnswer) answer = emo_test_figure_answer (0.7);
  Drawing whole = draw (answer, draw_result);
  Drawing part;
  double height = whole.height;

  answer->out_of_domain = TRUE;
  answer->notice = g_strdup ("Demo model: drawn scenes only");
  answer->notice_reason = g_strdup ("This picture is unlike what the model knows.");
  part = draw (answer, draw_result);
  g_assert_cmpfloat (part.height, >, height + 20);
  g_assert_cmpuint (count_pixels (&part, part.theme->notice), >, 1000);
  g_assert_cmpuint (count_pixels (&whole, whole.theme->notice), ==, 0);
  height = part.height;
  clear (&part);
  clear (&whole);

  g_clear_pointer (&answer->explanation, g_free);
  part = draw (answer, draw_result);
  g_assert_cmpfloat (part.height, <, height - 40);
  height = part.height;
  clear (&part);

  g_clear_pointer (&answer->details, g_strfreev);
  part = draw (answer, draw_result);
  g_assert_cmpfloat (part.height, <, height - 20);
  height = part.height;
  clear (&part);

  answer->has_contributions = FALSE;
  answer->labels[0].emotion = -1;
  part = draw (answer, draw_result);
  g_assert_cmpfloat (part.height, <, height - 100);
  clear (&part);
}

static void
test_figure_answer_tells_its_numbers_in_words (void)
{
  g_autoptr (EmoFigureAnswer) answer = emo_test_figure_answer_of (2);
  g_autofree char *text = NULL;

  answer->trained[EMO_BRANCH_GATED] = FALSE;
  answer->labels[0].probability[EMO_BRANCH_VLM] = 0.25;
  answer->labels[1].probability[EMO_BRANCH_VLM] = 0.75;
  answer->labels[1].probability[EMO_BRANCH_DISTILLED] = NAN;
  text = emo_figure_answer_describe (answer);
  g_assert_cmpstr (text, ==, "label 1: VLM 25.0 %, Distilled 50.0 %\nlabel 2: VLM 75.0 %");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/Figure/bars-are-as-long-as-their-probabilities", test_figure_bars_are_as_long_as_their_probabilities);
  g_test_add_func ("/Emo/Figure/bars-of-all-branches-share-one-axis", test_figure_bars_of_all_branches_share_one_axis);
  g_test_add_func ("/Emo/Figure/bars-without-a-branch-have-none-of-its-colour", test_figure_bars_without_a_branch_have_none_of_its_colour);
  g_test_add_func ("/Emo/Figure/bars-say-in-words-that-there-is-no-answer", test_figure_bars_say_in_words_that_there_is_no_answer);
  g_test_add_func ("/Emo/Figure/bars-are-hatched-out-of-domain", test_figure_bars_are_hatched_out_of_domain);
  g_test_add_func ("/Emo/Figure/bars-are-mirrored-from-right-to-left", test_figure_bars_are_mirrored_from_right_to_left);
  g_test_add_func ("/Emo/Figure/bars-take-a-row-a-label", test_figure_bars_take_a_row_a_label);
  g_test_add_func ("/Emo/Figure/contributions-are-centred-over-the-labels", test_figure_contributions_are_centred_over_the_labels);
  g_test_add_func ("/Emo/Figure/contributions-are-as-long-as-their-logits", test_figure_contributions_are_as_long_as_their_logits);
  g_test_add_func ("/Emo/Figure/contributions-are-none-without-a-gate", test_figure_contributions_are_none_without_a_gate);
  g_test_add_func ("/Emo/Figure/contributions-of-nothing-at-all-divide-by-nothing", test_figure_contributions_of_nothing_at_all_divide_by_nothing);
  g_test_add_func ("/Emo/Figure/wheel-has-each-emotion-at-its-angle", test_figure_wheel_has_each_emotion_at_its_angle);
  g_test_add_func ("/Emo/Figure/wheel-has-the-radius-of-the-probability", test_figure_wheel_has_the_radius_of_the_probability);
  g_test_add_func ("/Emo/Figure/wheel-goes-by-emotion-not-by-order", test_figure_wheel_goes_by_emotion_not_by_order);
  g_test_add_func ("/Emo/Figure/wheel-without-an-answer-has-no-sectors", test_figure_wheel_without_an_answer_has_no_sectors);
  g_test_add_func ("/Emo/Figure/wheel-of-other-labels-is-a-list", test_figure_wheel_of_other_labels_is_a_list);
  g_test_add_func ("/Emo/Figure/wheel-needs-each-of-the-eight-once", test_figure_wheel_needs_each_of_the_eight_once);
  g_test_add_func ("/Emo/Figure/stays-inside-whatever-the-names-are", test_figure_stays_inside_whatever_the_names_are);
  g_test_add_func ("/Emo/Figure/takes-its-colours-from-the-scheme", test_figure_takes_its_colours_from_the_scheme);
  g_test_add_func ("/Emo/Figure/result-leaves-out-what-there-is-not", test_figure_result_leaves_out_what_there_is_not);
  g_test_add_func ("/Emo/Figure/answer-tells-its-numbers-in-words", test_figure_answer_tells_its_numbers_in_words);

  return g_test_run ();
}
