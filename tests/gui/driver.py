#!/usr/bin/python3
# driver.py
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drives the real application: a display, a session bus and a window manager of
its own, AT-SPI (accessible.py) to read and press, xdotool for the mouse and the
keyboard."""

import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import zlib

from gi.repository import GLib

from accessible import PICTURE, Bus, Node, Tree  # noqa: F401

APP_ID = 'io.github.emovlm.EmoVLM'
HERE = os.path.dirname(os.path.abspath(__file__))


def relaunch_in_session(argv, size='1680x1000'):
    """Runs argv again below Xvfb and a session bus; never returns the first time."""
    if os.environ.get('EMO_DRIVEN'):
        return
    for tool in ('Xvfb', 'dbus-run-session', 'openbox', 'xdotool', 'xprop'):
        if shutil.which(tool) is None:
            print(f'1..0 # SKIP {tool} is not installed')
            sys.exit(0)
    home = tempfile.mkdtemp(prefix='emo-driven-')
    runtime = os.path.join(home, 'run')
    os.mkdir(runtime, 0o700)
    env = {k: v for k, v in os.environ.items()
           if not k.startswith('XDG_') and k not in ('DBUS_SESSION_BUS_ADDRESS', 'WAYLAND_DISPLAY', 'GTK_A11Y', 'G_DEBUG', 'LANGUAGE', 'GTK_THEME')}
    read_end, write_end = os.pipe()
    xvfb = subprocess.Popen(['Xvfb', '-displayfd', str(write_end), '-screen', '0', size + 'x24', '-nolisten', 'tcp', '-noreset'],
                            pass_fds=[write_end], stderr=subprocess.DEVNULL)
    os.close(write_end)
    try:
        display = os.read(read_end, 16).decode().strip()
        env.update(EMO_DRIVEN='1', DISPLAY=':' + display, HOME=home, XDG_RUNTIME_DIR=runtime,
                   GDK_BACKEND='x11', GSK_RENDERER='cairo', GSETTINGS_BACKEND='memory',
                   GTK_USE_PORTAL='0', ADW_DISABLE_PORTAL='1', LC_ALL='C.UTF-8', NO_COLOR='1')
        # The bus and what it starts talk on stdout; that is for TAP alone.
        tap = os.dup(1)
        env['EMO_TAP_FD'] = str(tap)
        status = subprocess.run(['dbus-run-session', '--', sys.executable] + argv, env=env,
                                stdout=2, pass_fds=[tap]).returncode
    finally:
        xvfb.terminate()
        xvfb.wait()
        shutil.rmtree(home, ignore_errors=True)
    sys.exit(status)


def wait_for(what, seconds, description):
    """Polls until what() is true; returns that. The longer it takes to ask, the
    less often it is asked: an application that is read all the time does little
    else."""
    end = time.monotonic() + seconds
    while True:
        began = time.monotonic()
        value = what()
        now = time.monotonic()
        if value:
            return value
        if now > end:
            raise AssertionError(f'not within {seconds} s: {description}')
        time.sleep(max(0.05, now - began))


def start_window_manager():
    """openbox, once it manages windows."""
    process = subprocess.Popen(['openbox'], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(lambda: 'window id' in subprocess.run(['xprop', '-root', '_NET_SUPPORTING_WM_CHECK'],
                                                   capture_output=True, text=True).stdout, 10, 'a window manager')
    return process


def xdotool(*args):
    Bus.deeds += 1
    return subprocess.run(['xdotool'] + [str(a) for a in args], check=True, capture_output=True, text=True).stdout.strip()


def move_pointer(x, y):
    """Until it is there; xdotool's own --sync waits for a move, for seconds where it
    is there already."""
    xdotool('mousemove', x, y)
    wait_for(lambda: xdotool('getmouselocation', '--shell').splitlines()[:2] == [f'X={x}', f'Y={y}'], 5, f'the pointer at {x}, {y}')


def make_config(**settings):
    """A configuration folder of its own with these settings, as keyfile text."""
    config = tempfile.mkdtemp(prefix='config-', dir=os.environ['HOME'])
    folder = os.path.join(config, 'glib-2.0', 'settings')
    os.makedirs(folder)
    with open(os.path.join(folder, 'keyfile'), 'w') as file:
        file.write('[io/github/emovlm/EmoVLM]\n')
        for key, value in settings.items():
            file.write(f'{key.replace("_", "-")}={value}\n')
    return config


def read_config(config):
    """The settings that are not at their defaults, as keyfile text."""
    with open(os.path.join(config, 'glib-2.0', 'settings', 'keyfile')) as file:
        lines = [line.strip().partition('=') for line in file if '=' in line]
    return {key: value for key, _, value in lines}


class App:
    """A running emovlm-desktop. Each has settings of its own, where it is not
    started for the first time, unless config says otherwise."""

    running = []
    tree = None

    def __init__(self, binary, *args, env=None, whole_env=None, config=None):
        """env adds to the environment, whole_env is all of it."""
        self.stderr = tempfile.TemporaryFile('w+')
        self.config = config or make_config(first_launch='false')
        if whole_env is None:
            whole_env = dict(os.environ, G_DEBUG='fatal-criticals', GSETTINGS_BACKEND='keyfile',
                             XDG_CONFIG_HOME=self.config, **(env or {}))
        self.process = subprocess.Popen([binary] + list(args), stderr=self.stderr, env=whole_env)
        self.pid = self.process.pid
        App.running.append(self.process)
        self.window = wait_for(self._find_window, 30, 'the window')

    @classmethod
    def kill_all(cls):
        while cls.running:
            process = cls.running.pop()
            process.kill()
            process.wait()

    def _find_window(self):
        assert self.process.poll() is None, f'the application ended: {self.read_stderr()}'
        ids = subprocess.run(['xdotool', 'search', '--onlyvisible', '--pid', str(self.process.pid)],
                             capture_output=True, text=True).stdout.split()
        return ids[-1] if ids else None

    @property
    def root(self):
        """Of all that the application shows now; None before it shows anything."""
        try:
            if self.tree is None:
                owner = Bus.find_application(self.pid)
                self.tree = Tree(owner) if owner else None
            elif not self.tree.fresh:
                self.tree = Tree(self.tree.owner)
        except GLib.Error:
            return None
        return self.tree.root if self.tree else None

    def find(self, role=None, name=None):
        root = self.root
        return root.find(role, name) if root else None

    def find_all(self, role=None, name=None):
        root = self.root
        return root.find_all(role, name) if root else []

    def wait(self, role=None, name=None, seconds=20):
        return wait_for(lambda: self.find(role, name), seconds, f'{role} {name!r}')

    def press_in_toast(self, name, seconds=20):
        """libadwaita's button in a toast is named by the label inside of it, and there
        are toasts behind the one that is seen, and for a while those that go away."""
        def press():
            labels = self.find_all('label', name)
            if len(labels) > 1 and time.monotonic() < end:
                return False
            for label in labels:
                try:
                    label.parent.press()
                    return True
                except AssertionError:
                    pass
            return False
        end = time.monotonic() + min(seconds, 6)
        wait_for(press, seconds, f'a toast’s button {name!r}')

    def wait_text(self, part, seconds=20):
        """Any accessible whose name holds a text, such as a toast."""
        return wait_for(lambda: next((n for n in self.find_all() if part in n.name), None), seconds, f'text {part!r}')

    def key(self, *keys):
        xdotool('windowactivate', '--sync', self.window)
        xdotool('key', '--clearmodifiers', *keys)

    def geometry(self):
        """x, y, width and height on the screen, without what the window manager adds."""
        values = dict(line.split('=') for line in xdotool('getwindowgeometry', '--shell', self.window).splitlines())
        return tuple(int(values[key]) for key in ('X', 'Y', 'WIDTH', 'HEIGHT'))

    def resize(self, width, height):
        """As far as the window lets; gives the size it has then."""
        xdotool('windowsize', self.window, width, height)
        try:
            wait_for(lambda: self.geometry()[2:] == (width, height), 2, f'{width} × {height}')
        except AssertionError:
            pass
        return self.geometry()[2:]

    def fill(self, width, height):
        """The corner of the screen, at this size."""
        xdotool('windowmove', self.window, 0, 0)
        assert self.resize(width, height) == (width, height), self.geometry()

    def activate_action(self, name, parameter=None):
        self._activate('/window/1', name, f"[<'{parameter}'>]" if parameter is not None else '[]')

    def activate_app_action(self, name, variant=None):
        """An action of the application; the parameter is GVariant text."""
        self._activate('', name, f'[<{variant}>]' if variant is not None else '[]')

    def _activate(self, path, name, argument):
        Bus.deeds += 1
        subprocess.run(['gdbus', 'call', '--session', '--dest', APP_ID,
                        '--object-path', '/' + APP_ID.replace('.', '/') + path,
                        '--method', 'org.gtk.Actions.Activate', name, argument, '{}'],
                       check=True, capture_output=True)

    def read_stderr(self):
        self.stderr.seek(0)
        return self.stderr.read()

    def close(self):
        """Ends it as a person would; gives what it wrote to stderr."""
        if self.process.poll() is None:
            self.key('ctrl+q')
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError('the application did not end within 10 s of Ctrl+Q')
        assert self.process.returncode == 0, f'exit status {self.process.returncode}: {self.read_stderr()}'
        return self.read_stderr()


class RunningApp(App):
    """One that something else started: the session bus, a compositor's client."""

    def __init__(self, binary):
        self.pid = wait_for(lambda: self._find_pid(os.path.realpath(binary)), 30, f'a process of {binary}')
        wait_for(lambda: self.root, 30, 'its window')

    @staticmethod
    def _find_pid(binary):
        for name in filter(str.isdigit, os.listdir('/proc')):
            try:
                if os.readlink(f'/proc/{name}/exe') == binary:
                    return int(name)
            except OSError:
                pass
        return None


def write_png(path, width, height):
    """Stripes and a gradient, quick to make at any size."""
    rows = []
    for y in range(height):
        line = bytes((255 if (y // 16) % 2 else 40, y * 255 // height, 90))
        rows.append(b'\0' + line * width)

    def chunk(kind, data):
        return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
    with open(path, 'wb') as file:
        file.write(b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, 8, 2, 0, 0, 0)))
        file.write(chunk(b'IDAT', zlib.compress(b''.join(rows), 1)) + chunk(b'IEND', b''))
    return path


def predict(cli, *paths):
    """What the command line says of the same pictures, by base name."""
    out = subprocess.run([cli, 'predict', '--format', 'jsonl', '--quiet', '--no-explain'] + list(paths),
                         check=True, capture_output=True, text=True).stdout
    rows = [json.loads(line) for line in out.splitlines()]
    return {os.path.basename(row['image']): row for row in rows}


def run_cases(cases):
    """TAP over functions; a case that fails does not keep the others from running."""
    import traceback
    failed = 0
    sys.stdout = os.fdopen(int(os.environ['EMO_TAP_FD']), 'w')
    print(f'1..{len(cases)}', flush=True)
    for n, case in enumerate(cases, 1):
        began = time.monotonic()
        try:
            case()
            print(f'ok {n} - {case.__name__}', flush=True)
        except Exception:
            failed += 1
            # To stderr: that is what a runner shows of a test that failed.
            print(f'{case.__name__} failed:\n{traceback.format_exc()}', file=sys.stderr, flush=True)
            print(f'not ok {n} - {case.__name__}', flush=True)
        print(f'# {time.monotonic() - began:.1f} s', flush=True)
        # The next case must not reach this one's application.
        App.kill_all()
    return failed


def run_main(cases, wanted, folder=None):
    """Runs those whose name holds one of @wanted, or all, below a window manager,
    deletes @folder and ends the process."""
    if wanted:
        cases = [case for case in cases if any(part in case.__name__ for part in wanted)]
    window_manager = start_window_manager()
    try:
        failed = run_cases(cases)
    finally:
        window_manager.terminate()
        window_manager.wait()
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
    sys.exit(1 if failed else 0)
