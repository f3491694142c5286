"""What if: a draft of changes on a marketplace, what it would make of it, and who would gain and lose by that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeAlias

from tui.access.blast import Effect, Side, Situation
from tui.access.facts import Party, PartyKind, User
from tui.access.switches import DEFAULT, Switches
from tui.access.words import count
from tui.access.world import Registered, World

Value: TypeAlias = bool | tuple[str, ...]
"""What a draft puts in a field: a flag, or roles."""
Key: TypeAlias = tuple[str, ...]
Cell: TypeAlias = tuple[PartyKind, str, str]
"""A cell of the matrix: the party's kind and ID, and the API client's ID."""

FLAGS: Final = ("Active", "AllowSeller", "AllowAnyBuyer", "AllowAnySupplier")
ROLES: Final = (
    "MinimumRequiredRoles",
    "MinimumRequiredCustomRoles",
    "MaximumGrantedRoles",
    "MaximumGrantedCustomRoles",
)
ATTRIBUTES: Final[Mapping[str, str]] = {
    "Active": "active",
    "AllowSeller": "allow_seller",
    "AllowAnyBuyer": "allow_any_buyer",
    "AllowAnySupplier": "allow_any_supplier",
    "MinimumRequiredRoles": "minimum_required_roles",
    "MinimumRequiredCustomRoles": "minimum_required_custom_roles",
    "MaximumGrantedRoles": "maximum_granted_roles",
    "MaximumGrantedCustomRoles": "maximum_granted_custom_roles",
}
"""The fields of an API client that a draft may change, by wire name, each with its name in the facts."""


class Of(StrEnum):
    """What an edit is about."""

    API_CLIENT = "API client"
    ASSIGNMENT = "assignment"
    COMPANY = "company"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of a draft.

    Attributes:
        of: What it is about.
        id: The ID of the API client (of an assignment, too) or of the company; of a user, the username.
        member: The wire name of the field; of an assignment, `Assigned`.
        before: The value as the marketplace has it.
        after: The value that the draft puts there.
        label: What it is called, for people; may come from outside.
        party: The company assigned, the company itself, or the user's party.
    """

    of: Of
    id: str
    member: str
    before: Value
    after: Value
    label: str = ""
    party: Party | None = None

    @property
    def key(self) -> Key:
        """What tells the edits of a draft apart."""
        of_party = self.of in (Of.ASSIGNMENT, Of.COMPANY)
        party = (self.party.kind.value, self.party.id) if of_party and self.party is not None else ("", "")
        return (self.of.value, self.id.casefold(), self.member, *party)

    @property
    def sign(self) -> str:
        """`+` where something is given, `-` where it is taken, `~` for roles."""
        return "~" if isinstance(self.after, tuple) else "+" if self.after else "-"

    @property
    def what(self) -> str:
        """What it does, in words."""
        party = self.party
        if self.of is Of.ASSIGNMENT and party is not None:
            return f"{'assign' if self.after else 'unassign'} {party.label}"
        if isinstance(self.after, tuple):
            had = self.before if isinstance(self.before, tuple) else ()
            new, gone = sorted(set(self.after) - set(had)), sorted(set(had) - set(self.after))
            some = [*(f"+{each}" for each in new), *(f"-{each}" for each in gone)]
            return f"{self.member}: {', '.join(some)}{'' if self.after else ', so none is left'}"
        if self.member == "Active":
            kind = f" the {party.kind}" if self.of is Of.COMPANY and party is not None else ""
            whose = f" the user of {party.label}" if self.of is Of.USER and party is not None else ""
            return f"{'activate' if self.after else 'deactivate'}{kind}{whose}"
        return f"{self.member} {'on' if self.after else 'off'}"


@dataclass(frozen=True, slots=True)
class Draft:
    """Changes that nobody has made yet, by the name a person gave them."""

    name: str
    edits: tuple[Edit, ...] = ()

    def put(self, edit: Edit) -> Draft:
        """Add a change in the place of one of the same thing; what is as in the marketplace again is no change."""
        old = next((each for each in self.edits if each.key == edit.key), None)
        if old is not None:
            edit = replace(edit, before=old.before)
        rest = tuple(each for each in self.edits if each.key != edit.key)
        return replace(self, edits=rest if edit.after == edit.before else (*rest, edit))

    def without(self, key: Key) -> Draft:
        """Take a change out."""
        return replace(self, edits=tuple(each for each in self.edits if each.key != key))

    def of(self, kind: Of) -> tuple[Edit, ...]:
        """Give the changes of one kind of thing."""
        return tuple(each for each in self.edits if each.of is kind)

    @property
    def touches(self) -> frozenset[str]:
        """The API clients that are changed themselves: their IDs, folded."""
        return frozenset(each.id.casefold() for each in self.edits if each.of in (Of.API_CLIENT, Of.ASSIGNMENT))

    def party(self, party: Party) -> Party:
        """Give a party as it would be."""
        for each in self.of(Of.COMPANY):
            if each.party is not None and (each.party.kind, each.party.id) == (party.kind, party.id):
                return replace(party, active=bool(each.after))
        return party

    def user(self, user: User) -> User:
        """Give a user as it would be."""
        own = next((each for each in self.of(Of.USER) if each.id.casefold() == user.username.casefold()), None)
        active = user.active if own is None else bool(own.after)
        party = self.party(user.party)
        return user if active is user.active and party == user.party else replace(user, active=active, party=party)

    def fields_of(self, api_client_id: str) -> Mapping[str, Value]:
        """Give the fields of an API client that would change, by wire name, with their new values."""
        folded = api_client_id.casefold()
        return {each.member: each.after for each in self.of(Of.API_CLIENT) if each.id.casefold() == folded}

    def companies_of(self, api_client_id: str, assigned: Iterable[Party]) -> tuple[Party, ...]:
        """Give the companies that would be assigned to an API client."""
        folded = api_client_id.casefold()
        found = {(each.kind, each.id): each for each in assigned}
        for each in self.of(Of.ASSIGNMENT):
            if each.party is not None and each.id.casefold() == folded:
                found.pop((each.party.kind, each.party.id), None)
                if each.after:
                    found[each.party.kind, each.party.id] = each.party
        return tuple(found.values())

    def rebased(self, world: World) -> Draft:
        """Give what is left of it in a marketplace that has changed: what is so by now, or gone, is out of it."""
        clients = {each.client.id.casefold(): each for each in world.clients}
        companies = {(each.kind, each.id): each for each in world.companies}
        users = {each.username.casefold(): each for each in world.users}
        kept: list[Edit] = []
        for each in self.edits:
            now: Value | None = None
            party = each.party
            if each.of is Of.USER:
                user = users.get(each.id.casefold())
                now = None if user is None else user.active
            elif each.of is Of.COMPANY and party is not None:
                company = companies.get((party.kind, party.id))
                now = None if company is None else company.active
            elif (registered := clients.get(each.id.casefold())) is None:
                continue
            elif each.of is Of.ASSIGNMENT and party is not None:
                now = (party.kind, party.id) in {(one.kind, one.id) for one in registered.companies}
            else:
                now = _value(registered, each.member)
            if now is not None and now != each.after:
                kept.append(replace(each, before=now))
        return replace(self, edits=tuple(kept))

    def applied(self, world: World) -> World:
        """Give the marketplace as it would be. What the draft is about and is not there is left out."""
        return World(
            world.seller,
            tuple(self.party(each) for each in world.companies) if self.of(Of.COMPANY) else world.companies,
            tuple(self.user(each) for each in world.users) if self._moves_users else world.users,
            tuple(self._registered(each) for each in world.clients),
        )

    @property
    def _moves_users(self) -> bool:
        return any(each.of in (Of.COMPANY, Of.USER) for each in self.edits)

    def _registered(self, registered: Registered) -> Registered:
        id = registered.client.id
        companies = registered.companies
        if self.of(Of.COMPANY):
            companies = tuple(self.party(each) for each in companies)
        if id.casefold() not in self.touches:
            return registered if companies is registered.companies else replace(registered, companies=companies)
        after = self.companies_of(id, companies)
        changed = {ATTRIBUTES[name]: value for name, value in self.fields_of(id).items()}
        counts = {
            f"assigned_{kind}_count": getattr(registered.client, f"assigned_{kind}_count")
            + sum(each.kind is kind for each in after)
            - sum(each.kind is kind for each in companies)
            for kind in (PartyKind.BUYER, PartyKind.SUPPLIER)
        }
        client = replace(registered.client, **changed, **counts)  # type: ignore[arg-type]  # by the names above
        return replace(registered, client=client, companies=after)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many users gain something, and how many lose something."""

    gaining: int = 0
    losing: int = 0

    def __bool__(self) -> bool:
        return bool(self.gaining or self.losing)

    @property
    def told(self) -> str:
        """Say it in words: `2 users gain, 1 loses`."""
        gain = f"{count(self.gaining, 'user')} gain{'s' if self.gaining == 1 else ''}" if self.gaining else ""
        users = str(self.losing) if gain else count(self.losing, "user")
        lose = f"{users} lose{'s' if self.losing == 1 else ''}" if self.losing else ""
        return ", ".join(filter(None, (gain, lose))) or "no user gains or loses"


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a draft would do.

    Attributes:
        users: The users who gain or lose anything anywhere, each counted once.
        cells: The same by cell, where anybody does.
        programs: What changes for whoever gets in without a user of its own, in sentences.
        gains: The first of those who gain: `shopper01: Buyer Storefront gains password`; outside text in it.
        losses: The first of those who lose.
    """

    users: Tally = Tally()
    cells: Mapping[Cell, Tally] = field(default_factory=dict)
    programs: tuple[str, ...] = ()
    gains: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()

    def by_api_client(self) -> Mapping[str, Tally]:
        """Add the cells of each API client up, by its ID."""
        return _added((id, tally) for (_, _, id), tally in self.cells.items())


MOST_NAMED = 50
"""So many users are named who gain, and who lose."""


def outlook(before: World, draft: Draft, now: datetime, switches: Switches = DEFAULT) -> Outlook:
    """Work out what a draft does to the users of a marketplace.

    Who gets what is asked of the rules, before and after; users whom they cannot tell apart are asked about once. Only
    users who change themselves are looked at where the API client does not.
    """
    after = draft.applied(before)
    everybody = tuple(zip(before.users, after.users, strict=True))
    moved = tuple((was, will) for was, will in everybody if was != will)
    gaining: set[str] = set()
    losing: set[str] = set()
    cells: dict[Cell, Counter[str]] = {}
    programs: list[str] = []
    gains: list[str] = []
    losses: list[str] = []
    for old, new in zip(before.clients, after.clients, strict=True):
        pairs = everybody if old is not new and old.client.id.casefold() in draft.touches else moved
        if not pairs and old == new:
            continue
        then, later = _side(before, old, now, switches), _side(after, new, now, switches)
        for was, will in pairs:
            effect = Effect.between(then.standing(was), later.standing(will))
            if not effect:
                continue
            tally = cells.setdefault((was.party.kind, was.party.id, old.client.id), Counter())
            told = f"{was.username}: {old.client.app_name}: {effect.told(one=True)}"
            for so, names, kept, word in (
                (effect.gives, gaining, gains, "gaining"),
                (effect.takes, losing, losses, "losing"),
            ):
                if so:
                    tally[word] += 1
                    names.add(was.username)
                    if len(kept) < MOST_NAMED:
                        kept.append(told)
        if effect := Effect.between(then.programs(), later.programs()):
            programs.append(f"Programs of {old.client.app_name} {effect.told(one=False)}.")
    return Outlook(
        Tally(len(gaining), len(losing)),
        {cell: Tally(each["gaining"], each["losing"]) for cell, each in cells.items()},
        tuple(programs),
        tuple(gains),
        tuple(losses),
    )


def _side(world: World, registered: Registered, now: datetime, switches: Switches) -> Side:
    user = world.user(registered.client.default_context_user_name)
    facts = world.facts(registered, user)
    situation = Situation(registered.client, facts.secrets, facts.assignments, user, facts.marketplace_active)
    return Side(situation, now, switches)


def _added(tallies: Iterable[tuple[str, Tally]]) -> Mapping[str, Tally]:
    found: dict[str, Tally] = {}
    for name, each in tallies:
        so_far = found.get(name, Tally())
        found[name] = Tally(so_far.gaining + each.gaining, so_far.losing + each.losing)
    return found


def _value(registered: Registered, member: str) -> Value:
    value: object = getattr(registered.client, ATTRIBUTES[member])
    return tuple(sorted(set(value))) if isinstance(value, tuple) else bool(value)


def flip(api_client: Registered, member: str, draft: Draft) -> Edit:
    """Give the edit that turns a flag of an API client over, as it is in the draft."""
    before = bool(_value(api_client, member))
    now = bool(draft.fields_of(api_client.client.id).get(member, before))
    return Edit(Of.API_CLIENT, api_client.client.id, member, before, not now, api_client.client.app_name)


def put_roles(api_client: Registered, member: str, roles: Sequence[str]) -> Edit:
    """Give the edit that puts roles in a field of an API client."""
    after = tuple(sorted(set(roles)))
    return Edit(
        Of.API_CLIENT, api_client.client.id, member, _value(api_client, member), after, api_client.client.app_name
    )


def turn_assignment(api_client: Registered, party: Party, draft: Draft) -> Edit:
    """Give the edit that assigns a company in the draft, or no longer."""
    id, key = api_client.client.id, (party.kind, party.id)
    before = key in {(each.kind, each.id) for each in api_client.companies}
    now = key in {(each.kind, each.id) for each in draft.companies_of(id, api_client.companies)}
    return Edit(Of.ASSIGNMENT, id, "Assigned", before, not now, api_client.client.app_name, party)


def turn_company(party: Party, draft: Draft) -> Edit:
    """Give the edit that deactivates a company in the draft, or activates it. `party` is as the marketplace has it."""
    now = draft.party(party).active
    return Edit(Of.COMPANY, party.id, "Active", party.active, not now, party.label, party)


def turn_user(user: User, draft: Draft) -> Edit:
    """Give the edit that deactivates a user in the draft, or activates it. `user` is as the marketplace has it."""
    now = draft.user(user).active
    return Edit(Of.USER, user.username, "Active", user.active, not now, user.username, user.party)
