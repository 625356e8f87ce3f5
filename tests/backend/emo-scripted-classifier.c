/* emo-scripted-classifier.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>
#include <string.h>

#include "emo-error.h"
#include "emo-patches.h"
#include "emo-scripted-classifier.h"

#define N_LABELS 8

struct _EmoScriptedClassifier
{
  GObject           parent_instance;

  EmoModelInfo     *info;
  EmoModelInfo     *info_before;  /* (nullable) of where it was before it moved */

  GMutex            mutex;        /* guards what follows */
  guint             delay;
  int               fail_width;
  int               nan_width;
  int               move_width;
  EmoStage          nan_stage;
  char             *explanation;
  EmoDomainVerdict  in_domain;
  GString          *log;
};

/* What one classify needs, so that stages are small functions. */
typedef struct
{
  EmoScriptedClassifier *self;
  EmoPatches            *patches;
  const EmoRequest      *request;
  EmoUpdateFunc          func;
  gpointer               user_data;
  GCancellable          *cancellable;
} EmoPass;

static void emo_scripted_classifier_iface_init (EmoClassifierInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (EmoScriptedClassifier, emo_scripted_classifier, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (EMO_TYPE_CLASSIFIER, emo_scripted_classifier_iface_init))

static const EmoImageSettings settings = {
  .patch_size = 14,
  .temporal_patch_size = 2,
  .merge_size = 2,
  .min_pixels = 56 * 56,
  .max_pixels = 112 * 112,
  .resample = EMO_FILTER_BICUBIC,
  .rescale_factor = 1.0 / 255,
  .mean = { 0.5, 0.5, 0.5 },
  .std = { 0.5, 0.5, 0.5 },
};

static EmoModelInfo *
emo_scripted_classifier_get_info (EmoClassifier *classifier)
{
  return g_atomic_pointer_get (&EMO_SCRIPTED_CLASSIFIER (classifier)->info);
}

static EmoPatches *
emo_scripted_classifier_prepare (EmoClassifier  *classifier,
                                 EmoImage       *image,
                                 GError        **error)
{
  return emo_patches_new (image, &settings, error);
}

/* Sleeps in the way a model works: cancelled within a layer. */
static gboolean
wait_a_stage (EmoPass  *pass,
              GError  **error)
{
  gint64 end;
  guint delay;

  g_mutex_lock (&pass->self->mutex);
  delay = pass->self->delay;
  g_mutex_unlock (&pass->self->mutex);

  end = g_get_monotonic_time () + delay * 1000;
  while (g_get_monotonic_time () < end && !g_cancellable_is_cancelled (pass->cancellable))
    g_usleep (1000);

  return !g_cancellable_set_error_if_cancelled (pass->cancellable, error);
}

static EmoUpdate *
new_answer (EmoStage stage,
            int      winner)
{
  EmoUpdate *update = emo_update_new (stage);

  update->ms = 1;
  update->n_labels = N_LABELS;
  update->probabilities = g_new0 (double, N_LABELS);
  update->scores = g_new0 (double, N_LABELS);
  for (int i = 0; i < N_LABELS; i++)
    {
      update->probabilities[i] = i == winner ? 0.6 : 0.4 / (N_LABELS - 1);
      update->scores[i] = log (update->probabilities[i]);
    }

  return update;
}

static gboolean
send (EmoPass    *pass,
      EmoUpdate  *update,
      GError    **error)
{
  g_autoptr(EmoUpdate) owned = update;

  if (!wait_a_stage (pass, error))
    return FALSE;
  pass->func (owned, pass->user_data);

  return TRUE;
}

static EmoUpdate *
new_vision (EmoPass *pass)
{
  EmoUpdate *update = emo_update_new (EMO_STAGE_VISION);

  update->ms = 2;
  g_mutex_lock (&pass->self->mutex);
  update->in_domain = pass->self->in_domain;
  g_mutex_unlock (&pass->self->mutex);
  update->domain_distance = update->in_domain == EMO_DOMAIN_UNKNOWN ? NAN
                            : update->in_domain == EMO_DOMAIN_IN    ? 0.5 : 1.5;

  return update;
}

/* Half of each gated logit is said to come from either branch. */
static EmoUpdate *
new_gated (int winner)
{
  EmoUpdate *update = new_answer (EMO_STAGE_GATE, winner);

  update->gate_kind = EMO_GATE_KIND_CONCAT_LINEAR;
  update->contribution_vlm = g_new0 (double, N_LABELS);
  update->contribution_distilled = g_new0 (double, N_LABELS);
  update->contribution_rest = g_new0 (double, N_LABELS);
  for (int i = 0; i < N_LABELS; i++)
    {
      update->contribution_vlm[i] = update->scores[i] / 2;
      update->contribution_distilled[i] = update->scores[i] / 4;
      update->contribution_rest[i] = update->scores[i] / 4;
    }

  return update;
}

/* A broken answer, as a model with damaged weights gives it. */
static EmoUpdate *
break_answer (EmoPass   *pass,
              EmoUpdate *update)
{
  if (emo_patches_get_image_width (pass->patches) == pass->self->nan_width && update->stage == pass->self->nan_stage)
    for (int i = 0; i < N_LABELS; i++)
      update->probabilities[i] = update->scores[i] = NAN;

  return update;
}

static void
move (EmoScriptedClassifier *self)
{
  EmoModelInfo *info = emo_model_info_copy (self->info);

  g_free (info->device);
  info->device = g_strdup ("elsewhere");
  self->move_width = 0;
  self->info_before = self->info;
  g_atomic_pointer_set (&self->info, info);
}

static gboolean
send_scores (EmoPass  *pass,
             int       winner,
             int       other,
             GError  **error)
{
  EmoModelInfo *info = pass->self->info;
  gboolean broken = emo_patches_get_image_width (pass->patches) == pass->self->nan_width;
  EmoUpdate *vlm = new_answer (EMO_STAGE_VLM, winner);

  if (emo_patches_get_image_width (pass->patches) == pass->self->move_width)
    move (pass->self);
  vlm->mass = 0.9;
  if (!send (pass, new_vision (pass), error) ||
      (info->has_distilled && !send (pass, break_answer (pass, new_answer (EMO_STAGE_DISTILLED, other)), error)))
    {
      emo_update_unref (vlm);
      return FALSE;
    }

  return send (pass, break_answer (pass, vlm), error) &&
         (!info->has_gate || (broken && pass->self->nan_stage != EMO_STAGE_GATE) ||
          send (pass, break_answer (pass, new_gated (winner)), error));
}

static gboolean
send_explanation (EmoPass  *pass,
                  int       label,
                  GError  **error)
{
  g_autofree char *text = NULL;
  g_auto(GStrv) words = NULL;
  EmoUpdate *update;

  g_mutex_lock (&pass->self->mutex);
  text = g_strdup_printf ("%s for %s", pass->self->explanation,
                          emo_label_set_get_label (pass->self->info->labels, label));
  g_mutex_unlock (&pass->self->mutex);

  words = g_strsplit (text, " ", -1);
  for (guint i = 0; words[i] != NULL; i++)
    {
      update = emo_update_new (EMO_STAGE_TEXT);
      update->label = label;
      update->text = g_strconcat (i > 0 ? " " : "", words[i], NULL);
      if (!send (pass, update, error))
        return FALSE;
    }

  update = emo_update_new (EMO_STAGE_EXPLAINED);
  update->label = label;
  update->text = g_steal_pointer (&text);
  update->complete = TRUE;
  update->n_tokens = g_strv_length (words);
  update->ms = 3;

  return send (pass, update, error);
}

/* A progress of one half, then maps of 3 x 2 tokens: 100 for each label and one
 * for each token. */
static gboolean
send_evidence (EmoPass    *pass,
               EmoBranch   branch,
               int         label,
               GError    **error)
{
  EmoUpdate *half = emo_update_new (EMO_STAGE_EVIDENCE);
  EmoUpdate *maps = emo_update_new (EMO_STAGE_EVIDENCE);

  half->branch = maps->branch = branch;
  half->label = maps->label = label;
  half->progress = 0.5;
  maps->n_labels = N_LABELS;
  maps->progress = 1;
  maps->map_width = 3;
  maps->map_height = 2;
  maps->map = g_new (double, N_LABELS * 6);
  for (int i = 0; i < N_LABELS * 6; i++)
    maps->map[i] = 100 * (label < 0 ? i / 6 : label) + i % 6;
  if (!send (pass, half, error))
    {
      emo_update_unref (maps);
      return FALSE;
    }

  return send (pass, maps, error);
}

static void
write_log (EmoPass *pass,
           int      width,
           int      label)
{
  GString *entries = pass->self->log;

  g_mutex_lock (&pass->self->mutex);
  if (entries->len > 0)
    g_string_append_c (entries, ' ');
  if (pass->request->score)
    g_string_append_printf (entries, "%d", width);
  if (pass->request->evidence_distilled)
    g_string_append_c (entries, 'h');
  if (pass->request->evidence_vlm)
    g_string_append_printf (entries, "v%d", pass->request->evidence_label);
  if (pass->request->explain)
    g_string_append_printf (entries, "e%d", label);
  g_mutex_unlock (&pass->self->mutex);
}

static gboolean
emo_scripted_classifier_classify (EmoClassifier     *classifier,
                                  EmoPatches        *patches,
                                  const EmoRequest  *request,
                                  EmoUpdateFunc      func,
                                  gpointer           user_data,
                                  GCancellable      *cancellable,
                                  GError           **error)
{
  EmoPass pass = { EMO_SCRIPTED_CLASSIFIER (classifier), patches, request, func, user_data, cancellable };
  int width = emo_patches_get_image_width (patches);
  int winner = width % N_LABELS;
  int other = emo_patches_get_image_height (patches) % N_LABELS;
  int label = request->explain_label >= 0 ? request->explain_label : winner;
  EmoUpdate *done;

  write_log (&pass, width, label);
  if (width == pass.self->fail_width)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_OUT_OF_MEMORY, "A picture %d wide needs too much memory", width);
      return FALSE;
    }
  if (request->score && !send_scores (&pass, winner, other, error))
    return FALSE;
  if (request->evidence_distilled && !send_evidence (&pass, EMO_BRANCH_DISTILLED, -1, error))
    return FALSE;
  if (request->evidence_vlm && !send_evidence (&pass, EMO_BRANCH_VLM, request->evidence_label, error))
    return FALSE;
  if (request->explain && !send_explanation (&pass, label, error))
    return FALSE;

  done = emo_update_new (EMO_STAGE_DONE);
  done->ms = 7;

  return send (&pass, done, error);
}

static EmoGeneration *
emo_scripted_classifier_generate (EmoClassifier             *classifier,
                                  EmoPatches                *patches,
                                  const EmoGenerateRequest  *request,
                                  EmoTextFunc                func,
                                  gpointer                   user_data,
                                  GCancellable              *cancellable,
                                  GError                   **error)
{
  EmoGeneration *generation;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;

  generation = g_new0 (EmoGeneration, 1);
  generation->prompt_tokens = 3;
  generation->n_tokens = 1;
  generation->tokens = g_new0 (guint32, 1);
  generation->text = g_strdup (request->prompt);
  generation->stopped = TRUE;
  if (func != NULL)
    func (generation->text, user_data);

  return generation;
}

static EmoCheck *
emo_scripted_classifier_check (EmoClassifier  *classifier,
                               GCancellable   *cancellable,
                               GError        **error)
{
  EmoCheck *check = g_new0 (EmoCheck, 1);

  check->n_pictures = 2;
  check->worst = 1e-6;
  check->tolerance = 2e-4;
  check->worst_what = g_strdup ("scripted");

  return check;
}

static void
emo_scripted_classifier_iface_init (EmoClassifierInterface *iface)
{
  iface->get_info = emo_scripted_classifier_get_info;
  iface->prepare = emo_scripted_classifier_prepare;
  iface->classify = emo_scripted_classifier_classify;
  iface->generate = emo_scripted_classifier_generate;
  iface->check = emo_scripted_classifier_check;
}

static void
emo_scripted_classifier_finalize (GObject *object)
{
  EmoScriptedClassifier *self = EMO_SCRIPTED_CLASSIFIER (object);

  g_clear_pointer (&self->info, emo_model_info_unref);
  g_clear_pointer (&self->info_before, emo_model_info_unref);
  g_clear_pointer (&self->explanation, g_free);
  g_string_free (self->log, TRUE);
  g_mutex_clear (&self->mutex);

  G_OBJECT_CLASS (emo_scripted_classifier_parent_class)->finalize (object);
}

static void
emo_scripted_classifier_class_init (EmoScriptedClassifierClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = emo_scripted_classifier_finalize;
}

static void
emo_scripted_classifier_init (EmoScriptedClassifier *self)
{
  g_mutex_init (&self->mutex);
  self->explanation = g_strdup ("Stars");
  self->in_domain = EMO_DOMAIN_UNKNOWN;
  self->log = g_string_new (NULL);
}

EmoScriptedClassifier *
emo_scripted_classifier_new (const char *name)
{
  EmoScriptedClassifier *self = g_object_new (EMO_TYPE_SCRIPTED_CLASSIFIER, NULL);
  EmoModelInfo *info = emo_model_info_new ();

  info->path = g_strdup ("/nowhere");
  info->name = g_strdup (name);
  info->labels = emo_label_set_new_mikels ();
  info->has_distilled = TRUE;
  info->has_gate = TRUE;
  info->has_reason = TRUE;
  info->gate_kind = EMO_GATE_KIND_CONCAT_LINEAR;
  info->model_sha256 = g_compute_checksum_for_string (G_CHECKSUM_SHA256, name, -1);
  info->prompt_sha256 = g_strdup (info->model_sha256);
  info->device = g_strdup ("cpu");
  info->device_name = g_strdup ("none");
  info->dtype = g_strdup ("float32");
  info->threads = 1;
  info->notes = g_new0 (char *, 1);
  self->info = info;

  return self;
}

void
emo_scripted_classifier_set_delay (EmoScriptedClassifier *self,
                                   guint                  ms)
{
  g_mutex_lock (&self->mutex);
  self->delay = ms;
  g_mutex_unlock (&self->mutex);
}

void
emo_scripted_classifier_fail_width (EmoScriptedClassifier *self,
                                    int                    width)
{
  self->fail_width = width;
}

void
emo_scripted_classifier_break_width (EmoScriptedClassifier *self,
                                     int                    width,
                                     EmoStage               stage)
{
  self->nan_width = width;
  self->nan_stage = stage;
}

void
emo_scripted_classifier_move_at_width (EmoScriptedClassifier *self,
                                       int                    width)
{
  self->move_width = width;
}

void
emo_scripted_classifier_set_explanation (EmoScriptedClassifier *self,
                                         const char            *text)
{
  g_mutex_lock (&self->mutex);
  g_free (self->explanation);
  self->explanation = g_strdup (text);
  g_mutex_unlock (&self->mutex);
}

void
emo_scripted_classifier_set_vlm_alone (EmoScriptedClassifier *self)
{
  self->info->has_distilled = FALSE;
  self->info->has_gate = FALSE;
}

void
emo_scripted_classifier_set_in_domain (EmoScriptedClassifier *self,
                                       EmoDomainVerdict       in_domain)
{
  g_mutex_lock (&self->mutex);
  self->in_domain = in_domain;
  if (in_domain != EMO_DOMAIN_UNKNOWN && self->info->domain_name == NULL)
    {
      self->info->domain_name = g_strdup ("drawn scenes");
      self->info->domain_notice = g_strdup ("Demo model: drawn scenes only");
    }
  g_mutex_unlock (&self->mutex);
}

char *
emo_scripted_classifier_dup_log (EmoScriptedClassifier *self)
{
  char *text;

  g_mutex_lock (&self->mutex);
  text = g_strdup (self->log->str);
  g_mutex_unlock (&self->mutex);

  return text;
}
