/* emo-head-fit.c: the head learns from a teacher and from labels
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-draw.h"
#include "emo-head-fit.h"
#include "emo-head-net.h"
#include "emo-label-set.h"

typedef struct
{
  EmoHead           *begin;       /* has the sizes */
  EmoHeadNet         net;
  EmoHeadRows        rows;
  EmoHeadFitOptions  options;
  guint              n_labels;
  double            *mean;        /* [H]; both NULL unless inputs are standardised */
  double            *deviation;   /* [H] */
} Model;

static void
model_free (gpointer data)
{
  Model *model = data;

  emo_head_net_clear (&model->net);
  emo_head_free (model->begin);
  g_free (model->mean);
  g_free (model->deviation);
  g_free (model);
}

static guint32
row_at (const EmoHeadRows *rows,
        guint32            index)
{
  return rows->subset != NULL ? rows->subset[index] : index;
}

/* An input that never changes is left as wide as it is. */
static void
measure_inputs (Model *model)
{
  const EmoHeadRows *rows = &model->rows;

  model->mean = g_new0 (double, rows->width);
  model->deviation = g_new0 (double, rows->width);
  for (gsize i = 0; i < rows->n; i++)
    for (guint j = 0; j < rows->width; j++)
      model->mean[j] += rows->means[(gsize) row_at (rows, i) * rows->width + j] / (double) rows->n;
  for (gsize i = 0; i < rows->n; i++)
    for (guint j = 0; j < rows->width; j++)
      {
        double difference = rows->means[(gsize) row_at (rows, i) * rows->width + j] - model->mean[j];

        model->deviation[j] += difference * difference / rows->n;
      }
  for (guint j = 0; j < rows->width; j++)
    model->deviation[j] = model->deviation[j] > 1e-12 ? sqrt (model->deviation[j]) : 1;
}

static void
read_input (const Model *model,
            guint32      row,
            float       *out)
{
  const float *means = model->rows.means + (gsize) row * model->rows.width;

  memcpy (out, means, model->rows.width * sizeof *out);
  if (model->mean == NULL)
    return;
  for (guint j = 0; j < model->rows.width; j++)
    out[j] = (means[j] - model->mean[j]) / model->deviation[j];
}

/* A row's mask is a function of seed, epoch, row and layer, so that the batch it
 * comes in does not matter. A draw serves two outputs. */
static void
draw_keep (Model   *model,
           guint    epoch,
           guint32  row,
           guint    index)
{
  double dropout = model->options.dropout;
  float scale = 1 / (1 - dropout);
  guint32 dropped = dropout * 0x1p32;

  for (guint l = 0; l + 1 < model->net.n_layers; l++)
    {
      guint width = model->net.widths[l + 1];
      float *keep = model->net.keep[l] + (gsize) index * width;
      EmoDraw draw = emo_draw_begin (model->options.seed, "dropout", epoch, row, l);
      guint64 bits = 0;

      for (guint j = 0; j < width; j++)
        {
          bits = j % 2 == 0 ? emo_draw_bits (&draw) : bits >> 32;
          keep[j] = (guint32) bits >= dropped ? scale : 0;
        }
    }
}

/* @out [n] log-softmax of @logits over @temperature. */
static void
log_softmax (const float *logits,
             guint        n,
             double       temperature,
             double      *out)
{
  double highest = logits[0], sum = 0;

  for (guint i = 1; i < n; i++)
    highest = MAX (highest, logits[i]);
  for (guint i = 0; i < n; i++)
    sum += exp ((logits[i] - highest) / temperature);
  for (guint i = 0; i < n; i++)
    out[i] = (logits[i] - highest) / temperature - log (sum);
}

/* alpha T^2 KL (teacher || student) at the temperature T, with its derivatives
 * added to @by_logit [n]. */
static double
add_teacher (const Model *model,
             const float *teacher,
             const float *logits,
             double      *by_logit)
{
  double wanted[EMO_LABEL_SET_MAX], given[EMO_LABEL_SET_MAX];
  double t = model->options.temperature, distance = 0;

  log_softmax (teacher, model->n_labels, t, wanted);
  log_softmax (logits, model->n_labels, t, given);
  for (guint i = 0; i < model->n_labels; i++)
    {
      distance += exp (wanted[i]) * (wanted[i] - given[i]);
      by_logit[i] += model->options.alpha * t * (exp (given[i]) - exp (wanted[i]));
    }

  return model->options.alpha * t * t * distance;
}

/* A row's loss; its derivatives by the logits, over @n_rows, go to @by_sums. */
static double
row_loss (const Model *model,
          guint32      row,
          const float *logits,
          guint        n_rows,
          float       *by_sums)
{
  double by_logit[EMO_LABEL_SET_MAX] = { 0 }, given[EMO_LABEL_SET_MAX];
  guint32 label = model->rows.labels[row];
  double share = 1, loss = 0;

  if (model->rows.teacher != NULL)
    {
      share = 1 - model->options.alpha;
      loss = add_teacher (model, model->rows.teacher + (gsize) row * model->n_labels, logits, by_logit);
    }
  log_softmax (logits, model->n_labels, 1, given);
  for (guint i = 0; i < model->n_labels; i++)
    by_sums[i] = (by_logit[i] + share * (exp (given[i]) - (i == label))) / n_rows;

  return loss - share * given[label];
}

static double
compute_loss (gpointer       data,
              const float   *parameters,
              const guint32 *rows,
              guint          n_rows,
              guint          epoch,
              float         *gradients)
{
  Model *model = data;
  EmoHeadNet *net = &model->net;
  guint last = net->n_layers - 1;
  double loss = 0;

  for (guint i = 0; i < n_rows; i++)
    {
      guint32 row = row_at (&model->rows, rows[i]);

      read_input (model, row, net->inputs + (gsize) i * model->rows.width);
      if (model->options.dropout > 0)
        draw_keep (model, epoch, row, i);
    }
  emo_head_net_forward (net, parameters, n_rows);
  for (guint i = 0; i < n_rows; i++)
    {
      gsize at = (gsize) i * model->n_labels;

      loss += row_loss (model, row_at (&model->rows, rows[i]), net->outputs[last] + at, n_rows, net->by_sums[last] + at);
    }
  emo_head_net_backward (net, parameters, n_rows, gradients);

  return loss / n_rows;
}

/* @head is of inputs as they are; the parameters, of standardised ones. */
static void
unfold_inputs (const Model *model,
               EmoHead     *head)
{
  guint width = model->rows.width;
  g_autofree double *mean = g_new (double, width);
  g_autofree double *deviation = g_new (double, width);

  for (guint j = 0; j < width; j++)
    {
      mean[j] = -model->mean[j] / model->deviation[j];
      deviation[j] = 1 / model->deviation[j];
    }
  emo_head_fold_inputs (head, mean, deviation);
}

static EmoFit *
begin_fit (EmoHead                 *begin,
           gboolean                 fresh,
           const EmoHeadRows       *rows,
           const EmoHeadFitOptions *options)
{
  EmoFitSettings settings = { .name = "head", .n_rows = rows->n, .epochs = options->epochs, .batch = options->batch,
                              .seed = options->seed, .adam = options->adam, .shape = options->shape, .warmup = options->warmup };
  gsize n = emo_head_get_n_parameters (begin);
  g_autofree float *parameters = g_new (float, n);
  Model *model = g_new0 (Model, 1);

  model->begin = emo_head_dup (begin);
  model->rows = *rows;
  model->options = *options;
  model->n_labels = emo_head_get_width (begin, emo_head_get_depth (begin) + 1);
  emo_head_net_init (&model->net, begin, MIN (options->batch, rows->n));
  if (options->standardise)
    measure_inputs (model);
  if (options->standardise && !fresh)
    unfold_inputs (model, model->begin);
  emo_head_get_parameters (model->begin, parameters);

  return emo_fit_new (&settings, parameters, n, compute_loss, model, model_free);
}

static gboolean
rows_are_good (const EmoHeadRows       *rows,
               guint                    n_labels,
               const EmoHeadFitOptions *options)
{
  g_return_val_if_fail (rows != NULL && rows->n > 0 && rows->n <= G_MAXUINT32, FALSE);
  g_return_val_if_fail (options != NULL, FALSE);
  g_return_val_if_fail (options->batch > 0, FALSE);
  g_return_val_if_fail (options->dropout >= 0 && options->dropout < 1, FALSE);
  g_return_val_if_fail (options->temperature > 0, FALSE);
  g_return_val_if_fail (n_labels >= 2 && n_labels <= EMO_LABEL_SET_MAX, FALSE);
  for (gsize i = 0; i < rows->n; i++)
    g_return_val_if_fail (rows->labels[row_at (rows, i)] < n_labels, FALSE);

  return TRUE;
}

/**
 * emo_head_fit_new_from:
 * @begin: where it begins; copied
 * @rows: rows, at least one, whose arrays outlive the fit
 * @options: copied
 *
 * Returns: (transfer full): a fit that has made no step
 */
EmoFit *
emo_head_fit_new_from (EmoHead                 *begin,
                       const EmoHeadRows       *rows,
                       const EmoHeadFitOptions *options)
{
  g_return_val_if_fail (begin != NULL, NULL);
  if (!rows_are_good (rows, emo_head_get_width (begin, emo_head_get_depth (begin) + 1), options))
    return NULL;
  g_return_val_if_fail (rows->width == emo_head_get_width (begin, 0), NULL);

  return begin_fit (begin, FALSE, rows, options);
}

/**
 * emo_head_fit_new:
 * @rows: rows, at least one, whose arrays outlive the fit
 * @n_labels: labels
 * @options: copied
 *
 * Returns: (transfer full): a fit that has made no step
 */
EmoFit *
emo_head_fit_new (const EmoHeadRows       *rows,
                  guint                    n_labels,
                  const EmoHeadFitOptions *options)
{
  g_autoptr(EmoHead) begin = NULL;

  if (!rows_are_good (rows, n_labels, options))
    return NULL;

  begin = emo_head_new (rows->width, options->widths != NULL ? options->widths : emo_head_widths, options->depth,
                        n_labels, options->seed);

  return begin_fit (begin, TRUE, rows, options);
}

/**
 * emo_head_fit_dup_head:
 * @fit: a fit of a head
 *
 * Returns: (transfer full): the head as it is now, for inputs as they are
 */
EmoHead *
emo_head_fit_dup_head (EmoFit *fit)
{
  Model *model;
  EmoHead *head;

  g_return_val_if_fail (fit != NULL, NULL);

  model = emo_fit_get_model (fit);
  head = emo_head_dup (model->begin);
  emo_head_set_parameters (head, emo_fit_get_parameters (fit));
  if (model->mean != NULL)
    emo_head_fold_inputs (head, model->mean, model->deviation);

  return head;
}
