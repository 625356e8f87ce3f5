#!/usr/bin/env python3
# measure-explanations.py: do explanations name what is in the picture?
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Precision and recall of the objects that explanations name, over pictures of
drawn scenes: scenes.jsonl says what is really in each. Needs no package.

usage: measure-explanations.py --cli build/cli/emovlm --bundle FOLDER SCENES [--limit N] [--split test]
"""
import argparse
import json
import os
import re
import subprocess


def read_scenes(folder, split):
    with open(os.path.join(folder, 'scenes.jsonl'), encoding='utf-8') as file:
        rows = [json.loads(line) for line in file]
    return {os.path.realpath(os.path.join(folder, row['img_path'])): row for row in rows if row['split'] == split}, \
        sorted({name for row in rows for name in row['objects']}, key=len, reverse=True)


def named_in(text, names):
    """Longer names first, so that "trash bin" is not also a "bin"."""
    found = set()
    for name in names:
        pattern = r'\b' + re.escape(name) + r'\b'
        if re.search(pattern, text):
            found.add(name)
            text = re.sub(pattern, ' ', text)
    return found


def spread(paths, n):
    """@n of them, at equal distances: their folders are the labels."""
    return paths[::max(1, len(paths) // n)][:n]


def predict(cli, bundle, paths):
    done = subprocess.run([cli, 'predict', '--model', bundle, '--null', '-', '--format', 'jsonl', '--quiet'],
                          input='\0'.join(paths).encode(), capture_output=True, check=True)
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def ratio(a, b):
    return a / b if b else float('nan')


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--cli', required=True)
    parser.add_argument('--bundle', required=True)
    parser.add_argument('--limit', type=int, default=1000)
    parser.add_argument('--split', default='test')
    parser.add_argument('scenes')
    options = parser.parse_args()
    scenes, names = read_scenes(options.scenes, options.split)
    paths = spread(sorted(scenes), options.limit)
    said = true = wanted = found = right = 0
    for path, row in zip(paths, predict(options.cli, options.bundle, paths), strict=True):
        scene = scenes[path]
        mentioned = named_in(row['explanation']['text'], names)
        in_reason = named_in(scene['reason'], names)
        said += len(mentioned)
        true += len(mentioned & set(scene['objects']))
        wanted += len(in_reason)
        found += len(mentioned & in_reason)
        right += row['vlm']['label'] == scene['label']
    print(f'pictures {len(paths)}, VLM right {ratio(right, len(paths)):.4f}')
    print(f'object words: precision {ratio(true, said):.4f} ({true} of {said} named are there), '
          f'recall {ratio(found, wanted):.4f} ({found} of {wanted} that the true reason names)')


main()
