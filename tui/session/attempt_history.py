"""The attempts at one marketplace, of this sitting and of those before: found again, noted upon, tried again."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.session.attempt_record import AttemptRecord, Kind
from tui.session.result import Form, Result

if TYPE_CHECKING:
    from tui.session.attempt_file import AttemptFile

MOST = 500
"""How many attempts are shown."""


class AttemptHistory:
    """What was tried. Without a file it lasts as long as the sitting."""

    def __init__(self, file: AttemptFile | None = None, place: str = "") -> None:
        self._file = file
        self._place = place
        self._results: dict[str, Result] = {}
        self.records: tuple[AttemptRecord, ...] = ()
        """The attempts, the newest first."""

    @property
    def problem(self) -> str:
        """Why the history could not be kept, in a sentence; blank when it could."""
        return "" if self._file is None else self._file.problem

    async def read(self) -> None:
        """Read what sittings before have kept."""
        if self._file is None:
            return
        kept = await asyncio.to_thread(self._file.read, self._place)
        here = {each.id for each in self.records}
        self.records = (*self.records, *(each for each in kept if each.id not in here))[:MOST]

    def add(self, result: Result) -> None:
        """Keep an attempt that was just made."""
        if result.record is None:
            return
        self._results[result.record.id] = result
        self.records = (result.record, *self.records)[:MOST]
        if self._file is not None:
            self._file.append(result.record)

    def result(self, record: AttemptRecord) -> Result | None:
        """Return the result with its credentials; None for one of an earlier sitting."""
        return self._results.get(record.id)

    def find(self, record_id: str) -> AttemptRecord | None:
        """Return an attempt by its ID."""
        return next((each for each in self.records if each.id == record_id), None)

    def note(self, record: AttemptRecord, note: str) -> AttemptRecord:
        """Write a note upon an attempt, in place of the one before, and return it as it is now."""
        noted = replace(record, note=note.strip())
        self.records = tuple(noted if each.id == record.id else each for each in self.records)
        if self._file is not None:
            self._file.note(noted)
        return noted

    def before(self, record: AttemptRecord) -> tuple[AttemptRecord, ...]:
        """Return the others to compare with: those at the same API client first, each the newest first."""
        others = [each for each in self.records if each.id != record.id]
        same = record.sent.api_client_id.lower()
        return tuple(sorted(others, key=lambda each: each.sent.api_client_id.lower() != same))

    def form_of(self, record: AttemptRecord) -> Form:
        """Return the form that tries an attempt again; of an earlier sitting it has no password and no secret yet."""
        result = self.result(record)
        if result is not None:
            return result.form
        sent = record.sent
        refreshes = self.find(sent.refreshes) if sent.refreshes else None
        return Form(
            sent.kind,
            sent.api_client_id,
            sent.username,
            scope=" ".join(sent.scope or ()),
            anon_user_id=sent.anon_user_id,
            refreshing=None if refreshes is None else self.result(refreshes),
            connect=sent.connect,
        )

    def why_not_again(self, record: AttemptRecord) -> str | None:
        """Say why an attempt cannot be made again as it was; None when it can."""
        if self.result(record) is not None:
            return None
        if record.sent.kind is Kind.REFRESH:
            return "Its refresh token was not kept: tokens never are. Sign in again."
        if record.sent.kind is Kind.ONE_TIME:
            return "Its one-time password is used up: send another."
        if record.sent.kind is Kind.IMPERSONATION and record.sent.caller != "the console":
            return f"The token of {record.sent.caller}, who asked, was not kept: tokens never are."
        return None
