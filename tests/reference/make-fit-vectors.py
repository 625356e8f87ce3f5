#!/usr/bin/env python3
# Writes what torch gives for fitting heads and gates.
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""usage: make-fit-vectors.py FOLDER

FOLDER/fit.json gets three lists. `adam`: parameters and moments after ten
updates in float32 by gradients from a formula that the test repeats. `gates`
and `heads`: parameters (one after the other, as in the state dict), a batch,
the loss, every gradient and the parameters after ten steps of Adam over that
batch, in float64, for 2 labels as well as more."""
import argparse
import json
import os

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

STEPS = 10
KINDS = ('concat-linear', 'bilinear', 'moe', 'dynamic', 'cross')


class Gate(nn.Module):
    def __init__(self, kind, n):
        super().__init__()
        self.kind = kind
        if kind == 'bilinear':
            self.bilinear = nn.Bilinear(n, n, n)
        if kind in ('moe', 'dynamic'):
            self.gate = nn.Linear(2 * n, 3 if kind == 'moe' else 2)
        if kind == 'cross':
            self.gate1, self.gate2 = nn.Linear(n, n), nn.Linear(n, n)
        if kind == 'moe':
            self.experts = nn.ModuleList(nn.Linear(2 * n, n) for _ in range(3))
        else:
            self.fc = nn.Linear(2 * n if kind == 'concat-linear' else n, n)

    def forward(self, d, v):
        x = torch.cat([d, v], -1)
        if self.kind == 'concat-linear':
            return self.fc(x)
        if self.kind == 'bilinear':
            return self.fc(self.bilinear(d, v))
        if self.kind == 'cross':
            return self.fc(torch.sigmoid(self.gate1(v)) * d + torch.sigmoid(self.gate2(d)) * v)
        mix = self.gate(x).softmax(-1)
        if self.kind == 'dynamic':
            return self.fc(mix[:, :1] * d + mix[:, 1:] * v)
        return (mix[..., None] * torch.stack([expert(x) for expert in self.experts], 1)).sum(1)


def head(inputs, widths, n):
    layers = []
    for width in widths:
        layers += [nn.Linear(inputs, width), nn.GELU(), nn.Dropout(0.1)]
        inputs = width
    return nn.Sequential(*layers, nn.Linear(inputs, n)).double().eval()


def numbers(tensor):
    return [float(f'{x:.8g}') for x in tensor.detach().double().reshape(-1).tolist()]


def parameters(model):
    return torch.cat([p.detach().reshape(-1) for p in model.parameters()])


def exact(model):
    """Parameters that float32 and eight digits hold, so that both sides begin alike."""
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(torch.round(p * 2 ** 16) / 2 ** 16)


def fit(model, loss_of, lr, weight_decay):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr, weight_decay=weight_decay)
    out = dict(parameters=[float(x) for x in parameters(model)], lr=lr, weight_decay=weight_decay)
    for step in range(STEPS):
        optimizer.zero_grad()
        loss = loss_of()
        loss.backward()
        if step == 0:
            out.update(loss=loss.item(), gradients=numbers(torch.cat([p.grad.reshape(-1) for p in model.parameters()])))
        optimizer.step()
    return dict(out, after=numbers(parameters(model)))


def adam():
    out = []
    for decoupled in (False, True):
        for weight_decay in (0.0, 0.1):
            p = nn.Parameter(torch.from_numpy(np.cos(np.arange(40) * 0.9).astype(np.float32)))
            kind = torch.optim.AdamW if decoupled else torch.optim.Adam
            optimizer = kind([p], lr=0.01, weight_decay=weight_decay)
            for step in range(STEPS):
                p.grad = torch.from_numpy((np.sin(0.7 * step + 1.3 * np.arange(40)) * 0.5).astype(np.float32))
                optimizer.step()
            state = optimizer.state[p]
            out.append(dict(decoupled=decoupled, weight_decay=weight_decay, after=numbers(p),
                            m=numbers(state['exp_avg']), v=numbers(state['exp_avg_sq'])))
    return out


def gates():
    out = []
    for kind in KINDS:
        for n in (2, 4):
            for vlm_input in ('probabilities', 'one-hot'):
                model, rows = Gate(kind, n).double(), 6
                exact(model)
                d = torch.round(torch.randn(rows, n).double() * 3 * 1024) / 1024
                p = torch.round(torch.randn(rows, n).double().softmax(-1) * 65536) / 65536
                v = F.one_hot(p.argmax(-1), n).double() if vlm_input == 'one-hot' else p
                labels = torch.randint(n, (rows,))
                out.append(dict(kind=kind, vlm_input=vlm_input, n=n, d=numbers(d), v=numbers(p), labels=labels.tolist(),
                                **fit(model, lambda: F.cross_entropy(model(d, v), labels), 0.01, 1e-4)))
    return out


def heads():
    out = []
    for n, widths, alpha in ((3, [5, 4], 0.2), (3, [5, 4], 0.5), (3, [5, 4], 0.8), (2, [5], 0.5), (3, [7], 0.0)):
        model, rows, width = head(6, widths, n), 5, 6
        exact(model)
        x = torch.round(torch.randn(rows, width).double() * 1024) / 1024
        teacher = torch.round(torch.randn(rows, n).double() * 2 * 1024) / 1024
        labels = torch.randint(n, (rows,))
        T = 2.0

        def loss_of():
            z = model(x)
            distance = F.kl_div(F.log_softmax(z / T, -1), F.softmax(teacher / T, -1), reduction='batchmean')
            return alpha * T * T * distance + (1 - alpha) * F.cross_entropy(z, labels)

        out.append(dict(n=n, widths=widths, alpha=alpha, temperature=T, inputs=numbers(x), labels=labels.tolist(),
                        teacher=numbers(teacher) if alpha > 0 else [], **fit(model, loss_of, 0.01, 1e-4)))
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('folder')
    folder = parser.parse_args().folder
    torch.manual_seed(5)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, 'fit.json'), 'w', encoding='utf-8') as file:
        json.dump(dict(adam=adam(), gates=gates(), heads=heads()), file, separators=(',', ':'))
        file.write('\n')


if __name__ == '__main__':
    main()
