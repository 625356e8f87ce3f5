/* emo-result-printer.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-chart.h"
#include "emo-result-printer.h"

/* One sheet. The answer is kept, for a picture may be looked at again while the
 * dialog is open. */
typedef struct
{
  EmoSample     *sample;
  EmoPrediction *prediction;
} Page;

static void
page_clear (gpointer data)
{
  Page *page = data;

  g_object_unref (page->sample);
  g_object_unref (page->prediction);
}

static void
pages_free (gpointer  data,
            GClosure *closure)
{
  g_array_unref (data);
}

static void
load_worker (GTask        *task,
             gpointer      source,
             gpointer      task_data,
             GCancellable *cancellable)
{
  emo_chart_load_picture (task_data);
  g_task_return_boolean (task, TRUE);
}

static void
loaded_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GtkPrintOperation) operation = user_data;
  GtkPrintContext *context = GTK_PRINT_CONTEXT (source);

  emo_chart_draw (g_task_get_task_data (G_TASK (result)),
                  gtk_print_context_get_cairo_context (context),
                  gtk_print_context_get_width (context),
                  gtk_print_context_get_height (context));
  gtk_print_operation_draw_page_finish (operation);
}

static void
draw_page_cb (GtkPrintOperation *operation,
              GtkPrintContext   *context,
              int                number,
              GArray            *pages)
{
  const Page *page = &g_array_index (pages, Page, number);
  g_autoptr (GTask) task = g_task_new (context, NULL, loaded_cb, g_object_ref (operation));

  g_task_set_task_data (task,
                        emo_chart_new (page->sample, page->prediction, EMO_FIGURE_LIGHT),
                        (GDestroyNotify) emo_chart_free);
  gtk_print_operation_set_defer_drawing (operation);
  g_task_run_in_thread (task, load_worker);
}

/* The selected picture's page is the one that "current page" means, and that is
 * what is printed unless the person says otherwise. */
static GtkPrintSettings *
new_settings (void)
{
  GtkPrintSettings *settings = gtk_print_settings_new ();

  gtk_print_settings_set_print_pages (settings, GTK_PRINT_PAGES_CURRENT);

  return settings;
}

/**
 * emo_result_printer_can_print:
 * @sample: a picture
 *
 * Returns: whether a branch has named a label
 */
gboolean
emo_result_printer_can_print (EmoSample *sample)
{
  EmoPrediction *prediction;

  g_return_val_if_fail (EMO_IS_SAMPLE (sample), FALSE);

  prediction = emo_sample_get_prediction (sample);

  return emo_sample_get_state (sample) == EMO_SAMPLE_DONE && prediction != NULL &&
         emo_prediction_get_winner (prediction, emo_prediction_get_final_branch (prediction)) >= 0;
}

static void
add_page (GArray    *pages,
          EmoSample *sample)
{
  Page page = { g_object_ref (sample), g_object_ref (emo_sample_get_prediction (sample)) };

  g_array_append_val (pages, page);
}

/* The sheets of all that have an answer. "Current page" must never be another
 * picture's: one that is not among them is printed alone. */
static GArray *
make_pages (GListModel *samples,
            EmoSample  *current,
            int        *current_page)
{
  GArray *pages = g_array_new (FALSE, FALSE, sizeof (Page));
  gboolean found = FALSE;

  g_array_set_clear_func (pages, page_clear);
  *current_page = 0;
  for (guint i = 0; i < g_list_model_get_n_items (samples); i++)
    {
      g_autoptr (EmoSample) sample = g_list_model_get_item (samples, i);

      if (!emo_result_printer_can_print (sample))
        continue;
      if (sample == current)
        *current_page = pages->len;
      found = found || sample == current;
      add_page (pages, sample);
    }

  if (current != NULL && !found && emo_result_printer_can_print (current))
    {
      g_array_set_size (pages, 0);
      add_page (pages, current);
    }

  return pages;
}

/**
 * emo_result_printer_new:
 * @samples: pictures, of #EmoSample; those without an answer get no page
 * @current: (nullable): the selected one, which is printed alone where @samples
 *   has it not
 *
 * Returns: (transfer full) (nullable): an operation to be run, or %NULL where
 *   there is nothing to print
 */
GtkPrintOperation *
emo_result_printer_new (GListModel *samples,
                        EmoSample  *current)
{
  GtkPrintOperation *operation;
  g_autoptr (GtkPrintSettings) settings = NULL;
  GArray *pages;
  int current_page;

  g_return_val_if_fail (G_IS_LIST_MODEL (samples), NULL);
  g_return_val_if_fail (current == NULL || EMO_IS_SAMPLE (current), NULL);

  pages = make_pages (samples, current, &current_page);
  if (pages->len == 0)
    {
      g_array_unref (pages);
      return NULL;
    }

  settings = new_settings ();
  operation = gtk_print_operation_new ();
  gtk_print_operation_set_job_name (operation, _("Emotions of pictures"));
  gtk_print_operation_set_print_settings (operation, settings);
  gtk_print_operation_set_n_pages (operation, pages->len);
  gtk_print_operation_set_current_page (operation, current_page);
  gtk_print_operation_set_unit (operation, GTK_UNIT_POINTS);
  gtk_print_operation_set_embed_page_setup (operation, TRUE);
  gtk_print_operation_set_allow_async (operation, TRUE);
  g_signal_connect_data (operation, "draw-page", G_CALLBACK (draw_page_cb), pages, pages_free, 0);

  return operation;
}
