#!/usr/bin/env python3
# The list of pictures: search, filters, flags, keys.
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""usage: test-list.py DESKTOP CLI SAMPLES"""
import os
import shutil
import sys
import tempfile
import time

import driver
from driver import App, predict, wait_for, xdotool

driver.relaunch_in_session(sys.argv)

DESKTOP, CLI, SAMPLES = (os.path.abspath(p) for p in sys.argv[1:4])
NAMES = sorted(n for n in os.listdir(SAMPLES) if n.lower().endswith(('.png', '.jpg')))
WORK = tempfile.mkdtemp(prefix='emo-driven-list-')
# More than a grid of two columns makes cells for.
MANY, PICKED = 156, 106
# Where its first cells are, in the window.
CELLS = [(x, y) for y in (210, 350, 490, 640) for x in (72, 200)]


def cells(app):
    return app.find_all(driver.PICTURE)


def names(app):
    return [n.name.split(',')[0] for n in cells(app)]


def open_samples():
    app = App(DESKTOP, SAMPLES)
    wait_for(lambda: len([n for n in cells(app) if n.name.rstrip().endswith('%')]) == len(NAMES), 120, 'all answers')
    return app


def shown(app):
    return next((n.name for n in app.find_all('image') if '.' in n.name), None)


def write(app, text):
    xdotool('type', '--delay', '30', text)


def test_search_shows_what_has_the_word_and_escape_shows_all():
    app = open_samples()
    app.key('ctrl+f')
    write(app, 'FEAR')
    wait_for(lambda: names(app) == [n for n in NAMES if 'fear' in n], 10, 'the pictures with "fear" in their names')
    app.wait_text(f'of {len(NAMES)} pictures shown')
    write(app, 'zzz')
    app.wait_text('No picture matches')
    app.key('Escape')
    wait_for(lambda: names(app) == NAMES, 10, 'all pictures')
    app.close()


def test_typing_in_the_search_is_typing():
    """GTK 4.8 does not tell a screen reader the text of a search: what it finds does."""
    wanted = [n for n in NAMES if 'fear' in n]
    app = open_samples()
    app.key('ctrl+f')
    write(app, 'd1 sfear')
    app.wait_text('No picture matches')
    for _ in 'd1 s':
        app.key('Home', 'Delete')
    wait_for(lambda: names(app) == wanted, 10, 'what "fear" finds, after four letters were deleted')
    app.key('ctrl+z')
    app.wait_text('No picture matches')
    app.key('Escape')
    wait_for(lambda: names(app) == NAMES, 10, 'all pictures, none removed')
    assert not [n for n in cells(app) if 'Flagged' in n.description], 'a letter of the search flagged a picture'
    app.close()


def test_the_search_finds_accents_in_either_way():
    folder = tempfile.mkdtemp(prefix='accents-', dir=WORK)
    for name, sample in (('Gema\u0308lde.png', NAMES[0]), ('caf\u00e9.png', NAMES[1]), ('other.png', NAMES[2])):
        shutil.copy(os.path.join(SAMPLES, sample), os.path.join(folder, name))
    app = App(DESKTOP, folder)
    wait_for(lambda: len(cells(app)) == 3, 30, 'the pictures')
    app.key('ctrl+f')
    write(app, 'GEM\u00c4')
    wait_for(lambda: names(app) == ['Gema\u0308lde.png'], 10, 'the name with the accent apart')
    app.close()


def test_f_flags_and_takes_the_flag_off():
    app = open_samples()
    app.key('Home', 'f')
    wait_for(lambda: 'Flagged' in cells(app)[0].description, 5, 'the flag')
    assert len([n for n in cells(app) if 'Flagged' in n.description]) == 1
    app.key('f')
    wait_for(lambda: 'Flagged' not in cells(app)[0].description, 5, 'no flag')
    app.close()


def test_d_goes_to_the_next_disagreement():
    apart = [n for n, row in predict(CLI, *(os.path.join(SAMPLES, n) for n in NAMES)).items() if not row['agree']]
    assert apart, 'no sample on which the branches disagree'
    app = open_samples()
    app.key('Home')
    for name in sorted(apart):
        app.key('d')
        wait_for(lambda: shown(app) == name, 10, f'{name}, on which they disagree')
    app.close()


def open_many():
    """Pictures named by their numbers; those of the last third have "pick" in their names."""
    folder = tempfile.mkdtemp(prefix='many-', dir=WORK)
    here = [shutil.copy(os.path.join(SAMPLES, n), os.path.join(WORK, n)) for n in NAMES]
    for i in range(MANY):
        copied = here[i % len(here)]
        os.link(copied, os.path.join(folder, f'{i:03}{"-pick" if i >= PICKED else ""}{os.path.splitext(copied)[1]}'))
    app = App(DESKTOP, folder, config=driver.make_config(first_launch='false', explain='false'))
    xdotool('windowmove', '--sync', app.window, 0, 0)
    return app


def wait_for_end(app):
    wait_for(lambda: len([n for n in cells(app) if n.name.rstrip().endswith('%')]) > 10, 60, 'answers')
    wait_for(lambda: not [n for n in app.find_all('push button', 'Stop') if n.extents[2] > 0], 120, 'the end of the batch')


def click_cells(app):
    """Which picture a click on each of the first places of the list shows."""
    clicked = []
    for x, y in CELLS:
        xdotool('mousemove', '--sync', x, y, 'click', 1)
        time.sleep(0.5)
        clicked.append(shown(app))
    return clicked


def sort_by(app, n):
    """The order that is the n-th of its list."""
    app.key('ctrl+f')
    xdotool('key', '--clearmodifiers', 'Tab', 'Return')
    wait_for(lambda: [n for n in app.find_all('label', 'Sort By') if n.extents[2] > 0], 10, 'the popover')
    time.sleep(0.5)
    xdotool('key', 'Tab', 'space')
    time.sleep(0.5)
    xdotool('key', *['Down'] * n, 'Return')
    time.sleep(0.5)
    xdotool('key', 'Escape')


def test_the_popovers_words_are_before_what_they_name():
    app = open_samples()
    app.key('ctrl+f')
    xdotool('key', '--clearmodifiers', 'Tab', 'Return')
    for name in ('Show', 'Sort By'):
        place = wait_for(lambda: next((n.extents for n in app.find_all('label', name) if n.extents[2] > 0), None), 10, name)
        box = next(n.extents for n in app.find_all('combo box', name))
        assert place[0] + place[2] <= box[0], (name, place, box)
    app.key('Escape')
    app.close()


def test_a_search_that_ends_leaves_no_hole():
    app = open_many()
    wait_for_end(app)
    app.key('ctrl+f')
    write(app, 'pick')
    app.wait_text(f'{MANY - PICKED} of {MANY} pictures shown')
    app.key('Escape')
    app.wait('label', f'{MANY} pictures')
    time.sleep(1)
    clicked = click_cells(app)
    assert [name and name[:3] for name in clicked] == [f'{i:03}' for i in range(len(CELLS))], clicked
    app.close()


def test_what_is_looked_at_stays_in_sight_when_a_search_ends():
    app = open_many()
    wait_for_end(app)
    app.key('ctrl+f')
    write(app, 'pick')
    app.wait_text(f'{MANY - PICKED} of {MANY} pictures shown')
    xdotool('mousemove', '--sync', *CELLS[3], 'click', 1)
    name = wait_for(lambda: shown(app), 5, 'a picture')
    assert name.startswith(f'{PICKED + 3}'), name
    app.key('ctrl+f', 'Escape')
    app.wait('label', f'{MANY} pictures')
    time.sleep(1)
    assert shown(app) == name
    clicked = click_cells(app)
    assert name in clicked, (name, clicked)
    app.close()


def test_a_new_order_has_no_hole_while_a_batch_runs():
    app = open_many()
    wait_for(lambda: len([n for n in cells(app) if n.name.rstrip().endswith('%')]) > 3, 60, 'answers')
    sort_by(app, 4)
    wait_for_end(app)
    time.sleep(1)
    clicked = click_cells(app)
    assert None not in clicked and len(set(clicked)) == len(clicked), clicked
    app.key('Home')
    wait_for(lambda: shown(app) == clicked[0], 5, f'{clicked[0]}, the first: the list is at its start')
    app.close()


cases = [f for n, f in list(globals().items()) if n.startswith('test_')]
driver.run_main(cases, sys.argv[4:], WORK)
