"""The journal for good: one JSON object a line, in a file of its owner's alone that only grows.

Several consoles may write at once: each line is written whole under a lock. A file that has grown large is set aside
under a number, and a new one begun. Lines that cannot be read are skipped, and counted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.access.facts import Party, PartyKind
from tui.session.line_file import LineFile, lines_from_the_end
from tui.session.record import SECRET, ChangeKind, Entry, Record, Signature

if TYPE_CHECKING:
    from tui.ordercloud.models.base import JSON

MOST_BYTES = 4 * 1024 * 1024
"""How large the file grows before it is set aside."""
MOST_ENTRIES = 1_000
"""How many of the newest entries are read."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: the entries, the newest first, how many lines were no entries, and why it ended early, if so."""

    entries: tuple[Entry, ...]
    broken: int = 0
    problem: str = ""

    @property
    def undone(self) -> frozenset[str]:
        """The IDs of the entries that others take back."""
        return frozenset(entry.undoes for entry in self.entries if entry.undoes)


class JournalFile(LineFile):
    """The file, and the older ones beside it. Writing is done by a thread in order, and never raises: see `problem`."""

    def __init__(self, path: Path, *, most_bytes: int = MOST_BYTES) -> None:
        super().__init__(path, most_bytes, "journal")

    def append(self, entry: Entry) -> None:
        """Write an entry, soon. What is secret in it, or may be, is left out."""
        self._write_soon(lambda: write_line(entry))

    def read(self, most: int = MOST_ENTRIES) -> Reading:
        """Read the newest entries; what is still to be written is written first. It never raises."""
        self._settle()
        entries: dict[str, Entry] = {}  # by ID: a file that is set aside meanwhile is met twice
        broken = 0
        try:
            for file in (self.path, *reversed(self._older())):
                for line in lines_from_the_end(file):
                    if len(entries) >= most:
                        return Reading(tuple(entries.values()), broken)
                    try:
                        entry = read_line(line)
                        entries.setdefault(entry.id, entry)
                    except (ValueError, KeyError, TypeError, RecursionError):
                        broken += 1
        except OSError as error:
            return Reading(
                tuple(entries.values()), broken, f"{self.path} could not be read ({error.strerror or error})."
            )
        return Reading(tuple(entries.values()), broken)

    def _older(self) -> list[Path]:
        """The files set aside, the oldest first."""
        stem = f"{self.path.stem}-"
        numbered = [(file.stem.removeprefix(stem), file) for file in self.path.parent.glob(f"{stem}*.jsonl")]
        return [file for _, file in sorted((int(number), file) for number, file in numbered if number.isdigit())]

    def _set_aside(self) -> None:
        older = self._older()
        number = int(older[-1].stem.rpartition("-")[2]) + 1 if older else 1
        self.path.rename(self.path.with_name(f"{self.path.stem}-{number}.jsonl"))


def write_line(entry: Entry) -> str:
    """Return an entry as its line. Fields that hold a credential are named, and not written."""
    kept: dict[str, JSON] = {
        "id": entry.id,
        "when": entry.when.isoformat(),
        "who": entry.by.who,
        "url": entry.by.url,
        "marketplace": entry.by.marketplace,
        "place": entry.by.place,
        "what": entry.what,
        **_told(entry.record),
        "undoes": entry.undoes,
    }
    return json.dumps({name: value for name, value in kept.items() if value}) + "\n"


def _told(record: Record) -> dict[str, JSON]:
    unsafe = {
        name for fields in (record.before, record.after) for name, value in fields.items() if _secret(name, value)
    }
    told: dict[str, JSON] = {
        "kind": record.kind.value,
        "apiClient": record.api_client_id,
        "name": record.name,
        "before": {name: value for name, value in record.before.items() if name not in unsafe},
        "after": {name: value for name, value in record.after.items() if name not in unsafe},
        "companies": [[each.kind.value, each.id, each.name] for each in record.companies],
        "gone": list(record.gone),
        "unkept": sorted({*record.unkept, *unsafe}),
        "parts": [_told(each) for each in record.parts],
    }
    return {name: value for name, value in told.items() if value}


def _secret(name: str, value: JSON) -> bool:
    from tui.ordercloud.redact import redact_json

    redacted: JSON = redact_json({name: value})[name]
    return name == SECRET or redacted != value


def read_line(line: bytes) -> Entry:
    """Read an entry. Raises ValueError, KeyError or TypeError when it is none."""
    kept = json.loads(line)
    if not isinstance(kept, dict):
        raise TypeError("not an entry")
    when = datetime.fromisoformat(_text(kept, "when"))
    if when.tzinfo is None:
        raise ValueError("a time without an offset")
    by = Signature(_text(kept, "who"), _text(kept, "url"), _text(kept, "marketplace"), _text(kept, "place"))
    if not (own_id := _text(kept, "id")):
        raise ValueError("an entry without an ID")
    return Entry(own_id, when, _text(kept, "what"), by, _record(kept), _text(kept, "undoes"))


def _record(kept: Mapping[str, Any]) -> Record:
    parts = kept.get("parts", [])
    if not isinstance(parts, list) or not all(isinstance(each, dict) and "parts" not in each for each in parts):
        raise TypeError("parts holds no changes")
    return Record(
        ChangeKind(kept["kind"]),
        _text(kept, "apiClient"),
        _text(kept, "name"),
        _fields(kept, "before"),
        _fields(kept, "after"),
        tuple(Party(PartyKind(kind), str(company), str(name)) for kind, company, name in kept.get("companies", ())),
        _texts(kept, "gone"),
        _texts(kept, "unkept"),
        tuple(map(_record, parts)),
    )


def _text(kept: Mapping[str, object], name: str) -> str:
    value = kept.get(name, "")
    if not isinstance(value, str):
        raise TypeError(f"{name} is no text")
    return value


def _texts(kept: Mapping[str, object], name: str) -> tuple[str, ...]:
    value = kept.get(name, [])
    if not isinstance(value, list):
        raise TypeError(f"{name} is no list")
    return tuple(str(each) for each in value)


def _fields(kept: Mapping[str, JSON], name: str) -> Mapping[str, JSON]:
    value = kept.get(name, {})
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} holds no fields")
    return value
