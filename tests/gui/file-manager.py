#!/usr/bin/python3
# file-manager.py
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file manager that only says which files it was asked to show, a line each."""

from gi.repository import Gio, GLib

XML = '''<node><interface name="org.freedesktop.FileManager1"><method name="ShowItems">
  <arg type="as" direction="in"/><arg type="s" direction="in"/></method></interface></node>'''


def call(connection, sender, path, interface, method, parameters, invocation):
    for uri in parameters.unpack()[0]:
        print(uri, flush=True)
    invocation.return_value(None)


def acquired(connection, name):
    connection.register_object('/org/freedesktop/FileManager1', Gio.DBusNodeInfo.new_for_xml(XML).interfaces[0], call, None, None)


Gio.bus_own_name(Gio.BusType.SESSION, 'org.freedesktop.FileManager1', Gio.BusNameOwnerFlags.NONE,
                 acquired, lambda *_: print('ready', flush=True), None)
GLib.MainLoop().run()
