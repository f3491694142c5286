"""What the console shows as something to paste elsewhere: curl, HTTPie, three SDKs, `.env`, `.http` and JSON.

Secrets stand in it as variables; their values only with `values=True`, where they are known at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tui.ordercloud.copy_as import as_json, csharp, curl, dotenv, http_file, httpie, javascript, python
from tui.ordercloud.copy_as.parts import SECRET, Assignment, Request, Resource, Sent, Slot, Thing, TokenRequest, pieces
from tui.ordercloud.redact import leaves

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


def variables_of(thing: Thing, target: Target) -> tuple[Slot, ...]:
    """Give the slots that a form of a thing leaves open, each name once; those with a value can be written with it."""
    slots = {each.name: each for each in _slots_of(thing)}
    slots = {**slots, **{each.name: each for each in _OF_SDKS if each.name not in slots}}
    text = target.write(thing, False)
    return tuple(slot for name, slot in slots.items() if re.search(rf"(?<!\w){name}(?!\w)", text))


_OF_SDKS = (Slot("OC_CLIENT_ID"), SECRET)
"""What an SDK signs in with before it sends a request."""


def _slots_of(thing: Thing) -> Iterator[Slot]:
    """Give the slots of a thing; those of the API client it was made for last, and of one name the one with a value."""
    found: list[Slot] = []
    if not isinstance(thing, Resource):
        request: Request = thing.request()
        found += [each for text in request.texts() for each in pieces(text, values=False) if isinstance(each, Slot)]
    if isinstance(thing, Resource | TokenRequest):
        found += [each for each in (thing.resource or {}).values() if isinstance(each, Slot)]
    if isinstance(thing, Sent):
        found += [each for each in leaves(thing.both) if isinstance(each, Slot)]
    yield from sorted(found, key=lambda slot: bool(slot.value))
