/* test-safetensors.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <math.h>
#include <time.h>

#include "safetensors-fixture.h"

/* A header and what has to become of it. */
typedef struct
{
  const char *name;
  const char *header;
  gsize n_data;
  int code;                    /* an EmoError; -1: opens */
  const char *says;            /* part of the message; for -1 unused */
} Case;

#define F32_PAIR(name, begin, end) "\"" name "\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[" begin "," end "]}"
#define WITH_SHAPE(dtype, shape, begin, end) "{\"a\":{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":[" begin "," end "]}}"
#define FORMAT EMO_ERROR_INVALID_FILE
#define UNSUP EMO_ERROR_UNSUPPORTED
#define TRUNC EMO_ERROR_TRUNCATED
#define LIMIT EMO_ERROR_LIMIT
#define UNSUP EMO_ERROR_UNSUPPORTED

static const Case cases[] = {
  /* 4 */
  { "rejects-header-that-is-not-utf8", "{" F32_PAIR ("\xff", "0", "8") "}", 8, FORMAT, "file.safetensors" },
  { "rejects-overlong-utf8", "{" F32_PAIR ("\xc0\xaf", "0", "8") "}", 8, FORMAT, "file.safetensors" },
  { "rejects-lone-surrogate", "{" F32_PAIR ("\\ud800", "0", "8") "}", 8, FORMAT, "file.safetensors" },
  { "rejects-nul-in-name", "{" F32_PAIR ("a\\u0000b", "0", "8") "}", 8, FORMAT, "file.safetensors" },
  { "rejects-byte-order-mark", "\xef\xbb\xbf{" F32_PAIR ("a", "0", "8") "}", 8, FORMAT, "file.safetensors" },
  { "accepts-whitespace-around", " \n\t{" F32_PAIR ("a", "0", "8") "} \r\n ", 8, -1, NULL },
  { "accepts-unicode-name", "{" F32_PAIR ("\xf0\x9f\x98\x80", "0", "8") "}", 8, -1, NULL },
  /* 5 */
  { "rejects-cut-json", "{" F32_PAIR ("a", "0", "8"), 8, FORMAT, "file.safetensors" },
  { "rejects-text-after-root", "{" F32_PAIR ("a", "0", "8") "} {", 8, FORMAT, "file.safetensors" },
  { "rejects-array-root", "[]", 0, FORMAT, "no JSON object" },
  { "rejects-null-root", "null", 0, FORMAT, "no JSON object" },
  { "accepts-no-tensors", "{}", 0, -1, NULL },
  /* 6 */
  { "rejects-duplicate-tensor", "{" F32_PAIR ("a", "0", "8") "," F32_PAIR ("a", "8", "16") "}", 16, FORMAT, "file.safetensors" },
  { "rejects-duplicate-tensor-by-escape", "{" F32_PAIR ("a", "0", "8") "," F32_PAIR ("\\u0061", "8", "16") "}", 16, FORMAT, "file.safetensors" },
  { "rejects-duplicate-dtype", "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, FORMAT, "file.safetensors" },
  { "rejects-duplicate-metadata", "{\"__metadata__\":{},\"__metadata__\":{}," F32_PAIR ("a", "0", "8") "}", 8, FORMAT, "file.safetensors" },
  { "accepts-names-differing-in-case", "{" F32_PAIR ("a", "0", "8") "," F32_PAIR ("A", "8", "16") "}", 16, -1, NULL },
  /* 7 */
  { "rejects-overlap", "{" F32_PAIR ("a", "0", "8") "," F32_PAIR ("b", "4", "12") "}", 12, FORMAT, "\"b\": begins at 4 where 8 is expected" },
  { "rejects-same-range-twice", "{" F32_PAIR ("a", "0", "8") "," F32_PAIR ("b", "0", "8") "}", 8, FORMAT, "begins at 0 where 8 is expected" },
  { "rejects-hole", "{" F32_PAIR ("a", "0", "8") "," F32_PAIR ("b", "12", "20") "}", 20, FORMAT, "begins at 12 where 8 is expected" },
  { "rejects-data-not-from-zero", "{" F32_PAIR ("a", "4", "12") "}", 12, FORMAT, "begins at 4 where 0 is expected" },
  { "rejects-bytes-after-last", "{" F32_PAIR ("a", "0", "8") "}", 9, FORMAT, "1 bytes follow the last tensor" },
  { "accepts-any-header-order", "{" F32_PAIR ("a", "8", "16") "," F32_PAIR ("b", "0", "8") "}", 16, -1, NULL },
  /* 8 */
  { "reports-one-missing-byte", "{" F32_PAIR ("a", "0", "8") "}", 7, TRUNC, "ends at 8, the file's data end at 7" },
  /* 9 */
  { "rejects-negative-offset", "{" F32_PAIR ("a", "-1", "7") "}", 8, FORMAT, "data_offsets" },
  { "rejects-fraction-offset", "{" F32_PAIR ("a", "0", "1.5") "}", 8, FORMAT, "data_offsets" },
  { "rejects-exponent-offset", "{" F32_PAIR ("a", "0", "8e0") "}", 8, FORMAT, "data_offsets" },
  { "rejects-leading-zero", "{" F32_PAIR ("a", "0", "08") "}", 8, FORMAT, "file.safetensors" },
  { "rejects-text-offset", "{" F32_PAIR ("a", "0", "\"8\"") "}", 8, FORMAT, "data_offsets" },
  { "rejects-offset-above-64-bits", "{" F32_PAIR ("a", "0", "18446744073709551616") "}", 8, FORMAT, "data_offsets" },
  { "rejects-negative-dimension", WITH_SHAPE ("F32", "[-1]", "0", "8"), 8, FORMAT, "dimension 0" },
  { "rejects-fraction-dimension", WITH_SHAPE ("F32", "[2,1.5]", "0", "8"), 8, FORMAT, "dimension 1" },
  { "rejects-exponent-dimension", WITH_SHAPE ("F32", "[1e3]", "0", "8"), 8, FORMAT, "dimension 0" },
  { "rejects-text-dimension", WITH_SHAPE ("F32", "[\"16\"]", "0", "8"), 8, FORMAT, "dimension 0" },
  { "rejects-dimension-above-64-bits", WITH_SHAPE ("F32", "[18446744073709551616]", "0", "8"), 8, FORMAT, "dimension 0" },
  { "rejects-dimension-above-63-bits", WITH_SHAPE ("U8", "[18446744073709551615]", "0", "8"), 8, FORMAT, "dimension 0" },
  { "rejects-begin-after-end", "{" F32_PAIR ("a", "8", "0") "}", 8, FORMAT, "begins at 8 and ends before, at 0" },
  { "compares-beyond-53-bits-exactly", WITH_SHAPE ("U8", "[9007199254740993]", "0", "9007199254740992"), 8, FORMAT, "need 9007199254740993 bytes, the offsets give 9007199254740992" },
  { "reads-beyond-53-bits-exactly", WITH_SHAPE ("U8", "[9007199254740993]", "0", "9007199254740993"), 8, TRUNC, "ends at 9007199254740993" },
  { "rejects-three-offsets", "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8,8]}}", 8, FORMAT, "data_offsets" },
  { "rejects-missing-offsets", "{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", 8, FORMAT, "data_offsets" },
  { "rejects-missing-shape", "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,8]}}", 8, FORMAT, "shape" },
  { "rejects-missing-dtype", "{\"a\":{\"shape\":[2],\"data_offsets\":[0,8]}}", 8, FORMAT, "dtype" },
  { "rejects-extra-field", "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"more\":1}}", 8, FORMAT, "more than type, shape and offsets" },
  { "rejects-entry-that-is-no-object", "{\"a\":7}", 0, FORMAT, "\"a\"" },
  /* 10 */
  { "rejects-product-overflow", WITH_SHAPE ("F32", "[2,18446744073709551614]", "0", "8"), 8, FORMAT, "dimension 1" },
  { "rejects-square-overflow", WITH_SHAPE ("U8", "[4294967296,4294967296]", "0", "0"), 0, FORMAT, "larger than any memory" },
  { "rejects-item-size-overflow", WITH_SHAPE ("F64", "[2305843009213693952]", "0", "0"), 0, FORMAT, "larger than any memory" },
  { "rejects-overflow-behind-zero", WITH_SHAPE ("U8", "[0,4294967296,4294967296]", "0", "0"), 0, FORMAT, "larger than any memory" },
  /* 11 */
  { "rejects-shape-that-is-not-the-range", WITH_SHAPE ("F32", "[3]", "0", "8"), 8, FORMAT, "need 12 bytes, the offsets give 8" },
  { "rejects-dtype-that-is-not-the-range", WITH_SHAPE ("BF16", "[2]", "0", "8"), 8, FORMAT, "need 4 bytes, the offsets give 8" },
  /* 12 */
  { "accepts-empty-tensor", WITH_SHAPE ("F32", "[2,0]", "0", "0"), 0, -1, NULL },
  { "accepts-scalar", WITH_SHAPE ("F32", "[]", "0", "4"), 4, -1, NULL },
  { "accepts-empty-sharing-an-offset", "{\"z\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[8,8]}," F32_PAIR ("a", "0", "8") "," F32_PAIR ("b", "8", "16") "}", 16, -1, NULL },
  { "rejects-empty-inside-another", "{\"z\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[4,4]}," F32_PAIR ("a", "0", "8") "}", 8, FORMAT, "\"z\"" },
  { "accepts-rank-8", WITH_SHAPE ("F32", "[1,1,1,1,1,1,1,2]", "0", "8"), 8, -1, NULL },
  { "rejects-rank-9", WITH_SHAPE ("F32", "[1,1,1,1,1,1,1,1,2]", "0", "8"), 8, LIMIT, "9 dimensions" },
  /* 13 */
  { "names-lower-case-dtype", WITH_SHAPE ("f32", "[2]", "0", "8"), 8, UNSUP, "\"f32\"" },
  { "names-float8", WITH_SHAPE ("F8_E4M3", "[8]", "0", "8"), 8, UNSUP, "\"F8_E4M3\"" },
  { "names-4-bit", WITH_SHAPE ("F4", "[16]", "0", "8"), 8, UNSUP, "\"F4\"" },
  { "names-unknown-dtype", WITH_SHAPE ("Q4_K", "[16]", "0", "8"), 8, UNSUP, "\"Q4_K\"" },
  /* 17 */
  { "rejects-number-in-metadata", "{\"__metadata__\":{\"k\":1}}", 0, FORMAT, "__metadata__" },
  { "rejects-nesting-in-metadata", "{\"__metadata__\":{\"k\":{\"l\":\"m\"}}}", 0, FORMAT, "__metadata__" },
  { "rejects-metadata-that-is-no-object", "{\"__metadata__\":\"k\"}", 0, FORMAT, "__metadata__" },
};

/* After each refusal the next good file has to open in the same process. */
static void
assert_good_file_opens (Fixture *fixture)
{
  const char *header = "{" F32_PAIR ("good", "0", "8") "}";
  g_autofree char *path = fixture_safetensors (fixture, "good.safetensors", header, strlen (header), 8);
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoSafetensors) set = emo_safetensors_open (path, &error);

  g_assert_no_error (error);
  g_assert_nonnull (emo_safetensors_find (set, "good"));
}

static void
assert_refused (Fixture    *fixture,
                const char *path,
                int         code,
                const char *says)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoSafetensors) set = emo_safetensors_open (path, &error);

  g_assert_null (set);
  g_assert_error (error, EMO_ERROR, code);
  if (says != NULL && strstr (error->message, says) == NULL)
    g_error ("\"%s\" does not say \"%s\"", error->message, says);
  assert_good_file_opens (fixture);
}

/* Reads everything a set offers, as a program would that trusts it. */
static void
read_everything (EmoSafetensors *set)
{
  for (guint i = 0; i < emo_safetensors_get_n_tensors (set); i++)
    {
      const EmoStoredTensor *tensor = emo_safetensors_get_tensor (set, i);
      g_autoptr (GBytes) bytes = emo_safetensors_get_bytes (set, tensor);
      g_autofree float *out = g_new (float, tensor->n_bytes + 1);

      g_assert_cmpuint (g_bytes_get_size (bytes), ==, tensor->n_bytes);
      g_assert_true (emo_safetensors_find (set, tensor->name) == tensor);
      emo_stored_tensor_read_floats (tensor, out, NULL);
    }
  emo_safetensors_count_nonfinite (set);
  g_assert_true (emo_safetensors_check (set, NULL));
}

static void
test_safetensors_case (Fixture      *fixture,
                       gconstpointer user_data)
{
  const Case *item = user_data;
  g_autofree char *path = fixture_safetensors (fixture, "file.safetensors", item->header, strlen (item->header), item->n_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoSafetensors) set = NULL;

  if (item->code >= 0)
    {
      assert_refused (fixture, path, item->code, item->says);
      return;
    }
  set = emo_safetensors_open (path, &error);
  g_assert_no_error (error);
  read_everything (set);
  g_assert_cmpint (emo_safetensors_get_n_bytes (set), ==, (gint64) item->n_data);
}

/* Item 1. */
static void
test_safetensors_reports_file_without_header (Fixture      *fixture,
                                              gconstpointer user_data)
{
  static const gsize lengths[] = { 0, 7, 8 };
  g_autofree char *path = fixture_path (fixture, "file.safetensors");

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      fixture_write (path, "\2\0\0\0\0\0\0\0", lengths[i]);
      assert_refused (fixture, path, TRUNC, "file.safetensors");
    }
}

/* Item 2. */
static void
test_safetensors_rejects_header_longer_than_file (Fixture      *fixture,
                                                  gconstpointer user_data)
{
  static const guint64 lengths[] = { 0, 3, G_GUINT64_CONSTANT (1) << 63, G_MAXUINT64, G_MAXUINT64 - 7 };
  g_autofree char *path = fixture_path (fixture, "file.safetensors");

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      guint8 bytes[10] = { 0 };
      guint64 length = GUINT64_TO_LE (lengths[i]);
      g_autofree char *number = g_strdup_printf ("%" G_GUINT64_FORMAT, lengths[i]);
      gint64 before = fixture_reset_peak ();

      memcpy (bytes, &length, 8);
      memcpy (bytes + 8, "{}", 2);
      fixture_write (path, bytes, sizeof bytes);
      assert_refused (fixture, path, FORMAT, number);
      if (!FIXTURE_SANITIZED)
        g_assert_cmpint (fixture_read_status ("VmHWM:") - before, <, 1024 * 1024);
    }
}

/* Weights for which another program is at hand. */
static void
test_safetensors_knows_a_pickle (Fixture      *fixture,
                                 gconstpointer user_data)
{
  g_autofree char *path = fixture_path (fixture, "file.safetensors");

  fixture_write (path, "PK\3\4\0\0\10\10\0\0\0\0", 12);
  assert_refused (fixture, path, UNSUP, "a ZIP archive");
  fixture_write (path, "\200\2\212\nl\374\234F\371 j\250", 12);
  assert_refused (fixture, path, UNSUP, "safetensors.torch.save_file()");
}

/* Item 3. The file is a hole on disk: opening it must not fill memory. */
static void
test_safetensors_limits_header_and_file (Fixture      *fixture,
                                         gconstpointer user_data)
{
  static const struct
  {
    guint64 header_length;
    guint64 file_length;
  } files[] = {
    { 100000001, 100000001 + 8 },
    { 100000001, G_GUINT64_CONSTANT (1000000000000) },
    { 100, G_GUINT64_CONSTANT (1000000000000) },
    { 0, G_GUINT64_CONSTANT (1000000000000) },
  };
  g_autofree char *path = fixture_path (fixture, "file.safetensors");

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    for (guint mode = 0; mode < 2; mode++)
      {
        guint64 length = GUINT64_TO_LE (files[i].header_length);
        gint64 before;

        fixture_write (path, &length, 8);
        if (truncate (path, (off_t) files[i].file_length) != 0)
          {
            g_test_skip ("this file system cannot hold a file of 1 TB");
            return;
          }
        /* A file that others may write is read, not mapped. */
        g_assert_cmpint (g_chmod (path, mode == 0 ? 0600 : 0666), ==, 0);
        before = fixture_reset_peak ();
        assert_refused (fixture, path, LIMIT, "at most");
        if (!FIXTURE_SANITIZED)
          g_assert_cmpint (fixture_read_status ("VmHWM:") - before, <, 1024 * 1024);
      }
}

/* The largest header that is read: all spaces but two bytes. */
static void
test_safetensors_opens_header_at_its_limit (Fixture      *fixture,
                                            gconstpointer user_data)
{
  g_autofree char *bytes = g_malloc (8 + EMO_SAFETENSORS_MAX_HEADER);
  g_autofree char *path = fixture_path (fixture, "file.safetensors");
  guint64 length = GUINT64_TO_LE ((guint64) EMO_SAFETENSORS_MAX_HEADER);
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoSafetensors) set = NULL;

  memset (bytes, ' ', 8 + EMO_SAFETENSORS_MAX_HEADER);
  memcpy (bytes, &length, 8);
  memcpy (bytes + 8, "{}", 2);
  fixture_write (path, bytes, 8 + EMO_SAFETENSORS_MAX_HEADER);
  set = emo_safetensors_open (path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (emo_safetensors_get_n_tensors (set), ==, 0);
}

/* The largest file that is opened, and one byte more. */
static void
test_safetensors_opens_file_at_its_limit (Fixture      *fixture,
                                          gconstpointer user_data)
{
  const guint64 header_length = strlen (WITH_SHAPE ("U8", "[549755813000]", "0", "549755813000"));
  const guint64 n = (guint64) EMO_SAFETENSORS_MAX_FILE - 8 - header_length;

  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *header = g_strdup_printf (WITH_SHAPE ("U8", "[%" G_GUINT64_FORMAT "]", "0", "%" G_GUINT64_FORMAT), n + i, n + i);
      g_autofree char *path = fixture_safetensors (fixture, "file.safetensors", header, strlen (header), 0);
      g_autoptr (GError) error = NULL;
      g_autoptr (EmoSafetensors) set = NULL;

      g_assert_cmpuint (strlen (header), ==, header_length);
      if (truncate (path, (off_t) (EMO_SAFETENSORS_MAX_FILE + i)) != 0)
        {
          g_test_skip ("this file system cannot hold a file of 512 GiB");
          return;
        }
      set = emo_safetensors_open (path, &error);
      if (i == 0)
        g_assert_no_error (error);
      else
        g_assert_error (error, EMO_ERROR, LIMIT);
    }
}

/* Item 4: a NUL byte itself, where no C string can hold the header. */
static void
test_safetensors_rejects_nul_byte (Fixture      *fixture,
                                   gconstpointer user_data)
{
  static const char after[] = "{}\0";
  static const char inside[] = "{\"a\0b\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}";
  g_autofree char *first = fixture_safetensors (fixture, "after.safetensors", after, sizeof after, 0);
  g_autofree char *second = fixture_safetensors (fixture, "inside.safetensors", inside, sizeof inside - 1, 0);

  assert_refused (fixture, first, FORMAT, "after.safetensors");
  assert_refused (fixture, second, FORMAT, "inside.safetensors");
}

static void
test_safetensors_finds_by_name_in_disk_order (Fixture      *fixture,
                                              gconstpointer user_data)
{
  const char *header = "{\"__metadata__\":{\"format\":\"pt\"}," F32_PAIR ("A", "8", "16") "," F32_PAIR ("a", "0", "8") "}";
  g_autofree char *path = fixture_safetensors (fixture, "file.safetensors", header, strlen (header), 16);
  g_autoptr (EmoSafetensors) set = emo_safetensors_open (path, NULL);
  g_auto (GStrv) paths = emo_safetensors_dup_paths (set);
  g_autoptr (GBytes) bytes = NULL;

  g_assert_cmpuint (emo_safetensors_get_n_tensors (set), ==, 2);
  g_assert_cmpstr (emo_safetensors_get_tensor (set, 0)->name, ==, "a");
  g_assert_cmpstr (emo_safetensors_get_tensor (set, 1)->name, ==, "A");
  g_assert_cmpint (emo_safetensors_find (set, "A")->shape[0], ==, 2);
  g_assert_cmpint (emo_safetensors_find (set, "A")->data[0], ==, 8);
  g_assert_null (emo_safetensors_find (set, "b"));
  g_assert_null (emo_safetensors_find (set, "__metadata__"));
  g_assert_cmpstr (emo_safetensors_get_metadata (set, "format"), ==, "pt");
  g_assert_null (emo_safetensors_get_metadata (set, "other"));
  g_assert_cmpstr (paths[0], ==, path);
  g_assert_null (paths[1]);

  /* Bytes outlive the set they came from. */
  bytes = emo_safetensors_get_bytes (set, emo_safetensors_get_tensor (set, 1));
  g_clear_pointer (&set, emo_safetensors_unref);
  g_assert_cmpint (((const guint8 *) g_bytes_get_data (bytes, NULL))[7], ==, 15);
}

/* Item 16: @n_tensors empty tensors. */
static char *
write_many (Fixture *fixture,
            guint    n_tensors)
{
  g_autoptr (GString) header = g_string_new ("{");

  for (guint i = 0; i < n_tensors; i++)
    g_string_append_printf (header, "%s\"model.layers.%u.weight\":{\"dtype\":\"BF16\",\"shape\":[1,1],\"data_offsets\":[%u,%u]}",
                            i > 0 ? "," : "", i, 2 * i, 2 * i + 2);
  g_string_append_c (header, '}');
  return fixture_safetensors (fixture, "file.safetensors", header->str, header->len, 2 * (gsize) n_tensors);
}

/* This thread's own time: other programs must not decide the test. */
static double
get_cpu_seconds (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec + now.tv_nsec * 1e-9;
}

static void
test_safetensors_opens_100000_tensors_in_a_second (Fixture      *fixture,
                                                   gconstpointer user_data)
{
  g_autofree char *path = write_many (fixture, EMO_SAFETENSORS_MAX_TENSORS);
  g_autoptr (GError) error = NULL;
  double start = get_cpu_seconds (), seconds;
  g_autoptr (EmoSafetensors) set = emo_safetensors_open (path, &error);

  seconds = get_cpu_seconds () - start;
  g_assert_no_error (error);
  g_assert_cmpuint (emo_safetensors_get_n_tensors (set), ==, EMO_SAFETENSORS_MAX_TENSORS);
  g_assert_nonnull (emo_safetensors_find (set, "model.layers.99999.weight"));
  g_test_message ("100,000 tensors: %.3f s", seconds);
  if (!FIXTURE_SANITIZED)
    g_assert_cmpfloat (seconds, <=, 1.0);
}

static void
test_safetensors_limits_number_of_tensors (Fixture      *fixture,
                                           gconstpointer user_data)
{
  static const guint numbers[] = { EMO_SAFETENSORS_MAX_TENSORS + 1, 1000000 };

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autofree char *path = write_many (fixture, numbers[i]);
      double start = get_cpu_seconds ();

      assert_refused (fixture, path, LIMIT, "100000 tensors");
      if (!FIXTURE_SANITIZED)
        g_assert_cmpfloat (get_cpu_seconds () - start, <=, 1.0);
    }
}

/* A header of brackets must not become gigabytes of nodes. */
static void
test_safetensors_limits_marks (Fixture      *fixture,
                               gconstpointer user_data)
{
  g_autoptr (GString) header = g_string_new ("{\"a\":[0");
  g_autofree char *path = NULL;
  gint64 before;

  for (guint i = 0; i < 20000000; i++)
    g_string_append (header, ",0");
  g_string_append (header, "]}");
  path = fixture_safetensors (fixture, "file.safetensors", header->str, header->len, 0);
  before = fixture_reset_peak ();
  assert_refused (fixture, path, LIMIT, "marks");
  if (!FIXTURE_SANITIZED)
    g_assert_cmpint (fixture_read_status ("VmHWM:") - before, <, 128 * 1024 * 1024);
}

/* Names at the limit and one beyond; item 17's long text likewise. */
static void
test_safetensors_limits_names_and_texts (Fixture      *fixture,
                                         gconstpointer user_data)
{
  g_autofree char *name = g_strnfill (EMO_SAFETENSORS_MAX_NAME + 1, 'n');
  g_autofree char *text = g_strnfill (50 * 1000 * 1000, 't');
  g_autofree char *header = g_strdup_printf ("{\"%s\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}", name);
  g_autofree char *metadata = g_strdup_printf ("{\"__metadata__\":{\"k\":\"%s\"}}", text);
  g_autofree char *long_name = fixture_safetensors (fixture, "name.safetensors", header, strlen (header), 0);
  g_autofree char *long_text = fixture_safetensors (fixture, "text.safetensors", metadata, strlen (metadata), 0);
  g_autoptr (EmoSafetensors) set = NULL;
  g_autoptr (GError) error = NULL;

  assert_refused (fixture, long_name, LIMIT, "1025 bytes");
  assert_refused (fixture, long_text, LIMIT, "50000000 bytes");

  memmove (header + 2, header + 3, strlen (header + 3) + 1);
  g_clear_pointer (&long_name, g_free);
  long_name = fixture_safetensors (fixture, "name.safetensors", header, strlen (header), 0);
  set = emo_safetensors_open (long_name, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (strlen (emo_safetensors_get_tensor (set, 0)->name), ==, EMO_SAFETENSORS_MAX_NAME);
}

/* Names come from a foreigner: what a message shows of them is harmless. */
static void
test_safetensors_escapes_names_in_messages (Fixture      *fixture,
                                            gconstpointer user_data)
{
  const char *header = "{" F32_PAIR ("\\u001b[31m\\u202e", "0", "9") "}";
  g_autofree char *path = fixture_safetensors (fixture, "file.safetensors", header, strlen (header), 9);
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoSafetensors) set = emo_safetensors_open (path, &error);

  g_assert_null (set);
  g_assert_error (error, EMO_ERROR, FORMAT);
  g_assert_null (strchr (error->message, '\x1b'));
  g_assert_null (strstr (error->message, "\xe2\x80\xae"));
}

/* Item 18: headers of eight lengths put each tensor on every kind of address. */
static void
test_safetensors_reads_unaligned_data (Fixture      *fixture,
                                       gconstpointer user_data)
{
  const char *header = "{\"u\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
                       "\"d\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[1,9]},"
                       "\"h\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[9,13]},"
                       "\"f\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[13,17]}}";

  for (guint pad = 0; pad < 8; pad++)
    {
      g_autofree char *padded = g_strdup_printf ("%s%*s", header, (int) pad, "");
      g_autofree char *path = fixture_safetensors (fixture, "file.safetensors", padded, strlen (padded), 17);
      g_autoptr (GError) error = NULL;
      g_autoptr (EmoSafetensors) set = emo_safetensors_open (path, &error);
      guint32 bits;
      float value;

      g_assert_no_error (error);
      read_everything (set);
      g_assert_true (emo_stored_tensor_read_floats (emo_safetensors_find (set, "f"), &value, NULL));
      memcpy (&bits, &value, sizeof bits);
      g_assert_cmphex (bits, ==, 0x100f0e0d);
    }
}

/* Every single-bit change of the header and some spiteful bytes: either a typed
 * error, or a set that can be read to its end. */
static void
test_safetensors_survives_every_mutation (Fixture      *fixture,
                                          gconstpointer user_data)
{
  static const char spiteful[] = "\0\"{}[],:-9\\\xff";
  const char *header = "{\"__metadata__\":{\"k\":\"v\"}," F32_PAIR ("a", "0", "8") ",\"b\":{\"dtype\":\"BF16\",\"shape\":[2,1],\"data_offsets\":[8,12]}}";
  g_autofree char *path = fixture_safetensors (fixture, "file.safetensors", header, strlen (header), 12);
  guint n_opened = 0, n_refused = 0;
  int fd = g_open (path, O_RDWR | O_CLOEXEC, 0);

  for (gsize at = 0; at < 8 + strlen (header); at++)
    for (guint way = 0; way < 8 + sizeof spiteful - 1; way++)
      {
        guint8 old, byte;
        g_autoptr (GError) error = NULL;
        g_autoptr (EmoSafetensors) set = NULL;

        g_assert_cmpint (pread (fd, &old, 1, (off_t) at), ==, 1);
        byte = way < 8 ? old ^ (1u << way) : (guint8) spiteful[way - 8];
        g_assert_cmpint (pwrite (fd, &byte, 1, (off_t) at), ==, 1);
        set = emo_safetensors_open (path, &error);
        if (set != NULL)
          {
            read_everything (set);
            n_opened++;
          }
        else
          {
            g_assert_true (error->domain == EMO_ERROR);
            n_refused++;
          }
        g_assert_cmpint (pwrite (fd, &old, 1, (off_t) at), ==, 1);
      }
  close (fd);
  g_test_message ("%u mutations opened, %u were refused", n_opened, n_refused);
  /* A letter of a name may change; most of the rest may not. */
  g_assert_cmpuint (n_refused, >, 4 * n_opened);
}

static void
test_safetensors_survives_every_length (Fixture      *fixture,
                                        gconstpointer user_data)
{
  const char *header = "{" F32_PAIR ("a", "0", "8") "}";
  g_autofree char *path = fixture_safetensors (fixture, "file.safetensors", header, strlen (header), 8);
  gsize whole = 8 + strlen (header) + 8;

  for (gsize length = whole; length-- > 0;)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (EmoSafetensors) set = NULL;

      g_assert_cmpint (truncate (path, (off_t) length), ==, 0);
      set = emo_safetensors_open (path, &error);
      g_assert_null (set);
      g_assert_error (error, EMO_ERROR, (length <= 8 || length >= whole - 8 ? TRUNC : FORMAT));
    }
}

/* Item 19: 32 MiB, so that it is mapped, cut by another process. */
static void
test_safetensors_survives_cut_during_use (Fixture      *fixture,
                                          gconstpointer user_data)
{
  g_autofree char *path = fixture_sparse (fixture, "file.safetensors", "BF16", 1 << 24, 1 << 25);
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoSafetensors) set = emo_safetensors_open (path, &error);
  g_autofree float *out = g_new (float, 1 << 24);

  g_assert_no_error (error);
  g_assert_true (emo_safetensors_check (set, &error));
  fixture_cut_elsewhere (path, 8192);
  g_assert_true (emo_stored_tensor_read_floats (emo_safetensors_get_tensor (set, 0), out, &error));
  g_assert_cmpfloat (out[(1 << 24) - 1], ==, 0.0);
  g_assert_cmpuint (emo_safetensors_count_nonfinite (set), ==, 0);
  g_assert_false (emo_safetensors_check (set, &error));
  g_assert_error (error, EMO_ERROR, FORMAT);
  g_assert_nonnull (strstr (error->message, "file.safetensors"));
  assert_good_file_opens (fixture);
}

/* The cut falls anywhere between the threads' reads. */
static void
test_safetensors_survives_cut_during_count (Fixture      *fixture,
                                            gconstpointer user_data)
{
  for (guint i = 0; i < 8; i++)
    {
      g_autofree char *path = fixture_sparse (fixture, "file.safetensors", "F32", 1 << 24, 1 << 26);
      g_autoptr (EmoSafetensors) set = emo_safetensors_open (path, NULL);
      pid_t child = fork ();

      g_assert_nonnull (set);
      if (child == 0)
        {
          usleep (i * 1000);
          _exit (truncate (path, 100) == 0 ? 0 : 1);
        }
      g_assert_cmpuint (emo_safetensors_count_nonfinite (set), ==, 0);
      g_assert_cmpint (waitpid (child, NULL, 0), ==, child);
      emo_safetensors_count_nonfinite (set);
      g_assert_false (emo_safetensors_check (set, NULL));
    }
}

/* Item 19: a new file under the same name leaves the opened one whole. */
static void
test_safetensors_keeps_opened_file_when_replaced (Fixture      *fixture,
                                                  gconstpointer user_data)
{
  g_autofree char *path = fixture_sparse (fixture, "file.safetensors", "U8", 1 << 25, 1 << 25);
  g_autofree char *other = fixture_sparse (fixture, "other.safetensors", "F32", 4, 16);
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoSafetensors) set = emo_safetensors_open (path, &error);

  g_assert_no_error (error);
  g_assert_cmpint (g_rename (other, path), ==, 0);
  g_assert_cmpint (emo_safetensors_get_tensor (set, 0)->data[(1 << 25) - 1], ==, 0);
  g_assert_true (emo_safetensors_check (set, &error));
  g_assert_no_error (error);
}

static void
test_safetensors_rejects_what_is_no_file (Fixture      *fixture,
                                          gconstpointer user_data)
{
  g_autofree char *absent = fixture_path (fixture, "absent.safetensors");
  g_autofree char *fifo = fixture_path (fixture, "fifo.safetensors");
  g_autofree char *folder = fixture_path (fixture, "folder.safetensors");

  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  assert_refused (fixture, folder, EMO_ERROR_IO, "folder.safetensors: expected a file, found a folder");
  assert_refused (fixture, absent, EMO_ERROR_IO, "absent.safetensors");
  assert_refused (fixture, fifo, EMO_ERROR_IO, "fifo.safetensors");
  assert_refused (fixture, fixture->folder, EMO_ERROR_IO, "model.safetensors.index.json");
}

int
main (int   argc,
      char *argv[])
{
#define ADD(name, function) g_test_add ("/Emo/Safetensors/" name, Fixture, NULL, fixture_set_up, test_safetensors_##function, fixture_tear_down)
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/Emo/Safetensors/", cases[i].name, NULL);

      g_test_add (path, Fixture, &cases[i], fixture_set_up, test_safetensors_case, fixture_tear_down);
    }
  ADD ("reports-file-without-header", reports_file_without_header);
  ADD ("knows-a-pickle", knows_a_pickle);
  ADD ("rejects-header-longer-than-file", rejects_header_longer_than_file);
  ADD ("limits-header-and-file", limits_header_and_file);
  ADD ("opens-header-at-its-limit", opens_header_at_its_limit);
  ADD ("opens-file-at-its-limit", opens_file_at_its_limit);
  ADD ("rejects-nul-byte", rejects_nul_byte);
  ADD ("finds-by-name-in-disk-order", finds_by_name_in_disk_order);
  ADD ("opens-100000-tensors-in-a-second", opens_100000_tensors_in_a_second);
  ADD ("limits-number-of-tensors", limits_number_of_tensors);
  ADD ("limits-marks", limits_marks);
  ADD ("limits-names-and-texts", limits_names_and_texts);
  ADD ("escapes-names-in-messages", escapes_names_in_messages);
  ADD ("reads-unaligned-data", reads_unaligned_data);
  ADD ("survives-every-mutation", survives_every_mutation);
  ADD ("survives-every-length", survives_every_length);
  ADD ("survives-cut-during-use", survives_cut_during_use);
  ADD ("survives-cut-during-count", survives_cut_during_count);
  ADD ("keeps-opened-file-when-replaced", keeps_opened_file_when_replaced);
  ADD ("rejects-what-is-no-file", rejects_what_is_no_file);
  return g_test_run ();
}
