#!/usr/bin/env python3
# Counts in_domain over fresh scenes and over backgrounds, as the command line says it.
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""usage: measure-domain.py --cli PATH --bundle DIR --backgrounds FOLDER

Draws scenes with `emovlm synth`. Half of them keep their size, the others get one
of phones and screens, so that the processor's resize is part of what is measured;
a quarter of all are JPEG."""
import argparse
import glob
import json
import os
import random
import subprocess
import sys
import tempfile

from PIL import Image

SCALES = [1, 1, 1, 1, 2, 2.5, 3, 4]


def verdicts(options, paths):
    """{path: in_domain}; what could not be read is named and left out."""
    command = [options.cli, 'predict', *paths, '--model', options.bundle, '--format', 'jsonl', '--no-explain', '--quiet']
    result = subprocess.run(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    found = {}
    for line in result.stdout.decode().splitlines():
        item = json.loads(line)
        if item['error']:
            print(f'  left out: {item["image"]}: {item["error"]}')
        else:
            found[item['image']] = item['in_domain']
    return found


def draw(options, folder):
    """Test scenes, as a person would bring them."""
    scenes = os.path.join(folder, 'scenes')
    subprocess.run([options.cli, 'synth', scenes, '--train', '8', '--val', '0', '--test', str(options.scenes),
                    '--seed', str(options.seed), '--quiet'], check=True)
    rng = random.Random(options.seed)
    for i, path in enumerate(sorted(glob.glob(scenes + '/test/*/*.png'))):
        image, scale = Image.open(path).convert('RGB'), rng.choice(SCALES)
        image = image.resize((round(image.width * scale), round(image.height * scale)), Image.Resampling.LANCZOS)
        image.save(os.path.join(folder, f'{i:04}.jpg' if i % 4 == 0 else f'{i:04}.png'))


def report(kind, found, wanted):
    wrong = [os.path.basename(path) for path, verdict in found.items() if verdict is not wanted]
    share = 1 - len(wrong) / max(1, len(found))
    print(f'{share:.1%} of {len(found)} {kind}' + (f'; not: {", ".join(sorted(wrong))}' if wrong else ''))
    return share


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--cli', required=True)
    parser.add_argument('--bundle', required=True)
    parser.add_argument('--backgrounds', required=True)
    parser.add_argument('--scenes', type=int, default=200)
    parser.add_argument('--seed', type=int, default=2026)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        draw(options, folder)
        scenes = report('unseen scenes are in', verdicts(options, sorted(glob.glob(folder + '/*.*'))), True)
    # The packages' SVG drawings are no pictures to the application.
    paths = [path for path in sorted(glob.glob(options.backgrounds + '/**/*.*', recursive=True))
             if not path.endswith(('.svg', '.xml'))]
    backgrounds = report('backgrounds are out', verdicts(options, paths), False)
    sys.exit(not (scenes >= 0.95 and backgrounds >= 0.95))


main()
