"""Users to pick from, each with what the rules say of it: never a tick without its reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from tui.access.attempt import Attempt, Facts, Grant, PasswordEvidence, SecretEvidence
from tui.access.decide import decide
from tui.access.facts import ApiClientFacts, AssignmentFacts, PartyKind, User
from tui.widgets.picker import REFUSED, Choice

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClient
    from tui.session.facts import Person

Judge = Callable[[User], tuple[bool, str]]
"""Says of a user whether the rules would let it in, and why, in a sentence."""


def signing_in(api_client: ApiClientFacts, assignments: Sequence[AssignmentFacts], now: datetime) -> Judge:
    """Judge users who sign in through an API client with the right password, and the secret where there is one."""

    def judge(user: User) -> tuple[bool, str]:
        attempt = Attempt(Grant.PASSWORD, api_client.id, secret=SecretEvidence.LIVE, password=PasswordEvidence.RIGHT)
        return _told(attempt, Facts(api_client, assignments=assignments, user=user), now)

    return judge


def acting(api_client: ApiClient, assignments: Sequence[AssignmentFacts], now: datetime) -> Judge:
    """Judge users as default context user of an API client, which every token without a user of its own acts as.

    Whether the API client is active has nothing to do with it.
    """

    def judge(user: User) -> tuple[bool, str]:
        if api_client.is_anon_buyer and user.party.kind is not PartyKind.BUYER:
            return False, f"Guest shopping is on and needs a buyer user; {user.username} is a {user.party.kind} user."
        attempt = Attempt(Grant.CLIENT_CREDENTIALS, api_client.id, secret=SecretEvidence.LIVE)
        named = api_client.model_copy(update={"default_context_user_name": user.username, "active": True})
        return _told(attempt, Facts(named, assignments=assignments, user=user), now)

    return judge


def _told(attempt: Attempt, facts: Facts, now: datetime) -> tuple[bool, str]:
    decision = decide(attempt, facts, now)
    return decision.allowed, " ".join(decision.reasons[:1])


def user_choices(people: Iterable[Person], judge: Judge | None) -> tuple[Choice, ...]:
    """Return the users with their parties; those whom the rules would refuse are marked. Without a judge none is."""
    return tuple(_choice(each, judge) for each in people)


def _choice(person: Person, judge: Judge | None) -> Choice:
    name, party = person.user.username, person.party
    whose = f"{party.kind} {party.label}"
    if judge is None:
        return Choice(name, name, whose)
    allowed, why = judge(person.facts())
    return Choice(name, name, whose if allowed else f"refused · {whose}", "✓" if allowed else REFUSED, why=why)
