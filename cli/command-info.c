/* command-info.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include <glib/gi18n.h>

#include "emo-cli.h"

static void G_GNUC_PRINTF (3, 4)
add (GString    *out,
     const char *name,
     const char *format,
     ...)
{
  g_autofree char *value = NULL;
  va_list args;

  va_start (args, format);
  value = g_strdup_vprintf (format, args);
  va_end (args);
  g_string_append_printf (out, "%-16s%s\n", name, value);
}

static void
add_optional (GString    *out,
              const char *name,
              const char *value)
{
  if (value != NULL)
    add (out, name, "%s", value);
}

static void
add_formats (GString *out)
{
  g_autoptr(GString) names = g_string_new (NULL);
  guint n_formats;
  const EmoImageFormat *formats = emo_image_format_get_all (&n_formats);

  for (guint i = 0; i < n_formats; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", formats[i].name);
  add (out, "formats", "%s", names->str);
}

static void
add_program (GString       *out,
             EmoCliOptions *options)
{
  g_autofree char *device = emo_device_dup_description (options->device);
  g_autofree char *model = emo_paths_dup_default_model ();

  add (out, "emovlm", "%s", EMO_VERSION);
  add (out, "libtorch", "%s", emo_torch_get_version ());
  add (out, "device", "%s", device);
  add_formats (out);
  add (out, "default model", "%s", model != NULL ? model : "none");
}

static void
add_branches (GString      *out,
              EmoModelInfo *info)
{
  g_autofree char *labels = g_strjoinv (", ", (char **) emo_label_set_get_labels (info->labels));

  add (out, "labels", "%s%s", labels, info->default_labels ? " (assumed: the model names none)" : "");
  add (out, "distilled", "%s", info->has_distilled ? "yes" : "not trained");
  if (info->has_gate)
    add (out, "gate", "%s, fed with %s", emo_gate_kind_to_string (info->gate_kind),
         emo_vlm_input_to_string (info->vlm_input));
  else
    add (out, "gate", "not trained");
  add_optional (out, "domain", info->domain_name);
  add_optional (out, "notice", info->domain_notice);
}

static void
add_model (GString      *out,
           EmoModelInfo *info)
{
  add (out, "model", "%s", info->name);
  add (out, "folder", "%s", info->path);
  add_optional (out, "revision", info->revision);
  add_branches (out, info);
  add (out, "parameters", "%" G_GINT64_FORMAT, info->parameters);
  add (out, "weights", "%" G_GINT64_FORMAT " bytes", info->weight_bytes);
  add (out, "loaded on", "%s (%s)", info->device, info->device_name);
  add (out, "loaded in", "%.0f ms", info->load_ms);
  add_optional (out, "model sha256", info->model_sha256);
  add_optional (out, "adapter sha256", info->adapter_sha256);
  add_optional (out, "head sha256", info->head_sha256);
  add_optional (out, "gate sha256", info->gate_sha256);
  add_optional (out, "prompt sha256", info->prompt_sha256);
  for (guint i = 0; info->notes != NULL && info->notes[i] != NULL; i++)
    add (out, "note", "%s", info->notes[i]);
}

static gpointer
complete_worker (gpointer       data,
                 GCancellable  *cancellable,
                 GError       **error)
{
  emo_bundle_classifier_complete_info (data);

  return data;
}

static gpointer
check_worker (gpointer       data,
              GCancellable  *cancellable,
              GError       **error)
{
  return emo_classifier_check (data, cancellable, error);
}

/* "numbers verified on this machine" is said only when there were numbers. */
static int
check (EmoCliModel *model,
       GString     *out)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(EmoCheck) result = NULL;

  result = emo_cli_model_run (model, check_worker, model->classifier, &error);
  if (result == NULL)
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        emo_cli_report ("%s", error->message);
      return emo_error_get_exit_status (error);
    }
  if (result->n_pictures == 0)
    {
      emo_cli_report (_("The model carries no picture with expected numbers"));
      return EMO_EXIT_FAILED;
    }
  /* NaN is no small difference. */
  if (!(result->worst <= result->tolerance))
    {
      emo_cli_report (_("numbers differ on this machine: %s by %.3g, at most %.3g expected"),
                      result->worst_what != NULL ? result->worst_what : _("one"), result->worst, result->tolerance);
      return EMO_EXIT_FAILED;
    }
  g_string_append_printf (out, "numbers verified on this machine, worst difference %.3g\n", result->worst);

  return EMO_EXIT_OK;
}

/* The model tells the thread count and the type that "auto" picks, which is
 * measured and not a property of the machine alone. */
static int
add_loaded (GString       *out,
            EmoCliOptions *options)
{
  EmoCliModel *model = emo_cli_model_new (options);
  EmoCliInterrupt *interrupt = emo_cli_interrupt_new (model->cancellable);
  int status = emo_cli_model_wait (model);

  if (status == EMO_EXIT_OK)
    {
      EmoModelInfo *info = emo_classifier_get_info (model->classifier);

      add (out, "threads", "%d", info->threads);
      add (out, "dtype", "%s%s", info->dtype, g_str_equal (options->dtype, "auto") ? " (auto)" : "");
      if (options->model != NULL)
        {
          emo_cli_model_run (model, complete_worker, model->classifier, NULL);
          add_model (out, info);
        }
      if (options->check)
        status = check (model, out);
    }
  emo_cli_interrupt_free (interrupt);
  emo_cli_model_free (model);

  return status;
}

/**
 * emo_cli_info:
 * @options: the command line
 *
 * emovlm info
 *
 * Returns: the exit status
 */
int
emo_cli_info (EmoCliOptions *options)
{
  g_autoptr(GString) out = g_string_new (NULL);
  g_autoptr(GError) error = NULL;
  g_autofree char *model = emo_paths_dup_default_model ();
  int status = EMO_EXIT_OK;

  if (options->arguments != NULL)
    return emo_cli_usage (_("info takes no argument; name a model with --model DIR"));
  if (!emo_cli_check_model (options))
    return EMO_EXIT_USAGE;

  add_program (out, options);
  if (model != NULL || options->model != NULL || options->check)
    status = add_loaded (out, options);
  if (!emo_cli_write_all (STDOUT_FILENO, NULL, out->str, out->len, &error) && !emo_cli_is_closed_pipe (error))
    {
      emo_cli_report ("%s", error->message);
      return emo_error_get_exit_status (error);
    }

  return status;
}
