#!/usr/bin/python3
# test-mischief.py
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-mischief.py DESKTOP CLI SAMPLES: what a person does at the wrong moment:
files that go while they wait, another model in the middle of a batch, the same
thing twice, a list emptied while it is worked on."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import driver  # noqa: E402
from driver import App, wait_for, write_png  # noqa: E402

driver.relaunch_in_session(sys.argv)

DESKTOP, CLI, SAMPLES = (os.path.abspath(p) for p in sys.argv[1:4])
WORK = tempfile.mkdtemp(prefix='emo-driven-mischief-')
MODEL = os.path.join(SAMPLES, '..', 'models', 'emoscenes')
WAITING, COUNT = ('Waiting', 'Running'), 60
WARNING = re.compile(r'(WARNING|CRITICAL|ERROR) \*\*|(Gtk|Gdk|Gsk|GLib|Adwaita|Pango|Emo)[\w-]*-(WARNING|CRITICAL|ERROR)')


def large_pictures(name):
    """A folder of COUNT files that differ, each long to read."""
    folder = os.path.join(WORK, name)
    os.mkdir(folder)
    first = write_png(os.path.join(folder, '000.png'), 6000, 4000)
    for i in range(1, COUNT):
        path = os.path.join(folder, f'{i:03}.png')
        shutil.copy(first, path)
        with open(path, 'ab') as file:
            file.write(b'%d' % i)
    return folder


def rows(app):
    return [n.name for n in app.find_all(driver.PICTURE)]


def finished(app):
    return [name for name in rows(app) if name.rstrip().endswith('%')]


def assert_quiet(app):
    text = app.close()
    assert not WARNING.search(text), f'stderr:\n{text}'


def begin_batch(name):
    app = App(DESKTOP, large_pictures(name))
    wait_for(lambda: len(finished(app)) > 2, 60, 'the first answers')
    return app


def press_when_shown(app, name):
    def press():
        button = next((n for n in app.find_all('push button', name) if n.sensitive and n.extents[2] > 0), None)
        return button and (button.press() or True)
    wait_for(press, 20, f'a button {name!r}')


def test_files_that_go_while_they_wait_can_be_tried_again():
    folder, elsewhere = large_pictures('gone'), os.path.join(WORK, 'elsewhere')
    app = App(DESKTOP, folder)
    wait_for(lambda: finished(app), 60, 'the first answer')
    os.rename(folder, elsewhere)
    wait_for(lambda: not any(row.endswith(WAITING) for row in rows(app)), 60, 'the end of the batch')
    before = finished(app)
    assert len(rows(app)) == COUNT and len(before) < COUNT, rows(app)
    assert all('No such file' in row for row in set(rows(app)) - set(before)), rows(app)
    os.rename(elsewhere, folder)
    # To the end of the list: what is out of sight cannot be pressed.
    app.key('End')
    press_when_shown(app, 'Retry')
    wait_for(lambda: len(finished(app)) == len(before) + 1, 30, 'the one that was tried again')
    assert_quiet(app)


def test_another_model_in_the_middle_of_a_batch_loses_no_picture():
    app = begin_batch('models')
    app.activate_app_action('use-model', "b'%s'" % os.path.realpath(MODEL))
    wait_for(lambda: len(finished(app)) == COUNT, 60, 'all answers')
    assert_quiet(app)


def test_a_batch_waits_for_a_model_that_was_unloaded():
    app = begin_batch('unloaded')
    app.activate_app_action('unload-model')
    app.wait('push button', 'Model EmoScenes: Not Loaded')
    time.sleep(0.5)
    before = finished(app)
    time.sleep(1)
    assert finished(app) == before and len(before) < COUNT, 'it went on without a model'
    app.activate_app_action('load-model')
    wait_for(lambda: len(finished(app)) == COUNT, 60, 'all answers')
    assert_quiet(app)


def test_all_removed_in_the_middle_of_a_batch_comes_back_and_goes_on():
    app = begin_batch('removed')
    app.activate_action('remove-all')
    wait_for(lambda: not rows(app), 10, 'an empty list')
    app.key('ctrl+z')
    wait_for(lambda: len(rows(app)) == COUNT, 10, 'the list again')
    wait_for(lambda: len(finished(app)) == COUNT, 60, 'all answers')
    assert_quiet(app)


def test_stop_and_go_on_in_quick_turns_end_with_all_answers():
    app = begin_batch('turns')
    turns = 0
    while turns < 3 and len(finished(app)) < COUNT - 10:
        press_when_shown(app, 'Stop')
        press_when_shown(app, 'Go On')
        turns += 1
    assert turns > 0, 'the batch was over at once'
    wait_for(lambda: len(finished(app)) == COUNT, 60, 'all answers')
    assert_quiet(app)


cases = [f for n, f in list(globals().items()) if n.startswith('test_')]
driver.run_main(cases, sys.argv[4:], WORK)
