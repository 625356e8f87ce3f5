/* test-figure-sheet.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <math.h>
#include <string.h>

#include <glib/gstdio.h>

#include "emo-test-figures.h"

/* What a reader of XML finds in a drawing. */
typedef struct
{
  int      width, height;
  guint    n_elements;
  GString *title;
  GString *description;
  GString *current;    /* (unowned) */
} Document;

static void
start_cb (GMarkupParseContext  *context,
          const char           *element,
          const char          **names,
          const char          **values,
          gpointer              user_data,
          GError              **error)
{
  Document *document = user_data;

  document->n_elements++;
  document->current = g_str_equal (element, "title")  ? document->title
                      : g_str_equal (element, "desc") ? document->description
                                                      : NULL;
  for (int i = 0; g_str_equal (element, "svg") && names[i] != NULL; i++)
    {
      if (g_str_equal (names[i], "width"))
        document->width = g_ascii_strtod (values[i], NULL);
      if (g_str_equal (names[i], "height"))
        document->height = g_ascii_strtod (values[i], NULL);
    }
}

static void
end_cb (GMarkupParseContext  *context,
        const char           *element,
        gpointer              user_data,
        GError              **error)
{
  Document *document = user_data;

  document->current = NULL;
}

static void
text_cb (GMarkupParseContext  *context,
         const char           *text,
         gsize                 length,
         gpointer              user_data,
         GError              **error)
{
  Document *document = user_data;

  if (document->current != NULL)
    g_string_append_len (document->current, text, length);
}

static void
read_svg (GBytes   *bytes,
          Document *document)
{
  static const GMarkupParser parser = { start_cb, end_cb, text_cb, NULL, NULL };
  g_autoptr (GMarkupParseContext) context = NULL;
  g_autoptr (GError) error = NULL;

  *document = (Document) { .title = g_string_new (NULL), .description = g_string_new (NULL) };
  context = g_markup_parse_context_new (&parser, 0, document, NULL);
  g_markup_parse_context_parse (context, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &error);
  g_assert_no_error (error);
  g_markup_parse_context_end_parse (context, &error);
  g_assert_no_error (error);
}

static void
clear_document (Document *document)
{
  g_string_free (document->title, TRUE);
  g_string_free (document->description, TRUE);
}

static EmoFigurePicture
make_picture (void)
{
  static guint8 gray[48 * 64 * 3];

  memset (gray, 0x55, sizeof gray);

  return (EmoFigurePicture) { 64, 48, gray };
}

static void
test_figure_sheet_svg_has_its_words_as_text (void)
{
  g_autoptr (EmoFigureAnswer) answer = emo_test_figure_answer (0.7);
  g_autofree char *numbers = emo_figure_answer_describe (answer);
  EmoFigureSheet sheet = EMO_FIGURE_SHEET_INIT;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  Document document;

  sheet.answer = answer;
  bytes = emo_figure_sheet_to_svg (&sheet, &error);
  g_assert_no_error (error);
  read_svg (bytes, &document);
  g_assert_cmpstr (document.title->str, ==, "a lake.png Contentment 70.0 %");
  g_assert_cmpstr (document.description->str, ==, numbers);
  g_assert_cmpint (document.width, ==, 720 + 2 * 32);
  g_assert_cmpint (document.height, >, 600);
  /* Glyphs are shapes that are used again. */
  g_assert_cmpuint (document.n_elements, >, 500);
  clear_document (&document);
}

/* How often a colour is named in a drawing, whatever the spaces between its parts. */
static guint
count_color (GBytes         *svg,
             EmoFigureColor  color)
{
  g_autofree char *text = g_strndup (g_bytes_get_data (svg, NULL), g_bytes_get_size (svg));
  guint n = 0;

  for (const char *at = strstr (text, "rgb("); at != NULL; at = strstr (at, "rgb("))
    {
      EmoFigureColor found = 0;

      at += strlen ("rgb(");
      for (int part = 0; part < 3; part++)
        {
          char *end;

          found = found << 8 | (EmoFigureColor) lround (g_ascii_strtod (at, &end) * 255 / 100);
          at = end + strspn (end, "%, ");
        }
      n += found == color;
    }

  return n;
}

static void
test_figure_sheet_draws_each_sector_once (void)
{
  g_autoptr (EmoFigureAnswer) answer = emo_test_figure_answer (0.7);
  EmoFigureSheet sheet = EMO_FIGURE_SHEET_INIT;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  sheet.answer = answer;
  bytes = emo_figure_sheet_to_svg (&sheet, &error);
  g_assert_no_error (error);
  for (int i = 0; i < EMO_N_WHEEL_PLACES; i++)
    g_assert_cmpuint (count_color (bytes, emo_figure_theme_get (EMO_FIGURE_LIGHT)->emotion[i]), ==, 1);
}

/* A picture's name and a model's labels are strangers' text. */
static void
test_figure_sheet_svg_is_well_formed_whatever_the_names (void)
{
  g_autoptr (EmoFigureAnswer) answer = emo_test_figure_answer (0.7);
  EmoFigureSheet sheet = EMO_FIGURE_SHEET_INIT;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  Document document;

  g_free (answer->picture_name);
  answer->picture_name = g_strdup ("a<b>&\"c\".png");
  g_free (answer->labels[2].name);
  answer->labels[2].name = g_strdup ("</desc><script>");
  sheet.answer = answer;
  bytes = emo_figure_sheet_to_svg (&sheet, &error);
  g_assert_no_error (error);
  read_svg (bytes, &document);
  g_assert_true (g_str_has_prefix (document.title->str, "a<b>&\"c\".png "));
  g_assert_nonnull (strstr (document.description->str, "</desc><script>: VLM"));
  clear_document (&document);
}

/* A plain line break where there is no word at all. */
static void
test_figure_sheet_svg_may_be_without_words (void)
{
  g_autoptr (EmoFigureAnswer) answer = emo_test_figure_answer_of (2);
  EmoFigureSheet sheet = EMO_FIGURE_SHEET_INIT;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  Document document;

  sheet.answer = answer;
  bytes = emo_figure_sheet_to_svg (&sheet, &error);
  g_assert_no_error (error);
  read_svg (bytes, &document);
  g_assert_cmpstr (document.title->str, ==, "");
  clear_document (&document);
}

static void
test_figure_sheet_png_is_of_the_scale_and_the_scheme (void)
{
  static const double scales[] = { 1, 1.5, 2 };
  g_autoptr (EmoFigureAnswer) answer = emo_test_figure_answer (0.7);
  const EmoFigurePicture picture = make_picture ();
  int plain_height = 0;

  for (int scheme = 0; scheme < EMO_FIGURE_N_SCHEMES; scheme++)
    for (gsize i = 0; i < G_N_ELEMENTS (scales); i++)
      {
        EmoFigureSheet sheet = EMO_FIGURE_SHEET_INIT;
        EmoFigureColor page = emo_figure_theme_get (scheme)->page;
        g_autoptr (GBytes) bytes = NULL;
        g_autoptr (EmoImage) image = NULL;
        g_autoptr (GError) error = NULL;
        const guint8 *pixel;

        sheet.answer = answer;
        sheet.picture = &picture;
        sheet.scheme = scheme;
        sheet.scale = scales[i];
        bytes = emo_figure_sheet_to_png (&sheet, &error);
        g_assert_no_error (error);
        image = emo_image_load_bytes (bytes, "chart", FALSE, &error);
        g_assert_no_error (error);
        if (i == 0)
          plain_height = emo_image_get_height (image);
        g_assert_cmpint (emo_image_get_width (image), ==, (int) ceil (784 * scales[i]));
        g_assert_cmpint (emo_image_get_height (image), ==, (int) ceil (plain_height * scales[i]));

        pixel = emo_image_get_pixels (image);
        g_assert_cmphex (pixel[0] << 16 | pixel[1] << 8 | pixel[2], ==, page);
        /* The picture is in the corner, past the margin. */
        pixel += ((int) (40 * scales[i]) * emo_image_get_width (image) + (int) (40 * scales[i])) * 3;
        g_assert_cmphex (pixel[0] << 16 | pixel[1] << 8 | pixel[2], ==, 0x555555);
      }
}

static void
test_figure_sheet_png_too_large_is_refused (void)
{
  g_autoptr (EmoFigureAnswer) answer = emo_test_figure_answer (0.7);
  EmoFigureSheet sheet = EMO_FIGURE_SHEET_INIT;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  sheet.answer = answer;
  sheet.scale = EMO_FIGURE_MAX_SIDE;
  bytes = emo_figure_sheet_to_png (&sheet, &error);
  g_assert_null (bytes);
  g_assert_error (error, EMO_ERROR, EMO_ERROR_LIMIT);
  g_assert_nonnull (strstr (error->message, "32767"));
}

/* The box around all that is drawn on a white page of @width by @height. */
static cairo_rectangle_int_t
draw_on_page (const EmoFigureSheet *sheet,
              int                   width,
              int                   height)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, height);
  cairo_t *cr = cairo_create (surface);
  int left = width, top = height, right = 0, bottom = 0;

  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_paint (cr);
  emo_figure_sheet_draw (sheet, cr, width, height);
  g_assert_cmpint (cairo_status (cr), ==, CAIRO_STATUS_SUCCESS);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  for (int y = 0; y < height; y++)
    {
      const guint32 *row = (const guint32 *) (cairo_image_surface_get_data (surface) + y * cairo_image_surface_get_stride (surface));

      for (int x = 0; x < width; x++)
        if ((row[x] & 0xffffff) != 0xffffff)
          {
            left = MIN (left, x);
            right = MAX (right, x + 1);
            top = MIN (top, y);
            bottom = MAX (bottom, y + 1);
          }
    }
  cairo_surface_destroy (surface);

  return (cairo_rectangle_int_t) { left, top, right - left, bottom - top };
}

static void
test_figure_sheet_fits_the_page_that_there_is (void)
{
  g_autoptr (EmoFigureAnswer) answer = emo_test_figure_answer (0.7);
  const EmoFigurePicture picture = make_picture ();
  EmoFigureSheet sheet = EMO_FIGURE_SHEET_INIT;
  cairo_rectangle_int_t tall, low, mirrored;

  sheet.answer = answer;
  sheet.picture = &picture;
  tall = draw_on_page (&sheet, 360, 2000);
  g_assert_cmpint (tall.x, ==, 0);
  g_assert_cmpint (tall.width, >=, 358);
  g_assert_cmpint (tall.height, <, 1000);

  low = draw_on_page (&sheet, 1000, 300);
  g_assert_cmpint (low.x, ==, 0);
  g_assert_cmpint (low.height, >=, 290);
  g_assert_cmpint (low.width, <, 400);
  g_assert_cmpfloat_with_epsilon ((double) low.width / low.height, (double) tall.width / tall.height, 0.03);

  sheet.right_to_left = TRUE;
  mirrored = draw_on_page (&sheet, 1000, 300);
  g_assert_cmpint (mirrored.x, >, 600);
  g_assert_cmpint (mirrored.x + mirrored.width, >=, 999);
}

static gpointer
draw_worker (gpointer data)
{
  return emo_figure_sheet_to_png (data, NULL);
}

static void
test_figure_sheet_is_the_same_on_any_thread (void)
{
  g_autoptr (EmoFigureAnswer) answer = emo_test_figure_answer (0.7);
  EmoFigureSheet sheet = EMO_FIGURE_SHEET_INIT;
  g_autoptr (GBytes) here = NULL;
  GThread *threads[3];

  sheet.answer = answer;
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("figure", draw_worker, &sheet);
  here = emo_figure_sheet_to_png (&sheet, NULL);
  g_assert_nonnull (here);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      g_autoptr (GBytes) there = g_thread_join (threads[i]);

      g_assert_true (g_bytes_equal (here, there));
    }
}

static void
test_figure_sheet_is_saved_as_its_suffix_says (void)
{
  static const struct
  {
    const char *name;
    const char *begin;
  } files[] = {
    { "chart.svg", "<?xml" },
    { "chart.SVG", "<?xml" },
    { "chart.png", "\x89PNG" },
    { "chart.svg.Png", "\x89PNG" },
  };
  g_autoptr (EmoFigureAnswer) answer = emo_test_figure_answer (0.7);
  g_autofree char *folder = g_dir_make_tmp ("emo-figure-XXXXXX", NULL);
  EmoFigureSheet sheet = EMO_FIGURE_SHEET_INIT;

  sheet.answer = answer;
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (folder, files[i].name, NULL);
      g_autofree char *content = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_true (emo_figure_sheet_save (&sheet, path, &error));
      g_assert_no_error (error);
      g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
      g_assert_true (strncmp (content, files[i].begin, 4) == 0);
      g_unlink (path);
    }
  g_rmdir (folder);
}

static void
test_figure_sheet_refuses_other_suffixes (void)
{
  static const char * const names[] = { "chart.jpg", "chart", ".svg", "svg", "chart.svgz", "chart.png/" };
  g_autoptr (EmoFigureAnswer) answer = emo_test_figure_answer (0.7);
  EmoFigureSheet sheet = EMO_FIGURE_SHEET_INIT;

  sheet.answer = answer;
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (emo_figure_sheet_save (&sheet, names[i], &error));
      g_assert_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED);
      g_assert_nonnull (strstr (error->message, names[i]));
      g_assert_false (g_file_test (names[i], G_FILE_TEST_EXISTS));
    }
}

static void
test_figure_sheet_that_cannot_be_written_is_told (void)
{
  g_autoptr (EmoFigureAnswer) answer = emo_test_figure_answer (0.7);
  EmoFigureSheet sheet = EMO_FIGURE_SHEET_INIT;
  g_autoptr (GError) error = NULL;

  sheet.answer = answer;
  g_assert_false (emo_figure_sheet_save (&sheet, "/nowhere/at/all/chart.svg", &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_IO);
  g_assert_nonnull (strstr (error->message, "/nowhere/at/all/chart.svg"));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/FigureSheet/svg-has-its-words-as-text", test_figure_sheet_svg_has_its_words_as_text);
  g_test_add_func ("/Emo/FigureSheet/draws-each-sector-once", test_figure_sheet_draws_each_sector_once);
  g_test_add_func ("/Emo/FigureSheet/svg-is-well-formed-whatever-the-names", test_figure_sheet_svg_is_well_formed_whatever_the_names);
  g_test_add_func ("/Emo/FigureSheet/svg-may-be-without-words", test_figure_sheet_svg_may_be_without_words);
  g_test_add_func ("/Emo/FigureSheet/png-is-of-the-scale-and-the-scheme", test_figure_sheet_png_is_of_the_scale_and_the_scheme);
  g_test_add_func ("/Emo/FigureSheet/png-too-large-is-refused", test_figure_sheet_png_too_large_is_refused);
  g_test_add_func ("/Emo/FigureSheet/fits-the-page-that-there-is", test_figure_sheet_fits_the_page_that_there_is);
  g_test_add_func ("/Emo/FigureSheet/is-the-same-on-any-thread", test_figure_sheet_is_the_same_on_any_thread);
  g_test_add_func ("/Emo/FigureSheet/is-saved-as-its-suffix-says", test_figure_sheet_is_saved_as_its_suffix_says);
  g_test_add_func ("/Emo/FigureSheet/refuses-other-suffixes", test_figure_sheet_refuses_other_suffixes);
  g_test_add_func ("/Emo/FigureSheet/that-cannot-be-written-is-told", test_figure_sheet_that_cannot_be_written_is_told);

  return g_test_run ();
}
