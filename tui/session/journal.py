"""The changes made in this sitting, newest last, each with the way back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime


class CannotUndo(Exception):
    """A change cannot be taken back now; the message says why in a sentence."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of the marketplace.

    `what` is a sentence without secrets; `undo` takes the change back, after checking that nothing else changed
    meanwhile (it raises CannotUndo when something did), and is None when there is no way back.
    """

    when: datetime
    what: str
    undo: Callable[[], Awaitable[None]] | None = field(default=None, repr=False)


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
        return next(
            (change for index, change in reversed(list(enumerate(self._changes))) if index not in self._undone), None
        )

    async def undo_last(self) -> Change:
        """Take the newest change back and return it.

        Raises:
            CannotUndo: There is none, it has no way back (it is then passed over), or the marketplace has moved on.
        """
        async with self._undoing:
            return await self._undo_last()

    async def _undo_last(self) -> Change:
        change = self.last
        if change is None:
            raise CannotUndo("Nothing has been changed in this sitting.")
        if change.undo is None:
            self._undone.add(self._changes.index(change))  # so that the next one reaches the change before it
            raise CannotUndo(f"There is no way back from this: {change.what}")
        await change.undo()
        self._undone.add(self._changes.index(change))
        return change
