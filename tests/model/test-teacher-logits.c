/* test-teacher-logits.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-test-files.h"
#include "emo-teacher-logits.h"

#define N        37   /* two batches and a part of one */
#define N_LABELS 3
#define BROKEN   20

static const char *const names[] = { "a", "b", "c", NULL };

static EmoTeacher *
make_teacher (const char *name)
{
  g_autoptr(EmoLabelSet) set = emo_label_set_new (names, NULL);
  g_autoptr(GError) error = NULL;
  EmoTeacherConfig config;
  EmoTeacher *teacher;

  emo_teacher_config_init_named (&config, name, &error);
  g_assert_no_error (error);
  config.image_size = 56;
  teacher = emo_teacher_new (&config, set, 3, &error);
  g_assert_no_error (error);

  return teacher;
}

/* A picture that no other number has. */
static char *
write_picture (const char *root,
               const char *name,
               guint       number,
               int         width,
               int         height)
{
  gsize n = (gsize) width * height * 3;
  g_autofree guint8 *pixels = g_malloc (n);

  for (gsize i = 0; i < n; i++)
    pixels[i] = (i * (number + 3) / 64) % 256;

  return emo_test_write_pixels (root, name, width, height, pixels);
}

/* Pictures of many sizes, one of them broken. */
static GPtrArray *
write_pictures (const char *root)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);

  for (int i = 0; i < N; i++)
    {
      g_autofree char *name = g_strdup_printf ("%02d.png", i);

      g_ptr_array_add (paths, i == BROKEN ? emo_test_write_text (root, name, "no picture")
                                          : write_picture (root, name, i, 30 + 3 * i, 40 + i % 5));
    }

  return paths;
}

typedef struct
{
  guint         n;
  guint         n_broken;
  guint         stop_at;         /* calls; 0: none */
  GCancellable *cancellable;     /* (nullable) cancelled by the first call */
  float         logits[N][N_LABELS];
} Heard;

static gboolean
heard_cb (guint          place,
          const char    *sha256,
          const float   *logits,
          const GError  *broken,
          gpointer       user_data,
          GError       **error)
{
  Heard *heard = user_data;

  g_assert_cmpuint (place, ==, heard->n);
  g_assert_true ((logits == NULL) == (broken != NULL));
  if (logits != NULL)
    {
      g_assert_cmpuint (strlen (sha256), ==, 64);
      memcpy (heard->logits[place], logits, sizeof heard->logits[place]);
    }
  else
    {
      g_assert_nonnull (strstr (broken->message, "20.png"));
      heard->n_broken++;
    }
  heard->n++;
  if (heard->cancellable != NULL)
    g_cancellable_cancel (heard->cancellable);
  if (heard->n != heard->stop_at)
    return TRUE;
  g_set_error_literal (error, EMO_ERROR, EMO_ERROR_NO_SPACE, "the disk is full");

  return FALSE;
}

static void
run (EmoTeacher *teacher,
     GPtrArray  *paths,
     guint       first,
     guint       n,
     Heard      *heard)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (emo_teacher_logits_run (teacher, (const char * const *) paths->pdata + first, n, heard_cb, heard, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (heard->n, ==, n);
}

/* In a list of its own or among others: the same bits. */
static void
test_logits_hang_on_the_picture_alone (gconstpointer name)
{
  g_autofree char *root = emo_test_make_folder ();
  g_autoptr(GPtrArray) paths = write_pictures (root);
  g_autoptr(EmoTeacher) teacher = make_teacher (name);
  Heard all = { 0 };

  run (teacher, paths, 0, N, &all);
  g_assert_cmpuint (all.n_broken, ==, 1);
  g_assert_cmpfloat (all.logits[0][0], !=, all.logits[1][0]);
  for (guint first = 0; first < N; first += 7)
    {
      Heard part = { 0 };
      guint n = MIN (5, N - first);

      if (first <= BROKEN && BROKEN < first + n)
        continue;
      run (teacher, paths, first, n, &part);
      g_assert_cmpmem (part.logits, n * sizeof part.logits[0], all.logits[first], n * sizeof part.logits[0]);
    }
  emo_test_remove_folder (root);
}

/* The planes are those of the picture, computed by hand. */
static void
test_logits_are_the_forward_s (void)
{
  g_autofree char *root = emo_test_make_folder ();
  g_autofree char *path = write_picture (root, "0.png", 5, 90, 70);
  g_autoptr(EmoTeacher) teacher = make_teacher ("resnet-tiny");
  g_autoptr(GPtrArray) paths = g_ptr_array_new ();
  g_autoptr(EmoImage) image = NULL;
  g_autoptr(EmoImage) fitted = NULL;
  g_autoptr(GError) error = NULL;
  const EmoTeacherConfig *config = emo_teacher_get_config (teacher);
  const EmoTeacherPass pass = { .training = FALSE };
  g_autofree float *planes = g_new (float, 3 * 56 * 56);
  float expected[N_LABELS];
  EmoTensor *pictures;
  EmoScope *scope;
  Heard heard = { 0 };

  image = emo_image_load (path, FALSE, &error);
  g_assert_no_error (error);
  g_assert_true (config->whole);
  fitted = emo_image_resize (image, 56, 56, EMO_FILTER_BILINEAR);
  emo_augment_normalise (fitted, config->mean, config->std, planes);
  scope = emo_scope_open (NULL, FALSE);
  pictures = emo_op_floats (scope, planes, 4, (gint64[]) { 1, 3, 56, 56 }, EMO_DTYPE_F32, EMO_DEVICE_CPU);
  emo_scope_read (scope, emo_teacher_forward (teacher, scope, pictures, &pass), expected, N_LABELS);
  emo_scope_close (scope, &error);
  g_assert_no_error (error);

  g_ptr_array_add (paths, path);
  run (teacher, paths, 0, 1, &heard);
  for (guint i = 0; i < N_LABELS; i++)
    g_assert_cmpfloat_with_epsilon (heard.logits[0][i], expected[i], 1e-5);
  emo_test_remove_folder (root);
}

static void
test_logits_end_early (void)
{
  g_autofree char *root = emo_test_make_folder ();
  g_autoptr(GPtrArray) paths = write_pictures (root);
  g_autoptr(EmoTeacher) teacher = make_teacher ("resnet-tiny");
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;
  Heard full = { .stop_at = 18 }, stopped = { .cancellable = cancellable }, none = { 0 };

  g_assert_false (emo_teacher_logits_run (teacher, (const char * const *) paths->pdata, N, heard_cb, &full, NULL, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_NO_SPACE);
  g_assert_cmpuint (full.n, ==, 18);
  g_clear_error (&error);
  g_assert_false (emo_teacher_logits_run (teacher, (const char * const *) paths->pdata, N, heard_cb, &stopped, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (stopped.n, ==, 16);
  g_clear_error (&error);
  g_assert_true (emo_teacher_logits_run (teacher, NULL, 0, heard_cb, &none, NULL, &error));
  g_assert_cmpuint (none.n, ==, 0);
  emo_test_remove_folder (root);
}

int
main (int   argc,
      char *argv[])
{
  emo_torch_init (2);
  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/Emo/TeacherLogits/hang-on-the-picture-alone-resnet", "resnet-tiny", test_logits_hang_on_the_picture_alone);
  g_test_add_data_func ("/Emo/TeacherLogits/hang-on-the-picture-alone-vit", "vit-tiny", test_logits_hang_on_the_picture_alone);
  g_test_add_data_func ("/Emo/TeacherLogits/hang-on-the-picture-alone-vgg", "vgg-tiny", test_logits_hang_on_the_picture_alone);
  g_test_add_func ("/Emo/TeacherLogits/are-the-forward-s", test_logits_are_the_forward_s);
  g_test_add_func ("/Emo/TeacherLogits/end-early", test_logits_end_early);

  return g_test_run ();
}
