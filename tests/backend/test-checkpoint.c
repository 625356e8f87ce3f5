/* test-checkpoint.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* For unshare() and memmem(). */
#define _GNU_SOURCE

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utime.h>

#include <glib/gstdio.h>

#include "emo-checkpoint.h"
#include "emo-error.h"
#include "emo-test-disk.h"
#include "emo-test-files.h"

#define N_VALUES 2048
#define N_IDS    16

/* What a save of these tensors has behind its header. */
#define N_DATA (N_VALUES * sizeof (float) + N_IDS * sizeof (gint64))

/* A state that the step decides, so that what is loaded can be told. */
typedef struct
{
  float  values[N_VALUES];
  gint64 ids[N_IDS];
} State;

static void
fill (State  *state,
      gint64  step)
{
  for (guint i = 0; i < N_VALUES; i++)
    state->values[i] = (float) (step * 10000 + i);
  for (guint i = 0; i < N_IDS; i++)
    state->ids[i] = G_MAXINT64 - step * 1000 - i;
}

static gboolean
save_of (const char  *folder,
         const char  *config,
         gint64       step,
         gint64       best_step,
         GError     **error)
{
  const EmoCheckpointState state = { "vlm", config, 3, step, 7, G_MAXUINT64, best_step };
  const char *const texts[] = { "early_stopping", "best 0.5\n", NULL };
  State content;
  const EmoStoredTensor tensors[] = {
    { "adapter.weight", EMO_STORED_F32, 2, { N_VALUES / 4, 2 }, (const guint8 *) content.values, sizeof content.values / 2 },
    { "adapter.m", EMO_STORED_F32, 1, { N_VALUES / 2 }, (const guint8 *) (content.values + N_VALUES / 2), sizeof content.values / 2 },
    { "ids", EMO_STORED_I64, 1, { N_IDS }, (const guint8 *) content.ids, sizeof content.ids },
  };

  fill (&content, step);

  return emo_checkpoint_save (folder, &state, tensors, G_N_ELEMENTS (tensors), texts, EMO_CHECKPOINT_KEEP, error);
}

static void
save (const char *folder,
      gint64      step,
      gint64      best_step)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (save_of (folder, "run", step, best_step, &error));
  g_assert_no_error (error);
}

static void
assert_content (EmoCheckpoint *checkpoint)
{
  const EmoStoredTensor *weight = emo_safetensors_find (checkpoint->file, "adapter.weight");
  const EmoStoredTensor *m = emo_safetensors_find (checkpoint->file, "adapter.m");
  const EmoStoredTensor *ids = emo_safetensors_find (checkpoint->file, "ids");
  State expected;

  fill (&expected, checkpoint->state.step);
  g_assert_cmpmem (weight->data, weight->n_bytes, expected.values, sizeof expected.values / 2);
  g_assert_cmpmem (m->data, m->n_bytes, expected.values + N_VALUES / 2, sizeof expected.values / 2);
  g_assert_cmpmem (ids->data, ids->n_bytes, expected.ids, sizeof expected.ids);
}

/* The newest good one's step, -1 for none; its content is what was saved. */
static gint64
load (const char *folder,
      GPtrArray  *notes)
{
  g_autoptr (GPtrArray) own = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (EmoCheckpoint) checkpoint = emo_checkpoint_load (folder, "vlm", "run", notes != NULL ? notes : own);

  if (notes == NULL)
    g_assert_cmpuint (own->len, ==, 0);
  if (checkpoint == NULL)
    return -1;
  assert_content (checkpoint);

  return checkpoint->state.step;
}

static gboolean
has_step (const char *folder,
          gint64      step)
{
  g_autofree char *path = emo_checkpoint_dup_path (folder, step);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static guint
count_files (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;

  return n;
}

static GPtrArray *
new_notes (void)
{
  return g_ptr_array_new_with_free_func (g_free);
}

static void
test_checkpoint_brings_everything_back (void)
{
  g_autofree char *folder = emo_test_make_folder ();
  g_autofree char *deep = g_build_filename (folder, "training", "vlm", NULL);
  g_autoptr (GPtrArray) notes = new_notes ();
  g_autoptr (EmoCheckpoint) checkpoint = NULL;

  g_assert_cmpint (load (deep, NULL), ==, -1);
  save (deep, 40, -1);
  checkpoint = emo_checkpoint_load (deep, "vlm", "run", notes);
  g_assert_nonnull (checkpoint);
  assert_content (checkpoint);
  g_assert_cmpuint (emo_safetensors_get_n_tensors (checkpoint->file), ==, 3);
  g_assert_cmpstr (checkpoint->state.stage, ==, "vlm");
  g_assert_cmpstr (checkpoint->state.config_hash, ==, "run");
  g_assert_cmpuint (checkpoint->state.epoch, ==, 3);
  g_assert_cmpint (checkpoint->state.step, ==, 40);
  g_assert_cmpint (checkpoint->state.position, ==, 7);
  g_assert_cmpuint (checkpoint->state.seed, ==, G_MAXUINT64);
  g_assert_cmpint (checkpoint->state.best_step, ==, -1);
  g_assert_cmpstr (emo_checkpoint_get_text (checkpoint, "early_stopping"), ==, "best 0.5\n");
  g_assert_cmpstr (emo_checkpoint_get_text (checkpoint, "app_version"), ==, EMO_VERSION);
  g_assert_null (emo_checkpoint_get_text (checkpoint, "absent"));
  emo_test_remove_folder (folder);
}

static void
test_checkpoint_keeps_the_newest (void)
{
  g_autofree char *folder = emo_test_make_folder ();

  for (gint64 step = 9; step <= 11; step++)
    save (folder, step, -1);
  g_assert_cmpint (load (folder, NULL), ==, 11);
  g_assert_cmpuint (count_files (folder), ==, 2);
  g_assert_true (has_step (folder, 10));
  emo_test_remove_folder (folder);
}

static void
test_checkpoint_keeps_the_best (void)
{
  g_autofree char *folder = emo_test_make_folder ();
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoCheckpoint) best = NULL;

  save (folder, 10, 10);
  for (gint64 step = 20; step <= 60; step += 10)
    save (folder, step, 10);
  g_assert_cmpuint (count_files (folder), ==, 3);
  best = emo_checkpoint_load_step (folder, "vlm", "run", 10, &error);
  g_assert_no_error (error);
  assert_content (best);

  /* Until the newest but one has the new best too, the old best stays: the
   * newest may be found damaged. */
  save (folder, 70, 70);
  g_assert_true (has_step (folder, 10) && has_step (folder, 60) && has_step (folder, 70));
  save (folder, 80, 70);
  g_assert_cmpuint (count_files (folder), ==, 2);
  save (folder, 90, 70);
  g_assert_true (has_step (folder, 70) && has_step (folder, 80) && has_step (folder, 90));
  g_assert_cmpuint (count_files (folder), ==, 3);
  emo_test_remove_folder (folder);
}

/* A folder that an earlier training has gone further in. */
static void
test_checkpoint_leaves_other_runs_alone (void)
{
  g_autofree char *folder = emo_test_make_folder ();
  g_autoptr (GPtrArray) notes = new_notes ();
  g_autoptr (GError) error = NULL;
  g_autofree char *stranger = emo_test_write_text (folder, "step-1.safetensors", "no checkpoint");

  for (gint64 step = 998; step <= 1000; step++)
    g_assert_true (save_of (folder, "another", step, -1, &error));
  for (gint64 step = 10; step <= 13; step++)
    save (folder, step, -1);
  g_assert_true (has_step (folder, 1000) && has_step (folder, 999) && has_step (folder, 1));
  g_assert_true (has_step (folder, 13) && has_step (folder, 12));
  g_assert_cmpuint (count_files (folder), ==, 5);
  g_assert_cmpint (load (folder, notes), ==, 13);
  g_assert_cmpuint (notes->len, ==, 2);
  g_assert_nonnull (strstr (notes->pdata[0], "expected run, found another"));
  g_assert_nonnull (strstr (notes->pdata[0], "step-1000.safetensors"));

  g_assert_true (emo_checkpoint_remove_all (folder, &error));
  g_assert_cmpuint (count_files (folder), ==, 0);
  emo_test_remove_folder (folder);
}

/* Where training goes on from an older one, what came after is not counted. */
static void
test_checkpoint_counts_no_later_step (void)
{
  g_autofree char *folder = emo_test_make_folder ();
  g_autofree char *path = emo_checkpoint_dup_path (folder, 30);
  g_autoptr (GPtrArray) notes = new_notes ();

  save (folder, 20, -1);
  save (folder, 30, -1);
  g_assert_cmpint (truncate (path, 100), ==, 0);
  g_assert_cmpint (load (folder, notes), ==, 20);
  save (folder, 25, -1);
  g_assert_cmpint (load (folder, notes), ==, 25);
  save (folder, 30, -1);
  g_assert_cmpint (load (folder, NULL), ==, 30);
  emo_test_remove_folder (folder);
}

static void
assert_refused (const char *folder,
                const char *stage,
                const char *config,
                gint64      step,
                EmoError    code,
                const char *expected,
                const char *found)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (emo_checkpoint_load_step (folder, stage, config, step, &error));
  g_assert_error (error, EMO_ERROR, (int) code);
  g_test_message ("%s", error->message);
  if (strstr (error->message, expected) == NULL || strstr (error->message, found) == NULL)
    g_error ("“%s” names neither “%s” nor “%s”", error->message, expected, found);
}

static void
replace_in_file (const char *path,
                 const char *find,
                 const char *replace)
{
  g_autofree char *content = NULL;
  gsize length;
  char *at;

  g_assert_cmpuint (strlen (find), ==, strlen (replace));
  g_assert_true (g_file_get_contents (path, &content, &length, NULL));
  at = memmem (content, length, find, strlen (find));
  g_assert_nonnull (at);
  memcpy (at, replace, strlen (find));
  g_assert_true (g_file_set_contents (path, content, (gssize) length, NULL));
}

static void
test_checkpoint_says_what_it_refuses (void)
{
  g_autofree char *folder = emo_test_make_folder ();
  g_autofree char *path = emo_checkpoint_dup_path (folder, 2);
  g_autofree char *moved = emo_checkpoint_dup_path (folder, 3);
  g_autoptr (GError) error = NULL;
  static const guint8 bytes[4] = { 0 };
  const EmoStoredTensor tensor = { "a", EMO_STORED_U8, 1, { 4 }, bytes, sizeof bytes };

  save (folder, 2, -1);
  assert_refused (folder, "gate", "run", 2, EMO_ERROR_INVALID_FILE, "expected “gate”", "found “vlm”");
  assert_refused (folder, "vlm", "other", 2, EMO_ERROR_INVALID_FILE, "expected other", "found run");
  assert_refused (folder, "vlm", "run", 9, EMO_ERROR_IO, "step-9", "opened");

  g_assert_cmpint (g_rename (path, moved), ==, 0);
  assert_refused (folder, "vlm", "run", 3, EMO_ERROR_INVALID_FILE, "expected step 3", "found step 2");
  g_assert_cmpint (g_rename (moved, path), ==, 0);

  replace_in_file (path, "\"checkpoint\":\"1\"", "\"checkpoint\":\"2\"");
  assert_refused (folder, "vlm", "run", 2, EMO_ERROR_UNSUPPORTED, "expected a checkpoint of version 1", "found version “2”");
  replace_in_file (path, "\"checkpoint\":\"2\"", "\"checkpoint\":\"1\"");
  replace_in_file (path, "\"position\":\"7\"", "\"position\":\"x\"");
  assert_refused (folder, "vlm", "run", 2, EMO_ERROR_INVALID_FILE, "position", "found “x”");

  g_assert_true (emo_safetensors_save (path, &tensor, 1, NULL, &error));
  assert_refused (folder, "vlm", "run", 2, EMO_ERROR_INVALID_FILE, "no checkpoint", "step-2");
  /* Whole by its own words, but without a seal. */
  g_assert_true (emo_safetensors_save (path, &tensor, 1,
                                       (const char *const[]) { "checkpoint", "1", "stage", "vlm", "config_hash", "run", "epoch", "1", "step", "2",
                                                               "position", "0", "seed", "1", "best_step", "-1", NULL },
                                       &error));
  assert_refused (folder, "vlm", "run", 2, EMO_ERROR_CHECKSUM, "SHA-256", "found none");
  emo_test_remove_folder (folder);
}

/* Names count steps: what the clock says of files does not matter. */
static void
test_checkpoint_needs_no_clock (void)
{
  g_autofree char *folder = emo_test_make_folder ();
  g_autofree char *old = emo_checkpoint_dup_path (folder, 9);
  g_autofree char *new = emo_checkpoint_dup_path (folder, 10);

  save (folder, 9, -1);
  save (folder, 10, -1);
  g_assert_cmpint (g_utime (new, &(struct utimbuf) { 1, 1 }), ==, 0);
  g_assert_cmpint (g_utime (old, &(struct utimbuf) { G_MAXINT32, G_MAXINT32 }), ==, 0);
  g_assert_cmpint (load (folder, NULL), ==, 10);
  save (folder, 11, -1);
  g_assert_false (has_step (folder, 9));
  emo_test_remove_folder (folder);
}

/* One bit in 300 places of header, seal and data: the one before is used. */
static void
test_checkpoint_notices_a_flipped_bit (void)
{
  g_autofree char *folder = emo_test_make_folder ();
  g_autofree char *path = emo_checkpoint_dup_path (folder, 2);
  g_autofree char *content = NULL;
  gsize length, header;

  save (folder, 1, -1);
  save (folder, 2, -1);
  g_assert_true (g_file_get_contents (path, &content, &length, NULL));
  header = length - N_DATA;
  for (gsize i = 0; i < 300; i++)
    {
      g_autoptr (GPtrArray) notes = new_notes ();
      gsize place = i < 150 ? i * (header - 1) / 149 : header + (i - 150) * (N_DATA - 1) / 149;

      content[place] ^= (char) (1 << (i % 8));
      g_assert_true (g_file_set_contents (path, content, (gssize) length, NULL));
      content[place] ^= (char) (1 << (i % 8));
      if (load (folder, notes) != 1)
        g_error ("a bit in byte %" G_GSIZE_FORMAT " was not noticed", place);
      g_assert_cmpuint (notes->len, ==, 1);
      g_assert_nonnull (strstr (notes->pdata[0], "step-2.safetensors"));
    }
  emo_test_remove_folder (folder);
}

static void
test_checkpoint_notices_a_cut (void)
{
  g_autofree char *folder = emo_test_make_folder ();
  g_autofree char *path = emo_checkpoint_dup_path (folder, 2);
  g_autofree char *content = NULL;
  gsize length;

  save (folder, 1, -1);
  save (folder, 2, -1);
  g_assert_true (g_file_get_contents (path, &content, &length, NULL));
  for (gsize cut = 0; cut < length; cut += length / 60)
    {
      g_autoptr (GPtrArray) notes = new_notes ();

      g_assert_true (g_file_set_contents (path, content, (gssize) cut, NULL));
      g_assert_cmpint (load (folder, notes), ==, 1);
      g_assert_cmpuint (notes->len, ==, 1);
    }
  emo_test_remove_folder (folder);
}

/* In a folder that has two, a child saves a third and is killed on the way; then
 * training goes on. */
static void
assert_survives (const char *folder,
                 gint64      step,
                 gsize       point,
                 gboolean    in_bytes,
                 gboolean    drop)
{
  gboolean reported;
  gint64 found;
  int ends[2], status;
  char byte;
  pid_t child;

  g_assert_cmpint (pipe (ends), ==, 0);
  child = fork ();
  if (child == 0)
    {
      if (in_bytes)
        emo_test_disk_kill_after (point, drop);
      else
        emo_test_disk_kill_at ((guint) point, drop);
      if (!save_of (folder, "run", step, -1, NULL) || write (ends[1], "", 1) != 1)
        _exit (1);
      emo_test_disk_kill ();
    }
  close (ends[1]);
  reported = read (ends[0], &byte, 1) == 1;
  close (ends[0]);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  if (!WIFSIGNALED (status) || WTERMSIG (status) != SIGKILL)
    g_error ("the child was not killed at %s %" G_GSIZE_FORMAT, in_bytes ? "byte" : "call", point);

  found = load (folder, NULL);
  g_assert_true (found == step || (found == step - 1 && !reported));
  /* An older one goes only once the new one is safe. */
  if (found == step - 1)
    g_assert_true (has_step (folder, step - 2) && has_step (folder, step - 1));
  save (folder, step, -1);
  g_assert_cmpint (load (folder, NULL), ==, step);
  g_assert_true (has_step (folder, step - 1));
  g_assert_cmpuint (count_files (folder), ==, 2);
}

/* What one more save calls, in a folder that has two. */
static guint
count_calls (gsize *n_bytes)
{
  g_autofree char *folder = emo_test_make_folder ();
  g_autofree char *path = emo_checkpoint_dup_path (folder, 3);
  GStatBuf info;
  guint n;

  save (folder, 1, -1);
  save (folder, 2, -1);
  emo_test_disk_reset ();
  save (folder, 3, -1);
  n = emo_test_disk_get_n_calls ();
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  *n_bytes = (gsize) info.st_size;
  emo_test_remove_folder (folder);

  return n;
}

static void
test_checkpoint_survives_a_kill (void)
{
  gsize n_bytes;
  guint n_calls = count_calls (&n_bytes);
  guint n_points = 0;
  g_autofree char *folder = emo_test_make_folder ();
  gint64 step = 102;

  save (folder, 100, -1);
  save (folder, 101, -1);
  for (int drop = FALSE; drop <= TRUE; drop++)
    {
      /* The last point is after all calls: what was reported is there. */
      for (guint i = 0; i <= n_calls; i++, n_points++)
        assert_survives (folder, step++, i, FALSE, drop);
      for (guint i = 0; i < 110; i++, n_points++)
        assert_survives (folder, step++, i * (n_bytes - 1) / 109, TRUE, drop);
    }
  emo_test_remove_folder (folder);
  g_test_message ("killed at %u points, %u calls a save", n_points, n_calls);
  g_assert_cmpuint (n_points, >=, 200);
}

/* The calls that a checkpoint is not safe without. */
static gboolean
is_needed (EmoTestDiskCall call,
           guint           n_fsyncs)
{
  switch (call)
    {
    case EMO_TEST_DISK_MKDIR:
    case EMO_TEST_DISK_CREATE:
    case EMO_TEST_DISK_OPEN:
    case EMO_TEST_DISK_WRITE:
    case EMO_TEST_DISK_FSYNC:
    case EMO_TEST_DISK_RENAME:
      return TRUE;

    case EMO_TEST_DISK_CLOSE:
      return n_fsyncs < 2;   /* the file's, not the folder's */

    case EMO_TEST_DISK_UNLINK:
    default:
      return FALSE;
    }
}

static void
assert_failure_is_told (const char *folder,
                        gint64      step,
                        guint       index,
                        gboolean    needed,
                        gboolean    all,
                        int         number)
{
  EmoError code = number == ENOSPC || number == EDQUOT ? EMO_ERROR_NO_SPACE : EMO_ERROR_IO;
  g_autoptr (GError) error = NULL;
  gboolean saved;
  gint64 found;

  emo_test_disk_fail (index, all, number);
  saved = save_of (folder, "run", step, -1, &error);
  emo_test_disk_reset ();

  found = load (folder, NULL);
  if (needed)
    {
      g_assert_false (saved);
      g_assert_error (error, EMO_ERROR, (int) code);
      g_assert_nonnull (strstr (error->message, folder));
      g_assert_nonnull (strstr (error->message, g_strerror (number)));
      g_assert_true (has_step (folder, step - 2) && has_step (folder, step - 1));
      g_assert_true (found == step - 1 || found == step);
    }
  else
    {
      g_assert_no_error (error);
      g_assert_true (saved && found == step);
    }
  save (folder, step, -1);
  g_assert_cmpint (load (folder, NULL), ==, step);
  g_assert_cmpuint (count_files (folder), ==, 2);
}

static void
test_checkpoint_tells_every_failure (void)
{
  static const int numbers[] = { ENOSPC, EIO, EROFS, EDQUOT };
  gsize n_bytes;
  guint n_calls = count_calls (&n_bytes);
  g_autofree EmoTestDiskCall *calls = g_new (EmoTestDiskCall, n_calls);
  g_autofree char *folder = emo_test_make_folder ();
  gint64 step = 102;

  for (guint i = 0; i < n_calls; i++)
    calls[i] = emo_test_disk_get_call (i);
  save (folder, 100, -1);
  save (folder, 101, -1);
  for (guint n = 0; n < G_N_ELEMENTS (numbers); n++)
    for (guint i = 0, n_fsyncs = 0; i < n_calls; n_fsyncs += calls[i++] == EMO_TEST_DISK_FSYNC)
      for (int all = FALSE; all <= TRUE; all++)
        assert_failure_is_told (folder, step++, i, is_needed (calls[i], n_fsyncs), all, numbers[n]);
  emo_test_remove_folder (folder);
}

static void
test_checkpoint_tells_that_no_folder_was_made (void)
{
  g_autofree char *parent = emo_test_make_folder ();
  g_autofree char *folder = g_build_filename (parent, "a", "b", NULL);
  g_autoptr (GError) error = NULL;

  /* Two folders, each made, and its parent opened, synced and closed. */
  for (guint i = 0; i < 2; i++)
    {
      emo_test_disk_fail (i * 4, FALSE, EROFS);
      g_assert_false (save_of (folder, "run", 1, -1, &error));
      emo_test_disk_reset ();
      g_assert_error (error, EMO_ERROR, EMO_ERROR_IO);
      g_assert_nonnull (strstr (error->message, g_strerror (EROFS)));
      g_clear_error (&error);
    }
  g_assert_cmpint (load (folder, NULL), ==, -1);
  emo_test_remove_folder (parent);
}

/* In a child that has its own mounts: 0 good, 77 not allowed here. */
static int
fill_a_disk (const char *folder)
{
  gint64 step = 0;

  if (unshare (CLONE_NEWNS) != 0 || mount ("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
      mount ("tmpfs", folder, "tmpfs", 0, "size=28k") != 0)
    return 77;
  /* The third does not fit beside two others. */
  while (TRUE)
    {
      g_autoptr (GError) error = NULL;

      step++;
      if (save_of (folder, "run", step, -1, &error))
        continue;
      if (!g_error_matches (error, EMO_ERROR, EMO_ERROR_NO_SPACE) || step < 2 || load (folder, NULL) != step - 1)
        return 1;
      return count_files (folder) == step - 1 ? 0 : 2;
    }
}

static void
test_checkpoint_survives_a_full_disk (void)
{
  g_autofree char *folder = emo_test_make_folder ();
  int status;
  pid_t child = fork ();

  if (child == 0)
    _exit (fill_a_disk (folder));
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status));
  if (WEXITSTATUS (status) == 77)
    g_test_skip ("no small file system can be mounted here");
  else
    g_assert_cmpint (WEXITSTATUS (status), ==, 0);
  emo_test_remove_folder (folder);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/Checkpoint/brings-everything-back", test_checkpoint_brings_everything_back);
  g_test_add_func ("/Emo/Checkpoint/keeps-the-newest", test_checkpoint_keeps_the_newest);
  g_test_add_func ("/Emo/Checkpoint/keeps-the-best", test_checkpoint_keeps_the_best);
  g_test_add_func ("/Emo/Checkpoint/leaves-other-runs-alone", test_checkpoint_leaves_other_runs_alone);
  g_test_add_func ("/Emo/Checkpoint/counts-no-later-step", test_checkpoint_counts_no_later_step);
  g_test_add_func ("/Emo/Checkpoint/says-what-it-refuses", test_checkpoint_says_what_it_refuses);
  g_test_add_func ("/Emo/Checkpoint/needs-no-clock", test_checkpoint_needs_no_clock);
  g_test_add_func ("/Emo/Checkpoint/notices-a-flipped-bit", test_checkpoint_notices_a_flipped_bit);
  g_test_add_func ("/Emo/Checkpoint/notices-a-cut", test_checkpoint_notices_a_cut);
  g_test_add_func ("/Emo/Checkpoint/survives-a-kill", test_checkpoint_survives_a_kill);
  g_test_add_func ("/Emo/Checkpoint/tells-every-failure", test_checkpoint_tells_every_failure);
  g_test_add_func ("/Emo/Checkpoint/tells-that-no-folder-was-made", test_checkpoint_tells_that_no_folder_was_made);
  g_test_add_func ("/Emo/Checkpoint/survives-a-full-disk", test_checkpoint_survives_a_full_disk);

  return g_test_run ();
}
