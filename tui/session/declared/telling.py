"""A field's value, and how it changes, in a few words or whole. What is secret in it is never told."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Final

from tui.access.words import shorten
from tui.access.xp import JSON, members
from tui.session.declared.document import ROLES, XP

_BEFORE_IT: Final = 20
"""So much of what two long texts have in common is told before they part."""


def told(name: str, value: JSON, *, whole: bool = False) -> str:
    """Return a field's value, without what is secret in it; roles are never cut, all else unless it is told whole."""
    text = _text(name, without_secrets(name, value))
    return text if whole or name in ROLES else shorten(text)


def told_change(name: str, before: JSON, after: JSON, *, whole: bool = False) -> str:
    """Return how a field changes: of roles which come and go, of `xp` each member that changes."""
    if name == XP:
        return "; ".join(_told_members(before, after, whole=whole))
    if name in ROLES and before and after:
        return f"{name}: {', '.join(_come_and_gone(before, after))}"
    pair = told(name, before, whole=True), told(name, after, whole=True)
    return f"{name}: {' → '.join(pair if whole or name in ROLES else _cut(*pair))}"


def without_secrets(name: str, value: JSON) -> JSON:
    """Return a field's value without what goes by the name of a secret, which only `xp` can hold."""
    from tui.ordercloud.redact import redact_json

    return redact_json(value) if name == XP else value


def _text(name: str, value: JSON) -> str:
    if value is None or value in ("", {}, []):
        return "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, str):
        return value
    if name in ROLES and isinstance(value, Sequence):
        return ", ".join(map(str, value))
    return json.dumps(value, ensure_ascii=False)


def _come_and_gone(before: JSON, after: JSON) -> Iterator[str]:
    was, will_be = (set(map(str, each)) if isinstance(each, Sequence) else set() for each in (before, after))
    yield from (f"+ {role}" for role in sorted(will_be - was))
    yield from (f"- {role}" for role in sorted(was - will_be))


def _told_members(before: JSON, after: JSON, *, whole: bool) -> Iterator[str]:
    from tui.ordercloud.redact import MASK, is_secret_name, redact_json

    for member in members(before, before, after):
        secret = any(map(is_secret_name, member.path))
        pair = tuple(
            "none" if not value else MASK if secret else json.dumps(redact_json(value[0]), ensure_ascii=False)
            for value in (member.base, member.mine)
        )
        shown = pair if whole else _cut(*pair)
        yield f"{'.'.join((XP, *member.path))}: {' → '.join(shown)}"


def _cut(before: str, after: str) -> tuple[str, str]:
    """Cut two texts so that it can be seen where they part."""
    common = next((at for at, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), 0)
    start = max(0, common - _BEFORE_IT)
    if shorten(before) != shorten(after) or not start:
        return shorten(before), shorten(after)
    return f"…{shorten(before[start:])}", f"…{shorten(after[start:])}"
