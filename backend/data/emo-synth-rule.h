/* emo-synth-rule.h: which label a scene has
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-label-set.h"
#include "emo-synth-tables.h"

G_BEGIN_DECLS

#define EMO_SYNTH_MAX_OBJECTS 4

/* The best label of a scene leads the next one by at least this, in thousandths:
 * a primary object beside the main one counts 600, the right palette 760 or 950. */
#define EMO_SYNTH_MARGIN 450

/* What of a scene counts. The first object is the main one. */
typedef struct
{
  guint n_objects;                             /* 1 to EMO_SYNTH_MAX_OBJECTS */
  guint objects[EMO_SYNTH_MAX_OBJECTS];        /* of emo_synth_objects */
  guint palette;
  guint texture;
  guint layout;
} EmoSynthParts;

/* The rule. Immutable, ref-counted atomically. */
typedef struct _EmoSynthRule EmoSynthRule;

/* Labels: Mikels' eight are the moods; "joy" is amusement or contentment,
 * "surprise" is awe or excitement, "positive" the four pleasant ones, "negative"
 * the others. @labels: any of them that share no mood. Errors: UNSUPPORTED. */
EmoSynthRule *emo_synth_rule_new         (EmoLabelSet         *labels,
                                          GError             **error);
EmoSynthRule *emo_synth_rule_ref         (EmoSynthRule        *self);
void          emo_synth_rule_unref       (EmoSynthRule        *self);
EmoLabelSet  *emo_synth_rule_get_labels  (EmoSynthRule        *self);
gboolean      emo_synth_rule_has_mood    (EmoSynthRule        *self,
                                          guint                label,
                                          EmoMood              mood);
/* Thousandths, one a label. */
void          emo_synth_rule_score       (EmoSynthRule        *self,
                                          const EmoSynthParts *parts,
                                          int                 *scores);   /* (out) [labels] */
/* The best label; @lead: of it over the next. */
guint         emo_synth_rule_judge       (EmoSynthRule        *self,
                                          const EmoSynthParts *parts,
                                          int                 *lead);
/* What one part adds to a label's score; @place: of an object, 0 the main one. */
int           emo_synth_rule_weigh       (EmoSynthRule        *self,
                                          guint                label,
                                          EmoTrait             trait,
                                          guint                index,
                                          guint                place);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoSynthRule, emo_synth_rule_unref)

G_END_DECLS
