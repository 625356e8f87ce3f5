/* test-teacher.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gstdio.h>
#include <math.h>

#include "emo-file.h"
#include "emo-json.h"
#include "emo-optimizer.h"
#include "emo-safetensors.h"
#include "emo-teacher.h"
#include "fit-vectors.h"

/* Relative to the norm: float32 and another order of sums. */
#define TOLERANCE 1e-4
/* A key's bias changes no softmax, so that its gradient is rounding alone. */
#define FLOOR     1e-6

#define BATCH        3
#define SIDE         32
#define N_LABELS     5
#define N_DIRECTIONS 4

static const char *const kinds[] = { "vit", "resnet", "resnet-basic", "vgg" };
static const char *const names[] = { "a", "b", "c", "d", "e", NULL };
static const char *const swapped[] = { "b", "a", "c", "d", "e", NULL };
static const char *const fewer[] = { "a", "b", "c", NULL };
static const guint32 targets[BATCH] = { 4, 0, 2 };
static const float weights[BATCH] = { 1.0f / BATCH, 1.0f / BATCH, 1.0f / BATCH };
static const EmoTeacherPass inference = { .training = FALSE };
static const EmoTeacherPass training = { .training = TRUE };

static EmoTeacher *
load (const char         *path,
      const char *const  *labels,
      GPtrArray          *notes,
      GError            **error)
{
  g_autoptr(EmoLabelSet) set = emo_label_set_new (labels, NULL);

  return emo_teacher_load (path, set, 1, notes, error);
}

static EmoTeacher *
load_kind (const char        *kind,
           const char *const *labels,
           GPtrArray         *notes)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "vectors", "teacher", kind, NULL);
  g_autoptr(GError) error = NULL;
  EmoTeacher *teacher = load (path, labels, notes, &error);

  g_assert_no_error (error);

  return teacher;
}

static EmoTeacher *
make_named (const char *name,
            guint       side,
            guint64     seed)
{
  g_autoptr(EmoLabelSet) set = emo_label_set_new (names, NULL);
  g_autoptr(GError) error = NULL;
  EmoTeacherConfig config;
  EmoTeacher *teacher;

  emo_teacher_config_init_named (&config, name, &error);
  g_assert_no_error (error);
  config.image_size = side;
  if (config.patch_size > 0)
    config.patch_size = 8;
  teacher = emo_teacher_new (&config, set, seed, &error);
  g_assert_no_error (error);

  return teacher;
}

static GPtrArray *
notes_new (void)
{
  return g_ptr_array_new_with_free_func (g_free);
}

/* --- Numbers --- */

static EmoTensor *
pictures (EmoScope *scope)
{
  gint64 shape[] = { BATCH, 3, SIDE, SIDE };
  g_autofree float *values = g_new (float, BATCH * 3 * SIDE * SIDE);

  for (gsize i = 0; i < BATCH * 3 * SIDE * SIDE; i++)
    values[i] = (float) (((i * 7919) % 255) / 127.5 - 1);

  return emo_op_floats (scope, values, 4, shape, EMO_DTYPE_F32, EMO_DEVICE_CPU);
}

static void
run (EmoTeacher           *teacher,
     const EmoTeacherPass *pass,
     float                *logits,
     guint                 n)
{
  g_autoptr(GError) error = NULL;
  EmoScope *scope = emo_scope_open (NULL, FALSE);

  emo_scope_read (scope, emo_teacher_forward (teacher, scope, pictures (scope), pass), logits, (gsize) BATCH * n);
  emo_scope_close (scope, &error);
  g_assert_no_error (error);
}

static gsize
count (EmoTensor *tensor)
{
  gsize n = 1;

  for (guint i = 0; i < emo_tensor_get_rank (tensor); i++)
    n *= emo_tensor_get_size (tensor, i);

  return n;
}

static void
assert_close (const char *what,
              double      found,
              double      expected,
              double      norm)
{
  if (!(fabs (found - expected) <= TOLERANCE * norm + FLOOR))
    g_error ("%s: expected %.9g, found %.9g, norm %.9g", what, expected, found, norm);
}

static void
assert_logits (const char         *what,
               EmoTeacher         *teacher,
               const EmoJsonValue *expected)
{
  float logits[BATCH * N_LABELS];

  run (teacher, &inference, logits, N_LABELS);
  g_assert_cmpuint (emo_json_value_get_length (expected), ==, G_N_ELEMENTS (logits));
  for (guint i = 0; i < G_N_ELEMENTS (logits); i++)
    assert_close (what, logits[i], emo_json_value_get_double (emo_json_value_get_element (expected, i)), 1);
}

/* A tensor's norm and its products with fixed vectors; see the generator. */
static void
assert_told (const char         *name,
             EmoTensor          *tensor,
             const EmoJsonValue *told)
{
  const EmoJsonValue *products = emo_json_value_get_member (told, "products");
  double expected = emo_json_value_get_member_double (told, "norm", NAN), norm = 0;
  gsize n = count (tensor);
  g_autofree float *values = g_new (float, n);

  g_assert_true (emo_tensor_read_floats (tensor, values, n, NULL));
  for (gsize i = 0; i < n; i++)
    norm += (double) values[i] * values[i];
  assert_close (name, sqrt (norm), expected, expected);
  g_assert_cmpuint (emo_json_value_get_length (products), ==, N_DIRECTIONS);
  for (guint d = 0; d < N_DIRECTIONS; d++)
    {
      double product = 0;

      for (gsize i = 0; i < n; i++)
        product += sin ((d + 1) * (double) (i + 1) * 0.37 + d) * values[i];
      assert_close (name, product, emo_json_value_get_double (emo_json_value_get_element (products, d)), expected);
    }
}

/* --- Against the reference --- */

static double
step (EmoTeacher           *teacher,
      EmoParameters        *parameters,
      const EmoTeacherPass *pass,
      const EmoJsonValue   *expected,
      EmoOptimizer         *optimizer)
{
  guint n = emo_parameters_get_n (parameters);
  g_autofree EmoTensor **leaves = g_new0 (EmoTensor *, n);
  g_autofree EmoTensor **gradients = g_new0 (EmoTensor *, n);
  g_autoptr(GError) error = NULL;
  EmoScope *scope = emo_scope_open (NULL, TRUE);
  EmoTensor *loss;
  float value = NAN;

  for (guint i = 0; i < n; i++)
    leaves[i] = *emo_parameters_get (parameters, i)->slot;
  loss = emo_op_cross_entropy (scope, emo_teacher_forward (teacher, scope, pictures (scope), pass), targets, weights, BATCH);
  emo_scope_read (scope, loss, &value, 1);
  emo_op_gradients (scope, loss, NULL, leaves, gradients, n);
  g_assert_false (emo_scope_failed (scope));
  for (guint i = 0; expected != NULL && i < n; i++)
    {
      const char *name = emo_parameters_get (parameters, i)->name;

      g_assert_nonnull (gradients[i]);
      assert_told (name, gradients[i], emo_json_value_get_member (expected, name));
    }
  if (optimizer != NULL)
    emo_optimizer_step (optimizer, gradients, 1, 1e-3, NULL, &error);
  g_assert_no_error (error);
  emo_scope_close (scope, &error);
  g_assert_no_error (error);

  return value;
}

static void
test_matches_reference (gconstpointer data)
{
  const char *kind = data;
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "vectors", "teacher", "teachers.json", NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(EmoJson) json = emo_json_load (path, &error);
  g_autoptr(GPtrArray) notes = notes_new ();
  g_autoptr(EmoTeacher) teacher = load_kind (kind, names, notes);
  g_autoptr(EmoParameters) parameters = emo_parameters_new ();
  const EmoJsonValue *expected, *gradients, *statistics;

  g_assert_no_error (error);
  g_assert_cmpuint (notes->len, ==, 0);
  expected = emo_json_value_get_member (emo_json_value_get_member (emo_json_get_root (json), "teachers"), kind);
  gradients = emo_json_value_get_member (expected, "gradients");
  statistics = emo_json_value_get_member (expected, "statistics");

  assert_logits ("logits", teacher, emo_json_value_get_member (expected, "logits"));
  g_assert_true (emo_teacher_list_parameters (teacher, parameters, NULL));
  g_assert_cmpuint (emo_parameters_get_n (parameters), ==, emo_json_value_get_length (gradients));
  assert_close ("loss", step (teacher, parameters, &training, gradients, NULL),
                emo_json_value_get_member_double (expected, "loss", NAN), 1);
  for (gsize i = 0; i < emo_json_value_get_length (statistics); i++)
    {
      const char *name = emo_json_value_get_key (statistics, i);

      assert_told (name, emo_teacher_find (teacher, name), emo_json_value_get_element (statistics, i));
    }
  assert_logits ("logits after a step", teacher, emo_json_value_get_member (expected, "logits_after"));
}

/* --- Files --- */

static char *
make_folder (void)
{
  g_autoptr(GError) error = NULL;
  char *folder = g_dir_make_tmp ("emo-teacher-XXXXXX", &error);

  g_assert_no_error (error);

  return folder;
}

static void
remove_folder (const char *folder)
{
  static const char *const files[] = { "model.safetensors", "teacher.json", "config.json" };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (folder, files[i], NULL);

      g_remove (path);
    }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* Of classes "b", "a", "c", ..., where @logits are of "a", "b", "c", .... */
static void
assert_swapped (const float *found,
                const float *logits)
{
  static const guint places[N_LABELS] = { 1, 0, 2, 3, 4 };

  for (guint i = 0; i < BATCH * N_LABELS; i++)
    g_assert_cmpfloat_with_epsilon (found[i], logits[i / N_LABELS * N_LABELS + places[i % N_LABELS]], 1e-5);
}

static void
test_saves_what_it_loads (gconstpointer data)
{
  g_autofree char *folder = make_folder ();
  g_autoptr(GPtrArray) notes = notes_new ();
  g_autoptr(EmoTeacher) teacher = load_kind (data, names, notes);
  g_autoptr(EmoTeacher) again = NULL;
  g_autoptr(EmoTeacher) other = NULL;
  g_autoptr(GError) error = NULL;
  float logits[BATCH * N_LABELS], found[BATCH * N_LABELS];

  g_assert_true (emo_teacher_save (teacher, folder, &error));
  g_assert_no_error (error);
  again = load (folder, names, notes, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (notes->len, ==, 0);
  g_assert_cmpstr (emo_teacher_get_kind_name (again), ==, emo_teacher_get_kind_name (teacher));
  g_assert_cmpuint (emo_teacher_get_config (again)->image_size, ==, emo_teacher_get_config (teacher)->image_size);
  run (teacher, &inference, logits, N_LABELS);
  run (again, &inference, found, N_LABELS);
  g_assert_cmpmem (found, sizeof found, logits, sizeof logits);

  /* The same classes in another order: so are the logits. */
  other = load (folder, swapped, notes, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (notes->len, ==, 0);
  run (other, &inference, found, N_LABELS);
  assert_swapped (found, logits);
  remove_folder (folder);
}

/* A network of another kind in the same folder. */
static void
test_leaves_no_config_of_others (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *config = g_build_filename (folder, "config.json", NULL);
  g_autoptr(GPtrArray) notes = notes_new ();
  g_autoptr(EmoTeacher) vit = load_kind ("vit", names, notes);
  g_autoptr(EmoTeacher) resnet = load_kind ("resnet", names, notes);

  g_assert_true (emo_teacher_save (vit, folder, NULL));
  g_assert_true (g_file_test (config, G_FILE_TEST_EXISTS));
  g_assert_true (emo_teacher_save (resnet, folder, NULL));
  g_assert_false (g_file_test (config, G_FILE_TEST_EXISTS));
  g_assert_true (emo_teacher_check (folder, NULL, NULL));
  remove_folder (folder);
}

/* Who is to be asked has to know the classes. */
static void
test_is_asked_of_its_own_classes (gconstpointer data)
{
  g_autoptr(GPtrArray) notes = notes_new ();
  g_autofree char *folder = make_folder ();
  g_autoptr(EmoTeacher) teacher = load_kind (data, names, notes);
  g_autoptr(EmoLabelSet) same = emo_label_set_new (swapped, NULL);
  g_autoptr(EmoLabelSet) others = emo_label_set_new (fewer, NULL);
  g_autoptr(EmoTeacher) trained = NULL;
  g_autoptr(GError) error = NULL;
  float logits[BATCH * N_LABELS], found[BATCH * N_LABELS];

  g_assert_true (emo_teacher_save (teacher, folder, NULL));
  g_assert_true (emo_teacher_check (folder, NULL, NULL));
  trained = emo_teacher_load_trained (folder, same, &error);
  g_assert_no_error (error);
  run (teacher, &inference, logits, N_LABELS);
  run (trained, &inference, found, N_LABELS);
  assert_swapped (found, logits);
  g_assert_true (emo_teacher_check (folder, same, NULL));
  g_assert_false (emo_teacher_check (folder, others, NULL));
  g_assert_null (emo_teacher_load_trained (folder, others, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE);
  g_assert_nonnull (strstr (error->message, "the labels a, b, c, found one of a, b, c, d, e"));
  remove_folder (folder);
}

static void
test_replaces_head (gconstpointer data)
{
  g_autoptr(GPtrArray) notes = notes_new ();
  g_autoptr(EmoTeacher) teacher = load_kind (data, fewer, notes);
  float logits[BATCH * 3];

  g_assert_cmpuint (notes->len, ==, 1);
  g_assert_nonnull (strstr (g_ptr_array_index (notes, 0), "a fresh one for 3"));
  run (teacher, &inference, logits, 3);
  for (guint i = 0; i < G_N_ELEMENTS (logits); i++)
    g_assert_true (isfinite (logits[i]));
}

/* ViTModel's file has neither the prefix nor a head. */
static void
test_takes_a_bare_vit (void)
{
  g_autoptr(GPtrArray) notes = notes_new ();
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "vectors", "teacher", "vit", NULL);
  g_autofree char *from = g_build_filename (path, "config.json", NULL);
  g_autofree char *folder = make_folder ();
  g_autofree char *to = g_build_filename (folder, "config.json", NULL);
  g_autofree char *target = g_build_filename (folder, "model.safetensors", NULL);
  g_autofree char *config = NULL;
  g_autoptr(EmoSafetensors) file = emo_safetensors_open (path, NULL);
  g_autoptr(GArray) bare = g_array_new (FALSE, FALSE, sizeof (EmoStoredTensor));
  g_autoptr(EmoTeacher) teacher = NULL;
  g_autoptr(GError) error = NULL;
  const EmoStoredTensor *tensors;
  guint n;

  tensors = emo_safetensors_get_tensors (file, &n);
  for (guint i = 0; i < n; i++)
    {
      EmoStoredTensor tensor = tensors[i];

      if (!g_str_has_prefix (tensor.name, "vit."))
        continue;
      tensor.name += strlen ("vit.");
      g_array_append_val (bare, tensor);
    }
  g_assert_true (emo_safetensors_save (target, (const EmoStoredTensor *) bare->data, bare->len, NULL, &error));
  g_assert_true (g_file_get_contents (from, &config, NULL, NULL) && g_file_set_contents (to, config, -1, NULL));
  teacher = load (folder, names, notes, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (notes->len, ==, 1);
  g_assert_nonnull (strstr (notes->pdata[0], "a fresh one"));
  remove_folder (folder);
}

/* The tiny ViT beside a config.json of ours (nullable: none). */
static void
assert_refused (const char *config,
                EmoError    code,
                const char *says)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *source = g_test_build_filename (G_TEST_DIST, "vectors", "teacher", "vit", "model.safetensors", NULL);
  g_autofree char *target = g_build_filename (folder, "model.safetensors", NULL);
  g_autofree char *beside = g_build_filename (folder, "config.json", NULL);
  g_autoptr(GPtrArray) notes = notes_new ();
  g_autoptr(GBytes) bytes = emo_file_read (source, 1 << 20, NULL);
  g_autoptr(GError) error = NULL;

  g_assert_true (emo_file_write (target, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL));
  if (config != NULL)
    g_assert_true (emo_file_write (beside, config, strlen (config), NULL));
  g_assert_null (load (folder, names, notes, &error));
  g_assert_error (error, EMO_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, says));
  remove_folder (folder);
}

#define SIZES "\"hidden_size\": %s, \"num_hidden_layers\": %s, \"num_attention_heads\": %s, \"intermediate_size\": 48, " \
              "\"image_size\": 32, \"patch_size\": %s"

static void
test_refuses_bad_configs (void)
{
  static const struct
  {
    const char *sizes[4];
    EmoError    code;
    const char *says;
  } cases[] = {
    { { "32", "3", "4", "8" }, EMO_ERROR_MISSING_WEIGHT, "vit.encoder.layer.2.layernorm_before.weight" },
    { { "64", "2", "4", "8" }, EMO_ERROR_SHAPE, "expected [1, 1, 64], found [1, 1, 32]" },
    { { "32", "2", "5", "8" }, EMO_ERROR_INVALID_FILE, "5 heads" },
    { { "32", "2", "4", "7" }, EMO_ERROR_INVALID_FILE, "patches of 7" },
    { { "32", "2", "0", "8" }, EMO_ERROR_INVALID_FILE, "num_attention_heads" },
    { { "-1", "2", "4", "8" }, EMO_ERROR_INVALID_FILE, "hidden_size" },
    { { "32", "99999999999", "4", "8" }, EMO_ERROR_INVALID_FILE, "num_hidden_layers" },
    { { "\"32\"", "2", "4", "8" }, EMO_ERROR_INVALID_FILE, "hidden_size" },
  };

  assert_refused (NULL, EMO_ERROR_MODEL, "config.json");
  assert_refused ("{\"hidden_size\": 32}", EMO_ERROR_INVALID_FILE, "num_hidden_layers");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *config = g_strdup_printf ("{" SIZES "}", cases[i].sizes[0], cases[i].sizes[1], cases[i].sizes[2],
                                                 cases[i].sizes[3]);

      assert_refused (config, cases[i].code, cases[i].says);
    }
}

static void
test_refuses_other_weights (void)
{
  g_autofree char *folder = g_test_build_filename (G_TEST_DIST, "vectors", "tiny", "vlm-alone", "vlm", NULL);
  g_autoptr(GPtrArray) notes = notes_new ();
  g_autoptr(GError) error = NULL;

  g_assert_null (load (folder, names, notes, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED);
}

/* --- From scratch --- */

static void
test_starts_by_seed (gconstpointer data)
{
  g_autoptr(EmoTeacher) one = make_named (data, SIDE, 7);
  g_autoptr(EmoTeacher) same = make_named (data, SIDE, 7);
  g_autoptr(EmoTeacher) other = make_named (data, SIDE, 8);
  float logits[3][BATCH * N_LABELS];

  run (one, &inference, logits[0], N_LABELS);
  run (same, &inference, logits[1], N_LABELS);
  run (other, &inference, logits[2], N_LABELS);
  g_assert_cmpmem (logits[0], sizeof logits[0], logits[1], sizeof logits[1]);
  g_assert_true (memcmp (logits[0], logits[2], sizeof logits[0]) != 0);
}

/* Training goes on with what a folder says, its dropout included. */
static void
test_keeps_its_sizes (gconstpointer data)
{
  g_autofree char *folder = make_folder ();
  g_autoptr(GPtrArray) notes = notes_new ();
  g_autoptr(EmoTeacher) teacher = make_named (data, SIDE, 7);
  const EmoTeacherConfig *config = emo_teacher_get_config (teacher), *found;
  g_autoptr(EmoTeacher) again = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_true (emo_teacher_save (teacher, folder, &error));
  g_assert_no_error (error);
  again = load (folder, names, notes, &error);
  g_assert_no_error (error);
  found = emo_teacher_get_config (again);
  g_assert_cmpint (found->kind, ==, config->kind);
  g_assert_cmpuint (found->image_size, ==, config->image_size);
  g_assert_true (found->whole == config->whole);
  g_assert_cmpmem (found->mean, sizeof found->mean, config->mean, sizeof config->mean);
  g_assert_cmpmem (found->std, sizeof found->std, config->std, sizeof config->std);
  g_assert_cmpfloat (found->dropout, ==, config->dropout);
  g_assert_cmpfloat (found->norm_eps, ==, config->norm_eps);
  g_assert_cmpuint (found->heads, ==, config->heads);
  remove_folder (folder);
}

static void
test_dropout_repeats (gconstpointer data)
{
  g_autoptr(EmoTeacher) teacher = make_named (data, SIDE, 7);
  EmoTeacherPass pass = { .training = TRUE, .dropout = 0.5, .draw = emo_draw_begin (1, "test", 0, 0, 0) };
  EmoTeacherPass other = { .training = TRUE, .dropout = 0.5, .draw = emo_draw_begin (2, "test", 0, 0, 0) };
  float logits[3][BATCH * N_LABELS];

  run (teacher, &pass, logits[0], N_LABELS);
  run (teacher, &pass, logits[1], N_LABELS);
  run (teacher, &other, logits[2], N_LABELS);
  g_assert_cmpmem (logits[0], sizeof logits[0], logits[1], sizeof logits[1]);
  g_assert_true (memcmp (logits[0], logits[2], sizeof logits[0]) != 0);
}

static void
test_learns (gconstpointer data)
{
  static const EmoOptimizerSettings settings = { { 0.9, 0.999, 1e-8 }, 0, 1 };
  g_autoptr(EmoTeacher) teacher = make_named (data, SIDE, 7);
  g_autoptr(EmoParameters) parameters = emo_parameters_new ();
  g_autoptr(EmoOptimizer) optimizer = NULL;
  double first, last = NAN;

  g_assert_true (emo_teacher_list_parameters (teacher, parameters, NULL));
  optimizer = emo_optimizer_new (parameters, &settings, NULL);
  first = step (teacher, parameters, &training, NULL, optimizer);
  for (int i = 0; i < 60; i++)
    last = step (teacher, parameters, &training, NULL, optimizer);
  g_test_message ("loss %.4f, after 60 steps %.4f", first, last);
  g_assert_cmpfloat (last, <, 0.1);
}

static void
test_refuses_cut_patches (void)
{
  g_autoptr(EmoLabelSet) set = emo_label_set_new (names, NULL);
  g_autoptr(GError) error = NULL;
  EmoTeacherConfig config;

  g_assert_true (emo_teacher_config_init_named (&config, "vit-tiny", NULL));
  config.image_size++;
  g_assert_null (emo_teacher_new (&config, set, 1, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_SHAPE);
}

static void
test_knows_its_names (void)
{
  g_autoptr(GError) error = NULL;
  EmoTeacherConfig config;

  for (guint i = 0; emo_teacher_config_get_nth (i) != NULL; i++)
    {
      g_assert_true (emo_teacher_config_init_named (&config, emo_teacher_config_get_nth (i), NULL));
      g_assert_cmpuint (config.image_size, >, 0);
    }
  g_assert_false (emo_teacher_config_init_named (&config, "vit-huge", &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "vit-base"));
}

static void
add (const char   *name,
     const char   *argument,
     GTestDataFunc func)
{
  g_autofree char *path = g_strdup_printf ("/Emo/Teacher/%s/%s", name, argument);

  g_test_add_data_func (path, argument, func);
}

/* Adam and AdamW over a parameter that decays, as torch. */
static void
test_optimizer_equals_torch (void)
{
  g_autoptr(EmoJson) json = fit_load ();
  const EmoJsonValue *cases = fit_list (json, "adam");

  for (gsize c = 0; c < emo_json_value_get_length (cases); c++)
    {
      const EmoJsonValue *item = emo_json_value_get_element (cases, c);
      gboolean coupled = !emo_json_value_get_member_bool (item, "decoupled", FALSE);
      EmoOptimizerSettings settings = {
        .adamw = { 0.9, 0.999, 1e-8, coupled }, .weight_decay = emo_json_value_get_member_double (item, "weight_decay", NAN),
      };
      /* A matrix; coupled decay is on vectors too. */
      const gint64 matrix[] = { 8, 5 }, vector[] = { 40 };
      g_autoptr(EmoParameters) parameters = emo_parameters_new ();
      g_autoptr(EmoOptimizer) optimizer = NULL;
      g_autoptr(EmoTensor) slot = NULL;
      g_autoptr(GError) error = NULL;
      float values[40];

      for (int i = 0; i < 40; i++)
        values[i] = cos (i * 0.9);
      slot = emo_tensor_new_floats (values, coupled ? 1 : 2, coupled ? vector : matrix, &error);
      emo_parameters_add (parameters, "p", 0, &slot, EMO_DTYPE_F32, &error);
      optimizer = emo_optimizer_new (parameters, &settings, &error);
      g_assert_no_error (error);
      for (int step = 0; step < 10; step++)
        {
          g_autoptr(EmoTensor) gradient = NULL;

          for (int i = 0; i < 40; i++)
            values[i] = sin (0.7 * step + 1.3 * i) * 0.5;
          gradient = emo_tensor_new_floats (values, coupled ? 1 : 2, coupled ? vector : matrix, &error);
          emo_optimizer_step (optimizer, &gradient, 1, 0.01, NULL, &error);
          g_assert_no_error (error);
        }
      g_assert_true (emo_tensor_read_floats (slot, values, 40, NULL));
      fit_assert_close (values, item, "after", 1e-6);
    }
}

int
main (int   argc,
      char *argv[])
{
  static const char *const small[] = { "vit-tiny", "resnet-tiny", "vgg-tiny" };

  g_test_init (&argc, &argv, NULL);
  emo_torch_init (1);

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      add ("matches-reference", kinds[i], test_matches_reference);
      add ("saves-what-it-loads", kinds[i], test_saves_what_it_loads);
      add ("is-asked-of-its-own-classes", kinds[i], test_is_asked_of_its_own_classes);
      add ("replaces-head", kinds[i], test_replaces_head);
    }
  for (guint i = 0; i < G_N_ELEMENTS (small); i++)
    {
      add ("starts-by-seed", small[i], test_starts_by_seed);
      add ("keeps-its-sizes", small[i], test_keeps_its_sizes);
      add ("dropout-repeats", small[i], test_dropout_repeats);
      add ("learns", small[i], test_learns);
    }
  g_test_add_func ("/Emo/Teacher/leaves-no-config-of-others", test_leaves_no_config_of_others);
  g_test_add_func ("/Emo/Teacher/takes-a-bare-vit", test_takes_a_bare_vit);
  g_test_add_func ("/Emo/Teacher/refuses-bad-configs", test_refuses_bad_configs);
  g_test_add_func ("/Emo/Teacher/refuses-other-weights", test_refuses_other_weights);
  g_test_add_func ("/Emo/Teacher/refuses-cut-patches", test_refuses_cut_patches);
  g_test_add_func ("/Emo/Teacher/knows-its-names", test_knows_its_names);

  g_test_add_func ("/Emo/Optimizer/equals-torch", test_optimizer_equals_torch);

  return g_test_run ();
}
