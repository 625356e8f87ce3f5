/* emo-vlm-save.c: trained weights as other programs read them
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <errno.h>
#include <string.h>

#include <glib/gstdio.h>

#include "emo-error.h"
#include "emo-file.h"
#include "emo-json.h"
#include "emo-tensor-copies.h"
#include "emo-vlm-save.h"
#include "emo-vlm-step.h"

#define MAX_FILE (256 * 1024 * 1024)
#define WEIGHTS  "model.safetensors"

/* "layers.0.x" -> "model.language_model.layers.0.x", "visual.x" -> "model.visual.x". */
static char *
file_name_of (const char *name)
{
  if (g_str_has_prefix (name, "visual."))
    return g_strconcat ("model.", name, NULL);
  if (g_str_has_prefix (name, "lm_head."))
    return g_strdup (name);

  return g_strconcat ("model.language_model.", name, NULL);
}

/* float32 to the nearest bf16, ties to even; NaN stays one. */
static guint16
round_bf16 (float value)
{
  guint32 bits;

  memcpy (&bits, &value, sizeof bits);
  if (value != value)
    return bits >> 16 | 0x40;

  return (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
}

static void
narrow_to_bf16 (EmoStoredTensor *tensor)
{
  gsize n = tensor->n_bytes / sizeof (float);
  const float *wide = (const float *) tensor->data;
  guint16 *narrow = g_new (guint16, MAX (n, 1));

  for (gsize i = 0; i < n; i++)
    narrow[i] = round_bf16 (wide[i]);
  g_free ((guint8 *) tensor->data);
  tensor->data = (const guint8 *) narrow;
  tensor->n_bytes = n * sizeof *narrow;
  tensor->stored = EMO_STORED_BF16;
}

static GArray *
read_all (EmoParameters  *parameters,
          const char     *prefix,
          GError        **error)
{
  g_autoptr(GArray) list = emo_tensor_copies_new ();

  for (guint i = 0; i < emo_parameters_get_n (parameters); i++)
    {
      EmoParameter *parameter = emo_parameters_get (parameters, i);
      g_autofree char *name = file_name_of (parameter->name);
      g_autofree char *full = g_strconcat (prefix, name, NULL);

      if (g_str_has_prefix (parameter->name, EMO_VLM_WORD_PREFIX))
        continue;
      if (!emo_tensor_copies_add (list, full, parameter->master, error))
        return NULL;
    }

  return g_steal_pointer (&list);
}

static gboolean
make_folder (const char  *folder,
             GError     **error)
{
  if (g_mkdir_with_parents (folder, 0755) == 0)
    return TRUE;
  g_set_error (error, EMO_ERROR, errno == ENOSPC ? EMO_ERROR_NO_SPACE : EMO_ERROR_IO,
               "%s: the folder cannot be made: %s", folder, g_strerror (errno));

  return FALSE;
}

static gboolean
save_tensors (const char  *folder,
              const char  *name,
              GArray      *tensors,
              GError     **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return emo_safetensors_save (path, (const EmoStoredTensor *) tensors->data, tensors->len,
                               (const char *[]) { "format", "pt", NULL }, error);
}

/* --- An adapter --- */

static char *
make_adapter_config (const EmoLoraSettings *settings,
                     const char            *base)
{
  GString *out = g_string_new ("{\n  \"peft_type\": \"LORA\",\n  \"task_type\": \"CAUSAL_LM\",\n  \"base_model_name_or_path\": ");

  emo_json_append_string (out, base);
  g_string_append_printf (out, ",\n  \"r\": %d,\n  \"lora_alpha\": ", settings->rank);
  emo_json_append_double (out, settings->alpha);
  g_string_append (out, ",\n  \"lora_dropout\": ");
  emo_json_append_double (out, settings->dropout);
  /* The tower has layers of other names, so the list is the decoder's alone. */
  g_string_append (out, ",\n  \"target_modules\": [");
  for (guint i = 0; settings->modules[i] != NULL; i++)
    {
      g_string_append (out, i > 0 ? ", " : "");
      emo_json_append_string (out, settings->modules[i]);
    }
  g_string_append (out, "],\n  \"bias\": \"none\",\n  \"fan_in_fan_out\": false,\n  \"inference_mode\": true,\n"
                        "  \"use_rslora\": false,\n  \"use_dora\": false,\n  \"modules_to_save\": null\n}\n");

  return g_string_free (out, FALSE);
}

gboolean
emo_vlm_save_adapter (const char             *folder,
                      EmoParameters          *parameters,
                      const EmoLoraSettings  *settings,
                      const char             *base,
                      GError                **error)
{
  g_autofree char *config = make_adapter_config (settings, base);
  g_autofree char *path = g_build_filename (folder, "adapter_config.json", NULL);
  g_autoptr(GArray) tensors = read_all (parameters, "base_model.model.", error);

  return tensors != NULL && make_folder (folder, error) &&
         save_tensors (folder, "adapter_model.safetensors", tensors, error) &&
         emo_file_write (path, config, strlen (config), error);
}

/* --- The whole --- */

/* Everything small beside the weights: config, tokenizer, templates. */
static gboolean
copy_files (const char  *folder,
            const char  *source,
            GError     **error)
{
  g_autoptr(GDir) dir = g_dir_open (source, 0, error);
  const char *name;

  if (dir == NULL)
    return FALSE;
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *from = g_build_filename (source, name, NULL);
      g_autofree char *to = g_build_filename (folder, name, NULL);
      g_autoptr(GBytes) bytes = NULL;
      gsize length;
      gconstpointer data;

      if (!g_str_has_suffix (name, ".json") && !g_str_has_suffix (name, ".jinja") && !g_str_has_suffix (name, ".txt"))
        continue;
      if (g_str_has_suffix (name, ".index.json"))
        continue;
      bytes = emo_file_read (from, MAX_FILE, error);
      if (bytes == NULL)
        return FALSE;
      data = g_bytes_get_data (bytes, &length);
      if (!emo_file_write (to, data, length, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
remove_file (const char  *folder,
             const char  *name,
             GError     **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  if (g_unlink (path) == 0 || errno == ENOENT)
    return TRUE;
  g_set_error (error, EMO_ERROR, EMO_ERROR_IO, "%s: the file cannot be removed: %s", path, g_strerror (errno));

  return FALSE;
}

/* What the folder had before in parts: who prefers an index would take the
 * weights from there. It leaves before what it names. */
static gboolean
remove_shards (const char  *folder,
               GError     **error)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GDir) dir = g_dir_open (folder, 0, error);
  const char *name;

  if (dir == NULL)
    return FALSE;
  g_ptr_array_add (names, g_strdup (WEIGHTS ".index.json"));
  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, "model-") && g_str_has_suffix (name, ".safetensors"))
      g_ptr_array_add (names, g_strdup (name));
  for (guint i = 0; i < names->len; i++)
    if (!remove_file (folder, names->pdata[i], error))
      return FALSE;

  return emo_file_sync_folder (folder, error);
}

gboolean
emo_vlm_save_whole (const char     *folder,
                    EmoParameters  *parameters,
                    const char     *source,
                    GError        **error)
{
  g_autoptr(GArray) tensors = read_all (parameters, "", error);

  for (guint i = 0; tensors != NULL && i < tensors->len; i++)
    narrow_to_bf16 (&g_array_index (tensors, EmoStoredTensor, i));

  return tensors != NULL && make_folder (folder, error) && copy_files (folder, source, error) &&
         save_tensors (folder, WEIGHTS, tensors, error) && remove_shards (folder, error);
}
