/* emo-bundle.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-gate-kind.h"
#include "emo-image.h"
#include "emo-label-set.h"

G_BEGIN_DECLS

/* What a model folder says of itself (design.md section 3), whichever of the
 * three kinds it is: a bundle with emovlm.json, a plain hub folder (config.json,
 * VLM alone, default prompts), a PEFT folder (adapter_config.json, needs
 * @base). GGUF and pickles are UNSUPPORTED with what to fetch instead. Paths are
 * absolute, and inside the folder (no "../", no absolute path in a manifest).
 * Reads no weights. Free with emo_bundle_free. */
typedef struct
{
  char    *image;                   /* absolute path of the picture */
  double  *vlm;                     /* [n_labels] probabilities */
  double  *distilled;               /* (nullable) [n_labels] */
  double  *gated;                   /* (nullable) [n_labels] */
  char    *dtype;                   /* (nullable) what they were computed in; NULL: float32 */
} EmoBundleCheck;

typedef struct
{
  char        *path;                /* safetensors file, absolute */
  EmoGateKind  kind;
  EmoVlmInput  vlm_input;
} EmoBundleGate;

typedef struct
{
  char        *path;                /* the folder */
  char        *name;
  char        *revision;            /* (nullable) */
  EmoLabelSet *labels;
  gboolean     default_labels;
  char        *vlm;                 /* folder of config.json */
  char        *adapter;             /* (nullable) PEFT folder */
  char        *system;              /* prompt.system */
  char        *classify;            /* prompt.classify */
  char        *observe;             /* (nullable) */
  char        *reason;              /* (nullable) may hold one %s */
  char        *answer;              /* holds one %s */
  char        *answer_end;          /* "\"}" or "'}" */
  char        *distilled;           /* (nullable) safetensors file */
  char        *gate;                /* (nullable) safetensors file */
  EmoGateKind  gate_kind;
  EmoVlmInput  vlm_input;
  EmoBundleGate *gates;             /* [n_gates] trained as well, to compare with; none answers */
  guint        n_gates;
  gint64       max_pixels;          /* 0: the processor's */
  int          max_side;            /* 0: none */
  EmoFilter    max_side_filter;
  char        *domain;              /* (nullable) safetensors file of statistics */
  char        *domain_name;         /* (nullable) */
  char        *domain_notice;       /* (nullable) */
  double      *prior;               /* (nullable) [n_labels] log-prior of a blank picture */
  EmoBundleCheck *checks;           /* [n_checks] */
  guint        n_checks;
  char       **notes;               /* NULL-terminated */
} EmoBundle;

/* What a folder is, by the names of its files alone. */
typedef enum
{
  EMO_MODEL_KIND_NONE,
  EMO_MODEL_KIND_BUNDLE,   /* emovlm.json */
  EMO_MODEL_KIND_HUB,      /* config.json */
  EMO_MODEL_KIND_PEFT,     /* adapter_config.json alone: needs a base */
} EmoModelKind;

EmoModelKind emo_model_kind_of (const char *folder);

/* @labels (nullable): replaces a hub folder's default; a bundle's own labels
 * cannot be replaced (INVALID_FILE). @base (nullable): a PEFT folder's base. */
EmoBundle *emo_bundle_load (const char          *path,
                            const char * const  *labels,
                            const char          *base,
                            GError             **error);
void       emo_bundle_free (EmoBundle           *self);
/* Whether the explanation goes on from prompt.answer (a string is open at its
 * end); FALSE: it is a second generation from prompt.reason. */
gboolean   emo_bundle_has_reason (EmoBundle     *self);
/* SHA-256 over the prompts and labels, as recorded in exports. */
char      *emo_bundle_dup_prompt_sha256 (EmoBundle *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoBundle, emo_bundle_free)

G_END_DECLS
