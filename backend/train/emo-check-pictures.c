/* emo-check-pictures.c: pictures with expected numbers
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-bundle-classifier.h"
#include "emo-check-pictures.h"
#include "emo-file.h"
#include "emo-json.h"
#include "emo-patches.h"

/* What a picture's file may have for a bundle to carry it. */
#define MAX_BYTES EMO_IMAGE_MAX_BYTES

/* "1-awe.png": a label may hold what a file name must not. */
static char *
make_name (guint       index,
           const char *label,
           const char *path)
{
  g_autofree char *plain = g_strdup (label);
  const char *base = strrchr (path, '/'), *dot = strrchr (base != NULL ? base : path, '.');

  g_strcanon (plain, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-_", '_');

  return g_strdup_printf ("checks/%u-%s%s", index + 1, plain, dot != NULL && strlen (dot) <= 5 ? dot : "");
}

static gboolean
copy (const char  *path,
      const char  *target,
      GError     **error)
{
  g_autoptr(GBytes) bytes = emo_file_read (path, MAX_BYTES, error);
  g_autofree char *folder = g_path_get_dirname (target);

  return bytes != NULL && emo_file_make_folder (folder, error) &&
         emo_file_write (target, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), error);
}

static void
answer_cb (EmoUpdate *update,
           gpointer   user_data)
{
  GString *text = user_data;
  const char *key = update->stage == EMO_STAGE_VLM ? "vlm" : update->stage == EMO_STAGE_DISTILLED ? "distilled" : "gated";

  if (update->stage != EMO_STAGE_VLM && update->stage != EMO_STAGE_DISTILLED && update->stage != EMO_STAGE_GATE)
    return;
  g_string_append_printf (text, ", \"%s\": ", key);
  emo_json_append_doubles (text, update->probabilities, update->n_labels);
}

/* The numbers are those of the type in use, which may be a rough one. */
static gboolean
add_check (GString        *text,
           EmoClassifier  *classifier,
           const char     *folder,
           const char     *name,
           GCancellable   *cancellable,
           GError        **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr(EmoImage) image = emo_image_load (path, FALSE, error);
  g_autoptr(EmoPatches) patches = image != NULL ? emo_classifier_prepare (classifier, image, error) : NULL;
  EmoRequest request = EMO_REQUEST_INIT;

  if (patches == NULL)
    return FALSE;
  request.explain = FALSE;
  g_string_append (text, text->len > 1 ? ", {\"image\": " : "{\"image\": ");
  emo_json_append_string (text, name);
  g_string_append (text, ", \"dtype\": ");
  emo_json_append_string (text, emo_classifier_get_info (classifier)->dtype);
  if (!emo_classifier_classify (classifier, patches, &request, answer_cb, text, cancellable, error))
    return FALSE;
  g_string_append_c (text, '}');

  return TRUE;
}

/**
 * emo_check_pictures_make:
 * @options: the bundle, and how it computes
 * @paths: (array length=n): pictures
 * @labels: (array length=n): theirs
 * @n: how many
 * @cancellable: (nullable): a cancellable
 * @error: return location
 *
 * Returns: (transfer full) (nullable): a JSON array
 */
char *
emo_check_pictures_make (const EmoCheckOptions  *options,
                         const char * const     *paths,
                         const char * const     *labels,
                         guint                   n,
                         GCancellable           *cancellable,
                         GError                **error)
{
  EmoLoadOptions load = EMO_LOAD_OPTIONS_INIT;
  g_autoptr(EmoClassifier) classifier = NULL;
  g_autoptr(GString) text = g_string_new ("[");

  g_return_val_if_fail (options != NULL, NULL);

  load.path = options->bundle;
  load.device = options->device;
  load.dtype = options->dtype;
  load.threads = options->threads;
  classifier = emo_bundle_classifier_load (&load, NULL, NULL, cancellable, error);
  if (classifier == NULL)
    return NULL;
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = make_name (i, labels[i], paths[i]);
      g_autofree char *target = g_build_filename (options->bundle, name, NULL);

      if (!copy (paths[i], target, error) || !add_check (text, classifier, options->bundle, name, cancellable, error))
        return NULL;
    }
  g_string_append_c (text, ']');

  return g_string_free (g_steal_pointer (&text), FALSE);
}
