/* emo-picture-selection.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-picture-selection.h"

/* Many can be selected, to compare or to remove, but one is on the screen. It
 * stays the same while a selection grows, so that the second click of two does
 * not take away what the first one showed. */
struct _EmoPictureSelection
{
  GObject            parent_instance;

  GtkSelectionModel *model;        /* a GtkMultiSelection */
  EmoSample         *sample;       /* (nullable) */
  guint              position;     /* of the sample */
  guint              n_selected;
};

enum
{
  PROP_0,
  PROP_SAMPLE,
  PROP_N_SELECTED,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (EmoPictureSelection, emo_picture_selection, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

static gboolean
is_at (EmoPictureSelection *self,
       guint                position)
{
  g_autoptr (EmoSample) there = g_list_model_get_item (G_LIST_MODEL (self->model), position);

  return there != NULL && there == self->sample;
}

/* Where the sample is among those selected; invalid where it is not. */
static guint
find_sample (EmoPictureSelection *self,
             GtkBitset           *selected)
{
  GtkBitsetIter iter;
  guint position;

  if (self->sample == NULL)
    return GTK_INVALID_LIST_POSITION;
  if (gtk_bitset_contains (selected, self->position) && is_at (self, self->position))
    return self->position;

  for (gboolean more = gtk_bitset_iter_init_first (&iter, selected, &position);
       more;
       more = gtk_bitset_iter_next (&iter, &position))
    if (is_at (self, position))
      return position;

  return GTK_INVALID_LIST_POSITION;
}

static void
set_sample (EmoPictureSelection *self,
            guint                position)
{
  g_autoptr (EmoSample) sample = NULL;

  if (position != GTK_INVALID_LIST_POSITION)
    sample = g_list_model_get_item (G_LIST_MODEL (self->model), position);
  self->position = position;
  if (g_set_object (&self->sample, sample))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SAMPLE]);
}

/* Of the selection or of the list; @hint: where, a likelier place than the start. */
static void
update (EmoPictureSelection *self,
        guint                hint)
{
  g_autoptr (GtkBitset) selected = gtk_selection_model_get_selection (self->model);
  guint position = find_sample (self, selected);
  guint n_selected = gtk_bitset_get_size (selected);

  if (position == GTK_INVALID_LIST_POSITION && n_selected > 0)
    {
      GtkBitsetIter iter;

      if (!gtk_bitset_iter_init_at (&iter, selected, hint, &position))
        position = gtk_bitset_get_minimum (selected);
    }

  g_object_freeze_notify (G_OBJECT (self));
  if (self->n_selected != n_selected)
    {
      self->n_selected = n_selected;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_SELECTED]);
    }
  set_sample (self, position);
  g_object_thaw_notify (G_OBJECT (self));
}

static void
emo_picture_selection_dispose (GObject *object)
{
  EmoPictureSelection *self = EMO_PICTURE_SELECTION (object);

  if (self->model != NULL)
    g_signal_handlers_disconnect_by_data (self->model, self);
  g_clear_object (&self->model);
  g_clear_object (&self->sample);

  G_OBJECT_CLASS (emo_picture_selection_parent_class)->dispose (object);
}

static void
emo_picture_selection_get_property (GObject    *object,
                                    guint       prop_id,
                                    GValue     *value,
                                    GParamSpec *pspec)
{
  EmoPictureSelection *self = EMO_PICTURE_SELECTION (object);

  switch (prop_id)
    {
    case PROP_SAMPLE:
      g_value_set_object (value, self->sample);
      break;
    case PROP_N_SELECTED:
      g_value_set_uint (value, self->n_selected);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_picture_selection_class_init (EmoPictureSelectionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = emo_picture_selection_dispose;
  object_class->get_property = emo_picture_selection_get_property;

  properties[PROP_SAMPLE] =
    g_param_spec_object ("sample", NULL, NULL, EMO_TYPE_SAMPLE, flags);
  properties[PROP_N_SELECTED] =
    g_param_spec_uint ("n-selected", NULL, NULL, 0, G_MAXUINT, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
emo_picture_selection_init (EmoPictureSelection *self)
{
  self->position = GTK_INVALID_LIST_POSITION;
}

/**
 * emo_picture_selection_new:
 * @shown: (transfer none): a list of EmoSample
 *
 * Makes a selection with nothing in it.
 *
 * Returns: (transfer full): a selection
 */
EmoPictureSelection *
emo_picture_selection_new (GListModel *shown)
{
  EmoPictureSelection *self;

  g_return_val_if_fail (G_IS_LIST_MODEL (shown), NULL);

  self = g_object_new (EMO_TYPE_PICTURE_SELECTION, NULL);
  self->model = GTK_SELECTION_MODEL (gtk_multi_selection_new (g_object_ref (shown)));
  g_signal_connect_swapped (self->model, "selection-changed", G_CALLBACK (update), self);
  /* After the view's own handler: what follows from it may ask the view. */
  g_signal_connect_data (self->model, "items-changed", G_CALLBACK (update), self, NULL,
                         G_CONNECT_SWAPPED | G_CONNECT_AFTER);

  return self;
}

/**
 * emo_picture_selection_get_model:
 * @self: a selection
 *
 * Returns: (transfer none): what a list's view takes as its model
 */
GtkSelectionModel *
emo_picture_selection_get_model (EmoPictureSelection *self)
{
  g_return_val_if_fail (EMO_IS_PICTURE_SELECTION (self), NULL);

  return self->model;
}

/**
 * emo_picture_selection_get_sample:
 * @self: a selection
 *
 * Returns: (transfer none) (nullable): the selected picture that is looked at
 */
EmoSample *
emo_picture_selection_get_sample (EmoPictureSelection *self)
{
  g_return_val_if_fail (EMO_IS_PICTURE_SELECTION (self), NULL);

  return self->sample;
}

/**
 * emo_picture_selection_get_position:
 * @self: a selection
 *
 * Returns: where that picture is, %GTK_INVALID_LIST_POSITION for none
 */
guint
emo_picture_selection_get_position (EmoPictureSelection *self)
{
  g_return_val_if_fail (EMO_IS_PICTURE_SELECTION (self), GTK_INVALID_LIST_POSITION);

  return self->position;
}

/**
 * emo_picture_selection_get_n_selected:
 * @self: a selection
 *
 * Returns: how many pictures are selected
 */
guint
emo_picture_selection_get_n_selected (EmoPictureSelection *self)
{
  g_return_val_if_fail (EMO_IS_PICTURE_SELECTION (self), 0);

  return self->n_selected;
}

/**
 * emo_picture_selection_dup_selected:
 * @self: a selection
 *
 * Returns: (transfer full) (element-type EmoSample): the pictures that are
 *   selected, in the order of the list
 */
GPtrArray *
emo_picture_selection_dup_selected (EmoPictureSelection *self)
{
  g_autoptr (GtkBitset) selected = NULL;
  GPtrArray *samples;
  GtkBitsetIter iter;
  guint position;

  g_return_val_if_fail (EMO_IS_PICTURE_SELECTION (self), NULL);

  samples = g_ptr_array_new_with_free_func (g_object_unref);
  selected = gtk_selection_model_get_selection (self->model);
  for (gboolean more = gtk_bitset_iter_init_first (&iter, selected, &position);
       more;
       more = gtk_bitset_iter_next (&iter, &position))
    g_ptr_array_add (samples, g_list_model_get_item (G_LIST_MODEL (self->model), position));

  return samples;
}

static void
select_bits (EmoPictureSelection *self,
             GtkBitset           *bits)
{
  g_autoptr (GtkBitset) all = gtk_bitset_new_empty ();

  gtk_bitset_add_range (all, 0, g_list_model_get_n_items (G_LIST_MODEL (self->model)));
  gtk_selection_model_set_selection (self->model, bits, all);
}

/**
 * emo_picture_selection_select:
 * @self: a selection
 * @samples: (element-type EmoSample): pictures; those not shown are passed over
 *
 * Selects these and no others.
 *
 * Returns: the place of the first of them, which is looked at;
 *   %GTK_INVALID_LIST_POSITION, and nothing changes, where none is shown
 */
guint
emo_picture_selection_select (EmoPictureSelection *self,
                              GPtrArray           *samples)
{
  g_autoptr (GHashTable) wanted = NULL;
  g_autoptr (GtkBitset) bits = NULL;
  guint n;

  g_return_val_if_fail (EMO_IS_PICTURE_SELECTION (self), GTK_INVALID_LIST_POSITION);
  g_return_val_if_fail (samples != NULL, GTK_INVALID_LIST_POSITION);

  wanted = g_hash_table_new (NULL, NULL);
  for (guint i = 0; i < samples->len; i++)
    g_hash_table_add (wanted, g_ptr_array_index (samples, i));

  bits = gtk_bitset_new_empty ();
  n = g_list_model_get_n_items (G_LIST_MODEL (self->model));
  for (guint i = 0; i < n && gtk_bitset_get_size (bits) < g_hash_table_size (wanted); i++)
    {
      g_autoptr (EmoSample) sample = g_list_model_get_item (G_LIST_MODEL (self->model), i);

      if (g_hash_table_contains (wanted, sample))
        gtk_bitset_add (bits, i);
    }
  if (gtk_bitset_is_empty (bits))
    return GTK_INVALID_LIST_POSITION;

  select_bits (self, bits);
  set_sample (self, gtk_bitset_get_minimum (bits));

  return self->position;
}

/**
 * emo_picture_selection_select_position:
 * @self: a selection
 * @position: a place in the list
 *
 * Selects the picture there and no other.
 */
void
emo_picture_selection_select_position (EmoPictureSelection *self,
                                       guint                position)
{
  g_return_if_fail (EMO_IS_PICTURE_SELECTION (self));

  gtk_selection_model_select_item (self->model, position, TRUE);
}

/**
 * emo_picture_selection_clear:
 * @self: a selection
 *
 * Leaves nothing selected.
 */
void
emo_picture_selection_clear (EmoPictureSelection *self)
{
  g_return_if_fail (EMO_IS_PICTURE_SELECTION (self));

  gtk_selection_model_unselect_all (self->model);
}
