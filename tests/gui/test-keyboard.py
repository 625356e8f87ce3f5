#!/usr/bin/python3
# test-keyboard.py
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-keyboard.py DESKTOP CLI SAMPLES: everything that a page has is reached by
keys alone, and has a name. What is on a page is read from the accessible tree and
compared with what the focus went to, so a new control needs no line here."""

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
from driver import App, wait_for, write_png, xdotool  # noqa: E402

driver.relaunch_in_session(sys.argv)

DESKTOP, CLI, SAMPLES = (os.path.abspath(p) for p in sys.argv[1:4])
WARNING = re.compile(r'(WARNING|CRITICAL|ERROR) \*\*|(Gtk|Gdk|Gsk|GLib|Adwaita|Pango|Emo)[\w-]*-(WARNING|CRITICAL|ERROR)')
NAMES = sorted(name for name in os.listdir(SAMPLES) if name.endswith(('.png', '.jpg')))
TYPE_NAME = re.compile(r'(Gtk|Adw|Gdk|Emo)[A-Z]\w+$')
MOST_STOPS = 150
MOST_ARROWS = 30
# How far around a stop the arrows are tried: a button is in a box, that in a row, that in a list.
HIGHEST_GROUP = 6
# What is worked as a whole, whatever it is made of.
WHOLE = {'push button', 'toggle button', 'combo box', 'spin button', 'entry', 'text', 'slider', 'check box', 'page tab'}
# The window's own, for which the window manager has keys.
OF_THE_WINDOW = {'Minimize', 'Maximize', 'Restore', 'Close'}


def assert_quiet(app):
    text = app.close()
    assert not WARNING.search(text), f'stderr:\n{text}'


def answered(*paths):
    app = App(DESKTOP, *paths)
    wait_for(lambda: len([n for n in app.find_all(driver.PICTURE) if n.name.rstrip().endswith('%')]) == len(paths), 60, 'the answers')
    app.fill(1280, 800)
    return app


def lineage(node):
    """It and what it is in, from the inside out."""
    while node is not None:
        yield node
        node = node.parent


def is_sensitive(node):
    """GTK tells of what was made insensitive, not of what is in it."""
    return all(part.sensitive for part in lineage(node) if part.parent is not None)


def press(*keys):
    """To what has the focus, whichever window that is."""
    xdotool('key', '--clearmodifiers', *keys)


def overlap(a, b):
    """Of two places, how much of the larger one they share."""
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return max(width, 0) * max(height, 0) / max(a[2] * a[3], b[2] * b[3], 1)


class Walk:
    """A page of a window by keys alone: every stop of Tab, and where siblings of a
    stop were left out, the arrows from there."""

    def __init__(self, app, arrows=True):
        self.app = app
        self.stops = []
        self.entered = set()
        self.by_tab()
        if arrows and self.missed():
            self.by_arrows()

    def focused(self):
        """The innermost that has the focus; None between two frames."""
        node = next(reversed([n for n in self.read().find_all() if n.focused]), None)
        if node is not None:
            self.entered.update(lineage(node))
        return node

    def read(self):
        """The window, as it stays until the next key."""
        root = self.app.root
        root.tree.hold()
        return root

    def by_tab(self):
        """Until the focus is back at a stop that it had."""
        for _ in range(MOST_STOPS):
            press('Tab')
            node = self.focused()
            if node is not None and node in self.stops:
                return
            if node is not None:
                self.stops.append(node)
        raise AssertionError(f'{MOST_STOPS} times Tab and never back: {self.stops}')

    def by_arrows(self):
        for stop in list(self.stops):
            for box in self.boxes(stop):
                for key in ('Down', 'Up', 'Right', 'Left'):
                    if self.missed_in(box) and self.go_into(box):
                        self.follow(key, box)

    def boxes(self, stop):
        """What a stop is in that may have other parts for the arrows: a list, a bar."""
        return list(lineage(stop))[1:7]

    def missed_in(self, box):
        return any(n.parent == box for n in self.missed())

    def go_into(self, box):
        """Whether Tab comes there."""
        for _ in range(2 * len(self.stops)):
            node = self.focused()
            if node is not None and box in lineage(node):
                return True
            press('Tab')
        return False

    def follow(self, key, box):
        last = None
        for _ in range(MOST_ARROWS):
            press(key)
            node = self.focused()
            if node is None or node == last or box not in lineage(node):
                return
            last = node

    def is_shown(self, node):
        """AT-SPI has the pages of a stack that are not shown, too: those were never
        given a place, or have the place of one that the focus went into."""
        for part in lineage(node):
            if part.parent is None or part in self.entered:
                continue
            # A title of libadwaita has its view switcher, though there is one page alone.
            if part.parent.name == 'AdwSqueezer':
                return False
            place = part.extents
            if place[2] <= 0 or place[3] <= 0:
                return False
            if any(overlap(place, other.extents) > 0.5 for other in part.parent.children() if other in self.entered):
                return False
        return True

    def is_sensitive(self, node):
        """GTK tells it only of the widget that was made insensitive."""
        return all(part.sensitive for part in list(lineage(node))[:-1])

    def is_part(self, node):
        """Of a control, rather than one."""
        return any(part.role in WHOLE for part in list(lineage(node))[1:])

    def missed(self):
        """What can have the focus, is shown in this window, and did not have it."""
        nodes = [n for n in self.window().walk() if n.visible and n.focusable and n not in self.entered]
        nodes = [n for n in nodes if self.is_sensitive(n) and n.name not in OF_THE_WINDOW and not self.is_part(n) and self.is_shown(n)]
        # A list or what scrolls is reached where something in it is.
        return [n for n in nodes if not any(n in list(lineage(other))[1:] for other in nodes)]

    def window(self):
        """The window that was walked, as it is now."""
        was = list(lineage(self.stops[0]))[-2]
        return next(n for n in self.read().children() if n == was)


def check_names(walk, what, at_least):
    """at_least: how many stops there are, lest a page be walked that is not there."""
    print(f'# {what}: {walk.stops}', file=sys.stderr)
    assert len(walk.stops) >= at_least, f'{what}: {walk.stops}'
    bad = [n for n in walk.stops if not n.name or TYPE_NAME.match(n.name)]
    assert not bad, f'{what}: no name: {[list(lineage(n)) for n in bad]}'
    twice = [n for n in walk.stops if re.fullmatch(r'(.+) \1', n.name)]
    assert not twice, f'{what}: named twice: {twice}'


def check(app, what, at_least):
    walk = Walk(app)
    check_names(walk, what, at_least)
    missed = walk.missed()
    assert not missed, f'{what}: no key reaches {[(n, n.extents, list(lineage(n))[1:4]) for n in missed]}'
    return walk


def test_empty_page():
    app = App(DESKTOP)
    app.fill(1280, 800)
    app.wait('push button', 'Open Pictures…')
    app.wait_text('Ready')
    check(app, 'the empty page', 6)
    assert_quiet(app)


def test_pictures():
    app = answered(*(os.path.join(SAMPLES, name) for name in NAMES[:3]))
    app.key('Home')
    app.wait_text('Why the Gate Decided So')
    walk = check(app, 'the pictures', 20)
    assert len([n for n in walk.stops if n.role == driver.PICTURE]) == 1, 'Tab goes on from a list, however long it is'
    for name in ('Evidence', 'What If…?', 'Emotion Wheel', 'Details'):
        app.wait('push button', name).press()
        time.sleep(0.3)
    check(app, 'the pictures with everything unfolded', 28)
    assert_quiet(app)


def test_several_selected_and_compared():
    app = answered(*(os.path.join(SAMPLES, name) for name in NAMES[:3]))
    app.key('Home', 'shift+Right')
    app.wait_text('2 selected')
    check(app, 'two selected', 20)
    app.key('Home', 'shift+Right')
    app.find('push button', 'Compare').press()
    app.wait('label', '2 Pictures Compared')
    check(app, 'two compared', 7)
    assert_quiet(app)


def test_history():
    app = answered(*(os.path.join(SAMPLES, name) for name in NAMES[:3]))
    app.activate_action('show-history')
    app.wait('list', 'History')
    # The arrows select a result, and with it comes more to reach.
    check_names(Walk(app, arrows=False), 'the history, nothing selected', 10)
    app.activate_action('show-history')
    app.key('Home', 'Down')
    app.wait_text('From the history')
    check_names(Walk(app, arrows=False), 'a result of the history', 20)
    assert_quiet(app)


def test_train():
    work = tempfile.mkdtemp(prefix='emo-driven-keyboard-')
    try:
        dataset = os.path.join(work, 'set')
        subprocess.run([CLI, 'synth', dataset, '--train', '16', '--val', '8', '--test', '0', '--quiet'], check=True, stdout=2)
        app = App(DESKTOP, env={'EMOVLM_CLI': os.path.join(driver.HERE, 'train-child.py'), 'TRAIN_CHILD': 'done'})
        app.fill(1280, 800)
        app.key('alt+2')
        app.wait_text('Choose a Dataset')
        check(app, 'the empty page of training', 12)
        app.activate_action('train-output', os.path.join(work, 'out'))
        app.activate_action('train-dataset', dataset)
        wait_for(lambda: app.find('push button', 'Start Training').sensitive, 20, 'the dataset read')
        # By keys alone: to the button at the end, and on.
        walk = check(app, 'the page of training', 14)
        assert 'Start Training' in [n.name for n in walk.stops], walk.stops
        app.find('push button', 'Start Training').press()
        app.wait('push button', 'Load This Model', 30)
        check(app, 'a training that is done', 18)
        assert_quiet(app)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def focused(app):
    return next(reversed([n for n in app.find_all() if n.focused]), None)


def focus_on(app, what):
    """By Tab alone, as far as it goes."""
    for _ in range(MOST_STOPS):
        press('Tab')
        node = focused(app)
        if node is not None and node.name.startswith(what):
            return node
    raise AssertionError(f'no Tab comes to {what!r}')


def walk_popover(app, opener):
    """What has the focus as arrows, then Tab go through what was opened from there,
    each as long as it comes to something else."""
    inside = [focused(app)]
    for key in ('Down', 'Tab'):
        known = 0
        while known < len(inside):
            press(key)
            node = focused(app)
            assert node is not None and node != opener, f'{opener}: {key} leaves what was opened'
            known = known + 1 if node in inside else 0
            if node not in inside:
                inside.append(node)
    return inside


def check_popover(app, what, keys, at_least):
    """Opened by keys from the widget of that name, walked, and closed by Escape."""
    opener = focus_on(app, what)
    press(*keys)
    wait_for(lambda: focused(app) not in (None, opener), 5, f'the focus in what {what} opens')
    inside = [n for n in walk_popover(app, opener) if n.role != 'scroll pane']
    print(f'# {what}: {inside}', file=sys.stderr)
    assert len(inside) >= at_least, f'{what}: {inside}'
    bad = [n for n in inside if not n.name or TYPE_NAME.match(n.name)]
    assert not bad, f'{what}: no name: {[list(lineage(n))[:3] for n in bad]}'
    box = next(part for part in lineage(inside[0]) if re.search('Popover(Menu)?$', part.name) and part.name != 'GtkPopoverContent')
    within = [n for n in box.walk() if n.visible and n.focusable and n.role in ('push button', 'menu item', 'check menu item', 'list item', 'check box')]
    missed = [n for n in within if is_sensitive(n) and n not in inside and n.extents[2] > 0 and not any(part.role in WHOLE for part in list(lineage(n))[1:-1] if part in within)]
    assert not missed, f'{what}: no key reaches {missed}'
    press('Escape')
    wait_for(lambda: focused(app) == opener, 5, f'the focus back on {opener}, not {focused(app)}')


def test_menus_and_popovers():
    app = answered(*(os.path.join(SAMPLES, name) for name in NAMES[:3]))
    app.key('Home')
    app.wait_text('Why the Gate Decided So')
    check_popover(app, 'Main Menu', ['F10'], 10)
    check_popover(app, 'Open a Folder or the Samples', ['space'], 2)
    check_popover(app, 'Model EmoScenes', ['space'], 3)
    check_popover(app, 'Filter and Sort', ['space'], 3)
    check_popover(app, 'The Label You Think Right', ['space'], 9)
    assert_quiet(app)


def test_menu_of_a_picture():
    app = answered(*(os.path.join(SAMPLES, name) for name in NAMES[:3]))
    app.key('Home')
    app.wait_text('Why the Gate Decided So')
    check_popover(app, NAMES[0], ['Menu'], 5)
    check_popover(app, NAMES[0], ['shift+F10'], 5)
    assert_quiet(app)


def test_drop_downs_of_what_is_unfolded():
    app = answered(os.path.join(SAMPLES, NAMES[0]))
    app.key('Home')
    app.wait_text('Why the Gate Decided So')
    for name in ('Evidence', 'What If…?'):
        focus_on(app, name)
        press('space')
    check_popover(app, 'Emotion whose evidence is shown', ['space'], 8)
    check_popover(app, 'What fuses the branches', ['space'], 1)
    assert_quiet(app)


def test_stops_a_batch_among_the_jobs():
    folder = tempfile.mkdtemp(prefix='emo-driven-keyboard-')
    try:
        # Few rows, for each key asks for the whole window; and long to read.
        first = write_png(os.path.join(folder, '00.png'), 6000, 4000)
        for i in range(1, 60):
            path = os.path.join(folder, f'{i:02}.png')
            shutil.copy(first, path)
            with open(path, 'ab') as file:
                file.write(b'%d' % i)
        app = App(DESKTOP, folder)
        app.fill(1280, 800)
        app.wait('push button', 'Stop', 60)
        opener = focus_on(app, '1 job is running')
        press('space')
        wait_for(lambda: focused(app) not in (None, opener), 5, 'the focus among the jobs')
        while not focused(app).name.startswith('Stop: '):
            press('Tab')
            assert focused(app) != opener, 'no Tab comes to Stop'
        press('space')
        app.wait('push button', 'Go On')
        assert_quiet(app)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def other_windows(app):
    """xdotool fails where a window goes away while it looks, and is asked again."""
    ids = subprocess.run(['xdotool', 'search', '--onlyvisible', '--pid', str(app.pid)], capture_output=True, text=True).stdout.split()
    return [i for i in ids if i != app.window] if app.window in ids else None


def other_window(app):
    return wait_for(lambda: other_windows(app), 10, 'another window')[-1]


def test_export_dialog():
    app = answered(*(os.path.join(SAMPLES, name) for name in NAMES[:3]))
    app.key('ctrl+e')
    xdotool('windowactivate', '--sync', other_window(app))
    check(app, 'the export dialog', 8)
    press('Escape')
    assert_quiet(app)


def test_preferences():
    app = answered(os.path.join(SAMPLES, NAMES[0]))
    for page in ('Inference', 'Explanations', 'Export', 'History', 'Appearance'):
        app.key('ctrl+comma')
        xdotool('windowactivate', '--sync', other_window(app))
        wait_for(lambda: [n for n in app.find_all('page tab', page) if n.extents[2] > 0], 10, page)[-1].press()
        time.sleep(0.5)
        check(app, f'preferences, {page}', 7)
        press('Escape')
        wait_for(lambda: other_windows(app) == [], 10, 'the preferences closed')
    assert_quiet(app)


cases = [f for n, f in list(globals().items()) if n.startswith('test_')]
driver.run_main(cases, sys.argv[4:])
