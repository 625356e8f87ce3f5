/* emo-epoch-item.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

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
 * @numbers: what the epoch came to; NaN is not known
 *
 * Returns: (transfer full): a copy of them
 */
EmoEpochItem *
emo_epoch_item_new (const EmoTrainEpoch *numbers)
{
  EmoEpochItem *self;

  g_return_val_if_fail (numbers != NULL, NULL);

  self = g_object_new (EMO_TYPE_EPOCH_ITEM, NULL);
  self->numbers = *numbers;

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
