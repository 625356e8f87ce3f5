#!/usr/bin/env python3
# Writes what transformers and torch give for tiny teachers of each kind.
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""usage: make-teacher-vectors.py FOLDER

For a ViT, two ResNets and a VGG, FOLDER/KIND gets model.safetensors (and
config.json), FOLDER/teachers.json the logits, the loss and every gradient of a
batch in training mode, running statistics after it and then the logits again.
A tensor is told by its norm and by its products with DIRECTIONS fixed vectors,
sin ((d + 1) (i + 1) 0.37 + d), which any error changes. Pixels come from a
formula that the test repeats. The residual and plain networks are written here
with the names that torchvision's state dicts have."""
import argparse
import json
import os

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn
from transformers import ViTConfig, ViTForImageClassification

DIRECTIONS = 4
BATCH, SIDE, LABELS = 3, 32, 5
TARGETS = [4, 0, 2]


def pixels():
    i = np.arange(BATCH * 3 * SIDE * SIDE, dtype=np.int64)
    return torch.from_numpy((((i * 7919) % 255) / 127.5 - 1).astype(np.float32)).reshape(BATCH, 3, SIDE, SIDE)


def tell(tensor):
    flat = tensor.detach().double().numpy().reshape(-1)
    i = np.arange(1, flat.size + 1, dtype=np.float64)
    return dict(norm=float(np.linalg.norm(flat)),
                products=[float(np.sin((d + 1) * i * 0.37 + d) @ flat) for d in range(DIRECTIONS)])


class Block(nn.Module):
    def __init__(self, before, width, stride, bottleneck):
        super().__init__()
        after = width * 4 if bottleneck else width
        sides = [(1, 1), (3, stride), (1, 1)] if bottleneck else [(3, stride), (3, 1)]
        channels = [before, width, width, after] if bottleneck else [before, width, after]
        self.count = len(sides)
        for i, (side, step) in enumerate(sides):
            self.add_module(f'conv{i + 1}', nn.Conv2d(channels[i], channels[i + 1], side, step, side // 2, bias=False))
            self.add_module(f'bn{i + 1}', nn.BatchNorm2d(channels[i + 1]))
        self.downsample = None
        if stride != 1 or before != after:
            self.downsample = nn.Sequential(nn.Conv2d(before, after, 1, stride, bias=False), nn.BatchNorm2d(after))

    def forward(self, x):
        y = x
        for i in range(1, self.count + 1):
            y = getattr(self, f'bn{i}')(getattr(self, f'conv{i}')(y))
            y = torch.relu(y) if i < self.count else y
        return torch.relu(y + (x if self.downsample is None else self.downsample(x)))


class ResNet(nn.Module):
    def __init__(self, width, stages, bottleneck):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, width, 7, 2, 3, bias=False), nn.BatchNorm2d(width)
        before, self.names = width, []
        for s, count in enumerate(stages):
            layer = nn.Sequential()
            for b in range(count):
                layer.append(Block(before, width << s, 2 if s > 0 and b == 0 else 1, bottleneck))
                before = (width << s) * (4 if bottleneck else 1)
            self.names.append(f'layer{s + 1}')
            self.add_module(self.names[-1], layer)
        self.fc = nn.Linear(before, LABELS)

    def forward(self, x):
        x = nn.functional.max_pool2d(torch.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        for name in self.names:
            x = getattr(self, name)(x)
        return self.fc(x.mean((2, 3)))


class Vgg(nn.Module):
    def __init__(self, width, stages, pool, hidden):
        super().__init__()
        layers, before = [], 3
        for s, count in enumerate(stages):
            for _ in range(count):
                layers += [nn.Conv2d(before, width << s, 3, padding=1), nn.ReLU()]
                before = width << s
            layers.append(nn.MaxPool2d(2, 2))
        self.features, self.pool = nn.Sequential(*layers), nn.AdaptiveAvgPool2d(pool)
        self.classifier = nn.Sequential(nn.Linear(before * pool * pool, hidden), nn.ReLU(), nn.Dropout(0.0),
                                        nn.Linear(hidden, hidden), nn.ReLU(), nn.Dropout(0.0), nn.Linear(hidden, LABELS))

    def forward(self, x):
        return self.classifier(self.pool(self.features(x)).flatten(1))


class Vit(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = ViTForImageClassification(ViTConfig(
            hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48, image_size=SIDE, patch_size=8,
            num_labels=LABELS))

    def forward(self, x):
        return self.inner(pixel_values=x).logits


# Names in memory and, as published, on the disk.
STORED = [('vit.layers.', 'vit.encoder.layer.'), ('attention.q_proj', 'attention.attention.query'),
          ('attention.k_proj', 'attention.attention.key'), ('attention.v_proj', 'attention.attention.value'),
          ('attention.o_proj', 'attention.output.dense'), ('mlp.fc1', 'intermediate.dense'), ('mlp.fc2', 'output.dense'),
          ('inner.', '')]


def stored_name(name):
    if name.startswith('inner.'):
        for mine, theirs in STORED:
            name = name.replace(mine, theirs)
    return name


def stir(model):
    """Norms and biases start constant; other values make their gradients and places matter."""
    with torch.no_grad():
        for name, tensor in list(model.named_parameters()) + list(model.named_buffers()):
            if tensor.dim() == 1:
                tensor.add_(torch.rand_like(tensor) * 0.3)
            elif 'position' in name or 'cls' in name:
                tensor.normal_(0, 0.5)
            elif isinstance(model, Vit):
                tensor.mul_(4)


def save(model, folder):
    os.makedirs(folder, exist_ok=True)
    if isinstance(model, Vit):
        model.inner.save_pretrained(folder)
    else:
        save_file({k: v.contiguous() for k, v in model.state_dict().items()}, os.path.join(folder, 'model.safetensors'))


def measure(model):
    x, out = pixels(), {}
    model.eval()
    with torch.no_grad():
        out['logits'] = model(x).reshape(-1).tolist()
    model.train()
    loss = nn.functional.cross_entropy(model(x), torch.tensor(TARGETS))
    loss.backward()
    out['loss'] = loss.item()
    out['gradients'] = {stored_name(k): tell(p.grad) for k, p in model.named_parameters()}
    out['statistics'] = {k: tell(b) for k, b in model.named_buffers() if 'running' in k}
    model.eval()
    with torch.no_grad():
        out['logits_after'] = model(x).reshape(-1).tolist()
    return out


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument('folder')
    folder = parser.parse_args().folder
    torch.manual_seed(5)
    found = {}
    for kind, model in [('vit', Vit()), ('resnet', ResNet(4, [1, 2], True)), ('resnet-basic', ResNet(4, [2, 1], False)),
                        ('vgg', Vgg(4, [1, 2], 2, 16))]:
        stir(model)
        save(model, os.path.join(folder, kind))
        found[kind] = measure(model)
    with open(os.path.join(folder, 'teachers.json'), 'w') as f:
        json.dump(dict(batch=BATCH, side=SIDE, labels=LABELS, targets=TARGETS, teachers=found), f, indent=0)
        f.write('\n')


main()
