# seeds.py: what fuzzing starts from
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sound inputs of each target, from tests/vectors and data/samples, and a few
small ones that are written here. Nothing of it is committed twice.

usage: seeds.py SOURCE-ROOT TARGET FOLDER"""
import glob
import hashlib
import json
import os
import struct
import sys

ROW = {
    'image': 'a.png', 'width': 400, 'height': 300, 'grid': [1, 12, 10], 'image_tokens': 30, 'labels': ['awe', 'fear'],
    'vlm': {'label': 'fear', 'probabilities': [0.25, 0.75], 'logprobs': [-1.5, -0.25], 'mass': 0.99},
    'distilled': {'label': 'awe', 'probabilities': [0.6, 0.4], 'logits': [1.5, 1.1]},
    'gated': {'label': 'fear', 'probabilities': [0.4, 0.6], 'logits': [0.5, 0.9]},
    'gate': {'kind': 'concat-linear', 'vlm_input': 'probabilities', 'share': {'vlm': 0.75, 'distilled': 0.25},
             'contributions': {'vlm': [0.3, 0.6], 'distilled': [0.1, 0.2], 'rest': [0.1, 0.1]},
             'margin': {'vlm': 0.3, 'distilled': 0.1, 'rest': 0}},
    'explanation': {'label': 'fear', 'text': 'Near black tones \u0000 \ud83d\ude00.', 'complete': True}, 'agree': False,
    'in_domain': True, 'ms': {'decode': 6.6, 'vision': 127.9, 'prefill': 25, 'score': 9.2, 'explain': 2.9, 'total': 238.6},
    'model': {'name': 'tiny', 'sha256': 'c2dc63038fd88b970dd76b34e1938a17392b5b54b64d6b91ccdf84da6bdda5ee'}, 'error': None,
}
FAILED = dict(ROW, vlm=None, distilled=None, gated=None, gate=None, explanation=None, agree=None, in_domain=None,
              ms=None, grid=None, error='IO: b.png: no such file')
LINES = '\n'.join(json.dumps(row) for row in (ROW, FAILED)) + '\n'
CSV = ('\ufefffile_name,uri,status,error\r\na.png,file:///a.png,done,\r\n"b ""c"", d\ne.png",file:///b.png,failed,x\r\n'
       'cut,file:///c')
TRAINING = (
    '{"event":"start","stage":"vlm","pictures":40,"epochs":3,"steps":30}\n'
    '{"event":"step","stage":"vlm","epoch":1,"step":4,"loss":0.5,"lr":1e-4,"pictures_per_s":null,"seconds_left":9.5}\r\n'
    '{"event":"epoch","stage":"vlm","epoch":1,"loss":0.5,"val_loss":0.4,"val_accuracy":0.75,"val_macro_f1":0.7}\n'
    '\nKilled\n{"event":"note","stage":"vlm","text":"é 😀"}\n{"event":"done","stage":"vlm","path":"/o","seconds":1')
URIS = 'copy\r\nfile:///a/b%20c.png\r\n# a comment\nfile://localhost/c.png\n/d e.png\nhttps://example.org/f.png\n'
XMP = '<x:xmpmeta><rdf:Description tiff:Orientation="6"/><tiff:Orientation>8</tiff:Orientation></x:xmpmeta>'

VALUES = [b'null', b'-0', b'1e308', b'18446744073709551615', b'-9223372036854775808', b'9007199254740993', b'[1, 2.5, "a"]',
          b'{"a": {"b": [true, false, null]}, "A": "\\u00e9\\ud83d\\ude00\\n"}', b'"\\u0000"',
          ('{' + ','.join(f'"{i}": {i}' for i in range(12)) + '}').encode()]


def safetensors(header, n_data):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack('<Q', len(text)) + text + bytes(range(1, 1 + n_data))


def tiff():
    """One gray pixel, orientation 6."""
    tags = [(256, 3, 1), (257, 3, 1), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 122), (274, 3, 6), (277, 3, 1),
            (279, 4, 1)]
    return struct.pack('<2sHIH', b'II', 42, 8, len(tags)) + b''.join(
        struct.pack('<HHII', tag, kind, 1, value) for tag, kind, value in tags) + struct.pack('<I', 0) + b'\x80'


def files(root, *patterns, largest=64 << 10):
    found = []
    for pattern in patterns:
        for path in sorted(glob.glob(os.path.join(root, pattern), recursive=True)):
            if os.path.getsize(path) <= largest:
                with open(path, 'rb') as file:
                    found.append(file.read())
    return found


def joined(root, pattern):
    """config.json, preprocessor_config.json and generation_config.json of folders."""
    for path in sorted(glob.glob(os.path.join(root, pattern))):
        parts = []
        for name in ('config.json', 'preprocessor_config.json', 'generation_config.json'):
            parts += files(os.path.dirname(path), name) or [b'']
        yield b'\0'.join(parts)


def pictures(root, *endings):
    for ending in endings:
        yield from files(root, f'tests/vectors/image/*.{ending}', f'data/samples/*.{ending}', largest=16 << 10)


def exif(root):
    yield tiff()
    yield XMP.encode()
    yield b'MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0'
    for data in pictures(root, 'jpg'):
        at = data.find(b'Exif\0\0')
        if at >= 0:
            yield data[at + 6:at + 600]


def feature_sum(data, start=0):
    mask, multiplier = (1 << 64) - 1, 0x9e3779b97f4a7c15

    def mix(value):
        product = value * multiplier
        return (product ^ product >> 64) & mask
    total = start ^ len(data)
    whole = len(data) // 8 * 8
    for at in range(0, whole, 8):
        total = mix(total ^ int.from_bytes(data[at:at + 8], 'little'))
    return mix(total ^ int.from_bytes(data[whole:], 'little') ^ 0xd6e8feb86659fd93) or 1


def feature_cache(n_rows, width=2, kind=b'fuzz'):
    """The number of bytes of rows, the rows, and the file of their keys."""
    header = struct.pack('<QII32sQ', 0x3154414546204d45, width, 0, hashlib.sha256(kind).digest(), 0)
    keys = header + struct.pack('<Q', feature_sum(header))
    rows = b''
    for number in range(n_rows):
        row = struct.pack(f'<{width}f', *range(number, number + width))
        record = bytes([number]) * 32 + struct.pack('<Q', feature_sum(row))
        keys += record + struct.pack('<Q', feature_sum(record, number + 1))
        rows += row
    return bytes([len(rows)]) + rows + keys


SEEDS = {
    'csv': lambda root: [CSV.encode(), b'file_name,label\r\n"a ""b"".png",awe\r\n', b'a"b\n"c"d\n\n"e'],
    'feature-cache': lambda root: [feature_cache(3), feature_cache(3)[:-5], feature_cache(0), feature_cache(1, 3),
                                   feature_cache(5)[:90]],
    'hash-list': lambda root: [b'1 2 3 4 5 6 ' + b'0a' * 32 + b'\n', b' ' + b'0' * 64 + b'\n' + b'1 2' * 40],
    'json': lambda root: [*VALUES, *files(root, 'data/models/emoscenes/**/*.json', largest=4096)],
    'safetensors': lambda root: [
        *files(root, 'tests/vectors/safetensors/*.safetensors', 'tests/vectors/parts/*.safetensors', largest=3000),
        safetensors({'__metadata__': {'format': 'pt'}, 'a': {'dtype': 'F32', 'shape': [2, 1], 'data_offsets': [0, 8]},
                     'b': {'dtype': 'BF16', 'shape': [], 'data_offsets': [8, 10]},
                     'c': {'dtype': 'F64', 'shape': [0, 4], 'data_offsets': [10, 10]}}, 10),
        safetensors(b'{}', 0)],
    'shard-index': lambda root: [
        b'{"metadata": {"total_size": 8}, "weight_map": {"a": "a.safetensors", "b": "b.safetensors"}}',
        b'{"weight_map": {"a": "a.safetensors"}}', b'{"weight_map": {"a": "../a.safetensors"}}'],
    'tokenizer': lambda root: files(root, 'tests/vectors/tokenizer/tokenizer.json'),
    'tokenizer-text': lambda root: [
        json.dumps(case['text'], ensure_ascii=ascii_too).encode('utf-8', 'surrogatepass')
        for case in json.loads(files(root, 'tests/vectors/tokenizer_cases.json', largest=1 << 22)[0])['model'][:60]
        for ascii_too in (True, False)],
    'vlm-config': lambda root: joined(root, 'tests/vectors/parts/config-*/config.json'),
    'manifest': lambda root: files(root, 'data/models/emoscenes/emovlm.json', 'tests/vectors/tiny/*/emovlm.json'),
    'adapter-config': lambda root: files(root, 'tests/vectors/parts/adapter-*/adapter_config.json',
                                         'tests/vectors/tiny/*/adapter/adapter_config.json'),
    'png': lambda root: pictures(root, 'png'),
    'jpeg': lambda root: pictures(root, 'jpg'),
    'gif': lambda root: pictures(root, 'gif'),
    'webp': lambda root: pictures(root, 'webp'),
    'bmp': lambda root: pictures(root, 'bmp'),
    'tiff': lambda root: [tiff(), *pictures(root, 'tif', 'tiff')],
    'exif': exif,
    'prediction': lambda root: [json.dumps(ROW).encode(), json.dumps(FAILED).encode()],
    'train-event': lambda root: [bytes([piece]) + TRAINING.encode() for piece in (0, 20, 255)],
    'uri-list': lambda root: [URIS.encode(), b'/a.png', b'x-special/nautilus-clipboard\ncut\nfile:///a.png'],
    'resume': lambda root: [b'j' + LINES.encode(), b'j' + LINES[:-40].encode(), b'c' + CSV.encode(), b'c'],
}


def write(root, target, folder):
    """Writes the seeds of @target into @folder and returns their names."""
    os.makedirs(folder, exist_ok=True)
    names = []
    for number, data in enumerate(SEEDS[target](root)):
        names.append(os.path.join(folder, f'{number:03}'))
        with open(names[-1], 'wb') as file:
            file.write(data)
    return names


if __name__ == '__main__':
    if len(sys.argv) != 4 or sys.argv[2] not in SEEDS:
        sys.exit('usage: seeds.py SOURCE-ROOT TARGET FOLDER\ntargets: ' + ' '.join(SEEDS))
    write(*sys.argv[1:])
