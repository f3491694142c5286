"""The attempts of all sittings: one JSON object a line, in a file of its owner's alone.

A note on an attempt is a line of its own. When the file has grown large it takes the place of the one set aside
before, and a new one is begun, so that there are never more than two. Lines that cannot be read are skipped.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path

from tui.access.attempt import PasswordEvidence, RefreshEvidence, SecretEvidence
from tui.session.attempt_record import AttemptRecord, Evidence, Expected, Kind, Outcome, Sent
from tui.session.line_file import LineFile, lines_from_the_end

MOST_BYTES = 1024 * 1024
"""How large the file grows before it is set aside."""
MOST_ATTEMPTS = 500
"""How many of the newest attempts are read."""
LONGEST_NOTE = 500


class AttemptFile(LineFile):
    """The file. Writing is done by a thread, in order, and never raises: see `problem`."""

    def __init__(self, path: Path, *, most_bytes: int = MOST_BYTES) -> None:
        super().__init__(path, most_bytes, "history")

    @property
    def _older(self) -> Path:
        return self.path.with_name(f"{self.path.stem}-1{self.path.suffix}")

    def append(self, record: AttemptRecord) -> None:
        """Write an attempt, soon."""
        self._write_soon(lambda: _write(record))

    def note(self, record: AttemptRecord) -> None:
        """Write the note of an attempt, soon; it takes the place of the one before."""
        self._write_soon(lambda: json.dumps({"noteOn": record.id, "note": record.note[:LONGEST_NOTE]}) + "\n")

    def read(self, place: str, most: int = MOST_ATTEMPTS) -> tuple[AttemptRecord, ...]:
        """Read the newest attempts at one place, the newest first; what is to be written is written first.

        It never raises: what cannot be read is told in `problem`.
        """
        self._settle()
        notes: dict[str, str] = {}
        found: list[AttemptRecord] = []
        try:
            for kept in self._kept():
                if (of := kept.get("noteOn")) is not None:
                    notes.setdefault(str(of), str(kept.get("note", "")))
                    continue
                try:
                    record = _read(kept)
                except (ValueError, KeyError, TypeError):
                    continue
                if record.place == place and len(found) < most:
                    found.append(replace(record, note=notes.get(record.id, record.note)))
        except OSError as error:
            self.problem = f"{self.path} could not be read ({error.strerror or error})."
        return tuple(found)

    def _kept(self) -> Iterator[Mapping[str, object]]:
        for file in (self.path, self._older):
            for line in lines_from_the_end(file):
                try:
                    kept = json.loads(line)
                except (ValueError, RecursionError):
                    continue
                if isinstance(kept, dict):
                    yield kept

    def _set_aside(self) -> None:
        self.path.replace(self._older)


def _write(record: AttemptRecord) -> str:
    return json.dumps({**asdict(record), "at": record.at.isoformat()}) + "\n"


def _read(kept: Mapping[str, object]) -> AttemptRecord:
    """Read an attempt. Raises ValueError, KeyError or TypeError when it is none."""
    at = datetime.fromisoformat(_text(kept, "at"))
    if at.tzinfo is None or not _text(kept, "id"):
        raise ValueError("an attempt without an ID, or a time without an offset")
    agreed = kept["agreed"]
    return AttemptRecord(
        id=_text(kept, "id"),
        at=at,
        place=_text(kept, "place"),
        sent=_sent(_object(kept, "sent")),
        expected=None if kept["expected"] is None else _expected(_object(kept, "expected")),
        outcome=_outcome(_object(kept, "outcome")),
        agreed=agreed if isinstance(agreed, bool) else None,
        surprise=_text(kept, "surprise"),
        differences=_texts(kept, "differences"),
        note=_text(kept, "note"),
    )


def _sent(kept: Mapping[str, object]) -> Sent:
    evidence = _object(kept, "evidence")
    return Sent(
        kind=Kind(_text(kept, "kind")),
        api_client_id=_text(kept, "api_client_id"),
        app_name=_text(kept, "app_name"),
        username=_text(kept, "username"),
        scope=None if kept["scope"] is None else _texts(kept, "scope"),
        anon_user_id=_text(kept, "anon_user_id"),
        caller=_text(kept, "caller"),
        connect=_text(kept, "connect"),
        refreshes=_text(kept, "refreshes"),
        evidence=Evidence(
            SecretEvidence(_text(evidence, "secret")),
            PasswordEvidence(_text(evidence, "password")),
            RefreshEvidence(_text(evidence, "refresh")),
        ),
    )


def _expected(kept: Mapping[str, object]) -> Expected:
    return Expected(
        allowed=kept["allowed"] is True,
        roles=_texts(kept, "roles"),
        access_minutes=_number(kept, "access_minutes"),
        refresh_minutes=_number(kept, "refresh_minutes"),
        orderid=kept["orderid"] is True,
        check=_number(kept, "check") or 0,
        error=_text(kept, "error"),
        code=_text(kept, "code"),
    )


def _outcome(kept: Mapping[str, object]) -> Outcome:
    took = kept["milliseconds"]
    return Outcome(
        allowed=kept["allowed"] is True,
        status=_number(kept, "status") or 0,
        error=_text(kept, "error"),
        code=_text(kept, "code"),
        message=_text(kept, "message"),
        usr=_text(kept, "usr"),
        roles=_texts(kept, "roles"),
        access_seconds=_number(kept, "access_seconds"),
        refresh=kept["refresh"] is True,
        orderid=kept["orderid"] is True,
        imp=kept["imp"] is True,
        milliseconds=float(took) if isinstance(took, int | float) else 0.0,
    )


def _object(kept: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = kept[name]
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} is no object")
    return value


def _text(kept: Mapping[str, object], name: str) -> str:
    value = kept[name]
    if not isinstance(value, str):
        raise TypeError(f"{name} is no text")
    return value


def _texts(kept: Mapping[str, object], name: str) -> tuple[str, ...]:
    value = kept[name]
    if not isinstance(value, list):
        raise TypeError(f"{name} is no list")
    return tuple(str(each) for each in value)


def _number(kept: Mapping[str, object], name: str) -> int | None:
    value = kept[name]
    if value is not None and not isinstance(value, int):
        raise TypeError(f"{name} is no number")
    return value
