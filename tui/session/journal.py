"""The changes made in this sitting, newest last, each with the way back; each is also kept for good in a file."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tui.session.failures import CannotUndo, CutShort
from tui.session.record import ChangeKind, Entry, Record, Signature, new_id

if TYPE_CHECKING:
    from tui.session.journal_file import JournalFile


@dataclass(frozen=True, slots=True)
class Change:
    """One change of the marketplace.

    Attributes:
        what: A sentence without secrets.
        undo: Takes the change back, after checking that nothing else changed meanwhile (it raises CannotUndo when
            something did); returns a sentence on what could not be put back, blank when all was. None when there is
            no way back.
        threat: Says why undoing would shut the console out; None when it would not.
        record: The change as data.
        id: Tells it apart from every other change, in the file as well.
    """

    when: datetime
    what: str
    undo: Callable[[], Awaitable[str]] | None = field(default=None, repr=False)
    threat: Callable[[], Awaitable[str | None]] | None = field(default=None, repr=False)
    record: Record = field(default=Record(ChangeKind.OTHER))
    id: str = field(default_factory=new_id)


class Journal:
    """A list of changes that only grows; one that was taken back is marked so."""

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._clock = clock
        self._changes: list[Change] = []
        self._undone: set[str] = set()
        self._undoing = asyncio.Lock()
        self._taking: Change | None = None
        self.by = Signature()
        self.file: JournalFile | None = None

    def keep_in(self, file: JournalFile, by: Signature) -> None:
        """Keep what is noted from now on in a file, too."""
        self.file, self.by = file, by

    @property
    def changes(self) -> tuple[Change, ...]:
        """Every change of this sitting, oldest first."""
        return tuple(self._changes)

    def add(self, change: Change) -> None:
        """Note a change that the marketplace has acknowledged."""
        self._changes.append(change)
        self._write(Entry(change.id, change.when, change.what, self.by, change.record))

    def _write(self, entry: Entry) -> None:
        if self.file is not None:
            self.file.append(entry)

    @property
    def last(self) -> Change | None:
        """The newest change that has not been taken back."""
        return next((change for change in reversed(self._changes) if change.id not in self._undone), None)

    def is_undone(self, change_id: str) -> bool:
        """Return whether a change was taken back, or passed over, in this sitting."""
        return change_id in self._undone

    def learn_undone(self, change_ids: Iterable[str]) -> None:
        """Take note of changes that were taken back in other sittings, or by another console."""
        self._undone.update(change_ids)

    async def undo_last(self, asked: Change | None = None) -> str:
        """Take the newest change back; return a sentence on what could not be put back, blank when all was.

        Args:
            asked: The change a person agreed to take back; nothing is done when it is not the newest any more.

        Raises:
            CannotUndo: There is none, it has no way back (it is then passed over), or the marketplace has moved on.
        """
        async with self._undoing:
            change = self.last
            if change is None:
                raise CannotUndo("Nothing has been changed in this sitting.")
            if asked is not None and change is not asked:
                raise CannotUndo("Something else was changed or taken back meanwhile; nothing was undone.")
            if change.undo is None:
                self._undone.add(change.id)  # so that the next one reaches the change before it
            return await self._take_back(change)

    async def undo(self, change: Change) -> str:
        """Take any change back, as `undo_last` does the newest. Raises CannotUndo, also when that was done before."""
        async with self._undoing:
            if change.id in self._undone:
                raise CannotUndo(f"This was taken back already: {change.what}")
            return await self._take_back(change)

    async def _take_back(self, change: Change) -> str:
        if change.undo is None:
            raise CannotUndo(f"There is no way back from this: {change.what}")
        self._taking = change
        try:
            remark = await change.undo()
        except CutShort as cut:
            if cut.some:
                self._mark(change, str(cut), whole=False)
            raise
        finally:
            self._taking = None
        self._mark(change, remark, whole=True)
        return remark

    def note_taken_back(self, change: Change, remark: str, *, whole: bool) -> None:
        """Note that a change was taken back where it was made, whole or in part.

        Args:
            change: The change.
            remark: What could not be put back.
            whole: Whether nothing of it is left.
        """
        if change is not self._taking:  # what is taken back from here is noted here, with its account
            self._mark(change, remark, whole=whole)

    def _mark(self, change: Change, remark: str, *, whole: bool) -> None:
        if whole:
            self._undone.add(change.id)
        told = f"Taken back{'' if whole else ' in part'}: {change.what}. {' '.join(remark.split())}".rstrip(". ") + "."
        record = Record(ChangeKind.UNDONE, change.record.api_client_id, change.record.name)
        undoes = change.id if whole else ""
        self._write(Entry(new_id(), self._clock(), told, self.by, record, undoes=undoes))
