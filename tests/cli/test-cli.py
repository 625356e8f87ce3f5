#!/usr/bin/env python3
# test-cli.py: the command line's contract (design.md section 4), as TAP.
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: test-cli.py EMOVLM SOURCE-ROOT
"""Runs the built program on the samples with the embedded bundle. Names of the
functions say the behaviour; each gets a folder of its own. Needs no package."""
import csv
import io
import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.parse

from harness import (EMOVLM, JSONL_KEYS, MODEL, PICTURES, SAMPLES, Skip, copy_many, main, one_line, rows_of, run, run_within,
                     sample, short_memories)


def test_usage_errors_exit_2_with_one_line(folder):
    for args in (['predict'], ['predict', '--wrong', 'x'], ['predict', '--format', 'xml', 'x'],
                 ['predict', '--device', 'gpu', 'x'], ['predict', '--dtype', 'float8', 'x'],
                 ['predict', '--limit', '0', 'x'], ['predict', '--threads', '-1', 'x'],
                 ['predict', '--labels', 'a', 'x'], ['predict', '--labels', 'a,a', 'x'],
                 ['predict', '--resume', 'x'], ['predict', ''], ['predict', sample(), ''], ['generate', sample()], ['generate', '--prompt', 'x'],
                 ['generate', sample(), '--prompt', 'x', '--format', 'csv'], ['info', 'x'], ['nothing']):
        one_line(run(*args, expect=2))
    run(expect=2)


def test_help_and_version_exit_0(folder):
    assert b'predict' in run('--help').stdout
    assert b'--max-pixels' in run('predict', '--help').stdout
    assert run('--version').stdout.startswith(b'emovlm ')


def test_missing_model_exits_4(folder):
    empty = os.path.join(folder, 'empty')
    os.mkdir(empty)
    for model in (os.path.join(folder, 'missing'), empty):
        text = one_line(run('predict', '--model', model, sample(), expect=4))
        assert os.path.basename(model) in text, text
    one_line(run('info', '--model', empty, expect=4))
    run('tokenize', '--model', empty, expect=4, stdin=b'"x"\n')


def test_damaged_model_exits_4_and_leaves_old_output(folder):
    model = os.path.join(folder, 'model')
    shutil.copytree(MODEL, model)
    for path, _, names in os.walk(model):
        for name in names:
            if name.startswith('model') and name.endswith('.safetensors'):
                os.chmod(os.path.join(path, name), 0o644)
                os.truncate(os.path.join(path, name), 1000)
    output = os.path.join(folder, 'out.csv')
    with open(output, 'w') as file:
        file.write('old')
    run('predict', '--model', model, '--output', output, sample(), expect=4)
    with open(output) as file:
        assert file.read() == 'old'


def test_jsonl_has_every_key_and_sound_numbers(folder):
    rows = rows_of(run('predict', '--format', 'jsonl', SAMPLES).stdout)
    assert [os.path.basename(r['image']) for r in rows] == PICTURES
    for row in rows:
        assert list(row) == JSONL_KEYS, list(row)
        n = len(row['labels'])
        for branch in ('vlm', 'distilled', 'gated'):
            p = row[branch]['probabilities']
            assert len(p) == n and abs(sum(p) - 1) < 1e-6
            assert row[branch]['label'] == row['labels'][p.index(max(p))]
        parts = row['gate']['contributions']
        for i in range(n):
            total = parts['vlm'][i] + parts['distilled'][i] + parts['rest'][i]
            assert abs(total - row['gated']['logits'][i]) < 1e-4
        assert row['agree'] == (row['vlm']['label'] == row['distilled']['label'])
        assert row['explanation']['text'] and row['error'] is None
        assert set(row['ms']) == {'decode', 'vision', 'prefill', 'score', 'explain', 'total'}
        assert len(row['model']['sha256']) == 64


def test_csv_says_the_same_as_jsonl(folder):
    lines = rows_of(run('predict', '--format', 'jsonl', '--no-explain', SAMPLES).stdout)
    text = run('predict', '--format', 'csv', '--no-explain', SAMPLES).stdout.decode()
    assert text.count('\r\n') == len(lines) + 1
    table = list(csv.DictReader(io.StringIO(text, newline='')))
    assert len(table) == len(lines)
    for cells, row in zip(table, lines):
        assert cells['file_name'] and None not in cells and None not in cells.values()
        assert cells['uri'].startswith('file:///')
        assert cells['uri'].endswith(os.path.basename(row['image']))
        for branch in ('vlm', 'distilled', 'gated'):
            assert cells['pred_' + branch] == row[branch]['label']
            for label, p in zip(row['labels'], row[branch]['probabilities']):
                assert abs(float(cells[f'p_{branch}_{label}']) - p) < 1e-5
        assert cells['agree'] == str(row['agree']).lower()
        assert cells['in_domain'] == ('' if row['in_domain'] is None else str(row['in_domain']).lower())
        assert (int(cells['width']), int(cells['height'])) == (row['width'], row['height'])
        assert cells['status'] == 'done' and cells['error'] == ''
        assert cells['model_sha256'] == row['model']['sha256']


def test_columns_are_chosen_by_groups(folder):
    def names(*args):
        text = run('predict', '--format', 'csv', '--no-explain', *args, sample()).stdout.decode()
        return next(csv.reader(io.StringIO(text, newline='')))
    assert names('--columns', 'answers, status') == ['file_name', 'pred_gated', 'pred_vlm', 'pred_distilled', 'agree',
                                                     'margin', 'in_domain', 'status', 'error']
    everything = names()
    assert names('--columns', 'dataset,answers,probabilities,fusion,explanation,status,picture,model') == everything
    assert everything[-1] == 'time_utc'
    for args in (['--columns', 'colours', '--format', 'csv'], ['--columns', 'answers', '--format', 'jsonl'],
                 ['--columns', 'answers'],
                 ['--resume', '--output', os.path.join(folder, 'x.csv'), '--columns', 'answers']):
        one_line(run('predict', *args, sample(), expect=2))


def test_table_has_a_row_a_picture(folder):
    text = run('predict', SAMPLES).stdout.decode()
    assert '\x1b' not in text and '\nFILE ' in '\n' + text
    for name in PICTURES:
        assert any(line.startswith(name) for line in text.splitlines()), name


def test_same_seed_same_bytes(folder):
    def stripped():
        rows = rows_of(run('predict', '--format', 'jsonl', '--seed', '7', sample(), sample(1)).stdout)
        return [{k: v for k, v in r.items() if k != 'ms'} for r in rows]
    assert stripped() == stripped()


def test_bad_files_among_good_exit_3(folder):
    bad = {'empty.png': b'', 'text.png': b'no picture', 'cut.png': open(sample(), 'rb').read()[:500],
           'drawing.png': b'<svg xmlns="http://www.w3.org/2000/svg"/>'}
    for name, data in bad.items():
        with open(os.path.join(folder, name), 'wb') as file:
            file.write(data)
    os.mkfifo(os.path.join(folder, 'pipe.png'))
    names = [os.path.join(folder, n) for n in [*bad, 'pipe.png', 'gone.png']]
    done = run('predict', '--format', 'jsonl', '--no-explain', names[0], sample(), *names[1:], sample(1),
               'http://127.0.0.1:1/x.png', expect=3)
    rows = rows_of(done.stdout)
    assert len(rows) == 9 and [r['error'] is None for r in rows].count(True) == 2
    assert rows[1]['error'] is None and rows[-2]['error'] is None
    codes = {os.path.basename(r['image']): r['error'].split(':')[0] for r in rows if r['error']}
    assert codes['empty.png'] == 'TRUNC' and codes['text.png'] == 'FORMAT', codes
    assert codes['cut.png'] == 'TRUNC' and codes['drawing.png'] == 'UNSUP', codes
    assert codes['pipe.png'] == 'IO' and codes['gone.png'] == 'IO' and codes['x.png'] == 'UNSUP', codes
    for row in rows:
        assert list(row) == JSONL_KEYS
        if row['error']:
            assert row['vlm'] is None and row['gated'] is None


def test_ends_though_all_are_bad(folder):
    empty = os.path.join(folder, 'empty.png')
    open(empty, 'wb').close()
    rows = rows_of(run('predict', '--format', 'jsonl', empty, os.path.join(folder, 'gone.png'), expect=3).stdout)
    assert [row['error'].split(':')[0] for row in rows] == ['TRUNC', 'IO'], rows


def test_another_hosts_file_is_not_the_local_one(folder):
    local = os.path.join(folder, 'a.png')
    shutil.copy(sample(), local)
    args = ['predict', '--format', 'jsonl', '--no-explain']
    rows = rows_of(run(*args, 'file://otherhost' + local, 'file://localhost' + local, expect=3).stdout)
    assert rows[0]['error'].startswith('UNSUP') and rows[1]['error'] is None, rows


def poison(path):
    """Every weight becomes NaN; the header stays."""
    with open(path, 'r+b') as file:
        begin = 8 + int.from_bytes(file.read(8), 'little')
        size = os.path.getsize(path) - begin
        file.seek(begin)
        file.write(b'\xff\xff\xff\x7f' * (size // 4))


def test_weights_that_are_no_numbers_are_counted(folder):
    for name in ('gate.safetensors', 'distilled.safetensors', os.path.join('vlm', 'model.safetensors')):
        model = os.path.join(folder, name.replace(os.sep, '-'))
        shutil.copytree(MODEL, model)
        os.chmod(os.path.join(model, name), 0o644)
        poison(os.path.join(model, name))
        done = run('predict', '--no-explain', '--format', 'jsonl', '--model', model, sample(), expect=3)
        assert b'weights are not finite' in done.stderr, (name, done.stderr)
        assert rows_of(done.stdout)[0]['gated'] is None


def test_names_come_from_standard_input(folder):
    names = [sample(i).encode() for i in (2, 0, 1)]
    rows = rows_of(run('predict', '--format', 'jsonl', '--no-explain', '-', stdin=b'\n'.join(names)).stdout)
    assert [r['image'].encode() for r in rows] == names
    rows = rows_of(run('predict', '--format', 'jsonl', '--no-explain', '--null', '-', stdin=b'\0'.join(names) + b'\0').stdout)
    assert [r['image'].encode() for r in rows] == names


def test_names_with_nul_need_null(folder):
    done = run('predict', '--no-explain', '-', stdin=sample().encode() + b'\0' + sample(1).encode() + b'\0', expect=1)
    assert '--null' in one_line(done)


def test_folders_recurse_only_when_asked(folder):
    for name in ('b.png', 'a/c.png', 'a/deep/d.png'):
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        shutil.copy(sample(), path)
    with open(os.path.join(folder, 'notes.txt'), 'w') as file:
        file.write('not a picture')
    os.symlink(folder, os.path.join(folder, 'a', 'loop'))
    args = ['predict', '--format', 'jsonl', '--no-explain']
    flat = run(*args, folder)
    assert [r['image'] for r in rows_of(flat.stdout)] == [os.path.join(folder, 'b.png')]
    assert b'1 other file in folders was skipped' in flat.stderr
    deep = rows_of(run(*args, '--recursive', folder).stdout)
    assert [os.path.relpath(r['image'], folder) for r in deep] == ['a/c.png', 'a/deep/d.png', 'b.png']
    assert run(*args, '--quiet', folder).stderr == b''
    os.mkdir(os.path.join(folder, 'none'))
    run(*args, os.path.join(folder, 'none'), expect=1)


def test_limit_and_duplicates(folder):
    args = ['predict', '--format', 'jsonl', '--no-explain']
    assert len(rows_of(run(*args, '--limit', '2', SAMPLES).stdout)) == 2
    assert len(rows_of(run(*args, sample(), sample(), os.path.join(SAMPLES, '.', PICTURES[0])).stdout)) == 1


def test_odd_file_names(folder):
    names = [b'-dash.png', b'line\nfeed.png', b'caf\xe9\xff.png', b'x' * 251 + b'.png', 'rtl\u202egnp.png'.encode(),
             b'=cmd, "quoted".png']
    for name in names:
        shutil.copy(sample().encode(), os.path.join(folder.encode(), name))
    common = ['predict', '--no-explain', '--format']
    rows = rows_of(run(*common, 'jsonl', '--', *names, cwd=folder).stdout)
    assert len(rows) == len(names) and not any(r['error'] for r in rows), rows
    assert rows[0]['image'] == '-dash.png' and rows[1]['image'] == 'line\nfeed.png'
    assert rows[2]['image'].startswith('file:///') and rows[2]['image'].endswith('caf%E9%FF.png')
    text = run(*common, 'csv', folder).stdout.decode()
    table = {urllib.parse.unquote_to_bytes(c['uri'].rsplit('/', 1)[1]): c['file_name']
             for c in csv.DictReader(io.StringIO(text, newline=''))}
    assert set(table) == set(names)
    assert table[b'-dash.png'] == "'-dash.png" and table[b'line\nfeed.png'] == 'line\nfeed.png'
    assert table[b'=cmd, "quoted".png'] == '\'=cmd, "quoted".png', table
    shown = run(*common, 'table', folder).stdout.decode()
    assert len(shown.splitlines()) == len(names) + 1 and '\u202e' not in shown
    piped = run(*common, 'jsonl', '--null', '-', stdin=b'\0'.join(names), cwd=folder)
    assert len(rows_of(piped.stdout)) == len(names)


def test_output_appears_whole_and_resumes(folder):
    output = os.path.join(folder, 'out.jsonl')
    run('predict', '--no-explain', '--output', output, '--limit', '3', SAMPLES)
    with open(output, 'rb') as file:
        first = file.read()
    assert len(rows_of(first)) == 3
    with open(output, 'ab') as file:
        file.write(b'{"image": "cut off')
    run('predict', '--no-explain', '--output', output, '--resume', SAMPLES)
    with open(output, 'rb') as file:
        text = file.read()
    assert text.startswith(first)
    assert [os.path.basename(r['image']) for r in rows_of(text)] == PICTURES
    run('predict', '--no-explain', '--output', output, '--resume', SAMPLES)
    with open(output, 'rb') as file:
        assert file.read() == text


def test_generated_nul_does_not_hinder_resume(folder):
    output = os.path.join(folder, 'result.jsonl')
    run('predict', '--no-explain', '--output', output, SAMPLES)
    with open(output, 'rb') as file:
        rows = rows_of(file.read())
    for text, row in zip(('a\0b\0', '\\u0000', '\\\0"'), rows):
        row['explanation'] = {'text': text, 'label': None, 'complete': False}
    with open(output, 'w', encoding='utf-8') as file:
        file.writelines(json.dumps(row) + '\n' for row in rows[:-1])
    run('predict', '--no-explain', '--output', output, '--resume', SAMPLES)
    with open(output, 'rb') as file:
        assert [r['image'] for r in rows_of(file.read())] == [r['image'] for r in rows]


def test_csv_resumes_and_refuses_other_files(folder):
    output = os.path.join(folder, 'out.csv')
    run('predict', '--no-explain', '--output', output, '--limit', '2', SAMPLES)
    with open(output, 'ab') as file:
        file.write(b'half,"a row\r\n')
    run('predict', '--no-explain', '--output', output, '--resume', SAMPLES)
    with open(output, newline='') as file:
        table = list(csv.DictReader(file))
    assert [os.path.basename(c['uri']) for c in table] == PICTURES
    with open(output, 'w') as file:
        file.write('a,b\r\n1,2\r\n')
    one_line(run('predict', '--output', output, '--resume', SAMPLES, expect=1))
    with open(output) as file:
        assert file.read() == 'a,b\n1,2\n'
    assert os.listdir(folder) == ['out.csv']


def test_unwritable_output_is_told_at_once(folder):
    for output in (os.path.join(folder, 'none', 'out.csv'), folder):
        begin = time.monotonic()
        one_line(run('predict', '--output', output, '--format', 'csv', sample(), expect=1))
        assert time.monotonic() - begin < 20
    if os.path.exists('/dev/full'):
        run('predict', '--output', '/dev/full', '--format', 'csv', sample(), expect=5)
        with open('/dev/full', 'wb') as full:
            done = subprocess.run([EMOVLM, 'predict', '--quiet', sample()], stdout=full, stderr=subprocess.PIPE, timeout=120)
        assert done.returncode == 5 and done.stderr.count(b'\n') == 1, done


def test_short_memory_is_told_before_it_ends(folder):
    for command in (['predict', SAMPLES, '--format', 'jsonl'], ['generate', '--prompt', 'Why?', sample()], ['info', '--check'],
                    ['synth', '--train', '8', '--val', '2', '--test', '0']):
        answers = {}
        for mib in short_memories(1024):
            done = run_within(mib, *command, *([os.path.join(folder, str(mib))] if command[0] == 'synth' else ['--model', MODEL]))
            assert done.returncode in (0, 5), (command, mib, done)
            assert (done.returncode == 0) or b'memory' in one_line(done).encode(), (command, mib, done)
            answers[mib] = done.returncode
        assert set(answers.values()) == {0, 5} and answers[1024] == 0, (command, answers)


def test_full_standard_output_is_told_once(folder):
    if not os.path.exists('/dev/full'):
        raise Skip('there is no /dev/full')
    names = [os.path.join(folder, f'gone-{i}.png') for i in range(5)]
    with open('/dev/full', 'wb') as full:
        done = subprocess.run([EMOVLM, 'predict', '--no-explain', '--format', 'jsonl', names[0], sample(), *names[1:]],
                              stdout=full, stderr=subprocess.PIPE, timeout=120)
    assert done.returncode == 5 and done.stderr.count(b'standard output') == 1, done


def test_file_size_limit_is_told_and_keeps_whole_rows(folder):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (8000, 8000))
    output = os.path.join(folder, 'out.jsonl')
    done = subprocess.run([EMOVLM, 'predict', '--no-explain', '--output', output, SAMPLES],
                          capture_output=True, preexec_fn=limit, timeout=120)
    assert done.returncode == 5 and output in one_line(done), done
    with open(output, 'rb') as file:
        text = file.read()
    assert text.endswith(b'\n') and 0 < len(rows_of(text)) < len(PICTURES)
    run('predict', '--no-explain', '--output', output, '--resume', SAMPLES)
    with open(output, 'rb') as file:
        assert [os.path.basename(r['image']) for r in rows_of(file.read())] == PICTURES


def closed(descriptors, *args):
    return subprocess.run(['sh', '-c', f'exec "$0" "$@" {descriptors}', EMOVLM, 'predict', '--no-explain', *args],
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=120)


def test_messages_never_land_in_a_file(folder):
    """A closed descriptor's number goes to the next file that is opened."""
    output, gone = os.path.join(folder, 'out.jsonl'), os.path.join(folder, 'gone.png')
    for descriptors in ('2>&-', '<&- >&- 2>&-'):
        assert closed(descriptors, '--output', output, sample(), gone).returncode == 3
        with open(output, 'rb') as file:
            assert len(rows_of(file.read())) == 2
    done = closed('<&- >&-', '--format', 'jsonl', sample())
    assert done.returncode == 1 and 'standard output' in one_line(done), done
    done = closed('<&-', '--format', 'jsonl', '-')
    assert done.returncode == 1 and 'standard input' in one_line(done), done


def test_pipe_that_nothing_reads_is_told(folder):
    output = os.path.join(folder, 'out.jsonl')
    os.mkfifo(output)
    assert output in one_line(run('predict', '--no-explain', '--output', output, sample(), expect=1))
    reader = os.open(output, os.O_RDONLY | os.O_NONBLOCK)
    run('predict', '--no-explain', '--output', output, sample())
    assert len(rows_of(os.read(reader, 1 << 16))) == 1
    os.close(reader)


def test_output_that_cannot_be_named_is_told_at_once(folder):
    loop = os.path.join(folder, 'loop.csv')
    os.symlink(loop, loop)
    one_line(run('predict', '--output', '', sample(), expect=2))
    for output in (loop, os.path.join(folder, 'n' * 300)):
        begin = time.monotonic()
        done = run('predict', '--output', output, '--model', os.path.join(folder, 'no model'), sample(), expect=1)
        assert output in one_line(done) and time.monotonic() - begin < 20


def test_table_file_is_written_at_the_end(folder):
    output = os.path.join(folder, 'out.txt')
    done = run('predict', '--no-explain', '--output', output, sample(), sample(1))
    assert done.stdout == b''
    with open(output) as file:
        assert len(file.read().splitlines()) == 3


def test_closed_pipe_is_quiet(folder):
    copy_many(folder, 30)
    process = subprocess.Popen([EMOVLM, 'predict', '--format', 'jsonl', '--quiet', folder],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.readline()
    process.stdout.close()
    errors = process.stderr.read()
    assert process.wait(timeout=60) == 0 and errors == b'', (process.returncode, errors)


def interrupt(folder, output, times):
    process = subprocess.Popen([EMOVLM, 'predict', '--output', output, folder],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    end = time.monotonic() + 60
    while not os.path.exists(output) and time.monotonic() < end:
        time.sleep(0.002)
    assert os.path.exists(output)
    begin = time.monotonic()
    for _ in range(times):
        process.send_signal(signal.SIGINT)
        time.sleep(0.01)
    process.communicate(timeout=60)
    assert process.returncode == 130, process.returncode
    return time.monotonic() - begin


def test_interrupt_leaves_a_valid_file(folder):
    pictures = os.path.join(folder, 'pictures')
    copy_many(pictures, 400)
    output = os.path.join(folder, 'out.csv')
    interrupt(pictures, output, 1)
    with open(output, newline='') as file:
        text = file.read()
    table = list(csv.DictReader(io.StringIO(text, newline='')))
    assert text.endswith('\r\n') and 0 < len(table) < 400, len(table)
    assert all(c['status'] == 'done' for c in table)
    output = os.path.join(folder, 'out.jsonl')
    assert interrupt(pictures, output, 2) < 10
    with open(output, 'rb') as file:
        assert 0 < len(rows_of(file.read())) < 400


def test_interrupt_at_the_very_end_exits_130(folder):
    """The second one finds the program putting things away."""
    copy_many(folder, 200)
    for number in range(5):
        output = os.path.join(folder, f'{number}.jsonl')
        process = subprocess.Popen([EMOVLM, 'predict', '--no-explain', '--record', '--output', output, folder],
                                   stderr=subprocess.DEVNULL, env=dict(os.environ, XDG_DATA_HOME=folder))
        end = time.monotonic() + 60
        while (not os.path.exists(output) or os.path.getsize(output) < 50_000) and time.monotonic() < end:
            time.sleep(0.002)
        for _ in range(2):
            process.send_signal(signal.SIGINT)
            time.sleep(0.02)
        assert process.wait(timeout=60) == 130, process.returncode
        with open(output, 'rb') as file:
            assert 0 < len(rows_of(file.read())) < 200


def test_interrupt_while_loading_exits_130(folder):
    copy_many(folder, 200)
    process = subprocess.Popen([EMOVLM, 'predict', folder], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    # The system's own way to end, before the program has begun.
    assert process.returncode in (130, -signal.SIGINT), process.returncode


def synth(folder, *more):
    return ('synth', os.path.join(folder, 'scenes'), '--train', '400', '--val', '0', '--test', '0', '--threads', '1', *more)


def start_synth(folder):
    """Returns when the first picture is there."""
    process = subprocess.Popen([EMOVLM, *synth(folder)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    end = time.monotonic() + 60
    while not pictures_of(folder) and time.monotonic() < end:
        time.sleep(0.002)
    assert pictures_of(folder)
    return process


def pictures_of(folder):
    return [n for _, _, names in os.walk(os.path.join(folder, 'scenes')) for n in names if n.endswith('.png')]


def test_interrupted_synth_lists_what_is_there(folder):
    process = start_synth(folder)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130 and errors.startswith(b'emovlm: Stopped: '), (process.returncode, errors)
    with open(os.path.join(folder, 'scenes', 'scenes.jsonl'), 'rb') as file:
        assert 0 < len(rows_of(file.read())) == len(pictures_of(folder)) < 400


def test_a_second_signal_ends_synth_at_once(folder):
    """Both wait where it is held, so that it hears them one after the other."""
    process = start_synth(folder)
    for sign in (signal.SIGSTOP, signal.SIGINT, signal.SIGTERM, signal.SIGCONT):
        process.send_signal(sign)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130 and errors == b'', (process.returncode, errors)
    assert not os.path.exists(os.path.join(folder, 'scenes', 'scenes.jsonl'))
    run(*synth(folder, '--resume'))
    assert len(pictures_of(folder)) == 400


def test_numbers_ignore_the_locale(folder):
    if not shutil.which('localedef'):
        raise Skip('localedef is not installed')
    made = subprocess.run(['localedef', '-i', 'de_DE', '-f', 'UTF-8', os.path.join(folder, 'de_DE.UTF-8')],
                          capture_output=True)
    if made.returncode > 1 or not os.path.isdir(os.path.join(folder, 'de_DE.UTF-8')):
        raise Skip('the locale de_DE cannot be made')
    env = {'LOCPATH': folder, 'LC_ALL': 'de_DE.UTF-8', 'LANGUAGE': 'de'}
    for form in ('csv', 'jsonl'):
        def numbers(**kwargs):
            text = run('predict', '--no-explain', '--format', form, sample(), **kwargs).stdout.decode()
            if form == 'jsonl':
                return {k: v for k, v in json.loads(text).items() if k != 'ms'}
            row = next(csv.DictReader(io.StringIO(text, newline='')))
            return {k: v for k, v in row.items() if k not in ('ms_total', 'time_utc')}
        assert numbers() == numbers(env=env)
    plain = run('predict', '--no-explain', sample(), env=env).stdout.decode()
    assert ',' not in plain.splitlines()[1], plain


def test_generate_writes_text_and_json(folder):
    args = ['generate', sample(), '--prompt', 'Which emotion does it evoke, and why?']
    text = run(*args).stdout.decode()
    assert text.endswith('\n') and len(text) > 1
    row = json.loads(run(*args, '--format', 'jsonl').stdout)
    assert list(row) == ['image', 'prompt_tokens', 'tokens', 'text', 'finish', 'ms']
    assert row['image'] == sample() and row['text'] + '\n' == text and row['finish'] in ('stop', 'length')
    short = json.loads(run(*args, '--format', 'jsonl', '--max-new-tokens', '2').stdout)
    assert short['tokens'] == row['tokens'][:2] and short['finish'] == 'length'
    drawn = [run(*args, '--temperature', '1.5', '--seed', '3').stdout for _ in range(2)]
    assert drawn[0] == drawn[1]
    output = os.path.join(folder, 'text')
    assert run(*args, '--output', output).stdout == b''
    with open(output) as file:
        assert file.read() == text
    run('generate', os.path.join(folder, 'gone.png'), '--prompt', 'x', expect=3)


def test_tokenize_needs_no_weights(folder):
    shutil.copy(os.path.join(MODEL, 'vlm', 'tokenizer.json'), folder)
    strings = ['', 'awe', 'Caf\u00e9 \U0001f600\n', '<|im_start|>', 'x' * 100000]
    done = run('tokenize', '--model', folder, stdin='\n'.join(map(json.dumps, strings)).encode())
    ids = rows_of(done.stdout)
    assert len(ids) == len(strings) and ids[0] == [] and len(ids[3]) == 1
    assert all(isinstance(i, int) for line in ids for i in line)
    same = run('tokenize', '--model', MODEL, stdin='\n'.join(map(json.dumps, strings)).encode())
    assert same.stdout == done.stdout
    mixed = run('tokenize', '--model', folder, stdin=b'"awe"\nnot json\n{}\n"awe"\n', expect=3)
    assert rows_of(mixed.stdout) == [ids[1], None, None, ids[1]]


def test_info_names_device_and_model(folder):
    text = run('info').stdout.decode()
    for name in ('emovlm', 'libtorch', 'device', 'threads', 'dtype', 'default model', 'formats'):
        assert any(line.startswith(name) for line in text.splitlines()), name
    facts = run('info', '--model', MODEL).stdout.decode()
    for name in ('labels', 'gate', 'model sha256', 'parameters'):
        assert any(line.startswith(name) for line in facts.splitlines()), name


def test_info_check_verifies_numbers(folder):
    assert b'numbers verified on this machine, worst difference' in run('info', '--check').stdout


def history(home):
    with sqlite3.connect(os.path.join(home, 'emovlm', 'runs.db')) as store:
        return store.execute('SELECT kind, state, file_name, uri, label, text FROM entries JOIN runs ON runs.id = run '
                             'LEFT JOIN predictions ON entry = entries.id ORDER BY number').fetchall()


def test_record_keeps_results_in_the_history(folder):
    env = {'XDG_DATA_HOME': folder}
    run('predict', '--no-explain', sample(), env=env)
    assert os.listdir(folder) == [], 'without --record nothing is left behind'
    broken = os.path.join(folder, 'broken.png')
    with open(broken, 'wb') as file:
        file.write(b'text')
    done = run('predict', '--no-explain', '--format', 'jsonl', '--record', sample(), broken, sample(1), env=env, expect=3)
    kept = history(folder)
    assert [k[:3] for k in kept] == [(1, 1, PICTURES[0]), (1, 2, 'broken.png'), (1, 1, PICTURES[1])], kept
    for row, (_, state, name, uri, label, text) in zip(rows_of(done.stdout), kept):
        assert os.path.basename(urllib.parse.unquote(uri)) == name
        if state == 1:
            assert json.loads(text) == row and label == row['gated']['label']
        else:
            assert text is None


def test_record_says_where_it_cannot(folder):
    home = os.path.join(folder, 'a file')
    with open(home, 'w'):
        pass
    done = run('predict', '--no-explain', '--record', '--quiet', sample(), env={'XDG_DATA_HOME': home}, expect=5)
    assert 'not in the history' in one_line(done)
    assert PICTURES[0] in done.stdout.decode()


def test_nf4_gives_an_answer(folder):
    done = run('predict', '--dtype', 'nf4', '--no-explain', '--format', 'jsonl', '--quiet', sample())
    found = json.loads(done.stdout)
    assert found['gated']['label'] == 'sadness' and found['in_domain'] is None, found
    assert b'nf4' in run('info', '--check', '--dtype', 'nf4').stdout


def test_int8_is_refused_in_words(folder):
    process = subprocess.run([EMOVLM, 'predict', '--dtype', 'int8', sample()], capture_output=True, timeout=60)
    assert process.returncode == 1 and b'int8' in process.stderr, process


if __name__ == '__main__':
    sys.exit(main(globals()))
