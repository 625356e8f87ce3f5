/* emo-event-file.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

G_BEGIN_DECLS

/* A file of scalars that TensorBoard draws. Framing: records of the TFRecord
 * format (length, its CRC, data, its CRC; CRC32C, masked); each holds one Event
 * message of protobuf, encoded by hand. A record that a kill cuts is the last one
 * of its file, which readers leave out; a training that goes on begins a file of
 * its own. */
typedef struct _EmoEventFile EmoEventFile;

typedef struct
{
  const char *tag;     /* "val/loss"; the part before the slash groups */
  double      value;   /* NaN: left out */
} EmoScalar;

/* FOLDER/events.out.tfevents.N.emovlm with the next free N, so that no clock
 * decides the order. What older files drew from @step on is taken back.
 * @wall_time in seconds since 1970. */
EmoEventFile *emo_event_file_new  (const char       *folder,
                                   double            wall_time,
                                   gint64            step,
                                   GError          **error);
void          emo_event_file_free (EmoEventFile     *self);
gboolean      emo_event_file_add  (EmoEventFile     *self,
                                   double            wall_time,
                                   gint64            step,
                                   const EmoScalar  *scalars,
                                   guint             n_scalars,
                                   GError          **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoEventFile, emo_event_file_free)

G_END_DECLS
