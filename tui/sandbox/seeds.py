"""Making a new marketplace: what OrderCloud makes, and on top of it a seed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from tui.access.passwords import PasswordPolicy, shortcomings
from tui.sandbox.fields import Column, compact, format_time
from tui.sandbox.passwords import FAST, Hashing, digest_of, hash_password
from tui.sandbox.randomness import random_text, random_uuid
from tui.tokens.token import JSON

DEFAULT_CLIENT = "Default API Client"


@dataclass(frozen=True, slots=True)
class SeedUser:
    """A user of a seed. `company` is the ID of its buyer or supplier; without one it is a seller user."""

    username: str
    first_name: str
    last_name: str
    company: str | None = None
    active: bool = True
    failures: int = 0
    locked_until: str | None = None


@dataclass(frozen=True, slots=True)
class SeedSecret:
    """A named secret of a seed; its value is the seed's password, which is public."""

    id: str
    name: str
    expiration: str | None = None


@dataclass(frozen=True, slots=True)
class SeedClient:
    """An API client of a seed: its members by wire name, its assignments by company ID, its secrets."""

    name: str
    note: str
    members: Mapping[str, JSON]
    companies: tuple[str, ...] = ()
    secrets: tuple[SeedSecret, ...] = ()


@dataclass(frozen=True, slots=True)
class SeedProfile:
    """A security profile of a seed; `holders` are IDs of companies and user names, `*` the whole seller."""

    id: str
    name: str
    roles: tuple[str, ...] = ()
    custom_roles: tuple[str, ...] = ()
    holders: tuple[str, ...] = ()
    password_config: Mapping[str, JSON] | None = None


@dataclass(frozen=True, slots=True)
class SeedGroup:
    """A user group of a seed: `company` as for a user, `members` user names, `profiles` what it holds."""

    id: str
    name: str
    company: str | None = None
    members: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SeedImpersonation:
    """An impersonation config of a seed: a group of the seller acts, at an API client, as users of a buyer."""

    id: str
    group: str
    buyer: str
    profile: str
    client: str


@dataclass(frozen=True, slots=True)
class SeedEvent:
    """An integration event for the checkout, and the API client that names it."""

    id: str
    name: str
    url: str
    client: str


@dataclass(frozen=True, slots=True)
class SeedCatalog:
    """A catalog of a seed: categories are (ID, name), products (ID, name, category), `buyers` see all of it."""

    id: str
    name: str
    categories: tuple[tuple[str, str], ...] = ()
    products: tuple[tuple[str, str, str], ...] = ()
    buyers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seed:
    """A whole marketplace to make. Companies are (ID, name, active). `password` None means a random one."""

    id: str
    name: str
    admin: SeedUser
    full_access: SeedProfile
    buyers: tuple[tuple[str, str, bool], ...] = ()
    suppliers: tuple[tuple[str, str, bool], ...] = ()
    users: tuple[SeedUser, ...] = ()
    profiles: tuple[SeedProfile, ...] = ()
    clients: tuple[SeedClient, ...] = ()
    groups: tuple[SeedGroup, ...] = ()
    impersonations: tuple[SeedImpersonation, ...] = ()
    events: tuple[SeedEvent, ...] = ()
    catalogs: tuple[SeedCatalog, ...] = ()
    password: str | None = field(default=None, repr=False)
    created: str | None = None


EMPTY = Seed(
    id="new-marketplace",
    name="New Marketplace",
    admin=SeedUser("admin", "Default", "Admin"),
    full_access=SeedProfile("full-access", "Full Access", ("FullAccess",), holders=("admin",)),
)
"""What OrderCloud makes for a new organization: one API client for the seller, one Full Access seller user."""


def plant(connection: sqlite3.Connection, seed: Seed, now: datetime, hashing: Hashing) -> None:
    """Make the marketplace, in the transaction that is open; nothing when there already is one."""
    if connection.execute("SELECT 1 FROM marketplace").fetchone() is not None:
        return
    _Planter(connection, seed, now, hashing).plant()


class _Planter:
    def __init__(self, connection: sqlite3.Connection, seed: Seed, now: datetime, hashing: Hashing) -> None:
        self._connection = connection
        self._seed = seed
        self._created = seed.created or format_time(now)
        self._password = seed.password or new_password()
        # A public password is no secret: it gets a cheap hash, the same for all.
        self._record = hash_password(self._password, FAST if seed.password else hashing)
        self._companies: dict[str, tuple[str, int]] = {}
        self._users: dict[str, int] = {}
        self._profiles: dict[str, int] = {}
        self._groups: dict[str, int] = {}
        self._clients: dict[str, int] = {}

    def plant(self) -> None:
        seed = self._seed
        self._insert("marketplace", {"key": 1, "ID": seed.id, "Name": seed.name})
        for company, name, active in seed.buyers:
            columns = {**self._company(company, name, active), "DefaultCatalogID": company}
            key = self._insert("buyers", columns)
            self._companies[company] = "buyer", key
            self._show(self._insert("catalogs", {"ID": company, "Name": name, "Active": 1}), key)
        for company, name, active in seed.suppliers:
            columns = {**self._company(company, name, active), "AllBuyersCanOrder": 1}
            self._companies[company] = "supplier", self._insert("suppliers", columns)
        for user in (seed.admin, *seed.users):
            self._users[user.username] = self._user(user)
        for profile in (seed.full_access, *seed.profiles):
            self._profile(profile)
        for group in seed.groups:
            self._group(group)
        note = "What OrderCloud makes with a new marketplace: the seller signs in here. The console does, too."
        members: dict[str, JSON] = {"AllowSeller": True, "AccessTokenDuration": 600, "RefreshTokenDuration": 43200}
        default = self._client(SeedClient(DEFAULT_CLIENT, note, members))
        for client in seed.clients:
            self._client(client)
        for impersonation in seed.impersonations:
            self._impersonation(impersonation)
        for event in seed.events:
            self._event(event)
        for catalog in seed.catalogs:
            self._catalog(catalog)
        sheet: dict[str, Column] = {"key": 1}
        sheet |= {"api_client": default, "user": self._users[seed.admin.username], "password": self._password}
        self._insert("sign_in", sheet)

    def _insert(self, table: str, columns: Mapping[str, Column]) -> int:
        names = ", ".join(f'"{name}"' for name in columns)
        marks = ", ".join("?" for _ in columns)
        statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 - the names are this module's
        key = self._connection.execute(statement, list(columns.values())).lastrowid
        return key or 0

    def _company(self, company: str, name: str, active: bool) -> dict[str, Column]:
        return {"ID": company, "Name": name, "Active": int(active), "DateCreated": self._created}

    def _user(self, user: SeedUser) -> int:
        kind, key = self._companies[user.company] if user.company else ("seller", None)
        company: dict[str, Column] = {kind: key} if user.company else {}
        return self._insert(
            "users",
            {
                "kind": kind,
                **company,
                "ID": user.username,
                "Username": user.username,
                "Password": self._record,
                "FirstName": user.first_name,
                "LastName": user.last_name,
                "Email": f"{user.username}@{user.company or self._seed.id}.example",
                "Active": int(user.active),
                "DateCreated": self._created,
                "PasswordLastSetDate": self._created,
                "FailedLoginAttempts": user.failures,
                "locked_until": user.locked_until,
            },
        )

    def _profile(self, profile: SeedProfile) -> None:
        config = None if profile.password_config is None else compact(dict(profile.password_config))
        columns = {
            "ID": profile.id,
            "Name": profile.name,
            "Roles": compact([*profile.roles]),
            "CustomRoles": compact([*profile.custom_roles]),
            "PasswordConfig": config,
        }
        key = self._profiles[profile.id] = self._insert("security_profiles", columns)
        for holder in profile.holders:
            held: dict[str, Column] = {"profile": key}
            if holder in self._users:
                held["user"] = self._users[holder]
            elif holder != "*":
                kind, company = self._companies[holder]
                held[kind] = company
            self._insert("security_profile_assignments", held)

    def _group(self, group: SeedGroup) -> None:
        kind, company = self._companies[group.company] if group.company else ("seller", None)
        columns: dict[str, Column] = {"kind": kind, "ID": group.id, "Name": group.name}
        if group.company:
            columns[kind] = company
        key = self._groups[group.id] = self._insert("user_groups", columns)
        for member in group.members:
            self._insert("user_group_members", {"user_group": key, "user": self._users[member]})
        for profile in group.profiles:
            held: dict[str, Column] = {"profile": self._profiles[profile], "user_group": key}
            self._insert("security_profile_assignments", held)

    def _impersonation(self, config: SeedImpersonation) -> None:
        columns: dict[str, Column] = {
            "ID": config.id,
            "impersonation_group": self._groups[config.group],
            "buyer": self._companies[config.buyer][1],
            "profile": self._profiles[config.profile],
            "api_client": self._clients[config.client],
        }
        self._insert("impersonation_configs", columns)

    def _event(self, event: SeedEvent) -> None:
        columns: dict[str, Column] = {
            "ElevatedRoles": "[]",
            "ID": event.id,
            "EventType": "OrderCheckout",
            "CustomImplementationUrl": event.url,
            "Name": event.name,
            "HashKey": self._seed.password or random_text(24),
        }
        key = self._insert("integration_events", columns)
        update = "UPDATE api_clients SET checkout_event = ? WHERE key = ?"
        self._connection.execute(update, (key, self._clients[event.client]))

    def _catalog(self, catalog: SeedCatalog) -> None:
        key = self._insert("catalogs", {"ID": catalog.id, "Name": catalog.name, "Active": 1})
        categories = {}
        for order, (category, name) in enumerate(catalog.categories):
            columns: dict[str, Column] = {"catalog": key, "ID": category, "Name": name, "ListOrder": order, "Active": 1}
            categories[category] = self._insert("categories", columns)
        for product, name, category in catalog.products:
            made: dict[str, Column] = {"ID": product, "Name": name, "Active": 1, "DateCreated": self._created}
            made |= dict.fromkeys(("AutoForward", "IsParent", "AllSuppliersCanSell", "Returnable"), 0)
            product_key = self._insert("products", {**made, "QuantityMultiplier": 1})
            self._insert("catalog_products", {"catalog": key, "product": product_key})
            self._insert("category_products", {"category": categories[category], "product": product_key})
        for buyer in catalog.buyers:
            self._show(key, self._companies[buyer][1])

    def _show(self, catalog: int, buyer: int) -> None:
        columns: dict[str, Column] = {"catalog": catalog, "buyer": buyer, "ViewAllCategories": 1, "ViewAllProducts": 1}
        self._insert("catalog_assignments", columns)

    def _client(self, client: SeedClient) -> int:
        columns: dict[str, Column] = {
            "ID": client_id(self._seed, client.name),
            "AppName": client.name,
            "Active": 1,
            "AccessTokenDuration": 60,
            "RefreshTokenDuration": 0,
            "AnonymousTokenDuration": 10080,
            "AllowAnyBuyer": 0,
            "AllowAnySupplier": 0,
            "AllowSeller": 0,
            "IsAnonBuyer": 0,
            "xp": compact({"note": client.note}),
            **dict.fromkeys(("MinimumRequiredRoles", "MinimumRequiredCustomRoles"), "[]"),
            **dict.fromkeys(("MaximumGrantedRoles", "MaximumGrantedCustomRoles"), "[]"),
            **{name: _column(value) for name, value in client.members.items()},
        }
        key = self._clients[client.name] = self._insert("api_clients", columns)
        for company in client.companies:
            kind, company_key = self._companies[company]
            self._insert("api_client_assignments", {"api_client": key, kind: company_key})
        for secret in client.secrets:
            kept: dict[str, Column] = {"api_client": key, "ID": secret.id, "Name": secret.name}
            self._insert(
                "api_client_secrets", kept | {"Expiration": secret.expiration, "digest": digest_of(self._password)}
            )
        return key


def new_password() -> str:
    """Make a random password which OrderCloud's own minimum lets pass."""
    while shortcomings(made := random_text(12), PasswordPolicy()):
        pass
    return made


def client_id(seed: Seed, name: str) -> str:
    """Give the ID of a seed's API client: the same every time, where the marketplace is the same every time."""
    made = random_uuid() if seed.password is None else uuid5(NAMESPACE_URL, f"ocgate:{seed.id}:{name}")
    return str(made).upper()


def _column(value: JSON) -> Column:
    if isinstance(value, Iterable) and not isinstance(value, str):
        return compact(value)
    return int(value) if isinstance(value, bool) else value
