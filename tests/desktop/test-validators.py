#!/usr/bin/env python3
# test-validators.py
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-validators.py SOURCE BUILD VERSION: what a desktop reads of us."""

import configparser
import os
import re
import shutil
import struct
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

import tap

SOURCE, BUILD, VERSION = sys.argv[1:4]
APP_ID = 'io.github.emovlm.EmoVLM'
DATA = os.path.join(SOURCE, 'data')


def built(ending):
    return os.path.join(BUILD, 'data', APP_ID + ending)


def desktop_entry():
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str
    parser.read(built('.desktop'), encoding='utf-8')
    return parser['Desktop Entry']


def metainfo():
    return ElementTree.parse(built('.metainfo.xml')).getroot()


def languages():
    with open(os.path.join(SOURCE, 'po', 'LINGUAS'), encoding='utf-8') as file:
        return [word for line in file if not line.startswith('#') for word in line.split()]


def test_desktop_file_validates():
    tap.need('desktop-file-validate')
    done = tap.run('desktop-file-validate', built('.desktop'))
    assert done.stdout + done.stderr == '', done.stdout


def test_desktop_file_names_one_application():
    entry = desktop_entry()
    assert entry['Icon'] == APP_ID
    assert entry['StartupNotify'] == 'true' and entry['DBusActivatable'] == 'true'
    assert entry['Exec'].split()[0] == 'emovlm-desktop'
    for language in languages():
        for key in ('Comment', 'GenericName', 'Keywords'):
            assert f'{key}[{language}]' in entry, f'{key} is not translated into {language}'


def test_metainfo_validates():
    """Warnings are fatal, pedantic hints are not asked for."""
    tap.need('appstreamcli')
    done = tap.run('appstreamcli', 'validate', '--no-net', built('.metainfo.xml'))
    assert not re.search(r'^[WE]:', done.stdout + done.stderr, re.M), done.stdout


def test_metainfo_says_who_what_and_when():
    root = metainfo()
    assert root.findtext('id') == APP_ID
    assert root.findtext('launchable') == APP_ID + '.desktop'
    # The older name of the element and the newer: no reader knows both.
    assert root.findtext('developer/name') == root.findtext('developer_name')
    assert root.find('content_rating').get('type') == 'oars-1.1'
    assert root.findtext('.//internet') == 'offline-only'
    assert root.find('releases/release').get('version') == VERSION
    english = [s for s in root.findall('summary')]
    assert len(english) == 1 + len(languages()), f'{len(english)} summaries, {len(languages())} languages'


def png_size(path):
    with open(path, 'rb') as file:
        head = file.read(24)
    assert head[:8] == b'\x89PNG\r\n\x1a\n', path
    return struct.unpack('>II', head[16:24])


def test_screenshots_are_there_with_captions():
    shots = metainfo().findall('screenshots/screenshot')
    assert shots and shots[0].get('type') == 'default'
    for shot in shots:
        assert shot.findtext('caption'), 'a screenshot without a caption'
        path = os.path.join(DATA, 'screenshots', os.path.basename(shot.findtext('image')))
        width, height = png_size(path)
        assert 360 <= width <= 1600 and 360 <= height <= 1200, (path, width, height)


def test_mime_types_are_the_same_everywhere():
    provided = [node.text for node in metainfo().findall('provides/mediatype')]
    assert [t for t in desktop_entry()['MimeType'].split(';') if t] == provided


def test_service_starts_the_application():
    with open(built('.service'), encoding='utf-8') as file:
        text = file.read()
    assert f'Name={APP_ID}\n' in text
    assert re.search(r'^Exec=/\S*/emovlm-desktop --gapplication-service$', text, re.M), text


def test_schema_compiles_strictly():
    tap.need('glib-compile-schemas')
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(os.path.join(DATA, APP_ID + '.gschema.xml'), folder)
        tap.run('glib-compile-schemas', '--strict', folder)


def icon(name):
    return ElementTree.parse(os.path.join(DATA, 'icons', name)).getroot()


def test_icons_have_the_sizes_of_the_guidelines():
    assert icon(APP_ID + '.svg').get('viewBox') == '0 0 128 128'
    symbolic = icon(APP_ID + '-symbolic.svg')
    assert symbolic.get('viewBox') == '0 0 16 16'
    # One colour: the theme replaces it.
    assert len({n.get('fill') for n in symbolic.iter() if n.get('fill')}) == 1


def test_manual_pages_have_no_warnings():
    tap.need('man')
    pages = [os.path.join(DATA, 'emovlm-desktop.1')]
    if os.path.exists(os.path.join(BUILD, 'data', 'emovlm.1')):
        pages.append(os.path.join(BUILD, 'data', 'emovlm.1'))
    for page in pages:
        done = tap.run('man', '--local-file', '--warnings', '-Tutf8', page,
                       env=dict(os.environ, LC_ALL='C.UTF-8', MANWIDTH='80'))
        assert done.stderr == '', done.stderr
        assert 'evokes' in done.stdout


sys.exit(tap.main(globals()))
