"""Totals of lists that were counted before: a count looks at every row, and a page of the same list needs it again."""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Sequence

_MOST = 256

Value = str | int | float | bytes | None


class RememberingConnection(sqlite3.Connection):
    """A connection that remembers totals until anything in the database may have changed, by whomever.

    Whoever rolls a transaction back, or puts another database in the place of this one, tells it to `forget`.
    """

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
