/* emo-checkpoint.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <errno.h>
#include <string.h>

#include <glib/gstdio.h>

#include "emo-checkpoint.h"
#include "emo-error.h"
#include "emo-file.h"

/* Raised where a checkpoint's content changes its meaning, so that an older
 * program refuses it in words. */
#define FORMAT "1"

#define NAME_START "step-"
#define NAME_END   ".safetensors"

/* The writer's temporary names: NAME_END, a dot and six letters. */
#define TEMPORARY_LETTERS 6

/* --- Names --- */

/**
 * emo_checkpoint_dup_path:
 * @folder: the training's folder
 * @step: steps done
 *
 * Returns: (transfer full): where that checkpoint is
 */
char *
emo_checkpoint_dup_path (const char *folder,
                         gint64      step)
{
  g_autofree char *name = g_strdup_printf (NAME_START "%" G_GINT64_FORMAT NAME_END, step);

  return g_build_filename (folder, name, NULL);
}

/* The step of "step-120.safetensors", and what follows the name; -1 for another
 * file. Only the one spelling counts, so that two names cannot be one step. */
static gint64
parse_name (const char  *name,
            const char **rest)
{
  const char *digits = name + strlen (NAME_START);
  guint64 step;
  char *end;

  if (!g_str_has_prefix (name, NAME_START) || !g_ascii_isdigit (*digits) || (*digits == '0' && g_ascii_isdigit (digits[1])))
    return -1;
  errno = 0;
  step = g_ascii_strtoull (digits, &end, 10);
  if (errno != 0 || step > G_MAXINT64 || !g_str_has_prefix (end, NAME_END))
    return -1;
  *rest = end + strlen (NAME_END);

  return (gint64) step;
}

static int
compare_steps (gconstpointer a,
               gconstpointer b)
{
  gint64 left = *(const gint64 *) a, right = *(const gint64 *) b;

  return left > right ? -1 : left < right;
}

/* Newest first. */
static GArray *
list_steps (const char *folder)
{
  GArray *steps = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name, *rest;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      gint64 step = parse_name (name, &rest);

      if (step >= 0 && *rest == '\0')
        g_array_append_val (steps, step);
    }
  g_array_sort (steps, compare_steps);

  return steps;
}

static gboolean
is_temporary (const char *name)
{
  const char *rest;

  return parse_name (name, &rest) >= 0 && *rest == '.' && strlen (rest) == 1 + TEMPORARY_LETTERS;
}

/* What a save left behind that was killed. */
static void
remove_temporaries (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (is_temporary (name))
      {
        g_autofree char *path = g_build_filename (folder, name, NULL);

        g_unlink (path);
      }
}

/* --- Reading --- */

static const char *
text_of (EmoSafetensors *file,
         const char     *key)
{
  const char *text = emo_safetensors_get_metadata (file, key);

  return text != NULL ? text : "";
}

G_GNUC_PRINTF (4, 5)
static gboolean
refuse (GError    **error,
        EmoError    code,
        const char *path,
        const char *format,
        ...)
{
  g_autofree char *name = emo_file_escape_name (path);
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, EMO_ERROR, (int) code, "%s: %s", name, text);

  return FALSE;
}

static gboolean
read_number (EmoSafetensors  *file,
             const char      *path,
             const char      *key,
             gint64           least,
             gint64          *out,
             GError         **error)
{
  g_autofree char *shown = emo_file_escape_start (text_of (file, key), 40);

  if (g_ascii_string_to_signed (text_of (file, key), 10, least, G_MAXINT64, out, NULL))
    return TRUE;

  return refuse (error, EMO_ERROR_INVALID_FILE, path, "expected a number as “%s”, found “%s”", key, shown);
}

static gboolean
read_state (EmoCheckpoint  *self,
            const char     *path,
            GError        **error)
{
  EmoCheckpointState *state = &self->state;
  gint64 epoch;

  state->stage = text_of (self->file, "stage");
  state->config_hash = text_of (self->file, "config_hash");
  if (!read_number (self->file, path, "epoch", 0, &epoch, error) ||
      !read_number (self->file, path, "step", 0, &state->step, error) ||
      !read_number (self->file, path, "position", 0, &state->position, error) ||
      !read_number (self->file, path, "best_step", -1, &state->best_step, error))
    return FALSE;
  if (epoch > G_MAXUINT || !g_ascii_string_to_unsigned (text_of (self->file, "seed"), 10, 0, G_MAXUINT64, &state->seed, NULL))
    return refuse (error, EMO_ERROR_INVALID_FILE, path, "its epoch or seed is no number that can be");
  state->epoch = (guint) epoch;

  return TRUE;
}

/* Another program's file, or another version's. */
static gboolean
check_format (EmoSafetensors  *file,
              const char      *path,
              GError         **error)
{
  const char *format = emo_safetensors_get_metadata (file, "checkpoint");
  g_autofree char *found = emo_file_escape_start (format != NULL ? format : "", 40);
  g_autofree char *writer = emo_file_escape_start (text_of (file, "app_version"), 40);

  if (format == NULL)
    return refuse (error, EMO_ERROR_INVALID_FILE, path, "it is no checkpoint of a training");
  if (!g_str_equal (format, FORMAT))
    return refuse (error, EMO_ERROR_UNSUPPORTED, path, "expected a checkpoint of version %s, found version “%s” (written by EmoVLM %s)",
                   FORMAT, found, writer);

  return TRUE;
}

static gboolean
check_run (EmoCheckpoint  *self,
           const char     *path,
           const char     *stage,
           const char     *config_hash,
           gint64          step,
           GError        **error)
{
  g_autofree char *found_stage = emo_file_escape_start (self->state.stage, 40);
  g_autofree char *found_hash = emo_file_escape_start (self->state.config_hash, 80);

  if (!g_str_equal (self->state.stage, stage))
    return refuse (error, EMO_ERROR_INVALID_FILE, path, "it belongs to another stage: expected “%s”, found “%s”", stage, found_stage);
  if (self->state.step != step)
    return refuse (error, EMO_ERROR_INVALID_FILE, path, "it was renamed: expected step %" G_GINT64_FORMAT ", found step %" G_GINT64_FORMAT,
                   step, self->state.step);
  if (!g_str_equal (self->state.config_hash, config_hash))
    return refuse (error, EMO_ERROR_INVALID_FILE, path, "it belongs to another model or other settings: expected %s, found %s",
                   config_hash, found_hash);

  return TRUE;
}

/* The header alone: what the file says of itself, not yet proved. */
static EmoCheckpoint *
open_header (const char  *path,
             GError     **error)
{
  g_autoptr (EmoCheckpoint) self = g_new0 (EmoCheckpoint, 1);

  self->file = emo_safetensors_open (path, error);
  if (self->file == NULL || !check_format (self->file, path, error) || !read_state (self, path, error))
    return NULL;

  return g_steal_pointer (&self);
}

/**
 * emo_checkpoint_load_step:
 * @folder: the training's folder
 * @stage: the stage that wants to go on
 * @config_hash: what its run is
 * @step: which checkpoint
 * @error: return location
 *
 * Opens one checkpoint and proves every byte of it.
 *
 * Returns: (transfer full) (nullable): the checkpoint, or %NULL with
 *   %EMO_ERROR_CHECKSUM (another content than was saved), %EMO_ERROR_UNSUPPORTED
 *   (another version), %EMO_ERROR_INVALID_FILE (another run) and the errors of
 *   emo_safetensors_open()
 */
EmoCheckpoint *
emo_checkpoint_load_step (const char  *folder,
                          const char  *stage,
                          const char  *config_hash,
                          gint64       step,
                          GError     **error)
{
  g_autofree char *path = NULL;
  g_autoptr (EmoCheckpoint) self = NULL;

  g_return_val_if_fail (folder != NULL && stage != NULL && config_hash != NULL, NULL);

  path = emo_checkpoint_dup_path (folder, step);
  self = open_header (path, error);
  if (self == NULL || !emo_safetensors_check_seal (self->file, error) || !check_run (self, path, stage, config_hash, step, error))
    return NULL;

  return g_steal_pointer (&self);
}

/**
 * emo_checkpoint_load:
 * @folder: the training's folder; it need not be there
 * @stage: the stage that wants to go on
 * @config_hash: what its run is
 * @notes: (element-type utf8): a free-ing array, told each one that was refused
 *
 * Returns: (transfer full) (nullable): the newest checkpoint that is whole and of
 *   this run
 */
EmoCheckpoint *
emo_checkpoint_load (const char *folder,
                     const char *stage,
                     const char *config_hash,
                     GPtrArray  *notes)
{
  g_autoptr (GArray) steps = NULL;

  g_return_val_if_fail (folder != NULL && stage != NULL && config_hash != NULL && notes != NULL, NULL);

  steps = list_steps (folder);
  for (guint i = 0; i < steps->len; i++)
    {
      g_autoptr (GError) error = NULL;
      EmoCheckpoint *self = emo_checkpoint_load_step (folder, stage, config_hash, g_array_index (steps, gint64, i), &error);

      if (self != NULL)
        return self;
      g_ptr_array_add (notes, g_strdup (error->message));
    }

  return NULL;
}

/**
 * emo_checkpoint_get_text:
 * @self: a checkpoint
 * @key: a key of the texts that were saved with it
 *
 * Returns: (transfer none) (nullable): its text
 */
const char *
emo_checkpoint_get_text (EmoCheckpoint *self,
                         const char    *key)
{
  g_return_val_if_fail (self != NULL, NULL);

  return emo_safetensors_get_metadata (self->file, key);
}

/**
 * emo_checkpoint_free:
 * @self: (transfer full) (nullable): a checkpoint
 */
void
emo_checkpoint_free (EmoCheckpoint *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->file, emo_safetensors_unref);
  g_free (self);
}

/* --- Which ones stay --- */

static gboolean
contains (GArray *steps,
          gint64  step)
{
  for (guint i = 0; i < steps->len; i++)
    if (g_array_index (steps, gint64, i) == step)
      return TRUE;

  return FALSE;
}

/* Later steps than the one just saved are of a past that was given up; another
 * run's, another version's and what cannot be read are not ours to judge. */
static gboolean
is_of_run (EmoCheckpoint            *other,
           const EmoCheckpointState *state)
{
  return other != NULL && other->state.step <= state->step && g_str_equal (other->state.stage, state->stage) &&
         g_str_equal (other->state.config_hash, state->config_hash);
}

/* Each one that stays keeps its best one too: where the newest is found damaged,
 * the one before still has the best of its time. */
static void
remove_old (const char               *folder,
            const EmoCheckpointState *state,
            guint                     keep)
{
  g_autoptr (GArray) steps = list_steps (folder);
  g_autoptr (GArray) best = g_array_new (FALSE, FALSE, sizeof (gint64));
  guint n_kept = 0;

  for (guint i = 0; i < steps->len; i++)
    {
      gint64 step = g_array_index (steps, gint64, i);
      g_autofree char *path = emo_checkpoint_dup_path (folder, step);
      g_autoptr (EmoCheckpoint) other = open_header (path, NULL);

      if (!is_of_run (other, state))
        continue;
      if (n_kept++ < keep)
        g_array_append_val (best, other->state.best_step);
      else if (!contains (best, step))
        g_unlink (path);
    }
}

/* --- Saving --- */

static void
add_text (GPtrArray  *metadata,
          const char *key,
          char       *text)
{
  g_ptr_array_add (metadata, g_strdup (key));
  g_ptr_array_add (metadata, text);
}

static char *
number_text (gint64 number)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT, number);
}

static GPtrArray *
build_metadata (const EmoCheckpointState *state,
                const char *const        *texts)
{
  GPtrArray *metadata = g_ptr_array_new_with_free_func (g_free);

  add_text (metadata, "format", g_strdup ("pt"));
  add_text (metadata, "checkpoint", g_strdup (FORMAT));
  add_text (metadata, "app_version", g_strdup (EMO_VERSION));
  add_text (metadata, "stage", g_strdup (state->stage));
  add_text (metadata, "config_hash", g_strdup (state->config_hash));
  add_text (metadata, "epoch", number_text (state->epoch));
  add_text (metadata, "step", number_text (state->step));
  add_text (metadata, "position", number_text (state->position));
  add_text (metadata, "seed", g_strdup_printf ("%" G_GUINT64_FORMAT, state->seed));
  add_text (metadata, "best_step", number_text (state->best_step));
  for (guint i = 0; texts != NULL && texts[i] != NULL && texts[i + 1] != NULL; i += 2)
    add_text (metadata, texts[i], g_strdup (texts[i + 1]));
  g_ptr_array_add (metadata, NULL);

  return metadata;
}

/* A file with one key twice is one that nobody reads. */
static gboolean
has_unique_keys (GPtrArray *metadata)
{
  g_autoptr (GHashTable) keys = g_hash_table_new (g_str_hash, g_str_equal);

  g_hash_table_add (keys, (gpointer) "sha256");
  for (guint i = 0; metadata->pdata[i] != NULL; i += 2)
    if (!g_hash_table_add (keys, metadata->pdata[i]))
      return FALSE;

  return TRUE;
}

/**
 * emo_checkpoint_save:
 * @folder: the training's folder, made where it is missing
 * @state: where the training stands
 * @tensors: (array length=n_tensors): what it goes on from; borrowed
 * @n_tensors: their number
 * @texts: (nullable): key, text, ..., NULL; other keys than the state's
 * @keep: how many of the newest stay, at least 1; see EMO_CHECKPOINT_KEEP
 * @error: return location
 *
 * Saves a checkpoint durably, then removes those of this run that are neither
 * among the newest nor the best, and what killed saves have left.
 *
 * Returns: whether it is on the disk, else %FALSE with %EMO_ERROR_NO_SPACE,
 *   %EMO_ERROR_IO or what emo_safetensors_save() refuses; then every older
 *   checkpoint is as it was
 */
gboolean
emo_checkpoint_save (const char                *folder,
                     const EmoCheckpointState  *state,
                     const EmoStoredTensor     *tensors,
                     guint                      n_tensors,
                     const char *const         *texts,
                     guint                      keep,
                     GError                   **error)
{
  g_autoptr (GPtrArray) metadata = NULL;
  g_autofree char *path = NULL;

  g_return_val_if_fail (folder != NULL && state != NULL && keep > 0, FALSE);
  g_return_val_if_fail (state->stage != NULL && state->config_hash != NULL && state->step >= 0, FALSE);

  metadata = build_metadata (state, texts);
  g_return_val_if_fail (has_unique_keys (metadata), FALSE);
  path = emo_checkpoint_dup_path (folder, state->step);
  if (!emo_file_make_folder (folder, error) ||
      !emo_safetensors_save_sealed (path, tensors, n_tensors, (const char *const *) metadata->pdata, error))
    return FALSE;
  remove_old (folder, state, keep);
  remove_temporaries (folder);

  return TRUE;
}

/**
 * emo_checkpoint_remove_all:
 * @folder: the training's folder; it need not be there
 * @error: return location
 *
 * Removes every checkpoint of a folder, and nothing else in it.
 *
 * Returns: %FALSE with %EMO_ERROR_IO where one cannot be removed
 */
gboolean
emo_checkpoint_remove_all (const char  *folder,
                           GError     **error)
{
  g_autoptr (GArray) steps = NULL;

  g_return_val_if_fail (folder != NULL, FALSE);

  steps = list_steps (folder);
  for (guint i = 0; i < steps->len; i++)
    {
      g_autofree char *path = emo_checkpoint_dup_path (folder, g_array_index (steps, gint64, i));

      if (g_unlink (path) != 0 && errno != ENOENT)
        return emo_file_set_error (error, path, "cannot be removed", errno);
    }
  remove_temporaries (folder);

  return TRUE;
}
