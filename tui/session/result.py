"""An attempt as it is sent, and what came of it, with the credentials of both: never written down."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tui.access.decision import Decision
from tui.session.attempt_record import AttemptRecord, Kind
from tui.session.outcome import Comparison
from tui.tokens.lifetimes import Lifetime
from tui.tokens.token import Token
from tui.tokens.verify import DECODED, Status, Verdict, Verdicts, check_claims

if TYPE_CHECKING:
    from tui.ordercloud import Exchange
    from tui.ordercloud.models import AccessToken, MeUser


@dataclass(frozen=True, slots=True)
class Form:
    """What the attempt sends.

    Attributes:
        refreshing: The result whose refresh token is used.
        caller: The result whose access token asks for an impersonation; None for the console's own token.
        connect: The OpenID Connect configuration to sign in with; blank for one made for the attempt, on the sandbox.
    """

    kind: Kind
    api_client_id: str
    username: str = ""
    password: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    scope: str = ""
    anon_user_id: str = ""
    refreshing: Result | None = field(default=None, repr=False)
    caller: Result | None = field(default=None, repr=False)
    connect: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What came back of one attempt. Exactly one of `answer` and `error` is there, unless the answer is no token.

    `expected` is what the rules said before; None when too little of the marketplace could be read. `comparison` holds
    the answer against it. `url` is the marketplace it came from: a token is never sent to another.
    """

    number: int
    at: datetime
    form: Form
    app_name: str
    url: str
    expected: Decision | None
    comparison: Comparison
    answer: AccessToken | None = field(repr=False, default=None)
    token: Token | None = field(repr=False, default=None)
    error: Exception | None = None
    exchange: Exchange | None = field(repr=False, default=None)
    signature: Verdict | None = None
    refresh_minutes: int = 0
    record: AttemptRecord | None = None

    @property
    def agreed(self) -> bool | None:
        """Whether it came as expected; None when there is nothing to compare."""
        return self.comparison.agreed

    @property
    def first(self) -> Result:
        """The sign-in that a chain of refreshes began with; itself when it is no refresh."""
        return self if self.form.refreshing is None else self.form.refreshing.first

    @property
    def refresh_token(self) -> str | None:
        """The refresh token to go on with: a refresh may leave it out, and then the one it used stays good."""
        if self.answer is None:
            return None
        if self.answer.refresh_token or self.form.refreshing is None:
            return self.answer.refresh_token or None
        return self.form.refreshing.refresh_token

    @property
    def who(self) -> str:
        """The user the token acts as, or that was asked for; blank when neither is known. Outside text."""
        if self.token is not None and self.token.claims.usr:
            return self.token.claims.usr
        if self.form.refreshing is not None:
            return self.form.refreshing.who
        # What stands in a field that the grant hides was not asked for.
        return self.form.username if self.form.kind.names_user else ""

    def verdicts(self, now: datetime) -> Verdicts:
        """Return the three verdicts on the token at a moment."""
        if self.token is None:
            return Verdicts(decoded=Verdict(Status.FAILED, str(self.error or "There is no token.")))
        return Verdicts(
            decoded=DECODED,
            signature=self.signature or Verdict(Status.NOT_CHECKED, "The key could not be had."),
            claims=check_claims(self.token, now, audience=self.url),
        )

    def lifetime(self) -> Lifetime | None:
        """Return the moments of the sign-in; None when the token does not tell them."""
        if self.token is None:
            return None
        began = self.first.token
        issued = Lifetime.of(began.claims) if began is not None else None
        minutes = self.first.refresh_minutes if self.refresh_token else 0
        return Lifetime.of(
            self.token.claims, refresh_minutes=minutes, signed_in_at=None if issued is None else issued.issued_at
        )


@dataclass(frozen=True, slots=True)
class Call:
    """One call of `/v1/me` with a token: exactly one of `me` and `error` is there."""

    at: datetime
    expected: bool
    me: MeUser | None = None
    error: Exception | None = None
    exchange: Exchange | None = field(repr=False, default=None)
