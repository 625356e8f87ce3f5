/* emo-branch-logits.c: what heads said of pictures that they had not seen
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-branch-logits.h"
#include "emo-error.h"
#include "emo-file.h"
#include "emo-safetensors.h"

#define MAX_ROWS (1 << 26)

/**
 * emo_branch_logits_save:
 * @self: logits
 * @path: of the file
 * @dataset: the dataset's hash
 * @error: return location
 *
 * Errors: IO, NO_SPACE.
 *
 * Returns: whether it is on the disk
 */
gboolean
emo_branch_logits_save (const EmoBranchLogits  *self,
                        const char             *path,
                        const char             *dataset,
                        GError                **error)
{
  const EmoStoredTensor tensors[] = {
    { .name = "items", .stored = EMO_STORED_I32, .rank = 1, .shape = { self->n }, .data = (const guint8 *) self->items,
      .n_bytes = self->n * sizeof *self->items },
    { .name = "logits", .stored = EMO_STORED_F32, .rank = 2, .shape = { self->n, self->n_labels },
      .data = (const guint8 *) self->logits, .n_bytes = (gsize) self->n * self->n_labels * sizeof *self->logits },
  };

  return emo_safetensors_save_sealed (path, tensors, G_N_ELEMENTS (tensors), (const char *[]) { "dataset", dataset, NULL }, error);
}

static gboolean
refuse (const char  *path,
        const char  *why,
        GError     **error)
{
  g_autofree char *shown = emo_file_escape_name (path);

  g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "%s: %s; run the stage distilled again", shown, why);

  return FALSE;
}

static gboolean
check_file (EmoSafetensors         *file,
            const EmoStoredTensor  *items,
            const EmoStoredTensor  *logits,
            const char             *path,
            const char             *dataset,
            guint                   n_labels,
            GError                **error)
{
  const char *of = emo_safetensors_get_metadata (file, "dataset");

  if (items == NULL || logits == NULL || items->stored != EMO_STORED_I32 || logits->stored != EMO_STORED_F32 ||
      items->rank != 1 || logits->rank != 2 || items->shape[0] != logits->shape[0] || items->shape[0] > MAX_ROWS)
    return refuse (path, "expected items [n] I32 and logits [n, labels] F32", error);
  if (of == NULL || !g_str_equal (of, dataset))
    return refuse (path, "it is of other pictures", error);
  if (logits->shape[1] != n_labels)
    return refuse (path, "it is of other labels", error);

  return TRUE;
}

static gboolean
check_order (const EmoBranchLogits  *self,
             const char             *path,
             GError                **error)
{
  for (guint i = 1; i < self->n; i++)
    if (self->items[i] <= self->items[i - 1])
      return refuse (path, "its items are not in order", error);

  return TRUE;
}

/**
 * emo_branch_logits_load:
 * @path: of the file
 * @dataset: the hash that it has to be of
 * @n_labels: labels
 * @error: return location
 *
 * Returns: (transfer full): the logits
 */
EmoBranchLogits *
emo_branch_logits_load (const char  *path,
                        const char  *dataset,
                        guint        n_labels,
                        GError     **error)
{
  g_autoptr(EmoSafetensors) file = NULL;
  g_autoptr(EmoBranchLogits) self = NULL;
  const EmoStoredTensor *items, *logits;

  g_return_val_if_fail (path != NULL && dataset != NULL, NULL);

  file = emo_safetensors_open (path, error);
  if (file == NULL || !emo_safetensors_check_seal (file, error))
    return NULL;
  items = emo_safetensors_find (file, "items");
  logits = emo_safetensors_find (file, "logits");
  if (!check_file (file, items, logits, path, dataset, n_labels, error))
    return NULL;
  self = g_new0 (EmoBranchLogits, 1);
  self->n = items->shape[0];
  self->n_labels = n_labels;
  self->items = g_memdup2 (items->data, items->n_bytes);
  self->logits = g_memdup2 (logits->data, logits->n_bytes);
  if (!emo_safetensors_check (file, error) || !check_order (self, path, error))
    return NULL;

  return g_steal_pointer (&self);
}

/**
 * emo_branch_logits_free:
 * @self: (transfer full) (nullable): logits
 */
void
emo_branch_logits_free (EmoBranchLogits *self)
{
  if (self == NULL)
    return;
  g_free (self->items);
  g_free (self->logits);
  g_free (self);
}

/**
 * emo_branch_logits_find:
 * @self: logits
 * @item: a place in the dataset
 *
 * Returns: (transfer none) (nullable): [n_labels] the item's
 */
const float *
emo_branch_logits_find (const EmoBranchLogits *self,
                        guint32                item)
{
  guint low = 0, high = self->n;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (self->items[middle] < item)
        low = middle + 1;
      else
        high = middle;
    }

  return low < self->n && self->items[low] == item ? self->logits + (gsize) low * self->n_labels : NULL;
}
