#!/usr/bin/env python3
# Heat maps as torch's autograd and plain leave-one-out find them.
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""usage: make-evidence-vectors.py BUNDLE SAMPLES OUTPUT

Writes, for a few pictures and all in float64: the head's maps of every label
(its logit over all visual tokens less the one over all but one) and the VLM's
maps of two labels (gradient times input of the summed log-probability of the
label's answer, on the visual tokens)."""
import json
import os
import sys

import torch

from reference import Reference, head_logits, open_picture

# Pictures that the model is not sure of: the score of a certain label hardly changes.
PICTURES = ['01-sadness.png', '15-contentment.png', '24-exif8-amusement.jpg']


def see(reference, pixels, grid):
    """Merged visual tokens [T, H]."""
    with torch.no_grad():
        visual = reference.model.model.visual(pixels, grid_thw=grid)
    return getattr(visual, 'pooler_output', visual)


def head_maps(reference, tokens):
    """[labels][T]"""
    weights = {k: v.double() for k, v in reference.head.items()}

    def run(mean):
        layers = sorted({int(name.split('.')[1]) for name in weights if name.endswith('weight')})
        for i in layers:
            mean = torch.nn.functional.linear(mean, weights[f'mlp.{i}.weight'], weights[f'mlp.{i}.bias'])
            if i != layers[-1]:
                mean = torch.nn.functional.gelu(mean)
        return mean

    whole = run(tokens.mean(0))
    without = torch.stack([run(torch.cat([tokens[:t], tokens[t + 1:]]).mean(0)) for t in range(len(tokens))])
    return (whole - without).T.tolist()


def vlm_map(reference, pixels, grid, ids, tokens, label):
    """[T]: the score is recorded with the tokens as a leaf in the tower's place."""
    leaf = tokens.detach().clone().requires_grad_(True)

    def replace(module, args, kwargs, output):
        if torch.is_tensor(output):
            return leaf
        output.pooler_output = leaf
        return output

    hook = reference.model.model.visual.register_forward_hook(replace, with_kwargs=True)
    candidate = reference.candidates[label]
    logits = reference.model(**reference.arguments(pixels, grid, ids + candidate)).logits[0].log_softmax(-1)
    hook.remove()
    score = sum(logits[len(ids) - 1 + i, token] for i, token in enumerate(candidate))
    score.backward()
    return (leaf.grad * leaf).sum(-1).tolist()


def main():
    bundle, samples, output = sys.argv[1:]
    reference = Reference(bundle, 'float64')
    out = []
    for name in PICTURES:
        pixels, grid, ids = reference.prepare(open_picture(os.path.join(samples, name)))
        tokens = see(reference, pixels, grid)
        assert tokens.dtype == torch.float64
        logits = head_logits({k: v for k, v in reference.head.items()}, tokens.mean(0, keepdim=True).float())
        winner = int(logits.argmax())
        labels = [winner, (winner + 3) % len(reference.labels)]
        out.append(dict(image=name, height=int(grid[0, 1]) // 2, width=int(grid[0, 2]) // 2,
                        head=head_maps(reference, tokens),
                        vlm=[dict(label=i, map=vlm_map(reference, pixels, grid, ids, tokens, i)) for i in labels]))
    with open(output, 'w', encoding='utf-8') as file:
        json.dump(out, file, indent=None, separators=(',', ':'))
        file.write('\n')


main()
