"""What a refusal looks like to programs that use OrderCloud's own SDKs, which show less than the server said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus


@dataclass(frozen=True, slots=True)
class Wire:
    """A refusal as it came: OAuth's pair, the code and message of each entry of `Errors`, and from which address.

    `at_token` says whether it came from the token endpoint; `errors` is None when the body has no `Errors`.
    """

    status: int
    error: str = ""
    description: str = ""
    errors: Sequence[tuple[str, str]] | None = None
    method: str = "POST"
    url: str = ""
    at_token: bool = True


@dataclass(frozen=True, slots=True)
class Seen:
    """What one SDK gives: the error as its program prints it, and what of the answer is lost on the way."""

    sdk: str
    shown: str
    lost: str = ""


def seen_by_sdks(wire: Wire) -> tuple[Seen, Seen]:
    """Return what the JavaScript and the .NET SDK make of a refusal."""
    return _javascript(wire), _dotnet(wire)


def _javascript(wire: Wire) -> Seen:
    """It reads `Errors` alone: without them only the status's own words are left."""
    if not wire.errors:
        lost = f"{wire.error}: {wire.description}".strip(": ")
        return Seen("JavaScript", f"OrderCloudError: {_phrase(wire.status)}", lost and f"it drops {lost}")
    code, message = wire.errors[0]
    shown = f"OrderCloudError: {message or _phrase(wire.status)} · status {wire.status} · errorCode {code}"
    lost = f"it drops error {wire.error}" if wire.error else ""
    return Seen("JavaScript", shown, lost)


def _dotnet(wire: Wire) -> Seen:
    """At the token endpoint it takes OAuth's pair and loses the code; without `Errors` it fails on the way."""
    if not wire.at_token:
        code, message = wire.errors[0] if wire.errors else ("", "")
        if code:
            return Seen(".NET", f"OrderCloudException: {code}: {message}")
        return Seen(".NET", _call_failed(wire))
    if wire.errors is None:
        return Seen(".NET", _call_failed(wire), f"it drops {wire.error}: {wire.description}".rstrip(": "))
    lost = f"it drops ErrorCode {wire.errors[0][0]}" if wire.errors and wire.errors[0][0] else ""
    return Seen(".NET", f"OrderCloudException: {wire.error}: {wire.description}".rstrip(": "), lost)


def _call_failed(wire: Wire) -> str:
    return f"Call failed with status code {wire.status} ({_phrase(wire.status)}): {wire.method} {wire.url}".rstrip()


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"status {status}"
