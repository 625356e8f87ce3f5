/* emo-train-pane.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-curve-view.h"
#include "emo-drop-down.h"
#include "emo-epoch-row.h"
#include "emo-log-view.h"
#include "emo-tab-stop.h"
#include "emo-train-pane.h"
#include "emo-train-setting.h"
#include "emo-train-words.h"

struct _EmoTrainPane
{
  AdwBin          parent_instance;

  GPtrArray      *records;       /* of EmoTrainRecord, in the order of their beginning */
  EmoTrainRecord *running;       /* (nullable) (unowned): one of them */

  GtkWidget      *empty;
  GtkLabel       *empty_title;
  GtkLabel       *empty_words;
  GtkWidget      *training;
  GtkWidget      *stage_box;
  GtkDropDown    *stages;
  GtkStringList  *stage_names;
  EmoCurveView   *losses;
  EmoCurveView   *scores;
  GtkWidget      *epochs_box;
  GtkListView    *epochs;
  GtkNoSelection *selection;
  EmoLogView     *log;
};

G_DEFINE_FINAL_TYPE (EmoTrainPane, emo_train_pane, ADW_TYPE_BIN)

static EmoTrainRecord *
get_shown (EmoTrainPane *self)
{
  guint selected = gtk_drop_down_get_selected (self->stages);

  return selected < self->records->len ? g_ptr_array_index (self->records, selected) : NULL;
}

static void
show (EmoTrainPane *self)
{
  EmoTrainRecord *record = get_shown (self);
  GListModel *epochs = record != NULL ? emo_train_record_get_epochs (record) : NULL;

  emo_curve_view_show (self->losses, record);
  emo_curve_view_show (self->scores, record);
  if (gtk_no_selection_get_model (self->selection) != epochs)
    gtk_no_selection_set_model (self->selection, epochs);
  gtk_widget_set_visible (self->epochs_box, epochs != NULL && g_list_model_get_n_items (epochs) > 0);
}

static void
stage_cb (EmoTrainPane *self)
{
  show (self);
}

static EmoTrainRecord *
find_record (EmoTrainPane *self,
             const char   *stage)
{
  for (guint i = 0; i < self->records->len; i++)
    {
      EmoTrainRecord *record = g_ptr_array_index (self->records, i);

      if (g_str_equal (emo_train_record_get_stage (record), stage))
        return record;
    }

  return NULL;
}

static EmoTrainRecord *
ensure_record (EmoTrainPane *self,
               const char   *stage)
{
  EmoTrainRecord *record = find_record (self, stage);

  if (record != NULL)
    return record;

  record = emo_train_record_new (stage);
  g_ptr_array_add (self->records, record);
  gtk_string_list_append (self->stage_names, emo_train_stage_title (stage));
  gtk_widget_set_visible (self->stage_box, self->records->len > 1);

  return record;
}

static void
follow (EmoTrainPane   *self,
        EmoTrainRecord *record)
{
  guint position;

  if (self->running == record || !g_ptr_array_find (self->records, record, &position))
    return;

  self->running = record;
  gtk_drop_down_set_selected (self->stages, position);
}

static void
copy_log_cb (EmoTrainPane *self)
{
  g_autofree char *text = emo_log_view_dup_text (self->log);

  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text);
}

static void
emo_train_pane_dispose (GObject *object)
{
  EmoTrainPane *self = EMO_TRAIN_PANE (object);

  /* dispose_template unparents bound children, of which AdwBin keeps a pointer. */
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), EMO_TYPE_TRAIN_PANE);

  G_OBJECT_CLASS (emo_train_pane_parent_class)->dispose (object);
}

static void
emo_train_pane_finalize (GObject *object)
{
  g_ptr_array_unref (EMO_TRAIN_PANE (object)->records);

  G_OBJECT_CLASS (emo_train_pane_parent_class)->finalize (object);
}

static void
emo_train_pane_class_init (EmoTrainPaneClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = emo_train_pane_dispose;
  object_class->finalize = emo_train_pane_finalize;

  g_type_ensure (EMO_TYPE_CURVE_VIEW);
  g_type_ensure (EMO_TYPE_EPOCH_ROW);
  g_type_ensure (EMO_TYPE_LOG_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class, EMO_RESOURCE_PATH "/train/emo-train-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, EmoTrainPane, empty);
  gtk_widget_class_bind_template_child (widget_class, EmoTrainPane, empty_title);
  gtk_widget_class_bind_template_child (widget_class, EmoTrainPane, empty_words);
  gtk_widget_class_bind_template_child (widget_class, EmoTrainPane, training);
  gtk_widget_class_bind_template_child (widget_class, EmoTrainPane, stage_box);
  gtk_widget_class_bind_template_child (widget_class, EmoTrainPane, stages);
  gtk_widget_class_bind_template_child (widget_class, EmoTrainPane, stage_names);
  gtk_widget_class_bind_template_child (widget_class, EmoTrainPane, losses);
  gtk_widget_class_bind_template_child (widget_class, EmoTrainPane, scores);
  gtk_widget_class_bind_template_child (widget_class, EmoTrainPane, epochs_box);
  gtk_widget_class_bind_template_child (widget_class, EmoTrainPane, epochs);
  gtk_widget_class_bind_template_child (widget_class, EmoTrainPane, selection);
  gtk_widget_class_bind_template_child (widget_class, EmoTrainPane, log);
  gtk_widget_class_bind_template_callback (widget_class, stage_cb);
  gtk_widget_class_bind_template_callback (widget_class, copy_log_cb);
}

static void
emo_train_pane_init (EmoTrainPane *self)
{
  self->records = g_ptr_array_new_with_free_func (g_object_unref);
  gtk_widget_init_template (GTK_WIDGET (self));
  emo_train_pane_set_ready (self, FALSE);
  emo_drop_down_set_name (self->stages, _("Stage"));
  emo_tab_stop_add (GTK_WIDGET (self->epochs));
}

static void
clear (EmoTrainPane *self)
{
  self->running = NULL;
  gtk_no_selection_set_model (self->selection, NULL);
  gtk_string_list_splice (self->stage_names, 0, g_list_model_get_n_items (G_LIST_MODEL (self->stage_names)), NULL);
  g_ptr_array_set_size (self->records, 0);
  gtk_widget_set_visible (self->stage_box, FALSE);
  emo_log_view_clear (self->log);
}

/**
 * emo_train_pane_set_ready:
 * @self: a pane
 * @ready: whether a training could begin
 *
 * What is said while there is nothing to show.
 */
void
emo_train_pane_set_ready (EmoTrainPane *self,
                          gboolean      ready)
{
  g_return_if_fail (EMO_IS_TRAIN_PANE (self));

  gtk_label_set_text (self->empty_title, ready ? _("Nothing Trained Yet") : _("Choose a Dataset"));
  gtk_label_set_text (self->empty_words,
                      ready ? _("Start Training, and see here how well the model learns. You can stop at any time and go on later.")
                            : _("A model learns from your own pictures, on this computer. Drop a folder of class folders here, or a list (CSV)."));
}

/**
 * emo_train_pane_begin:
 * @self: a pane
 * @resume: whether this goes on with what is shown
 *
 * A training begins.
 */
void
emo_train_pane_begin (EmoTrainPane *self,
                      gboolean      resume)
{
  g_return_if_fail (EMO_IS_TRAIN_PANE (self));

  if (!resume)
    clear (self);
  gtk_widget_set_visible (self->empty, FALSE);
  gtk_widget_set_visible (self->training, TRUE);
  show (self);
}

/**
 * emo_train_pane_recall:
 * @self: a pane
 * @stage: the name of a stage that goes on
 * @epochs: (element-type EmoTrainEpoch): its epochs so far
 */
void
emo_train_pane_recall (EmoTrainPane *self,
                       const char   *stage,
                       GArray       *epochs)
{
  g_return_if_fail (EMO_IS_TRAIN_PANE (self));
  g_return_if_fail (stage != NULL && epochs != NULL);

  if (epochs->len > 0 && find_record (self, stage) == NULL)
    emo_train_record_recall (ensure_record (self, stage), epochs);
}

/**
 * emo_train_pane_take:
 * @self: a pane
 * @event: what the training said
 *
 * Notes it; emo_train_pane_update() shows it.
 */
void
emo_train_pane_take (EmoTrainPane        *self,
                     const EmoTrainEvent *event)
{
  g_autofree char *line = NULL;

  g_return_if_fail (EMO_IS_TRAIN_PANE (self));
  g_return_if_fail (event != NULL);

  if (event->stage[0] != '\0')
    {
      EmoTrainRecord *record = ensure_record (self, event->stage);

      emo_train_record_take (record, event);
      follow (self, record);
    }
  line = emo_train_words_dup_event (event);
  if (line != NULL)
    emo_log_view_append (self->log, line);
}

/**
 * emo_train_pane_say:
 * @self: a pane
 * @line: text for the log
 */
void
emo_train_pane_say (EmoTrainPane *self,
                    const char   *line)
{
  g_return_if_fail (EMO_IS_TRAIN_PANE (self));

  emo_log_view_append (self->log, line);
}

/**
 * emo_train_pane_end:
 * @self: a pane
 * @state: what has become of a stage that did not say so itself
 */
void
emo_train_pane_end (EmoTrainPane        *self,
                    EmoTrainRecordState  state)
{
  g_return_if_fail (EMO_IS_TRAIN_PANE (self));

  if (self->running != NULL)
    emo_train_record_end (self->running, state);
  show (self);
}

/**
 * emo_train_pane_update:
 * @self: a pane
 *
 * To be called a few times a second while events come.
 */
void
emo_train_pane_update (EmoTrainPane *self)
{
  g_return_if_fail (EMO_IS_TRAIN_PANE (self));

  show (self);
}

/**
 * emo_train_pane_get_running:
 * @self: a pane
 *
 * Returns: (transfer none) (nullable): the stage that spoke last
 */
EmoTrainRecord *
emo_train_pane_get_running (EmoTrainPane *self)
{
  g_return_val_if_fail (EMO_IS_TRAIN_PANE (self), NULL);

  return self->running;
}

/* Stages that need nothing more. */
static guint
count_ended (EmoTrainPane *self)
{
  guint n = 0;

  for (guint i = 0; i < self->records->len; i++)
    {
      EmoTrainRecordState state = emo_train_record_get_state (g_ptr_array_index (self->records, i));

      n += state == EMO_TRAIN_RECORD_DONE || state == EMO_TRAIN_RECORD_SKIPPED;
    }

  return n;
}

/**
 * emo_train_pane_get_fraction:
 * @self: a pane
 * @n_stages: of the training
 *
 * The stages before count as much as the one that runs.
 *
 * Returns: how much of the training is done, -1 where that is not known
 */
double
emo_train_pane_get_fraction (EmoTrainPane *self,
                             guint         n_stages)
{
  double fraction;
  guint n_ended;

  g_return_val_if_fail (EMO_IS_TRAIN_PANE (self), -1);

  n_ended = count_ended (self);
  fraction = self->running != NULL ? emo_train_record_get_fraction (self->running) : -1;
  if (fraction < 0)
    return n_stages > 1 && n_ended > 0 ? (double) n_ended / n_stages : -1;
  if (emo_train_record_get_state (self->running) != EMO_TRAIN_RECORD_RUNNING)
    fraction = 0;

  return MIN ((n_ended + fraction) / MAX (n_stages, 1), 1);
}
