/* emo-prediction.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-divergence.h"
#include "emo-prediction.h"
#include "emo-text.h"

/* EmoPrediction is what a widget binds to: the answers for one picture as far
 * as they have come. Updates are immutable, so it keeps those it needs and
 * lends their arrays; nothing is copied but the growing text. Written on the
 * main thread only. */

#define N_STAGES (EMO_STAGE_DONE + 1)

struct _EmoPrediction
{
  GObject       parent_instance;

  EmoModelInfo *info;
  EmoStage      stage;
  EmoUpdate    *input;                    /* (nullable) */
  EmoUpdate    *vision;                   /* (nullable) */
  EmoUpdate    *answers[EMO_N_BRANCHES];  /* (nullable) */
  gboolean      broken[EMO_N_BRANCHES];   /* NaN came in the place of an answer */
  double        ms[N_STAGES];
  GString      *explanation;              /* (nullable) as generated, for JSON */
  char         *shown;                    /* (nullable) the same for people */
  int           explanation_label;
  gboolean      explanation_ended;        /* EXPLAINED came: a TEXT begins anew */
  gboolean      explanation_complete;
  gboolean      scored;                   /* an answer came since the last DONE */
  EmoEvidence  *evidence;                 /* (nullable) until somebody asks */
};

enum
{
  PROP_0,
  PROP_STAGE,
  PROP_EXPLANATION,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (EmoPrediction, emo_prediction, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

static void
emo_prediction_dispose (GObject *object)
{
  EmoPrediction *self = EMO_PREDICTION (object);

  g_clear_pointer (&self->input, emo_update_unref);
  g_clear_pointer (&self->vision, emo_update_unref);
  for (int b = 0; b < EMO_N_BRANCHES; b++)
    g_clear_pointer (&self->answers[b], emo_update_unref);
  g_clear_object (&self->evidence);

  G_OBJECT_CLASS (emo_prediction_parent_class)->dispose (object);
}

static void
emo_prediction_finalize (GObject *object)
{
  EmoPrediction *self = EMO_PREDICTION (object);

  g_clear_pointer (&self->info, emo_model_info_unref);
  if (self->explanation != NULL)
    g_string_free (self->explanation, TRUE);
  g_free (self->shown);

  G_OBJECT_CLASS (emo_prediction_parent_class)->finalize (object);
}

static void
emo_prediction_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  EmoPrediction *self = EMO_PREDICTION (object);

  switch (prop_id)
    {
    case PROP_STAGE:
      g_value_set_int (value, (int) self->stage);
      break;

    case PROP_EXPLANATION:
      g_value_set_string (value, emo_prediction_get_explanation (self));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_prediction_class_init (EmoPredictionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = emo_prediction_dispose;
  object_class->finalize = emo_prediction_finalize;
  object_class->get_property = emo_prediction_get_property;

  properties[PROP_STAGE] = g_param_spec_int ("stage", NULL, NULL,
                                             EMO_STAGE_INPUT, EMO_STAGE_DONE, EMO_STAGE_INPUT, flags);
  properties[PROP_EXPLANATION] = g_param_spec_string ("explanation", NULL, NULL, NULL, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
emo_prediction_init (EmoPrediction *self)
{
  self->explanation_label = -1;
  for (int i = 0; i < N_STAGES; i++)
    self->ms[i] = NAN;
}

/**
 * emo_prediction_new:
 * @info: the model that answers
 *
 * Returns: (transfer full): a prediction without answers
 */
EmoPrediction *
emo_prediction_new (EmoModelInfo *info)
{
  EmoPrediction *self;

  g_return_val_if_fail (info != NULL && info->labels != NULL, NULL);

  self = g_object_new (EMO_TYPE_PREDICTION, NULL);
  self->info = emo_model_info_ref (info);

  return self;
}

static void
replace_update (EmoUpdate **place,
                EmoUpdate  *update)
{
  emo_update_ref (update);
  g_clear_pointer (place, emo_update_unref);
  *place = update;
}

/* An answer with numbers that are none is no answer: whoever exports or shows it
 * finds nothing there, and emo_prediction_dup_broken() says why. */
static gboolean
is_finite (EmoUpdate *update)
{
  const double *arrays[] = {
    update->probabilities,
    update->scores,
    update->contribution_vlm,
    update->contribution_distilled,
    update->contribution_rest,
  };

  for (guint a = 0; a < G_N_ELEMENTS (arrays); a++)
    for (guint i = 0; arrays[a] != NULL && i < update->n_labels; i++)
      if (!isfinite (arrays[a][i]))
        return FALSE;

  return TRUE;
}

static void
apply_answer (EmoPrediction *self,
              EmoBranch      branch,
              EmoUpdate     *update)
{
  g_return_if_fail (update->n_labels == emo_label_set_get_size (self->info->labels));
  g_return_if_fail (update->probabilities != NULL);

  self->broken[branch] = !is_finite (update);
  if (self->broken[branch])
    g_clear_pointer (&self->answers[branch], emo_update_unref);
  else
    replace_update (&self->answers[branch], update);
  self->scored = TRUE;
}

static void
update_shown (EmoPrediction *self)
{
  g_free (self->shown);
  self->shown = emo_text_dup_display (self->explanation->str);
}

/* A piece goes on with the text, unless that has ended or argues for another
 * label: then it is the first piece of the next one. */
static void
apply_text (EmoPrediction *self,
            EmoUpdate     *update)
{
  if (self->explanation == NULL)
    self->explanation = g_string_new (NULL);
  else if (self->explanation_ended || self->explanation_label != update->label)
    g_string_truncate (self->explanation, 0);

  g_string_append (self->explanation, update->text != NULL ? update->text : "");
  update_shown (self);
  self->explanation_label = update->label;
  self->explanation_ended = FALSE;
  self->explanation_complete = FALSE;
}

/* The whole text stands for its pieces: it is cut and unescaped. */
static void
apply_explained (EmoPrediction *self,
                 EmoUpdate     *update)
{
  if (self->explanation == NULL)
    self->explanation = g_string_new (NULL);

  if (update->text != NULL)
    g_string_assign (self->explanation, update->text);
  update_shown (self);

  self->explanation_label = update->label;
  self->explanation_ended = TRUE;
  self->explanation_complete = update->complete;
}

/* The total is of the run that scored: an explanation asked for later ends with
 * DONE too, and must not make the picture look faster than it was. */
static void
apply_done (EmoPrediction *self,
            EmoUpdate     *update)
{
  if (self->scored || isnan (self->ms[EMO_STAGE_DONE]))
    self->ms[EMO_STAGE_DONE] = update->ms;

  self->scored = FALSE;
}

/**
 * emo_prediction_apply:
 * @self: a prediction
 * @update: the next thing the engine told of this picture
 *
 * Takes an update in and notifies. On the main thread only, in the order they
 * were sent. A heat map is no stage of the answer: it goes to the evidence,
 * which tells of it.
 */
void
emo_prediction_apply (EmoPrediction *self,
                      EmoUpdate     *update)
{
  gboolean text_grew = FALSE;

  g_return_if_fail (EMO_IS_PREDICTION (self));
  g_return_if_fail (update != NULL);
  g_return_if_fail (update->stage >= EMO_STAGE_INPUT && update->stage <= EMO_STAGE_DONE);

  if (update->stage == EMO_STAGE_EVIDENCE)
    {
      emo_evidence_apply (emo_prediction_get_evidence (self), update);
      return;
    }

  if (update->stage != EMO_STAGE_DONE)
    self->ms[update->stage] = update->ms;

  switch (update->stage)
    {
    case EMO_STAGE_INPUT:
      replace_update (&self->input, update);
      break;

    case EMO_STAGE_VISION:
      replace_update (&self->vision, update);
      break;

    case EMO_STAGE_DISTILLED:
      apply_answer (self, EMO_BRANCH_DISTILLED, update);
      break;

    case EMO_STAGE_VLM:
      apply_answer (self, EMO_BRANCH_VLM, update);
      break;

    case EMO_STAGE_GATE:
      apply_answer (self, EMO_BRANCH_GATED, update);
      break;

    case EMO_STAGE_TEXT:
      apply_text (self, update);
      text_grew = TRUE;
      break;

    case EMO_STAGE_EXPLAINED:
      apply_explained (self, update);
      text_grew = TRUE;
      break;

    case EMO_STAGE_DONE:
      apply_done (self, update);
      break;

    case EMO_STAGE_PREFILL:
    case EMO_STAGE_EVIDENCE:
    default:
      break;
    }

  self->stage = update->stage;

  g_object_freeze_notify (G_OBJECT (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STAGE]);
  if (text_grew)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_EXPLANATION]);
  g_object_thaw_notify (G_OBJECT (self));
}

/**
 * emo_prediction_get_info:
 * @self: a prediction
 *
 * Returns: (transfer none): the model that answers
 */
EmoModelInfo *
emo_prediction_get_info (EmoPrediction *self)
{
  g_return_val_if_fail (EMO_IS_PREDICTION (self), NULL);

  return self->info;
}

void
emo_prediction_set_info (EmoPrediction *self,
                         EmoModelInfo  *info)
{
  g_return_if_fail (EMO_IS_PREDICTION (self));
  g_return_if_fail (info != NULL);

  emo_model_info_ref (info);
  emo_model_info_unref (self->info);
  self->info = info;
}

/**
 * emo_prediction_get_labels:
 * @self: a prediction
 *
 * Returns: (transfer none): the labels, in the order of every array here
 */
EmoLabelSet *
emo_prediction_get_labels (EmoPrediction *self)
{
  g_return_val_if_fail (EMO_IS_PREDICTION (self), NULL);

  return self->info->labels;
}

/**
 * emo_prediction_get_stage:
 * @self: a prediction
 *
 * Returns: the newest stage, %EMO_STAGE_INPUT before the first
 */
EmoStage
emo_prediction_get_stage (EmoPrediction *self)
{
  g_return_val_if_fail (EMO_IS_PREDICTION (self), EMO_STAGE_INPUT);

  return self->stage;
}

static EmoUpdate *
get_answer (EmoPrediction *self,
            EmoBranch      branch)
{
  g_return_val_if_fail (EMO_IS_PREDICTION (self), NULL);
  g_return_val_if_fail (branch >= EMO_BRANCH_VLM && branch <= EMO_BRANCH_GATED, NULL);

  return self->answers[branch];
}

/**
 * emo_prediction_has_branch:
 * @self: a prediction
 * @branch: one of the three
 *
 * Returns: whether the branch has answered; whether it can is for the
 *   #EmoModelInfo to say
 */
gboolean
emo_prediction_has_branch (EmoPrediction *self,
                           EmoBranch      branch)
{
  return get_answer (self, branch) != NULL;
}

/**
 * emo_prediction_dup_broken:
 * @self: a prediction
 *
 * A model whose weights are damaged, or whose numbers run out of its type's
 * range, computes NaN. What depends on it is not computed at all.
 *
 * Returns: (transfer full) (nullable): which branches gave NaN in the place of
 *   an answer, in words; %NULL where none did
 */
char *
emo_prediction_dup_broken (EmoPrediction *self)
{
  static const char *const names[EMO_N_BRANCHES] = {
    [EMO_BRANCH_VLM] = "the VLM",
    [EMO_BRANCH_DISTILLED] = "the distilled head",
    [EMO_BRANCH_GATED] = "the gate",
  };
  g_autoptr(GPtrArray) broken = g_ptr_array_new ();
  g_autofree char *list = NULL;

  g_return_val_if_fail (EMO_IS_PREDICTION (self), NULL);

  for (int b = 0; b < EMO_N_BRANCHES; b++)
    if (self->broken[b])
      g_ptr_array_add (broken, (gpointer) names[b]);
  if (broken->len == 0)
    return NULL;
  g_ptr_array_add (broken, NULL);
  list = g_strjoinv (" and ", (char **) broken->pdata);

  return g_strdup_printf ("NaN instead of numbers came from %s; what depends on it is left out", list);
}

/**
 * emo_prediction_get_probabilities:
 * @self: a prediction
 * @branch: one of the three
 *
 * Returns: (transfer none) (nullable): [n_labels], which sum to one
 */
const double *
emo_prediction_get_probabilities (EmoPrediction *self,
                                  EmoBranch      branch)
{
  EmoUpdate *answer = get_answer (self, branch);

  return answer != NULL ? answer->probabilities : NULL;
}

/**
 * emo_prediction_get_scores:
 * @self: a prediction
 * @branch: one of the three
 *
 * Returns: (transfer none) (nullable): [n_labels] logits, for the VLM summed
 *   log-probabilities in nats
 */
const double *
emo_prediction_get_scores (EmoPrediction *self,
                           EmoBranch      branch)
{
  EmoUpdate *answer = get_answer (self, branch);

  return answer != NULL ? answer->scores : NULL;
}

/* Whether label @i beats label @j. Probabilities decide (a prior may have been
 * divided out of them, not of the scores); where they are equal, as far from a
 * saturated winner they all round to 0, the scores do. */
static gboolean
label_beats (EmoUpdate *answer,
             guint      i,
             int        j)
{
  if (j < 0 || answer->probabilities[i] > answer->probabilities[j])
    return TRUE;

  return answer->probabilities[i] == answer->probabilities[j] &&
         answer->scores != NULL && answer->scores[i] > answer->scores[j];
}

/* The best label but @except; -1 where there is none. */
static int
find_best (EmoUpdate *answer,
           int        except)
{
  int best = -1;

  for (guint i = 0; i < answer->n_labels; i++)
    {
      if ((int) i != except && label_beats (answer, i, best))
        best = (int) i;
    }

  return best;
}

/**
 * emo_prediction_get_winner:
 * @self: a prediction
 * @branch: one of the three
 *
 * Returns: the index of its most probable label, the first among equals; -1
 *   while it has no answer
 */
int
emo_prediction_get_winner (EmoPrediction *self,
                           EmoBranch      branch)
{
  EmoUpdate *answer = get_answer (self, branch);

  return answer != NULL ? find_best (answer, -1) : -1;
}

/**
 * emo_prediction_get_runner_up:
 * @self: a prediction
 * @branch: one of the three
 *
 * Returns: the index of the label that comes after the winner, the first among
 *   equals; -1 while there is no answer, and where it has one label alone
 */
int
emo_prediction_get_runner_up (EmoPrediction *self,
                              EmoBranch      branch)
{
  EmoUpdate *answer = get_answer (self, branch);
  int winner = answer != NULL ? find_best (answer, -1) : -1;

  return winner >= 0 ? find_best (answer, winner) : -1;
}

/**
 * emo_prediction_get_final_branch:
 * @self: a prediction
 *
 * Returns: %EMO_BRANCH_GATED once it has answered, and where NaN keeps it from
 *   that, so that no other branch passes for it; else %EMO_BRANCH_VLM
 */
EmoBranch
emo_prediction_get_final_branch (EmoPrediction *self)
{
  gboolean gated = get_answer (self, EMO_BRANCH_GATED) != NULL;

  for (int b = 0; b < EMO_N_BRANCHES && self->info->has_gate; b++)
    gated = gated || self->broken[b];

  return gated ? EMO_BRANCH_GATED : EMO_BRANCH_VLM;
}

/**
 * emo_prediction_get_margin:
 * @self: a prediction
 *
 * Returns: the winner's probability less the runner-up's, of the final branch;
 *   NaN while it has no answer
 */
double
emo_prediction_get_margin (EmoPrediction *self)
{
  EmoUpdate *answer = get_answer (self, emo_prediction_get_final_branch (self));
  int winner, second;

  if (answer == NULL)
    return NAN;

  winner = find_best (answer, -1);
  second = find_best (answer, winner);
  if (winner < 0 || second < 0)
    return NAN;

  return answer->probabilities[winner] - answer->probabilities[second];
}

/**
 * emo_prediction_get_agree:
 * @self: a prediction
 *
 * Returns: whether VLM and distilled head name the same label; %TRUE where one
 *   of them has no answer
 */
gboolean
emo_prediction_get_agree (EmoPrediction *self)
{
  int vlm = emo_prediction_get_winner (self, EMO_BRANCH_VLM);
  int distilled = emo_prediction_get_winner (self, EMO_BRANCH_DISTILLED);

  return vlm < 0 || distilled < 0 || vlm == distilled;
}

/**
 * emo_prediction_get_disagreement:
 * @self: a prediction
 *
 * How far VLM and distilled head are apart over all labels, which grades what
 * emo_prediction_get_agree() only names.
 *
 * Returns: their Jensen-Shannon divergence, 0 to 1; NaN where one of them has no
 *   answer
 */
double
emo_prediction_get_disagreement (EmoPrediction *self)
{
  const double *vlm = emo_prediction_get_probabilities (self, EMO_BRANCH_VLM);
  const double *distilled = emo_prediction_get_probabilities (self, EMO_BRANCH_DISTILLED);

  if (vlm == NULL || distilled == NULL)
    return NAN;

  return emo_divergence_jensen_shannon (vlm, distilled, emo_label_set_get_size (emo_prediction_get_labels (self)));
}

/**
 * emo_prediction_knows_agree:
 * @self: a prediction
 *
 * Returns: whether emo_prediction_get_agree() is final: the VLM and, where the
 *   model has one, the distilled head have answered
 */
gboolean
emo_prediction_knows_agree (EmoPrediction *self)
{
  g_return_val_if_fail (EMO_IS_PREDICTION (self), FALSE);

  return self->answers[EMO_BRANCH_VLM] != NULL &&
         (!self->info->has_distilled || self->answers[EMO_BRANCH_DISTILLED] != NULL);
}

/**
 * emo_prediction_get_mass:
 * @self: a prediction
 *
 * Returns: how much of the VLM's belief is on valid answers at all, 0 to 1; NaN
 *   while it has no answer
 */
double
emo_prediction_get_mass (EmoPrediction *self)
{
  EmoUpdate *answer = get_answer (self, EMO_BRANCH_VLM);

  return answer != NULL ? answer->mass : NAN;
}

/**
 * emo_prediction_get_in_domain:
 * @self: a prediction
 *
 * Returns: whether the picture is of the kind that the model was trained on
 */
EmoDomainVerdict
emo_prediction_get_in_domain (EmoPrediction *self)
{
  g_return_val_if_fail (EMO_IS_PREDICTION (self), EMO_DOMAIN_UNKNOWN);

  return self->vision != NULL ? self->vision->in_domain : EMO_DOMAIN_UNKNOWN;
}

/**
 * emo_prediction_get_domain_distance:
 * @self: a prediction
 *
 * Returns: the distance from the training pictures over the threshold's, above
 *   1 out of the domain; NaN if unknown
 */
double
emo_prediction_get_domain_distance (EmoPrediction *self)
{
  g_return_val_if_fail (EMO_IS_PREDICTION (self), NAN);

  return self->vision != NULL ? self->vision->domain_distance : NAN;
}

/**
 * emo_prediction_get_contribution_vlm:
 * @self: a prediction
 *
 * Returns: (transfer none) (nullable): [n_labels], what the VLM adds to each
 *   gated logit; %NULL without a gate's answer
 */
const double *
emo_prediction_get_contribution_vlm (EmoPrediction *self)
{
  EmoUpdate *gate = get_answer (self, EMO_BRANCH_GATED);

  return gate != NULL ? gate->contribution_vlm : NULL;
}

/**
 * emo_prediction_get_contribution_distilled:
 * @self: a prediction
 *
 * Returns: (transfer none) (nullable): [n_labels], what the distilled head adds
 *   to each gated logit; %NULL without a gate's answer
 */
const double *
emo_prediction_get_contribution_distilled (EmoPrediction *self)
{
  EmoUpdate *gate = get_answer (self, EMO_BRANCH_GATED);

  return gate != NULL ? gate->contribution_distilled : NULL;
}

/**
 * emo_prediction_get_contribution_rest:
 * @self: a prediction
 *
 * Returns: (transfer none) (nullable): [n_labels], the gated logits where
 *   neither branch says anything; %NULL without a gate's answer
 */
const double *
emo_prediction_get_contribution_rest (EmoPrediction *self)
{
  EmoUpdate *gate = get_answer (self, EMO_BRANCH_GATED);

  return gate != NULL ? gate->contribution_rest : NULL;
}

/**
 * emo_prediction_get_weights:
 * @self: a prediction
 * @n_weights: (out) (optional): how many
 * @title: (out) (optional) (transfer none) (nullable): what they are called
 *
 * Returns: (transfer none) (nullable): the branch weights of a dynamic gate or
 *   the expert weights of a mixture; %NULL for other gates
 */
const double *
emo_prediction_get_weights (EmoPrediction  *self,
                            guint          *n_weights,
                            const char    **title)
{
  EmoUpdate *gate = get_answer (self, EMO_BRANCH_GATED);
  gboolean has = gate != NULL && gate->weights != NULL;

  if (n_weights != NULL)
    *n_weights = has ? gate->n_weights : 0;
  if (title != NULL)
    *title = has ? gate->weights_title : NULL;

  return has ? gate->weights : NULL;
}

static double
get_part (const double *contribution,
          int           winner,
          int           second)
{
  return contribution[winner] - contribution[second];
}

/**
 * emo_prediction_get_margin_parts:
 * @self: a prediction
 * @vlm: (out) (optional): the VLM's part
 * @distilled: (out) (optional): the distilled head's part
 * @rest: (out) (optional): what neither brought
 *
 * Splits the gated margin, the winner's logit less the runner-up's, into signed
 * parts that sum to it.
 *
 * Returns: whether there is a gate's answer to split; the parts are 0 if not
 */
gboolean
emo_prediction_get_margin_parts (EmoPrediction *self,
                                 double        *vlm,
                                 double        *distilled,
                                 double        *rest)
{
  EmoUpdate *gate = get_answer (self, EMO_BRANCH_GATED);
  double parts[3] = { 0 };
  int winner = -1, second = -1;
  gboolean known;

  if (gate != NULL && gate->contribution_vlm != NULL &&
      gate->contribution_distilled != NULL && gate->contribution_rest != NULL)
    {
      winner = find_best (gate, -1);
      second = find_best (gate, winner);
    }

  known = winner >= 0 && second >= 0;
  if (known)
    {
      parts[0] = get_part (gate->contribution_vlm, winner, second);
      parts[1] = get_part (gate->contribution_distilled, winner, second);
      parts[2] = get_part (gate->contribution_rest, winner, second);
    }

  if (vlm != NULL)
    *vlm = parts[0];
  if (distilled != NULL)
    *distilled = parts[1];
  if (rest != NULL)
    *rest = parts[2];

  return known;
}

/**
 * emo_prediction_get_share:
 * @self: a prediction
 * @vlm: (out) (optional): the VLM's share, 0 to 1
 * @distilled: (out) (optional): the distilled head's share, 0 to 1
 *
 * How much of the margin each branch moved, whichever way: |part| over the sum
 * of both. The signed parts say more and are to be shown first.
 *
 * Returns: whether it is known: there is a gate's answer and not both parts are
 *   zero; the shares are 0 if not
 */
gboolean
emo_prediction_get_share (EmoPrediction *self,
                          double        *vlm,
                          double        *distilled)
{
  double part_vlm, part_distilled, sum;
  gboolean known;

  known = emo_prediction_get_margin_parts (self, &part_vlm, &part_distilled, NULL);
  sum = fabs (part_vlm) + fabs (part_distilled);
  known = known && isfinite (sum) && sum > 0;

  if (vlm != NULL)
    *vlm = known ? fabs (part_vlm) / sum : 0;
  if (distilled != NULL)
    *distilled = known ? fabs (part_distilled) / sum : 0;

  return known;
}

/**
 * emo_prediction_get_explanation:
 * @self: a prediction
 *
 * Returns: (transfer none) (nullable): the text so far for people, valid UTF-8
 *   with U+FFFD for U+0000, %NULL before its first piece; not to be kept, it
 *   grows
 */
const char *
emo_prediction_get_explanation (EmoPrediction *self)
{
  g_return_val_if_fail (EMO_IS_PREDICTION (self), NULL);

  return self->shown;
}

/**
 * emo_prediction_get_explanation_exact:
 * @self: a prediction
 *
 * Returns: (transfer none) (nullable): the explanation as the model wrote it,
 *   U+0000 as EMO_TEXT_NUL
 */
const char *
emo_prediction_get_explanation_exact (EmoPrediction *self)
{
  g_return_val_if_fail (EMO_IS_PREDICTION (self), NULL);

  return self->explanation != NULL ? self->explanation->str : NULL;
}

/**
 * emo_prediction_get_explanation_label:
 * @self: a prediction
 *
 * Returns: the label that the explanation argues for, -1 where there is none
 */
int
emo_prediction_get_explanation_label (EmoPrediction *self)
{
  g_return_val_if_fail (EMO_IS_PREDICTION (self), -1);

  return self->explanation_label;
}

/**
 * emo_prediction_get_explanation_complete:
 * @self: a prediction
 *
 * Returns: whether the model ended the explanation itself, not the token cap
 */
gboolean
emo_prediction_get_explanation_complete (EmoPrediction *self)
{
  g_return_val_if_fail (EMO_IS_PREDICTION (self), FALSE);

  return self->explanation_complete;
}

/**
 * emo_prediction_get_size:
 * @self: a prediction
 * @width: (out) (optional): pixels, upright
 * @height: (out) (optional): pixels, upright
 *
 * The picture's own size; 0 by 0 before it is known.
 */
void
emo_prediction_get_size (EmoPrediction *self,
                         int           *width,
                         int           *height)
{
  g_return_if_fail (EMO_IS_PREDICTION (self));

  if (width != NULL)
    *width = self->input != NULL ? self->input->width : 0;
  if (height != NULL)
    *height = self->input != NULL ? self->input->height : 0;
}

/**
 * emo_prediction_get_grid:
 * @self: a prediction
 *
 * Returns: (transfer none): [3] patches in time, height and width; zeros before
 *   they are known
 */
const int *
emo_prediction_get_grid (EmoPrediction *self)
{
  static const int unknown[3] = { 0 };

  g_return_val_if_fail (EMO_IS_PREDICTION (self), unknown);

  return self->input != NULL ? self->input->grid : unknown;
}

/**
 * emo_prediction_get_image_tokens:
 * @self: a prediction
 *
 * Returns: the merged visual tokens of the picture, 0 before they are known
 */
int
emo_prediction_get_image_tokens (EmoPrediction *self)
{
  g_return_val_if_fail (EMO_IS_PREDICTION (self), 0);

  return self->input != NULL ? self->input->image_tokens : 0;
}

/**
 * emo_prediction_get_evidence:
 * @self: a prediction
 *
 * Returns: (transfer none): its heat maps, none until they are asked for
 */
EmoEvidence *
emo_prediction_get_evidence (EmoPrediction *self)
{
  g_return_val_if_fail (EMO_IS_PREDICTION (self), NULL);

  if (self->evidence == NULL)
    self->evidence = emo_evidence_new (emo_label_set_get_size (self->info->labels));

  return self->evidence;
}

/**
 * emo_prediction_get_ms:
 * @self: a prediction
 * @stage: a stage that has a time
 *
 * Returns: milliseconds of the stage, of the whole picture for
 *   %EMO_STAGE_DONE; NaN if it has not run
 */
double
emo_prediction_get_ms (EmoPrediction *self,
                       EmoStage       stage)
{
  g_return_val_if_fail (EMO_IS_PREDICTION (self), NAN);
  g_return_val_if_fail (stage >= EMO_STAGE_INPUT && stage <= EMO_STAGE_DONE, NAN);

  return self->ms[stage];
}
