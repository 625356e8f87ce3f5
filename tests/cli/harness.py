# harness.py: running the built program, and TAP.
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the files of tests here share; their arguments are EMOVLM SOURCE-ROOT.
Needs no package."""
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import traceback

EMOVLM, SOURCE = sys.argv[1], sys.argv[2]
SAMPLES = os.path.join(SOURCE, 'data', 'samples')
MODEL = os.environ.get('EMOVLM_MODEL') or os.path.join(SOURCE, 'data', 'models', 'emoscenes')
PICTURES = sorted(n for n in os.listdir(SAMPLES) if n.endswith(('.png', '.jpg')))

JSONL_KEYS = ['image', 'width', 'height', 'grid', 'image_tokens', 'labels', 'vlm', 'distilled', 'gated', 'gate',
              'explanation', 'agree', 'in_domain', 'ms', 'model', 'error']


class Skip(Exception):
    pass


def run(*args, expect=0, stdin=None, env=None, cwd=None):
    """The finished program; its exit status must be the expected one."""
    full = dict(os.environ, NO_COLOR='1')
    full.update(env or {})
    done = subprocess.run([EMOVLM, *args], input=stdin if stdin is not None else b'', capture_output=True,
                          env=full, cwd=cwd, timeout=240)
    assert done.returncode == expect, f'exit {done.returncode}, not {expect}: {done.stderr.decode(errors="replace")}'
    assert b'CRITICAL' not in done.stderr and b'WARNING' not in done.stderr, done.stderr
    return done


def run_within(mib, *args):
    """The finished program, which could take that many MiB of addresses; it may end as it likes."""
    return subprocess.run([EMOVLM, *args], stdin=subprocess.DEVNULL, capture_output=True, timeout=240,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (mib << 20, mib << 20)))


def short_memories(most):
    """Less and less, as long as the libraries can be loaded at all: what is before main() is not ours to tell."""
    for mib in range(most, 0, -48):
        if run_within(mib, '--version').returncode != 0:
            if mib == most:
                raise Skip('the program itself has more addresses (a sanitizer)')
            return
        yield mib


def one_line(done):
    text = done.stderr.decode()
    assert text.startswith('emovlm: ') and text.count('\n') == 1, text
    return text


def no_constant(name):
    raise ValueError(f'{name} is no JSON')


def rows_of(text):
    """JSON Lines; NaN and Infinity, which Python takes, are no JSON."""
    return [json.loads(line, parse_constant=no_constant) for line in text.decode().splitlines()]


def sample(index=0):
    return os.path.join(SAMPLES, PICTURES[index])


def copy_many(folder, count):
    os.makedirs(folder, exist_ok=True)
    for i in range(count):
        shutil.copy(sample(), os.path.join(folder, f'{i:04}.png'))


def main(namespace):
    """Runs the functions of @namespace that are called test_, each with a folder
    of its own."""
    tests = [(n, f) for n, f in namespace.items() if n.startswith('test_')]
    print(f'1..{len(tests)}', flush=True)
    failed = 0
    for number, (name, function) in enumerate(tests, 1):
        title = name[len('test_'):].replace('_', '-')
        folder = os.path.realpath(tempfile.mkdtemp(prefix='emo-cli-'))
        try:
            function(folder)
            print(f'ok {number} {title}', flush=True)
        except Skip as skip:
            print(f'ok {number} {title} # SKIP {skip}', flush=True)
        except Exception:
            failed += 1
            print(f'not ok {number} {title}', flush=True)
            for line in traceback.format_exc().splitlines():
                print('# ' + line, flush=True)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return failed > 0

