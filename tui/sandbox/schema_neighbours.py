"""The migration that brings the API clients' neighbours: groups, integrations, catalogs, orders."""

from __future__ import annotations

NEIGHBOURS = """
CREATE TABLE user_groups (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('seller', 'buyer', 'supplier')),
    buyer INTEGER REFERENCES buyers (key) ON DELETE CASCADE,
    supplier INTEGER REFERENCES suppliers (key) ON DELETE CASCADE,
    "ID" TEXT NOT NULL COLLATE NOCASE,
    "Name" TEXT NOT NULL COLLATE NOCASE,
    "Description" TEXT COLLATE NOCASE,
    xp TEXT,
    CHECK ((kind = 'buyer') = (buyer IS NOT NULL) AND (kind = 'supplier') = (supplier IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX groups_of_buyer ON user_groups (buyer, "ID") WHERE buyer IS NOT NULL;
CREATE UNIQUE INDEX groups_of_kind ON user_groups (kind, "ID") WHERE buyer IS NULL;
CREATE INDEX groups_of_supplier ON user_groups (supplier, "ID") WHERE supplier IS NOT NULL;

CREATE TABLE user_group_members (
    key INTEGER PRIMARY KEY,
    user_group INTEGER NOT NULL REFERENCES user_groups (key) ON DELETE CASCADE,
    user INTEGER NOT NULL REFERENCES users (key) ON DELETE CASCADE,
    UNIQUE (user, user_group)
) STRICT;
CREATE INDEX members_of_group ON user_group_members (user_group);

CREATE TABLE supplier_buyers (
    key INTEGER PRIMARY KEY,
    supplier INTEGER NOT NULL REFERENCES suppliers (key) ON DELETE CASCADE,
    buyer INTEGER NOT NULL REFERENCES buyers (key) ON DELETE CASCADE,
    UNIQUE (supplier, buyer)
) STRICT;
CREATE INDEX suppliers_of_buyer ON supplier_buyers (buyer);

CREATE TEMP TABLE kept AS SELECT key, profile, buyer, supplier, user FROM security_profile_assignments;
DROP TABLE security_profile_assignments;
CREATE TABLE security_profile_assignments (
    key INTEGER PRIMARY KEY,
    profile INTEGER NOT NULL REFERENCES security_profiles (key) ON DELETE CASCADE,
    buyer INTEGER REFERENCES buyers (key) ON DELETE CASCADE,
    supplier INTEGER REFERENCES suppliers (key) ON DELETE CASCADE,
    user INTEGER REFERENCES users (key) ON DELETE CASCADE,
    user_group INTEGER REFERENCES user_groups (key) ON DELETE CASCADE,
    holder TEXT NOT NULL GENERATED ALWAYS AS (
        CASE WHEN user IS NOT NULL THEN 'user ' || user
             WHEN user_group IS NOT NULL THEN 'group ' || user_group
             WHEN buyer IS NOT NULL THEN 'buyer ' || buyer
             WHEN supplier IS NOT NULL THEN 'supplier ' || supplier
             ELSE 'seller' END) STORED,
    UNIQUE (holder, profile)
) STRICT;
INSERT INTO security_profile_assignments (key, profile, buyer, supplier, user)
    SELECT key, profile, buyer, supplier, user FROM kept;
DROP TABLE kept;
CREATE INDEX profile_assignments_of_profile ON security_profile_assignments (profile);
CREATE INDEX profile_assignments_of_buyer ON security_profile_assignments (buyer) WHERE buyer IS NOT NULL;
CREATE INDEX profile_assignments_of_supplier ON security_profile_assignments (supplier) WHERE supplier IS NOT NULL;
CREATE INDEX profile_assignments_of_user ON security_profile_assignments (user) WHERE user IS NOT NULL;
CREATE INDEX profile_assignments_of_group ON security_profile_assignments (user_group)
    WHERE user_group IS NOT NULL;

CREATE TABLE integration_events (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    "ElevatedRoles" TEXT NOT NULL,
    "ID" TEXT NOT NULL COLLATE NOCASE UNIQUE,
    "ConfigData" TEXT,
    "EventType" TEXT NOT NULL COLLATE NOCASE,
    "CustomImplementationUrl" TEXT NOT NULL COLLATE NOCASE,
    "CustomAuthHeaderName" TEXT COLLATE NOCASE,
    "CustomAuthHeaderValue" TEXT,
    "Name" TEXT NOT NULL COLLATE NOCASE,
    "HashKey" TEXT NOT NULL
) STRICT;
ALTER TABLE api_clients ADD COLUMN checkout_event INTEGER REFERENCES integration_events (key) ON DELETE SET NULL;
ALTER TABLE api_clients ADD COLUMN return_event INTEGER REFERENCES integration_events (key) ON DELETE SET NULL;
ALTER TABLE api_clients ADD COLUMN cart_event INTEGER REFERENCES integration_events (key) ON DELETE SET NULL;

CREATE TABLE openid_connects (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    "ID" TEXT NOT NULL COLLATE NOCASE UNIQUE,
    api_client INTEGER NOT NULL REFERENCES api_clients (key) ON DELETE CASCADE,
    "ConnectClientID" TEXT NOT NULL COLLATE NOCASE,
    "ConnectClientSecret" TEXT NOT NULL,
    "AppStartUrl" TEXT NOT NULL COLLATE NOCASE,
    "AuthorizationEndpoint" TEXT NOT NULL COLLATE NOCASE,
    "TokenEndpoint" TEXT NOT NULL COLLATE NOCASE,
    "UrlEncoded" INTEGER NOT NULL,
    event INTEGER REFERENCES integration_events (key) ON DELETE SET NULL,
    "CallSyncUserIntegrationEvent" INTEGER NOT NULL,
    "AdditionalIdpScopes" TEXT NOT NULL,
    "CustomErrorUrl" TEXT COLLATE NOCASE
) STRICT;
CREATE INDEX openid_connects_of_api_client ON openid_connects (api_client);

CREATE TABLE impersonation_configs (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    "ID" TEXT NOT NULL COLLATE NOCASE UNIQUE,
    impersonation_buyer INTEGER REFERENCES buyers (key) ON DELETE CASCADE,
    impersonation_group INTEGER REFERENCES user_groups (key) ON DELETE CASCADE,
    impersonation_user INTEGER REFERENCES users (key) ON DELETE CASCADE,
    buyer INTEGER REFERENCES buyers (key) ON DELETE CASCADE,
    user_group INTEGER REFERENCES user_groups (key) ON DELETE CASCADE,
    user INTEGER REFERENCES users (key) ON DELETE CASCADE,
    profile INTEGER NOT NULL REFERENCES security_profiles (key) ON DELETE CASCADE,
    api_client INTEGER NOT NULL REFERENCES api_clients (key) ON DELETE CASCADE
) STRICT;
CREATE INDEX impersonation_configs_of_api_client ON impersonation_configs (api_client);

CREATE TABLE catalogs (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    "ID" TEXT NOT NULL COLLATE NOCASE UNIQUE,
    "Name" TEXT NOT NULL COLLATE NOCASE,
    "Description" TEXT COLLATE NOCASE,
    "Active" INTEGER NOT NULL,
    xp TEXT
) STRICT;

CREATE TABLE categories (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    catalog INTEGER NOT NULL REFERENCES catalogs (key) ON DELETE CASCADE,
    "ID" TEXT NOT NULL COLLATE NOCASE,
    "Name" TEXT NOT NULL COLLATE NOCASE,
    "Description" TEXT COLLATE NOCASE,
    "ListOrder" INTEGER NOT NULL,
    "Active" INTEGER NOT NULL,
    parent INTEGER REFERENCES categories (key) ON DELETE CASCADE,
    xp TEXT,
    UNIQUE (catalog, "ID")
) STRICT;
CREATE INDEX categories_of_parent ON categories (parent) WHERE parent IS NOT NULL;

CREATE TABLE products (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    supplier INTEGER REFERENCES suppliers (key) ON DELETE CASCADE,
    "AutoForward" INTEGER NOT NULL,
    "ID" TEXT NOT NULL COLLATE NOCASE UNIQUE,
    parent INTEGER REFERENCES products (key) ON DELETE SET NULL,
    "IsParent" INTEGER NOT NULL,
    "Name" TEXT NOT NULL COLLATE NOCASE,
    "Description" TEXT COLLATE NOCASE,
    "QuantityMultiplier" INTEGER NOT NULL,
    "ShipWeight" REAL,
    "ShipHeight" REAL,
    "ShipWidth" REAL,
    "ShipLength" REAL,
    "Active" INTEGER NOT NULL,
    "Inventory" TEXT,
    default_supplier INTEGER REFERENCES suppliers (key) ON DELETE SET NULL,
    "AllSuppliersCanSell" INTEGER NOT NULL,
    "Returnable" INTEGER NOT NULL,
    "DateCreated" TEXT NOT NULL,
    xp TEXT
) STRICT;
CREATE INDEX products_by_name ON products ("Name");
CREATE INDEX products_of_supplier ON products (supplier) WHERE supplier IS NOT NULL;
CREATE INDEX products_of_parent ON products (parent) WHERE parent IS NOT NULL;

CREATE TABLE catalog_assignments (
    key INTEGER PRIMARY KEY,
    catalog INTEGER NOT NULL REFERENCES catalogs (key) ON DELETE CASCADE,
    buyer INTEGER NOT NULL REFERENCES buyers (key) ON DELETE CASCADE,
    "ViewAllCategories" INTEGER NOT NULL,
    "ViewAllProducts" INTEGER NOT NULL,
    UNIQUE (buyer, catalog)
) STRICT;
CREATE INDEX buyers_of_catalog ON catalog_assignments (catalog);

CREATE TABLE catalog_products (
    key INTEGER PRIMARY KEY,
    catalog INTEGER NOT NULL REFERENCES catalogs (key) ON DELETE CASCADE,
    product INTEGER NOT NULL REFERENCES products (key) ON DELETE CASCADE,
    UNIQUE (product, catalog)
) STRICT;
CREATE INDEX products_of_catalog ON catalog_products (catalog);

CREATE TABLE category_assignments (
    key INTEGER PRIMARY KEY,
    category INTEGER NOT NULL REFERENCES categories (key) ON DELETE CASCADE,
    buyer INTEGER NOT NULL REFERENCES buyers (key) ON DELETE CASCADE,
    user_group INTEGER REFERENCES user_groups (key) ON DELETE CASCADE,
    "Visible" INTEGER,
    "ViewAllProducts" INTEGER
) STRICT;
CREATE INDEX assignments_of_category ON category_assignments (category);
CREATE INDEX category_assignments_of_buyer ON category_assignments (buyer);

CREATE TABLE category_products (
    key INTEGER PRIMARY KEY,
    category INTEGER NOT NULL REFERENCES categories (key) ON DELETE CASCADE,
    product INTEGER NOT NULL REFERENCES products (key) ON DELETE CASCADE,
    "ListOrder" INTEGER,
    UNIQUE (product, category)
) STRICT;
CREATE INDEX products_of_category ON category_products (category);

CREATE TABLE product_assignments (
    key INTEGER PRIMARY KEY,
    product INTEGER NOT NULL REFERENCES products (key) ON DELETE CASCADE,
    buyer INTEGER NOT NULL REFERENCES buyers (key) ON DELETE CASCADE,
    user_group INTEGER REFERENCES user_groups (key) ON DELETE CASCADE
) STRICT;
CREATE INDEX assignments_of_product ON product_assignments (product);
CREATE INDEX product_assignments_of_buyer ON product_assignments (buyer);

CREATE TABLE orders (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    "ID" TEXT NOT NULL COLLATE NOCASE UNIQUE,
    from_user INTEGER NOT NULL REFERENCES users (key) ON DELETE CASCADE,
    buyer INTEGER REFERENCES buyers (key) ON DELETE CASCADE,
    supplier INTEGER REFERENCES suppliers (key) ON DELETE CASCADE,
    anonymous INTEGER NOT NULL DEFAULT 0,
    from_first_name TEXT,
    from_last_name TEXT,
    from_email TEXT,
    "Comments" TEXT COLLATE NOCASE,
    "DateCreated" TEXT NOT NULL,
    "LastUpdated" TEXT NOT NULL,
    xp TEXT
) STRICT;
CREATE INDEX orders_of_user ON orders (from_user);
CREATE INDEX orders_of_buyer ON orders (buyer) WHERE buyer IS NOT NULL;
CREATE INDEX orders_of_supplier ON orders (supplier) WHERE supplier IS NOT NULL;

INSERT INTO catalogs ("ID", "Name", "Active")
    SELECT "DefaultCatalogID", "Name", 1 FROM buyers WHERE "DefaultCatalogID" <> ''
    GROUP BY "DefaultCatalogID";
INSERT INTO catalog_assignments (catalog, buyer, "ViewAllCategories", "ViewAllProducts")
    SELECT c.key, b.key, 1, 1 FROM buyers b JOIN catalogs c ON c."ID" = b."DefaultCatalogID";
"""
