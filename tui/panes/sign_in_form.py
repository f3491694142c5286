"""The sign-in screen's values: from what was typed to a connection, and from a refusal to the field concerned."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING

from tui.config.connection import Connection, ConnectionProblem, Part, check_url, missing_parts, with_scheme
from tui.config.credentials import CredentialKey
from tui.config.profiles import SignInGrant
from tui.session.session import CredentialsMissing, Phase, SignInSecrets

if TYPE_CHECKING:
    from tui.ordercloud.errors import OAuthRefused
    from tui.session.session import Session

_BLANKS = " \t\r\n\v\f\u00a0\u200b\u2060\ufeff"
"""What surrounds a value copied from a web page or a mail, visible or not."""

TITLES = {
    "url": "URL",
    "client_id": "client ID",
    "username": "username",
    "client_secret": "client secret",
    "scope": "roles",
}
"""The fields whose surrounding blanks are taken away. A password may begin or end with a blank, so it is left alone."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form. `profile` and `read_only` are those of the profile chosen."""

    url: str = ""
    client_id: str = ""
    grant: SignInGrant = "password"
    username: str = ""
    password: str = field(default="", repr=False)
    client_secret: str = field(default="", repr=False)
    scope: str = ""
    profile: str | None = None
    read_only: bool = False

    def trimmed(self) -> tuple[Typed, tuple[str, ...]]:
        """Return the same without blanks around pasted values, and the names of the fields that had any.

        A host alone gets the scheme that it must have.
        """
        before = {each.name: getattr(self, each.name) for each in fields(self) if each.name in TITLES}
        after = {name: value.strip(_BLANKS) for name, value in before.items()}
        trimmed = replace(self, **{**after, "url": with_scheme(after["url"])})
        return trimmed, tuple(TITLES[name] for name in before if before[name] != after[name])

    def connection(self) -> Connection:
        """Return the connection this describes; what is missing or wrong is among its problems."""
        url, wrong = check_url(self.url)
        username = self.username if self.grant == "password" else ""
        connection = Connection(
            url=url,
            client_id=self.client_id,
            grant=self.grant,
            username=username,
            scope=tuple(self.scope.split()) or None,
            read_only=self.read_only,
            profile=self.profile,
        )
        problems = [*missing_parts(self.client_id, self.grant, username)]
        if not self.url:
            problems.insert(0, ConnectionProblem(Part.URL, "Which marketplace? Its URL is missing.", missing=True))
        elif wrong is not None:
            problems.insert(0, ConnectionProblem(Part.URL, wrong))
        elif connection.in_the_clear:
            problems.insert(
                0,
                ConnectionProblem(
                    Part.URL,
                    "http:// to another machine would send the password and the secret readable to everybody on the "
                    "way. Use https://; plain http:// is for this machine alone.",
                ),
            )
        return replace(connection, problems=tuple(problems))

    def secrets(self) -> SignInSecrets:
        """Return the secrets of the grant chosen."""
        return SignInSecrets(
            password=self.password if self.grant == "password" else "", client_secret=self.client_secret
        )

    def to_keep(self, connection: Connection) -> tuple[tuple[CredentialKey, str], ...]:
        """Return each secret that was typed with the key to keep it under."""
        kept = []
        if self.grant == "password" and self.password:
            key = CredentialKey("password", connection.url, connection.client_id, connection.username)
            kept.append((key, self.password))
        if self.client_secret:
            kept.append((CredentialKey("client_secret", connection.url, connection.client_id), self.client_secret))
        return tuple(kept)


def typed_of(connection: Connection | None) -> Typed:
    """Return a connection as values of the form."""
    if connection is None:
        return Typed()
    return Typed(
        url=connection.url or connection.said_url,
        client_id=connection.client_id,
        grant=connection.grant,
        username=connection.username,
        scope=" ".join(connection.scope or ()),
        profile=connection.profile,
        read_only=connection.read_only,
    )


@dataclass(frozen=True, slots=True)
class Complaint:
    """Why it does not work yet: the field concerned, what was said, and what to do about it. The texts are data."""

    field: str
    said: str
    advice: str = ""


_OF_PART = {
    Part.PROFILE: "profile",
    Part.URL: "url",
    Part.REGION: "host",
    Part.ENVIRONMENT: "host",
    Part.CLIENT_ID: "client_id",
    Part.GRANT: "grant",
    Part.USERNAME: "username",
}


def complaint_of_problem(problem: ConnectionProblem) -> Complaint:
    """Say what is missing or wrong about one part of a connection."""
    return Complaint(_OF_PART[problem.part], problem.message)


def complaint_of_session(session: Session) -> Complaint | None:
    """Say why the session is not there; None when it is, or when nothing has been tried."""
    from tui.ordercloud import errors

    problem = session.problem
    if session.phase is Phase.READY or problem is None:
        missing = session.connection.problems if session.connection is not None and not session.ready else ()
        return complaint_of_problem(missing[0]) if missing else None
    if isinstance(problem, CredentialsMissing):
        return Complaint("password", str(problem))
    if isinstance(problem, errors.OAuthRefused):
        where, advice = _field_and_advice(problem)
        words = " \u00b7 ".join(filter(None, (problem.error, problem.code)))
        said = problem.description or problem.what
        return Complaint(where, f"{said} ({words})" if words else said, advice)
    if isinstance(problem, errors.NoAnswer | errors.UnexpectedAnswer):
        return Complaint("url", problem.what, problem.advice)
    if isinstance(problem, errors.OrderCloudError):
        return Complaint("client_id", problem.what, problem.advice)
    return Complaint("url", str(problem))


_BY_CODE = {
    "ApiClient.InvalidClientID": (
        "client_id",
        "An API client's ID is good on one host only. Is it complete, and is this the right host?",
    ),
    "Auth.ClientNotActive": ("client_id", "This API client is switched off. Use another, or have it activated."),
    "Auth.UsernameAndPasswordRequired": ("username", "This grant needs both."),
    "Auth.InvalidUsernameOrPassword": (
        "password",
        "The server does not say which of the two. Users sign in by Username, not by ID or e-mail address.",
    ),
    "Auth.LockedOut": ("username", "Wait a few minutes before the next try, or have an administrator unlock the user."),
    "Auth.UserNotActive": ("username", "This user is switched off."),
    "Auth.CompanyNotActive": ("username", "The company of this user is switched off, and with it all its users."),
    "Auth.SellerNotActive": ("host", "The marketplace itself is switched off."),
    "Auth.InsufficientRoles": ("scope", "Leave the roles empty to ask for every role the user has."),
}


def _field_and_advice(refused: OAuthRefused) -> tuple[str, str]:
    """Find the field a refusal is about; the general code of the token endpoint has its meaning in the sentence."""
    if refused.code in _BY_CODE:
        return _BY_CODE[refused.code]
    said = refused.description.lower()
    if "secret" in said:
        return "client_secret", "An API client that has a secret wants it on every grant, password included."
    if "context user" in said:
        return (
            "grant",
            "This API client has no DefaultContextUserName, so client credentials act as nobody: use password.",
        )
    if "may not use" in said:
        return "username", "The API client must allow the user's party: the console is for users of the seller."
    return "client_id", ""
