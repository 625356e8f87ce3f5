#!/usr/bin/python3
# test-lists.py
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-lists.py DESKTOP CLI SAMPLES: what a person does with several pictures:
selects, compares, removes, puts back and annotates."""

import csv
import os
import re
import subprocess
import sys
import tempfile
import time

import driver
from driver import App, predict, wait_for, xdotool

driver.relaunch_in_session(sys.argv)

DESKTOP, CLI, SAMPLES = (os.path.abspath(p) for p in sys.argv[1:4])
NAMES = sorted(n for n in os.listdir(SAMPLES) if n.lower().endswith(('.png', '.jpg')))
MODEL = os.path.realpath(os.path.join(SAMPLES, '..', 'models', 'emoscenes'))
BRANCHES = {'VLM': 'vlm', 'Distilled': 'distilled', 'Gated': 'gated'}
# Where the first cells of the list are, in the window.
HEADER_HEIGHT = 47
CELLS = [(72, 190), (200, 190), (72, 340), (200, 340)]
WORK = tempfile.mkdtemp(prefix='emo-driven-lists-')
TEXT = os.path.join(WORK, 'text')
WARNING = re.compile(r'(WARNING|CRITICAL|ERROR) \*\*|(Gtk|Gdk|Gsk|GLib|Adwaita|Pango|Emo)[\w-]*-(WARNING|CRITICAL|ERROR)')


def cells(app):
    return app.find_all(driver.PICTURE)


def names(app):
    return [n.name.split(',')[0] for n in cells(app)]


def open_samples():
    app = App(DESKTOP, SAMPLES)
    wait_for(lambda: len([n for n in cells(app) if n.name.rstrip().endswith('%')]) == len(NAMES), 120, 'all answers')
    return app


def assert_quiet(app):
    text = app.close()
    assert not WARNING.search(text), f'stderr:\n{text}'


def test_removes_many_and_puts_them_back_with_their_answers():
    app = open_samples()
    before = [n.name for n in cells(app)]
    app.key('Home', 'shift+Right', 'shift+Right')
    app.wait_text('3 selected')
    app.key('Delete')
    app.wait_text('3 pictures removed')
    assert names(app) == NAMES[3:], names(app)
    app.key('ctrl+z')
    wait_for(lambda: [n.name for n in cells(app)] == before, 10, 'all pictures, with the answers they had')
    app.wait_text('3 selected')
    app.key('ctrl+shift+z')
    app.press_in_toast('Undo')
    wait_for(lambda: [n.name for n in cells(app)] == before, 10, 'all pictures again')
    assert_quiet(app)


def test_removes_all_and_puts_them_back():
    app = open_samples()
    app.activate_action('remove-all')
    app.wait('push button', 'Open Pictures…')
    app.key('ctrl+z')
    wait_for(lambda: names(app) == NAMES, 10, 'all pictures')
    assert_quiet(app)


def test_ctrl_z_brings_back_all_that_a_filter_showed():
    app = open_samples()
    xdotool('windowmove', '--sync', app.window, 0, 0)
    # A label of the strip above the pictures.
    xdotool('mousemove', '--sync', 40, 135, 'click', 1)
    wait_for(lambda: 0 < len(names(app)) < len(NAMES), 10, 'the pictures with a label')
    wanted = names(app)
    xdotool('mousemove', '--sync', *CELLS[0], 'click', 1)
    app.key('ctrl+a', 'Delete')
    app.wait_text('No picture matches')
    wait_for(lambda: app.find('push button', 'Show All').focused, 5, 'the focus on the way on')
    app.key('ctrl+z')
    wait_for(lambda: names(app) == wanted, 10, 'what was removed')
    assert_quiet(app)


def test_ctrl_z_in_the_search_brings_back_no_picture():
    app = open_samples()
    app.key('Home', 'Delete')
    app.wait_text(f'“{NAMES[0]}” removed')
    app.key('ctrl+f', 'x', *['ctrl+z'] * 3)
    app.key('ctrl+shift+z', *['ctrl+z'] * 3)
    time.sleep(1)
    assert names(app) == NAMES[1:], names(app)
    app.key('Escape', 'ctrl+z')
    wait_for(lambda: names(app) == NAMES, 10, 'the picture')
    assert_quiet(app)


def says_outdated(app):
    """The bar about answers of another model; None where it is put away."""
    label = next((n for n in app.find_all('label') if 'another model' in n.name), None)
    # What is in a bar keeps its size; the bar has no height then.
    return label.name if label and label.parent.parent.parent.extents[3] > 0 else None


def test_the_bar_about_another_model_follows_the_list():
    app = open_samples()
    app.activate_app_action('use-model', "b'%s'" % MODEL)
    n = len(NAMES)
    wait_for(lambda: says_outdated(app) == f'{n} pictures have answers of another model.', 60, 'the bar')
    app.key('Home', 'shift+Right')
    app.wait_text('2 selected')
    app.key('Delete')
    wait_for(lambda: says_outdated(app) == f'{n - 2} pictures have answers of another model.', 10, 'two less')
    app.activate_action('remove-all')
    wait_for(lambda: says_outdated(app) is None, 10, 'no bar above an empty page')
    app.key('ctrl+z')
    wait_for(lambda: says_outdated(app) == f'{n - 2} pictures have answers of another model.', 10, 'the bar with what it is about')
    assert_quiet(app)


def test_no_answer_is_lost_to_a_stopped_second_look():
    app = open_samples()
    n = len(NAMES)
    app.activate_app_action('use-model', "b'%s'" % MODEL)
    wait_for(lambda: says_outdated(app) == f'{n} pictures have answers of another model.', 60, 'the bar')
    app.wait('push button', 'Run Again').press()
    app.key('Escape')
    time.sleep(1)
    wait_for(lambda: len([r for r in app.find_all(driver.PICTURE) if r.name.rstrip().endswith('%')]) == n, 20, 'an answer of each picture')
    out = os.path.join(WORK, 'kept.csv')
    app.activate_action('export-to', out)
    wait_for(lambda: os.path.exists(out), 10, 'the table')
    with open(out, encoding='utf-8-sig', newline='') as file:
        assert len(list(csv.DictReader(file))) == n
    # What was not looked at again is still to be.
    if says_outdated(app) is not None:
        app.wait('push button', 'Run Again').press()
    wait_for(lambda: says_outdated(app) is None, 60, 'all answers of this model')
    assert_quiet(app)


def find_column(app, name):
    return wait_for(lambda: next((n for n in app.find_all() if n.name.startswith(name + ', ') and n.role != driver.PICTURE), None),
                    10, f'the column of {name}')


def read_bars(column):
    """{('VLM', 'awe'): 0.93, ...}"""
    bars = {}
    for node in column.find_all('level bar'):
        branch, _, label = node.name.partition(' ')
        bars[branch, label] = node.value
    return bars


def test_compares_pictures_with_the_command_lines_numbers():
    chosen = [NAMES[0], NAMES[3]]
    expected = predict(CLI, *(os.path.join(SAMPLES, n) for n in chosen))
    app = open_samples()
    xdotool('windowmove', '--sync', app.window, 0, 0)
    xdotool('mousemove', '--sync', *CELLS[0], 'click', 1)
    xdotool('keydown', 'ctrl', 'mousemove', '--sync', *CELLS[3], 'click', 1, 'keyup', 'ctrl')
    app.wait_text('2 selected')
    app.find('push button', 'Compare').press()
    app.wait('label', '2 Pictures Compared')
    for name in chosen:
        row = expected[name]
        wanted = {(b, l): row[k]['probabilities'][i] for b, k in BRANCHES.items() for i, l in enumerate(row['labels'])}
        wait_for(lambda: read_bars(find_column(app, name)).keys() == wanted.keys(), 10, f'the bars of {name}')
        column = find_column(app, name)
        shown = read_bars(column)
        assert all(abs(shown[k] - wanted[k]) < 0.001 for k in wanted), (name, shown, wanted)
        wait_for(lambda: any(len(n.text) > 10 for n in column.find_all('text')), 30, f'the explanation of {name}')

    # By keyboard: back with what was selected, and on to four.
    app.key('Escape')
    app.wait_text('2 selected')
    assert not app.find('label', '2 Pictures Compared')
    app.key('Home', 'shift+Right', 'shift+Right', 'shift+Right', 'c')
    title = app.wait('label', '4 Pictures Compared')
    assert title.extents[1] > HEADER_HEIGHT, f'scrolled away: {title.extents}'
    wait_for(lambda: any(n.focused for n in find_column(app, NAMES[0]).find_all('panel')), 5, 'the focus on the first one’s bars')
    size = dict(l.split('=') for l in xdotool('getwindowgeometry', '--shell', app.window).splitlines())
    assert int(size['WIDTH']) == 1280, size
    xdotool('windowsize', '--sync', app.window, 360, 640)
    app.find('push button', 'Back to the List').press()
    wait_for(lambda: not app.find('label', '4 Pictures Compared'), 5, 'the list again')
    size = dict(l.split('=') for l in xdotool('getwindowgeometry', '--shell', app.window).splitlines())
    assert int(size['WIDTH']) <= 360, size
    assert_quiet(app)


def test_five_are_too_many_to_compare():
    app = open_samples()
    app.key('Home', *['shift+Right'] * 4)
    app.wait_text('5 selected')
    assert not app.find('push button', 'Compare').sensitive
    app.key('c')
    app.key('shift+Left')
    wait_for(lambda: app.find('push button', 'Compare').sensitive, 5, 'four, which can be compared')
    assert not [n for n in app.find_all('label') if 'Compared' in n.name]
    assert_quiet(app)


def test_typing_in_the_note_is_typing():
    app = open_samples()
    xdotool('windowmove', '--sync', app.window, 0, 0)
    app.key('Home')
    app.wait('text', 'Note on This Picture')
    time.sleep(0.5)
    xdotool('mousemove', '--sync', 650, 775, 'click', 1)
    xdotool('type', '--delay', '30', 'd1 s')
    note = app.find('text', 'Note on This Picture')
    wait_for(lambda: note.text == 'd1 s', 10, 'the note')
    wait_for(lambda: cells(app)[0].description == 'Note: d1 s', 10, 'the mark on the picture, in words')
    app.key('Home', 'Delete')
    wait_for(lambda: note.text == '1 s', 10, 'one letter less')
    app.key('ctrl+z')
    wait_for(lambda: note.text == 'd1 s', 10, 'the letter back')
    owner = subprocess.Popen([sys.executable, os.path.join(driver.HERE, 'clipboard-owner.py'),
                              'text/plain;charset=utf-8', TEXT], stdout=subprocess.PIPE, text=True)
    try:
        assert owner.stdout.readline().strip() == 'ready'
        app.key('End', 'ctrl+v')
        wait_for(lambda: note.text == 'd1 s pasted', 10, 'the pasted text')
    finally:
        owner.terminate()
        owner.wait()
    assert names(app) == NAMES, 'a key of the note removed or added a picture'
    assert not [n for n in cells(app) if 'Flagged' in n.description], 'a letter of the note flagged a picture'

    # It belongs to its picture.
    app.key('Escape')
    app.key('Right')
    wait_for(lambda: app.find('text', 'Note on This Picture').text == '', 10, 'no note on the second picture')
    app.key('Left')
    wait_for(lambda: app.find('text', 'Note on This Picture').text == 'd1 s pasted', 10, 'the note of the first')
    assert_quiet(app)


cases = [f for n, f in list(globals().items()) if n.startswith('test_')]
with open(TEXT, 'w') as text_file:
    text_file.write(' pasted')
driver.run_main(cases, sys.argv[4:], WORK)
