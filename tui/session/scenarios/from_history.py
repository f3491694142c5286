"""A scenario from attempts that were made: the same tries again, with what came of each as what is expected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from tui.access.attempt import PasswordEvidence, SecretEvidence
from tui.access.facts import PartyKind
from tui.access.world import World
from tui.session.attempt_record import AttemptRecord, Kind
from tui.session.scenarios.copying import world_around
from tui.session.scenarios.document import (
    UNKNOWN_TOKEN,
    Advance,
    Ask,
    Expect,
    Grant,
    PasswordKind,
    Scenario,
    SecretKind,
    Step,
)

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClient
    from tui.session.opening import Opened

_GRANTS: Mapping[Kind, Grant] = {
    Kind.PASSWORD: Grant.PASSWORD,
    Kind.ELEVATED: Grant.PASSWORD,
    Kind.CLIENT_CREDENTIALS: Grant.CLIENT_CREDENTIALS,
    Kind.ANONYMOUS: Grant.ANONYMOUS,
    Kind.REFRESH: Grant.REFRESH,
    Kind.OPENID: Grant.OPENID,
    Kind.ONE_TIME: Grant.ONE_TIME,
}
_PAUSE = timedelta(minutes=1)
"""Shorter pauses between two attempts are left out: they are how long a person takes to type."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A scenario, and for each attempt that is not in it a sentence that says why."""

    scenario: Scenario
    left_out: tuple[str, ...] = ()


async def record(opened: Opened, records: Iterable[AttemptRecord], name: str) -> Recorded:
    """Make a scenario of attempts, with the facts of the marketplace as they are now.

    Raises the errors of the typed client when the facts cannot be read.
    """
    ordered = sorted(records, key=lambda each: each.at)
    marketplace = opened.marketplace
    async for _ in marketplace.read_api_clients():
        pass
    asked = {each.sent.api_client_id.casefold() for each in ordered}
    api_clients = [each for each in marketplace.api_clients.values() if each.id.casefold() in asked]
    users = {each.who for each in ordered if each.who}
    world = await world_around(opened, api_clients, sorted(users))
    return recorded(ordered, _about(world, users, api_clients), name)


def _about(world: World, users: Iterable[str], api_clients: Sequence[ApiClient]) -> World:
    """Keep of the users only those of whom the attempts speak, and of the companies theirs and those assigned."""
    contexts = (each.default_context_user_name or "" for each in api_clients)
    wanted = {name.casefold() for name in (*users, *contexts)}
    kept = tuple(each for each in world.users if each.username.casefold() in wanted)
    theirs = [each.party for each in kept if each.party.kind is not PartyKind.SELLER]
    assigned = [party for each in world.clients for party in each.companies]
    return World(world.seller, (*assigned, *theirs), kept, world.clients).without_doubles()


def recorded(records: Sequence[AttemptRecord], world: World, name: str) -> Recorded:
    """Make a scenario of attempts in their order, in a marketplace of these facts."""
    steps: list[Step] = []
    names: dict[str, str] = {}
    left_out: list[str] = []
    last = records[0].at if records else None
    for each in records:
        grant = _GRANTS.get(each.sent.kind)
        if grant is None or not (each.outcome.status or each.outcome.allowed):
            why = "the facts do not hold who may act as whom" if grant is None else "nothing was answered"
            left_out.append(f"{each.sent.kind.value} of {each.at:%H:%M:%S}: {why}.")
            continue
        if last is not None and each.at - last >= _PAUSE:
            pause = timedelta(seconds=int((each.at - last).total_seconds()))
            steps.append(Step(f"pause before attempt {len(names) + 1}", Advance(pause)))
            last = last + pause
        names[each.id] = f"attempt {len(names) + 1}"
        steps.append(Step(names[each.id], _ask(each, grant, names, world), _expect(each), each.note))
    began = records[0].at.replace(microsecond=0) if records else None
    scenario = Scenario(name, tuple(steps), world=world, now=began)
    return Recorded(scenario, tuple(left_out))


def _ask(each: AttemptRecord, grant: Grant, names: Mapping[str, str], world: World) -> Ask:
    sent, evidence = each.sent, each.sent.evidence
    registered = world.client(sent.api_client_id)
    secret = {
        SecretEvidence.ABSENT: SecretKind.NONE,
        SecretEvidence.WRONG: SecretKind.WRONG,
        SecretEvidence.EXPIRED: SecretKind.EXPIRED,
    }.get(evidence.secret, SecretKind.RIGHT)
    if registered is not None and not registered.secret_required:
        secret = SecretKind.RIGHT  # whatever it was, it was ignored
    elif each.outcome.error == "invalid_client" and each.outcome.code == "Auth.OauthError":
        secret = SecretKind.WRONG if secret is SecretKind.RIGHT else secret
    ask = Ask(grant, sent.api_client_id, secret=secret, scope=sent.scope or (), visitor=sent.anon_user_id)
    if grant is Grant.REFRESH:
        return replace(ask, refreshing=names.get(sent.refreshes, UNKNOWN_TOKEN))
    if not grant.names_user:
        return ask
    password = PasswordKind.RIGHT
    if evidence.password is PasswordEvidence.ABSENT:
        password = PasswordKind.NONE
    elif each.outcome.code == "Auth.InvalidUsernameOrPassword":
        password = PasswordKind.WRONG
    return replace(ask, user=sent.username, password=password)


def _expect(each: AttemptRecord) -> Expect:
    came = each.outcome
    if not came.allowed:
        told = came.message if each.sent.kind is Kind.OPENID else ""
        return Expect(allowed=False, error=came.error or told, code=came.code)
    minutes = None if came.access_seconds is None else came.access_seconds // 60
    claims: dict[str, str | int | bool | tuple[str, ...]] = {}
    if came.usr and not came.orderid:
        claims["usr"] = came.usr
    if came.orderid:
        claims["orderid"] = True
    return Expect(True, came.roles, minutes, None if came.refresh else 0, claims=claims)
