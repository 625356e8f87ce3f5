/* emo-result-details.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include <glib/gi18n.h>

#include "emo-fold-button.h"
#include "emo-result-details.h"
#include "emo-roving-box.h"

/* The lines are made anew for what has changed, and only while they are seen:
 * a batch that runs behind folded details costs nothing. All of it is known
 * already; nothing is read or computed for it. */
struct _EmoResultDetails
{
  AdwBin           parent_instance;

  EmoSample       *sample;        /* (nullable) */
  EmoPrediction   *prediction;    /* (nullable) */

  GtkToggleButton *button;
  EmoRovingBox    *lines;
};

G_DEFINE_FINAL_TYPE (EmoResultDetails, emo_result_details, ADW_TYPE_BIN)

#define HEADING_MARGIN 6

/* --- What there is to tell --- */

typedef struct
{
  char     *markup;
  gboolean  heading;
} Line;

static void
clear_line (gpointer data)
{
  g_free (((Line *) data)->markup);
}

/* Nothing is told of what is absent. A hash that is broken must not get hyphens:
 * who copies it would copy them too. */
static void
add (GArray     *lines,
     const char *name,
     const char *value)
{
  Line line = { NULL, FALSE };

  if (value == NULL || *value == '\0')
    return;

  line.markup = g_markup_printf_escaped ("<span alpha=\"65%%\">%s</span>  <span insert_hyphens=\"no\">%s</span>", name, value);
  g_array_append_val (lines, line);
}

static void
add_heading (GArray     *lines,
             const char *name)
{
  Line line = { g_markup_printf_escaped ("<b>%s</b>", name), TRUE };

  g_array_append_val (lines, line);
}

static void
add_number (GArray     *lines,
            const char *name,
            gint64      value)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, value);

  add (lines, name, text);
}

static void
add_picture (GArray        *lines,
             EmoSample     *sample,
             EmoPrediction *prediction)
{
  const int *grid = emo_prediction_get_grid (prediction);
  char **marks = emo_sample_get_marks (sample);
  g_autofree char *size = NULL;
  g_autofree char *fed = NULL;
  int width, height;

  emo_prediction_get_size (prediction, &width, &height);
  size = g_strdup_printf (_("%d × %d pixels"), width, height);
  /* Translators: columns and rows of patches, the squares that a picture is cut into. */
  fed = g_strdup_printf (_("%d × %d patches"), grid[2], grid[1]);

  add_heading (lines, C_("heading of details", "Picture"));
  add (lines, C_("detail", "Size"), size);
  add (lines, C_("detail", "Fed to the model"), fed);
  add_number (lines, C_("detail", "Visual tokens"), emo_prediction_get_image_tokens (prediction));
  for (guint i = 0; marks != NULL && marks[i] != NULL; i++)
    add (lines, C_("detail", "Note"), marks[i]);
  add (lines, C_("detail", "SHA-256"), emo_sample_get_image_sha256 (sample));
}

static void
add_time (GArray        *lines,
          const char    *name,
          EmoPrediction *prediction,
          EmoStage       stage)
{
  double ms = emo_prediction_get_ms (prediction, stage);
  g_autofree char *text = NULL;

  /* What was not measured, or was over at once. */
  if (isnan (ms) || ms == 0)
    return;
  if (ms < 1000)
    text = g_strdup_printf (C_("milliseconds", "%.1f ms"), ms);
  else
    text = g_strdup_printf (C_("seconds", "%.2f s"), ms / 1000);
  add (lines, name, text);
}

static void
add_times (GArray        *lines,
           EmoPrediction *prediction)
{
  add_heading (lines, C_("heading of details", "Time"));
  add_time (lines, C_("time of a stage", "Reading the picture"), prediction, EMO_STAGE_INPUT);
  add_time (lines, C_("time of a stage", "Vision tower"), prediction, EMO_STAGE_VISION);
  add_time (lines, C_("time of a stage", "Distilled head"), prediction, EMO_STAGE_DISTILLED);
  add_time (lines, C_("time of a stage", "Prompt"), prediction, EMO_STAGE_PREFILL);
  add_time (lines, C_("time of a stage", "Label scores"), prediction, EMO_STAGE_VLM);
  add_time (lines, C_("time of a stage", "Gate"), prediction, EMO_STAGE_GATE);
  add_time (lines, C_("time of a stage", "Explanation"), prediction, EMO_STAGE_EXPLAINED);
  add_time (lines, C_("time of a stage", "The whole picture"), prediction, EMO_STAGE_DONE);
}

/* The probabilities follow from the scores alone, unless a blank picture's prior
 * was divided out of them. */
static gboolean
is_calibrated (EmoPrediction *prediction)
{
  const double *scores = emo_prediction_get_scores (prediction, EMO_BRANCH_VLM);
  const double *p = emo_prediction_get_probabilities (prediction, EMO_BRANCH_VLM);
  guint n = emo_label_set_get_size (emo_prediction_get_labels (prediction));
  double highest = -INFINITY;
  double sum = 0;

  if (scores == NULL || p == NULL)
    return FALSE;
  for (guint i = 0; i < n; i++)
    highest = MAX (highest, scores[i]);
  for (guint i = 0; i < n; i++)
    sum += exp (scores[i] - highest);
  for (guint i = 0; i < n; i++)
    if (fabs (exp (scores[i] - highest) / sum - p[i]) > 1e-4)
      return TRUE;

  return FALSE;
}

static void
add_answer (GArray        *lines,
            EmoPrediction *prediction)
{
  EmoModelInfo *info = emo_prediction_get_info (prediction);
  double distance = emo_prediction_get_domain_distance (prediction);
  double mass = emo_prediction_get_mass (prediction);
  g_autofree char *mass_text = isnan (mass) ? NULL : g_strdup_printf ("%.3f", mass);
  g_autofree char *distance_text = isnan (distance) ? NULL : g_strdup_printf ("%.2f", distance);
  g_autofree char *gate = NULL;

  if (info->has_gate)
    gate = g_strdup_printf (C_("detail: kind of gate, its input", "%s, of the VLM’s %s"),
                            emo_gate_kind_to_string (info->gate_kind), emo_vlm_input_to_string (info->vlm_input));

  add_heading (lines, C_("heading of details", "Answer"));
  add (lines, C_("detail", "Belief on valid answers"), mass_text);
  if (is_calibrated (prediction))
    add (lines, C_("detail", "Calibration"), _("A blank picture’s prior is divided out of the VLM’s probabilities"));
  add (lines, C_("detail", "Distance from the training pictures (1 is the limit)"), distance_text);
  add (lines, C_("detail", "Gate"), gate);
}

static void
add_model (GArray        *lines,
           EmoPrediction *prediction)
{
  EmoModelInfo *info = emo_prediction_get_info (prediction);

  add_heading (lines, C_("heading of details", "Model"));
  add (lines, C_("detail", "Name"), info->name);
  add (lines, C_("detail", "Revision"), info->revision);
  add (lines, C_("detail", "Device"), info->device_name != NULL ? info->device_name : info->device);
  add (lines, C_("detail", "Precision"), info->dtype);
  if (info->threads > 0)
    add_number (lines, C_("detail", "Threads"), info->threads);
  add_number (lines, C_("detail", "Seed"), info->seed);
  add (lines, C_("detail", "Model SHA-256"), info->model_sha256);
  add (lines, C_("detail", "Adapter SHA-256"), info->adapter_sha256);
  add (lines, C_("detail", "Head SHA-256"), info->head_sha256);
  add (lines, C_("detail", "Gate SHA-256"), info->gate_sha256);
  add (lines, C_("detail", "Prompt SHA-256"), info->prompt_sha256);
  add (lines, C_("detail", "Application version"), EMO_VERSION);
}

/* Of Line. */
static GArray *
list_lines (EmoResultDetails *self)
{
  GArray *lines = g_array_new (FALSE, FALSE, sizeof (Line));

  g_array_set_clear_func (lines, clear_line);
  add_picture (lines, self->sample, self->prediction);
  add_times (lines, self->prediction);
  add_answer (lines, self->prediction);
  add_model (lines, self->prediction);

  return lines;
}

/* --- The lines --- */

static GtkWidget *
new_line (void)
{
  GtkWidget *line = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (line), 0);
  gtk_label_set_selectable (GTK_LABEL (line), TRUE);
  gtk_label_set_wrap (GTK_LABEL (line), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (line), PANGO_WRAP_WORD_CHAR);

  return line;
}

/* Lines that are there are written anew, so that the focus stays where it is. */
static void
fill_lines (EmoResultDetails *self,
            GArray           *lines)
{
  GtkWidget *line = gtk_widget_get_first_child (GTK_WIDGET (self->lines));

  for (guint i = 0; i < lines->len; i++)
    {
      const Line *wanted = &g_array_index (lines, Line, i);

      if (line == NULL)
        {
          line = new_line ();
          emo_roving_box_append_row (self->lines, line);
        }
      if (g_strcmp0 (gtk_label_get_label (GTK_LABEL (line)), wanted->markup) != 0)
        gtk_label_set_markup (GTK_LABEL (line), wanted->markup);
      gtk_widget_set_margin_top (line, wanted->heading ? HEADING_MARGIN : 0);
      line = gtk_widget_get_next_sibling (line);
    }
  while (line != NULL)
    {
      GtkWidget *next = gtk_widget_get_next_sibling (line);

      gtk_box_remove (GTK_BOX (self->lines), line);
      line = next;
    }
}

static void
update (EmoResultDetails *self)
{
  g_autoptr (GArray) lines = NULL;

  if (self->prediction == NULL || !gtk_toggle_button_get_active (self->button))
    return;

  lines = list_lines (self);
  fill_lines (self, lines);
}

static void
toggled_cb (EmoResultDetails *self)
{
  update (self);
}

static void
emo_result_details_dispose (GObject *object)
{
  EmoResultDetails *self = EMO_RESULT_DETAILS (object);

  g_clear_object (&self->sample);
  g_clear_object (&self->prediction);
  /* dispose_template unparents bound children, of which AdwBin keeps a pointer. */
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), EMO_TYPE_RESULT_DETAILS);

  G_OBJECT_CLASS (emo_result_details_parent_class)->dispose (object);
}

static void
emo_result_details_class_init (EmoResultDetailsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = emo_result_details_dispose;

  g_type_ensure (EMO_TYPE_FOLD_BUTTON);
  g_type_ensure (EMO_TYPE_ROVING_BOX);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/emovlm/EmoVLM/analyse/emo-result-details.ui");
  gtk_widget_class_bind_template_child (widget_class, EmoResultDetails, button);
  gtk_widget_class_bind_template_child (widget_class, EmoResultDetails, lines);
  gtk_widget_class_bind_template_callback (widget_class, toggled_cb);
}

static void
emo_result_details_init (EmoResultDetails *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * emo_result_details_show:
 * @self: the details
 * @sample: the picture
 * @prediction: its answers as they stand
 *
 * Tells what the result rests on, as far as it has come.
 */
void
emo_result_details_show (EmoResultDetails *self,
                         EmoSample        *sample,
                         EmoPrediction    *prediction)
{
  g_return_if_fail (EMO_IS_RESULT_DETAILS (self));
  g_return_if_fail (EMO_IS_SAMPLE (sample));
  g_return_if_fail (EMO_IS_PREDICTION (prediction));

  g_set_object (&self->sample, sample);
  g_set_object (&self->prediction, prediction);
  update (self);
}
