"""What can be picked for an attempt, and what is suggested for an API client."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from tui.access.facts import AssignmentFacts, SecretFacts
from tui.access.parties import Gate
from tui.access.summary import who
from tui.session.attempts import Kind, Result
from tui.session.facts import Person
from tui.widgets.picker import Choice

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClient


def client_choices(api_clients: Iterable[ApiClient]) -> tuple[Choice, ...]:
    """Return the API clients by name, with their state and who may use them."""
    return tuple(
        Choice(each.id, each.app_name, each.id, "●" if each.active else "○", aside=who(each))
        for each in sorted(api_clients, key=lambda each: each.app_name.casefold())
    )


def suggested_kind(api_client: ApiClient, secrets: Sequence[SecretFacts]) -> Kind:
    """Return the grant an API client seems to be made for."""
    has_secret = bool(api_client.client_secret or secrets)
    if api_client.is_anon_buyer:
        return Kind.ANONYMOUS
    if has_secret and api_client.default_context_user_name:
        return Kind.CLIENT_CREDENTIALS
    return Kind.ELEVATED if has_secret else Kind.PASSWORD


def suggested_user(
    api_client: ApiClient, assignments: Sequence[AssignmentFacts], people: Sequence[Person], current: str
) -> str:
    """Return the user chosen now when it may use the API client, else the first active one who may, else as it is."""
    gate = Gate.of(api_client, assignments)
    fitting = [
        each.user.username
        for each in people
        if each.user.active and each.party.active and gate.access(each.party).allowed
    ]
    if current.casefold() in (each.casefold() for each in fitting) or not fitting:
        return current
    return fitting[0]


def result_choices(results: Iterable[Result]) -> tuple[Choice, ...]:
    """Return the answers whose refresh token can be used, the newest first."""
    found = [
        Choice(str(each.number), each.who, f"{each.app_name}  {each.at:%H:%M:%S} UTC", f"#{each.number}")
        for each in results
    ]
    return tuple(reversed(found))
