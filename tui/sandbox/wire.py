"""Bodies on the wire: read within bounds, written as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import NoReturn
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from tui.sandbox.errors import invalid_body, refusal
from tui.sandbox.fields import compact
from tui.tokens.token import JSON

LARGEST_BODY = 1024 * 1024
LONGEST_QUERY = 16 * 1024
DEEPEST_BODY = 64
"""How many objects and lists may be inside each other."""


def read_query(request: Request, *, most: int | None = None, blanks: bool = False) -> list[tuple[str, str]]:
    """Read the query's parameters in their order; without `blanks` those without a value are left out.

    Raises ApiError 414 for a query longer than 16 KiB, or of more than `most` parameters.
    """
    raw: bytes = request.scope.get("query_string", b"")
    if len(raw) > LONGEST_QUERY:
        raise refusal(414, "Request.TooLong", "The query is too long.", {"Maximum": LONGEST_QUERY})
    try:
        return parse_qsl(raw.decode("latin-1"), keep_blank_values=blanks, max_num_fields=most)
    except ValueError as error:
        message = f"The query has more than {most} parameters."
        raise refusal(414, "Request.TooLong", message, {"MaximumParameters": most}) from error


async def read_body(request: Request, largest: int = LARGEST_BODY) -> bytes:
    """Read a body of at most 1 MiB, unless another bound is given. Raises ApiError 413 for a larger one."""
    declared = request.headers.get("content-length", "")
    parts, size = [], int(declared) if declared.isascii() and declared.isdigit() and len(declared) < 20 else 0
    too_large = refusal(
        413, "Request.TooLarge", f"Request body is larger than {largest // 2**20} MiB.", {"Maximum": largest}
    )
    if size > largest:
        raise too_large
    size = 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > largest:
                raise too_large
            parts.append(part)
    except ClientDisconnect as error:
        raise invalid_body() from error
    return b"".join(parts)


async def read_object(request: Request) -> dict[str, JSON]:
    """Read a body that is a JSON object. Raises ApiError 400 for every other one, and 413."""
    content = await read_body(request)
    try:
        body: JSON = json.loads(content.decode("utf-8-sig"), parse_constant=_refuse, parse_float=_finite)
        compact(body).encode()
    except (ValueError, RecursionError) as error:
        raise invalid_body() from error
    if not isinstance(body, dict) or _too_deep(body, DEEPEST_BODY):
        raise invalid_body()
    return body


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _finite(text: str) -> float:
    number = float(text)
    if number - number != 0:
        raise ValueError("the number is too large")
    return number


def _too_deep(value: JSON, left: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return left == 0 or any(_too_deep(each, left - 1) for each in inner)


def json_response(status: int, body: JSON, headers: Mapping[str, str] | None = None) -> Response:
    """Write an answer."""
    return written_response(status, compact(body), headers)


def written_response(status: int, body: str, headers: Mapping[str, str] | None = None) -> Response:
    """Give an answer whose body is JSON already."""
    return _Written(body, status, headers)


class _Written(Response):
    """An answer of JSON, made with as few steps as its kind allows."""

    def __init__(self, body: str, status: int, headers: Mapping[str, str] | None) -> None:
        self.status_code, self.background, self.body = status, None, body.encode()
        more = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in (headers or {}).items()]
        self.raw_headers = [*more, (b"content-length", str(len(self.body)).encode()), _JSON_TYPE]


_JSON_TYPE = (b"content-type", b"application/json; charset=utf-8")


def http_date(moment: datetime) -> str:
    """Write a moment as the `Date` header has it."""
    return _http_date(moment.replace(microsecond=0))


@lru_cache(maxsize=4)
def _http_date(second: datetime) -> str:
    return format_datetime(second, usegmt=True)
