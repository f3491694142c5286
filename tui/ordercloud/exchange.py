"""One HTTP request with its answer and timing, kept whole, shown redacted."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from http import HTTPStatus
from urllib.parse import urlsplit

from tui.ordercloud.body import Body
from tui.ordercloud.redact import (
    Secrets,
    redact_headers,
    redact_text,
    redact_url,
    secrets_in_headers,
    secrets_in_json,
    secrets_in_pairs,
    secrets_in_url,
)

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds. `connect` and `tls` are None when no connection was opened (or it cannot be seen, as in process);
    `first_byte` runs from the start to the answer's head, `total` to the end of its body."""

    total: float = 0.0
    first_byte: float | None = None
    connect: float | None = None
    tls: float | None = None


def is_refused(status: int | None) -> bool:
    """Whether an answer was a no, or none came: the one rule by which requests are counted as refused, everywhere."""
    return status is None or status >= HTTPStatus.BAD_REQUEST


@dataclass(frozen=True, repr=False)
class Exchange:
    """A request, what came back, and how long it took.

    A request without an answer has no `status`, and says why in `failure`; an answer that broke off has both. `attempt`
    counts from 1. The credentials in it are real: panes, logs and files take `redacted()`. `repr` shows none.
    """

    number: int
    started_at: datetime
    method: str
    url: str
    request_headers: Headers = ()
    request_body: Body = field(default_factory=Body)
    attempt: int = 1
    status: int | None = None
    reason: str = ""
    response_headers: Headers = ()
    response_body: Body = field(default_factory=Body)
    timings: Timings = field(default_factory=Timings)
    failure: str = ""
    is_redacted: bool = False

    @property
    def request_line(self) -> str:
        """Give method, path and query, as the first line of a request has them."""
        parts = urlsplit(self.url)
        return f"{self.method} {parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"

    @property
    def status_line(self) -> str:
        """Give the status and its words, or why there is none."""
        answered = f"{self.status} {self.reason}".strip() if self.status is not None else ""
        return f"{answered} ({self.failure})" if answered and self.failure else answered or self.failure

    @property
    def refused(self) -> bool:
        """Whether the marketplace said no, or nothing usable came back."""
        return is_refused(self.status) or bool(self.failure)

    @property
    def path(self) -> str:
        """Give the path without its query."""
        return urlsplit(self.url).path

    @property
    def total_ms(self) -> float:
        """Give the milliseconds from the start to the end of the body, or to the failure."""
        return self.timings.total

    @property
    def weight(self) -> int:
        """Give the bytes of its two bodies, as far as they are kept."""
        return len(self.request_body.content) + len(self.response_body.content)

    def request_header(self, name: str) -> str | None:
        """Give a header of the request; case does not matter."""
        return _find(self.request_headers, name)

    def response_header(self, name: str) -> str | None:
        """Give a header of the answer; case does not matter."""
        return _find(self.response_headers, name)

    @cached_property
    def secrets(self) -> Secrets:
        """Every credential that travelled in this exchange, in either direction."""
        found = {
            *secrets_in_url(self.url),
            *secrets_in_headers(self.request_headers),
            *secrets_in_headers(self.response_headers),
        }
        for body in (self.request_body, self.response_body):
            found.update(secrets_in_pairs(body.form or ()))
            found.update(secrets_in_json(body.json))
        return frozenset(found - {""})

    def scrub(self, text: str) -> str:
        """Mask this exchange's credentials in a text, such as a server's message that echoes one."""
        return text if self.is_redacted else redact_text(text, self.secrets)

    def redacted(self) -> Exchange:
        """Give the same exchange without credentials: what panes and logs show."""
        if self.is_redacted:
            return self
        secrets = self.secrets
        return replace(
            self,
            url=redact_url(self.url, secrets),
            request_headers=redact_headers(self.request_headers, secrets),
            request_body=self.request_body.redacted(secrets),
            reason=redact_text(self.reason, secrets),
            response_headers=redact_headers(self.response_headers, secrets),
            response_body=self.response_body.redacted(secrets),
            failure=redact_text(self.failure, secrets),
            is_redacted=True,
        )

    def __repr__(self) -> str:
        shown = self.redacted()
        return (
            f"<Exchange {shown.number}: {shown.method} {shown.url} -> {shown.status_line} in {shown.total_ms:.0f} ms>"
        )


def _find(headers: Headers, name: str) -> str | None:
    return next((value for key, value in headers if key.casefold() == name.casefold()), None)
