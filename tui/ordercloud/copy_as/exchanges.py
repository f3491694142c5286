"""An exchange that was, as something to copy: its credentials become slots, wherever they stood."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tui.ordercloud.answers import TOKEN_PATH
from tui.ordercloud.copy_as.parts import (
    PASSWORD,
    REFRESH_TOKEN,
    SECRET,
    TOKEN,
    Request,
    Sent,
    Slot,
    Text,
    TokenRequest,
    pieces,
)
from tui.ordercloud.redact import Secrets, is_secret_name, redact_headers, redact_text, redact_url

if TYPE_CHECKING:
    from tui.ordercloud.body import Body
    from tui.ordercloud.exchange import Exchange

_MADE_BY_THE_TOOL = frozenset(
    ("host", "content-length", "accept-encoding", "connection", "user-agent", "transfer-encoding")
)
_NAMES = {
    "clientsecret": SECRET.name,
    "password": PASSWORD.name,
    "refreshtoken": REFRESH_TOKEN.name,
    "accesstoken": TOKEN.name,
    "authorization": TOKEN.name,
}


def of_exchange(exchange: Exchange) -> Sent:
    """Give an exchange as something to copy. Of one that is redacted already the values are unknown."""
    secrets = exchange.secrets
    headers = tuple(
        (name, _header(name, value, secrets))
        for name, value in exchange.request_headers
        if name.casefold() not in _MADE_BY_THE_TOOL
    )
    body = exchange.request_body
    form = None if body.form is None else tuple((_text(n, secrets), _member(n, v, secrets)) for n, v in body.form)
    if form is not None:
        headers = tuple((name, value) for name, value in headers if name.casefold() != "content-type")
    url = _url(exchange.url, secrets)
    whole = bool(body.content) and form is None
    made = Request(exchange.method, url, headers, form, _body(body, secrets) if whole else None, whole)
    answer: dict[str, object] = {
        "status": exchange.status,
        "reason": _text(exchange.reason, secrets),
        "headers": {name: _header(name, value, secrets) for name, value in exchange.response_headers},
        "body": _body(exchange.response_body, secrets),
        "milliseconds": round(exchange.timings.total, 1),
    }
    if exchange.failure:
        answer["failure"] = _text(exchange.failure, secrets)
    asked: dict[str, object] = {
        "method": exchange.method,
        "url": url,
        "headers": {name: _header(name, value, secrets) for name, value in exchange.request_headers},
        "body": dict(form) if form is not None else _body(body, secrets),
    }
    return Sent(made, _token_request(exchange, made), {"request": asked, "answer": answer})


def _slot(name: str, value: str) -> Slot:
    folded = name.replace("_", "").replace("-", "").casefold()
    words = "".join(char if char.isascii() and char.isalnum() else "_" for char in name).upper()
    return Slot(_NAMES.get(folded, f"OC_{words}"), value)


def _text(value: str, secrets: Secrets) -> str:
    return redact_text(value, secrets)


def _member(name: str, value: str, secrets: Secrets) -> str | Slot:
    """Give a value by the name it has: a credential is a slot, and so is what echoes one."""
    if value and is_secret_name(name):
        return _slot(name, value)
    return Slot("OC_SECRET", value) if redact_text(value, secrets) != value else value


def _header(name: str, value: str, secrets: Secrets) -> Text:
    ((_, redacted),) = redact_headers(((name, value),), secrets)
    if redacted == value:
        return value
    scheme, _, rest = value.partition(" ")
    if name.casefold() == "authorization" and rest:
        return (f"{scheme} ", Slot(TOKEN.name if scheme.casefold() == "bearer" else "OC_CREDENTIALS", rest))
    return _slot(name, value)


def _url(url: str, secrets: Secrets) -> Text:
    """Give a URL; each part of its query that holds a credential is a slot."""
    if redact_url(url, secrets) == url:
        return url
    head, question, query = url.partition("?")
    parts: list[str | Slot] = [redact_url(head, secrets) + question]
    for number, piece in enumerate(query.split("&") if question else ()):
        name, equals, value = piece.partition("=")
        alone = redact_url(f"?{piece}", secrets) == f"?{piece}"
        parts.append("&" if number else "")
        parts += [piece] if alone else [_text(name, secrets) + equals, _slot(name, value)]
    return pieces(tuple(parts), values=False)


def _body(body: Body, secrets: Secrets) -> object:
    if not body.content:
        return None
    if body.form is not None:
        return {name: _member(name, value, secrets) for name, value in body.form}
    if body.is_json:
        return _json(body.json, secrets)
    return body.redacted(secrets).text


def _json(value: object, secrets: Secrets, name: str = "") -> object:
    if isinstance(value, Mapping):
        return {_text(str(key), secrets): _json(each, secrets, str(key)) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_json(each, secrets, name) for each in value]
    if isinstance(value, str):
        return _member(name, value, secrets)
    # Any other value of a credential's name is kept from sight as well.
    return Slot(_slot(name, "").name) if value is not None and is_secret_name(name) else value


def _token_request(exchange: Exchange, made: Request) -> TokenRequest | None:
    """Give the token request that an exchange is; None when it is none, or has fields of its own."""
    parts = urlsplit(exchange.url)
    form = dict(made.form or ())
    known = {"grant_type", "client_id", "username", "password", "client_secret", "refresh_token", "scope", "anonuserid"}
    plain = isinstance(form.get("grant_type"), str) and isinstance(form.get("scope", ""), str)
    if parts.path.casefold() != TOKEN_PATH or not plain or not set(form) <= known or len(form) < len(made.form or ()):
        return None
    if any(name.casefold() == "authorization" for name, _ in made.headers):
        return None
    return TokenRequest(
        f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}",
        str(form["grant_type"]),
        form.get("client_id", ""),
        form.get("username", ""),
        form.get("password", ""),
        form.get("client_secret", ""),
        form.get("refresh_token", ""),
        str(form.get("scope", "")),
        anon_user_id=form.get("anonuserid", ""),
    )
