"""Asked the other way round: every way to a token, or to one role, with the obstacle wherever there is none.

A way is one user, one API client and one grant. For a role the most generous request is judged: it asks for all that
the user holds, for the role, and for what the API client requires, since asking for more never takes anything away.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tui.access.decision import Check
from tui.access.entries import Door, Entry, entries
from tui.access.facts import ApiClientFacts, User
from tui.access.grants import GrantKind
from tui.access.roles import FULL_ACCESS, is_api_role
from tui.access.switches import DEFAULT, Switches
from tui.access.words import count


@dataclass(frozen=True, slots=True)
class Way:
    """A token can be had so. `roles` are what it carries when it is asked for as generously as can be."""

    user: User
    api_client: ApiClientFacts
    grant: GrantKind
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Obstacle:
    """No token this way: the check that refuses, None where the grant is nothing to the user or the role is missing."""

    user: User
    api_client: ApiClientFacts
    grant: GrantKind
    check: Check | None
    why: str


Found = Way | Obstacle
"""What becomes of one user, API client and grant."""


def holds(user: User, role: str, switches: Switches = DEFAULT) -> bool:
    """Whether a user's security profiles give a role, or FullAccess, which may ask for any API role by name."""
    if role in user.available_roles:
        return True
    full = switches.full_access_asks_for_any_api_role and FULL_ACCESS in user.available_roles
    return full and is_api_role(role)


def generous_scope(api_client: ApiClientFacts, user: User, role: str) -> tuple[str, ...]:
    """Return the scope that grants the most, and the role if anything can."""
    required = (*api_client.minimum_required_roles, *api_client.minimum_required_custom_roles)
    return tuple(dict.fromkeys((role, *sorted(user.available_roles), *required)))


def ways_through(
    door: Door, user: User, now: datetime, role: str | None = None, switches: Switches = DEFAULT
) -> tuple[Found, ...]:
    """Tell of each grant of an API client whether a user gets a token by it, and, if asked, one with the role."""
    scope = None if role is None else generous_scope(door.api_client, user, role)
    return tuple(_found(door, user, entry, role) for entry in entries(door, user, now, scope, switches))


def _found(door: Door, user: User, entry: Entry, role: str | None) -> Found:
    decision, client = entry.decision, door.api_client
    if decision is None or not decision.allowed:
        return Obstacle(user, client, entry.kind, None if decision is None else decision.check, entry.why)
    if role is not None and role not in decision.roles:
        why = next((gap.why for gap in decision.role_gaps if gap.role == role), "it is not granted")
        return Obstacle(user, client, entry.kind, None, f"{role}: {why}.")
    return Way(user, client, entry.kind, decision.roles)


def all_ways(
    doors: Sequence[Door],
    users: Iterable[User],
    now: datetime,
    role: str | None = None,
    switches: Switches = DEFAULT,
) -> Iterator[tuple[Found, ...]]:
    """Tell of each API client, user and grant what becomes of it; who cannot hold the role at all is left out.

    One step is one user at one API client, so that whoever consumes it can pause between two. Users who are alike in
    all that decides are judged once for each API client: the others' obstacles are told by the example of the first.
    """
    able = [each for each in users if role is None or holds(each, role, switches)]
    for door in doors:
        judged: dict[_Alike, tuple[Found, ...]] = {}
        for user in able:
            alike = _alike(door, user)
            if (found := judged.get(alike)) is None:
                found = judged[alike] = ways_through(door, user, now, role, switches)
            yield tuple(
                Way(user, each.api_client, each.grant, each.roles) if isinstance(each, Way) else each for each in found
            )


_Alike = tuple[object, ...]


def _alike(door: Door, user: User) -> _Alike:
    """Return all that the checks ask about a user: two with the same get the same at this API client."""
    party = user.party
    return (
        door.acts_as(user),
        door.gate.by(party.kind, party.id),
        party.kind,
        party.active,
        user.active,
        user.available_roles,
        user.locked_until,
        user.password_expires,
    )


@dataclass
class Answer:
    """The complete answer to a question, gathered from `all_ways`: the ways, or why there is none.

    `users` and `api_clients` say among how many was looked. `blocked` counts the ways to a token that were refused, by
    the check (None: the role itself is not granted); `examples` has the first obstacle of each.
    """

    role: str | None
    users: int
    api_clients: int
    holders: int = 0
    nobody: str = "Nobody can."
    ways: list[Way] = field(default_factory=list)
    blocked: Counter[Check | None] = field(default_factory=Counter)
    examples: dict[Check | None, Obstacle] = field(default_factory=dict)

    def add(self, found: Iterable[Found]) -> None:
        """Take in what was found of one user at one API client."""
        for each in found:
            if isinstance(each, Way):
                self.ways.append(each)
            elif each.check is not None or (self.role is not None and each.why.startswith(f"{self.role}: ")):
                self.blocked[each.check] += 1
                self.examples.setdefault(each.check, each)

    @property
    def by_grant(self) -> Mapping[GrantKind, int]:
        """How many ways there are by each grant."""
        return Counter(each.grant for each in self.ways)

    def told(self) -> tuple[str, ...]:
        """Say what the answer is, and, where there is no way, what proves it: each sentence is a step of the proof."""
        looked = f"Looked at: {count(self.users, 'user')} and {count(self.api_clients, 'API client')}, by every grant."
        if self.ways:
            users = len({each.user.username.casefold() for each in self.ways})
            clients = len({each.api_client.id for each in self.ways})
            ways = count(len(self.ways), "way")
            return (f"{ways}: {count(users, 'user')} through {count(clients, 'API client')}. That is all.", looked)
        told = [self.nobody, looked]
        if self.role is not None:
            full = " or FullAccess" if is_api_role(self.role) and self.role != FULL_ACCESS else ""
            if self.holders == 0:
                return (
                    *told,
                    f"No security profile gives any of them {self.role}{full}, and nothing else gives roles.",
                )
            told.append(f"{count(self.holders, 'user')} {_hold(self.holders)} {self.role}{full}; each way is refused:")
        return (*told, *self.obstacles())

    def obstacles(self) -> tuple[str, ...]:
        """Say what refuses, each with how often and an example, the most frequent first."""
        told = []
        for check, number in self.blocked.most_common():
            example = self.examples[check]
            by = f"check {check.value}, {check.title}" if check is not None else "the role is not granted"
            told.append(
                f"{number:,} by {by}; as {example.user.username} at {example.api_client.app_name}: {example.why}"
            )
        return tuple(told)


def _hold(number: int) -> str:
    return "holds" if number == 1 else "hold"


def answer(
    doors: Sequence[Door],
    users: Sequence[User],
    now: datetime,
    role: str | None = None,
    switches: Switches = DEFAULT,
) -> Answer:
    """Answer a question at once: who of some users gets a token, or the role, through which of some API clients."""
    found = begin(doors, users, role, switches)
    for each in all_ways(doors, users, now, role, switches):
        found.add(each)
    return found


def begin(
    doors: Sequence[Door], users: Sequence[User], role: str | None = None, switches: Switches = DEFAULT
) -> Answer:
    """Return an answer that `all_ways` is to be added to."""
    held = 0 if role is None else sum(holds(each, role, switches) for each in users)
    return Answer(role, len(users), len(doors), held)
