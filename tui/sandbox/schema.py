"""The tables, as a list of migrations: `PRAGMA user_version` counts how many of them a file has seen.

Columns that hold a member of a wire object have the member's name. `key` is the row's own number, which other rows
refer to: so an ID may change without touching them. Keys are never given twice, because tokens carry them.
Booleans are 0 and 1, moments ISO 8601 texts in UTC with milliseconds (they sort as texts), lists and `xp` JSON.
"""

from __future__ import annotations

from tui.sandbox.schema_counts import COUNTS
from tui.sandbox.schema_identity import IDENTITY
from tui.sandbox.schema_neighbours import NEIGHBOURS
from tui.sandbox.schema_orders import LINE_ITEMS
from tui.sandbox.schema_speed import SPEED

APPLICATION_ID = 0x6F636774
"""Marks a file as a sandbox's database; the letters `ocgt`."""

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE marketplace (
        key INTEGER PRIMARY KEY CHECK (key = 1),
        "ID" TEXT NOT NULL,
        "Name" TEXT NOT NULL,
        "Active" INTEGER NOT NULL DEFAULT 1
    ) STRICT;

    CREATE TABLE signing_keys (
        key INTEGER PRIMARY KEY,
        kid TEXT NOT NULL UNIQUE,
        der BLOB NOT NULL
    ) STRICT;

    CREATE TABLE buyers (
        key INTEGER PRIMARY KEY AUTOINCREMENT,
        "ID" TEXT NOT NULL COLLATE NOCASE UNIQUE,
        "Name" TEXT NOT NULL COLLATE NOCASE,
        "DefaultCatalogID" TEXT COLLATE NOCASE,
        "Active" INTEGER NOT NULL,
        "DateCreated" TEXT NOT NULL,
        xp TEXT
    ) STRICT;
    CREATE INDEX buyers_by_name ON buyers ("Name");

    CREATE TABLE suppliers (
        key INTEGER PRIMARY KEY AUTOINCREMENT,
        "ID" TEXT NOT NULL COLLATE NOCASE UNIQUE,
        "Name" TEXT NOT NULL COLLATE NOCASE,
        "Active" INTEGER NOT NULL,
        "DateCreated" TEXT NOT NULL,
        "AllBuyersCanOrder" INTEGER NOT NULL,
        xp TEXT
    ) STRICT;
    CREATE INDEX suppliers_by_name ON suppliers ("Name");

    CREATE TABLE users (
        key INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL CHECK (kind IN ('seller', 'buyer', 'supplier')),
        buyer INTEGER REFERENCES buyers (key) ON DELETE CASCADE,
        supplier INTEGER REFERENCES suppliers (key) ON DELETE CASCADE,
        "ID" TEXT NOT NULL COLLATE NOCASE,
        "Username" TEXT NOT NULL COLLATE NOCASE UNIQUE,
        "Password" TEXT,
        "FirstName" TEXT NOT NULL COLLATE NOCASE,
        "LastName" TEXT NOT NULL COLLATE NOCASE,
        "Email" TEXT NOT NULL COLLATE NOCASE,
        "Phone" TEXT COLLATE NOCASE,
        "TermsAccepted" TEXT,
        "Active" INTEGER NOT NULL,
        xp TEXT,
        "DateCreated" TEXT NOT NULL,
        "LastActive" TEXT,
        "PasswordLastSetDate" TEXT,
        "FailedLoginAttempts" INTEGER NOT NULL DEFAULT 0,
        locked_until TEXT,
        CHECK ((kind = 'buyer') = (buyer IS NOT NULL) AND (kind = 'supplier') = (supplier IS NOT NULL))
    ) STRICT;
    CREATE UNIQUE INDEX users_of_buyer ON users (buyer, "ID") WHERE buyer IS NOT NULL;
    CREATE UNIQUE INDEX users_of_kind ON users (kind, "ID") WHERE buyer IS NULL;
    CREATE INDEX users_of_supplier ON users (supplier, "ID") WHERE supplier IS NOT NULL;

    CREATE TABLE api_clients (
        key INTEGER PRIMARY KEY AUTOINCREMENT,
        "ID" TEXT NOT NULL COLLATE NOCASE UNIQUE,
        "ClientSecret" TEXT,
        "AccessTokenDuration" INTEGER NOT NULL,
        "Active" INTEGER NOT NULL,
        "AppName" TEXT NOT NULL COLLATE NOCASE,
        "RefreshTokenDuration" INTEGER NOT NULL,
        "AnonymousTokenDuration" INTEGER NOT NULL,
        "DefaultContextUserName" TEXT COLLATE NOCASE,
        xp TEXT,
        "AllowAnyBuyer" INTEGER NOT NULL,
        "AllowAnySupplier" INTEGER NOT NULL,
        "AllowSeller" INTEGER NOT NULL,
        "IsAnonBuyer" INTEGER NOT NULL,
        "MinimumRequiredRoles" TEXT NOT NULL,
        "MinimumRequiredCustomRoles" TEXT NOT NULL,
        "MaximumGrantedRoles" TEXT NOT NULL,
        "MaximumGrantedCustomRoles" TEXT NOT NULL
    ) STRICT;
    CREATE INDEX api_clients_by_name ON api_clients ("AppName");
    CREATE INDEX api_clients_by_context_user ON api_clients ("DefaultContextUserName");

    CREATE TABLE api_client_secrets (
        key INTEGER PRIMARY KEY,
        api_client INTEGER NOT NULL REFERENCES api_clients (key) ON DELETE CASCADE,
        "ID" TEXT NOT NULL COLLATE NOCASE,
        "Name" TEXT NOT NULL COLLATE NOCASE,
        "Expiration" TEXT,
        digest BLOB NOT NULL,
        UNIQUE (api_client, "ID")
    ) STRICT;

    CREATE TABLE api_client_assignments (
        key INTEGER PRIMARY KEY,
        api_client INTEGER NOT NULL REFERENCES api_clients (key) ON DELETE CASCADE,
        buyer INTEGER REFERENCES buyers (key) ON DELETE CASCADE,
        supplier INTEGER REFERENCES suppliers (key) ON DELETE CASCADE,
        CHECK ((buyer IS NULL) <> (supplier IS NULL))
    ) STRICT;
    CREATE UNIQUE INDEX assigned_buyers ON api_client_assignments (api_client, buyer) WHERE buyer IS NOT NULL;
    CREATE UNIQUE INDEX assigned_suppliers ON api_client_assignments (api_client, supplier) WHERE supplier IS NOT NULL;
    CREATE INDEX assignments_of_buyer ON api_client_assignments (buyer) WHERE buyer IS NOT NULL;
    CREATE INDEX assignments_of_supplier ON api_client_assignments (supplier) WHERE supplier IS NOT NULL;

    CREATE TABLE security_profiles (
        key INTEGER PRIMARY KEY AUTOINCREMENT,
        "ID" TEXT NOT NULL COLLATE NOCASE UNIQUE,
        "Name" TEXT NOT NULL COLLATE NOCASE,
        "Roles" TEXT NOT NULL,
        "CustomRoles" TEXT NOT NULL,
        "PasswordConfig" TEXT
    ) STRICT;

    CREATE TABLE security_profile_assignments (
        key INTEGER PRIMARY KEY,
        profile INTEGER NOT NULL REFERENCES security_profiles (key) ON DELETE CASCADE,
        buyer INTEGER REFERENCES buyers (key) ON DELETE CASCADE,
        supplier INTEGER REFERENCES suppliers (key) ON DELETE CASCADE,
        user INTEGER REFERENCES users (key) ON DELETE CASCADE,
        holder TEXT NOT NULL GENERATED ALWAYS AS (
            CASE WHEN user IS NOT NULL THEN 'user ' || user
                 WHEN buyer IS NOT NULL THEN 'buyer ' || buyer
                 WHEN supplier IS NOT NULL THEN 'supplier ' || supplier
                 ELSE 'seller' END) STORED,
        UNIQUE (holder, profile)
    ) STRICT;
    CREATE INDEX profile_assignments_of_profile ON security_profile_assignments (profile);
    CREATE INDEX profile_assignments_of_buyer ON security_profile_assignments (buyer) WHERE buyer IS NOT NULL;
    CREATE INDEX profile_assignments_of_supplier ON security_profile_assignments (supplier) WHERE supplier IS NOT NULL;
    CREATE INDEX profile_assignments_of_user ON security_profile_assignments (user) WHERE user IS NOT NULL;

    CREATE TABLE refresh_tokens (
        digest BLOB PRIMARY KEY,
        api_client INTEGER NOT NULL REFERENCES api_clients (key) ON DELETE CASCADE,
        user INTEGER NOT NULL REFERENCES users (key) ON DELETE CASCADE,
        roles TEXT NOT NULL,
        expires_at TEXT NOT NULL,
        revoked INTEGER NOT NULL DEFAULT 0
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX refresh_tokens_by_end ON refresh_tokens (expires_at);
    CREATE INDEX refresh_tokens_of_api_client ON refresh_tokens (api_client);
    CREATE INDEX refresh_tokens_of_user ON refresh_tokens (user);

    CREATE TABLE sign_in (
        key INTEGER PRIMARY KEY CHECK (key = 1),
        api_client INTEGER REFERENCES api_clients (key) ON DELETE SET NULL,
        user INTEGER REFERENCES users (key) ON DELETE SET NULL,
        password TEXT
    ) STRICT;
    """,
    NEIGHBOURS,
    IDENTITY,
    SPEED,
    LINE_ITEMS,
    COUNTS,
)
