/* emo-figure-sheet.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>
#include <string.h>

#include <cairo-svg.h>

#include "emo-error.h"
#include "emo-figure-sheet.h"
#include "emo-file.h"

/* Around the content, in pixels of a plain screen. */
#define MARGIN 32

static cairo_status_t
append_cb (gpointer             closure,
           const unsigned char *data,
           unsigned int         length)
{
  g_byte_array_append (closure, data, length);

  return CAIRO_STATUS_SUCCESS;
}

static double
draw (const EmoFigureSheet *sheet,
      PangoContext         *context,
      cairo_t              *cr)
{
  EmoFigureStyle style = { emo_figure_theme_get (sheet->scheme), context };

  return emo_figure_result (sheet->answer, sheet->picture, &style, cr, sheet->width);
}

/* A figure knows its height once it is drawn; here nobody looks. */
static double
measure_height (const EmoFigureSheet *sheet,
                PangoContext         *context)
{
  cairo_surface_t *surface = cairo_recording_surface_create (CAIRO_CONTENT_COLOR_ALPHA, NULL);
  cairo_t *cr = cairo_create (surface);
  double height = draw (sheet, context, cr);

  cairo_destroy (cr);
  cairo_surface_destroy (surface);

  return height;
}

/* In pixels of a plain screen. */
static void
measure_page (const EmoFigureSheet *sheet,
              PangoContext         *context,
              double               *width,
              double               *height)
{
  *width = ceil (sheet->width + 2 * MARGIN);
  *height = ceil (measure_height (sheet, context) + 2 * MARGIN);
}

static void
draw_page (const EmoFigureSheet *sheet,
           PangoContext         *context,
           cairo_surface_t      *surface,
           double                scale)
{
  EmoFigureColor color = emo_figure_theme_get (sheet->scheme)->page;
  cairo_t *cr = cairo_create (surface);

  cairo_set_source_rgb (cr, (color >> 16) / 255.0, (color >> 8 & 0xff) / 255.0, (color & 0xff) / 255.0);
  cairo_paint (cr);
  cairo_scale (cr, scale, scale);
  cairo_translate (cr, MARGIN, MARGIN);
  draw (sheet, context, cr);
  cairo_destroy (cr);
}

static gboolean
check_status (cairo_status_t   status,
              GError         **error)
{
  if (status == CAIRO_STATUS_SUCCESS)
    return TRUE;

  g_set_error (error, EMO_ERROR, status == CAIRO_STATUS_NO_MEMORY ? EMO_ERROR_OUT_OF_MEMORY : EMO_ERROR_IO,
               "The chart could not be drawn: %s", cairo_status_to_string (status));

  return FALSE;
}

/* The glyphs of a drawing are shapes; what it says in words is told apart, for
 * screen readers and searches. */
static void
add_words (GByteArray     *svg,
           EmoFigureAnswer *answer)
{
  const char *start = g_strstr_len ((const char *) svg->data, svg->len, "<svg ");
  const char *end = start != NULL ? memchr (start, '>', svg->data + svg->len - (const guint8 *) start) : NULL;
  g_autofree char *title = NULL;
  g_autofree char *numbers = NULL;
  g_autofree char *words = NULL;
  g_autofree guint8 *rest = NULL;
  gsize position, length;

  if (end == NULL)
    return;

  title = g_strjoin (" ", answer->picture_name != NULL ? answer->picture_name : "",
                     answer->title != NULL ? answer->title : "",
                     answer->title_value, NULL);
  numbers = emo_figure_answer_describe (answer);
  words = g_markup_printf_escaped ("\n<title>%s</title>\n<desc>%s</desc>", g_strstrip (title), numbers);

  position = end + 1 - (const char *) svg->data;
  length = svg->len - position;
  rest = g_memdup2 (svg->data + position, length);
  g_byte_array_set_size (svg, position);
  g_byte_array_append (svg, (const guint8 *) words, strlen (words));
  g_byte_array_append (svg, rest, length);
}

/**
 * emo_figure_sheet_to_svg:
 * @sheet: a result
 * @error: OUT_OF_MEMORY
 *
 * Returns: (transfer full): an SVG document, with title and numbers as text too
 */
GBytes *
emo_figure_sheet_to_svg (const EmoFigureSheet  *sheet,
                         GError               **error)
{
  PangoContext *context;
  g_autoptr (GByteArray) svg = NULL;
  cairo_surface_t *surface;
  cairo_status_t status;
  double width, height;

  g_return_val_if_fail (sheet != NULL && sheet->answer != NULL, NULL);

  context = emo_figure_context_new (sheet->font, sheet->right_to_left);
  measure_page (sheet, context, &width, &height);
  svg = g_byte_array_new ();
  surface = cairo_svg_surface_create_for_stream (append_cb, svg, width, height);
  cairo_svg_surface_set_document_unit (surface, CAIRO_SVG_UNIT_PX);
  draw_page (sheet, context, surface, 1);
  cairo_surface_finish (surface);
  status = cairo_surface_status (surface);
  cairo_surface_destroy (surface);
  g_object_unref (context);
  if (!check_status (status, error))
    return NULL;

  add_words (svg, sheet->answer);

  return g_byte_array_free_to_bytes (g_steal_pointer (&svg));
}

static GBytes *
paint_png (const EmoFigureSheet  *sheet,
           PangoContext          *context,
           int                    width,
           int                    height,
           GError               **error)
{
  g_autoptr (GByteArray) png = g_byte_array_new ();
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, height);
  cairo_status_t status;

  draw_page (sheet, context, surface, sheet->scale);
  status = cairo_surface_status (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_write_to_png_stream (surface, append_cb, png);
  cairo_surface_destroy (surface);
  if (!check_status (status, error))
    return NULL;

  return g_byte_array_free_to_bytes (g_steal_pointer (&png));
}

/**
 * emo_figure_sheet_to_png:
 * @sheet: a result
 * @error: LIMIT where a side would be longer than %EMO_FIGURE_MAX_SIDE,
 *   OUT_OF_MEMORY
 *
 * Returns: (transfer full): a PNG picture
 */
GBytes *
emo_figure_sheet_to_png (const EmoFigureSheet  *sheet,
                         GError               **error)
{
  PangoContext *context;
  GBytes *png = NULL;
  double width, height;

  g_return_val_if_fail (sheet != NULL && sheet->answer != NULL, NULL);
  g_return_val_if_fail (sheet->scale > 0, NULL);

  context = emo_figure_context_new (sheet->font, sheet->right_to_left);
  measure_page (sheet, context, &width, &height);
  width = ceil (width * sheet->scale);
  height = ceil (height * sheet->scale);
  if (width <= EMO_FIGURE_MAX_SIDE && height <= EMO_FIGURE_MAX_SIDE)
    png = paint_png (sheet, context, width, height, error);
  else
    g_set_error (error, EMO_ERROR, EMO_ERROR_LIMIT,
                 "The chart would be %.0f × %.0f pixels; at most %d are possible either way",
                 width, height, EMO_FIGURE_MAX_SIDE);
  g_object_unref (context);

  return png;
}

/**
 * emo_figure_sheet_draw:
 * @sheet: a result; its scale is not looked at
 * @cr: where, at the origin
 * @width: of the room there is
 * @height: of the room there is
 *
 * Draws a result into a rectangle, as wide as that lets it be.
 */
void
emo_figure_sheet_draw (const EmoFigureSheet *sheet,
                       cairo_t              *cr,
                       double                width,
                       double                height)
{
  PangoContext *context;
  double scale;

  g_return_if_fail (sheet != NULL && sheet->answer != NULL);
  g_return_if_fail (cr != NULL);

  context = emo_figure_context_new (sheet->font, sheet->right_to_left);
  scale = MIN (width / sheet->width, height / measure_height (sheet, context));
  cairo_save (cr);
  /* What is narrower than the page begins where the page does. */
  cairo_translate (cr, sheet->right_to_left ? width - sheet->width * scale : 0, 0);
  cairo_scale (cr, scale, scale);
  draw (sheet, context, cr);
  cairo_restore (cr);
  g_object_unref (context);
}

static gboolean
has_suffix (const char *path,
            const char *suffix)
{
  gsize length = strlen (path);

  return length > strlen (suffix) && g_ascii_strcasecmp (path + length - strlen (suffix), suffix) == 0;
}

/**
 * emo_figure_sheet_can_save:
 * @path: a file's name
 * @error: UNSUPPORTED, naming the file
 *
 * Returns: whether the name says which kind of file it is to be
 */
gboolean
emo_figure_sheet_can_save (const char  *path,
                           GError     **error)
{
  g_autofree char *name = NULL;

  g_return_val_if_fail (path != NULL, FALSE);

  if (has_suffix (path, ".svg") || has_suffix (path, ".png"))
    return TRUE;

  name = emo_file_escape_name (path);
  g_set_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED,
               "%s: charts are saved as .svg or .png", name);

  return FALSE;
}

/**
 * emo_figure_sheet_save:
 * @sheet: a result
 * @path: a local file, replaced atomically
 * @error: UNSUPPORTED, what the drawing gave, IO or NO_SPACE; the file that was
 *   there is untouched
 *
 * Writes an SVG or a PNG, as the name's suffix says.
 *
 * Returns: whether it is on the disk
 */
gboolean
emo_figure_sheet_save (const EmoFigureSheet  *sheet,
                       const char            *path,
                       GError               **error)
{
  g_autoptr (GBytes) bytes = NULL;

  g_return_val_if_fail (sheet != NULL, FALSE);
  g_return_val_if_fail (path != NULL, FALSE);

  if (!emo_figure_sheet_can_save (path, error))
    return FALSE;

  bytes = has_suffix (path, ".svg") ? emo_figure_sheet_to_svg (sheet, error) : emo_figure_sheet_to_png (sheet, error);
  if (bytes == NULL)
    return FALSE;

  return emo_file_write (path, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), error);
}
