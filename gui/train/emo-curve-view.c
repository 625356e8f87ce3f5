/* emo-curve-view.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>

#include "emo-answer-figure.h"
#include "emo-curve-view.h"
#include "emo-emotion-name.h"
#include "emo-train-words.h"

#define MINIMUM_WIDTH 200
#define NATURAL_WIDTH 480

struct _EmoCurveView
{
  GtkWidget       parent_instance;

  EmoCurveKind    kind;
  EmoTrainRecord *record;     /* (nullable) */
  char           *said;       /* (nullable) the description as it was told last */
};

enum
{
  PROP_0,
  PROP_KIND,
  N_PROPS
};

G_DEFINE_ENUM_TYPE (EmoCurveKind, emo_curve_kind,
                    G_DEFINE_ENUM_VALUE (EMO_CURVE_LOSSES, "losses"),
                    G_DEFINE_ENUM_VALUE (EMO_CURVE_SCORES, "scores"))

G_DEFINE_FINAL_TYPE (EmoCurveView, emo_curve_view, GTK_TYPE_WIDGET)

static GParamSpec *properties[N_PROPS];

/* What is drawn, gathered for the time of a drawing. */
typedef struct
{
  GArray         *x;         /* of double: the epochs' places */
  GArray         *first;     /* of double, likewise */
  GArray         *second;
  EmoFigureCurve  curves[2];
  EmoFigureCurves figure;
} Drawing;

static void
add_epochs (EmoCurveView *self,
            Drawing      *drawing)
{
  GListModel *epochs = emo_train_record_get_epochs (self->record);

  for (guint i = 0; i < g_list_model_get_n_items (epochs); i++)
    {
      g_autoptr (EmoEpochItem) item = g_list_model_get_item (epochs, i);
      const EmoTrainEpoch *epoch = emo_epoch_item_get_numbers (item);
      gboolean scores = self->kind == EMO_CURVE_SCORES;
      double x = scores ? epoch->epoch : emo_train_record_get_epoch_step (self->record, epoch);

      if (isnan (x))
        continue;
      g_array_append_val (drawing->x, x);
      g_array_append_val (drawing->first, epoch->val_accuracy);
      if (scores)
        g_array_append_val (drawing->second, epoch->val_macro_f1);
      else
        g_array_append_val (drawing->second, epoch->val_loss);
    }
}

static void
drawing_init (EmoCurveView *self,
              Drawing      *drawing)
{
  const EmoTrainEvent *latest = self->record != NULL ? emo_train_record_get_latest (self->record) : NULL;
  gboolean scores = self->kind == EMO_CURVE_SCORES;

  drawing->x = g_array_new (FALSE, FALSE, sizeof (double));
  drawing->first = g_array_new (FALSE, FALSE, sizeof (double));
  drawing->second = g_array_new (FALSE, FALSE, sizeof (double));
  if (self->record != NULL)
    add_epochs (self, drawing);

  drawing->curves[0] = (EmoFigureCurve) {
    scores ? C_("a column", "Accuracy") : C_("on a chart", "Training"),
    (const double *) drawing->x->data, (const double *) drawing->first->data, drawing->x->len, EMO_BRANCH_VLM, FALSE,
  };
  drawing->curves[1] = (EmoFigureCurve) {
    scores ? C_("a column", "Macro F1") : C_("on a chart", "Validation"),
    (const double *) drawing->x->data, (const double *) drawing->second->data, drawing->x->len, EMO_BRANCH_DISTILLED, TRUE,
  };
  if (!scores)
    {
      const EmoTrainSeries *losses = self->record != NULL ? emo_train_record_get_losses (self->record) : NULL;

      drawing->curves[0].n = losses != NULL ? losses->x->len : 0;
      drawing->curves[0].x = losses != NULL ? (const double *) losses->x->data : NULL;
      drawing->curves[0].y = losses != NULL ? (const double *) losses->y->data : NULL;
    }
  drawing->figure = (EmoFigureCurves) {
    .curves = drawing->curves,
    .n_curves = G_N_ELEMENTS (drawing->curves),
    .x_name = scores ? C_("a column", "Epoch") : C_("below a chart", "Step"),
    .x_end = latest == NULL ? 0 : scores ? latest->n_epochs : (double) latest->n_steps,
    .shares = scores,
    .x_words = emo_train_words_dup_count,
    .y_words = scores ? emo_tick_to_string : emo_train_words_dup_loss,
  };
}

static void
drawing_clear (Drawing *drawing)
{
  g_array_unref (drawing->x);
  g_array_unref (drawing->first);
  g_array_unref (drawing->second);
}

static double
draw (EmoCurveView          *self,
      const EmoFigureCurves *figure,
      cairo_t               *cr,
      double                 width)
{
  EmoFigureStyle style = {
    emo_figure_theme_get (emo_answer_figure_get_scheme ()),
    gtk_widget_get_pango_context (GTK_WIDGET (self)),
  };

  return emo_figure_curves (figure, &style, cr, width);
}

static void
emo_curve_view_snapshot (GtkWidget   *widget,
                         GtkSnapshot *snapshot)
{
  EmoCurveView *self = EMO_CURVE_VIEW (widget);
  int width = gtk_widget_get_width (widget);
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, gtk_widget_get_height (widget)));
  Drawing drawing;

  drawing_init (self, &drawing);
  draw (self, &drawing.figure, cr, width);
  drawing_clear (&drawing);
  cairo_destroy (cr);
}

static GtkSizeRequestMode
emo_curve_view_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

/* The height hangs on the legend alone, not on the values. */
static int
measure_height (EmoCurveView *self,
                int           width)
{
  cairo_surface_t *surface = cairo_recording_surface_create (CAIRO_CONTENT_COLOR_ALPHA, NULL);
  cairo_t *cr = cairo_create (surface);
  Drawing drawing;
  double height;

  drawing_init (self, &drawing);
  drawing.curves[0].n = drawing.curves[1].n = 0;
  height = draw (self, &drawing.figure, cr, width);
  drawing_clear (&drawing);
  cairo_destroy (cr);
  cairo_surface_destroy (surface);

  return (int) ceil (height);
}

static void
emo_curve_view_measure (GtkWidget      *widget,
                        GtkOrientation  orientation,
                        int             for_size,
                        int            *minimum,
                        int            *natural,
                        int            *minimum_baseline,
                        int            *natural_baseline)
{
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = MINIMUM_WIDTH;
      *natural = NATURAL_WIDTH;
    }
  else
    *minimum = *natural = measure_height (EMO_CURVE_VIEW (widget), for_size > 0 ? for_size : MINIMUM_WIDTH);
}

/* A screen reader need not hear the same again. */
static void
describe (EmoCurveView *self)
{
  g_autofree char *text = NULL;

  if (self->record == NULL)
    text = g_strdup (_("Nothing to show yet"));
  else if (self->kind == EMO_CURVE_SCORES)
    text = emo_train_words_dup_scores (self->record);
  else
    text = emo_train_words_dup_losses (self->record);
  if (g_strcmp0 (text, self->said) == 0)
    return;

  gtk_accessible_update_property (GTK_ACCESSIBLE (self),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, self->kind == EMO_CURVE_SCORES ? _("Validation by Epoch") : _("Loss by Step"),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text,
                                  -1);
  g_free (self->said);
  self->said = g_steal_pointer (&text);
}

static void
emo_curve_view_dispose (GObject *object)
{
  g_clear_object (&EMO_CURVE_VIEW (object)->record);

  G_OBJECT_CLASS (emo_curve_view_parent_class)->dispose (object);
}

static void
emo_curve_view_finalize (GObject *object)
{
  g_free (EMO_CURVE_VIEW (object)->said);

  G_OBJECT_CLASS (emo_curve_view_parent_class)->finalize (object);
}

static void
emo_curve_view_constructed (GObject *object)
{
  G_OBJECT_CLASS (emo_curve_view_parent_class)->constructed (object);

  describe (EMO_CURVE_VIEW (object));
}

static void
emo_curve_view_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_KIND:
      g_value_set_enum (value, EMO_CURVE_VIEW (object)->kind);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_curve_view_set_property (GObject      *object,
                             guint         prop_id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  switch (prop_id)
    {
    case PROP_KIND:
      EMO_CURVE_VIEW (object)->kind = g_value_get_enum (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_curve_view_class_init (EmoCurveViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->constructed = emo_curve_view_constructed;
  object_class->dispose = emo_curve_view_dispose;
  object_class->finalize = emo_curve_view_finalize;
  object_class->get_property = emo_curve_view_get_property;
  object_class->set_property = emo_curve_view_set_property;

  widget_class->snapshot = emo_curve_view_snapshot;
  widget_class->get_request_mode = emo_curve_view_get_request_mode;
  widget_class->measure = emo_curve_view_measure;

  properties[PROP_KIND] =
    g_param_spec_enum ("kind", NULL, NULL,
                       EMO_TYPE_CURVE_KIND, EMO_CURVE_LOSSES,
                       G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_widget_class_set_css_name (widget_class, "curves");
}

static void
emo_curve_view_init (EmoCurveView *self)
{
  AdwStyleManager *manager = adw_style_manager_get_default ();

  g_signal_connect_object (manager, "notify::dark", G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (manager, "notify::high-contrast", G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
}

/**
 * emo_curve_view_show:
 * @self: a view
 * @record: (nullable): a stage
 *
 * Draws and describes what the stage has told so far.
 */
void
emo_curve_view_show (EmoCurveView   *self,
                     EmoTrainRecord *record)
{
  g_return_if_fail (EMO_IS_CURVE_VIEW (self));

  g_set_object (&self->record, record);
  describe (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
