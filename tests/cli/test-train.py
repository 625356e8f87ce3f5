#!/usr/bin/env python3
# test-train.py: emovlm train, as TAP.
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test-train.py EMOVLM SOURCE-ROOT
"""Trains tiny models on drawn scenes with the built program. Names of the
functions say the behaviour; each gets a folder of its own. Needs no package."""
import ctypes
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time

from harness import (EMOVLM, MODEL, SOURCE, Skip, main, one_line, rows_of, run, run_within, sample,
                     short_memories)

CONFIG = os.path.join(SOURCE, 'data', 'configs', 'emoscenes')


def scenes(folder, train=24, val=8, labels=None):
    """A dataset of drawn scenes."""
    path = os.path.join(folder, 'scenes')
    run('synth', path, '--train', str(train), '--val', str(val), '--test', '0', '--quiet',
        *(['--labels', labels] if labels else []))
    return path


def recipe(folder, **vlm):
    path = os.path.join(folder, 'recipe.json')
    settings = {'epochs': 2, 'batch': 4, 'lr': 1e-3, 'patience': 0, **vlm}
    with open(path, 'w') as file:
        json.dump({'vlm': settings}, file)
    return path


def tiny_config(folder):
    """The description of the embedded model with two layers of everything."""
    path = os.path.join(folder, 'config')
    shutil.copytree(CONFIG, path)
    name = os.path.join(path, 'vlm', 'config.json')
    with open(name) as file:
        config = json.load(file)
    config['text_config'].update(num_hidden_layers=1, layer_types=['full_attention'], intermediate_size=64)
    config['vision_config'].update(depth=1, mlp_ratio=1)
    with open(name, 'w') as file:
        json.dump(config, file)
    return path


def weights_of(folder, name):
    with open(os.path.join(folder, name), 'rb') as file:
        return hashlib.sha256(file.read()).hexdigest()


def events(done):
    lines = rows_of(done.stdout)
    assert all('event' in line and 'stage' in line for line in lines), lines
    return lines


def train(*args, expect=0, **more):
    return run('train', *args, '--threads', '2', '--dtype', 'float32', '--format', 'jsonl', expect=expect, **more)


def start(*args):
    return subprocess.Popen([EMOVLM, 'train', *args, '--threads', '2', '--dtype', 'float32', '--format', 'jsonl'],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_an_adapter_is_trained_and_answers(folder):
    data, out = scenes(folder), os.path.join(folder, 'out')
    done = train('vlm', data, '--model', MODEL, '--output', out, '--recipe', recipe(folder, epochs=1))
    lines = events(done)
    kinds = [line['event'] for line in lines]
    assert kinds[0] in ('start', 'note') and kinds[-1] == 'done', kinds
    (begin,) = [line for line in lines if line['event'] == 'start']
    assert begin['stage'] == 'vlm' and begin['epochs'] == 1 and begin['pictures'] > 0, begin
    (epoch,) = [line for line in lines if line['event'] == 'epoch']
    assert 0 <= epoch['val_accuracy'] <= 1 and epoch['loss'] > 0, epoch
    with open(os.path.join(out, 'adapter', 'adapter_config.json')) as file:
        assert json.load(file)['r'] == 8
    with open(os.path.join(out, 'emovlm.json')) as file:
        manifest = json.load(file)
    assert manifest['vlm'] == {'path': 'vlm', 'adapter': 'adapter'} and 'gate' not in manifest, manifest
    assert manifest['name'] == 'out', manifest
    (row,) = rows_of(run('predict', '--model', out, sample(), '--format', 'jsonl').stdout)
    assert row['error'] is None and row['vlm']['label'] in manifest['labels'] and row['gated'] is None, row
    with open(os.path.join(out, 'training', 'vlm', 'epochs.csv')) as file:
        assert len(file.read().splitlines()) == 2


def test_all_stages_make_a_bundle_that_answers(folder):
    data, out = scenes(folder, 80, 16), os.path.join(folder, 'out')
    settings = os.path.join(folder, 'all.json')
    with open(settings, 'w') as file:
        json.dump({'vlm': {'epochs': 1, 'batch': 8}, 'teacher': {'network': 'resnet-tiny', 'epochs': 1},
                   'distilled': {'epochs': 2}, 'gate': {'epochs': 2}}, file)
    args = ('all', data, '--config', tiny_config(folder), '--output', out, '--recipe', settings)
    lines = events(train(*args))
    assert [line['stage'] for line in lines if line['event'] == 'done'] == ['vlm', 'teacher', 'distilled', 'gate'], lines
    (row,) = rows_of(run('predict', '--model', out, sample(), '--format', 'jsonl').stdout)
    assert row['error'] is None and row['distilled'] and row['gated'] and row['vlm'], row
    assert b'verified' in run('info', '--check', '--model', out).stdout
    again = events(train(*args))
    assert [line['event'] for line in again if line['event'] != 'note'] == ['skipped'] * 4, again


def test_the_base_is_left_alone(folder):
    data, out = scenes(folder, 8, 0), os.path.join(folder, 'out')
    before = weights_of(MODEL, 'vlm/model.safetensors')
    train('vlm', data, '--model', MODEL, '--output', out, '--full', '--recipe', recipe(folder, epochs=1))
    assert weights_of(MODEL, 'vlm/model.safetensors') == before
    assert weights_of(out, 'vlm/model.safetensors') != before


def test_an_adapter_is_trained_on_four_bits(folder):
    data = scenes(folder, 8, 0)

    def losses(dtype, *more, expect=0):
        out = os.path.join(folder, dtype + str(len(more)))
        done = run('train', 'vlm', data, '--model', MODEL, '--output', out, '--recipe', recipe(folder, epochs=1), *more,
                   '--threads', '2', '--dtype', dtype, '--format', 'jsonl', expect=expect)
        return events(done)

    exact, rough = ([line['loss'] for line in losses(dtype) if line['event'] == 'epoch'] for dtype in ('float32', 'nf4'))
    assert len(exact) == len(rough) == 1 and exact != rough and abs(exact[0] - rough[0]) < 0.2 * exact[0], (exact, rough)
    whole = losses('nf4', '--full', expect=1)
    assert whole[-1]['event'] == 'error' and 'nf4' in whole[-1]['text'], whole


def test_a_model_begins_with_nothing(folder):
    data, out = scenes(folder), os.path.join(folder, 'out')
    done = train('vlm', data, '--config', tiny_config(folder), '--output', out, '--recipe', recipe(folder))
    losses = [line['loss'] for line in events(done) if line['event'] == 'epoch']
    assert losses[1] < losses[0], losses
    (row,) = rows_of(run('predict', '--model', out, sample(), '--format', 'jsonl').stdout)
    assert row['error'] is None and abs(sum(row['vlm']['probabilities']) - 1) < 1e-5, row


def test_what_is_done_is_skipped(folder):
    data, out = scenes(folder, 8, 4), os.path.join(folder, 'out')
    args = ('vlm', data, '--config', tiny_config(folder), '--output', out)
    train(*args, '--recipe', recipe(folder))
    before = weights_of(out, 'vlm/model.safetensors')
    kinds = [line['event'] for line in events(train(*args, '--recipe', recipe(folder)))]
    assert 'skipped' in kinds and 'start' not in kinds, kinds
    # Other settings are another training, from the same beginning.
    kinds = [line['event'] for line in events(train(*args, '--recipe', recipe(folder, lr=2e-3)))]
    assert 'start' in kinds and 'skipped' not in kinds, kinds
    other = weights_of(out, 'vlm/model.safetensors')
    assert other != before
    train(*args, '--recipe', recipe(folder))
    assert weights_of(out, 'vlm/model.safetensors') == before


def test_no_gate_is_left_with_another_vlm(folder):
    """The adapter cannot be written, as where a kill comes between."""
    data, out = scenes(folder, 8, 0), os.path.join(folder, 'out')
    shutil.copytree(MODEL, out)
    open(os.path.join(out, 'adapter'), 'w').close()
    lines = events(train('vlm', data, '--output', out, '--recipe', recipe(folder, epochs=1), expect=1))
    assert lines[-1]['event'] == 'error' and 'adapter' in lines[-1]['text'], lines
    assert not {'gate', 'gates', 'checks', 'provenance'} & set(manifest_of(out)), manifest_of(out)


def test_other_pictures_of_the_same_names_are_another_training(folder):
    data, out = scenes(folder, 8, 4), os.path.join(folder, 'out')
    args = ('vlm', data, '--config', tiny_config(folder), '--output', out, '--recipe', recipe(folder, epochs=1))
    train(*args)
    picture = next(os.path.join(path, name) for path, _, names in os.walk(data) for name in names if name.endswith('.png'))
    os.utime(picture)
    assert events(train(*args))[-1]['event'] == 'skipped'
    with open(picture, 'ab') as file:
        file.write(b'x')
    kinds = [line['event'] for line in events(train(*args))]
    assert 'start' in kinds and 'skipped' not in kinds, kinds


def test_each_stages_settings_are_told(folder):
    """As the README has it: one stage after the other."""
    data, out = scenes(folder, 40, 8), os.path.join(folder, 'out')
    begin = ('--config', tiny_config(folder), '--output', out)
    train('vlm', data, *begin, '--epochs', '1', '--lr', '3e-3', '--seed', '5')
    train('teacher', data, '--output', out, '--teacher', 'resnet-tiny', '--epochs', '1')
    train('distilled', data, '--output', out, '--epochs', '7')
    train('gate', data, '--output', out, '--epochs', '3')
    provenance = manifest_of(out)['provenance']
    with open(os.path.join(out, 'training', 'recipe.json')) as file:
        asked = json.load(file)
    for told in (provenance['recipe'], asked):
        assert told['vlm']['lr'] == 3e-3 and told['vlm']['seed'] == 5 and told['vlm']['full'] is True, told
        assert told['teacher']['network'] == 'resnet-tiny' and told['distilled']['epochs'] == 7, told
        assert told['gate']['epochs'] == 3 and told['seed'] == 0 and 'seed' not in told['distilled'], told
    assert provenance['seed'] == {'vlm': 5, 'teacher': 0, 'distilled': 0, 'gate': 0}, provenance['seed']


def finish_after(process, wanted, act, stage='vlm'):
    """Acts at the @wanted-th step of @stage that is told."""
    for line in process.stdout:
        event = json.loads(line)
        if event['event'] == 'step' and event['stage'] == stage and event['step'] >= wanted:
            act()
            break
    process.stdout.read()
    errors = process.stderr.read()
    return process.wait(60), errors


def test_stopped_and_resumed_it_ends_with_the_same_bits(folder):
    data, config = scenes(folder), tiny_config(folder)
    for full in (True, False):
        begin = ('--config', config) if full else ('--model', MODEL)
        whole, parts = os.path.join(folder, f'whole-{full}'), os.path.join(folder, f'parts-{full}')
        result = 'vlm/model.safetensors' if full else 'adapter/adapter_model.safetensors'
        settings = recipe(folder, epochs=4)
        train('vlm', data, *begin, '--output', whole, '--recipe', settings)
        process = start('vlm', data, *begin, '--output', parts, '--recipe', settings)
        status, errors = finish_after(process, random.randint(2, 15), lambda: process.send_signal(signal.SIGINT))
        assert status == 130, (status, errors)
        lines = events(train('vlm', data, *begin, '--output', parts, '--recipe', settings, '--resume'))
        assert not [line for line in lines if line['event'] == 'note' and 'anew' in line['text']], lines
        assert weights_of(parts, result) == weights_of(whole, result)


STAGES = ('vlm', 'teacher', 'distilled', 'gate')
RESULTS = ('vlm/model.safetensors', 'teacher/model.safetensors', 'distilled.safetensors', 'gate.safetensors')


def all_stages(folder, **changes):
    """What trains a tiny model from nothing; @changes of a stage's settings."""
    settings = {'vlm': {'epochs': 2, 'batch': 8}, 'teacher': {'network': 'resnet-tiny', 'epochs': 3, 'batch': 8},
                'distilled': {'epochs': 40, 'batch': 8}, 'gate': {'epochs': 40, 'batch': 4}}
    for stage, change in changes.items():
        settings[stage].update(change)
    path = os.path.join(folder, f'{"-".join(changes) or "all"}.json')
    with open(path, 'w') as file:
        json.dump(settings, file)
    data, config = os.path.join(folder, 'scenes'), os.path.join(folder, 'config')
    return ('all', data if os.path.exists(data) else scenes(folder, 80, 16), '--config',
            config if os.path.exists(config) else tiny_config(folder), '--recipe', path)


def test_every_stage_stopped_or_killed_ends_with_the_same_bits(folder):
    begin, whole = all_stages(folder), os.path.join(folder, 'whole')
    train(*begin, '--output', whole)
    for sign, status in ((signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)):
        parts = os.path.join(folder, sign.name)
        for stage in STAGES:
            process = start(*begin, '--output', parts, '--resume')
            done, errors = finish_after(process, random.randint(1, 15), lambda: process.send_signal(sign), stage)
            assert done == status, (stage, sign, done, errors)
        lines = events(train(*begin, '--output', parts, '--resume'))
        assert [line['stage'] for line in lines if line['event'] == 'skipped'] == ['vlm', 'teacher', 'distilled'], lines
        for result in RESULTS:
            assert weights_of(parts, result) == weights_of(whole, result), (sign, result)


def mount(path, size, *more):
    """A disk of @size bytes that this process and its children alone have."""
    libc = ctypes.CDLL(None, use_errno=True)
    if not more and libc.unshare(0x00020000) != 0:   # CLONE_NEWNS
        raise Skip('nothing can be mounted here')
    commands = [['mount', '-t', 'tmpfs', '-o', ','.join((f'size={size}', *more)), 'none', path]]
    if not more:
        commands.insert(0, ['mount', '--make-rprivate', '/'])
    for command in commands:
        if subprocess.run(command, capture_output=True).returncode != 0:
            raise Skip('nothing can be mounted here')


def disk_use(folder):
    return sum(os.path.getsize(os.path.join(path, name)) for path, _, names in os.walk(folder) for name in names)


def test_a_full_disk_costs_nothing(folder):
    begin, whole, small = all_stages(folder), os.path.join(folder, 'whole'), os.path.join(folder, 'small')
    train(*begin, '--output', whole)
    os.mkdir(small)
    mount(small, 65536)
    out = os.path.join(small, 'out')
    for share in (0.05, 0.2, 0.4, 0.6, 0.8):
        mount(small, int(share * disk_use(whole)) // 4096 * 4096, 'remount')
        lines = events(train(*begin, '--output', out, '--resume', expect=5))
        assert lines[-1]['event'] == 'error' and 'space' in lines[-1]['text'], (share, lines[-1])
    mount(small, '64m', 'remount')
    train(*begin, '--output', out, '--resume')
    for result in RESULTS:
        assert weights_of(out, result) == weights_of(whole, result), result


def test_a_training_that_diverges_is_told(folder):
    """Each step makes the weights a hundred times as large, until they overflow.
    The small fits' decay is a part of the gradient, which Adam bounds: test-fit."""
    wild, out = {'lr': 10, 'weight_decay': 10, 'warmup': 0, 'epochs': 40}, os.path.join(folder, 'out')
    for stage in ('vlm', 'teacher'):
        lines = events(train(*all_stages(folder, **{stage: wild}), '--output', out, '--resume', expect=4))
        assert lines[-1]['event'] == 'error' and lines[-1]['stage'] == stage, lines[-1]
        assert 'diverged' in lines[-1]['text'], lines[-1]
        train(*all_stages(folder), '--output', out, '--resume')


def test_short_memory_is_told(folder):
    """In steps that are smaller than what one thing takes: it ends well, or says why not."""
    data, config, settings = scenes(folder, 8, 4), tiny_config(folder), recipe(folder, epochs=1)
    done = {mib: run_within(mib, 'train', 'vlm', data, '--config', config, '--output', os.path.join(folder, str(mib)),
                            '--recipe', settings, '--threads', '2', '--format', 'jsonl')
            for mib in short_memories(2048)}
    told = [mib for mib in done if done[mib].returncode == 5]
    for mib in told:
        assert b'memory' in done[mib].stderr, (mib, done[mib].stderr)
    assert all(done[mib].returncode == 0 for mib in done if mib not in told), done
    assert 2048 not in told and told, told


def memory_group(limit):
    """A control group of that many bytes below our own, of either version."""
    with open('/proc/self/cgroup') as file:
        groups = {names: path for _, names, path in (line.rstrip().split(':', 2) for line in file)}
    first = next((names for names in groups if 'memory' in names.split(',')), None)
    own = '/sys/fs/cgroup' + ('/memory' if first else '') + groups[first or '']
    group = os.path.join(own, f'emovlm-test-{os.getpid()}')
    try:
        os.mkdir(group)
        with open(os.path.join(group, 'memory.limit_in_bytes' if first else 'memory.max'), 'w') as file:
            file.write(str(limit))
    except (OSError, KeyError) as error:
        shutil.rmtree(group, ignore_errors=True)
        raise Skip(f'no control group can be made here: {error}')
    return group


def test_a_groups_limit_is_told_before_it_is_hit(folder):
    """Whoever takes more than its container has is killed, and cannot tell."""
    config = tiny_config(folder)
    name = os.path.join(config, 'vlm', 'config.json')
    with open(name) as file:
        description = json.load(file)
    description['text_config'].update(intermediate_size=60000)
    with open(name, 'w') as file:
        json.dump(description, file)
    data, out = scenes(folder), os.path.join(folder, 'out')
    command = [EMOVLM, 'train', 'vlm', data, '--config', config, '--output', out, '--recipe', recipe(folder), '--format', 'jsonl']
    group = memory_group(256 << 20)

    def enter():
        with open(os.path.join(group, 'cgroup.procs'), 'w') as file:
            file.write('0')

    try:
        done = subprocess.run(command, capture_output=True, timeout=240, preexec_fn=enter)
        assert done.returncode == 5, (done.returncode, done.stderr)
        last = events(done)[-1]
        assert last['event'] == 'error' and 'has 0.3 GB of memory to give' in last['text'], last
    finally:
        os.rmdir(group)


def test_killed_after_an_epoch_it_goes_on_from_there(folder):
    data, out, config = scenes(folder), os.path.join(folder, 'out'), tiny_config(folder)
    args = ('vlm', data, '--config', config, '--output', out, '--recipe', recipe(folder, epochs=30))
    process = start(*args)
    saved = None
    for line in process.stdout:
        event = json.loads(line)
        if event['event'] == 'checkpoint':
            saved = event['path']
            process.kill()
            break
    process.stdout.read()
    process.wait(60)
    assert saved and os.path.exists(saved), saved
    process = start(*args, '--resume')
    first = None
    for line in process.stdout:
        event = json.loads(line)
        if event['event'] == 'step':
            first = event
            process.send_signal(signal.SIGTERM)
            break
    process.stdout.read()
    assert process.wait(60) == 130 and first['epoch'] > 1, first


def test_usage_errors_exit_2_with_one_line(folder):
    out = os.path.join(folder, 'out')
    for args in ([], ['vlm'], ['everything', 'x', '--output', out], ['vlm', 'x'],
                 ['vlm', 'x', '--output', out, '--model', 'a', '--config', 'b'],
                 ['vlm', 'x', '--output', out, '--format', 'csv'],
                 ['vlm', 'x', '--output', out, '--lr', 'fast'], ['vlm', 'x', '--output', out, '--epochs', '0'],
                 ['vlm', 'x', '--output', out, '--gate', 'moe'], ['gate', 'x', '--output', out, '--gate', 'linear'],
                 ['all', 'x', '--output', out, '--lr', '1e-3'], ['teacher', 'x', '--output', out, '--full'],
                 ['distilled', 'x', '--output', out, '--temperature', '1000'],
                 ['vlm', 'x', '--output', out, '--temperature', '3'], ['vlm', 'x', '--output', out, '--limit', '3'],
                 ['vlm', 'x', '--output', out, '--recipe', os.path.join(folder, 'missing.json')]):
        one_line(run('train', *args, expect=2))
    assert not os.path.exists(out)


def test_all_stages_in_four_bits_check_with_the_whole(folder):
    data, out = scenes(folder, 40, 8), os.path.join(folder, 'out')
    settings = os.path.join(folder, 'all.json')
    with open(settings, 'w') as file:
        json.dump({'vlm': {'epochs': 1, 'batch': 8}, 'teacher': {'network': 'resnet-tiny', 'epochs': 1},
                   'distilled': {'epochs': 2}, 'gate': {'epochs': 2}}, file)
    run('train', 'all', data, '--model', MODEL, '--output', out, '--recipe', settings, '--dtype', 'nf4', '--threads', '2', '--quiet')
    with open(os.path.join(out, 'emovlm.json')) as file:
        manifest = json.load(file)
    assert [check['dtype'] for check in manifest['checks']] == ['nf4'] * 2, manifest['checks']
    assert 'domain' not in manifest, manifest['domain']
    for dtype in ('auto', 'nf4'):
        assert b'verified' in run('info', '--check', '--model', out, '--dtype', dtype).stdout, dtype
    (row,) = rows_of(run('predict', '--model', out, sample(), '--format', 'jsonl').stdout)
    assert row['error'] is None and row['in_domain'] is None, row


def test_a_seed_of_nothing_is_one(folder):
    """A recipe's seed gives way to --seed 0, and to no option that is left out."""
    data, settings = scenes(folder, 8, 4), os.path.join(folder, 'seed.json')
    with open(settings, 'w') as file:
        json.dump({'seed': 7, 'vlm': {'epochs': 1, 'batch': 8}}, file)
    for name, options, expected in (('given', ('--seed', '0'), 0), ('left-out', (), 7)):
        out = os.path.join(folder, name)
        train('vlm', data, '--config', tiny_config(os.path.join(folder, name + '-config')), '--output', out, '--recipe', settings, *options)
        with open(os.path.join(out, 'training', 'recipe.json')) as file:
            assert json.load(file)['seed'] == expected, name
    assert b'--temperature' in run('train', '--help').stdout


def test_what_a_later_stage_cannot_do_is_told_before_the_first(folder):
    data, out, config = scenes(folder), os.path.join(folder, 'out'), tiny_config(folder)
    for settings, word in (({'teacher': {'network': 'resnet50'}}, 'resnet-50'), ({'distilled': {'folds': 1}}, 'folds')):
        path = os.path.join(folder, 'late.json')
        with open(path, 'w') as file:
            json.dump(settings, file)
        (line,) = events(train('all', data, '--config', config, '--output', out, '--recipe', path, expect=2))
        assert line['event'] == 'error' and word in line['text'], line
        assert not os.path.exists(out)


def test_what_cannot_be_trained_on_is_told(folder):
    out = os.path.join(folder, 'out')
    empty = os.path.join(folder, 'empty')
    os.mkdir(empty)
    one_label = os.path.join(folder, 'one')
    shutil.copytree(os.path.dirname(sample()), os.path.join(one_label, 'train', 'awe'))
    for data, word in ((os.path.join(folder, 'missing'), 'missing'), (empty, 'empty'), (one_label, 'at least two labels')):
        lines = events(train('vlm', data, '--model', MODEL, '--output', out, expect=1))
        assert lines[-1]['event'] == 'error' and word in lines[-1]['text'], lines
        assert not os.path.exists(os.path.join(out, 'emovlm.json'))


def test_a_folder_of_other_things_is_no_output(folder):
    data, out = scenes(folder, 8, 0), os.path.join(folder, 'out')
    os.mkdir(out)
    with open(os.path.join(out, 'thesis.txt'), 'w') as file:
        file.write('years of work')
    lines = events(train('vlm', data, '--model', MODEL, '--output', out, expect=1))
    assert lines[-1]['event'] == 'error' and 'new or empty' in lines[-1]['text'], lines
    assert os.listdir(out) == ['thesis.txt']


def test_an_output_among_the_labels_is_refused(folder):
    data = scenes(folder, 8, 0)
    out = os.path.join(data, 'train', 'model')
    lines = events(train('vlm', data, '--model', MODEL, '--output', out, expect=1))
    assert lines[-1]['event'] == 'error' and out in lines[-1]['text'], lines
    assert not os.path.exists(out)


def test_without_a_beginning_it_is_told(folder):
    data, out = scenes(folder, 8, 0), os.path.join(folder, 'out')
    text = events(train('vlm', data, '--output', out, expect=1))[-1]['text']
    assert 'no bundle yet' in text, text


def error_of(done):
    last = events(done)[-1]
    assert last['event'] == 'error', last
    return last['text']


def manifest_of(folder):
    with open(os.path.join(folder, 'emovlm.json')) as file:
        return json.load(file)


def test_a_bundle_begins_with_one_thing(folder):
    data, out, config = scenes(folder, 8, 0), os.path.join(folder, 'out'), tiny_config(folder)
    args = ('vlm', data, '--output', out, '--recipe', recipe(folder, epochs=1))
    train(*args, '--config', config)
    other = os.path.join(folder, 'other')
    shutil.copytree(config, other)
    with open(os.path.join(other, 'emovlm.json')) as file:
        manifest = json.load(file)
    manifest['name'] = 'Other'
    with open(os.path.join(other, 'emovlm.json'), 'w') as file:
        json.dump(manifest, file)
    for option, path in (('--config', other), ('--model', MODEL)):
        text = error_of(train(*args, option, path, expect=1))
        assert config in text and path in text, text
    assert events(train(*args, '--config', config))[-1]['event'] == 'skipped'
    for more in ((), ('--model', out)):
        events(train(*args, *more))


def test_labels_are_the_models_or_those_given(folder):
    data, out = scenes(folder, 8, 0, 'fear,awe'), os.path.join(folder, 'out')
    settings = ('--recipe', recipe(folder, epochs=1))
    text = error_of(train('vlm', data, '--model', MODEL, '--labels', 'fear,awe', '--output', out, *settings, expect=1))
    assert 'amusement' in text and 'fear,awe' in text and not os.path.exists(out), text
    train('vlm', data, '--config', tiny_config(folder), '--labels', 'fear,awe', '--output', out, *settings)
    assert manifest_of(out)['labels'] == ['fear', 'awe']
    (row,) = rows_of(run('predict', '--model', out, sample(), '--format', 'jsonl').stdout)
    assert row['labels'] == ['fear', 'awe'] and row['error'] is None, row
    text = error_of(train('vlm', data, '--labels', 'awe,fear', '--output', out, *settings, expect=1))
    assert 'awe,fear' in text and out in text, text


def test_parts_of_a_model_may_lie_anywhere_in_it(folder):
    data, out, model = scenes(folder, 8, 0), os.path.join(folder, 'out'), os.path.join(folder, 'model')
    shutil.copytree(MODEL, model)
    manifest = manifest_of(model)
    for part in ('distilled', 'gate', 'domain'):
        name = os.path.join('parts', part, 'x.safetensors')
        os.makedirs(os.path.join(model, os.path.dirname(name)))
        os.rename(os.path.join(model, manifest[part]['path']), os.path.join(model, name))
        manifest[part]['path'] = name
    os.makedirs(os.path.join(model, 'towers', 'large'))
    os.rename(os.path.join(model, 'vlm'), os.path.join(model, 'towers', 'large', 'vlm'))
    manifest['vlm']['path'] = 'towers/large/vlm'
    with open(os.path.join(model, 'emovlm.json'), 'w') as file:
        json.dump(manifest, file)
    train('vlm', data, '--model', model, '--output', out, '--recipe', recipe(folder, epochs=1))
    assert manifest_of(out)['vlm'] == {'path': 'towers/large/vlm', 'adapter': 'adapter'}
    (row,) = rows_of(run('predict', '--model', out, sample(), '--format', 'jsonl').stdout)
    assert row['error'] is None and row['distilled'], row


def test_two_trainings_do_not_share_a_folder(folder):
    data, out = scenes(folder, 8, 0), os.path.join(folder, 'out')
    args = ('vlm', data, '--model', MODEL, '--output', out, '--recipe', recipe(folder, epochs=1000))
    first = start(*args)
    for line in first.stdout:
        if json.loads(line)['event'] == 'step':
            break
    text = error_of(train(*args, expect=1))
    assert 'another training' in text and out in text, text
    first.send_signal(signal.SIGKILL)
    first.stdout.read()
    first.wait(30)
    events(train('vlm', data, '--output', out, '--recipe', recipe(folder, epochs=1)))


def test_a_full_disk_at_the_beginning_is_told_and_the_next_try_begins(folder):
    data, small = scenes(folder, 8, 0), os.path.join(folder, 'small')
    os.mkdir(small)
    mount(small, 1 << 20)
    out = os.path.join(small, 'out')
    args = ('vlm', data, '--model', MODEL, '--output', out, '--recipe', recipe(folder, epochs=1))
    text = error_of(train(*args, expect=5))
    assert MODEL in text and out in text and 'space' in text, text
    assert not os.path.exists(out)
    mount(small, '64m', 'remount')
    assert events(train(*args, '--resume'))[-1]['event'] == 'done'


def test_broken_pictures_and_copies_are_notes(folder):
    data, out = scenes(folder, 16, 4), os.path.join(folder, 'out')
    label = os.path.join(data, 'train', os.listdir(os.path.join(data, 'train'))[0])
    picture = os.path.join(label, os.listdir(label)[0])
    with open(os.path.join(label, 'broken.png'), 'wb') as file:
        file.write(b'\x89PNG\r\n\x1a\nno more')
    shutil.copy(picture, os.path.join(label, 'copy.png'))
    lines = events(train('vlm', data, '--model', MODEL, '--output', out, '--recipe', recipe(folder, epochs=1)))
    notes = [line['text'] for line in lines if line['event'] == 'note']
    assert any('broken.png' in note for note in notes), notes
    assert any('copy.png' in note for note in notes), notes
    assert lines[-1]['event'] == 'done', lines


def test_val_that_is_broken_is_none(folder):
    begin, out = all_stages(folder), os.path.join(folder, 'out')
    for path, _, names in os.walk(os.path.join(folder, 'scenes', 'val')):
        for name in names:
            with open(os.path.join(path, name), 'wb') as file:
                file.write(b'\x89PNG\r\n\x1a\n' + name.encode())
    lines = events(train(*begin, '--output', out))
    assert any(line['event'] == 'note' and 'no picture of val can be read' in line['text'] for line in lines), lines
    assert [line['stage'] for line in lines if line['event'] == 'done'] == list(STAGES), lines


def test_a_second_signal_ends_it_at_once(folder):
    data, out = scenes(folder), os.path.join(folder, 'out')
    process = start('vlm', data, '--model', MODEL, '--output', out, '--recipe', recipe(folder, epochs=1000))
    for line in process.stdout:
        if json.loads(line)['event'] == 'step':
            break
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)
    begun = time.monotonic()
    process.stdout.read()
    assert process.wait(30) == 130 and time.monotonic() - begun < 20


def test_who_began_it_may_go(folder):
    """A window's threads end one by one, and each is a signal."""
    data, out = scenes(folder), os.path.join(folder, 'out')
    process = start('vlm', data, '--model', MODEL, '--output', out, '--recipe', recipe(folder, epochs=1000))
    process.stdout.readline()
    for line in process.stdout:
        if json.loads(line)['event'] == 'step':
            break
    process.stdout.close()
    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGHUP)
    assert process.wait(30) == 130
    assert os.listdir(os.path.join(out, 'training', 'vlm', 'checkpoints'))


sys.exit(main(globals()))
