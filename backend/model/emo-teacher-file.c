/* emo-teacher-file.c: teachers on the disk
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-file.h"
#include "emo-teacher-private.h"

#define DEFAULT_SIDE 224
#define MAX_SIDE     4096

/* A folder: model.safetensors, teacher.json (kind, labels, picture) and, where
 * the origin has one, config.json. Weights from elsewhere have no teacher.json:
 * their tensors' names tell the kind. */

/* --- Reading --- */

/* A file beside the weights, (nullable) where there is none. */
static gboolean
read_beside (const char  *path,
             const char  *name,
             EmoJson    **json,
             GError     **error)
{
  g_autofree char *folder = g_file_test (path, G_FILE_TEST_IS_DIR) ? g_strdup (path) : g_path_get_dirname (path);
  g_autofree char *beside = g_build_filename (folder, name, NULL);

  *json = NULL;
  if (!g_file_test (beside, G_FILE_TEST_EXISTS))
    return TRUE;
  *json = emo_json_load (beside, error);

  return *json != NULL;
}

static gboolean
find_kind (EmoSafetensors  *file,
           const char      *path,
           EmoTeacherKind  *kind,
           GError         **error)
{
  for (guint i = 0; i < EMO_TEACHER_N_KINDS; i++)
    if (emo_safetensors_find (file, _emo_teacher_class_get (i)->marker) != NULL)
      {
        *kind = i;
        return TRUE;
      }
  g_set_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED,
               "%s: expected weights of transformers' ViT or of torchvision's ResNet or VGG", path);

  return FALSE;
}

/* Three numbers in (0, 8], or what the kind has. */
static void
read_three (const EmoJsonValue *root,
            const char         *key,
            const double        otherwise[3],
            double              out[3])
{
  const EmoJsonValue *list = root != NULL ? emo_json_value_get_member (root, key) : NULL;

  for (guint i = 0; i < 3; i++)
    {
      const EmoJsonValue *item = list != NULL ? emo_json_value_get_element (list, i) : NULL;
      double value = item != NULL ? emo_json_value_get_double (item) : 0;

      out[i] = value > 0 && value <= 8 ? value : otherwise[i];
    }
}

static void
read_picture (EmoTeacherConfig   *config,
              const EmoJsonValue *own)
{
  const EmoTeacherClass *klass = _emo_teacher_class_get (config->kind);
  const EmoJsonValue *side = own != NULL ? emo_json_value_get_member (own, "image_size") : NULL;
  guint64 number;

  read_three (own, "mean", klass->mean, config->mean);
  read_three (own, "std", klass->std, config->std);
  config->whole = own != NULL && emo_json_value_get_member_bool (own, "whole", FALSE);
  config->image_size = DEFAULT_SIDE;
  if (side != NULL && emo_json_value_get_uint64 (side, &number) && number >= 1 && number <= MAX_SIDE)
    config->image_size = number;
}

/* A head is kept unless teacher.json says that it tells other classes apart. */
static gboolean
labels_agree (const EmoJsonValue *own,
              EmoLabelSet        *labels)
{
  const EmoJsonValue *list = own != NULL ? emo_json_value_get_member (own, "labels") : NULL;
  guint n = emo_label_set_get_size (labels);

  if (list == NULL)
    return TRUE;
  if (emo_json_value_get_length (list) != n)
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (g_strcmp0 (emo_json_value_get_string (emo_json_value_get_element (list, i)), emo_label_set_get_label (labels, i)) != 0)
      return FALSE;

  return TRUE;
}

static char *
describe_shape (guint         rank,
                const gint64 *shape)
{
  GString *text = g_string_new ("[");

  for (guint i = 0; i < rank; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i > 0 ? ", " : "", shape[i]);

  return g_string_free (g_string_append_c (text, ']'), FALSE);
}

static gboolean
shapes_equal (const EmoTeacherTensor *wanted,
              const EmoStoredTensor  *found)
{
  return wanted->rank == found->rank && memcmp (wanted->shape, found->shape, wanted->rank * sizeof (gint64)) == 0;
}

static gboolean
read_tensor (EmoTeacherTensor  *tensor,
             EmoSafetensors    *file,
             const char        *path,
             GError           **error)
{
  const EmoStoredTensor *stored = emo_safetensors_find (file, tensor->name);
  g_autofree float *values = NULL;

  if (stored == NULL)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_MISSING_WEIGHT, "%s: there is no tensor %s", path, tensor->name);
      return FALSE;
    }
  if (!shapes_equal (tensor, stored))
    {
      g_autofree char *wanted = describe_shape (tensor->rank, tensor->shape);
      g_autofree char *found = describe_shape (stored->rank, stored->shape);

      g_set_error (error, EMO_ERROR, EMO_ERROR_SHAPE, "%s: %s: expected %s, found %s", path, tensor->name, wanted, found);
      return FALSE;
    }
  values = g_try_new (float, _emo_teacher_tensor_count (tensor));
  if (values == NULL)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_OUT_OF_MEMORY, "%s: no memory for %s", path, tensor->name);
      return FALSE;
    }
  if (!emo_stored_tensor_read_floats (stored, values, error))
    {
      g_prefix_error (error, "%s: %s: ", path, tensor->name);
      return FALSE;
    }
  tensor->tensor = emo_tensor_new_floats (values, tensor->rank, tensor->shape, error);

  return tensor->tensor != NULL;
}

/* Whether the file's head has the wanted classes' number in every tensor. */
static gboolean
head_fits (EmoTeacher     *self,
           EmoSafetensors *file)
{
  for (guint i = 0; i < self->tensors->len; i++)
    {
      const EmoTeacherTensor *tensor = g_ptr_array_index (self->tensors, i);
      const EmoStoredTensor *stored = emo_safetensors_find (file, tensor->name);

      if (tensor->head && (stored == NULL || !shapes_equal (tensor, stored)))
        return FALSE;
    }

  return TRUE;
}

static gboolean
read_tensors (EmoTeacher      *self,
              EmoSafetensors  *file,
              const char      *path,
              gboolean         keep_head,
              guint64          seed,
              GError         **error)
{
  for (guint i = 0; i < self->tensors->len; i++)
    {
      EmoTeacherTensor *tensor = g_ptr_array_index (self->tensors, i);
      gboolean ok = tensor->head && !keep_head ? _emo_teacher_tensor_start (tensor, seed, error)
                                               : read_tensor (tensor, file, path, error);

      if (!ok)
        return FALSE;
    }

  return emo_safetensors_check (file, error);
}

/**
 * emo_teacher_load:
 * @path: a safetensors file or its folder
 * @labels: the classes that are wanted
 * @seed: of a fresh head
 * @notes: (element-type utf8): what the user should know is added
 * @error: return location
 *
 * The kind and its sizes come from the tensors' names and shapes, a vision
 * transformer's from config.json. A head for other classes is replaced by a
 * fresh one.
 *
 * Returns: (transfer full) (nullable): %NULL with the reader's errors,
 *   UNSUPPORTED, INVALID_FILE, MODEL, MISSING_WEIGHT, SHAPE, DTYPE,
 *   OUT_OF_MEMORY or TORCH
 */
EmoTeacher *
emo_teacher_load (const char   *path,
                  EmoLabelSet  *labels,
                  guint64       seed,
                  GPtrArray    *notes,
                  GError      **error)
{
  g_autoptr(EmoSafetensors) file = emo_safetensors_open (path, error);
  g_autoptr(EmoJson) own = NULL;
  g_autoptr(EmoJson) origin = NULL;
  g_autoptr(EmoTeacher) self = NULL;
  const EmoJsonValue *own_root;
  EmoTeacherConfig config = { 0 };
  gboolean keep_head;

  if (file == NULL || !read_beside (path, "teacher.json", &own, error) || !read_beside (path, "config.json", &origin, error) ||
      !find_kind (file, path, &config.kind, error))
    return NULL;
  own_root = own != NULL ? emo_json_get_root (own) : NULL;
  read_picture (&config, own_root);
  if (!_emo_teacher_class_get (config.kind)->read_config (&config, file, origin != NULL ? emo_json_get_root (origin) : NULL, path, error))
    return NULL;
  self = _emo_teacher_new_empty (&config, labels, error);
  if (self == NULL)
    return NULL;
  keep_head = labels_agree (own_root, labels) && head_fits (self, file);
  if (!keep_head)
    g_ptr_array_add (notes, g_strdup_printf ("%s: the classification head is for other classes; a fresh one for %u replaces it",
                                             path, self->n));
  if (!read_tensors (self, file, path, keep_head, seed, error))
    return NULL;

  return g_steal_pointer (&self);
}

/* --- Writing --- */

static void
append_three (GString      *out,
              const char   *key,
              const double  values[3])
{
  g_string_append_printf (out, ",\n  \"%s\": ", key);
  emo_json_append_doubles (out, values, 3);
}

static gboolean
write_own (EmoTeacher  *self,
           const char  *folder,
           GError     **error)
{
  g_autofree char *path = g_build_filename (folder, "teacher.json", NULL);
  g_autoptr(GString) out = g_string_new ("{\n  \"kind\": ");

  emo_json_append_string (out, self->klass->name);
  g_string_append (out, ",\n  \"labels\": [");
  for (guint i = 0; i < self->n; i++)
    {
      g_string_append (out, i > 0 ? ", " : "");
      emo_json_append_string (out, emo_label_set_get_label (self->labels, i));
    }
  g_string_append_printf (out, "],\n  \"image_size\": %u,\n  \"whole\": %s", self->config.image_size,
                          self->config.whole ? "true" : "false");
  append_three (out, "mean", self->config.mean);
  append_three (out, "std", self->config.std);
  g_string_append (out, "\n}\n");

  return emo_file_write (path, out->str, out->len, error);
}

static gboolean
write_origin (EmoTeacher  *self,
              const char  *folder,
              GError     **error)
{
  g_autofree char *path = g_build_filename (folder, "config.json", NULL);
  g_autoptr(GString) out = g_string_new (NULL);

  if (self->klass->write_config == NULL)
    return TRUE;
  self->klass->write_config (&self->config, self->labels, out);

  return emo_file_write (path, out->str, out->len, error);
}

/* @values owns what the list points at. */
static gboolean
append_stored (GArray                 *list,
               GPtrArray              *values,
               const EmoTeacherTensor *tensor,
               GError                **error)
{
  gsize n = _emo_teacher_tensor_count (tensor);
  float *data = g_try_new (float, n);
  EmoStoredTensor stored = { .name = tensor->name, .stored = EMO_STORED_F32, .rank = tensor->rank,
                             .data = (const guint8 *) data, .n_bytes = n * sizeof (float) };

  if (data == NULL)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_OUT_OF_MEMORY, "teacher: no memory to save %s", tensor->name);
      return FALSE;
    }
  g_ptr_array_add (values, data);
  memcpy (stored.shape, tensor->shape, sizeof tensor->shape);
  g_array_append_val (list, stored);

  return emo_tensor_read_floats (tensor->tensor, data, n, error);
}

/**
 * emo_teacher_save:
 * @self: a teacher
 * @folder: an existing folder
 * @error: return location
 *
 * Writes model.safetensors with the origin's names, teacher.json and, for a
 * vision transformer, config.json; each atomically, the weights last.
 *
 * Returns: %FALSE with IO, NO_SPACE, OUT_OF_MEMORY or TORCH
 */
gboolean
emo_teacher_save (EmoTeacher  *self,
                  const char  *folder,
                  GError     **error)
{
  static const char *const metadata[] = { "format", "pt", NULL };
  g_autofree char *path = g_build_filename (folder, "model.safetensors", NULL);
  g_autoptr(GArray) list = g_array_new (FALSE, FALSE, sizeof (EmoStoredTensor));
  g_autoptr(GPtrArray) values = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < self->tensors->len; i++)
    if (!append_stored (list, values, g_ptr_array_index (self->tensors, i), error))
      return FALSE;
  if (!write_own (self, folder, error) || !write_origin (self, folder, error))
    return FALSE;

  return emo_safetensors_save (path, (const EmoStoredTensor *) list->data, list->len, metadata, error);
}
