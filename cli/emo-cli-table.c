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
  TEXT ("model", 0, model, ALL, N_("Model folder (default: the one that came along)"), "DIR", NULL),
  TEXT ("base", 0, base, ALL, N_("Base model of an adapter folder"), "DIR", NULL),
  TEXT ("device", 0, device, LOADING, N_("auto, cpu, cuda or cuda:N"), "NAME", "auto cpu cuda"),
  TEXT ("dtype", 0, dtype, LOADING, N_("auto, float32, bfloat16, nf4 or int8"), "NAME", "auto float32 bfloat16 nf4 int8"),
  INT ("threads", threads, LOADING | SYNTH, N_("At most N threads (default: all cores; a small model takes one)")),
  INT64 ("seed", seed, PREDICT | GENERATE | SYNTH, N_("Seed of random draws (default 0)")),
  INT64 ("max-pixels", max_pixels, LOADING, N_("Largest picture fed to the model, in pixels")),
  TEXT ("labels", 0, labels, LOADING | SYNTH, N_("Labels of a model folder that has none, or of scenes: mikels, emotion6, polarity, or a list"),
        "A,B,...", NULL),
  FLAG ("no-explain", 0, no_explain, PREDICT, N_("Write no explanations")),
  INT ("explain-tokens", explain_tokens, PREDICT, N_("Longest explanation, in tokens (default 64)")),
  FLAG ("force-tokens", 0, force_tokens, 0, "Benchmarks: write explanations up to the cap"),
  INT ("max-new-tokens", max_new_tokens, PREDICT | GENERATE, N_("Longest text, in tokens (default 64)")),
  TEXT ("format", 0, format_name, PREDICT | GENERATE, N_("table, csv or jsonl (default: by the name of --output, else table)"),
        "NAME", "table csv jsonl"),
  TEXT ("columns", 0, columns, PREDICT,
        N_("Groups of columns of CSV: dataset, answers, probabilities, fusion, explanation, status, picture, model (default: all)"),
        "A,B,...", NULL),
  TEXT ("output", 'o', output, PREDICT | GENERATE, N_("Write results to this file"), "FILE", NULL),
  INT ("limit", limit, PREDICT, N_("At most so many pictures")),
  FLAG ("resume", 0, resume, PREDICT | SYNTH, N_("Keep the rows in --output, or the scenes in DIR, and do what is missing")),
  INT ("train", train, SYNTH, N_("Pictures to train on (default 10000)")),
  INT ("val", val, SYNTH, N_("Pictures to validate with (default 1000)")),
  INT ("test", test, SYNTH, N_("Pictures to test with (default 1000)")),
  FLAG ("record", 0, record, PREDICT, N_("Keep the results in the application's history, too")),
  FLAG ("recursive", 'r', recursive, PREDICT, N_("Read folders inside folders")),
  FLAG ("null", '0', null_names, PREDICT, N_("Names on standard input end with NUL, not with a line feed")),
  FLAG ("offline", 0, offline, ALL, N_("Use no network (these commands never do)")),
  FLAG ("quiet", 'q', quiet, PREDICT | GENERATE | SYNTH, N_("Neither progress nor notes")),
  FLAG ("check", 0, check, INFO, N_("Compare the model's numbers with those it came with")),
  TEXT ("prompt", 'p', prompt, GENERATE, N_("The question"), "TEXT", NULL),
  TEXT ("system", 0, system, GENERATE, N_("The system text (default: the model's)"), "TEXT", NULL),
  { "temperature", 0, G_OPTION_ARG_DOUBLE, G_STRUCT_OFFSET (EmoCliOptions, temperature), GENERATE,
    N_("0 takes the likeliest token (default)"), "T", NULL },
};

const guint emo_cli_n_options = G_N_ELEMENTS (emo_cli_options);
