/* emo-model-choice.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-model-choice.h"
#include "emo-settings.h"

#define N_RECENT 8
#define MIB      (G_GINT64_CONSTANT (1) << 20)

static char *
dup_unless_empty (const char *text)
{
  return text != NULL && text[0] != '\0' ? g_strdup (text) : NULL;
}

/**
 * emo_model_choice_new:
 * @path: (nullable): the model's folder
 * @base: (nullable): the folder of its base
 *
 * Takes how to compute from the settings of now.
 *
 * Returns: (transfer full): the choice
 */
EmoModelChoice *
emo_model_choice_new (const char *path,
                      const char *base)
{
  EmoModelChoice *self = g_new0 (EmoModelChoice, 1);
  GSettings *settings = emo_settings_get ();

  self->path = dup_unless_empty (path);
  self->base = dup_unless_empty (base);
  if (settings == NULL)
    {
      self->device = g_strdup ("auto");
      self->dtype = g_strdup ("auto");
      return self;
    }

  self->device = g_settings_get_string (settings, "device");
  self->dtype = g_settings_get_string (settings, "dtype");
  self->threads = g_settings_get_int (settings, "threads");
  self->seed = (guint64) g_settings_get_int64 (settings, "seed");
  self->max_pixels = g_settings_get_int64 (settings, "max-pixels");
  self->memory_cap = g_settings_get_int (settings, "memory-cap") * MIB;

  return self;
}

/**
 * emo_model_choice_copy:
 * @self: a choice
 *
 * Returns: (transfer full): the same
 */
EmoModelChoice *
emo_model_choice_copy (const EmoModelChoice *self)
{
  EmoModelChoice *copy = g_memdup2 (self, sizeof *self);

  copy->path = g_strdup (self->path);
  copy->base = g_strdup (self->base);
  copy->device = g_strdup (self->device);
  copy->dtype = g_strdup (self->dtype);

  return copy;
}

/**
 * emo_model_choice_free:
 * @self: (transfer full) (nullable): a choice
 */
void
emo_model_choice_free (EmoModelChoice *self)
{
  if (self == NULL)
    return;

  g_free (self->path);
  g_free (self->base);
  g_free (self->device);
  g_free (self->dtype);
  g_free (self);
}

/**
 * emo_model_choice_equal:
 * @a: a choice
 * @b: another
 *
 * The memory's cap only decides whether to ask.
 *
 * Returns: whether both give the same numbers in the same way
 */
gboolean
emo_model_choice_equal (const EmoModelChoice *a,
                        const EmoModelChoice *b)
{
  return g_strcmp0 (a->path, b->path) == 0 &&
         g_strcmp0 (a->base, b->base) == 0 &&
         g_str_equal (a->device, b->device) &&
         g_str_equal (a->dtype, b->dtype) &&
         a->threads == b->threads &&
         a->seed == b->seed &&
         a->max_pixels == b->max_pixels;
}

/**
 * emo_model_choice_to_options:
 * @self: a choice with a path
 *
 * Returns: the same for the backend, which borrows the strings
 */
EmoLoadOptions
emo_model_choice_to_options (const EmoModelChoice *self)
{
  EmoLoadOptions options = EMO_LOAD_OPTIONS_INIT;

  options.path = self->path;
  options.base = self->base;
  options.device = self->device;
  options.dtype = self->dtype;
  options.threads = self->threads;
  options.seed = self->seed;
  options.max_pixels = self->max_pixels;

  return options;
}

/* Is it the model that comes along? Its folder moves with the program. */
static gboolean
is_embedded (const char *path)
{
  g_autofree char *embedded = emo_paths_dup_data ("models/emoscenes");

  return g_strcmp0 (path, embedded) == 0;
}

static void
remember_recent (GSettings            *settings,
                 const EmoModelChoice *self)
{
  g_autoptr (GVariant) recent = g_settings_get_value (settings, "recent-models");
  GVariantBuilder builder;
  GVariantIter iter;
  const char *path, *base;
  guint n = 1;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(ss)"));
  g_variant_builder_add (&builder, "(ss)", self->path, self->base != NULL ? self->base : "");
  g_variant_iter_init (&iter, recent);
  while (n < N_RECENT && g_variant_iter_next (&iter, "(&s&s)", &path, &base))
    {
      if (g_str_equal (path, self->path))
        continue;
      g_variant_builder_add (&builder, "(ss)", path, base);
      n++;
    }
  g_settings_set_value (settings, "recent-models", g_variant_builder_end (&builder));
}

/**
 * emo_model_choice_remember:
 * @self: a choice with a path
 * @next_start: whether the next start shall load it too
 *
 * Makes it the first of the recent models. Only what was loaded once is worth
 * remembering.
 */
void
emo_model_choice_remember (const EmoModelChoice *self,
                           gboolean              next_start)
{
  GSettings *settings = emo_settings_get ();
  gboolean embedded = is_embedded (self->path);

  /* A folder's name may be any bytes, a setting's may not. */
  if (settings == NULL ||
      !g_utf8_validate (self->path, -1, NULL) ||
      (self->base != NULL && !g_utf8_validate (self->base, -1, NULL)))
    return;

  if (!embedded)
    remember_recent (settings, self);
  if (!next_start)
    return;
  g_settings_set_string (settings, "model-folder", embedded ? "" : self->path);
  g_settings_set_string (settings, "model-base", embedded || self->base == NULL ? "" : self->base);
}
