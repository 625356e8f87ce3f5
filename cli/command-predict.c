/* command-predict.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <glib/gi18n.h>

#include "emo-cli.h"

/* The widest first column of a table: longer names push their row aside. */
#define MAX_NAME_WIDTH 48

typedef struct
{
  EmoCliOptions *options;
  EmoCliModel   *model;
  EmoCliOutput  *output;
  EmoSession    *session;
  EmoRunStore   *store;         /* (nullable) --record */
  GMainLoop     *loop;
  guint          n_total;
  guint          n_finished;
  guint          n_failed;
  guint          n_problems;    /* folders that could not be read */
  guint          name_width;
  guint          n_interrupts;
  gint64         begin;         /* of the first picture */
  int            status;
  GQueue         held;          /* EmoSample whose rows wait for the model's hashes */
  gboolean       hashed;        /* they are there */
  gboolean       hashing;       /* they were asked for */
  gboolean       drained;
  gboolean       unwritable;    /* the output failed, and it was told */
} EmoPredict;

static void
fail (EmoPredict *self,
      int         status)
{
  if (self->status == EMO_EXIT_OK)
    self->status = status;
}

/* The output cannot be written: nothing more is worth computing. */
static void
fail_output (EmoPredict   *self,
             const GError *error)
{
  self->unwritable = TRUE;
  if (emo_cli_is_closed_pipe (error))
    self->status = EMO_EXIT_OK;
  else
    {
      emo_cli_report ("%s", error->message);
      fail (self, emo_error_get_exit_status (error));
    }
  g_main_loop_quit (self->loop);
}

/* @text and what else is to be told; takes @more. */
static void
append_progress (char **text,
                 char  *more)
{
  g_autofree char *before = *text;
  g_autofree char *after = more;

  *text = g_strdup_printf (C_("progress: a count and what else", "%s, %s"), before, after);
}

static void
show_progress (EmoPredict *self)
{
  g_autofree char *text = NULL;
  double seconds = (g_get_monotonic_time () - self->begin) / (double) G_USEC_PER_SEC;
  guint left = self->n_total - self->n_finished;

  if (self->n_finished >= self->n_total)
    {
      emo_cli_progress_clear ();
      return;
    }

  text = g_strdup_printf (C_("progress in pictures", "%u of %u"), self->n_finished, self->n_total);
  if (self->n_failed > 0)
    append_progress (&text, g_strdup_printf (ngettext ("%u failed", "%u failed", self->n_failed), self->n_failed));
  if (self->n_finished > 0)
    {
      guint64 rest = (guint64) (seconds / self->n_finished * left + 0.5);

      append_progress (&text, g_strdup_printf (C_("progress: minutes and seconds", "%u:%02u left"),
                                               (guint) (rest / 60), (guint) (rest % 60)));
    }
  emo_cli_progress_show (text);
}

static void
write_held (EmoPredict *self)
{
  g_autoptr(GError) error = NULL;
  EmoSample *sample;

  /* More pictures may end before the loop does. */
  if (self->unwritable)
    return;

  emo_cli_progress_clear ();
  while (error == NULL && (sample = g_queue_pop_head (&self->held)) != NULL)
    {
      emo_cli_output_write (self->output, sample, &error);
      g_object_unref (sample);
    }
  if (error != NULL)
    fail_output (self, error);
  else
    show_progress (self);
}

static gpointer
complete_worker (gpointer       data,
                 GCancellable  *cancellable,
                 GError       **error)
{
  emo_bundle_classifier_complete_info (data);

  return data;
}

static void
completed_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  EmoPredict *self = user_data;

  /* After the end nothing is written any more. */
  if (emo_engine_run_finish (EMO_ENGINE (source), result, NULL) == NULL || self->loop == NULL)
    return;
  self->hashed = TRUE;
  write_held (self);
  if (self->drained)
    g_main_loop_quit (self->loop);
}

/* Every row names the model by its hash, which is made beside the first picture.
 * Pictures that fail before one is done wait for it. */
static void
ask_for_hashes (EmoPredict *self)
{
  if (self->hashing)
    return;

  self->hashing = TRUE;
  emo_engine_run_async (self->model->engine, EMO_ENGINE_URGENT, complete_worker,
                        self->model->classifier, NULL, NULL, self->model->cancellable,
                        completed_cb, self);
}

static void
finished_cb (EmoSession *session,
             EmoSample  *sample,
             EmoPredict *self)
{
  const GError *failure = emo_sample_get_error (sample);

  self->n_finished++;
  emo_cli_progress_clear ();
  if (emo_sample_get_state (sample) == EMO_SAMPLE_FAILED)
    {
      self->n_failed++;
      /* A table on the screen says it in its row. */
      if (self->options->format != EMO_EXPORT_TABLE || !emo_cli_output_is_stdout (self->output))
        emo_cli_report ("%s", failure->message);
    }
  g_queue_push_tail (&self->held, g_object_ref (sample));
  /* The classifier has its hashes before it says that a picture is done. */
  if (emo_sample_get_prediction (sample) != NULL)
    self->hashed = TRUE;
  if (self->hashed)
    write_held (self);
  else
    ask_for_hashes (self);
}

static void
drained_cb (EmoSession *session,
            EmoPredict *self)
{
  self->drained = TRUE;
  if (g_queue_is_empty (&self->held))
    g_main_loop_quit (self->loop);
}

/* What is odd about the model, such as weights that are no numbers. */
static void
report_notes (EmoPredict *self)
{
  const EmoModelInfo *info = emo_classifier_get_info (self->model->classifier);

  for (guint i = 0; !self->options->quiet && info->notes != NULL && info->notes[i] != NULL; i++)
    emo_cli_report ("%s", info->notes[i]);
}

/* The model is there: pictures that were decoded meanwhile go at once. */
static void
loaded_cb (gpointer user_data)
{
  EmoPredict *self = user_data;
  g_autoptr(GError) error = NULL;

  if (self->loop == NULL)
    return;
  if (self->model->classifier == NULL)
    {
      self->status = emo_cli_model_report (self->model);
      g_main_loop_quit (self->loop);
      return;
    }

  if (!emo_cli_output_begin (self->output, emo_classifier_get_info (self->model->classifier),
                             self->name_width, &error))
    {
      fail_output (self, error);
      return;
    }
  report_notes (self);
  self->begin = g_get_monotonic_time ();
  show_progress (self);
  emo_session_set_classifier (self->session, self->model->classifier);
}

static void
finish_output (EmoPredict *self)
{
  g_autoptr(GError) error = NULL;

  if (!emo_cli_output_finish (self->output, &error))
    {
      if (emo_cli_is_closed_pipe (error))
        return;
      emo_cli_report ("%s", error->message);
      fail (self, emo_error_get_exit_status (error));
    }
}

/* The first interrupt ends after the picture in work, the second at once. */
static gboolean
interrupt_cb (gpointer user_data)
{
  EmoPredict *self = user_data;

  self->status = EMO_EXIT_STOPPED;
  self->n_interrupts++;
  if (self->n_interrupts == 1 && self->model->classifier != NULL)
    {
      if (!self->options->quiet)
        emo_cli_report (_("Stopping after this picture; once more stops at once"));
      emo_session_stop_gently (self->session);
      return G_SOURCE_CONTINUE;
    }

  emo_session_stop (self->session);
  g_main_loop_quit (self->loop);

  return G_SOURCE_CONTINUE;
}

static gboolean
terminate_cb (gpointer user_data)
{
  EmoPredict *self = user_data;

  self->n_interrupts++;

  return interrupt_cb (self);
}

/* Takes out pictures that --resume finds done, and those over --limit. */
static GPtrArray *
select_samples (EmoPredict    *self,
                EmoCollection *collection)
{
  g_autoptr(GPtrArray) samples = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTable *done = emo_cli_output_get_done (self->output);
  guint n_done = 0;

  for (guint i = 0; i < collection->samples->len; i++)
    {
      EmoSample *sample = g_ptr_array_index (collection->samples, i);
      g_autofree char *uri = emo_sample_dup_uri (sample);

      if (uri != NULL && g_hash_table_contains (done, uri))
        n_done++;
      else if (self->options->limit == 0 || samples->len < (guint) self->options->limit)
        g_ptr_array_add (samples, g_object_ref (sample));
    }
  if (n_done > 0 && !self->options->quiet)
    emo_cli_report (ngettext ("%u picture has its row already", "%u pictures have their row already", n_done), n_done);

  return g_steal_pointer (&samples);
}

static void
measure_names (EmoPredict *self)
{
  GListModel *model = emo_session_get_samples (self->session);

  self->n_total = g_list_model_get_n_items (model);
  self->name_width = 4;
  for (guint i = 0; i < self->n_total; i++)
    {
      g_autoptr(EmoSample) sample = g_list_model_get_item (model, i);
      guint width = g_utf8_strlen (emo_sample_get_file_name (sample), -1);

      self->name_width = MAX (self->name_width, MIN (width, MAX_NAME_WIDTH));
    }
}

/* Fills the session; the first pictures are decoded from here on. */
static gboolean
add_pictures (EmoPredict *self)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) inputs = emo_cli_read_inputs (self->options, &error);
  g_autoptr(EmoCollection) collection = NULL;
  g_autoptr(GPtrArray) samples = NULL;

  if (inputs != NULL)
    collection = emo_collect (inputs, self->options->recursive, NULL, &error);
  if (collection == NULL)
    {
      emo_cli_report ("%s", error->message);
      fail (self, emo_error_get_exit_status (error));
      return FALSE;
    }

  for (guint i = 0; i < collection->problems->len; i++)
    emo_cli_report ("%s", ((GError *) g_ptr_array_index (collection->problems, i))->message);
  self->n_problems = collection->problems->len;
  if (collection->n_skipped > 0 && !self->options->quiet)
    emo_cli_report (ngettext ("%u other file in folders was skipped", "%u other files in folders were skipped", collection->n_skipped), collection->n_skipped);
  if (collection->samples->len == 0)
    {
      emo_cli_report (_("There are no pictures in what was named"));
      fail (self, self->n_problems > 0 ? EMO_EXIT_SOME_FAILED : EMO_EXIT_FAILED);
      return FALSE;
    }

  samples = select_samples (self, collection);
  emo_session_add_many (self->session, samples);
  measure_names (self);

  return self->n_total > 0;
}

static void
set_request (EmoPredict *self)
{
  EmoRequest request = EMO_REQUEST_INIT;

  request.explain = !self->options->no_explain;
  request.explain_tokens = self->options->explain_tokens;
  request.force_tokens = self->options->force_tokens;
  if (self->options->max_new_tokens > 0)
    request.explain_tokens = MIN (request.explain_tokens, self->options->max_new_tokens);
  emo_session_set_request (self->session, &request);
}

/* --record: from now on every result is kept as it is made. */
static void
begin_record (EmoPredict *self)
{
  g_autofree char *folder = NULL;

  if (!self->options->record)
    return;

  folder = emo_paths_dup_user_data (NULL);
  self->store = emo_run_store_new (folder);
  emo_session_set_store (self->session, self->store, EMO_RUN_PREDICT);
}

/* Waits for the disk, then tells what was wrong: the store does so through the
 * main loop. */
static void
end_record (EmoPredict *self)
{
  EmoRunTrouble trouble;
  g_autofree char *aside = NULL;

  if (self->store == NULL)
    return;

  emo_run_store_close (self->store);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  trouble = emo_run_store_get_trouble (self->store);
  if (trouble == EMO_RUN_TROUBLE_BROKEN)
    {
      aside = emo_file_escape_name (emo_run_store_get_trouble_detail (self->store));
      emo_cli_report (_("The history was damaged; it is kept as %s"), aside);
    }
  else if (trouble != EMO_RUN_TROUBLE_NONE)
    {
      emo_cli_report (_("The results are not in the history: %s"), emo_run_store_get_trouble_detail (self->store));
      fail (self, EMO_EXIT_RESOURCES);
    }
}

static void
run_loop (EmoPredict *self)
{
  guint interrupt = g_unix_signal_add (SIGINT, interrupt_cb, self);
  guint terminate = g_unix_signal_add (SIGTERM, terminate_cb, self);

  self->loop = g_main_loop_new (NULL, FALSE);
  self->model->loaded = loaded_cb;
  self->model->user_data = self;
  g_signal_connect (self->session, "finished", G_CALLBACK (finished_cb), self);
  g_signal_connect (self->session, "drained", G_CALLBACK (drained_cb), self);
  emo_cli_progress_show (_("Loading the model"));
  /* The answer of the load comes through the main loop, so it cannot have come
   * before the function above was set. */
  g_main_loop_run (self->loop);

  g_signal_handlers_disconnect_by_data (self->session, self);
  self->model->loaded = NULL;
  g_source_remove (interrupt);
  g_source_remove (terminate);
  /* Rows are whole. */
  emo_cli_interrupt_end_at_next ();
  emo_cli_progress_clear ();
  g_clear_pointer (&self->loop, g_main_loop_unref);
}

static int
predict (EmoPredict *self)
{
  if (add_pictures (self))
    {
      run_loop (self);
      if (!self->unwritable)
        finish_output (self);
    }
  end_record (self);

  /* An interrupt that came at once: the engine may be deep in a picture. All
   * rows are written, so there is nothing to wait for. */
  if (self->n_interrupts > 1)
    _exit (EMO_EXIT_STOPPED);
  if (self->status == EMO_EXIT_OK && (self->n_failed > 0 || self->n_problems > 0))
    self->status = EMO_EXIT_SOME_FAILED;

  return self->status;
}

/**
 * emo_cli_predict:
 * @options: the command line
 *
 * emovlm predict PATH...
 *
 * Returns: the exit status
 */
int
emo_cli_predict (EmoCliOptions *options)
{
  EmoPredict self = { .options = options };
  g_autoptr(GError) error = NULL;

  if (options->arguments == NULL || options->arguments[0] == NULL)
    return emo_cli_usage (_("predict needs a picture, a folder or - for names on standard input"));
  if (options->resume && (options->output == NULL || options->format == EMO_EXPORT_TABLE))
    return emo_cli_usage (_("--resume needs --output with --format csv or jsonl"));
  /* Rows are told apart by their URIs. */
  if (options->resume && (options->column_groups & EMO_EXPORT_PICTURE) == 0)
    return emo_cli_usage (_("--resume needs the group \"picture\" among --columns"));
  if (!emo_cli_check_model (options))
    return EMO_EXIT_USAGE;

  emo_cli_progress_init (options->quiet);
  self.output = emo_cli_output_new (options, &error);
  if (self.output == NULL)
    {
      emo_cli_report ("%s", error->message);
      return emo_error_get_exit_status (error);
    }

  self.model = emo_cli_model_new (options);
  self.session = emo_session_new (self.model->engine);
  begin_record (&self);
  set_request (&self);
  self.status = predict (&self);

  emo_session_stop (self.session);
  emo_session_set_classifier (self.session, NULL);
  emo_cli_model_free (self.model);
  g_queue_clear_full (&self.held, g_object_unref);
  g_clear_object (&self.session);
  g_clear_object (&self.store);
  emo_cli_output_free (self.output);

  return self.status;
}
