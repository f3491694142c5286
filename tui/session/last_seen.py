"""The list of API clients as it was last read from a marketplace, kept from one sitting to the next.

A console that starts shows it at once, with its age, while it connects. It holds what the list shows and no more, in
files that only their owner may read. Reading and writing never raise: it is a convenience.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import astuple, dataclass, fields
from datetime import datetime
from itertools import islice
from pathlib import Path
from zlib import crc32

from tui.config.state import write_atomically
from tui.session.client_row import ClientRow

MOST_ROWS = 1_000
MOST_FILES = 20

_TYPES = tuple({"str": str, "bool": bool, "int": int}[str(each.type)] for each in fields(ClientRow))


@dataclass(frozen=True, slots=True)
class Seen:
    """The rows as they were at a moment, in the order of the marketplace."""

    at: datetime
    rows: tuple[ClientRow, ...]


class LastSeen:
    """What was last seen of one connection. `of` tells connections apart; it is kept, so it holds no secret."""

    def __init__(self, folder: Path, of: str) -> None:
        self._of = of
        # A check sum makes a file name of any text; the text itself stands in the file.
        self._file = folder / f"{crc32(of.encode()):08x}.json"

    def read(self) -> Seen | None:
        """Return what was seen, or None: nothing yet, or not to be read."""
        try:
            kept = json.loads(self._file.read_text(encoding="utf-8"))
            if kept["of"] != self._of:
                return None
            at = datetime.fromisoformat(kept["at"])
            return Seen(at, tuple(_row(each) for each in kept["rows"])) if at.tzinfo is not None else None
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None

    def write(self, at: datetime, rows: Iterable[ClientRow]) -> None:
        """Keep the first rows; the connections seen longest ago make room."""
        kept = {"of": self._of, "at": at.isoformat(), "rows": [astuple(row) for row in islice(rows, MOST_ROWS)]}
        with suppress(OSError, ValueError):  # ValueError: half of a surrogate pair, which no file can hold
            write_atomically(self._file, json.dumps(kept, ensure_ascii=False))
            files = sorted(self._file.parent.glob("*.json"), key=lambda file: file.stat().st_mtime, reverse=True)
            for file in files[MOST_FILES:]:
                file.unlink(missing_ok=True)


def _row(kept: object) -> ClientRow:
    """Read a row; raises ValueError when it is none."""
    if not isinstance(kept, list) or tuple(map(type, kept)) != _TYPES:
        raise ValueError("not a row")
    return ClientRow(*kept)
