#!/usr/bin/env python3
# test-saved.py: each fuzz target over its seeds and over what fuzzing found, as TAP
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test-saved.py SOURCE-ROOT FOLDER-OF-RUNNERS TARGET...
"""The compiler of the build and no libFuzzer: a find stays found where there is
no clang."""
import glob
import os
import subprocess
import sys
import tempfile

import seeds


def check(root, runner, target, folder):
    """Why the target failed, or None."""
    names = seeds.write(root, target, os.path.join(folder, target))
    names += sorted(glob.glob(os.path.join(root, 'tests', 'fuzz', f'found-{target}-*')))
    if not names:
        return 'no seeds'
    done = subprocess.run([runner, *names], capture_output=True, timeout=100, env=dict(os.environ, TMPDIR=folder))
    if done.returncode == 0:
        return None
    last = done.stdout.decode(errors='replace').splitlines()[-1:]
    return f'exit {done.returncode} at {last}: {done.stderr.decode(errors="replace")}'


def main(root, runners, *targets):
    failed = 0
    print(f'1..{len(targets)}', flush=True)
    with tempfile.TemporaryDirectory(prefix='emo-saved-') as folder:
        for number, target in enumerate(targets, 1):
            try:
                reason = check(root, os.path.join(runners, 'saved-' + target), target, folder)
            except subprocess.TimeoutExpired:
                reason = 'no end within 100 s'
            failed += reason is not None
            print(f'{"not " if reason else ""}ok {number} {target}', flush=True)
            for line in (reason or '').splitlines():
                print('# ' + line, flush=True)
    return failed > 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
