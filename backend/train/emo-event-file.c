/* emo-event-file.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "emo-event-file.h"
#include "emo-file.h"

#define NAME_START "events.out.tfevents."
#define NAME_END   ".emovlm"

/* Fields of tensorflow.Event, Summary, Summary.Value and SessionLog. */
#define EVENT_WALL_TIME    1
#define EVENT_STEP         2
#define EVENT_FILE_VERSION 3
#define EVENT_SUMMARY      5
#define EVENT_SESSION_LOG  7
#define SUMMARY_VALUE      1
#define VALUE_TAG          1
#define VALUE_SIMPLE       2
#define SESSION_STATUS     1
#define SESSION_START      1

/* How protobuf writes a field. */
#define WIRE_VARINT 0
#define WIRE_64     1
#define WIRE_BYTES  2
#define WIRE_32     5

struct _EmoEventFile
{
  char *path;
  int   fd;
};

/* --- Framing --- */

/* CRC-32C (Castagnoli), bit by bit: a record has some dozen bytes. */
static guint32
crc32c (const guint8 *data,
        gsize         length)
{
  guint32 crc = 0xffffffffu;

  for (gsize i = 0; i < length; i++)
    {
      crc ^= data[i];
      for (guint bit = 0; bit < 8; bit++)
        crc = crc >> 1 ^ (0x82f63b78u & -(crc & 1));
    }

  return ~crc;
}

/* A CRC of data that hold CRCs is weak, so the format turns them. */
static guint32
masked_crc (const void *data,
            gsize       length)
{
  guint32 crc = crc32c (data, length);

  return (crc >> 15 | crc << 17) + 0xa282ead8u;
}

static void
append_little (GByteArray *out,
               guint64     number,
               guint       n_bytes)
{
  for (guint i = 0; i < n_bytes; i++)
    g_byte_array_append (out, &(guint8){ (guint8) (number >> (8 * i)) }, 1);
}

static GByteArray *
frame (const GByteArray *event)
{
  GByteArray *record = g_byte_array_sized_new (event->len + 16);

  append_little (record, event->len, 8);
  append_little (record, masked_crc (record->data, 8), 4);
  g_byte_array_append (record, event->data, event->len);
  append_little (record, masked_crc (event->data, event->len), 4);

  return record;
}

/* --- Messages --- */

static void
append_varint (GByteArray *out,
               guint64     number)
{
  for (; number >= 0x80; number >>= 7)
    g_byte_array_append (out, &(guint8){ (guint8) (number | 0x80) }, 1);
  g_byte_array_append (out, &(guint8){ (guint8) number }, 1);
}

static void
append_key (GByteArray *out,
            guint       field,
            guint       wire)
{
  append_varint (out, (guint64) field << 3 | wire);
}

static void
append_bytes (GByteArray *out,
              guint       field,
              const void *data,
              gsize       length)
{
  append_key (out, field, WIRE_BYTES);
  append_varint (out, length);
  g_byte_array_append (out, data, (guint) length);
}

static void
append_double (GByteArray *out,
               guint       field,
               double      number)
{
  guint64 bits;

  memcpy (&bits, &number, sizeof bits);
  append_key (out, field, WIRE_64);
  append_little (out, bits, 8);
}

static void
append_float (GByteArray *out,
              guint       field,
              float       number)
{
  guint32 bits;

  memcpy (&bits, &number, sizeof bits);
  append_key (out, field, WIRE_32);
  append_little (out, bits, 4);
}

static GByteArray *
begin_event (double wall_time,
             gint64 step)
{
  GByteArray *event = g_byte_array_new ();

  append_double (event, EVENT_WALL_TIME, wall_time);
  append_key (event, EVENT_STEP, WIRE_VARINT);
  append_varint (event, (guint64) step);

  return event;
}

static GByteArray *
build_summary (const EmoScalar *scalars,
               guint            n_scalars)
{
  GByteArray *summary = g_byte_array_new ();

  for (guint i = 0; i < n_scalars; i++)
    {
      g_autoptr (GByteArray) value = g_byte_array_new ();

      if (isnan (scalars[i].value))
        continue;
      append_bytes (value, VALUE_TAG, scalars[i].tag, strlen (scalars[i].tag));
      append_float (value, VALUE_SIMPLE, (float) scalars[i].value);
      append_bytes (summary, SUMMARY_VALUE, value->data, value->len);
    }

  return summary;
}

/* --- Files --- */

static guint
find_last_number (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint last = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, NAME_START))
      {
        guint64 number = g_ascii_strtoull (name + strlen (NAME_START), NULL, 10);

        /* Other programs put the seconds since 1970 there. */
        if (g_str_has_suffix (name, NAME_END) && number < G_MAXUINT)
          last = MAX (last, (guint) number);
      }

  return last;
}

/* One write a record, so that a reader sees whole ones. A disk that takes only a
 * part has no room for the rest. */
static gboolean
write_event (EmoEventFile      *self,
             const GByteArray  *event,
             GError           **error)
{
  g_autoptr (GByteArray) record = frame (event);
  gssize n;

  do
    n = write (self->fd, record->data, record->len);
  while (n < 0 && errno == EINTR);
  if (n == (gssize) record->len)
    return TRUE;

  return emo_file_set_error (error, self->path, "cannot be written", n < 0 ? errno : ENOSPC);
}

static gboolean
open_next (EmoEventFile  *self,
           const char    *folder,
           GError       **error)
{
  guint number = find_last_number (folder);

  do
    {
      g_autofree char *name = g_strdup_printf (NAME_START "%010u" NAME_END, ++number);

      g_free (self->path);
      self->path = g_build_filename (folder, name, NULL);
      self->fd = open (self->path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
    }
  while (self->fd < 0 && (errno == EEXIST || errno == EINTR));

  return self->fd >= 0 || emo_file_set_error (error, self->path, "cannot be made", errno);
}

static gboolean
write_start (EmoEventFile  *self,
             double         wall_time,
             gint64         step,
             GError       **error)
{
  static const char version[] = "brain.Event:2";
  static const guint8 start[] = { SESSION_STATUS << 3 | WIRE_VARINT, SESSION_START };
  g_autoptr (GByteArray) first = begin_event (wall_time, 0);
  g_autoptr (GByteArray) session = begin_event (wall_time, step);

  append_bytes (first, EVENT_FILE_VERSION, version, strlen (version));
  append_bytes (session, EVENT_SESSION_LOG, start, sizeof start);

  return write_event (self, first, error) && write_event (self, session, error);
}

/**
 * emo_event_file_new:
 * @folder: a folder that is there
 * @wall_time: seconds since 1970, for the labels that a person reads
 * @step: the first step that will be written; what older files have from there on
 *   is taken back by it, with 0 all
 * @error: return location
 *
 * Returns: (transfer full) (nullable): a new file, or %NULL with
 *   %EMO_ERROR_NO_SPACE or %EMO_ERROR_IO
 */
EmoEventFile *
emo_event_file_new (const char  *folder,
                    double       wall_time,
                    gint64       step,
                    GError     **error)
{
  g_autoptr (EmoEventFile) self = g_new0 (EmoEventFile, 1);

  self->fd = -1;
  g_return_val_if_fail (folder != NULL && step >= 0, NULL);

  if (!open_next (self, folder, error) || !write_start (self, wall_time, step, error))
    return NULL;

  return g_steal_pointer (&self);
}

/**
 * emo_event_file_free:
 * @self: (transfer full) (nullable): a file
 */
void
emo_event_file_free (EmoEventFile *self)
{
  if (self == NULL)
    return;
  if (self->fd >= 0)
    close (self->fd);
  g_free (self->path);
  g_free (self);
}

/**
 * emo_event_file_add:
 * @self: a file
 * @wall_time: seconds since 1970
 * @step: where on the horizontal axis
 * @scalars: (array length=n_scalars): values
 * @n_scalars: their number
 * @error: return location
 *
 * Appends one event; no event where all values are NaN.
 *
 * Returns: %FALSE with %EMO_ERROR_NO_SPACE or %EMO_ERROR_IO
 */
gboolean
emo_event_file_add (EmoEventFile     *self,
                    double            wall_time,
                    gint64            step,
                    const EmoScalar  *scalars,
                    guint             n_scalars,
                    GError          **error)
{
  g_autoptr (GByteArray) event = NULL;
  g_autoptr (GByteArray) summary = NULL;

  g_return_val_if_fail (self != NULL && step >= 0, FALSE);
  g_return_val_if_fail (scalars != NULL || n_scalars == 0, FALSE);

  summary = build_summary (scalars, n_scalars);
  if (summary->len == 0)
    return TRUE;
  event = begin_event (wall_time, step);
  append_bytes (event, EVENT_SUMMARY, summary->data, summary->len);

  return write_event (self, event, error);
}
