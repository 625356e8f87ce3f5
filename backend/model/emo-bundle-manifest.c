/* emo-bundle-manifest.c: emovlm.json
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-bundle-private.h"
#include "emo-fields.h"
#include "emo-hub-cache.h"

#define MAX_CHECKS 64
#define MAX_GATES  16

/* A relative path that stays inside; a link inside the bundle is the person's
 * own doing and is followed. */
static gboolean
is_inside (const char *path)
{
  g_auto(GStrv) parts = NULL;

  if (*path == '\0' || g_path_is_absolute (path) || strpbrk (path, "\\:") != NULL)
    return FALSE;
  parts = g_strsplit (path, "/", -1);
  for (guint i = 0; parts[i] != NULL; i++)
    if (g_str_equal (parts[i], ".."))
      return FALSE;

  return TRUE;
}

/* (nullable): absolute; MODEL where it is not there. */
static char *
dup_path (EmoBundle  *self,
          EmoFields  *fields,
          const char *key,
          gboolean    required)
{
  const char *path = emo_fields_get_string (fields, key, required);
  g_autofree char *full = NULL;

  if (path == NULL)
    return NULL;
  if (!is_inside (path))
    {
      emo_fields_fail (fields, EMO_ERROR_INVALID_FILE, key,
                       "expected a relative path inside the bundle, found \"%s\"", path);
      return NULL;
    }
  full = g_build_filename (self->path, path, NULL);
  if (!g_file_test (full, G_FILE_TEST_EXISTS))
    {
      emo_fields_fail (fields, EMO_ERROR_MODEL, key, "%s is not there", full);
      return NULL;
    }

  return g_steal_pointer (&full);
}

static void
read_labels (EmoBundle *self,
             EmoFields *root)
{
  const EmoJsonValue *array = emo_fields_find (root, "labels", EMO_JSON_ARRAY, TRUE);
  g_autoptr(GPtrArray) labels = g_ptr_array_new ();
  g_autoptr(GError) error = NULL;
  gsize n = array != NULL ? emo_json_value_get_length (array) : 0;

  if (array == NULL)
    return;
  for (gsize i = 0; i < n && i <= EMO_LABEL_SET_MAX; i++)
    {
      const char *label = emo_json_value_get_string (emo_json_value_get_element (array, i));

      if (label == NULL)
        {
          emo_fields_fail (root, EMO_ERROR_INVALID_FILE, "labels", "element %" G_GSIZE_FORMAT " is not a string", i);
          return;
        }
      g_ptr_array_add (labels, (gpointer) label);
    }
  g_ptr_array_add (labels, NULL);
  self->labels = emo_label_set_new ((const char *const *) labels->pdata, &error);
  if (self->labels == NULL)
    emo_fields_fail (root, error->code, "labels", "%s", error->message);
}

static void
read_vlm (EmoBundle  *self,
          EmoFields  *root,
          const char *base)
{
  EmoFields vlm;
  const char *hub;

  emo_fields_find (root, "vlm", EMO_JSON_OBJECT, TRUE);
  emo_fields_enter (&vlm, root, "vlm");
  self->vlm = dup_path (self, &vlm, "path", FALSE);
  hub = emo_fields_get_string (&vlm, "hub", FALSE);
  self->revision = g_strdup (emo_fields_get_string (&vlm, "revision", FALSE));
  self->adapter = dup_path (self, &vlm, "adapter", FALSE);
  if (*root->latch != NULL)
    return;

  if (self->vlm != NULL && base != NULL)
    emo_fields_fail (&vlm, EMO_ERROR_INVALID_FILE, "path", "the bundle has its own VLM, another base cannot replace it");
  else if (self->vlm == NULL && base != NULL)
    self->vlm = g_strdup (base);
  else if (self->vlm == NULL && hub != NULL)
    self->vlm = emo_hub_cache_find (hub, self->revision, root->latch);
  else if (self->vlm == NULL)
    emo_fields_fail (&vlm, EMO_ERROR_INVALID_FILE, "path", "missing, expected path or hub");
}

/* How often "%s" is in @text. */
static guint
count_slots (const char *text)
{
  guint n = 0;

  for (const char *p = strstr (text, "%s"); p != NULL; p = strstr (p + 2, "%s"))
    n++;

  return n;
}

static void
read_prompt (EmoBundle *self,
             EmoFields *root)
{
  EmoFields prompt;
  const char *system, *end;

  emo_fields_find (root, "prompt", EMO_JSON_OBJECT, TRUE);
  emo_fields_enter (&prompt, root, "prompt");
  system = emo_fields_get_string (&prompt, "system", FALSE);
  self->system = g_strdup (system != NULL ? system : "You are a helpful assistant.");
  self->classify = g_strdup (emo_fields_get_string (&prompt, "classify", TRUE));
  self->observe = g_strdup (emo_fields_get_string (&prompt, "observe", FALSE));
  self->reason = g_strdup (emo_fields_get_string (&prompt, "reason", FALSE));
  self->answer = g_strdup (emo_fields_get_string (&prompt, "answer", TRUE));
  end = emo_fields_get_string (&prompt, "answer_end", FALSE);
  self->answer_end = g_strdup (end != NULL ? end : "\"}");
  if (*root->latch != NULL)
    return;

  if (count_slots (self->answer) != 1)
    emo_fields_fail (&prompt, EMO_ERROR_INVALID_FILE, "answer",
                     "expected one %%s for the label, found %u", count_slots (self->answer));
  if (self->reason != NULL && count_slots (self->reason) > 1)
    emo_fields_fail (&prompt, EMO_ERROR_INVALID_FILE, "reason",
                     "expected at most one %%s for the label, found %u", count_slots (self->reason));
  if (*self->answer_end == '\0')
    emo_fields_fail (&prompt, EMO_ERROR_INVALID_FILE, "answer_end", "expected some text, found none");
}

static void
read_distilled (EmoBundle *self,
                EmoFields *root)
{
  EmoFields distilled;

  emo_fields_enter (&distilled, root, "distilled");
  if (distilled.object == NULL)
    return;
  self->distilled = dup_path (self, &distilled, "path", TRUE);
  emo_fields_get_int (&distilled, "depth", 1, 5, 1);
}

static void
read_one_gate (EmoBundle     *self,
               EmoFields     *fields,
               EmoBundleGate *gate)
{
  const char *kind, *input;

  gate->path = dup_path (self, fields, "path", TRUE);
  kind = emo_fields_get_string (fields, "kind", TRUE);
  input = emo_fields_get_string (fields, "vlm_input", TRUE);
  if (kind != NULL && !emo_gate_kind_from_string (kind, &gate->kind))
    emo_fields_fail (fields, EMO_ERROR_UNSUPPORTED, "kind",
                     "\"%s\" is not supported, only concat-linear, bilinear, moe, dynamic and cross", kind);
  if (input != NULL && !emo_vlm_input_from_string (input, &gate->vlm_input))
    emo_fields_fail (fields, EMO_ERROR_INVALID_FILE, "vlm_input",
                     "expected probabilities or one-hot, found \"%s\"", input);
}

static void
read_gate (EmoBundle *self,
           EmoFields *root)
{
  EmoBundleGate gate = { 0 };
  EmoFields fields;

  emo_fields_enter (&fields, root, "gate");
  if (fields.object == NULL)
    return;
  read_one_gate (self, &fields, &gate);
  self->gate = gate.path;
  self->gate_kind = gate.kind;
  self->vlm_input = gate.vlm_input;
  if (self->distilled == NULL)
    emo_fields_fail (&fields, EMO_ERROR_INVALID_FILE, "path", "a gate needs a distilled head, and the bundle has none");
}

/* The object in place @i of the array @key; FALSE and latched if it is none. */
static gboolean
enter_element (EmoFields          *element,
               EmoFields          *root,
               const char         *key,
               const EmoJsonValue *array,
               gsize               i)
{
  *element = (EmoFields) {
    .file = root->file,
    .latch = root->latch,
    .object = emo_json_value_get_element (array, i),
  };
  g_snprintf (element->section, sizeof element->section, "%s.%" G_GSIZE_FORMAT, key, i);
  if (emo_json_value_get_type (element->object) == EMO_JSON_OBJECT)
    return TRUE;
  emo_fields_fail (root, EMO_ERROR_INVALID_FILE, key, "element %" G_GSIZE_FORMAT " is not an object", i);
  return FALSE;
}

/* Gates to compare the bundle's own with. */
static void
read_gates (EmoBundle *self,
            EmoFields *root)
{
  const EmoJsonValue *array = emo_fields_find (root, "gates", EMO_JSON_ARRAY, FALSE);
  gsize n = array != NULL ? emo_json_value_get_length (array) : 0;
  EmoFields fields;

  if (n > MAX_GATES)
    emo_fields_fail (root, EMO_ERROR_LIMIT, "gates", "expected at most %d, found %" G_GSIZE_FORMAT, MAX_GATES, n);
  if (n > 0 && self->gate == NULL)
    emo_fields_fail (root, EMO_ERROR_INVALID_FILE, "gates", "further gates need a gate that answers, and the bundle has none");
  if (n == 0 || *root->latch != NULL)
    return;
  self->gates = g_new0 (EmoBundleGate, n);
  self->n_gates = n;
  for (gsize i = 0; i < n && enter_element (&fields, root, "gates", array, i); i++)
    read_one_gate (self, &fields, &self->gates[i]);
}

static void
read_image (EmoBundle *self,
            EmoFields *root)
{
  static const struct
  {
    const char *name;
    EmoFilter   filter;
  } filters[] = {
    { "bilinear", EMO_FILTER_BILINEAR },
    { "bicubic", EMO_FILTER_BICUBIC },
    { "lanczos", EMO_FILTER_LANCZOS },
  };
  EmoFields image;
  const char *name;

  emo_fields_enter (&image, root, "image");
  self->max_pixels = emo_fields_get_int (&image, "max_pixels", 0, G_GINT64_CONSTANT (1) << 40, 0);
  self->max_side = emo_fields_get_int (&image, "max_side", 0, G_MAXINT32, 0);
  name = emo_fields_get_string (&image, "max_side_filter", FALSE);
  self->max_side_filter = EMO_FILTER_LANCZOS;
  if (name == NULL)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (filters); i++)
    if (g_str_equal (filters[i].name, name))
      {
        self->max_side_filter = filters[i].filter;
        return;
      }
  emo_fields_fail (&image, EMO_ERROR_INVALID_FILE, "max_side_filter",
                   "expected bilinear, bicubic or lanczos, found \"%s\"", name);
}

static void
read_domain (EmoBundle *self,
             EmoFields *root)
{
  EmoFields domain;

  emo_fields_enter (&domain, root, "domain");
  self->domain = dup_path (self, &domain, "path", FALSE);
  self->domain_name = g_strdup (emo_fields_get_string (&domain, "name", FALSE));
  self->domain_notice = g_strdup (emo_fields_get_string (&domain, "notice", FALSE));
}

/* (nullable): [n_labels] numbers. */
static double *
dup_numbers (EmoBundle  *self,
             EmoFields  *fields,
             const char *key,
             gboolean    required)
{
  gsize n = emo_label_set_get_size (self->labels);
  g_autofree double *numbers = g_new0 (double, n);

  if (required)
    emo_fields_find (fields, key, EMO_JSON_ARRAY, TRUE);
  if (!emo_fields_get_doubles (fields, key, n, numbers))
    return NULL;

  return g_steal_pointer (&numbers);
}

static void
read_checks (EmoBundle *self,
             EmoFields *root)
{
  const EmoJsonValue *array = emo_fields_find (root, "checks", EMO_JSON_ARRAY, FALSE);
  gsize n = array != NULL ? emo_json_value_get_length (array) : 0;

  if (n > MAX_CHECKS)
    emo_fields_fail (root, EMO_ERROR_LIMIT, "checks", "expected at most %d pictures, found %" G_GSIZE_FORMAT, MAX_CHECKS, n);
  if (n == 0 || *root->latch != NULL)
    return;
  self->checks = g_new0 (EmoBundleCheck, n);
  self->n_checks = n;
  for (gsize i = 0; i < n && *root->latch == NULL; i++)
    {
      EmoFields check;

      if (!enter_element (&check, root, "checks", array, i))
        return;
      self->checks[i].image = dup_path (self, &check, "image", TRUE);
      self->checks[i].vlm = dup_numbers (self, &check, "vlm", TRUE);
      self->checks[i].distilled = dup_numbers (self, &check, "distilled", FALSE);
      self->checks[i].gated = dup_numbers (self, &check, "gated", FALSE);
      self->checks[i].dtype = g_strdup (emo_fields_get_string (&check, "dtype", FALSE));
    }
}

static void
read_root (EmoBundle  *self,
           EmoFields  *root,
           const char *base)
{
  const char *name;

  if (emo_fields_get_int (root, "format", 1, G_MAXINT32, EMO_FIELDS_REQUIRED) != 1)
    emo_fields_fail (root, EMO_ERROR_UNSUPPORTED, "format", "only 1 is supported; a newer version made this bundle");
  name = emo_fields_get_string (root, "name", FALSE);
  self->name = name != NULL ? g_strdup (name) : g_path_get_basename (self->path);
  read_labels (self, root);
  read_prompt (self, root);
  read_distilled (self, root);
  read_gate (self, root);
  read_gates (self, root);
  read_image (self, root);
  read_domain (self, root);
  if (*root->latch != NULL)
    return;
  self->prior = dup_numbers (self, root, "prior", FALSE);
  read_checks (self, root);
  read_vlm (self, root, base);
}

gboolean
_emo_bundle_read_manifest (EmoBundle   *self,
                           const char  *base,
                           GError     **error)
{
  g_autofree char *path = g_build_filename (self->path, "emovlm.json", NULL);
  g_autoptr(EmoJson) json = emo_json_load (path, error);
  GError *latch = NULL;
  EmoFields root;

  if (json == NULL)
    return FALSE;
  emo_fields_init (&root, emo_json_get_root (json), path, &latch);
  read_root (self, &root, base);
  if (latch != NULL)
    {
      g_propagate_error (error, latch);
      return FALSE;
    }

  return _emo_bundle_check_vlm (self->vlm, error);
}
