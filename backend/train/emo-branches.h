/* emo-branches.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

G_BEGIN_DECLS

/* How good two branches and their gate are on the same rows. */
typedef struct
{
  gsize          n;
  guint          n_labels;
  const guint32 *labels;      /* [n] */
  const float   *vlm;         /* [n, n_labels] probabilities, each */
  const float   *distilled;
  const float   *gated;
} EmoBranchRows;

/* (transfer full): a JSON object: "n"; of "vlm", "distilled", "gated" and "oracle",
 * who is right where either branch is, {"accuracy", "low", "high"}, of the gated one
 * with "macro_f1" and "ece"; "better" of the two branches, and "mcnemar_p" of the
 * gated one against it. */
char *emo_branches_to_json (const EmoBranchRows *rows);

G_END_DECLS
