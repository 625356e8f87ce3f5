/* emo-classifier.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-model-info.h"
#include "emo-update.h"

G_BEGIN_DECLS

/* The one facade of the model: an interface, so that sessions, views and their
 * tests never load torch. model/ has the real one (EmoBundleClassifier), tests
 * a scripted one. get_info and prepare may be called from any thread; all else
 * from the engine thread only. */

/* Called on the engine thread, in order; take a reference to keep it. */
typedef void (*EmoUpdateFunc) (EmoUpdate *update,
                               gpointer   user_data);

/* A piece of generated text: whole characters, U+0000 as EMO_TEXT_NUL. */
typedef void (*EmoTextFunc)   (const char *piece,
                               gpointer    user_data);

typedef struct
{
  gboolean explain;          /* write the explanation, of the VLM's winner unless explain_label says */
  int      explain_label;    /* -1: the VLM's winner */
  int      explain_tokens;   /* cap, design default 64 */
  gboolean force_tokens;     /* benchmarks: go on to the cap whatever is written */
  gboolean score;            /* FALSE: explanation or evidence only, of a picture just classified */
  gboolean evidence_distilled; /* the head's maps of all labels */
  gboolean evidence_vlm;     /* the VLM's map of evidence_label */
  int      evidence_label;   /* -1: the VLM's winner */
} EmoRequest;
#define EMO_REQUEST_INIT { .explain = TRUE, .explain_label = -1, .explain_tokens = 64, .score = TRUE, .evidence_label = -1 }

typedef struct
{
  const char *prompt;
  const char *system;        /* (nullable) the bundle's */
  int         max_new_tokens;
  double      temperature;   /* 0: greedy */
  guint64     seed;
} EmoGenerateRequest;

/* What generate gives; free with emo_generation_free. */
typedef struct
{
  guint    prompt_tokens;
  guint32 *tokens;           /* [n_tokens] ids, without the stop token */
  guint    n_tokens;
  char    *text;             /* U+0000 as EMO_TEXT_NUL */
  gboolean stopped;          /* an end token, not the cap */
  double   ms;
} EmoGeneration;

void emo_generation_free (EmoGeneration *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoGeneration, emo_generation_free)

/* `info --check`: a picture of the bundle against its expected numbers. */
typedef struct
{
  guint   n_pictures;
  double  worst;             /* largest absolute difference of a probability */
  double  tolerance;         /* of this device and dtype */
  char   *worst_what;        /* picture and number */
} EmoCheck;

void emo_check_free (EmoCheck *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoCheck, emo_check_free)

#define EMO_TYPE_CLASSIFIER (emo_classifier_get_type ())
G_DECLARE_INTERFACE (EmoClassifier, emo_classifier, EMO, CLASSIFIER, GObject)

struct _EmoClassifierInterface
{
  GTypeInterface parent_iface;

  EmoModelInfo  *(*get_info) (EmoClassifier *self);
  EmoPatches    *(*prepare)  (EmoClassifier *self,
                              EmoImage      *image,
                              GError       **error);
  gboolean       (*classify) (EmoClassifier    *self,
                              EmoPatches       *patches,
                              const EmoRequest *request,
                              EmoUpdateFunc     func,
                              gpointer          user_data,
                              GCancellable     *cancellable,
                              GError          **error);
  EmoGeneration *(*generate) (EmoClassifier            *self,
                              EmoPatches               *patches,
                              const EmoGenerateRequest *request,
                              EmoTextFunc               func,
                              gpointer                  user_data,
                              GCancellable             *cancellable,
                              GError                  **error);
  EmoCheck      *(*check)    (EmoClassifier *self,
                              GCancellable  *cancellable,
                              GError       **error);
};

EmoModelInfo  *emo_classifier_get_info (EmoClassifier            *self);   /* (transfer none) */
EmoPatches    *emo_classifier_prepare  (EmoClassifier            *self,
                                        EmoImage                 *image,
                                        GError                  **error);  /* (transfer full); any thread; UNSUPPORTED for side ratios above 200 */
gboolean       emo_classifier_classify (EmoClassifier            *self,
                                        EmoPatches               *patches,
                                        const EmoRequest         *request,
                                        EmoUpdateFunc             func,
                                        gpointer                  user_data,
                                        GCancellable             *cancellable,
                                        GError                  **error);
EmoGeneration *emo_classifier_generate (EmoClassifier            *self,
                                        EmoPatches               *patches,   /* (nullable): text only */
                                        const EmoGenerateRequest *request,
                                        EmoTextFunc               func,      /* (nullable) */
                                        gpointer                  user_data,
                                        GCancellable             *cancellable,
                                        GError                  **error);
EmoCheck      *emo_classifier_check    (EmoClassifier            *self,
                                        GCancellable             *cancellable,
                                        GError                  **error);

G_END_DECLS
