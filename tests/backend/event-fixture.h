/* event-fixture.h: reads what TensorBoard would
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <math.h>
#include <string.h>

#include <glib.h>

/* One scalar, or one of the events that hold none. */
typedef struct
{
  double  wall_time;
  gint64  step;
  char   *tag;       /* NULL: no scalar */
  float   value;
  char   *version;   /* NULL: none */
  gint64  session;   /* 0: none */
} FixtureEvent;

static inline void
fixture_event_clear (gpointer data)
{
  FixtureEvent *event = data;

  g_free (event->tag);
  g_free (event->version);
}

/* The CRC by a table, so that the code that is tested is not asked itself. */
static inline guint32
fixture_masked_crc (const guint8 *data,
                    gsize         length)
{
  guint32 table[256], crc = G_MAXUINT32;

  for (guint32 i = 0; i < 256; i++)
    {
      table[i] = i;
      for (guint bit = 0; bit < 8; bit++)
        table[i] = table[i] & 1 ? table[i] >> 1 ^ 0x82f63b78u : table[i] >> 1;
    }
  for (gsize i = 0; i < length; i++)
    crc = table[(crc ^ data[i]) & 0xff] ^ crc >> 8;
  crc = ~crc;

  return (crc >> 15 | crc << 17) + 0xa282ead8u;
}

static inline guint64
fixture_little (const guint8 *data,
                guint         n_bytes)
{
  guint64 number = 0;

  for (guint i = 0; i < n_bytes; i++)
    number |= (guint64) data[i] << (8 * i);

  return number;
}

static inline guint64
fixture_varint (const guint8 **data,
                const guint8  *end)
{
  guint64 number = 0;

  for (guint shift = 0; shift < 64; shift += 7)
    {
      guint8 byte;

      g_assert_true (*data < end);
      byte = *(*data)++;
      number |= (guint64) (byte & 0x7f) << shift;
      if (byte < 0x80)
        return number;
    }
  g_assert_not_reached ();
}

/* The next field of a message; of bytes @data and @length, else @number. */
typedef struct
{
  guint         field;
  guint64       number;
  const guint8 *data;
  gsize         length;
} FixtureField;

static inline gboolean
fixture_next (const guint8 **data,
              const guint8  *end,
              FixtureField  *out)
{
  guint64 key;

  if (*data == end)
    return FALSE;
  key = fixture_varint (data, end);
  *out = (FixtureField){ .field = (guint) (key >> 3) };
  switch (key & 7)
    {
    case 0:
      out->number = fixture_varint (data, end);
      break;

    case 1:
    case 5:
      out->length = (key & 7) == 1 ? 8 : 4;
      g_assert_true (*data + out->length <= end);
      out->number = fixture_little (*data, (guint) out->length);
      *data += out->length;
      break;

    case 2:
      out->length = fixture_varint (data, end);
      g_assert_cmpuint (out->length, <=, (gsize) (end - *data));
      out->data = *data;
      *data += out->length;
      break;

    default:
      g_error ("a field of kind %u", (guint) (key & 7));
    }

  return TRUE;
}

static inline void
fixture_read_value (GArray       *events,
                    FixtureEvent  event,
                    const guint8 *data,
                    const guint8 *end)
{
  FixtureField field;

  while (fixture_next (&data, end, &field))
    if (field.field == 1)
      event.tag = g_strndup ((const char *) field.data, field.length);
    else if (field.field == 2)
      memcpy (&event.value, &(guint32){ (guint32) field.number }, sizeof event.value);
    else
      g_error ("field %u in a value", field.field);
  g_assert_nonnull (event.tag);
  g_array_append_val (events, event);
}

static inline void
fixture_read_event (GArray       *events,
                    const guint8 *data,
                    const guint8 *end)
{
  FixtureEvent event = { 0 };
  FixtureField field;

  while (fixture_next (&data, end, &field))
    if (field.field == 1)
      memcpy (&event.wall_time, &field.number, sizeof event.wall_time);
    else if (field.field == 2)
      event.step = (gint64) field.number;
    else if (field.field == 3)
      event.version = g_strndup ((const char *) field.data, field.length);
    else if (field.field == 5)
      {
        const guint8 *summary = field.data, *summary_end = field.data + field.length;

        while (fixture_next (&summary, summary_end, &field))
          fixture_read_value (events, event, field.data, field.data + field.length);
        return;
      }
    else if (field.field == 7)
      event.session = (gint64) fixture_little (field.data, (guint) field.length);
    else
      g_error ("field %u in an event", field.field);
  g_array_append_val (events, event);
}

/* Every event of a file; each record's length and CRCs are right, and nothing
 * follows the last. */
static inline GArray *
fixture_read_events (const char *path)
{
  GArray *events = g_array_new (FALSE, FALSE, sizeof (FixtureEvent));
  g_autofree char *content = NULL;
  const guint8 *data;
  gsize length, at = 0;

  g_array_set_clear_func (events, fixture_event_clear);
  g_assert_true (g_file_get_contents (path, &content, &length, NULL));
  data = (const guint8 *) content;
  while (at < length)
    {
      gsize n;

      g_assert_cmpuint (length - at, >=, 16);
      n = fixture_little (data + at, 8);
      g_assert_cmpuint (n, <=, length - at - 16);
      g_assert_cmphex (fixture_little (data + at + 8, 4), ==, fixture_masked_crc (data + at, 8));
      g_assert_cmphex (fixture_little (data + at + 12 + n, 4), ==, fixture_masked_crc (data + at + 12, n));
      fixture_read_event (events, data + at + 12, data + at + 12 + n);
      at += n + 16;
    }

  return events;
}
