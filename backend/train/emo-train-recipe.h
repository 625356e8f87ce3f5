/* emo-train-recipe.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-gate-kind.h"
#include "emo-json.h"
#include "emo-lr-schedule.h"
#include "emo-vlm-batch.h"

G_BEGIN_DECLS

/* Every setting of every stage of training. Begins with the published ones
 * (design.md section 5); a file or a command line changes some by name, and each
 * is checked against its range. Written beside what was trained, so that it can
 * be trained again. */

typedef struct
{
  double     lr;
  double     weight_decay;
  double     warmup;        /* share of the steps */
  EmoLrShape schedule;
  guint      epochs;
  guint      batch;         /* pictures a step */
  guint      patience;      /* epochs without a better one on val; 0: all are done */
} EmoFitRecipe;

typedef struct
{
  EmoFitRecipe fit;
  guint        accumulate;      /* batches an update */
  double       beta2;
  double       clip;            /* of the gradients' norm; 0: none */
  EmoLossOn    loss_on;
  gboolean     full;            /* every weight; FALSE: an adapter on the decoder */
  gboolean     checkpointing;
  guint        lora_rank;
  double       lora_alpha;
  double       lora_dropout;
  guint        tokens;          /* of a tokenizer made from the texts; --config alone */
  double       label_weight;    /* of the label's tokens in the loss, where others weigh 1 */
  double       word_factor;     /* of the loss on a description's words at the start; 0: none */
  double       word_share;      /* of the training until it has faded out */
} EmoVlmRecipe;

typedef struct
{
  EmoFitRecipe fit;
  char        *network;         /* a name, or a folder with weights */
  gboolean     decoupled;       /* AdamW; FALSE: Adam */
  gboolean     augment;         /* random crops and mirroring */
  double       min_share;       /* of a picture's area that a crop shows at least */
} EmoTeacherRecipe;

typedef struct
{
  EmoFitRecipe fit;
  guint        depth;
  double       alpha;           /* of the teacher's part of the loss */
  double       temperature;
  double       dropout;
  gboolean     standardise;
  guint        folds;           /* of cross-fitting; 0: the gate learns from the head's own pictures */
} EmoDistilledRecipe;

typedef struct
{
  EmoFitRecipe fit;
  EmoGateKind  kind;
  EmoVlmInput  vlm_input;
} EmoGateRecipe;

typedef struct
{
  guint64            seed;
  double             held_out;   /* share of train that stage vlm leaves to the gate */
  EmoVlmRecipe       vlm;
  EmoTeacherRecipe   teacher;
  EmoDistilledRecipe distilled;
  EmoGateRecipe      gate;
} EmoTrainRecipe;

typedef enum
{
  EMO_TRAIN_VLM,
  EMO_TRAIN_TEACHER,
  EMO_TRAIN_DISTILLED,
  EMO_TRAIN_GATE,
  EMO_TRAIN_N_STAGES
} EmoTrainStageId;

const char     *emo_train_stage_id_get_name     (EmoTrainStageId        stage);   /* "vlm" */
gboolean        emo_train_stage_id_from_string  (const char            *text,
                                                 EmoTrainStageId       *out);

EmoTrainRecipe *emo_train_recipe_new            (void);
void            emo_train_recipe_free           (EmoTrainRecipe        *self);
/* What the published code did where ours does better: one-hot VLM input, no
 * cross-fitting, nothing held out, loss on all, no warm-up. */
void            emo_train_recipe_make_published (EmoTrainRecipe        *self);
/* @section: a stage's name, or "" for what is common. INVALID_FILE in words:
 * no such setting, or the values that it takes. */
gboolean        emo_train_recipe_set            (EmoTrainRecipe        *self,
                                                 const char            *section,
                                                 const char            *key,
                                                 const char            *value,
                                                 GError               **error);
/* An object of settings and of stages with theirs; others stay as they are. */
gboolean        emo_train_recipe_read           (EmoTrainRecipe        *self,
                                                 const EmoJsonValue    *object,
                                                 GError               **error);
gboolean        emo_train_recipe_load           (EmoTrainRecipe        *self,
                                                 const char            *path,
                                                 GError               **error);
/* JSON of all settings, or of those that @stage hangs on. */
char           *emo_train_recipe_to_json        (const EmoTrainRecipe  *self);
char           *emo_train_recipe_stage_to_json  (const EmoTrainRecipe  *self,
                                                 EmoTrainStageId        stage);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoTrainRecipe, emo_train_recipe_free)

G_END_DECLS
