/* emo-teacher-file.c: teachers on the disk
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <errno.h>

#include <glib/gstdio.h>

#include "emo-file.h"
#include "emo-teacher-private.h"

#define DEFAULT_SIDE 224
#define MAX_SIDE     4096
/* Of a file's labels, in a message. */
#define MAX_SHOWN    200

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

/* A file of transformers' ViTModel, which has no head, lacks the prefix. */
static const EmoStoredTensor *
find_stored (EmoSafetensors *file,
             const char     *name)
{
  static const char bare[] = "vit.";
  const EmoStoredTensor *stored = emo_safetensors_find (file, name);

  if (stored == NULL && g_str_has_prefix (name, bare))
    stored = emo_safetensors_find (file, name + strlen (bare));

  return stored;
}

static gboolean
find_kind (EmoSafetensors  *file,
           const char      *path,
           EmoTeacherKind  *kind,
           GError         **error)
{
  for (guint i = 0; i < EMO_TEACHER_N_KINDS; i++)
    if (find_stored (file, _emo_teacher_class_get (i)->marker) != NULL)
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

/* teacher.json's classes, (nullable) where it names none. */
static const EmoJsonValue *
get_own_labels (EmoJson *own)
{
  return own != NULL ? emo_json_value_get_member (emo_json_get_root (own), "labels") : NULL;
}

/* Which row of the file's head is each label's. (nullable): the head tells other
 * classes apart; what teacher.json does not name is taken for the labels. */
static guint *
find_rows (const EmoJsonValue *own_labels,
           EmoLabelSet        *labels)
{
  guint n = emo_label_set_get_size (labels);
  g_autofree guint *rows = g_new (guint, n);

  if (own_labels != NULL && emo_json_value_get_length (own_labels) != n)
    return NULL;
  for (guint i = 0; i < n; i++)
    rows[i] = own_labels == NULL ? i : n;
  for (guint i = 0; own_labels != NULL && i < n; i++)
    {
      const char *name = emo_json_value_get_string (emo_json_value_get_element (own_labels, i));
      int label = name != NULL ? emo_label_set_find (labels, name) : -1;

      if (label < 0 || rows[label] != n)
        return NULL;
      rows[label] = i;
    }

  return g_steal_pointer (&rows);
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

/* Rows of a head in the order of the labels. */
static gboolean
order_rows (const EmoTeacherTensor  *tensor,
            const guint             *rows,
            float                   *values,
            const char              *path,
            GError                 **error)
{
  gsize n = _emo_teacher_tensor_count (tensor), width = n / tensor->shape[0];
  g_autofree float *stored = g_try_new (float, n);

  if (stored == NULL)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_OUT_OF_MEMORY, "%s: no memory for %s", path, tensor->name);
      return FALSE;
    }
  memcpy (stored, values, n * sizeof *stored);
  for (gint64 i = 0; i < tensor->shape[0]; i++)
    memcpy (values + i * width, stored + rows[i] * width, width * sizeof *values);

  return TRUE;
}

/* @rows: of a head. */
static gboolean
read_tensor (EmoTeacherTensor  *tensor,
             EmoSafetensors    *file,
             const char        *path,
             const guint       *rows,
             GError           **error)
{
  const EmoStoredTensor *stored = find_stored (file, tensor->name);
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
  if (tensor->head && !order_rows (tensor, rows, values, path, error))
    return FALSE;
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
      const EmoStoredTensor *stored = find_stored (file, tensor->name);

      if (tensor->head && (stored == NULL || !shapes_equal (tensor, stored)))
        return FALSE;
    }

  return TRUE;
}

/* @rows (nullable): of the file's head; without it a fresh one is drawn. */
static gboolean
read_tensors (EmoTeacher      *self,
              EmoSafetensors  *file,
              const char      *path,
              const guint     *rows,
              guint64          seed,
              GError         **error)
{
  for (guint i = 0; i < self->tensors->len; i++)
    {
      EmoTeacherTensor *tensor = g_ptr_array_index (self->tensors, i);
      gboolean ok = tensor->head && rows == NULL ? _emo_teacher_tensor_start (tensor, seed, error)
                                                 : read_tensor (tensor, file, path, rows, error);

      if (!ok)
        return FALSE;
    }

  return emo_safetensors_check (file, error);
}

/* A teacher's files, of which no weights are read yet. */
typedef struct
{
  EmoSafetensors   *file;
  EmoJson          *own;      /* (nullable) teacher.json */
  EmoTeacherConfig  config;
} Source;

static void
source_clear (Source *self)
{
  g_clear_pointer (&self->file, emo_safetensors_unref);
  g_clear_pointer (&self->own, emo_json_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Source, source_clear)

static gboolean
source_open (Source      *self,
             const char  *path,
             GError     **error)
{
  g_autoptr(EmoJson) origin = NULL;

  self->file = emo_safetensors_open (path, error);
  if (self->file == NULL || !read_beside (path, "teacher.json", &self->own, error) ||
      !read_beside (path, "config.json", &origin, error) || !find_kind (self->file, path, &self->config.kind, error))
    return FALSE;
  read_picture (&self->config, self->own != NULL ? emo_json_get_root (self->own) : NULL);

  return _emo_teacher_class_get (self->config.kind)->read_config (&self->config, self->file, origin != NULL ? emo_json_get_root (origin) : NULL,
                                                                   path, error);
}

/**
 * emo_teacher_load:
 * @path: a safetensors file or its folder
 * @labels: the classes that are wanted
 * @seed: of a fresh head
 * @notes: (element-type utf8): what the user should know is added
 * @error: return location
 *
 * One to train. The kind and its sizes come from the tensors' names and shapes, a
 * vision transformer's from config.json. A head for the same classes in another
 * order is put in order, one for others is replaced by a fresh one.
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
  g_auto(Source) source = { 0 };
  g_autoptr(EmoTeacher) self = NULL;
  g_autofree guint *rows = NULL;

  if (!source_open (&source, path, error))
    return NULL;
  self = _emo_teacher_new_empty (&source.config, labels, error);
  if (self == NULL)
    return NULL;
  if (head_fits (self, source.file))
    rows = find_rows (get_own_labels (source.own), labels);
  if (rows == NULL)
    g_ptr_array_add (notes, g_strdup_printf ("%s: the classification head is for other classes; a fresh one for %u replaces it",
                                             path, self->n));
  if (!read_tensors (self, source.file, path, rows, seed, error))
    return NULL;

  return g_steal_pointer (&self);
}

/* Classes as teacher.json names them. */
static char *
describe_own_labels (const EmoJsonValue *own_labels)
{
  g_autoptr(GString) text = g_string_new (NULL);

  if (own_labels == NULL)
    return g_strdup ("others, which it does not name");
  for (gsize i = 0; i < emo_json_value_get_length (own_labels); i++)
    {
      const char *name = emo_json_value_get_string (emo_json_value_get_element (own_labels, i));

      g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", name != NULL ? name : "?");
    }

  return emo_file_escape_start (text->str, MAX_SHOWN);
}

/* An empty teacher of @labels, and which rows of the file's head are theirs. */
static EmoTeacher *
match_labels (Source       *source,
              const char   *path,
              EmoLabelSet  *labels,
              guint       **rows,
              GError      **error)
{
  g_autoptr(EmoTeacher) self = _emo_teacher_new_empty (&source->config, labels, error);
  g_autofree char *expected = NULL;
  g_autofree char *found = NULL;

  if (self == NULL)
    return NULL;
  *rows = head_fits (self, source->file) ? find_rows (get_own_labels (source->own), labels) : NULL;
  if (*rows != NULL)
    return g_steal_pointer (&self);
  expected = g_strjoinv (", ", (char **) emo_label_set_get_labels (labels));
  found = describe_own_labels (get_own_labels (source->own));
  g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "%s: expected a teacher of the labels %s, found one of %s", path, expected, found);

  return NULL;
}

/**
 * emo_teacher_load_trained:
 * @path: a safetensors file or its folder
 * @labels: the classes that it tells apart, in the order wanted
 * @error: return location
 *
 * One to ask: it has to have a head for these classes.
 *
 * Returns: (transfer full) (nullable): %NULL with INVALID_FILE where it tells
 *   others apart, or with the errors of emo_teacher_load()
 */
EmoTeacher *
emo_teacher_load_trained (const char   *path,
                          EmoLabelSet  *labels,
                          GError      **error)
{
  g_auto(Source) source = { 0 };
  g_autoptr(EmoTeacher) self = NULL;
  g_autofree guint *rows = NULL;

  if (!source_open (&source, path, error))
    return NULL;
  self = match_labels (&source, path, labels, &rows, error);

  return self != NULL && read_tensors (self, source.file, path, rows, 0, error) ? g_steal_pointer (&self) : NULL;
}

/**
 * emo_teacher_check:
 * @path: a safetensors file or its folder
 * @labels: (nullable): classes that it has to tell apart
 * @error: return location
 *
 * Reads what says of which kind and size a teacher is, and no weights.
 *
 * Returns: %FALSE with the reader's errors, UNSUPPORTED, INVALID_FILE, MODEL or
 *   SHAPE
 */
gboolean
emo_teacher_check (const char   *path,
                   EmoLabelSet  *labels,
                   GError      **error)
{
  g_auto(Source) source = { 0 };
  g_autoptr(EmoTeacher) self = NULL;
  g_autofree guint *rows = NULL;

  if (!source_open (&source, path, error))
    return FALSE;
  if (labels != NULL)
    self = match_labels (&source, path, labels, &rows, error);

  return labels == NULL || self != NULL;
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

/* Of a network that was there before: it describes another. */
static gboolean
remove_origin (EmoTeacher  *self,
               const char  *folder,
               GError     **error)
{
  g_autofree char *path = g_build_filename (folder, "config.json", NULL);

  if (self->klass->write_config != NULL || g_unlink (path) == 0 || errno == ENOENT)
    return TRUE;
  g_set_error (error, EMO_ERROR, EMO_ERROR_IO, "%s: the file cannot be removed: %s", path, g_strerror (errno));

  return FALSE;
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
 * vision transformer, config.json; each atomically, the weights last. A
 * config.json that was another's is removed behind them.
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

  return emo_safetensors_save (path, (const EmoStoredTensor *) list->data, list->len, metadata, error) &&
         remove_origin (self, folder, error);
}
