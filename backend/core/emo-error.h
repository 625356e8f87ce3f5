/* emo-error.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

G_BEGIN_DECLS

/**
 * EmoError:
 * @EMO_ERROR_INVALID_FILE: damaged or malformed content (FORMAT)
 * @EMO_ERROR_TRUNCATED: the file ends before its content does (TRUNC)
 * @EMO_ERROR_LIMIT: a documented limit is exceeded (LIMIT)
 * @EMO_ERROR_UNSUPPORTED: well formed, but not something we handle (UNSUP)
 * @EMO_ERROR_IO: the operating system refused (IO)
 * @EMO_ERROR_SHAPE: a tensor has another shape than its config says
 * @EMO_ERROR_DTYPE: a tensor has a type that cannot be used there
 * @EMO_ERROR_MISSING_WEIGHT: a tensor that the config implies is absent
 * @EMO_ERROR_OUT_OF_MEMORY: host or GPU memory is short (MEMORY)
 * @EMO_ERROR_DEVICE: a GPU does not answer any more (DEVICE)
 * @EMO_ERROR_TORCH: libtorch reported something else
 * @EMO_ERROR_NETWORK: a host did not answer as it should
 * @EMO_ERROR_CHECKSUM: content differs from its recorded hash (INTEGRITY)
 * @EMO_ERROR_NO_SPACE: the disk is full (NOSPACE)
 * @EMO_ERROR_MODEL: a model folder is missing or is no model folder, or the
 *   model computes NaN
 * @EMO_ERROR_USAGE: nothing can do what was asked for
 *
 * The one error domain. Cancellation stays %G_IO_ERROR_CANCELLED. A message
 * says what, which file, which tensor, what was expected and what was found.
 */
typedef enum
{
  EMO_ERROR_INVALID_FILE,
  EMO_ERROR_TRUNCATED,
  EMO_ERROR_LIMIT,
  EMO_ERROR_UNSUPPORTED,
  EMO_ERROR_IO,
  EMO_ERROR_SHAPE,
  EMO_ERROR_DTYPE,
  EMO_ERROR_MISSING_WEIGHT,
  EMO_ERROR_OUT_OF_MEMORY,
  EMO_ERROR_DEVICE,
  EMO_ERROR_TORCH,
  EMO_ERROR_NETWORK,
  EMO_ERROR_CHECKSUM,
  EMO_ERROR_NO_SPACE,
  EMO_ERROR_MODEL,
  EMO_ERROR_USAGE,
} EmoError;

#define EMO_ERROR (emo_error_quark ())

GQuark      emo_error_quark           (void);

/* A short upper-case code for an error ("FORMAT", "TRUNC", "LIMIT", "UNSUP",
 * "IO", "MEMORY", "CANCELLED", ...), the word written to exports. */
const char *emo_error_get_code        (const GError *error);

/* The command line's exit status for an error (design.md section 4):
 * 1 failed, 4 model missing or damaged, 5 memory or disk, 6 network,
 * 130 stopped. */
int         emo_error_get_exit_status (const GError *error);

G_END_DECLS
