/* emo-test-files.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <glib/gstdio.h>

#include "emo-image.h"
#include "emo-test-files.h"

char *
emo_test_make_folder (void)
{
  g_autoptr(GError) error = NULL;
  char *folder = g_dir_make_tmp ("emo-test-XXXXXX", &error);

  g_assert_no_error (error);

  return folder;
}

/* Links are removed, not followed. */
void
emo_test_remove_folder (const char *folder)
{
  g_autoptr(GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_unlink (path) != 0)
        emo_test_remove_folder (path);
    }
  g_rmdir (folder);
}

static char *
make_path (const char *folder,
           const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *parent = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);

  return g_steal_pointer (&path);
}

char *
emo_test_write_text (const char *folder,
                     const char *name,
                     const char *text)
{
  g_autoptr(GError) error = NULL;
  char *path = make_path (folder, name);

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);

  return path;
}

char *
emo_test_write_picture (const char *folder,
                        const char *name,
                        int         width,
                        int         height)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GdkPixbuf) pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, width, height);
  char *path = make_path (folder, name);

  gdk_pixbuf_fill (pixbuf, 0x3366ccffu);
  gdk_pixbuf_save (pixbuf, path, "png", &error, NULL);
  g_assert_no_error (error);

  return path;
}

char *
emo_test_write_pixels (const char   *folder,
                       const char   *name,
                       int           width,
                       int           height,
                       const guint8 *pixels)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(EmoImage) image = emo_image_new (width, height, g_bytes_new (pixels, (gsize) width * height * 3));
  g_autoptr(GBytes) png = emo_image_encode_png (image, &error);
  char *path = make_path (folder, name);

  g_assert_no_error (error);
  g_file_set_contents (path, g_bytes_get_data (png, NULL), g_bytes_get_size (png), &error);
  g_assert_no_error (error);

  return path;
}

void
emo_test_wait (const gboolean *done,
               guint           seconds)
{
  gint64 end = g_get_monotonic_time () + seconds * G_USEC_PER_SEC;

  while (!*done)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      if (!g_main_context_iteration (NULL, FALSE))
        g_usleep (200);
    }
}
