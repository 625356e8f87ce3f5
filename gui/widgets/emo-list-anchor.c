/* emo-list-anchor.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-list-anchor.h"

#define KEY "emo-list-anchor"

/* A list of GTK keeps one row where it is on the screen, as a part of the page's
 * height, and makes rows only around that one. Where a row gets the focus or is
 * scrolled to before the list has a height, GTK 4.8 divides by zero: the part is
 * no number, the list stays at its start for good, and once that row is far from
 * the start, nothing is drawn there. So a list that gets a height is told anew
 * where to be. */

/* Belongs to the list. */
typedef struct
{
  GtkWidget    *list;
  GSignalGroup *adjustment;
  gboolean      has_page;
  guint         idle_id;
} Anchor;

static void
anchor_free (gpointer data)
{
  Anchor *self = data;

  g_clear_handle_id (&self->idle_id, g_source_remove);
  g_clear_object (&self->adjustment);
  g_free (self);
}

static gboolean
idle_cb (gpointer user_data)
{
  Anchor *self = user_data;
  g_autoptr (GtkSelectionModel) model = NULL;
  g_autoptr (GtkBitset) selected = NULL;
  guint position;

  self->idle_id = 0;
  g_object_get (self->list, "model", &model, NULL);
  if (model == NULL || g_list_model_get_n_items (G_LIST_MODEL (model)) == 0)
    return G_SOURCE_REMOVE;

  selected = gtk_selection_model_get_selection (model);
  position = gtk_bitset_is_empty (selected) ? 0 : gtk_bitset_get_minimum (selected);
  gtk_widget_activate_action (self->list, "list.scroll-to-item", "u", position);

  return G_SOURCE_REMOVE;
}

/* The height is news while sizes are given out, when a list's rows are not to change. */
static void
page_cb (Anchor        *self,
         GParamSpec    *pspec,
         GtkAdjustment *adjustment)
{
  gboolean has_page = gtk_adjustment_get_page_size (adjustment) > 0;

  if (has_page && !self->has_page && self->idle_id == 0)
    self->idle_id = g_idle_add_full (G_PRIORITY_DEFAULT, idle_cb, self, NULL);
  self->has_page = has_page;
}

/**
 * emo_list_anchor_add:
 * @list: a list of GTK that scrolls
 *
 * Lets a list show its selected row, or its start, whenever it gets a height. To
 * be called once for a list.
 */
void
emo_list_anchor_add (GtkWidget *list)
{
  Anchor *self;

  g_return_if_fail (GTK_IS_LIST_BASE (list));

  self = g_new0 (Anchor, 1);
  self->list = list;
  self->adjustment = g_signal_group_new (GTK_TYPE_ADJUSTMENT);
  g_signal_group_connect_swapped (self->adjustment, "notify::page-size", G_CALLBACK (page_cb), self);
  g_object_bind_property (list, "vadjustment", self->adjustment, "target", G_BINDING_SYNC_CREATE);
  g_object_set_data_full (G_OBJECT (list), KEY, self, anchor_free);
}
