#!/usr/bin/env python3
# Training against transformers, PEFT and the published way: ratios of one run.
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""usage: bench-train.py --cli PATH --bundle DIR [--hub DIR] [--dtype T,...] [--threads N] [--turns N] [--only PART,...]

Parts: `lora` and `full`, a VLM's training step on the same pictures and texts
(an observation and a classification a picture) at equal batch, precision and
threads; `hub`, the LoRA step on a folder of another model; `heads`, epochs of
`train distilled` and `train gate` against the published way, which computes a
picture anew each time it comes. Our times are those that the command tells in
its JSON Lines, with reading the pictures; the reference's are of the steps alone.
Sides take turns and of each the best counts. On a shared machine that is a hint
only; the processor's time beside it, of one thread, depends less on neighbours."""
import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time

from bench import Table, bundle_around, run

HERE = os.path.dirname(os.path.abspath(__file__))
MODULES = ('q_proj', 'k_proj', 'v_proj', 'o_proj')
OBSERVE = 'What does the picture show?'
LABELS = ('amusement', 'anger', 'awe', 'contentment', 'disgust', 'excitement', 'fear', 'sadness')
HEAD_PICTURES, SAMPLED_TOKENS, WARM_STEPS = 12, 40, 1


# --- the reference's side, in a process of its own -------------------------------------

class Data:
    """The pictures that emovlm trains on, with their words."""

    def __init__(self, folder):
        with open(os.path.join(folder, 'emoscenes_annotations_train.json'), encoding='utf-8') as file:
            self.items = [(os.path.join(folder, 'train', entry['label'], entry['img']), entry['label'],
                           *entry['gpt_response'].removeprefix('1. ').split(' 2. ', 1)) for entry in json.load(file)]

    def batches(self, size):
        return [self.items[i:i + size] for i in range(0, len(self.items), size)]


class Trainer:
    """A VLM as transformers and PEFT train it."""

    def __init__(self, options):
        import torch
        from reference import Reference
        self.torch = torch
        half = options.dtype == 'bfloat16'
        # Adapters lie over weights of the type; a whole model in bfloat16 keeps float32 and computes in the other.
        self.reference = Reference(options.bundle, 'float32' if options.full else options.dtype)
        self.autocast = half
        self.model = self.reference.model
        if not options.full:
            from peft import LoraConfig, get_peft_model
            self.model = get_peft_model(self.model, LoraConfig(
                r=8, lora_alpha=8, lora_dropout=0.05, target_modules=r'.*language_model.*\.(' + '|'.join(MODULES) + ')'))
        self.model.train()
        self.trained = [p for p in self.model.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(self.trained, lr=1e-4, weight_decay=0)

    def rows(self, item, n_tokens):
        """(ids, where the answer begins) of each question about a picture of @n_tokens."""
        reference, (_, label, observation, reason) = self.reference, item
        answer = reference.prompt['answer'].replace('%s', label) + json.dumps(reason)[1:-1] + reference.answer_end
        for question, text in ((reference.prompt['observe'], observation), (reference.prompt['classify'], answer)):
            messages = [{'role': 'system', 'content': reference.prompt['system']},
                        {'role': 'user', 'content': [{'type': 'text', 'text': question}, {'type': 'image'}]}]
            prompt = reference.tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
            prompt = reference.encode(prompt.replace('<|image_pad|>', '<|image_pad|>' * n_tokens))
            yield prompt + reference.encode(text + '<|im_end|>'), len(prompt)

    def write(self, items):
        """A batch: each row with its picture, as the library's interface asks."""
        from reference import open_picture
        torch, reference = self.torch, self.reference
        seen = reference.processor(images=[open_picture(item[0]) for item in items for _ in range(2)], return_tensors='pt')
        n_tokens = int(seen['image_grid_thw'][0].prod()) // 4
        rows = [row for item in items for row in self.rows(item, n_tokens)]
        length = max(len(row) for row, _ in rows)
        ids = torch.full((len(rows), length), reference.tokenizer.pad_token_id)
        mask, labels = torch.zeros_like(ids), torch.full_like(ids, -100)
        for i, (row, start) in enumerate(rows):
            ids[i, :len(row)], mask[i, :len(row)] = torch.tensor(row), 1
            labels[i, start:len(row)] = ids[i, start:len(row)]
        return dict(input_ids=ids, attention_mask=mask, labels=labels, pixel_values=seen['pixel_values'],
                    image_grid_thw=seen['image_grid_thw'], mm_token_type_ids=(ids == reference.pad).int())

    def step(self, batch):
        with self.torch.autocast('cpu', self.torch.bfloat16, enabled=self.autocast):
            loss = self.model(**batch).loss
        loss.backward()
        self.torch.nn.utils.clip_grad_norm_(self.trained, 0.3)
        self.optimizer.step()
        self.optimizer.zero_grad()


def step_side(options):
    """Milliseconds a picture of the best epoch, by the clock and of the processor, without preparing the batches."""
    trainer, data = Trainer(options), Data(options.data)
    epochs, steps = [], []
    for _ in range(options.epochs):
        seconds = 0
        for items in data.batches(options.batch):
            batch = trainer.write(items)
            start, busy = time.perf_counter(), time.process_time()
            trainer.step(batch)
            seconds += time.perf_counter() - start
            steps.append((time.process_time() - busy) * 1e3 / len(items))
        epochs.append(seconds * 1e3 / len(data.items))
    # The first step is no picture of the others.
    return dict(ms=min(epochs), cpu=sum(steps[WARM_STEPS:]) / len(steps[WARM_STEPS:]))


class Heads:
    """The published stages 2 and 3: batch 1, float32, nothing kept."""

    def __init__(self, options):
        import torch
        from reference import Reference
        from transformers import ViTConfig, ViTForImageClassification
        self.torch, self.reference = torch, Reference(options.bundle)
        self.teacher = ViTForImageClassification(ViTConfig(image_size=384, num_labels=len(LABELS))).eval()
        width = self.reference.model.config.text_config.hidden_size
        self.head = torch.nn.Sequential(torch.nn.Linear(width, 1024), torch.nn.GELU(), torch.nn.Dropout(0.1),
                                        torch.nn.Linear(1024, len(LABELS)))
        self.gate = torch.nn.Linear(2 * len(LABELS), len(LABELS))
        self.head_optimizer = torch.optim.Adam(self.head.parameters(), lr=1e-5, weight_decay=1e-4)
        self.gate_optimizer = torch.optim.Adam(self.gate.parameters(), lr=1e-4, weight_decay=1e-4)

    def square(self, image):
        import numpy as np
        pixels = np.asarray(image.resize((384, 384)), dtype=np.float32).transpose(2, 0, 1) / 127.5 - 1
        return self.torch.from_numpy(pixels)[None]

    def learn(self, optimizer, loss):
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    def head_step(self, item):
        from reference import open_picture
        F, image = self.torch.nn.functional, open_picture(item[0])
        pixels, grid, _ = self.reference.prepare(image)
        mean = self.reference.visual_mean(pixels, grid)
        with self.torch.no_grad():
            teacher = self.teacher(pixel_values=self.square(image)).logits
        logits = self.head(mean)
        soft = F.kl_div((logits / 2).log_softmax(-1), (teacher / 2).softmax(-1), reduction='batchmean')
        target = self.torch.tensor([LABELS.index(item[1])])
        self.learn(self.head_optimizer, 0.5 * 4 * soft + 0.5 * F.cross_entropy(logits, target))

    def gate_step(self, item):
        from reference import open_picture
        torch, reference = self.torch, self.reference
        pixels, grid, ids = reference.prepare(open_picture(item[0]))
        out = reference.model.generate(**reference.arguments(pixels, grid, ids), do_sample=True, temperature=1.0, top_k=50,
                                       min_new_tokens=SAMPLED_TOKENS, max_new_tokens=SAMPLED_TOKENS)
        text = reference.tokenizer.decode(out[0][len(ids):])
        written = torch.tensor([[float(label in text) for label in LABELS]])
        with torch.no_grad():
            distilled = self.head(reference.visual_mean(pixels, grid))
        loss = torch.nn.functional.cross_entropy(self.gate(torch.cat([distilled, written], -1)), torch.tensor([LABELS.index(item[1])]))
        self.learn(self.gate_optimizer, loss)


def heads_side(options):
    """Milliseconds a picture: the best picture of some, so that a shared machine flatters it."""
    heads, items = Heads(options), Data(options.data).items[:HEAD_PICTURES + WARM_STEPS]
    result = {}
    for name, step in (('head', heads.head_step), ('gate', heads.gate_step)):
        seconds = []
        for item in items:
            start = time.perf_counter()
            step(item)
            seconds.append(time.perf_counter() - start)
        result[name] = min(seconds[WARM_STEPS:]) * 1e3
    return result


def reference_side(options):
    import torch
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    print(json.dumps(dict(step=step_side, heads=heads_side)[options.side](options)))


# --- measuring -------------------------------------------------------------------------

def processor_seconds(pid):
    with open(f'/proc/{pid}/stat', encoding='utf-8') as file:
        fields = file.read().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


class Lines:
    """What a training told, each with the seconds of processor that had passed by then."""

    def __init__(self, process):
        self.events = [dict(json.loads(line), cpu=processor_seconds(process.pid)) for line in process.stdout]

    def epochs(self, first=1):
        return [event['pictures_per_s'] for event in self.events
                if event['event'] == 'epoch' and event['epoch'] >= first and event.get('pictures_per_s')]

    def processor(self, batch):
        """Milliseconds a picture between the first and the last step that an epoch told."""
        steps = {}
        for event in self.events:
            if event['event'] == 'step':
                steps.setdefault(event['epoch'], []).append(event)
        spans = [(told[0], told[-1]) for told in steps.values() if len(told) > 1]
        return min((last['cpu'] - first['cpu']) * 1e3 / (last['step'] - first['step']) / batch for first, last in spans)

    def seconds(self):
        return next(event['seconds'] for event in self.events if event['event'] == 'done')

    def pictures(self):
        return next(event['pictures'] for event in self.events if event['event'] == 'start')


def ours(options, stage, data, out, *more):
    """(what it told, peak memory)"""
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen([options.cli, 'train', stage, data, '--output', out, '--format', 'jsonl', '--device', 'cpu',
                                    '--threads', str(options.threads), *more], stdout=subprocess.PIPE, stderr=errors, text=True)
        told = Lines(process)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            errors.seek(0)
            sys.exit(f'train {stage}: exit status {process.returncode}\n{errors.read().decode()[-2000:]}')
    return told, usage.ru_maxrss * 1024


def theirs(options, side, data, bundle, *more):
    lines, _, peak = run([sys.executable, os.path.join(HERE, 'bench-train.py'), '--side', side, '--data', data, '--bundle', bundle,
                          '--threads', str(options.threads), *more])
    return json.loads(lines[-1]), peak


class Rows(Table):
    def times(self, name, mine, other, target):
        good = other >= target * mine
        self.missed += not good
        print(f'{name:58} {mine:10.4f} {other:10.1f} ms  {other / mine:7.0f}x  at least {target}x {"" if good else " MISSED"}', flush=True)


def draw_data(options, folder, n):
    """@n drawn pictures of one size to train on, so that every batch is full, and one to validate with."""
    from PIL import Image
    data = os.path.join(folder, 'data')
    run([options.cli, 'synth', data, '--train', str(12 * n), '--val', '1', '--test', '1', '--seed', '5', '--quiet'])
    path = os.path.join(data, 'emoscenes_annotations_train.json')
    with open(path, encoding='utf-8') as file:
        entries = json.load(file)
    by_size = {}
    for entry in entries:
        with Image.open(os.path.join(data, entry['img_path'])) as image:
            by_size.setdefault(image.size, []).append(entry)
    kept = sorted(by_size.values(), key=len)[-1][:n]
    names = {entry['img_path'] for entry in kept}
    for entry in entries:
        if entry['img_path'] not in names:
            os.remove(os.path.join(data, entry['img_path']))
    random.Random(1).shuffle(kept)
    with open(path, 'w', encoding='utf-8') as file:
        json.dump(kept, file)
    return data


def write_recipe(folder):
    """All pictures are learned from, and nothing stops early."""
    path = os.path.join(folder, 'recipe.json')
    with open(path, 'w', encoding='utf-8') as file:
        json.dump(dict(held_out=0, vlm=dict(patience=0), teacher=dict(patience=0)), file)
    return path


def bench_step(options, table, folder, data, bundle, dtype, full, batch, epochs):
    """@full: every weight, else LoRA of rank 8 on q, k, v and o."""
    mine, other, peak, other_peak, busy, other_busy = [], [], [], [], [], []
    switches = ['--full'] if full else []
    for _ in range(options.turns):
        with tempfile.TemporaryDirectory(dir=folder) as out:
            told, most = ours(options, 'vlm', data, os.path.join(out, 'bundle'), '--model', bundle, '--dtype', dtype, '--recipe',
                              write_recipe(folder), '--epochs', str(epochs), '--batch', str(batch), *switches)
        mine.append(1e3 / max(told.epochs()))
        busy.append(told.processor(batch))
        peak.append(most / 2 ** 20)
        numbers, most = theirs(options, 'step', data, bundle, '--dtype', dtype, '--epochs', str(epochs), '--batch', str(batch), *switches)
        other.append(numbers['ms'])
        other_busy.append(numbers['cpu'])
        other_peak.append(most / 2 ** 20)
    name = f'{"full" if full else "LoRA"} step, {dtype}, batch {batch}, a picture'
    table.row(name, min(mine), min(other), 0.9)
    table.note(f'  its processor time ({min(busy) / min(other_busy):.3f}x)', min(busy), min(other_busy))
    table.row('  its peak memory', min(peak), min(other_peak), 1, 'MiB')


def bench_heads(options, table, folder, data):
    out = os.path.join(folder, 'heads')
    recipe = ['--recipe', write_recipe(folder)]
    ours(options, 'teacher', data, out, '--model', options.bundle, '--teacher', 'resnet-tiny', '--epochs', '1', *recipe)
    head, _ = ours(options, 'distilled', data, out, *recipe)
    gate, _ = ours(options, 'gate', data, out, *recipe)
    numbers, _ = theirs(options, 'heads', data, options.bundle)
    table.times('train distilled, an epoch after the first, a picture', 1e3 / max(head.epochs(2)), numbers['head'], 100)
    table.times('train gate, an epoch after the first, a picture', 1e3 / max(gate.epochs(2)), numbers['gate'], 1000)
    for name, told, published in (('distilled', head, 'head'), ('gate', gate, 'gate')):
        epochs = len(told.epochs())
        table.note(f'  the whole of train {name}, {epochs} epochs, a picture and epoch',
                   told.seconds() * 1e3 / told.pictures() / epochs, numbers[published])


def hub_bundle(hub, folder):
    bundle = bundle_around(hub, folder)
    path = os.path.join(bundle, 'emovlm.json')
    with open(path, encoding='utf-8') as file:
        manifest = json.load(file)
    manifest['prompt']['observe'] = OBSERVE
    with open(path, 'w', encoding='utf-8') as file:
        json.dump(manifest, file)
    return bundle


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--cli')
    parser.add_argument('--bundle')
    parser.add_argument('--hub', help='a folder of the hub, or that make-hub-folder.py wrote')
    parser.add_argument('--dtype', default='float32,bfloat16')
    parser.add_argument('--threads', type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument('--turns', type=int, default=2, help='how often the sides alternate')
    parser.add_argument('--pictures', type=int, default=96)
    parser.add_argument('--batch', type=int, default=16)
    parser.add_argument('--epochs', type=int, default=2)
    parser.add_argument('--only', default='lora,full,hub,heads')
    parser.add_argument('--side', help=argparse.SUPPRESS)
    parser.add_argument('--data', help=argparse.SUPPRESS)
    parser.add_argument('--full', action='store_true', help=argparse.SUPPRESS)
    return parser.parse_args()


def bench(options, table, folder):
    parts = options.only.split(',')
    data = draw_data(options, folder, options.pictures)
    for dtype in options.dtype.split(','):
        for part in ('lora', 'full'):
            if part in parts:
                bench_step(options, table, folder, data, options.bundle, dtype, part == 'full', options.batch, options.epochs)
    if 'hub' in parts and options.hub:
        with tempfile.TemporaryDirectory(dir=folder) as few:
            data_of_hub = draw_data(options, few, 4)
            for dtype in options.dtype.split(','):
                bench_step(options, table, folder, data_of_hub, hub_bundle(options.hub, few), dtype, False, 2, 1)
    if 'heads' in parts:
        bench_heads(options, table, folder, data)


def main():
    options = parse_options()
    if options.side:
        reference_side(options)
        return
    print(f'{"":58} {"ours":>10} {"reference":>10}      ratio   ({options.threads} threads, best of {options.turns} turns)')
    table = Rows()
    with tempfile.TemporaryDirectory() as folder:
        bench(options, table, folder)
    sys.exit(bool(table.missed))


if __name__ == '__main__':
    main()
