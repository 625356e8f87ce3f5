#!/usr/bin/env python3
# Writes the learning rates that transformers' schedules give.
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""usage: make-schedule-vectors.py FILE

FILE gets a list of cases, each with "shape", "peak", "warmup" (a share of the
steps, rounded up as the Trainer does), "steps" and "rates", one a step."""
import argparse
import json
import math

import torch
from transformers import get_scheduler

NAMES = {'constant': 'constant_with_warmup', 'cosine': 'cosine', 'linear': 'linear'}


def rates(shape, peak, warmup, steps):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=peak)
    schedule = get_scheduler(NAMES[shape], optimizer, num_warmup_steps=math.ceil(warmup * steps), num_training_steps=steps)
    found = []
    for _ in range(steps):
        found.append(schedule.get_last_lr()[0])
        optimizer.step()
        schedule.step()
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('file')
    args = parser.parse_args()
    cases = [dict(shape=shape, peak=peak, warmup=warmup, steps=steps, rates=rates(shape, peak, warmup, steps))
             for shape in NAMES for peak, warmup, steps in ((1e-4, 0.03, 40), (1, 0, 7), (3e-5, 0.5, 9), (0.1, 1, 5), (2e-3, 0.07, 100))]
    with open(args.file, 'w', encoding='utf-8') as file:
        json.dump(cases, file, separators=(',', ':'))
        file.write('\n')


main()
