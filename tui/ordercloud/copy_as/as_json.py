"""A thing as JSON: an API client's or an assignment's own form, an exchange with both sides."""

from __future__ import annotations

from tui.ordercloud.copy_as.parts import Assignment, Resource, Slot, Thing, TokenRequest, json_text, pieces


def write(thing: Thing, *, values: bool) -> str:
    """Write a thing as JSON; an open slot is written as a variable of a shell."""
    value: object
    if isinstance(thing, Assignment):
        value = thing.members
    elif isinstance(thing, Resource):
        value = thing.resource
    elif isinstance(thing, TokenRequest):
        value = thing.resource or dict(thing.request().form or ())
    else:
        value = thing.both
    parts = pieces(json_text(value), values=values)
    return "".join(f"${each.name}" if isinstance(each, Slot) else each for each in parts) + "\n"
