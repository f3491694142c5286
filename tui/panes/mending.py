"""What mends a refusal: where in the marketplace, or what in the attempt itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from tui.access.decision import Check, Decision
from tui.session.attempts import Kind, Result


class Deed(Enum):
    """What is done at once, after a question, to whom the API client is not to blame for."""

    UNLOCK = auto()
    ACTIVATE_USER = auto()
    ACTIVATE_COMPANY = auto()


@dataclass(frozen=True, slots=True)
class Mend:
    """One way to mend a refusal; `text` says it as an instruction.

    Attributes:
        tab: The tab of the API client's detail where it is mended; None when it is mended in the attempt.
        row: The row of the form where it is mended.
        kind: The grant to take instead.
        deed: What mends it, done from here.
    """

    text: str
    tab: str | None = None
    row: str | None = None
    kind: Kind | None = None
    deed: Deed | None = None


_BY_CHECK = {
    Check.CLIENT_KNOWN: Mend("choose an API client of this marketplace", row="client"),
    Check.CLIENT_ACTIVE: Mend("activate the API client", tab="details"),
    Check.CLIENT_SECRET: Mend("look at its secrets", tab="secrets"),
    Check.CREDENTIALS_PRESENT: Mend("give username and password", row="password"),
    Check.CREDENTIALS_RIGHT: Mend("type the password again", row="password"),
    Check.NOT_LOCKED_OUT: Mend("unlock the user", deed=Deed.UNLOCK),
    Check.CONTEXT_USER: Mend("name a default context user", tab="details"),
    Check.REFRESH_TOKEN: Mend("sign in again to get a new refresh token", row="kind", kind=Kind.PASSWORD),
    Check.PARTY_ALLOWED: Mend("assign the company, or set the flag of its kind", tab="assignments"),
    Check.ROLES_LEFT: Mend("look at the floor and the ceiling of its roles", tab="details"),
}


_INACTIVE = {
    "Auth.UserNotActive": Mend("activate the user", deed=Deed.ACTIVATE_USER),
    "Auth.CompanyNotActive": Mend("activate the company", deed=Deed.ACTIVATE_COMPANY),
}
"""What mends check 12. A marketplace is made active by OrderCloud alone."""

_BY_CODE = {
    "Impersonation.ClientIDNotFound": Mend("choose an API client of this marketplace", row="client"),
    "Impersonation.BadApiClient": Mend("activate the API client", tab="details"),
    "Impersonation.BuyerNotAssigned": Mend("assign the company, or set AllowAnyBuyer", tab="assignments"),
    "Impersonation.ConfigError": Mend("ask with the token of another user", row="caller"),
    "Auth.InsufficientRoles": Mend("ask for other roles, or with the token of another user", row="scope"),
    "Auth.UserNotAuthorizedToAdmin": Mend("ask with the token of another user", row="caller"),
}
"""What mends the refusal of an impersonation."""


def mend_of(result: Result) -> Mend | None:
    """Return how a refusal can be mended from here; None when it was none, or nothing here mends it."""
    decision = result.comparison.decision
    if result.token is not None or decision is None:
        return None
    form = result.form
    if form.kind is Kind.IMPERSONATION and decision.error is not None:
        return _BY_CODE.get(decision.error.code)
    if form.kind is Kind.OPENID and decision.check is None and not decision.allowed:
        return Mend("choose an active user", row="user")
    if decision.check is None:
        return None
    if form.kind is Kind.OPENID and decision.check is Check.CREDENTIALS_RIGHT:
        return Mend("choose a user of this marketplace", row="user")
    if form.kind is Kind.ONE_TIME and decision.check in (Check.CREDENTIALS_PRESENT, Check.CREDENTIALS_RIGHT):
        return Mend("send another one-time password, with ^g", row="password")
    if decision.check is Check.ALL_ACTIVE:
        return _INACTIVE.get(_code(decision))
    if decision.check is Check.CLIENT_SECRET and form.kind is Kind.PASSWORD:
        return Mend("send the secret as well, with elevated password", row="secret", kind=Kind.ELEVATED)
    if decision.check is Check.CREDENTIALS_RIGHT and not decision.reasons[0].endswith("the password is wrong."):
        return Mend("choose a user of this marketplace", row="user")
    if decision.check is Check.CREDENTIALS_PRESENT and not form.username:
        return Mend("choose a user", row="user")
    if decision.check is Check.ROLES_LEFT and form.scope.strip():
        return Mend("ask for other roles", row="scope")
    if decision.check is Check.PARTY_ALLOWED and decision.reasons[0].startswith("AllowSeller"):
        return Mend("set AllowSeller, or take another user", tab="assignments")
    return _BY_CHECK.get(decision.check)


def _code(decision: Decision) -> str:
    return "" if decision.error is None else decision.error.code


def why_not_mend(result: Result | None) -> str | None:
    """Return why there is nothing to mend from here, in a sentence; None when there is."""
    if result is None:
        return "No answer is shown."
    if result.token is not None:
        return "Nothing was refused."
    if mend_of(result) is not None:
        return None
    decision = result.comparison.decision
    if decision is not None and decision.check is Check.ALL_ACTIVE:
        return "Only OrderCloud itself makes a marketplace active again."
    return "The rules do not explain this answer, so nothing is known to mend it."
