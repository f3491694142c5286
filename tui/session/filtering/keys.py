"""The keys of the filter language: what may stand behind each, which rows it finds, and how to say it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tui.access.facts import PartyKind
from tui.access.grants import GrantKind
from tui.access.times import live_secrets
from tui.access.words import shorten
from tui.session.filtering.facts import Need, RowFacts, any_of
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


# -- judging -------------------------------------------------------------------------------------------------------


def find_anywhere(facts: RowFacts, value: Value) -> bool:
    """Return whether a text is in the name, ID or context user."""
    row = facts.row
    return isinstance(value, Text) and any(map(value.found_in, (row.name, row.id, row.user)))


def _in_user(facts: RowFacts, value: Value) -> bool:
    if isinstance(value, Word):
        return not facts.row.user
    return isinstance(value, Text) and bool(facts.row.user) and value.found_in(facts.row.user)


def _is_who(facts: RowFacts, value: Value) -> bool | None:
    marks = facts.row.who.split()
    if isinstance(value, Word):
        return any(mark[0] == _MARKS[value.word] and mark != "anon" for mark in marks)
    return _lets_in(facts, value.text, marks) if isinstance(value, Text) else False


def _lets_in(facts: RowFacts, company: str, marks: Sequence[str]) -> bool | None:
    """Return whether a company may use it: one that is assigned may, and any of a kind whose flag is on."""
    wanted = company.casefold()
    parties = None if facts.companies is None else facts.companies.find(company)
    if parties is not None:
        if any(f"{_MARKS[party.kind]}*" in marks for party in parties):
            return True
        ids = {party.id.casefold() for party in parties} | {wanted}
    else:
        ids = {wanted}
    if not any(mark[0] in "BV" for mark in marks):
        return False
    if facts.assignments is None:
        return None
    assigned = {
        each.casefold()
        for pair in facts.assignments
        for each in (pair.buyer_id, pair.supplier_id)
        if each and pair.api_client_id.casefold() == facts.row.id.casefold()
    }
    if assigned & ids:
        return True
    return None if parties is None else False


def _is_active(facts: RowFacts, value: Value) -> bool:
    return isinstance(value, Word) and facts.row.active is (value.word == "yes")


def _access(facts: RowFacts, value: Value) -> bool:
    return isinstance(value, Minutes) and value.holds(facts.row.access)


def _refresh(facts: RowFacts, value: Value) -> bool:
    return isinstance(value, Minutes) and value.holds(facts.row.refresh)


def _guest(facts: RowFacts, value: Value) -> bool | None:
    anonymous = "anon" in facts.row.who.split()
    if isinstance(value, Word):
        return anonymous is (value.word == "yes")
    if not anonymous:
        return False
    if facts.api_client is None:
        return None
    minutes = facts.api_client.anonymous_token_duration
    return isinstance(value, Minutes) and value.holds(DEFAULT_GUEST_MINUTES if minutes is None else minutes)


DEFAULT_GUEST_MINUTES = 10080
"""What OrderCloud takes where AnonymousTokenDuration was not given."""


def _secret(facts: RowFacts, value: Value) -> bool | None:
    word = value.word if isinstance(value, Word) else ""
    legacy = None if facts.api_client is None else bool(facts.api_client.client_secret)
    if word == "legacy":
        return legacy
    named = None if facts.secrets is None else bool(facts.secrets)
    if word == "expired":
        if facts.secrets is None or facts.now is None:
            return None
        return len(live_secrets(facts.secrets, facts.now)) < len(facts.secrets)
    some = any_of((legacy, named))
    return some if some is None or word == "yes" else not some


def _grant(facts: RowFacts, value: Value) -> bool:
    return isinstance(value, Word) and _LETTERS[value.word] in facts.row.grants.split()


def _advice(facts: RowFacts, value: Value) -> bool | None:
    if facts.advice is None or not isinstance(value, Word):
        return None
    if value.word == "none":
        return not facts.advice
    return any(value.word in (each.severity.value, each.id) for each in facts.advice)


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
_MARKS: Mapping[str, str] = {"seller": "S", "buyer": "B", "supplier": "V", "nobody": "n"}
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
_LETTERS = {kind.value.replace(" ", "_"): kind.letter for kind in GrantKind}
_GRANT_WORDS = {
    **{word: word for word in _GRANTS},
    **{letter.lower(): word for word, letter in _LETTERS.items()},
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


def _needs_who(value: Value) -> frozenset[Need]:
    return frozenset({Need.COMPANIES, Need.ASSIGNMENTS} if isinstance(value, Text) else ())


def _needs_guest(value: Value) -> frozenset[Need]:
    return frozenset({Need.API_CLIENT} if isinstance(value, Minutes) else ())


def _needs_secret(value: Value) -> frozenset[Need]:
    word = value.word if isinstance(value, Word) else ""
    needs = {"legacy": {Need.API_CLIENT}, "expired": {Need.SECRETS}}
    return frozenset(needs.get(word, {Need.API_CLIENT, Need.SECRETS}))


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
        Key("who", "who may use it", "buyer", _read_who, _is_who, _say_who, _WHO, _needs_who),
        Key(
            "active",
            "whether it lets anybody sign in",
            "no",
            _one_of(_YES_NO),
            _is_active,
            _say_word({"yes": "active", "no": "inactive"}),
            _SAY_YES_NO,
        ),
        Key("access", "how long access tokens live", ">60", _read_minutes, _access, _say_minutes("access token"), {}),
        Key("refresh", "how long refresh tokens live", "0", _read_minutes, _refresh, _say_minutes("refresh token"), {}),
        Key("guest", "how long guests' tokens live", ">7d", _read_guest, _guest, _say_guest, _SAY_YES_NO, _needs_guest),
        Key(
            "secret",
            "whether it has client secrets",
            "expired",
            _one_of({word: word for word in _SECRET}),
            _secret,
            _say_word(_SAY_SECRET),
            _SECRET,
            _needs_secret,
        ),
        Key("grant", "a grant it offers", "password", _one_of(_GRANT_WORDS), _grant, _say_word(_SAY_GRANT), _GRANTS),
        Key(
            "advice",
            "what is amiss with it",
            "warning",
            _read_advice,
            _advice,
            _say_word(_SAY_ADVICE, "advice "),
            _ADVICE,
            lambda _: frozenset({Need.ADVICE}),
        ),
        Key(
            "user",
            "its default context user",
            "none",
            _read_user,
            _in_user,
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
