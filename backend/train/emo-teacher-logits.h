/* emo-teacher-logits.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-teacher-view.h"
#include "emo-teacher.h"

G_BEGIN_DECLS

/* What a teacher says of the picture at @place in the list: @logits [labels], or
 * NULL where it is broken, and @broken says why, with its name. @sha256 of the
 * file (nullable) where it could not be read. FALSE with @error ends the run. */
typedef gboolean (*EmoTeacherLogitsFunc) (guint            place,
                                          const char      *sha256,
                                          const float     *logits,
                                          const GError    *broken,
                                          gpointer         user_data,
                                          GError         **error);

/* A teacher's logits of a list of pictures, each seen whole and always the same
 * way; several threads decode ahead. @func is called in the list's order, on the
 * caller's thread. A picture's logits are the same to the last bit whatever
 * others are in the list. Engine thread only. Errors: @func's, CANCELLED,
 * OUT_OF_MEMORY, TORCH. */
gboolean emo_teacher_logits_run    (EmoTeacher           *teacher,
                                    const char * const   *paths,         /* [n] */
                                    guint                 n,
                                    EmoTeacherLogitsFunc  func,
                                    gpointer              user_data,
                                    GCancellable         *cancellable,   /* (nullable) */
                                    GError              **error);
/* How @teacher takes pictures. */
void     emo_teacher_view_init_for (EmoTeacherView       *view,
                                    EmoTeacher           *teacher);

G_END_DECLS
