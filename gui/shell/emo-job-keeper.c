/* emo-job-keeper.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-job-keeper.h"

/* One notification at a time: a newer one takes its place. */
#define NOTIFICATION_ID "job-ended"

struct _EmoJobKeeper
{
  GObject         parent_instance;

  GtkApplication *application;   /* (unowned): it owns the keeper */
  EmoJobList     *jobs;
  guint           cookie;        /* 0: nothing is inhibited */
};

G_DEFINE_FINAL_TYPE (EmoJobKeeper, emo_job_keeper, G_TYPE_OBJECT)

static void
uninhibit (EmoJobKeeper *self)
{
  if (self->cookie != 0)
    gtk_application_uninhibit (self->application, self->cookie);
  self->cookie = 0;
}

static void
long_cb (EmoJobKeeper *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->jobs));
  g_autofree char *reason = g_strdup_printf (ngettext ("%u job is running", "%u jobs are running", n), n);

  if (!emo_job_list_get_long (self->jobs))
    uninhibit (self);
  else if (self->cookie == 0)
    self->cookie = gtk_application_inhibit (self->application,
                                            gtk_application_get_active_window (self->application),
                                            GTK_APPLICATION_INHIBIT_SUSPEND,
                                            reason);
}

static gboolean
is_looked_at (EmoJobKeeper *self)
{
  for (GList *l = gtk_application_get_windows (self->application); l != NULL; l = l->next)
    if (gtk_window_is_active (l->data))
      return TRUE;

  return FALSE;
}

static void
ended_cb (EmoJobKeeper *self,
          EmoJob       *job,
          const char   *title,
          gboolean      is_long)
{
  g_autoptr (GNotification) notification = NULL;
  g_autofree char *body = NULL;
  guint64 done, total;

  if (!is_long || is_looked_at (self))
    return;

  if (emo_job_get_count (job, &done, &total))
    body = g_strdup_printf (ngettext ("%u picture", "%u pictures", (guint) done), (guint) done);
  else
    body = emo_job_dup_message (job);

  /* Without a default action a click activates the application, which presents
   * its window. */
  notification = g_notification_new (emo_job_get_state (job) == EMO_JOB_DONE ? title : _("A Job Has Failed"));
  if (body != NULL)
    g_notification_set_body (notification, body);
  g_application_send_notification (G_APPLICATION (self->application), NOTIFICATION_ID, notification);
}

static void
emo_job_keeper_dispose (GObject *object)
{
  EmoJobKeeper *self = EMO_JOB_KEEPER (object);

  if (self->jobs != NULL)
    g_signal_handlers_disconnect_by_data (self->jobs, self);
  g_clear_object (&self->jobs);
  uninhibit (self);

  G_OBJECT_CLASS (emo_job_keeper_parent_class)->dispose (object);
}

static void
emo_job_keeper_class_init (EmoJobKeeperClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = emo_job_keeper_dispose;
}

static void
emo_job_keeper_init (EmoJobKeeper *self)
{
}

/**
 * emo_job_keeper_new:
 * @application: who asks; outlives the keeper
 * @jobs: what is under way
 *
 * Returns: (transfer full): a keeper
 */
EmoJobKeeper *
emo_job_keeper_new (GtkApplication *application,
                    EmoJobList     *jobs)
{
  EmoJobKeeper *self;

  g_return_val_if_fail (GTK_IS_APPLICATION (application), NULL);
  g_return_val_if_fail (EMO_IS_JOB_LIST (jobs), NULL);

  self = g_object_new (EMO_TYPE_JOB_KEEPER, NULL);
  self->application = application;
  self->jobs = g_object_ref (jobs);
  g_signal_connect_object (jobs, "notify::long", G_CALLBACK (long_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (jobs, "ended", G_CALLBACK (ended_cb), self, G_CONNECT_SWAPPED);

  return self;
}

/**
 * emo_job_keeper_seen:
 * @self: a keeper
 *
 * Takes a notification back once a window has the person's attention.
 */
void
emo_job_keeper_seen (EmoJobKeeper *self)
{
  g_return_if_fail (EMO_IS_JOB_KEEPER (self));

  g_application_withdraw_notification (G_APPLICATION (self->application), NOTIFICATION_ID);
}
