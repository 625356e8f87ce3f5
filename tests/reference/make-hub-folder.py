#!/usr/bin/env python3
# Writes a folder as the hub's Qwen2-VL-2B-Instruct, with random weights.
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hub's own form: flat config.json, weight names model.layers. and visual.,
two bfloat16 shards with an index, tied embeddings. The shapes and settings are
those of Qwen2-VL-2B-Instruct; the weights are drawn from a seed, so speed and
memory can be measured without the model itself. Needs numpy only."""
import argparse
import json
import os
import shutil

import numpy as np

SHAPES = {
    '2b': dict(hidden=1536, layers=28, heads=12, kv_heads=2, intermediate=8960, vocab=151936,
               vision_depth=32, vision_dim=1280, vision_heads=16, mlp_ratio=4, mrope=[16, 24, 24],
               shard_bytes=3_990_000_000),
    'small': dict(hidden=256, layers=2, heads=4, kv_heads=2, intermediate=512, vocab=151936,
                  vision_depth=2, vision_dim=128, vision_heads=4, mlp_ratio=4, mrope=[8, 12, 12],
                  shard_bytes=60_000_000),
}

CHAT_TEMPLATE = (
    "{% set image_count = namespace(value=0) %}{% set video_count = namespace(value=0) %}"
    "{% for message in messages %}{% if loop.first and message['role'] != 'system' %}<|im_start|>system\n"
    "You are a helpful assistant.<|im_end|>\n{% endif %}<|im_start|>{{ message['role'] }}\n"
    "{% if message['content'] is string %}{{ message['content'] }}<|im_end|>\n"
    "{% else %}{% for content in message['content'] %}"
    "{% if content['type'] == 'image' or 'image' in content or 'image_url' in content %}"
    "{% set image_count.value = image_count.value + 1 %}"
    "{% if add_vision_id %}Picture {{ image_count.value }}: {% endif %}<|vision_start|><|image_pad|><|vision_end|>"
    "{% elif content['type'] == 'video' or 'video' in content %}"
    "{% set video_count.value = video_count.value + 1 %}"
    "{% if add_vision_id %}Video {{ video_count.value }}: {% endif %}<|vision_start|><|video_pad|><|vision_end|>"
    "{% elif 'text' in content %}{{ content['text'] }}{% endif %}{% endfor %}<|im_end|>\n{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}")


def configs(s):
    config = {
        'architectures': ['Qwen2VLForConditionalGeneration'], 'attention_dropout': 0.0,
        'bos_token_id': 151643, 'eos_token_id': 151645,
        'vision_start_token_id': 151652, 'vision_end_token_id': 151653, 'vision_token_id': 151654,
        'image_token_id': 151655, 'video_token_id': 151656,
        'hidden_act': 'silu', 'hidden_size': s['hidden'], 'initializer_range': 0.02,
        'intermediate_size': s['intermediate'], 'max_position_embeddings': 32768, 'max_window_layers': 28,
        'model_type': 'qwen2_vl', 'num_attention_heads': s['heads'], 'num_hidden_layers': s['layers'],
        'num_key_value_heads': s['kv_heads'], 'rms_norm_eps': 1e-06, 'rope_theta': 1000000.0,
        'sliding_window': 32768, 'tie_word_embeddings': True, 'torch_dtype': 'bfloat16',
        'transformers_version': '4.41.2', 'use_cache': True, 'use_sliding_window': False,
        'vision_config': {
            'depth': s['vision_depth'], 'embed_dim': s['vision_dim'], 'mlp_ratio': s['mlp_ratio'],
            'num_heads': s['vision_heads'], 'in_chans': 3, 'hidden_size': s['hidden'], 'patch_size': 14,
            'spatial_merge_size': 2, 'spatial_patch_size': 14, 'temporal_patch_size': 2},
        'rope_scaling': {'type': 'mrope', 'mrope_section': s['mrope']},
        'vocab_size': s['vocab'],
    }
    preprocessor = {
        'min_pixels': 3136, 'max_pixels': 12845056, 'patch_size': 14, 'temporal_patch_size': 2,
        'merge_size': 2, 'image_mean': [0.48145466, 0.4578275, 0.40821073],
        'image_std': [0.26862954, 0.26130258, 0.27577711],
        'image_processor_type': 'Qwen2VLImageProcessor', 'processor_class': 'Qwen2VLProcessor'}
    generation = {
        'bos_token_id': 151643, 'pad_token_id': 151643, 'do_sample': True,
        'eos_token_id': [151645, 151643], 'repetition_penalty': 1.0, 'temperature': 0.01,
        'top_p': 0.001, 'top_k': 1, 'transformers_version': '4.37.0'}
    tokenizer = {
        'add_prefix_space': False, 'bos_token': None, 'clean_up_tokenization_spaces': False,
        'eos_token': '<|im_end|>', 'errors': 'replace', 'model_max_length': 32768,
        'pad_token': '<|endoftext|>', 'padding_side': 'left', 'split_special_tokens': False,
        'tokenizer_class': 'Qwen2Tokenizer', 'unk_token': None, 'chat_template': CHAT_TEMPLATE}
    return {'config.json': config, 'preprocessor_config.json': preprocessor,
            'generation_config.json': generation, 'tokenizer_config.json': tokenizer,
            'chat_template.json': {'chat_template': CHAT_TEMPLATE}}


def tensors(s):
    """(name, shape) of each tensor, the tower first as in the hub's shards."""
    c, h, kv = s['vision_dim'], s['hidden'], s['hidden'] // s['heads'] * s['kv_heads']
    yield 'visual.patch_embed.proj.weight', (c, 3, 2, 14, 14)
    for i in range(s['vision_depth']):
        p = f'visual.blocks.{i}.'
        for norm in ('norm1', 'norm2'):
            yield p + norm + '.weight', (c,)
            yield p + norm + '.bias', (c,)
        for name, out, width in (('attn.qkv', 3 * c, c), ('attn.proj', c, c),
                                 ('mlp.fc1', c * s['mlp_ratio'], c), ('mlp.fc2', c, c * s['mlp_ratio'])):
            yield p + name + '.weight', (out, width)
            yield p + name + '.bias', (out,)
    yield 'visual.merger.ln_q.weight', (c,)
    yield 'visual.merger.ln_q.bias', (c,)
    for name, out in (('0', 4 * c), ('2', h)):
        yield f'visual.merger.mlp.{name}.weight', (out, 4 * c)
        yield f'visual.merger.mlp.{name}.bias', (out,)
    yield 'model.embed_tokens.weight', (s['vocab'], h)
    for i in range(s['layers']):
        p = f'model.layers.{i}.'
        for name, out in (('q_proj', h), ('k_proj', kv), ('v_proj', kv)):
            yield p + f'self_attn.{name}.weight', (out, h)
            yield p + f'self_attn.{name}.bias', (out,)
        yield p + 'self_attn.o_proj.weight', (h, h)
        for name, out, width in (('gate_proj', s['intermediate'], h), ('up_proj', s['intermediate'], h),
                                 ('down_proj', h, s['intermediate'])):
            yield p + f'mlp.{name}.weight', (out, width)
        yield p + 'input_layernorm.weight', (h,)
        yield p + 'post_attention_layernorm.weight', (h,)
    yield 'model.norm.weight', (h,)


def draw(rng, name, shape):
    """bfloat16 bits of one tensor, a block of rows at a time."""
    size = int(np.prod(shape))
    fan_in = int(np.prod(shape[1:])) if len(shape) > 1 else 0
    for start in range(0, size, 1 << 24):
        n = min(1 << 24, size - start)
        # Uniform numbers are quick to draw, and as good as normal ones here.
        x = rng.random(n, dtype=np.float32) * 2 - 1
        if fan_in:
            x *= 0.02 * 3 ** 0.5 if 'embed_tokens' in name else (3 / fan_in) ** 0.5 * 0.8
        elif name.endswith('.bias'):
            x *= 0.02
        else:
            x = 1 + 0.05 * x
        bits = x.view(np.uint32)
        yield ((bits + 0x7fff + ((bits >> 16) & 1)) >> 16).astype('<u2').tobytes()


def write_shard(path, rng, items):
    header, offset = {'__metadata__': {'format': 'pt'}}, 0
    for name, shape in items:
        end = offset + 2 * int(np.prod(shape))
        header[name] = {'dtype': 'BF16', 'shape': list(shape), 'data_offsets': [offset, end]}
        offset = end
    text = json.dumps(header, separators=(',', ':')).encode()
    text += b' ' * (-len(text) % 8)
    with open(path, 'wb') as file:
        file.write(len(text).to_bytes(8, 'little') + text)
        for name, shape in items:
            for block in draw(rng, name, shape):
                file.write(block)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('folder')
    parser.add_argument('--tokenizer', required=True, help="Qwen2-VL's tokenizer.json, or its folder")
    parser.add_argument('--shapes', choices=SHAPES, default='2b')
    parser.add_argument('--seed', type=int, default=1)
    options = parser.parse_args()
    shapes = SHAPES[options.shapes]

    os.makedirs(options.folder, exist_ok=True)
    for name, content in configs(shapes).items():
        with open(os.path.join(options.folder, name), 'w', encoding='utf-8') as file:
            json.dump(content, file, indent=2)
    tokenizer = options.tokenizer
    if os.path.isdir(tokenizer):
        tokenizer = os.path.join(tokenizer, 'tokenizer.json')
    shutil.copyfile(tokenizer, os.path.join(options.folder, 'tokenizer.json'))

    shards, used = [[]], 0
    for item in tensors(shapes):
        size = 2 * int(np.prod(item[1]))
        if used + size > shapes['shard_bytes'] and shards[-1]:
            shards.append([])
            used = 0
        shards[-1].append(item)
        used += size
    rng = np.random.default_rng(options.seed)
    weight_map, total = {}, 0
    for i, items in enumerate(shards, 1):
        name = f'model-{i:05}-of-{len(shards):05}.safetensors'
        write_shard(os.path.join(options.folder, name), rng, items)
        weight_map.update({tensor: name for tensor, _ in items})
        total += sum(2 * int(np.prod(shape)) for _, shape in items)
    with open(os.path.join(options.folder, 'model.safetensors.index.json'), 'w', encoding='utf-8') as file:
        json.dump({'metadata': {'total_size': total}, 'weight_map': weight_map}, file, indent=2)
    print(f'{options.folder}: {len(weight_map)} tensors, {total / 1e9:.2f} GB in {len(shards)} shards')


main()
