/* emo-synth-words.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-synth-words.h"

/* A sentence stays short: a small model writes it. */
#define MAX_CUES 3

typedef struct
{
  char     *text;
  int       weight;     /* thousandths for the label */
  gboolean  plural;
} Cue;

static void
clear_cue (gpointer data)
{
  g_free (((Cue *) data)->text);
}

/* "a", "a and b", "a, b and c". */
static void
append_list (GString            *out,
             const char * const *items,
             guint               n)
{
  for (guint i = 0; i < n; i++)
    {
      if (i > 0)
        g_string_append (out, i + 1 < n ? ", " : " and ");
      g_string_append (out, items[i]);
    }
}

static const char *
get_article (const char *name)
{
  return strchr ("aeiou", name[0]) != NULL ? "an" : "a";
}

static char *
dup_with_article (const EmoSynthObject *object)
{
  if (object->plural)
    return g_strdup (object->name);

  return g_strconcat (get_article (object->name), " ", object->name, NULL);
}

/**
 * emo_synth_dup_observation:
 * @scene: a scene
 *
 * Returns: (transfer full): one sentence with all objects, the palette and the
 *   texture
 */
char *
emo_synth_dup_observation (const EmoSynthScene *scene)
{
  GString *out = g_string_new ("The image shows ");
  const char *palette = emo_synth_palettes[scene->parts.palette].name;
  char *items[EMO_SYNTH_MAX_OBJECTS + 1] = { NULL };

  for (guint i = 0; i < scene->parts.n_objects; i++)
    items[i] = dup_with_article (&emo_synth_objects[scene->parts.objects[i]]);
  append_list (out, (const char * const *) items, scene->parts.n_objects);
  g_string_append_printf (out, " on %s %s background with %s.", get_article (palette), palette,
                          emo_synth_textures[scene->parts.texture].name);
  for (guint i = 0; i < scene->parts.n_objects; i++)
    g_free (items[i]);

  return g_string_free (out, FALSE);
}

static void
add_cue (GArray       *cues,
         EmoSynthRule *rule,
         guint         label,
         EmoTrait      trait,
         guint         index,
         guint         place)
{
  Cue cue = { .weight = emo_synth_rule_weigh (rule, label, trait, index, place) };

  if (cue.weight <= 0)
    return;
  switch (trait)
    {
    case EMO_TRAIT_OBJECT:
      cue.text = g_strconcat ("the ", emo_synth_objects[index].name, NULL);
      cue.plural = emo_synth_objects[index].plural;
      break;

    case EMO_TRAIT_PALETTE:
      cue.text = g_strconcat ("the ", emo_synth_palettes[index].name, " tones", NULL);
      cue.plural = TRUE;
      break;

    case EMO_TRAIT_TEXTURE:
      cue.text = g_strdup (emo_synth_textures[index].name);
      cue.plural = emo_synth_textures[index].plural;
      break;

    default:
      cue.text = g_strdup (emo_synth_layouts[index].cue);
    }
  g_array_append_val (cues, cue);
}

/* The strongest first; equal ones stay as they were, for the sort is stable. */
static int
compare_cues (gconstpointer a,
              gconstpointer b)
{
  return ((const Cue *) b)->weight - ((const Cue *) a)->weight;
}

static GArray *
collect_cues (const EmoSynthScene *scene,
              EmoSynthRule        *rule)
{
  const EmoSynthParts *parts = &scene->parts;
  GArray *cues = g_array_new (FALSE, FALSE, sizeof (Cue));

  g_array_set_clear_func (cues, clear_cue);
  for (guint i = 0; i < parts->n_objects; i++)
    add_cue (cues, rule, scene->label, EMO_TRAIT_OBJECT, parts->objects[i], i);
  add_cue (cues, rule, scene->label, EMO_TRAIT_PALETTE, parts->palette, 0);
  add_cue (cues, rule, scene->label, EMO_TRAIT_TEXTURE, parts->texture, 0);
  add_cue (cues, rule, scene->label, EMO_TRAIT_LAYOUT, parts->layout, 0);
  g_array_sort (cues, compare_cues);
  if (cues->len > MAX_CUES)
    g_array_set_size (cues, MAX_CUES);

  return cues;
}

/* What a label does, for one part and for several, without its name. */
static const struct
{
  const char *label;
  const char *singular;
  const char *plural;
} effects[] = {
  { "amusement", "brings a smile", "bring a smile" },
  { "anger", "makes the blood boil", "make the blood boil" },
  { "awe", "makes one look up in wonder", "make one look up in wonder" },
  { "contentment", "calms the mind", "calm the mind" },
  { "disgust", "turns the stomach", "turn the stomach" },
  { "excitement", "makes the heart race", "make the heart race" },
  { "fear", "sends a chill down the spine", "send a chill down the spine" },
  { "sadness", "weighs on the heart", "weigh on the heart" },
  { "joy", "lifts the spirits", "lift the spirits" },
  { "surprise", "catches one off guard", "catch one off guard" },
  { "positive", "feels pleasant", "feel pleasant" },
  { "negative", "feels unpleasant", "feel unpleasant" },
};

static const char *
get_effect (const char *label,
            gboolean    plural)
{
  for (guint i = 0; i < G_N_ELEMENTS (effects); i++)
    if (g_str_equal (effects[i].label, label))
      return plural ? effects[i].plural : effects[i].singular;

  g_return_val_if_reached (NULL);
}

/**
 * emo_synth_dup_reason:
 * @scene: a scene
 * @rule: the rule that it was drawn with
 * @named: whether the label is named
 *
 * Returns: (transfer full): one sentence
 */
char *
emo_synth_dup_reason (const EmoSynthScene *scene,
                      EmoSynthRule        *rule,
                      gboolean             named)
{
  g_autoptr(GArray) cues = collect_cues (scene, rule);
  const char *label = emo_label_set_get_label (emo_synth_rule_get_labels (rule), scene->label);
  const char *items[MAX_CUES];
  GString *out = g_string_new (NULL);
  gboolean plural = cues->len > 1 || g_array_index (cues, Cue, 0).plural;

  for (guint i = 0; i < cues->len; i++)
    items[i] = g_array_index (cues, Cue, i).text;
  append_list (out, items, cues->len);
  out->str[0] = g_ascii_toupper (out->str[0]);
  if (named)
    g_string_append_printf (out, " %s %s.", plural ? "evoke" : "evokes", label);
  else
    g_string_append_printf (out, " %s.", get_effect (label, plural));

  return g_string_free (out, FALSE);
}

/**
 * emo_synth_dup_reply:
 * @scene: a scene
 * @rule: the rule that it was drawn with
 *
 * Returns: (transfer full): observation and reason as an annotation holds them
 */
char *
emo_synth_dup_reply (const EmoSynthScene *scene,
                     EmoSynthRule        *rule)
{
  g_autofree char *observation = emo_synth_dup_observation (scene);
  g_autofree char *reason = emo_synth_dup_reason (scene, rule, FALSE);

  return g_strconcat ("1. ", observation, " 2. ", reason, NULL);
}
