/* emo-test-history.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-backend.h"

G_BEGIN_DECLS

/* A store in a folder of its own, filled as a session would fill it, for tests
 * of the history's views. */
typedef struct
{
  char         *folder;
  EmoRunStore  *store;
  gint64        run;
  gint64        number;
  EmoModelInfo *info;      /* whose answers are put */
} EmoTestHistory;

void    emo_test_history_open      (EmoTestHistory *self);
void    emo_test_history_close     (EmoTestHistory *self);
/* Answers are another model's from now on. */
void    emo_test_history_set_model (EmoTestHistory *self,
                                    const char     *name);
/* An answer of @time for a picture that is not there. Gives its number. */
gint64  emo_test_history_put       (EmoTestHistory *self,
                                    const char     *file_name,
                                    guint           label,
                                    gint64          time);
void    emo_test_history_put_failed (EmoTestHistory *self,
                                     const char     *file_name,
                                     gint64          time);
/* 12:00 of a day of 2020 in the person's time zone. */
gint64  emo_test_history_noon      (int month,
                                    int day);

G_END_DECLS
