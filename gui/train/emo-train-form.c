/* emo-train-form.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "emo-dataset-group.h"
#include "emo-train-form.h"
#include "emo-train-stage-group.h"

/* Where tests have another program. */
#define PROGRAM_VARIABLE "EMOVLM_CLI"

struct _EmoTrainForm
{
  AdwBin                parent_instance;

  EmoModelLoader       *loader;
  GtkFileChooserNative *chooser;      /* (nullable) GTK keeps none alive */
  char                 *model;        /* (nullable) chosen; else the one that is loaded */
  char                 *output;       /* (nullable) chosen */
  char                 *proposed;     /* (nullable) where nothing was chosen */
  EmoTrainStageGroup   *groups[EMO_TRAIN_N_STAGES];

  EmoDatasetGroup      *dataset;
  AdwComboRow          *stage;
  AdwActionRow         *model_row;
  AdwActionRow         *output_row;
  GtkBox               *stage_box;
  GtkSpinButton        *seed;
  GtkSwitch            *published;
};

enum
{
  PROP_0,
  PROP_LOADER,
  N_PROPS
};

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (EmoTrainForm, emo_train_form, ADW_TYPE_BIN)

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void
emit_changed (EmoTrainForm *self)
{
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

/* --- Where things are --- */

static char *
dup_model (EmoTrainForm *self)
{
  const char *loaded = emo_model_loader_get_path (self->loader);

  if (self->model != NULL)
    return g_strdup (self->model);

  return loaded != NULL ? g_strdup (loaded) : emo_paths_dup_default_model ();
}

static void
update_model (EmoTrainForm *self)
{
  g_autofree char *path = dup_model (self);
  g_autofree char *shown = path != NULL ? emo_file_escape_name (path) : NULL;

  adw_action_row_set_subtitle (self->model_row, shown != NULL ? shown : _("No model is loaded: choose one"));
}

static void
update_output (EmoTrainForm *self)
{
  const char *path = emo_train_form_get_output (self);
  g_autofree char *shown = path != NULL ? emo_file_escape_name (path) : NULL;

  adw_action_row_set_subtitle (self->output_row, shown != NULL ? shown : _("A folder for the new model"));
}

static void
loader_cb (EmoTrainForm *self)
{
  update_model (self);
  emit_changed (self);
}

/* A folder of ours that is named after the dataset, until another is chosen. */
static void
dataset_cb (EmoTrainForm *self)
{
  const char *path = emo_dataset_group_get_path (self->dataset);

  g_clear_pointer (&self->proposed, g_free);
  if (path != NULL)
    {
      g_autofree char *folder = emo_paths_dup_user_data ("trained");
      g_autofree char *base = g_path_get_basename (path);
      char *suffix = strrchr (base, '.');

      if (suffix != NULL && suffix != base)
        *suffix = '\0';
      self->proposed = g_build_filename (folder, base, NULL);
    }
  update_output (self);
  emit_changed (self);
}

static void
stage_cb (EmoTrainForm *self)
{
  guint selected = adw_combo_row_get_selected (self->stage);

  for (guint i = 0; i < EMO_TRAIN_N_STAGES; i++)
    gtk_widget_set_visible (GTK_WIDGET (self->groups[i]), selected == i || selected >= EMO_TRAIN_N_STAGES);
  emit_changed (self);
}

static void
published_cb (EmoTrainForm *self)
{
  for (guint i = 0; i < EMO_TRAIN_N_STAGES; i++)
    emo_train_stage_group_set_published (self->groups[i], gtk_switch_get_active (self->published));
}

/* --- Choosers --- */

static char *
dup_chosen (EmoTrainForm    *self,
            GtkNativeDialog *dialog,
            int              response)
{
  g_autoptr (GFile) file = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  g_clear_object (&self->chooser);

  return file != NULL ? g_file_get_path (file) : NULL;
}

static void
dataset_response_cb (GtkNativeDialog *dialog,
                     int              response,
                     EmoTrainForm    *self)
{
  g_autofree char *path = dup_chosen (self, dialog, response);

  if (path != NULL)
    emo_train_form_set_dataset (self, path);
}

static void
model_response_cb (GtkNativeDialog *dialog,
                   int              response,
                   EmoTrainForm    *self)
{
  g_autofree char *path = dup_chosen (self, dialog, response);

  if (path != NULL)
    emo_train_form_set_model (self, path);
}

static void
output_response_cb (GtkNativeDialog *dialog,
                    int              response,
                    EmoTrainForm    *self)
{
  g_autofree char *path = dup_chosen (self, dialog, response);

  if (path != NULL)
    emo_train_form_set_output (self, path);
}

static GtkFileChooser *
choose (EmoTrainForm         *self,
        const char           *title,
        GtkFileChooserAction  action,
        GCallback             response_cb)
{
  g_autoptr (GtkFileChooserNative) chooser = NULL;

  chooser = gtk_file_chooser_native_new (title, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), action,
                                         _("_Choose"), _("_Cancel"));
  g_set_object (&self->chooser, chooser);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  g_signal_connect_object (chooser, "response", response_cb, self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));

  return GTK_FILE_CHOOSER (chooser);
}

static void
choose_folder_cb (EmoTrainForm *self)
{
  choose (self, _("Choose a Dataset’s Folder"), GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, G_CALLBACK (dataset_response_cb));
}

static void
choose_list_cb (EmoTrainForm *self)
{
  GtkFileChooser *chooser = choose (self, _("Choose a Dataset’s List"), GTK_FILE_CHOOSER_ACTION_OPEN, G_CALLBACK (dataset_response_cb));
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, _("CSV"));
  gtk_file_filter_add_suffix (filter, "csv");
  gtk_file_chooser_add_filter (chooser, filter);
}

static void
choose_model_cb (EmoTrainForm *self)
{
  choose (self, _("Choose a Model’s Folder"), GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, G_CALLBACK (model_response_cb));
}

static void
choose_output_cb (EmoTrainForm *self)
{
  choose (self, _("Choose a Folder for the New Model"), GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, G_CALLBACK (output_response_cb));
}

/* --- The object --- */

static void
emo_train_form_constructed (GObject *object)
{
  EmoTrainForm *self = EMO_TRAIN_FORM (object);

  G_OBJECT_CLASS (emo_train_form_parent_class)->constructed (object);

  for (guint i = 0; i < EMO_TRAIN_N_STAGES; i++)
    {
      self->groups[i] = EMO_TRAIN_STAGE_GROUP (emo_train_stage_group_new (i));
      gtk_box_append (self->stage_box, GTK_WIDGET (self->groups[i]));
      g_signal_connect_object (self->groups[i], "notify::valid", G_CALLBACK (emit_changed), self, G_CONNECT_SWAPPED);
    }
  g_signal_connect_object (self->loader, "changed", G_CALLBACK (loader_cb), self, G_CONNECT_SWAPPED);
  update_model (self);
  stage_cb (self);
}

static void
emo_train_form_dispose (GObject *object)
{
  EmoTrainForm *self = EMO_TRAIN_FORM (object);

  if (self->loader != NULL)
    g_signal_handlers_disconnect_by_data (self->loader, self);
  g_clear_object (&self->loader);
  g_clear_object (&self->chooser);
  /* dispose_template unparents bound children, of which AdwBin keeps a pointer. */
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), EMO_TYPE_TRAIN_FORM);

  G_OBJECT_CLASS (emo_train_form_parent_class)->dispose (object);
}

static void
emo_train_form_finalize (GObject *object)
{
  EmoTrainForm *self = EMO_TRAIN_FORM (object);

  g_free (self->model);
  g_free (self->output);
  g_free (self->proposed);

  G_OBJECT_CLASS (emo_train_form_parent_class)->finalize (object);
}

static void
emo_train_form_set_property (GObject      *object,
                             guint         prop_id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  switch (prop_id)
    {
    case PROP_LOADER:
      EMO_TRAIN_FORM (object)->loader = g_value_dup_object (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_train_form_class_init (EmoTrainFormClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->constructed = emo_train_form_constructed;
  object_class->dispose = emo_train_form_dispose;
  object_class->finalize = emo_train_form_finalize;
  object_class->set_property = emo_train_form_set_property;

  properties[PROP_LOADER] =
    g_param_spec_object ("loader", NULL, NULL,
                         EMO_TYPE_MODEL_LOADER,
                         G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * EmoTrainForm::changed:
   * @self: the form
   *
   * Emitted after anything that decides whether a training can begin, and where.
   */
  signals[SIGNAL_CHANGED] =
    g_signal_new ("changed", EMO_TYPE_TRAIN_FORM, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  g_type_ensure (EMO_TYPE_DATASET_GROUP);
  gtk_widget_class_set_template_from_resource (widget_class, EMO_RESOURCE_PATH "/train/emo-train-form.ui");
  gtk_widget_class_bind_template_child (widget_class, EmoTrainForm, dataset);
  gtk_widget_class_bind_template_child (widget_class, EmoTrainForm, stage);
  gtk_widget_class_bind_template_child (widget_class, EmoTrainForm, model_row);
  gtk_widget_class_bind_template_child (widget_class, EmoTrainForm, output_row);
  gtk_widget_class_bind_template_child (widget_class, EmoTrainForm, stage_box);
  gtk_widget_class_bind_template_child (widget_class, EmoTrainForm, seed);
  gtk_widget_class_bind_template_child (widget_class, EmoTrainForm, published);
  gtk_widget_class_bind_template_callback (widget_class, dataset_cb);
  gtk_widget_class_bind_template_callback (widget_class, emit_changed);
  gtk_widget_class_bind_template_callback (widget_class, stage_cb);
  gtk_widget_class_bind_template_callback (widget_class, published_cb);
  gtk_widget_class_bind_template_callback (widget_class, choose_folder_cb);
  gtk_widget_class_bind_template_callback (widget_class, choose_list_cb);
  gtk_widget_class_bind_template_callback (widget_class, choose_model_cb);
  gtk_widget_class_bind_template_callback (widget_class, choose_output_cb);
}

/* The names of the stages come from one place. */
static void
emo_train_form_init (EmoTrainForm *self)
{
  g_autoptr (GtkStringList) stages = gtk_string_list_new (NULL);

  gtk_widget_init_template (GTK_WIDGET (self));
  for (guint i = 0; i < EMO_TRAIN_N_STAGES; i++)
    gtk_string_list_append (stages, emo_train_stage_title (emo_train_stage_id_get_name (i)));
  gtk_string_list_append (stages, C_("stages of training", "All Stages"));
  g_signal_handlers_block_by_func (self->stage, stage_cb, self);
  adw_combo_row_set_model (self->stage, G_LIST_MODEL (stages));
  adw_combo_row_set_selected (self->stage, EMO_TRAIN_DISTILLED);
  g_signal_handlers_unblock_by_func (self->stage, stage_cb, self);
}

/**
 * emo_train_form_get_stage:
 * @self: a form
 *
 * Returns: what is to be trained, as the command line calls it
 */
const char *
emo_train_form_get_stage (EmoTrainForm *self)
{
  guint selected;

  g_return_val_if_fail (EMO_IS_TRAIN_FORM (self), NULL);

  selected = adw_combo_row_get_selected (self->stage);

  return selected < EMO_TRAIN_N_STAGES ? emo_train_stage_id_get_name (selected) : EMO_TRAIN_ALL;
}

/**
 * emo_train_form_set_stage:
 * @self: a form
 * @stage: a stage, or EMO_TRAIN_ALL; others change nothing
 */
void
emo_train_form_set_stage (EmoTrainForm *self,
                          const char   *stage)
{
  EmoTrainStageId id;

  g_return_if_fail (EMO_IS_TRAIN_FORM (self));
  g_return_if_fail (stage != NULL);

  if (emo_train_stage_id_from_string (stage, &id))
    adw_combo_row_set_selected (self->stage, id);
  else if (g_str_equal (stage, EMO_TRAIN_ALL))
    adw_combo_row_set_selected (self->stage, EMO_TRAIN_N_STAGES);
}

/**
 * emo_train_form_get_output:
 * @self: a form
 *
 * Returns: (transfer none) (nullable): the folder that is written to
 */
const char *
emo_train_form_get_output (EmoTrainForm *self)
{
  g_return_val_if_fail (EMO_IS_TRAIN_FORM (self), NULL);

  return self->output != NULL ? self->output : self->proposed;
}

/**
 * emo_train_form_set_output:
 * @self: a form
 * @path: a folder, there or not
 */
void
emo_train_form_set_output (EmoTrainForm *self,
                           const char   *path)
{
  g_return_if_fail (EMO_IS_TRAIN_FORM (self));
  g_return_if_fail (path != NULL);

  g_free (self->output);
  self->output = g_strdup (path);
  update_output (self);
  emit_changed (self);
}

/**
 * emo_train_form_set_dataset:
 * @self: a form
 * @path: a folder or a list
 */
void
emo_train_form_set_dataset (EmoTrainForm *self,
                            const char   *path)
{
  g_return_if_fail (EMO_IS_TRAIN_FORM (self));

  emo_dataset_group_set_path (self->dataset, path);
}

/**
 * emo_train_form_set_model:
 * @self: a form
 * @path: a model's folder to begin with
 */
void
emo_train_form_set_model (EmoTrainForm *self,
                          const char   *path)
{
  g_return_if_fail (EMO_IS_TRAIN_FORM (self));
  g_return_if_fail (path != NULL);

  g_free (self->model);
  self->model = g_strdup (path);
  update_model (self);
  emit_changed (self);
}

/**
 * emo_train_form_get_missing:
 * @self: a form
 *
 * Returns: (nullable): what has to be done first
 */
const char *
emo_train_form_get_missing (EmoTrainForm *self)
{
  g_autofree char *model = NULL;

  g_return_val_if_fail (EMO_IS_TRAIN_FORM (self), NULL);

  model = dup_model (self);
  if (emo_dataset_group_get_path (self->dataset) == NULL)
    return _("Choose a dataset");
  if (!emo_dataset_group_get_ready (self->dataset))
    return _("The dataset has to be read first");
  if (model == NULL)
    return _("Choose a model to begin with");
  if (emo_train_form_get_output (self) == NULL)
    return _("Choose a folder for the new model");
  for (guint i = 0; i < EMO_TRAIN_N_STAGES; i++)
    if (gtk_widget_get_visible (GTK_WIDGET (self->groups[i])) && !emo_train_stage_group_get_valid (self->groups[i]))
      return _("A learning rate or weight decay is no number from 0 to 10");

  return NULL;
}

static char *
dup_recipe (EmoTrainForm *self)
{
  GString *out = g_string_new ("{\"seed\":");

  gtk_spin_button_update (self->seed);
  g_string_append_printf (out, "%" G_GUINT64_FORMAT, (guint64) gtk_spin_button_get_value (self->seed));
  for (guint i = 0; i < EMO_TRAIN_N_STAGES; i++)
    if (gtk_widget_get_visible (GTK_WIDGET (self->groups[i])))
      {
        g_string_append_c (out, ',');
        emo_train_stage_group_append_json (self->groups[i], out);
      }
  g_string_append (out, "}\n");

  return g_string_free (out, FALSE);
}

static char *
dup_program (GError **error)
{
  const char *named = g_getenv (PROGRAM_VARIABLE);
  char *path = named != NULL && *named != '\0' ? g_strdup (named) : emo_paths_dup_program ("emovlm");

  if (path == NULL)
    g_set_error_literal (error, EMO_ERROR, EMO_ERROR_IO, _("The program “emovlm” that does the training is not installed"));

  return path;
}

/**
 * emo_train_form_dup_command:
 * @self: a form that misses nothing
 * @resume: whether to go on from a checkpoint
 * @error: return location
 *
 * The settings go into a file of our own, which the command names.
 *
 * Returns: (transfer full) (nullable): the command
 */
char **
emo_train_form_dup_command (EmoTrainForm  *self,
                            gboolean       resume,
                            GError       **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *program = NULL;
  g_autofree char *model = NULL;
  g_autofree char *recipe = NULL;
  g_autofree char *folder = NULL;
  g_autofree char *path = NULL;

  g_return_val_if_fail (EMO_IS_TRAIN_FORM (self), NULL);
  g_return_val_if_fail (emo_train_form_get_missing (self) == NULL, NULL);

  program = dup_program (error);
  if (program == NULL)
    return NULL;
  model = dup_model (self);
  recipe = dup_recipe (self);
  folder = emo_paths_dup_cache ("train");
  path = g_build_filename (folder, "recipe.json", NULL);
  if (!emo_file_write (path, recipe, strlen (recipe), error))
    return NULL;

  g_strv_builder_add_many (builder,
                           program, "train", emo_train_form_get_stage (self), emo_dataset_group_get_path (self->dataset),
                           "--output", emo_train_form_get_output (self), "--model", model,
                           "--recipe", path, "--format", "jsonl", "--quiet",
                           NULL);
  if (gtk_switch_get_active (self->published))
    g_strv_builder_add (builder, "--published");
  if (resume)
    g_strv_builder_add (builder, "--resume");

  return g_strv_builder_end (builder);
}
