#!/usr/bin/env python3
# Writes what transformers and PEFT give for training steps of a tiny VLM.
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""usage: make-step-vectors.py BUNDLE OUT.json

For full fine-tuning and LoRA, loss on the answer and on all: the loss, every
gradient and ten steps of AdamW with clipping. A tensor is told by its norm and
by its products with DIRECTIONS fixed vectors, sin ((d + 1) (i + 1) 0.37 + d),
which any error changes and which keep the file small. Pixels and adapters come
from formulas that the test repeats."""
import argparse
import json
import math

import numpy as np
import torch
from peft import LoraConfig, get_peft_model
from tokenizers import Tokenizer
from transformers import Qwen2VLForConditionalGeneration

DIRECTIONS = 6
GRID = (1, 4, 6)
STEPS = dict(lr=1e-4, weight_decay=0.01, betas=(0.9, 0.98), eps=1e-6, clip=0.3, steps=10)
LORA = dict(r=4, alpha=8, modules=['q_proj', 'k_proj', 'v_proj', 'o_proj'])
SYSTEM = 'You see one image.'
EXAMPLES = [('What does it show?', 'A clown and a bat.'), ('What does it show?', 'Fire on a blood red background, with falling streaks.'),
            ('Which emotion does it evoke?', '{"emotion": "awe"}')]


def directions(n):
    i = np.arange(1, n + 1, dtype=np.float64)
    return np.stack([np.sin((d + 1) * i * 0.37 + d) for d in range(DIRECTIONS)])


def tell(tensor):
    flat = tensor.detach().double().numpy().reshape(-1)
    return dict(norm=float(np.linalg.norm(flat)), products=(directions(flat.size) @ flat).tolist())


def pixels(n, columns):
    i = np.arange(n * columns, dtype=np.int64)
    return torch.from_numpy((((i * 7919) % 255) / 127.5 - 1).astype(np.float32)).reshape(n, columns)


def sequences(tokenizer, n_tokens):
    def ids(text):
        return tokenizer.encode(text, add_special_tokens=False).ids
    for question, answer in EXAMPLES:
        prefix = ids(f'<|im_start|>system\n{SYSTEM}<|im_end|>\n<|im_start|>user\n{question}<|vision_start|>')
        suffix = ids('<|vision_end|><|im_end|>\n<|im_start|>assistant\n')
        yield prefix, ids('<|image_pad|>') * n_tokens, suffix, ids(answer + '<|im_end|>')


def batch(model, tokenizer, loss_on):
    n_tokens = GRID[0] * GRID[1] * GRID[2] // 4
    rows = list(sequences(tokenizer, n_tokens))
    length = max(sum(map(len, row)) for row in rows)
    pad = tokenizer.token_to_id('<|endoftext|>')
    ids = torch.full((len(rows), length), pad)
    labels = torch.full((len(rows), length), -100)
    mask = torch.zeros((len(rows), length), dtype=torch.long)
    for i, row in enumerate(rows):
        whole = torch.tensor(sum(row, []))
        ids[i, :len(whole)] = whole
        mask[i, :len(whole)] = 1
        if loss_on == 'all':
            labels[i, :len(whole)] = whole
            for token in ('<|vision_start|>', '<|vision_end|>', '<|image_pad|>'):
                labels[i][ids[i] == tokenizer.token_to_id(token)] = -100
        else:
            labels[i, len(whole) - len(row[3]):len(whole)] = whole[-len(row[3]):]
    config = model.config
    columns = 3 * config.vision_config.temporal_patch_size * config.vision_config.patch_size ** 2
    return dict(input_ids=ids, attention_mask=mask, labels=labels,
                pixel_values=pixels(len(rows) * math.prod(GRID), columns),
                image_grid_thw=torch.tensor([GRID] * len(rows)),
                mm_token_type_ids=(ids == config.image_token_id).int())


def canonical(name):
    for prefix in ('base_model.model.', 'model.language_model.', 'model.visual.', 'model.'):
        if name.startswith(prefix):
            name = ('visual.' if prefix == 'model.visual.' else '') + name[len(prefix):]
    return name.replace('.default.', '.')


def set_adapters(model):
    """Both halves differ from zero, so that both have gradients."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if 'lora_' in name:
                i = torch.arange(parameter.numel(), dtype=torch.float64)
                parameter.copy_((torch.sin(i * 0.7 + len(canonical(name))) * 0.1).float().reshape(parameter.shape))


def run(bundle, tokenizer, adapted, loss_on):
    model = Qwen2VLForConditionalGeneration.from_pretrained(bundle + '/vlm', dtype=torch.float32, attn_implementation='eager')
    if adapted:
        model = get_peft_model(model, LoraConfig(r=LORA['r'], lora_alpha=LORA['alpha'], lora_dropout=0,
                                                 target_modules=r'.*language_model.*\.(' + '|'.join(LORA['modules']) + ')'))
        set_adapters(model)
    model.train()
    inputs = batch(model, tokenizer, loss_on)
    trained = {canonical(name): p for name, p in model.named_parameters() if p.requires_grad}
    decayed = [p for p in trained.values() if p.dim() > 1]
    others = [p for p in trained.values() if p.dim() == 1]
    optimizer = torch.optim.AdamW([dict(params=decayed, weight_decay=STEPS['weight_decay']), dict(params=others, weight_decay=0)],
                                  lr=STEPS['lr'], betas=STEPS['betas'], eps=STEPS['eps'])
    result = dict(adapted=adapted, loss_on=loss_on, losses=[], norms=[])
    for step in range(STEPS['steps']):
        optimizer.zero_grad()
        loss = model(**inputs).loss
        loss.backward()
        if step == 0:
            result['gradients'] = {name: tell(p.grad) for name, p in trained.items()}
        result['losses'].append(loss.item())
        result['norms'].append(torch.nn.utils.clip_grad_norm_(list(trained.values()), STEPS['clip']).item())
        optimizer.step()
    result['trained'] = {name: tell(p) for name, p in trained.items()}
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('bundle')
    parser.add_argument('out')
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    tokenizer = Tokenizer.from_file(arguments.bundle + '/vlm/tokenizer.json')
    cases = [run(arguments.bundle, tokenizer, adapted, loss_on) for adapted in (False, True) for loss_on in ('answer', 'all')]
    out = dict(grid=GRID, system=SYSTEM, examples=[dict(question=q, answer=a) for q, a in EXAMPLES], optimizer=STEPS, lora=LORA, cases=cases)

    def short(value):
        if isinstance(value, float):
            return float(f'{value:.8g}')
        if isinstance(value, dict):
            return {k: short(v) for k, v in value.items()}
        return [short(v) for v in value] if isinstance(value, (list, tuple)) else value
    with open(arguments.out, 'w', encoding='utf-8') as file:
        json.dump(short(out), file, separators=(',', ':'))


if __name__ == '__main__':
    main()
