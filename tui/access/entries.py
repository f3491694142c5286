"""How one user gets in through one API client: by each grant, or the check that decides against it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tui.access.attempt import Attempt, Facts, Grant, PasswordEvidence, RefreshEvidence, SecretEvidence
from tui.access.case import Case
from tui.access.decide import decide
from tui.access.decision import Decision
from tui.access.facts import ApiClientFacts, AssignmentFacts, PartyKind, SecretFacts, User
from tui.access.grants import GrantKind
from tui.access.parties import Gate
from tui.access.roles import granted_roles
from tui.access.switches import DEFAULT, Switches
from tui.access.words import shorten

WIRE_GRANTS: Mapping[GrantKind, Grant] = {
    GrantKind.PASSWORD: Grant.PASSWORD,
    GrantKind.CLIENT_CREDENTIALS: Grant.CLIENT_CREDENTIALS,
    GrantKind.ANONYMOUS: Grant.CLIENT_CREDENTIALS,
    GrantKind.REFRESH: Grant.REFRESH_TOKEN,
}
"""What each way to a token is called on the wire."""


@dataclass(frozen=True)
class Door:
    """An API client with all that decides who gets in, prepared once for many users."""

    api_client: ApiClientFacts
    secrets: Sequence[SecretFacts] = ()
    assignments: Sequence[AssignmentFacts] = ()
    marketplace_active: bool = True
    gate: Gate = field(init=False, repr=False, compare=False)
    _by_company: Mapping[tuple[PartyKind, str], tuple[AssignmentFacts, ...]] = field(
        init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "gate", Gate.of(self.api_client, self.assignments))
        found: dict[tuple[PartyKind, str], tuple[AssignmentFacts, ...]] = {}
        own_id = self.api_client.id.lower()
        for each in self.assignments:
            if each.api_client_id.lower() != own_id:
                continue
            for key in ((PartyKind.BUYER, each.buyer_id), (PartyKind.SUPPLIER, each.supplier_id)):
                if key[1]:
                    found[key[0], key[1]] = (each,)
        object.__setattr__(self, "_by_company", found)

    def lets_in(self, user: User) -> bool:
        """Whether the user's party may use it, whatever else is asked."""
        return self.gate.access(user.party).allowed

    def acts_as(self, user: User) -> bool:
        """Whether this is its default context user."""
        name = self.api_client.default_context_user_name
        return bool(name) and (name or "").casefold() == user.username.casefold()

    def facts(self, user: User) -> Facts:
        """Return what the rules take of an attempt about a user; where it gets in, its own assignment is enough."""
        own = self._by_company.get((user.party.kind, user.party.id))
        listed = own if own is not None else self.assignments
        if own is None and self.gate.flag(user.party.kind):
            listed = ()
        return Facts(self.api_client, self.secrets, listed, user, self.marketplace_active)


@dataclass(frozen=True, slots=True)
class Entry:
    """Whether a user gets a token by a grant; without a `decision` the grant is nothing to this user, as `why` says.

    What has to be sent, a password, a secret or a refresh token, is taken to be right.
    """

    kind: GrantKind
    decision: Decision | None
    why: str

    @property
    def can(self) -> bool:
        """Whether there is a token."""
        return self.decision is not None and self.decision.allowed


def attempt_by(kind: GrantKind, facts: Facts, scope: tuple[str, ...] | None = None) -> Attempt:
    """Return a request for a token in which everything that is sent is right, as far as it can be."""
    client = facts.api_client
    has_secret = bool(facts.secrets or (client is not None and client.client_secret))
    return Attempt(
        WIRE_GRANTS[kind].value,
        None if client is None else client.id,
        scope=scope,
        secret=SecretEvidence.ASSUMED if has_secret else SecretEvidence.ABSENT,
        password=PasswordEvidence.ASSUMED,
        refresh=RefreshEvidence.ASSUMED,
    )


def entries(
    door: Door, user: User, now: datetime, scope: tuple[str, ...] | None = None, switches: Switches = DEFAULT
) -> tuple[Entry, ...]:
    """Tell of each grant whether this user gets a token through this API client: in the order of `GrantKind`."""
    facts = door.facts(user)
    asked = _Asked(door, user, facts, now, scope, switches)
    return (asked.password(), asked.refresh(), asked.client_credentials(), asked.anonymous())


@dataclass(frozen=True)
class _Asked:
    door: Door
    user: User
    facts: Facts
    now: datetime
    scope: tuple[str, ...] | None
    switches: Switches

    def password(self) -> Entry:
        return self._entry(GrantKind.PASSWORD)

    def refresh(self) -> Entry:
        minutes = self.door.api_client.refresh_token_duration
        if minutes <= 0:
            return Entry(GrantKind.REFRESH, None, "RefreshTokenDuration is 0, so no refresh tokens are issued.")
        return self._entry(GrantKind.REFRESH)

    def client_credentials(self) -> Entry:
        kind = GrantKind.CLIENT_CREDENTIALS
        if (why := self._acts_as_another()) is not None:
            return Entry(kind, None, why)
        if self._is_anonymous:
            return Entry(kind, None, "IsAnonBuyer is on: the same request is anonymous shopping.")
        return self._entry(kind)

    def anonymous(self) -> Entry:
        kind, user = GrantKind.ANONYMOUS, self.user
        if not self.door.api_client.is_anon_buyer:
            return Entry(kind, None, "IsAnonBuyer is off.")
        if (why := self._acts_as_another()) is not None:
            return Entry(kind, None, why)
        if not self._is_anonymous:
            return Entry(kind, None, f"{shorten(user.username)} is a {user.party.kind} user, and no buyer user.")
        return self._entry(kind)

    def _acts_as_another(self) -> str | None:
        if self.door.acts_as(self.user):
            return None
        name = self.door.api_client.default_context_user_name
        if not name:
            return "DefaultContextUserName is not set, and a token must act as somebody."
        return f"Its tokens act as {shorten(name)}, the default context user."

    @property
    def _is_anonymous(self) -> bool:
        attempt = attempt_by(GrantKind.ANONYMOUS, self.facts, self.scope)
        return Case(attempt, self.facts, self.now, self.switches).anonymous

    def _entry(self, kind: GrantKind) -> Entry:
        decision = decide(attempt_by(kind, self.facts, self.scope), self.facts, self.now, self.switches)
        return Entry(kind, decision, " ".join(decision.reasons[:1] if not decision.allowed else decision.reasons))


@dataclass(frozen=True, slots=True)
class ProfileGift:
    """A security profile that a user has: its roles, and through what: the user, a group, or the company."""

    profile_id: str
    name: str
    roles: frozenset[str]
    through: str

    @property
    def label(self) -> str:
        """The name for people, or the ID where there is no name."""
        return self.name or self.profile_id


@dataclass(frozen=True, slots=True)
class RoleStory:
    """What becomes of one role of a user, or of one that an API client asks for.

    `why` is blank when it is granted. `required`: the API client's minimum has it.
    """

    role: str
    held: bool
    granted: bool
    why: str
    required: bool
    gifts: tuple[ProfileGift, ...] = ()


def role_stories(
    api_client: ApiClientFacts, user: User, gifts: Sequence[ProfileGift] = (), switches: Switches = DEFAULT
) -> tuple[RoleStory, ...]:
    """Tell what becomes of each role when none is asked for by name: the profiles' gifts, the ceiling and the floor."""
    result = granted_roles(api_client, user.available_roles, None, switches=switches)
    gaps = {gap.role: gap.why for gap in result.gaps}
    required = frozenset((*api_client.minimum_required_roles, *api_client.minimum_required_custom_roles))
    missing = tuple(role for role in result.missing_minimum if role not in user.available_roles)
    told = [
        RoleStory(
            role,
            True,
            role in result.roles,
            gaps.get(role, ""),
            role in required,
            tuple(each for each in gifts if role in each.roles),
        )
        for role in sorted(user.available_roles)
    ]
    floor = "the API client requires it as a minimum, and no security profile of the user gives it"
    told += [RoleStory(role, False, False, floor, True) for role in missing]
    return tuple(sorted(told, key=lambda each: (not each.granted, not each.required, each.role)))
