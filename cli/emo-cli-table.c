/* emo-cli-table.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-cli.h"

#define PREDICT  (1u << EMO_CLI_PREDICT)
#define GENERATE (1u << EMO_CLI_GENERATE)
#define TOKENIZE (1u << EMO_CLI_TOKENIZE)
#define INFO     (1u << EMO_CLI_INFO)
#define SYNTH    (1u << EMO_CLI_SYNTH)
#define TRAIN    (1u << EMO_CLI_TRAIN)
#define LOADING  (PREDICT | GENERATE | INFO)    /* those that run a model */
#define ALL      (LOADING | TOKENIZE)

const EmoCliCommand emo_cli_commands[EMO_CLI_N_COMMANDS] = {
  [EMO_CLI_PREDICT] = {
    "predict", "PATH...", N_("Say which emotion pictures evoke"),
    "Each PATH is a picture, a folder of pictures, or - for names on standard input. "
    "Every picture gets a row: the answer of the vision-language model, that of the distilled head, "
    "and that of the gate which weighs the two, with an explanation in words.",
    TRUE,
  },
  [EMO_CLI_GENERATE] = {
    "generate", "IMAGE --prompt TEXT", N_("Answer a question about a picture"),
    "The vision-language model alone answers in its own words.",
    TRUE,
  },
  [EMO_CLI_TOKENIZE] = {
    "tokenize", "--model DIR", N_("Turn JSON strings, one a line, into token ids"),
    "Reads a JSON string a line from standard input and prints its ids as a JSON array a line. "
    "A line that is no JSON string gives null.",
    FALSE,
  },
  [EMO_CLI_INFO] = {
    "info", "", N_("Say what this program and a model are"),
    "Without --model it names the program, the device and the model that came along.",
    FALSE,
  },
  [EMO_CLI_SYNTH] = {
    "synth", "DIR", N_("Draw pictures with labels and words, to train on"),
    "Draws EmoScenes: emoji on colored backgrounds, whose label follows from what is in them. "
    "DIR, a new or empty folder, gets train, val and test with a folder for each label, annotations, "
    "and scenes.jsonl, which says what is in every picture. The same seed gives the same files.",
    TRUE,
  },
  [EMO_CLI_TRAIN] = {
    "train", "vlm|teacher|distilled|gate|all DIR --output DIR", N_("Train a model, or a part of it, on pictures with labels"),
    "DIR has train, val and test with a folder for each label (without val, a tenth of train serves), or is a list (CSV) "
    "with the columns file_name and label. The output is a model folder; it begins as --model, or with --config from nothing. "
    "vlm fine-tunes the vision-language model, teacher a picture network, distilled the head that learns from it, "
    "gate what weighs the two; all does one after the other and leaves out what is done. Settings are the published ones "
    "unless an option or a recipe says otherwise.",
    TRUE,
  },
};

/* Text comes as bytes (FILENAME): GLib would otherwise convert it from the
 * locale's character set, and refuse UTF-8 in the C locale. */
#define TEXT(name, letter, field, commands, text, argument, values) \
  { name, letter, G_OPTION_ARG_FILENAME, G_STRUCT_OFFSET (EmoCliOptions, field), commands, text, argument, values }
#define INT(name, field, commands, text) \
  { name, 0, G_OPTION_ARG_INT, G_STRUCT_OFFSET (EmoCliOptions, field), commands, text, "N", NULL }
#define INT64(name, field, commands, text) \
  { name, 0, G_OPTION_ARG_INT64, G_STRUCT_OFFSET (EmoCliOptions, field), commands, text, "N", NULL }
#define FLAG(name, letter, field, commands, text) \
  { name, letter, G_OPTION_ARG_NONE, G_STRUCT_OFFSET (EmoCliOptions, field), commands, text, NULL, NULL }

const EmoCliOption emo_cli_options[] = {
  TEXT ("model", 0, model, ALL | TRAIN, N_("Model folder (default: the one that came along)"), "DIR", NULL),
  TEXT ("base", 0, base, ALL | TRAIN, N_("Base model of an adapter folder"), "DIR", NULL),
  TEXT ("device", 0, device, LOADING | TRAIN, N_("auto, cpu, cuda or cuda:N"), "NAME", "auto cpu cuda"),
  TEXT ("dtype", 0, dtype, LOADING | TRAIN, N_("auto, float32, bfloat16, nf4 or int8"), "NAME", "auto float32 bfloat16 nf4 int8"),
  INT ("threads", threads, LOADING | SYNTH | TRAIN, N_("At most N threads (default: all cores; a small model takes one)")),
  INT64 ("seed", seed, PREDICT | GENERATE | SYNTH | TRAIN, N_("Seed of random draws (default 0)")),
  INT64 ("max-pixels", max_pixels, LOADING, N_("Largest picture fed to the model, in pixels")),
  TEXT ("labels", 0, labels, LOADING | SYNTH | TRAIN, N_("Labels of a model folder that has none, or of scenes: mikels, emotion6, polarity, or a list"),
        "A,B,...", NULL),
  FLAG ("no-explain", 0, no_explain, PREDICT, N_("Write no explanations")),
  INT ("explain-tokens", explain_tokens, PREDICT, N_("Longest explanation, in tokens (default 64)")),
  FLAG ("force-tokens", 0, force_tokens, 0, "Benchmarks: write explanations up to the cap"),
  INT ("max-new-tokens", max_new_tokens, PREDICT | GENERATE, N_("Longest text, in tokens (default 64)")),
  TEXT ("format", 0, format_name, PREDICT | GENERATE | TRAIN, N_("table, csv or jsonl (default: by the name of --output, else table)"),
        "NAME", "table csv jsonl"),
  TEXT ("columns", 0, columns, PREDICT,
        N_("Groups of columns of CSV: dataset, answers, probabilities, fusion, explanation, status, picture, model (default: all)"),
        "A,B,...", NULL),
  TEXT ("output", 'o', output, PREDICT | GENERATE | TRAIN, N_("Write results to this file; of train: the model's folder"), "FILE", NULL),
  INT ("limit", limit, PREDICT, N_("At most so many pictures")),
  FLAG ("resume", 0, resume, PREDICT | SYNTH | TRAIN, N_("Keep the rows in --output, the scenes in DIR or the steps of a training, and do what is missing")),
  INT ("train", train, SYNTH, N_("Pictures to train on (default 10000)")),
  INT ("val", val, SYNTH, N_("Pictures to validate with (default 1000)")),
  INT ("test", test, SYNTH, N_("Pictures to test with (default 1000)")),
  FLAG ("record", 0, record, PREDICT, N_("Keep the results in the application's history, too")),
  FLAG ("recursive", 'r', recursive, PREDICT, N_("Read folders inside folders")),
  FLAG ("null", '0', null_names, PREDICT, N_("Names on standard input end with NUL, not with a line feed")),
  FLAG ("offline", 0, offline, ALL, N_("Use no network (these commands never do)")),
  FLAG ("quiet", 'q', quiet, PREDICT | GENERATE | SYNTH | TRAIN, N_("Neither progress nor notes")),
  FLAG ("check", 0, check, INFO, N_("Compare the model's numbers with those it came with")),
  TEXT ("prompt", 'p', prompt, GENERATE, N_("The question"), "TEXT", NULL),
  TEXT ("system", 0, system, GENERATE, N_("The system text (default: the model's)"), "TEXT", NULL),
  { "temperature", 0, G_OPTION_ARG_DOUBLE, G_STRUCT_OFFSET (EmoCliOptions, temperature), GENERATE | TRAIN,
    N_("0 takes the likeliest token (default); of train: what the teacher's answers are softened by (default 2)"), "T", NULL },
  TEXT ("config", 0, config, TRAIN, N_("Begin with nothing: a folder that describes a model"), "DIR", NULL),
  TEXT ("recipe", 0, recipe, TRAIN, N_("Settings of all stages (JSON)"), "FILE", NULL),
  FLAG ("published", 0, published, TRAIN, N_("As the published code does it, where ours does better")),
  TEXT ("lr", 0, lr, TRAIN, N_("Learning rate"), "X", NULL),
  TEXT ("weight-decay", 0, weight_decay, TRAIN, N_("Weight decay"), "X", NULL),
  TEXT ("epochs", 0, epochs, TRAIN, N_("Times that every picture is seen"), "N", NULL),
  TEXT ("batch", 0, batch, TRAIN, N_("Pictures a step"), "N", NULL),
  TEXT ("accumulate", 0, accumulate, TRAIN, N_("Steps an update"), "N", NULL),
  TEXT ("warmup", 0, warmup, TRAIN, N_("Share of the steps in which the learning rate rises"), "X", NULL),
  TEXT ("schedule", 0, schedule, TRAIN, N_("What the learning rate does then"), "NAME", "constant cosine linear"),
  TEXT ("patience", 0, patience, TRAIN, N_("Epochs that may be no better before it ends; 0: all are done"), "N", NULL),
  TEXT ("loss-on", 0, loss_on, TRAIN, N_("Tokens that the VLM learns to say"), "NAME", "answer all"),
  FLAG ("full", 0, full, TRAIN, N_("Train every weight of the VLM, not an adapter")),
  TEXT ("lora-rank", 0, lora_rank, TRAIN, N_("Rank of the adapter (default 8)"), "N", NULL),
  TEXT ("lora-alpha", 0, lora_alpha, TRAIN, N_("Scale of the adapter times its rank (default 8)"), "X", NULL),
  TEXT ("lora-dropout", 0, lora_dropout, TRAIN, N_("Share of the adapter's inputs that are dropped (default 0.05)"), "X", NULL),
  FLAG ("checkpointing", 0, checkpointing, TRAIN, N_("Compute activations twice to need less memory")),
  TEXT ("teacher", 0, teacher, TRAIN, N_("Network of the teacher, or a folder with its weights"), "NAME",
        "vit-base vit-tiny resnet-50 resnet-small resnet-tiny vgg-16 vgg-tiny"),
  TEXT ("depth", 0, depth, TRAIN, N_("Hidden layers of the distilled head (default 1)"), "N", NULL),
  TEXT ("alpha", 0, alpha, TRAIN, N_("The teacher's part of the distilled head's loss (default 0.5)"), "X", NULL),
  TEXT ("gate", 0, gate, TRAIN, N_("Kind of the gate (default concat-linear)"), "NAME",
        "concat-linear bilinear moe dynamic cross"),
  TEXT ("vlm-input", 0, vlm_input, TRAIN, N_("What the gate sees of the VLM (default probabilities)"), "NAME",
        "probabilities one-hot"),
};

const guint emo_cli_n_options = G_N_ELEMENTS (emo_cli_options);
