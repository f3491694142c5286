"""The migration that brings the line items of orders."""

from __future__ import annotations

LINE_ITEMS = """
CREATE TABLE line_items (
    key INTEGER PRIMARY KEY,
    of_order INTEGER NOT NULL REFERENCES orders (key) ON DELETE CASCADE,
    "ID" TEXT NOT NULL COLLATE NOCASE,
    product INTEGER NOT NULL REFERENCES products (key) ON DELETE CASCADE,
    "Quantity" INTEGER NOT NULL,
    "DateAdded" TEXT NOT NULL,
    "CostCenter" TEXT COLLATE NOCASE,
    "DateNeeded" TEXT,
    "ShippingAccount" TEXT COLLATE NOCASE,
    xp TEXT,
    UNIQUE (of_order, "ID")
) STRICT;
CREATE INDEX line_items_of_product ON line_items (product);
"""
