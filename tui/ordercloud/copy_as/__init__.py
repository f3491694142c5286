"""What the console shows as something to paste elsewhere: curl, HTTPie, three SDKs, `.env`, `.http` and JSON.

Secrets stand in it as variables; their values only with `values=True`, where they are known at all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tui.ordercloud.copy_as import as_json, csharp, curl, dotenv, http_file, httpie, javascript, python
from tui.ordercloud.copy_as.parts import Assignment, Request, Resource, Sent, Slot, Thing, TokenRequest, pieces

__all__ = ["TARGETS", "Assignment", "Resource", "Sent", "Target", "Thing", "TokenRequest", "targets_of", "variables_of"]


@dataclass(frozen=True, slots=True)
class Target:
    """One form to copy in. `write` takes a thing that `takes` does, and whether to write secrets' values."""

    name: str
    title: str
    write: Callable[[Thing, bool], str]
    takes: Callable[[Thing], bool]


def _request(write: Callable[..., str]) -> Callable[[Thing, bool], str]:
    return lambda thing, values: "" if isinstance(thing, Resource) else write(thing.request(), values=values)


def _thing(write: Callable[..., str]) -> Callable[[Thing, bool], str]:
    return lambda thing, values: write(thing, values=values)


def _is_sent(thing: Thing) -> bool:
    return not isinstance(thing, Resource)


TARGETS: tuple[Target, ...] = (
    Target("curl", "curl", _request(curl.write), _is_sent),
    Target("httpie", "HTTPie", _request(httpie.write), _is_sent),
    Target("javascript", "JavaScript SDK", _thing(javascript.write), _is_sent),
    Target("python", "Python SDK", _thing(python.write), _is_sent),
    Target("csharp", "C# SDK", _thing(csharp.write), _is_sent),
    Target("http", ".http file", _request(http_file.write), _is_sent),
    Target("env", ".env", _thing(dotenv.write), lambda thing: isinstance(thing, Resource | TokenRequest)),
    Target("json", "JSON", _thing(as_json.write), lambda thing: True),
)
"""The forms in the order in which they are offered."""


def targets_of(thing: Thing) -> tuple[Target, ...]:
    """Give the forms a thing can be copied in."""
    return tuple(target for target in TARGETS if target.takes(thing))


def variables_of(thing: Thing) -> tuple[Slot, ...]:
    """Give the slots of a thing, each name once; those with a value can be written with it."""
    if isinstance(thing, Resource):
        found = [each for each in thing.resource.values() if isinstance(each, Slot)]
    else:
        request: Request = thing.request()
        found = [each for text in request.texts() for each in pieces(text, values=False) if isinstance(each, Slot)]
    return tuple({slot.name: slot for slot in found}.values())
