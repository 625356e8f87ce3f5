/* gui/shell/emo-leave.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-leave.h"

struct _EmoLeave
{
  GObject       parent_instance;

  GtkWindow    *window;       /* (unowned): it owns this */
  EmoTrainPage *page;         /* (unowned): a child of the window */
  GtkWidget    *dialog;       /* (nullable) a weak pointer */
  gboolean      waiting;      /* for the training's end, to leave then */
  gboolean      quit;
};

G_DEFINE_FINAL_TYPE (EmoLeave, emo_leave, G_TYPE_OBJECT)

static void
active_cb (EmoLeave *self)
{
  if (!self->waiting || emo_train_page_get_active (self->page))
    return;

  self->waiting = FALSE;
  if (self->dialog != NULL)
    gtk_window_destroy (GTK_WINDOW (self->dialog));
  if (self->quit)
    g_application_quit (g_application_get_default ());
  else
    gtk_window_close (self->window);
}

static void
response_cb (EmoLeave   *self,
             const char *response)
{
  if (g_str_equal (response, "stop") && emo_train_page_get_active (self->page))
    {
      self->waiting = TRUE;
      emo_train_page_stop (self->page);
    }
  else if (g_str_equal (response, "stay"))
    {
      self->waiting = FALSE;
    }
}

static void
ask (EmoLeave *self)
{
  GtkWidget *dialog = self->waiting
                          ? adw_message_dialog_new (self->window, _("Training Is Stopping"),
                                                    _("It ends after the step that it is at. Ended at once, it can only go on from an older checkpoint."))
                          : adw_message_dialog_new (self->window, _("Stop Training and Leave?"),
                                                    _("Training stops after the step that it is at and keeps a checkpoint. Resume goes on from there later."));

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog),
                                    "stay", _("_Stay"),
                                    "stop", self->waiting ? _("_End at Once") : _("S_top and Leave"),
                                    NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "stop", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "stay");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "stay");
  g_signal_connect_object (dialog, "response", G_CALLBACK (response_cb), self, G_CONNECT_SWAPPED);
  g_set_weak_pointer (&self->dialog, dialog);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
emo_leave_dispose (GObject *object)
{
  g_clear_weak_pointer (&EMO_LEAVE (object)->dialog);

  G_OBJECT_CLASS (emo_leave_parent_class)->dispose (object);
}

static void
emo_leave_class_init (EmoLeaveClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = emo_leave_dispose;
}

static void
emo_leave_init (EmoLeave *self)
{
}

/**
 * emo_leave_new:
 * @window: the window; outlives this
 * @page: where a training may run; outlives this
 *
 * Returns: (transfer full): a guard
 */
EmoLeave *
emo_leave_new (GtkWindow    *window,
               EmoTrainPage *page)
{
  EmoLeave *self;

  g_return_val_if_fail (GTK_IS_WINDOW (window), NULL);
  g_return_val_if_fail (EMO_IS_TRAIN_PAGE (page), NULL);

  self = g_object_new (EMO_TYPE_LEAVE, NULL);
  self->window = window;
  self->page = page;
  g_signal_connect_object (page, "notify::active", G_CALLBACK (active_cb), self, G_CONNECT_SWAPPED);

  return self;
}

/**
 * emo_leave_may:
 * @self: a guard
 * @quit: whether the application is to end, rather than the window
 *
 * Asks the person, where there is something to ask.
 *
 * Returns: whether to leave now
 */
gboolean
emo_leave_may (EmoLeave *self,
               gboolean  quit)
{
  g_return_val_if_fail (EMO_IS_LEAVE (self), TRUE);

  if (!emo_train_page_get_active (self->page))
    return TRUE;

  self->quit = quit;
  if (self->dialog == NULL)
    ask (self);

  return FALSE;
}
