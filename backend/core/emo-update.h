/* emo-update.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-gate-kind.h"

G_BEGIN_DECLS

/* What the engine thread tells about one picture, stage by stage: an immutable,
 * atomically ref-counted boxed struct. Stages come in this order; TEXT comes
 * once a piece of streamed text, each piece whole UTF-8. A branch that the
 * bundle lacks sends nothing. EmoPrediction applies them on the main thread. */
typedef enum
{
  EMO_STAGE_INPUT,      /* what is fed: size, grid, tokens; ms: decode + resize + patches */
  EMO_STAGE_VISION,     /* the tower is done, in_domain known; ms: the tower */
  EMO_STAGE_DISTILLED,  /* distilled answer */
  EMO_STAGE_PREFILL,    /* ms: decoder prefill */
  EMO_STAGE_VLM,        /* label scores; ms: the score pass */
  EMO_STAGE_GATE,       /* gated answer and contributions */
  EMO_STAGE_TEXT,       /* a piece of the explanation */
  EMO_STAGE_EXPLAINED,  /* the explanation's end; ms: all of it */
  EMO_STAGE_EVIDENCE,   /* a heat map, or how far it is; before the text where both are asked for */
  EMO_STAGE_DONE,       /* ms: the whole picture */
} EmoStage;

typedef enum
{
  EMO_BRANCH_VLM,
  EMO_BRANCH_DISTILLED,
  EMO_BRANCH_GATED,
} EmoBranch;
#define EMO_N_BRANCHES 3

typedef enum
{
  EMO_DOMAIN_UNKNOWN = -1,   /* the bundle has no domain statistics */
  EMO_DOMAIN_OUT = 0,
  EMO_DOMAIN_IN = 1,
} EmoDomainVerdict;

#define EMO_TYPE_UPDATE (emo_update_get_type ())

struct _EmoUpdate
{
  /*< private >*/
  gatomicrefcount ref_count;

  /*< public; read-only once sent >*/
  EmoStage stage;
  double   ms;              /* milliseconds of the stage, where it has a time */
  guint    n_labels;        /* length of every array below */

  /* INPUT */
  int      width, height;   /* after orientation, pixels */
  int      grid[3];         /* t, h, w in patches */
  int      image_tokens;    /* merged visual tokens T */

  /* VISION */
  EmoDomainVerdict in_domain;
  double   domain_distance; /* Mahalanobis distance over the threshold's; NaN if unknown */

  /* DISTILLED, VLM, GATE: [n_labels] each, owned */
  double  *probabilities;
  double  *scores;          /* logits (distilled, gated) or summed log-probabilities (VLM) */
  double   mass;            /* VLM: sum over labels of exp(score) */

  /* GATE: [n_labels] each, owned; rest + vlm + distilled = gated logits */
  EmoGateKind gate_kind;
  EmoVlmInput vlm_input;
  double  *contribution_vlm;
  double  *contribution_distilled;
  double  *contribution_rest;
  double  *weights;         /* (nullable) dynamic: 2 branch weights; moe: expert weights */
  guint    n_weights;
  char    *weights_title;   /* (nullable) "branch weights", "expert weights" */

  /* TEXT, EXPLAINED; the text as generated, U+0000 as EMO_TEXT_NUL */
  int      label;           /* which label the text argues for */
  char    *text;            /* the piece (TEXT) or the whole, cut and unescaped (EXPLAINED) */
  gboolean complete;        /* EXPLAINED: an answer end or <|im_end|> was reached */
  guint    n_tokens;        /* EXPLAINED: generated tokens */

  /* EVIDENCE: row-major [map_height, map_width] over the picture, owned; with
   * label -1 one such map a label, in their order. Without a map it tells how
   * far it is. */
  EmoBranch branch;
  double   progress;        /* 0 to 1 */
  int      map_width, map_height;
  double  *map;             /* (nullable) */
};

GType      emo_update_get_type (void);
EmoUpdate *emo_update_new      (EmoStage   stage);
EmoUpdate *emo_update_ref      (EmoUpdate *self);
void       emo_update_unref    (EmoUpdate *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoUpdate, emo_update_unref)

G_END_DECLS
