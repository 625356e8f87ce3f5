/* emo-gate-result.c: gates that were fitted, measured and saved
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-branches.h"
#include "emo-check-pictures.h"
#include "emo-file.h"
#include "emo-gate-result.h"
#include "emo-logits.h"
#include "emo-manifest-edit.h"
#include "emo-temperature.h"
#include "emo-train-settings.h"

#define N_CHECKS 2

static const EmoGateRecipe *
get_recipe (EmoGateResult *self)
{
  return &self->job->recipe->gate;
}

void
emo_gate_result_init (EmoGateResult     *self,
                      const EmoTrainJob *job,
                      const EmoGateSets *sets,
                      EmoGateSearch     *search)
{
  EmoGateRows val = emo_gate_set_get_rows (&sets->splits[EMO_SPLIT_VAL]);

  *self = (EmoGateResult) { .job = job, .sets = sets };
  for (guint i = 0; i < EMO_N_GATE_KINDS; i++)
    {
      g_autofree float *logits = NULL;

      self->gates[i] = emo_gate_search_dup_gate (search, i);
      if (val.n == 0)
        continue;
      logits = emo_gate_fit_ask (self->gates[i], &val, get_recipe (self)->vlm_input);
      emo_gate_scale (self->gates[i], 1 / emo_temperature_fit (logits, val.labels, val.n, sets->n_labels));
    }
}

void
emo_gate_result_clear (EmoGateResult *self)
{
  for (guint i = 0; i < EMO_N_GATE_KINDS; i++)
    g_clear_pointer (&self->gates[i], emo_gate_free);
}

/* --- How good they are --- */

/* (transfer full): how good the branches are, with gate @index, on a split. */
static char *
measure (EmoGateResult *self,
         EmoSplit       split,
         guint          index)
{
  const EmoGateSet *set = &self->sets->splits[split];
  EmoGateRows rows = emo_gate_set_get_rows (set);
  guint n_labels = self->sets->n_labels;
  g_autofree float *gated = emo_gate_fit_ask (self->gates[index], &rows, get_recipe (self)->vlm_input);
  g_autofree float *distilled = g_new (float, MAX (rows.n * n_labels, 1));
  EmoBranchRows branches = { rows.n, n_labels, rows.labels, rows.vlm, distilled, gated };

  emo_logits_to_probabilities (gated, rows.n, n_labels, gated);
  emo_logits_to_probabilities (set->distilled, rows.n, n_labels, distilled);

  return emo_branches_to_json (&branches);
}

char *
emo_gate_result_measure (EmoGateResult *self)
{
  GString *text = g_string_new ("{");

  for (EmoSplit split = EMO_SPLIT_VAL; split < EMO_N_SPLITS; split++)
    {
      g_autofree char *numbers = NULL;

      if (self->sets->splits[split].features->n == 0)
        continue;
      numbers = measure (self, split, 0);
      g_string_append_printf (text, "%s\"%s\": %s", text->len > 1 ? ", " : "", emo_split_get_name (split), numbers);
    }
  g_string_append_c (text, '}');

  return g_string_free (text, FALSE);
}

char *
emo_gate_result_measure_kinds (EmoGateResult *self)
{
  GString *text = g_string_new ("{");

  for (guint i = 0; i < EMO_N_GATE_KINDS; i++)
    {
      g_autofree char *on_val = measure (self, EMO_SPLIT_VAL, i);

      g_string_append_printf (text, "%s\"%s\": %s", i > 0 ? ", " : "", emo_gate_kind_to_string (emo_gate_get_kind (self->gates[i])), on_val);
    }
  g_string_append_c (text, '}');

  return g_string_free (text, FALSE);
}

/* --- Where they are kept --- */

static char *
dup_gate_name (EmoGateResult *self,
               guint          index)
{
  if (index == 0)
    return g_strdup ("gate.safetensors");

  return g_strdup_printf ("gates/%s.safetensors", emo_gate_kind_to_string (emo_gate_get_kind (self->gates[index])));
}

static gboolean
save_gates (EmoGateResult  *self,
            GError        **error)
{
  g_autofree char *folder = g_build_filename (self->job->output, "gates", NULL);

  if (!emo_file_make_folder (folder, error))
    return FALSE;
  for (guint i = 0; i < EMO_N_GATE_KINDS; i++)
    {
      g_autofree char *name = dup_gate_name (self, i);
      g_autofree char *path = g_build_filename (self->job->output, name, NULL);

      if (!emo_gate_save (self->gates[i], path, NULL, error))
        return FALSE;
    }

  return TRUE;
}

static void
append_gate (EmoGateResult *self,
             GString       *text,
             guint          index)
{
  g_autofree char *name = dup_gate_name (self, index);

  g_string_append_printf (text, "{\"path\": \"%s\", \"kind\": \"%s\", \"vlm_input\": \"%s\"}", name,
                          emo_gate_kind_to_string (emo_gate_get_kind (self->gates[index])), emo_vlm_input_to_string (get_recipe (self)->vlm_input));
}

static void
set_gates (EmoGateResult   *self,
           EmoManifestEdit *manifest)
{
  g_autoptr(GString) gate = g_string_new (NULL);
  g_autoptr(GString) gates = g_string_new ("[");

  append_gate (self, gate, 0);
  for (guint i = 1; i < EMO_N_GATE_KINDS; i++)
    {
      g_string_append (gates, i > 1 ? ", " : "");
      append_gate (self, gates, i);
    }
  g_string_append_c (gates, ']');
  emo_manifest_edit_set (manifest, "gate", gate->str);
  emo_manifest_edit_set (manifest, "gates", gates->str);
}

static void
set_prior (EmoGateResult   *self,
           EmoManifestEdit *manifest)
{
  g_autoptr(GString) text = g_string_new (NULL);

  if (self->sets->prior == NULL)
    return;
  emo_json_append_doubles (text, self->sets->prior, self->sets->n_labels);
  emo_manifest_edit_set (manifest, "prior", text->str);
}

static char *
make_provenance (EmoGateResult *self,
                 const char    *accuracy)
{
  g_autoptr(GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *date = g_date_time_format_iso8601 (now);
  g_autofree char *base = g_path_get_basename (emo_dataset_get_root (self->job->dataset));
  g_autofree char *name = emo_file_escape_name (base);
  g_autofree char *hash = emo_dataset_dup_sha256 (self->job->dataset);
  g_autofree char *recipe = emo_train_settings_to_json (self->job, 1u << EMO_TRAIN_GATE, FALSE);
  g_autofree char *seed = emo_train_settings_dup_seed (recipe);
  GString *text = g_string_new ("{\"data\": ");

  emo_json_append_string (text, name);
  g_string_append_printf (text, ", \"data_sha256\": \"%s\", \"seed\": %s, \"app_version\": \"%s\", \"date\": \"%s\"",
                          hash, seed, EMO_VERSION, date);
  g_string_append_printf (text, ", \"accuracy\": %s, \"recipe\": %s}", accuracy, recipe);

  return g_string_free (text, FALSE);
}

static gboolean
save_manifest (EmoGateResult  *self,
               const char     *accuracy,
               GError        **error)
{
  g_autoptr(EmoManifestEdit) manifest = emo_manifest_edit_load (self->job->output, error);
  g_autofree char *provenance = make_provenance (self, accuracy);

  if (manifest == NULL)
    return FALSE;
  set_gates (self, manifest);
  set_prior (self, manifest);
  emo_manifest_edit_merge (manifest, "provenance", provenance);

  return emo_manifest_edit_save (manifest, error);
}

/* Without the gate that is replaced: at no time does the manifest name another's
 * file, or pictures with another's numbers. */
static gboolean
drop_old_gates (EmoGateResult  *self,
                GError        **error)
{
  static const char *const keys[] = { "gate", "gates", "checks", "prior", NULL };

  return emo_manifest_edit_drop (self->job->output, keys, error);
}

gboolean
emo_gate_result_save (EmoGateResult  *self,
                      const char     *accuracy,
                      GError        **error)
{
  return drop_old_gates (self, error) && save_gates (self, error) && save_manifest (self, accuracy, error);
}

/* The first and the last. */
gboolean
emo_gate_result_save_checks (EmoGateResult  *self,
                             GError        **error)
{
  const EmoTrainJob *job = self->job;
  EmoSplit split = self->sets->splits[EMO_SPLIT_TEST].features->n > 0 ? EMO_SPLIT_TEST : EMO_SPLIT_VAL;
  const EmoFeatureRows *rows = self->sets->splits[split].features;
  EmoCheckOptions options = { job->output, emo_train_job_get_device (job), job->dtype, job->threads };
  const char *paths[N_CHECKS], *labels[N_CHECKS];
  g_autofree char *checks = NULL;
  g_autoptr(EmoManifestEdit) manifest = NULL;
  guint n = MIN (rows->n, N_CHECKS);

  for (guint i = 0; i < n; i++)
    {
      const EmoDatasetItem *item = emo_dataset_get (job->dataset, rows->items[i == 0 ? 0 : rows->n - 1]);

      paths[i] = item->path;
      labels[i] = emo_label_set_get_label (emo_dataset_get_labels (job->dataset), item->label);
    }
  checks = emo_check_pictures_make (&options, paths, labels, n, job->cancellable, error);
  if (checks == NULL)
    return FALSE;
  manifest = emo_manifest_edit_load (job->output, error);
  if (manifest == NULL)
    return FALSE;
  emo_manifest_edit_set (manifest, "checks", checks);

  return emo_manifest_edit_save (manifest, error);
}
