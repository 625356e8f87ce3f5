/* emo-large-set.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include <glib/gi18n.h>

#include "emo-large-set.h"

/* A folder of a hundred thousand photographs may have been dropped by mistake,
 * or be a night's work. Five pictures tell which, and they are answered then. */
struct _EmoLargeSet
{
  GObject        parent_instance;

  EmoSession    *session;
  GHashTable    *samples;        /* (nullable) of EmoSample: those of the set, while it is measured */
  guint          n_measured;
  double         plain_ms;       /* sum over the measured ones */
  guint          n_plain;
  double         explain_ms;     /* of one explanation; NaN: not known */
  EmoPrediction *explained;      /* (nullable) whose explanation is waited for */
  gulong         stage_id;
  gboolean       offering;
  char          *offer;          /* (nullable) */
};

enum
{
  PROP_0,
  PROP_OFFER,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (EmoLargeSet, emo_large_set, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

#define N_MEASURED 5

static char *
dup_duration (double seconds)
{
  guint n;

  if (seconds < 55)
    {
      n = MAX (1, lround (seconds));
      return g_strdup_printf (ngettext ("%u second", "%u seconds", n), n);
    }
  if (seconds < 90 * 60)
    {
      n = lround (seconds / 60);
      return g_strdup_printf (ngettext ("%u minute", "%u minutes", n), n);
    }
  n = MIN (lround (seconds / 3600), 1000 * 1000);

  return g_strdup_printf (ngettext ("%u hour", "%u hours", n), n);
}

static char *
dup_offer (EmoLargeSet *self,
           guint        n_held)
{
  double plain = self->n_plain > 0 ? self->plain_ms / self->n_plain * n_held / 1000 : NAN;
  g_autofree char *plain_text = NULL;
  g_autofree char *explained_text = NULL;

  /* Five that all failed tell nothing. */
  if (isnan (plain))
    return g_strdup_printf (ngettext ("%'u picture to go", "%'u pictures to go", n_held), n_held);

  plain_text = dup_duration (plain);
  if (isnan (self->explain_ms))
    return g_strdup_printf (ngettext ("%'u picture to go: about %s", "%'u pictures to go: about %s", n_held), n_held, plain_text);

  explained_text = dup_duration (plain + self->explain_ms * n_held / 1000);

  return g_strdup_printf (ngettext ("%'u picture to go: about %s, %s with explanations",
                                    "%'u pictures to go: about %s, %s with explanations", n_held),
                          n_held, plain_text, explained_text);
}

static void
update_offer (EmoLargeSet *self)
{
  g_autofree char *offer = NULL;
  guint n_held;

  g_object_get (self->session, "n-held", &n_held, NULL);
  if (n_held == 0)
    self->offering = FALSE;
  if (self->offering)
    offer = dup_offer (self, n_held);
  if (g_strcmp0 (offer, self->offer) == 0)
    return;

  g_free (self->offer);
  self->offer = g_steal_pointer (&offer);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_OFFER]);
}

static void
forget_explained (EmoLargeSet *self)
{
  if (self->explained != NULL)
    g_clear_signal_handler (&self->stage_id, self->explained);
  g_clear_object (&self->explained);
}

static void
stage_cb (EmoLargeSet *self)
{
  double ms = emo_prediction_get_ms (self->explained, EMO_STAGE_EXPLAINED);

  if (isnan (ms))
    return;

  self->explain_ms = ms;
  forget_explained (self);
  update_offer (self);
}

static void
end_measuring (EmoLargeSet *self)
{
  g_clear_pointer (&self->samples, g_hash_table_unref);
}

/* What an explanation takes is known only from one. */
static void
measure_explanation (EmoLargeSet *self,
                     EmoSample   *sample)
{
  if (!isnan (self->explain_ms) || emo_sample_get_state (sample) != EMO_SAMPLE_DONE)
    return;

  forget_explained (self);
  self->explained = g_object_ref (emo_sample_get_prediction (sample));
  self->stage_id = g_signal_connect_object (self->explained, "notify::stage", G_CALLBACK (stage_cb), self, G_CONNECT_SWAPPED);
  emo_session_explain (self->session, sample, -1);
}

static void
take_times (EmoLargeSet *self,
            EmoSample   *sample)
{
  EmoPrediction *prediction = emo_sample_get_prediction (sample);
  double total, explain;

  self->n_measured++;
  if (emo_sample_get_state (sample) != EMO_SAMPLE_DONE)
    return;

  total = emo_prediction_get_ms (prediction, EMO_STAGE_DONE);
  explain = emo_prediction_get_ms (prediction, EMO_STAGE_EXPLAINED);
  if (!isnan (explain))
    self->explain_ms = explain;
  if (!isnan (total))
    {
      self->plain_ms += total - (isnan (explain) ? 0 : MIN (explain, total));
      self->n_plain++;
    }
}

static void
finished_cb (EmoLargeSet *self,
             EmoSample   *sample)
{
  if (self->samples == NULL || !g_hash_table_contains (self->samples, sample))
    return;

  take_times (self, sample);
  if (self->n_measured < N_MEASURED)
    return;

  end_measuring (self);
  emo_session_stop (self->session);
  self->offering = TRUE;
  measure_explanation (self, sample);
  update_offer (self);
}

/* Stop, before enough was measured: the person knows what they want. */
static void
n_held_cb (EmoLargeSet *self)
{
  guint n_held;

  g_object_get (self->session, "n-held", &n_held, NULL);
  if (n_held > 0)
    end_measuring (self);
  update_offer (self);
}

static void
emo_large_set_dispose (GObject *object)
{
  EmoLargeSet *self = EMO_LARGE_SET (object);

  if (self->session != NULL)
    g_signal_handlers_disconnect_by_data (self->session, self);
  forget_explained (self);
  end_measuring (self);
  g_clear_object (&self->session);

  G_OBJECT_CLASS (emo_large_set_parent_class)->dispose (object);
}

static void
emo_large_set_finalize (GObject *object)
{
  EmoLargeSet *self = EMO_LARGE_SET (object);

  g_free (self->offer);

  G_OBJECT_CLASS (emo_large_set_parent_class)->finalize (object);
}

static void
emo_large_set_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_OFFER:
      g_value_set_string (value, emo_large_set_get_offer (EMO_LARGE_SET (object)));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_large_set_class_init (EmoLargeSetClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = emo_large_set_dispose;
  object_class->finalize = emo_large_set_finalize;
  object_class->get_property = emo_large_set_get_property;

  properties[PROP_OFFER] =
    g_param_spec_string ("offer", NULL, NULL,
                         NULL,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
emo_large_set_init (EmoLargeSet *self)
{
  self->explain_ms = NAN;
}

/**
 * emo_large_set_new:
 * @session: whose sets are measured
 *
 * Returns: (transfer full): nothing measured yet
 */
EmoLargeSet *
emo_large_set_new (EmoSession *session)
{
  EmoLargeSet *self;

  g_return_val_if_fail (EMO_IS_SESSION (session), NULL);

  self = g_object_new (EMO_TYPE_LARGE_SET, NULL);
  self->session = g_object_ref (session);
  g_signal_connect_swapped (session, "finished", G_CALLBACK (finished_cb), self);
  g_signal_connect_swapped (session, "notify::n-held", G_CALLBACK (n_held_cb), self);

  return self;
}

/**
 * emo_large_set_begin:
 * @self: a large set
 * @samples: (element-type EmoSample): pictures that were just listed
 *
 * Measures the first of them that are done, then stops the session.
 */
void
emo_large_set_begin (EmoLargeSet *self,
                     GPtrArray   *samples)
{
  g_return_if_fail (EMO_IS_LARGE_SET (self));
  g_return_if_fail (samples != NULL);

  end_measuring (self);
  forget_explained (self);
  self->samples = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  for (guint i = 0; i < samples->len; i++)
    g_hash_table_add (self->samples, g_object_ref (g_ptr_array_index (samples, i)));
  self->n_measured = 0;
  self->plain_ms = 0;
  self->n_plain = 0;
  self->explain_ms = NAN;
  self->offering = FALSE;
  update_offer (self);
}

/**
 * emo_large_set_get_offer:
 * @self: a large set
 *
 * Returns: (transfer none) (nullable): how many pictures wait for the person's
 *   word and how long they would take; %NULL where none do
 */
const char *
emo_large_set_get_offer (EmoLargeSet *self)
{
  g_return_val_if_fail (EMO_IS_LARGE_SET (self), NULL);

  return self->offer;
}
