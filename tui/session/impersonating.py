"""Acting as another user: what the marketplace says about it, for the rules to decide."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tui.access.decision import Decision, Lifetimes, TokenError
from tui.access.facts import ApiClientFacts, AssignmentFacts, PartyKind, User
from tui.access.impersonation import (
    ImpersonationConfig,
    ImpersonationDecision,
    ImpersonationRequest,
    Person,
    Side,
    caller_refused,
    decide_impersonation,
)
from tui.access.words import shorten
from tui.session.cache import Cache

if TYPE_CHECKING:
    from tui.ordercloud import OrderCloud
    from tui.ordercloud.models import ImpersonationConfig as WireConfig
    from tui.session.facts import Person as KnownPerson


@dataclass(frozen=True, slots=True)
class Impersonation:
    """A request to act as somebody. `caller_roles` are those of the token that asks, `every` all configurations."""

    request: ImpersonationRequest
    caller_roles: frozenset[str]
    every: tuple[ImpersonationConfig, ...] = ()

    def decide(self) -> Decision:
        """Return what the rules say, in the form of a decision about a token."""
        request = self.request
        refused = caller_refused(self.caller_roles, request.impersonator.user.party.kind)
        answer = refused or decide_impersonation(request)
        client = request.api_client
        if answer.allowed and client is not None:
            lifetimes = Lifetimes(client.access_token_duration, max(client.refresh_token_duration, 0))
            return Decision(
                True, roles=answer.roles, lifetimes=lifetimes, reasons=answer.reasons, role_gaps=answer.role_gaps
            )
        error = TokenError("", answer.code, answer.message)
        near = () if refused is not None else self._near(answer)
        return Decision(False, error=error, reasons=answer.reasons, near_misses=near, role_gaps=answer.role_gaps)

    def _near(self, answer: ImpersonationDecision) -> tuple[str, ...]:
        """Say which configurations nearly allow it."""
        if answer.code != "Impersonation.ConfigError":
            return ()
        one, other = self.request.impersonator, self.request.impersonated
        told = []
        for each in self.every:
            may_ask, may_be = each.impersonator.is_impersonator(one), each.impersonated.is_impersonated(other)
            here = self.request.api_client is not None and each.client_id.lower() == self.request.api_client.id.lower()
            name = shorten(each.id)
            if may_ask and may_be and not here:
                told.append(f"{name} allows it through another API client ({each.client_id}).")
            elif here and may_be and not may_ask:
                told.append(f"{name} lets others act as {one_word(other.user)}, not {one_word(one.user)}.")
            elif here and may_ask and not may_be:
                told.append(f"{name} lets {one_word(one.user)} act as others, not as {one_word(other.user)}.")
        return tuple(told[:3])


def one_word(user: User) -> str:
    """Return the name of a user, cut to what a sentence can bear."""
    return shorten(user.username)


class Impersonating:
    """Reads what decides about acting as somebody. Every method raises the typed errors of `tui.ordercloud.errors`."""

    def __init__(self, client: OrderCloud) -> None:
        self._client = client
        self._configs: Cache[None, tuple[ImpersonationConfig, ...]] = Cache()
        self._groups: Cache[str, frozenset[str]] = Cache()

    def forget(self) -> None:
        """Forget what was read."""
        self._configs.forget_all()
        self._groups.forget_all()

    async def prepare(
        self,
        api_client: ApiClientFacts | None,
        caller: KnownPerson,
        other: KnownPerson,
        roles: Sequence[str] | None,
        caller_roles: Iterable[str],
        assignments: Sequence[AssignmentFacts],
        *,
        marketplace_active: bool,
    ) -> Impersonation:
        """Return the request as the rules take it."""
        every = await self._configs.get(None, self._read_configs)
        mine = [each for each in every if api_client is not None and each.client_id.lower() == api_client.id.lower()]
        request = ImpersonationRequest(
            api_client=api_client,
            impersonator=await self._person(caller),
            impersonated=await self._person(other),
            roles=roles,
            assignments=assignments,
            configs=mine,
            marketplace_active=marketplace_active,
        )
        return Impersonation(request, frozenset(caller_roles), every)

    async def _person(self, person: KnownPerson) -> Person:
        kind, company = person.party.kind, person.party.id

        async def read() -> frozenset[str]:
            memberships = self._client.groups_of(person.user.id, company if kind is PartyKind.BUYER else None)
            return frozenset([each.user_group_id async for each in memberships.iterate()])

        groups: frozenset[str] = frozenset()
        if kind is not PartyKind.SUPPLIER:
            groups = await self._groups.get(f"{company} {person.user.id}", read)
        return Person(person.user.id, person.facts(), groups)

    async def _read_configs(self) -> tuple[ImpersonationConfig, ...]:
        found = [each async for each in self._client.impersonation_configs.iterate()]
        roles: dict[str, frozenset[str]] = {}
        for profile in {each.security_profile_id for each in found if each.security_profile_id}:
            read = await self._client.security_profiles.get(profile)
            roles[profile] = frozenset((*read.roles, *read.custom_roles))
        return tuple(_config(each, roles.get(each.security_profile_id or "", frozenset())) for each in found)


def _config(wire: WireConfig, roles: frozenset[str]) -> ImpersonationConfig:
    asks = Side(wire.impersonation_buyer_id, wire.impersonation_group_id, wire.impersonation_user_id)
    return ImpersonationConfig(wire.id, wire.client_id, asks, Side(wire.buyer_id, wire.group_id, wire.user_id), roles)


def as_impersonated(user: User, impersonation: Impersonation) -> User:
    """Return a user as the rules know it while somebody else acts as it: with the roles of the configurations."""
    today = replace(impersonation, request=replace(impersonation.request, roles=None)).decide()
    return replace(user, available_roles=frozenset(today.roles))
