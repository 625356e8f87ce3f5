/* emo-vlm-batch.c: sequences of one training step
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-rope.h"
#include "emo-vlm-batch.h"

static guint32
id_at (GArray *ids,
       guint   index)
{
  return g_array_index (ids, guint32, index);
}

/* How many tokens all prompts begin with. */
static guint
shared_prefix (const EmoVlmExample *examples,
               guint                n)
{
  guint shared = examples[0].prompt->prefix->len;

  for (guint i = 1; i < n; i++)
    {
      GArray *ids = examples[i].prompt->prefix;
      guint same = 0;

      while (same < MIN (shared, ids->len) && id_at (ids, same) == id_at (examples[0].prompt->prefix, same))
        same++;
      shared = same;
    }

  return shared;
}

/* Of one sequence behind the shared prefix. The last token predicts nothing, so
 * it is no input. */
static guint
own_length (const EmoVlmExample *example,
            guint                n_prefix,
            guint                n_tokens)
{
  return example->prompt->prefix->len - n_prefix + n_tokens + example->prompt->suffix->len + example->answer->len - 1;
}

static void
set_text_position (EmoVlmBatch *self,
                   guint        row,
                   int          position)
{
  for (int i = 0; i < 3; i++)
    self->positions[3 * row + i] = position;
}

static void
add_target (EmoVlmBatch *self,
            guint        row,
            guint32      target)
{
  self->rows[self->n_targets] = row;
  self->targets[self->n_targets] = target;
  self->weights[self->n_targets] = 1;
  self->n_targets++;
}

typedef struct
{
  EmoVlmBatch *batch;
  guint        b;
  guint        s;          /* the next place of the sequence */
  int          position;   /* and its text position */
  guint32      vision_start;
  guint32      vision_end;
} Cursor;

/* The first of a sequence's own is predicted by the prefix's last. */
static guint
row_before (const Cursor *cursor)
{
  const EmoVlmBatch *self = cursor->batch;

  return cursor->s > 0 ? self->n_prefix + cursor->b * self->length + cursor->s - 1 : self->n_prefix - 1;
}

/* Text: @loss says whether its tokens are predicted; the marks around the picture
 * never are, as the published collator has it. */
static void
put_text (Cursor   *cursor,
          GArray   *ids,
          guint     from,
          guint     to,
          gboolean  loss)
{
  EmoVlmBatch *self = cursor->batch;
  guint first = self->n_prefix + cursor->b * self->length;

  for (guint i = from; i < to; i++)
    {
      guint row = first + cursor->s;

      if (loss && id_at (ids, i) != cursor->vision_start && id_at (ids, i) != cursor->vision_end)
        add_target (self, row_before (cursor), id_at (ids, i));
      self->sources[cursor->b * self->length + cursor->s] = (gint32) id_at (ids, i);
      set_text_position (self, row, cursor->position++);
      cursor->s++;
    }
}

static void
put_picture (Cursor *cursor,
             guint   n_tokens,
             int     merge_size)
{
  EmoVlmBatch *self = cursor->batch;
  guint place = cursor->b * self->length + cursor->s;

  for (guint t = 0; t < n_tokens; t++)
    self->sources[place + t] = -1 - (gint32) t;
  cursor->position = emo_rope_picture_positions (self->grid, merge_size, cursor->position,
                                                 self->positions + 3 * (gsize) (self->n_prefix + place));
  cursor->s += n_tokens;
}

/* The rest of the row is padding: any token, any position. */
static void
put_padding (Cursor *cursor)
{
  EmoVlmBatch *self = cursor->batch;

  for (; cursor->s < self->length; cursor->s++)
    {
      self->sources[cursor->b * self->length + cursor->s] = 0;
      set_text_position (self, self->n_prefix + cursor->b * self->length + cursor->s, cursor->position);
    }
}

/* The last token is a target only. */
static void
put_answer (Cursor              *cursor,
            const EmoVlmExample *example)
{
  EmoVlmBatch *self = cursor->batch;
  GArray *answer = example->answer;
  guint first = self->n_targets;

  put_text (cursor, answer, 0, answer->len - 1, TRUE);
  add_target (self, row_before (cursor), id_at (answer, answer->len - 1));
  for (guint i = 0; i < example->n; i++)
    self->weights[first + example->first + i] = (float) example->weight;
}

static void
put_example (EmoVlmBatch         *self,
             guint                b,
             const EmoVlmExample *example,
             guint                n_tokens,
             int                  merge_size,
             gboolean             all)
{
  GArray *prefix = example->prompt->prefix;
  Cursor cursor = {
    .batch = self, .b = b, .position = (int) self->n_prefix,
    .vision_start = id_at (prefix, prefix->len - 1),
    .vision_end = id_at (example->prompt->suffix, 0),
  };

  put_text (&cursor, prefix, self->n_prefix, prefix->len, all);
  put_picture (&cursor, n_tokens, merge_size);
  put_text (&cursor, example->prompt->suffix, 0, example->prompt->suffix->len, all);
  put_answer (&cursor, example);
  put_padding (&cursor);
}

static void
put_prefix (EmoVlmBatch *self,
            GArray      *ids,
            gboolean     all)
{
  for (guint i = 0; i < self->n_prefix; i++)
    {
      self->prefix[i] = id_at (ids, i);
      set_text_position (self, i, i);
      /* Every sequence has these tokens. */
      for (guint b = 0; all && i > 0 && i + 1 < ids->len && b < self->n; b++)
        add_target (self, i - 1, self->prefix[i]);
    }
}

static guint
count_targets (const EmoVlmExample *examples,
               guint                n,
               gboolean             all)
{
  guint n_targets = 0;

  for (guint i = 0; i < n; i++)
    {
      const EmoVlmExample *example = &examples[i];

      n_targets += example->answer->len;
      if (all)
        n_targets += example->prompt->prefix->len + example->prompt->suffix->len;
    }

  return n_targets;
}

/**
 * emo_vlm_batch_new:
 * @examples: [n] sequences
 * @n: how many, at least 1
 * @grid: t, h, w in patches, of every picture
 * @merge_size: config: spatial_merge_size
 * @loss_on: which tokens are learned
 *
 * Every target weighs the same, as in transformers, whose loss is the mean over
 * the batch's tokens, unless its example says otherwise.
 *
 * Returns: (transfer full): the batch
 */
EmoVlmBatch *
emo_vlm_batch_new (const EmoVlmExample *examples,
                   guint                n,
                   const int            grid[3],
                   int                  merge_size,
                   EmoLossOn            loss_on)
{
  EmoVlmBatch *self;
  gboolean all = loss_on == EMO_LOSS_ON_ALL;
  guint n_tokens, n_most;

  g_return_val_if_fail (n >= 1, NULL);

  self = g_new0 (EmoVlmBatch, 1);
  n_tokens = grid[0] * grid[1] * grid[2] / (merge_size * merge_size);
  n_most = count_targets (examples, n, all);
  self->n = n;
  self->pictures = g_new (guint, n);
  for (guint i = 0; i < n; i++)
    {
      self->pictures[i] = examples[i].picture;
      self->n_pictures = MAX (self->n_pictures, examples[i].picture + 1);
    }
  memcpy (self->grid, grid, sizeof self->grid);
  self->n_prefix = shared_prefix (examples, n);
  for (guint i = 0; i < n; i++)
    self->length = MAX (self->length, own_length (&examples[i], self->n_prefix, n_tokens));
  self->prefix = g_new (guint32, self->n_prefix);
  self->sources = g_new (gint32, (gsize) n * self->length);
  self->positions = g_new (int, 3 * (self->n_prefix + (gsize) n * self->length));
  self->rows = g_new (int, n_most);
  self->targets = g_new (guint32, n_most);
  self->weights = g_new (float, n_most);
  put_prefix (self, examples[0].prompt->prefix, all);
  for (guint i = 0; i < n; i++)
    put_example (self, i, &examples[i], n_tokens, merge_size, all);
  for (guint i = 0; i < self->n_targets; i++)
    self->weight += self->weights[i];
  for (guint i = 0; i < self->n_targets; i++)
    self->weights[i] /= (float) self->weight;

  return self;
}

/**
 * emo_vlm_batch_free:
 * @self: (transfer full) (nullable): a batch
 */
void
emo_vlm_batch_free (EmoVlmBatch *self)
{
  if (self == NULL)
    return;
  g_free (self->pictures);
  g_free (self->prefix);
  g_free (self->sources);
  g_free (self->positions);
  g_free (self->rows);
  g_free (self->targets);
  g_free (self->weights);
  g_free (self);
}
