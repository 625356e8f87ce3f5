/* test-adam.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "emo-adam.h"
#include "fit-vectors.h"

#define N     40
#define STEPS 10

static void
fill_gradients (int    step,
                float *gradients)
{
  for (int i = 0; i < N; i++)
    gradients[i] = sin (0.7 * step + 1.3 * i) * 0.5;
}

static EmoAdam *
begin (const EmoAdamSettings *settings,
       float                 *parameters)
{
  for (int i = 0; i < N; i++)
    parameters[i] = cos (i * 0.9);

  return emo_adam_new (N, settings);
}

/* Adam and AdamW, with weight decay and without. */
static void
test_ten_updates_equal_torch (void)
{
  g_autoptr(EmoJson) json = fit_load ();
  const EmoJsonValue *cases = fit_list (json, "adam");

  g_assert_cmpuint (emo_json_value_get_length (cases), ==, 4);
  for (gsize i = 0; i < emo_json_value_get_length (cases); i++)
    {
      const EmoJsonValue *item = emo_json_value_get_element (cases, i);
      EmoAdamSettings settings = EMO_ADAM_DEFAULTS;
      g_autoptr(EmoAdam) adam = NULL;
      float parameters[N], gradients[N];

      settings.lr = 0.01;
      settings.weight_decay = emo_json_value_get_member_double (item, "weight_decay", -1);
      settings.decoupled = emo_json_value_get_member_bool (item, "decoupled", FALSE);
      adam = begin (&settings, parameters);
      for (int step = 0; step < STEPS; step++)
        {
          fill_gradients (step, gradients);
          emo_adam_update (adam, parameters, gradients);
        }
      g_assert_cmpint (emo_adam_get_step (adam), ==, STEPS);
      fit_assert_close (parameters, item, "after", 1e-6);
      fit_assert_close (emo_adam_get_m (adam), item, "m", 1e-6);
      fit_assert_close (emo_adam_get_v (adam), item, "v", 1e-6);
    }
}

/* Parameters, moments and the count are all there is to save. */
static void
test_goes_on_bit_equal_from_its_state (void)
{
  EmoAdamSettings settings = EMO_ADAM_DEFAULTS;
  float parameters[N], resumed[N], gradients[N];
  g_autoptr(EmoAdam) adam = begin (&settings, parameters);
  g_autoptr(EmoAdam) other = begin (&settings, resumed);

  for (int step = 0; step < STEPS; step++)
    {
      if (step == STEPS / 2)
        {
          memcpy (resumed, parameters, sizeof resumed);
          memcpy (emo_adam_get_m (other), emo_adam_get_m (adam), sizeof resumed);
          memcpy (emo_adam_get_v (other), emo_adam_get_v (adam), sizeof resumed);
          emo_adam_set_step (other, emo_adam_get_step (adam));
        }
      fill_gradients (step, gradients);
      emo_adam_update (adam, parameters, gradients);
      if (step >= STEPS / 2)
        emo_adam_update (other, resumed, gradients);
    }
  g_assert_cmpmem (resumed, sizeof resumed, parameters, sizeof parameters);
}

static void
test_learning_rate_can_change (void)
{
  EmoAdamSettings settings = EMO_ADAM_DEFAULTS;
  float parameters[N], before[N], gradients[N];
  g_autoptr(EmoAdam) adam = begin (&settings, parameters);

  memcpy (before, parameters, sizeof before);
  fill_gradients (1, gradients);
  emo_adam_set_lr (adam, 0);
  emo_adam_update (adam, parameters, gradients);
  g_assert_cmpmem (parameters, sizeof parameters, before, sizeof before);
  emo_adam_set_lr (adam, 1);
  emo_adam_update (adam, parameters, gradients);
  for (int i = 0; i < N; i++)
    g_assert_cmpfloat (fabs (parameters[i] - before[i]), >, 0.9);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/Emo/Adam/ten-updates-equal-torch", test_ten_updates_equal_torch);
  g_test_add_func ("/Emo/Adam/goes-on-bit-equal-from-its-state", test_goes_on_bit_equal_from_its_state);
  g_test_add_func ("/Emo/Adam/learning-rate-can-change", test_learning_rate_can_change);

  return g_test_run ();
}
