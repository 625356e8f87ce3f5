/* emo-fields.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-error.h"
#include "emo-json.h"

G_BEGIN_DECLS

/* One object of a configuration file, read field by field against types and
 * ranges. The first thing wrong is latched and every later read does nothing,
 * so that a reader is a list of fields with one test at its end. A field that
 * is null counts as absent; one that is there in another case of letters is an
 * error, never a silent default. */
typedef struct
{
  const char         *file;           /* what errors call the file */
  char                section[160];   /* "" or "text_config.rope_parameters" */
  const EmoJsonValue *object;         /* (nullable) NULL: an absent section, all defaults */
  GError            **latch;          /* the first error, not propagated */
} EmoFields;

#define EMO_FIELDS_REQUIRED G_MININT64

void                emo_fields_init        (EmoFields           *self,
                                            const EmoJsonValue  *root,
                                            const char          *file,
                                            GError             **latch);
void                emo_fields_enter       (EmoFields           *self,
                                            EmoFields           *parent,
                                            const char          *key);
gboolean            emo_fields_has         (EmoFields           *self,
                                            const char          *key);
const EmoJsonValue *emo_fields_find        (EmoFields           *self,
                                            const char          *key,
                                            EmoJsonType          type,
                                            gboolean             required);
gint64              emo_fields_get_int     (EmoFields           *self,
                                            const char          *key,
                                            gint64               low,
                                            gint64               high,
                                            gint64               otherwise);
double              emo_fields_get_double  (EmoFields           *self,
                                            const char          *key,
                                            double               low,
                                            double               high,
                                            double               otherwise);
gboolean            emo_fields_get_bool    (EmoFields           *self,
                                            const char          *key,
                                            gboolean             otherwise);
const char         *emo_fields_get_string  (EmoFields           *self,
                                            const char          *key,
                                            gboolean             required);
gboolean            emo_fields_get_doubles (EmoFields           *self,
                                            const char          *key,
                                            gsize                n,
                                            double              *out);
void                emo_fields_fail        (EmoFields           *self,
                                            EmoError             code,
                                            const char          *key,
                                            const char          *format,
                                            ...) G_GNUC_PRINTF (4, 5);

G_END_DECLS
