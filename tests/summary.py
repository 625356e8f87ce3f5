#!/usr/bin/env python3
# Counts the cases of a test run. usage: summary.py testlog.json
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Meson counts programs; this counts the cases that their TAP names. A program
that crashed, ran out of time or printed no case counts as one failure."""
import json
import re
import sys

GOOD = ('OK', 'SKIP', 'EXPECTEDFAIL')


def count(test):
    """(passed, failed, skipped) of one program, and what failed."""
    passed, failures, skipped = 0, [], 0
    for line in test.get('stdout', '').splitlines():
        match = re.match(r'(not )?ok\b\s*\d*\s*-?\s*(.*)', line)
        if not match:
            continue
        directive = re.search(r'#\s*(skip|todo)', match[2], re.IGNORECASE)
        if directive:
            skipped += 1
        elif match[1]:
            failures.append(f"{test['name']}: {match[2]}")
        else:
            passed += 1
    good = test['result'] in GOOD
    if not passed and not failures and not skipped:
        # A program without TAP is one case.
        passed, skipped = int(test['result'] == 'OK'), int(test['result'] == 'SKIP')
    if not good and not failures:
        failures.append(f"{test['name']}: {test['result']}, exit status {test.get('returncode')}")
    return passed, failures, skipped


def main():
    try:
        with open(sys.argv[1], encoding='utf-8') as file:
            tests = [json.loads(line) for line in file]
    except OSError as error:
        print(f'No test ran: {error}')
        tests = []
    counts = [count(test) for test in tests]
    failures = [text for _, texts, _ in counts for text in texts]
    passed = sum(item[0] for item in counts)
    skipped = sum(item[2] for item in counts)
    for text in failures:
        print('failed:', text)
    print(f'{passed} passed, {len(failures)} failed' + (f', {skipped} skipped' if skipped else ''))
    return 0 if passed and not failures else 1


sys.exit(main())
