/* emo-history-row.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include <glib/gi18n.h>

#include "emo-emotion-name.h"
#include "emo-history-pane.h"
#include "emo-history-row.h"
#include "emo-history-words.h"
#include "emo-thumbnail.h"

struct _EmoHistoryRow
{
  AdwBin          parent_instance;

  EmoHistoryItem *item;         /* (nullable) */

  GtkWidget      *head;
  GtkLabel       *day;
  GtkLabel       *model;
  GtkWidget      *delete_button;
  GtkWidget      *result;
  EmoThumbnail   *thumbnail;
  GtkLabel       *name;
  GtkLabel       *answer;
  GtkLabel       *percent;
  GtkWidget      *flag;
  GtkWidget      *disagree;
  GtkLabel       *clock;
};

enum
{
  PROP_0,
  PROP_ITEM,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (EmoHistoryRow, emo_history_row, ADW_TYPE_BIN)

static GParamSpec *properties[N_PROPS];

/* The marks beside the answer, in words. */
static char *
dup_description (EmoRunEntry *entry)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) words = NULL;

  if (entry->flagged)
    g_strv_builder_add (builder, _("Flagged"));
  if (entry->disagrees)
    g_strv_builder_add (builder, _("VLM and distilled disagree"));
  if (entry->note != NULL)
    g_strv_builder_add (builder, entry->note);
  words = g_strv_builder_end (builder);

  return g_strjoinv (C_("between marks of a picture", ", "), words);
}

static char *
dup_label (EmoHistoryRow *self)
{
  EmoRunEntry *entry = emo_history_item_get_entry (self->item);
  g_autofree char *answer = NULL;

  if (emo_history_item_get_is_head (self->item))
    return g_strdup_printf (C_("results of a day: day, model", "%s, %s"),
                            gtk_label_get_text (self->day), gtk_label_get_text (self->model));

  answer = emo_history_words_dup_answer (entry);

  return g_strdup_printf (C_("a result in the history: name, answer, time", "%s, %s, %s"),
                          gtk_label_get_text (self->name), answer, gtk_label_get_text (self->clock));
}

/* The list wraps each row in a widget of its own, which is what a screen reader
 * lands on and which is nameless unless told. */
static void
update_accessible (EmoHistoryRow *self)
{
  GtkWidget *line = gtk_widget_get_parent (GTK_WIDGET (self));
  g_autofree char *label = NULL;
  g_autofree char *description = NULL;

  if (line == NULL || self->item == NULL)
    return;

  label = dup_label (self);
  description = emo_history_item_get_is_head (self->item) ? g_strdup ("")
                                                          : dup_description (emo_history_item_get_entry (self->item));
  gtk_accessible_update_property (GTK_ACCESSIBLE (line),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, description,
                                  -1);
}

static void
update_head (EmoHistoryRow *self)
{
  g_autofree char *day = emo_history_words_dup_day (self->item);
  g_autofree char *model = emo_history_words_dup_model (emo_history_item_get_entry (self->item));
  g_autofree char *what = NULL;

  /* Translators: a day, the name of a model */
  what = g_strdup_printf (_("Delete the Results of %s, %s"), day, model);
  gtk_label_set_text (self->day, day);
  gtk_label_set_text (self->model, model);
  gtk_widget_set_tooltip_text (self->delete_button, what);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->delete_button), GTK_ACCESSIBLE_PROPERTY_LABEL, what, -1);
}

/* The label keeps its start, the number all of itself. */
static void
update_answer (EmoHistoryRow *self,
               EmoRunEntry   *entry)
{
  gboolean failed = entry->state == EMO_RUN_ENTRY_FAILED;
  gboolean answered = !failed && entry->label != NULL && !isnan (entry->probability);
  g_autofree char *answer = emo_history_words_dup_answer (entry);
  g_autofree char *percent = answered ? emo_percent_to_string (entry->probability) : g_strdup ("");

  gtk_label_set_text (self->answer, answered ? emo_emotion_name (entry->label) : answer);
  gtk_label_set_text (self->percent, percent);
  gtk_widget_set_visible (GTK_WIDGET (self->percent), answered);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->answer), failed ? answer : NULL);
  gtk_widget_set_css_classes (GTK_WIDGET (self->answer),
                              (const char *[]) { "caption-heading", answered ? "emotion" : failed ? "error" : "dim-label", NULL });
}

static void
update_result (EmoHistoryRow *self)
{
  EmoRunEntry *entry = emo_history_item_get_entry (self->item);
  g_autofree char *name = emo_history_words_dup_name (entry);
  g_autofree char *clock = emo_history_words_dup_clock (entry);

  gtk_label_set_text (self->name, name);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->name), name);
  gtk_label_set_text (self->clock, clock);
  update_answer (self, entry);
  gtk_widget_set_visible (self->flag, entry->flagged);
  gtk_widget_set_visible (self->disagree, entry->disagrees && entry->state == EMO_RUN_ENTRY_DONE);
}

static void
update (EmoHistoryRow *self)
{
  gboolean head = self->item != NULL && emo_history_item_get_is_head (self->item);
  gboolean result = self->item != NULL && !head;

  gtk_widget_set_visible (self->head, head);
  gtk_widget_set_visible (self->result, result);
  emo_thumbnail_set_sample (self->thumbnail, result ? emo_history_item_get_picture (self->item) : NULL);
  if (head)
    update_head (self);
  if (result)
    update_result (self);
  update_accessible (self);
}

static void
delete_cb (EmoHistoryRow *self)
{
  GtkWidget *pane = gtk_widget_get_ancestor (GTK_WIDGET (self), EMO_TYPE_HISTORY_PANE);

  if (pane != NULL && self->item != NULL)
    emo_history_pane_delete (EMO_HISTORY_PANE (pane), self->item);
}

static void
emo_history_row_root (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (emo_history_row_parent_class)->root (widget);

  update_accessible (EMO_HISTORY_ROW (widget));
}

static void
emo_history_row_dispose (GObject *object)
{
  EmoHistoryRow *self = EMO_HISTORY_ROW (object);

  if (self->item != NULL)
    g_signal_handlers_disconnect_by_data (self->item, self);
  g_clear_object (&self->item);
  /* dispose_template unparents bound children, of which AdwBin keeps a pointer. */
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), EMO_TYPE_HISTORY_ROW);

  G_OBJECT_CLASS (emo_history_row_parent_class)->dispose (object);
}

static void
emo_history_row_get_property (GObject    *object,
                              guint       prop_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  EmoHistoryRow *self = EMO_HISTORY_ROW (object);

  switch (prop_id)
    {
    case PROP_ITEM:
      g_value_set_object (value, self->item);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_history_row_set_property (GObject      *object,
                              guint         prop_id,
                              const GValue *value,
                              GParamSpec   *pspec)
{
  EmoHistoryRow *self = EMO_HISTORY_ROW (object);

  switch (prop_id)
    {
    case PROP_ITEM:
      emo_history_row_set_item (self, g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_history_row_class_init (EmoHistoryRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = emo_history_row_dispose;
  object_class->get_property = emo_history_row_get_property;
  object_class->set_property = emo_history_row_set_property;

  widget_class->root = emo_history_row_root;

  properties[PROP_ITEM] =
    g_param_spec_object ("item", NULL, NULL,
                         EMO_TYPE_HISTORY_ITEM,
                         G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  g_type_ensure (EMO_TYPE_THUMBNAIL);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/emovlm/EmoVLM/analyse/emo-history-row.ui");
  gtk_widget_class_bind_template_child (widget_class, EmoHistoryRow, head);
  gtk_widget_class_bind_template_child (widget_class, EmoHistoryRow, day);
  gtk_widget_class_bind_template_child (widget_class, EmoHistoryRow, model);
  gtk_widget_class_bind_template_child (widget_class, EmoHistoryRow, delete_button);
  gtk_widget_class_bind_template_child (widget_class, EmoHistoryRow, result);
  gtk_widget_class_bind_template_child (widget_class, EmoHistoryRow, thumbnail);
  gtk_widget_class_bind_template_child (widget_class, EmoHistoryRow, name);
  gtk_widget_class_bind_template_child (widget_class, EmoHistoryRow, answer);
  gtk_widget_class_bind_template_child (widget_class, EmoHistoryRow, percent);
  gtk_widget_class_bind_template_child (widget_class, EmoHistoryRow, flag);
  gtk_widget_class_bind_template_child (widget_class, EmoHistoryRow, disagree);
  gtk_widget_class_bind_template_child (widget_class, EmoHistoryRow, clock);
  gtk_widget_class_bind_template_callback (widget_class, delete_cb);
}

static void
emo_history_row_init (EmoHistoryRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * emo_history_row_get_item:
 * @self: a row
 *
 * Returns: (transfer none) (nullable): the line it shows
 */
EmoHistoryItem *
emo_history_row_get_item (EmoHistoryRow *self)
{
  g_return_val_if_fail (EMO_IS_HISTORY_ROW (self), NULL);

  return self->item;
}

/**
 * emo_history_row_set_item:
 * @self: a row
 * @item: (nullable): the line to show and follow
 */
void
emo_history_row_set_item (EmoHistoryRow  *self,
                          EmoHistoryItem *item)
{
  g_return_if_fail (EMO_IS_HISTORY_ROW (self));

  if (self->item == item)
    return;

  if (self->item != NULL)
    g_signal_handlers_disconnect_by_data (self->item, self);
  g_set_object (&self->item, item);
  if (item != NULL)
    g_signal_connect_object (item, "notify::entry", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ITEM]);
}
