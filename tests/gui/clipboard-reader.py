#!/usr/bin/python3
# clipboard-reader.py
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Another application that pastes: prints the text on the clipboard."""

import sys

import gi
gi.require_version('Gtk', '4.0')
gi.require_version('Gdk', '4.0')
from gi.repository import Gdk, GLib, Gtk

Gtk.init()
loop = GLib.MainLoop()
status = 1


def read(clipboard, result):
    global status
    try:
        text = clipboard.read_text_finish(result)
        sys.stdout.buffer.write((text or '').encode())
        status = 0
    except GLib.Error as error:
        print(error.message, file=sys.stderr)
    loop.quit()


# The selection's owner is known once the display has answered.
GLib.timeout_add(200, lambda: Gdk.Display.get_default().get_clipboard().read_text_async(None, read))
loop.run()
sys.exit(status)
