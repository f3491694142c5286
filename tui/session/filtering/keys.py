"""The keys of the filter language: what may stand behind each, and how to say it; `judging` says what it finds."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tui.access.facts import PartyKind
from tui.access.words import shorten
from tui.session.filtering.facts import Need, RowFacts
from tui.session.filtering.judging import (
    LETTERS,
    find_anywhere,
    has_secret,
    in_user,
    is_active,
    is_advised,
    is_guest,
    is_who,
    lives_as_access,
    lives_as_refresh,
    needs_of_guest,
    needs_of_secret,
    needs_of_who,
    offers,
)
from tui.session.filtering.values import Minutes, Text, Value, Word
from tui.tokens.durations import parse_minutes

LONGEST_MINUTES = 10 * 524_160
"""Ten times what the longest token may live: what is longer is a slip of the finger."""


class Unreadable(ValueError):
    """A value that a key cannot take; `instead` says what to write."""

    def __init__(self, what: str, instead: str) -> None:
        super().__init__(what)
        self.instead = instead


@dataclass(frozen=True, slots=True)
class Key:
    """One key. `read` takes a value's text and whether it was quoted, and raises Unreadable.

    `choices` are the words it knows with their meanings; `example` is a value to write. `say` gives the words for one
    value.
    """

    name: str
    meaning: str
    example: str
    read: Callable[[str, bool], Value]
    judge: Callable[[RowFacts, Value], bool | None]
    say: Callable[[Value], str]
    choices: Mapping[str, str]
    needs: Callable[[Value], frozenset[Need]] = lambda _: frozenset()


# -- reading -------------------------------------------------------------------------------------------------------


def read_text(text: str, quoted: bool) -> Value:
    """Read a text to find; `*` in one without quotes makes it a pattern."""
    return Text(text, pattern="*" in text and not quoted)


def _read_plain(text: str, quoted: bool) -> Value:
    return Text(text)


def _one_of(words: Mapping[str, str]) -> Callable[[str, bool], Value]:
    """Read one of some words, perhaps by another name for it."""

    def read(text: str, quoted: bool) -> Value:
        word = words.get(text.lower())
        if word is None:
            raise Unreadable(
                f"“{shorten(text)}” is none of its values", f"write {_either(dict.fromkeys(words.values()))}"
            )
        return Word(word)

    return read


def _either(words: Sequence[str] | Mapping[str, object]) -> str:
    listed = list(words)
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} or {listed[-1]}"


_DURATION = re.compile(r"(>=|<=|!<|!>|>|<|=)?\s*(.*)", re.DOTALL)
_OPERATORS = {"!<": ">=", "!>": "<="}


def _read_minutes(text: str, quoted: bool) -> Value:
    match = _DURATION.fullmatch(text)
    operator, rest = match.groups() if match is not None else (None, text)
    try:
        minutes = parse_minutes(rest)
    except ValueError as error:
        raise Unreadable(
            f"“{shorten(text)}” is no duration", "write 60, >1h, <=30d or 1h30, minutes without a unit"
        ) from error
    if minutes > LONGEST_MINUTES:
        raise Unreadable(f"no token lives as long as {shorten(rest)}", "write 364d at most")
    return Minutes(_OPERATORS.get(operator or "=", operator or "="), minutes)


def _read_guest(text: str, quoted: bool) -> Value:
    word = _YES_NO.get(text.lower())
    return _read_minutes(text, quoted) if word is None else Word(word)


def _read_who(text: str, quoted: bool) -> Value:
    word = None if quoted else _PARTIES.get(text.lower())
    return Text(text) if word is None else Word(word)


def _read_user(text: str, quoted: bool) -> Value:
    return Word("none") if text.lower() == "none" and not quoted else read_text(text, quoted)


_RULE = re.compile(r"[a-z0-9][a-z0-9-]{0,60}")


def _read_advice(text: str, quoted: bool) -> Value:
    if not _RULE.fullmatch(text.lower()):
        raise Unreadable(f"“{shorten(text)}” is no advice", f"write {_either(_ADVICE)} or the ID of a rule")
    return Word(text.lower())


# -- the table -----------------------------------------------------------------------------------------------------

_YES_NO = {"yes": "yes", "no": "no", "true": "yes", "false": "no", "on": "yes", "off": "no"}
_SAY_YES_NO = {"yes": "it does", "no": "it does not"}
_WHO = {
    "buyer": "some or every buyer",
    "seller": "the seller",
    "supplier": "some or every supplier",
    "nobody": "no party at all",
}
_PARTIES = {
    **{word: word for word in _WHO},
    **{f"{kind.value}s": kind.value for kind in PartyKind},
    "vendor": "supplier",
}
_SECRET = {
    "yes": "a secret is needed, live or expired",
    "no": "every grant works without one",
    "expired": "a named one has expired",
    "legacy": "it has the legacy ClientSecret",
}
_GRANTS = {
    "password": "users sign in",
    "client_credentials": "a program signs in",
    "anonymous": "guests shop",
    "refresh": "refresh tokens are issued",
}
_GRANT_WORDS = {
    **{word: word for word in _GRANTS},
    **{letter.lower(): word for word, letter in LETTERS.items()},
    "client-credentials": "client_credentials",
    "client credentials": "client_credentials",
    "refresh_token": "refresh",
}
_ADVICE = {
    "error": "somebody is kept out",
    "warning": "a risk",
    "info": "worth knowing",
    "none": "nothing to advise",
}


def quoted_text(text: str) -> str:
    """Return a text as a sentence has it."""
    return f"“{shorten(text)}”"


def _say_text(place: str) -> Callable[[Value], str]:
    def say(value: Value) -> str:
        if not isinstance(value, Text):
            return f"no {place}"
        return f"{place} {'like' if value.pattern else 'with'} {quoted_text(value.text)}"

    return say


def _say_anywhere(value: Value) -> str:
    return f"{quoted_text(value.text)} in name, ID or user" if isinstance(value, Text) else ""


def _say_minutes(what: str) -> Callable[[Value], str]:
    def say(value: Value) -> str:
        if not isinstance(value, Minutes):
            return what
        return f"no {what}" if value == Minutes("=", 0) else f"{what} {value.words}"

    return say


def _say_who(value: Value) -> str:
    if isinstance(value, Word):
        who = {"buyer": "buyers", "supplier": "suppliers", "seller": "the seller", "nobody": "nobody"}[value.word]
        return f"{who} may use it"
    return f"{quoted_text(value.text)} may use it" if isinstance(value, Text) else ""


def _say_guest(value: Value) -> str:
    if isinstance(value, Minutes):
        return f"guest token {value.words}"
    return "guests may shop" if isinstance(value, Word) and value.word == "yes" else "no guest shopping"


def _say_word(words: Mapping[str, str], otherwise: str = "") -> Callable[[Value], str]:
    return lambda value: words.get(value.word, f"{otherwise}{value.word}") if isinstance(value, Word) else ""


_SAY_ADVICE = {word: f"advice {word}" for word in ("error", "warning", "info")} | {"none": "no advice"}
_SAY_SECRET = {
    "yes": "with secrets",
    "no": "without secrets",
    "expired": "with an expired secret",
    "legacy": "with the legacy secret",
}
_SAY_GRANT = {
    "password": "offers password",
    "client_credentials": "offers client credentials",
    "anonymous": "offers anonymous",
    "refresh": "offers refresh",
}

WORDS = Key("", "a word in the name, ID or context user", "", _read_plain, find_anywhere, _say_anywhere, {})
"""Words without a key."""

KEYS: Mapping[str, Key] = {
    key.name: key
    for key in (
        Key("who", "who may use it", "buyer", _read_who, is_who, _say_who, _WHO, needs_of_who),
        Key(
            "active",
            "whether it lets anybody sign in",
            "no",
            _one_of(_YES_NO),
            is_active,
            _say_word({"yes": "active", "no": "inactive"}),
            _SAY_YES_NO,
        ),
        Key(
            "access",
            "how long access tokens live",
            ">60",
            _read_minutes,
            lives_as_access,
            _say_minutes("access token"),
            {},
        ),
        Key(
            "refresh",
            "how long refresh tokens live",
            "0",
            _read_minutes,
            lives_as_refresh,
            _say_minutes("refresh token"),
            {},
        ),
        Key(
            "guest",
            "how long guests' tokens live",
            ">7d",
            _read_guest,
            is_guest,
            _say_guest,
            _SAY_YES_NO,
            needs_of_guest,
        ),
        Key(
            "secret",
            "whether it has client secrets",
            "expired",
            _one_of({word: word for word in _SECRET}),
            has_secret,
            _say_word(_SAY_SECRET),
            _SECRET,
            needs_of_secret,
        ),
        Key("grant", "a grant it offers", "password", _one_of(_GRANT_WORDS), offers, _say_word(_SAY_GRANT), _GRANTS),
        Key(
            "advice",
            "what is amiss with it",
            "warning",
            _read_advice,
            is_advised,
            _say_word(_SAY_ADVICE, "advice "),
            _ADVICE,
            lambda _: frozenset({Need.ADVICE}),
        ),
        Key(
            "user",
            "its default context user",
            "none",
            _read_user,
            in_user,
            _say_text("context user"),
            {"none": "no context user"},
        ),
        Key(
            "name",
            "its name",
            "Buyer*",
            read_text,
            lambda facts, value: isinstance(value, Text) and value.found_in(facts.row.name),
            _say_text("name"),
            {},
        ),
        Key(
            "id",
            "its client ID",
            "5f0c*",
            read_text,
            lambda facts, value: isinstance(value, Text) and value.found_in(facts.row.id),
            _say_text("ID"),
            {},
        ),
    )
}
"""The keys in the order in which they are offered."""
