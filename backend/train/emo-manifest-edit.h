/* emo-manifest-edit.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-json.h"

G_BEGIN_DECLS

/* A bundle's emovlm.json while a stage of training adds what it made: members
 * are replaced one by one, and all others, known or not, stay as they are and
 * where they are. */
typedef struct _EmoManifestEdit EmoManifestEdit;

/* @folder: the bundle. Errors: IO; LIMIT: over 4 MiB; INVALID_FILE: no JSON, or no
 * object. */
EmoManifestEdit    *emo_manifest_edit_load (const char       *folder,
                                            GError          **error);
void                emo_manifest_edit_free (EmoManifestEdit  *self);
/* (nullable): a member, good until it is set. */
const EmoJsonValue *emo_manifest_edit_get  (EmoManifestEdit  *self,
                                            const char       *key);
/* @json: the member's JSON text; NULL removes it. A new one is the last. */
void                emo_manifest_edit_set  (EmoManifestEdit  *self,
                                            const char       *key,
                                            const char       *json);
/* Members of the object @json replace those of the same name in the member @key;
 * its others stay. */
void                emo_manifest_edit_merge (EmoManifestEdit *self,
                                             const char      *key,
                                             const char      *json);
/* Of the object in the member @key the @names stay, NULL behind the last; where it
 * has none of them, it leaves. */
void                emo_manifest_edit_keep (EmoManifestEdit   *self,
                                            const char        *key,
                                            const char *const *names);
/* Atomic. Errors: IO, NO_SPACE; then the file is as it was. */
gboolean            emo_manifest_edit_save (EmoManifestEdit  *self,
                                            GError          **error);
/* Removes members from the bundle's manifest, @keys ends with NULL: what hung on a
 * part leaves before the part is replaced. Errors: those of load and save. */
gboolean            emo_manifest_edit_drop (const char        *folder,
                                            const char *const *keys,
                                            GError           **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoManifestEdit, emo_manifest_edit_free)

G_END_DECLS
