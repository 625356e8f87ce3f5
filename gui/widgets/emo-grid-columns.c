/* emo-grid-columns.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-grid-columns.h"

#define KEY "emo-grid-columns"

/* Belongs to the grid. */
typedef struct
{
  GtkGridView  *grid;
  GSignalGroup *adjustment;
  int           column_width;
  guint         most;
  guint         idle_id;
} Columns;

static void
columns_free (gpointer data)
{
  Columns *self = data;

  g_clear_handle_id (&self->idle_id, g_source_remove);
  g_clear_object (&self->adjustment);
  g_free (self);
}

static gboolean
idle_cb (gpointer user_data)
{
  Columns *self = user_data;
  GtkAdjustment *adjustment = gtk_scrollable_get_hadjustment (GTK_SCROLLABLE (self->grid));
  guint least = gtk_grid_view_get_min_columns (self->grid);
  guint n = adjustment != NULL ? (guint) gtk_adjustment_get_page_size (adjustment) / self->column_width : 0;

  self->idle_id = 0;
  gtk_grid_view_set_max_columns (self->grid, CLAMP (n, least, self->most));

  return G_SOURCE_REMOVE;
}

/* The width is news while sizes are given out, when a grid's are not to change. */
static void
width_cb (Columns *self)
{
  if (self->idle_id == 0)
    self->idle_id = g_idle_add_full (G_PRIORITY_DEFAULT, idle_cb, self, NULL);
}

/**
 * emo_grid_columns_add:
 * @grid: a grid that scrolls
 * @column_width: of the narrowest column, with what is around its cells
 * @most: columns, however wide the grid
 *
 * To be called once for a grid; its least number of columns stays what it is.
 */
void
emo_grid_columns_add (GtkGridView *grid,
                      int          column_width,
                      guint        most)
{
  Columns *self;

  g_return_if_fail (GTK_IS_GRID_VIEW (grid));
  g_return_if_fail (column_width > 0);
  g_return_if_fail (most >= gtk_grid_view_get_min_columns (grid));

  self = g_new0 (Columns, 1);
  self->grid = grid;
  self->column_width = column_width;
  self->most = most;
  self->adjustment = g_signal_group_new (GTK_TYPE_ADJUSTMENT);
  g_signal_group_connect_swapped (self->adjustment, "notify::page-size", G_CALLBACK (width_cb), self);
  g_object_bind_property (grid, "hadjustment", self->adjustment, "target", G_BINDING_SYNC_CREATE);
  g_object_set_data_full (G_OBJECT (grid), KEY, self, columns_free);
  width_cb (self);
}
