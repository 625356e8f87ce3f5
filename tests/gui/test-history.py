#!/usr/bin/env python3
# The history: what was answered is there after a restart, without the model, and
# after a kill; search, delete and undo, go on, and off.
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""usage: test-history.py DESKTOP CLI SAMPLES [CASE...]"""
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

import driver
from driver import App, make_config, predict, wait_for, xdotool

driver.relaunch_in_session(sys.argv)

import gi
gi.require_version('Atspi', '2.0')
from gi.repository import Atspi

DESKTOP, CLI, SAMPLES = (os.path.abspath(p) for p in sys.argv[1:4])
NAMES = sorted(n for n in os.listdir(SAMPLES) if n.lower().endswith(('.png', '.jpg')))
WARNING = re.compile(r'(WARNING|CRITICAL|ERROR) \*\*')
ROW = 'list item'
BRANCHES = {'VLM': 'vlm', 'Distilled': 'distilled', 'Gated': 'gated'}


class Home:
    """Settings and data that outlive an application."""

    def __init__(self, **settings):
        self.folder = tempfile.mkdtemp(prefix='data-', dir=os.environ['HOME'])
        self.config = make_config(first_launch='false', **settings)

    def start(self, *args):
        return App(DESKTOP, *args, env={'XDG_DATA_HOME': self.folder}, config=self.config)

    def count(self, where='deleted IS NULL AND state <> 0'):
        path = os.path.join(self.folder, 'emovlm', 'runs.db')
        if not os.path.exists(path):
            return 0
        with sqlite3.connect(f'file:{path}?mode=ro', uri=True, timeout=10) as db:
            try:
                return db.execute(f'SELECT count(*) FROM entries WHERE {where}').fetchone()[0]
            except sqlite3.OperationalError:
                return 0   # not made yet


def quit_quietly(app):
    text = app.close()
    assert not WARNING.search(text), f'stderr:\n{text}'


def rows(app):
    """The results in the history, as (name, answer, time), newest first."""
    found = []

    def walk(node):
        if node.role == ROW:
            found.append(node.name)
            return
        for child in node.children():
            walk(child)

    root = app.root
    if root is not None:
        walk(root)
    return [tuple(n.split(', ')) for n in found if n.count(', ') == 2]


def names(app):
    return [row[0] for row in rows(app)]


def pictures(app):
    return {n.name.split(',')[0]: n.name for n in app.find_all(driver.PICTURE)}


def answered(app):
    return [name for name, text in pictures(app).items() if text.rstrip().endswith('%')]


def bars(app):
    return {node.name: node.value for node in app.find_all('level bar')}


def equal(shown, wanted):
    """GTK tells a screen reader no change of less than 0.001."""
    return shown.keys() == wanted.keys() and all(abs(shown[k] - wanted[k]) <= 0.001 for k in wanted)


def exact(row):
    """The bars of what the command line says of a picture."""
    return {f'{name} {label}': p for name, key in BRANCHES.items() for label, p in zip(row['labels'], row[key]['probabilities'])}


def shown(app):
    return next((n.name for n in app.find_all('image') if '.' in n.name), None)


def answer_samples(home):
    app = home.start(SAMPLES)
    wait_for(lambda: len(answered(app)) == len(NAMES), 120, 'all answers')
    return app


def open_history(app, n):
    app.activate_action('show-history')
    wait_for(lambda: len(rows(app)) == n, 20, f'{n} results in the history')


def select_row(app, name):
    """With the keyboard, from the head at the top."""
    app.activate_action('show-history')
    app.key('Home', *['Down'] * (names(app).index(name) + 1))
    wait_for(lambda: shown(app) == name, 10, name)


def test_shows_the_same_numbers_after_a_restart_without_the_model():
    home = Home(explain='false')
    app = answer_samples(home)
    expected = predict(CLI, *(os.path.join(SAMPLES, name) for name in NAMES))
    wanted = {}
    app.key('Home')
    for _ in range(3):
        wait_for(lambda: shown(app) not in wanted and len(bars(app)) == 24, 20, 'another picture')
        name = shown(app)
        wait_for(lambda: pictures(app)[name].rstrip().endswith('%'), 20, 'its answer')
        wanted[name] = exact(expected[name])
        wait_for(lambda: equal(bars(app), wanted[name]), 10, f'the numbers of {name}')
        app.key('Right')
    texts = {name: text.split(', ')[1] for name, text in pictures(app).items()}
    quit_quietly(app)

    app = home.start('--model', '/nowhere/at/all')
    app.wait(None, 'Retry')
    app.wait('push button', 'Show the History').press()
    wait_for(lambda: len(rows(app)) == len(NAMES), 20, 'all results')
    assert sorted(names(app)) == NAMES
    for name, answer, _ in rows(app):
        assert answer.replace(' %', '') == texts[name].replace(' %', ''), (name, answer, texts[name])
    assert app.find(None, 'Today'), 'no head with the day'
    for name, numbers in wanted.items():
        select_row(app, name)
        wait_for(lambda: equal(bars(app), numbers), 10, f'the numbers of {name}')
        app.wait_text('From the history: answered by EmoScenes')
    quit_quietly(app)


def test_says_where_a_picture_is_gone_and_still_shows_its_numbers():
    home = Home(explain='false')
    folder = tempfile.mkdtemp(dir=home.folder)
    shutil.copy(os.path.join(SAMPLES, NAMES[0]), folder)
    app = home.start(os.path.join(folder, NAMES[0]))
    wait_for(lambda: answered(app) and len(bars(app)) == 24, 60, 'an answer')
    wanted = bars(app)
    quit_quietly(app)
    os.remove(os.path.join(folder, NAMES[0]))

    app = home.start()
    open_history(app, 1)
    app.key('Home', 'Down')
    app.wait_text('The Picture Is Gone')
    wait_for(lambda: equal(bars(app), wanted), 10, 'the same numbers')
    quit_quietly(app)


def test_searches_names_labels_and_notes_and_typing_is_typing():
    home = Home(explain='false')
    app = answer_samples(home)
    open_history(app, len(NAMES))
    everything = rows(app)
    fear = sorted(row[0] for row in everything if 'fear' in row[0] or row[1].startswith('fear'))
    app.key('ctrl+f')
    xdotool('type', '--delay', '30', 'FEAR')
    wait_for(lambda: sorted(names(app)) == fear, 10, 'what has fear in its name or label')
    xdotool('type', '--delay', '30', ' f1 z')
    app.wait_text('No result matches')
    app.key('BackSpace', 'BackSpace', 'BackSpace', 'BackSpace', 'BackSpace', 'Home', 'Delete')
    wait_for(lambda: sorted(names(app)) == sorted(r[0] for r in everything if 'ear' in r[0] + r[1]), 10, 'what has "ear"')
    app.key('Escape')
    wait_for(lambda: rows(app) == everything, 10, 'everything, nothing deleted and nothing flagged')
    quit_quietly(app)


def test_deletes_of_a_day_what_a_search_found():
    home = Home(explain='false')
    app = answer_samples(home)
    open_history(app, len(NAMES))
    first = next(n for n in names(app) if 'fear' not in n)
    select_row(app, first)
    app.key('ctrl+f')
    xdotool('type', '--delay', '30', '02-fear')
    wait_for(lambda: names(app) == ['02-fear.png'], 10, 'one result')
    app.wait('push button', 'Delete the Results of Today, EmoScenes').press()
    app.wait_text('1 result deleted')
    wait_for(lambda: not names(app), 10, 'none found')
    app.key('Escape')
    wait_for(lambda: sorted(names(app)) == sorted(set(NAMES) - {'02-fear.png'}), 10, 'all but one')
    assert home.count() == len(NAMES) - 1
    assert shown(app) == first, 'what is open stays open'
    # The open result's row goes with the day, and it is in no view any more.
    app.wait('push button', 'Delete the Results of Today, EmoScenes').press()
    app.wait_text('No History Yet')
    wait_for(lambda: not any(n.extents[2] > 0 for n in app.find_all() if n.name.startswith('From the history: ')), 10, 'nothing open')
    # Of both deletions, once the toast of the first has gone.
    app.wait_text('Results deleted')
    wait_for(lambda: len(app.find_all('label', 'Undo')) == 1, 10, 'one toast')
    app.press_in_toast('Undo')
    wait_for(lambda: sorted(names(app)) == NAMES, 10, 'both deletions undone')
    quit_quietly(app)


def test_deletes_with_undo_and_for_good():
    home = Home(explain='false')
    app = answer_samples(home)
    open_history(app, len(NAMES))
    first = names(app)[0]
    app.key('Home', 'Down')
    wait_for(lambda: shown(app) == first, 10, first)
    app.key('Delete')
    wait_for(lambda: names(app)[0] != first, 10, 'one less')
    app.key('Delete')
    app.wait_text('2 results deleted')
    wait_for(lambda: len(rows(app)) == len(NAMES) - 2, 10, 'two less')
    app.press_in_toast('Undo')
    wait_for(lambda: len(rows(app)) == len(NAMES), 10, 'all of them back')

    # The head's button takes the day's results of the model.
    app.wait('push button', 'Delete the Results of Today, EmoScenes').press()
    app.wait_text('No History Yet')
    app.wait_text('Results of Today, EmoScenes deleted')
    app.press_in_toast('Undo')
    wait_for(lambda: len(rows(app)) == len(NAMES), 10, 'all of them back')

    select_row(app, first)
    app.key('Delete')
    wait_for(lambda: len(rows(app)) == len(NAMES) - 1, 10, 'one less')
    app.key('ctrl+z')
    wait_for(lambda: len(rows(app)) == len(NAMES), 10, 'it is back')
    select_row(app, first)
    app.key('Delete')
    wait_for(lambda: len(rows(app)) == len(NAMES) - 1, 10, 'one less')
    quit_quietly(app)
    assert home.count('1') == len(NAMES) - 1, 'a deleted result is in the file'
    app = home.start()
    open_history(app, len(NAMES) - 1)
    quit_quietly(app)


def test_undoes_the_last_deletion_without_a_row_left():
    home = Home()
    app = home.start(os.path.join(SAMPLES, NAMES[0]))
    wait_for(lambda: answered(app), 60, 'the answer')
    open_history(app, 1)
    app.key('Home', 'End', 'Delete')
    wait_for(lambda: home.count() == 0, 10, 'nothing left')
    app.wait('label', 'No History Yet')
    app.key('ctrl+z')
    wait_for(lambda: home.count() == 1, 10, 'the result back')
    wait_for(lambda: names(app) == NAMES[:1], 10, 'its row')
    quit_quietly(app)


def test_keeps_flags_and_analyses_again():
    home = Home(explain='false')
    app = answer_samples(home)
    quit_quietly(app)
    app = home.start()
    open_history(app, len(NAMES))
    app.key('Home', 'Down')
    wait_for(lambda: shown(app) == names(app)[0], 10, 'the newest')
    name = shown(app)
    app.key('f')
    wait_for(lambda: home.count('flagged = 1') == 1, 10, 'the flag in the store')
    app.wait('push button', 'Analyse Again').press()
    wait_for(lambda: answered(app) == [name], 60, 'an answer in the list')
    wait_for(lambda: home.count() == len(NAMES) + 1, 10, 'a result of its own')
    assert home.count('flagged = 1') == 2, 'the flag did not come along'
    quit_quietly(app)


def test_analyses_again_what_is_asked_for_though_a_batch_is_stopped():
    home = Home(explain='false')
    app = home.start(os.path.join(SAMPLES, NAMES[0]))
    wait_for(lambda: answered(app) == [NAMES[0]], 60, 'an answer')
    wait_for(lambda: home.count() == 1, 10, 'the answer in the history')
    quit_quietly(app)

    folder = tempfile.mkdtemp(dir=home.folder)
    write_many(folder, 240)
    app = home.start(folder)
    wait_for(lambda: home.count('state = 1') > 5, 60, 'the batch')
    app.key('Escape')
    wait_for(lambda: app.find('push button', 'Stop') is None or not app.find('push button', 'Stop').sensitive, 20, 'the stop')
    time.sleep(1)
    held = home.count('state = 0')
    assert held > 0
    app.activate_action('show-history')
    # The oldest: the head of its day, its row.
    app.key('End')
    wait_for(lambda: shown(app) == NAMES[0], 10, 'the first result')
    n = home.count('state = 1')
    app.wait('push button', 'Analyse Again').press()
    wait_for(lambda: home.count('state = 1') == n + 1, 30, 'its new answer')
    time.sleep(1)
    assert home.count('state = 0') == held, 'the others wait'



def show_pictures(app):
    """The tab of the list to the front."""
    for tab in app.find_all('page tab', 'Pictures'):
        try:
            tab.press()
        except AssertionError:
            pass
    wait_for(lambda: any(n.extents[2] > 0 for n in app.find_all(driver.PICTURE)), 10, 'the list')


def focus_note(app):
    note = app.find('text', 'Note on This Picture')
    for _ in range(40):
        if note.focused:
            break
        app.key('Tab')
    assert note.focused


def test_keeps_a_flag_of_a_removed_picture_through_undo():
    home = Home(explain='false')
    app = home.start(*(os.path.join(SAMPLES, name) for name in NAMES[:2]))
    wait_for(lambda: len(answered(app)) == 2, 60, 'both answers')
    app.key('Home')
    wait_for(lambda: shown(app) == NAMES[0], 10, NAMES[0])
    app.key('Delete')
    wait_for(lambda: list(pictures(app)) == [NAMES[1]], 10, 'one less')
    open_history(app, 2)
    select_row(app, NAMES[0])
    app.key('f')
    wait_for(lambda: home.count('flagged = 1') == 1, 10, 'the flag in the store')
    show_pictures(app)
    wait_for(lambda: app.key('Home') or any(n.focused for n in app.find_all(driver.PICTURE)), 10, 'the keyboard in the list')
    app.key('ctrl+z')
    wait_for(lambda: len(pictures(app)) == 2 and shown(app) == NAMES[0], 10, 'it is back')
    flag = app.find(None, 'Flag This Picture')
    assert flag.has_state(Atspi.StateType.PRESSED), 'the flag is off'
    focus_note(app)
    xdotool('type', '--delay', '30', 'dusk')
    wait_for(lambda: home.count("note = 'dusk'") == 1, 10, 'the note in the store')
    assert home.count("note = 'dusk' AND flagged = 1") == 1, 'the note took the flag'
    quit_quietly(app)


def test_prints_what_is_open_where_nothing_is_listed():
    home = Home(explain='false')
    app = home.start(os.path.join(SAMPLES, NAMES[0]))
    wait_for(lambda: answered(app), 60, 'an answer')
    quit_quietly(app)
    app = home.start()
    open_history(app, 1)
    select_row(app, NAMES[0])
    app.key('ctrl+p')
    app.wait('dialog', 'Print')
    xdotool('key', 'Escape')
    wait_for(lambda: app.find('dialog', 'Print') is None, 10, 'no dialog')
    quit_quietly(app)


def test_keeps_a_note_that_was_being_typed_at_the_end():
    home = Home()
    app = home.start(os.path.join(SAMPLES, NAMES[0]))
    wait_for(lambda: answered(app), 60, 'an answer')
    wait_for(lambda: home.count() == 1, 10, 'the answer in the history')
    focus_note(app)
    # In one go: the pause after which a note is kept must not come between.
    xdotool('key', '--clearmodifiers', '--delay', '10', 'd', 'u', 's', 'k', 'ctrl+q')
    app.process.wait(10)
    quit_quietly(app)
    assert home.count("note = 'dusk'") == 1


def test_keeps_a_note_that_was_being_typed_before_what_is_asked_for():
    home = Home(explain='false')
    app = home.start(*(os.path.join(SAMPLES, name) for name in NAMES[:2]))
    wait_for(lambda: len(answered(app)) == 2, 60, 'both answers')
    app.key('Home')
    wait_for(lambda: shown(app) == NAMES[0], 10, NAMES[0])
    focus_note(app)
    path = os.path.join(home.folder, 'out.csv')
    # Before the pause after which a note is kept.
    xdotool('type', '--delay', '10', 'dusk')
    app.activate_action('export-to', path)
    app.wait_text('2 rows exported')
    with open(path, encoding='utf-8-sig') as file:
        assert ',dusk' in file.read(), 'the file misses the note'
    xdotool('type', '--delay', '10', ' or dawn')
    app.activate_action('remove-all')
    wait_for(lambda: home.count("note = 'dusk or dawn'") == 1, 10, 'the note in the store')
    # Longer than the cursor blinks, which would find that nobody told the note of the focus.
    time.sleep(2)
    app.key('ctrl+z')
    wait_for(lambda: len(pictures(app)) == 2, 10, 'both are back')
    assert home.count("note = 'dusk or dawn'") == 1
    quit_quietly(app)


def write_many(folder, n):
    for i in range(n):
        shutil.copy(os.path.join(SAMPLES, NAMES[i % len(NAMES)]), os.path.join(folder, f'{i:03}-{NAMES[i % len(NAMES)]}'))


def kill_in_a_batch(home, folder, n, after):
    """What was seen as answered a moment before must be there; gives how many are not."""
    app = home.start(folder)
    if n > 200:
        app.wait('push button', 'Start', 60).press()
    wait_for(lambda: home.count('state = 1') >= after, 120, f'{after} results')
    seen = answered(app)
    time.sleep(0.1)
    os.kill(app.pid, signal.SIGKILL)
    app.process.wait()
    done = home.count('state = 1')
    left = home.count('state = 0')
    assert len(seen) <= done < n, (len(seen), done)
    assert done + left == n, (done, left)
    with sqlite3.connect(os.path.join(home.folder, 'emovlm', 'runs.db')) as db:
        kept = {os.path.basename(row[0]) for row in db.execute('SELECT file_name FROM entries WHERE state = 1')}
    assert set(seen) <= kept, f'answered and not kept: {set(seen) - kept}'
    return left


def offer(left):
    return f'{left} picture{"" if left == 1 else "s"} of the last session w{"as" if left == 1 else "ere"} not finished.'


def test_keeps_every_result_of_a_killed_batch_and_goes_on():
    n = 240
    home = Home(explain='false')
    folder = tempfile.mkdtemp(dir=home.folder)
    write_many(folder, n)
    left = kill_in_a_batch(home, folder, n, 20)

    app = home.start()
    app.wait_text(offer(left))
    open_history(app, min(n - left, 40))
    # Another start raises this window and offers nothing of it.
    second = subprocess.run([DESKTOP], env=dict(os.environ, XDG_DATA_HOME=home.folder, XDG_CONFIG_HOME=home.config,
                                                GSETTINGS_BACKEND='keyfile'), timeout=20)
    assert second.returncode == 0
    assert home.count('state = 0') == left

    app.wait('push button', 'Go On').press()
    wait_for(lambda: home.count('state = 1') == n, 120, 'all results')
    wait_for(lambda: home.count('state = 0') == 0, 10, 'none left')
    quit_quietly(app)
    app = home.start()
    app.wait('push button', 'Show the History')
    assert not [x for x in app.find_all() if 'not finished' in x.name]
    quit_quietly(app)


def test_forgets_what_is_dismissed():
    n = 120
    home = Home(explain='false')
    folder = tempfile.mkdtemp(dir=home.folder)
    write_many(folder, n)
    left = kill_in_a_batch(home, folder, n, 3)
    app = home.start()
    app.wait_text(offer(left))
    app.wait('push button', 'Dismiss').press()
    wait_for(lambda: home.count('state = 0') == 0, 10, 'none left')
    quit_quietly(app)
    assert home.count('state = 1') == n - left


def test_keeps_nothing_where_the_history_is_off():
    home = Home(explain='false', keep_history='false')
    app = answer_samples(home)
    assert home.count('1') == 0
    app.activate_action('show-history')
    app.wait_text('No History Is Kept')
    app.activate_app_action('keep-history')
    app.activate_app_action('preferences')
    # The button is dead until its page is in front; a row and its widget are both
    # named by the row's title.
    wait_for(lambda: len(app.find_all('page tab', 'History')) > 1, 10, 'the page of the history')
    for tab in app.find_all('page tab', 'History'):
        tab.press()
    time.sleep(1)

    def clear():
        """Before its page has come to the front, the button takes a press and does nothing."""
        for button in app.find_all('push button'):
            if button.name.startswith('Clear the History'):
                button.press()
        end = time.monotonic() + 2
        while time.monotonic() < end:
            if any('History cleared' in n.name for n in app.find_all()):
                return True
        return False
    wait_for(clear, 20, 'that the history is cleared')
    # Ctrl+Q is the main window's, before which this one stands.
    app.activate_app_action('quit')
    app.process.wait(10)
    assert not WARNING.search(app.read_stderr()), app.read_stderr()
    assert driver.read_config(home.config).get('keep-history', 'true') == 'true'


def test_says_what_is_wrong_with_the_file_and_works_without():
    home = Home(explain='false')
    os.makedirs(os.path.join(home.folder, 'emovlm'))
    with open(os.path.join(home.folder, 'emovlm', 'runs.db'), 'w') as file:
        file.write('no database, ' * 1000)
    app = answer_samples(home)
    app.wait_text('The history was damaged')
    open_history(app, len(NAMES))
    quit_quietly(app)

    # Where a folder should be is a file.
    home = Home(explain='false')
    with open(os.path.join(home.folder, 'emovlm'), 'w'):
        pass
    app = answer_samples(home)
    app.wait_text('The history cannot be written')
    open_history(app, len(NAMES))
    app.wait('push button', 'Got It').press()
    quit_quietly(app)


cases = [f for n, f in list(globals().items()) if n.startswith('test_')]
Atspi.init()
driver.run_main(cases, sys.argv[4:])
