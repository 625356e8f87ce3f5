/* emo-hub-cache.c: model folders that the Hugging Face cache already has
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-file.h"
#include "emo-hub-cache.h"

/* Letters that the hub allows; a part neither begins with a dot nor holds "..",
 * so that no name leaves its folder. */
static gboolean
is_part (const char *part)
{
  if (*part == '\0' || *part == '.' || *part == '-' || strlen (part) > 96 || strstr (part, "..") != NULL)
    return FALSE;
  for (const char *p = part; *p; p++)
    if (!g_ascii_isalnum (*p) && strchr ("._-", *p) == NULL)
      return FALSE;

  return TRUE;
}

static gboolean
are_parts (const char *text,
           guint       low,
           guint       high)
{
  g_auto(GStrv) parts = g_strsplit (text, "/", -1);
  guint n = g_strv_length (parts);

  if (n < low || n > high)
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (!is_part (parts[i]))
      return FALSE;

  return TRUE;
}

static gboolean
is_commit (const char *text)
{
  if (strlen (text) != 40)
    return FALSE;
  for (const char *p = text; *p; p++)
    if (!g_ascii_isxdigit (*p))
      return FALSE;

  return TRUE;
}

/**
 * emo_hub_cache_is_repo:
 * @name: text
 *
 * Returns: whether @name has the form of a repository, "org/name"
 */
gboolean
emo_hub_cache_is_repo (const char *name)
{
  return are_parts (name, 2, 2);
}

/**
 * emo_hub_cache_dup_path:
 *
 * HF_HUB_CACHE, else $HF_HOME/hub, else huggingface/hub in $XDG_CACHE_HOME or
 * ~/.cache.
 *
 * Returns: (transfer full): the cache's folder
 */
char *
emo_hub_cache_dup_path (void)
{
  const char *cache = g_getenv ("HF_HUB_CACHE");
  const char *home = g_getenv ("HF_HOME");
  const char *xdg = g_getenv ("XDG_CACHE_HOME");

  if (cache != NULL && *cache)
    return g_strdup (cache);
  if (home != NULL && *home)
    return g_build_filename (home, "hub", NULL);
  if (xdg != NULL && *xdg)
    return g_build_filename (xdg, "huggingface", "hub", NULL);

  return g_build_filename (g_get_home_dir (), ".cache", "huggingface", "hub", NULL);
}

/* The commit that a revision names in this cache, or NULL. */
static char *
dup_commit (const char *folder,
            const char *revision)
{
  g_autofree char *path = NULL;
  g_autoptr(GBytes) bytes = NULL;
  g_autofree char *commit = NULL;
  gsize length;

  if (is_commit (revision))
    return g_strdup (revision);

  path = g_build_filename (folder, "refs", revision, NULL);
  bytes = emo_file_read (path, 256, NULL);
  if (bytes == NULL)
    return NULL;
  length = g_bytes_get_size (bytes);
  commit = g_strstrip (g_strndup (length > 0 ? g_bytes_get_data (bytes, NULL) : "", length));

  return is_commit (commit) ? g_steal_pointer (&commit) : NULL;
}

/**
 * emo_hub_cache_find:
 * @repo: a repository, "Qwen/Qwen2-VL-2B-Instruct"
 * @revision: (nullable): a branch, tag or commit; main
 * @error: return location
 *
 * Errors: INVALID_FILE (no repository's name or revision), MODEL (not in the
 * cache, with what to fetch).
 *
 * Returns: (transfer full): the snapshot's folder
 */
char *
emo_hub_cache_find (const char  *repo,
                    const char  *revision,
                    GError     **error)
{
  g_autofree char *cache = emo_hub_cache_dup_path ();
  g_auto(GStrv) parts = NULL;
  g_autofree char *joined = NULL;
  g_autofree char *name = NULL;
  g_autofree char *folder = NULL;
  g_autofree char *commit = NULL;
  g_autofree char *snapshot = NULL;

  g_return_val_if_fail (repo != NULL, NULL);

  if (revision == NULL)
    revision = "main";
  if (!emo_hub_cache_is_repo (repo) || !are_parts (revision, 1, 8))
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE,
                   "\"%s\" at \"%s\" is no repository of the Hugging Face hub, expected org/name and a branch, tag or commit",
                   repo, revision);
      return NULL;
    }

  parts = g_strsplit (repo, "/", -1);
  joined = g_strjoinv ("--", parts);
  name = g_strconcat ("models--", joined, NULL);
  folder = g_build_filename (cache, name, NULL);
  commit = dup_commit (folder, revision);
  if (commit != NULL)
    snapshot = g_build_filename (folder, "snapshots", commit, NULL);
  if (snapshot == NULL || !g_file_test (snapshot, G_FILE_TEST_IS_DIR))
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_MODEL,
                   "%s (%s) is not in the Hugging Face cache %s: fetch it there with \"hf download %s --revision %s\"",
                   repo, revision, cache, repo, revision);
      return NULL;
    }

  return g_steal_pointer (&snapshot);
}
