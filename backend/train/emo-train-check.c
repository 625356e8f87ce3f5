/* emo-train-check.c: what a recipe asks of later stages
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-error.h"
#include "emo-file.h"
#include "emo-teacher.h"
#include "emo-train-check.h"

static gboolean
check_network (const char  *network,
               GError     **error)
{
  g_autoptr(GError) unknown = NULL;
  g_autofree char *shown = emo_file_escape_name (network);
  EmoTeacherConfig config;

  if (g_file_test (network, G_FILE_TEST_EXISTS))
    return emo_teacher_check (network, NULL, error);
  if (strchr (network, '/') != NULL)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_USAGE, "teacher.network: there is no file or folder %s", shown);
      return FALSE;
    }
  if (emo_teacher_config_init_named (&config, shown, &unknown))
    return TRUE;
  g_set_error_literal (error, EMO_ERROR, EMO_ERROR_USAGE, unknown->message);

  return FALSE;
}

static gboolean
check_folds (guint    folds,
             GError **error)
{
  if (folds != 1)
    return TRUE;
  g_set_error_literal (error, EMO_ERROR, EMO_ERROR_USAGE, "distilled.folds: 1 leaves nothing to fit on; 0 fits without folds");

  return FALSE;
}

/**
 * emo_train_check:
 * @stages: those that are asked for
 * @recipe: theirs
 * @error: return location
 *
 * Returns: whether they can begin
 */
gboolean
emo_train_check (guint                  stages,
                 const EmoTrainRecipe  *recipe,
                 GError               **error)
{
  g_return_val_if_fail (recipe != NULL, FALSE);

  return ((stages & 1u << EMO_TRAIN_TEACHER) == 0 || check_network (recipe->teacher.network, error)) &&
         ((stages & 1u << EMO_TRAIN_DISTILLED) == 0 || check_folds (recipe->distilled.folds, error));
}
