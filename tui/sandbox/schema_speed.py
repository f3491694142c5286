"""The migration that keeps large marketplaces as quick as small ones: indexes, and counts that are kept."""

from __future__ import annotations

COUNTED = ("api_clients", "buyers", "api_client_assignments")
"""The tables whose rows are counted as they come and go: SQLite would count a million of them for every page."""

TOTAL = "SELECT total FROM kept_totals WHERE name = ?"
"""How many rows a counted table has."""

_KEPT = "".join(
    f"""
CREATE TRIGGER {table}_come AFTER INSERT ON {table} BEGIN
    UPDATE kept_totals SET total = total + 1 WHERE name = '{table}';
END;
CREATE TRIGGER {table}_go AFTER DELETE ON {table} BEGIN
    UPDATE kept_totals SET total = total - 1 WHERE name = '{table}';
END;
INSERT INTO kept_totals (name, total) SELECT '{table}', count(*) FROM {table};
"""  # noqa: S608 - constants
    for table in COUNTED
)

_FLAGS = "".join(
    f'CREATE INDEX api_clients_by_{flag.lower()} ON api_clients ("{flag}", "AppName", "ID");\n'
    for flag in ("Active", "AllowAnyBuyer", "AllowAnySupplier", "AllowSeller")
)

SPEED = f"""
CREATE INDEX assignments_of_api_client ON api_client_assignments (api_client);
CREATE INDEX buyers_by_active ON buyers ("Active", "Name", "ID");
{_FLAGS}
CREATE TABLE kept_totals (
    name TEXT PRIMARY KEY,
    total INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
{_KEPT}
"""
