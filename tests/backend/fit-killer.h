/* fit-killer.h: stops a fit at a moment that only the machine knows
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-safetensors.h"

typedef struct
{
  GCancellable *cancellable;
  GThread      *thread;
  gulong        delay;   /* microseconds */
} Killer;

static inline gpointer
killer_worker (gpointer data)
{
  Killer *killer = data;

  g_usleep (killer->delay);
  g_cancellable_cancel (killer->cancellable);

  return NULL;
}

static inline void
killer_start (Killer *killer,
              gulong  delay)
{
  killer->delay = delay;
  killer->cancellable = g_cancellable_new ();
  killer->thread = g_thread_new ("kill", killer_worker, killer);
}

static inline void
killer_stop (Killer *killer)
{
  g_thread_join (killer->thread);
  g_object_unref (killer->cancellable);
}

static inline void
save_state (GArray     *state,
            const char *path)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (emo_safetensors_save (path, &g_array_index (state, EmoStoredTensor, 0), state->len, NULL, &error));
  g_assert_no_error (error);
}

/* The file's tensors, good as long as it is open. */
static inline GArray *
list_tensors (EmoSafetensors *file)
{
  GArray *tensors = g_array_new (FALSE, FALSE, sizeof (EmoStoredTensor));

  for (guint i = 0; i < emo_safetensors_get_n_tensors (file); i++)
    g_array_append_val (tensors, *emo_safetensors_get_tensor (file, i));

  return tensors;
}
