/* emo-cli.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-backend.h"

G_BEGIN_DECLS

/* Exit statuses (design.md section 4). */
enum
{
  EMO_EXIT_OK = 0,
  EMO_EXIT_FAILED = 1,
  EMO_EXIT_USAGE = 2,
  EMO_EXIT_SOME_FAILED = 3,
  EMO_EXIT_MODEL = 4,
  EMO_EXIT_RESOURCES = 5,
  EMO_EXIT_STOPPED = 130,
};

/* Every option of every command that is there: one table, so that a name means
 * the same everywhere. Strings are bytes as the shell gave them. */
typedef struct
{
  char    *model;
  char    *base;
  char    *device;
  char    *dtype;
  int      threads;
  gint64   seed;
  gboolean has_seed;          /* it was given, 0 or not */
  gint64   max_pixels;
  char    *labels;            /* as given, with commas */
  char   **label_list;        /* (nullable) */
  gboolean no_explain;
  int      explain_tokens;
  gboolean force_tokens;
  int      max_new_tokens;    /* 0: the command's default */
  char    *format_name;
  EmoExportFormat format;
  char    *columns;           /* as given, with commas */
  EmoExportColumns column_groups;
  char    *output;            /* (nullable) */
  int      limit;             /* 0: none */
  int      train;             /* pictures of each split */
  int      val;
  int      test;
  gboolean resume;
  gboolean record;
  gboolean recursive;
  gboolean null_names;
  gboolean offline;
  gboolean quiet;
  gboolean check;
  char    *prompt;
  char    *system;
  double   temperature;
  char    *config;            /* from here: of train, as given */
  char    *recipe;
  gboolean published;
  char    *lr;
  char    *weight_decay;
  char    *epochs;
  char    *batch;
  char    *accumulate;
  char    *warmup;
  char    *schedule;
  char    *patience;
  char    *loss_on;
  gboolean full;
  char    *lora_rank;
  char    *lora_alpha;
  char    *lora_dropout;
  gboolean checkpointing;
  char    *teacher;
  char    *depth;
  char    *alpha;
  char    *gate;
  char    *vlm_input;
  char   **arguments;         /* what is no option; (nullable) */
} EmoCliOptions;

/* emo-cli-table.c: commands and options, told once. Parser, help, man page and
 * shell completions all come from it. */
typedef enum
{
  EMO_CLI_PREDICT,
  EMO_CLI_GENERATE,
  EMO_CLI_TOKENIZE,
  EMO_CLI_INFO,
  EMO_CLI_SYNTH,
  EMO_CLI_TRAIN,
  EMO_CLI_N_COMMANDS
} EmoCliCommandId;

typedef struct
{
  const char *name;
  const char *arguments;      /* for the usage line */
  const char *summary;        /* translatable */
  const char *description;    /* of the man page */
  gboolean    takes_files;
} EmoCliCommand;

typedef struct
{
  const char *name;
  char        letter;         /* or 0 */
  GOptionArg  arg;
  gsize       field;          /* offset in EmoCliOptions */
  guint       commands;       /* bits of EmoCliCommandId: who shows it */
  const char *text;           /* translatable */
  const char *argument;       /* DIR, FILE, N, NAME, ...; (nullable) a flag */
  const char *values;         /* (nullable) what it may be, with spaces between */
} EmoCliOption;

extern const EmoCliCommand emo_cli_commands[EMO_CLI_N_COMMANDS];
extern const EmoCliOption  emo_cli_options[];
extern const guint         emo_cli_n_options;

/* emo-cli-options.c */
/* FALSE: a usage error was reported. */
gboolean emo_cli_options_parse (EmoCliOptions       *options,
                                const EmoCliCommand *command,
                                char               **argv);      /* without the program and the command */
void     emo_cli_options_clear (EmoCliOptions       *options);

/* emo-cli-report.c: stderr */
void     emo_cli_report        (const char          *format,
                                ...) G_GNUC_PRINTF (1, 2);      /* "emovlm: ..." */
int      emo_cli_usage         (const char          *format,
                                ...) G_GNUC_PRINTF (1, 2);      /* the same; gives EMO_EXIT_USAGE */
gboolean emo_cli_has_colour    (int                  fd);
/* One line that is redrawn, on a terminal only. */
void     emo_cli_progress_init  (gboolean            quiet);
void     emo_cli_progress_show  (const char         *text);
void     emo_cli_progress_clear (void);

/* emo-cli-model.c */
/* The engine and the model that it loads while the main thread does other
 * things. */
typedef struct
{
  EmoEngine     *engine;
  EmoClassifier *classifier;   /* (nullable) until loaded */
  GError        *error;
  GCancellable  *cancellable;  /* of the load, then of what the engine runs */
  gboolean       finished;     /* loaded or failed */
  gboolean       particular;   /* a device or a type was asked for */
  void         (*loaded) (gpointer user_data);   /* (nullable), on the main context */
  gpointer       user_data;
} EmoCliModel;

/* FALSE: a usage error was reported. */
gboolean     emo_cli_check_model  (EmoCliOptions *options);
EmoCliModel *emo_cli_model_new    (EmoCliOptions *options);
void         emo_cli_model_free   (EmoCliModel   *self);
/* Turns the main loop until it is there; reports a failure. An exit status. */
int          emo_cli_model_wait   (EmoCliModel   *self);
int          emo_cli_model_report (EmoCliModel   *self);
/* Runs @func on the engine thread and waits. */
gpointer     emo_cli_model_run    (EmoCliModel   *self,
                                   EmoEngineFunc  func,
                                   gpointer       data,
                                   GError       **error);

/* emo-cli-output.c: rows to a file or to stdout, whole at every moment */
typedef struct _EmoCliOutput EmoCliOutput;

EmoCliOutput *emo_cli_output_new       (EmoCliOptions *options,
                                        GError       **error);
void          emo_cli_output_free      (EmoCliOutput  *self);
/* --resume: URIs of the rows that are there (never NULL). */
GHashTable   *emo_cli_output_get_done  (EmoCliOutput  *self);
gboolean      emo_cli_output_begin     (EmoCliOutput  *self,
                                        EmoModelInfo  *info,
                                        guint          name_width,
                                        GError       **error);
gboolean      emo_cli_output_write     (EmoCliOutput  *self,
                                        EmoSample     *sample,
                                        GError       **error);
gboolean      emo_cli_output_finish    (EmoCliOutput  *self,
                                        GError       **error);
gboolean      emo_cli_output_is_stdout (EmoCliOutput  *self);
/* Was that error a reader who had enough? Then it is no failure. */
gboolean      emo_cli_is_closed_pipe   (const GError  *error);
/* The whole text to a descriptor. */
gboolean      emo_cli_write_all        (int            fd,
                                        const char    *name,      /* (nullable): standard output */
                                        const char    *text,
                                        gsize          length,
                                        GError       **error);

/* emo-cli-resume.c */
/* URIs of the complete rows of a file; @complete: their length in bytes. */
GHashTable   *emo_cli_read_done        (const char      *path,
                                        EmoExportFormat  format,
                                        gsize           *complete,
                                        char           **header,      /* CSV's first row */
                                        GError         **error);

/* emo-cli-inputs.c */
/* What the arguments name, with "-" read from standard input. */
GPtrArray    *emo_cli_read_inputs      (EmoCliOptions   *options,
                                        GError         **error);      /* of EmoInput */
EmoInput     *emo_cli_input_new        (const char      *name);

/* emo-cli-interrupt.c */
/* SIGINT and SIGTERM: the first one cancels, the second one ends the program. */
typedef struct _EmoCliInterrupt EmoCliInterrupt;

EmoCliInterrupt *emo_cli_interrupt_new         (GCancellable    *cancellable);
void             emo_cli_interrupt_free        (EmoCliInterrupt *self);
void             emo_cli_interrupt_end_at_next (void);

/* one command a file */
int emo_cli_predict  (EmoCliOptions *options);
int emo_cli_generate (EmoCliOptions *options);
int emo_cli_tokenize (EmoCliOptions *options);
int emo_cli_info     (EmoCliOptions *options);
int emo_cli_synth    (EmoCliOptions *options);
int emo_cli_train    (EmoCliOptions *options);

G_END_DECLS
