"""A connection to the store's database, with what the store and its readers tell one another over it."""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_MOST = 500
_LONGEST = 64 * 1024
"""Of what texts there are, how long one may be that is remembered."""


class TooLong(Exception):
    """What is under way in a hurry takes longer than that."""


class Memory:
    """What reads have found: totals, which rows make a page, and short pages written. The oldest is forgotten first."""

    def __init__(self) -> None:
        self._found: OrderedDict[tuple[object, ...], object] = OrderedDict()

    def known(self, kind: type[T], *about: object) -> T | None:
        """Give what was found about this before; what it is about begins with a table's name."""
        wanted: tuple[object, ...] = (kind, *about)
        found = self._found.get(wanted)
        if not isinstance(found, kind):
            return None
        self._found.move_to_end(wanted)
        return found

    def recall(self, kind: type[T], find: Callable[[], T], *about: object) -> T:
        """Give what was found about this before, else find it."""
        known = self.known(kind, *about)
        if known is not None:
            return known
        made = find()
        if isinstance(made, str) and len(made) > _LONGEST:
            return made
        self._found[kind, *about] = made
        if len(self._found) > _MOST:
            self._found.popitem(last=False)
        return made

    def forget(self, table: str) -> None:
        """Forget what was found with a table's name in it."""
        for known in [each for each in self._found if any(isinstance(part, str) and table in part for part in each)]:
            del self._found[known]


class StoreConnection(sqlite3.Connection):
    """A connection with a memory, for finding looks at every row, and the same list is wanted again and again.

    It is good until anything in the database may have changed, by whomever. Whoever rolls a transaction back, or puts
    another database in the place of this one, tells it to `forget`. The connection is `hurried` during a short read.
    """

    hurried = False
    _memory: Memory | None = None
    _seen: tuple[int, int] = (-1, -1)

    def memory(self) -> Memory:
        """Give the memory, inside a transaction that has read and has not written."""
        seen = (self.total_changes, self.execute("PRAGMA data_version").fetchone()[0])
        if self._memory is None or seen != self._seen:
            self._memory, self._seen = Memory(), seen
        return self._memory

    def forget(self) -> None:
        """Forget everything."""
        self._memory = None

    def keep(self, changes: int, but: str) -> None:
        """Keep what is known `but` of one table: no other that is listed has changed since there were that many."""
        if self._memory is not None and self._seen[0] == changes:
            self._memory.forget(but)
            self._seen = (self.total_changes, self._seen[1])


def memory_of(connection: sqlite3.Connection) -> Memory:
    """Give the memory of a connection, a new one where it has none."""
    return connection.memory() if isinstance(connection, StoreConnection) else Memory()


def take_time(connection: sqlite3.Connection) -> None:
    """Say that what follows may be long in a single step. Raises TooLong where there is no time for that."""
    if isinstance(connection, StoreConnection) and connection.hurried:
        raise TooLong
