#!/usr/bin/env python3
# The result as a drawing: saved, copied, printed.
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""usage: test-chart.py DESKTOP CLI SAMPLES"""
import hashlib
import os
import struct
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree

import driver
from driver import App, make_config, predict, wait_for, xdotool

driver.relaunch_in_session(sys.argv)

DESKTOP, CLI, SAMPLES = (os.path.abspath(p) for p in sys.argv[1:4])
NAME = '01-sadness.png'
PICTURE = os.path.join(SAMPLES, NAME)
SVG = '{http://www.w3.org/2000/svg}'
# 720 of content and twice 32 of margin.
WIDTH = 784
LIGHT_PAGE, DARK_PAGE = (255, 255, 255), (0x1e, 0x1e, 0x1e)


def work_path(name):
    return os.path.join(tempfile.mkdtemp(prefix='chart-', dir=os.environ['HOME']), name)


def open_answered(*paths, config=None):
    app = App(DESKTOP, *paths, config=config)
    wait_for(lambda: len([n for n in app.find_all(driver.PICTURE) if n.name.rstrip().endswith('%')]) == len(paths),
             120, 'all answers')
    return app


def save(app, path):
    app.activate_action('save-chart-to', path)
    app.wait_text(f'Chart saved as “{os.path.basename(path)}”')


def percents(numbers):
    return [f'{p * 100:.1f} %' for p in numbers]


def read_png_size(data):
    assert data[:8] == b'\x89PNG\r\n\x1a\n', data[:8]
    return struct.unpack('>II', data[16:24])


def read_corner(path):
    """The first pixel, by way of ImageMagick."""
    out = subprocess.run(['convert', path, '-crop', '1x1+0+0', '-depth', '8', 'rgb:-'], check=True, capture_output=True).stdout
    return tuple(out[:3])


def test_svg_says_what_the_command_line_says():
    row = predict(CLI, PICTURE)[NAME]
    app = open_answered(PICTURE)
    path = work_path('chart.svg')
    save(app, path)
    root = ElementTree.parse(path).getroot()
    assert root.tag == SVG + 'svg' and float(root.get('width').removesuffix('px')) == WIDTH, root.attrib

    winner = max(row['gated']['probabilities'])
    assert root.find(SVG + 'title').text == f'{NAME} {row["gated"]["label"].capitalize()} {percents([winner])[0]}'
    lines = root.find(SVG + 'desc').text.splitlines()
    expected = {label: f'{label}: VLM {v}, Distilled {d}, Gated {g}'
                for label, v, d, g in zip(row['labels'], *(percents(row[b]['probabilities']) for b in ('vlm', 'distilled', 'gated')))}
    assert sorted(lines) == sorted(expected.values()), lines
    assert lines[0] == expected[row['gated']['label']], 'the likeliest label is first'
    assert any(n.tag == SVG + 'image' for n in root.iter()), 'the picture is in it'
    app.close()


def test_png_is_twice_the_size_and_has_the_colours_that_are_set():
    for scheme, colors, page in (('light', 'window', LIGHT_PAGE), ('dark', 'window', DARK_PAGE), ('dark', 'light', LIGHT_PAGE)):
        app = open_answered(PICTURE, config=make_config(first_launch='false', color_scheme=f"'{scheme}'", chart_colors=f"'{colors}'"))
        path = work_path('chart.png')
        save(app, path)
        with open(path, 'rb') as file:
            width, height = read_png_size(file.read(24))
        assert width == 2 * WIDTH and height > 1000, (width, height)
        assert read_corner(path) == page, (scheme, colors, read_corner(path))
        app.close()


def test_other_suffixes_and_the_picture_itself_are_refused():
    copy = work_path(NAME)
    with open(PICTURE, 'rb') as source, open(copy, 'wb') as target:
        target.write(source.read())
    before = hashlib.sha256(open(copy, 'rb').read()).digest()
    app = open_answered(copy)
    path = work_path('chart.jpg')
    app.activate_action('save-chart-to', path)
    app.wait_text('charts are saved as .svg or .png')
    assert not os.path.exists(path)
    app.activate_action('save-chart-to', copy)
    app.wait_text('that file is the picture itself')
    assert hashlib.sha256(open(copy, 'rb').read()).digest() == before
    app.close()


def test_nothing_is_drawn_without_an_answer():
    app = App(DESKTOP)
    path = work_path('chart.svg')
    app.activate_action('save-chart-to', path)
    app.key('ctrl+p')
    time.sleep(1)
    assert not os.path.exists(path)
    assert not app.find('dialog', 'Print')
    app.close()


def test_copied_chart_pastes_as_a_picture():
    app = open_answered(PICTURE)
    app.activate_action('copy-chart')
    app.wait_text('Chart copied')
    data = subprocess.run([sys.executable, os.path.join(driver.HERE, 'clipboard-reader.py'), 'image/png'],
                          check=True, capture_output=True, timeout=20).stdout
    assert read_png_size(data)[0] == 2 * WIDTH
    app.close()


def test_save_chart_proposes_a_name_of_its_own():
    app = open_answered(PICTURE)
    app.activate_action('save-chart')
    entry = app.wait('text', 'Name:')
    wait_for(lambda: entry.text == '01-sadness-emotion.svg', 10, 'the name, not the picture’s own')
    time.sleep(0.5)
    xdotool('key', '--clearmodifiers', 'Escape')
    wait_for(lambda: not app.find('text', 'Name:'), 10, 'no chooser')
    app.close()


def test_ctrl_p_asks_where_to_print():
    app = open_answered(PICTURE, os.path.join(SAMPLES, '02-fear.png'))
    app.key('ctrl+p')
    app.wait('dialog', 'Print')
    # GTK 4.8 calls its radio buttons check boxes, and does not take the underline out.
    current = app.wait('check box', 'C_urrent Page')
    assert current.sensitive and current.checked, 'the selected picture is what is printed unless the person says otherwise'
    xdotool('key', '--clearmodifiers', 'Escape')
    wait_for(lambda: not app.find('dialog', 'Print'), 10, 'no dialog')
    app.close()


cases = [f for n, f in list(globals().items()) if n.startswith('test_')]
driver.run_main(cases, sys.argv[4:])
