/* emo-vlm-weights.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-error.h"
#include "emo-file.h"
#include "emo-keyed-hash.h"
#include "emo-vlm-weights.h"

struct _EmoVlmWeights
{
  EmoSafetensors *file;
  char           *path;          /* of the file or of its shards' index, for messages */
  EmoAdapter     *adapter;       /* borrowed */
  gboolean        nf4;           /* Linears in 4 bits */
  EmoDtype        dtype;
  EmoDevice       device;
  const char     *text_prefix;   /* "model." or "model.language_model." */
  const char     *vision_prefix; /* "visual." or "model.visual." */
  GHashTable     *used;          /* names in the file, borrowed */
  GPtrArray      *missing;       /* canonical names */
  EmoWeightFunc   make;          /* (nullable) instead of a file */
  gpointer        make_data;
  const EmoLoadWatch *watch;     /* borrowed */
  gint64          taken;         /* bytes of the tensors taken so far */
  gint64          forgotten;     /* where the file's pages were given back last, in bytes of the way */
  GError         *error;         /* the first */
};

/**
 * emo_linear_forward:
 * @self: the layer
 * @scope: where the result lives
 * @x: [..., in]
 *
 * The adapter is added beside the frozen weight, never merged into it: the
 * weight stays mapped, and its 16 bits would round the sum.
 *
 * Returns: (transfer none) (nullable): [..., out]
 */
EmoTensor *
emo_linear_forward (const EmoLinear *self,
                    EmoScope        *scope,
                    EmoTensor       *x)
{
  EmoTensor *y = emo_op_linear (scope, x, self->weight, self->bias);

  if (self->lora_a == NULL)
    return y;
  if (self->dropout > 0)
    x = emo_op_dropout (scope, x, self->dropout, self->draw);
  return emo_op_add_scaled (scope, y,
                            emo_op_linear (scope,
                                           emo_op_linear (scope, x, self->lora_a, NULL),
                                           self->lora_b, NULL),
                            self->scale);
}

void
emo_linear_clear (EmoLinear *self)
{
  g_clear_pointer (&self->weight, emo_tensor_unref);
  g_clear_pointer (&self->bias, emo_tensor_unref);
  g_clear_pointer (&self->lora_a, emo_tensor_unref);
  g_clear_pointer (&self->lora_b, emo_tensor_unref);
}

static char *
find_file (const char  *folder,
           GError     **error)
{
  const char *names[] = { "model.safetensors", "model.safetensors.index.json" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);
      if (g_file_test (path, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&path);
    }
  g_set_error (error, EMO_ERROR, EMO_ERROR_MODEL,
               "%s has no weights: expected model.safetensors or model.safetensors.index.json", folder);
  return NULL;
}

/* Which of two prefixes the file uses, by a tensor every model has. */
static const char *
choose_prefix (EmoVlmWeights *self,
               const char *probe,
               const char *flat,
               const char *nested)
{
  g_autofree char *name = g_strconcat (nested, probe, NULL);

  return emo_safetensors_find (self->file, name) ? nested : flat;
}

/**
 * emo_vlm_weights_open:
 * @folder: a Hugging Face folder
 * @adapter: (nullable): LoRA that its Linears may carry; outlives the result
 * @nf4: whether the Linears are quantised as they are taken
 * @dtype: what is computed in
 * @device: where
 * @watch: told how far it is; tested before each tensor
 *
 * Returns: (transfer full) (nullable): or %NULL with the reader's errors
 */
EmoVlmWeights *
emo_vlm_weights_open (const char  *folder,
                  EmoAdapter  *adapter,
                  gboolean     nf4,
                  EmoDtype     dtype,
                  EmoDevice    device,
                  const EmoLoadWatch *watch,
                  GError     **error)
{
  g_autoptr (EmoVlmWeights) self = g_new0 (EmoVlmWeights, 1);
  g_autofree char *path = find_file (folder, error);

  if (path == NULL)
    return NULL;
  self->used = g_hash_table_new (emo_keyed_hash_string, g_str_equal);
  self->missing = g_ptr_array_new_with_free_func (g_free);
  self->adapter = adapter;
  self->nf4 = nf4;
  self->dtype = dtype;
  self->device = device;
  self->watch = watch;
  self->file = emo_safetensors_open (path, error);
  if (self->file == NULL)
    return NULL;
  self->text_prefix = choose_prefix (self, "norm.weight", "model.", "model.language_model.");
  self->vision_prefix = choose_prefix (self, "patch_embed.proj.weight", "visual.", "model.visual.");
  self->path = emo_file_escape_name (path);
  return g_steal_pointer (&self);
}

/**
 * emo_vlm_weights_new_made:
 * @make: gives each tensor by the name that a file would have it under
 * @user_data: for @make
 *
 * A model that no file has yet, computed in float32 on the CPU.
 *
 * Returns: (transfer full): its tensors
 */
EmoVlmWeights *
emo_vlm_weights_new_made (EmoWeightFunc make,
                          gpointer      user_data)
{
  EmoVlmWeights *self = g_new0 (EmoVlmWeights, 1);

  self->used = g_hash_table_new (emo_keyed_hash_string, g_str_equal);
  self->missing = g_ptr_array_new_with_free_func (g_free);
  self->make = make;
  self->make_data = user_data;
  self->text_prefix = "model.language_model.";
  self->vision_prefix = "model.visual.";

  return self;
}

/**
 * emo_vlm_weights_propagate:
 * @self: made weights
 * @error: return location
 *
 * Returns: whether every tensor could be made
 */
gboolean
emo_vlm_weights_propagate (EmoVlmWeights  *self,
                           GError        **error)
{
  if (self->error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&self->error));

  return FALSE;
}

void
emo_vlm_weights_close (EmoVlmWeights *self)
{
  g_clear_pointer (&self->file, emo_safetensors_unref);
  g_clear_pointer (&self->used, g_hash_table_unref);
  g_clear_pointer (&self->missing, g_ptr_array_unref);
  g_clear_error (&self->error);
  g_free (self->path);
  g_free (self);
}

EmoSafetensors *
emo_vlm_weights_get_file (EmoVlmWeights *self)
{
  return self->file;
}

static char *
file_name_of (EmoVlmWeights *self,
              const char *name)
{
  if (g_str_has_prefix (name, "visual."))
    return g_strconcat (self->vision_prefix, name + strlen ("visual."), NULL);
  if (g_str_has_prefix (name, "lm_head."))
    return g_strdup (name);
  return g_strconcat (self->text_prefix, name, NULL);
}

gboolean
emo_vlm_weights_has (EmoVlmWeights *self,
                 const char *name)
{
  g_autofree char *file_name = file_name_of (self, name);

  return self->make == NULL && emo_safetensors_find (self->file, file_name) != NULL;
}

/**
 * emo_vlm_weights_differ:
 * @a: canonical name
 * @b: canonical name
 *
 * Returns: whether both are there and not the same bytes
 */
gboolean
emo_vlm_weights_differ (EmoVlmWeights *self,
                        const char    *a,
                        const char    *b)
{
  g_autofree char *name_a = file_name_of (self, a);
  g_autofree char *name_b = file_name_of (self, b);
  const EmoStoredTensor *first, *second;

  if (self->make != NULL)
    return FALSE;
  first = emo_safetensors_find (self->file, name_a);
  second = emo_safetensors_find (self->file, name_b);
  if (first == NULL || second == NULL)
    return FALSE;
  return first->stored != second->stored || first->n_bytes != second->n_bytes ||
         memcmp (first->data, second->data, first->n_bytes) != 0;
}

static char *
shape_to_string (guint         rank,
                 const gint64 *shape)
{
  GString *text = g_string_new ("[");

  for (guint i = 0; i < rank; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i ? ", " : "", shape[i]);
  g_string_append_c (text, ']');
  return g_string_free (text, FALSE);
}

static gboolean
check_shape (EmoVlmWeights         *self,
             const char            *path,
             const EmoStoredTensor *stored,
             guint                  rank,
             const gint64          *shape)
{
  g_autofree char *wanted = NULL;
  g_autofree char *found = NULL;
  gboolean same = stored->rank == rank;

  for (guint i = 0; same && i < rank; i++)
    same = stored->shape[i] == shape[i];
  if (same)
    return TRUE;
  wanted = shape_to_string (rank, shape);
  found = shape_to_string (stored->rank, stored->shape);
  g_set_error (&self->error, EMO_ERROR, EMO_ERROR_SHAPE,
               "%s: tensor %s: the config wants shape %s, the file has %s",
               path, stored->name, wanted, found);
  return FALSE;
}

static gboolean
dtype_of (EmoStored  stored,
          EmoDtype  *dtype)
{
  switch (stored)
    {
    case EMO_STORED_F32:
      *dtype = EMO_DTYPE_F32;
      return TRUE;
    case EMO_STORED_BF16:
      *dtype = EMO_DTYPE_BF16;
      return TRUE;
    case EMO_STORED_F16:
      *dtype = EMO_DTYPE_F16;
      return TRUE;
    default:
      return FALSE;
    }
}

/* F64 has no dtype of ours: it is rounded to float32 once. */
static EmoTensor *
read_f64 (const char            *path,
          const EmoStoredTensor *stored,
          GError               **error)
{
  gsize n = stored->n_bytes / sizeof (double);
  g_autofree float *values = g_try_new (float, MAX (n, 1));
  g_autoptr (GBytes) bytes = NULL;

  if (values == NULL)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_OUT_OF_MEMORY, "%s: no memory for tensor %s", path, stored->name);
      return NULL;
    }
  if (!emo_stored_tensor_read_floats (stored, values, error))
    return NULL;
  bytes = g_bytes_new_take (g_steal_pointer (&values), n * sizeof (float));
  return emo_tensor_new_for_bytes (bytes, EMO_DTYPE_F32, stored->rank, stored->shape, error);
}

/* @path: what errors call the file. */
static EmoTensor *
wrap_stored (EmoSafetensors        *file,
             const char            *path,
             const EmoStoredTensor *stored,
             GError               **error)
{
  g_autoptr (GBytes) bytes = NULL;
  EmoDtype dtype;

  if (stored->stored == EMO_STORED_F64)
    return read_f64 (path, stored, error);
  if (!dtype_of (stored->stored, &dtype))
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_DTYPE,
                   "%s: tensor %s is %s; weights are F32, BF16, F16 or F64",
                   path, stored->name, emo_stored_to_string (stored->stored));
      return NULL;
    }
  bytes = emo_safetensors_get_bytes (file, stored);
  return emo_tensor_new_for_bytes (bytes, dtype, stored->rank, stored->shape, error);
}

/* Quantised, a model takes a third of its file or less: its pages are given back
 * on the way, so that the file never adds to that. */
#define FORGET_EVERY (128 * 1024 * 1024)

/* The way goes over the bytes twice: taking them, which costs time where they
 * are converted, and the search for NaN. */
static void
tell_bytes (EmoVlmWeights *self,
            gint64         n_bytes)
{
  if (self->nf4 && n_bytes - self->forgotten >= FORGET_EVERY)
    {
      emo_safetensors_forget (self->file);
      self->forgotten = n_bytes;
    }
  emo_load_watch_tell (self->watch, (double) n_bytes / (2.0 * (double) MAX (1, emo_safetensors_get_n_bytes (self->file))));
}

static void
counted_cb (gint64   n_bytes,
            gpointer user_data)
{
  EmoVlmWeights *self = user_data;

  tell_bytes (self, emo_safetensors_get_n_bytes (self->file) + n_bytes);
}

/* Vectors are converted, they cost nothing. Matrices stay as they are mapped
 * where the CPU computes in float32; bf16 and the GPU take one dtype. */
static EmoTensor *
place (EmoVlmWeights *self,
       EmoTensor  *stored)
{
  gboolean matrix = emo_tensor_get_rank (stored) > 1;

  if (matrix && !self->device.cuda && self->dtype == EMO_DTYPE_F32)
    return emo_tensor_ref (stored);
  return emo_tensor_to (stored, self->dtype, self->device, &self->error);
}

static EmoTensor *
take (EmoVlmWeights *self,
      const char    *name,
      guint          rank,
      const gint64  *shape,
      gboolean       nf4)
{
  g_autofree char *file_name = file_name_of (self, name);
  const EmoStoredTensor *stored;
  g_autoptr (EmoTensor) tensor = NULL;

  if (self->make != NULL)
    return self->error == NULL ? self->make (file_name, rank, shape, self->make_data, &self->error) : NULL;
  stored = emo_safetensors_find (self->file, file_name);
  if (stored == NULL)
    {
      g_ptr_array_add (self->missing, g_steal_pointer (&file_name));
      return NULL;
    }
  g_hash_table_add (self->used, (gpointer) stored->name);
  if (self->error != NULL ||
      g_cancellable_set_error_if_cancelled (self->watch->cancellable, &self->error) ||
      !check_shape (self, self->path, stored, rank, shape))
    return NULL;
  self->taken += (gint64) stored->n_bytes;
  tell_bytes (self, self->taken);
  tensor = wrap_stored (self->file, self->path, stored, &self->error);
  if (tensor == NULL)
    return NULL;
  return nf4 ? emo_tensor_new_nf4 (tensor, self->device, &self->error) : place (self, tensor);
}

/**
 * emo_vlm_weights_take:
 * @name: canonical name
 * @rank: of @shape
 * @shape: what the config implies
 *
 * Returns: (transfer full) (nullable): the tensor, or %NULL once anything failed
 *   or is missing; emo_vlm_weights_finish() says what
 */
EmoTensor *
emo_vlm_weights_take (EmoVlmWeights   *self,
                  const char   *name,
                  guint         rank,
                  const gint64 *shape)
{
  return take (self, name, rank, shape, FALSE);
}

static void
take_lora (EmoVlmWeights    *self,
           EmoLinear     *linear,
           const EmoLora *lora,
           gint64         in_features,
           gint64         out_features)
{
  gint64 rank = lora->a->rank == 2 ? lora->a->shape[0] : 0;
  gint64 shape_a[] = { rank, in_features };
  gint64 shape_b[] = { out_features, rank };
  EmoSafetensors *file = emo_adapter_get_file (self->adapter);
  const char *path = emo_adapter_get_path (self->adapter);
  g_autoptr (EmoTensor) a = NULL;
  g_autoptr (EmoTensor) b = NULL;

  if (!check_shape (self, path, lora->a, 2, shape_a) || !check_shape (self, path, lora->b, 2, shape_b))
    return;
  a = wrap_stored (file, path, lora->a, &self->error);
  b = a != NULL ? wrap_stored (file, path, lora->b, &self->error) : NULL;
  if (b == NULL)
    return;
  linear->lora_a = emo_tensor_to (a, self->dtype, self->device, &self->error);
  if (linear->lora_a != NULL)
    linear->lora_b = emo_tensor_to (b, self->dtype, self->device, &self->error);
  linear->scale = lora->scale;
}

void
emo_vlm_weights_take_linear (EmoVlmWeights *self,
                         EmoLinear  *linear,
                         const char *name,
                         gint64      in_features,
                         gint64      out_features,
                         gboolean    bias)
{
  g_autofree char *weight_name = g_strconcat (name, ".weight", NULL);
  gint64 shape[] = { out_features, in_features };
  const EmoLora *lora;

  linear->weight = take (self, weight_name, 2, shape, self->nf4);
  if (bias)
    {
      g_autofree char *bias_name = g_strconcat (name, ".bias", NULL);
      linear->bias = emo_vlm_weights_take (self, bias_name, 1, shape);
    }
  lora = self->adapter != NULL && self->error == NULL ? emo_adapter_find (self->adapter, name) : NULL;
  if (lora != NULL)
    take_lora (self, linear, lora, in_features, out_features);
}

static gboolean
report_missing (EmoVlmWeights  *self,
                GError     **error)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < MIN (self->missing->len, 5); i++)
    g_string_append_printf (names, "%s%s", i ? ", " : "", (char *) self->missing->pdata[i]);
  g_set_error (error, EMO_ERROR, EMO_ERROR_MISSING_WEIGHT,
               "%s: %u tensors that the config implies are missing: %s%s",
               self->path, self->missing->len, names->str, self->missing->len > 5 ? ", ..." : "");
  return FALSE;
}

static gboolean
check_adapter (EmoVlmWeights  *self,
               GError     **error)
{
  g_auto (GStrv) unused = self->adapter != NULL ? emo_adapter_dup_unused (self->adapter) : NULL;

  if (unused == NULL || unused[0] == NULL)
    return TRUE;
  g_set_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED,
               "%s: the adapter changes %u modules that cannot be adapted here, the first is %s",
               emo_adapter_get_path (self->adapter), g_strv_length (unused), unused[0]);
  return FALSE;
}

static void
note_extras (EmoVlmWeights *self,
             GPtrArray  *notes)
{
  guint n = emo_safetensors_get_n_tensors (self->file);
  guint extra = n - MIN (n, g_hash_table_size (self->used));
  const char *unlisted;
  guint n_unlisted = emo_safetensors_get_n_unlisted (self->file, &unlisted);

  if (n_unlisted > 0)
    {
      g_autofree char *shown = emo_file_escape_start (unlisted, 200);

      g_ptr_array_add (notes, g_strdup_printf ("%s: %u tensors in the shards are not where the index says and are left out, one is %s",
                                               self->path, n_unlisted, shown));
    }
  for (guint i = 0; extra > 0 && i < n; i++)
    {
      const char *name = emo_safetensors_get_tensor (self->file, i)->name;
      if (g_hash_table_contains (self->used, name))
        continue;
      g_ptr_array_add (notes, g_strdup_printf ("%s: %u tensors are not used, the first is %s", self->path, extra, name));
      return;
    }
}

/**
 * emo_vlm_weights_finish:
 * @notes: (element-type utf8): strings worth showing are appended
 *
 * Returns: %TRUE when everything taken was there and right
 */
gboolean
emo_vlm_weights_finish (EmoVlmWeights  *self,
                    GPtrArray   *notes,
                    GError     **error)
{
  guint64 nonfinite;

  if (self->missing->len > 0)
    return report_missing (self, error);
  if (self->error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&self->error));
      return FALSE;
    }
  if (!check_adapter (self, error))
    return FALSE;
  note_extras (self, notes);
  nonfinite = emo_safetensors_count_nonfinite_full (self->file, counted_cb, self, self->watch->cancellable);
  if (self->nf4)
    emo_safetensors_forget (self->file);
  if (g_cancellable_set_error_if_cancelled (self->watch->cancellable, error))
    return FALSE;
  if (nonfinite > 0)
    g_ptr_array_add (notes, g_strdup_printf ("%s: %" G_GUINT64_FORMAT " weights are not finite (NaN or infinite)",
                                             self->path, nonfinite));
  return emo_safetensors_check (self->file, error);
}
