#!/usr/bin/env python3
# make-samples.py: the pictures that come along, of drawn scenes
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""usage: make-samples.py --cli build/cli/emovlm --bundle FOLDER SCENES OUT

Makes data/samples of test scenes that the model was never trained on: larger,
and of every kind that a person may bring: PNG, JPEG, a turned photograph, an
alpha channel, gray. Of the scenes of a slot's label and shape the first is taken
that the model answers rightly and as sure as the slot says: what comes along
shall show more than certainties. Needs pillow."""
import argparse
import json
import os
import subprocess
import tempfile

from PIL import Image, ImageDraw, ImageOps

# name, size of the scene, size of the sample, kind, whether the branches agree, runner-up, how sure the gate is
SLOTS = [
    ('01-sadness.png', (140, 196), (360, 480), '', True, None, (0.5, 0.9)),
    ('02-fear.png', (168, 168), (400, 400), '', True, 'sadness', (0.4, 0.97)),
    ('03-anger.png', (224, 112), (512, 288), '', True, None, (0.9, 1)),
    ('04-awe.jpg', (168, 168), (168, 168), '', True, None, (0.9, 1)),
    ('06-awe.png', (140, 196), (300, 450), '', False, None, (0.5, 0.9)),
    ('09-anger.jpg', (196, 140), (196, 140), '', True, None, (0.5, 0.95)),
    ('11-amusement.png', (140, 196), (360, 480), '', True, None, (0.9, 1)),
    ('15-contentment.png', (196, 140), (640, 480), '', True, None, (0.5, 0.9)),
    ('18-awe.png', (196, 140), (900, 600), '', False, None, (0.5, 0.9)),
    ('24-exif8-amusement.jpg', (196, 140), (300, 200), 'turned', True, None, (0.5, 0.9)),
    ('25-alpha-excitement.png', (168, 168), (280, 280), 'alpha', True, None, (0.5, 0.95)),
    ('27-gray-anger.png', (140, 196), (210, 280), 'gray', True, None, (0.5, 0.95)),
]


def round_corners(image):
    mask = Image.new('L', image.size)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, image.width - 1, image.height - 1), radius=image.width // 8, fill=255)
    image.putalpha(mask)
    return image


def make(scene, slot, path):
    name, _, size, kind, *_ = slot
    image = ImageOps.fit(Image.open(scene).convert('RGB'), size, Image.Resampling.LANCZOS)
    more = {}
    if kind == 'turned':
        image = image.transpose(Image.Transpose.ROTATE_270)
        exif = Image.Exif()
        exif[0x0112] = 8
        more['exif'] = exif
    elif kind == 'alpha':
        image = round_corners(image)
    elif kind == 'gray':
        image = image.convert('L')
    if name.endswith('.jpg'):
        more['quality'] = 92
    image.save(path, **more)


def answers(options, paths):
    done = subprocess.run([options.cli, 'predict', '--model', options.bundle, '--no-explain', '--null', '-', '--format', 'jsonl', '--quiet'],
                          input='\0'.join(paths).encode(), capture_output=True, check=True)
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def serves(slot, row):
    _, _, _, kind, agree, runner_up, (least, most) = slot
    ranks = sorted(zip(row['gated']['probabilities'], row['labels']), reverse=True)
    return (ranks[0][1] == label_of(slot) and row['agree'] == agree and least <= ranks[0][0] <= most and
            runner_up in (None, ranks[1][1]) and (row['in_domain'] or kind == 'gray'))


def label_of(slot):
    return slot[0].rsplit('-', 1)[1].split('.')[0]


def choose(options, slot, scenes, taken, folder):
    """The scene of a slot, and its sample is in OUT."""
    tried = [s for s in scenes if s['label'] == label_of(slot) and (s['width'], s['height']) == slot[1] and s['img_path'] not in taken]
    paths = [os.path.join(folder, f'{i}-{slot[0]}') for i in range(len(tried))]
    for scene, path in zip(tried, paths):
        make(os.path.join(options.scenes, scene['img_path']), slot, path)
    for scene, row in zip(tried, answers(options, paths)):
        if serves(slot, row):
            make(os.path.join(options.scenes, scene['img_path']), slot, os.path.join(options.out, slot[0]))
            return scene['img_path'], row
    raise SystemExit(f'{slot[0]}: none of {len(tried)} scenes serves')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--cli', required=True)
    parser.add_argument('--bundle', required=True)
    parser.add_argument('scenes')
    parser.add_argument('out')
    options = parser.parse_args()
    with open(os.path.join(options.scenes, 'scenes.jsonl'), encoding='utf-8') as file:
        scenes = [scene for scene in map(json.loads, file) if scene['split'] == 'test']
    taken = set()
    with tempfile.TemporaryDirectory() as folder:
        for slot in SLOTS:
            path, row = choose(options, slot, scenes, taken, folder)
            taken.add(path)
            print(f'{slot[0]}: {path}, gated {max(row["gated"]["probabilities"]):.2f}, VLM {row["vlm"]["label"]}, '
                  f'distilled {row["distilled"]["label"]}')


if __name__ == '__main__':
    main()
