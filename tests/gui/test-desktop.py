#!/usr/bin/python3
# test-desktop.py
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The application and the desktop around it: one instance, what it asks
of the session and tells its person, and another display server.

usage: test-desktop.py EMOVLM-DESKTOP EMOVLM SAMPLES [CASE...]"""

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
from accessible import FRESH_SECONDS  # noqa: E402
from driver import App, wait_for, xdotool  # noqa: E402

driver.relaunch_in_session(sys.argv)

DESKTOP, CLI, SAMPLES = (os.path.abspath(p) for p in sys.argv[1:4])
WORK = tempfile.mkdtemp(prefix='emo-driven-desktop-')
WARNING = re.compile(r'(WARNING|CRITICAL|ERROR) \*\*|(Gtk|Gdk|Gsk|GLib|Adwaita|Pango|Emo)[\w-]*-(WARNING|CRITICAL|ERROR)')
NAMES = sorted(name for name in os.listdir(SAMPLES) if name.endswith(('.png', '.jpg')))


def assert_quiet(app):
    text = app.close()
    assert not WARNING.search(text), f'stderr:\n{text}'


def answered(*paths):
    app = App(DESKTOP, *paths)
    wait_for(lambda: [n for n in app.find_all(driver.PICTURE) if n.name.rstrip().endswith('%')], 60, 'an answer')
    return app


def make_folder(n):
    """n pictures under different names; links, for the disk holds them once."""
    folder = tempfile.mkdtemp(prefix='many-', dir=WORK)
    here = [shutil.copy(os.path.join(SAMPLES, name), os.path.join(WORK, name)) for name in NAMES]
    for i in range(n):
        os.link(here[i % len(here)], os.path.join(folder, f'{i:04}-{NAMES[i % len(NAMES)]}'))
    return folder


class Mock:
    """A service of the session that writes down what it is asked."""

    def __init__(self, name, path, interface, **methods):
        self.log = os.path.join(WORK, name + '.log')
        self.process = subprocess.Popen([sys.executable, '-m', 'dbusmock', '--session', '--logfile', self.log, name, path, interface],
                                        stdout=2, stderr=subprocess.STDOUT)
        call = ['gdbus', 'call', '--session', '--dest', name, '--object-path', path, '--method']
        wait_for(lambda: subprocess.run([*call, 'org.freedesktop.DBus.Peer.Ping'], capture_output=True).returncode == 0, 10, name)
        for method, (takes, gives, code) in methods.items():
            subprocess.run([*call, 'org.freedesktop.DBus.Mock.AddMethod', interface, method, takes, gives, code],
                           check=True, stdout=2)

    def calls(self, method):
        with open(self.log, encoding='utf-8') as file:
            return [line.split(' ', 1)[1].strip() for line in file if re.match(rf'\S+ {method}\b', line)]

    def end(self):
        self.process.terminate()
        self.process.wait()


def active_window():
    return subprocess.run(['xdotool', 'getactivewindow'], capture_output=True, text=True).stdout.strip()


class OtherWindow:
    """Something else that has the person's attention."""

    def __init__(self):
        self.process = subprocess.Popen([sys.executable, os.path.join(driver.HERE, 'drag-source.py'), os.path.join(SAMPLES, NAMES[0])], stdout=subprocess.PIPE)
        self.id = wait_for(lambda: subprocess.run(['xdotool', 'search', '--onlyvisible', '--name', 'Drag Source'],
                                                  capture_output=True, text=True).stdout.split(), 20, 'another window')[-1]
        xdotool('windowactivate', self.id)
        wait_for(lambda: active_window() == self.id, 10, 'the other window has the focus')

    def close(self):
        self.process.terminate()
        self.process.wait()


def test_second_instance_raises_the_first():
    app = answered(os.path.join(SAMPLES, NAMES[0]))
    other = OtherWindow()
    try:
        second = subprocess.run([DESKTOP, os.path.join(SAMPLES, NAMES[1])], timeout=20, capture_output=True, text=True,
                                env=dict(os.environ, GSETTINGS_BACKEND='keyfile', XDG_CONFIG_HOME=app.config))
        assert second.returncode == 0, second.stderr
        assert not WARNING.search(second.stderr), second.stderr
        wait_for(lambda: len(app.find_all(driver.PICTURE)) == 2, 20, 'the picture that the second was given')
        wait_for(lambda: active_window() == app.window, 10, 'the first window in front')
    finally:
        other.close()
    assert_quiet(app)


def test_stop_ends_a_batch_of_two_hundred_at_once():
    app = answered(make_folder(200))
    stop = app.wait('push button', 'Stop')
    # By its key: a press through AT-SPI lets GTK's button go down for a quarter of a
    # second before it acts. And how long it takes to press a key and to ask.
    xdotool('windowactivate', '--sync', app.window)
    time.sleep(FRESH_SECONDS)
    began = time.monotonic()
    xdotool('key', 'Shift_L')
    assert stop.sensitive
    asked = time.monotonic() - began
    began = time.monotonic()
    xdotool('key', 'Escape')
    while stop.sensitive and time.monotonic() - began < 2:
        pass
    took = time.monotonic() - began
    print(f'# stopped after {took * 1000:.0f} ms, of which {asked * 1000:.0f} ms went into a key and a question', file=sys.stderr)
    done = [n for n in app.find_all(driver.PICTURE) if n.name.rstrip().endswith('%')]
    assert 0 < len(done) < 200, len(done)
    assert took < 0.2 + asked, f'{took * 1000:.0f} ms, of which {asked * 1000:.0f} ms went into a key and a question'
    app.wait('push button', 'Go On')
    assert_quiet(app)


def notifications():
    return Mock('org.freedesktop.Notifications', '/org/freedesktop/Notifications', 'org.freedesktop.Notifications',
                Notify=('susssasa{sv}i', 'u', 'ret = 3'), CloseNotification=('u', '', ''),
                GetCapabilities=('', 'as', 'ret = ["body", "actions"]'),
                GetServerInformation=('', 'ssss', 'ret = ("mock", "mock", "1", "1.2")'))


def test_batch_keeps_the_computer_awake_and_tells_its_end():
    session = Mock('org.gnome.SessionManager', '/org/gnome/SessionManager', 'org.gnome.SessionManager',
                   RegisterClient=('ss', 'o', 'ret = dbus.ObjectPath("/org/gnome/SessionManager/Client1")'),
                   UnregisterClient=('o', '', ''), Inhibit=('susu', 'u', 'ret = 7'), Uninhibit=('u', '', ''))
    notes = notifications()
    other = None
    try:
        app = App(DESKTOP, make_folder(150))
        other = OtherWindow()
        wait_for(lambda: session.calls('Inhibit'), 60, 'suspend inhibited')
        assert driver.APP_ID in session.calls('Inhibit')[0], session.calls('Inhibit')
        wait_for(lambda: session.calls('Uninhibit'), 120, 'suspend allowed again')
        wait_for(lambda: notes.calls('Notify'), 10, 'a notification')
        assert '150 pictures' in notes.calls('Notify')[0], notes.calls('Notify')
        assert_quiet(app)
    finally:
        if other is not None:
            other.close()
        session.end()
        notes.end()


def test_runs_below_weston():
    log = os.path.join(WORK, 'weston.log')
    runtime = os.environ['XDG_RUNTIME_DIR']
    # Nobody looks at the window there, so it tells that it has finished.
    notes = notifications()
    weston = subprocess.Popen(['weston', '--backend=headless-backend.so', '--socket=emo-driven', '--width=1280', '--height=800',
                               '--idle-time=0', f'--log={log}'], stdout=2, stderr=2)
    try:
        wait_for(lambda: os.path.exists(os.path.join(runtime, 'emo-driven')), 20, 'weston')
        with tempfile.TemporaryFile('w+') as stderr:
            env = dict(os.environ, GDK_BACKEND='wayland', WAYLAND_DISPLAY='emo-driven', G_DEBUG='fatal-criticals',
                       GSETTINGS_BACKEND='keyfile', XDG_CONFIG_HOME=driver.make_config(first_launch='false'))
            env.pop('DISPLAY')
            process = subprocess.Popen([DESKTOP, SAMPLES], env=env, stderr=stderr)
            App.running.append(process)
            app = driver.RunningApp(DESKTOP)
            wait_for(lambda: len([n for n in app.find_all(driver.PICTURE) if n.name.rstrip().endswith('%')]) == len(NAMES),
                     120, f'{len(NAMES)} answers')
            app.activate_app_action('quit')
            assert process.wait(10) == 0
            stderr.seek(0)
            text = stderr.read()
        assert not WARNING.search(text), f'stderr:\n{text}'
    finally:
        weston.terminate()
        weston.wait()
        notes.end()


cases = [f for n, f in list(globals().items()) if n.startswith('test_')]
if shutil.which('weston') is None:
    print('# weston is not installed: no case for it', file=sys.stderr)
    cases.remove(test_runs_below_weston)
driver.run_main(cases, sys.argv[4:], WORK)
