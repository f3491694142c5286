"""A scenario as data: the facts of a marketplace, what is tried there, and what is expected of each try."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from tui.access.world import World

if TYPE_CHECKING:
    from tui.ordercloud.models.base import JSON

Scalar: TypeAlias = "str | int | bool | tuple[str, ...]"


class Grant(StrEnum):
    """The ways to a token that a scenario can try."""

    PASSWORD = "password"  # noqa: S105 - the name of a grant
    CLIENT_CREDENTIALS = "client_credentials"
    ANONYMOUS = "anonymous"
    REFRESH = "refresh"
    IMPERSONATION = "impersonation"
    OPENID = "openid_connect"
    ONE_TIME = "one_time_password"

    @property
    def names_user(self) -> bool:
        """Whether a step says whom the token shall act as."""
        return self in (Grant.PASSWORD, Grant.IMPERSONATION, Grant.OPENID, Grant.ONE_TIME)

    @property
    def takes_secret(self) -> bool:
        """Whether a client secret is sent, where there is one."""
        return self not in (Grant.IMPERSONATION, Grant.OPENID)


class SecretKind(StrEnum):
    """Which client secret is sent. The values are those of the marketplace made for the scenario, or come from outside.

    `RIGHT` sends none where the API client has none.
    """

    RIGHT = "right"
    WRONG = "wrong"
    EXPIRED = "expired"
    NONE = "none"


class PasswordKind(StrEnum):
    """Which password is sent."""

    RIGHT = "right"
    WRONG = "wrong"
    NONE = "none"


UNKNOWN_TOKEN = "unknown"  # noqa: S105 - a word that stands for one
"""In the place of a step's name: a refresh token that nobody issued."""
NO_TOKEN = "none"  # noqa: S105 - a word that stands for none
"""In the place of a step's name: no refresh token at all."""
GIVEN_TOKEN = "(given)"  # noqa: S105 - a word that stands for one
"""In the place of a step's name: the refresh token that the stage was given. No file can say so."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask for a token. `refreshing` is the name of the step whose refresh token is sent.

    `user` is who signs in, or who is acted as by an impersonation: asked for with the access token of the step named by
    `caller`, or with that of whoever runs the scenario when it is blank.
    `password_from` and `secret_from` name environment variables that hold the values.
    """

    grant: Grant
    api_client: str
    user: str = ""
    password: PasswordKind = PasswordKind.RIGHT
    password_from: str = ""
    secret: SecretKind = SecretKind.RIGHT
    secret_from: str = ""
    scope: tuple[str, ...] = ()
    refreshing: str = ""
    visitor: str = ""
    caller: str = ""
    secret_of: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """Call the API with the token of an earlier step; without one, as the administrator who is signed in.

    `{Name}` in the path or in a text of the body stands for the ID of the API client of that name, `{step.member}` for
    a claim of the token, or a member of the answer, of an earlier step. `times` is how often the call is made.
    """

    path: str
    token_of: str = ""
    method: str = "GET"
    body: Mapping[str, JSON] | None = None
    times: int = 1

    @property
    def changes(self) -> bool:
        """Whether the call may change something."""
        return self.method not in ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Advance:
    """Move the clock on."""

    by: timedelta


@dataclass(frozen=True, slots=True)
class Revoke:
    """Revoke every token of a user, as an administrator does."""

    user: str


@dataclass(frozen=True, slots=True)
class Tell:
    """Do nothing: the step is there for its words."""


Deed: TypeAlias = Ask | Call | Advance | Revoke | Tell


class Show(StrEnum):
    """What a step of a tour shows after it was done."""

    ANSWER = "answer"
    TOKEN = "token"  # noqa: S105 - a word for what is shown
    LIFETIME = "lifetime"
    API_CLIENT = "api client"
    ACCESS = "access"
    TRAFFIC = "traffic"


@dataclass(frozen=True, slots=True)
class Look:
    """What a step of a tour shows. `marks` are the members, claims or parties that are highlighted.

    `token_of` names the step whose token or life is shown, by default the latest. `api_clients` are the names of those
    shown, `parties` the IDs of the companies, and "seller".
    """

    show: Show = Show.ANSWER
    marks: tuple[str, ...] = ()
    api_clients: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    token_of: str = ""


@dataclass(frozen=True, slots=True)
class Expect:
    """What is expected; None, and members that are empty, expect nothing.

    `allowed` says whether a token comes, or a call succeeds. `error` is OAuth's word, or what the browser is told of a
    sign-in with OpenID Connect; `code` is OrderCloud's ErrorCode.
    `refresh_minutes` 0 means no refresh token, any other number that one comes. `claims` are compared by name. `fields`
    are members of the answer, below others after a dot; empty text stands for null as well. `access` says of API
    clients which parties they let in, by their IDs and "seller"; `requests` how many requests they have caused.
    """

    allowed: bool | None = None
    roles: tuple[str, ...] | None = None
    access_minutes: int | None = None
    refresh_minutes: int | None = None
    error: str = ""
    code: str = ""
    status: int | None = None
    claims: Mapping[str, Scalar] = field(default_factory=dict)
    fields: Mapping[str, JSON] = field(default_factory=dict)
    access: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    requests: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `why` says for people what the expectation rests on; `check` is the check that refuses, 0 for none.

    In a tour, `text` is told before the step and `notice` after it.
    """

    name: str
    deed: Deed
    expect: Expect = field(default_factory=Expect)
    why: str = ""
    check: int = 0
    text: str = ""
    notice: str = ""
    look: Look | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario. With facts, or the demo marketplace as its facts, a sandbox in memory is made for it.

    Without both it runs in the marketplace of the profile it names, or in the one that the command line names.
    """

    name: str
    steps: tuple[Step, ...]
    about: str = ""
    profile: str = ""
    demo: bool = False
    world: World | None = None
    now: datetime | None = None

    @property
    def is_tour(self) -> bool:
        """Whether it has words for somebody who plays it step by step."""
        return any(each.text for each in self.steps)

    @property
    def changes(self) -> bool:
        """Whether a call of it may change something."""
        return any(isinstance(each.deed, Call) and each.deed.changes for each in self.steps)

    @property
    def is_planted(self) -> bool:
        """Whether it brings its own marketplace."""
        return self.demo or self.world is not None
