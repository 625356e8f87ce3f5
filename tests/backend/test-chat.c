/* test-chat.c: prompt and token tree
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "emo-chat.h"
#include "part-vectors.h"

static EmoTokenizer *
load_tokenizer (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "..", "data", "models", "emoscenes", "vlm", "tokenizer.json", NULL);
  g_autoptr(GError) error = NULL;
  EmoTokenizer *tokenizer = emo_tokenizer_load (path, &error);

  g_assert_no_error (error);

  return tokenizer;
}

static void
assert_ids (const EmoJsonValue *item,
            const char         *key,
            GArray             *ids)
{
  static double expected[MAX_NUMBERS];
  gsize n = part_numbers (item, key, expected);

  g_assert_cmpuint (ids->len, ==, n);
  for (gsize i = 0; i < n; i++)
    g_assert_cmpuint (g_array_index (ids, guint32, i), ==, (guint32) expected[i]);
}

static void
test_prompt_equals_chat_template (void)
{
  g_autoptr(EmoTokenizer) tokenizer = load_tokenizer ();
  g_autoptr(EmoJson) json = part_load ("chats.json");
  const EmoJsonValue *cases = emo_json_get_root (json);

  g_assert_cmpuint (emo_json_value_get_length (cases), ==, 10);
  for (gsize i = 0; i < emo_json_value_get_length (cases); i++)
    {
      const EmoJsonValue *item = emo_json_value_get_element (cases, i);
      g_autoptr(EmoChatPrompt) prompt = NULL;

      prompt = emo_chat_prompt_new (tokenizer,
                                    emo_json_value_get_member_string (item, "system", NULL),
                                    emo_json_value_get_member_string (item, "text", NULL),
                                    emo_json_value_get_member_bool (item, "image", FALSE));
      assert_ids (item, "prefix", prompt->prefix);
      assert_ids (item, "suffix", prompt->suffix);
    }
}

/* The path from the prompt's end to a label's leaf is the label's own ids. */
static void
assert_path (EmoTokenTree *tree,
             guint         label,
             GArray       *ids)
{
  int node = tree->leaves[label];

  for (guint depth = ids->len; depth-- > 0;)
    {
      g_assert_cmpint (node, >=, 0);
      g_assert_cmpint (node, <, tree->n_nodes);
      g_assert_cmpuint (tree->ids[node], ==, g_array_index (ids, guint32, depth));
      g_assert_cmpint (tree->depths[node], ==, depth);
      g_assert_cmpint (tree->parents[node], <, node);
      node = tree->parents[node];
    }
  g_assert_cmpint (node, ==, -1);
}

static void
test_tree_holds_each_candidate_whole (void)
{
  static const char answer[] = "{\"emotion\": \"%s\", \"reason\": \"";
  g_autoptr(EmoTokenizer) tokenizer = load_tokenizer ();
  g_autoptr(EmoLabelSet) labels = emo_label_set_new_mikels ();
  g_autoptr(EmoTokenTree) tree = emo_token_tree_new (tokenizer, answer, labels);
  guint total = 0, roots = 0;

  g_assert_cmpuint (tree->n_labels, ==, 8);
  for (guint i = 0; i < tree->n_labels; i++)
    {
      g_autofree char *text = emo_template_fill (answer, emo_label_set_get_label (labels, i));
      g_autoptr(GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint32));

      emo_tokenizer_encode (tokenizer, text, -1, ids);
      total += ids->len;
      assert_path (tree, i, ids);
    }
  for (guint i = 0; i < tree->n_nodes; i++)
    roots += tree->parents[i] == -1;
  g_assert_cmpuint (roots, ==, 1);
  g_assert_cmpuint (tree->n_nodes, <, total);
}

static GArray *
make_ids (guint32 first,
          ...)
{
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (guint32));
  va_list args;

  va_start (args, first);
  for (guint32 id = first; id != 0; id = va_arg (args, guint32))
    g_array_append_val (ids, id);
  va_end (args);

  return ids;
}

static void
test_tree_is_depth_first_and_shares_prefixes (void)
{
  g_autoptr(GArray) a = make_ids (7, 9, 4, 0);
  g_autoptr(GArray) b = make_ids (7, 3, 0);
  g_autoptr(GArray) c = make_ids (7, 9, 0);
  g_autoptr(GArray) d = make_ids (5, 0);
  g_autoptr(GArray) e = make_ids (7, 3, 0);
  GArray *candidates[] = { a, b, c, d, e };
  g_autoptr(EmoTokenTree) tree = emo_token_tree_new_for_ids (candidates, 5);

  /* 5 | 7 -> 3, 9 -> 4 */
  g_assert_cmpuint (tree->n_nodes, ==, 5);
  for (guint i = 0; i < 5; i++)
    assert_path (tree, i, candidates[i]);
  g_assert_cmpint (tree->leaves[1], ==, tree->leaves[4]);
  g_assert_cmpint (tree->parents[tree->leaves[0]], ==, tree->leaves[2]);
  /* Depth first: a node's parent is the node before it or one of its ancestors. */
  for (guint i = 1; i < tree->n_nodes; i++)
    {
      int node = i - 1;

      while (node != -1 && node != tree->parents[i])
        node = tree->parents[node];
      g_assert_cmpint (node, ==, tree->parents[i]);
    }
}

static void
test_template_takes_nothing_but_the_slot (void)
{
  g_autofree char *filled = emo_template_fill ("100%d %s %n", "a%sb");

  g_assert_cmpstr (filled, ==, "100%d a%sb %n");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/Emo/ChatPrompt/equals-chat-template", test_prompt_equals_chat_template);
  g_test_add_func ("/Emo/TokenTree/holds-each-candidate-whole", test_tree_holds_each_candidate_whole);
  g_test_add_func ("/Emo/TokenTree/is-depth-first-and-shares-prefixes", test_tree_is_depth_first_and_shares_prefixes);
  g_test_add_func ("/Emo/TokenTree/template-takes-nothing-but-the-slot", test_template_takes_nothing_but_the_slot);

  return g_test_run ();
}
