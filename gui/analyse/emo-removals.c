/* emo-removals.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-removals.h"

/* Sets of samples, the latest at the tail. A removed picture is a small object
 * unless its bytes were pasted, so only so many sets are kept. */
struct _EmoRemovals
{
  GObject     parent_instance;

  EmoSession *session;
  GQueue      undo;      /* of GPtrArray */
  GQueue      redo;      /* of GPtrArray */
};

enum
{
  PROP_0,
  PROP_CAN_UNDO,
  PROP_CAN_REDO,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (EmoRemovals, emo_removals, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

#define MAX_SETS 50

static void
clear (GQueue *queue)
{
  g_queue_clear_full (queue, (GDestroyNotify) g_ptr_array_unref);
}

static void
notify (EmoRemovals *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CAN_UNDO]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CAN_REDO]);
}

static void
emo_removals_dispose (GObject *object)
{
  EmoRemovals *self = EMO_REMOVALS (object);

  clear (&self->undo);
  clear (&self->redo);
  g_clear_object (&self->session);

  G_OBJECT_CLASS (emo_removals_parent_class)->dispose (object);
}

static void
emo_removals_get_property (GObject    *object,
                           guint       prop_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  EmoRemovals *self = EMO_REMOVALS (object);

  switch (prop_id)
    {
    case PROP_CAN_UNDO:
      g_value_set_boolean (value, emo_removals_get_can_undo (self));
      break;
    case PROP_CAN_REDO:
      g_value_set_boolean (value, emo_removals_get_can_redo (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_removals_class_init (EmoRemovalsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = emo_removals_dispose;
  object_class->get_property = emo_removals_get_property;

  properties[PROP_CAN_UNDO] = g_param_spec_boolean ("can-undo", NULL, NULL, FALSE, flags);
  properties[PROP_CAN_REDO] = g_param_spec_boolean ("can-redo", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
emo_removals_init (EmoRemovals *self)
{
  g_queue_init (&self->undo);
  g_queue_init (&self->redo);
}

/**
 * emo_removals_new:
 * @session: whose pictures are removed
 *
 * Returns: (transfer full): nothing removed yet
 */
EmoRemovals *
emo_removals_new (EmoSession *session)
{
  EmoRemovals *self;

  g_return_val_if_fail (EMO_IS_SESSION (session), NULL);

  self = g_object_new (EMO_TYPE_REMOVALS, NULL);
  self->session = g_object_ref (session);

  return self;
}

/**
 * emo_removals_get_can_undo:
 * @self: removals
 *
 * Returns: whether there is a set to bring back
 */
gboolean
emo_removals_get_can_undo (EmoRemovals *self)
{
  g_return_val_if_fail (EMO_IS_REMOVALS (self), FALSE);

  return !g_queue_is_empty (&self->undo);
}

/**
 * emo_removals_get_can_redo:
 * @self: removals
 *
 * Returns: whether a set came back that can go again
 */
gboolean
emo_removals_get_can_redo (EmoRemovals *self)
{
  g_return_val_if_fail (EMO_IS_REMOVALS (self), FALSE);

  return !g_queue_is_empty (&self->redo);
}

/**
 * emo_removals_remove:
 * @self: removals
 * @samples: (element-type EmoSample): listed pictures, owned by the array
 *
 * Takes pictures off the list. What came back before can no longer go again.
 */
void
emo_removals_remove (EmoRemovals *self,
                     GPtrArray   *samples)
{
  g_return_if_fail (EMO_IS_REMOVALS (self));
  g_return_if_fail (samples != NULL);

  if (samples->len == 0)
    return;

  emo_session_remove_many (self->session, samples);
  g_queue_push_tail (&self->undo, g_ptr_array_ref (samples));
  if (g_queue_get_length (&self->undo) > MAX_SETS)
    g_ptr_array_unref (g_queue_pop_head (&self->undo));
  clear (&self->redo);
  notify (self);
}

/**
 * emo_removals_undo:
 * @self: removals
 *
 * Brings the set back that went last, where it was and with its answers.
 *
 * Returns: (transfer full) (nullable) (element-type EmoSample): the set
 */
GPtrArray *
emo_removals_undo (EmoRemovals *self)
{
  GPtrArray *samples;

  g_return_val_if_fail (EMO_IS_REMOVALS (self), NULL);

  samples = g_queue_pop_tail (&self->undo);
  if (samples == NULL)
    return NULL;

  emo_session_restore (self->session, samples);
  g_queue_push_tail (&self->redo, g_ptr_array_ref (samples));
  notify (self);

  return samples;
}

/**
 * emo_removals_redo:
 * @self: removals
 *
 * Takes the set off again that came back last.
 *
 * Returns: (transfer full) (nullable) (element-type EmoSample): the set
 */
GPtrArray *
emo_removals_redo (EmoRemovals *self)
{
  GPtrArray *samples;

  g_return_val_if_fail (EMO_IS_REMOVALS (self), NULL);

  samples = g_queue_pop_tail (&self->redo);
  if (samples == NULL)
    return NULL;

  emo_session_remove_many (self->session, samples);
  g_queue_push_tail (&self->undo, g_ptr_array_ref (samples));
  notify (self);

  return samples;
}
