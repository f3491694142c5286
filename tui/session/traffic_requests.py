"""One line of traffic, wherever it is from: an exchange of the console, the sandbox's log, a file."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from tui.ordercloud.exchange import is_refused
from tui.tokens.decode import decode
from tui.tokens.token import NotAToken

if TYPE_CHECKING:
    from tui.ordercloud import Exchange
    from tui.sandbox.control.log import Entry
    from tui.session.traffic_files import Seen

SENT = "sent"
"""Stands for a client secret that was sent, where nobody tells which one it was."""
LEGACY = "legacy"
"""Stands for the secret that is a member of the API client itself, as in the sandbox's log."""

_BEARER = re.compile(r"\s*Bearer\s+(\S+)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """One request with what is known of its answer. Every text in it is without credentials.

    `cid` is the API client's ID in lower case, blank when nothing tells it. `secret` is the ID of the client secret
    that was sent, `LEGACY` or `SENT`. `system` is what sent it, where something tells. `own` says that the console did.
    The `exchange`, where it is kept, is whole, and shown redacted.
    """

    method: str
    path: str
    status: int | None
    refused: bool
    milliseconds: float | None = None
    at: datetime | None = None
    cid: str = ""
    secret: str = ""
    user: str = ""
    code: str = ""
    system: str = ""
    own: bool = False
    attempt: int = 1
    notes: tuple[str, ...] = ()
    exchange: Exchange | None = field(default=None, repr=False)
    key: object = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who an exchange was for, by what it carried: API client in lower case, user, and whether a secret was sent."""

    cid: str = ""
    user: str = ""
    secret: bool = False


def caller_of(exchange: Exchange) -> Caller:
    """Return who an exchange was for: of its bearer token, or of the form or Basic header that asks for one."""
    authorization = exchange.request_header("authorization") or ""
    if found := _BEARER.fullmatch(authorization):
        cid, user = _claimed(found[1])
        return Caller(cid, user)
    form = dict(exchange.request_body.form or ())
    basic = _basic(authorization)
    cid = (form.get("client_id") or basic[0]).casefold()
    return Caller(cid, form.get("username", ""), bool(form.get("client_secret") or basic[1]))


@lru_cache(maxsize=64)
def _claimed(token: str) -> tuple[str, str]:
    try:
        claims = decode(token).claims
    except NotAToken:
        return "", ""
    return (claims.cid or "").casefold(), claims.usr or ""


def _basic(authorization: str) -> tuple[str, str]:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.casefold() != "basic":
        return "", ""
    try:
        name, _, secret = b64decode(encoded.strip(), validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return unquote_plus(name), secret


def token_in(exchange: Exchange) -> str:
    """Return the access token that an exchange carries: the one it was sent with, or the one it was answered with."""
    if found := _BEARER.fullmatch(exchange.request_header("authorization") or ""):
        return found[1]
    answer = exchange.response_body.json
    token = answer.get("access_token") if isinstance(answer, Mapping) else None
    return token if isinstance(token, str) else ""


def of_exchange(exchange: Exchange, entry: Entry | None = None) -> Request:
    """Return the line of an exchange; with what the sandbox logged of it, where it did."""
    caller = caller_of(exchange)
    cid, secret, user = caller.cid, SENT if caller.secret else "", caller.user
    if entry is not None:
        cid, secret, user = (entry.api_client or cid).casefold(), entry.secret or "", entry.user or user
    return Request(
        exchange.method,
        exchange.redacted().request_line.partition(" ")[2],
        exchange.status,
        exchange.refused,
        exchange.total_ms,
        exchange.started_at,
        exchange.scrub(cid),
        secret,
        exchange.scrub(user),
        (entry.code if entry is not None else None) or exchange.scrub(_code(exchange)),
        own=True,
        attempt=exchange.attempt,
        notes=_notes(entry),
        exchange=exchange,
        key=id(exchange),
    )


def of_entry(entry: Entry, *, own: bool) -> Request:
    """Return the line of a request that the sandbox logged, and of which the console keeps nothing."""
    return Request(
        entry.method,
        entry.path,
        entry.status,
        entry.refused,
        entry.milliseconds,
        entry.time,
        (entry.api_client or "").casefold(),
        entry.secret or "",
        entry.user or "",
        entry.code or "",
        own=own,
        notes=_notes(entry),
        key=("log", entry.number),
    )


def of_seen(seen: Seen, number: int) -> Request:
    """Return the line of a request from a file."""
    return Request(
        seen.method,
        seen.path,
        seen.status,
        seen.failed or (seen.status is not None and is_refused(seen.status)),
        seen.milliseconds,
        seen.at,
        seen.cid,
        user=seen.user,
        system=seen.system,
        key=("file", number),
    )


def _notes(entry: Entry | None) -> tuple[str, ...]:
    if entry is None:
        return ()
    return (
        *((f"grant {entry.grant}",) if entry.grant else ()),
        *((f"refused at check {entry.check}",) if entry.check is not None else ()),
        *(f"fault {each}" for each in entry.fault),
    )


def _code(exchange: Exchange) -> str:
    answer = exchange.response_body.json if exchange.refused else None
    errors = answer.get("Errors") if isinstance(answer, Mapping) else None
    first = errors[0] if isinstance(errors, list | tuple) and errors else None
    code = first.get("ErrorCode") if isinstance(first, Mapping) else None
    return code if isinstance(code, str) else ""
