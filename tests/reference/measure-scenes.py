#!/usr/bin/env python3
"""Says what a folder of EmoScenes is worth: measure-scenes.py DIR [--pictures N]

How balanced the labels are, and how well linear models (softmax regression) tell the label from the true objects alone, from the
picture's colors alone (mean, deviation and a 4x4x4 histogram), from palette, texture and layout, and from everything the rule sees.
They are fitted on the split train and tested on test; --pictures bounds the train pictures that are read for their colors.
Needs numpy and pillow.
"""
import argparse
import collections
import json
import os

import numpy as np
from PIL import Image

STEPS = 400


def one_hot(values, names):
    index = {n: i for i, n in enumerate(names)}
    out = np.zeros((len(values), len(names)), np.float32)
    for row, value in enumerate(values):
        for v in value if isinstance(value, list) else [value]:
            out[row, index[v]] = 1
    return out


def fit(x, y, x_test, y_test, n_labels):
    """Nesterov's method on the mean cross entropy of standardised features; accuracy on both sets."""
    mean, std = x.mean(0), x.std(0) + 1e-6
    x, x_test = (np.hstack([(a - mean) / std, np.ones((len(a), 1))]).astype(np.float32) for a in (x, x_test))
    target = np.eye(n_labels, dtype=np.float32)[y]
    w = np.zeros((x.shape[1], n_labels), np.float32)
    ahead = w.copy()
    # The curvature is at most half the largest eigenvalue of the features' second moments.
    rate = np.float32(2 / np.linalg.eigvalsh(x.T @ x / len(x))[-1])
    for step in range(STEPS):
        z = x @ ahead
        p = np.exp(z - z.max(1, keepdims=True))
        p /= p.sum(1, keepdims=True)
        new = ahead - rate * (x.T @ (p - target) / len(x) + 1e-6 * ahead)
        ahead = new + np.float32(step / (step + 3)) * (new - w)
        w = new
    return ((x @ w).argmax(1) == y).mean(), ((x_test @ w).argmax(1) == y_test).mean()


def color_features(path):
    pixels = np.asarray(Image.open(path).convert('RGB')).reshape(-1, 3)
    bins = np.bincount((pixels >> 6) @ np.array([16, 4, 1]), minlength=64) / len(pixels)
    return np.concatenate([pixels.mean(0) / 255, pixels.std(0) / 255, np.sqrt(bins)])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('folder')
    parser.add_argument('--pictures', type=int, default=10000)
    arguments = parser.parse_args()
    with open(os.path.join(arguments.folder, 'scenes.jsonl'), encoding='utf-8') as lines:
        scenes = [json.loads(line) for line in lines]
    train, test = ([s for s in scenes if s['split'] == split] for split in ('train', 'test'))
    labels = sorted({s['label'] for s in scenes})
    names = {key: sorted({v for s in scenes for v in (s[key] if isinstance(s[key], list) else [s[key]])})
             for key in ('objects', 'palette', 'texture', 'layout')}
    y, y_test = ([labels.index(s['label']) for s in part] for part in (train, test))
    y, y_test = np.array(y), np.array(y_test)

    print(f'{len(train)} train, {len(test)} test scenes; {len(labels)} labels')
    counts = collections.Counter(s['label'] for s in train)
    print('labels: ' + ', '.join(f'{k} {counts[k]}' for k in labels))
    mean = len(train) / len(labels)
    print(f'furthest from the mean: {max(abs(counts[k] - mean) for k in labels) / mean:.1%}')
    print(f'smallest lead: {min(s["lead"] for s in scenes)} thousandths')
    words = [len(s['observation'].split()) for s in scenes], [len(s['reason'].split()) for s in scenes]
    print(f'words: observation {np.mean(words[0]):.1f} (at most {max(words[0])}), reason {np.mean(words[1]):.1f} (at most {max(words[1])}), '
          f'vocabulary {len({w.strip(".,").lower() for s in scenes for w in (s["observation"] + " " + s["reason"]).split()})}')
    used = collections.Counter(o for s in train for o in s['objects'])
    print(f'objects: {len(used)}, the rarest in {min(used.values())} scenes, the commonest in {max(used.values())}')

    def features(part, keys):
        out = [one_hot([s[key] for s in part], names[key]) for key in keys if key != 'main']
        if 'main' in keys:
            out.append(one_hot([s['objects'][0] for s in part], names['objects']))
        return np.hstack(out)

    for title, keys in (('objects', ['objects']), ('palette', ['palette']), ('palette, texture', ['palette', 'texture']),
                        ('palette, texture, layout', ['palette', 'texture', 'layout']),
                        ('objects, palette', ['objects', 'main', 'palette']),
                        ('objects, palette, texture', ['objects', 'main', 'palette', 'texture']),
                        ('everything', ['objects', 'main', 'palette', 'texture', 'layout'])):
        a, b = fit(features(train, keys), y, features(test, keys), y_test, len(labels))
        print(f'linear on {title}: train {a:.3f}, test {b:.3f}', flush=True)
    n = min(arguments.pictures, len(train))
    x, x_test = (np.stack([color_features(os.path.join(arguments.folder, s['img_path'])) for s in part])
                 for part in (train[:n], test[:n]))
    a, b = fit(x, y[:n], x_test, y_test[:n], len(labels))
    print(f'linear on colors ({n} pictures): train {a:.3f}, test {b:.3f}')


if __name__ == '__main__':
    main()
