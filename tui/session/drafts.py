"""What was typed into a form and not saved, kept so that it survives a crash. Never a secret.

Each open form has a file of its own, which only its owner may read; it goes when the form is saved or given up.
Keeping never raises: it is a convenience.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakSet
from zlib import crc32

from tui.access.facts import Party, PartyKind
from tui.config.state import write_atomically
from tui.session.record import SECRET, new_id

if TYPE_CHECKING:
    from tui.ordercloud.models.base import JSON

MOST_FILES = 50
"""Forms that are remembered; those typed in longest ago give way."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed into a field: a text that cannot be read as a value yet, or else the value."""

    text: str | None
    value: JSON


@dataclass(frozen=True, slots=True)
class KeptDraft:
    """One form as it was left.

    Attributes:
        api_client_id: The API client edited; blank for a new one.
        name: Its name, for people; of a new one, as typed.
        at: When something was typed last.
        base: The API client as it was when the form was opened, without the secret; what a new one started from.
        typed: What differs from that.
        companies: The buyers and suppliers chosen, where they were changed.
        secret: Whether a secret was typed as well, or something like one, which is not kept.
    """

    api_client_id: str
    name: str
    at: datetime
    base: Mapping[str, JSON]
    typed: Mapping[str, Typed]
    companies: tuple[Party, ...] | None = None
    secret: bool = False
    id: str = field(default_factory=new_id)


class Drafts:
    """The drafts of one marketplace. `place` tells marketplaces apart; it is kept, so it holds no secret."""

    def __init__(self, folder: Path, place: str) -> None:
        self._folder = folder
        self.place = place
        self.offered: tuple[KeptDraft, ...] = ()
        """What was found when the marketplace was opened, the newest first, and has not been taken up."""
        self._looked = False

    def look_once(self) -> bool:
        """Read what is there to be offered, the first time; return whether there is something that was not told."""
        if self._looked:
            return False
        self._looked = True
        self.look()
        return bool(self.offered)

    def look(self) -> None:
        """Read what is there to be offered."""
        found: list[KeptDraft] = []
        with suppress(OSError):
            for file in self._folder.glob("*.json"):
                draft = self._read(file)
                if draft is not None:
                    found.append(draft)
        self.offered = tuple(sorted(found, key=lambda each: each.at, reverse=True))

    def take_up(self, draft: KeptDraft) -> DraftFile:
        """Go on with a draft: it is not offered any more, and its file is the form's from now on."""
        self.offered = tuple(each for each in self.offered if each.id != draft.id)
        return DraftFile(self._file(draft.id), self.place)

    def begin(self) -> DraftFile:
        """Return the file of a form that is opened now; it is written when there is something to keep."""
        return DraftFile(self._file(new_id()), self.place)

    def _file(self, draft_id: str) -> Path:
        return self._folder / f"{crc32(self.place.encode()):08x}-{draft_id}.json"

    def _read(self, file: Path) -> KeptDraft | None:
        try:
            kept = json.loads(file.read_text(encoding="utf-8"))
            if kept["place"] != self.place:
                return None
            at = datetime.fromisoformat(kept["at"])
            typed = {str(name): Typed(each.get("text"), each.get("value")) for name, each in kept["typed"].items()}
            companies = kept.get("companies")
            parties = None if companies is None else tuple(Party(PartyKind(k), str(i), str(n)) for k, i, n in companies)
            if at.tzinfo is None or not isinstance(kept["base"], dict):
                return None
            return KeptDraft(
                str(kept["apiClient"]),
                str(kept["name"]),
                at,
                kept["base"],
                typed,
                parties,
                bool(kept["secret"]),
                file.stem.rpartition("-")[2],
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None


class DraftFile:
    """Where one form is kept. `put` is cheap; `write` does the work, on any thread."""

    def __init__(self, file: Path, place: str) -> None:
        self._path = file
        self._place = place
        self._draft: KeptDraft | None = None
        self._pending = False
        self._guard = threading.Lock()
        _UNWRITTEN.add(self)

    def put(self, draft: KeptDraft) -> None:
        """Take what is to be kept from now on; it is on the disk after the next `write`."""
        self._draft, self._pending = draft, True

    def write(self) -> None:
        """Write what was put last, unless it is written."""
        with self._guard:
            draft, pending = self._draft, self._pending
            if draft is None or not pending:
                return
            self._pending = False
            with suppress(OSError, ValueError):  # ValueError: half of a surrogate pair, which no file can hold
                write_atomically(self._path, _text_of(draft, self._place))
                files = sorted(self._path.parent.glob("*.json"), key=lambda each: each.stat().st_mtime, reverse=True)
                for file in files[MOST_FILES:]:
                    file.unlink(missing_ok=True)

    def remove(self) -> None:
        """Forget it: it is saved, or given up."""
        with self._guard:
            self._draft, self._pending = None, False
            with suppress(OSError):
                self._path.unlink(missing_ok=True)


_UNWRITTEN: WeakSet[DraftFile] = WeakSet()


def write_unwritten() -> None:
    """Write at once whatever is still to be written: the console is about to end."""
    for file in list(_UNWRITTEN):
        file.write()


def _text_of(draft: KeptDraft, place: str) -> str:
    safe = {name: each for name, each in draft.typed.items() if not _secret(name, each.text, each.value)}
    kept: dict[str, object] = {
        "place": place,
        "apiClient": draft.api_client_id,
        "name": draft.name,
        "at": draft.at.isoformat(),
        "base": {name: value for name, value in draft.base.items() if not _secret(name, None, value)},
        "typed": {
            name: {"value": each.value} if each.text is None else {"text": each.text} for name, each in safe.items()
        },
        "companies": None
        if draft.companies is None
        else [[party.kind.value, party.id, party.name] for party in draft.companies],
        "secret": draft.secret or len(safe) < len(draft.typed),
    }
    return json.dumps(kept, ensure_ascii=False)


def _secret(name: str, text: str | None, value: JSON) -> bool:
    from tui.ordercloud.redact import redact_json, redact_text

    redacted: JSON = redact_json({name: value})[name]
    return name == SECRET or redacted != value or (text is not None and redact_text(text, named=True) != text)
