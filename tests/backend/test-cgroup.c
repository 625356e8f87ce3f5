/* test-cgroup.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-cgroup.h"
#include "emo-test-files.h"

/* Folder by folder from the root down: what the files of a group say. */
typedef struct
{
  const char *folder;
  const char *limit;
  const char *usage;
  const char *stat;
} Group;

static void
write_group (const char  *root,
             gboolean     first_version,
             const Group *group)
{
  const char *names[] = {
    first_version ? "memory.limit_in_bytes" : "memory.max", first_version ? "memory.usage_in_bytes" : "memory.current", "memory.stat",
  };
  const char *texts[] = { group->limit, group->usage, group->stat };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *name = g_build_filename (group->folder, names[i], NULL);

      if (texts[i] != NULL)
        g_free (emo_test_write_text (root, name, texts[i]));
    }
}

static gboolean
read_groups (gboolean     first_version,
             const char  *self_cgroup,
             const Group *groups,
             guint        n,
             EmoCgroup   *cgroup)
{
  g_autofree char *root = emo_test_make_folder ();
  g_autofree char *self_path = emo_test_write_text (root, "self", self_cgroup);
  gboolean limited;

  for (guint i = 0; i < n; i++)
    write_group (root, first_version, &groups[i]);
  limited = emo_cgroup_read (cgroup, self_path, root);
  emo_test_remove_folder (root);

  return limited;
}

static void
test_cgroup_takes_the_least_of_all_above (void)
{
  static const Group groups[] = {
    { "", "max\n", NULL, NULL },
    { "jobs", "3000\n", "2500\n", "anon 1\nfile 900\ninactive_file 300\nactive_file 100\n" },
    { "jobs/one", "2000\n", "500\n", "inactive_file 0\n" },
    { "jobs/one/leaf", "max\n", "500\n", NULL },
    { "other", "10\n", "5\n", NULL },
  };
  EmoCgroup cgroup;

  g_assert_true (read_groups (FALSE, "0::/jobs/one/leaf\n", groups, G_N_ELEMENTS (groups), &cgroup));
  g_assert_cmpint (cgroup.limit, ==, 2000);
  g_assert_cmpint (cgroup.available, ==, 900);
}

static void
test_cgroup_reads_the_first_version (void)
{
  static const Group groups[] = {
    { "memory", "9223372036854771712\n", "7\n", NULL },
    { "memory/slurm/job", "4096\n", "4000\n", "inactive_file 9\ntotal_inactive_file 50\ntotal_active_file 40\n" },
  };
  EmoCgroup cgroup;

  g_assert_true (read_groups (TRUE, "9:name=systemd:/\n4:cpu,memory:/slurm/job\n0::/\n", groups, G_N_ELEMENTS (groups), &cgroup));
  g_assert_cmpint (cgroup.limit, ==, 4096);
  g_assert_cmpint (cgroup.available, ==, 186);
}

/* A container is told a path that only its host has. */
static void
test_cgroup_knows_a_container (void)
{
  static const Group groups[] = { { "", "1000\n", "1200\n", "inactive_file 100\n" } };
  EmoCgroup cgroup;

  g_assert_true (read_groups (FALSE, "0::/docker/4711\n", groups, 1, &cgroup));
  g_assert_cmpint (cgroup.limit, ==, 1000);
  g_assert_cmpint (cgroup.available, ==, 0);
}

static void
test_cgroup_finds_no_limit (void)
{
  static const Group unlimited[] = { { "a", "max\n", "5\n", NULL } };
  static const Group strange[] = { { "a", "lots\n", "x\n", "inactive_file\n" }, { "b", "-5\n", NULL, NULL } };
  static const Group outside[] = { { "memory", "7\n", "5\n", NULL } };
  EmoCgroup cgroup;

  g_assert_false (read_groups (FALSE, "0::/a\n", unlimited, 1, &cgroup));
  g_assert_cmpint (cgroup.limit, ==, G_MAXINT64);
  g_assert_cmpint (cgroup.available, ==, G_MAXINT64);
  g_assert_false (read_groups (FALSE, "0::/a\n0::/b\n\nnonsense\n1:memory\n", strange, 2, &cgroup));
  g_assert_false (read_groups (FALSE, "", unlimited, 1, &cgroup));
  g_assert_false (read_groups (FALSE, "2:cpu:/../memory\n0::/../memory\n", outside, 1, &cgroup));
  g_assert_false (emo_cgroup_read (&cgroup, "/nowhere/at/all", "/nowhere"));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/Cgroup/takes-the-least-of-all-above", test_cgroup_takes_the_least_of_all_above);
  g_test_add_func ("/Emo/Cgroup/reads-the-first-version", test_cgroup_reads_the_first_version);
  g_test_add_func ("/Emo/Cgroup/knows-a-container", test_cgroup_knows_a_container);
  g_test_add_func ("/Emo/Cgroup/finds-no-limit", test_cgroup_finds_no_limit);

  return g_test_run ();
}
