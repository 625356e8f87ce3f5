/* emo-figure-theme.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-figure-theme.h"

/* Found by a search for the largest distances, from colours that people connect
 * with the emotions. tests/backend/test-palette.c measures: any two branches 20
 * apart (CIEDE2000), any two emotions 15, for normal sight and for protanopes,
 * deuteranopes and tritanopes; branches 3:1 against what lies behind them, text
 * 4.5:1; more in high contrast. */
#define LIGHT_EMOTIONS                                                              \
  {                                                                                 \
    0xf7c726, /* amusement */                                                       \
    0xde731b, /* excitement */                                                      \
    0xbe0119, /* anger */                                                           \
    0x727f61, /* disgust */                                                         \
    0x392953, /* fear */                                                            \
    0x446b93, /* sadness */                                                         \
    0x9774e8, /* awe */                                                             \
    0x8dcd9f, /* contentment */                                                     \
  }
#define DARK_EMOTIONS                                                               \
  {                                                                                 \
    0xffdd58, /* amusement */                                                       \
    0xe9821d, /* excitement */                                                      \
    0xcd323c, /* anger */                                                           \
    0x9ea47d, /* disgust */                                                         \
    0x66478b, /* fear */                                                            \
    0x5086c5, /* sadness */                                                         \
    0xd0b0ff, /* awe */                                                             \
    0xb0ecbf, /* contentment */                                                     \
  }

static const EmoFigureTheme themes[EMO_FIGURE_N_SCHEMES] = {
  [EMO_FIGURE_LIGHT] = {
    .page = 0xffffff,
    .foreground = 0x2e2e2e,
    .dim = 0x5e5c64,
    .grid = 0xdeddda,
    .notice = 0xfbeed0,
    .branch = { 0x1a5fb4, 0xd9730d, 0x2b2831 },
    .rest = 0x8a8986,
    .emotion = LIGHT_EMOTIONS,
  },
  [EMO_FIGURE_DARK] = {
    .page = 0x1e1e1e,
    .foreground = 0xffffff,
    .dim = 0xb8b7ba,
    .grid = 0x4a494d,
    .notice = 0x4d3f1a,
    .branch = { 0x78aeed, 0xe8862e, 0xf6f5f4 },
    .rest = 0x8b8a8f,
    .emotion = DARK_EMOTIONS,
  },
  [EMO_FIGURE_HIGH_CONTRAST] = {
    .page = 0xffffff,
    .foreground = 0x000000,
    .dim = 0x3d3846,
    .grid = 0x9a9996,
    .notice = 0xfff3cc,
    .branch = { 0x1a5fb4, 0xb35600, 0x000000 },
    .rest = 0x77767b,
    .emotion = LIGHT_EMOTIONS,
  },
  [EMO_FIGURE_HIGH_CONTRAST_DARK] = {
    .page = 0x1e1e1e,
    .foreground = 0xffffff,
    .dim = 0xdeddda,
    .grid = 0x77767b,
    .notice = 0x332800,
    .branch = { 0x78aeed, 0xf09a3e, 0xffffff },
    .rest = 0x8b8a8f,
    .emotion = DARK_EMOTIONS,
  },
};

/**
 * emo_figure_theme_get:
 * @scheme: a scheme of the desktop
 *
 * Returns: (transfer none): its colours
 */
const EmoFigureTheme *
emo_figure_theme_get (EmoFigureScheme scheme)
{
  g_return_val_if_fail ((guint) scheme < EMO_FIGURE_N_SCHEMES, &themes[EMO_FIGURE_LIGHT]);

  return &themes[scheme];
}
