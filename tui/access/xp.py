"""`xp` as a PATCH has it: objects merge, so what is to go must be named, and then stays, as null."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

JSON: TypeAlias = "Mapping[str, JSON] | Sequence[JSON] | str | int | float | bool | None"


def xp_patch(now: JSON, wanted: JSON) -> JSON:
    """Return the `xp` to send so that a PATCH makes `wanted` of what is there now, or comes as near as it can.

    A member that is to go is sent as null: no PATCH takes one away, unless the whole of `xp` is to go.
    """
    if not isinstance(now, Mapping) or not isinstance(wanted, Mapping):
        return wanted
    patch: dict[str, JSON] = {
        name: xp_patch(now.get(name), value)
        for name, value in wanted.items()
        if name not in now or not same_json(now[name], value)
    }
    return {**patch, **dict.fromkeys(name for name in now if name not in wanted)}


def left_over(got: JSON, wanted: JSON) -> tuple[str, ...]:
    """Return the members that were to go and are still there, as dotted paths: `note`, `owner.name`."""
    return tuple(_left_over(got, wanted, ""))


def _left_over(got: JSON, wanted: JSON, path: str) -> Iterator[str]:
    if isinstance(got, Mapping) and isinstance(wanted, Mapping):
        for name, value in got.items():
            if name in wanted:
                yield from _left_over(value, wanted[name], f"{path}{name}.")
            else:
                yield f"{path}{name}"


def same_json(one: JSON, other: JSON) -> bool:
    """Return whether two values are the same on the wire, where true is not 1."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
