/* emo-teacher-logits.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-picture-loader.h"
#include "emo-teacher-logits.h"

/* Every forward has this many pictures, the last one with empty ones in it: what
 * a matrix product's kernel does with a row hangs on how many there are. */
#define BATCH 16

/* Pictures read ahead, in batches. */
#define BATCHES_AHEAD 2

typedef struct
{
  EmoTeacher           *teacher;
  EmoTeacherView        view;
  EmoPictureLoader     *loader;
  EmoLoadedPicture     *pictures[BATCH];
  float                *planes;           /* [BATCH, 3, side, side] */
  float                *logits;           /* [BATCH, labels] */
  guint                 n_labels;
  EmoTeacherLogitsFunc  func;
  gpointer              user_data;
  GCancellable         *cancellable;
} Run;

/**
 * emo_teacher_view_init_for:
 * @view: (out): how it takes pictures
 * @teacher: a teacher
 */
void
emo_teacher_view_init_for (EmoTeacherView *view,
                           EmoTeacher     *teacher)
{
  const EmoTeacherConfig *config = emo_teacher_get_config (teacher);

  view->side = config->image_size;
  view->whole = config->whole;
  memcpy (view->mean, config->mean, sizeof view->mean);
  memcpy (view->std, config->std, sizeof view->std);
}

static GBytes *
fit_cb (EmoImage  *image,
        guint      place G_GNUC_UNUSED,
        gpointer   user_data,
        GError   **error)
{
  return emo_teacher_view_fit (user_data, image, error);
}

static void
run_clear (Run *run)
{
  for (guint i = 0; i < BATCH; i++)
    g_clear_pointer (&run->pictures[i], emo_loaded_picture_free);
}

/* Returns how many pictures there were left. Broken ones leave their place black. */
static guint
fill (Run *run)
{
  gsize count = emo_teacher_view_count (&run->view);
  guint n = 0;

  memset (run->planes, 0, BATCH * count * sizeof *run->planes);
  for (; n < BATCH; n++)
    {
      EmoLoadedPicture *picture = emo_picture_loader_next (run->loader);

      if (picture == NULL)
        break;
      run->pictures[n] = picture;
      if (picture->values != NULL)
        memcpy (run->planes + n * count, g_bytes_get_data (picture->values, NULL), count * sizeof *run->planes);
    }

  return n;
}

static gboolean
compute (Run     *run,
         GError **error)
{
  const EmoTeacherPass pass = { .training = FALSE };
  gint64 side = run->view.side, shape[] = { BATCH, 3, side, side };
  EmoScope *scope = emo_scope_open (run->cancellable, FALSE);
  EmoTensor *pictures = emo_op_floats (scope, run->planes, 4, shape, EMO_DTYPE_F32, EMO_DEVICE_CPU);

  emo_scope_read (scope, emo_teacher_forward (run->teacher, scope, pictures, &pass), run->logits, (gsize) BATCH * run->n_labels);

  return emo_scope_close (scope, error);
}

static gboolean
tell (Run     *run,
      guint    n,
      GError **error)
{
  for (guint i = 0; i < n; i++)
    {
      EmoLoadedPicture *picture = run->pictures[i];
      const float *logits = picture->values != NULL ? run->logits + (gsize) i * run->n_labels : NULL;

      if (!run->func (picture->place, picture->sha256, logits, picture->error, run->user_data, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
run_batches (Run     *run,
             GError **error)
{
  for (;;)
    {
      guint n = fill (run);
      gboolean ok = n == 0 || (compute (run, error) && tell (run, n, error));

      run_clear (run);
      if (!ok || n == 0)
        return ok;
    }
}

/**
 * emo_teacher_logits_run:
 * @teacher: a teacher
 * @paths: (array length=n): local files, bytes
 * @n: how many
 * @func: takes each picture's logits
 * @user_data: for @func
 * @cancellable: (nullable): ends the run between two ops
 * @error: return location
 *
 * Returns: whether @func was called for every picture
 */
gboolean
emo_teacher_logits_run (EmoTeacher            *teacher,
                        const char * const    *paths,
                        guint                  n,
                        EmoTeacherLogitsFunc   func,
                        gpointer               user_data,
                        GCancellable          *cancellable,
                        GError               **error)
{
  Run run = {
    .teacher = teacher, .n_labels = emo_label_set_get_size (emo_teacher_get_labels (teacher)), .func = func,
    .user_data = user_data, .cancellable = cancellable,
  };
  EmoPictureLoaderOptions options = { .n_ahead = BATCHES_AHEAD * BATCH, .prepare = fit_cb, .user_data = &run.view };
  gboolean ok = FALSE;

  emo_teacher_view_init_for (&run.view, teacher);
  run.planes = g_try_new (float, BATCH * emo_teacher_view_count (&run.view));
  run.logits = g_new (float, (gsize) BATCH * run.n_labels);
  if (run.planes == NULL)
    g_set_error (error, EMO_ERROR, EMO_ERROR_OUT_OF_MEMORY, "no memory for %d pictures of %u x %u", BATCH, run.view.side, run.view.side);
  else
    {
      run.loader = emo_picture_loader_new (paths, n, &options);
      ok = run_batches (&run, error);
      emo_picture_loader_free (run.loader);
    }
  g_free (run.planes);
  g_free (run.logits);

  return ok;
}
