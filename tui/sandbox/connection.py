"""A connection to the store's database, with what the store and its readers tell one another over it."""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Sequence

_MOST = 256

Value = str | int | float | bytes | None


class TooLong(Exception):
    """What is under way in a hurry takes longer than that."""


class StoreConnection(sqlite3.Connection):
    """A connection that remembers totals, for a count looks at every row and the next page needs the same one again.

    They are good until anything in the database may have changed, by whomever. Whoever rolls a transaction back, or
    puts another database in the place of this one, tells it to `forget`. It is `hurried` during a short read.
    """

    hurried = False
    _totals: OrderedDict[tuple[str, tuple[Value, ...]], int] | None = None
    _seen: tuple[int, int] = (-1, -1)

    def total_of(self, query: str, parameters: Sequence[Value]) -> int:
        """Give the one number which a counting query gives, inside a transaction that has not written."""
        seen = (self.total_changes, self.execute("PRAGMA data_version").fetchone()[0])
        if self._totals is None or seen != self._seen:
            self._totals, self._seen = OrderedDict(), seen
        wanted = (query, tuple(parameters))
        total = self._totals.get(wanted)
        if total is None:
            total = int(self.execute(query, parameters).fetchone()[0])
            self._totals[wanted] = total
            if len(self._totals) > _MOST:
                self._totals.popitem(last=False)
        else:
            self._totals.move_to_end(wanted)
        return total

    def forget(self) -> None:
        """Forget all totals."""
        self._totals = None


def take_time(connection: sqlite3.Connection) -> None:
    """Say that what follows may be long in a single step. Raises TooLong where there is no time for that."""
    if isinstance(connection, StoreConnection) and connection.hurried:
        raise TooLong
