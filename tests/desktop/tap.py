# tap.py
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""TAP over the functions of a module whose names begin with test_."""

import shutil
import subprocess
import traceback


class Skip(Exception):
    pass


def need(tool):
    if shutil.which(tool) is None:
        raise Skip(f'{tool} is not installed')


def run(*command, expect=0, **more):
    """The finished command; its exit status must be the expected one."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **more)
    assert done.returncode == expect, f'{command[0]}: exit {done.returncode}\n{done.stdout}{done.stderr}'
    return done


def main(names):
    cases = [(name, case) for name, case in names.items() if name.startswith('test_')]
    failed = 0
    print(f'1..{len(cases)}', flush=True)
    for number, (name, case) in enumerate(cases, 1):
        try:
            case()
            print(f'ok {number} - {name}', flush=True)
        except Skip as reason:
            print(f'ok {number} - {name} # SKIP {reason}', flush=True)
        except Exception:
            failed += 1
            for line in traceback.format_exc().splitlines():
                print('# ' + line)
            print(f'not ok {number} - {name}', flush=True)
    return 1 if failed else 0
