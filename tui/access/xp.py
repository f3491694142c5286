"""`xp` as a PATCH has it: objects merge, so what is to go must be named, and then stays, as null.

And `xp` as two people changed it at the same time: what only one of them touched is no conflict.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
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


# -- three ways --------------------------------------------------------------------------------------------------------

DEEPEST = 20
"""Objects nested deeper than this are merged as a whole."""

Path: TypeAlias = tuple[str, ...]
"""The names of the members that lead to one."""


@dataclass(frozen=True, slots=True)
class Member:
    """A member as it was, as it is by now, and as it is typed: each the value in a tuple, empty for no such member."""

    path: Path
    base: tuple[JSON, ...]
    theirs: tuple[JSON, ...]
    mine: tuple[JSON, ...]

    @property
    def moved(self) -> bool:
        """Whether it was changed elsewhere."""
        return not _same(self.theirs, self.base)

    @property
    def conflicts(self) -> bool:
        """Whether it was changed here and elsewhere, to something else."""
        return self.moved and not _same(self.mine, self.base) and not _same(self.mine, self.theirs)


def members(base: JSON, theirs: JSON, mine: JSON) -> tuple[Member, ...]:
    """Return the members that are not the same in all three; whole where one of the three is no object."""
    return tuple(_members((), (base,), (theirs,), (mine,)))


def _members(path: Path, *three: tuple[JSON, ...]) -> Iterator[Member]:
    base, theirs, mine = three
    if _same(base, theirs) and _same(base, mine):
        return
    objects = [each[0] for each in three if each and isinstance(each[0], Mapping)]
    if len(objects) < len(three) or len(path) >= DEEPEST:
        yield Member(path, base, theirs, mine)
        return
    for name in dict.fromkeys(name for each in (objects[2], objects[1], objects[0]) for name in each):
        yield from _members((*path, name), *((each[name],) if name in each else () for each in objects))


def merge_xp(base: JSON, theirs: JSON, mine: JSON, take: Collection[Path] = ()) -> JSON:
    """Return `mine` with what was changed elsewhere alone; of conflicts theirs where `take` has the path, else mine."""
    whole = mine
    for each in members(base, theirs, mine):
        if each.path in take or (each.moved and not each.conflicts):
            whole = _put(whole, each.path, each.theirs)
    return whole


def _put(whole: JSON, path: Path, value: tuple[JSON, ...]) -> JSON:
    if not path:
        return value[0] if value else None
    now: dict[str, JSON] = dict(whole) if isinstance(whole, Mapping) else {}
    name = path[0]
    if len(path) > 1:
        now[name] = _put(now.get(name), path[1:], value)
    elif value:
        now[name] = value[0]
    else:
        now.pop(name, None)
    return now


def _same(one: tuple[JSON, ...], other: tuple[JSON, ...]) -> bool:
    return len(one) == len(other) and all(same_json(*pair) for pair in zip(one, other, strict=True))
