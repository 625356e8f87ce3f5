#!/usr/bin/env python3
# Writes tiny random bundles of many configurations with the numbers transformers gives.
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""usage: make-tiny-bundles.py DIR [NAME...] --base BUNDLE

DIR gets images/ (shared pictures, from 1x1 to the ratio limit), and a folder a
bundle with golden.json in it. BUNDLE lends its tokenizer, chat template and
processor settings. Weights are drawn anew until every greedy choice leads by
LEAD, so that a difference in the last bits of float32 cannot change a text."""
import argparse
import json
import os
import shutil
import sys

import numpy as np
import torch
from PIL import Image
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, Qwen2VLConfig, Qwen2VLForConditionalGeneration

from golden import golden

LEAD = 2e-3
MIKELS = ['amusement', 'anger', 'awe', 'contentment', 'disgust', 'excitement', 'fear', 'sadness']
DOUBLE = dict(answer='{"emotion": "%s", "reason": "', answer_end='"}')
SINGLE = dict(answer="{'emotion': '%s', 'reason': '", answer_end="'}")
BARE = dict(answer="{'emotion': '%s'}", answer_end="'}")

# One row a bundle; what a row leaves out is in DEFAULTS. `text` is heads, KV
# heads, width, MLP width, layers and M-RoPE sections; `vision` is heads, width,
# MLP ratio and blocks.
DEFAULTS = dict(text=(4, 1, 64, 64, 2, (2, 3, 3)), vision=(2, 16, 2, 2), dtype='bfloat16', tied=True, flat=False,
                shard=None, adapter=None, prompt=DOUBLE, labels=MIKELS, gate=None, vlm_input='probabilities',
                depth=1, max_pixels=None)
BUNDLES = {
    'mqa-concat-linear': dict(gate='concat-linear'),
    'flat-untied-f16': dict(text=(6, 2, 72, 48, 1, (2, 2, 2)), dtype='float16', tied=False, flat=True,
                            gate='concat-linear', vlm_input='one-hot', depth=2),
    'sharded-f32': dict(text=(8, 8, 64, 48, 1, (1, 1, 2)), vision=(4, 16, 4, 1), dtype='float32', shard='100KB',
                        gate='bilinear', depth=3),
    'adapter-nested': dict(adapter='plain', gate='bilinear', vlm_input='one-hot', depth=4),
    'adapter-flat-rslora': dict(text=(6, 2, 72, 64, 2, (1, 2, 3)), flat=True, adapter='patterns', gate='moe', depth=5),
    'single-quotes': dict(text=(2, 2, 64, 64, 1, (4, 6, 6)), vision=(3, 24, 2, 1), tied=False, shard='100KB',
                          prompt=SINGLE, gate='moe', vlm_input='one-hot'),
    'adapter-regex': dict(vision=(1, 16, 2, 2), adapter='regex', gate='dynamic', depth=2),
    'no-reason': dict(text=(4, 4, 64, 64, 2, (2, 3, 3)), prompt=BARE, labels=['negative', 'neutral', 'positive'],
                      gate='dynamic', vlm_input='one-hot', depth=3),
    'small-pictures': dict(text=(2, 1, 64, 64, 2, (4, 6, 6)), flat=True, shard='120KB', max_pixels=9408,
                           gate='cross', depth=4),
    'cross-one-hot': dict(text=(8, 4, 64, 48, 1, (2, 1, 1)), vision=(2, 24, 4, 1),
                          gate='cross', vlm_input='one-hot', depth=5),
    'vlm-alone': dict(text=(4, 2, 64, 32, 3, (4, 2, 2)), vision=(2, 16, 3, 1)),
    'head-alone': dict(text=(3, 1, 96, 48, 1, (6, 5, 5)), dtype='float16', depth=2, gate='none', prompt=SINGLE),
}
HEAD_WIDTHS = (40, 32, 24, 16, 12)


def draw_pictures(folder):
    """Flat shapes, so that the files stay small; every edge case of the resize."""
    os.makedirs(folder, exist_ok=True)
    rng = np.random.default_rng(7)
    for width, height, mode in ((1, 1, 'RGB'), (1, 199, 'RGB'), (200, 1, 'RGB'), (1, 201, 'RGB'), (28, 28, 'RGB'),
                                (37, 501, 'RGB'), (640, 480, 'RGB'), (140, 90, 'RGBA'), (2000, 10, 'RGB')):
        y, x = np.mgrid[:height, :width]
        pixels = np.zeros((height, width, len(mode)), 'uint8')
        pixels[:] = rng.integers(0, 256, len(mode))
        for _ in range(8):
            cy, cx, r = rng.integers(0, height), rng.integers(0, width), rng.integers(1, max(2, max(width, height) // 3))
            pixels[(y - cy) ** 2 + (x - cx) ** 2 < r * r] = rng.integers(0, 256, len(mode))
        Image.fromarray(pixels, mode).save(os.path.join(folder, f'{width}x{height}{"-alpha" * (mode == "RGBA")}.png'),
                                           optimize=True)


def make_config(base, row):
    heads, kv_heads, width, mlp, layers, sections = row['text']
    v_heads, v_width, ratio, blocks = row['vision']
    config = AutoConfig.from_pretrained(base).to_dict()
    config['text_config'].update(
        num_attention_heads=heads, num_key_value_heads=kv_heads, hidden_size=width, intermediate_size=mlp,
        num_hidden_layers=layers, layer_types=['full_attention'] * layers, tie_word_embeddings=row['tied'],
        rms_norm_eps=1e-6, max_position_embeddings=2048)
    config['text_config']['rope_parameters'].update(mrope_section=list(sections), rope_theta=1e6 if row['flat'] else 1e4)
    config['vision_config'].update(num_heads=v_heads, embed_dim=v_width, mlp_ratio=ratio, depth=blocks, hidden_size=width)
    config['tie_word_embeddings'] = row['tied']
    return Qwen2VLConfig(**{k: v for k, v in config.items() if k not in ('architectures', 'dtype', 'transformers_version')})


@torch.no_grad()
def randomize(model, generator):
    """Weights wide enough that neither logits nor attention are flat."""
    for name, parameter in model.named_parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        if parameter.dim() == 1:
            value = 0.2 * noise + (1 if 'norm' in name or 'ln_q' in name else 0) * (not name.endswith('bias'))
        elif 'embed_tokens' in name or 'lm_head' in name:
            value = 0.4 * noise
        else:
            value = noise * 1.3 / parameter[0].numel() ** 0.5
        parameter.copy_(value)


def flatten(folder):
    """The hub's older form: text fields at the top, model.layers. and visual. names."""
    path = os.path.join(folder, 'config.json')
    with open(path, encoding='utf-8') as file:
        config = json.load(file)
    text = config.pop('text_config')
    rope = text.pop('rope_parameters')
    for key in ('layer_types', 'model_type', 'rope_type', 'pad_token_id'):
        text.pop(key, None)
    vision = config['vision_config']
    vision.pop('rope_parameters', None)
    vision['in_chans'] = vision.pop('in_channels')
    vision['spatial_patch_size'] = vision['patch_size']
    config.update(text, rope_theta=rope['rope_theta'], model_type='qwen2_vl', torch_dtype=config.pop('dtype'),
                  rope_scaling=dict(type='mrope', mrope_section=rope['mrope_section']))
    with open(path, 'w', encoding='utf-8') as file:
        json.dump(config, file, indent=2)

    def rename(name):
        return name.replace('model.language_model.', 'model.').replace('model.visual.', 'visual.')
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        if name.endswith('.safetensors'):
            with safe_open(path, 'pt') as file:
                tensors = {rename(key): file.get_tensor(key) for key in file.keys()}
            save_file(tensors, path, metadata={'format': 'pt'})
        elif name.endswith('.index.json'):
            with open(path, encoding='utf-8') as file:
                index = json.load(file)
            index['weight_map'] = {rename(key): shard for key, shard in index['weight_map'].items()}
            with open(path, 'w', encoding='utf-8') as file:
                json.dump(index, file, indent=2)


def make_adapter(model, kind, folder, generator):
    """A PEFT folder with random B, in the name form that goes with @kind."""
    from peft import LoraConfig, get_peft_model
    settings = {
        'plain': dict(r=4, lora_alpha=12, target_modules=['q_proj', 'k_proj', 'v_proj', 'o_proj']),
        'patterns': dict(r=4, lora_alpha=6, use_rslora=True, target_modules=['q_proj', 'v_proj', 'down_proj'],
                         rank_pattern={'v_proj': 2, 'layers.0.self_attn.q_proj': 8},
                         alpha_pattern={'down_proj': 3, 'layers.1.self_attn.q_proj': 9}),
        'regex': dict(r=2, lora_alpha=4, target_modules=r'.*(visual\.blocks\.\d+\.attn\.(qkv|proj)|mlp\.(gate|up)_proj)'),
    }[kind]
    peft = get_peft_model(model, LoraConfig(task_type='CAUSAL_LM', **settings))
    with torch.no_grad():
        for name, parameter in peft.named_parameters():
            if 'lora_' in name:
                parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.3)
    peft.save_pretrained(folder)
    for name in ('README.md',):
        path = os.path.join(folder, name)
        if os.path.exists(path):
            os.remove(path)
    path = os.path.join(folder, 'adapter_config.json')
    with open(path, encoding='utf-8') as file:
        config = json.load(file)
    config['base_model_name_or_path'] = 'vlm'
    with open(path, 'w', encoding='utf-8') as file:
        json.dump(config, file, indent=2, sort_keys=True)


def adapter_names_of_old(folder):
    """The name form that older versions wrote: no language_model in it."""
    path = os.path.join(folder, 'adapter_model.safetensors')
    tensors = {name.replace('.model.language_model.', '.model.').replace('.model.visual.', '.visual.'): tensor
               for name, tensor in load_file(path).items()}
    save_file(tensors, path, metadata={'format': 'pt'})


def make_head_and_gate(row, width, folder, generator):
    def weight(*shape):
        return torch.randn(*shape, generator=generator) * 1.5 / shape[-1] ** 0.5
    n = len(row['labels'])
    widths = [width, *HEAD_WIDTHS[:row['depth']], n]
    head = {}
    for i, (before, after) in enumerate(zip(widths, widths[1:])):
        head[f'mlp.{3 * i}.weight'], head[f'mlp.{3 * i}.bias'] = weight(after, before), 0.2 * weight(after, 1)[:, 0]
    save_file(head, os.path.join(folder, 'distilled.safetensors'))
    if row['gate'] == 'none':
        return
    shapes = {'concat-linear': {'fc': (n, 2 * n)}, 'bilinear': {'bilinear': (n, n, n), 'fc': (n, n)},
              'moe': {**{f'experts.{i}': (n, 2 * n) for i in range(3)}, 'gate': (3, 2 * n)},
              'dynamic': {'gate': (2, 2 * n), 'fc': (n, n)},
              'cross': {'gate1': (n, n), 'gate2': (n, n), 'fc': (n, n)}}[row['gate']]
    gate = {}
    for name, shape in shapes.items():
        gate[name + '.weight'], gate[name + '.bias'] = weight(*shape), 0.3 * torch.randn(shape[0], generator=generator)
    save_file(gate, os.path.join(folder, 'gate.safetensors'))


def write_manifest(name, row, folder):
    manifest = dict(
        format=1, name=f'Tiny {name}', labels=row['labels'], vlm=dict(path='vlm'),
        prompt=dict(system='You see one image.', classify='Which emotion does it evoke, and why?',
                    observe='What does it show?', reason='Why does this image evoke %s? Answer in one sentence.',
                    **row['prompt']))
    if row['adapter']:
        manifest['vlm']['adapter'] = 'adapter'
    if row['max_pixels']:
        manifest['image'] = dict(max_pixels=row['max_pixels'])
    if row['gate']:
        manifest['distilled'] = dict(path='distilled.safetensors', depth=row['depth'])
        if row['gate'] != 'none':
            manifest['gate'] = dict(path='gate.safetensors', kind=row['gate'], vlm_input=row['vlm_input'])
    with open(os.path.join(folder, 'emovlm.json'), 'w', encoding='utf-8') as file:
        json.dump(manifest, file, indent=2)


def make_bundle(name, row, base, folder, seed):
    shutil.rmtree(folder, ignore_errors=True)
    vlm = os.path.join(folder, 'vlm')
    os.makedirs(vlm)
    generator = torch.Generator().manual_seed(seed)
    config = make_config(base, row)
    model = Qwen2VLForConditionalGeneration(config)
    randomize(model, generator)
    model = model.to(getattr(torch, row['dtype'])).eval()
    model.save_pretrained(vlm, **({'max_shard_size': row['shard']} if row['shard'] else {}))
    for extra in ('tokenizer.json', 'tokenizer_config.json', 'chat_template.jinja', 'preprocessor_config.json',
                  'generation_config.json'):
        shutil.copyfile(os.path.join(base, extra), os.path.join(vlm, extra))
    write_manifest(name, row, folder)
    if row['adapter']:
        make_adapter(model, row['adapter'], os.path.join(folder, 'adapter'), generator)
    if row['gate']:
        make_head_and_gate(row, config.text_config.hidden_size, folder, generator)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('folder')
    parser.add_argument('names', nargs='*')
    parser.add_argument('--base', required=True, help='a bundle that lends its tokenizer')
    options = parser.parse_args()
    images = os.path.join(options.folder, 'images')
    draw_pictures(images)
    for number, (name, row) in enumerate(BUNDLES.items()):
        if options.names and name not in options.names:
            continue
        row, folder = DEFAULTS | row, os.path.join(options.folder, name)
        for seed in range(1000 * number, 1000 * number + 40):
            make_bundle(name, row, os.path.join(options.base, 'vlm'), folder, seed)
            numbers, lead = golden(folder, images, quiet=True, least_lead=LEAD)
            if lead >= LEAD:
                break
        else:
            sys.exit(f'{name}: no seed gives a lead of {LEAD}')
        if row['flat']:
            # The same weights under the older names must mean the same.
            flatten(os.path.join(folder, 'vlm'))
            again, _ = golden(folder, images, quiet=True)
            if again['results'] != numbers['results']:
                sys.exit(f'{name}: transformers reads the flat form differently')
            if row['adapter']:
                adapter_names_of_old(os.path.join(folder, 'adapter'))
        with open(os.path.join(folder, 'golden.json'), 'w', encoding='utf-8') as file:
            json.dump(numbers, file, separators=(',', ':'))
        size = sum(os.path.getsize(os.path.join(where, file)) for where, _, files in os.walk(folder) for file in files)
        print(f'{name}: seed {seed}, smallest lead {lead:.4f}, {size / 1024:.0f} KB', flush=True)


main()
