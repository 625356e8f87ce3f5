/* emo-deletion-toast.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-deletion-toast.h"
#include "emo-toast.h"

/* Deletions that follow each other quickly share one toast: a queue of toasts
 * would offer the last one's Undo long after. */
typedef struct
{
  EmoRunStore *store;
  GArray      *tokens;   /* of gint64 */
  guint        n;        /* results; 0: not known */
  gboolean     over;     /* it goes off the screen */
} Deletion;

/* Longer than other toasts: it is there to be pressed. */
#define UNDO_SECONDS 10

static const char key[] = "emo-deletion";

static void
deletion_free (gpointer data)
{
  Deletion *deletion = data;

  for (guint i = 0; i < deletion->tokens->len; i++)
    emo_run_store_purge (deletion->store, g_array_index (deletion->tokens, gint64, i));
  g_array_unref (deletion->tokens);
  g_object_unref (deletion->store);
  g_free (deletion);
}

static void
undo (AdwToast *toast)
{
  Deletion *deletion = g_object_get_data (G_OBJECT (toast), key);

  for (guint i = 0; i < deletion->tokens->len; i++)
    emo_run_store_undelete (deletion->store, g_array_index (deletion->tokens, gint64, i));
  g_array_set_size (deletion->tokens, 0);
}

static void
dismissed_cb (AdwToast *toast)
{
  Deletion *deletion = g_object_get_data (G_OBJECT (toast), key);

  deletion->over = TRUE;
}

/* What @before could undo is @deletion's to undo. A toast is dismissed once. */
static void
take_over (Deletion *deletion,
           AdwToast *before)
{
  Deletion *other = g_object_get_data (G_OBJECT (before), key);

  if (other->over)
    return;

  g_array_prepend_vals (deletion->tokens, other->tokens->data, other->tokens->len);
  g_array_set_size (other->tokens, 0);
  deletion->n = deletion->n > 0 && other->n > 0 ? deletion->n + other->n : 0;
  emo_toast_dismiss (before);
}

static char *
dup_title (Deletion   *deletion,
           const char *title)
{
  if (deletion->tokens->len == 1 && title != NULL)
    return g_strdup (title);
  if (deletion->n > 0)
    return g_strdup_printf (ngettext ("%u result deleted", "%u results deleted", deletion->n), deletion->n);

  return g_strdup (_("Results deleted"));
}

/**
 * emo_deletion_toast_new:
 * @store: where something was deleted
 * @before: (nullable): the toast of the deletion before, while it is shown
 * @token: of the deletion
 * @n: how many results were deleted; 0 where that is not known
 * @title: (nullable): what was deleted, unless the count says enough
 *
 * Returns: (transfer full): a toast for an overlay, which the deletion lasts
 *   longer than
 */
AdwToast *
emo_deletion_toast_new (EmoRunStore *store,
                        AdwToast    *before,
                        gint64       token,
                        guint        n,
                        const char  *title)
{
  Deletion *deletion;
  g_autofree char *text = NULL;
  g_autofree char *markup = NULL;
  AdwToast *self;

  g_return_val_if_fail (EMO_IS_RUN_STORE (store), NULL);
  g_return_val_if_fail (before == NULL || ADW_IS_TOAST (before), NULL);

  deletion = g_new0 (Deletion, 1);
  deletion->store = g_object_ref (store);
  deletion->tokens = g_array_new (FALSE, FALSE, sizeof (gint64));
  deletion->n = n;
  g_array_append_val (deletion->tokens, token);
  if (before != NULL)
    take_over (deletion, before);

  /* Titles of toasts are markup, whatever is put into them. */
  text = dup_title (deletion, title);
  markup = g_markup_escape_text (text, -1);
  self = adw_toast_new (markup);
  adw_toast_set_button_label (self, _("Undo"));
  adw_toast_set_timeout (self, UNDO_SECONDS);
  g_object_set_data_full (G_OBJECT (self), key, deletion, deletion_free);
  g_signal_connect (self, "button-clicked", G_CALLBACK (undo), NULL);
  g_signal_connect (self, "dismissed", G_CALLBACK (dismissed_cb), NULL);

  return self;
}

/**
 * emo_deletion_toast_undo:
 * @toast: a toast of this kind
 *
 * Brings back what was deleted, as its button does.
 */
void
emo_deletion_toast_undo (AdwToast *toast)
{
  Deletion *deletion;

  g_return_if_fail (ADW_IS_TOAST (toast));

  deletion = g_object_get_data (G_OBJECT (toast), key);
  g_return_if_fail (deletion != NULL);

  undo (toast);
  if (!deletion->over)
    emo_toast_dismiss (toast);
}
