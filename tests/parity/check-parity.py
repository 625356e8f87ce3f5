#!/usr/bin/env python3
# Compares the command line with the reference's numbers, case by case, as TAP.
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""usage: check-parity.py BUNDLE IMAGES GOLDEN --cli PATH [--device D] [--dtype T]

GOLDEN is what tests/reference/golden.py wrote for BUNDLE and IMAGES. In float32
numbers are compared; in another dtype only the labels are. Needs no package."""
import argparse
import json
import math
import os
import subprocess
import sys

LOGPROB, PROBABILITY, LOGIT, SUM = 2e-3, 2e-4, 1e-3, 1e-4


class Tap:
    def __init__(self):
        self.count, self.failed = 0, 0

    def case(self, name, problems, note=''):
        """One test point; @problems is a list of texts, empty when good."""
        self.count += 1
        self.failed += bool(problems)
        print(('not ok' if problems else 'ok'), self.count, '-', name, flush=True)
        for text in problems[:8] or ([note] if note else []):
            print('#  ', text, flush=True)


class Cli:
    def __init__(self, options):
        self.cli = options.cli
        self.common = ['--model', options.bundle, '--format', 'jsonl', '--dtype', options.dtype,
                       '--device', options.device, '--quiet']

    def run(self, *arguments):
        """(exit status, the objects printed, standard error)"""
        result = subprocess.run([self.cli, *arguments, *self.common], capture_output=True, stdin=subprocess.DEVNULL)
        lines = [json.loads(line) for line in result.stdout.decode().splitlines() if line.strip()]
        return result.returncode, lines, result.stderr.decode(errors='replace').strip()


def dig(item, *keys):
    """A nested member, None where something on the way is missing."""
    for key in keys:
        item = item.get(key) if isinstance(item, dict) else None
    return item


def worst(found, wanted):
    """The largest difference of two lists; infinite where they do not match in kind."""
    if not isinstance(found, list) or len(found) != len(wanted):
        return math.inf
    return max((abs(a - b) if isinstance(a, (int, float)) and a == a else math.inf) for a, b in zip(found, wanted))


def compare_numbers(tap, name, pairs, tolerance):
    """@pairs: (picture, found list, wanted list)."""
    differences = [(worst(found, wanted), picture) for picture, found, wanted in pairs]
    if not differences:
        return
    largest, picture = max(differences)
    tap.case(f'{name} within {tolerance:g}',
             [f'{where}: off by {difference:.3g}' for difference, where in differences if not difference <= tolerance],
             f'worst {largest:.2e} ({picture})')


def compare_equal(tap, name, triples):
    """@triples: (picture, found, wanted)."""
    triples = list(triples)
    tap.case(name, [f'{picture}: {found!r} instead of {wanted!r}' for picture, found, wanted in triples if found != wanted],
             f'{len(triples)} pictures')


def contribution_sums(found):
    """(gated logits as the contributions sum to, as printed)"""
    parts = [dig(found, 'gate', 'contributions', key) for key in ('rest', 'vlm', 'distilled')]
    if not all(isinstance(part, list) for part in parts):
        return None
    return [sum(values) for values in zip(*parts)]


def check_predictions(tap, good, labels, numbers):
    """@good: (picture, found, wanted) of the pictures that the reference accepts."""
    compare_equal(tap, 'grids are equal', ((p, dig(f, 'grid'), w['grid']) for p, f, w in good))
    compare_equal(tap, 'picture tokens are equal', ((p, dig(f, 'image_tokens'), w['image_tokens']) for p, f, w in good))
    compare_equal(tap, 'sizes are equal', ((p, [dig(f, 'width'), dig(f, 'height')], w['size']) for p, f, w in good))
    for branch, key in (('vlm', 'vlm'), ('distilled', 'distilled'), ('gated', 'gated')):
        wanted = {p: labels[max(range(len(labels)), key=w[key].__getitem__)] if key in w else None for p, _, w in good}
        compare_equal(tap, f'labels of {branch} are equal', ((p, dig(f, branch, 'label'), wanted[p]) for p, f, _ in good))
    if not numbers:
        return
    compare_numbers(tap, 'label log-probabilities',
                    [(p, dig(f, 'vlm', 'logprobs'), w['label_logprob']) for p, f, w in good], LOGPROB)
    for branch in ('vlm', 'distilled', 'gated'):
        compare_numbers(tap, f'probabilities of {branch}',
                        [(p, dig(f, branch, 'probabilities'), w[branch]) for p, f, w in good if branch in w], PROBABILITY)
    for branch in ('distilled', 'gated'):
        key = branch + '_logits'
        compare_numbers(tap, f'logits of {branch}',
                        [(p, dig(f, branch, 'logits'), w[key]) for p, f, w in good if key in w], LOGIT)
    compare_numbers(tap, 'rest + vlm + distilled = gated logits',
                    [(p, contribution_sums(f), dig(f, 'gated', 'logits')) for p, f, w in good
                     if 'gated_logits' in w and dig(f, 'gated', 'logits')], SUM)
    compare_equal(tap, 'explanations are equal', ((p, dig(f, 'explanation', 'text'), w['explanation']) for p, f, w in good))


def check_generation(tap, cli, good, images, question):
    """Free text of the bare prompt: one process a picture."""
    lengths, texts = [], []
    for picture, _, wanted in good:
        status, lines, words = cli.run('generate', os.path.join(images, picture), '--prompt', question,
                                       '--max-new-tokens', '64')
        found = lines[0] if status == 0 and lines else {'text': f'exit status {status}: {words[-300:]}'}
        lengths.append((picture, dig(found, 'prompt_tokens'), wanted['prompt_tokens']))
        texts.append((picture, dig(found, 'text'), wanted['free_text']))
    compare_equal(tap, 'prompt lengths are equal', lengths)
    compare_equal(tap, 'free texts are equal', texts)


def check_refusals(tap, status, refused):
    """Pictures that the reference refuses fail in words, the others do not."""
    if not refused:
        tap.case('every picture succeeds', [] if status == 0 else [f'exit status {status}'])
        return
    problems = [f'{p}: not refused' for p, f, _ in refused if not dig(f, 'error')]
    if status != 3:
        problems.append(f'exit status {status} instead of 3')
    tap.case('pictures beyond the ratio limit are refused', problems, '; '.join(str(dig(f, 'error')) for _, f, _ in refused))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('bundle')
    parser.add_argument('images')
    parser.add_argument('golden')
    parser.add_argument('--cli', required=True)
    parser.add_argument('--device', default='cpu')
    parser.add_argument('--dtype', default='float32')
    parser.add_argument('--generate', type=int, default=10 ** 6, help='pictures to try generate with')
    options = parser.parse_args()
    with open(options.golden, encoding='utf-8') as file:
        golden = json.load(file)
    with open(os.path.join(options.bundle, 'emovlm.json'), encoding='utf-8') as file:
        question = json.load(file)['prompt']['classify']

    tap, cli, numbers = Tap(), Cli(options), options.dtype == 'float32'
    wanted = {item['image']: item for item in golden['results']}
    status, lines, words = cli.run('predict', *[os.path.join(options.images, name) for name in wanted])
    found = {os.path.basename(item['image']): item for item in lines}
    tap.case('every picture has its line', [f'{name} is missing; stderr: {words[-300:]}' for name in wanted if name not in found])
    compare_equal(tap, 'the labels are those of the bundle',
                  ((name, dig(found.get(name), 'labels'), golden['labels']) for name in wanted if 'error' not in wanted[name]))
    rows = [(name, found.get(name), item) for name, item in wanted.items()]
    good = [row for row in rows if 'error' not in row[2]]
    check_refusals(tap, status, [row for row in rows if 'error' in row[2]])
    check_predictions(tap, good, golden['labels'], numbers)
    if numbers and options.generate:
        check_generation(tap, cli, good[:options.generate], options.images, question)
    print(f'1..{tap.count}')
    sys.exit(bool(tap.failed))


main()
