"""Masking credentials, wherever they stand: names, headers, forms, JSON, URLs. Pure text and mappings.

A mask keeps no part of the value, not even its length.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar, overload
from urllib.parse import parse_qsl, quote_plus, urlsplit, urlunsplit

MASK = "••••••"

_SECRET_NAMES = frozenset(
    {
        "accesstoken",
        "anonusertoken",
        "authorization",
        "clientsecret",
        "connectclientsecret",
        "identitytoken",
        "newpassword",
        "password",
        "refreshtoken",
    }
)
_SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization", "set-cookie"})

T = TypeVar("T")


def is_secret_name(name: str) -> bool:
    """Tell whether a member, field or query key of this name holds a credential; case, `_` and `-` do not matter."""
    return name.replace("_", "").replace("-", "").casefold() in _SECRET_NAMES


@overload
def redact_json(value: Mapping[str, T]) -> dict[str, Any]: ...
@overload
def redact_json(value: object) -> Any: ...
def redact_json(value: object) -> Any:
    """Copy a JSON value with every credential masked, at any depth; `null` and empty text stay."""
    if isinstance(value, Mapping):
        return {name: _redact_member(str(name), each) for name, each in value.items()}
    if isinstance(value, list):
        return [redact_json(each) for each in value]
    return value


def _redact_member(name: str, value: object) -> Any:
    if is_secret_name(name) and value not in (None, ""):
        return MASK
    return redact_json(value)


def redact_pairs(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Mask the credentials of a form or a query."""
    return tuple((name, MASK if value and is_secret_name(name) else value) for name, value in pairs)


def redact_headers(headers: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Mask credentials in headers; an Authorization header keeps its scheme."""
    return tuple((name, _redact_header(name, value)) for name, value in headers)


def _redact_header(name: str, value: str) -> str:
    lower = name.casefold()
    if lower not in _SECRET_HEADERS and not is_secret_name(name):
        return redact_url(value) if lower in {"location", "referer"} else value
    scheme, space, rest = value.partition(" ")
    if lower.endswith("authorization") and space and rest and scheme.casefold() in {"bearer", "basic"}:
        return f"{scheme} {MASK}"
    return MASK if value else value


def redact_url(url: str) -> str:
    """Mask credentials in the query of a URL, and a user's password before the host."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return MASK
    host = parts.netloc.rpartition("@")
    netloc = f"{MASK}@{host[2]}" if host[1] else parts.netloc
    pieces = [_redact_piece(piece) for piece in parts.query.split("&")] if parts.query else []
    return urlunsplit(parts._replace(netloc=netloc, query="&".join(pieces)))


def _redact_piece(piece: str) -> str:
    pairs = parse_qsl(piece, keep_blank_values=True)
    if any(value and is_secret_name(name) for name, value in pairs):
        return "&".join(f"{quote_plus(name)}={MASK}" for name, _ in pairs)
    return piece
