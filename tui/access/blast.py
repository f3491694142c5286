"""The blast radius of a change: which users gain or lose which grants and roles.

Who gets what is asked of `decide`, before and after, and nowhere else. It is asked once for all users whom the rules
cannot tell apart, so that ten thousand users cost about as much as ten.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self, TypeAlias

from tui.access.api_roles import API_ROLES
from tui.access.attempt import Attempt, Facts, Grant, PasswordEvidence, SecretEvidence
from tui.access.case import Case
from tui.access.decide import decide
from tui.access.decision import Decision
from tui.access.facts import ApiClientFacts, AssignmentFacts, Party, PartyKind, SecretFacts, User
from tui.access.grants import GrantKind
from tui.access.switches import DEFAULT, Switches

NAMED_PARTIES = 3
"""How many parties with the same effect are named; more are counted."""
NAMED_ROLES = 4


@dataclass(frozen=True, slots=True)
class Situation:
    """One API client with what decides about it, before a change or after it.

    `api_client` is None where there is none: before it is created, or after it is deleted. One that is yet to be
    created needs an ID, any. `context_user` is the user that DefaultContextUserName names. `users` are those who are
    otherwise than in the crowd, by username: deactivated, say, or in a company that is.
    """

    api_client: ApiClientFacts | None
    secrets: Sequence[SecretFacts] = ()
    assignments: Sequence[AssignmentFacts] = ()
    context_user: User | None = None
    marketplace_active: bool = True
    users: Mapping[str, User] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody gets of an API client: grants, and the roles of a token for everything."""

    grants: frozenset[GrantKind] = frozenset()
    roles: frozenset[str] = frozenset()

    @classmethod
    def of(cls, decision: Decision, kind: GrantKind) -> Self:
        """Read it off the rules' answer."""
        if not decision.allowed:
            return cls()
        refresh = decision.lifetimes is not None and decision.lifetimes.refresh_minutes > 0
        return cls(frozenset({kind, GrantKind.REFRESH} if refresh else {kind}), frozenset(decision.roles))


@dataclass(frozen=True, slots=True)
class Effect:
    """What changes for somebody. Roles are those of whoever gets a token before and after; sorted."""

    lost: tuple[GrantKind, ...] = ()
    gained: tuple[GrantKind, ...] = ()
    roles_lost: tuple[str, ...] = ()
    roles_gained: tuple[str, ...] = ()

    @classmethod
    def between(cls, before: Standing, after: Standing) -> Self:
        """Compare two standings."""
        both = bool(before.grants and after.grants)
        return cls(
            tuple(kind for kind in GrantKind if kind in before.grants - after.grants),
            tuple(kind for kind in GrantKind if kind in after.grants - before.grants),
            tuple(sorted(before.roles - after.roles)) if both else (),
            tuple(sorted(after.roles - before.roles)) if both else (),
        )

    def __bool__(self) -> bool:
        return bool(self.lost or self.gained or self.roles_lost or self.roles_gained)

    @property
    def takes(self) -> bool:
        """Whether something is lost."""
        return bool(self.lost or self.roles_lost)

    @property
    def gives(self) -> bool:
        """Whether something is gained."""
        return bool(self.gained or self.roles_gained)

    def told(self, *, one: bool) -> str:
        """Say it with a verb: `lose password and refresh, gain Shopper`; for one, `loses`."""
        lost = [*self.lost, *_some(self.roles_lost)]
        gained = [*self.gained, *_some(self.roles_gained)]
        parts = []
        if lost:
            parts.append(f"{'loses' if one else 'lose'} {_joined(lost)}")
        if gained:
            parts.append(f"{'gains' if one else 'gain'} {_joined(gained)}")
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Group:
    """One effect on users of one party. `username` is that of the only one; with `users` None they are not known."""

    effect: Effect
    party: Party
    users: int | None
    username: str = ""


@dataclass(frozen=True, slots=True)
class Blast:
    """What a change does.

    Attributes:
        groups: The effects on users, by party; losses first, then the larger.
        programs: The effect on whoever gets in without a user of its own: by client credentials, or as a guest.
        acts_as: The context users before and after, where such tokens act as another one; None otherwise.
        secrets: What changes about the secret that must be sent, in sentences.
        unread: Of how many parties the users are not known, and so their roles are not either.
    """

    groups: tuple[Group, ...] = ()
    programs: Effect = Effect()
    acts_as: tuple[str, str] | None = None
    secrets: tuple[str, ...] = ()
    unread: int = 0

    def __bool__(self) -> bool:
        return bool(self.groups or self.programs or self.acts_as or self.secrets)

    @property
    def grave(self) -> bool:
        """Whether somebody loses something."""
        return bool(self.secrets or self.programs.takes or any(group.effect.takes for group in self.groups))

    @property
    def losing(self) -> int:
        """How many known users lose something."""
        return sum(group.users or 0 for group in self.groups if group.effect.takes)

    @property
    def gaining(self) -> int:
        """How many known users gain something."""
        return sum(group.users or 0 for group in self.groups if group.effect.gives)

    def lines(self) -> tuple[str, ...]:
        """Tell everything, a sentence a line, the gravest first. Names in it are outside text."""
        told = [*self.secrets]
        if self.acts_as is not None:
            told.append(f"Tokens without a user of their own act as {self.acts_as[1]}, not as {self.acts_as[0]}.")
        if self.programs:
            told.append(f"{_programs(self.programs)} {self.programs.told(one=False)}.")
        by_effect: dict[tuple[Effect, bool], list[Group]] = defaultdict(list)
        for group in self.groups:
            by_effect[group.effect, group.users is None].append(group)
        for (effect, unknown), groups in by_effect.items():
            told += _tell_unknown(effect, groups) if unknown else _tell_known(effect, groups)
        return tuple(told)

    def summary(self) -> str:
        """Tell it in one line; blank when nothing changes for anybody."""
        lines = self.lines()
        if len(lines) < 2:
            return "".join(lines)
        parts = []
        known = [group.effect for group in self.groups if group.users]
        losses = {Effect(lost=each.lost, roles_lost=each.roles_lost) for each in known if each.takes}
        gains = {Effect(gained=each.gained, roles_gained=each.roles_gained) for each in known if each.gives}
        for effects, count, verb in ((losses, self.losing, "lose"), (gains, self.gaining, "gain")):
            same = next(iter(effects)).told(one=count == 1) if len(effects) == 1 else ""
            if effects:
                parts.append(f"{_users(count)} {same or verb + ('s' if count == 1 else '') + ' something'}")
        unknown = [group for group in self.groups if group.users is None]
        if unknown:
            parts.append(f"and so may the users of {_parties(unknown)}" if parts else f"users of {_parties(unknown)}")
        if self.programs or self.acts_as:
            parts.append("programs are affected" if self.programs.takes or self.acts_as else "programs get in")
        if not parts:
            return lines[0]
        return f"{parts[0]}{''.join(f', {part}' for part in parts[1:])}." + (
            f" {self.secrets[0]}" if self.secrets else ""
        )


class Crowd:
    """Users, counted by what the rules can tell apart in them. Made once, it serves every change."""

    def __init__(self, users: Iterable[User], unread: Iterable[Party] = ()) -> None:
        """Count users; `unread` are the parties whose users are not known."""
        alike: dict[_Alike, list[User]] = {}
        for user in users:
            key = (user.party, user.active, user.available_roles, user.locked_until, user.password_expires)
            found = alike.get(key)
            if found is None:
                alike[key] = [user]
            else:
                found.append(user)
        self.alike = tuple(tuple(each) for each in alike.values())
        self.unread = tuple(unread)


_Alike: TypeAlias = tuple[Party, bool, frozenset[str], datetime | None, datetime | None]
_Seen: TypeAlias = tuple[PartyKind, bool, bool, bool, bool, frozenset[str], datetime | None, datetime | None]


class Side:
    """One situation, with its assignments by company and the answers given so far."""

    def __init__(self, situation: Situation, now: datetime, switches: Switches) -> None:
        self.situation = situation
        self._now = now
        self._switches = switches
        self._of: dict[str, list[AssignmentFacts]] = defaultdict(list)
        own = "" if situation.api_client is None else situation.api_client.id.lower()
        for each in situation.assignments:
            if each.api_client_id.lower() == own:
                for company in {each.buyer_id, each.supplier_id} - {None}:
                    self._of[company or ""].append(each)
        self._answers: dict[_Seen, Standing] = {}

    def standing(self, user: User) -> Standing:
        """What a user gets with the right password, and the secret where there is one."""
        party = user.party
        own = self._of.get(party.id, ())
        # All that the rules look at in a user; of a party, only whether it is itself assigned.
        seen = (
            party.kind,
            party.active,
            any(each.buyer_id == party.id for each in own),
            any(each.supplier_id == party.id for each in own),
            user.active,
            user.available_roles,
            user.locked_until,
            user.password_expires,
        )
        if (answer := self._answers.get(seen)) is None:
            decision = self._decide(Grant.PASSWORD, user, own)
            answer = self._answers[seen] = Standing.of(decision, GrantKind.PASSWORD)
        return answer

    def programs(self) -> Standing:
        """What whoever knows the client ID, and the secret where there is one, gets."""
        user = self.situation.context_user
        own = () if user is None else self._of.get(user.party.id, ())
        decision = self._decide(Grant.CLIENT_CREDENTIALS, user, own)
        return Standing.of(decision, GrantKind.ANONYMOUS if decision.anonymous else GrantKind.CLIENT_CREDENTIALS)

    def _decide(self, grant: Grant, user: User | None, own: Sequence[AssignmentFacts]) -> Decision:
        return decide(self._attempt(grant), self._facts(user, own), self._now, self._switches)

    def _attempt(self, grant: Grant) -> Attempt:
        client = self.situation.api_client
        client_id = "" if client is None else client.id
        return Attempt(grant, client_id, secret=SecretEvidence.LIVE, password=PasswordEvidence.RIGHT)

    def _facts(self, user: User | None, own: Sequence[AssignmentFacts]) -> Facts:
        its = self.situation
        return Facts(its.api_client, its.secrets, own, user, its.marketplace_active)

    @property
    def asks_for_secret(self) -> bool:
        """Whether every grant must send a secret."""
        return Case(self._attempt(Grant.PASSWORD), self._facts(None, ()), self._now, self._switches).secret_required


def blast(before: Situation, after: Situation, crowd: Crowd, now: datetime, switches: Switches = DEFAULT) -> Blast:
    """Work out what a change from one situation to another does to the crowd."""
    then, later = Side(before, now, switches), Side(after, now, switches)
    moved = before.users or after.users
    counts: Counter[tuple[Party, Effect]] = Counter()
    names: dict[tuple[Party, Effect], str] = {}

    def note(user: User, count: int, was: Standing, will: Standing) -> None:
        if was != will and (effect := Effect.between(was, will)):
            counts[user.party, effect] += count
            names.setdefault((user.party, effect), user.username)

    for alike in crowd.alike:
        if moved:
            for user in alike:
                was = then.standing(before.users.get(user.username, user))
                note(user, 1, was, later.standing(after.users.get(user.username, user)))
        else:
            note(alike[0], len(alike), then.standing(alike[0]), later.standing(alike[0]))
    groups = [
        Group(effect, party, count, names[party, effect] if count == 1 else "")
        for (party, effect), count in counts.items()
    ]
    # Nobody is known to hold it, so whoever holds every role stands for all: it gets what anybody could.
    custom = {
        role for each in (before, after) if each.api_client for role in each.api_client.minimum_required_custom_roles
    }
    every = frozenset({*API_ROLES, *custom})
    for party in crowd.unread:
        anybody = User("", party, available_roles=every)
        effect = Effect.between(then.standing(anybody), later.standing(anybody))
        if effect.lost or effect.gained:
            groups.append(Group(Effect(effect.lost, effect.gained), party, None))
    groups.sort(key=lambda group: (not group.effect.takes, -(group.users or 0), group.party.label))
    programs = Effect.between(then.programs(), later.programs())
    return Blast(tuple(groups), programs, _acts_as(then, later), _secrets(then, later), len(crowd.unread))


def _acts_as(then: Side, later: Side) -> tuple[str, str] | None:
    one, other = then.situation.context_user, later.situation.context_user
    if one is None or other is None or one.username == other.username:
        return None
    return (one.username, other.username) if then.programs().grants and later.programs().grants else None


def _secrets(then: Side, later: Side) -> tuple[str, ...]:
    """Say which secrets stop, and whether one is asked for now or no longer."""
    before, after = then.situation, later.situation
    if before.api_client is None or after.api_client is None:
        return ()
    if not then.asks_for_secret:
        if not later.asks_for_secret:
            return ()
        return ("Every grant needs the client secret then: whoever does not send it is refused.",)
    if not later.asks_for_secret:
        return ("No client secret is asked for any more: the client ID is enough.",)
    told = []
    old, new = before.api_client.client_secret, after.api_client.client_secret
    if old and old != new:
        told.append("Whoever sends the legacy secret of now is refused.")
    left = {each.id for each in after.secrets}
    told += [
        f"Whoever sends the secret {each.name or each.id} is refused." for each in before.secrets if each.id not in left
    ]
    return tuple(told)


# -- words ----------------------------------------------------------------------------------------------------------


def _joined(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _some(roles: Sequence[str]) -> list[str]:
    if len(roles) <= NAMED_ROLES:
        return list(roles)
    return [*roles[: NAMED_ROLES - 1], f"{len(roles) - NAMED_ROLES + 1} more roles"]


def _users(count: int) -> str:
    return "1 user" if count == 1 else f"{count:,} users"


def _whose(party: Party) -> str:
    return "the seller" if party.kind is PartyKind.SELLER else party.label


def _programs(effect: Effect) -> str:
    guests = GrantKind.ANONYMOUS in (*effect.lost, *effect.gained)
    both = guests and GrantKind.CLIENT_CREDENTIALS in (*effect.lost, *effect.gained)
    return "Programs and guests" if both else "Guests" if guests else "Programs"


def _parties(groups: Sequence[Group]) -> str:
    """Name a few parties, or count them by kind: `12 buyers and 3 suppliers`."""
    if len(groups) <= NAMED_PARTIES:
        return _joined([_whose(group.party) for group in groups])
    kinds = Counter(group.party.kind for group in groups)
    return _joined(
        [
            "the seller" if kind is PartyKind.SELLER else f"{kinds[kind]:,} {kind}{'' if kinds[kind] == 1 else 's'}"
            for kind in PartyKind
            if kinds[kind]
        ]
    )


def _tell_known(effect: Effect, groups: Sequence[Group]) -> list[str]:
    if len(groups) > NAMED_PARTIES:
        count = sum(group.users or 0 for group in groups)
        return [f"{_users(count)} of {_parties(groups)} {effect.told(one=False)}."]
    return [
        f"{group.username} ({_whose(group.party)}) {effect.told(one=True)}."
        if group.users == 1
        else f"{_users(group.users or 0)} of {_whose(group.party)} {effect.told(one=False)}."
        for group in groups
    ]


def _tell_unknown(effect: Effect, groups: Sequence[Group]) -> list[str]:
    return [f"Users of {_parties(groups)}, who are not read, {effect.told(one=False)}."]
