/* emo-history-bars.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-history-bars.h"

struct _EmoHistoryBars
{
  AdwBin        parent_instance;

  EmoRunStore  *store;
  GPtrArray    *unfinished;    /* (nullable) of EmoRunEntry, while they are offered */
  GCancellable *cancellable;

  GtkInfoBar   *unfinished_bar;
  GtkLabel     *unfinished_words;
  GtkInfoBar   *trouble_bar;
  GtkLabel     *trouble_words;
  GtkLabel     *trouble_detail;
};

enum
{
  SIGNAL_GO_ON,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (EmoHistoryBars, emo_history_bars, ADW_TYPE_BIN)

static guint signals[N_SIGNALS];

/* --- Pictures that were not finished --- */

static void
go_on_cb (EmoHistoryBars *self)
{
  gtk_info_bar_set_revealed (self->unfinished_bar, FALSE);
  if (self->unfinished != NULL)
    g_signal_emit (self, signals[SIGNAL_GO_ON], 0, self->unfinished);
}

static void
dismiss_cb (EmoHistoryBars *self)
{
  gtk_info_bar_set_revealed (self->unfinished_bar, FALSE);
  emo_history_bars_forget (self);
}

static void
unfinished_cb (GObject      *object,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (EmoHistoryBars) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries = emo_run_store_unfinished_finish (result, &error);
  g_autofree char *text = NULL;

  if (entries == NULL)
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        g_info ("%s", error->message);
      return;
    }
  if (entries->len == 0)
    return;

  text = g_strdup_printf (ngettext ("%u picture of the last session was not finished.",
                                    "%u pictures of the last session were not finished.", entries->len), entries->len);
  gtk_label_set_text (self->unfinished_words, text);
  self->unfinished = g_steal_pointer (&entries);
  gtk_info_bar_set_revealed (self->unfinished_bar, TRUE);
}

/* --- What is wrong with the file --- */

static const char *
get_trouble_words (EmoRunTrouble trouble)
{
  switch (trouble)
    {
    case EMO_RUN_TROUBLE_NEWER:
      return _("A newer version of EmoVLM wrote the history. The results of this session are not kept.");
    case EMO_RUN_TROUBLE_BROKEN:
      return _("The history was damaged. It is kept under another name, and a new one was begun.");
    case EMO_RUN_TROUBLE_NO_SPACE:
      return _("The disk is full. Results are written to the history as soon as there is room.");
    case EMO_RUN_TROUBLE_UNWRITABLE:
      return _("The history cannot be written. The results of this session are lost when it ends.");
    case EMO_RUN_TROUBLE_NONE:
    default:
      return "";
    }
}

static void
trouble_cb (EmoHistoryBars *self)
{
  EmoRunTrouble trouble = emo_run_store_get_trouble (self->store);
  const char *detail = emo_run_store_get_trouble_detail (self->store);

  if (trouble != EMO_RUN_TROUBLE_NONE)
    {
      g_autofree char *shown = detail != NULL ? emo_file_escape_name (detail) : NULL;

      gtk_label_set_text (self->trouble_words, get_trouble_words (trouble));
      gtk_label_set_text (self->trouble_detail, shown != NULL ? shown : "");
      gtk_widget_set_visible (GTK_WIDGET (self->trouble_detail), shown != NULL);
    }
  gtk_info_bar_set_revealed (self->trouble_bar, trouble != EMO_RUN_TROUBLE_NONE);
}

static void
close_cb (EmoHistoryBars *self)
{
  gtk_info_bar_set_revealed (self->trouble_bar, FALSE);
}

/* --- The widget --- */

static void
emo_history_bars_dispose (GObject *object)
{
  EmoHistoryBars *self = EMO_HISTORY_BARS (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->unfinished, g_ptr_array_unref);
  g_clear_object (&self->store);
  /* dispose_template unparents bound children, of which AdwBin keeps a pointer. */
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), EMO_TYPE_HISTORY_BARS);

  G_OBJECT_CLASS (emo_history_bars_parent_class)->dispose (object);
}

static void
emo_history_bars_class_init (EmoHistoryBarsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = emo_history_bars_dispose;

  /**
   * EmoHistoryBars::go-on:
   * @self: the bars
   * @entries: (element-type EmoRunEntry): pictures without a result
   *
   * Emitted where the person wants them looked at.
   */
  signals[SIGNAL_GO_ON] =
    g_signal_new ("go-on", EMO_TYPE_HISTORY_BARS, G_SIGNAL_RUN_LAST, 0,
                  NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_PTR_ARRAY);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/emovlm/EmoVLM/analyse/emo-history-bars.ui");
  gtk_widget_class_bind_template_child (widget_class, EmoHistoryBars, unfinished_bar);
  gtk_widget_class_bind_template_child (widget_class, EmoHistoryBars, unfinished_words);
  gtk_widget_class_bind_template_child (widget_class, EmoHistoryBars, trouble_bar);
  gtk_widget_class_bind_template_child (widget_class, EmoHistoryBars, trouble_words);
  gtk_widget_class_bind_template_child (widget_class, EmoHistoryBars, trouble_detail);
  gtk_widget_class_bind_template_callback (widget_class, go_on_cb);
  gtk_widget_class_bind_template_callback (widget_class, dismiss_cb);
  gtk_widget_class_bind_template_callback (widget_class, close_cb);
}

static void
emo_history_bars_init (EmoHistoryBars *self)
{
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * emo_history_bars_set_store:
 * @self: bars
 * @store: what to tell of; set once
 */
void
emo_history_bars_set_store (EmoHistoryBars *self,
                            EmoRunStore    *store)
{
  g_return_if_fail (EMO_IS_HISTORY_BARS (self));
  g_return_if_fail (EMO_IS_RUN_STORE (store));
  g_return_if_fail (self->store == NULL);

  self->store = g_object_ref (store);
  g_signal_connect_object (store, "notify::trouble", G_CALLBACK (trouble_cb), self, G_CONNECT_SWAPPED);
  trouble_cb (self);
  emo_run_store_unfinished_async (store, self->cancellable, unfinished_cb, g_object_ref (self));
}

/**
 * emo_history_bars_forget:
 * @self: bars
 *
 * Takes the pictures that were offered out of the store. Whoever goes on with
 * them has written rows of its own before: a crash in between costs nothing, and
 * the same picture is listed once.
 */
void
emo_history_bars_forget (EmoHistoryBars *self)
{
  g_autoptr (GPtrArray) entries = NULL;

  g_return_if_fail (EMO_IS_HISTORY_BARS (self));

  entries = g_steal_pointer (&self->unfinished);
  for (guint i = 0; entries != NULL && i < entries->len; i++)
    {
      EmoRunEntry *entry = g_ptr_array_index (entries, i);

      emo_run_store_forget (self->store, entry->run, entry->number);
    }
}
