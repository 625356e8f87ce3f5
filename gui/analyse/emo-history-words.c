/* emo-history-words.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include <glib/gi18n.h>

#include "emo-emotion-name.h"
#include "emo-history-words.h"

static char *
dup_date (GDateTime *when)
{
  /* Translators: a day, for g_date_time_format(): "25 November 2026". */
  return g_date_time_format (when, C_("date", "%-d %B %Y"));
}

/**
 * emo_history_words_dup_name:
 * @entry: a result
 *
 * Returns: (transfer full): the picture's name as lists show it
 */
char *
emo_history_words_dup_name (EmoRunEntry *entry)
{
  g_autofree char *name = NULL;

  g_return_val_if_fail (entry != NULL, NULL);

  name = g_path_get_basename (entry->file_name);

  return emo_file_escape_name (name);
}

/**
 * emo_history_words_dup_answer:
 * @entry: a result
 *
 * Returns: (transfer full): label and probability, or why there is none
 */
char *
emo_history_words_dup_answer (EmoRunEntry *entry)
{
  g_autofree char *percent = NULL;

  g_return_val_if_fail (entry != NULL, NULL);

  if (entry->state == EMO_RUN_ENTRY_FAILED)
    return g_strdup (entry->error != NULL ? entry->error : C_("state of a picture", "Failed"));
  if (entry->label == NULL || isnan (entry->probability))
    return g_strdup (C_("state of a picture", "No answer"));

  percent = emo_percent_to_string (entry->probability);

  return g_strdup_printf (C_("label, probability", "%s %s"), emo_emotion_name (entry->label), percent);
}

/**
 * emo_history_words_dup_clock:
 * @entry: a result
 *
 * Returns: (transfer full): the time of day of the answer
 */
char *
emo_history_words_dup_clock (EmoRunEntry *entry)
{
  g_autoptr (GDateTime) when = NULL;

  g_return_val_if_fail (entry != NULL, NULL);

  when = g_date_time_new_from_unix_local (entry->time);

  /* Translators: a time of day, for g_date_time_format(): "14:03". */
  return when != NULL ? g_date_time_format (when, C_("time of day", "%H:%M")) : g_strdup ("");
}

/**
 * emo_history_words_dup_day:
 * @item: a line
 *
 * Returns: (transfer full): its day, by name where it has one
 */
char *
emo_history_words_dup_day (EmoHistoryItem *item)
{
  const EmoRunDay *day;
  g_autoptr (GDateTime) when = NULL;
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  g_return_val_if_fail (EMO_IS_HISTORY_ITEM (item), NULL);

  day = emo_history_item_get_day (item);
  if (now >= day->from && now < day->to)
    return g_strdup (C_("day", "Today"));
  /* No day has less than 23 hours. */
  if (now >= day->to && now - day->to < 23 * 60 * 60)
    return g_strdup (C_("day", "Yesterday"));
  when = g_date_time_new_from_unix_local (day->from);

  return when != NULL ? dup_date (when) : g_strdup ("");
}

/**
 * emo_history_words_dup_model:
 * @entry: a result
 *
 * Returns: (transfer full): whose answer it is
 */
char *
emo_history_words_dup_model (EmoRunEntry *entry)
{
  g_return_val_if_fail (entry != NULL, NULL);

  return g_strdup (entry->info != NULL && entry->info->name != NULL ? entry->info->name : _("No model"));
}

/**
 * emo_history_words_dup_origin:
 * @entry: a result
 *
 * Returns: (transfer full): who answered, and when
 */
char *
emo_history_words_dup_origin (EmoRunEntry *entry)
{
  g_autoptr (GDateTime) when = NULL;
  g_autofree char *model = NULL;
  g_autofree char *date = NULL;
  g_autofree char *clock = NULL;

  g_return_val_if_fail (entry != NULL, NULL);

  when = g_date_time_new_from_unix_local (entry->time);
  model = emo_history_words_dup_model (entry);
  date = when != NULL ? dup_date (when) : g_strdup ("");
  clock = emo_history_words_dup_clock (entry);
  if (entry->state == EMO_RUN_ENTRY_FAILED)
    /* Translators: date, time of day */
    return g_strdup_printf (_("From the history: failed on %s, %s"), date, clock);

  /* Translators: the model, date, time of day */
  return g_strdup_printf (_("From the history: answered by %s on %s, %s"), model, date, clock);
}
