/* emo-adapter-config.c: which modules a PEFT LoRA adapts, and how much
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-adapter-config.h"
#include "emo-fields.h"
#include "emo-file.h"

#define MAX_RANK     65536
#define MAX_PATTERNS 16384
#define MAX_PATTERN  8192

/* A pattern from a file may be written to run for ever; matching gives up, in
 * words, after this many steps. */
#define MATCH_LIMIT "(*LIMIT_MATCH=50000)"

/* One line of rank_pattern or alpha_pattern. */
typedef struct
{
  GRegex *regex;
  double  value;
} Pattern;

struct _EmoAdapterConfig
{
  char       *path;
  char       *base;
  gint64      rank;
  double      alpha;
  gboolean    rslora;
  GHashTable *targets;         /* (nullable) set of suffixes */
  GRegex     *target_regex;    /* (nullable) */
  GArray     *rank_patterns;   /* Pattern */
  GArray     *alpha_patterns;  /* Pattern */
};

/* Settings whose numbers we do not compute: refused unless null, false or
 * empty. */
static const char *const refused[] = {
  "use_dora", "modules_to_save", "layers_to_transform", "lora_bias", "use_qalora", "layer_replication",
  "trainable_token_indices", "target_parameters", "alora_invocation_tokens", "use_bdlora", "arrow_config",
  "kasa_config", "monteclora_config", "velora_config", "loftq_config",
};

/* Ways of starting that rewrite the base's own weights. */
static const char *const refused_starts[] = { "pissa", "olora", "corda", "loftq", "lora_ga" };

static gboolean
is_off (const EmoJsonValue *value)
{
  switch (emo_json_value_get_type (value))
    {
    case EMO_JSON_NULL:
      return TRUE;

    case EMO_JSON_BOOL:
      return !emo_json_value_get_bool (value);

    case EMO_JSON_ARRAY:
    case EMO_JSON_OBJECT:
      return emo_json_value_get_length (value) == 0;

    case EMO_JSON_STRING:
      return *emo_json_value_get_string (value) == '\0';

    case EMO_JSON_NUMBER:
    default:
      return FALSE;
    }
}

static void
refuse_settings (EmoFields *fields)
{
  const char *type = emo_fields_get_string (fields, "peft_type", TRUE);
  const char *bias = emo_fields_get_string (fields, "bias", FALSE);
  const EmoJsonValue *start;

  if (type != NULL && !g_str_equal (type, "LORA"))
    emo_fields_fail (fields, EMO_ERROR_UNSUPPORTED, "peft_type", "\"%s\" is not supported, only LORA", type);
  if (bias != NULL && !g_str_equal (bias, "none"))
    emo_fields_fail (fields, EMO_ERROR_UNSUPPORTED, "bias", "\"%s\" is not supported, only none", bias);
  if (emo_fields_get_bool (fields, "fan_in_fan_out", FALSE))
    emo_fields_fail (fields, EMO_ERROR_UNSUPPORTED, "fan_in_fan_out", "true is not supported");
  if (*fields->latch != NULL)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    if (emo_fields_has (fields, refused[i])
        && !is_off (emo_json_value_get_member (fields->object, refused[i])))
      emo_fields_fail (fields, EMO_ERROR_UNSUPPORTED, refused[i], "this setting is not supported");

  start = emo_json_value_get_member (fields->object, "init_lora_weights");
  if (start == NULL || emo_json_value_get_type (start) != EMO_JSON_STRING)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (refused_starts); i++)
    if (g_str_has_prefix (emo_json_value_get_string (start), refused_starts[i]))
      emo_fields_fail (fields, EMO_ERROR_UNSUPPORTED, "init_lora_weights",
                       "\"%s\" changes the base's weights and is not supported; convert the adapter to plain LoRA",
                       emo_json_value_get_string (start));
}

/* A whole-string match, as Python's re.fullmatch. */
static GRegex *
compile (EmoFields  *fields,
         const char *key,
         const char *before,
         const char *pattern)
{
  g_autofree char *text = NULL;
  g_autoptr(GError) error = NULL;
  GRegex *regex;

  if (strlen (pattern) > MAX_PATTERN)
    {
      emo_fields_fail (fields, EMO_ERROR_LIMIT, key, "a pattern is longer than %d bytes", MAX_PATTERN);
      return NULL;
    }
  text = g_strconcat (MATCH_LIMIT "\\A", before, "(?:", pattern, ")\\z", NULL);
  regex = g_regex_new (text, 0, 0, &error);
  if (regex == NULL)
    {
      g_autofree char *shown = emo_file_escape_start (pattern, 100);

      emo_fields_fail (fields, EMO_ERROR_UNSUPPORTED, key, "the pattern \"%s\" cannot be matched: %s", shown, error->message);
    }

  return regex;
}

static void
read_targets (EmoAdapterConfig *self,
              EmoFields        *fields)
{
  const char *key = "target_modules";
  const EmoJsonValue *value;

  if (!emo_fields_has (fields, key))
    return;
  value = emo_json_value_get_member (fields->object, key);
  if (emo_json_value_get_type (value) == EMO_JSON_STRING)
    {
      const char *pattern = emo_json_value_get_string (value);

      /* PEFT's own word for every Linear but the output layer. */
      if (!g_str_equal (pattern, "all-linear"))
        self->target_regex = compile (fields, key, "", pattern);
      return;
    }
  value = emo_fields_find (fields, key, EMO_JSON_ARRAY, TRUE);
  if (value == NULL)
    return;
  self->targets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (gsize i = 0; i < emo_json_value_get_length (value); i++)
    {
      const char *target = emo_json_value_get_string (emo_json_value_get_element (value, i));

      if (target != NULL)
        g_hash_table_add (self->targets, g_strdup (target));
      else
        emo_fields_fail (fields, EMO_ERROR_INVALID_FILE, key, "element %" G_GSIZE_FORMAT " is not a string", i);
    }
}

static void
clear_pattern (gpointer data)
{
  Pattern *pattern = data;

  g_clear_pointer (&pattern->regex, g_regex_unref);
}

/* The first pattern that matches wins, so their order is kept. */
static GArray *
read_patterns (EmoFields  *fields,
               const char *key,
               double      low,
               double      high)
{
  GArray *patterns = g_array_new (FALSE, FALSE, sizeof (Pattern));
  const EmoJsonValue *object = emo_fields_find (fields, key, EMO_JSON_OBJECT, FALSE);
  gsize n = object != NULL ? emo_json_value_get_length (object) : 0;

  g_array_set_clear_func (patterns, clear_pattern);
  if (n > MAX_PATTERNS)
    emo_fields_fail (fields, EMO_ERROR_LIMIT, key, "expected at most %d patterns, found %" G_GSIZE_FORMAT, MAX_PATTERNS, n);
  for (gsize i = 0; i < n && *fields->latch == NULL; i++)
    {
      double value = emo_json_value_get_double (emo_json_value_get_element (object, i));
      Pattern pattern = { .value = value };

      if (!(value >= low && value <= high))
        {
          emo_fields_fail (fields, EMO_ERROR_INVALID_FILE, key, "expected numbers from %g to %g, found %g", low, high, value);
          break;
        }
      pattern.regex = compile (fields, key, "(?:.*\\.)?", emo_json_value_get_key (object, i));
      if (pattern.regex != NULL)
        g_array_append_val (patterns, pattern);
    }

  return patterns;
}

static void
read_config (EmoAdapterConfig *self,
             EmoFields        *fields)
{
  refuse_settings (fields);
  self->base = g_strdup (emo_fields_get_string (fields, "base_model_name_or_path", FALSE));
  self->rank = emo_fields_get_int (fields, "r", 1, MAX_RANK, 8);
  self->alpha = emo_fields_get_double (fields, "lora_alpha", -1e9, 1e9, 8);
  self->rslora = emo_fields_get_bool (fields, "use_rslora", FALSE);
  read_targets (self, fields);
  self->rank_patterns = read_patterns (fields, "rank_pattern", 1, MAX_RANK);
  self->alpha_patterns = read_patterns (fields, "alpha_pattern", -1e9, 1e9);
}

/**
 * emo_adapter_config_load:
 * @folder: a PEFT folder
 * @error: return location
 *
 * Errors: those of JSON, INVALID_FILE naming the field, UNSUPPORTED naming the
 * setting.
 *
 * Returns: (transfer full): the configuration
 */
EmoAdapterConfig *
emo_adapter_config_load (const char  *folder,
                         GError     **error)
{
  g_autoptr(EmoAdapterConfig) self = NULL;
  g_autoptr(EmoJson) json = NULL;
  GError *latch = NULL;
  EmoFields fields;

  g_return_val_if_fail (folder != NULL, NULL);

  self = g_new0 (EmoAdapterConfig, 1);
  self->path = g_build_filename (folder, "adapter_config.json", NULL);
  json = emo_json_load (self->path, error);
  if (json == NULL)
    return NULL;
  emo_fields_init (&fields, emo_json_get_root (json), self->path, &latch);
  read_config (self, &fields);
  if (latch != NULL)
    {
      g_propagate_error (error, latch);
      return NULL;
    }

  return g_steal_pointer (&self);
}

/**
 * emo_adapter_config_free:
 * @self: (transfer full) (nullable): a configuration
 */
void
emo_adapter_config_free (EmoAdapterConfig *self)
{
  if (self == NULL)
    return;
  g_free (self->path);
  g_free (self->base);
  g_clear_pointer (&self->targets, g_hash_table_unref);
  g_clear_pointer (&self->target_regex, g_regex_unref);
  g_clear_pointer (&self->rank_patterns, g_array_unref);
  g_clear_pointer (&self->alpha_patterns, g_array_unref);
  g_free (self);
}

/**
 * emo_adapter_config_get_base:
 * @self: a configuration
 *
 * Returns: (nullable): base_model_name_or_path
 */
const char *
emo_adapter_config_get_base (EmoAdapterConfig *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->base;
}

/* Tries the names in their order. */
static gboolean
match_any (EmoAdapterConfig   *self,
           GRegex             *regex,
           const char *const  *names,
           gboolean           *matches,
           GError            **error)
{
  *matches = FALSE;
  for (guint i = 0; names[i] != NULL && !*matches; i++)
    {
      g_autoptr(GError) reason = NULL;

      *matches = g_regex_match_full (regex, names[i], -1, 0, 0, NULL, &reason);
      if (reason != NULL)
        {
          g_autofree char *shown = emo_file_escape_start (g_regex_get_pattern (regex) + strlen (MATCH_LIMIT), 100);

          g_set_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED, "%s: the pattern \"%s\" cannot be matched against %s: %s",
                       self->path, shown, names[i], reason->message);
          return FALSE;
        }
    }

  return TRUE;
}

/* A list's element names a module by its whole name or its last parts. */
static gboolean
ends_in_target (EmoAdapterConfig *self,
                const char       *name)
{
  for (const char *p = name; p != NULL; p = strchr (p, '.'))
    {
      if (*p == '.')
        p++;
      if (g_hash_table_contains (self->targets, p))
        return TRUE;
    }

  return FALSE;
}

gboolean
emo_adapter_config_targets (EmoAdapterConfig   *self,
                            const char *const  *names,
                            gboolean           *targets,
                            GError            **error)
{
  g_return_val_if_fail (self != NULL, FALSE);

  *targets = TRUE;
  if (self->target_regex != NULL)
    return match_any (self, self->target_regex, names, targets, error);
  if (self->targets == NULL)
    return TRUE;
  *targets = FALSE;
  for (guint i = 0; names[i] != NULL && !*targets; i++)
    *targets = ends_in_target (self, names[i]);

  return TRUE;
}

static gboolean
look_up_pattern (EmoAdapterConfig   *self,
                 GArray             *patterns,
                 const char *const  *names,
                 double             *value,
                 GError            **error)
{
  for (guint i = 0; i < patterns->len; i++)
    {
      Pattern *pattern = &g_array_index (patterns, Pattern, i);
      gboolean matches;

      if (!match_any (self, pattern->regex, names, &matches, error))
        return FALSE;
      if (matches)
        {
          *value = pattern->value;
          return TRUE;
        }
    }

  return TRUE;
}

gboolean
emo_adapter_config_measure (EmoAdapterConfig   *self,
                            const char *const  *names,
                            gint64             *rank,
                            double             *scale,
                            GError            **error)
{
  double r, alpha;

  g_return_val_if_fail (self != NULL, FALSE);

  r = self->rank;
  alpha = self->alpha;
  if (!look_up_pattern (self, self->rank_patterns, names, &r, error)
      || !look_up_pattern (self, self->alpha_patterns, names, &alpha, error))
    return FALSE;
  *rank = r;
  *scale = alpha / (self->rslora ? sqrt (r) : r);

  return TRUE;
}
