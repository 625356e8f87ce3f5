/* emo-sample.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-error.h"
#include "emo-file.h"
#include "emo-hash.h"
#include "emo-sample-private.h"

/* A sample is made anywhere and belongs to the main thread once a session lists
 * it. It names its picture (a file, or bytes that were pasted) and carries what
 * became of it; it never reads the picture itself. */
struct _EmoSample
{
  GObject         parent_instance;

  GFile          *file;          /* (nullable) */
  GBytes         *bytes;         /* (nullable) */
  char           *name;          /* base name, as bytes */
  char           *given_name;    /* (nullable), as bytes */
  char           *file_name;     /* UTF-8 */
  char           *key;           /* URI, or the hash of the bytes */

  EmoSampleState  state;
  EmoPrediction  *prediction;
  GError         *error;
  gint64          time;
  char           *image_sha256;
  EmoImageMarks   mark_flags;
  char          **marks;
  gboolean        disagrees;

  /* What a person says of it. */
  gboolean        flagged;
  char           *own_label;     /* (nullable) */
  char           *note;          /* (nullable) */

  char           *kept_sha256;   /* (nullable) of pasted bytes */
  EmoSampleRecord record;
  guint64         serial;
  guint64         last_serial;
  GSequenceIter  *place;
};

enum
{
  PROP_0,
  PROP_STATE,
  PROP_PREDICTION,
  PROP_ERROR_MESSAGE,
  PROP_DISAGREES,
  PROP_FLAGGED,
  PROP_OWN_LABEL,
  PROP_NOTE,
  PROP_DISPLAY_NAME,
  N_PROPS
};

enum
{
  SIGNAL_ANNOTATED,
  N_SIGNALS
};

G_DEFINE_ENUM_TYPE (EmoSampleState, emo_sample_state,
                    G_DEFINE_ENUM_VALUE (EMO_SAMPLE_WAITING, "waiting"),
                    G_DEFINE_ENUM_VALUE (EMO_SAMPLE_RUNNING, "running"),
                    G_DEFINE_ENUM_VALUE (EMO_SAMPLE_DONE, "done"),
                    G_DEFINE_ENUM_VALUE (EMO_SAMPLE_FAILED, "failed"),
                    G_DEFINE_ENUM_VALUE (EMO_SAMPLE_STOPPED, "stopped"))

G_DEFINE_FINAL_TYPE (EmoSample, emo_sample, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

/* Bytes that are no UTF-8 become \x.., everything else stays. */
static char *
escape_invalid_bytes (const char *text)
{
  GString *out = g_string_new (NULL);
  const char *end;

  while (!g_utf8_validate (text, -1, &end))
    {
      g_string_append_len (out, text, end - text);
      g_string_append_printf (out, "\\x%02x", (guint8) *end);
      text = end + 1;
    }
  g_string_append (out, text);

  return g_string_free (out, FALSE);
}

static void
emo_sample_finalize (GObject *object)
{
  EmoSample *self = EMO_SAMPLE (object);

  g_clear_object (&self->file);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->given_name, g_free);
  g_clear_pointer (&self->file_name, g_free);
  g_clear_pointer (&self->key, g_free);
  g_clear_object (&self->prediction);
  g_clear_error (&self->error);
  g_clear_pointer (&self->image_sha256, g_free);
  g_clear_pointer (&self->marks, g_strfreev);
  g_clear_pointer (&self->kept_sha256, g_free);
  g_clear_pointer (&self->own_label, g_free);
  g_clear_pointer (&self->note, g_free);

  G_OBJECT_CLASS (emo_sample_parent_class)->finalize (object);
}

static void
emo_sample_get_property (GObject    *object,
                         guint       prop_id,
                         GValue     *value,
                         GParamSpec *pspec)
{
  EmoSample *self = EMO_SAMPLE (object);

  switch (prop_id)
    {
    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;
    case PROP_PREDICTION:
      g_value_set_object (value, self->prediction);
      break;
    case PROP_ERROR_MESSAGE:
      g_value_set_string (value, self->error != NULL ? self->error->message : NULL);
      break;
    case PROP_DISAGREES:
      g_value_set_boolean (value, self->disagrees);
      break;
    case PROP_FLAGGED:
      g_value_set_boolean (value, self->flagged);
      break;
    case PROP_OWN_LABEL:
      g_value_set_string (value, self->own_label);
      break;
    case PROP_NOTE:
      g_value_set_string (value, self->note);
      break;
    case PROP_DISPLAY_NAME:
      g_value_take_string (value, emo_sample_dup_display_name (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_sample_set_property (GObject      *object,
                         guint         prop_id,
                         const GValue *value,
                         GParamSpec   *pspec)
{
  EmoSample *self = EMO_SAMPLE (object);

  switch (prop_id)
    {
    case PROP_FLAGGED:
      emo_sample_set_flagged (self, g_value_get_boolean (value));
      break;
    case PROP_OWN_LABEL:
      emo_sample_set_own_label (self, g_value_get_string (value));
      break;
    case PROP_NOTE:
      emo_sample_set_note (self, g_value_get_string (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_sample_class_init (EmoSampleClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = emo_sample_finalize;
  object_class->get_property = emo_sample_get_property;
  object_class->set_property = emo_sample_set_property;

  properties[PROP_STATE] =
    g_param_spec_enum ("state", NULL, NULL, EMO_TYPE_SAMPLE_STATE, EMO_SAMPLE_WAITING, flags);
  properties[PROP_PREDICTION] =
    g_param_spec_object ("prediction", NULL, NULL, EMO_TYPE_PREDICTION, flags);
  properties[PROP_ERROR_MESSAGE] =
    g_param_spec_string ("error-message", NULL, NULL, NULL, flags);
  properties[PROP_DISAGREES] =
    g_param_spec_boolean ("disagrees", NULL, NULL, FALSE, flags);
  properties[PROP_FLAGGED] =
    g_param_spec_boolean ("flagged", NULL, NULL, FALSE, flags | G_PARAM_WRITABLE);
  properties[PROP_OWN_LABEL] =
    g_param_spec_string ("own-label", NULL, NULL, NULL, flags | G_PARAM_WRITABLE);
  properties[PROP_NOTE] =
    g_param_spec_string ("note", NULL, NULL, NULL, flags | G_PARAM_WRITABLE);
  properties[PROP_DISPLAY_NAME] =
    g_param_spec_string ("display-name", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * EmoSample::annotated:
   * @self: the sample
   *
   * Emitted when a person changed the flag, the own label or the note.
   */
  signals[SIGNAL_ANNOTATED] =
    g_signal_new ("annotated", EMO_TYPE_SAMPLE, G_SIGNAL_RUN_LAST, 0,
                  NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
emo_sample_init (EmoSample *self)
{
}

/**
 * emo_sample_new_for_file:
 * @file: the picture's file; it need not exist
 * @root: (nullable): the folder that was named or dropped
 *
 * Makes a waiting sample. Nothing is read.
 *
 * Returns: (transfer full): a sample
 */
EmoSample *
emo_sample_new_for_file (GFile *file,
                         GFile *root)
{
  EmoSample *self;
  g_autofree char *relative = NULL;

  g_return_val_if_fail (G_IS_FILE (file), NULL);
  g_return_val_if_fail (root == NULL || G_IS_FILE (root), NULL);

  self = g_object_new (EMO_TYPE_SAMPLE, NULL);
  self->file = g_object_ref (file);
  self->key = g_file_get_uri (file);
  self->name = g_file_get_basename (file);
  if (self->name == NULL)
    self->name = g_strdup (self->key);
  if (root != NULL)
    relative = g_file_get_relative_path (root, file);
  self->file_name = escape_invalid_bytes (relative != NULL ? relative : self->name);

  return self;
}

/**
 * emo_sample_new_for_bytes:
 * @bytes: an encoded picture, as pasted or dropped without a file
 * @name: what to call it
 *
 * Makes a waiting sample of bytes. The same bytes are the same picture.
 *
 * Returns: (transfer full): a sample
 */
EmoSample *
emo_sample_new_for_bytes (GBytes     *bytes,
                          const char *name)
{
  EmoSample *self;
  g_autofree char *sha256 = NULL;

  g_return_val_if_fail (bytes != NULL, NULL);
  g_return_val_if_fail (name != NULL, NULL);

  sha256 = emo_hash_bytes (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));

  self = g_object_new (EMO_TYPE_SAMPLE, NULL);
  self->bytes = g_bytes_ref (bytes);
  self->key = g_strconcat ("sha256:", sha256, NULL);
  self->kept_sha256 = g_steal_pointer (&sha256);
  self->name = g_strdup (name);
  self->file_name = escape_invalid_bytes (name);

  return self;
}

/**
 * emo_sample_set_given_name:
 * @self: a sample that no session lists yet
 * @name: the name a person gave, as bytes
 *
 * Keeps the name under which the picture was asked for, so that JSON Lines
 * answer with the words of the question.
 */
void
emo_sample_set_given_name (EmoSample  *self,
                           const char *name)
{
  g_return_if_fail (EMO_IS_SAMPLE (self));
  g_return_if_fail (name != NULL);

  g_free (self->given_name);
  self->given_name = g_strdup (name);
}

/**
 * emo_sample_get_file:
 * @self: a sample
 *
 * Returns: (transfer none) (nullable): the file; %NULL for pasted bytes
 */
GFile *
emo_sample_get_file (EmoSample *self)
{
  g_return_val_if_fail (EMO_IS_SAMPLE (self), NULL);

  return self->file;
}

/**
 * emo_sample_get_bytes:
 * @self: a sample
 *
 * Returns: (transfer none) (nullable): the pasted bytes; %NULL for a file
 */
GBytes *
emo_sample_get_bytes (EmoSample *self)
{
  g_return_val_if_fail (EMO_IS_SAMPLE (self), NULL);

  return self->bytes;
}

/**
 * emo_sample_get_file_name:
 * @self: a sample
 *
 * Returns: (transfer none): the name relative to the folder that was named, or
 *   the base name; UTF-8, with bytes that are none written \x..
 */
const char *
emo_sample_get_file_name (EmoSample *self)
{
  g_return_val_if_fail (EMO_IS_SAMPLE (self), NULL);

  return self->file_name;
}

/**
 * emo_sample_dup_display_name:
 * @self: a sample
 *
 * Returns: (transfer full): the base name, safe to show on a screen
 */
char *
emo_sample_dup_display_name (EmoSample *self)
{
  g_return_val_if_fail (EMO_IS_SAMPLE (self), NULL);

  return emo_file_escape_name (self->name);
}

/**
 * emo_sample_dup_image_name:
 * @self: a sample
 *
 * What JSON Lines call "image": the given name, else the absolute path, else the
 * name of the pasted bytes. A name that is no UTF-8 cannot stand in JSON, so
 * such a picture is named by its URI, which loses nothing.
 *
 * Returns: (transfer full): UTF-8
 */
char *
emo_sample_dup_image_name (EmoSample *self)
{
  const char *name;

  g_return_val_if_fail (EMO_IS_SAMPLE (self), NULL);

  name = self->given_name;
  if (name == NULL && self->file != NULL)
    name = g_file_peek_path (self->file);
  if (name != NULL && g_utf8_validate (name, -1, NULL))
    return g_strdup (name);
  if (self->file != NULL)
    return g_file_get_uri (self->file);

  return g_strdup (self->file_name);
}

/**
 * emo_sample_dup_uri:
 * @self: a sample
 *
 * Returns: (transfer full) (nullable): the absolute URI; %NULL for pasted bytes
 */
char *
emo_sample_dup_uri (EmoSample *self)
{
  g_return_val_if_fail (EMO_IS_SAMPLE (self), NULL);

  return self->file != NULL ? g_file_get_uri (self->file) : NULL;
}

/**
 * emo_sample_get_state:
 * @self: a sample
 *
 * Returns: how far it is
 */
EmoSampleState
emo_sample_get_state (EmoSample *self)
{
  g_return_val_if_fail (EMO_IS_SAMPLE (self), EMO_SAMPLE_FAILED);

  return self->state;
}

/**
 * emo_sample_get_prediction:
 * @self: a sample
 *
 * Returns: (transfer none) (nullable): the answers; they fill stage by stage
 *   while the sample runs
 */
EmoPrediction *
emo_sample_get_prediction (EmoSample *self)
{
  g_return_val_if_fail (EMO_IS_SAMPLE (self), NULL);

  return self->prediction;
}

/**
 * emo_sample_get_error:
 * @self: a sample
 *
 * Returns: (transfer none) (nullable): why it failed. On a sample that is done:
 *   why an explanation asked for later failed.
 */
const GError *
emo_sample_get_error (EmoSample *self)
{
  g_return_val_if_fail (EMO_IS_SAMPLE (self), NULL);

  return self->error;
}

/**
 * emo_sample_get_disagrees:
 * @self: a sample
 *
 * Returns: whether it is done and the VLM and the distilled head disagree
 */
gboolean
emo_sample_get_disagrees (EmoSample *self)
{
  g_return_val_if_fail (EMO_IS_SAMPLE (self), FALSE);

  return self->disagrees;
}

/**
 * emo_sample_get_flagged:
 * @self: a sample
 *
 * Returns: whether a person marked the picture to come back to it
 */
gboolean
emo_sample_get_flagged (EmoSample *self)
{
  g_return_val_if_fail (EMO_IS_SAMPLE (self), FALSE);

  return self->flagged;
}

/**
 * emo_sample_set_flagged:
 * @self: a sample
 * @flagged: whether to mark it
 *
 * Marks the picture, whatever its state.
 */
void
emo_sample_set_flagged (EmoSample *self,
                        gboolean   flagged)
{
  g_return_if_fail (EMO_IS_SAMPLE (self));

  flagged = !!flagged;
  if (self->flagged == flagged)
    return;

  self->flagged = flagged;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FLAGGED]);
  g_signal_emit (self, signals[SIGNAL_ANNOTATED], 0);
}

/* Text that a person typed; none and the empty one are the same. */
static void
set_words (EmoSample   *self,
           char       **place,
           const char  *text,
           int          prop)
{
  if (text != NULL && text[0] == '\0')
    text = NULL;
  if (g_strcmp0 (*place, text) == 0)
    return;

  g_free (*place);
  *place = g_strdup (text);
  g_object_notify_by_pspec (G_OBJECT (self), properties[prop]);
  g_signal_emit (self, signals[SIGNAL_ANNOTATED], 0);
}

/**
 * emo_sample_get_own_label:
 * @self: a sample
 *
 * Returns: (transfer none) (nullable): the label that a person thinks right, as
 *   the model spells it; %NULL where none was given
 */
const char *
emo_sample_get_own_label (EmoSample *self)
{
  g_return_val_if_fail (EMO_IS_SAMPLE (self), NULL);

  return self->own_label;
}

/**
 * emo_sample_set_own_label:
 * @self: a sample
 * @label: (nullable): the label that a person thinks right, as the model spells
 *   it; %NULL or "" takes it back
 *
 * It need not be a label of the model in use: models differ in their labels.
 */
void
emo_sample_set_own_label (EmoSample  *self,
                          const char *label)
{
  g_return_if_fail (EMO_IS_SAMPLE (self));

  set_words (self, &self->own_label, label, PROP_OWN_LABEL);
}

/**
 * emo_sample_get_note:
 * @self: a sample
 *
 * Returns: (transfer none) (nullable): what a person wrote about the picture
 */
const char *
emo_sample_get_note (EmoSample *self)
{
  g_return_val_if_fail (EMO_IS_SAMPLE (self), NULL);

  return self->note;
}

/**
 * emo_sample_set_note:
 * @self: a sample
 * @note: (nullable): UTF-8; %NULL or "" takes it back
 *
 * Keeps what a person writes about the picture.
 */
void
emo_sample_set_note (EmoSample  *self,
                     const char *note)
{
  g_return_if_fail (EMO_IS_SAMPLE (self));

  set_words (self, &self->note, note, PROP_NOTE);
}

/**
 * emo_sample_get_time:
 * @self: a sample
 *
 * Returns: seconds since 1970 (UTC) when it was done or failed; 0 before
 */
gint64
emo_sample_get_time (EmoSample *self)
{
  g_return_val_if_fail (EMO_IS_SAMPLE (self), 0);

  return self->time;
}

/**
 * emo_sample_get_image_sha256:
 * @self: a sample
 *
 * Returns: (transfer none) (nullable): SHA-256 of the encoded picture, in
 *   hexadecimal, once it was read
 */
const char *
emo_sample_get_image_sha256 (EmoSample *self)
{
  g_return_val_if_fail (EMO_IS_SAMPLE (self), NULL);

  return self->image_sha256;
}

/**
 * emo_sample_get_marks:
 * @self: a sample
 *
 * Returns: (transfer none) (nullable): what a person should know of how the
 *   picture was read, %NULL-terminated
 */
char **
emo_sample_get_marks (EmoSample *self)
{
  g_return_val_if_fail (EMO_IS_SAMPLE (self), NULL);

  return self->marks;
}

EmoSample *
_emo_sample_new_stored (GFile      *file,
                        const char *file_name,
                        const char *kept_sha256)
{
  EmoSample *self = emo_sample_new_for_file (file, NULL);

  g_free (self->file_name);
  self->file_name = g_strdup (file_name);
  if (kept_sha256 == NULL)
    return self;

  /* The same bytes pasted again are the same picture, and the copy's own name
   * means nothing to a person. */
  g_free (self->key);
  self->key = g_strconcat ("sha256:", kept_sha256, NULL);
  g_free (self->name);
  self->name = g_strdup (file_name);
  self->kept_sha256 = g_strdup (kept_sha256);

  return self;
}

const char *
_emo_sample_get_kept_sha256 (EmoSample *self)
{
  return self->kept_sha256;
}

EmoSampleRecord *
_emo_sample_get_record (EmoSample *self)
{
  return &self->record;
}

EmoImageMarks
_emo_sample_get_mark_flags (EmoSample *self)
{
  return self->mark_flags;
}

void
_emo_sample_set_time (EmoSample *self,
                      gint64     time)
{
  self->time = time;
}

const char *
_emo_sample_get_key (EmoSample *self)
{
  return self->key;
}

guint64
_emo_sample_get_serial (EmoSample *self)
{
  return self->serial;
}

void
_emo_sample_set_serial (EmoSample *self,
                        guint64    serial)
{
  self->serial = serial;
  if (serial != 0)
    self->last_serial = serial;
}

guint64
_emo_sample_get_last_serial (EmoSample *self)
{
  return self->last_serial;
}

GSequenceIter *
_emo_sample_get_place (EmoSample *self)
{
  return self->place;
}

void
_emo_sample_set_place (EmoSample     *self,
                       GSequenceIter *place)
{
  self->place = place;
}

void
_emo_sample_set_state (EmoSample      *self,
                       EmoSampleState  state)
{
  gboolean disagrees = FALSE;

  if (state == EMO_SAMPLE_DONE || state == EMO_SAMPLE_FAILED)
    self->time = g_get_real_time () / G_USEC_PER_SEC;
  else
    self->time = 0;

  if (state == EMO_SAMPLE_DONE && self->prediction != NULL)
    disagrees = !emo_prediction_get_agree (self->prediction);
  if (disagrees != self->disagrees)
    {
      self->disagrees = disagrees;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DISAGREES]);
    }

  if (state == self->state)
    return;
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

void
_emo_sample_set_prediction (EmoSample     *self,
                            EmoPrediction *prediction)
{
  if (g_set_object (&self->prediction, prediction))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PREDICTION]);
}

void
_emo_sample_take_error (EmoSample *self,
                        GError    *error)
{
  if (self->error == NULL && error == NULL)
    return;

  g_clear_error (&self->error);
  self->error = error;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ERROR_MESSAGE]);
}

void
_emo_sample_set_image_facts (EmoSample     *self,
                             const char    *sha256,
                             EmoImageMarks  marks)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();

  g_free (self->image_sha256);
  self->image_sha256 = g_strdup (sha256);
  self->mark_flags = marks;

  if (marks & EMO_IMAGE_MARK_ANIMATED)
    g_strv_builder_add (builder, "animation: first frame");
  if (marks & EMO_IMAGE_MARK_CUT_SHORT)
    g_strv_builder_add (builder, "cut short");
  g_clear_pointer (&self->marks, g_strfreev);
  if (marks != 0)
    self->marks = g_strv_builder_end (builder);
}
