"""What may be typed next in a filter, each with its meaning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from tui.access.facts import Party
from tui.session.filtering.fields import FIELDS, FieldKind
from tui.session.filtering.keys import KEYS
from tui.session.filtering.lexing import Piece, pieces
from tui.session.filtering.quoting import quote_value
from tui.session.filtering.values import Text

MOST = 50


@dataclass(frozen=True, slots=True)
class Known:
    """What is known to complete with: users' names, companies, rules of advice by ID, and saved filters by name."""

    usernames: Sequence[str] = ()
    companies: Sequence[Party] = ()
    rules: Mapping[str, str] = field(default_factory=dict)
    saved: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Completion:
    """What to put in place of the text from `start` to `end`, and what it means. `ends` closes the term."""

    text: str
    meaning: str
    start: int
    end: int
    ends: bool = True

    def apply(self, text: str) -> tuple[str, int]:
        """Return the text with it, and where the cursor is then."""
        rest = text[self.end :]
        put = self.text + (" " if self.ends and not rest.startswith((" ", "|")) else "")
        return text[: self.start] + put + rest, self.start + len(put)


def complete(text: str, cursor: int, known: Known) -> Sequence[Completion]:
    """Return what may stand at the cursor, the likeliest first."""
    piece = next((each for each in pieces(text) if each.start <= cursor <= each.end), None)
    if piece is None:
        return tuple(islice(_names("", cursor, cursor, known), MOST))
    signs = [sign for sign in piece.signs if sign.at < cursor]
    begin = 1 if signs and signs[0].char in "-!" and not signs[0].quoted else 0
    typed = "".join(sign.char for sign in signs[begin:])
    start = signs[begin].at if len(signs) > begin else cursor
    name, colon, _ = typed.partition(":")
    if colon and name.lower() in KEYS and not any(sign.quoted for sign in signs[begin : begin + len(name) + 1]):
        return tuple(islice(_values(name.lower(), piece, cursor, begin + len(name) + 1, known), MOST))
    if colon or piece.quotes:
        return ()
    name, equals, value = typed.partition("=")
    end = piece.end
    if equals:
        fields = (each for each in FIELDS if each.name.lower() == name.lower() and each.kind is FieldKind.BOOL)
        found = (
            Completion(f"{each.name}={word}", each.meaning, start, end)
            for each in fields
            for word in ("true", "false")
            if word.startswith(value.lower())
        )
        return tuple(found)
    return tuple(islice(_names(typed, start, end, known), MOST))


def _names(typed: str, start: int, end: int, known: Known) -> Iterator[Completion]:
    """Keys, saved filters and fields that begin with what was typed."""
    wanted = typed.lower()
    if not wanted.startswith("@"):
        for key in KEYS.values():
            if key.name.startswith(wanted):
                yield Completion(f"{key.name}:", f"{key.meaning}, as {key.name}:{key.example}", start, end, ends=False)
    for name, text in sorted(known.saved.items()):
        if f"@{name}".startswith(wanted):
            yield Completion(f"@{name}", f"saved: {text}", start, end)
    if len(wanted) > 1:
        for each in FIELDS:
            if each.name.lower().startswith(wanted):
                yield Completion(f"{each.name}=", each.meaning, start, end, ends=False)


def _values(key: str, piece: Piece, cursor: int, first: int, known: Known) -> Iterator[Completion]:
    """Values of a key that begin with what was typed since the last `|`; then those that contain it."""
    before = [sign for sign in piece.signs[first:] if sign.at < cursor]
    bars = [index for index, sign in enumerate(before) if sign.char == "|" and not sign.quoted]
    signs = before[bars[-1] + 1 :] if bars else before
    typed = "".join(sign.char for sign in signs).lower()
    start = (before[bars[-1]].at if bars else piece.signs[first - 1].at) + 1
    later = piece.find("|", first + len(before))
    end = piece.signs[later].at if later >= 0 else piece.end
    words = KEYS[key].choices
    begins: list[tuple[str, str]] = []
    contains: list[tuple[str, str]] = []
    for text, meaning in _offered(key, known):
        shown = text.lower()
        if shown.startswith(typed):
            begins.append((text, meaning))
            if len(begins) >= MOST:
                break
        elif typed and len(contains) < MOST and (typed in shown or typed in meaning.lower()):
            contains.append((text, meaning))
    for text, meaning in (*begins, *contains):
        plain = key not in ("who", "user") or text in words
        yield Completion(text if plain else quote_value(Text(text), key), meaning or "context user", start, end)


def _offered(key: str, known: Known) -> Iterator[tuple[str, str]]:
    """What may stand behind a key, and what it means."""
    yield from KEYS[key].choices.items()
    if key == "who":
        yield from ((party.id, f"{party.kind} {party.label}") for party in known.companies)
    elif key == "user":
        yield from ((username, "") for username in known.usernames if username != "none")
    elif key == "advice":
        yield from known.rules.items()
    elif key in ("access", "refresh", "guest"):
        yield from (("<1h", "under an hour"), (">10h", "over ten hours"), ("0", "none"), (">30d", "over 30 days"))
