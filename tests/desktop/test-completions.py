#!/usr/bin/env python3
# test-completions.py
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-completions.py EMOVLM BUILD-DATA: the manual page and the completions say
what the program takes."""

import os
import re
import sys
import tempfile

import tap

EMOVLM, DATA = sys.argv[1:3]
COMMANDS = ('predict', 'generate', 'tokenize', 'info', 'synth', 'train')
BASH = '''
compopt () { :; }
source "$0"
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_emovlm
printf '%s\\n' "${COMPREPLY[@]}"
'''


def help_options(command):
    """The long options that emovlm COMMAND --help lists."""
    text = tap.run(EMOVLM, command, '--help').stdout
    return set(re.findall(r'^ +(?:-\w, )?(--[a-z][a-z-]+)', text, re.MULTILINE)) - {'--help-all'}


def bash(*typed, cwd=None):
    done = tap.run('bash', '-c', BASH, os.path.join(DATA, 'emovlm'), 'emovlm', *typed, cwd=cwd)
    assert done.stderr == '', done.stderr
    return done.stdout.split()


def read(name):
    with open(os.path.join(DATA, name), encoding='utf-8') as file:
        return file.read()


def test_bash_completes_commands():
    assert bash('') == [*COMMANDS, '--help', '--version']
    assert bash('pre') == ['predict']


def test_bash_completes_the_options_of_a_command():
    for command in COMMANDS:
        listed = {o for o in help_options(command) if not o.startswith('--help-')}
        assert set(bash(command, '--')) == listed | {'--help'}, command


def test_bash_completes_values():
    assert bash('predict', '--format', '') == ['table', 'csv', 'jsonl']
    assert bash('predict', '--dtype', 'b') == ['bfloat16']
    assert bash('predict', '--limit', '') == []


def test_bash_completes_names_with_spaces():
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(os.path.join(folder, 'two'))
        open(os.path.join(folder, 'twin.png'), 'w').close()
        assert sorted(bash('predict', 'tw', cwd=folder)) == ['twin.png', 'two']
        assert bash('predict', '--model', 'tw', cwd=folder) == ['two']


def test_zsh_reads_its_completion():
    tap.need('zsh')
    tap.run('zsh', '-n', os.path.join(DATA, '_emovlm'))
    for option in help_options('predict'):
        assert option in read('_emovlm'), option


def test_fish_completes():
    tap.need('fish')

    def complete(line):
        done = tap.run('fish', '--no-config', '-c', f'source {DATA}/emovlm.fish; complete -C "{line}"')
        return {row.split('\t')[0] for row in done.stdout.splitlines()}

    assert complete('emovlm pre') == {'predict'}
    assert complete('emovlm predict --format ') == {'table', 'csv', 'jsonl'}
    for command in COMMANDS:
        listed = {o for o in help_options(command) if o != '--help'}
        assert listed <= complete(f'emovlm {command} --'), command


def test_the_manual_page_names_every_option():
    page = read('emovlm.1').replace('\\', '')
    for command in COMMANDS:
        for option in help_options(command):
            if option != '--help':
                assert f'fB{option}fR' in page, option


sys.exit(tap.main(globals()))
