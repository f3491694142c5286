"""Where OrderCloud's contract is silent or contradicts itself, each choice is one named switch.

A finding on a real marketplace is then a change of one default here, and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Switches:
    """The choices of the rules. Every default is what the sandbox does."""

    secret_on_secretless_client_ignored: bool = True
    """A secret sent to an API client that has none is ignored; otherwise it is refused as wrong."""

    expired_secrets_count: bool = True
    """A client whose secrets have all expired still requires one, so nobody gets in; otherwise it has none."""

    lockout_bars_every_grant: bool = True
    """A locked out user is refused on every grant; otherwise only where a password is given."""

    context_user_needs_party_access: bool = True
    """The default context user's own party must be allowed on the API client, as on every grant."""

    anonymous_without_secret_only: bool = False
    """Anonymous shopping only when the API client has no secret; otherwise a right secret changes nothing about it."""

    anonymous_refresh: bool = False
    """An anonymous sign-in gets a refresh token as well, as very old servers did."""

    client_credentials_refresh: bool = True
    """Client credentials get a refresh token when `RefreshTokenDuration` is above 0."""

    full_access_asks_for_any_api_role: bool = True
    """A user who holds FullAccess may ask for any API role by name; otherwise only for what its profiles list."""

    full_access_satisfies_minimum: bool = True
    """A granted FullAccess meets every minimum role, custom ones included."""

    refresh_may_only_narrow: bool = True
    """A refresh grants nothing beyond the roles granted before; otherwise today's profiles alone are the bound."""

    ceilings_by_kind: bool = True
    """An empty `MaximumGrantedRoles` puts no ceiling on API roles, an empty `MaximumGrantedCustomRoles` none on
    custom roles. Otherwise one list in use is the ceiling for both kinds."""

    password_policy_last: bool = True
    """A password's strength and age are looked at last, so that only those are told to change it whom that lets in.
    Otherwise as soon as the password is known to be right and the user not to be locked out."""

    password_baseline: bool = True
    """OrderCloud's own minimum for passwords (ten characters, three of the four kinds) holds beside the policies of
    security profiles, at sign-in as well; otherwise those alone."""

    minimum_age_binds_administrators: bool = False
    """`MinimumPasswordAge` also keeps administrators from setting a user's password anew; otherwise its owner only."""


DEFAULT = Switches()
