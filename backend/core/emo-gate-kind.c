/* emo-gate-kind.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-gate-kind.h"

G_DEFINE_ENUM_TYPE (EmoGateKind, emo_gate_kind,
                    G_DEFINE_ENUM_VALUE (EMO_GATE_KIND_CONCAT_LINEAR, "concat-linear"),
                    G_DEFINE_ENUM_VALUE (EMO_GATE_KIND_BILINEAR, "bilinear"),
                    G_DEFINE_ENUM_VALUE (EMO_GATE_KIND_MOE, "moe"),
                    G_DEFINE_ENUM_VALUE (EMO_GATE_KIND_DYNAMIC, "dynamic"),
                    G_DEFINE_ENUM_VALUE (EMO_GATE_KIND_CROSS, "cross"))

G_DEFINE_ENUM_TYPE (EmoVlmInput, emo_vlm_input,
                    G_DEFINE_ENUM_VALUE (EMO_VLM_INPUT_PROBABILITIES, "probabilities"),
                    G_DEFINE_ENUM_VALUE (EMO_VLM_INPUT_ONE_HOT, "one-hot"))

/* The nick is the one spelling, so names cannot drift from the enum. Classes
 * of static enum types live as long as the process, and with them the nick. */
static const char *
enum_to_nick (GType type,
              int   number)
{
  GEnumClass *klass = g_type_class_ref (type);
  GEnumValue *value = g_enum_get_value (klass, number);

  g_type_class_unref (klass);

  return value != NULL ? value->value_nick : NULL;
}

static gboolean
enum_from_nick (GType       type,
                const char *text,
                int        *number)
{
  GEnumClass *klass = g_type_class_ref (type);
  GEnumValue *value = text != NULL ? g_enum_get_value_by_nick (klass, text) : NULL;

  if (value != NULL)
    *number = value->value;

  g_type_class_unref (klass);

  return value != NULL;
}

/**
 * emo_gate_kind_to_string:
 * @kind: a kind of gate
 *
 * Returns: (transfer none) (nullable): the name that manifests and exports
 *   write, such as "concat-linear"; %NULL for a number that is no kind
 */
const char *
emo_gate_kind_to_string (EmoGateKind kind)
{
  return enum_to_nick (EMO_TYPE_GATE_KIND, kind);
}

/**
 * emo_gate_kind_from_string:
 * @text: (nullable): a name such as "moe", case-sensitive
 * @out: (out): the kind, untouched when the name is unknown
 *
 * Returns: whether @text names a gate
 */
gboolean
emo_gate_kind_from_string (const char  *text,
                           EmoGateKind *out)
{
  int number;

  g_return_val_if_fail (out != NULL, FALSE);

  if (!enum_from_nick (EMO_TYPE_GATE_KIND, text, &number))
    return FALSE;

  *out = (EmoGateKind) number;

  return TRUE;
}

/**
 * emo_gate_kind_get_weights_title:
 * @kind: a kind of gate
 *
 * Returns: (transfer none) (nullable): what the weights are called that a gate of
 *   this kind mixes by, "branch weights"; %NULL where it has none
 */
const char *
emo_gate_kind_get_weights_title (EmoGateKind kind)
{
  static const char * const titles[EMO_N_GATE_KINDS] = {
    [EMO_GATE_KIND_MOE] = "expert weights",
    [EMO_GATE_KIND_DYNAMIC] = "branch weights",
  };

  g_return_val_if_fail (kind >= 0 && kind < EMO_N_GATE_KINDS, NULL);

  return titles[kind];
}

/**
 * emo_gate_kind_is_additive:
 * @kind: a kind of gate
 *
 * Returns: whether a gate of this kind is a sum of what each branch gives, so
 *   that a contribution is the same whatever the other branch says
 */
gboolean
emo_gate_kind_is_additive (EmoGateKind kind)
{
  return kind == EMO_GATE_KIND_CONCAT_LINEAR;
}

/**
 * emo_vlm_input_to_string:
 * @input: what a gate sees of the VLM
 *
 * Returns: (transfer none) (nullable): "probabilities" or "one-hot"
 */
const char *
emo_vlm_input_to_string (EmoVlmInput input)
{
  return enum_to_nick (EMO_TYPE_VLM_INPUT, input);
}

/**
 * emo_vlm_input_from_string:
 * @text: (nullable): "probabilities" or "one-hot", case-sensitive
 * @out: (out): the input, untouched when the name is unknown
 *
 * Returns: whether @text names an input
 */
gboolean
emo_vlm_input_from_string (const char  *text,
                           EmoVlmInput *out)
{
  int number;

  g_return_val_if_fail (out != NULL, FALSE);

  if (!enum_from_nick (EMO_TYPE_VLM_INPUT, text, &number))
    return FALSE;

  *out = (EmoVlmInput) number;

  return TRUE;
}
