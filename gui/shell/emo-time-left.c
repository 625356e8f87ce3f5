/* emo-time-left.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>
#include <math.h>

#include "emo-time-left.h"

/* Below this the end is there before the words are read. */
#define WORTH_SECONDS 5

/**
 * emo_time_left_to_string:
 * @seconds: what emo_job_get_seconds_left() says
 *
 * Rounded to what a forecast can hold: to ten seconds, minutes, hours.
 *
 * Returns: (transfer full): a phrase, or "" for negative and very short times
 */
char *
emo_time_left_to_string (double seconds)
{
  guint n;

  /* Not a comparison that NaN passes. */
  if (!(seconds >= WORTH_SECONDS) || seconds > 1e9)
    return g_strdup ("");

  if (seconds < 55)
    {
      n = 10 * (guint) MAX (1, lround (seconds / 10));
      return g_strdup_printf (ngettext ("About %u second left", "About %u seconds left", n), n);
    }
  if (seconds < 90 * 60)
    {
      n = (guint) MAX (1, lround (seconds / 60));
      return g_strdup_printf (ngettext ("About %u minute left", "About %u minutes left", n), n);
    }
  n = (guint) lround (seconds / 3600);

  return g_strdup_printf (ngettext ("About %u hour left", "About %u hours left", n), n);
}
