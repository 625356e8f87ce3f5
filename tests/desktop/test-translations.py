#!/usr/bin/env python3
# test-translations.py
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-translations.py SOURCE XGETTEXT-ARG...: no string is left out, and every
catalogue has them all. For what is missing in one, say
meson compile -C build emovlm-update-po."""

import ast
import glob
import os
import re
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

import tap

SOURCE, XGETTEXT_ARGS = sys.argv[1], sys.argv[2:]
PO = os.path.join(SOURCE, 'po')
# What a person reads of a widget.
READ = {'label', 'title', 'subtitle', 'tooltip-text', 'dropdown-tooltip', 'placeholder-text', 'description', 'text', 'body', 'heading'}
SPECIFIER = re.compile(r"%(?:(\d+)\$)?([-+ #0']*)(\d+|\*)?(?:\.(\d+|\*))?(hh|h|ll|l|z|j|t)?([diouxXeEfgGcsp%])")


def words(name):
    with open(os.path.join(PO, name), encoding='utf-8') as file:
        return [word for line in file if not line.startswith('#') for word in line.split()]


def sources():
    """All files that may hold a string for a person, relative to the source."""
    found = ['data/' + name for name in os.listdir(os.path.join(SOURCE, 'data'))
             if name.endswith(('.desktop.in', '.metainfo.xml.in', '.gschema.xml'))]
    for room in ('backend', 'cli', 'gui', 'resources'):
        for ending in ('c', 'h', 'cpp', 'ui'):
            found += glob.glob(f'{room}/**/*.{ending}', root_dir=SOURCE, recursive=True)
    return sorted(found)


def extract(files, folder):
    template = os.path.join(folder, 'emovlm.pot')
    tap.run('xgettext', *XGETTEXT_ARGS, '--package-name=emovlm', '-o', template, *files, cwd=SOURCE)
    return template


class Message:
    def __init__(self):
        self.comments = []
        self.context = None
        self.ids = []
        self.texts = []
        self.fuzzy = False

    @property
    def key(self):
        return self.context, self.ids[0]


def read_po(path):
    """The messages of a catalogue without its header. Obsolete ones count as an
    error of the file."""
    messages, message, last = [], Message(), None
    with open(path, encoding='utf-8') as file:
        lines = file.read().split('\n') + ['']
    for number, line in enumerate(lines, 1):
        if line.startswith('#~'):
            raise AssertionError(f'{path}:{number}: obsolete; remove it')
        if line.startswith('#'):
            message.comments.append(line)
            message.fuzzy |= line.startswith('#,') and 'fuzzy' in line
        elif line.startswith('"'):
            last[-1] += ast.literal_eval(line)
        elif line == '':
            if message.ids and message.ids[0]:
                messages.append(message)
            message = Message()
        else:
            keyword, text = line.split(' ', 1)
            if keyword == 'msgctxt':
                message.context = ''
                last = [ast.literal_eval(text)]
                message.context = last
            else:
                last = message.ids if keyword.startswith('msgid') else message.texts
                last.append(ast.literal_eval(text))
    for message in messages:
        if message.context is not None:
            message.context = message.context[0]
    return messages


def catalogues():
    return [(name, os.path.join(PO, name + '.po')) for name in words('LINGUAS')]


def specifiers(text):
    """What is printed, in the order of the arguments."""
    found = []
    for index, match in enumerate(m for m in SPECIFIER.finditer(text) if m[6] != '%'):
        found.append((int(match[1]) if match[1] else index + 1, (match[5] or '') + match[6], match[4]))
    return sorted(found)


def check_text(original, text, c_format):
    """What is wrong with a translation, if anything."""
    # What stands between the items of a list has no space in some scripts.
    listing = original == ', '
    if not listing and (re.match(r'\s*', original)[0] != re.match(r'\s*', text)[0] or re.search(r'\s*$', original)[0] != re.search(r'\s*$', text)[0]):
        return 'space at an end differs'
    if c_format and specifiers(original) != specifiers(text):
        return 'format specifiers differ'
    if original.endswith('…') != text.endswith('…'):
        return 'an ellipsis at one end only'
    if original.endswith(';') != text.endswith(';'):
        return 'a list of keywords ends in a semicolon'
    if bool(re.search(r'_\w', original)) != bool(re.search(r'_\w', text)) and re.search(r'(^|\W)_\w', original):
        return 'a mnemonic at one side only'
    if '\ufffd' in text or re.search(r'  ', text.replace('\n', '')) and '  ' not in original:
        return 'stray characters'
    return None


def test_potfiles_names_every_file_with_strings():
    tap.need('xgettext')
    listed = words('POTFILES')
    assert listed == sorted(listed), 'po/POTFILES is not sorted'
    missing = [name for name in listed if not os.path.exists(os.path.join(SOURCE, name))]
    assert not missing, f'in po/POTFILES but not there: {missing}'
    with tempfile.TemporaryDirectory() as folder:
        with open(extract(sources(), folder), encoding='utf-8') as file:
            holders = {ref.rsplit(':', 1)[0] for line in file if line.startswith('#: ') for ref in line[3:].split()}
    assert not holders - set(listed), f'not in po/POTFILES: {sorted(holders - set(listed))}'
    assert not set(listed) - holders, f'in po/POTFILES without a string: {sorted(set(listed) - holders)}'


def test_templates_mark_what_a_person_reads():
    for name in sources():
        if not name.endswith('.ui'):
            continue
        for node in ElementTree.parse(os.path.join(SOURCE, name)).iter():
            wanted = node.tag in ('property', 'attribute') and node.get('name') in READ
            if wanted and re.search(r'[A-Za-z]{2}', node.text or ''):
                assert node.get('translatable') == 'yes', f'{name}: {node.get("name")} "{node.text}" is not translatable'


def test_linguas_names_every_catalogue():
    there = sorted(os.path.basename(path)[:-3] for path in glob.glob(os.path.join(PO, '*.po')))
    assert sorted(words('LINGUAS')) == there, (words('LINGUAS'), there)


def test_catalogues_compile():
    tap.need('msgfmt')
    for _, path in catalogues():
        done = tap.run('msgfmt', '-c', '-o', os.devnull, path)
        assert done.stderr == '', done.stderr


def test_catalogues_are_complete():
    tap.need('xgettext')
    with tempfile.TemporaryDirectory() as folder:
        wanted = {m.key for m in read_po(extract(words('POTFILES'), folder))}
    assert len(wanted) > 50, len(wanted)
    for language, path in catalogues():
        messages = read_po(path)
        fuzzy = [m.ids[0] for m in messages if m.fuzzy]
        empty = [m.ids[0] for m in messages if not all(m.texts)]
        missing = [key[1] for key in sorted(wanted - {m.key for m in messages}, key=str)]
        stale = [key[1] for key in sorted({m.key for m in messages} - wanted, key=str)]
        assert not (fuzzy or empty or missing or stale), (
            f'{language}: missing {missing}\nempty {empty}\nfuzzy {fuzzy}\nno longer used {stale}')


def test_translations_have_the_shape_of_the_original():
    for language, path in catalogues():
        for message in read_po(path):
            c_format = any('c-format' in c and 'no-c-format' not in c for c in message.comments if c.startswith('#,'))
            for number, text in enumerate(message.texts):
                # A plural form may leave its number out; the last may not.
                if number < len(message.texts) - 1 and len(specifiers(text)) < len(specifiers(message.ids[0])):
                    continue
                wrong = check_text(message.ids[-1] if number else message.ids[0], text, c_format)
                assert wrong is None, f'{language}: {wrong}: {message.ids[0]!r}, {text!r}'


def test_emotions_have_names_of_their_own():
    """Two labels under one name could not be told apart on the screen."""
    for language, path in catalogues():
        names = {m.ids[0]: m.texts[0] for m in read_po(path) if m.context == 'emotion'}
        assert len(names) >= 8 and len(set(names.values())) == len(names), f'{language}: {names}'


sys.exit(tap.main(globals()))
