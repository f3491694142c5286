"""What an operation is given and what it gives: one call, its caller, its answer."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from tui.access.facts import PartyKind
from tui.sandbox.errors import anonymous_prohibited, insufficient_roles, not_authorized_to_admin
from tui.sandbox.fields import Field
from tui.sandbox.lists import Query
from tui.tokens.token import JSON, Token

Clock = Callable[[], datetime]


class Caller(NamedTuple):
    """Whom an access token speaks for, as the marketplace knows it now. `company` is the key of buyer or supplier."""

    username: str
    user: int
    kind: PartyKind
    company: int | None
    roles: frozenset[str]
    order_id: str | None = None

    @property
    def anonymous(self) -> bool:
        """Whether this is a temporary copy of the default context user."""
        return self.order_id is not None


@dataclass(frozen=True, slots=True)
class Call:
    """One request on the resource API, inside its transaction. `body` is empty where none was wanted.

    `hashed` is the hash of the password in the body, made beforehand off the store's thread; `used` tells which of the
    user's earlier passwords it was. `base_url` is the marketplace's address, the issuer of its tokens. `guest` is the
    verified token in the query of an operation that `takes_guest`.
    """

    connection: sqlite3.Connection
    caller: Caller
    now: datetime
    parameters: Mapping[str, str]
    query: Query = ()
    body: Mapping[str, JSON] = field(default_factory=dict)
    hashed: str | None = field(default=None, repr=False)
    used: int | None = None
    base_url: str = ""
    guest: Token | None = field(default=None, repr=False)


class Answer(NamedTuple):
    """A status and a body, None for none. With `claims` an access token is signed and goes first in the body.

    `written` is a body that is JSON already, and goes out in the place of the other.
    """

    status: int
    body: JSON = None
    claims: Mapping[str, JSON] | None = None
    written: str | None = None


NO_CONTENT = Answer(204)


class Shape(NamedTuple):
    """A JSON object on the wire: its name and its members."""

    name: str
    fields: tuple[Field, ...]


class About(NamedTuple):
    """What the OpenAPI document tells of an operation, beside what the operation itself needs.

    `takes` and `gives` are the bodies; `partial` says that no member of the body is required, `page` that the answer is
    a page of such objects, `listing` that the list language applies to them. `words` are parts of the path that are no
    IDs, `query` the parameters of the query; required ones are marked so.
    """

    summary: str
    status: int = 200
    takes: Shape | None = None
    gives: Shape | None = None
    partial: bool = False
    page: bool = False
    listing: bool = False
    words: tuple[Field, ...] = ()
    query: tuple[Field, ...] = ()


class Operation(NamedTuple):
    """What one method of one path does. `roles` of which any suffices; None for any valid token.

    `kinds` are the kinds of user who may do it at all; finer rules are the operation's own. `hashes` names the member
    of the body that must be hashed before `run`, for the user in the path or, when it is `own`, for the caller.
    Anonymous callers write only what is `open_to_guests`; what `takes_guest` has an anonymous caller's token in its
    query, as `anonUserToken`. What is `short` changes nothing and gives few rows.
    """

    run: Callable[[Call], Answer]
    roles: tuple[str, ...] | None
    kinds: frozenset[PartyKind] = frozenset(PartyKind)
    writes: bool = False
    has_body: bool = False
    hashes: str | None = None
    open_to_guests: bool = False
    about: About | None = None
    own: bool = False
    takes_guest: bool = False
    short: bool = False

    def authorize(self, caller: Caller) -> None:
        """Raise ApiError 403 when the caller's roles or kind do not suffice."""
        if self.roles is not None and caller.roles.isdisjoint(self.roles):
            raise insufficient_roles(self.roles, caller.roles)
        if self.writes and caller.anonymous and not self.open_to_guests:
            raise anonymous_prohibited()
        if caller.kind not in self.kinds:
            raise not_authorized_to_admin()
