"""One attempt at the token endpoint, as evidence: what was sent and what comparing it brought to light.

No secret, password or token is held here, only how it compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from tui.access.facts import ApiClientFacts, AssignmentFacts, SecretFacts, User


class Grant(StrEnum):
    """The three values of `grant_type` which the token endpoint takes. Anonymous is client credentials on the wire."""

    PASSWORD = "password"  # noqa: S105 - the wire's name of a grant, not a password
    CLIENT_CREDENTIALS = "client_credentials"
    REFRESH_TOKEN = "refresh_token"  # noqa: S105 - the wire's name of a grant, not a token


class SecretEvidence(StrEnum):
    """How the `client_secret` compared. `ASSUMED` counts as live and is told as an assumption."""

    ABSENT = "absent"
    LIVE = "live"
    EXPIRED = "expired"
    WRONG = "wrong"
    ASSUMED = "assumed"


class PasswordEvidence(StrEnum):
    """How `username` and `password` compared; `ABSENT` when either is missing. `ASSUMED` counts as right.

    `ONE_TIME` is a right one-time password, which stands in for the user's own: no policy asks anything of it.
    """

    ABSENT = "absent"
    RIGHT = "right"
    WRONG = "wrong"
    ASSUMED = "assumed"
    ONE_TIME = "one-time"


class RefreshEvidence(StrEnum):
    """What became of the `refresh_token`; `FOREIGN` is one of another API client. `ASSUMED` counts as live."""

    ABSENT = "absent"
    LIVE = "live"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    REVOKED = "revoked"
    FOREIGN = "foreign"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request for a token.

    `scope` is None when it was omitted or blank, which asks for every role. `refreshed_roles` are the roles which the
    token being refreshed was granted, `refreshed_minutes` the life its refresh token was issued with; None when that is
    not known. `password_lacks` are the members of the user's password policy which the password does not meet.
    """

    grant_type: str | None
    client_id: str | None
    scope: tuple[str, ...] | None = None
    secret: SecretEvidence = SecretEvidence.ABSENT
    password: PasswordEvidence = PasswordEvidence.ABSENT
    refresh: RefreshEvidence = RefreshEvidence.ABSENT
    refreshed_roles: frozenset[str] | None = None
    refreshed_minutes: int | None = None
    form_encoded: bool = True
    password_lacks: Mapping[str, int | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the marketplace holds when the attempt arrives.

    `api_client` is None for an unknown client ID; `secrets` and `assignments` are those of that API client. `user` is
    the named user (password), the default context user (client credentials) or the owner of the refresh token; None
    when there is no such user.
    """

    api_client: ApiClientFacts | None
    secrets: Sequence[SecretFacts] = ()
    assignments: Sequence[AssignmentFacts] = ()
    user: User | None = None
    marketplace_active: bool = True
