/* emo-gate-kind.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

G_BEGIN_DECLS

/* The five ways of fusing the branches (design.md section 2) and what the gate
 * sees of the VLM. Forwards and vtables are in model/; the names are here so
 * that files, exports and views can speak of them without torch. */
typedef enum
{
  EMO_GATE_KIND_CONCAT_LINEAR,   /* nick "concat-linear" */
  EMO_GATE_KIND_BILINEAR,        /* nick "bilinear" */
  EMO_GATE_KIND_MOE,             /* nick "moe" */
  EMO_GATE_KIND_DYNAMIC,         /* nick "dynamic" */
  EMO_GATE_KIND_CROSS,           /* nick "cross" */
} EmoGateKind;
#define EMO_N_GATE_KINDS 5

typedef enum
{
  EMO_VLM_INPUT_PROBABILITIES,   /* nick "probabilities" */
  EMO_VLM_INPUT_ONE_HOT,         /* nick "one-hot" */
} EmoVlmInput;

#define EMO_TYPE_GATE_KIND (emo_gate_kind_get_type ())
#define EMO_TYPE_VLM_INPUT (emo_vlm_input_get_type ())

GType       emo_gate_kind_get_type  (void);
GType       emo_vlm_input_get_type  (void);
const char *emo_gate_kind_to_string (EmoGateKind  kind);
gboolean    emo_gate_kind_from_string (const char *text, EmoGateKind *out);
/* Does it add its branches up, so that each acts without the other? */
gboolean    emo_gate_kind_is_additive (EmoGateKind kind);
const char *emo_vlm_input_to_string (EmoVlmInput  input);
gboolean    emo_vlm_input_from_string (const char *text, EmoVlmInput *out);
/* (nullable) what the numbers that a gate mixes by are called */
const char *emo_gate_kind_get_weights_title (EmoGateKind kind);

G_END_DECLS
