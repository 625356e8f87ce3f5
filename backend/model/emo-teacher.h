/* emo-teacher.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-label-set.h"
#include "emo-parameters.h"

G_BEGIN_DECLS

/* A teacher: the picture network whose class probabilities the distilled head
 * learns. Three kinds, one constant vtable per file in one table keyed by
 * EmoTeacherKind (emo-teacher-private.h). Weights go by the names of their
 * origin: transformers' ViTForImageClassification, torchvision's ResNet and VGG.
 * float32 on the CPU. Engine thread only. */
typedef struct _EmoTeacher EmoTeacher;

typedef enum
{
  EMO_TEACHER_VIT,
  EMO_TEACHER_RESNET,
  EMO_TEACHER_VGG,
  EMO_TEACHER_N_KINDS,
} EmoTeacherKind;

#define EMO_TEACHER_MAX_STAGES 8

typedef struct
{
  EmoTeacherKind kind;
  guint          image_size;                        /* pictures are square */
  gboolean       whole;                             /* all of a picture, its sides made equal; FALSE: its centre */
  double         mean[3];                           /* of red, green, blue in 0..1 */
  double         std[3];
  double         dropout;                           /* what the kind is trained with */
  guint          width;                             /* ViT: hidden size; else channels of the first stage */

  guint          depth;                             /* ViT: layers */
  guint          heads;
  guint          mlp;
  guint          patch_size;
  double         norm_eps;

  guint          n_stages;                          /* ResNet, VGG */
  guint          stages[EMO_TEACHER_MAX_STAGES];    /* blocks or convolutions in each */
  gboolean       bottleneck;                        /* ResNet: three convolutions a block, not two */
  guint          pool;                              /* VGG: side of the grid that the classifier reads */
  guint          hidden;                            /* VGG: width of the classifier's layers */
} EmoTeacherConfig;

/* One forward: training takes a batch's own statistics, moves the running ones
 * and drops with probability @dropout by @draw. */
typedef struct
{
  gboolean training;
  double   dropout;
  EmoDraw  draw;
  EmoDtype dtype;      /* of the convolutions, where there are any; all else is float32 */
} EmoTeacherPass;

/* "vit-base", "resnet-50", ...; FALSE with UNSUPPORTED and the known names. */
gboolean                emo_teacher_config_init_named (EmoTeacherConfig     *config,
                                                       const char           *name,
                                                       GError              **error);
const char             *emo_teacher_config_get_nth    (guint                 index);     /* (nullable) past the last */

EmoTeacher             *emo_teacher_new               (const EmoTeacherConfig *config,
                                                       EmoLabelSet          *labels,
                                                       guint64               seed,
                                                       GError              **error);
/* Reads no weights: whether there is a teacher at @path, of @labels (nullable). */
gboolean                emo_teacher_check             (const char           *path,
                                                       EmoLabelSet          *labels,
                                                       GError              **error);
/* To train: a head for other classes is replaced. */
EmoTeacher             *emo_teacher_load              (const char           *path,
                                                       EmoLabelSet          *labels,
                                                       guint64               seed,
                                                       GPtrArray            *notes,
                                                       GError              **error);
/* To ask: a head for other classes is an error. */
EmoTeacher             *emo_teacher_load_trained      (const char           *path,
                                                       EmoLabelSet          *labels,
                                                       GError              **error);
gboolean                emo_teacher_save              (EmoTeacher           *self,
                                                       const char           *folder,
                                                       GError              **error);
void                    emo_teacher_free              (EmoTeacher           *self);

const EmoTeacherConfig *emo_teacher_get_config        (EmoTeacher           *self);
EmoLabelSet            *emo_teacher_get_labels        (EmoTeacher           *self);
const char             *emo_teacher_get_kind_name     (EmoTeacher           *self);      /* "vit" */
/* A parameter or a running statistic by its name; (nullable), borrowed. */
EmoTensor              *emo_teacher_find              (EmoTeacher           *self,
                                                       const char           *name);
/* Running statistics, which training moves and no gradient does; NULL past the last. */
EmoTensor              *emo_teacher_get_statistic     (EmoTeacher           *self,
                                                       guint                 index,
                                                       const char          **name);
/* Makes every parameter a leaf that is listed; running statistics are none. */
gboolean                emo_teacher_list_parameters   (EmoTeacher           *self,
                                                       EmoParameters        *parameters,
                                                       GError              **error);
/* pictures [B, 3, side, side] -> logits [B, n]. */
EmoTensor              *emo_teacher_forward           (EmoTeacher           *self,
                                                       EmoScope             *scope,
                                                       EmoTensor            *pictures,
                                                       const EmoTeacherPass *pass);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoTeacher, emo_teacher_free)

G_END_DECLS
