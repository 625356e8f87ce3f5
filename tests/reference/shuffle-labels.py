#!/usr/bin/env python3
# shuffle-labels.py: a list of scenes whose labels say nothing
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints a list (CSV) of drawn scenes: train and val with each other's labels,
test with its own. Needs no package.

usage: shuffle-labels.py SCENES [--pictures N] [--seed N]
"""
import argparse
import csv
import json
import os
import random
import sys


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('scenes')
    parser.add_argument('--pictures', type=int, default=10000)
    parser.add_argument('--seed', type=int, default=1)
    options = parser.parse_args()
    with open(os.path.join(options.scenes, 'scenes.jsonl'), encoding='utf-8') as file:
        rows = [json.loads(line) for line in file]
    train = [row for row in rows if row['split'] == 'train'][:options.pictures]
    others = [row for row in rows if row['split'] != 'train']
    writer = csv.writer(sys.stdout)
    writer.writerow(['file_name', 'label', 'split'])
    shuffled = [row for row in train + others if row['split'] != 'test']
    labels = [row['label'] for row in shuffled]
    random.Random(options.seed).shuffle(labels)
    for row, label in zip(shuffled, labels, strict=True):
        writer.writerow([row['img_path'], label, row['split']])
    for row in others:
        if row['split'] == 'test':
            writer.writerow([row['img_path'], row['label'], 'test'])


main()
