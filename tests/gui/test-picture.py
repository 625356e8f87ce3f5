#!/usr/bin/python3
# test-picture.py
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The picture of the running application: zoom, pan, its name and facts, what is
said where it cannot be shown, and evidence.

usage: test-picture.py EMOVLM-DESKTOP EMOVLM SAMPLES [CASE...]"""

import json
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
from driver import App, move_pointer, wait_for, write_png, xdotool  # noqa: E402

driver.relaunch_in_session(sys.argv)

DESKTOP, CLI, SAMPLES = sys.argv[1:4]
WORK = tempfile.mkdtemp(prefix='emo-driven-picture-')
WARNING = re.compile(r'(WARNING|CRITICAL|ERROR) \*\*|(Gtk|Gdk|Gsk|GLib|Adwaita|Pango|Emo)[\w-]*-(WARNING|CRITICAL|ERROR)')
# A picture of 360 x 480, which the model sees as 5 x 6 tokens.
PICTURE = os.path.join(SAMPLES, '01-sadness.png')


def answered(*paths, env=None):
    app = App(DESKTOP, *paths, env=env)
    wait_for(lambda: [r for r in app.find_all(driver.PICTURE) if r.name.rstrip().endswith('%')], 60, 'an answer')
    canvas(app)
    return app


def canvas(app):
    """The picture, once it is named and described."""
    return wait_for(lambda: next((n for n in app.find_all('image') if '.' in n.name and '×' in n.description), None), 20, 'the picture')


def zoom(app):
    """Per cent, of the button between minus and plus."""
    button = next(n for n in app.find_all('push button') if n.name.startswith('Zoom ') and '%' in n.name)
    return int(re.search(r'(\d+) %', button.name).group(1))


def zooms_to(app, test, what):
    return wait_for(lambda: (lambda z: z if test(z) else None)(zoom(app)), 10, what)


def assert_quiet(app):
    text = app.close()
    assert not WARNING.search(text), f'stderr:\n{text}'


def show_evidence(app):
    app.wait('push button', 'Evidence').press()
    return wait_for(lambda: next((n for n in app.find_all('image') if n.name.startswith('Colours from')), None), 20, 'a legend')


def point_at_picture(app):
    """The pointer to the middle of the picture; the window fills the corner."""
    app.fill(1280, 800)
    time.sleep(0.5)
    move_pointer(560, 330)


def wheel(button, notches):
    xdotool('keydown', 'ctrl')
    for _ in range(notches):
        xdotool('click', button)
        time.sleep(0.02)
    xdotool('keyup', 'ctrl')


def drag(dx, dy, steps=20):
    xdotool('mousedown', 1)
    for _ in range(steps):
        xdotool('mousemove_relative', '--', dx // steps, dy // steps)
        time.sleep(0.01)
    xdotool('mouseup', 1)


def grab(app, x=560, y=330):
    """The colour of a pixel of the screen."""
    out = subprocess.run(['import', '-window', 'root', '-crop', f'1x1+{x}+{y}', '-depth', '8', 'rgb:-'], capture_output=True).stdout
    return tuple(out[:3])


def test_zooms_by_keys_buttons_wheel_and_double_click():
    app = answered(PICTURE)
    point_at_picture(app)
    fitted = zoom(app)
    assert fitted > 100, fitted
    app.key('ctrl+plus')
    larger = zooms_to(app, lambda z: z > fitted, 'Ctrl and plus enlarge')
    app.key('ctrl+minus')
    zooms_to(app, lambda z: z < larger, 'Ctrl and minus shrink')
    app.key('ctrl+1')
    zooms_to(app, lambda z: z == 100, 'Ctrl and 1 show its own size')
    app.key('ctrl+0')
    zooms_to(app, lambda z: z == fitted, 'Ctrl and 0 fit')
    app.find('push button', 'Zoom In').press()
    zooms_to(app, lambda z: z > fitted, 'the button enlarges')
    app.key('ctrl+0')
    zooms_to(app, lambda z: z == fitted, 'Ctrl and 0 fit')
    xdotool('mousemove', 560, 330)
    wheel(4, 3)
    zooms_to(app, lambda z: z > fitted * 1.3, 'Ctrl and the wheel enlarge')
    wheel(5, 10)
    zooms_to(app, lambda z: z == 100, 'Ctrl and the wheel shrink down to its own size')
    xdotool('click', '--repeat', 2, '--delay', 60, 1)
    zooms_to(app, lambda z: z == fitted, 'a double click fits')
    time.sleep(1)
    xdotool('click', '--repeat', 2, '--delay', 60, 1)
    zooms_to(app, lambda z: z == 100, 'another shows its own size')
    assert_quiet(app)


def test_fits_again_when_the_window_changes():
    app = answered(PICTURE)
    point_at_picture(app)
    wide = zoom(app)
    app.resize(1000, 560)
    zooms_to(app, lambda z: z < wide, 'a smaller window shows it smaller')
    assert_quiet(app)


def test_pans_by_drag_keys_and_wheel():
    path = write_png(os.path.join(WORK, 'stripes.png'), 1200, 1200)
    app = answered(path)
    point_at_picture(app)
    app.key('ctrl+1')
    zooms_to(app, lambda z: z == 100, 'its own size')
    time.sleep(0.5)
    before = grab(app)
    # Stripes of 16 pixels: eleven of them down is the other colour.
    drag(0, 16 * 11, 16)
    time.sleep(0.5)
    xdotool('mousemove', 20, 700)
    after = wait_for(lambda: (lambda c: c if c != before and c[0] else None)(grab(app)), 5, 'the picture moves with the pointer')
    assert {before[0], after[0]} == {255, 40}, (before, after)
    assert after[1] < before[1], 'down shows what is above'

    xdotool('mousemove', 560, 330, 'click', 1)
    xdotool('mousemove', 20, 700)
    here = grab(app)
    app.key('Down', 'Down')
    wait_for(lambda: grab(app)[1] > here[1], 5, 'the arrow keys pan')
    here = grab(app)
    xdotool('mousemove', 560, 330, 'click', 4)
    xdotool('mousemove', 20, 700)
    wait_for(lambda: grab(app)[1] < here[1], 5, 'the wheel pans')
    assert_quiet(app)


def test_says_what_the_picture_is():
    app = answered(PICTURE)
    node = canvas(app)
    size = os.path.getsize(PICTURE)
    assert node.name == '01-sadness.png', node.name
    assert '360 × 480' in node.description, node.description
    assert f'{size / 1000:.1f}\u00a0kB' in node.description, node.description
    assert app.find('label', '01-sadness.png')
    assert_quiet(app)


def test_marks_an_animation_and_a_cut_picture():
    with open(os.path.join(SAMPLES, '04-awe.jpg'), 'rb') as file:
        data = file.read()
    cut = os.path.join(WORK, 'cut.jpg')
    with open(cut, 'wb') as file:
        file.write(data[:len(data) * 3 // 4])
    frames = b''.join(b'\x21\xf9\x04\0\x0a\0\0\0' + b'\x2c\0\0\0\0\x40\0\x40\0\0' + gif_pixels(i) for i in (1, 2))
    animation = os.path.join(WORK, 'two-frames.gif')
    with open(animation, 'wb') as file:
        file.write(b'GIF89a\x40\0\x40\0\x91\0\0' + bytes((0, 0, 0, 255, 255, 255, 200, 40, 40, 40, 40, 200)) + frames + b';')
    # The model refuses what a person may still want to see.
    app = App(DESKTOP, cut)
    app.wait_text('Cut short')
    assert 'Cut short' in canvas(app).description
    assert_quiet(app)
    app = answered(animation)
    app.wait_text('first frame of an animation')
    assert_quiet(app)


def gif_pixels(color):
    """64 x 64 of one colour, codes of three bits with a clear code before the table grows."""
    codes = []
    for i in range(64 * 64):
        if i % 2 == 0:
            codes.append(4)
        codes.append(color)
    codes.append(5)
    bits = sum(c << (3 * i) for i, c in enumerate(codes))
    data = bits.to_bytes((3 * len(codes) + 7) // 8, 'little')
    return b'\x02' + b''.join(bytes((len(data[i:i + 255]),)) + data[i:i + 255] for i in range(0, len(data), 255)) + b'\0'


def test_says_that_a_file_is_gone_and_reads_it_again():
    path = os.path.join(WORK, 'moving.png')
    shutil.copy(PICTURE, path)
    app = answered(path, os.path.join(SAMPLES, '02-fear.png'))
    app.key('Home', 'Down')
    wait_for(lambda: canvas(app).name == '02-fear.png', 10, 'the other picture')
    os.rename(path, path + '.away')
    app.key('Home')
    app.wait_text('The Picture Is Gone')
    app.wait_text('“moving.png” is not there any more')
    os.rename(path + '.away', path)
    app.find('push button', 'Read the picture again').press()
    wait_for(lambda: canvas(app).name == 'moving.png' and zoom(app) > 0, 10, 'the picture that is back')
    assert_quiet(app)


def test_says_why_a_damaged_picture_cannot_be_shown_and_looks_again():
    path = os.path.join(WORK, 'damaged.png')
    with open(PICTURE, 'rb') as file:
        data = file.read()
    with open(path, 'wb') as file:
        file.write(data[:len(data) // 2])
    app = App(DESKTOP, path)
    app.wait_text('The Picture Cannot Be Shown')
    with open(path, 'wb') as file:
        file.write(data)
    app.wait('push button', 'Read the picture again').press()
    # It is seen again, and answered.
    canvas(app)
    wait_for(lambda: [r for r in app.find_all(driver.PICTURE) if r.name.rstrip().endswith('%')], 30, 'an answer')
    assert_quiet(app)


def rewrite(path, source):
    with open(source, 'rb') as file:
        data = file.read()
    with open(path, 'wb') as file:
        file.write(data)


def test_says_that_a_file_has_changed_and_looks_again():
    path, fear = os.path.join(WORK, 'changing.png'), os.path.join(SAMPLES, '02-fear.png')
    shutil.copy(PICTURE, path)
    app = answered(path, os.path.join(SAMPLES, '03-anger.png'))
    app.key('Home', 'Down')
    wait_for(lambda: canvas(app).name == '03-anger.png', 10, 'the other picture')
    rewrite(path, fear)
    app.key('Home')
    app.wait_text('The file has changed: the numbers are of the picture before')
    assert 'The file has changed' in canvas(app).description, canvas(app).description
    # The numbers beside it go without that picture.
    chart = os.path.join(WORK, 'changed.svg')
    app.activate_action('save-chart-to', chart)
    wait_for(lambda: os.path.exists(chart), 10, 'the chart')
    with open(chart, encoding='utf-8') as file:
        assert '<image' not in file.read()
    press = [b for b in app.find_all('push button', 'Analyse Again') if b.extents[2] > 0]
    assert len(press) == 1, press
    press[0].press()
    wait_for(lambda: not [n for n in app.find_all('label') if 'The file has changed' in n.name and n.extents[2] > 0], 20, 'numbers of the new picture')
    assert_quiet(app)


def test_a_mended_picture_is_seen_wherever_it_was_retried():
    path = os.path.join(WORK, 'mended.png')
    with open(PICTURE, 'rb') as file:
        data = file.read()
    with open(path, 'wb') as file:
        file.write(data[:len(data) // 2])
    app = App(DESKTOP, path)
    app.wait_text('The Picture Cannot Be Shown')
    rewrite(path, PICTURE)
    retry = [b for b in app.find_all('push button', 'Retry') if b.extents[2] > 0]
    assert retry, 'a button beside the reason'
    retry[0].press()
    wait_for(lambda: canvas(app).name == 'mended.png' and zoom(app) > 0, 20, 'the mended picture')
    assert_quiet(app)


def test_evidence_is_off_and_then_the_head_s():
    app = answered(PICTURE)
    assert 'Most' not in canvas(app).description
    before = grab(app)
    legend = show_evidence(app)
    low, high = re.search(r'Colours from −([\d.]+) .* to \+([\d.]+) logits', legend.name).groups()
    assert low == high and float(high) > 0, legend.name
    wait_for(lambda: 'Most for sadness: ' in canvas(app).description, 10, 'the map in words')
    assert app.wait('slider').name.startswith('Opacity of the evidence')
    app.find('push button', 'Evidence').press()
    wait_for(lambda: 'Most' not in canvas(app).description, 10, 'no map')
    assert before is not None
    assert_quiet(app)


def test_evidence_lies_on_the_picture_as_the_model_saw_it():
    """Each token's number by the pointer, against the command line's size of the grid."""
    app = answered(PICTURE)
    show_evidence(app)
    point_at_picture(app)
    number = wait_for(lambda: next((n for n in app.find_all('label') if n.name.startswith('Row ')), None), 10, 'a token\'s number')
    seen = set()
    for x in range(290, 860, 30):
        for y in (70, 200, 330, 460, 540):
            before, end = number.name, time.monotonic() + 0.2
            xdotool('mousemove', x, y)
            while number.name == before and time.monotonic() < end:
                time.sleep(0.01)
            # Beside the picture there is none.
            if number.name.startswith('Row '):
                seen.add(number.name.split(':')[0])
    rows = {t.split(',')[0] for t in seen}
    columns = {t.split(', ')[1] for t in seen}
    assert all(r.endswith(' of 6') for r in rows) and len(rows) >= 4, rows
    assert columns == {f'column {c} of 5' for c in range(1, 6)}, columns
    assert_quiet(app)


def test_pointing_at_a_label_shows_its_evidence():
    app = answered(PICTURE)
    show_evidence(app)
    point_at_picture(app)
    wait_for(lambda: 'Most for sadness' in canvas(app).description, 10, 'the answer in words')
    # Somewhere over the bars there is another label, and the words follow at once.
    found = set()
    for y in range(100, 780, 20):
        move_pointer(1000, y)
        time.sleep(0.1)
        match = re.search(r'(?:for|against) (\w+):', canvas(app).description)
        found.add(match.group(1) if match else None)
    assert len(found - {None}) >= 5, found
    move_pointer(560, 330)
    wait_for(lambda: 'Most for sadness' in canvas(app).description, 10, 'the answer again')
    assert_quiet(app)


def test_evidence_of_the_vlm_on_request():
    app = answered(PICTURE)
    show_evidence(app)
    app.find('push button', 'VLM').press()
    app.wait_text('Where did the VLM see sadness?')
    app.find('push button', 'Find Evidence').press()
    wait_for(lambda: 'sadness: ' in canvas(app).description or 'sadness.' in canvas(app).description, 30, 'the VLM\'s map in words')
    assert_quiet(app)


def test_a_large_picture_never_holds_the_window():
    """24 megapixels, zoomed and panned with and without evidence."""
    log = os.path.join(WORK, 'loop.jsonl')
    app = answered(write_png(os.path.join(WORK, 'large.png'), 6000, 4000), env={'EMOVLM_WATCH_LOOP': log})
    point_at_picture(app)
    time.sleep(1)
    with open(log, encoding='utf-8') as file:
        skip = len(file.readlines())

    def play():
        wheel(4, 20)
        for dx, dy in ((-300, -200), (300, 200), (-200, 300)):
            drag(dx, dy)
            xdotool('mousemove', 560, 330)
        wheel(5, 20)
    play()
    show_evidence(app)
    move_pointer(560, 330)
    play()
    time.sleep(0.6)
    with open(log, encoding='utf-8') as file:
        lines = [json.loads(line) for line in file.readlines()[skip:]]
    worst = max(line['worst_cpu_ms'] for line in lines)
    turns = sum(line['turns'] for line in lines)
    print(f'# {turns} turns of the loop, the longest took {worst:.1f} ms of CPU', file=sys.stdout)
    assert turns > 200, turns
    assert worst <= 50, f'a turn of the loop took {worst} ms'
    assert_quiet(app)


cases = [f for n, f in list(globals().items()) if n.startswith('test_')]
driver.run_main(cases, sys.argv[4:], WORK)
