/* emo-run-entry.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>
#include <string.h>

#include "emo-image-format.h"
#include "emo-run-entry.h"
#include "emo-update.h"

G_DEFINE_BOXED_TYPE (EmoRunEntry, emo_run_entry, emo_run_entry_ref, emo_run_entry_unref)

/**
 * emo_run_entry_new:
 *
 * Makes an empty entry to fill: strings are given to it, g_malloc'ed, and the
 * model's description with a reference.
 *
 * Returns: (transfer full): the entry
 */
EmoRunEntry *
emo_run_entry_new (void)
{
  EmoRunEntry *self = g_new0 (EmoRunEntry, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->probability = NAN;
  self->in_domain = EMO_DOMAIN_UNKNOWN;

  return self;
}

/**
 * emo_run_entry_ref:
 * @self: an entry
 *
 * Returns: (transfer full): @self, with one reference more
 */
EmoRunEntry *
emo_run_entry_ref (EmoRunEntry *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/**
 * emo_run_entry_unref:
 * @self: (transfer full): an entry
 *
 * Gives a reference back; the last one frees it. Any thread may.
 */
void
emo_run_entry_unref (EmoRunEntry *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_free (self->app_version);
  g_free (self->file_name);
  g_free (self->uri);
  g_free (self->pasted);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_free (self->image_sha256);
  g_clear_pointer (&self->info, emo_model_info_unref);
  g_free (self->label);
  g_free (self->prediction);
  g_free (self->error);
  g_free (self->own_label);
  g_free (self->note);
  g_free (self);
}

/**
 * emo_run_entry_new_again:
 * @self: an entry of a store
 *
 * Makes an entry of the same picture that has no result and is of no run.
 *
 * Returns: (transfer full): the entry
 */
EmoRunEntry *
emo_run_entry_new_again (EmoRunEntry *self)
{
  EmoRunEntry *again;

  g_return_val_if_fail (self != NULL, NULL);

  again = emo_run_entry_new ();
  again->file_name = g_strdup (self->file_name);
  again->uri = g_strdup (self->uri);
  again->pasted = g_strdup (self->pasted);

  return again;
}

/**
 * emo_run_entry_dup_kept_name:
 * @sha256: of @bytes
 * @bytes: an encoded picture that has no file
 *
 * Returns: (transfer full): the base name of the copy that the store keeps
 */
char *
emo_run_entry_dup_kept_name (const char *sha256,
                             GBytes     *bytes)
{
  const EmoImageFormat *format;
  gsize length;
  const guint8 *data;

  g_return_val_if_fail (sha256 != NULL, NULL);
  g_return_val_if_fail (bytes != NULL, NULL);

  data = g_bytes_get_data (bytes, &length);
  format = emo_image_format_sniff (data, length);
  if (format == NULL)
    return g_strdup (sha256);

  return g_strdup_printf ("%s.%.*s", sha256, (int) strcspn (format->extensions, " "), format->extensions);
}
