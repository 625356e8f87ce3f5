#!/usr/bin/env python3
# Says the command line "in" and "out" of the right pictures? As TAP.
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""usage: check-domain.py BUNDLE FOLDER --cli PATH, where FOLDER has in/ and out/"""
import argparse
import json
import os
import subprocess
import sys


def verdicts(options, folder):
    """[(name, in_domain)]"""
    paths = sorted(os.path.join(folder, name) for name in os.listdir(folder))
    command = [options.cli, 'predict', *paths, '--model', options.bundle, '--format', 'jsonl', '--no-explain',
               '--device', 'cpu', '--quiet']
    result = subprocess.run(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    found = {item['image']: item['in_domain'] for item in map(json.loads, result.stdout.decode().splitlines())}
    return [(os.path.basename(path), found.get(path)) for path in paths]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('bundle')
    parser.add_argument('folder')
    parser.add_argument('--cli', required=True)
    options = parser.parse_args()
    count, failed = 0, 0
    for side, wanted in (('in', True), ('out', False)):
        for name, found in verdicts(options, os.path.join(options.folder, side)):
            count += 1
            failed += found is not wanted
            print('ok' if found is wanted else 'not ok', count, '-', f'{name} is {side}' +
                  ('' if found is wanted else f' (in_domain is {found})'))
    print(f'1..{count}')
    sys.exit(bool(failed))


main()
