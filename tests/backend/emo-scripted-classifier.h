/* emo-scripted-classifier.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-classifier.h"

G_BEGIN_DECLS

/* An EmoClassifier whose answers are known beforehand, for tests of sessions and
 * views. It knows a picture by its size alone: the VLM and the gate name label
 * width % n, the distilled head names label height % n; the winner has
 * probability 0.6. Settings may change from any thread. */
#define EMO_TYPE_SCRIPTED_CLASSIFIER (emo_scripted_classifier_get_type ())
G_DECLARE_FINAL_TYPE (EmoScriptedClassifier, emo_scripted_classifier, EMO, SCRIPTED_CLASSIFIER, GObject)

/* @name: of the model. Labels are Mikels' eight. */
EmoScriptedClassifier *emo_scripted_classifier_new             (const char            *name);
/* Milliseconds before each stage and each word of the explanation; cancelled at
 * once. */
void                   emo_scripted_classifier_set_delay       (EmoScriptedClassifier *self,
                                                                guint                  ms);
/* Pictures of this width fail in classify, with EMO_ERROR_OUT_OF_MEMORY. */
void                   emo_scripted_classifier_fail_width      (EmoScriptedClassifier *self,
                                                                int                    width);
/* Pictures of this width get NaN for the answer of @stage, and nothing for what
 * depends on it. */
void                   emo_scripted_classifier_break_width     (EmoScriptedClassifier *self,
                                                                int                    width,
                                                                EmoStage               stage);
/* In the middle of the picture of this width the model moves to "elsewhere". */
void                   emo_scripted_classifier_move_at_width   (EmoScriptedClassifier *self,
                                                                int                    width);
/* The winner's explanation is "@text for <label>". */
void                   emo_scripted_classifier_set_explanation (EmoScriptedClassifier *self,
                                                                const char            *text);
/* No head and no gate: the VLM branch alone. */
void                   emo_scripted_classifier_set_vlm_alone   (EmoScriptedClassifier *self);
void                   emo_scripted_classifier_set_in_domain   (EmoScriptedClassifier *self,
                                                                EmoDomainVerdict       in_domain);
/* "13", "13e5" (explained for label 5), "e5" (explanation only), "h" (the head's
 * evidence), "v3" (the VLM's for label 3) ...: width, evidence and explanation of
 * each picture asked for, in order, separated by spaces. */
char                  *emo_scripted_classifier_dup_log         (EmoScriptedClassifier *self);

G_END_DECLS
