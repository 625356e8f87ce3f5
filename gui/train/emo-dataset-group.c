/* emo-dataset-group.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-dataset-group.h"
#include "emo-dataset-scan.h"
#include "emo-emotion-name.h"

/* Rows are widgets, and nobody reads more of them. */
#define MOST_ROWS 100

struct _EmoDatasetGroup
{
  AdwPreferencesGroup  parent_instance;

  char                *path;           /* (nullable) */
  GCancellable        *cancellable;    /* (nullable) of the scan under way */
  gboolean             ready;
  GPtrArray           *label_rows;     /* of GtkWidget (unowned): children */
  GPtrArray           *problem_rows;   /* of GtkWidget (unowned): children */

  AdwActionRow        *folder_row;
  GtkSpinner          *spinner;
  AdwExpanderRow      *counts_row;
  AdwExpanderRow      *problems_row;
  AdwActionRow        *error_row;
};

enum
{
  PROP_0,
  PROP_PATH,
  PROP_READY,
  N_PROPS
};

enum
{
  SIGNAL_CHOOSE_FOLDER,
  SIGNAL_CHOOSE_LIST,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (EmoDatasetGroup, emo_dataset_group, ADW_TYPE_PREFERENCES_GROUP)

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static char *
dup_counts (const guint *counts)
{
  /* Translators: how many pictures there are to train, validate and test with */
  return g_strdup_printf (_("Train %'u · validation %'u · test %'u"),
                          counts[EMO_SPLIT_TRAIN], counts[EMO_SPLIT_VAL], counts[EMO_SPLIT_TEST]);
}

static void
clear_rows (AdwExpanderRow *expander,
            GPtrArray      *rows)
{
  for (guint i = 0; i < rows->len; i++)
    adw_expander_row_remove (expander, g_ptr_array_index (rows, i));
  g_ptr_array_set_size (rows, 0);
}

static void
add_row (AdwExpanderRow *expander,
         GPtrArray      *rows,
         const char     *title,
         const char     *subtitle)
{
  GtkWidget *row = g_object_new (ADW_TYPE_ACTION_ROW, "use-markup", FALSE, "title", title, "title-lines", 0, NULL);

  if (subtitle != NULL)
    adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  adw_expander_row_add_row (expander, row);
  g_ptr_array_add (rows, row);
}

static void
add_rest (AdwExpanderRow *expander,
          GPtrArray      *rows,
          guint           n)
{
  g_autofree char *text = NULL;

  if (n <= MOST_ROWS)
    return;

  text = g_strdup_printf (ngettext ("And %u more", "And %u more", n - MOST_ROWS), n - MOST_ROWS);
  add_row (expander, rows, text, NULL);
}

static void
show_labels (EmoDatasetGroup   *self,
             EmoDatasetSummary *summary)
{
  guint n = emo_dataset_summary_count (summary);
  g_autofree char *counts = dup_counts (summary->counts);
  g_autofree char *pictures = g_strdup_printf (ngettext ("%u picture", "%u pictures", n), n);
  g_autofree char *labels = g_strdup_printf (ngettext ("%u label", "%u labels", summary->labels->len), summary->labels->len);
  g_autofree char *title = g_strdup_printf (C_("numbers of pictures and labels", "%s, %s"), pictures, labels);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->counts_row), title);
  adw_expander_row_set_subtitle (self->counts_row, counts);
  for (guint i = 0; i < MIN (summary->labels->len, MOST_ROWS); i++)
    {
      const EmoDatasetLabel *label = &g_array_index (summary->labels, EmoDatasetLabel, i);
      g_autofree char *text = dup_counts (label->counts);

      add_row (self->counts_row, self->label_rows, emo_emotion_name (label->name), text);
    }
  add_rest (self->counts_row, self->label_rows, summary->labels->len);
  gtk_widget_set_visible (GTK_WIDGET (self->counts_row), TRUE);
}

static void
show_problems (EmoDatasetGroup   *self,
               EmoDatasetSummary *summary)
{
  guint n = g_strv_length (summary->problems);
  g_autofree char *title = g_strdup_printf (ngettext ("%u thing to know", "%u things to know", n), n);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->problems_row), title);
  for (guint i = 0; i < MIN (n, MOST_ROWS); i++)
    add_row (self->problems_row, self->problem_rows, summary->problems[i], NULL);
  add_rest (self->problems_row, self->problem_rows, n);
  gtk_widget_set_visible (GTK_WIDGET (self->problems_row), n > 0);
}

static void
set_ready (EmoDatasetGroup *self,
           gboolean         ready)
{
  if (self->ready == ready)
    return;

  self->ready = ready;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_READY]);
}

static void
clear (EmoDatasetGroup *self)
{
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  clear_rows (self->counts_row, self->label_rows);
  clear_rows (self->problems_row, self->problem_rows);
  gtk_widget_set_visible (GTK_WIDGET (self->counts_row), FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->problems_row), FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->error_row), FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), FALSE);
  gtk_spinner_set_spinning (self->spinner, FALSE);
}

static void
scan_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (EmoDatasetGroup) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoDatasetSummary) summary = emo_dataset_scan_finish (result, &error);

  /* Another path was chosen, or the page is gone. */
  if (g_cancellable_is_cancelled (g_task_get_cancellable (G_TASK (result))))
    return;

  g_clear_object (&self->cancellable);
  gtk_spinner_set_spinning (self->spinner, FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), FALSE);
  if (summary != NULL)
    {
      show_labels (self, summary);
      show_problems (self, summary);
    }
  else
    {
      adw_action_row_set_subtitle (self->error_row, error->message);
      gtk_widget_set_visible (GTK_WIDGET (self->error_row), TRUE);
    }
  set_ready (self, summary != NULL);
}

static void
choose_folder_cb (EmoDatasetGroup *self)
{
  g_signal_emit (self, signals[SIGNAL_CHOOSE_FOLDER], 0);
}

static void
choose_list_cb (EmoDatasetGroup *self)
{
  g_signal_emit (self, signals[SIGNAL_CHOOSE_LIST], 0);
}

static void
emo_dataset_group_dispose (GObject *object)
{
  EmoDatasetGroup *self = EMO_DATASET_GROUP (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  gtk_widget_dispose_template (GTK_WIDGET (self), EMO_TYPE_DATASET_GROUP);

  G_OBJECT_CLASS (emo_dataset_group_parent_class)->dispose (object);
}

static void
emo_dataset_group_finalize (GObject *object)
{
  EmoDatasetGroup *self = EMO_DATASET_GROUP (object);

  g_free (self->path);
  g_ptr_array_unref (self->label_rows);
  g_ptr_array_unref (self->problem_rows);

  G_OBJECT_CLASS (emo_dataset_group_parent_class)->finalize (object);
}

static void
emo_dataset_group_get_property (GObject    *object,
                                guint       prop_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  EmoDatasetGroup *self = EMO_DATASET_GROUP (object);

  switch (prop_id)
    {
    case PROP_PATH:
      g_value_set_string (value, self->path);
      break;
    case PROP_READY:
      g_value_set_boolean (value, self->ready);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_dataset_group_class_init (EmoDatasetGroupClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = emo_dataset_group_dispose;
  object_class->finalize = emo_dataset_group_finalize;
  object_class->get_property = emo_dataset_group_get_property;

  properties[PROP_PATH] =
    g_param_spec_string ("path", NULL, NULL,
                         NULL,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  properties[PROP_READY] =
    g_param_spec_boolean ("ready", NULL, NULL,
                          FALSE,
                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * EmoDatasetGroup::choose-folder:
   * @self: the group
   */
  signals[SIGNAL_CHOOSE_FOLDER] =
    g_signal_new ("choose-folder", EMO_TYPE_DATASET_GROUP, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  /**
   * EmoDatasetGroup::choose-list:
   * @self: the group
   */
  signals[SIGNAL_CHOOSE_LIST] =
    g_signal_new ("choose-list", EMO_TYPE_DATASET_GROUP, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, EMO_RESOURCE_PATH "/train/emo-dataset-group.ui");
  gtk_widget_class_bind_template_child (widget_class, EmoDatasetGroup, folder_row);
  gtk_widget_class_bind_template_child (widget_class, EmoDatasetGroup, spinner);
  gtk_widget_class_bind_template_child (widget_class, EmoDatasetGroup, counts_row);
  gtk_widget_class_bind_template_child (widget_class, EmoDatasetGroup, problems_row);
  gtk_widget_class_bind_template_child (widget_class, EmoDatasetGroup, error_row);
  gtk_widget_class_bind_template_callback (widget_class, choose_folder_cb);
  gtk_widget_class_bind_template_callback (widget_class, choose_list_cb);
}

static void
emo_dataset_group_init (EmoDatasetGroup *self)
{
  self->label_rows = g_ptr_array_new ();
  self->problem_rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * emo_dataset_group_get_path:
 * @self: a group
 *
 * Returns: (transfer none) (nullable): the folder or list that was chosen
 */
const char *
emo_dataset_group_get_path (EmoDatasetGroup *self)
{
  g_return_val_if_fail (EMO_IS_DATASET_GROUP (self), NULL);

  return self->path;
}

/**
 * emo_dataset_group_set_path:
 * @self: a group
 * @path: (nullable): a folder of class folders, or a list
 *
 * Reads it, again if it is the same: there may be more in it now.
 */
void
emo_dataset_group_set_path (EmoDatasetGroup *self,
                            const char      *path)
{
  g_autofree char *old = NULL;
  g_autofree char *shown = NULL;

  g_return_if_fail (EMO_IS_DATASET_GROUP (self));

  old = g_steal_pointer (&self->path);
  self->path = g_strdup (path);
  clear (self);
  set_ready (self, FALSE);
  if (path != NULL)
    {
      shown = emo_file_escape_name (path);
      self->cancellable = g_cancellable_new ();
      gtk_widget_set_visible (GTK_WIDGET (self->spinner), TRUE);
      gtk_spinner_set_spinning (self->spinner, TRUE);
      emo_dataset_scan_async (path, self->cancellable, scan_cb, g_object_ref (self));
    }
  adw_action_row_set_subtitle (self->folder_row, shown != NULL ? shown : _("A folder of class folders, or a list (CSV)"));
  if (g_strcmp0 (old, path) != 0)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PATH]);
}

/**
 * emo_dataset_group_get_ready:
 * @self: a group
 *
 * Returns: whether there is something to learn from
 */
gboolean
emo_dataset_group_get_ready (EmoDatasetGroup *self)
{
  g_return_val_if_fail (EMO_IS_DATASET_GROUP (self), FALSE);

  return self->ready;
}
