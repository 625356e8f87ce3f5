/* test-synth.c: tables, rule, scenes and words of EmoScenes
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-annotation-reply.h"
#include "emo-error.h"
#include "emo-synth-words.h"

#define N_SCENES 4000

static const char * const sets[] = { "mikels", "emotion6", "polarity" };

static EmoSynthRule *
make_rule (const char *set)
{
  g_autoptr(EmoLabelSet) labels = emo_label_set_new_named (set);
  g_autoptr(GError) error = NULL;
  EmoSynthRule *rule = emo_synth_rule_new (labels, &error);

  g_assert_no_error (error);

  return rule;
}

static guint
find_trait (EmoTrait    trait,
            const char *name)
{
  for (guint i = 0; i < emo_trait_get_n (trait); i++)
    if (g_str_equal (emo_trait_get_name (trait, i), name))
      return i;

  g_assert_not_reached ();
}

/* --- Tables --- */

static void
test_synth_tables_are_whole (void)
{
  for (guint trait = 0; trait < EMO_N_TRAITS; trait++)
    for (guint mood = 0; mood < EMO_N_MOODS; mood++)
      {
        guint n_speaking = 0;

        for (guint i = 0; i < emo_trait_get_n (trait); i++)
          n_speaking += emo_trait_get_weights (trait, i)[mood] > 0;
        g_assert_cmpuint (n_speaking, >, 0);
      }
  g_assert_cmpuint (emo_trait_get_n (EMO_TRAIT_OBJECT), >=, 120);
  g_assert_cmpuint (emo_trait_get_n (EMO_TRAIT_PALETTE), ==, 12);
  g_assert_cmpuint (emo_trait_get_n (EMO_TRAIT_TEXTURE), ==, 8);
}

static void
test_synth_names_differ (void)
{
  for (guint trait = 0; trait < EMO_N_TRAITS; trait++)
    for (guint i = 0; i < emo_trait_get_n (trait); i++)
      for (guint j = 0; j < i; j++)
        {
          g_assert_cmpstr (emo_trait_get_name (trait, i), !=, emo_trait_get_name (trait, j));
          if (trait == EMO_TRAIT_OBJECT)
            g_assert_cmpstr (emo_synth_objects[i].glyph, !=, emo_synth_objects[j].glyph);
        }
}

/* As many of each mood lead, so that no label has more to draw from. */
static void
test_synth_objects_are_balanced (void)
{
  guint n[EMO_N_MOODS] = { 0 };

  for (guint i = 0; i < EMO_SYNTH_N_OBJECTS; i++)
    {
      const gint16 *weights = emo_synth_objects[i].weights;
      guint best = 0;

      for (guint mood = 1; mood < EMO_N_MOODS; mood++)
        if (weights[mood] > weights[best])
          best = mood;
      n[best]++;
      g_assert_cmpint (weights[best], >=, 70);
    }
  for (guint mood = 0; mood < EMO_N_MOODS; mood++)
    g_assert_cmpint (ABS ((int) n[mood] - 16), <=, 4);
}

/* --- Rule --- */

static void
test_synth_rule_adds_up (void)
{
  g_autoptr(EmoSynthRule) rule = make_rule ("mikels");
  EmoSynthParts parts = {
    .n_objects = 2,
    .objects = { find_trait (EMO_TRAIT_OBJECT, "clown"), find_trait (EMO_TRAIT_OBJECT, "ghost") },
    .palette = find_trait (EMO_TRAIT_PALETTE, "near black"),
    .texture = find_trait (EMO_TRAIT_TEXTURE, "dark corners"),
    .layout = find_trait (EMO_TRAIT_LAYOUT, "scattered"),
  };
  int scores[EMO_N_MOODS];
  int lead;

  /* By hand from the tables. Fear: 50 + 0.6 * 90 + 95 + 50; amusement: 100 +
   * 0.6 * 60; sadness: 38 + 25. */
  emo_synth_rule_score (rule, &parts, scores);
  g_assert_cmpint (scores[EMO_MOOD_FEAR], ==, 2490);
  g_assert_cmpint (scores[EMO_MOOD_AMUSEMENT], ==, 1360);
  g_assert_cmpint (scores[EMO_MOOD_SADNESS], ==, 630);
  g_assert_cmpint (scores[EMO_MOOD_AWE], ==, 0);
  g_assert_cmpuint (emo_synth_rule_judge (rule, &parts, &lead), ==, EMO_MOOD_FEAR);
  g_assert_cmpint (lead, ==, 2490 - 1360);

  /* The other way round the main object outweighs: places matter. */
  parts.palette = find_trait (EMO_TRAIT_PALETTE, "bright yellow");
  g_assert_cmpuint (emo_synth_rule_judge (rule, &parts, &lead), ==, EMO_MOOD_AMUSEMENT);
}

static void
test_synth_rule_sees_a_tie (void)
{
  g_autoptr(EmoLabelSet) labels = emo_label_set_new ((const char *[]) { "anger", "fear", NULL }, NULL);
  g_autoptr(EmoSynthRule) rule = emo_synth_rule_new (labels, NULL);
  EmoSynthParts parts = {
    .n_objects = 1,
    .objects = { find_trait (EMO_TRAIT_OBJECT, "cat") },
    .palette = find_trait (EMO_TRAIT_PALETTE, "soft green"),
    .texture = find_trait (EMO_TRAIT_TEXTURE, "even light"),
    .layout = find_trait (EMO_TRAIT_LAYOUT, "scattered"),
  };
  int lead = -1;

  g_assert_cmpuint (emo_synth_rule_judge (rule, &parts, &lead), ==, 0);
  g_assert_cmpint (lead, ==, 0);
}

static void
test_synth_rule_refuses_labels (void)
{
  const struct
  {
    const char *labels[4];
    const char *words;
  } cases[] = {
    { { "amusement", "boredom", NULL }, "\"boredom\" is no label" },
    { { "amusement", "joy", NULL }, "\"joy\" overlaps" },
    { { "positive", "negative", "fear", NULL }, "\"fear\" overlaps" },
    { { "Awe", "fear", NULL }, "\"Awe\" is no label" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(EmoLabelSet) labels = emo_label_set_new (cases[i].labels, NULL);
      g_autoptr(GError) error = NULL;

      g_assert_null (emo_synth_rule_new (labels, &error));
      g_assert_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED);
      g_assert_nonnull (strstr (error->message, cases[i].words));
    }
}

/* --- Scenes --- */

static void
assert_scene_is_sound (EmoSynthRule        *rule,
                       const EmoSynthScene *scene)
{
  const EmoSynthLayout *layout = &emo_synth_layouts[scene->parts.layout];
  int lead;

  g_assert_cmpuint (emo_synth_rule_judge (rule, &scene->parts, &lead), ==, scene->label);
  g_assert_cmpint (lead, ==, scene->lead);
  g_assert_cmpint (lead, >=, EMO_SYNTH_MARGIN);
  g_assert_cmpuint (scene->parts.n_objects, >=, layout->min_objects);
  g_assert_cmpuint (scene->parts.n_objects, <=, layout->max_objects);
  g_assert_cmpint (scene->width % 28, ==, 0);
  g_assert_cmpint (scene->height % 28, ==, 0);
  for (guint i = 0; i < scene->parts.n_objects; i++)
    {
      const EmoSynthPlace *place = &scene->places[i];

      for (guint j = 0; j < i; j++)
        g_assert_cmpuint (scene->parts.objects[i], !=, scene->parts.objects[j]);
      g_assert_cmpint (place->size, >=, 40);
      g_assert_true (place->x >= 0 && place->x < scene->width);
      g_assert_true (place->y >= 0 && place->y < scene->height);
      if (i > 0)
        g_assert_cmpint (place->size, <, scene->places[0].size);
    }
}

static void
test_synth_scenes_are_sound (gconstpointer set)
{
  g_autoptr(EmoSynthRule) rule = make_rule (set);

  for (guint i = 0; i < N_SCENES; i++)
    {
      EmoSynthScene scene;

      emo_synth_scene_draw (&scene, rule, 1, i % EMO_N_SPLITS, i);
      assert_scene_is_sound (rule, &scene);
    }
}

/* Any run of whole blocks has every label as often. */
static void
test_synth_labels_are_balanced (gconstpointer set)
{
  g_autoptr(EmoSynthRule) rule = make_rule (set);
  guint n_labels = emo_label_set_get_size (emo_synth_rule_get_labels (rule));
  guint counts[EMO_N_MOODS] = { 0 };

  for (guint i = 0; i < n_labels * 50; i++)
    {
      g_autoptr(EmoSynthScene) scene = emo_synth_scene_new (rule, 3, EMO_SPLIT_VAL, i);

      counts[scene->label]++;
    }
  for (guint i = 0; i < n_labels; i++)
    g_assert_cmpuint (counts[i], ==, 50);
}

static gboolean
same_scene (const EmoSynthScene *a,
            const EmoSynthScene *b)
{
  return a->width == b->width && a->height == b->height && a->label == b->label && a->lead == b->lead &&
         memcmp (&a->parts, &b->parts, sizeof a->parts) == 0 && memcmp (a->places, b->places, sizeof a->places) == 0;
}

/* A scene is its seed, split and index alone. */
static void
test_synth_scene_repeats (void)
{
  g_autoptr(EmoSynthRule) rule = make_rule ("mikels");

  for (guint i = 0; i < 200; i++)
    {
      g_autoptr(EmoSynthScene) scene = emo_synth_scene_new (rule, 9, EMO_SPLIT_TRAIN, i);
      g_autoptr(EmoSynthScene) again = emo_synth_scene_new (rule, 9, EMO_SPLIT_TRAIN, i);
      g_autoptr(EmoSynthScene) split = emo_synth_scene_new (rule, 9, EMO_SPLIT_TEST, i);
      g_autoptr(EmoSynthScene) seed = emo_synth_scene_new (rule, 10, EMO_SPLIT_TRAIN, i);
      g_autoptr(EmoSynthScene) next = emo_synth_scene_new (rule, 9, EMO_SPLIT_TRAIN, i + 1);

      g_assert_true (same_scene (scene, again));
      g_assert_false (same_scene (scene, split));
      g_assert_false (same_scene (scene, seed));
      g_assert_false (same_scene (scene, next));
    }
}

/* --- Words --- */

/* Whether a sentence holds a name as words of their own: "cat" is not in
 * "caterpillar", and "face" in "red face" is not asked for. */
static gboolean
names (const char *sentence,
       const char *name)
{
  g_autofree char *padded = g_strdelimit (g_strconcat (" ", sentence, " ", NULL), ".,", ' ');
  g_autofree char *word = g_strconcat (" ", name, " ", NULL);

  return strstr (padded, word) != NULL;
}

static void
test_synth_observation_names_what_is_there (void)
{
  g_autoptr(EmoSynthRule) rule = make_rule ("mikels");

  for (guint i = 0; i < 2000; i++)
    {
      g_autoptr(EmoSynthScene) scene = emo_synth_scene_new (rule, 5, EMO_SPLIT_TRAIN, i);
      g_autofree char *observation = emo_synth_dup_observation (scene);
      guint n_named = 0;

      for (guint object = 0; object < EMO_SYNTH_N_OBJECTS; object++)
        n_named += names (observation, emo_synth_objects[object].name);
      g_assert_cmpuint (n_named, ==, scene->parts.n_objects);
      for (guint j = 0; j < scene->parts.n_objects; j++)
        g_assert_true (names (observation, emo_synth_objects[scene->parts.objects[j]].name));
      g_assert_true (names (observation, emo_synth_palettes[scene->parts.palette].name));
      g_assert_true (names (observation, emo_synth_textures[scene->parts.texture].name));
    }
}

static void
test_synth_words_are_english (void)
{
  g_autoptr(EmoSynthRule) rule = make_rule ("mikels");
  EmoSynthScene scene = {
    .parts = {
      .n_objects = 3,
      .objects = { find_trait (EMO_TRAIT_OBJECT, "clown"), find_trait (EMO_TRAIT_OBJECT, "axe"), find_trait (EMO_TRAIT_OBJECT, "swords") },
      .palette = find_trait (EMO_TRAIT_PALETTE, "acid lime"),
      .texture = find_trait (EMO_TRAIT_TEXTURE, "a soft glow"),
      .layout = find_trait (EMO_TRAIT_LAYOUT, "scattered"),
    },
    .label = EMO_MOOD_ANGER,
  };
  g_autofree char *observation = emo_synth_dup_observation (&scene);
  g_autofree char *named = emo_synth_dup_reason (&scene, rule, TRUE);
  g_autofree char *reason = emo_synth_dup_reason (&scene, rule, FALSE);
  g_autofree char *single = NULL;

  g_assert_cmpstr (observation, ==, "The image shows a clown, an axe and swords on an acid lime background with a soft glow.");
  g_assert_cmpstr (named, ==, "The swords and the axe evoke anger.");
  g_assert_cmpstr (reason, ==, "The swords and the axe make the blood boil.");
  scene.label = EMO_MOOD_AMUSEMENT;
  single = emo_synth_dup_reason (&scene, rule, TRUE);
  g_assert_cmpstr (single, ==, "The clown evokes amusement.");
}

/* A reply that named the label would make the task a copy. */
static void
test_synth_replies_hide_the_label (gconstpointer set)
{
  g_autoptr(EmoSynthRule) rule = make_rule (set);
  EmoLabelSet *labels = emo_synth_rule_get_labels (rule);

  for (guint i = 0; i < 2000; i++)
    {
      g_autoptr(EmoSynthScene) scene = emo_synth_scene_new (rule, 6, EMO_SPLIT_TRAIN, i);
      g_autofree char *reply = emo_synth_dup_reply (scene, rule);
      g_autofree char *observation = NULL;
      g_autofree char *reason = NULL;
      g_autofree char *named = emo_synth_dup_reason (scene, rule, TRUE);
      g_autofree char *expected = emo_synth_dup_observation (scene);

      for (guint label = 0; label < emo_label_set_get_size (labels); label++)
        g_assert_null (strstr (reply, emo_label_set_get_label (labels, label)));
      g_assert_true (names (named, emo_label_set_get_label (labels, scene->label)));
      emo_annotation_reply_parse (reply, &observation, &reason);
      g_assert_cmpstr (observation, ==, expected);
      g_assert_true (g_str_has_suffix (reason, "."));
    }
}

static void
add_for_every_set (const char    *name,
                   GTestDataFunc  func)
{
  for (gsize i = 0; i < G_N_ELEMENTS (sets); i++)
    {
      g_autofree char *path = g_strdup_printf ("/Emo/Synth/%s/%s", sets[i], name);

      g_test_add_data_func (path, sets[i], func);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/Synth/tables-are-whole", test_synth_tables_are_whole);
  g_test_add_func ("/Emo/Synth/names-differ", test_synth_names_differ);
  g_test_add_func ("/Emo/Synth/objects-are-balanced", test_synth_objects_are_balanced);
  g_test_add_func ("/Emo/Synth/rule-adds-up", test_synth_rule_adds_up);
  g_test_add_func ("/Emo/Synth/rule-sees-a-tie", test_synth_rule_sees_a_tie);
  g_test_add_func ("/Emo/Synth/rule-refuses-labels", test_synth_rule_refuses_labels);
  add_for_every_set ("scenes-are-sound", test_synth_scenes_are_sound);
  add_for_every_set ("labels-are-balanced", test_synth_labels_are_balanced);
  g_test_add_func ("/Emo/Synth/scene-repeats", test_synth_scene_repeats);
  g_test_add_func ("/Emo/Synth/observation-names-what-is-there", test_synth_observation_names_what_is_there);
  g_test_add_func ("/Emo/Synth/words-are-english", test_synth_words_are_english);
  add_for_every_set ("replies-hide-the-label", test_synth_replies_hide_the_label);

  return g_test_run ();
}
