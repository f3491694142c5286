"""One request and what its answer means: the layer between resources and transports."""

from __future__ import annotations

import json as _json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import quote, urlencode, urlsplit

from pydantic import ValidationError

from tui.ordercloud import answers, errors
from tui.ordercloud._httpx import URL, AsyncBaseTransport, InvalidURL, Request
from tui.ordercloud.exchange import Exchange
from tui.ordercloud.models.base import JSON, Model
from tui.ordercloud.models.page import M, Page
from tui.ordercloud.query import Pairs
from tui.ordercloud.transports.retry import Repeat

T = TypeVar("T")
ModelT = TypeVar("ModelT", bound=Model)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds for each step, and `total` for the whole request, which holds for in-process transports too."""

    connect: float = 5.0
    read: float = 30.0
    write: float = 30.0
    pool: float = 10.0
    total: float = 60.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer: its JSON (None when empty) and its exchange."""

    value: JSON
    exchange: Exchange

    def model(self, kind: type[ModelT]) -> ModelT:
        """Read the answer as a model. Raises errors.WrongShape."""
        members = answers.read_object(self.value, self.exchange)
        try:
            return kind.from_wire(members)
        except ValidationError as error:
            raise self._wrong(kind, error) from None

    def page(self, kind: type[M]) -> Page[M]:
        """Read the answer as a list page. Raises errors.WrongShape."""
        members = answers.read_object(self.value, self.exchange)
        try:
            return Page[M].read(members, kind)
        except ValueError as error:
            raise self._wrong(kind, error) from None

    def _wrong(self, kind: type[Model], error: ValueError) -> errors.WrongShape:
        if isinstance(error, ValidationError):
            every = error.errors(include_url=False, include_input=False, include_context=False)
            first = every[0]
            where = ".".join(str(part) for part in first["loc"])
            words = f"{where}: {first['msg']}" + (f" (and {len(every) - 1} more)" if len(every) > 1 else "")
        else:
            words = str(error)
        return errors.WrongShape(f"The answer is no {kind.__name__}: {words}", self.exchange)


class Wire:
    """Builds requests, sends them through the transports, reads their answers."""

    def __init__(self, base_url: str, transport: AsyncBaseTransport, timeouts: Timeouts, user_agent: str) -> None:
        self.base_url = clean_base_url(base_url)
        self._transport = transport
        self._timeouts = {
            "connect": timeouts.connect,
            "read": timeouts.read,
            "write": timeouts.write,
            "pool": timeouts.pool,
        }
        self._headers = {"Accept": "application/json", "Accept-Encoding": "gzip, deflate", "User-Agent": user_agent}

    async def send(
        self,
        method: str,
        path: str,
        *,
        query: Pairs = (),
        json: JSON = None,
        form: Pairs | None = None,
        token: str | None = None,
        public: bool = False,
        repeat: Repeat | None = None,
        cookies: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a request and give its good answer. Raises errors.OrderCloudError, and ValueError for what no request
        can hold.

        Without `token` and unless `public`, the client's own token goes along. `path` is complete and encoded.
        """
        headers = dict(self._headers)
        if cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        content: bytes | None = None
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            content = urlencode(form).encode()
        elif json is not None:
            headers["Content-Type"] = "application/json"
            content = _json.dumps(json, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
        if token is not None:
            if not is_token(token):
                raise ValueError("An access token is printable ASCII without spaces; this is not")
            headers["Authorization"] = f"Bearer {token}"
        extensions: dict[str, object] = {"timeout": dict(self._timeouts), "token": token is None and not public}
        if repeat is not None:
            extensions["repeat"] = repeat
        url = f"{self.base_url}{path}" + (f"?{urlencode(query, quote_via=quote)}" if query else "")
        try:
            request = Request(method, url, headers=headers, content=content, extensions=extensions)
        except InvalidURL as error:
            raise ValueError(f"The request cannot be written down: {error}") from None
        response = await self._transport.handle_async_request(request)
        exchange = response.extensions["exchange"]
        if not isinstance(exchange, Exchange):
            raise TypeError("the recording transport is missing")
        if method == "DELETE" and response.status_code == 404 and response.extensions.get("maybe_done"):
            return Answer(None, exchange)  # an earlier attempt got no answer, and did delete it
        return Answer(answers.read_answer(exchange, response.content), exchange)

    async def aclose(self) -> None:
        """Close the transports."""
        await self._transport.aclose()


def clean_base_url(text: str) -> str:
    """Give `scheme://host[:port]` of an API address, with a path before `/v1` if there is one. Raises ValueError."""
    stripped = text.strip().rstrip("/")
    parts = urlsplit(stripped)
    if parts.scheme.casefold() not in {"http", "https"} or not parts.hostname:
        raise ValueError("The address of an API begins with https:// and names a host")
    if parts.username or parts.password or "@" in parts.netloc:
        raise ValueError("The address of an API holds no user name or password")
    if not stripped.isprintable() or any(each.isspace() for each in stripped):
        raise ValueError("The address of an API has no spaces or control characters")
    if parts.query or parts.fragment:
        raise ValueError("The address of an API ends with its host, without ? or #")
    try:
        URL(stripped)
    except InvalidURL as error:
        raise ValueError(f"The address is no URL: {error}") from None
    return stripped[:-3] if parts.path.casefold().endswith("/v1") else stripped


def path_of(*segments: str) -> str:
    """Join path segments, each percent-encoded. Raises ValueError for one that would change the path itself."""
    for each in segments:
        if not each or not each.strip("."):
            raise ValueError(f"{each!r} is no ID: it cannot stand in a path")
    return "".join(f"/{quote(each, safe='')}" for each in segments)


def is_token(text: str) -> bool:
    """Tell whether a text can stand as a token in a header: printable ASCII, no spaces."""
    return bool(text) and text.isascii() and text.isprintable() and " " not in text


def body_of(model: Model | Mapping[str, JSON]) -> dict[str, JSON]:
    """Give the JSON object of a model, or of a mapping that has the wire's names already."""
    return model.to_wire() if isinstance(model, Model) else dict(model)


def pairs_of(**values: str | int | None) -> Pairs:
    """Give query or form parameters, without those that are None or empty."""
    return tuple((name, str(value)) for name, value in values.items() if value not in (None, ""))


def joined(words: str | Sequence[str] | None) -> str | None:
    """Give a scope as OAuth writes it, from a text or from a list of roles."""
    return words if words is None or isinstance(words, str) else " ".join(words)
