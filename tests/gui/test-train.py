#!/usr/bin/python3
# test-train.py
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-train.py DESKTOP CLI SAMPLES: the page that trains models, driven. What
trains is train-child.py, which says what the command line says."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import driver  # noqa: E402
from driver import App, wait_for, xdotool  # noqa: E402

driver.relaunch_in_session(sys.argv)

DESKTOP, CLI, SAMPLES = (os.path.abspath(p) for p in sys.argv[1:4])
WORK = tempfile.mkdtemp(prefix='emo-driven-train-')
CHILD = os.path.join(driver.HERE, 'train-child.py')
WARNING = re.compile(r'(WARNING|CRITICAL|ERROR) \*\*|(Gtk|Gdk|Gsk|GLib|Adwaita|Pango|Emo)[\w-]*-(WARNING|CRITICAL|ERROR)')
LONGEST_TURN_MS = 50
DATASET = os.path.join(WORK, 'set')
subprocess.run([CLI, 'synth', DATASET, '--train', '24', '--val', '8', '--test', '0', '--quiet'], check=True, stdout=2)


def assert_quiet(app):
    text = app.close()
    assert not WARNING.search(text), f'stderr:\n{text}'


def plain(text):
    """With spaces that break."""
    return text.replace('\u00a0', ' ').replace('\u202f', ' ')


def start(kind, *paths, stage='distilled', **env):
    """The page, ready to train into a folder of its own."""
    output = tempfile.mkdtemp(prefix='out-', dir=WORK)
    app = App(DESKTOP, *paths, env={'EMOVLM_CLI': CHILD, 'TRAIN_CHILD': kind, 'XDG_DATA_HOME': os.path.join(WORK, 'data'), **env})
    show(app, output, stage)
    return app, output


def show(app, output, stage='distilled'):
    app.fill(1280, 800)
    app.key('alt+2')
    app.activate_action('train-output', output)
    app.activate_action('train-stage', stage)
    app.activate_action('train-dataset', DATASET)
    wait_for(lambda: app.find('push button', 'Start Training') or app.find('push button', 'Start Anew'), 20, 'a button that starts')
    wait_for(lambda: (app.find('push button', 'Start Training') or app.find('push button', 'Start Anew')).sensitive, 20, 'the dataset read')


def press(app, name, seconds=20):
    app.wait('push button', name, seconds).press()


def press_response(app, name):
    """The buttons of libadwaita's dialogs have their mnemonic in their names, too."""
    wait_for(lambda: next((n for n in app.find_all('push button') if n.name.endswith(name)), None), 20, name).press()


def curve(app, name):
    return plain(next(n for n in app.find_all('image') if n.name == name).description)


def epochs(app):
    return [plain(n.name) for n in app.find_all() if re.match(r'Epoch \d+: ', n.name)]


def log(app):
    return app.wait('text', 'Log').text


def checkpoints(output, stage='distilled'):
    folder = os.path.join(output, 'training', stage, 'checkpoints')
    return os.listdir(folder) if os.path.isdir(folder) else []


def test_shows_what_a_training_says_and_loads_what_it_made():
    app, output = start('done')
    app.wait_text('32 pictures, 8 labels')
    app.wait_text('Train 24 · validation 8 · test 0')
    press(app, 'Start Training')
    status = app.wait_text('Done: Accuracy', 30)
    assert plain(status.name) == 'Done: Accuracy 87.5 %, macro F1 62.5 % after epoch 3', status.name
    assert curve(app, 'Loss by Step') == 'Loss 0.286 at step 60, 1.82 at first. Validation loss 0.386 after epoch 3', curve(app, 'Loss by Step')
    assert curve(app, 'Validation by Epoch') == 'Accuracy 87.5 %, macro F1 62.5 % after epoch 3', curve(app, 'Validation by Epoch')
    # The same numbers, those of every epoch, in the table.
    table = ['Epoch 1: loss 0.667, validation loss 0.767, accuracy 62.5 %, macro F1 37.5 %',
             'Epoch 2: loss 0.4, validation loss 0.5, accuracy 75.0 %, macro F1 50.0 %',
             'Epoch 3: loss 0.286, validation loss 0.386, accuracy 87.5 %, macro F1 62.5 %']
    wait_for(lambda: epochs(app) == table, 5, f'the table of epochs, not {epochs(app)}')
    wait_for(lambda: 'Distilled Head: A note & <a half>' in log(app), 5, 'the note in the log')
    assert '--output ' + output in log(app), log(app)

    press(app, 'Load This Model')
    wait_for(lambda: len(app.find_all('label', output)) == 2, 30, 'the new model as the one to begin with')
    app.wait_text('Ready')
    assert_quiet(app)


def test_stops_with_a_checkpoint_and_resumes():
    app, output = start('slow')
    press(app, 'Start Training')
    app.wait_text('Epoch 1 of 3')
    # Nothing is changed while it runs.
    app.activate_action('train-stage', 'gate')
    began = time.monotonic()
    press(app, 'Stop Training')
    app.wait_text('Stopped. Resume goes on from the last checkpoint.')
    print(f'# stopped after {time.monotonic() - began:.1f} s', file=sys.stderr)
    name, = checkpoints(output)
    step = int(re.search(r'\d+', name).group())
    assert 1 <= step < 60 and name in log(app), (name, log(app))

    press(app, 'Resume')
    app.wait_text('Done: Accuracy', 40)
    assert curve(app, 'Loss by Step').startswith('Loss 0.286 at step 60, 1.82 at first'), curve(app, 'Loss by Step')
    wait_for(lambda: len(epochs(app)) == 3, 5, 'three epochs')
    assert '--resume' in log(app)
    app.wait('push button', 'Load This Model')
    assert app.find('push button', 'Resume') is None
    assert_quiet(app)


def test_offers_to_resume_what_another_session_left():
    app, output = start('slow')
    press(app, 'Start Training')
    app.wait_text('Epoch 2 of 3')
    press(app, 'Stop Training')
    app.wait_text('Stopped.')
    assert_quiet(app)

    app = App(DESKTOP, env={'EMOVLM_CLI': CHILD, 'TRAIN_CHILD': 'slow', 'XDG_DATA_HOME': os.path.join(WORK, 'data')})
    show(app, output, 'gate')
    assert app.find('push button', 'Resume') is None, 'another stage was left unfinished'
    app.activate_action('train-stage', 'all')
    app.wait_text('An earlier training was not finished.')
    app.activate_action('train-stage', 'distilled')
    press(app, 'Resume')
    # The first epoch was the other session's.
    wait_for(lambda: epochs(app) == ['Epoch 1: loss 0.667, validation loss 0.767, accuracy 62.5 %, macro F1 37.5 %'], 5, 'its first epoch')
    app.wait_text('Done: Accuracy', 40)
    wait_for(lambda: [row[:8] for row in epochs(app)] == ['Epoch 1:', 'Epoch 2:', 'Epoch 3:'], 5, 'each epoch once')
    assert_quiet(app)


def check_failure(kind, *words):
    app, _ = start(kind)
    press(app, 'Start Training')
    for part in words:
        app.wait_text(part)
    app.wait_text('Training failed')
    assert app.wait('push button', 'Start Training').sensitive
    assert app.find('push button', 'Load This Model') is None
    assert words[0] in log(app), log(app)
    assert_quiet(app)


def test_tells_an_error():
    check_failure('error', 'no space is left on <the disk>')


def test_tells_a_crash():
    check_failure('crash', 'Training crashed (signal 11', 'terminate called after throwing')


def test_tells_an_end_without_a_result():
    check_failure('silent', 'Training ended without a word of its result.')


def test_tells_a_program_that_is_not_there():
    app, _ = start('done', EMOVLM_CLI=os.path.join(WORK, 'no-such-program'))
    press(app, 'Start Training')
    app.wait_text('no-such-program')
    assert app.wait('push button', 'Start Training').sensitive
    assert_quiet(app)


def test_is_not_confused_by_what_is_no_event():
    app, _ = start('garbage')
    press(app, 'Start Training')
    app.wait_text('Done: Accuracy', 30)
    text = log(app)
    assert text.count('Not understood: ') == 7, text
    for part in ('Killed', 'dance', '\\u{202e}', 'a word on stderr'):
        assert part in text, (part, text)
    assert len(text) < 10000, len(text)
    assert_quiet(app)


def test_stays_responsive_whatever_is_told():
    path = os.path.join(WORK, 'loop.jsonl')
    app, _ = start('flood', EMOVLM_WATCH_LOOP=path)
    press(app, 'Start Training')
    time.sleep(0.5)
    began = time.monotonic()
    time.sleep(6)
    ended = time.monotonic()
    app.wait_text('Done: Accuracy', 60)
    assert curve(app, 'Loss by Step').startswith('Loss 0.286 at step 20000, 1.82 at first'), curve(app, 'Loss by Step')
    with open(path, encoding='utf-8') as file:
        lines = [json.loads(line) for line in file if line.endswith('\n')]
    seen = [line for line in lines if began < line['time'] < ended]
    worst = max(line['worst_cpu_ms'] for line in seen)
    print(f'# {len(seen)} looks, the longest turn {worst} ms of CPU', file=sys.stderr)
    assert len(seen) > 5 and worst < LONGEST_TURN_MS, worst
    assert_quiet(app)


def test_runs_all_stages():
    app, _ = start('done', stage='all')
    for title in ('VLM', 'Teacher', 'Distilled Head', 'Gate'):
        app.wait('label', title)
    press(app, 'Start Training')
    app.wait_text('Done: Accuracy', 40)
    assert [line for line in log(app).splitlines() if ': done' in line][3].startswith('Gate: done'), log(app)
    wait_for(lambda: len(epochs(app)) == 3, 5, 'three epochs')
    assert_quiet(app)


def test_tells_what_is_wrong_with_a_dataset():
    app, output = start('done')
    one = os.path.join(WORK, 'one')
    shutil.copytree(os.path.join(DATASET, 'train', 'awe'), os.path.join(one, 'awe'))
    app.activate_action('train-dataset', one)
    app.wait_text('This Dataset Cannot Be Used')
    assert not app.find('push button', 'Start Training').sensitive

    copies = os.path.join(WORK, 'copies')
    shutil.copytree(DATASET, copies, ignore=shutil.ignore_patterns('*.json*'))
    first = sorted(os.listdir(os.path.join(copies, 'train', 'awe')))[0]
    shutil.copy(os.path.join(copies, 'train', 'awe', first), os.path.join(copies, 'train', 'awe', 'copy-' + first))
    app.activate_action('train-dataset', copies)
    app.wait_text('1 thing to know')
    app.wait_text('copy-' + first)
    wait_for(lambda: app.find('push button', 'Start Training').sensitive, 10, 'a dataset with a copy is one')
    assert_quiet(app)


def find_child(app):
    """The process that the application waits for."""
    out = subprocess.run(['pgrep', '-P', str(app.pid), '-f', 'train-child'], capture_output=True, text=True).stdout.split()
    return int(out[0]) if out else None


def is_alive(pid):
    try:
        with open(f'/proc/{pid}/stat', encoding='ascii') as file:
            return file.read().rsplit(')', 1)[1].split()[0] != 'Z'
    except OSError:
        return False


def test_leaving_asks_and_waits_for_the_checkpoint():
    app, output = start('slow')
    press(app, 'Start Training')
    app.wait_text('Epoch 1 of 3')
    child = find_child(app)
    app.key('ctrl+q')
    app.wait_text('Stop Training and Leave?')
    press_response(app, 'Stay')
    wait_for(lambda: app.find(name='Stop Training and Leave?') is None, 10, 'the dialog gone')
    assert is_alive(child) and app.process.poll() is None

    app.key('ctrl+w')
    app.wait_text('Stop Training and Leave?')
    press_response(app, 'Stop and Leave')
    wait_for(lambda: app.process.poll() is not None, 20, 'the end of the application')
    assert app.process.returncode == 0, app.read_stderr()
    assert not is_alive(child) and checkpoints(output), 'the training left its checkpoint first'
    assert not WARNING.search(app.read_stderr()), app.read_stderr()


def test_its_crash_stops_the_training_with_a_checkpoint():
    app, output = start('slow')
    press(app, 'Start Training')
    app.wait_text('Epoch 1 of 3')
    child = find_child(app)
    os.kill(app.pid, signal.SIGKILL)
    wait_for(lambda: not is_alive(child), 10, 'the end of the training')
    assert checkpoints(output)


def test_is_a_job_that_can_be_stopped_from_anywhere():
    app, output = start('slow', os.path.join(SAMPLES, sorted(os.listdir(SAMPLES))[1]))
    press(app, 'Start Training')
    app.wait_text('Epoch 1 of 3')
    app.key('alt+1')
    x, y, width, height = app.wait(name='1 job is running').extents
    xdotool('mousemove', x + width // 2, y + height // 2, 'click', 1)
    press(app, 'Stop: Training')
    wait_for(lambda: checkpoints(output), 10, 'a checkpoint')
    app.key('alt+2')
    app.wait_text('Stopped.')
    assert_quiet(app)


cases = [f for n, f in list(globals().items()) if n.startswith('test_')]
driver.run_main(cases, sys.argv[4:], WORK)
