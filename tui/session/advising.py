"""Advice on the API clients of the marketplace that is open: what is known for it, silenced, and mended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tui.access.advice import (
    Advice,
    Assign,
    DeleteSecrets,
    Fix,
    Knowledge,
    Patch,
    Unassign,
    Users,
    WayUsed,
    advise,
)
from tui.access.advice.silence import Silenced, silenced_in, split, with_silenced
from tui.access.facts import Party, PartyKind, User
from tui.access.names import Names, count_names

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClient, ApiClientAssignment, ApiClientSecret
    from tui.session.facts import Companies, Person
    from tui.session.marketplace import Marketplace
    from tui.session.session import Session

MOST_COMPANIES = 200
"""Users are read company by company: in a larger marketplace that would take too long for some advice."""

NO_LEGACY_SECRET: Mapping[str, None] = {"ClientSecret": None}


@dataclass(frozen=True, slots=True)
class Situation:
    """What one API client's advice is made from."""

    api_client: ApiClient
    assignments: tuple[ApiClientAssignment, ...]
    secrets: tuple[ApiClientSecret, ...]
    user: User | None

    def mended(self, fix: Fix) -> Situation:
        """Return it as a fix would leave it."""
        from tui.ordercloud.models import ApiClient

        if isinstance(fix, Patch):
            return replace(self, api_client=ApiClient.from_wire({**self.api_client.to_wire(), **fix.changes}))
        if isinstance(fix, DeleteSecrets):
            left = tuple(secret for secret in self.secrets if secret.id not in fix.ids)
            rest = replace(self, secrets=left)
            return rest.mended(Patch(NO_LEGACY_SECRET)) if fix.legacy else rest
        if isinstance(fix, Assign):
            return replace(self, assignments=(*self.assignments, *self._assignments_of(fix)))
        gone = {(each.buyer_id, each.supplier_id) for each in self._assignments_of(fix)}
        kept = tuple(each for each in self.assignments if (each.buyer_id, each.supplier_id) not in gone)
        return replace(self, assignments=kept)

    def _assignments_of(self, fix: Assign | Unassign) -> tuple[ApiClientAssignment, ...]:
        from tui.session.facts import assignment_of

        return tuple(assignment_of(self.api_client.id, party) for party in fix.parties)


async def situation_of(marketplace: Marketplace, api_client: ApiClient) -> Situation:
    """Read what one API client's advice is made from. Raises errors.OrderCloudError."""
    person = await marketplace.person(api_client.default_context_user_name)
    return Situation(
        api_client,
        await marketplace.assignments(api_client.id),
        await marketplace.secrets(api_client.id),
        None if person is None else person.facts(),
    )


@dataclass(frozen=True, slots=True)
class Given:
    """The advice there is, and the advice that is silenced."""

    advice: tuple[Advice, ...] = ()
    silenced: tuple[Silenced, ...] = ()


@dataclass(frozen=True, slots=True)
class Consequences:
    """What a fix does to the rest: the advice that goes with it, and the advice that it raises."""

    settled: tuple[Advice, ...]
    raised: tuple[Advice, ...]


class Advisor:
    """Gives advice with what has been read so far; `look_further` reads what only advice needs."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._people: tuple[object, Users] = (None, Users())
        self._companies: tuple[object, Mapping[tuple[PartyKind, str], Party]] = (None, {})
        self._names: tuple[object, Names] = (None, {})

    async def look_further(self) -> None:
        """Read who the users are and what refers to API clients, once for each marketplace."""
        marketplace = self._session.marketplace
        companies = await marketplace.companies()
        if len(companies.buyers) + len(companies.suppliers) <= MOST_COMPANIES:
            await marketplace.people()
        await marketplace.references.every()

    @property
    def looked_further(self) -> bool:
        """Whether that has been done since the marketplace was last read."""
        return self._session.ready and self._session.marketplace.so_far.references is not None

    # -- advice --------------------------------------------------------------------------------------------------

    def advice(self, situation: Situation) -> Given:
        """Advise on an API client, and say what is silenced."""
        api_client = situation.api_client
        return Given(*split(self._advise(situation), silenced_in(api_client.xp), self.private(api_client)))

    def consequences(self, situation: Situation, fix: Fix) -> Consequences:
        """Foresee what a fix does to the advice; silences make no difference."""
        before, after = self._advise(situation), self._advise(situation.mended(fix))
        was, will_be = {each.id for each in before}, {each.id for each in after}
        return Consequences(
            tuple(each for each in before if each.id not in will_be),
            tuple(each for each in after if each.id not in was),
        )

    def _advise(self, situation: Situation) -> tuple[Advice, ...]:
        return advise(
            situation.api_client,
            situation.secrets,
            situation.assignments,
            situation.user,
            self._session.clock(),
            self._knowledge(situation.api_client),
        )

    def _knowledge(self, api_client: ApiClient) -> Knowledge:
        marketplace = self._session.marketplace
        people, companies, references = marketplace.so_far
        return Knowledge(
            None if people is None else self._users(people),
            None if companies is None else self._parties(companies, marketplace.seller),
            self._count_names(marketplace),
            None if references is None else references.get(api_client.id.lower(), ()),
            self._used(api_client),
        )

    def _users(self, people: tuple[Person, ...]) -> Users:
        if self._people[0] is not people:
            self._people = (people, Users([person.facts() for person in people]))
        return self._people[1]

    def _parties(self, companies: Companies, seller: Party) -> Mapping[tuple[PartyKind, str], Party]:
        if self._companies[0] is not companies:
            self._companies = (companies, {(each.kind, each.id): each for each in companies.parties(seller)})
        return self._companies[1]

    def _count_names(self, marketplace: Marketplace) -> Names:
        known = tuple(marketplace.api_clients.values())
        if self._names[0] != known:
            self._names = (known, count_names(each.app_name for each in known))
        return self._names[1]

    def _used(self, api_client: ApiClient) -> tuple[WayUsed, ...] | None:
        sandbox = self._session.opened.sandbox
        log = None if sandbox is None else sandbox.log_so_far
        if log is None:
            return None
        from tui.sandbox.control.log import Filter

        last = {
            (each.grant, each.secret): each.time
            for each in log.entries(Filter(api_client=api_client.id, refused=False))
            if each.grant is not None
        }
        return tuple(WayUsed(grant, secret, time) for (grant, secret), time in last.items())

    # -- silences ------------------------------------------------------------------------------------------------

    def private(self, api_client: ApiClient) -> Mapping[str, str]:
        """Return what is silenced on this machine alone: the reasons by rule."""
        return self._session.request.state.current.silenced.get(self._private_key(api_client), {})

    def keep_private(self, api_client: ApiClient, silenced: Mapping[str, str]) -> None:
        """Keep on this machine what is silenced."""
        self._session.request.state.remember_silenced(self._private_key(api_client), silenced)

    def _private_key(self, api_client: ApiClient) -> str:
        # Staging is overwritten with production's API clients, IDs and all, so the ID alone does not tell.
        return f"{self._session.identity.url or 'sandbox'} {api_client.id.lower()}"


async def silence_shared(marketplace: Marketplace, api_client: ApiClient, silenced: Mapping[str, str]) -> None:
    """Keep in `xp` what is silenced, for everybody."""
    await marketplace.patch_api_client(api_client, {"xp": with_silenced(api_client.xp, silenced)})


# -- mending ----------------------------------------------------------------------------------------------------------


async def mend(marketplace: Marketplace, situation: Situation, fix: Fix) -> None:
    """Do what a fix says, one change after the other; each is in the journal with its way back."""
    api_client = situation.api_client
    if isinstance(fix, Patch):
        await marketplace.patch_api_client(api_client, fix.changes)
    elif isinstance(fix, Assign):
        for party in fix.parties:
            await marketplace.assign(api_client, party)
    elif isinstance(fix, Unassign):
        for party in fix.parties:
            await marketplace.unassign(api_client, party)
    else:
        for secret in _secrets_of(situation, fix):
            await marketplace.delete_secret(api_client, secret)
        if fix.legacy:
            await marketplace.patch_api_client(api_client, NO_LEGACY_SECRET)


async def threat_of(marketplace: Marketplace, situation: Situation, fix: Fix) -> str | None:
    """Say why the console could not get in any more after a fix; None when it could."""
    way_in, api_client = marketplace.way_in, situation.api_client
    if isinstance(fix, Patch):
        return await way_in.after_patch(api_client, fix.changes)
    if isinstance(fix, DeleteSecrets):
        for secret in _secrets_of(situation, fix):
            if (reason := await way_in.without_secret(api_client, secret)) is not None:
                return reason
        return await way_in.after_patch(api_client, NO_LEGACY_SECRET) if fix.legacy else None
    return None


def _secrets_of(situation: Situation, fix: DeleteSecrets) -> tuple[ApiClientSecret, ...]:
    return tuple(secret for secret in situation.secrets if secret.id in fix.ids)
