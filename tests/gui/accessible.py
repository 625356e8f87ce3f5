# accessible.py
#
# Copyright 2026 The EmoVLM-KD desktop authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a screen reader is told, read from the accessibility bus.

An application is asked for all it has at once, and for who is below whom in one
go for each level, which takes a tenth of the time that waiting for an answer to
each question does; and it answers on the thread that draws its window."""

import time

import gi
gi.require_version('Atspi', '2.0')
from gi.repository import Atspi, Gio, GLib  # noqa: E402

ROOT = '/org/a11y/atspi/accessible/root'
CACHE = '/org/a11y/atspi/cache'
# What AT-SPI calls a picture in the grid.
PICTURE = 'table cell'
# How long what was read counts as what is there, if nothing was done meanwhile.
FRESH_SECONDS = 0.1
TIMEOUT_MS = 25000
# Places are told within the window.
WINDOW = GLib.Variant('(u)', (Atspi.CoordType.WINDOW,))

# Fields of what the cache of an application says of each accessible.
REFERENCE, PARENT, N_CHILDREN, NAME, ROLE, DESCRIPTION, STATES = 0, 2, 4, 6, 7, 8, 9


class Bus:
    """The accessibility bus of the session; there is one."""

    _connection = None
    # Counts what the test did: what was read before is old.
    deeds = 0

    @classmethod
    def connect(cls):
        if cls._connection is None:
            session = Gio.bus_get_sync(Gio.BusType.SESSION)
            address, = session.call_sync('org.a11y.Bus', '/org/a11y/bus', 'org.a11y.Bus', 'GetAddress',
                                         None, None, Gio.DBusCallFlags.NONE, -1, None).unpack()
            flags = Gio.DBusConnectionFlags
            cls._connection = Gio.DBusConnection.new_for_address_sync(
                address, flags.AUTHENTICATION_CLIENT | flags.MESSAGE_BUS_CONNECTION, None, None)
        return cls._connection

    @classmethod
    def call(cls, owner, path, interface, method, arguments=None):
        """Its values; GLib.Error where there is nobody, or nothing, or no answer."""
        return cls.connect().call_sync(owner, path, interface, method, arguments, None,
                                       Gio.DBusCallFlags.NONE, TIMEOUT_MS, None).unpack()

    @classmethod
    def ask_all(cls, owner, paths, method, interface='Accessible', arguments=None):
        """{path: answer} of those that answer; all are asked before one is heard."""
        answers, waiting = {}, set(paths)

        def hear(connection, result, path):
            waiting.discard(path)
            try:
                answers[path], = connection.call_finish(result).unpack()
            except GLib.Error:
                pass
        for path in paths:
            cls.connect().call(owner, path, 'org.a11y.atspi.' + interface, method, arguments, None,
                               Gio.DBusCallFlags.NONE, TIMEOUT_MS, None, hear, path)
        while waiting:
            GLib.MainContext.default().iteration(True)
        return answers

    @classmethod
    def find_application(cls, pid):
        """The bus name of a process's application, or None."""
        applications, = cls.call('org.a11y.atspi.Registry', ROOT, 'org.a11y.atspi.Accessible', 'GetChildren')
        for owner, _ in applications:
            try:
                found, = cls.call('org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus',
                                  'GetConnectionUnixProcessID', GLib.Variant('(s)', (owner,)))
            except GLib.Error:
                continue
            if found == pid:
                return owner
        return None


class Tree:
    """All that an application has, at one moment, but not what is inside the cells
    of a list, where every picture has the same labels."""

    def __init__(self, owner):
        self.owner = owner
        self.below = {}
        self.places = None
        self.held = False
        self.read()
        self.descend([ROOT])

    def read(self):
        items, = Bus.call(self.owner, CACHE, 'org.a11y.atspi.Cache', 'GetItems')
        self.taken = time.monotonic()
        self.deeds = Bus.deeds
        self.items = {item[REFERENCE][1]: item for item in items}

    def descend(self, paths):
        """Who is below these. What is hidden is among the items, too, but is nobody's
        child; and GTK makes accessibles when somebody asks for them."""
        known = True
        while paths:
            below = Bus.ask_all(self.owner, paths, 'GetChildren')
            children = [path for parent in paths for _, path in below.get(parent, [])]
            for parent in paths:
                self.below[parent] = [path for _, path in below.get(parent, [])]
            new = [path for path in children if path not in self.items]
            known = known and not new
            cells = {path for path, role in Bus.ask_all(self.owner, new, 'GetRole').items() if role == Atspi.Role.TABLE_CELL}
            paths = [path for path in children if path not in cells and self.has_children(path)]
        if not known:
            self.read()

    def has_children(self, path):
        item = self.items.get(path)
        return item is None or (item[N_CHILDREN] > 0 and item[ROLE] != Atspi.Role.TABLE_CELL)

    @property
    def fresh(self):
        return self.deeds == Bus.deeds and (self.held or time.monotonic() - self.taken < FRESH_SECONDS)

    def hold(self):
        """What was read is what counts until the test does something: for questions
        about everything in a window that is at rest."""
        self.held = True

    def place(self, path):
        """Of an accessible in its window; the first time, all of them are asked for."""
        if self.places is None:
            paths = [child for children in self.below.values() for child in children]
            self.places = Bus.ask_all(self.owner, paths, 'GetExtents', 'Component', WINDOW)
        return self.places.get(path, (0, 0, 0, 0))

    @property
    def root(self):
        return Node(self, ROOT)


class Node:
    """An accessible, which may go away while it is looked at: its values are those
    of the moment they are asked for, and empty where it is not there any more."""

    def __init__(self, tree, path):
        self.tree = tree
        self.path = path

    def __eq__(self, other):
        return isinstance(other, Node) and (self.tree.owner, self.path) == (other.tree.owner, other.path)

    def __hash__(self):
        return hash((self.tree.owner, self.path))

    def __repr__(self):
        return f'<{self.role} {self.name!r}>'

    def _call(self, interface, method, arguments=None, otherwise=None):
        try:
            values = Bus.call(self.tree.owner, self.path, 'org.a11y.atspi.' + interface, method, arguments)
        except GLib.Error:
            return otherwise
        return values[0] if len(values) == 1 else values

    def _get(self, interface, prop, otherwise=None):
        try:
            value, = Bus.call(self.tree.owner, self.path, 'org.freedesktop.DBus.Properties', 'Get',
                              GLib.Variant('(ss)', ('org.a11y.atspi.' + interface, prop)))
        except GLib.Error:
            return otherwise
        return value

    def _known(self, field):
        """What the tree says, while that is so."""
        item = self.tree.items.get(self.path)
        return item[field] if item is not None and self.tree.fresh else None

    @property
    def name(self):
        name = self._known(NAME)
        return self._get('Accessible', 'Name', '') if name is None else name

    @property
    def description(self):
        description = self._known(DESCRIPTION)
        return self._get('Accessible', 'Description', '') if description is None else description

    @property
    def role(self):
        # Which never changes.
        item = self.tree.items.get(self.path)
        return Atspi.role_get_name(Atspi.Role(item[ROLE])) if item is not None else ''

    def has_state(self, state):
        states = self._known(STATES)
        if states is None:
            states = self._call('Accessible', 'GetState', otherwise=[0, 0])
        return bool(states[state // 32] >> (state % 32) & 1)

    @property
    def visible(self):
        # GTK 4.8 reports SHOWING for windows alone; what is hidden is not VISIBLE
        # or not there, but the pages of a stack all are.
        return self.has_state(Atspi.StateType.VISIBLE)

    @property
    def sensitive(self):
        return self.has_state(Atspi.StateType.SENSITIVE)

    @property
    def checked(self):
        return self.has_state(Atspi.StateType.CHECKED)

    @property
    def focusable(self):
        return self.has_state(Atspi.StateType.FOCUSABLE)

    @property
    def focused(self):
        return self.has_state(Atspi.StateType.FOCUSED)

    @property
    def parent(self):
        item = self.tree.items.get(self.path)
        return Node(self.tree, item[PARENT][1]) if item is not None and item[PARENT][1] in self.tree.items else None

    @property
    def parent_name(self):
        return self.parent.name if self.parent else ''

    @property
    def value(self):
        return self._get('Value', 'CurrentValue')

    @property
    def text(self):
        # An entry of GTK takes -1 for nothing rather than for the end.
        length = self._get('Text', 'CharacterCount', 0)
        return self._call('Text', 'GetText', GLib.Variant('(ii)', (0, length)), '')

    @property
    def extents(self):
        """x, y, width and height in the window."""
        if self.tree.held and self.tree.fresh:
            return self.tree.place(self.path)
        return self._call('Component', 'GetExtents', WINDOW, (0, 0, 0, 0))

    def children(self):
        self._refresh()
        return [Node(self.tree, path) for path in self.tree.below.get(self.path, [])]

    def walk(self):
        """Itself and what is below, but not what is inside the cells of a list."""
        self._refresh()
        yield from self._walk()

    def _refresh(self):
        if not self.tree.fresh:
            self.tree = Tree(self.tree.owner)
        # What is inside this cell.
        if self.role == PICTURE and self.path not in self.tree.below:
            self.tree.descend([self.path])

    def _walk(self):
        yield self
        for path in self.tree.below.get(self.path, []):
            child = Node(self.tree, path)
            if child.role == PICTURE:
                yield child
            else:
                yield from child._walk()

    def find_all(self, role=None, name=None):
        return [n for n in self.walk()
                if (role is None or n.role == role) and (name is None or n.name == name) and n.visible]

    def find(self, role=None, name=None):
        return next((n for n in self.walk()
                     if (role is None or n.role == role) and (name is None or n.name == name) and n.visible), None)

    def press(self):
        Bus.deeds += 1
        assert self._call('Action', 'DoAction', GLib.Variant('(i)', (0,)), False), f'cannot press {self.role} {self.name!r}'
