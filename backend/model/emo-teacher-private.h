/* emo-teacher-private.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-json.h"
#include "emo-teacher.h"

G_BEGIN_DECLS

/* A teacher's kind is one constant vtable in a file of its own and one line in
 * emo-teacher.c's table; nothing else switches on the kind. */

/* How a tensor's values are drawn when it is trained from scratch. */
typedef enum
{
  EMO_START_CONSTANT,
  EMO_START_NORMAL,      /* of deviation @scale */
  EMO_START_TRUNCATED,   /* the same, drawn again beyond two deviations */
  EMO_START_UNIFORM,     /* in [-scale, scale) */
} EmoStart;

#define EMO_TEACHER_MAX_RANK 4

typedef struct
{
  char      *name;
  guint      rank;
  gint64     shape[EMO_TEACHER_MAX_RANK];
  EmoStart   start;
  double     scale;
  gboolean   head;      /* its first side is the labels */
  gboolean   buffer;    /* a running statistic: not trained */
  EmoTensor *tensor;
} EmoTeacherTensor;

typedef struct
{
  const char *name;     /* "vit" */
  const char *marker;   /* a tensor that tells a file of this kind */
  double      mean[3];  /* where no file says them */
  double      std[3];

  /* Names every tensor by _emo_teacher_declare(). */
  void        (*declare)      (EmoTeacher             *self);
  EmoTensor * (*forward)      (EmoTeacher             *self,
                               EmoScope               *scope,
                               EmoTensor              *x,       /* [B, 3, side, side] */
                               const EmoTeacherPass   *pass);
  /* Sizes from a file's shapes or from config.json (nullable). */
  gboolean    (*read_config)  (EmoTeacherConfig       *config,
                               EmoSafetensors         *file,
                               const EmoJsonValue     *json,
                               const char             *path,
                               GError                **error);
  /* (nullable): the origin's own config.json. */
  void        (*write_config) (const EmoTeacherConfig *config,
                               EmoLabelSet            *labels,
                               GString                *out);
} EmoTeacherClass;

struct _EmoTeacher
{
  const EmoTeacherClass *klass;
  EmoTeacherConfig       config;
  EmoLabelSet           *labels;
  guint                  n;         /* labels */
  GPtrArray             *tensors;   /* of EmoTeacherTensor, as declared */
  GHashTable            *by_name;   /* borrowed name -> borrowed EmoTeacherTensor */
};

extern const EmoTeacherClass _emo_teacher_vit;
extern const EmoTeacherClass _emo_teacher_resnet;
extern const EmoTeacherClass _emo_teacher_vgg;

const EmoTeacherClass *_emo_teacher_class_get    (EmoTeacherKind            kind);
/* With every tensor declared and none filled; SHAPE where the sizes are absurd. */
EmoTeacher            *_emo_teacher_new_empty    (const EmoTeacherConfig   *config,
                                                  EmoLabelSet              *labels,
                                                  GError                  **error);
/* Declares @prefix@suffix; the shape ends with the first 0. */
EmoTeacherTensor      *_emo_teacher_declare      (EmoTeacher               *self,
                                                  const char               *prefix,
                                                  const char               *suffix,
                                                  const gint64              shape[EMO_TEACHER_MAX_RANK],
                                                  EmoStart                  start,
                                                  double                    scale);
gint64                 _emo_teacher_tensor_count (const EmoTeacherTensor   *tensor);
/* Draws one tensor's first values. */
gboolean               _emo_teacher_tensor_start (EmoTeacherTensor         *tensor,
                                                  guint64                   seed,
                                                  GError                  **error);
/* @prefix@suffix, which was declared. */
EmoTensor             *_emo_teacher_get          (EmoTeacher               *self,
                                                  const char               *prefix,
                                                  const char               *suffix);
/* x W^T + b of PREFIX.weight and PREFIX.bias. */
EmoTensor             *_emo_teacher_linear       (EmoTeacher               *self,
                                                  EmoScope                 *scope,
                                                  const char               *prefix,
                                                  EmoTensor                *x);
/* Nothing outside training. @place tells the layers of one pass apart. */
EmoTensor             *_emo_teacher_drop         (EmoScope                 *scope,
                                                  EmoTensor                *x,
                                                  const EmoTeacherPass     *pass,
                                                  guint                     place);

G_END_DECLS
