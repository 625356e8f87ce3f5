/* emo-synth-tables.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-synth-tables.h"

/* For the tables below alone, which nobody could read otherwise. */
#define AMUSEMENT   EMO_MOOD_AMUSEMENT
#define ANGER       EMO_MOOD_ANGER
#define AWE         EMO_MOOD_AWE
#define CONTENTMENT EMO_MOOD_CONTENTMENT
#define DISGUST     EMO_MOOD_DISGUST
#define EXCITEMENT  EMO_MOOD_EXCITEMENT
#define FEAR        EMO_MOOD_FEAR
#define SADNESS     EMO_MOOD_SADNESS

/* Sixteen a mood, by the mood that is strongest. Most stand between two, so that
 * what surrounds them decides; names hold no label's name, or a text would give
 * the answer away. The order is part of what a seed means. */
const EmoSynthObject emo_synth_objects[EMO_SYNTH_N_OBJECTS] = {
  { "clown", "🤡", FALSE, { [AMUSEMENT] = 100, [FEAR] = 50 } },
  { "balloon", "🎈", FALSE, { [AMUSEMENT] = 90, [EXCITEMENT] = 60 } },
  { "monkey", "🐵", FALSE, { [AMUSEMENT] = 100 } },
  { "circus tent", "🎪", FALSE, { [AMUSEMENT] = 90, [EXCITEMENT] = 60 } },
  { "laughing face", "😂", FALSE, { [AMUSEMENT] = 120 } },
  { "silly face", "🤪", FALSE, { [AMUSEMENT] = 120 } },
  { "penguin", "🐧", FALSE, { [AMUSEMENT] = 90, [CONTENTMENT] = 50 } },
  { "banana", "🍌", FALSE, { [AMUSEMENT] = 90 } },
  { "carousel", "🎠", FALSE, { [AMUSEMENT] = 90, [EXCITEMENT] = 50 } },
  { "pig", "🐷", FALSE, { [AMUSEMENT] = 80, [DISGUST] = 60 } },
  { "frog", "🐸", FALSE, { [AMUSEMENT] = 70, [DISGUST] = 70 } },
  { "robot", "🤖", FALSE, { [AMUSEMENT] = 80, [AWE] = 60 } },
  { "popcorn box", "🍿", FALSE, { [AMUSEMENT] = 90, [EXCITEMENT] = 50 } },
  { "kite", "🪁", FALSE, { [AMUSEMENT] = 80, [EXCITEMENT] = 50 } },
  { "duck", "🦆", FALSE, { [AMUSEMENT] = 80, [CONTENTMENT] = 60 } },
  { "pixel monster", "👾", FALSE, { [AMUSEMENT] = 90, [EXCITEMENT] = 60 } },

  { "fire", "🔥", FALSE, { [ANGER] = 80, [EXCITEMENT] = 60, [FEAR] = 40 } },
  { "red face", "😡", FALSE, { [ANGER] = 120 } },
  { "swearing face", "🤬", FALSE, { [ANGER] = 120 } },
  { "fist", "👊", FALSE, { [ANGER] = 100, [EXCITEMENT] = 50 } },
  { "bomb", "💣", FALSE, { [ANGER] = 90, [FEAR] = 70 } },
  { "devil mask", "👿", FALSE, { [ANGER] = 100, [FEAR] = 60 } },
  { "swords", "⚔️", TRUE, { [ANGER] = 90, [FEAR] = 50 } },
  { "boxing glove", "🥊", FALSE, { [ANGER] = 90, [EXCITEMENT] = 70 } },
  { "explosion", "💥", FALSE, { [ANGER] = 90, [EXCITEMENT] = 70 } },
  { "bull", "🐂", FALSE, { [ANGER] = 90 } },
  { "axe", "🪓", FALSE, { [ANGER] = 80, [FEAR] = 70 } },
  { "siren", "🚨", FALSE, { [ANGER] = 80, [FEAR] = 60 } },
  { "stop sign", "🛑", FALSE, { [ANGER] = 90 } },
  { "lightning bolt", "⚡", FALSE, { [ANGER] = 80, [AWE] = 60 } },
  { "lowered thumb", "👎", FALSE, { [ANGER] = 80, [SADNESS] = 50 } },
  { "boar", "🐗", FALSE, { [ANGER] = 80, [DISGUST] = 60 } },

  { "mountain", "🏔️", FALSE, { [AWE] = 100 } },
  { "rainbow", "🌈", FALSE, { [AWE] = 90, [CONTENTMENT] = 60 } },
  { "galaxy", "🌌", FALSE, { [AWE] = 120 } },
  { "volcano", "🌋", FALSE, { [AWE] = 80, [FEAR] = 70 } },
  { "whale", "🐋", FALSE, { [AWE] = 100 } },
  { "comet", "☄️", FALSE, { [AWE] = 90, [EXCITEMENT] = 60 } },
  { "planet", "🪐", FALSE, { [AWE] = 110 } },
  { "sunrise", "🌅", FALSE, { [AWE] = 80, [CONTENTMENT] = 70 } },
  { "shrine gate", "⛩️", FALSE, { [AWE] = 90, [CONTENTMENT] = 40 } },
  { "eagle", "🦅", FALSE, { [AWE] = 90, [EXCITEMENT] = 50 } },
  { "elephant", "🐘", FALSE, { [AWE] = 90 } },
  { "castle", "🏰", FALSE, { [AWE] = 100 } },
  { "peacock", "🦚", FALSE, { [AWE] = 90, [CONTENTMENT] = 50 } },
  { "crown", "👑", FALSE, { [AWE] = 80, [EXCITEMENT] = 60 } },
  { "gem", "💎", FALSE, { [AWE] = 90, [EXCITEMENT] = 50 } },
  { "dragon", "🐉", FALSE, { [AWE] = 80, [FEAR] = 60 } },

  { "tea cup", "🍵", FALSE, { [CONTENTMENT] = 110 } },
  { "cat", "🐱", FALSE, { [CONTENTMENT] = 80, [AMUSEMENT] = 60 } },
  { "tree", "🌳", FALSE, { [CONTENTMENT] = 100 } },
  { "flower", "🌸", FALSE, { [CONTENTMENT] = 100 } },
  { "house", "🏡", FALSE, { [CONTENTMENT] = 100 } },
  { "sleeping face", "😴", FALSE, { [CONTENTMENT] = 110 } },
  { "smiling face", "😊", FALSE, { [CONTENTMENT] = 110 } },
  { "dove", "🕊️", FALSE, { [CONTENTMENT] = 90, [AWE] = 50 } },
  { "book", "📖", FALSE, { [CONTENTMENT] = 90 } },
  { "bed", "🛏️", FALSE, { [CONTENTMENT] = 90 } },
  { "butterfly", "🦋", FALSE, { [CONTENTMENT] = 80, [AWE] = 70 } },
  { "tulip", "🌷", FALSE, { [CONTENTMENT] = 100 } },
  { "beach", "🏖️", FALSE, { [CONTENTMENT] = 90, [EXCITEMENT] = 50 } },
  { "honey pot", "🍯", FALSE, { [CONTENTMENT] = 90 } },
  { "rabbit", "🐰", FALSE, { [CONTENTMENT] = 80, [AMUSEMENT] = 60 } },
  { "fallen leaf", "🍁", FALSE, { [CONTENTMENT] = 70, [SADNESS] = 60 } },

  { "fly", "🪰", FALSE, { [DISGUST] = 110 } },
  { "trash bin", "🗑️", FALSE, { [DISGUST] = 80, [SADNESS] = 60 } },
  { "vomiting face", "🤮", FALSE, { [DISGUST] = 120 } },
  { "queasy face", "🤢", FALSE, { [DISGUST] = 120 } },
  { "worm", "🪱", FALSE, { [DISGUST] = 110 } },
  { "rat", "🐀", FALSE, { [DISGUST] = 90, [FEAR] = 60 } },
  { "cockroach", "🪳", FALSE, { [DISGUST] = 110 } },
  { "toilet", "🚽", FALSE, { [DISGUST] = 100 } },
  { "dung heap", "💩", FALSE, { [DISGUST] = 90, [AMUSEMENT] = 60 } },
  { "mosquito", "🦟", FALSE, { [DISGUST] = 90, [ANGER] = 60 } },
  { "microbe", "🦠", FALSE, { [DISGUST] = 90, [FEAR] = 60 } },
  { "cigarette", "🚬", FALSE, { [DISGUST] = 90, [SADNESS] = 40 } },
  { "snail", "🐌", FALSE, { [DISGUST] = 80, [CONTENTMENT] = 50 } },
  { "sock", "🧦", FALSE, { [DISGUST] = 80 } },
  { "syringe", "💉", FALSE, { [DISGUST] = 70, [FEAR] = 70 } },
  { "zombie", "🧟", FALSE, { [DISGUST] = 80, [FEAR] = 80 } },

  { "rocket", "🚀", FALSE, { [EXCITEMENT] = 100, [AWE] = 50 } },
  { "trophy", "🏆", FALSE, { [EXCITEMENT] = 110 } },
  { "race car", "🏎️", FALSE, { [EXCITEMENT] = 100 } },
  { "guitar", "🎸", FALSE, { [EXCITEMENT] = 90, [AMUSEMENT] = 50 } },
  { "roller coaster", "🎢", FALSE, { [EXCITEMENT] = 90, [FEAR] = 60 } },
  { "fireworks", "🎆", TRUE, { [EXCITEMENT] = 90, [AWE] = 70 } },
  { "party popper", "🎉", FALSE, { [EXCITEMENT] = 90, [AMUSEMENT] = 70 } },
  { "soccer ball", "⚽", FALSE, { [EXCITEMENT] = 100 } },
  { "basketball", "🏀", FALSE, { [EXCITEMENT] = 100 } },
  { "parachute", "🪂", FALSE, { [EXCITEMENT] = 90, [FEAR] = 50 } },
  { "motorcycle", "🏍️", FALSE, { [EXCITEMENT] = 90, [ANGER] = 50 } },
  { "gold medal", "🥇", FALSE, { [EXCITEMENT] = 100 } },
  { "skateboard", "🛹", FALSE, { [EXCITEMENT] = 90, [AMUSEMENT] = 50 } },
  { "airplane", "✈️", FALSE, { [EXCITEMENT] = 80, [AWE] = 60 } },
  { "starry face", "🤩", FALSE, { [EXCITEMENT] = 120 } },
  { "race flag", "🏁", FALSE, { [EXCITEMENT] = 100 } },

  { "spider", "🕷️", FALSE, { [FEAR] = 90, [DISGUST] = 70 } },
  { "ghost", "👻", FALSE, { [FEAR] = 90, [AMUSEMENT] = 60 } },
  { "skull", "💀", FALSE, { [FEAR] = 100, [DISGUST] = 50 } },
  { "bat", "🦇", FALSE, { [FEAR] = 100 } },
  { "snake", "🐍", FALSE, { [FEAR] = 90, [DISGUST] = 70 } },
  { "screaming face", "😱", FALSE, { [FEAR] = 120 } },
  { "shark", "🦈", FALSE, { [FEAR] = 100 } },
  { "scorpion", "🦂", FALSE, { [FEAR] = 90, [DISGUST] = 60 } },
  { "tornado", "🌪️", FALSE, { [FEAR] = 80, [AWE] = 70 } },
  { "knife", "🔪", FALSE, { [FEAR] = 90, [ANGER] = 70 } },
  { "wolf", "🐺", FALSE, { [FEAR] = 90, [AWE] = 40 } },
  { "pumpkin lantern", "🎃", FALSE, { [FEAR] = 80, [AMUSEMENT] = 70 } },
  { "vampire", "🧛", FALSE, { [FEAR] = 90 } },
  { "ogre", "👹", FALSE, { [FEAR] = 80, [ANGER] = 80 } },
  { "crocodile", "🐊", FALSE, { [FEAR] = 90, [ANGER] = 50 } },
  { "cobweb", "🕸️", FALSE, { [FEAR] = 90, [DISGUST] = 40 } },

  { "crying face", "😢", FALSE, { [SADNESS] = 110 } },
  { "sobbing face", "😭", FALSE, { [SADNESS] = 120 } },
  { "pensive face", "😔", FALSE, { [SADNESS] = 110 } },
  { "coffin", "⚰️", FALSE, { [SADNESS] = 80, [FEAR] = 70 } },
  { "broken heart", "💔", FALSE, { [SADNESS] = 100, [ANGER] = 50 } },
  { "wilted rose", "🥀", FALSE, { [SADNESS] = 110 } },
  { "rain cloud", "🌧️", FALSE, { [SADNESS] = 100 } },
  { "gravestone", "🪦", FALSE, { [SADNESS] = 80, [FEAR] = 70 } },
  { "umbrella", "☔", FALSE, { [SADNESS] = 80, [CONTENTMENT] = 50 } },
  { "ruin", "🏚️", FALSE, { [SADNESS] = 90, [FEAR] = 50 } },
  { "urn", "⚱️", FALSE, { [SADNESS] = 90 } },
  { "bandage", "🩹", FALSE, { [SADNESS] = 90 } },
  { "empty chair", "🪑", FALSE, { [SADNESS] = 90 } },
  { "violin", "🎻", FALSE, { [SADNESS] = 80, [AWE] = 60 } },
  { "desert", "🏜️", FALSE, { [SADNESS] = 70, [AWE] = 70 } },
  { "candle", "🕯️", FALSE, { [SADNESS] = 70, [CONTENTMENT] = 70 } },
};

const EmoSynthPalette emo_synth_palettes[EMO_SYNTH_N_PALETTES] = {
  { "bright yellow", { 255, 214, 40 }, { 255, 243, 170 }, { [AMUSEMENT] = 95, [EXCITEMENT] = 48 } },
  { "candy pink", { 255, 140, 195 }, { 255, 205, 228 }, { [AMUSEMENT] = 76, [CONTENTMENT] = 67 } },
  { "blood red", { 110, 8, 10 }, { 215, 40, 30 }, { [ANGER] = 95, [FEAR] = 38 } },
  { "deep violet", { 35, 15, 90 }, { 125, 85, 205 }, { [AWE] = 95, [FEAR] = 28 } },
  { "soft green", { 150, 205, 140 }, { 215, 238, 200 }, { [CONTENTMENT] = 95 } },
  { "sky blue", { 95, 175, 245 }, { 200, 230, 255 }, { [AWE] = 76, [CONTENTMENT] = 67 } },
  { "murky brown", { 72, 58, 26 }, { 128, 108, 58 }, { [DISGUST] = 95, [SADNESS] = 28 } },
  { "acid lime", { 150, 190, 10 }, { 208, 232, 70 }, { [DISGUST] = 76, [FEAR] = 48 } },
  { "vivid orange", { 255, 105, 10 }, { 255, 165, 70 }, { [EXCITEMENT] = 95, [ANGER] = 48 } },
  { "near black", { 8, 8, 14 }, { 48, 48, 62 }, { [FEAR] = 95, [SADNESS] = 38 } },
  { "slate blue", { 58, 76, 100 }, { 112, 130, 156 }, { [SADNESS] = 95 } },
  { "pale grey", { 168, 168, 170 }, { 222, 222, 224 }, { [SADNESS] = 76, [DISGUST] = 28 } },
};

const EmoSynthTexture emo_synth_textures[EMO_N_TEXTURES] = {
  [EMO_TEXTURE_EVEN] = { "even light", FALSE, { [CONTENTMENT] = 10 } },
  [EMO_TEXTURE_GRAIN] = { "rough grain", FALSE, { [DISGUST] = 50, [ANGER] = 20 } },
  [EMO_TEXTURE_STREAKS] = { "falling streaks", TRUE, { [SADNESS] = 50, [FEAR] = 15 } },
  [EMO_TEXTURE_GLOW] = { "a soft glow", FALSE, { [AWE] = 50, [CONTENTMENT] = 30 } },
  [EMO_TEXTURE_SPARKLES] = { "sparkles", TRUE, { [EXCITEMENT] = 45, [AMUSEMENT] = 30 } },
  [EMO_TEXTURE_CORNERS] = { "dark corners", TRUE, { [FEAR] = 50, [SADNESS] = 25 } },
  [EMO_TEXTURE_CRACKS] = { "jagged cracks", TRUE, { [ANGER] = 50, [FEAR] = 20 } },
  [EMO_TEXTURE_BUBBLES] = { "floating bubbles", TRUE, { [AMUSEMENT] = 45, [CONTENTMENT] = 25, [EXCITEMENT] = 15 } },
};

const EmoSynthLayout emo_synth_layouts[EMO_N_LAYOUTS] = {
  [EMO_LAYOUT_ORDERLY] = { "orderly", "the calm order", 1, 4, { [CONTENTMENT] = 25, [AWE] = 10 } },
  [EMO_LAYOUT_SCATTERED] = { "scattered", "the loose arrangement", 1, 4, { 0 } },
  [EMO_LAYOUT_TILTED] = { "tilted", "the tilted view", 1, 4, { [EXCITEMENT] = 25, [AMUSEMENT] = 18 } },
  [EMO_LAYOUT_CROWDED] = { "crowded", "the crowding", 3, 4, { [ANGER] = 25, [DISGUST] = 18 } },
  [EMO_LAYOUT_TOWERING] = { "towering", "the towering size", 1, 3, { [AWE] = 25, [FEAR] = 15 } },
  [EMO_LAYOUT_LONELY] = { "lonely", "the empty space", 1, 2, { [SADNESS] = 25, [FEAR] = 12 } },
};

guint
emo_trait_get_n (EmoTrait trait)
{
  static const guint n[EMO_N_TRAITS] = { EMO_SYNTH_N_OBJECTS, EMO_SYNTH_N_PALETTES, EMO_N_TEXTURES, EMO_N_LAYOUTS };

  g_return_val_if_fail (trait < EMO_N_TRAITS, 0);

  return n[trait];
}

/**
 * emo_trait_get_weights:
 * @trait: which table
 * @index: below its number of entries
 *
 * Returns: (transfer none): [EMO_N_MOODS] how much it moves each mood, hundredths
 */
const gint16 *
emo_trait_get_weights (EmoTrait trait,
                       guint    index)
{
  g_return_val_if_fail (index < emo_trait_get_n (trait), NULL);

  switch (trait)
    {
    case EMO_TRAIT_OBJECT:
      return emo_synth_objects[index].weights;

    case EMO_TRAIT_PALETTE:
      return emo_synth_palettes[index].weights;

    case EMO_TRAIT_TEXTURE:
      return emo_synth_textures[index].weights;

    default:
      return emo_synth_layouts[index].weights;
    }
}

/**
 * emo_trait_get_name:
 * @trait: which table
 * @index: below its number of entries
 *
 * Returns: (transfer none): what it is called
 */
const char *
emo_trait_get_name (EmoTrait trait,
                    guint    index)
{
  g_return_val_if_fail (index < emo_trait_get_n (trait), NULL);

  switch (trait)
    {
    case EMO_TRAIT_OBJECT:
      return emo_synth_objects[index].name;

    case EMO_TRAIT_PALETTE:
      return emo_synth_palettes[index].name;

    case EMO_TRAIT_TEXTURE:
      return emo_synth_textures[index].name;

    default:
      return emo_synth_layouts[index].name;
    }
}
