/* emo-synth-words.h: what a scene shows and why it evokes what it does
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-synth-scene.h"

G_BEGIN_DECLS

/* "The image shows a clown and a balloon on a bright yellow background with
 * falling streaks." */
char *emo_synth_dup_observation (const EmoSynthScene *scene);
/* At most three parts that speak for the label, the strongest first, and what
 * they do. @named: "The clown and the bright yellow tones evoke amusement.";
 * else the label is not named: "... bring a smile." */
char *emo_synth_dup_reason      (const EmoSynthScene *scene,
                                 EmoSynthRule        *rule,
                                 gboolean             named);
/* "1. <observation> 2. <reason>", as an annotating model replies
 * (emo-annotation-reply.h); the label is not named. */
char *emo_synth_dup_reply       (const EmoSynthScene *scene,
                                 EmoSynthRule        *rule);

G_END_DECLS
