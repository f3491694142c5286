"""Which real values are known, and what stands in for each: the same for the same, as long as the sitting lasts."""

from __future__ import annotations

import hashlib
import json
import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from tui.session.stand_ins.common import is_common

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.session.stand_ins.matching import Edit

SHORTEST = 3
"""Shorter values say nothing on their own, and stand in every other word."""
SHORTEST_NUMBER = 5
"""The same of IDs that are numbers."""
_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_PUNCTUATION = "".join(chr(each) for each in range(0x20, 0x7F) if not chr(each).isalnum())
_SIMPLE = re.compile(r"[A-Za-z0-9_. -]+")
_UNSHOWABLE = {code: 0x2400 + code for code in range(0x20)} | dict.fromkeys(range(0x80, 0xA0), 0xFFFD) | {0x7F: 0x2421}
"""The signs that screens show for characters that are none, as `plain` has them."""


class Kind(StrEnum):
    """What a value belongs to, as its stand-in calls it."""

    API_CLIENT = "API client"
    BUYER = "Buyer"
    SUPPLIER = "Supplier"
    SELLER = "Marketplace"
    USER = "User"
    GROUP = "Group"
    PROFILE = "Profile"
    SECRET = "Secret"  # noqa: S105 - the name of a kind
    THING = "Item"

    @property
    def slug(self) -> str:
        """The kind as an ID begins."""
        return self.value.lower().replace(" ", "-")


@dataclass(slots=True)
class Known:
    """A real value: what is shown for each of its `spellings`, and for any other in capitals and small letters.

    `loose` is None when only the spellings themselves are meant.
    """

    spellings: dict[str, str]
    loose: str | None = None

    @property
    def length(self) -> int:
        """How many characters each spelling has."""
        return len(next(iter(self.spellings)))

    def instead_of(self, text: str) -> str | None:
        """Return what is shown for a text that is this value; None when it is not meant."""
        shown = self.spellings.get(text, self.loose)
        # The ID of an API client is in capitals in one place and in small letters in another.
        return shown.lower() if shown is not None and text.islower() and len(shown) == len(text) else shown

    def instead_of_part(self, piece: str, *, end: bool = False, loosely: bool = True) -> str | None:
        """Return what is shown for the value that a piece is the beginning of, or the end."""
        fits = str.endswith if end else str.startswith
        exact = next((shown for value, shown in self.spellings.items() if fits(value, piece)), None)
        return self.loose if exact is None and loosely else exact


class StandIns:
    """The real values of one sitting with their stand-ins.

    Whoever reads something tells it here, before it is drawn. `version` changes whenever there is something new.
    """

    def __init__(self) -> None:
        self._numbers: dict[tuple[Kind, str], int] = {}
        self._counts: dict[Kind, int] = {}
        self._known: dict[str, Known] = {}
        self._streams: dict[str, int] = {}
        self._sorted: list[str] = []
        self._backwards: list[str] = []
        self._secrets: list[tuple[str, str]] = []
        self._values = 0
        self._fresh = True
        self.longest = 0
        self.lines: dict[tuple[str, str], Sequence[Edit]] = {}
        """What was found in lines, each with the one above; nothing of it is good once something new is known."""

    @property
    def version(self) -> int:
        """How many values are known."""
        return self._values

    # -- learning ------------------------------------------------------------------------------------------------

    def number(self, kind: Kind, *identities: str) -> int:
        """Return the number of a subject by any of what identifies it; a new one gets the next."""
        keys = [(kind, fold(each)) for each in identities if each]
        number = next((self._numbers[each] for each in keys if each in self._numbers), 0)
        if not number:
            number = self._counts[kind] = self._counts.get(kind, 0) + 1
        for each in keys:
            self._numbers.setdefault(each, number)
        return number

    def name(self, kind: Kind, value: str, *identities: str) -> None:
        """Learn the name of a subject that has these identities."""
        if self._is_new(value, 2 if value.upper() == value else SHORTEST):
            number = self.number(kind, *(identities or (value,)))
            # A single word may be a word of the console's own, too: only as it is written is it a name.
            self._learn(value, f"{kind} {number}", exact=" " not in value)

    def id(self, kind: Kind, value: str, *identities: str) -> None:
        """Learn an ID or a user name; its stand-in has its shape."""
        if not self._is_new(value, SHORTEST_NUMBER if value.isdigit() else SHORTEST):
            return
        if _GUID.fullmatch(value):
            if fold(value) in self._known:
                return
            self._learn(value, self._alike(value, "id"))
            return
        number = self.number(kind, value, *identities)
        self._learn(value, f"{kind.slug}-{number}" if kind is not Kind.USER else f"user{number}")

    def email(self, value: str, *identities: str) -> None:
        """Learn the e-mail address of a user."""
        if self._is_new(value):
            self._learn(value, f"user{self.number(Kind.USER, *(identities or (value,)))}@example.com")

    def secret(self, value: str) -> None:
        """Learn a token, password or client secret."""
        if len(value) >= 2 * SHORTEST and self._is_new(value):
            shown = self._alike(value, "secret")
            self._secrets.append((value, shown))
            self._learn(value, shown, exact=True)

    def _is_new(self, value: str, shortest: int = SHORTEST) -> bool:
        known = self._known.get(fold(value.lstrip(_PUNCTUATION)))
        return (
            len(value.strip()) >= shortest and (known is None or value not in known.spellings) and not is_common(value)
        )

    def _learn(self, value: str, shown: str, *, exact: bool = False) -> None:
        for spelling, instead in _spelled(value, shown).items():
            rest = spelling.lstrip(_PUNCTUATION)  # what is looked for begins with a letter or digit
            if not rest:
                continue
            known = self._known.setdefault(fold(rest), Known({}))
            known.spellings.setdefault(rest, instead)
            if not exact and known.loose is None:
                known.loose = instead
            self._values += 1
        self._fresh = False
        self.lines.clear()

    def _alike(self, value: str, what: str) -> str:
        """Make up a text of the same shape that tells nothing of the value, not even to who tries all there are."""
        number = self._streams[what] = self._streams.get(what, 0) + 1
        made, count = "", 0
        while len(made) < len(value):
            made += hashlib.sha256(f"{what} {number} {count}".encode()).hexdigest()
            count += 1
        if _GUID.fullmatch(value):
            made = made.upper() if value.upper() == value else made
        return "".join(new if old.isalnum() else old for old, new in zip(value, made, strict=False))

    # -- looking -------------------------------------------------------------------------------------------------

    def at(self, text: str) -> tuple[Known | None, Known | None, int]:
        """Return what a folded text begins with: the longest value, the value it has most in common with, how much."""
        self._arrange()
        place = bisect_right(self._sorted, text)
        most = max((_common(each, text) for each in self._sorted[max(0, place - 1) : place + 1]), default=0)
        # Of all that begin so, the first is the shortest.
        near = self._known[self._sorted[bisect_left(self._sorted, text[:most])]] if most else None
        return self._whole(text, place), near, most

    def get(self, text: str) -> Known | None:
        """Return the value that a folded text is."""
        return self._known.get(text)

    def _whole(self, whole: str, place: int) -> Known | None:
        """Return the longest value that a text begins with and that ends where a word does."""
        text = whole
        while place and text:
            each = self._sorted[place - 1]
            common = _common(each, text)
            if common == len(each):
                if not (each[-1].isalnum() and whole[common : common + 1].isalnum()):
                    return self._known[each]
                place -= 1
            # Whatever else the text begins with, what both have in common begins with it as well.
            text = text[:common]
            place = min(place, bisect_right(self._sorted, text))
        return None

    def ending_with(self, text: str) -> Known | None:
        """Return a value that ends with a folded text and begins before it."""
        self._arrange()
        turned = text[::-1]
        place = bisect_right(self._backwards, turned)
        if place < len(self._backwards) and self._backwards[place].startswith(turned):
            return self._known[self._backwards[place][::-1]]
        return None

    def inside(self, piece: str) -> str | None:
        """Return what stands in for a piece out of the middle of a secret, as long as it; None for no such piece."""
        for value, shown in self._secrets:
            if (at := value.find(piece)) >= 0:
                return shown[at : at + len(piece)]
        return None

    def _arrange(self) -> None:
        if not self._fresh:
            self._sorted = sorted(self._known)
            self._backwards = sorted(each[::-1] for each in self._sorted)
            self.longest = max(map(len, self._sorted), default=0)
            self._fresh = True


def fold(text: str) -> str:
    """Return a text in lower case, of the same length."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(each.lower() if len(each.lower()) == 1 else each for each in text)


def _spelled(value: str, shown: str) -> dict[str, str]:
    """Return a value as JSON, URLs and forms spell it, each with its stand-in."""
    if _SIMPLE.fullmatch(value):
        if " " not in value:
            return {value: shown}
        codes = ("%20", "+")
        return {value: shown} | {value.replace(" ", code): shown.replace(" ", code) for code in codes}
    spelled = {value.translate(_UNSHOWABLE): shown, json.dumps(value)[1:-1]: shown}
    spelled[json.dumps(value, ensure_ascii=False)[1:-1]] = shown
    spelled |= {quote(value, safe=""): quote(shown, safe=""), quote_plus(value): quote_plus(shown)}
    return spelled | {value: shown}


def _common(one: str, other: str) -> int:
    """Return how many characters two texts begin with alike."""
    if other.startswith(one):
        return len(one)
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
