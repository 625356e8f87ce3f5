/* emo-train-recipe.c: every setting of every stage of training
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>
#include <string.h>

#include "emo-augment.h"
#include "emo-error.h"
#include "emo-file.h"
#include "emo-train-recipe.h"

typedef enum
{
  SETTING_NUMBER,   /* double */
  SETTING_COUNT,    /* guint */
  SETTING_SEED,     /* guint64 */
  SETTING_SWITCH,   /* gboolean */
  SETTING_CHOICE,   /* an enum: the place in its names */
  SETTING_TEXT,     /* char * */
} SettingType;

typedef struct
{
  const char         *section;
  const char         *key;
  SettingType         type;
  gsize               offset;
  double              low;
  double              high;
  const char * const *names;   /* of a choice */
} Setting;

static const char * const shapes[] = { "constant", "cosine", "linear", NULL };
static const char * const losses[] = { "answer", "all", NULL };
static const char * const kinds[] = { "concat-linear", "bilinear", "moe", "dynamic", "cross", NULL };
static const char * const inputs[] = { "probabilities", "one-hot", NULL };

#define AT(field) G_STRUCT_OFFSET (EmoTrainRecipe, field)
#define NUMBER(section, key, field, low, high) { section, key, SETTING_NUMBER, AT (field), low, high, NULL }
#define COUNT(section, key, field, low, high) { section, key, SETTING_COUNT, AT (field), low, high, NULL }
#define SWITCH(section, key, field) { section, key, SETTING_SWITCH, AT (field), 0, 1, NULL }
#define CHOICE(section, key, field, names) { section, key, SETTING_CHOICE, AT (field), 0, 0, names }
#define FIT(stage) \
  NUMBER (#stage, "lr", stage.fit.lr, 0, 10), \
  NUMBER (#stage, "weight_decay", stage.fit.weight_decay, 0, 10), \
  NUMBER (#stage, "warmup", stage.fit.warmup, 0, 1), \
  CHOICE (#stage, "schedule", stage.fit.schedule, shapes), \
  COUNT (#stage, "epochs", stage.fit.epochs, 1, 100000), \
  COUNT (#stage, "batch", stage.fit.batch, 1, 65536), \
  COUNT (#stage, "patience", stage.fit.patience, 0, 100000)

static const Setting settings[] = {
  { "", "seed", SETTING_SEED, AT (seed), 0, 0, NULL },
  NUMBER ("", "held_out", held_out, 0, 0.9),
  FIT (vlm),
  COUNT ("vlm", "accumulate", vlm.accumulate, 1, 65536),
  /* At 1 the second moment stays nothing, and every step is endless. */
  NUMBER ("vlm", "beta2", vlm.beta2, 0, 0.999999),
  NUMBER ("vlm", "clip", vlm.clip, 0, 1e6),
  CHOICE ("vlm", "loss_on", vlm.loss_on, losses),
  SWITCH ("vlm", "full", vlm.full),
  SWITCH ("vlm", "checkpointing", vlm.checkpointing),
  COUNT ("vlm", "lora_rank", vlm.lora_rank, 1, 4096),
  NUMBER ("vlm", "lora_alpha", vlm.lora_alpha, 0, 1e6),
  NUMBER ("vlm", "lora_dropout", vlm.lora_dropout, 0, 0.99),
  COUNT ("vlm", "tokens", vlm.tokens, 256, 200000),
  NUMBER ("vlm", "label_weight", vlm.label_weight, 0.001, 1000),
  NUMBER ("vlm", "word_factor", vlm.word_factor, 0, 1000),
  NUMBER ("vlm", "word_share", vlm.word_share, 0, 1),
  FIT (teacher),
  { "teacher", "network", SETTING_TEXT, AT (teacher.network), 0, 0, NULL },
  SWITCH ("teacher", "decoupled", teacher.decoupled),
  SWITCH ("teacher", "augment", teacher.augment),
  NUMBER ("teacher", "min_share", teacher.min_share, 0.01, 1),
  FIT (distilled),
  COUNT ("distilled", "depth", distilled.depth, 1, 5),
  NUMBER ("distilled", "alpha", distilled.alpha, 0, 1),
  NUMBER ("distilled", "temperature", distilled.temperature, 0.01, 100),
  NUMBER ("distilled", "dropout", distilled.dropout, 0, 0.99),
  SWITCH ("distilled", "standardise", distilled.standardise),
  COUNT ("distilled", "folds", distilled.folds, 0, 100),
  FIT (gate),
  CHOICE ("gate", "kind", gate.kind, kinds),
  CHOICE ("gate", "vlm_input", gate.vlm_input, inputs),
};

static const char * const stage_names[EMO_TRAIN_N_STAGES] = { "vlm", "teacher", "distilled", "gate" };

const char *
emo_train_stage_id_get_name (EmoTrainStageId stage)
{
  return stage_names[stage];
}

gboolean
emo_train_stage_id_from_string (const char      *text,
                                EmoTrainStageId *out)
{
  for (guint i = 0; i < EMO_TRAIN_N_STAGES; i++)
    if (g_str_equal (stage_names[i], text))
      {
        *out = i;
        return TRUE;
      }

  return FALSE;
}

/**
 * emo_train_recipe_new:
 *
 * Returns: (transfer full): the published settings, but for what the published
 *   code gets wrong (design.md section 9)
 */
EmoTrainRecipe *
emo_train_recipe_new (void)
{
  EmoTrainRecipe *self = g_new0 (EmoTrainRecipe, 1);

  self->held_out = 0.15;
  self->vlm = (EmoVlmRecipe) {
    .fit = { 1e-4, 0, 0.03, EMO_LR_CONSTANT, 5, 1, 2 }, .accumulate = 1, .beta2 = 0.999, .clip = 0.3,
    .loss_on = EMO_LOSS_ON_ANSWER, .lora_rank = 8, .lora_alpha = 8, .lora_dropout = 0.05, .tokens = 1000,
    .label_weight = 1, .word_share = 0.5,
  };
  self->teacher = (EmoTeacherRecipe) {
    .fit = { 3e-5, 1e-5, 0, EMO_LR_CONSTANT, 10, 10, 3 }, .network = g_strdup ("vit-base"), .augment = TRUE, .min_share = EMO_AUGMENT_MIN_SHARE,
  };
  self->distilled = (EmoDistilledRecipe) {
    .fit = { 1e-5, 1e-4, 0, EMO_LR_CONSTANT, 5, 64, 0 }, .depth = 1, .alpha = 0.5, .temperature = 2, .dropout = 0.1, .folds = 5,
  };
  self->gate = (EmoGateRecipe) {
    .fit = { 1e-4, 1e-4, 0, EMO_LR_CONSTANT, 10, 64, 0 }, .kind = EMO_GATE_KIND_CONCAT_LINEAR,
    .vlm_input = EMO_VLM_INPUT_PROBABILITIES,
  };

  return self;
}

/**
 * emo_train_recipe_free:
 * @self: (transfer full) (nullable): a recipe
 */
void
emo_train_recipe_free (EmoTrainRecipe *self)
{
  if (self == NULL)
    return;
  g_free (self->teacher.network);
  g_free (self);
}

void
emo_train_recipe_make_published (EmoTrainRecipe *self)
{
  self->held_out = 0;
  self->vlm.fit.warmup = 0;
  self->vlm.fit.patience = self->teacher.fit.patience = 0;
  self->vlm.loss_on = EMO_LOSS_ON_ALL;
  self->distilled.folds = 0;
  self->gate.vlm_input = EMO_VLM_INPUT_ONE_HOT;
}

/* --- One setting --- */

static const Setting *
find_setting (const char *section,
              const char *key)
{
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    if (g_str_equal (settings[i].section, section) && g_str_equal (settings[i].key, key))
      return &settings[i];

  return NULL;
}

/* What the setting takes, in words. */
static char *
describe_range (const Setting *setting)
{
  char low[G_ASCII_DTOSTR_BUF_SIZE], high[G_ASCII_DTOSTR_BUF_SIZE];

  switch (setting->type)
    {
    case SETTING_NUMBER:
    case SETTING_COUNT:
      return g_strdup_printf ("a %s from %s to %s", setting->type == SETTING_COUNT ? "whole number" : "number",
                              g_ascii_formatd (low, sizeof low, "%.10g", setting->low),
                              g_ascii_formatd (high, sizeof high, "%.10g", setting->high));
    case SETTING_SEED:
      return g_strdup ("a whole number from 0");
    case SETTING_SWITCH:
      return g_strdup ("true or false");
    case SETTING_CHOICE:
      return g_strjoinv (", ", (char **) setting->names);
    case SETTING_TEXT:
    default:
      return g_strdup ("a text");
    }
}

static gboolean
parse_number (const Setting *setting,
              gpointer       field,
              const char    *value)
{
  char *end;
  double number = g_ascii_strtod (value, &end);

  if (*value == '\0' || *end != '\0' || !(number >= setting->low && number <= setting->high))
    return FALSE;
  *(double *) field = number;

  return TRUE;
}

static gboolean
parse_count (const Setting *setting,
             gpointer       field,
             const char    *value)
{
  guint64 number;

  if (!g_ascii_string_to_unsigned (value, 10, setting->low, setting->high, &number, NULL))
    return FALSE;
  *(guint *) field = number;

  return TRUE;
}

static gboolean
parse_choice (const Setting *setting,
              gpointer       field,
              const char    *value)
{
  for (guint i = 0; setting->names[i] != NULL; i++)
    if (g_str_equal (setting->names[i], value))
      {
        *(int *) field = i;
        return TRUE;
      }

  return FALSE;
}

static gboolean
parse_value (const Setting *setting,
             gpointer       field,
             const char    *value)
{
  switch (setting->type)
    {
    case SETTING_NUMBER:
      return parse_number (setting, field, value);
    case SETTING_COUNT:
      return parse_count (setting, field, value);
    case SETTING_SEED:
      return g_ascii_string_to_unsigned (value, 10, 0, G_MAXINT64, field, NULL);
    case SETTING_SWITCH:
      *(gboolean *) field = g_str_equal (value, "true");
      return g_str_equal (value, "true") || g_str_equal (value, "false");
    case SETTING_CHOICE:
      return parse_choice (setting, field, value);
    case SETTING_TEXT:
    default:
      if (*value == '\0')
        return FALSE;
      g_free (*(char **) field);
      *(char **) field = g_strdup (value);
      return TRUE;
    }
}

gboolean
emo_train_recipe_set (EmoTrainRecipe  *self,
                      const char      *section,
                      const char      *key,
                      const char      *value,
                      GError         **error)
{
  const Setting *setting = find_setting (section, key);
  const char *dot = *section != '\0' ? "." : "";
  g_autofree char *range = NULL;
  g_autofree char *shown = NULL;

  if (setting != NULL && parse_value (setting, (char *) self + setting->offset, value))
    return TRUE;
  shown = emo_file_escape_start (setting != NULL ? value : key, 100);
  if (setting == NULL && *section != '\0' && find_setting ("", key) != NULL)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE,
                   "%s.%s: the stages were run apart, and this one had another %s: run them apart again, with \"%s\" at the top",
                   section, shown, shown, shown);
      return FALSE;
    }
  if (setting == NULL)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "there is no setting %s%s%s", section, dot, shown);
      return FALSE;
    }
  range = describe_range (setting);
  g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "%s%s%s: expected %s, found \"%s\"", section, dot, key, range, shown);

  return FALSE;
}

/* --- JSON --- */

/* A scalar as the text that set() takes; NULL: it is none. */
static char *
dup_scalar (const EmoJsonValue *value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  guint64 number;

  switch (emo_json_value_get_type (value))
    {
    case EMO_JSON_BOOL:
      return g_strdup (emo_json_value_get_bool (value) ? "true" : "false");
    case EMO_JSON_NUMBER:
      if (emo_json_value_get_uint64 (value, &number))
        return g_strdup_printf ("%" G_GUINT64_FORMAT, number);
      return g_strdup (g_ascii_dtostr (text, sizeof text, emo_json_value_get_double (value)));
    case EMO_JSON_STRING:
      return g_strdup (emo_json_value_get_string (value));
    case EMO_JSON_NULL:
    case EMO_JSON_ARRAY:
    case EMO_JSON_OBJECT:
    default:
      return NULL;
    }
}

static gboolean
read_section (EmoTrainRecipe      *self,
              const char          *section,
              const EmoJsonValue  *object,
              GError             **error)
{
  for (gsize i = 0; i < emo_json_value_get_length (object); i++)
    {
      const EmoJsonValue *value = emo_json_value_get_element (object, i);
      const char *key = emo_json_value_get_key (object, i);
      EmoTrainStageId stage;
      g_autofree char *text = NULL;

      if (*section == '\0' && emo_train_stage_id_from_string (key, &stage) && emo_json_value_get_type (value) == EMO_JSON_OBJECT)
        {
          if (!read_section (self, key, value, error))
            return FALSE;
          continue;
        }
      text = dup_scalar (value);
      if (!emo_train_recipe_set (self, section, key, text != NULL ? text : "", error))
        return FALSE;
    }

  return TRUE;
}

gboolean
emo_train_recipe_read (EmoTrainRecipe      *self,
                       const EmoJsonValue  *object,
                       GError             **error)
{
  if (emo_json_value_get_type (object) == EMO_JSON_OBJECT)
    return read_section (self, "", object, error);
  g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "a recipe is an object of settings");

  return FALSE;
}

/**
 * emo_train_recipe_load:
 * @self: changed where the file says something
 * @path: a JSON file
 * @error: return location
 *
 * Returns: whether all of it was understood
 */
gboolean
emo_train_recipe_load (EmoTrainRecipe  *self,
                       const char      *path,
                       GError         **error)
{
  g_autoptr(EmoJson) json = emo_json_load (path, error);
  g_autofree char *shown = emo_file_escape_name (path);

  if (json == NULL)
    return FALSE;
  if (emo_train_recipe_read (self, emo_json_get_root (json), error))
    return TRUE;
  g_prefix_error (error, "%s: ", shown);

  return FALSE;
}

static void
append_value (GString              *out,
              const EmoTrainRecipe *self,
              const Setting        *setting)
{
  gconstpointer field = (const char *) self + setting->offset;

  switch (setting->type)
    {
    case SETTING_NUMBER:
      emo_json_append_double (out, *(const double *) field);
      break;
    case SETTING_COUNT:
      g_string_append_printf (out, "%u", *(const guint *) field);
      break;
    case SETTING_SEED:
      g_string_append_printf (out, "%" G_GUINT64_FORMAT, *(const guint64 *) field);
      break;
    case SETTING_SWITCH:
      g_string_append (out, *(const gboolean *) field ? "true" : "false");
      break;
    case SETTING_CHOICE:
      emo_json_append_string (out, setting->names[*(const int *) field]);
      break;
    case SETTING_TEXT:
    default:
      emo_json_append_string (out, *(char * const *) field);
      break;
    }
}

static void
append_section (GString              *out,
                const EmoTrainRecipe *self,
                const char           *section,
                const char           *indent)
{
  const char *comma = "";

  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      if (!g_str_equal (settings[i].section, section))
        continue;
      g_string_append_printf (out, "%s%s\"%s\": ", comma, indent, settings[i].key);
      append_value (out, self, &settings[i]);
      comma = ",";
    }
}

char *
emo_train_recipe_to_json (const EmoTrainRecipe *self)
{
  GString *out = g_string_new ("{");

  append_section (out, self, "", "\n  ");
  for (guint i = 0; i < EMO_TRAIN_N_STAGES; i++)
    {
      g_string_append_printf (out, ",\n  \"%s\": {", stage_names[i]);
      append_section (out, self, stage_names[i], "\n    ");
      g_string_append (out, "\n  }");
    }
  g_string_append (out, "\n}\n");

  return g_string_free (out, FALSE);
}

/**
 * emo_train_recipe_stage_to_json:
 * @self: a recipe
 * @stage: one of its stages
 *
 * Returns: (transfer full): one line of JSON: the common settings and the stage's
 */
char *
emo_train_recipe_stage_to_json (const EmoTrainRecipe *self,
                                EmoTrainStageId       stage)
{
  GString *out = g_string_new ("{");

  append_section (out, self, "", " ");
  g_string_append (out, ",");
  append_section (out, self, stage_names[stage], " ");
  g_string_append (out, " }");

  return g_string_free (out, FALSE);
}
