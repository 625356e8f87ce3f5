/* emo-test-figures.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-backend.h"

G_BEGIN_DECLS

/* An answer of all branches about Mikels' eight, with every word there is on a
 * sheet. The last label of the wheel's order wins with @p, the others share the
 * rest. */
EmoFigureAnswer *emo_test_figure_answer     (double p);
/* "label 1", "label 2", ..., which are nobody's emotions, even probabilities. */
EmoFigureAnswer *emo_test_figure_answer_of  (guint  n_labels);

G_END_DECLS
