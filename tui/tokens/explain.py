"""What each claim of a token means, in plain words."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from tui.tokens.times import tell_moment
from tui.tokens.token import JSON, Token

_MEANINGS = {
    "usr": "the user this token acts as",
    "cid": "the API client it came through",
    "u": "the internal ID of that user",
    "usrtype": "the kind of user",
    "role": "the roles it carries",
    "iss": "who issued it",
    "aud": "the API it is meant for",
    "iat": "when it was issued",
    "nbf": "good from this moment on",
    "exp": "good until this moment",
    "orderid": "anonymous shopping: the one order it may touch",
    "imp": "impersonation: the internal ID of who really acts",
}
_HEADER_MEANINGS = {
    "alg": "how it is signed",
    "kid": "the ID of the key that signed it",
    "typ": "what kind of thing it is",
}
_TIMES = {"iat", "nbf", "exp"}
_USER_TYPES = {"buyer": "a buyer user", "supplier": "a supplier user", "admin": "a seller user", "dev": "a portal user"}
_MISSING = {
    "usr": "it acts as nobody",
    "cid": "which API client it came through is unknown",
    "usrtype": "the kind of user is unknown",
    "role": "it carries no role, so nothing that needs one is allowed",
    "iss": "who issued it is unknown",
    "aud": "it is meant for no API in particular",
    "iat": "when it was issued is unknown",
    "nbf": "it has no beginning",
    "exp": "it would be good for ever",
}
"""What it means that a claim is not there, of those that every token of OrderCloud has."""
_UNKNOWN = "a claim OrderCloud's public description does not have"


@dataclass(frozen=True, slots=True)
class ClaimExplained:
    """One claim: its value for people, what it means, and whether OrderCloud is known to use it.

    All three texts may hold what the token says: they are data, never markup.
    """

    name: str
    value: str
    meaning: str
    known: bool


def explain(
    token: Token, now: datetime, names: Mapping[tuple[str, str], str] | None = None, zone: tzinfo | None = None
) -> tuple[ClaimExplained, ...]:
    """Explain every claim, the known ones first and in a fixed order.

    `names` gives what is known of a value, by claim name and value: `("cid", "5f0c...")` to `Buyer Storefront`; the
    value of `cid` is looked up as it is and in lower case. Times are told in UTC, relative to now, and in `zone`.
    """
    known = [name for name in _MEANINGS if name in token.claims_json]
    unknown = [name for name in token.claims_json if name not in _MEANINGS]
    return tuple(_explain(name, token.claims_json[name], now, names or {}, zone) for name in (*known, *unknown))


def explain_missing(token: Token) -> tuple[ClaimExplained, ...]:
    """Name the claims that every token of OrderCloud has and this one has not, with what that means."""
    return tuple(
        ClaimExplained(name, "missing", meaning, known=True)
        for name, meaning in _MISSING.items()
        if name not in token.claims_json
    )


def explain_header(token: Token) -> tuple[ClaimExplained, ...]:
    """Explain every member of the header."""
    return tuple(
        ClaimExplained(name, _value(value), _HEADER_MEANINGS.get(name, "a header member"), name in _HEADER_MEANINGS)
        for name, value in token.header_json.items()
    )


def _explain(
    name: str, value: JSON, now: datetime, names: Mapping[tuple[str, str], str], zone: tzinfo | None
) -> ClaimExplained:
    if name not in _MEANINGS:
        return ClaimExplained(name, _value(value), _UNKNOWN, known=False)
    meaning = _MEANINGS[name]
    if name in _TIMES and isinstance(value, int | float) and not isinstance(value, bool):
        return ClaimExplained(name, _seconds_told(value, now, zone), meaning, known=True)
    tell: Callable[[JSON], str] = _roles if name == "role" else _value
    if name == "usrtype" and isinstance(value, str) and value in _USER_TYPES:
        meaning = f"{meaning}: {_USER_TYPES[value]}"
    if isinstance(value, str):
        called = names.get((name, value)) or names.get((name, value.lower()))
        meaning = f"{meaning}: {called}" if called else meaning
    return ClaimExplained(name, tell(value), meaning, known=True)


def _seconds_told(value: int | float, now: datetime, zone: tzinfo | None) -> str:
    try:
        return tell_moment(int(value), now, zone)
    except (OverflowError, ValueError):
        return "outside the calendar"


def _roles(value: JSON) -> str:
    if isinstance(value, list) and value and all(isinstance(each, str) for each in value):
        return ", ".join(str(each) for each in value)
    return _value(value)


def _value(value: JSON) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
