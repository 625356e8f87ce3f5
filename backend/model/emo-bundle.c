/* emo-bundle.c: what a model folder says of itself
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-bundle-private.h"
#include "emo-fields.h"
#include "emo-hub-cache.h"

/* A phone photo at the hub's own limit of 12.8 million pixels would become
 * 15,000 visual tokens; this is at most 256. */
#define DEFAULT_MAX_PIXELS (448 * 448)

/**
 * emo_bundle_free:
 * @self: (transfer full) (nullable): a bundle
 */
void
emo_bundle_free (EmoBundle *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->n_checks; i++)
    {
      g_free (self->checks[i].image);
      g_free (self->checks[i].vlm);
      g_free (self->checks[i].distilled);
      g_free (self->checks[i].gated);
      g_free (self->checks[i].dtype);
    }
  g_free (self->checks);
  for (guint i = 0; i < self->n_gates; i++)
    g_free (self->gates[i].path);
  g_free (self->gates);
  g_clear_pointer (&self->labels, emo_label_set_unref);
  g_free (self->path);
  g_free (self->name);
  g_free (self->revision);
  g_free (self->vlm);
  g_free (self->adapter);
  g_free (self->system);
  g_free (self->classify);
  g_free (self->observe);
  g_free (self->reason);
  g_free (self->answer);
  g_free (self->answer_end);
  g_free (self->distilled);
  g_free (self->gate);
  g_free (self->domain);
  g_free (self->domain_name);
  g_free (self->domain_notice);
  g_free (self->prior);
  g_strfreev (self->notes);
  g_free (self);
}

void
_emo_bundle_add_note (EmoBundle  *self,
                      const char *note)
{
  guint n = self->notes != NULL ? g_strv_length (self->notes) : 0;

  self->notes = g_renew (char *, self->notes, n + 2);
  self->notes[n] = g_strdup (note);
  self->notes[n + 1] = NULL;
}

static gboolean
has_file (const char *folder,
          const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS) && !g_file_test (path, G_FILE_TEST_IS_DIR);
}

static gboolean
set_labels (EmoBundle          *self,
            const char *const  *labels,
            GError            **error)
{
  self->labels = labels != NULL ? emo_label_set_new (labels, error) : emo_label_set_new_mikels ();
  if (self->labels == NULL)
    return FALSE;
  if (labels == NULL)
    {
      self->default_labels = TRUE;
      _emo_bundle_add_note (self, "The model names no labels: Mikels' eight emotions are assumed.");
    }

  return TRUE;
}

/* A model without a manifest is asked in plain words for the answer that the
 * token tree then scores. */
static void
set_default_prompts (EmoBundle *self)
{
  g_autofree char *list = g_strjoinv (", ", (char **) emo_label_set_get_labels (self->labels));

  self->system = g_strdup ("You are a helpful assistant.");
  self->classify = g_strdup_printf ("Which one of these emotions does the image evoke in a viewer: %s? "
                                    "Answer with JSON alone, in exactly this form: "
                                    "{\"emotion\": \"<one of them>\", \"reason\": \"<why, in one sentence>\"}", list);
  self->observe = g_strdup ("Describe what the image shows.");
  self->reason = g_strdup ("Why does this image evoke %s? Answer in one sentence.");
  self->answer = g_strdup ("{\"emotion\": \"%s\", \"reason\": \"");
  self->answer_end = g_strdup ("\"}");
  self->max_pixels = DEFAULT_MAX_PIXELS;
  self->max_side_filter = EMO_FILTER_LANCZOS;
}

/* A hub folder, and a PEFT folder over one: the VLM branch alone. */
static gboolean
read_plain (EmoBundle          *self,
            const char *const  *labels,
            GError            **error)
{
  self->name = g_path_get_basename (self->path);
  if (!set_labels (self, labels, error))
    return FALSE;
  set_default_prompts (self);

  return _emo_bundle_check_vlm (self->vlm, error);
}

/* A folder, else a repository that the Hugging Face cache has. */
static char *
resolve_base (const char  *base,
              GError     **error)
{
  if (!g_file_test (base, G_FILE_TEST_EXISTS) && emo_hub_cache_is_repo (base))
    return emo_hub_cache_find (base, NULL, error);

  return g_canonicalize_filename (base, NULL);
}

static void
ask_for_base (EmoBundle  *self,
              GError    **error)
{
  g_autofree char *path = g_build_filename (self->path, "adapter_config.json", NULL);
  g_autoptr(EmoJson) json = emo_json_load (path, error);
  GError *latch = NULL;
  EmoFields fields;
  const char *name;

  if (json == NULL)
    return;
  emo_fields_init (&fields, emo_json_get_root (json), path, &latch);
  name = emo_fields_get_string (&fields, "base_model_name_or_path", FALSE);
  if (latch == NULL)
    latch = g_error_new (EMO_ERROR, EMO_ERROR_MODEL,
                         "%s is a PEFT adapter and needs its base model: give the folder of %s with --base",
                         self->path, name != NULL && *name ? name : "the model that it was trained on");
  g_propagate_error (error, latch);
}

/**
 * emo_model_kind_of:
 * @folder: a folder that may be a model
 *
 * Returns: what its files' names make of it; whether it loads is another matter
 */
EmoModelKind
emo_model_kind_of (const char *folder)
{
  g_return_val_if_fail (folder != NULL, EMO_MODEL_KIND_NONE);

  if (has_file (folder, "emovlm.json"))
    return EMO_MODEL_KIND_BUNDLE;
  if (has_file (folder, "config.json"))
    return EMO_MODEL_KIND_HUB;
  if (has_file (folder, "adapter_config.json"))
    return EMO_MODEL_KIND_PEFT;

  return EMO_MODEL_KIND_NONE;
}

static gboolean
read_folder (EmoBundle          *self,
             const char *const  *labels,
             const char         *base,
             GError            **error)
{
  gboolean is_hub = has_file (self->path, "config.json");
  gboolean is_peft = has_file (self->path, "adapter_config.json");

  if (has_file (self->path, "emovlm.json"))
    {
      if (labels == NULL)
        return _emo_bundle_read_manifest (self, base, error);
      g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE,
                   "%s is a bundle with labels of its own, which cannot be replaced", self->path);
      return FALSE;
    }
  if (!is_hub && !is_peft)
    {
      _emo_bundle_refuse (self->path, error);
      return FALSE;
    }
  if (is_peft)
    {
      self->adapter = g_strdup (self->path);
      if (base == NULL && !is_hub)
        {
          ask_for_base (self, error);
          return FALSE;
        }
    }
  else if (base != NULL)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_MODEL,
                   "%s is a whole model, another base cannot replace its own", self->path);
      return FALSE;
    }
  self->vlm = g_strdup (base != NULL ? base : self->path);

  return read_plain (self, labels, error);
}

/**
 * emo_bundle_load:
 * @path: a model folder: a bundle, a Hugging Face folder or a PEFT folder
 * @labels: (nullable): labels in the place of a hub folder's default
 * @base: (nullable): a PEFT folder's base, a folder or a repository in the cache
 * @error: return location
 *
 * Errors: MODEL (nothing there, no model, a base is needed, not fetched),
 * UNSUPPORTED (weights of another kind, with what to fetch instead; a newer
 * format), INVALID_FILE naming the manifest's field.
 *
 * Returns: (transfer full): the bundle
 */
EmoBundle *
emo_bundle_load (const char         *path,
                 const char *const  *labels,
                 const char         *base,
                 GError            **error)
{
  g_autoptr(EmoBundle) self = NULL;
  g_autofree char *resolved = NULL;

  g_return_val_if_fail (path != NULL, NULL);

  self = g_new0 (EmoBundle, 1);
  self->path = g_canonicalize_filename (path, NULL);
  if (!g_file_test (self->path, G_FILE_TEST_IS_DIR))
    {
      _emo_bundle_refuse (self->path, error);
      return NULL;
    }
  if (base != NULL)
    {
      resolved = resolve_base (base, error);
      if (resolved == NULL)
        return NULL;
    }
  if (!read_folder (self, labels, resolved, error))
    return NULL;
  if (self->notes == NULL)
    self->notes = g_new0 (char *, 1);

  return g_steal_pointer (&self);
}

/* Whether a string is open at the answer's end. */
static gboolean
is_string_open (EmoBundle *self)
{
  char quote = *self->answer_end == '\'' ? '\'' : '"';
  gboolean open = FALSE;

  for (const char *p = self->answer; *p; p++)
    {
      if (*p == '\\' && p[1] != '\0')
        p++;
      else if (*p == quote)
        open = !open;
    }

  return open;
}

/**
 * emo_bundle_has_reason:
 * @self: a bundle
 *
 * The reason has room behind the answer unless that is complete: no string is
 * open at its end, and the text behind the label contains answer_end or ends in
 * a bracket. {"emotion": "%s", "reason": " and "%s because" have room,
 * {'emotion': '%s'} has not. Where there is none, the explanation is a second
 * generation from the reason prompt.
 *
 * Returns: whether the explanation goes on from the answer
 */
gboolean
emo_bundle_has_reason (EmoBundle *self)
{
  const char *slot;
  g_autofree char *tail = NULL;

  g_return_val_if_fail (self != NULL, FALSE);

  if (is_string_open (self))
    return TRUE;
  slot = strstr (self->answer, "%s");
  tail = g_strchomp (g_strdup (slot != NULL ? slot + 2 : self->answer));

  return strstr (tail, self->answer_end) == NULL && !g_str_has_suffix (tail, "}") && !g_str_has_suffix (tail, "]");
}

/**
 * emo_bundle_dup_prompt_sha256:
 * @self: a bundle
 *
 * Over a JSON array of the prompts (null where absent) and the labels in their
 * order, so that no two different sets share their bytes.
 *
 * Returns: (transfer full): 64 hexadecimal digits
 */
char *
emo_bundle_dup_prompt_sha256 (EmoBundle *self)
{
  g_autoptr(GString) text = g_string_new ("[");

  g_return_val_if_fail (self != NULL, NULL);

  {
    const char *prompts[] = { self->system, self->classify, self->observe, self->reason, self->answer, self->answer_end };

    for (gsize i = 0; i < G_N_ELEMENTS (prompts); i++)
      {
        emo_json_append_string (text, prompts[i]);
        g_string_append_c (text, ',');
      }
  }
  g_string_append_c (text, '[');
  for (guint i = 0; i < emo_label_set_get_size (self->labels); i++)
    {
      if (i > 0)
        g_string_append_c (text, ',');
      emo_json_append_string (text, emo_label_set_get_label (self->labels, i));
    }
  g_string_append (text, "]]");

  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, text->str, text->len);
}
