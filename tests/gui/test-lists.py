#!/usr/bin/python3
# test-lists.py
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-lists.py DESKTOP CLI SAMPLES: what a person does with several pictures:
selects, removes and puts back."""

import os
import re
import sys

import driver
from driver import App, predict, run_cases, wait_for, xdotool

driver.relaunch_in_session(sys.argv)

import gi
gi.require_version('Atspi', '2.0')
from gi.repository import Atspi

DESKTOP, CLI, SAMPLES = (os.path.abspath(p) for p in sys.argv[1:4])
NAMES = sorted(n for n in os.listdir(SAMPLES) if n.lower().endswith(('.png', '.jpg')))
WARNING = re.compile(r'(WARNING|CRITICAL|ERROR) \*\*|(Gtk|Gdk|Gsk|GLib|Adwaita|Pango|Emo)[\w-]*-(WARNING|CRITICAL|ERROR)')


def cells(app):
    return app.find_all(driver.PICTURE)


def names(app):
    return [n.name.split(',')[0] for n in cells(app)]


def open_samples():
    app = App(DESKTOP, SAMPLES)
    wait_for(lambda: len([n for n in cells(app) if n.name.rstrip().endswith('%')]) == len(NAMES), 120, 'all answers')
    return app


def press_toast(app, text):
    """libadwaita's button in a toast is named by the label inside it."""
    label = app.wait('label', text)
    driver.Node(label.accessible.get_parent()).press()


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
    press_toast(app, 'Undo')
    wait_for(lambda: [n.name for n in cells(app)] == before, 10, 'all pictures again')
    assert_quiet(app)


def test_removes_all_and_puts_them_back():
    app = open_samples()
    app.activate_action('remove-all')
    app.wait('push button', 'Open Pictures…')
    app.key('ctrl+z')
    wait_for(lambda: names(app) == NAMES, 10, 'all pictures')
    assert_quiet(app)


cases = [f for n, f in list(globals().items()) if n.startswith('test_')]
if len(sys.argv) > 4:
    cases = [f for f in cases if any(part in f.__name__ for part in sys.argv[4:])]
window_manager = driver.start_window_manager()
Atspi.init()
try:
    failed = run_cases(cases)
finally:
    window_manager.terminate()
    window_manager.wait()
sys.exit(1 if failed else 0)
