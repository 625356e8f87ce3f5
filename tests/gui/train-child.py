#!/usr/bin/python3
# train-child.py
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands in for `emovlm train … --format jsonl`: takes its arguments, says what it
says and leaves what it leaves, without learning anything. The variable TRAIN_CHILD
says what becomes of it:

done     in a second
slow     in a while, unless it is told to stop; then it leaves a checkpoint, from
         which --resume goes on
error    says why it fails
crash    ends by a signal in the middle
silent   ends well and never says so
garbage  says things that are no events, and then ends well
flood    says thousands of things at once
"""

import json
import os
import shutil
import signal
import sys
import time

STAGE, DATASET = sys.argv[2:4]
OPTIONS = dict(zip(sys.argv[4::1], sys.argv[5::1]))
OUTPUT, MODEL = OPTIONS['--output'], OPTIONS['--model']
KIND = os.environ.get('TRAIN_CHILD', 'done')
STAGES = ['vlm', 'teacher', 'distilled', 'gate'] if STAGE == 'all' else [STAGE]
N_EPOCHS, STEPS_AN_EPOCH = 3, 20
N_STEPS = N_EPOCHS * STEPS_AN_EPOCH
stopping = []
told = []


def say(event, stage, **members):
    try:
        print(json.dumps({'event': event, 'stage': stage, **members}), flush=True)
    except BrokenPipeError:
        # Whoever listened has gone.
        stopping.append(True)


def loss(step):
    return 2 / (1 + step / 10)


def scores(epoch):
    return {'val_loss': loss(epoch * STEPS_AN_EPOCH) + 0.1, 'val_accuracy': 0.5 + epoch / 8, 'val_macro_f1': 0.25 + epoch / 8}


def checkpoints(stage):
    folder = os.path.join(OUTPUT, 'training', stage, 'checkpoints')
    os.makedirs(folder, exist_ok=True)
    return folder


def first_step(stage):
    if '--resume' not in sys.argv:
        return 1
    return 1 + max([int(name[5:-12]) for name in os.listdir(checkpoints(stage))], default=0)


def stop(stage, step):
    path = os.path.join(checkpoints(stage), f'step-{step}.safetensors')
    with open(path, 'w', encoding='ascii'):
        pass
    say('checkpoint', stage, path=path)
    say('stopped', stage, path=path)
    sys.exit(130)


def keep(stage, epoch):
    """The table of epochs."""
    path = os.path.join(checkpoints(stage), '..', 'epochs.csv')
    numbers = {'epoch': epoch, 'loss': loss(epoch * STEPS_AN_EPOCH), **scores(epoch), 'lr': 1e-4, 'pictures_per_s': 12.5, 'seconds': 1}
    with open(path, 'w' if epoch == 1 else 'a', encoding='ascii', newline='') as table:
        rows = ([numbers] if epoch == 1 else []) + [numbers.values()]
        table.writelines(','.join(map(str, row)) + '\r\n' for row in rows)


def run(stage):
    say('start', stage, pictures=40, epochs=N_EPOCHS, steps=N_STEPS)
    for step in range(first_step(stage), N_STEPS + 1):
        epoch = (step - 1) // STEPS_AN_EPOCH + 1
        time.sleep(0.2 if KIND == 'slow' else 0.01)
        say('step', stage, epoch=epoch, step=step, loss=loss(step), lr=1e-4, pictures_per_s=12.5, seconds_left=(N_STEPS - step) * 2.0)
        if stopping:
            stop(stage, step)
        if KIND == 'error' and step == 10:
            say('error', stage, text='no space is left on <the disk>')
            sys.exit(5)
        if KIND == 'crash' and step == 10:
            print('terminate called after throwing', file=sys.stderr, flush=True)
            os.kill(os.getpid(), signal.SIGSEGV)
        if step % STEPS_AN_EPOCH == 0:
            say('epoch', stage, epoch=epoch, loss=loss(step), **scores(epoch), lr=1e-4, pictures_per_s=12.5, seconds_left=None)
            keep(stage, epoch)
    if KIND == 'silent':
        sys.exit(0)
    shutil.rmtree(checkpoints(stage))
    say('note', stage, text='A note & <a half>')
    say('done', stage, path=os.path.join(OUTPUT, stage), seconds=1.5)


def talk():
    for line in ('Killed', '[1, 2]', '{"event":"dance"}', '{"event":"step","stage":"vlm","step":-1}', 'x' * 100000, '"\x07\u202e"'):
        print(line, flush=True)
    sys.stdout.buffer.write(b'\xff\xfe\x00\n')
    print('a word on stderr', file=sys.stderr, flush=True)


def flood():
    say('start', STAGE, pictures=40, epochs=1, steps=20000)
    for step in range(1, 20001):
        print(json.dumps({'event': 'step', 'stage': STAGE, 'epoch': 1, 'step': step, 'loss': loss(step)}))
        print(json.dumps({'event': 'note', 'stage': STAGE, 'text': f'note {step}'}))
    sys.stdout.flush()


def term(*_):
    """The first time it stops after the step, the second time at once."""
    if told:
        os._exit(143)
    told.append(True)
    stopping.append(True)


signal.signal(signal.SIGTERM, term)
signal.signal(signal.SIGHUP, lambda *_: stopping.append(True))
assert sys.argv[1] == 'train' and OPTIONS['--format'] == 'jsonl', sys.argv
with open(OPTIONS['--recipe'], encoding='utf-8') as file:
    json.load(file)
if KIND == 'garbage':
    talk()
if KIND == 'flood':
    flood()
os.makedirs(OUTPUT, exist_ok=True)
shutil.copytree(MODEL, OUTPUT, dirs_exist_ok=True)
for one in STAGES:
    run(one)
