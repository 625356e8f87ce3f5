/* command-train.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <glib-unix.h>
#include <glib/gi18n.h>

#include "emo-cli.h"

#define ALL_STAGES ((1u << EMO_TRAIN_N_STAGES) - 1)

typedef struct
{
  EmoCliOptions  *options;
  EmoTraining     training;
  GCancellable   *cancellable;
  gboolean        jsonl;
  gboolean        finished;
  GError         *error;
} EmoTrainRun;

/* --- Settings --- */

#define VLM       (1u << EMO_TRAIN_VLM)
#define TEACHER   (1u << EMO_TRAIN_TEACHER)
#define DISTILLED (1u << EMO_TRAIN_DISTILLED)
#define GATE      (1u << EMO_TRAIN_GATE)

/* Which stages an option is of; one of several needs a stage that is named. */
static const struct
{
  const char *option;
  gsize       field;
  const char *key;
  guint       stages;
} settings[] = {
  { "lr", G_STRUCT_OFFSET (EmoCliOptions, lr), "lr", ALL_STAGES },
  { "weight-decay", G_STRUCT_OFFSET (EmoCliOptions, weight_decay), "weight_decay", ALL_STAGES },
  { "epochs", G_STRUCT_OFFSET (EmoCliOptions, epochs), "epochs", ALL_STAGES },
  { "batch", G_STRUCT_OFFSET (EmoCliOptions, batch), "batch", ALL_STAGES },
  { "warmup", G_STRUCT_OFFSET (EmoCliOptions, warmup), "warmup", ALL_STAGES },
  { "schedule", G_STRUCT_OFFSET (EmoCliOptions, schedule), "schedule", ALL_STAGES },
  { "patience", G_STRUCT_OFFSET (EmoCliOptions, patience), "patience", ALL_STAGES },
  { "accumulate", G_STRUCT_OFFSET (EmoCliOptions, accumulate), "accumulate", VLM },
  { "loss-on", G_STRUCT_OFFSET (EmoCliOptions, loss_on), "loss_on", VLM },
  { "lora-rank", G_STRUCT_OFFSET (EmoCliOptions, lora_rank), "lora_rank", VLM },
  { "lora-alpha", G_STRUCT_OFFSET (EmoCliOptions, lora_alpha), "lora_alpha", VLM },
  { "lora-dropout", G_STRUCT_OFFSET (EmoCliOptions, lora_dropout), "lora_dropout", VLM },
  { "teacher", G_STRUCT_OFFSET (EmoCliOptions, teacher), "network", TEACHER },
  { "depth", G_STRUCT_OFFSET (EmoCliOptions, depth), "depth", DISTILLED },
  { "alpha", G_STRUCT_OFFSET (EmoCliOptions, alpha), "alpha", DISTILLED },
  { "gate", G_STRUCT_OFFSET (EmoCliOptions, gate), "kind", GATE },
  { "vlm-input", G_STRUCT_OFFSET (EmoCliOptions, vlm_input), "vlm_input", GATE },
};

static gboolean
is_one (guint bits)
{
  return bits != 0 && (bits & (bits - 1)) == 0;
}

static gboolean
set (EmoTrainRecipe *recipe,
     const char     *option,
     EmoTrainStageId        stage,
     const char     *key,
     const char     *value)
{
  g_autoptr(GError) error = NULL;

  if (emo_train_recipe_set (recipe, emo_train_stage_id_get_name (stage), key, value, &error))
    return TRUE;
  emo_cli_report ("--%s: %s", option, error->message);

  return FALSE;
}

static gboolean
set_option (EmoTrainRecipe *recipe,
            guint           stages,
            guint           index,
            const char     *value)
{
  guint common = stages & settings[index].stages;
  EmoTrainStageId stage = EMO_TRAIN_VLM;

  if (common == 0)
    {
      emo_cli_report (_("--%s is not for this stage"), settings[index].option);
      return FALSE;
    }
  if (!is_one (common))
    {
      emo_cli_report (_("--%s differs from stage to stage: put it into a file and give that to --recipe"), settings[index].option);
      return FALSE;
    }
  while ((common & 1u << stage) == 0)
    stage++;

  return set (recipe, settings[index].option, stage, settings[index].key, value);
}

/* What --config brings, then --recipe, then the options. */
static gboolean
read_recipes (EmoTrainRecipe *recipe,
              EmoCliOptions  *options)
{
  g_autofree char *beside = options->config != NULL ? g_build_filename (options->config, "recipe.json", NULL) : NULL;
  g_autoptr(GError) error = NULL;

  if (options->published)
    emo_train_recipe_make_published (recipe);
  if ((beside == NULL || !g_file_test (beside, G_FILE_TEST_EXISTS) || emo_train_recipe_load (recipe, beside, &error)) &&
      (options->recipe == NULL || emo_train_recipe_load (recipe, options->recipe, &error)))
    return TRUE;
  emo_cli_report ("%s", error->message);

  return FALSE;
}

/* An option that has no text of its own, and no use in @stages; NULL: there is none. */
static const char *
find_foreign (EmoCliOptions *options,
              guint          stages)
{
  if (options->full && (stages & VLM) == 0)
    return "full";
  if (options->checkpointing && (stages & VLM) == 0)
    return "checkpointing";
  if (options->temperature > 0 && (stages & DISTILLED) == 0)
    return "temperature";

  return options->limit > 0 ? "limit" : NULL;
}

static gboolean
set_switches (EmoTrainRecipe *recipe,
              EmoCliOptions  *options,
              guint           stages)
{
  char temperature[G_ASCII_DTOSTR_BUF_SIZE];

  const char *foreign = find_foreign (options, stages);

  if (foreign != NULL)
    {
      emo_cli_report (_("--%s is not for this stage"), foreign);
      return FALSE;
    }
  if (options->has_seed)
    recipe->seed = options->seed;
  recipe->vlm.full |= options->full || options->config != NULL;
  recipe->vlm.checkpointing |= options->checkpointing;

  return options->temperature <= 0 ||
         set (recipe, "temperature", EMO_TRAIN_DISTILLED, "temperature",
              g_ascii_dtostr (temperature, sizeof temperature, options->temperature));
}

static EmoTrainRecipe *
make_recipe (EmoCliOptions *options,
             guint          stages)
{
  g_autoptr(EmoTrainRecipe) recipe = emo_train_recipe_new ();

  if (!read_recipes (recipe, options) || !set_switches (recipe, options, stages))
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      const char *value = G_STRUCT_MEMBER (char *, options, settings[i].field);

      if (value != NULL && !set_option (recipe, stages, i, value))
        return NULL;
    }

  return g_steal_pointer (&recipe);
}

/* --- What is told --- */

static double
number (const EmoJsonValue *line,
        const char         *key)
{
  return emo_json_value_get_member_double (line, key, NAN);
}

/* A person reads that of an event. */
static void
tell (const EmoJsonValue *line)
{
  const char *event = emo_json_value_get_member_string (line, "event", "");
  const char *stage = emo_json_value_get_member_string (line, "stage", "");

  if (g_str_equal (event, "epoch"))
    /* Translators: stage, epoch, loss, accuracy, F1 */
    emo_cli_report (_("%1$s: epoch %2$.0f: loss %3$.4f, accuracy on val %4$.4f, macro F1 %5$.4f"), stage, number (line, "epoch"),
                    number (line, "loss"), number (line, "val_accuracy"), number (line, "val_macro_f1"));
  else if (g_str_equal (event, "note") || g_str_equal (event, "skipped"))
    emo_cli_report ("%s: %s", stage, emo_json_value_get_member_string (line, "text", ""));
  else if (g_str_equal (event, "done"))
    /* Translators: stage, file, seconds */
    emo_cli_report (_("%1$s: done, %2$s, %3$.0f s"), stage, emo_json_value_get_member_string (line, "path", ""), number (line, "seconds"));
  else if (g_str_equal (event, "stopped"))
    emo_cli_report (_("%s: stopped; the same command with --resume goes on"), stage);
}

/* A reader that has gone would not know what becomes of it. */
static void
write_line (EmoTrainRun *self,
            const char  *line)
{
  g_autofree char *text = g_strconcat (line, "\n", NULL);
  g_autoptr(GError) error = NULL;

  if (!emo_cli_write_all (STDOUT_FILENO, NULL, text, strlen (text), &error))
    g_cancellable_cancel (self->cancellable);
}

/* On the engine thread, as all that is told. */
static void
line_cb (const char *line,
         gpointer    user_data)
{
  EmoTrainRun *self = user_data;
  g_autoptr(EmoJson) json = NULL;

  if (self->jsonl)
    {
      write_line (self, line);
      return;
    }
  if (self->options->quiet)
    return;
  json = emo_json_parse_generated (line, strlen (line), "event", 0, NULL);
  if (json != NULL)
    tell (emo_json_get_root (json));
}

static void
progress_cb (const EmoTrainProgress *progress,
             gpointer                user_data)
{
  g_autofree char *text = g_strdup_printf ("%s: %3.0f %% %s", progress->stage, 100 * progress->fraction, progress->text);

  emo_cli_progress_show (text);
}

/* --- The run --- */

/* The terminal or the window that began it has gone. It may be told so more than
 * once: a window's threads end one by one. */
static gboolean
hang_up_cb (gpointer user_data)
{
  EmoTrainRun *self = user_data;

  g_cancellable_cancel (self->cancellable);

  return G_SOURCE_CONTINUE;
}

/* 0 where who began it wants it to outlive that (nohup). */
static guint
watch_hang_up (EmoTrainRun *self)
{
  struct sigaction action;

  if (sigaction (SIGHUP, NULL, &action) == 0 && action.sa_handler == SIG_IGN)
    return 0;

  return g_unix_signal_add (SIGHUP, hang_up_cb, self);
}

static gpointer
train_worker (gpointer       data,
              GCancellable  *cancellable,
              GError       **error)
{
  EmoTrainRun *self = data;

  emo_training_run (&self->training, cancellable, error);

  return NULL;
}

static void
finished_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  EmoTrainRun *self = user_data;

  emo_engine_run_finish (EMO_ENGINE (source), result, &self->error);
  self->finished = TRUE;
}

static void
run_on_engine (EmoTrainRun *self)
{
  EmoEngine *engine = emo_engine_new ();
  EmoCliInterrupt *interrupt = emo_cli_interrupt_new (self->cancellable);
  guint hang_up = watch_hang_up (self);

  emo_engine_run_async (engine, EMO_ENGINE_URGENT, train_worker, self, NULL, NULL, self->cancellable, finished_cb, self);
  while (!self->finished)
    g_main_context_iteration (NULL, TRUE);
  emo_cli_interrupt_free (interrupt);
  if (hang_up > 0)
    g_source_remove (hang_up);
  emo_engine_shutdown (engine);
  g_object_unref (engine);
}

static int
report (EmoTrainRun *self)
{
  int status = emo_error_get_exit_status (self->error);

  emo_cli_progress_clear ();
  if (self->error != NULL && !g_error_matches (self->error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    emo_cli_report ("%s", self->error->message);
  g_clear_error (&self->error);

  return status;
}

static int
train (EmoCliOptions  *options,
       guint           stages,
       EmoTrainRecipe *recipe)
{
  g_autoptr(EmoLabelSet) labels = options->label_list == NULL ? NULL
                                    : emo_label_set_new ((const char * const *) options->label_list, NULL);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  EmoTrainRun self = {
    .options = options,
    .training = {
      .data = options->arguments[1], .output = options->output, .model = options->model, .base = options->base,
      .config = options->config, .labels = labels, .stages = stages, .recipe = recipe, .resume = options->resume,
      .device = options->device, .dtype = options->dtype, .threads = options->threads, .line = line_cb, .progress = progress_cb,
    },
    .cancellable = cancellable,
    .jsonl = options->format == EMO_EXPORT_JSONL,
  };

  self.training.user_data = &self;
  emo_cli_progress_init (options->quiet);
  run_on_engine (&self);

  return report (&self);
}

static gboolean
parse_stages (const char *text,
              guint      *stages)
{
  EmoTrainStageId stage;

  *stages = ALL_STAGES;
  if (g_str_equal (text, "all"))
    return TRUE;
  if (!emo_train_stage_id_from_string (text, &stage))
    return FALSE;
  *stages = 1u << stage;

  return TRUE;
}

/**
 * emo_cli_train:
 * @options: the command line
 *
 * emovlm train vlm|teacher|distilled|gate|all DIR --output OUT
 *
 * Returns: the exit status
 */
int
emo_cli_train (EmoCliOptions *options)
{
  g_autoptr(EmoTrainRecipe) recipe = NULL;
  guint stages;

  if (options->arguments == NULL || g_strv_length (options->arguments) != 2 || !parse_stages (options->arguments[0], &stages))
    return emo_cli_usage (_("train needs vlm, teacher, distilled, gate or all, and a folder of pictures"));
  if (options->output == NULL)
    return emo_cli_usage (_("train needs --output, the folder of the model that it makes"));
  if (options->model != NULL && options->config != NULL)
    return emo_cli_usage (_("--model begins with a model, --config with nothing: give one of them"));
  if (options->format == EMO_EXPORT_CSV)
    return emo_cli_usage (_("train says what it does as a table or as JSON Lines; the epochs are in a CSV file beside the model"));
  recipe = make_recipe (options, stages);
  if (recipe == NULL)
    return EMO_EXIT_USAGE;

  return train (options, stages, recipe);
}
