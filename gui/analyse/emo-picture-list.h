/* emo-picture-list.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-backend.h"

G_BEGIN_DECLS

/* Which pictures of a session are shown, in which order, and how their answers
 * are distributed. Widgets come after it; it draws nothing. */
typedef enum
{
  EMO_PICTURE_SHOW_ALL,
  EMO_PICTURE_SHOW_DISAGREE,
  EMO_PICTURE_SHOW_LOW_MARGIN,
  EMO_PICTURE_SHOW_OUT_OF_DOMAIN,
  EMO_PICTURE_SHOW_FAILED,
  EMO_PICTURE_SHOW_FLAGGED,
} EmoPictureShow;

typedef enum
{
  EMO_PICTURE_SORT_ADDED,
  EMO_PICTURE_SORT_NAME,
  EMO_PICTURE_SORT_LABEL,          /* in the model's order, the surest first */
  EMO_PICTURE_SORT_MARGIN,         /* the least sure first */
  EMO_PICTURE_SORT_DISAGREEMENT,   /* the furthest apart first */
} EmoPictureSort;

/* A margin below this is low: winner and runner-up are 20 points apart. */
#define EMO_PICTURE_LOW_MARGIN 0.2

#define EMO_TYPE_PICTURE_SHOW (emo_picture_show_get_type ())
#define EMO_TYPE_PICTURE_SORT (emo_picture_sort_get_type ())
GType emo_picture_show_get_type (void);
GType emo_picture_sort_get_type (void);

/* Properties: "show", "label" (nullable, the model's word), "search" (of names),
 * "sort", "reversed", and "filtered" (read only: not all may be shown).
 * Signal: "counted" after the counts have changed. */
#define EMO_TYPE_PICTURE_LIST (emo_picture_list_get_type ())
G_DECLARE_FINAL_TYPE (EmoPictureList, emo_picture_list, EMO, PICTURE_LIST, GObject)

/* How many pictures have a label as their answer. */
typedef struct
{
  const char *label;
  guint       n;
} EmoLabelCount;

EmoPictureList *emo_picture_list_new          (EmoSession     *session);
GListModel     *emo_picture_list_get_shown    (EmoPictureList *self);   /* of EmoSample, filtered and sorted */
gboolean        emo_picture_list_get_filtered (EmoPictureList *self);
/* Shows all of them again; the order stays. */
void            emo_picture_list_show_all     (EmoPictureList *self);
/* Something that may matter to filter, order or counts has changed. What follows
 * from it comes soon, and at most twice a second however often this is called. */
void            emo_picture_list_touch        (EmoPictureList *self);
/* The labels of the pictures that "show" and "search" let through, in the order
 * of their model; until the next "counted". */
const EmoLabelCount *emo_picture_list_get_counts (EmoPictureList *self,
                                                  guint          *n_labels);

/* The answer that speaks for the picture; NULL before there is one. */
const char     *emo_picture_list_get_answer   (EmoSample      *sample);

G_END_DECLS
