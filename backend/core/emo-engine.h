/* emo-engine.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-job.h"

G_BEGIN_DECLS

/* The one thread that owns torch. Work is a function run there; the result
 * comes back on the caller's thread-default main context. Urgent work (the
 * selected picture, Explain, evidence, load and unload) goes before the batch,
 * first in first out within a priority. Join it with emo_engine_shutdown from
 * the application's shutdown: finalize never joins. */
typedef enum
{
  EMO_ENGINE_URGENT,
  EMO_ENGINE_BATCH,
} EmoEnginePriority;

#define EMO_TYPE_ENGINE (emo_engine_get_type ())
G_DECLARE_FINAL_TYPE (EmoEngine, emo_engine, EMO, ENGINE, GObject)

/* Runs on the engine thread. Returns a pointer for _finish, or NULL with
 * @error set. */
typedef gpointer (*EmoEngineFunc) (gpointer       data,
                                   GCancellable  *cancellable,
                                   GError       **error);

EmoEngine *emo_engine_new         (void);
void       emo_engine_run_async   (EmoEngine            *self,
                                   EmoEnginePriority     priority,
                                   EmoEngineFunc         func,
                                   gpointer              data,
                                   GDestroyNotify        data_free,     /* on the caller's context */
                                   GDestroyNotify        result_free,   /* (nullable) for a result nobody takes */
                                   GCancellable         *cancellable,
                                   GAsyncReadyCallback   callback,
                                   gpointer              user_data);
gpointer   emo_engine_run_finish  (EmoEngine            *self,
                                   GAsyncResult         *result,
                                   GError              **error);        /* (transfer full) */
/* Gives up a reference on the engine thread: the last one of a model belongs
 * there. */
void       emo_engine_release     (EmoEngine            *self,
                                   gpointer              object);       /* (transfer full) a GObject */
gboolean   emo_engine_is_current  (EmoEngine            *self);         /* is this the engine thread? */
void       emo_engine_shutdown    (EmoEngine            *self);         /* cancels what waits and runs, joins */

G_END_DECLS
