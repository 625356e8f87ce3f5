/* emo-figure-answer.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-update.h"

G_BEGIN_DECLS

/* What a figure shows: the answers for one picture and every word on it, in the
 * language of whoever made it; this room has no words of its own. Immutable once
 * shared, boxed, atomically ref-counted, so that a figure can be drawn on any
 * thread. Strings are owned; where one is NULL its line is left out. */
#define EMO_TYPE_FIGURE_ANSWER (emo_figure_answer_get_type ())

typedef struct _EmoFigureAnswer EmoFigureAnswer;

/* What the gated logits add up from. */
typedef enum
{
  EMO_FIGURE_PART_VLM,
  EMO_FIGURE_PART_DISTILLED,
  EMO_FIGURE_PART_REST,
} EmoFigurePart;
#define EMO_FIGURE_N_PARTS 3

/* How numbers are written; called on the thread that draws. */
typedef char *(*EmoFigureFormat) (double value);

typedef struct
{
  char   *name;
  int     emotion;                             /* emo_emotion_get_wheel_place() of it, -1: none */
  double  probability[EMO_N_BRANCHES];         /* NaN: no answer */
  double  contribution[EMO_FIGURE_N_PARTS];    /* logits; not yet centred over the labels */
} EmoFigureLabel;

struct _EmoFigureAnswer
{
  /*< private >*/
  gatomicrefcount  ref_count;

  /*< public; read-only once shared >*/
  char            *title;             /* the answer in a word */
  char            *title_value;       /* and its probability */
  char            *picture_name;
  char           **remarks;           /* (nullable) sentences below the title */
  char            *notice;            /* heads a warning; none without it */
  char            *notice_reason;

  EmoFigureLabel  *labels;            /* [n_labels], in the order to be shown */
  guint            n_labels;
  int              winner;            /* into labels, -1: none */
  gboolean         trained[EMO_N_BRANCHES];
  char            *branch_names[EMO_N_BRANCHES];   /* "VLM"; "Distilled: not trained" */
  EmoBranch        final_branch;      /* the one that the wheel shows */
  gboolean         out_of_domain;     /* bars are hatched */
  gboolean         has_contributions;
  char            *part_names[EMO_FIGURE_N_PARTS];
  char            *no_answer;         /* in the place of a bar */
  char            *others;            /* labels that are left out, in words */

  char            *bars_heading;
  char            *contributions_heading;
  char            *contributions_words;
  char            *wheel_heading;
  char            *explanation_heading;
  char            *explanation;
  char            *explanation_source;
  char           **details;           /* (nullable) small lines at the end: the model, its hash */

  EmoFigureFormat  percent;           /* of a fraction, 0 to 1 */
  EmoFigureFormat  whole_percent;     /* the same for the ticks of an axis */
  EmoFigureFormat  logits;            /* with a sign */
};

GType            emo_figure_answer_get_type (void);
EmoFigureAnswer *emo_figure_answer_new      (guint            n_labels);
EmoFigureAnswer *emo_figure_answer_ref      (EmoFigureAnswer *self);
void             emo_figure_answer_unref    (EmoFigureAnswer *self);
/* Each of Mikels' eight once: what a wheel can be drawn of. */
gboolean         emo_figure_answer_is_wheel (EmoFigureAnswer *self);
/* All numbers in words, a line a label. */
char            *emo_figure_answer_describe (EmoFigureAnswer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoFigureAnswer, emo_figure_answer_unref)

G_END_DECLS
