"""A profile: a saved connection from the settings file, by name. Secrets have no place in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

SignInGrant: TypeAlias = Literal["password", "client_credentials"]
"""The grants by which the console itself signs in, as the token endpoint spells them."""

SIGN_IN_GRANTS: Final[tuple[SignInGrant, ...]] = ("password", "client_credentials")


@dataclass(frozen=True)
class Profile:
    """One `[profiles.NAME]` table: where to connect, how to sign in, how careful to be.

    Either url is given, or region and environment together name one of OrderCloud's hosts. scope is None when the
    profile asks for every role it may have. read_only refuses every change, whatever the roles allow.
    """

    name: str
    url: str | None = None
    region: str | None = None
    environment: str | None = None
    client_id: str | None = None
    grant: SignInGrant | None = None
    username: str | None = None
    scope: tuple[str, ...] | None = None
    read_only: bool = False
