"""Masking credentials, wherever they stand: headers, forms, JSON, URLs, text. Pure.

A mask keeps no part of the value, not even its length. Besides what its *place* gives away (a member named
`client_secret`, an Authorization header), a known credential is masked wherever a server echoes it, and so is anything
that has the form of a JSON Web Token.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, overload
from urllib.parse import parse_qsl, quote, quote_plus, urlsplit, urlunsplit

MASK = "••••••"
SHORTEST_ECHO = 6
"""Credentials shorter than this are masked in their place, but not looked for elsewhere: that would maim the text."""

_SECRET_WORDS = (
    ("access", "token"),
    ("anon", "user", "token"),
    ("authorization",),
    ("client", "secret"),
    ("connect", "client", "secret"),
    ("identity", "token"),
    ("new", "password"),
    ("password",),
    ("refresh", "token"),
)
_SECRET_NAMES = frozenset("".join(words) for words in _SECRET_WORDS)
_SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization", "set-cookie"})
_TOKEN = re.compile(r"eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*)?")
_NAMED = re.compile(
    r"(?P<name>[\"']?(?:" + "|".join("[_-]?".join(words) for words in _SECRET_WORDS) + r")[\"']?\s*[:=]\s*)"
    r"(?P<value>\"(?:[^\"\\]|\\.)*\"?|'(?:[^'\\]|\\.)*'?|[\[{].*|(?:Bearer|Basic)\s+[^\s\"'<>,&]+|[^\s&,;<>\"'}\]]+)",
    re.IGNORECASE | re.DOTALL,
)
_SCHEME = re.compile(r"\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE)

Secrets = frozenset[str]
NO_SECRETS: Secrets = frozenset()


def is_secret_name(name: str) -> bool:
    """Tell whether a member, field or query key of this name holds a credential; case, `_` and `-` do not matter."""
    return name.replace("_", "").replace("-", "").casefold() in _SECRET_NAMES


def redact_text(text: str, secrets: Secrets = NO_SECRETS, *, named: bool = False) -> str:
    """Mask known credentials and tokens in running text; with `named`, also what follows `password=` and the like."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= SHORTEST_ECHO:
            text = text.replace(secret, MASK)
            text = text.replace(quote_plus(secret), MASK).replace(quote(secret, safe=""), MASK)
    text = _TOKEN.sub(MASK, text)
    if named:
        text = _NAMED.sub(lambda found: f"{found['name']}{MASK}", text)
        text = _SCHEME.sub(lambda found: f"{found[1]} {MASK}", text)
    return text


@overload
def redact_json(value: Mapping[str, Any], secrets: Secrets = ...) -> dict[str, Any]: ...
@overload
def redact_json(value: object, secrets: Secrets = ...) -> Any: ...
def redact_json(value: object, secrets: Secrets = NO_SECRETS) -> Any:
    """Copy a JSON value with every credential masked, at any depth; `null` and empty text stay."""
    if isinstance(value, Mapping):
        return {
            redact_text(str(name), secrets): _redact_member(str(name), each, secrets) for name, each in value.items()
        }
    if isinstance(value, list | tuple):
        return type(value)(redact_json(each, secrets) for each in value)
    return redact_text(value, secrets) if isinstance(value, str) else value


def _redact_member(name: str, value: object, secrets: Secrets) -> Any:
    if is_secret_name(name) and value not in (None, ""):
        return MASK
    return redact_json(value, secrets)


def redact_pairs(pairs: Iterable[tuple[str, str]], secrets: Secrets = NO_SECRETS) -> tuple[tuple[str, str], ...]:
    """Mask the credentials of a form or a query."""
    return tuple(
        (redact_text(name, secrets), MASK if value and is_secret_name(name) else redact_text(value, secrets))
        for name, value in pairs
    )


def redact_headers(headers: Sequence[tuple[str, str]], secrets: Secrets = NO_SECRETS) -> tuple[tuple[str, str], ...]:
    """Mask credentials in headers; an Authorization header keeps its scheme."""
    return tuple((name, _redact_header(name, value, secrets)) for name, value in headers)


def _redact_header(name: str, value: str, secrets: Secrets) -> str:
    lower = name.casefold()
    if lower in _SECRET_HEADERS or is_secret_name(name):
        scheme, space, rest = value.partition(" ")
        known = lower.endswith("authorization") and space and rest and scheme.casefold() in {"bearer", "basic"}
        return f"{scheme} {MASK}" if known else MASK if value else value
    if lower in {"location", "content-location", "referer"}:
        return redact_url(value, secrets)
    return redact_text(value, secrets)


def redact_url(url: str, secrets: Secrets = NO_SECRETS) -> str:
    """Mask credentials in the query of a URL, and a user's name and password before the host."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return MASK
    user, at, host = parts.netloc.rpartition("@")
    netloc = f"{MASK}@{host}" if user and at else parts.netloc
    query = "&".join(_redact_piece(piece) for piece in parts.query.split("&"))
    fragment = "&".join(_redact_piece(piece) for piece in parts.fragment.split("&"))
    return redact_text(urlunsplit(parts._replace(netloc=netloc, query=query, fragment=fragment)), secrets)


def _redact_piece(piece: str) -> str:
    name, equals, value = piece.partition("=")
    key = next((key for key, _ in parse_qsl(f"{name}=x")), name)
    return f"{name}={MASK}" if equals and value and is_secret_name(key) else piece


def secrets_in_json(value: object) -> Iterator[str]:
    """Give every credential of a JSON value."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            if is_secret_name(str(name)):
                yield from (leaf for leaf in leaves(each) if isinstance(leaf, str))
            else:
                yield from secrets_in_json(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from secrets_in_json(each)


def leaves(value: object) -> Iterator[object]:
    """Give what a JSON value is made of, whatever holds it: each of its members that holds no others."""
    if isinstance(value, Mapping):
        for each in value.values():
            yield from leaves(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from leaves(each)
    else:
        yield value


def secrets_in_pairs(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Give every credential of a form or a query."""
    return (value for name, value in pairs if value and is_secret_name(name))


def secrets_in_headers(headers: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Give every credential of the headers: tokens, the secret inside Basic, cookies' values."""
    for name, value in headers:
        lower = name.casefold()
        if lower in {"cookie", "set-cookie"}:
            pieces = value.split(";") if lower == "cookie" else value.split(";")[:1]
            yield from (piece.partition("=")[2].strip() for piece in pieces)
        elif lower in _SECRET_HEADERS or is_secret_name(name):
            scheme, space, rest = value.partition(" ")
            yield rest.strip() if space else value
            if scheme.casefold() == "basic":
                yield from _basic_secret(rest.strip())


def _basic_secret(encoded: str) -> Iterator[str]:
    try:
        user, colon, secret = base64.b64decode(encoded).decode("utf-8", "replace").partition(":")
    except (binascii.Error, ValueError):
        return
    if colon and user:
        yield secret


def secrets_in_url(url: str) -> Iterator[str]:
    """Give every credential in the query of a URL, and the password before its host."""
    try:
        parts = urlsplit(url)
        password = parts.password
    except ValueError:
        return
    if password:
        yield password
    yield from secrets_in_pairs(parse_qsl(parts.query))
