"""The API client that a person means by an ID or a name."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.session.failures import Declined

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClient


class NoSuchApiClient(Declined):
    """An API client that was asked for is not there, or more than one is meant."""


def api_client_called(wanted: str, every: Sequence[ApiClient]) -> ApiClient:
    """Return the one with this ID or name, in any case where none is spelt just so. Raises NoSuchApiClient."""
    found = [each for each in every if each.id.casefold() == wanted.casefold()]
    found = found or [each for each in every if each.app_name == wanted]
    found = found or [each for each in every if each.app_name.casefold() == wanted.casefold()]
    if not found:
        near = difflib.get_close_matches(wanted, [each.app_name for each in every], n=1)
        meant = f" Did you mean {near[0]}?" if near else ""
        raise NoSuchApiClient(f"There is no API client with the ID or the name {wanted}.{meant}")
    if len(found) > 1:
        ids = ", ".join(sorted(each.id for each in found))
        raise NoSuchApiClient(f"{len(found)} API clients are called {wanted}; say which by its ID: {ids}.")
    return found[0]
