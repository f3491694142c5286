"""Facts that not every caller has. Each may be missing: a rule that lacks its facts says nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from tui.access.facts import Party, PartyKind, User
from tui.access.names import Names


@dataclass(frozen=True, slots=True)
class Reference:
    """What names the API client from elsewhere, as an impersonation config or an OpenID Connect does.

    `buyer_id` is the one buyer whose users an impersonation config is about.
    """

    kind: str
    id: str
    buyer_id: str | None = None


@dataclass(frozen=True, slots=True)
class WayUsed:
    """One way in which tokens were got, by the log: the grant, the secret sent with it, and when it was last so."""

    grant: str
    secret: str | None
    last: datetime


@dataclass(frozen=True)
class Users:
    """Every user of the marketplace, so kept that asking for some is cheap: one serves all API clients."""

    every: Sequence[User] = ()

    @cached_property
    def by_name(self) -> Mapping[str, User]:
        """The users by username in one case, as OrderCloud compares them."""
        return {user.username.casefold(): user for user in self.every}

    @cached_property
    def by_party(self) -> Mapping[tuple[PartyKind, str], Sequence[User]]:
        """The users of each party."""
        found: defaultdict[tuple[PartyKind, str], list[User]] = defaultdict(list)
        for user in self.every:
            found[user.party.kind, user.party.id].append(user)
        return found

    @cached_property
    def by_kind(self) -> Mapping[PartyKind, Sequence[User]]:
        """The users of each kind of party."""
        found: defaultdict[PartyKind, list[User]] = defaultdict(list)
        for user in self.every:
            found[user.party.kind].append(user)
        return found


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known beside the API client itself; None is not known.

    Attributes:
        users: Every user of the marketplace.
        companies: Every buyer and supplier, by kind and ID.
        names: How often each name is borne by API clients, this one included.
        references: What names this API client.
        used: The ways in which this API client was used.
    """

    users: Users | None = None
    companies: Mapping[tuple[PartyKind, str], Party] | None = None
    names: Names | None = None
    references: Sequence[Reference] | None = None
    used: Sequence[WayUsed] | None = None


NOTHING_MORE = Knowledge()
