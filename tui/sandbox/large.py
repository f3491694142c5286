"""The large marketplace: as many API clients, companies and users as wanted, the same for the same number."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from random import Random
from uuid import UUID

from tui.sandbox.demo import PASSWORD
from tui.sandbox.fields import Column
from tui.sandbox.passwords import Hashing
from tui.sandbox.seeds import Seed, SeedProfile, SeedUser, plant

MOST = 1_000_000
"""More rows than this of one kind are not made."""

_CREATED = "2026-01-05T08:00:00.000Z"
_FIRST = [
    "Amber",
    "Brisk",
    "Cedar",
    "Delta",
    "Ember",
    "Fjord",
    "Grand",
    "Haven",
    "Isle",
    "Juniper",
    "Keel",
    "Lighthouse",
]
_SECOND = [
    "Boats",
    "Cargo",
    "Docks",
    "Electric",
    "Freight",
    "Gear",
    "Hulls",
    "Imports",
    "Marine",
    "Ropes",
    "Sails",
    "Tools",
]
_CLIENTS = ("Storefront", "Portal", "Backoffice", "Kiosk", "Middleware", "Reports", "Mobile", "Approvals")
_NAMES = ("Ada", "Bo", "Cleo", "Dov", "Eve", "Finn", "Gia", "Hal", "Ida", "Jon", "Kai", "Liv")

LARGE = Seed(
    id="large-marketplace",
    name="Large Marketplace",
    admin=SeedUser("large-admin", "Lara", "Large"),
    full_access=SeedProfile("full-access", "Full Access", ("FullAccess",), holders=("large-admin",)),
    profiles=(SeedProfile("company-user", "Company User", ("Shopper", "MeAdmin")),),
    password=PASSWORD,
    created=_CREATED,
)


@dataclass(frozen=True, slots=True)
class LargeSize:
    """How much there is. `number` chooses among the marketplaces of one size."""

    api_clients: int = 1_000
    buyers: int = 1_000
    suppliers: int = 100
    users: int = 2_000
    number: int = 1

    def __post_init__(self) -> None:
        for name in ("api_clients", "buyers", "suppliers", "users"):
            if not 0 <= getattr(self, name) <= MOST:
                raise ValueError(f"{name} is from 0 to {MOST:,}")


def plant_large(connection: sqlite3.Connection, size: LargeSize, now: datetime, hashing: Hashing) -> None:
    """Make the marketplace, in the transaction that is open; nothing when there already is one."""
    if connection.execute("SELECT 1 FROM marketplace").fetchone() is None:
        plant(connection, LARGE, now, hashing)
        _Filler(connection, size).fill()


class _Filler:
    def __init__(self, connection: sqlite3.Connection, size: LargeSize) -> None:
        self._connection = connection
        self._size = size
        self._random = Random(size.number)  # noqa: S311 - the same marketplace for the same number

    def fill(self) -> None:
        size = self._size
        self._insert(
            'INSERT INTO buyers (key, "ID", "Name", "DefaultCatalogID", "Active", "DateCreated") VALUES (?,?,?,?,?,?)',
            (
                (key, f"buyer-{key}", self._company(key), f"buyer-{key}", self._mostly(), _CREATED)
                for key in _to(size.buyers)
            ),
        )
        self._insert(
            'INSERT INTO suppliers (key, "ID", "Name", "Active", "DateCreated", "AllBuyersCanOrder")'
            " VALUES (?,?,?,?,?,1)",
            ((key, f"supplier-{key}", self._company(key), self._mostly(), _CREATED) for key in _to(size.suppliers)),
        )
        self._insert(
            'INSERT INTO users (kind, buyer, supplier, "ID", "Username", "Password", "FirstName", "LastName", "Email",'
            ' "Active", "DateCreated", "PasswordLastSetDate") VALUES (?,?,?,?,?,?,?,?,?,?,?,?)',
            self._users(),
        )
        profile = self._connection.execute("SELECT key FROM security_profiles WHERE ID = 'company-user'").fetchone()[0]
        self._insert(
            "INSERT INTO security_profile_assignments (profile, buyer, supplier)"
            " SELECT DISTINCT ?, buyer, supplier FROM users WHERE kind <> 'seller'",
            [(profile,)],
        )
        first = self._connection.execute("SELECT max(key) FROM api_clients").fetchone()[0] + 1
        self._insert(
            'INSERT INTO api_clients (key, "ID", "AccessTokenDuration", "Active", "AppName", "RefreshTokenDuration",'
            ' "AnonymousTokenDuration", "AllowAnyBuyer", "AllowAnySupplier", "AllowSeller", "IsAnonBuyer",'
            ' "MinimumRequiredRoles", "MinimumRequiredCustomRoles", "MaximumGrantedRoles", "MaximumGrantedCustomRoles")'
            " VALUES (?,?,?,?,?,?,10080,?,?,?,0,'[]','[]','[]','[]')",
            self._clients(first),
        )
        self._insert(
            "INSERT OR IGNORE INTO api_client_assignments (api_client, buyer, supplier) VALUES (?,?,?)",
            self._assignments(first),
        )

    def _insert(self, statement: str, rows: Iterator[tuple[Column, ...]] | list[tuple[Column, ...]]) -> None:
        self._connection.executemany(statement, rows)

    def _company(self, key: int) -> str:
        return f"{self._random.choice(_FIRST)} {self._random.choice(_SECOND)} {key}"

    def _mostly(self) -> int:
        return int(self._random.random() < 0.95)

    def _users(self) -> Iterator[tuple[Column, ...]]:
        buyers, suppliers = self._size.buyers, self._size.suppliers
        companies = buyers + suppliers
        record = self._connection.execute("SELECT Password FROM users ORDER BY key").fetchone()[0]
        for number in _to(self._size.users):
            at = (number - 1) % companies if companies else 0
            name = f"user-{number}"
            kind, buyer, supplier = "seller", None, None
            if at < buyers:
                kind, buyer = "buyer", at + 1
            elif companies:
                kind, supplier = "supplier", at - buyers + 1
            first = self._random.choice(_NAMES)
            who = (name, name, record, first, str(number), f"{name}@large.example")
            yield kind, buyer, supplier, *who, self._mostly(), _CREATED, _CREATED

    def _clients(self, first: int) -> Iterator[tuple[Column, ...]]:
        draw = self._random
        for number in range(self._size.api_clients):
            made = str(UUID(bytes=draw.randbytes(16), version=4)).upper()
            name = f"{draw.choice(_CLIENTS)} {number + 1}"
            access, refresh = draw.choice((10, 30, 60, 120, 600)), draw.choice((0, 0, 1_440, 43_200))
            flags = (int(draw.random() < chance) for chance in (0.2, 0.1, 0.2))
            yield first + number, made, access, self._mostly(), name, refresh, *flags

    def _assignments(self, first: int) -> Iterator[tuple[Column, ...]]:
        draw, size = self._random, self._size
        for key in range(first, first + size.api_clients):
            for _ in range(draw.randrange(4)):
                if size.buyers:
                    yield key, draw.randrange(size.buyers) + 1, None
                if size.suppliers and draw.random() < 0.3:
                    yield key, None, draw.randrange(size.suppliers) + 1


def _to(count: int) -> range:
    return range(1, count + 1)
