/* emo-bundle-folder.c: what a folder without a manifest is
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-bundle-private.h"
#include "emo-error.h"
#include "emo-file.h"

/* Weights that we do not read, and the way on. */
static const struct
{
  const char *suffix;
  const char *what;
} refused[] = {
  { ".gguf", "GGUF weights are for other programs" },
  { ".bin", "pickled weights could run code" },
  { ".pth", "pickled weights could run code" },
  { ".pt", "pickled weights could run code" },
  { ".pkl", "pickled weights could run code" },
  { ".ckpt", "pickled weights could run code" },
  { ".onnx", "ONNX graphs are for other programs" },
};

static const char *
find_refused (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      gsize length = strlen (name), suffix = strlen (refused[i].suffix);

      if (length >= suffix && g_ascii_strcasecmp (name + length - suffix, refused[i].suffix) == 0)
        return refused[i].what;
    }

  return NULL;
}

/* Sets UNSUPPORTED and returns TRUE where @folder holds weights of a kind that
 * we do not read. */
static gboolean
refuse_foreign_weights (const char  *folder,
                        GError     **error)
{
  g_autoptr(GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      const char *what = find_refused (name);

      if (what != NULL)
        {
          g_autofree char *shown = emo_file_escape_name (name);
          g_autofree char *where = emo_file_escape_name (folder);

          g_set_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED,
                       "%s has only %s: %s; fetch the model's safetensors files from the Hugging Face hub instead, "
                       "for example Qwen/Qwen2-VL-2B-Instruct", where, shown, what);
          return TRUE;
        }
    }

  return FALSE;
}

static gboolean
has_file (const char *folder,
          const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS) && !g_file_test (path, G_FILE_TEST_IS_DIR);
}

gboolean
_emo_bundle_check_vlm (const char  *folder,
                       GError     **error)
{
  static const char *const needed[] = { "config.json", "tokenizer.json" };
  g_autofree char *shown = emo_file_escape_name (folder);

  if (!g_file_test (folder, G_FILE_TEST_IS_DIR))
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_MODEL, "%s: there is no such folder, expected a Hugging Face model", shown);
      return FALSE;
    }
  if (!has_file (folder, "model.safetensors") && !has_file (folder, "model.safetensors.index.json"))
    {
      if (!refuse_foreign_weights (folder, error))
        g_set_error (error, EMO_ERROR, EMO_ERROR_MODEL,
                     "%s has neither model.safetensors nor model.safetensors.index.json", shown);
      return FALSE;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (needed); i++)
    if (!has_file (folder, needed[i]))
      {
        g_set_error (error, EMO_ERROR, EMO_ERROR_MODEL, "%s has no %s, expected a Hugging Face model", shown, needed[i]);
        return FALSE;
      }

  return TRUE;
}

void
_emo_bundle_refuse (const char  *path,
                    GError     **error)
{
  g_autofree char *shown = emo_file_escape_name (path);
  const char *what;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_MODEL, "%s: there is no such folder", shown);
      return;
    }
  if (!g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      what = find_refused (path);
      if (what != NULL)
        g_set_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED,
                     "%s: %s; fetch the model's safetensors folder from the Hugging Face hub instead, "
                     "for example Qwen/Qwen2-VL-2B-Instruct", shown, what);
      else
        g_set_error (error, EMO_ERROR, EMO_ERROR_MODEL, "%s is a file, expected a model's folder", shown);
      return;
    }
  if (!refuse_foreign_weights (path, error))
    g_set_error (error, EMO_ERROR, EMO_ERROR_MODEL,
                 "%s is no model folder: it has none of emovlm.json, config.json and adapter_config.json", shown);
}
