#!/usr/bin/env python3
# Unpacks libtorch from torch's wheel. usage: fetch-libtorch.py VERSION DIR [--yes]
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks pip which wheel it would take. A CPU build is fetched at once; a CUDA
build with its libraries is gigabytes, so its size is shown and agreed first.
Wheels are only unpacked, never imported: any Python that has pip will do."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from urllib.parse import unquote, urlparse

# The wheel's Python tag is of no meaning to us; Debian 12's is the one most
# surely built.
PIP_OPTIONS = ['--only-binary=:all:', '--python-version', '3.11', '--ignore-installed',
               '--disable-pip-version-check', '--no-input', '--quiet']


def pip(*arguments):
    """Runs the first pip that works: of this Python, else the system's."""
    for python in (sys.executable, '/usr/bin/python3'):
        if subprocess.run([python, '-m', 'pip', '--version'], capture_output=True).returncode == 0:
            break
    else:
        sys.exit('setup: python3 has no pip (package python3-pip)')
    return subprocess.run([python, '-m', 'pip', *arguments], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True)


def resolve(requirements, with_dependencies):
    """What pip would install: a list of (name, version, url, dependencies), or None and pip's words."""
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, 'report.json')
        target = ['--target', os.path.join(folder, 'target')]
        result = pip('install', '--dry-run', '--report', report, *target, *PIP_OPTIONS,
                     *([] if with_dependencies else ['--no-deps']), *requirements)
        if result.returncode != 0 or not os.path.exists(report):
            return None, result.stderr
        with open(report, encoding='utf-8') as file:
            items = json.load(file)['install']
    return [(item['metadata']['name'], item['metadata']['version'], item['download_info']['url'],
             item['metadata'].get('requires_dist', [])) for item in items], ''


def size_of(url):
    """Bytes of a wheel, or None where its server does not say."""
    parts = urlparse(url)
    try:
        if parts.scheme == 'file':
            return os.path.getsize(unquote(parts.path))
        request = urllib.request.Request(url, method='HEAD')
        with urllib.request.urlopen(request, timeout=30) as reply:
            length = reply.headers.get('Content-Length')
            return int(length) if length else None
    except (OSError, ValueError):
        return None


def is_gpu_library(name):
    return re.match(r'(nvidia|cuda)-', name) is not None


def choose(version):
    """The wheels to unpack, and whether they are a CPU build."""
    words = ''
    for wanted in (f'torch=={version}+cpu', f'torch=={version}'):
        items, words = resolve([wanted], with_dependencies=False)
        if items:
            break
    else:
        sys.exit(f'setup: pip finds no wheel of torch {version} for this machine:\n{words.strip()}\n'
                 'Set EMOVLM_LIBTORCH to a folder that holds libtorch (include/ and lib/).')
    if not any(is_gpu_library(dependency) for dependency in items[0][3]):
        return items, True
    items, words = resolve([f'torch=={version}'], with_dependencies=True)
    if not items:
        sys.exit(f'setup: pip cannot resolve the libraries of torch {version}:\n{words.strip()}')
    return [item for item in items if item[0] == 'torch' or is_gpu_library(item[0])], False


def agreed(items, yes):
    """Shows the size of a CUDA build and asks."""
    sizes = [size_of(url) for _, _, url, _ in items]
    known = sum(size or 0 for size in sizes)
    unknown = sum(size is None for size in sizes)
    text = f'{known / 1e9:.1f} GB' + (f' and {unknown} files of unknown size' if unknown else '')
    print(f'Only a CUDA build of libtorch resolves here: {len(items)} files, {text} to fetch, about twice that on disk.\n'
          'With a package index that has CPU wheels (pip\'s own settings), or EMOVLM_LIBTORCH set to a libtorch, it is not needed.')
    if yes:
        return True
    if not sys.stdin.isatty():
        print('No terminal to ask on: run scripts/setup --yes to fetch it.')
        return False
    return input('Fetch it? [y/N] ').strip().lower() in ('y', 'yes')


def main():
    version, folder = sys.argv[1], sys.argv[2]
    items, is_cpu = choose(version)
    if is_cpu:
        size = size_of(items[0][2])
        print(f'Fetching libtorch {items[0][1]}' + (f' ({size / 1e6:.0f} MB)' if size else ''), flush=True)
    elif not agreed(items, '--yes' in sys.argv[3:]):
        sys.exit(1)
    # Unpacked beside and renamed, so that a broken download leaves nothing that
    # looks whole.
    part = folder + '.part'
    shutil.rmtree(part, ignore_errors=True)
    result = pip('install', '--target', part, '--no-deps', *PIP_OPTIONS,
                 *[f'{name}=={found}' for name, found, _, _ in items])
    if result.returncode != 0:
        sys.exit(f'setup: pip could not fetch libtorch:\n{result.stderr.strip()}')
    shutil.rmtree(folder, ignore_errors=True)
    os.rename(part, folder)


main()
