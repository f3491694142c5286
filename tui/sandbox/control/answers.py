"""A whole answer in the hand, to be changed on its way out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tui.sandbox.fields import compact
from tui.sandbox.keys import SigningKey, new_key
from tui.sandbox.services import Services
from tui.tokens.decode import decode
from tui.tokens.token import JSON, NotAToken

_HTML = """<!DOCTYPE html>
<html><head><title>{status} {phrase}</title></head>
<body><center><h1>{status} {phrase}</h1></center><hr><center>gateway</center></body></html>
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: status, headers without the length, body."""

    status: int
    headers: Sequence[tuple[bytes, bytes]]
    body: bytes

    @classmethod
    async def of(cls, app: ASGIApp, scope: Scope, receive: Receive) -> Answer:
        """Let an application answer, and catch it."""
        status, headers, parts = 500, list[tuple[bytes, bytes]](), list[bytes]()

        async def catch(message: Message) -> None:
            nonlocal status, headers
            if message["type"] == "http.response.start":
                status, headers = message["status"], list(message["headers"])
            else:
                parts.append(message.get("body", b""))

        await app(scope, receive, catch)
        return cls(status, [each for each in headers if each[0].lower() != b"content-length"], b"".join(parts))

    @classmethod
    def of_json(cls, status: int, body: JSON, headers: Mapping[str, str]) -> Answer:
        """Make an answer of JSON."""
        made = cls(status, [(b"content-type", b"application/json; charset=utf-8")], compact(body).encode())
        for name, value in headers.items():
            made = made.with_header(name, value)
        return made

    @classmethod
    def of_html(cls, status: int) -> Answer:
        """Make the page of a gateway whose server failed."""
        try:
            phrase = HTTPStatus(status).phrase
        except ValueError:
            phrase = "Server Error"
        return cls(status, [(b"content-type", b"text/html")], _HTML.format(status=status, phrase=phrase).encode())

    def with_body(self, body: bytes) -> Answer:
        """Give the answer with another body."""
        return replace(self, body=body)

    def with_header(self, name: str, value: str) -> Answer:
        """Give the answer with this header instead of those of the same name."""
        wanted = name.lower().encode("latin-1")
        others = [each for each in self.headers if each[0].lower() != wanted]
        return replace(self, headers=[*others, (wanted, value.encode("latin-1"))])

    async def send(self, send: Send) -> None:
        """Send it."""
        headers = list(self.headers)
        if self.status != HTTPStatus.NO_CONTENT:
            headers.append((b"content-length", str(len(self.body)).encode()))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if self.status == HTTPStatus.NO_CONTENT else self.body})


async def skewed(answer: Answer, by: timedelta, services: Services) -> Answer:
    """Move the times of an access token in the answer, as a server does whose clock is off."""
    found = _token_in(answer)
    if found is None:
        return answer
    body, claims = found
    for name in ("iat", "nbf", "exp"):
        moment = claims.get(name)
        if isinstance(moment, int | float):
            claims[name] = int(moment + by.total_seconds())
    body["access_token"] = await services.sign(claims)
    return answer.with_body(compact(body).encode())


async def foreign_signature(answer: Answer, services: Services) -> Answer:
    """Sign an access token in the answer anew, with a key which is not the one its `kid` names."""
    found = _token_in(answer)
    if found is None:
        return answer
    body, claims = found
    kid = (await services.key()).kid
    body["access_token"] = (await asyncio.to_thread(_foreign_signer, kid))(claims)
    return answer.with_body(compact(body).encode())


@cache
def _foreign_signer(kid: str) -> Callable[[Mapping[str, JSON]], str]:
    return SigningKey(kid, new_key()[1]).sign


def _token_in(answer: Answer) -> tuple[dict[str, JSON], dict[str, JSON]] | None:
    """Give the body and the claims of the access token in it; None when the answer holds none."""
    if answer.status != HTTPStatus.OK:
        return None
    try:
        body: JSON = json.loads(answer.body)
    except ValueError:
        return None
    token = body.get("access_token") if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(token, str):
        return None
    try:
        return body, dict(decode(token).claims_json)
    except NotAToken:
        return None
