/* emo-analyse-page-copy.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-analyse-page-private.h"
#include "emo-sample-row.h"
#include "emo-settings.h"

/* What leaves the page by the clipboard, and the menu that offers it where a
 * picture or its results are. */

/* What is pasted is read by people, and made between two frames. */
#define MAX_COPIED 1000

static char *
dup_command (GPtrArray *samples)
{
  GSettings *settings = emo_settings_get ();

  return emo_cite_command (samples, settings != NULL ? g_settings_get_int (settings, "explain-tokens") : 64);
}

/* The parameter of the action "copy". */
static const struct
{
  const char  *name;
  char      *(*make) (GPtrArray *samples);
  const char  *copied;
  const char  *nothing;
} forms[] = {
  { "text", emo_table_to_text, N_("Result copied"), NULL },
  { "markdown", emo_table_to_markdown, N_("Table copied as Markdown"), NULL },
  { "latex", emo_table_to_latex, N_("Table copied as LaTeX"), NULL },
  { "command", dup_command, N_("Command copied"), N_("There is no command for pictures without a file or an answer") },
  { "methods", emo_cite_methods, N_("Methods sentence copied"), N_("There is no answer yet to cite") },
};

/* What is open of the history, else the pictures that are selected. */
static GPtrArray *
dup_chosen (EmoAnalysePage *self)
{
  GPtrArray *samples;
  EmoSample *shown;

  if (!_emo_analyse_page_has_history_open (self))
    return emo_list_pane_dup_selected (self->list_pane);

  samples = g_ptr_array_new_with_free_func (g_object_unref);
  shown = _emo_analyse_page_get_shown (self);
  if (shown != NULL)
    g_ptr_array_add (samples, g_object_ref (shown));

  return samples;
}

static void
copy (EmoAnalysePage *self,
      guint           form)
{
  g_autoptr (GPtrArray) samples = dup_chosen (self);
  g_autofree char *text = NULL;

  if (samples->len == 0)
    return;
  if (samples->len > MAX_COPIED)
    {
      text = g_strdup_printf (ngettext ("At most %u picture is copied at once: export them instead",
                                        "At most %u pictures are copied at once: export them instead", MAX_COPIED),
                              MAX_COPIED);
      _emo_analyse_page_toast (self, text);
      return;
    }

  text = forms[form].make (samples);
  if (text == NULL)
    {
      _emo_analyse_page_toast (self, _(forms[form].nothing));
      return;
    }
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text);
  _emo_analyse_page_toast (self, _(forms[form].copied));
}

static void
copy_cb (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       user_data)
{
  const char *name = g_variant_get_string (parameter, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    if (g_str_equal (forms[i].name, name))
      copy (EMO_ANALYSE_PAGE (user_data), i);
}

static const GActionEntry action_entries[] = {
  { .name = "copy", .activate = copy_cb, .parameter_type = "s" },
};

void
_emo_analyse_page_update_copy (EmoAnalysePage *self)
{
  _emo_analyse_page_enable (self, "copy", _emo_analyse_page_get_shown (self) != NULL);
}

/* --- The menu --- */

/* A popover that goes leaves the focus to whatever comes first in the window. */
static void
closed_cb (EmoAnalysePage *self)
{
  if (self->menu_focus != NULL)
    gtk_widget_grab_focus (self->menu_focus);
  g_clear_weak_pointer (&self->menu_focus);
}

static GtkWidget *
ensure_menu (EmoAnalysePage *self)
{
  GtkWidget *root = GTK_WIDGET (gtk_widget_get_root (GTK_WIDGET (self)));
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (root));

  if (self->menu == NULL && application != NULL)
    {
      self->menu = gtk_popover_menu_new_from_model (G_MENU_MODEL (gtk_application_get_menu_by_id (application, "picture-menu")));
      gtk_widget_set_halign (self->menu, GTK_ALIGN_START);
      gtk_popover_set_has_arrow (GTK_POPOVER (self->menu), FALSE);
      gtk_widget_set_parent (self->menu, GTK_WIDGET (self));
      g_signal_connect_object (self->menu, "closed", G_CALLBACK (closed_cb), self, G_CONNECT_SWAPPED);
    }

  return self->menu;
}

static gboolean
popup (EmoAnalysePage     *self,
       const GdkRectangle *at)
{
  GtkWidget *menu;

  if (_emo_analyse_page_get_shown (self) == NULL)
    return FALSE;

  menu = ensure_menu (self);
  if (menu == NULL)
    return FALSE;
  g_set_weak_pointer (&self->menu_focus, gtk_root_get_focus (gtk_widget_get_root (GTK_WIDGET (self))));
  gtk_popover_set_pointing_to (GTK_POPOVER (menu), at);
  gtk_popover_popup (GTK_POPOVER (menu));

  return TRUE;
}

static gboolean
is_selected (EmoAnalysePage *self,
             EmoSample      *sample)
{
  g_autoptr (GPtrArray) samples = emo_list_pane_dup_selected (self->list_pane);

  return g_ptr_array_find (samples, sample, NULL);
}

/* A picture of the list that the pointer is on becomes the selected one, unless
 * it is one of those that are. FALSE where a menu has no business. */
static gboolean
select_at (EmoAnalysePage *self,
           double          x,
           double          y)
{
  GtkWidget *picked = gtk_widget_pick (GTK_WIDGET (self), x, y, GTK_PICK_DEFAULT);
  GtkWidget *row = picked != NULL ? gtk_widget_get_ancestor (picked, EMO_TYPE_SAMPLE_ROW) : NULL;
  EmoSample *sample = row != NULL ? emo_sample_row_get_sample (EMO_SAMPLE_ROW (row)) : NULL;

  if (sample == NULL)
    return picked != NULL && gtk_widget_is_ancestor (picked, self->content_pane);
  if (!is_selected (self, sample))
    {
      self->adding = TRUE;
      emo_list_pane_set_sample (self->list_pane, sample);
      self->adding = FALSE;
    }

  return TRUE;
}

static void
pressed_cb (GtkGestureClick *gesture,
            int              n_press,
            double           x,
            double           y,
            EmoAnalysePage  *self)
{
  GdkEvent *event = gtk_event_controller_get_current_event (GTK_EVENT_CONTROLLER (gesture));

  if (!gdk_event_triggers_context_menu (event) || !select_at (self, x, y))
    return;
  if (popup (self, &(GdkRectangle) { (int) x, (int) y, 1, 1 }))
    gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
}

/* The key opens the menu at what has the focus. */
static gboolean
menu_key_cb (GtkWidget *widget,
             GVariant  *arguments,
             gpointer   user_data)
{
  EmoAnalysePage *self = EMO_ANALYSE_PAGE (widget);
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (widget));
  graphene_rect_t bounds;

  if (focus == NULL || !gtk_widget_compute_bounds (focus, widget, &bounds))
    return FALSE;

  return popup (self, &(GdkRectangle) {
                        (int) (bounds.origin.x + bounds.size.width / 2),
                        (int) (bounds.origin.y + bounds.size.height / 2),
                        1, 1 });
}

static void
add_keys (EmoAnalysePage *self)
{
  GtkEventController *keys = gtk_shortcut_controller_new ();
  GtkShortcut *copy_key = gtk_shortcut_new (gtk_shortcut_trigger_parse_string ("<Control>c"),
                                            gtk_named_action_new ("win.copy"));
  GtkShortcut *menu_key = gtk_shortcut_new (gtk_shortcut_trigger_parse_string ("Menu|<Shift>F10"),
                                            gtk_callback_action_new (menu_key_cb, NULL, NULL));

  /* Text that has the focus takes Ctrl+C before it comes here. */
  gtk_shortcut_set_arguments (copy_key, g_variant_new_string ("text"));
  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (keys), copy_key);
  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (keys), menu_key);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
}

void
_emo_analyse_page_init_copy (EmoAnalysePage *self)
{
  GtkGesture *gesture = gtk_gesture_click_new ();

  g_action_map_add_action_entries (G_ACTION_MAP (self->actions), action_entries, G_N_ELEMENTS (action_entries), self);
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (gesture), 0);
  gtk_gesture_single_set_exclusive (GTK_GESTURE_SINGLE (gesture), TRUE);
  g_signal_connect (gesture, "pressed", G_CALLBACK (pressed_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (gesture));
  add_keys (self);
}
