/* test-bundle.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "emo-bundle.h"
#include "part-vectors.h"

static const char commit[] = "0123456789abcdef0123456789abcdef01234567";

static char *
embedded_path (void)
{
  return g_test_build_filename (G_TEST_DIST, "..", "data", "models", "emoscenes", NULL);
}

/* A folder that looks like a Hugging Face model; nothing reads its weights. */
static void
write_hub_folder (const char *folder,
                  const char *name)
{
  static const char *const files[] = { "config.json", "tokenizer.json", "model.safetensors" };

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (name, files[i], NULL);

      write_text (folder, path, "{}");
    }
}

static const char manifest[] =
  "{\"format\": 1, \"name\": \"Test\", \"labels\": [\"joy\", \"fear\"], \"vlm\": {\"path\": \"vlm\"},\n"
  " \"prompt\": {\"system\": \"S\", \"classify\": \"C?\", \"reason\": \"Why %s?\", \"answer\": \"{'emotion': '%s'}\", \"answer_end\": \"'}\"},\n"
  " \"distilled\": {\"path\": \"d.safetensors\", \"depth\": 1},\n"
  " \"gate\": {\"path\": \"g.safetensors\", \"kind\": \"moe\", \"vlm_input\": \"one-hot\"},\n"
  " \"image\": {\"max_pixels\": 1000, \"max_side\": 1024, \"max_side_filter\": \"bilinear\"},\n"
  " \"domain\": {\"name\": \"drawn\", \"notice\": \"Drawn only\", \"path\": \"domain.safetensors\"},\n"
  " \"prior\": [-0.5, -1.5], \"checks\": [{\"image\": \"a.png\", \"dtype\": \"nf4\", \"vlm\": [0.25, 0.75], \"gated\": [0.5, 0.5]}], \"unknown\": 1}\n";

static char *
make_bundle (const char *text)
{
  static const char *const files[] = { "d.safetensors", "g.safetensors", "domain.safetensors", "a.png" };
  char *folder = make_folder ();

  write_hub_folder (folder, "vlm");
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    write_text (folder, files[i], "x");
  write_text (folder, "emovlm.json", text);

  return folder;
}

static void
test_only_a_complete_answer_leaves_no_room_for_a_reason (void)
{
  static const struct
  {
    const char *answer;   /* as in JSON */
    const char *end;
    gboolean    room;
  } cases[] = {
    { "{'emotion': '%s'}", "'}", FALSE },
    { "{'emotion': '%s'}", "\\\"}", FALSE },
    { "{\\\"emotion\\\": \\\"%s\\\"}\\n", "\\\"}", FALSE },
    { "[%s]", "!", FALSE },
    { "It is %s.", ".", FALSE },
    { "{'emotion': '%s', 'reason': '", "'}", TRUE },
    { "{'emotion': '%s', 'reason': '", "'", TRUE },
    { "{\\\"emotion\\\": \\\"%s\\\", \\\"reason\\\": \\\"", "e", TRUE },
    { "The emotion is %s because", ".", TRUE },
    { "%s", "\\n", TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *prompt = g_strdup_printf ("\"answer\": \"%s\", \"answer_end\": \"%s\"}", cases[i].answer, cases[i].end);
      g_autofree char *text = replace_text (manifest, "\"answer\": \"{'emotion': '%s'}\", \"answer_end\": \"'}\"}", prompt);
      g_autofree char *folder = make_bundle (text);
      g_autoptr(GError) error = NULL;
      g_autoptr(EmoBundle) bundle = emo_bundle_load (folder, NULL, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpint (emo_bundle_has_reason (bundle), ==, cases[i].room);
      remove_folder (folder);
    }
}

static void
test_embedded_bundle_loads (void)
{
  g_autofree char *path = embedded_path ();
  g_autoptr(GError) error = NULL;
  g_autoptr(EmoBundle) bundle = emo_bundle_load (path, NULL, NULL, &error);
  g_autofree char *hash = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (emo_label_set_get_size (bundle->labels), ==, 8);
  g_assert_false (bundle->default_labels);
  g_assert_cmpint (bundle->gate_kind, ==, EMO_GATE_KIND_CONCAT_LINEAR);
  g_assert_cmpint (bundle->vlm_input, ==, EMO_VLM_INPUT_PROBABILITIES);
  g_assert_true (g_str_has_suffix (bundle->distilled, "/distilled.safetensors"));
  g_assert_true (g_path_is_absolute (bundle->vlm));
  g_assert_true (emo_bundle_has_reason (bundle));
  g_assert_cmpstr (bundle->answer_end, ==, "\"}");
  hash = emo_bundle_dup_prompt_sha256 (bundle);
  g_assert_cmpuint (strlen (hash), ==, 64);
}

static void
test_reads_every_field (void)
{
  g_autofree char *folder = make_bundle (manifest);
  g_autoptr(GError) error = NULL;
  g_autoptr(EmoBundle) bundle = emo_bundle_load (folder, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (bundle->name, ==, "Test");
  g_assert_cmpstr (bundle->system, ==, "S");
  g_assert_cmpstr (bundle->classify, ==, "C?");
  g_assert_null (bundle->observe);
  g_assert_cmpstr (bundle->reason, ==, "Why %s?");
  g_assert_false (emo_bundle_has_reason (bundle));
  g_assert_cmpint (bundle->gate_kind, ==, EMO_GATE_KIND_MOE);
  g_assert_cmpint (bundle->vlm_input, ==, EMO_VLM_INPUT_ONE_HOT);
  g_assert_cmpint (bundle->max_pixels, ==, 1000);
  g_assert_cmpint (bundle->max_side, ==, 1024);
  g_assert_cmpint (bundle->max_side_filter, ==, EMO_FILTER_BILINEAR);
  g_assert_cmpstr (bundle->domain_name, ==, "drawn");
  g_assert_cmpstr (bundle->domain_notice, ==, "Drawn only");
  g_assert_true (g_str_has_suffix (bundle->domain, "/domain.safetensors"));
  g_assert_cmpfloat (bundle->prior[1], ==, -1.5);
  g_assert_cmpuint (bundle->n_checks, ==, 1);
  g_assert_cmpfloat (bundle->checks[0].vlm[1], ==, 0.75);
  g_assert_null (bundle->checks[0].distilled);
  g_assert_cmpstr (bundle->checks[0].dtype, ==, "nf4");
  g_assert_cmpfloat (bundle->checks[0].gated[0], ==, 0.5);
  remove_folder (folder);
}

/* The test manifest with a list of further gates. */
static EmoBundle *
load_with_gates (const char  *gates,
                 GError     **error)
{
  g_auto (GStrv) parts = g_strsplit (manifest, "\"unknown\": 1", 2);
  g_autofree char *text = g_strconcat (parts[0], "\"gates\": ", gates, parts[1], NULL);
  g_autofree char *folder = make_bundle (text);
  EmoBundle *bundle = emo_bundle_load (folder, NULL, NULL, error);

  remove_folder (folder);

  return bundle;
}

static void
test_reads_further_gates (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoBundle) none = load_with_gates ("[]", &error);
  g_autoptr (EmoBundle) two = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (none->n_gates, ==, 0);
  two = load_with_gates ("[{\"path\": \"d.safetensors\", \"kind\": \"cross\", \"vlm_input\": \"probabilities\"},"
                         " {\"path\": \"g.safetensors\", \"kind\": \"bilinear\", \"vlm_input\": \"one-hot\"}]", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (two->n_gates, ==, 2);
  g_assert_true (g_str_has_suffix (two->gates[0].path, "/d.safetensors"));
  g_assert_cmpint (two->gates[0].kind, ==, EMO_GATE_KIND_CROSS);
  g_assert_cmpint (two->gates[1].kind, ==, EMO_GATE_KIND_BILINEAR);
  g_assert_cmpint (two->gates[1].vlm_input, ==, EMO_VLM_INPUT_ONE_HOT);
  g_assert_cmpint (two->gate_kind, ==, EMO_GATE_KIND_MOE);
}

static void
test_refuses_bad_further_gates (void)
{
  static const struct
  {
    const char *gates;
    int         code;
    const char *message;
  } cases[] = {
    { "1", EMO_ERROR_INVALID_FILE, "gates: expected an array" },
    { "[1]", EMO_ERROR_INVALID_FILE, "gates: element 0 is not an object" },
    { "[{}]", EMO_ERROR_INVALID_FILE, "gates.0.path" },
    { "[{\"path\": \"../g\", \"kind\": \"moe\", \"vlm_input\": \"one-hot\"}]", EMO_ERROR_INVALID_FILE, "gates.0.path: expected a relative path" },
    { "[{\"path\": \"no.safetensors\", \"kind\": \"moe\", \"vlm_input\": \"one-hot\"}]", EMO_ERROR_MODEL, "gates.0.path" },
    { "[{\"path\": \"g.safetensors\", \"kind\": \"mean\", \"vlm_input\": \"one-hot\"}]", EMO_ERROR_UNSUPPORTED, "gates.0.kind: \"mean\"" },
    { "[{\"path\": \"g.safetensors\", \"kind\": \"moe\", \"vlm_input\": \"text\"}]", EMO_ERROR_INVALID_FILE, "gates.0.vlm_input" },
    { "[0,0,0,0, 0,0,0,0, 0,0,0,0, 0,0,0,0, 0]", EMO_ERROR_LIMIT, "gates: expected at most 16, found 17" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (load_with_gates (cases[i].gates, &error));
      assert_message (error, cases[i].code, cases[i].message);
    }
}

static void
test_refuses_bad_manifests_by_key (void)
{
  static const struct
  {
    const char *from;
    const char *to;
    int         code;
    const char *message;
  } cases[] = {
    { "\"format\": 1", "\"format\": 2", EMO_ERROR_UNSUPPORTED, "format: only 1 is supported" },
    { "\"format\": 1", "\"format\": \"1\"", EMO_ERROR_INVALID_FILE, "format: expected a number" },
    { "\"joy\", ", "", EMO_ERROR_INVALID_FILE, "labels" },
    { "\"joy\"", "\"fear\"", EMO_ERROR_INVALID_FILE, "labels" },
    { "\"joy\"", "7", EMO_ERROR_INVALID_FILE, "labels: element 0 is not a string" },
    { "\"path\": \"vlm\"", "\"path\": \"../vlm\"", EMO_ERROR_INVALID_FILE, "vlm.path: expected a relative path inside the bundle" },
    { "\"path\": \"vlm\"", "\"path\": \"/etc\"", EMO_ERROR_INVALID_FILE, "vlm.path" },
    { "\"path\": \"vlm\"", "\"path\": \"vlm/a/../..\"", EMO_ERROR_INVALID_FILE, "vlm.path" },
    { "\"path\": \"vlm\"", "\"path\": \"elsewhere\"", EMO_ERROR_MODEL, "is not there" },
    { "\"path\": \"vlm\"", "\"adapter\": null", EMO_ERROR_INVALID_FILE, "vlm.path: missing, expected path or hub" },
    { "\"classify\": \"C?\", ", "", EMO_ERROR_INVALID_FILE, "prompt.classify: missing" },
    { "'%s'}", "'%s %s'}", EMO_ERROR_INVALID_FILE, "prompt.answer: expected one %s" },
    { "'%s'}", "'X'}", EMO_ERROR_INVALID_FILE, "prompt.answer: expected one %s" },
    { "\"answer_end\": \"'}\"", "\"answer_end\": \"\"", EMO_ERROR_INVALID_FILE, "prompt.answer_end" },
    { "\"kind\": \"moe\"", "\"kind\": \"transformer\"", EMO_ERROR_UNSUPPORTED, "gate.kind: \"transformer\"" },
    { "\"vlm_input\": \"one-hot\"", "\"vlm_input\": \"text\"", EMO_ERROR_INVALID_FILE, "gate.vlm_input" },
    { "\"distilled\":", "\"nothing\":", EMO_ERROR_INVALID_FILE, "a gate needs a distilled head" },
    { "\"depth\": 1", "\"depth\": 9", EMO_ERROR_INVALID_FILE, "distilled.depth" },
    { "\"bilinear\"", "\"nearest\"", EMO_ERROR_INVALID_FILE, "image.max_side_filter" },
    { "[-0.5, -1.5]", "[-0.5]", EMO_ERROR_INVALID_FILE, "prior: expected 2 numbers, found 1" },
    { "[0.25, 0.75]", "[0.25, \"a\"]", EMO_ERROR_INVALID_FILE, "checks.0.vlm: element 1 is not a finite number" },
    { "\"a.png\"", "\"../a.png\"", EMO_ERROR_INVALID_FILE, "checks.0.image" },
    { "\"name\": \"Test\"", "\"Labels\": [], \"name\": \"Test\", \"name\": \"Test\"", EMO_ERROR_INVALID_FILE, "name" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = replace_text (manifest, cases[i].from, cases[i].to);
      g_autofree char *folder = make_bundle (text);
      g_autoptr(GError) error = NULL;

      g_assert_null (emo_bundle_load (folder, NULL, NULL, &error));
      assert_message (error, cases[i].code, cases[i].message);
      assert_message (error, cases[i].code, folder);
      remove_folder (folder);
    }
}

static void
test_own_labels_cannot_be_replaced (void)
{
  const char *labels[] = { "a", "b", NULL };
  g_autofree char *path = embedded_path ();
  g_autoptr(GError) error = NULL;

  g_assert_null (emo_bundle_load (path, labels, NULL, &error));
  assert_message (error, EMO_ERROR_INVALID_FILE, "labels of its own");
}

static void
test_hub_folder_has_defaults (void)
{
  const char *labels[] = { "good", "bad", NULL };
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "model", NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(EmoBundle) plain = NULL;
  g_autoptr(EmoBundle) own = NULL;

  write_hub_folder (folder, "model");
  plain = emo_bundle_load (path, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (plain->name, ==, "model");
  g_assert_true (plain->default_labels);
  g_assert_cmpuint (g_strv_length (plain->notes), ==, 1);
  g_assert_cmpuint (emo_label_set_get_size (plain->labels), ==, 8);
  g_assert_nonnull (strstr (plain->classify, "amusement, anger, awe"));
  g_assert_cmpint (plain->max_pixels, ==, 448 * 448);
  g_assert_true (emo_bundle_has_reason (plain));
  g_assert_null (plain->gate);
  own = emo_bundle_load (path, labels, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (own->default_labels);
  g_assert_nonnull (strstr (own->classify, "good, bad"));
  g_assert_cmpuint (g_strv_length (own->notes), ==, 0);
  remove_folder (folder);
}

static void
test_peft_folder_asks_for_its_base (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *adapter = g_build_filename (folder, "adapter", NULL);
  g_autofree char *base = g_build_filename (folder, "base", NULL);
  g_autoptr(GError) asked = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(EmoBundle) bundle = NULL;

  write_hub_folder (folder, "base");
  write_text (folder, "adapter/adapter_config.json", "{\"base_model_name_or_path\": \"Qwen/Qwen2-VL-7B-Instruct\"}");
  g_assert_null (emo_bundle_load (adapter, NULL, NULL, &asked));
  assert_message (asked, EMO_ERROR_MODEL, "give the folder of Qwen/Qwen2-VL-7B-Instruct with --base");
  bundle = emo_bundle_load (adapter, NULL, base, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (bundle->vlm, ==, base);
  g_assert_cmpstr (bundle->adapter, ==, adapter);
  remove_folder (folder);
}

static void
test_says_why_something_is_no_model (void)
{
  static const struct
  {
    const char *file;
    const char *load;
    int         code;
    const char *message;
  } cases[] = {
    { "a.txt", "nowhere", EMO_ERROR_MODEL, "there is no such folder" },
    { "a.txt", "", EMO_ERROR_MODEL, "none of emovlm.json, config.json and adapter_config.json" },
    { "a.txt", "a.txt", EMO_ERROR_MODEL, "is a file" },
    { "m.gguf", "m.gguf", EMO_ERROR_UNSUPPORTED, "fetch the model's safetensors" },
    { "m.GGUF", "", EMO_ERROR_UNSUPPORTED, "GGUF" },
    { "head.pth", "", EMO_ERROR_UNSUPPORTED, "pickled weights could run code" },
    { "pytorch_model.bin", "", EMO_ERROR_UNSUPPORTED, "pytorch_model.bin" },
    { "config.json", "", EMO_ERROR_MODEL, "neither model.safetensors nor" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *folder = make_folder ();
      g_autofree char *path = g_build_filename (folder, cases[i].load, NULL);
      g_autoptr(GError) error = NULL;

      write_text (folder, cases[i].file, "{}");
      g_assert_null (emo_bundle_load (path, NULL, NULL, &error));
      assert_message (error, cases[i].code, cases[i].message);
      remove_folder (folder);
    }
}

/* A name that is no UTF-8 is shown escaped, so that a label can hold it. */
static void
test_messages_are_utf8 (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *odd = g_build_filename (folder, "odd\xff\nname", NULL);
  g_autoptr(GError) none = NULL;
  g_autoptr(GError) bad = NULL;

  g_assert_null (emo_bundle_load (odd, NULL, NULL, &none));
  g_assert_true (g_utf8_validate (none->message, -1, NULL));
  g_assert_null (strchr (none->message, '\n'));
  write_text (odd, "emovlm.json", "{\"format\": 9}");
  g_assert_null (emo_bundle_load (odd, NULL, NULL, &bad));
  g_assert_true (g_utf8_validate (bad->message, -1, NULL));
  remove_folder (folder);
}

static void
test_pickled_hub_folder_says_what_to_fetch (void)
{
  g_autofree char *folder = make_folder ();
  g_autoptr(GError) error = NULL;

  write_text (folder, "config.json", "{}");
  write_text (folder, "tokenizer.json", "{}");
  write_text (folder, "pytorch_model.bin", "x");
  g_assert_null (emo_bundle_load (folder, NULL, NULL, &error));
  assert_message (error, EMO_ERROR_UNSUPPORTED, "pytorch_model.bin");
  remove_folder (folder);
}

/* The cache as other programs fill it, by branch and by commit. */
static void
test_finds_hub_models_in_the_cache (void)
{
  static const char *const revisions[] = { "\"main\"", "\"0123456789abcdef0123456789abcdef01234567\"", "null" };
  g_autofree char *cache = make_folder ();
  g_autofree char *snapshot = g_build_filename (cache, "models--Org--Name", "snapshots", commit, NULL);

  g_setenv ("HF_HUB_CACHE", cache, TRUE);
  write_text (cache, "models--Org--Name/refs/main", commit);
  write_hub_folder (snapshot, ".");
  for (gsize i = 0; i < G_N_ELEMENTS (revisions); i++)
    {
      g_autofree char *vlm = g_strdup_printf ("\"hub\": \"Org/Name\", \"revision\": %s", revisions[i]);
      g_autofree char *text = replace_text (manifest, "\"path\": \"vlm\"", vlm);
      g_autofree char *folder = make_bundle (text);
      g_autoptr(GError) error = NULL;
      g_autoptr(EmoBundle) bundle = emo_bundle_load (folder, NULL, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (bundle->vlm, ==, snapshot);
      remove_folder (folder);
    }
  g_unsetenv ("HF_HUB_CACHE");
  remove_folder (cache);
}

static void
test_says_what_to_fetch (void)
{
  static const struct
  {
    const char *vlm;
    int         code;
    const char *message;
  } cases[] = {
    { "\"hub\": \"Org/Name\"", EMO_ERROR_MODEL, "hf download Org/Name" },
    { "\"hub\": \"../Name\"", EMO_ERROR_INVALID_FILE, "is no repository" },
    { "\"hub\": \"Org/Name\", \"revision\": \"../../x\"", EMO_ERROR_INVALID_FILE, "is no repository" },
    { "\"hub\": \"Org/Name\", \"revision\": \"bad\"", EMO_ERROR_MODEL, "hf download" },
  };
  g_autofree char *cache = make_folder ();
  g_autofree char *home = g_build_filename (cache, "hub", NULL);

  g_setenv ("HF_HOME", cache, TRUE);
  write_text (home, "models--Org--Name/refs/bad", "../../../etc");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = replace_text (manifest, "\"path\": \"vlm\"", cases[i].vlm);
      g_autofree char *folder = make_bundle (text);
      g_autoptr(GError) error = NULL;

      g_assert_null (emo_bundle_load (folder, NULL, NULL, &error));
      assert_message (error, cases[i].code, cases[i].message);
      remove_folder (folder);
    }
  g_unsetenv ("HF_HOME");
  remove_folder (cache);
}

static void
test_prompt_hash_depends_on_prompts_and_labels_alone (void)
{
  g_autofree char *other = replace_text (manifest, "\"joy\", \"fear\"", "\"fear\", \"joy\"");
  g_autofree char *renamed = replace_text (manifest, "\"Test\"", "\"Other\"");
  const char *texts[] = { manifest, other, renamed };
  char *hashes[3];

  for (int i = 0; i < 3; i++)
    {
      g_autofree char *folder = make_bundle (texts[i]);
      g_autoptr(EmoBundle) bundle = emo_bundle_load (folder, NULL, NULL, NULL);

      g_assert_nonnull (bundle);
      hashes[i] = emo_bundle_dup_prompt_sha256 (bundle);
      remove_folder (folder);
    }
  g_assert_cmpstr (hashes[0], !=, hashes[1]);
  g_assert_cmpstr (hashes[0], ==, hashes[2]);
  for (int i = 0; i < 3; i++)
    g_free (hashes[i]);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_unsetenv ("HF_HUB_CACHE");
  g_unsetenv ("HF_HOME");
  g_test_add_func ("/Emo/Bundle/embedded-bundle-loads", test_embedded_bundle_loads);
  g_test_add_func ("/Emo/Bundle/only-a-complete-answer-leaves-no-room-for-a-reason", test_only_a_complete_answer_leaves_no_room_for_a_reason);
  g_test_add_func ("/Emo/Bundle/reads-every-field", test_reads_every_field);
  g_test_add_func ("/Emo/Bundle/refuses-bad-manifests-by-key", test_refuses_bad_manifests_by_key);
  g_test_add_func ("/Emo/Bundle/reads-further-gates", test_reads_further_gates);
  g_test_add_func ("/Emo/Bundle/refuses-bad-further-gates", test_refuses_bad_further_gates);
  g_test_add_func ("/Emo/Bundle/own-labels-cannot-be-replaced", test_own_labels_cannot_be_replaced);
  g_test_add_func ("/Emo/Bundle/hub-folder-has-defaults", test_hub_folder_has_defaults);
  g_test_add_func ("/Emo/Bundle/peft-folder-asks-for-its-base", test_peft_folder_asks_for_its_base);
  g_test_add_func ("/Emo/Bundle/says-why-something-is-no-model", test_says_why_something_is_no_model);
  g_test_add_func ("/Emo/Bundle/messages-are-utf8", test_messages_are_utf8);
  g_test_add_func ("/Emo/Bundle/pickled-hub-folder-says-what-to-fetch", test_pickled_hub_folder_says_what_to_fetch);
  g_test_add_func ("/Emo/Bundle/finds-hub-models-in-the-cache", test_finds_hub_models_in_the_cache);
  g_test_add_func ("/Emo/Bundle/says-what-to-fetch", test_says_what_to_fetch);
  g_test_add_func ("/Emo/Bundle/prompt-hash-depends-on-prompts-and-labels-alone", test_prompt_hash_depends_on_prompts_and_labels_alone);

  return g_test_run ();
}
