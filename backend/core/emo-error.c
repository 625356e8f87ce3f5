/* emo-error.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-error.h"

G_DEFINE_QUARK (emo-error-quark, emo_error)

/* The words of reliability's checklist, and the exit status that goes with
 * each. An export's reader sees the word, so two codes may share one. */
static const struct
{
  const char *code;
  int         exit_status;
} emo_error_table[] = {
  [EMO_ERROR_INVALID_FILE] = { "FORMAT", 1 },
  [EMO_ERROR_TRUNCATED] = { "TRUNC", 1 },
  [EMO_ERROR_LIMIT] = { "LIMIT", 1 },
  [EMO_ERROR_UNSUPPORTED] = { "UNSUP", 1 },
  [EMO_ERROR_IO] = { "IO", 1 },
  [EMO_ERROR_SHAPE] = { "FORMAT", 4 },
  [EMO_ERROR_DTYPE] = { "UNSUP", 4 },
  [EMO_ERROR_MISSING_WEIGHT] = { "FORMAT", 4 },
  [EMO_ERROR_OUT_OF_MEMORY] = { "MEMORY", 5 },
  [EMO_ERROR_DEVICE] = { "DEVICE", 1 },
  [EMO_ERROR_TORCH] = { "TORCH", 1 },
  [EMO_ERROR_NETWORK] = { "NET", 6 },
  [EMO_ERROR_CHECKSUM] = { "INTEGRITY", 4 },
  [EMO_ERROR_NO_SPACE] = { "NOSPACE", 5 },
  [EMO_ERROR_MODEL] = { "MODEL", 4 },
  [EMO_ERROR_USAGE] = { "USAGE", 2 },
};

static gboolean
error_is_no_space (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE) ||
         g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOSPC) ||
         g_error_matches (error, EMO_ERROR, EMO_ERROR_NO_SPACE);
}

/**
 * emo_error_get_code:
 * @error: (nullable): an error of any domain
 *
 * The word that exports write for an error. GIO's and GLib's file errors count
 * as "IO", save for a full disk and a cancellation.
 *
 * Returns: (transfer none): a static word, "" where there is no error
 */
const char *
emo_error_get_code (const GError *error)
{
  if (error == NULL)
    return "";

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return "CANCELLED";

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return "TIMEOUT";

  if (error_is_no_space (error))
    return "NOSPACE";

  if (error->domain == EMO_ERROR &&
      error->code >= 0 && error->code < (int) G_N_ELEMENTS (emo_error_table))
    return emo_error_table[error->code].code;

  if (error->domain == G_IO_ERROR || error->domain == G_FILE_ERROR)
    return "IO";

  return "FAILED";
}

/**
 * emo_error_get_exit_status:
 * @error: (nullable): an error of any domain
 *
 * The command line's exit status for an error. A damaged file is 1 here, since
 * only the caller knows whether it was a picture or the model: one that was
 * loading a model turns that into %EMO_ERROR_MODEL's 4.
 *
 * Returns: 0 without an error, else 1, 2, 4, 5, 6 or 130
 */
int
emo_error_get_exit_status (const GError *error)
{
  if (error == NULL)
    return 0;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return 130;

  if (error_is_no_space (error))
    return 5;

  if (error->domain == EMO_ERROR &&
      error->code >= 0 && error->code < (int) G_N_ELEMENTS (emo_error_table))
    return emo_error_table[error->code].exit_status;

  return 1;
}
