/* emo-model-popover.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-model-popover.h"
#include "emo-model-words.h"
#include "emo-settings.h"

struct _EmoModelPopover
{
  GtkPopover      parent_instance;

  EmoModelLoader *loader;

  GtkLabel       *name;
  GtkLabel       *folder;
  GtkWidget      *loading_box;
  GtkProgressBar *progress;
  GtkWidget      *failed_box;
  GtkLabel       *error;
  GtkWidget      *base_button;
  GtkWidget      *large_box;
  GtkLabel       *large;
  GtkWidget      *outdated_box;
  GtkWidget      *domain_box;
  GtkLabel       *domain;
  GtkWidget      *branches_box;
  GtkLabel       *branches;
  GtkWidget      *compute_box;
  GtkLabel       *compute;
  GtkWidget      *memory_box;
  GtkLabel       *memory;
  GtkWidget      *check_box;
  GtkLabel       *check;
  GtkWidget      *notes_box;
  GtkLabel       *notes;
  GtkWidget      *load_button;
  GtkWidget      *unload_button;
  GtkWidget      *recent_box;
  GtkListBox     *recent;
};

G_DEFINE_FINAL_TYPE (EmoModelPopover, emo_model_popover, GTK_TYPE_POPOVER)

static void
set_fact (GtkWidget  *box,
          GtkLabel   *label,
          const char *text)
{
  gboolean there = text != NULL && text[0] != '\0';

  if (there && g_strcmp0 (gtk_label_get_text (label), text) != 0)
    gtk_label_set_text (label, text);
  gtk_widget_set_visible (box, there);
}

static void
update_name (EmoModelPopover *self)
{
  const char *path = emo_model_loader_get_path (self->loader);
  g_autofree char *name = emo_model_loader_dup_name (self->loader);
  g_autofree char *shown = path != NULL ? emo_file_escape_name (path) : NULL;

  gtk_label_set_text (self->name, name != NULL ? name : _("No Model"));
  gtk_label_set_text (self->folder, shown != NULL ? shown : "");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->folder), shown);
  gtk_widget_set_visible (GTK_WIDGET (self->folder), shown != NULL);
}

static void
update_state (EmoModelPopover *self)
{
  EmoModelState state = emo_model_loader_get_state (self->loader);
  double progress = emo_model_loader_get_progress (self->loader);
  const EmoModelNeed *need = emo_model_loader_get_need (self->loader);

  gtk_widget_set_visible (self->loading_box, state == EMO_MODEL_LOADING);
  gtk_progress_bar_set_fraction (self->progress, MAX (progress, 0));

  if (state == EMO_MODEL_FAILED)
    gtk_label_set_text (self->error, emo_model_loader_get_error_message (self->loader));
  gtk_widget_set_visible (self->failed_box, state == EMO_MODEL_FAILED);
  gtk_widget_set_visible (self->base_button, emo_model_loader_get_needs_base (self->loader));

  if (state == EMO_MODEL_TOO_LARGE && need != NULL)
    {
      g_autofree char *memory = emo_model_words_dup_memory (need);
      g_autofree char *text = g_strdup_printf (_("%s. The computer may become very slow."), memory);

      gtk_label_set_text (self->large, text);
    }
  gtk_widget_set_visible (self->large_box, state == EMO_MODEL_TOO_LARGE);
  gtk_widget_set_visible (self->outdated_box, emo_model_loader_get_outdated (self->loader));
  gtk_widget_set_visible (self->load_button, state == EMO_MODEL_NOT_LOADED);
  gtk_widget_set_visible (self->unload_button, state == EMO_MODEL_READY);
}

static void
update_facts (EmoModelPopover *self)
{
  EmoClassifier *classifier = emo_model_loader_get_classifier (self->loader);
  const EmoModelInfo *info = classifier != NULL ? emo_classifier_get_info (classifier) : NULL;
  const EmoModelNeed *need = emo_model_loader_get_need (self->loader);
  gboolean too_large = emo_model_loader_get_state (self->loader) == EMO_MODEL_TOO_LARGE;
  g_autofree char *branches = info != NULL ? emo_model_words_dup_branches (info) : NULL;
  g_autofree char *compute = info != NULL ? emo_model_words_dup_compute (info) : NULL;
  g_autofree char *memory = need != NULL && !too_large ? emo_model_words_dup_memory (need) : NULL;
  g_autofree char *check = emo_model_words_dup_check (self->loader);
  g_autofree char *notes = info != NULL && info->notes != NULL ? g_strjoinv ("\n", info->notes) : NULL;

  set_fact (self->branches_box, self->branches, branches);
  set_fact (self->compute_box, self->compute, compute);
  set_fact (self->memory_box, self->memory, memory);
  set_fact (self->check_box, self->check, check);
  set_fact (self->notes_box, self->notes, notes);
  set_fact (self->domain_box, self->domain, info != NULL ? info->domain_notice : NULL);
}

static void
update (EmoModelPopover *self)
{
  if (self->loader == NULL || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;

  update_name (self);
  update_state (self);
  update_facts (self);
}

/* --- Other models --- */

#define PATH_KEY "emo-model-path"
#define BASE_KEY "emo-model-base"

static void
add_recent (EmoModelPopover *self,
            const char      *path,
            const char      *base,
            const char      *title)
{
  g_autofree char *folder = g_path_get_basename (path);
  g_autofree char *name = emo_file_escape_name (title != NULL ? title : folder);
  g_autofree char *shown = emo_file_escape_name (path);
  g_autofree char *title_markup = g_markup_escape_text (name, -1);
  g_autofree char *subtitle_markup = g_markup_escape_text (shown, -1);
  GtkWidget *row;

  if (g_strcmp0 (path, emo_model_loader_get_path (self->loader)) == 0)
    return;

  row = g_object_new (ADW_TYPE_ACTION_ROW,
                      "title", title_markup,
                      "subtitle", subtitle_markup,
                      "title-lines", 1,
                      "subtitle-lines", 1,
                      "activatable", TRUE,
                      NULL);
  g_object_set_data_full (G_OBJECT (row), PATH_KEY, g_strdup (path), g_free);
  g_object_set_data_full (G_OBJECT (row), BASE_KEY, g_strdup (base), g_free);
  gtk_list_box_append (self->recent, row);
}

static void
fill_recent (EmoModelPopover *self)
{
  GSettings *settings = emo_settings_get ();
  g_autofree char *embedded = emo_paths_dup_data ("models/emoscenes");
  g_autoptr (GVariant) recent = NULL;
  GVariantIter iter;
  GtkWidget *row;
  const char *path, *base;

  while ((row = gtk_widget_get_first_child (GTK_WIDGET (self->recent))) != NULL)
    gtk_list_box_remove (self->recent, row);

  if (embedded != NULL)
    add_recent (self, embedded, "", _("The Model That Comes Along"));
  if (settings != NULL)
    {
      recent = g_settings_get_value (settings, "recent-models");
      g_variant_iter_init (&iter, recent);
      while (g_variant_iter_next (&iter, "(&s&s)", &path, &base))
        add_recent (self, path, base, NULL);
    }
  gtk_widget_set_visible (self->recent_box, gtk_widget_get_first_child (GTK_WIDGET (self->recent)) != NULL);
}

static void
recent_cb (EmoModelPopover *self,
           GtkListBoxRow   *row)
{
  const char *base = g_object_get_data (G_OBJECT (row), BASE_KEY);
  g_autofree char *path = g_strdup (g_object_get_data (G_OBJECT (row), PATH_KEY));

  emo_model_loader_use (self->loader, path, base[0] != '\0' ? base : NULL);
  fill_recent (self);
}

/* --- The widget --- */

/* Only who looks gets the list of folders and the check, which costs two
 * pictures' time. */
static void
emo_model_popover_map (GtkWidget *widget)
{
  EmoModelPopover *self = EMO_MODEL_POPOVER (widget);

  GTK_WIDGET_CLASS (emo_model_popover_parent_class)->map (widget);

  if (self->loader == NULL)
    return;
  fill_recent (self);
  update (self);
  emo_model_loader_check (self->loader);
}

static void
changed_cb (EmoModelPopover *self)
{
  update (self);
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    emo_model_loader_check (self->loader);
}

static void
emo_model_popover_dispose (GObject *object)
{
  EmoModelPopover *self = EMO_MODEL_POPOVER (object);

  if (self->loader != NULL)
    g_signal_handlers_disconnect_by_data (self->loader, self);
  g_clear_object (&self->loader);

  G_OBJECT_CLASS (emo_model_popover_parent_class)->dispose (object);
}

#define BIND(child) gtk_widget_class_bind_template_child (widget_class, EmoModelPopover, child)

static void
emo_model_popover_class_init (EmoModelPopoverClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = emo_model_popover_dispose;

  widget_class->map = emo_model_popover_map;

  gtk_widget_class_set_template_from_resource (widget_class, EMO_RESOURCE_PATH "/shell/emo-model-popover.ui");
  BIND (name);
  BIND (folder);
  BIND (loading_box);
  BIND (progress);
  BIND (failed_box);
  BIND (error);
  BIND (base_button);
  BIND (large_box);
  BIND (large);
  BIND (outdated_box);
  BIND (domain_box);
  BIND (domain);
  BIND (branches_box);
  BIND (branches);
  BIND (compute_box);
  BIND (compute);
  BIND (memory_box);
  BIND (memory);
  BIND (check_box);
  BIND (check);
  BIND (notes_box);
  BIND (notes);
  BIND (load_button);
  BIND (unload_button);
  BIND (recent_box);
  BIND (recent);
  gtk_widget_class_bind_template_callback (widget_class, recent_cb);
}

static void
emo_model_popover_init (EmoModelPopover *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * emo_model_popover_set_loader:
 * @self: a popover
 * @loader: what to show; once
 */
void
emo_model_popover_set_loader (EmoModelPopover *self,
                              EmoModelLoader  *loader)
{
  g_return_if_fail (EMO_IS_MODEL_POPOVER (self));
  g_return_if_fail (EMO_IS_MODEL_LOADER (loader) && self->loader == NULL);

  self->loader = g_object_ref (loader);
  g_signal_connect_object (loader, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
}
