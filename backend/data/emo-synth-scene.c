/* emo-synth-scene.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-draw.h"
#include "emo-synth-place-private.h"
#include "emo-synth-scene.h"

/* Sizes of pictures, half of them square. All sides are multiples of 28, so the
 * model's patches fit, and the areas are alike, so batches are. */
static const struct
{
  int   width;
  int   height;
  guint share;          /* hundredths */
} sizes[] = {
  { 168, 168, 50 },
  { 140, 196, 15 },
  { 196, 140, 15 },
  { 112, 224, 10 },
  { 224, 112, 10 },
};

/* Of one to four objects, hundredths. */
static const guint count_shares[EMO_SYNTH_MAX_OBJECTS] = { 27, 36, 23, 14 };

/* How often a part is taken from those that speak for the mood that is wanted,
 * hundredths; else it is any. Low enough that no kind of part tells the label
 * alone (README.md has what was measured). */
static const guint agreeing_shares[EMO_N_TRAITS] = {
  [EMO_TRAIT_OBJECT] = 25,
  [EMO_TRAIT_PALETTE] = 10,
  [EMO_TRAIT_TEXTURE] = 10,
  [EMO_TRAIT_LAYOUT] = 15,
};

static guint
draw_share (EmoDraw     *draw,
            const guint *shares,
            guint        n)
{
  guint value = emo_draw_below (draw, 100);
  guint i = 0;

  while (i + 1 < n && value >= shares[i])
    value -= shares[i++];

  return i;
}

static void
draw_size (EmoDraw *draw,
           int     *width,
           int     *height)
{
  guint shares[G_N_ELEMENTS (sizes)];
  guint i;

  for (i = 0; i < G_N_ELEMENTS (sizes); i++)
    shares[i] = sizes[i].share;
  i = draw_share (draw, shares, G_N_ELEMENTS (sizes));
  *width = sizes[i].width;
  *height = sizes[i].height;
}

/* An entry of a table that moves @mood, every one equally likely. */
static guint
draw_agreeing (EmoDraw  *draw,
               EmoTrait  trait,
               EmoMood   mood)
{
  guint n = emo_trait_get_n (trait);
  guint n_agreeing = 0, wanted;

  for (guint i = 0; i < n; i++)
    n_agreeing += emo_trait_get_weights (trait, i)[mood] > 0;
  wanted = emo_draw_below (draw, n_agreeing);
  for (guint i = 0; i < n; i++)
    if (emo_trait_get_weights (trait, i)[mood] > 0 && wanted-- == 0)
      return i;

  g_return_val_if_reached (0);
}

static guint
draw_trait (EmoDraw  *draw,
            EmoTrait  trait,
            EmoMood   mood)
{
  if (emo_draw_below (draw, 100) < agreeing_shares[trait])
    return draw_agreeing (draw, trait, mood);

  return emo_draw_below (draw, emo_trait_get_n (trait));
}

static gboolean
holds_object (const EmoSynthParts *parts,
              guint                object)
{
  for (guint i = 0; i < parts->n_objects; i++)
    if (parts->objects[i] == object)
      return TRUE;

  return FALSE;
}

static void
draw_parts (EmoDraw       *draw,
            EmoMood        mood,
            EmoSynthParts *parts)
{
  guint n = draw_share (draw, count_shares, EMO_SYNTH_MAX_OBJECTS) + 1;
  const EmoSynthLayout *layout;

  parts->n_objects = 0;
  while (parts->n_objects < n)
    {
      guint object = draw_trait (draw, EMO_TRAIT_OBJECT, mood);

      if (!holds_object (parts, object))
        parts->objects[parts->n_objects++] = object;
    }
  parts->palette = draw_trait (draw, EMO_TRAIT_PALETTE, mood);
  parts->texture = draw_trait (draw, EMO_TRAIT_TEXTURE, mood);
  do
    {
      parts->layout = draw_trait (draw, EMO_TRAIT_LAYOUT, mood);
      layout = &emo_synth_layouts[parts->layout];
    }
  while (n < layout->min_objects || n > layout->max_objects);
}

/* Labels come in blocks that hold each of them once, so that any run of indices
 * is as balanced as it can be. */
static guint
draw_label (EmoSynthRule *rule,
            guint64       seed,
            EmoSplit      split,
            guint         index)
{
  guint n = emo_label_set_get_size (emo_synth_rule_get_labels (rule));
  EmoDraw draw = emo_draw_begin (seed, "synth-label", split, index / n, 0);
  guint32 labels[EMO_N_MOODS];

  for (guint i = 0; i < n; i++)
    labels[i] = i;
  emo_draw_shuffle (&draw, labels, n);

  return labels[index % n];
}

static EmoMood
draw_mood (EmoDraw      *draw,
           EmoSynthRule *rule,
           guint         label)
{
  EmoMood moods[EMO_N_MOODS];
  guint n = 0;

  for (guint mood = 0; mood < EMO_N_MOODS; mood++)
    if (emo_synth_rule_has_mood (rule, label, mood))
      moods[n++] = mood;

  return moods[emo_draw_below (draw, n)];
}

/**
 * emo_synth_scene_draw:
 * @self: (out caller-allocates): the scene
 * @rule: which label it gets
 * @seed: the seed that the user can see
 * @split: which split
 * @index: which picture of the split
 *
 * Draws parts until the rule gives them the label whose turn it is, by
 * %EMO_SYNTH_MARGIN at least (about every second draw), then their places. Every
 * thread gets the same.
 */
void
emo_synth_scene_draw (EmoSynthScene *self,
                      EmoSynthRule  *rule,
                      guint64        seed,
                      EmoSplit       split,
                      guint          index)
{
  EmoDraw draw = emo_draw_begin (seed, "synth-scene", split, index, 0);
  EmoMood mood;
  guint wanted;

  g_return_if_fail (self != NULL && rule != NULL && split < EMO_N_SPLITS);

  *self = (EmoSynthScene) { .seed = seed, .split = split, .index = index };
  wanted = draw_label (rule, seed, split, index);
  draw_size (&draw, &self->width, &self->height);
  mood = draw_mood (&draw, rule, wanted);
  do
    {
      draw_parts (&draw, mood, &self->parts);
      self->label = emo_synth_rule_judge (rule, &self->parts, &self->lead);
    }
  while (self->label != wanted || self->lead < EMO_SYNTH_MARGIN);
  _emo_synth_place (self, &draw);
}

/**
 * emo_synth_scene_new:
 * @rule: which label it gets
 * @seed: the seed that the user can see
 * @split: which split
 * @index: which picture of the split
 *
 * Returns: (transfer full): the scene of emo_synth_scene_draw()
 */
EmoSynthScene *
emo_synth_scene_new (EmoSynthRule *rule,
                     guint64       seed,
                     EmoSplit      split,
                     guint         index)
{
  EmoSynthScene *self;

  g_return_val_if_fail (rule != NULL && split < EMO_N_SPLITS, NULL);

  self = g_new (EmoSynthScene, 1);
  emo_synth_scene_draw (self, rule, seed, split, index);

  return self;
}

void
emo_synth_scene_free (EmoSynthScene *self)
{
  g_free (self);
}
