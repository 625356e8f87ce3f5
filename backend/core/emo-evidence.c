/* emo-evidence.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-evidence.h"

/* One thing that can be asked for: the head's maps of all labels, or the VLM's
 * of one. */
typedef struct
{
  EmoEvidenceState  state;
  double            progress;
  char             *problem;   /* (nullable) */
  EmoUpdate        *update;    /* (nullable) holds the map, or one map a label */
  double            largest;
} Slot;

/* EmoEvidence keeps the updates that brought the maps and lends their arrays;
 * nothing is copied. Slot 0 is the head's, slot 1 + label the VLM's. */
struct _EmoEvidence
{
  GObject  parent_instance;

  guint    n_labels;
  Slot    *slots;   /* [1 + n_labels] */
};

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (EmoEvidence, emo_evidence, G_TYPE_OBJECT)

static guint signals[N_SIGNALS];

static void
clear_slot (Slot *slot)
{
  g_clear_pointer (&slot->update, emo_update_unref);
  g_clear_pointer (&slot->problem, g_free);
  *slot = (Slot) { .state = EMO_EVIDENCE_NONE };
}

static void
emo_evidence_finalize (GObject *object)
{
  EmoEvidence *self = EMO_EVIDENCE (object);

  for (guint i = 0; i <= self->n_labels; i++)
    clear_slot (&self->slots[i]);
  g_free (self->slots);

  G_OBJECT_CLASS (emo_evidence_parent_class)->finalize (object);
}

static void
emo_evidence_class_init (EmoEvidenceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = emo_evidence_finalize;

  /**
   * EmoEvidence::changed:
   * @self: the evidence
   *
   * Something was asked for, got on, came or failed.
   */
  signals[SIGNAL_CHANGED] =
    g_signal_new ("changed", EMO_TYPE_EVIDENCE, G_SIGNAL_RUN_LAST, 0,
                  NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
emo_evidence_init (EmoEvidence *self)
{
}

/**
 * emo_evidence_new:
 * @n_labels: the model's labels
 *
 * Returns: (transfer full): evidence of which nothing was asked for
 */
EmoEvidence *
emo_evidence_new (guint n_labels)
{
  EmoEvidence *self = g_object_new (EMO_TYPE_EVIDENCE, NULL);

  self->n_labels = n_labels;
  self->slots = g_new0 (Slot, 1 + (gsize) n_labels);

  return self;
}

/* NULL where there is no such thing: the gate has no map of its own. */
static Slot *
find_slot (EmoEvidence *self,
           EmoBranch    branch,
           int          label)
{
  if (branch == EMO_BRANCH_DISTILLED && label >= -1 && label < (int) self->n_labels)
    return &self->slots[0];
  if (branch == EMO_BRANCH_VLM && label >= 0 && label < (int) self->n_labels)
    return &self->slots[1 + label];

  return NULL;
}

/**
 * emo_evidence_begin:
 * @self: evidence
 * @branch: the distilled head or the VLM
 * @label: whose map; any for the head, which gives all
 *
 * Notes that somebody asked.
 */
void
emo_evidence_begin (EmoEvidence *self,
                    EmoBranch    branch,
                    int          label)
{
  Slot *slot;

  g_return_if_fail (EMO_IS_EVIDENCE (self));
  slot = find_slot (self, branch, label);
  g_return_if_fail (slot != NULL);

  if (slot->state == EMO_EVIDENCE_PENDING || slot->state == EMO_EVIDENCE_READY)
    return;
  clear_slot (slot);
  slot->state = EMO_EVIDENCE_PENDING;
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

/* NaN counts as nothing: it is shown as a hole, not as the strongest. */
static double
find_largest (const double *values,
              gsize         n)
{
  double largest = 0;

  for (gsize i = 0; i < n; i++)
    if (isfinite (values[i]))
      largest = fmax (largest, fabs (values[i]));

  return largest;
}

/**
 * emo_evidence_apply:
 * @self: evidence
 * @update: an %EMO_STAGE_EVIDENCE: how far it is, or with its maps
 */
void
emo_evidence_apply (EmoEvidence *self,
                    EmoUpdate   *update)
{
  gsize n_maps;
  Slot *slot;

  g_return_if_fail (EMO_IS_EVIDENCE (self));
  g_return_if_fail (update != NULL && update->stage == EMO_STAGE_EVIDENCE);
  slot = find_slot (self, update->branch, update->label);
  g_return_if_fail (slot != NULL);

  if (update->map == NULL)
    {
      if (slot->state == EMO_EVIDENCE_PENDING)
        slot->progress = CLAMP (update->progress, 0.0, 1.0);
    }
  else
    {
      n_maps = update->label < 0 ? self->n_labels : 1;
      clear_slot (slot);
      slot->state = EMO_EVIDENCE_READY;
      slot->progress = 1;
      slot->update = emo_update_ref (update);
      slot->largest = find_largest (update->map, n_maps * update->map_width * update->map_height);
    }
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

/**
 * emo_evidence_end:
 * @self: evidence
 * @branch: the distilled head or the VLM
 * @label: whose map
 * @problem: (nullable): why it failed; %NULL where somebody stopped it
 */
void
emo_evidence_end (EmoEvidence *self,
                  EmoBranch    branch,
                  int          label,
                  const char  *problem)
{
  Slot *slot;

  g_return_if_fail (EMO_IS_EVIDENCE (self));
  slot = find_slot (self, branch, label);
  g_return_if_fail (slot != NULL);

  if (slot->state != EMO_EVIDENCE_PENDING)
    return;
  clear_slot (slot);
  if (problem != NULL)
    {
      slot->state = EMO_EVIDENCE_FAILED;
      slot->problem = g_strdup (problem);
    }
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

/**
 * emo_evidence_clear:
 * @self: evidence
 *
 * Forgets the maps that are ready; they can be asked for again.
 */
void
emo_evidence_clear (EmoEvidence *self)
{
  g_return_if_fail (EMO_IS_EVIDENCE (self));

  for (guint i = 0; i <= self->n_labels; i++)
    if (self->slots[i].state == EMO_EVIDENCE_READY)
      clear_slot (&self->slots[i]);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

/**
 * emo_evidence_get_state:
 * @self: evidence
 * @branch: a branch
 * @label: whose map
 *
 * Returns: how far the map is; %EMO_EVIDENCE_NONE for what no map exists of
 */
EmoEvidenceState
emo_evidence_get_state (EmoEvidence *self,
                        EmoBranch    branch,
                        int          label)
{
  Slot *slot;

  g_return_val_if_fail (EMO_IS_EVIDENCE (self), EMO_EVIDENCE_NONE);
  slot = find_slot (self, branch, label);

  return slot != NULL ? slot->state : EMO_EVIDENCE_NONE;
}

/**
 * emo_evidence_get_progress:
 * @self: evidence
 * @branch: a branch
 * @label: whose map
 *
 * Returns: 0 to 1
 */
double
emo_evidence_get_progress (EmoEvidence *self,
                           EmoBranch    branch,
                           int          label)
{
  Slot *slot;

  g_return_val_if_fail (EMO_IS_EVIDENCE (self), 0);
  slot = find_slot (self, branch, label);

  return slot != NULL ? slot->progress : 0;
}

/**
 * emo_evidence_get_problem:
 * @self: evidence
 * @branch: a branch
 * @label: whose map
 *
 * Returns: (transfer none) (nullable): why the map failed
 */
const char *
emo_evidence_get_problem (EmoEvidence *self,
                          EmoBranch    branch,
                          int          label)
{
  Slot *slot;

  g_return_val_if_fail (EMO_IS_EVIDENCE (self), NULL);
  slot = find_slot (self, branch, label);

  return slot != NULL ? slot->problem : NULL;
}

/**
 * emo_evidence_get_map:
 * @self: evidence
 * @branch: a branch
 * @label: whose map
 * @width: (out) (optional): tokens in a row
 * @height: (out) (optional): rows
 *
 * Returns: (transfer none) (nullable): [height, width] logits, which cover the
 *   whole picture; until the evidence changes
 */
const double *
emo_evidence_get_map (EmoEvidence *self,
                      EmoBranch    branch,
                      int          label,
                      int         *width,
                      int         *height)
{
  Slot *slot;
  gsize offset;

  g_return_val_if_fail (EMO_IS_EVIDENCE (self), NULL);
  slot = find_slot (self, branch, label);
  if (slot == NULL || slot->update == NULL || label < 0)
    return NULL;

  if (width != NULL)
    *width = slot->update->map_width;
  if (height != NULL)
    *height = slot->update->map_height;
  offset = slot->update->label < 0 ? (gsize) label * slot->update->map_width * slot->update->map_height : 0;

  return slot->update->map + offset;
}

/**
 * emo_evidence_get_largest:
 * @self: evidence
 * @branch: a branch
 * @label: whose map
 *
 * Returns: the largest absolute value of the maps on one scale: the head's of
 *   all labels, the VLM's of this one; 0 while not ready
 */
double
emo_evidence_get_largest (EmoEvidence *self,
                          EmoBranch    branch,
                          int          label)
{
  Slot *slot;

  g_return_val_if_fail (EMO_IS_EVIDENCE (self), 0);
  slot = find_slot (self, branch, label);

  return slot != NULL ? slot->largest : 0;
}

/**
 * emo_evidence_get_bytes:
 * @self: evidence
 *
 * Returns: the memory that the maps take
 */
gsize
emo_evidence_get_bytes (EmoEvidence *self)
{
  gsize bytes = 0;

  g_return_val_if_fail (EMO_IS_EVIDENCE (self), 0);

  for (guint i = 0; i <= self->n_labels; i++)
    {
      const EmoUpdate *update = self->slots[i].update;

      if (update != NULL)
        bytes += sizeof (double) * update->map_width * update->map_height * (update->label < 0 ? self->n_labels : 1);
    }

  return bytes;
}
