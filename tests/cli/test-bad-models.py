#!/usr/bin/env python3
# test-bad-models.py: hostile and damaged models on the command line, as TAP.
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test-bad-models.py EMOVLM SOURCE-ROOT
"""Each case damages a copy of the embedded bundle and looks at what `predict`
says of it: the exit status, the file and the field by name, and nothing where a
number was."""
import csv
import io
import json
import os
import resource
import shutil
import signal
import struct
import subprocess
import sys
import time
import zlib

from harness import EMOVLM, MODEL, SAMPLES, Skip, main, one_line, rows_of, run, sample

WEIGHTS = os.path.join('vlm', 'model.safetensors')
CONFIG = os.path.join('vlm', 'config.json')
TOKENIZER = os.path.join('vlm', 'tokenizer.json')


def copy_model(folder, name='model'):
    model = os.path.join(folder, name)
    shutil.copytree(MODEL, model)
    for path, _, names in os.walk(model):
        for each in names:
            os.chmod(os.path.join(path, each), 0o644)
    return model


def edit_json(model, name, change):
    path = os.path.join(model, name)
    with open(path, encoding='utf-8') as file:
        value = json.load(file)
    change(value)
    with open(path, 'w', encoding='utf-8') as file:
        json.dump(value, file)


def read_weights(path):
    """The header and the data of a safetensors file."""
    with open(path, 'rb') as file:
        data = file.read()
    end = 8 + int.from_bytes(data[:8], 'little')
    return json.loads(data[8:end]), data[end:]


def write_weights(path, header, data):
    text = json.dumps(header).encode()
    with open(path, 'wb') as file:
        file.write(struct.pack('<Q', len(text)) + text + data)


def poison(path, word=b'\xff\xff\xff\x7f'):
    """Every weight becomes NaN; the header stays."""
    header, data = read_weights(path)
    write_weights(path, header, word * (len(data) // 4))


def predict(model, *args, expect=4):
    return run('predict', '--no-explain', '--format', 'jsonl', '--model', model, *(args or [sample()]), expect=expect)


def refusal(model, *words, expect=4):
    """The one line that refuses a model; it says the words."""
    text = one_line(predict(model, expect=expect))
    for word in words:
        assert word in text, (word, text)
    return text


def test_field_out_of_range_is_named(folder):
    model = copy_model(folder)
    path = os.path.join(model, CONFIG)
    with open(path, encoding='utf-8') as file:
        original = json.load(file)
    text = original.get('text_config', original)
    for key, value in (('rms_norm_eps', 0), ('rms_norm_eps', -1e-6), ('hidden_size', 0), ('num_hidden_layers', -1),
                       ('num_hidden_layers', 10 ** 9), ('vocab_size', 10 ** 12), ('num_attention_heads', 7),
                       ('hidden_size', '192'), ('rope_theta', None if False else 0)):
        kept = text[key] if key in text else None
        text[key] = value
        with open(path, 'w', encoding='utf-8') as file:
            json.dump(original, file)
        refusal(model, 'config.json', key)
        if kept is None:
            del text[key]
        else:
            text[key] = kept
    text['rms_norm_eps'] = float('nan')
    with open(path, 'w', encoding='utf-8') as file:
        json.dump(original, file)
    refusal(model, 'config.json')


def test_model_larger_than_memory_says_need_and_free(folder):
    model = copy_model(folder)

    def grow(config):
        text = config.get('text_config', config)
        text.update(num_hidden_layers=1024, intermediate_size=1 << 20)
        text['hidden_size'] = config['vision_config']['hidden_size'] = text['num_attention_heads'] * 1024
        text['head_dim'] = 1024
        for place in (text, config):
            for rope in ('rope_scaling', 'rope_parameters'):
                if isinstance(place.get(rope), dict):
                    place[rope]['mrope_section'] = [128, 192, 192]
    edit_json(model, CONFIG, grow)
    text = refusal(model, ' GB for its weights', ' GB of it free', expect=5)
    assert 'needs' in text, text


def test_prompt_longer_than_the_context_is_told_once(folder):
    model = copy_model(folder)
    edit_json(model, 'emovlm.json', lambda m: m['prompt'].update(system='word ' * 3000))
    text = one_line(predict(model, SAMPLES))
    assert 'max_position_embeddings' in text and 'max pixels' not in text and model in text, text


def write_png(path, side):
    """A gray square."""
    def chunk(kind, data):
        return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
    rows = (b'\0' + b'\x80' * side) * side
    with open(path, 'wb') as file:
        file.write(b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', side, side, 8, 0, 0, 0, 0)) +
                   chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))


def test_picture_larger_than_the_context_is_told_by_name(folder):
    model, picture = copy_model(folder), os.path.join(folder, 'large.png')
    write_png(picture, 1600)
    edit_json(model, 'emovlm.json', lambda m: m.update(image={}))
    edit_json(model, os.path.join('vlm', 'preprocessor_config.json'),
              lambda c: (c.pop('size', None), c.update(min_pixels=784, max_pixels=2000 * 2000)))
    edit_json(model, CONFIG, lambda c: c.get('text_config', c).update(max_position_embeddings=1024))
    done = predict(model, picture, expect=3)
    row = rows_of(done.stdout)[0]
    assert row['error'].startswith('LIMIT: ' + picture) and 'max pixels' in row['error'], row['error']
    assert picture in one_line(done)
    kept = predict(model, picture, '--max-pixels', '100000', expect=0)
    assert rows_of(kept.stdout)[0]['error'] is None


def nan_model(folder, name):
    model = copy_model(folder, name.replace(os.sep, '-'))
    poison(os.path.join(model, name))
    return model


def test_nan_is_no_answer_in_any_format(folder):
    """What gives NaN, and what depends on it, has no answer; what is sound has."""
    broken = {WEIGHTS: ('vlm', 'distilled', 'gated'), 'distilled.safetensors': ('distilled', 'gated'),
              'gate.safetensors': ('gated',)}
    for name, branches in broken.items():
        model = nan_model(folder, name)
        done = predict(model, sample(), sample(1), expect=3)
        assert f'{os.path.join(model, name)}: '.encode() in done.stderr and b'weights are not finite' in done.stderr
        for row, path in zip(rows_of(done.stdout), (sample(), sample(1))):
            for branch in ('vlm', 'distilled', 'gated'):
                assert (row[branch] is None) == (branch in branches), (name, branch)
            assert row['gate'] is None and row['error'].startswith(f'MODEL: {path}: ') and 'NaN' in row['error'], row
            assert (row['agree'] is None) == (len(branches) > 1), (name, row['agree'])
            assert len(row['model']['sha256']) == 64
        text = run('predict', '--no-explain', '--format', 'csv', '--model', model, sample(), expect=3).stdout.decode()
        assert 'nan' not in text.replace('NaN', '').lower()
        row = next(csv.DictReader(io.StringIO(text, newline='')))
        assert row['status'] == 'failed' and 'NaN' in row['error'] and row['margin'] == '', row
        for branch in ('vlm', 'distilled', 'gated'):
            assert (row['pred_' + branch] == '') == (branch in branches), (name, branch)
            assert (row[f'p_{branch}_awe'] == '') == (branch in branches), (name, branch)
        table = run('predict', '--no-explain', '--model', model, sample(), expect=3).stdout.decode()
        assert table.count('no answer') == len(branches) and 'failed: MODEL: ' in table and 'nan %' not in table, table


def test_nan_is_not_explained_nor_verified(folder):
    model = nan_model(folder, WEIGHTS)
    row = rows_of(run('predict', '--format', 'jsonl', '--model', model, sample(), expect=3).stdout)[0]
    assert row['explanation'] is None and row['vlm'] is None
    done = run('info', '--check', '--model', model, expect=1)
    assert b'numbers differ' in done.stderr and b'numbers verified' not in done.stdout, done
    for temperature in ('0', '1'):
        done = run('generate', sample(), '--prompt', 'What?', '--temperature', temperature, '--model', model, expect=4)
        assert sample().encode() in done.stderr and b'NaN' in done.stderr and done.stdout == b'', done


def test_nan_in_the_domain_is_counted(folder):
    model = copy_model(folder)
    path = os.path.join(model, 'domain.safetensors')
    header, data = read_weights(path)
    begin, end = header['mean']['data_offsets']
    write_weights(path, header, data[:begin] + b'\xff\xff\xff\x7f' * ((end - begin) // 4) + data[end:])
    done = predict(model, expect=0)
    assert b'domain.safetensors: ' in done.stderr and b'weights are not finite' in done.stderr, done.stderr
    assert rows_of(done.stdout)[0]['in_domain'] is None


def test_integer_weights_are_refused_by_name(folder):
    for name in (WEIGHTS, 'distilled.safetensors', 'gate.safetensors', 'domain.safetensors'):
        model = copy_model(folder, name.replace(os.sep, '-'))
        path = os.path.join(model, name)
        header, data = read_weights(path)
        tensor = next(n for n in header if n != '__metadata__')
        integer = {'F32': 'I32', 'BF16': 'I16', 'F16': 'I16'}[header[tensor]['dtype']]
        header[tensor]['dtype'] = integer
        write_weights(path, header, data)
        refusal(model, path, tensor, integer)


def test_offsets_that_overlap_or_leave_a_hole_are_refused(folder):
    model = copy_model(folder)
    path = os.path.join(model, 'gate.safetensors')
    header, data = read_weights(path)
    names = sorted((n for n in header if n != '__metadata__'), key=lambda n: header[n]['data_offsets'])
    first, last = header[names[0]]['data_offsets'], header[names[-1]]['data_offsets']
    size = first[1] - first[0]
    for change, added in ((lambda: last.__setitem__(slice(None), [last[0] - 4, last[1] - 4]), b''),
                          (lambda: last.__setitem__(slice(None), [last[0] + 4, last[1] + 4]), b'abcd'),
                          (lambda: None, b'PK\3\4'),
                          (lambda: first.__setitem__(slice(None), [4, 4 + size]), b'')):
        kept = list(first), list(last)
        change()
        write_weights(path, header, data + added)
        refusal(model, 'gate.safetensors')
        first[:], last[:] = kept
    write_weights(path, header, data[:-1])
    refusal(model, 'gate.safetensors', 'end')
    # Any order in the header will do.
    write_weights(path, {n: header[n] for n in reversed(list(header))}, data)
    assert rows_of(predict(model, expect=0).stdout)[0]['gated'] is not None


def many_tensors(path, header, data, count):
    header = dict(header)
    for i in range(count):
        header[f'extra.{i}'] = {'dtype': 'F32', 'shape': [0], 'data_offsets': [0, 0]}
    write_weights(path, header, data)


def test_a_hundred_thousand_tensors_load_and_a_million_do_not(folder):
    model = copy_model(folder)
    path = os.path.join(model, 'gate.safetensors')
    header, data = read_weights(path)
    many_tensors(path, header, data, 99_000)
    begin = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    assert rows_of(predict(model, expect=0).stdout)[0]['error'] is None
    # The rest of the program takes as long as without them; the file is opened twice.
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - begin < 20
    many_tensors(path, header, data, 1_000_000)
    refusal(model, 'gate.safetensors', 'at most 100000')


def shard(model, listed=lambda name: True):
    """Splits the weights into two shards; @listed: what the index names."""
    path = os.path.join(model, WEIGHTS)
    header, data = read_weights(path)
    header.pop('__metadata__', None)
    names = sorted(header, key=lambda n: header[n]['data_offsets'])
    middle = len(names) // 2
    places = {}
    for number, part in enumerate((names[:middle], names[middle:]), 1):
        name = f'model-{number:05}-of-00002.safetensors'
        start = header[part[0]]['data_offsets'][0]
        end = header[part[-1]]['data_offsets'][1]
        write_weights(os.path.join(model, 'vlm', name),
                      {n: dict(header[n], data_offsets=[o - start for o in header[n]['data_offsets']]) for n in part},
                      data[start:end])
        places.update({n: name for n in part if listed(n)})
    os.remove(path)
    index = os.path.join(model, 'vlm', 'model.safetensors.index.json')
    with open(index, 'w', encoding='utf-8') as file:
        json.dump({'metadata': {}, 'weight_map': places}, file)
    return index, places


def test_shard_index_is_held_to_its_word(folder):
    model = copy_model(folder)
    index, places = shard(model)
    assert rows_of(predict(model, expect=0).stdout)[0]['error'] is None
    first = next(iter(places))
    for value, words in ((7, ['a number']), (None, ['null']), (['x'], ['a list']), ('../x.safetensors', ['../x.safetensors']),
                         ('/x.safetensors', ['/x.safetensors']), ('absent.safetensors', ['absent.safetensors']),
                         ('model-00002-of-00002.safetensors', ['should be in shard'])):
        with open(index, 'w', encoding='utf-8') as file:
            json.dump({'weight_map': {**places, first: value}}, file)
        text = refusal(model, *words)
        assert 'index.json' in text or 'absent.safetensors' in text, text
    with open(index, 'w', encoding='utf-8') as file:
        json.dump({'weight_map': {**places, **{f'x{i}': f'{i}.safetensors' for i in range(10_000)}}}, file)
    refusal(model, 'index.json', '512 shards')


def test_tensors_that_the_index_forgets_are_noted(folder):
    model = copy_model(folder)
    path = os.path.join(model, WEIGHTS)
    header, data = read_weights(path)
    header['extra'] = {'dtype': 'F32', 'shape': [1], 'data_offsets': [len(data), len(data) + 4]}
    write_weights(path, header, data + b'\0\0\0\0')
    index, _ = shard(model, listed=lambda name: name != 'extra')
    done = predict(model, expect=0)
    assert b'1 tensors in the shards' in done.stderr and b'extra' in done.stderr, done.stderr
    forgotten = copy_model(folder, 'forgotten')
    shard(forgotten, listed=lambda name: 'norm' not in name)
    refusal(forgotten, 'missing', 'norm')


def test_folder_in_the_place_of_weights_is_told_as_one(folder):
    for name in ('gate.safetensors', 'distilled.safetensors', 'domain.safetensors'):
        model = copy_model(folder, name)
        os.remove(os.path.join(model, name))
        os.mkdir(os.path.join(model, name))
        text = refusal(model, os.path.join(model, name), 'folder')
        assert 'index.json' not in text, text


def test_shape_and_missing_tensors_are_named(folder):
    model = copy_model(folder)
    path = os.path.join(model, WEIGHTS)
    header, data = read_weights(path)
    tensor = next(n for n in header if n.endswith('q_proj.weight'))
    rows, columns = header[tensor]['shape']
    header[tensor]['shape'] = [columns * rows]
    write_weights(path, header, data)
    refusal(model, path, tensor, f'[{rows}, {columns}]', f'[{rows * columns}]')
    header[tensor]['shape'] = [rows, columns]
    header = {('gone.' + n if 'o_proj' in n else n): v for n, v in header.items()}
    write_weights(path, header, data)
    refusal(model, path, 'are missing', 'o_proj')


def change_tokenizer(folder, change):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(MODEL, TOKENIZER), encoding='utf-8') as file:
        value = json.load(file)
    value = change(value) or value
    with open(os.path.join(folder, 'tokenizer.json'), 'w', encoding='utf-8') as file:
        json.dump(value, file, ensure_ascii=False, separators=(',', ':'))


def tokenizer_refusal(folder, *words):
    begin = time.monotonic()
    text = one_line(run('tokenize', '--model', folder, stdin=b'"x"\n', expect=4))
    for word in ('tokenizer.json', *words):
        assert word in text, (word, text)
    return time.monotonic() - begin


def test_tokenizer_without_a_byte_is_refused(folder):
    def drop(value):
        vocab = value['model']['vocab']
        last = max(vocab, key=vocab.get)
        identity = vocab.pop('A')
        value['model']['merges'] = []
        if last in vocab:
            vocab[last] = identity
        value['added_tokens'] = []
    change_tokenizer(folder, drop)
    tokenizer_refusal(folder, '“A”')


def test_tokenizer_ids_and_added_tokens_are_checked(folder):
    def sparse(value):
        value['model']['vocab']['x y'] = 4_000_000_000

    def negative(value):
        value['model']['vocab']['x y'] = -1

    def twice(value):
        value['model']['vocab']['x y'] = 0

    def beyond(value):
        value['added_tokens'][-1]['id'] += 7

    def empty(value):
        value['added_tokens'][-1]['content'] = ''

    def unknown(value):
        value['model']['merges'].append(['no such', 'token'])

    def pattern(value):
        value['pre_tokenizer']['pretokenizers'][0]['pattern']['Regex'] = '(a+)+$'
    for change in (sparse, negative, twice, beyond, empty, unknown, pattern):
        change_tokenizer(folder, change)
        tokenizer_refusal(folder)


def test_merges_are_limited_and_repeated_ones_are_quick(folder):
    def repeat(value):
        merge = value['model']['merges'][0]
        value['model']['merges'] += [merge] * (1_000_000 - len(value['model']['merges']))
    change_tokenizer(folder, repeat)
    begin = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    run('tokenize', '--model', folder, stdin=b'"x"\n')
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - begin < 20
    with open(os.path.join(folder, 'tokenizer.json'), encoding='utf-8') as file:
        text = file.read()
    begin = text.index('"merges":[') + len('"merges":[')
    with open(os.path.join(folder, 'tokenizer.json'), 'w', encoding='utf-8') as file:
        file.write(text[:begin] + '"a b",' * 9_999_999 + '"a b"]}}')
    tokenizer_refusal(folder)
    with open(os.path.join(folder, 'tokenizer.json'), 'w', encoding='utf-8') as file:
        file.write(text[:begin] + '"a b",' * 1_000_001 + text[begin:])
    tokenizer_refusal(folder, 'at most 1000000')


def test_deep_and_large_json_is_refused(folder):
    model = copy_model(folder)
    path = os.path.join(model, CONFIG)
    for text, word in (('[' * 65 + ']' * 65, '64'), ('[' * 1_000_000, '64'), ('', 'config.json'), ('null', 'config.json'),
                       ('{"a":"' + 'x' * (65 << 20) + '"}', 'config.json')):
        with open(path, 'w', encoding='utf-8') as file:
            file.write(text)
        refusal(model, 'config.json', word)


def padded_model(folder, name='model'):
    """Weights so large that they are mapped, not copied."""
    model = copy_model(folder, name)
    path = os.path.join(model, WEIGHTS)
    header, data = read_weights(path)
    pad = 48 << 20
    header['pad'] = {'dtype': 'F32', 'shape': [pad // 4], 'data_offsets': [len(data), len(data) + pad]}
    write_weights(path, header, data)
    os.truncate(path, os.path.getsize(path) + pad)
    os.chmod(path, 0o600)
    return model, path


def test_weights_cut_by_another_program_end_no_process(folder):
    """Cut at any moment of the load or of the work: an error, or what came before."""
    for delay in (0.02, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0):
        model, path = padded_model(folder, f'model-{delay}')
        process = subprocess.Popen([EMOVLM, 'predict', '--no-explain', '--format', 'jsonl', '--model', model, SAMPLES],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(delay)
        os.truncate(path, 4096)
        out, errors = process.communicate(timeout=240)
        assert process.returncode in (0, 3, 4), (delay, process.returncode, errors)
        for row in rows_of(out):
            assert row['error'] is None or 'changed or cut' in row['error'] or 'NaN' in row['error'], row['error']
        assert process.returncode == 0 or b'safetensors' in errors, errors


def test_weights_cut_in_the_middle_are_told_of_each_picture(folder):
    model, path = padded_model(folder)
    names = os.path.join(folder, 'names')
    os.mkfifo(names)
    process = subprocess.Popen([EMOVLM, 'predict', '--no-explain', '--format', 'jsonl', '--model', model, SAMPLES],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    first = process.stdout.readline()
    process.send_signal(signal.SIGSTOP)
    os.truncate(path, 4096)
    process.send_signal(signal.SIGCONT)
    out, _ = process.communicate(timeout=240)
    assert json.loads(first)['error'] is None and process.returncode == 3, process.returncode
    last = rows_of(out)[-1]
    assert last['vlm'] is None and 'changed or cut' in last['error'] and 'model.safetensors' in last['error'], last


def test_weights_replaced_by_name_change_nothing(folder):
    model, path = padded_model(folder)
    process = subprocess.Popen([EMOVLM, 'predict', '--no-explain', '--format', 'jsonl', '--model', model, SAMPLES],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    first = process.stdout.readline()
    with open(path + '.new', 'wb') as file:
        file.write(b'another file')
    os.rename(path + '.new', path)
    out, errors = process.communicate(timeout=240)
    assert process.returncode == 0 and all(r['error'] is None for r in rows_of(first + out)), errors


def test_labels_on_a_bundle_are_wrong_usage(folder):
    for args in (['predict', sample()], ['generate', sample(), '--prompt', 'x'], ['info']):
        assert '--labels' in one_line(run(*args, '--labels', 'a,b', '--model', MODEL, expect=2))
        assert '--labels' in one_line(run(*args, '--labels', 'a,b', expect=2))
    hub = os.path.join(folder, 'hub')
    shutil.copytree(os.path.join(MODEL, 'vlm'), hub)
    row = rows_of(predict(hub, '--labels', 'joy,fear', sample(), expect=0).stdout)[0]
    assert row['labels'] == ['joy', 'fear'] and row['distilled'] is None and row['agree'] is True


if __name__ == '__main__':
    sys.exit(main(globals()))
