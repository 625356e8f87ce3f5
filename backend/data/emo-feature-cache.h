/* emo-feature-cache.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-mapped-file.h"

G_BEGIN_DECLS

/* What is frozen is computed once: a row of float32 a picture, by the SHA-256 of
 * the picture's file, kept in a folder of its own. A cache is of one kind, a text
 * that names all that a row hangs on besides the picture ("visual-mean:<sha of
 * the tower>:<image settings>"): rows of another kind or width are not used, the
 * cache begins anew.
 *
 * A program that is killed loses at most the row it was writing, and a row that
 * is damaged is one that is not there. One writer at a time; any number of
 * readers, who see what was there when they opened it. Any thread may call. */
typedef struct _EmoFeatureCache EmoFeatureCache;

#define EMO_FEATURE_KEY_SIZE       32
#define EMO_FEATURE_CACHE_MAX_WIDTH (1 << 20)
#define EMO_FEATURE_CACHE_MAX_ROWS  (1 << 26)

/* @folder is made where it is missing. Errors: IO (another writer; no folder),
 * LIMIT, OUT_OF_MEMORY, NO_SPACE. */
EmoFeatureCache *emo_feature_cache_open      (const char       *folder,
                                              const char       *kind,
                                              guint             width,
                                              GError          **error);
/* For reading alone: takes no lock and writes nothing; what is not there, or of
 * another kind, is an empty cache. */
EmoFeatureCache *emo_feature_cache_open_read (const char       *folder,
                                              const char       *kind,
                                              guint             width,
                                              GError          **error);
void             emo_feature_cache_free      (EmoFeatureCache  *self);
guint            emo_feature_cache_get_width (EmoFeatureCache  *self);
guint            emo_feature_cache_get_n     (EmoFeatureCache  *self);   /* rows there are */
/* Rows that were found damaged since it was opened. */
guint            emo_feature_cache_get_n_damaged (EmoFeatureCache *self);
/* The picture's row, checked: @row (out) [width]. FALSE: compute it. */
gboolean         emo_feature_cache_read      (EmoFeatureCache  *self,
                                              const guint8     *key,
                                              float            *row);
/* The row's place in emo_feature_cache_map(), or -1; unchecked. */
gint64           emo_feature_cache_find      (EmoFeatureCache  *self,
                                              const guint8     *key);
/* Errors: NO_SPACE, IO, LIMIT, OUT_OF_MEMORY; what was there stays. A key that is
 * there already is left as it is. */
gboolean         emo_feature_cache_add       (EmoFeatureCache  *self,
                                              const guint8     *key,
                                              const float      *row,   /* [width] */
                                              GError          **error);
/* On the disk when it returns. */
gboolean         emo_feature_cache_flush     (EmoFeatureCache  *self,
                                              GError          **error);
/* Reads and checks each row; the damaged are not found any more. */
gboolean         emo_feature_cache_verify    (EmoFeatureCache  *self,
                                              GCancellable     *cancellable,
                                              GError          **error);
/* All rows there are now, [places, width], for who reads them over and over: row
 * @place is at place * width. Of those found damaged the content is undefined. */
EmoMappedFile   *emo_feature_cache_map       (EmoFeatureCache  *self,
                                              GError          **error);
/* What @n_rows take on the disk. */
guint64          emo_feature_cache_get_bytes (guint             width,
                                              guint64           n_rows);
/* 64 hex digits, as emo_image_get_sha256() has them; FALSE: it is none. */
gboolean         emo_feature_key_parse       (const char       *sha256,
                                              guint8           *key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoFeatureCache, emo_feature_cache_free)

G_END_DECLS
