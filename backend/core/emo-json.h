/* emo-json.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

G_BEGIN_DECLS

/* A strict, read-only JSON document: unsigned 64-bit integers kept exact,
 * UTF-8 checked, duplicate keys refused, depth at most 64, size at most
 * 64 MiB unless the caller says otherwise, NUL in strings refused, hash index
 * for objects with many keys, no text after the root. Used for every file that
 * comes from outside: safetensors headers, shard indices, tokenizers,
 * configs, manifests. Values are borrowed from the document. */
typedef struct _EmoJson      EmoJson;       /* ref-counted document */
typedef struct _EmoJsonValue EmoJsonValue;  /* borrowed node */

typedef enum
{
  EMO_JSON_NULL,
  EMO_JSON_BOOL,
  EMO_JSON_NUMBER,
  EMO_JSON_STRING,
  EMO_JSON_ARRAY,
  EMO_JSON_OBJECT,
} EmoJsonType;

/* @name is what errors call the text (a file name). @max_bytes 0: 64 MiB. */
EmoJson            *emo_json_parse             (const char          *text,
                                                gsize                length,
                                                const char          *name,
                                                gsize                max_bytes,
                                                GError             **error);
/* The same for what emo_json_append_string() wrote: \u0000 is EMO_TEXT_NUL. */
EmoJson            *emo_json_parse_generated   (const char          *text,
                                                gsize                length,
                                                const char          *name,
                                                gsize                max_bytes,
                                                GError             **error);
EmoJson            *emo_json_load              (const char          *path,
                                                GError             **error);
EmoJson            *emo_json_ref               (EmoJson             *self);
void                emo_json_unref             (EmoJson             *self);
const EmoJsonValue *emo_json_get_root          (EmoJson             *self);

EmoJsonType         emo_json_value_get_type    (const EmoJsonValue  *value);
gboolean            emo_json_value_get_bool    (const EmoJsonValue  *value);  /* FALSE unless true */
double              emo_json_value_get_double  (const EmoJsonValue  *value);  /* NaN unless a number */
/* TRUE only for a number written as a plain integer that fits. */
gboolean            emo_json_value_get_uint64  (const EmoJsonValue  *value,
                                                guint64             *out);
gboolean            emo_json_value_get_int64   (const EmoJsonValue  *value,
                                                gint64              *out);
const char         *emo_json_value_get_string  (const EmoJsonValue  *value);  /* (nullable) */
gsize               emo_json_value_get_length  (const EmoJsonValue  *value);  /* array or object */
const EmoJsonValue *emo_json_value_get_element (const EmoJsonValue  *value,
                                                gsize                index);  /* (nullable) array item or object member by position */
const char         *emo_json_value_get_key     (const EmoJsonValue  *value,
                                                gsize                index);  /* (nullable) object member's name by position */
const EmoJsonValue *emo_json_value_get_member  (const EmoJsonValue  *value,
                                                const char          *key);    /* (nullable), case-sensitive */
/* Lenient member readers: the default when absent; used for optional fields. */
const char         *emo_json_value_get_member_string (const EmoJsonValue *value,
                                                      const char         *key,
                                                      const char         *otherwise);
double              emo_json_value_get_member_double (const EmoJsonValue *value,
                                                      const char         *key,
                                                      double              otherwise);
gboolean            emo_json_value_get_member_bool   (const EmoJsonValue *value,
                                                      const char         *key,
                                                      gboolean            otherwise);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoJson, emo_json_unref)

/* Writing: appends to a GString; numbers never depend on the locale. */
void emo_json_append_string  (GString *out, const char *text);   /* quoted, escaped; NULL is null */
void emo_json_append_double  (GString *out, double value);       /* shortest that reads back; NaN and Inf are null */
void emo_json_append_doubles (GString *out, const double *values, gsize n);
/* Over several lines, as a person reads it: the same value when it is parsed. */
void emo_json_append_value   (GString *out, const EmoJsonValue *value);

G_END_DECLS
