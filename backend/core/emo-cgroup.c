/* emo-cgroup.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-cgroup.h"

/* What version 1 writes where there is no limit is a large number. */
#define NO_LIMIT ((gint64) 1 << 60)

/* The two versions say the same in other words. */
typedef struct
{
  const char *folder;         /* below the root */
  const char *limit;
  const char *usage;
  const char *file_keys[2];   /* of memory.stat: what can be read again */
} Words;

static const Words version_1 = {
  "memory", "memory.limit_in_bytes", "memory.usage_in_bytes", { "total_inactive_file", "total_active_file" },
};
static const Words version_2 = {
  "", "memory.max", "memory.current", { "inactive_file", "active_file" },
};

static char *
read_text (const char *folder,
           const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, NULL);

  return text;
}

/* -1: there is no such number. */
static gint64
read_bytes (const char *folder,
            const char *name)
{
  g_autofree char *text = read_text (folder, name);
  guint64 bytes;

  if (text == NULL || !g_ascii_string_to_unsigned (g_strstrip (text), 10, 0, G_MAXINT64, &bytes, NULL))
    return -1;

  return (gint64) bytes;
}

/* "KEY NUMBER" lines. */
static gint64
find_bytes (const char *stat,
            const char *key)
{
  gsize length = strlen (key);

  for (const char *line = stat; line != NULL; line = strchr (line, '\n'))
    {
      line += *line == '\n';
      if (strncmp (line, key, length) == 0 && line[length] == ' ')
        return (gint64) MIN (g_ascii_strtoull (line + length + 1, NULL, 10), G_MAXINT64);
    }

  return 0;
}

static void
take_group (EmoCgroup   *self,
            const Words *words,
            const char  *folder)
{
  gint64 limit = read_bytes (folder, words->limit);
  gint64 usage = read_bytes (folder, words->usage);
  g_autofree char *stat = NULL;
  gint64 files = 0;

  if (limit < 0 || limit >= NO_LIMIT)
    return;
  self->limit = MIN (self->limit, limit);
  if (usage < 0)
    return;
  stat = read_text (folder, "memory.stat");
  for (guint i = 0; stat != NULL && i < G_N_ELEMENTS (words->file_keys); i++)
    files += MIN (find_bytes (stat, words->file_keys[i]), usage);
  self->available = MIN (self->available, MAX (limit - usage + MIN (files, usage), 0));
}

/* The group and all above it. A container sees its own group as the root, and
 * the path that it is told need not be there. */
static void
take_groups (EmoCgroup   *self,
             const Words *words,
             const char  *root,
             const char  *path)
{
  g_autofree char *top = g_build_filename (root, words->folder, NULL);
  g_autofree char *folder = g_build_filename (top, path, NULL);

  while (g_str_has_prefix (folder, top) && strlen (folder) > strlen (top))
    {
      char *parent = g_path_get_dirname (folder);

      take_group (self, words, folder);
      g_free (folder);
      folder = parent;
    }
  take_group (self, words, top);
}

static gboolean
has_memory (const char *controllers)
{
  g_auto (GStrv) names = g_strsplit (controllers, ",", -1);

  return g_strv_contains ((const char *const *) names, "memory");
}

/**
 * emo_cgroup_read:
 * @self: (out): what is allowed
 * @self_cgroup: a file of lines "ID:CONTROLLERS:PATH" (cgroups(7))
 * @root: where the groups are mounted
 *
 * Returns: whether some group limits memory
 */
gboolean
emo_cgroup_read (EmoCgroup  *self,
                 const char *self_cgroup,
                 const char *root)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  g_return_val_if_fail (self != NULL && self_cgroup != NULL && root != NULL, FALSE);

  *self = (EmoCgroup) { G_MAXINT64, G_MAXINT64 };
  if (!g_file_get_contents (self_cgroup, &text, NULL, NULL))
    return FALSE;
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (lines[i], ":", 3);

      if (g_strv_length (parts) != 3 || strstr (parts[2], "..") != NULL)
        continue;
      if (*parts[1] == '\0')
        take_groups (self, &version_2, root, parts[2]);
      else if (has_memory (parts[1]))
        take_groups (self, &version_1, root, parts[2]);
    }

  return self->limit < G_MAXINT64;
}
