/* emo-bundle-classifier.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-classifier.h"
#include "emo-load-watch.h"

G_BEGIN_DECLS

/* The real EmoClassifier: a bundle, a plain hub folder or a PEFT folder, loaded
 * and ready. Engine thread only, but for get_info and prepare. */
#define EMO_TYPE_BUNDLE_CLASSIFIER (emo_bundle_classifier_get_type ())
G_DECLARE_FINAL_TYPE (EmoBundleClassifier, emo_bundle_classifier, EMO, BUNDLE_CLASSIFIER, GObject)

typedef struct
{
  const char         *path;         /* the model folder */
  const char         *base;         /* (nullable) base of a PEFT folder */
  const char * const *labels;       /* (nullable) for a plain hub folder */
  const char         *device;       /* "auto", "cpu", "cuda", "cuda:1" */
  const char         *dtype;        /* "auto", "float32", "bfloat16", "nf4"; "int8" is refused in words */
  int                 threads;      /* 0: all cores this process may use */
  guint64             seed;
  gint64              max_pixels;   /* 0: the bundle's */
  gboolean            any_size;     /* load even what this computer's memory cannot hold at once */
} EmoLoadOptions;
#define EMO_LOAD_OPTIONS_INIT { .device = "auto", .dtype = "auto" }

/* Errors: MODEL (no such folder or no model), those of the file formats,
 * UNSUPPORTED, OUT_OF_MEMORY (need and free named), SHAPE, MISSING_WEIGHT;
 * CANCELLED within a tensor or a few megabytes. */
EmoClassifier *emo_bundle_classifier_load (const EmoLoadOptions  *options,
                                           EmoLoadProgress        progress,   /* (nullable) */
                                           gpointer               user_data,
                                           GCancellable          *cancellable,
                                           GError               **error);

/* Waits until the hashes in its EmoModelInfo are there; else they come with the
 * first picture. Engine thread. */
void           emo_bundle_classifier_complete_info (EmoBundleClassifier *self);

/* The mean visual token [H] of the picture classified last, for checks; NULL
 * before the first. */
const float   *emo_bundle_classifier_get_visual_mean (EmoBundleClassifier *self,
                                                      guint               *length);

/* What libtorch would run on: "cpu" or "cuda:0 (NVIDIA ...)", and why there is no
 * GPU where there is none ("libtorch is a CPU build", "no driver"). */
char          *emo_device_dup_description (const char *device);
const char    *emo_torch_get_version      (void);

G_END_DECLS
