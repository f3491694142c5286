"""The changes made in this sitting, newest last, each with the way back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from tui.session.failures import CannotUndo


@dataclass(frozen=True, slots=True)
class Change:
    """One change of the marketplace.

    Attributes:
        what: A sentence without secrets.
        undo: Takes the change back, after checking that nothing else changed meanwhile (it raises CannotUndo when
            something did); returns a sentence on what could not be put back, blank when all was. None when there is
            no way back.
        threat: Says why undoing would shut the console out; None when it would not.
    """

    when: datetime
    what: str
    undo: Callable[[], Awaitable[str]] | None = field(default=None, repr=False)
    threat: Callable[[], Awaitable[str | None]] | None = field(default=None, repr=False)


class Journal:
    """An append-only list of changes; undoing one appends nothing and marks it as taken back."""

    def __init__(self) -> None:
        self._changes: list[Change] = []
        self._undone: set[int] = set()
        self._undoing = asyncio.Lock()

    @property
    def changes(self) -> tuple[Change, ...]:
        """Every change of this sitting, oldest first."""
        return tuple(self._changes)

    def add(self, change: Change) -> None:
        """Note a change that the marketplace has acknowledged."""
        self._changes.append(change)

    @property
    def last(self) -> Change | None:
        """The newest change that has not been taken back."""
        newest = self._newest()
        return None if newest is None else self._changes[newest]

    def _newest(self) -> int | None:
        return next((index for index in reversed(range(len(self._changes))) if index not in self._undone), None)

    async def undo_last(self, asked: Change | None = None) -> str:
        """Take the newest change back; return a sentence on what could not be put back, blank when all was.

        Args:
            asked: The change a person agreed to take back; nothing is done when it is not the newest any more.

        Raises:
            CannotUndo: There is none, it has no way back (it is then passed over), or the marketplace has moved on.
        """
        async with self._undoing:
            newest = self._newest()
            if newest is None:
                raise CannotUndo("Nothing has been changed in this sitting.")
            change = self._changes[newest]
            if asked is not None and change is not asked:
                raise CannotUndo("Something else was changed or taken back meanwhile; nothing was undone.")
            if change.undo is None:
                self._undone.add(newest)  # so that the next one reaches the change before it
                raise CannotUndo(f"There is no way back from this: {change.what}")
            remark = await change.undo()
            self._undone.add(newest)
            return remark
