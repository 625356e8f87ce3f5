#!/usr/bin/env python3
# The same model in another form has the same numbers, as TAP.
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""usage: check-forms.py TINY --cli PATH

TINY is tests/vectors/tiny. Each case changes the files of a bundle in a way that
leaves transformers' numbers as they are, and check-parity.py compares the
command line with the bundle's golden.json. Needs no package."""
import argparse
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile


def edit_json(path, change):
    with open(path, encoding='utf-8') as file:
        value = json.load(file)
    change(value)
    with open(path, 'w', encoding='utf-8') as file:
        json.dump(value, file)


def edit_weights(path, change):
    """@change works on {name: (dtype, shape, bytes)}."""
    with open(path, 'rb') as file:
        data = file.read()
    start = 8 + struct.unpack('<Q', data[:8])[0]
    header = json.loads(data[8:start])
    header.pop('__metadata__', None)
    tensors = {name: (item['dtype'], item['shape'], data[slice(*(start + at for at in item['data_offsets']))])
               for name, item in header.items()}
    change(tensors)
    at, header, blobs = 0, {}, []
    for name, (dtype, shape, blob) in tensors.items():
        header[name] = {'dtype': dtype, 'shape': shape, 'data_offsets': [at, at + len(blob)]}
        at += len(blob)
        blobs.append(blob)
    text = json.dumps(header).encode()
    text += b' ' * (-len(text) % 8)
    with open(path, 'wb') as file:
        file.write(struct.pack('<Q', len(text)) + text + b''.join(blobs))


def config(change):
    return lambda bundle: edit_json(os.path.join(bundle, 'vlm/config.json'), change)


def weights(change):
    return lambda bundle: edit_weights(os.path.join(bundle, 'vlm/model.safetensors'), change)


def text_config(change):
    return config(lambda c: change(c['text_config']))


EMBEDDINGS = 'model.embed_tokens.weight'
CASES = {
    'a tied config does not hide an output layer of its own':
        ('flat-untied-f16', config(lambda c: c.update(tie_word_embeddings=True))),
    'an output layer equal to the embeddings changes nothing':
        ('mqa-concat-linear', weights(lambda t: t.update({'lm_head.weight': t[EMBEDDINGS]}))),
    'a tied output layer alone serves as embeddings':
        ('mqa-concat-linear', weights(lambda t: t.update({'lm_head.weight': t.pop(EMBEDDINGS)}))),
    'tying is read from the text part, too':
        ('mqa-concat-linear', config(lambda c: c.update(tie_word_embeddings=False))),
    'an empty rope_scaling gives way':
        ('mqa-concat-linear', text_config(lambda t: t.update(rope_scaling={}))),
    'silu may be called swish':
        ('mqa-concat-linear', text_config(lambda t: t.update(hidden_act='swish'))),
    'eight key heads may be left out':
        ('sharded-f32', text_config(lambda t: t.pop('num_key_value_heads'))),
    'only the longest answer counts against the context':
        ('vlm-alone', text_config(lambda t: t.update(max_position_embeddings=150))),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('tiny')
    parser.add_argument('--cli', required=True)
    options = parser.parse_args()
    check, failed = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'check-parity.py'), 0
    print(f'1..{len(CASES)}')
    for number, (name, (base, change)) in enumerate(CASES.items(), 1):
        with tempfile.TemporaryDirectory() as folder:
            bundle = os.path.join(folder, base)
            shutil.copytree(os.path.join(options.tiny, base), bundle)
            change(bundle)
            done = subprocess.run([sys.executable, check, bundle, os.path.join(options.tiny, 'images'),
                                   os.path.join(bundle, 'golden.json'), '--cli', options.cli, '--generate', '0'],
                                  capture_output=True, text=True)
        failed += done.returncode != 0
        print('ok' if done.returncode == 0 else 'not ok', number, '-', name, flush=True)
        if done.returncode != 0:
            print(''.join(f'#   {line}\n' for line in (done.stdout + done.stderr).splitlines()), end='')
    sys.exit(failed != 0)


main()
