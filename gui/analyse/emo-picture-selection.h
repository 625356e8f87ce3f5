/* emo-picture-selection.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "emo-backend.h"

G_BEGIN_DECLS

/* Which pictures of a list are selected, and the one of them that is looked at.
 * Properties: "sample" (nullable, the one), "n-selected". */
#define EMO_TYPE_PICTURE_SELECTION (emo_picture_selection_get_type ())
G_DECLARE_FINAL_TYPE (EmoPictureSelection, emo_picture_selection, EMO, PICTURE_SELECTION, GObject)

EmoPictureSelection *emo_picture_selection_new            (GListModel          *shown);   /* of EmoSample */
GtkSelectionModel   *emo_picture_selection_get_model      (EmoPictureSelection *self);    /* for a view */
EmoSample           *emo_picture_selection_get_sample     (EmoPictureSelection *self);    /* (nullable) */
guint                emo_picture_selection_get_position   (EmoPictureSelection *self);
guint                emo_picture_selection_get_n_selected (EmoPictureSelection *self);
/* In the order of the list. */
GPtrArray           *emo_picture_selection_dup_selected   (EmoPictureSelection *self);    /* of EmoSample, owned */

/* Selects these and no others; the first that is shown is looked at. Gives its
 * place, GTK_INVALID_LIST_POSITION where none is shown. */
guint                emo_picture_selection_select         (EmoPictureSelection *self,
                                                           GPtrArray           *samples);
void                 emo_picture_selection_select_position (EmoPictureSelection *self,
                                                            guint                position);
void                 emo_picture_selection_clear          (EmoPictureSelection *self);

G_END_DECLS
