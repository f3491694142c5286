"""An exchange as text to read: request and answer whole, redacted first, so that no credential can get here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC
from typing import TYPE_CHECKING

from textual.content import Content

from tui.widgets.json_text import json_text
from tui.widgets.plain import literal, plain

if TYPE_CHECKING:
    from tui.ordercloud import Exchange

_HEADING = "bold $accent"
_NAME = "$primary"
_QUIET = "$muted"


def exchange_text(exchange: Exchange) -> Content:
    """Return one exchange whole: the request, its headers and body, then the answer's, with the time it took.

    Credentials are masked, whatever form of the exchange is given. For plain text take the content's `plain`.
    """
    shown = exchange.redacted()
    lines: list[Content] = [
        Content.assemble(
            ("Request", _HEADING), (f"  #{shown.number}  {_moment(shown)}{_again(shown)}  credentials masked", _QUIET)
        ),
        Content.assemble(literal(shown.method, "bold"), " ", literal(shown.url)),
        *_headers(shown.request_headers),
        *_body(shown.request_body.form, shown.request_body.pretty, is_json=shown.request_body.is_json),
        Content(""),
        Content.assemble(("Answer", _HEADING), (f"  {_timings(shown)}", _QUIET)),
        status_text(shown),
        *_headers(shown.response_headers),
        *_body(shown.response_body.form, shown.response_body.pretty, is_json=shown.response_body.is_json),
    ]
    return Content("\n").join(lines)


def status_text(exchange: Exchange) -> Content:
    """Return the status with its sign, so that it can be read without colours: ✓ below 400, ✗ for the rest."""
    shown = exchange.redacted()
    good = shown.status is not None and shown.status < 400 and not shown.failure
    line = shown.status_line or "no answer yet"
    return literal(f"{'✓' if good else '✗'} {plain(line)}", "$allowed" if good else "$refused")


def _moment(exchange: Exchange) -> str:
    return f"{exchange.started_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _again(exchange: Exchange) -> str:
    return f"  attempt {exchange.attempt}" if exchange.attempt > 1 else ""


def _timings(exchange: Exchange) -> str:
    timings = exchange.timings
    parts = [f"{timings.total:.0f} ms"]
    parts += [f"first byte {timings.first_byte:.0f} ms"] if timings.first_byte is not None else []
    parts += [f"connect {timings.connect:.0f} ms"] if timings.connect is not None else []
    parts += [f"TLS {timings.tls:.0f} ms"] if timings.tls is not None else []
    return " · ".join(parts)


def _headers(headers: Iterable[tuple[str, str]]) -> list[Content]:
    return [Content.assemble(literal(name, _QUIET), (": ", _QUIET), literal(value, _QUIET)) for name, value in headers]


def _body(form: tuple[tuple[str, str], ...] | None, pretty: str, *, is_json: bool) -> list[Content]:
    if form is not None:
        widest = min(24, max((len(plain(name)) for name, _ in form), default=0))
        rows = (
            Content.assemble(literal(f"{plain(name):<{widest}}", _NAME), "  ", literal(value)) for name, value in form
        )
        return [Content(""), *rows]
    if not pretty:
        return []
    return [Content(""), json_text(pretty) if is_json else literal(pretty, lines=True)]
