/* safetensors-fixture.h: files made at test time in a folder of their own
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "emo-error.h"
#include "emo-safetensors.h"

#if defined (__SANITIZE_ADDRESS__)
#define FIXTURE_SANITIZED TRUE
#else
#define FIXTURE_SANITIZED FALSE
#endif

typedef struct
{
  char *folder;
} Fixture;

static inline void
fixture_set_up (Fixture      *fixture,
                gconstpointer user_data)
{
  g_autoptr (GError) error = NULL;

  fixture->folder = g_dir_make_tmp ("emo-test-XXXXXX", &error);
  g_assert_no_error (error);
}

static inline void
fixture_tear_down (Fixture      *fixture,
                   gconstpointer user_data)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

      g_remove (path);
    }
  g_rmdir (fixture->folder);
  g_free (fixture->folder);
}

static inline char *
fixture_path (Fixture    *fixture,
              const char *name)
{
  return g_build_filename (fixture->folder, name, NULL);
}

/* Not g_file_set_contents, which would leave the mode to the umask: the files
 * have to be ours alone, or they are never mapped. */
static inline void
fixture_write (const char *path,
               const void *data,
               gsize       length)
{
  int fd = g_open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, data, length), ==, (gssize) length);
  g_assert_cmpint (close (fd), ==, 0);
}

/* A safetensors file with the header as given and n_data bytes 0, 1, 2, ... */
static inline char *
fixture_safetensors (Fixture    *fixture,
                     const char *name,
                     const char *header,
                     gsize       header_length,
                     gsize       n_data)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint64 prefix = GUINT64_TO_LE ((guint64) header_length);
  char *path = fixture_path (fixture, name);

  g_byte_array_append (bytes, (const guint8 *) &prefix, sizeof prefix);
  g_byte_array_append (bytes, (const guint8 *) header, header_length);
  for (gsize i = 0; i < n_data; i++)
    g_byte_array_append (bytes, &(guint8) { (guint8) i }, 1);
  fixture_write (path, bytes->data, bytes->len);
  return path;
}

/* A file of one zero tensor of @n_bytes, sparse on disk. */
static inline char *
fixture_sparse (Fixture    *fixture,
                const char *name,
                const char *dtype,
                guint64     n_elements,
                guint64     n_bytes)
{
  g_autofree char *header = g_strdup_printf ("{\"w\":{\"dtype\":\"%s\",\"shape\":[%" G_GUINT64_FORMAT "],\"data_offsets\":[0,%" G_GUINT64_FORMAT "]}}",
                                             dtype, n_elements, n_bytes);
  char *path = fixture_safetensors (fixture, name, header, strlen (header), 0);

  g_assert_cmpint (truncate (path, (off_t) (8 + strlen (header) + n_bytes)), ==, 0);
  return path;
}

/* What another program does to a file: cuts it to @length. */
static inline void
fixture_cut_elsewhere (const char *path,
                       off_t       length)
{
  pid_t child = fork ();
  int status = 0;

  if (child == 0)
    _exit (truncate (path, length) == 0 ? 0 : 1);
  g_assert_cmpint (child, >, 0);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);
}

/* A number of /proc/self/status in bytes. */
static inline gint64
fixture_read_status (const char *key)
{
  g_autofree char *text = NULL;
  const char *line;

  g_assert_true (g_file_get_contents ("/proc/self/status", &text, NULL, NULL));
  line = strstr (text, key);
  g_assert_nonnull (line);
  return g_ascii_strtoll (line + strlen (key) + 1, NULL, 10) * 1024;
}

/* Forgets the peak of memory, so that the next VmHWM is of what follows. */
static inline gint64
fixture_reset_peak (void)
{
  int fd = open ("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);

  if (fd >= 0)
    {
      (void) !write (fd, "5", 1);
      close (fd);
    }
  return fixture_read_status ("VmRSS:");
}
