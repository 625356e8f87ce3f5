/* emo-model-info-json.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-error.h"
#include "emo-json.h"
#include "emo-model-info.h"

/* What a stored prediction needs to be shown without its model: one table for
 * both directions, so that they cannot drift apart. How long the model took to
 * load is of one run and not written. */
typedef enum
{
  TEXT,
  TRUTH,
  INT,
  INT64,
  UINT64,
} FieldType;

typedef struct
{
  const char *key;
  FieldType   type;
  gsize       offset;
} Field;

#define FIELD(name, type) { #name, type, G_STRUCT_OFFSET (EmoModelInfo, name) }
#define AT(self, field, ctype) (*(ctype *) G_STRUCT_MEMBER_P (self, (field)->offset))

static const Field fields[] = {
  FIELD (path, TEXT),
  FIELD (base, TEXT),
  FIELD (name, TEXT),
  FIELD (revision, TEXT),
  FIELD (default_labels, TRUTH),
  FIELD (given_labels, TRUTH),
  FIELD (has_distilled, TRUTH),
  FIELD (has_gate, TRUTH),
  FIELD (has_reason, TRUTH),
  FIELD (domain_name, TEXT),
  FIELD (domain_notice, TEXT),
  FIELD (model_sha256, TEXT),
  FIELD (adapter_sha256, TEXT),
  FIELD (head_sha256, TEXT),
  FIELD (gate_sha256, TEXT),
  FIELD (prompt_sha256, TEXT),
  FIELD (device, TEXT),
  FIELD (device_name, TEXT),
  FIELD (dtype, TEXT),
  FIELD (threads, INT),
  FIELD (seed, UINT64),
  FIELD (max_pixels, INT64),
  FIELD (parameters, INT64),
  FIELD (weight_bytes, INT64),
};

static void
append_strings (GString            *out,
                const char         *key,
                const char * const *strings)
{
  g_string_append_printf (out, ", \"%s\": [", key);
  for (guint i = 0; strings != NULL && strings[i] != NULL; i++)
    {
      if (i > 0)
        g_string_append_c (out, ',');
      emo_json_append_string (out, strings[i]);
    }
  g_string_append_c (out, ']');
}

static void
append_field (GString      *out,
              EmoModelInfo *self,
              const Field  *field)
{
  g_string_append_printf (out, ", \"%s\": ", field->key);

  switch (field->type)
    {
    case TEXT:
      emo_json_append_string (out, AT (self, field, char *));
      break;
    case TRUTH:
      g_string_append (out, AT (self, field, gboolean) ? "true" : "false");
      break;
    case INT:
      g_string_append_printf (out, "%d", AT (self, field, int));
      break;
    case INT64:
      g_string_append_printf (out, "%" G_GINT64_FORMAT, AT (self, field, gint64));
      break;
    case UINT64:
      g_string_append_printf (out, "%" G_GUINT64_FORMAT, AT (self, field, guint64));
      break;
    default:
      g_assert_not_reached ();
    }
}

/**
 * emo_model_info_to_json:
 * @self: a description
 *
 * Returns: (transfer full): one JSON object without a newline, equal for equal
 *   models on equal devices
 */
char *
emo_model_info_to_json (EmoModelInfo *self)
{
  GString *out;

  g_return_val_if_fail (self != NULL && self->labels != NULL, NULL);

  out = g_string_new ("{\"format\": 1");
  append_strings (out, "labels", emo_label_set_get_labels (self->labels));
  g_string_append_printf (out, ", \"gate_kind\": \"%s\", \"vlm_input\": \"%s\"",
                          emo_gate_kind_to_string (self->gate_kind),
                          emo_vlm_input_to_string (self->vlm_input));
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    append_field (out, self, &fields[i]);
  append_strings (out, "notes", (const char * const *) self->notes);
  g_string_append_c (out, '}');

  return g_string_free (out, FALSE);
}

static gboolean
fail (const char  *name,
      const char  *key,
      GError     **error)
{
  g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE,
               "%s: \"%s\" is not what a model's description has there", name, key);

  return FALSE;
}

static gboolean
read_field (EmoModelInfo        *self,
            const Field         *field,
            const EmoJsonValue  *value,
            const char          *name,
            GError             **error)
{
  gint64 number = 0;
  gboolean ok = TRUE;

  /* An older version knew fewer facts. */
  if (value == NULL || emo_json_value_get_type (value) == EMO_JSON_NULL)
    return TRUE;

  switch (field->type)
    {
    case TEXT:
      AT (self, field, char *) = g_strdup (emo_json_value_get_string (value));
      ok = AT (self, field, char *) != NULL;
      break;
    case TRUTH:
      AT (self, field, gboolean) = emo_json_value_get_bool (value);
      ok = emo_json_value_get_type (value) == EMO_JSON_BOOL;
      break;
    case INT:
      ok = emo_json_value_get_int64 (value, &number) && number >= 0 && number <= G_MAXINT;
      AT (self, field, int) = ok ? (int) number : 0;
      break;
    case INT64:
      ok = emo_json_value_get_int64 (value, &number) && number >= 0;
      AT (self, field, gint64) = ok ? number : 0;
      break;
    case UINT64:
      ok = emo_json_value_get_uint64 (value, &AT (self, field, guint64));
      break;
    default:
      g_assert_not_reached ();
    }

  return ok || fail (name, field->key, error);
}

/* NULL-terminated; NULL where it is no list of strings. */
static char **
dup_strings (const EmoJsonValue *array,
             gsize               max)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  gsize n = emo_json_value_get_length (array);

  if (n > max || (n > 0 && emo_json_value_get_type (array) != EMO_JSON_ARRAY))
    return NULL;
  for (gsize i = 0; i < n; i++)
    {
      const char *string = emo_json_value_get_string (emo_json_value_get_element (array, i));

      if (string == NULL)
        return NULL;
      g_strv_builder_add (builder, string);
    }

  return g_strv_builder_end (builder);
}

static gboolean
read_lists (EmoModelInfo        *self,
            const EmoJsonValue  *root,
            const char          *name,
            GError             **error)
{
  g_auto (GStrv) labels = dup_strings (emo_json_value_get_member (root, "labels"), EMO_LABEL_SET_MAX);
  g_auto (GStrv) notes = dup_strings (emo_json_value_get_member (root, "notes"), 1000);

  if (labels == NULL)
    return fail (name, "labels", error);
  if (notes == NULL)
    return fail (name, "notes", error);

  self->labels = emo_label_set_new ((const char * const *) labels, error);
  if (self->labels == NULL)
    {
      g_prefix_error (error, "%s: ", name);
      return FALSE;
    }
  if (notes[0] != NULL)
    self->notes = g_steal_pointer (&notes);

  return TRUE;
}

/**
 * emo_model_info_new_from_json:
 * @text: (array length=length): what emo_model_info_to_json() wrote
 * @length: bytes of @text
 * @name: what errors call the text
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the description, or %NULL with the errors
 *   of emo_json_parse(), %EMO_ERROR_INVALID_FILE also for a wrong type or range
 */
EmoModelInfo *
emo_model_info_new_from_json (const char  *text,
                              gsize        length,
                              const char  *name,
                              GError     **error)
{
  g_autoptr (EmoModelInfo) self = emo_model_info_new ();
  g_autoptr (EmoJson) json = NULL;
  const EmoJsonValue *root;

  g_return_val_if_fail (text != NULL || length == 0, NULL);
  g_return_val_if_fail (name != NULL, NULL);

  json = emo_json_parse_generated (text, length, name, 0, error);
  if (json == NULL)
    return NULL;

  root = emo_json_get_root (json);
  if (!read_lists (self, root, name, error))
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    if (!read_field (self, &fields[i], emo_json_value_get_member (root, fields[i].key), name, error))
      return NULL;

  if (!emo_gate_kind_from_string (emo_json_value_get_member_string (root, "gate_kind", ""), &self->gate_kind))
    {
      fail (name, "gate_kind", error);
      return NULL;
    }
  if (!emo_vlm_input_from_string (emo_json_value_get_member_string (root, "vlm_input", ""), &self->vlm_input))
    {
      fail (name, "vlm_input", error);
      return NULL;
    }

  return g_steal_pointer (&self);
}
