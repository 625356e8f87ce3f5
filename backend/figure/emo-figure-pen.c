/* emo-figure-pen.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-figure-pen.h"

#define DOTS_PER_INCH 96

static const struct
{
  double      scale;    /* of the context's font */
  PangoWeight weight;
} fonts[] = {
  [EMO_FIGURE_FONT_BODY] = { 1, PANGO_WEIGHT_NORMAL },
  [EMO_FIGURE_FONT_CAPTION] = { 0.82, PANGO_WEIGHT_NORMAL },
  [EMO_FIGURE_FONT_CAPTION_STRONG] = { 0.82, PANGO_WEIGHT_BOLD },
  [EMO_FIGURE_FONT_HEADING] = { 1, PANGO_WEIGHT_BOLD },
  [EMO_FIGURE_FONT_TITLE] = { 1.8, PANGO_WEIGHT_BOLD },
};

/**
 * emo_figure_context_new:
 * @font: a Pango description of the body's font
 * @right_to_left: whether figures are mirrored
 *
 * Makes what files are drawn with. Nothing is rounded to pixels in it, so that a
 * figure is the same at every scale.
 *
 * Returns: (transfer full): a context for this thread
 */
PangoContext *
emo_figure_context_new (const char *font,
                        gboolean    right_to_left)
{
  PangoContext *context;
  PangoFontDescription *description;
  cairo_font_options_t *options;

  g_return_val_if_fail (font != NULL, NULL);

  context = pango_font_map_create_context (pango_cairo_font_map_get_default ());
  description = pango_font_description_from_string (font);
  pango_context_set_font_description (context, description);
  pango_font_description_free (description);
  pango_context_set_base_dir (context, right_to_left ? PANGO_DIRECTION_RTL : PANGO_DIRECTION_LTR);
  pango_cairo_context_set_resolution (context, DOTS_PER_INCH);
  options = cairo_font_options_create ();
  cairo_font_options_set_hint_style (options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics (options, CAIRO_HINT_METRICS_OFF);
  cairo_font_options_set_antialias (options, CAIRO_ANTIALIAS_GRAY);
  pango_cairo_context_set_font_options (context, options);
  cairo_font_options_destroy (options);
  pango_context_set_round_glyph_positions (context, FALSE);

  return context;
}

static gboolean
has_letters (const char *text)
{
  for (const char *c = text; *c != '\0'; c = g_utf8_next_char (c))
    if (g_unichar_isalpha (g_utf8_get_char (c)))
      return TRUE;

  return FALSE;
}

/* A number has no direction, and among text that reads from right to left its
 * sign would come last. */
static void
set_text (PangoLayout *layout,
          const char  *text)
{
  g_autofree char *number = NULL;

  if (!has_letters (text))
    text = number = g_strconcat ("\342\200\216", text, NULL);   /* LEFT-TO-RIGHT MARK */
  pango_layout_set_text (layout, text, -1);
}

static PangoLayout *
new_layout (const EmoFigurePen *pen,
            const char         *text,
            EmoFigureFont       font)
{
  PangoLayout *layout = pango_layout_new (pen->context);
  PangoAttrList *attributes = pango_attr_list_new ();

  pango_attr_list_insert (attributes, pango_attr_scale_new (fonts[font].scale));
  pango_attr_list_insert (attributes, pango_attr_weight_new (fonts[font].weight));
  /* So that columns of numbers line up. */
  pango_attr_list_insert (attributes, pango_attr_font_features_new ("tnum=1"));
  pango_layout_set_attributes (layout, attributes);
  pango_attr_list_unref (attributes);
  set_text (layout, text);

  return layout;
}

static void
get_size (PangoLayout *layout,
          double      *width,
          double      *height)
{
  int pango_width, pango_height;

  pango_layout_get_size (layout, &pango_width, &pango_height);
  *width = (double) pango_width / PANGO_SCALE;
  *height = (double) pango_height / PANGO_SCALE;
}

EmoFigurePen
_emo_figure_pen (const EmoFigureStyle *style,
                 cairo_t              *cr,
                 double                width)
{
  EmoFigurePen pen = {
    .cr = cr,
    .context = style->context,
    .theme = style->theme,
    .width = width,
    .rtl = pango_context_get_base_dir (style->context) == PANGO_DIRECTION_RTL,
  };

  pen.line = _emo_figure_line_height (&pen, EMO_FIGURE_FONT_BODY);

  return pen;
}

void
_emo_figure_set_color (const EmoFigurePen *pen,
                       EmoFigureColor      color)
{
  cairo_set_source_rgb (pen->cr,
                        (color >> 16 & 0xff) / 255.0,
                        (color >> 8 & 0xff) / 255.0,
                        (color & 0xff) / 255.0);
}

double
_emo_figure_left (const EmoFigurePen *pen,
                  double              x,
                  double              width)
{
  return pen->rtl ? pen->width - x - width : x;
}

double
_emo_figure_line_height (const EmoFigurePen *pen,
                         EmoFigureFont       font)
{
  g_autoptr (PangoLayout) layout = new_layout (pen, "X", font);
  double width, height;

  get_size (layout, &width, &height);

  return height;
}

double
_emo_figure_text_width (const EmoFigurePen *pen,
                        const char         *text,
                        EmoFigureFont       font)
{
  g_autoptr (PangoLayout) layout = new_layout (pen, text, font);
  double width, height;

  get_size (layout, &width, &height);

  return width;
}

static double
align_offset (const EmoFigurePen *pen,
              EmoFigureAlign      align,
              double              room)
{
  if (align == EMO_FIGURE_ALIGN_CENTER)
    return room / 2;

  return (align == EMO_FIGURE_ALIGN_END) != pen->rtl ? room : 0;
}

void
_emo_figure_draw_line (const EmoFigurePen *pen,
                       const char         *text,
                       EmoFigureFont       font,
                       EmoFigureColor      color,
                       EmoFigureAlign      align,
                       double              x,
                       double              middle,
                       double              width)
{
  g_autoptr (PangoLayout) layout = new_layout (pen, text, font);
  double text_width, text_height;

  get_size (layout, &text_width, &text_height);
  /* A width of its own would let Pango align the text, by its direction. */
  if (text_width > width + 0.5)
    {
      pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
      pango_layout_set_width (layout, MAX (0, width) * PANGO_SCALE);
      get_size (layout, &text_width, &text_height);
    }

  cairo_move_to (pen->cr,
                 _emo_figure_left (pen, x, width) + align_offset (pen, align, width - text_width),
                 middle - text_height / 2);
  if (pen->halo)
    {
      _emo_figure_set_color (pen, pen->theme->page);
      cairo_set_line_width (pen->cr, pen->line / 6);
      pango_cairo_layout_path (pen->cr, layout);
      cairo_stroke_preserve (pen->cr);
    }
  _emo_figure_set_color (pen, color);
  pango_cairo_show_layout (pen->cr, layout);
  cairo_new_path (pen->cr);
}

static PangoLayout *
new_paragraph (const EmoFigurePen *pen,
               const char         *text,
               EmoFigureFont       font,
               double              width)
{
  PangoLayout *layout = new_layout (pen, text, font);

  pango_layout_set_width (layout, MAX (1, width) * PANGO_SCALE);
  pango_layout_set_wrap (layout, PANGO_WRAP_WORD_CHAR);
  /* Where the text's direction is not the context's, Pango swaps left and right:
   * with this, every paragraph begins where the page does. */
  if (pango_layout_get_direction (layout, 0) == PANGO_DIRECTION_RTL)
    pango_layout_set_alignment (layout, PANGO_ALIGN_RIGHT);

  return layout;
}

double
_emo_figure_text_height (const EmoFigurePen *pen,
                         const char         *text,
                         EmoFigureFont       font,
                         double              width)
{
  g_autoptr (PangoLayout) layout = NULL;
  double text_width, text_height;

  if (text == NULL || *text == '\0')
    return 0;

  layout = new_paragraph (pen, text, font, width);
  get_size (layout, &text_width, &text_height);

  return text_height;
}

double
_emo_figure_draw_text (const EmoFigurePen *pen,
                       const char         *text,
                       EmoFigureFont       font,
                       EmoFigureColor      color,
                       double              x,
                       double              y,
                       double              width)
{
  g_autoptr (PangoLayout) layout = NULL;
  double text_width, text_height;

  if (text == NULL || *text == '\0')
    return 0;

  layout = new_paragraph (pen, text, font, width);
  get_size (layout, &text_width, &text_height);
  _emo_figure_set_color (pen, color);
  cairo_move_to (pen->cr, _emo_figure_left (pen, x, width), y);
  pango_cairo_show_layout (pen->cr, layout);
  cairo_new_path (pen->cr);

  return text_height;
}

void
_emo_figure_hatch (const EmoFigurePen *pen,
                   EmoFigureColor      color)
{
  double left, top, right, bottom;
  double step = pen->line / 3;

  cairo_save (pen->cr);
  cairo_clip_preserve (pen->cr);
  cairo_path_extents (pen->cr, &left, &top, &right, &bottom);
  cairo_new_path (pen->cr);
  for (double x = left - (bottom - top); x < right; x += step)
    {
      cairo_move_to (pen->cr, x, bottom);
      cairo_line_to (pen->cr, x + bottom - top, top);
    }
  _emo_figure_set_color (pen, color);
  cairo_set_line_width (pen->cr, step / 3);
  cairo_stroke (pen->cr);
  cairo_restore (pen->cr);
}

void
_emo_figure_draw_bar (const EmoFigurePen *pen,
                      EmoFigureColor      color,
                      gboolean            hatched,
                      double              x,
                      double              y,
                      double              width,
                      double              height)
{
  cairo_rectangle (pen->cr, width < 0 ? x + width : x, y, fabs (width), height);
  _emo_figure_set_color (pen, color);
  if (!hatched)
    {
      cairo_fill (pen->cr);
      return;
    }

  cairo_fill_preserve (pen->cr);
  _emo_figure_hatch (pen, pen->theme->page);
}

double
_emo_figure_draw_legend (const EmoFigurePen   *pen,
                         char * const         *names,
                         const EmoFigureColor *colors,
                         const gboolean       *filled,
                         guint                 n_names)
{
  double side = pen->line * 0.6;
  double gap = pen->line * 0.35;
  double row = pen->line * 1.2;
  double x = 0;
  double y = 0;

  for (guint i = 0; i < n_names; i++)
    {
      double room = pen->width - side - gap;
      double text = MIN (_emo_figure_text_width (pen, names[i], EMO_FIGURE_FONT_CAPTION), room);

      if (x > 0 && x + side + gap + text > pen->width)
        {
          x = 0;
          y += row;
        }
      cairo_rectangle (pen->cr, _emo_figure_left (pen, x, side) + 0.5, y + (row - side) / 2 + 0.5, side - 1, side - 1);
      _emo_figure_set_color (pen, filled[i] ? colors[i] : pen->theme->dim);
      if (filled[i])
        cairo_fill_preserve (pen->cr);
      cairo_set_line_width (pen->cr, 1);
      cairo_stroke (pen->cr);
      _emo_figure_draw_line (pen, names[i], EMO_FIGURE_FONT_CAPTION,
                             filled[i] ? pen->theme->foreground : pen->theme->dim,
                             EMO_FIGURE_ALIGN_START, x + side + gap, y + row / 2, text);
      x += side + gap + text + pen->line;
    }

  return y + row;
}
