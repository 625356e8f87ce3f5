#!/usr/bin/python3
# drag-source.py
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Another application's window: a button-sized picture source. Every argument is
a file that a drag from it carries."""

import sys

import gi
gi.require_version('Gtk', '4.0')
gi.require_version('Gdk', '4.0')
from gi.repository import Gdk, Gio, GObject, Gtk


def activate(app):
    files = Gdk.FileList.new_from_list([Gio.File.new_for_path(p) for p in sys.argv[1:]])
    value = GObject.Value(Gdk.FileList, files)
    source = Gtk.DragSource(actions=Gdk.DragAction.COPY)
    source.connect('prepare', lambda *_: Gdk.ContentProvider.new_for_value(value))
    source.connect('drag-end', lambda *_: print('drag-end', flush=True))
    label = Gtk.Label(label='drag me')
    label.add_controller(source)
    window = Gtk.ApplicationWindow(application=app, title='Drag Source', child=label, decorated=False,
                                   default_width=200, default_height=200)
    window.present()


application = Gtk.Application(application_id='io.github.emovlm.DragSource', flags=Gio.ApplicationFlags.NON_UNIQUE)
application.connect('activate', activate)
application.run([])
