#!/usr/bin/python3
# test-install.py
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-install.py BUILD PREFIX SAMPLES: the application from an installed folder
that is not the configured one, with next to nothing in its environment."""

import ctypes
import os
import shutil
import struct
import subprocess
import sys
import tempfile

import driver
from driver import App, run_cases, wait_for

driver.relaunch_in_session(sys.argv)

BUILD, PREFIX, SAMPLES = sys.argv[1:4]
SOURCE = os.path.dirname(os.path.dirname(SAMPLES))
PICTURE = '06-awe.png'
ROOT = tempfile.mkdtemp(prefix='emo-installed-')
# Moved away from where it was configured to go.
MOVED = os.path.join(ROOT, 'moved')
DESKTOP = os.path.join(MOVED, 'bin', 'emovlm-desktop')
CLI = os.path.join(MOVED, 'bin', 'emovlm')


def install():
    """Into a folder for packages, as distributions do; then it is moved."""
    subprocess.run(['meson', 'install', '-C', BUILD, '--no-rebuild', '--quiet', '--destdir', ROOT],
                   check=True, stdout=2)
    os.rename(ROOT + PREFIX, MOVED)
    # With a destination folder meson leaves this to the packager.
    subprocess.run(['glib-compile-schemas', '--strict', os.path.join(MOVED, 'share/glib-2.0/schemas')], check=True)


def bare(**more):
    """What env -i would leave, and the session."""
    keep = ('HOME', 'DISPLAY', 'DBUS_SESSION_BUS_ADDRESS', 'XDG_RUNTIME_DIR')
    return dict({name: os.environ[name] for name in keep if name in os.environ}, PATH='/usr/bin:/bin', **more)


def copied_picture():
    """Outside of the source, so that whatever is opened there is told apart."""
    path = os.path.join(ROOT, PICTURE)
    shutil.copy(os.path.join(SAMPLES, PICTURE), path)
    return path


def answer(app):
    """"awe 59.2 %" of the only row, once it is there."""
    def read():
        rows = [n.name for n in app.find_all(driver.PICTURE)]
        return rows[0] if rows and rows[0].rstrip().endswith('%') else None
    return wait_for(read, 60, 'an answer')


class Watch:
    """Hears of every file that anyone opens below the folders where the source
    and the build folder keep what the installed application has of its own."""

    IN_OPEN, IN_ISDIR, IN_NONBLOCK = 0x20, 0x40000000, 0o4000

    def __init__(self, *folders):
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.fd = self.libc.inotify_init1(self.IN_NONBLOCK)
        self.folders = {}
        for top in folders:
            for folder, _, _ in os.walk(top):
                self.folders[self.libc.inotify_add_watch(self.fd, folder.encode(), self.IN_OPEN)] = folder
        assert self.fd >= 0 and min(self.folders) > 0, os.strerror(ctypes.get_errno())
        # A watch that hears nothing would make every case pass.
        open(os.path.join(folders[0], 'README.md'), 'rb').close()
        assert self.opened() == [os.path.join(folders[0], 'README.md')]

    def opened(self):
        try:
            data = os.read(self.fd, 1 << 16)
        except BlockingIOError:
            return []
        files, offset = [], 0
        while offset < len(data):
            number, mask, _, length = struct.unpack_from('iIII', data, offset)
            name = data[offset + 16:offset + 16 + length].rstrip(b'\0').decode()
            # Folders were opened to set the watches.
            if not mask & self.IN_ISDIR:
                files.append(os.path.join(self.folders[number], name))
            offset += 16 + length
        return files


def watch():
    return Watch(os.path.join(SOURCE, 'data'), os.path.join(BUILD, 'data'), os.path.join(BUILD, 'po'))


def test_command_line_answers():
    picture = copied_picture()
    foreign = watch()
    done = subprocess.run([CLI, 'predict', '--no-explain', picture], env=bare(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert PICTURE in done.stdout and 'awe' in done.stdout, done.stdout
    assert foreign.opened() == [], 'it reads what is not installed'


def test_window_answers():
    picture = copied_picture()
    foreign = watch()
    app = App(DESKTOP, picture, whole_env=bare())
    assert 'awe' in answer(app), answer(app)
    assert foreign.opened() == [], 'it reads what is not installed'
    text = app.close()
    assert 'WARNING' not in text and 'CRITICAL' not in text, text


def test_samples_are_installed():
    app = App(DESKTOP, whole_env=bare())
    app.activate_action('open-samples')
    wanted = len([n for n in os.listdir(SAMPLES) if not n.startswith('.')])
    wait_for(lambda: len(app.find_all(driver.PICTURE)) == wanted, 60, f'{wanted} samples in the list')
    app.close()


def test_bus_starts_it():
    """As a desktop does: by name, with a file."""
    # The bus made it for services of this session alone.
    services = os.path.join(os.environ['XDG_RUNTIME_DIR'], 'dbus-1/services')
    name = driver.APP_ID + '.service'
    with open(os.path.join(MOVED, 'share/dbus-1/services', name), encoding='utf-8') as file:
        text = file.read()
    assert f'{PREFIX}/bin/emovlm-desktop' in text, text
    with open(os.path.join(services, name), 'w', encoding='utf-8') as file:
        file.write(text.replace(PREFIX, MOVED))
    call = ['gdbus', 'call', '--session', '--dest']
    subprocess.run([*call, 'org.freedesktop.DBus', '--object-path', '/org/freedesktop/DBus',
                    '--method', 'org.freedesktop.DBus.ReloadConfig'], check=True, stdout=2)
    path = '/' + driver.APP_ID.replace('.', '/')
    subprocess.run([*call, driver.APP_ID, '--object-path', path, '--method', 'org.freedesktop.Application.Open',
                    "['file://" + copied_picture() + "']", '{}'], check=True, stdout=2, timeout=60)

    started = driver.RunningApp(DESKTOP)
    assert 'awe' in answer(started), answer(started)
    subprocess.run([*call, driver.APP_ID, '--object-path', path, '--method', 'org.freedesktop.Application.ActivateAction',
                    'quit', '[]', '{}'], check=True, stdout=2)
    wait_for(lambda: not os.path.exists(f'/proc/{started.pid}'), 10, 'the application to quit')


window_manager = driver.start_window_manager()
try:
    install()
    status = run_cases([test_command_line_answers, test_window_answers, test_samples_are_installed, test_bus_starts_it])
finally:
    window_manager.terminate()
    shutil.rmtree(ROOT, ignore_errors=True)
sys.exit(1 if status else 0)
