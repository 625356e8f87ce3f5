/* emo-provenance.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-hash.h"
#include "emo-provenance.h"

struct _EmoProvenance
{
  GThread      *thread;
  GCancellable *cancellable;
  char         *bundle;
  char         *vlm;
  char         *adapter;
  char         *head;
  char         *gate;
  EmoHashes     hashes;
  gboolean      hashed;       /* read once the thread is joined */
};

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* What decides the numbers; a README or a licence does not. */
static gboolean
counts (const char *name)
{
  const char *names[] = { "config.json", "generation_config.json", "preprocessor_config.json", "tokenizer.json",
                          "adapter_config.json", "model.safetensors.index.json" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (name, names[i]))
      return TRUE;
  return g_str_has_suffix (name, ".safetensors");
}

static GPtrArray *
list_files (const char *folder)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (counts (name))
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  return names;
}

static gboolean
append_file (GString      *text,
             const char   *folder,
             const char   *name,
             GCancellable *cancellable)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *hash = emo_hash_file_cached (path, cancellable, NULL);

  if (hash == NULL)
    return FALSE;
  g_string_append_printf (text, "%s %s\n", name, hash);
  return TRUE;
}

/* SHA-256 of the lines "NAME SHA256\n", sorted by name, of @folder's files that
 * count, behind @manifest's (nullable). */
static char *
hash_folder (const char   *folder,
             const char   *manifest_folder,
             GCancellable *cancellable)
{
  g_autoptr (GPtrArray) names = list_files (folder);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *manifest = manifest_folder ? g_build_filename (manifest_folder, "emovlm.json", NULL) : NULL;

  if (manifest != NULL && g_file_test (manifest, G_FILE_TEST_EXISTS) &&
      !append_file (text, manifest_folder, "emovlm.json", cancellable))
    return NULL;
  for (guint i = 0; i < names->len; i++)
    if (!append_file (text, folder, names->pdata[i], cancellable))
      return NULL;
  return emo_hash_bytes (text->str, text->len);
}

static gpointer
hash_worker (gpointer data)
{
  EmoProvenance *self = data;

  self->hashes.model = hash_folder (self->vlm, self->bundle, self->cancellable);
  if (self->adapter != NULL)
    self->hashes.adapter = hash_folder (self->adapter, NULL, self->cancellable);
  if (self->head != NULL)
    self->hashes.head = emo_hash_file_cached (self->head, self->cancellable, NULL);
  if (self->gate != NULL)
    self->hashes.gate = emo_hash_file_cached (self->gate, self->cancellable, NULL);
  self->hashed = TRUE;

  return NULL;
}

EmoProvenance *
emo_provenance_start (const EmoBundle *bundle)
{
  EmoProvenance *self = g_new0 (EmoProvenance, 1);

  self->cancellable = g_cancellable_new ();
  self->bundle = g_strdup (bundle->path);
  self->vlm = g_strdup (bundle->vlm);
  self->adapter = g_strdup (bundle->adapter);
  self->head = g_strdup (bundle->distilled);
  self->gate = g_strdup (bundle->gate);
  self->thread = g_thread_try_new ("emo-provenance", hash_worker, self, NULL);

  return self;
}

const EmoHashes *
emo_provenance_get (EmoProvenance *self)
{
  if (self->thread != NULL)
    g_thread_join (g_steal_pointer (&self->thread));
  /* There was no thread to be had: whoever asks waits. */
  if (!self->hashed)
    hash_worker (self);

  return &self->hashes;
}

void
emo_provenance_free (EmoProvenance *self)
{
  g_cancellable_cancel (self->cancellable);
  emo_provenance_get (self);
  g_object_unref (self->cancellable);
  g_free (self->bundle);
  g_free (self->vlm);
  g_free (self->adapter);
  g_free (self->head);
  g_free (self->gate);
  g_free (self->hashes.model);
  g_free (self->hashes.adapter);
  g_free (self->hashes.head);
  g_free (self->hashes.gate);
  g_free (self);
}
