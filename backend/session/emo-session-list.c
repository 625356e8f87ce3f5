/* emo-session-list.c
 *
 * What a session lists: pictures that are added, removed and put back.
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-session-private.h"

/* Each change of the list costs its views some work, whatever its size. Up to
 * this many gaps are closed or filled one by one, which keeps a view's place;
 * beyond it the list changes once, from the first gap to the last. */
#define MAX_SPLICES 16

/* A stretch of neighbours in the list. */
typedef struct
{
  guint position;
  guint n;
} Stretch;

/* Lists samples that are new, in one splice. */
static void
add_new (EmoSession *self,
         GPtrArray  *samples)
{
  g_autoptr(GPtrArray) added = g_ptr_array_new ();

  for (guint i = 0; i < samples->len; i++)
    {
      EmoSample *sample = g_ptr_array_index (samples, i);

      if (g_hash_table_contains (self->by_key, _emo_sample_get_key (sample)))
        continue;

      g_hash_table_insert (self->by_key, (gpointer) _emo_sample_get_key (sample), sample);
      _emo_sample_set_serial (sample, ++self->last_serial);
      g_ptr_array_add (added, sample);
    }
  if (added->len == 0)
    return;

  for (guint i = 0; i < added->len; i++)
    {
      EmoSample *sample = g_ptr_array_index (added, i);

      /* What it was when it was last taken off a list is in no count. */
      _emo_sample_set_state (sample, EMO_SAMPLE_WAITING);
      _emo_session_set_state (self, sample, EMO_SAMPLE_WAITING);
      _emo_session_watch (self, sample);
    }
  _emo_session_record_waiting (self, added);
  g_list_store_splice (self->samples, g_list_model_get_n_items (G_LIST_MODEL (self->samples)), 0,
                       added->pdata, added->len);

  _emo_session_pump (self);
}

/**
 * emo_session_add:
 * @self: a session
 * @sample: a picture
 *
 * Appends a picture, unless the same one is listed. It starts at once when a
 * classifier is there and the session is not stopped.
 *
 * Returns: (transfer none): the listed one, @sample or its elder
 */
EmoSample *
emo_session_add (EmoSession *self,
                 EmoSample  *sample)
{
  g_autoptr(GPtrArray) samples = NULL;
  g_autoptr(EmoSample) kept = NULL;

  g_return_val_if_fail (EMO_IS_SESSION (self), NULL);
  g_return_val_if_fail (EMO_IS_SAMPLE (sample), NULL);

  kept = g_object_ref (sample);
  samples = g_ptr_array_new ();
  g_ptr_array_add (samples, sample);
  add_new (self, samples);

  return g_hash_table_lookup (self->by_key, _emo_sample_get_key (sample));
}

/**
 * emo_session_add_many:
 * @self: a session
 * @samples: (element-type EmoSample): pictures
 *
 * As emo_session_add() for each, with one change of the list.
 */
void
emo_session_add_many (EmoSession *self,
                      GPtrArray  *samples)
{
  g_return_if_fail (EMO_IS_SESSION (self));
  g_return_if_fail (samples != NULL);

  add_new (self, samples);
}

/* The list is sorted by serial: it grows at its end, and what is put back gets
 * its old one. Gives the place of the first that is not before @serial. */
static guint
find_place (EmoSession *self,
            guint64     serial)
{
  guint low = 0;
  guint high = g_list_model_get_n_items (G_LIST_MODEL (self->samples));

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      g_autoptr(EmoSample) there = g_list_model_get_item (G_LIST_MODEL (self->samples), middle);

      if (_emo_sample_get_serial (there) < serial)
        low = middle + 1;
      else
        high = middle;
    }

  return low;
}

static int
compare_serials (gconstpointer a,
                 gconstpointer b)
{
  guint64 x = _emo_sample_get_serial (*(EmoSample *const *) a);
  guint64 y = _emo_sample_get_serial (*(EmoSample *const *) b);

  return (x > y) - (x < y);
}

/* Takes every trace of a picture but its place in the list. */
static void
detach (EmoSession *self,
        EmoSample  *sample)
{
  if (_emo_session_get_run_sample (self) == sample)
    _emo_session_cancel_run (self);
  _emo_session_forget (self, sample);

  /* A finished one keeps its state for who holds it. */
  if (emo_sample_get_state (sample) == EMO_SAMPLE_WAITING ||
      emo_sample_get_state (sample) == EMO_SAMPLE_RUNNING)
    {
      if (_emo_session_has_answer (sample))
        _emo_session_keep_answer (self, sample);
      else
        _emo_session_set_state (self, sample, EMO_SAMPLE_STOPPED);
    }
  self->n_done -= emo_sample_get_state (sample) == EMO_SAMPLE_DONE;
  self->n_failed -= emo_sample_get_state (sample) == EMO_SAMPLE_FAILED;
  self->n_stopped -= emo_sample_get_state (sample) == EMO_SAMPLE_STOPPED;

  _emo_session_record_removed (self, sample);
  _emo_session_watch_removed (self, sample);
  g_hash_table_remove (self->by_key, _emo_sample_get_key (sample));
  _emo_sample_set_serial (sample, 0);
}

/**
 * emo_session_lists:
 * @self: a session
 * @sample: a picture
 *
 * Returns: whether the sample is listed here, and not twin to one that is
 */
gboolean
emo_session_lists (EmoSession *self,
                   EmoSample  *sample)
{
  g_return_val_if_fail (EMO_IS_SESSION (self), FALSE);
  g_return_val_if_fail (EMO_IS_SAMPLE (sample), FALSE);

  return _emo_sample_get_serial (sample) != 0 &&
         g_hash_table_lookup (self->by_key, _emo_sample_get_key (sample)) == sample;
}

/* @samples are sorted by serial and all listed. */
static GArray *
list_stretches (EmoSession *self,
                GPtrArray  *samples)
{
  GArray *stretches = g_array_new (FALSE, FALSE, sizeof (Stretch));

  for (guint i = 0; i < samples->len; i++)
    {
      EmoSample *sample = g_ptr_array_index (samples, i);
      guint position = find_place (self, _emo_sample_get_serial (sample));
      Stretch *last = stretches->len > 0 ? &g_array_index (stretches, Stretch, stretches->len - 1) : NULL;
      Stretch next = { position, 1 };

      if (last != NULL && position == last->position + last->n)
        last->n++;
      else
        g_array_append_val (stretches, next);
    }

  return stretches;
}

static void
remove_stretches (EmoSession *self,
                  GPtrArray  *samples,
                  GArray     *stretches)
{
  guint end = samples->len;

  /* From the last, so that places before it stay true. */
  for (guint i = stretches->len; i > 0; i--)
    {
      Stretch *stretch = &g_array_index (stretches, Stretch, i - 1);

      for (guint j = end - stretch->n; j < end; j++)
        detach (self, g_ptr_array_index (samples, j));
      end -= stretch->n;
      g_list_store_splice (self->samples, stretch->position, stretch->n, NULL, 0);
    }
}

static void
remove_at_once (EmoSession *self,
                GPtrArray  *samples,
                GArray     *stretches)
{
  g_autoptr(GPtrArray) left = g_ptr_array_new_with_free_func (g_object_unref);
  guint first = g_array_index (stretches, Stretch, 0).position;
  Stretch *last = &g_array_index (stretches, Stretch, stretches->len - 1);
  guint n = last->position + last->n - first;

  for (guint i = 0; i < samples->len; i++)
    detach (self, g_ptr_array_index (samples, i));
  for (guint i = first; i < first + n; i++)
    {
      g_autoptr(EmoSample) sample = g_list_model_get_item (G_LIST_MODEL (self->samples), i);

      if (_emo_sample_get_serial (sample) != 0)
        g_ptr_array_add (left, g_steal_pointer (&sample));
    }
  g_list_store_splice (self->samples, first, n, left->pdata, left->len);
}

/**
 * emo_session_remove_many:
 * @self: a session
 * @samples: (element-type EmoSample): pictures; those not listed are passed over
 *
 * Takes pictures off the list. One in work is cancelled and its answer dropped.
 */
void
emo_session_remove_many (EmoSession *self,
                         GPtrArray  *samples)
{
  g_autoptr(GPtrArray) listed = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(GArray) stretches = NULL;

  g_return_if_fail (EMO_IS_SESSION (self));
  g_return_if_fail (samples != NULL);

  for (guint i = 0; i < samples->len; i++)
    if (emo_session_lists (self, g_ptr_array_index (samples, i)))
      g_ptr_array_add (listed, g_object_ref (g_ptr_array_index (samples, i)));
  if (listed->len == 0)
    return;

  g_ptr_array_sort (listed, compare_serials);
  /* One that is named twice is removed once. */
  for (guint i = listed->len - 1; i > 0; i--)
    if (g_ptr_array_index (listed, i) == g_ptr_array_index (listed, i - 1))
      g_ptr_array_remove_index (listed, i);
  stretches = list_stretches (self, listed);
  if (stretches->len <= MAX_SPLICES)
    remove_stretches (self, listed, stretches);
  else
    remove_at_once (self, listed, stretches);
  _emo_session_pump (self);
}

/**
 * emo_session_remove:
 * @self: a session
 * @sample: a listed picture
 *
 * Takes a picture off the list. One in work is cancelled and its answer dropped.
 */
void
emo_session_remove (EmoSession *self,
                    EmoSample  *sample)
{
  g_autoptr(GPtrArray) samples = NULL;

  g_return_if_fail (EMO_IS_SAMPLE (sample));

  samples = g_ptr_array_new ();
  g_ptr_array_add (samples, sample);
  emo_session_remove_many (self, samples);
}

/* Counts a picture that comes back as it was. What waited when it was removed is
 * STOPPED since, and waits again unless a Stop holds all of them. */
static void
attach (EmoSession *self,
        EmoSample  *sample)
{
  EmoSampleState state = emo_sample_get_state (sample);

  g_hash_table_insert (self->by_key, (gpointer) _emo_sample_get_key (sample), sample);
  _emo_sample_set_serial (sample, _emo_sample_get_last_serial (sample));
  self->n_done += state == EMO_SAMPLE_DONE;
  self->n_failed += state == EMO_SAMPLE_FAILED;
  self->n_stopped += state == EMO_SAMPLE_STOPPED;
  _emo_session_watch (self, sample);
  if (state == EMO_SAMPLE_STOPPED && !self->stopped)
    _emo_session_set_state (self, sample, EMO_SAMPLE_WAITING);
}

static void
insert_one_by_one (EmoSession *self,
                   GPtrArray  *samples)
{
  for (guint i = 0; i < samples->len;)
    {
      guint place = find_place (self, _emo_sample_get_serial (g_ptr_array_index (samples, i)));
      guint n = 1;

      while (i + n < samples->len &&
             find_place (self, _emo_sample_get_serial (g_ptr_array_index (samples, i + n))) == place)
        n++;
      g_list_store_splice (self->samples, place, 0, samples->pdata + i, n);
      i += n;
    }
}

/* Merges two sorted lists in one splice. */
static void
insert_at_once (EmoSession *self,
                GPtrArray  *samples)
{
  g_autoptr(GPtrArray) merged = g_ptr_array_new_with_free_func (g_object_unref);
  guint first = find_place (self, _emo_sample_get_serial (g_ptr_array_index (samples, 0)));
  guint end = find_place (self, _emo_sample_get_serial (g_ptr_array_index (samples, samples->len - 1)));
  guint at = first;

  for (guint i = 0; i < samples->len || at < end;)
    {
      g_autoptr(EmoSample) there = at < end ? g_list_model_get_item (G_LIST_MODEL (self->samples), at) : NULL;
      EmoSample *back = i < samples->len ? g_ptr_array_index (samples, i) : NULL;

      if (back != NULL && (there == NULL || _emo_sample_get_serial (back) < _emo_sample_get_serial (there)))
        {
          g_ptr_array_add (merged, g_object_ref (back));
          i++;
        }
      else
        {
          g_ptr_array_add (merged, g_steal_pointer (&there));
          at++;
        }
    }
  g_list_store_splice (self->samples, first, end - first, merged->pdata, merged->len);
}

static guint
count_gaps (EmoSession *self,
            GPtrArray  *samples)
{
  guint last = G_MAXUINT;
  guint n_gaps = 0;

  for (guint i = 0; i < samples->len; i++)
    {
      guint place = find_place (self, _emo_sample_get_serial (g_ptr_array_index (samples, i)));

      n_gaps += place != last;
      last = place;
    }

  return n_gaps;
}

/**
 * emo_session_restore:
 * @self: a session
 * @samples: (element-type EmoSample): pictures that were removed from this
 *   session; those whose picture has been added again are passed over
 *
 * Puts pictures back where they were in the list, with the answers they had.
 */
void
emo_session_restore (EmoSession *self,
                     GPtrArray  *samples)
{
  g_autoptr(GPtrArray) back = g_ptr_array_new ();
  g_autoptr(GPtrArray) unfinished = g_ptr_array_new ();

  g_return_if_fail (EMO_IS_SESSION (self));
  g_return_if_fail (samples != NULL);

  for (guint i = 0; i < samples->len; i++)
    {
      EmoSample *sample = g_ptr_array_index (samples, i);

      if (_emo_sample_get_last_serial (sample) == 0 ||
          g_hash_table_contains (self->by_key, _emo_sample_get_key (sample)))
        continue;
      attach (self, sample);
      g_ptr_array_add (back, sample);
      if (emo_sample_get_state (sample) != EMO_SAMPLE_DONE && emo_sample_get_state (sample) != EMO_SAMPLE_FAILED)
        g_ptr_array_add (unfinished, sample);
    }
  _emo_session_record_waiting (self, unfinished);
  if (back->len == 0)
    return;

  g_ptr_array_sort (back, compare_serials);
  if (count_gaps (self, back) <= MAX_SPLICES)
    insert_one_by_one (self, back);
  else
    insert_at_once (self, back);
  _emo_session_pump (self);
}
