#!/usr/bin/env python3
# The list of pictures: search, filters, flags, keys.
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""usage: test-list.py DESKTOP CLI SAMPLES"""
import os
import sys

import driver
from driver import App, predict, wait_for, xdotool

driver.relaunch_in_session(sys.argv)

DESKTOP, CLI, SAMPLES = (os.path.abspath(p) for p in sys.argv[1:4])
NAMES = sorted(n for n in os.listdir(SAMPLES) if n.lower().endswith(('.png', '.jpg')))


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


cases = [f for n, f in list(globals().items()) if n.startswith('test_')]
driver.run_main(cases, sys.argv[4:])
