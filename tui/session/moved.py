"""What was changed elsewhere while somebody looked at what was there before."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from tui.access.words import shorten
from tui.access.xp import same_json
from tui.session.failures import ChangedElsewhere

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClient
    from tui.ordercloud.models.base import JSON


def values_of(api_client: ApiClient, names: Iterable[str]) -> dict[str, JSON]:
    """Return some fields of an API client, by their wire names."""
    wire = api_client.to_wire()
    return {name: wire.get(name) for name in names}


def check_unmoved(shown: ApiClient, now: ApiClient, changes: Mapping[str, JSON]) -> None:
    """Raise ChangedElsewhere when a field that is to be changed is not as it was shown."""
    then, found = values_of(shown, changes), values_of(now, changes)
    moved = {name: (then[name], found[name]) for name in changes if not same_json(then[name], found[name])}
    if moved:
        raise ChangedElsewhere(now, {name: (_told(name, was), _told(name, to)) for name, (was, to) in moved.items()})


def _told(name: str, value: JSON) -> str:
    """Return a value for people; a secret is never told."""
    if value is None:
        return "not set"
    if name == "ClientSecret":
        return "one secret"
    return shorten(json.dumps(value, ensure_ascii=False))
