"""The rules' answer for one attempt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum


class Check(IntEnum):
    """The checks of the token endpoint in their order; the first that fails answers."""

    FORM_ENCODED = 1
    GRANT_TYPE_PRESENT = 2
    GRANT_TYPE_SUPPORTED = 3
    CLIENT_KNOWN = 4
    CLIENT_ACTIVE = 5
    CLIENT_SECRET = 6
    CREDENTIALS_PRESENT = 7
    CREDENTIALS_RIGHT = 8
    NOT_LOCKED_OUT = 9
    CONTEXT_USER = 10
    REFRESH_TOKEN = 11
    ALL_ACTIVE = 12
    PARTY_ALLOWED = 13
    ROLES_LEFT = 14
    PASSWORD_GOOD = 15

    @property
    def title(self) -> str:
        """What the check asks for, in a few words for people."""
        return _TITLES[self]


_TITLES = {
    Check.FORM_ENCODED: "the body is form-encoded",
    Check.GRANT_TYPE_PRESENT: "grant_type is present",
    Check.GRANT_TYPE_SUPPORTED: "grant_type is supported",
    Check.CLIENT_KNOWN: "the client ID is known",
    Check.CLIENT_ACTIVE: "the API client is active",
    Check.CLIENT_SECRET: "the client secret is right",
    Check.CREDENTIALS_PRESENT: "username and password are present",
    Check.CREDENTIALS_RIGHT: "username and password are right",
    Check.NOT_LOCKED_OUT: "the user is not locked out",
    Check.CONTEXT_USER: "there is a default context user",
    Check.REFRESH_TOKEN: "the refresh token is good",
    Check.ALL_ACTIVE: "user, company and marketplace are active",
    Check.PARTY_ALLOWED: "the user's party may use the API client",
    Check.ROLES_LEFT: "the roles suffice",
    Check.PASSWORD_GOOD: "the password is strong and young enough",
}


@dataclass(frozen=True, slots=True)
class TokenError:
    """A refusal as the wire tells it: OAuth's `error` and `error_description`, and the `ErrorCode` of `Errors[0]`."""

    error: str
    code: str
    description: str
    data: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long the tokens live, in minutes; `refresh_minutes` is 0 when no refresh token comes.

    A refresh answers with the refresh token it used: its minutes run from the first sign-in.
    """

    access_minutes: int
    refresh_minutes: int = 0

    @property
    def expires_in(self) -> int:
        """The `expires_in` member of the answer, in seconds: OrderCloud answers one second short."""
        return self.access_minutes * 60 - 1

    @property
    def access_seconds(self) -> int:
        """From the `iat` claim to the `exp` claim, in seconds."""
        return self.access_minutes * 60


@dataclass(frozen=True, slots=True)
class RoleGap:
    """A role that was asked for, or that the user holds, and that the token does not carry."""

    role: str
    why: str


@dataclass(frozen=True, slots=True)
class Decision:
    """Allowed or refused, and why.

    When refused, `check` and `error` tell the check that answered and its error; `also_failing` are the checks which
    would refuse next if only that one were mended. When allowed, `roles` (sorted), `lifetimes` and `anonymous` tell
    what the token would be. `reasons`, `near_misses` and `assumptions` are sentences for people; the names and IDs in
    them are data, never markup.
    """

    allowed: bool
    check: Check | None = None
    error: TokenError | None = None
    roles: tuple[str, ...] = ()
    lifetimes: Lifetimes | None = None
    anonymous: bool = False
    reasons: tuple[str, ...] = ()
    near_misses: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    role_gaps: tuple[RoleGap, ...] = ()
    also_failing: tuple[Check, ...] = ()
