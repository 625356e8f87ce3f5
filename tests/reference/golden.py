#!/usr/bin/env python3
# Writes what transformers gives for a bundle's pictures. usage: golden.py BUNDLE IMAGES OUT.json
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One object a picture; tests/parity/check-parity.py compares the command line
with it. A picture that the reference refuses has only image and error."""
import argparse
import glob
import hashlib
import json
import os

import torch
import transformers

from reference import Reference, cut, gate_logits, has_reason, head_logits, open_picture


def branches(reference, result, mean):
    """The head's and the gate's part of @result."""
    if reference.head is None:
        return
    d = head_logits(reference.head, mean)
    result['distilled_logits'], result['distilled'] = d[0].tolist(), d.softmax(-1)[0].tolist()
    if reference.gate is None:
        return
    gate, v = reference.manifest['gate'], torch.tensor([result['vlm']])
    if gate['vlm_input'] == 'one-hot':
        v = torch.nn.functional.one_hot(v.argmax(-1), v.shape[-1]).float()
    g = gate_logits(gate['kind'], reference.gate, d, v)
    result['gated_logits'], result['gated'] = g[0].tolist(), g.softmax(-1)[0].tolist()


def explain(reference, image, pixels, grid, ids, best):
    """The explanation of label @best, raw text and smallest lead."""
    answer, end = reference.prompt['answer'], reference.answer_end
    if not has_reason(answer, end):
        # No room for a reason in the answer: a second question gives it.
        question = reference.prompt['reason'].replace('%s', reference.labels[best])
        raw, _, lead = reference.generate(*reference.prepare(image, question))
        return raw, raw, lead
    raw, _, lead = reference.generate(pixels, grid, ids + reference.candidates[best])
    return cut(raw, end), raw, lead


def measure(reference, path):
    """The result of one picture and the smallest lead of its greedy choices."""
    image = open_picture(path)
    try:
        pixels, grid, ids = reference.prepare(image)
    except ValueError as error:
        return dict(image=os.path.basename(path), error=str(error)), float('inf')
    scores = reference.label_scores(pixels, grid, ids)
    vlm = torch.tensor(scores).softmax(-1)
    tokens = reference.visual_tokens(pixels, grid)
    mean = tokens.mean(0, keepdim=True)
    explanation, raw, lead = explain(reference, image, pixels, grid, ids, int(vlm.argmax()))
    free_text, free_ids, free_lead = reference.generate(pixels, grid, ids)
    result = dict(
        image=os.path.basename(path), size=list(image.size), grid=grid[0].tolist(),
        image_tokens=int(grid.prod()) // 4, prompt_tokens=len(ids),
        prompt_sha256=hashlib.sha256(json.dumps(ids).encode()).hexdigest(),
        prompt_ids=[i for i in ids if i != reference.pad],
        pixel_mean=pixels.float().mean().item(), pixel_std=pixels.float().std().item(),
        visual_mean=mean[0].tolist(), label_logprob=scores, vlm=vlm.tolist(),
        explanation=explanation, explanation_raw=raw, free_text=free_text, free_ids=free_ids)
    if reference.domain is not None:
        result['domain_distance'] = reference.domain_distance(tokens)
    branches(reference, result, mean)
    return result, min(lead, free_lead)


def rounded(value):
    """float32 has about seven digits; more would only be noise in the file."""
    if isinstance(value, float):
        return float(f'{value:.8g}')
    if isinstance(value, list):
        return [rounded(item) for item in value]
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    return value


def golden(bundle, images, dtype='float32', quiet=False, least_lead=0):
    """The whole file as a dictionary, and the smallest lead over all pictures;
    stops at the first picture whose lead is below @least_lead."""
    reference = Reference(bundle, dtype)
    results, leads = [], []
    for path in sorted(glob.glob(os.path.join(images, '*.*'))):
        result, lead = measure(reference, path)
        results.append(result)
        leads.append(lead)
        if lead < least_lead:
            break
        if not quiet:
            print(result['image'], result.get('grid', 'refused'), '|', result.get('explanation'), flush=True)
    return rounded(dict(dtype=dtype, transformers=transformers.__version__, torch=torch.__version__,
                        labels=reference.labels, candidates=reference.candidates, results=results)), min(leads)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('bundle')
    parser.add_argument('images')
    parser.add_argument('out')
    parser.add_argument('--dtype', default='float32', choices=('float32', 'bfloat16'))
    options = parser.parse_args()
    numbers, _ = golden(options.bundle, options.images, options.dtype)
    with open(options.out, 'w', encoding='utf-8') as file:
        json.dump(numbers, file)


if __name__ == '__main__':
    main()
