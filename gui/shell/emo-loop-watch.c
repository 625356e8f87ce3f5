/* emo-loop-watch.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <gtk/gtk.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "emo-loop-watch.h"

/* Between two polls the loop dispatches whatever was ready. The thread's CPU
 * time of that is an upper bound of what a single dispatch took, and does not
 * count what other programs took of the processor meanwhile. A timer of 100 Hz
 * says what a person would feel. Two things say how much of that is the machine's
 * doing: the same timer in a thread that does nothing else, and the kernel's account
 * of how long this thread was ready and got no processor. */

#define TICK_MS   10
#define REPORT_MS 250
#define LATE_MS   100.0
#define LONG_MS   50.0

typedef struct
{
  FILE      *file;
  GPollFunc  poll;             /* the one before */
  guint      tick_id;
  guint      report_id;
  double     busy_since;       /* CPU milliseconds when the last poll ended; 0: not yet */
  double     last_tick;        /* wall milliseconds */
  int        wait_fd;          /* the kernel's account; -1: it keeps none */
  double     last_wait;        /* milliseconds, at the last tick */
  GThread   *control;
  int        control_ends;     /* atomic */
  int        n_control_late;   /* atomic; since the last line */
  GdkFrameClock *clock;        /* (nullable) of the first window, until it has painted */
  gulong     painted_id;
  double     first_paint;      /* milliseconds since the program's start; 0: not yet */
  gboolean   first_told;

  /* since the last line */
  guint      n_turns;
  guint      n_long;
  double     worst_cpu;
  guint      n_ticks;
  guint      n_late;
  guint      n_own_late;       /* also if the processor had never been withheld */
  double     worst_late;
} Watch;

static Watch watch;

static double
read_clock (clockid_t clock)
{
  struct timespec time;

  clock_gettime (clock, &time);

  return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

static gboolean report_cb (gpointer user_data);

/* Milliseconds since the kernel started the program, to its clock's 10 ms. */
static double
read_age (void)
{
  g_autofree char *text = NULL;
  const char *field;

  if (!g_file_get_contents ("/proc/self/stat", &text, NULL, NULL))
    return 0;
  /* The name in brackets may hold spaces; the start is the 20th field after it. */
  field = strrchr (text, ')');
  for (int i = 0; field != NULL && i < 20; i++)
    field = strchr (field + 1, ' ');
  if (field == NULL)
    return 0;

  return read_clock (CLOCK_BOOTTIME) - g_ascii_strtoull (field + 1, NULL, 10) * 1e3 / sysconf (_SC_CLK_TCK);
}

static void
after_paint_cb (GdkFrameClock *clock)
{
  watch.first_paint = read_age ();
  g_signal_handler_disconnect (clock, watch.painted_id);
  g_clear_object (&watch.clock);
}

/* The first window is not there yet when the watch begins. */
static void
look_for_window (void)
{
  GListModel *windows = gtk_window_get_toplevels ();
  g_autoptr (GtkWidget) window = g_list_model_get_item (windows, 0);

  if (watch.clock != NULL || watch.first_paint > 0 || window == NULL || !gtk_widget_get_realized (window))
    return;
  watch.clock = g_object_ref (gtk_widget_get_frame_clock (window));
  watch.painted_id = g_signal_connect (watch.clock, "after-paint", G_CALLBACK (after_paint_cb), NULL);
}

static gint
poll_cb (GPollFD *fds,
         guint    n_fds,
         gint     timeout)
{
  double busy;
  gint n_ready;

  if (watch.busy_since > 0)
    {
      busy = read_clock (CLOCK_THREAD_CPUTIME_ID) - watch.busy_since;
      watch.n_turns++;
      watch.n_long += busy > LONG_MS;
      watch.worst_cpu = MAX (watch.worst_cpu, busy);
    }
  look_for_window ();
  /* What follows the first frame begins with a line of its own. */
  if (watch.first_paint > 0 && !watch.first_told)
    {
      report_cb (NULL);
      watch.first_told = TRUE;
    }
  n_ready = watch.poll (fds, n_fds, timeout);
  watch.busy_since = read_clock (CLOCK_THREAD_CPUTIME_ID);

  return n_ready;
}

/* Milliseconds that this thread ever waited for a processor: the second number of
 * schedstat, in nanoseconds. */
static double
read_wait (void)
{
  char text[96];
  ssize_t length = watch.wait_fd >= 0 ? pread (watch.wait_fd, text, sizeof text - 1, 0) : -1;
  char *second;

  if (length <= 0)
    return 0;
  text[length] = '\0';
  second = strchr (text, ' ');

  return second != NULL ? g_ascii_strtoull (second, NULL, 10) / 1e6 : 0;
}

static gboolean
tick_cb (gpointer user_data)
{
  double now = read_clock (CLOCK_MONOTONIC);
  double late = now - watch.last_tick - TICK_MS;
  double wait = read_wait ();

  watch.n_ticks++;
  watch.n_late += late > LATE_MS;
  watch.n_own_late += late - (wait - watch.last_wait) > LATE_MS;
  watch.last_wait = wait;
  watch.worst_late = MAX (watch.worst_late, late);
  watch.last_tick = now;

  return G_SOURCE_CONTINUE;
}

static gpointer
control_worker (gpointer data)
{
  double last = read_clock (CLOCK_MONOTONIC);

  while (!g_atomic_int_get (&watch.control_ends))
    {
      double now;

      g_usleep (TICK_MS * 1000);
      now = read_clock (CLOCK_MONOTONIC);
      if (now - last - TICK_MS > LATE_MS)
        g_atomic_int_inc (&watch.n_control_late);
      last = now;
    }

  return NULL;
}

/* In KiB; the second number of statm is resident pages. */
static guint64
read_resident (void)
{
  g_autofree char *text = NULL;
  const char *second;

  if (!g_file_get_contents ("/proc/self/statm", &text, NULL, NULL))
    return 0;
  second = strchr (text, ' ');

  return second != NULL ? g_ascii_strtoull (second, NULL, 10) * (guint64) sysconf (_SC_PAGESIZE) / 1024 : 0;
}

static gboolean
report_cb (gpointer user_data)
{
  char worst_cpu[G_ASCII_DTOSTR_BUF_SIZE], worst_late[G_ASCII_DTOSTR_BUF_SIZE], now[G_ASCII_DTOSTR_BUF_SIZE];

  fprintf (watch.file,
           "{\"time\":%s,\"first_paint_ms\":%.0f,\"turns\":%u,\"long\":%u,\"worst_cpu_ms\":%s,\"ticks\":%u,\"late\":%u,\"own_late\":%u,\"worst_late_ms\":%s,\"control_late\":%d,\"resident_kib\":%" G_GUINT64_FORMAT "}\n",
           g_ascii_formatd (now, sizeof now, "%.3f", read_clock (CLOCK_MONOTONIC) / 1e3),
           watch.first_paint,
           watch.n_turns, watch.n_long,
           g_ascii_formatd (worst_cpu, sizeof worst_cpu, "%.2f", watch.worst_cpu),
           watch.n_ticks, watch.n_late, watch.n_own_late,
           g_ascii_formatd (worst_late, sizeof worst_late, "%.2f", watch.worst_late),
           g_atomic_int_exchange (&watch.n_control_late, 0),
           read_resident ());
  fflush (watch.file);
  watch.n_turns = watch.n_long = watch.n_ticks = watch.n_late = watch.n_own_late = 0;
  watch.worst_cpu = watch.worst_late = 0;

  return G_SOURCE_CONTINUE;
}

/**
 * emo_loop_watch_start:
 *
 * Begins to watch the default main context, if the environment asks for it.
 */
void
emo_loop_watch_start (void)
{
  const char *path = g_getenv ("EMOVLM_WATCH_LOOP");

  if (path == NULL || *path == '\0' || watch.file != NULL)
    return;
  watch.file = fopen (path, "ae");
  if (watch.file == NULL)
    {
      g_warning ("EMOVLM_WATCH_LOOP: %s: %s", path, g_strerror (errno));
      return;
    }
  watch.poll = g_main_context_get_poll_func (NULL);
  g_main_context_set_poll_func (NULL, poll_cb);
  watch.wait_fd = open ("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
  watch.last_wait = read_wait ();
  watch.last_tick = read_clock (CLOCK_MONOTONIC);
  watch.tick_id = g_timeout_add (TICK_MS, tick_cb, NULL);
  watch.report_id = g_timeout_add (REPORT_MS, report_cb, NULL);
  watch.control = g_thread_new ("loop-control", control_worker, NULL);
}

/**
 * emo_loop_watch_stop:
 *
 * Writes the last line.
 */
void
emo_loop_watch_stop (void)
{
  if (watch.file == NULL)
    return;
  g_atomic_int_set (&watch.control_ends, TRUE);
  g_thread_join (watch.control);
  report_cb (NULL);
  g_main_context_set_poll_func (NULL, watch.poll);
  if (watch.clock != NULL)
    g_signal_handler_disconnect (watch.clock, watch.painted_id);
  g_clear_object (&watch.clock);
  g_clear_handle_id (&watch.tick_id, g_source_remove);
  g_clear_handle_id (&watch.report_id, g_source_remove);
  fclose (watch.file);
  if (watch.wait_fd >= 0)
    close (watch.wait_fd);
  watch = (Watch) { NULL };
}
