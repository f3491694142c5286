"""What is kept of one attempt: what was sent, expected and came back. Never a secret, a password or a token.

Everything in it is data: it can be written down, compared with another, and tried again with the secrets of that day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tui.access.attempt import Grant, PasswordEvidence, RefreshEvidence, SecretEvidence
from tui.access.decision import Decision


class Kind(StrEnum):
    """The ways to a token the tester offers; elevated password is password with a client secret."""

    PASSWORD = "password"  # noqa: S105 - the name of a grant
    ELEVATED = "elevated password"
    CLIENT_CREDENTIALS = "client credentials"
    ANONYMOUS = "anonymous"
    REFRESH = "refresh"
    IMPERSONATION = "impersonation"
    OPENID = "OpenID Connect"
    ONE_TIME = "one-time password"

    @property
    def needs_user(self) -> bool:
        """Whether username and password are sent."""
        return self in (Kind.PASSWORD, Kind.ELEVATED, Kind.ONE_TIME)

    @property
    def names_user(self) -> bool:
        """Whether the attempt says whom the token shall act as."""
        return self.needs_user or self in (Kind.IMPERSONATION, Kind.OPENID)

    @property
    def takes_secret(self) -> bool:
        """Whether a client secret may be sent."""
        return self not in (Kind.PASSWORD, Kind.IMPERSONATION, Kind.OPENID)

    @property
    def grant(self) -> Grant | None:
        """The `grant_type` on the wire; None for the ways that do not lead over the token endpoint."""
        if self.needs_user:
            return Grant.PASSWORD
        if self in (Kind.IMPERSONATION, Kind.OPENID):
            return None
        return Grant.REFRESH_TOKEN if self is Kind.REFRESH else Grant.CLIENT_CREDENTIALS


@dataclass(frozen=True, slots=True)
class Evidence:
    """How the credentials compared, as far as that is known; never they themselves."""

    secret: SecretEvidence = SecretEvidence.ABSENT
    password: PasswordEvidence = PasswordEvidence.ABSENT
    refresh: RefreshEvidence = RefreshEvidence.ABSENT


@dataclass(frozen=True, slots=True)
class Sent:
    """What an attempt asked for.

    Attributes:
        kind: The way to the token.
        api_client_id: Through which API client.
        app_name: Its name then.
        username: The user named: who signs in, or whom to act as. Blank where the grant names none.
        scope: The roles asked for; None for all there are.
        anon_user_id: The `anonuserid` of an anonymous attempt.
        caller: Of an impersonation, the user whose token asked for it.
        connect: Of OpenID Connect, the ID of its configuration.
        refreshes: Of a refresh, the ID of the attempt whose refresh token was used.
        evidence: What is known of the credentials that went along.
    """

    kind: Kind
    api_client_id: str
    app_name: str = ""
    username: str = ""
    scope: tuple[str, ...] | None = None
    anon_user_id: str = ""
    caller: str = ""
    connect: str = ""
    refreshes: str = ""
    evidence: Evidence = Evidence()


@dataclass(frozen=True, slots=True)
class Expected:
    """What the rules said before: a token with these roles and minutes, or a refusal by this check with this error.

    `check` is 0 for a refusal that no check of the token endpoint makes, as of an impersonation.
    """

    allowed: bool
    roles: tuple[str, ...] = ()
    access_minutes: int | None = None
    refresh_minutes: int | None = None
    orderid: bool = False
    check: int = 0
    error: str = ""
    code: str = ""

    @classmethod
    def of(cls, decision: Decision) -> Expected:
        """Return a decision as it is kept."""
        lifetimes, error = decision.lifetimes, decision.error
        return cls(
            decision.allowed,
            decision.roles,
            None if lifetimes is None else lifetimes.access_minutes,
            None if lifetimes is None else lifetimes.refresh_minutes,
            decision.anonymous,
            int(decision.check or 0),
            "" if error is None else error.error,
            "" if error is None else error.code,
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came back.

    Attributes:
        allowed: Whether a token came.
        status: The HTTP status; 0 when nothing was answered.
        error: OAuth's `error` of a refusal.
        code: The `ErrorCode` of the first entry of its `Errors`.
        message: What the server, or the way there, said; without credentials.
        usr: The user that the token acts as.
        roles: Its roles, sorted.
        access_seconds: From `iat` to `exp`.
        refresh: Whether a refresh token came along.
        orderid: Whether it has an `orderid`.
        imp: Whether it has an `imp`.
        milliseconds: How long the answer took.
    """

    allowed: bool
    status: int = 0
    error: str = ""
    code: str = ""
    message: str = ""
    usr: str = ""
    roles: tuple[str, ...] = ()
    access_seconds: int | None = None
    refresh: bool = False
    orderid: bool = False
    imp: bool = False
    milliseconds: float = 0.0


@dataclass(frozen=True, slots=True)
class AttemptRecord:
    """One attempt. `place` tells its marketplace from every other.

    `agreed` says whether the answer came as expected, None when there was nothing to compare; `surprise` is what had
    been expected where the rules explain the answer only afterwards; `differences` are those of a finding. `note` is
    the person's own.
    """

    id: str
    at: datetime
    place: str
    sent: Sent
    expected: Expected | None
    outcome: Outcome
    agreed: bool | None = None
    surprise: str = ""
    differences: tuple[str, ...] = ()
    note: str = ""

    @property
    def who(self) -> str:
        """The user the token acts as, or who was asked for; blank when neither is known. Outside text."""
        return self.outcome.usr or self.sent.username
