#!/usr/bin/env python3
# Ratios against transformers: one run, same weights, picture, dtype and threads.
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""usage: bench.py --cli PATH [--bundle DIR] [--hub DIR] [--dtype T] [--threads N] [--rounds N]

The embedded bundle: a warm predict of a 1280x960 JPEG against transformers
scoring the candidates in one padded batch, and what a command costs in memory
and until its first answer. With --hub (see make-hub-folder.py): vision and
prefill of a 448x448 picture, the whole job against the published recipe, load
time and memory. Sides take turns; of each the best round counts."""
import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
EXPLAIN_TOKENS, RECIPE_TOKENS = 48, 60


# --- the reference's side, in a process of its own -------------------------------------

def best_of(rounds, action):
    """The shortest time of @action in ms; one round more warms it up."""
    times = []
    for _ in range(rounds + 1):
        start = time.perf_counter()
        action()
        times.append((time.perf_counter() - start) * 1e3)
    return min(times[1:])


def reference_side(options):
    import torch
    from reference import Reference, open_picture
    torch.set_num_threads(options.threads)
    start = time.perf_counter()
    reference = Reference(options.bundle, options.dtype)
    result = {'load': (time.perf_counter() - start) * 1e3}
    model = reference.model

    def prepare():
        return reference.prepare(open_picture(options.picture))
    pixels, grid, ids = prepare()

    n, longest = len(reference.candidates), max(map(len, reference.candidates))

    def padded_rows(ids):
        """[n, L] ids and mask: the prompt and each candidate, padded on the right."""
        rows = torch.full((n, len(ids) + longest), reference.tokenizer.pad_token_id or 0)
        mask = torch.zeros_like(rows)
        for row, seen, candidate in zip(rows, mask, reference.candidates):
            row[:len(ids) + len(candidate)] = torch.tensor(ids + candidate)
            seen[:len(ids) + len(candidate)] = 1
        return rows, mask

    @torch.no_grad()
    def score_batch(pixels, grid, ids):
        """Every candidate in one batch, each with its picture, as the library's interface asks."""
        rows, mask = padded_rows(ids)
        logits = model(input_ids=rows, attention_mask=mask, pixel_values=pixels.repeat(n, 1),
                       image_grid_thw=grid.repeat(n, 1), mm_token_type_ids=(rows == reference.pad).int(),
                       logits_to_keep=longest + 1).logits.float().log_softmax(-1)
        return [sum(logits[i, j, token].item() for j, token in enumerate(candidate))
                for i, candidate in enumerate(reference.candidates)]

    @torch.no_grad()
    def score_shared():
        """The same with the tower run once and its tokens copied into each row, which takes hands inside the model."""
        inner, (rows, mask) = model.model, padded_rows(ids)
        visual = inner.visual(pixels, grid_thw=grid)
        embedded = inner.language_model.embed_tokens(rows)
        embedded[rows == reference.pad] = getattr(visual, 'pooler_output', visual).repeat(n, 1)
        positions, _ = inner.get_rope_index(rows, mm_token_type_ids=(rows == reference.pad).int(),
                                            image_grid_thw=grid.repeat(n, 1), attention_mask=mask)
        hidden = inner.language_model(inputs_embeds=embedded, position_ids=positions, attention_mask=mask).last_hidden_state
        model.lm_head(hidden[:, len(ids) - 1:]).float().log_softmax(-1)

    @torch.no_grad()
    def vision_and_prefill():
        model(**reference.arguments(pixels, grid, ids), use_cache=True, logits_to_keep=1)

    @torch.no_grad()
    def published():
        """The tower for the head, then sampled text with the tower once more."""
        reference.visual_mean(pixels, grid)
        model.generate(**reference.arguments(pixels, grid, ids), do_sample=True, temperature=1.0, top_k=50, top_p=1.0,
                       min_new_tokens=RECIPE_TOKENS, max_new_tokens=RECIPE_TOKENS)

    if options.side == 'once':
        score_batch(*prepare())
    elif options.side == 'score':
        result['score'] = best_of(options.rounds, lambda: score_batch(pixels, grid, ids))
        result['shared'] = best_of(options.rounds, score_shared)
        result['whole'] = best_of(options.rounds, lambda: score_batch(*prepare()))
    else:
        result['prefill'] = best_of(options.rounds, vision_and_prefill)
        result['published'] = best_of(1, published)
    print(json.dumps(result))


# --- measuring processes ---------------------------------------------------------------

def run(arguments):
    """(lines printed, seconds until each, peak resident bytes)"""
    start = time.perf_counter()
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=errors, stdin=subprocess.DEVNULL)
        lines, seconds = [], []
        for line in process.stdout:
            lines.append(line.decode())
            seconds.append(time.perf_counter() - start)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            errors.seek(0)
            sys.exit(f'{" ".join(arguments)}\nexit status {process.returncode}\n{errors.read().decode()[-2000:]}')
    return lines, seconds, usage.ru_maxrss * 1024


def ours(options, bundle, picture, *more, repeats=1):
    """What predict prints for @repeats of a picture: (objects, seconds until each, peak)."""
    # A path named twice is one picture, so each repeat is a copy.
    paths = [f'{picture}.{i}' for i in range(repeats)]
    for path in paths:
        shutil.copyfile(picture, path)
    lines, seconds, peak = run([
        options.cli, 'predict', *paths, '--model', bundle, '--format', 'jsonl', '--device', 'cpu',
        '--dtype', options.dtype, '--threads', str(options.threads), '--quiet', *more])
    items = [json.loads(line) for line in lines]
    for item in items:
        if item.get('error'):
            sys.exit(f'{picture}: {item["error"]}')
    return items, seconds, peak


def theirs(options, side, bundle, picture):
    """(what the reference's process measured, its peak)"""
    lines, _, peak = run([
        sys.executable, os.path.join(HERE, 'bench.py'), '--side', side, '--bundle', bundle, '--picture', picture,
        '--dtype', options.dtype, '--threads', str(options.threads), '--rounds', str(options.rounds)])
    return json.loads(lines[-1]), peak


def part(item, *keys):
    return sum(item['ms'].get(key) or 0 for key in keys)


class Table:
    def __init__(self):
        self.missed = 0

    def row(self, name, mine, other, target, unit='ms'):
        good = mine <= target * other
        self.missed += not good
        print(f'{name:58} {mine:10.1f} {other:10.1f} {unit:3} {mine / other:7.3f}x  at most {target:g}x '
              f'{"" if good else " MISSED"}', flush=True)

    def limit(self, name, value, target, unit):
        good = value <= target
        self.missed += not good
        print(f'{name:58} {value:10.2f} {"":10} {unit:3} {"":8}  at most {target:g} {unit} {"" if good else " MISSED"}',
              flush=True)

    def note(self, name, mine, other=float('nan'), unit='ms'):
        print(f'{name:58} {mine:10.1f} {other:10.1f} {unit}', flush=True)


# --- the two parts ---------------------------------------------------------------------

def draw_jpeg(folder, width, height, name):
    """A picture with edges and gradients; the model's answer is of no matter."""
    import numpy as np
    from PIL import Image
    y, x = np.mgrid[:height, :width]
    pixels = np.stack([x * 255 / width, y * 255 / height, 127 + 127 * np.sin(x / 37) * np.cos(y / 23)], -1)
    path = os.path.join(folder, name)
    Image.fromarray(pixels.astype('uint8')).save(path, quality=90)
    return path


def bench_embedded(options, table, folder):
    picture = draw_jpeg(folder, 1280, 960, 'photo.jpg')
    whole, model, first, peak, reference, reference_peak = [], [], [], [], [], []
    for _ in range(options.turns):
        items, _, _ = ours(options, options.bundle, picture, '--no-explain', repeats=options.rounds + 1)
        whole.append(min(part(item, 'total') for item in items[1:]))
        model.append(min(part(item, 'vision', 'prefill', 'score') for item in items[1:]))
        _, seconds, size = ours(options, options.bundle, picture)
        first.append(seconds[0])
        peak.append(size)
        reference.append(theirs(options, 'score', options.bundle, picture)[0])
        reference_peak.append(theirs(options, 'once', options.bundle, picture)[1])
    table.row('warm predict of a 1280x960 JPEG, file to three answers', min(whole),
              min(item['whole'] for item in reference), 0.6)
    table.row('the same without reading and resizing', min(model), min(item['score'] for item in reference), 0.6)
    table.note('  against a batch that shares one vision pass', min(model), min(item['shared'] for item in reference))
    table.limit('command start to first answer', min(first), 1, 's')
    table.row('peak memory of a command', min(peak) / 2 ** 20, min(reference_peak) / 2 ** 20, 0.7, 'MiB')


def bundle_around(hub, folder):
    """A bundle whose model is @hub, with a head and a gate drawn at random."""
    import torch
    from safetensors.torch import save_file
    bundle = os.path.join(folder, 'bundle')
    os.makedirs(os.path.join(bundle, 'vlm'))
    for name in os.listdir(hub):
        os.symlink(os.path.join(os.path.abspath(hub), name), os.path.join(bundle, 'vlm', name))
    with open(os.path.join(hub, 'config.json'), encoding='utf-8') as file:
        width = json.load(file)['hidden_size']
    labels = ['amusement', 'anger', 'awe', 'contentment', 'disgust', 'excitement', 'fear', 'sadness']
    generator = torch.Generator().manual_seed(1)

    def linear(name, out, n):
        return {name + '.weight': torch.randn(out, n, generator=generator) / n ** 0.5, name + '.bias': torch.zeros(out)}
    save_file({**linear('mlp.0', 1024, width), **linear('mlp.3', 8, 1024)}, os.path.join(bundle, 'distilled.safetensors'))
    save_file(linear('fc', 8, 16), os.path.join(bundle, 'gate.safetensors'))
    manifest = dict(
        format=1, name='Random weights', labels=labels, vlm=dict(path='vlm'),
        prompt=dict(system='You are a helpful assistant.', classify='Which emotion does this image evoke, and why?',
                    reason='Why does this image evoke %s?', answer='{"emotion": "%s", "reason": "', answer_end='"}'),
        distilled=dict(path='distilled.safetensors', depth=1),
        gate=dict(path='gate.safetensors', kind='concat-linear', vlm_input='probabilities'))
    with open(os.path.join(bundle, 'emovlm.json'), 'w', encoding='utf-8') as file:
        json.dump(manifest, file)
    return bundle


def bench_hub(options, table, folder):
    picture, bundle = draw_jpeg(folder, 448, 448, 'square.jpg'), bundle_around(options.hub, folder)
    size = sum(os.path.getsize(os.path.join(options.hub, name)) for name in os.listdir(options.hub)
               if name.endswith('.safetensors'))
    prefill, job, ready, peak, reference, reference_peak = [], [], [], [], [], []
    # A new model's hashes are made once, beside its first answer, and its file comes from the disk once.
    ours(options, bundle, picture, '--no-explain')
    for _ in range(options.turns):
        items, seconds, most = ours(options, bundle, picture, '--explain-tokens', str(EXPLAIN_TOKENS), '--force-tokens',
                                    repeats=options.rounds + 1)
        prefill.append(min(part(item, 'vision', 'prefill') for item in items[1:]))
        job.append(min(part(item, 'total') for item in items[1:]))
        ready.append(seconds[0] - part(items[0], 'total') / 1e3)
        peak.append(most)
        numbers, most = theirs(options, 'hub', bundle, picture)
        reference.append(numbers)
        reference_peak.append(most)
    table.row('448x448: vision and prefill', min(prefill), min(item['prefill'] for item in reference), 1.05)
    table.row(f'three answers and {EXPLAIN_TOKENS} tokens; recipe: tower twice, {RECIPE_TOKENS} tokens',
              min(job), min(item['published'] for item in reference), 0.7)
    if options.dtype == 'bfloat16':
        table.limit('ready after', min(ready), 3, 's')
        table.row('peak resident, to the weight files', min(peak) / 2 ** 20, size / 2 ** 20, 1.15, 'MiB')
    else:
        table.limit('ready after', min(ready), 15, 's')
        table.note('peak resident', min(peak) / 2 ** 20, min(reference_peak) / 2 ** 20, 'MiB')


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--cli')
    parser.add_argument('--bundle')
    parser.add_argument('--hub', help='a folder that make-hub-folder.py wrote')
    parser.add_argument('--dtype', default='float32', choices=('float32', 'bfloat16'))
    parser.add_argument('--threads', type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument('--rounds', type=int, help='repeats within a turn (10; 2 with --hub)')
    parser.add_argument('--turns', type=int, help='how often the sides alternate (3; 1 with --hub)')
    parser.add_argument('--side', help=argparse.SUPPRESS)
    parser.add_argument('--picture', help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.rounds = options.rounds or (2 if options.hub else 10)
    options.turns = options.turns or (1 if options.hub else 3)
    if options.side:
        reference_side(options)
        return
    print(f'{"":58} {"ours":>10} {"reference":>10}      ratio   ({options.dtype}, {options.threads} threads, '
          f'best of {options.turns} x {options.rounds})')
    table = Table()
    with tempfile.TemporaryDirectory() as folder:
        if options.hub:
            bench_hub(options, table, folder)
        else:
            bench_embedded(options, table, folder)
    sys.exit(bool(table.missed))


if __name__ == '__main__':
    main()
