/* emo-train-start.c: the bundle that a training begins with
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "emo-bpe-trainer.h"
#include "emo-bundle.h"
#include "emo-chat.h"
#include "emo-error.h"
#include "emo-file.h"
#include "emo-json.h"
#include "emo-manifest-edit.h"
#include "emo-tokenizer.h"
#include "emo-train-start.h"
#include "emo-vlm-draw.h"

#define MANIFEST "emovlm.json"

/* Rows of the embeddings come in multiples of this. */
#define VOCABULARY_STEP 64

/* A word of a prompt counts as one that so many pictures' texts have. */
#define PROMPT_COUNT 1000

/* --- Files --- */

static gboolean
copy_bytes (const char  *from,
            const char  *to,
            GError     **error)
{
  g_autoptr(GFile) source = g_file_new_for_path (from);
  g_autoptr(GFile) target = g_file_new_for_path (to);
  g_autoptr(GError) failure = NULL;
  g_autofree char *shown_from = NULL;
  g_autofree char *shown_to = NULL;

  if (g_file_copy (source, target, G_FILE_COPY_OVERWRITE, NULL, NULL, NULL, &failure))
    return TRUE;
  /* GIO names neither of the two. */
  shown_from = emo_file_escape_name (from);
  shown_to = emo_file_escape_name (to);
  g_set_error (error, EMO_ERROR,
               g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_NO_SPACE) ? EMO_ERROR_NO_SPACE : EMO_ERROR_IO,
               "%s cannot be copied to %s: %s", shown_from, shown_to, failure->message);
  unlink (to);

  return FALSE;
}

gboolean
emo_train_start_link (const char  *from,
                      const char  *to,
                      GError     **error)
{
  g_autofree char *real = realpath (from, NULL);

  unlink (to);
  /* Of a link's target, so that a cache's links do not end up in the bundle. */
  if (real != NULL && link (real, to) == 0)
    return TRUE;

  return copy_bytes (from, to, error);
}

gboolean
emo_train_start_link_folder (const char  *from,
                             const char  *to,
                             GError     **error)
{
  g_autoptr(GDir) dir = g_dir_open (from, 0, error);
  const char *name;

  if (dir == NULL || !emo_file_make_folder (to, error))
    return FALSE;
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *source = g_build_filename (from, name, NULL);
      g_autofree char *target = g_build_filename (to, name, NULL);

      if (g_file_test (source, G_FILE_TEST_IS_REGULAR) && !emo_train_start_link (source, target, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
copy_file (const char  *from_folder,
           const char  *name,
           const char  *to_folder,
           GError     **error)
{
  g_autofree char *from = g_build_filename (from_folder, name, NULL);
  g_autofree char *to = g_build_filename (to_folder, name, NULL);
  g_autoptr(GBytes) bytes = emo_file_read (from, EMO_TRAIN_START_MAX_FILE, error);

  return bytes != NULL && emo_file_write (to, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), error);
}

/* --- From a model --- */

static void
append_member (GString    *out,
               const char *key,
               const char *value)
{
  if (value == NULL)
    return;
  g_string_append_printf (out, "%s\n    \"%s\": ", g_str_has_suffix (out->str, "{") ? "" : ",", key);
  emo_json_append_string (out, value);
}

static void
append_labels (GString     *out,
               EmoLabelSet *labels)
{
  for (guint i = 0; i < emo_label_set_get_size (labels); i++)
    {
      g_string_append (out, i > 0 ? ", " : "[");
      emo_json_append_string (out, emo_label_set_get_label (labels, i));
    }
  g_string_append_c (out, ']');
}

/* Of a plain model folder, which has no manifest. */
static char *
make_manifest (EmoBundle *bundle)
{
  GString *out = g_string_new ("{\n  \"format\": 1,\n  \"name\": ");

  emo_json_append_string (out, bundle->name);
  g_string_append (out, ",\n  \"labels\": ");
  append_labels (out, bundle->labels);
  g_string_append (out, ",\n  \"vlm\": {");
  append_member (out, "path", "vlm");
  append_member (out, "adapter", bundle->adapter != NULL ? "adapter" : NULL);
  g_string_append (out, "\n  },\n  \"prompt\": {");
  append_member (out, "system", bundle->system);
  append_member (out, "classify", bundle->classify);
  append_member (out, "observe", bundle->observe);
  append_member (out, "reason", bundle->reason);
  append_member (out, "answer", bundle->answer);
  append_member (out, "answer_end", bundle->answer_end);
  g_string_append (out, "\n  }");
  if (bundle->max_pixels > 0)
    g_string_append_printf (out, ",\n  \"image\": {\"max_pixels\": %" G_GINT64_FORMAT "}", bundle->max_pixels);
  g_string_append (out, "\n}\n");

  return g_string_free (out, FALSE);
}

static gboolean
start_from_plain (const char  *output,
                  EmoBundle   *bundle,
                  GError     **error)
{
  g_autofree char *vlm = g_build_filename (output, "vlm", NULL);
  g_autofree char *adapter = g_build_filename (output, "adapter", NULL);
  g_autofree char *path = g_build_filename (output, MANIFEST, NULL);
  g_autofree char *manifest = make_manifest (bundle);

  return emo_train_start_link_folder (bundle->vlm, vlm, error) &&
         (bundle->adapter == NULL || emo_train_start_link_folder (bundle->adapter, adapter, error)) &&
         emo_file_write (path, manifest, strlen (manifest), error);
}

/* Its folders, one level deep, and its own files; what another training left
 * behind stays there. */
static gboolean
link_all (const char  *output,
          const char  *model,
          GError     **error)
{
  g_autoptr(GDir) dir = g_dir_open (model, 0, error);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *source = g_build_filename (model, name, NULL);
      g_autofree char *target = g_build_filename (output, name, NULL);
      gboolean is_folder = g_file_test (source, G_FILE_TEST_IS_DIR);

      if (g_str_equal (name, "training") || g_str_equal (name, MANIFEST))
        continue;
      if (!(is_folder ? emo_train_start_link_folder (source, target, error) : emo_train_start_link (source, target, error)))
        return FALSE;
    }

  return dir != NULL;
}

/* A part that the manifest names, however deep it lies; @path absolute. A base
 * that lies elsewhere stays there. */
static gboolean
link_part (const char  *output,
           EmoBundle   *bundle,
           const char  *path,
           GError     **error)
{
  g_autofree char *inside = g_strconcat (bundle->path, "/", NULL);
  g_autofree char *target = NULL;
  g_autofree char *folder = NULL;
  const char *name;

  if (path == NULL || !g_str_has_prefix (path, inside))
    return TRUE;
  name = path + strlen (inside);
  if (g_str_has_prefix (name, "training/"))
    {
      g_autofree char *shown = emo_file_escape_name (path);

      g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "%s: a part of the model lies where the new one's training keeps its own files", shown);
      return FALSE;
    }
  target = g_build_filename (output, name, NULL);
  folder = g_path_get_dirname (target);
  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    return emo_train_start_link_folder (path, target, error);

  return emo_file_make_folder (folder, error) && emo_train_start_link (path, target, error);
}

static gboolean
link_parts (const char  *output,
            EmoBundle   *bundle,
            GError     **error)
{
  const char *paths[] = { bundle->vlm, bundle->adapter, bundle->distilled, bundle->gate, bundle->domain };

  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    if (!link_part (output, bundle, paths[i], error))
      return FALSE;
  for (guint i = 0; i < bundle->n_gates; i++)
    if (!link_part (output, bundle, bundle->gates[i].path, error))
      return FALSE;
  for (guint i = 0; i < bundle->n_checks; i++)
    if (!link_part (output, bundle, bundle->checks[i].image, error))
      return FALSE;

  return TRUE;
}

/* What it becomes is another model than the one whose name it has. */
static gboolean
rename_bundle (const char  *output,
               const char  *name,
               GError     **error)
{
  g_autoptr(EmoManifestEdit) manifest = emo_manifest_edit_load (output, error);
  g_autoptr(GString) text = g_string_new (NULL);

  if (manifest == NULL)
    return FALSE;
  emo_json_append_string (text, name);
  emo_manifest_edit_set (manifest, "name", text->str);

  return emo_manifest_edit_save (manifest, error);
}

static gboolean
start_from_bundle (const char  *output,
                   const char  *name,
                   EmoBundle   *bundle,
                   GError     **error)
{
  return link_all (output, bundle->path, error) && link_parts (output, bundle, error) &&
         copy_file (bundle->path, MANIFEST, output, error) && rename_bundle (output, name, error);
}

gboolean
emo_train_start_from_model (const char   *output,
                            const char   *name,
                            const char   *model,
                            const char   *base,
                            EmoLabelSet  *labels,
                            GError      **error)
{
  gboolean is_bundle = emo_model_kind_of (model) == EMO_MODEL_KIND_BUNDLE;
  EmoBundle *bundle = emo_bundle_load (model, is_bundle ? NULL : emo_label_set_get_labels (labels), base, error);
  gboolean ok;

  if (bundle == NULL)
    return FALSE;
  ok = is_bundle ? start_from_bundle (output, name, bundle, error) : start_from_plain (output, bundle, error);
  emo_bundle_free (bundle);

  return ok;
}

EmoLabelSet *
emo_train_start_dup_labels (const char  *folder,
                            GError     **error)
{
  g_autofree char *path = g_build_filename (folder, MANIFEST, NULL);
  g_autoptr(GPtrArray) labels = g_ptr_array_new ();
  g_autoptr(EmoJson) json = NULL;
  const EmoJsonValue *array;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return NULL;
  json = emo_json_load (path, error);
  array = json != NULL ? emo_json_value_get_member (emo_json_get_root (json), "labels") : NULL;
  if (array == NULL || emo_json_value_get_type (array) != EMO_JSON_ARRAY)
    return NULL;
  for (gsize i = 0; i < emo_json_value_get_length (array); i++)
    {
      const char *label = emo_json_value_get_string (emo_json_value_get_element (array, i));

      g_ptr_array_add (labels, (gpointer) (label != NULL ? label : ""));
    }
  g_ptr_array_add (labels, NULL);

  return emo_label_set_new ((const char * const *) labels->pdata, error);
}

/* --- From nothing: the tokenizer --- */

typedef struct
{
  const char *system;
  const char *answer;
  const char *answer_end;
} Prompt;

static void
add_prompts (EmoBpeTrainer      *trainer,
             const EmoJsonValue *prompt)
{
  static const char * const roles[] = { "user", "assistant", "system\n" };

  for (gsize i = 0; i < emo_json_value_get_length (prompt); i++)
    {
      const char *text = emo_json_value_get_string (emo_json_value_get_element (prompt, i));

      if (text != NULL)
        emo_bpe_trainer_add (trainer, text, -1, PROMPT_COUNT);
    }
  for (guint i = 0; i < G_N_ELEMENTS (roles); i++)
    emo_bpe_trainer_add (trainer, roles[i], -1, PROMPT_COUNT);
}

static void
add_answers (EmoBpeTrainer *trainer,
             EmoDataset    *dataset,
             const Prompt  *prompt)
{
  EmoLabelSet *labels = emo_dataset_get_labels (dataset);
  guint first = emo_dataset_get_first (dataset, EMO_SPLIT_TRAIN), n = emo_dataset_count (dataset, EMO_SPLIT_TRAIN, -1);

  for (guint i = first; i < first + n; i++)
    {
      const EmoDatasetItem *item = emo_dataset_get (dataset, i);
      g_autofree char *head = emo_template_fill (prompt->answer, emo_label_set_get_label (labels, item->label));
      g_autofree char *answer = g_strconcat (head, item->reason != NULL ? item->reason : "", prompt->answer_end, NULL);

      emo_bpe_trainer_add (trainer, answer, -1, 1);
      if (item->observation != NULL)
        emo_bpe_trainer_add (trainer, item->observation, -1, 1);
    }
}

static gboolean
learn_tokenizer (const char           *folder,
                 const EmoJsonValue   *manifest,
                 EmoDataset           *dataset,
                 const EmoTrainRecipe *recipe,
                 GCancellable         *cancellable,
                 GError              **error)
{
  const EmoJsonValue *object = emo_json_value_get_member (manifest, "prompt");
  g_autoptr(EmoBpeTrainer) trainer = emo_bpe_trainer_new ();
  Prompt prompt;

  if (object == NULL || emo_json_value_get_type (object) != EMO_JSON_OBJECT)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, MANIFEST ": prompt: missing, expected an object of texts");
      return FALSE;
    }
  prompt = (Prompt) {
    emo_json_value_get_member_string (object, "system", "You are a helpful assistant."),
    emo_json_value_get_member_string (object, "answer", "%s"), emo_json_value_get_member_string (object, "answer_end", ""),
  };
  add_prompts (trainer, object);
  add_answers (trainer, dataset, &prompt);

  return emo_bpe_trainer_train (trainer, recipe->vlm.tokens, 2, emo_bpe_trainer_qwen2_vl_tokens, cancellable, error) &&
         emo_bpe_trainer_save (trainer, folder, prompt.system, error);
}

/* --- From nothing: the config --- */

/* The ids that a config names, and the token of each. */
static const struct
{
  const char *key;
  const char *token;
} ids[] = {
  { "bos_token_id", "<|endoftext|>" }, { "eos_token_id", "<|im_end|>" }, { "pad_token_id", "<|endoftext|>" },
  { "image_token_id", "<|image_pad|>" }, { "video_token_id", "<|video_pad|>" },
  { "vision_start_token_id", "<|vision_start|>" }, { "vision_end_token_id", "<|vision_end|>" },
};

/* -1: the key names none. */
static int
find_number (EmoTokenizer *tokenizer,
             const char   *key)
{
  if (g_str_equal (key, "vocab_size"))
    return (int) (emo_tokenizer_get_size (tokenizer) + VOCABULARY_STEP - 1) / VOCABULARY_STEP * VOCABULARY_STEP;
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    if (g_str_equal (ids[i].key, key))
      return emo_tokenizer_find (tokenizer, ids[i].token);

  return -1;
}

/* The config with the tokenizer's numbers in it. */
static void
append_filled (GString            *out,
               const EmoJsonValue *value,
               EmoTokenizer       *tokenizer,
               guint               indent)
{
  gsize n = emo_json_value_get_length (value);

  if (emo_json_value_get_type (value) != EMO_JSON_OBJECT)
    {
      emo_json_append_value (out, value);
      return;
    }
  g_string_append_c (out, '{');
  for (gsize i = 0; i < n; i++)
    {
      const char *key = emo_json_value_get_key (value, i);
      int number = find_number (tokenizer, key);

      g_string_append_printf (out, "%s\n%*s", i > 0 ? "," : "", 2 * indent, "");
      emo_json_append_string (out, key);
      g_string_append (out, ": ");
      if (number >= 0)
        g_string_append_printf (out, "%d", number);
      else
        append_filled (out, emo_json_value_get_element (value, i), tokenizer, indent + 1);
    }
  g_string_append_printf (out, "\n%*s}", 2 * (indent - 1), "");
}

static gboolean
write_config (const char          *folder,
              const EmoJsonValue  *config,
              GError             **error)
{
  g_autofree char *tokens = g_build_filename (folder, "tokenizer.json", NULL);
  g_autofree char *path = g_build_filename (folder, "config.json", NULL);
  g_autofree char *generation = g_build_filename (folder, "generation_config.json", NULL);
  g_autoptr(EmoTokenizer) tokenizer = emo_tokenizer_load (tokens, error);
  g_autoptr(GString) out = g_string_new (NULL);
  g_autofree char *text = NULL;

  if (tokenizer == NULL)
    return FALSE;
  append_filled (out, config, tokenizer, 1);
  g_string_append_c (out, '\n');
  text = g_strdup_printf ("{\n  \"do_sample\": false,\n  \"eos_token_id\": [%d, %d],\n  \"pad_token_id\": %d\n}\n",
                          emo_tokenizer_find (tokenizer, "<|im_end|>"), emo_tokenizer_find (tokenizer, "<|endoftext|>"),
                          emo_tokenizer_find (tokenizer, "<|endoftext|>"));

  return emo_file_write (path, out->str, out->len, error) && emo_file_write (generation, text, strlen (text), error);
}

static EmoJson *
load_object (const char  *folder,
             const char  *name,
             GError     **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr(EmoJson) json = emo_json_load (path, error);

  if (json == NULL || emo_json_value_get_type (emo_json_get_root (json)) == EMO_JSON_OBJECT)
    return g_steal_pointer (&json);
  g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "%s: expected a JSON object", path);

  return NULL;
}

/* With the dataset's labels, which are the description's unless others were given. */
static gboolean
write_manifest (const char   *output,
                const char   *config,
                EmoLabelSet  *labels,
                GError      **error)
{
  g_autoptr(GString) text = g_string_new (NULL);
  g_autoptr(EmoManifestEdit) manifest = NULL;

  if (!copy_file (config, MANIFEST, output, error))
    return FALSE;
  manifest = emo_manifest_edit_load (output, error);
  if (manifest == NULL)
    return FALSE;
  append_labels (text, labels);
  emo_manifest_edit_set (manifest, "labels", text->str);

  return emo_manifest_edit_save (manifest, error);
}

gboolean
emo_train_start_from_config (const char            *output,
                             const char            *config,
                             EmoDataset            *dataset,
                             const EmoTrainRecipe  *recipe,
                             GCancellable          *cancellable,
                             GError               **error)
{
  g_autofree char *described = g_build_filename (config, "vlm", NULL);
  g_autofree char *vlm = g_build_filename (output, "vlm", NULL);
  g_autoptr(EmoJson) manifest = load_object (config, MANIFEST, error);
  g_autoptr(EmoJson) model = manifest != NULL ? load_object (described, "config.json", error) : NULL;

  return model != NULL && emo_file_make_folder (vlm, error) &&
         copy_file (described, "preprocessor_config.json", vlm, error) &&
         learn_tokenizer (vlm, emo_json_get_root (manifest), dataset, recipe, cancellable, error) &&
         write_config (vlm, emo_json_get_root (model), error) && emo_vlm_draw (vlm, recipe->seed, error) &&
         write_manifest (output, config, emo_dataset_get_labels (dataset), error);
}
