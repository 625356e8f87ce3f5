/* emo-model-loader.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-backend.h"
#include "emo-job-list.h"

G_BEGIN_DECLS

/* The model and how far its loading is, for views to bind to. Loading happens
 * on the engine thread. Main thread only. Properties: "state", "progress" (0 to
 * 1, -1 unknown), "classifier" (NULL unless ready), "error-message".
 * Signal: "changed" after anything that the getters tell. */
typedef enum
{
  EMO_MODEL_NOT_LOADED,
  EMO_MODEL_LOADING,
  EMO_MODEL_READY,
  EMO_MODEL_FAILED,
  EMO_MODEL_TOO_LARGE,   /* waits for emo_model_loader_load_anyway() */
} EmoModelState;

#define EMO_TYPE_MODEL_STATE (emo_model_state_get_type ())
GType emo_model_state_get_type (void);

#define EMO_TYPE_MODEL_LOADER (emo_model_loader_get_type ())
G_DECLARE_FINAL_TYPE (EmoModelLoader, emo_model_loader, EMO, MODEL_LOADER, GObject)

EmoModelLoader     *emo_model_loader_new               (EmoEngine      *engine,
                                                        EmoJobList     *jobs,
                                                        const char     *path);
EmoEngine          *emo_model_loader_get_engine        (EmoModelLoader *self);
EmoJobList         *emo_model_loader_get_jobs          (EmoModelLoader *self);
EmoModelState       emo_model_loader_get_state         (EmoModelLoader *self);
double              emo_model_loader_get_progress      (EmoModelLoader *self);
EmoClassifier      *emo_model_loader_get_classifier    (EmoModelLoader *self);   /* (nullable) */
const char         *emo_model_loader_get_error_message (EmoModelLoader *self);   /* (nullable) */
const char         *emo_model_loader_get_path          (EmoModelLoader *self);   /* (nullable) */
char               *emo_model_loader_dup_name          (EmoModelLoader *self);
const EmoModelNeed *emo_model_loader_get_need          (EmoModelLoader *self);   /* (nullable) until estimated */
const EmoCheck     *emo_model_loader_get_check         (EmoModelLoader *self);   /* (nullable) until checked */
const char         *emo_model_loader_get_check_error   (EmoModelLoader *self);   /* (nullable) */
gboolean            emo_model_loader_get_needs_base    (EmoModelLoader *self);
gboolean            emo_model_loader_get_outdated      (EmoModelLoader *self);

void                emo_model_loader_load              (EmoModelLoader *self);
void                emo_model_loader_load_anyway       (EmoModelLoader *self);
void                emo_model_loader_reload            (EmoModelLoader *self);
void                emo_model_loader_unload            (EmoModelLoader *self);
void                emo_model_loader_cancel            (EmoModelLoader *self);
void                emo_model_loader_use               (EmoModelLoader *self,
                                                        const char     *path,    /* (nullable) the default model */
                                                        const char     *base);   /* (nullable) */
void                emo_model_loader_check             (EmoModelLoader *self);

G_END_DECLS
