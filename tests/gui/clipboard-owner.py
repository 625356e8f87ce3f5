#!/usr/bin/python3
# clipboard-owner.py
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Another application that has copied something: MIME-TYPE FILE puts the file's
bytes on the clipboard under that type and holds them until it is ended."""

import sys

import gi
gi.require_version('Gtk', '4.0')
gi.require_version('Gdk', '4.0')
from gi.repository import Gdk, Gio, GLib, Gtk


def activate(app):
    with open(sys.argv[2], 'rb') as file:
        data = GLib.Bytes.new(file.read())
    window = Gtk.ApplicationWindow(application=app, title='Clipboard Owner', default_width=50, default_height=50)
    window.present()
    provider = Gdk.ContentProvider.new_for_bytes(sys.argv[1], data)
    window.get_clipboard().set_content(provider)
    print('ready', flush=True)


application = Gtk.Application(application_id='io.github.emovlm.ClipboardOwner', flags=Gio.ApplicationFlags.NON_UNIQUE)
application.connect('activate', activate)
application.run([])
