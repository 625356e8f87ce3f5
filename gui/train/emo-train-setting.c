/* emo-train-setting.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "emo-train-setting.h"

static const char * const losses[] = { "answer", "all", NULL };
static const char * const loss_names[] = { N_("The Answer"), N_("All Text"), NULL };
static const char * const networks[] = { "vit-base", "vit-tiny", "resnet-50", "resnet-tiny", "vgg-16", "vgg-tiny", NULL };
static const char * const kinds[] = { "concat-linear", "bilinear", "moe", "dynamic", "cross", NULL };
static const char * const inputs[] = { "probabilities", "one-hot", NULL };
static const char * const input_names[] = { N_("Probabilities"), N_("The Winner Alone"), NULL };

#define EPOCHS N_("Epochs"), N_("How often all pictures are learned from")
#define RATE N_("Learning Rate"), NULL
#define BATCH N_("Batch"), N_("Pictures a step")
#define DECAY N_("Weight Decay"), NULL

#define FIT(stage) \
  { stage, "epochs", EPOCHS, EMO_TRAIN_SETTING_COUNT, FALSE, 1, 100000, 1, 0, NULL, NULL }, \
  { stage, "lr", RATE, EMO_TRAIN_SETTING_RATE, FALSE, 0, 10, 0, 0, NULL, NULL }, \
  { stage, "batch", BATCH, EMO_TRAIN_SETTING_COUNT, FALSE, 1, 65536, 1, 0, NULL, NULL }, \
  { stage, "weight_decay", DECAY, EMO_TRAIN_SETTING_RATE, TRUE, 0, 10, 0, 0, NULL, NULL }, \
  { stage, "patience", N_("Patience"), N_("Epochs without a better one until it ends early; 0: never"), \
    EMO_TRAIN_SETTING_COUNT, TRUE, 0, 100000, 1, 0, NULL, NULL }

static const EmoTrainSetting settings[] = {
  FIT (EMO_TRAIN_VLM),
  { EMO_TRAIN_VLM, "full", N_("Train Every Weight"), N_("Instead of a small adapter; takes far more memory"),
    EMO_TRAIN_SETTING_SWITCH, TRUE, 0, 1, 1, 0, NULL, NULL },
  { EMO_TRAIN_VLM, "lora_rank", N_("LoRA Rank"), N_("Of the adapter"),
    EMO_TRAIN_SETTING_COUNT, TRUE, 1, 4096, 1, 0, NULL, NULL },
  { EMO_TRAIN_VLM, "loss_on", N_("Loss On"), NULL,
    EMO_TRAIN_SETTING_CHOICE, TRUE, 0, 0, 0, 0, losses, loss_names },
  { EMO_TRAIN_VLM, "checkpointing", N_("Save Memory"), N_("By gradient checkpointing; takes a third longer"),
    EMO_TRAIN_SETTING_SWITCH, TRUE, 0, 1, 1, 0, NULL, NULL },
  { EMO_TRAIN_TEACHER, "network", N_("Network"), NULL,
    EMO_TRAIN_SETTING_CHOICE, FALSE, 0, 0, 0, 0, networks, NULL },
  FIT (EMO_TRAIN_TEACHER),
  FIT (EMO_TRAIN_DISTILLED),
  { EMO_TRAIN_DISTILLED, "depth", N_("Depth"), N_("Hidden layers"),
    EMO_TRAIN_SETTING_COUNT, TRUE, 1, 5, 1, 0, NULL, NULL },
  { EMO_TRAIN_DISTILLED, "alpha", N_("Alpha"), N_("The teacher’s share in the loss"),
    EMO_TRAIN_SETTING_NUMBER, TRUE, 0, 1, 0.1, 2, NULL, NULL },
  { EMO_TRAIN_DISTILLED, "temperature", N_("Temperature"), N_("How much the teacher’s answer is softened"),
    EMO_TRAIN_SETTING_NUMBER, TRUE, 0.01, 100, 0.5, 2, NULL, NULL },
  { EMO_TRAIN_GATE, "kind", N_("Kind"), NULL,
    EMO_TRAIN_SETTING_CHOICE, FALSE, 0, 0, 0, 0, kinds, NULL },
  FIT (EMO_TRAIN_GATE),
  { EMO_TRAIN_GATE, "vlm_input", N_("VLM Input"), NULL,
    EMO_TRAIN_SETTING_CHOICE, TRUE, 0, 0, 0, 0, inputs, input_names },
};

/**
 * emo_train_setting_get_all:
 * @n: (out): how many
 *
 * Returns: (transfer none) (array length=n): the settings, stage by stage
 */
const EmoTrainSetting *
emo_train_setting_get_all (guint *n)
{
  g_return_val_if_fail (n != NULL, NULL);

  *n = G_N_ELEMENTS (settings);

  return settings;
}

/**
 * emo_train_setting_dup_default:
 * @self: a setting
 *
 * Returns: (transfer full): the recipe's value for it, without quotes
 */
char *
emo_train_setting_dup_default (const EmoTrainSetting *self)
{
  g_autoptr (EmoTrainRecipe) recipe = emo_train_recipe_new ();
  g_autofree char *text = emo_train_recipe_to_json (recipe);
  g_autoptr (EmoJson) json = emo_json_parse (text, strlen (text), "recipe", 0, NULL);
  const EmoJsonValue *stage, *value;

  g_return_val_if_fail (self != NULL && json != NULL, NULL);

  stage = emo_json_value_get_member (emo_json_get_root (json), emo_train_stage_id_get_name (self->stage));
  value = emo_json_value_get_member (stage, self->key);
  g_return_val_if_fail (value != NULL, NULL);

  switch (emo_json_value_get_type (value))
    {
    case EMO_JSON_STRING:
      return g_strdup (emo_json_value_get_string (value));
    case EMO_JSON_BOOL:
      return g_strdup (emo_json_value_get_bool (value) ? "true" : "false");
    case EMO_JSON_NUMBER:
    case EMO_JSON_NULL:
    case EMO_JSON_ARRAY:
    case EMO_JSON_OBJECT:
    default:
      {
        char buffer[G_ASCII_DTOSTR_BUF_SIZE];

        return g_strdup (g_ascii_formatd (buffer, sizeof buffer, "%.6g", emo_json_value_get_double (value)));
      }
    }
}

/**
 * emo_train_stage_title:
 * @stage: a stage's name, "vlm"
 *
 * Returns: what it is called on the screen
 */
const char *
emo_train_stage_title (const char *stage)
{
  static const char * const titles[EMO_TRAIN_N_STAGES] = {
    [EMO_TRAIN_VLM] = NC_("a stage of training", "VLM"),
    [EMO_TRAIN_TEACHER] = NC_("a stage of training", "Teacher"),
    [EMO_TRAIN_DISTILLED] = NC_("a stage of training", "Distilled Head"),
    [EMO_TRAIN_GATE] = NC_("a stage of training", "Gate"),
  };
  EmoTrainStageId id;

  g_return_val_if_fail (stage != NULL, "");

  return emo_train_stage_id_from_string (stage, &id) ? g_dpgettext2 (NULL, "a stage of training", titles[id]) : stage;
}
