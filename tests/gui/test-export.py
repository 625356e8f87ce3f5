#!/usr/bin/python3
# test-export.py
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-export.py DESKTOP CLI SAMPLES: what leaves the window, as files and by the
clipboard, against what it shows and what the command line says."""

import csv
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

import driver
from driver import App, predict, read_config, wait_for, xdotool

driver.relaunch_in_session(sys.argv)

DESKTOP, CLI, SAMPLES = (os.path.abspath(p) for p in sys.argv[1:4])
NAMES = sorted(n for n in os.listdir(SAMPLES) if n.lower().endswith(('.png', '.jpg')))
BRANCHES = {'VLM': 'vlm', 'Distilled': 'distilled', 'Gated': 'gated'}
WORK = tempfile.mkdtemp(prefix='emo-driven-export-')
# What two runs over the same picture need not have in common.
OF_THE_RUN = {'ms_total', 'time_utc', 'explanation'}


def cells(app):
    return app.find_all(driver.PICTURE)


def open_pictures(*paths, config=None):
    app = App(DESKTOP, *paths, config=config)
    n = len(NAMES) if paths == (SAMPLES,) else len(paths)
    wait_for(lambda: len([c for c in cells(app) if c.name.rstrip().endswith('%')]) == n, 120, 'all answers')
    return app


def bars(app):
    """{('VLM', 'awe'): 0.93, ...} of what is on the screen."""
    return {(n.name.partition(' ')[0], n.name.partition(' ')[2]): n.value for n in app.find_all('level bar')}


def select_first(app):
    app.key('Home')
    name = cells(app)[0].name.split(',')[0]
    wait_for(lambda: any(n.name == name for n in app.find_all('image')), 10, f'{name} selected')
    wait_for(lambda: len(bars(app)) == 24, 10, 'its bars')
    return name


def button(app, name):
    """One that has a mnemonic is named with and without it, in this order."""
    return wait_for(lambda: next((n for n in app.find_all('push button') if n.name.endswith(name)), None), 20, f'button {name!r}')


def open_dialog(app):
    app.key('ctrl+e')
    button(app, 'Export…')
    time.sleep(0.5)


def press_keys(*keys):
    """To what has the focus, whichever window that is."""
    for key in keys:
        xdotool('key', '--clearmodifiers', key)
        time.sleep(0.15)


def save_as(app, path):
    """From the dialog through the file chooser; gives the toast."""
    button(app, 'Export…').press()
    app.wait('text', 'Name:')
    time.sleep(1)
    press_keys('ctrl+a')
    xdotool('type', '--delay', '20', path)
    press_keys('Return')
    wait_for(lambda: os.path.exists(path), 20, path)
    app.wait_text('exported')


def read_csv(path):
    with open(path, newline='', encoding='utf-8') as file:
        return list(csv.DictReader(file))


def read_clipboard():
    return subprocess.run([sys.executable, os.path.join(driver.HERE, 'clipboard-reader.py')],
                          check=True, capture_output=True, timeout=20).stdout.decode()


def copied(app, form):
    app.activate_action('copy', form)
    time.sleep(0.3)
    return read_clipboard()


def test_csv_says_what_the_bars_and_the_command_line_say():
    path = os.path.join(WORK, 'all.csv')
    app = open_pictures(SAMPLES)
    name = select_first(app)
    open_dialog(app)
    app.wait_text(f'{len(NAMES)} pictures are finished')
    save_as(app, path)

    rows = read_csv(path)
    shown = bars(app)
    row = next(r for r in rows if r['file_name'] == name)
    assert len(shown) == 24, shown
    for (branch, label), value in shown.items():
        assert abs(float(row[f'p_{BRANCHES[branch]}_{label}']) - value) < 1e-3, (branch, label)

    out = os.path.join(WORK, 'cli.csv')
    subprocess.run([CLI, 'predict', '--quiet', '--no-explain', '--format', 'csv', '--output', out, SAMPLES], check=True)
    expected = {r['file_name']: r for r in read_csv(out)}
    assert list(rows[0]) == list(expected[name]), 'the columns differ'
    for row in rows:
        for column, value in expected[row['file_name']].items():
            if column in OF_THE_RUN:
                continue
            if column.startswith(('p_', 'margin', 'share')):
                assert abs(float(row[column]) - float(value)) < 1e-6, (row['file_name'], column)
            else:
                assert row[column] == value, (row['file_name'], column, row[column], value)
    app.close()


def test_dialog_chooses_format_and_remembers_it():
    path = os.path.join(WORK, 'all.jsonl')
    app = open_pictures(SAMPLES)
    open_dialog(app)
    assert app.find('list item', 'Columns'), 'no columns for CSV'
    press_keys('space', 'Down', 'Return')
    wait_for(lambda: not app.find('list item', 'Columns'), 10, 'JSON Lines, which has no columns')
    save_as(app, path)

    expected = predict(CLI, *(os.path.join(SAMPLES, n) for n in NAMES))
    with open(path, encoding='utf-8') as file:
        rows = [json.loads(line) for line in file]
    assert len(rows) == len(NAMES)
    for row in rows:
        other = expected[os.path.basename(row['image'])]
        assert list(row) == list(other), 'the keys differ'
        for branch in BRANCHES.values():
            assert row[branch]['label'] == other[branch]['label']
            for a, b in zip(row[branch]['probabilities'], other[branch]['probabilities']):
                assert abs(a - b) < 1e-6, (row['image'], branch)
        assert row['model'] == other['model'] and row['gate'].keys() == other['gate'].keys()
    app.close()
    assert read_config(app.config)['export-format'] == "'jsonl'"


def test_dialog_leaves_out_columns_and_writes_the_selected():
    path = os.path.join(WORK, 'few.csv')
    app = open_pictures(SAMPLES)
    name = select_first(app)
    app.key('f')
    wait_for(lambda: 'Flagged' in cells(app)[0].description, 5, 'the flag')
    open_dialog(app)
    press_keys('Down', 'space', 'Down', 'Down', 'Return')
    app.wait_text('1 picture is finished')
    # Data Set, Probabilities, Fusion, Explanation, Picture, Model.
    press_keys('Tab', 'space', 'Tab', 'space', 'Down', 'Down', 'space', 'Down', 'space', 'Down', 'space',
               'Down', 'Down', 'space', 'Down', 'space')
    app.wait_text('3 of 9 groups')
    save_as(app, path)

    rows = read_csv(path)
    assert [r['file_name'] for r in rows] == [name], rows
    assert list(rows[0]) == ['file_name', 'pred_gated', 'pred_vlm', 'pred_distilled', 'agree', 'margin',
                             'in_domain', 'status', 'error', 'flagged', 'own_label', 'note'], list(rows[0])
    assert (rows[0]['flagged'], rows[0]['own_label'], rows[0]['note']) == ('true', '', '')
    app.close()
    config = read_config(app.config)
    assert config['export-columns'] == "['answers', 'status', 'annotations']", config
    assert config['export-rows'] == "'selected'", config


def test_toast_shows_the_file_in_its_folder():
    path = os.path.join(WORK, 'shown.csv')
    manager = subprocess.Popen([sys.executable, os.path.join(driver.HERE, 'file-manager.py')], stdout=subprocess.PIPE, text=True)
    try:
        assert manager.stdout.readline() == 'ready\n'
        app = open_pictures(os.path.join(SAMPLES, NAMES[0]))
        app.activate_action('export-to', path)
        button(app, 'Show').press()
        assert manager.stdout.readline().strip() == 'file://' + path
        app.close()
    finally:
        manager.terminate()
        manager.wait()


def test_failure_is_told_and_leaves_the_old_file():
    # The name of the temporary file beside it would be too long.
    path = os.path.join(WORK, 'x' * 250)
    with open(path, 'w') as file:
        file.write('old')
    app = open_pictures(os.path.join(SAMPLES, NAMES[0]))
    for bad, reason in ((os.path.join(WORK, 'missing', 'out.csv'), 'No such file or directory'),
                        (WORK, 'expected a file, found a folder'), (path, 'File name too long')):
        app.activate_action('export-to', bad)
        app.wait_text(f'“{os.path.basename(bad)}” Was Not Written')
        app.wait_text(reason)
        button(app, 'Choose Another Place…')
        press_keys('Escape')
        wait_for(lambda: not any(n.name.endswith('Another Place…') for n in app.find_all('push button')), 10, 'no dialog')
    with open(path) as file:
        assert file.read() == 'old'
    assert not [n for n in os.listdir(WORK) if n.startswith('x') and len(n) != 250], os.listdir(WORK)
    app.close()


def test_copies_result_and_tables():
    app = open_pictures(SAMPLES)
    name = select_first(app)
    row = predict(CLI, os.path.join(SAMPLES, name))[name]
    percents = {b: [f'{100 * p:.1f}' for p in row[b]['probabilities']] for b in BRANCHES.values()}
    gated = percents['gated'][row['labels'].index(row['gated']['label'])]

    app.key('ctrl+c')
    app.wait_text('Result copied')
    text = read_clipboard()
    assert text.startswith(f'{name}\nGated: {row["gated"]["label"]} {gated} %, '), text
    assert row['model']['sha256'] in text, text

    table = copied(app, 'markdown').splitlines()
    assert table[0] == '| Label | Gated (%) | VLM (%) | Distilled (%) |', table
    for i, label in enumerate(row['labels']):
        assert table[i + 2] == f'| {label} | {percents["gated"][i]} | {percents["vlm"][i]} | {percents["distilled"][i]} |', table

    latex = copied(app, 'latex')
    assert latex.startswith('\\begin{tabular}{lrrr}\n') and latex.count(' \\\\\n') == 1 + len(row['labels']), latex

    methods = copied(app, 'methods')
    assert row['model']['sha256'] in methods and 'float32 on cpu' in methods and methods.count('\n') == 1, methods
    app.close()


def test_copies_and_exports_many_that_are_selected():
    path = os.path.join(WORK, 'some.csv')
    app = open_pictures(SAMPLES)
    select_first(app)
    app.key('shift+Right')
    table = copied(app, 'markdown').splitlines()
    assert table[0] == '| Picture | Gated | VLM | Distilled | Agree |', table
    assert [line.split(' ')[1] for line in table[2:]] == NAMES[:2], table
    command = copied(app, 'command')
    paths = [os.path.join(SAMPLES, n) for n in NAMES[:2]]
    assert sorted(w for w in shlex.split(command) if w.startswith(SAMPLES)) == paths, command

    open_dialog(app)
    press_keys('Down', 'space', 'Down', 'Down', 'Return')
    app.wait_text('2 pictures are finished')
    save_as(app, path)
    assert [r['file_name'] for r in read_csv(path)] == NAMES[:2]
    app.close()


def test_copied_command_gives_the_row_again():
    names = [b"it's new\nline \xff.png", 'b $HOME "c".png'.encode()]
    folder = os.path.join(WORK, 'odd names')
    os.mkdir(folder)
    for odd in names:
        shutil.copy(os.path.join(SAMPLES, NAMES[0]).encode(), os.path.join(folder.encode(), odd))
    app = open_pictures(*(os.path.join(folder.encode(), odd) for odd in names))
    exact = os.path.join(WORK, 'odd.jsonl')
    app.activate_action('export-to', exact)
    wait_for(lambda: os.path.exists(exact), 10, exact)
    with open(exact, encoding='utf-8') as file:
        exported = {row['image']: row for row in map(json.loads, file)}
    for position, odd in enumerate(names):
        app.key('Home', *['Right'] * position)
        wait_for(lambda: len(bars(app)) == 24, 10, 'bars')
        time.sleep(0.5)
        command = copied(app, 'command')
        assert command.count('\n') == 1, command
        env = dict(os.environ, PATH=os.path.dirname(CLI) + ':' + os.environ['PATH'])
        done = subprocess.run(['bash', '-c', command], env=env, capture_output=True, check=True, cwd='/')
        row = json.loads(done.stdout)
        for (branch, label), value in bars(app).items():
            assert abs(row[BRANCHES[branch]]['probabilities'][row['labels'].index(label)] - value) < 1e-3, (branch, label)
        for branch in BRANCHES.values():
            for a, b in zip(row[branch]['probabilities'], exported[row['image']][branch]['probabilities']):
                assert abs(a - b) < 1e-6, (branch, a, b)
        assert row['image'].startswith('file://') == (odd == names[0]), row['image']
    app.close()


def test_menu_key_offers_to_copy():
    app = open_pictures(SAMPLES)
    name = select_first(app)
    app.key('shift+F10')
    app.wait('menu item', 'Copy Result')
    press_keys('Escape')
    wait_for(lambda: not app.find('menu item', 'Copy Result'), 5, 'no menu')
    # The focus is where it was: on a picture, which the next key reaches.
    app.key('shift+F10')
    app.wait('menu item', 'Copy Result')
    press_keys('Return')
    app.wait_text('Result copied')
    assert read_clipboard().startswith(f'{name}\nGated: ')
    app.close()


def test_menu_at_another_picture_is_about_that_one():
    app = open_pictures(SAMPLES)
    name = select_first(app)
    xdotool('windowmove', '--sync', app.window, 0, 0)
    # The second picture of the first row.
    xdotool('mousemove', 200, 200, 'click', 3)
    app.wait('menu item', 'Copy Result')
    press_keys('Down', 'Return')
    app.wait_text('copied')
    copy = read_clipboard()
    assert copy.startswith((f'{NAMES[1]}\n', '| Label')) and not copy.startswith(name), copy
    assert any(n.name == NAMES[1] for n in app.find_all('image')), 'it is not the one that is shown'
    app.close()


def test_text_that_has_the_focus_keeps_its_copy():
    app = open_pictures(SAMPLES)
    select_first(app)
    app.key('ctrl+f')
    xdotool('type', '--delay', '30', 'fear')
    press_keys('ctrl+a', 'ctrl+c')
    time.sleep(0.5)
    assert read_clipboard() == 'fear'
    app.close()


cases = [f for n, f in list(globals().items()) if n.startswith('test_')]
driver.run_main(cases, sys.argv[4:], WORK)
