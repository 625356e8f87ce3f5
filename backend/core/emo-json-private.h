/* emo-json-private.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-json.h"

G_BEGIN_DECLS

#define EMO_JSON_DEFAULT_MAX_BYTES ((gsize) 64 * 1024 * 1024)
#define EMO_JSON_MAX_DEPTH         64
#define EMO_JSON_MAX_STRING        ((gsize) 16 * 1024 * 1024)
/* What keeps "[0,0,0,..." from costing eight times its size without end: 16 bytes
 * a value, 16 million of them. The largest file we mean to read, a safetensors
 * header of 100,000 tensors, has 0.8 million. */
#define EMO_JSON_MAX_VALUES        (16 * 1024 * 1024)
/* Objects with more members than this have a hash index. */
#define EMO_JSON_MAX_UNINDEXED     8

typedef struct _EmoJsonMember EmoJsonMember;
typedef struct _EmoJsonObject EmoJsonObject;
typedef struct _EmoJsonBlock  EmoJsonBlock;

typedef enum
{
  EMO_JSON_FLAG_TRUE     = 1 << 0,
  EMO_JSON_FLAG_INTEGER  = 1 << 1, /* a plain integer: its magnitude is exact */
  EMO_JSON_FLAG_NEGATIVE = 1 << 2, /* of a plain integer */
} EmoJsonFlags;

/* Sixteen bytes, so that a large file costs little more than its text. */
struct _EmoJsonValue
{
  guint8  type;
  guint8  flags;
  guint32 length; /* elements, members, or bytes of a string */
  union
  {
    double              number;
    guint64             magnitude;
    const char         *string;  /* NUL-terminated, in the document's text */
    const EmoJsonValue *elements; /* [length] */
    EmoJsonObject      *object;
  };
};

struct _EmoJsonMember
{
  const char  *key;
  EmoJsonValue value;
};

/* Members in the order of the file, then n_buckets indices: a member's position
 * plus one, 0 where the bucket is empty; linear probing, at most half full. */
struct _EmoJsonObject
{
  guint32       n_buckets; /* a power of two; 0: no index */
  EmoJsonMember members[];
};

/* Values live in a chain of blocks that is freed at once. */
struct _EmoJsonBlock
{
  EmoJsonBlock *next;
  gsize         used;
  gsize         size;
  guint64       data[];
};

struct _EmoJson
{
  gatomicrefcount ref_count;
  char           *text;   /* our copy: strings are unescaped and ended in place */
  EmoJsonBlock   *blocks;
  EmoJsonValue    root;
};

gboolean             _emo_json_parse_text    (EmoJson             *self,
                                              gsize                length,
                                              const char          *name,
                                              gboolean             takes_nul,
                                              GError             **error);
const EmoJsonMember *_emo_json_object_find   (const EmoJsonObject *object,
                                              guint32              length,
                                              const char          *key);
/* FALSE and the position of the second one where a key is there twice. */
gboolean             _emo_json_object_index  (EmoJsonObject       *object,
                                              guint32              length,
                                              guint32             *duplicate);
/* emo_json_append_value() of what stands @depth levels deep. */
void                 _emo_json_append_indented (GString            *out,
                                                const EmoJsonValue *value,
                                                guint               depth);

G_END_DECLS
