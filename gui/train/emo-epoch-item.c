/* emo-epoch-item.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-epoch-item.h"

struct _EmoEpochItem
{
  GObject       parent_instance;

  EmoTrainEpoch numbers;
};

G_DEFINE_FINAL_TYPE (EmoEpochItem, emo_epoch_item, G_TYPE_OBJECT)

static void
emo_epoch_item_class_init (EmoEpochItemClass *klass)
{
}

static void
emo_epoch_item_init (EmoEpochItem *self)
{
}

/**
 * emo_epoch_item_new:
 * @event: an %EMO_TRAIN_EVENT_EPOCH
 *
 * Returns: (transfer full): its numbers
 */
EmoEpochItem *
emo_epoch_item_new (const EmoTrainEvent *event)
{
  EmoEpochItem *self;

  g_return_val_if_fail (event != NULL, NULL);

  self = g_object_new (EMO_TYPE_EPOCH_ITEM, NULL);
  self->numbers = (EmoTrainEpoch) {
    .epoch = event->epoch,
    .step = (gint64) event->step,
    .loss = event->loss,
    .val_loss = event->val_loss,
    .val_accuracy = event->val_accuracy,
    .val_macro_f1 = event->val_macro_f1,
    .lr = event->lr,
    .pictures_per_s = event->pictures_per_s,
    .seconds = NAN,
  };

  return self;
}

/**
 * emo_epoch_item_get_numbers:
 * @self: an epoch
 *
 * Returns: (transfer none): what it came to; NaN is not known
 */
const EmoTrainEpoch *
emo_epoch_item_get_numbers (EmoEpochItem *self)
{
  g_return_val_if_fail (EMO_IS_EPOCH_ITEM (self), NULL);

  return &self->numbers;
}
