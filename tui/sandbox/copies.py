"""A new marketplace in memory that holds the facts of another one, with secrets and passwords of its own.

What is copied decides about tokens; nothing secret is: all users have one password, all live secrets one value.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tui.access.facts import Party, PartyKind, User
from tui.access.roles import FULL_ACCESS, is_api_role
from tui.access.times import UNTIL_UNLOCKED, is_past
from tui.access.world import Registered, World
from tui.sandbox.facts import FOREVER
from tui.sandbox.fields import Column, compact, format_time
from tui.sandbox.passwords import FAST, Hashing, digest_of, hash_password
from tui.sandbox.planting import Planting
from tui.sandbox.randomness import random_text, random_uuid
from tui.sandbox.seeds import new_password

WAY_IN = "ocgate runs the scenario through this API client"
"""The name of the API client through which the copy is looked after, beside those that are copied."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What gets in: the password of every user, the value of every live secret, and of every expired one."""

    password: str = field(repr=False)
    live: str = field(repr=False)
    expired: str = field(repr=False)

    @classmethod
    def new(cls) -> Keys:
        """Make them at random."""
        return cls(new_password(), random_text(24), random_text(24))


@dataclass(frozen=True, slots=True)
class Copy(Planting):
    """Plants a world, in a marketplace that is active: nobody could look after it else.

    The password is random and good for nothing but this copy, so its hash is a cheap one.
    """

    world: World = field(default_factory=lambda: World(Party(PartyKind.SELLER, "copy")))
    keys: Keys = field(default_factory=Keys.new)

    def plant(self, connection: sqlite3.Connection, now: datetime, hashing: Hashing) -> None:
        """Make the marketplace in the transaction that is open."""
        _Planter(connection, self, now).plant()


class _Planter:
    def __init__(self, connection: sqlite3.Connection, copy: Copy, now: datetime) -> None:
        self._connection = connection
        self._world, self._keys = copy.world, copy.keys
        self._moment, self._now = now, format_time(now)
        self._record = hash_password(copy.keys.password, FAST)
        self._companies: dict[tuple[PartyKind, str], int] = {}

    def plant(self) -> None:
        seller = self._world.seller
        marketplace: dict[str, Column] = {"key": 1, "ID": seller.id or "copy", "Name": seller.label or "Copy"}
        self._insert("marketplace", marketplace)
        for company in self._world.companies:
            self._company(company)
        for number, user in enumerate(self._world.users):
            self._user(user, number)
        for registered in self._world.clients:
            self._client(registered)
        self._way_in()

    def _way_in(self) -> None:
        """Make the API client and the seller user which the copy is looked after through."""
        party = self._world.seller
        name = f"ocgate-{random_text(6).lower()}"
        user = self._user(User(name, party, available_roles=frozenset({FULL_ACCESS})), len(self._world.users))
        columns = {**_CLIENT, "ID": str(random_uuid()).upper(), "AppName": WAY_IN, "AllowSeller": 1}
        client = self._insert("api_clients", columns | {"AccessTokenDuration": 600, "RefreshTokenDuration": 0})
        password = self._keys.password
        self._insert("sign_in", {"key": 1, "api_client": client, "user": user, "password": password})

    def _insert(self, table: str, columns: Mapping[str, Column]) -> int:
        names = ", ".join(f'"{name}"' for name in columns)
        marks = ", ".join("?" for _ in columns)
        statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 - the names are this module's
        return self._connection.execute(statement, list(columns.values())).lastrowid or 0

    def _company(self, company: Party) -> None:
        columns: dict[str, Column] = {"ID": company.id, "Name": company.label, "Active": int(company.active)}
        columns["DateCreated"] = self._now
        if company.kind is PartyKind.SUPPLIER:
            columns["AllBuyersCanOrder"] = 1
        self._companies[company.kind, company.id] = self._insert(f"{company.kind}s", columns)

    def _user(self, user: User, number: int) -> int:
        kind, until = user.party.kind, user.locked_until
        company: dict[str, Column] = {}
        if kind is not PartyKind.SELLER:
            company[str(kind)] = self._companies[kind, user.party.id]
        key = self._insert(
            "users",
            {
                "kind": str(kind),
                **company,
                "ID": f"user-{number}",
                "Username": user.username,
                "Password": self._record,
                "FirstName": "Copied",
                "LastName": "User",
                "Email": f"user-{number}@copy.example",
                "Active": int(user.active),
                "DateCreated": self._now,
                "PasswordLastSetDate": self._now,
                "FailedLoginAttempts": 0 if until is None else 10,
                "locked_until": None if until is None else FOREVER if until >= UNTIL_UNLOCKED else format_time(until),
            },
        )
        if user.available_roles:
            roles = sorted(user.available_roles)
            columns: dict[str, Column] = {"ID": f"roles-{number}", "Name": f"Roles of user {number}"}
            columns["Roles"] = compact([each for each in roles if is_api_role(each)])
            columns["CustomRoles"] = compact([each for each in roles if not is_api_role(each)])
            profile = self._insert("security_profiles", columns)
            self._insert("security_profile_assignments", {"profile": profile, "user": key})
        return key

    def _client(self, registered: Registered) -> None:
        client = registered.client
        minutes = client.anonymous_token_duration
        columns: dict[str, Column] = {
            "ID": client.id,
            "AppName": client.app_name,
            "Active": int(client.active),
            "ClientSecret": self._keys.live if client.client_secret else None,
            "AccessTokenDuration": client.access_token_duration,
            "RefreshTokenDuration": client.refresh_token_duration,
            "AnonymousTokenDuration": 10080 if minutes is None else minutes,
            "DefaultContextUserName": client.default_context_user_name,
            "AllowAnyBuyer": int(client.allow_any_buyer),
            "AllowAnySupplier": int(client.allow_any_supplier),
            "AllowSeller": int(client.allow_seller),
            "IsAnonBuyer": int(client.is_anon_buyer),
            "MinimumRequiredRoles": compact([*client.minimum_required_roles]),
            "MinimumRequiredCustomRoles": compact([*client.minimum_required_custom_roles]),
            "MaximumGrantedRoles": compact([*client.maximum_granted_roles]),
            "MaximumGrantedCustomRoles": compact([*client.maximum_granted_custom_roles]),
        }
        key = self._insert("api_clients", {**_CLIENT, **columns})
        for company in registered.companies:
            owner: dict[str, Column] = {str(company.kind): self._companies[company.kind, company.id]}
            self._insert("api_client_assignments", {"api_client": key, **owner})
        for secret in registered.secrets:
            ends = secret.expiration
            value = self._keys.expired if is_past(ends, self._moment) else self._keys.live
            kept: dict[str, Column] = {"api_client": key, "ID": secret.id, "Name": secret.name or secret.id}
            kept["Expiration"] = None if ends is None else format_time(ends)
            self._insert("api_client_secrets", {**kept, "digest": digest_of(value)})


_CLIENT: Mapping[str, Column] = {
    "Active": 1,
    "AnonymousTokenDuration": 10080,
    "AllowAnyBuyer": 0,
    "AllowAnySupplier": 0,
    "IsAnonBuyer": 0,
    **dict.fromkeys(("MinimumRequiredRoles", "MinimumRequiredCustomRoles"), "[]"),
    **dict.fromkeys(("MaximumGrantedRoles", "MaximumGrantedCustomRoles"), "[]"),
}
