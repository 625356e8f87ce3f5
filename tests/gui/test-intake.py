#!/usr/bin/python3
# test-intake.py
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-intake.py DESKTOP CLI SAMPLES: what becomes of what is dropped, pasted and
opened: large sets, wrong files, models, files twice, web addresses."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse

import driver
from driver import App, wait_for, xdotool

driver.relaunch_in_session(sys.argv)

import gi
gi.require_version('Atspi', '2.0')
from gi.repository import Atspi

DESKTOP, CLI, SAMPLES = (os.path.abspath(p) for p in sys.argv[1:4])
NAMES = sorted(n for n in os.listdir(SAMPLES) if n.lower().endswith(('.png', '.jpg')))
WORK = tempfile.mkdtemp(prefix='emo-driven-intake-')
WARNING = re.compile(r'(WARNING|CRITICAL|ERROR) \*\*|(Gtk|Gdk|Gsk|GLib|Adwaita|Pango|Emo)[\w-]*-(WARNING|CRITICAL|ERROR)')


def cells(app):
    return app.find_all(driver.PICTURE)


def finished(app):
    return [n.name for n in cells(app) if n.name.rstrip().endswith('%')]


def press_response(app, text):
    """The buttons of libadwaita's dialogs have their mnemonic in their names, too."""
    wait_for(lambda: next((n for n in app.find_all('push button') if n.name.endswith(text)), None), 20, text).press()


def paste(app, mime_type, content):
    path = os.path.join(WORK, 'clipboard')
    with open(path, 'w') as file:
        file.write(content)
    owner = subprocess.Popen([sys.executable, os.path.join(driver.HERE, 'clipboard-owner.py'), mime_type, path],
                             stdout=subprocess.PIPE, text=True)
    assert owner.stdout.readline().strip() == 'ready'
    time.sleep(0.5)
    app.key('ctrl+v')
    return owner


def end(process):
    process.terminate()
    process.wait()


def assert_quiet(app):
    text = app.close()
    assert not WARNING.search(text), f'stderr:\n{text}'


def test_a_large_set_is_measured_and_offered():
    folder = os.path.join(WORK, 'many')
    os.mkdir(folder)
    here = [shutil.copy(os.path.join(SAMPLES, n), os.path.join(WORK, n)) for n in NAMES]
    for i in range(201):
        os.link(here[i % len(here)], os.path.join(folder, f'{i:03}-{NAMES[i % len(NAMES)]}'))

    app = App(DESKTOP, folder)
    start = app.wait('push button', 'Start', 60)
    offer = app.wait_text('196 pictures to go: about')
    wait_for(lambda: 'with explanations' in offer.name, 20, 'how long it takes with explanations')
    kept = finished(app)
    assert len(kept) == 5, kept
    time.sleep(1)
    assert finished(app) == kept, 'it went on without being told to'
    start.press()
    wait_for(lambda: len(finished(app)) > 10, 30, 'the rest under way')
    assert not [n for n in app.find_all('push button', 'Go On') if n.extents[2] > 0], 'the rest is held'
    assert_quiet(app)


def test_what_a_folder_has_besides_is_counted_and_shown():
    folder = os.path.join(WORK, 'mixed')
    os.mkdir(folder)
    shutil.copy(os.path.join(SAMPLES, NAMES[0]), folder)
    for name in ('notes.txt', 'list.csv'):
        with open(os.path.join(folder, name), 'w') as file:
            file.write('no picture')

    app = App(DESKTOP, folder)
    app.wait_text('1 added, 2 skipped')
    app.press_in_toast('Show')
    app.wait_text('2 files are no pictures by their names:')
    wait_for(lambda: {os.path.basename(n.name) for n in app.find_all('label')} >= {'notes.txt', 'list.csv'}, 10, 'the skipped files')
    app.key('Escape')
    wait_for(lambda: not [n for n in app.find_all('label') if n.name.endswith('list.csv')], 10, 'the window again')
    wait_for(lambda: finished(app), 30, 'the picture')
    assert_quiet(app)


def test_what_is_listed_already_is_not_counted_as_added():
    folder = tempfile.mkdtemp(prefix='twice-', dir=WORK)
    for name in NAMES[:3]:
        shutil.copy(os.path.join(SAMPLES, name), folder)
    with open(os.path.join(folder, 'notes.txt'), 'w') as file:
        file.write('no picture')

    app = App(DESKTOP, folder)
    app.wait_text('3 added, 1 skipped')
    shutil.copy(os.path.join(SAMPLES, NAMES[3]), folder)
    owner = paste(app, 'text/uri-list', f'file://{folder}\r\n')
    try:
        app.wait_text('1 added, 1 skipped')
        app.key('ctrl+v')
        app.wait_text('0 added, 1 skipped', 30)
    finally:
        end(owner)
    assert_quiet(app)


def test_names_a_wrong_file_and_the_way_on():
    wrong = {'talk.pdf': (b'%PDF-1.7\n', 'export the page'),
             'film.mkv': (b'\x1a\x45\xdf\xa3' + bytes(64), 'save a frame'),
             'raw.cr2': (b'II*\0\x10\0\0\0CR\2\0' + bytes(64), 'develop it and export')}
    app = App(DESKTOP)
    app.wait('push button', 'Open Pictures…')
    for name, (data, way) in wrong.items():
        path = os.path.join(WORK, name)
        with open(path, 'wb') as file:
            file.write(data)
        owner = paste(app, 'text/uri-list', 'file://' + path + '\r\n')
        try:
            toast = app.wait_text(name + ':')
            assert way in toast.name, toast.name
        finally:
            end(owner)
    assert cells(app) == []
    assert_quiet(app)


def test_a_models_folder_is_offered_as_the_model():
    folder = os.path.join(WORK, 'my model')
    os.mkdir(folder)
    with open(os.path.join(folder, 'config.json'), 'w') as file:
        file.write('{}')
    shutil.copy(os.path.join(SAMPLES, NAMES[0]), folder)

    app = App(DESKTOP)
    app.wait('push button', 'Open Pictures…')
    owner = paste(app, 'text/uri-list', 'file://' + folder.replace(' ', '%20') + '\r\n')
    try:
        app.wait_text('“my model” holds the files of a model.')
        press_response(app, 'Add Its Pictures')
        wait_for(lambda: len(finished(app)) == 1, 60, 'its picture')
        app.key('ctrl+v')
        press_response(app, 'Use as Model')
        app.wait_text('The model could not be loaded')
        assert len(cells(app)) == 1
    finally:
        end(owner)
    assert_quiet(app)


def test_what_is_no_picture_holds_up_nothing():
    folder = os.path.join(WORK, 'odd')
    os.makedirs(os.path.join(folder, 'deep'))
    odd = os.fsdecode(b'caf\xe9 "1".png')
    shutil.copy(os.path.join(SAMPLES, NAMES[0]), os.path.join(folder, odd))
    shutil.copy(os.path.join(SAMPLES, NAMES[1]), os.path.join(folder, 'two\nlines.png'))
    os.mkfifo(os.path.join(folder, 'pipe.png'))
    os.mkfifo(os.path.join(folder, 'deep', 'pipe.jpg'))
    os.symlink(folder, os.path.join(folder, 'deep', 'round'))
    os.symlink('nowhere.png', os.path.join(folder, 'nowhere.png'))
    os.symlink('/dev/zero', os.path.join(folder, 'zero.png'))
    open(os.path.join(folder, 'empty.png'), 'w').close()
    app = App(DESKTOP)
    app.wait('push button', 'Open Pictures…')
    paths = [folder, *(os.path.join(folder, name) for name in ('pipe.png', 'nowhere.png', 'zero.png', 'empty.png', 'deep')),
             '/dev/zero', '/proc/self/mem', os.path.join(WORK, 'never was.png')]
    owner = paste(app, 'text/uri-list', ''.join('file://' + urllib.parse.quote(os.fsencode(path)) + '\r\n' for path in paths))
    try:
        wait_for(lambda: len(finished(app)) == 2, 30, 'both pictures')
    finally:
        end(owner)
    rows = wait_for(lambda: (names := [n.name for n in cells(app)]) and not any(n.endswith(('Waiting', 'Running')) for n in names) and names,
                    20, 'the end')
    told = {row.split(', ')[0]: row for row in rows}
    assert 'found a pipe' in told['pipe.png'] and 'found a device' in told['zero.png'] and 'is empty' in told['empty.png'], told
    assert 'No such file' in told['never was.png'], told
    assert_quiet(app)


def test_a_listed_file_is_selected_instead_of_added():
    app = App(DESKTOP, SAMPLES)
    wait_for(lambda: len(cells(app)) == len(NAMES), 30, 'the samples')
    owner = paste(app, 'text/uri-list', ''.join(f'file://{SAMPLES}/{n}\r\n' for n in NAMES[2:5]))
    try:
        app.wait_text('These pictures are in the list already')
        app.wait_text('3 selected')
        assert len(cells(app)) == len(NAMES)
    finally:
        end(owner)
    assert_quiet(app)


def test_copied_files_are_pasted():
    """As a file manager copies them, a name with a space and one with an umlaut."""
    folder = tempfile.mkdtemp(prefix='copied-', dir=WORK)
    names = ['a picture.png', 'Gemälde.png']
    for name, sample in zip(names, ('01-sadness.png', '02-fear.png')):
        shutil.copy(os.path.join(SAMPLES, sample), os.path.join(folder, name))
    app = App(DESKTOP)
    app.wait('push button', 'Open Pictures…')
    uris = ''.join(f'file://{urllib.parse.quote(os.path.join(folder, name))}\r\n' for name in names)
    owner = paste(app, 'text/uri-list', uris)
    try:
        wait_for(lambda: len(finished(app)) == 2, 60, 'both answered')
    finally:
        end(owner)
    assert sorted(n.split(',')[0] for n in finished(app)) == sorted(names), finished(app)
    assert_quiet(app)


def test_opens_what_is_chosen():
    app = App(DESKTOP)
    app.wait('push button', 'Open Pictures…')
    app.key('ctrl+o')
    wait_for(lambda: [n for n in app.find_all('push button') if n.name.endswith('Cancel')], 20, 'the dialog')
    # A slash opens the place for a name.
    xdotool('type', '--delay', '20', os.path.join(SAMPLES, '09-anger.jpg'))
    time.sleep(0.5)
    xdotool('key', 'Return')
    wait_for(lambda: [n for n in finished(app) if n.startswith('09-anger.jpg')], 30, 'the picture that was chosen')
    assert_quiet(app)


def test_a_web_address_is_not_fetched():
    app = App(DESKTOP)
    app.wait('push button', 'Open Pictures…')
    owner = paste(app, 'text/uri-list', 'https://example.org/cat.png\r\n')
    try:
        app.wait_text('copy the image in the browser and paste it here')
    finally:
        end(owner)
    assert cells(app) == []
    assert_quiet(app)


def test_what_was_opened_is_recent():
    picture = shutil.copy(os.path.join(SAMPLES, NAMES[0]), os.path.join(WORK, 'once_opened.png'))
    app = App(DESKTOP, picture)
    wait_for(lambda: finished(app), 60, 'its answer')
    xdotool('windowmove', '--sync', app.window, 0, 0)
    xdotool('mousemove', '--sync', 80, 27, 'click', 1)
    app.wait('menu item', 'once_opened.png')
    app.key('Escape')
    assert_quiet(app)

    app = App(DESKTOP)
    app.activate_action('open-recent', 'file://' + picture)
    wait_for(lambda: finished(app), 60, 'its answer once more')
    assert_quiet(app)


cases = [f for n, f in list(globals().items()) if n.startswith('test_')]
Atspi.init()
driver.run_main(cases, sys.argv[4:], WORK)
