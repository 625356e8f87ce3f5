/* emo-adapter.c: a PEFT LoRA's tensors by module
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-adapter-config.h"
#include "emo-adapter.h"
#include "emo-error.h"
#include "emo-keyed-hash.h"

typedef struct
{
  EmoLora  lora;
  char    *saved;    /* the module as the file names it, for errors */
  gboolean used;
} Module;

struct _EmoAdapter
{
  char             *path;       /* adapter_model.safetensors */
  EmoAdapterConfig *config;
  EmoSafetensors   *file;
  GHashTable       *modules;    /* canonical name: Module */
};

static void
module_free (gpointer data)
{
  Module *module = data;

  g_free (module->saved);
  g_free (module);
}

/**
 * emo_adapter_free:
 * @self: (transfer full) (nullable): an adapter
 */
void
emo_adapter_free (EmoAdapter *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->modules, g_hash_table_unref);
  g_clear_pointer (&self->file, emo_safetensors_unref);
  g_clear_pointer (&self->config, emo_adapter_config_free);
  g_free (self->path);
  g_free (self);
}

/* The part of a module's name that all versions of transformers share:
 * "layers.3.self_attn.q_proj", "visual.blocks.0.attn.qkv", "lm_head". */
static const char *
get_canonical (const char *module)
{
  static const char *const prefixes[] = {
    "model.language_model.", "language_model.model.", "language_model.", "model.visual.", "model.",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (prefixes); i++)
    if (g_str_has_prefix (module, prefixes[i]))
      {
        const char *rest = module + strlen (prefixes[i]);

        return g_str_has_suffix (prefixes[i], "visual.") ? rest - strlen ("visual.") : rest;
      }

  return module;
}

/* Every name that a version of transformers gives to the module, the saved one
 * first: target_modules and the patterns were written against one of them. */
static char **
dup_names (const char *saved)
{
  const char *canonical = get_canonical (saved);
  g_autoptr(GPtrArray) names = g_ptr_array_new ();

  g_ptr_array_add (names, g_strdup (saved));
  g_ptr_array_add (names, g_strconcat ("model.", canonical, NULL));
  if (!g_str_has_prefix (canonical, "visual."))
    g_ptr_array_add (names, g_strconcat ("model.language_model.", canonical, NULL));
  g_ptr_array_add (names, g_strdup (canonical));
  g_ptr_array_add (names, NULL);

  return (char **) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

/* "base_model.model.<module>.lora_A.weight"; older files keep the adapter's own
 * name, "lora_A.default.weight". Returns the module, or NULL. */
static char *
parse_name (const char *name,
            gboolean   *is_a)
{
  static const char prefix[] = "base_model.model.";
  static const char *const endings[] = {
    ".lora_A.weight", ".lora_B.weight", ".lora_A.default.weight", ".lora_B.default.weight",
  };

  if (!g_str_has_prefix (name, prefix))
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_str_has_suffix (name, endings[i]) && strlen (name) > strlen (prefix) + strlen (endings[i]))
      {
        *is_a = i % 2 == 0;
        return g_strndup (name + strlen (prefix), strlen (name) - strlen (prefix) - strlen (endings[i]));
      }

  return NULL;
}

static gboolean
add_tensor (EmoAdapter             *self,
            const EmoStoredTensor  *tensor,
            GError                **error)
{
  gboolean is_a = FALSE;
  g_autofree char *saved = parse_name (tensor->name, &is_a);
  const EmoStoredTensor **slot;
  Module *module;

  if (saved == NULL)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED,
                   "%s: %s is not supported, expected only lora_A and lora_B weights of linear layers", self->path, tensor->name);
      return FALSE;
    }
  module = g_hash_table_lookup (self->modules, get_canonical (saved));
  if (module == NULL)
    {
      module = g_new0 (Module, 1);
      module->saved = g_strdup (saved);
      g_hash_table_insert (self->modules, g_strdup (get_canonical (saved)), module);
    }
  slot = is_a ? &module->lora.a : &module->lora.b;
  if (*slot != NULL)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "%s: %s and %s name the same weight",
                   self->path, (*slot)->name, tensor->name);
      return FALSE;
    }
  *slot = tensor;

  return TRUE;
}

static gboolean
check_shapes (EmoAdapter  *self,
              Module      *module,
              gint64       rank,
              GError     **error)
{
  const EmoStoredTensor *a = module->lora.a, *b = module->lora.b;

  if (a == NULL || b == NULL)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_MISSING_WEIGHT, "%s: %s has no lora_%s.weight",
                   self->path, module->saved, a == NULL ? "A" : "B");
      return FALSE;
    }
  if (a->rank != 2 || b->rank != 2)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED, "%s: %s is no linear layer: lora_A has %u sides and lora_B %u, expected 2",
                   self->path, module->saved, a->rank, b->rank);
      return FALSE;
    }
  if (a->shape[0] != rank || b->shape[1] != rank || a->shape[1] < 1 || b->shape[0] < 1)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_SHAPE,
                   "%s: %s: expected lora_A [%" G_GINT64_FORMAT ", in] and lora_B [out, %" G_GINT64_FORMAT "], "
                   "found [%" G_GINT64_FORMAT ", %" G_GINT64_FORMAT "] and [%" G_GINT64_FORMAT ", %" G_GINT64_FORMAT "]",
                   self->path, module->saved, rank, rank, a->shape[0], a->shape[1], b->shape[0], b->shape[1]);
      return FALSE;
    }

  return TRUE;
}

static gboolean
finish_module (EmoAdapter  *self,
               Module      *module,
               GError     **error)
{
  g_auto(GStrv) names = dup_names (module->saved);
  gboolean targets;
  gint64 rank;

  if (!emo_adapter_config_targets (self->config, (const char *const *) names, &targets, error))
    return FALSE;
  if (!targets)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE,
                   "%s: %s is not among adapter_config.json's target_modules", self->path, module->saved);
      return FALSE;
    }

  return emo_adapter_config_measure (self->config, (const char *const *) names, &rank, &module->lora.scale, error)
         && check_shapes (self, module, rank, error);
}

static gboolean
read_modules (EmoAdapter  *self,
              GError     **error)
{
  GHashTableIter iter;
  gpointer module;

  for (guint i = 0; i < emo_safetensors_get_n_tensors (self->file); i++)
    if (!add_tensor (self, emo_safetensors_get_tensor (self->file, i), error))
      return FALSE;
  if (g_hash_table_size (self->modules) == 0)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_MISSING_WEIGHT, "%s: there is no adapted module", self->path);
      return FALSE;
    }
  g_hash_table_iter_init (&iter, self->modules);
  while (g_hash_table_iter_next (&iter, NULL, &module))
    if (!finish_module (self, module, error))
      return FALSE;

  return TRUE;
}

static gboolean
refuse_pickle (EmoAdapter  *self,
               const char  *folder,
               GError     **error)
{
  g_autofree char *pickle = g_build_filename (folder, "adapter_model.bin", NULL);

  if (g_file_test (self->path, G_FILE_TEST_EXISTS) || !g_file_test (pickle, G_FILE_TEST_EXISTS))
    return TRUE;
  g_set_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED,
               "%s: pickled weights could run code; save the adapter as adapter_model.safetensors instead", pickle);

  return FALSE;
}

/**
 * emo_adapter_load:
 * @folder: a PEFT folder
 * @error: return location
 *
 * Errors: those of JSON and safetensors, UNSUPPORTED naming the setting or the
 * tensor, INVALID_FILE (one weight under two names, a module that is no
 * target), MISSING_WEIGHT, SHAPE.
 *
 * Returns: (transfer full): the adapter
 */
EmoAdapter *
emo_adapter_load (const char  *folder,
                  GError     **error)
{
  g_autoptr(EmoAdapter) self = NULL;

  g_return_val_if_fail (folder != NULL, NULL);

  self = g_new0 (EmoAdapter, 1);
  self->path = g_build_filename (folder, "adapter_model.safetensors", NULL);
  self->modules = g_hash_table_new_full (emo_keyed_hash_string, g_str_equal, g_free, module_free);
  self->config = emo_adapter_config_load (folder, error);
  if (self->config == NULL || !refuse_pickle (self, folder, error))
    return NULL;
  self->file = emo_safetensors_open (self->path, error);
  if (self->file == NULL || !read_modules (self, error))
    return NULL;

  return g_steal_pointer (&self);
}

/**
 * emo_adapter_find:
 * @self: an adapter
 * @module: the canonical name, "layers.3.self_attn.q_proj"
 *
 * Returns: (nullable) (transfer none): what is added to the module
 */
const EmoLora *
emo_adapter_find (EmoAdapter *self,
                  const char *module)
{
  Module *found;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (module != NULL, NULL);

  found = g_hash_table_lookup (self->modules, module);
  if (found == NULL)
    return NULL;
  found->used = TRUE;

  return &found->lora;
}

/**
 * emo_adapter_get_n_modules:
 * @self: an adapter
 *
 * Returns: how many modules it adapts
 */
guint
emo_adapter_get_n_modules (EmoAdapter *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return g_hash_table_size (self->modules);
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/**
 * emo_adapter_dup_unused:
 * @self: an adapter
 *
 * Returns: (transfer full): the sorted modules that nothing asked for
 */
char **
emo_adapter_dup_unused (EmoAdapter *self)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer name, module;

  g_return_val_if_fail (self != NULL, NULL);

  g_hash_table_iter_init (&iter, self->modules);
  while (g_hash_table_iter_next (&iter, &name, &module))
    if (!((Module *) module)->used)
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);

  return (char **) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

/**
 * emo_adapter_get_file:
 * @self: an adapter
 *
 * Returns: (transfer none): the file behind the tensors
 */
EmoSafetensors *
emo_adapter_get_file (EmoAdapter *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->file;
}

/**
 * emo_adapter_get_path:
 * @self: an adapter
 *
 * Returns: (transfer none): the name of the file behind the tensors
 */
const char *
emo_adapter_get_path (EmoAdapter *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->path;
}

/**
 * emo_adapter_get_base:
 * @self: an adapter
 *
 * Returns: (nullable): base_model_name_or_path
 */
const char *
emo_adapter_get_base (EmoAdapter *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return emo_adapter_config_get_base (self->config);
}
