/* emo-backend.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

/* The umbrella of public headers: what front ends include, and nothing deeper.
 * Never of tensor/. Valid C11. */
#include "core/emo-types.h"
#include "core/emo-classifier.h"
#include "core/emo-csv.h"
#include "core/emo-divergence.h"
#include "core/emo-emotion.h"
#include "core/emo-engine.h"
#include "core/emo-error.h"
#include "core/emo-evidence.h"
#include "core/emo-file.h"
#include "core/emo-fusion.h"
#include "core/emo-gate-kind.h"
#include "core/emo-job.h"
#include "core/emo-json.h"
#include "core/emo-label-set.h"
#include "core/emo-locale.h"
#include "core/emo-model-info.h"
#include "core/emo-paths.h"
#include "core/emo-prediction.h"
#include "core/emo-text.h"
#include "core/emo-update.h"
#include "core/emo-what-if.h"
#include "data/emo-dataset.h"
#include "data/emo-run-entry.h"
#include "data/emo-run-store.h"
#include "data/emo-synth.h"
#include "evaluate/emo-metrics.h"
#include "figure/emo-figure-sheet.h"
#include "image/emo-image-format.h"
#include "image/emo-image.h"
#include "image/emo-patches.h"
#include "model/emo-bpe-trainer.h"
#include "model/emo-bundle-classifier.h"
#include "model/emo-bundle.h"
#include "model/emo-model-need.h"
#include "model/emo-tokenizer.h"
#include "session/emo-cite.h"
#include "session/emo-collect.h"
#include "session/emo-export.h"
#include "session/emo-sample.h"
#include "session/emo-session.h"
#include "session/emo-table.h"
#include "session/emo-uri-list.h"
#include "train/emo-early-stopping.h"
#include "train/emo-lr-schedule.h"
