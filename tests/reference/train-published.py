#!/usr/bin/env python3
# Trains the whole system the published way, in a given time, and tests it.
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""usage: train-published.py DATA OUT --tokenizer FOLDER --seconds N [--config FOLDER]

What the published recipe makes of a dataset as `emovlm synth` writes it, to hold
`emovlm train all` against at equal data and time: a VLM of the config's shapes
from nothing, its loss on every token but padding and the picture's; a picture
network as the teacher; a head on the mean visual token, half of whose loss is the
teacher's at temperature 2; and a linear gate over the head's logits and the
one-hot label that the VLM writes, fitted on the very pictures that the branches
were fitted on. The tokenizer is the one that `emovlm train vlm --config` learned.

N seconds of processor time, summed over threads, are all that training takes, so
that what else a machine does costs nothing: 65 % the VLM, 15 % the teacher, the
rest head and gate. The test comes after them. Where the published code only wastes
time, this does not: batches of equal grids, bfloat16 where a step is faster in
it, one pass over the frozen VLM for head and gate together, text generated in
batches and no longer than the label, and learning rates for weights drawn at
random. OUT gets the bundle and results.json; the table goes to stdout."""
import argparse
import json
import math
import os
import random
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np  # noqa: E402
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from PIL import Image  # noqa: E402
from safetensors.torch import save_file  # noqa: E402
from transformers import AutoTokenizer, Qwen2VLConfig, Qwen2VLForConditionalGeneration  # noqa: E402
from transformers import ResNetConfig, ResNetForImageClassification, ViTConfig, ViTForImageClassification  # noqa: E402
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil  # noqa: E402

from reference import open_picture  # noqa: E402

# What of the time is over when the VLM, the teacher, the outputs for head and gate, the head and the gate are done.
VLM, TEACHER, OUTPUTS, HEAD, GATE = 0.65, 0.80, 0.95, 0.98, 1.0
ALPHA, TEMPERATURE = 0.5, 2.0
HEAD_EPOCHS, GATE_EPOCHS = 80, 60
TEACHER_SIDE = 112


class Clock:
    """How much of the processor time is over."""

    def __init__(self, seconds):
        self.seconds = seconds

    def share(self):
        return time.process_time() / self.seconds

    def rate(self, lr, since, until, step, warmup):
        """A cosine over the time from @since to @until, after @warmup steps."""
        part = min(1.0, max(0.0, (self.share() - since) / (until - since)))
        return lr * min(1.0, (step + 1) / warmup) * (0.5 * (1 + math.cos(math.pi * part)) + 0.01)


# --- data ------------------------------------------------------------------------------

class Item:
    def __init__(self, path, label):
        self.path, self.label = path, label
        self.observation = self.reason = ''
        with Image.open(path) as image:
            self.size = image.size


def read_split(data, split, labels):
    items = []
    for index, label in enumerate(labels):
        folder = os.path.join(data, split, label)
        items += [Item(os.path.join(folder, name), index) for name in sorted(os.listdir(folder))]
    return items


def read_words(data, items):
    """The annotation "1. what is seen 2. why" of each train picture."""
    name = next(name for name in sorted(os.listdir(data)) if name.endswith('_annotations_train.json'))
    with open(os.path.join(data, name), encoding='utf-8') as file:
        words = {(entry['label'], entry['img']): entry['gpt_response'] for entry in json.load(file)}
    for item in items:
        folder, name = os.path.split(item.path)
        first, second = words[os.path.basename(folder), name].split(' 2. ', 1)
        item.observation, item.reason = first.removeprefix('1. ').strip(), second.strip()


def batches(items, size, rng):
    """Endless: (indices of pictures of one size), each epoch in an order of its own."""
    while True:
        by_size = {}
        for index in rng.sample(range(len(items)), len(items)):
            by_size.setdefault(items[index].size, []).append(index)
        epoch = [group[i:i + size] for group in by_size.values() for i in range(0, len(group), size)]
        rng.shuffle(epoch)
        yield from epoch


def once(items, size, rng):
    """The same, one epoch."""
    left = len(items)
    for indices in batches(items, size, rng):
        yield indices
        left -= len(indices)
        if left == 0:
            return


def ahead(prepare, todo):
    """prepare(x) of each x, the next one while the last is worked on."""
    with ThreadPoolExecutor(1) as pool:
        waiting = None
        for x in todo:
            following = pool.submit(prepare, x)
            if waiting is not None:
                yield waiting.result()
            waiting = following
        if waiting is not None:
            yield waiting.result()


# --- the VLM ---------------------------------------------------------------------------

class Vlm:
    """Weights drawn at random, the tokenizer that was learned, the config's prompts."""

    def __init__(self, config, tokenizer):
        with open(os.path.join(config, 'emovlm.json'), encoding='utf-8') as file:
            self.manifest = json.load(file)
        self.prompt, self.labels = self.manifest['prompt'], self.manifest['labels']
        self.tokenizer = AutoTokenizer.from_pretrained(tokenizer)
        self.processor = Qwen2VLImageProcessorPil.from_pretrained(os.path.join(config, 'vlm'))
        shapes = Qwen2VLConfig.from_pretrained(os.path.join(config, 'vlm'))
        self.set_ids(shapes)
        self.model = Qwen2VLForConditionalGeneration(shapes)
        self.pad, self.picture, self.end = map(self.id, ('<|endoftext|>', '<|image_pad|>', '<|im_end|>'))
        self.marks = torch.tensor([self.id(token) for token in ('<|vision_start|>', '<|vision_end|>', '<|image_pad|>')])
        self.half = False
        self.visual = None
        self.model.model.visual.register_forward_hook(self.keep_visual)
        # The label is all that the gate reads of the text.
        self.label_tokens = max(len(self.encode(self.prompt['answer'].split('%s')[0] + label + '"')) for label in self.labels) + 1

    def id(self, token):
        return self.tokenizer.convert_tokens_to_ids(token)

    def set_ids(self, shapes):
        text = shapes.text_config
        text.vocab_size = (len(self.tokenizer) + 63) // 64 * 64
        text.bos_token_id = text.pad_token_id = self.id('<|endoftext|>')
        text.eos_token_id = self.id('<|im_end|>')
        shapes.image_token_id, shapes.video_token_id = self.id('<|image_pad|>'), self.id('<|video_pad|>')
        shapes.vision_start_token_id, shapes.vision_end_token_id = self.id('<|vision_start|>'), self.id('<|vision_end|>')

    def keep_visual(self, module, arguments, output):
        self.visual = getattr(output, 'pooler_output', output)

    def encode(self, text):
        return self.tokenizer(text, add_special_tokens=False)['input_ids']

    def ask(self, question, n_tokens):
        text = self.tokenizer.apply_chat_template(
            [{'role': 'system', 'content': self.prompt['system']},
             {'role': 'user', 'content': [{'type': 'text', 'text': question}, {'type': 'image'}]}],
            tokenize=False, add_generation_prompt=True)
        return self.encode(text.replace('<|image_pad|>', '<|image_pad|>' * n_tokens))

    def see(self, items):
        """Pixels and grids of pictures of one size."""
        x = self.processor(images=[open_picture(item.path) for item in items], return_tensors='pt')
        return x['pixel_values'], x['image_grid_thw']

    def answer(self, item):
        return (self.prompt['answer'].replace('%s', self.labels[item.label]) + json.dumps(item.reason, ensure_ascii=False)[1:-1] +
                self.prompt['answer_end'])

    def write(self, items, rng):
        """A training batch: each picture with one of its instructions."""
        pixels, grid = self.see(items)
        n_tokens = int(grid[0].prod()) // 4
        rows = []
        for item in items:
            observe = rng.random() < 0.5
            prompt = self.ask(self.prompt['observe' if observe else 'classify'], n_tokens)
            rows.append(prompt + self.encode(item.observation if observe else self.answer(item)) + [self.end])
        length = max(map(len, rows))
        ids = torch.full((len(rows), length), self.pad)
        mask = torch.zeros_like(ids)
        for i, row in enumerate(rows):
            ids[i, :len(row)], mask[i, :len(row)] = torch.tensor(row), 1
        labels = ids.masked_fill((mask == 0) | torch.isin(ids, self.marks), -100)
        return dict(self.inputs(pixels, grid, ids), attention_mask=mask, labels=labels)

    def inputs(self, pixels, grid, ids):
        return dict(input_ids=ids, pixel_values=pixels, image_grid_thw=grid, mm_token_type_ids=(ids == self.picture).int())

    def run(self, function, **arguments):
        with torch.autocast('cpu', torch.bfloat16, enabled=self.half):
            return function(**arguments)

    def step(self, optimizer, batch):
        loss = self.run(self.model, **batch).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        return loss.item()

    @torch.no_grad()
    def read(self, items):
        """Mean visual tokens [n, H] and the labels written, -1 where there is none."""
        pixels, grid = self.see(items)
        ids = torch.tensor([self.ask(self.prompt['classify'], int(grid[0].prod()) // 4)] * len(items))
        out = self.run(self.model.generate, **self.inputs(pixels, grid, ids), attention_mask=torch.ones_like(ids), do_sample=False,
                       max_new_tokens=self.label_tokens, pad_token_id=self.pad)
        texts = self.tokenizer.batch_decode(out[:, ids.shape[1]:], skip_special_tokens=True)
        return self.visual.float().reshape(len(items), -1, self.visual.shape[-1]).mean(1), [self.parse(text) for text in texts]

    def parse(self, text):
        before = self.prompt['answer'].split('%s')[0]
        found = text.removeprefix(before).split('"')[0] if text.startswith(before) else ''
        return self.labels.index(found) if found in self.labels else -1


def choose_precision(vlm, batch, optimizer):
    """bfloat16 where a step is faster in it."""
    seconds = {}
    for half in (False, True):
        vlm.half = half
        for _ in range(3):
            start = time.monotonic()
            vlm.step(optimizer, batch)
            seconds[half] = min(time.monotonic() - start, seconds.get(half, math.inf))
    vlm.half = seconds[True] < seconds[False]


def train_vlm(vlm, items, options, clock, rng):
    model = vlm.model
    decayed = [p for p in model.parameters() if p.dim() > 1]
    others = [p for p in model.parameters() if p.dim() == 1]
    optimizer = torch.optim.AdamW([dict(params=decayed, weight_decay=0.02), dict(params=others, weight_decay=0)],
                                  lr=1e-6, betas=(0.9, 0.98))
    model.train()
    seen, step, mean, chosen = 0, 0, None, False
    for batch in ahead(lambda indices: vlm.write([items[i] for i in indices], rng), batches(items, options.batch, rng)):
        if not chosen:
            choose_precision(vlm, batch, optimizer)
            chosen = True
        for group in optimizer.param_groups:
            group['lr'] = clock.rate(options.lr, 0, VLM, step, 200)
        loss = vlm.step(optimizer, batch)
        mean = loss if mean is None else 0.98 * mean + 0.02 * loss
        seen += len(batch['input_ids'])
        step += 1
        if step % 100 == 0:
            print(f'vlm: {step} steps, {seen} sequences, loss {mean:.3f}, {clock.share():.0%}', flush=True)
        if clock.share() >= VLM:
            break
    model.eval()
    return dict(steps=step, sequences=seen, loss=mean, dtype='bfloat16' if vlm.half else 'float32')


# --- the teacher -----------------------------------------------------------------------

def new_teacher(name, n_labels):
    if name == 'vit-tiny':
        return ViTForImageClassification(ViTConfig(
            hidden_size=128, num_hidden_layers=4, num_attention_heads=4, intermediate_size=384, image_size=TEACHER_SIDE, patch_size=14,
            num_labels=n_labels))
    return ResNetForImageClassification(ResNetConfig(
        embedding_size=24, hidden_sizes=[24, 48, 96, 192], depths=[1, 1, 1, 1], layer_type='basic', num_labels=n_labels))


def square(item, rng=None):
    """[3, side, side]: a random crop, mirrored or not, to learn from; else the shorter side resized and the middle."""
    image = open_picture(item.path)
    width, height = image.size
    if rng is not None:
        area, ratio = rng.uniform(0.08, 1) * width * height, math.exp(rng.uniform(math.log(3 / 4), math.log(4 / 3)))
        w, h = min(width, round(math.sqrt(area * ratio))), min(height, round(math.sqrt(area / ratio)))
        x, y = rng.randint(0, width - w), rng.randint(0, height - h)
    else:
        w = h = min(width, height)
        x, y = (width - w) // 2, (height - h) // 2
    image = image.resize((TEACHER_SIDE, TEACHER_SIDE), Image.Resampling.BILINEAR, box=(x, y, x + w, y + h))
    pixels = np.asarray(image, dtype=np.float32).transpose(2, 0, 1) / 127.5 - 1
    return torch.from_numpy(pixels[:, :, ::-1].copy() if rng is not None and rng.random() < 0.5 else pixels)


def train_teacher(items, options, labels, clock, rng):
    teacher = new_teacher(options.teacher, len(labels))
    optimizer = torch.optim.Adam(teacher.parameters(), lr=options.teacher_lr, weight_decay=1e-5)
    teacher.train()
    seen = step = 0

    def prepare(indices):
        return torch.stack([square(items[i], rng) for i in indices]), torch.tensor([items[i].label for i in indices])

    def shuffled():
        while True:
            order = rng.sample(range(len(items)), len(items))
            yield from (order[i:i + options.batch] for i in range(0, len(order), options.batch))
    for pixels, target in ahead(prepare, shuffled()):
        for group in optimizer.param_groups:
            group['lr'] = clock.rate(options.teacher_lr, VLM, TEACHER, step, 50)
        loss = F.cross_entropy(teacher(pixel_values=pixels).logits, target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        seen += len(target)
        step += 1
        if clock.share() >= TEACHER:
            break
    teacher.eval()
    return teacher, dict(steps=step, pictures=seen)


# --- head and gate ---------------------------------------------------------------------

class Outputs:
    """What the frozen networks give for pictures: means [n, H], written labels [n], teacher's logits [n, C], labels [n]."""

    def __init__(self, vlm, teacher, items, options, rng, is_over=lambda: False):
        means, written, logits, labels = [], [], [], []
        for indices in once(items, options.batch, rng):
            some = [items[i] for i in indices]
            mean, text = vlm.read(some)
            means.append(mean)
            written += text
            labels += [item.label for item in some]
            if teacher is not None:
                with torch.no_grad():
                    logits.append(teacher(pixel_values=torch.stack([square(item) for item in some])).logits)
            if is_over():
                break
        self.means, self.written, self.labels = torch.cat(means), torch.tensor(written), torch.tensor(labels)
        self.teacher = torch.cat(logits) if teacher is not None else None

    def one_hot(self, n):
        """[n, C]; a text without a label is no vote."""
        return F.one_hot(self.written.clamp(min=0), n).float() * (self.written >= 0)[:, None]


class Head(torch.nn.Module):
    def __init__(self, width, n):
        super().__init__()
        self.mlp = torch.nn.Sequential(torch.nn.Linear(width, 1024), torch.nn.GELU(), torch.nn.Dropout(0.1), torch.nn.Linear(1024, n))

    def forward(self, mean):
        return self.mlp(mean)


class ConcatLinear(torch.nn.Module):
    def __init__(self, n):
        super().__init__()
        self.fc = torch.nn.Linear(2 * n, n)

    def forward(self, distilled, written):
        return self.fc(torch.cat([distilled, written], -1))


def fit(network, n, loss_of, epochs, lr, is_over):
    optimizer = torch.optim.Adam(network.parameters(), lr=lr, weight_decay=1e-4)
    network.train()
    for _ in range(epochs):
        for rows in torch.randperm(n).split(64):
            loss = loss_of(rows)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        if is_over():
            break
    network.eval()
    return network


def fit_head(outputs, n_labels, is_over):
    head = Head(outputs.means.shape[1], n_labels)

    def loss_of(rows):
        logits = head(outputs.means[rows])
        soft = F.kl_div((logits / TEMPERATURE).log_softmax(-1), (outputs.teacher[rows] / TEMPERATURE).softmax(-1), reduction='batchmean')
        return ALPHA * TEMPERATURE ** 2 * soft + (1 - ALPHA) * F.cross_entropy(logits, outputs.labels[rows])
    return fit(head, len(outputs.labels), loss_of, HEAD_EPOCHS, 1e-3, is_over)


def fit_gate(outputs, head, n_labels, is_over):
    gate = ConcatLinear(n_labels)
    with torch.no_grad():
        distilled, written = head(outputs.means), outputs.one_hot(n_labels)
    return fit(gate, len(outputs.labels), lambda rows: F.cross_entropy(gate(distilled[rows], written[rows]), outputs.labels[rows]),
               GATE_EPOCHS, 5e-3, is_over)


# --- the result ------------------------------------------------------------------------

def wilson(right, n, z=1.959964):
    share = right / n
    middle, reach = share + z * z / (2 * n), z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return [(middle - reach) / (1 + z * z / n), (middle + reach) / (1 + z * z / n)]


def test(outputs, head, gate, n_labels):
    with torch.no_grad():
        distilled = head(outputs.means)
        gated = gate(distilled, outputs.one_hot(n_labels))
    right = dict(vlm=outputs.written == outputs.labels, distilled=distilled.argmax(-1) == outputs.labels)
    right.update(gated=gated.argmax(-1) == outputs.labels, oracle=right['vlm'] | right['distilled'])
    n = len(outputs.labels)
    return {name: dict(accuracy=hits.sum().item() / n, interval=wilson(hits.sum().item(), n)) for name, hits in right.items()}


def save_bundle(out, vlm, head, gate):
    model = vlm.model
    model.generation_config.update(eos_token_id=[vlm.end, vlm.pad], pad_token_id=vlm.pad, do_sample=False)
    model.to(torch.bfloat16).save_pretrained(os.path.join(out, 'vlm'))
    vlm.tokenizer.save_pretrained(os.path.join(out, 'vlm'))
    vlm.processor.save_pretrained(os.path.join(out, 'vlm'))
    for name, network in (('distilled', head), ('gate', gate)):
        save_file({key: value.contiguous() for key, value in network.state_dict().items()}, os.path.join(out, name + '.safetensors'))
    manifest = dict(vlm.manifest, name='The published recipe', vlm=dict(path='vlm'), distilled=dict(path='distilled.safetensors', depth=1),
                    gate=dict(path='gate.safetensors', kind='concat-linear', vlm_input='one-hot'))
    with open(os.path.join(out, 'emovlm.json'), 'w', encoding='utf-8') as file:
        json.dump(manifest, file, indent=2)


def print_table(result):
    print(f'| branch | accuracy on {result["test"]["pictures"]} test pictures | 95 % interval |\n|---|---|---|')
    for name in ('vlm', 'distilled', 'gated', 'oracle'):
        entry = result['test'][name]
        print(f'| {name} | {entry["accuracy"]:.4f} | {entry["interval"][0]:.4f} to {entry["interval"][1]:.4f} |')


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('data')
    parser.add_argument('out')
    parser.add_argument('--tokenizer', required=True, help='folder with tokenizer.json, as OUT/vlm of emovlm train vlm')
    parser.add_argument('--seconds', type=float, required=True)
    parser.add_argument('--config', default=os.path.join(os.path.dirname(__file__), '..', '..', 'data', 'configs', 'emoscenes'))
    parser.add_argument('--batch', type=int, default=32)
    parser.add_argument('--lr', type=float, default=2e-3)
    parser.add_argument('--teacher', default='resnet-tiny', choices=('resnet-tiny', 'vit-tiny'))
    parser.add_argument('--teacher-lr', type=float, default=1e-3)
    parser.add_argument('--threads', type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument('--seed', type=int, default=1)
    return parser.parse_args()


def train(options, result):
    clock, rng = Clock(options.seconds), random.Random(options.seed)
    vlm = Vlm(options.config, options.tokenizer)
    n = len(vlm.labels)
    items = read_split(options.data, 'train', vlm.labels)
    read_words(options.data, items)
    result['vlm'] = dict(train_vlm(vlm, items, options, clock, rng), pictures=len(items))
    teacher, result['teacher'] = train_teacher(items, options, vlm.labels, clock, rng)
    outputs = Outputs(vlm, teacher, items, options, rng, lambda: clock.share() >= OUTPUTS)
    result['head'] = result['gate'] = dict(pictures=len(outputs.labels))
    head = fit_head(outputs, n, lambda: clock.share() >= HEAD)
    gate = fit_gate(outputs, head, n, lambda: clock.share() >= GATE)
    result['seconds'] = time.process_time()
    return vlm, head, gate, rng


def main():
    options = parse_options()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    os.makedirs(options.out, exist_ok=True)
    result = dict(budget=options.seconds, threads=options.threads, seed=options.seed)
    vlm, head, gate, rng = train(options, result)
    unseen = Outputs(vlm, None, read_split(options.data, 'test', vlm.labels), options, rng)
    result['test'] = dict(test(unseen, head, gate, len(vlm.labels)), pictures=len(unseen.labels),
                          unparsed=(unseen.written < 0).sum().item())
    save_bundle(options.out, vlm, head, gate)
    with open(os.path.join(options.out, 'results.json'), 'w', encoding='utf-8') as file:
        json.dump(result, file, indent=1)
    print_table(result)
    print(json.dumps(result))


if __name__ == '__main__':
    main()
