/* emo-bus-guard.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "emo-bus-guard-private.h"

/* The kernel sends SIGBUS when a page of a mapping has no file behind it any
 * more: another program cut the file, or the disk failed. The default action
 * ends the process, and nothing can be checked beforehand, because the cut may
 * come between the check and the read.
 *
 * Guards form a list that only grows; a removed one is used again. So the
 * handler walks it without a lock, and a walk can never meet freed memory.
 * Writers are serialised by a mutex that the handler never takes. */
struct _EmoBusGuard
{
  atomic_uintptr_t start;      /* 0: free */
  atomic_uintptr_t length;
  atomic_int damaged;
  EmoBusGuard *next;           /* written before the guard is published */
};

static _Atomic (EmoBusGuard *) guards;
static GMutex guards_lock;
static struct sigaction previous_action;
static uintptr_t page_size;

/* The guard whose range holds @address. The start is read twice, because the
 * guard may be moving from one mapping to another while we look. */
static EmoBusGuard *
find_guard (uintptr_t  address,
            uintptr_t *end)
{
  for (EmoBusGuard *guard = atomic_load (&guards); guard != NULL; guard = guard->next)
    {
      uintptr_t start = atomic_load (&guard->start);
      uintptr_t length = atomic_load (&guard->length);

      if (start == 0 || address < start || address - start >= length ||
          atomic_load (&guard->start) != start)
        continue;
      *end = start + length;
      return guard;
    }
  return NULL;
}

/* Everything from the faulting page to the end of the mapping becomes zeros.
 * Where a file was cut no page behind the fault exists either, and a page at a
 * time would cost a signal and a kernel mapping each. The content is lost
 * anyhow: the owner learns it from the damaged mark. */
static gboolean
heal (uintptr_t address)
{
  uintptr_t end = 0;
  uintptr_t page = address & ~(page_size - 1);
  EmoBusGuard *guard = find_guard (address, &end);

  if (guard == NULL)
    return FALSE;
  atomic_store (&guard->damaged, 1);
  return mmap ((void *) page, end - page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED;
}

/* What would have happened without us. With the default action back in place
 * the same instruction faults again and ends the process, as it should; a
 * signal that was sent, and not caused by a fault, has to be raised anew. */
static void
pass_on (int        signal_number,
         siginfo_t *info,
         void      *context)
{
  struct sigaction fallback = { .sa_handler = SIG_DFL };

  if (previous_action.sa_flags & SA_SIGINFO)
    previous_action.sa_sigaction (signal_number, info, context);
  else if (previous_action.sa_handler == SIG_IGN && info->si_code <= 0)
    return;
  else if (previous_action.sa_handler != SIG_DFL && previous_action.sa_handler != SIG_IGN)
    previous_action.sa_handler (signal_number);
  else
    {
      sigaction (signal_number, &fallback, NULL);
      if (info->si_code <= 0)
        raise (signal_number);
    }
}

/* Runs in signal context: only atomic loads, mmap (a bare system call on
 * Linux), sigaction and raise. */
static void
bus_error_cb (int        signal_number,
              siginfo_t *info,
              void      *context)
{
  int saved_errno = errno;

  if (info->si_code <= 0 || !heal ((uintptr_t) info->si_addr))
    pass_on (signal_number, info, context);
  errno = saved_errno;
}

/* Called with the lock held. */
static void
install_handler (void)
{
  static gboolean installed = FALSE;
  struct sigaction action = { .sa_sigaction = bus_error_cb, .sa_flags = SA_SIGINFO | SA_ONSTACK };

  if (installed)
    return;
  page_size = (uintptr_t) sysconf (_SC_PAGESIZE);
  sigemptyset (&action.sa_mask);
  if (sigaction (SIGBUS, NULL, &previous_action) == 0)
    sigaction (SIGBUS, &action, NULL);
  installed = TRUE;
}

/* Called with the lock held. */
static EmoBusGuard *
take_free_guard (void)
{
  EmoBusGuard *guard;

  for (guard = atomic_load (&guards); guard != NULL; guard = guard->next)
    if (atomic_load (&guard->start) == 0)
      return guard;

  guard = g_new0 (EmoBusGuard, 1);
  guard->next = atomic_load (&guards);
  atomic_store (&guards, guard);
  return guard;
}

/**
 * _emo_bus_guard_add:
 * @start: where a mapping begins
 * @length: its bytes, not 0
 *
 * From now on a SIGBUS inside the range puts zero pages there.
 *
 * Returns: (transfer full): free with _emo_bus_guard_remove(), before the
 *   mapping itself goes
 */
EmoBusGuard *
_emo_bus_guard_add (const void *start,
                    gsize       length)
{
  EmoBusGuard *guard;

  g_return_val_if_fail (start != NULL && length > 0, NULL);

  g_mutex_lock (&guards_lock);
  install_handler ();
  guard = take_free_guard ();
  atomic_store (&guard->damaged, 0);
  atomic_store (&guard->length, length);
  atomic_store (&guard->start, (uintptr_t) start);
  g_mutex_unlock (&guards_lock);
  return guard;
}

/**
 * _emo_bus_guard_remove:
 * @self: (transfer full): a guard
 *
 * The range is no longer ours; a SIGBUS there is passed on again.
 */
void
_emo_bus_guard_remove (EmoBusGuard *self)
{
  g_return_if_fail (self != NULL);

  g_mutex_lock (&guards_lock);
  atomic_store (&self->start, 0);
  g_mutex_unlock (&guards_lock);
}

/**
 * _emo_bus_guard_is_damaged:
 * @self: a guard
 *
 * Returns: whether zeros stand where the file's content should be
 */
gboolean
_emo_bus_guard_is_damaged (EmoBusGuard *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return atomic_load (&self->damaged) != 0;
}
