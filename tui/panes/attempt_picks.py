"""What can be picked for an attempt, and what is suggested for an API client."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING

from tui.access.facts import AssignmentFacts, PartyKind, SecretFacts, User
from tui.access.parties import Gate
from tui.access.summary import who
from tui.session.attempt_record import AttemptRecord
from tui.session.attempts import Kind, Result
from tui.session.browser_sign_in import why_not_here
from tui.session.facts import Person
from tui.session.grantable import RoleChoice
from tui.widgets.picker import REFUSED, Choice

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClient
    from tui.ordercloud.models.integrations import OpenIdConnect


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
    """Return answers whose token can be used, the newest first."""
    found = [
        Choice(str(each.number), each.who, f"{each.app_name}  {each.at:%H:%M:%S} UTC", f"#{each.number}")
        for each in results
    ]
    return tuple(reversed(found))


def role_picks(roles: Iterable[RoleChoice]) -> tuple[Choice, ...]:
    """Return the roles to ask for; those that would not be granted are shaded, each with its reason."""
    return tuple(
        Choice(each.role, each.role, each.opens, REFUSED, why=f"Not granted: {each.why_not}.")
        if each.why_not
        else Choice(each.role, each.role, each.opens)
        for each in roles
    )


def connect_choices(connects: Iterable[OpenIdConnect]) -> tuple[Choice, ...]:
    """Return the OpenID Connect configurations; those that do not lead back here are marked, each with its reason."""
    found = []
    for each in connects:
        why = why_not_here(each)
        mark = "✓" if why is None else REFUSED
        found.append(Choice(each.id, each.id, each.app_start_url, mark, why=why or "The browser comes back here."))
    return tuple(found)


def acting_judge(user: User) -> tuple[bool, str]:
    """Say of a user whether it can be acted as at all."""
    if user.party.kind is PartyKind.BUYER:
        return True, "Whether it may be acted as, the impersonation configurations say."
    return False, f"Only users of buyers can be acted as; {user.username} is a {user.party.kind} user."


def record_choices(records: Iterable[AttemptRecord], zone: tzinfo | None) -> tuple[Choice, ...]:
    """Return attempts to choose from."""
    return tuple(
        Choice(
            each.id,
            f"{each.sent.kind.value} {each.who}".strip(),
            each.sent.app_name or each.sent.api_client_id,
            "✓" if each.outcome.allowed else REFUSED,
            aside=f"{each.at.astimezone(zone) if zone else each.at:%y-%m-%d %H:%M:%S}",
            why=each.note,
        )
        for each in records
    )
