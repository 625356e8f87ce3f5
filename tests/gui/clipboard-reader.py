#!/usr/bin/python3
# clipboard-reader.py
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""clipboard-reader.py [TYPE]: another application that pastes. Prints the text on
the clipboard, or the bytes that it has as a media type."""

import sys

import gi
gi.require_version('Gtk', '4.0')
gi.require_version('Gdk', '4.0')
from gi.repository import Gdk, Gio, GLib, Gtk

Gtk.init()
loop = GLib.MainLoop()
status = 1


def end(data):
    global status
    sys.stdout.buffer.write(data)
    status = 0
    loop.quit()


def fail(error):
    print(error.message, file=sys.stderr)
    loop.quit()


def read_text(clipboard, result):
    try:
        end((clipboard.read_text_finish(result) or '').encode())
    except GLib.Error as error:
        fail(error)


def read_stream(clipboard, result):
    output = Gio.MemoryOutputStream.new_resizable()

    def spliced(output, result):
        try:
            output.splice_finish(result)
            end(output.steal_as_bytes().get_data())
        except GLib.Error as error:
            fail(error)

    try:
        stream, _ = clipboard.read_finish(result)
        output.splice_async(stream, Gio.OutputStreamSpliceFlags.CLOSE_SOURCE | Gio.OutputStreamSpliceFlags.CLOSE_TARGET,
                            GLib.PRIORITY_DEFAULT, None, spliced)
    except GLib.Error as error:
        fail(error)


def read():
    clipboard = Gdk.Display.get_default().get_clipboard()
    if len(sys.argv) > 1:
        clipboard.read_async([sys.argv[1]], GLib.PRIORITY_DEFAULT, None, read_stream)
    else:
        clipboard.read_text_async(None, read_text)


# The selection's owner is known once the display has answered.
GLib.timeout_add(200, read)
loop.run()
sys.exit(status)
