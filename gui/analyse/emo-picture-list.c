/* emo-picture-list.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>
#include <string.h>

#include <gtk/gtk.h>

#include "emo-picture-list.h"

/* A picture's answer changes while a batch runs, and filter, order and counts
 * follow from all answers. Doing that for each picture that is done would cost
 * the square of their number; so changes only leave a mark, and one tick a while
 * later does it for all of them in one pass. New pictures need no tick: the
 * filter sees them as they come. */
struct _EmoPictureList
{
  GObject             parent_instance;

  EmoSession         *session;
  GtkFilterListModel *filtered;
  GtkSortListModel   *sorted;
  GtkFilter          *filter;
  GtkSorter          *sorter;

  EmoPictureShow      show;
  char               *label;        /* (nullable) */
  char               *search;       /* (nullable) */
  char               *folded;       /* (nullable) the search, to compare */
  EmoPictureSort      sort;
  gboolean            reversed;

  GHashTable         *keys;         /* EmoSample (unowned) -> double *, of the tick before */
  GArray             *counts;       /* of EmoLabelCount */
  EmoLabelSet        *labels;       /* (nullable) whose words the counts lend */
  guint               tick_id;
  gint64              last_tick;    /* monotonic, in microseconds */
};

enum
{
  PROP_0,
  PROP_SHOW,
  PROP_LABEL,
  PROP_SEARCH,
  PROP_SORT,
  PROP_REVERSED,
  PROP_FILTERED,
  N_PROPS
};

enum
{
  SIGNAL_COUNTED,
  N_SIGNALS
};

G_DEFINE_ENUM_TYPE (EmoPictureShow, emo_picture_show,
                    G_DEFINE_ENUM_VALUE (EMO_PICTURE_SHOW_ALL, "all"),
                    G_DEFINE_ENUM_VALUE (EMO_PICTURE_SHOW_DISAGREE, "disagree"),
                    G_DEFINE_ENUM_VALUE (EMO_PICTURE_SHOW_LOW_MARGIN, "low-margin"),
                    G_DEFINE_ENUM_VALUE (EMO_PICTURE_SHOW_OUT_OF_DOMAIN, "out-of-domain"),
                    G_DEFINE_ENUM_VALUE (EMO_PICTURE_SHOW_FAILED, "failed"),
                    G_DEFINE_ENUM_VALUE (EMO_PICTURE_SHOW_FLAGGED, "flagged"))

G_DEFINE_ENUM_TYPE (EmoPictureSort, emo_picture_sort,
                    G_DEFINE_ENUM_VALUE (EMO_PICTURE_SORT_ADDED, "added"),
                    G_DEFINE_ENUM_VALUE (EMO_PICTURE_SORT_NAME, "name"),
                    G_DEFINE_ENUM_VALUE (EMO_PICTURE_SORT_LABEL, "label"),
                    G_DEFINE_ENUM_VALUE (EMO_PICTURE_SORT_MARGIN, "margin"),
                    G_DEFINE_ENUM_VALUE (EMO_PICTURE_SORT_DISAGREEMENT, "disagreement"))

G_DEFINE_FINAL_TYPE (EmoPictureList, emo_picture_list, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

#define FIRST_TICK_MS 30
#define TICK_MS 500

/* A prediction that is still being made is no answer yet, and may go away. */
static EmoPrediction *
get_done (EmoSample *sample)
{
  return emo_sample_get_state (sample) == EMO_SAMPLE_DONE ? emo_sample_get_prediction (sample) : NULL;
}

/* -1: none. */
static int
get_winner (EmoPrediction *prediction)
{
  if (prediction == NULL)
    return -1;

  return emo_prediction_get_winner (prediction, emo_prediction_get_final_branch (prediction));
}

static gboolean
matches_search (EmoPictureList *self,
                EmoSample      *sample)
{
  g_autofree char *folded = NULL;

  if (self->folded == NULL)
    return TRUE;

  folded = emo_text_fold (emo_sample_get_file_name (sample));

  return strstr (folded, self->folded) != NULL;
}

static gboolean
matches_show (EmoPictureList *self,
              EmoSample      *sample)
{
  EmoPrediction *prediction = get_done (sample);

  switch (self->show)
    {
    case EMO_PICTURE_SHOW_DISAGREE:
      return emo_sample_get_disagrees (sample);
    case EMO_PICTURE_SHOW_LOW_MARGIN:
      return prediction != NULL && emo_prediction_get_margin (prediction) < EMO_PICTURE_LOW_MARGIN;
    case EMO_PICTURE_SHOW_OUT_OF_DOMAIN:
      return prediction != NULL && emo_prediction_get_in_domain (prediction) == EMO_DOMAIN_OUT;
    case EMO_PICTURE_SHOW_FAILED:
      return emo_sample_get_state (sample) == EMO_SAMPLE_FAILED;
    case EMO_PICTURE_SHOW_FLAGGED:
      return emo_sample_get_flagged (sample);
    case EMO_PICTURE_SHOW_ALL:
    default:
      return TRUE;
    }
}

static gboolean
filter_cb (gpointer item,
           gpointer user_data)
{
  EmoPictureList *self = user_data;

  return matches_show (self, item) && matches_search (self, item) &&
         (self->label == NULL || g_strcmp0 (emo_picture_list_get_answer (item), self->label) == 0);
}

/* What the order is by, a smaller number first; NaN comes last in either
 * direction. */
static double
get_key (EmoPictureList *self,
         EmoSample      *sample,
         guint           position)
{
  EmoPrediction *prediction = get_done (sample);
  int winner;

  if (self->sort == EMO_PICTURE_SORT_ADDED)
    return position;
  if (prediction == NULL)
    return NAN;

  switch (self->sort)
    {
    case EMO_PICTURE_SORT_LABEL:
      winner = get_winner (prediction);
      if (winner < 0)
        return NAN;
      return winner + 1 -
             0.999 * emo_prediction_get_probabilities (prediction, emo_prediction_get_final_branch (prediction))[winner];
    case EMO_PICTURE_SORT_MARGIN:
      return emo_prediction_get_margin (prediction);
    case EMO_PICTURE_SORT_DISAGREEMENT:
      return -emo_prediction_get_disagreement (prediction);
    case EMO_PICTURE_SORT_ADDED:
    case EMO_PICTURE_SORT_NAME:
    default:
      return NAN;
    }
}

static void
set_key (EmoPictureList *self,
         EmoSample      *sample,
         double          key)
{
  g_hash_table_insert (self->keys, sample, g_memdup2 (&key, sizeof key));
}

static int
compare_names (gconstpointer a,
               gconstpointer b,
               gpointer      user_data)
{
  char **names = user_data;

  return strcmp (names[*(const guint *) a], names[*(const guint *) b]);
}

/* Collation is dear, so each name is turned into its rank once. */
static void
rank_names (EmoPictureList *self,
            GListModel     *samples)
{
  guint n = g_list_model_get_n_items (samples);
  g_auto (GStrv) names = g_new0 (char *, n + 1);
  g_autofree guint *order = g_new (guint, n);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (EmoSample) sample = g_list_model_get_item (samples, i);
      g_autofree char *name = emo_sample_dup_display_name (sample);

      names[i] = g_utf8_collate_key_for_filename (name, -1);
      order[i] = i;
    }
  g_qsort_with_data (order, n, sizeof *order, compare_names, names);
  for (guint rank = 0; rank < n; rank++)
    {
      g_autoptr (EmoSample) sample = g_list_model_get_item (samples, order[rank]);

      set_key (self, sample, rank);
    }
}

static void
make_keys (EmoPictureList *self)
{
  GListModel *samples = emo_session_get_samples (self->session);
  guint n = g_list_model_get_n_items (samples);

  g_hash_table_remove_all (self->keys);
  if (self->sort == EMO_PICTURE_SORT_NAME)
    {
      rank_names (self, samples);
      return;
    }

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (EmoSample) sample = g_list_model_get_item (samples, i);

      set_key (self, sample, get_key (self, sample, i));
    }
}

static int
compare_cb (gconstpointer a,
            gconstpointer b,
            gpointer      user_data)
{
  EmoPictureList *self = user_data;
  const double *x = g_hash_table_lookup (self->keys, a);
  const double *y = g_hash_table_lookup (self->keys, b);
  gboolean no_x = x == NULL || isnan (*x);
  gboolean no_y = y == NULL || isnan (*y);

  if (no_x || no_y)
    return no_x - no_y;

  return self->reversed ? (*x < *y) - (*x > *y) : (*x > *y) - (*x < *y);
}

static gboolean
is_in_order_added (EmoPictureList *self)
{
  return self->sort == EMO_PICTURE_SORT_ADDED && !self->reversed;
}

static void
apply_sort (EmoPictureList *self)
{
  if (is_in_order_added (self))
    {
      g_hash_table_remove_all (self->keys);
      gtk_sort_list_model_set_sorter (self->sorted, NULL);
      return;
    }

  make_keys (self);
  if (gtk_sort_list_model_get_sorter (self->sorted) == self->sorter)
    gtk_sorter_changed (self->sorter, GTK_SORTER_CHANGE_DIFFERENT);
  else
    gtk_sort_list_model_set_sorter (self->sorted, self->sorter);
}

static void
apply_filter (EmoPictureList *self)
{
  if (!emo_picture_list_get_filtered (self))
    gtk_filter_list_model_set_filter (self->filtered, NULL);
  else if (gtk_filter_list_model_get_filter (self->filtered) == self->filter)
    gtk_filter_changed (self->filter, GTK_FILTER_CHANGE_DIFFERENT);
  else
    gtk_filter_list_model_set_filter (self->filtered, self->filter);
}

/* The labels are those of the first model that answered; another model's that
 * are not among them come after. */
static void
count_label (EmoPictureList *self,
             EmoLabelSet    *labels,
             int             winner)
{
  const char *label = emo_label_set_get_label (labels, winner);
  EmoLabelCount one = { label, 1 };

  if (self->labels == NULL)
    {
      self->labels = emo_label_set_ref (labels);
      for (int i = 0; i < (int) emo_label_set_get_size (labels); i++)
        {
          EmoLabelCount none = { emo_label_set_get_label (labels, i), 0 };

          g_array_append_val (self->counts, none);
        }
    }

  for (guint i = 0; i < self->counts->len; i++)
    {
      EmoLabelCount *count = &g_array_index (self->counts, EmoLabelCount, i);

      if (g_str_equal (count->label, label))
        {
          count->n++;
          return;
        }
    }
  one.label = g_intern_string (label);
  g_array_append_val (self->counts, one);
}

static void
count (EmoPictureList *self)
{
  GListModel *samples = emo_session_get_samples (self->session);
  guint n = g_list_model_get_n_items (samples);

  g_array_set_size (self->counts, 0);
  g_clear_pointer (&self->labels, emo_label_set_unref);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (EmoSample) sample = g_list_model_get_item (samples, i);
      EmoPrediction *prediction = get_done (sample);
      int winner = get_winner (prediction);

      if (winner >= 0 && matches_show (self, sample) && matches_search (self, sample))
        count_label (self, emo_prediction_get_labels (prediction), winner);
    }
  g_signal_emit (self, signals[SIGNAL_COUNTED], 0);
}

static gboolean
tick_cb (gpointer user_data)
{
  EmoPictureList *self = user_data;

  self->tick_id = 0;
  self->last_tick = g_get_monotonic_time ();
  /* The order of names and the search for them follow from no answer, but what
   * was added since has no rank yet. */
  if (!is_in_order_added (self))
    apply_sort (self);
  if (self->show != EMO_PICTURE_SHOW_ALL || self->label != NULL)
    apply_filter (self);
  count (self);

  return G_SOURCE_REMOVE;
}

static void
emo_picture_list_dispose (GObject *object)
{
  EmoPictureList *self = EMO_PICTURE_LIST (object);

  g_clear_handle_id (&self->tick_id, g_source_remove);
  /* The models may outlive this, their functions must not be called then. */
  if (self->filtered != NULL)
    gtk_filter_list_model_set_filter (self->filtered, NULL);
  if (self->sorted != NULL)
    gtk_sort_list_model_set_sorter (self->sorted, NULL);
  g_clear_object (&self->filtered);
  g_clear_object (&self->sorted);
  g_clear_object (&self->filter);
  g_clear_object (&self->sorter);
  g_clear_object (&self->session);

  G_OBJECT_CLASS (emo_picture_list_parent_class)->dispose (object);
}

static void
emo_picture_list_finalize (GObject *object)
{
  EmoPictureList *self = EMO_PICTURE_LIST (object);

  g_clear_pointer (&self->label, g_free);
  g_clear_pointer (&self->search, g_free);
  g_clear_pointer (&self->folded, g_free);
  g_clear_pointer (&self->keys, g_hash_table_unref);
  g_clear_pointer (&self->counts, g_array_unref);
  g_clear_pointer (&self->labels, emo_label_set_unref);

  G_OBJECT_CLASS (emo_picture_list_parent_class)->finalize (object);
}

static void
emo_picture_list_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  EmoPictureList *self = EMO_PICTURE_LIST (object);

  switch (prop_id)
    {
    case PROP_SHOW:
      g_value_set_enum (value, self->show);
      break;
    case PROP_LABEL:
      g_value_set_string (value, self->label);
      break;
    case PROP_SEARCH:
      g_value_set_string (value, self->search);
      break;
    case PROP_SORT:
      g_value_set_enum (value, self->sort);
      break;
    case PROP_REVERSED:
      g_value_set_boolean (value, self->reversed);
      break;
    case PROP_FILTERED:
      g_value_set_boolean (value, emo_picture_list_get_filtered (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static gboolean
set_words (char       **words,
           const char  *value)
{
  /* An empty entry asks for nothing. */
  if (value != NULL && *value == '\0')
    value = NULL;
  if (g_strcmp0 (*words, value) == 0)
    return FALSE;

  g_free (*words);
  *words = g_strdup (value);

  return TRUE;
}

/* FALSE: it was that already. */
static gboolean
take_value (EmoPictureList *self,
            guint           prop_id,
            const GValue   *value)
{
  switch (prop_id)
    {
    case PROP_SHOW:
      if (self->show == (EmoPictureShow) g_value_get_enum (value))
        return FALSE;
      self->show = g_value_get_enum (value);
      return TRUE;
    case PROP_LABEL:
      return set_words (&self->label, g_value_get_string (value));
    case PROP_SEARCH:
      if (!set_words (&self->search, g_value_get_string (value)))
        return FALSE;
      g_free (self->folded);
      self->folded = self->search != NULL ? emo_text_fold (self->search) : NULL;
      return TRUE;
    case PROP_SORT:
      if (self->sort == (EmoPictureSort) g_value_get_enum (value))
        return FALSE;
      self->sort = g_value_get_enum (value);
      return TRUE;
    case PROP_REVERSED:
      if (self->reversed == g_value_get_boolean (value))
        return FALSE;
      self->reversed = g_value_get_boolean (value);
      return TRUE;
    default:
      return FALSE;
    }
}

static void
emo_picture_list_set_property (GObject      *object,
                               guint         prop_id,
                               const GValue *value,
                               GParamSpec   *pspec)
{
  EmoPictureList *self = EMO_PICTURE_LIST (object);
  gboolean was_filtered = emo_picture_list_get_filtered (self);

  if (!take_value (self, prop_id, value))
    return;

  if (prop_id == PROP_SORT || prop_id == PROP_REVERSED)
    {
      apply_sort (self);
    }
  else
    {
      apply_filter (self);
      count (self);
    }
  g_object_notify_by_pspec (object, pspec);
  if (emo_picture_list_get_filtered (self) != was_filtered)
    g_object_notify_by_pspec (object, properties[PROP_FILTERED]);
}

static void
emo_picture_list_class_init (EmoPictureListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = emo_picture_list_dispose;
  object_class->finalize = emo_picture_list_finalize;
  object_class->get_property = emo_picture_list_get_property;
  object_class->set_property = emo_picture_list_set_property;

  properties[PROP_SHOW] =
    g_param_spec_enum ("show", NULL, NULL, EMO_TYPE_PICTURE_SHOW, EMO_PICTURE_SHOW_ALL, flags);
  properties[PROP_LABEL] =
    g_param_spec_string ("label", NULL, NULL, NULL, flags);
  properties[PROP_SEARCH] =
    g_param_spec_string ("search", NULL, NULL, NULL, flags);
  properties[PROP_SORT] =
    g_param_spec_enum ("sort", NULL, NULL, EMO_TYPE_PICTURE_SORT, EMO_PICTURE_SORT_ADDED, flags);
  properties[PROP_REVERSED] =
    g_param_spec_boolean ("reversed", NULL, NULL, FALSE, flags);
  properties[PROP_FILTERED] =
    g_param_spec_boolean ("filtered", NULL, NULL, FALSE,
                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * EmoPictureList::counted:
   * @self: the list
   *
   * Emitted after the counts of labels were made anew.
   */
  signals[SIGNAL_COUNTED] =
    g_signal_new ("counted", EMO_TYPE_PICTURE_LIST, G_SIGNAL_RUN_LAST, 0,
                  NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
emo_picture_list_init (EmoPictureList *self)
{
  self->keys = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->counts = g_array_new (FALSE, FALSE, sizeof (EmoLabelCount));
  self->filter = GTK_FILTER (gtk_custom_filter_new (filter_cb, self, NULL));
  self->sorter = GTK_SORTER (gtk_custom_sorter_new (compare_cb, self, NULL));
}

/**
 * emo_picture_list_new:
 * @session: whose pictures to show
 *
 * Shows all pictures in the order in which they were added.
 *
 * Returns: (transfer full): a list
 */
EmoPictureList *
emo_picture_list_new (EmoSession *session)
{
  static const char * const changes[] = { "finished", "notify::n-done", "notify::n-failed" };
  GListModel *samples;
  EmoPictureList *self;

  g_return_val_if_fail (EMO_IS_SESSION (session), NULL);

  self = g_object_new (EMO_TYPE_PICTURE_LIST, NULL);
  self->session = g_object_ref (session);
  samples = emo_session_get_samples (session);
  self->filtered = gtk_filter_list_model_new (g_object_ref (samples), NULL);
  self->sorted = gtk_sort_list_model_new (g_object_ref (G_LIST_MODEL (self->filtered)), NULL);

  g_signal_connect_object (samples, "items-changed", G_CALLBACK (emo_picture_list_touch), self, G_CONNECT_SWAPPED);
  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    g_signal_connect_object (session, changes[i], G_CALLBACK (emo_picture_list_touch), self, G_CONNECT_SWAPPED);

  return self;
}

/**
 * emo_picture_list_get_shown:
 * @self: a list
 *
 * Returns: (transfer none): the pictures that are shown, in their order
 */
GListModel *
emo_picture_list_get_shown (EmoPictureList *self)
{
  g_return_val_if_fail (EMO_IS_PICTURE_LIST (self), NULL);

  return G_LIST_MODEL (self->sorted);
}

/**
 * emo_picture_list_get_filtered:
 * @self: a list
 *
 * Returns: whether a filter or a search is on, so that some may be hidden
 */
gboolean
emo_picture_list_get_filtered (EmoPictureList *self)
{
  g_return_val_if_fail (EMO_IS_PICTURE_LIST (self), FALSE);

  return self->show != EMO_PICTURE_SHOW_ALL || self->label != NULL || self->search != NULL;
}

/**
 * emo_picture_list_show_all:
 * @self: a list
 *
 * Takes every filter and the search off.
 */
void
emo_picture_list_show_all (EmoPictureList *self)
{
  g_return_if_fail (EMO_IS_PICTURE_LIST (self));

  g_object_set (self, "show", EMO_PICTURE_SHOW_ALL, "label", NULL, "search", NULL, NULL);
}

/**
 * emo_picture_list_touch:
 * @self: a list
 *
 * Says that a picture has changed.
 */
void
emo_picture_list_touch (EmoPictureList *self)
{
  gint64 ready;

  g_return_if_fail (EMO_IS_PICTURE_LIST (self));

  if (self->tick_id != 0)
    return;

  ready = (self->last_tick - g_get_monotonic_time ()) / 1000 + TICK_MS;
  self->tick_id = g_timeout_add_full (G_PRIORITY_DEFAULT_IDLE, MAX (FIRST_TICK_MS, ready), tick_cb, self, NULL);
}

/**
 * emo_picture_list_get_counts:
 * @self: a list
 * @n_labels: (out): how many
 *
 * Returns: (transfer none) (array length=n_labels): the labels in the order of
 *   their model and how many pictures have each as their answer
 */
const EmoLabelCount *
emo_picture_list_get_counts (EmoPictureList *self,
                             guint          *n_labels)
{
  g_return_val_if_fail (EMO_IS_PICTURE_LIST (self), NULL);

  *n_labels = self->counts->len;

  return (const EmoLabelCount *) self->counts->data;
}

/**
 * emo_picture_list_get_answer:
 * @sample: a picture
 *
 * Returns: (transfer none) (nullable): the label that is its answer, in the
 *   model's words; %NULL before it is done
 */
const char *
emo_picture_list_get_answer (EmoSample *sample)
{
  EmoPrediction *prediction;
  int winner;

  g_return_val_if_fail (EMO_IS_SAMPLE (sample), NULL);

  prediction = get_done (sample);
  winner = get_winner (prediction);

  return winner >= 0 ? emo_label_set_get_label (emo_prediction_get_labels (prediction), winner) : NULL;
}
