#!/usr/bin/python3
# test-languages.py
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The running application in every language there is a catalogue of, from right to
left, with large text, and where a comma is the decimal point.

usage: test-languages.py EMOVLM-DESKTOP EMOVLM SAMPLES SOURCE BUILD [CASE...]"""

import csv
import gettext
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import driver  # noqa: E402
from driver import App, wait_for, xdotool  # noqa: E402

driver.relaunch_in_session(sys.argv)

DESKTOP, CLI, SAMPLES, SOURCE, BUILD = (os.path.abspath(p) for p in sys.argv[1:6])
WORK = tempfile.mkdtemp(prefix='emo-driven-languages-')
WARNING = re.compile(r'(WARNING|CRITICAL|ERROR) \*\*|(Gtk|Gdk|Gsk|GLib|Adwaita|Pango|Emo)[\w-]*-(WARNING|CRITICAL|ERROR)')
PICTURE = os.path.join(SAMPLES, '01-sadness.png')
TWO = [PICTURE, os.path.join(SAMPLES, '02-fear.png')]
TYPE_NAME = re.compile(r'(Gtk|Adw|Gdk|Emo)[A-Z]\w+$')
# What a person reads or works, and is therefore told of.
TOLD = {'push button', 'toggle button', 'menu button', 'check box', 'combo box', 'slider', 'text', 'level bar',
        'progress bar', 'table', driver.PICTURE, 'page tab'}


def assert_quiet(app):
    text = app.close()
    assert not WARNING.search(text), f'stderr:\n{text}'


def languages():
    with open(os.path.join(SOURCE, 'po', 'LINGUAS'), encoding='utf-8') as file:
        return [word for line in file for word in line.partition('#')[0].split()]


def catalogue(language):
    """msgid -> msgstr; English has none of its own."""
    path = os.path.join(BUILD, 'po', language, 'LC_MESSAGES', 'emovlm.mo')
    if language not in languages():
        return lambda text: text
    with open(path, 'rb') as file:
        return gettext.GNUTranslations(file).gettext


def start(*args, language='en', **env):
    return App(DESKTOP, *args, env={'LC_ALL': 'C.UTF-8', 'LANGUAGE': language, **env})


def is_answered(app):
    return [n for n in app.find_all(driver.PICTURE) if re.search(r'\d[.,]\d\s*%|%\s*\d', n.name)]


def is_inside_libadwaita(node):
    """The view switcher's icons, which have no name there."""
    return node.parent_name == 'AdwIndicatorBin'


def assert_names(app):
    nodes = [n for n in app.find_all() if n.role in TOLD and not is_inside_libadwaita(n)]
    assert len(nodes) > 5, nodes
    # AT-SPI has the pages of a stack that are not shown, too; those never had a place.
    bad = [n for n in nodes if (not n.name or TYPE_NAME.match(n.name)) and n.extents[2] > 0]
    assert not bad, [' < '.join(repr(a) for a in ancestors(n)) for n in bad]


def ancestors(node):
    while node is not None:
        yield node
        node = node.parent


def assert_narrow(app, what):
    assert app.resize(360, 640) == (360, 640), f'{what}: the narrowest is {app.geometry()[2:]}'


def other_window(app):
    """The newest window besides the first."""
    ids = subprocess.run(['xdotool', 'search', '--onlyvisible', '--pid', str(app.pid)], capture_output=True, text=True).stdout.split()
    return next((i for i in reversed(ids) if i != app.window), None)


def width_of(window):
    return int(dict(line.split('=') for line in xdotool('getwindowgeometry', '--shell', window).splitlines())['WIDTH'])


def check_language(language):
    say = catalogue(language)
    app = start(language=language)
    title = say('Drop Images Here')
    assert language == 'en' or title != 'Drop Images Here', f'no catalogue of {language}'
    app.wait_text(title)
    assert_narrow(app, 'the empty page')
    assert_names(app)
    assert_quiet(app)

    app = start(PICTURE, language=language)
    wait_for(lambda: is_answered(app), 60, 'an answer')
    assert_names(app)
    assert_narrow(app, 'the picture')
    back = app.wait('push button', say('Back to the List'))
    assert_names(app)
    back.press()
    wait_for(lambda: not app.find('push button', say('Back to the List')), 10, 'the list')
    assert_narrow(app, 'the list')
    assert_names(app)

    check_narrow_window(app, 'ctrl+comma', 'the preferences')
    check_narrow_window(app, 'ctrl+e', 'the export dialog')
    assert_quiet(app)

    app = start(*TWO, language=language)
    wait_for(lambda: len(is_answered(app)) == len(TWO), 60, 'two answers')
    app.key('Home', 'shift+Right', 'c')
    back = app.wait('push button', say('Back to the List'))
    assert_names(app)
    assert_narrow(app, 'two pictures compared')
    back.press()
    wait_for(lambda: not app.find('push button', say('Back to the List')), 10, 'the list')
    app.activate_action('show-history')
    wait_for(lambda: any(n.extents[2] > 0 for n in app.find_all('list', say('History'))), 10, 'the history')
    assert_narrow(app, 'the history')
    assert_names(app)
    assert_quiet(app)


def make_dataset():
    """Made once."""
    dataset = os.path.join(WORK, 'set')
    if not os.path.isdir(dataset):
        subprocess.run([CLI, 'synth', dataset, '--train', '16', '--val', '8', '--test', '0', '--quiet'], check=True, stdout=2)
    return dataset


def check_training(language):
    """All stages, with everything that a training says."""
    say = catalogue(language)
    app = start(language=language, EMOVLM_CLI=os.path.join(driver.HERE, 'train-child.py'), TRAIN_CHILD='done')
    app.key('alt+2')
    app.wait_text(say('Choose a Dataset'))
    assert_narrow(app, 'the empty page of training')
    assert_names(app)
    app.activate_action('train-output', os.path.join(WORK, 'out-' + language))
    app.activate_action('train-stage', 'all')
    app.activate_action('train-dataset', make_dataset())
    button = wait_for(lambda: next((n for n in app.find_all('push button', say('Start Training')) if n.sensitive), None), 20, 'the dataset read')
    assert_narrow(app, 'the page of training')
    button.press()
    app.wait('push button', say('Load This Model'), 60)
    app.fill(1280, 800)
    assert_narrow(app, 'a training that is done')
    assert_names(app)
    assert_quiet(app)


def check_narrow_window(app, key, what):
    app.key(key)
    window = wait_for(lambda: other_window(app), 10, what)
    xdotool('windowsize', window, 360, 640)
    # A window of libadwaita that is 360 wide at its narrowest, and the frame around it.
    wait_for(lambda: width_of(window) <= 370, 5, f'{what} as narrow as 360')
    assert_names(app)
    xdotool('windowactivate', '--sync', window)
    xdotool('key', 'Escape')
    wait_for(lambda: other_window(app) is None, 10, f'{what} closed')


def language_case(language):
    def case():
        check_language(language)
        check_training(language)
    case.__name__ = f'test_every_page_is_narrow_and_named_in_{language}'
    return case


def installed_in_hebrew():
    """The application beside a catalogue that says no more than that there is one:
    GLib takes a library's translation, and with it GTK's direction, only where the
    application is translated."""
    prefix = os.path.join(WORK, 'prefix')
    folder = os.path.join(prefix, 'share', 'locale', 'he', 'LC_MESSAGES')
    os.makedirs(folder)
    os.makedirs(os.path.join(prefix, 'bin'))
    os.symlink(os.path.join(SOURCE, 'data'), os.path.join(prefix, 'share', 'emovlm'))
    subprocess.run(['msgfmt', '-o', os.path.join(folder, 'emovlm.mo'), '-'], check=True, text=True,
                   input='msgid ""\nmsgstr "Language: he\\nContent-Type: text/plain; charset=UTF-8\\n"\n')
    return shutil.copy(DESKTOP, os.path.join(prefix, 'bin'))


def place(app, name):
    """Left edge, as a part of the window's width, of the middle of a control."""
    node = app.wait(name=name)
    x, _, width, _ = wait_for(lambda: (lambda e: e if e[2] > 0 else None)(node.extents), 5, f'where {name} is')
    return (x + width / 2) / app.geometry()[2]


def test_hebrew_is_mirrored():
    places = {}
    desktop = installed_in_hebrew()
    for language in ('en', 'he'):
        app = App(desktop, PICTURE, env={'LC_ALL': 'C.UTF-8', 'LANGUAGE': language})
        wait_for(lambda: is_answered(app), 60, 'an answer')
        app.fill(1280, 800)
        places[language] = {name: place(app, name) for name in ('Open', 'Main Menu', 'Pictures', 'Evidence')}
        assert_names(app)
        assert_narrow(app, 'the picture')
        assert_quiet(app)
    assert places['en']['Open'] < 0.3 and places['en']['Main Menu'] > 0.7, places
    # That it took, and that all of it did.
    for name, where in places['en'].items():
        assert abs(1 - where - places['he'][name]) < 0.03, (name, places)


def resources(text):
    subprocess.run(['xprop', '-root', '-f', 'RESOURCE_MANAGER', '8s', '-set', 'RESOURCE_MANAGER', text], check=True)


def test_large_text_fits():
    heights = {}
    for dpi in (96, 144):
        resources(f'Xft.dpi:\t{dpi}\n')
        try:
            app = start(PICTURE)
            wait_for(lambda: is_answered(app), 60, 'an answer')
            heights[dpi] = app.find('label', '01-sadness.png').extents[3]
            assert app.resize(540, 800)[0] <= 540, app.geometry()
            assert_names(app)
            assert_quiet(app)
        finally:
            resources('Xft.dpi:\t96\n')
    assert heights[144] > 1.3 * heights[96] > 0, heights


def test_comma_is_for_the_screen_alone():
    folder = os.path.join(WORK, 'locales')
    os.mkdir(folder)
    subprocess.run(['localedef', '-i', 'de_DE', '-f', 'UTF-8', os.path.join(folder, 'de_DE.UTF-8')], check=True, stdout=2)
    app = App(DESKTOP, os.path.join(SAMPLES, '03-anger.png'), env={'LOCPATH': folder, 'LC_ALL': 'de_DE.UTF-8', 'LANGUAGE': 'en'})
    cell = wait_for(lambda: is_answered(app), 60, 'an answer')[0]
    assert re.search(r'\d,\d', cell.name), f'the locale did not take: {cell.name}'
    path = os.path.join(WORK, 'comma.csv')
    app.activate_action('export-to', path)
    wait_for(lambda: os.path.exists(path), 10, 'the CSV file')
    with open(path, newline='', encoding='utf-8-sig') as file:
        row, = csv.DictReader(file)
    numbers = [value for key, value in row.items() if key.startswith('p_')]
    assert len(numbers) >= 8 and all(re.fullmatch(r'[\d.e-]+', number) for number in numbers), numbers
    assert 0.9 < max(float(number) for number in numbers) <= 1, numbers
    assert_quiet(app)


cases = [language_case(language) for language in ['en', *languages()]]
cases += [f for n, f in list(globals().items()) if n.startswith('test_')]
driver.run_main(cases, sys.argv[6:], WORK)
