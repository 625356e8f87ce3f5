/* emo-model-info.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-fusion.h"
#include "emo-label-set.h"

G_BEGIN_DECLS

/* What is known of a loaded model: immutable, boxed, atomically ref-counted.
 * Strings are owned; NULL means absent. */
#define EMO_TYPE_MODEL_INFO (emo_model_info_get_type ())

struct _EmoModelInfo
{
  /*< private >*/
  gatomicrefcount ref_count;

  /*< public; read-only once the classifier is made >*/
  char        *path;              /* the folder */
  char        *base;              /* (nullable) the base's folder, of an adapter's folder */
  char        *name;              /* emovlm.json name, else the folder's */
  char        *revision;          /* (nullable) */
  EmoLabelSet *labels;
  gboolean     default_labels;    /* no manifest and no --labels: Mikels' eight were assumed */
  gboolean     given_labels;      /* the labels are those that were asked for, not the folder's */
  gboolean     has_distilled;
  gboolean     has_gate;
  gboolean     has_reason;        /* prompt.answer has room for a reason */
  EmoGateKind  gate_kind;
  EmoVlmInput  vlm_input;
  EmoFusion   *fusion;            /* (nullable) the gates, to ask "what if"; none with a stored result */
  char        *domain_name;       /* (nullable) "drawn scenes" */
  char        *domain_notice;     /* (nullable) "Demo model: drawn scenes only" */
  char        *model_sha256;      /* over emovlm.json and every weight file; see model/README.md */
  char        *adapter_sha256;    /* (nullable) */
  char        *head_sha256;       /* (nullable) */
  char        *gate_sha256;       /* (nullable) */
  char        *prompt_sha256;
  char        *device;            /* "cpu", "cuda:0" */
  char        *device_name;       /* "AMD EPYC ...", "NVIDIA ..." */
  char        *dtype;             /* "float32", "bfloat16", "nf4" */
  int          threads;
  guint64      seed;
  gint64       max_pixels;        /* the limit that was asked for; 0: the model's own */
  gint64       parameters;        /* count */
  gint64       weight_bytes;      /* on disk */
  double       load_ms;
  char       **notes;             /* NULL-terminated; worth showing: NaN weights, extra tensors, CPU fallback */
};

GType         emo_model_info_get_type (void);
EmoModelInfo *emo_model_info_new      (void);
EmoModelInfo *emo_model_info_ref      (EmoModelInfo *self);
void          emo_model_info_unref    (EmoModelInfo *self);
/* One of its own, to be written to until it is lent out. */
EmoModelInfo *emo_model_info_copy     (const EmoModelInfo *self);
/* Everything but load_ms, for whoever keeps results longer than the model. */
char         *emo_model_info_to_json       (EmoModelInfo  *self);
EmoModelInfo *emo_model_info_new_from_json (const char    *text,
                                            gsize          length,
                                            const char    *name,
                                            GError       **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoModelInfo, emo_model_info_unref)

G_END_DECLS
